/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/* Equalities between the two sides of a join become its keys; the rest stays behind as residual. */

typedef struct
{
  GPtrArray *left;
  GPtrArray *right;
  GArray    *null_safe;
  GPtrArray *rest;
} Parts;

static gboolean
is_equality (const WeirExpr *expr,
             gboolean       *null_safe)
{
  const char *name = expr->kind == WEIR_EXPR_CALL && expr->n_args == 2 ? expr->function->name : "";

  *null_safe = strcmp (name, "<=>") == 0 || strcmp (name, "equal_null") == 0;
  return *null_safe || strcmp (name, "=") == 0 || strcmp (name, "==") == 0;
}

/* 0: only left columns, 1: only right ones, −1: neither or both. */
static int
side_of (const WeirExpr *expr,
         guint           n_left)
{
  gboolean left = _weir_expr_reads (expr, 0, n_left), right = _weir_expr_reads (expr, n_left, WEIR_LAMBDA_BASE);

  return left == right ? -1 : right;
}

static void
sort_conjunct (WeirExpr *conjunct,
               guint     n_left,
               Parts    *parts)
{
  gboolean null_safe;
  int      side = -1;

  if (is_equality (conjunct, &null_safe) && conjunct->is_deterministic)
    {
      side = side_of (conjunct->args[0], n_left);
      if (side < 0 || side_of (conjunct->args[1], n_left) != 1 - side)
        side = -1;
    }
  if (side < 0)
    {
      g_ptr_array_add (parts->rest, weir_expr_ref (conjunct));
      return;
    }
  g_ptr_array_add (parts->left, weir_expr_ref (conjunct->args[side]));
  g_ptr_array_add (parts->right, _weir_expr_shift (conjunct->args[1 - side], -(int)n_left));
  g_array_append_val (parts->null_safe, null_safe);
}

/* Keys behind those the join already has. */
static void
add_keys (WeirPlan *join,
          Parts    *parts)
{
  guint old = join->join.n_equi, n = old + parts->left->len;

  if (parts->left->len == 0)
    return;
  join->join.left_keys = g_renew (WeirExpr *, join->join.left_keys, n);
  join->join.right_keys = g_renew (WeirExpr *, join->join.right_keys, n);
  join->join.null_safe = g_renew (gboolean, join->join.null_safe, n);
  memcpy (join->join.left_keys + old, parts->left->pdata, parts->left->len * sizeof (gpointer));
  memcpy (join->join.right_keys + old, parts->right->pdata, parts->right->len * sizeof (gpointer));
  memcpy (join->join.null_safe + old, parts->null_safe->data, parts->left->len * sizeof (gboolean));
  join->join.n_equi = n;
  if (join->join.type == WEIR_JOIN_CROSS)
    join->join.type = WEIR_JOIN_INNER;
}

void
_weir_split_join_node (WeirPlan *join)
{
  g_autoptr (GPtrArray) conjuncts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  g_autoptr (GPtrArray) right = g_ptr_array_new ();
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();
  g_autoptr (GArray)    null_safe = g_array_new (FALSE, FALSE, sizeof (gboolean));
  Parts                 parts = { left, right, null_safe, rest };

  if (join->join.residual == NULL)
    return;
  _weir_expr_split (join->join.residual, conjuncts);
  for (guint i = 0; i < conjuncts->len; i++)
    sort_conjunct (conjuncts->pdata[i], join->children[0]->schema->n_fields, &parts);
  add_keys (join, &parts);
  weir_expr_unref (join->join.residual);
  join->join.residual = _weir_expr_conjunction (rest);
}

WeirPlan *
_weir_rule_split_join (WeirPlan *plan)
{
  for (guint i = 0; i < plan->n_children; i++)
    plan->children[i] = _weir_rule_split_join (plan->children[i]);
  if (plan->kind == WEIR_PLAN_JOIN)
    _weir_split_join_node (plan);
  return plan;
}
