/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/results-pane-private.h"
#include "ui/widgets/breakpoint-bin.h"

#define NARROW_WIDTH 520
/* The chart has this part of the height, until the user moves the line below it. */
#define CHART_SHARE .54

G_DEFINE_FINAL_TYPE (WeirResultsPane, weir_results_pane, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_PAUSED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void
update_count (WeirResultsPane *self)
{
  guint            total = weir_result_model_get_n_total (self->model);
  guint            shown = g_list_model_get_n_items (G_LIST_MODEL (self->model));
  g_autofree char *total_text = weir_format_number (total, 0);
  g_autofree char *shown_text = weir_format_number (shown, 0);
  g_autofree char *text = NULL;

  if (self->shows_changes && shown == total)
    text = g_strdup_printf (ngettext ("%s change", "%s changes", total), total_text);
  else if (shown == total)
    text = g_strdup_printf (ngettext ("%s row", "%s rows", total), total_text);
  else
    /* Translators: how many rows are shown of how many */
    text = g_strdup_printf (ngettext ("%s of %s row", "%s of %s rows", total), shown_text, total_text);
  if (g_strcmp0 (gtk_label_get_text (self->count), text) != 0)
    gtk_label_set_text (self->count, text);
}

static void
update_page (WeirResultsPane *self)
{
  guint total = weir_result_model_get_n_total (self->model);
  guint shown = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  self->has_rows = self->shown != NULL && self->shown->klass->get_n_rows (self->shown->data) > 0;
  if (total == 0 && self->shows_changes && self->has_rows)
    gtk_stack_set_visible_child_name (self->stack, "unchanged");
  else if (total == 0)
    gtk_stack_set_visible_child_name (self->stack, "why");
  else
    gtk_stack_set_visible_child_name (self->stack, shown > 0 ? "table" : "nothing");
}

static void
values_changed_cb (WeirResultsPane *self)
{
  update_count (self);
  update_page (self);
  _weir_results_pane_update_details (self);
}

static void
update_title (WeirResultsPane *self)
{
  gint64           window_us = weir_chart_feed_get_window_us (self->feed);
  g_autofree char *length = weir_format_duration (window_us);
  g_autofree char *subtitle = NULL;

  /* Translators: %s is a duration as "10 s" */
  subtitle = window_us > 0 ? g_strdup_printf (_ ("per %s window"), length) : g_strdup ("");
  weir_chart_card_set_title (self->card, weir_chart_feed_get_value (self->feed), subtitle);
}

/* The rows of the view, or its changes. */
static void
show_table (WeirResultsPane *self)
{
  g_autoptr (WeirRowsView) changes = NULL;

  if (self->shows_changes && self->shown != NULL)
    changes = self->shown->klass->get_changes (self->shown->data);
  weir_result_model_set_view (self->model, self->shows_changes ? changes : self->shown);
}

void
_weir_results_pane_set_shows_changes (WeirResultsPane *self,
                                      gboolean         shows_changes)
{
  if (self->shows_changes == shows_changes)
    return;
  self->shows_changes = shows_changes;
  _weir_results_pane_update_wishes (self);
  weir_result_grid_set_shows_changes (self->table, shows_changes);
  /* Rows of one are no rows of the other, whatever their numbers. */
  weir_result_model_set_view (self->model, NULL);
  show_table (self);
  values_changed_cb (self);
}

static void
show_view (WeirResultsPane *self,
           WeirRowsView    *view)
{
  gboolean fresh = view != NULL && (self->shown == NULL || !weir_rows_view_same_columns (self->shown, view));

  g_clear_pointer (&self->shown, weir_rows_view_unref);
  self->shown = view != NULL ? weir_rows_view_ref (view) : NULL;
  if (view != NULL)
    {
      gint64 watermark = view->klass->get_watermark_us (view->data);
      gint64 newest = view->klass->get_newest_event_us (view->data);

      weir_chart_model_set_times (self->chart_model, watermark, newest, self->wait_us);
    }
  weir_chart_feed_set_view (self->feed, view);
  if (fresh)
    {
      /* Clearing for new columns took the times away. */
      weir_chart_model_set_times (self->chart_model, view->klass->get_watermark_us (view->data),
                                  view->klass->get_newest_event_us (view->data), self->wait_us);
      weir_chart_model_update (self->chart_model);
    }
  show_table (self);
  if (fresh)
    {
      weir_result_grid_set_series_column (self->table, weir_chart_feed_get_series_column (self->feed));
      if (self->chart_json != NULL)
        weir_results_pane_set_chart_json (self, self->chart_json);
      _weir_results_pane_update_menu (self);
    }
  gtk_widget_set_visible (self->card_box, view == NULL || weir_chart_feed_is_drawable (self->feed));
  update_title (self);
  values_changed_cb (self);
}

static void
update_pill (WeirResultsPane *self)
{
  weir_chart_card_set_behind (self->card, self->paused ? (gint64)(self->n_written - MIN (self->n_written_at_pause, self->n_written)) : -1);
}

void
_weir_results_pane_set_view (WeirResultsPane *self,
                             WeirRowsView    *view,
                             guint64          n_written)
{
  self->n_written = n_written;
  if (self->paused)
    {
      g_clear_pointer (&self->held, weir_rows_view_unref);
      self->held = weir_rows_view_ref (view);
      update_pill (self);
      return;
    }
  show_view (self, view);
}

void
_weir_results_pane_set_why (WeirResultsPane *self,
                            const WeirWhy   *why)
{
  g_autoptr (WeirWhyAnswer) answer = weir_why_answer_new (why, self->zone, g_get_real_time ());

  weir_why_panel_set_answer (self->why, answer);
}

void
_weir_results_pane_set_wait (WeirResultsPane *self,
                             gint64           wait_us)
{
  self->wait_us = wait_us;
}

/* Before there is a query, its rows wait for it to be run. */
static void
show_not_started (WeirResultsPane *self)
{
  const WeirWhy why = { .cause = WEIR_WHY_NOT_STARTED, .retry_in_us = -1 };

  _weir_results_pane_set_why (self, &why);
}

void
_weir_results_pane_reset (WeirResultsPane *self)
{
  g_clear_pointer (&self->held, weir_rows_view_unref);
  g_clear_object (&self->detail_row);
  self->n_written = self->n_written_at_pause = 0;
  self->wait_us = 0;
  weir_results_pane_set_paused (self, FALSE);
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), FALSE);
  show_view (self, NULL);
  show_not_started (self);
}

