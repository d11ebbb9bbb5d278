/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"
#include "base/error.h"
#include "io/postgres-client.h"

#include "sink-util.h"
#include "support/temp-dir.h"
#include "support/wait.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* Needs the PostgreSQL of the test run (POSTGRES_URI); every test has a schema of its own. */

#define DDL "k STRING, n BIGINT"

static const SinkSpec append = { .format = "postgresql", .ddl = DDL, .query_id = QUERY_ID };
static const SinkSpec update = { .format = "postgresql", .ddl = DDL, .mode = "update", .query_id = QUERY_ID };

typedef struct
{
  const char   *url;
  char         *schema;
  WeirPostgres *postgres; /* of the test itself */
} Place;

static GHashTable *
url_options (const char *url)
{
  GHashTable *options = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (options, (gpointer) "url", (gpointer)url);
  return options;
}

static void
run_sql (Place      *place,
         const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (weir_postgres_do (place->postgres, sql, &error));
  g_assert_no_error (error);
}

static gboolean
place_init (Place      *place,
            const char *name)
{
  g_autoptr (GHashTable) options = NULL;
  g_autofree char       *sql = NULL;
  g_autoptr (GError)     error = NULL;

  memset (place, 0, sizeof *place);
  place->url = g_getenv ("POSTGRES_URI");
  if (place->url == NULL)
    {
      g_test_skip ("no PostgreSQL: POSTGRES_URI is not set");
      return FALSE;
    }
  options = url_options (place->url);
  place->postgres = weir_postgres_new (options, NULL, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (weir_postgres_connect (place->postgres, &error));
  g_assert_no_error (error);
  place->schema = g_strdup_printf ("sink_%s_%d", name, getpid ());
  sql = g_strdup_printf ("DROP SCHEMA IF EXISTS %s CASCADE; CREATE SCHEMA %s; SET search_path TO %s", place->schema, place->schema, place->schema);
  run_sql (place, sql);
  return TRUE;
}

static void
place_clear (Place *place)
{
  g_autofree char *sql = g_strdup_printf ("DROP SCHEMA %s CASCADE", place->schema);

  run_sql (place, sql);
  weir_postgres_free (place->postgres);
  g_free (place->schema);
}

/* Rows of a question, a row in parentheses. */
static void
assert_rows (Place      *place,
             const char *sql,
             const char *expected)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (PGresult) result = weir_postgres_run (place->postgres, sql, 0, NULL, &error);
  g_autoptr (GString)  rows = g_string_new (NULL);

  g_assert_no_error (error);
  for (int r = 0; r < PQntuples (result); r++)
    for (int c = 0; c < PQnfields (result); c++)
      g_string_append_printf (rows, "%s%s%s", c == 0 ? "(" : ",", PQgetisnull (result, r, c) ? "NULL" : PQgetvalue (result, r, c),
                              c + 1 == PQnfields (result) ? ")" : "");
  g_assert_cmpstr (rows->str, ==, expected);
}

static WeirSink *
open_sink (Place          *place,
           const SinkSpec *spec,
           const char     *table,
           const char     *mode,
           const char     *key)
{
  g_autofree char   *name = g_strdup_printf ("%s.%s", place->schema, table);
  g_autoptr (GError) error = NULL;
  WeirSink          *sink = sink_make (spec, &error, "url", place->url, "dbtable", name, "mode", mode, key != NULL ? "key" : NULL, key, NULL);

  g_assert_no_error (error);
  return sink;
}

static void
commit (WeirSink   *sink,
        guint64     batch_id,
        const char *json)
{
  sink_commit (sink, batch_id, DDL, json);
}

static void
test_append (void)
{
  g_autoptr (WeirSink) sink = NULL;
  Place                place;

  if (!place_init (&place, "append"))
    return;
  sink = open_sink (&place, &append, "counts", "append", NULL);
  g_assert_cmpint (sink_progress (sink), ==, -1);
  commit (sink, 0, "{\"k\":\"a\\tb\\\\n\\n\",\"n\":1}\n{\"k\":null,\"n\":2}\n{\"k\":\"\\\\N\",\"n\":3}\n");
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
  commit (sink, 1, "");
  g_clear_pointer (&sink, weir_sink_unref);
  sink = open_sink (&place, &append, "counts", "append", NULL);
  g_assert_cmpint (sink_progress (sink), ==, 1);
  commit (sink, 1, "{\"k\":\"x\",\"n\":9}\n");
  commit (sink, 2, "{\"k\":\"b\",\"n\":4}\n");
  assert_rows (&place, "SELECT * FROM counts ORDER BY n", "(a\tb\\n\n,1)(NULL,2)(\\N,3)(b,4)");
  assert_rows (&place, "SELECT query, sink, batch FROM weir_progress", "(" QUERY_ID ",0,2)");
  place_clear (&place);
}

