/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/query-page.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "ui/builder/preview-pane.h"
#include "ui/builder/steps-view.h"
#include "ui/editor/sql-editor.h"
#include "ui/widgets/breakpoint-bin.h"
#include "ui/window/query-page-private.h"
#include "ui/window/query-state.h"
#include "ui/window/samples-dialog.h"

#define REFRESH_MS     500
#define STEPS_WIDTH    430
#define PREVIEW_HEIGHT 250

G_DEFINE_FINAL_TYPE (WeirQueryPage, weir_query_page, GTK_TYPE_WIDGET)

static void lay_out_design (WeirQueryPage *self,
                            gboolean       narrow);

/* The form for narrow windows: name in the middle, switcher at the bottom, buttons without words. */
static void
apply_narrow (WeirQueryPage *self)
{
  gboolean narrow = weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));

  g_object_ref (self->name_button);
  g_object_ref (self->switcher);
  if (narrow && adw_header_bar_get_title_widget (self->header) != self->name_button)
    {
      adw_header_bar_remove (self->header, self->name_button);
      adw_header_bar_set_title_widget (self->header, self->name_button);
    }
  else if (!narrow && adw_header_bar_get_title_widget (self->header) == self->name_button)
    {
      adw_header_bar_set_title_widget (self->header, self->switcher);
      adw_header_bar_pack_start (self->header, self->name_button);
    }
  g_object_unref (self->name_button);
  g_object_unref (self->switcher);
  adw_header_bar_set_decoration_layout (self->header, narrow ? ":close" : NULL);
  gtk_label_set_width_chars (self->title, narrow ? 6 : 14);
  gtk_label_set_max_width_chars (self->title, narrow ? 14 : 22);
  gtk_label_set_max_width_chars (self->caption, narrow ? 18 : 28);
  adw_view_switcher_bar_set_reveal (ADW_VIEW_SWITCHER_BAR (self->switcher_bar), narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->status), !narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), !narrow);
  weir_health_page_set_narrow (self->health, narrow);
  lay_out_design (self, narrow);
  _weir_query_page_update (self);
}

static void
narrow_cb (WeirQueryPage *self)
{
  apply_narrow (self);
}

gboolean
weir_query_page_get_narrow (WeirQueryPage *self)
{
  g_return_val_if_fail (WEIR_IS_QUERY_PAGE (self), FALSE);
  return weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));
}

void
weir_query_page_set_folded (WeirQueryPage *self,
                            gboolean       folded)
{
  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  gtk_widget_set_visible (self->back, folded);
  adw_header_bar_set_show_start_title_buttons (self->header, folded);
}

static void
bar_changed_cb (WeirQueryPage *self)
{
  if (weir_query_state_is_active (weir_document_get_query (self->document, self->name)) || weir_document_get_is_starting (self->document, self->name))
    g_signal_emit_by_name (self, "restart-needed");
  _weir_query_page_update (self);
}

static void
why_action_cb (WeirQueryPage *self,
               const char    *action)
{
  _weir_query_page_why_action (self, action);
}

static void
show_late_cb (WeirQueryPage *self)
{
  weir_query_page_show_samples (self, WEIR_SAMPLE_LATE);
}

static void
paused_cb (WeirQueryPage *self)
{
  weir_document_set_paused (self->document, self->name, weir_results_pane_get_paused (self->results));
}

static void
message_cb (WeirQueryPage *self,
            const char    *text)
{
  g_signal_emit_by_name (self, "message", text);
}

void
weir_query_page_show_samples (WeirQueryPage *self,
                              WeirSampleKind kind)
{
  WeirQuery *query;
  GtkRoot   *root;

  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  query = weir_document_get_query (self->document, self->name);
  root = gtk_widget_get_root (GTK_WIDGET (self));
  if (query != NULL && GTK_IS_WINDOW (root))
    gtk_window_present (GTK_WINDOW (weir_samples_dialog_new (GTK_WINDOW (root), query, kind, self->zone)));
}

void
weir_query_page_show (WeirQueryPage *self,
                      const char    *view)
{
  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  adw_view_stack_set_visible_child_name (self->views, view);
}

