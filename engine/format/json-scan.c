/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/json-scan-private.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * JSON tokens as Jackson reads them, with the leniencies that Spark's options switch on.
 *
 * Nothing recurses: a container is skipped with a stack of its open brackets, at most WEIR_JSON_DEPTH_MAX deep.
 */

static gboolean
fail (WeirJsonScan *scan,
      const char   *reason)
{
  scan->reason = reason;
  return FALSE;
}

static gboolean
skip_comment (WeirJsonScan *scan)
{
  const char *p = scan->p + 1;

  if (p < scan->end && *p == '/')
    {
      while (p < scan->end && *p != '\n' && *p != '\r')
        p++;
      scan->p = p;
      return TRUE;
    }
  if (p < scan->end && *p == '*')
    for (p++; p + 1 < scan->end; p++)
      if (p[0] == '*' && p[1] == '/')
        {
          scan->p = p + 2;
          return TRUE;
        }
  return fail (scan, "a comment is not closed");
}

gboolean
_weir_json_skip_space (WeirJsonScan *scan)
{
  for (;;)
    {
      char c = _weir_json_peek (scan);

      if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
        scan->p++;
      else if (c == '/' && scan->options->allow_comments)
        {
          if (!skip_comment (scan))
            return FALSE;
        }
      else
        return TRUE;
    }
}

/* Four hexadecimal digits. */
static gboolean
read_hex (const char *p,
          const char *end,
          guint      *code)
{
  *code = 0;
  if (end - p < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (p[i]))
        return FALSE;
      *code = *code << 4 | (guint)g_ascii_xdigit_value (p[i]);
    }
  return TRUE;
}

