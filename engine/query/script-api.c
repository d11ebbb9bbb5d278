/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-script.h"

#include "base/limits.h"
#include "sql/document.h"
#include "sql/parser.h"

#include <string.h>

G_STATIC_ASSERT (WEIR_SCRIPT_VERSION == WEIR_SQL_DOCUMENT_VERSION);

GArray *
weir_script_split (const char *text)
{
  GArray  *ranges = g_array_new (FALSE, FALSE, sizeof (WeirRange));
  gsize    len = strlen (text), offset = 0;
  WeirSpan span;

  if (len > WEIR_SCRIPT_BYTES_MAX || !g_utf8_validate (text, (gssize)len, NULL))
    {
      /* One statement, so that the parser gets to say what is wrong with the text. */
      WeirRange whole = { 0, (guint)MIN (len, G_MAXUINT) };

      g_array_append_val (ranges, whole);
      return ranges;
    }
  while (weir_sql_next_statement (text, len, &offset, &span))
    {
      WeirRange range = { span.start, span.end };

      g_array_append_val (ranges, range);
    }
  return ranges;
}

gboolean
weir_script_is_complete (const char *text)
{
  return weir_sql_check_input (text, -1) == WEIR_SQL_INPUT_COMPLETE;
}

gboolean
weir_script_inspect (const char *text,
                     gsize       len,
                     guint      *version,
                     GError    **error)
{
  g_autoptr (WeirSqlDocument) document = weir_sql_document_new (text, (gssize)len, error);

  *version = document != NULL ? weir_sql_document_get_version (document) : 0;
  return document != NULL;
}

char *
weir_script_get_annotation (const char *text,
                            const char *kind,
                            const char *name)
{
  g_autoptr (WeirSqlDocument) document = weir_sql_document_new (text, -1, NULL);
  const WeirSqlAnnotation    *annotation = document != NULL ? weir_sql_document_find_annotation (document, kind, name) : NULL;

  return annotation != NULL && !annotation->too_long ? g_strdup (annotation->json) : NULL;
}

/* Does @statement make something called @name? */
static gboolean
makes (const WeirSqlStatement *statement,
       const char             *name)
{
  const WeirSqlName *table = NULL;

  if (statement == NULL)
    return FALSE;
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY)
    return g_ascii_strcasecmp (statement->create_query.name.name, name) == 0;
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE)
    table = &statement->create_table.name;
  else if (statement->kind == WEIR_SQL_STATEMENT_CREATE_VIEW)
    table = &statement->create_view.name;
  return table != NULL && table->n_parts > 0 && g_ascii_strcasecmp (table->parts[table->n_parts - 1].name, name) == 0;
}

char *
weir_script_set_annotation (const char *text,
                            const char *kind,
                            const char *name,
                            const char *json)
{
  g_autoptr (WeirSqlDocument) document = weir_sql_document_new (text, -1, NULL);
  g_autoptr (WeirSqlScript)   script = weir_sql_parse (text, -1);
  guint                       statement = G_MAXUINT;
  char                       *changed;

  for (guint i = 0; statement == G_MAXUINT && i < weir_sql_script_get_n_statements (script); i++)
    if (makes (weir_sql_script_get_statement (script, i), name))
      statement = i;
  if (document == NULL)
    return g_strdup (text);
  changed = weir_sql_document_set_annotation (document, kind, name, statement, json, NULL, NULL);
  return changed != NULL ? changed : g_strdup (text);
}

/* ---- effects ---------------------------------------------------------------------------------------------------- */

static void
add_effect (GPtrArray           *effects,
            const char          *format,
            const WeirSqlOption *option)
{
  static const char *const telling[] = { "path", "host", "url", "kafka.bootstrap.servers", "dbtable", "topic", "replay" };

  for (guint i = 0; i < G_N_ELEMENTS (telling); i++)
    if (g_ascii_strcasecmp (option->key, telling[i]) == 0)
      g_ptr_array_add (effects, g_strdup_printf ("%s: %s %s", format, telling[i], option->value));
}

char **
weir_script_list_effects (const char *text)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  GPtrArray                *effects = g_ptr_array_new ();

  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);

      if (statement == NULL)
        continue;
      if (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE)
        for (guint o = 0; o < statement->create_table.n_options; o++)
          add_effect (effects, statement->create_table.format.name, &statement->create_table.options[o]);
      else if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY)
        for (guint s = 0; s < statement->create_query.n_into; s++)
          g_ptr_array_add (effects, g_strdup_printf ("writes into %s", statement->create_query.into[s].parts[0].name));
    }
  g_ptr_array_add (effects, NULL);
  return (char **)g_ptr_array_free (effects, FALSE);
}

/* ---- statements written by the window --------------------------------------------------------------------------- */

