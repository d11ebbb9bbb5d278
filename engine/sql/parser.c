/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "sql/parser-private.h"

/*
 * The parser's entry points, its cursor and its errors.
 *
 * Recursive descent over an array of tokens, with one parser per statement: statements are cut at semicolons first, so
 * that one that does not parse cannot spoil the next. See parser-private.h for how errors and depth are handled.
 */

/* More tokens than this are no SQL somebody wrote; it also bounds the tree, at about 200 bytes a node. */
#define TOKENS_MAX (2u << 20)

/* Errors kept of one script; an editor shows fewer. */
#define ERRORS_MAX 1000

typedef struct
{
  WeirSpan                span;
  const WeirSqlStatement *statement; /* NULL when @error is set */
  GError                 *error;     /* Owned */
} Entry;

struct _WeirSqlScript
{
  gatomicrefcount    ref_count;
  char              *text; /* Owned */
  gsize              len;
  WeirSqlArena      *arena;   /* Owned */
  GArray            *entries; /* Owned: Entry */
  const WeirSqlExpr *expression;
  gboolean           raw_strings; /* while it is parsed: of the statement to come */
};

/* ---- cursor --------------------------------------------------------------------------------------------------- */

const WeirSqlToken *
_weir_sql_peek (const WeirSqlParser *p,
                guint                ahead)
{
  guint pos = p->pos + ahead;

  return pos < p->end ? &p->tokens[pos] : &p->end_token;
}

const WeirSqlToken *
_weir_sql_next (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (p->pos < p->end)
    p->pos++;
  return token;
}

gboolean
_weir_sql_at (const WeirSqlParser *p,
              WeirSqlTokenKind     kind)
{
  return _weir_sql_peek (p, 0)->kind == kind;
}

gboolean
_weir_sql_keyword_ahead (const WeirSqlParser *p,
                         guint                ahead,
                         WeirSqlKeyword       keyword)
{
  return _weir_sql_peek (p, ahead)->keyword == keyword;
}

gboolean
_weir_sql_at_keyword (const WeirSqlParser *p,
                      WeirSqlKeyword       keyword)
{
  return _weir_sql_keyword_ahead (p, 0, keyword);
}

gboolean
_weir_sql_accept (WeirSqlParser   *p,
                  WeirSqlTokenKind kind)
{
  if (!_weir_sql_at (p, kind))
    return FALSE;
  _weir_sql_next (p);
  return TRUE;
}

gboolean
_weir_sql_accept_keyword (WeirSqlParser *p,
                          WeirSqlKeyword keyword)
{
  if (!_weir_sql_at_keyword (p, keyword))
    return FALSE;
  _weir_sql_next (p);
  return TRUE;
}

gboolean
_weir_sql_accept_keywords (WeirSqlParser *p,
                           WeirSqlKeyword first,
                           WeirSqlKeyword second)
{
  if (!_weir_sql_at_keyword (p, first) || !_weir_sql_keyword_ahead (p, 1, second))
    return FALSE;
  _weir_sql_next (p);
  _weir_sql_next (p);
  return TRUE;
}

void
_weir_sql_expect (WeirSqlParser   *p,
                  WeirSqlTokenKind kind)
{
  if (!_weir_sql_accept (p, kind))
    _weir_sql_syntax_error (p);
}

void
_weir_sql_expect_keyword (WeirSqlParser *p,
                          WeirSqlKeyword keyword)
{
  if (!_weir_sql_accept_keyword (p, keyword))
    _weir_sql_syntax_error (p);
}

guint32
_weir_sql_start (const WeirSqlParser *p)
{
  return _weir_sql_peek (p, 0)->start;
}

WeirSpan
_weir_sql_span_from (const WeirSqlParser *p,
                     guint32              start)
{
  guint32 end = p->pos > 0 ? p->tokens[p->pos - 1].end : start;

  return (WeirSpan){ start, MAX (start, end) };
}

/* ---- errors --------------------------------------------------------------------------------------------------- */

static void
take_error (WeirSqlParser *p,
            GError        *error)
{
  if (p->error == NULL)
    p->error = error;
  else
    g_error_free (error);
  p->pos = p->end;
}

