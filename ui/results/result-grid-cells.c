/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values are written into cells in place. Bound cells are kept in a set; when the model says that values changed, each compares the
 * version of its row's page with the one it has shown and reads its text again only when they differ.
 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/result-cell.h"
#include "ui/results/result-grid-private.h"

typedef struct
{
  WeirGridColumn *column; /* Borrowed */
  WeirResultCell *widget; /* Borrowed: child of the list item */
  WeirResultRow  *row;    /* Owned while bound */
  guint64         seen;
} Cell;

WeirCellStyle
_weir_result_grid_get_cell_style (WeirResultGrid *self)
{
  return (WeirCellStyle){ self->zone, self->zone_name, g_get_real_time (), self->narrow };
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
  WeirChange       change = view->klass->get_change (view->data, row);
  const char      *word = change_word (change);
  gsize            sign_length = strcspn (word, " ");
  g_autofree char *sign = cell->column->table->narrow ? g_strndup (word, sign_length) : NULL;

  weir_result_cell_set_glyph (cell->widget, WEIR_GLYPH_NONE);
  weir_result_cell_set_text (cell->widget, sign != NULL ? sign : word, change == WEIR_CHANGE_REMOVED);
  weir_result_cell_set_label (cell->widget, word[sign_length] != '\0' ? word + sign_length + 1 : word);
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
  if (cell->column->kind == WEIR_GRID_COLUMN_STATE)
    {
      if (self->shows_changes)
        fill_change (cell, view, row);
      else
        fill_state (cell, view, row);
      return;
    }
  version = view->klass->get_page_version (view->data, row / WEIR_SNAPSHOT_PAGE_ROWS);
  if (cell->column->kind == WEIR_GRID_COLUMN_DATA && self->narrow && cell->column->data_column == 0 && weir_rows_view_has_window (view))
    weir_result_cell_set_glyph (cell->widget, view->klass->is_final (view->data, row) ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN);
  if (!all && cell->seen == version)
    return;
  cell->seen = version;
  if (cell->column->kind == WEIR_GRID_COLUMN_UPDATED)
    {
      fill_updated (cell, view, row);
      return;
    }
  style = _weir_result_grid_get_cell_style (self);
  text = weir_result_cell_text (view, row, cell->column->data_column, &style);
  weir_result_cell_set_text (cell->widget, text, FALSE);
  fill_marker (cell, text);
}

void
_weir_result_grid_fill_all (WeirResultGrid *self,
                            gboolean        all)
{
  GHashTableIter iter;
  gpointer       cell;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    fill_cell (cell, all);
}

void
_weir_result_grid_fill_updated (WeirResultGrid *self)
{
  GHashTableIter iter;
  gpointer       key;

  g_hash_table_iter_init (&iter, self->bound);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (((Cell *)key)->column->kind == WEIR_GRID_COLUMN_UPDATED)
      fill_cell (key, TRUE);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          WeirGridColumn           *column)
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
         WeirGridColumn           *column)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "weir-cell");

  g_set_object (&cell->row, gtk_list_item_get_item (item));
  g_hash_table_add (column->table->bound, cell);
  fill_cell (cell, TRUE);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           WeirGridColumn           *column)
{
  Cell *cell = g_object_get_data (G_OBJECT (item), "weir-cell");

  g_hash_table_remove (column->table->bound, cell);
  g_clear_object (&cell->row);
}

GtkListItemFactory *
_weir_grid_column_new_factory (WeirGridColumn *column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), column);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), column);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), column);
  return factory;
}
