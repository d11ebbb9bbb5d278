/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/agg-state-private.h"

#include "base/limits.h"

/*
 * Merging takes the groups of a part pane by pane, in blocks: find or append the groups, save what they held, merge the states with one
 * call an aggregate.
 *
 * A state that nothing leaves is split into partitions when it has grown large, at the end of a batch, so that the same batches always give the
 * same layout. The state of a partition is touched by one thread at a time.
 */

#define BLOCK 1024

/* Groups from which on partitions pay. */
#define SPLIT_GROUPS (1u << 16)

typedef struct
{
  guint32 group;
  guint32 offset; /* of the old payload in undo_bytes, in units of 8 bytes */
} UndoEntry;

/* ---- undo ------------------------------------------------------------------------------------------------------- */

/* States that own memory are kept as their aggregates write them, in units of 8 bytes. */
static void
save_written (WeirAggState *self,
              WeirAggPane  *pane,
              guint32       group)
{
  const WeirAggLayout *layout = self->layout;
  guint8              *payload = weir_group_payload (pane->table, group);
  UndoEntry            entry = { group, pane->undo_bytes->len / 8 };
  WeirWriter           writer = { pane->undo_bytes };

  g_array_append_val (pane->undo, entry);
  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->write (layout->calls[a], payload + layout->offsets[a], &writer);
  if (pane->undo_bytes->len % 8 != 0)
    weir_writer_raw (&writer, "\0\0\0\0\0\0\0", 8 - pane->undo_bytes->len % 8);
}

/* Others as they are: @groups in the order of their undo entries. */
static void
save_plain (WeirAggState  *self,
            WeirAggPane   *pane,
            const guint32 *groups,
            guint          n)
{
  gsize      stride = self->layout->stride;
  guint      n_before = pane->undo->len, used = pane->undo_bytes->len;
  UndoEntry *entries;

  g_array_set_size (pane->undo, n_before + n);
  g_byte_array_set_size (pane->undo_bytes, used + n * (guint)stride);
  entries = &g_array_index (pane->undo, UndoEntry, n_before);
  for (guint i = 0; i < n; i++)
    {
      entries[i] = (UndoEntry){ groups[i], (used + i * (guint)stride) / 8 };
      memcpy (pane->undo_bytes->data + used + i * stride, weir_group_payload (pane->table, groups[i]), stride);
    }
}

static void
restore_payload (WeirAggState    *self,
                 WeirAggPane     *pane,
                 const UndoEntry *entry)
{
  const WeirAggLayout *layout = self->layout;
  guint8              *payload = weir_group_payload (pane->table, entry->group);
  const guint8        *saved = pane->undo_bytes->data + (gsize)entry->offset * 8;
  WeirReader           reader;

  if (!layout->owns_memory)
    {
      memcpy (payload, saved, layout->stride);
      return;
    }
  weir_agg_layout_clear_states (layout, pane->table, entry->group, entry->group + 1);
  memset (payload, 0, layout->stride);
  weir_agg_layout_init_states (layout, pane->table, entry->group, entry->group + 1);
  weir_reader_init (&reader, saved, pane->undo_bytes->len - (gsize)entry->offset * 8);
  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->read (layout->calls[a], payload + layout->offsets[a], &reader);
}

void
_weir_agg_pane_undo (WeirAggState *self,
                     WeirAggPane  *pane)
{
  for (guint i = 0; pane->undo != NULL && i < pane->undo->len; i++)
    restore_payload (self, pane, &g_array_index (pane->undo, UndoEntry, i));
}

void
_weir_agg_pane_forget (WeirAggPane *pane)
{
  weir_writer_clear (&pane->delta);
  if (pane->touched != NULL)
    g_array_set_size (pane->touched, 0);
  if (pane->undo != NULL)
    {
      g_array_set_size (pane->undo, 0);
      g_byte_array_set_size (pane->undo_bytes, 0);
    }
}

