/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/catalog.h"
#include "plan/plan-private.h"

/* Constructors of plan nodes. What follows from the children (schema, marks) is plan-derive.c. */

static WeirPlan *
new_node (WeirPlanKind kind,
          WeirPlan    *left,
          WeirPlan    *right)
{
  WeirPlan *plan = g_new0 (WeirPlan, 1);

  g_atomic_ref_count_init (&plan->ref_count);
  plan->kind = kind;
  plan->n_children = (left != NULL) + (right != NULL);
  plan->children = g_new0 (WeirPlan *, MAX (plan->n_children, 1));
  if (left != NULL)
    {
      plan->children[0] = left;
      plan->span = left->span;
      plan->is_streaming = left->is_streaming;
    }
  if (right != NULL)
    {
      plan->children[1] = right;
      plan->is_streaming |= right->is_streaming;
    }
  return plan;
}

static WeirPlan *
finish (WeirPlan *plan)
{
  _weir_plan_derive (plan);
  return plan;
}

static WeirExpr **
copy_exprs (WeirExpr **exprs,
            guint      n)
{
  WeirExpr **copy = g_new0 (WeirExpr *, MAX (n, 1));

  if (n > 0)
    memcpy (copy, exprs, n * sizeof *exprs);
  return copy;
}

/* A schema of names alone; derive fills the types. */
static WeirSchema *
name_schema (const char *const *names,
             WeirExpr         **exprs,
             guint              n)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      const char *name = names != NULL && names[i] != NULL ? names[i] : exprs != NULL && exprs[i] != NULL ? exprs[i]->name
                                                                                                          : NULL;

      fields[i].name = (char *)(name != NULL ? name : "");
      fields[i].type = WEIR_VOID;
      fields[i].nullable = TRUE;
    }
  return weir_type_new_struct (fields, n);
}

