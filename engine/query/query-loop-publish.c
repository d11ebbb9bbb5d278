/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/query-loop-private.h"

#include "base/limits.h"
#include "query/progress-private.h"

#include <string.h>

/*
 * After a batch: its progress record, samples of rows that were late or could not be read, then its rows. Readers take them from the
 * WeirQuery, whose lock is held for copies only.
 */

static void
add_bad_samples (WeirQueryLoop         *self,
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
          WeirSample              sample = { 0 };

          if (bad->offset != G_MAXUINT64)
            position = g_strdup_printf ("byte %" G_GUINT64_FORMAT, bad->offset);
          sample.seen_us = result->started_us;
          sample.reason = bad->reason;
          sample.source = weir_stream_run_get_scan (self->run, scan)->scan.table->name;
          sample.position = position;
          sample.raw = bad->raw;
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
add_late_samples (WeirQueryLoop         *self,
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
publish_batch (WeirQueryLoop         *self,
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

void
_weir_query_loop_publish_idle (WeirQueryLoop *self)
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
publish_rows (WeirQueryLoop         *self,
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

void
_weir_query_loop_publish_result (WeirQueryLoop         *self,
                                 const WeirBatchResult *result)
{
  publish_batch (self, result);
  publish_rows (self, result);
}
