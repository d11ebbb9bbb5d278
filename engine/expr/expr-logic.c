/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/*
 * AND, OR, CASE and COALESCE: the expressions that decide which rows the next argument sees. A row that is decided drops out of
 * the selection, so an error in a later argument is raised only where SQL would reach it.
 */

/* TRUE, FALSE or NULL of a BOOLEAN argument in any encoding. */
typedef enum
{
  TRUTH_FALSE,
  TRUTH_TRUE,
  TRUTH_NULL,
} Truth;

static Truth
truth_at (const WeirArg *arg,
          guint          row)
{
  if (weir_arg_is_null (arg, row))
    return TRUTH_NULL;
  return weir_arg_bool (*arg, row) ? TRUTH_TRUE : TRUTH_FALSE;
}

static WeirColumn *
eval_plain (const WeirExpr  *expr,
            WeirEval        *eval,
            const WeirBatch *batch,
            WeirSel          sel)
{
  WeirColumn *column = weir_expr_eval (expr, eval, batch, sel);

  if (column->encoding == WEIR_ENCODING_DICT)
    {
      WeirColumn *flat = weir_column_flatten (column);

      weir_column_unref (column);
      return flat;
    }
  return column;
}

/* AND is decided by false, OR by true; a NULL stays open: a later argument may still decide. */
WeirColumn *
_weir_eval_logic (const WeirExpr  *expr,
                  WeirEval        *eval,
                  const WeirBatch *batch,
                  WeirSel          sel)
{
  Truth               decides = expr->kind == WEIR_EXPR_AND ? TRUTH_FALSE : TRUTH_TRUE;
  g_autofree guint16 *open = g_new (guint16, MAX (sel.n, 1));
  WeirSel             rest = sel;
  WeirOut             out;

  _weir_out_init (&out, WEIR_BOOLEAN, batch->n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    weir_out_bool (&out, row, decides == TRUTH_FALSE);
  }
  for (guint i = 0; i < expr->n_args && rest.n > 0; i++)
    {
      g_autoptr (WeirColumn) column = eval_plain (expr->args[i], eval, batch, rest);
      WeirArg                arg = weir_arg (column);
      guint                  n_open = 0, n = rest.n;

      for (guint k = 0; k < n; k++)
        {
          guint row = weir_sel_row (rest, k);
          Truth truth = truth_at (&arg, row);

          if (truth == decides)
            {
              weir_out_bool (&out, row, decides == TRUTH_TRUE);
              if (out.validity != NULL)
                weir_bit_set (out.validity, row, TRUE);
              continue;
            }
          if (truth == TRUTH_NULL)
            _weir_out_null (&out, row);
          open[n_open++] = (guint16)row;
        }
      rest = (WeirSel){ open, n_open };
    }
  return _weir_out_finish (&out);
}

/* Splits @rest by a condition: true rows into @then, others stay in @open. Returns the number of true rows. */
static guint
split (WeirColumn *condition,
       WeirSel    *rest,
       guint16    *then,
       guint16    *open)
{
  WeirArg arg = weir_arg (condition);
  guint   n_then = 0, n_open = 0, n = rest->n;

  for (guint k = 0; k < n; k++)
    {
      guint row = weir_sel_row (*rest, k);

      if (truth_at (&arg, row) == TRUTH_TRUE)
        then[n_then++] = (guint16)row;
      else
        open[n_open++] = (guint16)row;
    }
  *rest = (WeirSel){ open, n_open };
  return n_then;
}

static void
mark (guint16 *which,
      WeirSel  sel,
      guint    branch)
{
  for (guint i = 0; i < sel.n; i++)
    which[weir_sel_row (sel, i)] = (guint16)branch;
}

WeirColumn *
_weir_eval_case (const WeirExpr  *expr,
                 WeirEval        *eval,
                 const WeirBatch *batch,
                 WeirSel          sel)
{
  g_autofree guint16     *then = g_new (guint16, MAX (sel.n, 1));
  g_autofree guint16     *open = g_new (guint16, MAX (sel.n, 1));
  g_autofree guint16     *which = g_new (guint16, MAX (batch->n_rows, 1));
  g_autofree WeirColumn **values = g_new0 (WeirColumn *, expr->n_args);
  guint                   n_values = 0;
  WeirSel                 rest = sel;
  WeirColumn             *merged;

  memset (which, 0xff, batch->n_rows * sizeof (guint16));
  for (guint i = 0; i + 1 < expr->n_args && rest.n > 0; i += 2)
    {
      g_autoptr (WeirColumn) condition = eval_plain (expr->args[i], eval, batch, rest);
      WeirSel                hit = { then, split (condition, &rest, then, open) };

      if (hit.n == 0)
        continue;
      mark (which, hit, n_values);
      values[n_values++] = weir_expr_eval (expr->args[i + 1], eval, batch, hit);
    }
  if (rest.n > 0)
    {
      mark (which, rest, n_values);
      values[n_values++] = weir_expr_eval (expr->args[expr->n_args - 1], eval, batch, rest);
    }
  merged = n_values == 1 ? weir_column_ref (values[0])
                         : _weir_column_merge (expr->type, values, n_values, which, batch->n_rows);
  for (guint i = 0; i < n_values; i++)
    weir_column_unref (values[i]);
  return merged;
}

WeirColumn *
_weir_eval_coalesce (const WeirExpr  *expr,
                     WeirEval        *eval,
                     const WeirBatch *batch,
                     WeirSel          sel)
{
  g_autofree guint16     *open = g_new (guint16, MAX (sel.n, 1));
  g_autofree guint16     *which = g_new (guint16, MAX (batch->n_rows, 1));
  g_autofree WeirColumn **values = g_new0 (WeirColumn *, MAX (expr->n_args, 1));
  guint                   n_values = 0;
  WeirSel                 rest = sel;
  WeirColumn             *merged;

  memset (which, 0xff, batch->n_rows * sizeof (guint16));
  for (guint i = 0; i < expr->n_args && rest.n > 0; i++)
    {
      WeirColumn *column = eval_plain (expr->args[i], eval, batch, rest);
      WeirArg     arg = weir_arg (column);
      guint       n_open = 0, n = rest.n;

      for (guint k = 0; k < n; k++)
        {
          guint row = weir_sel_row (rest, k);

          if (weir_arg_is_null (&arg, row))
            open[n_open++] = (guint16)row;
          else
            which[row] = (guint16)n_values;
        }
      values[n_values++] = column;
      rest = (WeirSel){ open, n_open };
    }
  merged = n_values == 1 ? weir_column_ref (values[0])
                         : _weir_column_merge (expr->type, values, n_values, which, batch->n_rows);
  for (guint i = 0; i < n_values; i++)
    weir_column_unref (values[i]);
  return merged;
}
