/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "plan/analyzer-private.h"

/*
 * Expressions: operators become calls, the rest is in the files beside this one. Types and automatic names are the business of expr/.
 */

WeirExpr *
_weir_call (WeirExprContext *ctx,
            const char      *name,
            WeirExpr       **args,
            guint            n_args,
            WeirSpan         span,
            GError         **error)
{
  return weir_expr_new_call (name, args, n_args, _weir_an_span (ctx->analyzer, span), ctx->analyzer->zone, error);
}

/* Takes @a and @b, either of which may be NULL after an error. */
WeirExpr *
_weir_call_two (WeirExprContext *ctx,
                const char      *name,
                WeirExpr        *a,
                WeirExpr        *b,
                WeirSpan         span,
                GError         **error)
{
  WeirExpr *args[] = { a, b };

  if (a == NULL || b == NULL)
    {
      g_clear_pointer (&a, weir_expr_unref);
      g_clear_pointer (&b, weir_expr_unref);
      return NULL;
    }
  return _weir_call (ctx, name, args, 2, span, error);
}

WeirExpr *
_weir_call_one (WeirExprContext *ctx,
                const char      *name,
                WeirExpr        *a,
                WeirSpan         span,
                GError         **error)
{
  return a != NULL ? _weir_call (ctx, name, &a, 1, span, error) : NULL;
}

WeirExpr *
_weir_negate_if (WeirExprContext *ctx,
                 WeirExpr        *expr,
                 gboolean         negated,
                 WeirSpan         span,
                 GError         **error)
{
  return negated ? _weir_call_one (ctx, "not", expr, span, error) : expr;
}

/* ---- operators -------------------------------------------------------------------------------------------------- */

static const char *const binary_names[] = {
  [WEIR_SQL_OP_OR] = "or",
  [WEIR_SQL_OP_AND] = "and",
  [WEIR_SQL_OP_EQ] = "=",
  [WEIR_SQL_OP_NE] = "<>",
  [WEIR_SQL_OP_LT] = "<",
  [WEIR_SQL_OP_LE] = "<=",
  [WEIR_SQL_OP_GT] = ">",
  [WEIR_SQL_OP_GE] = ">=",
  [WEIR_SQL_OP_NULL_SAFE_EQ] = "<=>",
  [WEIR_SQL_OP_IS_DISTINCT_FROM] = "<=>",
  [WEIR_SQL_OP_IS_NOT_DISTINCT_FROM] = "<=>",
  [WEIR_SQL_OP_BIT_OR] = "|",
  [WEIR_SQL_OP_BIT_XOR] = "^",
  [WEIR_SQL_OP_BIT_AND] = "&",
  [WEIR_SQL_OP_SHIFT_LEFT] = "<<",
  [WEIR_SQL_OP_SHIFT_RIGHT] = ">>",
  [WEIR_SQL_OP_SHIFT_RIGHT_UNSIGNED] = ">>>",
  [WEIR_SQL_OP_ADD] = "+",
  [WEIR_SQL_OP_SUBTRACT] = "-",
  [WEIR_SQL_OP_CONCAT] = "||",
  [WEIR_SQL_OP_MULTIPLY] = "*",
  [WEIR_SQL_OP_DIVIDE] = "/",
  [WEIR_SQL_OP_MODULO] = "%",
  [WEIR_SQL_OP_DIV] = "div",
};

static gboolean
is_interval (const WeirType *type)
{
  return type->kind == WEIR_TYPE_INTERVAL_YM || type->kind == WEIR_TYPE_INTERVAL_DT || type->kind == WEIR_TYPE_INTERVAL;
}

/* Spark prints time ± interval without parentheses, the time first; so does number × interval put the interval first. */
static char *
interval_name (WeirSqlBinaryOp op,
               const WeirExpr *left,
               const WeirExpr *right)
{
  gboolean swap = is_interval (left->type) && !is_interval (right->type);

  if (op == WEIR_SQL_OP_MULTIPLY && is_interval (right->type) && !is_interval (left->type))
    return g_strdup_printf ("(%s * %s)", right->name, left->name);
  if (is_interval (left->type) == is_interval (right->type))
    return NULL;
  if (op == WEIR_SQL_OP_ADD)
    return g_strdup_printf ("%s + %s", swap ? right->name : left->name, swap ? left->name : right->name);
  if (op == WEIR_SQL_OP_SUBTRACT && !swap)
    return g_strdup_printf ("%s - %s", left->name, right->name);
  return NULL;
}

