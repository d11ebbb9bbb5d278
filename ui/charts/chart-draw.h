/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws a chart into a snapshot: the one routine for the screen and for PNG, SVG and PDF.
 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/chart-layout.h"

G_BEGIN_DECLS

/**
 * WeirChartScene:
 * @tooltip_lift: how far the tooltip keeps off the bottom of the plot
 * @highlight: (nullable): name of the series that stands out; the others are dimmed
 *
 * All borrowed, for one call.
 */
typedef struct
{
  WeirChartModel        *model;
  const WeirChartLayout *layout;
  const WeirPalette     *palette;
  PangoContext          *pango;
  GTimeZone             *zone;
  double                 tooltip_lift;
  const char            *highlight;
} WeirChartScene;

/* Everything but title, legend and cursor. */
void weir_chart_draw (const WeirChartScene *scene,
                      GtkSnapshot          *snapshot);

/* The line at a window, and its markers. */
void weir_chart_draw_cursor (const WeirChartScene *scene,
                             GtkSnapshot          *snapshot,
                             guint                 window);

/* The box that says what is there; keeps inside the chart and off the open windows. */
void weir_chart_draw_tooltip (const WeirChartScene *scene,
                              GtkSnapshot          *snapshot,
                              guint                 window);

G_END_DECLS
