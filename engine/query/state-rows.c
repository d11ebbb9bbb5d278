/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/state-rows.h"

#include "base/durable-file.h"
#include "query/checkpoint-private.h"
#include "query/formats.h"
#include "query/session-private.h"
#include "query/worker.h"

#include <string.h>

/*
 * State is bytes that only its query can read, so a checkpoint keeps the text of the query, `query.sql`: the definitions it stands on, and
 * its own statement. Here they are analysed in a catalogue of their own, the pipeline is made, and the state is brought to the batch that is asked for.
 */

static gboolean
is_definition (const WeirSqlStatement *statement)
{
  switch ((int)statement->kind)
    {
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
    case WEIR_SQL_STATEMENT_CREATE_FUNCTION:
    case WEIR_SQL_STATEMENT_SET:
    case WEIR_SQL_STATEMENT_RESET:
    case WEIR_SQL_STATEMENT_DROP:
      return TRUE;
    default:
      return FALSE;
    }
}

void
weir_keep_definition (GString                *kept,
                      const char             *text,
                      const WeirSqlStatement *statement)
{
  gsize from = statement->span.start;

  if (!is_definition (statement))
    return;
  for (guint k = 0; statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE && k < statement->create_table.n_options; k++)
    {
      const WeirSqlOption *option = &statement->create_table.options[k];

      if (!weir_option_is_literal_secret (option->key, option->value))
        continue;
      g_string_append_len (kept, text + from, (gssize)(option->value_span.start - from));
      g_string_append (kept, g_ascii_strcasecmp (option->key, "url") == 0 ? "'-'" : "''"); /* an address has to be there */
      from = option->value_span.end;
    }
  g_string_append_len (kept, text + from, (gssize)(statement->span.end - from));
  g_string_append (kept, ";\n");
}

/* Were columns found, in files, names of folders or a database? */
static gboolean
has_found_columns (const WeirPlan *scan)
{
  const WeirTable *table = scan->scan.table;

  if (table->declared == NULL)
    return table->format->infers;
  for (guint i = 0; table->format->has_folders && i < scan->scan.table_schema->n_fields; i++)
    if (i >= table->declared->n_fields ? strcmp (scan->scan.table_schema->fields[i].name, "_metadata") != 0
                                       : strcmp (scan->scan.table_schema->fields[i].name, table->declared->fields[i].name) != 0)
      return TRUE;
  return FALSE;
}

/* Such columns are written down: they need not be there again. */
static void
keep_columns (WeirPlan *plan,
              gpointer  data)
{
  GString               *kept = data;
  WeirTable             *table = plan->kind == WEIR_PLAN_SCAN ? plan->scan.table : NULL;
  g_autoptr (WeirSchema) hidden = NULL;
  g_autofree char       *name = NULL;
  guint                  n = 0;

  if (table == NULL || !has_found_columns (plan))
    return;
  hidden = table->format->hidden_schema != NULL ? table->format->hidden_schema (table->format->name) : NULL;
  name = weir_sql_quote_identifier (table->name);
  g_string_append_printf (kept, "CREATE OR REPLACE TABLE %s (", name);
  for (guint i = 0; i < plan->scan.table_schema->n_fields; i++)
    {
      const WeirField *field = &plan->scan.table_schema->fields[i];
      g_autofree char *column = weir_sql_quote_identifier (field->name);
      g_autofree char *type = weir_type_to_sql (field->type);

      if (hidden == NULL || weir_type_field_index (hidden, field->name) < 0)
        g_string_append_printf (kept, "%s%s %s", n++ > 0 ? ", " : "", column, type);
    }
  g_string_append_printf (kept, ") USING %s;\n", table->format->name);
}

