/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values are written into cells in place. Bound cells are kept in a set; when the model says that values changed, each compares the
 * version of its row's page with the one it has shown and reads its text again only when they differ.
 *
 * GTK 4.8 has no public way to ask a column view what it is sorted by. Each column therefore has a sorter that notes that it was
 * asked; comparing two probes through the view's sorter tells the column and, by the sign, the direction.
 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/results/result-cell.h"
#include "ui/results/result-format.h"
#include "ui/results/result-grid.h"
#include "ui/widgets/text-scale.h"

#define MAX_COLUMNS_SHOWN 12
#define MAX_COPY_ROWS     100000
#define LINE_WIDTH        640

typedef enum
{
  COLUMN_DATA,
  COLUMN_STATE,
  COLUMN_UPDATED,
} ColumnKind;

typedef struct
{
  WeirResultGrid      *table; /* Borrowed */
  ColumnKind           kind;
  guint                data_column;
  gboolean             numeric;
  gboolean             wanted; /* by the user */
  gboolean             kept;   /* switched on by the user: stays where it does not fit */
  gboolean             in_narrow;
  int                  width;
  int                  narrow_width;
  GtkColumnViewColumn *column; /* Owned */
} Column;

typedef struct
{
  Column         *column; /* Borrowed */
  WeirResultCell *widget; /* Borrowed: child of the list item */
  WeirResultRow  *row;    /* Owned while bound */
  guint64         seen;
} Cell;

struct _WeirResultGrid
{
  GtkWidget parent_instance;

  WeirResultModel   *model;  /* Owned */
  WeirKeyColors     *colors; /* Owned */
  GTimeZone         *zone;   /* Owned */
  char              *zone_name;
  GtkWidget         *scroller; /* Owned: the only child */
  GtkColumnView     *view;
  GtkSelectionModel *selection; /* Owned */
  GPtrArray         *columns;   /* Owned: of Column */
  GHashTable        *bound;     /* Owned: set of Cell */
  Column            *probed;    /* which column a sorter was asked about */
  int                series_column;
  gboolean           narrow;
  gboolean           syncing_sort;
  gboolean           shows_changes;
  guint              ago_id;
  guint              fit_id;
  gboolean           crowded; /* not all columns fit, so "updated" gives way */
};

G_DEFINE_FINAL_TYPE (WeirResultGrid, weir_result_grid, GTK_TYPE_WIDGET)

