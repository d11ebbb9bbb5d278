/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "base/fast-number.h"
#include "column/decimal.h"
#include "column/timestamp.h"
#include "expr/cast-private.h"
#include "expr/text-private.h"

/*
 * Intervals: texts in ANSI form, numbers of a single unit, other units of the same kind.
 *
 *   [sign] y-m                                           [sign] d h:m:s.f
 *   INTERVAL [sign] '[sign] y-m' YEAR TO MONTH           INTERVAL [sign] '[sign] d h:m:s.f' DAY TO SECOND
 *
 * or fewer units, as the type has them. Two minus signs make a plus.
 */

typedef struct
{
  const char *p, *end;
} Cursor;

gint64
_weir_unit_us (WeirIntervalUnit unit)
{
  switch (unit)
    {
    case WEIR_UNIT_DAY:
      return WEIR_US_PER_DAY;
    case WEIR_UNIT_HOUR:
      return 3600 * WEIR_US_PER_SECOND;
    case WEIR_UNIT_MINUTE:
      return 60 * WEIR_US_PER_SECOND;
    default:
      return WEIR_US_PER_SECOND;
    }
}

static void
skip_blanks (Cursor *c)
{
  while (c->p < c->end && g_ascii_isspace (*c->p))
    c->p++;
}

static gboolean
take_char (Cursor *c,
           char    wanted)
{
  if (c->p >= c->end || *c->p != wanted)
    return FALSE;
  c->p++;
  return TRUE;
}

static gboolean
take_number (Cursor *c,
             gint64 *value)
{
  const char *start = c->p;

  while (c->p < c->end && g_ascii_isdigit (*c->p))
    c->p++;
  return c->p > start && weir_parse_i64 (start, (gsize)(c->p - start), value);
}

static gboolean
take_word (Cursor     *c,
           const char *word)
{
  gsize len = strlen (word);

  if ((gsize)(c->end - c->p) < len || g_ascii_strncasecmp (c->p, word, len) != 0)
    return FALSE;
  c->p += len;
  return TRUE;
}

/* Blanks and a word. */
static gboolean
take_next_word (Cursor     *c,
                const char *word)
{
  if (c->p >= c->end || !g_ascii_isspace (*c->p))
    return FALSE;
  skip_blanks (c);
  return take_word (c, word);
}

static gboolean
take_sign (Cursor *c)
{
  if (take_char (c, '-'))
    return TRUE;
  take_char (c, '+');
  return FALSE;
}

/* 'INTERVAL', a sign and the quote before, the quote and the units of @type behind; then the sign of what is between. */
static gboolean
strip_frame (Cursor   *c,
             WeirType *type,
             gboolean *negative)
{
  static const char *const units[] = { "year", "month", "day", "hour", "minute", "second" };
  Cursor                   rest;
  const char              *close;

  *negative = FALSE;
  skip_blanks (c);
  while (c->end > c->p && g_ascii_isspace (c->end[-1]))
    c->end--;
  if (take_word (c, "interval"))
    {
      if (c->p >= c->end || !g_ascii_isspace (*c->p))
        return FALSE;
      skip_blanks (c);
      *negative = take_sign (c);
      if (!take_char (c, '\''))
        return FALSE;
      close = memchr (c->p, '\'', (gsize)(c->end - c->p));
      if (close == NULL)
        return FALSE;
      rest = (Cursor){ close + 1, c->end };
      c->end = close;
      if (!take_next_word (&rest, units[type->unit_start]) ||
          (type->unit_end != type->unit_start && (!take_next_word (&rest, "to") || !take_next_word (&rest, units[type->unit_end]))) ||
          rest.p != rest.end)
        return FALSE;
    }
  *negative ^= take_sign (c);
  return TRUE;
}

gboolean
_weir_interval_ym_parse (const char *text,
                         gsize       len,
                         WeirType   *type,
                         gint32     *months)
{
  Cursor   c = { text, text + len };
  gint64   years = 0, rest = 0, total;
  gboolean negative;

  if (!strip_frame (&c, type, &negative))
    return FALSE;
  if (type->unit_start == WEIR_UNIT_YEAR)
    {
      if (!take_number (&c, &years))
        return FALSE;
      if (type->unit_end == WEIR_UNIT_MONTH && (!take_char (&c, '-') || !take_number (&c, &rest) || rest > 11))
        return FALSE;
    }
  else if (!take_number (&c, &rest))
    return FALSE;
  if (c.p != c.end || __builtin_mul_overflow (years, 12, &total) || __builtin_add_overflow (total, rest, &total))
    return FALSE;
  total = negative ? -total : total;
  *months = (gint32)total;
  return *months == total;
}

static gboolean
take_fraction (Cursor *c,
               gint64 *us)
{
  gint64 unit = WEIR_US_PER_SECOND;
  guint  n = 0;

  *us = 0;
  if (!take_char (c, '.'))
    return TRUE;
  for (; c->p < c->end && g_ascii_isdigit (*c->p); c->p++, n++)
    {
      unit /= 10;
      *us += (*c->p - '0') * unit;
    }
  return n > 0 && n <= 9;
}

gboolean
_weir_interval_dt_parse (const char *text,
                         gsize       len,
                         WeirType   *type,
                         gint64     *us)
{
  static const gint64 limits[] = { 0, 0, 0, 23, 59, 59 };
  Cursor              c = { text, text + len };
  WeirInt128          total = 0;
  gboolean            negative;

  if (!strip_frame (&c, type, &negative))
    return FALSE;
  for (guint unit = type->unit_start; unit <= type->unit_end; unit++)
    {
      gint64 value, fraction = 0;

      if (unit > type->unit_start && !take_char (&c, unit == WEIR_UNIT_HOUR ? ' ' : ':'))
        return FALSE;
      if (!take_number (&c, &value) || (unit > type->unit_start && value > limits[unit]))
        return FALSE;
      if (unit == WEIR_UNIT_SECOND && !take_fraction (&c, &fraction))
        return FALSE;
      total += (WeirInt128)value * _weir_unit_us ((WeirIntervalUnit)unit) + fraction;
    }
  total = negative ? -total : total;
  *us = (gint64)total;
  return c.p == c.end && *us == total;
}

