/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "column/timestamp.h"
#include "exec/session-state.h"
#include "exec/state-list.h"

/*
 * GROUP BY … session_window(time, gap).
 *
 * Workers group rows by key, time and gap; the groups are sessions [time, time + gap), late by their own end, and are merged into
 * the sessions of their key in the order of the parts. Rows without a time or a gap, or with a gap that is not positive, vanish.
 */

typedef struct
{
  WeirOp            op;
  WeirAggLayout     layout;
  WeirSessionState *state;
  gboolean          is_streaming;
  gboolean          evicts;
  WeirGroupTable   *late; /* Owned: key and time of late rows */
  guint64           late_rows;
  GArray           *chunks; /* Chunk */
} SessionOp;

/* Up to a vector of sessions that are given out. */
typedef struct
{
  guint32      *keys;     /* Owned */
  WeirSession **sessions; /* Owned array, borrowed sessions */
  guint         n;
} Chunk;

/* Rows of a key with the same time and gap. */
typedef struct
{
  gint64  start, end;
  guint64 n_rows; /* 0: not filled in */
} Partial;

#define PARTIAL_HEADER 32 /* the states are aligned to 16 */
G_STATIC_ASSERT (sizeof (Partial) <= PARTIAL_HEADER);

typedef struct
{
  WeirLink        link;
  WeirGroupTable *table; /* payload: Partial, then the states */
  WeirGroupKey   *keys;
  guint64        *hashes;
  guint32        *groups;
  gint64         *ends;
  guint16         idx[WEIR_VECTOR_ROWS];
  GByteArray     *scratch;
} SessionLink;

static char *
describe_session (WeirOp *op)
{
  g_autofree char *gap = weir_expr_to_string (op->plan->aggregate.session_gap, op->plan->children[0]->schema);

  return g_strdup_printf ("session_window(%s)", gap);
}

/* ---- workers ---------------------------------------------------------------------------------------------------- */

static void
init_session (WeirLink *link)
{
  SessionLink *self = (SessionLink *)link;

  self->keys = g_new (WeirGroupKey, WEIR_VECTOR_ROWS);
  self->hashes = g_new (guint64, WEIR_VECTOR_ROWS);
  self->groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->ends = g_new (gint64, WEIR_VECTOR_ROWS);
  self->scratch = g_byte_array_new ();
}

static void
free_partial (const WeirAggLayout *layout,
              WeirGroupTable      *table)
{
  if (table == NULL)
    return;
  for (guint a = 0; layout->owns_memory && a < layout->n_aggs; a++)
    if (layout->calls[a]->owns_memory)
      for (guint g = 0; g < table->n; g++)
        layout->ops[a]->clear (layout->calls[a], weir_group_payload (table, g) + PARTIAL_HEADER + layout->offsets[a]);
  weir_group_table_free (table);
}

static void
clear_session (WeirLink *link)
{
  SessionLink *self = (SessionLink *)link;

  free_partial (&((SessionOp *)link->op)->layout, self->table);
  g_free (self->keys);
  g_free (self->hashes);
  g_free (self->groups);
  g_free (self->ends);
  g_byte_array_unref (self->scratch);
}

/* Where a row's session ends; FALSE: it has none. */
static gboolean
end_of (SessionLink      *self,
        const WeirColumn *gap,
        guint             row,
        WeirType         *time_type,
        gint64            time,
        gint64           *end)
{
  WeirInterval      interval;
  const WeirColumn *flat = weir_column_resolve (gap, &row);

  if (weir_column_is_null (flat, row))
    return FALSE;
  if (flat->type->kind == WEIR_TYPE_STRING)
    {
      const WeirView *view = &weir_column_values (flat, WeirView)[row];

      if (!weir_interval_parse (weir_view_data (view), view->len, &interval))
        return FALSE;
    }
  else
    interval = weir_column_values (flat, WeirInterval)[row];
  *end = weir_timestamp_add_interval (time, interval, time_type->kind == WEIR_TYPE_TIMESTAMP ? self->link.eval->zone : NULL);
  return *end > time;
}

