/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-script.h"

#include "sql/sql-document.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/parser-private.h"
#include "sql/sql-split.h"

#include <string.h>

/*
 * Statements the window writes: queries and tables.
 *
 * Kafka and socket give bytes. With a value format two statements are written, the raw table `NAME_raw` and a view
 * NAME that decodes it, which the planner fuses; so the script runs on Spark too, and unreadable rows can be counted.
 */

/* ---- statements ----------------------------------------------------------------------------------------------- */

/* The name a CREATE makes, its last part; NULL for other statements and for NULL. */
static const char *
statement_name (const WeirSqlStatement *statement)
{
  const WeirSqlName *name;

  if (statement == NULL)
    return NULL;
  switch (statement->kind)
    {
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      return statement->create_query.name.name;
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
      name = &statement->create_table.name;
      break;
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
      name = &statement->create_view.name;
      break;
    default:
      return NULL;
    }
  return name->parts[name->n_parts - 1].name;
}

/* The first statement that makes @name, or -1. */
static int
find_statement (WeirSqlScript *script,
                const char    *name)
{
  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const char *this_name = statement_name (weir_sql_script_get_statement (script, i));

      if (this_name != NULL && g_ascii_strcasecmp (this_name, name) == 0)
        return i;
    }
  return -1;
}

/* A statement at the end of a script, which gets its first line and the last semicolon when it lacks them. */
static void
append_statement (GString    *out,
                  const char *statement)
{
  gsize    offset = 0;
  WeirSpan last = WEIR_SPAN_NONE;

  if (out->len == 0)
    g_string_append_printf (out, "-- weir: %d\n", WEIR_SQL_DOCUMENT_VERSION);
  while (weir_sql_next_statement (out->str, out->len, &offset, &last))
    ;
  /* The semicolon the text so far may lack goes right behind its last token: a comment may follow. */
  if (weir_sql_check_input (out->str, out->len) == WEIR_SQL_INPUT_STATEMENT)
    g_string_insert_c (out, last.end, ';');
  if (out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
  g_string_append (out, statement);
}

char *
weir_script_add_query (const char *text,
                       const char *name,
                       const char *table,
                       WeirRange  *range)
{
  GString         *out = g_string_new (text);
  g_autofree char *name_sql = weir_sql_quote_identifier (name);
  g_autofree char *table_sql = weir_sql_quote_identifier (table);
  g_autofree char *statement = g_strdup_printf ("\nCREATE STREAMING QUERY %s\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM %s;\n", name_sql, table_sql);

  if (!g_utf8_validate_len (out->str, out->len, NULL))
    {
      g_string_free (out, TRUE);
      return g_strdup (text);
    }
  append_statement (out, statement);
  if (range != NULL)
    *range = (WeirRange){ out->len - strlen (statement) + 1, out->len - 2 };
  return g_string_free (out, FALSE);
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static gboolean
gives_bytes (const WeirTableDef *def)
{
  return g_ascii_strcasecmp (def->format, "kafka") == 0 || g_ascii_strcasecmp (def->format, "socket") == 0;
}

static gboolean
needs_view (const WeirTableDef *def)
{
  return gives_bytes (def) && def->columns != NULL && *def->columns != '\0' && (g_strcmp0 (def->value_format, "json") == 0 || g_strcmp0 (def->value_format, "csv") == 0);
}

static void
append_option (GString    *out,
               const char *key,
               const char *value)
{
  g_auto (GStrv)   parts = g_strsplit (key, ".", -1);
  g_autofree char *quoted = weir_sql_quote_string (value);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *part = weir_sql_quote_identifier (parts[i]);

      g_string_append_printf (out, "%s%s", i > 0 ? "." : "", part);
    }
  g_string_append_printf (out, " %s", quoted);
}

static void
append_table (GString            *out,
              const WeirTableDef *def,
              const char         *name)
{
  g_autofree char *name_sql = weir_sql_quote_identifier (name);
  g_autofree char *format_sql = weir_sql_quote_identifier (def->format);

  g_string_append_printf (out, "CREATE TABLE %s", name_sql);
  if (def->columns != NULL && *def->columns != '\0' && !gives_bytes (def))
    g_string_append_printf (out, " (%s)", def->columns);
  g_string_append_printf (out, " USING %s", format_sql);
  for (guint i = 0; def->options != NULL && def->options[i] != NULL && def->options[i + 1] != NULL; i += 2)
    {
      g_string_append (out, i == 0 ? "\nOPTIONS (" : ", ");
      append_option (out, def->options[i], def->options[i + 1]);
    }
  if (def->options != NULL && def->options[0] != NULL && def->options[1] != NULL)
    g_string_append_c (out, ')');
}

static void
append_view (GString            *out,
             const WeirTableDef *def,
             const char         *raw)
{
  g_autofree char *name_sql = weir_sql_quote_identifier (def->name);
  g_autofree char *raw_sql = weir_sql_quote_identifier (raw);
  g_autofree char *schema = g_strdup_printf ("%s, _corrupt_record STRING", def->columns);
  g_autofree char *schema_sql = weir_sql_quote_string (schema);

  g_string_append_printf (out, "CREATE TEMPORARY VIEW %s AS\nSELECT data.*\nFROM (SELECT from_%s(CAST(value AS STRING), %s) AS data FROM STREAM %s)",
                          name_sql, def->value_format, schema_sql, raw_sql);
}

/* ---- finding -------------------------------------------------------------------------------------------------- */

static char *
raw_name (const char *name)
{
  return g_strconcat (name, "_raw", NULL);
}

static gboolean
is_table_or_view (const WeirSqlStatement *statement)
{
  return statement != NULL && (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE || statement->kind == WEIR_SQL_STATEMENT_CREATE_VIEW);
}

/* A statement with its semicolon. */
static WeirSpan
with_semicolon (const char *text,
                WeirSpan    span)
{
  WeirSqlToken token = _weir_sql_lex_one (text, strlen (text), span.end, FALSE);

  if (token.kind == WEIR_SQL_TOKEN_SEMICOLON)
    span.end = token.end;
  return span;
}

/* Removes the statement with its line end, and one line of space before it. */
static char *
remove_statement (const char *text,
                  WeirSpan    span)
{
  span = with_semicolon (text, span);
  if (text[span.end] == '\r')
    span.end++;
  if (text[span.end] == '\n')
    span.end++;
  if (span.start >= 2 && text[span.start - 1] == '\n' && text[span.start - 2] == '\n')
    span.start--;
  return weir_text_splice (text, span, "");
}

char *
weir_script_remove_table (const char *text,
                          const char *name)
{
  g_autofree char *raw = raw_name (name);
  const char      *names[] = { name, raw };
  char            *result = g_strdup (text);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (WeirSqlScript) script = weir_sql_parse (result, -1);
      int                       index = find_statement (script, names[i]);
      gboolean                  is_view;
      char                     *next;

      if (index < 0 || !is_table_or_view (weir_sql_script_get_statement (script, index)))
        break;
      is_view = weir_sql_script_get_statement (script, index)->kind == WEIR_SQL_STATEMENT_CREATE_VIEW;
      next = remove_statement (result, weir_sql_script_get_span (script, index));
      g_free (result);
      result = next;
      if (!is_view)
        break;
    }
  return result;
}

