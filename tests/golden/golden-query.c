/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden-query.h"

#include "golden-rows.h"

#include "base/worker-pool.h"
#include "query/plan-shape.h"

static gboolean
analyze (GoldenQuery   *self,
         WeirSqlScript *script,
         const char    *text)
{
  guint n = weir_sql_script_get_n_statements (script);

  for (guint i = 0; i < n; i++)
    {
      const WeirSqlStatement *statement = weir_sql_script_get_statement (script, i);

      if (statement == NULL)
        self->error = g_error_copy (weir_sql_script_get_error (script, i));
      else if (_weir_define (self->catalog, statement, text, self->dir, &self->error))
        {
          if (self->error == NULL)
            continue;
        }
      else if ((self->statement = statement) != NULL)
        _weir_analyze_statement (self->catalog, statement, text, NULL, &self->analyzed, &self->error);
      return self->error == NULL;
    }
  return TRUE;
}

GoldenQuery *
golden_query_new (const char *text,
                  const char *dir,
                  const char *checkpoint,
                  WeirClock  *clock,
                  guint       n_threads)
{
  GoldenQuery *self = g_new0 (GoldenQuery, 1);
  GString     *filled = g_string_new (text);

  g_string_replace (filled, "${DIR}", dir, 0);
  self->text = g_string_free (filled, FALSE);
  self->dir = g_strdup (dir);
  self->clock = weir_clock_ref (clock);
  self->session = weir_session_new ();
  self->session->options.checkpoint = g_strdup (checkpoint);
  self->pool = weir_worker_pool_new (n_threads);
  self->catalog = self->session->catalog;
  weir_catalog_set (self->catalog, "spark.sql.session.timeZone", "UTC", NULL);
  self->script = weir_sql_parse (self->text, -1);
  analyze (self, self->script, self->text);
  return self;
}

void
golden_query_free (GoldenQuery *query)
{
  if (query == NULL)
    return;
  golden_query_stop (query);
  _weir_analyzed_query_clear (&query->analyzed);
  g_clear_pointer (&query->script, weir_sql_script_unref);
  g_clear_object (&query->session);
  g_clear_pointer (&query->pool, weir_worker_pool_free);
  g_clear_pointer (&query->clock, weir_clock_unref);
  g_clear_error (&query->error);
  g_free (query->text);
  g_free (query->dir);
  g_free (query);
}

static GPtrArray *
open_sinks (GoldenQuery *self)
{
  g_autoptr (GPtrArray) sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_sink_unref);

  for (guint i = 0; i < self->analyzed.sinks->len; i++)
    {
      WeirTable     *table = self->analyzed.sinks->pdata[i];
      WeirSinkConfig config = { 0 };
      WeirSink      *sink;

      config.format = table->format->name;
      config.table = table->name;
      config.schema = self->analyzed.plan->schema;
      config.options = table->options;
      config.base_dir = table->base_dir;
      config.zone = weir_catalog_get_zone (self->catalog);
      config.mode = _weir_output_mode_to_string (self->analyzed.mode);
      config.hub = self->session->hub;
      config.query_id = self->checkpoint != NULL ? weir_checkpoint_get_id (self->checkpoint) : NULL;
      config.sink_index = i;
      sink = weir_sink_new (&config, &self->error);
      if (sink == NULL)
        return NULL;
      g_ptr_array_add (sinks, sink);
    }
  return g_steal_pointer (&sinks);
}

