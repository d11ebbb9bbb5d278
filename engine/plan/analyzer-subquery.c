/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * Subqueries in expressions. A scalar one is a left join with at most one row; [NOT] IN and [NOT] EXISTS, where they are conjuncts of
 * WHERE, are semi and anti joins. A correlated IN or EXISTS works where its outer columns stand in the WHERE of a plain SELECT: those
 * conjuncts move into the condition of the join. Streams cannot be in a subquery.
 */

static WeirPlan *
analyze_inner (WeirExprContext    *ctx,
               const WeirSqlQuery *query,
               gboolean           *correlated,
               GError            **error)
{
  WeirAnalyzer *self = ctx->analyzer;
  WeirRel      *outer = self->outer;
  gboolean      used = self->used_outer;
  WeirRel      *rel;
  WeirPlan     *plan;

  self->outer = ctx->rel;
  self->used_outer = FALSE;
  rel = _weir_analyze_query_rel (self, query, error);
  *correlated = self->used_outer;
  self->outer = outer;
  self->used_outer = used;
  if (rel == NULL)
    return NULL;
  plan = _weir_rel_finish (rel);
  if (!plan->is_streaming)
    return plan;
  weir_plan_unref (plan);
  _weir_an_fail (self, error, "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", query->span,
                 "Invalid subquery: Streaming query is not allowed in subquery expressions.", NULL);
  return NULL;
}

static gboolean
fail_columns (WeirExprContext    *ctx,
              const WeirSqlQuery *query,
              guint               n,
              GError            **error)
{
  g_autofree char *number = g_strdup_printf ("%u", n);

  return _weir_an_fail (ctx->analyzer, error, "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", query->span,
                        "Invalid subquery: Scalar subquery must return only one column, but found %s.", (const char *[]){ "number", number, NULL });
}

static WeirExpr *
analyze_scalar (WeirExprContext    *ctx,
                const WeirSqlQuery *query,
                GError            **error)
{
  gboolean  correlated;
  WeirPlan *plan = analyze_inner (ctx, query, &correlated, error);
  WeirPlan *join;
  WeirExpr *column;

  if (plan == NULL)
    return NULL;
  if (plan->schema->n_fields != 1)
    fail_columns (ctx, query, plan->schema->n_fields, error);
  else if (correlated || !ctx->allow_subquery || ctx->in_aggregate || ctx->lambdas != NULL)
    _weir_fail_unsupported_here (ctx->analyzer, error, query->span, correlated ? "a correlated scalar subquery" : "a scalar subquery at this place");
  else
    {
      join = _weir_plan_new_join (ctx->rel->plan, plan, WEIR_JOIN_LEFT, NULL);
      join->join.is_scalar = TRUE;
      join->span = _weir_an_span (ctx->analyzer, query->span);
      ctx->rel->plan = join;
      column = weir_expr_with_name (_weir_plan_column (join, join->schema->n_fields - 1), "scalarsubquery()");
      column->span = join->span;
      return column;
    }
  weir_plan_unref (plan);
  return NULL;
}

WeirExpr *
_weir_analyze_subquery (WeirExprContext   *ctx,
                        const WeirSqlExpr *sql,
                        GError           **error)
{
  const WeirSqlQuery  *query = sql->kind == WEIR_SQL_EXPR_IN ? sql->in.query : sql->query;
  g_autoptr (WeirPlan) plan = NULL;
  gboolean             correlated;

  if (sql->kind == WEIR_SQL_EXPR_SUBQUERY)
    return analyze_scalar (ctx, query, error);
  plan = analyze_inner (ctx, query, &correlated, error);
  if (plan != NULL)
    _weir_fail_unsupported_here (ctx->analyzer, error, sql->span, "IN (SELECT …) and EXISTS other than as a condition of WHERE, joined by AND,");
  return NULL;
}

/* ---- IN and EXISTS as joins ------------------------------------------------------------------------------------- */

static gboolean
is_outer (const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_COLUMN && expr->index >= WEIR_INDEX_OUTER && expr->index < WEIR_INDEX_GROUPING;
}

static gboolean
reads_outer (const WeirExpr *expr)
{
  if (is_outer (expr))
    return TRUE;
  for (guint i = 0; i < expr->n_args; i++)
    if (reads_outer (expr->args[i]))
      return TRUE;
  return FALSE;
}

static void
check_expr (gpointer data,
            gpointer found)
{
  if (data != NULL && reads_outer (data))
    *(gboolean *)found = TRUE;
}

