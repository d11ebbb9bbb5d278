/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/query-private.h"

#include "base/limits.h"

/*
 * WeirQuery is the side of a running query that others see. Its thread (query-loop.c) works on objects of its own and leaves what
 * changed here under `lock`, which is held for a few instructions only; events become signals in the session's main
 * context, at most ten times a second, state changes at once. The newest snapshot is handed over by one atomic exchange: the
 * run puts, the reader takes, latest wins.
 */

/* Signals other than state changes are bundled for this long. */
#define DISPATCH_INTERVAL_US 100000

G_DEFINE_FINAL_TYPE (WeirQuery, weir_query, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_STATE,
  PROP_IS_STREAMING,
  PROP_HELD,
  N_PROPS,
};

enum
{
  SIGNAL_STARTED,
  SIGNAL_BATCH,
  SIGNAL_PROGRESS,
  SIGNAL_SNAPSHOT,
  SIGNAL_SAMPLES,
  SIGNAL_SOURCES,
  SIGNAL_TERMINATED,
  SIGNAL_MESSAGE,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint       signals[N_SIGNALS];

static gboolean
dispatch_cb (gpointer data)
{
  WeirQuery               *self = data;
  g_autoptr (WeirProgress) progress = NULL;
  GQueue                   unsent, messages;
  guint                    events;

  g_mutex_lock (&self->lock);
  events = self->events;
  self->events = 0;
  g_clear_pointer (&self->dispatch, g_source_unref);
  self->dispatched_us = g_get_monotonic_time ();
  if (self->progress.tail != NULL)
    progress = weir_progress_ref (self->progress.tail->data);
  unsent = self->unsent;
  g_queue_init (&self->unsent);
  messages = self->messages;
  g_queue_init (&self->messages);
  g_mutex_unlock (&self->lock);

  g_object_ref (self);
  for (GList *link = messages.head; link != NULL; link = link->next)
    g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, link->data);
  g_queue_clear_full (&messages, g_free);
  if (events & WEIR_EVENT_STATE)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  for (GList *link = unsent.head; link != NULL; link = link->next)
    g_signal_emit (self, signals[SIGNAL_BATCH], 0, link->data);
  g_queue_clear_full (&unsent, (GDestroyNotify)weir_progress_unref);
  if ((events & WEIR_EVENT_PROGRESS) && progress != NULL)
    g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, progress);
  if (events & WEIR_EVENT_SNAPSHOT)
    g_signal_emit (self, signals[SIGNAL_SNAPSHOT], 0);
  if (events & WEIR_EVENT_SAMPLES)
    g_signal_emit (self, signals[SIGNAL_SAMPLES], 0);
  if (events & WEIR_EVENT_SOURCES)
    g_signal_emit (self, signals[SIGNAL_SOURCES], 0);
  if (events & WEIR_EVENT_TERMINATED)
    g_signal_emit (self, signals[SIGNAL_TERMINATED], 0);
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

void
_weir_query_post (WeirQuery      *self,
                  WeirQueryEvents events)
{
  gboolean at_once = (events & (WEIR_EVENT_STATE | WEIR_EVENT_TERMINATED | WEIR_EVENT_MESSAGE)) != 0;

  g_mutex_lock (&self->lock);
  self->events |= events;
  if (self->dispatch == NULL && !self->is_disposed)
    {
      self->dispatch = g_timeout_source_new (0);
      g_source_set_callback (self->dispatch, dispatch_cb, g_object_ref (self), g_object_unref);
      g_source_set_ready_time (self->dispatch, at_once ? 0 : self->dispatched_us + DISPATCH_INTERVAL_US);
      g_source_attach (self->dispatch, self->context);
    }
  else if (self->dispatch != NULL && at_once)
    g_source_set_ready_time (self->dispatch, 0);
  g_mutex_unlock (&self->lock);
}

void
_weir_query_message (WeirQuery  *self,
                     const char *text)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->messages, g_strdup (text));
  g_mutex_unlock (&self->lock);
  _weir_query_post (self, WEIR_EVENT_MESSAGE);
}

