/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/snapshot-private.h"

#include <string.h>

/* Sort, filter and top-N of a snapshot, on a worker of GLib's pool: row positions come back, never rows. */

typedef struct
{
  WeirSnapshot *snapshot; /* Owned */
  int           column;
  gboolean      descending;
  char         *filter; /* Owned, nullable, case folded */
  guint         limit;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  weir_snapshot_unref (order->snapshot);
  g_free (order->filter);
  g_free (order);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  const Order          *order = data;
  guint                 row_a = *(const guint *)a, row_b = *(const guint *)b;
  const WeirResultPage *page_a = order->snapshot->pages[row_a / WEIR_SNAPSHOT_PAGE_ROWS];
  const WeirResultPage *page_b = order->snapshot->pages[row_b / WEIR_SNAPSHOT_PAGE_ROWS];
  int                   result;

  result = weir_value_compare (page_a->batch->columns[order->column], row_a % WEIR_SNAPSHOT_PAGE_ROWS,
                               page_b->batch->columns[order->column], row_b % WEIR_SNAPSHOT_PAGE_ROWS);
  if (result == 0)
    return row_a < row_b ? -1 : row_a > row_b;
  return order->descending ? -result : result;
}

static gboolean
row_matches (const Order *order,
             guint        row)
{
  for (guint c = 0; c < weir_snapshot_get_n_columns (order->snapshot); c++)
    {
      g_autofree char *text = weir_snapshot_dup_text (order->snapshot, row, c, NULL);
      g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

      if (folded != NULL && strstr (folded, order->filter) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
order_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancellable)
{
  Order  *order = data;
  guint   n_rows = order->snapshot->n_rows;
  GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (guint), n_rows);

  for (guint row = 0; row < n_rows; row++)
    {
      if (row % WEIR_SNAPSHOT_PAGE_ROWS == 0 && g_cancellable_is_cancelled (cancellable))
        break;
      if (order->filter == NULL || row_matches (order, row))
        g_array_append_val (rows, row);
    }
  if (order->column >= 0 && !g_cancellable_is_cancelled (cancellable))
    g_array_sort_with_data (rows, compare_rows, order);
  else if (order->descending)
    for (guint i = 0; i < rows->len / 2; i++)
      {
        guint *first = &g_array_index (rows, guint, i), *last = &g_array_index (rows, guint, rows->len - 1 - i), kept = *first;

        *first = *last;
        *last = kept;
      }
  if (order->limit > 0 && rows->len > order->limit)
    g_array_set_size (rows, order->limit);
  g_task_return_pointer (task, rows, (GDestroyNotify)g_array_unref);
}

void
weir_snapshot_order_async (WeirSnapshot       *snapshot,
                           int                 sort_column,
                           gboolean            descending,
                           const char         *filter,
                           guint               limit,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Order            *order = g_new0 (Order, 1);

  order->snapshot = weir_snapshot_ref (snapshot);
  order->column = sort_column;
  order->descending = descending;
  order->filter = filter != NULL && *filter != '\0' ? g_utf8_casefold (filter, -1) : NULL;
  order->limit = limit;
  g_task_set_source_tag (task, weir_snapshot_order_async);
  g_task_set_task_data (task, order, order_free);
  g_task_run_in_thread (task, order_thread);
}

GArray *
weir_snapshot_order_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