/* Where a new table goes: behind the tables and views before the first query, so that the script runs from top to bottom;
 * G_MAXSIZE for the end. */
static gsize
table_place (WeirSqlScript *script,
             const char    *text)
{
  gsize place = G_MAXSIZE;

  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);

      if (is_table_or_view (statement) || (statement != NULL && statement->kind == WEIR_SQL_STATEMENT_SET))
        place = with_semicolon (text, weir_sql_script_get_span (script, i)).end;
      else if (place != G_MAXSIZE)
        return place;
      else
        {
          gsize start = weir_sql_script_get_span (script, i).start;
          gsize header = strncmp (text, "-- weir:", 8) == 0 ? strcspn (text, "\n") : 0;

          /* Behind the first line of the document, ahead of comments on the query. */
          return MIN (header, start);
        }
    }
  return G_MAXSIZE;
}

static char *
put_statements (const char *text,
                const char *statements)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  gsize                     place = table_place (script, text);
  g_autofree char          *block = NULL;
  GString                  *out;

  if (place == G_MAXSIZE || place >= strlen (text))
    {
      out = g_string_new (text);
      block = g_strconcat (out->len > 0 ? "\n" : "", statements, NULL);
      append_statement (out, block);
      return g_string_free (out, FALSE);
    }
  block = g_strdup_printf ("%s%.*s%s", place > 0 ? "\n\n" : "", (int)(strlen (statements) - 1), statements, place > 0 ? "" : "\n\n");
  return weir_text_splice (text, (WeirSpan){ place, place }, block);
}

