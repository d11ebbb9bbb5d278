/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/charts/chart-private.h"
#include "ui/widgets/text-scale.h"

#define FRAME_US          (G_USEC_PER_SEC / 30)
#define FRAME_SOFTWARE_US (G_USEC_PER_SEC / 10)

/* A screen reader would be drowned by every batch. */
#define DESCRIBE_US (5 * G_USEC_PER_SEC)

#define MIN_WIDTH      240
#define MIN_HEIGHT     180
#define NATURAL_HEIGHT 320

G_DEFINE_FINAL_TYPE (WeirChart, weir_chart, GTK_TYPE_WIDGET)

enum
{
  LATE_CLICKED,
  LAYOUT_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

WeirChartScene
_weir_chart_scene (WeirChart *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  WeirChartScene   scene = {
      .model = self->model,
      .layout = &self->layout,
      .palette = weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style)),
      .pango = gtk_widget_get_pango_context (GTK_WIDGET (self)),
      .zone = self->zone,
      .tooltip_lift = self->tooltip_lift,
      .highlight = self->highlight,
  };

  return scene;
}

void
_weir_chart_fit (WeirChart *self,
                 double     width,
                 double     height)
{
  self->layout.text_scale = weir_text_scale (GTK_WIDGET (self));
  weir_chart_layout_fit (&self->layout, self->model, width, height, self->zone);
}

