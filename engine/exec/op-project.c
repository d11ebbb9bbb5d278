/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

/* New columns for old ones; the selection stays. UNION ALL only puts its own names over its children's columns. */

static char *
describe_project (WeirOp *op)
{
  GString    *out = g_string_new ("[");
  WeirSchema *input = op->plan->children[0]->schema;

  for (guint i = 0; i < op->plan->project.n_exprs; i++)
    {
      WeirExpr        *expr = op->plan->project.exprs[i];
      g_autofree char *text = weir_expr_to_string (expr, input);
      const char      *name = op->schema->fields[i].name;

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", text);
      if (strcmp (text, name) != 0)
        g_string_append_printf (out, " AS %s", name);
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static gboolean
push_project (WeirLink  *link,
              WeirBatch *batch,
              WeirSel    sel,
              GError   **error)
{
  WeirPlan               *plan = link->op->plan;
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (plan->project.n_exprs, 1));
  g_autoptr (WeirBatch)   out = NULL;

  for (guint i = 0; i < plan->project.n_exprs; i++)
    columns[i] = weir_expr_eval (plan->project.exprs[i], link->eval, batch, sel);
  out = weir_batch_new (link->op->schema, batch->n_rows, columns);
  if (weir_eval_take_error (link->eval, error))
    return FALSE;
  return _weir_link_push (link->next, out, sel, error);
}

static const WeirOpClass project_class = {
  .name = "Project",
  .describe = describe_project,
  .push = push_project,
};

WeirOp *
_weir_op_project_new (WeirPlan                  *plan,
                      const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &project_class, plan, NULL, options);
}

static gboolean
push_union (WeirLink  *link,
            WeirBatch *batch,
            WeirSel    sel,
            GError   **error)
{
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (batch->n_columns, 1));
  g_autoptr (WeirBatch)   out = NULL;

  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_ref (batch->columns[i]);
  out = weir_batch_new (link->op->schema, batch->n_rows, columns);
  return _weir_link_push (link->next, out, sel, error);
}

static const WeirOpClass union_class = {
  .name = "Union",
  .push = push_union,
};

WeirOp *
_weir_op_union_new (WeirPlan                  *plan,
                    const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &union_class, plan, NULL, options);
}
