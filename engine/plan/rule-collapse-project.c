/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * A projection over a projection becomes one, where that computes nothing twice: what is used more than once, or inside a lambda, must
 * be a column, a literal or a field. Projections of plain columns also vanish into an aggregation above them.
 */

static gboolean
is_cheap (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN || expr->kind == WEIR_EXPR_LITERAL)
    return TRUE;
  return expr->kind == WEIR_EXPR_FIELD && is_cheap (expr->args[0]);
}

typedef struct
{
  WeirPlan *lower;
  guint    *uses;
  guint     weight; /* inside a lambda each use counts twice */
} Count;

static void
count_uses (const WeirExpr *expr,
            Count          *count)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < count->lower->project.n_exprs)
    count->uses[expr->index] += count->weight;
  if (expr->kind == WEIR_EXPR_LAMBDA)
    count->weight++;
  for (guint i = 0; i < expr->n_args; i++)
    count_uses (expr->args[i], count);
  if (expr->kind == WEIR_EXPR_LAMBDA)
    count->weight--;
}

static WeirExpr *
inline_column (const WeirExpr *column,
               gpointer        data)
{
  WeirPlan *lower = data;

  if (column->kind != WEIR_EXPR_COLUMN || column->index >= lower->project.n_exprs)
    return NULL;
  return weir_expr_ref (lower->project.exprs[column->index]);
}

static gboolean
can_collapse (WeirPlan *upper,
              WeirPlan *lower)
{
  g_autofree guint *uses = g_new0 (guint, MAX (lower->project.n_exprs, 1));
  Count             count = { lower, uses, 1 };

  for (guint i = 0; i < upper->project.n_exprs; i++)
    count_uses (upper->project.exprs[i], &count);
  for (guint i = 0; i < lower->project.n_exprs; i++)
    if (!is_cheap (lower->project.exprs[i]) && (uses[i] > 1 || !lower->project.exprs[i]->is_deterministic))
      return FALSE;
  return TRUE;
}

static gboolean
is_identity (const WeirPlan *plan)
{
  const WeirPlan *child = plan->children[0];

  if (plan->project.n_exprs != child->schema->n_fields)
    return FALSE;
  for (guint i = 0; i < plan->project.n_exprs; i++)
    if (plan->project.exprs[i]->kind != WEIR_EXPR_COLUMN || plan->project.exprs[i]->index != i || g_strcmp0 (plan->schema->fields[i].name, child->schema->fields[i].name) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_all_columns (const WeirPlan *plan)
{
  for (guint i = 0; i < plan->project.n_exprs; i++)
    if (plan->project.exprs[i]->kind != WEIR_EXPR_COLUMN)
      return FALSE;
  return TRUE;
}

/* @plan over the child of its only child, a projection. */
static void
swallow_child (WeirPlan *plan)
{
  WeirPlan *lower = plan->children[0];

  _weir_plan_map_exprs (plan, inline_column, lower);
  plan->children[0] = _weir_plan_steal_child (lower, 0);
  weir_plan_unref (lower);
  _weir_plan_derive (plan);
}

WeirPlan *
_weir_rule_collapse_project (WeirPlan *plan)
{
  for (guint i = 0; i < plan->n_children; i++)
    plan->children[i] = _weir_rule_collapse_project (plan->children[i]);
  if (plan->n_children == 1 && plan->children[0]->kind == WEIR_PLAN_PROJECT)
    {
      if (plan->kind == WEIR_PLAN_PROJECT && can_collapse (plan, plan->children[0]))
        swallow_child (plan);
      else if (plan->kind == WEIR_PLAN_AGGREGATE && is_all_columns (plan->children[0]))
        swallow_child (plan);
    }
  if (plan->kind == WEIR_PLAN_PROJECT && is_identity (plan))
    {
      WeirPlan *child = _weir_plan_steal_child (plan, 0);

      weir_plan_unref (plan);
      return child;
    }
  return plan;
}
