/* SPDX-License-Identifier: Apache-2.0 */
/* A catalogue filled from SQL, with formats that read nothing. */
#pragma once

#include <string.h>

#include "plan/analyzer.h"
#include "sql/parser.h"

static const char *const no_options[] = { NULL };

static WeirSchema *
fixture_schema (const char *name,
                WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  if (declared != NULL)
    return weir_type_ref (declared);
  return weir_type_parse_ddl ("key BINARY, value STRING, topic STRING, timestamp TIMESTAMP", error);
}

static const WeirFormatInfo fixture_formats[] = {
  { "json", TRUE, TRUE, TRUE, TRUE, no_options, fixture_schema, TRUE },
  { "csv", TRUE, TRUE, TRUE, TRUE, no_options, fixture_schema },
  { "text", TRUE, TRUE, FALSE, FALSE, no_options, fixture_schema },
  { "kafka", TRUE, TRUE, FALSE, FALSE, no_options, fixture_schema },
  { "parquet", TRUE, TRUE, TRUE, TRUE, no_options, fixture_schema },
  { "rate", TRUE, FALSE, FALSE, FALSE, no_options, fixture_schema },
};

static inline WeirCatalog *
fixture_catalog_new (void)
{
  WeirCatalog *catalog = weir_catalog_new ();

  for (guint i = 0; i < G_N_ELEMENTS (fixture_formats); i++)
    weir_catalog_add_format (catalog, &fixture_formats[i]);
  weir_catalog_set (catalog, "spark.sql.session.timeZone", "UTC", NULL);
  return catalog;
}

static inline WeirSchema *
fixture_declared (const WeirSqlCreateTable *create,
                  GError                  **error)
{
  g_autoptr (GString) ddl = g_string_new (NULL);

  for (guint i = 0; i < create->n_columns; i++)
    g_string_append_printf (ddl, "%s`%s` %s", i > 0 ? ", " : "", create->columns[i].name.name, create->columns[i].type);
  return create->n_columns > 0 ? weir_type_parse_ddl (ddl->str, error) : NULL;
}

static inline gboolean
fixture_table (WeirCatalog              *catalog,
               const WeirSqlCreateTable *create,
               GError                  **error)
{
  g_autoptr (WeirSchema) declared = fixture_declared (create, error);
  g_autoptr (WeirTable)  table = NULL;

  if (create->n_columns > 0 && declared == NULL)
    return FALSE;
  if (create->format.name == NULL || weir_catalog_get_format (catalog, create->format.name) == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATA_SOURCE_NOT_FOUND", create->name.span, "no such format");
  table = weir_table_new (create->name.parts[create->name.n_parts - 1].name, weir_catalog_get_format (catalog, create->format.name), declared, NULL, ".");
  return weir_catalog_add_table (catalog, table, create->or_replace, error);
}

static inline gboolean
fixture_view (WeirCatalog             *catalog,
              const WeirSqlCreateView *create,
              const char              *text,
              GError                 **error)
{
  WeirSpan             span = create->query->span;
  g_autofree char     *sql = g_strndup (text + span.start, span.end - span.start);
  g_autoptr (WeirPlan) plan = weir_analyze_query (catalog, create->query, text, error);
  g_autofree char    **names = g_new0 (char *, create->n_columns + 1);

  for (guint i = 0; i < create->n_columns; i++)
    names[i] = (char *)create->columns[i].name;
  return plan != NULL && weir_catalog_add_view (catalog, create->name.parts[create->name.n_parts - 1].name, sql, create->n_columns > 0 ? names : NULL, TRUE, error);
}

/*
 * Runs the definitions of @script; of the last query in it the plan is returned, checked for @mode when it is a streaming one.
 */
static inline WeirPlan *
fixture_run (WeirCatalog   *catalog,
             WeirSqlScript *script,
             GError       **error)
{
  static const WeirOutputMode modes[] = { WEIR_OUTPUT_APPEND, WEIR_OUTPUT_APPEND, WEIR_OUTPUT_UPDATE, WEIR_OUTPUT_COMPLETE };
  const char                 *text = weir_sql_script_get_text (script);
  g_autoptr (WeirPlan)        plan = NULL;

  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);
      const GError           *broken = weir_sql_script_get_error (script, i);

      g_clear_pointer (&plan, weir_plan_unref);
      if (broken != NULL)
        {
          g_propagate_error (error, g_error_copy (broken));
          return NULL;
        }
      switch ((int)statement->kind)
        {
        case WEIR_SQL_STATEMENT_CREATE_TABLE:
          if (!fixture_table (catalog, &statement->create_table, error))
            return NULL;
          break;
        case WEIR_SQL_STATEMENT_CREATE_VIEW:
          if (!fixture_view (catalog, &statement->create_view, text, error))
            return NULL;
          break;
        case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
          plan = weir_analyze_query (catalog, statement->create_query.query, text, error);
          if (plan == NULL)
            return NULL;
          if (!plan->is_streaming)
            {
              weir_fail (error, WEIR_ERROR_ANALYZE, "WRITE_STREAM_NOT_ALLOWED", WEIR_SPAN_NONE, "no stream");
              return NULL;
            }
          if (!weir_check_streaming (plan, modes[statement->create_query.output_mode], catalog, error))
            return NULL;
          break;
        case WEIR_SQL_STATEMENT_QUERY:
          plan = weir_analyze_query (catalog, statement->query, text, error);
          if (plan == NULL)
            return NULL;
          break;
        default:
          break;
        }
    }
  return g_steal_pointer (&plan);
}
