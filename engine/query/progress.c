/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/progress.h"

#include "column/timestamp.h"

#include <json-glib/json-glib.h>
#include <math.h>

/*
 * StreamingQueryProgress with Spark's field names, types and units (spark-semantics §3.1): rates rounded to one decimal,
 * empty maps left out, map keys sorted, offsets embedded as JSON.
 */

typedef struct
{
  const char *name;
  double      ms;
} Phase;

#define N_PHASES 6

struct _WeirProgress
{
  gatomicrefcount ref_count;
  char           *json; /* Owned */
  guint64         batch_id;
  gint64          timestamp_us;
  guint64         rows_in, rows_out, rows_late, rows_bad;
  double          input_rate, processed_rate;
  gint64          duration_us;
  Phase           phases[N_PHASES];
  gint64          watermark_us, newest_event_us;
  guint64         state_rows, state_bytes;
};

static void
add_rate (JsonBuilder *builder,
          const char  *name,
          double       rate)
{
  if (!isfinite (rate))
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, floor (rate * 10 + 0.5) / 10);
}

static void
add_int (JsonBuilder *builder,
         const char  *name,
         gint64       value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_string (JsonBuilder *builder,
            const char  *name,
            const char  *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* 2026-11-23T01:53:20.088Z: always three digits. */
static void
add_time (JsonBuilder *builder,
          const char  *name,
          gint64       ms)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64              part = weir_floor_mod (ms, 1000);

  weir_timestamp_append_iso (text, (ms - part) * 1000, weir_zone_utc ());
  if (text->len > 0 && text->str[text->len - 1] == 'Z')
    g_string_truncate (text, text->len - 1);
  g_string_append_printf (text, ".%03dZ", (int)part);
  add_string (builder, name, text->str);
}

/* An offset is JSON, or "" before the first row. */
static void
add_offset (JsonBuilder *builder,
            const char  *name,
            const char  *offset)
{
  g_autoptr (JsonNode) node = offset != NULL && *offset != '\0' ? json_from_string (offset, NULL) : NULL;

  json_builder_set_member_name (builder, name);
  if (node != NULL)
    json_builder_add_value (builder, g_steal_pointer (&node));
  else
    json_builder_add_null_value (builder);
}

static void
add_durations (JsonBuilder  *builder,
               WeirProgress *self)
{
  json_builder_set_member_name (builder, "durationMs");
  json_builder_begin_object (builder);
  for (guint i = 0; i < N_PHASES; i++)
    add_int (builder, self->phases[i].name, (gint64)self->phases[i].ms);
  json_builder_end_object (builder);
}

static void
add_event_time (JsonBuilder           *builder,
                WeirProgress          *self,
                const WeirBatchResult *result,
                WeirStreamRun         *run)
{
  const WeirBatchStats *stats = &result->stats;
  gint64                max = G_MININT64, min = G_MAXINT64, sum = 0;
  guint64               count = 0;

  if (!weir_stream_run_has_watermark (run))
    return;
  for (guint i = 0; i < stats->n_watermarks; i++)
    {
      max = MAX (max, stats->max_event_ms[i]);
      min = MIN (min, stats->min_event_ms[i]);
      sum += stats->sum_event_ms[i];
      count += stats->count_event[i];
    }
  json_builder_set_member_name (builder, "eventTime");
  json_builder_begin_object (builder);
  if (count > 0)
    {
      add_time (builder, "avg", sum / (gint64)count);
      add_time (builder, "max", max);
      add_time (builder, "min", min);
      self->newest_event_us = max * 1000;
    }
  add_time (builder, "watermark", result->record->watermark_ms);
  json_builder_end_object (builder);
  self->watermark_us = result->record->watermark_ms * 1000;
}

static void
add_state_operators (JsonBuilder           *builder,
                     WeirProgress          *self,
                     const WeirBatchResult *result)
{
  json_builder_set_member_name (builder, "stateOperators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < result->stats.n_stateful; i++)
    {
      const WeirStatefulStats *op = &result->stats.stateful[i];

      json_builder_begin_object (builder);
      add_string (builder, "operatorName", op->name);
      add_int (builder, "numRowsTotal", (gint64)op->rows_total);
      add_int (builder, "numRowsUpdated", (gint64)op->rows_updated);
      add_int (builder, "allUpdatesTimeMs", op->update_ms);
      add_int (builder, "numRowsRemoved", (gint64)op->rows_removed);
      add_int (builder, "allRemovalsTimeMs", op->removal_ms);
      add_int (builder, "commitTimeMs", op->commit_ms);
      add_int (builder, "memoryUsedBytes", (gint64)op->memory_bytes);
      add_int (builder, "numRowsDroppedByWatermark", (gint64)op->rows_dropped_by_watermark);
      /* State is not cut into partitions. */
      add_int (builder, "numShufflePartitions", 1);
      add_int (builder, "numStateStoreInstances", 1);
      json_builder_end_object (builder);
      self->state_rows += op->rows_total;
      self->state_bytes += op->memory_bytes;
      self->rows_late += op->late_rows;
    }
  json_builder_end_array (builder);
}

static void
add_metrics (JsonBuilder *builder,
             WeirSource  *source)
{
  g_autoptr (GHashTable) metrics = NULL;
  g_autoptr (GList)      keys = NULL;

  if (source->klass->metrics == NULL)
    return;
  metrics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  source->klass->metrics (source, metrics);
  if (g_hash_table_size (metrics) == 0)
    return;
  keys = g_list_sort (g_hash_table_get_keys (metrics), (GCompareFunc)g_strcmp0);
  json_builder_set_member_name (builder, "metrics");
  json_builder_begin_object (builder);
  for (GList *link = keys; link != NULL; link = link->next)
    add_string (builder, link->data, g_hash_table_lookup (metrics, link->data));
  json_builder_end_object (builder);
}

static void
add_sources (JsonBuilder           *builder,
             WeirProgress          *self,
             const WeirBatchResult *result,
             WeirStreamRun         *run)
{
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; i < weir_stream_run_get_n_scans (run); i++)
    {
      WeirPlan   *scan = weir_stream_run_get_scan (run, i);
      WeirSource *source = weir_stream_run_get_source (run, i);
      guint       id = scan->scan.source_id;
      guint64     rows = result->stats.scan_rows != NULL ? result->stats.scan_rows[i] : 0;

      self->rows_bad += result->decode != NULL ? result->decode[i].bad_rows : 0;
      if (!scan->is_streaming)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "description", source->description);
      add_offset (builder, "startOffset", result->record->from[id]);
      add_offset (builder, "endOffset", result->record->to[id]);
      add_offset (builder, "latestOffset", NULL);
      add_int (builder, "numInputRows", (gint64)rows);
      add_rate (builder, "inputRowsPerSecond", self->rows_in > 0 ? self->input_rate * (double)rows / (double)self->rows_in : 0.0);
      add_rate (builder, "processedRowsPerSecond", self->rows_in > 0 ? self->processed_rate * (double)rows / (double)self->rows_in : 0.0);
      add_metrics (builder, source);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_sink (JsonBuilder  *builder,
          WeirProgress *self,
          GPtrArray    *sinks)
{
  json_builder_set_member_name (builder, "sink");
  json_builder_begin_object (builder);
  add_string (builder, "description", sinks != NULL && sinks->len > 0 ? ((WeirSink *)sinks->pdata[0])->description : "MemorySink");
  add_int (builder, "numOutputRows", (gint64)self->rows_out);
  json_builder_end_object (builder);
}

static void
fill (WeirProgress              *self,
      const WeirBatchResult     *result,
      const WeirProgressContext *context)
{
  const WeirBatchPhases *phases = &result->phases;
  const Phase            all[N_PHASES] = {
               { "addBatch", (double)phases->add_batch / 1000 },
               { "commitOffsets", (double)phases->commit_offsets / 1000 },
               { "latestOffset", (double)phases->latest_offset / 1000 },
               { "queryPlanning", (double)phases->query_planning / 1000 },
               { "triggerExecution", (double)phases->trigger_execution / 1000 },
               { "walCommit", (double)phases->wal_commit / 1000 },
  };
  double interval_s = (double)(result->started_us - context->previous_start_us) / 1e6;

  memcpy (self->phases, all, sizeof all);
  self->batch_id = result->record->batch_id;
  self->timestamp_us = result->started_us;
  self->duration_us = phases->trigger_execution;
  self->rows_in = result->stats.rows_in;
  self->rows_out = result->stats.rows_out;
  self->watermark_us = self->newest_event_us = G_MININT64;
  self->input_rate = context->previous_start_us == 0 ? 0.0 : (interval_s > 0 ? (double)self->rows_in / interval_s : NAN);
  self->processed_rate = (double)self->rows_in / MAX (0.001, (double)self->duration_us / 1e6);
}

WeirProgress *
weir_progress_new (const WeirBatchResult     *result,
                   WeirStreamRun             *run,
                   const WeirProgressContext *context,
                   GPtrArray                 *sinks)
{
  WeirProgress           *self = g_new0 (WeirProgress, 1);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  fill (self, result, context);
  json_builder_begin_object (builder);
  add_string (builder, "id", context->id);
  add_string (builder, "runId", context->run_id);
  add_string (builder, "name", context->name);
  add_time (builder, "timestamp", result->started_us / 1000);
  add_int (builder, "batchId", (gint64)self->batch_id);
  add_int (builder, "batchDuration", self->duration_us / 1000);
  add_int (builder, "numInputRows", (gint64)self->rows_in);
  add_rate (builder, "inputRowsPerSecond", self->input_rate);
  add_rate (builder, "processedRowsPerSecond", self->processed_rate);
  add_durations (builder, self);
  add_event_time (builder, self, result, run);
  add_state_operators (builder, self, result);
  add_sources (builder, self, result, run);
  add_sink (builder, self, sinks);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  self->json = json_to_string (root, FALSE);
  return self;
}

WeirProgress *
weir_progress_ref (WeirProgress *progress)
{
  g_atomic_ref_count_inc (&progress->ref_count);
  return progress;
}

void
weir_progress_unref (WeirProgress *progress)
{
  if (progress == NULL || !g_atomic_ref_count_dec (&progress->ref_count))
    return;
  g_free (progress->json);
  g_free (progress);
}

const char *
weir_progress_get_json (WeirProgress *progress)
{
  return progress->json;
}

guint64
weir_progress_get_batch_id (WeirProgress *progress)
{
  return progress->batch_id;
}

gint64
weir_progress_get_timestamp_us (WeirProgress *progress)
{
  return progress->timestamp_us;
}

guint64
weir_progress_get_n_input_rows (WeirProgress *progress)
{
  return progress->rows_in;
}

guint64
weir_progress_get_n_output_rows (WeirProgress *progress)
{
  return progress->rows_out;
}

double
weir_progress_get_input_rate (WeirProgress *progress)
{
  return progress->input_rate;
}

double
weir_progress_get_processed_rate (WeirProgress *progress)
{
  return progress->processed_rate;
}

gint64
weir_progress_get_duration_us (WeirProgress *progress)
{
  return progress->duration_us;
}

gboolean
weir_progress_get_phase (WeirProgress *progress,
                         guint         i,
                         const char  **name,
                         double       *ms)
{
  if (i >= N_PHASES)
    return FALSE;
  *name = progress->phases[i].name;
  *ms = progress->phases[i].ms;
  return TRUE;
}

gint64
weir_progress_get_watermark_us (WeirProgress *progress)
{
  return progress->watermark_us;
}

gint64
weir_progress_get_newest_event_us (WeirProgress *progress)
{
  return progress->newest_event_us;
}

guint64
weir_progress_get_n_late_rows (WeirProgress *progress)
{
  return progress->rows_late;
}

guint64
weir_progress_get_n_bad_rows (WeirProgress *progress)
{
  return progress->rows_bad;
}

guint64
weir_progress_get_state_rows (WeirProgress *progress)
{
  return progress->state_rows;
}

guint64
weir_progress_get_state_bytes (WeirProgress *progress)
{
  return progress->state_bytes;
}
