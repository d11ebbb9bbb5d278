/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "exec/join-side.h"
#include "exec/state-list.h"

/*
 * A join of two streams: symmetric hash join over stored rows (spark-semantics §1.6).
 *
 * A batch is worked off when both inputs are complete: first the left rows, in their order, against the right rows of earlier batches,
 * then they are stored; then the right rows against the left ones, this batch's among them. At last the rows that the watermark has
 * reached go, and outer joins give out those that never matched.
 *
 * A row that fails the conditions on its own side alone is never stored; an outer join gives it out at once. A right row that would
 * go in this very batch is not stored, nor such a left row of LEFT SEMI, which gives a left row out once, at its first match, and keeps
 * it no longer.
 *
 * Candidates found by key are tested in vectors against the rest of the condition.
 */

#define PROBE_BLOCK 1024

typedef struct
{
  WeirOp         op;
  WeirOp        *input[2]; /* Borrowed: Input; the right one finishes last */
  WeirJoinBounds bounds;
  WeirJoinSide   sides[2];
  WeirExpr      *own[2];             /* Owned, nullable: conditions on one side, over its columns */
  WeirSchema    *pairs;              /* Owned: left columns, then right ones */
  gboolean       keeps_unmatched[2]; /* outer on that side */
  gboolean       is_semi;
  GByteArray    *scratch;
  guint64        n_late, n_updated;
  /* Output of the run */
  GPtrArray          *batches;
  guint64             n_bytes;  /* in batches */
  guint64             n_stored; /* bytes of rows when the left side was worked off */
  WeirColumnBuilder **builders;
  guint               n_built;
  /* Candidates: a row of the running batch and a stored one */
  guint32 *candidate_rows, *candidate_stored;
  guint    n_candidates;
} Join;

/* Collects one input; the right one starts the work. */
typedef struct
{
  WeirOp     op;
  Join      *join; /* Borrowed */
  guint      side;
  GPtrArray *batches;
} Input;

typedef struct
{
  WeirLink   link;
  GPtrArray *batches;
} InputLink;

typedef enum
{
  ROW_LATE,
  ROW_FAILS, /* its own side's conditions */
  ROW_JOINS,
} RowFate;

/* The rows of one input batch while they are worked off. */
typedef struct
{
  guint         side;
  WeirBatch    *batch;
  WeirExec     *exec;
  WeirGroupKey *keys;
  guint64      *hashes;
  guint8       *usable;
  gint64       *times;
  guint8       *fate; /* RowFate */
  guint8       *matched;
} Work;

/* ---- output ----------------------------------------------------------------------------------------------------- */

static void
flush_output (Join *self)
{
  guint                   n = self->op.schema->n_fields;
  g_autofree WeirColumn **columns = NULL;

  if (self->n_built == 0)
    return;
  columns = g_new (WeirColumn *, MAX (n, 1));
  for (guint c = 0; c < n; c++)
    columns[c] = weir_column_builder_finish (self->builders[c]);
  g_ptr_array_add (self->batches, weir_batch_new (self->op.schema, self->n_built, columns));
  self->n_bytes += weir_batch_bytes (g_ptr_array_index (self->batches, self->batches->len - 1));
  self->n_built = 0;
}

/* A NULL batch stands for NULLs. */
static void
emit (Join      *self,
      WeirBatch *left,
      guint      left_row,
      WeirBatch *right,
      guint      right_row)
{
  guint n_left = self->op.plan->children[0]->schema->n_fields;

  for (guint c = 0; c < self->op.schema->n_fields; c++)
    {
      WeirBatch *from = c < n_left ? left : right;

      if (from == NULL)
        weir_column_builder_append_null (self->builders[c]);
      else
        weir_column_builder_append_from (self->builders[c], from->columns[c < n_left ? c : c - n_left], c < n_left ? left_row : right_row);
    }
  if (++self->n_built == WEIR_VECTOR_ROWS)
    flush_output (self);
}

static void
emit_alone (Join      *self,
            guint      side,
            WeirBatch *batch,
            guint      row)
{
  if (side == 0)
    emit (self, batch, row, NULL, 0);
  else
    emit (self, NULL, 0, batch, row);
}

