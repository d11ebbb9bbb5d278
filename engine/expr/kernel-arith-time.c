/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "column/decimal.h"
#include "column/timestamp.h"
#include "expr/arith-private.h"

/*
 * Arithmetic on dates, timestamps and intervals.
 *
 *   date ± days → date            date − date → INTERVAL DAY          date ± INTERVAL YEAR TO MONTH → date
 *   date ± INTERVAL DAY → date, any finer interval → timestamp        timestamp ± interval → timestamp
 *   timestamp − timestamp → INTERVAL DAY TO SECOND                    interval ± interval, interval × ÷ number
 */

static gboolean
is_kind (WeirType    *type,
         WeirTypeKind a,
         WeirTypeKind b)
{
  return type->kind == a || type->kind == b;
}

static gboolean
is_interval (WeirType *type)
{
  return type->kind >= WEIR_TYPE_INTERVAL_YM && type->kind <= WEIR_TYPE_INTERVAL;
}

static gboolean
is_timestamp (WeirType *type)
{
  return is_kind (type, WEIR_TYPE_TIMESTAMP, WEIR_TYPE_TIMESTAMP_NTZ);
}

static gboolean
is_days (WeirType *type)
{
  return type->kind >= WEIR_TYPE_TINYINT && type->kind <= WEIR_TYPE_INT;
}

static void
cast_arg (WeirBind *bind,
          guint     i,
          WeirType *type)
{
  bind->args[i] = _weir_expr_cast (bind->args[i], type, FALSE);
}

static WeirType *
interval_type (WeirTypeKind kind)
{
  return weir_type_simple (kind);
}

/* Sums of a time print without brackets, the time first; days are date_add() and date_sub(). */
static void
name_shift (WeirBind *bind,
            guint     time,
            guint     amount)
{
  gboolean    minus = _weir_arith_op (bind->function) == WEIR_ARITH_SUBTRACT;
  const char *left = _weir_expr_name (bind->args[time]), *right = _weir_expr_name (bind->args[amount]);

  if (!(bind->function->flags & WEIR_FUNCTION_OPERATOR))
    return;
  if (bind->args[amount]->type->kind == WEIR_TYPE_INT)
    bind->name = g_strdup_printf ("date_%s(%s, %s)", minus ? "sub" : "add", left, right);
  else
    bind->name = g_strdup_printf ("%s %c %s", left, minus ? '-' : '+', right);
}

/* @time ± @amount, wherever they stand. */
static WeirType *
bind_shift (WeirBind *bind,
            guint     time,
            guint     amount)
{
  WeirType *from = bind->args[time]->type, *by = bind->args[amount]->type;

  if (from->kind != WEIR_TYPE_DATE && !is_timestamp (from))
    return NULL;
  bind->can_fail = TRUE;
  if (by->kind == WEIR_TYPE_VOID)
    {
      cast_arg (bind, amount, from->kind == WEIR_TYPE_DATE ? WEIR_INT : interval_type (WEIR_TYPE_INTERVAL_DT));
      name_shift (bind, time, amount);
      return weir_type_ref (from);
    }
  if (is_timestamp (from) && !is_interval (by))
    return NULL;
  if (is_days (by))
    cast_arg (bind, amount, WEIR_INT);
  else if (!is_interval (by))
    return NULL;
  name_shift (bind, time, amount);
  if (is_timestamp (from))
    return weir_type_ref (from);
  if (is_days (bind->args[amount]->type))
    return weir_type_ref (WEIR_DATE);
  if (by->kind == WEIR_TYPE_INTERVAL_DT && by->unit_end != WEIR_UNIT_DAY)
    {
      cast_arg (bind, time, WEIR_TIMESTAMP);
      return weir_type_ref (WEIR_TIMESTAMP);
    }
  return weir_type_ref (WEIR_DATE);
}

static WeirType *
bind_difference (WeirBind *bind)
{
  g_autoptr (WeirType) common = weir_type_common (bind->args[0]->type, bind->args[1]->type);

  if (common == NULL || (common->kind != WEIR_TYPE_DATE && !is_timestamp (common)))
    return NULL;
  cast_arg (bind, 0, common);
  cast_arg (bind, 1, common);
  bind->can_fail = TRUE;
  if (common->kind == WEIR_TYPE_DATE)
    return weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, WEIR_UNIT_DAY, WEIR_UNIT_DAY);
  return weir_type_ref (interval_type (WEIR_TYPE_INTERVAL_DT));
}

