/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include "column/decimal.h"
#include "expr/arith-private.h"

/*
 * Arithmetic on decimals, with Spark's result types (allowPrecisionLoss).
 *
 * As long as the exact result type fits 38 digits, + - * cannot overflow and are plain 128-bit loops. Beyond that the type gives up digits of
 * the fraction, every row is rounded and checked.
 */

typedef struct
{
  int precision, scale;
} Digits;

/* Keeps the whole digits; of the fraction at least min(scale, 6) digits stay. */
static WeirType *
adjust (Digits    digits,
        gboolean *can_overflow)
{
  *can_overflow = digits.precision > WEIR_DECIMAL_DIGITS_MAX;
  if (*can_overflow)
    {
      int whole = digits.precision - digits.scale;

      digits.scale = MAX (WEIR_DECIMAL_DIGITS_MAX - whole, MIN (digits.scale, 6));
      digits.precision = WEIR_DECIMAL_DIGITS_MAX;
    }
  return weir_type_new_decimal ((guint)MAX (digits.precision, 1), (guint)digits.scale);
}

WeirType *
_weir_arith_decimal_type (WeirArithOp op,
                          WeirType   *a,
                          WeirType   *b,
                          gboolean   *can_overflow)
{
  int p1 = a->precision, s1 = a->scale, p2 = b->precision, s2 = b->scale;
  int scale = MAX (s1, s2);

  switch (op)
    {
    case WEIR_ARITH_ADD:
    case WEIR_ARITH_SUBTRACT:
      return adjust ((Digits){ MAX (p1 - s1, p2 - s2) + scale + 1, scale }, can_overflow);
    case WEIR_ARITH_MULTIPLY:
      return adjust ((Digits){ p1 + p2 + 1, s1 + s2 }, can_overflow);
    case WEIR_ARITH_DIVIDE:
      scale = MAX (6, s1 + p2 + 1);
      return adjust ((Digits){ p1 - s1 + s2 + scale, scale }, can_overflow);
    case WEIR_ARITH_DIV:
      return adjust ((Digits){ p1 - s1 + s2 == 0 ? 1 : p1 - s1 + s2, 0 }, can_overflow);
    default:
      return adjust ((Digits){ MIN (p1 - s1, p2 - s2) + scale, scale }, can_overflow);
    }
}

static gboolean
is_exact (WeirArithOp op,
          WeirType   *a,
          WeirType   *b)
{
  gboolean             can_overflow;
  g_autoptr (WeirType) type = _weir_arith_decimal_type (op, a, b, &can_overflow);

  return !can_overflow && op <= WEIR_ARITH_MULTIPLY;
}

/* Unsigned, since NULL and unselected rows hold anything. */
typedef unsigned __int128 Bits;

static void
exact_rows (const WeirArg *a,
            const WeirArg *b,
            WeirArithOp    op,
            WeirType      *type,
            WeirInt128    *r,
            guint          n)
{
  Bits fa = op == WEIR_ARITH_MULTIPLY ? 1 : (Bits)weir_decimal_pow10 (type->scale - a->column->type->scale);
  Bits fb = op == WEIR_ARITH_MULTIPLY ? 1 : (Bits)weir_decimal_pow10 (type->scale - b->column->type->scale);

  if (op == WEIR_ARITH_MULTIPLY)
    for (guint i = 0; i < n; i++)
      r[i] = (WeirInt128)((Bits)weir_arg_at (*a, WeirInt128, i) * (Bits)weir_arg_at (*b, WeirInt128, i));
  else if (op == WEIR_ARITH_ADD)
    for (guint i = 0; i < n; i++)
      r[i] = (WeirInt128)((Bits)weir_arg_at (*a, WeirInt128, i) * fa + (Bits)weir_arg_at (*b, WeirInt128, i) * fb);
  else
    for (guint i = 0; i < n; i++)
      r[i] = (WeirInt128)((Bits)weir_arg_at (*a, WeirInt128, i) * fa - (Bits)weir_arg_at (*b, WeirInt128, i) * fb);
}

