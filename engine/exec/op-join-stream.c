/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/join-batch.h"

#include "base/limits.h"
#include "exec/state-list.h"

/* The operator around join-batch.c: its two inputs, its state, and the conditions that concern one side alone. */

/* Collects one input; the right one starts the work. */
typedef struct
{
  WeirOp          op;
  WeirStreamJoin *join; /* Borrowed */
  guint           side;
  GPtrArray      *batches;
} Input;

/* ---- inputs ----------------------------------------------------------------------------------------------------- */

static gboolean
begin_input (WeirOp   *op,
             WeirExec *exec,
             GError  **error)
{
  Input *self = (Input *)op;

  g_clear_pointer (&self->batches, g_ptr_array_unref);
  self->batches = _weir_batches_new ();
  return TRUE;
}

static void
end_input (WeirOp *op)
{
  g_clear_pointer (&((Input *)op)->batches, g_ptr_array_unref);
}

static gboolean
merge_input (WeirOp   *op,
             WeirExec *exec,
             gpointer  result,
             GError  **error)
{
  g_ptr_array_extend_and_steal (((Input *)op)->batches, result);
  return TRUE;
}

static gboolean
finish_input (WeirOp   *op,
              WeirExec *exec,
              GError  **error)
{
  Input *self = (Input *)op;

  if (self->side == 0)
    return TRUE;
  return _weir_stream_join_run (self->join, exec, (GPtrArray *const[]){ ((Input *)self->join->input[0])->batches, self->batches }, error);
}

static const WeirOpClass input_class = {
  .name = "Exchange",
  .link_size = sizeof (WeirCollectLink),
  .free = end_input,
  .begin = begin_input,
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_input,
  .finish = finish_input,
  .end = end_input,
};

WeirOp *
_weir_op_join_input_new (WeirPlan                  *plan,
                         guint                      side,
                         WeirOp                    *join,
                         const WeirPipelineOptions *options)
{
  Input *self = _weir_op_new (sizeof (Input), &input_class, plan, plan->children[side]->schema, options);

  self->side = side;
  self->join = (WeirStreamJoin *)join;
  self->join->input[side] = &self->op;
  return &self->op;
}

/* ---- the operator ----------------------------------------------------------------------------------------------- */

static char *
describe_join (WeirOp *op)
{
  return _weir_join_describe (op->plan);
}

static gboolean
begin_join (WeirOp   *op,
            WeirExec *exec,
            GError  **error)
{
  WeirStreamJoin *self = (WeirStreamJoin *)op;

  if (op->plan->join.n_equi == 0)
    return weir_fail (error, WEIR_ERROR_RUN, "_LEGACY_ERROR_TEMP_1181", op->plan->span,
                      "Stream-stream join without equality predicate is not supported.");
  /* Whether a row has no partner is never known of a stream. */
  if (op->plan->join.type == WEIR_JOIN_ANTI)
    return weir_fail (error, WEIR_ERROR_RUN, "UNSUPPORTED_FEATURE.STREAMING_OPERATION", op->plan->span,
                      "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported");
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  self->batches = _weir_batches_new ();
  self->n_bytes = self->n_late = self->n_updated = 0;
  for (guint side = 0; side < 2; side++)
    _weir_join_side_begin (&self->sides[side], _weir_op_evict_us (op, exec));
  return TRUE;
}

static guint
count_batches (WeirOp   *op,
               WeirExec *exec)
{
  return ((WeirStreamJoin *)op)->batches->len;
}

static gboolean
read_batch (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  return _weir_link_push_all (out, g_ptr_array_index (((WeirStreamJoin *)op)->batches, part), error);
}

static void
end_join (WeirOp *op)
{
  g_clear_pointer (&((WeirStreamJoin *)op)->batches, g_ptr_array_unref);
}

static void
commit_join (WeirOp *op)
{
  for (guint side = 0; side < 2; side++)
    _weir_join_side_commit (&((WeirStreamJoin *)op)->sides[side]);
}

