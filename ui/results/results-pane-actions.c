/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "ui/results/result-export.h"
#include "ui/results/results-pane-private.h"

static WeirCellStyle
cell_style (WeirResultsPane *self)
{
  return (WeirCellStyle){ self->zone, self->zone_name, g_get_real_time (), FALSE };
}

void
_weir_results_pane_show_details (WeirResultsPane *self,
                                 WeirResultRow   *row)
{
  g_set_object (&self->detail_row, row);
  _weir_results_pane_update_details (self);
}

void
_weir_results_pane_update_details (WeirResultsPane *self)
{
  WeirRowsView *view = weir_result_model_get_view (self->model);
  WeirCellStyle style = cell_style (self);
  guint         row;

  if (self->detail_row == NULL || !adw_flap_get_reveal_flap (ADW_FLAP (self->flap)))
    return;
  if (view == NULL || !weir_result_row_get_index (self->detail_row, &row) || row >= view->klass->get_n_rows (view->data))
    view = NULL;
  weir_row_details_set_row (self->details, view, view != NULL ? row : 0, weir_chart_feed_get_value_column (self->feed), self->wait_us, &style);
}

static void
pause_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  WeirResultsPane *self = user_data;

  weir_results_pane_set_paused (self, !self->paused);
}

static void
go_live_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  WeirResultsPane *self = user_data;

  weir_chart_model_follow (self->chart_model);
  weir_results_pane_set_paused (self, FALSE);
}

static void
find_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  weir_results_pane_find (user_data);
}

static void
rows_cb (GSimpleAction *action,
         GVariant      *state,
         gpointer       user_data)
{
  WeirResultsPane *self = user_data;
  const char      *rows = g_variant_get_string (state, NULL);

  if (!g_str_equal (rows, "table") && !g_str_equal (rows, "changes") && !g_str_equal (rows, "last-batch"))
    return;
  g_simple_action_set_state (action, state);
  _weir_results_pane_set_shows_changes (self, g_str_equal (rows, "changes"));
  weir_result_model_set_last_batch (self->model, g_str_equal (rows, "last-batch"));
}

static void
value_cb (GSimpleAction *action,
          GVariant      *state,
          gpointer       user_data)
{
  WeirResultsPane *self = user_data;
  g_autofree char *length = weir_format_duration (weir_chart_feed_get_window_us (self->feed));
  g_autofree char *subtitle = NULL;

  weir_chart_feed_set_value (self->feed, g_variant_get_string (state, NULL));
  subtitle = weir_chart_feed_get_window_us (self->feed) > 0 ? g_strdup_printf (_ ("per %s window"), length) : g_strdup ("");
  weir_chart_card_set_title (self->card, weir_chart_feed_get_value (self->feed), subtitle);
  g_simple_action_set_state (action, state);
}

static void
series_cb (GSimpleAction *action,
           GVariant      *state,
           gpointer       user_data)
{
  WeirResultsPane *self = user_data;

  weir_chart_feed_set_series (self->feed, g_variant_get_string (state, NULL));
  weir_result_grid_set_series_column (self->table, weir_chart_feed_get_series_column (self->feed));
  g_simple_action_set_state (action, state);
}

static void
details_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       user_data)
{
  WeirResultsPane          *self = user_data;
  g_autoptr (WeirResultRow) row = weir_result_grid_dup_selected (self->table);
  gboolean                  shown = adw_flap_get_reveal_flap (ADW_FLAP (self->flap));

  if (!shown && row == NULL)
    return;
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), !shown);
  if (row != NULL)
    _weir_results_pane_show_details (self, row);
}

static void
exported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (WeirResultsPane) self = user_data;
  g_autoptr (GError)          error = NULL;
  gssize                      n = weir_result_export_finish (result, &error);
  g_autofree char            *number = weir_format_number ((double)MAX (n, 0), 0);
  g_autofree char            *message = NULL;

  if (n >= 0)
    message = g_strdup_printf (ngettext ("%s row exported", "%s rows exported", (gulong)n), number);
  else
    message = g_strdup_printf (_ ("The rows could not be exported: %s"), error->message);
  g_signal_emit_by_name (self, "message", message);
}

static void
export_response_cb (GtkNativeDialog *dialog,
                    int              response,
                    gpointer         user_data)
{
  g_autoptr (WeirResultsPane) self = user_data;
  WeirRowsView               *view = weir_result_model_get_view (self->model);
  g_autoptr (GArray)          rows = weir_result_model_dup_rows (self->model);

  if (response == GTK_RESPONSE_ACCEPT && view != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char  *name = g_file_get_basename (file);

      weir_result_export_async (view, rows, self->zone_name, weir_export_format_for_name (name), file, NULL, exported_cb,
                                g_object_ref (self));
    }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
add_filter (GtkFileChooser *chooser,
            const char     *name,
            const char     *suffix)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  gtk_file_filter_add_suffix (filter, suffix);
  gtk_file_chooser_add_filter (chooser, filter);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  WeirResultsPane      *self = user_data;
  GtkRoot              *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Export Rows"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), _ ("result.csv"));
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("Comma-separated text (.csv)"), "csv");
  add_filter (GTK_FILE_CHOOSER (dialog), _ ("One JSON object a line (.ndjson)"), "ndjson");
  g_signal_connect (dialog, "response", G_CALLBACK (export_response_cb), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
_weir_results_pane_add_actions (WeirResultsPane *self)
{
  static const GActionEntry entries[] = {
    { "pause", pause_cb, NULL, "false", NULL, { 0 } },
    { "go-live", go_live_cb, NULL, NULL, NULL, { 0 } },
    { "find", find_cb, NULL, NULL, NULL, { 0 } },
    { "export", export_cb, NULL, NULL, NULL, { 0 } },
    { "details", details_cb, NULL, NULL, NULL, { 0 } },
    { "rows", NULL, "s", "'table'", rows_cb, { 0 } },
    { "value", NULL, "s", "''", value_cb, { 0 } },
    { "series", NULL, "s", "''", series_cb, { 0 } },
  };
  GAction *go_live;

  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  go_live = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "go-live");
  g_simple_action_set_enabled (G_SIMPLE_ACTION (go_live), FALSE);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "results", G_ACTION_GROUP (self->actions));
}

