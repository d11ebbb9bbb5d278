/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include <math.h>

#include "column/decimal.h"
#include "expr/cast-private.h"

/*
 * Numbers to numbers, and booleans.
 *
 * Widening computes every row in a straight loop. Narrowing does the same and gathers whether some value did not come back
 * unchanged; only then the selected rows are looked at.
 */

#define WIDEN(from, to)         \
  for (guint i = 0; i < n; i++) \
  ((to *)out->values)[i] = (to)weir_arg_at (*arg, from, i)

#define WIDEN_TO(from)          \
  switch ((int)out->type->kind) \
    {                           \
    case WEIR_TYPE_TINYINT:     \
      WIDEN (from, gint8);      \
      break;                    \
    case WEIR_TYPE_SMALLINT:    \
      WIDEN (from, gint16);     \
      break;                    \
    case WEIR_TYPE_INT:         \
      WIDEN (from, gint32);     \
      break;                    \
    case WEIR_TYPE_BIGINT:      \
      WIDEN (from, gint64);     \
      break;                    \
    case WEIR_TYPE_FLOAT:       \
      WIDEN (from, float);      \
      break;                    \
    default:                    \
      WIDEN (from, double);     \
      break;                    \
    }

static void
convert_integers (const WeirArg *arg,
                  WeirOut       *out,
                  guint          n)
{
  if (arg->mask == 0)
    n = MIN (n, 1);
  switch (weir_type_width (arg->column->type))
    {
    case 1:
      WIDEN_TO (gint8)
      break;
    case 2:
      WIDEN_TO (gint16)
      break;
    case 4:
      WIDEN_TO (gint32)
      break;
    default:
      WIDEN_TO (gint64)
      break;
    }
}

static gboolean
fits_integer (WeirTypeKind kind,
              WeirInt128   value)
{
  switch ((int)kind)
    {
    case WEIR_TYPE_TINYINT:
      return value == (gint8)value;
    case WEIR_TYPE_SMALLINT:
      return value == (gint16)value;
    case WEIR_TYPE_INT:
      return value == (gint32)value;
    default:
      return value == (gint64)value;
    }
}

static void
from_integer (const WeirExpr *expr,
              WeirEval       *eval,
              const WeirArg  *arg,
              WeirOut        *out,
              WeirSel         sel,
              guint           n_rows)
{
  WeirType *from = arg->column->type, *to = expr->type;

  if (to->kind == WEIR_TYPE_DECIMAL)
    {
      WEIR_FOREACH_ROW (sel, row)
      {
        if (!weir_decimal_rescale (weir_arg_integer (arg, row), 0, to->scale, to->precision, &weir_out_values (out, WeirInt128)[row]))
          _weir_cast_fail_range (expr, eval, arg, out, row);
      }
      return;
    }
  convert_integers (arg, out, n_rows);
  if (to->kind == WEIR_TYPE_FLOAT || to->kind == WEIR_TYPE_DOUBLE || from->kind <= to->kind || _weir_cast_wraps (expr, eval))
    return;
  WEIR_FOREACH_ROW (sel, row)
  {
    if (!fits_integer (to->kind, weir_arg_integer (arg, row)))
      _weir_cast_fail_overflow (expr, eval, arg, out, row);
  }
}

static double
double_at (const WeirArg *arg,
           guint          row)
{
  return arg->column->type->kind == WEIR_TYPE_FLOAT ? (double)weir_arg_at (*arg, float, row) : weir_arg_at (*arg, double, row);
}

/* Truncates; FALSE for NaN, infinities and what does not fit. */
static gboolean
double_to_integer (double       value,
                   WeirTypeKind kind,
                   gint64      *result)
{
  double cut = trunc (value);

  /* Java compares with its largest long as a double, which is this, and then cuts. */
  if (kind == WEIR_TYPE_BIGINT && cut == 9223372036854775808.0)
    return *result = G_MAXINT64, TRUE;
  if (!(cut >= -9223372036854775808.0 && cut < 9223372036854775808.0))
    return FALSE;
  *result = (gint64)cut;
  return fits_integer (kind, *result);
}

/* (int) and (long) of Java: saturating, 0 for NaN; the shorter types keep the low bits of the int. */
static gint64
double_to_java (double       value,
                WeirTypeKind kind)
{
  double low = kind == WEIR_TYPE_BIGINT ? (double)G_MININT64 : (double)G_MININT32;
  double high = kind == WEIR_TYPE_BIGINT ? (double)G_MAXINT64 : (double)G_MAXINT32;

  if (isnan (value))
    return 0;
  if (value >= high)
    return kind == WEIR_TYPE_BIGINT ? G_MAXINT64 : G_MAXINT32;
  return value <= low ? (kind == WEIR_TYPE_BIGINT ? G_MININT64 : G_MININT32) : (gint64)value;
}

