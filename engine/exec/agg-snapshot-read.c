/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/agg-state-private.h"
#include "exec/group-codec.h"

#include "base/word-codec.h"

/*
 * Groups back from the bytes that agg-snapshot.c writes and describes. The bytes have a checksum; still, every number is checked
 * before it is an index, and memory is counted against the limit before it is used.
 */

/* Whether @n more groups than @n_before may follow: a block of them takes some bytes. */
static gboolean
is_likely (const WeirReader *reader,
           guint64           n_before,
           guint64           n)
{
  return !reader->failed && n < WEIR_GROUP_NONE - n_before && n / WEIR_GROUP_BLOCK <= reader->len - reader->pos;
}

/* Before the memory is used: a few bytes may hold many groups. */
static gboolean
fits (WeirAggState *self,
      gsize         more)
{
  gsize bytes = __atomic_add_fetch (&self->read_bytes, more, __ATOMIC_RELAXED);

  if (self->max_bytes == 0 || bytes + weir_agg_layout_heap_bytes (self->layout) <= self->max_bytes)
    return TRUE;
  self->is_over = TRUE;
  return FALSE;
}

static gboolean
read_keys (WeirAggState *self,
           WeirReader   *reader)
{
  guint64      from, n;
  WeirGroupKey keys[WEIR_GROUP_BLOCK];

  if (self->dictionary == NULL)
    return TRUE;
  from = weir_reader_varint (reader);
  n = weir_reader_varint (reader);
  if (from != self->dictionary->n || !is_likely (reader, from, n) || !fits (self, n * self->dictionary->record_size))
    return FALSE;
  weir_group_table_reserve (self->dictionary, (guint)(from + n));
  for (guint size; n > 0; n -= size)
    {
      size = (guint)MIN (WEIR_GROUP_BLOCK, n);
      if (!weir_group_keys_read (self->dictionary->is_view, reader, keys, size))
        return FALSE;
      weir_group_keys_add (self->dictionary, keys, size);
    }
  return TRUE;
}

static gboolean
read_owning (const WeirAggState *self,
             const WeirAggPane  *pane,
             guint               a,
             guint32             group,
             WeirReader         *reader)
{
  const WeirAggLayout *layout = self->layout;
  guint8              *state = weir_group_payload (pane->table, group) + layout->offsets[a];

  layout->ops[a]->clear (layout->calls[a], state);
  memset (state, 0, layout->calls[a]->state_size);
  if (layout->ops[a]->init != NULL)
    layout->ops[a]->init (layout->calls[a], state);
  return layout->ops[a]->read (layout->calls[a], state, reader);
}

static gboolean
read_states (const WeirAggState *self,
             const WeirAggPane  *pane,
             const guint32      *groups,
             guint               from,
             guint               n,
             WeirReader         *reader)
{
  const WeirAggLayout *layout = self->layout;

  for (guint a = 0; a < layout->n_aggs; a++)
    {
      const WeirAggCall *call = layout->calls[a];

      if (call->owns_memory)
        {
          for (guint i = 0; i < n; i++)
            if (!read_owning (self, pane, a, groups != NULL ? groups[i] : from + i, reader))
              return FALSE;
        }
      else
        for (gsize at = 0; at < call->state_size; at += sizeof (guint64))
          if (!weir_group_words_read (pane->table, groups, from, n, layout->offsets[a] + at, reader))
            return FALSE;
    }
  return TRUE;
}

