/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "exec/agg-open.h"
#include "exec/state-list.h"

/*
 * GROUP BY and DISTINCT, batch and streaming.
 *
 * Sink: workers aggregate their part into a table of their own; the tables are merged into the state in the order of the parts. Those for a
 * partitioned state wait until there are no more, or many; then the partitions are merged side by side.
 * Source: what the output mode asks for, in chunks.
 *
 *   append    windows and event times that became final: late watermark < end <= eviction watermark
 *   update    groups this batch touched, also those that go with it
 *   complete  all, as for a batch query; nothing is late, nothing goes
 *
 * A row of the output has the keys in their order, the window among them, then the aggregates.
 */

/* Groups of one pane that are given out together. */
typedef struct
{
  const WeirAggPane *pane;
  guint32           *groups; /* Owned, nullable: those; else [from, from + n) */
  guint              from, n;
} Chunk;

/* Groups that wait before they are merged. */
#define PENDING_GROUPS (1u << 21)

/* A part's groups by partition, waiting. */
typedef struct
{
  WeirAggLocal *local; /* Owned */
  guint32      *order; /* Owned */
  guint32       ends[WEIR_AGG_PARTITIONS];
} Pending;

typedef struct
{
  WeirOp         op;
  WeirAggLayout  layout;
  WeirAggState  *state;
  gboolean       is_streaming;
  gboolean       evicts; /* event-time key, append or update */
  WeirOutputMode mode;
  gint64         late_us;
  gboolean       lists;  /* the whole state is read, whatever the mode */
  GArray        *chunks; /* Chunk */
  GArray        *ranges; /* WeirWindowRange; sliding */
  GMutex         lock;
  GPtrArray     *free_locals; /* WeirAggLocal: reused */
  GArray        *pending;     /* Pending */
  guint          n_pending;   /* groups and rows of them */
  gboolean       takes_rows;
  guint64        late_rows;
} Aggregate;

typedef struct
{
  WeirLink      link;
  WeirAggLocal *local;
} AggregateLink;

static char *
describe_aggregate (WeirOp *op)
{
  WeirPlan   *plan = op->plan;
  GString    *out = g_string_new ("keys=[");
  WeirSchema *input = plan->children[0]->schema;

  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    {
      g_autofree char *text = plan->aggregate.keys[i] != NULL ? weir_expr_to_string (plan->aggregate.keys[i], input) : NULL;

      if (i > 0)
        g_string_append (out, ", ");
      if (text != NULL)
        g_string_append (out, text);
      else
        g_string_append_printf (out, "window(%" G_GINT64_FORMAT " us, %" G_GINT64_FORMAT " us)", plan->aggregate.window.size_us, plan->aggregate.window.slide_us);
    }
  g_string_append (out, "], functions=[");
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", plan->aggregate.aggs[i]->name);
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static void
chunk_clear (gpointer data)
{
  g_free (((Chunk *)data)->groups);
}

static void drop_pending (Aggregate *self);

static void
free_aggregate (WeirOp *op)
{
  Aggregate *self = (Aggregate *)op;

  drop_pending (self);
  weir_agg_state_free (self->state);
  g_array_unref (self->chunks);
  g_clear_pointer (&self->ranges, g_array_unref);
  g_ptr_array_unref (self->free_locals);
  g_array_unref (self->pending);
  weir_agg_layout_clear (&self->layout);
  g_mutex_clear (&self->lock);
}

/* ---- sink ------------------------------------------------------------------------------------------------------- */

static gboolean
begin_aggregate (WeirOp   *op,
                 WeirExec *exec,
                 GError  **error)
{
  Aggregate *self = (Aggregate *)op;

  if (self->is_streaming && self->mode == WEIR_OUTPUT_APPEND && !self->evicts)
    return weir_fail (error, WEIR_ERROR_RUN, "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", op->plan->span,
                      "append output mode not supported for aggregate on streaming relations without watermark.");
  if (!self->is_streaming)
    {
      weir_agg_state_free (self->state);
      self->state = weir_agg_state_new (&self->layout, FALSE, FALSE);
    }
  self->late_us = self->evicts ? _weir_op_late_us (op, exec) : G_MININT64;
  self->late_rows = 0;
  op->eval->now_us = exec->input->now_us;
  g_array_set_size (self->chunks, 0);
  drop_pending (self);
  weir_agg_state_begin (self->state);
  /* Not what it becomes while the batch runs: which rows are aggregated before they are merged must not depend on threads. */
  self->takes_rows = self->state->is_partitioned && weir_agg_layout_can_take_rows (&self->layout);
  return TRUE;
}

static void
clear_link (WeirLink *link)
{
  weir_agg_local_free (((AggregateLink *)link)->local);
}

static WeirAggLocal *
take_local (Aggregate *self)
{
  WeirAggLocal *local = NULL;

  g_mutex_lock (&self->lock);
  if (self->free_locals->len > 0)
    local = g_ptr_array_steal_index_fast (self->free_locals, self->free_locals->len - 1);
  g_mutex_unlock (&self->lock);
  if (local == NULL)
    local = weir_agg_local_new (&self->layout);
  local->takes_rows = self->takes_rows;
  return local;
}

static gboolean
push_aggregate (WeirLink  *link,
                WeirBatch *batch,
                WeirSel    sel,
                GError   **error)
{
  AggregateLink *self = (AggregateLink *)link;
  Aggregate     *op = (Aggregate *)link->op;

  if (self->local == NULL)
    self->local = take_local (op);
  return weir_agg_local_update (self->local, link->eval, batch, sel, op->late_us, error);
}

static gpointer
take_aggregate (WeirLink *link)
{
  return g_steal_pointer (&((AggregateLink *)link)->local);
}

static void
give_back (Aggregate    *self,
           WeirAggLocal *local)
{
  weir_agg_local_reset (local);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->free_locals, local);
  g_mutex_unlock (&self->lock);
}

