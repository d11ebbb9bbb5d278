/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "exec/agg-open.h"
#include "exec/op-aggregate-private.h"

/*
 * What an aggregation gives out, in chunks that workers make columns of:
 *
 *   append    windows and event times that became final: late watermark < end <= eviction watermark
 *   update    groups this batch touched, also those that go with it
 *   complete  all, as for a batch query; nothing is late, nothing goes
 *
 * A row has the keys in their order, the window among them, then the aggregates.
 */

/* Groups of one pane that are given out together. */
typedef struct
{
  const WeirAggPane *pane;
  guint32           *groups; /* Owned, nullable: those; else [from, from + n) */
  guint              from, n;
} Chunk;

static void
chunk_clear (gpointer data)
{
  g_free (((Chunk *)data)->groups);
}

void
_weir_aggregate_init_output (WeirAggregateOp *self)
{
  self->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  g_array_set_clear_func (self->chunks, chunk_clear);
}

static void
add_chunks (WeirAggregateOp   *self,
            const WeirAggPane *pane,
            const guint32     *groups,
            guint              n)
{
  for (guint from = 0; from < n; from += WEIR_VECTOR_ROWS)
    {
      guint size = MIN (WEIR_VECTOR_ROWS, n - from);
      Chunk chunk = { pane, groups != NULL ? g_memdup2 (groups + from, size * sizeof (guint32)) : NULL, groups != NULL ? 0 : from, size };

      g_array_append_val (self->chunks, chunk);
    }
}

static void
add_final (WeirAggregateOp   *self,
           const WeirAggPane *pane,
           gint64             evict_us)
{
  const WeirAggLayout *layout = &self->layout;
  g_autoptr (GArray)   groups = NULL;

  if (layout->time == WEIR_AGG_TIME_PANE)
    {
      if (weir_agg_layout_final_us (layout, pane->id) <= evict_us)
        add_chunks (self, pane, NULL, pane->table->n);
      return;
    }
  groups = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint32 g = 0; g < pane->table->n; g++)
    if (weir_agg_layout_final_us (layout, weir_group_key (pane->table, g)->time) <= evict_us)
      g_array_append_val (groups, g);
  add_chunks (self, pane, (const guint32 *)(const void *)groups->data, groups->len);
}

void
_weir_aggregate_plan_output (WeirAggregateOp *self,
                             WeirExec        *exec)
{
  gboolean all = !self->is_streaming || self->mode == WEIR_OUTPUT_COMPLETE || self->lists;
  gboolean update = self->mode == WEIR_OUTPUT_UPDATE && !all;

  if (self->layout.is_sliding)
    {
      g_clear_pointer (&self->ranges, g_array_unref);
      self->ranges = weir_agg_sliding_plan (self->state, update ? WEIR_WINDOWS_TOUCHED : WEIR_WINDOWS_ALL,
                                            all ? G_MININT64 : self->late_us, all || update ? G_MAXINT64 : _weir_op_evict_us (&self->op, exec));
      return;
    }
  for (guint p = 0; p < self->state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (self->state->panes, p);

      if (all)
        add_chunks (self, pane, NULL, pane->table->n);
      else if (!update)
        add_final (self, pane, _weir_op_evict_us (&self->op, exec));
      else if (pane->touched != NULL)
        add_chunks (self, pane, (const guint32 *)(const void *)pane->touched->data, pane->touched->len);
    }
}

guint
_weir_aggregate_count_parts (WeirOp   *op,
                             WeirExec *exec)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;

  return self->layout.is_sliding ? self->ranges->len : self->chunks->len;
}

static WeirColumn *
times_to_column (WeirType     *type,
                 const gint64 *times,
                 guint         n,
                 gint64        shift)
{
  WeirBuffer *values = weir_buffer_new (MAX (n, 1) * sizeof (gint64));

  for (guint i = 0; i < n; i++)
    ((gint64 *)(void *)values->data)[i] = times[i] + shift;
  return weir_column_new_flat (type, n, values, NULL);
}

static WeirColumn *
window_column (WeirAggregateOp *self,
               WeirType        *type,
               const gint64    *starts,
               guint            n)
{
  g_autoptr (WeirColumn) start = times_to_column (type->fields[0].type, starts, n, 0);
  g_autoptr (WeirColumn) end = times_to_column (type->fields[1].type, starts, n, self->op.plan->aggregate.window.size_us);
  WeirColumn            *children[2] = { start, end };

  return weir_column_new_struct (type, n, children, NULL);
}