WeirPlan *
_weir_plan_new_scan (WeirTable  *table,
                     WeirSchema *table_schema,
                     GHashTable *options,
                     gboolean    is_streaming)
{
  WeirPlan *plan = new_node (WEIR_PLAN_SCAN, NULL, NULL);

  plan->is_streaming = is_streaming;
  plan->scan.table = table;
  plan->scan.table_schema = table_schema;
  plan->scan.options = options;
  plan->scan.source_id = G_MAXUINT;
  plan->scan.needed = g_new (gboolean, MAX (table_schema->n_fields, 1));
  for (guint i = 0; i < table_schema->n_fields; i++)
    plan->scan.needed[i] = TRUE;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_values (WeirBatch *batch)
{
  WeirPlan *plan = new_node (WEIR_PLAN_VALUES, NULL, NULL);

  plan->values.batch = batch;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_filter (WeirPlan *child,
                       WeirExpr *condition)
{
  WeirPlan *plan = new_node (WEIR_PLAN_FILTER, child, NULL);

  plan->filter.condition = condition;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_project (WeirPlan          *child,
                        WeirExpr         **exprs,
                        guint              n_exprs,
                        const char *const *names)
{
  WeirPlan *plan = new_node (WEIR_PLAN_PROJECT, child, NULL);

  plan->project.n_exprs = n_exprs;
  plan->project.exprs = copy_exprs (exprs, n_exprs);
  plan->schema = name_schema (names, exprs, n_exprs);
  return finish (plan);
}

WeirPlan *
_weir_plan_new_event_time (WeirPlan *child,
                           guint     column,
                           gint64    delay_ms)
{
  WeirPlan *plan = new_node (WEIR_PLAN_EVENT_TIME, child, NULL);

  plan->event_time.column = column;
  plan->event_time.delay_ms = delay_ms;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_time_window (WeirPlan      *child,
                            WeirWindowSpec window)
{
  WeirPlan *plan = new_node (WEIR_PLAN_TIME_WINDOW, child, NULL);

  plan->time_window.window = window;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_aggregate (WeirPlan                 *child,
                          const WeirAggregateParts *parts)
{
  WeirPlan *plan = new_node (WEIR_PLAN_AGGREGATE, child, NULL);

  plan->aggregate.n_keys = parts->n_keys;
  plan->aggregate.keys = copy_exprs (parts->keys, parts->n_keys);
  plan->aggregate.window_key = parts->window_key;
  plan->aggregate.window = parts->window;
  plan->aggregate.is_session = parts->is_session;
  plan->aggregate.session_gap = parts->session_gap;
  plan->aggregate.n_aggs = parts->n_aggs;
  plan->aggregate.aggs = g_new0 (WeirAggCall *, MAX (parts->n_aggs, 1));
  if (parts->n_aggs > 0)
    memcpy (plan->aggregate.aggs, parts->aggs, parts->n_aggs * sizeof parts->aggs[0]);
  plan->aggregate.is_distinct = parts->is_distinct;
  plan->aggregate.stateful_id = G_MAXUINT;
  plan->schema = name_schema (parts->key_names, parts->keys, parts->n_keys);
  return finish (plan);
}

WeirPlan *
_weir_plan_new_join (WeirPlan    *left,
                     WeirPlan    *right,
                     WeirJoinType type,
                     WeirExpr    *condition)
{
  WeirPlan *plan = new_node (WEIR_PLAN_JOIN, left, right);

  plan->join.type = type;
  plan->join.residual = condition;
  plan->join.stateful_id = G_MAXUINT;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_generate (WeirPlan          *child,
                         WeirExpr          *generator,
                         gboolean           is_outer,
                         const char *const *names)
{
  WeirPlan *plan = new_node (WEIR_PLAN_GENERATE, child, NULL);
  WeirType *row = generator->type->fields[0].type;

  plan->generate.generator = generator;
  plan->generate.is_outer = is_outer;
  if (names != NULL)
    plan->schema = name_schema (names, NULL, row->n_fields);
  else
    plan->schema = weir_type_ref (row);
  return finish (plan);
}

WeirPlan *
_weir_plan_new_sort (WeirPlan    *child,
                     WeirSortKey *keys,
                     guint        n_keys)
{
  WeirPlan *plan = new_node (WEIR_PLAN_SORT, child, NULL);

  plan->sort.n_keys = n_keys;
  plan->sort.keys = g_memdup2 (keys, n_keys * sizeof *keys);
  return finish (plan);
}

WeirPlan *
_weir_plan_new_limit (WeirPlan *child,
                      gint64    n,
                      gint64    offset)
{
  WeirPlan *plan = new_node (WEIR_PLAN_LIMIT, child, NULL);

  plan->limit.n = n;
  plan->limit.offset = offset;
  plan->limit.stateful_id = G_MAXUINT;
  return finish (plan);
}

WeirPlan *
_weir_plan_new_union (WeirPlan *left,
                      WeirPlan *right)
{
  return finish (new_node (WEIR_PLAN_UNION, left, right));
}

WeirPlan *
_weir_plan_new_dedup (WeirPlan    *child,
                      const guint *keys,
                      guint        n_keys,
                      gboolean     within_watermark)
{
  WeirPlan *plan = new_node (WEIR_PLAN_DEDUP, child, NULL);

  plan->dedup.n_keys = n_keys;
  plan->dedup.keys = g_memdup2 (keys, n_keys * sizeof *keys);
  plan->dedup.within_watermark = within_watermark;
  plan->dedup.stateful_id = G_MAXUINT;
  return finish (plan);
}

WeirExpr *
_weir_plan_column (const WeirPlan *plan,
                   guint           index)
{
  const WeirField *field = &plan->schema->fields[index];

  return weir_expr_new_column (index, field->type, field->nullable, field->name);
}

WeirPlan *
_weir_plan_steal_child (WeirPlan *plan,
                        guint     i)
{
  return g_steal_pointer (&plan->children[i]);
}
