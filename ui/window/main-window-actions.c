/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "engine/engine.h"
#include "ui/source/source-dialog.h"
#include "ui/window/main-window-private.h"
#include "ui/window/query-state.h"

static const char *
get_name (WeirWindow *self)
{
  WeirQueryPage *page = weir_window_get_page (self);

  return page != NULL ? weir_query_page_get_name (page) : NULL;
}

static void
new_action (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  gtk_window_present (GTK_WINDOW (weir_window_new (gtk_window_get_application (GTK_WINDOW (user_data)))));
}

static void
open_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  _weir_window_ask_open (user_data);
}

static void
save_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  _weir_window_save (user_data, FALSE);
}

static void
save_as_action (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  _weir_window_save (user_data, TRUE);
}

static void
demo_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  weir_window_show_demo (user_data);
}

static void
source_added_cb (WeirWindow *self,
                 const char *table,
                 const char *query)
{
  if (query != NULL && query[0] != '\0')
    weir_window_select_query (self, query);
}

static WeirSourceDialog *
show_source_dialog (WeirWindow *self,
                    const char *table)
{
  WeirSourceDialog *dialog;

  if (weir_document_get_read_only (self->document))
    {
      weir_window_toast (self, _ ("This document cannot be edited."));
      return NULL;
    }
  dialog = weir_source_dialog_new (GTK_WINDOW (self), self->document, table);
  g_signal_connect_object (dialog, "added", G_CALLBACK (source_added_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

void
_weir_window_add_data_file (WeirWindow *self,
                            GFile      *file)
{
  WeirSourceDialog *dialog = g_file_peek_path (file) != NULL ? show_source_dialog (self, NULL) : NULL;

  if (dialog != NULL)
    weir_source_dialog_open_path (dialog, g_file_peek_path (file));
  else if (g_file_peek_path (file) == NULL)
    weir_window_toast (self, _ ("Only files on this computer can be read."));
}

static void
add_source_action (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  show_source_dialog (user_data, NULL);
}

static void
edit_source_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  show_source_dialog (user_data, g_variant_get_string (parameter, NULL));
}

static char *
make_query_name (WeirWindow *self)
{
  for (guint i = 1;; i++)
    {
      g_autofree char *name = g_strdup_printf ("query_%u", i);

      if (weir_document_find_query (self->document, name) == NULL)
        return g_steal_pointer (&name);
    }
}

/* A query needs a source to read: without one, that is asked for first. */
static void
add_query_action (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  WeirWindow      *self = user_data;
  g_auto (GStrv)   sources = NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;
  g_autofree char *new_text = NULL;
  WeirRange        range;

  weir_document_check_now (self->document);
  sources = weir_document_list_sources (self->document);
  if (sources[0] == NULL)
    {
      g_action_group_activate_action (G_ACTION_GROUP (self), "add-source", NULL);
      return;
    }
  name = make_query_name (self);
  text = weir_document_dup_text (self->document);
  new_text = weir_script_add_query (text, name, sources[g_strv_length (sources) - 1], &range);
  if (new_text == NULL)
    return;
  weir_document_replace_text (self->document, new_text);
  weir_document_check_now (self->document);
  weir_window_select_query (self, name);
}

static void
run_action (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  const char *name = get_name (user_data);

  if (name != NULL)
    _weir_window_run (user_data, name);
}

static void
run_all_action (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  _weir_window_run_all (user_data);
}

static void
stop_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirWindow *self = user_data;
  const char *name = get_name (self);

  if (name != NULL)
    weir_document_stop_query (self->document, name);
}

static void
stop_all_action (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  weir_document_stop_all (WEIR_WINDOW (user_data)->document);
}

static void
step_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirWindow *self = user_data;
  WeirQuery  *query = weir_document_get_query (self->document, get_name (self));

  if (query != NULL && weir_query_state_is_active (query))
    weir_query_step (query);
}

static void
pause_action (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_results_pane_set_paused (weir_query_page_get_results (page), !weir_results_pane_get_paused (weir_query_page_get_results (page)));
}

/* Views of the query have the names of their actions. */
static void
view_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_query_page_go_to (page, g_action_get_name (G_ACTION (action)));
}

static void
show_late_action (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_query_page_show_samples (page, WEIR_SAMPLE_LATE);
}

static void
show_bad_action (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_query_page_show_samples (page, WEIR_SAMPLE_BAD);
}

static void
show_newest_action (GSimpleAction *action,
                    GVariant      *parameter,
                    gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    weir_query_page_show_samples (page, WEIR_SAMPLE_NEWEST);
}

