/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-card.h"
#include "ui/charts/chart-export.h"
#include "ui/charts/chart-legend.h"

#define PADDING  12
#define HEAD_GAP 6
#define WIDE     560

struct _WeirChartCard
{
  GtkWidget parent_instance;

  /* Owned: children */
  GtkWidget *title_box;
  GtkWidget *legend_full;
  GtkWidget *legend_names;
  GtkWidget *kind;
  GtkWidget *range;
  GtkWidget *menu_button;
  GtkWidget *chart;
  GtkWidget *pill;

  GtkLabel           *title;
  GtkLabel           *subtitle;
  GtkLabel           *pill_count;
  GMenu              *menu; /* Owned */
  GSimpleActionGroup *actions;
  gboolean            syncing;
};

G_DEFINE_FINAL_TYPE (WeirChartCard, weir_chart_card, GTK_TYPE_WIDGET)

static const gint64 ranges_us[] = { 60 * G_USEC_PER_SEC, 240 * G_USEC_PER_SEC, 900 * (gint64)G_USEC_PER_SEC,
                                    3600 * (gint64)G_USEC_PER_SEC, 0 };

static WeirChartModel *
model_of (WeirChartCard *self)
{
  return weir_chart_get_model (WEIR_CHART (self->chart));
}

typedef struct
{
  int        title;
  int        controls;
  int        head_height;
  int        legend_y;
  int        legend_height;
  int        chart_y;
  gboolean   has_kind;
  GtkWidget *legend; /* the one that is shown */
  gboolean   legend_below;
} Plan;

static int
natural_width (GtkWidget *widget)
{
  int natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  return natural;
}

static int
natural_height (GtkWidget *widget,
                int        width)
{
  int natural;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);
  return natural;
}

static void
make_plan (WeirChartCard *self,
           int            width,
           Plan          *plan)
{
  int room;

  plan->has_kind = width >= WIDE;
  plan->title = natural_width (self->title_box);
  plan->controls = (plan->has_kind ? natural_width (self->kind) + HEAD_GAP : 0) + natural_width (self->range) + HEAD_GAP +
                   natural_width (self->menu_button);
  plan->head_height = MAX (natural_height (self->range, -1), natural_height (self->title_box, -1));
  room = width - 2 * PADDING - plan->title - plan->controls - 24;

  plan->legend_below = FALSE;
  plan->legend = self->legend_full;
  if (natural_width (self->legend_full) > room)
    plan->legend = self->legend_names;
  if (natural_width (plan->legend) > room)
    plan->legend_below = TRUE;
  plan->legend_height = natural_height (plan->legend, plan->legend_below ? width - 2 * PADDING : -1);
  plan->legend_y = plan->legend_below ? 6 + plan->head_height + 2 : 6 + (plan->head_height - plan->legend_height) / 2;
  plan->chart_y = 6 + plan->head_height + (plan->legend_below ? 2 + plan->legend_height : 0);
  plan->title = MIN (plan->title, width - 2 * PADDING - plan->controls - 12);
}

static GtkSizeRequestMode
weir_chart_card_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
weir_chart_card_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  WeirChartCard *self = WEIR_CHART_CARD (widget);
  Plan           plan;
  int            chart_minimum;
  int            chart_natural;

  gtk_widget_measure (self->chart, orientation, -1, &chart_minimum, &chart_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (chart_minimum, natural_width (self->range) + natural_width (self->menu_button) + 2 * PADDING + 60);
      *natural = MAX (chart_natural, *minimum);
      return;
    }
  make_plan (self, for_size < 0 ? 720 : for_size, &plan);
  *minimum = plan.chart_y + chart_minimum;
  *natural = plan.chart_y + chart_natural;
}

static void
place (WeirChartCard *self,
       GtkWidget     *child,
       int            x,
       int            y,
       int            width,
       int            height)
{
  int           card_width = gtk_widget_get_width (GTK_WIDGET (self));
  GtkAllocation at = { x, y, MAX (width, 1), MAX (height, 1) };

  if (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL && child != self->chart && child != self->pill)
    at.x = card_width - x - width;
  gtk_widget_size_allocate (child, &at, -1);
}

