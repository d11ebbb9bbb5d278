/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * Whether the state of an outer join of two streams is bounded: a row of the kept side goes out alone once the watermark says that no partner
 * can come any more. That is known when a key has an event-time mark, or when the condition bounds the times of one side by those of the
 * other, which has a mark: a comparison of sums and differences, in which what is greater is a time of the one side, less one of the other.
 */

static gboolean
key_has_mark (const WeirPlan *join)
{
  for (guint i = 0; i < join->join.n_equi; i++)
    if (_weir_plan_expr_mark (join->children[0], join->join.left_keys[i]) >= 0 || _weir_plan_expr_mark (join->children[1], join->join.right_keys[i]) >= 0)
      return TRUE;
  return FALSE;
}

gboolean
_weir_side_has_mark (const WeirPlan *side)
{
  for (guint i = 0; i < side->schema->n_fields; i++)
    if (side->event_time_delay_us[i] >= 0)
      return TRUE;
  return FALSE;
}

/* A time, or one that was cast to a number. */
static gboolean
is_time (WeirType *type)
{
  return type->kind == WEIR_TYPE_TIMESTAMP || type->kind == WEIR_TYPE_TIMESTAMP_NTZ || weir_type_is_numeric (type);
}

/* An interval without months, or a number of seconds. */
static gboolean
is_constant_shift (const WeirExpr *expr)
{
  if (expr->kind != WEIR_EXPR_LITERAL || weir_column_is_null (expr->literal, 0))
    return FALSE;
  if (expr->type->kind == WEIR_TYPE_INTERVAL)
    return weir_column_values (expr->literal, WeirInterval)[0].months == 0;
  return expr->type->kind == WEIR_TYPE_INTERVAL_DT || weir_type_is_numeric (expr->type);
}

/* How often @expr has columns of @side, and marked ones of the other side. FALSE: no time can be told from which on nothing matches, as with
 * months or anything else than sums. */
static gboolean
count_times (const WeirPlan *join,
             const WeirExpr *expr,
             guint           side,
             int             sign,
             int            *own,
             int            *other)
{
  guint       n_left = join->children[0]->schema->n_fields;
  const char *name = expr->kind == WEIR_EXPR_CALL && expr->n_args == 2 ? expr->function->name : "";

  if (expr->kind == WEIR_EXPR_CAST)
    return count_times (join, expr->args[0], side, sign, own, other);
  if (expr->kind == WEIR_EXPR_COLUMN && (expr->index >= n_left) == side)
    *own += sign;
  else if (expr->kind == WEIR_EXPR_COLUMN && join->children[1 - side]->event_time_delay_us[expr->index - (side == 0 ? n_left : 0)] >= 0)
    *other += sign;
  else if ((strcmp (name, "+") == 0 || strcmp (name, "-") == 0) && is_time (expr->type))
    return count_times (join, expr->args[0], side, sign, own, other) &&
           count_times (join, expr->args[1], side, name[0] == '-' ? -sign : sign, own, other);
  else
    return is_constant_shift (expr);
  return TRUE;
}

/* A comparison of times that bounds @side by the other one, which has a mark: what is greater is a time of @side, less one of the other. */
static gboolean
bounds_side (const WeirPlan *join,
             const WeirExpr *conjunct,
             guint           side)
{
  const char *name = conjunct->kind == WEIR_EXPR_CALL && conjunct->n_args == 2 ? conjunct->function->name : "";
  gboolean    less = name[0] == '<' && strcmp (name, "<>") != 0 && strcmp (name, "<=>") != 0, greater = name[0] == '>' && name[1] != '>';
  int         own = 0, other = 0;

  return (less || greater) && is_time (conjunct->args[0]->type) && count_times (join, conjunct->args[0], side, greater ? 1 : -1, &own, &other) &&
         count_times (join, conjunct->args[1], side, greater ? -1 : 1, &own, &other) && own == 1 && other == -1;
}

/* A watermark for the state of @side: of one of its own columns among the keys, or a range by the marked time of the other. */
static gboolean
side_is_bounded (const WeirPlan *join,
                 guint           side)
{
  g_autoptr (GPtrArray) conjuncts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);

  if (join->join.residual == NULL)
    return FALSE;
  _weir_expr_split (join->join.residual, conjuncts);
  for (guint i = 0; i < conjuncts->len; i++)
    if (bounds_side (join, conjuncts->pdata[i], side))
      return TRUE;
  return FALSE;
}

/* An outer join of streams must know when a row of the kept side can find no partner any more. */
gboolean
_weir_outer_join_is_bounded (const WeirPlan *join)
{
  if (key_has_mark (join))
    return TRUE;
  switch ((int)join->join.type)
    {
    case WEIR_JOIN_LEFT:
    case WEIR_JOIN_SEMI:
      return _weir_side_has_mark (join->children[1]) && side_is_bounded (join, 0);
    case WEIR_JOIN_RIGHT:
      return _weir_side_has_mark (join->children[0]) && side_is_bounded (join, 1);
    default:
      return side_is_bounded (join, 0) || side_is_bounded (join, 1);
    }
}
