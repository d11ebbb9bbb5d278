/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "sql/parser-private.h"

/* Queries: what begins one, WITH, VALUES and TABLE, set operations. SELECT is in parser-select.c, ORDER BY and LIMIT in parser-order.c. */

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
             next->kind == WEIR_SQL_TOKEN_MINUS || _weir_sql_word_begins_expr (p, ahead + 1);
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
    _weir_sql_parse_select (p, &body->select);
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
  _weir_sql_reject_keyword (p, WEIR_SQL_KW_MAX, WEIR_SQL_KW_RECURSION, "MAX RECURSION LEVEL");
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
