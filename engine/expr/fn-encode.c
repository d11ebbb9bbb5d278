/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "expr/families-private.h"
#include "expr/row-private.h"

/* Bytes as text and back: base64, character sets, UTF-8 checks, URLs. */

static gboolean
row_base64 (WeirRow *row)
{
  gsize            len;
  const char      *data = weir_row_text (row, 0, &len);
  g_autofree char *text = g_base64_encode ((const guchar *)data, len);

  g_string_append (row->text, text);
  return TRUE;
}

/* Blanks may stand between; padding may be missing. */
static gboolean
decode_base64 (const char *text,
               gsize       len,
               GString    *out)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  guint32           bits = 0;
  guint             n = 0;
  gsize             i = 0;

  for (; i < len && text[i] != '='; i++)
    {
      const char *found = text[i] != '\0' ? strchr (letters, text[i]) : NULL;

      if (g_ascii_isspace (text[i]))
        continue;
      if (found == NULL)
        return FALSE;
      bits = bits << 6 | (guint32)(found - letters);
      if (++n % 4 == 0)
        {
          g_string_append_c (out, (char)(bits >> 16));
          g_string_append_c (out, (char)(bits >> 8));
          g_string_append_c (out, (char)bits);
          bits = 0;
        }
    }
  for (; i < len; i++)
    if (text[i] != '=' && !g_ascii_isspace (text[i]))
      return FALSE;
  if (n % 4 == 1)
    return FALSE;
  if (n % 4 >= 2)
    g_string_append_c (out, (char)(bits >> (n % 4 == 2 ? 4 : 10)));
  if (n % 4 == 3)
    g_string_append_c (out, (char)(bits >> 2));
  return TRUE;
}

static gboolean
fail_conversion (WeirRow    *row,
                 const char *text,
                 gsize       len,
                 const char *format)
{
  if (row->expr->function->name[0] == 't' && g_str_has_prefix (row->expr->function->name, "try_"))
    return FALSE;
  return _weir_row_fail (row, "CONVERSION_INVALID_INPUT", "The value '%.*s' (\"STRING\") cannot be converted to \"BINARY\" because it is malformed. Correct the value as per the syntax, or change its format. Use `try_to_binary` to tolerate malformed input and return NULL instead. (%s)",
                         (int)len, text, format);
}

static gboolean
row_unbase64 (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);

  return decode_base64 (text, len, row->text) ? TRUE : fail_conversion (row, text, len, "BASE64");
}

