/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "expr/text-private.h"

/*
 * Text helpers.
 *
 * Doubles: up to 19 digits with a small exponent are exact in one multiplication or division (Clinger's fast path); the
 * rest goes to the C library through a bounded copy, always with a point, so that no locale matters.
 */

gsize
_weir_utf8_offset (const char *data,
                   gsize       len,
                   gsize       n)
{
  gsize i = 0;

  for (; n > 0 && i < len; n--)
    i += weir_utf8_width ((guchar)data[i]);
  return MIN (i, len);
}

gunichar
_weir_utf8_get (const char *data,
                guint      *width)
{
  const guchar *p = (const guchar *)data;

  *width = weir_utf8_width (p[0]);
  switch (*width)
    {
    case 1:
      return p[0];
    case 2:
      return (gunichar)((p[0] & 0x1f) << 6 | (p[1] & 0x3f));
    case 3:
      return (gunichar)((p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f));
    default:
      return (gunichar)((p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f));
    }
}

guint
_weir_utf8_put (char    *out,
                gunichar c)
{
  return (guint)g_unichar_to_utf8 (c, out);
}

static gboolean
is_trimmed (char c)
{
  return (guchar)c <= 0x20 || c == 0x7f;
}

void
_weir_trim_all (const char **data,
                gsize       *len)
{
  while (*len > 0 && is_trimmed ((*data)[0]))
    {
      (*data)++;
      (*len)--;
    }
  while (*len > 0 && is_trimmed ((*data)[*len - 1]))
    (*len)--;
}

gboolean
_weir_parse_int64 (const char *data,
                   gsize       len,
                   gint64     *value)
{
  gboolean negative = len > 0 && data[0] == '-';
  gsize    i = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;
  gint64   v = 0;

  if (i == len)
    return FALSE;
  for (; i < len; i++)
    {
      guint digit = (guint)(guchar)data[i] - '0';

      if (digit > 9 || __builtin_mul_overflow (v, 10, &v) || __builtin_sub_overflow (v, (gint64)digit, &v))
        return FALSE;
    }
  return negative ? (*value = v, TRUE) : !__builtin_sub_overflow (0, v, value);
}

/* Digits, point, exponent; how many bytes of them. */
typedef struct
{
  guint64  mantissa;
  guint    n_digits; /* of the mantissa, without leading zeros */
  int      exponent;
  gboolean any;
} NumberScan;

static gsize
scan_number (const char *data,
             gsize       len,
             NumberScan *scan)
{
  gsize    i = 0;
  gboolean point = FALSE;
  gsize    end;

  for (; i < len; i++)
    {
      guint digit = (guint)(guchar)data[i] - '0';

      if (data[i] == '.' && !point)
        {
          point = TRUE;
          continue;
        }
      if (digit > 9)
        break;
      scan->any = TRUE;
      if (scan->n_digits < 19)
        {
          scan->mantissa = scan->mantissa * 10 + digit;
          scan->n_digits += scan->mantissa != 0;
          scan->exponent -= point;
        }
      else
        {
          scan->n_digits++;
          scan->exponent += !point;
        }
    }
  end = i;
  if (scan->any && i < len && (data[i] | 0x20) == 'e')
    {
      gboolean negative = i + 1 < len && data[i + 1] == '-';
      int      exponent = 0;

      i += i + 1 < len && (data[i + 1] == '-' || data[i + 1] == '+') ? 2 : 1;
      if (i >= len || !g_ascii_isdigit (data[i]))
        return end;
      for (; i < len && g_ascii_isdigit (data[i]); i++)
        exponent = MIN (exponent * 10 + (data[i] - '0'), 100000);
      scan->exponent += negative ? -exponent : exponent;
      end = i;
    }
  return end;
}

static gboolean
equal_word (const char *data,
            gsize       len,
            const char *word)
{
  return len == strlen (word) && g_ascii_strncasecmp (data, word, len) == 0;
}

static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

gboolean
_weir_parse_double (const char *data,
                    gsize       len,
                    double     *value)
{
  NumberScan scan = { 0 };
  gsize      sign = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;
  double     factor = sign == 1 && data[0] == '-' ? -1 : 1;
  gsize      end = scan_number (data + sign, len - sign, &scan) + sign;

  if (!scan.any)
    {
      const char *word = data + sign;
      gsize       n = len - sign;

      if (equal_word (word, n, "inf") || equal_word (word, n, "infinity"))
        return *value = factor * INFINITY, TRUE;
      if (sign == 0 && equal_word (word, n, "nan"))
        return *value = NAN, TRUE;
      return FALSE;
    }
  if (len - end == 1 && strchr ("dDfF", data[end]) != NULL)
    len = end;
  if (end != len)
    return FALSE;
  if (scan.n_digits <= 19 && scan.mantissa <= (G_GUINT64_CONSTANT (1) << 53) && ABS (scan.exponent) <= 22)
    {
      double m = (double)scan.mantissa;

      *value = factor * (scan.exponent < 0 ? m / powers[-scan.exponent] : m * powers[scan.exponent]);
      return TRUE;
    }
  else
    {
      g_autofree char *copy = g_strndup (data, end);

      *value = g_ascii_strtod (copy, NULL);
      return TRUE;
    }
}

gboolean
_weir_is_decimal_text (const char *data,
                       gsize       len)
{
  NumberScan scan = { 0 };
  gsize      sign = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;

  return scan_number (data + sign, len - sign, &scan) + sign == len && scan.any;
}

guint
_weir_format_int64 (char  *out,
                    gint64 value)
{
  char    digits[20];
  guint   n = 0, len = 0;
  guint64 v = value < 0 ? 0 - (guint64)value : (guint64)value;

  do
    {
      digits[n++] = (char)('0' + v % 10);
      v /= 10;
    }
  while (v != 0);
  if (value < 0)
    out[len++] = '-';
  while (n > 0)
    out[len++] = digits[--n];
  return len;
}