static void
search_action (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  WeirWindow *self = user_data;

  adw_leaflet_set_visible_child (self->leaflet, self->side);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  gtk_widget_grab_focus (self->search_entry);
}

/* In the rows of the page; on Welcome, in the sidebar. */
static void
find_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page == NULL)
    {
      search_action (action, parameter, user_data);
      return;
    }
  weir_query_page_show (page, "results");
  weir_results_pane_find (weir_query_page_get_results (page));
}

static void
export_action (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  WeirQueryPage *page = weir_window_get_page (user_data);

  if (page != NULL)
    gtk_widget_activate_action (GTK_WIDGET (weir_query_page_get_results (page)), "results.export", NULL);
}

static void
back_action (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  WeirWindow *self = user_data;

  adw_leaflet_set_visible_child (self->leaflet, self->side);
}

static void
toggle_sidebar_action (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  WeirWindow *self = user_data;

  if (adw_leaflet_get_folded (self->leaflet))
    adw_leaflet_set_visible_child (self->leaflet, adw_leaflet_get_visible_child (self->leaflet) == self->side ? self->content : self->side);
  else
    gtk_widget_set_visible (self->side, !gtk_widget_get_visible (self->side));
}

/* The query @by places further down, round the end. */
static void
select_neighbour (WeirWindow *self,
                  int         by)
{
  g_auto (GStrv) names = weir_document_list_queries (self->document);
  const char    *name = get_name (self);
  int            n = (int)g_strv_length (names), at = 0;

  while (at < n && g_strcmp0 (names[at], name) != 0)
    at++;
  if (n > 0)
    weir_window_select_query (self, names[at == n ? 0 : (at + by + n) % n]);
}

static void
next_query_action (GSimpleAction *action,
                   GVariant      *parameter,
                   gpointer       user_data)
{
  select_neighbour (user_data, 1);
}

static void
previous_query_action (GSimpleAction *action,
                       GVariant      *parameter,
                       gpointer       user_data)
{
  select_neighbour (user_data, -1);
}

/* The name after CREATE STREAMING QUERY, as written; FALSE when the query has none. */
static gboolean
find_name (const char *text,
           WeirRange   statement,
           WeirRange  *name)
{
  g_autoptr (GRegex)     pattern = g_regex_new ("\\bSTREAMING\\s+QUERY\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?(`(?:[^`]|``)*`|\\w+)", G_REGEX_CASELESS, 0, NULL);
  g_autofree char       *sql = g_strndup (text + statement.start, statement.end - statement.start);
  g_autoptr (GMatchInfo) match = NULL;
  int                    start, end;

  if (!g_regex_match (pattern, sql, 0, &match) || !g_match_info_fetch_pos (match, 1, &start, &end))
    return FALSE;
  *name = (WeirRange){ statement.start + (guint)start, statement.start + (guint)end };
  return TRUE;
}

/* Name and chart line change in one step. */
static void
rename_query (WeirWindow *self,
              const char *old_name,
              const char *new_name)
{
  const WeirStatementInfo *info;
  g_autofree char         *text = weir_document_dup_text (self->document);
  g_autofree char         *chart = weir_script_get_annotation (text, "chart", old_name);
  g_autofree char         *without = NULL;
  g_autofree char         *quoted = weir_quote_name (new_name);
  g_autofree char         *final = NULL;
  g_autoptr (WeirCheck)    check = NULL;
  g_autoptr (GString)      edited = NULL;
  WeirRange                name;

  without = chart != NULL ? weir_script_set_annotation (text, "chart", old_name, NULL) : g_strdup (text);
  check = weir_check_script (without, NULL);
  for (guint i = 0; i < weir_check_get_n_statements (check) && edited == NULL; i++)
    {
      info = weir_check_get_statement (check, i);
      if (g_strcmp0 (info->name, old_name) != 0 || !find_name (without, info->range, &name))
        continue;
      edited = g_string_new (without);
      g_string_erase (edited, (gssize)name.start, (gssize)(name.end - name.start));
      g_string_insert (edited, (gssize)name.start, quoted);
    }
  if (edited == NULL)
    return;
  final = chart != NULL ? weir_script_set_annotation (edited->str, "chart", new_name, chart) : g_strdup (edited->str);
  weir_document_replace_text (self->document, final != NULL ? final : edited->str);
  weir_document_check_now (self->document);
}

