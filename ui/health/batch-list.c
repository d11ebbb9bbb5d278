/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/batch-list.h"

#include <stdlib.h>

#include <glib/gi18n-lib.h>

#include "ui/health/phase-bar.h"
#include "ui/widgets/number-format.h"

/* Rows kept; older ones go. */
#define N_BATCHES_MAX 200

/* One batch as an item of the list; never changes. */
#define WEIR_TYPE_BATCH_ITEM (weir_batch_item_get_type ())
G_DECLARE_FINAL_TYPE (WeirBatchItem, weir_batch_item, WEIR, BATCH_ITEM, GObject)

struct _WeirBatchItem
{
  GObject       parent_instance;
  WeirProgress *progress; /* Owned */
};

G_DEFINE_FINAL_TYPE (WeirBatchItem, weir_batch_item, G_TYPE_OBJECT)

static void
weir_batch_item_finalize (GObject *object)
{
  weir_progress_unref (WEIR_BATCH_ITEM (object)->progress);
  G_OBJECT_CLASS (weir_batch_item_parent_class)->finalize (object);
}

static void
weir_batch_item_class_init (WeirBatchItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_batch_item_finalize;
}

static void
weir_batch_item_init (WeirBatchItem *self)
{
}

typedef enum
{
  COLUMN_BATCH,
  COLUMN_STARTED,
  COLUMN_ROWS_IN,
  COLUMN_ROWS_OUT,
  COLUMN_DURATION,
  COLUMN_PHASES,
  COLUMN_WATERMARK,
  COLUMN_LATE,
  N_COLUMNS,
} BatchColumn;

static const struct
{
  const char *title;
  int         width, narrow_width; /* 0: not when narrow */
  gboolean    numeric;
} columns[N_COLUMNS] = {
  /* TRANSLATORS: columns of the list of micro-batches */
  [COLUMN_BATCH] = { NC_ ("batches", "Batch"), 66, 60, TRUE },
  [COLUMN_STARTED] = { NC_ ("batches", "Started"), 84, 0, FALSE },
  [COLUMN_ROWS_IN] = { NC_ ("batches", "Rows in"), 90, 78, TRUE },
  [COLUMN_ROWS_OUT] = { NC_ ("batches", "Out"), 70, 0, TRUE },
  [COLUMN_DURATION] = { NC_ ("batches", "Duration"), 84, 76, TRUE },
  [COLUMN_PHASES] = { NC_ ("batches", "Phases"), -1, -1, FALSE },
  [COLUMN_WATERMARK] = { NC_ ("batches", "Watermark"), 92, 0, FALSE },
  [COLUMN_LATE] = { NC_ ("batches", "Late"), 58, 0, TRUE },
};

struct _WeirBatchList
{
  GtkWidget parent_instance;

  GtkWidget           *scroller; /* Owned: the only child */
  GtkColumnView       *view;
  GtkColumnViewColumn *columns[N_COLUMNS]; /* Borrowed from the view */
  GListStore          *store;              /* Owned */
  GtkSingleSelection  *selection;          /* Owned */
  GTimeZone           *zone;               /* Owned */
  GHashTable          *bars;               /* Owned: bound WeirPhaseBar → item, Borrowed */
  double               full_ms;            /* what a whole bar stands for */
  gboolean             adding;
};

G_DEFINE_FINAL_TYPE (WeirBatchList, weir_batch_list, GTK_TYPE_WIDGET)

/* Marked when an earlier run had begun it. */
static char *
format_batch (WeirProgress *progress)
{
  g_autofree char *number = weir_format_number ((double)weir_progress_get_batch_id (progress), 0);

  return weir_progress_get_is_replay (progress) ? g_strdup_printf ("↻ %s", number) : g_steal_pointer (&number);
}

static char *
format_cell (WeirBatchList *self,
             BatchColumn    column,
             WeirProgress  *progress)
{
  gint64 watermark = weir_progress_get_watermark_us (progress);

  switch (column)
    {
    case COLUMN_BATCH:
      return format_batch (progress);
    case COLUMN_STARTED:
      return weir_format_clock_seconds (weir_progress_get_timestamp_us (progress), self->zone);
    case COLUMN_ROWS_IN:
      return weir_format_number ((double)weir_progress_get_n_input_rows (progress), 0);
    case COLUMN_ROWS_OUT:
      return weir_format_number ((double)weir_progress_get_n_output_rows (progress), 0);
    case COLUMN_DURATION:
      return weir_format_elapsed (weir_progress_get_duration_us (progress));
    case COLUMN_WATERMARK:
      return watermark == G_MININT64 || watermark <= 0 ? g_strdup ("–") : weir_format_clock_seconds (watermark, self->zone);
    case COLUMN_LATE:
      return weir_format_number ((double)weir_progress_get_n_late_rows (progress), 0);
    case COLUMN_PHASES:
    case N_COLUMNS:
    default:
      return g_strdup ("");
    }
}

