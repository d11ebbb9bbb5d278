/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/postgres-client-private.h"

#include "io/source-private.h"

#include <string.h>

/*
 * libpq without its blocking calls: connection attempts go through PQconnectPoll(), statements are sent and their results waited for, always
 * on the socket and the cancellable together. Only the look-up of a host's name blocks inside libpq.
 *
 * Passwords are in the parameters alone (postgres-params.c); messages are libpq's, which does not print them.
 */

/* An attempt to connect takes no longer; a server that is there answers in milliseconds. */
#define CONNECT_TIMEOUT_US (10 * G_USEC_PER_SEC)

#define RETRY_MIN_US (G_USEC_PER_SEC / 10)
#define RETRY_MAX_US (5 * G_USEC_PER_SEC)
/* What takes longer is told, and tried again by the query. */
#define BLIP_US G_USEC_PER_SEC

WeirPostgres *
weir_postgres_new (GHashTable   *options,
                   GCancellable *cancellable,
                   gboolean      for_writing,
                   GError      **error)
{
  g_autoptr (WeirPostgres) self = g_new0 (WeirPostgres, 1);

  self->keywords = g_ptr_array_new_with_free_func (g_free);
  self->values = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->for_writing = for_writing;
  if (!_weir_postgres_read_params (self, options, error))
    return NULL;
  g_ptr_array_add (self->keywords, NULL);
  g_ptr_array_add (self->values, NULL);
  return g_steal_pointer (&self);
}

void
weir_postgres_free (WeirPostgres *self)
{
  if (self == NULL)
    return;
  weir_postgres_disconnect (self);
  g_clear_pointer (&self->keywords, g_ptr_array_unref);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_free (self->address);
  g_free (self);
}

const char *
weir_postgres_get_address (WeirPostgres *self)
{
  return self->address;
}

gboolean
weir_postgres_is_connected (WeirPostgres *self)
{
  return self->connection != NULL;
}

void
weir_postgres_disconnect (WeirPostgres *self)
{
  g_clear_pointer (&self->connection, PQfinish);
}

gboolean
weir_postgres_is_transient (WeirPostgres *self)
{
  return self->is_transient;
}

/* ---- errors ----------------------------------------------------------------------------------------------------- */

static const char *
condition_of (WeirPostgres *self)
{
  return self->for_writing ? "TASK_WRITE_FAILED" : "FAILED_READ_FILE.NO_HINT";
}

static gboolean
fail_stopped (GError **error)
{
  return weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "Stopped.");
}

/* A server that answers and says no is not asked again. */
static gboolean
is_refusal (const char *message)
{
  static const char *const passing[] = { "starting up", "shutting down", "recovery", "too many", "remaining connection slots" };

  if (strstr (message, "certificate") != NULL || strstr (message, "no password supplied") != NULL || strstr (message, "does not support SSL") != NULL)
    return TRUE;
  if (strstr (message, "FATAL:") == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    if (strstr (message, passing[i]) != NULL)
      return FALSE;
  return TRUE;
}

/* A name with several addresses gives a line or two for each. The one that tells is the server's own answer, else the first. */
static char *
telling_line (const char *message)
{
  g_auto (GStrv) lines = g_strsplit (message, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "FATAL:") != NULL || is_refusal (lines[i]))
      return g_strdup (lines[i]);
  return g_strdup (lines[0] != NULL ? lines[0] : "");
}

static gboolean
fail_connection (WeirPostgres *self,
                 const char   *what,
                 GError      **error)
{
  const char      *raw = self->connection != NULL ? PQerrorMessage (self->connection) : "out of memory";
  g_autofree char *message = telling_line (raw);

  self->is_transient = TRUE;
  weir_fail (error, WEIR_ERROR_RUN, condition_of (self), WEIR_SPAN_NONE, "Cannot %s PostgreSQL at %s: %s.", what, self->address,
             message[0] != '\0' ? message : "the connection was lost");
  weir_postgres_disconnect (self);
  return FALSE;
}

static gboolean
is_passing_state (const char *sqlstate)
{
  static const char *const passing[] = { "08", "53", "57P", "40001", "40P01", "55P03" };

  for (guint i = 0; sqlstate != NULL && i < G_N_ELEMENTS (passing); i++)
    if (g_str_has_prefix (sqlstate, passing[i]))
      return TRUE;
  return FALSE;
}

static gboolean
fail_result (WeirPostgres   *self,
             const PGresult *result,
             GError        **error)
{
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  const char *detail = PQresultErrorField (result, PG_DIAG_MESSAGE_DETAIL);

  if (PQstatus (self->connection) == CONNECTION_BAD || message == NULL)
    return fail_connection (self, self->for_writing ? "write to" : "read from", error);
  self->is_transient = is_passing_state (PQresultErrorField (result, PG_DIAG_SQLSTATE));
  return weir_fail (error, WEIR_ERROR_RUN, condition_of (self), WEIR_SPAN_NONE, "PostgreSQL at %s: %s.%s%s", self->address, message,
                    detail != NULL ? " " : "", detail != NULL ? detail : "");
}

