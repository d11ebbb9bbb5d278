/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/stream-run-private.h"

#include "base/effects.h"
#include "column/batch-codec.h"

#include <string.h>

/*
 * A batch from its OFFSETS record to its COMMIT. What a crash can leave, and what the next run does with it (reliability §3.3):
 *
 *   OFFSETS               computed again from the same ranges, time and seed
 *   OFFSETS, OUTPUT       the rows as logged go to the sinks that lack them; nothing is computed, the state moves by DELTA
 *   sinks have it         strict sinks that say so are not given the rows again; the rest as above
 *   COMMIT                nothing
 *
 * The same holds within a run when a step fails: the batch stays pending and is the next one again, and no sink that has it gets it
 * twice; also without a checkpoint, where the run itself keeps the record.
 */

/* Runs on workers: counts what the decoder saw into the scan, then goes on with the rows. */
static gboolean
read_morsel (gpointer      data,
             gpointer      morsel,
             WeirPushFunc  push,
             gpointer      push_data,
             GCancellable *cancellable,
             GError      **error)
{
  WeirRunScan    *scan = data;
  WeirDecodeStats stats = { 0 };
  gboolean        ok;

  ok = scan->source->klass->read (scan->source, morsel, push, push_data, &stats, cancellable, error);
  g_mutex_lock (&scan->decode_lock);
  weir_decode_stats_merge (scan->decode, &stats);
  g_mutex_unlock (&scan->decode_lock);
  weir_decode_stats_clear (&stats);
  return ok;
}

typedef struct
{
  GPtrArray   *kept; /* WeirBatch */
  WeirPushFunc push;
  gpointer     data;
} Keeper;

static gboolean
keep_batch (gpointer   data,
            WeirBatch *batch,
            GError   **error)
{
  Keeper *self = data;

  g_ptr_array_add (self->kept, weir_batch_ref (batch));
  return self->push (self->data, batch, error);
}

/* A morsel of a cached table: a place in the cache, with what is to be read when nothing is there yet. */
typedef struct
{
  gpointer   morsel; /* Borrowed, nullable: read before */
  GPtrArray *kept;   /* Borrowed from the cache */
} CachedMorsel;