char *
weir_kept_script (const char             *definitions,
                  const char             *text,
                  const WeirSqlStatement *statement,
                  WeirPlan               *plan)
{
  g_autoptr (WeirSqlScript) script = *definitions == '\0' ? weir_sql_parse (text, -1) : NULL;
  GString                  *kept = g_string_new (definitions);

  for (guint i = 0; script != NULL && i < weir_sql_script_get_n_statements (script); i++)
    if (weir_sql_script_get_statement (script, i) != NULL)
      weir_keep_definition (kept, text, weir_sql_script_get_statement (script, i));
  weir_plan_foreach (plan, keep_columns, kept);
  g_string_append_len (kept, text + statement->span.start, (gssize)(statement->span.end - statement->span.start));
  return g_string_free (kept, FALSE);
}

typedef struct
{
  WeirCheckpointMetadata metadata;
  WeirCatalog           *catalog; /* Owned */
  WeirAnalyzedQuery      analyzed;
  WeirPipeline          *pipeline; /* Owned */
} State;

static void
state_clear (State *self)
{
  _weir_checkpoint_metadata_clear (&self->metadata);
  _weir_analyzed_query_clear (&self->analyzed);
  g_clear_pointer (&self->catalog, weir_catalog_free);
  g_clear_pointer (&self->pipeline, weir_pipeline_free);
}

/* The output mode as it was run: an option of the command line may have chosen it. (transfer full) (nullable) */
static char *
recorded_mode (State *self)
{
  const char *line = _weir_checkpoint_find_line (self->metadata.shape, "operator\t", 0);
  const char *mode = line != NULL ? strstr (line, "\tmode=") : NULL;

  return mode != NULL ? g_strdup (mode + strlen ("\tmode=")) : NULL;
}

static void
take_settings (State *self)
{
  for (guint i = 0; i < self->metadata.settings->len; i++)
    {
      g_auto (GStrv) pair = g_strsplit (self->metadata.settings->pdata[i], "=", 2);

      weir_catalog_set (self->catalog, pair[0], pair[1] != NULL ? pair[1] : "", NULL);
    }
}

static gboolean
analyze (State      *self,
         const char *text,
         GError    **error)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  g_autofree char          *mode = recorded_mode (self);
  guint                     n = weir_sql_script_get_n_statements (script);

  self->catalog = weir_catalog_new ();
  weir_formats_register (self->catalog);
  for (guint i = 0; i + 1 < n; i++)
    if (weir_sql_script_get_statement (script, i) != NULL)
      _weir_define (self->catalog, weir_sql_script_get_statement (script, i), text, NULL, NULL);
  /* What the checkpoint was begun with wins, as in a run. */
  take_settings (self);
  if (n == 0 || weir_sql_script_get_statement (script, n - 1) == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "The text of the query that the checkpoint keeps cannot be read.");
  return _weir_analyze_statement (self->catalog, weir_sql_script_get_statement (script, n - 1), text, mode, &self->analyzed, error);
}

static gboolean
make_pipeline (State      *self,
               const char *dir,
               GError    **error)
{
  g_autofree char    *path = g_build_filename (dir, "query.sql", NULL);
  g_autofree char    *text = NULL;
  WeirPipelineOptions options = { 0 };
  GError             *local = NULL;

  if (!_weir_checkpoint_metadata_read (dir, &self->metadata, &local) || !weir_durable_read (path, &text, NULL, NULL))
    {
      if (local == NULL)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "PATH_NOT_FOUND", WEIR_SPAN_NONE, "Path does not exist: %s holds no checkpoint with the text of its query.", dir);
      g_propagate_error (error, local);
      return FALSE;
    }
  if (!analyze (self, text, &local))
    {
      /* Its place is in another text. */
      weir_fail (error, WEIR_ERROR_ANALYZE, weir_error_get_condition (local), WEIR_SPAN_NONE, "%s: %s", path, local->message);
      g_error_free (local);
      return FALSE;
    }
  options.mode = self->analyzed.mode;
  options.zone = weir_catalog_get_zone (self->catalog);
  options.ansi = weir_catalog_get_bool (self->catalog, "spark.sql.ansi.enabled");
  options.pool = weir_worker_pool_shared ();
  options.is_streaming = TRUE;
  self->pipeline = weir_pipeline_new (self->analyzed.plan, &options, error);
  return self->pipeline != NULL;
}