/* The first control of @widget, unless one of it has the focus already: stacks take it along. */
static void
focus_within (GtkWidget *widget)
{
  GtkRoot   *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus == NULL || !gtk_widget_is_ancestor (focus, widget))
    gtk_widget_child_focus (widget, GTK_DIR_TAB_FORWARD);
}

void
weir_query_page_go_to (WeirQueryPage *self,
                       const char    *view)
{
  weir_query_page_show (self, view);
  /* In the chart arrows and Space do something at once; of Design the steps come first, not the buttons above them. */
  if (g_str_equal (view, "results") && gtk_widget_get_visible (GTK_WIDGET (self->results)))
    weir_results_pane_focus (self->results);
  else if (g_str_equal (view, "design"))
    focus_within (weir_query_page_get_narrow (self) ? gtk_stack_get_visible_child (self->design_stack) : self->steps);
  else
    focus_within (adw_view_stack_get_visible_child (self->views));
}

const char *
weir_query_page_get_view (WeirQueryPage *self)
{
  g_return_val_if_fail (WEIR_IS_QUERY_PAGE (self), NULL);
  return adw_view_stack_get_visible_child_name (self->views);
}

WeirResultsPane *
weir_query_page_get_results (WeirQueryPage *self)
{
  g_return_val_if_fail (WEIR_IS_QUERY_PAGE (self), NULL);
  return self->results;
}

WeirHealthPage *
weir_query_page_get_health (WeirQueryPage *self)
{
  g_return_val_if_fail (WEIR_IS_QUERY_PAGE (self), NULL);
  return self->health;
}

const char *
weir_query_page_get_name (WeirQueryPage *self)
{
  g_return_val_if_fail (WEIR_IS_QUERY_PAGE (self), NULL);
  return self->name;
}

void
weir_query_page_set_name (WeirQueryPage *self,
                          const char    *name)
{
  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  g_free (self->name);
  self->name = g_strdup (name);
  gtk_label_set_text (self->title, name);
  gtk_widget_set_tooltip_text (self->name_button, name);
  weir_query_bar_set_query (self->bar, self->document, name);
  weir_steps_view_set_query (WEIR_STEPS_VIEW (self->steps), name);
  _weir_query_page_update (self);
}

void
weir_query_page_set_time_zone (WeirQueryPage *self,
                               const char    *zone)
{
  GTimeZone *found;

  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  found = zone != NULL ? g_time_zone_new_identifier (zone) : NULL;
  g_time_zone_unref (self->zone);
  self->zone = found != NULL ? found : g_time_zone_new_local ();
  weir_results_pane_set_time_zone (self->results, zone);
  weir_health_page_set_zone (self->health, self->zone);
  weir_step_preview_set_zone (weir_steps_view_get_preview (WEIR_STEPS_VIEW (self->steps)), self->zone);
  weir_status_line_set_zone (self->status, zone != NULL ? zone : g_time_zone_get_identifier (self->zone));
}

void
weir_query_page_refresh (WeirQueryPage *self)
{
  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  _weir_query_page_update (self);
}

static gboolean
timer_cb (gpointer data)
{
  WeirQueryPage *self = data;

  _weir_query_page_update (self);
  weir_query_bar_refresh (self->bar);
  return G_SOURCE_CONTINUE;
}

static void
query_changed_cb (WeirQueryPage *self,
                  const char    *name)
{
  if (g_strcmp0 (name, self->name) == 0)
    _weir_query_page_update (self);
}

static void
map (GtkWidget *widget)
{
  WeirQueryPage *self = WEIR_QUERY_PAGE (widget);

  GTK_WIDGET_CLASS (weir_query_page_parent_class)->map (widget);
  self->timer = g_timeout_add (REFRESH_MS, timer_cb, self);
}

static void
unmap (GtkWidget *widget)
{
  WeirQueryPage *self = WEIR_QUERY_PAGE (widget);

  g_clear_handle_id (&self->timer, g_source_remove);
  GTK_WIDGET_CLASS (weir_query_page_parent_class)->unmap (widget);
}

static void
dispose (GObject *object)
{
  WeirQueryPage *self = WEIR_QUERY_PAGE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->bin, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_object (&self->shown);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->chart_baseline, g_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  G_OBJECT_CLASS (weir_query_page_parent_class)->dispose (object);
}

#define BIND(member) gtk_widget_class_bind_template_child (widget_class, WeirQueryPage, member)