static void
rename_response_cb (AdwMessageDialog *dialog,
                    const char       *response,
                    WeirWindow       *self)
{
  GtkEditable     *entry = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));
  g_autofree char *new_name = g_strstrip (g_strdup (gtk_editable_get_text (entry)));
  const char      *old_name = g_object_get_data (G_OBJECT (dialog), "name");

  if (g_str_equal (response, "rename") && new_name[0] != '\0' && g_strcmp0 (new_name, old_name) != 0)
    rename_query (self, old_name, new_name);
}

static void
rename_query_action (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  WeirWindow *self = user_data;
  GtkWidget  *dialog, *entry;

  if (get_name (self) == NULL)
    return;
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Rename Query"), NULL);
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), get_name (self));
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"), -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_object_set_data_full (G_OBJECT (dialog), "name", g_strdup (get_name (self)), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* @text without the statement, the `;` and line ends after it, and the chart of the query. (transfer full) */
static char *
cut_query (const char *text,
           WeirRange   statement,
           const char *name)
{
  g_autoptr (GString) rest = g_string_new (text);
  gsize               end = statement.end;

  end += strspn (text + end, " \t\r\n");
  end = text[end] == ';' ? end : statement.end;
  end += strspn (text + end, "; \t\r");
  end += strspn (text + end, "\r\n");
  g_string_erase (rest, (gssize)statement.start, (gssize)(end - statement.start));
  return weir_script_set_annotation (rest->str, "chart", name, NULL);
}

static void
delete_query_action (GSimpleAction *action,
                     GVariant      *parameter,
                     gpointer       user_data)
{
  WeirWindow              *self = user_data;
  const WeirStatementInfo *info;
  g_autofree char         *text = NULL;
  g_autofree char         *rest = NULL;

  weir_document_check_now (self->document);
  info = weir_document_find_query (self->document, get_name (self));
  if (info == NULL || weir_document_get_read_only (self->document))
    return;
  text = weir_document_dup_text (self->document);
  rest = cut_query (text, info->range, get_name (self));
  weir_document_replace_text (self->document, rest);
  weir_document_check_now (self->document);
  _weir_window_toast_undo (self, _ ("Query deleted"));
}

static void
set_enabled (WeirWindow *self,
             const char *name,
             gboolean    enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  if (action != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

void
_weir_window_update_actions (WeirWindow *self)
{
  const char              *name = get_name (self);
  WeirQuery               *query = weir_document_get_query (self->document, name);
  gboolean                 active = weir_query_state_is_active (query);
  gboolean                 starting = weir_document_get_is_starting (self->document, name);
  const WeirStatementInfo *info = weir_document_find_query (self->document, name);
  gboolean                 editable = name != NULL && !weir_document_get_read_only (self->document);

  set_enabled (self, "run", name != NULL);
  set_enabled (self, "stop", active || starting);
  set_enabled (self, "step", active);
  set_enabled (self, "pause", active);
  set_enabled (self, "design", name != NULL);
  set_enabled (self, "results", name != NULL);
  set_enabled (self, "health", name != NULL);
  set_enabled (self, "edit-sql", name != NULL);
  set_enabled (self, "export", query != NULL);
  set_enabled (self, "show-late", query != NULL);
  set_enabled (self, "show-bad", query != NULL);
  set_enabled (self, "show-newest", query != NULL);
  set_enabled (self, "delete-query", editable);
  set_enabled (self, "rename-query", editable && info != NULL && info->name != NULL);
  set_enabled (self, "stop-all", weir_document_has_running (self->document));
  _weir_window_update_control_actions (self);
  set_enabled (self, "save", weir_document_get_modified (self->document) || weir_document_get_file (self->document) == NULL);
}

void
_weir_window_add_actions (WeirWindow *self)
{
  static const GActionEntry entries[] = {
    { "new", new_action },
    { "open", open_action },
    { "save", save_action },
    { "save-as", save_as_action },
    { "demo", demo_action },
    { "add-source", add_source_action },
    { "edit-source", edit_source_action, "s" },
    { "add-query", add_query_action },
    { "run", run_action },
    { "run-all", run_all_action },
    { "stop", stop_action },
    { "stop-all", stop_all_action },
    { "step", step_action },
    { "pause", pause_action },
    { "design", view_action },
    { "results", view_action },
    { "health", view_action },
    { "show-late", show_late_action },
    { "show-bad", show_bad_action },
    { "show-newest", show_newest_action },
    { "find", find_action },
    { "search", search_action },
    { "export", export_action },
    { "back", back_action },
    { "toggle-sidebar", toggle_sidebar_action },
    { "next-query", next_query_action },
    { "previous-query", previous_query_action },
    { "rename-query", rename_query_action },
    { "delete-query", delete_query_action },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  _weir_window_add_control_actions (self);
  _weir_window_add_edit_actions (self);
}
