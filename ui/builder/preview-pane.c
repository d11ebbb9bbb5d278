/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/preview-pane.h"

#include "ui/builder/step-text.h"
#include "ui/results/result-grid.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _WeirPreviewPane
{
  GtkWidget parent_instance;

  WeirStepPreview *preview; /* Owned */
  WeirResultModel *model;   /* Owned */
  GTimeZone       *zone;    /* Borrowed from the preview: that of the grid */
  GtkWidget       *box;
  GtkWidget       *title, *count;
  GtkWidget       *pause;
  GtkWidget       *stack;
  GtkWidget       *grid;
  GtkWidget       *sentence;
};

G_DEFINE_FINAL_TYPE (WeirPreviewPane, weir_preview_pane, GTK_TYPE_WIDGET)

static void
update_count (WeirPreviewPane *self,
              WeirPreview     *preview)
{
  guint            n = weir_preview_get_n_sampled (preview);
  g_autofree char *text = NULL;

  if (!weir_step_preview_get_is_current (self->preview))
    text = g_strdup (_ ("Last valid version"));
  else if (n > 0)
    text = g_strdup_printf (ngettext ("%u sampled row", "%u sampled rows", n), n);
  gtk_label_set_text (GTK_LABEL (self->count), text != NULL ? text : "");
}

static void
update_title (WeirPreviewPane *self,
              WeirCardKind     kind)
{
  g_autofree char *name = g_markup_printf_escaped ("<b>%s</b>", weir_step_title (kind));
  /* Translators: the name of a step, in bold */
  g_autofree char *text = g_strdup_printf (_ ("Preview After %s"), name);

  gtk_label_set_markup (GTK_LABEL (self->title), text);
}

static void
update_zone (WeirPreviewPane *self)
{
  GTimeZone *zone = weir_step_preview_get_zone (self->preview);

  if (zone == self->zone)
    return;
  self->zone = zone;
  weir_result_grid_set_time_zone (WEIR_RESULT_GRID (self->grid), zone, g_time_zone_get_identifier (zone));
}

static void
update (WeirPreviewPane *self)
{
  WeirPreview     *preview = weir_step_preview_get (self->preview);
  WeirStepKey      key = weir_step_preview_get_selected (self->preview);
  int              step = weir_step_preview_find (self->preview, &key);
  WeirSnapshot    *rows = preview != NULL && step >= 0 ? weir_preview_get_rows (preview, (guint)step) : NULL;
  gboolean         has_rows = rows != NULL && weir_snapshot_get_n_rows (rows) > 0;
  g_autofree char *sentence = has_rows ? NULL : weir_step_preview_dup_sentence (self->preview, &key);

  update_title (self, key.kind);
  update_zone (self);
  if (preview == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->sentence), weir_step_preview_get_has_failed (self->preview) ? _ ("Rows show here once the problem is solved") : "");
      return;
    }
  update_count (self, preview);
  if (has_rows)
    {
      g_autoptr (WeirRowsView) view = weir_rows_view_new_for_snapshot (weir_snapshot_ref (rows));

      weir_result_model_set_view (self->model, view);
    }
  else
    weir_result_model_set_view (self->model, NULL);
  gtk_label_set_text (GTK_LABEL (self->sentence), sentence != NULL ? sentence : _ ("No rows yet"));
  gtk_stack_set_visible_child (GTK_STACK (self->stack), has_rows ? self->grid : self->sentence);
  if (weir_step_preview_get_is_current (self->preview))
    gtk_widget_remove_css_class (self->stack, "stale");
  else
    gtk_widget_add_css_class (self->stack, "stale");
}

static void
pause_cb (WeirPreviewPane *self)
{
  weir_step_preview_set_paused (self->preview, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->pause)));
}

static void
weir_preview_pane_dispose (GObject *object)
{
  WeirPreviewPane *self = WEIR_PREVIEW_PANE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->preview);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (weir_preview_pane_parent_class)->dispose (object);
}

static void
weir_preview_pane_class_init (WeirPreviewPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_preview_pane_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "previewpane");
}

static GtkWidget *
make_bar (WeirPreviewPane *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_add_css_class (bar, "preview-bar");
  self->title = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  gtk_box_append (GTK_BOX (bar), self->title);
  self->count = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->count, "caption");
  gtk_widget_add_css_class (self->count, "dim-label");
  gtk_widget_add_css_class (self->count, "numeric");
  gtk_label_set_ellipsize (GTK_LABEL (self->count), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (bar), self->count);
  self->pause = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->pause), "media-playback-pause-symbolic");
  gtk_widget_set_tooltip_text (self->pause, _ ("Pause the Preview"));
  gtk_widget_add_css_class (self->pause, "flat");
  g_signal_connect_swapped (self->pause, "toggled", G_CALLBACK (pause_cb), self);
  gtk_box_append (GTK_BOX (bar), self->pause);
  return bar;
}

static void
make_stack (WeirPreviewPane *self)
{
  g_autoptr (WeirKeyColors) colors = weir_key_colors_new ();

  self->model = weir_result_model_new ();
  self->grid = weir_result_grid_new (self->model, colors);
  weir_result_grid_set_plain (WEIR_RESULT_GRID (self->grid));
  self->sentence = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->sentence), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->sentence), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (self->sentence), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->sentence, "dim-label");
  self->stack = gtk_stack_new ();
  gtk_widget_set_vexpand (self->stack, TRUE);
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_stack_add_child (GTK_STACK (self->stack), self->sentence);
  gtk_stack_add_child (GTK_STACK (self->stack), self->grid);
}

static void
weir_preview_pane_init (WeirPreviewPane *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (self->box), make_bar (self));
  make_stack (self);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
weir_preview_pane_new (WeirStepPreview *preview)
{
  WeirPreviewPane *self = g_object_new (WEIR_TYPE_PREVIEW_PANE, NULL);

  self->preview = g_object_ref (preview);
  g_signal_connect_object (preview, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (preview, "selected", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
