/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * Aggregate functions inside expressions. Each call is kept once; the expression refers to it by WEIR_INDEX_AGGREGATE + position
 * until analyzer-group.c knows where the column will be.
 */

void
_weir_agg_scope_init (WeirAggScope *scope)
{
  memset (scope, 0, sizeof *scope);
  scope->calls = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_agg_call_unref);
}

void
_weir_agg_scope_clear (WeirAggScope *scope)
{
  g_ptr_array_unref (scope->calls);
  g_clear_pointer (&scope->session.time, weir_expr_unref);
  g_clear_pointer (&scope->session_gap, weir_expr_unref);
}

gboolean
_weir_expr_has_aggregate (WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index >= WEIR_INDEX_AGGREGATE && expr->index < WEIR_INDEX_SESSION)
    return TRUE;
  for (guint i = 0; i < expr->n_args; i++)
    if (_weir_expr_has_aggregate (expr->args[i]))
      return TRUE;
  return FALSE;
}

/* Why there can be no aggregate here. */
static gboolean
fail_place (WeirExprContext   *ctx,
            const WeirSqlExpr *sql,
            const char        *name,
            GError           **error)
{
  const char *params[] = { "sqlExpr", name, "clause", ctx->clause, NULL };

  if (ctx->in_filter)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE", sql->span,
                          "The FILTER expression in an aggregate function is invalid. Expected a FILTER expression without an aggregation, but found "
                          "\"%s\".",
                          params);
  if (ctx->in_aggregate)
    return _weir_an_fail (ctx->analyzer, error, "NESTED_AGGREGATE_FUNCTION", sql->span,
                          "It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner "
                          "aggregate function in a sub-query.",
                          params);
  if (strcmp (ctx->clause, "WHERE") == 0)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_WHERE_CONDITION", sql->span,
                          "The WHERE condition contains invalid expressions: %s. Rewrite the query to avoid window functions, aggregate functions, "
                          "and generator functions in the WHERE clause.",
                          params);
  if (strcmp (ctx->clause, "GROUP BY") == 0)
    return _weir_an_fail (ctx->analyzer, error, "GROUP_BY_AGGREGATE", sql->span, "Aggregate functions are not allowed in GROUP BY, but found %s.", params);
  return _weir_an_fail (ctx->analyzer, error, "UNSUPPORTED_EXPR_FOR_OPERATOR", sql->span,
                        "The aggregate function %s is not allowed in %s.", params);
}

static gboolean
is_count_star (const WeirSqlCall   *call,
               const WeirAggregate *aggregate)
{
  return strcmp (aggregate->name, "count") == 0 && call->n_args == 1 && call->args[0]->kind == WEIR_SQL_EXPR_STAR && call->args[0]->star.qualifier.n_parts == 0 && !call->distinct;
}

/* No argument is count(*) here, so count() must be caught. */
static gboolean
check_count (WeirExprContext     *ctx,
             const WeirSqlExpr   *sql,
             const WeirAggregate *aggregate,
             GError             **error)
{
  if (sql->call.n_args > 0 || strcmp (aggregate->name, "count") != 0)
    return TRUE;
  return _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITH_SUGGESTION", sql->span,
                        "The `count` requires > 0 parameters but the actual number is 0. Write count(*).",
                        (const char *[]){ "functionName", "`count`", "expectedNum", "> 0", "actualNum", "0", NULL });
}

static gboolean
analyze_args (WeirExprContext     *ctx,
              const WeirSqlCall   *call,
              const WeirAggregate *aggregate,
              GPtrArray           *args,
              GError             **error)
{
  if (is_count_star (call, aggregate))
    return TRUE;
  for (guint i = 0; i < call->n_args; i++)
    {
      WeirExpr *arg;

      if (call->args[i]->kind == WEIR_SQL_EXPR_STAR)
        {
          if (!_weir_expand_star_exprs (ctx, call->args[i], args, error))
            return FALSE;
          continue;
        }
      arg = _weir_analyze_sql_expr (ctx, call->args[i], error);
      if (arg == NULL)
        return FALSE;
      g_ptr_array_add (args, arg);
    }
  return TRUE;
}

static gboolean
analyze_filter (WeirExprContext   *ctx,
                const WeirSqlCall *call,
                WeirExpr         **filter,
                GError           **error)
{
  g_autofree char *name = NULL;

  if (call->filter == NULL)
    return TRUE;
  ctx->in_filter = TRUE;
  *filter = _weir_analyze_sql_expr (ctx, call->filter, error);
  ctx->in_filter = FALSE;
  if (*filter == NULL)
    return FALSE;
  name = g_strdup ((*filter)->name);
  if ((*filter)->type->kind != WEIR_TYPE_BOOLEAN)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", call->filter->span,
                          "The FILTER expression \"%s\" in an aggregate function is invalid. Expected the boolean expression.",
                          (const char *[]){ "filterExpr", name, NULL });
  if (!(*filter)->is_deterministic)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC", call->filter->span,
                          "The FILTER expression \"%s\" in an aggregate function is invalid. Expected a deterministic FILTER expression.",
                          (const char *[]){ "filterExpr", name, NULL });
  return TRUE;
}

