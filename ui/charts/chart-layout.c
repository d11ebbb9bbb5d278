/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/chart-layout.h"

#define NARROW_WIDTH  480
#define TOP           10
#define AXIS_ROW      22
#define RULER         50
#define KEY_ROW       24
#define RIGHT         18
#define GUTTER        52
#define GUTTER_NARROW 40
#define BAR_GUTTER    132
#define LABEL_GAP     8
#define DIGIT_WIDTH   7 /* at most, in 9 pt */
#define MARKER_MIN_PX 8

static double
usual_window_us (WeirChartModel *model)
{
  guint                  n_windows;
  const WeirChartWindow *windows = weir_chart_model_get_windows (model, &n_windows);
  double                 least = INFINITY;

  for (guint i = 1; i < n_windows; i++)
    {
      double distance = weir_chart_window_middle (&windows[i]) - weir_chart_window_middle (&windows[i - 1]);

      if (distance > 0)
        least = MIN (least, distance);
    }
  if (isinf (least) && n_windows > 0)
    least = (double)windows[0].end_us - (double)windows[0].start_us;
  return isfinite (least) ? least : 0;
}

static void
fit_plot (WeirChartLayout *layout)
{
  double scale = MAX (layout->text_scale, 1);
  double axis_row = AXIS_ROW * scale, ruler = RULER * scale;
  double below = layout->has_ruler ? axis_row + ruler + KEY_ROW * scale : axis_row + 8;
  double gutter = (layout->narrow ? GUTTER_NARROW : GUTTER) * scale;

  layout->plot_x = layout->horizontal ? MIN (BAR_GUTTER * scale, layout->width * .35) : gutter;
  layout->plot_y = TOP;
  layout->plot_width = MAX (layout->width - layout->plot_x - (layout->horizontal ? 64 * scale : RIGHT), 1);
  layout->plot_height = MAX (layout->height - TOP - below, 1);
  layout->ruler_y = layout->plot_y + layout->plot_height + axis_row + 8;
  layout->late_y = layout->ruler_y + 26 * scale;
  layout->key_y = layout->plot_y + layout->plot_height + axis_row + ruler + 8 * scale;
}

/* The gutter is as wide as the longest label of the value axis, but no less than usual: it must not move with every value. */
static void
fit_gutter (WeirChartLayout *layout)
{
  glong  longest = 0;
  double wider;

  if (layout->horizontal)
    return;
  for (guint i = 0; i < layout->y_ticks.n_ticks; i++)
    {
      g_autofree char *label = weir_number_ticks_label (&layout->y_ticks, i);

      longest = MAX (longest, g_utf8_strlen (label, -1));
    }
  wider = MAX (LABEL_GAP + DIGIT_WIDTH * MAX (layout->text_scale, 1) * (double)longest - layout->plot_x, 0);
  layout->plot_x += wider;
  layout->plot_width = MAX (layout->plot_width - wider, 1);
}

/* Labels with seconds need more room than those without. */
static void
fit_time_ticks (WeirChartLayout *layout,
                gint64           min_us,
                gint64           max_us,
                GTimeZone       *zone)
{
  double scale = MAX (layout->text_scale, 1);

  weir_time_ticks_fit (&layout->x_ticks, min_us, max_us, (guint)CLAMP (layout->plot_width / (52 * scale), 2, 16), zone);
  if (layout->x_ticks.step_us < 60 * G_USEC_PER_SEC)
    weir_time_ticks_fit (&layout->x_ticks, min_us, max_us, (guint)CLAMP (layout->plot_width / (84 * scale), 2, 12), zone);
}

void
weir_chart_layout_fit (WeirChartLayout *layout,
                       WeirChartModel  *model,
                       double           width,
                       double           height,
                       GTimeZone       *zone)
{
  double min;
  double max;
  gint64 min_us;
  gint64 max_us;
  guint  n_y_max;

  layout->width = width;
  layout->height = height;
  layout->narrow = width < NARROW_WIDTH;
  layout->horizontal = weir_chart_model_get_kind (model) == WEIR_CHART_BAR;
  layout->has_ruler = !layout->horizontal && weir_chart_model_has_time (model) &&
                      weir_chart_model_get_newest_event (model) != WEIR_TIME_NONE;
  fit_plot (layout);

  weir_chart_model_get_extent (model, &min, &max);
  if (layout->horizontal)
    n_y_max = (guint)CLAMP (layout->plot_width / 90, 2, 6);
  else
    n_y_max = layout->narrow || layout->plot_height < 110 ? 3 : 6;
  if (max <= 0 && min >= 0)
    max = 1;
  weir_number_ticks_fit (&layout->y_ticks, min, max, n_y_max);
  fit_gutter (layout);

  weir_chart_model_get_view (model, &min_us, &max_us);
  layout->min_us = (double)min_us;
  layout->max_us = (double)MAX (max_us, min_us + 1);
  layout->window_px = usual_window_us (model) / (layout->max_us - layout->min_us) * layout->plot_width;
  fit_time_ticks (layout, min_us, max_us, zone);
}

double
weir_chart_layout_x (const WeirChartLayout *layout,
                     double                 time_us)
{
  return layout->plot_x + (time_us - layout->min_us) / (layout->max_us - layout->min_us) * layout->plot_width;
}

double
weir_chart_layout_y (const WeirChartLayout *layout,
                     double                 value)
{
  double span = layout->y_ticks.max - layout->y_ticks.min;

  return layout->plot_y + layout->plot_height * (1 - (value - layout->y_ticks.min) / span);
}

double
weir_chart_layout_time (const WeirChartLayout *layout,
                        double                 x)
{
  return layout->min_us + (x - layout->plot_x) / layout->plot_width * (layout->max_us - layout->min_us);
}

double
weir_chart_layout_value_x (const WeirChartLayout *layout,
                           double                 value)
{
  double span = layout->y_ticks.max - layout->y_ticks.min;

  return layout->plot_x + (value - layout->y_ticks.min) / span * layout->plot_width;
}

void
weir_chart_layout_bar (const WeirChartLayout *layout,
                       guint                  i,
                       guint                  n,
                       double                *y,
                       double                *height)
{
  double row = MIN (layout->plot_height / MAX (n, 1), 34);

  *height = MAX (row * .68, 1);
  *y = layout->plot_y + row * i + (row - *height) / 2;
}

gboolean
weir_chart_layout_has_markers (const WeirChartLayout *layout)
{
  return layout->window_px == 0 || layout->window_px >= MARKER_MIN_PX;
}

gboolean
weir_chart_layout_is_late_row (const WeirChartLayout *layout,
                               double                 x,
                               double                 y)
{
  return layout->has_ruler && x >= layout->plot_x && x <= layout->plot_x + layout->plot_width &&
         y > layout->ruler_y + WEIR_RULER_BLOCK && y <= layout->late_y + 6;
}
