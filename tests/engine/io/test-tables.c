/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"
#include "base/limits.h"
#include "io/postgres-client.h"
#include "io/sqlite-open.h"

#include "sink-util.h"
#include "source-util.h"
#include "support/temp-dir.h"

#include <unistd.h>

/* Tables of databases that are read: SQLite, and PostgreSQL where the test run has one (POSTGRES_URI). */

static void
run_sqlite (const char *path,
            const char *sql)
{
  g_autoptr (sqlite3) db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* All rows, as JSON, one after the other. (transfer full) */
static char *
read_all (WeirSource *source,
          GError    **error)
{
  GString *rows = g_string_new (NULL);
  Drain    drain;

  drain_init (&drain, source);
  drain_batch (&drain, error);
  for (guint i = 0; i < drain.rows->len; i++)
    g_string_append (rows, drain.rows->pdata[i]);
  drain_clear (&drain);
  return g_string_free (rows, FALSE);
}

static void
assert_schema (const char *format,
               const char *key,
               const char *value,
               const char *table,
               const char *expected)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSchema) schema = NULL;
  g_autofree char       *text = NULL;

  g_hash_table_insert (options, (gpointer)key, (gpointer)value);
  g_hash_table_insert (options, (gpointer) "dbtable", (gpointer)table);
  schema = weir_source_resolve_schema (format, NULL, options, "/", &error);
  g_assert_no_error (error);
  text = weir_type_to_string (schema);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_sqlite_types (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "x.db");
  g_autofree char        *rows = NULL;
  g_autoptr (GError)      error = NULL;

  run_sqlite (path, "CREATE TABLE t (i INTEGER, d DECIMAL_TEXT(5,2), n NUMERIC(4,1), r REAL, s VARCHAR(9), b BLOB, o BOOL, dt DATE, ts DATETIME, x, "
                    "z TIMESTAMP_NTZ);"
                    "INSERT INTO t VALUES (9007199254740993, '1.50', 2.5, 'NaN', 'é', x'00ff', 1, '2024-02-29', 1700000000, 7, '2024-01-01T00:00:00.5');"
                    "INSERT INTO t (s, ts) VALUES (CAST (x'ff61' AS TEXT), '2024-01-01 10:00:00+01:00')");
  assert_schema ("sqlite", "path", path, "t",
                 "struct<i:bigint,d:decimal(5,2),n:decimal(4,1),r:double,s:string,b:binary,o:boolean,dt:date,ts:timestamp,x:string,z:timestamp_ntz>");
  rows = read_all (source_make ("sqlite", NULL, FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "t", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==,
                   "{\"i\":9007199254740993,\"d\":1.50,\"n\":2.5,\"r\":\"NaN\",\"s\":\"é\",\"b\":\"AP8=\",\"o\":true,\"dt\":\"2024-02-29\","
                   "\"ts\":\"2023-11-14T22:13:20Z\",\"x\":\"7\",\"z\":\"2024-01-01T00:00:00.5\"}"
                   "{\"i\":null,\"d\":null,\"n\":null,\"r\":null,\"s\":\"\357\277\275a\",\"b\":null,\"o\":null,\"dt\":null,"
                   "\"ts\":\"2024-01-01T09:00:00Z\",\"x\":null,\"z\":null}");
}

static void
test_sqlite_declared (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "x.db");
  g_autofree char        *rows = NULL;
  g_autofree char        *none = NULL;
  g_autoptr (GError)      error = NULL;

  run_sqlite (path, "CREATE TABLE \"\"\"; drop table t\" (a, k); INSERT INTO \"\"\"; drop table t\" VALUES ('[1,null]', 5), (NULL, 300)");
  rows = read_all (source_make ("sqlite", "a ARRAY<INT>, k STRING", FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "\"; drop table t", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==, "{\"a\":[1,null],\"k\":\"5\"}{\"a\":null,\"k\":\"300\"}");
  none = read_all (source_make ("sqlite", "k TINYINT", FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "\"; drop table t", NULL), &error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CAST_INVALID_INPUT");
  g_assert_nonnull (strstr (error->message, "300"));
}

/* More rows than one vector; what is written later is there at the next read. */
static void
test_sqlite_many (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "x.db");
  g_autoptr (GError)      error = NULL;
  g_autofree char        *sql = g_strdup_printf ("CREATE TABLE t (n INT); WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d) "
                                                        "INSERT INTO t SELECT n FROM c",
                                                 2 * WEIR_VECTOR_ROWS);
  Drain                   drain;

  run_sqlite (path, sql);
  drain_init (&drain, source_make ("sqlite", NULL, FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "t", NULL));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (drain.rows->len, ==, 2 * WEIR_VECTOR_ROWS + 1);
  g_assert_cmpstr (drain.rows->pdata[2 * WEIR_VECTOR_ROWS], ==, "{\"n\":32768}");
  run_sqlite (path, "DELETE FROM t WHERE n > 2");
  g_free (drain.at);
  drain.at = g_strdup ("");
  g_ptr_array_set_size (drain.rows, 0);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 3);
  drain_clear (&drain);
}

