/* SPDX-License-Identifier: Apache-2.0 */
/* Progress records against those Spark wrote for the same rows, and the calls that steer a query. */
#include <string.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "engine.h"
#include "session-util.h"
#include "support/shared-data.h"
#include "support/wait.h"

typedef struct
{
  WeirSession *session;
  WeirQuery   *query;
  GString     *events; /* what the session told, in order */
} Fixture;

static void
started_cb (Fixture *fixture)
{
  g_string_append (fixture->events, "started ");
}

static void
progress_cb (Fixture      *fixture,
             WeirQuery    *query,
             WeirProgress *progress)
{
  g_string_append_printf (fixture->events, "batch%" G_GUINT64_FORMAT " ", weir_progress_get_batch_id (progress));
}

static void
idle_cb (Fixture   *fixture,
         WeirQuery *query,
         gint64     timestamp_us)
{
  g_assert_cmpint (timestamp_us, >, 0);
  g_string_append (fixture->events, "idle ");
}

static void
terminated_cb (Fixture   *fixture,
               WeirQuery *query,
               GError    *error)
{
  g_autofree char *text = error != NULL ? weir_error_format_text (error, NULL) : g_strdup ("-");

  g_string_append_printf (fixture->events, "terminated:%s", text);
}

static WeirSession *
make_session (Fixture *fixture)
{
  fixture->session = weir_session_new ();
  fixture->events = g_string_new (NULL);
  g_signal_connect_swapped (fixture->session, "query-started", G_CALLBACK (started_cb), fixture);
  g_signal_connect_swapped (fixture->session, "query-progress", G_CALLBACK (progress_cb), fixture);
  g_signal_connect_swapped (fixture->session, "query-idle", G_CALLBACK (idle_cb), fixture);
  g_signal_connect_swapped (fixture->session, "query-terminated", G_CALLBACK (terminated_cb), fixture);
  return fixture->session;
}

/* Carries out all of @text; the last statement is the query, which is started. */
static void
begin (Fixture    *fixture,
       const char *text)
{
  fixture->query = session_make_query (fixture->session, text);
}

static void
queue (Fixture    *fixture,
       const char *table,
       const char *rows)
{
  g_autoptr (GError) error = NULL;

  weir_session_push_rows (fixture->session, table, rows, &error);
  g_assert_no_error (error);
}

/* What was queued while it was held: one batch after the other, and one without data at the end. */
static void
release (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  weir_query_set_held (fixture->query, FALSE);
  weir_query_process_all_available (fixture->query, WEIR_WAIT_US, &error);
  g_assert_no_error (error);
}

static void
push (Fixture    *fixture,
      const char *table,
      const char *rows)
{
  g_autoptr (GError) error = NULL;

  weir_session_push_rows (fixture->session, table, rows, &error);
  g_assert_no_error (error);
  weir_query_process_all_available (fixture->query, WEIR_WAIT_US, &error);
  g_assert_no_error (error);
}

static void
end (Fixture *fixture)
{
  weir_query_stop (fixture->query);
  weir_query_await_termination (fixture->query, WEIR_WAIT_US, NULL);
  wait_until (strstr (fixture->events->str, "terminated") != NULL);
  g_object_unref (fixture->query);
  g_object_unref (fixture->session);
  g_string_free (fixture->events, TRUE);
}

/* Names that @ours must have: all of Spark's but those an engine may leave out. */
static void
compare_names (JsonObject *theirs,
               JsonObject *ours)
{
  g_autoptr (GList) names = json_object_get_members (theirs);

  for (GList *link = names; link != NULL; link = link->next)
    if (strcmp (link->data, "customMetrics") != 0)
      {
        g_test_message ("%s", (const char *)link->data);
        g_assert_true (json_object_has_member (ours, link->data));
      }
  g_list_free (g_steal_pointer (&names));
  names = json_object_get_members (ours);
  for (GList *link = names; link != NULL; link = link->next)
    if (strcmp (link->data, "metrics") != 0)
      {
        g_test_message ("%s", (const char *)link->data);
        g_assert_true (json_object_has_member (theirs, link->data));
      }
}

