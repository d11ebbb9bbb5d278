/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/sqlite-open.h"

#include "base/durable-file.h"
#include "base/effects.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

/*
 * Why TRUNCATE: with journal DELETE and synchronous FULL nothing is synced behind the unlink of the journal, which is the commit, so a power
 * cut can take back a batch that the checkpoint calls committed. Why not WAL: versions before 3.51.3 can corrupt a database when two
 * connections write and reset the WAL (reliability: fixed in 3.51.3). A database in WAL mode is switched over where that is possible, and else
 * refused.
 */

#define WAL_FIXED_VERSION 3051003

/* A reader waits for the end of a commit. */
#define BUSY_MS 5000

/* quick_check reads everything; larger files would make a start slow. */
#define CHECK_BYTES_MAX (64 << 20)

static const char *
remedy (int      code,
        gboolean for_writing)
{
  switch (code & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return " Another program holds a lock on it: end its transaction.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return " Give this user write permission on the file and its folder.";
    case SQLITE_CANTOPEN:
      return for_writing ? " Its folder must be there and this user must be allowed to write in it." : " Check the path.";
    case SQLITE_NOTADB:
      return " Give the path of an SQLite database, or of a file that is not there yet.";
    case SQLITE_CORRUPT:
      return " Restore it from a copy.";
    default:
      return "";
    }
}

/* Somebody can make room, give a permission or end a transaction; an error that names its path is tried again by who may wait. */
static gboolean
may_pass (int code)
{
  static const int passing[] = { SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN };

  for (guint i = 0; i < G_N_ELEMENTS (passing); i++)
    if ((code & 0xff) == passing[i])
      return TRUE;
  return FALSE;
}

gboolean
weir_sqlite_fail (GError    **error,
                  sqlite3    *db,
                  const char *path,
                  gboolean    for_writing)
{
  int code = db != NULL ? sqlite3_extended_errcode (db) : SQLITE_NOMEM;

  if ((code & 0xff) == SQLITE_INTERRUPT)
    return weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "Stopped.");
  if ((code & 0xff) == SQLITE_FULL)
    return weir_fail_file (error, "write to database", path, ENOSPC);
  weir_fail (error, WEIR_ERROR_RUN, for_writing ? "TASK_WRITE_FAILED" : "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
             "Cannot %s database %s: %s.%s", for_writing ? "write to" : "read", path,
             db != NULL ? sqlite3_errmsg (db) : "out of memory", remedy (code, for_writing));
  if (may_pass (code) && error != NULL)
    weir_error_add_param (*error, "path", path);
  return FALSE;
}

gboolean
weir_sqlite_exec (sqlite3    *db,
                  const char *path,
                  const char *sql,
                  GError    **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return weir_sqlite_fail (error, db, path, TRUE);
}

/* First column of the first row. (transfer full) (nullable) */
static char *
ask (sqlite3    *db,
     const char *sql)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK || sqlite3_step (statement) != SQLITE_ROW)
    return NULL;
  return g_strdup ((const char *)sqlite3_column_text (statement, 0));
}

static gboolean
use_rollback_journal (sqlite3    *db,
                      const char *path,
                      GError    **error)
{
  const char      *mode = weir_fx_negative ("sqlite-delete-full") ? "delete" : "truncate";
  g_autofree char *set = g_strconcat ("PRAGMA journal_mode = ", mode, NULL);
  g_autofree char *before = ask (db, "PRAGMA journal_mode");
  g_autofree char *after = NULL;

  if (before == NULL)
    return weir_sqlite_fail (error, db, path, TRUE);
  if (strcmp (before, "wal") == 0 && sqlite3_libversion_number () >= WAL_FIXED_VERSION)
    return TRUE;
  after = ask (db, set);
  if (after != NULL && strcmp (after, mode) == 0)
    return TRUE;
  if (strcmp (before, "wal") != 0)
    return weir_sqlite_fail (error, db, path, TRUE);
  return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE,
                    "Cannot write to database %s: it is in WAL mode, which SQLite %s can damage, and other programs have it open. Close them, or run "
                    "PRAGMA journal_mode = TRUNCATE in it.",
                    path, sqlite3_libversion ());
}

static gboolean
check_small_file (sqlite3    *db,
                  const char *path,
                  GError    **error)
{
  g_autofree char *answer = NULL;
  GStatBuf         status;

  if (g_stat (path, &status) != 0 || status.st_size > CHECK_BYTES_MAX)
    return TRUE;
  answer = ask (db, "PRAGMA quick_check(1)");
  if (answer == NULL)
    return weir_sqlite_fail (error, db, path, TRUE);
  if (strcmp (answer, "ok") == 0)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Database %s is damaged: %s. Restore it from a copy.", path, answer);
}

static void
harden (sqlite3 *db)
{
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
  sqlite3_exec (db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}

sqlite3 *
weir_sqlite_open (const char *path,
                  gboolean    for_writing,
                  GError    **error)
{
  g_autoptr (sqlite3) db = NULL;
  int                 flags = for_writing ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;

  if (sqlite3_open_v2 (path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK)
    {
      weir_sqlite_fail (error, db, path, for_writing);
      return NULL;
    }
  harden (db);
  sqlite3_busy_timeout (db, BUSY_MS);
  if (for_writing && (!use_rollback_journal (db, path, error) || !weir_sqlite_exec (db, path, "PRAGMA synchronous = FULL", error)))
    return NULL;
  if (for_writing && !check_small_file (db, path, error))
    return NULL;
  return g_steal_pointer (&db);
}
