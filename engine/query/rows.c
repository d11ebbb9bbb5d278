/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/rows.h"

struct _WeirRows
{
  gatomicrefcount  ref_count;
  WeirResultShape *shape;   /* Owned */
  GPtrArray       *batches; /* Owned: WeirBatch */
  guint           *ends;    /* Owned: rows up to and with each batch */
  guint            n_rows;
};

WeirRows *
weir_rows_new (WeirResultShape *shape,
               GPtrArray       *batches)
{
  WeirRows *self = g_new0 (WeirRows, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->shape = weir_result_shape_ref (shape);
  self->batches = batches;
  self->ends = g_new0 (guint, MAX (batches->len, 1));
  for (guint i = 0; i < batches->len; i++)
    {
      self->n_rows += ((WeirBatch *)batches->pdata[i])->n_rows;
      self->ends[i] = self->n_rows;
    }
  return self;
}

WeirRows *
weir_rows_new_strings (const char *const *names,
                       guint              n_columns,
                       GPtrArray         *cells)
{
  g_autofree WeirField       *fields = g_new0 (WeirField, n_columns);
  g_autofree WeirColumn     **columns = g_new0 (WeirColumn *, n_columns);
  g_autoptr (WeirSchema)      schema = NULL;
  g_autoptr (WeirResultShape) shape = NULL;
  GPtrArray                  *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint                       n_rows = cells->len / MAX (n_columns, 1);

  for (guint c = 0; c < n_columns; c++)
    {
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_STRING, n_rows);

      for (guint r = 0; r < n_rows; r++)
        {
          const char *cell = cells->pdata[r * n_columns + c];

          if (cell == NULL)
            weir_column_builder_append_null (builder);
          else
            weir_column_builder_append_bytes (builder, cell, strlen (cell));
        }
      columns[c] = weir_column_builder_finish (builder);
      fields[c] = (WeirField){ (char *)names[c], WEIR_STRING, TRUE, NULL };
    }
  schema = weir_type_new_struct (fields, n_columns);
  shape = weir_result_shape_new (schema, NULL, weir_zone_utc (), WEIR_OUTPUT_APPEND, NULL, 0);
  g_ptr_array_add (batches, weir_batch_new (schema, n_rows, columns));
  return weir_rows_new (shape, batches);
}

WeirRows *
weir_rows_ref (WeirRows *rows)
{
  g_atomic_ref_count_inc (&rows->ref_count);
  return rows;
}

void
weir_rows_unref (WeirRows *rows)
{
  if (rows == NULL || !g_atomic_ref_count_dec (&rows->ref_count))
    return;
  g_ptr_array_unref (rows->batches);
  weir_result_shape_unref (rows->shape);
  g_free (rows->ends);
  g_free (rows);
}

/* The batch that holds @row, which becomes the row within it. */
static const WeirBatch *
find_batch (WeirRows *self,
            guint    *row)
{
  guint low = 0, high = self->batches->len;

  while (low + 1 < high)
    {
      guint middle = (low + high) / 2;

      if (self->ends[middle - 1] <= *row)
        low = middle;
      else
        high = middle;
    }
  if (low > 0)
    *row -= self->ends[low - 1];
  return self->batches->pdata[low];
}

guint
weir_rows_get_n_rows (WeirRows *rows)
{
  return rows->n_rows;
}

guint
weir_rows_get_n_columns (WeirRows *rows)
{
  return rows->shape->schema->n_fields;
}

const WeirColumnInfo *
weir_rows_get_column (WeirRows *rows,
                      guint     column)
{
  return &rows->shape->columns[column];
}

char *
weir_rows_dup_schema (WeirRows *rows)
{
  return weir_type_to_string (rows->shape->schema);
}

gboolean
weir_rows_is_null (WeirRows *rows,
                   guint     row,
                   guint     column)
{
  const WeirBatch *batch = find_batch (rows, &row);

  return weir_column_is_null (batch->columns[column], row);
}

void
weir_rows_append_json (WeirRows *rows,
                       guint     row,
                       GString  *out)
{
  const WeirBatch *batch = find_batch (rows, &row);

  weir_batch_append_json_row (out, batch, row, rows->shape->zone);
}

void
weir_rows_append_hive (WeirRows *rows,
                       guint     row,
                       guint     column,
                       GString  *out)
{
  const WeirBatch *batch = find_batch (rows, &row);

  weir_value_append_text (out, batch->columns[column], row, WEIR_TEXT_HIVE, rows->shape->zone);
}

void
weir_rows_append_text (WeirRows *rows,
                       guint     row,
                       guint     column,
                       GString  *out)
{
  const WeirBatch *batch = find_batch (rows, &row);

  weir_value_append_text (out, batch->columns[column], row, WEIR_TEXT_CAST, rows->shape->zone);
}
