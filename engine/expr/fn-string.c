/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include "expr/families-private.h"
#include "expr/row-private.h"

/*
 * Lengths, case, trimming and parts of strings.
 *
 * Positions and lengths count characters of a STRING and bytes of a BINARY. Parts share the bytes of their argument.
 */

static gboolean
is_binary (WeirRow *row,
           guint    i)
{
  return row->args[i].column->type->kind == WEIR_TYPE_BINARY;
}

/* Eight bytes a step: most texts are ASCII and this test comes before everything else. */
static gboolean
is_ascii (const char *data,
          gsize       len)
{
  guint64 high = 0, chunk;
  gsize   i = 0;

  for (; i + 8 <= len; i += 8)
    {
      memcpy (&chunk, data + i, 8);
      high |= chunk;
    }
  for (; i < len; i++)
    high |= (guchar)data[i];
  return (high & G_GUINT64_CONSTANT (0x8080808080808080)) == 0;
}

static gboolean
row_length (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  row->i = (gint64)(is_binary (row, 0) || is_ascii (data, len) ? len : weir_utf8_length (data, len));
  return TRUE;
}

static gboolean
row_octet_length (WeirRow *row)
{
  row->i = weir_row_view (row, 0)->len;
  return TRUE;
}

static gboolean
row_bit_length (WeirRow *row)
{
  row->i = (gint64)weir_row_view (row, 0)->len * 8;
  return TRUE;
}

/* ASCII letters between @first and @last change case; no branch, so the loop becomes vector code. */
static void
append_cased (GString    *out,
              const char *data,
              gsize       len,
              char        first,
              char        last)
{
  char *to;

  g_string_set_size (out, len);
  to = out->str;
  for (gsize i = 0; i < len; i++)
    to[i] = (char)(data[i] ^ ((data[i] >= first && data[i] <= last) << 5));
}

static void
append_upper (GString *out,
              gunichar c)
{
  if (c == 0xdf)
    g_string_append (out, "SS");
  else
    g_string_append_unichar (out, g_unichar_toupper (c));
}

static gboolean
row_upper (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  guint       width;

  if (is_ascii (data, len))
    append_cased (row->text, data, len, 'a', 'z');
  else
    for (gsize i = 0; i < len; i += width)
      append_upper (row->text, _weir_utf8_get (data + i, &width));
  return TRUE;
}

static gboolean
row_lower (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  guint       width;

  if (is_ascii (data, len))
    append_cased (row->text, data, len, 'A', 'Z');
  else
    for (gsize i = 0; i < len; i += width)
      g_string_append_unichar (row->text, g_unichar_tolower (_weir_utf8_get (data + i, &width)));
  return TRUE;
}

static gboolean
row_initcap (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  gboolean    first = TRUE;
  guint       width;

  for (gsize i = 0; i < len; i += width)
    {
      gunichar c = _weir_utf8_get (data + i, &width);

      g_string_append_unichar (row->text, first ? g_unichar_totitle (c) : g_unichar_tolower (c));
      first = c == ' ';
    }
  return TRUE;
}

static gboolean
in_set (const char *set,
        gsize       set_len,
        const char *c,
        guint       width)
{
  guint w;

  for (gsize i = 0; i < set_len; i += w)
    {
      w = width == 0 ? 1 : weir_utf8_width ((guchar)set[i]);
      if (w == MAX (width, 1) && memcmp (set + i, c, w) == 0)
        return TRUE;
    }
  return FALSE;
}

enum
{
  TRIM_LEFT = 1,
  TRIM_RIGHT = 2,
};

/* Cuts characters (@bytes: bytes) of @set off the ends. */
static gboolean
trim_ends (WeirRow    *row,
           guint       arg,
           int         ends,
           const char *set,
           gsize       set_len)
{
  gsize       len, start = 0, end;
  const char *data = weir_row_text (row, arg, &len);
  gboolean    bytes = is_binary (row, arg);

  end = len;
  while ((ends & TRIM_LEFT) && start < end)
    {
      guint width = bytes ? 0 : weir_utf8_width ((guchar)data[start]);

      if (!in_set (set, set_len, data + start, width))
        break;
      start += MAX (width, 1);
    }
  while ((ends & TRIM_RIGHT) && end > start)
    {
      gsize last = end - 1;

      while (!bytes && last > start && ((guchar)data[last] & 0xc0) == 0x80)
        last--;
      if (!in_set (set, set_len, data + last, bytes ? 0 : (guint)(end - last)))
        break;
      end = last;
    }
  return _weir_row_part (row, arg, start, end - start);
}