static void
compare_ints (JsonObject *theirs,
              JsonObject *ours,
              const char *name)
{
  g_test_message ("%s", name);
  g_assert_cmpint (json_object_get_int_member (ours, name), ==, json_object_get_int_member (theirs, name));
}

static void
compare_event_time (JsonObject *theirs,
                    JsonObject *ours)
{
  g_autoptr (GList) names = json_object_get_members (theirs);

  compare_names (theirs, ours);
  for (GList *link = names; link != NULL; link = link->next)
    g_assert_cmpstr (json_object_get_string_member (ours, link->data), ==, json_object_get_string_member (theirs, link->data));
}

static void
compare_sources (JsonArray *theirs,
                 JsonArray *ours)
{
  g_assert_cmpuint (json_array_get_length (ours), ==, json_array_get_length (theirs));
  for (guint i = 0; i < json_array_get_length (ours); i++)
    {
      compare_names (json_array_get_object_element (theirs, i), json_array_get_object_element (ours, i));
      compare_ints (json_array_get_object_element (theirs, i), json_array_get_object_element (ours, i), "numInputRows");
    }
}

/* @with_counts: rows of state too */
static void
compare_progress (JsonObject *theirs,
                  JsonObject *ours,
                  gboolean    with_counts)
{
  static const char *const counts[] = { "numRowsTotal", "numRowsUpdated", "numRowsRemoved", "numRowsDroppedByWatermark" };
  JsonObject              *operators[2];

  compare_names (theirs, ours);
  compare_ints (theirs, ours, "batchId");
  compare_ints (theirs, ours, "numInputRows");
  compare_names (json_object_get_object_member (theirs, "durationMs"), json_object_get_object_member (ours, "durationMs"));
  compare_event_time (json_object_get_object_member (theirs, "eventTime"), json_object_get_object_member (ours, "eventTime"));
  compare_names (json_object_get_object_member (theirs, "sink"), json_object_get_object_member (ours, "sink"));
  operators[0] = json_array_get_object_element (json_object_get_array_member (theirs, "stateOperators"), 0);
  operators[1] = json_array_get_object_element (json_object_get_array_member (ours, "stateOperators"), 0);
  compare_names (operators[0], operators[1]);
  g_assert_cmpstr (json_object_get_string_member (operators[1], "operatorName"), ==, json_object_get_string_member (operators[0], "operatorName"));
  for (guint i = 0; with_counts && i < G_N_ELEMENTS (counts); i++)
    compare_ints (operators[0], operators[1], counts[i]);
  compare_sources (json_object_get_array_member (theirs, "sources"), json_object_get_array_member (ours, "sources"));
}

/* Spark's records, and ours without the idle ones. */
static void
compare_run (Fixture    *fixture,
             const char *path,
             gboolean    with_counts)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GPtrArray)  recent = weir_query_get_recent_progress (fixture->query);
  g_autoptr (GError)     error = NULL;
  JsonArray             *theirs;
  guint                  n = 0;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  theirs = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < recent->len; i++)
    {
      g_autoptr (JsonNode) ours = json_from_string (weir_progress_get_json (recent->pdata[i]), &error);

      g_assert_no_error (error);
      if (weir_progress_get_is_idle (recent->pdata[i]))
        continue;
      g_assert_cmpuint (n, <, json_array_get_length (theirs));
      compare_progress (json_array_get_object_element (theirs, n++), json_node_get_object (ours), with_counts);
    }
  g_assert_cmpuint (n, ==, json_array_get_length (theirs));
}