static gboolean
read_known (WeirAggState      *self,
            const WeirAggPane *pane,
            WeirReader        *reader)
{
  guint64 n = weir_reader_varint (reader), group = 0;

  if (n > pane->table->n)
    return FALSE;
  for (guint size; n > 0; n -= size)
    {
      guint64 steps[WEIR_GROUP_BLOCK];
      guint32 known[WEIR_GROUP_BLOCK];

      size = (guint)MIN (WEIR_GROUP_BLOCK, n);
      if (!weir_words_read (reader, steps, size))
        return FALSE;
      for (guint i = 0; i < size; i++)
        {
          if (steps[i] >= pane->table->n - group)
            return FALSE;
          group += steps[i];
          known[i] = (guint32)group;
        }
      if (!read_states (self, pane, known, 0, size, reader) || !fits (self, 0))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_new (WeirAggState      *self,
          const WeirAggPane *pane,
          WeirReader        *reader)
{
  guint64      n = weir_reader_varint (reader);
  WeirGroupKey keys[WEIR_GROUP_BLOCK];

  if (!is_likely (reader, pane->table->n, n) || !fits (self, n * pane->table->record_size))
    return FALSE;
  if (pane->table->n == 0)
    weir_group_table_reserve (pane->table, (guint)n);
  for (guint size; n > 0; n -= size)
    {
      guint from = pane->table->n;

      size = (guint)MIN (WEIR_GROUP_BLOCK, n);
      if (!weir_group_keys_read (pane->table->is_view, reader, keys, size))
        return FALSE;
      for (guint i = 0; self->dictionary != NULL && i < size; i++)
        if (keys[i].a >= self->dictionary->n)
          return FALSE;
      weir_group_keys_add (pane->table, keys, size);
      weir_agg_layout_init_states (self->layout, pane->table, from, pane->table->n);
      if (!read_states (self, pane, NULL, from, size, reader) || !fits (self, 0))
        return FALSE;
    }
  return reader->pos == reader->len;
}

/* What is read into a pane, by a worker or at once. */
typedef struct
{
  WeirAggState *state; /* Borrowed */
  WeirAggPane  *pane;  /* Borrowed */
  gboolean      ok;
  WeirReader    reader;
} PaneTask;

static void
read_pane (gpointer data,
           guint    worker)
{
  PaneTask *task = data;

  task->ok = read_known (task->state, task->pane, &task->reader) && read_new (task->state, task->pane, &task->reader);
}

/* Bytes of a pane that are worth a task. */
#define TASK_BYTES (16u << 10)

static gboolean
read_panes (WeirAggState   *self,
            WeirWorkerPool *pool,
            WeirReader     *reader)
{
  guint64                   n_panes = weir_reader_varint (reader);
  g_autoptr (GArray)        tasks = g_array_new (FALSE, FALSE, sizeof (PaneTask));
  g_autoptr (WeirTaskGroup) group = pool != NULL && n_panes > 1 ? weir_task_group_new (pool) : NULL;
  gboolean                  ok = TRUE;

  for (guint64 p = 0; p < n_panes && !reader->failed; p++)
    {
      gint64   id = (gint64)weir_reader_u64 (reader);
      PaneTask task = { .state = self, .reader = weir_reader_part (reader) };

      if (reader->failed || (p > 0 && id <= g_array_index (tasks, PaneTask, p - 1).pane->id))
        return FALSE;
      task.pane = _weir_agg_state_ensure_pane (self, id);
      g_array_append_val (tasks, task);
    }
  for (guint i = 0; i < tasks->len; i++)
    {
      PaneTask *task = &g_array_index (tasks, PaneTask, i);

      if (group != NULL && task->reader.len >= TASK_BYTES)
        weir_task_group_submit (group, read_pane, task);
      else
        read_pane (task, 0);
    }
  if (group != NULL)
    weir_task_group_wait (group);
  for (guint i = 0; i < tasks->len; i++)
    ok = ok && g_array_index (tasks, PaneTask, i).ok;
  return ok && !reader->failed;
}

/* Where nothing is evicted there is one pane, or one for each partition. */
static gboolean
check_panes (WeirAggState *self)
{
  const WeirAggPane *last;

  if (self->evicts || self->layout->is_sliding || self->panes->len == 0)
    return TRUE;
  last = g_ptr_array_index (self->panes, self->panes->len - 1);
  if (!self->is_partitioned)
    self->is_partitioned = self->panes->len > 1;
  return self->panes->len == (self->is_partitioned ? WEIR_AGG_PARTITIONS : 1) && last->id == self->panes->len - 1 &&
         ((WeirAggPane *)g_ptr_array_index (self->panes, 0))->id == 0;
}

gboolean
weir_agg_state_read (WeirAggState   *state,
                     WeirWorkerPool *pool,
                     WeirReader     *reader)
{
  state->read_bytes = weir_agg_state_bytes (state) - weir_agg_layout_heap_bytes (state->layout);
  if (!read_keys (state, reader) || !read_panes (state, pool, reader) || !check_panes (state))
    return FALSE;
  weir_agg_state_begin (state);
  weir_agg_state_commit (state);
  return TRUE;
}

gboolean
weir_agg_state_apply_delta (WeirAggState   *state,
                            WeirWorkerPool *pool,
                            WeirReader     *reader)
{
  gint64 evict_us = (gint64)weir_reader_u64 (reader);

  weir_agg_state_begin (state);
  state->read_bytes = weir_agg_state_bytes (state) - weir_agg_layout_heap_bytes (state->layout);
  if (!read_keys (state, reader) || !read_panes (state, pool, reader) || !check_panes (state))
    return FALSE;
  state->evict_us = evict_us;
  weir_agg_state_commit (state);
  return TRUE;
}
