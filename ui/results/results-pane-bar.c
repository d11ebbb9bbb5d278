/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/results-pane-private.h"

/*
 * The bar above the table: a filter, which rows there are, how many, which columns, export. Where it is narrow the rows are chosen in the
 * menu of the columns.
 */

static const struct
{
  const char *action, *label, *tooltip;
} modes[] = {
  { "results.rows::table", N_ ("Table"), N_ ("Show All Rows of the Result") },
  { "results.rows::changes", N_ ("Changes"), N_ ("Show What the Newest Batches Added, Changed and Removed") },
  { "results.rows::last-batch", N_ ("Last Batch"), N_ ("Show the Rows the Newest Batch Wrote") },
};

static void
search_changed_cb (WeirResultsPane *self)
{
  weir_result_model_set_filter (self->model, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
add_modes (GtkWidget *box)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      GtkWidget *check = gtk_check_button_new_with_label (_ (modes[i].label));

      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (check), modes[i].action);
      gtk_widget_set_tooltip_text (check, _ (modes[i].tooltip));
      gtk_box_append (GTK_BOX (box), check);
    }
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
}

static void
popup_cb (GtkMenuButton *button,
          gpointer       user_data)
{
  WeirResultsPane *self = user_data;
  GtkWidget       *popover = gtk_popover_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget       *scroller = gtk_scrolled_window_new ();

  if (!gtk_widget_get_visible (self->modes))
    add_modes (box);
  gtk_box_append (GTK_BOX (box), weir_result_grid_create_columns_box (self->table));
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 400);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), box);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  gtk_menu_button_set_popover (button, popover);
}

static GtkWidget *
modes_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (modes[i].label));

      gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), modes[i].action);
      gtk_widget_set_tooltip_text (button, _ (modes[i].tooltip));
      if (i > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), GTK_TOGGLE_BUTTON (gtk_widget_get_first_child (box)));
      gtk_box_append (GTK_BOX (box), button);
    }
  return box;
}

void
_weir_results_pane_set_bar_narrow (WeirResultsPane *self,
                                   gboolean         narrow)
{
  if (narrow)
    gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->columns_button), "view-list-symbolic");
  else
    gtk_menu_button_set_label (GTK_MENU_BUTTON (self->columns_button), C_ ("table", "Columns"));
  gtk_widget_set_tooltip_text (self->columns_button, narrow ? _ ("Choose the Rows and Columns Shown") : _ ("Choose the Columns Shown"));
  gtk_widget_set_hexpand (self->search, narrow);
  gtk_widget_set_visible (self->modes, !narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->count), !narrow);
}

GtkWidget *
_weir_results_pane_bar_new (WeirResultsPane *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->search = gtk_search_entry_new ();
  g_object_set (self->search, "placeholder-text", _ ("Filter rows"), "width-chars", 8, "max-width-chars", 24, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Filter Rows"), -1);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (search_changed_cb), self);
  self->modes = modes_new ();
  self->count = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->count, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->count, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self->count), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->count), "numeric");
  self->columns_button = gtk_menu_button_new ();
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->columns_button), popup_cb, self, NULL);
  gtk_widget_add_css_class (self->columns_button, "flat");
  self->export_button = gtk_button_new_from_icon_name ("document-save-symbolic");
  gtk_widget_add_css_class (self->export_button, "flat");
  gtk_widget_set_tooltip_text (self->export_button, _ ("Export Rows…"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->export_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Export Rows"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->export_button), "results.export");

  gtk_box_append (GTK_BOX (bar), self->search);
  gtk_box_append (GTK_BOX (bar), self->modes);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->count));
  gtk_box_append (GTK_BOX (bar), self->columns_button);
  gtk_box_append (GTK_BOX (bar), self->export_button);
  gtk_widget_add_css_class (bar, "weir-bar-row");
  _weir_results_pane_set_bar_narrow (self, FALSE);
  return bar;
}
