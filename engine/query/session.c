/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-query"
#include "config.h"

#include "query/session-private.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory-limit.h"
#include "column/timestamp.h"
#include "query/formats.h"
#include "query/state-rows.h"

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

gboolean
weir_session_set_conf (WeirSession *session,
                       const char  *key,
                       const char  *value,
                       GError     **error)
{
  if (!weir_catalog_set (session->catalog, key, value, error))
    return FALSE;
  g_hash_table_replace (session->conf, g_strdup (key), g_strdup (value));
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

/* ---- secrets ---------------------------------------------------------------------------------------------------- */

static char *
drain_secret_descriptor (const char *number)
{
  GString *value;
  char     chunk[512];
  gssize   n;
  int      fd;

  fd = (int)g_ascii_strtoll (number, NULL, 10);
  value = g_string_new (NULL);
  while (value->len < 65536 && (n = read (fd, chunk, sizeof chunk)) > 0)
    g_string_append_len (value, chunk, n);
  while (value->len > 0 && value->str[value->len - 1] == '\n')
    g_string_truncate (value, value->len - 1);
  return g_string_free (value, FALSE);
}

/* WEIR_SECRET_NAME_FD: an inherited descriptor. It can be read once, the secret may be asked for with every query. */
static char *
read_secret_descriptor (const char *name)
{
  static GMutex      lock;
  static GHashTable *values;
  g_autofree char   *variable = g_strdup_printf ("WEIR_SECRET_%s_FD", name);
  const char        *number = g_getenv (variable);
  const char        *value;

  if (number == NULL)
    return NULL;
  g_mutex_lock (&lock);
  if (values == NULL)
    values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  value = g_hash_table_lookup (values, variable);
  if (value == NULL)
    {
      g_hash_table_insert (values, g_strdup (variable), drain_secret_descriptor (number));
      value = g_hash_table_lookup (values, variable);
    }
  g_mutex_unlock (&lock);
  return g_strdup (value);
}

static char *
find_secret (WeirSession *self,
             const char  *name)
{
  g_autofree char *variable = g_strdup_printf ("WEIR_SECRET_%s", name);
  char            *value = read_secret_descriptor (name);

  if (value == NULL)
    value = g_strdup (g_getenv (variable));
  if (value == NULL && self->secret_func != NULL)
    value = self->secret_func (name, self->secret_data);
  return value;
}

char *
_weir_session_resolve_secret (WeirSession *self,
                              const char  *value)
{
  static const char prefix[] = "${secret:";
  gsize             len = strlen (value);
  g_autofree char  *name = NULL;
  char             *secret;

  if (!g_str_has_prefix (value, prefix) || value[len - 1] != '}')
    return g_strdup (value);
  name = g_strndup (value + strlen (prefix), len - strlen (prefix) - 1);
  secret = find_secret (self, name);
  return secret != NULL ? secret : g_strdup (value);
}

static char *
option_cb (gpointer    data,
           const char *value)
{
  return _weir_session_resolve_secret (data, value);
}

void
_weir_session_allow_connections (WeirSession *self)
{
  weir_catalog_allow_connections (self->catalog, option_cb, self);
}

typedef struct
{
  WeirSession *session;
  GHashTable  *secrets;
  GError      *error;
} SecretWalk;

static void
collect_secrets_of (SecretWalk *walk,
                    GHashTable *options,
                    WeirSpan    span)
{
  GHashTableIter iter;
  gpointer       key, option;

  if (options == NULL)
    return;
  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &option))
    {
      static const char prefix[] = "${secret:";
      const char       *value = option;
      gsize             len = strlen (value);
      g_autofree char  *name = NULL;
      char             *secret;

      if (!g_str_has_prefix (value, prefix) || value[len - 1] != '}')
        continue;
      name = g_strndup (value + strlen (prefix), len - strlen (prefix) - 1);
      if (g_hash_table_contains (walk->secrets, name))
        continue;
      secret = find_secret (walk->session, name);
      if (secret != NULL)
        g_hash_table_insert (walk->secrets, g_steal_pointer (&name), secret);
      else if (walk->error == NULL)
        walk->error = weir_error_new (WEIR_ERROR_ANALYZE, "MISSING_SECRET", span,
                                      "There is no secret \"%s\" for option %s. Set WEIR_SECRET_%s, or store it in the keyring.",
                                      name, (const char *)key, name);
    }
}