static gboolean
choose_rows (SessionLink *self,
             WeirBatch   *batch,
             WeirSel     *sel,
             WeirColumn  *time,
             GError     **error)
{
  WeirPlan              *plan = self->link.op->plan;
  g_autoptr (WeirColumn) gap = _weir_link_eval (&self->link, plan->aggregate.session_gap, batch, *sel, error);
  guint                  n = 0;

  if (gap == NULL)
    return FALSE;
  for (guint i = 0; i < sel->n; i++)
    {
      guint  row = weir_sel_row (*sel, i);
      gint64 end;

      if (weir_column_is_null (time, row) || !end_of (self, gap, row, time->type, weir_column_values (time, gint64)[row], &end))
        continue;
      self->ends[n] = end;
      self->idx[n++] = (guint16)row;
    }
  *sel = (WeirSel){ self->idx, n };
  return TRUE;
}

static Partial *
partial_at (WeirGroupTable *table,
            guint           group)
{
  return (Partial *)(void *)weir_group_payload (table, group);
}

/* Time and gap are one word of the key; groups that it does not tell apart get the next one. */
static void
fill_partial (SessionLink *self,
              guint        i,
              gint64       start,
              gint64       end)
{
  Partial *partial = partial_at (self->table, self->groups[i]);

  while (partial->n_rows > 0 && (partial->start != start || partial->end != end))
    {
      self->keys[i].time = (gint64)((guint64)self->keys[i].time + 1);
      self->hashes[i] = weir_group_hash (&self->keys[i], self->table->is_view);
      weir_group_table_insert (self->table, &self->keys[i], &self->hashes[i], 1, &self->groups[i]);
      partial = partial_at (self->table, self->groups[i]);
    }
  partial->start = start;
  partial->end = end;
  partial->n_rows++;
}

static gboolean
group_rows (SessionLink *self,
            WeirBatch   *batch,
            WeirSel      sel,
            WeirColumn  *time,
            GError     **error)
{
  const WeirAggLayout  *layout = &((SessionOp *)self->link.op)->layout;
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  guint                 before = self->table->n;

  for (guint k = 0; k < layout->n_keys; k++)
    {
      WeirColumn *column = _weir_link_eval_flat (&self->link, layout->keys[k], batch, sel, error);

      if (column == NULL)
        return FALSE;
      g_ptr_array_add (columns, column);
    }
  g_byte_array_set_size (self->scratch, 0);
  weir_key_codec_encode (&layout->codec, (WeirColumn *const *)columns->pdata, sel, 0, sel.n, self->scratch, self->keys);
  for (guint i = 0; i < sel.n; i++)
    {
      gint64 start = weir_column_values (time, gint64)[sel.idx[i]];

      self->keys[i].time = (gint64)((guint64)start + ((guint64)self->ends[i] - (guint64)start) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
      self->hashes[i] = weir_group_hash (&self->keys[i], self->table->is_view);
    }
  weir_group_table_insert (self->table, self->keys, self->hashes, sel.n, self->groups);
  for (guint i = 0; i < sel.n; i++)
    fill_partial (self, i, weir_column_values (time, gint64)[sel.idx[i]], self->ends[i]);
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->ops[a]->init != NULL)
      for (guint g = before; g < self->table->n; g++)
        layout->ops[a]->init (layout->calls[a], weir_group_payload (self->table, g) + PARTIAL_HEADER + layout->offsets[a]);
  return TRUE;
}

