/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"

/* SELECT and its clauses from the list to HAVING; FROM may stand first. GROUP BY is in parser-group.c, what stands behind FROM in parser-relation.c. */

WeirSqlSelectItem
_weir_sql_parse_select_item (WeirSqlParser *p)
{
  guint32           start = _weir_sql_start (p);
  WeirSqlSelectItem item = { .expr = _weir_sql_parse_expr (p) };
  gboolean          as = _weir_sql_accept_keyword (p, WEIR_SQL_KW_AS);

  if (as && _weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    item.aliases = _weir_sql_parse_ident_list (p, &item.n_aliases);
  else if (as || _weir_sql_at_select_alias (p))
    {
      WeirSqlList aliases = { 0 };

      _weir_sql_push (p, &aliases, WeirSqlIdent, _weir_sql_parse_ident (p));
      item.aliases = aliases.data;
      item.n_aliases = 1;
    }
  item.span = _weir_sql_span_from (p, start);
  return item;
}

static void
parse_select_list (WeirSqlParser *p,
                   WeirSqlSelect *select)
{
  guint32     start = _weir_sql_start (p), list_start;
  WeirSqlList items = { 0 };

  _weir_sql_expect_keyword (p, WEIR_SQL_KW_SELECT);
  select->distinct = _weir_sql_accept_keyword (p, WEIR_SQL_KW_DISTINCT);
  if (!select->distinct && _weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_COMMA)
    _weir_sql_accept_keyword (p, WEIR_SQL_KW_ALL);
  list_start = _weir_sql_start (p);
  do
    _weir_sql_push (p, &items, WeirSqlSelectItem, _weir_sql_parse_select_item (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  select->items = items.data;
  select->n_items = items.n;
  select->select_span = _weir_sql_span_from (p, start);
  select->items_span = _weir_sql_span_from (p, list_start);
}

static void
parse_from (WeirSqlParser *p,
            WeirSqlSelect *select)
{
  guint32 start = _weir_sql_start (p);

  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FROM))
    {
      select->from = _weir_sql_parse_relations (p, &select->n_from);
      select->from_span = _weir_sql_span_from (p, start);
    }
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_LATERAL) && _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_VIEW))
    {
      select->lateral_views = _weir_sql_parse_lateral_views (p, &select->n_lateral_views);
      select->from_span = _weir_sql_span_from (p, start);
    }
}

static const WeirSqlExpr *
parse_condition (WeirSqlParser *p,
                 WeirSqlKeyword keyword,
                 WeirSpan      *span)
{
  guint32            start = _weir_sql_start (p);
  const WeirSqlExpr *condition;

  if (!_weir_sql_accept_keyword (p, keyword))
    return NULL;
  condition = _weir_sql_parse_expr (p);
  *span = _weir_sql_span_from (p, start);
  return condition;
}

/* FROM t before a pipe selects everything. */
static void
imply_star (WeirSqlParser *p,
            WeirSqlSelect *select)
{
  WeirSqlList       items = { 0 };
  WeirSqlSelectItem item = { .expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_STAR, _weir_sql_start (p)) };

  item.span = item.expr->span;
  _weir_sql_push (p, &items, WeirSqlSelectItem, item);
  select->items = items.data;
  select->n_items = 1;
}

void
_weir_sql_parse_select (WeirSqlParser *p,
                        WeirSqlSelect *select)
{
  guint32  start = _weir_sql_start (p);
  gboolean from_first = _weir_sql_at_keyword (p, WEIR_SQL_KW_FROM);

  if (from_first)
    parse_from (p, select);
  if (from_first && _weir_sql_at (p, WEIR_SQL_TOKEN_PIPE_ARROW))
    {
      imply_star (p, select);
      select->span = _weir_sql_span_from (p, start);
      return;
    }
  parse_select_list (p, select);
  if (!from_first)
    parse_from (p, select);
  select->where = parse_condition (p, WEIR_SQL_KW_WHERE, &select->where_span);
  _weir_sql_parse_group_by (p, select);
  select->having = parse_condition (p, WEIR_SQL_KW_HAVING, &select->having_span);
  _weir_sql_skip_window_clause (p);
  select->span = _weir_sql_span_from (p, start);
}
