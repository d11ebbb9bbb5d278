/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/session-private.h"
#include "query/worker.h"

#include <string.h>

/* SHOW, DESCRIBE, EXPLAIN, SET: answers that are rows of text, with spark-sql's column names. */

static WeirRows *
make_rows (const char *const *names,
           guint              n_columns,
           GPtrArray         *cells)
{
  WeirRows *rows = weir_rows_new_strings (names, n_columns, cells);

  g_ptr_array_unref (cells);
  return rows;
}

static GPtrArray *
new_cells (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

/* `a*|b*` as SHOW … LIKE has it, without regard to case. */
static gboolean
matches (const char *pattern,
         const char *name)
{
  g_auto (GStrv)   parts = NULL;
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (pattern == NULL)
    return TRUE;
  parts = g_strsplit (pattern, "|", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree char *part = g_ascii_strdown (g_strstrip (parts[i]), -1);

      if (g_pattern_match_simple (part, lower))
        return TRUE;
    }
  return FALSE;
}

static void
add_names (GPtrArray   *cells,
           WeirCatalog *catalog,
           gboolean     views,
           const char  *pattern)
{
  g_auto (GStrv) names = weir_catalog_list (catalog, views);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!matches (pattern, names[i]))
        continue;
      g_ptr_array_add (cells, g_strdup (""));
      g_ptr_array_add (cells, g_strdup (names[i]));
      g_ptr_array_add (cells, g_strdup (views ? "true" : "false"));
    }
}

static WeirRows *
show_functions (const WeirSqlShow *show)
{
  static const char *const names[] = { "function" };
  GPtrArray               *cells = new_cells ();
  guint                    n;
  const WeirFunctionInfo  *all = weir_list_functions (&n);

  for (guint i = 0; i < n; i++)
    if (matches (show->pattern, all[i].name))
      g_ptr_array_add (cells, g_strdup (all[i].name));
  return make_rows (names, 1, cells);
}

static WeirRows *
show_queries (WeirSession *self)
{
  static const char *const names[] = { "name", "id", "runId", "state", "outputMode", "trigger" };
  static const char *const states[] = { "stopped", "starting", "running", "waiting", "stopping", "failed" };
  GPtrArray               *cells = new_cells ();

  for (guint i = 0; i < self->queries->len; i++)
    {
      WeirQuery *query = self->queries->pdata[i];

      g_ptr_array_add (cells, g_strdup (weir_query_get_name (query)));
      g_ptr_array_add (cells, g_strdup (weir_query_get_id (query)));
      g_ptr_array_add (cells, g_strdup (weir_query_get_run_id (query)));
      g_ptr_array_add (cells, g_strdup (states[weir_query_get_state (query)]));
      g_ptr_array_add (cells, g_strdup (weir_query_get_output_mode (query)));
      g_ptr_array_add (cells, g_strdup (weir_query_get_trigger (query)));
    }
  return make_rows (names, G_N_ELEMENTS (names), cells);
}

/* Columns of a table or view. (transfer full) (nullable) */
static WeirSchema *
schema_of (WeirSession       *self,
           const WeirSqlName *name,
           WeirTable        **table,
           GError           **error)
{
  g_autofree char          *quoted = weir_sql_quote_identifier (_weir_name_last (name));
  g_autofree char          *sql = NULL;
  g_autoptr (WeirSqlScript) script = NULL;
  g_autoptr (WeirPlan)      plan = NULL;
  GError                   *local = NULL;

  *table = weir_catalog_get_table (self->catalog, _weir_name_last (name));
  if (*table != NULL)
    return weir_catalog_resolve_schema (self->catalog, *table, (*table)->options, error);
  sql = g_strdup_printf ("SELECT * FROM %s", quoted);
  script = weir_sql_parse (sql, -1);
  plan = weir_analyze_query (self->catalog, weir_sql_script_get_statement (script, 0)->query, sql, &local);
  if (plan == NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_NOT_FOUND", name->span, "There is no table or view \"%s\".", _weir_name_last (name));
      g_error_free (local);
      return NULL;
    }
  return weir_type_ref (plan->schema);
}

static void
add_columns (GPtrArray  *cells,
             WeirSchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    {
      g_ptr_array_add (cells, g_strdup (schema->fields[i].name));
      g_ptr_array_add (cells, weir_type_to_string (schema->fields[i].type));
      g_ptr_array_add (cells, g_strdup (schema->fields[i].comment));
    }
}

static void
add_line (GPtrArray  *cells,
          const char *name,
          const char *value)
{
  g_ptr_array_add (cells, g_strdup (name));
  g_ptr_array_add (cells, g_strdup (value));
  g_ptr_array_add (cells, g_strdup (""));
}

