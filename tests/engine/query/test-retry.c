/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that is full while a query runs: it says so, waits, and goes on with the same batch when there is room. */
#include <errno.h>
#include <string.h>

#include "base/effects.h"
#include "engine.h"
#include "session-util.h"
#include "support/temp-dir.h"
#include "support/wait.h"

#define ROW "{\"v\":1}"

typedef struct
{
  WeirTempDir *dir;
  WeirSession *session;
  WeirQuery   *query;
} Fixture;

static void
fixture_init (Fixture *fixture,
              gint64   retry_us)
{
  WeirRunOptions   options = { .retry_us = retry_us };
  g_autofree char *folder = NULL, *text = NULL;

  fixture->dir = weir_temp_dir_new ();
  folder = weir_temp_dir_build (fixture->dir, "ck");
  text = g_strdup_printf ("CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q OUTPUT MODE COMPLETE CHECKPOINT LOCATION '%s' "
                          "AS SELECT v, count(*) AS n FROM STREAM t GROUP BY v",
                          folder);
  fixture->session = weir_session_new ();
  weir_session_set_run_options (fixture->session, &options);
  fixture->query = session_make_query (fixture->session, text);
  weir_query_start (fixture->query);
}

static void
fixture_clear (Fixture *fixture)
{
  weir_fx_set_fault (0, 0, FALSE);
  query_end (fixture->query);
  g_object_unref (fixture->session);
  weir_temp_dir_free (fixture->dir);
}

static char *
await_trouble (Fixture *fixture)
{
  gint64 retry_in_us;
  char  *trouble;

  wait_until ((trouble = weir_query_dup_trouble (fixture->query, &retry_in_us)) != NULL);
  g_assert_cmpint (retry_in_us, <=, 5 * G_USEC_PER_SEC);
  return trouble;
}

static void
test_goes_on (void)
{
#if WEIR_EFFECTS
  Fixture                  fixture;
  g_autoptr (WeirProgress) last = NULL;
  g_autofree char         *trouble = NULL, *none = NULL;
  gint64                   retry_in_us;

  fixture_init (&fixture, -1);
  session_push (fixture.session, "t", ROW);
  query_catch_up (fixture.query);
  weir_fx_set_fault (1, ENOSPC, TRUE);
  session_push (fixture.session, "t", ROW);
  trouble = await_trouble (&fixture);
  g_assert_nonnull (strstr (trouble, weir_temp_dir_get_path (fixture.dir)));
  g_assert_nonnull (strstr (trouble, g_strerror (ENOSPC)));
  g_assert_nonnull (strstr (trouble, "bytes are free there"));
  g_assert_cmpint (weir_query_get_state (fixture.query), ==, WEIR_QUERY_WAITING);
  weir_fx_set_fault (0, 0, FALSE);
  query_catch_up (fixture.query);
  none = weir_query_dup_trouble (fixture.query, &retry_in_us);
  g_assert_null (none);
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 2);
  last = weir_query_get_last_progress (fixture.query);
  g_assert_cmpuint (weir_progress_get_batch_id (last), ==, weir_progress_get_is_idle (last) ? 2 : 1);
  fixture_clear (&fixture);
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