static void
test_aggregation (void)
{
  g_autofree char *path = weir_test_shared ("data/spark-progress/windowed-aggregation.json");
  Fixture          fixture = { 0 };
  char            *status;

  if (path == NULL)
    return;
  make_session (&fixture);
  begin (&fixture, "SET spark.sql.session.timeZone = UTC;\nCREATE TABLE t (ts TIMESTAMP, k STRING) USING queue;\n"
                   "CREATE STREAMING QUERY windowed OUTPUT MODE APPEND AS SELECT window(ts, '5 seconds') AS w, k, count(*) AS n "
                   "FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS GROUP BY window(ts, '5 seconds'), k");
  status = weir_query_status (fixture.query);
  g_assert_cmpstr (status, ==, "{\"message\":\"Initializing StreamExecution\",\"isDataAvailable\":false,\"isTriggerActive\":false}");
  g_free (status);
  weir_query_set_held (fixture.query, TRUE);
  weir_query_start (fixture.query);
  g_assert_cmpstr (fixture.events->str, ==, "started ");
  queue (&fixture, "t", "{\"ts\":\"1970-01-01T00:00:10Z\",\"k\":\"a\"}\n{\"ts\":\"1970-01-01T00:00:12Z\",\"k\":\"b\"}");
  queue (&fixture, "t", "{\"ts\":\"1970-01-01T00:00:25Z\",\"k\":\"a\"}");
  queue (&fixture, "t", "{\"ts\":\"1970-01-01T00:00:11Z\",\"k\":\"a\"}\n{\"ts\":\"1970-01-01T00:00:41Z\",\"k\":\"a\"}");
  release (&fixture);
  status = weir_query_status (fixture.query);
  g_assert_cmpstr (status, ==, "{\"message\":\"Waiting for data to arrive\",\"isDataAvailable\":false,\"isTriggerActive\":false}");
  g_free (status);
  compare_run (&fixture, path, TRUE);
  end (&fixture);
}

/* The condition of Spark's run is not on record, so what stays in state is not compared. */
static void
test_join (void)
{
  g_autofree char *path = weir_test_shared ("data/spark-progress/stream-stream-join.json");
  Fixture          fixture = { 0 };

  if (path == NULL)
    return;
  make_session (&fixture);
  begin (&fixture, "SET spark.sql.session.timeZone = UTC;\nCREATE TABLE l (a TIMESTAMP, k STRING) USING queue;\n"
                   "CREATE TABLE r (b TIMESTAMP, j STRING) USING queue;\n"
                   "CREATE STREAMING QUERY joined OUTPUT MODE APPEND AS SELECT k, a, b FROM STREAM l WATERMARK a DELAY OF INTERVAL 5 SECONDS "
                   "JOIN STREAM r WATERMARK b DELAY OF INTERVAL 5 SECONDS ON k = j AND a >= b - INTERVAL 5 SECONDS AND a <= b + INTERVAL 5 SECONDS");
  weir_query_set_held (fixture.query, TRUE);
  weir_query_start (fixture.query);
  queue (&fixture, "l", "{\"a\":\"1970-01-01T00:00:10Z\",\"k\":\"a\"}\n{\"a\":\"1970-01-01T00:00:12Z\",\"k\":\"b\"}");
  queue (&fixture, "r", "{\"b\":\"1970-01-01T00:00:11Z\",\"j\":\"a\"}");
  queue (&fixture, "l", "{\"a\":\"1970-01-01T00:00:25Z\",\"k\":\"a\"}");
  queue (&fixture, "r", "{\"b\":\"1970-01-01T00:00:25Z\",\"j\":\"a\"}");
  queue (&fixture, "l", "{\"a\":\"1970-01-01T00:00:11Z\",\"k\":\"a\"}\n{\"a\":\"1970-01-01T00:00:41Z\",\"k\":\"a\"}");
  queue (&fixture, "r", "{\"b\":\"1970-01-01T00:00:40Z\",\"j\":\"a\"}");
  release (&fixture);
  compare_run (&fixture, path, FALSE);
  end (&fixture);
}