static gboolean
decode_hex (const char *text,
            gsize       len,
            GString    *out)
{
  if (len % 2 == 1)
    {
      if (g_ascii_xdigit_value (text[0]) < 0)
        return FALSE;
      g_string_append_c (out, (char)g_ascii_xdigit_value (text[0]));
      text++;
      len--;
    }
  for (gsize i = 0; i < len; i += 2)
    {
      int high = g_ascii_xdigit_value (text[i]), low = g_ascii_xdigit_value (text[i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      g_string_append_c (out, (char)(high << 4 | low));
    }
  return TRUE;
}

static gboolean
word_equal (const char *text,
            gsize       len,
            const char *word)
{
  return strlen (word) == len && g_ascii_strncasecmp (text, word, len) == 0;
}

static gboolean
row_to_binary (WeirRow *row)
{
  gsize       len, format_len;
  const char *text = weir_row_text (row, 0, &len);
  const char *format = weir_row_text (row, 1, &format_len);
  gboolean    fine;

  if (word_equal (format, format_len, "utf-8") || word_equal (format, format_len, "utf8"))
    return _weir_row_part (row, 0, 0, len);
  if (word_equal (format, format_len, "hex"))
    fine = decode_hex (text, len, row->text);
  else if (word_equal (format, format_len, "base64"))
    fine = decode_base64 (text, len, row->text);
  else
    {
      if (g_str_has_prefix (row->expr->function->name, "try_"))
        return FALSE;
      return _weir_row_fail_value (row, "BINARY_FORMAT", "fmt", "expects one of binary formats 'base64', 'hex', 'utf-8', but got '%.*s'.", (int)format_len, format);
    }
  return fine ? TRUE : fail_conversion (row, text, len, word_equal (format, format_len, "hex") ? "HEX" : "BASE64");
}

static WeirType *
bind_to_binary (WeirBind *bind,
                GError  **error)
{
  WeirType *type = _weir_bind_types (bind, error);

  if (g_str_has_prefix (bind->function->name, "try_"))
    bind->nullable = TRUE;
  return type;
}

/* Character sets --------------------------------------------------------------------------------------------------- */

typedef enum
{
  CHARSET_UTF8,
  CHARSET_ASCII,
  CHARSET_LATIN1,
  CHARSET_UTF16,
  CHARSET_UTF16BE,
  CHARSET_UTF16LE,
  CHARSET_UTF32,
} Charset;

static gboolean
charset_of_row (WeirRow *row,
                Charset *charset)
{
  static const char *const names[] = { "UTF-8", "US-ASCII", "ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32" };
  gsize                    len;
  const char              *name = weir_row_text (row, 1, &len);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (word_equal (name, len, names[i]))
      {
        *charset = (Charset)i;
        return TRUE;
      }
  return _weir_row_fail_value (row, "CHARSET", "charset", "expects one of the iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8, but got %.*s.", (int)len, name);
}

static void
append_unit (GString *out,
             guint32  unit,
             guint    n_bytes,
             gboolean little)
{
  for (guint i = 0; i < n_bytes; i++)
    g_string_append_c (out, (char)(unit >> (8 * (little ? i : n_bytes - 1 - i))));
}

static gboolean
append_encoded (GString *out,
                gunichar c,
                Charset  charset)
{
  switch ((int)charset)
    {
    case CHARSET_ASCII:
    case CHARSET_LATIN1:
      if (c >= (charset == CHARSET_ASCII ? 0x80u : 0x100u))
        return FALSE;
      g_string_append_c (out, (char)c);
      return TRUE;
    case CHARSET_UTF32:
      append_unit (out, c, 4, FALSE);
      return TRUE;
    default:
      if (c < 0x10000)
        append_unit (out, c, 2, charset == CHARSET_UTF16LE);
      else
        {
          append_unit (out, 0xd800 + ((c - 0x10000) >> 10), 2, charset == CHARSET_UTF16LE);
          append_unit (out, 0xdc00 + ((c - 0x10000) & 0x3ff), 2, charset == CHARSET_UTF16LE);
        }
      return TRUE;
    }
}

static gboolean
fail_characters (WeirRow *row)
{
  return _weir_row_fail (row, "MALFORMED_CHARACTER_CODING", "Invalid value found when performing `%s` with the character set.", row->expr->function->name);
}

static gboolean
row_encode (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);
  Charset     charset;
  guint       width;

  if (!charset_of_row (row, &charset))
    return FALSE;
  if (charset == CHARSET_UTF8)
    return _weir_row_part (row, 0, 0, len);
  if (charset == CHARSET_UTF16)
    append_unit (row->text, 0xfeff, 2, FALSE);
  for (gsize i = 0; i < len; i += width)
    if (!append_encoded (row->text, _weir_utf8_get (text + i, &width), charset))
      return fail_characters (row);
  return TRUE;
}

static guint32
unit_at (const char *data,
         guint       n_bytes,
         gboolean    little)
{
  guint32 unit = 0;

  for (guint i = 0; i < n_bytes; i++)
    unit |= (guint32)(guchar)data[i] << (8 * (little ? i : n_bytes - 1 - i));
  return unit;
}

static gboolean
decode_utf16 (const char *data,
              gsize       len,
              gboolean    little,
              GString    *out)
{
  for (gsize i = 0; i + 2 <= len; i += 2)
    {
      gunichar c = unit_at (data + i, 2, little);

      if (c >= 0xd800 && c < 0xdc00 && i + 4 <= len)
        {
          gunichar low = unit_at (data + i + 2, 2, little);

          if (low < 0xdc00 || low > 0xdfff)
            return FALSE;
          c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
          i += 2;
        }
      else if (c >= 0xd800 && c < 0xe000)
        return FALSE;
      g_string_append_unichar (out, c);
    }
  return len % 2 == 0;
}

/* Big-endian unless a byte order mark says otherwise. */
static gboolean
decode_utf32 (const char *data,
              gsize       len,
              GString    *out)
{
  gboolean little = len >= 4 && unit_at (data, 4, TRUE) == 0xfeff;
  gboolean mark = little || (len >= 4 && unit_at (data, 4, FALSE) == 0xfeff);

  for (gsize i = mark ? 4 : 0; i + 4 <= len; i += 4)
    {
      gunichar c = unit_at (data + i, 4, little);

      if (c > 0x10ffff || (c & 0xfffff800) == 0xd800)
        return FALSE;
      g_string_append_unichar (out, c);
    }
  return len % 4 == 0;
}

static gboolean
row_decode (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);
  Charset     charset;

  if (!charset_of_row (row, &charset))
    return FALSE;
  switch (charset)
    {
    case CHARSET_UTF8:
      return weir_utf8_valid (data, len) ? _weir_row_part (row, 0, 0, len) : fail_characters (row);
    case CHARSET_ASCII:
    case CHARSET_LATIN1:
      for (gsize i = 0; i < len; i++)
        if (charset == CHARSET_ASCII && (guchar)data[i] >= 0x80)
          return fail_characters (row);
        else
          g_string_append_unichar (row->text, (guchar)data[i]);
      return TRUE;
    case CHARSET_UTF32:
      return decode_utf32 (data, len, row->text) ? TRUE : fail_characters (row);
    default:
      {
        gboolean mark = charset == CHARSET_UTF16 && len >= 2 && (unit_at (data, 2, FALSE) == 0xfeff || unit_at (data, 2, TRUE) == 0xfeff);
        gboolean little = charset == CHARSET_UTF16LE || (mark && unit_at (data, 2, TRUE) == 0xfeff);

        return decode_utf16 (data + 2 * mark, len - 2 * mark, little, row->text) ? TRUE : fail_characters (row);
      }
    }
}