static void
touch (WeirAggState  *self,
       WeirAggPane   *pane,
       const guint32 *groups,
       guint          n)
{
  guint32  saved[BLOCK];
  guint32 *touched;
  guint    n_saved = 0, n_touched;

  if (pane->touched == NULL)
    {
      pane->touched = g_array_new (FALSE, FALSE, sizeof (guint32));
      pane->undo = g_array_new (FALSE, FALSE, sizeof (UndoEntry));
      pane->undo_bytes = g_byte_array_new ();
    }
  n_touched = pane->touched->len;
  g_array_set_size (pane->touched, n_touched + n);
  touched = &g_array_index (pane->touched, guint32, n_touched);
  for (guint i = 0; i < n; i++)
    {
      guint32  group = groups[i];
      guint32 *mark = (guint32 *)(void *)weir_group_payload (pane->table, group);
      gboolean saves = self->keeps_undo && group < pane->n_committed;

      if (*mark == self->epoch)
        continue;
      if (saves && self->layout->owns_memory)
        save_written (self, pane, group);
      else if (saves)
        saved[n_saved++] = group;
      *mark = self->epoch;
      *touched++ = group;
      n_touched++;
    }
  g_array_set_size (pane->touched, n_touched);
  save_plain (self, pane, saved, n_saved);
}

/* ---- merge ------------------------------------------------------------------------------------------------------ */

static void
count_late (WeirAggState       *self,
            const WeirGroupKey *key,
            gint64              late_us)
{
  const WeirAggLayout *layout = self->layout;
  gint64               first = 0, last = 0;

  if (layout->time == WEIR_AGG_TIME_PANE)
    {
      first = weir_agg_layout_first_window (layout, key->time);
      last = weir_agg_layout_last_window (layout, key->time);
    }
  for (gint64 window = first; window <= last; window++)
    {
      WeirGroupKey late = *key;
      guint64      hash;
      guint32      group;

      if (layout->time == WEIR_AGG_TIME_PANE)
        {
          if (weir_agg_layout_window_end_us (layout, window) > late_us)
            break;
          late.time = window;
        }
      hash = weir_group_hash (&late, self->late->is_view);
      weir_group_table_insert (self->late, &late, &hash, 1, &group);
    }
}

static gboolean
is_late (const WeirAggLayout *layout,
         gint64               time,
         gint64               late_us)
{
  return late_us != G_MININT64 && weir_agg_layout_final_us (layout, time) <= late_us;
}

/* Keys and hashes under which groups @src of @table lie in their pane. */
static void
pane_keys (WeirAggState         *self,
           const WeirGroupTable *table,
           const guint32        *src,
           guint                 n,
           WeirGroupKey         *keys,
           guint64              *hashes,
           guint32              *numbers)
{
  for (guint i = 0; i < n; i++)
    {
      keys[i] = *weir_group_key (table, src[i]);
      hashes[i] = *weir_group_hash_of (table, src[i]);
    }
  if (self->dictionary == NULL)
    return;
  for (guint i = 0; i < n; i++)
    {
      keys[i].time = 0;
      hashes[i] = weir_group_hash (&keys[i], self->dictionary->is_view);
    }
  weir_group_table_insert (self->dictionary, keys, hashes, n, numbers);
  for (guint i = 0; i < n; i++)
    {
      keys[i] = (WeirGroupKey){ 0, numbers[i], 0 };
      hashes[i] = weir_group_hash (&keys[i], FALSE);
    }
}

/* Finds or makes the groups of @keys, and keeps what they hold. */
static void
find_groups (WeirAggState       *self,
             WeirAggPane        *pane,
             const WeirGroupKey *keys,
             const guint64      *hashes,
             guint32            *groups,
             guint               n)
{
  guint before = pane->table->n;

  weir_group_table_insert (pane->table, keys, hashes, n, groups);
  weir_agg_layout_init_states (self->layout, pane->table, before, pane->table->n);
  touch (self, pane, groups, n);
}

/* Merges states of @table, numbers @src, into the groups of @keys. */
static void
merge_states (WeirAggState         *self,
              WeirEval             *eval,
              WeirAggPane          *pane,
              const WeirGroupKey   *keys,
              const guint64        *hashes,
              const WeirGroupTable *table,
              const guint32        *src,
              guint                 n)
{
  const WeirAggLayout *layout = self->layout;
  guint32              groups[BLOCK];

  find_groups (self, pane, keys, hashes, groups, n);
  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->merge (layout->calls[a], eval, weir_agg_layout_states (layout, pane->table, a, groups),
                           weir_agg_layout_states (layout, table, a, src), n, FALSE);
}

static void
merge_block (WeirAggState         *self,
             WeirEval             *eval,
             WeirAggPane          *pane,
             const WeirGroupTable *table,
             const guint32        *src,
             guint                 n)
{
  WeirGroupKey keys[BLOCK];
  guint64      hashes[BLOCK];
  guint32      numbers[BLOCK];

  pane_keys (self, table, src, n, keys, hashes, numbers);
  merge_states (self, eval, pane, keys, hashes, table, src, n);
}