enum
{
  ROW_ACTIVATED,
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static WeirCellStyle
cell_style (WeirResultGrid *self)
{
  return (WeirCellStyle){ self->zone, self->zone_name, g_get_real_time (), self->narrow };
}

static void
column_free (gpointer data)
{
  Column *column = data;

  g_clear_object (&column->column);
  g_free (column);
}

static const char *
change_word (WeirChange change)
{
  switch (change)
    {
    case WEIR_CHANGE_ADDED:
      /* Translators: a row came into the result; the sign stays */
      return C_ ("change", "+ New");
    case WEIR_CHANGE_CHANGED:
      /* Translators: a row of the result has other values; the sign stays */
      return C_ ("change", "~ Changed");
    case WEIR_CHANGE_REMOVED:
      /* Translators: a row left the result; the sign stays */
      return C_ ("change", "− Gone");
    case WEIR_CHANGE_NONE:
    default:
      return "";
    }
}

static void
fill_change (Cell         *cell,
             WeirRowsView *view,
             guint         row)
{
  WeirChange change = view->klass->get_change (view->data, row);

  weir_result_cell_set_glyph (cell->widget, WEIR_GLYPH_NONE);
  weir_result_cell_set_text (cell->widget, change_word (change), change == WEIR_CHANGE_REMOVED);
}

static void
fill_state (Cell         *cell,
            WeirRowsView *view,
            guint         row)
{
  gboolean final = view->klass->is_final (view->data, row);

  weir_result_cell_set_glyph (cell->widget, final ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN);
  weir_result_cell_set_text (cell->widget, weir_glyph_word (final ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN), final);
}

static void
fill_updated (Cell         *cell,
              WeirRowsView *view,
              guint         row)
{
  gint64           updated_us = view->klass->get_updated_us (view->data, row);
  g_autofree char *text = updated_us <= 0 ? g_strdup ("") : weir_format_ago (g_get_real_time () - updated_us);

  weir_result_cell_set_text (cell->widget, text, TRUE);
}

static void
fill_marker (Cell       *cell,
             const char *text)
{
  WeirResultGrid *self = cell->column->table;
  guint           slot = 0;

  if ((int)cell->column->data_column == self->series_column)
    {
      gboolean known = weir_key_colors_lookup (self->colors, text != NULL ? text : "NULL", &slot);

      weir_result_cell_set_marker (cell->widget, slot, known);
    }
}

static void
fill_cell (Cell    *cell,
           gboolean all)
{
  WeirResultGrid  *self = cell->column->table;
  WeirRowsView    *view = weir_result_model_get_view (self->model);
  WeirCellStyle    style;
  g_autofree char *text = NULL;
  guint64          version;
  guint            row;

  if (view == NULL || !weir_result_row_get_index (cell->row, &row) || row >= view->klass->get_n_rows (view->data))
    return;
  if (cell->column->kind == COLUMN_STATE)
    {
      if (self->shows_changes)
        fill_change (cell, view, row);
      else
        fill_state (cell, view, row);
      return;
    }
  version = view->klass->get_page_version (view->data, row / WEIR_SNAPSHOT_PAGE_ROWS);
  if (cell->column->kind == COLUMN_DATA && self->narrow && cell->column->data_column == 0 && weir_rows_view_has_window (view))
    weir_result_cell_set_glyph (cell->widget, view->klass->is_final (view->data, row) ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN);
  if (!all && cell->seen == version)
    return;
  cell->seen = version;
  if (cell->column->kind == COLUMN_UPDATED)
    {
      fill_updated (cell, view, row);
      return;
    }
  style = cell_style (self);
  text = weir_result_cell_text (view, row, cell->column->data_column, &style);
  weir_result_cell_set_text (cell->widget, text, FALSE);
  fill_marker (cell, text);
}

static void
fill_all (WeirResultGrid *self,
          gboolean        all)
{
  GHashTableIter iter;
  gpointer       cell;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    fill_cell (cell, all);
}

static void
values_changed_cb (WeirResultGrid *self,
                   gboolean        all)
{
  fill_all (self, all);
}

static void
colors_changed_cb (WeirResultGrid *self)
{
  if (self->series_column >= 0)
    fill_all (self, TRUE);
}

static gboolean
ago_cb (gpointer user_data)
{
  WeirResultGrid *self = user_data;
  GHashTableIter  iter;
  gpointer        key;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Cell *)key)->column->kind == COLUMN_UPDATED)
      fill_cell (key, TRUE);
  return G_SOURCE_CONTINUE;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          Column                   *column)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->column = column;
  cell->widget = WEIR_RESULT_CELL (weir_result_cell_new (column->numeric));
  gtk_list_item_set_child (item, GTK_WIDGET (cell->widget));
  g_object_set_data_full (G_OBJECT (item), "weir-cell", cell, g_free);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         Column                   *column)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "weir-cell");

  g_set_object (&cell->row, gtk_list_item_get_item (item));
  g_hash_table_add (column->table->bound, cell);
  fill_cell (cell, TRUE);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           Column                   *column)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "weir-cell");

  g_hash_table_remove (column->table->bound, cell);
  g_clear_object (&cell->row);
}

static int
probe_cb (gconstpointer a,
          gconstpointer b,
          gpointer      user_data)
{
  Column *column = user_data;

  column->table->probed = column;
  return -1;
}

static void
sorter_changed_cb (WeirResultGrid *self)
{
  g_autoptr (GObject) first = NULL;
  g_autoptr (GObject) second = NULL;
  GtkOrdering         ordering;

  if (self->syncing_sort)
    return;
  first = g_object_new (G_TYPE_OBJECT, NULL);
  second = g_object_new (G_TYPE_OBJECT, NULL);
  self->probed = NULL;
  ordering = gtk_sorter_compare (gtk_column_view_get_sorter (self->view), first, second);
  weir_result_model_set_sort (self->model, self->probed != NULL ? (int)self->probed->data_column : -1,
                              ordering == GTK_ORDERING_LARGER);
}

static gboolean
gives_way (const Column *column)
{
  return column->kind == COLUMN_UPDATED && column->table->crowded && !column->kept;
}

