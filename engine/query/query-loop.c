/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/open-windows.h"
#include "query/progress-private.h"
#include "query/retry.h"

#include "base/limits.h"
#include "plan/catalog.h"
#include "query/plan-shape.h"
#include "query/worker.h"

#include <string.h>

/*
 * The thread of a running query: a main context of its own drives the source readers and the trigger. A tick plans a batch
 * and runs it; heavy work is in the shared pool, so this thread mostly waits. After a batch the next tick follows at once
 * (interval 0) or at the next multiple of the interval; with nothing to do it follows a source's notify, or a poll.
 *
 *   processing time   tick → batch or nothing → tick …             until stopped
 *   once              wait for the ends to be known → one batch without limits → end; no no-data batch
 *   available now     wait for the ends → batches up to them → a no-data batch if one is due → end
 *   batch query       as once, over static scans
 */

/* Sources notify; this is for what cannot (a file system without change notices), and for a manual clock. */
#define POLL_INTERVAL_MS 250

/* What came of a source in this run. */
typedef struct
{
  guint64 rows;
  gint64  last_us; /* clock; 0: nothing */
} Arrivals;

/* Of which scan a status is. */
typedef struct
{
  WeirQuery *query; /* Borrowed */
  guint      scan_id;
} SourceWatch;

typedef struct
{
  WeirQuery       *query;      /* Borrowed */
  WeirStreamRun   *run;        /* Owned */
  Arrivals        *arrivals;   /* Owned, by scan id */
  WeirCheckpoint  *checkpoint; /* Owned, nullable */
  GPtrArray       *sinks;      /* Owned: WeirSink */
  WeirResultShape *shape;      /* Owned */
  WeirResultTable *table;      /* Owned, nullable */
  WeirOpenWindows  open;
  GSource         *tick;          /* Owned */
  SourceWatch     *watches;       /* Owned */
  gint64           last_start_us; /* of the last batch, clock */
  gint64           previous_us;   /* start of the trigger that rates are counted from, clock; 0: none */
  gint64           idle_said_us;  /* monotonic: the last progress record; 0: none */
  WeirProgress    *last;          /* Owned, nullable: of the last batch */
  gint64           deadline_us;   /* monotonic; 0: none */
  guint64          n_batches;
  gboolean         frozen;
  gboolean         running;
  gboolean         closing;
  WeirRetry        retry;
  char            *warned; /* Owned, nullable: what a sink said last */
  GError          *error;  /* Owned */
} Loop;

static void
warn_cb (const char *text,
         gpointer    data)
{
  Loop *self = data;

  /* Sinks are opened again while another one cannot be. */
  if (g_strcmp0 (self->warned, text) == 0)
    return;
  g_free (self->warned);
  self->warned = g_strdup (text);
  _weir_query_message (self->query, text);
}

static gboolean
open_sinks (Loop    *self,
            GError **error)
{
  const WeirQuerySpec *spec = &self->query->spec;

  self->sinks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_sink_unref);
  for (guint i = 0; spec->sinks != NULL && i < spec->sinks->len; i++)
    {
      WeirTable             *table = spec->sinks->pdata[i];
      g_autoptr (GHashTable) options = _weir_resolve_options (table->options, NULL, spec->secrets);
      WeirSinkConfig         config = { 0 };
      WeirSink              *sink;

      config.format = table->format->name;
      config.table = table->name;
      config.hub = spec->hub;
      config.schema = spec->plan->schema;
      config.options = options;
      config.base_dir = table->base_dir;
      config.zone = spec->zone;
      config.mode = spec->is_streaming ? _weir_output_mode_to_string (spec->mode) : NULL;
      config.cancellable = self->query->cancellable;
      config.query_name = spec->name;
      config.query_id = self->checkpoint != NULL ? weir_checkpoint_get_id (self->checkpoint) : NULL;
      config.sink_index = i;
      config.retry_us = spec->retry_us;
      config.warn = warn_cb;
      config.warn_data = self;
      sink = weir_sink_new (&config, error);
      if (sink == NULL)
        return FALSE;
      g_ptr_array_add (self->sinks, sink);
    }
  return TRUE;
}

