/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * Filters sink towards the scans, conjunct by conjunct.
 *
 * As in Spark a deterministic conjunct that does not read the event time goes below a watermark node, and so do the IS NOT NULL
 * that an equi join implies: rows it removes do not move the watermark. A conjunct that can fail stops where the rows below are other ones: at
 * joins, at generators and windows that drop rows.
 */

static WeirPlan *push (WeirPlan *plan, GPtrArray *conjuncts, WeirZone *zone);

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
}

/* @plan under a filter of @conjuncts (emptied). Takes @plan. */
static WeirPlan *
filter_with (WeirPlan  *plan,
             GPtrArray *conjuncts)
{
  GDestroyNotify free_func = (GDestroyNotify)weir_expr_unref;

  if (conjuncts->len == 0)
    return plan;
  plan = _weir_plan_new_filter (plan, _weir_expr_conjunction (conjuncts));
  g_ptr_array_set_free_func (conjuncts, NULL);
  g_ptr_array_set_size (conjuncts, 0);
  g_ptr_array_set_free_func (conjuncts, free_func);
  return plan;
}

/* ---- through expressions ---------------------------------------------------------------------------------------- */

typedef struct
{
  WeirExpr **exprs;
  guint      n;
} Substitution;

static WeirExpr *
substitute (const WeirExpr *column,
            gpointer        data)
{
  Substitution *with = data;

  return column->index < with->n && with->exprs[column->index] != NULL ? weir_expr_ref (with->exprs[column->index]) : NULL;
}

static gboolean
is_cheap (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN || expr->kind == WEIR_EXPR_LITERAL)
    return TRUE;
  return expr->kind == WEIR_EXPR_FIELD && is_cheap (expr->args[0]);
}

/* TRUE when every column that @expr reads stands for something cheap. */
static gboolean
reads_cheap (const WeirExpr     *expr,
             const Substitution *with)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < WEIR_LAMBDA_BASE)
    return expr->index < with->n && with->exprs[expr->index] != NULL && is_cheap (with->exprs[expr->index]);
  for (guint i = 0; i < expr->n_args; i++)
    if (!reads_cheap (expr->args[i], with))
      return FALSE;
  return TRUE;
}

/* @n_before: conjuncts before it that stay. One that can fail does not overtake them. */
static gboolean
may_move (const WeirExpr *conjunct,
          guint           n_before)
{
  return conjunct->is_deterministic && (!conjunct->can_fail || n_before == 0);
}

/* Conjuncts that can go below, rewritten; the others remain. (transfer full) */
static GPtrArray *
take_through (GPtrArray          *conjuncts,
              const Substitution *with,
              gboolean            need_column)
{
  GPtrArray *below = new_list ();

  for (guint i = 0; i < conjuncts->len;)
    {
      WeirExpr *conjunct = conjuncts->pdata[i];

      if (!may_move (conjunct, i) || !reads_cheap (conjunct, with) || (need_column && !_weir_expr_reads (conjunct, 0, WEIR_LAMBDA_BASE)))
        {
          i++;
          continue;
        }
      g_ptr_array_add (below, weir_expr_map_columns (conjunct, substitute, (gpointer)with));
      g_ptr_array_remove_index (conjuncts, i);
    }
  return below;
}

/* Conjuncts reading only columns [first, end) of the child, as they are. (transfer full) */
static GPtrArray *
take_reading (GPtrArray *conjuncts,
              guint      first,
              guint      end,
              gboolean   also_failing)
{
  GPtrArray *below = new_list ();

  for (guint i = 0; i < conjuncts->len;)
    {
      WeirExpr *conjunct = conjuncts->pdata[i];

      if (!may_move (conjunct, i) || (conjunct->can_fail && !also_failing) || !_weir_expr_reads (conjunct, first, end) || _weir_expr_reads (conjunct, 0, first) || _weir_expr_reads (conjunct, end, WEIR_LAMBDA_BASE))
        {
          i++;
          continue;
        }
      g_ptr_array_add (below, weir_expr_ref (conjunct));
      g_ptr_array_remove_index (conjuncts, i);
    }
  return below;
}

