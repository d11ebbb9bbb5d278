/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/main-window.h"

#include <glib/gi18n.h>

#include "ui/widgets/breakpoint-bin.h"
#include "ui/window/main-window-private.h"

#define SETTINGS_ID "io.github.weirapp.Weir"

G_DEFINE_FINAL_TYPE (WeirWindow, weir_window, ADW_TYPE_APPLICATION_WINDOW)

WeirDocument *
weir_window_get_document (WeirWindow *self)
{
  g_return_val_if_fail (WEIR_IS_WINDOW (self), NULL);
  return self->document;
}

WeirQueryPage *
weir_window_get_page (WeirWindow *self)
{
  GtkWidget *shown;

  g_return_val_if_fail (WEIR_IS_WINDOW (self), NULL);
  shown = self->stack != NULL ? gtk_stack_get_visible_child (self->stack) : NULL;
  return WEIR_IS_QUERY_PAGE (shown) ? WEIR_QUERY_PAGE (shown) : NULL;
}

gboolean
weir_window_get_is_fresh (WeirWindow *self)
{
  g_return_val_if_fail (WEIR_IS_WINDOW (self), FALSE);
  return weir_document_get_is_empty (self->document) && weir_document_get_file (self->document) == NULL &&
         !weir_document_get_modified (self->document);
}

void
weir_window_toast (WeirWindow *self,
                   const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_return_if_fail (WEIR_IS_WINDOW (self));
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

/* What was done can be taken back from the toast. */
void
_weir_window_toast_undo (WeirWindow *self,
                         const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  AdwToast        *toast = adw_toast_new (escaped);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, "win.undo");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
restart_needed_cb (WeirWindow *self)
{
  AdwToast *toast = adw_toast_new (_ ("Takes effect when the query runs again"));

  adw_toast_set_button_label (toast, _ ("_Run Again"));
  adw_toast_set_action_name (toast, "win.run");
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static char *
dup_zone (WeirWindow *self)
{
  g_autofree char *zone = g_settings_get_string (self->settings, "time-zone");

  return zone[0] != '\0' ? g_steal_pointer (&zone) : NULL;
}

/* Pages */

WeirQueryPage *
_weir_window_ensure_page (WeirWindow *self,
                          const char *name)
{
  WeirQueryPage   *page = g_hash_table_lookup (self->pages, name);
  g_autofree char *zone = NULL;

  if (page != NULL || weir_document_find_query (self->document, name) == NULL)
    return page;
  page = WEIR_QUERY_PAGE (weir_query_page_new (self->document, name));
  zone = dup_zone (self);
  weir_query_page_set_time_zone (page, zone);
  weir_query_page_set_folded (page, adw_leaflet_get_folded (self->leaflet));
  weir_query_page_show (page, weir_document_get_query (self->document, name) != NULL ? "results" : "design");
  g_signal_connect_object (page, "message", G_CALLBACK (weir_window_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "undoable", G_CALLBACK (_weir_window_toast_undo), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "restart-needed", G_CALLBACK (restart_needed_cb), self, G_CONNECT_SWAPPED);
  gtk_stack_add_child (self->stack, GTK_WIDGET (page));
  g_hash_table_insert (self->pages, g_strdup (name), page);
  return page;
}

static void
show_welcome (WeirWindow *self)
{
  gtk_stack_set_visible_child_name (self->stack, "welcome");
  weir_sidebar_select_query (self->sidebar, NULL);
  weir_welcome_page_refresh (self->welcome, g_settings_get_uint (self->settings, "recent-limit"));
  _weir_window_update_actions (self);
}

void
weir_window_select_query (WeirWindow *self,
                          const char *name)
{
  WeirQueryPage *page;

  g_return_if_fail (WEIR_IS_WINDOW (self));
  page = name != NULL ? _weir_window_ensure_page (self, name) : NULL;
  if (page == NULL)
    {
      show_welcome (self);
      return;
    }
  gtk_stack_set_visible_child (self->stack, GTK_WIDGET (page));
  weir_sidebar_select_query (self->sidebar, name);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  _weir_window_update_actions (self);
}

/* Pages of queries that are no longer in the text go; their runs stop. */
static void
queries_changed_cb (WeirWindow *self)
{
  g_auto (GStrv)   names = weir_document_list_queries (self->document);
  WeirQueryPage   *shown = weir_window_get_page (self);
  g_autofree char *shown_name = shown != NULL ? g_strdup (weir_query_page_get_name (shown)) : NULL;
  GHashTableIter   iter;
  gpointer         key, value;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!g_strv_contains ((const char *const *)names, key))
      {
        weir_document_stop_query (self->document, key);
        gtk_stack_remove (self->stack, value);
        g_hash_table_iter_remove (&iter);
      }
  if (shown_name == NULL || !g_hash_table_contains (self->pages, shown_name))
    weir_window_select_query (self, names[0]);
  _weir_window_update_actions (self);
}

static void
query_renamed_cb (WeirWindow *self,
                  const char *old_name,
                  const char *new_name)
{
  WeirQueryPage *page = g_hash_table_lookup (self->pages, old_name);

  if (page == NULL)
    return;
  g_hash_table_remove (self->pages, old_name);
  weir_query_page_set_name (page, new_name);
  g_hash_table_insert (self->pages, g_strdup (new_name), page);
}

static void
title_cb (WeirWindow *self)
{
  const char      *name = weir_document_get_title (self->document);
  gboolean         modified = weir_document_get_modified (self->document);
  gboolean         fresh = weir_window_get_is_fresh (self);
  g_autofree char *subtitle = fresh ? g_strdup ("") : g_strconcat (modified ? "• " : "", name, NULL);
  g_autofree char *title = fresh ? g_strdup ("Weir") : g_strdup_printf ("%s%s – Weir", modified ? "• " : "", name);

  adw_window_title_set_subtitle (self->title, subtitle);
  gtk_window_set_title (GTK_WINDOW (self), title);
  _weir_window_update_actions (self);
}

/* The template's callbacks */

static void
narrow_cb (WeirWindow *self)
{
  gboolean narrow = weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));

  adw_leaflet_set_can_unfold (self->leaflet, !narrow);
}

