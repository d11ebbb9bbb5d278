/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/* Strings and identifiers between SQL text and their value. The escapes are those of Spark's unescapeSQLString(). */

/* @n hexadecimal digits, or -1. */
static gint64
hex_value (const char *text,
           gsize       len,
           gsize       n)
{
  gint64 value = 0;

  if (len < n)
    return -1;
  for (gsize i = 0; i < n; i++)
    {
      if (!g_ascii_isxdigit (text[i]))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (text[i]);
    }
  return value;
}

static void
append_code_point (GString *out,
                   gint64   c)
{
  g_string_append_unichar (out, c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff) ? c : 0xfffd);
}

/* \uXXXX, a surrogate pair of two, or \UXXXXXXXX; the cursor after the backslash. Returns the bytes taken, or 0. */
static gsize
decode_unicode (GString    *out,
                const char *text,
                gsize       len)
{
  gsize  n = text[0] == 'u' ? 4 : 8;
  gint64 c = hex_value (text + 1, len - 1, n), low;

  if (c < 0)
    return 0;
  if (n == 4 && c >= 0xd800 && c < 0xdc00 && len >= 11 && text[5] == '\\' && text[6] == 'u')
    {
      low = hex_value (text + 7, len - 7, 4);
      if (low >= 0xdc00 && low < 0xe000)
        {
          append_code_point (out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
          return 11;
        }
    }
  append_code_point (out, c);
  return 1 + n;
}

static gboolean
is_octal (char c)
{
  return c >= '0' && c <= '7';
}

/* After a backslash, @len > 0. Returns the bytes taken. */
static gsize
decode_escape (GString    *out,
               const char *text,
               gsize       len)
{
  static const char from[] = "0bnrtZ", to[] = "\0\b\n\r\t\x1a";
  const char       *found;
  gsize             n;

  if ((text[0] == 'u' || text[0] == 'U') && (n = decode_unicode (out, text, len)) > 0)
    return n;
  if (len >= 3 && (text[0] == '0' || text[0] == '1') && is_octal (text[1]) && is_octal (text[2]))
    {
      g_string_append_unichar (out, (text[0] - '0') * 64 + (text[1] - '0') * 8 + (text[2] - '0'));
      return 3;
    }
  if (text[0] == '%' || text[0] == '_')
    g_string_append_c (out, '\\');
  found = memchr (from, text[0], sizeof from - 1);
  if (found != NULL)
    {
      g_string_append_c (out, to[found - from]);
      return 1;
    }
  n = g_utf8_next_char (text) - text;
  g_string_append_len (out, text, MIN (n, len));
  return MIN (n, len);
}

void
_weir_sql_decode_string (GString    *out,
                         const char *token,
                         gsize       len,
                         gboolean    raw)
{
  char  quote = token[len - 1];
  gsize i = 1;

  if (token[0] == 'r' || token[0] == 'R')
    {
      g_string_append_len (out, token + 2, len - 3);
      return;
    }
  if (raw)
    {
      g_string_append_len (out, token + 1, len - 2);
      return;
    }
  while (i < len - 1)
    {
      if (token[i] == '\\' && i + 1 < len - 1)
        i += 1 + decode_escape (out, token + i + 1, len - 1 - (i + 1));
      else
        {
          g_string_append_c (out, token[i]);
          i += token[i] == quote ? 2 : 1;
        }
    }
}

void
_weir_sql_append_string (GString    *out,
                         const char *text,
                         gsize       len)
{
  g_string_append_c (out, '\'');
  for (gsize i = 0; i < len; i++)
    {
      switch (text[i])
        {
        case '\0':
          g_string_append (out, "\\000");
          break;
        case '\n':
          g_string_append (out, "\\n");
          break;
        case '\'':
          g_string_append (out, "\\'");
          break;
        case '\\':
          /* "\%" and "\_" decode to themselves. */
          if (i + 1 < len && (text[i + 1] == '%' || text[i + 1] == '_'))
            g_string_append_c (out, '\\');
          else
            g_string_append (out, "\\\\");
          break;
        default:
          g_string_append_c (out, text[i]);
        }
    }
  g_string_append_c (out, '\'');
}

char *
weir_sql_quote_string (const char *text)
{
  GString *out = g_string_new (NULL);

  _weir_sql_append_string (out, text, strlen (text));
  return g_string_free (out, FALSE);
}

static gboolean
is_plain_ident (const char *name)
{
  if (!g_ascii_isalpha (name[0]) && name[0] != '_')
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      return FALSE;
  return TRUE;
}

void
_weir_sql_append_ident (GString    *out,
                        const char *name,
                        gboolean    always)
{
  if (!always && is_plain_ident (name) && !_weir_sql_keyword_is_risky (_weir_sql_keyword_lookup (name, strlen (name))))
    {
      g_string_append (out, name);
      return;
    }
  g_string_append_c (out, '`');
  for (; *name != '\0'; name++)
    {
      if (*name == '`')
        g_string_append_c (out, '`');
      g_string_append_c (out, *name);
    }
  g_string_append_c (out, '`');
}

char *
weir_sql_quote_identifier (const char *name)
{
  GString *out = g_string_new (NULL);

  _weir_sql_append_ident (out, name, FALSE);
  return g_string_free (out, FALSE);
}