/* One batch of results: keys @at of @keys; @states: those of the first aggregate's offset 0. */
static gboolean
push_results (WeirAggregateOp      *self,
              WeirLink             *out,
              const WeirGroupTable *keys,
              const guint32        *at,
              const gint64         *starts,
              WeirAggStates         states,
              guint                 n,
              GError              **error)
{
  const WeirAggLayout    *layout = &self->layout;
  WeirPlan               *plan = self->op.plan;
  WeirSchema             *schema = self->op.schema;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (schema->n_fields, 1));
  g_autoptr (WeirBatch)   batch = NULL;

  for (guint k = 0; k < layout->n_keys; k++)
    {
      WeirColumnBuilder *builder = weir_column_builder_new (layout->codec.types[k], n);

      weir_key_codec_decode (&layout->codec, k, keys, at, n, builder);
      columns[layout->key_at[k]] = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
    }
  if (plan->aggregate.window_key >= 0)
    columns[plan->aggregate.window_key] = window_column (self, schema->fields[plan->aggregate.window_key].type, starts, n);
  for (guint a = 0; a < layout->n_aggs; a++)
    columns[plan->aggregate.n_keys + a] = layout->ops[a]->finish (layout->calls[a], out->eval,
                                                                  (WeirAggStates){ states.base + layout->offsets[a], states.stride, states.groups }, n);
  batch = weir_batch_new (schema, n, columns);
  if (weir_eval_take_error (out->eval, error))
    return FALSE;
  return _weir_link_push (out, batch, weir_sel_all (n), error);
}

static gboolean
read_plain (WeirAggregateOp *self,
            guint            part,
            WeirLink        *out,
            GError         **error)
{
  const Chunk        *chunk = &g_array_index (self->chunks, Chunk, part);
  WeirGroupTable     *table = chunk->pane->table;
  g_autofree guint32 *at = g_new (guint32, chunk->n);
  g_autofree gint64  *starts = g_new (gint64, chunk->n);

  for (guint i = 0; i < chunk->n; i++)
    at[i] = chunk->groups != NULL ? chunk->groups[i] : chunk->from + i;
  if (self->layout.time == WEIR_AGG_TIME_PANE)
    for (guint i = 0; i < chunk->n; i++)
      starts[i] = weir_agg_layout_window_start_us (&self->layout, weir_group_key (table, at[i])->time);
  return push_results (self, out, table, at, starts, (WeirAggStates){ weir_group_payload (table, 0), table->record_size, at }, chunk->n, error);
}

typedef struct
{
  WeirAggregateOp *self;
  WeirLink        *out;
} WindowSink;

static gboolean
push_window (gpointer       data,
             gint64         window,
             const guint32 *keys,
             guint          n,
             guint8        *states,
             GError       **error)
{
  WindowSink        *sink = data;
  WeirAggregateOp   *self = sink->self;
  g_autofree gint64 *starts = g_new (gint64, MIN (n, WEIR_VECTOR_ROWS));

  for (guint i = 0; i < MIN (n, WEIR_VECTOR_ROWS); i++)
    starts[i] = weir_agg_layout_window_start_us (&self->layout, window);
  for (guint from = 0; from < n; from += WEIR_VECTOR_ROWS)
    if (!_weir_exec_check_stop (sink->out->exec, error) ||
        !push_results (self, sink->out, self->state->dictionary, keys + from, starts,
                       (WeirAggStates){ states != NULL ? states + from * self->layout.stride : NULL, self->layout.stride, NULL },
                       MIN (WEIR_VECTOR_ROWS, n - from), error))
      return FALSE;
  return TRUE;
}

gboolean
_weir_aggregate_read (WeirOp   *op,
                      guint     part,
                      WeirLink *out,
                      GError  **error)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;
  WindowSink       sink = { self, out };
  WeirWindowFilter filter = self->is_streaming && !self->lists && self->mode == WEIR_OUTPUT_UPDATE ? WEIR_WINDOWS_TOUCHED : WEIR_WINDOWS_ALL;

  if (!self->layout.is_sliding)
    return read_plain (self, part, out, error);
  return weir_agg_sliding_run (self->state, out->eval, filter, &g_array_index (self->ranges, WeirWindowRange, part), push_window, &sink, error);
}

void
_weir_aggregate_plan_open (WeirOp   *op,
                           WeirExec *exec,
                           guint     rows_max,
                           guint64  *n_left_out)
{
  WeirAggregateOp   *self = (WeirAggregateOp *)op;
  g_autoptr (GArray) spans = NULL;

  g_array_set_size (self->chunks, 0);
  g_clear_pointer (&self->ranges, g_array_unref);
  if (self->layout.is_sliding)
    {
      self->ranges = weir_agg_open_ranges (self->state, _weir_op_evict_us (op, exec), rows_max, n_left_out);
      return;
    }
  spans = weir_agg_open_spans (self->state, rows_max, n_left_out);
  for (guint i = 0; i < spans->len; i++)
    add_chunks (self, g_array_index (spans, WeirAggSpan, i).pane, NULL, g_array_index (spans, WeirAggSpan, i).n);
}
