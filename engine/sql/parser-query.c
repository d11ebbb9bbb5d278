/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "sql/parser-private.h"

/* Queries: WITH, SELECT and its clauses, set operations, VALUES, ORDER BY and LIMIT. */

static WeirSqlBody *parse_body (WeirSqlParser *p);

/* ---- what is a query ------------------------------------------------------------------------------------------ */

gboolean
_weir_sql_at_query (const WeirSqlParser *p,
                    guint                ahead)
{
  const WeirSqlToken *next = _weir_sql_peek (p, ahead + 1);

  switch (_weir_sql_peek (p, ahead)->keyword)
    {
    case WEIR_SQL_KW_SELECT:
    case WEIR_SQL_KW_FROM:
      return TRUE;
    case WEIR_SQL_KW_WITH:
    case WEIR_SQL_KW_TABLE:
      return _weir_sql_token_is_name (next);
    case WEIR_SQL_KW_VALUES:
      return next->kind == WEIR_SQL_TOKEN_LEFT_PAREN || next->kind == WEIR_SQL_TOKEN_NUMBER || next->kind == WEIR_SQL_TOKEN_STRING ||
             next->kind == WEIR_SQL_TOKEN_MINUS || next->kind == WEIR_SQL_TOKEN_WORD;
    default:
      return FALSE;
    }
}

/* What may follow a parenthesised query inside a larger one. */
static gboolean
continues_query (const WeirSqlToken *token)
{
  switch (token->keyword)
    {
    case WEIR_SQL_KW_UNION:
    case WEIR_SQL_KW_INTERSECT:
    case WEIR_SQL_KW_EXCEPT:
    case WEIR_SQL_KW_MINUS:
    case WEIR_SQL_KW_ORDER:
    case WEIR_SQL_KW_LIMIT:
    case WEIR_SQL_KW_OFFSET:
      return TRUE;
    default:
      return token->kind == WEIR_SQL_TOKEN_RIGHT_PAREN;
    }
}

/* `((SELECT 1) UNION …)` is a query, `((SELECT 1) + 1)` and `((SELECT 1) t JOIN …)` are not: the tokens behind the
 * inner parentheses decide. */
gboolean
_weir_sql_at_query_paren (const WeirSqlParser *p,
                          guint                ahead)
{
  guint inner = ahead;

  if (_weir_sql_peek (p, ahead)->kind != WEIR_SQL_TOKEN_LEFT_PAREN)
    return FALSE;
  while (_weir_sql_peek (p, inner + 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN && inner - ahead <= WEIR_SQL_DEPTH_MAX)
    inner++;
  if (!_weir_sql_at_query (p, inner + 1))
    return FALSE;
  for (; inner > ahead; inner--)
    {
      guint match = _weir_sql_peek (p, inner)->match;

      if (match == 0 || match + 1 >= p->end)
        return TRUE;
      if (!continues_query (&p->tokens[match + 1]))
        return FALSE;
    }
  return TRUE;
}

/* ---- ORDER BY, LIMIT ------------------------------------------------------------------------------------------ */

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
static gboolean
is_all (const WeirSqlExpr *expr)
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
  if (query->n_order_by == 1 && is_all (query->order_by[0].expr))
    {
      WeirSqlOrderItem *item = (WeirSqlOrderItem *)query->order_by;

      item->expr = NULL;
      query->order_by_all = TRUE;
    }
}

static void
reject_keyword (WeirSqlParser *p,
                WeirSqlKeyword first,
                WeirSqlKeyword second,
                const char    *what)
{
  if (_weir_sql_at_keyword (p, first) && (second == WEIR_SQL_NO_KEYWORD || _weir_sql_keyword_ahead (p, 1, second)))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), what);
}

/* WINDOW w AS (…), …: named windows belong to window functions, which are reported where they stand. */
static void
skip_window_clause (WeirSqlParser *p)
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
  reject_keyword (p, WEIR_SQL_KW_CLUSTER, WEIR_SQL_KW_BY, "CLUSTER BY");
  reject_keyword (p, WEIR_SQL_KW_DISTRIBUTE, WEIR_SQL_KW_BY, "DISTRIBUTE BY");
  reject_keyword (p, WEIR_SQL_KW_SORT, WEIR_SQL_KW_BY, "SORT BY");
  skip_window_clause (p);
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

/* ---- GROUP BY ------------------------------------------------------------------------------------------------- */

