/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/durable-file.h"
#include "base/effects.h"
#include "io/sink-postgres-private.h"
#include "io/source-private.h"

#include <errno.h>
#include <string.h>

/*
 * A table of a PostgreSQL database
 *
 * A batch is one transaction: BEGIN, synchronous_commit at least on → the progress row of this query's sink is locked and read → rows through COPY
 * → the progress row is set to the batch, on the condition that it is what was read → COMMIT.
 *
 * When the answer to COMMIT is lost, nobody here knows what came of it. So the connection is made anew and the progress row locked again:
 * that waits for whatever the old session is still doing, so what it then says is final. It is the batch: done; it is the one before: the batch is sent
 * again. What takes longer than a moment is told, as an error that names where: the query says so and hands the batch over again as long as `--retry`
 * allows.
 *
 * Tables and the progress row are in sink-postgres-table.c, rows and upserts in sink-postgres-rows.c.
 */

/* COMMIT comes back when the rows are on the server's disk, whatever the session's default; `remote_apply` is more than that. */
#define BEGIN_BATCH                                              \
  "BEGIN; SELECT set_config ('synchronous_commit', 'on', true) " \
  "WHERE current_setting ('synchronous_commit') NOT IN ('on', 'remote_apply')"

/* A database that cannot be reached for so long is told to be, by a start and by a batch: the query tries again, see query/retry.h. */
#define BLIP_US G_USEC_PER_SEC

#define BACKOFF_MIN_US (G_USEC_PER_SEC / 10)
#define BACKOFF_MAX_US (5 * G_USEC_PER_SEC)

typedef gboolean (*Attempt) (WeirPostgresSink *self, gpointer data, GError **error);

/* ---- retry ------------------------------------------------------------------------------------------------------ */

static gint64
blip (WeirPostgresSink *self)
{
  return self->retry_us < 0 ? BLIP_US : MIN (self->retry_us, BLIP_US);
}

/* A connection that was made earlier may have gone stale, so its loss alone is no failure. */
static gboolean
keep_trying (WeirPostgresSink *self,
             Attempt           attempt,
             gpointer          data,
             gint64            retry_us,
             GError          **error)
{
  gint64 start_us = g_get_monotonic_time ();
  gint64 pause_us = BACKOFF_MIN_US;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      gboolean           was_connected = weir_postgres_is_connected (self->postgres);
      gboolean           is_over;

      if (attempt (self, data, &local))
        return TRUE;
      weir_postgres_disconnect (self->postgres);
      is_over = retry_us >= 0 && g_get_monotonic_time () - start_us + pause_us > retry_us;
      if (!weir_postgres_is_transient (self->postgres) || (is_over && !was_connected) || g_error_matches (local, WEIR_ERROR, WEIR_ERROR_CANCELLED))
        {
          if (weir_postgres_is_transient (self->postgres))
            weir_error_add_param (local, "path", weir_postgres_get_address (self->postgres));
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (was_connected)
        continue;
      if (!weir_postgres_pause (self->postgres, pause_us, error))
        return FALSE;
      pause_us = MIN (pause_us * 2, BACKOFF_MAX_US);
    }
}

/* A statement that changes something, numbered as one effect. */
PGresult *
_weir_postgres_sink_run (WeirPostgresSink  *self,
                         const char        *effect,
                         const char        *sql,
                         guint              n_params,
                         const char *const *params,
                         GError           **error)
{
  PGresult *result;

  if (!weir_fx_before (effect))
    {
      weir_fail_file (error, "write to PostgreSQL at", weir_postgres_get_address (self->postgres), errno);
      return NULL;
    }
  result = weir_postgres_run (self->postgres, sql, n_params, params, error);
  weir_fx_after (effect);
  return result;
}

gboolean
_weir_postgres_sink_execute (WeirPostgresSink *self,
                             const char       *effect,
                             const char       *sql,
                             GError          **error)
{
  g_autoptr (PGresult) result = _weir_postgres_sink_run (self, effect, sql, 0, NULL, error);

  return result != NULL;
}

/* COMMIT of a transaction that failed before says ROLLBACK. */
gboolean
_weir_postgres_sink_commit (WeirPostgresSink *self,
                            GError          **error)
{
  g_autoptr (PGresult) result = _weir_postgres_sink_run (self, "postgres-commit", "COMMIT", 0, NULL, error);

  if (result == NULL)
    return FALSE;
  return strcmp (PQcmdStatus (result), "COMMIT") == 0 ||
         weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "PostgreSQL at %s rolled the batch back.",
                    weir_postgres_get_address (self->postgres));
}

