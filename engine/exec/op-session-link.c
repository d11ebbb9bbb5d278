/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "exec/op-session-private.h"

/*
 * session_window() on a worker: the rows of a part grouped by key, time and gap. What merges into what is not known here; a group is the
 * session [time, time + gap) of its rows. Rows without a time or a gap, or with a gap that is not positive, vanish.
 */

void
_weir_op_session_link_init (WeirLink *link)
{
  WeirSessionLink *self = (WeirSessionLink *)link;

  self->keys = g_new (WeirGroupKey, WEIR_VECTOR_ROWS);
  self->hashes = g_new (guint64, WEIR_VECTOR_ROWS);
  self->groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->ends = g_new (gint64, WEIR_VECTOR_ROWS);
  self->scratch = g_byte_array_new ();
}

void
_weir_op_session_free_partials (const WeirAggLayout *layout,
                                WeirGroupTable      *table)
{
  if (table == NULL)
    return;
  for (guint a = 0; layout->owns_memory && a < layout->n_aggs; a++)
    if (layout->calls[a]->owns_memory)
      for (guint g = 0; g < table->n; g++)
        layout->ops[a]->clear (layout->calls[a], weir_group_payload (table, g) + WEIR_SESSION_PARTIAL_HEADER + layout->offsets[a]);
  weir_group_table_free (table);
}

void
_weir_op_session_link_clear (WeirLink *link)
{
  WeirSessionLink *self = (WeirSessionLink *)link;

  _weir_op_session_free_partials (&((WeirSessionOp *)link->op)->layout, self->table);
  g_free (self->keys);
  g_free (self->hashes);
  g_free (self->groups);
  g_free (self->ends);
  g_byte_array_unref (self->scratch);
}

/* Where a row's session ends; FALSE: it has none. */
static gboolean
end_of (WeirSessionLink  *self,
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
choose_rows (WeirSessionLink *self,
             WeirBatch       *batch,
             WeirSel         *sel,
             WeirColumn      *time,
             GError         **error)
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

/* Time and gap are one word of the key; groups that it does not tell apart get the next one. */
static void
fill_partial (WeirSessionLink *self,
              guint            i,
              gint64           start,
              gint64           end)
{
  WeirSessionPartial *partial = _weir_op_session_partial (self->table, self->groups[i]);

  while (partial->n_rows > 0 && (partial->start != start || partial->end != end))
    {
      self->keys[i].time = (gint64)((guint64)self->keys[i].time + 1);
      self->hashes[i] = weir_group_hash (&self->keys[i], self->table->is_view);
      weir_group_table_insert (self->table, &self->keys[i], &self->hashes[i], 1, &self->groups[i]);
      partial = _weir_op_session_partial (self->table, self->groups[i]);
    }
  partial->start = start;
  partial->end = end;
  partial->n_rows++;
}

static gboolean
group_rows (WeirSessionLink *self,
            WeirBatch       *batch,
            WeirSel          sel,
            WeirColumn      *time,
            GError         **error)
{
  const WeirAggLayout  *layout = &((WeirSessionOp *)self->link.op)->layout;
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
        layout->ops[a]->init (layout->calls[a], weir_group_payload (self->table, g) + WEIR_SESSION_PARTIAL_HEADER + layout->offsets[a]);
  return TRUE;
}

static gboolean
update_states (WeirSessionLink *self,
               WeirBatch       *batch,
               WeirSel          all,
               guint            a,
               GError         **error)
{
  const WeirAggLayout  *layout = &((WeirSessionOp *)self->link.op)->layout;
  WeirAggCall          *call = layout->calls[a];
  WeirEval             *eval = self->link.eval;
  WeirSel               sel = all;
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  g_autofree guint16   *idx = NULL;
  g_autofree guint32   *groups = NULL;
  WeirAggStates         states = { weir_group_payload (self->table, 0) + WEIR_SESSION_PARTIAL_HEADER + layout->offsets[a], self->table->record_size, self->groups };

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

gboolean
_weir_op_session_link_push (WeirLink  *link,
                            WeirBatch *batch,
                            WeirSel    sel,
                            GError   **error)
{
  WeirSessionLink       *self = (WeirSessionLink *)link;
  const WeirAggLayout   *layout = &((WeirSessionOp *)link->op)->layout;
  g_autoptr (WeirColumn) time = _weir_link_eval_flat (link, link->op->plan->aggregate.window.time, batch, sel, error);

  if (time == NULL)
    return FALSE;
  if (self->table == NULL)
    self->table = weir_group_table_new (weir_key_codec_is_view (&layout->codec), WEIR_SESSION_PARTIAL_HEADER + layout->stride);
  if (!choose_rows (self, batch, &sel, time, error) || (sel.n > 0 && !group_rows (self, batch, sel, time, error)))
    return FALSE;
  for (guint a = 0; sel.n > 0 && a < layout->n_aggs; a++)
    if (!update_states (self, batch, sel, a, error))
      return FALSE;
  return TRUE;
}

gpointer
_weir_op_session_link_take (WeirLink *link)
{
  return g_steal_pointer (&((WeirSessionLink *)link)->table);
}
