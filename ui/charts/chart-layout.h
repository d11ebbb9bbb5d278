/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the parts of a chart lie, in pixels of the chart. Needs no display.
 *
 *   top 10 | plot | axis row 22 | ruler 50: blocks 14, late line | key row 24
 */
#pragma once

#include "ui/charts/axis-ticks.h"
#include "ui/charts/chart-model.h"

G_BEGIN_DECLS

#define WEIR_RULER_BLOCK 14

/**
 * WeirChartLayout:
 * @y_ticks: kept from one fit to the next, so that the axis is calm
 *
 * To be zero-filled before the first weir_chart_layout_fit().
 */
typedef struct
{
  double          text_scale; /* set by the caller: how much larger than 11 pt text is; 0 is 1 */
  double          width;
  double          height;
  gboolean        narrow;
  gboolean        has_ruler;
  gboolean        horizontal; /* bars: values run to the right */
  double          plot_x;
  double          plot_y;
  double          plot_width;
  double          plot_height;
  double          ruler_y; /* top of the blocks */
  double          late_y;  /* base line of the late ticks */
  double          key_y;   /* middle of the key row */
  double          min_us;
  double          max_us;
  double          window_px; /* width of the usual window */
  WeirNumberTicks y_ticks;
  WeirTimeTicks   x_ticks;
} WeirChartLayout;

void weir_chart_layout_fit (WeirChartLayout *layout,
                            WeirChartModel  *model,
                            double           width,
                            double           height,
                            GTimeZone       *zone);

double weir_chart_layout_x (const WeirChartLayout *layout, double time_us);
double weir_chart_layout_y (const WeirChartLayout *layout, double value);
double weir_chart_layout_time (const WeirChartLayout *layout, double x);

/* Bars: the place of a value on the x axis, and of row @i of @n. */
double weir_chart_layout_value_x (const WeirChartLayout *layout, double value);
void   weir_chart_layout_bar (const WeirChartLayout *layout, guint i, guint n, double *y, double *height);

/* Whether there is room for a marker on each point. */
gboolean weir_chart_layout_has_markers (const WeirChartLayout *layout);

/* Whether @x, @y lies on the row of late ticks. */
gboolean weir_chart_layout_is_late_row (const WeirChartLayout *layout, double x, double y);

G_END_DECLS
