/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "exec/join-watermark.h"

/*
 * From the join's condition to bounds. A key pair with an event time bounds both sides. Else comparisons of the two event times,
 * each with a constant interval added, are brought into the form `left > right + c` or `right > left + c`: a left row can match
 * a right row behind the watermark W only if it lies behind W + c. A comparison that allows equality takes one millisecond off.
 */

/* Event times of both sides, each so many times, and a constant. */
typedef struct
{
  int    n[2];
  gint64 offset_us;
} Linear;

typedef struct
{
  WeirPlan       *join;
  WeirJoinBounds *bounds;
  guint           n_left;
} Context;

/* A number beside a time that was cast to a number: seconds. */
static gboolean
seconds_us (const WeirExpr *number,
            gint64         *us)
{
  g_autoptr (WeirExpr) cast = weir_expr_fold (weir_expr_coerce (weir_expr_ref ((WeirExpr *)number), WEIR_DOUBLE), weir_zone_utc ());
  double               value;

  if (!weir_expr_is_literal (cast) || weir_column_is_null (cast->literal, 0))
    return FALSE;
  value = weir_column_values (cast->literal, double)[0] * 1e6;
  if (!(value > -9e18 && value < 9e18))
    return FALSE;
  *us = llround (value);
  return TRUE;
}

static gboolean
literal_us (const WeirExpr *expr,
            gint64         *us)
{
  if (expr->kind != WEIR_EXPR_LITERAL || weir_column_is_null (expr->literal, 0))
    return FALSE;
  if (expr->type->kind == WEIR_TYPE_INTERVAL_DT)
    {
      *us = weir_column_values (expr->literal, gint64)[0];
      return TRUE;
    }
  if (expr->type->kind == WEIR_TYPE_INTERVAL)
    {
      WeirInterval interval = weir_column_values (expr->literal, WeirInterval)[0];

      *us = interval.days * G_GINT64_CONSTANT (86400000000) + interval.us;
      return interval.months == 0;
    }
  return weir_type_is_numeric (expr->type) && seconds_us (expr, us);
}

/* Casts that keep an event time what it is, or make it a number of seconds. */
static gboolean
keeps_time (const WeirExpr *cast)
{
  WeirType *from = cast->args[0]->type;

  return from->kind == cast->type->kind ||
         (weir_type_is_numeric (cast->type) && (weir_type_is_numeric (from) || from->kind == WEIR_TYPE_TIMESTAMP));
}

/* Adds @expr, @sign times, to @sum. FALSE: it is no sum of event times and constants. */
static gboolean
add_terms (const Context  *self,
           const WeirExpr *expr,
           int             sign,
           Linear         *sum)
{
  const char *name = expr->kind == WEIR_EXPR_CALL && expr->n_args == 2 ? expr->function->name : "";
  gint64      us;

  if (expr->kind == WEIR_EXPR_CAST && keeps_time (expr))
    return add_terms (self, expr->args[0], sign, sum);
  if (expr->kind == WEIR_EXPR_COLUMN)
    {
      int side = expr->index >= self->n_left;
      int column = (int)(side == 1 ? expr->index - self->n_left : expr->index);

      sum->n[side] += sign;
      return column == self->bounds->time_column[side];
    }
  if (literal_us (expr, &us))
    return !__builtin_add_overflow (sum->offset_us, sign * us, &sum->offset_us);
  /* The difference of two times is an interval, which bounds nothing in Spark; that of two numbers does. */
  if ((strcmp (name, "+") != 0 && strcmp (name, "-") != 0) || expr->type->kind == WEIR_TYPE_INTERVAL_DT)
    return FALSE;
  return add_terms (self, expr->args[0], sign, sum) && add_terms (self, expr->args[1], name[0] == '-' ? -sign : sign, sum);
}

/* @side lies behind the other side + @c_us. The lowest bound of several holds. */
static void
add_bound (Context *self,
           int      side,
           gint64   c_us,
           gboolean is_strict)
{
  WeirJoinBound *bound = &self->bounds->bound[side];
  gint64         shift_us = is_strict ? c_us : c_us - 1000;

  if (bound->is_bounded && bound->shift_us <= shift_us)
    return;
  *bound = (WeirJoinBound){ TRUE, -1, self->bounds->time_column[side], shift_us };
}

static void
read_condition (Context        *self,
                const WeirExpr *expr)
{
  const char *name;
  Linear      behind = { { 0, 0 }, 0 }; /* > 0: what is greater less what is not */
  gboolean    is_less;

  if (expr->kind == WEIR_EXPR_AND)
    for (guint i = 0; i < expr->n_args; i++)
      read_condition (self, expr->args[i]);
  if (expr->kind != WEIR_EXPR_CALL || expr->n_args != 2)
    return;
  name = expr->function->name;
  is_less = name[0] == '<';
  if ((!is_less && name[0] != '>') || (name[1] != '\0' && strcmp (name + 1, "=") != 0))
    return;
  if (!add_terms (self, expr->args[0], is_less ? -1 : 1, &behind) || !add_terms (self, expr->args[1], is_less ? 1 : -1, &behind))
    return;
  for (int side = 0; side < 2; side++)
    if (behind.n[side] == 1 && behind.n[1 - side] == -1)
      add_bound (self, side, -behind.offset_us, name[1] == '\0');
}

static int
marked_column (const WeirPlan *plan)
{
  for (guint i = 0; plan->event_time_delay_us != NULL && i < plan->schema->n_fields; i++)
    if (plan->event_time_delay_us[i] >= 0)
      return (int)i;
  return -1;
}

static gboolean
is_marked (const WeirPlan *plan,
           const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_COLUMN && plan->event_time_delay_us != NULL && plan->event_time_delay_us[expr->index] >= 0;
}

void
_weir_join_bounds_init (WeirJoinBounds *bounds,
                        WeirPlan       *join)
{
  Context context = { join, bounds, join->children[0]->schema->n_fields };

  memset (bounds, 0, sizeof *bounds);
  for (guint side = 0; side < 2; side++)
    bounds->time_column[side] = marked_column (join->children[side]);
  for (guint k = 0; k < join->join.n_equi; k++)
    if (is_marked (join->children[0], join->join.left_keys[k]) || is_marked (join->children[1], join->join.right_keys[k]))
      {
        bounds->bound[0] = bounds->bound[1] = (WeirJoinBound){ TRUE, (int)k, -1, 0 };
        return;
      }
  if (bounds->time_column[0] >= 0 && bounds->time_column[1] >= 0 && join->join.residual != NULL)
    read_condition (&context, join->join.residual);
}

gint64
_weir_join_bounds_get_shift (const WeirJoinBounds *bounds)
{
  gint64 shift = 0;

  for (guint side = 0; side < 2; side++)
    if (bounds->bound[side].is_bounded)
      shift = MIN (shift, bounds->bound[side].shift_us);
  return shift;
}
