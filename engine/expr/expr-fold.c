/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/*
 * Constant folding. An expression that would raise an error stays as it is: the row that needs it may never come.
 */

static gboolean
is_foldable (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN || expr->kind == WEIR_EXPR_LITERAL || expr->kind == WEIR_EXPR_LAMBDA || !expr->is_deterministic)
    return FALSE;
  if (expr->kind == WEIR_EXPR_CALL && (expr->function->flags & (WEIR_FUNCTION_BATCH_CONSTANT | WEIR_FUNCTION_GENERATOR | WEIR_FUNCTION_BY_SETTING)))
    return FALSE;
  for (guint i = 0; i < expr->n_args; i++)
    if (!weir_expr_is_literal (expr->args[i]))
      return FALSE;
  return TRUE;
}

static WeirExpr *
evaluate (WeirExpr *expr,
          WeirZone *zone)
{
  g_autoptr (WeirEval)   eval = weir_eval_new (zone);
  g_autoptr (WeirType)   schema = weir_type_new_struct (NULL, 0);
  g_autoptr (WeirBatch)  batch = weir_batch_new (schema, 1, NULL);
  g_autoptr (WeirColumn) column = weir_expr_eval (expr, eval, batch, weir_sel_all (1));
  g_autoptr (WeirColumn) flat = NULL;
  g_autofree char       *name = g_strdup (expr->name);
  WeirExpr              *literal;

  if (weir_eval_take_error (eval, NULL))
    return expr;
  flat = weir_column_flatten (column);
  if (!weir_type_equal (flat->type, expr->type))
    {
      WeirColumn *typed = weir_column_retype (flat, expr->type);

      weir_column_unref (flat);
      flat = typed;
    }
  literal = weir_expr_new_literal (flat);
  literal->span = expr->span;
  if (name != NULL)
    {
      g_free (literal->name);
      literal->name = g_steal_pointer (&name);
    }
  weir_expr_unref (expr);
  return literal;
}

WeirExpr *
weir_expr_fold (WeirExpr *expr,
                WeirZone *zone)
{
  g_autofree WeirExpr **args = g_new (WeirExpr *, MAX (expr->n_args, 1));
  gboolean              changed = FALSE;

  for (guint i = 0; i < expr->n_args; i++)
    {
      args[i] = weir_expr_fold (weir_expr_ref (expr->args[i]), zone);
      changed |= args[i] != expr->args[i];
    }
  if (changed)
    {
      WeirExpr *copy = _weir_expr_with_args (expr, args);

      weir_expr_unref (expr);
      expr = copy;
    }
  else
    for (guint i = 0; i < expr->n_args; i++)
      weir_expr_unref (args[i]);
  return is_foldable (expr) ? evaluate (expr, zone) : expr;
}
