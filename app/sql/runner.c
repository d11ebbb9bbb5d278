/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "runner.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>

struct _Runner
{
  const Options *options;
  WeirSession   *session; /* Owned */
  GPtrArray     *running; /* Owned: Running */
  guint          n_statements;
  gboolean       failed;
  int            signal;   /* 0, SIGINT or SIGTERM */
  gboolean       signaled; /* one came that stopped no query, since runner_take_signal() */
  FILE          *progress; /* Owned unless standard error; nullable */
};

/* A query that was started. */
typedef struct
{
  Runner      *runner;
  WeirQuery   *query; /* Owned */
  OutputOrigin origin;
  char        *name;     /* Owned */
  char        *text;     /* Owned: the script its errors refer to */
  guint        n_rows;   /* of the batch that is being written; query's thread */
  gboolean     discard;  /* no records at all */
  gboolean     has_sink; /* its rows go there */
  gboolean     reported;
  GHashTable  *away; /* Owned: names of sources that try to come back */
} Running;

static void
running_free (gpointer data)
{
  Running *self = data;

  output_origin_clear (&self->origin);
  g_signal_handlers_disconnect_by_data (self->query, self);
  g_object_unref (self->query);
  g_hash_table_unref (self->away);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

static gboolean
is_active (WeirQuery *query)
{
  WeirQueryState state = weir_query_get_state (query);

  return state != WEIR_QUERY_STOPPED && state != WEIR_QUERY_FAILED;
}

gboolean
runner_stop_queries (Runner *runner)
{
  gboolean any = FALSE;

  for (guint i = 0; i < runner->running->len; i++)
    {
      Running *running = runner->running->pdata[i];

      any = any || is_active (running->query);
      weir_query_stop (running->query);
    }
  return any;
}

static gboolean
interrupt_cb (gpointer data)
{
  Runner *self = data;

  if (self->options->interactive)
    {
      self->signaled = !runner_stop_queries (self);
      return G_SOURCE_CONTINUE;
    }
  self->signal = SIGINT;
  runner_stop_queries (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
terminate_cb (gpointer data)
{
  Runner *self = data;

  self->signaled = TRUE;
  self->signal = SIGTERM;
  runner_stop_queries (self);
  return G_SOURCE_CONTINUE;
}

static void
message_cb (WeirSession *session,
            const char  *text,
            gpointer     data)
{
  output_message (text);
}

/* A batch or a snapshot that cannot be written for the time being; names of no table. */
static void
report_trouble (Running   *self,
                WeirQuery *query)
{
  gint64           retry_in_us;
  g_autofree char *trouble = weir_query_dup_trouble (query, &retry_in_us);
  g_autofree char *text = NULL;

  if (trouble != NULL && retry_in_us < 0)
    text = g_hash_table_add (self->away, g_strdup ("\n")) ? g_steal_pointer (&trouble) : NULL;
  else if (trouble != NULL && g_hash_table_add (self->away, g_strdup ("")))
    text = g_strdup_printf ("%s It is tried again.", trouble);
  else if (trouble == NULL && g_hash_table_remove (self->away, ""))
    text = g_strdup ("The batch was written.");
  else if (trouble == NULL && g_hash_table_remove (self->away, "\n"))
    text = g_strdup ("The snapshot of the checkpoint was written.");
  if (text != NULL)
    output_message (text);
}

/* What a source that works leaves out, or cannot do; once while there is something. */
static void
report_notice (Running              *self,
               const WeirSourceInfo *info)
{
  g_autofree char *key = g_strconcat ("\n", info->table, NULL);
  g_autofree char *text = NULL;

  if (info->message == NULL || strcmp (info->state, "connected") != 0)
    g_hash_table_remove (self->away, key);
  else if (g_hash_table_add (self->away, g_steal_pointer (&key)))
    {
      text = g_strdup_printf ("%s: %s", info->table, info->message);
      output_message (text);
    }
}

/* A source that lost its peer says so once, and once more when it is back. */
static void
sources_cb (WeirQuery *query,
            gpointer   data)
{
  Running              *self = data;
  g_autoptr (GPtrArray) sources = weir_query_get_sources (query);

  for (guint i = 0; sources != NULL && i < sources->len; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];
      g_autofree char      *text = NULL;

      if (strcmp (info->state, "retrying") == 0 && info->message != NULL && g_hash_table_add (self->away, g_strdup (info->table)))
        text = g_strdup_printf ("%s: %s It is tried again.", info->table, info->message);
      else if (strcmp (info->state, "connected") == 0 && g_hash_table_remove (self->away, info->table))
        text = g_strdup_printf ("%s: connected again.", info->table);
      if (text != NULL)
        output_message (text);
      report_notice (self, info);
    }
  report_trouble (self, query);
}

static gboolean
set_up_session (Runner *self,
                char  **message)
{
  g_autoptr (GError) error = NULL;

  weir_set_threads (self->options->threads);
  weir_session_set_run_options (self->session, &self->options->run);
  for (guint i = 0; i < self->options->conf->len; i++)
    {
      g_auto (GStrv) pair = g_strsplit (self->options->conf->pdata[i], "=", 2);

      if (!weir_session_set_conf (self->session, pair[0], pair[1], &error))
        {
          *message = g_strdup_printf ("weir-sql: --conf %s: %s", (char *)self->options->conf->pdata[i], error->message);
          return FALSE;
        }
    }
  if (self->options->now != NULL && !weir_session_set_now (self->session, self->options->now, &error))
    {
      *message = g_strdup_printf ("weir-sql: --now: %s", error->message);
      return FALSE;
    }
  if (self->options->progress != NULL)
    {
      self->progress = strcmp (self->options->progress, "-") == 0 ? stderr : fopen (self->options->progress, "a");
      if (self->progress == NULL)
        {
          *message = g_strdup_printf ("weir-sql: --progress %s: %s", self->options->progress, g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

Runner *
runner_new (const Options *options,
            char         **message)
{
  Runner *self = g_new0 (Runner, 1);

  self->options = options;
  self->session = weir_session_new ();
  self->running = g_ptr_array_new_with_free_func (running_free);
  g_signal_connect (self->session, "message", G_CALLBACK (message_cb), NULL);
  if (!set_up_session (self, message))
    {
      runner_free (self);
      return NULL;
    }
  g_unix_signal_add (SIGINT, interrupt_cb, self);
  g_unix_signal_add (SIGTERM, terminate_cb, self);
  return self;
}

void
runner_free (Runner *runner)
{
  if (runner == NULL)
    return;
  g_ptr_array_unref (runner->running);
  g_object_unref (runner->session);
  if (runner->progress != NULL && runner->progress != stderr)
    fclose (runner->progress);
  g_free (runner);
}

/* ---- on the query's thread -------------------------------------------------------------------------------------- */

/* Of the batch that was committed last. */
static gboolean
is_replay (Running *self,
           gint64   batch_id)
{
  g_autoptr (WeirProgress) progress = weir_query_get_last_progress (self->query);
  g_autofree char         *text = NULL;

  if (progress == NULL || !weir_progress_get_is_replay (progress))
    return FALSE;
  text = g_strdup_printf ("%s: batch %" G_GINT64_FORMAT " was begun by an earlier run and was run again.", self->name != NULL ? self->name : "query", batch_id);
  output_message (text);
  return TRUE;
}

static void
rows_cb (WeirQuery *query,
         guint64    batch_id,
         WeirRows  *rows,
         gpointer   data)
{
  Running *self = data;
  gint64   id = weir_query_get_is_streaming (query) ? (gint64)batch_id : -1;

  if (rows != NULL)
    {
      self->n_rows = weir_rows_get_n_rows (rows);
      if (!self->discard && !self->has_sink)
        output_rows (&self->origin, rows, id);
      return;
    }
  if (id >= 0 && !self->discard)
    output_batch (&self->origin, id, self->n_rows, is_replay (self, id));
  if (id >= 0)
    self->origin.batch = id + 2;
  self->n_rows = 0;
}

static void
progress_cb (WeirQuery    *query,
             WeirProgress *progress,
             gpointer      data)
{
  Runner *self = data;

  flockfile (self->progress);
  fprintf (self->progress, "%s\n", weir_progress_get_json (progress));
  fflush (self->progress);
  funlockfile (self->progress);
}

/* ---- statements ------------------------------------------------------------------------------------------------- */

/* Failures of queries that have ended, once each. */
static void
report_failures (Runner *self)
{
  for (guint i = 0; i < self->running->len; i++)
    {
      Running      *running = self->running->pdata[i];
      const GError *error = weir_query_get_error (running->query);

      if (error == NULL || running->reported)
        continue;
      running->reported = TRUE;
      self->failed = TRUE;
      output_error (&running->origin, error, running->text);
    }
  if (self->failed && self->options->bail)
    runner_stop_queries (self);
}

static gboolean
any_active (Runner  *self,
            gboolean bounded_only)
{
  for (guint i = 0; i < self->running->len; i++)
    {
      Running *running = self->running->pdata[i];

      if (is_active (running->query) && (!bounded_only || weir_query_get_is_bounded (running->query)))
        return TRUE;
    }
  return FALSE;
}

/* Runs the main context, where signals and state changes arrive, until none is active. */
static void
wait_for_queries (Runner  *self,
                  gboolean bounded_only)
{
  while (any_active (self, bounded_only))
    {
      g_main_context_iteration (NULL, TRUE);
      report_failures (self);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  report_failures (self);
}

static gboolean
may_go_on (Runner *self)
{
  return self->signal == 0 && !(self->failed && self->options->bail);
}

static Running *
add_running (Runner     *self,
             WeirQuery  *query,
             const char *text,
             guint       stmt,
             gboolean    discard)
{
  Running *running = g_new0 (Running, 1);

  running->runner = self;
  running->query = g_object_ref (query);
  running->name = g_strdup (weir_query_get_name (query));
  running->text = g_strdup (text);
  running->origin.stmt = stmt;
  running->origin.query = running->name;
  running->origin.schema = weir_query_dup_schema (query);
  running->origin.batch = weir_query_get_is_streaming (query) ? 1 : 0;
  running->discard = discard;
  running->has_sink = weir_query_has_sink (query);
  running->away = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect (query, "sources", G_CALLBACK (sources_cb), running);
  weir_query_set_row_func (query, rows_cb, running, NULL);
  if (self->progress != NULL && weir_query_get_is_streaming (query))
    weir_query_set_progress_func (query, progress_cb, self, NULL);
  g_ptr_array_add (self->running, running);
  return running;
}

/* A batch query's empty result still has a schema. */
static void
finish_batch (Running *running)
{
  if (!running->discard && !running->has_sink && !running->origin.has_schema && weir_query_get_error (running->query) == NULL && running->runner->options->envelope)
    {
      output_schema (&running->origin);
    }
}

static void
run_query (Runner     *self,
           WeirQuery  *query,
           const char *text,
           guint       stmt,
           gboolean    discard)
{
  gboolean is_batch = !weir_query_get_is_streaming (query);
  Running *running;

  if (is_batch)
    wait_for_queries (self, TRUE);
  if (!may_go_on (self))
    return;
  running = add_running (self, query, text, stmt, discard);
  weir_query_start (query);
  if (!is_batch)
    return;
  while (is_active (query))
    {
      g_main_context_iteration (NULL, TRUE);
      report_failures (self);
    }
  report_failures (self);
  finish_batch (running);
}

static void
fail_at (Runner       *self,
         OutputOrigin *origin,
         const GError *error,
         const char   *text)
{
  self->failed = TRUE;
  output_error (origin, error, text);
}

void
runner_fail (Runner       *runner,
             const GError *error,
             const char   *text)
{
  OutputOrigin origin = { .stmt = runner->n_statements };

  fail_at (runner, &origin, error, text);
}

static void
run_statement (Runner     *self,
               const char *text,
               WeirRange   range,
               gboolean    discard)
{
  OutputOrigin            origin = { .stmt = self->n_statements++ };
  GError                 *error = NULL;
  g_autoptr (WeirOutcome) outcome = weir_session_execute (self->session, text, range, &error);

  if (outcome == NULL)
    {
      fail_at (self, &origin, error, text);
      g_error_free (error);
      return;
    }
  if (outcome->kind == WEIR_OUTCOME_ROWS && !discard && outcome->rows != NULL)
    output_rows (&origin, outcome->rows, -1);
  else if (outcome->kind == WEIR_OUTCOME_QUERY)
    run_query (self, outcome->query, text, origin.stmt, discard);
}

gboolean
runner_run_text (Runner     *runner,
                 const char *text,
                 const char *base_dir,
                 gboolean    discard_rows)
{
  g_autoptr (GArray) ranges = weir_script_split (text);

  weir_session_set_base_dir (runner->session, base_dir);
  for (guint i = 0; i < ranges->len && may_go_on (runner); i++)
    {
      run_statement (runner, text, g_array_index (ranges, WeirRange, i), discard_rows);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      report_failures (runner);
    }
  return may_go_on (runner);
}

/* The number of the statement that @offset lies in. */
static guint
statement_at (const GArray *ranges,
              guint         offset)
{
  guint n = 0;

  while (n + 1 < ranges->len && g_array_index (ranges, WeirRange, n).end < offset)
    n++;
  return n;
}

gboolean
runner_check_text (Runner     *runner,
                   const char *text,
                   const char *base_dir)
{
  g_autoptr (WeirCheck) check = NULL;
  g_autoptr (GArray)    ranges = weir_script_split (text);
  guint                 first = runner->n_statements;

  weir_session_set_base_dir (runner->session, base_dir);
  check = weir_session_check_script (runner->session, text);
  runner->n_statements += ranges->len;
  for (guint i = 0; i < weir_check_get_n_problems (check); i++)
    {
      const WeirProblem *problem = weir_check_get_problem (check, i);
      OutputOrigin       origin = { .stmt = first + statement_at (ranges, problem->range.start) };
      g_autoptr (GError) error = weir_problem_to_error (problem);

      if (problem->is_warning)
        {
          output_message (problem->message);
          continue;
        }
      fail_at (runner, &origin, error, text);
      if (runner->options->bail)
        return FALSE;
    }
  return TRUE;
}

void
runner_finish (Runner *runner)
{
  if (runner->failed && runner->options->bail)
    runner_stop_queries (runner);
  wait_for_queries (runner, FALSE);
}

static gboolean
timeout_cb (gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
runner_take_signal (Runner *runner)
{
  gboolean late = FALSE;
  guint    timeout = g_timeout_add (1000, timeout_cb, &late);

  while (!runner->signaled && !late)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (timeout);
  runner->signaled = FALSE;
  return runner->signal == 0;
}

int
runner_get_exit_code (Runner *runner)
{
  if (runner->signal != 0)
    return 128 + runner->signal;
  return runner->failed ? 1 : 0;
}
