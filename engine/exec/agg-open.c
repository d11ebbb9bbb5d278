/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/agg-open.h"

/*
 * Which groups to show of windows that are still open. There may be millions, and whoever looks at them looks at the newest: so panes
 * are taken from the newest on, until a bound of rows is reached. Sliding windows cost the merging of their panes; there the number of
 * windows is bounded by the number of keys, and a state that is large gives none at all.
 */

/* Groups in panes beyond which sliding windows are not merged for looking at: a few milliseconds. */
#define MERGE_MAX (1u << 17)

GArray *
weir_agg_open_spans (const WeirAggState *state,
                     guint               rows_max,
                     guint64            *n_left_out)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (WeirAggSpan));

  for (guint p = state->panes->len; p-- > 0;)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);
      WeirAggSpan        span = { pane, MIN (pane->table->n, rows_max) };

      /* Groups without a time never become final. */
      if (pane->id == G_MININT64)
        continue;
      if (span.n > 0)
        g_array_append_val (spans, span);
      rows_max -= span.n;
      *n_left_out += pane->table->n - span.n;
    }
  return spans;
}

GArray *
weir_agg_open_ranges (const WeirAggState *state,
                      gint64              evict_us,
                      guint               rows_max,
                      guint64            *n_left_out)
{
  const WeirAggLayout *layout = state->layout;
  gint64               width_us = layout->slide_panes * layout->pane_us, after_us;
  guint64              n_groups = 0, n_keys;

  for (guint p = 0; p < state->panes->len; p++)
    n_groups += ((const WeirAggPane *)g_ptr_array_index (state->panes, p))->table->n;
  n_keys = MIN (n_groups, state->dictionary->n);
  if (n_keys == 0 || n_keys > rows_max || n_groups > MERGE_MAX)
    {
      *n_left_out += state->n_total;
      return g_array_new (FALSE, FALSE, sizeof (WeirWindowRange));
    }
  after_us = weir_agg_layout_window_end_us (layout, weir_agg_layout_last_window (layout, ((const WeirAggPane *)g_ptr_array_index (state->panes, state->panes->len - 1))->id));
  after_us -= (gint64)(rows_max / n_keys) * width_us;
  if (after_us > evict_us)
    *n_left_out += n_keys * (guint64)((after_us - evict_us) / width_us);
  return weir_agg_sliding_plan (state, WEIR_WINDOWS_ALL, MAX (after_us, evict_us), G_MAXINT64);
}