void
_weir_sql_error (WeirSqlParser *p,
                 const char    *condition,
                 WeirSpan       span,
                 const char    *format,
                 ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  take_error (p, weir_error_new (WEIR_ERROR_PARSE, condition, span, "%s", message));
}

void
_weir_sql_unsupported (WeirSqlParser *p,
                       WeirSpan       span,
                       const char    *what)
{
  GError *error = NULL;

  weir_fail_unsupported (&error, WEIR_ERROR_PARSE, span, what);
  take_error (p, error);
}

/* Lexical trouble has messages of its own. */
static gboolean
report_bad_token (WeirSqlParser      *p,
                  const WeirSqlToken *token)
{
  WeirSpan span = _weir_sql_token_span (token);

  switch (token->kind)
    {
    case WEIR_SQL_TOKEN_UNCLOSED_COMMENT:
      _weir_sql_error (p, "UNCLOSED_BRACKETED_COMMENT", span,
                       "Found an unclosed bracketed comment. Please, append */ at the end of the comment.");
      return TRUE;
    case WEIR_SQL_TOKEN_UNCLOSED_STRING:
      _weir_sql_error (p, "PARSE_SYNTAX_ERROR", span, "Syntax error: the string is not closed.");
      return TRUE;
    case WEIR_SQL_TOKEN_UNCLOSED_QUOTED:
      _weir_sql_error (p, "PARSE_SYNTAX_ERROR", span, "Syntax error: the quoted identifier is not closed.");
      return TRUE;
    default:
      return FALSE;
    }
}

static GError *
syntax_error_new (const char         *text,
                  const WeirSqlToken *token)
{
  g_autofree char *near = NULL;
  GError          *error;

  if (token->kind == WEIR_SQL_TOKEN_END)
    near = g_strdup ("end of input");
  else
    near = g_strdup_printf ("'%.*s'", (int)(token->end - token->start), text + token->start);
  error = weir_error_new (WEIR_ERROR_PARSE, "PARSE_SYNTAX_ERROR", _weir_sql_token_span (token), "Syntax error at or near %s.", near);
  weir_error_add_param (error, "error", near);
  weir_error_add_param (error, "hint", "");
  return error;
}

void
_weir_sql_syntax_error (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (p->error == NULL && !report_bad_token (p, token))
    take_error (p, syntax_error_new (p->text, token));
}

/* ---- depth ---------------------------------------------------------------------------------------------------- */

static gboolean
check_depth (WeirSqlParser *p)
{
  if (p->depth <= WEIR_SQL_DEPTH_MAX && p->peak <= WEIR_SQL_DEPTH_MAX)
    return TRUE;
  if (p->error == NULL)
    _weir_sql_error (p, "LIMIT_EXCEEDED", _weir_sql_token_span (_weir_sql_peek (p, 0)),
                     "The statement is nested too deeply, over %d levels.", WEIR_SQL_DEPTH_MAX);
  return FALSE;
}

gboolean
_weir_sql_enter (WeirSqlParser *p,
                 WeirSqlFrame  *frame)
{
  frame->saved_peak = p->peak;
  p->peak = 0;
  p->depth++;
  return check_depth (p);
}

void
_weir_sql_leave (WeirSqlParser *p,
                 WeirSqlFrame  *frame)
{
  p->peak = MAX (p->peak, frame->saved_peak);
  p->depth--;
}

void
_weir_sql_grow (WeirSqlParser *p,
                guint          levels)
{
  p->peak += levels;
  check_depth (p);
}

/* ---- script --------------------------------------------------------------------------------------------------- */

static void
clear_entry (gpointer data)
{
  g_clear_error (&((Entry *)data)->error);
}

static WeirSqlScript *
script_new (const char *text,
            gsize       len)
{
  WeirSqlScript *script = g_new0 (WeirSqlScript, 1);

  g_atomic_ref_count_init (&script->ref_count);
  script->text = g_malloc (len + 1);
  memcpy (script->text, text, len);
  script->text[len] = '\0';
  script->len = len;
  script->arena = _weir_sql_arena_new ();
  script->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (script->entries, clear_entry);
  return script;
}

WeirSqlScript *
weir_sql_script_ref (WeirSqlScript *script)
{
  g_atomic_ref_count_inc (&script->ref_count);
  return script;
}

