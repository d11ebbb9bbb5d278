/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/charts/palette.h"
#include "ui/results/result-model.h"

G_BEGIN_DECLS

#define WEIR_TYPE_RESULT_GRID (weir_result_grid_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultGrid, weir_result_grid, WEIR, RESULT_GRID, GtkWidget)

/**
 * WeirResultGrid:
 *
 * The rows of a #WeirResultModel in columns: those of the view, a state column when rows have windows, and when each was written.
 * Ctrl+C copies the selected rows as tab-separated text (action `table.copy`).
 *
 * Signals: `row-activated` (WeirResultRow*); `selected` (WeirResultRow*, nullable): the first selected row, when it changes.
 */
GtkWidget *weir_result_grid_new (WeirResultModel *model,
                                 WeirKeyColors   *colors);

/* @zone_name: of @zone, for the engine; NULL for the session's */
void weir_result_grid_set_time_zone (WeirResultGrid *self,
                                     GTimeZone      *zone,
                                     const char     *zone_name);

/* Column whose cells carry the marker of their series; -1 for none. */
void weir_result_grid_set_series_column (WeirResultGrid *self,
                                         int             column);

/* The rows are changes: the state column says what each did, and the newest stands on top. From the next columns on. */
void weir_result_grid_set_shows_changes (WeirResultGrid *self,
                                         gboolean        shows_changes);

/* Rows of a moment only: neither a state nor when each was written, in the order they have. From the next columns on. */
void weir_result_grid_set_plain (WeirResultGrid *self);

/* For 360 pixels: start of the window with its state, the key and one measure; the rest is in the row details. */
void weir_result_grid_set_narrow (WeirResultGrid *self,
                                  gboolean        narrow);

/* Check buttons that show and hide columns. (transfer floating) */
GtkWidget *weir_result_grid_create_columns_box (WeirResultGrid *self);

/* First selected row. (transfer full) (nullable) */
WeirResultRow *weir_result_grid_dup_selected (WeirResultGrid *self);

/* Selected rows as tab-separated text under their column names; all rows when none is selected. */
char *weir_result_grid_dup_text (WeirResultGrid *self);

G_END_DECLS
