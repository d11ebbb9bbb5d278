/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/row-private.h"

/* Looking for texts in texts, and replacing them. All positions are characters from 1; 0 says there is none. */

static gssize
find (const char *data,
      gsize       len,
      const char *needle,
      gsize       needle_len)
{
  const char *found;

  if (needle_len == 0)
    return 0;
  if (needle_len > len)
    return -1;
  found = memmem (data, len, needle, needle_len);
  return found != NULL ? found - data : -1;
}

static gssize
find_last (const char *data,
           gsize       len,
           const char *needle,
           gsize       needle_len)
{
  for (gssize i = (gssize)len - (gssize)needle_len; i >= 0; i--)
    if (memcmp (data + i, needle, needle_len) == 0)
      return i;
  return -1;
}

static gboolean
row_contains (WeirRow *row)
{
  gsize       len, needle_len;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);

  row->i = find (data, len, needle, needle_len) >= 0;
  return TRUE;
}

static gboolean
row_startswith (WeirRow *row)
{
  gsize       len, needle_len;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);

  row->i = needle_len <= len && memcmp (data, needle, needle_len) == 0;
  return TRUE;
}

static gboolean
row_endswith (WeirRow *row)
{
  gsize       len, needle_len;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);

  row->i = needle_len <= len && memcmp (data + len - needle_len, needle, needle_len) == 0;
  return TRUE;
}

/* BINARY when both are. */
static WeirType *
bind_affix (WeirBind *bind,
            GError  **error)
{
  gboolean  binary = bind->args[0]->type->kind == WEIR_TYPE_BINARY && bind->args[1]->type->kind == WEIR_TYPE_BINARY;
  WeirType *type = binary ? WEIR_BINARY : WEIR_STRING;

  for (guint i = 0; i < 2; i++)
    if (!_weir_bind_coerce (bind, i, type, error))
      return NULL;
  return weir_type_ref (WEIR_BOOLEAN);
}

static gint64
locate (const char *data,
        gsize       len,
        const char *needle,
        gsize       needle_len,
        gint64      from)
{
  gsize  skip;
  gssize at;

  if (from < 1)
    return 0;
  skip = _weir_utf8_offset (data, len, (gsize)(from - 1));
  if (skip == len && needle_len > 0)
    return 0;
  at = find (data + skip, len - skip, needle, needle_len);
  return at < 0 ? 0 : (gint64)weir_utf8_length (data, skip + (gsize)at) + 1;
}

static gboolean
row_instr (WeirRow *row)
{
  gsize       len, needle_len;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);

  row->i = locate (data, len, needle, needle_len, 1);
  return TRUE;
}

static gboolean
row_locate (WeirRow *row)
{
  gsize       len, needle_len;
  const char *needle = weir_row_text (row, 0, &needle_len);
  const char *data = weir_row_text (row, 1, &len);

  row->i = locate (data, len, needle, needle_len, weir_row_i32 (row, 2));
  return TRUE;
}

static gboolean
row_replace (WeirRow *row)
{
  gsize       len, needle_len, by_len, at = 0;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);
  const char *by = weir_row_text (row, 2, &by_len);

  if (needle_len == 0 || find (data, len, needle, needle_len) < 0)
    return _weir_row_part (row, 0, 0, len);
  while (at < len)
    {
      gssize next = find (data + at, len - at, needle, needle_len);

      if (next < 0)
        break;
      g_string_append_len (row->text, data + at, next);
      g_string_append_len (row->text, by, (gssize)by_len);
      if (!_weir_row_check_len (row, row->text->len))
        return FALSE;
      at += (gsize)next + needle_len;
    }
  g_string_append_len (row->text, data + at, (gssize)(len - at));
  return TRUE;
}