/* A held query reads and waits; a step lets one batch through. */
static void
test_hold (void)
{
  Fixture                  fixture = { 0 };
  WeirStateOperator        op;
  WeirSourceProgress       source;
  g_autoptr (WeirProgress) last = NULL;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT v, count(*) AS n FROM STREAM t GROUP BY v");
  weir_query_start (fixture.query);
  push (&fixture, "t", "{\"v\":1}");
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 1);
  weir_query_set_held (fixture.query, TRUE);
  g_assert_true (weir_query_get_held (fixture.query));
  for (guint i = 0; i < 3; i++)
    g_assert_true (weir_session_push_rows (fixture.session, "t", "{\"v\":2}", NULL));
  /* Nothing answers while it is held. */
  g_assert_false (weir_query_process_all_available (fixture.query, 300000, NULL));
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 1);
  weir_query_step (fixture.query);
  wait_until (weir_query_get_n_input_rows (fixture.query) >= 2);
  g_assert_false (weir_query_process_all_available (fixture.query, 300000, NULL));
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 2);
  weir_query_set_held (fixture.query, FALSE);
  g_assert_true (weir_query_process_all_available (fixture.query, WEIR_WAIT_US, NULL));
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 4);
  last = weir_query_get_last_progress (fixture.query);
  g_assert_true (weir_progress_get_state_operator (last, 0, &op));
  g_assert_cmpstr (op.name, ==, "stateStoreSave");
  g_assert_cmpuint (op.rows_total, ==, 2);
  g_assert_cmpuint (op.memory_bytes, >, 0);
  g_assert_false (weir_progress_get_state_operator (last, 1, &op));
  g_assert_true (weir_progress_get_source (last, 0, &source));
  g_assert_cmpstr (source.table, ==, "t");
  g_assert_false (weir_progress_get_source (last, 1, &source));
  end (&fixture);
}

/* Without a setting the state may have most of the machine's memory, but not all. */
static void
test_budget (void)
{
  Fixture fixture = { 0 };
  guint64 memory = (guint64)sysconf (_SC_PHYS_PAGES) * (guint64)sysconf (_SC_PAGESIZE);

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT v, count(*) AS n FROM STREAM t GROUP BY v");
  g_assert_cmpuint (weir_query_get_state_budget (fixture.query), >, memory / 2);
  g_assert_cmpuint (weir_query_get_state_budget (fixture.query), <, memory);
  weir_query_start (fixture.query);
  end (&fixture);
  make_session (&fixture);
  begin (&fixture, "SET weir.state.maxBytes = 12345;\nCREATE TABLE t (v INT) USING queue;\n"
                   "CREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT v, count(*) AS n FROM STREAM t GROUP BY v");
  g_assert_cmpuint (weir_query_get_state_budget (fixture.query), ==, 12345);
  weir_query_start (fixture.query);
  end (&fixture);
}

/* The first trigger finds nothing and says so; then batches; then the end. */
static void
test_events (void)
{
  Fixture fixture = { 0 };

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  weir_query_start (fixture.query);
  g_assert_true (weir_query_process_all_available (fixture.query, WEIR_WAIT_US, NULL));
  push (&fixture, "t", "{\"v\":1}");
  push (&fixture, "t", "{\"v\":2}");
  weir_query_stop_after_batch (fixture.query);
  g_assert_true (weir_query_await_termination (fixture.query, WEIR_WAIT_US, NULL));
  wait_until (strstr (fixture.events->str, "terminated") != NULL);
  g_assert_cmpstr (fixture.events->str, ==, "started idle batch0 batch1 terminated:-");
  g_assert_null (weir_query_exception (fixture.query));
  end (&fixture);
}

static void
test_failure (void)
{
  Fixture            fixture = { 0 };
  g_autoptr (GError) error = NULL, local = NULL;
  g_autofree char   *status = NULL;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT 1 / v AS x FROM STREAM t");
  weir_query_start (fixture.query);
  g_assert_true (weir_session_push_rows (fixture.session, "t", "{\"v\":0}", NULL));
  g_assert_false (weir_query_process_all_available (fixture.query, WEIR_WAIT_US, &local));
  g_assert_nonnull (local);
  g_assert_false (weir_query_await_termination (fixture.query, WEIR_WAIT_US, NULL));
  error = weir_query_exception (fixture.query);
  g_assert_nonnull (error);
  g_assert_true (g_str_has_prefix (error->message, "Query [id = "));
  g_assert_nonnull (strstr (error->message, "DIVIDE_BY_ZERO"));
  status = weir_query_status (fixture.query);
  g_assert_true (g_str_has_prefix (status, "{\"message\":\"Terminated with exception: [DIVIDE_BY_ZERO]"));
  wait_until (strstr (fixture.events->str, "terminated") != NULL);
  g_assert_nonnull (strstr (fixture.events->str, "terminated:[STREAM_FAILED] Query [id = "));
  g_assert_nonnull (strstr (fixture.events->str, "DIVIDE_BY_ZERO"));
  end (&fixture);
}

