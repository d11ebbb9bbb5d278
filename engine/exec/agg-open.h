/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/agg-sliding.h"

G_BEGIN_DECLS

/* The first groups of one pane. */
typedef struct
{
  const WeirAggPane *pane;
  guint              n;
} WeirAggSpan;

/**
 * weir_agg_open_spans:
 * @state: committed, of windows that do not overlap or of event times
 * @n_left_out: (inout): grows by the groups that did not fit
 *
 * Groups that are not final yet, newest pane first, @rows_max in all.
 *
 * Returns: (transfer full) (element-type WeirAggSpan)
 */
GArray *weir_agg_open_spans (const WeirAggState *state, guint rows_max, guint64 *n_left_out);

/**
 * weir_agg_open_ranges:
 * @state: committed, of sliding windows
 * @n_left_out: (inout): grows by the windows × keys that were not tried
 *
 * The newest windows that end behind @evict_us, as many as give about @rows_max groups and are merged in little time.
 *
 * Returns: (transfer full) (element-type WeirWindowRange): ascending
 */
GArray *weir_agg_open_ranges (const WeirAggState *state, gint64 evict_us, guint rows_max, guint64 *n_left_out);

G_END_DECLS
