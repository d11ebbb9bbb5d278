/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/sidebar.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/window/sidebar-row.h"

struct _WeirSidebar
{
  GtkWidget parent_instance;

  WeirDocument *document;
  GtkWidget    *scroller;
  GtkListBox   *queries;
  GtkListBox   *sources;
  GtkWidget    *no_queries;
  GtkWidget    *no_sources;
  char         *filter;
  char         *selected;
  gboolean      quiet; /* a selection made by the program */
  guint         timer;
};

enum
{
  QUERY_SELECTED,
  SOURCE_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WeirSidebar, weir_sidebar, GTK_TYPE_WIDGET)

static WeirSidebarRow *
find_row (GtkListBox *list,
          const char *name)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    if (g_strcmp0 (weir_sidebar_row_get_name (WEIR_SIDEBAR_ROW (row)), name) == 0)
      return WEIR_SIDEBAR_ROW (row);
  return NULL;
}

/* Rows that stay are kept: they have their sparklines. */
static void
update_list (WeirSidebar *self,
             GtkListBox  *list,
             char       **names,
             gboolean     is_source)
{
  GtkListBoxRow *row;
  guint          i;

  for (i = 0; names[i] != NULL; i++)
    {
      WeirSidebarRow *known = find_row (list, names[i]);
      GtkWidget      *widget;

      if (known != NULL && gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (known)) == (int)i)
        continue;
      widget = known != NULL ? g_object_ref (GTK_WIDGET (known)) : g_object_ref_sink (weir_sidebar_row_new (self->document, names[i], is_source));
      if (known != NULL)
        gtk_list_box_remove (list, widget);
      gtk_list_box_insert (list, widget, (int)i);
      g_object_unref (widget);
    }
  while ((row = gtk_list_box_get_row_at_index (list, (int)i)) != NULL)
    gtk_list_box_remove (list, GTK_WIDGET (row));
}

static void
apply_selection (WeirSidebar *self)
{
  WeirSidebarRow *row = self->selected != NULL ? find_row (self->queries, self->selected) : NULL;

  self->quiet = TRUE;
  gtk_list_box_select_row (self->queries, (GtkListBoxRow *)row);
  self->quiet = FALSE;
}

static void
update (WeirSidebar *self)
{
  g_auto (GStrv) queries = weir_document_list_queries (self->document);
  g_auto (GStrv) sources = weir_document_list_sources (self->document);

  self->quiet = TRUE;
  update_list (self, self->queries, queries, FALSE);
  update_list (self, self->sources, sources, TRUE);
  self->quiet = FALSE;
  gtk_widget_set_visible (self->no_queries, queries[0] == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->queries), queries[0] != NULL);
  gtk_widget_set_visible (self->no_sources, sources[0] == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->sources), sources[0] != NULL);
  apply_selection (self);
}

static gboolean
refresh_cb (gpointer data)
{
  WeirSidebar   *self = data;
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->queries, i)) != NULL; i++)
    weir_sidebar_row_refresh (WEIR_SIDEBAR_ROW (row));
  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->sources, i)) != NULL; i++)
    weir_sidebar_row_refresh (WEIR_SIDEBAR_ROW (row));
  return G_SOURCE_CONTINUE;
}

static void
query_changed_cb (WeirSidebar *self,
                  const char  *name)
{
  WeirSidebarRow *row = find_row (self->queries, name);

  if (row != NULL)
    weir_sidebar_row_refresh (row);
}

static void
query_renamed_cb (WeirSidebar *self,
                  const char  *old_name,
                  const char  *new_name)
{
  WeirSidebarRow *row = find_row (self->queries, old_name);

  if (row != NULL)
    weir_sidebar_row_rename (row, new_name);
  if (g_strcmp0 (self->selected, old_name) == 0)
    {
      g_free (self->selected);
      self->selected = g_strdup (new_name);
    }
}

static void
row_selected_cb (GtkListBox    *list,
                 GtkListBoxRow *row,
                 WeirSidebar   *self)
{
  if (row == NULL || self->quiet)
    return;
  g_free (self->selected);
  self->selected = g_strdup (weir_sidebar_row_get_name (WEIR_SIDEBAR_ROW (row)));
  g_signal_emit (self, signals[QUERY_SELECTED], 0, self->selected);
}

/* A click on the selected row matters too: in the folded form it leads to the page. */
static void
row_activated_cb (GtkListBox    *list,
                  GtkListBoxRow *row,
                  WeirSidebar   *self)
{
  if (list == self->sources)
    g_signal_emit (self, signals[SOURCE_ACTIVATED], 0, weir_sidebar_row_get_name (WEIR_SIDEBAR_ROW (row)));
  else
    g_signal_emit (self, signals[QUERY_SELECTED], 0, weir_sidebar_row_get_name (WEIR_SIDEBAR_ROW (row)));
}

static gboolean
filter_cb (GtkListBoxRow *row,
           gpointer       data)
{
  WeirSidebar     *self = data;
  g_autofree char *name = NULL;

  if (self->filter == NULL)
    return TRUE;
  name = g_utf8_casefold (weir_sidebar_row_get_name (WEIR_SIDEBAR_ROW (row)), -1);
  return strstr (name, self->filter) != NULL;
}

