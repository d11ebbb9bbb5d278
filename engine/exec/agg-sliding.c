/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "exec/agg-sliding.h"

/*
 * Windows from panes, with a constant number of merges per pane and key however many windows overlap (van Herk, Gil and Werman).
 *
 * Panes are cut into blocks as long as a window. A window that starts in a block is the block's rest from there on, and the
 * beginning of the next block. The rests are made once, from the block's last pane down: every group of a pane becomes a version
 * that holds the pane and all later ones of the block, and points to the version it covers. Going through the windows in
 * ascending order, versions are taken away with their panes, and the next block's panes are added to a running beginning. The older part
 * is always merged first, so order-sensitive aggregates see panes in their order, and the result does not depend on how many
 * windows a batch happens to emit.
 */

#define NONE G_MAXUINT32

typedef struct
{
  const WeirAggState  *state;
  const WeirAggLayout *layout;
  WeirEval            *eval;
  guint                n_keys;
  /* Rests: versions, newest on top */
  guint8  *versions; /* payloads */
  guint32 *covered;  /* version it covers */
  guint32 *top;      /* per key */
  guint    n_versions, versions_size;
  /* Beginning of the next block */
  guint8 *begun; /* payloads by key */
  guint8 *has_begun;
  /* Groups touched by this batch among the window's panes, per key */
  guint32 *n_touched;
  /* A window */
  guint32 *keys;
  guint8  *result;
  guint8  *zero; /* an empty payload */
} Sliding;

