/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/recent.h"
#include "io/db-target.h"
#include "io/file-list.h"
#include "io/sqlite-open.h"
#include "io/table-source.h"

#include <string.h>

/*
 * Rows of a table or view of an SQLite database, in one transaction. A value has the type it was stored with, whatever its column says; it is read as
 * the type the table was declared with here, or the one that the declared type of the column stands for.
 */

#define STOP_CHECK_STEPS 10000

static int
stopped_cb (gpointer data)
{
  return g_cancellable_is_cancelled (data);
}

static gboolean
append_value (WeirRowBuilder *rows,
              sqlite3_stmt   *statement,
              guint           column,
              GError        **error)
{
  int at = (int)column;

  switch (sqlite3_column_type (statement, at))
    {
    case SQLITE_INTEGER:
      return weir_row_builder_i64 (rows, column, sqlite3_column_int64 (statement, at), error);
    case SQLITE_FLOAT:
      return weir_row_builder_double (rows, column, sqlite3_column_double (statement, at), error);
    case SQLITE_NULL:
      weir_row_builder_null (rows, column);
      return TRUE;
    default:
      {
        const char *data = sqlite3_column_blob (statement, at);

        return weir_row_builder_text (rows, column, data != NULL ? data : "", (gsize)sqlite3_column_bytes (statement, at), error);
      }
    }
}

static gboolean
read_rows (sqlite3        *db,
           sqlite3_stmt   *statement,
           const char     *path,
           WeirRowBuilder *rows,
           GError        **error)
{
  int code;

  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    {
      for (guint i = 0; i < rows->schema->n_fields; i++)
        if (!append_value (rows, statement, i, error))
          return FALSE;
      if (!weir_row_builder_end_row (rows, error))
        return FALSE;
    }
  if (code != SQLITE_DONE)
    return weir_sqlite_fail (error, db, path, FALSE);
  return weir_row_builder_flush (rows, error);
}

static char *
select_sql (WeirSchema *schema,
            const char *table)
{
  GString *sql = g_string_new ("SELECT ");

  if (schema->n_fields == 0)
    g_string_append (sql, "NULL");
  weir_db_append_columns (sql, schema, NULL, 0, "");
  g_string_append (sql, " FROM ");
  weir_db_append_name (sql, table);
  return g_string_free (sql, FALSE);
}