static void
collect_secrets_cb (WeirPlan *plan,
                    gpointer  data)
{
  if (plan->kind != WEIR_PLAN_SCAN)
    return;
  collect_secrets_of (data, plan->scan.table->options, plan->span);
  collect_secrets_of (data, plan->scan.options, plan->span);
}

/* ---- queries ---------------------------------------------------------------------------------------------------- */

gboolean
_weir_session_choose_trigger (WeirSession             *self,
                              const WeirAnalyzedQuery *analyzed,
                              WeirTrigger             *trigger,
                              GError                 **error)
{
  *trigger = analyzed->trigger;
  if (!analyzed->is_streaming)
    return TRUE;
  if (self->options.trigger != NULL)
    return weir_trigger_parse (self->options.trigger, trigger, error);
  if (!analyzed->has_trigger && analyzed->name == NULL && self->options.default_trigger != NULL)
    return weir_trigger_parse (self->options.default_trigger, trigger, error);
  return TRUE;
}

/* Unset: three quarters of the memory there is, so that a query ends with an error before everything else suffers. */
static guint64
state_budget (WeirCatalog *catalog)
{
  gint64 bytes = weir_catalog_get_int (catalog, "weir.state.maxBytes");

  return bytes > 0 ? (guint64)bytes : weir_memory_limit () / 4 * 3;
}

static gboolean
fill_spec (WeirSession            *self,
           const WeirSqlStatement *statement,
           const char             *text,
           WeirAnalyzedQuery      *analyzed,
           WeirQuerySpec          *spec,
           GError                **error)
{
  WeirCatalog *catalog = self->catalog;
  SecretWalk   walk = { self, g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free), NULL };
  const char  *policy = weir_catalog_get (catalog, "spark.sql.streaming.multipleWatermarkPolicy");

  weir_plan_foreach (analyzed->plan, collect_secrets_cb, &walk);
  for (guint i = 0; i < analyzed->sinks->len; i++)
    {
      WeirTable *table = analyzed->sinks->pdata[i];

      collect_secrets_of (&walk, table->options, table->span);
    }
  spec->secrets = walk.secrets;
  if (walk.error != NULL)
    {
      g_propagate_error (error, walk.error);
      return FALSE;
    }
  if (!_weir_session_choose_trigger (self, analyzed, &spec->trigger, error))
    return FALSE;
  spec->name = g_strdup (analyzed->name);
  spec->script = g_strdup (text);
  spec->sql = g_strndup (text + statement->span.start, statement->span.end - statement->span.start);
  spec->plan = weir_plan_ref (analyzed->plan);
  spec->analyzed = weir_plan_to_string (analyzed->plan);
  spec->is_streaming = analyzed->is_streaming;
  spec->mode = analyzed->is_streaming ? analyzed->mode : WEIR_OUTPUT_APPEND;
  spec->zone = weir_zone_ref (weir_catalog_get_zone (catalog));
  spec->clock = weir_clock_ref (self->clock);
  spec->ansi = weir_catalog_get_bool (catalog, "spark.sql.ansi.enabled");
  spec->policy_max = policy != NULL && g_ascii_strcasecmp (policy, "max") == 0;
  spec->no_data_batches = weir_catalog_get_bool (catalog, "spark.sql.streaming.noDataMicroBatches.enabled");
  spec->ignore_missing_files = weir_catalog_get_bool (catalog, "spark.sql.files.ignoreMissingFiles");
  spec->state_max_bytes = state_budget (catalog);
  spec->result_rows_max = (guint)weir_catalog_get_int (catalog, "weir.result.maxRows");
  spec->result_bytes_max = (guint64)weir_catalog_get_int (catalog, "weir.result.maxBytes");
  spec->retry_us = self->options.retry_us;
  spec->idle_us = weir_catalog_get_int (catalog, "spark.sql.streaming.noDataProgressEventInterval") * 1000;
  spec->n_recent_max = (guint)CLAMP (weir_catalog_get_int (catalog, "spark.sql.streaming.numRecentProgressUpdates"), 1, WEIR_RECENT_PROGRESS_MAX * 10);
  spec->max_run_us = self->options.max_run_us;
  spec->max_batches = self->options.max_batches;
  spec->sinks = g_ptr_array_ref (analyzed->sinks);
  spec->hub = self->hub;
  return TRUE;
}

