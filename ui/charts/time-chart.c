/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture is kept as a render node until data, size or style change, so that the cursor can move over it without drawing the
 * series again.
 */
#include "config.h"

#include <math.h>

#include <adwaita.h>

#include "ui/charts/time-chart-private.h"
#include "ui/widgets/text-scale.h"

#define MINIMUM_WIDTH  200
#define MINIMUM_HEIGHT 80

G_DEFINE_FINAL_TYPE (WeirTimeChart, weir_time_chart, GTK_TYPE_WIDGET)

static void
redraw (WeirTimeChart *self)
{
  g_clear_pointer (&self->drawn, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_cursor (WeirTimeChart *self,
            int            cursor)
{
  cursor = CLAMP (cursor, -1, (int)self->n - 1);
  if (cursor == self->cursor)
    return;
  self->cursor = cursor;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "cursor");
}

static int
find_point (WeirTimeChart *self,
            double         x)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), nearest = INFINITY;
  int    found = -1;

  for (guint i = 0; i < self->n; i++)
    {
      double distance = fabs (_weir_time_chart_x (self, (double)self->times_us[i], width) - x);

      if (distance < nearest)
        {
          nearest = distance;
          found = (int)i;
        }
    }
  return found;
}

static void
measure (GtkWidget     *widget,
         GtkOrientation orientation,
         int            for_size,
         int           *minimum,
         int           *natural,
         int           *minimum_baseline,
         int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MINIMUM_WIDTH : MINIMUM_HEIGHT;
}

static GskRenderNode *
draw (WeirTimeChart     *self,
      const WeirPalette *palette)
{
  GtkSnapshot *picture = gtk_snapshot_new ();

  self->text_scale = weir_text_scale (GTK_WIDGET (self));
  self->drawn_width = gtk_widget_get_width (GTK_WIDGET (self));
  self->drawn_height = gtk_widget_get_height (GTK_WIDGET (self));
  _weir_time_chart_draw (self, picture, self->drawn_width, self->drawn_height, palette);
  return gtk_snapshot_free_to_node (picture);
}

static void
snapshot (GtkWidget   *widget,
          GtkSnapshot *snapshot)
{
  WeirTimeChart     *self = WEIR_TIME_CHART (widget);
  AdwStyleManager   *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  const WeirPalette *palette = weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
  int                width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (self->drawn == NULL || self->drawn_width != width || self->drawn_height != height)
    {
      g_clear_pointer (&self->drawn, gsk_render_node_unref);
      self->drawn = draw (self, palette);
    }
  if (self->drawn != NULL)
    gtk_snapshot_append_node (snapshot, self->drawn);
  if (self->cursor >= 0)
    gtk_snapshot_append_color (snapshot, &palette->dim,
                               &GRAPHENE_RECT_INIT ((float)floor (_weir_time_chart_x (self, (double)self->times_us[self->cursor], width)),
                                                    (float)WEIR_TIME_CHART_TOP, 1,
                                                    (float)(height - WEIR_TIME_CHART_TOP - WEIR_TIME_CHART_BOTTOM (self))));
  if (gtk_widget_has_visible_focus (widget))
    gtk_snapshot_render_focus (snapshot, gtk_widget_get_style_context (widget), 1, 1, width - 2, height - 2);
}

static void
motion_cb (WeirTimeChart *self,
           double         x,
           double         y)
{
  set_cursor (self, find_point (self, x));
}

static void
leave_cb (WeirTimeChart *self)
{
  set_cursor (self, -1);
}