static WeirType *
bind_scale (WeirBind   *bind,
            WeirArithOp op)
{
  guint     interval = is_interval (bind->args[0]->type) ? 0 : 1;
  WeirType *factor = bind->args[1 - interval]->type;

  if (!is_interval (bind->args[interval]->type) || (op == WEIR_ARITH_DIVIDE && interval == 1) || is_interval (factor))
    return NULL;
  if (factor->kind == WEIR_TYPE_VOID || factor->kind == WEIR_TYPE_STRING || factor->kind == WEIR_TYPE_FLOAT)
    cast_arg (bind, 1 - interval, WEIR_DOUBLE);
  else if (weir_type_is_integral (factor))
    cast_arg (bind, 1 - interval, WEIR_BIGINT);
  else if (!weir_type_is_numeric (factor))
    return NULL;
  bind->can_fail = TRUE;
  return weir_type_ref (interval_type (bind->args[interval]->type->kind));
}

static WeirType *
bind_same_interval (WeirBind *bind)
{
  g_autoptr (WeirType) common = NULL;

  for (guint i = 0; i < 2; i++)
    if (is_kind (bind->args[i]->type, WEIR_TYPE_VOID, WEIR_TYPE_STRING))
      cast_arg (bind, i, bind->args[1 - i]->type);
  common = weir_type_common (bind->args[0]->type, bind->args[1]->type);
  if (common == NULL)
    return NULL;
  cast_arg (bind, 0, common);
  cast_arg (bind, 1, common);
  bind->can_fail = TRUE;
  return g_steal_pointer (&common);
}

WeirType *
_weir_arith_bind_time (WeirBind   *bind,
                       WeirArithOp op)
{
  WeirType *a = bind->args[0]->type, *b = bind->args[1]->type;

  if (op == WEIR_ARITH_MULTIPLY || op == WEIR_ARITH_DIVIDE)
    return bind_scale (bind, op);
  if (op == WEIR_ARITH_DIV)
    {
      g_autoptr (WeirType) type = is_interval (a) && a->kind == b->kind ? bind_same_interval (bind) : NULL;

      return type != NULL && type->kind != WEIR_TYPE_INTERVAL ? weir_type_ref (WEIR_BIGINT) : NULL;
    }
  if (op != WEIR_ARITH_ADD && op != WEIR_ARITH_SUBTRACT)
    return NULL;
  if (is_interval (a) && (is_interval (b) || is_kind (b, WEIR_TYPE_VOID, WEIR_TYPE_STRING)))
    return bind_same_interval (bind);
  if (is_interval (b) && a->kind == WEIR_TYPE_STRING)
    {
      cast_arg (bind, 0, WEIR_TIMESTAMP);
      bind->cast_to = weir_type_ref (WEIR_STRING);
      return bind_shift (bind, 0, 1);
    }
  if (is_interval (b) && a->kind == WEIR_TYPE_VOID)
    return bind_same_interval (bind);
  if (op == WEIR_ARITH_SUBTRACT)
    return is_interval (b) || is_days (b) || (b->kind == WEIR_TYPE_VOID && !is_timestamp (a)) ? bind_shift (bind, 0, 1) : bind_difference (bind);
  if (a->kind == WEIR_TYPE_DATE || is_timestamp (a))
    return bind_shift (bind, 0, 1);
  return bind_shift (bind, 1, 0);
}

static gboolean
interval_at (const WeirArg *arg,
             guint          row,
             gboolean       negate,
             WeirInterval  *interval)
{
  *interval = (WeirInterval){ 0 };
  switch ((int)arg->column->type->kind)
    {
    case WEIR_TYPE_INTERVAL_YM:
      interval->months = weir_arg_at (*arg, gint32, row);
      break;
    case WEIR_TYPE_INTERVAL_DT:
      interval->us = weir_arg_at (*arg, gint64, row);
      break;
    default:
      *interval = weir_arg_at (*arg, WeirInterval, row);
      break;
    }
  if (!negate)
    return TRUE;
  return !__builtin_sub_overflow (0, interval->months, &interval->months) && !__builtin_sub_overflow (0, interval->days, &interval->days) && !__builtin_sub_overflow (0, interval->us, &interval->us);
}

static gboolean
shift_date (gint32         days,
            const WeirArg *amount,
            guint          row,
            gboolean       negate,
            gint32        *result)
{
  WeirInterval interval = { 0 };

  if (amount->column->type->kind == WEIR_TYPE_INT)
    {
      gint32 by = weir_arg_at (*amount, gint32, row);

      return negate ? !__builtin_sub_overflow (days, by, result) : !__builtin_add_overflow (days, by, result);
    }
  if (!interval_at (amount, row, negate, &interval))
    return FALSE;
  *result = interval.months != 0 ? weir_date_add_months (days, interval.months) : days;
  if (__builtin_add_overflow (*result, interval.days, result))
    return FALSE;
  return !__builtin_add_overflow (*result, (gint32)weir_floor_div (interval.us, WEIR_US_PER_DAY), result);
}

