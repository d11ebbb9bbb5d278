/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/fixed-text-private.h"

/* format_string() in the manner of Java's Formatter, and format_number(). */

/* One %-item. */
typedef struct
{
  guint    index;    /* from 1; 0: the next one */
  gboolean previous; /* %< */
  gboolean left, zero, plus, space, group, paren, alternate;
  guint    width;
  int      precision;  /* −1: none */
  char     conversion; /* the small letter */
  gboolean upper;      /* it was a capital: so is what it makes */
} Item;

/* Widths and precisions of a format are bounded as the value is. */
#define WIDTH_MAX 10000

#define UPPER_CONVERSIONS "BSCXEG"

static guint
read_count (const char **p,
            const char  *end)
{
  guint n = 0;

  for (; *p < end && g_ascii_isdigit (**p); (*p)++)
    n = MIN (n * 10 + (guint)(**p - '0'), WIDTH_MAX);
  return n;
}

static void
read_flags (const char **p,
            const char  *end,
            Item        *item)
{
  for (; *p < end; (*p)++)
    switch (**p)
      {
      case '-':
        item->left = TRUE;
        break;
      case '0':
        item->zero = TRUE;
        break;
      case '+':
        item->plus = TRUE;
        break;
      case ' ':
        item->space = TRUE;
        break;
      case ',':
        item->group = TRUE;
        break;
      case '(':
        item->paren = TRUE;
        break;
      case '#':
        item->alternate = TRUE;
        break;
      case '<':
        item->previous = TRUE;
        break;
      default:
        return;
      }
}

/* Behind the %. */
static gboolean
read_item (const char **p,
           const char  *end,
           Item        *item)
{
  const char *start = *p;
  guint       n = g_ascii_isdigit (**p) && **p != '0' ? read_count (p, end) : 0;

  *item = (Item){ .precision = -1 };
  if (n > 0 && *p < end && **p == '$')
    {
      item->index = n;
      (*p)++;
    }
  else
    *p = start;
  read_flags (p, end, item);
  item->width = read_count (p, end);
  if (*p < end && **p == '.')
    {
      (*p)++;
      item->precision = (int)read_count (p, end);
    }
  if (*p >= end)
    return FALSE;
  item->upper = **p != '\0' && strchr (UPPER_CONVERSIONS, **p) != NULL;
  item->conversion = item->upper ? g_ascii_tolower (**p) : **p;
  (*p)++;
  return TRUE;
}

/* As upper() has it. */
static GString *
upper_text (const char *text,
            gsize       len)
{
  GString *upper = g_string_new (NULL);
  guint    width;

  for (gsize i = 0; i < len; i += width)
    {
      gunichar c = _weir_utf8_get (text + i, &width);

      if (c == 0xdf)
        g_string_append (upper, "SS");
      else
        g_string_append_unichar (upper, g_unichar_toupper (c));
    }
  return upper;
}

static void
append_padded (GString    *out,
               const char *text,
               gsize       len,
               const Item *item)
{
  g_autoptr (GString) upper = NULL;
  gsize               n;

  if (item->upper)
    {
      upper = upper_text (text, len);
      text = upper->str;
      len = upper->len;
    }
  n = weir_utf8_length (text, len);
  for (gsize i = n; !item->left && i < item->width; i++)
    g_string_append_c (out, ' ');
  g_string_append_len (out, text, (gssize)len);
  for (gsize i = n; item->left && i < item->width; i++)
    g_string_append_c (out, ' ');
}

static const char *
sign_text (gboolean    negative,
           const Item *item)
{
  if (negative)
    return item->paren ? "(" : "-";
  return item->plus ? "+" : item->space ? " "
                                        : "";
}

/* @body without sign, grouped, filled and signed as the flags say. */
static void
append_number (GString    *out,
               GString    *body,
               gboolean    negative,
               const Item *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char         *sign = sign_text (negative, item);
  gboolean            closed = negative && item->paren;
  gsize               whole = strcspn (body->str, ".e");

  for (gsize i = 3; item->group && i < whole; i += 3)
    g_string_insert_c (body, (gssize)(whole - i), ',');
  if (item->zero)
    while (body->len + strlen (sign) + closed < item->width)
      g_string_prepend_c (body, '0');
  g_string_append (text, sign);
  g_string_append_len (text, body->str, (gssize)body->len);
  if (closed)
    g_string_append_c (text, ')');
  append_padded (out, text->str, text->len, item);
}

