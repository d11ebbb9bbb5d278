/* SPDX-License-Identifier: Apache-2.0 */
/* Carries rows into a chart: only pages whose version changed are read. Needs no display. */
#pragma once

#include "ui/charts/chart-model.h"
#include "ui/results/rows-view.h"

G_BEGIN_DECLS

typedef struct _WeirChartFeed WeirChartFeed;

WeirChartFeed *weir_chart_feed_new (WeirChartModel *model);
void           weir_chart_feed_free (WeirChartFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirChartFeed, weir_chart_feed_free)

/* @view: (nullable): NULL empties the chart. Chooses columns when those of the view are new. */
void weir_chart_feed_set_view (WeirChartFeed *feed,
                               WeirRowsView  *view);

/* Whether there is anything to draw at all. */
gboolean weir_chart_feed_is_drawable (WeirChartFeed *feed);

/* Chosen columns by name; "" for none. */
void        weir_chart_feed_set_value (WeirChartFeed *feed, const char *name);
void        weir_chart_feed_set_series (WeirChartFeed *feed, const char *name);
const char *weir_chart_feed_get_value (WeirChartFeed *feed);
const char *weir_chart_feed_get_series (WeirChartFeed *feed);
int         weir_chart_feed_get_value_column (WeirChartFeed *feed);
int         weir_chart_feed_get_series_column (WeirChartFeed *feed);

/* Columns that can be chosen. (transfer full), NULL-terminated */
char **weir_chart_feed_list_values (WeirChartFeed *feed);
char **weir_chart_feed_list_series (WeirChartFeed *feed);

/* Length of the windows, 0 without. */
gint64 weir_chart_feed_get_window_us (WeirChartFeed *feed);

G_END_DECLS
