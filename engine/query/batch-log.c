/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/batch-log.h"

#include "base/error.h"

/*
 * Only the last record is needed again: to go on behind it, or to run it once more when its commit is missing. The steps are
 * functions that can fail, as those of a durable log do.
 */
struct _WeirBatchLog
{
  WeirBatchRecord *last; /* Owned, nullable */
  gboolean         committed;
};

WeirBatchRecord *
weir_batch_record_new (guint n_sources)
{
  WeirBatchRecord *self = g_new0 (WeirBatchRecord, 1);

  self->n_sources = n_sources;
  self->from = g_new0 (char *, n_sources + 1);
  self->to = g_new0 (char *, n_sources + 1);
  return self;
}

WeirBatchRecord *
weir_batch_record_copy (const WeirBatchRecord *record)
{
  WeirBatchRecord *copy = g_memdup2 (record, sizeof *record);

  copy->from = g_strdupv (record->from);
  copy->to = g_strdupv (record->to);
  return copy;
}

void
weir_batch_record_free (WeirBatchRecord *record)
{
  if (record == NULL)
    return;
  g_strfreev (record->from);
  g_strfreev (record->to);
  g_free (record);
}

WeirBatchLog *
weir_batch_log_new (void)
{
  return g_new0 (WeirBatchLog, 1);
}

void
weir_batch_log_free (WeirBatchLog *log)
{
  if (log == NULL)
    return;
  weir_batch_record_free (log->last);
  g_free (log);
}

gboolean
weir_batch_log_append_offsets (WeirBatchLog          *log,
                               const WeirBatchRecord *record,
                               GError               **error)
{
  guint64 expected = log->last == NULL ? 0 : log->last->batch_id + (log->committed ? 1 : 0);

  if (record->batch_id != expected)
    return weir_fail (error, WEIR_ERROR_RUN, "INTERNAL_ERROR", WEIR_SPAN_NONE,
                      "Batch %" G_GUINT64_FORMAT " cannot follow in the log; expected %" G_GUINT64_FORMAT ".",
                      record->batch_id, expected);
  weir_batch_record_free (log->last);
  log->last = weir_batch_record_copy (record);
  log->committed = FALSE;
  return TRUE;
}

gboolean
weir_batch_log_append_commit (WeirBatchLog *log,
                              guint64       batch_id,
                              GError      **error)
{
  if (log->last == NULL || log->last->batch_id != batch_id || log->committed)
    return weir_fail (error, WEIR_ERROR_RUN, "INTERNAL_ERROR", WEIR_SPAN_NONE,
                      "Commit of batch %" G_GUINT64_FORMAT " has no open batch in the log.", batch_id);
  log->committed = TRUE;
  return TRUE;
}

const WeirBatchRecord *
weir_batch_log_get_last (WeirBatchLog *log,
                         gboolean     *committed)
{
  if (committed != NULL)
    *committed = log->last != NULL && log->committed;
  return log->last;
}
