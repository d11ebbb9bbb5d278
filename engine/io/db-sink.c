/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/db-sink.h"

#include "io/source-private.h"

gboolean
weir_db_sink_init (WeirDbSink           *self,
                   WeirDbKind            kind,
                   const WeirSinkConfig *config,
                   GError              **error)
{
  self->last = -1;
  self->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  self->query_id = g_strdup (config->query_id);
  return weir_db_target_init (&self->target, kind, config, error);
}

void
weir_db_sink_clear (WeirDbSink *self)
{
  g_clear_pointer (&self->batches, g_ptr_array_unref);
  g_clear_pointer (&self->query_id, g_free);
  weir_db_target_clear (&self->target);
}

gboolean
weir_db_sink_check (WeirDbKind            kind,
                    const WeirSinkConfig *config,
                    const char           *option,
                    const char           *example,
                    GError              **error)
{
  WeirDbTarget target;
  const char  *value;

  if (!_weir_io_option_required (config->options, option, example, &value, error) || !weir_db_target_init (&target, kind, config, error))
    return FALSE;
  weir_db_target_clear (&target);
  return TRUE;
}

gboolean
weir_db_sink_fail_progress (WeirDbSink *self,
                            const char *where,
                            gint64      found,
                            guint64     batch_id,
                            GError    **error)
{
  if (found < self->last)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER", WEIR_SPAN_NONE,
                      "%s was replaced while the query runs: it holds batch %" G_GINT64_FORMAT " of this query, and batch %" G_GINT64_FORMAT
                      " had been written. Restore it, or start with a new checkpoint directory and an empty sink.",
                      where, found, self->last);
  return weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE,
                    "Another run of this query writes to %s: it is at batch %" G_GINT64_FORMAT ", this one at %" G_GUINT64_FORMAT ".", where, found, batch_id);
}

guint64
weir_db_sink_count_rows (const WeirDbSink *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->batches->len; i++)
    n += ((WeirBatch *)self->batches->pdata[i])->n_rows;
  return n;
}

gboolean
weir_db_sink_begin (WeirSink *sink,
                    guint64   batch_id,
                    gboolean  is_replay,
                    GError  **error)
{
  weir_db_sink_abort (sink);
  return TRUE;
}

gboolean
weir_db_sink_write (WeirSink  *sink,
                    WeirBatch *batch,
                    GError   **error)
{
  g_ptr_array_add (((WeirDbSink *)sink)->batches, weir_batch_ref (batch));
  return TRUE;
}

void
weir_db_sink_abort (WeirSink *sink)
{
  g_ptr_array_set_size (((WeirDbSink *)sink)->batches, 0);
}

gboolean
weir_db_sink_get_progress (WeirSink *sink,
                           gint64   *last,
                           GError  **error)
{
  *last = ((WeirDbSink *)sink)->last;
  return TRUE;
}