char *
weir_script_put_table (const char         *text,
                       const WeirTableDef *def)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  g_autoptr (GString)       statements = g_string_new (NULL);
  g_autofree char          *raw = raw_name (def->name);
  g_autofree char          *without = NULL;
  int                       index = find_statement (script, def->name);
  gboolean                  in_place = index >= 0 && is_table_or_view (weir_sql_script_get_statement (script, index));

  if (!g_utf8_validate (text, -1, NULL))
    return g_strdup (text);
  append_table (statements, def, needs_view (def) ? raw : def->name);
  if (needs_view (def))
    {
      g_string_append (statements, ";\n");
      append_view (statements, def, raw);
    }
  else if (in_place && weir_sql_script_get_statement (script, index)->kind == WEIR_SQL_STATEMENT_CREATE_TABLE)
    return weir_text_splice (text, weir_sql_script_get_span (script, index), statements->str);
  g_string_append (statements, ";\n");
  without = weir_script_remove_table (text, def->name);
  return put_statements (without, statements->str);
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

#define CORRUPT_COLUMN ", _corrupt_record STRING"

void
weir_table_def_free (WeirTableDef *def)
{
  g_free ((char *)def->name);
  g_free ((char *)def->format);
  g_free ((char *)def->columns);
  g_free ((char *)def->value_format);
  g_strfreev ((char **)def->options);
  g_free (def);
}

/* The schema in `from_json(…, 'schema')` of a view; NULL for views of another shape. */
static char *
decoded_schema (const char  *text,
                WeirSpan     view,
                const char **value_format)
{
  gsize    at = view.start;
  gboolean inside = FALSE;

  while (at < view.end)
    {
      WeirSqlToken     token = _weir_sql_lex_one (text, view.end, at, FALSE);
      g_autofree char *word = NULL;

      if (token.end <= at)
        return NULL;
      word = g_ascii_strdown (text + token.start, token.end - token.start);
      if (inside && token.kind == WEIR_SQL_TOKEN_STRING)
        {
          GString *schema = g_string_new (NULL);

          _weir_sql_decode_string (schema, text + token.start, token.end - token.start, FALSE);
          if (g_str_has_suffix (schema->str, CORRUPT_COLUMN))
            g_string_truncate (schema, schema->len - strlen (CORRUPT_COLUMN));
          return g_string_free (schema, FALSE);
        }
      if (strcmp (word, "from_json") == 0 || strcmp (word, "from_csv") == 0)
        {
          inside = TRUE;
          *value_format = strcmp (word, "from_json") == 0 ? "json" : "csv";
        }
      at = token.end;
    }
  return NULL;
}

static const char *const *
copy_options (const WeirSqlCreateTable *create)
{
  GPtrArray *options = g_ptr_array_new ();

  for (guint i = 0; i < create->n_options; i++)
    {
      g_ptr_array_add (options, g_strdup (create->options[i].key));
      g_ptr_array_add (options, g_strdup (create->options[i].value));
    }
  g_ptr_array_add (options, NULL);
  return (const char *const *)g_ptr_array_free (options, FALSE);
}

WeirTableDef *
weir_script_get_table (const char *text,
                       const char *name)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  g_autoptr (WeirTableDef)  def = g_new0 (WeirTableDef, 1);
  g_autofree char          *raw = raw_name (name);
  int                       index = find_statement (script, name);
  const char               *value_format = "text";
  const WeirSqlStatement   *statement = index >= 0 ? weir_sql_script_get_statement (script, index) : NULL;
  const WeirSqlCreateTable *create;

  if (statement != NULL && statement->kind == WEIR_SQL_STATEMENT_CREATE_VIEW)
    {
      def->columns = decoded_schema (text, weir_sql_script_get_span (script, index), &value_format);
      index = def->columns != NULL ? find_statement (script, raw) : -1;
      statement = index >= 0 ? weir_sql_script_get_statement (script, index) : NULL;
    }
  if (statement == NULL || statement->kind != WEIR_SQL_STATEMENT_CREATE_TABLE || statement->create_table.format.name == NULL)
    return NULL;
  create = &statement->create_table;
  if (def->columns == NULL && create->columns_span.end > create->columns_span.start + 2)
    def->columns = g_strndup (text + create->columns_span.start + 1, create->columns_span.end - create->columns_span.start - 2);
  def->name = g_strdup (name);
  def->format = g_ascii_strdown (create->format.name, -1);
  def->options = copy_options (create);
  def->value_format = g_strdup (value_format);
  return g_steal_pointer (&def);
}