static void
apply_visibility (Column *column)
{
  gboolean narrow = column->table->narrow;
  double   scale = weir_text_scale (GTK_WIDGET (column->table));

  gtk_column_view_column_set_visible (column->column, column->wanted && !gives_way (column) && (!narrow || column->in_narrow));
  gtk_column_view_column_set_fixed_width (column->column, (int)(scale * (narrow ? column->narrow_width : column->width)));
}

/* Rather one column less than half a column: when it was read is the least of what a row says. */
static gboolean
fit_cb (gpointer user_data)
{
  WeirResultGrid *self = user_data;
  GtkAdjustment  *across = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  double          width = 0, scale = weir_text_scale (GTK_WIDGET (self));
  Column         *updated = NULL;

  self->fit_id = 0;
  for (guint i = 0; i < self->columns->len; i++)
    {
      Column *column = self->columns->pdata[i];

      if (column->kind == COLUMN_UPDATED)
        updated = column;
      if (column->wanted)
        width += scale * column->width;
    }
  if (updated == NULL || self->crowded == (width > gtk_adjustment_get_page_size (across)))
    return G_SOURCE_REMOVE;
  self->crowded = !self->crowded;
  apply_visibility (updated);
  return G_SOURCE_REMOVE;
}

static void
width_changed_cb (WeirResultGrid *self)
{
  if (self->fit_id == 0 && gtk_widget_get_width (self->scroller) > 0)
    self->fit_id = g_idle_add (fit_cb, self);
}

static Column *
add_column (WeirResultGrid *self,
            ColumnKind      kind,
            const char     *title,
            int             width,
            guint           data_column,
            gboolean        numeric)
{
  Column             *column = g_new0 (Column, 1);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  column->table = self;
  column->kind = kind;
  column->data_column = data_column;
  column->numeric = numeric;
  column->wanted = self->columns->len < MAX_COLUMNS_SHOWN;
  column->width = width;
  column->narrow_width = numeric ? 100 : 120;
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), column);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), column);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), column);
  column->column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (column->column, TRUE);
  if (kind == COLUMN_DATA)
    {
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (probe_cb, column, NULL));

      gtk_column_view_column_set_sorter (column->column, sorter);
    }
  gtk_column_view_append_column (self->view, column->column);
  g_ptr_array_add (self->columns, column);
  return column;
}

static int
width_of (WeirRowsView         *view,
          const WeirColumnInfo *info)
{
  int title = (int)g_utf8_strlen (info->name, -1) * 8 + 42;
  int width;

  switch (info->shape)
    {
    case WEIR_COLUMN_WINDOW:
      width = 196;
      break;
    case WEIR_COLUMN_TIME:
      width = 180;
      break;
    case WEIR_COLUMN_NUMBER:
      width = 130;
      break;
    case WEIR_COLUMN_BOOLEAN:
      width = 96;
      break;
    case WEIR_COLUMN_TEXT:
    case WEIR_COLUMN_OTHER:
    default:
      /* Lines as they came have the room to themselves. */
      width = view->klass->get_n_columns (view->data) == 1 ? LINE_WIDTH : 170;
    }
  return CLAMP (title, width, MAX (width, 320));
}

/* Past windows are written with their dates and need more room. */
static int
window_width (WeirResultGrid *self,
              WeirRowsView   *view)
{
  WeirCellStyle    style = cell_style (self);
  g_autofree char *text = NULL;
  gint64           start_us;
  gint64           end_us;

  if (view->klass->get_n_rows (view->data) == 0 || !view->klass->get_window (view->data, 0, &start_us, &end_us))
    return 196;
  text = weir_format_window (start_us, end_us, style.now_us, style.zone);
  return MAX (196, (int)g_utf8_strlen (text, -1) * 8 + 34);
}

/* Titles over numbers stand at their right, the sort arrow before them; GTK has no property for it. */
static void
align_titles (WeirResultGrid *self)
{
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (self->view));
  GtkWidget *title = header != NULL ? gtk_widget_get_first_child (header) : NULL;
  guint      i = 0;

  for (; title != NULL && i < self->columns->len; title = gtk_widget_get_next_sibling (title), i++)
    {
      Column    *column = self->columns->pdata[i];
      GtkWidget *box = gtk_widget_get_first_child (title);
      GtkWidget *label = box != NULL ? gtk_widget_get_first_child (box) : NULL;
      GtkWidget *arrow = label != NULL ? gtk_widget_get_next_sibling (label) : NULL;

      if (label == NULL || !column->numeric)
        continue;
      gtk_widget_set_halign (box, GTK_ALIGN_END);
      if (arrow != NULL)
        gtk_widget_insert_before (arrow, box, label);
    }
}