static WeirSqlGroupItem *
new_group_item (WeirSqlParser   *p,
                WeirSqlGroupKind kind,
                guint32          start)
{
  WeirSqlGroupItem *item = _weir_sql_arena_alloc (p->arena, sizeof *item);

  item->kind = kind;
  item->span = _weir_sql_span_from (p, start);
  return item;
}

static WeirSqlGroupItem *
group_expr (WeirSqlParser     *p,
            const WeirSqlExpr *expr)
{
  WeirSqlGroupItem *item = new_group_item (p, WEIR_SQL_GROUP_EXPR, expr->span.start);

  item->expr = expr;
  item->span = expr->span;
  return item;
}

/* (a, b), () or a, inside ROLLUP, CUBE and GROUPING SETS. */
static WeirSqlGroupItem *
parse_group_set (WeirSqlParser *p)
{
  guint32           start = _weir_sql_start (p);
  WeirSqlList       items = { 0 };
  WeirSqlGroupItem *set;
  WeirSqlExpr      *expr = NULL;

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN) && _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_RIGHT_PAREN)
    {
      _weir_sql_next (p);
      _weir_sql_next (p);
    }
  else
    {
      expr = _weir_sql_parse_expr (p);
      if (expr->kind != WEIR_SQL_EXPR_ROW)
        return group_expr (p, expr);
      for (guint i = 0; i < expr->row.n_items; i++)
        _weir_sql_push (p, &items, const WeirSqlGroupItem *, group_expr (p, expr->row.items[i]));
    }
  set = new_group_item (p, WEIR_SQL_GROUP_SET, start);
  set->items = items.data;
  set->n_items = items.n;
  return set;
}

static WeirSqlGroupItem *parse_group_item (WeirSqlParser *p, gboolean inside);

static WeirSqlGroupItem *
parse_grouping (WeirSqlParser   *p,
                WeirSqlGroupKind kind,
                guint32          start)
{
  WeirSqlList       items = { 0 };
  WeirSqlGroupItem *item;
  WeirSqlFrame      frame;

  _weir_sql_enter (p, &frame);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  do
    _weir_sql_push (p, &items, const WeirSqlGroupItem *, parse_group_item (p, TRUE));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  _weir_sql_grow (p, 2);
  _weir_sql_leave (p, &frame);
  item = new_group_item (p, kind, start);
  item->items = items.data;
  item->n_items = items.n;
  return item;
}

static WeirSqlGroupItem *
parse_group_item (WeirSqlParser *p,
                  gboolean       inside)
{
  guint32  start = _weir_sql_start (p);
  gboolean paren = _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN;

  if (paren && _weir_sql_accept_keyword (p, WEIR_SQL_KW_ROLLUP))
    return parse_grouping (p, WEIR_SQL_GROUP_ROLLUP, start);
  if (paren && _weir_sql_accept_keyword (p, WEIR_SQL_KW_CUBE))
    return parse_grouping (p, WEIR_SQL_GROUP_CUBE, start);
  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_GROUPING, WEIR_SQL_KW_SETS))
    return parse_grouping (p, WEIR_SQL_GROUP_SETS, start);
  if (inside)
    return parse_group_set (p);
  return group_expr (p, _weir_sql_parse_expr (p));
}

/* `a, b WITH ROLLUP`, `a, b WITH CUBE`, `a, b GROUPING SETS (…)`: the list so far becomes one item. */
static void
parse_group_suffix (WeirSqlParser *p,
                    WeirSqlSelect *select,
                    WeirSqlList   *items,
                    guint32        start)
{
  WeirSqlGroupItem *item = NULL;
  WeirSqlList       keys = { 0 };

  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_WITH, WEIR_SQL_KW_ROLLUP))
    item = new_group_item (p, WEIR_SQL_GROUP_ROLLUP, start);
  else if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_WITH, WEIR_SQL_KW_CUBE))
    item = new_group_item (p, WEIR_SQL_GROUP_CUBE, start);
  if (item != NULL)
    {
      item->items = items->data;
      item->n_items = items->n;
    }
  else if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_GROUPING, WEIR_SQL_KW_SETS))
    {
      item = parse_grouping (p, WEIR_SQL_GROUP_SETS, start);
      for (guint i = 0; i < items->n; i++)
        {
          const WeirSqlGroupItem *key = ((const WeirSqlGroupItem **)items->data)[i];

          if (key->kind == WEIR_SQL_GROUP_EXPR)
            _weir_sql_push (p, &keys, const WeirSqlExpr *, key->expr);
          else
            _weir_sql_syntax_error (p);
        }
      item->keys = keys.data;
      item->n_keys = keys.n;
    }
  if (item != NULL)
    {
      *items = (WeirSqlList){ 0 };
      _weir_sql_push (p, items, const WeirSqlGroupItem *, item);
    }
}