/* Before sinks and sources: they may write, and a query that does not fit its checkpoint writes nothing. */
static gboolean
open_checkpoint (Loop    *self,
                 GError **error)
{
  WeirQuery            *query = self->query;
  const WeirQuerySpec  *spec = &query->spec;
  g_autoptr (GPtrArray) shape = NULL;

  if (spec->checkpoint == NULL)
    return TRUE;
  self->checkpoint = weir_checkpoint_open (spec->checkpoint, query->id, query->run_id, error);
  if (self->checkpoint == NULL)
    return FALSE;
  shape = weir_plan_shape (spec->plan, spec->mode, spec->sinks);
  if (!weir_checkpoint_adopt (self->checkpoint, spec->settings, shape, error))
    return FALSE;
  if (strcmp (query->id, weir_checkpoint_get_id (self->checkpoint)) != 0)
    {
      g_free (query->first_id);
      query->first_id = query->id;
      g_atomic_pointer_set (&query->id, g_strdup (weir_checkpoint_get_id (self->checkpoint)));
    }
  return TRUE;
}

static gboolean
open_run (Loop    *self,
          GError **error)
{
  const WeirQuerySpec *spec = &self->query->spec;
  WeirStreamConfig     config = { 0 };
  const guint         *key;
  guint                n_key = 0;

  if (!open_checkpoint (self, error) || !open_sinks (self, error))
    return FALSE;
  config.plan = spec->plan;
  config.is_streaming = spec->is_streaming;
  config.mode = spec->mode;
  config.zone = spec->zone;
  config.clock = spec->clock;
  config.pool = weir_worker_pool_shared ();
  config.ansi = spec->ansi;
  config.policy_max = spec->policy_max;
  config.no_data_batches = spec->no_data_batches;
  config.ignore_missing_files = spec->ignore_missing_files;
  config.state_max_bytes = spec->state_max_bytes;
  config.retry_us = spec->retry_us;
  config.hub = spec->hub;
  config.sinks = self->sinks;
  config.secrets = spec->secrets;
  config.checkpoint = self->checkpoint;
  config.forget_watermarks = spec->forget_watermarks;
  self->run = weir_stream_run_new (&config, error);
  if (self->run == NULL)
    return FALSE;
  /* Not before all else has agreed: a query that is refused leaves the text of the one before. */
  if (self->checkpoint != NULL && !weir_checkpoint_keep_script (self->checkpoint, spec->kept_script, error))
    return FALSE;
  self->arrivals = g_new0 (Arrivals, MAX (weir_stream_run_get_n_scans (self->run), 1));
  key = weir_pipeline_get_result_key (weir_stream_run_get_pipeline (self->run), &n_key);
  self->shape = weir_result_shape_new (spec->plan->schema, spec->plan, spec->zone, spec->mode, key, key != NULL ? n_key : 0);
  if (self->query->keep_result)
    self->table = weir_result_table_new (self->shape, key, key != NULL ? n_key : 0, spec->result_rows_max, spec->result_bytes_max);
  g_mutex_lock (&self->query->lock);
  g_free (self->query->explained);
  self->query->explained = weir_pipeline_explain (weir_stream_run_get_pipeline (self->run));
  g_mutex_unlock (&self->query->lock);
  return TRUE;
}

static const char *
source_state_name (WeirSourceState state)
{
  static const char *const names[] = { "idle", "connecting", "connected", "retrying", "ended", "failed" };

  return names[state];
}