void
weir_results_pane_set_paused (WeirResultsPane *self,
                              gboolean         paused)
{
  g_autoptr (WeirRowsView) held = NULL;
  GAction                 *action;

  g_return_if_fail (WEIR_IS_RESULTS_PANE (self));

  if (self->paused == paused)
    return;
  self->paused = paused;
  self->n_written_at_pause = self->n_written;
  action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "pause");
  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (paused));
  action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), "go-live");
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), paused);
  held = g_steal_pointer (&self->held);
  if (!paused && held != NULL)
    show_view (self, held);
  update_pill (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PAUSED]);
}

gboolean
weir_results_pane_get_paused (WeirResultsPane *self)
{
  return self->paused;
}

static void
narrow_cb (WeirResultsPane *self)
{
  gboolean narrow = weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));

  weir_result_grid_set_narrow (self->table, narrow);
  weir_row_details_set_narrow (self->details, narrow);
  _weir_results_pane_set_bar_narrow (self, narrow);
}

static void
weir_results_pane_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  WeirResultsPane *self = WEIR_RESULTS_PANE (object);

  switch (prop_id)
    {
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
weir_results_pane_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_PAUSED:
      weir_results_pane_set_paused (WEIR_RESULTS_PANE (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
weir_results_pane_dispose (GObject *object)
{
  WeirResultsPane *self = WEIR_RESULTS_PANE (object);

  g_clear_handle_id (&self->why_id, g_source_remove);
  if (self->query != NULL)
    g_signal_handlers_disconnect_by_data (self->query, self);
  g_clear_object (&self->query);
  g_clear_object (&self->detail_row);
  g_clear_pointer (&self->held, weir_rows_view_unref);
  g_clear_pointer (&self->shown, weir_rows_view_unref);
  g_clear_pointer (&self->flap, gtk_widget_unparent);

  G_OBJECT_CLASS (weir_results_pane_parent_class)->dispose (object);
}

static void
weir_results_pane_finalize (GObject *object)
{
  WeirResultsPane *self = WEIR_RESULTS_PANE (object);

  weir_chart_feed_free (self->feed);
  g_object_unref (self->chart_model);
  g_object_unref (self->colors);
  g_object_unref (self->model);
  g_object_unref (self->actions);
  g_clear_object (&self->value_menu);
  g_clear_object (&self->series_menu);
  g_time_zone_unref (self->zone);
  g_free (self->zone_name);
  g_free (self->chart_json);

  G_OBJECT_CLASS (weir_results_pane_parent_class)->finalize (object);
}

static void
weir_results_pane_class_init (WeirResultsPaneClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = weir_results_pane_get_property;
  object_class->set_property = weir_results_pane_set_property;
  object_class->dispose = weir_results_pane_dispose;
  object_class->finalize = weir_results_pane_finalize;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);

  props[PROP_PAUSED] =
    g_param_spec_boolean ("paused", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("why-action", WEIR_TYPE_RESULTS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("show-late-rows", WEIR_TYPE_RESULTS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("message", WEIR_TYPE_RESULTS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "weirresults");
}

static void
row_activated_cb (WeirResultsPane *self,
                  WeirResultRow   *row)
{
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), TRUE);
  _weir_results_pane_show_details (self, row);
}

static void
row_selected_cb (WeirResultsPane *self,
                 WeirResultRow   *row)
{
  if (row != NULL)
    _weir_results_pane_show_details (self, row);
}

static void
details_closed_cb (WeirResultsPane *self)
{
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), FALSE);
}

static void
why_action_cb (WeirResultsPane *self,
               const char      *action)
{
  g_signal_emit_by_name (self, "why-action", action);
}

static void
late_clicked_cb (WeirResultsPane *self)
{
  g_signal_emit_by_name (self, "show-late-rows");
}

static void
message_cb (WeirResultsPane *self,
            const char      *message)
{
  g_signal_emit_by_name (self, "message", message);
}

static GtkWidget *
stack_new (WeirResultsPane *self)
{
  GtkWidget *nothing = adw_status_page_new (), *unchanged = adw_status_page_new ();

  self->stack = GTK_STACK (gtk_stack_new ());
  self->table = WEIR_RESULT_GRID (weir_result_grid_new (self->model, self->colors));
  self->why = WEIR_WHY_PANEL (weir_why_panel_new ());
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (nothing), "system-search-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (nothing), _ ("No Matching Rows"));
  adw_status_page_set_description (ADW_STATUS_PAGE (nothing), _ ("No cell of the result contains this text."));
  gtk_widget_add_css_class (nothing, "compact");
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (unchanged), "view-refresh-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (unchanged), _ ("No Changes Yet"));
  adw_status_page_set_description (ADW_STATUS_PAGE (unchanged), _ ("What batches add, change and remove from now on is listed here."));
  gtk_widget_add_css_class (unchanged, "compact");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->why), "why");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->table), "table");
  gtk_stack_add_named (self->stack, nothing, "nothing");
  gtk_stack_add_named (self->stack, unchanged, "unchanged");
  gtk_widget_set_vexpand (GTK_WIDGET (self->stack), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->stack), "weir-rows-stack");
  g_signal_connect_swapped (self->table, "row-activated", G_CALLBACK (row_activated_cb), self);
  g_signal_connect_swapped (self->table, "selected", G_CALLBACK (row_selected_cb), self);
  g_signal_connect_swapped (self->why, "action", G_CALLBACK (why_action_cb), self);
  return GTK_WIDGET (self->stack);
}