/* ---- waiting ---------------------------------------------------------------------------------------------------- */

/* Socket ready, or @until_us (monotonic; 0: never) passed: TRUE. @events 0: no socket. */
static gboolean
wait_for (WeirPostgres *self,
          gushort       events,
          gint64        until_us,
          GError      **error)
{
  GPollFD  fds[2] = { { -1, G_IO_IN, 0 }, { -1, events, 0 } };
  gboolean has_stop = self->cancellable != NULL && g_cancellable_make_pollfd (self->cancellable, &fds[0]);
  gint64   left_us = until_us > 0 ? until_us - g_get_monotonic_time () : -1;
  int      n;

  if (events != 0)
    fds[1].fd = PQsocket (self->connection);
  if (until_us > 0)
    left_us = MAX (left_us, 0) + 999;
  n = has_stop ? 2 : 1;
  g_poll (has_stop ? fds : fds + 1, (guint)n, left_us < 0 ? -1 : (int)MIN (left_us / 1000, G_MAXINT));
  if (has_stop)
    g_cancellable_release_fd (self->cancellable);
  return !g_cancellable_is_cancelled (self->cancellable) || fail_stopped (error);
}

gboolean
weir_postgres_pause (WeirPostgres *self,
                     gint64        us,
                     GError      **error)
{
  gint64 until_us = g_get_monotonic_time () + us;

  while (g_get_monotonic_time () < until_us)
    if (!wait_for (self, 0, until_us, error))
      return FALSE;
  return TRUE;
}

/* ---- connection ------------------------------------------------------------------------------------------------- */

static void
ignore_notice (void           *data,
               const PGresult *result)
{
}

