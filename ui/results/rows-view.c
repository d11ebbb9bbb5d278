/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/rows-view.h"

WeirRowsView *
weir_rows_view_new (const WeirRowsViewClass *klass,
                    gpointer                 data)
{
  WeirRowsView *view = g_new0 (WeirRowsView, 1);

  view->klass = klass;
  view->data = data;
  view->ref_count = 1;
  return view;
}

WeirRowsView *
weir_rows_view_ref (WeirRowsView *view)
{
  g_atomic_int_inc (&view->ref_count);
  return view;
}

void
weir_rows_view_unref (WeirRowsView *view)
{
  if (!g_atomic_int_dec_and_test (&view->ref_count))
    return;
  view->klass->free (view->data);
  g_free (view);
}

char *
weir_rows_view_dup_text (WeirRowsView *view,
                         guint         row,
                         guint         column,
                         const char   *zone)
{
  WeirColumnShape shape = view->klass->get_column (view->data, column)->shape;

  if (shape == WEIR_COLUMN_TEXT || shape == WEIR_COLUMN_NUMBER || shape == WEIR_COLUMN_BOOLEAN)
    zone = NULL;
  return view->klass->dup_text (view->data, row, column, zone);
}

gboolean
weir_rows_view_same_columns (WeirRowsView *a,
                             WeirRowsView *b)
{
  guint n = a->klass->get_n_columns (a->data);

  if (n != b->klass->get_n_columns (b->data))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const WeirColumnInfo *x = a->klass->get_column (a->data, i);
      const WeirColumnInfo *y = b->klass->get_column (b->data, i);

      if (strcmp (x->name, y->name) != 0 || strcmp (x->type, y->type) != 0)
        return FALSE;
    }
  return TRUE;
}

guint
weir_rows_view_get_n_pages (WeirRowsView *view)
{
  return (view->klass->get_n_rows (view->data) + WEIR_SNAPSHOT_PAGE_ROWS - 1) / WEIR_SNAPSHOT_PAGE_ROWS;
}

gboolean
weir_rows_view_has_window (WeirRowsView *view)
{
  guint n = view->klass->get_n_columns (view->data);

  for (guint i = 0; i < n; i++)
    {
      const WeirColumnInfo *column = view->klass->get_column (view->data, i);

      if (column->shape == WEIR_COLUMN_WINDOW || column->is_window_start || column->is_window_end)
        return TRUE;
    }
  return FALSE;
}
