/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/sql-document.h"

/*
 * The .weir document.
 *
 * The text is the document; there is no other model that could drift from it. A document is an index over one text:
 * where statements are, and where annotation lines are. It is rebuilt after every edit, which costs one pass of the lexer.
 *
 * What counts as an annotation: a line comment that is first on its line, outside strings and bracketed comments, reading
 * `-- weir:KIND NAME JSON`. The format of the first line is `-- weir: N`. Lines that almost match are comments, kept
 * like any other; nothing in the text is ever normalised.
 */

struct _WeirSqlDocument
{
  gatomicrefcount ref_count;
  char           *text; /* Owned */
  gsize           len;
  guint           version;
  gsize           header_end;  /* behind the first line when it is ours */
  GArray         *statements;  /* Owned: WeirSpan */
  GArray         *annotations; /* Owned: WeirSqlAnnotation */
};

/* ---- reading -------------------------------------------------------------------------------------------------- */

static void
clear_annotation (gpointer data)
{
  WeirSqlAnnotation *annotation = data;

  g_free (annotation->kind);
  g_free (annotation->name);
  g_free (annotation->json);
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

static gsize
skip_blanks (const char *text,
             gsize       pos,
             gsize       end)
{
  while (pos < end && is_blank (text[pos]))
    pos++;
  return pos;
}

/* `-- weir: 12` and nothing else on the first line. Numbers beyond any version count as a very high one. */
static void
read_header (WeirSqlDocument *document)
{
  const char *text = document->text;
  gsize       pos = g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0, end, digits;
  guint       version = 0;

  end = pos + strcspn (text + pos, "\r\n");
  if (!g_str_has_prefix (text + pos, "--"))
    return;
  pos = skip_blanks (text, pos + 2, end);
  if (!g_str_has_prefix (text + pos, "weir:"))
    return;
  pos = digits = skip_blanks (text, pos + 5, end);
  for (; pos < end && g_ascii_isdigit (text[pos]); pos++)
    version = MIN (version * 10 + (text[pos] - '0'), 1000000);
  if (pos == digits || skip_blanks (text, pos, end) != end)
    return;
  document->version = version;
  document->header_end = end;
}

/* A plain word or a backquoted name at *@pos; NULL when there is none. */
static char *
read_name (const char *text,
           gsize      *pos,
           gsize       end)
{
  gsize    start = *pos;
  GString *name;

  if (start < end && text[start] != '`')
    {
      while (*pos < end && !is_blank (text[*pos]))
        (*pos)++;
      return g_strndup (text + start, *pos - start);
    }
  name = g_string_new (NULL);
  for ((*pos)++; *pos < end; (*pos)++)
    {
      if (text[*pos] == '`' && (*pos + 1 >= end || text[*pos + 1] != '`'))
        {
          (*pos)++;
          return g_string_free (name, FALSE);
        }
      *pos += text[*pos] == '`';
      g_string_append_c (name, text[*pos]);
    }
  g_string_free (name, TRUE);
  return NULL;
}

static gboolean
is_kind_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_';
}

/* The comment [start, end) as an annotation; FALSE when it is an ordinary one. */
static gboolean
read_annotation (const char        *text,
                 gsize              start,
                 gsize              end,
                 WeirSqlAnnotation *annotation)
{
  gsize pos = skip_blanks (text, start + 2, end), kind;

  if (end - pos < 5 || strncmp (text + pos, "weir:", 5) != 0)
    return FALSE;
  kind = pos += 5;
  while (pos < end && is_kind_char (text[pos]))
    pos++;
  if (pos == kind || pos >= end || !is_blank (text[pos]))
    return FALSE;
  annotation->kind = g_strndup (text + kind, pos - kind);
  pos = skip_blanks (text, pos, end);
  if (pos < end)
    annotation->name = text[pos] == '{' ? g_strdup ("") : read_name (text, &pos, end);
  if (annotation->name == NULL)
    {
      g_clear_pointer (&annotation->kind, g_free);
      return FALSE;
    }
  pos = skip_blanks (text, pos, end);
  annotation->span = (WeirSpan){ start, end };
  annotation->json_span = (WeirSpan){ pos, end };
  annotation->too_long = end - start > WEIR_ANNOTATION_BYTES_MAX;
  annotation->json = g_strndup (text + pos, annotation->too_long ? 0 : end - pos);
  return TRUE;
}

