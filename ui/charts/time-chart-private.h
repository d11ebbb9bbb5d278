/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/axis-ticks.h"
#include "ui/charts/time-chart.h"

G_BEGIN_DECLS

struct _WeirTimeChart
{
  GtkWidget parent_instance;

  WeirTimeChartKind kind;
  gint64           *times_us; /* Owned */
  double           *values;   /* Owned: series after series */
  guint             n;
  guint             n_series;
  gint64            min_us, max_us;
  double            divisor;
  const char       *unit; /* static */
  gboolean          whole;
  guint             slot;       /* of the first series */
  double            text_scale; /* 1: 11 pt */
  GTimeZone        *zone;       /* Owned */
  WeirNumberTicks   ticks;
  GskRenderNode    *drawn; /* Owned, nullable: all but the cursor */
  int               drawn_width, drawn_height;
  int               cursor;
};

/* Pixels around the plot; what holds text grows with it. */
#define WEIR_TIME_CHART_LEFT(self)   (48. * (self)->text_scale)
#define WEIR_TIME_CHART_RIGHT        6.
#define WEIR_TIME_CHART_TOP          6.
#define WEIR_TIME_CHART_BOTTOM(self) (18. * (self)->text_scale)

/* Draws everything but the cursor. */
void   _weir_time_chart_draw (WeirTimeChart *self, GtkSnapshot *snapshot, double width, double height, const WeirPalette *palette);
double _weir_time_chart_x (WeirTimeChart *self, double time_us, double width);

G_END_DECLS