static gboolean
is_fraction (WeirType *type)
{
  return type->kind == WEIR_TYPE_DOUBLE || type->kind == WEIR_TYPE_FLOAT || type->kind == WEIR_TYPE_DECIMAL;
}

/* %x and %o; of a negative number two's complement of its width. The zeros that fill it stand behind the radix of %#x. */
static void
append_bits (GString    *out,
             gint64      value,
             gsize       width,
             const Item *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char         *radix = !item->alternate ? "" : item->conversion == 'o' ? "0"
                                                                              : "0x";
  guint64             bits = (guint64)value;

  if (width < 8)
    bits &= (G_GUINT64_CONSTANT (1) << (8 * width)) - 1;
  g_string_append_printf (text, item->conversion == 'o' ? "%" G_GINT64_MODIFIER "o" : "%" G_GINT64_MODIFIER "x", bits);
  if (item->zero)
    while (text->len + strlen (radix) < item->width)
      g_string_prepend_c (text, '0');
  g_string_prepend (text, radix);
  append_padded (out, text->str, text->len, item);
}

static void
append_exponent (GString          *out,
                 const WeirDigits *digits,
                 guint             precision)
{
  int exponent = digits->n > 0 ? digits->point - 1 : 0;

  g_string_append_c (out, digits->n > 0 ? digits->digits[0] : '0');
  if (precision > 0)
    g_string_append_c (out, '.');
  for (guint i = 1; i <= precision; i++)
    g_string_append_c (out, i < digits->n ? digits->digits[i] : '0');
  g_string_append_printf (out, "e%c%02d", exponent < 0 ? '-' : '+', ABS (exponent));
}

/* %g: @precision digits in all, with an exponent for what is too large or below 0.0001 once it is rounded. */
static void
append_general (GString    *out,
                WeirDigits *digits,
                int         precision)
{
  precision = MAX (precision, 1);
  if (digits->n > 0)
    _weir_digits_round (digits, precision - digits->point, FALSE);
  if (digits->n > 0 && (digits->point > precision || digits->point < -3))
    append_exponent (out, digits, (guint)precision - 1);
  else
    _weir_digits_append (digits, out, (guint)(digits->n > 0 ? precision - digits->point : precision - 1));
}

static void
append_fraction (WeirRow *row,
                 guint    i,
                 Item    *item)
{
  g_autoptr (GString) text = g_string_new (NULL);
  WeirDigits          digits;

  _weir_row_digits (row, i, &digits);
  if (digits.is_nan || digits.is_infinite)
    {
      if (!digits.is_nan)
        g_string_append (text, sign_text (digits.negative, item));
      g_string_append (text, digits.is_nan ? "NaN" : "Infinity");
      if (!digits.is_nan && digits.negative && item->paren)
        g_string_append_c (text, ')');
      append_padded (row->text, text->str, text->len, item);
      return;
    }
  if (item->precision < 0)
    item->precision = 6;
  if (item->conversion == 'f')
    {
      _weir_digits_round (&digits, item->precision, FALSE);
      _weir_digits_append (&digits, text, (guint)item->precision);
    }
  else if (item->conversion == 'g')
    append_general (text, &digits, item->precision);
  else
    {
      _weir_digits_round (&digits, item->precision + 1 - digits.point, FALSE);
      append_exponent (text, &digits, (guint)item->precision);
    }
  append_number (row->text, text, digits.negative, item);
}

