/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's snapshot as a view of rows. A file of its own, so that what shows rows links without the engine. */
#include "config.h"

#include "ui/results/rows-view.h"

static guint64
snapshot_get_version (gpointer data)
{
  return weir_snapshot_get_version (data);
}

static guint64
snapshot_get_layout_version (gpointer data)
{
  return weir_snapshot_get_layout_version (data);
}

static guint
snapshot_get_n_rows (gpointer data)
{
  return weir_snapshot_get_n_rows (data);
}

static guint64
snapshot_get_n_dropped (gpointer data)
{
  return weir_snapshot_get_n_dropped (data);
}

static guint
snapshot_get_n_columns (gpointer data)
{
  return weir_snapshot_get_n_columns (data);
}

static const WeirColumnInfo *
snapshot_get_column (gpointer data,
                     guint    column)
{
  return weir_snapshot_get_column (data, column);
}

static guint64
snapshot_get_page_version (gpointer data,
                           guint    page)
{
  return weir_snapshot_get_page_version (data, page);
}

static guint64
snapshot_get_batch_id (gpointer data)
{
  return weir_snapshot_get_batch_id (data);
}

static gint64
snapshot_get_watermark_us (gpointer data)
{
  return weir_snapshot_get_watermark_us (data);
}

static gint64
snapshot_get_newest_event_us (gpointer data)
{
  return weir_snapshot_get_newest_event_us (data);
}

static guint64
snapshot_get_row_id (gpointer data,
                     guint    row)
{
  return weir_snapshot_get_row_id (data, row);
}

static gint64
snapshot_get_updated_us (gpointer data,
                         guint    row)
{
  return weir_snapshot_get_updated_us (data, row);
}

static gboolean
snapshot_is_null (gpointer data,
                  guint    row,
                  guint    column)
{
  return weir_snapshot_is_null (data, row, column);
}

static double
snapshot_get_number (gpointer data,
                     guint    row,
                     guint    column)
{
  return weir_snapshot_get_number (data, row, column);
}

static gint64
snapshot_get_time_us (gpointer data,
                      guint    row,
                      guint    column)
{
  return weir_snapshot_get_time_us (data, row, column);
}

static char *
snapshot_dup_text (gpointer    data,
                   guint       row,
                   guint       column,
                   const char *zone)
{
  return weir_snapshot_dup_text (data, row, column, zone);
}

static gboolean
snapshot_get_window (gpointer data,
                     guint    row,
                     gint64  *start_us,
                     gint64  *end_us)
{
  if (!weir_snapshot_get_window (data, row, start_us, end_us))
    return FALSE;
  /* Of a result with only one of the two columns the other end is not known. */
  if (*start_us == G_MININT64)
    *start_us = *end_us;
  if (*end_us == G_MININT64)
    *end_us = *start_us;
  return TRUE;
}

static gboolean
snapshot_is_final (gpointer data,
                   guint    row)
{
  return weir_snapshot_is_final (data, row);
}

static char *
snapshot_dup_row_json (gpointer data,
                       guint    row)
{
  return weir_snapshot_dup_row_json (data, row);
}

static WeirRowsView *
snapshot_get_open (gpointer data)
{
  WeirSnapshot *open = weir_snapshot_get_open (data);

  return open != NULL ? weir_rows_view_new_for_snapshot (weir_snapshot_ref (open)) : NULL;
}

static WeirRowsView *
snapshot_get_changes (gpointer data)
{
  WeirSnapshot *changes = weir_snapshot_get_changes (data);

  return changes != NULL ? weir_rows_view_new_for_snapshot (weir_snapshot_ref (changes)) : NULL;
}

static WeirChange
snapshot_get_change (gpointer data,
                     guint    row)
{
  return weir_snapshot_get_change (data, row);
}

static void
snapshot_order_async (gpointer            data,
                      int                 sort_column,
                      gboolean            descending,
                      const char         *filter,
                      guint               limit,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  weir_snapshot_order_async (data, sort_column, descending, filter, limit, cancellable, callback, user_data);
}

static GArray *
snapshot_order_finish (GAsyncResult *result,
                       GError      **error)
{
  return weir_snapshot_order_finish (result, error);
}

static void
snapshot_free (gpointer data)
{
  weir_snapshot_unref (data);
}

static const WeirRowsViewClass snapshot_class = {
  snapshot_get_version,
  snapshot_get_layout_version,
  snapshot_get_n_rows,
  snapshot_get_n_dropped,
  snapshot_get_n_columns,
  snapshot_get_column,
  snapshot_get_page_version,
  snapshot_get_batch_id,
  snapshot_get_watermark_us,
  snapshot_get_newest_event_us,
  snapshot_get_row_id,
  snapshot_get_updated_us,
  snapshot_is_null,
  snapshot_get_number,
  snapshot_get_time_us,
  snapshot_dup_text,
  snapshot_get_window,
  snapshot_is_final,
  snapshot_dup_row_json,
  snapshot_get_open,
  snapshot_get_changes,
  snapshot_get_change,
  snapshot_order_async,
  snapshot_order_finish,
  snapshot_free,
};

WeirRowsView *
weir_rows_view_new_for_snapshot (WeirSnapshot *snapshot)
{
  return weir_rows_view_new (&snapshot_class, snapshot);
}