void
weir_sql_script_unref (WeirSqlScript *script)
{
  if (!g_atomic_ref_count_dec (&script->ref_count))
    return;
  g_array_unref (script->entries);
  _weir_sql_arena_free (script->arena);
  g_free (script->text);
  g_free (script);
}

static void
add_entry (WeirSqlScript          *script,
           WeirSpan                span,
           const WeirSqlStatement *statement,
           GError                 *error)
{
  Entry entry = { .span = span, .statement = error == NULL ? statement : NULL, .error = error };

  g_array_append_val (script->entries, entry);
}

/* The parser of tokens [first, end) of @tokens. */
static WeirSqlParser
parser_for (WeirSqlScript *script,
            GArray        *tokens,
            guint          first,
            guint          end)
{
  const WeirSqlToken *items = (const WeirSqlToken *)(void *)tokens->data;
  guint32             at = end > first ? items[end - 1].end : items[end].start;

  return (WeirSqlParser){
    .arena = script->arena,
    .text = script->text,
    .tokens = items,
    .pos = first,
    .end = end,
    .end_token = { .kind = WEIR_SQL_TOKEN_END, .start = at, .end = at },
    .raw_strings = script->raw_strings,
  };
}

/* NULL and an entry with the error when the text is no text or too much of it. */
static GArray *
lex_script (WeirSqlScript *script)
{
  const char        *bad;
  g_autoptr (GArray) tokens = NULL;
  gboolean           too_many;

  if (script->len > WEIR_SCRIPT_BYTES_MAX)
    {
      add_entry (script, WEIR_SPAN_NONE, NULL,
                 weir_error_new (WEIR_ERROR_PARSE, "LIMIT_EXCEEDED", WEIR_SPAN_NONE, "The script is larger than %u bytes.", WEIR_SCRIPT_BYTES_MAX));
      return NULL;
    }
  if (!g_utf8_validate_len (script->text, script->len, &bad))
    {
      WeirSpan span = { bad - script->text, bad - script->text + 1 };

      add_entry (script, span, NULL,
                 weir_error_new (WEIR_ERROR_PARSE, "INVALID_UTF8_STRING", span, "The text is not valid UTF-8 at byte %u.", span.start));
      return NULL;
    }
  tokens = _weir_sql_lex (script->text, script->len, TOKENS_MAX, &too_many);
  if (too_many)
    {
      WeirSpan span = _weir_sql_token_span (&g_array_index (tokens, WeirSqlToken, tokens->len - 1));

      add_entry (script, span, NULL, weir_error_new (WEIR_ERROR_PARSE, "LIMIT_EXCEEDED", span, "The script has more than %u tokens.", TOKENS_MAX));
      return NULL;
    }
  return g_steal_pointer (&tokens);
}

/* The one setting that changes how the text behind it is read. */
static void
note_setting (WeirSqlScript          *script,
              const WeirSqlStatement *statement)
{
  if (statement->kind == WEIR_SQL_STATEMENT_RESET && (statement->set.key == NULL || strcmp (statement->set.key, WEIR_SQL_RAW_STRINGS_KEY) == 0))
    script->raw_strings = FALSE;
  else if (statement->kind == WEIR_SQL_STATEMENT_SET && statement->set.value != NULL && g_strcmp0 (statement->set.key, WEIR_SQL_RAW_STRINGS_KEY) == 0)
    script->raw_strings = g_ascii_strcasecmp (statement->set.value, "true") == 0;
}

static void
parse_range (WeirSqlScript *script,
             GArray        *tokens,
             guint          first,
             guint          end)
{
  WeirSqlParser     p = parser_for (script, tokens, first, end);
  WeirSpan          span = { p.tokens[first].start, p.tokens[end - 1].end };
  WeirSqlStatement *statement = _weir_sql_parse_one_statement (&p);

  if (p.pos < p.end)
    _weir_sql_syntax_error (&p);
  statement->span = span;
  note_setting (script, statement);
  add_entry (script, span, statement, p.error);
}

