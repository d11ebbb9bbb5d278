/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/session-private.h"

#include "io/sink.h"

#include <string.h>

/*
 * From a statement that moves rows to a plan, an output mode, a trigger and sinks. A SELECT or INSERT over a stream is a
 * streaming query without a name; CREATE STREAMING QUERY must read a stream.
 */

void
_weir_analyzed_query_clear (WeirAnalyzedQuery *analyzed)
{
  g_clear_pointer (&analyzed->plan, weir_plan_unref);
  g_clear_pointer (&analyzed->sinks, g_ptr_array_unref);
}

static void
take_clauses (const WeirSqlStatement *statement,
              WeirAnalyzedQuery      *analyzed)
{
  static const WeirOutputMode modes[] = {
    [WEIR_SQL_OUTPUT_MODE_DEFAULT] = WEIR_OUTPUT_APPEND,
    [WEIR_SQL_OUTPUT_MODE_APPEND] = WEIR_OUTPUT_APPEND,
    [WEIR_SQL_OUTPUT_MODE_UPDATE] = WEIR_OUTPUT_UPDATE,
    [WEIR_SQL_OUTPUT_MODE_COMPLETE] = WEIR_OUTPUT_COMPLETE,
  };

  if (statement->kind == WEIR_SQL_STATEMENT_QUERY)
    analyzed->query = statement->query;
  else if (statement->kind == WEIR_SQL_STATEMENT_INSERT)
    {
      analyzed->query = statement->insert.query;
      analyzed->into = &statement->insert.table;
      analyzed->n_into = 1;
    }
  else
    {
      const WeirSqlCreateQuery *create = &statement->create_query;

      analyzed->query = create->query;
      analyzed->name = create->name.name;
      analyzed->into = create->into;
      analyzed->n_into = create->n_into;
      analyzed->mode = modes[create->output_mode];
      analyzed->has_trigger = create->trigger != WEIR_SQL_TRIGGER_DEFAULT;
      analyzed->trigger.interval_us = create->trigger_us;
      if (create->trigger == WEIR_SQL_TRIGGER_ONCE)
        analyzed->trigger.kind = WEIR_TRIGGER_ONCE;
      else if (create->trigger == WEIR_SQL_TRIGGER_AVAILABLE_NOW)
        analyzed->trigger.kind = WEIR_TRIGGER_AVAILABLE_NOW;
    }
}

static gboolean
find_sink (WeirCatalog       *catalog,
           const WeirSqlName *name,
           WeirAnalyzedQuery *analyzed,
           GError           **error)
{
  WeirTable *table = weir_catalog_get_table (catalog, _weir_name_last (name));

  if (table == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_NOT_FOUND", name->span,
                      "There is no table \"%s\" to write to. Create it with CREATE TABLE … USING.", _weir_name_last (name));
  if (!table->format->can_sink)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE.TABLE_OPERATION", name->span,
                      "Rows cannot be written to a table of format %s.", table->format->name);
  if (table->format->sink_append_only && analyzed->is_streaming && analyzed->mode != WEIR_OUTPUT_APPEND)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", name->span,
                      "A sink of format %s takes output mode append only, not %s.", table->format->name,
                      _weir_output_mode_to_string (analyzed->mode));
  /* What is in memory can be read back: created without columns, it has those of the first query that writes. */
  if (table->declared == NULL && strcmp (table->format->name, "memory") == 0 && analyzed->plan != NULL)
    table->declared = weir_type_ref (analyzed->plan->schema);
  g_ptr_array_add (analyzed->sinks, weir_table_ref (table));
  return TRUE;
}