static WeirExpr *
analyze_binary (WeirExprContext   *ctx,
                const WeirSqlExpr *sql,
                GError           **error)
{
  WeirExpr        *left = _weir_analyze_sql_expr (ctx, sql->binary.left, error);
  WeirExpr        *right = left != NULL ? _weir_analyze_sql_expr (ctx, sql->binary.right, error) : NULL;
  g_autofree char *name = right != NULL ? interval_name (sql->binary.op, left, right) : NULL;
  WeirExpr        *expr = _weir_call_two (ctx, binary_names[sql->binary.op], left, right, sql->span, error);

  if (expr != NULL && name != NULL)
    expr = weir_expr_with_name (expr, name);
  return _weir_negate_if (ctx, expr, sql->binary.op == WEIR_SQL_OP_IS_DISTINCT_FROM, sql->span, error);
}

static WeirExpr *
analyze_unary (WeirExprContext   *ctx,
               const WeirSqlExpr *sql,
               GError           **error)
{
  static const char *const names[] = {
    [WEIR_SQL_OP_NEGATE] = "-",
    [WEIR_SQL_OP_PLUS] = "+",
    [WEIR_SQL_OP_BIT_NOT] = "~",
    [WEIR_SQL_OP_NOT] = "not",
  };
  WeirExpr        *operand = _weir_analyze_sql_expr (ctx, sql->unary.operand, error);
  g_autofree char *name = operand != NULL && sql->unary.op == WEIR_SQL_OP_NEGATE ? g_strdup_printf ("(- %s)", operand->name) : NULL;
  WeirExpr        *expr = _weir_call_one (ctx, names[sql->unary.op], operand, sql->span, error);

  return expr != NULL && name != NULL ? weir_expr_with_name (expr, name) : expr;
}

/* ---- CASE, CAST, rows ------------------------------------------------------------------------------------------- */

static WeirExpr *
case_condition (WeirExprContext   *ctx,
                const WeirSqlExpr *sql,
                WeirExpr          *operand,
                guint              i,
                GError           **error)
{
  WeirExpr *when = _weir_analyze_sql_expr (ctx, sql->case_.whens[i], error);

  if (operand == NULL || when == NULL)
    return when;
  return _weir_call_two (ctx, "=", weir_expr_ref (operand), when, sql->case_.whens[i]->span, error);
}

static gboolean
add_part (WeirExprContext   *ctx,
          const WeirSqlExpr *sql,
          GPtrArray         *args,
          GError           **error)
{
  WeirExpr *part = _weir_analyze_sql_expr (ctx, sql, error);

  if (part != NULL)
    g_ptr_array_add (args, part);
  return part != NULL;
}

/* The call names itself when(…); CASE has a name of its own. */
static char *
case_name (const WeirExpr *call,
           gboolean        has_else)
{
  GString *name = g_string_new ("CASE");

  for (guint i = 0; i + 1 < call->n_args; i += 2)
    g_string_append_printf (name, " WHEN %s THEN %s", call->args[i]->name, call->args[i + 1]->name);
  if (has_else)
    g_string_append_printf (name, " ELSE %s", call->args[call->n_args - 1]->name);
  g_string_append (name, " END");
  return g_string_free (name, FALSE);
}

static WeirExpr *
analyze_case (WeirExprContext   *ctx,
              const WeirSqlExpr *sql,
              GError           **error)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (WeirExpr)  operand = NULL;
  g_autofree char      *name = NULL;
  WeirExpr             *expr;

  if (sql->case_.operand != NULL)
    {
      operand = _weir_analyze_sql_expr (ctx, sql->case_.operand, error);
      if (operand == NULL)
        return NULL;
    }
  for (guint i = 0; i < sql->case_.n_whens; i++)
    {
      WeirExpr *condition = case_condition (ctx, sql, operand, i, error);

      if (condition == NULL)
        return NULL;
      g_ptr_array_add (args, condition);
      if (!add_part (ctx, sql->case_.thens[i], args, error))
        return NULL;
    }
  if (sql->case_.otherwise != NULL && !add_part (ctx, sql->case_.otherwise, args, error))
    return NULL;
  g_ptr_array_set_free_func (args, NULL);
  expr = _weir_call (ctx, "when", (WeirExpr **)args->pdata, args->len, sql->span, error);
  if (expr == NULL)
    return NULL;
  name = case_name (expr, sql->case_.otherwise != NULL);
  return weir_expr_with_name (expr, name);
}