static void
drop_aggregate (WeirOp  *op,
                gpointer result)
{
  WeirAggLocal *local = result;

  weir_agg_layout_clear_states (local->layout, local->table, 0, local->table->n);
  give_back ((Aggregate *)op, local);
}

static void
take_samples (WeirExec     *exec,
              WeirAggLocal *local)
{
  g_mutex_lock (&exec->lock);
  while (local->late_samples != NULL && local->late_samples->len > 0 && exec->late_samples->len < WEIR_SAMPLE_ROWS_MAX)
    g_ptr_array_add (exec->late_samples, g_ptr_array_steal_index (local->late_samples, 0));
  g_mutex_unlock (&exec->lock);
}

static gboolean
fail_budget (Aggregate *self,
             guint64    bytes,
             GError   **error)
{
  guint64 max = self->op.options->state_max_bytes;

  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", self->op.plan->span,
                    "The state of the aggregation takes %" G_GUINT64_FORMAT " bytes, more than the %" G_GUINT64_FORMAT " of weir.state.maxBytes.", bytes, max);
}

static gboolean
check_budget (Aggregate *self,
              GError   **error)
{
  guint64 max = self->op.options->state_max_bytes;
  guint64 bytes = max > 0 ? weir_agg_state_bytes (self->state) + weir_agg_state_batch_bytes (self->state) : 0;

  return bytes <= max || fail_budget (self, bytes, error);
}

typedef struct
{
  Aggregate *self; /* Borrowed */
  WeirEval  *eval; /* Borrowed, or the task's own */
  guint      partition;
  gboolean   wants_delta; /* and nothing is merged any more */
  GError    *error;
} MergeTask;