/* The thread of the run and whoever stops it decide at the same time: which came first is known with the lock only. */
static gboolean
may_become (WeirQueryState state,
            WeirQueryState wanted)
{
  switch (wanted)
    {
    case WEIR_QUERY_RUNNING:
    case WEIR_QUERY_WAITING:
      return _weir_query_state_is_active (state) && state != WEIR_QUERY_STOPPING;
    case WEIR_QUERY_STOPPING:
      return _weir_query_state_is_active (state);
    case WEIR_QUERY_STARTING:
    case WEIR_QUERY_STOPPED:
    case WEIR_QUERY_FAILED:
    default:
      return TRUE;
    }
}

gboolean
_weir_query_set_state (WeirQuery     *self,
                       WeirQueryState state,
                       GError        *error)
{
  g_mutex_lock (&self->lock);
  if (!may_become (self->state, state))
    {
      g_mutex_unlock (&self->lock);
      g_clear_error (&error);
      return FALSE;
    }
  if (error != NULL || state == WEIR_QUERY_STARTING)
    {
      g_clear_error (&self->error);
      self->error = error;
    }
  self->state = state;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  _weir_query_post (self, WEIR_EVENT_STATE);
  return TRUE;
}

void
weir_query_spec_clear (WeirQuerySpec *spec)
{
  g_free (spec->name);
  g_free (spec->sql);
  g_free (spec->script);
  g_free (spec->analyzed);
  g_clear_pointer (&spec->plan, weir_plan_unref);
  g_clear_pointer (&spec->zone, weir_zone_unref);
  g_clear_pointer (&spec->clock, weir_clock_unref);
  g_clear_pointer (&spec->sinks, g_ptr_array_unref);
  g_clear_pointer (&spec->settings, g_ptr_array_unref);
  g_free (spec->checkpoint);
  g_free (spec->kept_script);
  g_free (spec->id);
  g_clear_pointer (&spec->secrets, g_hash_table_unref);
}

WeirQuery *
_weir_query_new (WeirQuerySpec *spec,
                 GMainContext  *context)
{
  WeirQuery *self = g_object_new (WEIR_TYPE_QUERY, NULL);

  self->spec = *spec;
  memset (spec, 0, sizeof *spec);
  self->context = g_main_context_ref (context);
  self->id = self->spec.id != NULL ? g_strdup (self->spec.id) : g_uuid_string_random ();
  return self;
}