static void
clear_columns (WeirResultGrid *self)
{
  GListModel *list = gtk_column_view_get_columns (self->view);

  while (g_list_model_get_n_items (list) > 0)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (list, 0);

      gtk_column_view_remove_column (self->view, column);
    }
  g_hash_table_remove_all (self->bound);
  g_ptr_array_set_size (self->columns, 0);
}

static void
add_data_columns (WeirResultGrid *self,
                  WeirRowsView   *view)
{
  guint    n = view->klass->get_n_columns (view->data);
  gboolean has_window = weir_rows_view_has_window (view);
  gboolean has_key = FALSE;
  gboolean has_measure = FALSE;

  for (guint i = 0; i < n; i++)
    {
      const WeirColumnInfo *info = view->klass->get_column (view->data, i);
      gboolean              numeric = weir_result_column_is_numeric (info);
      gboolean              window = info->shape == WEIR_COLUMN_WINDOW || info->is_window_start;
      Column               *column = add_column (self, COLUMN_DATA, info->name,
                                   info->shape == WEIR_COLUMN_WINDOW ? window_width (self, view) : width_of (view, info), i, numeric);

      column->in_narrow = window || (!numeric && !has_key && info->shape == WEIR_COLUMN_TEXT) || (numeric && !has_measure);
      has_key |= info->shape == WEIR_COLUMN_TEXT;
      has_measure |= numeric;
      if (i == 0 && self->shows_changes)
        add_column (self, COLUMN_STATE, _ ("change"), 110, 0, FALSE)->in_narrow = TRUE;
      else if (i == 0 && has_window)
        add_column (self, COLUMN_STATE, _ ("state"), 100, 0, FALSE);
    }
}

static void
add_filler (WeirResultGrid *self)
{
  GtkListItemFactory  *factory = gtk_signal_list_item_factory_new ();
  GtkColumnViewColumn *column = gtk_column_view_column_new (NULL, factory);

  gtk_column_view_column_set_expand (column, TRUE);
  gtk_column_view_append_column (self->view, column);
  g_object_unref (column);
}

/* The newest first, until the user chooses otherwise: by window, else by the first time in a row. */
static void
sort_by_time (WeirResultGrid *self,
              WeirRowsView   *view)
{
  Column *time = NULL;

  for (guint i = 0; i < self->columns->len; i++)
    {
      Column               *column = self->columns->pdata[i];
      const WeirColumnInfo *info = view->klass->get_column (view->data, column->data_column);

      if (column->kind != COLUMN_DATA)
        continue;
      if (info->shape == WEIR_COLUMN_WINDOW || info->is_window_start)
        {
          time = column;
          break;
        }
      if (time == NULL && info->shape == WEIR_COLUMN_TIME)
        time = column;
    }
  if (time != NULL)
    gtk_column_view_sort_by_column (self->view, time->column, GTK_SORT_DESCENDING);
}

static void
columns_changed_cb (WeirResultGrid *self)
{
  WeirRowsView *view = weir_result_model_get_view (self->model);

  self->syncing_sort = TRUE;
  gtk_column_view_sort_by_column (self->view, NULL, GTK_SORT_ASCENDING);
  clear_columns (self);
  self->syncing_sort = FALSE;
  if (view == NULL)
    return;
  add_data_columns (self, view);
  add_column (self, COLUMN_UPDATED, _ ("updated"), 130, 0, FALSE);
  add_filler (self);
  for (guint i = 0; i < self->columns->len; i++)
    apply_visibility (self->columns->pdata[i]);
  align_titles (self);
  if (self->shows_changes)
    weir_result_model_set_sort (self->model, -1, TRUE);
  else
    {
      weir_result_model_set_sort (self->model, -1, FALSE);
      sort_by_time (self, view);
    }
  width_changed_cb (self);
}

