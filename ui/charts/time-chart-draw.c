/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/time-chart-private.h"
#include "ui/widgets/number-format.h"

#define LINE_WIDTH    1.6
#define N_VALUE_TICKS 4
#define TICK_WIDTH    74.

double
_weir_time_chart_x (WeirTimeChart *self,
                    double         time_us,
                    double         width)
{
  double span = MAX (1., (double)(self->max_us - self->min_us));

  return WEIR_TIME_CHART_LEFT (self) + (time_us - (double)self->min_us) / span * (width - WEIR_TIME_CHART_LEFT (self) - WEIR_TIME_CHART_RIGHT);
}

/* Where @value is between foot (0) and top (1) of the plot. */
static double
get_share (WeirTimeChart *self,
           double         value)
{
  return (value - self->ticks.min) / (self->ticks.max - self->ticks.min);
}

static double
get_y (WeirTimeChart *self,
       double         value,
       double         height)
{
  double room = height - WEIR_TIME_CHART_TOP - WEIR_TIME_CHART_BOTTOM (self);

  return WEIR_TIME_CHART_TOP + room * (1 - get_share (self, value / self->divisor));
}

static void
draw_text (WeirTimeChart *self,
           GtkSnapshot   *snapshot,
           const char    *text,
           double         x,
           double         y,
           double         xalign,
           double         x_max,
           const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList          *attributes = pango_attr_list_new ();
  int                     text_width, text_height;

  pango_attr_list_insert (attributes, pango_attr_scale_new (.8));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  x = CLAMP (x - xalign * text_width, 0, MAX (0, x_max - text_width));
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float)x, (float)(y - text_height / 2.)));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_value_tick (WeirTimeChart     *self,
                 GtkSnapshot       *snapshot,
                 double             width,
                 double             y,
                 const char        *label,
                 gboolean           is_foot,
                 const WeirPalette *palette)
{
  g_autofree char *text = self->unit != NULL ? g_strdup_printf ("%s\302\240%s", label, self->unit) : g_strdup (label);

  gtk_snapshot_append_color (snapshot, is_foot ? &palette->axis : &palette->grid,
                             &GRAPHENE_RECT_INIT ((float)WEIR_TIME_CHART_LEFT (self), (float)floor (y),
                                                  (float)(width - WEIR_TIME_CHART_LEFT (self) - WEIR_TIME_CHART_RIGHT), 1));
  draw_text (self, snapshot, text, WEIR_TIME_CHART_LEFT (self) - 6, y, 1, width, &palette->dim);
}

static void
draw_axes (WeirTimeChart     *self,
           GtkSnapshot       *snapshot,
           double             width,
           double             height,
           const WeirPalette *palette)
{
  WeirTimeTicks times = { 0 };
  guint         n_max = (guint)CLAMP ((width - WEIR_TIME_CHART_LEFT (self)) / (TICK_WIDTH * self->text_scale), 2, 6);

  for (guint i = 0; i < self->ticks.n_ticks; i++)
    {
      double           value = self->ticks.min + i * self->ticks.step;
      g_autofree char *label = weir_number_ticks_label (&self->ticks, i);

      draw_value_tick (self, snapshot, width, get_y (self, value * self->divisor, height), label, i == 0, palette);
    }
  weir_time_ticks_fit (&times, self->min_us, self->max_us, n_max, self->zone);
  for (guint i = 0; i < times.n_ticks; i++)
    {
      g_autofree char *label = weir_time_ticks_label (&times, i, self->zone);

      draw_text (self, snapshot, label, _weir_time_chart_x (self, (double)times.times_us[i], width),
                 height - WEIR_TIME_CHART_BOTTOM (self) / 2 + 2, .5, width, &palette->dim);
    }
}

