/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/chart.h"

G_BEGIN_DECLS

#define WEIR_TYPE_CHART_LEGEND (weir_chart_legend_get_type ())
G_DECLARE_FINAL_TYPE (WeirChartLegend, weir_chart_legend, WEIR, CHART_LEGEND, GtkWidget)

/**
 * WeirChartLegend:
 *
 * One toggle button for each series: click shows only this one, Ctrl+click or Space switches it, hovering dims the others. Wraps into
 * further lines when there is no room for one. Entries keep their order.
 */
GtkWidget *weir_chart_legend_new (WeirChart *chart,
                                  gboolean   with_values);

G_END_DECLS