static gboolean
append_value (WeirRow *row,
              guint    i,
              Item    *item)
{
  WeirType           *type = row->args[i].column->type;
  g_autoptr (GString) text = g_string_new (NULL);
  WeirDigits          digits;

  if (weir_row_is_null (row, i) && item->conversion != 'b')
    {
      append_padded (row->text, "null", 4, item);
      return TRUE;
    }
  switch (item->conversion)
    {
    case 's':
      weir_value_append_text (text, row->args[i].column, row->row & row->args[i].mask, WEIR_TEXT_CAST, row->eval->zone);
      if (item->precision >= 0)
        g_string_truncate (text, _weir_utf8_offset (text->str, text->len, (gsize)item->precision));
      append_padded (row->text, text->str, text->len, item);
      return TRUE;
    case 'b':
      append_padded (row->text, weir_row_is_null (row, i) || (type->kind == WEIR_TYPE_BOOLEAN && !weir_row_bool (row, i)) ? "false" : "true",
                     weir_row_is_null (row, i) || (type->kind == WEIR_TYPE_BOOLEAN && !weir_row_bool (row, i)) ? 5 : 4, item);
      return TRUE;
    case 'c':
      if (!weir_type_is_integral (type))
        return FALSE;
      if (!g_unichar_validate ((gunichar)_weir_row_int (row, i)))
        return FALSE;
      g_string_append_unichar (text, (gunichar)_weir_row_int (row, i));
      append_padded (row->text, text->str, text->len, item);
      return TRUE;
    case 'd':
      if (!weir_type_is_integral (type))
        return FALSE;
      _weir_row_digits (row, i, &digits);
      _weir_digits_append (&digits, text, 0);
      append_number (row->text, text, digits.negative, item);
      return TRUE;
    case 'x':
    case 'o':
      if (!weir_type_is_integral (type))
        return FALSE;
      append_bits (row->text, _weir_row_int (row, i), weir_type_width (type), item);
      return TRUE;
    case 'f':
    case 'e':
    case 'g':
      if (!is_fraction (type))
        return FALSE;
      append_fraction (row, i, item);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
fail_item (WeirRow    *row,
           const char *start,
           const char *end)
{
  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "INVALID_PARAMETER_VALUE.FORMAT", "Format specifier '%.*s' does not fit its argument.", (int)(end - start), start);
  return FALSE;
}

static gboolean
row_format_string (WeirRow *row)
{
  gsize       len;
  const char *p, *end;
  guint       next = 1, last = 0;

  if (weir_row_is_null (row, 0))
    return FALSE;
  p = weir_row_text (row, 0, &len);
  end = p + len;
  while (p < end)
    {
      const char *start = p;
      Item        item;
      guint       i;

      if (*p != '%')
        {
          g_string_append_c (row->text, *p++);
          continue;
        }
      p++;
      if (p >= end || !read_item (&p, end, &item))
        return fail_item (row, start, p);
      if (item.conversion == '%' || item.conversion == 'n')
        {
          g_string_append_c (row->text, item.conversion == '%' ? '%' : '\n');
          continue;
        }
      i = item.previous ? last : item.index > 0 ? item.index
                                                : next++;
      last = i;
      if (i == 0 || i >= row->n_args || !append_value (row, i, &item))
        return fail_item (row, start, p);
      if (!_weir_row_check_len (row, row->text->len))
        return FALSE;
    }
  return TRUE;
}

static WeirType *
bind_format_string (WeirBind *bind,
                    GError  **error)
{
  g_autofree char *format = NULL;

  if (!_weir_bind_coerce (bind, 0, WEIR_STRING, error))
    return NULL;
  format = _weir_bind_constant_string (bind, 0);
  if (format != NULL && strstr (format, "%0$") != NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE.ZERO_INDEX", bind->span,
                      "The value of parameter(s) `strfmt` in `%s` is invalid: expects %%1$, %%2$ and so on, but got %%0$.", bind->function->name),
           NULL;
  bind->nullable = bind->args[0]->nullable;
  return weir_type_ref (WEIR_STRING);
}

/* format_number() --------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint whole_min, fraction_min, fraction_max;
  guint group; /* digits between commas; 0: none */
} Pattern;