/* The text with a blank line and @statement at its end. */
static char *
append_statement (const char *text,
                  const char *statement,
                  WeirRange  *range)
{
  GString *out = g_string_new (text);

  while (out->len > 0 && g_ascii_isspace (out->str[out->len - 1]))
    g_string_truncate (out, out->len - 1);
  if (out->len == 0)
    g_string_append_printf (out, "-- weir: %d", WEIR_SCRIPT_VERSION);
  else if (weir_sql_check_input (out->str, -1) == WEIR_SQL_INPUT_STATEMENT)
    g_string_append_c (out, ';');
  g_string_append (out, "\n\n");
  if (range != NULL)
    *range = (WeirRange){ (guint)out->len, (guint)(out->len + strlen (statement)) };
  g_string_append_printf (out, "%s;\n", statement);
  return g_string_free (out, FALSE);
}

char *
weir_script_add_query (const char *text,
                       const char *name,
                       const char *table,
                       WeirRange  *range)
{
  g_autofree char *quoted_name = weir_sql_quote_identifier (name);
  g_autofree char *quoted_table = weir_sql_quote_identifier (table);
  g_autofree char *statement = g_strdup_printf ("CREATE STREAMING QUERY %s\n  OUTPUT MODE APPEND\nAS SELECT *\nFROM STREAM %s", quoted_name, quoted_table);

  return append_statement (text, statement, range);
}

static gboolean
needs_view (const WeirTableDef *def)
{
  return def->value_format != NULL && g_ascii_strcasecmp (def->value_format, "json") == 0 && def->columns != NULL &&
         (g_ascii_strcasecmp (def->format, "kafka") == 0 || g_ascii_strcasecmp (def->format, "socket") == 0);
}

static char *
raw_name (const WeirTableDef *def)
{
  return needs_view (def) ? g_strdup_printf ("%s_raw", def->name) : g_strdup (def->name);
}

static char *
table_statement (const WeirTableDef *def)
{
  g_autofree char *name = raw_name (def);
  g_autofree char *quoted = weir_sql_quote_identifier (name);
  GString         *out = g_string_new (NULL);

  g_string_append_printf (out, "CREATE TABLE %s", quoted);
  if (def->columns != NULL && !needs_view (def))
    g_string_append_printf (out, " (%s)", def->columns);
  g_string_append_printf (out, "\nUSING %s", def->format);
  for (guint i = 0; def->options != NULL && def->options[i] != NULL; i += 2)
    {
      g_autofree char *value = weir_sql_quote_string (def->options[i + 1]);

      g_string_append (out, i == 0 ? "\nOPTIONS (" : ", ");
      g_string_append_printf (out, "%s %s", def->options[i], value);
    }
  if (def->options != NULL && def->options[0] != NULL)
    g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

/* The portable form that a planner rule fuses with the decoder: rows that cannot be read keep their text. */
static char *
view_statement (const WeirTableDef *def)
{
  g_autofree char *raw = raw_name (def);
  g_autofree char *quoted_raw = weir_sql_quote_identifier (raw);
  g_autofree char *quoted = weir_sql_quote_identifier (def->name);
  g_autofree char *ddl = g_strdup_printf ("%s, _corrupt_record STRING", def->columns);
  g_autofree char *quoted_ddl = weir_sql_quote_string (ddl);

  return g_strdup_printf ("CREATE TEMPORARY VIEW %s AS\nSELECT value.*\nFROM (SELECT from_json(CAST(value AS STRING), %s) AS value FROM STREAM %s)",
                          quoted, quoted_ddl, quoted_raw);
}

/* The place of the statement that makes @name; FALSE when there is none. */
static gboolean
find_maker (const char *text,
            const char *name,
            WeirSpan   *span)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);

  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    if (makes (weir_sql_script_get_statement (script, i), name))
      {
        *span = weir_sql_script_get_span (script, i);
        return TRUE;
      }
  return FALSE;
}

static char *
put_statement (const char *text,
               const char *name,
               const char *statement)
{
  WeirSpan span;

  if (find_maker (text, name, &span))
    return weir_text_splice (text, span, statement);
  return append_statement (text, statement, NULL);
}

char *
weir_script_put_table (const char         *text,
                       const WeirTableDef *def)
{
  g_autofree char *name = raw_name (def);
  g_autofree char *table = table_statement (def);
  g_autofree char *with_table = put_statement (text, name, table);
  g_autofree char *view = NULL;

  if (!needs_view (def))
    return g_steal_pointer (&with_table);
  view = view_statement (def);
  return put_statement (with_table, def->name, view);
}

static char *
remove_maker (const char *text,
              const char *name)
{
  WeirSpan span;

  if (!find_maker (text, name, &span))
    return g_strdup (text);
  while (text[span.end] != '\0' && (text[span.end] == ' ' || text[span.end] == '\t'))
    span.end++;
  if (text[span.end] == ';')
    span.end++;
  while (text[span.end] == '\n')
    span.end++;
  return weir_text_splice (text, span, "");
}

char *
weir_script_remove_table (const char *text,
                          const char *name)
{
  g_autofree char *raw = g_strdup_printf ("%s_raw", name);
  g_autofree char *without = remove_maker (text, name);
  WeirSpan         span;

  return find_maker (without, raw, &span) ? remove_maker (without, raw) : g_steal_pointer (&without);
}
