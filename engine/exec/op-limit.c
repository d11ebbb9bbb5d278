/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-builder.h"
#include "exec/state-list.h"

/*
 * LIMIT and OFFSET over the rows in their order. On a stream in append mode the count runs over the whole life of the query and is
 * state; above a complete aggregation it starts anew with every batch (spark-semantics §1.9).
 */

typedef struct
{
  WeirOp     op;
  gboolean   is_stateful;
  GPtrArray *batches;
  gint64     n_skipped;
  gint64     n_passed;    /* with this batch's */
  gint64     n_committed; /* of earlier batches */
} Limit;

static char *
describe_limit (WeirOp *op)
{
  if (op->plan->limit.offset > 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT ", offset %" G_GINT64_FORMAT, op->plan->limit.n, op->plan->limit.offset);
  return g_strdup_printf ("%" G_GINT64_FORMAT, op->plan->limit.n);
}

static void
end_limit (WeirOp *op)
{
  g_clear_pointer (&((Limit *)op)->batches, g_ptr_array_unref);
}

static gboolean
begin_limit (WeirOp   *op,
             WeirExec *exec,
             GError  **error)
{
  Limit *self = (Limit *)op;

  end_limit (op);
  self->batches = _weir_batches_new ();
  self->n_skipped = 0;
  self->n_passed = self->is_stateful ? self->n_committed : 0;
  return TRUE;
}

static void
take_batch (Limit     *self,
            WeirBatch *batch)
{
  gint64 limit = self->op.plan->limit.n < 0 ? G_MAXINT64 : self->op.plan->limit.n;
  gint64 skip = CLAMP (self->op.plan->limit.offset - self->n_skipped, 0, (gint64)batch->n_rows);
  gint64 n = MIN ((gint64)batch->n_rows - skip, limit - self->n_passed);

  self->n_skipped += skip;
  if (n <= 0)
    return;
  self->n_passed += n;
  g_ptr_array_add (self->batches, weir_batch_slice (batch, (guint)skip, (guint)n));
}

static gboolean
merge_limit (WeirOp   *op,
             WeirExec *exec,
             gpointer  result,
             GError  **error)
{
  g_autoptr (GPtrArray) batches = result;

  for (guint i = 0; i < batches->len; i++)
    take_batch ((Limit *)op, g_ptr_array_index (batches, i));
  return TRUE;
}

/* A stream's input is read to its end: watermarks must see all of it. LIMIT 0 reads nothing, as in Spark. */
static gboolean
limit_is_full (WeirOp *op)
{
  Limit *self = (Limit *)op;

  if (op->plan->limit.n == 0)
    return TRUE;
  return !op->options->is_streaming && op->plan->limit.n > 0 && self->n_passed >= op->plan->limit.n;
}

static guint
count_batches (WeirOp   *op,
               WeirExec *exec)
{
  return ((Limit *)op)->batches->len;
}

static gboolean
read_batch (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  return _weir_link_push_all (out, g_ptr_array_index (((Limit *)op)->batches, part), error);
}

static void
commit_limit (WeirOp *op)
{
  Limit *self = (Limit *)op;

  if (self->is_stateful)
    self->n_committed = self->n_passed;
}

static void
abort_limit (WeirOp *op)
{
  ((Limit *)op)->n_passed = ((Limit *)op)->n_committed;
}

static void
snapshot_limit (WeirOp     *op,
                WeirWriter *writer)
{
  weir_writer_varint (writer, (guint64)((Limit *)op)->n_committed);
}

static gboolean
restore_limit (WeirOp     *op,
               WeirReader *reader,
               GError    **error)
{
  Limit *self = (Limit *)op;

  self->n_committed = self->n_passed = (gint64)weir_reader_varint (reader);
  return TRUE;
}

/* A delta is the count as well. */
static void
delta_limit (WeirOp     *op,
             WeirWriter *writer)
{
  weir_writer_varint (writer, (guint64)((Limit *)op)->n_passed);
}

/* One row, as Spark keeps it. */
static gboolean
list_limit (WeirOp        *op,
            WeirStateList *list,
            GError       **error)
{
  WeirField                     key = { (char *)"key", WEIR_VOID, TRUE, NULL };
  WeirField                     value = { (char *)"value", WEIR_BIGINT, FALSE, NULL };
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (WEIR_BIGINT, 1);
  WeirColumn                   *columns[2] = { weir_column_new_nulls (WEIR_VOID, 1) };

  weir_column_builder_append_i64 (builder, ((Limit *)op)->n_committed);
  columns[1] = weir_column_builder_finish (builder);
  _weir_state_list_set_fields (list, &key, 1, &value, 1);
  _weir_state_list_add (list, 1, &columns[0], &columns[1]);
  return TRUE;
}

static void
limit_stats (WeirOp            *op,
             WeirStatefulStats *stats)
{
  stats->name = "globalLimit";
  stats->rows_total = 1;
  stats->rows_updated = 1;
  stats->memory_bytes = sizeof (Limit);
}

static const WeirOpClass batch_class = {
  .name = "Limit",
  .link_size = sizeof (WeirCollectLink),
  .free = end_limit,
  .describe = describe_limit,
  .begin = begin_limit,
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_limit,
  .is_full = limit_is_full,
  .n_parts = count_batches,
  .read = read_batch,
  .end = end_limit,
};

static const WeirOpClass stream_class = {
  .name = "StreamingGlobalLimit",
  .link_size = sizeof (WeirCollectLink),
  .free = end_limit,
  .describe = describe_limit,
  .begin = begin_limit,
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_limit,
  .n_parts = count_batches,
  .read = read_batch,
  .end = end_limit,
  .commit = commit_limit,
  .abort = abort_limit,
  .snapshot = snapshot_limit,
  .restore = restore_limit,
  .delta = delta_limit,
  .apply = restore_limit,
  .list_state = list_limit,
  .get_stats = limit_stats,
};

static void
note_aggregate (WeirPlan *plan,
                gpointer  data)
{
  *(gboolean *)data = *(gboolean *)data || plan->kind == WEIR_PLAN_AGGREGATE;
}

WeirOp *
_weir_op_limit_new (WeirPlan                  *plan,
                    const WeirPipelineOptions *options)
{
  gboolean above_aggregate = FALSE, is_stateful;
  Limit   *self;

  weir_plan_foreach (plan->children[0], note_aggregate, &above_aggregate);
  is_stateful = options->is_streaming && plan->is_streaming && plan->limit.n != 0 && !(above_aggregate && options->mode == WEIR_OUTPUT_COMPLETE);
  self = _weir_op_new (sizeof (Limit), is_stateful ? &stream_class : &batch_class, plan, NULL, options);

  self->is_stateful = is_stateful;
  return &self->op;
}