static void
height_changed_cb (WeirResultsPane *self)
{
  int room, at = gtk_paned_get_position (self->paned);

  g_object_get (self->paned, "max-position", &room, NULL);
  if (room <= 1 || (self->fitted > 0 && at != self->fitted && at < room))
    return;
  self->fitted = (int)(room * CHART_SHARE);
  gtk_paned_set_position (self->paned, self->fitted);
  self->fitted = gtk_paned_get_position (self->paned);
}

static GtkWidget *
content_new (WeirResultsPane *self)
{
  GtkWidget *lower = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->paned = GTK_PANED (gtk_paned_new (GTK_ORIENTATION_VERTICAL));
  self->card = WEIR_CHART_CARD (weir_chart_card_new (self->chart_model));
  self->card_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_set_vexpand (GTK_WIDGET (self->card), TRUE);
  gtk_widget_add_css_class (self->card_box, "weir-chart-box");
  gtk_box_append (GTK_BOX (self->card_box), GTK_WIDGET (self->card));
  self->bar = _weir_results_pane_bar_new (self);
  gtk_box_append (GTK_BOX (lower), self->bar);
  gtk_box_append (GTK_BOX (lower), stack_new (self));
  gtk_paned_set_start_child (self->paned, self->card_box);
  gtk_paned_set_end_child (self->paned, lower);
  g_signal_connect_swapped (self->paned, "notify::max-position", G_CALLBACK (height_changed_cb), self);
  gtk_paned_set_resize_start_child (self->paned, FALSE);
  gtk_paned_set_shrink_start_child (self->paned, FALSE);
  gtk_paned_set_shrink_end_child (self->paned, TRUE);
  g_signal_connect_swapped (self->card, "message", G_CALLBACK (message_cb), self);
  g_signal_connect_swapped (weir_chart_card_get_chart (self->card), "late-clicked", G_CALLBACK (late_clicked_cb), self);
  return GTK_WIDGET (self->paned);
}