/* A snapshot of the checkpoint that fails is no trouble of a batch, but it is said, until one succeeds. */
static void
test_snapshot_fails (void)
{
#if WEIR_EFFECTS
  Fixture          fixture;
  g_autofree char *trouble = NULL, *status = NULL;
  gint64           retry_in_us;

  g_setenv ("WEIR_SNAPSHOT_BATCHES", "1", TRUE);
  fixture_init (&fixture, -1);
  for (guint at = 1; at < 40 && trouble == NULL; at++)
    {
      weir_fx_set_fault (at, ENOSPC, FALSE);
      session_push (fixture.session, "t", ROW);
      query_catch_up (fixture.query);
      weir_fx_set_fault (0, 0, FALSE);
      trouble = weir_query_dup_trouble (fixture.query, &retry_in_us);
    }
  g_assert_nonnull (trouble);
  g_assert_cmpint (retry_in_us, ==, -1);
  g_assert_nonnull (strstr (trouble, "snapshot of the checkpoint"));
  g_assert_nonnull (strstr (trouble, g_strerror (ENOSPC)));
  g_assert_cmpint (weir_query_get_state (fixture.query), ==, WEIR_QUERY_RUNNING);
  status = weir_query_status (fixture.query);
  g_assert_nonnull (strstr (status, "snapshot of the checkpoint"));
  for (guint i = 0; i < 3; i++)
    {
      session_push (fixture.session, "t", ROW);
      query_catch_up (fixture.query);
    }
  g_free (trouble);
  trouble = weir_query_dup_trouble (fixture.query, &retry_in_us);
  g_assert_null (trouble);
  g_unsetenv ("WEIR_SNAPSHOT_BATCHES");
  fixture_clear (&fixture);
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

/* A folder that cannot be made when the query starts. */
static void
test_begins_late (void)
{
#if WEIR_EFFECTS
  Fixture          fixture;
  g_autofree char *trouble = NULL;

  weir_fx_set_fault (1, EACCES, TRUE);
  fixture_init (&fixture, -1);
  session_push (fixture.session, "t", ROW);
  trouble = await_trouble (&fixture);
  g_assert_nonnull (strstr (trouble, "Give this user write permission"));
  weir_fx_set_fault (0, 0, FALSE);
  query_catch_up (fixture.query);
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 1);
  fixture_clear (&fixture);
  weir_fx_set_fault (1, EACCES, TRUE);
  fixture_init (&fixture, -1);
  g_free (await_trouble (&fixture));
  weir_query_stop (fixture.query);
  g_assert_true (weir_query_await_termination (fixture.query, WEIR_WAIT_US, NULL));
  fixture_clear (&fixture);
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

/* A server that is not there when the query starts, or with its first batch: the query says so and can be stopped, and does not wait in
 * silence. */
static void
test_no_server (gconstpointer data)
{
  const char             *other = data;
  gboolean                is_static = other[0] == '(';
  g_autoptr (WeirSession) session = weir_session_new ();
  WeirRunOptions          options = { .retry_us = -1 };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *folder = weir_temp_dir_build (dir, "ck");
  g_autofree char        *text = NULL, *trouble = NULL;
  Fixture                 fixture = { .session = session };

  text = g_strdup_printf ("CREATE TABLE t (value STRING) USING queue;\nCREATE TABLE o %s;\n"
                          "CREATE STREAMING QUERY q %s CHECKPOINT LOCATION '%s' AS SELECT t.value FROM STREAM t %s",
                          other, is_static ? "" : "INTO o", folder, is_static ? "JOIN o ON t.value = o.value" : "");
  weir_session_set_run_options (session, &options);
  fixture.query = session_make_query (session, text);
  weir_query_start (fixture.query);
  if (is_static)
    session_push (session, "t", "{\"value\":\"x\"}");
  trouble = await_trouble (&fixture);
  g_assert_nonnull (strstr (trouble, "127.0.0.1:1"));
  g_assert_cmpint (weir_query_get_state (fixture.query), ==, WEIR_QUERY_WAITING);
  weir_query_stop (fixture.query);
  g_assert_true (weir_query_await_termination (fixture.query, WEIR_WAIT_US, NULL));
  g_assert_cmpint (weir_query_get_state (fixture.query), ==, WEIR_QUERY_STOPPED);
  query_end (fixture.query);
}

/* Stop works while it waits. */
static void
test_stop (void)
{
#if WEIR_EFFECTS
  Fixture          fixture;
  g_autofree char *trouble = NULL;

  fixture_init (&fixture, -1);
  session_push (fixture.session, "t", ROW);
  query_catch_up (fixture.query);
  weir_fx_set_fault (1, EACCES, TRUE);
  session_push (fixture.session, "t", ROW);
  trouble = await_trouble (&fixture);
  weir_query_stop (fixture.query);
  g_assert_true (weir_query_await_termination (fixture.query, WEIR_WAIT_US, NULL));
  g_assert_cmpint (weir_query_get_state (fixture.query), ==, WEIR_QUERY_STOPPED);
  fixture_clear (&fixture);
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

/* Without a time to retry it fails at once; with one, when that is over. */
static void
test_fails (void)
{
#if WEIR_EFFECTS
  static const gint64 allowed_us[] = { 0, 250000 };

  for (guint i = 0; i < G_N_ELEMENTS (allowed_us); i++)
    {
      Fixture            fixture;
      g_autoptr (GError) error = NULL;

      fixture_init (&fixture, allowed_us[i]);
      session_push (fixture.session, "t", ROW);
      query_catch_up (fixture.query);
      weir_fx_set_fault (1, ENOSPC, TRUE);
      session_push (fixture.session, "t", ROW);
      g_assert_false (weir_query_await_termination (fixture.query, WEIR_WAIT_US, &error));
      g_assert_nonnull (strstr (error->message, g_strerror (ENOSPC)));
      fixture_clear (&fixture);
    }
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/retry/goes-on", test_goes_on);
  g_test_add_func ("/retry/snapshot-fails", test_snapshot_fails);
  g_test_add_func ("/retry/begins-late", test_begins_late);
  g_test_add_data_func ("/retry/no-database", "USING postgresql OPTIONS (url 'postgresql://127.0.0.1:1/x', dbtable 't')", test_no_server);
  g_test_add_data_func ("/retry/no-static-table", "(value STRING) USING postgresql OPTIONS (url 'postgresql://127.0.0.1:1/x', dbtable 't')", test_no_server);
  g_test_add_data_func ("/retry/no-broker", "USING kafka OPTIONS (kafka.bootstrap.servers '127.0.0.1:1', topic 't')", test_no_server);
  g_test_add_func ("/retry/stop", test_stop);
  g_test_add_func ("/retry/fails", test_fails);
  return g_test_run ();
}
