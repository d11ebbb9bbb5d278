/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "exec/join-side.h"
#include "exec/state-list.h"

/* Stored rows of one side as Spark's joinSide shows them: the keys are field0, field1, …, the value is the row. */

static void
set_fields (WeirJoinSide  *self,
            WeirStateList *list)
{
  WeirExpr            **exprs = self->side == 0 ? self->plan->join.left_keys : self->plan->join.right_keys;
  guint                 n = self->plan->join.n_equi;
  g_autofree WeirField *keys = g_new (WeirField, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    keys[i] = (WeirField){ g_strdup_printf ("field%u", i), exprs[i]->type, exprs[i]->nullable, NULL };
  _weir_state_list_set_fields (list, keys, n, self->schema->fields, self->schema->n_fields);
  for (guint i = 0; i < n; i++)
    g_free (keys[i].name);
}

static gboolean
list_rows (WeirJoinSide  *self,
           WeirEval      *eval,
           WeirBatch     *rows,
           WeirStateList *list,
           GError       **error)
{
  WeirExpr              **exprs = self->side == 0 ? self->plan->join.left_keys : self->plan->join.right_keys;
  guint                   n = self->plan->join.n_equi;
  g_autofree WeirColumn **keys = g_new (WeirColumn *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (exprs[i], eval, rows, weir_sel_all (rows->n_rows));

      keys[i] = weir_column_flatten (column);
    }
  for (guint c = 0; c < rows->n_columns; c++)
    weir_column_ref (rows->columns[c]);
  _weir_state_list_add (list, rows->n_rows, keys, rows->columns);
  return !weir_eval_take_error (eval, error);
}

gboolean
_weir_join_side_list (WeirJoinSide  *self,
                      WeirEval      *eval,
                      WeirStateList *list,
                      GError       **error)
{
  g_autofree guint32 *idx = g_new (guint32, WEIR_VECTOR_ROWS);

  set_fields (self, list);
  for (guint from = 0; from < self->n_committed;)
    {
      guint                   segment = _weir_join_side_row (self, from)->segment, n = 0;
      WeirBatch              *stored = g_ptr_array_index (self->segments, segment);
      g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (stored->n_columns, 1));
      g_autoptr (WeirBatch)   rows = NULL;

      for (; from < self->n_committed && n < WEIR_VECTOR_ROWS && _weir_join_side_row (self, from)->segment == segment; from++)
        if (!_weir_join_side_row (self, from)->is_gone)
          idx[n++] = _weir_join_side_row (self, from)->row;
      if (n == 0)
        continue;
      for (guint c = 0; c < stored->n_columns; c++)
        columns[c] = weir_column_gather (stored->columns[c], idx, n);
      rows = weir_batch_new (stored->schema, n, columns);
      if (!list_rows (self, eval, rows, list, error))
        return FALSE;
    }
  return TRUE;
}