static char *
database_path (GHashTable *options,
               const char *base_dir,
               GError    **error)
{
  g_autofree char *full = NULL;
  const char      *path;

  if (!_weir_io_option_required (options, "path", "path 'results.db'", &path, error))
    return NULL;
  full = weir_file_path (path, base_dir);
  if (g_file_test (full, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&full);
  weir_fail (error, WEIR_ERROR_ANALYZE, "PATH_NOT_FOUND", WEIR_SPAN_NONE, "Path does not exist: %s.", full);
  if (error != NULL)
    weir_error_add_param (*error, "path", full);
  return NULL;
}

static gboolean
sqlite_read (WeirSource      *source,
             gpointer         morsel,
             WeirSourcePush   push,
             gpointer         push_data,
             WeirDecodeStats *stats,
             GCancellable    *cancellable,
             GError         **error)
{
  WeirTableSource         *self = (WeirTableSource *)source;
  g_autofree char         *path = database_path (self->options, self->base_dir, error);
  g_autofree char         *qualifier = NULL, *table = NULL, *sql = NULL;
  g_autoptr (sqlite3)      db = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  WeirRowBuilder           rows;
  gboolean                 ok;

  if (path == NULL)
    return FALSE;
  db = weir_sqlite_open (path, FALSE, error);
  if (db == NULL)
    return FALSE;
  if (cancellable != NULL)
    sqlite3_progress_handler (db, STOP_CHECK_STEPS, stopped_cb, cancellable);
  weir_db_parse_name (WEIR_DB_SQLITE, self->options, self->name, &qualifier, &table);
  sql = select_sql (self->schema, table);
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    return weir_sqlite_fail (error, db, path, FALSE);
  ok = weir_row_builder_init (&rows, self->schema, table, push, push_data, stats, error) && read_rows (db, statement, path, &rows, error);
  weir_row_builder_clear (&rows);
  return ok;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* SQLite's own rules for what a declared type means, after the names that say more. */
static WeirType *
type_of (const char *declared)
{
  g_autofree char     *upper = g_ascii_strup (declared, -1);
  g_autoptr (GString)  text = g_string_new (upper);
  g_autoptr (WeirType) parsed = NULL;

  if (strstr (upper, "INT") != NULL && strstr (upper, "INTERVAL") == NULL)
    return WEIR_BIGINT; /* integers of SQLite have eight bytes, and so have reals */
  g_string_replace (text, "DECIMAL_TEXT", "DECIMAL", 1);
  g_string_replace (text, "NUMERIC(", "DECIMAL(", 1);
  parsed = weir_type_parse (text->str, NULL);
  if (parsed != NULL && (parsed->kind == WEIR_TYPE_BOOLEAN || parsed->kind == WEIR_TYPE_DOUBLE ||
                         parsed->kind == WEIR_TYPE_DATE || parsed->kind == WEIR_TYPE_TIMESTAMP || parsed->kind == WEIR_TYPE_TIMESTAMP_NTZ ||
                         (parsed->kind == WEIR_TYPE_DECIMAL && strchr (text->str, '(') != NULL)))
    return g_steal_pointer (&parsed);
  if (strstr (upper, "CHAR") != NULL || strstr (upper, "CLOB") != NULL || strstr (upper, "TEXT") != NULL || upper[0] == '\0')
    return WEIR_STRING;
  if (strstr (upper, "BLOB") != NULL)
    return WEIR_BINARY;
  if (strstr (upper, "BOOL") != NULL)
    return WEIR_BOOLEAN;
  if (strstr (upper, "DATETIME") != NULL)
    return WEIR_TIMESTAMP;
  if (strstr (upper, "REAL") != NULL || strstr (upper, "FLOA") != NULL || strstr (upper, "DOUB") != NULL || strstr (upper, "NUM") != NULL ||
      strstr (upper, "DEC") != NULL)
    return WEIR_DOUBLE;
  return WEIR_STRING;
}

static WeirSchema *
read_schema (sqlite3    *db,
             const char *path,
             const char *table,
             GError    **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GArray)       fields = g_array_new (FALSE, TRUE, sizeof (WeirField));
  WeirSchema              *schema = NULL;

  if (sqlite3_prepare_v2 (db, "SELECT name, type FROM pragma_table_info(?1)", -1, &statement, NULL) != SQLITE_OK)
    {
      weir_sqlite_fail (error, db, path, FALSE);
      return NULL;
    }
  sqlite3_bind_text (statement, 1, table, -1, SQLITE_STATIC);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      const char *declared = (const char *)sqlite3_column_text (statement, 1);
      WeirField   field = { g_strdup ((const char *)sqlite3_column_text (statement, 0)), type_of (declared != NULL ? declared : ""), TRUE, NULL };

      g_array_append_val (fields, field);
    }
  if (fields->len > 0)
    schema = weir_type_new_struct ((const WeirField *)fields->data, fields->len);
  else
    weir_fail (error, WEIR_ERROR_ANALYZE, "TABLE_OR_VIEW_NOT_FOUND", WEIR_SPAN_NONE, "There is no table \"%s\" in %s.", table, path);
  for (guint i = 0; i < fields->len; i++)
    {
      g_free (g_array_index (fields, WeirField, i).name);
      weir_type_unref (g_array_index (fields, WeirField, i).type);
    }
  return schema;
}

static WeirSchema *
sqlite_resolve (WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  g_autofree char    *path = NULL, *qualifier = NULL, *table = NULL;
  g_autoptr (sqlite3) db = NULL;

  if (declared != NULL)
    return weir_type_ref (declared);
  path = database_path (options, base_dir, error);
  if (path == NULL)
    return NULL;
  db = weir_sqlite_open (path, FALSE, error);
  if (db == NULL)
    return NULL;
  weir_db_parse_name (WEIR_DB_SQLITE, options, "", &qualifier, &table);
  return read_schema (db, path, table, error);
}

static const WeirSourceClass sqlite_class = WEIR_TABLE_SOURCE_CLASS ("sqlite", sqlite_read, weir_source_peek_all);

const WeirSourceKind _weir_source_sqlite = { &sqlite_class, sizeof (WeirTableSource), sqlite_resolve };