static void
merge_partition (gpointer data,
                 guint    worker)
{
  MergeTask *task = data;
  Aggregate *self = task->self;

  for (guint i = 0; i < self->pending->len; i++)
    {
      Pending *part = &g_array_index (self->pending, Pending, i);
      guint    from = task->partition > 0 ? part->ends[task->partition - 1] : 0;

      weir_agg_state_merge_partition (self->state, task->eval, part->local->table, task->partition, part->order + from,
                                      part->ends[task->partition] - from);
      for (guint r = 0; r < part->local->n_used; r++)
        weir_agg_state_merge_rows (self->state, task->eval, g_ptr_array_index (part->local->rows, r), task->partition);
    }
  if (!weir_eval_take_error (task->eval, &task->error) && task->wants_delta)
    weir_agg_state_prepare_delta (self->state, task->partition);
}

static void
drop_pending (Aggregate *self)
{
  for (guint i = 0; i < self->pending->len; i++)
    {
      Pending *part = &g_array_index (self->pending, Pending, i);

      weir_agg_layout_clear_states (&self->layout, part->local->table, 0, part->local->table->n);
      give_back (self, part->local);
      g_free (part->order);
    }
  g_array_set_size (self->pending, 0);
  self->n_pending = 0;
}

/* @group: where the partitions are spread to; NULL on a worker, which must not wait for others. @is_last: of the batch. */
static gboolean
merge_pending (Aggregate     *self,
               WeirExec      *exec,
               WeirTaskGroup *group,
               gboolean       is_last,
               GError       **error)
{
  MergeTask tasks[WEIR_AGG_PARTITIONS] = { 0 };
  GError   *first = NULL;

  for (guint p = 0; p < WEIR_AGG_PARTITIONS; p++)
    {
      tasks[p] = (MergeTask){ self, group != NULL ? weir_eval_new (exec->options->zone) : self->op.eval, p, is_last && exec->input->wants_delta, NULL };
      tasks[p].eval->now_us = exec->input->now_us;
      tasks[p].eval->ansi = exec->options->ansi;
      if (group != NULL)
        weir_task_group_submit (group, merge_partition, &tasks[p]);
      else
        merge_partition (&tasks[p], 0);
    }
  if (group != NULL)
    weir_task_group_wait (group);
  for (guint p = 0; p < WEIR_AGG_PARTITIONS; p++)
    {
      if (group != NULL)
        weir_eval_free (tasks[p].eval);
      if (first == NULL)
        first = g_steal_pointer (&tasks[p].error);
      g_clear_error (&tasks[p].error);
    }
  drop_pending (self);
  if (first == NULL)
    return TRUE;
  g_propagate_error (error, first);
  return FALSE;
}

static gboolean
add_pending (Aggregate    *self,
             WeirExec     *exec,
             WeirAggLocal *local,
             GError      **error)
{
  Pending part = { .local = local };

  part.order = weir_agg_partition_order (local->table, part.ends);
  g_array_append_val (self->pending, part);
  self->n_pending += local->table->n + local->n_kept;
  return self->n_pending < PENDING_GROUPS || merge_pending (self, exec, NULL, FALSE, error);
}

static gboolean
merge_aggregate (WeirOp   *op,
                 WeirExec *exec,
                 gpointer  result,
                 GError  **error)
{
  Aggregate    *self = (Aggregate *)op;
  WeirAggLocal *local = result;

  self->late_rows += local->late_rows;
  take_samples (exec, local);
  if (self->state->is_partitioned)
    return add_pending (self, exec, local, error) && check_budget (self, error);
  weir_agg_state_merge (self->state, op->eval, local->table, self->late_us);
  give_back (self, local);
  return !weir_eval_take_error (op->eval, error) && check_budget (self, error);
}

/* ---- what is given out ------------------------------------------------------------------------------------------ */

