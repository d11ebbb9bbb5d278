/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/query-private.h"

#include <json-glib/json-glib.h>

/*
 * Steering a running query from outside its thread, and Spark's calls on the query object. A held query reads its sources but
 * starts no batch; a step lets one through. processAllAvailable() asks a numbered question; the next trigger that finds nothing answers
 * all questions asked before it began.
 */

/* With the lock. */
static void
wake (WeirQuery *self)
{
  if (self->tick != NULL)
    g_source_set_ready_time (self->tick, 0);
}

void
weir_query_set_held (WeirQuery *query,
                     gboolean   held)
{
  gboolean changed;

  g_return_if_fail (WEIR_IS_QUERY (query));
  g_mutex_lock (&query->lock);
  changed = query->held != held;
  query->held = held;
  query->n_steps = 0;
  if (changed && !held)
    wake (query);
  g_mutex_unlock (&query->lock);
  if (changed)
    g_object_notify (G_OBJECT (query), "held");
}

gboolean
weir_query_get_held (WeirQuery *query)
{
  gboolean held;

  g_return_val_if_fail (WEIR_IS_QUERY (query), FALSE);
  g_mutex_lock (&query->lock);
  held = query->held;
  g_mutex_unlock (&query->lock);
  return held;
}

void
weir_query_step (WeirQuery *query)
{
  g_return_if_fail (WEIR_IS_QUERY (query));
  g_mutex_lock (&query->lock);
  query->n_steps = 1;
  wake (query);
  g_mutex_unlock (&query->lock);
}

gboolean
_weir_query_may_run (WeirQuery *self)
{
  gboolean may;

  g_mutex_lock (&self->lock);
  may = !self->held || self->n_steps > 0;
  self->n_steps = 0;
  g_mutex_unlock (&self->lock);
  return may;
}

guint64
_weir_query_begin_trigger (WeirQuery *self)
{
  guint64 asked;

  g_mutex_lock (&self->lock);
  asked = self->n_asked;
  self->is_trigger_active = TRUE;
  self->status = "Getting offsets from sources";
  g_mutex_unlock (&self->lock);
  return asked;
}

void
_weir_query_end_trigger (WeirQuery *self,
                         guint64    asked,
                         gboolean   ran,
                         gboolean   has_interval)
{
  g_mutex_lock (&self->lock);
  self->is_trigger_active = FALSE;
  self->is_data_available = ran;
  self->status = has_interval && ran ? "Waiting for next trigger" : "Waiting for data to arrive";
  if (!ran)
    {
      self->n_answered = asked;
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->lock);
}

void
_weir_query_set_status (WeirQuery  *self,
                        const char *status,
                        gboolean    is_data_available)
{
  g_mutex_lock (&self->lock);
  self->status = status;
  self->is_data_available = is_data_available;
  g_mutex_unlock (&self->lock);
}

void
_weir_query_set_notice (WeirQuery  *self,
                        const char *message)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = g_strcmp0 (self->notice, message) != 0;
  if (is_new)
    {
      g_free (self->notice);
      self->notice = g_strdup (message);
    }
  g_mutex_unlock (&self->lock);
  if (is_new)
    _weir_query_post (self, WEIR_EVENT_SOURCES);
}

gboolean
weir_query_process_all_available (WeirQuery *query,
                                  gint64     timeout_us,
                                  GError   **error)
{
  gint64   end = timeout_us > 0 ? g_get_monotonic_time () + timeout_us : G_MAXINT64;
  gboolean answered;
  guint64  question;

  g_return_val_if_fail (WEIR_IS_QUERY (query), FALSE);
  g_mutex_lock (&query->lock);
  question = ++query->n_asked;
  if (query->spec.trigger.interval_us == 0)
    wake (query);
  while (_weir_query_state_is_active (query->state) && query->n_answered < question)
    if (end == G_MAXINT64)
      g_cond_wait (&query->changed, &query->lock);
    else if (!g_cond_wait_until (&query->changed, &query->lock, end))
      break;
  answered = query->n_answered >= question || query->state == WEIR_QUERY_STOPPED;
  if (query->error != NULL && error != NULL)
    *error = g_error_copy (query->error);
  answered = answered && query->error == NULL;
  g_mutex_unlock (&query->lock);
  return answered;
}