static gboolean
first_on_line (const char *text,
               gsize       pos)
{
  while (pos > 0 && is_blank (text[pos - 1]))
    pos--;
  return pos == 0 || text[pos - 1] == '\n';
}

static void
read_comment (WeirSqlDocument *document,
              WeirSqlToken    *token)
{
  WeirSqlAnnotation annotation = { .statement = -1 };
  gsize             end = token->end;

  if (document->text[token->start] != '-' || !first_on_line (document->text, token->start))
    return;
  if (end > token->start && document->text[end - 1] == '\r')
    end--;
  if (read_annotation (document->text, token->start, end, &annotation))
    g_array_append_val (document->annotations, annotation);
}

/* Annotations still without a statement belong to the one that starts now. */
static void
start_statement (WeirSqlDocument *document,
                 gsize            start)
{
  WeirSpan span = { start, start };

  for (guint i = document->annotations->len; i > 0; i--)
    {
      WeirSqlAnnotation *annotation = &g_array_index (document->annotations, WeirSqlAnnotation, i - 1);

      if (annotation->statement >= 0)
        break;
      annotation->statement = document->statements->len;
    }
  g_array_append_val (document->statements, span);
}

static void
read_body (WeirSqlDocument *document)
{
  WeirSqlToken token = { 0 };
  gboolean     open = FALSE;

  for (;;)
    {
      token = _weir_sql_lex_one (document->text, document->len, token.end, TRUE);
      if (token.kind == WEIR_SQL_TOKEN_END)
        return;
      if (token.kind == WEIR_SQL_TOKEN_COMMENT)
        read_comment (document, &token);
      else if (token.kind == WEIR_SQL_TOKEN_SEMICOLON)
        open = FALSE;
      else
        {
          if (!open)
            start_statement (document, token.start);
          open = TRUE;
          g_array_index (document->statements, WeirSpan, document->statements->len - 1).end = token.end;
        }
    }
}

WeirSqlDocument *
weir_sql_document_new (const char *text,
                       gssize      len,
                       GError    **error)
{
  gsize            n = len < 0 ? strlen (text) : (gsize)len;
  WeirSqlDocument *document;
  const char      *bad;

  if (n > WEIR_SCRIPT_BYTES_MAX)
    {
      weir_fail (error, WEIR_ERROR_PARSE, "LIMIT_EXCEEDED", WEIR_SPAN_NONE, "The document is larger than %u bytes.", WEIR_SCRIPT_BYTES_MAX);
      return NULL;
    }
  if (!g_utf8_validate_len (text, n, &bad))
    {
      WeirSpan span = { bad - text, bad - text + 1 };

      weir_fail (error, WEIR_ERROR_PARSE, "INVALID_UTF8_STRING", span, "The text is not valid UTF-8 at byte %u.", span.start);
      return NULL;
    }
  document = g_new0 (WeirSqlDocument, 1);
  g_atomic_ref_count_init (&document->ref_count);
  document->text = g_strndup (text, n);
  document->len = n;
  document->statements = g_array_new (FALSE, FALSE, sizeof (WeirSpan));
  document->annotations = g_array_new (FALSE, FALSE, sizeof (WeirSqlAnnotation));
  g_array_set_clear_func (document->annotations, clear_annotation);
  read_header (document);
  read_body (document);
  return document;
}

WeirSqlDocument *
weir_sql_document_ref (WeirSqlDocument *document)
{
  g_atomic_ref_count_inc (&document->ref_count);
  return document;
}

