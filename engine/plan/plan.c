/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/catalog.h"
#include "plan/plan-private.h"

/* Life and walks of plan nodes, and the numbers that identify scans, watermarks and stateful operators. */

WeirPlan *
weir_plan_ref (WeirPlan *plan)
{
  g_atomic_ref_count_inc (&plan->ref_count);
  return plan;
}

static void
free_exprs (WeirExpr **exprs,
            guint      n_exprs)
{
  for (guint i = 0; i < n_exprs; i++)
    g_clear_pointer (&exprs[i], weir_expr_unref);
  g_free (exprs);
}

static void
clear_scan (WeirPlan *plan)
{
  weir_table_unref (plan->scan.table);
  g_clear_pointer (&plan->scan.options, g_hash_table_unref);
  weir_type_unref (plan->scan.table_schema);
  g_free (plan->scan.needed);
}

static void
clear_aggregate (WeirPlan *plan)
{
  free_exprs (plan->aggregate.keys, plan->aggregate.n_keys);
  g_clear_pointer (&plan->aggregate.window.time, weir_expr_unref);
  g_clear_pointer (&plan->aggregate.session_gap, weir_expr_unref);
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    weir_agg_call_unref (plan->aggregate.aggs[i]);
  g_free (plan->aggregate.aggs);
}

static void
clear_join (WeirPlan *plan)
{
  free_exprs (plan->join.left_keys, plan->join.n_equi);
  free_exprs (plan->join.right_keys, plan->join.n_equi);
  g_free (plan->join.null_safe);
  g_clear_pointer (&plan->join.residual, weir_expr_unref);
}

static void
clear_kind (WeirPlan *plan)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
      clear_scan (plan);
      break;
    case WEIR_PLAN_VALUES:
      weir_batch_unref (plan->values.batch);
      break;
    case WEIR_PLAN_FILTER:
      g_clear_pointer (&plan->filter.condition, weir_expr_unref);
      break;
    case WEIR_PLAN_PROJECT:
      free_exprs (plan->project.exprs, plan->project.n_exprs);
      break;
    case WEIR_PLAN_TIME_WINDOW:
      g_clear_pointer (&plan->time_window.window.time, weir_expr_unref);
      break;
    case WEIR_PLAN_AGGREGATE:
      clear_aggregate (plan);
      break;
    case WEIR_PLAN_JOIN:
      clear_join (plan);
      break;
    case WEIR_PLAN_GENERATE:
      g_clear_pointer (&plan->generate.generator, weir_expr_unref);
      break;
    case WEIR_PLAN_SORT:
      for (guint i = 0; i < plan->sort.n_keys; i++)
        g_clear_pointer (&plan->sort.keys[i].expr, weir_expr_unref);
      g_free (plan->sort.keys);
      break;
    case WEIR_PLAN_DEDUP:
      g_free (plan->dedup.keys);
      break;
    case WEIR_PLAN_EVENT_TIME:
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_UNION:
      break;
    }
}

void
weir_plan_unref (WeirPlan *plan)
{
  if (!g_atomic_ref_count_dec (&plan->ref_count))
    return;
  for (guint i = 0; i < plan->n_children; i++)
    g_clear_pointer (&plan->children[i], weir_plan_unref);
  g_free (plan->children);
  clear_kind (plan);
  g_clear_pointer (&plan->schema, weir_type_unref);
  g_free (plan->event_time_delay_us);
  g_free (plan);
}

void
weir_plan_foreach (WeirPlan    *plan,
                   WeirPlanFunc func,
                   gpointer     data)
{
  for (guint i = 0; i < plan->n_children; i++)
    weir_plan_foreach (plan->children[i], func, data);
  func (plan, data);
}

gboolean
weir_plan_is_stateful (const WeirPlan *plan)
{
  if (!plan->is_streaming)
    return FALSE;
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_AGGREGATE:
    case WEIR_PLAN_DEDUP:
    case WEIR_PLAN_LIMIT:
      return TRUE;
    case WEIR_PLAN_JOIN:
      return plan->children[0]->is_streaming && plan->children[1]->is_streaming;
    default:
      return FALSE;
    }
}

typedef struct
{
  guint n_scans;
  guint n_sources;
  guint n_watermarks;
  guint n_stateful;
} Numbers;

static void
set_stateful_id (WeirPlan *plan,
                 guint     id)
{
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_AGGREGATE:
      plan->aggregate.stateful_id = id;
      break;
    case WEIR_PLAN_DEDUP:
      plan->dedup.stateful_id = id;
      break;
    case WEIR_PLAN_LIMIT:
      plan->limit.stateful_id = id;
      break;
    case WEIR_PLAN_JOIN:
      plan->join.stateful_id = id;
      break;
    default:
      break;
    }
}

static void
number_node (WeirPlan *plan,
             Numbers  *numbers)
{
  set_stateful_id (plan, weir_plan_is_stateful (plan) ? numbers->n_stateful++ : G_MAXUINT);
  for (guint i = 0; i < plan->n_children; i++)
    number_node (plan->children[i], numbers);
  if (plan->kind == WEIR_PLAN_SCAN)
    {
      plan->scan.scan_id = numbers->n_scans++;
      plan->scan.source_id = plan->is_streaming ? numbers->n_sources++ : G_MAXUINT;
    }
  else if (plan->kind == WEIR_PLAN_EVENT_TIME)
    plan->event_time.watermark_id = numbers->n_watermarks++;
}

void
_weir_plan_number (WeirPlan *plan)
{
  Numbers numbers = { 0 };

  number_node (plan, &numbers);
}