static void
add_chunks (Aggregate         *self,
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
add_final (Aggregate         *self,
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

static void
plan_output (Aggregate *self,
             WeirExec  *exec)
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

static gboolean
finish_aggregate (WeirOp   *op,
                  WeirExec *exec,
                  GError  **error)
{
  Aggregate *self = (Aggregate *)op;

  if (self->pending->len > 0)
    {
      g_autoptr (WeirTaskGroup) group = exec->options->pool != NULL ? weir_task_group_new (exec->options->pool) : NULL;

      if (!merge_pending (self, exec, group, TRUE, error) || !check_budget (self, error))
        return FALSE;
    }
  if (self->layout.is_global)
    weir_agg_state_ensure_global (self->state);
  weir_agg_state_close (self->state, self->late_us, _weir_op_evict_us (op, exec));
  plan_output (self, exec);
  return TRUE;
}

static guint
count_chunks (WeirOp   *op,
              WeirExec *exec)
{
  Aggregate *self = (Aggregate *)op;

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
window_column (Aggregate    *self,
               WeirType     *type,
               const gint64 *starts,
               guint         n)
{
  g_autoptr (WeirColumn) start = times_to_column (type->fields[0].type, starts, n, 0);
  g_autoptr (WeirColumn) end = times_to_column (type->fields[1].type, starts, n, self->op.plan->aggregate.window.size_us);
  WeirColumn            *children[2] = { start, end };

  return weir_column_new_struct (type, n, children, NULL);
}

/* One batch of results: keys @at of @keys; @states: those of the first aggregate's offset 0. */
static gboolean
push_results (Aggregate            *self,
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
read_plain (Aggregate *self,
            guint      part,
            WeirLink  *out,
            GError   **error)
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
  Aggregate *self;
  WeirLink  *out;
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
  Aggregate         *self = sink->self;
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

static gboolean
read_aggregate (WeirOp   *op,
                guint     part,
                WeirLink *out,
                GError  **error)
{
  Aggregate       *self = (Aggregate *)op;
  WindowSink       sink = { self, out };
  WeirWindowFilter filter = self->is_streaming && !self->lists && self->mode == WEIR_OUTPUT_UPDATE ? WEIR_WINDOWS_TOUCHED : WEIR_WINDOWS_ALL;

  if (!self->layout.is_sliding)
    return read_plain (self, part, out, error);
  return weir_agg_sliding_run (self->state, out->eval, filter, &g_array_index (self->ranges, WeirWindowRange, part), push_window, &sink, error);
}

/* ---- state ------------------------------------------------------------------------------------------------------ */

static void
commit_aggregate (WeirOp *op)
{
  weir_agg_state_commit (((Aggregate *)op)->state);
}

static void
abort_aggregate (WeirOp *op)
{
  weir_agg_state_abort (((Aggregate *)op)->state);
}

static void
snapshot_aggregate (WeirOp     *op,
                    WeirWriter *writer)
{
  weir_agg_state_write (((Aggregate *)op)->state, op->options->pool, writer);
}

static void
delta_aggregate (WeirOp     *op,
                 WeirWriter *writer)
{
  weir_agg_state_write_delta (((Aggregate *)op)->state, op->options->pool, writer);
}

static gboolean
restore_aggregate (WeirOp     *op,
                   WeirReader *reader,
                   GError    **error)
{
  Aggregate *self = (Aggregate *)op;

  if (weir_agg_state_read (self->state, op->options->pool, reader))
    return TRUE;
  if (self->state->is_over)
    return fail_budget (self, self->state->read_bytes + weir_agg_layout_heap_bytes (&self->layout), error);
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The state of an aggregation is damaged.");
}

static gboolean
apply_aggregate (WeirOp     *op,
                 WeirReader *reader,
                 GError    **error)
{
  Aggregate *self = (Aggregate *)op;

  if (weir_agg_state_apply_delta (self->state, op->options->pool, reader))
    return TRUE;
  if (self->state->is_over)
    return fail_budget (self, self->state->read_bytes + weir_agg_layout_heap_bytes (&self->layout), error);
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "A change of the state of an aggregation is damaged.");
}

static void
split_row (WeirStateList *list,
           WeirOp        *op,
           WeirBatch     *batch)
{
  for (guint c = 0; c < batch->n_columns; c++)
    weir_column_ref (batch->columns[c]);
  _weir_state_list_add (list, batch->n_rows, batch->columns, batch->columns + op->plan->aggregate.n_keys);
}

/* Results stand for the states that they are made of. */
static gboolean
list_aggregate (WeirOp        *op,
                WeirStateList *list,
                GError       **error)
{
  Aggregate *self = (Aggregate *)op;

  _weir_state_list_set_fields (list, op->schema->fields, op->plan->aggregate.n_keys, op->schema->fields + op->plan->aggregate.n_keys,
                               op->plan->aggregate.n_aggs);
  self->lists = TRUE;
  plan_output (self, NULL);
  return _weir_state_list_read (list, op, split_row, error);
}

static void
list_open_groups (WeirOp   *op,
                  WeirExec *exec,
                  guint     rows_max,
                  guint64  *n_left_out)
{
  Aggregate         *self = (Aggregate *)op;
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

static gboolean
check_aggregate_budget (WeirOp  *op,
                        GError **error)
{
  return check_budget ((Aggregate *)op, error);
}

static gboolean
wants_no_data (WeirOp *op,
               gint64  watermark_ms,
               gint64  used_ms)
{
  return ((Aggregate *)op)->mode != WEIR_OUTPUT_COMPLETE && watermark_ms > used_ms;
}

static void
aggregate_stats (WeirOp            *op,
                 WeirStatefulStats *stats)
{
  Aggregate *self = (Aggregate *)op;

  stats->name = "stateStoreSave";
  stats->rows_total = self->state->n_total;
  stats->rows_updated = self->state->n_updated;
  stats->rows_removed = self->state->n_removed;
  stats->rows_dropped_by_watermark = self->state->n_late_groups;
  stats->late_rows = self->late_rows;
  stats->memory_bytes = weir_agg_state_bytes (self->state);
  stats->update_ms = op->busy_ns / 1000000;
}

#define AGGREGATE_CLASS                \
  .name = "HashAggregate",             \
  .link_size = sizeof (AggregateLink), \
  .free = free_aggregate,              \
  .describe = describe_aggregate,      \
  .begin = begin_aggregate,            \
  .link_clear = clear_link,            \
  .push = push_aggregate,              \
  .take = take_aggregate,              \
  .drop = drop_aggregate,              \
  .merge = merge_aggregate,            \
  .finish = finish_aggregate,          \
  .n_parts = count_chunks,             \
  .read = read_aggregate

static const WeirOpClass batch_class = {
  AGGREGATE_CLASS,
};

static const WeirOpClass stream_class = {
  AGGREGATE_CLASS,
  .only_reads = TRUE,
  .commit = commit_aggregate,
  .abort = abort_aggregate,
  .snapshot = snapshot_aggregate,
  .delta = delta_aggregate,
  .restore = restore_aggregate,
  .apply = apply_aggregate,
  .check_budget = check_aggregate_budget,
  .wants_no_data = wants_no_data,
  .list_state = list_aggregate,
  .list_open = list_open_groups,
  .get_stats = aggregate_stats,
};

static void
free_local (gpointer data)
{
  weir_agg_local_free (data);
}

WeirOp *
_weir_op_aggregate_new (WeirPlan                  *plan,
                        const WeirPipelineOptions *options)
{
  gboolean   is_streaming = options->is_streaming && plan->is_streaming;
  Aggregate *self;

  self = _weir_op_new (sizeof (Aggregate), is_streaming ? &stream_class : &batch_class, plan, NULL, options);
  g_mutex_init (&self->lock);
  self->mode = options->mode;
  self->is_streaming = is_streaming;
  self->evicts = is_streaming && plan->aggregate.event_time_key >= 0 && options->mode != WEIR_OUTPUT_COMPLETE;
  weir_agg_layout_init (&self->layout, plan);
  self->state = weir_agg_state_new (&self->layout, self->evicts, is_streaming);
  self->state->max_bytes = options->state_max_bytes;
  self->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  g_array_set_clear_func (self->chunks, chunk_clear);
  self->free_locals = g_ptr_array_new_with_free_func (free_local);
  self->pending = g_array_new (FALSE, FALSE, sizeof (Pending));
  return &self->op;
}
