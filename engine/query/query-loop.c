/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/query-loop-private.h"

/*
 * The thread of a running query: a main context of its own drives the source readers and the trigger. A tick plans a batch
 * and runs it; heavy work is in the shared pool, so this thread mostly waits. After a batch the next tick follows at once
 * (interval 0) or at the next multiple of the interval; with nothing to do it follows a source's notify, or a poll.
 *
 *   processing time   tick → batch or nothing → tick …             until stopped
 *   once              wait for the ends to be known → one batch without limits → end; no no-data batch
 *   available now     wait for the ends → batches up to them → a no-data batch if one is due → end
 *   batch query       as once, over static scans
 *
 * What has to be open first is in query-loop-open.c; what readers see of a batch and of the sources in query-loop-publish.c and -sources.c.
 */

/* Sources notify; this is for what cannot (a file system without change notices), and for a manual clock. */
#define POLL_INTERVAL_MS 250

static void
update_state (WeirQueryLoop *self)
{
  gboolean       waiting = _weir_query_loop_publish_sources (self);
  WeirQueryState wanted = waiting || self->retry.since_us != 0 ? WEIR_QUERY_WAITING : WEIR_QUERY_RUNNING;

  if (weir_query_get_state (self->query) != wanted)
    _weir_query_set_state (self->query, wanted, NULL);
}

static void
schedule (WeirQueryLoop *self,
          gint64         delay_us)
{
  g_source_set_ready_time (self->tick, g_get_monotonic_time () + delay_us);
}

static void
finish (WeirQueryLoop *self)
{
  self->closing = TRUE;
  g_main_loop_quit (self->query->loop);
}

static void
fail (WeirQueryLoop *self,
      GError        *error)
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
  WeirQueryLoop *self = data;

  if (self->closing)
    return;
  update_state (self);
  if (self->error != NULL)
    finish (self);
  else if (!self->running && self->retry.since_us == 0 && (self->query->spec.trigger.kind != WEIR_TRIGGER_PROCESSING_TIME || self->query->spec.trigger.interval_us == 0))
    g_source_set_ready_time (self->tick, 0);
}

static void
publish_checkpoint (WeirQueryLoop *self)
{
  if (self->checkpoint != NULL)
    _weir_query_set_notice (self->query, weir_checkpoint_get_trouble (self->checkpoint));
}

static void
set_replaying (WeirQueryLoop *self,
               gboolean       is_replaying)
{
  g_mutex_lock (&self->query->lock);
  self->query->is_replaying = is_replaying;
  g_mutex_unlock (&self->query->lock);
}

/* One batch. FALSE: there was nothing to do, or an error. */
static gboolean
run_one (WeirQueryLoop *self,
         gboolean       unlimited,
         gboolean       allow_no_data,
         GError       **error)
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
        _weir_query_loop_publish_idle (self);
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
  _weir_query_loop_count_arrivals (self, result);
  _weir_query_loop_publish_result (self, result);
  publish_checkpoint (self);
  set_replaying (self, FALSE);
  self->last_start_us = self->previous_us = result->started_us;
  self->n_batches++;
  _weir_query_end_trigger (self->query, asked, TRUE, has_interval);
  return TRUE;
}

static gboolean
is_over (WeirQueryLoop *self)
{
  const WeirQuerySpec *spec = &self->query->spec;

  return (spec->max_batches > 0 && self->n_batches >= spec->max_batches) ||
         (self->deadline_us > 0 && g_get_monotonic_time () >= self->deadline_us) ||
         g_cancellable_is_cancelled (self->query->cancellable);
}

/* Takes @error. */
static void
fail_or_retry (WeirQueryLoop *self,
               GError        *error)
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

/* Once a run: a batch took longer than the trigger's interval. */
static void
tell_of_overrun (WeirQueryLoop *self,
                 gint64         spent_us)
{
  g_autofree char *message = NULL;

  if (self->told_of_overrun || spent_us <= self->query->spec.trigger.interval_us)
    return;
  self->told_of_overrun = TRUE;
  message = g_strdup_printf ("Current batch is falling behind. The trigger interval is %" G_GINT64_FORMAT " milliseconds, but spent %" G_GINT64_FORMAT " milliseconds.",
                             self->query->spec.trigger.interval_us / 1000, spent_us / 1000);
  _weir_query_message (self->query, message);
}

static void
tick_processing_time (WeirQueryLoop *self)
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
      if (ran)
        tell_of_overrun (self, now_us - self->last_start_us);
      next_us = weir_trigger_next (trigger, ran ? self->last_start_us : now_us, now_us);
      schedule (self, next_us - now_us);
    }
  else
    schedule (self, ran ? 0 : POLL_INTERVAL_MS * 1000);
}

/* once, available-now and batch queries: up to ends that are fixed first. */
static void
tick_bounded (WeirQueryLoop *self)
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
  WeirQueryLoop *self = data;

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
run_loop (WeirQueryLoop *self)
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
  _weir_query_loop_watch_sources (self);
  _weir_open_windows_init (&self->open, self->query, self->run, self->table);
  weir_stream_run_start (self->run, source_notify_cb, self);
  g_main_loop_run (self->query->loop);
  self->closing = TRUE;
  _weir_query_loop_unwatch_sources (self);
  _weir_open_windows_clear (&self->open);
  weir_stream_run_stop (self->run);
  _weir_query_loop_publish_sources (self);
  g_mutex_lock (&self->query->lock);
  g_clear_pointer (&self->query->tick, g_source_unref);
  g_mutex_unlock (&self->query->lock);
  g_source_destroy (self->tick);
  g_source_unref (self->tick);
}

gpointer
_weir_query_thread (gpointer data)
{
  WeirQuery    *query = data;
  WeirQueryLoop self = { .query = query };

  g_main_context_push_thread_default (query->loop_context);
  if (_weir_query_loop_open (&self))
    run_loop (&self);
  _weir_query_loop_close (&self);
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
