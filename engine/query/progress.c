/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/progress-private.h"

#include "column/timestamp.h"
#include "column/value.h"
#include "plan/catalog.h"
#include "query/json-raw.h"

#include <math.h>
#include <string.h>

/*
 * StreamingQueryProgress with Spark's field names, types and units (spark-semantics §3.1): rates rounded to one decimal,
 * empty maps left out, map keys sorted, offsets embedded as JSON.
 */

static void
add_rate (JsonBuilder *builder,
          WeirJsonRaw *raw,
          const char  *name,
          double       rate)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char    *string = NULL;

  if (!isfinite (rate))
    return;
  weir_append_double (text, floor (rate * 10 + 0.5) / 10);
  string = weir_json_raw_add (raw, text->str);
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, string);
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
  for (guint i = 0; i < self->n_phases; i++)
    add_int (builder, self->phases[i].name, (gint64)self->phases[i].ms);
  json_builder_end_object (builder);
}

/* What was seen in the batch, of several watermark nodes the first that saw a row, as Spark says it; the watermark is the one used in it. */
static void
add_event_time (JsonBuilder          *builder,
                WeirProgress         *self,
                const WeirBatchStats *stats)
{
  guint first = 0;

  if (self->watermark_us == G_MININT64)
    return;
  while (first < stats->n_watermarks && stats->count_event[first] == 0)
    first++;
  json_builder_set_member_name (builder, "eventTime");
  json_builder_begin_object (builder);
  if (first < stats->n_watermarks)
    {
      add_time (builder, "avg", stats->sum_event_ms[first] / (gint64)stats->count_event[first]);
      add_time (builder, "max", stats->max_event_ms[first]);
      add_time (builder, "min", stats->min_event_ms[first]);
    }
  add_time (builder, "watermark", weir_floor_div (self->watermark_us, 1000));
  json_builder_end_object (builder);
}

/* Those of Spark's store in memory. State is never loaded from a map cache, and snapshots are neither forced nor repaired. */
static void
add_custom_metrics (JsonBuilder             *builder,
                    const WeirStateOperator *op)
{
  json_builder_set_member_name (builder, "customMetrics");
  json_builder_begin_object (builder);
  add_int (builder, "forceSnapshotCount", 0);
  add_int (builder, "loadedMapCacheHitCount", 0);
  add_int (builder, "loadedMapCacheMissCount", 0);
  if (g_str_has_prefix (op->name, "dedupe"))
    add_int (builder, "numDroppedDuplicateRows", (gint64)op->duplicate_rows);
  add_int (builder, "numSnapshotsAutoRepaired", 0);
  add_int (builder, "stateOnCurrentVersionSizeBytes", (gint64)op->memory_bytes);
  json_builder_end_object (builder);
}

static void
add_state_operators (JsonBuilder  *builder,
                     WeirProgress *self)
{
  json_builder_set_member_name (builder, "stateOperators");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->n_operators; i++)
    {
      const WeirStateOperator *op = &self->operators[i];

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
      /* State is not cut into partitions; a join of two streams has four stores in each. */
      add_int (builder, "numShufflePartitions", 1);
      add_int (builder, "numStateStoreInstances", strcmp (op->name, "symmetricHashJoin") == 0 ? 4 : 1);
      add_custom_metrics (builder, op);
      json_builder_end_object (builder);
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
add_latest (JsonBuilder *builder,
            WeirSource  *source)
{
  g_autofree char *latest = source->klass->report_latest != NULL ? source->klass->report_latest (source) : NULL;

  add_offset (builder, "latestOffset", latest);
}

/* @record: (nullable): none when idle */
static void
add_sources (JsonBuilder           *builder,
             WeirJsonRaw           *raw,
             WeirProgress          *self,
             const WeirBatchRecord *record,
             WeirStreamRun         *run)
{
  guint n = 0;

  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; i < weir_stream_run_get_n_scans (run); i++)
    {
      WeirPlan                 *scan = weir_stream_run_get_scan (run, i);
      const WeirSourceProgress *source = &self->sources[n];
      const char               *committed = weir_stream_run_get_committed (run, i);
      guint                     id = scan->scan.source_id;

      if (!scan->is_streaming)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "description", source->description);
      add_offset (builder, "startOffset", record != NULL ? record->from[id] : committed);
      add_offset (builder, "endOffset", record != NULL ? record->to[id] : committed);
      add_latest (builder, weir_stream_run_get_source (run, i));
      add_int (builder, "numInputRows", (gint64)source->n_rows);
      add_rate (builder, raw, "inputRowsPerSecond", source->input_rate);
      add_rate (builder, raw, "processedRowsPerSecond", source->processed_rate);
      add_metrics (builder, weir_stream_run_get_source (run, i));
      json_builder_end_object (builder);
      n++;
    }
  json_builder_end_array (builder);
}

