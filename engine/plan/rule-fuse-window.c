/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * GROUP BY window(…): an aggregation directly over the TIME_WINDOW node whose column is one of its keys, and is read nowhere else, takes
 * the window over. exec/ then works on panes instead of a copy of each row per window.
 */

static gboolean
read_elsewhere (const WeirPlan *plan,
                guint           column,
                guint           key)
{
  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    if (i != key && _weir_expr_reads (plan->aggregate.keys[i], column, column + 1))
      return TRUE;
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      const WeirAggCall *call = plan->aggregate.aggs[i];

      if (call->filter != NULL && _weir_expr_reads (call->filter, column, column + 1))
        return TRUE;
      for (guint k = 0; k < call->n_args; k++)
        if (_weir_expr_reads (call->args[k], column, column + 1))
          return TRUE;
    }
  return FALSE;
}

static void
fuse (WeirPlan *plan)
{
  WeirPlan *child = plan->children[0];
  guint     column = child->schema->n_fields - 1;

  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    {
      const WeirExpr *key = plan->aggregate.keys[i];

      if (key->kind != WEIR_EXPR_COLUMN || key->index != column || read_elsewhere (plan, column, i))
        continue;
      g_clear_pointer (&plan->aggregate.keys[i], weir_expr_unref);
      plan->aggregate.window_key = (int)i;
      plan->aggregate.window = child->time_window.window;
      child->time_window.window.time = NULL;
      plan->children[0] = _weir_plan_steal_child (child, 0);
      weir_plan_unref (child);
      _weir_plan_derive (plan);
      return;
    }
}

WeirPlan *
_weir_rule_fuse_window (WeirPlan *plan)
{
  for (guint i = 0; i < plan->n_children; i++)
    plan->children[i] = _weir_rule_fuse_window (plan->children[i]);
  if (plan->kind == WEIR_PLAN_AGGREGATE && plan->aggregate.window_key < 0 && plan->children[0]->kind == WEIR_PLAN_TIME_WINDOW)
    fuse (plan);
  return plan;
}
