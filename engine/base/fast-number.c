/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Integers and doubles from text.
 *
 * A double is read as a 19 digit integer and a power of ten. Small ones are exact in one operation (Clinger); the rest goes
 * through Lemire's 128 bit product with the table of pow5-table.c, which gives the correctly rounded value or says that
 * it cannot tell. Then, and with more than 19 digits that matter, g_ascii_strtod() decides; that is rare enough for its cost.
 */

gboolean
weir_parse_i64 (const char *text,
                gsize       len,
                gint64     *value)
{
  guint64  v = 0;
  gsize    i = 0;
  gboolean negative = FALSE;

  if (len > 0 && (text[0] == '-' || text[0] == '+'))
    {
      negative = text[0] == '-';
      i = 1;
    }
  if (i == len)
    return FALSE;
  for (; i < len; i++)
    {
      guint digit = (guint)(guchar)text[i] - '0';

      if (digit > 9 || __builtin_mul_overflow (v, 10, &v) || __builtin_add_overflow (v, digit, &v))
        return FALSE;
    }
  if (v > (guint64)G_MAXINT64 + negative)
    return FALSE;
  *value = negative ? (gint64)(0 - v) : (gint64)v;
  return TRUE;
}

typedef struct
{
  guint64  digits; /* first 19 significant ones */
  gint64   exponent;
  gboolean negative;
  gboolean truncated; /* digits beyond the 19th were not all zero */
} Decimal;

static gboolean
scan_exponent (const char *p,
               const char *end,
               gint64     *exponent)
{
  gboolean negative = FALSE;
  gint64   e = 0;

  if (p < end && (*p == '-' || *p == '+'))
    negative = *p++ == '-';
  if (p == end)
    return FALSE;
  for (; p < end; p++)
    {
      if (!g_ascii_isdigit (*p))
        return FALSE;
      if (e < 100000)
        e = e * 10 + (*p - '0');
    }
  *exponent += negative ? -e : e;
  return TRUE;
}

static gboolean
scan_decimal (const char *text,
              gsize       len,
              Decimal    *out)
{
  const char *p = text;
  const char *end = text + len;
  guint       n_digits = 0;
  guint       n_kept = 0;
  gboolean    after_point = FALSE;

  *out = (Decimal){ 0 };
  if (p < end && (*p == '-' || *p == '+'))
    out->negative = *p++ == '-';
  for (; p < end; p++)
    {
      guint digit = (guint)(guchar)*p - '0';

      if (digit <= 9)
        {
          n_digits++;
          if (n_kept < 19)
            {
              out->digits = out->digits * 10 + digit;
              n_kept += out->digits != 0;
              out->exponent -= after_point;
            }
          else
            {
              out->truncated |= digit != 0;
              out->exponent += !after_point;
            }
        }
      else if (*p == '.' && !after_point)
        after_point = TRUE;
      else
        break;
    }
  if (n_digits == 0)
    return FALSE;
  if (p == end)
    return TRUE;
  return (*p == 'e' || *p == 'E') && scan_exponent (p + 1, end, &out->exponent);
}

static double
slow_double (const char *text,
             gsize       len)
{
  char             small[128];
  g_autofree char *large = NULL;
  char            *copy = small;

  if (len >= sizeof small)
    copy = large = g_malloc (len + 1);
  memcpy (copy, text, len);
  copy[len] = '\0';
  return g_ascii_strtod (copy, NULL);
}

