/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "column/decimal.h"
#include "column/value.h"

#include <math.h>

/*
 * Values are unscaled 128-bit integers. Addition and rescaling check for overflow with the compiler's builtins; products and
 * quotients go through 256 bits, kept as four 64-bit limbs. Rounding is HALF_UP: away from zero at the half.
 */

typedef unsigned __int128 Uint128;

typedef struct
{
  guint64 limb[4]; /* least significant first */
} Uint256;

#define E10          ((WeirInt128)10000000000)
#define NINE(base)   base, base * 10, base * 100, base * 1000, base * 10000, base * 100000, base * 1000000, base * 10000000, base * 100000000
#define POWERS(base) NINE (base), base * 1000000000

static const WeirInt128 powers[WEIR_DECIMAL_DIGITS_MAX + 1] = { POWERS ((WeirInt128)1), POWERS (E10), POWERS (E10 *E10), NINE (E10 *E10 *E10) };

WeirInt128
weir_decimal_pow10 (guint exponent)
{
  return powers[exponent];
}

static Uint128
magnitude (WeirInt128 value)
{
  return value < 0 ? -(Uint128)value : (Uint128)value;
}

gboolean
weir_decimal_fits (WeirInt128 value,
                   guint      precision)
{
  return magnitude (value) < (Uint128)weir_decimal_pow10 (precision);
}

static gboolean
scale_up (WeirInt128  value,
          guint       digits,
          WeirInt128 *result)
{
  if (digits > WEIR_DECIMAL_DIGITS_MAX)
    {
      *result = 0;
      return value == 0;
    }
  return !__builtin_mul_overflow (value, weir_decimal_pow10 (digits), result);
}

static WeirInt128
divide_half_up (WeirInt128 value,
                WeirInt128 divisor)
{
  Uint128 u = magnitude (value), d = (Uint128)divisor, q = u / d, r = u % d;

  if (r >= d - r)
    q++;
  return value < 0 ? -(WeirInt128)q : (WeirInt128)q;
}

gboolean
weir_decimal_rescale (WeirInt128  value,
                      guint       from_scale,
                      guint       to_scale,
                      guint       to_precision,
                      WeirInt128 *result)
{
  if (to_scale >= from_scale)
    {
      if (!scale_up (value, to_scale - from_scale, result))
        return FALSE;
    }
  else if (from_scale - to_scale > WEIR_DECIMAL_DIGITS_MAX)
    *result = 0;
  else
    *result = divide_half_up (value, weir_decimal_pow10 (from_scale - to_scale));
  return weir_decimal_fits (*result, to_precision);
}

/* ---- 256 bits --------------------------------------------------------------------------------------------------- */

static Uint256
multiply_wide (Uint128 a,
               Uint128 b)
{
  guint64 x[2] = { (guint64)a, (guint64)(a >> 64) }, y[2] = { (guint64)b, (guint64)(b >> 64) };
  Uint256 result = { { 0 } };

  for (guint i = 0; i < 2; i++)
    {
      guint64 carry = 0;

      for (guint j = 0; j < 2; j++)
        {
          Uint128 term = (Uint128)x[i] * y[j] + result.limb[i + j] + carry;

          result.limb[i + j] = (guint64)term;
          carry = (guint64)(term >> 64);
        }
      result.limb[i + 2] += carry;
    }
  return result;
}

static gboolean
is_zero_above (const Uint256 *value,
               guint          limbs)
{
  for (guint i = limbs; i < 4; i++)
    if (value->limb[i] != 0)
      return FALSE;
  return TRUE;
}

/* A limb at a time. */
static Uint256
divide_by_limb (Uint256  value,
                guint64  divisor,
                Uint128 *remainder)
{
  Uint256 quotient = { { 0 } };
  Uint128 r = 0;

  for (int i = 3; i >= 0; i--)
    {
      r = r << 64 | value.limb[i];
      quotient.limb[i] = (guint64)(r / divisor);
      r %= divisor;
    }
  *remainder = r;
  return quotient;
}