static void
merge_pane (WeirAggState   *self,
            WeirEval       *eval,
            WeirGroupTable *table,
            gint64          time,
            const guint32  *src,
            guint           n,
            gint64          late_us)
{
  WeirAggPane *pane;

  if (late_us != G_MININT64 && self->layout->time == WEIR_AGG_TIME_PANE &&
      weir_agg_layout_window_end_us (self->layout, weir_agg_layout_first_window (self->layout, time)) <= late_us)
    for (guint i = 0; i < n; i++)
      count_late (self, weir_group_key (table, src[i]), late_us);
  if (is_late (self->layout, time, late_us))
    return;
  pane = _weir_agg_state_ensure_pane (self, _weir_agg_pane_id (self, time));
  for (guint offset = 0; offset < n; offset += BLOCK)
    merge_block (self, eval, pane, table, src + offset, MIN (BLOCK, n - offset));
}

/* Group numbers ordered by time, those of one time in their order. */
static guint32 *
order_by_time (const WeirGroupTable *table)
{
  g_autoptr (WeirGroupTable) times = weir_group_table_new (FALSE, 0);
  g_autofree guint32        *slots = g_new (guint32, table->n);
  g_autofree guint32        *at = NULL;
  guint32                   *order = g_new (guint32, table->n);
  guint32                    slot = 0;

  for (guint i = 0; i < table->n; i++)
    {
      WeirGroupKey key = { weir_group_key (table, i)->time, 0, 0 };

      if (i == 0 || key.time != weir_group_key (table, i - 1)->time)
        {
          guint64 hash = weir_group_hash (&key, FALSE);

          weir_group_table_insert (times, &key, &hash, 1, &slot);
        }
      slots[i] = slot;
    }
  at = g_new0 (guint32, times->n + 1);
  for (guint i = 0; i < table->n; i++)
    at[slots[i] + 1]++;
  for (guint s = 0; s < times->n; s++)
    at[s + 1] += at[s];
  for (guint i = 0; i < table->n; i++)
    order[at[slots[i]]++] = i;
  return order;
}

/* Late event-time keys are counted one by one; what is left goes on. */
static guint
drop_late_keys (WeirAggState   *self,
                WeirGroupTable *table,
                guint32        *src,
                guint           n,
                gint64          late_us)
{
  guint left = 0;

  for (guint i = 0; i < n; i++)
    if (is_late (self->layout, weir_group_key (table, src[i])->time, late_us))
      count_late (self, weir_group_key (table, src[i]), late_us);
    else
      src[left++] = src[i];
  return left;
}

guint32 *
weir_agg_partition_order (const WeirGroupTable *table,
                          guint32               ends[WEIR_AGG_PARTITIONS])
{
  guint32 *order = g_new (guint32, MAX (table->n, 1));
  guint32  at[WEIR_AGG_PARTITIONS + 1] = { 0 };

  for (guint i = 0; i < table->n; i++)
    at[weir_agg_partition_of (*weir_group_hash_of (table, i)) + 1]++;
  for (guint p = 0; p < WEIR_AGG_PARTITIONS; p++)
    ends[p] = at[p + 1] += at[p];
  for (guint i = 0; i < table->n; i++)
    order[at[weir_agg_partition_of (*weir_group_hash_of (table, i))]++] = i;
  return order;
}

void
weir_agg_state_merge_partition (WeirAggState         *state,
                                WeirEval             *eval,
                                const WeirGroupTable *table,
                                guint                 partition,
                                const guint32        *src,
                                guint                 n)
{
  WeirAggPane *pane = g_ptr_array_index (state->panes, partition);

  for (guint offset = 0; offset < n; offset += BLOCK)
    merge_block (state, eval, pane, table, src + offset, MIN (BLOCK, n - offset));
}

static const guint16 *
row_numbers (void)
{
  static guint16 numbers[WEIR_VECTOR_ROWS];
  static gsize   is_ready;

  if (g_once_init_enter (&is_ready))
    {
      for (guint i = 0; i < WEIR_VECTOR_ROWS; i++)
        numbers[i] = (guint16)i;
      g_once_init_leave (&is_ready, 1);
    }
  return numbers;
}