static gboolean
positive_remainder (WeirInt128  x,
                    guint       sx,
                    WeirInt128  y,
                    guint       sy,
                    WeirType   *type,
                    WeirInt128 *r)
{
  WeirInt128 sum;

  if (!weir_decimal_remainder (x, sx, y, sy, type->precision, type->scale, r))
    return FALSE;
  if (*r >= 0)
    return TRUE;
  if (!weir_decimal_add (*r, type->scale, y, sy, WEIR_DECIMAL_DIGITS_MAX, MAX (type->scale, sy), &sum))
    return FALSE;
  return weir_decimal_remainder (sum, MAX (type->scale, sy), y, sy, type->precision, type->scale, r);
}

/* FALSE on overflow; @y is not 0 where it divides. */
static gboolean
one_row (WeirArithOp op,
         WeirType   *type,
         WeirInt128  x,
         guint       sx,
         WeirInt128  y,
         guint       sy,
         WeirInt128 *r)
{
  switch (op)
    {
    case WEIR_ARITH_ADD:
      return weir_decimal_add (x, sx, y, sy, type->precision, type->scale, r);
    case WEIR_ARITH_SUBTRACT:
      return weir_decimal_subtract (x, sx, y, sy, type->precision, type->scale, r);
    case WEIR_ARITH_MULTIPLY:
      return weir_decimal_multiply (x, sx, y, sy, type->precision, type->scale, r);
    case WEIR_ARITH_DIVIDE:
      return weir_decimal_divide (x, sx, y, sy, type->precision, type->scale, r);
    case WEIR_ARITH_PMOD:
      return positive_remainder (x, sx, y, sy, type, r);
    default:
      return weir_decimal_remainder (x, sx, y, sy, type->precision, type->scale, r);
    }
}

/* The quotient cut off, not rounded: x minus the remainder divides evenly. */
static gboolean
integral_quotient (WeirInt128 x,
                   guint      sx,
                   WeirInt128 y,
                   guint      sy,
                   gint64    *r)
{
  guint      scale = MAX (sx, sy);
  WeirInt128 a, b, q;

  if (!weir_decimal_rescale (x, sx, scale, WEIR_DECIMAL_DIGITS_MAX, &a) || !weir_decimal_rescale (y, sy, scale, WEIR_DECIMAL_DIGITS_MAX, &b))
    return FALSE;
  q = a / b;
  *r = (gint64)q;
  return *r == q;
}

WeirColumn *
_weir_arith_decimal (const WeirExpr *expr,
                     WeirEval       *eval,
                     WeirColumn    **args,
                     WeirSel         sel,
                     guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirArithOp op = _weir_arith_op (expr->function);
  guint       sa = args[0]->type->scale, sb = args[1]->type->scale;
  WeirOut     out;

  _weir_out_init (&out, expr->type, n_rows);
  if (is_exact (op, args[0]->type, args[1]->type))
    {
      exact_rows (&a, &b, op, expr->type, out.values, n_rows);
      return _weir_out_finish (&out);
    }
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirInt128 x, y;
    gboolean   fits;

    if (weir_arg_is_null (&a, row) || weir_arg_is_null (&b, row))
      continue;
    x = weir_arg_at (a, WeirInt128, row);
    y = weir_arg_at (b, WeirInt128, row);
    if (op >= WEIR_ARITH_DIVIDE && y == 0)
      {
        if (op == WEIR_ARITH_DIVIDE || op == WEIR_ARITH_DIV)
          weir_arith_fail (expr, eval, &out, row, "DIVIDE_BY_ZERO", "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
        else
          weir_arith_fail (expr, eval, &out, row, "REMAINDER_BY_ZERO", "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
        continue;
      }
    if (op == WEIR_ARITH_DIV)
      fits = integral_quotient (x, sa, y, sb, &weir_out_values (&out, gint64)[row]);
    else
      fits = one_row (op, expr->type, x, sa, y, sb, &weir_out_values (&out, WeirInt128)[row]);
    if (!fits)
      weir_arith_fail (expr, eval, &out, row, op == WEIR_ARITH_DIV ? "ARITHMETIC_OVERFLOW" : "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
                       "The result cannot be represented as Decimal(%u, %u). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return NULL instead.",
                       expr->type->precision, expr->type->scale);
  }
  return _weir_out_finish (&out);
}