static void
weir_results_pane_init (WeirResultsPane *self)
{
  self->zone = g_time_zone_new_local ();
  self->zone_name = g_strdup (g_time_zone_get_identifier (self->zone));
  self->colors = weir_key_colors_new ();
  self->chart_model = weir_chart_model_new (self->colors);
  self->model = weir_result_model_new ();
  self->feed = weir_chart_feed_new (self->chart_model);
  _weir_results_pane_add_actions (self);

  self->flap = adw_flap_new ();
  self->details = WEIR_ROW_DETAILS (weir_row_details_new ());
  gtk_widget_add_css_class (GTK_WIDGET (self->details), "background");
  self->bin = weir_breakpoint_bin_new (content_new (self), NARROW_WIDTH, 340);
  g_signal_connect_swapped (self->bin, "notify::narrow", G_CALLBACK (narrow_cb), self);
  adw_flap_set_content (ADW_FLAP (self->flap), self->bin);
  adw_flap_set_flap (ADW_FLAP (self->flap), GTK_WIDGET (self->details));
  adw_flap_set_separator (ADW_FLAP (self->flap), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_flap_position (ADW_FLAP (self->flap), GTK_PACK_END);
  adw_flap_set_reveal_flap (ADW_FLAP (self->flap), FALSE);
  g_signal_connect_swapped (self->details, "closed", G_CALLBACK (details_closed_cb), self);
  gtk_widget_set_parent (self->flap, GTK_WIDGET (self));
  g_signal_connect_object (self->model, "values-changed", G_CALLBACK (values_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "columns-changed", G_CALLBACK (values_changed_cb), self, G_CONNECT_SWAPPED);
  _weir_results_pane_add_menus (self);
  weir_results_pane_set_time_zone (self, NULL);
  update_pill (self);
  values_changed_cb (self);
  show_not_started (self);
}

GtkWidget *
weir_results_pane_new (void)
{
  return g_object_new (WEIR_TYPE_RESULTS_PANE, NULL);
}

void
weir_results_pane_set_time_zone (WeirResultsPane *self,
                                 const char      *zone_name)
{
  GTimeZone *zone = zone_name != NULL ? g_time_zone_new_identifier (zone_name) : g_time_zone_new_local ();

  if (zone == NULL)
    zone = g_time_zone_new_utc ();
  g_time_zone_unref (self->zone);
  self->zone = zone;
  g_free (self->zone_name);
  self->zone_name = g_strdup (g_time_zone_get_identifier (zone));
  weir_chart_set_time_zone (weir_chart_card_get_chart (self->card), zone);
  weir_result_grid_set_time_zone (self->table, zone, self->zone_name);
  _weir_results_pane_update_details (self);
}

void
weir_results_pane_focus (WeirResultsPane *self)
{
  g_return_if_fail (WEIR_IS_RESULTS_PANE (self));
  gtk_widget_grab_focus (GTK_WIDGET (weir_chart_card_get_chart (self->card)));
}

void
weir_results_pane_find (WeirResultsPane *self)
{
  gtk_widget_grab_focus (self->search);
}

WeirChartCard *
weir_results_pane_get_chart_card (WeirResultsPane *self)
{
  return self->card;
}

WeirResultGrid *
weir_results_pane_get_grid (WeirResultsPane *self)
{
  return self->table;
}