static void
append_column (GMenu      *menu,
               const char *label,
               const char *action,
               const char *name)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", name);
  g_menu_append_item (menu, item);
}

/* The menus stay and only their entries change: GTK keeps the page of a submenu under its label and complains about a second one. */
void
_weir_results_pane_add_menus (WeirResultsPane *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  self->value_menu = g_menu_new ();
  self->series_menu = g_menu_new ();
  g_menu_append_submenu (menu, _ ("_Value"), G_MENU_MODEL (self->value_menu));
  g_menu_append_submenu (menu, _ ("One _Line for Each"), G_MENU_MODEL (self->series_menu));
  weir_chart_card_set_menu (self->card, G_MENU_MODEL (menu));
}

static void
set_action_state (WeirResultsPane *self,
                  const char      *name,
                  const char      *state)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_string (state));
}

void
_weir_results_pane_update_menu (WeirResultsPane *self)
{
  g_auto (GStrv) values = weir_chart_feed_list_values (self->feed);
  g_auto (GStrv) series = weir_chart_feed_list_series (self->feed);

  g_menu_remove_all (self->value_menu);
  g_menu_remove_all (self->series_menu);
  for (guint i = 0; values[i] != NULL; i++)
    append_column (self->value_menu, values[i], "results.value", values[i]);
  for (guint i = 0; series[i] != NULL; i++)
    append_column (self->series_menu, series[i], "results.series", series[i]);
  append_column (self->series_menu, _ ("One Line for All"), "results.series", "");
  set_action_state (self, "value", weir_chart_feed_get_value (self->feed));
  set_action_state (self, "series", weir_chart_feed_get_series (self->feed));
}

static const char *const kind_names[WEIR_CHART_N_KINDS] = { "line", "area", "column", "stacked", "bar" };

char *
weir_results_pane_dup_chart_json (WeirResultsPane *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;

  if (!weir_chart_feed_is_drawable (self->feed))
    return g_strdup (self->chart_json != NULL ? self->chart_json : "{}");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, kind_names[weir_chart_model_get_kind (self->chart_model)]);
  json_builder_set_member_name (builder, "value");
  json_builder_add_string_value (builder, weir_chart_feed_get_value (self->feed));
  json_builder_set_member_name (builder, "series");
  json_builder_add_string_value (builder, weir_chart_feed_get_series (self->feed));
  json_builder_set_member_name (builder, "range_s");
  json_builder_add_int_value (builder, weir_chart_model_get_range (self->chart_model) / G_USEC_PER_SEC);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static const char *
string_member (JsonObject *object,
               const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                                          : NULL;
}

static gboolean
has_column (char      **names,
            const char *name)
{
  return name != NULL && g_strv_contains ((const char *const *)names, name);
}

static void
apply_chart (WeirResultsPane *self,
             JsonObject      *chart)
{
  g_auto (GStrv) values = weir_chart_feed_list_values (self->feed);
  g_auto (GStrv) series = weir_chart_feed_list_series (self->feed);
  const char    *kind = string_member (chart, "kind");
  const char    *value = string_member (chart, "value");
  const char    *split = string_member (chart, "series");
  JsonNode      *range = json_object_get_member (chart, "range_s");

  for (guint i = 0; kind != NULL && i < WEIR_CHART_N_KINDS; i++)
    if (g_str_equal (kind, kind_names[i]))
      weir_chart_model_set_kind (self->chart_model, (WeirChartKind)i);
  if (has_column (values, value))
    weir_chart_feed_set_value (self->feed, value);
  if (has_column (series, split) || (split != NULL && *split == '\0'))
    weir_chart_feed_set_series (self->feed, split);
  if (range != NULL && JSON_NODE_HOLDS_VALUE (range))
    weir_chart_model_set_range (self->chart_model, CLAMP (json_node_get_int (range), 0, G_MAXINT) * G_USEC_PER_SEC);
  weir_result_grid_set_series_column (self->table, weir_chart_feed_get_series_column (self->feed));
}

void
weir_results_pane_set_chart_json (WeirResultsPane *self,
                                  const char      *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char       *kept = g_strdup (json);
  JsonNode              *root;

  g_free (self->chart_json);
  self->chart_json = g_steal_pointer (&kept);
  if (self->chart_json == NULL || !weir_chart_feed_is_drawable (self->feed) ||
      !json_parser_load_from_data (parser, self->chart_json, -1, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  apply_chart (self, json_node_get_object (root));
  _weir_results_pane_update_menu (self);
}
