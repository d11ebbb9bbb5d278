/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/help-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/window/help-text.h"

struct _WeirHelpWindow
{
  AdwWindow       parent_instance;
  GtkApplication *application; /* not owned: it owns the windows */
  AdwLeaflet     *leaflet;
  GtkStack       *stack;
  GtkListBox     *list;
  GtkWidget      *back;
  AdwHeaderBar   *list_header, *header;
  AdwWindowTitle *title;
};

G_DEFINE_FINAL_TYPE (WeirHelpWindow, weir_help_window, ADW_TYPE_WINDOW)

/* ---- a page -------------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_text (const char *text,
           const char *css_class,
           gboolean    first)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  if (!first && g_strcmp0 (css_class, "title-4") == 0)
    gtk_widget_set_margin_top (label, 12);
  return label;
}

static GtkWidget *
make_code (const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *label = make_text (text, "monospace", TRUE);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "help-code");
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

static GtkWidget *
make_keys (WeirHelpWindow *self,
           const char     *action)
{
  g_auto (GStrv) accels = gtk_application_get_accels_for_action (self->application, action);
  GtkWidget     *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *title = gtk_label_new (weir_help_title_of (action));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (row), title);
  if (accels[0] != NULL)
    gtk_box_append (GTK_BOX (row), gtk_shortcut_label_new (accels[0]));
  return row;
}

static GtkWidget *
make_page (WeirHelpWindow     *self,
           const WeirHelpPage *page)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *clamp = adw_clamp_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);

  for (guint i = 0; page->paragraphs[i] != NULL; i++)
    {
      const char *text = page->paragraphs[i];
      GtkWidget  *widget;

      if (g_str_has_prefix (text, "> "))
        widget = make_code (text + 2);
      else if (g_str_has_prefix (text, "! "))
        widget = make_keys (self, text + 2);
      else if (g_str_has_prefix (text, "# "))
        widget = make_text (g_str_has_prefix (_ (text), "# ") ? _ (text) + 2 : _ (text), "title-4", i == 0);
      else
        widget = make_text (_ (text), NULL, FALSE);
      gtk_box_append (GTK_BOX (box), widget);
    }
  gtk_widget_set_margin_top (box, 24);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 560);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_set_hexpand (scroller, TRUE);
  return scroller;
}

/* ---- the window ---------------------------------------------------------------------------------------------------- */

static void
selected_cb (WeirHelpWindow *self,
             GtkListBoxRow  *row)
{
  guint               n;
  const WeirHelpPage *pages = weir_help_list_pages (&n);
  int                 at = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  if (at < 0 || (guint)at >= n)
    return;
  gtk_stack_set_visible_child_name (self->stack, pages[at].name);
  adw_window_title_set_title (self->title, _ (pages[at].title));
}

static void
activated_cb (WeirHelpWindow *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
}

static void
back_cb (WeirHelpWindow *self)
{
  adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_BACK);
}

static void
folded_cb (WeirHelpWindow *self)
{
  gboolean folded = adw_leaflet_get_folded (self->leaflet);

  gtk_widget_set_visible (self->back, folded);
  adw_header_bar_set_show_end_title_buttons (self->list_header, folded);
  adw_header_bar_set_show_start_title_buttons (self->header, folded);
}

static GtkWidget *
make_side (WeirHelpWindow *self)
{
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  guint               n;
  const WeirHelpPage *pages = weir_help_list_pages (&n);

  self->list_header = ADW_HEADER_BAR (adw_header_bar_new ());
  adw_header_bar_set_title_widget (self->list_header, adw_window_title_new (_ ("Help"), ""));
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "navigation-sidebar");
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *label = gtk_label_new (_ (pages[i].title));

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_list_box_append (self->list, label);
    }
  gtk_widget_set_vexpand (GTK_WIDGET (self->list), TRUE);
  gtk_widget_set_size_request (box, 200, -1);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list_header));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->list));
  return box;
}

static GtkWidget *
make_content (WeirHelpWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->header = ADW_HEADER_BAR (adw_header_bar_new ());
  self->title = ADW_WINDOW_TITLE (adw_window_title_new ("", ""));
  adw_header_bar_set_title_widget (self->header, GTK_WIDGET (self->title));
  self->back = gtk_button_new_from_icon_name ("go-previous-symbolic");
  gtk_widget_set_tooltip_text (self->back, _ ("Back"));
  g_signal_connect_swapped (self->back, "clicked", G_CALLBACK (back_cb), self);
  adw_header_bar_pack_start (self->header, self->back);
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->header));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));
  return box;
}

static void
weir_help_window_class_init (WeirHelpWindowClass *class)
{
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
weir_help_window_init (WeirHelpWindow *self)
{
  GtkWidget *separator = gtk_separator_new (GTK_ORIENTATION_VERTICAL), *side = make_side (self), *content = make_content (self);

  self->leaflet = ADW_LEAFLET (adw_leaflet_new ());
  adw_leaflet_append (self->leaflet, side);
  adw_leaflet_page_set_navigatable (adw_leaflet_append (self->leaflet, separator), FALSE);
  adw_leaflet_append (self->leaflet, content);
  adw_leaflet_set_can_navigate_back (self->leaflet, TRUE);
  adw_window_set_content (ADW_WINDOW (self), GTK_WIDGET (self->leaflet));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Help"));
  gtk_window_set_default_size (GTK_WINDOW (self), 780, 620);
  gtk_widget_set_size_request (GTK_WIDGET (self), 340, 294);
  g_signal_connect_swapped (self->list, "row-selected", G_CALLBACK (selected_cb), self);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (activated_cb), self);
  g_signal_connect_swapped (self->leaflet, "notify::folded", G_CALLBACK (folded_cb), self);
  folded_cb (self);
}

GtkWidget *
weir_help_window_new (GtkApplication *application)
{
  WeirHelpWindow     *self = g_object_new (WEIR_TYPE_HELP_WINDOW, "application", application, NULL);
  guint               n;
  const WeirHelpPage *pages = weir_help_list_pages (&n);

  self->application = application;
  for (guint i = 0; i < n; i++)
    gtk_stack_add_named (self->stack, make_page (self, &pages[i]), pages[i].name);
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
  return GTK_WIDGET (self);
}

void
weir_help_window_show_page (WeirHelpWindow *self,
                            const char     *name)
{
  guint               n;
  const WeirHelpPage *pages = weir_help_list_pages (&n);

  g_return_if_fail (WEIR_IS_HELP_WINDOW (self));
  for (guint i = 0; i < n; i++)
    if (g_str_equal (pages[i].name, name))
      {
        gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, (int)i));
        adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
      }
}