/* While it runs, waiting for its end comes back without an error when the time is over; stopping it is no failure. */
static void
test_stop (void)
{
  Fixture            fixture = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char   *status = NULL;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  weir_query_start (fixture.query);
  push (&fixture, "t", "{\"v\":1}");
  g_assert_false (weir_query_await_termination (fixture.query, 1000, &error));
  g_assert_no_error (error);
  g_assert_cmpint (weir_query_get_state (fixture.query), !=, WEIR_QUERY_STOPPED);
  weir_query_stop (fixture.query);
  g_assert_true (weir_query_await_termination (fixture.query, WEIR_WAIT_US, &error));
  g_assert_no_error (error);
  g_assert_null (weir_query_exception (fixture.query));
  status = weir_query_status (fixture.query);
  g_assert_cmpstr (status, ==, "{\"message\":\"Stopped\",\"isDataAvailable\":false,\"isTriggerActive\":false}");
  wait_until (strstr (fixture.events->str, "terminated") != NULL);
  g_assert_true (g_str_has_suffix (fixture.events->str, "terminated:-"));
  end (&fixture);
}

/* n − 1 records are kept; with 1 there is none. */
static void
test_recent (void)
{
  static const struct
  {
    const char *max;
    guint       kept;
  } cases[] = { { "1", 0 }, { "3", 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture                  fixture = { 0 };
      g_autoptr (GPtrArray)    recent = NULL;
      g_autoptr (WeirProgress) last = NULL;

      weir_session_set_conf (make_session (&fixture), "spark.sql.streaming.numRecentProgressUpdates", cases[i].max, NULL);
      begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
      weir_query_start (fixture.query);
      for (guint batch = 0; batch < 4; batch++)
        push (&fixture, "t", "{\"v\":1}");
      recent = weir_query_get_recent_progress (fixture.query);
      last = weir_query_get_last_progress (fixture.query);
      g_assert_cmpuint (recent->len, ==, cases[i].kept);
      g_assert_cmpint (last != NULL, ==, cases[i].kept > 0);
      end (&fixture);
    }
}

/* The first trigger of a run has no rate of arrival; one of less than a millisecond counts as a millisecond. */
static void
test_rates (void)
{
  Fixture                  fixture = { 0 };
  g_autoptr (WeirProgress) first = NULL;
  double                   seconds;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  queue (&fixture, "t", "{\"v\":1}\n{\"v\":2}");
  weir_query_start (fixture.query);
  g_assert_true (weir_query_process_all_available (fixture.query, WEIR_WAIT_US, NULL));
  first = weir_query_get_last_progress (fixture.query);
  g_assert_cmpuint (weir_progress_get_n_input_rows (first), ==, 2);
  g_assert_cmpfloat (weir_progress_get_input_rate (first), ==, 0.0);
  seconds = MAX (0.001, (double)weir_progress_get_duration_us (first) / 1e6);
  g_assert_cmpfloat_with_epsilon (weir_progress_get_processed_rate (first), 2 / seconds, 1e-6);
  end (&fixture);
}

/* While nothing comes, one record an interval: the id is the next batch's, and nothing was added. */
static void
test_idle_rhythm (void)
{
  Fixture                  fixture = { 0 };
  g_autoptr (WeirProgress) last = NULL;
  const char              *batch;

  weir_session_set_conf (make_session (&fixture), "spark.sql.streaming.noDataProgressEventInterval", "20", NULL);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  queue (&fixture, "t", "{\"v\":1}");
  weir_query_start (fixture.query);
  wait_until ((batch = strstr (fixture.events->str, "batch0 ")) != NULL && strstr (batch, "idle idle ") != NULL);
  last = weir_query_get_last_progress (fixture.query);
  g_assert_true (weir_progress_get_is_idle (last));
  g_assert_cmpuint (weir_progress_get_batch_id (last), ==, 1);
  g_assert_cmpuint (weir_progress_get_n_input_rows (last), ==, 0);
  g_assert_null (strstr (weir_progress_get_json (last), "addBatch"));
  end (&fixture);
}

static void
test_explain (void)
{
  Fixture          fixture = { 0 };
  g_autofree char *before = NULL, *after = NULL, *extended = NULL;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  before = weir_query_explain (fixture.query, FALSE);
  g_assert_cmpstr (before, ==, "No physical plan. Waiting for data.");
  weir_query_start (fixture.query);
  push (&fixture, "t", "{\"v\":1}");
  after = weir_query_explain (fixture.query, FALSE);
  g_assert_null (strstr (after, "Waiting for data"));
  extended = weir_query_explain (fixture.query, TRUE);
  g_assert_nonnull (strstr (extended, "== Physical Plan =="));
  g_assert_nonnull (strstr (extended, after + strlen ("== Physical Plan ==")));
  g_assert_cmpuint (strlen (extended), >, strlen (after));
  end (&fixture);
}

/* What pushed the watermark: the row with the newest time of all batches so far. */
static void
test_newest_row (void)
{
  Fixture                  fixture = { 0 };
  g_autoptr (WeirProgress) last = NULL;
  g_autoptr (GPtrArray)    samples = NULL;
  const WeirSample        *sample;
  g_autofree char         *row = NULL;

  make_session (&fixture);
  begin (&fixture, "CREATE TABLE t (k STRING, ts TIMESTAMP) USING queue;\nCREATE TABLE u (k STRING, ts TIMESTAMP) USING queue;\n"
                   "CREATE STREAMING QUERY q AS SELECT k FROM STREAM u WATERMARK ts DELAY OF INTERVAL 1 SECOND UNION ALL "
                   "SELECT k FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 SECOND");
  weir_query_start (fixture.query);
  push (&fixture, "t", "{\"k\":\"a\",\"ts\":\"2026-01-31T10:00:00Z\"}\n{\"k\":\"far\",\"ts\":\"2100-01-01T00:00:00Z\"}");
  push (&fixture, "t", "{\"k\":\"b\",\"ts\":\"2026-01-31T10:00:01Z\"}");
  row = weir_query_dup_newest_row (fixture.query);
  g_assert_nonnull (row);
  g_assert_nonnull (strstr (row, "\"k\":\"far\""));
  g_assert_cmpint (weir_query_get_newest_event_us (fixture.query), ==, G_GINT64_CONSTANT (4102444800000000));
  samples = weir_query_get_samples (fixture.query, WEIR_SAMPLE_NEWEST);
  g_assert_cmpuint (samples->len, ==, 1);
  sample = samples->pdata[0];
  g_assert_cmpstr (sample->source, ==, "t");
  g_assert_cmpint (sample->event_time_us, ==, G_GINT64_CONSTANT (4102444800000000));
  g_assert_cmpstr (sample->position, ==, "batch 0, offsets up to 1");
  g_assert_cmpmem (g_bytes_get_data (sample->raw, NULL), g_bytes_get_size (sample->raw), row, strlen (row));
  last = weir_query_get_last_progress (fixture.query);
  g_assert_nonnull (weir_progress_get_newest_row (last));
  g_assert_nonnull (strstr (weir_progress_get_newest_row (last), "\"k\":\"b\""));
  end (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/aggregation", test_aggregation);
  g_test_add_func ("/progress/join", test_join);
  g_test_add_func ("/progress/hold", test_hold);
  g_test_add_func ("/progress/budget", test_budget);
  g_test_add_func ("/progress/events", test_events);
  g_test_add_func ("/progress/failure", test_failure);
  g_test_add_func ("/progress/stop", test_stop);
  g_test_add_func ("/progress/recent", test_recent);
  g_test_add_func ("/progress/rates", test_rates);
  g_test_add_func ("/progress/idle-rhythm", test_idle_rhythm);
  g_test_add_func ("/progress/explain", test_explain);
  g_test_add_func ("/progress/newest-row", test_newest_row);
  return g_test_run ();
}