static void
check_node (WeirPlan *plan,
            gpointer  found)
{
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_FILTER:
      check_expr (plan->filter.condition, found);
      break;
    case WEIR_PLAN_PROJECT:
      for (guint i = 0; i < plan->project.n_exprs; i++)
        check_expr (plan->project.exprs[i], found);
      break;
    case WEIR_PLAN_AGGREGATE:
      for (guint i = 0; i < plan->aggregate.n_keys; i++)
        check_expr (plan->aggregate.keys[i], found);
      for (guint i = 0; i < plan->aggregate.n_aggs; i++)
        {
          check_expr (plan->aggregate.aggs[i]->filter, found);
          for (guint k = 0; k < plan->aggregate.aggs[i]->n_args; k++)
            check_expr (plan->aggregate.aggs[i]->args[k], found);
        }
      break;
    case WEIR_PLAN_JOIN:
      check_expr (plan->join.residual, found);
      break;
    case WEIR_PLAN_GENERATE:
      check_expr (plan->generate.generator, found);
      break;
    case WEIR_PLAN_SORT:
      for (guint i = 0; i < plan->sort.n_keys; i++)
        check_expr (plan->sort.keys[i].expr, found);
      break;
    case WEIR_PLAN_TIME_WINDOW:
      check_expr (plan->time_window.window.time, found);
      break;
    default:
      break;
    }
}

static void
split (WeirExpr  *condition,
       GPtrArray *outer,
       GPtrArray *inner)
{
  if (condition->kind == WEIR_EXPR_AND)
    for (guint i = 0; i < condition->n_args; i++)
      split (condition->args[i], outer, inner);
  else
    g_ptr_array_add (reads_outer (condition) ? outer : inner, weir_expr_ref (condition));
}

/*
 * Takes the projection and the correlated conjuncts off @plan (taken): @values get its columns over what is returned, @conditions the
 * conjuncts. NULL when outer columns remain.
 */
static WeirPlan *
peel (WeirPlan *plan, GPtrArray *values, GPtrArray *conditions)
{
  gboolean left = FALSE;

  if (plan->kind == WEIR_PLAN_PROJECT)
    {
      WeirPlan *child = _weir_plan_steal_child (plan, 0);

      for (guint i = 0; i < plan->project.n_exprs; i++)
        g_ptr_array_add (values, weir_expr_ref (plan->project.exprs[i]));
      weir_plan_unref (plan);
      plan = child;
    }
  else
    for (guint i = 0; i < plan->schema->n_fields; i++)
      g_ptr_array_add (values, _weir_plan_column (plan, i));
  while (plan->kind == WEIR_PLAN_FILTER)
    {
      g_autoptr (GPtrArray) inner = g_ptr_array_new ();
      WeirPlan             *child = _weir_plan_steal_child (plan, 0);

      split (plan->filter.condition, conditions, inner);
      weir_plan_unref (plan);
      if (inner->len > 0)
        {
          plan = _weir_plan_new_filter (child, _weir_expr_conjunction (inner));
          break;
        }
      plan = child;
    }
  weir_plan_foreach (plan, check_node, &left);
  if (!left)
    return plan;
  weir_plan_unref (plan);
  return NULL;
}

/* Columns of the inner query come after those of the outer one. */
static WeirExpr *
place_column (const WeirExpr *column,
              gpointer        data)
{
  guint n_left = *(guint *)data;

  if (is_outer (column))
    return weir_expr_new_column (column->index - WEIR_INDEX_OUTER, column->type, column->nullable, column->name);
  if (column->index >= WEIR_LAMBDA_BASE)
    return NULL;
  return weir_expr_new_column (column->index + n_left, column->type, column->nullable, column->name);
}

static WeirExpr *
place (WeirExpr *expr,
       guint     n_left)
{
  WeirExpr *placed = weir_expr_map_columns (expr, place_column, &n_left);

  weir_expr_unref (expr);
  return placed;
}

/* operand = column @i of the subquery, whose columns come after @n_left others. Rows `(a, b) IN` compare part by part. */
static WeirExpr *
equality (WeirExprContext *ctx,
          WeirExpr        *operand,
          guint            i,
          guint            n_columns,
          WeirExpr        *value,
          guint            n_left,
          WeirSpan         span,
          GError         **error)
{
  WeirExpr *sides[2];

  sides[0] = weir_expr_ref (n_columns > 1 ? operand->args[2 * i + 1] : operand);
  sides[1] = place (value, n_left);
  return _weir_call (ctx, "=", sides, 2, span, error);
}

