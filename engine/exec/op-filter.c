/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/operator.h"

#include "base/limits.h"

/* Narrows the selection; the batch goes on as it is. */

typedef struct
{
  WeirLink link;
  guint16  idx[WEIR_VECTOR_ROWS];
} FilterLink;

static char *
describe_filter (WeirOp *op)
{
  g_autofree char *condition = weir_expr_to_string (op->plan->filter.condition, op->plan->children[0]->schema);

  return g_strdup_printf ("(%s)", condition);
}

static gboolean
push_filter (WeirLink  *link,
             WeirBatch *batch,
             WeirSel    sel,
             GError   **error)
{
  FilterLink *self = (FilterLink *)link;
  guint       n = weir_expr_select (link->op->plan->filter.condition, link->eval, batch, sel, self->idx);

  if (weir_eval_take_error (link->eval, error))
    return FALSE;
  if (n == sel.n)
    return _weir_link_push (link->next, batch, sel, error);
  return _weir_link_push (link->next, batch, (WeirSel){ self->idx, n }, error);
}

static const WeirOpClass filter_class = {
  .name = "Filter",
  .link_size = sizeof (FilterLink),
  .describe = describe_filter,
  .push = push_filter,
};

WeirOp *
_weir_op_filter_new (WeirPlan                  *plan,
                     const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (WeirOp), &filter_class, plan, NULL, options);
}
