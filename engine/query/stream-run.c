/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/stream-run-private.h"

#include "column/timestamp.h"
#include "plan/catalog.h"
#include "query/formats.h"

#include <string.h>

/*
 * One micro-batch, step by step
 *
 *   plan     ask every stream how far it can go from where the last batch ended; nothing new: perhaps a no-data batch
 *   log      OFFSETS record: ids, offsets, time, watermarks, seed — everything the batch depends on
 *   run      cut the ranges into morsels, decode and compute on the pool; rows come out in their final order
 *   sinks    hand the rows over under the batch id
 *   commit   COMMIT record; the new state is the state; sources may forget; the watermark moves for the next batch
 *
 * Static tables are read again in every batch, so changes there show in later batches.
 *
 * The late watermark of batch N is the eviction watermark of batch N-1 (spark-semantics §1.5.5). A no-data batch has
 * equal offsets on both ends and an id of its own.
 */

typedef struct
{
  guint   n;
  gint64 *delays;
} WatermarkNodes;

static void
collect_watermark_node (WeirPlan *plan,
                        gpointer  data)
{
  WatermarkNodes *nodes = data;
  guint           id;

  if (plan->kind != WEIR_PLAN_EVENT_TIME || !plan->is_streaming)
    return;
  id = plan->event_time.watermark_id;
  if (id >= nodes->n)
    {
      nodes->delays = g_renew (gint64, nodes->delays, id + 1);
      nodes->n = id + 1;
    }
  nodes->delays[id] = plan->event_time.delay_ms;
}

static char *
resolve_secret (const char *value,
                GHashTable *secrets)
{
  g_autofree char *name = secrets != NULL ? weir_option_secret_name (value) : NULL;
  const char      *secret = name != NULL ? g_hash_table_lookup (secrets, name) : NULL;

  return g_strdup (secret != NULL ? secret : value);
}

GHashTable *
_weir_resolve_options (WeirTable  *table,
                       GHashTable *with,
                       GHashTable *secrets)
{
  GHashTable    *options = weir_table_merge_options (table, with);
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_hash_table_iter_replace (&iter, resolve_secret (value, secrets));
  return options;
}

/* Where a source keeps its own log; NULL without a checkpoint. (transfer full) */
static char *
source_dir (WeirStreamRun *self,
            guint          source_id)
{
  g_autofree char *number = g_strdup_printf ("%u", source_id);

  if (self->config.checkpoint == NULL || source_id == G_MAXUINT)
    return NULL;
  return g_build_filename (weir_checkpoint_get_dir (self->config.checkpoint), "sources", number, NULL);
}

gboolean
_weir_read_static_option (GHashTable *options,
                          WeirPlan   *scan,
                          gboolean   *is_cached,
                          GError    **error)
{
  const char *value = g_hash_table_lookup (options, "static");

  *is_cached = FALSE;
  if (value == NULL || g_ascii_strcasecmp (value, "reread") == 0)
    return TRUE;
  if (g_ascii_strcasecmp (value, "cached") != 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", scan->span,
                      "Option static takes 'reread' (in every batch) or 'cached' (once, when the query starts); not '%s'.", value);
  *is_cached = !scan->is_streaming;
  return TRUE;
}

/* A setting stands where neither the table nor WITH says. (transfer full) */
static GHashTable *
scan_options (WeirStreamRun  *self,
              const WeirPlan *scan)
{
  static const char key[] = "ignoremissingfiles";
  WeirTable        *table = scan->scan.table;
  GHashTable       *options = _weir_resolve_options (table, scan->scan.options, self->config.secrets);

  if (self->config.ignore_missing_files && table->format->options != NULL && g_strv_contains (table->format->options, key) && !g_hash_table_contains (options, key))
    g_hash_table_insert (options, g_strdup (key), g_strdup ("true"));
  return options;
}

