/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/agg-state-private.h"
#include "exec/group-codec.h"

#include "base/cpu.h"
#include "base/effects.h"
#include "base/word-codec.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/*
 * Groups as bytes. Their order is kept, so what is emitted after a restore comes in the same order, and a group that the state before has
 * goes by its number: a change of it takes no key.
 *
 *   snapshot  [keys]  varint number of panes, panes
 *   delta     u64 eviction watermark µs, [keys], varint number of panes, panes
 *   keys      sliding windows only: varint number of the first key, varint number of keys, blocks of keys (group-codec.h)
 *   pane      u64 id, u64 length of what follows
 *             varint number of groups that are known, ascending blocks of them: words numbers, states
 *             varint number of new groups, in their order behind the known ones, blocks of them: keys, states
 *             In a snapshot all groups are new. A partitioned state has all partitions in a snapshot, in order.
 *   states    of each aggregate in turn: the words of its state in memory, a column each (base/word-codec.h), as declared at the head of
 *             expr/agg-NAME.c; where a state owns memory, what the aggregate writes of each group
 *
 * For sliding windows the key of a group is its number in the dictionary. Blocks have WEIR_GROUP_BLOCK groups, the last one fewer.
 *
 * Panes are written and read side by side when they are large. They are written here and read in agg-snapshot-read.c.
 */

/* Groups of a pane that are worth a task; tests make it small. */
#define TASK_GROUPS (weir_fx_bound ("WEIR_TASK_GROUPS", 4096))

/* Words that are written together. */
typedef struct
{
  const WeirAggPane *pane;
  const guint32     *groups; /* nullable: from on */
  guint              from, n;
  gsize              offsets[WEIR_GROUP_WORDS];
  guint              n_words;
} Words;

static void
flush_words (Words      *self,
             WeirWriter *writer)
{
  if (self->n_words > 0)
    weir_group_words_write (self->pane->table, self->groups, self->from, self->n, self->offsets, self->n_words, writer);
  self->n_words = 0;
}

static void
write_states (const WeirAggState *self,
              const WeirAggPane  *pane,
              const guint32      *groups,
              guint               from,
              guint               n,
              WeirWriter         *writer)
{
  const WeirAggLayout *layout = self->layout;
  Words                words = { pane, groups, from, n, { 0 }, 0 };

  for (guint a = 0; a < layout->n_aggs; a++)
    {
      const WeirAggCall *call = layout->calls[a];

      if (call->owns_memory)
        {
          flush_words (&words, writer);
          for (guint i = 0; i < n; i++)
            layout->ops[a]->write (call, weir_group_payload (pane->table, groups != NULL ? groups[i] : from + i) + layout->offsets[a], writer);
          continue;
        }
      for (gsize at = 0; at < call->state_size; at += sizeof (guint64))
        {
          if (words.n_words == WEIR_GROUP_WORDS)
            flush_words (&words, writer);
          words.offsets[words.n_words++] = layout->offsets[a] + at;
        }
    }
  flush_words (&words, writer);
}

/* Numbers of the bits that are set, ascending; so many more may be written behind them. */
#define LIST_ROOM 16

static guint
list_bits (const guint64 *bits,
           guint          n_words,
           guint32       *numbers)
{
  guint n = 0;

  for (guint w = 0; w < n_words; w++)
    for (guint64 word = bits[w]; word != 0; word &= word - 1)
      numbers[n++] = w * 64 + (guint)__builtin_ctzll (word);
  return n;
}

#ifdef __x86_64__

__attribute__ ((target ("avx512f,popcnt"))) static guint
list_bits_avx512 (const guint64 *bits,
                  guint          n_words,
                  guint32       *numbers)
{
  const __m512i step = _mm512_set1_epi32 (16);
  __m512i       next = _mm512_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  guint         n = 0;

  for (guint w = 0; w < n_words; w++)
    for (guint part = 0; part < 64; part += 16)
      {
        __mmask16 set = (__mmask16)(bits[w] >> part);

        _mm512_storeu_si512 (numbers + n, _mm512_maskz_compress_epi32 (set, next));
        n += (guint)__builtin_popcount (set);
        next = _mm512_add_epi32 (next, step);
      }
  return n;
}

#endif

/* Touched groups of earlier batches, ascending. */
static guint32 *
list_known (const WeirAggPane *pane,
            guint             *n_known)
{
  g_autofree guint64 *bits = NULL;
  guint32            *known = NULL;
  guint               n, n_words = (pane->n_committed + 63) / 64;

  *n_known = pane->touched->len - (pane->table->n - pane->n_committed);
  if (*n_known == 0)
    return NULL;
  bits = g_new0 (guint64, n_words);
  known = g_new (guint32, *n_known + LIST_ROOM);
  for (guint i = 0; i < pane->touched->len; i++)
    {
      guint32 group = g_array_index (pane->touched, guint32, i);

      if (group < pane->n_committed)
        bits[group / 64] |= G_GUINT64_CONSTANT (1) << group % 64;
    }
#ifdef __x86_64__
  if (weir_simd_level () >= WEIR_SIMD_AVX512)
    n = list_bits_avx512 (bits, n_words, known);
  else
#endif
    n = list_bits (bits, n_words, known);
  g_assert (n == *n_known);
  return known;
}