/* By its own width: were it told by the leaflet's, its form would decide whether the leaflet folds, and that its form. */
static void
welcome_narrow_cb (WeirWindow *self)
{
  weir_welcome_page_set_narrow (self->welcome, weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->welcome_bin)));
}

static void
folded_cb (WeirWindow *self)
{
  gboolean       folded = adw_leaflet_get_folded (self->leaflet);
  GHashTableIter iter;
  gpointer       page;

  adw_header_bar_set_show_end_title_buttons (self->side_header, folded);
  gtk_widget_set_visible (self->welcome_back, folded);
  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, &page))
    weir_query_page_set_folded (page, folded);
}

static void
search_changed_cb (WeirWindow *self)
{
  weir_sidebar_set_filter (self->sidebar, gtk_editable_get_text (GTK_EDITABLE (self->search_entry)));
}

static void
search_activate_cb (WeirWindow *self)
{
  /* The filter follows a moment after the last key; Enter is about what was typed. */
  search_changed_cb (self);
  weir_sidebar_focus_first (self->sidebar, TRUE);
}

static gboolean
search_key_cb (WeirWindow     *self,
               guint           keyval,
               guint           keycode,
               GdkModifierType state)
{
  return keyval == GDK_KEY_Down && weir_sidebar_focus_first (self->sidebar, FALSE);
}

static void
query_selected_cb (WeirWindow *self,
                   const char *name)
{
  weir_window_select_query (self, name);
}

static void
source_activated_cb (WeirWindow *self,
                     const char *name)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.edit-source", "s", name);
}

static void
open_recent_cb (WeirWindow *self,
                GFile      *file)
{
  weir_window_open (self, file);
}

static void
trouble_back_cb (WeirWindow *self)
{
  g_auto (GStrv) names = weir_document_list_queries (self->document);

  gtk_widget_set_visible (self->trouble, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->welcome), TRUE);
  weir_window_select_query (self, names[0]);
}

void
_weir_window_show_trouble (WeirWindow *self,
                           const char *title,
                           const char *text)
{
  g_autofree char *escaped_title = g_markup_escape_text (title, -1);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_title (ADW_STATUS_PAGE (self->trouble), escaped_title);
  adw_status_page_set_description (ADW_STATUS_PAGE (self->trouble), escaped);
  gtk_widget_set_visible (self->trouble, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->welcome), FALSE);
  gtk_stack_set_visible_child_name (self->stack, "welcome");
  weir_sidebar_select_query (self->sidebar, NULL);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  _weir_window_update_actions (self);
}

/* Settings */

static void
zone_cb (WeirWindow *self)
{
  g_autofree char *zone = dup_zone (self);
  GHashTableIter   iter;
  gpointer         page;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, NULL, &page))
    weir_query_page_set_time_zone (page, zone);
}

static void
result_rows_cb (WeirWindow *self)
{
  g_autofree char *rows = g_strdup_printf ("%u", g_settings_get_uint (self->settings, "result-max-rows"));

  weir_session_set_conf (weir_document_get_session (self->document), "weir.result.maxRows", rows, NULL);
}