static void
shift_all (GPtrArray *conjuncts,
           int        shift)
{
  for (guint i = 0; i < conjuncts->len; i++)
    {
      WeirExpr *shifted = _weir_expr_shift (conjuncts->pdata[i], shift);

      weir_expr_unref (conjuncts->pdata[i]);
      conjuncts->pdata[i] = shifted;
    }
}

static void
push_into_child (WeirPlan  *plan,
                 guint      child,
                 GPtrArray *conjuncts,
                 WeirZone  *zone)
{
  plan->children[child] = push (plan->children[child], conjuncts, zone);
}

/* ---- joins ------------------------------------------------------------------------------------------------------ */

static void
has_watermark (WeirPlan *plan,
               gpointer  found)
{
  if (plan->kind == WEIR_PLAN_EVENT_TIME)
    *(gboolean *)found = TRUE;
}

/* IS NOT NULL of a key, where it can keep rows from moving a watermark. */
static void
add_not_null (const WeirPlan *child,
              WeirExpr      **keys,
              const WeirPlan *join,
              GPtrArray      *conjuncts,
              WeirZone       *zone)
{
  gboolean found = FALSE;

  weir_plan_foreach ((WeirPlan *)child, has_watermark, &found);
  for (guint i = 0; found && i < join->join.n_equi; i++)
    {
      WeirExpr *key = keys[i];
      WeirExpr *test;

      if (join->join.null_safe[i] || !key->nullable || key->can_fail || !key->is_deterministic)
        continue;
      key = weir_expr_ref (key);
      test = weir_expr_new_call ("isnotnull", &key, 1, key->span, zone, NULL);
      if (test != NULL)
        g_ptr_array_add (conjuncts, test);
    }
}

static gboolean
is_one_of (WeirJoinType type,
           guint        mask)
{
  return (mask & (1u << type)) != 0;
}

#define BIT(type) (1u << WEIR_JOIN_##type)

/* Conjuncts of the condition that one side alone decides. */
static void
take_residual (WeirPlan  *plan,
               GPtrArray *left,
               GPtrArray *right)
{
  WeirJoinType          type = plan->join.type;
  guint                 n_left = plan->children[0]->schema->n_fields;
  g_autoptr (GPtrArray) conjuncts = new_list ();
  g_autoptr (GPtrArray) taken = NULL;

  if (plan->join.residual == NULL)
    return;
  _weir_expr_split (plan->join.residual, conjuncts);
  if (is_one_of (type, BIT (INNER) | BIT (CROSS) | BIT (RIGHT) | BIT (SEMI)))
    {
      taken = take_reading (conjuncts, 0, n_left, FALSE);
      g_ptr_array_extend_and_steal (left, g_steal_pointer (&taken));
    }
  if (is_one_of (type, BIT (INNER) | BIT (CROSS) | BIT (LEFT) | BIT (SEMI) | BIT (ANTI)))
    {
      taken = take_reading (conjuncts, n_left, WEIR_LAMBDA_BASE, FALSE);
      shift_all (taken, -(int)n_left);
      g_ptr_array_extend_and_steal (right, g_steal_pointer (&taken));
    }
  weir_expr_unref (plan->join.residual);
  plan->join.residual = _weir_expr_conjunction (conjuncts);
  g_ptr_array_set_free_func (conjuncts, NULL);
}