static BatchColumn
get_column (gpointer factory)
{
  return GPOINTER_TO_UINT (g_object_get_data (factory, "column"));
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          WeirBatchList            *self)
{
  BatchColumn column = get_column (factory);
  GtkWidget  *child = column == COLUMN_PHASES ? weir_phase_bar_new () : gtk_inscription_new (NULL);

  if (column != COLUMN_PHASES)
    {
      gtk_inscription_set_xalign (GTK_INSCRIPTION (child), columns[column].numeric ? 1 : 0);
      gtk_widget_add_css_class (child, "numeric");
    }
  gtk_list_item_set_child (item, child);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         WeirBatchList            *self)
{
  BatchColumn    column = get_column (factory);
  GtkWidget     *child = gtk_list_item_get_child (item);
  WeirBatchItem *batch = gtk_list_item_get_item (item);

  if (column == COLUMN_PHASES)
    {
      weir_phase_bar_set (WEIR_PHASE_BAR (child), batch->progress, self->full_ms);
      g_hash_table_insert (self->bars, child, batch);
    }
  else
    {
      g_autofree char *text = format_cell (self, column, batch->progress);

      gtk_inscription_set_text (GTK_INSCRIPTION (child), text);
      if (column == COLUMN_BATCH)
        gtk_widget_set_tooltip_text (child, weir_progress_get_is_replay (batch->progress)
                                              ? _ ("Replayed: an earlier run had begun this batch; it was run again from the checkpoint")
                                              : NULL);
    }
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           WeirBatchList            *self)
{
  if (self->bars != NULL)
    g_hash_table_remove (self->bars, gtk_list_item_get_child (item));
}

/* Titles over numbers stand at their right; GTK has no property for it. */
static void
align_titles (WeirBatchList *self)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));
  GtkWidget *title = header != NULL ? gtk_widget_get_first_child (header) : NULL;

  for (guint i = 0; title != NULL && i < N_COLUMNS; title = gtk_widget_get_next_sibling (title), i++)
    if (columns[i].numeric && gtk_widget_get_first_child (title) != NULL)
      gtk_widget_set_halign (gtk_widget_get_first_child (title), GTK_ALIGN_END);
}

static void
add_columns (WeirBatchList *self)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

      g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (i));
      g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
      g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
      self->columns[i] = gtk_column_view_column_new (g_dpgettext2 (NULL, "batches", columns[i].title), factory);
      gtk_column_view_column_set_fixed_width (self->columns[i], columns[i].width);
      gtk_column_view_column_set_expand (self->columns[i], columns[i].width < 0);
      gtk_column_view_append_column (self->view, self->columns[i]);
      g_object_unref (self->columns[i]);
    }
  align_titles (self);
}

static void
selected_cb (WeirBatchList *self)
{
  if (!self->adding)
    g_signal_emit_by_name (self, "selected");
}

static void
dispose (GObject *object)
{
  WeirBatchList *self = WEIR_BATCH_LIST (object);

  g_clear_pointer (&self->bars, g_hash_table_unref);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->store);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  G_OBJECT_CLASS (weir_batch_list_parent_class)->dispose (object);
}

static void
weir_batch_list_class_init (WeirBatchListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  g_signal_new ("selected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_batch_list_init (WeirBatchList *self)
{
  self->zone = g_time_zone_new_local ();
  self->bars = g_hash_table_new (NULL, NULL);
  self->store = g_list_store_new (WEIR_TYPE_BATCH_ITEM);
  self->selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->store)));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (g_object_ref (GTK_SELECTION_MODEL (self->selection))));
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "weir-batches");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Batches"), -1);
  add_columns (self);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self);
}

GtkWidget *
weir_batch_list_new (void)
{
  return g_object_new (WEIR_TYPE_BATCH_LIST, NULL);
}

static int
compare_durations (gconstpointer a,
                   gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return x < y ? -1 : x > y;
}

