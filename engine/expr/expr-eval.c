/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "expr/kernel-private.h"

/*
 * Evaluation of one expression over one vector.
 *
 * A kernel sees columns, never rows. Before it runs, this file takes away what every kernel would otherwise repeat: arguments that
 * are all constant are computed once; a dictionary is computed once for all its rows, but only by a kernel that cannot fail, since
 * the dictionary may hold values no selected row has; and for STRICT kernels NULL rows are taken out of the selection and put back
 * into the result.
 */

WeirEval *
weir_eval_new (WeirZone *zone)
{
  WeirEval *eval = g_new0 (WeirEval, 1);

  eval->zone = weir_zone_ref (zone != NULL ? zone : weir_zone_utc ());
  eval->ansi = TRUE;
  eval->bytes_max = WEIR_STRING_BYTES_MAX;
  eval->error_row = G_MAXUINT;
  return eval;
}

void
weir_eval_free (WeirEval *eval)
{
  weir_zone_unref (eval->zone);
  g_clear_error (&eval->error);
  g_free (eval->lambda_args);
  g_free (eval);
}

void
weir_eval_fail (WeirEval *eval,
                guint     row,
                GError   *error)
{
  if (eval->error != NULL && row >= eval->error_row)
    {
      g_error_free (error);
      return;
    }
  g_clear_error (&eval->error);
  eval->error = error;
  eval->error_row = row;
}

gboolean
weir_eval_take_error (WeirEval *eval,
                      GError  **error)
{
  if (eval->error == NULL)
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&eval->error));
  eval->error_row = G_MAXUINT;
  return TRUE;
}

/* An error of a one-row evaluation belongs to the first selected row. */
static WeirColumn *
run_constant (const WeirExpr   *expr,
              WeirEval         *eval,
              WeirFunctionFlags flags,
              WeirKernel        kernel,
              WeirColumn      **args,
              guint             n_args,
              WeirSel           sel,
              guint             n_rows)
{
  g_autofree WeirColumn **one = g_new (WeirColumn *, MAX (n_args, 1));
  g_autoptr (WeirColumn)  result = NULL;
  g_autoptr (WeirColumn)  flat = NULL;
  GError                 *held = g_steal_pointer (&eval->error);
  guint                   held_row = eval->error_row;
  GError                 *raised;

  eval->error_row = G_MAXUINT;
  for (guint i = 0; i < n_args; i++)
    one[i] = weir_column_slice (args[i], 0, 1);
  result = _weir_kernel_run (expr, eval, flags | WEIR_FUNCTION_NONDETERMINISTIC, kernel, one, n_args, weir_sel_all (1), 1);
  raised = g_steal_pointer (&eval->error);
  eval->error = held;
  eval->error_row = held_row;
  if (raised != NULL)
    weir_eval_fail (eval, weir_sel_row (sel, 0), raised);
  for (guint i = 0; i < n_args; i++)
    weir_column_unref (one[i]);
  flat = weir_column_flatten (result);
  return weir_column_new_const (flat, n_rows);
}

/* The argument that is a small enough dictionary while all others are constant; −1 when there is none. */
static int
find_dictionary (WeirColumn **args,
                 guint        n_args,
                 WeirSel      sel)
{
  int found = -1;

  for (guint i = 0; i < n_args; i++)
    {
      if (args[i]->encoding == WEIR_ENCODING_CONST)
        continue;
      if (args[i]->encoding != WEIR_ENCODING_DICT || found >= 0 || args[i]->validity != NULL || args[i]->dict->n_rows > sel.n || args[i]->dict->n_rows > G_MAXUINT16)
        return -1;
      found = (int)i;
    }
  return found;
}

static WeirBuffer *
codes_of (WeirColumn *column)
{
  WeirBuffer *copy;

  for (guint i = 0; i < column->n_buffers; i++)
    if ((const guint8 *)column->codes == column->buffers[i]->data)
      return weir_buffer_ref (column->buffers[i]);
  copy = weir_buffer_new (MAX (column->n_rows, 1) * sizeof (guint32));
  memcpy (copy->data, column->codes, column->n_rows * sizeof (guint32));
  return copy;
}

static WeirColumn *
run_dictionary (const WeirExpr   *expr,
                WeirEval         *eval,
                WeirFunctionFlags flags,
                WeirKernel        kernel,
                WeirColumn      **args,
                guint             n_args,
                guint             which,
                guint             n_rows)
{
  g_autofree WeirColumn **own = g_new (WeirColumn *, n_args);
  WeirColumn             *dict = args[which]->dict;
  g_autoptr (WeirColumn)  result = NULL;
  g_autoptr (WeirColumn)  flat = NULL;
  g_autoptr (WeirBuffer)  codes = codes_of (args[which]);

  for (guint i = 0; i < n_args; i++)
    own[i] = i == which ? weir_column_flatten (dict) : weir_column_slice (args[i], 0, dict->n_rows);
  result = _weir_kernel_run (expr, eval, flags, kernel, own, n_args, weir_sel_all (dict->n_rows), dict->n_rows);
  for (guint i = 0; i < n_args; i++)
    weir_column_unref (own[i]);
  flat = weir_column_flatten (result);
  return weir_column_new_dict (flat, codes, n_rows);
}

