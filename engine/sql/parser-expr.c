/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/*
 * Value expressions, the lower of Spark's two storeys: primaries, what follows them, and the operators from comparisons up
 * to * by climbing precedences. The upper storey is parser-boolean.c.
 */

typedef struct
{
  WeirSqlBinaryOp op;
  guint           level; /* 0: no operator */
  guint           n_tokens;
} Operator;

enum
{
  LEVEL_NONE,
  LEVEL_COMPARISON,
  LEVEL_BIT_OR,
  LEVEL_BIT_XOR,
  LEVEL_BIT_AND,
  LEVEL_SHIFT,
  LEVEL_ADD,
  LEVEL_MULTIPLY,
};

static WeirSqlExpr *parse_binary (WeirSqlParser *p, guint min_level);

WeirSqlExpr *
_weir_sql_new_expr (WeirSqlParser  *p,
                    WeirSqlExprKind kind,
                    guint32         start)
{
  WeirSqlExpr *expr = _weir_sql_arena_alloc (p->arena, sizeof *expr);

  expr->kind = kind;
  expr->span = _weir_sql_span_from (p, start);
  _weir_sql_grow (p, 1);
  return expr;
}

const WeirSqlExpr *const *
_weir_sql_parse_expr_list (WeirSqlParser *p,
                           guint         *n)
{
  WeirSqlList list = { 0 };

  do
    _weir_sql_push (p, &list, const WeirSqlExpr *, _weir_sql_parse_expr (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  *n = list.n;
  return list.data;
}

/* ---- primaries ------------------------------------------------------------------------------------------------ */

/* Words that end a clause or join two operands: as the start of an expression they are a slip, not a column. */
static gboolean
at_stray_keyword (const WeirSqlParser *p)
{
  switch (_weir_sql_peek (p, 0)->keyword)
    {
    case WEIR_SQL_KW_SELECT:
    case WEIR_SQL_KW_FROM:
    case WEIR_SQL_KW_WHERE:
    case WEIR_SQL_KW_HAVING:
    case WEIR_SQL_KW_UNION:
    case WEIR_SQL_KW_AND:
    case WEIR_SQL_KW_OR:
    case WEIR_SQL_KW_NOT:
    case WEIR_SQL_KW_AS:
    case WEIR_SQL_KW_ON:
    case WEIR_SQL_KW_IS:
    case WEIR_SQL_KW_IN:
    case WEIR_SQL_KW_BETWEEN:
    case WEIR_SQL_KW_INTO:
    case WEIR_SQL_KW_WITH:
      return TRUE;
    case WEIR_SQL_KW_LIKE: /* like (text, pattern) is a function */
      return _weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_LEFT_PAREN;
    case WEIR_SQL_KW_GROUP:
    case WEIR_SQL_KW_ORDER:
      return _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_BY);
    default:
      return FALSE;
    }
}

/* ((SELECT 1)) as a value is (SELECT 1). */
static const WeirSqlQuery *
unwrap_query (const WeirSqlQuery *query)
{
  while (query->body->kind == WEIR_SQL_BODY_QUERY && query->n_ctes == 0 && query->n_order_by == 0 && query->limit_span.end == 0 &&
         query->offset_span.end == 0)
    query = query->body->query;
  return query;
}

static WeirSqlExpr *
parse_subquery (WeirSqlParser  *p,
                WeirSqlExprKind kind,
                guint32         start)
{
  const WeirSqlQuery *query;
  WeirSqlExpr        *expr;

  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  query = _weir_sql_parse_query (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  expr = _weir_sql_new_expr (p, kind, start);
  expr->query = unwrap_query (query);
  return expr;
}

WeirSqlExpr *
_weir_sql_parse_alias_expr (WeirSqlParser *p)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlExpr *inner = _weir_sql_parse_expr (p), *expr;
  WeirSqlIdent name;

  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) && !_weir_sql_at_select_alias (p))
    return inner;
  name = _weir_sql_parse_ident (p);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_ALIAS, start);
  expr->alias.expr = inner;
  expr->alias.name = name;
  return expr;
}

