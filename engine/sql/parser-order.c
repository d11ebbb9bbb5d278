/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"

/*
 * What stands behind the body of a query: ORDER BY, LIMIT, OFFSET. CLUSTER BY and its like are known so that the message can name them, and WINDOW
 * is passed over.
 */

static WeirSqlOrderItem
parse_order_item (WeirSqlParser *p)
{
  WeirSqlOrderItem item = { 0 };
  guint32          start = _weir_sql_start (p);

  item.expr = _weir_sql_parse_expr (p);
  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_ASC))
    item.descending = _weir_sql_accept_keyword (p, WEIR_SQL_KW_DESC);
  item.nulls_first = !item.descending;
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_NULLS))
    {
      item.nulls_given = TRUE;
      item.nulls_first = _weir_sql_accept_keyword (p, WEIR_SQL_KW_FIRST);
      if (!item.nulls_first)
        _weir_sql_expect_keyword (p, WEIR_SQL_KW_LAST);
    }
  item.span = _weir_sql_span_from (p, start);
  return item;
}

const WeirSqlOrderItem *
_weir_sql_parse_order_items (WeirSqlParser *p,
                             guint         *n)
{
  WeirSqlList items = { 0 };

  do
    _weir_sql_push (p, &items, WeirSqlOrderItem, parse_order_item (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  *n = items.n;
  return items.data;
}

/* TRUE for the bare word ALL. */
gboolean
_weir_sql_is_all (const WeirSqlExpr *expr)
{
  return expr->kind == WEIR_SQL_EXPR_COLUMN && expr->column.n_parts == 1 && !expr->column.parts[0].quoted &&
         g_ascii_strcasecmp (expr->column.parts[0].name, "ALL") == 0;
}

static void
parse_order_by (WeirSqlParser *p,
                WeirSqlQuery  *query)
{
  guint32 start = _weir_sql_start (p);

  if (!_weir_sql_accept_keywords (p, WEIR_SQL_KW_ORDER, WEIR_SQL_KW_BY))
    return;
  query->order_by = _weir_sql_parse_order_items (p, &query->n_order_by);
  query->order_by_span = _weir_sql_span_from (p, start);
  if (query->n_order_by == 1 && _weir_sql_is_all (query->order_by[0].expr))
    {
      WeirSqlOrderItem *item = (WeirSqlOrderItem *)query->order_by;

      item->expr = NULL;
      query->order_by_all = TRUE;
    }
}

void
_weir_sql_reject_keyword (WeirSqlParser *p,
                          WeirSqlKeyword first,
                          WeirSqlKeyword second,
                          const char    *what)
{
  if (_weir_sql_at_keyword (p, first) && (second == WEIR_SQL_NO_KEYWORD || _weir_sql_keyword_ahead (p, 1, second)))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), what);
}

/* WINDOW w AS (…), …: named windows belong to window functions, which are reported where they stand. */
void
_weir_sql_skip_window_clause (WeirSqlParser *p)
{
  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_WINDOW) || !_weir_sql_token_is_name (_weir_sql_peek (p, 1)) ||
      !_weir_sql_keyword_ahead (p, 2, WEIR_SQL_KW_AS))
    return;
  _weir_sql_next (p);
  do
    {
      const WeirSqlToken *token;

      _weir_sql_parse_ident (p);
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_AS);
      token = _weir_sql_peek (p, 0);
      if (token->kind == WEIR_SQL_TOKEN_LEFT_PAREN && token->match != 0)
        p->pos = token->match + 1;
      else
        _weir_sql_parse_ident (p);
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
}

void
_weir_sql_parse_organization (WeirSqlParser *p,
                              WeirSqlQuery  *query)
{
  guint32 start;

  parse_order_by (p, query);
  _weir_sql_reject_keyword (p, WEIR_SQL_KW_CLUSTER, WEIR_SQL_KW_BY, "CLUSTER BY");
  _weir_sql_reject_keyword (p, WEIR_SQL_KW_DISTRIBUTE, WEIR_SQL_KW_BY, "DISTRIBUTE BY");
  _weir_sql_reject_keyword (p, WEIR_SQL_KW_SORT, WEIR_SQL_KW_BY, "SORT BY");
  _weir_sql_skip_window_clause (p);
  start = _weir_sql_start (p);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_LIMIT))
    {
      if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_ALL))
        query->limit = _weir_sql_parse_expr (p);
      query->limit_span = _weir_sql_span_from (p, start);
    }
  start = _weir_sql_start (p);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_OFFSET))
    {
      query->offset = _weir_sql_parse_expr (p);
      query->offset_span = _weir_sql_span_from (p, start);
    }
}