/* Characters of @from become those at the same place of @to; those without one are left out. */
static gboolean
row_translate (WeirRow *row)
{
  gsize       len, from_len, to_len;
  const char *data = weir_row_text (row, 0, &len);
  const char *from = weir_row_text (row, 1, &from_len);
  const char *to = weir_row_text (row, 2, &to_len);
  guint       width, w;

  for (gsize i = 0; i < len; i += width)
    {
      gsize f = 0, t = 0;

      width = weir_utf8_width ((guchar)data[i]);
      for (; f < from_len; f += w)
        {
          w = weir_utf8_width ((guchar)from[f]);
          if (w == width && memcmp (from + f, data + i, w) == 0)
            break;
          t += t < to_len ? weir_utf8_width ((guchar)to[t]) : 0;
        }
      if (f >= from_len)
        g_string_append_len (row->text, data + i, width);
      else if (t < to_len)
        g_string_append_len (row->text, to + t, weir_utf8_width ((guchar)to[t]));
    }
  return TRUE;
}

static gboolean
row_overlay (WeirRow *row)
{
  gboolean    bytes = row->args[0].column->type->kind == WEIR_TYPE_BINARY;
  gsize       len, by_len, first, last;
  const char *data = weir_row_text (row, 0, &len);
  const char *by = weir_row_text (row, 1, &by_len);
  gint64      position = weir_row_i32 (row, 2), length = weir_row_i32 (row, 3);

  if (length < 0)
    length = (gint64)(bytes ? by_len : weir_utf8_length (by, by_len));
  position = MAX (position, 1);
  first = bytes ? MIN ((gsize)position - 1, len) : _weir_utf8_offset (data, len, (gsize)position - 1);
  last = bytes ? MIN (first + (gsize)length, len) : first + _weir_utf8_offset (data + first, len - first, (gsize)length);
  g_string_append_len (row->text, data, (gssize)first);
  g_string_append_len (row->text, by, (gssize)by_len);
  g_string_append_len (row->text, data + last, (gssize)(len - last));
  return TRUE;
}

static gboolean
row_substring_index (WeirRow *row)
{
  gsize       len, needle_len, start = 0, end;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);
  gint64      count = weir_row_i32 (row, 2);

  end = len;
  if (count == 0 || needle_len == 0)
    return _weir_row_part (row, 0, 0, 0);
  if (count > 0)
    for (gsize at = 0; count > 0; count--)
      {
        gssize next = find (data + at, len - at, needle, needle_len);

        if (next < 0)
          return _weir_row_part (row, 0, 0, len);
        end = at + (gsize)next;
        at = end + needle_len;
      }
  else
    for (gsize before = len; count < 0; count++)
      {
        gssize last = find_last (data, before, needle, needle_len);

        if (last < 0)
          return _weir_row_part (row, 0, 0, len);
        start = (gsize)last + needle_len;
        before = (gsize)last;
      }
  return _weir_row_part (row, 0, start, end - start);
}

static gboolean
row_split_part (WeirRow *row)
{
  gsize       len, needle_len, at = 0;
  const char *data = weir_row_text (row, 0, &len);
  const char *needle = weir_row_text (row, 1, &needle_len);
  gint64      part = weir_row_i32 (row, 2), n = 1;

  if (part == 0)
    {
      _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "INVALID_INDEX_OF_ZERO",
                                "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).");
      return FALSE;
    }
  if (needle_len == 0)
    return _weir_row_part (row, 0, 0, part == 1 || part == -1 ? len : 0);
  if (part < 0)
    {
      for (gssize next; (next = find (data + at, len - at, needle, needle_len)) >= 0; at += (gsize)next + needle_len)
        n++;
      part += n + 1;
      at = 0;
    }
  for (n = 1; part >= 1; n++)
    {
      gssize next = find (data + at, len - at, needle, needle_len);

      if (n == part)
        return _weir_row_part (row, 0, at, next < 0 ? len - at : (gsize)next);
      if (next < 0)
        break;
      at += (gsize)next + needle_len;
    }
  return _weir_row_part (row, 0, 0, 0);
}

