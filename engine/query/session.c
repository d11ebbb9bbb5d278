/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/session-private.h"

#include <string.h>

#include "column/timestamp.h"
#include "query/formats.h"

/*
 * WeirSession: what the queries of one document or one run share, and their signals as its own. Statements are run in session-execute.c, queries
 * made in session-query.c; here are the settings, the list of queries and the rows of a program.
 *
 * Everything happens in the context that was the thread's default when the session was made.
 */

G_DEFINE_FINAL_TYPE (WeirSession, weir_session, G_TYPE_OBJECT)

enum
{
  SIGNAL_QUERY_ADDED,
  SIGNAL_MESSAGE,
  SIGNAL_QUERY_STARTED,
  SIGNAL_QUERY_PROGRESS,
  SIGNAL_QUERY_IDLE,
  SIGNAL_QUERY_TERMINATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
clear_run_options (WeirRunOptions *options)
{
  g_free ((char *)options->trigger);
  g_free ((char *)options->default_trigger);
  g_free ((char *)options->output_mode);
  g_free ((char *)options->checkpoint);
  memset (options, 0, sizeof *options);
}

static void
weir_session_finalize (GObject *object)
{
  WeirSession *self = WEIR_SESSION (object);

  g_ptr_array_unref (self->queries);
  weir_catalog_free (self->catalog);
  weir_reader_hub_unref (self->hub);
  weir_clock_unref (self->clock);
  g_hash_table_unref (self->conf);
  g_clear_pointer (&self->script, weir_sql_script_unref);
  g_string_free (self->definitions, TRUE);
  g_clear_pointer (&self->checkpoints, g_hash_table_unref);
  g_main_context_unref (self->context);
  g_free (self->base_dir);
  clear_run_options (&self->options);
  if (self->secret_destroy != NULL)
    self->secret_destroy (self->secret_data);
  G_OBJECT_CLASS (weir_session_parent_class)->finalize (object);
}

static void
weir_session_class_init (WeirSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = weir_session_finalize;
  signals[SIGNAL_QUERY_ADDED] = g_signal_new ("query-added", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                              G_TYPE_NONE, 1, WEIR_TYPE_QUERY);
  signals[SIGNAL_MESSAGE] = g_signal_new ("message", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_QUERY_STARTED] = g_signal_new ("query-started", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                G_TYPE_NONE, 1, WEIR_TYPE_QUERY);
  signals[SIGNAL_QUERY_PROGRESS] = g_signal_new ("query-progress", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                 G_TYPE_NONE, 2, WEIR_TYPE_QUERY, G_TYPE_POINTER);
  signals[SIGNAL_QUERY_IDLE] = g_signal_new ("query-idle", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 2, WEIR_TYPE_QUERY, G_TYPE_INT64);
  signals[SIGNAL_QUERY_TERMINATED] = g_signal_new ("query-terminated", WEIR_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                                   G_TYPE_NONE, 2, WEIR_TYPE_QUERY, G_TYPE_ERROR);
}

void
_weir_session_message (WeirSession *self,
                       const char  *text)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
}

/* StreamingQueryListener: what queries tell becomes signals of their session. */
static void
query_started_cb (WeirSession *self,
                  WeirQuery   *query)
{
  g_signal_emit (self, signals[SIGNAL_QUERY_STARTED], 0, query);
}

static void
query_batch_cb (WeirSession  *self,
                WeirProgress *progress,
                WeirQuery    *query)
{
  if (weir_progress_get_is_idle (progress))
    g_signal_emit (self, signals[SIGNAL_QUERY_IDLE], 0, query, weir_progress_get_timestamp_us (progress));
  else
    g_signal_emit (self, signals[SIGNAL_QUERY_PROGRESS], 0, query, progress);
}

static void
query_terminated_cb (WeirSession *self,
                     WeirQuery   *query)
{
  g_autoptr (GError) error = weir_query_exception (query);

  g_signal_emit (self, signals[SIGNAL_QUERY_TERMINATED], 0, query, error);
}