/* (e) or (a, b): parentheses leave no node, only a wider span. */
static WeirSqlExpr *
parse_paren (WeirSqlParser *p)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlList  items = { 0 };
  WeirSqlExpr *first, *expr;

  if (_weir_sql_at_query_paren (p, 0))
    return parse_subquery (p, WEIR_SQL_EXPR_SUBQUERY, start);
  _weir_sql_next (p);
  first = _weir_sql_parse_alias_expr (p);
  if (!_weir_sql_at (p, WEIR_SQL_TOKEN_COMMA))
    {
      if (first->kind == WEIR_SQL_EXPR_ALIAS)
        _weir_sql_syntax_error (p);
      _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
      first->span = _weir_sql_span_from (p, start);
      return first;
    }
  _weir_sql_push (p, &items, const WeirSqlExpr *, first);
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA))
    _weir_sql_push (p, &items, const WeirSqlExpr *, _weir_sql_parse_alias_expr (p));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_ROW, start);
  expr->row.items = items.data;
  expr->row.n_items = items.n;
  return expr;
}

static void
parse_star_except (WeirSqlParser *p,
                   WeirSqlExpr   *expr)
{
  WeirSqlList names = { 0 };

  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_EXCEPT) || _weir_sql_at_query_paren (p, 1) ||
      _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_ALL) || _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_DISTINCT) ||
      _weir_sql_at_query (p, 1))
    return;
  _weir_sql_next (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  do
    _weir_sql_push (p, &names, WeirSqlName, _weir_sql_parse_name (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  expr->star.except = names.data;
  expr->star.n_except = names.n;
  expr->span = _weir_sql_span_from (p, expr->span.start);
}

static WeirSqlExpr *
parse_star (WeirSqlParser *p,
            WeirSqlName    qualifier,
            guint32        start)
{
  WeirSqlExpr *expr;

  _weir_sql_expect (p, WEIR_SQL_TOKEN_STAR);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_STAR, start);
  expr->star.qualifier = qualifier;
  parse_star_except (p, expr);
  return expr;
}

/* a, a.b.c, a.*, f(…), a.f(…) */
static WeirSqlExpr *
parse_name_expr (WeirSqlParser *p)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlList  parts = { 0 };
  WeirSqlName  name;
  WeirSqlExpr *expr;
  gboolean     star = FALSE;

  do
    {
      star = parts.n > 0 && _weir_sql_at (p, WEIR_SQL_TOKEN_STAR);
      if (!star)
        _weir_sql_push (p, &parts, WeirSqlIdent, _weir_sql_parse_ident (p));
    }
  while (!star && _weir_sql_accept (p, WEIR_SQL_TOKEN_DOT));
  name = (WeirSqlName){ .parts = parts.data, .n_parts = parts.n, .span = _weir_sql_span_from (p, start) };
  if (star)
    {
      name.span.end = name.parts[name.n_parts - 1].span.end;
      return parse_star (p, name, start);
    }
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    return _weir_sql_parse_call (p, name, start);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_COLUMN, start);
  expr->column = name;
  return expr;
}

static WeirSqlExpr *
parse_case (WeirSqlParser *p)
{
  guint32            start = _weir_sql_start (p);
  WeirSqlList        whens = { 0 }, thens = { 0 };
  const WeirSqlExpr *operand = NULL, *otherwise = NULL;
  WeirSqlExpr       *expr;

  _weir_sql_next (p);
  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_WHEN))
    operand = _weir_sql_parse_expr (p);
  do
    {
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_WHEN);
      _weir_sql_push (p, &whens, const WeirSqlExpr *, _weir_sql_parse_expr (p));
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_THEN);
      _weir_sql_push (p, &thens, const WeirSqlExpr *, _weir_sql_parse_expr (p));
    }
  while (_weir_sql_at_keyword (p, WEIR_SQL_KW_WHEN));
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ELSE))
    otherwise = _weir_sql_parse_expr (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_END);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_CASE, start);
  expr->case_.operand = operand;
  expr->case_.whens = whens.data;
  expr->case_.thens = thens.data;
  expr->case_.n_whens = whens.n;
  expr->case_.otherwise = otherwise;
  return expr;
}