static void
write_known (const WeirAggState *self,
             const WeirAggPane  *pane,
             const guint32      *known,
             guint               n,
             WeirWriter         *writer)
{
  weir_writer_varint (writer, n);
  for (guint from = 0; from < n; from += WEIR_GROUP_BLOCK)
    {
      guint   size = MIN (WEIR_GROUP_BLOCK, n - from);
      guint64 steps[WEIR_GROUP_BLOCK];

      for (guint i = 0; i < size; i++)
        steps[i] = known[from + i] - (from + i > 0 ? known[from + i - 1] : 0);
      weir_words_write (writer, steps, size);
      write_states (self, pane, known + from, 0, size, writer);
    }
}

static void
write_new (const WeirAggState *self,
           const WeirAggPane  *pane,
           guint               from,
           WeirWriter         *writer)
{
  weir_writer_varint (writer, pane->table->n - from);
  for (; from < pane->table->n; from += WEIR_GROUP_BLOCK)
    {
      guint size = MIN (WEIR_GROUP_BLOCK, pane->table->n - from);

      weir_group_keys_write (pane->table, from, size, writer);
      write_states (self, pane, NULL, from, size, writer);
    }
}

/* What is written of a pane, by a worker or at once. */
typedef struct
{
  WeirAggState *state; /* Borrowed */
  WeirAggPane  *pane;  /* Borrowed */
  gboolean      is_delta;
  WeirWriter    writer;
} PaneTask;

static void
write_pane (PaneTask   *task,
            WeirWriter *writer)
{
  const WeirAggPane  *pane = task->pane;
  guint               n_known = 0;
  g_autofree guint32 *known = task->is_delta ? list_known (pane, &n_known) : NULL;
  WeirWriterMark      length;

  weir_writer_u64 (writer, (guint64)pane->id);
  length = weir_writer_begin_length (writer);
  write_known (task->state, pane, known, n_known, writer);
  write_new (task->state, pane, task->is_delta ? pane->n_committed : 0, writer);
  weir_writer_end_length (writer, length);
}

static void
write_part (gpointer data,
            guint    worker)
{
  write_pane (data, &((PaneTask *)data)->writer);
}

static gboolean
is_written (const WeirAggPane *pane,
            gboolean           is_delta)
{
  return !is_delta || (pane->touched != NULL && pane->touched->len > 0);
}

static gboolean
is_task (const WeirAggPane *pane,
         gboolean           is_delta)
{
  return (is_delta ? pane->touched->len : pane->table->n) >= TASK_GROUPS;
}

static void
write_panes (WeirAggState   *self,
             gboolean        is_delta,
             WeirWorkerPool *pool,
             WeirWriter     *writer)
{
  g_autoptr (WeirTaskGroup) group = NULL;
  g_autoptr (GArray)        tasks = g_array_new (FALSE, FALSE, sizeof (PaneTask));

  for (guint p = 0; p < self->panes->len; p++)
    {
      PaneTask task = { .state = self, .pane = g_ptr_array_index (self->panes, p), .is_delta = is_delta };

      if (!is_written (task.pane, is_delta))
        continue;
      if (is_delta && writer->full != NULL)
        {
          task.writer = task.pane->delta;
          task.pane->delta = (WeirWriter){ 0 };
        }
      g_array_append_val (tasks, task);
    }
  if (pool != NULL && writer->full != NULL)
    group = weir_task_group_new (pool);
  for (guint i = 0; i < tasks->len && group != NULL; i++)
    {
      PaneTask *task = &g_array_index (tasks, PaneTask, i);

      if (!is_task (task->pane, is_delta) || task->writer.bytes != NULL)
        continue;
      weir_writer_init_pieces (&task->writer);
      weir_task_group_submit (group, write_part, task);
    }
  if (group != NULL)
    weir_task_group_wait (group);
  weir_writer_varint (writer, tasks->len);
  for (guint i = 0; i < tasks->len; i++)
    {
      PaneTask *task = &g_array_index (tasks, PaneTask, i);

      if (task->writer.bytes != NULL)
        weir_writer_take (writer, &task->writer);
      else
        write_pane (task, writer);
    }
}

void
weir_agg_state_prepare_delta (WeirAggState *state,
                              guint         partition)
{
  PaneTask task = { .state = state, .pane = g_ptr_array_index (state->panes, partition), .is_delta = TRUE };

  if (!is_written (task.pane, TRUE) || !is_task (task.pane, TRUE))
    return;
  weir_writer_clear (&task.pane->delta);
  weir_writer_init_pieces (&task.pane->delta);
  weir_writer_reserve (&task.pane->delta, task.pane->delta_bytes + task.pane->delta_bytes / 8);
  write_pane (&task, &task.pane->delta);
  task.pane->delta_bytes = (guint)MIN (weir_writer_size (&task.pane->delta), G_MAXINT);
}

static void
write_keys (const WeirAggState *self,
            guint               from,
            WeirWriter         *writer)
{
  if (self->dictionary == NULL)
    return;
  weir_writer_varint (writer, from);
  weir_writer_varint (writer, self->dictionary->n - from);
  for (; from < self->dictionary->n; from += WEIR_GROUP_BLOCK)
    weir_group_keys_write (self->dictionary, from, MIN (WEIR_GROUP_BLOCK, self->dictionary->n - from), writer);
}

void
weir_agg_state_write (WeirAggState   *state,
                      WeirWorkerPool *pool,
                      WeirWriter     *writer)
{
  write_keys (state, 0, writer);
  write_panes (state, FALSE, pool, writer);
}

void
weir_agg_state_write_delta (WeirAggState   *state,
                            WeirWorkerPool *pool,
                            WeirWriter     *writer)
{
  weir_writer_u64 (writer, (guint64)state->evict_us);
  write_keys (state, state->n_dictionary, writer);
  write_panes (state, TRUE, pool, writer);
}
