/* SPDX-License-Identifier: Apache-2.0 */
/* What a query's health is said to be, and what is remembered of a run; the records come from queries over a queue. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "engine/query/session-util.h"
#include "ui/health/health-verdict.h"

#define SECOND_US G_GINT64_CONSTANT (1000000)

static WeirHealthFacts
good_facts (void)
{
  return (WeirHealthFacts){
    .state = WEIR_QUERY_RUNNING,
    .retry_in_us = -1,
    .now_us = 1000 * SECOND_US,
    .interval_us = 2 * SECOND_US,
    .duration_us = 3300,
    .input_rate = 12480,
    .processed_rate = 8.3e6,
    .last_rows_us = 999 * SECOND_US,
    .watermark_since_us = 999 * SECOND_US,
    .state_bytes = 100,
    .state_budget = 1000,
  };
}

static void
check (const WeirHealthFacts *facts,
       WeirHealthKind         kind,
       const char            *text)
{
  WeirHealthVerdict   verdict = weir_health_judge (facts);
  g_autoptr (GString) plain = g_string_new (verdict.text);

  /* Numbers and units hang together. */
  g_string_replace (plain, "\302\240", " ", 0);
  g_assert_cmpint (verdict.kind, ==, kind);
  g_assert_cmpstr (plain->str, ==, text);
  g_assert_cmpuint (strlen (verdict.title), >, 0);
  weir_health_verdict_clear (&verdict);
}

static void
test_verdict (void)
{
  WeirHealthFacts facts = good_facts ();

  check (&facts, WEIR_HEALTH_GOOD, "A batch takes 3.3 ms of every 2 s.");
  facts.interval_us = 0;
  check (&facts, WEIR_HEALTH_GOOD, "A batch takes 3.3 ms.");

  facts = good_facts ();
  facts.processed_rate = 8000;
  facts.duration_us = 3100000;
  check (&facts, WEIR_HEALTH_BEHIND, "12,480 rows/s come in, 8,000 are processed. A batch takes 3.1 s.");
  facts.processed_rate = 20000;
  check (&facts, WEIR_HEALTH_BEHIND, "12,480 rows/s come in, 20,000 are processed. A batch takes 3.1 s.");

  facts = good_facts ();
  facts.state_bytes = 900;
  check (&facts, WEIR_HEALTH_MEMORY, "State takes 900 bytes of its budget of 1000 bytes. When that is used up, the query ends.");
  facts.state_budget = 0;
  check (&facts, WEIR_HEALTH_GOOD, "A batch takes 3.3 ms of every 2 s.");

  facts = good_facts ();
  facts.last_rows_us = 0;
  check (&facts, WEIR_HEALTH_QUIET, "No rows have come yet.");
  facts.last_rows_us = 940 * SECOND_US;
  check (&facts, WEIR_HEALTH_QUIET, "No rows have come for 1 min.");
}

static void
test_stalled (void)
{
  WeirHealthFacts facts = good_facts ();

  facts.watermark_since_us = 955 * SECOND_US;
  check (&facts, WEIR_HEALTH_STALLED, "Rows come, but the watermark has not moved for 45 s: none of them is newer.");
  facts.slowest = "views";
  check (&facts, WEIR_HEALTH_STALLED, "The watermark does not move: views has had no rows yet.");
  facts.slowest_rows_us = 955 * SECOND_US;
  check (&facts, WEIR_HEALTH_STALLED, "The watermark does not move: views has had no rows for 45 s.");
  /* Without rows it is not the watermark that is to blame. */
  facts.last_rows_us = 955 * SECOND_US;
  check (&facts, WEIR_HEALTH_QUIET, "No rows have come for 45 s.");
  /* A slow trigger is given time. */
  facts = good_facts ();
  facts.interval_us = 60 * SECOND_US;
  facts.watermark_since_us = 955 * SECOND_US;
  check (&facts, WEIR_HEALTH_GOOD, "A batch takes 3.3 ms of every 1 min.");
}

static void
test_not_running (void)
{
  WeirHealthFacts facts = good_facts ();

  facts.held = TRUE;
  check (&facts, WEIR_HEALTH_HELD, "No batch starts by itself. Step runs one.");
  facts.retrying = "bids";
  facts.message = "Connection refused.";
  check (&facts, WEIR_HEALTH_RETRYING, "bids: Connection refused.");
  facts.retry_in_us = 8400000;
  check (&facts, WEIR_HEALTH_RETRYING, "bids: Connection refused. Trying again in 8 s.");
  facts.state = WEIR_QUERY_WAITING;
  facts.retrying = NULL;
  facts.message = "/mnt/ck: no space left (0 bytes free).";
  check (&facts, WEIR_HEALTH_RETRYING, "/mnt/ck: no space left (0 bytes free). Trying again in 8 s.");
  /* A snapshot of the checkpoint failed: the query goes on. */
  facts.state = WEIR_QUERY_RUNNING;
  facts.held = FALSE;
  facts.retry_in_us = -1;
  check (&facts, WEIR_HEALTH_RETRYING, "/mnt/ck: no space left (0 bytes free).");
  facts.state = WEIR_QUERY_FAILED;
  facts.message = "Division by zero.";
  check (&facts, WEIR_HEALTH_FAILED, "Division by zero.");
  facts.state = WEIR_QUERY_STOPPED;
  check (&facts, WEIR_HEALTH_NOT_RUNNING, "Run the query to see how it does.");
}

