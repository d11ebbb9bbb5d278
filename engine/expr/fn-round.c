/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "column/decimal.h"
#include "column/value.h"
#include "expr/families-private.h"
#include "expr/row-private.h"

/*
 * Rounding: round (HALF_UP), bround (HALF_EVEN), ceil, floor, with digits behind or, negative, before the point.
 *
 * Doubles are rounded as their shortest decimal text, as Spark does through BigDecimal: round(2.675, 2) is 2.68.
 */

typedef enum
{
  ROUND_HALF_UP,
  ROUND_HALF_EVEN,
  ROUND_CEIL,
  ROUND_FLOOR,
} RoundMode;

static RoundMode
mode_of (const WeirFunction *function)
{
  switch (function->name[0])
    {
    case 'r':
      return ROUND_HALF_UP;
    case 'b':
      return ROUND_HALF_EVEN;
    case 'c':
      return ROUND_CEIL;
    default:
      return ROUND_FLOOR;
    }
}

/* @value without its last @digits decimal digits, rounded. */
static WeirInt128
drop_digits (WeirInt128 value,
             guint      digits,
             RoundMode  mode)
{
  WeirInt128 unit, quotient, rest, half;
  int        sign = value < 0 ? -1 : 1;

  if (digits == 0)
    return value;
  if (digits > WEIR_DECIMAL_DIGITS_MAX)
    return mode == ROUND_CEIL ? value > 0 : mode == ROUND_FLOOR ? -(value < 0)
                                                                : 0;
  unit = weir_decimal_pow10 (digits);
  quotient = value / unit;
  rest = value % unit;
  if (rest == 0)
    return quotient;
  switch (mode)
    {
    case ROUND_CEIL:
      return quotient + (value > 0);
    case ROUND_FLOOR:
      return quotient - (value < 0);
    default:
      rest = rest < 0 ? -rest : rest;
      half = unit / 2;
      if (rest > half || (rest == half && (mode == ROUND_HALF_UP || (quotient & 1))))
        quotient += sign;
      return quotient;
    }
}

static gboolean
round_decimal (WeirRow  *row,
               int       digits,
               RoundMode mode)
{
  WeirType  *from = row->args[0].column->type, *to = row->expr->type;
  WeirInt128 value = weir_arg_at (row->args[0], WeirInt128, row->row);

  if (digits >= from->scale)
    value = to->scale >= from->scale ? value * weir_decimal_pow10 (to->scale - from->scale) : value;
  else if (digits >= 0)
    value = drop_digits (value, from->scale - (guint)digits, mode);
  else
    {
      value = drop_digits (value, from->scale + (guint)-digits, mode);
      if (value != 0 && (-digits > WEIR_DECIMAL_DIGITS_MAX || __builtin_mul_overflow (value, weir_decimal_pow10 ((guint)-digits), &value)))
        return _weir_row_fail (row, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "The rounded number does not fit.");
    }
  if (!weir_decimal_fits (value, to->precision))
    return _weir_row_fail (row, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "The rounded number does not fit.");
  row->decimal = value;
  return TRUE;
}

