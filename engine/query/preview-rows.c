/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/preview-rows.h"

#include "engine-preview.h"
#include "query/snapshot-private.h"

#include "column/column-builder.h"

#include <stdlib.h>

/* What comes out is copied into columns of its own, so a preview holds its rows and not the blocks they were cut from. */

/* A join or explode() of the sample may be large: counting ends here. */
#define COUNT_MAX 100000

/* Of the rows that are kept: a table of long values shows fewer of them. */
#define KEPT_BYTES_MAX (4u << 20)

struct _WeirPreviewRows
{
  WeirSchema         *schema;   /* Owned */
  WeirColumnBuilder **builders; /* Owned */
  guint               n_kept;
  gsize               bytes; /* about */
  guint64             n_rows;
};

WeirPreviewRows *
_weir_preview_rows_new (WeirSchema *schema)
{
  WeirPreviewRows *self = g_new0 (WeirPreviewRows, 1);

  self->schema = weir_type_ref (schema);
  self->builders = g_new0 (WeirColumnBuilder *, MAX (schema->n_fields, 1));
  for (guint i = 0; i < schema->n_fields; i++)
    self->builders[i] = weir_column_builder_new (schema->fields[i].type, WEIR_PREVIEW_ROWS);
  return self;
}

void
_weir_preview_rows_free (WeirPreviewRows *rows)
{
  if (rows == NULL)
    return;
  for (guint i = 0; i < rows->schema->n_fields; i++)
    weir_column_builder_free (rows->builders[i]);
  g_free (rows->builders);
  weir_type_unref (rows->schema);
  g_free (rows);
}

gboolean
_weir_preview_rows_add (gpointer   data,
                        WeirBatch *batch,
                        GError   **error)
{
  WeirPreviewRows *self = data;
  gsize            row_bytes = weir_batch_bytes (batch) / MAX (batch->n_rows, 1);

  for (guint r = 0; r < batch->n_rows && self->n_kept < WEIR_PREVIEW_ROWS && self->bytes < KEPT_BYTES_MAX; r++, self->n_kept++)
    {
      for (guint c = 0; c < batch->n_columns; c++)
        weir_column_builder_append_from (self->builders[c], batch->columns[c], r);
      self->bytes += row_bytes;
    }
  self->n_rows += batch->n_rows;
  if (!_weir_preview_rows_is_full (self))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
  return FALSE;
}

gboolean
_weir_preview_rows_is_full (WeirPreviewRows *rows)
{
  return rows->n_rows >= COUNT_MAX;
}

guint64
_weir_preview_rows_get_n (WeirPreviewRows *rows)
{
  return rows->n_rows;
}

/* ---- the newest first --------------------------------------------------------------------------------------------- */

/* What makes a row newer than another: its window, then the first time in it. −1: none */
static void
find_times (WeirSnapshot *rows,
            int           columns[2])
{
  columns[0] = columns[1] = -1;
  for (guint i = 0; i < weir_snapshot_get_n_columns (rows); i++)
    {
      WeirColumnShape shape = weir_snapshot_get_column (rows, i)->shape;

      if (shape == WEIR_COLUMN_WINDOW && columns[0] < 0)
        columns[0] = (int)i;
      if (shape == WEIR_COLUMN_TIME && columns[1] < 0)
        columns[1] = (int)i;
    }
}

typedef struct
{
  guint16 row;
  gint64  times[2];
} Placed;

static int
compare_placed (gconstpointer a,
                gconstpointer b)
{
  const Placed *x = a, *y = b;

  for (guint i = 0; i < G_N_ELEMENTS (x->times); i++)
    if (x->times[i] != y->times[i])
      return x->times[i] < y->times[i] ? 1 : -1;
  return (int)y->row - (int)x->row;
}

static WeirBatch *
permute (WeirBatch    *batch,
         const Placed *order)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));

  for (guint c = 0; c < batch->n_columns; c++)
    {
      g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (batch->schema->fields[c].type, batch->n_rows);

      for (guint r = 0; r < batch->n_rows; r++)
        weir_column_builder_append_from (builder, batch->columns[c], order[r].row);
      columns[c] = weir_column_builder_finish (builder);
    }
  return weir_batch_new (batch->schema, batch->n_rows, columns);
}

/* The newest row first, so that its place does not move while values do; @rows is not given away yet. */
static void
order_rows (WeirSnapshot *rows)
{
  g_autofree Placed *order = g_new0 (Placed, MAX (rows->n_rows, 1));
  WeirBatch         *ordered;
  int                columns[2];

  if (rows->n_rows == 0)
    return;
  find_times (rows, columns);
  for (guint i = 0; i < rows->n_rows; i++)
    {
      order[i].row = (guint16)i;
      for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
        order[i].times[c] = columns[c] >= 0 ? weir_snapshot_get_time_us (rows, i, (guint)columns[c]) : 0;
    }
  qsort (order, rows->n_rows, sizeof *order, compare_placed);
  ordered = permute (rows->pages[0]->batch, order);
  weir_batch_unref (rows->pages[0]->batch);
  rows->pages[0]->batch = ordered;
}

/* ---- a snapshot --------------------------------------------------------------------------------------------------- */

/* Ids are positions, so that a row of the list stays while its values change. Takes @columns. */
static WeirSnapshot *
make_snapshot (WeirSchema  *schema,
               WeirPlan    *plan,
               WeirZone    *zone,
               WeirColumn **columns,
               guint        n_rows)
{
  static gint                 versions;
  g_autoptr (WeirResultShape) shape = weir_result_shape_new (schema, plan, zone, WEIR_OUTPUT_UPDATE, NULL, 0);
  g_autoptr (GPtrArray)       pages = g_ptr_array_new_with_free_func ((GDestroyNotify)_weir_result_page_unref);
  WeirResultPage             *page = g_new0 (WeirResultPage, 1);
  WeirSnapshot               *snapshot;

  g_atomic_ref_count_init (&page->ref_count);
  page->version = (guint64)(guint)g_atomic_int_add (&versions, 1) + 1;
  page->n_rows = n_rows;
  page->batch = weir_batch_new (schema, n_rows, columns);
  page->bytes = weir_batch_bytes (page->batch);
  page->ids = g_new (guint64, MAX (n_rows, 1));
  page->updated_us = g_new0 (gint64, MAX (n_rows, 1));
  for (guint i = 0; i < n_rows; i++)
    page->ids[i] = i;
  if (n_rows > 0)
    g_ptr_array_add (pages, page);
  snapshot = _weir_snapshot_new (shape, pages);
  snapshot->version = page->version;
  snapshot->layout_version = n_rows + 1;
  snapshot->n_rows = n_rows;
  snapshot->batch_id = G_MAXUINT64;
  snapshot->watermark_us = snapshot->newest_event_us = G_MININT64;
  if (n_rows == 0)
    _weir_result_page_unref (page);
  return snapshot;
}

WeirSnapshot *
_weir_preview_rows_finish (WeirPreviewRows *rows,
                           WeirPlan        *plan,
                           WeirZone        *zone,
                           gboolean         is_ordered)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (rows->schema->n_fields, 1));
  WeirSnapshot           *snapshot;

  for (guint i = 0; i < rows->schema->n_fields; i++)
    columns[i] = weir_column_builder_finish (rows->builders[i]);
  snapshot = make_snapshot (rows->schema, plan, zone, columns, rows->n_kept);
  if (!is_ordered)
    order_rows (snapshot);
  return snapshot;
}
