/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"
#include "base/error.h"
#include "io/sqlite-open.h"

#include "sink-util.h"
#include "support/temp-dir.h"

#include <errno.h>
#include <glib/gstdio.h>

#define DDL "k STRING, n BIGINT"

static const SinkSpec append = { .format = "sqlite", .ddl = DDL, .query_id = QUERY_ID };
static const SinkSpec update = { .format = "sqlite", .ddl = DDL, .mode = "update", .query_id = QUERY_ID };

/* Rows of a question, a row in parentheses. (transfer full) */
static char *
ask (const char *path,
     const char *sql)
{
  g_autoptr (sqlite3)      db = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  GString                 *rows = g_string_new (NULL);

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  while (sqlite3_step (statement) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count (statement); i++)
      {
        const char *text = (const char *)sqlite3_column_text (statement, i);

        g_string_append_printf (rows, "%s%s%s", i == 0 ? "(" : ",", text != NULL ? text : "NULL", i + 1 == sqlite3_column_count (statement) ? ")" : "");
      }
  return g_string_free (rows, FALSE);
}

static void
assert_rows (const char *path,
             const char *sql,
             const char *expected)
{
  g_autofree char *rows = ask (path, sql);

  g_assert_cmpstr (rows, ==, expected);
}

static void
run_sql (const char *path,
         const char *sql)
{
  g_autoptr (sqlite3) db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static void
commit (WeirSink   *sink,
        guint64     batch_id,
        const char *json)
{
  sink_commit (sink, batch_id, DDL, json);
}

/* A replayed batch is known by its number, also after a restart. */
static void
test_append (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = sink_make (&append, NULL, "path", path, "dbtable", "counts", NULL);

  g_assert_cmpint (sink_progress (sink), ==, -1);
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":2}\n");
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
  commit (sink, 1, "");
  g_clear_pointer (&sink, weir_sink_unref);
  sink = sink_make (&append, NULL, "path", path, "dbtable", "counts", NULL);
  g_assert_cmpint (sink_progress (sink), ==, 1);
  commit (sink, 1, "{\"k\":\"x\",\"n\":9}\n");
  commit (sink, 2, "{\"k\":\"b\",\"n\":3}\n");
  assert_rows (path, "SELECT * FROM counts ORDER BY n", "(a,1)(NULL,2)(b,3)");
  assert_rows (path, "SELECT query, sink, batch FROM weir_progress", "(" QUERY_ID ",0,2)");
  assert_rows (path, "PRAGMA integrity_check", "(ok)");
  assert_rows (path, "SELECT name, type FROM pragma_table_info('counts')", "(k,TEXT)(n,BIGINT)");
}

/* The table holds what update mode's rows fold to; NULL is a key like any other. */
static void
test_upsert (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = sink_make (&update, NULL, "path", path, "dbtable", "counts", "mode", "upsert", "key", "k", NULL);

  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":1}\n{\"k\":\"b\",\"n\":1}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":2}\n{\"k\":null,\"n\":2}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":7}\n");
  commit (sink, 2, "{\"k\":\"a\",\"n\":3}\n{\"k\":\"a\",\"n\":4}\n");
  assert_rows (path, "SELECT * FROM counts ORDER BY k", "(NULL,2)(a,4)(b,1)");
}

static void
test_key_is_all (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = sink_make (&update, NULL, "path", path, "mode", "upsert", "key", "n, k", NULL);

  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":null}\n{\"k\":\"a\",\"n\":null}\n");
  assert_rows (path, "SELECT * FROM t ORDER BY n", "(a,NULL)(a,1)");
}

static void
test_overwrite (void)
{
  static const SinkSpec   complete = { .format = "sqlite", .ddl = DDL, .mode = "complete", .query_id = QUERY_ID };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = sink_make (&complete, NULL, "path", path, "mode", "overwrite", NULL);

  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":\"b\",\"n\":1}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":2}\n");
  assert_rows (path, "SELECT * FROM t", "(a,2)");
  commit (sink, 2, "");
  assert_rows (path, "SELECT * FROM t", "");
}

