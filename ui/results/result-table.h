/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/palette.h"
#include "ui/results/result-model.h"

G_BEGIN_DECLS

#define WEIR_TYPE_RESULT_TABLE (weir_result_table_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultTable, weir_result_table, WEIR, RESULT_TABLE, GtkWidget)

/**
 * WeirResultTable:
 *
 * The rows of a #WeirResultModel in columns: those of the view, a state column when rows have windows, and when each was written.
 * Ctrl+C copies the selected rows as tab-separated text (action `table.copy`).
 *
 * Signals: `row-activated` (WeirResultRow*); `selected` (WeirResultRow*, nullable): the first selected row, when it changes.
 */
GtkWidget *weir_result_table_new (WeirResultModel *model,
                                  WeirKeyColors   *colors);

/* @zone_name: of @zone, for the engine; NULL for the session's */
void weir_result_table_set_time_zone (WeirResultTable *self,
                                      GTimeZone       *zone,
                                      const char      *zone_name);

/* Column whose cells carry the marker of their series; -1 for none. */
void weir_result_table_set_series_column (WeirResultTable *self,
                                          int              column);

/* For 360 pixels: start of the window with its state, the key and one measure; the rest is in the row details. */
void weir_result_table_set_narrow (WeirResultTable *self,
                                   gboolean         narrow);

/* Check buttons that show and hide columns. (transfer floating) */
GtkWidget *weir_result_table_create_columns_box (WeirResultTable *self);

/* First selected row. (transfer full) (nullable) */
WeirResultRow *weir_result_table_dup_selected (WeirResultTable *self);

/* Selected rows as tab-separated text under their column names; all rows when none is selected. */
char *weir_result_table_dup_text (WeirResultTable *self);

G_END_DECLS
