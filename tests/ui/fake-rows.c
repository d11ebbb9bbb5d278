/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "fake-rows.h"

static const WeirColumnInfo columns[] = {
  { "window", "struct<start:timestamp,end:timestamp>", WEIR_COLUMN_WINDOW, TRUE, FALSE, FALSE, FALSE },
  { "channel", "string", WEIR_COLUMN_TEXT, TRUE, FALSE, FALSE, FALSE },
  { "bids", "bigint", WEIR_COLUMN_NUMBER, FALSE, FALSE, FALSE, FALSE },
  { "avg_price", "double", WEIR_COLUMN_NUMBER, FALSE, FALSE, FALSE, FALSE },
  { "max_price", "bigint", WEIR_COLUMN_NUMBER, FALSE, FALSE, FALSE, FALSE },
};

FakeTable *
fake_table_new (void)
{
  FakeTable *table = g_new0 (FakeTable, 1);

  table->rows = g_array_new (FALSE, FALSE, sizeof (FakeRow));
  table->page_versions = g_array_new (FALSE, TRUE, sizeof (guint64));
  table->watermark_us = table->newest_us = G_MININT64;
  return table;
}

void
fake_table_free (FakeTable *table)
{
  g_clear_pointer (&table->open, fake_table_free);
  g_clear_pointer (&table->changes, fake_table_free);
  g_array_unref (table->rows);
  g_array_unref (table->page_versions);
  g_free (table);
}

static void
mark_page (FakeTable *table,
           guint      row)
{
  guint page = row / WEIR_SNAPSHOT_PAGE_ROWS;

  if (table->page_versions->len <= page)
    g_array_set_size (table->page_versions, page + 1);
  g_array_index (table->page_versions, guint64, page) = ++table->version;
}

FakeRow *
fake_table_touch (FakeTable  *table,
                  gint64      start_us,
                  gint64      end_us,
                  const char *channel)
{
  static guint64 next_id = 1;
  FakeRow        row = { 0 };

  for (guint i = table->rows->len; i-- > 0;)
    {
      FakeRow *old = &g_array_index (table->rows, FakeRow, i);

      if (old->start_us == start_us && strcmp (old->channel, channel) == 0)
        {
          mark_page (table, i);
          return old;
        }
    }
  row.id = next_id++;
  row.start_us = start_us;
  row.end_us = end_us;
  g_strlcpy (row.channel, channel, sizeof row.channel);
  g_array_append_val (table->rows, row);
  mark_page (table, table->rows->len - 1);
  table->layout_version = table->version;
  return &g_array_index (table->rows, FakeRow, table->rows->len - 1);
}

void
fake_table_remove_front (FakeTable *table,
                         guint      n)
{
  g_array_remove_range (table->rows, 0, MIN (n, table->rows->len));
  for (guint i = 0; i < table->rows->len; i += WEIR_SNAPSHOT_PAGE_ROWS)
    mark_page (table, i);
  table->layout_version = ++table->version;
}

#define FAKE(data)   ((FakeTable *)(data))
#define ROW(data, i) (&g_array_index (FAKE (data)->rows, FakeRow, i))

static guint64
get_version (gpointer data)
{
  return FAKE (data)->version;
}

static guint64
get_layout_version (gpointer data)
{
  return FAKE (data)->layout_version;
}

static guint
get_n_rows (gpointer data)
{
  return FAKE (data)->rows->len;
}

static guint64
get_n_dropped (gpointer data)
{
  return 0;
}

static guint
get_n_columns (gpointer data)
{
  return G_N_ELEMENTS (columns);
}

static const WeirColumnInfo *
get_column (gpointer data,
            guint    column)
{
  return &columns[column];
}

static guint64
get_page_version (gpointer data,
                  guint    page)
{
  return g_array_index (FAKE (data)->page_versions, guint64, page);
}

static guint64
get_batch_id (gpointer data)
{
  return FAKE (data)->version;
}

static gint64
get_watermark_us (gpointer data)
{
  return FAKE (data)->watermark_us;
}

static gint64
get_newest_event_us (gpointer data)
{
  return FAKE (data)->newest_us;
}

static guint64
get_row_id (gpointer data,
            guint    row)
{
  return ROW (data, row)->id;
}

static gint64
get_updated_us (gpointer data,
                guint    row)
{
  return ROW (data, row)->updated_us;
}

static gboolean
is_null (gpointer data,
         guint    row,
         guint    column)
{
  return column == 3 && isnan (ROW (data, row)->avg_price);
}

static double
get_number (gpointer data,
            guint    row,
            guint    column)
{
  const FakeRow *r = ROW (data, row);

  return column == 2 ? (double)r->bids : column == 3 ? r->avg_price
                                                     : (double)r->max_price;
}