static void
listen_to (WeirSession *self,
           WeirQuery   *query)
{
  g_signal_connect_object (query, "started", G_CALLBACK (query_started_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (query, "batch", G_CALLBACK (query_batch_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (query, "terminated", G_CALLBACK (query_terminated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (query, "message", G_CALLBACK (_weir_session_message), self, G_CONNECT_SWAPPED);
}

void
_weir_session_add_query (WeirSession *self,
                         WeirQuery   *query)
{
  listen_to (self, query);
  g_ptr_array_add (self->queries, g_object_ref (query));
  g_signal_emit (self, signals[SIGNAL_QUERY_ADDED], 0, query);
}

/* Queries read their session's sources through its hub: it must be there until the last one is gone. */
static void
query_free (gpointer query)
{
  weir_query_stop (query);
  weir_query_await_termination (query, 0, NULL);
  g_object_unref (query);
}

static void
weir_session_init (WeirSession *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->catalog = weir_catalog_new ();
  _weir_session_allow_connections (self);
  weir_formats_register (self->catalog);
  self->clock = weir_clock_new_real ();
  self->hub = weir_reader_hub_new ();
  self->base_dir = g_get_current_dir ();
  self->definitions = g_string_new (NULL);
  self->queries = g_ptr_array_new_with_free_func (query_free);
  self->conf = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

WeirSession *
weir_session_new (void)
{
  return g_object_new (WEIR_TYPE_SESSION, NULL);
}

gboolean
weir_session_set_now (WeirSession *session,
                      const char  *timestamp,
                      GError     **error)
{
  gint64 now_us;

  if (!weir_timestamp_parse (timestamp, strlen (timestamp), weir_catalog_get_zone (session->catalog), &now_us))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "CAST_INVALID_INPUT", WEIR_SPAN_NONE,
                      "'%s' is no timestamp; write it as 2026-01-31T10:00:00Z.", timestamp);
  weir_clock_unref (session->clock);
  session->clock = weir_clock_new_fixed (now_us);
  return TRUE;
}

void
_weir_session_warn_of_setting (WeirSession *self,
                               const char  *key,
                               const char  *value)
{
  const char      *reason = weir_setting_idle_reason (key, value);
  g_autofree char *message = reason != NULL ? g_strdup_printf ("Setting %s=%s has no effect. %s", key, value, reason) : NULL;

  if (message != NULL)
    _weir_session_message (self, message);
}

gboolean
weir_session_set_conf (WeirSession *session,
                       const char  *key,
                       const char  *value,
                       GError     **error)
{
  if (!weir_catalog_set (session->catalog, key, value, error))
    return FALSE;
  g_hash_table_replace (session->conf, g_strdup (key), g_strdup (value));
  _weir_session_warn_of_setting (session, key, value);
  return TRUE;
}

const char *
weir_session_get_conf (WeirSession *session,
                       const char  *key)
{
  return weir_catalog_get (session->catalog, key);
}

void
weir_session_set_base_dir (WeirSession *session,
                           const char  *base_dir)
{
  g_free (session->base_dir);
  session->base_dir = g_strdup (base_dir);
}

void
weir_session_set_secret_func (WeirSession   *session,
                              WeirSecretFunc func,
                              gpointer       user_data,
                              GDestroyNotify destroy)
{
  session->secret_func = func;
  session->secret_data = user_data;
  session->secret_destroy = destroy;
}

void
weir_session_set_run_options (WeirSession          *session,
                              const WeirRunOptions *options)
{
  clear_run_options (&session->options);
  session->options = *options;
  session->options.trigger = g_strdup (options->trigger);
  session->options.default_trigger = g_strdup (options->default_trigger);
  session->options.output_mode = g_strdup (options->output_mode);
  session->options.checkpoint = g_strdup (options->checkpoint);
}

/* ---- queries ---------------------------------------------------------------------------------------------------- */

GPtrArray *
weir_session_list_queries (WeirSession *session)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < session->queries->len; i++)
    g_ptr_array_add (copy, g_object_ref (session->queries->pdata[i]));
  return copy;
}

WeirQuery *
weir_session_get_query (WeirSession *session,
                        const char  *name)
{
  for (guint i = 0; i < session->queries->len; i++)
    {
      const char *other = weir_query_get_name (session->queries->pdata[i]);

      if (other != NULL && g_ascii_strcasecmp (other, name) == 0)
        return session->queries->pdata[i];
    }
  return NULL;
}

static gboolean
push_batch_cb (gpointer   data,
               WeirBatch *batch,
               GError   **error)
{
  gpointer *args = data;

  return weir_reader_hub_push (args[0], args[1], batch, error);
}

gboolean
weir_session_push_rows (WeirSession *session,
                        const char  *table,
                        const char  *ndjson,
                        GError     **error)
{
  WeirTable                  *queue = weir_catalog_get_table (session->catalog, table);
  g_autoptr (WeirDecoder)     decoder = NULL;
  g_autoptr (WeirDecodeState) state = NULL;
  g_autoptr (WeirBuffer)      buffer = NULL;
  WeirDecodeStats             stats = { 0 };
  WeirDecodeBlock             block = { 0 };
  gpointer                    args[2] = { session->hub, (gpointer)table };
  gsize                       len = strlen (ndjson);
  gboolean                    ok;

  if (queue == NULL || queue->declared == NULL || strcmp (queue->format->name, "queue") != 0)
    return weir_fail (error, WEIR_ERROR_RUN, "TABLE_OR_VIEW_NOT_FOUND", WEIR_SPAN_NONE, "There is no queue table \"%s\".", table);
  decoder = weir_decoder_new ("json", queue->declared, NULL, NULL, weir_catalog_get_zone (session->catalog), NULL, error);
  if (decoder == NULL)
    return FALSE;
  state = weir_decode_state_new (decoder);
  buffer = weir_buffer_new (len);
  memcpy (buffer->data, ndjson, len);
  block.buffer = buffer;
  block.len = len;
  block.at_start = TRUE;
  ok = weir_decoder_decode (decoder, state, &block, push_batch_cb, args, &stats, error);
  weir_decode_stats_clear (&stats);
  return ok;
}