static void
trace_line (WeirTimeChart *self,
            cairo_t       *cr,
            const double  *values,
            double         width,
            double         height,
            gboolean       to_foot)
{
  double foot = get_y (self, 0, height), last_x = NAN;

  for (guint i = 0; i < self->n; i++)
    {
      double x = _weir_time_chart_x (self, (double)self->times_us[i], width);

      if (isnan (values[i]))
        continue;
      if (isnan (last_x))
        cairo_move_to (cr, x, to_foot ? foot : get_y (self, values[i], height));
      cairo_line_to (cr, x, get_y (self, values[i], height));
      last_x = x;
    }
  if (to_foot && !isnan (last_x))
    {
      cairo_line_to (cr, last_x, foot);
      cairo_close_path (cr);
    }
}

static void
draw_lines (WeirTimeChart     *self,
            cairo_t           *cr,
            double             width,
            double             height,
            const WeirPalette *palette)
{
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (cr, LINE_WIDTH);
  for (guint series = 0; series < self->n_series; series++)
    {
      const double *values = self->values + (gsize)series * self->n;
      GdkRGBA       color = *weir_palette_series (palette, self->slot + series);
      guint         n_dashes = 0;
      const double *dash = weir_palette_dash (series, &n_dashes);

      if (self->n_series == 1)
        {
          color.alpha = .14f;
          gdk_cairo_set_source_rgba (cr, &color);
          trace_line (self, cr, values, width, height, TRUE);
          cairo_fill (cr);
          color.alpha = 1;
        }
      gdk_cairo_set_source_rgba (cr, &color);
      cairo_set_dash (cr, dash, (int)n_dashes, 0);
      trace_line (self, cr, values, width, height, FALSE);
      cairo_stroke (cr);
    }
}

/* Width of a column: what the points leave each other, with a pixel between. */
static double
get_column_width (WeirTimeChart *self,
                  double         width)
{
  double room = width - WEIR_TIME_CHART_LEFT (self) - WEIR_TIME_CHART_RIGHT;
  double least = room;

  for (guint i = 1; i < self->n; i++)
    least = MIN (least, _weir_time_chart_x (self, (double)self->times_us[i], width) - _weir_time_chart_x (self, (double)self->times_us[i - 1], width));
  return CLAMP (least - 1, 1.5, self->kind == WEIR_TIME_CHART_LATE ? 4 : 10);
}

static void
draw_columns (WeirTimeChart     *self,
              GtkSnapshot       *snapshot,
              double             width,
              double             height,
              const WeirPalette *palette)
{
  double column = get_column_width (self, width);

  for (guint i = 0; i < self->n; i++)
    {
      double x = _weir_time_chart_x (self, (double)self->times_us[i], width) - column / 2, below = 0;

      for (guint series = 0; series < self->n_series; series++)
        {
          double         value = self->values[(gsize)series * self->n + i];
          double         top, foot;
          const GdkRGBA *color = self->kind == WEIR_TIME_CHART_LATE ? &palette->late : weir_palette_series (palette, self->slot + series);

          if (isnan (value) || value <= 0)
            continue;
          foot = get_y (self, below, height);
          below += value;
          top = get_y (self, below, height);
          gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT ((float)x, (float)top, (float)column, (float)(foot - top)));
        }
    }
}

void
_weir_time_chart_draw (WeirTimeChart     *self,
                       GtkSnapshot       *snapshot,
                       double             width,
                       double             height,
                       const WeirPalette *palette)
{
  graphene_rect_t plot = GRAPHENE_RECT_INIT ((float)WEIR_TIME_CHART_LEFT (self), 0, (float)(width - WEIR_TIME_CHART_LEFT (self) - WEIR_TIME_CHART_RIGHT + 1), (float)height);
  double          top = weir_time_chart_get_top (self) / self->divisor;

  weir_number_ticks_fit (&self->ticks, 0, MAX (top, self->whole ? 2 : 1e-3), N_VALUE_TICKS);
  draw_axes (self, snapshot, width, height, palette);
  gtk_snapshot_push_clip (snapshot, &plot);
  if (self->kind == WEIR_TIME_CHART_LINE)
    {
      cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &plot);

      draw_lines (self, cr, width, height, palette);
      cairo_destroy (cr);
    }
  else
    draw_columns (self, snapshot, width, height, palette);
  gtk_snapshot_pop (snapshot);
}