/* One scale for all bars: nine batches of ten fit into half of the column, so that a slow one is seen and the others too. */
static void
update_scale (WeirBatchList *self)
{
  guint              n = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  g_autofree gint64 *durations_us = g_new (gint64, MAX (1, n));
  double             wanted_ms;
  GHashTableIter     iter;
  gpointer           bar, item;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WeirBatchItem) batch = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      durations_us[i] = weir_progress_get_duration_us (batch->progress);
    }
  qsort (durations_us, n, sizeof *durations_us, compare_durations);
  wanted_ms = (double)durations_us[n * 9 / 10] / 1000 * 2;
  /* Not at every batch. */
  if (wanted_ms > self->full_ms * .7 && wanted_ms < self->full_ms * 1.4)
    return;
  self->full_ms = wanted_ms;
  g_hash_table_iter_init (&iter, self->bars);
  while (g_hash_table_iter_next (&iter, &bar, &item))
    weir_phase_bar_set (bar, WEIR_BATCH_ITEM (item)->progress, self->full_ms);
}

static WeirBatchItem *
make_item (WeirProgress *progress)
{
  WeirBatchItem *item = g_object_new (WEIR_TYPE_BATCH_ITEM, NULL);

  item->progress = weir_progress_ref (progress);
  return item;
}

/* Whoever looks at the newest batches, and has not begun to walk through them. */
static gboolean
is_at_top (WeirBatchList *self)
{
  return gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller))) < 1 &&
         gtk_widget_get_focus_child (GTK_WIDGET (self->view)) == NULL;
}

/* The view keeps rows in sight where they are when others come above them, so all items are new ones; the selection stays on its batch. */
static void
renew (WeirBatchList *self,
       GPtrArray     *items,
       guint          n_kept)
{
  WeirProgress *selected = weir_batch_list_get_selected (self);
  guint         place = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; i < n_kept; i++)
    {
      g_autoptr (WeirBatchItem) old = g_list_model_get_item (G_LIST_MODEL (self->store), i);

      if (old->progress == selected)
        place = items->len;
      g_ptr_array_add (items, make_item (old->progress));
    }
  g_list_store_splice (self->store, 0, n_kept, items->pdata, items->len);
  gtk_single_selection_set_selected (self->selection, place);
}

void
weir_batch_list_add (WeirBatchList       *self,
                     WeirProgress *const *batches,
                     guint                n)
{
  g_autoptr (GPtrArray) items = NULL;
  guint                 n_old, n_kept;

  g_return_if_fail (WEIR_IS_BATCH_LIST (self));
  items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = n; i > 0 && items->len < N_BATCHES_MAX; i--)
    if (!weir_progress_get_is_idle (batches[i - 1]))
      g_ptr_array_add (items, make_item (batches[i - 1]));
  if (items->len == 0)
    return;
  n_old = g_list_model_get_n_items (G_LIST_MODEL (self->store));
  n_kept = MIN (n_old, N_BATCHES_MAX - items->len);
  self->adding = TRUE;
  if (n_kept < n_old)
    g_list_store_splice (self->store, n_kept, n_old - n_kept, NULL, 0);
  if (is_at_top (self))
    renew (self, items, n_kept);
  else
    g_list_store_splice (self->store, 0, 0, items->pdata, items->len);
  self->adding = FALSE;
  update_scale (self);
}

void
weir_batch_list_clear (WeirBatchList *self)
{
  g_return_if_fail (WEIR_IS_BATCH_LIST (self));
  g_list_store_remove_all (self->store);
  self->full_ms = 0;
}

void
weir_batch_list_set_zone (WeirBatchList *self,
                          GTimeZone     *zone)
{
  g_return_if_fail (WEIR_IS_BATCH_LIST (self));
  g_time_zone_unref (self->zone);
  self->zone = g_time_zone_ref (zone);
}

void
weir_batch_list_set_narrow (WeirBatchList *self,
                            gboolean       narrow)
{
  g_return_if_fail (WEIR_IS_BATCH_LIST (self));
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      gtk_column_view_column_set_visible (self->columns[i], !narrow || columns[i].narrow_width != 0);
      gtk_column_view_column_set_fixed_width (self->columns[i], narrow ? columns[i].narrow_width : columns[i].width);
    }
}

guint
weir_batch_list_get_n (WeirBatchList *self)
{
  g_return_val_if_fail (WEIR_IS_BATCH_LIST (self), 0);
  return g_list_model_get_n_items (G_LIST_MODEL (self->store));
}

WeirProgress *
weir_batch_list_get_selected (WeirBatchList *self)
{
  WeirBatchItem *item;

  g_return_val_if_fail (WEIR_IS_BATCH_LIST (self), NULL);
  item = gtk_single_selection_get_selected_item (self->selection);
  return item != NULL ? item->progress : NULL;
}
