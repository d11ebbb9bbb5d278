/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/durable-file.h"
#include "base/effects.h"
#include "column/value.h"
#include "io/db-sink.h"
#include "io/file-list.h"
#include "io/sink-private.h"
#include "io/source-private.h"
#include "io/sqlite-open.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/*
 * A table of an SQLite database
 *
 * A batch is one transaction: BEGIN IMMEDIATE → the progress of this query's sink is read → rows → progress is set to the batch, on the condition
 * that it is what was read → COMMIT, which is synced. So the rows of a batch and its number are there together or not at all, and a
 * batch that is handed over again is known by its number. After any error the connection is given up: what the database holds is read
 * anew before the batch is tried again.
 *
 *   weir_progress (query TEXT, sink INT, batch BIGINT, PRIMARY KEY (query, sink))
 *
 * A run without a checkpoint keeps no progress.
 */

/* Another connection may be in the midst of a transaction; a short one is waited for even where --retry is 0. What takes longer is told: the
 * query says so, and starts again or hands the batch over again. */
#define BUSY_US      (5 * G_USEC_PER_SEC)
#define BUSY_STEP_MS 10

typedef struct
{
  WeirDbSink    base;
  char         *path;        /* Owned */
  GCancellable *cancellable; /* Owned, nullable */
  guint         sink_index;
  gint64        busy_since_us; /* monotonic; of the wait that is on */
  sqlite3      *db;            /* Owned, nullable: opened when it is needed */
  sqlite3_stmt *insert;        /* Owned */
  sqlite3_stmt *erase;         /* Owned, nullable: upsert only */
  dev_t         device;        /* of the file that is open */
  ino_t         inode;
} SqliteSink;

static void
disconnect (SqliteSink *self)
{
  g_clear_pointer (&self->insert, sqlite3_finalize);
  g_clear_pointer (&self->erase, sqlite3_finalize);
  g_clear_pointer (&self->db, sqlite3_close_v2);
}

static gboolean
fail (SqliteSink *self,
      GError    **error)
{
  if (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable))
    return weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "Stopped.");
  return weir_sqlite_fail (error, self->db, self->path, TRUE);
}

/* Non-zero: try again. */
static int
busy_cb (gpointer data,
         int      n_tries)
{
  SqliteSink *self = data;
  gint64      now_us = g_get_monotonic_time ();
  GPollFD     stop = { -1, G_IO_IN, 0 };

  if (n_tries == 0)
    self->busy_since_us = now_us;
  if (self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable))
    return 0;
  if (now_us - self->busy_since_us > BUSY_US)
    return 0;
  if (self->cancellable != NULL && g_cancellable_make_pollfd (self->cancellable, &stop))
    {
      g_poll (&stop, 1, BUSY_STEP_MS);
      g_cancellable_release_fd (self->cancellable);
    }
  else
    g_usleep (BUSY_STEP_MS * 1000);
  return 1;
}

/* An act of SQLite's own on the disk, numbered as one effect. */
static gboolean
exec (SqliteSink *self,
      const char *effect,
      const char *sql,
      GError    **error)
{
  int code;

  if (!weir_fx_before (effect))
    return weir_fail_file (error, "write to database", self->path, errno);
  code = sqlite3_exec (self->db, sql, NULL, NULL, NULL);
  weir_fx_after (effect);
  return code == SQLITE_OK || fail (self, error);
}

/* ---- statements ------------------------------------------------------------------------------------------------- */

/* INSERT, and for upsert the DELETE of rows with a NULL in their key, which no unique index holds together. */
static gboolean
prepare_rows (SqliteSink *self,
              GError    **error)
{
  const WeirDbTarget *target = &self->base.target;
  g_autoptr (GString) insert = g_string_new ("INSERT INTO "), erase = g_string_new ("DELETE FROM ");

  weir_db_append_name (insert, target->table);
  g_string_append (insert, " (");
  weir_db_append_columns (insert, target->schema, NULL, 0, "");
  g_string_append (insert, ") VALUES (");
  for (guint i = 0; i < target->schema->n_fields; i++)
    g_string_append_printf (insert, "%s?%u", i > 0 ? ", " : "", i + 1);
  g_string_append_c (insert, ')');
  if (target->mode == WEIR_DB_UPSERT)
    weir_db_append_conflict (insert, target);
  weir_db_append_name (erase, target->table);
  for (guint i = 0; i < target->n_key; i++)
    {
      g_string_append (erase, i > 0 ? " AND " : " WHERE ");
      weir_db_append_name (erase, target->schema->fields[target->key[i]].name);
      g_string_append_printf (erase, " IS ?%u", target->key[i] + 1);
    }
  if (sqlite3_prepare_v3 (self->db, insert->str, -1, SQLITE_PREPARE_PERSISTENT, &self->insert, NULL) == SQLITE_OK &&
      (target->mode != WEIR_DB_UPSERT || sqlite3_prepare_v3 (self->db, erase->str, -1, SQLITE_PREPARE_PERSISTENT, &self->erase, NULL) == SQLITE_OK))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "INCOMPATIBLE_DATA_FOR_TABLE", WEIR_SPAN_NONE, "The rows do not fit table %s of %s: %s.%s", target->table,
                    self->path, sqlite3_errmsg (self->db),
                    target->mode == WEIR_DB_UPSERT ? " Mode 'upsert' needs a UNIQUE index on exactly the columns of the key." : "");
}

