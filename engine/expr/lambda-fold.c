/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/lambda-private.h"

/*
 * aggregate(), also called reduce(): a fold. A step of it depends on the one before, so the vector runs across the rows: the body is
 * evaluated over the first elements of all lists, then over the second ones of those that have one, and so on.
 */

/* Element @step of every row that has one: rows and elements. */
static void
step_elements (WeirColumn *flat,
               WeirSel     sel,
               guint32     step,
               GArray     *rows,
               GArray     *idx)
{
  g_array_set_size (rows, 0);
  g_array_set_size (idx, 0);
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirListView view;
    guint32      element;

    if (_weir_list_is_null (flat, row))
      continue;
    view = weir_column_values (flat, WeirListView)[row];
    if (step >= view.length)
      continue;
    element = view.offset + step;
    g_array_append_val (rows, row);
    g_array_append_val (idx, element);
  }
}

/* @accumulator with the rows in @rows replaced by @values; takes @accumulator. */
static WeirColumn *
replace_rows (WeirColumn *accumulator,
              WeirColumn *values,
              GArray     *rows)
{
  guint                  n = accumulator->n_rows;
  g_autofree guint32    *idx = g_new (guint32, MAX (n, 1));
  WeirColumn            *both[] = { accumulator, values };
  g_autoptr (WeirColumn) all = weir_column_concat (both, 2);

  for (guint i = 0; i < n; i++)
    idx[i] = i;
  for (guint i = 0; i < rows->len; i++)
    idx[g_array_index (rows, guint32, i)] = n + i;
  weir_column_unref (accumulator);
  return weir_column_gather (all, idx, n);
}

static WeirColumn *
eval_fold (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn     *flat,
           WeirColumn     *accumulator,
           WeirSel         sel)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) idx = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 step = 0;; step++)
    {
      WeirColumn            *params[2];
      g_autoptr (WeirColumn) values = NULL;
      WeirLambdaElements     elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[2], .n_params = 2, .params = params };

      step_elements (flat, sel, step, rows, idx);
      if (rows->len == 0)
        return accumulator;
      params[0] = _weir_lambda_gather (accumulator, rows);
      params[1] = _weir_lambda_gather (flat->children[0], idx);
      elements.rows = (const guint32 *)(void *)rows->data;
      elements.n = rows->len;
      values = _weir_lambda_typed (_weir_lambda_eval (&elements), accumulator->type);
      weir_column_unref (params[0]);
      weir_column_unref (params[1]);
      accumulator = replace_rows (accumulator, values, rows);
    }
}

/* The last lambda over the accumulators of the selected rows; takes @accumulator. */
static WeirColumn *
finish_fold (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn     *accumulator,
             WeirSel         sel)
{
  g_autoptr (GArray)     rows = g_array_sized_new (FALSE, FALSE, sizeof (guint32), sel.n);
  g_autoptr (WeirColumn) nulls = weir_column_new_nulls (expr->type, accumulator->n_rows);
  g_autoptr (WeirColumn) finished = NULL;
  WeirColumn            *param;
  WeirLambdaElements     elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[3], .n_params = 1, .params = &param, .n = sel.n };

  for (guint i = 0; i < sel.n; i++)
    {
      guint32 row = weir_sel_row (sel, i);

      g_array_append_val (rows, row);
    }
  elements.rows = (const guint32 *)(void *)rows->data;
  param = weir_column_gather (accumulator, elements.rows, sel.n);
  finished = _weir_lambda_typed (_weir_lambda_eval (&elements), expr->type);
  weir_column_unref (param);
  weir_column_unref (accumulator);
  return replace_rows (weir_column_flatten (nulls), finished, rows);
}

WeirColumn *
_weir_lambda_eval_aggregate (const WeirExpr *expr,
                             WeirEval       *eval,
                             WeirColumn    **args,
                             WeirSel         sel,
                             guint           n_rows)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (args[0]);
  WeirColumn            *accumulator = weir_column_flatten (args[1]);
  WeirBuffer            *validity;

  if (flat->n_children > 0)
    accumulator = eval_fold (expr, eval, flat, accumulator, sel);
  if (expr->n_args > 3)
    accumulator = finish_fold (expr, eval, accumulator, sel);
  if (flat->type->kind == WEIR_TYPE_VOID)
    {
      weir_column_unref (accumulator);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  if (flat->validity == NULL)
    return accumulator;
  validity = weir_buffer_new ((n_rows + 7) / 8);
  memcpy (validity->data, flat->validity, (n_rows + 7) / 8);
  return _weir_column_and_validity (accumulator, validity);
}
