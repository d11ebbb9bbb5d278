/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/list-diff.h"
#include "ui/results/result-model.h"

#define VALUES_US (G_USEC_PER_SEC / 10)
#define LAYOUT_US (G_USEC_PER_SEC / 4)

#define GONE G_MAXUINT

struct _WeirResultRow
{
  GObject parent_instance;

  guint64     id;
  guint       index; /* in the view of the model; GONE */
  GHashTable *live;  /* Owned: where the model looks it up */
};

G_DEFINE_FINAL_TYPE (WeirResultRow, weir_result_row, G_TYPE_OBJECT)

static void
weir_result_row_finalize (GObject *object)
{
  WeirResultRow *self = WEIR_RESULT_ROW (object);

  g_hash_table_remove (self->live, &self->id);
  g_hash_table_unref (self->live);

  G_OBJECT_CLASS (weir_result_row_parent_class)->finalize (object);
}

static void
weir_result_row_class_init (WeirResultRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_result_row_finalize;
}

static void
weir_result_row_init (WeirResultRow *self)
{
}

guint64
weir_result_row_get_id (WeirResultRow *self)
{
  return self->id;
}

gboolean
weir_result_row_get_index (WeirResultRow *self,
                           guint         *index)
{
  *index = self->index;
  return self->index != GONE;
}

struct _WeirResultModel
{
  GObject parent_instance;

  WeirRowsView *view;    /* Owned: shown */
  WeirRowsView *pending; /* Owned: the newest, not shown yet */
  GArray       *ids;     /* Owned: row id by position */
  GArray       *rows;    /* Owned: row of the view by position */
  GHashTable   *live;    /* Owned: id → WeirResultRow, borrowed */

  char    *filter; /* Owned */
  int      sort_column;
  gboolean descending;
  gboolean last_batch;
  gboolean order_dirty;

  GCancellable *ordering; /* Owned: while a worker sorts */
  guint         timer_id;
  gint64        values_at_us;
  gint64        layout_at_us;
};

static void weir_result_model_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (WeirResultModel, weir_result_model, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, weir_result_model_list_model_init))

enum
{
  VALUES_CHANGED,
  COLUMNS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void flush (WeirResultModel *self);

static GType
weir_result_model_get_item_type (GListModel *list)
{
  return WEIR_TYPE_RESULT_ROW;
}

static guint
weir_result_model_get_n_items (GListModel *list)
{
  return WEIR_RESULT_MODEL (list)->ids->len;
}

static gpointer
weir_result_model_get_item (GListModel *list,
                            guint       position)
{
  WeirResultModel *self = WEIR_RESULT_MODEL (list);
  WeirResultRow   *row;
  guint64          id;

  if (position >= self->ids->len)
    return NULL;
  id = g_array_index (self->ids, guint64, position);
  row = g_hash_table_lookup (self->live, &id);
  if (row != NULL)
    return g_object_ref (row);
  row = g_object_new (WEIR_TYPE_RESULT_ROW, NULL);
  row->id = id;
  row->index = g_array_index (self->rows, guint, position);
  row->live = g_hash_table_ref (self->live);
  g_hash_table_insert (self->live, &row->id, row);
  return row;
}

static void
weir_result_model_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = weir_result_model_get_item_type;
  iface->get_n_items = weir_result_model_get_n_items;
  iface->get_item = weir_result_model_get_item;
}

static void
cancel_ordering (WeirResultModel *self)
{
  if (self->ordering != NULL)
    g_cancellable_cancel (self->ordering);
  g_clear_object (&self->ordering);
}

static void
weir_result_model_dispose (GObject *object)
{
  WeirResultModel *self = WEIR_RESULT_MODEL (object);

  cancel_ordering (self);
  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_pointer (&self->view, weir_rows_view_unref);
  g_clear_pointer (&self->pending, weir_rows_view_unref);

  G_OBJECT_CLASS (weir_result_model_parent_class)->dispose (object);
}

static void
weir_result_model_finalize (GObject *object)
{
  WeirResultModel *self = WEIR_RESULT_MODEL (object);

  g_array_unref (self->ids);
  g_array_unref (self->rows);
  g_hash_table_unref (self->live);
  g_free (self->filter);

  G_OBJECT_CLASS (weir_result_model_parent_class)->finalize (object);
}