/* ---- progress --------------------------------------------------------------------------------------------------- */

/* Within a transaction. −1: none */
static gboolean
read_progress (SqliteSink *self,
               gint64     *last,
               GError    **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  int                      code;

  *last = -1;
  if (sqlite3_prepare_v2 (self->db, "SELECT batch FROM " WEIR_DB_PROGRESS_TABLE " WHERE query = ?1 AND sink = ?2", -1, &statement, NULL) != SQLITE_OK)
    return fail (self, error);
  sqlite3_bind_text (statement, 1, self->base.query_id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, self->sink_index);
  code = sqlite3_step (statement);
  if (code == SQLITE_ROW)
    *last = sqlite3_column_int64 (statement, 0);
  return code == SQLITE_ROW || code == SQLITE_DONE || fail (self, error);
}

static gboolean
move_progress (SqliteSink *self,
               gint64      from,
               gint64      to,
               GError    **error)
{
  static const char        insert[] = "INSERT INTO " WEIR_DB_PROGRESS_TABLE " (query, sink, batch) VALUES (?1, ?2, ?4)";
  static const char        update[] = "UPDATE " WEIR_DB_PROGRESS_TABLE " SET batch = ?4 WHERE query = ?1 AND sink = ?2 AND batch = ?3";
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (sqlite3_prepare_v2 (self->db, from < 0 ? insert : update, -1, &statement, NULL) != SQLITE_OK)
    return fail (self, error);
  sqlite3_bind_text (statement, 1, self->base.query_id, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (statement, 2, self->sink_index);
  if (from >= 0)
    sqlite3_bind_int64 (statement, 3, from);
  sqlite3_bind_int64 (statement, 4, to);
  if (sqlite3_step (statement) != SQLITE_DONE)
    return fail (self, error);
  if (sqlite3_changes (self->db) == 1)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE, "Another run of this query writes to %s.", self->path);
}

/* ---- connection ------------------------------------------------------------------------------------------------- */

static gboolean
make_tables (SqliteSink *self,
             GError    **error)
{
  static const char        progress[] = "CREATE TABLE IF NOT EXISTS " WEIR_DB_PROGRESS_TABLE " (query TEXT NOT NULL, sink INT NOT NULL, batch BIGINT NOT NULL, "
                                        "PRIMARY KEY (query, sink)) WITHOUT ROWID";
  g_autofree char         *create = weir_db_create_table (&self->base.target);
  g_autoptr (sqlite3_stmt) found = NULL;
  int                      code;

  if (self->base.query_id != NULL && !exec (self, "sqlite-progress-table", progress, error))
    return FALSE;
  if (sqlite3_prepare_v2 (self->db, "SELECT 1 FROM pragma_table_info(?1)", -1, &found, NULL) != SQLITE_OK)
    return fail (self, error);
  sqlite3_bind_text (found, 1, self->base.target.table, -1, SQLITE_STATIC);
  code = sqlite3_step (found);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return fail (self, error);
  return code == SQLITE_ROW || exec (self, "sqlite-table", create, error);
}

/* The name still stands for the file that is open? If not, rows would go where nobody sees them: the connection is given up. */
static gboolean
check_identity (SqliteSink *self,
                GError    **error)
{
  GStatBuf info;

  if (g_stat (self->path, &info) != 0)
    return weir_fail_file (error, "write to database", self->path, errno);
  if (info.st_dev != self->device || info.st_ino != self->inode)
    disconnect (self);
  return TRUE;
}

static void
keep_identity (SqliteSink *self)
{
  GStatBuf info;

  if (g_stat (self->path, &info) != 0)
    return;
  self->device = info.st_dev;
  self->inode = info.st_ino;
}