static WeirExpr *
rewrite_decode (WeirBind *bind,
                GError  **error)
{
  if (bind->n_args > 2)
    return _weir_rewrite_decode (bind, error);
  return weir_expr_new_call ("_decode", bind->args, bind->n_args, bind->span, bind->zone, error);
}

/* UTF-8 ----------------------------------------------------------------------------------------------------------- */

static gboolean
row_is_valid_utf8 (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  row->i = weir_utf8_valid (data, len);
  return TRUE;
}

static gboolean
row_make_valid_utf8 (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  if (weir_utf8_valid (data, len))
    return _weir_row_part (row, 0, 0, len);
  weir_utf8_append_repaired (row->text, data, len);
  return TRUE;
}

static gboolean
row_validate_utf8 (WeirRow *row)
{
  gsize       len;
  const char *data = weir_row_text (row, 0, &len);

  if (weir_utf8_valid (data, len))
    return _weir_row_part (row, 0, 0, len);
  if (row->expr->function->impl == NULL)
    {
      GString *bytes = g_string_new (NULL);

      for (gsize i = 0; i < MIN (len, 64); i++)
        g_string_append_printf (bytes, "\\x%02X", (guchar)data[i]);
      _weir_row_fail (row, "INVALID_UTF8_STRING", "Invalid UTF8 byte sequence found in string: %s.", bytes->str);
      g_string_free (bytes, TRUE);
    }
  return FALSE;
}

/* URLs ------------------------------------------------------------------------------------------------------------ */

static gboolean
row_url_encode (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);

  for (gsize i = 0; i < len; i++)
    {
      char c = text[i];

      if (g_ascii_isalnum (c) || c == '.' || c == '-' || c == '*' || c == '_')
        g_string_append_c (row->text, c);
      else if (c == ' ')
        g_string_append_c (row->text, '+');
      else
        g_string_append_printf (row->text, "%%%02X", (guchar)c);
    }
  return TRUE;
}

static gboolean
row_url_decode (WeirRow *row)
{
  gsize       len;
  const char *text = weir_row_text (row, 0, &len);
  gboolean    fine = TRUE;

  for (gsize i = 0; fine && i < len; i++)
    {
      if (text[i] == '+')
        g_string_append_c (row->text, ' ');
      else if (text[i] != '%')
        g_string_append_c (row->text, text[i]);
      else
        {
          int high = i + 2 < len ? g_ascii_xdigit_value (text[i + 1]) : -1;
          int low = i + 2 < len ? g_ascii_xdigit_value (text[i + 2]) : -1;

          fine = high >= 0 && low >= 0;
          g_string_append_c (row->text, (char)((guint)high << 4 | (guint)low));
          i += 2;
        }
    }
  if (fine && weir_utf8_valid (row->text->str, row->text->len))
    return TRUE;
  if (row->expr->function->impl != NULL)
    return FALSE;
  return _weir_row_fail (row, "CANNOT_DECODE_URL", "The provided URL cannot be decoded: %.*s. Please ensure that the URL is properly formatted and try again.", (int)len, text);
}

/* Ranges of a URL as RFC 2396 takes it apart; an absent part has no start. */
typedef struct
{
  const char *start;
  gsize       len;
} Part;

typedef struct
{
  Part scheme, authority, path, query, fragment;
} Url;

