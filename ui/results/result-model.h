/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of a result as a list. Values never go through items-changed (it would bind every row below again); they are told by one
 * signal, at most ten times a second, and the cells that are bound read them again. Rows that come and go are told by items-changed, in
 * few ranges, at most four times a second.
 */
#pragma once

#include <gio/gio.h>

#include "ui/results/rows-view.h"

G_BEGIN_DECLS

#define WEIR_TYPE_RESULT_ROW (weir_result_row_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultRow, weir_result_row, WEIR, RESULT_ROW, GObject)

/* One row for its whole life, wherever it moves. */
guint64 weir_result_row_get_id (WeirResultRow *self);

/* Its row in the model's view; FALSE once it is gone. */
gboolean weir_result_row_get_index (WeirResultRow *self,
                                    guint         *index);

#define WEIR_TYPE_RESULT_MODEL (weir_result_model_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultModel, weir_result_model, WEIR, RESULT_MODEL, GObject)

/**
 * WeirResultModel:
 *
 * Signals: `values-changed` (gboolean all): cells may read other values now; without @all only those of pages whose version differs.
 * `columns-changed` (): the view has other columns than before, or there is none.
 */
WeirResultModel *weir_result_model_new (void);

/* Shows @view from the next tick on; NULL empties the list at once. */
void weir_result_model_set_view (WeirResultModel *self,
                                 WeirRowsView    *view);

/* What is shown; it lags the newest view by at most a quarter of a second. (nullable) */
WeirRowsView *weir_result_model_get_view (WeirResultModel *self);

/* @column: -1 for the engine's order, backwards with @descending */
void weir_result_model_set_sort (WeirResultModel *self,
                                 int              column,
                                 gboolean         descending);

/* Only rows with a cell that contains @text; NULL or "" for all. */
void weir_result_model_set_filter (WeirResultModel *self,
                                   const char      *text);

/* Only rows that the newest batch wrote. */
void weir_result_model_set_last_batch (WeirResultModel *self,
                                       gboolean         last_batch);

/* Rows of the view at the positions of the list. (transfer full) (element-type guint) */
GArray *weir_result_model_dup_rows (WeirResultModel *self);

/* Number of rows before filtering. */
guint weir_result_model_get_n_total (WeirResultModel *self);

G_END_DECLS