static void
place_pill (WeirChartCard *self,
            const Plan    *plan,
            int            width,
            int            height)
{
  double watermark_x = weir_chart_get_watermark_x (WEIR_CHART (self->chart));
  int    pill_width = natural_width (self->pill);
  int    pill_height = natural_height (self->pill, -1);
  int    x = (int)MIN (watermark_x - 12, width - 24) - pill_width;

  if (gtk_widget_get_visible (self->pill))
    place (self, self->pill, MAX (x, 12), MAX (plan->chart_y, height - 106 - pill_height), pill_width, pill_height);
}

static void
weir_chart_card_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  WeirChartCard *self = WEIR_CHART_CARD (widget);
  Plan           plan;
  int            x = width - PADDING;

  make_plan (self, width, &plan);
  gtk_widget_set_child_visible (self->legend_full, plan.legend == self->legend_full);
  gtk_widget_set_child_visible (self->legend_names, plan.legend == self->legend_names);
  gtk_widget_set_child_visible (self->kind, plan.has_kind);

  place (self, self->title_box, PADDING, 6, plan.title, plan.head_height);
  x -= natural_width (self->menu_button);
  place (self, self->menu_button, x, 6, natural_width (self->menu_button), plan.head_height);
  x -= natural_width (self->range) + HEAD_GAP;
  place (self, self->range, x, 6, natural_width (self->range), plan.head_height);
  if (plan.has_kind)
    {
      x -= natural_width (self->kind) + HEAD_GAP;
      place (self, self->kind, x, 6, natural_width (self->kind), plan.head_height);
    }
  if (plan.legend_below)
    place (self, plan.legend, PADDING, plan.legend_y, width - 2 * PADDING, plan.legend_height);
  else
    place (self, plan.legend, x - 12 - natural_width (plan.legend), plan.legend_y, natural_width (plan.legend), plan.legend_height);
  place (self, self->chart, 0, plan.chart_y, width, height - plan.chart_y);
  place_pill (self, &plan, width, height);
}

static void
layout_changed_cb (WeirChartCard *self)
{
  if (gtk_widget_get_visible (self->pill))
    gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
kind_selected_cb (WeirChartCard *self)
{
  if (!self->syncing)
    weir_chart_model_set_kind (model_of (self), (WeirChartKind)gtk_drop_down_get_selected (GTK_DROP_DOWN (self->kind)));
}

static void
range_selected_cb (WeirChartCard *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->range));

  if (!self->syncing && i < G_N_ELEMENTS (ranges_us))
    weir_chart_model_set_range (model_of (self), ranges_us[i]);
}

static void
model_changed_cb (WeirChartCard *self)
{
  gint64 range_us = weir_chart_model_get_range (model_of (self));

  self->syncing = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->kind), weir_chart_model_get_kind (model_of (self)));
  for (guint i = 0; i < G_N_ELEMENTS (ranges_us); i++)
    if (ranges_us[i] == range_us)
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->range), i);
  self->syncing = FALSE;
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GError)        error = NULL;
  g_autoptr (WeirChartCard) self = user_data;
  g_autofree char          *message = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    return;
  message = g_strdup_printf (_ ("The picture could not be saved: %s"), error->message);
  g_signal_emit_by_name (self, "message", message);
}