static gboolean
row_find_in_set (WeirRow *row)
{
  gsize       len, set_len, at = 0;
  const char *data = weir_row_text (row, 0, &len);
  const char *set = weir_row_text (row, 1, &set_len);

  if (memchr (data, ',', len) != NULL)
    return TRUE;
  row->i = 0;
  for (gint64 n = 1;; n++)
    {
      const char *comma = memchr (set + at, ',', set_len - at);
      gsize       end = comma != NULL ? (gsize)(comma - set) : set_len;

      if (end - at == len && memcmp (set + at, data, len) == 0)
        {
          row->i = n;
          return TRUE;
        }
      if (comma == NULL)
        return TRUE;
      at = end + 1;
    }
}

#define GROUP "string"
#define LOCATE(name_)                                                                                                                                                                                                   \
  {                                                                                                                                                                                                                     \
    WEIR_ROW (name_, GROUP, name_ "(part, text[, from])", "Where the part is found at or behind a position; 0 when it is not.", "SELECT " name_ "('bar', 'foobarbar', 5)", 2, 3, "ssi>i", row_locate), .defaults = "i1" \
  }

static const WeirFunction functions[] = {
  { WEIR_ROW ("contains", GROUP, "contains(text, part)", "Whether the part is in the text.", "SELECT contains('Spark SQL', 'Spark')", 2, 2, NULL, row_contains), .bind = bind_affix },
  { WEIR_ROW ("startswith", GROUP, "startswith(text, start)", "Whether the text begins so.", "SELECT startswith('Spark SQL', 'Spark')", 2, 2, NULL, row_startswith), .bind = bind_affix },
  { WEIR_ROW ("endswith", GROUP, "endswith(text, end)", "Whether the text ends so.", "SELECT endswith('Spark SQL', 'SQL')", 2, 2, NULL, row_endswith), .bind = bind_affix },
  { WEIR_ROW ("instr", GROUP, "instr(text, part)", "Where the part is found first; 0 when it is not.", "SELECT instr('SparkSQL', 'SQL')", 2, 2, "ss>i", row_instr) },
  LOCATE ("locate"),
  LOCATE ("position"),
  LOCATE ("charindex"),
  { WEIR_ROW_FAILS ("replace", GROUP, "replace(text, part[, by])", "Every occurrence of the part replaced.", "SELECT replace('ABCabc', 'abc', 'DEF')", 2, 3, "sss>s", row_replace), .defaults = "s" },
  { WEIR_ROW ("translate", GROUP, "translate(text, from, to)", "Characters of from become those of to at the same place.", "SELECT translate('AaBbCc', 'abc', '123')", 3, 3, "sss>s", row_translate) },
  { WEIR_ROW ("overlay", GROUP, "overlay(text, replacement, position[, length])", "The text with a part from the position replaced.", "SELECT overlay('Spark SQL' PLACING '_' FROM 6)", 3, 4, "ttii>t", row_overlay), .defaults = "i-1" },
  { WEIR_ROW ("substring_index", GROUP, "substring_index(text, delimiter, n)", "What is before the n-th delimiter, or behind it counted from the end.", "SELECT substring_index('www.apache.org', '.', 2)", 3, 3, "ssi>s", row_substring_index) },
  { WEIR_ROW_FAILS ("split_part", GROUP, "split_part(text, delimiter, n)", "The n-th part between delimiters.", "SELECT split_part('11.12.13', '.', 3)", 3, 3, "ssi>s", row_split_part) },
  { WEIR_ROW ("find_in_set", GROUP, "find_in_set(text, list)", "The place of the text in a list with commas.", "SELECT find_in_set('ab','abc,b,ab,c,def')", 2, 2, "ss>i", row_find_in_set) },
};

const WeirFamily _weir_family_string_search = { functions, G_N_ELEMENTS (functions) };
