/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/prune-private.h"

/*
 * Only what somebody reads is computed and decoded: needs go down from the root, column by column and for structs field by field; on
 * the way back up every expression follows the columns to their new places. Scans end with `needed`, and from_json() with a schema
 * of the fields that are read.
 *
 * Here is the walk and the nodes with one child; the rule is called by optimize.c.
 */

static WeirPlan *
prune_scan (WeirPlan        *plan,
            const WeirNeeds *needs,
            WeirPlaces      *places)
{
  guint column = 0, n = 0;

  *places = _weir_new_places (needs->n);
  for (guint i = 0; i < plan->scan.table_schema->n_fields; i++)
    {
      if (!plan->scan.needed[i])
        continue;
      plan->scan.needed[i] = _weir_is_needed (&needs->needs[column]);
      places->places[column].index = plan->scan.needed[i] ? n++ : G_MAXUINT;
      column++;
    }
  _weir_plan_derive (plan);
  return plan;
}

/* A column of columns only: what is needed of the output is needed of the input. */
static void
need_projection (WeirPlan        *plan,
                 const WeirNeeds *needs,
                 WeirNeeds       *inner)
{
  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      const WeirExpr *expr = plan->project.exprs[i];

      if (!_weir_is_needed (&needs->needs[i]))
        continue;
      if (expr->kind == WEIR_EXPR_COLUMN && expr->index < inner->n)
        _weir_merge_need (inner, expr->index, &needs->needs[i], expr->type);
      else
        _weir_need_expr (expr, inner, 0);
    }
}

static void
drop_exprs (WeirPlan        *plan,
            const WeirNeeds *needs,
            WeirPlaces      *places,
            WeirZone        *zone)
{
  g_autofree WeirField *fields = g_new0 (WeirField, MAX (plan->project.n_exprs, 1));
  WeirSchema           *schema;
  guint                 n = 0;

  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      WeirExpr *expr = plan->project.exprs[i];

      if (!_weir_is_needed (&needs->needs[i]))
        {
          weir_expr_unref (expr);
          places->places[i].index = G_MAXUINT;
          continue;
        }
      if (!needs->needs[i].whole)
        expr = _weir_prune_json (expr, needs->needs[i].fields, &places->places[i].fields, zone);
      fields[n] = plan->schema->fields[i];
      places->places[i].index = n;
      plan->project.exprs[n++] = expr;
    }
  plan->project.n_exprs = n;
  schema = weir_type_new_struct (fields, n);
  weir_type_unref (plan->schema);
  plan->schema = schema;
}

/* Fields of a passed column may have moved. */
static void
follow_fields (WeirPlan         *plan,
               const WeirPlaces *inner,
               WeirPlaces       *places)
{
  for (guint i = 0; i < places->n; i++)
    {
      const WeirExpr *expr = places->places[i].index != G_MAXUINT ? plan->project.exprs[places->places[i].index] : NULL;

      if (expr != NULL && expr->kind == WEIR_EXPR_COLUMN && expr->index < inner->n)
        places->places[i].fields = _weir_copy_fields (inner->places[expr->index].fields, expr->type);
    }
}

static WeirPlan *
prune_project (WeirPlan        *plan,
               const WeirNeeds *needs,
               WeirPlaces      *places,
               WeirZone        *zone)
{
  WeirNeeds  inner = _weir_new_needs (plan->children[0]);
  WeirPlaces moved;

  need_projection (plan, needs, &inner);
  plan->children[0] = _weir_prune (plan->children[0], &inner, &moved, zone);
  *places = _weir_new_places (needs->n);
  drop_exprs (plan, needs, places, zone);
  follow_fields (plan, &moved, places);
  _weir_move_exprs (plan, &moved);
  _weir_plan_map_exprs (plan, _weir_prune_field_of_json, zone);
  _weir_plan_derive (plan);
  _weir_clear_needs (&inner);
  _weir_clear_places (&moved);
  if (plan->project.n_exprs == 0)
    {
      WeirPlan *child = _weir_plan_steal_child (plan, 0);

      weir_plan_unref (plan);
      return child;
    }
  return plan;
}

static WeirPlan *
prune_aggregate (WeirPlan        *plan,
                 const WeirNeeds *needs,
                 WeirPlaces      *places,
                 WeirZone        *zone)
{
  WeirNeeds  inner = _weir_new_needs (plan->children[0]);
  WeirPlaces moved;
  guint      n_keys = plan->aggregate.n_keys, n = 0;

  *places = _weir_new_places (needs->n);
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      WeirAggCall *call = plan->aggregate.aggs[i];

      /* An aggregation without a result would be none. */
      if (!_weir_is_needed (&needs->needs[n_keys + i]) && n_keys > 0)
        {
          places->places[n_keys + i].index = G_MAXUINT;
          weir_agg_call_unref (call);
          continue;
        }
      places->places[n_keys + i].index = n_keys + n;
      plan->aggregate.aggs[n++] = call;
      _weir_need_expr (call->filter, &inner, 0);
      for (guint k = 0; k < call->n_args; k++)
        _weir_need_expr (call->args[k], &inner, 0);
    }
  plan->aggregate.n_aggs = n;
  for (guint i = 0; i < n_keys; i++)
    _weir_need_expr (plan->aggregate.keys[i], &inner, 0);
  _weir_need_expr (plan->aggregate.window.time, &inner, 0);
  _weir_need_expr (plan->aggregate.session_gap, &inner, 0);
  plan->children[0] = _weir_prune (plan->children[0], &inner, &moved, zone);
  _weir_move_exprs (plan, &moved);
  _weir_plan_derive (plan);
  _weir_clear_needs (&inner);
  _weir_clear_places (&moved);
  return plan;
}