/* Copies every source's status for the readers; TRUE when one is on its way to a connection. */
static gboolean
publish_sources (Loop *self)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func (_weir_source_info_free);
  gboolean   waiting = FALSE;
  gint64     now_us = g_get_monotonic_time ();

  for (guint i = 0; i < weir_stream_run_get_n_scans (self->run); i++)
    {
      WeirTable       *table = weir_stream_run_get_scan (self->run, i)->scan.table;
      WeirSourceInfo  *info = g_new0 (WeirSourceInfo, 1);
      WeirSourceStatus status = { 0 };

      weir_source_get_status (weir_stream_run_get_source (self->run, i), &status);
      info->table = g_strdup (table->name);
      info->format = table->format->name;
      info->state = source_state_name (status.state);
      info->message = g_strdup (status.message);
      info->retry_in_us = status.retry_at_us > 0 ? MAX (0, status.retry_at_us - now_us) : -1;
      info->rows_total = self->arrivals[i].rows;
      info->last_row_us = self->arrivals[i].last_us;
      waiting = waiting || status.state == WEIR_SOURCE_CONNECTING || status.state == WEIR_SOURCE_RETRYING;
      if (status.state == WEIR_SOURCE_FAILED && self->error == NULL)
        self->error = weir_error_new (WEIR_ERROR_RUN, "STREAM_FAILED", weir_stream_run_get_scan (self->run, i)->span, "%s",
                                      status.message != NULL ? status.message : "The source failed.");
      weir_source_status_clear (&status);
      g_ptr_array_add (infos, info);
    }
  g_mutex_lock (&self->query->lock);
  g_clear_pointer (&self->query->sources, g_ptr_array_unref);
  self->query->sources = infos;
  g_mutex_unlock (&self->query->lock);
  _weir_query_post (self->query, WEIR_EVENT_SOURCES);
  return waiting;
}

/* A source's status while a batch keeps the loop from publish_sources(); any thread. */
static void
source_status_cb (const WeirSourceStatus *status,
                  gpointer                data)
{
  SourceWatch *watch = data;

  g_mutex_lock (&watch->query->lock);
  if (watch->query->sources != NULL && watch->scan_id < watch->query->sources->len)
    {
      WeirSourceInfo *info = watch->query->sources->pdata[watch->scan_id];

      info->state = source_state_name (status->state);
      g_free ((char *)info->message);
      info->message = g_strdup (status->message);
      info->retry_in_us = status->retry_at_us > 0 ? MAX (0, status->retry_at_us - g_get_monotonic_time ()) : -1;
    }
  g_mutex_unlock (&watch->query->lock);
  _weir_query_post (watch->query, WEIR_EVENT_SOURCES);
}

static void
watch_sources (Loop *self)
{
  guint n = weir_stream_run_get_n_scans (self->run);

  self->watches = g_new0 (SourceWatch, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      self->watches[i] = (SourceWatch){ self->query, i };
      weir_source_set_status_func (weir_stream_run_get_source (self->run, i), source_status_cb, &self->watches[i]);
    }
}

static void
unwatch_sources (Loop *self)
{
  for (guint i = 0; i < weir_stream_run_get_n_scans (self->run); i++)
    weir_source_set_status_func (weir_stream_run_get_source (self->run, i), NULL, NULL);
  g_clear_pointer (&self->watches, g_free);
}

static void
update_state (Loop *self)
{
  gboolean       waiting = publish_sources (self);
  WeirQueryState state = weir_query_get_state (self->query);
  WeirQueryState wanted = waiting || self->retry.since_us != 0 ? WEIR_QUERY_WAITING : WEIR_QUERY_RUNNING;

  if (state != WEIR_QUERY_STOPPING && state != wanted)
    _weir_query_set_state (self->query, wanted, NULL);
}

static void
schedule (Loop  *self,
          gint64 delay_us)
{
  g_source_set_ready_time (self->tick, g_get_monotonic_time () + delay_us);
}

static void
finish (Loop *self)
{
  self->closing = TRUE;
  g_main_loop_quit (self->query->loop);
}

static void
fail (Loop   *self,
      GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  finish (self);
}

/* In the query's thread: something arrived, or a connection changed. */
static void
source_notify_cb (WeirSource *source,
                  gpointer    data)
{
  Loop *self = data;

  if (self->closing)
    return;
  update_state (self);
  if (self->error != NULL)
    finish (self);
  else if (!self->running && self->retry.since_us == 0 && (self->query->spec.trigger.kind != WEIR_TRIGGER_PROCESSING_TIME || self->query->spec.trigger.interval_us == 0))
    g_source_set_ready_time (self->tick, 0);
}