static void
activate_cb (WeirResultGrid *self,
             guint           position)
{
  g_autoptr (WeirResultRow) row = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (row != NULL)
    g_signal_emit (self, signals[ROW_ACTIVATED], 0, row);
}

static void
selection_changed_cb (WeirResultGrid *self)
{
  g_autoptr (WeirResultRow) row = weir_result_grid_dup_selected (self);

  g_signal_emit (self, signals[SELECTED], 0, row);
}

static void
copy_action (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  g_autofree char *text = weir_result_grid_dup_text (WEIR_RESULT_GRID (widget));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
weir_result_grid_map (GtkWidget *widget)
{
  WeirResultGrid *self = WEIR_RESULT_GRID (widget);

  GTK_WIDGET_CLASS (weir_result_grid_parent_class)->map (widget);
  self->ago_id = g_timeout_add_seconds (1, ago_cb, self);
}

static void
weir_result_grid_unmap (GtkWidget *widget)
{
  WeirResultGrid *self = WEIR_RESULT_GRID (widget);

  g_clear_handle_id (&self->ago_id, g_source_remove);
  GTK_WIDGET_CLASS (weir_result_grid_parent_class)->unmap (widget);
}

static void
weir_result_grid_dispose (GObject *object)
{
  WeirResultGrid *self = WEIR_RESULT_GRID (object);

  g_clear_handle_id (&self->ago_id, g_source_remove);
  g_clear_handle_id (&self->fit_id, g_source_remove);
  if (self->view != NULL)
    {
      self->syncing_sort = TRUE;
      gtk_column_view_set_model (self->view, NULL);
      clear_columns (self);
      self->view = NULL;
    }
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->model);
  g_clear_object (&self->colors);

  G_OBJECT_CLASS (weir_result_grid_parent_class)->dispose (object);
}

static void
weir_result_grid_finalize (GObject *object)
{
  WeirResultGrid *self = WEIR_RESULT_GRID (object);

  g_ptr_array_unref (self->columns);
  g_hash_table_unref (self->bound);
  g_time_zone_unref (self->zone);
  g_free (self->zone_name);

  G_OBJECT_CLASS (weir_result_grid_parent_class)->finalize (object);
}

static void
weir_result_grid_class_init (WeirResultGridClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = weir_result_grid_dispose;
  object_class->finalize = weir_result_grid_finalize;
  widget_class->map = weir_result_grid_map;
  widget_class->unmap = weir_result_grid_unmap;

  signals[ROW_ACTIVATED] = g_signal_new ("row-activated", WEIR_TYPE_RESULT_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, WEIR_TYPE_RESULT_ROW);
  signals[SELECTED] = g_signal_new ("selected", WEIR_TYPE_RESULT_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                    WEIR_TYPE_RESULT_ROW);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "weirtable");
  gtk_widget_class_install_action (widget_class, "table.copy", NULL, copy_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "table.copy", NULL);
}

static void
weir_result_grid_init (WeirResultGrid *self)
{
  self->columns = g_ptr_array_new_with_free_func (column_free);
  self->bound = g_hash_table_new (NULL, NULL);
  self->zone = g_time_zone_new_local ();
  self->series_column = -1;
  self->scroller = gtk_scrolled_window_new ();
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (NULL));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "weir-rows");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Result"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->view));
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (sorter_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller)), "notify::page-size",
                           G_CALLBACK (width_changed_cb), self, G_CONNECT_SWAPPED);
}

/*
 * A list keeps the row at its top where it is, so rows that come in front of it would never be seen. Who looks at the first row wants to
 * see the newest; who has scrolled, or has the focus on a row, wants it to stay.
 */
static void
items_changed_cb (WeirResultGrid *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  GtkRoot       *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget     *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (gtk_adjustment_get_value (adjustment) > 1 || (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view))) ||
      g_list_model_get_n_items (G_LIST_MODEL (self->selection)) == 0)
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->view)); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_LIST_VIEW (child))
      gtk_widget_activate_action (child, "list.scroll-to-item", "u", 0);
}