static gboolean
call_equal (const WeirAggCall *a,
            const WeirAggCall *b)
{
  if (a->aggregate != b->aggregate || a->n_args != b->n_args || a->is_distinct != b->is_distinct || a->ignore_nulls != b->ignore_nulls)
    return FALSE;
  /* The name shows constant arguments that bind took away. */
  if (strcmp (a->name, b->name) != 0 || (a->filter == NULL) != (b->filter == NULL))
    return FALSE;
  if (a->filter != NULL && !weir_expr_equal (a->filter, b->filter))
    return FALSE;
  for (guint i = 0; i < a->n_args; i++)
    if (!a->args[i]->is_deterministic || !weir_expr_equal (a->args[i], b->args[i]))
      return FALSE;
  return TRUE;
}

/* Takes @call. */
static WeirExpr *
refer_to (WeirExprContext *ctx,
          WeirAggCall     *call)
{
  GPtrArray *calls = ctx->aggs->calls;
  WeirExpr  *expr;
  guint      i;

  for (i = 0; i < calls->len; i++)
    if (call_equal (calls->pdata[i], call))
      break;
  expr = weir_expr_new_column (WEIR_INDEX_AGGREGATE + i, call->type, call->nullable, call->name);
  expr->span = call->span;
  if (i == calls->len)
    g_ptr_array_add (calls, call);
  else
    weir_agg_call_unref (call);
  return expr;
}

/* WITHIN GROUP (ORDER BY v): v becomes the first argument and whether the order descends the last. */
static gboolean
analyze_within_group (WeirExprContext     *ctx,
                      const WeirSqlExpr   *sql,
                      const WeirAggregate *aggregate,
                      GPtrArray           *args,
                      GError             **error)
{
  gboolean    takes = g_str_has_prefix (aggregate->name, "percentile_");
  guint       n = sql->call.n_within_group;
  WeirExpr   *value;
  const char *params[] = { "funcName", aggregate->name, "functionName", aggregate->name, NULL };

  if (!takes && n == 0)
    return TRUE;
  if (!takes)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", sql->span,
                          "Invalid SQL syntax: The function `%s` does not support WITHIN GROUP (ORDER BY ...).", params);
  if (n == 0)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", sql->span,
                          "Invalid function `%s` with WITHIN GROUP. WITHIN GROUP is required for the function.", params);
  if (n > 1)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS", sql->span,
                          "Invalid function `%s` with WITHIN GROUP. The function requires 1 ordering in WITHIN GROUP.", params);
  value = _weir_analyze_sql_expr (ctx, sql->call.within_group[0].expr, error);
  if (value == NULL)
    return FALSE;
  g_ptr_array_insert (args, 0, value);
  g_ptr_array_add (args, weir_expr_new_bool (sql->call.within_group[0].descending));
  return TRUE;
}

WeirExpr *
_weir_analyze_aggregate (WeirExprContext     *ctx,
                         const WeirSqlExpr   *sql,
                         const WeirAggregate *aggregate,
                         GError             **error)
{
  const WeirSqlCall    *sql_call = &sql->call;
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (WeirExpr)  filter = NULL;
  WeirAggCall          *call;
  gboolean              fine;

  if (ctx->aggs == NULL || ctx->in_aggregate)
    {
      fail_place (ctx, sql, aggregate->name, error);
      return NULL;
    }
  ctx->in_aggregate = TRUE;
  fine = check_count (ctx, sql, aggregate, error) && analyze_args (ctx, sql_call, aggregate, args, error) &&
         analyze_within_group (ctx, sql, aggregate, args, error) && analyze_filter (ctx, sql_call, &filter, error);
  ctx->in_aggregate = FALSE;
  if (!fine)
    return NULL;
  g_ptr_array_set_free_func (args, NULL);
  call = weir_agg_call_new (aggregate, (WeirExpr **)args->pdata, args->len, sql_call->distinct, sql_call->nulls == WEIR_SQL_NULLS_IGNORE,
                            g_steal_pointer (&filter), _weir_an_span (ctx->analyzer, sql->span), ctx->analyzer->zone, error);
  return call != NULL ? refer_to (ctx, call) : NULL;
}
