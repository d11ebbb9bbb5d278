/* SPDX-License-Identifier: Apache-2.0 */
/* Columns over time and horizontal bars by key, all from colour nodes. */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/charts/chart-draw-private.h"

static guint
count_visible (WeirChartSeries *const *series,
               guint                   n_series)
{
  guint n = 0;

  for (guint s = 0; s < n_series; s++)
    n += !series[s]->hidden;
  return n;
}

/* Final: full. Open: hollow, only the frame in the colour of the series. */
static void
draw_block (const WeirChartScene *scene,
            GtkSnapshot          *snapshot,
            const GdkRGBA        *color,
            double                x,
            double                y,
            double                width,
            double                height,
            gboolean              open)
{
  GskRoundedRect frame;
  GdkRGBA        inner = *color;

  if (height < 0)
    {
      y += height;
      height = -height;
    }
  if (height < .5 || width <= 0)
    return;
  if (!open || width < 5 || height < 4)
    {
      _weir_fill_rect (snapshot, color, x, y, width, height);
      return;
    }
  inner.alpha *= .16f;
  _weir_fill_rect (snapshot, &inner, x, y, width, height);
  gsk_rounded_rect_init_from_rect (&frame, &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)width, (float)height), 0);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]){ 1.6f, 1.6f, 1.6f, 1.6f },
                              (GdkRGBA[4]){ *color, *color, *color, *color });
}

void
_weir_draw_columns (const WeirChartScene *scene,
                    GtkSnapshot          *snapshot,
                    gboolean              stacked)
{
  const WeirChartLayout  *layout = scene->layout;
  guint                   n_windows;
  guint                   n_series;
  const WeirChartWindow  *windows = weir_chart_model_get_windows (scene->model, &n_windows);
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  double                  group = CLAMP (layout->window_px * .78, 1, 64);
  double                  width = stacked ? group : MAX (group / MAX (count_visible (series, n_series), 1), 1);
  double                  zero = weir_chart_layout_y (layout, 0);
  guint                   first;
  guint                   end;

  if (layout->window_px == 0)
    group = width = 12;
  _weir_scene_windows (scene, &first, &end);
  for (guint i = first; i < end; i++)
    {
      double x = round (weir_chart_layout_x (layout, weir_chart_window_middle (&windows[i])) - group / 2);
      double up = 0;
      double down = 0;

      for (guint s = 0; s < n_series; s++)
        {
          GdkRGBA color = _weir_scene_color (scene, series[s]);
          double  value = series[s]->values[i];
          double *base = value < 0 ? &down : &up;

          if (series[s]->hidden)
            continue;
          if (!isnan (value) && stacked)
            {
              double y = weir_chart_layout_y (layout, *base + value);

              draw_block (scene, snapshot, &color, x, y, width, weir_chart_layout_y (layout, *base) - y - (value > 0 ? .5 : -.5),
                          windows[i].state != WEIR_WINDOW_FINAL);
              *base += value;
            }
          else if (!isnan (value))
            {
              double y = weir_chart_layout_y (layout, value);

              draw_block (scene, snapshot, &color, x, y, MAX (width - (width > 4 ? 1 : 0), 1), zero - y,
                          windows[i].state != WEIR_WINDOW_FINAL);
            }
          if (!stacked)
            x += width;
        }
    }
}

static double
bar_value (const WeirChartSeries *series)
{
  return isnan (series->last_final) ? series->last : series->last_final;
}

static int
compare_bars (gconstpointer a,
              gconstpointer b)
{
  const WeirChartSeries *x = *(WeirChartSeries *const *)a;
  const WeirChartSeries *y = *(WeirChartSeries *const *)b;

  /* "Others" is last whatever it adds up to. */
  if ((x->slot == WEIR_SLOT_OTHERS) != (y->slot == WEIR_SLOT_OTHERS))
    return x->slot == WEIR_SLOT_OTHERS ? 1 : -1;
  return (bar_value (x) < bar_value (y)) - (bar_value (x) > bar_value (y));
}

static void
draw_value_grid (const WeirChartScene *scene,
                 GtkSnapshot          *snapshot)
{
  const WeirChartLayout *layout = scene->layout;
  WeirTextStyle          style = { .points = 9, .align = .5, .color = &scene->palette->dim };

  for (guint i = 0; i < layout->y_ticks.n_ticks; i++)
    {
      double           x = round (weir_chart_layout_value_x (layout, layout->y_ticks.min + i * layout->y_ticks.step));
      g_autofree char *label = weir_number_ticks_label (&layout->y_ticks, i);

      _weir_fill_rect (snapshot, &scene->palette->grid, x, layout->plot_y, 1, layout->plot_height);
      _weir_draw_text (scene->pango, snapshot, label, x, layout->plot_y + layout->plot_height + 5, &style);
    }
}

/* As exact as there is room right of the bar. (transfer full) */
static char *
format_bar (const WeirChartScene *scene,
            double                value,
            double                room,
            const WeirTextStyle  *style)
{
  g_autofree char *text = value == floor (value) || fabs (value) >= 1000 ? weir_format_number (value, 0) : weir_format_measure (value);

  return _weir_measure_text (scene->pango, text, style) <= room ? g_steal_pointer (&text) : weir_format_si (value);
}

void
_weir_draw_bars (const WeirChartScene *scene,
                 GtkSnapshot          *snapshot)
{
  const WeirChartLayout  *layout = scene->layout;
  WeirTextStyle           name = { .points = 10, .align = 1, .valign = .5, .max_width = layout->plot_x - 14, .color = &scene->palette->text };
  WeirTextStyle           number = { .points = 9, .valign = .5, .color = &scene->palette->text };
  guint                   n_series;
  WeirChartSeries *const *series = weir_chart_model_get_series (scene->model, &n_series);
  g_autoptr (GPtrArray)   bars = g_ptr_array_new ();

  draw_value_grid (scene, snapshot);
  for (guint s = 0; s < n_series; s++)
    if (!series[s]->hidden && !isnan (bar_value (series[s])))
      g_ptr_array_add (bars, series[s]);
  g_ptr_array_sort (bars, compare_bars);
  for (guint i = 0; i < bars->len; i++)
    {
      const WeirChartSeries *bar = bars->pdata[i];
      GdkRGBA                color = _weir_scene_color (scene, bar);
      double                 zero = weir_chart_layout_value_x (layout, 0);
      double                 x = weir_chart_layout_value_x (layout, bar_value (bar));
      g_autofree char       *label = format_bar (scene, bar_value (bar), layout->width - MAX (x, zero) - 8, &number);
      double                 y;
      double                 height;

      weir_chart_layout_bar (layout, i, bars->len, &y, &height);
      _weir_fill_rect (snapshot, &color, MIN (x, zero), y, MAX (fabs (x - zero), 1), height);
      if (height >= 8)
        {
          _weir_draw_text (scene->pango, snapshot, *bar->name != '\0' ? bar->name : _ ("Value"), layout->plot_x - 8, y + height / 2, &name);
          _weir_draw_text (scene->pango, snapshot, label, MAX (x, zero) + 6, y + height / 2, &number);
        }
    }
}