/* Bit by bit: only for values beyond 128 bits. */
static Uint256
divide_wide (Uint256  value,
             Uint128  divisor,
             Uint128 *remainder)
{
  Uint256 quotient = { { 0 } };
  Uint128 r = 0;

  if (divisor >> 64 == 0)
    return divide_by_limb (value, (guint64)divisor, remainder);
  for (int bit = 255; bit >= 0; bit--)
    {
      gboolean high = (r >> 127) & 1;

      r = (r << 1) | ((value.limb[bit / 64] >> (bit % 64)) & 1);
      if (high || r >= divisor)
        {
          r -= divisor;
          quotient.limb[bit / 64] |= G_GUINT64_CONSTANT (1) << (bit % 64);
        }
    }
  *remainder = r;
  return quotient;
}

/* value / divisor, HALF_UP; FALSE when it does not fit 127 bits. */
static gboolean
divide_wide_half_up (Uint256     value,
                     Uint128     divisor,
                     gboolean    negative,
                     WeirInt128 *result)
{
  Uint128 quotient, remainder;

  if (is_zero_above (&value, 2))
    {
      Uint128 low = ((Uint128)value.limb[1] << 64) | value.limb[0];

      quotient = low / divisor;
      remainder = low % divisor;
    }
  else
    {
      Uint256 wide = divide_wide (value, divisor, &remainder);

      if (!is_zero_above (&wide, 2))
        return FALSE;
      quotient = ((Uint128)wide.limb[1] << 64) | wide.limb[0];
    }
  if (remainder >= divisor - remainder)
    quotient++;
  if (quotient >> 127)
    return FALSE;
  *result = negative ? -(WeirInt128)quotient : (WeirInt128)quotient;
  return TRUE;
}

/* ---- arithmetic ------------------------------------------------------------------------------------------------- */

static int
compare_wide (const Uint256 *a,
              const Uint256 *b)
{
  for (int i = 3; i >= 0; i--)
    if (a->limb[i] != b->limb[i])
      return a->limb[i] < b->limb[i] ? -1 : 1;
  return 0;
}

/* a ± b; for minus, a must not be smaller. Products of 38 digits leave room for the carry. */
static Uint256
combine_wide (const Uint256 *a,
              const Uint256 *b,
              gboolean       subtract)
{
  Uint256 result;
  guint64 carry = 0;

  for (guint i = 0; i < 4; i++)
    {
      Uint128 term = subtract ? (Uint128)a->limb[i] - b->limb[i] - carry : (Uint128)a->limb[i] + b->limb[i] + carry;

      result.limb[i] = (guint64)term;
      carry = (guint64)(term >> 64) & 1;
    }
  return result;
}

/* For operands whose common scale does not fit in 128 bits, though the rounded sum may. */
static gboolean
add_wide (WeirInt128  a,
          WeirInt128  b,
          guint       shift_a,
          guint       shift_b,
          guint       drop, /* digits of the common scale that the result has not */
          WeirInt128 *result)
{
  Uint256  x = multiply_wide (magnitude (a), (Uint128)powers[shift_a]);
  Uint256  y = multiply_wide (magnitude (b), (Uint128)powers[shift_b]);
  Uint256  sum;
  gboolean negative = a < 0;

  if ((a < 0) == (b < 0))
    sum = combine_wide (&x, &y, FALSE);
  else if (compare_wide (&x, &y) >= 0)
    sum = combine_wide (&x, &y, TRUE);
  else
    {
      sum = combine_wide (&y, &x, TRUE);
      negative = !negative;
    }
  return divide_wide_half_up (sum, (Uint128)powers[drop], negative, result);
}

gboolean
weir_decimal_add (WeirInt128  a,
                  guint       scale_a,
                  WeirInt128  b,
                  guint       scale_b,
                  guint       precision,
                  guint       scale,
                  WeirInt128 *result)
{
  guint      common = MAX (scale_a, scale_b);
  WeirInt128 x, y, sum;

  if (scale_up (a, common - scale_a, &x) && scale_up (b, common - scale_b, &y) && !__builtin_add_overflow (x, y, &sum))
    return weir_decimal_rescale (sum, common, scale, precision, result);
  return common > scale && add_wide (a, b, common - scale_a, common - scale_b, common - scale, result) && weir_decimal_fits (*result, precision);
}

gboolean
weir_decimal_subtract (WeirInt128  a,
                       guint       scale_a,
                       WeirInt128  b,
                       guint       scale_b,
                       guint       precision,
                       guint       scale,
                       WeirInt128 *result)
{
  return weir_decimal_add (a, scale_a, -b, scale_b, precision, scale, result);
}

