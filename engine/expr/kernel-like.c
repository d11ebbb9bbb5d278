/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/row-private.h"

/*
 * LIKE and ILIKE: our own matcher, since a pattern of % and _ needs no regular expression.
 *
 * A constant pattern is compiled when the call is bound. Patterns without _ whose only wildcards are a leading or trailing % are
 * comparisons of the start, the end, the middle or the whole. All others are matched by going back to the last % only, which is
 * linear in text × pattern at worst.
 */

typedef enum
{
  LIKE_EXACT,
  LIKE_PREFIX,
  LIKE_SUFFIX,
  LIKE_CONTAINS,
  LIKE_GENERAL,
} LikeKind;

typedef enum
{
  TOKEN_CHAR,
  TOKEN_ONE,
  TOKEN_MANY,
} TokenKind;

typedef struct
{
  TokenKind kind;
  gunichar  c;
} Token;

typedef struct
{
  LikeKind kind;
  GString *plain; /* the text without wildcards */
  Token   *tokens;
  guint    n_tokens;
  gboolean fold;   /* ILIKE */
  char    *source; /* Owned: the pattern, to know it again */
  gsize    source_len;
} LikePattern;

static void
like_pattern_free (gpointer data)
{
  LikePattern *pattern = data;

  if (pattern == NULL)
    return;
  g_string_free (pattern->plain, TRUE);
  g_free (pattern->tokens);
  g_free (pattern->source);
  g_free (pattern);
}

static gunichar
fold (gunichar c)
{
  return g_unichar_tolower (c);
}

static void
classify (LikePattern *pattern)
{
  guint n = pattern->n_tokens, n_many = 0, n_one = 0;

  for (guint i = 0; i < n; i++)
    {
      n_many += pattern->tokens[i].kind == TOKEN_MANY;
      n_one += pattern->tokens[i].kind == TOKEN_ONE;
    }
  pattern->kind = LIKE_GENERAL;
  if (n_one > 0)
    return;
  if (n_many == 0)
    pattern->kind = LIKE_EXACT;
  else if (n_many == 1 && pattern->tokens[n - 1].kind == TOKEN_MANY)
    pattern->kind = LIKE_PREFIX;
  else if (n_many == 1 && pattern->tokens[0].kind == TOKEN_MANY)
    pattern->kind = LIKE_SUFFIX;
  else if (n_many == 2 && pattern->tokens[0].kind == TOKEN_MANY && pattern->tokens[n - 1].kind == TOKEN_MANY)
    pattern->kind = LIKE_CONTAINS;
}

/* NULL when an escape stands before an ordinary character (@at_end FALSE) or at the end. */
static LikePattern *
like_pattern_new (const char *text,
                  gsize       len,
                  gunichar    escape,
                  gboolean    fold_case,
                  gboolean   *at_end)
{
  LikePattern *pattern = g_new0 (LikePattern, 1);
  guint        width;

  pattern->plain = g_string_new (NULL);
  pattern->tokens = g_new (Token, len + 1);
  pattern->source = g_strndup (text, len);
  pattern->source_len = len;
  pattern->fold = fold_case;
  for (gsize i = 0; i < len; i += width)
    {
      gunichar  c = _weir_utf8_get (text + i, &width);
      TokenKind kind = c == '%' ? TOKEN_MANY : c == '_' ? TOKEN_ONE
                                                        : TOKEN_CHAR;

      if (c == escape)
        {
          i += width;
          *at_end = i >= len;
          c = *at_end ? 0 : _weir_utf8_get (text + i, &width);
          if (*at_end || (c != '%' && c != '_' && c != escape))
            {
              like_pattern_free (pattern);
              return NULL;
            }
          kind = TOKEN_CHAR;
        }
      if (fold_case)
        c = fold (c);
      if (kind == TOKEN_CHAR)
        g_string_append_unichar (pattern->plain, c);
      pattern->tokens[pattern->n_tokens++] = (Token){ kind, c };
    }
  classify (pattern);
  return pattern;
}

static gboolean
match_general (const LikePattern *pattern,
               const char        *data,
               gsize              len)
{
  gsize    at = 0, back_at = 0;
  guint    t = 0, back_t = 0, width;
  gboolean has_back = FALSE;

  while (at < len)
    {
      const Token *token = t < pattern->n_tokens ? &pattern->tokens[t] : NULL;
      gunichar     c = _weir_utf8_get (data + at, &width);

      if (token != NULL && token->kind == TOKEN_MANY)
        {
          has_back = TRUE;
          back_t = ++t;
          back_at = at;
        }
      else if (token != NULL && (token->kind == TOKEN_ONE || token->c == (pattern->fold ? fold (c) : c)))
        {
          t++;
          at += width;
        }
      else if (has_back)
        {
          back_at += weir_utf8_width ((guchar)data[back_at]);
          at = back_at;
          t = back_t;
        }
      else
        return FALSE;
    }
  while (t < pattern->n_tokens && pattern->tokens[t].kind == TOKEN_MANY)
    t++;
  return t == pattern->n_tokens;
}

