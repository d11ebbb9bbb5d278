/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/stream-run-private.h"

#include <string.h>

/*
 * A run goes on from a checkpoint: state and watermarks from the snapshot and the deltas behind it, every source from the ranges it
 * logged, and the batch that was begun last is the next one again. Then strict sinks are asked which batch they hold: they and the
 * checkpoint were perhaps not copied or restored together.
 */

static gboolean
check_sources (WeirStreamRun *self,
               guint          n,
               GError       **error)
{
  if (n == self->n_sources)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_QUERY_EVOLUTION_ERROR.SOURCE_COUNT", WEIR_SPAN_NONE,
                    "There are [%u] sources in the checkpoint offsets and now there are [%u] sources requested by the query. Cannot continue.", n, self->n_sources);
}

static gboolean
read_watermarks (WeirStreamRun *self,
                 GBytes        *bytes,
                 GError       **error)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  WeirReader    reader;

  weir_reader_init (&reader, data, len);
  return weir_watermark_tracker_read (self->tracker, &reader, self->config.forget_watermarks) ||
         weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "An error occurred during loading state: watermarks cannot be read.");
}

static gboolean
restore_snapshot (gpointer                  data,
                  const WeirLoggedPosition *position,
                  GBytes                   *state,
                  GError                  **error)
{
  WeirStreamRun *self = data;

  if (!check_sources (self, position->ends->len, error) || !weir_pipeline_restore (self->pipeline, state, error) ||
      !read_watermarks (self, position->watermarks, error))
    return FALSE;
  for (guint i = 0; i < self->n_sources; i++)
    {
      WeirRunScan *scan = _weir_stream_run_source (self, i);
      WeirSource  *source = scan->source;

      g_free (scan->committed);
      scan->committed = g_strdup (position->ends->pdata[i]);
      if (source->klass->restore_state != NULL && !source->klass->restore_state (source, scan->committed, position->states->pdata[i], error))
        return FALSE;
    }
  self->used_watermark_ms = position->watermark_ms;
  self->next_batch_id = position->batch_id + 1;
  self->has_run = TRUE;
  return TRUE;
}

static gboolean
replay_ranges (WeirStreamRun         *self,
               const WeirLoggedBatch *batch,
               gboolean               committed,
               GError               **error)
{
  const WeirBatchRecord *record = batch->record;

  for (guint i = 0; i < self->n_sources; i++)
    {
      WeirSource *source = _weir_stream_run_source (self, i)->source;

      if (source->klass->replay_range != NULL && strcmp (record->from[i], record->to[i]) != 0 &&
          !source->klass->replay_range (source, record->from[i], record->to[i], batch->ranges->pdata[i], committed, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
restore_batch (gpointer               data,
               const WeirLoggedBatch *batch,
               GError               **error)
{
  WeirStreamRun *self = data;

  g_autoptr (GBytes) delta = weir_pieces_join (batch->delta);

  if (!check_sources (self, batch->record->n_sources, error) || !weir_pipeline_restore (self->pipeline, delta, error) ||
      !replay_ranges (self, batch, TRUE, error) || !read_watermarks (self, batch->watermarks_after, error))
    return FALSE;
  _weir_stream_run_advance (self, batch->record);
  return TRUE;
}

gboolean
_weir_stream_run_recover (WeirStreamRun *run,
                          GError       **error)
{
  const WeirRecoveryFuncs funcs = { restore_snapshot, restore_batch };

  if (!weir_checkpoint_recover (run->config.checkpoint, &funcs, run, &run->pending, error))
    return FALSE;
  if (run->pending != NULL && (!check_sources (run, run->pending->record->n_sources, error) || !replay_ranges (run, run->pending, FALSE, error)))
    return FALSE;
  /* Spark thinks of a no-data batch only when a batch with data ran in this run. */
  if (run->config.forget_watermarks)
    run->has_run = FALSE;
  return TRUE;
}

/* ---- sinks ------------------------------------------------------------------------------------------------------ */

static gboolean
check_sink (WeirStreamRun *self,
            guint          i,
            gint64         held,
            GError       **error)
{
  WeirSink *sink = self->config.sinks->pdata[i];
  gint64    last = (gint64)self->next_batch_id - 1;
  gint64    begun = self->pending != NULL ? last + 1 : last;

  if (held > begun)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_SINK_MISMATCH.CHECKPOINT_IS_OLDER", WEIR_SPAN_NONE,
                      "The checkpoint %s is older than the sink %s: the sink holds batch %" G_GINT64_FORMAT " of this query, the checkpoint ends with batch %" G_GINT64_FORMAT " in %s. Restore the checkpoint that belongs to the sink, or start with a new checkpoint directory and an empty sink.",
                      weir_checkpoint_get_dir (self->config.checkpoint), sink->description, held, begun, weir_checkpoint_get_last_path (self->config.checkpoint));
  if (held < last && !weir_checkpoint_sink_is_new (self->config.checkpoint, i))
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER", WEIR_SPAN_NONE,
                      "The sink %s is older than the checkpoint %s: the checkpoint committed batch %" G_GINT64_FORMAT ", the sink holds batch %" G_GINT64_FORMAT " of this query. The sink lost batches: restore it, or start with a new checkpoint directory and an empty sink.",
                      sink->description, weir_checkpoint_get_dir (self->config.checkpoint), last, held);
  self->sink_progress[i] = held;
  return TRUE;
}

gboolean
_weir_stream_run_ask_sinks (WeirStreamRun *run,
                            GError       **error)
{
  for (guint i = 0; run->config.checkpoint != NULL && run->config.sinks != NULL && i < run->config.sinks->len; i++)
    {
      WeirSink *sink = run->config.sinks->pdata[i];
      gint64    held = -1;

      if (sink->klass->get_progress != NULL && (!sink->klass->get_progress (sink, &held, error) || !check_sink (run, i, held, error)))
        return FALSE;
    }
  run->asked_sinks = TRUE;
  return TRUE;
}

/* ---- snapshots -------------------------------------------------------------------------------------------------- */

void
_weir_stream_run_snapshot (WeirStreamRun *run)
{
  g_autoptr (GPtrArray) state = NULL;
  WeirLoggedPosition   *position;

  if (!weir_checkpoint_wants_snapshot (run->config.checkpoint))
    return;
  state = weir_pipeline_snapshot (run->pipeline);
  position = g_new0 (WeirLoggedPosition, 1);
  position->watermark_ms = run->used_watermark_ms;
  position->watermarks = _weir_stream_run_watermarks (run);
  position->ends = g_ptr_array_new_with_free_func (g_free);
  position->states = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  for (guint i = 0; i < run->n_sources; i++)
    {
      WeirRunScan *scan = _weir_stream_run_source (run, i);
      GBytes      *bytes = scan->source->klass->log_state != NULL ? scan->source->klass->log_state (scan->source) : g_bytes_new (NULL, 0);

      g_ptr_array_add (position->ends, g_strdup (scan->committed));
      g_ptr_array_add (position->states, bytes);
    }
  weir_checkpoint_snapshot (run->config.checkpoint, position, state);
}
