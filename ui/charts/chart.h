/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/chart-model.h"

G_BEGIN_DECLS

#define WEIR_TYPE_CHART (weir_chart_get_type ())
G_DECLARE_FINAL_TYPE (WeirChart, weir_chart, WEIR, CHART, GtkWidget)

/**
 * WeirChart:
 *
 * Draws a #WeirChartModel. Changes are drawn on the frame clock, at most 30 times a second, 10 times with software rendering. The
 * cursor lies on a widget of its own, so that moving it does not draw the series again.
 *
 * Left and Right move the cursor, with Ctrl ten windows at a time; Home and End go to the ends, End also back to the newest time;
 * Up and Down choose the series that stands out; plus, minus and 0 zoom; Enter pins the cursor; Escape removes it.
 *
 * Signals: `late-clicked` () when the row of late ticks is clicked; `layout-changed` () when the picture was drawn anew.
 */
GtkWidget *weir_chart_new (WeirChartModel *model);

WeirChartModel *weir_chart_get_model (WeirChart *self);

/* Times are shown in @zone; the local zone at first. */
void       weir_chart_set_time_zone (WeirChart *self,
                                     GTimeZone *zone);
GTimeZone *weir_chart_get_time_zone (WeirChart *self);

/* Dims all series but @name; NULL: none. */
void weir_chart_set_highlight (WeirChart  *self,
                               const char *name);

/* Keeps the tooltip off what lies over the bottom of the plot. */
void weir_chart_set_tooltip_lift (WeirChart *self,
                                  double     lift);

/* Window under the cursor, -1 without. */
int  weir_chart_get_cursor (WeirChart *self);
void weir_chart_set_cursor (WeirChart *self,
                            int        window);

/* Horizontal place of the watermark in the chart; its width when it is not in view. */
double weir_chart_get_watermark_x (WeirChart *self);

G_END_DECLS