static void
test_upsert (void)
{
  g_autoptr (WeirSink) sink = NULL, keys = NULL;
  Place                place;

  if (!place_init (&place, "upsert"))
    return;
  sink = open_sink (&place, &update, "counts", "upsert", "k");
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":1}\n{\"k\":\"b\",\"n\":1}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":2}\n{\"k\":null,\"n\":2}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":7}\n");
  commit (sink, 2, "{\"k\":\"a\",\"n\":3}\n{\"k\":\"a\",\"n\":4}\n{\"k\":null,\"n\":8}\n{\"k\":null,\"n\":9}\n");
  assert_rows (&place, "SELECT * FROM counts ORDER BY k NULLS FIRST", "(NULL,9)(a,4)(b,1)");
  keys = open_sink (&place, &(SinkSpec){ .format = "postgresql", .ddl = DDL, .mode = "update", .query_id = "two" }, "pairs", "upsert", "n, k");
  commit (keys, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":\"a\",\"n\":1}\n");
  commit (keys, 1, "{\"k\":\"a\",\"n\":1}\n");
  assert_rows (&place, "SELECT * FROM pairs", "(a,1)");
  place_clear (&place);
}

static void
test_overwrite (void)
{
  static const SinkSpec complete = { .format = "postgresql", .ddl = DDL, .mode = "complete", .query_id = QUERY_ID };
  g_autoptr (WeirSink)  sink = NULL;
  Place                 place;

  if (!place_init (&place, "overwrite"))
    return;
  sink = open_sink (&place, &complete, "t", "overwrite", NULL);
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n{\"k\":\"b\",\"n\":1}\n");
  commit (sink, 1, "{\"k\":\"a\",\"n\":2}\n");
  assert_rows (&place, "SELECT * FROM t", "(a,2)");
  commit (sink, 2, "");
  assert_rows (&place, "SELECT * FROM t", "");
  place_clear (&place);
}

#define TYPES                                                                                                                                  \
  "b BOOLEAN, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE, dec DECIMAL(38,2), str STRING, bin BINARY, date DATE, ts TIMESTAMP, " \
  "ntz TIMESTAMP_NTZ, a ARRAY<INT>, st STRUCT<x: INT, y: STRING>, nan DOUBLE, inf FLOAT"

static void
test_types (void)
{
  static const SinkSpec spec = { .format = "postgresql", .ddl = TYPES, .query_id = QUERY_ID };
  g_autoptr (WeirSink)  sink = NULL;
  g_autoptr (GError)    error = NULL;
  Place                 place;

  if (!place_init (&place, "types"))
    return;
  sink = open_sink (&place, &spec, "t", "append", NULL);
  g_assert_true (sink_batch (sink, 0, TYPES,
                             "{\"b\":true,\"t\":-128,\"s\":32767,\"i\":-2147483648,\"l\":9223372036854775807,\"f\":0.5,\"d\":1e300,"
                             "\"dec\":123456789012345678901234567890123456.50,\"str\":\"é'\\\"\",\"bin\":\"AP8=\",\"date\":\"0001-01-01\","
                             "\"ts\":\"2026-01-31T10:00:00.5Z\",\"ntz\":\"1969-12-31T23:59:59.999999\",\"a\":[1,null],\"st\":{\"x\":1,\"y\":\"q\"},"
                             "\"nan\":\"NaN\",\"inf\":\"-Infinity\"}\n{\"date\":\"0000-02-29\",\"ts\":\"-0044-03-15T12:00:00Z\"}\n",
                             &error));
  g_assert_no_error (error);
  assert_rows (&place, "SELECT b, t, s, i, l, f, d = 1e300 FROM t WHERE b", "(t,-128,32767,-2147483648,9223372036854775807,0.5,t)");
  assert_rows (&place, "SELECT dec, str, bin FROM t WHERE b", "(123456789012345678901234567890123456.50,é'\",\\x00ff)");
  assert_rows (&place, "SELECT date, ts, ntz FROM t WHERE b", "(0001-01-01,2026-01-31 10:00:00.5+00,1969-12-31 23:59:59.999999)");
  assert_rows (&place, "SELECT a, st->>'y', nan, inf FROM t WHERE b", "([1, null],q,NaN,-Infinity)");
  assert_rows (&place, "SELECT date, ts FROM t WHERE b IS NULL", "(0001-02-29 BC,0045-03-15 12:00:00+00 BC)");
  assert_rows (&place, "SELECT format_type (atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname IN ('dec', 'ts', 'st') ORDER BY attnum",
               "(numeric(38,2))(timestamp with time zone)(jsonb)");
  place_clear (&place);
}