static WeirSqlExpr *
parse_cast (WeirSqlParser *p)
{
  guint32            start = _weir_sql_start (p);
  gboolean           is_try = _weir_sql_next (p)->keyword == WEIR_SQL_KW_TRY_CAST;
  const WeirSqlExpr *operand;
  const char        *type;
  WeirSpan           type_span;
  WeirSqlExpr       *expr;

  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  operand = _weir_sql_parse_expr (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_AS);
  type = _weir_sql_parse_type (p, &type_span);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_CAST, start);
  expr->cast.operand = operand;
  expr->cast.is_try = is_try;
  expr->cast.type = type;
  expr->cast.type_span = type_span;
  return expr;
}

static WeirSqlExpr *
parse_word (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  gboolean            paren = _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN;
  WeirSqlExpr        *expr;

  if (token->keyword == WEIR_SQL_KW_CASE)
    return parse_case (p);
  if (paren && (token->keyword == WEIR_SQL_KW_CAST || token->keyword == WEIR_SQL_KW_TRY_CAST))
    return parse_cast (p);
  if (paren && token->keyword == WEIR_SQL_KW_EXISTS && _weir_sql_at_query_paren (p, 1))
    {
      _weir_sql_next (p);
      return parse_subquery (p, WEIR_SQL_EXPR_EXISTS, token->start);
    }
  if (paren && token->keyword == WEIR_SQL_KW_IDENTIFIER)
    _weir_sql_unsupported (p, _weir_sql_token_span (token), "the IDENTIFIER clause");
  if (at_stray_keyword (p))
    _weir_sql_syntax_error (p);
  expr = _weir_sql_parse_special_call (p);
  return expr != NULL ? expr : parse_name_expr (p);
}

static WeirSqlExpr *
parse_primary (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (_weir_sql_at_literal (p))
    return _weir_sql_parse_literal (p);
  switch (token->kind)
    {
    case WEIR_SQL_TOKEN_LEFT_PAREN:
      return parse_paren (p);
    case WEIR_SQL_TOKEN_STAR:
      return parse_star (p, (WeirSqlName){ 0 }, token->start);
    case WEIR_SQL_TOKEN_WORD:
      return parse_word (p);
    case WEIR_SQL_TOKEN_QUOTED:
      return parse_name_expr (p);
    case WEIR_SQL_TOKEN_QUESTION:
    case WEIR_SQL_TOKEN_COLON:
      _weir_sql_unsupported (p, _weir_sql_token_span (token), "parameter markers");
      break;
    default:
      _weir_sql_syntax_error (p);
    }
  return _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, token->start);
}

/* ---- postfix and unary ---------------------------------------------------------------------------------------- */

static WeirSqlExpr *
parse_subscript (WeirSqlParser *p,
                 WeirSqlExpr   *base)
{
  const WeirSqlExpr *index;
  WeirSqlExpr       *expr;

  _weir_sql_next (p);
  index = _weir_sql_parse_value (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_BRACKET);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_SUBSCRIPT, base->span.start);
  expr->subscript.base = base;
  expr->subscript.index = index;
  return expr;
}

static WeirSqlExpr *
parse_field_access (WeirSqlParser *p,
                    WeirSqlExpr   *base)
{
  WeirSqlIdent name;
  WeirSqlExpr *expr;

  _weir_sql_next (p);
  name = _weir_sql_parse_ident (p);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_FIELD, base->span.start);
  expr->field.base = base;
  expr->field.name = name;
  return expr;
}

static WeirSqlExpr *
parse_cast_operator (WeirSqlParser *p,
                     WeirSqlExpr   *operand)
{
  const char  *type;
  WeirSpan     type_span;
  WeirSqlExpr *expr;

  _weir_sql_next (p);
  type = _weir_sql_parse_type (p, &type_span);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_CAST, operand->span.start);
  expr->cast.operand = operand;
  expr->cast.operator_form = TRUE;
  expr->cast.type = type;
  expr->cast.type_span = type_span;
  return expr;
}

