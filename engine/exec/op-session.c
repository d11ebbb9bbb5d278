/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-builder.h"
#include "exec/op-session-private.h"

/*
 * GROUP BY … session_window(time, gap).
 *
 * Workers group rows by key, time and gap (op-session-link.c); the groups are sessions [time, time + gap), late by their own end, and are
 * merged here into the sessions of their key in the order of the parts. Sessions that are given out are read in chunks of a vector.
 */

static char *
describe_session (WeirOp *op)
{
  g_autofree char *gap = weir_expr_to_string (op->plan->aggregate.session_gap, op->plan->children[0]->schema);

  return g_strdup_printf ("session_window(%s)", gap);
}

/* ---- merging ---------------------------------------------------------------------------------------------------- */

static void
drop_session (WeirOp  *op,
              gpointer result)
{
  _weir_op_session_free_partials (&((WeirSessionOp *)op)->layout, result);
}

/* What spark.sql.streaming.unsupportedOperationCheck lets through: such sessions would never be given out. */
static gboolean
check_can_end (WeirSessionOp *self,
               GError       **error)
{
  const WeirPlan *plan = self->op.plan;

  if (self->evicts && self->op.options->mode == WEIR_OUTPUT_UPDATE)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", plan->span,
                      "Invalid streaming output mode: update. This output mode is not supported for session window streaming aggregations on streaming "
                      "DataFrames/DataSets.");
  if (self->evicts && plan->aggregate.event_time_key < 0)
    return weir_fail (error, WEIR_ERROR_RUN, "UNSUPPORTED_STREAMING_OPERATOR_WITHOUT_WATERMARK", plan->span,
                      "append output mode not supported for session window on streaming relations without watermark.");
  return TRUE;
}

static gboolean
begin_session (WeirOp   *op,
               WeirExec *exec,
               GError  **error)
{
  WeirSessionOp *self = (WeirSessionOp *)op;

  if (self->is_streaming && self->layout.n_keys == 0)
    return weir_fail (error, WEIR_ERROR_RUN, "_LEGACY_ERROR_TEMP_3068", op->plan->span,
                      "Global aggregation with session window in streaming query is not supported.");
  if (!check_can_end (self, error))
    return FALSE;
  if (!self->is_streaming)
    {
      weir_session_state_free (self->state);
      self->state = weir_session_state_new (&self->layout);
    }
  self->late_rows = 0;
  weir_group_table_reset (self->late);
  g_array_set_size (self->chunks, 0);
  weir_session_state_begin (self->state);
  return TRUE;
}

static gboolean
check_session_budget (WeirOp  *op,
                      GError **error)
{
  guint64 max = op->options->state_max_bytes;

  if (max == 0 || weir_session_state_bytes (((WeirSessionOp *)op)->state) <= max)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", op->plan->span, "The sessions take more than the %" G_GUINT64_FORMAT " bytes of weir.state.maxBytes.", max);
}

static gboolean
merge_session (WeirOp   *op,
               WeirExec *exec,
               gpointer  result,
               GError  **error)
{
  WeirSessionOp  *self = (WeirSessionOp *)op;
  WeirGroupTable *table = result;
  gint64          late_us = self->evicts ? _weir_op_late_us (op, exec) : G_MININT64;

  for (guint g = 0; g < table->n; g++)
    {
      const WeirSessionPartial *partial = _weir_op_session_partial (table, g);
      guint32                   late;

      if (partial->end <= late_us)
        {
          self->late_rows += partial->n_rows;
          weir_group_table_insert (self->late, weir_group_key (table, g), weir_group_hash_of (table, g), 1, &late);
          continue;
        }
      weir_session_state_add (self->state, op->eval, weir_group_key (table, g), partial->start, partial->end, weir_group_payload (table, g) + WEIR_SESSION_PARTIAL_HEADER);
    }
  _weir_op_session_free_partials (&self->layout, table);
  if (weir_eval_take_error (op->eval, error))
    return FALSE;
  return check_session_budget (op, error);
}

static void
chunk_clear (gpointer data)
{
  g_free (((WeirSessionChunk *)data)->keys);
  g_free (((WeirSessionChunk *)data)->sessions);
}

