/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "exec/op-aggregate-private.h"
#include "exec/state-list.h"

/*
 * GROUP BY and DISTINCT, batch and streaming.
 *
 * Sink: workers aggregate their part into a table of their own; the tables are merged into the state in the order of the parts. Those for a
 * partitioned state wait until there are no more, or many; then the partitions are merged side by side.
 * Source: what the output mode asks for (agg-output.c).
 */

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

static void drop_pending (WeirAggregateOp *self);

static void
free_aggregate (WeirOp *op)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;

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
  WeirAggregateOp *self = (WeirAggregateOp *)op;

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
take_local (WeirAggregateOp *self)
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
  AggregateLink   *self = (AggregateLink *)link;
  WeirAggregateOp *op = (WeirAggregateOp *)link->op;

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
give_back (WeirAggregateOp *self,
           WeirAggLocal    *local)
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
  give_back ((WeirAggregateOp *)op, local);
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
fail_budget (WeirAggregateOp *self,
             guint64          bytes,
             GError         **error)
{
  guint64 max = self->op.options->state_max_bytes;

  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", self->op.plan->span,
                    "The state of the aggregation takes %" G_GUINT64_FORMAT " bytes, more than the %" G_GUINT64_FORMAT " of weir.state.maxBytes.", bytes, max);
}

static gboolean
check_budget (WeirAggregateOp *self,
              GError         **error)
{
  guint64 max = self->op.options->state_max_bytes;
  guint64 bytes = max > 0 ? weir_agg_state_bytes (self->state) + weir_agg_state_batch_bytes (self->state) : 0;

  return bytes <= max || fail_budget (self, bytes, error);
}

typedef struct
{
  WeirAggregateOp *self; /* Borrowed */
  WeirEval        *eval; /* Borrowed, or the task's own */
  guint            partition;
  gboolean         wants_delta; /* and nothing is merged any more */
  GError          *error;
} MergeTask;

static void
merge_partition (gpointer data,
                 guint    worker)
{
  MergeTask       *task = data;
  WeirAggregateOp *self = task->self;

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
drop_pending (WeirAggregateOp *self)
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
merge_pending (WeirAggregateOp *self,
               WeirExec        *exec,
               WeirTaskGroup   *group,
               gboolean         is_last,
               GError         **error)
{
  MergeTask tasks[WEIR_AGG_PARTITIONS] = { 0 };
  GError   *first = NULL;

  for (guint p = 0; p < WEIR_AGG_PARTITIONS; p++)
    {
      tasks[p] = (MergeTask){ self, group != NULL ? weir_eval_new (exec->options->zone) : self->op.eval, p, is_last && exec->input->wants_delta, NULL };
      tasks[p].eval->now_us = exec->input->now_us;
      _weir_eval_set_options (tasks[p].eval, exec->options);
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
add_pending (WeirAggregateOp *self,
             WeirExec        *exec,
             WeirAggLocal    *local,
             GError         **error)
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
  WeirAggregateOp *self = (WeirAggregateOp *)op;
  WeirAggLocal    *local = result;

  self->late_rows += local->late_rows;
  take_samples (exec, local);
  if (self->state->is_partitioned)
    return add_pending (self, exec, local, error) && check_budget (self, error);
  weir_agg_state_merge (self->state, op->eval, local->table, self->late_us);
  give_back (self, local);
  return !weir_eval_take_error (op->eval, error) && check_budget (self, error);
}

static gboolean
finish_aggregate (WeirOp   *op,
                  WeirExec *exec,
                  GError  **error)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;

  if (self->pending->len > 0)
    {
      g_autoptr (WeirTaskGroup) group = exec->options->pool != NULL ? weir_task_group_new (exec->options->pool) : NULL;

      if (!merge_pending (self, exec, group, TRUE, error) || !check_budget (self, error))
        return FALSE;
    }
  if (self->layout.is_global)
    weir_agg_state_ensure_global (self->state);
  weir_agg_state_close (self->state, self->late_us, _weir_op_evict_us (op, exec));
  _weir_aggregate_plan_output (self, exec);
  return TRUE;
}

/* ---- state ------------------------------------------------------------------------------------------------------ */

static void
commit_aggregate (WeirOp *op)
{
  weir_agg_state_commit (((WeirAggregateOp *)op)->state);
}

static void
abort_aggregate (WeirOp *op)
{
  weir_agg_state_abort (((WeirAggregateOp *)op)->state);
}

static void
snapshot_aggregate (WeirOp     *op,
                    WeirWriter *writer)
{
  weir_agg_state_write (((WeirAggregateOp *)op)->state, op->options->pool, writer);
}

static void
delta_aggregate (WeirOp     *op,
                 WeirWriter *writer)
{
  weir_agg_state_write_delta (((WeirAggregateOp *)op)->state, op->options->pool, writer);
}

static gboolean
restore_aggregate (WeirOp     *op,
                   WeirReader *reader,
                   GError    **error)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;

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
  WeirAggregateOp *self = (WeirAggregateOp *)op;

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
  WeirAggregateOp *self = (WeirAggregateOp *)op;

  _weir_state_list_set_fields (list, op->schema->fields, op->plan->aggregate.n_keys, op->schema->fields + op->plan->aggregate.n_keys,
                               op->plan->aggregate.n_aggs);
  self->lists = TRUE;
  _weir_aggregate_plan_output (self, NULL);
  return _weir_state_list_read (list, op, split_row, error);
}