static WeirBatch *
stored_batch (WeirJoinSide *side,
              guint32       row,
              guint        *at)
{
  const WeirJoinRow *stored = _weir_join_side_row (side, row);

  *at = stored->row;
  return g_ptr_array_index (side->segments, stored->segment);
}

/* @stored bytes of rows and the output have to fit; asked for once a vector of candidates, so that a key that matches everything ends in time. */
static gboolean
check_budget (Join    *self,
              guint64  stored,
              GError **error)
{
  guint64 max = self->op.options->state_max_bytes;

  if (max == 0 || stored + self->n_bytes <= max)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", self->op.plan->span,
                    "The stored rows and the output of the join take more than the %" G_GUINT64_FORMAT
                    " bytes of weir.state.maxBytes: take smaller batches, join on a narrower key, or raise it.",
                    max);
}

/* ---- candidates ------------------------------------------------------------------------------------------------- */

static void
take_match (Join   *self,
            Work   *work,
            guint   row,
            guint32 stored)
{
  WeirJoinSide *other = &self->sides[1 - work->side];
  guint         at;
  WeirBatch    *batch = stored_batch (other, stored, &at);

  if (self->is_semi)
    {
      /* A left row leaves with its first match, whichever side came last. */
      if (work->side == 0 && !work->matched[row])
        emit (self, work->batch, row, NULL, 0);
      else if (work->side == 1 && !_weir_join_side_row (other, stored)->goes)
        {
          emit (self, batch, at, NULL, 0);
          _weir_join_side_take_away (other, stored);
        }
      work->matched[row] = 1;
      return;
    }
  work->matched[row] = 1;
  if (self->keeps_unmatched[1 - work->side])
    _weir_join_side_mark (other, stored);
  if (work->side == 0)
    emit (self, work->batch, row, batch, at);
  else
    emit (self, batch, at, work->batch, row);
}

/* The candidates as a batch of left and right columns. */
static WeirBatch *
candidate_batch (Join *self,
                 Work *work)
{
  guint                   n_left = self->op.plan->children[0]->schema->n_fields, n = self->pairs->n_fields;
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (n, 1));
  WeirJoinSide           *other = &self->sides[1 - work->side];

  for (guint c = 0; c < n; c++)
    {
      guint              side = c >= n_left, at = side ? c - n_left : c;
      WeirColumnBuilder *builder;

      if (side == work->side)
        {
          columns[c] = weir_column_gather (work->batch->columns[at], self->candidate_rows, self->n_candidates);
          continue;
        }
      builder = weir_column_builder_new (self->pairs->fields[c].type, self->n_candidates);
      for (guint i = 0; i < self->n_candidates; i++)
        {
          guint      row;
          WeirBatch *batch = stored_batch (other, self->candidate_stored[i], &row);

          weir_column_builder_append_from (builder, batch->columns[at], row);
        }
      columns[c] = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
    }
  return weir_batch_new (self->pairs, self->n_candidates, columns);
}

static gboolean
test_candidates (Join    *self,
                 Work    *work,
                 GError **error)
{
  g_autoptr (WeirBatch) batch = NULL;
  g_autofree guint16   *idx = NULL;
  guint                 n = self->n_candidates;

  if (n == 0)
    return TRUE;
  if (!_weir_exec_check_stop (work->exec, error) || !check_budget (self, self->n_stored, error))
    return FALSE;
  if (self->op.plan->join.residual != NULL)
    {
      idx = g_new (guint16, n);
      batch = candidate_batch (self, work);
      n = weir_expr_select (self->op.plan->join.residual, self->op.eval, batch, weir_sel_all (n), idx);
      if (weir_eval_take_error (self->op.eval, error))
        return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      guint at = idx != NULL ? idx[i] : i;

      take_match (self, work, self->candidate_rows[at], self->candidate_stored[at]);
    }
  self->n_candidates = 0;
  return TRUE;
}