WeirSqlScript *
weir_sql_parse_with (const char *text,
                     gssize      len,
                     gboolean    raw_strings)
{
  WeirSqlScript     *script = script_new (text, len < 0 ? strlen (text) : (gsize)len);
  g_autoptr (GArray) tokens = lex_script (script);
  guint              first = 0, n_errors = 0;

  script->raw_strings = raw_strings;
  if (tokens == NULL)
    return script;
  for (guint i = 0; i < tokens->len && n_errors < ERRORS_MAX; i++)
    {
      WeirSqlTokenKind kind = g_array_index (tokens, WeirSqlToken, i).kind;

      if (kind != WEIR_SQL_TOKEN_SEMICOLON && kind != WEIR_SQL_TOKEN_END)
        continue;
      if (i > first)
        {
          parse_range (script, tokens, first, i);
          n_errors += g_array_index (script->entries, Entry, script->entries->len - 1).error != NULL;
        }
      first = i + 1;
    }
  return script;
}

WeirSqlScript *
weir_sql_parse (const char *text,
                gssize      len)
{
  return weir_sql_parse_with (text, len, FALSE);
}

WeirSqlScript *
weir_sql_parse_statement (const char *text,
                          gssize      len,
                          GError    **error)
{
  return weir_sql_parse_statement_with (text, len, FALSE, error);
}

WeirSqlScript *
weir_sql_parse_statement_with (const char *text,
                               gssize      len,
                               gboolean    raw_strings,
                               GError    **error)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse_with (text, len, raw_strings);
  const GError             *first = weir_sql_script_get_first_error (script);
  WeirSpan                  span = { script->len, script->len };

  if (first != NULL)
    {
      g_propagate_error (error, g_error_copy (first));
      return NULL;
    }
  if (script->entries->len == 1)
    return g_steal_pointer (&script);
  if (script->entries->len > 1)
    span = weir_sql_script_get_span (script, 1);
  weir_fail (error, WEIR_ERROR_PARSE, script->entries->len == 0 ? "PARSE_EMPTY_STATEMENT" : "PARSE_SYNTAX_ERROR", span, "%s",
             script->entries->len == 0 ? "Syntax error, unexpected empty statement." : "Syntax error: only one statement is expected.");
  return NULL;
}

WeirSqlScript *
weir_sql_parse_expression (const char *text,
                           gssize      len,
                           GError    **error)
{
  g_autoptr (WeirSqlScript) script = script_new (text, len < 0 ? strlen (text) : (gsize)len);
  g_autoptr (GArray)        tokens = lex_script (script);
  WeirSqlParser             p;

  if (tokens == NULL)
    {
      g_propagate_error (error, g_error_copy (weir_sql_script_get_first_error (script)));
      return NULL;
    }
  p = parser_for (script, tokens, 0, tokens->len - 1);
  script->expression = _weir_sql_parse_expr (&p);
  if (p.pos < p.end)
    _weir_sql_syntax_error (&p);
  if (p.error != NULL)
    {
      g_propagate_error (error, p.error);
      return NULL;
    }
  return g_steal_pointer (&script);
}

const char *
weir_sql_script_get_text (WeirSqlScript *script)
{
  return script->text;
}

guint
weir_sql_script_get_n_statements (WeirSqlScript *script)
{
  return script->entries->len;
}

const WeirSqlStatement *
weir_sql_script_get_statement (WeirSqlScript *script,
                               guint          i)
{
  g_return_val_if_fail (i < script->entries->len, NULL);
  return g_array_index (script->entries, Entry, i).statement;
}

const GError *
weir_sql_script_get_error (WeirSqlScript *script,
                           guint          i)
{
  g_return_val_if_fail (i < script->entries->len, NULL);
  return g_array_index (script->entries, Entry, i).error;
}

WeirSpan
weir_sql_script_get_span (WeirSqlScript *script,
                          guint          i)
{
  g_return_val_if_fail (i < script->entries->len, WEIR_SPAN_NONE);
  return g_array_index (script->entries, Entry, i).span;
}

const GError *
weir_sql_script_get_first_error (WeirSqlScript *script)
{
  for (guint i = 0; i < script->entries->len; i++)
    if (g_array_index (script->entries, Entry, i).error != NULL)
      return g_array_index (script->entries, Entry, i).error;
  return NULL;
}

const WeirSqlExpr *
weir_sql_script_get_expression (WeirSqlScript *script)
{
  return script->expression;
}