static void
forget_query (WeirSession *self,
              const char  *name)
{
  for (guint i = 0; i < self->queries->len; i++)
    if (g_strcmp0 (weir_query_get_name (self->queries->pdata[i]), name) == 0)
      {
        g_ptr_array_remove_index (self->queries, i);
        return;
      }
}

WeirQuery *
_weir_session_make_query (WeirSession            *self,
                          const WeirSqlStatement *statement,
                          const char             *text,
                          WeirAnalyzedQuery      *analyzed,
                          GError                **error)
{
  WeirQuerySpec spec = { 0 };
  WeirQuery    *query = NULL;
  WeirQuery    *old = analyzed->name != NULL ? weir_session_get_query (self, analyzed->name) : NULL;
  GPtrArray    *replaced = NULL;

  if (!_weir_session_choose_checkpoint (self, statement, text, analyzed, &spec, &replaced, error))
    goto out;
  if (old != NULL && _weir_query_state_is_active (weir_query_get_state (old)))
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_QUERY_ALREADY_RUNNING", statement->create_query.name.span,
                 "Cannot start query with name %s as a query with that name is already active in this session. Stop it first.",
                 analyzed->name);
      goto out;
    }
  if (!fill_spec (self, statement, text, analyzed, &spec, error))
    goto out;
  if (old != NULL)
    forget_query (self, analyzed->name);
  query = _weir_query_new (&spec, self->context);
  if (analyzed->is_streaming)
    {
      listen_to (self, query);
      g_ptr_array_add (self->queries, g_object_ref (query));
      g_signal_emit (self, signals[SIGNAL_QUERY_ADDED], 0, query);
    }
out:
  _weir_session_restore_settings (self, replaced);
  weir_query_spec_clear (&spec);
  return query;
}

static WeirQuery *
prepare (WeirSession            *self,
         const WeirSqlStatement *statement,
         const char             *text,
         GError                **error)
{
  WeirAnalyzedQuery analyzed;
  WeirQuery        *query = NULL;

  if (_weir_analyze_statement (self->catalog, statement, text, self->options.output_mode, &analyzed, error))
    query = _weir_session_make_query (self, statement, text, &analyzed, error);
  _weir_analyzed_query_clear (&analyzed);
  return query;
}

const WeirSqlStatement *
_weir_find_statement (WeirSqlScript *script,
                      WeirRange      range,
                      GError       **error)
{
  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      WeirSpan      span = weir_sql_script_get_span (script, i);
      const GError *wrong = weir_sql_script_get_error (script, i);

      if (span.end <= range.start || span.start >= range.end)
        {
          if (span.start != span.end || wrong == NULL)
            continue;
        }
      if (wrong != NULL)
        {
          if (error != NULL)
            *error = g_error_copy (wrong);
          return NULL;
        }
      return weir_sql_script_get_statement (script, i);
    }
  weir_fail (error, WEIR_ERROR_PARSE, "PARSE_EMPTY_STATEMENT", WEIR_SPAN_NONE, "There is no statement here.");
  return NULL;
}