/* WHERE l.k = r.k over a cross or inner join is a condition of it. */
static void
take_equalities (WeirPlan  *plan,
                 GPtrArray *conjuncts)
{
  guint                 n_left = plan->children[0]->schema->n_fields;
  g_autoptr (GPtrArray) condition = NULL;

  if (!is_one_of (plan->join.type, BIT (INNER) | BIT (CROSS)))
    return;
  condition = g_ptr_array_new ();
  if (plan->join.residual != NULL)
    g_ptr_array_add (condition, g_steal_pointer (&plan->join.residual));
  for (guint i = 0; i < conjuncts->len;)
    {
      WeirExpr *conjunct = conjuncts->pdata[i];

      if (conjunct->can_fail || !conjunct->is_deterministic || !_weir_expr_reads (conjunct, 0, n_left) || !_weir_expr_reads (conjunct, n_left, WEIR_LAMBDA_BASE))
        {
          i++;
          continue;
        }
      g_ptr_array_add (condition, weir_expr_ref (conjunct));
      g_ptr_array_remove_index (conjuncts, i);
    }
  plan->join.residual = _weir_expr_conjunction (condition);
  if (plan->join.residual != NULL)
    plan->join.type = WEIR_JOIN_INNER;
}

static WeirPlan *
push_join (WeirPlan  *plan,
           GPtrArray *conjuncts,
           WeirZone  *zone)
{
  guint                 n_left = plan->children[0]->schema->n_fields;
  g_autoptr (GPtrArray) left = new_list ();
  g_autoptr (GPtrArray) right = new_list ();
  WeirJoinType          type;

  take_equalities (plan, conjuncts);
  _weir_split_join_node (plan);
  type = plan->join.type;
  take_residual (plan, left, right);
  if (is_one_of (type, BIT (INNER) | BIT (CROSS) | BIT (LEFT) | BIT (SEMI) | BIT (ANTI)))
    g_ptr_array_extend_and_steal (left, take_reading (conjuncts, 0, n_left, FALSE));
  if (is_one_of (type, BIT (INNER) | BIT (CROSS) | BIT (RIGHT)))
    {
      GPtrArray *taken = take_reading (conjuncts, n_left, WEIR_LAMBDA_BASE, FALSE);

      shift_all (taken, -(int)n_left);
      g_ptr_array_extend_and_steal (right, taken);
    }
  if (is_one_of (type, BIT (INNER) | BIT (RIGHT) | BIT (SEMI)))
    add_not_null (plan->children[0], plan->join.left_keys, plan, left, zone);
  if (is_one_of (type, BIT (INNER) | BIT (LEFT) | BIT (SEMI) | BIT (ANTI)))
    add_not_null (plan->children[1], plan->join.right_keys, plan, right, zone);
  push_into_child (plan, 0, left, zone);
  push_into_child (plan, 1, right, zone);
  _weir_plan_derive (plan);
  return filter_with (plan, conjuncts);
}

/* ---- other nodes ------------------------------------------------------------------------------------------------ */

static WeirPlan *
push_project (WeirPlan  *plan,
              GPtrArray *conjuncts,
              WeirZone  *zone)
{
  Substitution          with = { plan->project.exprs, plan->project.n_exprs };
  g_autoptr (GPtrArray) below = take_through (conjuncts, &with, FALSE);

  push_into_child (plan, 0, below, zone);
  return filter_with (plan, conjuncts);
}

/* Conditions on keys. Those of a window are no expressions, so they stay above. */
static WeirPlan *
push_aggregate (WeirPlan  *plan,
                GPtrArray *conjuncts,
                WeirZone  *zone)
{
  Substitution          with = { plan->aggregate.keys, plan->aggregate.n_keys };
  g_autoptr (GPtrArray) below = take_through (conjuncts, &with, TRUE);

  push_into_child (plan, 0, below, zone);
  return filter_with (plan, conjuncts);
}

static WeirPlan *
push_union (WeirPlan  *plan,
            GPtrArray *conjuncts,
            WeirZone  *zone)
{
  g_autoptr (GPtrArray) below = new_list ();
  g_autoptr (GPtrArray) second = new_list ();

  for (guint i = 0; i < conjuncts->len;)
    {
      WeirExpr *conjunct = conjuncts->pdata[i];

      if (!may_move (conjunct, i))
        {
          i++;
          continue;
        }
      g_ptr_array_add (below, weir_expr_ref (conjunct));
      g_ptr_array_add (second, weir_expr_ref (conjunct));
      g_ptr_array_remove_index (conjuncts, i);
    }
  push_into_child (plan, 0, below, zone);
  push_into_child (plan, 1, second, zone);
  return filter_with (plan, conjuncts);
}