static gboolean
fail_cast (WeirExprContext   *ctx,
           const WeirSqlExpr *sql,
           WeirExpr          *operand,
           WeirType          *type,
           GError           **error)
{
  g_autofree char *from = weir_type_to_sql (operand->type);
  g_autofree char *to = weir_type_to_sql (type);
  g_autofree char *text = g_strdup_printf ("CAST(%s AS %s)", operand->name, to);
  gboolean         simple = operand->type->kind < WEIR_TYPE_INTERVAL_YM && type->kind < WEIR_TYPE_INTERVAL_YM;

  return _weir_an_fail (ctx->analyzer, error,
                        simple ? "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION" : "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", sql->span,
                        "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".",
                        (const char *[]){ "sqlExpr", text, "srcType", from, "targetType", to, NULL });
}

static WeirExpr *
analyze_cast (WeirExprContext   *ctx,
              const WeirSqlExpr *sql,
              GError           **error)
{
  WeirExpr            *operand = _weir_analyze_sql_expr (ctx, sql->cast.operand, error);
  GError              *local = NULL;
  g_autoptr (WeirType) type = NULL;
  WeirExpr            *expr;

  if (operand == NULL)
    return NULL;
  type = weir_type_parse (sql->cast.type, &local);
  if (type == NULL)
    {
      weir_expr_unref (operand);
      if (ctx->analyzer->in_view)
        {
          _weir_an_fail (ctx->analyzer, error, weir_error_get_condition (local), WEIR_SPAN_NONE, local->message, NULL);
          g_error_free (local);
          return NULL;
        }
      weir_error_shift_span (local, sql->cast.type_span.start);
      g_propagate_error (error, local);
      return NULL;
    }
  if (!weir_cast_is_allowed (operand->type, type, FALSE))
    {
      fail_cast (ctx, sql, operand, type, error);
      weir_expr_unref (operand);
      return NULL;
    }
  expr = weir_expr_new_cast (operand, type, sql->cast.is_try);
  expr->span = _weir_an_span (ctx->analyzer, sql->span);
  return expr;
}

static WeirExpr *
analyze_subscript (WeirExprContext   *ctx,
                   const WeirSqlExpr *sql,
                   GError           **error)
{
  WeirExpr *base = _weir_analyze_sql_expr (ctx, sql->subscript.base, error);
  WeirExpr *index = base != NULL ? _weir_analyze_sql_expr (ctx, sql->subscript.index, error) : NULL;

  if (index != NULL && base->type->kind == WEIR_TYPE_STRUCT && weir_expr_is_literal (index) && index->type->kind == WEIR_TYPE_STRING)
    {
      g_autoptr (WeirExpr) name = index;

      return _weir_analyze_field (ctx, base, name->name, sql->span, error);
    }
  return _weir_call_two (ctx, "[]", base, index, sql->span, error);
}

static WeirExpr *
analyze_star (WeirExprContext   *ctx,
              const WeirSqlExpr *sql,
              GError           **error)
{
  g_autofree char *clause = g_strdup (ctx->clause);

  _weir_an_fail (ctx->analyzer, error, "INVALID_USAGE_OF_STAR_OR_REGEX", sql->span, "Invalid usage of '*' in %s.",
                 (const char *[]){ "prettyName", clause, NULL });
  return NULL;
}