const WeirSqlStatement *
_weir_session_find_statement (WeirSession *self,
                              const char  *text,
                              WeirRange    range,
                              GError     **error)
{
  if (self->script == NULL || strcmp (weir_sql_script_get_text (self->script), text) != 0)
    {
      g_clear_pointer (&self->script, weir_sql_script_unref);
      self->script = weir_sql_parse_with (text, -1, weir_catalog_get_bool (self->catalog, WEIR_SQL_RAW_STRINGS_KEY));
    }
  return _weir_find_statement (self->script, range, error);
}

static void
stop_query (WeirSession            *self,
            const WeirSqlStatement *statement,
            GError                **error)
{
  WeirQuery *query = weir_session_get_query (self, statement->stop.name);

  if (query == NULL)
    weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_QUERY_NOT_FOUND", statement->stop.span, "There is no streaming query \"%s\".",
               statement->stop.name);
  else
    weir_query_stop (query);
}

void
_weir_session_message (WeirSession *self,
                       const char  *text)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
}

/* What is ignored is said. */
static void
warn_of_options (WeirSession              *self,
                 const WeirSqlCreateTable *create)
{
  const WeirFormatInfo *format = create->format.name != NULL ? weir_catalog_get_format (self->catalog, create->format.name) : NULL;

  for (guint i = 0; format != NULL && i < create->n_options; i++)
    {
      g_autofree char *key = g_ascii_strdown (create->options[i].key, -1);
      g_autofree char *message = NULL;

      if (weir_option_is_literal_secret (key, create->options[i].value))
        _weir_session_message (self, WEIR_LITERAL_SECRET_MESSAGE);
      if (weir_format_knows_option (format, key))
        continue;
      message = g_strdup_printf ("Format %s knows no option \"%s\"; it is ignored.", format->name, create->options[i].key);
      _weir_session_message (self, message);
    }
}

WeirOutcome *
weir_session_execute (WeirSession *session,
                      const char  *text,
                      WeirRange    range,
                      GError     **error)
{
  const WeirSqlStatement *statement = _weir_session_find_statement (session, text, range, error);
  g_autoptr (WeirOutcome) outcome = g_new0 (WeirOutcome, 1);
  GError                 *local = NULL;

  if (statement == NULL)
    return NULL;
  switch (statement->kind)
    {
    case WEIR_SQL_STATEMENT_QUERY:
    case WEIR_SQL_STATEMENT_INSERT:
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      outcome->kind = WEIR_OUTCOME_QUERY;
      outcome->query = prepare (session, statement, text, &local);
      break;
    case WEIR_SQL_STATEMENT_STOP:
      stop_query (session, statement, &local);
      break;
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
    case WEIR_SQL_STATEMENT_CREATE_FUNCTION:
    case WEIR_SQL_STATEMENT_SET:
    case WEIR_SQL_STATEMENT_RESET:
    case WEIR_SQL_STATEMENT_SHOW:
    case WEIR_SQL_STATEMENT_DESCRIBE:
    case WEIR_SQL_STATEMENT_EXPLAIN:
    case WEIR_SQL_STATEMENT_DROP:
    default:
      if (!_weir_define (session->catalog, statement, text, session->base_dir, &local))
        {
          outcome->kind = WEIR_OUTCOME_ROWS;
          outcome->rows = _weir_session_show (session, statement, text, &local);
        }
      else if (local == NULL)
        weir_keep_definition (session->definitions, text, statement);
      if (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE && local == NULL)
        warn_of_options (session, &statement->create_table);
      break;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return g_steal_pointer (&outcome);
}

void
weir_outcome_free (WeirOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_clear_pointer (&outcome->rows, weir_rows_unref);
  g_clear_object (&outcome->query);
  g_free (outcome);
}

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