static gboolean
check_aggregate_budget (WeirOp  *op,
                        GError **error)
{
  return check_budget ((WeirAggregateOp *)op, error);
}

static gboolean
wants_no_data (WeirOp *op,
               gint64  watermark_ms,
               gint64  used_ms)
{
  return ((WeirAggregateOp *)op)->mode != WEIR_OUTPUT_COMPLETE && watermark_ms > used_ms;
}

static void
aggregate_stats (WeirOp            *op,
                 WeirStatefulStats *stats)
{
  WeirAggregateOp *self = (WeirAggregateOp *)op;

  stats->name = "stateStoreSave";
  stats->rows_total = self->state->n_total;
  stats->rows_updated = self->state->n_updated;
  stats->rows_removed = self->state->n_removed;
  stats->rows_dropped_by_watermark = self->state->n_late_groups;
  stats->late_rows = self->late_rows;
  stats->memory_bytes = weir_agg_state_bytes (self->state);
  stats->update_ms = op->busy_ns / 1000000;
}

#define AGGREGATE_CLASS                   \
  .name = "HashAggregate",                \
  .link_size = sizeof (AggregateLink),    \
  .free = free_aggregate,                 \
  .describe = describe_aggregate,         \
  .begin = begin_aggregate,               \
  .link_clear = clear_link,               \
  .push = push_aggregate,                 \
  .take = take_aggregate,                 \
  .drop = drop_aggregate,                 \
  .merge = merge_aggregate,               \
  .finish = finish_aggregate,             \
  .n_parts = _weir_aggregate_count_parts, \
  .read = _weir_aggregate_read

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
  .list_open = _weir_aggregate_plan_open,
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
  gboolean         is_streaming = options->is_streaming && plan->is_streaming;
  WeirAggregateOp *self;

  self = _weir_op_new (sizeof (WeirAggregateOp), is_streaming ? &stream_class : &batch_class, plan, NULL, options);
  g_mutex_init (&self->lock);
  self->mode = options->mode;
  self->is_streaming = is_streaming;
  self->evicts = is_streaming && plan->aggregate.event_time_key >= 0 && options->mode != WEIR_OUTPUT_COMPLETE;
  weir_agg_layout_init (&self->layout, plan);
  self->state = weir_agg_state_new (&self->layout, self->evicts, is_streaming);
  self->state->max_bytes = options->state_max_bytes;
  _weir_aggregate_init_output (self);
  self->free_locals = g_ptr_array_new_with_free_func (free_local);
  self->pending = g_array_new (FALSE, FALSE, sizeof (Pending));
  return &self->op;
}
