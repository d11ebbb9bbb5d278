/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

#include "base/limits.h"

gpointer
_weir_op_new (gsize                      size,
              const WeirOpClass         *klass,
              WeirPlan                  *plan,
              WeirSchema                *schema,
              const WeirPipelineOptions *options)
{
  WeirOp *op = g_malloc0 (size);

  op->klass = klass;
  op->plan = plan != NULL ? weir_plan_ref (plan) : NULL;
  op->schema = weir_type_ref (schema != NULL ? schema : plan->schema);
  op->options = options;
  op->eval = weir_eval_new (options->zone);
  _weir_eval_set_options (op->eval, options);
  return op;
}

void
_weir_op_free (WeirOp *op)
{
  if (op == NULL)
    return;
  if (op->klass->free != NULL)
    op->klass->free (op);
  g_clear_pointer (&op->plan, weir_plan_unref);
  weir_type_unref (op->schema);
  weir_eval_free (op->eval);
  g_free (op);
}

WeirColumn *
_weir_link_eval (WeirLink        *link,
                 const WeirExpr  *expr,
                 const WeirBatch *batch,
                 WeirSel          sel,
                 GError         **error)
{
  g_autoptr (WeirColumn) column = weir_expr_eval (expr, link->eval, batch, sel);

  if (weir_eval_take_error (link->eval, error))
    return NULL;
  return g_steal_pointer (&column);
}

WeirColumn *
_weir_link_eval_flat (WeirLink        *link,
                      const WeirExpr  *expr,
                      const WeirBatch *batch,
                      WeirSel          sel,
                      GError         **error)
{
  g_autoptr (WeirColumn) column = _weir_link_eval (link, expr, batch, sel, error);

  return column != NULL ? weir_column_flatten (column) : NULL;
}

gboolean
_weir_link_push_all (WeirLink  *link,
                     WeirBatch *batch,
                     GError   **error)
{
  if (batch->n_rows <= WEIR_VECTOR_ROWS)
    return _weir_link_push (link, batch, weir_sel_all (batch->n_rows), error);
  for (guint offset = 0; offset < batch->n_rows; offset += WEIR_VECTOR_ROWS)
    {
      guint                 n = MIN (WEIR_VECTOR_ROWS, batch->n_rows - offset);
      g_autoptr (WeirBatch) part = weir_batch_slice (batch, offset, n);

      if (!_weir_exec_check_stop (link->exec, error) || !_weir_link_push (link, part, weir_sel_all (n), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
_weir_exec_check_stop (WeirExec *exec,
                       GError  **error)
{
  if (exec->input->cancellable == NULL || !g_cancellable_is_cancelled (exec->input->cancellable))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "The query was stopped.");
}

char *
_weir_join_describe (const WeirPlan *plan)
{
  static const char *const types[] = { "Inner", "LeftOuter", "RightOuter", "FullOuter", "LeftSemi", "LeftAnti", "Cross" };
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

GPtrArray *
_weir_batches_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
}

void
_weir_batches_add (GPtrArray *batches,
                   WeirBatch *batch,
                   WeirSel    sel)
{
  g_ptr_array_add (batches, weir_batch_gather (batch, sel));
}

gboolean
_weir_collect_push (WeirLink  *link,
                    WeirBatch *batch,
                    WeirSel    sel,
                    GError   **error)
{
  WeirCollectLink *self = (WeirCollectLink *)link;

  if (self->batches == NULL)
    self->batches = _weir_batches_new ();
  _weir_batches_add (self->batches, batch, sel);
  return TRUE;
}

gpointer
_weir_collect_take (WeirLink *link)
{
  return g_steal_pointer (&((WeirCollectLink *)link)->batches);
}

void
_weir_collect_drop (WeirOp  *op,
                    gpointer batches)
{
  g_ptr_array_unref (batches);
}