/* Java's DecimalFormat, as far as digits go: # 0 , . */
static gboolean
read_pattern (const char *text,
              gsize       len,
              Pattern    *pattern)
{
  gboolean fraction = FALSE, grouped = FALSE;

  *pattern = (Pattern){ 0 };
  for (gsize i = 0; i < len; i++)
    {
      if (text[i] == '.')
        fraction = TRUE;
      else if (text[i] == ',' && !fraction)
        {
          grouped = TRUE;
          pattern->group = 0;
        }
      else if (text[i] != '#' && text[i] != '0')
        return FALSE;
      else if (fraction)
        {
          pattern->fraction_max++;
          pattern->fraction_min += text[i] == '0';
        }
      else
        {
          pattern->whole_min += text[i] == '0';
          pattern->group += grouped;
        }
    }
  return TRUE;
}

static void
append_by_pattern (GString       *out,
                   WeirDigits    *digits,
                   const Pattern *pattern)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize               whole;

  _weir_digits_round (digits, (int)pattern->fraction_max, TRUE);
  _weir_digits_append (digits, text, pattern->fraction_max);
  whole = strcspn (text->str, ".");
  while (text->len > whole + 1 + pattern->fraction_min && text->str[text->len - 1] == '0')
    g_string_truncate (text, text->len - 1);
  if (text->len == whole + 1)
    g_string_truncate (text, whole);
  if (pattern->whole_min == 0 && whole == 1 && text->str[0] == '0' && text->len > 1)
    {
      g_string_erase (text, 0, 1);
      whole = 0;
    }
  for (; whole < pattern->whole_min; whole++)
    g_string_prepend_c (text, '0');
  for (gsize i = pattern->group; pattern->group > 0 && i < whole; i += pattern->group)
    g_string_insert_c (text, (gssize)(whole - i), ',');
  if (digits->negative && digits->n > 0)
    g_string_append_c (out, '-');
  g_string_append_len (out, text->str, (gssize)text->len);
}

static gboolean
row_format_number (WeirRow *row)
{
  WeirDigits digits;
  Pattern    pattern;

  if (row->args[1].column->type->kind == WEIR_TYPE_INT)
    {
      gint32 scale = weir_row_i32 (row, 1);

      if (scale < 0)
        return FALSE;
      pattern = (Pattern){ 1, (guint)MIN (scale, WIDTH_MAX), (guint)MIN (scale, WIDTH_MAX), 3 };
    }
  else
    {
      gsize       len;
      const char *text = weir_row_text (row, 1, &len);

      if (len == 0)
        pattern = (Pattern){ 1, 0, 0, 3 };
      else if (!read_pattern (text, len, &pattern))
        return _weir_row_fail_value (row, "PATTERN", "format", "'%.*s'.", (int)len, text);
    }
  _weir_row_digits (row, 0, &digits);
  if (digits.is_nan)
    g_string_append (row->text, "NaN");
  else if (digits.is_infinite)
    g_string_append (row->text, digits.negative ? "-∞" : "∞");
  else
    append_by_pattern (row->text, &digits, &pattern);
  return TRUE;
}

static WeirType *
bind_format_number (WeirBind *bind,
                    GError  **error)
{
  if (!weir_type_is_numeric (bind->args[0]->type) && !_weir_bind_coerce (bind, 0, WEIR_DOUBLE, error))
    return NULL;
  if (bind->args[1]->type->kind != WEIR_TYPE_STRING && !_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (WEIR_STRING);
}

#define GROUP "string"
#define FORMAT(name_)                                                                                                                                                                                                                                                                                                        \
  {                                                                                                                                                                                                                                                                                                                          \
    .name = name_, .group = GROUP, .signature = name_ "(format, a, b, …)", .doc = "The values put into a format, as printf does.", .example = "SELECT " name_ "('Hello World %d %s', 100, 'days')", .n_args_min = 1, .n_args_max = -1, .flags = WEIR_FUNCTION_CAN_FAIL, .bind = bind_format_string, .row = row_format_string \
  }

static const WeirFunction functions[] = {
  FORMAT ("format_string"),
  FORMAT ("printf"),
  { WEIR_ROW_FAILS ("format_number", GROUP, "format_number(number, digits)", "The number with commas and so many digits, or in a pattern of # and 0.", "SELECT format_number(12332.123456, 4)", 2, 2, NULL, row_format_number), .bind = bind_format_number },
};

const WeirFamily _weir_family_format = { functions, G_N_ELEMENTS (functions) };