static void
test_intervals (void)
{
  static const char      ddl[] = "ym INTERVAL YEAR TO MONTH, dt INTERVAL DAY TO SECOND";
  g_autoptr (WeirSink)   sink = NULL;
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirBatch)  batch = NULL;
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl (ddl, NULL);
  SinkSpec               spec = { .format = "postgresql", .schema = schema, .query_id = QUERY_ID };
  WeirColumn            *columns[2];
  WeirBuffer            *months = weir_buffer_new (4), *us = weir_buffer_new (8);
  Place                  place;

  memcpy (months->data, &(gint32){ -14 }, 4);
  memcpy (us->data, &(gint64){ 93784000001 }, 8);
  columns[0] = weir_column_new_flat (schema->fields[0].type, 1, months, NULL);
  columns[1] = weir_column_new_flat (schema->fields[1].type, 1, us, NULL);
  batch = weir_batch_new (schema, 1, columns);
  if (!place_init (&place, "intervals"))
    return;
  sink = open_sink (&place, &spec, "t", "append", NULL);
  g_assert_true (sink->klass->begin (sink, 0, FALSE, &error));
  g_assert_true (sink->klass->write (sink, batch, &error));
  g_assert_true (sink->klass->commit (sink, 0, &error));
  g_assert_no_error (error);
  assert_rows (&place, "SELECT ym, dt = interval '1 day 02:03:04.000001' FROM t", "(-1 years -2 mons,t)");
  place_clear (&place);
}

/* Names are names, whatever is in them. */
static void
test_hostile_names (void)
{
  static const char *const names[] = { "\"; drop table t; --", "a\"\"b", "select", "x'; DELETE FROM victim; --", "sp ace", "ü", "weir'", "$1", "%s", "\\" };
  Place                    place;

  if (!place_init (&place, "names"))
    return;
  run_sql (&place, "CREATE TABLE victim (a int); INSERT INTO victim VALUES (1)");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      WeirField              field = { (char *)names[i], WEIR_BIGINT, TRUE, NULL };
      g_autoptr (WeirSchema) schema = weir_type_new_struct (&field, 1);
      WeirColumn            *column = weir_column_new_nulls (WEIR_BIGINT, 1);
      g_autoptr (WeirBatch)  batch = weir_batch_new (schema, 1, &column);
      SinkSpec               spec = { .format = "postgresql", .schema = schema, .query_id = QUERY_ID, .sink_index = i };
      g_autoptr (GString)    name = g_string_new (place.schema);
      g_autoptr (GError)     error = NULL;
      g_autoptr (WeirSink)   sink = NULL;

      g_string_append (name, ".\"");
      g_string_append (name, names[i]);
      g_string_replace (name, "\"", "\"\"", 0);
      g_string_replace (name, ".\"\"", ".\"", 1);
      g_string_append_c (name, '"');
      sink = sink_make (&spec, &error, "url", place.url, "dbtable", name->str, "mode", "upsert", "key", i == 1 ? "\"a\"\"\"\"b\"" : names[i], NULL);
      g_assert_no_error (error);
      g_assert_true (sink->klass->begin (sink, 0, FALSE, &error));
      g_assert_true (sink->klass->write (sink, batch, &error));
      g_assert_true (sink->klass->commit (sink, 0, &error));
      g_assert_no_error (error);
    }
  assert_rows (&place, "SELECT count(*) FROM victim", "(1)");
  assert_rows (&place, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema", "(12)");
  assert_rows (&place, "SELECT \"\"\"; drop table t; --\" FROM \"\"\"; drop table t; --\"", "(NULL)");
  place_clear (&place);
}

