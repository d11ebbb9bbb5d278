/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/batch.h"

WeirBatch *
weir_batch_new (WeirSchema  *schema,
                guint        n_rows,
                WeirColumn **columns)
{
  WeirBatch *self = g_new0 (WeirBatch, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->schema = weir_type_ref (schema);
  self->n_rows = n_rows;
  self->n_columns = schema->n_fields;
  self->columns = g_memdup2 (columns, schema->n_fields * sizeof *columns);
  return self;
}

WeirBatch *
weir_batch_ref (WeirBatch *batch)
{
  g_atomic_ref_count_inc (&batch->ref_count);
  return batch;
}

void
weir_batch_unref (WeirBatch *batch)
{
  if (batch == NULL || !g_atomic_ref_count_dec (&batch->ref_count))
    return;
  for (guint i = 0; i < batch->n_columns; i++)
    weir_column_unref (batch->columns[i]);
  weir_type_unref (batch->schema);
  g_free (batch->columns);
  g_free (batch);
}

WeirBatch *
weir_batch_gather (WeirBatch *batch,
                   WeirSel    sel)
{
  g_autofree WeirColumn **columns = NULL;
  g_autofree guint32     *wide = NULL; /* once for all columns */

  if (sel.n == batch->n_rows)
    return weir_batch_ref (batch);
  if (sel.idx == NULL)
    return weir_batch_slice (batch, 0, sel.n);
  wide = g_new (guint32, MAX (sel.n, 1));
  for (guint i = 0; i < sel.n; i++)
    wide[i] = sel.idx[i];
  columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));
  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_gather (batch->columns[i], wide, sel.n);
  return weir_batch_new (batch->schema, sel.n, columns);
}

WeirBatch *
weir_batch_concat (WeirBatch **batches,
                   guint       n)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (batches[0]->n_columns, 1));
  g_autofree WeirColumn **parts = g_new0 (WeirColumn *, n);
  guint                   n_rows = 0;

  for (guint b = 0; b < n; b++)
    n_rows += batches[b]->n_rows;
  for (guint i = 0; i < batches[0]->n_columns; i++)
    {
      for (guint b = 0; b < n; b++)
        parts[b] = batches[b]->columns[i];
      columns[i] = weir_column_concat (parts, n);
    }
  return weir_batch_new (batches[0]->schema, n_rows, columns);
}

WeirBatch *
weir_batch_slice (WeirBatch *batch,
                  guint      offset,
                  guint      n)
{
  g_autofree WeirColumn **columns = NULL;

  if (offset == 0 && n == batch->n_rows)
    return weir_batch_ref (batch);
  columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));
  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_slice (batch->columns[i], offset, n);
  return weir_batch_new (batch->schema, n, columns);
}

gsize
weir_batch_bytes (const WeirBatch *batch)
{
  gsize bytes = sizeof *batch;

  for (guint i = 0; i < batch->n_columns; i++)
    bytes += weir_column_bytes (batch->columns[i]);
  return bytes;
}