/* trim(text), trim(characters, text) */
static gboolean
row_trim (WeirRow *row)
{
  int         ends = GPOINTER_TO_INT (row->expr->function->impl);
  gsize       set_len = 1;
  const char *set = row->n_args > 1 ? weir_row_text (row, 0, &set_len) : " ";

  return trim_ends (row, row->n_args - 1, ends, set, set_len);
}

/* btrim(text[, characters]) */
static gboolean
row_btrim (WeirRow *row)
{
  gsize       set_len = 1;
  const char *set = row->n_args > 1 ? weir_row_text (row, 1, &set_len) : " ";

  return trim_ends (row, 0, TRIM_LEFT | TRIM_RIGHT, set, set_len);
}

/* Part of argument 0 from position (from 1; 0 as 1; negative from the end), at most @count. */
static gboolean
substring (WeirRow *row,
           gint64   position,
           gint64   count)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  gboolean    bytes = is_binary (row, 0) || is_ascii (data, len);
  gint64      n = (gint64)(bytes ? len : weir_utf8_length (data, len));
  gint64      start = position > 0 ? position - 1 : position < 0 ? n + position
                                                                 : 0;
  gint64      end = count > G_MAXINT64 - MAX (start, 0) ? n : start + count;
  gsize       first, last;

  end = MIN (end, n);
  start = MAX (start, 0);
  if (start >= end || count <= 0)
    return _weir_row_part (row, 0, 0, 0);
  first = bytes ? (gsize)start : _weir_utf8_offset (data, len, (gsize)start);
  last = bytes ? (gsize)end : first + _weir_utf8_offset (data + first, len - first, (gsize)(end - start));
  return _weir_row_part (row, 0, first, last - first);
}

static gboolean
row_substring (WeirRow *row)
{
  return substring (row, weir_row_i32 (row, 1), weir_row_i32 (row, 2));
}

static gboolean
row_left (WeirRow *row)
{
  return substring (row, 1, weir_row_i32 (row, 1));
}

static gboolean
row_right (WeirRow *row)
{
  gint32 n = weir_row_i32 (row, 1);

  if (n <= 0)
    return _weir_row_part (row, 0, 0, 0);
  return substring (row, -(gint64)n, G_MAXINT64);
}

static gboolean
row_ascii (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  guint       width;

  row->i = len > 0 ? (gint64)_weir_utf8_get (data, &width) : 0;
  return TRUE;
}

static gboolean
row_chr (WeirRow *row)
{
  gint64 n = weir_row_i64 (row, 0);

  if (n >= 0)
    g_string_append_unichar (row->text, (gunichar)(n & 0xff));
  return TRUE;
}

static gboolean
row_space (WeirRow *row)
{
  gint32 n = weir_row_i32 (row, 0);

  if (n > 0 && !_weir_row_check_len (row, (gsize)n))
    return FALSE;
  for (gint32 i = 0; i < n; i++)
    g_string_append_c (row->text, ' ');
  return TRUE;
}

static gboolean
row_repeat (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  gint32      n = MAX (weir_row_i32 (row, 1), 0);

  if (!_weir_row_check_len (row, len * (gsize)n))
    return FALSE;
  for (gint32 i = 0; i < n; i++)
    g_string_append_len (row->text, data, (gssize)len);
  return TRUE;
}

/* @n characters of pad, repeated. */
static void
append_pad (GString    *out,
            const char *pad,
            gsize       pad_len,
            gsize       n,
            gboolean    bytes)
{
  gsize i = 0;

  for (; n > 0 && pad_len > 0; n--)
    {
      guint width = bytes ? 1 : weir_utf8_width ((guchar)pad[i]);

      g_string_append_len (out, pad + i, width);
      i = i + width >= pad_len ? 0 : i + width;
    }
}

