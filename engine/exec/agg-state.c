/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "exec/agg-state-private.h"

/*
 * Panes, the end of a batch, and going back to its beginning; agg-merge.c brings the groups of a batch in. Panes are found by binary
 * search; new ones nearly always come last.
 *
 * Event-time keys that are no window use the same panes: a pane is SPAN_US of time, and the one that the watermark has reached is
 * swept group by group.
 */

#define SPAN_US G_GINT64_CONSTANT (10000000)

void
_weir_agg_pane_free (const WeirAggLayout *layout,
                     WeirAggPane         *pane)
{
  weir_agg_layout_free_table (layout, pane->table);
  g_clear_pointer (&pane->touched, g_array_unref);
  g_clear_pointer (&pane->undo, g_array_unref);
  g_clear_pointer (&pane->undo_bytes, g_byte_array_unref);
  weir_writer_clear (&pane->delta);
  g_free (pane);
}

WeirAggState *
weir_agg_state_new (const WeirAggLayout *layout,
                    gboolean             evicts,
                    gboolean             keeps_undo)
{
  WeirAggState *self = g_new0 (WeirAggState, 1);

  self->layout = layout;
  self->evicts = evicts;
  self->keeps_undo = keeps_undo;
  self->panes = g_ptr_array_new ();
  if (layout->is_sliding)
    self->dictionary = weir_group_table_new (weir_key_codec_is_view (&layout->codec), 0);
  self->late = weir_group_table_new (weir_key_codec_is_view (&layout->codec), 0);
  self->evict_us = G_MININT64;
  return self;
}

void
weir_agg_state_free (WeirAggState *state)
{
  if (state == NULL)
    return;
  for (guint i = 0; i < state->panes->len; i++)
    _weir_agg_pane_free (state->layout, g_ptr_array_index (state->panes, i));
  g_ptr_array_unref (state->panes);
  weir_group_table_free (state->dictionary);
  weir_group_table_free (state->late);
  g_free (state);
}

/* ---- panes ------------------------------------------------------------------------------------------------------ */

gint64
_weir_agg_pane_id (const WeirAggState *self,
                   gint64              time)
{
  if (self->layout->is_sliding)
    return time;
  if (!self->evicts)
    return 0;
  if (self->layout->time == WEIR_AGG_TIME_KEY && time != G_MININT64)
    return weir_floor_div (time, SPAN_US);
  return time;
}

