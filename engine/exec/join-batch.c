/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/join-batch.h"

#include "base/limits.h"

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
flush_output (WeirStreamJoin *self)
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
emit (WeirStreamJoin *self,
      WeirBatch      *left,
      guint           left_row,
      WeirBatch      *right,
      guint           right_row)
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
emit_alone (WeirStreamJoin *self,
            guint           side,
            WeirBatch      *batch,
            guint           row)
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

/* Asked for once a vector of candidates, so that a key that matches everything ends in time. */
gboolean
_weir_stream_join_check_budget (WeirStreamJoin *self,
                                guint64         stored,
                                GError        **error)
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
take_match (WeirStreamJoin *self,
            Work           *work,
            guint           row,
            guint32         stored)
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
candidate_batch (WeirStreamJoin *self,
                 Work           *work)
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
test_candidates (WeirStreamJoin *self,
                 Work           *work,
                 GError        **error)
{
  g_autoptr (WeirBatch) batch = NULL;
  g_autofree guint16   *idx = NULL;
  guint                 n = self->n_candidates;

  if (n == 0)
    return TRUE;
  if (!_weir_exec_check_stop (work->exec, error) || !_weir_stream_join_check_budget (self, self->n_stored, error))
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
probe_block (WeirStreamJoin *self,
             Work           *work,
             guint           from,
             guint           n,
             GError        **error)
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
probe (WeirStreamJoin *self,
       Work           *work,
       GError        **error)
{
  self->n_candidates = 0;
  for (guint from = 0; from < work->batch->n_rows; from += PROBE_BLOCK)
    if (!probe_block (self, work, from, MIN (PROBE_BLOCK, work->batch->n_rows - from), error))
      return FALSE;
  return test_candidates (self, work, error);
}

/* ---- one input -------------------------------------------------------------------------------------------------- */

static gboolean
choose_rows (WeirStreamJoin *self,
             WeirExec       *exec,
             Work           *work,
             GError        **error)
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
store_rows (WeirStreamJoin *self,
            Work           *work)
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
work_off (WeirStreamJoin *self,
          WeirExec       *exec,
          guint           side,
          WeirBatch      *batch,
          GError        **error)
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
evict_span (WeirStreamJoin *self,
            guint           side,
            WeirJoinSpan   *span,
            guint32         to)
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
evict (WeirStreamJoin *self,
       guint           side)
{
  WeirJoinSide *rows = &self->sides[side];

  for (guint s = 0; rows->evict_us != G_MININT64 && s < rows->spans->len; s++)
    {
      WeirJoinSpan *span = &g_array_index (rows->spans, WeirJoinSpan, s);

      if (span->min_time <= rows->evict_us)
        evict_span (self, side, span, s + 1 < rows->spans->len ? span[1].from : rows->rows->len);
    }
}

guint64
_weir_stream_join_bytes (WeirStreamJoin *self)
{
  return _weir_join_side_bytes (&self->sides[0]) + _weir_join_side_bytes (&self->sides[1]);
}

gboolean
_weir_stream_join_run (WeirStreamJoin  *self,
                       WeirExec        *exec,
                       GPtrArray *const inputs[2],
                       GError         **error)
{
  for (guint side = 0; side < 2; side++)
    {
      self->n_stored = _weir_stream_join_bytes (self);
      for (guint i = 0; i < inputs[side]->len; i++)
        {
          WeirBatch *batch = g_ptr_array_index (inputs[side], i);

          if (!_weir_exec_check_stop (exec, error) || !work_off (self, exec, side, batch, error))
            return FALSE;
        }
    }
  evict (self, 0);
  evict (self, 1);
  flush_output (self);
  return _weir_stream_join_check_budget (self, _weir_stream_join_bytes (self), error);
}
