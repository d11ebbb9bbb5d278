/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "expr/families-private.h"
#include "expr/row-private.h"

/* Signs, bits and notations of numbers. */

static WeirType *
bind_signed (WeirBind *bind,
             GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (type->kind == WEIR_TYPE_INTERVAL_YM || type->kind == WEIR_TYPE_INTERVAL_DT || type->kind == WEIR_TYPE_INTERVAL)
    return weir_type_ref (type);
  if (!weir_type_is_numeric (type) && !_weir_bind_coerce (bind, 0, WEIR_DOUBLE, error))
    return NULL;
  type = bind->args[0]->type;
  bind->can_fail = weir_type_is_integral (type) && strcmp (bind->function->name, "positive") != 0;
  return weir_type_ref (type);
}

static gboolean
fail_overflow (WeirRow *row)
{
  WeirTypeKind kind = row->expr->type->kind;

  return _weir_row_fail (row, "ARITHMETIC_OVERFLOW", "%s overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.",
                         kind == WEIR_TYPE_BIGINT ? "long" : kind >= WEIR_TYPE_INTERVAL_YM ? "interval"
                                                                                           : "integer");
}

static gboolean
negate (WeirRow *row)
{
  static const gint64 smallest[] = { G_MININT8, G_MININT16, G_MININT32, G_MININT64 };
  gint64              value = _weir_row_int (row, 0);
  gsize               width = weir_type_width (row->expr->type);

  if (value == smallest[width == 1 ? 0 : width == 2 ? 1
                                       : width == 4 ? 2
                                                    : 3])
    {
      row->i = value;
      return row->eval->ansi ? fail_overflow (row) : TRUE;
    }
  row->i = -value;
  return TRUE;
}

static gboolean
row_negative (WeirRow *row)
{
  WeirInterval interval;

  switch ((int)row->expr->type->kind)
    {
    case WEIR_TYPE_FLOAT:
      row->d = -(double)weir_arg_at (row->args[0], float, row->row);
      return TRUE;
    case WEIR_TYPE_DOUBLE:
      row->d = -weir_row_double (row, 0);
      return TRUE;
    case WEIR_TYPE_DECIMAL:
      row->decimal = -weir_arg_at (row->args[0], WeirInt128, row->row);
      return TRUE;
    case WEIR_TYPE_INTERVAL:
      interval = weir_arg_at (row->args[0], WeirInterval, row->row);
      if (__builtin_sub_overflow (0, interval.months, &row->interval.months) || __builtin_sub_overflow (0, interval.days, &row->interval.days) || __builtin_sub_overflow (0, interval.us, &row->interval.us))
        return fail_overflow (row);
      return TRUE;
    default:
      return negate (row);
    }
}

static gboolean
row_positive (WeirRow *row)
{
  switch ((int)row->expr->type->kind)
    {
    case WEIR_TYPE_FLOAT:
      row->d = (double)weir_arg_at (row->args[0], float, row->row);
      break;
    case WEIR_TYPE_DOUBLE:
      row->d = weir_row_double (row, 0);
      break;
    case WEIR_TYPE_DECIMAL:
      row->decimal = weir_arg_at (row->args[0], WeirInt128, row->row);
      break;
    case WEIR_TYPE_INTERVAL:
      row->interval = weir_arg_at (row->args[0], WeirInterval, row->row);
      break;
    default:
      row->i = _weir_row_int (row, 0);
      break;
    }
  return TRUE;
}

static gboolean
row_abs (WeirRow *row)
{
  if (!row_positive (row))
    return FALSE;
  row->d = fabs (row->d);
  row->decimal = row->decimal < 0 ? -row->decimal : row->decimal;
  return row->i < 0 ? negate (row) : TRUE;
}

static WeirType *
bind_bits (WeirBind *bind,
           GError  **error)
{
  WeirType *type = NULL;

  if (!_weir_bind_common (bind, 0, &type, error))
    return NULL;
  if (weir_type_is_integral (type))
    return type;
  weir_type_unref (type);
  for (guint i = 0; i < bind->n_args; i++)
    if (!weir_type_is_integral (bind->args[i]->type))
      return _weir_bind_mismatch (bind, i, "INTEGRAL", error), NULL;
  return NULL;
}