static gboolean
open_scan (WeirStreamRun *self,
           guint          scan_id,
           GError       **error)
{
  WeirRunScan           *scan = &self->scans[scan_id];
  WeirTable             *table;
  g_autoptr (GHashTable) options = NULL;
  g_autofree char       *wal_dir = NULL;
  WeirSourceConfig       config = { 0 };

  scan->plan = weir_pipeline_get_scan (self->pipeline, scan_id);
  scan->source_id = scan->plan->is_streaming ? scan->plan->scan.source_id : G_MAXUINT;
  g_mutex_init (&scan->decode_lock);
  table = scan->plan->scan.table;
  options = scan_options (self, scan->plan);
  config.format = table->format->name;
  config.table = table->name;
  config.schema = scan->plan->scan.table_schema;
  config.is_declared = table->declared != NULL;
  config.needed = scan->plan->scan.needed;
  if (!_weir_read_static_option (options, scan->plan, &scan->is_cached, error))
    return FALSE;
  config.options = options;
  config.base_dir = table->base_dir;
  config.zone = self->config.zone;
  config.clock = self->config.clock;
  config.is_streaming = scan->plan->is_streaming;
  config.retry_us = self->config.retry_us;
  config.hub = self->config.hub;
  config.wal_dir = wal_dir = source_dir (self, scan->source_id);
  scan->source = weir_source_new (&config, error);
  scan->committed = g_strdup ("");
  if (scan->source == NULL && error != NULL)
    weir_error_set_span (*error, scan->plan->span);
  return scan->source != NULL;
}

static WeirPipelineOptions
pipeline_options (const WeirStreamConfig *config)
{
  return (WeirPipelineOptions){
    .mode = config->mode,
    .zone = config->zone,
    .ansi = config->ansi,
    .pool = config->pool,
    .state_max_bytes = config->state_max_bytes,
    .is_streaming = config->is_streaming,
  };
}