static void
describe (WeirChart *self)
{
  gint64           now_us = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  /* While the cursor is moved by keys, what it reads goes first. */
  if (self->has_cursor && gtk_widget_is_focus (GTK_WIDGET (self)))
    return;
  if (self->described_at_us != 0 && now_us - self->described_at_us < DESCRIBE_US)
    return;
  self->described_at_us = now_us;
  text = weir_chart_model_describe (self->model, self->zone);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void
redraw (WeirChart *self)
{
  gtk_widget_queue_draw (self->canvas);
  gtk_widget_queue_draw (self->pointer);
  describe (self);
  g_signal_emit (self, signals[LAYOUT_CHANGED], 0);
}

static gint64
frame_interval_us (WeirChart *self)
{
  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (GTK_WIDGET (self)));

  return renderer == NULL || g_str_equal (G_OBJECT_TYPE_NAME (renderer), "GskCairoRenderer") ? FRAME_SOFTWARE_US : FRAME_US;
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  WeirChart *self = WEIR_CHART (widget);
  gint64     now_us = gdk_frame_clock_get_frame_time (clock);

  if (now_us - self->drawn_at_us < frame_interval_us (self))
    return G_SOURCE_CONTINUE;
  self->drawn_at_us = now_us;
  self->tick_id = 0;
  _weir_chart_fit (self, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  redraw (self);
  return G_SOURCE_REMOVE;
}

static void
model_changed_cb (WeirChart *self)
{
  if (self->tick_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
style_changed_cb (WeirChart *self)
{
  gtk_widget_queue_draw (self->canvas);
  gtk_widget_queue_draw (self->pointer);
}

static void
weir_chart_map (GtkWidget *widget)
{
  WeirChart *self = WEIR_CHART (widget);

  GTK_WIDGET_CLASS (weir_chart_parent_class)->map (widget);
  redraw (self);
}

static void
weir_chart_unmap (GtkWidget *widget)
{
  WeirChart *self = WEIR_CHART (widget);

  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (widget, self->tick_id);
  self->tick_id = 0;

  GTK_WIDGET_CLASS (weir_chart_parent_class)->unmap (widget);
}

static void
weir_chart_measure (GtkWidget     *widget,
                    GtkOrientation orientation,
                    int            for_size,
                    int           *minimum,
                    int           *natural,
                    int           *minimum_baseline,
                    int           *natural_baseline)
{
  gboolean horizontal = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = horizontal ? MIN_WIDTH : MIN_HEIGHT;
  *natural = horizontal ? 720 : NATURAL_HEIGHT;
}

static void
weir_chart_size_allocate (GtkWidget *widget,
                          int        width,
                          int        height,
                          int        baseline)
{
  WeirChart *self = WEIR_CHART (widget);

  gtk_widget_allocate (self->canvas, width, height, -1, NULL);
  gtk_widget_allocate (self->pointer, width, height, -1, NULL);
  _weir_chart_fit (self, width, height);
  g_signal_emit (self, signals[LAYOUT_CHANGED], 0);
}

static void
weir_chart_dispose (GObject *object)
{
  WeirChart *self = WEIR_CHART (object);

  g_clear_pointer (&self->canvas, gtk_widget_unparent);
  g_clear_pointer (&self->pointer, gtk_widget_unparent);
  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (weir_chart_parent_class)->dispose (object);
}

static void
weir_chart_finalize (GObject *object)
{
  WeirChart *self = WEIR_CHART (object);

  g_time_zone_unref (self->zone);
  g_free (self->highlight);

  G_OBJECT_CLASS (weir_chart_parent_class)->finalize (object);
}

static void
weir_chart_class_init (WeirChartClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = weir_chart_dispose;
  object_class->finalize = weir_chart_finalize;
  widget_class->map = weir_chart_map;
  widget_class->unmap = weir_chart_unmap;
  widget_class->measure = weir_chart_measure;
  widget_class->size_allocate = weir_chart_size_allocate;

  signals[LATE_CLICKED] =
    g_signal_new ("late-clicked", WEIR_TYPE_CHART, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LAYOUT_CHANGED] =
    g_signal_new ("layout-changed", WEIR_TYPE_CHART, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "weirchart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
weir_chart_init (WeirChart *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  self->zone = g_time_zone_new_local ();
  self->canvas = _weir_chart_canvas_new (self);
  self->pointer = _weir_chart_pointer_new (self);
  gtk_widget_set_parent (self->canvas, GTK_WIDGET (self));
  gtk_widget_set_parent (self->pointer, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Chart"), -1);
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (style_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (style_changed_cb), self, G_CONNECT_SWAPPED);
  _weir_chart_add_controllers (self);
}

GtkWidget *
weir_chart_new (WeirChartModel *model)
{
  WeirChart *self = g_object_new (WEIR_TYPE_CHART, NULL);

  self->model = g_object_ref (model);
  g_signal_connect_swapped (model, "changed", G_CALLBACK (model_changed_cb), self);
  return GTK_WIDGET (self);
}

WeirChartModel *
weir_chart_get_model (WeirChart *self)
{
  return self->model;
}

void
weir_chart_set_time_zone (WeirChart *self,
                          GTimeZone *zone)
{
  g_return_if_fail (WEIR_IS_CHART (self));

  g_time_zone_ref (zone);
  g_time_zone_unref (self->zone);
  self->zone = zone;
  self->described_at_us = 0;
  redraw (self);
}

GTimeZone *
weir_chart_get_time_zone (WeirChart *self)
{
  return self->zone;
}

void
weir_chart_set_highlight (WeirChart  *self,
                          const char *name)
{
  if (g_strcmp0 (self->highlight, name) == 0)
    return;
  g_free (self->highlight);
  self->highlight = g_strdup (name);
  gtk_widget_queue_draw (self->canvas);
}

void
weir_chart_set_tooltip_lift (WeirChart *self,
                             double     lift)
{
  self->tooltip_lift = lift;
  gtk_widget_queue_draw (self->pointer);
}

int
weir_chart_get_cursor (WeirChart *self)
{
  return self->has_cursor ? weir_chart_model_find_window (self->model, self->cursor_us) : -1;
}

void
weir_chart_set_cursor (WeirChart *self,
                       int        window)
{
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (self->model, &n_windows);

  self->has_cursor = window >= 0 && n_windows > 0;
  if (self->has_cursor)
    self->cursor_us = weir_chart_window_middle (&windows[MIN ((guint)window, n_windows - 1)]);
  else
    self->pinned = FALSE;
  gtk_widget_queue_draw (self->pointer);
}

void
_weir_chart_put_cursor (WeirChart *self,
                        int        window)
{
  guint            n_windows;
  g_autofree char *text = NULL;

  weir_chart_model_get_windows (self->model, &n_windows);
  if (n_windows == 0)
    return;
  window = CLAMP (window, 0, (int)n_windows - 1);
  weir_chart_set_cursor (self, window);
  text = weir_chart_model_describe_window (self->model, (guint)window, self->zone);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

void
_weir_chart_move_cursor (WeirChart *self,
                         int        steps)
{
  guint n_windows;
  int   window = weir_chart_get_cursor (self);

  weir_chart_model_get_windows (self->model, &n_windows);
  if (window < 0)
    window = steps < 0 ? (int)n_windows : -1;
  _weir_chart_put_cursor (self, window + steps);
}

void
_weir_chart_zoom (WeirChart *self,
                  double     factor,
                  double     center_us)
{
  double span = (self->layout.max_us - self->layout.min_us) * factor;
  double part = (center_us - self->layout.min_us) / (self->layout.max_us - self->layout.min_us);

  if (span < 1000 || span > 400. * 365 * 86400 * G_USEC_PER_SEC)
    return;
  weir_chart_model_set_view (self->model, (gint64)(center_us - part * span), (gint64)(center_us + (1 - part) * span));
}

double
weir_chart_get_watermark_x (WeirChart *self)
{
  gint64 watermark = weir_chart_model_get_watermark (self->model);

  if (watermark == WEIR_TIME_NONE || watermark < self->layout.min_us || watermark > self->layout.max_us)
    return self->layout.width;
  return weir_chart_layout_x (&self->layout, (double)watermark);
}