typedef struct
{
  WeirSession *session;
  WeirQuery   *query;
} Fixture;

static void
fixture_init (Fixture    *fixture,
              const char *text)
{
  fixture->session = weir_session_new ();
  fixture->query = session_make_query (fixture->session, text);
  weir_query_start (fixture->query);
}

static void
fixture_push (Fixture    *fixture,
              const char *table,
              const char *rows)
{
  session_push (fixture->session, table, rows);
  query_catch_up (fixture->query);
}

static void
fixture_clear (Fixture *fixture)
{
  query_end (fixture->query);
  g_object_unref (fixture->session);
}

/* Two sources, of which one has had rows: their names, its lag, the one that holds the watermark. */
static void
test_history (void)
{
  Fixture                       fixture;
  g_autoptr (WeirHealthHistory) history = weir_health_history_new ();
  g_autoptr (GPtrArray)         recent = NULL;
  const WeirHealthPoint        *points;
  double                        rows = 0, late = 0;
  gint64                        min_us, max_us;
  guint                         n;

  g_assert_false (weir_health_history_get_view (history, WEIR_HEALTH_ALL, &min_us, &max_us));
  fixture_init (&fixture, "CREATE TABLE l (a TIMESTAMP, k INT) USING queue;\nCREATE TABLE r (b TIMESTAMP, k INT) USING queue;\n"
                          "CREATE STREAMING QUERY q AS SELECT l.k FROM STREAM l WATERMARK a DELAY OF INTERVAL 5 SECONDS "
                          "JOIN STREAM r WATERMARK b DELAY OF INTERVAL 5 SECONDS ON l.k = r.k AND a >= b AND a <= b + INTERVAL 5 SECONDS");
  fixture_push (&fixture, "l", "{\"a\":\"2026-01-01T00:00:10Z\",\"k\":1}");
  fixture_push (&fixture, "l", "{\"a\":\"2026-01-01T00:00:20Z\",\"k\":2}");
  recent = weir_query_get_recent_progress (fixture.query);
  for (guint i = 0; i < recent->len; i++)
    weir_health_history_add (history, recent->pdata[i]);
  g_assert_cmpuint (weir_health_history_get_n_sources (history), ==, 2);
  g_assert_cmpstr (weir_health_history_get_source (history, 1), ==, "r");
  g_assert_cmpuint (weir_health_history_get_n_operators (history), ==, 1);
  g_assert_cmpstr (weir_health_history_get_operator (history, 0), ==, "symmetricHashJoin");
  g_assert_cmpint (weir_health_history_get_slowest_source (history), ==, 1);
  g_assert_cmpint (weir_health_history_get_source_rows_us (history, 0), >, 0);
  g_assert_cmpint (weir_health_history_get_source_rows_us (history, 1), ==, 0);
  points = weir_health_history_get_points (history, WEIR_HEALTH_MINUTES, &n);
  g_assert_cmpuint (n, >, 0);
  rows = points[n - 1].state_rows;
  for (guint i = 0; i < n; i++)
    late += points[i].late_rows;
  g_assert_cmpfloat (rows, ==, 2);
  g_assert_cmpfloat (late, ==, 0);
  g_assert_true (isfinite (points[n - 1].lag_us[0]));
  g_assert_true (isnan (points[n - 1].lag_us[1]));
  g_assert_true (weir_health_history_get_view (history, WEIR_HEALTH_MINUTES, &min_us, &max_us));
  g_assert_cmpint (max_us - min_us, ==, 60 * SECOND_US);
  fixture_clear (&fixture);
}

/* However long a run is, the number of points has a bound, and sums are kept when points become one. */
static void
test_bounded (void)
{
  Fixture                       fixture;
  g_autoptr (WeirHealthHistory) history = weir_health_history_new ();
  guint                         n_batches = 0, n;
  const WeirHealthPoint        *points;

  fixture_init (&fixture, "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q AS SELECT v FROM STREAM t");
  fixture_push (&fixture, "t", "{\"v\":1}");
  {
    g_autoptr (GPtrArray) recent = weir_query_get_recent_progress (fixture.query);

    for (guint round = 0; round < 5000; round++)
      for (guint i = 0; i < recent->len; i++)
        {
          weir_health_history_add (history, recent->pdata[i]);
          n_batches += !weir_progress_get_is_idle (recent->pdata[i]);
        }
  }
  for (guint range = 0; range < WEIR_HEALTH_N_RANGES; range++)
    {
      guint sum = 0;

      points = weir_health_history_get_points (history, range, &n);
      g_assert_cmpuint (n, <=, 480);
      for (guint i = 0; i < n; i++)
        sum += points[i].n_batches;
      g_assert_cmpuint (sum, ==, n_batches);
    }
  weir_health_history_clear (history);
  weir_health_history_get_points (history, WEIR_HEALTH_ALL, &n);
  g_assert_cmpuint (n, ==, 0);
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/health/verdict", test_verdict);
  g_test_add_func ("/health/stalled", test_stalled);
  g_test_add_func ("/health/not-running", test_not_running);
  g_test_add_func ("/health/history", test_history);
  g_test_add_func ("/health/bounded", test_bounded);
  return g_test_run ();
}