static void
export_response_cb (GtkNativeDialog *dialog,
                    int              response,
                    gpointer         user_data)
{
  g_autoptr (WeirChartCard) self = user_data;
  g_autoptr (GFile)         file = NULL;
  g_autoptr (GBytes)        bytes = NULL;
  g_autoptr (GError)        error = NULL;
  g_autofree char          *name = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      name = g_file_get_basename (file);
      bytes = weir_chart_render (WEIR_CHART (self->chart), gtk_label_get_text (self->title), MAX (gtk_widget_get_width (self->chart), 480),
                                 MAX (gtk_widget_get_height (self->chart), 270) + 40, weir_picture_format_for_name (name), 2, &error);
      if (bytes != NULL)
        g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, written_cb, g_object_ref (self));
      else
        g_signal_emit_by_name (self, "message", error->message);
    }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  WeirChartCard        *self = user_data;
  const char           *ending = g_variant_get_string (parameter, NULL);
  const char           *title = gtk_label_get_text (self->title);
  g_autofree char      *name = g_strdup_printf ("%s.%s", *title != '\0' ? title : "chart", ending);
  GtkRoot              *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (_ ("Export Chart"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                                              GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), _ ("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), g_strdelimit (name, "/", '_'));
  g_signal_connect (dialog, "response", G_CALLBACK (export_response_cb), g_object_ref (self));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
copy_picture_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  WeirChartCard         *self = user_data;
  g_autoptr (GBytes)     png = weir_chart_render (WEIR_CHART (self->chart), gtk_label_get_text (self->title),
                                                  MAX (gtk_widget_get_width (self->chart), 480),
                                                  MAX (gtk_widget_get_height (self->chart), 270) + 40, WEIR_PICTURE_PNG, 2, NULL);
  g_autoptr (GdkTexture) texture = png != NULL ? gdk_texture_new_from_bytes (png, NULL) : NULL;

  if (texture != NULL)
    gdk_clipboard_set_texture (gtk_widget_get_clipboard (GTK_WIDGET (self)), texture);
}

static void
rebuild_menu (WeirChartCard *self,
              GMenuModel    *extra)
{
  g_autoptr (GMenu) own = g_menu_new ();

  g_menu_remove_all (self->menu);
  if (extra != NULL)
    g_menu_append_section (self->menu, NULL, extra);
  g_menu_append (own, _ ("Copy _Image"), "chart.copy-picture");
  g_menu_append (own, _ ("Export as _PNG…"), "chart.export::png");
  g_menu_append (own, _ ("Export as _SVG…"), "chart.export::svg");
  g_menu_append (own, _ ("Export as P_DF…"), "chart.export::pdf");
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (own));
}

static void
weir_chart_card_dispose (GObject *object)
{
  WeirChartCard *self = WEIR_CHART_CARD (object);
  GtkWidget    **children[] = { &self->title_box, &self->legend_full, &self->legend_names, &self->kind,
                                &self->range, &self->menu_button, &self->pill, &self->chart };

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    g_clear_pointer (children[i], gtk_widget_unparent);
  g_clear_object (&self->menu);
  g_clear_object (&self->actions);

  G_OBJECT_CLASS (weir_chart_card_parent_class)->dispose (object);
}

static void
weir_chart_card_class_init (WeirChartCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_chart_card_dispose;
  widget_class->get_request_mode = weir_chart_card_get_request_mode;
  widget_class->measure = weir_chart_card_measure;
  widget_class->size_allocate = weir_chart_card_size_allocate;
  g_signal_new ("message", WEIR_TYPE_CHART_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "weirchartcard");
}

static GtkWidget *
title_box_new (WeirChartCard *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  self->title = GTK_LABEL (gtk_label_new (NULL));
  self->subtitle = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->title, PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (self->subtitle, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->subtitle), "dim-label");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->subtitle));
  return box;
}

static GtkWidget *
drop_down_new (const char *const *items,
               const char        *name)
{
  GtkWidget *drop_down = gtk_drop_down_new_from_strings (items);

  gtk_widget_add_css_class (drop_down, "flat");
  gtk_widget_add_css_class (drop_down, "weir-bar");
  gtk_widget_set_valign (drop_down, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (drop_down, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return drop_down;
}

static GtkWidget *
pill_new (WeirChartCard *self)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("media-skip-forward-symbolic"));
  gtk_box_append (GTK_BOX (box), gtk_label_new (_ ("Go Live")));
  self->pill_count = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->pill_count), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->pill_count), "numeric");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->pill_count));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_add_css_class (button, "weir-pill");
  gtk_widget_set_tooltip_text (button, _ ("Show the Newest Rows Again"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "results.go-live");
  gtk_widget_set_visible (button, FALSE);
  return button;
}

