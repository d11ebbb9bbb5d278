/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/plan-private.h"

/* Expressions of nodes, for rules. */

static void
map_slot (WeirExpr      **slot,
          WeirExprMapFunc func,
          gpointer        data)
{
  WeirExpr *mapped;

  if (*slot == NULL)
    return;
  mapped = weir_expr_map (*slot, func, data);
  weir_expr_unref (*slot);
  *slot = mapped;
}

static void
map_aggregate (WeirPlan       *plan,
               WeirExprMapFunc func,
               gpointer        data)
{
  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    map_slot (&plan->aggregate.keys[i], func, data);
  map_slot (&plan->aggregate.window.time, func, data);
  map_slot (&plan->aggregate.session_gap, func, data);
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      WeirAggCall *mapped = weir_agg_call_map (plan->aggregate.aggs[i], func, data);

      weir_agg_call_unref (plan->aggregate.aggs[i]);
      plan->aggregate.aggs[i] = mapped;
    }
}

void
_weir_plan_map_exprs (WeirPlan       *plan,
                      WeirExprMapFunc func,
                      gpointer        data)
{
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_FILTER:
      map_slot (&plan->filter.condition, func, data);
      break;
    case WEIR_PLAN_PROJECT:
      for (guint i = 0; i < plan->project.n_exprs; i++)
        map_slot (&plan->project.exprs[i], func, data);
      break;
    case WEIR_PLAN_TIME_WINDOW:
      map_slot (&plan->time_window.window.time, func, data);
      break;
    case WEIR_PLAN_AGGREGATE:
      map_aggregate (plan, func, data);
      break;
    case WEIR_PLAN_JOIN:
      for (guint i = 0; i < plan->join.n_equi; i++)
        {
          map_slot (&plan->join.left_keys[i], func, data);
          map_slot (&plan->join.right_keys[i], func, data);
        }
      map_slot (&plan->join.residual, func, data);
      break;
    case WEIR_PLAN_GENERATE:
      map_slot (&plan->generate.generator, func, data);
      break;
    case WEIR_PLAN_SORT:
      for (guint i = 0; i < plan->sort.n_keys; i++)
        map_slot (&plan->sort.keys[i].expr, func, data);
      break;
    default:
      break;
    }
}

gboolean
_weir_expr_reads (const WeirExpr *expr,
                  guint           first,
                  guint           end)
{
  if (expr->kind == WEIR_EXPR_COLUMN)
    return expr->index >= first && expr->index < end;
  for (guint i = 0; i < expr->n_args; i++)
    if (_weir_expr_reads (expr->args[i], first, end))
      return TRUE;
  return FALSE;
}

void
_weir_expr_split (WeirExpr  *condition,
                  GPtrArray *conjuncts)
{
  if (condition->kind != WEIR_EXPR_AND)
    {
      g_ptr_array_add (conjuncts, weir_expr_ref (condition));
      return;
    }
  for (guint i = 0; i < condition->n_args; i++)
    _weir_expr_split (condition->args[i], conjuncts);
}

WeirExpr *
_weir_expr_conjunction (GPtrArray *conjuncts)
{
  if (conjuncts->len == 0)
    return NULL;
  if (conjuncts->len == 1)
    return conjuncts->pdata[0];
  return weir_expr_new_logic (WEIR_EXPR_AND, (WeirExpr **)conjuncts->pdata, conjuncts->len);
}

static WeirExpr *
shift_column (const WeirExpr *column,
              gpointer        data)
{
  int       shift = *(int *)data;
  WeirExpr *shifted;

  if (column->index >= WEIR_LAMBDA_BASE || shift == 0)
    return NULL;
  shifted = weir_expr_new_column ((guint)((int)column->index + shift), column->type, column->nullable, column->name);
  shifted->span = column->span;
  return shifted;
}

WeirExpr *
_weir_expr_shift (WeirExpr *expr,
                  int       shift)
{
  return weir_expr_map_columns (expr, shift_column, &shift);
}