static gint64
get_time_us (gpointer data,
             guint    row,
             guint    column)
{
  return ROW (data, row)->start_us;
}

static char *
dup_text (gpointer    data,
          guint       row,
          guint       column,
          const char *zone)
{
  const FakeRow *r = ROW (data, row);

  switch (column)
    {
    case 0:
      return g_strdup_printf ("{%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT "}", r->start_us, r->end_us);
    case 1:
      return g_strdup (r->channel);
    case 2:
      return g_strdup_printf ("%" G_GINT64_FORMAT, r->bids);
    case 3:
      return isnan (r->avg_price) ? NULL : g_strdup_printf ("%.4f", r->avg_price);
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT, r->max_price);
    }
}

static gboolean
get_window (gpointer data,
            guint    row,
            gint64  *start_us,
            gint64  *end_us)
{
  *start_us = ROW (data, row)->start_us;
  *end_us = ROW (data, row)->end_us;
  return TRUE;
}

static gboolean
is_final (gpointer data,
          guint    row)
{
  return ROW (data, row)->end_us <= FAKE (data)->watermark_us;
}

static char *
dup_row_json (gpointer data,
              guint    row)
{
  const FakeRow *r = ROW (data, row);

  return g_strdup_printf ("{\"window\":{\"start\":%" G_GINT64_FORMAT "},\"channel\":\"%s\",\"bids\":%" G_GINT64_FORMAT "}", r->start_us,
                          r->channel, r->bids);
}

typedef struct
{
  FakeTable *table;
  int        column;
  int        direction;
} Order;

static int
compare (gconstpointer a,
         gconstpointer b,
         gpointer      user_data)
{
  const Order   *order = user_data;
  guint          i = *(const guint *)a;
  guint          j = *(const guint *)b;
  const FakeRow *x = ROW (order->table, i);
  const FakeRow *y = ROW (order->table, j);
  int            result = 0;

  if (order->column == 0)
    result = (x->start_us > y->start_us) - (x->start_us < y->start_us);
  else if (order->column == 1)
    result = strcmp (x->channel, y->channel);
  else if (order->column > 1)
    result = (get_number (order->table, i, (guint)order->column) > get_number (order->table, j, (guint)order->column)) -
             (get_number (order->table, i, (guint)order->column) < get_number (order->table, j, (guint)order->column));
  return result != 0 ? result * order->direction : (i > j) - (i < j);
}

static void
order_async (gpointer            data,
             int                 sort_column,
             gboolean            descending,
             const char         *filter,
             guint               limit,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GArray           *rows = g_array_new (FALSE, FALSE, sizeof (guint));
  Order             order = { data, sort_column, descending ? -1 : 1 };

  for (guint i = 0; i < FAKE (data)->rows->len; i++)
    if (filter == NULL || strstr (ROW (data, i)->channel, filter) != NULL)
      g_array_append_val (rows, i);
  g_array_sort_with_data (rows, compare, &order);
  g_task_return_pointer (task, rows, (GDestroyNotify)g_array_unref);
}

static GArray *
order_finish (GAsyncResult *result,
              GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static WeirRowsView *
get_open (gpointer data)
{
  return FAKE (data)->open != NULL ? fake_table_snapshot (FAKE (data)->open) : NULL;
}

static WeirRowsView *
get_changes (gpointer data)
{
  return FAKE (data)->changes != NULL ? fake_table_snapshot (FAKE (data)->changes) : NULL;
}

static WeirChange
get_change (gpointer data,
            guint    row)
{
  return (WeirChange)ROW (data, row)->max_price;
}

static void
free_snapshot (gpointer data)
{
  fake_table_free (data);
}

static const WeirRowsViewClass fake_class = {
  get_version, get_layout_version, get_n_rows, get_n_dropped, get_n_columns, get_column, get_page_version, get_batch_id,
  get_watermark_us, get_newest_event_us, get_row_id, get_updated_us, is_null, get_number, get_time_us,
  dup_text, get_window, is_final, dup_row_json, get_open, get_changes, get_change, order_async, order_finish, free_snapshot
};

static FakeTable *
copy_table (const FakeTable *table)
{
  FakeTable *copy = g_new (FakeTable, 1);

  *copy = *table;
  copy->open = table->open != NULL ? copy_table (table->open) : NULL;
  copy->changes = table->changes != NULL ? copy_table (table->changes) : NULL;
  copy->rows = g_array_copy (table->rows);
  copy->page_versions = g_array_copy (table->page_versions);
  return copy;
}

WeirRowsView *
fake_table_snapshot (FakeTable *table)
{
  return weir_rows_view_new (&fake_class, copy_table (table));
}
