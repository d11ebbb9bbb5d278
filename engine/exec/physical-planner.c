/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/pipeline-private.h"

/*
 * From the logical plan to stages. Going down the tree gives the chains that lead to a node: stateless nodes are put at the end of their
 * child's chains, UNION ALL joins the lists of its children, and a node that needs all of its input ends a stage and starts
 * a new chain.
 */

/* Chains that end in the rows of the node; *@top is its operator. */
static GPtrArray *plan_node (WeirPipeline *self, WeirPlan *plan, WeirOp **top, GError **error);

static WeirOp *
add_op (WeirPipeline *self,
        WeirOp       *op)
{
  g_ptr_array_add (self->ops, op);
  if (op->klass->get_stats != NULL)
    g_ptr_array_insert (self->frames, 0, op);
  return op;
}

/* How far the watermark of what @op gives out lies behind the global one. */
static gint64
output_shift (WeirOp *op)
{
  gint64 shift = op->watermark_shift_us;

  for (guint i = 0; i < op->n_inputs; i++)
    {
      gint64 below = output_shift (op->inputs[i]);

      shift = MIN (shift, below);
    }
  if (op->klass->output_shift != NULL)
    shift += op->klass->output_shift (op);
  return shift;
}

static GPtrArray *
start_chain (WeirOp *source)
{
  GPtrArray *chains = g_ptr_array_new ();

  g_ptr_array_add (chains, _weir_chain_new (source));
  return chains;
}

static GPtrArray *
append_op (GPtrArray *chains,
           WeirOp    *op)
{
  for (guint i = 0; i < chains->len; i++)
    g_ptr_array_add (((WeirChain *)g_ptr_array_index (chains, i))->ops, op);
  return chains;
}

static WeirOp *
new_stateless (WeirPipeline *self,
               WeirPlan     *plan)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_FILTER:
      return _weir_op_filter_new (plan, &self->options);
    case WEIR_PLAN_PROJECT:
      return _weir_op_project_new (plan, &self->options);
    case WEIR_PLAN_EVENT_TIME:
      return _weir_op_event_time_new (plan, &self->options);
    case WEIR_PLAN_TIME_WINDOW:
      return _weir_op_window_new (plan, &self->options);
    case WEIR_PLAN_GENERATE:
      return _weir_op_generate_new (plan, &self->options);
    default:
      return NULL;
    }
}

static GPtrArray *
plan_stateless (WeirPipeline *self,
                WeirPlan     *plan,
                WeirOp      **top,
                GError      **error)
{
  WeirOp    *child, *op;
  GPtrArray *chains = plan_node (self, plan->children[0], &child, error);

  if (chains == NULL)
    return NULL;
  op = *top = add_op (self, new_stateless (self, plan));
  op->inputs[op->n_inputs++] = child;
  if (plan->kind == WEIR_PLAN_EVENT_TIME && self->options.is_streaming && plan->is_streaming)
    {
      g_ptr_array_add (self->watermarks, op);
      self->n_watermarks = MAX (self->n_watermarks, plan->event_time.watermark_id + 1);
    }
  return append_op (chains, op);
}

/* The node needs all of its input. */
static GPtrArray *
plan_sink (WeirPipeline *self,
           WeirPlan     *plan,
           WeirOp       *op,
           WeirOp      **top,
           GError      **error)
{
  WeirOp    *child;
  GPtrArray *chains;

  if (op == NULL)
    return NULL;
  *top = op;
  chains = plan_node (self, plan->children[0], &child, error);
  if (chains == NULL)
    {
      _weir_op_free (op);
      return NULL;
    }
  add_op (self, op);
  op->inputs[op->n_inputs++] = child;
  op->watermark_shift_us = output_shift (child);
  g_ptr_array_add (self->stages, _weir_stage_new (chains, op));
  return start_chain (op);
}

static GPtrArray *
plan_union (WeirPipeline *self,
            WeirPlan     *plan,
            WeirOp      **top,
            GError      **error)
{
  WeirOp    *op = add_op (self, _weir_op_union_new (plan, &self->options));
  GPtrArray *all = g_ptr_array_new ();

  *top = op;
  for (guint i = 0; i < plan->n_children; i++)
    {
      WeirOp    *child;
      GPtrArray *chains = plan_node (self, plan->children[i], &child, error);

      if (chains == NULL)
        return NULL;
      if (op->n_inputs < G_N_ELEMENTS (op->inputs))
        op->inputs[op->n_inputs++] = child;
      g_ptr_array_extend_and_steal (all, chains);
    }
  return append_op (all, op);
}