static gboolean
update_states (SessionLink *self,
               WeirBatch   *batch,
               WeirSel      all,
               guint        a,
               GError     **error)
{
  const WeirAggLayout  *layout = &((SessionOp *)self->link.op)->layout;
  WeirAggCall          *call = layout->calls[a];
  WeirEval             *eval = self->link.eval;
  WeirSel               sel = all;
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  g_autofree guint16   *idx = NULL;
  g_autofree guint32   *groups = NULL;
  WeirAggStates         states = { weir_group_payload (self->table, 0) + PARTIAL_HEADER + layout->offsets[a], self->table->record_size, self->groups };

  if (call->filter != NULL)
    {
      guint at = 0;

      idx = g_new (guint16, sel.n);
      groups = g_new (guint32, sel.n);
      sel = (WeirSel){ idx, weir_expr_select (call->filter, eval, batch, all, idx) };
      for (guint i = 0; i < sel.n; i++)
        {
          while (weir_sel_row (all, at) != idx[i])
            at++;
          groups[i] = self->groups[at];
        }
      states.groups = groups;
    }
  for (guint i = 0; i < call->n_args; i++)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (call->args[i], eval, batch, sel);

      g_ptr_array_add (args, weir_column_flatten (column));
    }
  if (eval->error == NULL && sel.n > 0)
    layout->ops[a]->update (call, eval, states, (WeirColumn **)args->pdata, sel);
  return !weir_eval_take_error (eval, error);
}

static gboolean
push_session (WeirLink  *link,
              WeirBatch *batch,
              WeirSel    sel,
              GError   **error)
{
  SessionLink           *self = (SessionLink *)link;
  const WeirAggLayout   *layout = &((SessionOp *)link->op)->layout;
  g_autoptr (WeirColumn) time = _weir_link_eval_flat (link, link->op->plan->aggregate.window.time, batch, sel, error);

  if (time == NULL)
    return FALSE;
  if (self->table == NULL)
    self->table = weir_group_table_new (weir_key_codec_is_view (&layout->codec), PARTIAL_HEADER + layout->stride);
  if (!choose_rows (self, batch, &sel, time, error) || (sel.n > 0 && !group_rows (self, batch, sel, time, error)))
    return FALSE;
  for (guint a = 0; sel.n > 0 && a < layout->n_aggs; a++)
    if (!update_states (self, batch, sel, a, error))
      return FALSE;
  return TRUE;
}

static gpointer
take_session (WeirLink *link)
{
  return g_steal_pointer (&((SessionLink *)link)->table);
}

static void
drop_session (WeirOp  *op,
              gpointer result)
{
  free_partial (&((SessionOp *)op)->layout, result);
}

/* ---- merging ---------------------------------------------------------------------------------------------------- */

static gboolean
begin_session (WeirOp   *op,
               WeirExec *exec,
               GError  **error)
{
  SessionOp *self = (SessionOp *)op;

  if (self->is_streaming && self->layout.n_keys == 0)
    return weir_fail (error, WEIR_ERROR_RUN, "_LEGACY_ERROR_TEMP_3068", op->plan->span,
                      "Global aggregation with session window in streaming query is not supported.");
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

  if (max == 0 || weir_session_state_bytes (((SessionOp *)op)->state) <= max)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "LIMIT_EXCEEDED", op->plan->span, "The sessions take more than the %" G_GUINT64_FORMAT " bytes of weir.state.maxBytes.", max);
}

static gboolean
merge_session (WeirOp   *op,
               WeirExec *exec,
               gpointer  result,
               GError  **error)
{
  SessionOp      *self = (SessionOp *)op;
  WeirGroupTable *table = result;
  gint64          late_us = self->evicts ? _weir_op_late_us (op, exec) : G_MININT64;

  for (guint g = 0; g < table->n; g++)
    {
      const Partial *partial = partial_at (table, g);
      guint32        late;

      if (partial->end <= late_us)
        {
          self->late_rows += partial->n_rows;
          weir_group_table_insert (self->late, weir_group_key (table, g), weir_group_hash_of (table, g), 1, &late);
          continue;
        }
      weir_session_state_add (self->state, op->eval, weir_group_key (table, g), partial->start, partial->end, weir_group_payload (table, g) + PARTIAL_HEADER);
    }
  free_partial (&self->layout, table);
  if (weir_eval_take_error (op->eval, error))
    return FALSE;
  return check_session_budget (op, error);
}

static void
chunk_clear (gpointer data)
{
  g_free (((Chunk *)data)->keys);
  g_free (((Chunk *)data)->sessions);
}

