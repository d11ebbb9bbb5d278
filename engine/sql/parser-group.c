/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"

/*
 * GROUP BY: expressions, ALL, and grouping sets in both spellings. `a, b WITH ROLLUP` and `a, b GROUPING SETS (…)` become one item of the kind
 * that ROLLUP (a, b) is. GROUPING SETS nest, so they count as depth.
 */

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

void
_weir_sql_parse_group_by (WeirSqlParser *p,
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
  if (items.n == 1 && list[0]->kind == WEIR_SQL_GROUP_EXPR && _weir_sql_is_all (list[0]->expr))
    {
      select->group_by = NULL;
      select->n_group_by = 0;
      select->group_by_all = TRUE;
    }
}