static void
add_bad_samples (Loop                  *self,
                 const WeirBatchResult *result)
{
  for (guint scan = 0; scan < weir_stream_run_get_n_scans (self->run); scan++)
    {
      const WeirDecodeStats *stats = &result->decode[scan];
      guint                  first = stats->n_samples < WEIR_DECODE_SAMPLES ? 0 : stats->next_sample;

      for (guint i = 0; i < stats->n_samples; i++)
        {
          const WeirDecodeSample *bad = &stats->samples[(first + i) % WEIR_DECODE_SAMPLES];
          g_autofree char        *position = NULL;
          g_autoptr (GBytes)      raw = g_bytes_new (bad->text, strlen (bad->text));
          WeirSample              sample = { 0 };

          if (bad->offset != G_MAXUINT64)
            position = g_strdup_printf ("byte %" G_GUINT64_FORMAT, bad->offset);
          sample.seen_us = result->started_us;
          sample.reason = bad->reason;
          sample.source = weir_stream_run_get_scan (self->run, scan)->scan.table->name;
          sample.position = position;
          sample.raw = raw;
          weir_samples_add (&self->query->samples, WEIR_SAMPLE_BAD, &sample);
        }
    }
}

/* With the lock. */
static void
keep_newest (WeirQuery    *query,
             WeirProgress *progress)
{
  WeirSample         sample = { 0 };
  g_autoptr (GBytes) raw = NULL;
  const char        *row = weir_progress_get_newest_row (progress);

  if (weir_progress_get_newest_event_us (progress) <= query->newest_event_us)
    return;
  query->newest_event_us = weir_progress_get_newest_event_us (progress);
  g_free (query->newest_row);
  query->newest_row = g_strdup (row);
  raw = row != NULL ? g_bytes_new (row, strlen (row)) : g_bytes_new (NULL, 0);
  sample.seen_us = weir_progress_get_timestamp_us (progress);
  sample.event_time_us = query->newest_event_us;
  sample.source = progress->newest_source;
  sample.position = progress->newest_place;
  sample.raw = raw;
  weir_samples_add (&query->samples, WEIR_SAMPLE_NEWEST, &sample);
}

static void
add_late_samples (Loop                  *self,
                  const WeirBatchResult *result)
{
  for (guint i = 0; result->stats.late_samples != NULL && i < result->stats.late_samples->len; i++)
    {
      const WeirLateSample *late = result->stats.late_samples->pdata[i];
      g_autoptr (GBytes)    raw = g_bytes_new (late->row_json, MIN (strlen (late->row_json), WEIR_SAMPLE_BYTES_MAX));
      WeirSample            sample = { 0 };

      sample.seen_us = result->started_us;
      sample.event_time_us = late->event_time_us;
      sample.source = weir_stream_run_get_scan (self->run, 0)->scan.table->name;
      sample.raw = raw;
      weir_samples_add (&self->query->samples, WEIR_SAMPLE_LATE, &sample);
    }
}

/* Rows that passed the last filter below the first stateful operator: what an operator nearest the leaves let through. */
static guint64
count_passed (const WeirBatchResult *result)
{
  guint64 passed = result->stats.rows_in;

  for (guint i = 0; i < result->stats.n_ops; i++)
    if (g_str_has_prefix (result->stats.ops[i].label, "Filter"))
      passed = MIN (passed, result->stats.ops[i].rows_out);
  return passed;
}

static void
count_arrivals (Loop                  *self,
                const WeirBatchResult *result)
{
  for (guint i = 0; result->stats.scan_rows != NULL && i < weir_stream_run_get_n_scans (self->run); i++)
    if (result->stats.scan_rows[i] > 0)
      {
        self->arrivals[i].rows += result->stats.scan_rows[i];
        self->arrivals[i].last_us = result->started_us;
      }
  publish_sources (self);
}

