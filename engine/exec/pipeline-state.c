/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/pipeline-private.h"
#include "exec/state-list.h"

/* The state of one operator as rows. What a join stores has two sides, and only a join has: Spark's option joinSide. */

static gboolean
check_side (WeirOp       *op,
            guint         operator_id,
            WeirStateSide side,
            GError      **error)
{
  gboolean is_join = op->plan->kind == WEIR_PLAN_JOIN;

  if (is_join && side == WEIR_STATE_SIDE_NONE)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "STDS_REQUIRED_OPTION_UNSPECIFIED", WEIR_SPAN_NONE,
                      "'joinSide' must be specified: operator %u is a join of two streams; joinSide => 'left' or joinSide => 'right'.", operator_id);
  if (!is_join && side != WEIR_STATE_SIDE_NONE)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", WEIR_SPAN_NONE,
                      "Invalid value for source option 'joinSide': operator %u is no join of two streams.", operator_id);
  return TRUE;
}

GPtrArray *
weir_pipeline_list_state (WeirPipeline *pipeline,
                          guint         operator_id,
                          WeirStateSide side,
                          WeirSchema  **schema,
                          GError      **error)
{
  WeirBatchInput input = { 0 };
  WeirExec       exec = { .options = &pipeline->options, .input = &input, .late_us = G_MININT64, .evict_us = G_MININT64 };
  WeirStateList  list;
  GPtrArray     *batches = NULL;
  WeirOp        *op;

  if (operator_id >= pipeline->stateful->len)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "The query has %u stateful operators; there is no operator %u.", pipeline->stateful->len, operator_id);
      return NULL;
    }
  op = g_ptr_array_index (pipeline->stateful, operator_id);
  if (!check_side (op, operator_id, side, error))
    return NULL;
  _weir_state_list_init (&list, &exec, side);
  if ((op->klass->begin == NULL || op->klass->begin (op, &exec, error)) && op->klass->list_state (op, &list, error))
    {
      *schema = weir_type_ref (list.schema);
      batches = g_steal_pointer (&list.batches);
    }
  if (op->klass->end != NULL)
    op->klass->end (op);
  _weir_state_list_clear (&list);
  return batches;
}
