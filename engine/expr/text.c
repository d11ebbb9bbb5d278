/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "base/fast-number.h"
#include "expr/text-private.h"

/* What casts and string functions need beside base/utf8.h and base/fast-number.h. */

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

static gboolean
equal_word (const char *data,
            gsize       len,
            const char *word)
{
  return len == strlen (word) && g_ascii_strncasecmp (data, word, len) == 0;
}

/* Words, and the d or f that Java's parser takes behind a number. */
gboolean
_weir_parse_double (const char *data,
                    gsize       len,
                    double     *value)
{
  gsize       sign = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;
  double      factor = sign == 1 && data[0] == '-' ? -1 : 1;
  const char *word = data + sign;
  gsize       n = len - sign;

  if (weir_parse_double (data, len, value))
    return TRUE;
  if (equal_word (word, n, "inf") || equal_word (word, n, "infinity"))
    return *value = factor * INFINITY, TRUE;
  if (sign == 0 && equal_word (word, n, "nan"))
    return *value = NAN, TRUE;
  return len > 1 && strchr ("dDfF", data[len - 1]) != NULL && weir_parse_double (data, len - 1, value);
}

gboolean
_weir_is_decimal_text (const char *data,
                       gsize       len)
{
  double value;

  return weir_parse_double (data, len, &value);
}
