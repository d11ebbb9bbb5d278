/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/*
 * Boolean expressions over the values of parser-expr.c: OR, AND, NOT and the predicates. A predicate may follow a value
 * once: `a IS NULL IS NULL` is no SQL.
 */

/* ---- predicates ----------------------------------------------------------------------------------------------- */

/* Spark takes ! wherever it takes NOT. */
static gboolean
at_not (const WeirSqlParser *p)
{
  return _weir_sql_at_keyword (p, WEIR_SQL_KW_NOT) || _weir_sql_at (p, WEIR_SQL_TOKEN_BANG);
}

static gboolean
accept_not (WeirSqlParser *p)
{
  if (!at_not (p))
    return FALSE;
  _weir_sql_next (p);
  return TRUE;
}

static WeirSqlExpr *
parse_is (WeirSqlParser *p,
          WeirSqlExpr   *operand)
{
  const WeirSqlToken *is = _weir_sql_next (p);
  gboolean            negated = accept_not (p);
  WeirSqlIsTest       test = WEIR_SQL_IS_NULL;
  WeirSqlExpr        *expr;

  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_DISTINCT, WEIR_SQL_KW_FROM))
    {
      WeirSpan op_span = _weir_sql_span_from (p, is->start);

      expr = _weir_sql_new_binary (p, negated ? WEIR_SQL_OP_IS_NOT_DISTINCT_FROM : WEIR_SQL_OP_IS_DISTINCT_FROM, operand,
                                   _weir_sql_parse_comparison (p), op_span);
      _weir_sql_grow (p, 1);
      return expr;
    }
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TRUE))
    test = WEIR_SQL_IS_TRUE;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FALSE))
    test = WEIR_SQL_IS_FALSE;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_UNKNOWN))
    test = WEIR_SQL_IS_UNKNOWN;
  else
    _weir_sql_expect_keyword (p, WEIR_SQL_KW_NULL);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_IS, operand->span.start);
  expr->is.test = test;
  expr->is.negated = negated;
  expr->is.operand = operand;
  return expr;
}

static WeirSqlExpr *
parse_between (WeirSqlParser *p,
               WeirSqlExpr   *operand,
               gboolean       negated)
{
  const WeirSqlExpr *low, *high;
  WeirSqlExpr       *expr;

  _weir_sql_next (p);
  low = _weir_sql_parse_comparison (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_AND);
  high = _weir_sql_parse_comparison (p);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_BETWEEN, operand->span.start);
  expr->between.negated = negated;
  expr->between.operand = operand;
  expr->between.low = low;
  expr->between.high = high;
  return expr;
}

static WeirSqlExpr *
parse_in (WeirSqlParser *p,
          WeirSqlExpr   *operand,
          gboolean       negated)
{
  const WeirSqlExpr *const *items = NULL;
  const WeirSqlQuery       *query = NULL;
  guint                     n_items = 0;
  gboolean                  is_query;
  WeirSqlExpr              *expr;

  _weir_sql_next (p);
  is_query = _weir_sql_at_query_paren (p, 0);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  if (is_query)
    query = _weir_sql_parse_query (p);
  else
    items = _weir_sql_parse_expr_list (p, &n_items);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_IN, operand->span.start);
  expr->in.negated = negated;
  expr->in.operand = operand;
  expr->in.items = items;
  expr->in.n_items = n_items;
  expr->in.query = query;
  return expr;
}

static const char *
parse_escape (WeirSqlParser *p)
{
  guint32     start;
  const char *escape;

  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_ESCAPE))
    return NULL;
  start = _weir_sql_start (p);
  escape = _weir_sql_parse_string (p);
  if (p->error == NULL && g_utf8_strlen (escape, -1) != 1)
    _weir_sql_error (p, "INVALID_ESCAPE_CHAR", _weir_sql_span_from (p, start),
                     "ESCAPE should be a string literal of length one, but got '%s'.", escape);
  return escape;
}

static WeirSqlQuantifier
parse_quantifier (WeirSqlParser *p)
{
  if (_weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_LEFT_PAREN)
    return WEIR_SQL_QUANTIFIER_NONE;
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ALL))
    return WEIR_SQL_QUANTIFIER_ALL;
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ANY) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_SOME))
    return WEIR_SQL_QUANTIFIER_ANY;
  return WEIR_SQL_QUANTIFIER_NONE;
}

static WeirSqlExpr *
parse_like (WeirSqlParser  *p,
            WeirSqlExpr    *operand,
            gboolean        negated,
            WeirSqlLikeKind like)
{
  WeirSqlQuantifier         quantifier = WEIR_SQL_QUANTIFIER_NONE;
  const WeirSqlExpr *const *patterns;
  guint                     n_patterns = 1;
  const char               *escape = NULL;
  WeirSqlExpr              *expr;

  _weir_sql_next (p);
  if (like != WEIR_SQL_RLIKE)
    quantifier = parse_quantifier (p);
  if (quantifier != WEIR_SQL_QUANTIFIER_NONE)
    {
      _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
      patterns = _weir_sql_parse_expr_list (p, &n_patterns);
      _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
    }
  else
    {
      WeirSqlList list = { 0 };

      _weir_sql_push (p, &list, const WeirSqlExpr *, _weir_sql_parse_comparison (p));
      patterns = list.data;
      escape = like != WEIR_SQL_RLIKE ? parse_escape (p) : NULL;
    }
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LIKE, operand->span.start);
  expr->like.like = like;
  expr->like.negated = negated;
  expr->like.quantifier = quantifier;
  expr->like.operand = operand;
  expr->like.patterns = patterns;
  expr->like.n_patterns = n_patterns;
  expr->like.escape = escape;
  return expr;
}