static const char *
guarantee_of (WeirTable *table)
{
  const char *format = table->format->name;
  const char *durable = table->options != NULL ? g_hash_table_lookup (table->options, "durable") : NULL;
  gboolean    is_durable = durable != NULL && g_ascii_strcasecmp (durable, "true") == 0;

  if (strcmp (format, "queue") == 0 && is_durable)
    return "exactly once with a checkpoint: rows are in its log when INSERT comes back";
  if (strcmp (format, "socket") == 0 || strcmp (format, "http") == 0 || strcmp (format, "queue") == 0)
    return is_durable ? "exactly once with a checkpoint, for rows that are in its log; what was on its way at a crash is lost"
                      : "at most once across restarts: rows are not kept once they were read; durable 'true' keeps them";
  if (strcmp (format, "demo") == 0 || strcmp (format, "rate") == 0)
    return "generated: with a checkpoint the same rows by their offsets";
  return "replayable: rows can be read again by their offsets";
}

/* What a restart does to rows that were written; with a checkpoint and without one it differs. */
static const char *
sink_guarantee_of (const char *format)
{
  if (strcmp (format, "json") == 0 || strcmp (format, "csv") == 0)
    return "exactly once with a checkpoint, for readers of its manifest; without one at least once";
  if (strcmp (format, "sqlite") == 0 || strcmp (format, "postgresql") == 0)
    return "exactly once with a checkpoint: rows and batch number in one transaction; without one at least once";
  if (strcmp (format, "kafka") == 0)
    return "exactly once with a checkpoint, for readers of committed records; without one at least once";
  return "at least once: rows of a batch that is run again appear again";
}

static WeirRows *
describe_table (WeirSession           *self,
                const WeirSqlDescribe *describe,
                GError               **error)
{
  static const char *const names[] = { "col_name", "data_type", "comment" };
  WeirTable               *table;
  g_autoptr (WeirSchema)   schema = schema_of (self, &describe->name, &table, error);
  GPtrArray               *cells;

  if (schema == NULL)
    return NULL;
  cells = new_cells ();
  add_columns (cells, schema);
  if (describe->extended && table != NULL)
    {
      add_line (cells, "", "");
      add_line (cells, "# Detailed Table Information", "");
      add_line (cells, "Table", table->name);
      add_line (cells, "Provider", table->format->name);
      if (table->format->can_stream)
        add_line (cells, "Guarantee", guarantee_of (table));
      if (table->format->can_sink)
        add_line (cells, "Guarantee as a sink", sink_guarantee_of (table->format->name));
    }
  return make_rows (names, G_N_ELEMENTS (names), cells);
}

static WeirRows *
describe_query (WeirSession           *self,
                const WeirSqlDescribe *describe,
                const char            *text,
                GError               **error)
{
  static const char *const names[] = { "col_name", "data_type", "comment" };
  g_autoptr (WeirPlan)     plan = weir_analyze_query (self->catalog, describe->query, text, error);
  GPtrArray               *cells;

  if (plan == NULL)
    return NULL;
  cells = new_cells ();
  add_columns (cells, plan->schema);
  return make_rows (names, G_N_ELEMENTS (names), cells);
}

static WeirRows *
describe_function (WeirCatalog           *catalog,
                   const WeirSqlDescribe *describe,
                   GError               **error)
{
  static const char *const names[] = { "function_desc" };
  const char              *name = _weir_name_last (&describe->name);
  const WeirFunction      *function = weir_function_lookup (name);
  const WeirAggregate     *aggregate = weir_aggregate_lookup (name);
  g_autofree char         *own = weir_catalog_describe_function (catalog, name, describe->extended);
  GPtrArray               *cells;

  if (own != NULL)
    {
      g_auto (GStrv) lines = g_strsplit (own, "\n", -1);

      cells = new_cells ();
      for (guint i = 0; lines[i] != NULL; i++)
        g_ptr_array_add (cells, g_strdup (lines[i]));
      return make_rows (names, 1, cells);
    }
  if (function == NULL && aggregate == NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNRESOLVED_ROUTINE", describe->name.span, "There is no function \"%s\".", name);
      return NULL;
    }
  cells = new_cells ();
  g_ptr_array_add (cells, g_strdup_printf ("Function: %s", function != NULL ? function->name : aggregate->name));
  g_ptr_array_add (cells, g_strdup_printf ("Usage: %s - %s", function != NULL ? function->signature : aggregate->signature,
                                           function != NULL ? function->doc : aggregate->doc));
  if (describe->extended)
    g_ptr_array_add (cells, g_strdup_printf ("Extended Usage:\n    Examples:\n      > %s;", function != NULL ? function->example : aggregate->example));
  return make_rows (names, 1, cells);
}