void
weir_sql_document_unref (WeirSqlDocument *document)
{
  if (!g_atomic_ref_count_dec (&document->ref_count))
    return;
  g_array_unref (document->statements);
  g_array_unref (document->annotations);
  g_free (document->text);
  g_free (document);
}

const char *
weir_sql_document_get_text (WeirSqlDocument *document)
{
  return document->text;
}

guint
weir_sql_document_get_version (WeirSqlDocument *document)
{
  return document->version;
}

gboolean
weir_sql_document_is_read_only (WeirSqlDocument *document)
{
  return document->version > WEIR_SQL_DOCUMENT_VERSION;
}

guint
weir_sql_document_get_n_statements (WeirSqlDocument *document)
{
  return document->statements->len;
}

WeirSpan
weir_sql_document_get_statement_span (WeirSqlDocument *document,
                                      guint            i)
{
  g_return_val_if_fail (i < document->statements->len, WEIR_SPAN_NONE);
  return g_array_index (document->statements, WeirSpan, i);
}

guint
weir_sql_document_get_n_annotations (WeirSqlDocument *document)
{
  return document->annotations->len;
}

const WeirSqlAnnotation *
weir_sql_document_get_annotation (WeirSqlDocument *document,
                                  guint            i)
{
  g_return_val_if_fail (i < document->annotations->len, NULL);
  return &g_array_index (document->annotations, WeirSqlAnnotation, i);
}

const WeirSqlAnnotation *
weir_sql_document_find_annotation (WeirSqlDocument *document,
                                   const char      *kind,
                                   const char      *name)
{
  for (guint i = 0; i < document->annotations->len; i++)
    {
      const WeirSqlAnnotation *annotation = &g_array_index (document->annotations, WeirSqlAnnotation, i);

      if (strcmp (annotation->kind, kind) == 0 && g_ascii_strcasecmp (annotation->name, name) == 0)
        return annotation;
    }
  return NULL;
}

/* ---- editing -------------------------------------------------------------------------------------------------- */

static const char *
line_end (WeirSqlDocument *document)
{
  const char *line_feed = strchr (document->text, '\n');

  return line_feed != NULL && line_feed > document->text && line_feed[-1] == '\r' ? "\r\n" : "\n";
}

static gsize
line_start (const char *text,
            gsize       pos)
{
  while (pos > 0 && text[pos - 1] != '\n')
    pos--;
  return pos;
}

static gboolean
is_plain_name (const char *name)
{
  for (; *name != '\0'; name++)
    if (!g_ascii_isalnum (*name) && *name != '_')
      return FALSE;
  return TRUE;
}

static gboolean
check_edit (WeirSqlDocument *document,
            const char      *kind,
            const char      *name,
            const char      *json,
            GError         **error)
{
  if (weir_sql_document_is_read_only (document))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                      "The file was written by a later version of Weir (format %u) and cannot be changed.", document->version);
  if (*name == '\0' && json != NULL && *json != '{')
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_SQL_SYNTAX", WEIR_SPAN_NONE, "An annotation without a name needs a JSON object.");
  if (*kind == '\0' || strpbrk (name, "\r\n") != NULL || (json != NULL && strpbrk (json, "\r\n") != NULL))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_SQL_SYNTAX", WEIR_SPAN_NONE, "An annotation has to be one line.");
  for (const char *c = kind; *c != '\0'; c++)
    if (!is_kind_char (*c))
      return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_SQL_SYNTAX", WEIR_SPAN_NONE, "'%s' is no kind of annotation.", kind);
  return TRUE;
}