/* Bits of digits · 10^exponent; FALSE when it cannot tell. digits is not 0. */
static gboolean
lemire (guint64 digits,
        gint64  exponent,
        double *value)
{
  unsigned __int128 product;
  guint64           low;
  guint64           high;
  guint64           mantissa;
  int               shift;
  int               upper;
  gint64            power;

  if (exponent < WEIR_POW5_MIN || exponent > WEIR_POW5_MAX)
    return FALSE;
  shift = __builtin_clzll (digits);
  digits <<= shift;
  product = (unsigned __int128)digits * weir_pow5[exponent - WEIR_POW5_MIN][0];
  high = (guint64)(product >> 64);
  low = (guint64)product;
  if ((high & 0x1ff) == 0x1ff)
    {
      unsigned __int128 second = (unsigned __int128)digits * weir_pow5[exponent - WEIR_POW5_MIN][1];
      guint64           carry = (guint64)(second >> 64);

      low += carry;
      high += low < carry;
    }
  if (low == G_MAXUINT64 && (exponent < -27 || exponent > 55))
    return FALSE;
  upper = (int)(high >> 63);
  mantissa = high >> (upper + 64 - 52 - 3);
  power = ((217706 * exponent) >> 16) + 63 + upper - shift + 1023;
  if (power <= 0 || power >= 2047)
    return FALSE;
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (mantissa & 3) == 1 && mantissa << (upper + 64 - 52 - 3) == high)
    mantissa &= ~G_GUINT64_CONSTANT (1);
  mantissa += mantissa & 1;
  mantissa >>= 1;
  if (mantissa >= G_GUINT64_CONSTANT (1) << 53)
    {
      mantissa = G_GUINT64_CONSTANT (1) << 52;
      if (++power >= 2047)
        return FALSE;
    }
  mantissa = (mantissa & ~(G_GUINT64_CONSTANT (1) << 52)) | ((guint64)power << 52);
  memcpy (value, &mantissa, sizeof *value);
  return TRUE;
}

gboolean
weir_parse_double (const char *text,
                   gsize       len,
                   double     *value)
{
  static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
  Decimal             decimal;
  double              result;

  if (!scan_decimal (text, len, &decimal))
    return FALSE;
  if (decimal.digits == 0)
    result = 0.0;
  else if (!decimal.truncated && decimal.digits <= G_GUINT64_CONSTANT (1) << 53 && decimal.exponent >= -22 && decimal.exponent <= 22)
    result = decimal.exponent < 0 ? (double)decimal.digits / powers[-decimal.exponent] : (double)decimal.digits * powers[decimal.exponent];
  else if (decimal.truncated || !lemire (decimal.digits, decimal.exponent, &result))
    {
      *value = slow_double (text, len);
      return TRUE;
    }
  *value = decimal.negative ? -result : result;
  return TRUE;
}

/* The text again, for a double that lies exactly between two floats: which side the text is on is lost in it. */
static float
slow_float (const char *text,
            gsize       len)
{
  static gsize     c_locale;
  g_autofree char *copy = g_strndup (text, len);

  if (g_once_init_enter (&c_locale))
    g_once_init_leave (&c_locale, (gsize)newlocale (LC_ALL_MASK, "C", (locale_t)0));
  return strtof_l (copy, NULL, (locale_t)c_locale);
}

gboolean
weir_parse_float (const char *text,
                  gsize       len,
                  float      *value)
{
  double wide;
  float  other;

  if (!weir_parse_double (text, len, &wide))
    return FALSE;
  *value = (float)wide;
  if ((double)*value == wide || fabs (wide) > 3.5e38)
    return TRUE;
  other = nextafterf (*value, wide > (double)*value ? INFINITY : -INFINITY);
  if (isinf (*value) || ((double)*value + (double)other) / 2 == wide)
    *value = slow_float (text, len);
  return TRUE;
}

guint
weir_i64_to_text (char  *out,
                  gint64 value)
{
  static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                              "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                              "8081828384858687888990919293949596979899";
  char              digits[WEIR_I64_TEXT_MAX];
  guint             at = sizeof digits, sign = value < 0;
  guint64           rest = value < 0 ? -(guint64)value : (guint64)value;

  for (; rest >= 100; rest /= 100)
    {
      at -= 2;
      memcpy (digits + at, pairs + 2 * (rest % 100), 2);
    }
  if (rest >= 10)
    {
      at -= 2;
      memcpy (digits + at, pairs + 2 * rest, 2);
    }
  else
    digits[--at] = (char)('0' + rest);
  out[0] = '-';
  memcpy (out + sign, digits + at, sizeof digits - at);
  return sign + (guint)sizeof digits - at;
}