WeirAggPane *
_weir_agg_state_ensure_pane (WeirAggState *self,
                             gint64        id)
{
  guint        low = 0, high = self->panes->len;
  WeirAggPane *pane;

  while (low < high)
    {
      guint middle = high == self->panes->len && high - low > 1 ? high - 1 : (low + high) / 2;

      pane = g_ptr_array_index (self->panes, middle);
      if (pane->id == id)
        return pane;
      if (pane->id < id)
        low = middle + 1;
      else
        high = middle;
    }
  pane = g_new0 (WeirAggPane, 1);
  pane->id = id;
  pane->table = weir_group_table_new (!self->layout->is_sliding && weir_key_codec_is_view (&self->layout->codec), self->layout->stride);
  g_ptr_array_insert (self->panes, (gint)low, pane);
  return pane;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

void
weir_agg_state_begin (WeirAggState *state)
{
  state->epoch++;
  state->evict_us = G_MININT64;
  weir_group_table_reset (state->late);
  state->n_late_groups = state->n_updated = state->n_removed = 0;
}

static gboolean
pane_goes (const WeirAggState *self,
           const WeirAggPane  *pane,
           gint64              evict_us)
{
  if (!self->evicts || self->layout->time == WEIR_AGG_TIME_NONE || pane->id == G_MININT64)
    return FALSE;
  if (self->layout->time == WEIR_AGG_TIME_KEY)
    return weir_add_clamped (weir_mul_clamped (pane->id, SPAN_US), SPAN_US - 1) <= evict_us;
  return weir_agg_layout_final_us (self->layout, pane->id) <= evict_us;
}

/* Of an event-time pane that stays: the groups that go. */
static guint
count_swept (const WeirAggState *self,
             const WeirAggPane  *pane,
             gint64              evict_us)
{
  guint n = 0;

  if (!self->evicts || self->layout->time != WEIR_AGG_TIME_KEY || pane->id == G_MININT64 || weir_mul_clamped (pane->id, SPAN_US) > evict_us)
    return 0;
  for (guint g = 0; g < pane->table->n; g++)
    n += weir_group_key (pane->table, g)->time <= evict_us;
  return n;
}

/* Windows × keys: a key counts once for every window that some pane with it lies in and that ends behind @after_us and not behind
 * @until_us. */
static guint64
count_windows (const WeirAggState *self,
               gboolean            touched_only,
               gint64              after_us,
               gint64              until_us)
{
  const WeirAggLayout *layout = self->layout;
  g_autofree gint64   *last = g_new (gint64, MAX (self->dictionary->n, 1));
  guint64              n = 0;

  for (guint i = 0; i < self->dictionary->n; i++)
    last[i] = G_MININT64;
  for (guint p = 0; p < self->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (self->panes, p);
      gint64             low = weir_agg_layout_first_window (layout, pane->id), high = weir_agg_layout_last_window (layout, pane->id);
      guint              n_groups = touched_only ? (pane->touched != NULL ? pane->touched->len : 0) : pane->table->n;

      while (low <= high && weir_agg_layout_window_end_us (layout, low) <= after_us)
        low++;
      while (high >= low && weir_agg_layout_window_end_us (layout, high) > until_us)
        high--;
      if (low > high)
        continue;
      for (guint i = 0; i < n_groups; i++)
        {
          guint32 group = touched_only ? g_array_index (pane->touched, guint32, i) : i;
          guint64 key = weir_group_key (pane->table, group)->a;

          n += (guint64)(high - MAX (low, last[key] == G_MININT64 ? low : last[key] + 1) + 1);
          last[key] = high;
        }
    }
  return n;
}

static void
count_plain (WeirAggState *self,
             gint64        evict_us)
{
  for (guint p = 0; p < self->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (self->panes, p);
      guint              n = pane_goes (self, pane, evict_us) ? pane->table->n : count_swept (self, pane, evict_us);

      self->n_updated += pane->touched != NULL ? pane->touched->len : 0;
      self->n_removed += n;
      self->n_total += pane->table->n - n;
    }
}

void
weir_agg_state_close (WeirAggState *state,
                      gint64        late_us,
                      gint64        evict_us)
{
  state->n_late_groups = state->late->n;
  state->evict_us = state->evicts ? evict_us : G_MININT64;
  state->n_total = 0;
  if (!state->layout->is_sliding)
    {
      count_plain (state, state->evict_us);
      return;
    }
  state->n_updated = count_windows (state, TRUE, state->evicts ? late_us : G_MININT64, G_MAXINT64);
  state->n_total = count_windows (state, FALSE, state->evict_us, G_MAXINT64);
  if (state->evicts)
    state->n_removed = count_windows (state, FALSE, late_us, state->evict_us);
}

static void
sweep_pane (WeirAggState *self,
            WeirAggPane  *pane)
{
  g_autofree guint8 *keep = NULL;

  if (count_swept (self, pane, self->evict_us) == 0)
    return;
  keep = g_new (guint8, pane->table->n);
  for (guint g = 0; g < pane->table->n; g++)
    {
      keep[g] = weir_group_key (pane->table, g)->time > self->evict_us;
      if (!keep[g])
        weir_agg_layout_clear_states (self->layout, pane->table, g, g + 1);
    }
  weir_group_table_compact (pane->table, keep);
}

/* Keys that no pane has any more go when they are most of the dictionary. The order of the others stays. */
static void
shrink_dictionary (WeirAggState *self)
{
  g_autofree guint8  *keep = NULL;
  g_autofree guint32 *numbers = NULL;
  guint               n_groups = 0, n = 0;

  for (guint p = 0; p < self->panes->len; p++)
    n_groups += ((WeirAggPane *)g_ptr_array_index (self->panes, p))->table->n;
  if (self->dictionary->n <= 2 * n_groups + 1024)
    return;
  keep = g_new0 (guint8, self->dictionary->n);
  numbers = g_new (guint32, self->dictionary->n);
  for (guint p = 0; p < self->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (self->panes, p);

      for (guint g = 0; g < pane->table->n; g++)
        keep[weir_group_key (pane->table, g)->a] = 1;
    }
  for (guint i = 0; i < self->dictionary->n; i++)
    numbers[i] = keep[i] ? n++ : 0;
  weir_group_table_compact (self->dictionary, keep);
  for (guint p = 0; p < self->panes->len; p++)
    {
      WeirAggPane *pane = g_ptr_array_index (self->panes, p);
      guint        n_pane = pane->table->n;

      for (guint g = 0; g < n_pane; g++)
        {
          weir_group_key (pane->table, g)->a = numbers[weir_group_key (pane->table, g)->a];
          *weir_group_hash_of (pane->table, g) = weir_group_hash (weir_group_key (pane->table, g), FALSE);
        }
      weir_group_table_reindex (pane->table);
    }
}

void
weir_agg_state_commit (WeirAggState *state)
{
  guint n_kept = 0;

  for (guint p = 0; p < state->panes->len; p++)
    {
      WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      if (pane_goes (state, pane, state->evict_us))
        {
          _weir_agg_pane_free (state->layout, pane);
          continue;
        }
      sweep_pane (state, pane);
      pane->n_committed = pane->table->n;
      _weir_agg_pane_forget (pane);
      state->panes->pdata[n_kept++] = pane;
    }
  g_ptr_array_set_size (state->panes, (gint)n_kept);
  _weir_agg_state_split (state);
  if (state->dictionary != NULL)
    {
      shrink_dictionary (state);
      state->n_dictionary = state->dictionary->n;
    }
}

void
weir_agg_state_abort (WeirAggState *state)
{
  guint n_kept = 0;

  for (guint p = 0; p < state->panes->len; p++)
    {
      WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      _weir_agg_pane_undo (state, pane);
      if (pane->n_committed == 0 && !state->is_partitioned)
        {
          _weir_agg_pane_free (state->layout, pane);
          continue;
        }
      weir_agg_layout_clear_states (state->layout, pane->table, pane->n_committed, pane->table->n);
      weir_group_table_truncate (pane->table, pane->n_committed);
      _weir_agg_pane_forget (pane);
      state->panes->pdata[n_kept++] = pane;
    }
  g_ptr_array_set_size (state->panes, (gint)n_kept);
  if (state->dictionary != NULL)
    weir_group_table_truncate (state->dictionary, state->n_dictionary);
}

gsize
weir_agg_state_bytes (const WeirAggState *state)
{
  gsize bytes = sizeof *state;

  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      bytes += sizeof *pane + weir_group_table_bytes (pane->table);
    }
  return bytes + weir_agg_layout_heap_bytes (state->layout) + (state->dictionary != NULL ? weir_group_table_bytes (state->dictionary) : 0);
}

gsize
weir_agg_state_batch_bytes (const WeirAggState *state)
{
  gsize bytes = weir_group_table_bytes (state->late);

  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      if (pane->touched != NULL)
        bytes += pane->touched->len * sizeof (guint32) + pane->undo->len * 2 * sizeof (guint32) + pane->undo_bytes->len;
    }
  return bytes;
}