static gboolean
split_url (const char *text,
           gsize       len,
           Url        *url)
{
  const char *end = text + len, *p = text, *stop;

  memset (url, 0, sizeof *url);
  for (const char *c = text; c < end; c++)
    if ((guchar)*c <= ' ' || strchr ("<>\"{}|\\^`", *c) != NULL)
      return FALSE;
  for (stop = p; stop < end && (g_ascii_isalnum (*stop) || strchr ("+-.", *stop) != NULL); stop++)
    ;
  if (stop < end && *stop == ':' && stop > p && g_ascii_isalpha (*p))
    {
      url->scheme = (Part){ p, (gsize)(stop - p) };
      p = stop + 1;
    }
  if (end - p >= 2 && p[0] == '/' && p[1] == '/')
    {
      for (stop = p += 2; stop < end && strchr ("/?#", *stop) == NULL; stop++)
        ;
      url->authority = (Part){ p, (gsize)(stop - p) };
      p = stop;
    }
  for (stop = p; stop < end && *stop != '?' && *stop != '#'; stop++)
    ;
  url->path = (Part){ p, (gsize)(stop - p) };
  p = stop;
  if (p < end && *p == '?')
    {
      for (stop = ++p; stop < end && *stop != '#'; stop++)
        ;
      url->query = (Part){ p, (gsize)(stop - p) };
      p = stop;
    }
  if (p < end)
    url->fragment = (Part){ p + 1, (gsize)(end - p) - 1 };
  return TRUE;
}

static Part
host_of (Part authority)
{
  const char *at = authority.start != NULL ? memchr (authority.start, '@', authority.len) : NULL;
  const char *start = at != NULL ? at + 1 : authority.start;
  gsize       len = authority.start != NULL ? authority.len - (gsize)(start - authority.start) : 0;
  const char *colon = len > 0 && start[0] != '[' ? memchr (start, ':', len) : NULL;

  return (Part){ len > 0 ? start : NULL, colon != NULL ? (gsize)(colon - start) : len };
}

static Part
find_parameter (Part        query,
                const char *key,
                gsize       key_len)
{
  const char *p = query.start, *end = query.start != NULL ? query.start + query.len : NULL;

  while (p != NULL && p < end)
    {
      const char *stop = memchr (p, '&', (gsize)(end - p));

      stop = stop != NULL ? stop : end;
      if ((gsize)(stop - p) > key_len && memcmp (p, key, key_len) == 0 && p[key_len] == '=')
        return (Part){ p + key_len + 1, (gsize)(stop - p) - key_len - 1 };
      p = stop + 1;
    }
  return (Part){ NULL, 0 };
}

static Part
url_part (const Url  *url,
          const char *name,
          gsize       len)
{
  const char *at;

  if (word_equal (name, len, "HOST"))
    return host_of (url->authority);
  if (word_equal (name, len, "PATH"))
    return url->path;
  if (word_equal (name, len, "QUERY"))
    return url->query;
  if (word_equal (name, len, "REF"))
    return url->fragment;
  if (word_equal (name, len, "PROTOCOL"))
    return url->scheme;
  if (word_equal (name, len, "AUTHORITY"))
    return url->authority;
  if (word_equal (name, len, "FILE"))
    return url->query.start != NULL ? (Part){ url->path.start, url->path.len + 1 + url->query.len } : url->path;
  at = word_equal (name, len, "USERINFO") && url->authority.start != NULL ? memchr (url->authority.start, '@', url->authority.len) : NULL;
  return at != NULL ? (Part){ url->authority.start, (gsize)(at - url->authority.start) } : (Part){ NULL, 0 };
}

static gboolean
row_parse_url (WeirRow *row)
{
  gsize       len, name_len, key_len;
  const char *text = weir_row_text (row, 0, &len);
  const char *name = weir_row_text (row, 1, &name_len);
  Url         url;
  Part        part;

  if (!split_url (text, len, &url))
    {
      if (row->expr->function->impl == NULL)
        _weir_row_fail (row, "INVALID_URL", "The url is invalid: %.*s. Use `try_parse_url` to tolerate invalid URL and return NULL instead.", (int)len, text);
      return FALSE;
    }
  part = url_part (&url, name, name_len);
  if (row->n_args > 2)
    {
      const char *key = weir_row_text (row, 2, &key_len);

      if (!word_equal (name, name_len, "QUERY"))
        return FALSE;
      part = find_parameter (part, key, key_len);
    }
  if (part.start == NULL)
    return FALSE;
  return _weir_row_part (row, 0, (gsize)(part.start - text), part.len);
}