static void
add_output (SessionOp   *self,
            guint32      key,
            WeirSession *session)
{
  Chunk *chunk = self->chunks->len > 0 ? &g_array_index (self->chunks, Chunk, self->chunks->len - 1) : NULL;

  if (chunk == NULL || chunk->n == WEIR_VECTOR_ROWS)
    {
      Chunk fresh = { g_new (guint32, WEIR_VECTOR_ROWS), g_new (WeirSession *, WEIR_VECTOR_ROWS), 0 };

      g_array_append_val (self->chunks, fresh);
      chunk = &g_array_index (self->chunks, Chunk, self->chunks->len - 1);
    }
  chunk->keys[chunk->n] = key;
  chunk->sessions[chunk->n++] = session;
}

/* Spark's key has the start of the session in the place of the window, which is the first value. */
static void
split_session (WeirStateList *list,
               WeirOp        *op,
               WeirBatch     *batch)
{
  const WeirPlan         *plan = op->plan;
  guint                   n_keys = plan->aggregate.n_keys, n = 0;
  g_autofree WeirColumn **keys = g_new (WeirColumn *, n_keys);
  g_autofree WeirColumn **values = g_new (WeirColumn *, 1 + plan->aggregate.n_aggs);
  WeirColumn             *window = batch->columns[plan->aggregate.window_key];

  for (guint k = 0; k < n_keys; k++)
    if ((int)k != plan->aggregate.window_key)
      keys[n++] = weir_column_ref (batch->columns[k]);
  keys[n] = weir_column_ref (window->children[0]);
  values[0] = weir_column_ref (window);
  for (guint a = 0; a < plan->aggregate.n_aggs; a++)
    values[1 + a] = weir_column_ref (batch->columns[n_keys + a]);
  _weir_state_list_add (list, batch->n_rows, keys, values);
}

static void
set_session_fields (WeirOp        *op,
                    WeirStateList *list)
{
  const WeirPlan       *plan = op->plan;
  guint                 n_keys = plan->aggregate.n_keys, n = 0;
  g_autofree WeirField *keys = g_new (WeirField, n_keys);
  g_autofree WeirField *values = g_new (WeirField, 1 + plan->aggregate.n_aggs);

  values[0] = op->schema->fields[plan->aggregate.window_key];
  for (guint k = 0; k < n_keys; k++)
    if ((int)k != plan->aggregate.window_key)
      keys[n++] = op->schema->fields[k];
  keys[n] = (WeirField){ (char *)"sessionStartTime", values[0].type->fields[0].type, FALSE, NULL };
  for (guint a = 0; a < plan->aggregate.n_aggs; a++)
    values[1 + a] = op->schema->fields[n_keys + a];
  _weir_state_list_set_fields (list, keys, n_keys, values, 1 + plan->aggregate.n_aggs);
}

static gboolean
list_session (WeirOp        *op,
              WeirStateList *list,
              GError       **error)
{
  SessionOp *self = (SessionOp *)op;

  set_session_fields (op, list);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *sessions = weir_session_state_list (self->state, k);

      for (guint i = 0; sessions->sessions != NULL && i < sessions->sessions->len; i++)
        add_output (self, k, g_ptr_array_index (sessions->sessions, i));
    }
  return _weir_state_list_read (list, op, split_session, error);
}

static void
list_open_sessions (WeirOp   *op,
                    WeirExec *exec,
                    guint     rows_max,
                    guint64  *n_left_out)
{
  SessionOp *self = (SessionOp *)op;
  guint64    n = 0;

  g_array_set_size (self->chunks, 0);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (self->state, k);

      for (guint i = list->sessions != NULL ? list->sessions->len : 0; i-- > 0; n++)
        if (n < rows_max)
          add_output (self, k, g_ptr_array_index (list->sessions, i));
    }
  *n_left_out += n - MIN (n, rows_max);
}

static gboolean
finish_session (WeirOp   *op,
                WeirExec *exec,
                GError  **error)
{
  SessionOp *self = (SessionOp *)op;
  gint64     evict_us = self->evicts ? _weir_op_evict_us (op, exec) : G_MININT64;

  weir_session_state_close (self->state, evict_us);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (self->state, k);

      for (guint i = 0; list->sessions != NULL && i < list->sessions->len; i++)
        {
          WeirSession *session = g_ptr_array_index (list->sessions, i);

          if (!self->evicts || session->end <= evict_us)
            add_output (self, k, session);
        }
    }
  return TRUE;
}