static WeirSqlExpr *
parse_postfix (WeirSqlParser *p)
{
  WeirSqlExpr *expr = parse_primary (p);

  for (;;)
    {
      switch (_weir_sql_peek (p, 0)->kind)
        {
        case WEIR_SQL_TOKEN_LEFT_BRACKET:
          expr = parse_subscript (p, expr);
          break;
        case WEIR_SQL_TOKEN_DOT:
          expr = parse_field_access (p, expr);
          break;
        case WEIR_SQL_TOKEN_DOUBLE_COLON:
          expr = parse_cast_operator (p, expr);
          break;
        case WEIR_SQL_TOKEN_COLON:
          _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "paths into semi-structured values");
          return expr;
        default:
          if (_weir_sql_at_keyword (p, WEIR_SQL_KW_COLLATE))
            _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "collations");
          return expr;
        }
    }
}

static gboolean
at_unary (const WeirSqlParser *p,
          WeirSqlUnaryOp      *op)
{
  switch (_weir_sql_peek (p, 0)->kind)
    {
    case WEIR_SQL_TOKEN_MINUS:
      *op = WEIR_SQL_OP_NEGATE;
      return !_weir_sql_at_literal (p);
    case WEIR_SQL_TOKEN_PLUS:
      *op = WEIR_SQL_OP_PLUS;
      return TRUE;
    case WEIR_SQL_TOKEN_TILDE:
      *op = WEIR_SQL_OP_BIT_NOT;
      return TRUE;
    default:
      return FALSE;
    }
}

WeirSqlExpr *
_weir_sql_new_unary (WeirSqlParser     *p,
                     WeirSqlUnaryOp     op,
                     const WeirSqlExpr *operand,
                     guint32            start)
{
  WeirSqlExpr *expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_UNARY, start);

  expr->unary.op = op;
  expr->unary.operand = operand;
  return expr;
}

static WeirSqlExpr *
parse_unary (WeirSqlParser *p)
{
  guint32        start = _weir_sql_start (p);
  WeirSqlUnaryOp op;
  WeirSqlFrame   frame;
  WeirSqlExpr   *operand;

  if (!at_unary (p, &op))
    return parse_postfix (p);
  _weir_sql_next (p);
  _weir_sql_enter (p, &frame);
  operand = parse_unary (p);
  _weir_sql_leave (p, &frame);
  return _weir_sql_new_unary (p, op, operand, start);
}

/* ---- binary operators ----------------------------------------------------------------------------------------- */

/* >, >> or >>>: the lexer leaves them single because they also close types. */
static Operator
greater_operator (const WeirSqlParser *p)
{
  guint n = 1;

  while (n < 3 && _weir_sql_peek (p, n)->kind == WEIR_SQL_TOKEN_GT && _weir_sql_peek (p, n)->start == _weir_sql_peek (p, n - 1)->end)
    n++;
  if (n == 1)
    return (Operator){ WEIR_SQL_OP_GT, LEVEL_COMPARISON, 1 };
  return (Operator){ n == 2 ? WEIR_SQL_OP_SHIFT_RIGHT : WEIR_SQL_OP_SHIFT_RIGHT_UNSIGNED, LEVEL_SHIFT, n };
}

