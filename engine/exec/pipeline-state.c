/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/pipeline-private.h"

/*
 * The state of one operator as rows, for people: what it would give out if all of it were final. The operator is read as a source
 * whose only receiver collects.
 */

typedef struct
{
  WeirLink   link;
  GPtrArray *batches; /* Borrowed */
} Collector;

static gboolean
collect (WeirLink  *link,
         WeirBatch *batch,
         WeirSel    sel,
         GError   **error)
{
  g_ptr_array_add (((Collector *)link)->batches, weir_batch_gather (batch, sel));
  return TRUE;
}

static const WeirOpClass collector_class = { .name = "Collect", .push = collect };

GPtrArray *
weir_pipeline_list_state (WeirPipeline *pipeline,
                          guint         operator_id,
                          WeirSchema  **schema,
                          GError      **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  WeirBatchInput        input = { 0 };
  WeirExec              exec = { .options = &pipeline->options, .input = &input, .late_us = G_MININT64, .evict_us = G_MININT64 };
  WeirOp                receiver = { .klass = &collector_class };
  Collector             collector = { { .op = &receiver, .exec = &exec }, batches };
  WeirOp               *op;
  guint                 n_parts;

  if (operator_id >= pipeline->stateful->len)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "The query has %u stateful operators; there is no operator %u.", pipeline->stateful->len, operator_id);
      return NULL;
    }
  op = g_ptr_array_index (pipeline->stateful, operator_id);
  *schema = op->schema;
  if (op->klass->list_state == NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE, "The state of %s cannot be read as rows.", op->klass->name);
      return NULL;
    }
  if (op->klass->begin != NULL && !op->klass->begin (op, &exec, error))
    return NULL;
  op->klass->list_state (op);
  collector.link.eval = op->eval;
  n_parts = op->klass->n_parts (op, &exec);
  for (guint i = 0; i < n_parts; i++)
    if (!op->klass->read (op, i, &collector.link, error))
      return NULL;
  if (op->klass->end != NULL)
    op->klass->end (op);
  return g_steal_pointer (&batches);
}