static void
parse_group_by (WeirSqlParser *p,
                WeirSqlSelect *select)
{
  guint32                        start = _weir_sql_start (p), items_start;
  WeirSqlList                    items = { 0 };
  const WeirSqlGroupItem *const *list;

  if (!_weir_sql_accept_keywords (p, WEIR_SQL_KW_GROUP, WEIR_SQL_KW_BY))
    return;
  items_start = _weir_sql_start (p);
  do
    _weir_sql_push (p, &items, const WeirSqlGroupItem *, parse_group_item (p, FALSE));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  parse_group_suffix (p, select, &items, items_start);
  list = items.data;
  select->group_by = list;
  select->n_group_by = items.n;
  select->group_by_span = _weir_sql_span_from (p, start);
  if (items.n == 1 && list[0]->kind == WEIR_SQL_GROUP_EXPR && is_all (list[0]->expr))
    {
      select->group_by = NULL;
      select->n_group_by = 0;
      select->group_by_all = TRUE;
    }
}

/* ---- SELECT --------------------------------------------------------------------------------------------------- */

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

static void
parse_select (WeirSqlParser *p,
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
  parse_group_by (p, select);
  select->having = parse_condition (p, WEIR_SQL_KW_HAVING, &select->having_span);
  skip_window_clause (p);
  select->span = _weir_sql_span_from (p, start);
}

/* ---- VALUES --------------------------------------------------------------------------------------------------- */

/* A row is a parenthesised list, a struct(…) or a single expression. */
static WeirSqlRow
parse_values_row (WeirSqlParser *p)
{
  const WeirSqlExpr *expr = _weir_sql_parse_expr (p);
  WeirSqlList        single = { 0 };

  if (expr->kind == WEIR_SQL_EXPR_ROW)
    return (WeirSqlRow){ expr->row.items, expr->row.n_items, expr->span };
  if (expr->kind == WEIR_SQL_EXPR_CALL && expr->call.name.n_parts == 1 && g_ascii_strcasecmp (expr->call.name.parts[0].name, "struct") == 0 &&
      expr->call.n_args > 0)
    return (WeirSqlRow){ expr->call.args, expr->call.n_args, expr->span };
  _weir_sql_push (p, &single, const WeirSqlExpr *, expr);
  return (WeirSqlRow){ single.data, 1, expr->span };
}

WeirSqlValues
_weir_sql_parse_values (WeirSqlParser *p)
{
  WeirSqlList rows = { 0 };

  do
    _weir_sql_push (p, &rows, WeirSqlRow, parse_values_row (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  return (WeirSqlValues){ rows.data, rows.n };
}

/* ---- bodies --------------------------------------------------------------------------------------------------- */

static void
parse_values_body (WeirSqlParser *p,
                   WeirSqlBody   *body)
{
  body->kind = WEIR_SQL_BODY_VALUES;
  body->values.values = _weir_sql_parse_values (p);
  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) && !_weir_sql_at_table_alias (p))
    return;
  body->values.alias = _weir_sql_parse_ident (p);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    body->values.column_aliases = _weir_sql_parse_ident_list (p, &body->values.n_column_aliases);
}

static WeirSqlBody *
parse_body_primary (WeirSqlParser *p)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlBody *body = _weir_sql_arena_alloc (p->arena, sizeof *body);

  if (_weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    {
      body->kind = WEIR_SQL_BODY_QUERY;
      body->query = _weir_sql_parse_query (p);
      _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
    }
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_VALUES))
    parse_values_body (p, body);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TABLE))
    {
      body->kind = WEIR_SQL_BODY_TABLE;
      body->table = _weir_sql_parse_name (p);
    }
  else
    parse_select (p, &body->select);
  body->span = _weir_sql_span_from (p, start);
  _weir_sql_grow (p, 1);
  return body;
}

static gboolean
accept_set_op (WeirSqlParser *p,
               gboolean       intersect,
               WeirSqlSetOp  *op)
{
  if (intersect)
    {
      *op = WEIR_SQL_SET_OP_INTERSECT;
      return _weir_sql_accept_keyword (p, WEIR_SQL_KW_INTERSECT);
    }
  *op = _weir_sql_at_keyword (p, WEIR_SQL_KW_UNION) ? WEIR_SQL_SET_OP_UNION : WEIR_SQL_SET_OP_EXCEPT;
  return _weir_sql_accept_keyword (p, WEIR_SQL_KW_UNION) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_EXCEPT) ||
         _weir_sql_accept_keyword (p, WEIR_SQL_KW_MINUS);
}