static gboolean
number_at (const WeirArg *arg,
           guint          row,
           guint          scale,
           WeirInt128    *value)
{
  WeirType *type = arg->column->type;

  switch ((int)type->kind)
    {
    case WEIR_TYPE_TINYINT:
      *value = weir_arg_at (*arg, gint8, row) * weir_decimal_pow10 (scale);
      return TRUE;
    case WEIR_TYPE_SMALLINT:
      *value = weir_arg_at (*arg, gint16, row) * weir_decimal_pow10 (scale);
      return TRUE;
    case WEIR_TYPE_INT:
      *value = weir_arg_at (*arg, gint32, row) * weir_decimal_pow10 (scale);
      return TRUE;
    case WEIR_TYPE_BIGINT:
      *value = weir_arg_at (*arg, gint64, row) * weir_decimal_pow10 (scale);
      return TRUE;
    case WEIR_TYPE_DECIMAL:
      return weir_decimal_rescale (weir_arg_at (*arg, WeirInt128, row), type->scale, scale, WEIR_DECIMAL_DIGITS_MAX, value);
    default:
      return weir_decimal_from_double (type->kind == WEIR_TYPE_FLOAT ? (double)weir_arg_at (*arg, float, row) : weir_arg_at (*arg, double, row),
                                       WEIR_DECIMAL_DIGITS_MAX, scale, value);
    }
}

static gboolean
from_number (const WeirArg *arg,
             guint          row,
             WeirOut       *out)
{
  WeirType  *to = out->type;
  WeirInt128 value;

  if (to->kind == WEIR_TYPE_INTERVAL_YM)
    {
      if (!number_at (arg, row, 0, &value))
        return FALSE;
      value *= to->unit_start == WEIR_UNIT_YEAR ? 12 : 1;
      weir_out_values (out, gint32)[row] = (gint32)value;
      return weir_out_values (out, gint32)[row] == value;
    }
  if (!number_at (arg, row, 6, &value))
    return FALSE;
  value = value * (_weir_unit_us (to->unit_start) / WEIR_US_PER_SECOND);
  weir_out_values (out, gint64)[row] = (gint64)value;
  return weir_out_values (out, gint64)[row] == value;
}

static gboolean
to_number (const WeirArg *arg,
           guint          row,
           WeirOut       *out)
{
  WeirType  *from = arg->column->type, *to = out->type;
  gboolean   months = from->kind == WEIR_TYPE_INTERVAL_YM;
  WeirInt128 value = months ? (WeirInt128)weir_arg_at (*arg, gint32, row) : (WeirInt128)weir_arg_at (*arg, gint64, row);
  WeirInt128 unit = months ? (from->unit_end == WEIR_UNIT_YEAR ? 12 : 1) : _weir_unit_us (from->unit_end);
  WeirInt128 whole = value / unit;

  switch ((int)to->kind)
    {
    case WEIR_TYPE_TINYINT:
      return (weir_out_values (out, gint8)[row] = (gint8)whole) == whole;
    case WEIR_TYPE_SMALLINT:
      return (weir_out_values (out, gint16)[row] = (gint16)whole) == whole;
    case WEIR_TYPE_INT:
      return (weir_out_values (out, gint32)[row] = (gint32)whole) == whole;
    case WEIR_TYPE_BIGINT:
      return (weir_out_values (out, gint64)[row] = (gint64)whole) == whole;
    case WEIR_TYPE_FLOAT:
      weir_out_values (out, float)[row] = (float)((double)value / (double)unit);
      return TRUE;
    case WEIR_TYPE_DOUBLE:
      weir_out_values (out, double)[row] = (double)value / (double)unit;
      return TRUE;
    default:
      return weir_decimal_divide (value, 0, unit, 0, to->precision, to->scale, &weir_out_values (out, WeirInt128)[row]);
    }
}

/* Finer units than the target's last are cut off. */
static void
to_interval (const WeirArg *arg,
             guint          row,
             WeirOut       *out)
{
  WeirType *to = out->type;

  if (to->kind == WEIR_TYPE_INTERVAL_YM)
    {
      gint32 months = weir_arg_at (*arg, gint32, row);

      weir_out_values (out, gint32)[row] = to->unit_end == WEIR_UNIT_YEAR ? months / 12 * 12 : months;
    }
  else
    {
      gint64 us = weir_arg_at (*arg, gint64, row);
      gint64 unit = to->unit_end == WEIR_UNIT_SECOND ? 1 : _weir_unit_us (to->unit_end);

      weir_out_values (out, gint64)[row] = us / unit * unit;
    }
}

WeirColumn *
_weir_cast_interval (const WeirExpr *expr,
                     WeirEval       *eval,
                     const WeirArg  *arg,
                     WeirSel         sel,
                     guint           n_rows)
{
  WeirOut out;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean fits = TRUE;

    if (weir_type_is_numeric (arg->column->type))
      fits = from_number (arg, row, &out);
    else if (weir_type_is_numeric (expr->type))
      fits = to_number (arg, row, &out);
    else
      to_interval (arg, row, &out);
    if (!fits)
      _weir_cast_fail_overflow (expr, eval, arg, &out, row);
  }
  return _weir_out_finish (&out);
}
