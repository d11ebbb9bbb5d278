/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which columns there are, how wide they stand, which of them the room and the user let show, and by which the rows are sorted.
 *
 * GTK 4.8 has no public way to ask a column view what it is sorted by. Each column therefore has a sorter that notes that it was
 * asked; comparing two probes through the view's sorter tells the column and, by the sign, the direction.
 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/results/result-format.h"
#include "ui/results/result-grid-private.h"
#include "ui/widgets/text-scale.h"

#define MAX_COLUMNS_SHOWN 12
#define LINE_WIDTH        640
#define FITTED_ROWS       20

void
_weir_grid_column_free (gpointer data)
{
  WeirGridColumn *column = data;

  g_clear_object (&column->column);
  g_free (column);
}

static int
probe_cb (gconstpointer a,
          gconstpointer b,
          gpointer      user_data)
{
  WeirGridColumn *column = user_data;

  column->table->probed = column;
  return -1;
}

void
_weir_result_grid_read_sort (WeirResultGrid *self)
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
gives_way (const WeirGridColumn *column)
{
  return column->kind == WEIR_GRID_COLUMN_UPDATED && column->table->crowded && !column->kept;
}

static void
apply_visibility (WeirGridColumn *column)
{
  gboolean narrow = column->table->narrow;
  double   scale = weir_text_scale (GTK_WIDGET (column->table));

  gtk_column_view_column_set_visible (column->column, column->wanted && !gives_way (column) && (!narrow || column->in_narrow));
  gtk_column_view_column_set_fixed_width (column->column, (int)(scale * (narrow ? column->narrow_width : column->width)));
  if (column->kind == WEIR_GRID_COLUMN_STATE && column->table->shows_changes)
    gtk_column_view_column_set_title (column->column, narrow ? "±" : _ ("change"));
}

void
_weir_result_grid_show_columns (WeirResultGrid *self)
{
  for (guint i = 0; i < self->columns->len; i++)
    apply_visibility (self->columns->pdata[i]);
}