/* `uXXXX`, with the second half of a surrogate pair; a lone surrogate is a question mark, as in Java. */
static const char *
decode_unicode (const char *p,
                const char *end,
                char      **out)
{
  guint code;
  guint low;

  if (!read_hex (p + 1, end, &code))
    return NULL;
  p += 5;
  if (code >= 0xd800 && code < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' && read_hex (p + 2, end, &low) && low >= 0xdc00 && low < 0xe000)
    {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    }
  if (code >= 0xd800 && code < 0xe000)
    code = '?';
  if (code == 0)
    *(*out)++ = '\0';
  else
    *out += g_unichar_to_utf8 (code, *out);
  return p;
}

/* The escape behind a backslash; @out is never written beyond the length of the source. NULL: there is no such escape. */
static const char *
decode_escape (const WeirTextOptions *options,
               const char            *p,
               const char            *end,
               char                 **out)
{
  static const char from[] = "bfnrt\"\\/";
  static const char to[] = "\b\f\n\r\t\"\\/";
  const char       *at;

  if (p == end)
    return NULL;
  if (*p == 'u')
    return decode_unicode (p, end, out);
  at = *p != '\0' ? strchr (from, *p) : NULL;
  if (at != NULL)
    *(*out)++ = to[at - from];
  else if (options->allow_any_escape || (*p == '\'' && options->allow_single_quotes))
    *(*out)++ = *p;
  else
    return NULL;
  return p + 1;
}

/* The first byte from @p on that is the quote, a backslash or a control character. Up to 15 bytes behind @end are read. */
static inline const char *
find_special (const char *p,
              const char *end,
              char        quote)
{
#ifdef __SSE2__
  for (; p < end; p += 16)
    {
      __m128i text = _mm_loadu_si128 ((const __m128i *)p);
      __m128i special = _mm_or_si128 (_mm_or_si128 (_mm_cmpeq_epi8 (text, _mm_set1_epi8 (quote)), _mm_cmpeq_epi8 (text, _mm_set1_epi8 ('\\'))),
                                      _mm_cmpeq_epi8 (_mm_min_epu8 (text, _mm_set1_epi8 (0x1f)), text));
      int     mask = _mm_movemask_epi8 (special);

      if (mask != 0)
        return MIN (p + __builtin_ctz ((guint)mask), end);
    }
  return end;
#else
  while (p < end && *p != quote && *p != '\\' && (guchar)*p >= ' ')
    p++;
  return p;
#endif
}

/* Checks and decodes a string with escapes from @start, its first byte, to its end quote; scan->p is at the first backslash. */
static gboolean
string_with_escapes (WeirJsonScan *scan,
                     const char   *start,
                     char          quote,
                     WeirCell     *cell)
{
  const char *p = scan->p;
  const char *close = p;
  char       *bytes;
  char       *out;

  while (close < scan->end && *close != quote)
    {
      if (*close == '\\' && close + 1 < scan->end)
        close += 2;
      else if (*close == '\\')
        break;
      else
        close = find_special (close + 1, scan->end, quote);
    }
  if (close >= scan->end || *close != quote)
    return fail (scan, "a string is not closed");
  out = bytes = _weir_arena_alloc (scan->arena, (gsize)(close - start) + 6);
  memcpy (out, start, (gsize)(p - start));
  out += p - start;
  while (p < close)
    {
      const char *run = p;

      if (*p == '\\')
        {
          p = decode_escape (scan->options, p + 1, close, &out);
          if (p == NULL)
            return fail (scan, "a string has an unknown escape");
          continue;
        }
      if ((guchar)*p < ' ' && !scan->options->allow_control)
        return fail (scan, "a string has an unescaped control character");
      p = find_special (p + 1, close, '\\');
      memcpy (out, run, (gsize)(p - run));
      out += p - run;
    }
  if (cell != NULL)
    *cell = (WeirCell){ bytes, (guint32)(out - bytes), WEIR_CELL_STRING };
  scan->p = close + 1;
  return TRUE;
}

gboolean
_weir_json_string (WeirJsonScan *scan,
                   WeirCell     *cell)
{
  char        quote = *scan->p++;
  const char *start = scan->p;

  if (quote == '\'' && !scan->options->allow_single_quotes)
    return fail (scan, "a string is in single quotes");
  for (;;)
    {
      scan->p = find_special (scan->p, scan->end, quote);
      if (scan->p == scan->end)
        return fail (scan, "a string is not closed");
      if (*scan->p == quote)
        break;
      if (*scan->p == '\\')
        return string_with_escapes (scan, start, quote, cell);
      if (!scan->options->allow_control)
        return fail (scan, "a string has an unescaped control character");
      scan->p++;
    }
  if (cell != NULL)
    *cell = (WeirCell){ start, (guint32)(scan->p - start), WEIR_CELL_STRING };
  scan->p++;
  return TRUE;
}

static gboolean
is_name_byte (char c)
{
  return g_ascii_isalnum (c) || (guchar)c >= 0x80 || (c != '\0' && strchr ("_$@#*-+", c) != NULL);
}

gboolean
_weir_json_name (WeirJsonScan *scan,
                 WeirCell     *name)
{
  char c = _weir_json_peek (scan);

  if (c == '"' || (c == '\'' && scan->options->allow_single_quotes))
    {
      if (!_weir_json_string (scan, name))
        return FALSE;
    }
  else if (scan->options->allow_unquoted_names && is_name_byte (c))
    {
      const char *start = scan->p;

      while (is_name_byte (_weir_json_peek (scan)))
        scan->p++;
      if (name != NULL)
        *name = (WeirCell){ start, (guint32)(scan->p - start), WEIR_CELL_STRING };
    }
  else
    return fail (scan, "a field name is missing");
  if (!_weir_json_space (scan))
    return FALSE;
  if (_weir_json_peek (scan) != ':')
    return fail (scan, "a colon is missing");
  scan->p++;
  return TRUE;
}

/* -?digits[.digits][e±digits] */
static gboolean
read_number (WeirJsonScan *scan,
             WeirCell     *cell)
{
  const char *start = scan->p;
  const char *digits;
  guint32     kind = WEIR_CELL_INT;

  if (*scan->p == '-')
    scan->p++;
  digits = scan->p;
  while (g_ascii_isdigit (_weir_json_peek (scan)))
    scan->p++;
  if (scan->p == digits)
    return fail (scan, "a number has no digits");
  if (*digits == '0' && scan->p - digits > 1 && !scan->options->allow_leading_zeros)
    return fail (scan, "a number has leading zeros");
  if (_weir_json_peek (scan) == '.')
    {
      kind = WEIR_CELL_FLOAT;
      for (digits = ++scan->p; g_ascii_isdigit (_weir_json_peek (scan));)
        scan->p++;
      if (scan->p == digits)
        return fail (scan, "a number ends with its point");
    }
  if (_weir_json_peek (scan) == 'e' || _weir_json_peek (scan) == 'E')
    {
      kind = WEIR_CELL_FLOAT;
      scan->p++;
      if (_weir_json_peek (scan) == '-' || _weir_json_peek (scan) == '+')
        scan->p++;
      for (digits = scan->p; g_ascii_isdigit (_weir_json_peek (scan));)
        scan->p++;
      if (scan->p == digits)
        return fail (scan, "a number has an empty exponent");
    }
  if (scan->p - start > 1000)
    return fail (scan, "a number has more than 1000 characters");
  if (cell != NULL)
    *cell = (WeirCell){ start, (guint32)(scan->p - start), kind };
  return TRUE;
}

static gboolean
read_word (WeirJsonScan *scan,
           WeirCell     *cell)
{
#define WORD(text, kind)        \
  {                             \
    text, sizeof text - 1, kind \
  }
  static const struct
  {
    const char *text;
    guint32     len;
    guint32     kind;
  } words[] = {
    WORD ("null", WEIR_CELL_NULL),
    WORD ("true", WEIR_CELL_TRUE),
    WORD ("false", WEIR_CELL_FALSE),
    WORD ("NaN", WEIR_CELL_WORD),
    WORD ("Infinity", WEIR_CELL_WORD),
    WORD ("-Infinity", WEIR_CELL_WORD),
    WORD ("+Infinity", WEIR_CELL_WORD),
    WORD ("INF", WEIR_CELL_WORD),
    WORD ("-INF", WEIR_CELL_WORD),
    WORD ("+INF", WEIR_CELL_WORD),
  };
#undef WORD

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      char next;

      if (*words[i].text != *scan->p || (gsize)(scan->end - scan->p) < words[i].len || memcmp (scan->p, words[i].text, words[i].len) != 0 ||
          (words[i].kind == WEIR_CELL_WORD && !scan->options->allow_non_numeric))
        continue;
      if (cell != NULL)
        *cell = (WeirCell){ scan->p, words[i].len, words[i].kind };
      scan->p += words[i].len;
      next = _weir_json_peek (scan);
      if (g_ascii_isalnum (next) || next == '_' || next == '$' || (guchar)next >= 0x80)
        break;
      return TRUE;
    }
  return fail (scan, "a value is neither text, number nor a known word");
}