static Operator
peek_operator (const WeirSqlParser *p)
{
  static const Operator by_kind[WEIR_SQL_TOKEN_UNKNOWN + 1] = {
    [WEIR_SQL_TOKEN_EQ] = { WEIR_SQL_OP_EQ, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_NE] = { WEIR_SQL_OP_NE, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_LT] = { WEIR_SQL_OP_LT, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_LE] = { WEIR_SQL_OP_LE, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_GE] = { WEIR_SQL_OP_GE, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_NULL_SAFE_EQ] = { WEIR_SQL_OP_NULL_SAFE_EQ, LEVEL_COMPARISON, 1 },
    [WEIR_SQL_TOKEN_PIPE] = { WEIR_SQL_OP_BIT_OR, LEVEL_BIT_OR, 1 },
    [WEIR_SQL_TOKEN_HAT] = { WEIR_SQL_OP_BIT_XOR, LEVEL_BIT_XOR, 1 },
    [WEIR_SQL_TOKEN_AMPERSAND] = { WEIR_SQL_OP_BIT_AND, LEVEL_BIT_AND, 1 },
    [WEIR_SQL_TOKEN_SHIFT_LEFT] = { WEIR_SQL_OP_SHIFT_LEFT, LEVEL_SHIFT, 1 },
    [WEIR_SQL_TOKEN_PLUS] = { WEIR_SQL_OP_ADD, LEVEL_ADD, 1 },
    [WEIR_SQL_TOKEN_MINUS] = { WEIR_SQL_OP_SUBTRACT, LEVEL_ADD, 1 },
    [WEIR_SQL_TOKEN_CONCAT] = { WEIR_SQL_OP_CONCAT, LEVEL_ADD, 1 },
    [WEIR_SQL_TOKEN_STAR] = { WEIR_SQL_OP_MULTIPLY, LEVEL_MULTIPLY, 1 },
    [WEIR_SQL_TOKEN_SLASH] = { WEIR_SQL_OP_DIVIDE, LEVEL_MULTIPLY, 1 },
    [WEIR_SQL_TOKEN_PERCENT] = { WEIR_SQL_OP_MODULO, LEVEL_MULTIPLY, 1 },
  };
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (token->kind == WEIR_SQL_TOKEN_GT)
    return greater_operator (p);
  if (token->keyword == WEIR_SQL_KW_DIV)
    return (Operator){ WEIR_SQL_OP_DIV, LEVEL_MULTIPLY, 1 };
  return by_kind[token->kind];
}

WeirSqlExpr *
_weir_sql_new_binary (WeirSqlParser     *p,
                      WeirSqlBinaryOp    op,
                      const WeirSqlExpr *left,
                      const WeirSqlExpr *right,
                      WeirSpan           op_span)
{
  WeirSqlExpr *expr = _weir_sql_arena_alloc (p->arena, sizeof *expr);

  expr->kind = WEIR_SQL_EXPR_BINARY;
  expr->span = (WeirSpan){ left->span.start, MAX (left->span.start, right->span.end) };
  expr->binary.op = op;
  expr->binary.left = left;
  expr->binary.right = right;
  expr->binary.op_span = op_span;
  return expr;
}

static WeirSqlExpr *
parse_binary (WeirSqlParser *p,
              guint          min_level)
{
  guint        outer_peak = p->peak;
  WeirSqlExpr *left;
  Operator     operator;

  p->peak = 0;
  left = parse_unary (p);
  for (operator= peek_operator (p); operator.level >= min_level && operator.level != LEVEL_NONE; operator= peek_operator (p))
    {
      guint32            start = _weir_sql_start (p);
      const WeirSqlExpr *right;
      WeirSpan           op_span;

      for (guint i = 0; i < operator.n_tokens; i++)
        _weir_sql_next (p);
      op_span = _weir_sql_span_from (p, start);
      right = parse_binary (p, operator.level + 1);
      left = _weir_sql_new_binary (p, operator.op, left, right, op_span);
      _weir_sql_grow (p, 1);
    }
  p->peak = MAX (p->peak, outer_peak);
  return left;
}

WeirSqlExpr *
_weir_sql_parse_value (WeirSqlParser *p)
{
  WeirSqlFrame frame;
  WeirSqlExpr *expr;

  _weir_sql_enter (p, &frame);
  expr = parse_binary (p, LEVEL_COMPARISON);
  _weir_sql_leave (p, &frame);
  return expr;
}

WeirSqlExpr *
_weir_sql_parse_comparison (WeirSqlParser *p)
{
  return parse_binary (p, LEVEL_COMPARISON);
}