/* Rather one column less than half a column: when it was read is the least of what a row says. */
static gboolean
fit_cb (gpointer user_data)
{
  WeirResultGrid *self = user_data;
  GtkAdjustment  *across = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  double          width = 0, scale = weir_text_scale (GTK_WIDGET (self));
  WeirGridColumn *updated = NULL;

  self->fit_id = 0;
  for (guint i = 0; i < self->columns->len; i++)
    {
      WeirGridColumn *column = self->columns->pdata[i];

      if (column->kind == WEIR_GRID_COLUMN_UPDATED)
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

void
_weir_result_grid_fit (WeirResultGrid *self)
{
  if (self->fit_id == 0 && gtk_widget_get_width (self->scroller) > 0)
    self->fit_id = g_idle_add (fit_cb, self);
}

static WeirGridColumn *
add_column (WeirResultGrid    *self,
            WeirGridColumnKind kind,
            const char        *title,
            int                width,
            guint              data_column,
            gboolean           numeric)
{
  WeirGridColumn *column = g_new0 (WeirGridColumn, 1);

  column->table = self;
  column->kind = kind;
  column->data_column = data_column;
  column->numeric = numeric;
  column->wanted = self->columns->len < MAX_COLUMNS_SHOWN;
  column->width = width;
  column->narrow_width = numeric ? 100 : 120;
  column->column = gtk_column_view_column_new (title, _weir_grid_column_new_factory (column));
  gtk_column_view_column_set_resizable (column->column, TRUE);
  if (kind == WEIR_GRID_COLUMN_DATA)
    {
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (probe_cb, column, NULL));

      gtk_column_view_column_set_sorter (column->column, sorter);
    }
  gtk_column_view_append_column (self->view, column->column);
  g_ptr_array_add (self->columns, column);
  return column;
}

/* Where it is narrow, the sign of the change; others make room for it. */
#define CHANGE_WIDTH 36

static void
add_change_column (WeirResultGrid *self)
{
  WeirGridColumn *column = add_column (self, WEIR_GRID_COLUMN_STATE, _ ("change"), 110, 0, FALSE);

  column->in_narrow = TRUE;
  column->narrow_width = CHANGE_WIDTH;
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

/* Of rows beside something else: as wide as the first of them are. */
static int
fitting_width (WeirResultGrid *self,
               WeirRowsView   *view,
               guint           column)
{
  WeirCellStyle style = _weir_result_grid_get_cell_style (self);
  guint         n = MIN (view->klass->get_n_rows (view->data), FITTED_ROWS);
  int           title = (int)g_utf8_strlen (view->klass->get_column (view->data, column)->name, -1) * 8 + 42;
  int           width = 0;

  for (guint row = 0; row < n; row++)
    {
      g_autofree char *text = weir_result_cell_text (view, row, column, &style);

      width = MAX (width, text != NULL ? (int)MIN (g_utf8_strlen (text, -1), 40) * 8 + 22 : 54);
    }
  return CLAMP (title, width, MAX (width, LINE_WIDTH / 2));
}

/* Past windows are written with their dates and need more room. */
static int
window_width (WeirResultGrid *self,
              WeirRowsView   *view)
{
  WeirCellStyle    style = _weir_result_grid_get_cell_style (self);
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
      WeirGridColumn *column = self->columns->pdata[i];
      GtkWidget      *box = gtk_widget_get_first_child (title);
      GtkWidget      *label = box != NULL ? gtk_widget_get_first_child (box) : NULL;
      GtkWidget      *arrow = label != NULL ? gtk_widget_get_next_sibling (label) : NULL;

      if (label == NULL || !column->numeric)
        continue;
      gtk_widget_set_halign (box, GTK_ALIGN_END);
      if (arrow != NULL)
        gtk_widget_insert_before (arrow, box, label);
    }
}

void
_weir_result_grid_clear_columns (WeirResultGrid *self)
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
      WeirGridColumn       *column = add_column (self, WEIR_GRID_COLUMN_DATA, info->name,
                                           self->plain ? fitting_width (self, view, i) : info->shape == WEIR_COLUMN_WINDOW ? window_width (self, view)
                                                                                                                                 : width_of (view, info),
                                                 i, numeric);

      column->in_narrow = window || (!numeric && !has_key && info->shape == WEIR_COLUMN_TEXT) || (numeric && !has_measure);
      column->narrow_width -= self->shows_changes && !window ? CHANGE_WIDTH / 2 : 0;
      has_key |= info->shape == WEIR_COLUMN_TEXT;
      has_measure |= numeric;
      if (i == 0 && self->shows_changes)
        add_change_column (self);
      else if (i == 0 && has_window && !self->plain)
        add_column (self, WEIR_GRID_COLUMN_STATE, _ ("state"), 100, 0, FALSE);
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
  WeirGridColumn *time = NULL;

  for (guint i = 0; i < self->columns->len; i++)
    {
      WeirGridColumn       *column = self->columns->pdata[i];
      const WeirColumnInfo *info = view->klass->get_column (view->data, column->data_column);

      if (column->kind != WEIR_GRID_COLUMN_DATA)
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

void
_weir_result_grid_update_columns (WeirResultGrid *self)
{
  WeirRowsView *view = weir_result_model_get_view (self->model);

  self->syncing_sort = TRUE;
  gtk_column_view_sort_by_column (self->view, NULL, GTK_SORT_ASCENDING);
  _weir_result_grid_clear_columns (self);
  self->syncing_sort = FALSE;
  if (view == NULL)
    return;
  add_data_columns (self, view);
  if (!self->plain)
    add_column (self, WEIR_GRID_COLUMN_UPDATED, _ ("updated"), 130, 0, FALSE);
  add_filler (self);
  _weir_result_grid_show_columns (self);
  align_titles (self);
  if (self->shows_changes)
    weir_result_model_set_sort (self->model, -1, TRUE);
  else
    {
      weir_result_model_set_sort (self->model, -1, FALSE);
      if (!self->plain)
        sort_by_time (self, view);
    }
  _weir_result_grid_fit (self);
}

static void
column_toggled_cb (WeirResultGrid *self,
                   GtkCheckButton *check)
{
  const char *title = gtk_check_button_get_label (check);

  for (guint i = 0; i < self->columns->len; i++)
    {
      WeirGridColumn *column = self->columns->pdata[i];

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
      WeirGridColumn *column = self->columns->pdata[i];
      GtkWidget      *check = gtk_check_button_new_with_label (gtk_column_view_column_get_title (column->column));

      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), column->wanted && !gives_way (column));
      g_signal_connect_object (check, "toggled", G_CALLBACK (column_toggled_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), check);
    }
  return box;
}