static gboolean
row_pad (WeirRow *row)
{
  gboolean    left = row->expr->function->name[0] == 'l';
  gboolean    bytes = is_binary (row, 0);
  gsize       len, pad_len, n;
  const char *data = weir_row_text (row, 0, &len);
  const char *pad = weir_row_text (row, 2, &pad_len);
  gsize       target = (gsize)MAX (weir_row_i32 (row, 1), 0);

  n = bytes ? len : weir_utf8_length (data, len);
  if (n >= target)
    return _weir_row_part (row, 0, 0, bytes ? target : _weir_utf8_offset (data, len, target));
  if (!_weir_row_check_len (row, len + (target - n) * (bytes ? 1 : 4)))
    return FALSE;
  if (left)
    append_pad (row->text, pad, pad_len, target - n, bytes);
  g_string_append_len (row->text, data, (gssize)len);
  if (!left)
    append_pad (row->text, pad, pad_len, target - n, bytes);
  return TRUE;
}

static WeirType *
bind_pad (WeirBind *bind,
          GError  **error)
{
  gboolean binary = bind->args[0]->type->kind == WEIR_TYPE_BINARY;

  if (bind->n_args == 2 && binary)
    {
      WeirColumnBuilder     *builder = weir_column_builder_new (WEIR_BINARY, 1);
      g_autoptr (WeirColumn) zero = NULL;

      weir_column_builder_append_bytes (builder, "\0", 1);
      zero = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
      _weir_bind_append (bind, weir_expr_new_literal (zero));
    }
  else if (bind->n_args == 2)
    _weir_bind_append (bind, weir_expr_new_string (" "));
  if (!binary && !_weir_bind_coerce (bind, 0, WEIR_STRING, error))
    return NULL;
  if (!_weir_bind_coerce (bind, 1, WEIR_INT, error) || !_weir_bind_coerce (bind, 2, binary ? WEIR_BINARY : WEIR_STRING, error))
    return NULL;
  bind->can_fail = TRUE;
  return weir_type_ref (binary ? WEIR_BINARY : WEIR_STRING);
}

static gboolean
row_reverse (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  for (gsize end = len; end > 0;)
    {
      gsize start = end - 1;

      while (!is_binary (row, 0) && start > 0 && ((guchar)data[start] & 0xc0) == 0x80)
        start--;
      g_string_append_len (row->text, data + start, (gssize)(end - start));
      end = start;
    }
  return TRUE;
}

#define GROUP "string"
#define LENGTH(name_)                                                                                                                                        \
  {                                                                                                                                                          \
    WEIR_ROW (name_, GROUP, name_ "(text)", "The number of characters, or of bytes of a binary.", "SELECT " name_ "('Spark SQL ')", 1, 1, "t>i", row_length) \
  }
#define SUBSTRING(name_)                                                                                                                                                                                                                      \
  {                                                                                                                                                                                                                                           \
    WEIR_ROW (name_, GROUP, name_ "(text, position[, length])", "The part from the position, counted from 1, or from the end when negative.", "SELECT " name_ "('Spark SQL', 5, 1)", 2, 3, "tii>t", row_substring), .defaults = "i2147483647" \
  }