#define TYPES                                                                                                                                  \
  "b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, dec DECIMAL(38,2), str STRING, bin BINARY, date DATE, ts TIMESTAMP, " \
  "ntz TIMESTAMP_NTZ, a ARRAY<INT>, st STRUCT<x: INT, y: STRING>, nan DOUBLE, inf DOUBLE"

static void
test_types (void)
{
  static const SinkSpec   spec = { .format = "sqlite", .ddl = TYPES, .query_id = QUERY_ID };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = sink_make (&spec, NULL, "path", path, NULL);
  g_autoptr (GError)      error = NULL;

  g_assert_true (sink_batch (sink, 0, TYPES,
                             "{\"b\":true,\"t\":-128,\"s\":32767,\"i\":-2147483648,\"l\":9223372036854775807,\"f\":0.5,\"d\":1e300,"
                             "\"dec\":123456789012345678901234567890123456.50,\"str\":\"é'\\\"\",\"bin\":\"AP8=\",\"date\":\"0001-01-01\","
                             "\"ts\":\"2026-01-31T10:00:00.5Z\",\"ntz\":\"1969-12-31T23:59:59.999999\",\"a\":[1,null],\"st\":{\"x\":1,\"y\":\"q\"},"
                             "\"nan\":\"NaN\",\"inf\":\"-Infinity\"}\n",
                             &error));
  g_assert_no_error (error);
  assert_rows (path, "SELECT b, t, s, i, l, f, d = 1e300 FROM t", "(1,-128,32767,-2147483648,9223372036854775807,0.5,1)");
  assert_rows (path, "SELECT dec, str, hex(bin) FROM t", "(123456789012345678901234567890123456.50,é'\",00FF)");
  assert_rows (path, "SELECT date, ts, ntz FROM t", "(0001-01-01,2026-01-31T10:00:00.500000Z,1969-12-31T23:59:59.999999)");
  assert_rows (path, "SELECT a, st, nan, inf < -1e308 FROM t", "([1,null],{\"x\":1,\"y\":\"q\"},NaN,1)");
  /* SQLite's own functions read the times. */
  assert_rows (path, "SELECT datetime(ts), date(date) FROM t", "(2026-01-31 10:00:00,0001-01-01)");
  assert_rows (path, "SELECT typeof(dec), typeof(date), typeof(ts) FROM t", "(text,text,text)");
}

/* Names are names, whatever is in them. */
static void
test_hostile_names (void)
{
  static const char *const names[] = { "\"; drop table t; --", "a\"\"b", "select", "x'; DELETE FROM victim; --", "sp ace", "ü", "a.b", "weir'", "[x]", "`y`" };
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = weir_temp_dir_build (dir, "out.db");

  run_sql (path, "CREATE TABLE victim (a); INSERT INTO victim VALUES (1)");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      WeirField              field = { (char *)names[i], WEIR_BIGINT, TRUE, NULL };
      g_autoptr (WeirSchema) schema = weir_type_new_struct (&field, 1);
      WeirColumn            *column = weir_column_new_nulls (WEIR_BIGINT, 1);
      g_autoptr (WeirBatch)  batch = weir_batch_new (schema, 1, &column);
      SinkSpec               spec = { .format = "sqlite", .schema = schema, .query_id = QUERY_ID, .sink_index = i };
      g_autoptr (GError)     error = NULL;
      g_autoptr (WeirSink)   sink = sink_make (&spec, &error, "path", path, "dbtable", names[i], NULL);

      g_assert_no_error (error);
      g_assert_true (sink->klass->begin (sink, 0, FALSE, &error));
      g_assert_true (sink->klass->write (sink, batch, &error));
      g_assert_true (sink->klass->commit (sink, 0, &error));
      g_assert_no_error (error);
    }
  assert_rows (path, "SELECT count(*) FROM victim", "(1)");
  assert_rows (path, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'", "(12)");
  assert_rows (path, "SELECT \"\"\"; drop table t; --\" FROM \"\"\"; drop table t; --\"", "(NULL)");
}