static WeirExpr *
analyze_kind (WeirExprContext   *ctx,
              const WeirSqlExpr *sql,
              GError           **error)
{
  WeirExpr *base;

  switch (sql->kind)
    {
    case WEIR_SQL_EXPR_LITERAL:
      return _weir_analyze_literal (ctx->analyzer, sql, error);
    case WEIR_SQL_EXPR_COLUMN:
      return _weir_analyze_name (ctx, &sql->column, error);
    case WEIR_SQL_EXPR_STAR:
      return analyze_star (ctx, sql, error);
    case WEIR_SQL_EXPR_UNARY:
      return analyze_unary (ctx, sql, error);
    case WEIR_SQL_EXPR_BINARY:
      return analyze_binary (ctx, sql, error);
    case WEIR_SQL_EXPR_IS:
      return _weir_analyze_is (ctx, sql, error);
    case WEIR_SQL_EXPR_BETWEEN:
      return _weir_analyze_between (ctx, sql, error);
    case WEIR_SQL_EXPR_IN:
      return _weir_analyze_in (ctx, sql, error);
    case WEIR_SQL_EXPR_LIKE:
      return _weir_analyze_like (ctx, sql, error);
    case WEIR_SQL_EXPR_CASE:
      return analyze_case (ctx, sql, error);
    case WEIR_SQL_EXPR_CAST:
      return analyze_cast (ctx, sql, error);
    case WEIR_SQL_EXPR_CALL:
      return _weir_analyze_call (ctx, sql, error);
    case WEIR_SQL_EXPR_SUBSCRIPT:
      return analyze_subscript (ctx, sql, error);
    case WEIR_SQL_EXPR_FIELD:
      base = _weir_analyze_sql_expr (ctx, sql->field.base, error);
      return base != NULL ? _weir_analyze_field (ctx, base, sql->field.name.name, sql->span, error) : NULL;
    case WEIR_SQL_EXPR_LAMBDA:
      _weir_an_fail (ctx->analyzer, error, "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", sql->span,
                     "A lambda function should only be used in a higher order function.", NULL);
      return NULL;
    case WEIR_SQL_EXPR_ROW:
      return _weir_analyze_struct (ctx, sql->row.items, sql->row.n_items, "named_struct", sql->span, error);
    case WEIR_SQL_EXPR_ALIAS:
      base = _weir_analyze_sql_expr (ctx, sql->alias.expr, error);
      return base != NULL ? weir_expr_with_name (base, sql->alias.name.name) : NULL;
    case WEIR_SQL_EXPR_SUBQUERY:
    case WEIR_SQL_EXPR_EXISTS:
      return _weir_analyze_subquery (ctx, sql, error);
    }
  g_return_val_if_reached (NULL);
}

/* Counts down the nodes of @expr; FALSE when there are more. */
static gboolean
fits (const WeirExpr *expr,
      guint          *n_left)
{
  if (*n_left == 0)
    return FALSE;
  --*n_left;
  for (guint i = 0; i < expr->n_args; i++)
    if (!fits (expr->args[i], n_left))
      return FALSE;
  return TRUE;
}

WeirExpr *
_weir_analyze_sql_expr (WeirExprContext   *ctx,
                        const WeirSqlExpr *sql,
                        GError           **error)
{
  WeirExpr *expr = analyze_kind (ctx, sql, error);
  guint     n_left = WEIR_SQL_NODES_MAX;

  if (expr == NULL || expr->n_args == 0 || fits (expr, &n_left))
    return expr;
  weir_expr_unref (expr);
  _weir_an_fail (ctx->analyzer, error, "LIMIT_EXCEEDED", sql->span, "The expression is too large: more than 200000 parts, names of other columns spelt out.", NULL);
  return NULL;
}

WeirExpr *
_weir_analyze_condition (WeirExprContext   *ctx,
                         const WeirSqlExpr *sql,
                         GError           **error)
{
  WeirExpr        *expr = _weir_analyze_sql_expr (ctx, sql, error);
  WeirExpr        *condition;
  g_autofree char *type = NULL;
  g_autofree char *name = NULL;

  if (expr == NULL || expr->type->kind == WEIR_TYPE_BOOLEAN)
    return expr;
  type = weir_type_to_sql (expr->type);
  name = g_strdup (expr->name);
  if (expr->type->kind == WEIR_TYPE_VOID || expr->type->kind == WEIR_TYPE_STRING)
    {
      condition = weir_expr_coerce (expr, WEIR_BOOLEAN);
      if (condition != NULL)
        return condition;
    }
  else
    weir_expr_unref (expr);
  _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", sql->span,
                 "Cannot resolve \"%s\" due to data type mismatch: filter expression \"%s\" of type \"%s\" is not a boolean.",
                 (const char *[]){ "sqlExpr", name, "filter", name, "type", type, NULL });
  return NULL;
}
