/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/pipeline-private.h"
#include "exec/state-list.h"

/*
 * The state of one operator as rows. What a join stores has two sides, and only a join has: Spark's option joinSide.
 *
 * Windows that are open go the way their rows will go once they are final: through what stands above the aggregation, to the output.
 */

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

/* The aggregation whose rows the output gets, when nothing stands between that keeps or counts rows. */
static WeirOp *
find_open_source (WeirStage *stage)
{
  WeirChain *chain = g_ptr_array_index (stage->chains, 0);

  if (stage->chains->len != 1 || chain->source->klass->list_open == NULL)
    return NULL;
  for (guint i = 0; i < chain->ops->len; i++)
    {
      const WeirOp *op = g_ptr_array_index (chain->ops, i);

      if (op->plan->kind != WEIR_PLAN_FILTER && op->plan->kind != WEIR_PLAN_PROJECT && op->plan->kind != WEIR_PLAN_GENERATE)
        return NULL;
    }
  return chain->source;
}

gboolean
weir_pipeline_has_open (WeirPipeline *pipeline)
{
  return pipeline->options.is_streaming && pipeline->options.mode == WEIR_OUTPUT_APPEND &&
         find_open_source (g_ptr_array_index (pipeline->stages, pipeline->stages->len - 1)) != NULL;
}

GPtrArray *
weir_pipeline_list_open (WeirPipeline         *pipeline,
                         const WeirBatchInput *input,
                         guint                 rows_max,
                         guint64              *n_left_out,
                         GError              **error)
{
  WeirStage *stage = g_ptr_array_index (pipeline->stages, pipeline->stages->len - 1);
  WeirExec   exec = { .options = &pipeline->options, .input = input };
  GPtrArray *batches;
  WeirOp    *source = find_open_source (stage);

  g_return_val_if_fail (source != NULL, NULL);
  exec.late_us = exec.evict_us = _weir_ms_to_us (input->evict_watermark_ms);
  *n_left_out = 0;
  source->klass->list_open (source, &exec, rows_max, n_left_out);
  batches = _weir_stage_read_aside (stage, &exec, rows_max, error);
  if (source->klass->end != NULL)
    source->klass->end (source);
  _weir_stage_collect_stats (stage);
  return batches;
}