GtkWidget *
weir_result_grid_new (WeirResultModel *model,
                      WeirKeyColors   *colors)
{
  WeirResultGrid *self = g_object_new (WEIR_TYPE_RESULT_GRID, NULL);

  self->model = g_object_ref (model);
  self->colors = g_object_ref (colors);
  self->selection = GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (model))));
  gtk_column_view_set_model (self->view, self->selection);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "values-changed", G_CALLBACK (values_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "columns-changed", G_CALLBACK (columns_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (colors, "changed", G_CALLBACK (colors_changed_cb), self, G_CONNECT_SWAPPED);
  columns_changed_cb (self);
  return GTK_WIDGET (self);
}

void
weir_result_grid_set_time_zone (WeirResultGrid *self,
                                GTimeZone      *zone,
                                const char     *zone_name)
{
  g_time_zone_ref (zone);
  g_time_zone_unref (self->zone);
  self->zone = zone;
  g_free (self->zone_name);
  self->zone_name = g_strdup (zone_name);
  fill_all (self, TRUE);
}

void
weir_result_grid_set_series_column (WeirResultGrid *self,
                                    int             column)
{
  if (self->series_column == column)
    return;
  self->series_column = column;
  fill_all (self, TRUE);
}

void
weir_result_grid_set_shows_changes (WeirResultGrid *self,
                                    gboolean        shows_changes)
{
  self->shows_changes = shows_changes;
}

void
weir_result_grid_set_narrow (WeirResultGrid *self,
                             gboolean        narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  for (guint i = 0; i < self->columns->len; i++)
    apply_visibility (self->columns->pdata[i]);
  fill_all (self, TRUE);
}

static void
column_toggled_cb (WeirResultGrid *self,
                   GtkCheckButton *check)
{
  const char *title = gtk_check_button_get_label (check);

  for (guint i = 0; i < self->columns->len; i++)
    {
      Column *column = self->columns->pdata[i];

      if (strcmp (gtk_column_view_column_get_title (column->column), title) != 0)
        continue;
      column->wanted = column->kept = gtk_check_button_get_active (check);
      apply_visibility (column);
    }
}

GtkWidget *
weir_result_grid_create_columns_box (WeirResultGrid *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  for (guint i = 0; i < self->columns->len; i++)
    {
      Column    *column = self->columns->pdata[i];
      GtkWidget *check = gtk_check_button_new_with_label (gtk_column_view_column_get_title (column->column));

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), column->wanted && !gives_way (column));
      g_signal_connect_object (check, "toggled", G_CALLBACK (column_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), check);
    }
  return box;
}

WeirResultRow *
weir_result_grid_dup_selected (WeirResultGrid *self)
{
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (self->selection);

  if (gtk_bitset_is_empty (selected))
    return NULL;
  return g_list_model_get_item (G_LIST_MODEL (self->model), gtk_bitset_get_minimum (selected));
}

static void
append_row_text (WeirResultGrid *self,
                 WeirRowsView   *view,
                 guint           row,
                 GString        *out)
{
  guint n = view->klass->get_n_columns (view->data);

  for (guint c = 0; c < n; c++)
    {
      g_autofree char *text = weir_rows_view_dup_text (view, row, c, self->zone_name);

      if (c > 0)
        g_string_append_c (out, '\t');
      for (const char *p = text; p != NULL && *p != '\0'; p++)
        g_string_append_c (out, *p == '\t' || *p == '\n' || *p == '\r' ? ' ' : *p);
    }
  g_string_append_c (out, '\n');
}

char *
weir_result_grid_dup_text (WeirResultGrid *self)
{
  WeirRowsView         *view = weir_result_model_get_view (self->model);
  g_autoptr (GtkBitset) selected = gtk_selection_model_get_selection (self->selection);
  g_autoptr (GArray)    rows = weir_result_model_dup_rows (self->model);
  GString              *out = g_string_new (NULL);
  guint                 n_written = 0;

  if (view == NULL)
    return g_string_free (out, FALSE);
  for (guint c = 0; c < view->klass->get_n_columns (view->data); c++)
    g_string_append_printf (out, "%s%s", c > 0 ? "\t" : "", view->klass->get_column (view->data, c)->name);
  g_string_append_c (out, '\n');
  for (guint i = 0; i < rows->len && n_written < MAX_COPY_ROWS; i++)
    if (gtk_bitset_is_empty (selected) || gtk_bitset_contains (selected, i))
      {
        append_row_text (self, view, g_array_index (rows, guint, i), out);
        n_written++;
      }
  return g_string_free (out, FALSE);
}
