/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"

#include <math.h>

/*
 * Java's Double.toString and Float.toString: the shortest digits that read back as the same value; plain notation from 10^-3 to
 * below 10^7 with at least one digit behind the point, else d.dddE±n.
 */

/* Digits without point and zeros at the end, and the exponent of d.ddd. */
static guint
shortest_digits (double   value,
                 gboolean is_float,
                 char    *digits,
                 int     *exponent)
{
  char        text[G_ASCII_DTOSTR_BUF_SIZE];
  guint       n = 0;
  const char *at;

  for (int precision = is_float ? 5 : 14; precision <= (is_float ? 8 : 16); precision++)
    {
      char format[] = { '%', '.', (char)('0' + precision / 10), (char)('0' + precision % 10), 'e', '\0' };

      g_ascii_formatd (text, sizeof text, format, value);
      if (is_float ? (float)g_ascii_strtod (text, NULL) == (float)value : g_ascii_strtod (text, NULL) == value)
        break;
    }
  for (at = text; *at != 'e'; at++)
    if (*at != '.')
      digits[n++] = *at;
  *exponent = (int)g_ascii_strtoll (at + 1, NULL, 10);
  while (n > 1 && digits[n - 1] == '0')
    n--;
  return n;
}

static void
append_plain (GString    *out,
              const char *digits,
              guint       n,
              int         exponent)
{
  if (exponent < 0)
    {
      g_string_append (out, "0.");
      for (int i = -1; i > exponent; i--)
        g_string_append_c (out, '0');
      g_string_append_len (out, digits, n);
      return;
    }
  for (int i = 0; i <= exponent; i++)
    g_string_append_c (out, (guint)i < n ? digits[i] : '0');
  g_string_append_c (out, '.');
  if ((int)n > exponent + 1)
    g_string_append_len (out, digits + exponent + 1, (gssize)n - exponent - 1);
  else
    g_string_append_c (out, '0');
}

static void
append_number (GString *out,
               double   value,
               gboolean is_float)
{
  char  digits[32];
  int   exponent;
  guint n;

  if (isnan (value))
    {
      g_string_append (out, "NaN");
      return;
    }
  if (signbit (value))
    g_string_append_c (out, '-');
  value = fabs (value);
  if (isinf (value))
    {
      g_string_append (out, "Infinity");
      return;
    }
  if (value == 0)
    {
      g_string_append (out, "0.0");
      return;
    }
  if (value < 1e7 && value == floor (value))
    {
      g_string_append_printf (out, "%d.0", (int)value);
      return;
    }
  n = shortest_digits (value, is_float, digits, &exponent);
  if (exponent >= -3 && exponent < 7)
    {
      append_plain (out, digits, n, exponent);
      return;
    }
  g_string_append_c (out, digits[0]);
  g_string_append_c (out, '.');
  if (n > 1)
    g_string_append_len (out, digits + 1, n - 1);
  else
    g_string_append_c (out, '0');
  g_string_append_printf (out, "E%d", exponent);
}

void
weir_append_double (GString *out,
                    double   value)
{
  append_number (out, value, FALSE);
}

void
weir_append_float (GString *out,
                   float    value)
{
  append_number (out, (double)value, TRUE);
}