/* A table of the user's: names that differ in case, more columns, other types. */
static void
test_existing_table (void)
{
  g_autoptr (WeirSink) sink = NULL;
  g_autoptr (GError)   error = NULL;
  g_autofree char     *name = NULL;
  Place                place;

  if (!place_init (&place, "existing"))
    return;
  run_sql (&place, "CREATE TABLE t (\"K\" varchar(3), n numeric, more int DEFAULT 7)");
  sink = open_sink (&place, &append, "t", "append", NULL);
  commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
  assert_rows (&place, "SELECT * FROM t", "(a,1,7)");
  /* A row that does not fit: nothing of the batch is there; the batch can be tried again. */
  g_assert_false (sink_batch (sink, 1, DDL, "{\"k\":\"b\",\"n\":1}\n{\"k\":\"long\",\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_assert_nonnull (strstr (error->message, "too long"));
  commit (sink, 1, "{\"k\":\"b\",\"n\":2}\n");
  assert_rows (&place, "SELECT * FROM t", "(a,1,7)(b,2,7)");
  g_clear_error (&error);
  name = g_strdup_printf ("%s.t", place.schema);
  g_assert_null (sink_make (&update, &error, "url", place.url, "dbtable", name, "mode", "upsert", "key", "k", NULL));
  g_assert_nonnull (strstr (error->message, "UNIQUE"));
  g_clear_error (&error);
  g_assert_null (sink_make (&(SinkSpec){ .format = "postgresql", .ddl = "other INT" }, &error, "url", place.url, "dbtable", name, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS");
  place_clear (&place);
}

static void
test_two_queries (void)
{
  static const SinkSpec other = { .format = "postgresql", .ddl = DDL, .query_id = "another" };
  g_autoptr (WeirSink)  a = NULL, b = NULL, twin = NULL;
  g_autoptr (GError)    error = NULL;
  Place                 place;

  if (!place_init (&place, "two"))
    return;
  a = open_sink (&place, &append, "one", "append", NULL);
  b = open_sink (&place, &other, "one", "append", NULL);
  twin = open_sink (&place, &append, "one", "append", NULL);
  for (guint i = 0; i < 3; i++)
    {
      commit (a, i, "{\"k\":\"a\",\"n\":1}\n");
      commit (b, i, "{\"k\":\"b\",\"n\":1}\n");
    }
  assert_rows (&place, "SELECT k, sum(n) FROM one GROUP BY k ORDER BY k", "(a,3)(b,3)");
  g_assert_false (sink_batch (twin, 3, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CONCURRENT_STREAM_LOG_UPDATE");
  place_clear (&place);
}

/* The session is ended between two batches: noticed, made anew, nothing lost or twice, even without --retry. */
static void
test_lost_session (void)
{
  g_autoptr (WeirSink) sink = NULL;
  Place                place;

  if (!place_init (&place, "lost"))
    return;
  sink = open_sink (&place, &append, "t", "append", NULL);
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"k\":\"a\",\"n\":%u}\n", i);

      commit (sink, i, json);
      run_sql (&place, "SELECT pg_terminate_backend (pid) FROM pg_stat_activity WHERE application_name = 'weir' AND pid <> pg_backend_pid () AND "
                       "query LIKE 'COMMIT%' AND datname = current_database ()");
    }
  assert_rows (&place, "SELECT n FROM t ORDER BY n", "(0)(1)(2)(3)");
  place_clear (&place);
}

static gpointer
cancel_thread (gpointer data)
{
  g_cancellable_cancel (data);
  return NULL;
}

/* A stop ends a wait for a lock, and the wait between attempts to connect. */
static void
test_stop (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new (), other = g_cancellable_new ();
  SinkSpec                 spec = append;
  g_autoptr (WeirSink)     sink = NULL;
  g_autoptr (GError)       error = NULL;
  GThread                 *thread;
  Place                    place;

  if (!place_init (&place, "stop"))
    return;
  spec.cancellable = cancellable;
  spec.retry_us = -1;
  sink = open_sink (&place, &spec, "t", "append", NULL);
  run_sql (&place, "BEGIN; LOCK TABLE t");
  thread = g_thread_new ("cancel", cancel_thread, cancellable);
  g_assert_false (sink_batch (sink, 0, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_CANCELLED);
  g_thread_join (thread);
  run_sql (&place, "ROLLBACK");
  g_clear_error (&error);
  spec.cancellable = other;
  thread = g_thread_new ("cancel", cancel_thread, other);
  g_assert_null (sink_make (&spec, &error, "url", "host=127.0.0.1 port=1 dbname=x", NULL));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_CANCELLED);
  g_thread_join (thread);
  place_clear (&place);
}

/* Every act of a batch fails once, also the one that tells of the commit. */
static void
test_faults (void)
{
  guint n_failed = 0;

  for (guint at = 1;; at++)
    {
      g_autoptr (WeirSink) sink = NULL;
      g_autoptr (GError)   error = NULL;
      guint64              n_acts;
      Place                place;

      if (!place_init (&place, "faults"))
        return;
      sink = open_sink (&place, &update, "t", "upsert", "k");
      commit (sink, 0, "{\"k\":\"a\",\"n\":0}\n");
      weir_fx_set_fault (at, EIO, FALSE);
      n_failed += !sink_batch (sink, 1, DDL, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":1}\n", &error);
      n_acts = weir_fx_count ();
      weir_fx_set_fault (0, 0, FALSE);
      commit (sink, 1, "{\"k\":\"a\",\"n\":1}\n{\"k\":null,\"n\":1}\n");
      commit (sink, 2, "{\"k\":\"b\",\"n\":2}\n");
      assert_rows (&place, "SELECT k, n FROM t ORDER BY n, k", "(a,1)(NULL,1)(b,2)");
      g_clear_pointer (&sink, weir_sink_unref);
      place_clear (&place);
      if (n_acts < at)
        break;
    }
  g_assert_cmpuint (n_failed, >=, 7);
}

static char *
service (const char *command,
         const char *folder)
{
  const char        *argv[] = { g_getenv ("POSTGRES_SERVICE"), command, folder, NULL };
  g_autoptr (GError) error = NULL;
  char              *out = NULL;
  int                status;

  g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, &status, &error));
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return out;
}

/* Kills the server as it stands. */
static void
kill_server (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "pid", NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (kill ((pid_t)g_ascii_strtoll (text, NULL, 10), SIGKILL), ==, 0);
}

/* `down` waits for the process to be gone. */
static gpointer
restart_thread (gpointer data)
{
  g_free (service ("down", data));
  return service ("up", data);
}

/* The server is killed in mid-run and comes back: the batch waits for it, and rows are there once. */
static void
test_killed_server (void)
{
  g_autoptr (WeirTempDir) dir = NULL;
  g_autofree char        *folder = NULL;
  g_autofree char        *environment = NULL;
  g_autofree char        *url = NULL;
  SinkSpec                spec = append;
  g_autoptr (WeirSink)    sink = NULL;
  g_autoptr (GError)      error = NULL;

  if (g_getenv ("POSTGRES_SERVICE") == NULL)
    {
      g_test_skip ("no PostgreSQL of the test run");
      return;
    }
  dir = weir_temp_dir_new ();
  folder = g_build_filename (weir_temp_dir_get_path (dir), "server", NULL);
  environment = service ("up", folder);
  url = g_strdup (strstr (environment, "POSTGRES_URI=") + strlen ("POSTGRES_URI="));
  g_strchomp (url);
  sink = sink_make (&spec, &error, "url", url, NULL);
  g_assert_no_error (error);
  commit (sink, 0, "{\"k\":\"a\",\"n\":0}\n");
  g_free (service ("down", folder));
  /* Without --retry the failure is told at once. */
  g_assert_false (sink_batch (sink, 1, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  g_clear_error (&error);
  g_free (service ("up", folder));
  g_clear_pointer (&sink, weir_sink_unref);
  spec.retry_us = -1;
  sink = sink_make (&spec, &error, "url", url, NULL);
  g_assert_no_error (error);
  for (guint i = 1; i < 4; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"k\":\"a\",\"n\":%u}\n", i);
      GThread         *thread;

      kill_server (folder);
      thread = g_thread_new ("restart", restart_thread, folder);
      /* As the query does it. */
      while (!sink_batch (sink, i, DDL, json, &error))
        {
          const char *name, *value;

          g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
          weir_error_get_param (error, 0, &name, &value);
          g_assert_cmpstr (name, ==, "path");
          g_clear_error (&error);
        }
      g_free (g_thread_join (thread));
    }
  g_clear_pointer (&sink, weir_sink_unref);
  sink = sink_make (&spec, &error, "url", url, NULL);
  g_assert_cmpint (sink_progress (sink), ==, 3);
  {
    Place place = { .url = url };

    g_autoptr (GHashTable) options = url_options (url);
    place.postgres = weir_postgres_new (options, NULL, FALSE, NULL);
    g_assert_true (weir_postgres_connect (place.postgres, NULL));
    assert_rows (&place, "SELECT n FROM t ORDER BY n", "(0)(1)(2)(3)");
    weir_postgres_free (place.postgres);
  }
  g_free (service ("drop", folder));
}

static void
assert_refused (const char *url,
                const char *word)
{
  g_autoptr (GError) error = NULL;
  gint64             start_us = g_get_monotonic_time ();

  g_assert_null (sink_make (&append, &error, "url", url, NULL));
  g_assert_nonnull (error);
  if (strstr (error->message, word) == NULL)
    g_error ("%s: %s", url, error->message);
  g_assert_null (strstr (error->message, "S3CR3T"));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, WEIR_WAIT_US / 2);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *bad_password = NULL, *bad_database = NULL, *unverified = NULL;
  g_auto (GStrv)     parts = NULL;
  Place              place;

  assert_refused ("nonsense here", "no address");
  assert_refused ("host=127.0.0.1 port=1 dbname=x password=S3CR3T", "Cannot connect");
  g_assert_null (sink_make (&append, &error, NULL));
  g_assert_nonnull (strstr (error->message, "url"));
  if (!place_init (&place, "refused"))
    return;
  parts = g_strsplit (strstr (place.url, "@"), "/", 2);
  bad_password = g_strdup_printf ("postgresql://weir:S3CR3T%s/weir", parts[0]);
  bad_database = g_strdup_printf ("postgresql://weir:weir-secret%s/nowhere", parts[0]);
  unverified = g_strdup_printf ("%s?sslmode=verify-full&sslrootcert=/nonexistent/ca.pem", place.url);
  assert_refused (bad_password, "password authentication failed");
  assert_refused (bad_database, "does not exist");
  assert_refused (unverified, "certificate");
  place_clear (&place);
}

/* A server elsewhere has to prove who it is, unless the user says otherwise. */
static void
test_verify (void)
{
  g_autoptr (GError) error = NULL;

  if (g_getenv ("POSTGRES_URI") == NULL)
    {
      g_test_skip ("no PostgreSQL: POSTGRES_URI is not set");
      return;
    }
  {
    /* The loopback interface under a name that is not this machine's. */
    const char      *port = g_getenv ("PGPORT");
    g_autofree char *url = g_strdup_printf ("host=db.example.com hostaddr=127.0.0.1 port=%s dbname=weir user=weir password=weir-secret", port);
    g_autofree char *lax = g_strdup_printf ("%s sslmode=require", url);

    g_assert_null (sink_make (&append, &error, "url", url, NULL));
    g_assert_nonnull (strstr (error->message, "certificate"));
    g_clear_error (&error);
    {
      g_autoptr (GHashTable)   options = url_options (lax);
      g_autoptr (WeirPostgres) postgres = weir_postgres_new (options, NULL, FALSE, &error);

      g_assert_true (weir_postgres_connect (postgres, &error));
      g_assert_no_error (error);
    }
  }
}

/* The tables are taken back to an older state while the query runs. */
static void
test_replaced (void)
{
  g_autoptr (WeirSink) sink = NULL;
  g_autoptr (GError)   error = NULL;
  Place                place;

  if (!place_init (&place, "replaced"))
    return;
  sink = open_sink (&place, &append, "counts", "append", NULL);
  for (guint i = 0; i < 3; i++)
    commit (sink, i, "{\"k\":\"a\",\"n\":1}\n");
  run_sql (&place, "UPDATE weir_progress SET batch = 1");
  g_assert_false (sink_batch (sink, 3, DDL, "{\"k\":\"a\",\"n\":1}\n", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER");
  g_assert_nonnull (strstr (error->message, weir_postgres_get_address (place.postgres)));
  g_assert_nonnull (strstr (error->message, "holds batch 1"));
  assert_rows (&place, "SELECT count(*) FROM counts", "(3)");
  place_clear (&place);
}

/* What a commit is worth: a session that would not wait for the disk is told to, one that waits for more is left alone. */
static void
test_synchronous (void)
{
  static const char *const settings[][2] = { { "off", "on" }, { "local", "on" }, { "on", "on" }, { "remote_apply", "remote_apply" } };
  Place                    place;

  if (!place_init (&place, "synchronous"))
    return;
  run_sql (&place, "CREATE TABLE counts (k TEXT, n BIGINT); CREATE TABLE seen (setting TEXT); "
                   "CREATE FUNCTION look () RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE format ('INSERT INTO %I.seen "
                   "VALUES (current_setting (''synchronous_commit''))', TG_TABLE_SCHEMA); RETURN NEW; END $$; "
                   "CREATE TRIGGER look BEFORE INSERT ON counts FOR EACH ROW EXECUTE FUNCTION look ()");
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autofree char     *url = g_strdup_printf ("%s%soptions=-csynchronous_commit%%3D%s", place.url, strchr (place.url, '?') != NULL ? "&" : "?", settings[i][0]);
      g_autofree char     *name = g_strdup_printf ("%s.counts", place.schema);
      SinkSpec             spec = { .format = "postgresql", .ddl = DDL, .query_id = QUERY_ID, .sink_index = i };
      g_autoptr (WeirSink) sink = sink_make (&spec, &error, "url", url, "dbtable", name, NULL);

      g_assert_no_error (error);
      commit (sink, 0, "{\"k\":\"a\",\"n\":1}\n");
      assert_rows (&place, "SELECT setting FROM seen", settings[i][1][0] == 'o' ? "(on)" : "(remote_apply)");
      run_sql (&place, "DELETE FROM seen");
    }
  place_clear (&place);
}

/* A server that does not sync is named, with what to do; only where something is promised. */
static void
test_warns (void)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError)    error = NULL;
  g_autofree char      *name = NULL;
  Place                 place;

  if (!place_init (&place, "warns"))
    return;
  name = g_strdup_printf ("%s.counts", place.schema);
  for (guint i = 0; i < 2; i++)
    {
      SinkSpec             spec = { .format = "postgresql", .ddl = DDL, .query_id = i == 0 ? NULL : QUERY_ID, .warnings = warnings };
      g_autoptr (WeirSink) sink = sink_make (&spec, &error, "url", place.url, "dbtable", name, NULL);
      g_autoptr (PGresult) fsync_off = weir_postgres_run (place.postgres, "SELECT 1 FROM pg_settings WHERE name = 'fsync' AND setting = 'off'", 0, NULL, &error);

      g_assert_no_error (error);
      if (i == 0)
        g_assert_cmpuint (warnings->len, ==, 0);
      else if (PQntuples (fsync_off) == 0)
        g_test_message ("the server syncs: %u warnings", warnings->len);
      else
        {
          g_assert_cmpuint (warnings->len, ==, 1);
          g_assert_nonnull (strstr (warnings->pdata[0], "fsync=off"));
          g_assert_nonnull (strstr (warnings->pdata[0], "Set fsync=on"));
          g_assert_nonnull (strstr (warnings->pdata[0], weir_postgres_get_address (place.postgres)));
        }
    }
  place_clear (&place);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/sink-postgres/append", test_append);
  g_test_add_func ("/engine/io/sink-postgres/upsert", test_upsert);
  g_test_add_func ("/engine/io/sink-postgres/overwrite", test_overwrite);
  g_test_add_func ("/engine/io/sink-postgres/types", test_types);
  g_test_add_func ("/engine/io/sink-postgres/intervals", test_intervals);
  g_test_add_func ("/engine/io/sink-postgres/hostile-names", test_hostile_names);
  g_test_add_func ("/engine/io/sink-postgres/existing-table", test_existing_table);
  g_test_add_func ("/engine/io/sink-postgres/two-queries", test_two_queries);
  g_test_add_func ("/engine/io/sink-postgres/lost-session", test_lost_session);
  g_test_add_func ("/engine/io/sink-postgres/stop", test_stop);
  if (WEIR_EFFECTS)
    g_test_add_func ("/engine/io/sink-postgres/faults", test_faults);
  g_test_add_func ("/engine/io/sink-postgres/killed-server", test_killed_server);
  g_test_add_func ("/engine/io/sink-postgres/refused", test_refused);
  g_test_add_func ("/engine/io/sink-postgres/verify", test_verify);
  g_test_add_func ("/engine/io/sink-postgres/replaced", test_replaced);
  g_test_add_func ("/engine/io/sink-postgres/synchronous", test_synchronous);
  g_test_add_func ("/engine/io/sink-postgres/warns", test_warns);
  return g_test_run ();
}