static gboolean
round_integer (WeirRow  *row,
               int       digits,
               RoundMode mode)
{
  WeirTypeKind kind = row->expr->type->kind;
  WeirInt128   value = _weir_row_int (row, 0);

  if (digits < 0)
    {
      value = -digits > 19 ? 0 : drop_digits (value, (guint)-digits, mode) * weir_decimal_pow10 ((guint)-digits);
      if (value != (kind == WEIR_TYPE_TINYINT ? (gint8)value : kind == WEIR_TYPE_SMALLINT ? (gint16)value
                                                             : kind == WEIR_TYPE_INT      ? (gint32)value
                                                                                          : (gint64)value))
        return _weir_row_fail (row, "ARITHMETIC_OVERFLOW", "Overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
    }
  row->i = (gint64)value;
  return TRUE;
}

static double
round_number (double    value,
              gboolean  is_float,
              int       digits,
              RoundMode mode)
{
  g_autoptr (GString) text = NULL;
  gint64              exponent = 0;
  guint               scale = 0;
  WeirInt128          unscaled = 0;
  gboolean            point = FALSE;
  double              result;

  if (value == 0)
    return 0; /* through a decimal, which has no negative zero */
  if (!isfinite (value) || (fabs (value) >= 1e17 && digits >= 0))
    return value;
  text = g_string_new (NULL);
  if (is_float)
    weir_append_float (text, (float)value);
  else
    weir_append_double (text, value);
  for (const char *p = text->str; *p != '\0'; p++)
    {
      if (*p == '.')
        point = TRUE;
      else if (*p == 'E')
        {
          exponent = g_ascii_strtoll (p + 1, NULL, 10);
          break;
        }
      else if (g_ascii_isdigit (*p))
        {
          unscaled = unscaled * 10 + (*p - '0');
          scale += point;
        }
    }
  if (value < 0)
    unscaled = -unscaled;
  /* value = unscaled × 10^(exponent − scale) */
  if ((gint64)scale - exponent <= digits)
    return value;
  unscaled = drop_digits (unscaled, (guint)((gint64)scale - exponent - digits), mode);
  g_string_printf (text, "%" G_GINT64_FORMAT "e%d", (gint64)unscaled, -digits);
  result = g_ascii_strtod (text->str, NULL);
  return result == 0 ? 0 : result;
}

static gboolean
row_round (WeirRow *row)
{
  RoundMode mode = mode_of (row->expr->function);
  int       digits = row->n_args > 1 ? CLAMP (weir_row_i32 (row, 1), -400, 400) : 0;
  WeirType *type = row->args[0].column->type;

  if (type->kind == WEIR_TYPE_DECIMAL)
    return round_decimal (row, digits, mode);
  if (weir_type_is_integral (type))
    return round_integer (row, digits, mode);
  row->d = type->kind == WEIR_TYPE_FLOAT ? round_number ((double)weir_arg_at (row->args[0], float, row->row), TRUE, digits, mode)
                                         : round_number (weir_row_double (row, 0), FALSE, digits, mode);
  return TRUE;
}

static WeirType *
rounded_decimal (WeirType *from,
                 int       digits)
{
  int whole = from->precision - from->scale + 1;

  if (digits < 0)
    return weir_type_new_decimal ((guint)MIN (MAX (whole, -digits + 1), 38), 0);
  return weir_type_new_decimal ((guint)MIN (whole + MIN (from->scale, digits), 38), (guint)MIN (from->scale, digits));
}

/* Digits must be constant for a decimal: its type depends on them. */
static gboolean
constant_digits (WeirBind *bind,
                 int      *digits,
                 GError  **error)
{
  g_autoptr (WeirColumn) column = NULL;

  *digits = 0;
  if (bind->n_args < 2)
    return TRUE;
  if (!_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return FALSE;
  column = _weir_bind_constant (bind, 1);
  if (column == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", bind->span,
                      "Cannot resolve \"%s\" due to data type mismatch: the input `scale` should be a foldable \"INT\" expression.", bind->function->name);
  if (!weir_column_is_null (column, 0))
    *digits = CLAMP (weir_column_values (column, gint32)[0], -400, 400);
  return TRUE;
}

static WeirType *
bind_round (WeirBind *bind,
            GError  **error)
{
  WeirType *type = bind->args[0]->type;
  int       digits;

  if (!weir_type_is_numeric (type) && !_weir_bind_coerce (bind, 0, WEIR_DOUBLE, error))
    return NULL;
  if (!constant_digits (bind, &digits, error))
    return NULL;
  if (bind->n_args == 1)
    _weir_bind_append (bind, weir_expr_new_int (0));
  type = bind->args[0]->type;
  if (type->kind == WEIR_TYPE_DECIMAL)
    return rounded_decimal (type, digits);
  return weir_type_ref (type);
}

static gboolean
row_ceil (WeirRow *row)
{
  RoundMode mode = mode_of (row->expr->function);
  WeirType *type = row->args[0].column->type;
  double    whole;

  if (type->kind == WEIR_TYPE_DECIMAL)
    return round_decimal (row, row->n_args > 1 ? CLAMP (weir_row_i32 (row, 1), -400, 400) : 0, mode);
  if (weir_type_is_integral (type))
    {
      row->i = _weir_row_int (row, 0);
      return TRUE;
    }
  whole = mode == ROUND_CEIL ? ceil (weir_row_double (row, 0)) : floor (weir_row_double (row, 0));
  if (isnan (whole))
    row->i = 0;
  else
    row->i = whole >= 9223372036854775807.0 ? G_MAXINT64 : whole <= -9223372036854775808.0 ? G_MININT64
                                                                                           : (gint64)whole;
  return TRUE;
}

static WeirType *
bind_ceil (WeirBind *bind,
           GError  **error)
{
  WeirType *type = bind->args[0]->type;
  int       digits;

  if (bind->n_args == 2)
    {
      if (type->kind != WEIR_TYPE_DECIMAL)
        {
          static const guint8  precisions[] = { 3, 5, 10, 20 };
          gboolean             integral = weir_type_is_integral (type);
          g_autoptr (WeirType) decimal = integral ? weir_type_new_decimal (precisions[type->kind - WEIR_TYPE_TINYINT], 0) : weir_type_new_decimal (30, 15);

          if (!_weir_bind_coerce (bind, 0, decimal, error))
            return NULL;
        }
      return constant_digits (bind, &digits, error) ? rounded_decimal (bind->args[0]->type, digits) : NULL;
    }
  if (type->kind == WEIR_TYPE_DECIMAL)
    return weir_type_new_decimal ((guint)MIN (type->precision - type->scale + 1, 38), 0);
  if (!weir_type_is_integral (type) && !_weir_bind_coerce (bind, 0, WEIR_DOUBLE, error))
    return NULL;
  return weir_type_ref (WEIR_BIGINT);
}

static const WeirFunction functions[] = {
  { WEIR_ROW_FAILS ("round", "math", "round(x[, digits])", "The number rounded, halves away from zero.", "SELECT round(2.5, 0)", 1, 2, NULL, row_round), .bind = bind_round },
  { WEIR_ROW_FAILS ("bround", "math", "bround(x[, digits])", "The number rounded, halves to even.", "SELECT bround(2.5, 0)", 1, 2, NULL, row_round), .bind = bind_round },
  { WEIR_ROW ("ceiling", "math", "ceiling(x[, digits])", "The smallest number not below it.", "SELECT ceiling(-0.1)", 1, 2, NULL, row_ceil), .bind = bind_ceil },
  { WEIR_ROW ("floor", "math", "floor(x[, digits])", "The greatest number not above it.", "SELECT floor(-0.1)", 1, 2, NULL, row_ceil), .bind = bind_ceil, .print = "1FLOOR($*)" },
  { WEIR_ROW ("ceil", "math", "ceil(x[, digits])", "The smallest number not below it.", "SELECT ceil(-0.1)", 1, 2, NULL, row_ceil), .bind = bind_ceil, .print = "1CEIL($*)" },
};

const WeirFamily _weir_family_round = { functions, G_N_ELEMENTS (functions) };
