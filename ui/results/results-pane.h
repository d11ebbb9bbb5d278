/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/chart-card.h"
#include "ui/results/result-grid.h"

G_BEGIN_DECLS

#define WEIR_TYPE_RESULTS_PANE (weir_results_pane_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultsPane, weir_results_pane, WEIR, RESULTS_PANE, GtkWidget)

/**
 * WeirResultsPane:
 *
 * The Results page of a query: chart with watermark ruler over the table, row details at the side, and in the place of an empty table
 * the answer to "Why no rows yet?".
 *
 * Pausing stops the view, not the query: what comes is counted on the pill that leads back.
 *
 * Actions: `results.pause` (stateful), `results.go-live`, `results.find`, `results.export`, `results.details` (stateful),
 * `results.last-batch` (stateful), `results.value` and `results.series` (stateful, name of a column).
 *
 * Property: `paused`. Signals: `why-action` (text): one of WEIR_WHY_ACTION_…, for the window to carry out; `show-late-rows` ();
 * `message` (text): a sentence for a toast.
 */
GtkWidget *weir_results_pane_new (void);

/* Shows the result of @query from now on, NULL for none. The query must keep its result (weir_query_keep_result()). */
void weir_results_pane_set_query (WeirResultsPane *self,
                                  WeirQuery       *query);

/* Name in the time zone database; NULL: the zone of the desktop. */
void weir_results_pane_set_time_zone (WeirResultsPane *self,
                                      const char      *zone_name);

void     weir_results_pane_set_paused (WeirResultsPane *self,
                                       gboolean         paused);
gboolean weir_results_pane_get_paused (WeirResultsPane *self);

/* Gives the focus to the chart. */
void weir_results_pane_focus (WeirResultsPane *self);
/* Puts the cursor into the filter. */
void weir_results_pane_find (WeirResultsPane *self);

WeirChartCard  *weir_results_pane_get_chart_card (WeirResultsPane *self);
WeirResultGrid *weir_results_pane_get_grid (WeirResultsPane *self);

/* What the chart shows, as JSON for the document's `weir:chart` line, and back. (transfer full) */
char *weir_results_pane_dup_chart_json (WeirResultsPane *self);
void  weir_results_pane_set_chart_json (WeirResultsPane *self,
                                        const char      *json);

G_END_DECLS
