/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-script.h"

#include "base/limits.h"
#include "sql/sql-document.h"
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

char *
weir_quote_name (const char *name)
{
  return weir_sql_quote_identifier (name);
}

gboolean
weir_script_inspect (const char *text,
                     gsize       len,
                     guint      *version,
                     GError    **error)
{
  g_autoptr (WeirSqlDocument) document = weir_sql_document_new (text, (gssize)len, error);

  *version = document != NULL ? weir_sql_document_get_version (document) : 0;
  for (guint i = 0; document != NULL && i < weir_sql_document_get_n_annotations (document); i++)
    {
      const WeirSqlAnnotation *annotation = weir_sql_document_get_annotation (document, i);

      if (annotation->too_long)
        return weir_fail (error, WEIR_ERROR_PARSE, "LIMIT_EXCEEDED", annotation->span, "The annotation is larger than %u bytes.",
                          WEIR_ANNOTATION_BYTES_MAX);
    }
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
      g_ptr_array_add (effects, g_strdup_printf ("%s: %s %s", format != NULL ? format : "?", telling[i], option->value));
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