/* Not Spark's, and only there when it is so: what a sink that keeps no record shows may have been shown before. */
static void
add_replay (JsonBuilder  *builder,
            WeirProgress *self)
{
  if (!self->is_replay)
    return;
  json_builder_set_member_name (builder, "replayed");
  json_builder_add_boolean_value (builder, TRUE);
}

/* Spark has one sink a query; the names of several stand side by side. (transfer full) */
static char *
describe_sinks (GPtrArray *sinks)
{
  GString *text;

  if (sinks == NULL || sinks->len == 0)
    return g_strdup ("MemorySink");
  text = g_string_new (((WeirSink *)sinks->pdata[0])->description);
  for (guint i = 1; i < sinks->len; i++)
    g_string_append_printf (text, ", %s", ((WeirSink *)sinks->pdata[i])->description);
  return g_string_free (text, FALSE);
}

/* Rows are not known (−1) when no batch ran. */
static void
add_sink (JsonBuilder  *builder,
          WeirProgress *self,
          GPtrArray    *sinks)
{
  g_autofree char *description = describe_sinks (sinks);

  json_builder_set_member_name (builder, "sink");
  json_builder_begin_object (builder);
  add_string (builder, "description", description);
  add_int (builder, "numOutputRows", self->is_idle ? -1 : (gint64)self->rows_out);
  json_builder_end_object (builder);
}

static void
add_phase (WeirProgress *self,
           const char   *name,
           gint64        us)
{
  self->phases[self->n_phases++] = (WeirProgressPhase){ name, (double)us / 1000 };
}

/* In the order of their names, as the JSON has them. */
static void
fill_phases (WeirProgress          *self,
             const WeirBatchPhases *phases)
{
  if (!self->is_idle)
    {
      add_phase (self, "addBatch", phases->add_batch);
      add_phase (self, "commitOffsets", phases->commit_offsets);
      add_phase (self, "getBatch", phases->get_batch);
    }
  add_phase (self, "latestOffset", phases->latest_offset);
  if (!self->is_idle)
    add_phase (self, "queryPlanning", phases->query_planning);
  add_phase (self, "triggerExecution", phases->trigger_execution);
  if (!self->is_idle)
    add_phase (self, "walCommit", phases->wal_commit);
  self->duration_us = phases->trigger_execution;
}

static void
fill_operators (WeirProgress         *self,
                const WeirBatchStats *stats)
{
  self->n_operators = stats->n_stateful;
  self->operators = g_new0 (WeirStateOperator, MAX (1, stats->n_stateful));
  for (guint i = 0; i < stats->n_stateful; i++)
    {
      const WeirStatefulStats *op = &stats->stateful[i];

      self->operators[i] = (WeirStateOperator){
        .name = g_intern_string (op->name),
        .rows_total = op->rows_total,
        .rows_updated = op->rows_updated,
        .rows_removed = op->rows_removed,
        .rows_dropped_by_watermark = op->rows_dropped_by_watermark,
        .late_rows = op->late_rows,
        .duplicate_rows = op->duplicate_rows,
        .memory_bytes = op->memory_bytes,
        .update_ms = op->update_ms,
        .removal_ms = op->removal_ms,
        .commit_ms = op->commit_ms,
      };
      self->rows_late += op->late_rows;
    }
}

/* State is as the batch before left it, and nothing happened to it. */
static void
copy_operators (WeirProgress *self,
                WeirProgress *previous)
{
  if (previous == NULL)
    return;
  self->n_operators = previous->n_operators;
  self->operators = g_new0 (WeirStateOperator, MAX (1, previous->n_operators));
  for (guint i = 0; i < previous->n_operators; i++)
    {
      self->operators[i].name = previous->operators[i].name;
      self->operators[i].rows_total = previous->operators[i].rows_total;
      self->operators[i].memory_bytes = previous->operators[i].memory_bytes;
    }
}