static gboolean
poll_connection (WeirPostgres *self,
                 GError      **error)
{
  gint64                    until_us = g_get_monotonic_time () + CONNECT_TIMEOUT_US;
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;

  while (state != PGRES_POLLING_OK)
    {
      if (!wait_for (self, state == PGRES_POLLING_READING ? G_IO_IN : G_IO_OUT, until_us, error))
        {
          weir_postgres_disconnect (self);
          return FALSE;
        }
      if (g_get_monotonic_time () >= until_us)
        {
          self->is_transient = TRUE;
          weir_postgres_disconnect (self);
          return weir_fail (error, WEIR_ERROR_RUN, condition_of (self), WEIR_SPAN_NONE, "PostgreSQL at %s does not answer.", self->address);
        }
      state = PQconnectPoll (self->connection);
      if (state == PGRES_POLLING_FAILED)
        {
          gboolean refused = is_refusal (PQerrorMessage (self->connection));

          fail_connection (self, "connect to", error);
          self->is_transient = !refused;
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
weir_postgres_connect (WeirPostgres *self,
                       GError      **error)
{
  weir_postgres_disconnect (self);
  self->is_transient = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return fail_stopped (error);
  self->connection = PQconnectStartParams ((const char *const *)self->keywords->pdata, (const char *const *)self->values->pdata, 0);
  if (self->connection == NULL || PQstatus (self->connection) == CONNECTION_BAD)
    return fail_connection (self, "connect to", error);
  PQsetNoticeReceiver (self->connection, ignore_notice, NULL);
  if (!poll_connection (self, error))
    return FALSE;
  PQsetnonblocking (self->connection, 1);
  return weir_postgres_do (self,
                           "SET datestyle TO 'ISO, YMD'; SET intervalstyle TO 'postgres'; SET timezone TO 'UTC'; SET extra_float_digits TO 1; "
                           "SET bytea_output TO 'hex'; SET standard_conforming_strings TO on; SET statement_timeout TO 0; "
                           "SET lock_timeout TO 0; SET idle_in_transaction_session_timeout TO 0",
                           error);
}

gboolean
weir_postgres_connect_retrying (WeirPostgres *self,
                                gint64        retry_us,
                                GError      **error)
{
  gint64 start_us = g_get_monotonic_time (), limit_us = retry_us < 0 ? BLIP_US : MIN (retry_us, BLIP_US);

  for (gint64 pause_us = RETRY_MIN_US;; pause_us = MIN (pause_us * 2, RETRY_MAX_US))
    {
      g_autoptr (GError) local = NULL;

      if (weir_postgres_connect (self, &local))
        return TRUE;
      if (!self->is_transient || g_get_monotonic_time () - start_us + pause_us > limit_us)
        {
          if (self->is_transient)
            weir_error_add_param (local, "path", weir_postgres_get_address (self));
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!weir_postgres_pause (self, pause_us, error))
        return FALSE;
    }
}

/* ---- statements ------------------------------------------------------------------------------------------------- */

static gboolean
flush (WeirPostgres *self,
       GError      **error)
{
  int state;

  while ((state = PQflush (self->connection)) == 1)
    {
      if (!wait_for (self, G_IO_IN | G_IO_OUT, 0, error))
        return FALSE;
      if (!PQconsumeInput (self->connection))
        return fail_connection (self, "write to", error);
    }
  return state == 0 || fail_connection (self, "write to", error);
}

/* The next result, waited for. NULL without @error: there is none. */
static PGresult *
next_result (WeirPostgres *self,
             GError      **error)
{
  while (PQisBusy (self->connection))
    {
      if (!wait_for (self, G_IO_IN, 0, error))
        return NULL;
      if (!PQconsumeInput (self->connection))
        {
          fail_connection (self, self->for_writing ? "write to" : "read from", error);
          return NULL;
        }
    }
  return PQgetResult (self->connection);
}

/* All results up to the end or a COPY: the last. An error is told once the connection is ready again. */
static PGresult *
collect (WeirPostgres *self,
         GError      **error)
{
  g_autoptr (PGresult) last = NULL;
  GError              *failed = NULL;

  for (;;)
    {
      GError        *local = NULL;
      PGresult      *result = next_result (self, &local);
      ExecStatusType status;

      if (local != NULL)
        {
          g_clear_error (&failed);
          g_propagate_error (error, local);
          return NULL;
        }
      if (result == NULL)
        break;
      status = PQresultStatus (result);
      if ((status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) && failed == NULL)
        fail_result (self, result, &failed);
      g_clear_pointer (&last, PQclear);
      last = result;
      if (self->connection == NULL || status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
        break;
    }
  if (failed != NULL)
    {
      g_propagate_error (error, failed);
      return NULL;
    }
  return g_steal_pointer (&last);
}

static gboolean
check_connected (WeirPostgres *self,
                 GError      **error)
{
  return self->connection != NULL || fail_connection (self, self->for_writing ? "write to" : "read from", error);
}

PGresult *
weir_postgres_run (WeirPostgres      *self,
                   const char        *sql,
                   guint              n_params,
                   const char *const *params,
                   GError           **error)
{
  PGresult *result;
  int       sent;

  self->is_transient = FALSE;
  if (!check_connected (self, error))
    return NULL;
  sent = n_params > 0 ? PQsendQueryParams (self->connection, sql, (int)n_params, NULL, params, NULL, NULL, 0) : PQsendQuery (self->connection, sql);
  if (!sent)
    {
      fail_connection (self, self->for_writing ? "write to" : "read from", error);
      return NULL;
    }
  if (!flush (self, error))
    return NULL;
  result = collect (self, error);
  if (result == NULL && (error == NULL || *error == NULL))
    fail_connection (self, "read from", error);
  return result;
}

gboolean
weir_postgres_do (WeirPostgres *self,
                  const char   *sql,
                  GError      **error)
{
  g_autoptr (PGresult) result = weir_postgres_run (self, sql, 0, NULL, error);

  return result != NULL;
}

/* ---- COPY ------------------------------------------------------------------------------------------------------- */

gboolean
weir_postgres_put (WeirPostgres *self,
                   const char   *data,
                   gsize         len,
                   GError      **error)
{
  int state;

  if (!check_connected (self, error))
    return FALSE;
  while ((state = PQputCopyData (self->connection, data, (int)len)) == 0)
    if (!wait_for (self, G_IO_OUT, 0, error))
      return FALSE;
  return state == 1 ? flush (self, error) : fail_connection (self, "write to", error);
}

gboolean
weir_postgres_end_copy (WeirPostgres *self,
                        GError      **error)
{
  g_autoptr (PGresult) result = NULL;
  GError              *local = NULL;
  int                  state;

  if (!check_connected (self, error))
    return FALSE;
  while ((state = PQputCopyEnd (self->connection, NULL)) == 0)
    if (!wait_for (self, G_IO_OUT, 0, error))
      return FALSE;
  if (state != 1)
    return fail_connection (self, "write to", error);
  if (!flush (self, error))
    return FALSE;
  result = collect (self, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, local);
  return FALSE;
}

char *
weir_postgres_get (WeirPostgres *self,
                   gsize        *len,
                   GError      **error)
{
  char *row = NULL;
  int   n;

  while ((n = PQgetCopyData (self->connection, &row, 1)) == 0)
    {
      if (!wait_for (self, G_IO_IN, 0, error))
        return NULL;
      if (!PQconsumeInput (self->connection))
        {
          fail_connection (self, "read from", error);
          return NULL;
        }
    }
  if (n > 0)
    {
      *len = (gsize)n;
      return row;
    }
  if (n == -2)
    fail_connection (self, "read from", error);
  else
    {
      g_autoptr (PGresult) result = collect (self, error);
    }
  return NULL;
}
