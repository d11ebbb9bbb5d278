/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "plan/catalog.h"
#include "sql/ast.h"

G_BEGIN_DECLS

/**
 * weir_analyze_query:
 * @catalog: tables, views and settings
 * @query: the syntax tree
 * @text: the text its spans refer to
 * @error: UNRESOLVED_COLUMN.WITH_SUGGESTION (42703), TABLE_OR_VIEW_NOT_FOUND (42P01), DATATYPE_MISMATCH.…, …, with spans
 *
 * Names, types, windows, aggregates; subqueries and views are expanded; then the optimiser's rules: constants folded,
 * filters pushed below projections and, when deterministic, infallible and not reading the event time, below watermark nodes;
 * unneeded columns pruned down to the scans; from_json over a scanned value pruned to the fields that are read.
 *
 * Returns: (transfer full) (nullable): the plan
 */
WeirPlan *weir_analyze_query (WeirCatalog        *catalog,
                              const WeirSqlQuery *query,
                              const char         *text,
                              GError            **error);

/**
 * weir_check_streaming:
 * @plan: an analysed plan with a stream
 * @mode: output mode
 *
 * The mode matrix and the unsupported operations of spark-semantics §1.4, §1.10, with Spark's conditions.
 *
 * Returns: TRUE when a streaming query can run it
 */
gboolean weir_check_streaming (WeirPlan *plan, WeirOutputMode mode, WeirCatalog *catalog, GError **error);

/**
 * weir_streaming_mode_reason:
 *
 * Returns: (transfer none) (nullable): why @plan cannot run in @mode, one sentence for the window; NULL when it can
 */
const char *weir_streaming_mode_reason (WeirPlan *plan, WeirOutputMode mode);

/* Expression alone, over the columns of @input (builder, CREATE TABLE defaults). (transfer full) (nullable) */
WeirExpr *weir_analyze_expr (WeirCatalog *catalog, const WeirSqlExpr *expr, WeirSchema *input, const char *text, GError **error);

G_END_DECLS
