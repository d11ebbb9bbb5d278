/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/result-grid-private.h"

#define MAX_COPY_ROWS 100000

G_DEFINE_FINAL_TYPE (WeirResultGrid, weir_result_grid, GTK_TYPE_WIDGET)

enum
{
  ROW_ACTIVATED,
  SELECTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
values_changed_cb (WeirResultGrid *self,
                   gboolean        all)
{
  _weir_result_grid_fill_all (self, all);
}

static void
colors_changed_cb (WeirResultGrid *self)
{
  if (self->series_column >= 0)
    _weir_result_grid_fill_all (self, TRUE);
}

static gboolean
ago_cb (gpointer user_data)
{
  _weir_result_grid_fill_updated (user_data);
  return G_SOURCE_CONTINUE;
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
      _weir_result_grid_clear_columns (self);
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
  self->columns = g_ptr_array_new_with_free_func (_weir_grid_column_free);
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
  g_signal_connect_object (gtk_column_view_get_sorter (self->view), "changed", G_CALLBACK (_weir_result_grid_read_sort), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->view, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_object (gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (self->scroller)), "notify::page-size",
                           G_CALLBACK (_weir_result_grid_fit), self, G_CONNECT_SWAPPED);
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
  g_signal_connect_object (model, "columns-changed", G_CALLBACK (_weir_result_grid_update_columns), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (colors, "changed", G_CALLBACK (colors_changed_cb), self, G_CONNECT_SWAPPED);
  _weir_result_grid_update_columns (self);
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
  _weir_result_grid_fill_all (self, TRUE);
}

void
weir_result_grid_set_series_column (WeirResultGrid *self,
                                    int             column)
{
  if (self->series_column == column)
    return;
  self->series_column = column;
  _weir_result_grid_fill_all (self, TRUE);
}

void
weir_result_grid_set_shows_changes (WeirResultGrid *self,
                                    gboolean        shows_changes)
{
  self->shows_changes = shows_changes;
}

void
weir_result_grid_set_plain (WeirResultGrid *self)
{
  g_return_if_fail (WEIR_IS_RESULT_GRID (self));
  self->plain = TRUE;
}

void
weir_result_grid_set_narrow (WeirResultGrid *self,
                             gboolean        narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  _weir_result_grid_show_columns (self);
  _weir_result_grid_fill_all (self, TRUE);
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