static void
weir_query_page_class_init (WeirQueryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  widget_class->map = map;
  widget_class->unmap = unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  g_signal_new ("message", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("undoable", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("restart-needed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (WEIR_TYPE_BREAKPOINT_BIN);
  g_type_ensure (WEIR_TYPE_STATE_GLYPH);
  g_type_ensure (WEIR_TYPE_QUERY_BAR);
  g_type_ensure (WEIR_TYPE_FAILURE_PANEL);
  g_type_ensure (WEIR_TYPE_RESULTS_PANE);
  g_type_ensure (WEIR_TYPE_HEALTH_PAGE);
  g_type_ensure (WEIR_TYPE_STATUS_LINE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/weirapp/Weir/window/query-page.ui");
  BIND (bin);
  BIND (header);
  BIND (back);
  BIND (name_button);
  BIND (glyph);
  BIND (title);
  BIND (caption);
  BIND (switcher);
  BIND (switcher_bar);
  BIND (pause);
  BIND (step);
  BIND (run);
  BIND (stop);
  BIND (small_run);
  BIND (small_stop);
  BIND (notice);
  BIND (notice_text);
  BIND (notice_button);
  BIND (views);
  BIND (design);
  BIND (results_box);
  BIND (bar);
  BIND (failure);
  BIND (results);
  BIND (health);
  BIND (status);
  gtk_widget_class_bind_template_callback (widget_class, narrow_cb);
  gtk_widget_class_bind_template_callback (widget_class, bar_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, why_action_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_late_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_cb);
}

static void
weir_query_page_init (WeirQueryPage *self)
{
  self->zone = g_time_zone_new_local ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->results, "notify::paused", G_CALLBACK (paused_cb), self);
  g_object_bind_property (self->results, "paused", self->pause, "active", G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

/* Steps, and preview over SQL beside them, when there is room; without it steps or SQL, and the rows in the cards. */
static void
lay_out_design (WeirQueryPage *self,
                gboolean       narrow)
{
  gtk_widget_set_visible (self->design_switcher, narrow);
  gtk_widget_set_visible (self->design_hint, !narrow);
  if (narrow == (gtk_widget_get_parent (self->steps) == GTK_WIDGET (self->design_stack)))
    return;
  g_object_ref (self->steps);
  g_object_ref (self->editor);
  if (narrow)
    {
      gtk_paned_set_start_child (GTK_PANED (self->design_paned), NULL);
      gtk_paned_set_end_child (GTK_PANED (self->side_paned), NULL);
      gtk_stack_add_titled (self->design_stack, self->steps, "steps", _ ("Steps"));
      gtk_stack_add_titled (self->design_stack, self->editor, "sql", _ ("SQL"));
    }
  else
    {
      gtk_stack_remove (self->design_stack, self->steps);
      gtk_stack_remove (self->design_stack, self->editor);
      gtk_paned_set_start_child (GTK_PANED (self->design_paned), self->steps);
      gtk_paned_set_end_child (GTK_PANED (self->side_paned), self->editor);
      gtk_paned_set_position (GTK_PANED (self->design_paned), STEPS_WIDTH);
    }
  g_object_unref (self->steps);
  g_object_unref (self->editor);
  gtk_widget_set_visible (self->design_paned, !narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->design_stack), narrow);
}

/* Where the error of the last run is, while the text is what ran. */
static gboolean
find_error (WeirQueryPage *self,
            guint         *line,
            guint         *column)
{
  g_autofree char *error = weir_document_dup_run_error (self->document, self->name);
  const char      *place = error != NULL ? strstr (error, "(line ") : NULL;

  return place != NULL && !weir_document_get_is_stale (self->document, self->name) && sscanf (place, "(line %u, column %u)", line, column) == 2 &&
         *line > 0 && *column > 0;
}

void
weir_query_page_edit_sql (WeirQueryPage *self)
{
  guint line, column;

  g_return_if_fail (WEIR_IS_QUERY_PAGE (self));
  weir_query_page_show (self, "design");
  if (weir_query_page_get_narrow (self))
    gtk_stack_set_visible_child (self->design_stack, self->editor);
  if (find_error (self, &line, &column))
    weir_sql_editor_go_to (WEIR_SQL_EDITOR (self->editor), line, column);
  else
    weir_sql_editor_show_query (WEIR_SQL_EDITOR (self->editor), self->name);
  weir_sql_editor_grab_focus (WEIR_SQL_EDITOR (self->editor));
}

static void
step_removed_cb (WeirQueryPage *self,
                 const char    *text)
{
  g_signal_emit_by_name (self, "undoable", text);
}

static void
add_tool (GtkWidget  *bar,
          const char *icon,
          const char *tooltip,
          const char *action)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (bar), button);
}

/* Steps or SQL in a narrow window, a word on both in a wide one, and what goes for both. */
static GtkWidget *
make_design_bar (WeirQueryPage *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *space = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (bar, "weir-design-bar");
  self->design_switcher = gtk_stack_switcher_new ();
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (self->design_switcher), self->design_stack);
  gtk_box_append (GTK_BOX (bar), self->design_switcher);
  self->design_hint = gtk_label_new (_ ("Steps and SQL are the same query; edit either side."));
  gtk_label_set_ellipsize (GTK_LABEL (self->design_hint), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->design_hint, "caption");
  gtk_widget_add_css_class (self->design_hint, "dim-label");
  gtk_box_append (GTK_BOX (bar), self->design_hint);
  gtk_widget_set_hexpand (space, TRUE);
  gtk_box_append (GTK_BOX (bar), space);
  add_tool (bar, "edit-undo-symbolic", _ ("Undo"), "win.undo");
  add_tool (bar, "edit-redo-symbolic", _ ("Redo"), "win.redo");
  add_tool (bar, "edit-copy-symbolic", _ ("Copy SQL"), "win.copy-sql");
  return bar;
}

/* A low window shrinks the preview first. */
static GtkWidget *
make_side (WeirQueryPage *self)
{
  self->preview = weir_preview_pane_new (weir_steps_view_get_preview (WEIR_STEPS_VIEW (self->steps)));
  self->side_paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  gtk_paned_set_position (GTK_PANED (self->side_paned), PREVIEW_HEIGHT);
  gtk_paned_set_resize_start_child (GTK_PANED (self->side_paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->side_paned), FALSE);
  gtk_paned_set_start_child (GTK_PANED (self->side_paned), self->preview);
  gtk_paned_set_end_child (GTK_PANED (self->side_paned), self->editor);
  return self->side_paned;
}

static void
add_design (WeirQueryPage *self)
{
  self->steps = weir_steps_view_new (self->document, self->name);
  self->editor = weir_sql_editor_new (self->document);
  g_signal_connect_swapped (self->steps, "edit-sql", G_CALLBACK (weir_query_page_edit_sql), self);
  g_signal_connect_swapped (self->steps, "removed", G_CALLBACK (step_removed_cb), self);
  gtk_widget_set_size_request (self->steps, 300, -1);
  gtk_widget_set_size_request (self->editor, 300, -1);
  self->design_paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_add_css_class (self->design_paned, "weir-design-paned");
  gtk_paned_set_position (GTK_PANED (self->design_paned), STEPS_WIDTH);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->design_paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->design_paned), FALSE);
  gtk_paned_set_start_child (GTK_PANED (self->design_paned), self->steps);
  gtk_paned_set_end_child (GTK_PANED (self->design_paned), make_side (self));
  gtk_widget_set_vexpand (self->design_paned, TRUE);
  self->design_stack = GTK_STACK (gtk_stack_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->design_stack), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->design_stack), FALSE);
  gtk_box_append (self->design, make_design_bar (self));
  gtk_box_append (self->design, self->design_paned);
  gtk_box_append (self->design, GTK_WIDGET (self->design_stack));
  weir_sql_editor_show_query (WEIR_SQL_EDITOR (self->editor), self->name);
}

GtkWidget *
weir_query_page_new (WeirDocument *document,
                     const char   *name)
{
  WeirQueryPage *self = g_object_new (WEIR_TYPE_QUERY_PAGE, NULL);

  self->document = g_object_ref (document);
  self->name = g_strdup (name);
  add_design (self);
  g_signal_connect_object (document, "query-changed", G_CALLBACK (query_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "checked", G_CALLBACK (_weir_query_page_update), self, G_CONNECT_SWAPPED);
  weir_query_page_set_name (self, name);
  apply_narrow (self);
  return GTK_WIDGET (self);
}