/* Rows [from, from + n). */
static gboolean
probe_block (Join    *self,
             Work    *work,
             guint    from,
             guint    n,
             GError **error)
{
  WeirJoinSide *other = &self->sides[1 - work->side];
  guint32       first[PROBE_BLOCK];

  _weir_join_side_find (other, work->keys + from, work->hashes + from, n, first);
  for (guint i = 0; i < n; i++)
    {
      if (work->fate[from + i] != ROW_JOINS || !work->usable[from + i])
        continue;
      for (guint32 stored = _weir_join_side_first (other, first[i]); stored != WEIR_GROUP_NONE; stored = _weir_join_side_next (other, stored))
        {
          if (self->n_candidates == WEIR_VECTOR_ROWS && !test_candidates (self, work, error))
            return FALSE;
          self->candidate_rows[self->n_candidates] = from + i;
          self->candidate_stored[self->n_candidates++] = stored;
        }
    }
  return TRUE;
}

static gboolean
probe (Join    *self,
       Work    *work,
       GError **error)
{
  self->n_candidates = 0;
  for (guint from = 0; from < work->batch->n_rows; from += PROBE_BLOCK)
    if (!probe_block (self, work, from, MIN (PROBE_BLOCK, work->batch->n_rows - from), error))
      return FALSE;
  return test_candidates (self, work, error);
}

/* ---- one input -------------------------------------------------------------------------------------------------- */

static gboolean
choose_rows (Join     *self,
             WeirExec *exec,
             Work     *work,
             GError  **error)
{
  int                 column = self->bounds.time_column[work->side];
  gint64              late_us = _weir_op_late_us (&self->op, exec);
  g_autofree guint16 *idx = NULL;
  guint               n;

  memset (work->fate, ROW_JOINS, work->batch->n_rows);
  for (guint row = 0; column >= 0 && row < work->batch->n_rows; row++)
    {
      guint             at = row;
      const WeirColumn *flat = weir_column_resolve (work->batch->columns[column], &at);
      gboolean          is_null = weir_column_is_null (flat, at);

      if (!is_null && flat->type->kind == WEIR_TYPE_STRUCT)
        flat = weir_column_resolve (flat->children[1], &at);
      if (!is_null && weir_column_values (flat, gint64)[at] <= late_us)
        {
          work->fate[row] = ROW_LATE;
          self->n_late++;
        }
    }
  if (self->own[work->side] != NULL)
    {
      guint next = 0;

      idx = g_new (guint16, work->batch->n_rows);
      n = weir_expr_select (self->own[work->side], self->op.eval, work->batch, weir_sel_all (work->batch->n_rows), idx);
      if (weir_eval_take_error (self->op.eval, error))
        return FALSE;
      for (guint row = 0; row < work->batch->n_rows; row++)
        {
          gboolean passes = next < n && idx[next] == row;

          next += passes;
          if (!passes && work->fate[row] == ROW_JOINS)
            work->fate[row] = ROW_FAILS;
        }
    }
  return TRUE;
}

static void
store_rows (Join *self,
            Work *work)
{
  WeirJoinSide       *side = &self->sides[work->side];
  g_autofree guint32 *idx = g_new (guint32, work->batch->n_rows);
  guint               n = 0;

  for (guint row = 0; row < work->batch->n_rows; row++)
    {
      if (work->fate[row] != ROW_JOINS)
        {
          if (work->fate[row] == ROW_FAILS && self->keeps_unmatched[work->side])
            emit_alone (self, work->side, work->batch, row);
          continue;
        }
      if (self->is_semi && work->side == 0 && work->matched[row])
        continue;
      if ((work->side == 1 || self->is_semi) && side->evict_us != G_MININT64 && work->times[row] <= side->evict_us)
        {
          if (!work->matched[row] && self->keeps_unmatched[work->side])
            emit_alone (self, work->side, work->batch, row);
          continue;
        }
      if (!work->usable[row] && !self->keeps_unmatched[work->side])
        continue;
      idx[n++] = row;
    }
  _weir_join_side_add (side, work->batch, idx, n, work->keys, work->hashes, work->usable, work->times, work->matched);
  self->n_updated += n;
}