static gboolean
is_predicate_keyword (WeirSqlKeyword keyword)
{
  return keyword == WEIR_SQL_KW_BETWEEN || keyword == WEIR_SQL_KW_IN || keyword == WEIR_SQL_KW_LIKE || keyword == WEIR_SQL_KW_ILIKE ||
         keyword == WEIR_SQL_KW_RLIKE || keyword == WEIR_SQL_KW_REGEXP;
}

static WeirSqlExpr *
parse_predicate (WeirSqlParser *p)
{
  WeirSqlExpr *operand = _weir_sql_parse_comparison (p);
  gboolean     negated = FALSE;

  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_IS))
    return parse_is (p, operand);
  if (at_not (p) && is_predicate_keyword (_weir_sql_peek (p, 1)->keyword))
    negated = accept_not (p);
  switch (_weir_sql_peek (p, 0)->keyword)
    {
    case WEIR_SQL_KW_BETWEEN:
      return parse_between (p, operand, negated);
    case WEIR_SQL_KW_IN:
      return parse_in (p, operand, negated);
    case WEIR_SQL_KW_LIKE:
      return parse_like (p, operand, negated, WEIR_SQL_LIKE);
    case WEIR_SQL_KW_ILIKE:
      return parse_like (p, operand, negated, WEIR_SQL_ILIKE);
    case WEIR_SQL_KW_RLIKE:
    case WEIR_SQL_KW_REGEXP:
      return parse_like (p, operand, negated, WEIR_SQL_RLIKE);
    default:
      return operand;
    }
}

/* ---- NOT, AND, OR --------------------------------------------------------------------------------------------- */

static WeirSqlExpr *
parse_not (WeirSqlParser *p)
{
  guint32      start = _weir_sql_start (p);
  guint        outer_peak = p->peak;
  WeirSqlFrame frame;
  WeirSqlExpr *expr;

  p->peak = 0;
  if (accept_not (p))
    {
      _weir_sql_enter (p, &frame);
      expr = parse_not (p);
      _weir_sql_leave (p, &frame);
      expr = _weir_sql_new_unary (p, WEIR_SQL_OP_NOT, expr, start);
    }
  else
    expr = parse_predicate (p);
  p->peak = MAX (p->peak, outer_peak);
  return expr;
}

/* A long chain of ANDs becomes a balanced tree in the shape Spark gives it, so that its length is no depth. */
static WeirSqlExpr *
balance (WeirSqlParser      *p,
         WeirSqlBinaryOp     op,
         WeirSqlExpr *const *operands,
         const WeirSpan     *op_spans,
         guint               low,
         guint               high)
{
  guint middle = low + (high - low) / 2;

  if (low == high)
    return operands[low];
  return _weir_sql_new_binary (p, op, balance (p, op, operands, op_spans, low, middle), balance (p, op, operands, op_spans, middle + 1, high), op_spans[middle]);
}

static WeirSqlExpr *parse_chain (WeirSqlParser *p, WeirSqlBinaryOp op);

/* What OR or AND joins, measured by itself. */
static WeirSqlExpr *
parse_operand (WeirSqlParser  *p,
               WeirSqlBinaryOp op)
{
  guint        outer_peak = p->peak;
  WeirSqlExpr *expr;

  p->peak = 0;
  expr = op == WEIR_SQL_OP_OR ? parse_chain (p, WEIR_SQL_OP_AND) : parse_not (p);
  p->peak = MAX (p->peak, outer_peak);
  return expr;
}

static WeirSqlExpr *
parse_chain (WeirSqlParser  *p,
             WeirSqlBinaryOp op)
{
  WeirSqlKeyword keyword = op == WEIR_SQL_OP_OR ? WEIR_SQL_KW_OR : WEIR_SQL_KW_AND;
  WeirSqlList    operands = { 0 }, op_spans = { 0 };
  WeirSqlExpr   *first = parse_operand (p, op);

  if (!_weir_sql_at_keyword (p, keyword))
    return first;
  _weir_sql_push (p, &operands, WeirSqlExpr *, first);
  while (_weir_sql_at_keyword (p, keyword))
    {
      _weir_sql_push (p, &op_spans, WeirSpan, _weir_sql_token_span (_weir_sql_next (p)));
      _weir_sql_push (p, &operands, WeirSqlExpr *, parse_operand (p, op));
    }
  _weir_sql_grow (p, g_bit_storage (operands.n - 1));
  return balance (p, op, operands.data, op_spans.data, 0, operands.n - 1);
}

WeirSqlExpr *
_weir_sql_parse_expr (WeirSqlParser *p)
{
  WeirSqlFrame frame;
  WeirSqlExpr *expr;

  _weir_sql_enter (p, &frame);
  expr = parse_chain (p, WEIR_SQL_OP_OR);
  _weir_sql_leave (p, &frame);
  return expr;
}