typedef struct
{
  guint wanted; /* scan */
  guint found;  /* watermark */
} WatermarkSearch;

static void
is_below (WeirPlan *plan,
          gpointer  data)
{
  guint *wanted = data;

  if (plan->kind == WEIR_PLAN_SCAN && plan->scan.scan_id == *wanted)
    *wanted = G_MAXUINT;
}

/* The watermark nearest the scan: children come before their parents. */
static void
find_watermark (WeirPlan *plan,
                gpointer  data)
{
  WatermarkSearch *search = data;
  guint            wanted = search->wanted;

  if (search->found != G_MAXUINT || plan->kind != WEIR_PLAN_EVENT_TIME)
    return;
  weir_plan_foreach (plan, is_below, &wanted);
  if (wanted == G_MAXUINT)
    search->found = plan->event_time.watermark_id;
}

static void
fill_source (WeirProgress         *self,
             WeirSourceProgress   *source,
             const WeirBatchStats *stats,
             WeirStreamRun        *run,
             guint                 scan_id)
{
  WeirPlan       *scan = weir_stream_run_get_scan (run, scan_id);
  WatermarkSearch search = { scan_id, G_MAXUINT };
  double          share;

  source->table = g_strdup (scan->scan.table->name);
  source->description = g_strdup (weir_stream_run_get_source (run, scan_id)->description);
  source->n_rows = stats->scan_rows != NULL ? stats->scan_rows[scan_id] : 0;
  share = self->rows_in > 0 ? (double)source->n_rows / (double)self->rows_in : 0.0;
  source->input_rate = self->rows_in > 0 ? self->input_rate * share : 0.0;
  source->processed_rate = self->processed_rate * share;
  source->watermark_us = source->newest_event_us = G_MININT64;
  weir_plan_foreach (weir_stream_run_get_plan (run), find_watermark, &search);
  if (search.found == G_MAXUINT)
    return;
  source->watermark_us = weir_stream_run_get_node_watermark_ms (run, search.found);
  if (source->watermark_us != G_MININT64)
    source->watermark_us *= 1000;
  if (search.found < stats->n_watermarks && stats->max_event_ms[search.found] != G_MININT64)
    source->newest_event_us = stats->max_event_ms[search.found] * 1000;
}

static void
fill_sources (WeirProgress         *self,
              const WeirBatchStats *stats,
              WeirStreamRun        *run)
{
  guint n_scans = weir_stream_run_get_n_scans (run);

  self->sources = g_new0 (WeirSourceProgress, MAX (1, n_scans));
  for (guint i = 0; i < n_scans; i++)
    if (weir_stream_run_get_scan (run, i)->is_streaming)
      fill_source (self, &self->sources[self->n_sources++], stats, run, i);
}

/* Where the row came from that has the newest time of all: the rows of a batch have no offsets of their own any more. */
static void
fill_newest (WeirProgress          *self,
             const WeirBatchResult *result,
             WeirStreamRun         *run,
             guint                  watermark_id)
{
  self->newest_event_us = result->stats.max_event_ms[watermark_id] * 1000;
  g_free (self->newest_row);
  self->newest_row = g_strdup (result->stats.newest_row[watermark_id]);
  g_clear_pointer (&self->newest_source, g_free);
  g_clear_pointer (&self->newest_place, g_free);
  for (guint i = 0; i < weir_stream_run_get_n_scans (run); i++)
    {
      WeirPlan       *scan = weir_stream_run_get_scan (run, i);
      WatermarkSearch search = { i, G_MAXUINT };
      const char     *from;

      weir_plan_foreach (weir_stream_run_get_plan (run), find_watermark, &search);
      if (!scan->is_streaming || search.found != watermark_id || result->stats.scan_rows[i] == 0)
        continue;
      self->newest_source = g_strdup (scan->scan.table->name);
      from = result->record->from[scan->scan.source_id];
      self->newest_place = g_strdup_printf (*from != '\0' ? "batch %" G_GUINT64_FORMAT ", offsets %.200s to %.200s" : "batch %" G_GUINT64_FORMAT ", offsets %.200sup to %.200s",
                                            result->record->batch_id, from, result->record->to[scan->scan.source_id]);
      return;
    }
}