static gboolean
work_off (Join      *self,
          WeirExec  *exec,
          guint      side,
          WeirBatch *batch,
          GError   **error)
{
  guint    n = batch->n_rows;
  Work     work = { side, batch, exec, g_new (WeirGroupKey, n), g_new (guint64, n), g_new (guint8, n), g_new (gint64, n), g_new (guint8, n), g_new0 (guint8, n) };
  gboolean ok;

  ok = choose_rows (self, exec, &work, error) &&
       _weir_join_side_encode (&self->sides[side], self->op.eval, batch, self->scratch, work.keys, work.hashes, work.usable, work.times, error) &&
       probe (self, &work, error);
  if (ok)
    store_rows (self, &work);
  g_free (work.keys);
  g_free (work.hashes);
  g_free (work.usable);
  g_free (work.times);
  g_free (work.fate);
  g_free (work.matched);
  return ok;
}

static void
evict_span (Join         *self,
            guint         side,
            WeirJoinSpan *span,
            guint32       to)
{
  WeirJoinSide *rows = &self->sides[side];

  span->min_time = G_MAXINT64;
  for (guint32 i = span->from; i < to; i++)
    {
      WeirJoinRow *row = _weir_join_side_row (rows, i);
      guint        at;
      WeirBatch   *batch;

      if (row->is_gone || row->goes)
        continue;
      if (row->time > rows->evict_us)
        {
          span->min_time = MIN (span->min_time, row->time);
          continue;
        }
      batch = stored_batch (rows, i, &at);
      if (self->keeps_unmatched[side] && !row->is_matched)
        emit_alone (self, side, batch, at);
      _weir_join_side_take_away (rows, i);
    }
}

static void
evict (Join *self,
       guint side)
{
  WeirJoinSide *rows = &self->sides[side];

  for (guint s = 0; rows->evict_us != G_MININT64 && s < rows->spans->len; s++)
    {
      WeirJoinSpan *span = &g_array_index (rows->spans, WeirJoinSpan, s);

      if (span->min_time <= rows->evict_us)
        evict_span (self, side, span, s + 1 < rows->spans->len ? span[1].from : rows->rows->len);
    }
}

static guint64
stored_bytes (Join *self)
{
  return _weir_join_side_bytes (&self->sides[0]) + _weir_join_side_bytes (&self->sides[1]);
}

static gboolean
run_join (Join     *self,
          WeirExec *exec,
          GError  **error)
{
  for (guint side = 0; side < 2; side++)
    {
      GPtrArray *batches = ((Input *)self->input[side])->batches;

      self->n_stored = stored_bytes (self);
      for (guint i = 0; i < batches->len; i++)
        {
          WeirBatch *batch = g_ptr_array_index (batches, i);

          if (!_weir_exec_check_stop (exec, error) || !work_off (self, exec, side, batch, error))
            return FALSE;
        }
    }
  evict (self, 0);
  evict (self, 1);
  flush_output (self);
  return check_budget (self, stored_bytes (self), error);
}

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
push_input (WeirLink  *link,
            WeirBatch *batch,
            WeirSel    sel,
            GError   **error)
{
  InputLink *self = (InputLink *)link;

  if (self->batches == NULL)
    self->batches = _weir_batches_new ();
  _weir_batches_add (self->batches, batch, sel);
  return TRUE;
}

static gpointer
take_input (WeirLink *link)
{
  return g_steal_pointer (&((InputLink *)link)->batches);
}

static void
drop_input (WeirOp  *op,
            gpointer result)
{
  g_ptr_array_unref (result);
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

  return self->side == 0 || run_join (self->join, exec, error);
}

static const WeirOpClass input_class = {
  .name = "Exchange",
  .link_size = sizeof (InputLink),
  .free = end_input,
  .begin = begin_input,
  .push = push_input,
  .take = take_input,
  .drop = drop_input,
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
  self->join = (Join *)join;
  self->join->input[side] = &self->op;
  return &self->op;
}

/* ---- the operator ----------------------------------------------------------------------------------------------- */