static gboolean
read_scalar (WeirJsonScan *scan,
             WeirCell     *cell)
{
  char c = _weir_json_peek (scan);

  if (c == '"' || c == '\'')
    return _weir_json_string (scan, cell);
  if (g_ascii_isdigit (c) || (c == '-' && scan->p + 1 < scan->end && g_ascii_isdigit (scan->p[1])))
    return read_number (scan, cell);
  if (scan->p == scan->end)
    return fail (scan, "the text ends too early");
  return read_word (scan, cell);
}

static inline char
closing (char open)
{
  return open == '{' ? '}' : ']';
}

/* After an opening bracket: TRUE when the container is empty and was closed. */
static gboolean
read_empty (WeirJsonScan *scan,
            char          close)
{
  if (!_weir_json_space (scan) || _weir_json_peek (scan) != close)
    return FALSE;
  scan->p++;
  return TRUE;
}

/* Closes what can be closed after a value; FALSE with `reason` NULL: everything is closed. */
static gboolean
after_value (WeirJsonScan *scan,
             const char   *stack,
             guint        *depth)
{
  while (*depth > 0)
    {
      if (!_weir_json_space (scan))
        return FALSE;
      if (_weir_json_peek (scan) == ',')
        {
          scan->p++;
          if (!_weir_json_space (scan))
            return FALSE;
          return stack[*depth - 1] == '[' || _weir_json_name (scan, NULL);
        }
      if (_weir_json_peek (scan) != closing (stack[*depth - 1]))
        return fail (scan, "a comma or a closing bracket is missing");
      scan->p++;
      (*depth)--;
    }
  return FALSE;
}

static gboolean
skip_container (WeirJsonScan *scan)
{
  char  stack[WEIR_JSON_DEPTH_MAX];
  guint depth = 0;

  do
    {
      char c;

      if (!_weir_json_space (scan))
        return FALSE;
      c = _weir_json_peek (scan);
      if (c == '{' || c == '[')
        {
          if (depth == WEIR_JSON_DEPTH_MAX)
            return fail (scan, "values are nested too deeply");
          scan->p++;
          if (!read_empty (scan, closing (c)))
            {
              stack[depth++] = c;
              if (scan->reason != NULL || (c == '{' && !_weir_json_name (scan, NULL)))
                return FALSE;
              continue;
            }
        }
      else if (!read_scalar (scan, NULL))
        return FALSE;
      if (!after_value (scan, stack, &depth))
        return scan->reason == NULL;
    }
  while (TRUE);
}

gboolean
_weir_json_value (WeirJsonScan *scan,
                  WeirCell     *cell)
{
  char        c = _weir_json_peek (scan);
  const char *start = scan->p;

  if (c != '{' && c != '[')
    return read_scalar (scan, cell);
  if (!skip_container (scan))
    return FALSE;
  if (cell != NULL)
    *cell = (WeirCell){ start, (guint32)(scan->p - start), c == '{' ? WEIR_CELL_OBJECT : WEIR_CELL_ARRAY };
  return TRUE;
}

gboolean
_weir_json_more (WeirJsonScan *scan,
                 char          close)
{
  if (!_weir_json_space (scan))
    return FALSE;
  if (_weir_json_peek (scan) == ',')
    {
      scan->p++;
      return _weir_json_space (scan);
    }
  if (_weir_json_peek (scan) != close)
    return fail (scan, "a comma or a closing bracket is missing");
  scan->p++;
  return FALSE;
}
