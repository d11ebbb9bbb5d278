/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/*
 * Calls, and the forms SQL gives some of them: EXTRACT (YEAR FROM t), TRIM (BOTH 'x' FROM s), CURRENT_DATE, … They all
 * become plain calls with a note of the form, so only the printer has to know them.
 */

static const char *const units[] = {
  "YEAR",
  "QUARTER",
  "MONTH",
  "WEEK",
  "DAY",
  "DAYOFYEAR",
  "HOUR",
  "MINUTE",
  "SECOND",
  "MILLISECOND",
  "MICROSECOND",
};

static const WeirSqlExpr *
new_string (WeirSqlParser *p,
            const char    *text,
            WeirSpan       span)
{
  WeirSqlExpr *expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LITERAL, span.start);

  expr->span = span;
  expr->literal.kind = WEIR_SQL_LITERAL_STRING;
  expr->literal.text = text;
  expr->literal.len = strlen (text);
  return expr;
}

static WeirSqlExpr *
parse_lambda (WeirSqlParser *p)
{
  guint32             start = _weir_sql_start (p);
  const WeirSqlIdent *params;
  guint               n_params = 1;
  const WeirSqlExpr  *body;
  WeirSqlExpr        *expr;

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    params = _weir_sql_parse_ident_list (p, &n_params);
  else
    {
      WeirSqlList list = { 0 };

      _weir_sql_push (p, &list, WeirSqlIdent, _weir_sql_parse_ident (p));
      params = list.data;
    }
  _weir_sql_expect (p, WEIR_SQL_TOKEN_ARROW);
  body = _weir_sql_parse_lambda_or_expr (p);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_LAMBDA, start);
  expr->lambda.params = params;
  expr->lambda.n_params = n_params;
  expr->lambda.body = body;
  return expr;
}

static gboolean
at_lambda (const WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (_weir_sql_token_is_name (token))
    return _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_ARROW;
  return token->kind == WEIR_SQL_TOKEN_LEFT_PAREN && token->match != 0 && token->match + 1 < p->end &&
         p->tokens[token->match + 1].kind == WEIR_SQL_TOKEN_ARROW;
}

WeirSqlExpr *
_weir_sql_parse_lambda_or_expr (WeirSqlParser *p)
{
  WeirSqlFrame frame;
  WeirSqlExpr *expr;

  if (!at_lambda (p))
    return _weir_sql_parse_expr (p);
  _weir_sql_enter (p, &frame);
  expr = parse_lambda (p);
  _weir_sql_leave (p, &frame);
  return expr;
}

/* ---- arguments ------------------------------------------------------------------------------------------------ */

static const WeirSqlExpr *
parse_arg (WeirSqlParser *p,
           gboolean       is_struct)
{
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_TABLE) &&
      (_weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN || _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_WORD))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "TABLE arguments");
  if (is_struct && !at_lambda (p))
    return _weir_sql_parse_alias_expr (p);
  return _weir_sql_parse_lambda_or_expr (p);
}

/* The arguments up to the closing parenthesis, those in @args being parsed already. */
static void
parse_args (WeirSqlParser *p,
            WeirSqlCall   *call,
            WeirSqlList   *args,
            gboolean       is_struct)
{
  WeirSqlList names = { 0 };
  gboolean    any_name = FALSE;

  for (guint i = 0; i < args->n; i++)
    _weir_sql_push (p, &names, WeirSqlIdent, (WeirSqlIdent){ 0 });
  do
    {
      WeirSqlIdent name = { 0 };

      if (_weir_sql_token_is_name (_weir_sql_peek (p, 0)) && _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_FAT_ARROW)
        {
          name = _weir_sql_parse_ident (p);
          _weir_sql_next (p);
          any_name = TRUE;
        }
      _weir_sql_push (p, &names, WeirSqlIdent, name);
      _weir_sql_push (p, args, const WeirSqlExpr *, parse_arg (p, is_struct));
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  call->arg_names = any_name ? names.data : NULL;
}

/* ---- special forms -------------------------------------------------------------------------------------------- */

static void
parse_extract (WeirSqlParser *p,
               WeirSqlCall   *call,
               WeirSqlList   *args)
{
  WeirSqlIdent field;

  if (!_weir_sql_token_is_name (_weir_sql_peek (p, 0)) || !_weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_FROM))
    return;
  field = _weir_sql_parse_ident (p);
  _weir_sql_next (p);
  call->form = WEIR_SQL_CALL_EXTRACT;
  _weir_sql_push (p, args, const WeirSqlExpr *, new_string (p, field.name, field.span));
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
}

