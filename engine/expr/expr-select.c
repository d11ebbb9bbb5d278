/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/*
 * Conditions as filters: a list of row numbers instead of a column of booleans. AND narrows step by step, comparisons write the
 * list straight from their loops, everything else goes through a column.
 */

static guint
select_bits (const guint8 *values,
             const guint8 *validity,
             guint         n,
             guint16      *out)
{
  guint n_out = 0;

  for (guint base = 0; base < n; base += 8)
    {
      guint bits = values[base >> 3] & (validity != NULL ? validity[base >> 3] : 0xffu);

      if (n - base < 8)
        bits &= (1u << (n - base)) - 1;
      for (; bits != 0; bits &= bits - 1)
        out[n_out++] = (guint16)(base + (guint)__builtin_ctz (bits));
    }
  return n_out;
}

static guint
select_column (WeirColumn *column,
               WeirSel     sel,
               guint16    *out)
{
  guint n_out = 0;

  if (column->type->kind == WEIR_TYPE_VOID)
    return 0;
  if (column->encoding == WEIR_ENCODING_FLAT && sel.idx == NULL)
    return select_bits (column->values, column->validity, sel.n, out);
  for (guint i = 0; i < sel.n; i++)
    {
      guint             row = weir_sel_row (sel, i), at = row;
      const WeirColumn *flat = weir_column_resolve (column, &at);

      out[n_out] = (guint16)row;
      n_out += !weir_column_is_null (flat, at) && weir_bit (flat->values, at);
    }
  return n_out;
}

/* Narrowing skips rows where an earlier argument is NULL; that is only invisible when the later ones cannot fail. */
static gboolean
can_narrow (const WeirExpr *expr)
{
  for (guint i = 0; i + 1 < expr->n_args; i++)
    if (expr->args[i]->nullable && expr->args[i + 1]->can_fail)
      return FALSE;
  return TRUE;
}

static guint
select_and (const WeirExpr  *expr,
            WeirEval        *eval,
            const WeirBatch *batch,
            WeirSel          sel,
            guint16         *out)
{
  for (guint i = 0; i < expr->n_args && sel.n > 0; i++)
    {
      guint n = weir_expr_select (expr->args[i], eval, batch, sel, out);

      sel = (WeirSel){ out, n };
    }
  return sel.n;
}

static gboolean
select_compare (const WeirExpr  *expr,
                WeirEval        *eval,
                const WeirBatch *batch,
                WeirSel          sel,
                guint16         *out,
                guint           *n_out)
{
  WeirColumn *args[2];
  gboolean    done;

  if (expr->n_args != 2 || !(expr->function->flags & WEIR_FUNCTION_OPERATOR) || expr->fails_itself)
    return FALSE;
  args[0] = weir_expr_eval (expr->args[0], eval, batch, sel);
  args[1] = weir_expr_eval (expr->args[1], eval, batch, sel);
  done = _weir_compare_select (expr, args, sel, out, n_out);
  if (!done)
    {
      g_autoptr (WeirColumn) column = _weir_kernel_run (expr, eval, expr->function->flags, _weir_function_kernel (expr->function), args, 2, sel, batch->n_rows);

      *n_out = select_column (column, sel, out);
    }
  weir_column_unref (args[0]);
  weir_column_unref (args[1]);
  return TRUE;
}

/* May be called with @out == @sel.idx: entries are written no later than they are read. */
guint
weir_expr_select (const WeirExpr  *condition,
                  WeirEval        *eval,
                  const WeirBatch *batch,
                  WeirSel          sel,
                  guint16         *out)
{
  g_autoptr (WeirColumn) column = NULL;
  guint                  n_out;

  if (sel.n == 0)
    return 0;
  if (condition->kind == WEIR_EXPR_AND && can_narrow (condition))
    return select_and (condition, eval, batch, sel, out);
  if (condition->kind == WEIR_EXPR_CALL && select_compare (condition, eval, batch, sel, out, &n_out))
    return n_out;
  column = weir_expr_eval (condition, eval, batch, sel);
  return select_column (column, sel, out);
}