static void
fill (WeirProgress              *self,
      const WeirBatchResult     *result,
      WeirStreamRun             *run,
      const WeirProgressContext *context)
{
  double interval_s = (double)(result->started_us - context->previous_start_us) / 1e6;

  fill_phases (self, &result->phases);
  self->timestamp_us = result->started_us;
  self->rows_in = result->stats.rows_in;
  self->rows_out = result->stats.rows_out;
  self->watermark_us = self->newest_event_us = G_MININT64;
  if (weir_stream_run_has_watermark (run))
    self->watermark_us = (result->record != NULL ? result->record->watermark_ms : weir_stream_run_get_watermark_ms (run)) * 1000;
  self->input_rate = context->previous_start_us == 0 ? 0.0 : (interval_s > 0 ? (double)self->rows_in / interval_s : NAN);
  self->processed_rate = (double)self->rows_in / MAX (0.001, (double)self->duration_us / 1e6);
  for (guint i = 0; i < result->stats.n_watermarks; i++)
    if (result->stats.count_event[i] > 0 && result->stats.max_event_ms[i] * 1000 > self->newest_event_us)
      fill_newest (self, result, run, i);
  for (guint i = 0; result->decode != NULL && i < weir_stream_run_get_n_scans (run); i++)
    self->rows_bad += result->decode[i].bad_rows;
  fill_sources (self, &result->stats, run);
}

static char *
to_json (WeirProgress              *self,
         const WeirBatchResult     *result,
         WeirStreamRun             *run,
         const WeirProgressContext *context,
         GPtrArray                 *sinks)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;
  WeirJsonRaw             raw;
  char                   *text;

  weir_json_raw_init (&raw);
  json_builder_begin_object (builder);
  add_string (builder, "id", context->id);
  add_string (builder, "runId", context->run_id);
  add_string (builder, "name", context->name);
  add_time (builder, "timestamp", weir_floor_div (result->started_us, 1000));
  add_int (builder, "batchId", (gint64)self->batch_id);
  add_replay (builder, self);
  add_int (builder, "batchDuration", self->duration_us / 1000);
  add_int (builder, "numInputRows", (gint64)self->rows_in);
  add_rate (builder, &raw, "inputRowsPerSecond", self->input_rate);
  add_rate (builder, &raw, "processedRowsPerSecond", self->processed_rate);
  add_durations (builder, self);
  add_event_time (builder, self, &result->stats);
  add_state_operators (builder, self);
  add_sources (builder, &raw, self, result->record, run);
  add_sink (builder, self, sinks);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = weir_json_raw_print (&raw, root, FALSE);
  weir_json_raw_clear (&raw);
  return text;
}

static void
sum_state (WeirProgress *self)
{
  for (guint i = 0; i < self->n_operators; i++)
    {
      self->state_rows += self->operators[i].rows_total;
      self->state_bytes += self->operators[i].memory_bytes;
    }
}

WeirProgress *
weir_progress_new (const WeirBatchResult     *result,
                   WeirStreamRun             *run,
                   const WeirProgressContext *context,
                   GPtrArray                 *sinks)
{
  WeirProgress *self = g_new0 (WeirProgress, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->batch_id = result->record->batch_id;
  self->is_replay = result->record->is_replay;
  fill_operators (self, &result->stats);
  fill (self, result, run, context);
  sum_state (self);
  self->json = to_json (self, result, run, context, sinks);
  return self;
}

WeirProgress *
weir_progress_new_idle (WeirStreamRun             *run,
                        const WeirProgressContext *context,
                        GPtrArray                 *sinks,
                        WeirProgress              *previous)
{
  WeirProgress          *self = g_new0 (WeirProgress, 1);
  const WeirBatchResult *result = weir_stream_run_peek (run);

  g_atomic_ref_count_init (&self->ref_count);
  self->is_idle = TRUE;
  self->batch_id = weir_stream_run_get_next_batch_id (run);
  copy_operators (self, previous);
  fill (self, result, run, context);
  sum_state (self);
  self->json = to_json (self, result, run, context, sinks);
  return self;
}