static gboolean
fits_columns (const WeirExpr *operand,
              guint           n_columns)
{
  if (operand == NULL || n_columns == 1)
    return TRUE;
  return operand->kind == WEIR_EXPR_CALL && strcmp (operand->function->name, "named_struct") == 0 && operand->n_args == 2 * n_columns;
}

/* NOT IN: a comparison that may be NULL keeps the row out, as if it were true. Takes @equal. */
static WeirExpr *
true_if_null (WeirExprContext *ctx,
              WeirExpr        *equal,
              WeirSpan         span,
              GError         **error)
{
  WeirExpr *args[] = { equal, NULL };

  if (equal == NULL || !equal->nullable)
    return equal;
  args[1] = weir_expr_new_bool (TRUE);
  return _weir_call (ctx, "coalesce", args, 2, span, error);
}

static gboolean
add_equalities (WeirExprContext    *ctx,
                const WeirSqlQuery *query,
                WeirExpr           *operand,
                GPtrArray          *values,
                GPtrArray          *conditions,
                guint               n_left,
                gboolean            negated,
                GError            **error)
{
  for (guint i = 0; operand != NULL && i < values->len; i++)
    {
      WeirExpr *equal = equality (ctx, operand, i, values->len, weir_expr_ref (values->pdata[i]), n_left, query->span, error);

      if (negated)
        equal = true_if_null (ctx, equal, query->span, error);
      if (equal == NULL)
        return FALSE;
      g_ptr_array_add (conditions, equal);
    }
  return TRUE;
}

static gboolean
join_subquery (WeirExprContext    *ctx,
               const WeirSqlQuery *query,
               WeirExpr           *operand,
               gboolean            negated,
               GError            **error)
{
  gboolean              correlated;
  g_autoptr (WeirPlan)  plan = analyze_inner (ctx, query, &correlated, error);
  g_autoptr (GPtrArray) conditions = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  guint                 n_left = ctx->rel->plan->schema->n_fields, n_columns;
  WeirPlan             *join;

  if (plan == NULL)
    return FALSE;
  n_columns = plan->schema->n_fields;
  if (!fits_columns (operand, n_columns))
    return fail_columns (ctx, query, n_columns, error);
  if (correlated)
    plan = peel (g_steal_pointer (&plan), values, conditions);
  for (guint i = 0; !correlated && i < n_columns; i++)
    g_ptr_array_add (values, _weir_plan_column (plan, i));
  if (plan == NULL)
    return _weir_fail_unsupported_here (ctx->analyzer, error, query->span, "this subquery");
  for (guint i = 0; i < conditions->len; i++)
    conditions->pdata[i] = place (conditions->pdata[i], n_left);
  if (!add_equalities (ctx, query, operand, values, conditions, n_left, negated, error))
    return FALSE;
  g_ptr_array_set_free_func (conditions, NULL);
  join = _weir_plan_new_join (ctx->rel->plan, g_steal_pointer (&plan), negated ? WEIR_JOIN_ANTI : WEIR_JOIN_SEMI, _weir_expr_conjunction (conditions));
  join->span = _weir_an_span (ctx->analyzer, query->span);
  ctx->rel->plan = join;
  return TRUE;
}

gboolean
_weir_analyze_subquery_filter (WeirExprContext   *ctx,
                               const WeirSqlExpr *sql,
                               gboolean          *done,
                               GError           **error)
{
  gboolean             negated = FALSE;
  g_autoptr (WeirExpr) operand = NULL;

  while (sql->kind == WEIR_SQL_EXPR_UNARY && sql->unary.op == WEIR_SQL_OP_NOT)
    {
      negated = !negated;
      sql = sql->unary.operand;
    }
  *done = sql->kind == WEIR_SQL_EXPR_EXISTS || (sql->kind == WEIR_SQL_EXPR_IN && sql->in.query != NULL);
  if (!*done)
    return TRUE;
  if (sql->kind == WEIR_SQL_EXPR_EXISTS)
    return join_subquery (ctx, sql->query, NULL, negated, error);
  operand = _weir_analyze_sql_expr (ctx, sql->in.operand, error);
  if (operand == NULL)
    return FALSE;
  return join_subquery (ctx, sql->in.query, operand, negated != sql->in.negated, error);
}