static void
weir_result_model_class_init (WeirResultModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = weir_result_model_dispose;
  object_class->finalize = weir_result_model_finalize;

  signals[VALUES_CHANGED] = g_signal_new ("values-changed", WEIR_TYPE_RESULT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  signals[COLUMNS_CHANGED] = g_signal_new ("columns-changed", WEIR_TYPE_RESULT_MODEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
}

static void
weir_result_model_init (WeirResultModel *self)
{
  self->ids = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->rows = g_array_new (FALSE, FALSE, sizeof (guint));
  self->live = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->sort_column = -1;
}

WeirResultModel *
weir_result_model_new (void)
{
  return g_object_new (WEIR_TYPE_RESULT_MODEL, NULL);
}

static void
show_view (WeirResultModel *self,
           WeirRowsView    *view)
{
  if (self->view == view)
    return;
  g_clear_pointer (&self->view, weir_rows_view_unref);
  self->view = weir_rows_view_ref (view);
}

/* Rows held by somebody learn where they are in the new view. */
static void
move_live_rows (WeirResultModel *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    ((WeirResultRow *)value)->index = GONE;
  if (g_hash_table_size (self->live) == 0)
    return;
  for (guint i = 0; i < self->ids->len; i++)
    {
      WeirResultRow *row = g_hash_table_lookup (self->live, &g_array_index (self->ids, guint64, i));

      if (row != NULL)
        row->index = g_array_index (self->rows, guint, i);
    }
}

typedef struct
{
  WeirResultModel *self;
  const GArray    *ids;
  const GArray    *rows;
} Apply;

static void
splice_cb (guint    position,
           guint    n_removed,
           guint    new_position,
           guint    n_added,
           gpointer user_data)
{
  Apply           *apply = user_data;
  WeirResultModel *self = apply->self;

  g_array_remove_range (self->ids, position, n_removed);
  g_array_remove_range (self->rows, position, n_removed);
  g_array_insert_vals (self->ids, position, &g_array_index (apply->ids, guint64, new_position), n_added);
  g_array_insert_vals (self->rows, position, &g_array_index (apply->rows, guint, new_position), n_added);
  g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

static void
keep_last_batch (WeirRowsView *view,
                 GArray       *rows)
{
  gint64 newest_us = G_MININT64;
  guint  n = 0;

  for (guint i = 0; i < view->klass->get_n_rows (view->data); i++)
    newest_us = MAX (newest_us, view->klass->get_updated_us (view->data, i));
  for (guint i = 0; i < rows->len; i++)
    if (view->klass->get_updated_us (view->data, g_array_index (rows, guint, i)) == newest_us)
      g_array_index (rows, guint, n++) = g_array_index (rows, guint, i);
  g_array_set_size (rows, n);
}

/* @rows: (transfer full): rows of @view in the order wanted */
static void
apply_layout (WeirResultModel *self,
              WeirRowsView    *view,
              GArray          *rows)
{
  g_autoptr (GArray) owned_rows = rows;
  g_autoptr (GArray) ids = g_array_sized_new (FALSE, FALSE, sizeof (guint64), rows->len);
  g_autoptr (GArray) old_ids = g_array_copy (self->ids);
  Apply              apply = { self, ids, rows };

  if (self->last_batch)
    keep_last_batch (view, rows);
  for (guint i = 0; i < rows->len; i++)
    {
      guint64 id = view->klass->get_row_id (view->data, g_array_index (rows, guint, i));

      g_array_append_val (ids, id);
    }
  show_view (self, view);
  _weir_list_diff ((const guint64 *)(gpointer)old_ids->data, old_ids->len, (const guint64 *)(gpointer)ids->data, ids->len, splice_cb,
                   &apply);
  g_array_set_size (self->rows, 0);
  g_array_append_vals (self->rows, rows->data, rows->len);
  move_live_rows (self);
  self->layout_at_us = self->values_at_us = g_get_monotonic_time ();
  g_signal_emit (self, signals[VALUES_CHANGED], 0, TRUE);
}

typedef struct
{
  WeirResultModel *self; /* Owned */
  WeirRowsView    *view; /* Owned */
} Ordering;

static void
ordered_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Ordering                   *ordering = user_data;
  g_autoptr (WeirResultModel) self = ordering->self;
  g_autoptr (WeirRowsView)    view = ordering->view;
  g_autoptr (GError)          error = NULL;
  g_autoptr (GArray)          rows = view->klass->order_finish (result, &error);

  g_free (ordering);
  if (rows == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_warning ("Sorting rows failed: %s", error->message);
      return;
    }
  g_clear_object (&self->ordering);
  apply_layout (self, view, g_steal_pointer (&rows));
  if (self->pending != NULL || self->order_dirty)
    flush (self);
}

static void
start_layout (WeirResultModel *self,
              WeirRowsView    *view)
{
  self->order_dirty = FALSE;
  if (self->sort_column < 0 && self->filter == NULL)
    {
      guint   n = view->klass->get_n_rows (view->data);
      GArray *rows = g_array_sized_new (FALSE, FALSE, sizeof (guint), n);

      for (guint i = 0; i < n; i++)
        {
          guint row = self->descending ? n - 1 - i : i;

          g_array_append_val (rows, row);
        }
      apply_layout (self, view, rows);
      return;
    }

  Ordering *ordering = g_new0 (Ordering, 1);

  ordering->self = g_object_ref (self);
  ordering->view = weir_rows_view_ref (view);
  self->ordering = g_cancellable_new ();
  view->klass->order_async (view->data, self->sort_column, self->descending, self->filter, 0, self->ordering, ordered_cb, ordering);
}

static gboolean
timer_cb (gpointer user_data)
{
  WeirResultModel *self = user_data;

  self->timer_id = 0;
  flush (self);
  return G_SOURCE_REMOVE;
}

static void
flush_at (WeirResultModel *self,
          gint64           due_us)
{
  gint64 wait_us = due_us - g_get_monotonic_time ();

  if (self->timer_id == 0)
    self->timer_id = g_timeout_add ((guint)(MAX (wait_us, 0) / 1000) + 1, timer_cb, self);
}

static gboolean
values_alone (WeirResultModel *self)
{
  return self->view != NULL &&
         self->pending->klass->get_layout_version (self->pending->data) == self->view->klass->get_layout_version (self->view->data);
}

/* Whether new values can move rows. */
static gboolean
order_by_values (WeirResultModel *self)
{
  const WeirColumnInfo *column;

  if (self->filter != NULL || self->last_batch)
    return TRUE;
  if (self->sort_column < 0 || self->view == NULL)
    return FALSE;
  column = self->view->klass->get_column (self->view->data, (guint)self->sort_column);
  return !column->is_key && !column->is_window_start && column->shape != WEIR_COLUMN_WINDOW;
}

/* Shows what is pending as far as the limits allow, and comes back for the rest. */
static void
flush (WeirResultModel *self)
{
  gint64   now_us = g_get_monotonic_time ();
  gboolean layout_due = now_us - self->layout_at_us >= LAYOUT_US;
  gboolean values_due = now_us - self->values_at_us >= VALUES_US;

  if (self->ordering != NULL)
    return;
  if (self->pending == NULL)
    {
      if (self->order_dirty && self->view != NULL)
        start_layout (self, self->view);
      return;
    }
  if (values_alone (self) && !self->order_dirty && !(layout_due && order_by_values (self)))
    {
      if (!values_due)
        {
          flush_at (self, self->values_at_us + VALUES_US);
          return;
        }
      show_view (self, self->pending);
      self->values_at_us = now_us;
      if (order_by_values (self))
        flush_at (self, self->layout_at_us + LAYOUT_US);
      else
        g_clear_pointer (&self->pending, weir_rows_view_unref);
      g_signal_emit (self, signals[VALUES_CHANGED], 0, FALSE);
      return;
    }
  if (!layout_due && !self->order_dirty)
    {
      flush_at (self, self->layout_at_us + LAYOUT_US);
      return;
    }

  g_autoptr (WeirRowsView) view = g_steal_pointer (&self->pending);

  start_layout (self, view);
}

static void
reset (WeirResultModel *self)
{
  guint n = self->ids->len;

  cancel_ordering (self);
  g_clear_pointer (&self->view, weir_rows_view_unref);
  g_clear_pointer (&self->pending, weir_rows_view_unref);
  g_array_set_size (self->ids, 0);
  g_array_set_size (self->rows, 0);
  move_live_rows (self);
  self->layout_at_us = self->values_at_us = 0;
  self->sort_column = -1;
  if (n > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
}

void
weir_result_model_set_view (WeirResultModel *self,
                            WeirRowsView    *view)
{
  WeirRowsView *newest = self->pending != NULL ? self->pending : self->view;

  g_return_if_fail (WEIR_IS_RESULT_MODEL (self));

  if (view == NULL || (newest != NULL && !weir_rows_view_same_columns (newest, view)))
    {
      reset (self);
      newest = NULL;
    }
  if (view == NULL)
    {
      g_signal_emit (self, signals[COLUMNS_CHANGED], 0);
      return;
    }
  if (newest != NULL && newest->klass->get_version (newest->data) == view->klass->get_version (view->data))
    return;

  g_clear_pointer (&self->pending, weir_rows_view_unref);
  self->pending = weir_rows_view_ref (view);
  if (self->view == NULL && newest == NULL)
    {
      show_view (self, view);
      g_signal_emit (self, signals[COLUMNS_CHANGED], 0);
      self->order_dirty = TRUE;
    }
  flush (self);
}

WeirRowsView *
weir_result_model_get_view (WeirResultModel *self)
{
  return self->view;
}

static void
order_again (WeirResultModel *self)
{
  self->order_dirty = TRUE;
  cancel_ordering (self);
  flush (self);
}

void
weir_result_model_set_sort (WeirResultModel *self,
                            int              column,
                            gboolean         descending)
{
  if (self->sort_column == column && self->descending == descending)
    return;
  self->sort_column = column;
  self->descending = descending;
  order_again (self);
}

void
weir_result_model_set_filter (WeirResultModel *self,
                              const char      *text)
{
  if (text != NULL && *text == '\0')
    text = NULL;
  if (g_strcmp0 (self->filter, text) == 0)
    return;
  g_free (self->filter);
  self->filter = g_strdup (text);
  order_again (self);
}

void
weir_result_model_set_last_batch (WeirResultModel *self,
                                  gboolean         last_batch)
{
  if (self->last_batch == last_batch)
    return;
  self->last_batch = last_batch;
  order_again (self);
}

GArray *
weir_result_model_dup_rows (WeirResultModel *self)
{
  return g_array_copy (self->rows);
}

guint
weir_result_model_get_n_total (WeirResultModel *self)
{
  return self->view != NULL ? self->view->klass->get_n_rows (self->view->data) : 0;
}
