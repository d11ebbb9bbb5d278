/* SPDX-License-Identifier: Apache-2.0 */
/* Connections to SQLite databases, for the sink and for tables that are read: what a hostile or damaged file can do is limited here. */
#pragma once

#include "base/error.h"

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close_v2)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

/**
 * weir_sqlite_open:
 * @path: absolute
 * @for_writing: made when it is not there; journal TRUNCATE and synchronous FULL, so that a commit is on the disk when it returns
 *
 * A file of some megabytes is checked whole (quick_check) before it is written to. Double quotes are names only, schemas are not trusted, extensions are off.
 *
 * Returns: (transfer full) (nullable): NULL with @error
 */
sqlite3 *weir_sqlite_open (const char *path, gboolean for_writing, GError **error);

/* Runs a statement that gives no rows, or whose rows do not matter. */
gboolean weir_sqlite_exec (sqlite3 *db, const char *path, const char *sql, GError **error);

/* @db's last error: TASK_WRITE_FAILED or FAILED_READ_FILE with the path, SQLite's words and a remedy. Always FALSE. */
gboolean weir_sqlite_fail (GError **error, sqlite3 *db, const char *path, gboolean for_writing);

G_END_DECLS
