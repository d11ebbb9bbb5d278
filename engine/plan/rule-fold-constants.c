/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/* Constant parts of expressions are computed once; a filter that is always true goes. */

static WeirExpr *
fold (const WeirExpr *expr,
      gpointer        data)
{
  return weir_expr_fold (weir_expr_ref ((WeirExpr *)expr), data);
}

static gboolean
is_true (const WeirExpr *expr)
{
  return weir_expr_is_literal (expr) && expr->type->kind == WEIR_TYPE_BOOLEAN && !weir_column_is_null (expr->literal, 0) && weir_bit (expr->literal->values, 0);
}

WeirPlan *
_weir_rule_fold_constants (WeirPlan *plan,
                           WeirZone *zone)
{
  for (guint i = 0; i < plan->n_children; i++)
    plan->children[i] = _weir_rule_fold_constants (plan->children[i], zone);
  _weir_plan_map_exprs (plan, fold, zone);
  if (plan->kind == WEIR_PLAN_FILTER && is_true (plan->filter.condition))
    {
      WeirPlan *child = _weir_plan_steal_child (plan, 0);

      weir_plan_unref (plan);
      return child;
    }
  _weir_plan_derive (plan);
  return plan;
}