static gboolean
shift_row (const WeirExpr *expr,
           WeirEval       *eval,
           const WeirArg  *time,
           const WeirArg  *amount,
           guint           row,
           WeirOut        *out)
{
  gboolean     negate = _weir_arith_op (expr->function) == WEIR_ARITH_SUBTRACT;
  WeirInterval interval;
  gint64       us, result;

  if (time->column->type->kind == WEIR_TYPE_DATE)
    return shift_date (weir_arg_at (*time, gint32, row), amount, row, negate, &weir_out_values (out, gint32)[row]);
  us = weir_arg_at (*time, gint64, row);
  if (!interval_at (amount, row, negate, &interval))
    return FALSE;
  if (interval.months == 0 && interval.days == 0)
    return !__builtin_add_overflow (us, interval.us, &weir_out_values (out, gint64)[row]);
  if (__builtin_add_overflow (us, interval.us, &result))
    return FALSE;
  weir_out_values (out, gint64)[row] = weir_timestamp_add_interval (us, interval, expr->type->kind == WEIR_TYPE_TIMESTAMP_NTZ ? NULL : eval->zone);
  return TRUE;
}

static gboolean
difference_row (const WeirExpr *expr,
                WeirEval       *eval,
                const WeirArg  *a,
                const WeirArg  *b,
                guint           row,
                WeirOut        *out)
{
  gint64 x, y;

  if (a->column->type->kind == WEIR_TYPE_DATE)
    {
      x = weir_arg_at (*a, gint32, row);
      y = weir_arg_at (*b, gint32, row);
      return !__builtin_mul_overflow (x - y, WEIR_US_PER_DAY, &weir_out_values (out, gint64)[row]);
    }
  x = weir_arg_at (*a, gint64, row);
  y = weir_arg_at (*b, gint64, row);
  /* Instants differ by what the session's clock shows: Spark subtracts local times. */
  if (a->column->type->kind == WEIR_TYPE_TIMESTAMP)
    {
      x = weir_zone_utc_to_local (eval->zone, x);
      y = weir_zone_utc_to_local (eval->zone, y);
    }
  return !__builtin_sub_overflow (x, y, &weir_out_values (out, gint64)[row]);
}

static gboolean
combine_row (const WeirExpr *expr,
             const WeirArg  *a,
             const WeirArg  *b,
             guint           row,
             WeirOut        *out)
{
  gboolean     negate = _weir_arith_op (expr->function) == WEIR_ARITH_SUBTRACT;
  WeirInterval x, y, *r;

  if (!interval_at (a, row, FALSE, &x) || !interval_at (b, row, negate, &y))
    return FALSE;
  if (expr->type->kind == WEIR_TYPE_INTERVAL_YM)
    return !__builtin_add_overflow (x.months, y.months, &weir_out_values (out, gint32)[row]);
  if (expr->type->kind == WEIR_TYPE_INTERVAL_DT)
    return !__builtin_add_overflow (x.us, y.us, &weir_out_values (out, gint64)[row]);
  r = &weir_out_values (out, WeirInterval)[row];
  return !__builtin_add_overflow (x.months, y.months, &r->months) && !__builtin_add_overflow (x.days, y.days, &r->days) && !__builtin_add_overflow (x.us, y.us, &r->us);
}

/* @value × or ÷ the factor, HALF_UP. */
static gboolean
scale_value (gint64         value,
             const WeirArg *factor,
             guint          row,
             WeirArithOp    op,
             gint64        *result)
{
  WeirType *type = factor->column->type;

  if (type->kind == WEIR_TYPE_DOUBLE)
    {
      double y = weir_arg_at (*factor, double, row);
      double r = op == WEIR_ARITH_MULTIPLY ? (double)value * y : (double)value / y;

      r = floor (fabs (r) + 0.5) * (r < 0 ? -1 : 1);
      if (!(r > -9223372036854775808.0 && r < 9223372036854775808.0))
        return FALSE;
      *result = (gint64)r;
      return TRUE;
    }
  else
    {
      gboolean   decimal = type->kind == WEIR_TYPE_DECIMAL;
      WeirInt128 y = decimal ? weir_arg_at (*factor, WeirInt128, row) : weir_arg_at (*factor, gint64, row);
      guint      scale = decimal ? type->scale : 0;
      WeirInt128 r;
      gboolean   fits = op == WEIR_ARITH_MULTIPLY ? weir_decimal_multiply (value, 0, y, scale, WEIR_DECIMAL_DIGITS_MAX, 0, &r)
                                                  : weir_decimal_divide (value, 0, y, scale, WEIR_DECIMAL_DIGITS_MAX, 0, &r);

      *result = fits ? (gint64)r : 0;
      return fits && *result == r;
    }
}