/* INSERT INTO t (a, b): the query's columns in the table's order, cast to its types. */
static gboolean
fit_to_table (WeirAnalyzedQuery   *analyzed,
              const WeirSqlInsert *insert,
              GError             **error)
{
  WeirTable  *table = analyzed->sinks->pdata[0];
  WeirSchema *from = analyzed->plan->schema;
  WeirSchema *to = table->declared;
  WeirPlan   *project;

  if (to == NULL)
    return TRUE;
  if ((insert->n_columns > 0 ? insert->n_columns : to->n_fields) != from->n_fields)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INSERT_COLUMN_ARITY_MISMATCH", insert->query->span,
                      "Table %s takes %u columns, the query gives %u.", table->name,
                      insert->n_columns > 0 ? insert->n_columns : to->n_fields, from->n_fields);
  project = g_new0 (WeirPlan, 1);
  g_atomic_ref_count_init (&project->ref_count);
  project->kind = WEIR_PLAN_PROJECT;
  project->schema = weir_type_ref (to);
  project->is_streaming = analyzed->plan->is_streaming;
  project->event_time_delay_us = g_new (gint64, to->n_fields);
  project->n_children = 1;
  project->children = g_new (WeirPlan *, 1);
  project->children[0] = analyzed->plan;
  project->project.n_exprs = to->n_fields;
  project->project.exprs = g_new0 (WeirExpr *, to->n_fields);
  analyzed->plan = project;
  for (guint i = 0; i < to->n_fields; i++)
    {
      int at = insert->n_columns == 0 ? (int)i : -1;

      project->event_time_delay_us[i] = -1;
      for (guint c = 0; c < insert->n_columns; c++)
        if (g_ascii_strcasecmp (insert->columns[c].name, to->fields[i].name) == 0)
          at = (int)c;
      if (at < 0)
        project->project.exprs[i] = weir_expr_new_null (to->fields[i].type);
      else if (weir_cast_is_allowed (from->fields[at].type, to->fields[i].type, TRUE))
        project->project.exprs[i] = weir_expr_new_cast (weir_expr_new_column ((guint)at, from->fields[at].type, TRUE, from->fields[at].name),
                                                        to->fields[i].type, FALSE);
      else
        {
          g_autofree char *from_text = weir_type_to_sql (from->fields[at].type);
          g_autofree char *to_text = weir_type_to_sql (to->fields[i].type);

          project->project.exprs[i] = weir_expr_new_null (to->fields[i].type);
          return weir_fail (error, WEIR_ERROR_ANALYZE, "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", insert->query->span,
                            "Column %s of table %s is %s; the query gives %s.", to->fields[i].name, table->name, to_text, from_text);
        }
    }
  return TRUE;
}

/* What the sinks' options and the query's rows say about each other. */
static gboolean
check_sinks (const WeirAnalyzedQuery *analyzed,
             GError                 **error)
{
  for (guint i = 0; i < analyzed->sinks->len; i++)
    {
      WeirTable     *table = analyzed->sinks->pdata[i];
      WeirSinkConfig config = { 0 };

      config.format = table->format->name;
      config.table = table->name;
      config.schema = analyzed->plan->schema;
      config.options = table->options;
      config.base_dir = table->base_dir;
      config.mode = analyzed->is_streaming ? _weir_output_mode_to_string (analyzed->mode) : NULL;
      if (!weir_sink_check (&config, error))
        {
          if (error != NULL)
            weir_error_set_span (*error, analyzed->into[i].span);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
_weir_analyze_statement (WeirCatalog            *catalog,
                         const WeirSqlStatement *statement,
                         const char             *text,
                         const char             *mode_override,
                         WeirAnalyzedQuery      *analyzed,
                         GError                **error)
{
  memset (analyzed, 0, sizeof *analyzed);
  analyzed->sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_table_unref);
  take_clauses (statement, analyzed);
  if (mode_override != NULL && !_weir_output_mode_parse (mode_override, &analyzed->mode))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_OUTPUT_MODE.INVALID", WEIR_SPAN_NONE,
                      "'%s' is no output mode; use append, update or complete.", mode_override);
  analyzed->plan = weir_analyze_query (catalog, analyzed->query, text, error);
  if (analyzed->plan == NULL)
    return FALSE;
  analyzed->is_streaming = analyzed->plan->is_streaming;
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY && !analyzed->is_streaming)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "WRITE_STREAM_NOT_ALLOWED", analyzed->query->span,
                      "The query reads no stream. Write FROM STREAM t to read a table as a stream.");
  if (analyzed->is_streaming && !weir_check_streaming (analyzed->plan, analyzed->mode, catalog, error))
    return FALSE;
  for (guint i = 0; i < analyzed->n_into; i++)
    if (!find_sink (catalog, &analyzed->into[i], analyzed, error))
      return FALSE;
  if (statement->kind == WEIR_SQL_STATEMENT_INSERT && !fit_to_table (analyzed, &statement->insert, error))
    return FALSE;
  return check_sinks (analyzed, error);
}