static void
from_double (const WeirExpr *expr,
             WeirEval       *eval,
             const WeirArg  *arg,
             WeirOut        *out,
             WeirSel         sel)
{
  WeirType *to = expr->type;

  WEIR_FOREACH_ROW (sel, row)
  {
    double value = double_at (arg, row);
    gint64 integer;

    if (to->kind == WEIR_TYPE_DOUBLE)
      weir_out_values (out, double)[row] = value;
    else if (to->kind == WEIR_TYPE_FLOAT)
      weir_out_values (out, float)[row] = (float)value;
    else if (to->kind == WEIR_TYPE_DECIMAL)
      {
        if (!isfinite (value))
          _weir_out_null (out, row);
        else if (!weir_decimal_from_double (value, to->precision, to->scale, &weir_out_values (out, WeirInt128)[row]))
          _weir_cast_fail_range (expr, eval, arg, out, row);
      }
    else if (double_to_integer (value, to->kind, &integer))
      weir_out_integer (out, row, integer);
    else if (_weir_cast_wraps (expr, eval))
      weir_out_integer (out, row, double_to_java (value, to->kind));
    else
      _weir_cast_fail_overflow (expr, eval, arg, out, row);
  }
}

static void
from_decimal (const WeirExpr *expr,
              WeirEval       *eval,
              const WeirArg  *arg,
              WeirOut        *out,
              WeirSel         sel)
{
  WeirType  *from = arg->column->type, *to = expr->type;
  WeirInt128 unit = weir_decimal_pow10 (from->scale);

  WEIR_FOREACH_ROW (sel, row)
  {
    WeirInt128 value = weir_arg_at (*arg, WeirInt128, row);

    if (to->kind == WEIR_TYPE_DECIMAL)
      {
        if (!weir_decimal_rescale (value, from->scale, to->scale, to->precision, &weir_out_values (out, WeirInt128)[row]))
          _weir_cast_fail_range (expr, eval, arg, out, row);
      }
    else if (to->kind == WEIR_TYPE_DOUBLE)
      weir_out_values (out, double)[row] = weir_decimal_to_double (value, from->scale);
    else if (to->kind == WEIR_TYPE_FLOAT)
      weir_out_values (out, float)[row] = (float)weir_decimal_to_double (value, from->scale);
    else if (fits_integer (to->kind, value / unit) || _weir_cast_wraps (expr, eval))
      weir_out_integer (out, row, (gint64)(value / unit));
    else
      _weir_cast_fail_overflow (expr, eval, arg, out, row);
  }
}

static void
from_boolean (const WeirExpr *expr,
              WeirEval       *eval,
              const WeirArg  *arg,
              WeirOut        *out,
              WeirSel         sel)
{
  WeirType *to = expr->type;

  WEIR_FOREACH_ROW (sel, row)
  {
    gint64 value = weir_arg_bool (*arg, row);

    if (to->kind == WEIR_TYPE_DOUBLE)
      weir_out_values (out, double)[row] = (double)value;
    else if (to->kind == WEIR_TYPE_FLOAT)
      weir_out_values (out, float)[row] = (float)value;
    else if (to->kind != WEIR_TYPE_DECIMAL)
      weir_out_integer (out, row, value);
    else if (!weir_decimal_rescale (value, 0, to->scale, to->precision, &weir_out_values (out, WeirInt128)[row]))
      _weir_cast_fail_range (expr, eval, arg, out, row);
  }
}

static void
to_boolean (const WeirArg *arg,
            WeirOut       *out,
            WeirSel        sel)
{
  WeirType *from = arg->column->type;

  WEIR_FOREACH_ROW (sel, row)
  {
    if (from->kind == WEIR_TYPE_DECIMAL)
      weir_out_bool (out, row, weir_arg_at (*arg, WeirInt128, row) != 0);
    else if (from->kind == WEIR_TYPE_DOUBLE || from->kind == WEIR_TYPE_FLOAT)
      weir_out_bool (out, row, double_at (arg, row) != 0);
    else
      weir_out_bool (out, row, weir_arg_integer (arg, row) != 0);
  }
}

WeirColumn *
_weir_cast_number (const WeirExpr *expr,
                   WeirEval       *eval,
                   const WeirArg  *arg,
                   WeirSel         sel,
                   guint           n_rows)
{
  WeirOut out;

  _weir_out_init (&out, expr->type, n_rows);
  if (expr->type->kind == WEIR_TYPE_BOOLEAN)
    to_boolean (arg, &out, sel);
  else if (arg->column->type->kind == WEIR_TYPE_BOOLEAN)
    from_boolean (expr, eval, arg, &out, sel);
  else if (arg->column->type->kind == WEIR_TYPE_DECIMAL)
    from_decimal (expr, eval, arg, &out, sel);
  else if (weir_type_is_integral (arg->column->type))
    from_integer (expr, eval, arg, &out, sel, n_rows);
  else
    from_double (expr, eval, arg, &out, sel);
  return _weir_out_finish (&out);
}