/* Late rows are told by the event time, whether somebody asks for it or not; of several the first will do, when nobody does. */
static void
need_event_time (const WeirPlan *dedup,
                 WeirNeeds      *inner)
{
  const gint64 *marks = dedup->children[0]->event_time_delay_us;
  gboolean      has_one = FALSE;

  for (guint i = 0; i < inner->n; i++)
    has_one |= marks[i] >= 0 && _weir_is_needed (&inner->needs[i]);
  for (guint i = 0; i < inner->n; i++)
    if (marks[i] >= 0 && (dedup->dedup.within_watermark || !has_one))
      {
        inner->needs[i].whole = TRUE;
        has_one = TRUE;
      }
}

static void
need_own (WeirPlan  *plan,
          WeirNeeds *inner)
{
  switch ((int)plan->kind)
    {
    case WEIR_PLAN_FILTER:
      _weir_need_expr (plan->filter.condition, inner, 0);
      break;
    case WEIR_PLAN_EVENT_TIME:
      inner->needs[plan->event_time.column].whole = TRUE;
      break;
    case WEIR_PLAN_TIME_WINDOW:
      _weir_need_expr (plan->time_window.window.time, inner, 0);
      break;
    case WEIR_PLAN_GENERATE:
      _weir_need_expr (plan->generate.generator, inner, 0);
      break;
    case WEIR_PLAN_SORT:
      for (guint i = 0; i < plan->sort.n_keys; i++)
        _weir_need_expr (plan->sort.keys[i].expr, inner, 0);
      break;
    case WEIR_PLAN_DEDUP:
      for (guint i = 0; i < plan->dedup.n_keys; i++)
        inner->needs[plan->dedup.keys[i]].whole = TRUE;
      if (plan->is_streaming)
        need_event_time (plan, inner);
      break;
    default:
      break;
    }
}

/* Nodes that pass the columns of their child and perhaps append some. */
static WeirPlan *
prune_passing (WeirPlan        *plan,
               const WeirNeeds *needs,
               WeirPlaces      *places,
               WeirZone        *zone)
{
  WeirNeeds  inner = _weir_new_needs (plan->children[0]);
  WeirPlaces moved;
  guint      n_child = inner.n, n_new;

  _weir_pass_needs (needs, 0, &inner, plan->children[0]);
  need_own (plan, &inner);
  plan->children[0] = _weir_prune (plan->children[0], &inner, &moved, zone);
  if (plan->kind == WEIR_PLAN_DEDUP && plan->is_streaming)
    plan->children[0] = _weir_prune_narrow (plan->children[0], &inner, &moved);
  n_new = plan->children[0]->schema->n_fields;
  *places = _weir_new_places (needs->n);
  for (guint i = 0; i < needs->n; i++)
    {
      places->places[i].index = i < n_child ? moved.places[i].index : i - n_child + n_new;
      if (i < n_child)
        places->places[i].fields = _weir_copy_fields (moved.places[i].fields, plan->schema->fields[i].type);
    }
  _weir_move_exprs (plan, &moved);
  if (plan->kind == WEIR_PLAN_EVENT_TIME)
    plan->event_time.column = moved.places[plan->event_time.column].index;
  for (guint i = 0; plan->kind == WEIR_PLAN_DEDUP && i < plan->dedup.n_keys; i++)
    plan->dedup.keys[i] = moved.places[plan->dedup.keys[i]].index;
  _weir_plan_derive (plan);
  _weir_clear_needs (&inner);
  _weir_clear_places (&moved);
  return plan;
}

/* @plan (taken) with at least what @needs asks for, and where its columns are now. */
WeirPlan *
_weir_prune (WeirPlan        *plan,
             const WeirNeeds *needs,
             WeirPlaces      *places,
             WeirZone        *zone)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
      return prune_scan (plan, needs, places);
    case WEIR_PLAN_VALUES:
      *places = _weir_new_places (needs->n);
      return plan;
    case WEIR_PLAN_PROJECT:
      return prune_project (plan, needs, places, zone);
    case WEIR_PLAN_AGGREGATE:
      return prune_aggregate (plan, needs, places, zone);
    case WEIR_PLAN_JOIN:
      return _weir_prune_join (plan, needs, places, zone);
    case WEIR_PLAN_UNION:
      return _weir_prune_union (plan, needs, places, zone);
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_EVENT_TIME:
    case WEIR_PLAN_TIME_WINDOW:
    case WEIR_PLAN_GENERATE:
    case WEIR_PLAN_SORT:
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_DEDUP:
      return prune_passing (plan, needs, places, zone);
    }
  g_return_val_if_reached (plan);
}

WeirPlan *
_weir_rule_prune_columns (WeirPlan *plan,
                          WeirZone *zone)
{
  WeirNeeds  needs = _weir_new_needs (plan);
  WeirPlaces places;

  for (guint i = 0; i < needs.n; i++)
    needs.needs[i].whole = TRUE;
  plan = _weir_prune (plan, &needs, &places, zone);
  _weir_clear_needs (&needs);
  _weir_clear_places (&places);
  return plan;
}