static void
test_sqlite_errors (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "x.db");
  g_autofree char        *text = weir_temp_dir_write (dir, "text.db", "this is no database, and it is longer than a header of one would be, so that it is looked at\n");
  g_autofree char        *none = NULL, *no_table = NULL;
  g_autoptr (GError)      error = NULL;

  g_assert_null (source_make ("sqlite", NULL, FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "t", NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PATH_NOT_FOUND");
  g_clear_error (&error);
  g_assert_null (source_make ("sqlite", NULL, FALSE, NULL, NULL, 0, &error, "path", text, "dbtable", "t", NULL));
  g_assert_nonnull (strstr (error->message, text));
  g_clear_error (&error);
  run_sqlite (path, "CREATE TABLE u (n INT)");
  g_assert_null (source_make ("sqlite", NULL, FALSE, NULL, NULL, 0, &error, "path", path, "dbtable", "t", NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TABLE_OR_VIEW_NOT_FOUND");
  g_clear_error (&error);
  none = read_all (source_make ("sqlite", "nope INT", FALSE, NULL, NULL, 0, NULL, "path", path, "dbtable", "u", NULL), &error);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.NO_HINT");
  g_assert_nonnull (strstr (error->message, "nope"));
}

static void
test_postgres (void)
{
  const char              *url = g_getenv ("POSTGRES_URI");
  g_autoptr (GHashTable)   options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (WeirPostgres) postgres = NULL;
  g_autofree char         *table = NULL, *sql = NULL, *drop = NULL, *rows = NULL, *nested = NULL, *none = NULL;
  g_autoptr (GError)       error = NULL;

  if (url == NULL)
    {
      g_test_skip ("no PostgreSQL: POSTGRES_URI is not set");
      return;
    }
  g_hash_table_insert (options, (gpointer) "url", (gpointer)url);
  postgres = weir_postgres_new (options, NULL, FALSE, &error);
  g_assert_true (weir_postgres_connect (postgres, &error));
  table = g_strdup_printf ("tables_%d", getpid ());
  drop = g_strdup_printf ("DROP TABLE IF EXISTS %s", table);
  sql = g_strdup_printf ("%s; CREATE TABLE %s (b boolean, i integer, l bigint, f real, n numeric(5,2), m numeric, v varchar(9), y bytea, d date, "
                         "tz timestamptz, nz timestamp, a integer[], j jsonb, u uuid);"
                         "INSERT INTO %s VALUES (true, 1, 9007199254740993, 'NaN', 1.5, 2, E'a\\tb\\\\\\n', '\\x00ff', '2024-02-29', "
                         "'2024-01-01 10:00:00.25+01', '2024-01-01 10:00:00', '{1,NULL}', '{\"x\": 1}', '00000000-0000-0000-0000-000000000001');"
                         "INSERT INTO %s (v) VALUES ('\\N')",
                         drop, table, table, table);
  g_assert_true (weir_postgres_do (postgres, sql, &error));
  g_assert_no_error (error);
  assert_schema ("postgresql", "url", url, table,
                 "struct<b:boolean,i:int,l:bigint,f:float,n:decimal(5,2),m:decimal(38,18),v:string,y:binary,d:date,tz:timestamp,nz:timestamp_ntz,"
                 "a:string,j:string,u:string>");
  rows = read_all (source_make ("postgresql", NULL, FALSE, NULL, NULL, 0, &error, "url", url, "dbtable", table, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (rows, ==,
                   "{\"b\":true,\"i\":1,\"l\":9007199254740993,\"f\":\"NaN\",\"n\":1.50,\"m\":2.000000000000000000,\"v\":\"a\\tb\\\\\\n\",\"y\":\"AP8=\","
                   "\"d\":\"2024-02-29\",\"tz\":\"2024-01-01T09:00:00.25Z\",\"nz\":\"2024-01-01T10:00:00\",\"a\":\"{1,NULL}\",\"j\":\"{\\\"x\\\": 1}\","
                   "\"u\":\"00000000-0000-0000-0000-000000000001\"}"
                   "{\"b\":null,\"i\":null,\"l\":null,\"f\":null,\"n\":null,\"m\":null,\"v\":\"\\\\N\",\"y\":null,\"d\":null,\"tz\":null,\"nz\":null,"
                   "\"a\":null,\"j\":null,\"u\":null}");
  nested = read_all (source_make ("postgresql", "a ARRAY<INT>, j STRUCT<x: INT>", FALSE, NULL, NULL, 0, &error, "url", url, "dbtable", table, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (nested, ==, "{\"a\":[1,null],\"j\":{\"x\":1}}{\"a\":null,\"j\":null}");
  none = read_all (source_make ("postgresql", "nope INT", FALSE, NULL, NULL, 0, &error, "url", url, "dbtable", table, NULL), &error);
  g_assert_nonnull (strstr (error->message, "nope"));
  g_assert_true (weir_postgres_do (postgres, drop, NULL));
  g_clear_error (&error);
  g_assert_null (source_make ("postgresql", NULL, FALSE, NULL, NULL, 0, &error, "url", url, "dbtable", table, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TABLE_OR_VIEW_NOT_FOUND");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/tables/sqlite-types", test_sqlite_types);
  g_test_add_func ("/engine/io/tables/sqlite-declared", test_sqlite_declared);
  g_test_add_func ("/engine/io/tables/sqlite-many", test_sqlite_many);
  g_test_add_func ("/engine/io/tables/sqlite-errors", test_sqlite_errors);
  g_test_add_func ("/engine/io/tables/postgres", test_postgres);
  return g_test_run ();
}