/* Another file takes the name while the query runs: an older copy is an error that says so, none at all is waited for. */
static void
test_replaced (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db"), *moved = weir_temp_dir_build (dir, "moved.db"), *copy = NULL;
  g_autoptr (WeirSink)    sink = NULL;
  g_autoptr (GError)      error = NULL;
  gsize                   len;

  sink = sink_make (&append, &error, "path", path, NULL);
  g_assert_true (sink_batch (sink, 0, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_true (g_file_get_contents (path, &copy, &len, NULL));
  g_assert_true (sink_batch (sink, 1, DDL, "{\"k\":\"a\",\"n\":2}\n", &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_rename (path, moved), ==, 0);
  g_assert_false (sink_batch (sink, 2, DDL, "{\"k\":\"a\",\"n\":3}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_assert_nonnull (strstr (error->message, path));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  g_free (weir_temp_dir_write_bytes (dir, "out.db", copy, len));
  g_assert_false (sink_batch (sink, 2, DDL, "{\"k\":\"a\",\"n\":3}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER");
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "holds batch 0"));
  g_clear_error (&error);
  g_assert_cmpint (g_rename (moved, path), ==, 0);
  g_assert_true (sink_batch (sink, 2, DDL, "{\"k\":\"a\",\"n\":3}\n", &error));
  assert_rows (path, "SELECT n FROM t ORDER BY n", "(1)(2)(3)");
}

/* Two queries, each with a table and a progress of its own, one after the other and in turns. */
static void
test_two_queries (void)
{
  static const SinkSpec   other = { .format = "sqlite", .ddl = DDL, .query_id = "another" };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    a = sink_make (&append, NULL, "path", path, "dbtable", "one", NULL);
  g_autoptr (WeirSink)    b = sink_make (&other, NULL, "path", path, "dbtable", "one", NULL);

  for (guint i = 0; i < 5; i++)
    {
      commit (a, i, "{\"k\":\"a\",\"n\":1}\n");
      commit (b, i, "{\"k\":\"b\",\"n\":1}\n");
    }
  assert_rows (path, "SELECT k, sum(n) FROM one GROUP BY k ORDER BY k", "(a,5)(b,5)");
  assert_rows (path, "SELECT count(*) FROM weir_progress WHERE batch = 4", "(2)");
}

/* Two runs of one query: the second to commit a batch is told. */
static void
test_two_runs (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    a = sink_make (&append, NULL, "path", path, NULL);
  g_autoptr (WeirSink)    b = sink_make (&append, NULL, "path", path, NULL);
  g_autoptr (GError)      error = NULL;

  commit (a, 0, "{\"k\":\"a\",\"n\":1}\n");
  commit (a, 1, "{\"k\":\"a\",\"n\":1}\n");
  g_assert_false (sink_batch (b, 2, DDL, "{\"k\":\"b\",\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CONCURRENT_STREAM_LOG_UPDATE");
  assert_rows (path, "SELECT count(*) FROM t", "(2)");
}

static void
test_without_checkpoint (void)
{
  static const SinkSpec   loose = { .format = "sqlite", .ddl = DDL };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");

  for (guint run = 0; run < 2; run++)
    {
      g_autoptr (WeirSink) sink = sink_make (&loose, NULL, "path", path, NULL);

      commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
      commit (sink, 1, "");
    }
  assert_rows (path, "SELECT count(*) FROM t", "(2)");
  assert_rows (path, "SELECT count(*) FROM sqlite_schema WHERE name = 'weir_progress'", "(0)");
}

/* A row that breaks a rule of the table: nothing of the batch is there, and the next try of it works when the rule is met. */
static void
test_constraint (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (WeirSink)    sink = NULL;
  g_autoptr (GError)      error = NULL;

  run_sql (path, "CREATE TABLE t (k TEXT NOT NULL, n BIGINT, more INT DEFAULT 7)");
  sink = sink_make (&append, NULL, "path", path, NULL);
  g_assert_false (sink_batch (sink, 0, DDL, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_assert_nonnull (strstr (error->message, "NOT NULL"));
  assert_rows (path, "SELECT * FROM t", "");
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
  assert_rows (path, "SELECT * FROM t", "(a,1,7)");
}

/* Journal and synchronisation are the durable ones, whatever the database was; a WAL that another program holds is refused. */
static void
test_wal (void)
{
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = weir_temp_dir_build (dir, "out.db");
  g_autofree char         *busy_path = weir_temp_dir_build (dir, "busy.db");
  g_autoptr (sqlite3)      other = NULL;
  g_autoptr (sqlite3_stmt) reader = NULL;
  g_autoptr (WeirSink)     sink = NULL;
  g_autoptr (GError)       error = NULL;

  if (sqlite3_libversion_number () >= 3051003)
    {
      g_test_skip ("this SQLite may use WAL");
      return;
    }
  run_sql (path, "PRAGMA journal_mode = WAL; CREATE TABLE x (a)");
  sink = sink_make (&append, &error, "path", path, NULL);
  g_assert_no_error (error);
  assert_rows (path, "PRAGMA journal_mode", "(delete)"); /* the file is no WAL one any more; TRUNCATE is a property of connections */
  run_sql (busy_path, "PRAGMA journal_mode = WAL; CREATE TABLE x (a); INSERT INTO x VALUES (1)");
  g_assert_cmpint (sqlite3_open (busy_path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (other, "SELECT * FROM x", -1, &reader, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (reader), ==, SQLITE_ROW);
  g_assert_null (sink_make (&append, &error, "path", busy_path, NULL));
  g_assert_nonnull (strstr (error->message, "WAL"));
}

static gpointer
unlock_thread (gpointer data)
{
  g_assert_cmpint (sqlite3_exec (data, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  return NULL;
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* A lock is waited for; a stop ends the wait, and a start that waited for long says why, however long it may be tried again. */
static void
test_busy (void)
{
  g_autoptr (WeirTempDir)  dir = weir_temp_dir_new ();
  g_autofree char         *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  SinkSpec                 spec = append;
  g_autoptr (sqlite3)      other = NULL;
  g_autoptr (WeirSink)     sink = NULL;
  g_autoptr (GError)       error = NULL;
  GThread                 *thread;

  spec.cancellable = cancellable;
  spec.retry_us = -1;
  sink = sink_make (&spec, NULL, "path", path, NULL);
  g_assert_cmpint (sqlite3_open (path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  thread = g_thread_new ("unlock", unlock_thread, other);
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
  g_thread_join (thread);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  thread = g_thread_new ("cancel", cancel_thread, cancellable);
  g_assert_false (sink_batch (sink, 1, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_CANCELLED);
  g_thread_join (thread);
  assert_rows (path, "SELECT count(*) FROM t", "(1)");
  g_clear_error (&error);
  spec.cancellable = NULL;
  g_assert_cmpint (sqlite3_exec (other, "ROLLBACK; BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_null (sink_make (&spec, &error, "path", path, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_assert_nonnull (strstr (error->message, path));
}

/* Every act of a batch fails once, also the one that tells of the commit: the same batch then gives what it would have given. */
static void
test_faults (void)
{
  guint n_failed = 0;

  for (guint at = 1;; at++)
    {
      g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
      g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
      g_autoptr (WeirSink)    sink = sink_make (&append, NULL, "path", path, NULL);
      g_autoptr (GError)      error = NULL;
      guint64                 n_acts;

      commit (sink, 0, "{\"k\":\"a\",\"n\":0}\n");
      weir_fx_set_fault (at, EIO, FALSE);
      if (!sink_batch (sink, 1, DDL, "{\"k\":\"a\",\"n\":1}\n", &error))
        {
          g_assert_nonnull (strstr (error->message, path));
          n_failed++;
        }
      n_acts = weir_fx_count ();
      weir_fx_set_fault (0, 0, FALSE);
      commit (sink, 1, "{\"k\":\"a\",\"n\":1}\n");
      commit (sink, 2, "{\"k\":\"a\",\"n\":2}\n");
      assert_rows (path, "SELECT n FROM t ORDER BY n", "(0)(1)(2)");
      if (n_acts < at)
        break;
    }
  g_assert_cmpuint (n_failed, >=, 2);
}

static void
assert_refused (const SinkSpec *spec,
                const char     *condition,
                const char     *word,
                const char     *key,
                const char     *value)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autoptr (GError)      error = NULL;

  g_assert_null (sink_make (spec, &error, "path", path, key, value, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_refused (void)
{
  static const SinkSpec complete = { .format = "sqlite", .ddl = DDL, .mode = "complete" };
  static const SinkSpec twice = { .format = "sqlite", .ddl = "a INT, A INT" };

  assert_refused (&update, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "upsert", "dbtable", "t");
  assert_refused (&update, "INVALID_PARAMETER_VALUE", "key", "mode", "upsert");
  assert_refused (&update, "FIELD_NOT_FOUND", "nope", "key", "nope");
  assert_refused (&update, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "complete", "mode", "overwrite");
  assert_refused (&complete, "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "overwrite", "dbtable", "t");
  assert_refused (&append, "INVALID_PARAMETER_VALUE", "upsert", "mode", "merge");
  assert_refused (&append, "INVALID_PARAMETER_VALUE", "progress", "dbtable", "weir_progress");
  assert_refused (&twice, "COLUMN_ALREADY_EXISTS", "twice", "dbtable", "t");
}

/* Tables that are there and do not fit, files that are no databases. */
static void
test_unfit (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "out.db");
  g_autofree char        *text = weir_temp_dir_write (dir, "text.db", "this is no database, and it is longer than a header of one would be, so that it is looked at\n");
  g_autofree char        *below = g_build_filename (weir_temp_dir_get_path (dir), "no", "folder.db", NULL);
  g_autoptr (GError)      error = NULL;

  run_sql (path, "CREATE TABLE t (k TEXT); CREATE TABLE u (k TEXT, n INT)");
  g_assert_null (sink_make (&append, &error, "path", path, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INCOMPATIBLE_DATA_FOR_TABLE");
  g_clear_error (&error);
  g_assert_null (sink_make (&update, &error, "path", path, "dbtable", "u", "mode", "upsert", "key", "k", NULL));
  g_assert_nonnull (strstr (error->message, "UNIQUE"));
  g_clear_error (&error);
  g_assert_null (sink_make (&append, &error, "path", text, NULL));
  g_assert_nonnull (strstr (error->message, text));
  g_clear_error (&error);
  g_assert_null (sink_make (&append, &error, "path", below, NULL));
  g_assert_nonnull (strstr (error->message, "folder must be there"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/sink-sqlite/append", test_append);
  g_test_add_func ("/engine/io/sink-sqlite/upsert", test_upsert);
  g_test_add_func ("/engine/io/sink-sqlite/key-is-all", test_key_is_all);
  g_test_add_func ("/engine/io/sink-sqlite/overwrite", test_overwrite);
  g_test_add_func ("/engine/io/sink-sqlite/types", test_types);
  g_test_add_func ("/engine/io/sink-sqlite/hostile-names", test_hostile_names);
  g_test_add_func ("/engine/io/sink-sqlite/replaced", test_replaced);
  g_test_add_func ("/engine/io/sink-sqlite/two-queries", test_two_queries);
  g_test_add_func ("/engine/io/sink-sqlite/two-runs", test_two_runs);
  g_test_add_func ("/engine/io/sink-sqlite/without-checkpoint", test_without_checkpoint);
  g_test_add_func ("/engine/io/sink-sqlite/constraint", test_constraint);
  g_test_add_func ("/engine/io/sink-sqlite/wal", test_wal);
  g_test_add_func ("/engine/io/sink-sqlite/busy", test_busy);
  if (WEIR_EFFECTS)
    g_test_add_func ("/engine/io/sink-sqlite/faults", test_faults);
  g_test_add_func ("/engine/io/sink-sqlite/refused", test_refused);
  g_test_add_func ("/engine/io/sink-sqlite/unfit", test_unfit);
  return g_test_run ();
}