WeirStreamRun *
weir_stream_run_new (const WeirStreamConfig *config,
                     GError                **error)
{
  g_autoptr (WeirStreamRun) self = g_new0 (WeirStreamRun, 1);
  WatermarkNodes            nodes = { 0 };
  WeirPipelineOptions       options;

  self->config = *config;
  weir_plan_ref (config->plan);
  weir_zone_ref (config->zone);
  weir_clock_ref (config->clock);
  if (config->sinks != NULL)
    g_ptr_array_ref (config->sinks);
  if (config->secrets != NULL)
    g_hash_table_ref (config->secrets);
  options = pipeline_options (config);
  self->pipeline = weir_pipeline_new (config->plan, &options, error);
  if (self->pipeline == NULL)
    return NULL;
  weir_plan_foreach (config->plan, collect_watermark_node, &nodes);
  self->tracker = weir_watermark_tracker_new (nodes.n, nodes.delays, config->policy_max);
  g_free (nodes.delays);
  self->n_scans = weir_pipeline_get_n_scans (self->pipeline);
  self->scans = g_new0 (WeirRunScan, MAX (self->n_scans, 1));
  self->source_scans = g_new0 (guint, MAX (self->n_scans, 1));
  for (guint i = 0; i < self->n_scans; i++)
    {
      if (!open_scan (self, i, error))
        return NULL;
      if (self->scans[i].source_id != G_MAXUINT)
        {
          self->source_scans[self->scans[i].source_id] = i;
          self->n_sources = MAX (self->n_sources, self->scans[i].source_id + 1);
        }
    }
  self->sink_progress = g_new (gint64, config->sinks != NULL ? config->sinks->len + 1 : 1);
  for (guint i = 0; config->sinks != NULL && i < config->sinks->len; i++)
    self->sink_progress[i] = -1;
  if (config->checkpoint != NULL && !_weir_stream_run_recover (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static void
clear_result (WeirStreamRun *self)
{
  WeirBatchResult *result = &self->result;

  for (guint i = 0; result->decode != NULL && i < self->n_scans; i++)
    weir_decode_stats_clear (&result->decode[i]);
  g_clear_pointer (&result->decode, g_free);
  g_clear_pointer (&result->record, weir_batch_record_free);
  g_clear_pointer (&result->rows, g_ptr_array_unref);
  weir_batch_stats_clear (&result->stats);
  memset (result, 0, sizeof *result);
}

void
weir_stream_run_free (WeirStreamRun *run)
{
  if (run == NULL)
    return;
  weir_stream_run_stop (run);
  clear_result (run);
  weir_logged_batch_free (run->pending);
  weir_batch_record_free (run->again);
  g_free (run->sink_progress);
  for (guint i = 0; i < run->n_scans; i++)
    {
      g_clear_pointer (&run->scans[i].source, weir_source_unref);
      g_free (run->scans[i].committed);
      g_clear_pointer (&run->scans[i].cache, g_ptr_array_unref);
      g_mutex_clear (&run->scans[i].decode_lock);
    }
  g_free (run->scans);
  g_free (run->source_scans);
  weir_watermark_tracker_free (run->tracker);
  weir_pipeline_free (run->pipeline);
  weir_plan_unref (run->config.plan);
  weir_zone_unref (run->config.zone);
  weir_clock_unref (run->config.clock);
  g_clear_pointer (&run->config.sinks, g_ptr_array_unref);
  g_clear_pointer (&run->config.secrets, g_hash_table_unref);
  g_free (run);
}

void
weir_stream_run_start (WeirStreamRun   *run,
                       WeirSourceNotify notify,
                       gpointer         data)
{
  run->started = TRUE;
  for (guint i = 0; i < run->n_scans; i++)
    {
      weir_source_set_notify (run->scans[i].source, notify, data);
      run->scans[i].source->klass->start (run->scans[i].source);
    }
}

void
weir_stream_run_stop (WeirStreamRun *run)
{
  if (!run->started)
    return;
  run->started = FALSE;
  for (guint i = 0; i < run->n_scans; i++)
    {
      WeirSource *source = run->scans[i].source;

      weir_source_set_notify (source, NULL, NULL);
      weir_source_stop (source);
    }
}

gboolean
weir_stream_run_freeze (WeirStreamRun *run,
                        GError       **error)
{
  gboolean all = TRUE;

  for (guint i = 0; i < run->n_scans; i++)
    {
      g_autofree char *end = NULL;
      GError          *local = NULL;

      if (run->scans[i].source_id == G_MAXUINT)
        continue;
      end = run->scans[i].source->klass->freeze (run->scans[i].source, &local);
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return FALSE;
        }
      all = all && end != NULL;
    }
  return all;
}

/* Fills from and to; TRUE when some stream has something new. */
static gboolean
plan_offsets (WeirStreamRun   *self,
              WeirBatchRecord *record,
              gboolean         unlimited,
              gboolean        *has_new,
              GError         **error)
{
  *has_new = FALSE;
  for (guint i = 0; i < self->n_sources; i++)
    {
      WeirRunScan *scan = &self->scans[self->source_scans[i]];

      record->from[i] = g_strdup (scan->committed);
      record->to[i] = scan->source->klass->latest (scan->source, scan->committed, unlimited, error);
      if (record->to[i] == NULL)
        return FALSE;
      *has_new = *has_new || strcmp (record->from[i], record->to[i]) != 0;
    }
  return TRUE;
}

WeirBatchRecord *
weir_stream_run_plan_batch (WeirStreamRun *run,
                            gboolean       unlimited,
                            gboolean       allow_no_data,
                            GError       **error)
{
  g_autoptr (WeirBatchRecord) record = weir_batch_record_new (run->n_sources);
  gboolean                    has_new;
  gint64                      watermark_ms = weir_watermark_tracker_get_global (run->tracker);
  gint64                      planning;

  clear_result (run);
  run->result.started_us = weir_clock_now_us (run->config.clock);
  run->result.phases.trigger_execution = -g_get_monotonic_time ();
  if (!run->asked_sinks && !_weir_stream_run_ask_sinks (run, error))
    return NULL;
  if (run->pending != NULL)
    return weir_batch_record_copy (run->pending->record);
  if (run->again != NULL)
    return g_steal_pointer (&run->again);
  if (!plan_offsets (run, record, unlimited, &has_new, error))
    return NULL;
  planning = g_get_monotonic_time ();
  run->result.phases.latest_offset = planning + run->result.phases.trigger_execution;
  if (!has_new && run->config.is_streaming)
    {
      if (!allow_no_data || !run->config.no_data_batches || !run->has_run ||
          !weir_pipeline_wants_no_data_batch (run->pipeline, watermark_ms, run->used_watermark_ms))
        {
          run->result.phases.trigger_execution += g_get_monotonic_time ();
          return NULL;
        }
      record->is_no_data = TRUE;
    }
  record->batch_id = run->next_batch_id;
  /* Spark's batch time is in milliseconds, and so is what current_timestamp() gives on a stream. */
  record->now_us = weir_clock_now_us (run->config.clock);
  if (run->config.is_streaming)
    record->now_us -= weir_floor_mod (record->now_us, 1000);
  record->seed = record->batch_id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + (guint64)record->now_us;
  record->watermark_ms = watermark_ms;
  record->late_watermark_ms = run->used_watermark_ms;
  run->result.phases.query_planning = g_get_monotonic_time () - planning;
  return g_steal_pointer (&record);
}

guint
weir_stream_run_get_n_scans (WeirStreamRun *run)
{
  return run->n_scans;
}

WeirSource *
weir_stream_run_get_source (WeirStreamRun *run,
                            guint          scan_id)
{
  return run->scans[scan_id].source;
}

WeirPlan *
weir_stream_run_get_scan (WeirStreamRun *run,
                          guint          scan_id)
{
  return run->scans[scan_id].plan;
}

WeirPipeline *
weir_stream_run_get_pipeline (WeirStreamRun *run)
{
  return run->pipeline;
}

gint64
weir_stream_run_get_watermark_ms (WeirStreamRun *run)
{
  return weir_watermark_tracker_get_global (run->tracker);
}

gboolean
weir_stream_run_has_watermark (WeirStreamRun *run)
{
  return weir_watermark_tracker_has_nodes (run->tracker);
}

guint64
weir_stream_run_get_next_batch_id (WeirStreamRun *run)
{
  return run->next_batch_id;
}

WeirPlan *
weir_stream_run_get_plan (WeirStreamRun *run)
{
  return run->config.plan;
}

const char *
weir_stream_run_get_committed (WeirStreamRun *run,
                               guint          scan_id)
{
  return run->scans[scan_id].committed;
}

gint64
weir_stream_run_get_node_watermark_ms (WeirStreamRun *run,
                                       guint          watermark_id)
{
  return weir_watermark_tracker_get_node (run->tracker, watermark_id);
}

const WeirBatchResult *
weir_stream_run_peek (WeirStreamRun *run)
{
  return &run->result;
}

gboolean
weir_stream_run_reload_state (WeirStreamRun *run,
                              GError       **error)
{
  g_autoptr (GPtrArray)    pieces = weir_pipeline_snapshot (run->pipeline);
  g_autoptr (GBytes)       state = weir_pieces_join (pieces);
  g_autoptr (WeirPipeline) fresh = NULL;
  WeirPipelineOptions      options = pipeline_options (&run->config);

  fresh = weir_pipeline_new (run->config.plan, &options, error);
  if (fresh == NULL || !weir_pipeline_restore (fresh, state, error))
    return FALSE;
  weir_pipeline_free (run->pipeline);
  run->pipeline = g_steal_pointer (&fresh);
  for (guint i = 0; i < run->n_scans; i++)
    run->scans[i].plan = weir_pipeline_get_scan (run->pipeline, i);
  return TRUE;
}

GPtrArray *
weir_stream_run_list_open (WeirStreamRun *run,
                           gint64         now_us,
                           guint          rows_max,
                           guint64       *n_left_out,
                           GError       **error)
{
  WeirBatchInput input = { .now_us = now_us, .late_watermark_ms = run->used_watermark_ms, .evict_watermark_ms = run->used_watermark_ms };

  return weir_pipeline_list_open (run->pipeline, &input, rows_max, n_left_out, error);
}

gboolean
weir_stream_run_has_pending (WeirStreamRun *run)
{
  return run->pending != NULL;
}
