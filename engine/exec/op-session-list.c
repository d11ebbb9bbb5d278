/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/op-session-private.h"

/* Sessions for looking at: the whole state as rows of key and value, as Spark's state reader has them, and the newest that are not final. */

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

gboolean
_weir_op_session_list_state (WeirOp        *op,
                             WeirStateList *list,
                             GError       **error)
{
  WeirSessionOp *self = (WeirSessionOp *)op;

  set_session_fields (op, list);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *sessions = weir_session_state_list (self->state, k);

      for (guint i = 0; sessions->sessions != NULL && i < sessions->sessions->len; i++)
        _weir_op_session_add_output (self, k, g_ptr_array_index (sessions->sessions, i));
    }
  return _weir_state_list_read (list, op, split_session, error);
}

void
_weir_op_session_list_open (WeirOp   *op,
                            WeirExec *exec,
                            guint     rows_max,
                            guint64  *n_left_out)
{
  WeirSessionOp *self = (WeirSessionOp *)op;
  guint64        n = 0;

  g_array_set_size (self->chunks, 0);
  for (guint k = 0; k < self->state->keys->n; k++)
    {
      WeirSessionList *list = weir_session_state_list (self->state, k);

      for (guint i = list->sessions != NULL ? list->sessions->len : 0; i-- > 0; n++)
        if (n < rows_max)
          _weir_op_session_add_output (self, k, g_ptr_array_index (list->sessions, i));
    }
  *n_left_out += n - MIN (n, rows_max);
}
