/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/palette.h"

G_BEGIN_DECLS

#define WEIR_TYPE_TIME_CHART (weir_time_chart_get_type ())
G_DECLARE_FINAL_TYPE (WeirTimeChart, weir_time_chart, WEIR, TIME_CHART, GtkWidget)

typedef enum
{
  WEIR_TIME_CHART_LINE,  /* one series is filled to the axis */
  WEIR_TIME_CHART_STACK, /* columns, the series on top of each other */
  WEIR_TIME_CHART_LATE,  /* columns in the colour of what was lost */
} WeirTimeChartKind;

/**
 * WeirTimeChart:
 *
 * A small chart of a few numbers over time, without windows, watermark or legend: what a card of the Health page shows.
 *
 * Left and Right move the cursor, Home and End go to the ends, Escape removes it. Signal: `cursor` () when it moved.
 */
GtkWidget *weir_time_chart_new (WeirTimeChartKind kind);

/**
 * weir_time_chart_set_data:
 * @times_us: (array length=n): ascending
 * @values: n values of the first series, then n of the next; NaN: none
 *
 * Copies all of it.
 */
void weir_time_chart_set_data (WeirTimeChart *self, const gint64 *times_us, guint n, const double *values, guint n_series);
/* What the time axis holds. */
void weir_time_chart_set_view (WeirTimeChart *self, gint64 min_us, gint64 max_us);
/* @unit is written after the numbers of the axis, which are values divided by @divisor. @unit: static */
void weir_time_chart_set_unit (WeirTimeChart *self, double divisor, const char *unit);
/* Counts: no ticks between whole numbers. */
void weir_time_chart_set_whole (WeirTimeChart *self, gboolean whole);
/* Colour of the first series; the others follow. */
void weir_time_chart_set_slot (WeirTimeChart *self, guint slot);
void weir_time_chart_set_zone (WeirTimeChart *self, GTimeZone *zone);

/* Place in the data under the cursor; -1 without. */
int  weir_time_chart_get_cursor (WeirTimeChart *self);
void weir_time_chart_set_cursor (WeirTimeChart *self, int cursor);
/* Highest value, stacks added up. */
double weir_time_chart_get_top (WeirTimeChart *self);

G_END_DECLS