static void
publish_batch (Loop                  *self,
               const WeirBatchResult *result)
{
  WeirQuery          *query = self->query;
  WeirProgressContext context = { query->id, query->run_id, query->spec.name, self->previous_us };
  WeirProgress       *progress = weir_progress_new (result, self->run, &context, self->sinks);
  guint64             late = weir_progress_get_n_late_rows (progress), bad = weir_progress_get_n_bad_rows (progress);

  g_mutex_lock (&query->lock);
  _weir_query_push_progress (query, progress);
  query->rows_in += result->stats.rows_in;
  query->rows_out += result->stats.rows_out;
  query->rows_late += late;
  query->rows_bad += bad;
  query->rows_passed += count_passed (result);
  keep_newest (query, progress);
  query->watermark_us = weir_stream_run_has_watermark (self->run) ? weir_stream_run_get_watermark_ms (self->run) * 1000 : G_MININT64;
  if (bad > 0)
    add_bad_samples (self, result);
  if (late > 0)
    add_late_samples (self, result);
  g_mutex_unlock (&query->lock);
  if (query->progress_func != NULL)
    query->progress_func (query, progress, query->progress_data);
  _weir_query_post (query, WEIR_EVENT_PROGRESS | (bad + late > 0 ? WEIR_EVENT_SAMPLES : 0));
  g_clear_pointer (&self->last, weir_progress_unref);
  self->last = progress;
  self->idle_said_us = g_get_monotonic_time ();
}

/* A trigger found nothing: said once, then every `noDataProgressEventInterval`. */
static void
publish_idle (Loop *self)
{
  WeirQuery               *query = self->query;
  WeirProgressContext      context = { query->id, query->run_id, query->spec.name, self->previous_us };
  g_autoptr (WeirProgress) progress = NULL;
  gint64                   now_us = g_get_monotonic_time ();

  if (!query->spec.is_streaming || (self->idle_said_us != 0 && now_us - self->idle_said_us < query->spec.idle_us))
    return;
  self->idle_said_us = now_us;
  progress = weir_progress_new_idle (self->run, &context, self->sinks, self->last);
  if (self->previous_us == 0 || query->spec.trigger.interval_us > 0)
    self->previous_us = weir_progress_get_timestamp_us (progress);
  g_mutex_lock (&query->lock);
  _weir_query_push_progress (query, progress);
  g_mutex_unlock (&query->lock);
  _weir_query_post (query, WEIR_EVENT_PROGRESS);
}

static void
publish_rows (Loop                  *self,
              const WeirBatchResult *result)
{
  WeirQuery *query = self->query;

  if (query->row_func != NULL)
    {
      if (result->rows->len > 0)
        {
          g_autoptr (WeirRows) rows = weir_rows_new (self->shape, g_ptr_array_ref (result->rows));

          query->row_func (query, result->record->batch_id, rows, query->row_data);
        }
      query->row_func (query, result->record->batch_id, NULL, query->row_data);
    }
  if (self->table != NULL)
    {
      weir_result_table_set_keeps_changes (self->table, g_atomic_int_get (&query->shows_changes));
      weir_result_table_apply (self->table, result->record->batch_id, result->rows, result->started_us,
                               query->watermark_us, query->newest_event_us);
      _weir_open_windows_update (&self->open, result);
      _weir_query_publish_snapshot (query, self->table);
    }
}

static void
publish_checkpoint (Loop *self)
{
  if (self->checkpoint != NULL)
    _weir_query_set_notice (self->query, weir_checkpoint_get_trouble (self->checkpoint));
}

static void
set_replaying (Loop    *self,
               gboolean is_replaying)
{
  g_mutex_lock (&self->query->lock);
  self->query->is_replaying = is_replaying;
  g_mutex_unlock (&self->query->lock);
}