gboolean
weir_decimal_multiply (WeirInt128  a,
                       guint       scale_a,
                       WeirInt128  b,
                       guint       scale_b,
                       guint       precision,
                       guint       scale,
                       WeirInt128 *result)
{
  guint      exact = scale_a + scale_b;
  gboolean   negative = (a < 0) != (b < 0);
  WeirInt128 product;

  if (!__builtin_mul_overflow (a, b, &product))
    return weir_decimal_rescale (product, exact, scale, precision, result);
  if (exact <= scale || exact - scale > WEIR_DECIMAL_DIGITS_MAX)
    return FALSE;
  return divide_wide_half_up (multiply_wide (magnitude (a), magnitude (b)), (Uint128)weir_decimal_pow10 (exact - scale), negative, result) &&
         weir_decimal_fits (*result, precision);
}

gboolean
weir_decimal_divide (WeirInt128  a,
                     guint       scale_a,
                     WeirInt128  b,
                     guint       scale_b,
                     guint       precision,
                     guint       scale,
                     WeirInt128 *result)
{
  /* a / 10^sa / (b / 10^sb) = q / 10^scale  ⇒  q = a · 10^(scale + sb − sa) / b */
  gboolean negative = (a < 0) != (b < 0);
  int      shift = (int)scale + (int)scale_b - (int)scale_a;
  Uint256  numerator;
  Uint128  divisor = magnitude (b);

  if (shift >= 0)
    {
      guint first = MIN ((guint)shift, WEIR_DECIMAL_DIGITS_MAX);

      if ((guint)shift > first)
        {
          WeirInt128 scaled;

          if (!scale_up (a, (guint)shift - first, &scaled))
            return FALSE;
          a = scaled;
        }
      numerator = multiply_wide (magnitude (a), (Uint128)weir_decimal_pow10 (first));
    }
  else
    {
      WeirInt128 scaled;

      numerator = multiply_wide (magnitude (a), 1);
      if (!scale_up ((WeirInt128)divisor, (guint)-shift, &scaled))
        {
          *result = 0;
          return TRUE;
        }
      divisor = (Uint128)scaled;
    }
  return divide_wide_half_up (numerator, divisor, negative, result) && weir_decimal_fits (*result, precision);
}

gboolean
weir_decimal_remainder (WeirInt128  a,
                        guint       scale_a,
                        WeirInt128  b,
                        guint       scale_b,
                        guint       precision,
                        guint       scale,
                        WeirInt128 *result)
{
  guint      common = MAX (scale_a, scale_b);
  WeirInt128 x, y;

  if (!scale_up (a, common - scale_a, &x))
    {
      Uint128 remainder;

      /* Then @b has the larger scale and stays as it is. */
      divide_wide (multiply_wide (magnitude (a), (Uint128)powers[common - scale_a]), magnitude (b), &remainder);
      return weir_decimal_rescale (a < 0 ? -(WeirInt128)remainder : (WeirInt128)remainder, common, scale, precision, result);
    }
  if (!scale_up (b, common - scale_b, &y))
    return weir_decimal_rescale (x, common, scale, precision, result); /* |b| is above every a */
  return weir_decimal_rescale (x % y, common, scale, precision, result);
}

int
weir_decimal_compare (WeirInt128 a,
                      guint      scale_a,
                      WeirInt128 b,
                      guint      scale_b)
{
  guint      common = MAX (scale_a, scale_b);
  WeirInt128 x, y;

  if ((a < 0) != (b < 0) || a == 0 || b == 0)
    return a < b ? -1 : a > b;
  if (!scale_up (a, common - scale_a, &x))
    return a < 0 ? -1 : 1;
  if (!scale_up (b, common - scale_b, &y))
    return b < 0 ? 1 : -1;
  return x < y ? -1 : x > y;
}

/* ---- text and doubles ------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirInt128 digits;   /* significant digits, at most 39 kept */
  gint64     exponent; /* of ten, for `digits` */
  gboolean   round_up; /* first digit that was not kept is ≥ 5 */
  guint      n_kept;
} Parsed;