static gboolean
match (const LikePattern *pattern,
       const char        *data,
       gsize              len)
{
  const GString *plain = pattern->plain;

  if (pattern->kind == LIKE_GENERAL || pattern->fold)
    return match_general (pattern, data, len);
  if (plain->len > len)
    return FALSE;
  switch ((int)pattern->kind)
    {
    case LIKE_EXACT:
      return plain->len == len && memcmp (data, plain->str, len) == 0;
    case LIKE_PREFIX:
      return memcmp (data, plain->str, plain->len) == 0;
    case LIKE_SUFFIX:
      return memcmp (data + len - plain->len, plain->str, plain->len) == 0;
    default:
      return plain->len == 0 || memmem (data, len, plain->str, plain->len) != NULL;
    }
}

static gunichar
escape_of (WeirRow *row)
{
  gsize       len;
  const char *text;
  guint       width;

  if (row->n_args < 3)
    return '\\';
  text = weir_row_text (row, 2, &len);
  return len > 0 ? _weir_utf8_get (text, &width) : '\\';
}

static const char *
fail_text (gboolean at_end)
{
  return at_end ? "the escape character is not allowed to end with." : "the escape character is not allowed to precede an ordinary character.";
}

static const char *
fail_condition (gboolean at_end)
{
  return at_end ? "INVALID_FORMAT.ESC_AT_THE_END" : "INVALID_FORMAT.ESC_IN_THE_MIDDLE";
}

/* The compiled pattern of this row: that of the row before when the text is the same. */
static const LikePattern *
pattern_of_row (WeirRow *row)
{
  gsize        len;
  const char  *text = weir_row_text (row, 1, &len);
  LikePattern *held = row->scratch;
  gboolean     at_end = FALSE;

  if (held != NULL && held->source_len == len && memcmp (held->source, text, len) == 0)
    return held;
  like_pattern_free (held);
  row->scratch = like_pattern_new (text, len, escape_of (row), row->expr->function->name[0] == 'i', &at_end);
  row->scratch_free = like_pattern_free;
  if (row->scratch == NULL)
    _weir_row_fail (row, fail_condition (at_end), "The format is invalid: '%.*s'. %s", (int)len, text, fail_text (at_end));
  return row->scratch;
}

static gboolean
row_like (WeirRow *row)
{
  const LikePattern *pattern = row->expr->data != NULL ? row->expr->data : pattern_of_row (row);
  gsize              len;
  const char        *data = weir_row_text (row, 0, &len);

  if (pattern == NULL)
    return FALSE;
  row->i = match (pattern, data, len);
  return TRUE;
}

static WeirType *
bind_like (WeirBind *bind,
           GError  **error)
{
  g_autofree char *text = NULL;
  g_autofree char *escape = NULL;
  gboolean         at_end = FALSE;
  guint            width;

  for (guint i = 0; i < bind->n_args; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_STRING, error))
      return NULL;
  text = _weir_bind_constant_string (bind, 1);
  escape = bind->n_args > 2 ? _weir_bind_constant_string (bind, 2) : NULL;
  bind->can_fail = text == NULL;
  if (text == NULL)
    return weir_type_ref (WEIR_BOOLEAN);
  bind->data = like_pattern_new (text, strlen (text), escape != NULL && escape[0] != '\0' ? _weir_utf8_get (escape, &width) : '\\',
                                 bind->function->name[0] == 'i', &at_end);
  bind->data_free = like_pattern_free;
  if (bind->data == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, fail_condition (at_end), bind->span, "The format is invalid: '%s'. %s", text, fail_text (at_end)),
           NULL;
  return weir_type_ref (WEIR_BOOLEAN);
}

static const WeirFunction functions[] = {
  { WEIR_ROW_FAILS ("like", "predicate", "like(text, pattern[, escape])", "Whether the text matches; % stands for any characters, _ for one.", "SELECT like('Spark', '_park')", 2, 3, NULL, row_like), .bind = bind_like, .print = "2$1 LIKE $2|3$1 LIKE $2 ESCAPE '$3'" },
  { WEIR_ROW_FAILS ("ilike", "predicate", "ilike(text, pattern[, escape])", "Whether the text matches without regard to case.", "SELECT ilike('Spark', '_Park')", 2, 3, NULL, row_like), .bind = bind_like, .print = "ilike($1, $2)" },
};

const WeirFamily _weir_family_like = { functions, G_N_ELEMENTS (functions) };