static gboolean
builds_right (WeirPlan *plan)
{
  if (plan->join.type == WEIR_JOIN_RIGHT)
    return FALSE;
  if (plan->join.type == WEIR_JOIN_INNER || plan->join.type == WEIR_JOIN_CROSS)
    return !plan->children[1]->is_streaming;
  return TRUE;
}

/* Each input is a stage; the right one's does the work. */
static GPtrArray *
plan_stream_join (WeirPipeline *self,
                  WeirPlan     *plan,
                  WeirOp      **top,
                  GError      **error)
{
  WeirOp *join = *top = _weir_op_join_stream_new (plan, &self->options);

  for (guint side = 0; side < 2; side++)
    {
      WeirOp    *child, *input;
      gint64     shift;
      GPtrArray *chains = plan_node (self, plan->children[side], &child, error);

      if (chains == NULL)
        {
          _weir_op_free (join);
          return NULL;
        }
      input = add_op (self, _weir_op_join_input_new (plan, side, join, &self->options));
      input->inputs[input->n_inputs++] = child;
      join->inputs[join->n_inputs++] = input;
      shift = output_shift (child);
      join->watermark_shift_us = MIN (join->watermark_shift_us, shift);
      g_ptr_array_add (self->stages, _weir_stage_new (chains, input));
    }
  add_op (self, join);
  return start_chain (join);
}

static GPtrArray *
plan_join (WeirPipeline *self,
           WeirPlan     *plan,
           WeirOp      **top,
           GError      **error)
{
  gboolean   right = builds_right (plan);
  WeirOp    *build, *probe, *built_child, *probe_child;
  GPtrArray *chains;

  if (self->options.is_streaming && plan->children[0]->is_streaming && plan->children[1]->is_streaming)
    return plan_stream_join (self, plan, top, error);
  chains = plan_node (self, plan->children[right ? 1 : 0], &built_child, error);
  if (chains == NULL)
    return NULL;
  build = add_op (self, _weir_op_join_build_new (plan, right, &self->options));
  build->inputs[build->n_inputs++] = built_child;
  g_ptr_array_add (self->stages, _weir_stage_new (chains, build));
  chains = plan_node (self, plan->children[right ? 0 : 1], &probe_child, error);
  if (chains == NULL)
    return NULL;
  probe = *top = add_op (self, _weir_op_join_probe_new (plan, right, build, &self->options));
  probe->inputs[probe->n_inputs++] = right ? probe_child : build;
  probe->inputs[probe->n_inputs++] = right ? build : probe_child;
  append_op (chains, probe);
  if (plan->join.type == WEIR_JOIN_FULL)
    {
      WeirChain *unmatched = _weir_chain_new (build);

      unmatched->waits = TRUE;
      g_ptr_array_add (chains, unmatched);
    }
  return chains;
}

static GPtrArray *
plan_source (WeirPipeline *self,
             WeirPlan     *plan,
             WeirOp      **top)
{
  *top = add_op (self, plan->kind == WEIR_PLAN_SCAN ? _weir_op_scan_new (plan, &self->options) : _weir_op_values_new (plan, &self->options));
  if (plan->kind == WEIR_PLAN_SCAN)
    {
      if (self->scans->len <= plan->scan.scan_id)
        g_ptr_array_set_size (self->scans, (gint)plan->scan.scan_id + 1);
      self->scans->pdata[plan->scan.scan_id] = *top;
    }
  return start_chain (*top);
}