static char *
format_line (const char *kind,
             const char *name,
             const char *json)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, "-- weir:%s", kind);
  if (*name != '\0')
    g_string_append_c (line, ' ');
  if (is_plain_name (name))
    g_string_append (line, name);
  else if (*name != '\0')
    {
      g_string_append_c (line, '`');
      for (; *name != '\0'; name++)
        g_string_append_printf (line, *name == '`' ? "``" : "%c", *name);
      g_string_append_c (line, '`');
    }
  g_string_append_printf (line, "%s%s", *json != '\0' ? " " : "", json);
  return g_string_free (line, FALSE);
}

static char *
splice (WeirSqlDocument *document,
        WeirSpan         span,
        const char      *replacement,
        WeirSpan        *changed)
{
  if (changed != NULL)
    *changed = (WeirSpan){ span.start, span.start + strlen (replacement) };
  return weir_text_splice (document->text, span, replacement);
}

/* The whole line with its line end. */
static char *
remove_line (WeirSqlDocument         *document,
             const WeirSqlAnnotation *annotation,
             WeirSpan                *changed)
{
  WeirSpan span = { line_start (document->text, annotation->span.start), annotation->span.end };

  if (document->text[span.end] == '\r')
    span.end++;
  if (document->text[span.end] == '\n')
    span.end++;
  return splice (document, span, "", changed);
}

static char *
replace_line (WeirSqlDocument         *document,
              const WeirSqlAnnotation *annotation,
              const char              *json,
              WeirSpan                *changed)
{
  gboolean         needs_blank = annotation->json_span.start > 0 && !is_blank (document->text[annotation->json_span.start - 1]);
  g_autofree char *text = g_strconcat (needs_blank ? " " : "", json, NULL);

  return splice (document, annotation->json_span, text, changed);
}

/* At the start of the statement's line, or right before it when something else is on that line; after the header at least. */
static char *
insert_line (WeirSqlDocument *document,
             const char      *line,
             guint            statement,
             WeirSpan        *changed)
{
  const char      *end = line_end (document);
  gsize            pos = document->len;
  gboolean         header = document->version == 0;
  g_autofree char *text = NULL;

  if (statement < document->statements->len)
    {
      pos = g_array_index (document->statements, WeirSpan, statement).start;
      if (first_on_line (document->text, pos))
        pos = line_start (document->text, pos);
    }
  if (header)
    {
      gsize bom = g_str_has_prefix (document->text, "\xef\xbb\xbf") ? 3 : 0;

      pos = MAX (pos, bom);
      text = g_strdup_printf ("-- weir: %d%s%.*s%s%s%s", WEIR_SQL_DOCUMENT_VERSION, end, (int)(pos - bom), document->text + bom,
                              pos > bom && document->text[pos - 1] != '\n' ? end : "", line, end);
      return splice (document, (WeirSpan){ bom, pos }, text, changed);
    }
  text = g_strconcat (pos > 0 && document->text[pos - 1] != '\n' ? end : "", line, end, NULL);
  return splice (document, (WeirSpan){ pos, pos }, text, changed);
}

char *
weir_sql_document_set_annotation (WeirSqlDocument *document,
                                  const char      *kind,
                                  const char      *name,
                                  guint            statement,
                                  const char      *json,
                                  WeirSpan        *changed,
                                  GError         **error)
{
  const WeirSqlAnnotation *annotation = weir_sql_document_find_annotation (document, kind, name);
  g_autofree char         *line = NULL;

  if (!check_edit (document, kind, name, json, error))
    return NULL;
  if (json == NULL)
    return annotation != NULL ? remove_line (document, annotation, changed) : splice (document, WEIR_SPAN_NONE, "", changed);
  line = format_line (kind, name, json);
  if (strlen (line) > WEIR_ANNOTATION_BYTES_MAX)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "LIMIT_EXCEEDED", WEIR_SPAN_NONE, "The annotation is larger than %u bytes.", WEIR_ANNOTATION_BYTES_MAX);
      return NULL;
    }
  if (annotation != NULL)
    return replace_line (document, annotation, json, changed);
  return insert_line (document, line, statement, changed);
}