void
_weir_op_session_add_output (WeirSessionOp *self,
                             guint32        key,
                             WeirSession   *session)
{
  WeirSessionChunk *chunk = self->chunks->len > 0 ? &g_array_index (self->chunks, WeirSessionChunk, self->chunks->len - 1) : NULL;

  if (chunk == NULL || chunk->n == WEIR_VECTOR_ROWS)
    {
      WeirSessionChunk fresh = { g_new (guint32, WEIR_VECTOR_ROWS), g_new (WeirSession *, WEIR_VECTOR_ROWS), 0 };

      g_array_append_val (self->chunks, fresh);
      chunk = &g_array_index (self->chunks, WeirSessionChunk, self->chunks->len - 1);
    }
  chunk->keys[chunk->n] = key;
  chunk->sessions[chunk->n++] = session;
}

static gboolean
finish_session (WeirOp   *op,
                WeirExec *exec,
                GError  **error)
{
  WeirSessionOp *self = (WeirSessionOp *)op;
  gint64         evict_us = self->evicts ? _weir_op_evict_us (op, exec) : G_MININT64;

  weir_session_state_close (self->state, evict_us);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (self->state, k);

      for (guint i = 0; list->sessions != NULL && i < list->sessions->len; i++)
        {
          WeirSession *session = g_ptr_array_index (list->sessions, i);

          if (!self->evicts || session->end <= evict_us)
            _weir_op_session_add_output (self, k, session);
        }
    }
  return TRUE;
}

/* ---- source ----------------------------------------------------------------------------------------------------- */

static guint
count_chunks (WeirOp   *op,
              WeirExec *exec)
{
  return ((WeirSessionOp *)op)->chunks->len;
}

static WeirColumn *
session_column (WeirType               *type,
                const WeirSessionChunk *chunk)
{
  WeirBuffer            *from = weir_buffer_new (chunk->n * sizeof (gint64)), *to = weir_buffer_new (chunk->n * sizeof (gint64));
  g_autoptr (WeirColumn) start = NULL;
  g_autoptr (WeirColumn) end = NULL;
  WeirColumn            *children[2];

  for (guint i = 0; i < chunk->n; i++)
    {
      ((gint64 *)(void *)from->data)[i] = chunk->sessions[i]->start;
      ((gint64 *)(void *)to->data)[i] = chunk->sessions[i]->end;
    }
  children[0] = start = weir_column_new_flat (type->fields[0].type, chunk->n, from, NULL);
  children[1] = end = weir_column_new_flat (type->fields[1].type, chunk->n, to, NULL);
  return weir_column_new_struct (type, chunk->n, children, NULL);
}

/* The states side by side, as finish wants them; they are lent. */
static guint8 *
gather_states (const WeirAggLayout    *layout,
               const WeirSessionChunk *chunk)
{
  guint8 *states = layout->stride > 0 ? g_aligned_alloc (chunk->n, layout->stride, 16) : NULL;

  for (guint i = 0; states != NULL && i < chunk->n; i++)
    memcpy (states + i * layout->stride, weir_session_states (chunk->sessions[i]), layout->stride);
  return states;
}

static gboolean
read_chunk (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  WeirSessionOp          *self = (WeirSessionOp *)op;
  const WeirAggLayout    *layout = &self->layout;
  const WeirSessionChunk *chunk = &g_array_index (self->chunks, WeirSessionChunk, part);
  WeirPlan               *plan = op->plan;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (op->schema->n_fields, 1));
  g_autoptr (WeirBatch)   batch = NULL;
  guint8                 *states = gather_states (layout, chunk);

  for (guint k = 0; k < layout->n_keys; k++)
    {
      WeirColumnBuilder *builder = weir_column_builder_new (layout->codec.types[k], chunk->n);

      weir_key_codec_decode (&layout->codec, k, self->state->keys, chunk->keys, chunk->n, builder);
      columns[layout->key_at[k]] = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
    }
  columns[plan->aggregate.window_key] = session_column (op->schema->fields[plan->aggregate.window_key].type, chunk);
  for (guint a = 0; a < layout->n_aggs; a++)
    columns[plan->aggregate.n_keys + a] = layout->ops[a]->finish (layout->calls[a], out->eval,
                                                                  (WeirAggStates){ states + layout->offsets[a], layout->stride, NULL }, chunk->n);
  if (states != NULL)
    g_aligned_free (states);
  batch = weir_batch_new (op->schema, chunk->n, columns);
  if (weir_eval_take_error (out->eval, error))
    return FALSE;
  return _weir_link_push (out, batch, weir_sel_all (chunk->n), error);
}