static void
abort_join (WeirOp *op)
{
  WeirStreamJoin *self = (WeirStreamJoin *)op;

  for (guint c = 0; self->n_built > 0 && c < op->schema->n_fields; c++)
    weir_column_builder_truncate (self->builders[c], 0);
  self->n_built = 0;
  for (guint side = 0; side < 2; side++)
    _weir_join_side_abort (&self->sides[side]);
}

static void
snapshot_join (WeirOp     *op,
               WeirWriter *writer)
{
  for (guint side = 0; side < 2; side++)
    _weir_join_side_write (&((WeirStreamJoin *)op)->sides[side], FALSE, writer);
}

/* The whole state after the batch: rows are marked and go all over it. */
static void
delta_join (WeirOp     *op,
            WeirWriter *writer)
{
  for (guint side = 0; side < 2; side++)
    _weir_join_side_write (&((WeirStreamJoin *)op)->sides[side], TRUE, writer);
}

static gboolean
check_join_budget (WeirOp  *op,
                   GError **error)
{
  return _weir_stream_join_check_budget ((WeirStreamJoin *)op, _weir_stream_join_bytes ((WeirStreamJoin *)op), error);
}

static gboolean
restore_join (WeirOp     *op,
              WeirReader *reader,
              GError    **error)
{
  for (guint side = 0; side < 2; side++)
    if (!_weir_join_side_read (&((WeirStreamJoin *)op)->sides[side], op->eval, reader))
      return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The stored rows of a join are damaged.");
  return TRUE;
}

static gboolean
join_wants_no_data (WeirOp *op,
                    gint64  watermark_ms,
                    gint64  used_ms)
{
  WeirStreamJoin *self = (WeirStreamJoin *)op;

  return (self->bounds.bound[0].is_bounded || self->bounds.bound[1].is_bounded) && watermark_ms > used_ms;
}

static void
join_stats (WeirOp            *op,
            WeirStatefulStats *stats)
{
  WeirStreamJoin *self = (WeirStreamJoin *)op;

  stats->name = "symmetricHashJoin";
  stats->rows_total = _weir_join_side_count (&self->sides[0]) + _weir_join_side_count (&self->sides[1]);
  stats->rows_updated = self->n_updated;
  stats->rows_removed = self->sides[0].going->len + self->sides[1].going->len;
  stats->rows_dropped_by_watermark = self->n_late;
  stats->late_rows = self->n_late;
  stats->memory_bytes = _weir_stream_join_bytes (self);
  stats->update_ms = op->busy_ns / 1000000;
}

static gboolean
list_join (WeirOp        *op,
           WeirStateList *list,
           GError       **error)
{
  return _weir_join_side_list (&((WeirStreamJoin *)op)->sides[list->side == WEIR_STATE_SIDE_RIGHT], op->eval, list, error);
}

static gint64
join_shift (WeirOp *op)
{
  return _weir_join_bounds_get_shift (&((WeirStreamJoin *)op)->bounds);
}

static void
free_join (WeirOp *op)
{
  WeirStreamJoin *self = (WeirStreamJoin *)op;

  end_join (op);
  for (guint side = 0; side < 2; side++)
    {
      _weir_join_side_clear (&self->sides[side]);
      g_clear_pointer (&self->own[side], weir_expr_unref);
    }
  for (guint c = 0; c < op->schema->n_fields; c++)
    weir_column_builder_free (self->builders[c]);
  g_free (self->builders);
  g_free (self->candidate_rows);
  g_free (self->candidate_stored);
  weir_type_unref (self->pairs);
  g_byte_array_unref (self->scratch);
}

static const WeirOpClass join_class = {
  .name = "StreamingSymmetricHashJoin",
  .free = free_join,
  .describe = describe_join,
  .begin = begin_join,
  .n_parts = count_batches,
  .read = read_batch,
  .end = end_join,
  .commit = commit_join,
  .abort = abort_join,
  .snapshot = snapshot_join,
  .delta = delta_join,
  .restore = restore_join,
  .apply = restore_join,
  .check_budget = check_join_budget,
  .wants_no_data = join_wants_no_data,
  .list_state = list_join,
  .get_stats = join_stats,
  .output_shift = join_shift,
};