/* One batch. FALSE: there was nothing to do, or an error. */
static gboolean
run_one (Loop    *self,
         gboolean unlimited,
         gboolean allow_no_data,
         GError **error)
{
  const WeirBatchResult *result;
  WeirBatchRecord       *record;
  guint64                asked = _weir_query_begin_trigger (self->query);
  gboolean               has_interval = self->query->spec.trigger.interval_us > 0;

  publish_checkpoint (self);
  record = weir_stream_run_plan_batch (self->run, unlimited, allow_no_data, error);
  if (record == NULL)
    {
      if (error == NULL || *error == NULL)
        publish_idle (self);
      _weir_query_end_trigger (self->query, asked, FALSE, has_interval);
      return FALSE;
    }
  _weir_query_set_status (self->query, record->is_no_data ? "No new data but cleaning up state" : "Processing new data", !record->is_no_data);
  set_replaying (self, self->n_batches == 0 && weir_stream_run_has_pending (self->run));
  self->running = TRUE;
  result = weir_stream_run_execute (self->run, record, self->query->cancellable, error);
  self->running = FALSE;
  if (result == NULL)
    {
      set_replaying (self, FALSE);
      return FALSE;
    }
  _weir_retry_done (&self->retry, self->query);
  count_arrivals (self, result);
  publish_batch (self, result);
  publish_rows (self, result);
  publish_checkpoint (self);
  set_replaying (self, FALSE);
  self->last_start_us = self->previous_us = result->started_us;
  self->n_batches++;
  _weir_query_end_trigger (self->query, asked, TRUE, has_interval);
  return TRUE;
}

static gboolean
is_over (Loop *self)
{
  const WeirQuerySpec *spec = &self->query->spec;

  return (spec->max_batches > 0 && self->n_batches >= spec->max_batches) ||
         (self->deadline_us > 0 && g_get_monotonic_time () >= self->deadline_us) ||
         g_cancellable_is_cancelled (self->query->cancellable);
}

/* Takes @error. */
static void
fail_or_retry (Loop   *self,
               GError *error)
{
  gint64 delay_us;

  if (!_weir_retry_failed (&self->retry, self->query, error, &delay_us))
    {
      fail (self, error);
      return;
    }
  g_error_free (error);
  schedule (self, delay_us);
}

static void
tick_processing_time (Loop *self)
{
  const WeirTrigger *trigger = &self->query->spec.trigger;
  GError            *error = NULL;
  gboolean           ran;
  gint64             now_us, next_us;

  if (!_weir_query_may_run (self->query))
    return;
  ran = run_one (self, FALSE, TRUE, &error);
  if (error != NULL)
    {
      fail_or_retry (self, error);
      return;
    }
  if (is_over (self))
    {
      finish (self);
      return;
    }
  now_us = weir_clock_now_us (self->query->spec.clock);
  if (trigger->interval_us > 0)
    {
      next_us = weir_trigger_next (trigger, ran ? self->last_start_us : now_us, now_us);
      schedule (self, next_us - now_us);
    }
  else
    schedule (self, ran ? 0 : POLL_INTERVAL_MS * 1000);
}

/* once, available-now and batch queries: up to ends that are fixed first. */
static void
tick_bounded (Loop *self)
{
  gboolean once = !self->query->spec.is_streaming || self->query->spec.trigger.kind == WEIR_TRIGGER_ONCE;
  GError  *error = NULL;
  gboolean ran;

  if (!self->frozen)
    {
      self->frozen = weir_stream_run_freeze (self->run, &error);
      if (error != NULL)
        fail (self, error);
      else if (is_over (self))
        finish (self);
      else
        schedule (self, self->frozen ? 0 : POLL_INTERVAL_MS * 1000);
      return;
    }
  if (!_weir_query_may_run (self->query))
    return;
  ran = run_one (self, once, FALSE, &error);
  if (error == NULL && !ran && !once)
    run_one (self, FALSE, TRUE, &error);
  if (error != NULL)
    fail_or_retry (self, error);
  else if (!ran || once || is_over (self))
    finish (self);
  else
    schedule (self, 0);
}

static gboolean
tick_cb (gpointer data)
{
  Loop *self = data;

  g_source_set_ready_time (self->tick, -1);
  if (g_cancellable_is_cancelled (self->query->cancellable) ||
      (self->deadline_us > 0 && g_get_monotonic_time () >= self->deadline_us))
    {
      finish (self);
      return G_SOURCE_CONTINUE;
    }
  update_state (self);
  if (self->error != NULL)
    finish (self);
  else if (self->query->spec.is_streaming && self->query->spec.trigger.kind == WEIR_TRIGGER_PROCESSING_TIME)
    tick_processing_time (self);
  else
    tick_bounded (self);
  if (self->deadline_us > 0 && !self->closing && g_source_get_ready_time (self->tick) > self->deadline_us)
    g_source_set_ready_time (self->tick, self->deadline_us);
  return G_SOURCE_CONTINUE;
}