static WeirStreamRun *
make_run (GoldenQuery       *self,
          WeirAnalyzedQuery *analyzed,
          GPtrArray         *sinks,
          WeirCheckpoint    *checkpoint)
{
  WeirStreamConfig config = { 0 };
  const char      *policy = weir_catalog_get (self->catalog, "spark.sql.streaming.multipleWatermarkPolicy");

  config.plan = analyzed->plan;
  config.is_streaming = analyzed->is_streaming;
  config.mode = analyzed->mode;
  config.zone = weir_catalog_get_zone (self->catalog);
  config.clock = self->clock;
  config.pool = self->pool;
  config.hub = self->session->hub;
  config.sinks = sinks;
  config.checkpoint = checkpoint;
  config.forget_watermarks = g_strcmp0 (weir_catalog_get (self->catalog, "compat.watermark.restart"), "forget") == 0;
  config.ansi = weir_catalog_get_bool (self->catalog, "spark.sql.ansi.enabled");
  config.policy_max = policy != NULL && g_ascii_strcasecmp (policy, "max") == 0;
  config.no_data_batches = weir_catalog_get_bool (self->catalog, "spark.sql.streaming.noDataMicroBatches.enabled");
  config.state_max_bytes = (guint64)weir_catalog_get_int (self->catalog, "weir.state.maxBytes");
  return weir_stream_run_new (&config, &self->error);
}

static gboolean
open_checkpoint (GoldenQuery         *self,
                 const WeirQuerySpec *spec)
{
  g_autoptr (GPtrArray) shape = NULL;

  if (spec->checkpoint == NULL)
    return TRUE;
  shape = weir_plan_shape (self->analyzed.plan, self->analyzed.mode, self->analyzed.sinks);
  self->checkpoint = weir_checkpoint_open (spec->checkpoint, NULL, NULL, &self->error);
  return self->checkpoint != NULL && weir_checkpoint_adopt (self->checkpoint, spec->settings, shape, &self->error);
}

gboolean
golden_query_start (GoldenQuery *query)
{
  WeirQuerySpec spec = { 0 };
  GPtrArray    *replaced = NULL;

  if (query->error != NULL)
    return FALSE;
  if (query->run != NULL)
    return TRUE;
  if (_weir_session_choose_checkpoint (query->session, query->statement, query->text, &query->analyzed, &spec, &replaced, &query->error) &&
      open_checkpoint (query, &spec))
    query->sinks = open_sinks (query);
  if (query->sinks != NULL)
    query->run = make_run (query, &query->analyzed, query->sinks, query->checkpoint);
  _weir_session_restore_settings (query->session, replaced);
  weir_query_spec_clear (&spec);
  if (query->run != NULL)
    weir_stream_run_start (query->run, NULL, NULL);
  return query->run != NULL;
}

void
golden_query_stop (GoldenQuery *query)
{
  g_clear_pointer (&query->run, weir_stream_run_free);
  g_clear_pointer (&query->sinks, g_ptr_array_unref);
  g_clear_pointer (&query->checkpoint, weir_checkpoint_free);
}

GPtrArray *
golden_query_read (GoldenQuery *query,
                   const char  *sql)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);
  g_autoptr (WeirStreamRun) run = NULL;
  g_autoptr (GPtrArray)     rows = g_ptr_array_new_with_free_func (g_free);
  const WeirBatchResult    *result = NULL;
  WeirAnalyzedQuery         analyzed = { 0 };
  const WeirSqlStatement   *statement = weir_sql_script_get_statement (script, 0);

  g_assert_nonnull (statement);
  if (_weir_analyze_statement (query->catalog, statement, sql, NULL, &analyzed, &query->error))
    run = make_run (query, &analyzed, NULL, NULL);
  if (run != NULL)
    {
      WeirBatchRecord *record;

      weir_stream_run_start (run, NULL, NULL);
      record = weir_stream_run_plan_batch (run, TRUE, FALSE, &query->error);
      result = record != NULL ? weir_stream_run_execute (run, record, NULL, &query->error) : NULL;
    }
  for (guint b = 0; result != NULL && b < result->rows->len; b++)
    {
      WeirBatch *batch = result->rows->pdata[b];

      for (guint r = 0; r < batch->n_rows; r++)
        g_ptr_array_add (rows, golden_rows_write (batch, r, weir_catalog_get_zone (query->catalog)));
    }
  _weir_analyzed_query_clear (&analyzed);
  return result != NULL ? g_steal_pointer (&rows) : NULL;
}