void
weir_sidebar_set_filter (WeirSidebar *self,
                         const char  *text)
{
  g_return_if_fail (WEIR_IS_SIDEBAR (self));
  g_free (self->filter);
  self->filter = text != NULL && text[0] != '\0' ? g_utf8_casefold (text, -1) : NULL;
  gtk_list_box_invalidate_filter (self->queries);
  gtk_list_box_invalidate_filter (self->sources);
}

static GtkListBoxRow *
find_first (GtkListBox *list)
{
  GtkListBoxRow *row;

  for (int i = 0; gtk_widget_get_visible (GTK_WIDGET (list)) && (row = gtk_list_box_get_row_at_index (list, i)) != NULL; i++)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
      return row;
  return NULL;
}

gboolean
weir_sidebar_focus_first (WeirSidebar *self,
                          gboolean     activate)
{
  GtkListBoxRow *row;

  g_return_val_if_fail (WEIR_IS_SIDEBAR (self), FALSE);
  row = find_first (self->queries);
  if (row == NULL)
    row = find_first (self->sources);
  if (row == NULL)
    return FALSE;
  gtk_widget_grab_focus (GTK_WIDGET (row));
  if (activate)
    gtk_widget_activate (GTK_WIDGET (row));
  return TRUE;
}

void
weir_sidebar_select_query (WeirSidebar *self,
                           const char  *name)
{
  g_return_if_fail (WEIR_IS_SIDEBAR (self));
  if (self->selected != name)
    {
      g_free (self->selected);
      self->selected = g_strdup (name);
    }
  apply_selection (self);
}

void
weir_sidebar_set_document (WeirSidebar  *self,
                           WeirDocument *document)
{
  g_return_if_fail (WEIR_IS_SIDEBAR (self) && WEIR_IS_DOCUMENT (document));
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_set_object (&self->document, document);
  g_signal_connect_object (document, "queries-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "query-changed", G_CALLBACK (query_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "query-renamed", G_CALLBACK (query_renamed_cb), self, G_CONNECT_SWAPPED);
  update (self);
}

static void
map (GtkWidget *widget)
{
  WeirSidebar *self = WEIR_SIDEBAR (widget);

  GTK_WIDGET_CLASS (weir_sidebar_parent_class)->map (widget);
  self->timer = g_timeout_add (1000, refresh_cb, self);
}

static void
unmap (GtkWidget *widget)
{
  WeirSidebar *self = WEIR_SIDEBAR (widget);

  g_clear_handle_id (&self->timer, g_source_remove);
  GTK_WIDGET_CLASS (weir_sidebar_parent_class)->unmap (widget);
}

static void
dispose (GObject *object)
{
  WeirSidebar *self = WEIR_SIDEBAR (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->filter, g_free);
  g_clear_pointer (&self->selected, g_free);
  G_OBJECT_CLASS (weir_sidebar_parent_class)->dispose (object);
}

static void
weir_sidebar_class_init (WeirSidebarClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->map = map;
  widget_class->unmap = unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "weirsidebar");
  signals[QUERY_SELECTED] = g_signal_new ("query-selected", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SOURCE_ACTIVATED] = g_signal_new ("source-activated", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkListBox *
add_section (WeirSidebar *self,
             GtkBox      *box,
             const char  *title,
             GtkWidget  **none)
{
  GtkWidget *heading = gtk_label_new (title);
  GtkWidget *list = gtk_list_box_new (), *no_match = gtk_label_new (_ ("None found"));

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_add_css_class (heading, "dim-label");
  gtk_widget_set_margin_top (heading, 12);
  gtk_widget_set_margin_start (heading, 18);
  *none = gtk_label_new (_ ("None yet"));
  gtk_label_set_xalign (GTK_LABEL (*none), 0);
  gtk_widget_add_css_class (*none, "dim-label");
  gtk_widget_set_margin_top (*none, 6);
  gtk_widget_set_margin_start (*none, 18);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (list), filter_cb, self, NULL);
  gtk_label_set_xalign (GTK_LABEL (no_match), 0);
  gtk_widget_add_css_class (no_match, "dim-label");
  gtk_widget_set_margin_start (no_match, 12);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), no_match);
  g_signal_connect (list, "row-activated", G_CALLBACK (row_activated_cb), self);
  gtk_box_append (box, heading);
  gtk_box_append (box, *none);
  gtk_box_append (box, list);
  return GTK_LIST_BOX (list);
}

static void
weir_sidebar_init (WeirSidebar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  self->queries = add_section (self, GTK_BOX (box), _ ("Queries"), &self->no_queries);
  self->sources = add_section (self, GTK_BOX (box), _ ("Sources"), &self->no_sources);
  gtk_list_box_set_selection_mode (self->sources, GTK_SELECTION_NONE);
  g_signal_connect (self->queries, "row-selected", G_CALLBACK (row_selected_cb), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
weir_sidebar_new (void)
{
  return g_object_new (WEIR_TYPE_SIDEBAR, NULL);
}
