/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"

/*
 * Tokens of Spark's SqlBaseLexer.
 *
 * The lexer knows no state: from any token boundary it goes on alone, which is what the prompt, the editor and the
 * annotation scanner need. Points where Spark's rules are easy to get wrong:
 *
 * - A word may start with a digit: `1a` is an identifier, `1L`, `1e3` and `2BD` are numbers.
 * - A decimal counts only when no letter, digit or underscore follows: `1.a` is the integer 1, a dot and `a`.
 * - Inside '…' a doubled quote is a quote and a backslash takes the next character with it; r'…' knows neither.
 * - Bracketed comments nest. Hints are comments here.
 */

static gboolean
is_word_byte (char c)
{
  return g_ascii_isalnum (c) || c == '_' || (guchar)c >= 0x80;
}

/* End of the run of letters, digits and underscores at @pos. */
static gsize
skip_word (const char *text,
           gsize       len,
           gsize       pos)
{
  while (pos < len && is_word_byte (text[pos]))
    {
      if ((guchar)text[pos] < 0x80)
        pos++;
      else if (g_unichar_isalnum (g_utf8_get_char (text + pos)) || g_unichar_ismark (g_utf8_get_char (text + pos)))
        pos = g_utf8_next_char (text + pos) - text;
      else
        break;
    }
  return pos;
}

static gsize
skip_digits (const char *text,
             gsize       len,
             gsize       pos)
{
  while (pos < len && g_ascii_isdigit (text[pos]))
    pos++;
  return pos;
}

/* After the exponent at @pos, or @pos when there is none. */
static gsize
skip_exponent (const char *text,
               gsize       len,
               gsize       pos)
{
  gsize digits = pos + 1;

  if (pos >= len || (text[pos] != 'e' && text[pos] != 'E'))
    return pos;
  if (digits < len && (text[digits] == '+' || text[digits] == '-'))
    digits++;
  if (digits >= len || !g_ascii_isdigit (text[digits]))
    return pos;
  return skip_digits (text, len, digits);
}

/* After the type suffix at @pos, or @pos when there is none. L, S and Y go with integers only. */
static gsize
skip_suffix (const char *text,
             gsize       len,
             gsize       pos,
             gboolean    integer)
{
  if (pos >= len)
    return pos;
  switch (g_ascii_toupper (text[pos]))
    {
    case 'L':
    case 'S':
    case 'Y':
      return integer ? pos + 1 : pos;
    case 'D':
    case 'F':
      return pos + 1;
    case 'B':
      return pos + 1 < len && g_ascii_toupper (text[pos + 1]) == 'D' ? pos + 2 : pos;
    default:
      return pos;
    }
}

/* End of the number at @pos; @pos when there is none, then it may be a word. */
static gsize
skip_number (const char *text,
             gsize       len,
             gsize       pos)
{
  gsize    whole = skip_digits (text, len, pos), fraction = whole, end;
  gboolean integer = TRUE;

  if (whole < len && text[whole] == '.')
    {
      fraction = skip_digits (text, len, whole + 1);
      integer = FALSE;
      if (whole == pos && fraction == whole + 1)
        return pos;
    }
  end = skip_exponent (text, len, fraction);
  end = skip_suffix (text, len, end, integer && end == fraction);
  if (skip_word (text, len, end) == end)
    return end;
  if (!integer && whole > pos)
    return whole;
  return pos;
}

/* After the closing quote; 0 when it is missing. */
static gsize
skip_quoted (const char *text,
             gsize       len,
             gsize       pos,
             char        quote,
             gboolean    raw)
{
  for (pos++; pos < len; pos++)
    {
      if (text[pos] == '\\' && !raw && quote != '`')
        pos++;
      else if (text[pos] == quote)
        {
          if (raw || pos + 1 >= len || text[pos + 1] != quote)
            return pos + 1;
          pos++;
        }
    }
  return 0;
}

/* After the comment at @pos; 0 when it is not closed. */
static gsize
skip_bracketed_comment (const char *text,
                        gsize       len,
                        gsize       pos)
{
  guint depth = 0;

  while (pos + 1 < len)
    {
      if (text[pos] == '/' && text[pos + 1] == '*')
        {
          depth++;
          pos += 2;
        }
      else if (text[pos] == '*' && text[pos + 1] == '/')
        {
          pos += 2;
          if (--depth == 0)
            return pos;
        }
      else
        pos++;
    }
  return 0;
}