/* ---- a batch ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint64  batch_id;
  gboolean done; /* the database holds the batch already */
} BatchTry;

static gboolean
try_batch (WeirPostgresSink *self,
           gpointer          data,
           GError          **error)
{
  BatchTry *batch = data;
  gint64    found = -1;

  if (!weir_postgres_is_connected (self->postgres) && !_weir_postgres_sink_attach (self, &found, error))
    return FALSE;
  if (!_weir_postgres_sink_execute (self, "postgres-begin", BEGIN_BATCH, error))
    return FALSE;
  if (self->base.query_id != NULL)
    {
      if (!_weir_postgres_sink_read_progress (self, " FOR UPDATE", &found, error))
        return FALSE;
      batch->done = found == (gint64)batch->batch_id;
      if (batch->done)
        return _weir_postgres_sink_execute (self, "postgres-rollback", "ROLLBACK", error);
      if (found != self->base.last)
        {
          g_autofree char *where = g_strdup_printf ("%s at %s", self->table, weir_postgres_get_address (self->postgres));

          return weir_db_sink_fail_progress (&self->base, where, found, batch->batch_id, error);
        }
    }
  return _weir_postgres_sink_write_rows (self, error) && (self->base.query_id == NULL || _weir_postgres_sink_move_progress (self, found, batch->batch_id, error)) && _weir_postgres_sink_commit (self, error);
}

/* ---- the sink --------------------------------------------------------------------------------------------------- */

static gboolean
postgres_check (const WeirSinkConfig *config,
                GError              **error)
{
  return weir_db_sink_check (WEIR_DB_POSTGRESQL, config, "url", "url 'postgresql://localhost/sales'", error);
}

static char *
quoted (const char *qualifier,
        const char *name)
{
  GString *text = g_string_new (NULL);

  weir_db_append_qualified (text, qualifier, name);
  return g_string_free (text, FALSE);
}

static gboolean
postgres_open (WeirSink             *sink,
               const WeirSinkConfig *config,
               GError              **error)
{
  WeirPostgresSink *self = (WeirPostgresSink *)sink;

  if (!weir_db_sink_init (&self->base, WEIR_DB_POSTGRESQL, config, error))
    return FALSE;
  self->postgres = weir_postgres_new (config->options, config->cancellable, TRUE, error);
  if (self->postgres == NULL)
    return FALSE;
  self->table = quoted (self->base.target.qualifier, self->base.target.table);
  self->progress = quoted (self->base.target.qualifier, WEIR_DB_PROGRESS_TABLE);
  self->sink_text = g_strdup_printf ("%u", config->sink_index);
  self->retry_us = config->retry_us;
  sink->description = g_strdup_printf ("PostgreSQLSink[%s:%s]", weir_postgres_get_address (self->postgres), self->table);
  return keep_trying (self, _weir_postgres_sink_attach, &self->base.last, blip (self), error) && _weir_postgres_sink_warn_of_settings (self, config, error);
}

static gboolean
postgres_commit (WeirSink *sink,
                 guint64   batch_id,
                 GError  **error)
{
  WeirPostgresSink *self = (WeirPostgresSink *)sink;
  BatchTry          batch = { batch_id, FALSE };

  if (self->base.last >= 0 && batch_id <= (guint64)self->base.last)
    return TRUE;
  if (self->base.query_id == NULL && self->base.batches->len == 0 && self->base.target.mode != WEIR_DB_OVERWRITE)
    return TRUE;
  if (!keep_trying (self, try_batch, &batch, blip (self), error))
    return FALSE;
  sink->rows_written += weir_db_sink_count_rows (&self->base);
  if (self->base.query_id != NULL)
    self->base.last = (gint64)batch_id;
  g_ptr_array_set_size (self->base.batches, 0);
  return TRUE;
}

static void
postgres_finalize (WeirSink *sink)
{
  WeirPostgresSink *self = (WeirPostgresSink *)sink;

  g_clear_pointer (&self->postgres, weir_postgres_free);
  g_free (self->progress);
  g_free (self->table);
  g_free (self->sink_text);
  weir_db_sink_clear (&self->base);
}

static const WeirSinkClass postgres_class = {
  .format = "postgresql",
  .open = postgres_open,
  .begin = weir_db_sink_begin,
  .write = weir_db_sink_write,
  .commit = postgres_commit,
  .abort = weir_db_sink_abort,
  .finalize = postgres_finalize,
  .get_progress = weir_db_sink_get_progress,
  .needs_output_record = TRUE,
};

const WeirSinkKind _weir_sink_postgresql = { &postgres_class, sizeof (WeirPostgresSink), postgres_check };