GError *
weir_query_exception (WeirQuery *query)
{
  GError          *wrapped = NULL;
  g_autofree char *cause = NULL;

  g_return_val_if_fail (WEIR_IS_QUERY (query), NULL);
  g_mutex_lock (&query->lock);
  if (query->state == WEIR_QUERY_FAILED && query->error != NULL)
    {
      cause = weir_error_format (query->error, NULL);
      wrapped = weir_error_new (WEIR_ERROR_RUN, "STREAM_FAILED", weir_error_get_span (query->error),
                                "Query [id = %s, runId = %s] terminated with exception: %s", query->id, query->run_id, cause);
      weir_error_add_param (wrapped, "id", query->id);
      weir_error_add_param (wrapped, "runId", query->run_id);
      weir_error_add_param (wrapped, "message", cause);
    }
  g_mutex_unlock (&query->lock);
  return wrapped;
}

/* With the lock. */
static char *
describe (WeirQuery *self)
{
  g_autofree char *cause = NULL;
  const char      *status = self->status != NULL ? self->status : "Initializing sources";

  switch (self->state)
    {
    case WEIR_QUERY_FAILED:
      cause = weir_error_format (self->error, NULL);
      return g_strconcat ("Terminated with exception: ", cause, NULL);
    case WEIR_QUERY_STOPPED:
      return g_strdup (self->run_id != NULL ? "Stopped" : "Initializing StreamExecution");
    case WEIR_QUERY_STARTING:
      return g_strdup ("Initializing sources");
    case WEIR_QUERY_RUNNING:
    case WEIR_QUERY_WAITING:
    case WEIR_QUERY_STOPPING:
    default:
      return self->notice != NULL ? g_strdup_printf ("%s. %s", status, self->notice) : g_strdup (status);
    }
}

static void
add_boolean (JsonBuilder *builder,
             const char  *name,
             gboolean     value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

char *
weir_query_status (WeirQuery *query)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode)    root = NULL;
  g_autofree char        *message = NULL;
  gboolean                active;

  g_return_val_if_fail (WEIR_IS_QUERY (query), NULL);
  json_builder_begin_object (builder);
  g_mutex_lock (&query->lock);
  active = _weir_query_state_is_active (query->state);
  message = describe (query);
  json_builder_set_member_name (builder, "message");
  json_builder_add_string_value (builder, message);
  add_boolean (builder, "isDataAvailable", active && query->is_data_available);
  add_boolean (builder, "isTriggerActive", active && query->is_trigger_active);
  g_mutex_unlock (&query->lock);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
stop (WeirQuery *self,
      gboolean   now)
{
  GSource *source;

  if (!_weir_query_set_state (self, WEIR_QUERY_STOPPING, NULL))
    return;
  if (now)
    g_cancellable_cancel (self->cancellable);
  /* Through the loop: it may not have begun to run yet. */
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, quit_cb, g_main_loop_ref (self->loop), (GDestroyNotify)g_main_loop_unref);
  g_source_attach (source, self->loop_context);
  g_source_unref (source);
}

void
weir_query_stop (WeirQuery *query)
{
  g_return_if_fail (WEIR_IS_QUERY (query));
  stop (query, TRUE);
}

void
weir_query_stop_after_batch (WeirQuery *query)
{
  g_return_if_fail (WEIR_IS_QUERY (query));
  stop (query, FALSE);
}

gboolean
weir_query_await_termination (WeirQuery *query,
                              gint64     timeout_us,
                              GError   **error)
{
  gint64   end = timeout_us > 0 ? g_get_monotonic_time () + timeout_us : G_MAXINT64;
  gboolean ok;

  g_mutex_lock (&query->lock);
  while (_weir_query_state_is_active (query->state))
    if (end == G_MAXINT64)
      g_cond_wait (&query->changed, &query->lock);
    else if (!g_cond_wait_until (&query->changed, &query->lock, end))
      break;
  ok = !_weir_query_state_is_active (query->state) && query->error == NULL;
  if (query->error != NULL && error != NULL)
    *error = g_error_copy (query->error);
  g_mutex_unlock (&query->lock);
  return ok;
}

void
_weir_query_push_progress (WeirQuery    *self,
                           WeirProgress *progress)
{
  g_queue_push_tail (&self->progress, weir_progress_ref (progress));
  while (self->progress.length > 0 && self->progress.length >= self->spec.n_recent_max)
    weir_progress_unref (g_queue_pop_head (&self->progress));
  g_queue_push_tail (&self->unsent, weir_progress_ref (progress));
  if (self->unsent.length > WEIR_UNSENT_PROGRESS_MAX)
    weir_progress_unref (g_queue_pop_head (&self->unsent));
}