static gboolean
factor_is_zero (const WeirArg *factor,
                guint          row)
{
  switch ((int)factor->column->type->kind)
    {
    case WEIR_TYPE_DOUBLE:
      return weir_arg_at (*factor, double, row) == 0;
    case WEIR_TYPE_DECIMAL:
      return weir_arg_at (*factor, WeirInt128, row) == 0;
    default:
      return weir_arg_at (*factor, gint64, row) == 0;
    }
}

static gboolean
scale_row (const WeirExpr *expr,
           const WeirArg  *interval,
           const WeirArg  *factor,
           guint           row,
           WeirOut        *out)
{
  WeirArithOp  op = _weir_arith_op (expr->function);
  WeirInterval x, *r;
  gint64       months, days, us;

  interval_at (interval, row, FALSE, &x);
  if (!scale_value (x.months, factor, row, op, &months) || !scale_value (x.days, factor, row, op, &days) || !scale_value (x.us, factor, row, op, &us))
    return FALSE;
  if (expr->type->kind == WEIR_TYPE_INTERVAL_DT)
    {
      weir_out_values (out, gint64)[row] = us;
      return TRUE;
    }
  if (months != (gint32)months || days != (gint32)days)
    return FALSE;
  if (expr->type->kind == WEIR_TYPE_INTERVAL_YM)
    {
      weir_out_values (out, gint32)[row] = (gint32)months;
      return TRUE;
    }
  r = &weir_out_values (out, WeirInterval)[row];
  *r = (WeirInterval){ (gint32)months, (gint32)days, us };
  return TRUE;
}

static gboolean
div_row (const WeirArg *a,
         const WeirArg *b,
         guint          row,
         WeirOut       *out)
{
  WeirInterval x, y;
  gint64       n, d;

  interval_at (a, row, FALSE, &x);
  interval_at (b, row, FALSE, &y);
  n = x.months + x.us;
  d = y.months + y.us;
  if (d == -1 && n == G_MININT64)
    return FALSE;
  weir_out_values (out, gint64)[row] = n / d;
  return TRUE;
}

static void
fail_row (const WeirExpr *expr,
          WeirEval       *eval,
          WeirOut        *out,
          guint           row,
          gboolean        zero)
{
  if (zero)
    weir_arith_fail (expr, eval, out, row, "INTERVAL_DIVIDED_BY_ZERO",
                     "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.");
  else if (is_interval (expr->type))
    weir_arith_fail (expr, eval, out, row, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "Integer overflow while operating with intervals.");
  else
    weir_arith_fail (expr, eval, out, row, "DATETIME_OVERFLOW", "Datetime operation overflow.");
}

WeirColumn *
_weir_arith_time (const WeirExpr *expr,
                  WeirEval       *eval,
                  WeirColumn    **args,
                  WeirSel         sel,
                  guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirArithOp op = _weir_arith_op (expr->function);
  gboolean    a_interval = is_interval (args[0]->type), b_interval = is_interval (args[1]->type);
  WeirOut     out;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean fits, zero = FALSE;

    if (weir_arg_is_null (&a, row) || weir_arg_is_null (&b, row))
      continue;
    if (op == WEIR_ARITH_MULTIPLY || op == WEIR_ARITH_DIVIDE)
      {
        zero = op == WEIR_ARITH_DIVIDE && factor_is_zero (&b, row);
        fits = !zero && scale_row (expr, a_interval ? &a : &b, a_interval ? &b : &a, row, &out);
      }
    else if (op == WEIR_ARITH_DIV)
      {
        WeirInterval y;

        interval_at (&b, row, FALSE, &y);
        zero = y.months == 0 && y.us == 0;
        fits = !zero && div_row (&a, &b, row, &out);
      }
    else if (a_interval && b_interval)
      fits = combine_row (expr, &a, &b, row, &out);
    else if (is_interval (expr->type))
      fits = difference_row (expr, eval, &a, &b, row, &out);
    else if (a_interval || args[0]->type->kind == WEIR_TYPE_INT)
      fits = shift_row (expr, eval, &b, &a, row, &out);
    else
      fits = shift_row (expr, eval, &a, &b, row, &out);
    if (!fits)
      fail_row (expr, eval, &out, row, zero);
  }
  return _weir_out_finish (&out);
}