/* NULL when no argument has NULLs; *@all_null when a constant one is NULL. */
static WeirBuffer *
combine_validity (WeirColumn **args,
                  guint        n_args,
                  guint        n_rows,
                  gboolean    *all_null)
{
  WeirBuffer *bits = NULL;
  guint       size = (n_rows + 7) / 8;

  *all_null = FALSE;
  for (guint i = 0; i < n_args; i++)
    {
      if (args[i]->type->kind == WEIR_TYPE_VOID || (args[i]->encoding == WEIR_ENCODING_CONST && weir_column_is_null (args[i], 0)))
        *all_null = TRUE;
      else if (args[i]->encoding == WEIR_ENCODING_FLAT && args[i]->validity != NULL)
        {
          if (bits == NULL)
            {
              bits = weir_buffer_new (MAX (size, 1));
              memcpy (bits->data, args[i]->validity, size);
            }
          else
            for (guint k = 0; k < size; k++)
              bits->data[k] &= args[i]->validity[k];
        }
    }
  return bits;
}

static WeirColumn *
run_strict (const WeirExpr   *expr,
            WeirEval         *eval,
            WeirFunctionFlags flags,
            WeirKernel        kernel,
            WeirColumn      **args,
            guint             n_args,
            WeirSel           sel,
            guint             n_rows)
{
  gboolean            all_null;
  WeirBuffer         *validity = combine_validity (args, n_args, n_rows, &all_null);
  g_autofree guint16 *idx = NULL;
  WeirColumn         *result;

  if (all_null)
    {
      g_clear_pointer (&validity, weir_buffer_unref);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  if (validity == NULL)
    return kernel (expr, eval, args, sel, n_rows);
  if (!(flags & WEIR_FUNCTION_TOTAL))
    {
      idx = g_new (guint16, MAX (sel.n, 1));
      sel = (WeirSel){ idx, _weir_sel_valid (sel, validity->data, idx) };
    }
  result = kernel (expr, eval, args, sel, n_rows);
  return _weir_column_and_validity (result, validity);
}

/* Elements of arrays may be more than a selection can number: in slices. */
static WeirColumn *
run_sliced (const WeirExpr   *expr,
            WeirEval         *eval,
            WeirFunctionFlags flags,
            WeirKernel        kernel,
            WeirColumn      **args,
            guint             n_args,
            guint             n_rows)
{
  g_autoptr (GPtrArray)   parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  g_autofree WeirColumn **slice = g_new (WeirColumn *, MAX (n_args, 1));

  for (guint offset = 0; offset < n_rows; offset += WEIR_VECTOR_ROWS)
    {
      guint                  n = MIN (WEIR_VECTOR_ROWS, n_rows - offset);
      GError                *held = g_steal_pointer (&eval->error);
      guint                  held_row = eval->error_row;
      g_autoptr (WeirColumn) part = NULL;

      eval->error_row = G_MAXUINT;
      for (guint i = 0; i < n_args; i++)
        slice[i] = weir_column_slice (args[i], offset, n);
      part = _weir_kernel_run (expr, eval, flags, kernel, slice, n_args, weir_sel_all (n), n);
      g_ptr_array_add (parts, weir_column_flatten (part));
      for (guint i = 0; i < n_args; i++)
        weir_column_unref (slice[i]);
      if (eval->error != NULL && held == NULL)
        eval->error_row += offset;
      else
        {
          g_clear_error (&eval->error);
          eval->error = held;
          eval->error_row = held_row;
        }
    }
  return weir_column_concat ((WeirColumn **)parts->pdata, parts->len);
}

WeirColumn *
_weir_kernel_run (const WeirExpr   *expr,
                  WeirEval         *eval,
                  WeirFunctionFlags flags,
                  WeirKernel        kernel,
                  WeirColumn      **args,
                  guint             n_args,
                  WeirSel           sel,
                  guint             n_rows)
{
  g_autofree WeirColumn **plain = NULL;
  WeirColumn             *result;
  gboolean                once = !(flags & WEIR_FUNCTION_NONDETERMINISTIC);
  gboolean                all_constant = TRUE;
  int                     dictionary;

  if (sel.n == 0)
    return weir_column_new_nulls (expr->type, n_rows);
  if (n_rows > G_MAXUINT16 && n_args > 0)
    return run_sliced (expr, eval, flags, kernel, args, n_args, n_rows);
  for (guint i = 0; i < n_args; i++)
    all_constant &= args[i]->encoding == WEIR_ENCODING_CONST;
  if (once && all_constant)
    return run_constant (expr, eval, flags, kernel, args, n_args, sel, n_rows);
  dictionary = once && !expr->fails_itself ? find_dictionary (args, n_args, sel) : -1;
  if (dictionary >= 0)
    return run_dictionary (expr, eval, flags, kernel, args, n_args, (guint)dictionary, n_rows);

  plain = g_new (WeirColumn *, MAX (n_args, 1));
  for (guint i = 0; i < n_args; i++)
    plain[i] = args[i]->encoding == WEIR_ENCODING_DICT && !(flags & WEIR_FUNCTION_ANY_ENCODING)
                 ? weir_column_flatten (args[i])
                 : weir_column_ref (args[i]);
  if (flags & WEIR_FUNCTION_STRICT)
    result = run_strict (expr, eval, flags, kernel, plain, n_args, sel, n_rows);
  else
    result = kernel (expr, eval, plain, sel, n_rows);
  for (guint i = 0; i < n_args; i++)
    weir_column_unref (plain[i]);
  return result;
}

static WeirColumn *
eval_call (const WeirExpr  *expr,
           WeirEval        *eval,
           const WeirBatch *batch,
           WeirSel          sel)
{
  g_autofree WeirColumn **args = g_new0 (WeirColumn *, MAX (expr->n_args, 1));
  const WeirBatch        *outer = eval->batch;
  guint                   n_args = 0;
  WeirColumn             *result;

  /* Lambdas come after the values; the function evaluates their bodies itself. */
  for (guint i = 0; i < expr->n_args; i++)
    if (expr->args[i]->kind != WEIR_EXPR_LAMBDA)
      args[n_args++] = weir_expr_eval (expr->args[i], eval, batch, sel);
  eval->batch = batch;
  if (n_args < expr->n_args)
    result = sel.n == 0 ? weir_column_new_nulls (expr->type, batch->n_rows)
                        : _weir_function_kernel (expr->function) (expr, eval, args, sel, batch->n_rows);
  else
    result = _weir_kernel_run (expr, eval, expr->function->flags, _weir_function_kernel (expr->function), args, n_args, sel, batch->n_rows);
  eval->batch = outer;
  for (guint i = 0; i < n_args; i++)
    weir_column_unref (args[i]);
  return result;
}

static WeirColumn *
eval_cast (const WeirExpr  *expr,
           WeirEval        *eval,
           const WeirBatch *batch,
           WeirSel          sel)
{
  g_autoptr (WeirColumn) arg = weir_expr_eval (expr->args[0], eval, batch, sel);

  return _weir_kernel_run (expr, eval, WEIR_FUNCTION_STRICT, _weir_cast_eval, &arg, 1, sel, batch->n_rows);
}

static WeirColumn *
eval_field (const WeirExpr  *expr,
            WeirEval        *eval,
            const WeirBatch *batch,
            WeirSel          sel)
{
  g_autoptr (WeirColumn) arg = weir_expr_eval (expr->args[0], eval, batch, sel);
  g_autoptr (WeirColumn) flat = weir_column_flatten (arg);
  WeirBuffer            *validity;

  if (flat->n_children == 0)
    return weir_column_new_nulls (expr->type, batch->n_rows);
  if (flat->validity == NULL)
    return weir_column_ref (flat->children[expr->index]);
  validity = weir_buffer_new ((batch->n_rows + 7) / 8);
  memcpy (validity->data, flat->validity, (batch->n_rows + 7) / 8);
  return _weir_column_and_validity (weir_column_ref (flat->children[expr->index]), validity);
}

WeirColumn *
weir_expr_eval (const WeirExpr  *expr,
                WeirEval        *eval,
                const WeirBatch *batch,
                WeirSel          sel)
{
  switch (expr->kind)
    {
    case WEIR_EXPR_LITERAL:
      return weir_column_new_const (expr->literal, batch->n_rows);
    case WEIR_EXPR_COLUMN:
      if (expr->index >= WEIR_LAMBDA_BASE)
        return weir_column_ref (eval->lambda_args[expr->index - WEIR_LAMBDA_BASE]);
      return weir_column_ref (batch->columns[expr->index]);
    case WEIR_EXPR_CALL:
      return eval_call (expr, eval, batch, sel);
    case WEIR_EXPR_CAST:
      return eval_cast (expr, eval, batch, sel);
    case WEIR_EXPR_AND:
    case WEIR_EXPR_OR:
      return _weir_eval_logic (expr, eval, batch, sel);
    case WEIR_EXPR_CASE:
      return _weir_eval_case (expr, eval, batch, sel);
    case WEIR_EXPR_COALESCE:
      return _weir_eval_coalesce (expr, eval, batch, sel);
    case WEIR_EXPR_FIELD:
      return eval_field (expr, eval, batch, sel);
    case WEIR_EXPR_LAMBDA:
      break;
    }
  return weir_column_new_nulls (expr->type, batch->n_rows);
}