static WeirPlan *
push_event_time (WeirPlan  *plan,
                 GPtrArray *conjuncts,
                 WeirZone  *zone)
{
  guint                 column = plan->event_time.column;
  g_autoptr (GPtrArray) below = new_list ();

  for (guint i = 0; i < conjuncts->len;)
    {
      WeirExpr *conjunct = conjuncts->pdata[i];

      if (!may_move (conjunct, i) || _weir_expr_reads (conjunct, column, column + 1))
        {
          i++;
          continue;
        }
      g_ptr_array_add (below, weir_expr_ref (conjunct));
      g_ptr_array_remove_index (conjuncts, i);
    }
  push_into_child (plan, 0, below, zone);
  return filter_with (plan, conjuncts);
}

static WeirPlan *
push_over_input (WeirPlan  *plan,
                 GPtrArray *conjuncts,
                 gboolean   also_failing,
                 WeirZone  *zone)
{
  g_autoptr (GPtrArray) below = take_reading (conjuncts, 0, plan->children[0]->schema->n_fields, also_failing);

  push_into_child (plan, 0, below, zone);
  return filter_with (plan, conjuncts);
}

static WeirPlan *
push_filter_node (WeirPlan  *plan,
                  GPtrArray *conjuncts,
                  WeirZone  *zone)
{
  g_autoptr (GPtrArray) all = new_list ();
  g_autoptr (GPtrArray) filters = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_plan_unref);

  /* All of a chain at once. The lower filter goes first: what can fail above must see only what passed it. */
  while (plan->kind == WEIR_PLAN_FILTER)
    {
      g_ptr_array_add (filters, plan);
      plan = _weir_plan_steal_child (plan, 0);
    }
  for (guint i = filters->len; i-- > 0;)
    _weir_expr_split (((WeirPlan *)g_ptr_array_index (filters, i))->filter.condition, all);
  for (guint i = 0; i < conjuncts->len; i++)
    g_ptr_array_add (all, weir_expr_ref (conjuncts->pdata[i]));
  g_ptr_array_set_size (conjuncts, 0);
  return push (plan, all, zone);
}

/* @plan below @conjuncts, which are used up. Takes @plan. */
static WeirPlan *
push (WeirPlan  *plan,
      GPtrArray *conjuncts,
      WeirZone  *zone)
{
  g_autoptr (GPtrArray) none = NULL;

  switch (plan->kind)
    {
    case WEIR_PLAN_FILTER:
      return push_filter_node (plan, conjuncts, zone);
    case WEIR_PLAN_PROJECT:
      return push_project (plan, conjuncts, zone);
    case WEIR_PLAN_AGGREGATE:
      return push_aggregate (plan, conjuncts, zone);
    case WEIR_PLAN_JOIN:
      return push_join (plan, conjuncts, zone);
    case WEIR_PLAN_UNION:
      return push_union (plan, conjuncts, zone);
    case WEIR_PLAN_EVENT_TIME:
      return push_event_time (plan, conjuncts, zone);
    case WEIR_PLAN_GENERATE:
      return push_over_input (plan, conjuncts, plan->generate.is_outer, zone);
    case WEIR_PLAN_TIME_WINDOW:
      return push_over_input (plan, conjuncts, FALSE, zone);
    case WEIR_PLAN_SORT:
      push_into_child (plan, 0, conjuncts, zone);
      return plan;
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_DEDUP:
      none = new_list ();
      push_into_child (plan, 0, none, zone);
      return filter_with (plan, conjuncts);
    case WEIR_PLAN_SCAN:
    case WEIR_PLAN_VALUES:
      return filter_with (plan, conjuncts);
    }
  g_return_val_if_reached (plan);
}

WeirPlan *
_weir_rule_push_filter (WeirPlan *plan,
                        WeirZone *zone)
{
  g_autoptr (GPtrArray) none = new_list ();

  return push (plan, none, zone);
}
