/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/chart.h"

G_BEGIN_DECLS

#define WEIR_TYPE_CHART_CARD (weir_chart_card_get_type ())
G_DECLARE_FINAL_TYPE (WeirChartCard, weir_chart_card, WEIR, CHART_CARD, GtkWidget)

/**
 * WeirChartCard:
 *
 * A chart with its heading: title, legend, kind, range and menu. When it gets narrow the values of the legend go first, then the
 * legend moves below the title, then the choice of the kind goes.
 *
 * The menu uses the actions `chart.export` ("png", "svg", "pdf") and `chart.copy-picture`, which the card has.
 *
 * Signal: `message` (text): a sentence for a toast.
 */
GtkWidget *weir_chart_card_new (WeirChartModel *model);

WeirChart *weir_chart_card_get_chart (WeirChartCard *self);

/* "bids", "per 10 s window" */
void weir_chart_card_set_title (WeirChartCard *self,
                                const char    *title,
                                const char    *subtitle);

/* Sections put above the card's own menu entries. (nullable) */
void weir_chart_card_set_menu (WeirChartCard *self,
                               GMenuModel    *menu);

/* Shows the pill that leads back to the newest rows (action `results.go-live`), with how many there are; -1 hides it. */
void weir_chart_card_set_behind (WeirChartCard *self,
                                 gint64         n_rows);

G_END_DECLS