static gboolean
restore_snapshot (gpointer                  data,
                  const WeirLoggedPosition *position,
                  GBytes                   *state,
                  GError                  **error)
{
  return weir_pipeline_restore (((State *)data)->pipeline, state, error);
}

static gboolean
restore_batch (gpointer               data,
               const WeirLoggedBatch *batch,
               GError               **error)
{
  g_autoptr (GBytes) delta = weir_pieces_join (batch->delta);

  return weir_pipeline_restore (((State *)data)->pipeline, delta, error);
}

/* Neither a snapshot nor the begin of the log lies before @batch: it went with what is older than spark.sql.streaming.minBatchesToRetain. */
static gboolean
check_is_kept (const WeirCheckpoint *checkpoint,
               gint64                batch,
               GError              **error)
{
  g_autoptr (GArray) segments = weir_record_log_list (checkpoint->log_dir, ".log", NULL);
  g_autoptr (GArray) snapshots = weir_record_log_list (checkpoint->state_dir, ".snap", NULL);

  if (batch < 0 || segments == NULL || snapshots == NULL || segments->len == 0 || snapshots->len == 0 || g_array_index (segments, guint64, 0) == 0 ||
      g_array_index (snapshots, guint64, 0) <= (guint64)batch)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                    "The checkpoint %s keeps batch %" G_GINT64_FORMAT " no more; the oldest whose state can be read is %" G_GUINT64_FORMAT
                    ". spark.sql.streaming.minBatchesToRetain says how many a query keeps.",
                    checkpoint->dir, batch, g_array_index (snapshots, guint64, 0));
}

static gboolean
restore (State      *self,
         const char *dir,
         gint64      batch,
         GError    **error)
{
  WeirRecoveryFuncs           funcs = { restore_snapshot, restore_batch, batch < 0 ? 0 : (guint64)batch + 1 };
  WeirCheckpoint              checkpoint = { .dir = (char *)dir, .lock_fd = -1, .open_batch = G_MAXUINT64 };
  g_autoptr (WeirLoggedBatch) pending = NULL;
  gboolean                    ok;

  checkpoint.metadata.id = self->metadata.id;
  weir_log_id_parse (self->metadata.id, &checkpoint.id);
  checkpoint.log_dir = g_build_filename (dir, "log", NULL);
  checkpoint.state_dir = g_build_filename (dir, "state", NULL);
  ok = check_is_kept (&checkpoint, batch, error) && weir_checkpoint_recover (&checkpoint, &funcs, self, &pending, error);
  if (ok && (checkpoint.next_batch == 0 || batch >= (gint64)checkpoint.next_batch))
    ok = weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "The checkpoint %s has no committed batch %" G_GINT64_FORMAT "; the last is %" G_GINT64_FORMAT ".",
                    dir, MAX (batch, 0), (gint64)checkpoint.next_batch - 1);
  g_free (checkpoint.log_dir);
  g_free (checkpoint.state_dir);
  g_free (checkpoint.resume_path);
  return ok;
}

static WeirBatch *
join_batches (GPtrArray  *batches,
              WeirSchema *schema)
{
  g_autofree WeirColumn **columns = NULL;

  if (batches->len > 0)
    return weir_batch_concat ((WeirBatch **)batches->pdata, batches->len);
  columns = g_new0 (WeirColumn *, MAX (schema->n_fields, 1));
  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = weir_column_new_nulls (schema->fields[i].type, 0);
  return weir_batch_new (schema, 0, columns);
}

WeirBatch *
weir_state_rows (const WeirStateRequest *request,
                 GError                **error)
{
  State                  state = { 0 };
  g_autofree char       *path = g_canonicalize_filename (request->dir, NULL);
  g_autoptr (GPtrArray)  batches = NULL;
  g_autoptr (WeirSchema) schema = NULL;
  WeirBatch             *rows = NULL;

  if (make_pipeline (&state, path, error) && restore (&state, path, request->batch, error))
    batches = weir_pipeline_list_state (state.pipeline, request->operator_id, request->side, &schema, error);
  if (batches != NULL)
    rows = join_batches (batches, schema);
  state_clear (&state);
  return rows;
}