/* INTERSECT binds tighter than UNION and EXCEPT; all are left-associative. */
static WeirSqlBody *
parse_set_ops (WeirSqlParser *p,
               gboolean       intersect)
{
  guint        outer_peak = p->peak;
  WeirSqlBody *left;
  guint32      op_start;
  WeirSqlSetOp op;

  p->peak = 0;
  left = intersect ? parse_body_primary (p) : parse_set_ops (p, TRUE);
  for (op_start = _weir_sql_start (p); accept_set_op (p, intersect, &op); op_start = _weir_sql_start (p))
    {
      WeirSqlBody *body = _weir_sql_arena_alloc (p->arena, sizeof *body);
      guint        left_peak;

      body->kind = WEIR_SQL_BODY_SET_OP;
      body->set_op.op = op;
      body->set_op.all = _weir_sql_accept_keyword (p, WEIR_SQL_KW_ALL);
      body->set_op.all_given = body->set_op.all || _weir_sql_accept_keyword (p, WEIR_SQL_KW_DISTINCT);
      body->set_op.op_span = _weir_sql_span_from (p, op_start);
      left_peak = p->peak;
      p->peak = 0;
      body->set_op.left = left;
      body->set_op.right = intersect ? parse_body_primary (p) : parse_set_ops (p, TRUE);
      p->peak = MAX (p->peak, left_peak);
      body->span = _weir_sql_span_from (p, left->span.start);
      _weir_sql_grow (p, 1);
      left = body;
    }
  p->peak = MAX (p->peak, outer_peak);
  return left;
}

static WeirSqlBody *
parse_body (WeirSqlParser *p)
{
  return parse_set_ops (p, FALSE);
}

/* ---- WITH and the whole --------------------------------------------------------------------------------------- */

static WeirSqlCte
parse_cte (WeirSqlParser *p)
{
  guint32    start = _weir_sql_start (p);
  WeirSqlCte cte = { .name = _weir_sql_parse_ident (p) };

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN) && !_weir_sql_at_query_paren (p, 0))
    cte.columns = _weir_sql_parse_ident_list (p, &cte.n_columns);
  reject_keyword (p, WEIR_SQL_KW_MAX, WEIR_SQL_KW_RECURSION, "MAX RECURSION LEVEL");
  _weir_sql_accept_keyword (p, WEIR_SQL_KW_AS);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  cte.query = _weir_sql_parse_query (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  cte.span = _weir_sql_span_from (p, start);
  return cte;
}

WeirSqlQuery *
_weir_sql_parse_with (WeirSqlParser *p)
{
  WeirSqlQuery *query = _weir_sql_arena_alloc (p->arena, sizeof *query);
  guint32       start = _weir_sql_start (p);
  WeirSqlList   ctes = { 0 };

  query->span.start = start;
  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_WITH))
    return query;
  query->recursive = _weir_sql_at_keyword (p, WEIR_SQL_KW_RECURSIVE) && _weir_sql_token_is_name (_weir_sql_peek (p, 1)) &&
                     _weir_sql_peek (p, 1)->keyword != WEIR_SQL_KW_AS && _weir_sql_accept_keyword (p, WEIR_SQL_KW_RECURSIVE);
  do
    _weir_sql_push (p, &ctes, WeirSqlCte, parse_cte (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  query->ctes = ctes.data;
  query->n_ctes = ctes.n;
  query->with_span = _weir_sql_span_from (p, start);
  return query;
}

const WeirSqlQuery *
_weir_sql_parse_query_after_with (WeirSqlParser      *p,
                                  const WeirSqlQuery *with)
{
  WeirSqlQuery *query = _weir_sql_arena_alloc (p->arena, sizeof *query);

  *query = *with;
  query->body = parse_body (p);
  _weir_sql_parse_organization (p, query);
  query->span = _weir_sql_span_from (p, with->span.start);
  return _weir_sql_parse_pipes (p, query);
}

const WeirSqlQuery *
_weir_sql_parse_query (WeirSqlParser *p)
{
  WeirSqlFrame        frame;
  const WeirSqlQuery *query;

  _weir_sql_enter (p, &frame);
  query = _weir_sql_parse_query_after_with (p, _weir_sql_parse_with (p));
  _weir_sql_grow (p, 1);
  _weir_sql_leave (p, &frame);
  return query;
}