static char *
describe_join (WeirOp *op)
{
  static const char *const types[] = { "Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross" };
  WeirPlan                *plan = op->plan;
  GString                 *out = g_string_new ("[");

  for (guint i = 0; i < plan->join.n_equi; i++)
    {
      g_autofree char *left = weir_expr_to_string (plan->join.left_keys[i], plan->children[0]->schema);
      g_autofree char *right = weir_expr_to_string (plan->join.right_keys[i], plan->children[1]->schema);

      g_string_append_printf (out, "%s%s %s %s", i > 0 ? ", " : "", left, plan->join.null_safe[i] ? "<=>" : "=", right);
    }
  g_string_append_printf (out, "], %s", types[plan->join.type]);
  return g_string_free (out, FALSE);
}

static gboolean
begin_join (WeirOp   *op,
            WeirExec *exec,
            GError  **error)
{
  Join *self = (Join *)op;

  if (op->plan->join.n_equi == 0)
    return weir_fail (error, WEIR_ERROR_RUN, "_LEGACY_ERROR_TEMP_1181", op->plan->span,
                      "Stream-stream join without equality predicate is not supported.");
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
  return ((Join *)op)->batches->len;
}

static gboolean
read_batch (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  return _weir_link_push_all (out, g_ptr_array_index (((Join *)op)->batches, part), error);
}

static void
end_join (WeirOp *op)
{
  g_clear_pointer (&((Join *)op)->batches, g_ptr_array_unref);
}

static void
commit_join (WeirOp *op)
{
  for (guint side = 0; side < 2; side++)
    _weir_join_side_commit (&((Join *)op)->sides[side]);
}

static void
abort_join (WeirOp *op)
{
  Join *self = (Join *)op;

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
    _weir_join_side_write (&((Join *)op)->sides[side], FALSE, writer);
}

/* The whole state after the batch: rows are marked and go all over it. */
static void
delta_join (WeirOp     *op,
            WeirWriter *writer)
{
  for (guint side = 0; side < 2; side++)
    _weir_join_side_write (&((Join *)op)->sides[side], TRUE, writer);
}

static gboolean
check_join_budget (WeirOp  *op,
                   GError **error)
{
  return check_budget ((Join *)op, stored_bytes ((Join *)op), error);
}

static gboolean
restore_join (WeirOp     *op,
              WeirReader *reader,
              GError    **error)
{
  for (guint side = 0; side < 2; side++)
    if (!_weir_join_side_read (&((Join *)op)->sides[side], op->eval, reader))
      return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The stored rows of a join are damaged.");
  return TRUE;
}

static gboolean
join_wants_no_data (WeirOp *op,
                    gint64  watermark_ms,
                    gint64  used_ms)
{
  Join *self = (Join *)op;

  return (self->bounds.bound[0].is_bounded || self->bounds.bound[1].is_bounded) && watermark_ms > used_ms;
}

static void
join_stats (WeirOp            *op,
            WeirStatefulStats *stats)
{
  Join *self = (Join *)op;

  stats->name = "symmetricHashJoin";
  stats->rows_total = _weir_join_side_count (&self->sides[0]) + _weir_join_side_count (&self->sides[1]);
  stats->rows_updated = self->n_updated;
  stats->rows_removed = self->sides[0].going->len + self->sides[1].going->len;
  stats->rows_dropped_by_watermark = self->n_late;
  stats->late_rows = self->n_late;
  stats->memory_bytes = _weir_join_side_bytes (&self->sides[0]) + _weir_join_side_bytes (&self->sides[1]);
  stats->update_ms = op->busy_ns / 1000000;
}

static gboolean
list_join (WeirOp        *op,
           WeirStateList *list,
           GError       **error)
{
  return _weir_join_side_list (&((Join *)op)->sides[list->side == WEIR_STATE_SIDE_RIGHT], op->eval, list, error);
}

static gint64
join_shift (WeirOp *op)
{
  return _weir_join_bounds_get_shift (&((Join *)op)->bounds);
}

static void
free_join (WeirOp *op)
{
  Join *self = (Join *)op;

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
split_condition (Join     *self,
                 WeirExpr *expr)
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
  Join *self = _weir_op_new (sizeof (Join), &join_class, plan, NULL, options);

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