static gboolean
row_bits (WeirRow *row)
{
  gint64 a = _weir_row_int (row, 0), b = row->n_args > 1 ? _weir_row_int (row, 1) : 0;

  switch (row->expr->function->name[0])
    {
    case '&':
      row->i = a & b;
      break;
    case '|':
      row->i = a | b;
      break;
    case '^':
      row->i = a ^ b;
      break;
    default:
      row->i = ~a;
      break;
    }
  return TRUE;
}

/* Left or right by the low 5 or 6 bits of the distance, as Java shifts. */
static gboolean
row_shift (WeirRow *row)
{
  const char *kind = row->expr->function->impl;
  gint32      by = weir_row_i32 (row, 1);

  if (row->expr->type->kind == WEIR_TYPE_BIGINT)
    {
      gint64 value = weir_row_i64 (row, 0);

      by &= 63;
      row->i = kind[0] == '<' ? (gint64)((guint64)value << by) : kind[2] == '>' ? (gint64)((guint64)value >> by)
                                                                                : value >> by;
    }
  else
    {
      gint32 value = weir_row_i32 (row, 0);

      by &= 31;
      row->i = kind[0] == '<' ? (gint32)((guint32)value << by) : kind[2] == '>' ? (gint32)((guint32)value >> by)
                                                                                : value >> by;
    }
  return TRUE;
}

static WeirType *
bind_shift (WeirBind *bind,
            GError  **error)
{
  WeirType *type = bind->args[0]->type->kind == WEIR_TYPE_BIGINT ? WEIR_BIGINT : WEIR_INT;

  if (!_weir_bind_coerce (bind, 0, type, error) || !_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  return weir_type_ref (type);
}

static gboolean
row_bit_count (WeirRow *row)
{
  if (row->args[0].column->type->kind == WEIR_TYPE_BOOLEAN)
    row->i = weir_row_bool (row, 0);
  else
    row->i = __builtin_popcountll ((guint64)_weir_row_int (row, 0));
  return TRUE;
}

static WeirType *
bind_bit_count (WeirBind *bind,
                GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (type->kind != WEIR_TYPE_BOOLEAN && !weir_type_is_integral (type) && !_weir_bind_coerce (bind, 0, WEIR_BIGINT, error))
    return NULL;
  return weir_type_ref (WEIR_INT);
}

static gboolean
row_bit_get (WeirRow *row)
{
  gint32 position = weir_row_i32 (row, 1);
  int    bits = (int)weir_type_width (row->args[0].column->type) * 8;

  if (position < 0 || position >= bits)
    return _weir_row_fail_value (row, "BIT_POSITION_RANGE", "pos", "expects an integer value in [0, %d), but got %d.", bits, position);
  row->i = (_weir_row_int (row, 0) >> position) & 1;
  return TRUE;
}

static WeirType *
bind_bit_get (WeirBind *bind,
              GError  **error)
{
  if (!weir_type_is_integral (bind->args[0]->type))
    return _weir_bind_mismatch (bind, 0, "INTEGRAL", error), NULL;
  return _weir_bind_coerce (bind, 1, WEIR_INT, error) ? weir_type_ref (WEIR_TINYINT) : NULL;
}

static gboolean
row_factorial (WeirRow *row)
{
  gint32 n = weir_row_i32 (row, 0);

  if (n < 0 || n > 20)
    return FALSE;
  row->i = 1;
  for (gint32 i = 2; i <= n; i++)
    row->i *= i;
  return TRUE;
}

static void
append_digits (GString *out,
               guint64  value,
               guint    base)
{
  char  digits[65];
  guint n = 0;

  do
    {
      digits[n++] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base];
      value /= base;
    }
  while (value != 0);
  while (n > 0)
    g_string_append_c (out, digits[--n]);
}

static gboolean
row_bin (WeirRow *row)
{
  append_digits (row->text, (guint64)weir_row_i64 (row, 0), 2);
  return TRUE;
}