static WeirType *
bind_nullable (WeirBind *bind,
               GError  **error)
{
  WeirType *type = _weir_bind_types (bind, error);

  bind->nullable = TRUE;
  bind->can_fail = bind->function->impl == NULL;
  return type;
}

#define GROUP "string"

static const WeirFunction functions[] = {
  { WEIR_ROW ("base64", GROUP, "base64(bytes)", "The bytes in base64.", "SELECT base64('Spark SQL')", 1, 1, "t>s", row_base64) },
  { WEIR_ROW_FAILS ("unbase64", GROUP, "unbase64(text)", "The bytes of a base64 text.", "SELECT unbase64('U3BhcmsgU1FM')", 1, 1, "s>x", row_unbase64) },
  { WEIR_ROW_FAILS ("to_binary", GROUP, "to_binary(text[, format])", "The bytes a text stands for: hex, utf-8 or base64.", "SELECT to_binary('abc', 'utf-8')", 1, 2, "ss>x", row_to_binary), .bind = bind_to_binary, .defaults = "shex" },
  { WEIR_ROW_FAILS ("try_to_binary", GROUP, "try_to_binary(text[, format])", "The bytes a text stands for, or NULL.", "SELECT try_to_binary('a!', 'base64')", 1, 2, "ss>x", row_to_binary), .bind = bind_to_binary, .defaults = "shex" },
  { WEIR_ROW_FAILS ("encode", GROUP, "encode(text, charset)", "The text in a character set.", "SELECT encode('abc', 'utf-8')", 2, 2, "ss>x", row_encode) },
  { WEIR_ROW_FAILS ("_decode", GROUP, "decode(bytes, charset)", "The text of bytes in a character set.", "SELECT decode(encode('abc', 'utf-8'), 'utf-8')", 2, 2, "xs>s", row_decode) },
  { WEIR_REWRITE ("decode", GROUP, "decode(bytes, charset) or decode(value, search, result, …[, default])", "The text of bytes, or the result behind the search that equals the value.", "SELECT decode(2, 1, 'Southlake', 2, 'San Francisco')", 2, -1, rewrite_decode) },
  { WEIR_ROW ("is_valid_utf8", GROUP, "is_valid_utf8(text)", "Whether the bytes are UTF-8.", "SELECT is_valid_utf8(x'61C262')", 1, 1, "t>b", row_is_valid_utf8) },
  { WEIR_ROW ("make_valid_utf8", GROUP, "make_valid_utf8(text)", "The text with U+FFFD for what is not UTF-8.", "SELECT make_valid_utf8(x'80')", 1, 1, "t>s", row_make_valid_utf8) },
  { WEIR_ROW_FAILS ("validate_utf8", GROUP, "validate_utf8(text)", "The text; an error when it is not UTF-8.", "SELECT validate_utf8('Spark')", 1, 1, "t>s", row_validate_utf8) },
  { WEIR_ROW ("try_validate_utf8", GROUP, "try_validate_utf8(text)", "The text; NULL when it is not UTF-8.", "SELECT try_validate_utf8(x'80')", 1, 1, "t>s", row_validate_utf8), .bind = bind_nullable, .impl = "try" },
  { WEIR_ROW ("url_encode", "url", "url_encode(text)", "The text as part of a URL.", "SELECT url_encode('https://spark.apache.org')", 1, 1, "s>s", row_url_encode) },
  { WEIR_ROW_FAILS ("url_decode", "url", "url_decode(text)", "The text of a part of a URL.", "SELECT url_decode('https%3A%2F%2Fspark.apache.org')", 1, 1, "s>s", row_url_decode) },
  { WEIR_ROW ("try_url_decode", "url", "try_url_decode(text)", "The text of a part of a URL, or NULL.", "SELECT try_url_decode('https%3A%2F%2Fspark.apache.org')", 1, 1, "s>s", row_url_decode), .bind = bind_nullable, .impl = "try" },
  { WEIR_ROW_FAILS ("parse_url", "url", "parse_url(url, part[, key])", "HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO of a URL, or one parameter.", "SELECT parse_url('http://spark.apache.org/path?query=1', 'HOST')", 2, 3, "sss>s", row_parse_url), .bind = bind_nullable },
  { WEIR_ROW ("try_parse_url", "url", "try_parse_url(url, part[, key])", "A part of a URL, or NULL.", "SELECT try_parse_url('http://spark.apache.org/path?query=1', 'HOST')", 2, 3, "sss>s", row_parse_url), .bind = bind_nullable, .impl = "try" },
};

const WeirFamily _weir_family_encode = { functions, G_N_ELEMENTS (functions) };
