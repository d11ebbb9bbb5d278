/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/charts/time-chart.h"

G_BEGIN_DECLS

#define WEIR_TYPE_HEALTH_CARD (weir_health_card_get_type ())
G_DECLARE_FINAL_TYPE (WeirHealthCard, weir_health_card, WEIR, HEALTH_CARD, GtkWidget)

/* What stands at the right of the title. @point: place in the data, −1: the newest. (transfer full) */
typedef char *(*WeirHealthCardFunc) (gpointer data, int point);

/**
 * WeirHealthCard:
 *
 * A card with title, value and a chart. Title and value can be read without the chart; while a point of the chart is under the cursor,
 * the value is that point's, with its time before it.
 */
GtkWidget     *weir_health_card_new (const char *title, const char *caption, WeirTimeChartKind kind);
WeirTimeChart *weir_health_card_get_chart (WeirHealthCard *self);
/* Below the chart: a swatch and a name for each series. @names: NULL-terminated; one name or none: no legend */
void weir_health_card_set_legend (WeirHealthCard *self, const char *const *names);
void weir_health_card_set_value_func (WeirHealthCard *self, WeirHealthCardFunc func, gpointer data);
/* Asks for the value again. */
void weir_health_card_refresh (WeirHealthCard *self);
/* A widget between title and value. */
void        weir_health_card_add_button (WeirHealthCard *self, GtkWidget *button);
const char *weir_health_card_get_value (WeirHealthCard *self);

G_END_DECLS