/* ---- state ------------------------------------------------------------------------------------------------------ */

static void
free_session (WeirOp *op)
{
  WeirSessionOp *self = (WeirSessionOp *)op;

  weir_session_state_free (self->state);
  weir_group_table_free (self->late);
  g_array_unref (self->chunks);
  weir_agg_layout_clear (&self->layout);
}

static void
commit_session (WeirOp *op)
{
  weir_session_state_commit (((WeirSessionOp *)op)->state);
}

static void
abort_session (WeirOp *op)
{
  weir_session_state_abort (((WeirSessionOp *)op)->state);
}

static void
snapshot_session (WeirOp     *op,
                  WeirWriter *writer)
{
  weir_session_state_write (((WeirSessionOp *)op)->state, FALSE, writer);
}

/* The whole state after the batch. */
static void
delta_session (WeirOp     *op,
               WeirWriter *writer)
{
  weir_session_state_write (((WeirSessionOp *)op)->state, TRUE, writer);
}

static gboolean
restore_session (WeirOp     *op,
                 WeirReader *reader,
                 GError    **error)
{
  if (weir_session_state_read (((WeirSessionOp *)op)->state, reader))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The sessions are damaged.");
}

static gboolean
session_wants_no_data (WeirOp *op,
                       gint64  watermark_ms,
                       gint64  used_ms)
{
  return ((WeirSessionOp *)op)->evicts && watermark_ms > used_ms;
}

static void
session_stats (WeirOp            *op,
               WeirStatefulStats *stats)
{
  WeirSessionOp *self = (WeirSessionOp *)op;

  stats->name = "sessionWindowStateStoreSaveExec";
  stats->rows_total = self->state->n_total;
  stats->rows_updated = self->state->n_updated;
  stats->rows_removed = self->state->n_removed;
  stats->rows_dropped_by_watermark = self->late->n;
  stats->late_rows = self->late_rows;
  stats->memory_bytes = weir_session_state_bytes (self->state);
  stats->update_ms = op->busy_ns / 1000000;
}

#define SESSION_CLASS                        \
  .name = "SessionWindow",                   \
  .link_size = sizeof (WeirSessionLink),     \
  .free = free_session,                      \
  .describe = describe_session,              \
  .begin = begin_session,                    \
  .link_init = _weir_op_session_link_init,   \
  .link_clear = _weir_op_session_link_clear, \
  .push = _weir_op_session_link_push,        \
  .take = _weir_op_session_link_take,        \
  .drop = drop_session,                      \
  .merge = merge_session,                    \
  .finish = finish_session,                  \
  .n_parts = count_chunks,                   \
  .read = read_chunk

static const WeirOpClass batch_class = {
  SESSION_CLASS,
};

static const WeirOpClass stream_class = {
  SESSION_CLASS,
  .commit = commit_session,
  .abort = abort_session,
  .snapshot = snapshot_session,
  .delta = delta_session,
  .restore = restore_session,
  .apply = restore_session,
  .check_budget = check_session_budget,
  .wants_no_data = session_wants_no_data,
  .list_state = _weir_op_session_list_state,
  .list_open = _weir_op_session_list_open,
  .get_stats = session_stats,
};

WeirOp *
_weir_op_session_new (WeirPlan                  *plan,
                      const WeirPipelineOptions *options)
{
  gboolean       is_streaming = options->is_streaming && plan->is_streaming;
  WeirSessionOp *self = _weir_op_new (sizeof (WeirSessionOp), is_streaming ? &stream_class : &batch_class, plan, NULL, options);

  self->is_streaming = is_streaming;
  self->evicts = is_streaming && options->mode != WEIR_OUTPUT_COMPLETE;
  weir_agg_layout_init (&self->layout, plan);
  self->state = weir_session_state_new (&self->layout);
  self->late = weir_group_table_new (weir_key_codec_is_view (&self->layout.codec), 0);
  self->chunks = g_array_new (FALSE, FALSE, sizeof (WeirSessionChunk));
  g_array_set_clear_func (self->chunks, chunk_clear);
  return &self->op;
}