static gboolean
read_cached (gpointer      data,
             gpointer      morsel,
             WeirPushFunc  push,
             gpointer      push_data,
             GCancellable *cancellable,
             GError      **error)
{
  CachedMorsel *self = morsel;
  Keeper        keeper = { self->kept, push, push_data };

  if (self->morsel != NULL)
    return read_morsel (data, self->morsel, keep_batch, &keeper, cancellable, error);
  for (guint i = 0; i < self->kept->len; i++)
    if (!push (push_data, self->kept->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* The first batch of a run fills the cache; one that fails leaves it empty. */
static void
plan_cached (WeirRunScan   *scan,
             WeirScanInput *input)
{
  gboolean fresh = scan->cache == NULL;
  guint    n = fresh ? input->n_morsels : scan->cache->len;

  if (fresh)
    scan->cache = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  scan->cached = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < n; i++)
    {
      CachedMorsel *morsel = g_new0 (CachedMorsel, 1);

      if (fresh)
        g_ptr_array_add (scan->cache, g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref));
      morsel->morsel = fresh ? input->morsels[i] : NULL;
      morsel->kept = scan->cache->pdata[i];
      g_ptr_array_add (scan->cached, morsel);
    }
  *input = (WeirScanInput){ scan, read_cached, n, scan->cached->pdata };
}

/* Morsels of the batch's range; of everything for a static table. */
static gboolean
plan_morsels (WeirStreamRun         *self,
              const WeirBatchRecord *record,
              WeirScanInput         *inputs,
              GError               **error)
{
  for (guint i = 0; i < self->n_scans; i++)
    {
      WeirRunScan     *scan = &self->scans[i];
      g_autofree char *end = NULL;
      const char      *from = "", *to;

      scan->decode = &self->result.decode[i];
      if (scan->cache != NULL)
        {
          plan_cached (scan, &inputs[i]);
          continue;
        }
      if (scan->source_id != G_MAXUINT)
        {
          from = record->from[scan->source_id];
          to = record->to[scan->source_id];
        }
      else
        {
          to = end = scan->source->klass->latest (scan->source, "", TRUE, error);
          if (end == NULL)
            return FALSE;
        }
      if (strcmp (from, to) != 0)
        {
          scan->morsels = scan->source->klass->plan (scan->source, from, to, error);
          if (scan->morsels == NULL)
            return FALSE;
        }
      inputs[i] = (WeirScanInput){ scan, read_morsel, scan->morsels != NULL ? scan->morsels->len : 0,
                                   scan->morsels != NULL ? scan->morsels->pdata : NULL };
      if (scan->is_cached)
        plan_cached (scan, &inputs[i]);
    }
  return TRUE;
}

static gboolean
collect_rows (gpointer   data,
              WeirBatch *batch,
              GError   **error)
{
  if (batch->n_rows > 0)
    g_ptr_array_add (data, weir_batch_ref (batch));
  return TRUE;
}

static gboolean
write_sink (WeirSink              *sink,
            const WeirBatchResult *result,
            GError               **error)
{
  if (!sink->klass->begin (sink, result->record->batch_id, result->record->is_replay, error))
    return FALSE;
  for (guint i = 0; i < result->rows->len; i++)
    if (!sink->klass->write (sink, result->rows->pdata[i], error))
      {
        sink->klass->abort (sink);
        return FALSE;
      }
  return sink->klass->commit (sink, result->record->batch_id, error);
}

/* ---- log -------------------------------------------------------------------------------------------------------- */

GBytes *
_weir_stream_run_watermarks (WeirStreamRun *run)
{
  WeirWriter writer = { g_byte_array_new () };

  weir_watermark_tracker_write (run->tracker, &writer);
  return g_byte_array_free_to_bytes (writer.bytes);
}

static gboolean
log_ranges (WeirStreamRun   *self,
            WeirLoggedBatch *logged,
            GError         **error)
{
  for (guint i = 0; i < self->n_sources; i++)
    {
      WeirSource *source = _weir_stream_run_source (self, i)->source;
      GBytes     *range;

      if (source->klass->log_range != NULL && strcmp (logged->record->from[i], logged->record->to[i]) != 0)
        range = source->klass->log_range (source, logged->record->from[i], logged->record->to[i], error);
      else
        range = g_bytes_new (NULL, 0);
      if (range == NULL)
        return FALSE;
      g_ptr_array_add (logged->ranges, range);
    }
  return TRUE;
}

/* The batch as the log has it: taken up again, or logged now. NULL with @error. */
static WeirLoggedBatch *
begin_logged (WeirStreamRun         *self,
              const WeirBatchRecord *record,
              GError               **error)
{
  g_autoptr (WeirLoggedBatch) logged = NULL;

  if (self->pending != NULL)
    return g_steal_pointer (&self->pending);
  logged = g_new0 (WeirLoggedBatch, 1);
  logged->record = weir_batch_record_copy (record);
  logged->ranges = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  logged->watermarks = _weir_stream_run_watermarks (self);
  if (!log_ranges (self, logged, error) || !weir_checkpoint_log_offsets (self->config.checkpoint, logged, error))
    return NULL;
  return g_steal_pointer (&logged);
}

/* What the batch came to: its changes of the state, and watermarks behind it. */
static void
take_outcome (WeirStreamRun   *self,
              WeirLoggedBatch *logged)
{
  if (logged->delta == NULL)
    logged->delta = weir_pipeline_delta (self->pipeline);
  if (logged->watermarks_after == NULL)
    logged->watermarks_after = _weir_stream_run_watermarks (self);
}

static gboolean
log_output (WeirStreamRun   *self,
            WeirLoggedBatch *logged,
            GError         **error)
{
  WeirWriter    writer;
  gsize         len;
  gconstpointer data;

  weir_writer_init_pieces (&writer);
  take_outcome (self, logged);
  data = g_bytes_get_data (logged->watermarks_after, &len);
  weir_writer_bytes (&writer, data, len);
  weir_batches_write (self->result.rows, weir_pipeline_get_schema (self->pipeline), &writer);
  logged->output = weir_writer_finish_pieces (&writer);
  if (weir_checkpoint_log_output (self->config.checkpoint, logged, error))
    return TRUE;
  g_clear_pointer (&logged->output, g_ptr_array_unref);
  return FALSE;
}

typedef struct
{
  WeirStreamRun   *run;
  WeirLoggedBatch *logged;
} Settled;

/* The state will be what it is now: its changes go into the log while the rows are computed. */
static void
begin_delta (gpointer data)
{
  Settled *settled = data;

  settled->logged->delta = weir_pipeline_delta (settled->run->pipeline);
  weir_checkpoint_begin_delta (settled->run->config.checkpoint, settled->logged);
}

static gboolean
run_batch (WeirStreamRun         *self,
           const WeirBatchRecord *record,
           WeirLoggedBatch       *logged,
           GCancellable          *cancellable,
           GError               **error)
{
  g_autofree WeirScanInput *inputs = g_new0 (WeirScanInput, MAX (self->n_scans, 1));
  WeirBatchInput            input = { 0 };
  gboolean                  ok;

  self->result.decode = g_new0 (WeirDecodeStats, MAX (self->n_scans, 1));
  self->result.rows = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  ok = plan_morsels (self, record, inputs, error);
  self->result.phases.get_batch += g_get_monotonic_time ();
  if (ok)
    {
      input.batch_id = record->batch_id;
      input.now_us = record->now_us;
      input.seed = record->seed;
      input.late_watermark_ms = record->late_watermark_ms;
      input.evict_watermark_ms = record->watermark_ms;
      input.n_scans = self->n_scans;
      input.scans = inputs;
      input.cancellable = cancellable;
      input.wants_delta = logged != NULL;
      input.settled = logged != NULL ? begin_delta : NULL;
      input.settled_data = &(Settled){ self, logged };
      ok = weir_pipeline_run (self->pipeline, &input, collect_rows, self->result.rows, &self->result.stats, error);
      if (logged != NULL)
        weir_checkpoint_join_delta (self->config.checkpoint);
    }
  for (guint i = 0; i < self->n_scans; i++)
    {
      g_clear_pointer (&self->scans[i].morsels, g_ptr_array_unref);
      g_clear_pointer (&self->scans[i].cached, g_ptr_array_unref);
      if (!ok)
        g_clear_pointer (&self->scans[i].cache, g_ptr_array_unref);
    }
  return ok;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static gboolean
sink_has (WeirStreamRun *self,
          guint          i)
{
  return self->sink_progress[i] >= 0 && (guint64)self->sink_progress[i] >= self->result.record->batch_id;
}

static gboolean
needs_output (WeirStreamRun *self)
{
  for (guint i = 0; self->config.sinks != NULL && i < self->config.sinks->len; i++)
    if (((WeirSink *)self->config.sinks->pdata[i])->klass->needs_output_record && !sink_has (self, i))
      return TRUE;
  return FALSE;
}

static gboolean
write_sinks_that (WeirStreamRun *self,
                  gboolean       are_strict,
                  GError       **error)
{
  for (guint i = 0; self->config.sinks != NULL && i < self->config.sinks->len; i++)
    {
      WeirSink *sink = self->config.sinks->pdata[i];

      if ((sink->klass->get_progress != NULL) != are_strict || sink_has (self, i))
        continue;
      if (!write_sink (sink, &self->result, error))
        return FALSE;
      self->sink_progress[i] = (gint64)self->result.record->batch_id;
    }
  return TRUE;
}

/* Those that cannot take rows back come last: a batch that another sink refuses is not shown. */
static gboolean
write_sinks (WeirStreamRun *self,
             GError       **error)
{
  return write_sinks_that (self, TRUE, error) && write_sinks_that (self, FALSE, error);
}

/* Rows of an OUTPUT record instead of computing them. */
static gboolean
read_output (WeirStreamRun   *self,
             WeirLoggedBatch *logged,
             GError         **error)
{
  g_autoptr (GBytes) output = weir_pieces_join (logged->output);
  g_autoptr (GBytes) watermarks = NULL;
  WeirReader         reader;
  GPtrArray         *rows = NULL;

  if (weir_output_read (output, &watermarks, &reader))
    rows = weir_batches_read (&reader, weir_pipeline_get_schema (self->pipeline));
  if (rows == NULL)
    return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                      "An error occurred during loading state: the rows of batch %" G_GUINT64_FORMAT " that were logged by the run before do not have the columns of the query. Run the query as it was once more, then change it, or start the changed query with a new checkpoint directory.",
                      logged->record->batch_id);
  self->result.decode = g_new0 (WeirDecodeStats, MAX (self->n_scans, 1));
  self->result.rows = rows;
  self->result.stats.scan_rows = g_new0 (guint64, MAX (self->n_scans, 1));
  self->result.stats.late_samples = g_ptr_array_new ();
  for (guint i = 0; i < rows->len; i++)
    self->result.stats.rows_out += ((WeirBatch *)rows->pdata[i])->n_rows;
  g_clear_pointer (&logged->watermarks_after, g_bytes_unref);
  logged->watermarks_after = g_steal_pointer (&watermarks);
  return TRUE;
}

/* The state moves as DELTA says, after a batch that was not computed. */
static gboolean
apply_delta (WeirStreamRun   *self,
             WeirLoggedBatch *logged,
             GError         **error)
{
  gsize              len;
  gconstpointer      data = g_bytes_get_data (logged->watermarks_after, &len);
  g_autoptr (GBytes) delta = weir_pieces_join (logged->delta);
  WeirReader         reader;

  if (!logged->is_applied && !weir_pipeline_restore (self->pipeline, delta, error))
    return FALSE;
  logged->is_applied = TRUE;
  weir_reader_init (&reader, data, len);
  return weir_watermark_tracker_read (self->tracker, &reader, self->config.forget_watermarks);
}

void
_weir_stream_run_advance (WeirStreamRun         *run,
                          const WeirBatchRecord *record)
{
  for (guint i = 0; i < run->n_sources; i++)
    {
      WeirRunScan *scan = _weir_stream_run_source (run, i);

      g_free (scan->committed);
      scan->committed = g_strdup (record->to[i]);
    }
  run->used_watermark_ms = record->watermark_ms;
  run->has_run = TRUE;
  run->next_batch_id = record->batch_id + 1;
}

static void
commit_sources (WeirStreamRun         *self,
                const WeirBatchRecord *record)
{
  for (guint i = 0; i < self->n_sources; i++)
    {
      WeirSource *source = _weir_stream_run_source (self, i)->source;

      if (strcmp (record->from[i], record->to[i]) != 0)
        weir_source_commit (source, record->to[i]);
    }
}

static gboolean
log_commit (WeirStreamRun   *self,
            WeirLoggedBatch *logged,
            GError         **error)
{
  const WeirBatchStats *stats = &self->result.stats;

  take_outcome (self, logged);
  g_clear_pointer (&logged->operators, g_array_unref);
  logged->n_changed = 0;
  for (guint i = 0; i < stats->n_stateful; i++)
    {
      weir_logged_batch_add_operator (logged, stats->stateful[i].name, stats->stateful[i].rows_total, stats->stateful[i].memory_bytes);
      logged->n_changed += stats->stateful[i].rows_updated;
    }
  return weir_checkpoint_log_commit (self->config.checkpoint, logged, error);
}

/* From the rows on: sinks and COMMIT. */
static gboolean
finish_logged (WeirStreamRun   *self,
               WeirLoggedBatch *logged,
               gboolean         computed,
               GError         **error)
{
  WeirBatchPhases *phases = &self->result.phases;
  gboolean         early = logged != NULL && weir_fx_negative ("commit-first");
  gint64           before;

  if (computed && self->result.stats.n_watermarks > 0)
    weir_watermark_tracker_update (self->tracker, self->result.stats.max_event_ms);
  if (logged != NULL && computed && needs_output (self) && !log_output (self, logged, error))
    return FALSE;
  if (early && !log_commit (self, logged, error))
    return FALSE;
  if (!write_sinks (self, error))
    return FALSE;
  phases->add_batch += g_get_monotonic_time ();
  before = g_get_monotonic_time ();
  if (logged != NULL)
    {
      if (!computed && !apply_delta (self, logged, error))
        return FALSE;
      if (!early && !log_commit (self, logged, error))
        return FALSE;
    }
  if (computed)
    weir_pipeline_commit (self->pipeline);
  commit_sources (self, self->result.record);
  _weir_stream_run_advance (self, self->result.record);
  if (logged != NULL)
    _weir_stream_run_snapshot (self);
  phases->commit_offsets = g_get_monotonic_time () - before;
  return TRUE;
}

/* Everything as before the batch, which stays the next one with the same ranges: some sinks have it. Takes @logged. */
static void
give_up (WeirStreamRun   *self,
         WeirLoggedBatch *logged,
         GBytes          *watermarks)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (watermarks, &len);
  WeirReader    reader;

  weir_pipeline_abort (self->pipeline);
  weir_reader_init (&reader, data, len);
  weir_watermark_tracker_read (self->tracker, &reader, FALSE);
  if (logged != NULL && logged->output == NULL)
    {
      g_clear_pointer (&logged->delta, g_ptr_array_unref);
      g_clear_pointer (&logged->watermarks_after, g_bytes_unref);
      weir_checkpoint_drop_delta (self->config.checkpoint);
    }
  self->pending = logged;
  if (logged == NULL)
    self->again = weir_batch_record_copy (self->result.record);
  self->asked_sinks = FALSE; /* what failed may have been done */
}

const WeirBatchResult *
weir_stream_run_execute (WeirStreamRun   *run,
                         WeirBatchRecord *record,
                         GCancellable    *cancellable,
                         GError         **error)
{
  WeirBatchPhases   *phases = &run->result.phases;
  gint64             before = g_get_monotonic_time ();
  g_autoptr (GBytes) watermarks = _weir_stream_run_watermarks (run);
  WeirLoggedBatch   *logged = NULL;
  gboolean           computed, ok;

  run->result.record = record;
  if (run->config.checkpoint != NULL && (logged = begin_logged (run, record, error)) == NULL)
    return NULL;
  phases->wal_commit = g_get_monotonic_time () - before;
  computed = logged == NULL || logged->output == NULL;
  before = g_get_monotonic_time ();
  phases->get_batch = computed ? -before : 0;
  ok = computed ? run_batch (run, record, logged, cancellable, error) : read_output (run, logged, error);
  phases->add_batch = -before - phases->get_batch;
  if (!ok || !finish_logged (run, logged, computed, error))
    {
      give_up (run, logged, watermarks);
      return NULL;
    }
  weir_logged_batch_free (logged);
  phases->trigger_execution += g_get_monotonic_time ();
  return &run->result;
}
