/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "query/formats.h"
#include "query/plan-shape.h"
#include "query/session-private.h"
#include "query/worker.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/*
 * Runs the streaming query of a script as Trigger.AvailableNow does and prints one JSON line a batch: rows, and what progress says.
 * With --restore every operator's state is taken out and put into a fresh one after every batch. With --checkpoint everything ends after
 * every batch and begins anew from that folder. run-cases.py compares.
 */

static gboolean restore;
static int      n_threads = 1;
static char   **conf;
static char    *checkpoint_dir;

static void
print_error (const GError *error,
             const char   *phase,
             gint64        batch_id)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;
  g_autofree char        *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "condition");
  json_builder_add_string_value (builder, weir_error_get_condition (error));
  json_builder_set_member_name (builder, "sqlState");
  json_builder_add_string_value (builder, weir_error_get_sqlstate (error));
  json_builder_set_member_name (builder, "phase");
  json_builder_add_string_value (builder, phase);
  json_builder_set_member_name (builder, "batchId");
  json_builder_add_int_value (builder, batch_id);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, error->message);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
}

static void
print_batch (const WeirBatchResult *result,
             WeirStreamRun         *run,
             WeirZone              *zone)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint64             dropped = 0;
  gboolean            first = TRUE;

  g_string_append_printf (out, "{\"batchId\":%" G_GUINT64_FORMAT ",\"rows\":[", result->record->batch_id);
  for (guint b = 0; b < result->rows->len; b++)
    {
      WeirBatch *batch = result->rows->pdata[b];

      for (guint r = 0; r < batch->n_rows; r++)
        {
          g_string_append (out, first ? "" : ",");
          first = FALSE;
          weir_batch_append_json_row (out, batch, r, zone);
        }
    }
  g_string_append (out, "],\"stateRows\":[");
  for (guint i = 0; i < result->stats.n_stateful; i++)
    {
      g_string_append_printf (out, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "", result->stats.stateful[i].rows_total);
      dropped += result->stats.stateful[i].rows_dropped_by_watermark;
    }
  g_string_append_printf (out, "],\"inputRows\":%" G_GUINT64_FORMAT ",\"droppedLate\":%" G_GUINT64_FORMAT ",\"watermarkMs\":", result->stats.rows_in, dropped);
  if (weir_stream_run_has_watermark (run))
    g_string_append_printf (out, "%" G_GINT64_FORMAT, result->record->watermark_ms);
  else
    g_string_append (out, "null");
  g_string_append_c (out, '}');
  printf ("%s\n", out->str);
}

typedef struct
{
  WeirStreamConfig config;
  WeirStreamRun   *run;        /* Owned */
  WeirCheckpoint  *checkpoint; /* Owned, nullable */
} Run;

static void
close_run (Run *self)
{
  g_clear_pointer (&self->run, weir_stream_run_free);
  g_clear_pointer (&self->checkpoint, weir_checkpoint_free);
}

static gboolean
open_run (Run     *self,
          GError **error)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new ();
  g_autoptr (GPtrArray) shape = weir_plan_shape (self->config.plan, self->config.mode, NULL);

  if (checkpoint_dir != NULL)
    {
      self->checkpoint = weir_checkpoint_open (checkpoint_dir, NULL, NULL, error);
      if (self->checkpoint == NULL || !weir_checkpoint_adopt (self->checkpoint, settings, shape, error))
        return FALSE;
    }
  self->config.checkpoint = self->checkpoint;
  self->run = weir_stream_run_new (&self->config, error);
  if (self->run != NULL)
    weir_stream_run_start (self->run, NULL, NULL);
  return self->run != NULL;
}

static gboolean
reopen (Run     *self,
        GError **error)
{
  if (checkpoint_dir == NULL)
    return !restore || weir_stream_run_reload_state (self->run, error);
  close_run (self);
  return open_run (self, error) && weir_stream_run_freeze (self->run, error);
}