static gboolean
row_hex (WeirRow *row)
{
  const char *data;
  gsize       len;

  if (row->args[0].column->type->kind == WEIR_TYPE_BIGINT)
    {
      append_digits (row->text, (guint64)weir_row_i64 (row, 0), 16);
      return TRUE;
    }
  data = weir_row_text (row, 0, &len);
  for (gsize i = 0; i < len; i++)
    {
      g_string_append_c (row->text, "0123456789ABCDEF"[(guchar)data[i] >> 4]);
      g_string_append_c (row->text, "0123456789ABCDEF"[(guchar)data[i] & 15]);
    }
  return TRUE;
}

static WeirType *
bind_hex (WeirBind *bind,
          GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  if (kind != WEIR_TYPE_STRING && kind != WEIR_TYPE_BINARY && !_weir_bind_coerce (bind, 0, WEIR_BIGINT, error))
    return NULL;
  return weir_type_ref (WEIR_STRING);
}

static gboolean
row_unhex (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  gsize       i = 0;

  if (len % 2 == 1)
    {
      if (g_ascii_xdigit_value (data[0]) < 0)
        return FALSE;
      g_string_append_c (row->text, (char)g_ascii_xdigit_value (data[0]));
      i = 1;
    }
  for (; i < len; i += 2)
    {
      int high = g_ascii_xdigit_value (data[i]), low = g_ascii_xdigit_value (data[i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      g_string_append_c (row->text, (char)(high << 4 | low));
    }
  return TRUE;
}

/* The digits a text begins with, in a base; FALSE past 64 bits. */
static gboolean
parse_digits (const char *text,
              gsize       len,
              int         base,
              guint64    *value)
{
  *value = 0;
  for (gsize i = 0; i < len; i++)
    {
      int digit = g_ascii_isdigit (text[i]) ? text[i] - '0' : g_ascii_isalpha (text[i]) ? g_ascii_toupper (text[i]) - 'A' + 10
                                                                                        : 99;

      if (digit >= base)
        break;
      if (__builtin_mul_overflow (*value, (guint64)base, value) || __builtin_add_overflow (*value, (guint64)digit, value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
row_conv (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);
  gint32      from = weir_row_i32 (row, 1), to = weir_row_i32 (row, 2);
  gint32      to_base = to < 0 ? -to : to;
  gboolean    negative;
  guint64     value;

  _weir_trim_all (&text, &len);
  if (from < 2 || from > 36 || to_base < 2 || to_base > 36 || len == 0)
    return FALSE;
  negative = text[0] == '-';
  if (!parse_digits (text + negative, len - negative, from, &value))
    {
      if (row->eval->ansi)
        return _weir_row_fail (row, "ARITHMETIC_OVERFLOW", "Overflow in function conv(). If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
      value = G_MAXUINT64;
    }
  if (negative && to > 0)
    value = (gint64)value < 0 ? G_MAXUINT64 : 0 - value;
  if (to < 0 && (gint64)value < 0)
    {
      value = 0 - value;
      negative = TRUE;
    }
  if (negative && to < 0)
    g_string_append_c (row->text, '-');
  append_digits (row->text, value, (guint)to_base);
  return TRUE;
}

#define BITS(name_, doc_, example_)                                                                                                     \
  {                                                                                                                                     \
    WEIR_ROW (name_, "bitwise", "a " name_ " b", doc_, example_, 2, 2, NULL, row_bits), .bind = bind_bits, .print = "($1 " name_ " $2)" \
  }
#define SHIFT(name_, signature_, doc_, kind_)                                                                                         \
  {                                                                                                                                   \
    WEIR_ROW (name_, "bitwise", signature_, doc_, "SELECT shiftleft(2, 1)", 2, 2, NULL, row_shift), .bind = bind_shift, .impl = kind_ \
  }

static const WeirFunction functions[] = {
  { WEIR_ROW_FAILS ("negative", "math", "negative(x)", "The number with the other sign.", "SELECT negative(1)", 1, 1, NULL, row_negative), .bind = bind_signed },
  { WEIR_ROW_FAILS ("_minus", "math", "- x", "The number with the other sign.", "SELECT - 1", 1, 1, NULL, row_negative), .bind = bind_signed, .print = "(- $1)" },
  { WEIR_ROW ("positive", "math", "positive(x)", "The number as it is.", "SELECT positive(1)", 1, 1, NULL, row_positive), .bind = bind_signed, .print = "(+ $1)" },
  { WEIR_ROW_FAILS ("abs", "math", "abs(x)", "The number without its sign.", "SELECT abs(-1)", 1, 1, NULL, row_abs), .bind = bind_signed },
  BITS ("&", "The bits set in both.", "SELECT 3 & 5"),
  BITS ("|", "The bits set in one of them.", "SELECT 3 | 5"),
  BITS ("^", "The bits set in exactly one.", "SELECT 3 ^ 5"),
  { WEIR_ROW ("~", "bitwise", "~ a", "All bits turned.", "SELECT ~ 0", 1, 1, NULL, row_bits), .bind = bind_bits, .print = "~$1" },
  { WEIR_ROW ("<<", "bitwise", "a << n", "The bits moved to the left.", "SELECT 2 << 1", 2, 2, NULL, row_shift), .bind = bind_shift, .impl = "<<", .print = "($1 << $2)" },
  { WEIR_ROW (">>", "bitwise", "a >> n", "The bits moved to the right, keeping the sign.", "SELECT 4 >> 1", 2, 2, NULL, row_shift), .bind = bind_shift, .impl = ">>", .print = "($1 >> $2)" },
  { WEIR_ROW (">>>", "bitwise", "a >>> n", "The bits moved to the right, zeros following.", "SELECT 4 >>> 1", 2, 2, NULL, row_shift), .bind = bind_shift, .impl = ">>>", .print = "($1 >>> $2)" },
  SHIFT ("shiftleft", "shiftleft(a, n)", "The bits moved to the left.", "<<"),
  SHIFT ("shiftright", "shiftright(a, n)", "The bits moved to the right, keeping the sign.", ">>"),
  SHIFT ("shiftrightunsigned", "shiftrightunsigned(a, n)", "The bits moved to the right, zeros following.", ">>>"),
  { WEIR_ROW ("bit_count", "bitwise", "bit_count(a)", "How many bits are set.", "SELECT bit_count(7)", 1, 1, NULL, row_bit_count), .bind = bind_bit_count },
  { WEIR_ROW_FAILS ("bit_get", "bitwise", "bit_get(a, position)", "The bit at the position, counted from 0 at the right.", "SELECT bit_get(11, 0)", 2, 2, NULL, row_bit_get), .bind = bind_bit_get },
  { WEIR_ROW_FAILS ("getbit", "bitwise", "getbit(a, position)", "The bit at the position, counted from 0 at the right.", "SELECT getbit(11, 0)", 2, 2, NULL, row_bit_get), .bind = bind_bit_get },
  { WEIR_ROW ("factorial", "math", "factorial(n)", "1 × 2 × … × n; NULL outside 0 to 20.", "SELECT factorial(5)", 1, 1, "i>l", row_factorial) },
  { WEIR_ROW ("bin", "math", "bin(n)", "The number in binary notation.", "SELECT bin(13)", 1, 1, "l>s", row_bin) },
  { WEIR_ROW ("hex", "math", "hex(value)", "The number or the bytes in hexadecimal notation.", "SELECT hex(17)", 1, 1, NULL, row_hex), .bind = bind_hex },
  { WEIR_ROW ("unhex", "math", "unhex(text)", "The bytes of a hexadecimal text; NULL when it is none.", "SELECT unhex('537061726B')", 1, 1, "s>x", row_unhex) },
  { WEIR_ROW_FAILS ("conv", "math", "conv(number, from_base, to_base)", "The number in another base.", "SELECT conv('100', 2, 10)", 3, 3, "sii>s", row_conv) },
};

const WeirFamily _weir_family_number = { functions, G_N_ELEMENTS (functions) };
