/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/agg-state.h"

G_BEGIN_DECLS

/* The groups of one window: result states of the keys @keys (numbers in the dictionary). */
typedef gboolean (*WeirWindowFunc) (gpointer data, gint64 window, const guint32 *keys, guint n, guint8 *states, GError **error);

typedef enum
{
  WEIR_WINDOWS_ALL,
  WEIR_WINDOWS_TOUCHED, /* groups that this batch updated */
} WeirWindowFilter;

/* Windows that start in one block; blocks are computed independently of each other. */
typedef struct
{
  gint64 block; /* its first pane */
  gint64 from, to;
} WeirWindowRange;

/**
 * weir_agg_sliding_plan:
 * @after_us: only windows that end behind it
 * @until_us: and not behind this
 *
 * Returns: (transfer full): WeirWindowRange, ascending
 */
GArray *weir_agg_sliding_plan (const WeirAggState *state, WeirWindowFilter filter, gint64 after_us, gint64 until_us);
/* Merges panes into the windows of @range, ascending, and hands each that has a group to @func. The state stays as it is. */
gboolean weir_agg_sliding_run (const WeirAggState *state, WeirEval *eval, WeirWindowFilter filter, const WeirWindowRange *range, WeirWindowFunc func, gpointer data, GError **error);

G_END_DECLS