static gboolean
starts_with (const char *text,
             gsize       len,
             gsize       pos,
             const char *prefix)
{
  gsize n = strlen (prefix);

  return len - pos >= n && memcmp (text + pos, prefix, n) == 0;
}

static gsize
skip_space (const char *text,
            gsize       len,
            gsize       pos)
{
  while (pos < len)
    {
      gunichar c = (guchar)text[pos];

      if (c >= 0x80)
        c = g_utf8_get_char (text + pos);
      if (!g_unichar_isspace (c) && c != 0x0b && c != 0xfeff)
        break;
      pos = g_utf8_next_char (text + pos) - text;
    }
  return pos;
}

/* Longest first. */
static const struct
{
  const char       text[4];
  WeirSqlTokenKind kind;
} operators[] = {
  { "<=>", WEIR_SQL_TOKEN_NULL_SAFE_EQ },
  { "<=", WEIR_SQL_TOKEN_LE },
  { "<>", WEIR_SQL_TOKEN_NE },
  { "<<", WEIR_SQL_TOKEN_SHIFT_LEFT },
  { ">=", WEIR_SQL_TOKEN_GE },
  { "==", WEIR_SQL_TOKEN_EQ },
  { "=>", WEIR_SQL_TOKEN_FAT_ARROW },
  { "!=", WEIR_SQL_TOKEN_NE },
  { "!<", WEIR_SQL_TOKEN_GE },
  { "!>", WEIR_SQL_TOKEN_LE },
  { "->", WEIR_SQL_TOKEN_ARROW },
  { "||", WEIR_SQL_TOKEN_CONCAT },
  { "|>", WEIR_SQL_TOKEN_PIPE_ARROW },
  { "::", WEIR_SQL_TOKEN_DOUBLE_COLON },
  { ";", WEIR_SQL_TOKEN_SEMICOLON },
  { "(", WEIR_SQL_TOKEN_LEFT_PAREN },
  { ")", WEIR_SQL_TOKEN_RIGHT_PAREN },
  { "[", WEIR_SQL_TOKEN_LEFT_BRACKET },
  { "]", WEIR_SQL_TOKEN_RIGHT_BRACKET },
  { ",", WEIR_SQL_TOKEN_COMMA },
  { ".", WEIR_SQL_TOKEN_DOT },
  { "=", WEIR_SQL_TOKEN_EQ },
  { "<", WEIR_SQL_TOKEN_LT },
  { ">", WEIR_SQL_TOKEN_GT },
  { "+", WEIR_SQL_TOKEN_PLUS },
  { "-", WEIR_SQL_TOKEN_MINUS },
  { "*", WEIR_SQL_TOKEN_STAR },
  { "/", WEIR_SQL_TOKEN_SLASH },
  { "%", WEIR_SQL_TOKEN_PERCENT },
  { "~", WEIR_SQL_TOKEN_TILDE },
  { "&", WEIR_SQL_TOKEN_AMPERSAND },
  { "|", WEIR_SQL_TOKEN_PIPE },
  { "^", WEIR_SQL_TOKEN_HAT },
  { "!", WEIR_SQL_TOKEN_BANG },
  { ":", WEIR_SQL_TOKEN_COLON },
  { "?", WEIR_SQL_TOKEN_QUESTION },
};

static WeirSqlToken
make_token (WeirSqlTokenKind kind,
            gsize            start,
            gsize            end)
{
  return (WeirSqlToken){ .kind = kind, .start = start, .end = end };
}

static WeirSqlToken
lex_quoted (const char *text,
            gsize       len,
            gsize       start,
            gsize       quote_pos,
            gboolean    raw)
{
  char     quote = text[quote_pos];
  gsize    end = skip_quoted (text, len, quote_pos, quote, raw);
  gboolean name = quote == '`';

  if (end == 0)
    return make_token (name ? WEIR_SQL_TOKEN_UNCLOSED_QUOTED : WEIR_SQL_TOKEN_UNCLOSED_STRING, start, len);
  return make_token (name ? WEIR_SQL_TOKEN_QUOTED : WEIR_SQL_TOKEN_STRING, start, end);
}

static WeirSqlToken
lex_word (const char *text,
          gsize       len,
          gsize       pos)
{
  WeirSqlToken token = make_token (WEIR_SQL_TOKEN_WORD, pos, skip_word (text, len, pos));

  token.keyword = _weir_sql_keyword_lookup (text + pos, token.end - pos);
  return token;
}