static gboolean
parse_digits (const char **at,
              const char  *end,
              Parsed      *parsed)
{
  gboolean any = FALSE, point = FALSE, dropped = FALSE;

  for (; *at < end; (*at)++)
    {
      char c = **at;

      if (c == '.' && !point)
        {
          point = TRUE;
          continue;
        }
      if (!g_ascii_isdigit (c))
        break;
      any = TRUE;
      if (parsed->n_kept < WEIR_DECIMAL_DIGITS_MAX)
        {
          parsed->digits = parsed->digits * 10 + (c - '0');
          parsed->n_kept += parsed->digits != 0;
          parsed->exponent -= point;
        }
      else
        {
          if (!dropped)
            parsed->round_up = c >= '5';
          dropped = TRUE;
          parsed->exponent += !point;
        }
    }
  return any;
}

static gboolean
parse_exponent (const char **at,
                const char  *end,
                gint64      *exponent)
{
  gboolean negative;
  gint64   value = 0;

  if (*at == end || (**at != 'e' && **at != 'E'))
    return TRUE;
  (*at)++;
  negative = *at < end && **at == '-';
  if (*at < end && (**at == '-' || **at == '+'))
    (*at)++;
  if (*at == end)
    return FALSE;
  for (; *at < end && g_ascii_isdigit (**at); (*at)++)
    value = MIN (value * 10 + (**at - '0'), 1000000);
  *exponent += negative ? -value : value;
  return TRUE;
}

gboolean
weir_decimal_parse (const char *text,
                    gsize       len,
                    guint       precision,
                    guint       scale,
                    WeirInt128 *result)
{
  const char *at = text, *end = text + len;
  gboolean    negative = len > 0 && *at == '-';
  Parsed      parsed = { 0 };
  gint64      shift;

  if (len > 0 && (*at == '-' || *at == '+'))
    at++;
  if (!parse_digits (&at, end, &parsed) || !parse_exponent (&at, end, &parsed.exponent) || at != end)
    return FALSE;
  /* digits · 10^exponent = result · 10^-scale */
  shift = parsed.exponent + scale;
  if (parsed.digits == 0 || shift < -WEIR_DECIMAL_DIGITS_MAX)
    *result = 0;
  else if (shift >= 0)
    {
      /* A digit beyond the 38th before the point: too large in any case. */
      if (shift > WEIR_DECIMAL_DIGITS_MAX || !scale_up (parsed.digits, (guint)shift, result))
        return FALSE;
      if (parsed.round_up && shift == 0)
        (*result)++;
    }
  else
    *result = divide_half_up (parsed.digits, weir_decimal_pow10 ((guint)-shift));
  if (negative)
    *result = -*result;
  return weir_decimal_fits (*result, precision);
}

void
weir_decimal_append (GString   *out,
                     WeirInt128 value,
                     guint      scale)
{
  char    text[48]; /* sign, 39 digits, point */
  guint   at = sizeof text, n = 0;
  Uint128 rest = magnitude (value);

  while (rest != 0 || n <= scale)
    {
      /* 64-bit divisions as soon as they are enough. */
      guint digit = rest >> 64 != 0 ? (guint)(rest % 10) : (guint)((guint64)rest % 10);

      rest = rest >> 64 != 0 ? rest / 10 : (Uint128)((guint64)rest / 10);
      if (n == scale && scale > 0)
        text[--at] = '.';
      text[--at] = (char)('0' + digit);
      n++;
    }
  if (value < 0)
    text[--at] = '-';
  g_string_append_len (out, text + at, sizeof text - at);
}

double
weir_decimal_to_double (WeirInt128 value,
                        guint      scale)
{
  g_autoptr (GString) text = NULL;
  double              result = 0;

  /* Both exact: one correctly rounded division. */
  if (magnitude (value) <= ((Uint128)1 << 53) && scale <= 22)
    return (double)value / (double)weir_decimal_pow10 (scale);
  text = g_string_new (NULL);
  weir_decimal_append (text, value, scale);
  weir_parse_double (text->str, text->len, &result);
  return result;
}

/* Spark goes through the shortest text of the double. */
gboolean
weir_decimal_from_double (double      value,
                          guint       precision,
                          guint       scale,
                          WeirInt128 *result)
{
  g_autoptr (GString) text = NULL;

  if (!isfinite (value))
    return FALSE;
  text = g_string_new (NULL);
  weir_append_double (text, value);
  return weir_decimal_parse (text->str, text->len, precision, scale, result);
}