/* substring (s FROM start [FOR length]), overlay (s PLACING r FROM start [FOR length]) */
static void
parse_from_for (WeirSqlParser *p,
                WeirSqlCall   *call,
                WeirSqlList   *args,
                gboolean       overlay)
{
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_expr (p));
  if (!_weir_sql_at_keyword (p, overlay ? WEIR_SQL_KW_PLACING : WEIR_SQL_KW_FROM))
    return;
  call->form = overlay ? WEIR_SQL_CALL_OVERLAY : WEIR_SQL_CALL_SUBSTRING;
  if (overlay)
    {
      _weir_sql_next (p);
      _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
    }
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_FROM);
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FOR))
    _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
}

static void
parse_position (WeirSqlParser *p,
                WeirSqlCall   *call,
                WeirSqlList   *args)
{
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_IN))
    return;
  call->form = WEIR_SQL_CALL_POSITION;
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
}

static void
rename_call (WeirSqlParser *p,
             WeirSqlCall   *call,
             const char    *name)
{
  WeirSqlIdent *ident = _weir_sql_arena_alloc (p->arena, sizeof *ident);

  *ident = call->name.parts[0];
  ident->name = name;
  call->name.parts = ident;
}

static void
parse_trim (WeirSqlParser *p,
            WeirSqlCall   *call,
            WeirSqlList   *args)
{
  WeirSqlKeyword     side = _weir_sql_peek (p, 0)->keyword;
  gboolean           has_side = side == WEIR_SQL_KW_BOTH || side == WEIR_SQL_KW_LEADING || side == WEIR_SQL_KW_TRAILING;
  WeirSqlTokenKind   next = _weir_sql_peek (p, 1)->kind;
  const WeirSqlExpr *characters = NULL;

  has_side = has_side && next != WEIR_SQL_TOKEN_RIGHT_PAREN && next != WEIR_SQL_TOKEN_COMMA && next != WEIR_SQL_TOKEN_DOT;
  if (has_side)
    _weir_sql_next (p);
  if (!has_side || !_weir_sql_at_keyword (p, WEIR_SQL_KW_FROM))
    characters = _weir_sql_parse_value (p);
  if (!has_side && !_weir_sql_at_keyword (p, WEIR_SQL_KW_FROM))
    {
      _weir_sql_push (p, args, const WeirSqlExpr *, characters);
      return;
    }
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_FROM);
  call->form = WEIR_SQL_CALL_TRIM;
  if (has_side && side != WEIR_SQL_KW_BOTH)
    rename_call (p, call, side == WEIR_SQL_KW_LEADING ? "ltrim" : "rtrim");
  _weir_sql_push (p, args, const WeirSqlExpr *, _weir_sql_parse_value (p));
  if (characters != NULL)
    _weir_sql_push (p, args, const WeirSqlExpr *, characters);
}

static void
parse_special_args (WeirSqlParser *p,
                    WeirSqlCall   *call,
                    WeirSqlList   *args,
                    WeirSqlKeyword keyword)
{
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_RIGHT_PAREN))
    return;
  switch (keyword)
    {
    case WEIR_SQL_KW_EXTRACT:
      parse_extract (p, call, args);
      break;
    case WEIR_SQL_KW_SUBSTR:
    case WEIR_SQL_KW_SUBSTRING:
      parse_from_for (p, call, args, FALSE);
      break;
    case WEIR_SQL_KW_OVERLAY:
      parse_from_for (p, call, args, TRUE);
      break;
    case WEIR_SQL_KW_POSITION:
      parse_position (p, call, args);
      break;
    case WEIR_SQL_KW_TRIM:
      parse_trim (p, call, args);
      break;
    default:
      break;
    }
}

static gboolean
takes_unit (WeirSqlKeyword keyword)
{
  return keyword == WEIR_SQL_KW_TIMESTAMPADD || keyword == WEIR_SQL_KW_TIMESTAMPDIFF || keyword == WEIR_SQL_KW_DATEADD ||
         keyword == WEIR_SQL_KW_DATE_ADD || keyword == WEIR_SQL_KW_DATEDIFF || keyword == WEIR_SQL_KW_DATE_DIFF ||
         keyword == WEIR_SQL_KW_TIMEDIFF;
}

/* timestampadd (HOUR, n, t): the unit parsed as a column; of two arguments the first is really one. */
static void
resolve_unit (WeirSqlParser *p,
              WeirSqlCall   *call,
              WeirSqlList   *args)
{
  const WeirSqlExpr **first = args->data;

  if (args->n != 3 || call->arg_names != NULL)
    return;
  if ((*first)->kind == WEIR_SQL_EXPR_LITERAL && (*first)->literal.kind == WEIR_SQL_LITERAL_STRING)
    {
      _weir_sql_error (p, "INVALID_PARAMETER_VALUE.DATETIME_UNIT", (*first)->span,
                       "The value of parameter(s) `unit` in `%s` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, "
                       "WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got the string literal '%s'.",
                       call->name.parts[0].name, (*first)->literal.text);
      return;
    }
  if ((*first)->kind != WEIR_SQL_EXPR_COLUMN || (*first)->column.n_parts != 1 || (*first)->column.parts[0].quoted)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp ((*first)->column.parts[0].name, units[i]) == 0)
      {
        *first = new_string (p, units[i], (*first)->span);
        call->form = WEIR_SQL_CALL_UNIT;
        return;
      }
}

