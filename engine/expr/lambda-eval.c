/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "expr/lambda-private.h"

/*
 * Bodies of lambdas.
 *
 * A body is evaluated over elements, not over rows: the elements of all selected rows become a batch of their own, at most a vector at a
 * time, in which every outer column the body reads is repeated for each element of its row. So transform() over a million
 * elements costs the body's kernels over a million rows, and an error of an element belongs to the row it came from.
 */

static void
mark_used (WeirExpr *expr,
           gpointer  data)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < WEIR_LAMBDA_BASE)
    ((gboolean *)data)[expr->index] = TRUE;
}

static WeirBatch *
spread_batch (const WeirLambdaElements *elements,
              const guint32            *rows,
              guint                     n)
{
  const WeirBatch        *batch = elements->batch;
  g_autofree gboolean    *used = g_new0 (gboolean, batch->n_columns + 1);
  g_autofree WeirColumn **columns = g_new (WeirColumn *, batch->n_columns + 1);

  weir_expr_foreach ((WeirExpr *)elements->lambda, mark_used, used);
  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = used[i] ? weir_column_gather (batch->columns[i], rows, n) : weir_column_new_nulls (batch->columns[i]->type, n);
  return weir_batch_new (batch->schema, n, columns);
}

/* One vector of elements. */
static WeirColumn *
eval_slice (const WeirLambdaElements *elements,
            guint                     offset,
            guint                     n)
{
  WeirEval               *eval = elements->eval;
  guint                   level = eval->lambda_depth * WEIR_LAMBDA_PARAMS_MAX;
  const guint32          *rows = elements->rows + offset;
  g_autoptr (WeirBatch)   inner = spread_batch (elements, rows, n);
  g_autofree WeirColumn **outer = g_new0 (WeirColumn *, level + WEIR_LAMBDA_PARAMS_MAX);
  g_autoptr (WeirColumn)  result = NULL;
  GError                 *held = g_steal_pointer (&eval->error);
  guint                   held_row = eval->error_row;

  /* Parameters of the lambdas around this one are repeated like columns. */
  for (guint i = 0; i < level; i++)
    {
      outer[i] = eval->lambda_args[i];
      if (outer[i] != NULL)
        eval->lambda_args[i] = weir_column_gather (outer[i], rows, n);
    }
  for (guint i = 0; i < elements->n_params; i++)
    eval->lambda_args[level + i] = weir_column_slice (elements->params[i], offset, n);
  eval->error_row = G_MAXUINT;
  eval->lambda_depth++;
  result = weir_expr_eval (elements->lambda->args[0], eval, inner, weir_sel_all (n));
  eval->lambda_depth--;
  for (guint i = 0; i < level + elements->n_params; i++)
    g_clear_pointer (&eval->lambda_args[i], weir_column_unref);
  memcpy (eval->lambda_args, outer, level * sizeof (WeirColumn *));
  if (eval->error != NULL)
    {
      GError *raised = g_steal_pointer (&eval->error);
      guint   row = rows[eval->error_row];

      eval->error = held;
      eval->error_row = held_row;
      weir_eval_fail (eval, row, raised);
    }
  else
    {
      eval->error = held;
      eval->error_row = held_row;
    }
  return weir_column_flatten (result);
}

WeirColumn *
_weir_lambda_eval (const WeirLambdaElements *elements)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  WeirEval             *eval = elements->eval;

  if (eval->lambda_args == NULL)
    eval->lambda_args = g_new0 (WeirColumn *, WEIR_LAMBDA_LEVELS_MAX * WEIR_LAMBDA_PARAMS_MAX);
  if (elements->n == 0 || eval->lambda_depth >= WEIR_LAMBDA_LEVELS_MAX)
    return weir_column_new_nulls (elements->lambda->type, elements->n);
  for (guint offset = 0; offset < elements->n; offset += WEIR_VECTOR_ROWS)
    g_ptr_array_add (parts, eval_slice (elements, offset, MIN (WEIR_VECTOR_ROWS, elements->n - offset)));
  return parts->len == 1 ? weir_column_ref (parts->pdata[0]) : weir_column_concat ((WeirColumn **)parts->pdata, parts->len);
}

gboolean
_weir_list_is_null (WeirColumn *flat,
                    guint       row)
{
  return flat->type->kind == WEIR_TYPE_VOID || (flat->validity != NULL && !weir_bit (flat->validity, row));
}

void
_weir_spread_init (WeirSpread *spread,
                   WeirColumn *column,
                   WeirType   *type,
                   WeirSel     sel,
                   guint       n_rows)
{
  spread->flat = weir_column_flatten (column);
  spread->idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  spread->rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  spread->positions = g_array_new (FALSE, FALSE, sizeof (gint32));
  _weir_out_init (&spread->out, type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirListView view;

    if (_weir_list_is_null (spread->flat, row))
      {
        _weir_out_null (&spread->out, row);
        continue;
      }
    view = weir_column_values (spread->flat, WeirListView)[row];
    if (type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP)
      weir_out_values (&spread->out, WeirListView)[row] = (WeirListView){ spread->idx->len, view.length };
    for (guint32 k = 0; k < view.length; k++)
      {
        guint32 element = view.offset + k;
        gint32  position = (gint32)k;

        g_array_append_val (spread->idx, element);
        g_array_append_val (spread->rows, row);
        g_array_append_val (spread->positions, position);
      }
  }
}

void
_weir_spread_clear (WeirSpread *spread)
{
  weir_column_unref (spread->flat);
  g_array_unref (spread->idx);
  g_array_unref (spread->rows);
  g_array_unref (spread->positions);
}

WeirColumn *
_weir_lambda_gather (WeirColumn *column,
                     GArray     *idx)
{
  return weir_column_gather_nullable (column, (const guint32 *)(void *)idx->data, idx->len);
}

WeirColumn *
_weir_lambda_typed (WeirColumn *column,
                    WeirType   *type)
{
  WeirColumn *result;

  if (weir_type_equal (column->type, type))
    return column;
  result = column->type->kind == WEIR_TYPE_VOID ? weir_column_new_nulls (type, column->n_rows) : weir_column_retype (column, type);
  weir_column_unref (column);
  return result;
}