static gboolean
tick_dispatch (GSource    *source,
               GSourceFunc callback,
               gpointer    data)
{
  return callback (data);
}

static GSourceFuncs tick_funcs = { .dispatch = tick_dispatch };

static void
run_loop (Loop *self)
{
  self->tick = g_source_new (&tick_funcs, sizeof (GSource));
  g_source_set_callback (self->tick, tick_cb, self, NULL);
  g_source_set_ready_time (self->tick, 0);
  g_source_attach (self->tick, self->query->loop_context);
  g_mutex_lock (&self->query->lock);
  self->query->tick = g_source_ref (self->tick);
  g_mutex_unlock (&self->query->lock);
  if (self->query->spec.max_run_us > 0)
    self->deadline_us = g_get_monotonic_time () + self->query->spec.max_run_us;
  watch_sources (self);
  _weir_open_windows_init (&self->open, self->query, self->run, self->table);
  weir_stream_run_start (self->run, source_notify_cb, self);
  g_main_loop_run (self->query->loop);
  self->closing = TRUE;
  unwatch_sources (self);
  _weir_open_windows_clear (&self->open);
  weir_stream_run_stop (self->run);
  publish_sources (self);
  g_mutex_lock (&self->query->lock);
  g_clear_pointer (&self->query->tick, g_source_unref);
  g_mutex_unlock (&self->query->lock);
  g_source_destroy (self->tick);
  g_source_unref (self->tick);
}

static void
close_loop (Loop *self)
{
  g_clear_pointer (&self->run, weir_stream_run_free);
  g_clear_pointer (&self->arrivals, g_free);
  g_clear_pointer (&self->last, weir_progress_unref);
  g_clear_pointer (&self->sinks, g_ptr_array_unref);
  g_clear_pointer (&self->checkpoint, weir_checkpoint_free);
  g_clear_pointer (&self->table, weir_result_table_free);
  g_clear_pointer (&self->shape, weir_result_shape_unref);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* FALSE: it was stopped meanwhile. */
static gboolean
wait_to_open (Loop  *self,
              gint64 delay_us)
{
  GSource *timer = g_timeout_source_new ((guint)(delay_us / 1000));

  g_source_set_callback (timer, quit_cb, self->query->loop, NULL);
  g_source_attach (timer, self->query->loop_context);
  g_main_loop_run (self->query->loop);
  g_source_destroy (timer);
  g_source_unref (timer);
  return weir_query_get_state (self->query) != WEIR_QUERY_STOPPING && !g_cancellable_is_cancelled (self->query->cancellable);
}

/* A checkpoint or a file that cannot be made for now is tried again, as a batch is. */
static gboolean
open_or_wait (Loop *self)
{
  GError *error = NULL;
  gint64  delay_us;

  while (!open_run (self, &error))
    {
      close_loop (self);
      if (!_weir_retry_failed (&self->retry, self->query, error, &delay_us))
        {
          self->error = error;
          return FALSE;
        }
      g_clear_error (&error);
      if (!wait_to_open (self, delay_us))
        return FALSE;
    }
  _weir_retry_done (&self->retry, self->query);
  return TRUE;
}

gpointer
_weir_query_thread (gpointer data)
{
  WeirQuery *query = data;
  Loop       self = { .query = query };

  g_main_context_push_thread_default (query->loop_context);
  if (open_or_wait (&self))
    run_loop (&self);
  close_loop (&self);
  g_free (self.warned);
  g_main_context_pop_thread_default (query->loop_context);
  if (self.error != NULL && (g_error_matches (self.error, WEIR_ERROR, WEIR_ERROR_CANCELLED) ||
                             g_error_matches (self.error, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    g_clear_error (&self.error);
  _weir_query_set_state (query, self.error != NULL ? WEIR_QUERY_FAILED : WEIR_QUERY_STOPPED, self.error);
  _weir_query_post (query, WEIR_EVENT_TERMINATED);
  g_object_unref (query);
  return NULL;
}