static gboolean
run_batches (Run     *self,
             GError **error)
{
  gboolean data_done = FALSE;

  if (!weir_stream_run_freeze (self->run, error))
    return FALSE;
  for (;;)
    {
      WeirBatchRecord       *record = weir_stream_run_plan_batch (self->run, FALSE, data_done, error);
      const WeirBatchResult *result;

      if (record == NULL && (*error != NULL || data_done))
        return *error == NULL;
      if (record == NULL)
        {
          data_done = TRUE;
          continue;
        }
      result = weir_stream_run_execute (self->run, record, NULL, error);
      if (result == NULL)
        return FALSE;
      print_batch (result, self->run, self->config.zone);
      if (!reopen (self, error))
        return FALSE;
      if (data_done)
        return TRUE;
    }
}

static int
run_query (WeirCatalog            *catalog,
           const WeirSqlStatement *statement,
           const char             *text)
{
  WeirAnalyzedQuery     analyzed = { 0 };
  Run                   run = { 0 };
  WeirStreamConfig      config = { 0 };
  g_autoptr (WeirClock) clock = weir_clock_new_real ();
  g_autoptr (GError)    error = NULL;
  const char           *policy = weir_catalog_get (catalog, "spark.sql.streaming.multipleWatermarkPolicy");

  if (!_weir_analyze_statement (catalog, statement, text, NULL, &analyzed, &error))
    {
      print_error (error, "analyze", -1);
      _weir_analyzed_query_clear (&analyzed);
      return 0;
    }
  config.plan = analyzed.plan;
  config.is_streaming = TRUE;
  config.mode = analyzed.mode;
  config.zone = weir_catalog_get_zone (catalog);
  config.clock = clock;
  config.pool = weir_worker_pool_shared ();
  config.ansi = weir_catalog_get_bool (catalog, "spark.sql.ansi.enabled");
  config.policy_max = policy != NULL && g_ascii_strcasecmp (policy, "max") == 0;
  config.no_data_batches = weir_catalog_get_bool (catalog, "spark.sql.streaming.noDataMicroBatches.enabled");
  run.config = config;
  if (!open_run (&run, &error))
    print_error (error, "plan", -1);
  else if (!run_batches (&run, &error))
    print_error (error, "run", run.run != NULL ? (gint64)weir_stream_run_get_next_batch_id (run.run) : -1);
  close_run (&run);
  _weir_analyzed_query_clear (&analyzed);
  return 0;
}

static int
run_script (const char *text)
{
  g_autoptr (WeirCatalog)   catalog = weir_catalog_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse (text, -1);
  g_autoptr (GError)        error = NULL;

  weir_formats_register (catalog);
  weir_catalog_set (catalog, "spark.sql.session.timeZone", "UTC", NULL);
  for (guint i = 0; conf != NULL && conf[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (conf[i], "=", 2);

      weir_catalog_set (catalog, pair[0], pair[1], NULL);
    }
  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);

      if (statement == NULL)
        {
          print_error (weir_sql_script_get_error (script, i), "parse", -1);
          return 0;
        }
      if (_weir_define (catalog, statement, text, ".", &error))
        {
          if (error == NULL)
            continue;
          print_error (error, "analyze", -1);
          return 0;
        }
      return run_query (catalog, statement, text);
    }
  return 0;
}

int
main (int    argc,
      char **argv)
{
  const GOptionEntry entries[] = {
    { "restore", 0, 0, G_OPTION_ARG_NONE, &restore, NULL, NULL },
    { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &checkpoint_dir, NULL, NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &n_threads, NULL, NULL },
    { "conf", 0, 0, G_OPTION_ARG_STRING_ARRAY, &conf, NULL, NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("SCRIPT");
  g_autofree char           *text = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL) || argc != 2 || !g_file_get_contents (argv[1], &text, NULL, NULL))
    return 2;
  weir_set_threads ((guint)n_threads);
  return run_script (text);
}