void
weir_agg_state_merge_rows (WeirAggState      *state,
                           WeirEval          *eval,
                           const WeirAggRows *rows,
                           guint              partition)
{
  const WeirAggLayout *layout = state->layout;
  WeirAggPane         *pane = g_ptr_array_index (state->panes, partition);
  guint                to = rows->ends[partition], n;

  for (guint from = partition > 0 ? rows->ends[partition - 1] : 0; from < to; from += n)
    {
      guint64      hashes[BLOCK];
      guint32      groups[BLOCK];
      WeirColumn **args = rows->args;

      n = MIN (BLOCK, to - from);
      for (guint i = 0; i < n; i++)
        hashes[i] = weir_group_hash (&rows->keys[from + i], FALSE);
      find_groups (state, pane, rows->keys + from, hashes, groups, n);
      for (guint a = 0; a < layout->n_aggs; args += layout->calls[a++]->n_args)
        layout->ops[a]->update (layout->calls[a], eval, weir_agg_layout_states (layout, pane->table, a, groups), args,
                                (WeirSel){ row_numbers () + from, n });
    }
}

/* Moves the groups of the one pane into the panes of their partitions, in their order. */
static void
split_pane (WeirAggState *self)
{
  WeirAggPane         *all = g_ptr_array_steal_index (self->panes, 0);
  const WeirAggLayout *layout = self->layout;
  guint32              ends[WEIR_AGG_PARTITIONS];
  g_autofree guint32  *order = weir_agg_partition_order (all->table, ends);

  self->is_partitioned = TRUE;
  for (guint p = 0, i = 0; p < WEIR_AGG_PARTITIONS; p++)
    {
      WeirAggPane *pane = _weir_agg_state_ensure_pane (self, p);

      for (; i < ends[p]; i++)
        {
          guint32 group;

          weir_group_table_insert (pane->table, weir_group_key (all->table, order[i]), weir_group_hash_of (all->table, order[i]), 1, &group);
          memcpy (weir_group_payload (pane->table, group), weir_group_payload (all->table, order[i]), layout->stride);
        }
      pane->n_committed = pane->table->n;
    }
  weir_group_table_free (all->table);
  all->table = NULL;
  _weir_agg_pane_free (layout, all);
}

void
_weir_agg_state_split (WeirAggState *self)
{
  if (self->evicts || self->layout->is_sliding || self->is_partitioned || self->panes->len != 1)
    return;
  if (((WeirAggPane *)g_ptr_array_index (self->panes, 0))->table->n >= SPLIT_GROUPS)
    split_pane (self);
}

void
weir_agg_state_merge (WeirAggState   *state,
                      WeirEval       *eval,
                      WeirGroupTable *table,
                      gint64          late_us)
{
  g_autofree guint32 *order = NULL;

  if (table->n == 0)
    return;
  if (state->is_partitioned)
    {
      guint32 ends[WEIR_AGG_PARTITIONS];

      order = weir_agg_partition_order (table, ends);
      for (guint p = 0, from = 0; p < WEIR_AGG_PARTITIONS; from = ends[p++])
        weir_agg_state_merge_partition (state, eval, table, p, order + from, ends[p] - from);
      weir_agg_layout_clear_states (state->layout, table, 0, table->n);
      return;
    }
  order = order_by_time (table);
  for (guint from = 0, to; from < table->n; from = to)
    {
      gint64 time = weir_group_key (table, order[from])->time, id = _weir_agg_pane_id (state, time);
      guint  n;

      to = from + 1;
      while (to < table->n && _weir_agg_pane_id (state, weir_group_key (table, order[to])->time) == id &&
             (state->layout->time != WEIR_AGG_TIME_PANE || weir_group_key (table, order[to])->time == time))
        to++;
      n = to - from;
      if (state->layout->time == WEIR_AGG_TIME_KEY)
        n = drop_late_keys (state, table, order + from, n, late_us);
      if (n > 0)
        merge_pane (state, eval, table, weir_group_key (table, order[from])->time, order + from, n, late_us);
    }
  weir_agg_layout_clear_states (state->layout, table, 0, table->n);
  if (!state->keeps_undo)
    _weir_agg_state_split (state);
}

void
weir_agg_state_ensure_global (WeirAggState *state)
{
  WeirAggPane *pane = _weir_agg_state_ensure_pane (state, 0);
  WeirGroupKey key = { 0, 0, 0 };
  guint64      hash = weir_group_hash (&key, pane->table->is_view);
  guint32      group;
  guint        before = pane->table->n;

  weir_group_table_insert (pane->table, &key, &hash, 1, &group);
  weir_agg_layout_init_states (state->layout, pane->table, before, pane->table->n);
  touch (state, pane, &group, 1);
}