static void
weir_chart_card_init (WeirChartCard *self)
{
  static const GActionEntry entries[] = {
    { "export", export_cb, "s", NULL, NULL, { 0 } },
    { "copy-picture", copy_picture_cb, NULL, NULL, NULL, { 0 } },
  };

  self->menu = g_menu_new ();
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "chart", G_ACTION_GROUP (self->actions));
  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
weir_chart_card_new (WeirChartModel *model)
{
  WeirChartCard    *self = g_object_new (WEIR_TYPE_CHART_CARD, NULL);
  const char *const kinds[] = { _ ("Line"), _ ("Area"), _ ("Columns"), _ ("Stacked"), _ ("Bars"), NULL };
  const char *const ranges[] = { _ ("1 min"), _ ("4 min"), _ ("15 min"), _ ("1 h"), _ ("All"), NULL };

  self->title_box = title_box_new (self);
  self->chart = weir_chart_new (model);
  self->legend_full = weir_chart_legend_new (WEIR_CHART (self->chart), TRUE);
  self->legend_names = weir_chart_legend_new (WEIR_CHART (self->chart), FALSE);
  self->kind = drop_down_new (kinds, _ ("Kind of Chart"));
  self->range = drop_down_new (ranges, _ ("Time Shown"));
  self->menu_button = gtk_menu_button_new ();
  self->pill = pill_new (self);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->menu_button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->menu_button), G_MENU_MODEL (self->menu));
  gtk_widget_add_css_class (self->menu_button, "flat");
  gtk_widget_set_valign (self->menu_button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->menu_button, _ ("Chart Menu"));
  rebuild_menu (self, NULL);

  gtk_widget_set_parent (self->title_box, GTK_WIDGET (self));
  gtk_widget_set_parent (self->legend_full, GTK_WIDGET (self));
  gtk_widget_set_parent (self->legend_names, GTK_WIDGET (self));
  gtk_widget_set_parent (self->kind, GTK_WIDGET (self));
  gtk_widget_set_parent (self->range, GTK_WIDGET (self));
  gtk_widget_set_parent (self->menu_button, GTK_WIDGET (self));
  gtk_widget_set_parent (self->chart, GTK_WIDGET (self));
  gtk_widget_set_parent (self->pill, GTK_WIDGET (self));

  model_changed_cb (self);
  g_signal_connect_swapped (self->kind, "notify::selected", G_CALLBACK (kind_selected_cb), self);
  g_signal_connect_swapped (self->range, "notify::selected", G_CALLBACK (range_selected_cb), self);
  g_signal_connect_object (model, "changed", G_CALLBACK (model_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->chart, "layout-changed", G_CALLBACK (layout_changed_cb), self);
  return GTK_WIDGET (self);
}

WeirChart *
weir_chart_card_get_chart (WeirChartCard *self)
{
  return WEIR_CHART (self->chart);
}

void
weir_chart_card_set_title (WeirChartCard *self,
                           const char    *title,
                           const char    *subtitle)
{
  if (strcmp (gtk_label_get_text (self->title), title) != 0)
    gtk_label_set_text (self->title, title);
  if (strcmp (gtk_label_get_text (self->subtitle), subtitle) != 0)
    gtk_label_set_text (self->subtitle, subtitle);
}

void
weir_chart_card_set_menu (WeirChartCard *self,
                          GMenuModel    *menu)
{
  rebuild_menu (self, menu);
}

void
weir_chart_card_set_behind (WeirChartCard *self,
                            gint64         n_rows)
{
  g_autofree char *number = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->pill, n_rows >= 0);
  weir_chart_set_tooltip_lift (WEIR_CHART (self->chart), n_rows >= 0 ? 44 : 0);
  if (n_rows <= 0)
    {
      gtk_label_set_text (self->pill_count, "");
      return;
    }
  number = weir_format_number ((double)n_rows, 0);
  /* Translators: how many rows came since the view was paused, as "+1,204 rows" */
  text = g_strdup_printf (ngettext ("+%s row", "+%s rows", (gulong)n_rows), number);
  gtk_label_set_text (self->pill_count, text);
}
