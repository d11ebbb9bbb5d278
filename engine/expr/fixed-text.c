/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "column/decimal.h"
#include "column/value.h"
#include "expr/fixed-text-private.h"

/* Numbers with a fixed number of digits behind the point, for format_number(), format_string() and to_char(). */

/* Digits, a point, an exponent: as weir_append_double() and weir_decimal_append() write them. */
static void
read_text (WeirDigits *digits,
           const char *text)
{
  gboolean seen_point = FALSE;
  int      whole = 0;

  for (; *text != '\0' && *text != 'E'; text++)
    {
      if (*text == '-')
        digits->negative = TRUE;
      else if (*text == '.')
        seen_point = TRUE;
      else if (digits->n < sizeof digits->digits)
        {
          digits->digits[digits->n++] = *text;
          whole += !seen_point;
        }
    }
  digits->point = whole + (*text == 'E' ? (int)g_ascii_strtoll (text + 1, NULL, 10) : 0);
}

static void
normalise (WeirDigits *digits)
{
  guint zeros = 0;

  while (zeros < digits->n && digits->digits[zeros] == '0')
    zeros++;
  memmove (digits->digits, digits->digits + zeros, digits->n - zeros);
  digits->n -= zeros;
  digits->point -= (int)zeros;
  while (digits->n > 0 && digits->digits[digits->n - 1] == '0')
    digits->n--;
  if (digits->n == 0)
    digits->point = 0;
}

void
_weir_row_digits (WeirRow    *row,
                  guint       i,
                  WeirDigits *digits)
{
  WeirType           *type = row->args[i].column->type;
  g_autoptr (GString) text = g_string_new (NULL);
  double              value = type->kind == WEIR_TYPE_DOUBLE ? weir_row_double (row, i) : type->kind == WEIR_TYPE_FLOAT ? (double)weir_arg_at (row->args[i], float, row->row)
                                                                                                                        : 0;

  memset (digits, 0, sizeof *digits);
  digits->is_nan = isnan (value);
  digits->is_infinite = isinf (value);
  digits->negative = value < 0;
  if (digits->is_nan || digits->is_infinite)
    return;
  weir_value_append_text (text, row->args[i].column, row->row & row->args[i].mask, WEIR_TEXT_CAST, weir_zone_utc ());
  read_text (digits, text->str);
  normalise (digits);
}

void
_weir_digits_round (WeirDigits *digits,
                    int         scale,
                    gboolean    half_even)
{
  int      keep = digits->point + scale;
  gboolean up;

  if (keep >= (int)digits->n)
    return;
  if (keep < 0)
    {
      digits->n = 0;
      digits->point = 0;
      return;
    }
  up = digits->digits[keep] > '5' || (digits->digits[keep] == '5' && ((guint)keep + 1 < digits->n || !half_even || (keep > 0 && (digits->digits[keep - 1] - '0') % 2 == 1)));
  digits->n = (guint)keep;
  for (; up && digits->n > 0; digits->n--)
    {
      if (digits->digits[digits->n - 1] < '9')
        {
          digits->digits[digits->n - 1]++;
          up = FALSE;
          break;
        }
    }
  if (up)
    {
      digits->digits[0] = '1';
      digits->n = 1;
      digits->point++;
    }
  normalise (digits);
}

void
_weir_digits_append (const WeirDigits *digits,
                     GString          *out,
                     guint             scale)
{
  if (digits->point <= 0)
    g_string_append_c (out, '0');
  for (int i = 0; i < digits->point; i++)
    g_string_append_c (out, (guint)i < digits->n ? digits->digits[i] : '0');
  if (scale == 0)
    return;
  g_string_append_c (out, '.');
  for (int i = digits->point; i < digits->point + (int)scale; i++)
    g_string_append_c (out, i >= 0 && (guint)i < digits->n ? digits->digits[i] : '0');
}