static gboolean
key_cb (WeirTimeChart  *self,
        guint           keyval,
        guint           keycode,
        GdkModifierType modifiers)
{
  int last = (int)self->n - 1;

  if (last < 0 || (modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return FALSE;
  if (keyval == GDK_KEY_Left)
    set_cursor (self, self->cursor < 0 ? last : MAX (0, self->cursor - 1));
  else if (keyval == GDK_KEY_Right)
    set_cursor (self, self->cursor < 0 ? 0 : MIN (last, self->cursor + 1));
  else if (keyval == GDK_KEY_Home)
    set_cursor (self, 0);
  else if (keyval == GDK_KEY_End)
    set_cursor (self, last);
  else if (keyval == GDK_KEY_Escape && self->cursor >= 0)
    set_cursor (self, -1);
  else
    return FALSE;
  return TRUE;
}

static void
finalize (GObject *object)
{
  WeirTimeChart *self = WEIR_TIME_CHART (object);

  g_clear_pointer (&self->drawn, gsk_render_node_unref);
  g_time_zone_unref (self->zone);
  g_free (self->times_us);
  g_free (self->values);
  G_OBJECT_CLASS (weir_time_chart_parent_class)->finalize (object);
}

static void
weir_time_chart_class_init (WeirTimeChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  widget_class->measure = measure;
  widget_class->snapshot = snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  g_signal_new ("cursor", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
weir_time_chart_init (WeirTimeChart *self)
{
  AdwStyleManager    *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cursor = -1;
  self->divisor = 1;
  self->text_scale = 1;
  self->zone = g_time_zone_new_local ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect_object (style, "notify", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
weir_time_chart_new (WeirTimeChartKind kind)
{
  WeirTimeChart *self = g_object_new (WEIR_TYPE_TIME_CHART, NULL);

  self->kind = kind;
  return GTK_WIDGET (self);
}

void
weir_time_chart_set_data (WeirTimeChart *self,
                          const gint64  *times_us,
                          guint          n,
                          const double  *values,
                          guint          n_series)
{
  gint64 under_cursor;

  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  under_cursor = self->cursor >= 0 ? self->times_us[self->cursor] : G_MININT64;
  g_free (self->times_us);
  g_free (self->values);
  self->times_us = g_memdup2 (times_us, n * sizeof *times_us);
  self->values = g_memdup2 (values, (gsize)n * n_series * sizeof *values);
  self->n = n;
  self->n_series = n_series;
  /* The cursor stays on its time. */
  if (self->cursor >= 0)
    for (self->cursor = (int)n - 1; self->cursor >= 0 && times_us[self->cursor] > under_cursor;)
      self->cursor--;
  redraw (self);
}

void
weir_time_chart_set_view (WeirTimeChart *self,
                          gint64         min_us,
                          gint64         max_us)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  self->min_us = min_us;
  self->max_us = max_us;
  redraw (self);
}

void
weir_time_chart_set_unit (WeirTimeChart *self,
                          double         divisor,
                          const char    *unit)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self) && divisor > 0);
  self->divisor = divisor;
  self->unit = unit;
  redraw (self);
}

void
weir_time_chart_set_slot (WeirTimeChart *self,
                          guint          slot)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  self->slot = slot;
  redraw (self);
}

void
weir_time_chart_set_whole (WeirTimeChart *self,
                           gboolean       whole)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  self->whole = whole;
  redraw (self);
}

void
weir_time_chart_set_zone (WeirTimeChart *self,
                          GTimeZone     *zone)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  g_time_zone_unref (self->zone);
  self->zone = g_time_zone_ref (zone);
  redraw (self);
}

int
weir_time_chart_get_cursor (WeirTimeChart *self)
{
  g_return_val_if_fail (WEIR_IS_TIME_CHART (self), -1);
  return self->cursor;
}

void
weir_time_chart_set_cursor (WeirTimeChart *self,
                            int            cursor)
{
  g_return_if_fail (WEIR_IS_TIME_CHART (self));
  set_cursor (self, cursor);
}

double
weir_time_chart_get_top (WeirTimeChart *self)
{
  double top = 0;

  g_return_val_if_fail (WEIR_IS_TIME_CHART (self), 0);
  for (guint i = 0; i < self->n; i++)
    {
      double sum = 0;

      if (self->times_us[i] < self->min_us || self->times_us[i] > self->max_us)
        continue;
      for (guint series = 0; series < self->n_series; series++)
        {
          double value = self->values[(gsize)series * self->n + i];

          if (!isfinite (value))
            continue;
          sum = self->kind == WEIR_TIME_CHART_LINE ? MAX (sum, value) : sum + value;
        }
      top = MAX (top, sum);
    }
  return top;
}