static gboolean
connect (SqliteSink *self,
         gint64     *last,
         GError    **error)
{
  self->db = weir_sqlite_open (self->path, TRUE, error);
  if (self->db == NULL)
    return FALSE;
  sqlite3_busy_handler (self->db, busy_cb, self);
  keep_identity (self);
  *last = -1;
  if (exec (self, "sqlite-begin", "BEGIN IMMEDIATE", error) && make_tables (self, error) &&
      (self->base.query_id == NULL || read_progress (self, last, error)) && exec (self, "sqlite-commit", "COMMIT", error) && prepare_rows (self, error))
    return TRUE;
  disconnect (self);
  return FALSE;
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static int
bind_text (sqlite3_stmt     *statement,
           int               at,
           const WeirColumn *column,
           guint             row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  weir_db_append_value (text, WEIR_DB_SQLITE, column, row);
  return sqlite3_bind_text64 (statement, at, text->str, text->len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static int
bind_double (sqlite3_stmt *statement,
             int           at,
             double        value)
{
  /* SQLite has no NaN: it would become NULL. */
  return value == value ? sqlite3_bind_double (statement, at, value) : sqlite3_bind_text (statement, at, "NaN", 3, SQLITE_STATIC);
}

static int
bind_value (sqlite3_stmt     *statement,
            int               at,
            const WeirColumn *column,
            guint             row)
{
  const WeirView *view;

  if (weir_column_is_null (column, row))
    return sqlite3_bind_null (statement, at);
  switch (column->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return sqlite3_bind_int (statement, at, weir_bit (column->values, row));
    case WEIR_TYPE_TINYINT:
      return sqlite3_bind_int (statement, at, weir_column_values (column, gint8)[row]);
    case WEIR_TYPE_SMALLINT:
      return sqlite3_bind_int (statement, at, weir_column_values (column, gint16)[row]);
    case WEIR_TYPE_INT:
      return sqlite3_bind_int (statement, at, weir_column_values (column, gint32)[row]);
    case WEIR_TYPE_BIGINT:
      return sqlite3_bind_int64 (statement, at, weir_column_values (column, gint64)[row]);
    case WEIR_TYPE_FLOAT:
      return bind_double (statement, at, weir_column_values (column, float)[row]);
    case WEIR_TYPE_DOUBLE:
      return bind_double (statement, at, weir_column_values (column, double)[row]);
    case WEIR_TYPE_STRING:
      view = &weir_column_values (column, WeirView)[row];
      return sqlite3_bind_text64 (statement, at, weir_view_data (view), view->len, SQLITE_STATIC, SQLITE_UTF8);
    case WEIR_TYPE_BINARY:
      view = &weir_column_values (column, WeirView)[row];
      return sqlite3_bind_blob64 (statement, at, weir_view_data (view), view->len, SQLITE_STATIC);
    default:
      return bind_text (statement, at, column, row);
    }
}

static gboolean
erase_row (SqliteSink        *self,
           WeirColumn *const *columns,
           guint              row,
           GError           **error)
{
  gboolean has_null = FALSE;

  for (guint i = 0; i < self->base.target.n_key; i++)
    has_null = has_null || weir_column_is_null (columns[self->base.target.key[i]], row);
  if (!has_null)
    return TRUE;
  for (guint i = 0; i < self->base.target.n_key; i++)
    if (bind_value (self->erase, (int)self->base.target.key[i] + 1, columns[self->base.target.key[i]], row) != SQLITE_OK)
      return fail (self, error);
  if (sqlite3_step (self->erase) != SQLITE_DONE)
    return fail (self, error);
  sqlite3_reset (self->erase);
  return TRUE;
}

static gboolean
insert_rows (SqliteSink        *self,
             WeirColumn *const *columns,
             guint              n_rows,
             GError           **error)
{
  for (guint row = 0; row < n_rows; row++)
    {
      if (self->erase != NULL && !erase_row (self, columns, row, error))
        return FALSE;
      for (guint i = 0; i < self->base.target.schema->n_fields; i++)
        if (bind_value (self->insert, (int)i + 1, columns[i], row) != SQLITE_OK)
          return fail (self, error);
      if (sqlite3_step (self->insert) != SQLITE_DONE)
        return fail (self, error);
      sqlite3_reset (self->insert);
    }
  return TRUE;
}

static gboolean
insert_batch (SqliteSink *self,
              WeirBatch  *batch,
              GError    **error)
{
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (batch->n_columns, 1));
  gboolean                ok;

  for (guint i = 0; i < batch->n_columns; i++)
    columns[i] = weir_column_flatten (batch->columns[i]);
  ok = insert_rows (self, columns, batch->n_rows, error);
  for (guint i = 0; i < batch->n_columns; i++)
    weir_column_unref (columns[i]);
  return ok;
}

static gboolean
write_rows (SqliteSink *self,
            GError    **error)
{
  if (self->base.target.mode == WEIR_DB_OVERWRITE)
    {
      g_autoptr (GString) sql = g_string_new ("DELETE FROM ");

      weir_db_append_name (sql, self->base.target.table);
      if (!exec (self, "sqlite-delete", sql->str, error))
        return FALSE;
    }
  for (guint i = 0; i < self->base.batches->len; i++)
    if (!insert_batch (self, self->base.batches->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* ---- the sink --------------------------------------------------------------------------------------------------- */

static gboolean
sqlite_check (const WeirSinkConfig *config,
              GError              **error)
{
  return weir_db_sink_check (WEIR_DB_SQLITE, config, "path", "path 'results.db'", error);
}

static gboolean
sqlite_open (WeirSink             *sink,
             const WeirSinkConfig *config,
             GError              **error)
{
  SqliteSink *self = (SqliteSink *)sink;
  const char *path;

  if (!_weir_io_option_required (config->options, "path", "path 'results.db'", &path, error) ||
      !weir_db_sink_init (&self->base, WEIR_DB_SQLITE, config, error))
    return FALSE;
  self->path = weir_file_path (path, config->base_dir);
  self->sink_index = config->sink_index;
  self->cancellable = config->cancellable != NULL ? g_object_ref (config->cancellable) : NULL;
  sink->description = g_strdup_printf ("SQLiteSink[%s:%s]", self->path, self->base.target.table);
  return connect (self, &self->base.last, error);
}

/* Rows and progress, or neither. @done: the database holds the batch already. */
static gboolean
run_transaction (SqliteSink *self,
                 guint64     batch_id,
                 gboolean   *done,
                 GError    **error)
{
  gint64 found = -1;

  *done = FALSE;
  if (!exec (self, "sqlite-begin", "BEGIN IMMEDIATE", error))
    return FALSE;
  if (self->base.query_id != NULL)
    {
      if (!read_progress (self, &found, error))
        return FALSE;
      *done = found == (gint64)batch_id;
      if (*done)
        return exec (self, "sqlite-rollback", "ROLLBACK", error);
      if (found != self->base.last)
        return weir_db_sink_fail_progress (&self->base, self->path, found, batch_id, error);
    }
  return write_rows (self, error) && (self->base.query_id == NULL || move_progress (self, found, (gint64)batch_id, error)) &&
         exec (self, "sqlite-commit", "COMMIT", error);
}

static gboolean
sqlite_commit (WeirSink *sink,
               guint64   batch_id,
               GError  **error)
{
  SqliteSink *self = (SqliteSink *)sink;
  gint64      found;
  gboolean    done;

  if (self->base.last >= 0 && batch_id <= (guint64)self->base.last)
    return TRUE;
  if (self->base.query_id == NULL && self->base.batches->len == 0 && self->base.target.mode != WEIR_DB_OVERWRITE)
    return TRUE;
  if (self->db != NULL && !check_identity (self, error))
    return FALSE;
  if (self->db == NULL && !connect (self, &found, error))
    return FALSE;
  if (!run_transaction (self, batch_id, &done, error))
    {
      disconnect (self);
      return FALSE;
    }
  if (!done)
    sink->rows_written += weir_db_sink_count_rows (&self->base);
  if (self->base.query_id != NULL)
    self->base.last = (gint64)batch_id;
  g_ptr_array_set_size (self->base.batches, 0);
  return TRUE;
}

static void
sqlite_finalize (WeirSink *sink)
{
  SqliteSink *self = (SqliteSink *)sink;

  disconnect (self);
  g_clear_object (&self->cancellable);
  g_free (self->path);
  weir_db_sink_clear (&self->base);
}

static const WeirSinkClass sqlite_class = {
  .format = "sqlite",
  .open = sqlite_open,
  .begin = weir_db_sink_begin,
  .write = weir_db_sink_write,
  .commit = sqlite_commit,
  .abort = weir_db_sink_abort,
  .finalize = sqlite_finalize,
  .get_progress = weir_db_sink_get_progress,
  .needs_output_record = TRUE,
};

const WeirSinkKind _weir_sink_sqlite = { &sqlite_class, sizeof (SqliteSink), sqlite_check };