static guint
find_pane (const WeirAggState *state,
           gint64              id)
{
  guint low = 0, high = state->panes->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (((WeirAggPane *)g_ptr_array_index (state->panes, middle))->id < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static const WeirAggPane *
pane_at (const WeirAggState *state,
         guint               i)
{
  return i < state->panes->len ? g_ptr_array_index (state->panes, i) : NULL;
}

static guint8 *
payload_alloc (const WeirAggLayout *layout,
               guint                n)
{
  return layout->stride > 0 ? g_aligned_alloc (MAX (n, 1), layout->stride, 16) : NULL;
}

/* dst (empty or not) takes in src, which stays. */
static void
merge_states (Sliding       *self,
              guint8        *dst,
              const guint32 *dst_at,
              guint8        *src,
              gsize          src_stride,
              const guint32 *src_at,
              guint          n)
{
  const WeirAggLayout *layout = self->layout;

  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->merge (layout->calls[a], self->eval, (WeirAggStates){ dst + layout->offsets[a], layout->stride, dst_at },
                           (WeirAggStates){ src + layout->offsets[a], src_stride, src_at }, n, TRUE);
}

static void
make_empty (Sliding *self,
            guint8  *payload)
{
  if (self->layout->stride > 0)
    memcpy (payload, self->zero, self->layout->stride);
}

static void
clear_payloads (Sliding *self,
                guint8  *payloads,
                guint    n)
{
  const WeirAggLayout *layout = self->layout;

  for (guint a = 0; layout->owns_memory && a < layout->n_aggs; a++)
    if (layout->calls[a]->owns_memory)
      for (guint i = 0; i < n; i++)
        layout->ops[a]->clear (layout->calls[a], payloads + i * layout->stride + layout->offsets[a]);
}

/* ---- rests of a block ------------------------------------------------------------------------------------------- */

static void
reserve_versions (Sliding *self,
                  guint    n)
{
  guint8 *grown;

  if (self->n_versions + n <= self->versions_size)
    return;
  self->versions_size = MAX (self->n_versions + n, self->versions_size * 2);
  self->covered = g_renew (guint32, self->covered, self->versions_size);
  grown = payload_alloc (self->layout, self->versions_size);
  if (self->n_versions > 0 && grown != NULL)
    memcpy (grown, self->versions, self->n_versions * self->layout->stride);
  if (self->versions != NULL)
    g_aligned_free (self->versions);
  self->versions = grown;
}

static void
push_pane (Sliding           *self,
           const WeirAggPane *pane)
{
  const WeirGroupTable *table = pane->table;
  guint                 first = self->n_versions, n_covering = 0;
  g_autofree guint32   *covering = g_new (guint32, MAX (table->n, 1));
  g_autofree guint32   *below = g_new (guint32, MAX (table->n, 1));

  reserve_versions (self, table->n);
  for (guint g = 0; g < table->n; g++)
    {
      guint64 key = weir_group_key (table, g)->a;
      guint   version = self->n_versions++;

      if (self->layout->owns_memory)
        make_empty (self, self->versions + version * self->layout->stride);
      else if (self->layout->stride > 0)
        memcpy (self->versions + version * self->layout->stride, weir_group_payload (table, g), self->layout->stride);
      self->covered[version] = self->top[key];
      if (self->top[key] != NONE)
        {
          covering[n_covering] = version;
          below[n_covering++] = self->top[key];
        }
      self->top[key] = version;
    }
  if (self->layout->owns_memory)
    merge_states (self, self->versions + first * self->layout->stride, NULL, weir_group_payload (table, 0), table->record_size, NULL, table->n);
  merge_states (self, self->versions, covering, self->versions, self->layout->stride, below, n_covering);
}

/* The window has left @pane behind. */
static void
pop_pane (Sliding           *self,
          const WeirAggPane *pane)
{
  for (guint g = 0; g < pane->table->n; g++)
    {
      guint64 key = weir_group_key (pane->table, g)->a;

      self->top[key] = self->covered[self->top[key]];
    }
}

static void
clear_rests (Sliding *self)
{
  clear_payloads (self, self->versions, self->n_versions);
  self->n_versions = 0;
  for (guint i = 0; i < self->n_keys; i++)
    self->top[i] = NONE;
}

/* ---- the next block's beginning --------------------------------------------------------------------------------- */

static void
begin_pane (Sliding           *self,
            const WeirAggPane *pane)
{
  const WeirGroupTable *table = pane->table;
  g_autofree guint32   *at = g_new (guint32, MAX (table->n, 1));

  for (guint g = 0; g < table->n; g++)
    {
      guint64 key = weir_group_key (table, g)->a;

      at[g] = (guint32)key;
      if (!self->has_begun[key])
        make_empty (self, self->begun + key * self->layout->stride);
      self->has_begun[key] = 1;
    }
  merge_states (self, self->begun, at, weir_group_payload (table, 0), table->record_size, NULL, table->n);
}

static void
clear_begun (Sliding *self)
{
  for (guint i = 0; i < self->n_keys; i++)
    if (self->has_begun[i])
      clear_payloads (self, self->begun + i * self->layout->stride, 1);
  memset (self->has_begun, 0, self->n_keys);
}

/* ---- windows ---------------------------------------------------------------------------------------------------- */

static void
count_touched (Sliding           *self,
               const WeirAggPane *pane,
               int                step)
{
  for (guint i = 0; pane->touched != NULL && i < pane->touched->len; i++)
    self->n_touched[weir_group_key (pane->table, g_array_index (pane->touched, guint32, i))->a] += (guint32)step;
}

static gboolean
emit_window (Sliding         *self,
             WeirWindowFilter filter,
             gint64           window,
             WeirWindowFunc   func,
             gpointer         data,
             GError         **error)
{
  g_autofree guint32 *rest_at = g_new (guint32, self->n_keys), *rest_from = g_new (guint32, self->n_keys);
  g_autofree guint32 *begun_at = g_new (guint32, self->n_keys), *begun_from = g_new (guint32, self->n_keys);
  guint               n = 0, n_rest = 0, n_begun = 0;
  gsize               stride = self->layout->stride;
  gboolean            ok;

  for (guint key = 0; key < self->n_keys; key++)
    {
      gboolean has_rest = self->top[key] != NONE;

      if ((!has_rest && !self->has_begun[key]) || (filter == WEIR_WINDOWS_TOUCHED && self->n_touched[key] == 0))
        continue;
      if (has_rest && !self->layout->owns_memory && stride > 0)
        memcpy (self->result + n * stride, self->versions + self->top[key] * stride, stride);
      else
        make_empty (self, self->result + n * stride);
      if (has_rest && self->layout->owns_memory)
        {
          rest_at[n_rest] = n;
          rest_from[n_rest++] = self->top[key];
        }
      if (self->has_begun[key])
        {
          begun_at[n_begun] = n;
          begun_from[n_begun++] = key;
        }
      self->keys[n++] = key;
    }
  merge_states (self, self->result, rest_at, self->versions, stride, rest_from, n_rest);
  merge_states (self, self->result, begun_at, self->begun, stride, begun_from, n_begun);
  ok = !weir_eval_take_error (self->eval, error) && (n == 0 || func (data, window, self->keys, n, self->result, error));
  clear_payloads (self, self->result, n);
  return ok;
}

/* Windows of [@from, @to] start in the block whose first pane is @block. */
static gboolean
merge_block (Sliding         *self,
             WeirWindowFilter filter,
             gint64           block,
             gint64           from,
             gint64           to,
             WeirWindowFunc   func,
             gpointer         data,
             GError         **error)
{
  const WeirAggState  *state = self->state;
  const WeirAggLayout *layout = self->layout;
  gint64               next_block = block + layout->size_panes;
  guint                gone = find_pane (state, from * layout->slide_panes), middle = find_pane (state, next_block);
  guint                begun = middle, touched_from = gone, touched_to = gone;

  for (guint i = middle; i > gone; i--)
    push_pane (self, pane_at (state, i - 1));
  for (gint64 window = from; window <= to; window++)
    {
      gint64             start = window * layout->slide_panes, end = start + layout->size_panes;
      const WeirAggPane *pane;

      for (; gone < middle && pane_at (state, gone)->id < start; gone++)
        pop_pane (self, pane_at (state, gone));
      for (; (pane = pane_at (state, begun)) != NULL && pane->id < end; begun++)
        begin_pane (self, pane);
      for (; filter == WEIR_WINDOWS_TOUCHED && (pane = pane_at (state, touched_to)) != NULL && pane->id < end; touched_to++)
        count_touched (self, pane, 1);
      for (; touched_from < touched_to && pane_at (state, touched_from)->id < start; touched_from++)
        count_touched (self, pane_at (state, touched_from), -1);
      if (!emit_window (self, filter, window, func, data, error))
        return FALSE;
    }
  for (; touched_from < touched_to; touched_from++)
    count_touched (self, pane_at (state, touched_from), -1);
  clear_rests (self);
  clear_begun (self);
  return TRUE;
}

static void
init (Sliding            *self,
      const WeirAggState *state,
      WeirEval           *eval)
{
  const WeirAggLayout *layout = state->layout;
  guint                n = MAX (state->dictionary->n, 1);

  self->state = state;
  self->layout = layout;
  self->eval = eval;
  self->n_keys = state->dictionary->n;
  self->top = g_new (guint32, n);
  memset (self->top, 0xff, n * sizeof (guint32));
  self->begun = payload_alloc (layout, n);
  self->has_begun = g_new0 (guint8, n);
  self->n_touched = g_new0 (guint32, n);
  self->keys = g_new (guint32, n);
  self->result = payload_alloc (layout, n);
  self->zero = g_malloc0 (MAX (layout->stride, 1));
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->ops[a]->init != NULL)
      layout->ops[a]->init (layout->calls[a], self->zero + layout->offsets[a]);
}

static void
clear (Sliding *self)
{
  clear_rests (self);
  clear_begun (self);
  g_free (self->covered);
  g_free (self->top);
  g_free (self->has_begun);
  g_free (self->n_touched);
  g_free (self->keys);
  g_free (self->zero);
  for (guint i = 0; i < 3; i++)
    {
      guint8 *payloads = i == 0 ? self->versions : i == 1 ? self->begun
                                                          : self->result;

      if (payloads != NULL)
        g_aligned_free (payloads);
    }
}

/* First and last window of pane @i that lie in the range and were not seen before. */
static gboolean
next_windows (const WeirAggLayout *layout,
              gint64               pane,
              gint64               seen,
              gint64               after_us,
              gint64               until_us,
              gint64              *from,
              gint64              *to)
{
  gint64 width_us = layout->slide_panes * layout->pane_us, end_us;

  *from = MAX (weir_agg_layout_first_window (layout, pane), seen);
  *to = weir_agg_layout_last_window (layout, pane);
  end_us = weir_agg_layout_window_end_us (layout, *from);
  if (after_us != G_MININT64 && end_us <= after_us)
    *from += (after_us - end_us) / width_us + 1;
  end_us = weir_agg_layout_window_end_us (layout, *to);
  if (until_us != G_MAXINT64 && end_us > until_us)
    *to -= (end_us - until_us - 1) / width_us + 1;
  return *from <= *to;
}

static gboolean
takes_part (const WeirAggPane *pane,
            WeirWindowFilter   filter)
{
  return filter == WEIR_WINDOWS_ALL || (pane->touched != NULL && pane->touched->len > 0);
}

/* How far windows follow each other without a gap, from @until on, within the block that ends with window @last. */
static gint64
extend (const WeirAggState *state,
        WeirWindowFilter    filter,
        guint               next,
        gint64              until,
        gint64              last,
        gint64              after_us,
        gint64              until_us)
{
  for (; next < state->panes->len && until < last; next++)
    {
      const WeirAggPane *pane = pane_at (state, next);
      gint64             from, to;

      if (!takes_part (pane, filter))
        continue;
      if (!next_windows (state->layout, pane->id, until + 1, after_us, until_us, &from, &to) || from > until + 1)
        break;
      until = MIN (to, last);
    }
  return until;
}

GArray *
weir_agg_sliding_plan (const WeirAggState *state,
                       WeirWindowFilter    filter,
                       gint64              after_us,
                       gint64              until_us)
{
  const WeirAggLayout *layout = state->layout;
  GArray              *ranges = g_array_new (FALSE, FALSE, sizeof (WeirWindowRange));
  gint64               seen = G_MININT64, from, to;

  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = pane_at (state, p);

      if (!takes_part (pane, filter) || !next_windows (layout, pane->id, seen, after_us, until_us, &from, &to))
        continue;
      for (; from <= to; from = seen)
        {
          gint64          block = weir_floor_div (from * layout->slide_panes, layout->size_panes) * layout->size_panes;
          gint64          last = weir_floor_div (block + layout->size_panes - 1, layout->slide_panes);
          WeirWindowRange range = { block, from, extend (state, filter, p + 1, MIN (to, last), last, after_us, until_us) };

          g_array_append_val (ranges, range);
          seen = range.to + 1;
        }
    }
  return ranges;
}

gboolean
weir_agg_sliding_run (const WeirAggState    *state,
                      WeirEval              *eval,
                      WeirWindowFilter       filter,
                      const WeirWindowRange *range,
                      WeirWindowFunc         func,
                      gpointer               data,
                      GError               **error)
{
  Sliding  self = { 0 };
  gboolean ok;

  init (&self, state, eval);
  ok = merge_block (&self, filter, range->block, range->from, range->to, func, data, error);
  clear (&self);
  return ok;
}