static const WeirFunction functions[] = {
  LENGTH ("length"),
  LENGTH ("len"),
  LENGTH ("char_length"),
  LENGTH ("character_length"),
  { WEIR_ROW ("octet_length", GROUP, "octet_length(text)", "The number of bytes.", "SELECT octet_length('Spark SQL')", 1, 1, "t>i", row_octet_length) },
  { WEIR_ROW ("bit_length", GROUP, "bit_length(text)", "The number of bits.", "SELECT bit_length('Spark SQL')", 1, 1, "t>i", row_bit_length) },
  { WEIR_ROW ("upper", GROUP, "upper(text)", "The text in upper case.", "SELECT upper('SparkSql')", 1, 1, "s>s", row_upper) },
  { WEIR_ROW ("ucase", GROUP, "ucase(text)", "The text in upper case.", "SELECT ucase('SparkSql')", 1, 1, "s>s", row_upper) },
  { WEIR_ROW ("lower", GROUP, "lower(text)", "The text in lower case.", "SELECT lower('SparkSql')", 1, 1, "s>s", row_lower) },
  { WEIR_ROW ("lcase", GROUP, "lcase(text)", "The text in lower case.", "SELECT lcase('SparkSql')", 1, 1, "s>s", row_lower) },
  { WEIR_ROW ("initcap", GROUP, "initcap(text)", "Every word with a capital.", "SELECT initcap('sPark sql')", 1, 1, "s>s", row_initcap) },
  { WEIR_ROW ("trim", GROUP, "trim([characters, ]text)", "The text without the characters at its ends.", "SELECT trim('    SparkSQL   ')", 1, 2, "ss>s", row_trim), .impl = GINT_TO_POINTER (TRIM_LEFT | TRIM_RIGHT), .print = "2TRIM(BOTH $1 FROM $2)" },
  { WEIR_ROW ("ltrim", GROUP, "ltrim([characters, ]text)", "The text without the characters at its start.", "SELECT ltrim('    SparkSQL   ')", 1, 2, "ss>s", row_trim), .impl = GINT_TO_POINTER (TRIM_LEFT), .print = "2TRIM(LEADING $1 FROM $2)" },
  { WEIR_ROW ("rtrim", GROUP, "rtrim([characters, ]text)", "The text without the characters at its end.", "SELECT rtrim('    SparkSQL   ')", 1, 2, "ss>s", row_trim), .impl = GINT_TO_POINTER (TRIM_RIGHT), .print = "2TRIM(TRAILING $1 FROM $2)" },
  { WEIR_ROW ("btrim", GROUP, "btrim(text[, characters])", "The text without the characters at its ends.", "SELECT btrim('SSparkSQLS', 'SL')", 1, 2, "ss>s", row_btrim) },
  SUBSTRING ("substring"),
  SUBSTRING ("substr"),
  { WEIR_ROW ("left", GROUP, "left(text, n)", "The first n characters.", "SELECT left('Spark SQL', 3)", 2, 2, "ti>t", row_left) },
  { WEIR_ROW ("right", GROUP, "right(text, n)", "The last n characters.", "SELECT right('Spark SQL', 3)", 2, 2, "si>s", row_right) },
  { WEIR_ROW ("ascii", GROUP, "ascii(text)", "The code of the first character.", "SELECT ascii('222')", 1, 1, "s>i", row_ascii) },
  { WEIR_ROW ("chr", GROUP, "chr(n)", "The character with the code n modulo 256.", "SELECT chr(65)", 1, 1, "l>s", row_chr) },
  { WEIR_ROW ("char", GROUP, "char(n)", "The character with the code n modulo 256.", "SELECT char(65)", 1, 1, "l>s", row_chr) },
  { WEIR_ROW_FAILS ("space", GROUP, "space(n)", "n spaces.", "SELECT space(2)", 1, 1, "i>s", row_space) },
  { WEIR_ROW_FAILS ("repeat", GROUP, "repeat(text, n)", "The text n times.", "SELECT repeat('123', 2)", 2, 2, "si>s", row_repeat) },
  { WEIR_ROW_FAILS ("lpad", GROUP, "lpad(text, length[, pad])", "The text filled on the left, or cut, to the length.", "SELECT lpad('hi', 5, '*')", 2, 3, NULL, row_pad), .bind = bind_pad },
  { WEIR_ROW_FAILS ("rpad", GROUP, "rpad(text, length[, pad])", "The text filled on the right, or cut, to the length.", "SELECT rpad('hi', 5, '*')", 2, 3, NULL, row_pad), .bind = bind_pad },
  { WEIR_ROW ("_string_reverse", GROUP, "reverse(text)", "The characters in reverse order.", "SELECT reverse('Spark SQL')", 1, 1, "t>t", row_reverse), .print = "reverse($1)" },
};

const WeirFamily _weir_family_string = { functions, G_N_ELEMENTS (functions) };
