/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

/* The end of the plan: batches go to the caller in the order of the parts. */

/* The output's own names stand on the columns, whatever operator made them. */
static WeirBatch *
rename_columns (WeirOp    *op,
                WeirBatch *batch)
{
  g_autofree WeirColumn **columns = NULL;

  if (batch->schema == op->schema)
    return weir_batch_ref (batch);
  columns = g_new (WeirColumn *, MAX (batch->n_columns, 1));
  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_ref (batch->columns[i]);
  return weir_batch_new (op->schema, batch->n_rows, columns);
}

static gboolean
merge_output (WeirOp   *op,
              WeirExec *exec,
              gpointer  result,
              GError  **error)
{
  g_autoptr (GPtrArray) batches = result;

  for (guint i = 0; i < batches->len; i++)
    {
      g_autoptr (WeirBatch) batch = rename_columns (op, g_ptr_array_index (batches, i));

      op->rows_out += batch->n_rows;
      if (!exec->emit (exec->emit_data, batch, error))
        return FALSE;
    }
  return TRUE;
}

static const WeirOpClass output_class = {
  .name = "Output",
  .link_size = sizeof (WeirCollectLink),
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_output,
};

WeirOp *
_weir_op_output_new (WeirSchema                *schema,
                     const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &output_class, NULL, schema, options);
}