static void
restore_size (WeirWindow *self)
{
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

static void
keep_size (WeirWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_boolean (self->settings, "window-maximized", gtk_window_is_maximized (GTK_WINDOW (self)));
  if (width < 360 || height < 294 || gtk_window_is_maximized (GTK_WINDOW (self)))
    return;
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
}

/* Closing */

/* When the dialog is gone: it holds on to the window it stands before. */
static gboolean
close_cb (gpointer user_data)
{
  gtk_window_close (user_data);
  return G_SOURCE_REMOVE;
}

static void
close_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   gpointer          user_data)
{
  WeirWindow *self = user_data;

  if (g_str_equal (response, "save"))
    {
      self->closing = TRUE;
      _weir_window_save (self, FALSE);
    }
  else if (g_str_equal (response, "discard"))
    {
      self->close_confirmed = TRUE;
      g_idle_add_full (G_PRIORITY_DEFAULT, close_cb, g_object_ref (self), g_object_unref);
    }
}

static void
ask_to_save (WeirWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Save Changes?"), NULL);

  /* TRANSLATORS: the name of a document */
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog), _ ("“%s” has changes that are not saved."), weir_document_get_title (self->document));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "discard", _ ("_Discard"), "save", _ ("_Save"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "save");
  g_signal_connect_object (dialog, "response", G_CALLBACK (close_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
close_request (GtkWindow *window)
{
  WeirWindow *self = WEIR_WINDOW (window);

  if (!self->close_confirmed && weir_document_get_modified (self->document) && !weir_document_get_is_empty (self->document))
    {
      ask_to_save (self);
      return TRUE;
    }
  keep_size (self);
  weir_draft_drop (self->draft);
  weir_document_stop_all (self->document);
  return GTK_WINDOW_CLASS (weir_window_parent_class)->close_request (window);
}

/* The object */

static void
dispose (GObject *object)
{
  WeirWindow *self = WEIR_WINDOW (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->pages, g_hash_table_unref);
  g_clear_object (&self->draft);
  g_clear_object (&self->settings);
  self->stack = NULL;
  G_OBJECT_CLASS (weir_window_parent_class)->dispose (object);
  g_clear_object (&self->document);
}

#define BIND(member)     gtk_widget_class_bind_template_child (widget_class, WeirWindow, member)
#define CALLBACK(member) gtk_widget_class_bind_template_callback (widget_class, member)

static void
weir_window_class_init (WeirWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  GTK_WINDOW_CLASS (class)->close_request = close_request;
  g_type_ensure (WEIR_TYPE_BREAKPOINT_BIN);
  g_type_ensure (WEIR_TYPE_SIDEBAR);
  g_type_ensure (WEIR_TYPE_WELCOME_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/weirapp/Weir/window/main-window.ui");
  BIND (toasts);
  BIND (bin);
  BIND (leaflet);
  BIND (side);
  BIND (content);
  BIND (stack);
  BIND (sidebar);
  BIND (search_bar);
  BIND (search_entry);
  BIND (side_header);
  BIND (welcome_header);
  BIND (title);
  BIND (welcome_back);
  BIND (welcome);
  BIND (welcome_bin);
  BIND (trouble);
  CALLBACK (narrow_cb);
  CALLBACK (folded_cb);
  CALLBACK (welcome_narrow_cb);
  CALLBACK (search_changed_cb);
  CALLBACK (search_activate_cb);
  CALLBACK (search_key_cb);
  CALLBACK (query_selected_cb);
  CALLBACK (source_activated_cb);
  CALLBACK (open_recent_cb);
  CALLBACK (trouble_back_cb);
}

static void
connect_document (WeirWindow *self)
{
  g_signal_connect_object (self->document, "queries-changed", G_CALLBACK (queries_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "query-renamed", G_CALLBACK (query_renamed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "query-changed", G_CALLBACK (_weir_window_update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "checked", G_CALLBACK (title_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "message", G_CALLBACK (weir_window_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "notify::title", G_CALLBACK (title_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "notify::modified", G_CALLBACK (title_cb), self, G_CONNECT_SWAPPED);
}

static void
add_shortcuts (WeirWindow *self)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/weirapp/Weir/window/shortcuts.ui");

  gtk_application_window_set_help_overlay (GTK_APPLICATION_WINDOW (self), GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "help_overlay")));
}

static void
weir_window_init (WeirWindow *self)
{
  self->settings = g_settings_new (SETTINGS_ID);
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->document = weir_document_new ();
  self->draft = weir_draft_new (self->document, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_shortcuts (self);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar), GTK_EDITABLE (self->search_entry));
  weir_sidebar_set_document (self->sidebar, self->document);
  _weir_window_add_actions (self);
  _weir_window_add_drop_target (self);
  connect_document (self);
  g_signal_connect_object (self->settings, "changed::time-zone", G_CALLBACK (zone_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::result-max-rows", G_CALLBACK (result_rows_cb), self, G_CONNECT_SWAPPED);
  result_rows_cb (self);
  restore_size (self);
  title_cb (self);
  show_welcome (self);
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  weir_welcome_page_grab_default (self->welcome);
}

WeirWindow *
weir_window_new (GtkApplication *application)
{
  return g_object_new (WEIR_TYPE_WINDOW, "application", application, NULL);
}