/* ---- what follows the arguments ------------------------------------------------------------------------------- */

static void
parse_nulls (WeirSqlParser *p,
             WeirSqlCall   *call)
{
  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_IGNORE, WEIR_SQL_KW_NULLS))
    call->nulls = WEIR_SQL_NULLS_IGNORE;
  else if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_RESPECT, WEIR_SQL_KW_NULLS))
    call->nulls = WEIR_SQL_NULLS_RESPECT;
}

static void
parse_within_group (WeirSqlParser *p,
                    WeirSqlCall   *call)
{
  if (!_weir_sql_accept_keywords (p, WEIR_SQL_KW_WITHIN, WEIR_SQL_KW_GROUP))
    return;
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_ORDER);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_BY);
  call->within_group = _weir_sql_parse_order_items (p, &call->n_within_group);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
}

static void
parse_filter (WeirSqlParser *p,
              WeirSqlCall   *call)
{
  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_FILTER) || _weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_LEFT_PAREN)
    return;
  _weir_sql_next (p);
  _weir_sql_next (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_WHERE);
  call->filter = _weir_sql_parse_expr (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
}

/* OVER w or OVER (…); what is inside is not looked at. */
static void
parse_over (WeirSqlParser *p,
            WeirSqlCall   *call)
{
  guint32             start = _weir_sql_start (p);
  const WeirSqlToken *token;

  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_OVER))
    return;
  token = _weir_sql_peek (p, 0);
  if (token->kind == WEIR_SQL_TOKEN_LEFT_PAREN && token->match != 0)
    p->pos = token->match + 1;
  else
    _weir_sql_parse_ident (p);
  call->has_over = TRUE;
  call->over_span = _weir_sql_span_from (p, start);
}

static void
parse_call_tail (WeirSqlParser *p,
                 WeirSqlCall   *call)
{
  parse_within_group (p, call);
  parse_filter (p, call);
  if (call->nulls == WEIR_SQL_NULLS_DEFAULT)
    parse_nulls (p, call);
  parse_over (p, call);
}

WeirSqlExpr *
_weir_sql_parse_call (WeirSqlParser *p,
                      WeirSqlName    name,
                      guint32        start)
{
  WeirSqlKeyword keyword = WEIR_SQL_NO_KEYWORD;
  WeirSqlCall    call = { .name = name };
  WeirSqlList    args = { 0 };
  WeirSqlExpr   *expr;

  if (name.n_parts == 1 && !name.parts[0].quoted)
    keyword = _weir_sql_keyword_lookup (name.parts[0].name, strlen (name.parts[0].name));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  call.distinct = _weir_sql_accept_keyword (p, WEIR_SQL_KW_DISTINCT);
  if (!call.distinct && _weir_sql_at_keyword (p, WEIR_SQL_KW_ALL) && _weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_RIGHT_PAREN &&
      _weir_sql_peek (p, 1)->kind != WEIR_SQL_TOKEN_COMMA)
    _weir_sql_next (p);
  parse_special_args (p, &call, &args, keyword);
  if (call.form == WEIR_SQL_CALL_PLAIN && !_weir_sql_at (p, WEIR_SQL_TOKEN_RIGHT_PAREN) && (args.n == 0 || _weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA)))
    parse_args (p, &call, &args, keyword == WEIR_SQL_KW_STRUCT);
  if (call.distinct && args.n == 0)
    _weir_sql_syntax_error (p);
  parse_nulls (p, &call);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  if (takes_unit (keyword) && p->error == NULL)
    resolve_unit (p, &call, &args);
  parse_call_tail (p, &call);
  call.args = args.data;
  call.n_args = args.n;
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_CALL, start);
  expr->call = call;
  return expr;
}

WeirSqlExpr *
_weir_sql_parse_special_call (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  WeirSqlTokenKind    next = _weir_sql_peek (p, 1)->kind;
  WeirSqlExpr        *expr;
  WeirSqlName         name;

  if (token->keyword != WEIR_SQL_KW_CURRENT_DATE && token->keyword != WEIR_SQL_KW_CURRENT_TIMESTAMP && token->keyword != WEIR_SQL_KW_CURRENT_TIME)
    return NULL;
  if (next == WEIR_SQL_TOKEN_LEFT_PAREN || next == WEIR_SQL_TOKEN_DOT)
    return NULL;
  name = _weir_sql_parse_name (p);
  expr = _weir_sql_new_expr (p, WEIR_SQL_EXPR_CALL, token->start);
  expr->call = (WeirSqlCall){ .name = name, .form = WEIR_SQL_CALL_BARE };
  return expr;
}
