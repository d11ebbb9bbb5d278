/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/query-loop-private.h"

/*
 * Every source's status is copied at each tick and whenever a source notifies; while a batch keeps the thread busy the sources' own threads
 * write theirs.
 */

static const char *
source_state_name (WeirSourceState state)
{
  static const char *const names[] = { "idle", "connecting", "connected", "retrying", "ended", "failed" };

  return names[state];
}

gboolean
_weir_query_loop_publish_sources (WeirQueryLoop *self)
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

/* A source's status while a batch keeps the loop from _weir_query_loop_publish_sources(); any thread. */
static void
source_status_cb (const WeirSourceStatus *status,
                  gpointer                data)
{
  WeirSourceWatch *watch = data;

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

void
_weir_query_loop_watch_sources (WeirQueryLoop *self)
{
  guint n = weir_stream_run_get_n_scans (self->run);

  self->watches = g_new0 (WeirSourceWatch, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      self->watches[i] = (WeirSourceWatch){ self->query, i };
      weir_source_set_status_func (weir_stream_run_get_source (self->run, i), source_status_cb, &self->watches[i]);
    }
}

void
_weir_query_loop_unwatch_sources (WeirQueryLoop *self)
{
  for (guint i = 0; i < weir_stream_run_get_n_scans (self->run); i++)
    weir_source_set_status_func (weir_stream_run_get_source (self->run, i), NULL, NULL);
  g_clear_pointer (&self->watches, g_free);
}

void
_weir_query_loop_count_arrivals (WeirQueryLoop         *self,
                                 const WeirBatchResult *result)
{
  for (guint i = 0; result->stats.scan_rows != NULL && i < weir_stream_run_get_n_scans (self->run); i++)
    if (result->stats.scan_rows[i] > 0)
      {
        self->arrivals[i].rows += result->stats.scan_rows[i];
        self->arrivals[i].last_us = result->started_us;
      }
  _weir_query_loop_publish_sources (self);
}
