/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"

/*
 * Pipe syntax: `FROM t |> WHERE a |> SELECT b`.
 *
 * Every operator puts the query so far into parentheses and selects from it, so nothing behind the parser knows of
 * pipes. Spans are those of the text up to the operator; a query with pipes is one SQL card in the builder.
 */

static WeirSqlQuery *
new_query (WeirSqlParser *p,
           guint32        start)
{
  WeirSqlQuery *query = _weir_sql_arena_alloc (p->arena, sizeof *query);
  WeirSqlBody  *body = _weir_sql_arena_alloc (p->arena, sizeof *body);

  body->kind = WEIR_SQL_BODY_SELECT;
  query->body = body;
  query->span.start = start;
  return query;
}

static WeirSqlSelect *
select_of (WeirSqlQuery *query)
{
  return (WeirSqlSelect *)&query->body->select;
}

static void
add_star (WeirSqlParser *p,
          WeirSqlList   *items)
{
  WeirSqlSelectItem item = { .expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_STAR, _weir_sql_start (p)) };

  item.span = item.expr->span;
  _weir_sql_push (p, items, WeirSqlSelectItem, item);
}

static void
set_items (WeirSqlSelect *select,
           WeirSqlList   *items)
{
  select->items = items->data;
  select->n_items = items->n;
}

/* SELECT * FROM (@input) AS @alias */
static WeirSqlQuery *
select_from (WeirSqlParser      *p,
             const WeirSqlQuery *input,
             WeirSqlIdent        alias)
{
  WeirSqlQuery    *query = new_query (p, input->span.start);
  WeirSqlSelect   *select = select_of (query);
  WeirSqlRelation *relation = _weir_sql_arena_alloc (p->arena, sizeof *relation);
  WeirSqlList      relations = { 0 }, items = { 0 };

  relation->kind = WEIR_SQL_RELATION_QUERY;
  relation->query = input;
  relation->alias = alias;
  relation->span = select->from_span = input->span;
  _weir_sql_push (p, &relations, const WeirSqlRelation *, relation);
  select->from = relations.data;
  select->n_from = 1;
  add_star (p, &items);
  set_items (select, &items);
  return query;
}

/* GROUP BY k [AS a], …: the keys also stand first in the list. */
static void
parse_pipe_groups (WeirSqlParser *p,
                   WeirSqlSelect *select,
                   WeirSqlList   *items)
{
  WeirSqlList groups = { 0 };

  do
    {
      WeirSqlSelectItem item = _weir_sql_parse_select_item (p);
      WeirSqlGroupItem *group = _weir_sql_arena_alloc (p->arena, sizeof *group);

      group->kind = WEIR_SQL_GROUP_EXPR;
      group->expr = item.expr;
      group->span = item.expr->span;
      _weir_sql_push (p, &groups, const WeirSqlGroupItem *, group);
      _weir_sql_push (p, items, WeirSqlSelectItem, item);
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  select->group_by = groups.data;
  select->n_group_by = groups.n;
}

static void
parse_items (WeirSqlParser *p,
             WeirSqlList   *items)
{
  do
    _weir_sql_push (p, items, WeirSqlSelectItem, _weir_sql_parse_select_item (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
}

static void
parse_aggregate (WeirSqlParser *p,
                 WeirSqlSelect *select)
{
  WeirSqlList              aggregates = { 0 }, items = { 0 };
  const WeirSqlSelectItem *list;

  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_GROUP))
    parse_items (p, &aggregates);
  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_GROUP, WEIR_SQL_KW_BY))
    parse_pipe_groups (p, select, &items);
  list = aggregates.data;
  for (guint i = 0; i < aggregates.n; i++)
    _weir_sql_push (p, &items, WeirSqlSelectItem, list[i]);
  set_items (select, &items);
}

/* DROP a, b: all columns but these. */
static void
parse_drop_columns (WeirSqlParser *p,
                    WeirSqlSelect *select)
{
  WeirSqlList  names = { 0 };
  WeirSqlExpr *star = (WeirSqlExpr *)select->items[0].expr;

  do
    _weir_sql_push (p, &names, WeirSqlName, _weir_sql_parse_name (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  star->star.except = names.data;
  star->star.n_except = names.n;
}

/* One operator; FALSE when it is none of those known. */
static gboolean
parse_operator (WeirSqlParser *p,
                WeirSqlQuery  *query)
{
  WeirSqlSelect *select = select_of (query);
  WeirSqlList    items = { 0 };

  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_WHERE))
    select->where = _weir_sql_parse_expr (p);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_SELECT))
    {
      select->distinct = _weir_sql_accept_keyword (p, WEIR_SQL_KW_DISTINCT);
      parse_items (p, &items);
      set_items (select, &items);
    }
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_EXTEND))
    {
      add_star (p, &items);
      parse_items (p, &items);
      set_items (select, &items);
    }
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AGGREGATE))
    parse_aggregate (p, select);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_DROP))
    parse_drop_columns (p, select);
  else if (_weir_sql_at_keyword (p, WEIR_SQL_KW_ORDER) || _weir_sql_at_keyword (p, WEIR_SQL_KW_LIMIT) || _weir_sql_at_keyword (p, WEIR_SQL_KW_OFFSET))
    _weir_sql_parse_organization (p, query);
  else
    return FALSE;
  return TRUE;
}

const WeirSqlQuery *
_weir_sql_parse_pipes (WeirSqlParser      *p,
                       const WeirSqlQuery *input)
{
  WeirSqlIdent alias = { 0 };

  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_PIPE_ARROW))
    {
      WeirSqlQuery *query;

      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS))
        {
          alias = _weir_sql_parse_ident (p);
          continue;
        }
      query = select_from (p, input, alias);
      if (!parse_operator (p, query))
        {
          const WeirSqlToken *token = _weir_sql_peek (p, 0);

          if (token->keyword != WEIR_SQL_NO_KEYWORD)
            _weir_sql_unsupported (p, _weir_sql_token_span (token), "this pipe operator");
          else
            _weir_sql_syntax_error (p);
        }
      query->span = _weir_sql_span_from (p, input->span.start);
      ((WeirSqlBody *)query->body)->span = query->span;
      select_of (query)->span = query->span;
      input = query;
      alias = (WeirSqlIdent){ 0 };
      _weir_sql_grow (p, 2);
    }
  return input;
}