/* ---- source ----------------------------------------------------------------------------------------------------- */

static guint
count_chunks (WeirOp   *op,
              WeirExec *exec)
{
  return ((SessionOp *)op)->chunks->len;
}

static WeirColumn *
session_column (WeirType    *type,
                const Chunk *chunk)
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
gather_states (const WeirAggLayout *layout,
               const Chunk         *chunk)
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
  SessionOp              *self = (SessionOp *)op;
  const WeirAggLayout    *layout = &self->layout;
  const Chunk            *chunk = &g_array_index (self->chunks, Chunk, part);
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
  SessionOp *self = (SessionOp *)op;

  weir_session_state_free (self->state);
  weir_group_table_free (self->late);
  g_array_unref (self->chunks);
  weir_agg_layout_clear (&self->layout);
}

static void
commit_session (WeirOp *op)
{
  weir_session_state_commit (((SessionOp *)op)->state);
}

static void
abort_session (WeirOp *op)
{
  weir_session_state_abort (((SessionOp *)op)->state);
}

static void
snapshot_session (WeirOp     *op,
                  WeirWriter *writer)
{
  weir_session_state_write (((SessionOp *)op)->state, FALSE, writer);
}

/* The whole state after the batch. */
static void
delta_session (WeirOp     *op,
               WeirWriter *writer)
{
  weir_session_state_write (((SessionOp *)op)->state, TRUE, writer);
}

static gboolean
restore_session (WeirOp     *op,
                 WeirReader *reader,
                 GError    **error)
{
  if (weir_session_state_read (((SessionOp *)op)->state, reader))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The sessions are damaged.");
}

static gboolean
session_wants_no_data (WeirOp *op,
                       gint64  watermark_ms,
                       gint64  used_ms)
{
  return ((SessionOp *)op)->evicts && watermark_ms > used_ms;
}

static void
session_stats (WeirOp            *op,
               WeirStatefulStats *stats)
{
  SessionOp *self = (SessionOp *)op;

  stats->name = "sessionWindowStateStoreSaveExec";
  stats->rows_total = self->state->n_total;
  stats->rows_updated = self->state->n_updated;
  stats->rows_removed = self->state->n_removed;
  stats->rows_dropped_by_watermark = self->late->n;
  stats->late_rows = self->late_rows;
  stats->memory_bytes = weir_session_state_bytes (self->state);
  stats->update_ms = op->busy_ns / 1000000;
}

#define SESSION_CLASS                \
  .name = "SessionWindow",           \
  .link_size = sizeof (SessionLink), \
  .free = free_session,              \
  .describe = describe_session,      \
  .begin = begin_session,            \
  .link_init = init_session,         \
  .link_clear = clear_session,       \
  .push = push_session,              \
  .take = take_session,              \
  .drop = drop_session,              \
  .merge = merge_session,            \
  .finish = finish_session,          \
  .n_parts = count_chunks,           \
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
  .list_state = list_session,
  .list_open = list_open_sessions,
  .get_stats = session_stats,
};

WeirOp *
_weir_op_session_new (WeirPlan                  *plan,
                      const WeirPipelineOptions *options)
{
  gboolean   is_streaming = options->is_streaming && plan->is_streaming;
  SessionOp *self = _weir_op_new (sizeof (SessionOp), is_streaming ? &stream_class : &batch_class, plan, NULL, options);

  self->is_streaming = is_streaming;
  self->evicts = is_streaming && options->mode != WEIR_OUTPUT_COMPLETE;
  weir_agg_layout_init (&self->layout, plan);
  self->state = weir_session_state_new (&self->layout);
  self->late = weir_group_table_new (weir_key_codec_is_view (&self->layout.codec), 0);
  self->chunks = g_array_new (FALSE, FALSE, sizeof (Chunk));
  g_array_set_clear_func (self->chunks, chunk_clear);
  return &self->op;
}