/* ---- conditions on one side ------------------------------------------------------------------------------------- */

typedef struct
{
  guint    n_left;
  gboolean reads[2];
} Reads;

static void
note_column (WeirExpr *expr,
             gpointer  data)
{
  Reads *reads = data;

  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < WEIR_LAMBDA_BASE)
    reads->reads[expr->index >= reads->n_left] = TRUE;
}

static WeirExpr *
shift_column (const WeirExpr *column,
              gpointer        data)
{
  guint n_left = GPOINTER_TO_UINT (data);

  if (column->index >= WEIR_LAMBDA_BASE)
    return NULL;
  return weir_expr_new_column (column->index - n_left, column->type, column->nullable, column->name);
}

static void
split_condition (WeirStreamJoin *self,
                 WeirExpr       *expr)
{
  Reads     reads = { self->op.plan->children[0]->schema->n_fields, { FALSE, FALSE } };
  guint     side;
  WeirExpr *own;

  if (expr->kind == WEIR_EXPR_AND)
    {
      for (guint i = 0; i < expr->n_args; i++)
        split_condition (self, expr->args[i]);
      return;
    }
  weir_expr_foreach (expr, note_column, &reads);
  if (reads.reads[0] == reads.reads[1])
    return;
  side = reads.reads[1] ? 1 : 0;
  own = side == 0 ? weir_expr_ref (expr) : weir_expr_map_columns (weir_expr_ref (expr), shift_column, GUINT_TO_POINTER (reads.n_left));
  if (self->own[side] != NULL)
    own = weir_expr_new_logic (WEIR_EXPR_AND, (WeirExpr *[]){ self->own[side], own }, 2);
  self->own[side] = own;
}

static WeirSchema *
pair_schema (WeirPlan *plan)
{
  WeirSchema           *left = plan->children[0]->schema, *right = plan->children[1]->schema;
  g_autofree WeirField *fields = g_new (WeirField, MAX (left->n_fields + right->n_fields, 1));

  for (guint i = 0; i < left->n_fields; i++)
    fields[i] = left->fields[i];
  for (guint i = 0; i < right->n_fields; i++)
    fields[left->n_fields + i] = right->fields[i];
  return weir_type_new_struct (fields, left->n_fields + right->n_fields);
}

WeirOp *
_weir_op_join_stream_new (WeirPlan                  *plan,
                          const WeirPipelineOptions *options)
{
  WeirStreamJoin *self = _weir_op_new (sizeof (WeirStreamJoin), &join_class, plan, NULL, options);

  _weir_join_bounds_init (&self->bounds, plan);
  for (guint side = 0; side < 2; side++)
    _weir_join_side_init (&self->sides[side], plan, side, &self->bounds.bound[side]);
  self->keeps_unmatched[0] = plan->join.type == WEIR_JOIN_LEFT || plan->join.type == WEIR_JOIN_FULL;
  self->keeps_unmatched[1] = plan->join.type == WEIR_JOIN_RIGHT || plan->join.type == WEIR_JOIN_FULL;
  self->is_semi = plan->join.type == WEIR_JOIN_SEMI;
  if (plan->join.residual != NULL)
    split_condition (self, plan->join.residual);
  self->pairs = pair_schema (plan);
  self->scratch = g_byte_array_new ();
  self->builders = g_new (WeirColumnBuilder *, MAX (self->op.schema->n_fields, 1));
  for (guint c = 0; c < self->op.schema->n_fields; c++)
    self->builders[c] = weir_column_builder_new (self->op.schema->fields[c].type, 0);
  self->candidate_rows = g_new (guint32, WEIR_VECTOR_ROWS);
  self->candidate_stored = g_new (guint32, WEIR_VECTOR_ROWS);
  return &self->op;
}