static WeirRows *
explain (WeirSession          *self,
         const WeirSqlExplain *explain,
         const char           *text,
         GError              **error)
{
  static const char *const names[] = { "plan" };
  WeirAnalyzedQuery        analyzed = { 0 };
  WeirPipelineOptions      options = { 0 };
  g_autoptr (WeirPipeline) pipeline = NULL;
  GPtrArray               *cells = NULL;
  int                      kind = explain->statement->kind;

  if (kind != WEIR_SQL_STATEMENT_QUERY && kind != WEIR_SQL_STATEMENT_INSERT && kind != WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY)
    {
      weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, explain->statement->span, "EXPLAIN of this statement");
      return NULL;
    }
  if (!_weir_analyze_statement (self->catalog, explain->statement, text, self->options.output_mode, &analyzed, error))
    goto out;
  options.mode = analyzed.mode;
  options.zone = weir_catalog_get_zone (self->catalog);
  options.ansi = TRUE;
  options.pool = weir_worker_pool_shared ();
  options.is_streaming = analyzed.is_streaming;
  pipeline = weir_pipeline_new (analyzed.plan, &options, error);
  if (pipeline != NULL)
    {
      g_autofree char *logical = weir_plan_to_string (analyzed.plan);
      g_autofree char *physical = weir_pipeline_explain (pipeline);

      cells = new_cells ();
      if (explain->mode == WEIR_SQL_EXPLAIN_EXTENDED)
        g_ptr_array_add (cells, g_strdup_printf ("== Optimized Logical Plan ==\n%s\n%s", logical, physical));
      else
        g_ptr_array_add (cells, g_strdup (physical));
    }
out:
  _weir_analyzed_query_clear (&analyzed);
  return cells != NULL ? make_rows (names, 1, cells) : NULL;
}

static WeirRows *
show_settings (WeirSession *self,
               const char  *key)
{
  static const char *const names[] = { "key", "value" };
  GPtrArray               *cells = new_cells ();

  if (key != NULL)
    {
      const char *value = weir_catalog_get (self->catalog, key);

      g_ptr_array_add (cells, g_strdup (key));
      g_ptr_array_add (cells, g_strdup (value != NULL ? value : "<undefined>"));
    }
  else
    {
      g_autoptr (GPtrArray) settings = weir_catalog_list_settings (self->catalog);

      for (guint i = 0; i < settings->len; i++)
        g_ptr_array_add (cells, g_strdup (settings->pdata[i]));
    }
  return make_rows (names, 2, cells);
}

static WeirRows *
show (WeirSession       *self,
      const WeirSqlShow *show,
      GError           **error)
{
  static const char *const table_names[] = { "namespace", "tableName", "isTemporary" };
  static const char *const view_names[] = { "namespace", "viewName", "isTemporary" };
  static const char *const column_names[] = { "col_name" };
  GPtrArray               *cells;
  WeirTable               *table;
  g_autoptr (WeirSchema)   schema = NULL;

  switch (show->what)
    {
    case WEIR_SQL_SHOW_TABLES:
    case WEIR_SQL_SHOW_VIEWS:
      cells = new_cells ();
      if (show->what == WEIR_SQL_SHOW_TABLES)
        add_names (cells, self->catalog, FALSE, show->pattern);
      add_names (cells, self->catalog, TRUE, show->pattern);
      return make_rows (show->what == WEIR_SQL_SHOW_TABLES ? table_names : view_names, 3, cells);
    case WEIR_SQL_SHOW_FUNCTIONS:
      return show_functions (show);
    case WEIR_SQL_SHOW_STREAMING_QUERIES:
      return show_queries (self);
    case WEIR_SQL_SHOW_COLUMNS:
    default:
      schema = schema_of (self, &show->table, &table, error);
      if (schema == NULL)
        return NULL;
      cells = new_cells ();
      for (guint i = 0; i < schema->n_fields; i++)
        g_ptr_array_add (cells, g_strdup (schema->fields[i].name));
      return make_rows (column_names, 1, cells);
    }
}

WeirRows *
_weir_session_show (WeirSession            *self,
                    const WeirSqlStatement *statement,
                    const char             *text,
                    GError                **error)
{
  switch ((int)statement->kind)
    {
    case WEIR_SQL_STATEMENT_SHOW:
      return show (self, &statement->show, error);
    case WEIR_SQL_STATEMENT_SET:
      return show_settings (self, statement->set.key);
    case WEIR_SQL_STATEMENT_EXPLAIN:
      return explain (self, &statement->explain, text, error);
    case WEIR_SQL_STATEMENT_DESCRIBE:
      if (statement->describe.what == WEIR_SQL_DESCRIBE_FUNCTION)
        return describe_function (self->catalog, &statement->describe, error);
      if (statement->describe.what == WEIR_SQL_DESCRIBE_QUERY)
        return describe_query (self, &statement->describe, text, error);
      return describe_table (self, &statement->describe, error);
    default:
      return NULL;
    }
}