static GPtrArray *
plan_node (WeirPipeline *self,
           WeirPlan     *plan,
           WeirOp      **top,
           GError      **error)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
    case WEIR_PLAN_VALUES:
      return plan_source (self, plan, top);
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_PROJECT:
    case WEIR_PLAN_EVENT_TIME:
    case WEIR_PLAN_TIME_WINDOW:
    case WEIR_PLAN_GENERATE:
      return plan_stateless (self, plan, top, error);
    case WEIR_PLAN_UNION:
      return plan_union (self, plan, top, error);
    case WEIR_PLAN_JOIN:
      return plan_join (self, plan, top, error);
    case WEIR_PLAN_AGGREGATE:
      return plan_sink (self, plan, plan->aggregate.is_session ? _weir_op_session_new (plan, &self->options) : _weir_op_aggregate_new (plan, &self->options), top, error);
    case WEIR_PLAN_SORT:
      return plan_sink (self, plan, _weir_op_sort_new (plan, &self->options), top, error);
    case WEIR_PLAN_LIMIT:
      return plan_sink (self, plan, _weir_op_limit_new (plan, &self->options), top, error);
    case WEIR_PLAN_DEDUP:
      return plan_sink (self, plan, _weir_op_dedup_new (plan, &self->options), top, error);
    }
  g_return_val_if_reached (NULL);
}

/* A node before its inputs, left before right: plan numbers, and Spark's operator ids. */
static void
number_stateful (WeirPipeline *self,
                 WeirPlan     *plan)
{
  for (guint i = 0; i < self->frames->len; i++)
    {
      WeirOp *op = g_ptr_array_index (self->frames, i);

      if (op->plan == plan)
        g_ptr_array_add (self->stateful, op);
    }
  for (guint i = 0; i < plan->n_children; i++)
    number_stateful (self, plan->children[i]);
}

gboolean
_weir_pipeline_plan (WeirPipeline *pipeline,
                     GError      **error)
{
  GPtrArray *chains = plan_node (pipeline, pipeline->plan, &pipeline->top, error);
  WeirStage *stage;

  if (chains == NULL)
    return FALSE;
  number_stateful (pipeline, pipeline->plan);
  pipeline->output = add_op (pipeline, _weir_op_output_new (pipeline->plan->schema, &pipeline->options));
  stage = _weir_stage_new (chains, pipeline->output);
  stage->is_output = TRUE;
  g_ptr_array_add (pipeline->stages, stage);
  return TRUE;
}

/* ---- key of the result ------------------------------------------------------------------------------------------ */

/* The column of the node below that @expr shows: itself, or a field of it that tells it apart (a window's start or end). */
static int
shown_column (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN)
    return (int)expr->index;
  if (expr->kind == WEIR_EXPR_FIELD && expr->args[0]->kind == WEIR_EXPR_COLUMN)
    return (int)expr->args[0]->index;
  return -1;
}

/* Per column of @plan which key of the aggregation it shows, −1: none. NULL when there is no aggregation below. */
static int *
trace_keys (WeirPlan *plan,
            guint    *n_keys)
{
  g_autofree int *below = NULL;
  int            *shown;

  switch (plan->kind)
    {
    case WEIR_PLAN_AGGREGATE:
      *n_keys = plan->aggregate.n_keys;
      shown = g_new (int, MAX (plan->schema->n_fields, 1));
      for (guint i = 0; i < plan->schema->n_fields; i++)
        shown[i] = i < plan->aggregate.n_keys ? (int)i : -1;
      return shown;
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_SORT:
    case WEIR_PLAN_LIMIT:
      return trace_keys (plan->children[0], n_keys);
    case WEIR_PLAN_PROJECT:
      below = trace_keys (plan->children[0], n_keys);
      if (below == NULL)
        return NULL;
      shown = g_new (int, MAX (plan->project.n_exprs, 1));
      for (guint i = 0; i < plan->project.n_exprs; i++)
        {
          int column = shown_column (plan->project.exprs[i]);

          shown[i] = column >= 0 ? below[column] : -1;
        }
      return shown;
    default:
      return NULL;
    }
}

void
_weir_pipeline_find_result_key (WeirPipeline *pipeline)
{
  guint             n_keys = 0;
  g_autofree int   *shown = trace_keys (pipeline->plan, &n_keys);
  g_autofree guint *columns = NULL;

  if (pipeline->options.mode == WEIR_OUTPUT_APPEND || !pipeline->options.is_streaming || shown == NULL)
    return;
  columns = g_new (guint, MAX (n_keys, 1));
  for (guint k = 0; k < n_keys; k++)
    {
      guint i = 0;

      while (i < pipeline->plan->schema->n_fields && shown[i] != (int)k)
        i++;
      if (i == pipeline->plan->schema->n_fields)
        return;
      columns[k] = i;
    }
  pipeline->n_result_key = n_keys;
  pipeline->result_key = g_steal_pointer (&columns);
}