static void
join_thread (WeirQuery *self)
{
  if (self->thread == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_main_loop_quit (self->loop);
  g_main_context_wakeup (self->loop_context);
  if (self->thread == g_thread_self ())
    g_thread_unref (self->thread);
  else
    g_thread_join (self->thread);
  self->thread = NULL;
}

/* The thread is ended while the object still has a reference to give: once it is being finalised, nothing may take one. */
static void
weir_query_dispose (GObject *object)
{
  WeirQuery *self = WEIR_QUERY (object);

  g_mutex_lock (&self->lock);
  self->is_disposed = TRUE;
  g_mutex_unlock (&self->lock);
  join_thread (self);
  G_OBJECT_CLASS (weir_query_parent_class)->dispose (object);
}

static void
weir_query_finalize (GObject *object)
{
  WeirQuery *self = WEIR_QUERY (object);

  if (self->row_destroy != NULL)
    self->row_destroy (self->row_data);
  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);
  weir_query_spec_clear (&self->spec);
  g_free (self->id);
  g_free (self->first_id);
  g_free (self->run_id);
  g_free (self->newest_row);
  g_clear_error (&self->error);
  g_queue_clear_full (&self->progress, (GDestroyNotify)weir_progress_unref);
  g_queue_clear_full (&self->unsent, (GDestroyNotify)weir_progress_unref);
  g_queue_clear_full (&self->messages, g_free);
  weir_samples_clear (&self->samples);
  g_clear_pointer (&self->sources, g_ptr_array_unref);
  g_free (self->explained);
  g_free (self->trouble);
  g_free (self->notice);
  g_clear_pointer (&self->snapshot, weir_snapshot_unref);
  g_clear_pointer (&self->current, weir_snapshot_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->loop_context, g_main_context_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (weir_query_parent_class)->finalize (object);
}

static void
weir_query_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  WeirQuery *self = WEIR_QUERY (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->spec.name);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int)weir_query_get_state (self));
      break;
    case PROP_IS_STREAMING:
      g_value_set_boolean (value, self->spec.is_streaming);
      break;
    case PROP_HELD:
      g_value_set_boolean (value, weir_query_get_held (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
weir_query_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  if (prop_id == PROP_HELD)
    weir_query_set_held (WEIR_QUERY (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
weir_query_class_init (WeirQueryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = weir_query_dispose;
  object_class->finalize = weir_query_finalize;
  object_class->get_property = weir_query_get_property;
  object_class->set_property = weir_query_set_property;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, WEIR_QUERY_FAILED, 0, flags);
  properties[PROP_IS_STREAMING] = g_param_spec_boolean ("is-streaming", NULL, NULL, FALSE, flags);
  properties[PROP_HELD] = g_param_spec_boolean ("held", NULL, NULL, FALSE,
                                                G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_STARTED] = g_signal_new ("started", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_BATCH] = g_signal_new ("batch", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_SNAPSHOT] = g_signal_new ("snapshot", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SAMPLES] = g_signal_new ("samples", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_SOURCES] = g_signal_new ("sources", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TERMINATED] = g_signal_new ("terminated", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", WEIR_TYPE_QUERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
weir_query_init (WeirQuery *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->watermark_us = self->newest_event_us = G_MININT64;
}

/* A fresh run begins: what the last one counted is forgotten. */
static void
reset_counters (WeirQuery *self)
{
  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->progress, (GDestroyNotify)weir_progress_unref);
  g_queue_clear_full (&self->unsent, (GDestroyNotify)weir_progress_unref);
  weir_samples_clear (&self->samples);
  self->n_asked = self->n_answered = 0;
  self->status = NULL;
  g_clear_pointer (&self->trouble, g_free);
  g_clear_pointer (&self->notice, g_free);
  self->rows_in = self->rows_out = self->rows_late = self->rows_bad = self->rows_passed = 0;
  self->watermark_us = self->newest_event_us = G_MININT64;
  g_clear_pointer (&self->newest_row, g_free);
  self->started_us = weir_clock_now_us (self->spec.clock);
  g_free (self->run_id);
  self->run_id = g_uuid_string_random ();
  g_mutex_unlock (&self->lock);
}

void
weir_query_start (WeirQuery *query)
{
  g_autofree char *thread_name = NULL;

  g_return_if_fail (WEIR_IS_QUERY (query));
  if (_weir_query_state_is_active (weir_query_get_state (query)))
    return;
  join_thread (query);
  reset_counters (query);
  g_clear_object (&query->cancellable);
  g_clear_pointer (&query->loop, g_main_loop_unref);
  g_clear_pointer (&query->loop_context, g_main_context_unref);
  query->cancellable = g_cancellable_new ();
  query->loop_context = g_main_context_new ();
  query->loop = g_main_loop_new (query->loop_context, FALSE);
  _weir_query_set_state (query, WEIR_QUERY_STARTING, NULL);
  g_signal_emit (query, signals[SIGNAL_STARTED], 0);
  thread_name = g_strndup (query->spec.name != NULL ? query->spec.name : "query", 15);
  /* The thread keeps the query until its last event is posted. */
  query->thread = g_thread_new (thread_name, _weir_query_thread, g_object_ref (query));
}

void
_weir_query_publish_snapshot (WeirQuery       *self,
                              WeirResultTable *table)
{
  WeirSnapshot *old = g_atomic_pointer_exchange (&self->snapshot, weir_result_table_snapshot (table));

  weir_snapshot_unref (old);
  _weir_query_post (self, WEIR_EVENT_SNAPSHOT);
}

WeirSnapshot *
weir_query_take_snapshot (WeirQuery *query)
{
  WeirSnapshot *fresh = g_atomic_pointer_exchange (&query->snapshot, NULL);

  if (fresh != NULL)
    {
      g_clear_pointer (&query->current, weir_snapshot_unref);
      query->current = fresh;
    }
  return query->current != NULL ? weir_snapshot_ref (query->current) : NULL;
}

void
weir_query_set_row_func (WeirQuery     *query,
                         WeirRowFunc    func,
                         gpointer       user_data,
                         GDestroyNotify destroy)
{
  query->row_func = func;
  query->row_data = user_data;
  query->row_destroy = destroy;
}

void
weir_query_set_progress_func (WeirQuery       *query,
                              WeirProgressFunc func,
                              gpointer         user_data,
                              GDestroyNotify   destroy)
{
  query->progress_func = func;
  query->progress_data = user_data;
  query->progress_destroy = destroy;
}

void
weir_query_keep_result (WeirQuery *query)
{
  query->keep_result = TRUE;
}