static WeirSqlToken
lex_operator (const char *text,
              gsize       len,
              gsize       pos)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (starts_with (text, len, pos, operators[i].text))
      return make_token (operators[i].kind, pos, pos + strlen (operators[i].text));
  return make_token (WEIR_SQL_TOKEN_UNKNOWN, pos, g_utf8_next_char (text + pos) - text);
}

/* The comment at @pos as a token; kind END when there is none. */
static WeirSqlToken
lex_comment (const char *text,
             gsize       len,
             gsize       pos)
{
  if (starts_with (text, len, pos, "--"))
    {
      const char *line_feed = memchr (text + pos, '\n', len - pos);

      return make_token (WEIR_SQL_TOKEN_COMMENT, pos, line_feed != NULL ? (gsize)(line_feed - text) : len);
    }
  if (starts_with (text, len, pos, "/*"))
    {
      gsize end = skip_bracketed_comment (text, len, pos);

      return end != 0 ? make_token (WEIR_SQL_TOKEN_COMMENT, pos, end) : make_token (WEIR_SQL_TOKEN_UNCLOSED_COMMENT, pos, len);
    }
  return make_token (WEIR_SQL_TOKEN_END, pos, pos);
}

static WeirSqlToken
lex_solid (const char *text,
           gsize       len,
           gsize       pos)
{
  char c = text[pos];

  if (c == '\'' || c == '"' || c == '`')
    return lex_quoted (text, len, pos, pos, FALSE);
  if ((c == 'r' || c == 'R') && pos + 1 < len && (text[pos + 1] == '\'' || text[pos + 1] == '"'))
    return lex_quoted (text, len, pos, pos + 1, TRUE);
  if (g_ascii_isdigit (c) || c == '.')
    {
      gsize end = skip_number (text, len, pos);

      if (end > pos)
        return make_token (WEIR_SQL_TOKEN_NUMBER, pos, end);
    }
  if (is_word_byte (c) && skip_word (text, len, pos) > pos)
    return lex_word (text, len, pos);
  return lex_operator (text, len, pos);
}

WeirSqlToken
_weir_sql_lex_one (const char *text,
                   gsize       len,
                   gsize       offset,
                   gboolean    with_comments)
{
  gsize pos = skip_space (text, len, offset);

  while (pos < len)
    {
      WeirSqlToken comment = lex_comment (text, len, pos);

      if (comment.kind == WEIR_SQL_TOKEN_END)
        return lex_solid (text, len, pos);
      if (with_comments || comment.kind == WEIR_SQL_TOKEN_UNCLOSED_COMMENT)
        return comment;
      pos = skip_space (text, len, comment.end);
    }
  return make_token (WEIR_SQL_TOKEN_END, len, len);
}

/* Notes the partner of a parenthesis; a semicolon forgets all that are open. */
static void
match_parens (GArray       *tokens,
              GArray       *open,
              WeirSqlToken *token)
{
  guint idx = tokens->len;

  if (token->kind == WEIR_SQL_TOKEN_LEFT_PAREN)
    g_array_append_val (open, idx);
  else if (token->kind == WEIR_SQL_TOKEN_RIGHT_PAREN && open->len > 0)
    {
      token->match = g_array_index (open, guint, open->len - 1);
      g_array_index (tokens, WeirSqlToken, token->match).match = idx;
      g_array_set_size (open, open->len - 1);
    }
  else if (token->kind == WEIR_SQL_TOKEN_SEMICOLON)
    g_array_set_size (open, 0);
}

GArray *
_weir_sql_lex (const char *text,
               gsize       len,
               guint       n_tokens_max,
               gboolean   *too_many)
{
  GArray            *tokens = g_array_new (FALSE, FALSE, sizeof (WeirSqlToken));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  WeirSqlToken       token = { 0 };

  *too_many = FALSE;
  do
    {
      token = _weir_sql_lex_one (text, len, token.end, FALSE);
      if (tokens->len >= n_tokens_max && token.kind != WEIR_SQL_TOKEN_END)
        {
          *too_many = TRUE;
          token = make_token (WEIR_SQL_TOKEN_END, token.start, token.start);
        }
      match_parens (tokens, open, &token);
      g_array_append_val (tokens, token);
    }
  while (token.kind != WEIR_SQL_TOKEN_END);
  return tokens;
}
