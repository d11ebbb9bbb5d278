/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <errno.h>
#include <string.h>

#include "base/effects.h"
#include "query/query-private.h"
#include "query/session-private.h"
#include "session-util.h"
#include "support/temp-dir.h"
#include "support/wait.h"

/* Why the result is empty, asked of running queries over queues, on a clock that stands still until it is told otherwise. */

#define SECOND G_GINT64_CONSTANT (1000000)
#define NOW    (1714725720 * SECOND)

#define TABLES                                   \
  "CREATE TABLE a (ts TIMESTAMP) USING queue;\n" \
  "CREATE TABLE b (ts TIMESTAMP) USING queue;\n"

#define WINDOWS(from) "SELECT window(ts, '10 seconds') AS w, count(*) AS n FROM " from " GROUP BY window(ts, '10 seconds')"

#define ONE WINDOWS ("STREAM a WATERMARK ts DELAY OF INTERVAL 5 SECONDS")
#define BOTH                                                                              \
  WINDOWS ("(SELECT ts FROM STREAM a WATERMARK ts DELAY OF INTERVAL 5 SECONDS UNION ALL " \
           "SELECT ts FROM STREAM b WATERMARK ts DELAY OF INTERVAL 5 SECONDS)")

typedef struct
{
  WeirSession *session;
  WeirQuery   *query;
  WeirClock   *clock;
} Fixture;

static void
fixture_init (Fixture    *self,
              const char *sql)
{
  WeirRunOptions   options = { .retry_us = -1 };
  g_autofree char *text = g_strconcat (TABLES, sql, ";", NULL);

  self->session = weir_session_new ();
  weir_clock_unref (self->session->clock);
  self->clock = weir_clock_new_manual (NOW);
  self->session->clock = weir_clock_ref (self->clock);
  weir_session_set_run_options (self->session, &options);
  self->query = session_make_query (self->session, text);
  weir_query_start (self->query);
}


static void
fixture_clear (Fixture *self)
{
  query_end (self->query);
  g_object_unref (self->session);
  weir_clock_unref (self->clock);
}

static void
push (Fixture    *self,
      const char *table,
      const char *time)
{
  g_autofree char *row = g_strdup_printf ("{\"ts\": \"2024-05-03T%sZ\"}\n", time);

  session_push (self->session, table, row);
}

static gboolean
is_because (Fixture     *self,
            WeirWhyCause cause)
{
  g_autoptr (WeirWhy) why = weir_query_why_empty (self->query);

  return why->cause == cause;
}

static void
test_silent (void)
{
  Fixture             self = { 0 };
  g_autoptr (WeirWhy) why = NULL;

  fixture_init (&self, ONE);
  push (&self, "a", "08:42:03");
  wait_until (is_because (&self, WEIR_WHY_WINDOW_OPEN));
  weir_clock_advance (self.clock, 20 * SECOND);
  wait_until (is_because (&self, WEIR_WHY_HELD_BACK));
  why = weir_query_why_empty (self.query);
  g_assert_cmpstr (why->source, ==, "a");
  g_assert_null (why->other_source);
  g_assert_cmpint (why->last_row_us, ==, NOW);
  g_assert_cmpint (why->final_at_us, ==, NOW + 5 * SECOND); /* where the window of the watermark ends, and the wait */
  fixture_clear (&self);
}

static void
test_never_heard_of (void)
{
  Fixture             self = { 0 };
  g_autoptr (WeirWhy) why = NULL;

  fixture_init (&self, BOTH);
  push (&self, "a", "08:42:30");
  wait_until (is_because (&self, WEIR_WHY_WINDOW_OPEN));
  weir_clock_advance (self.clock, 20 * SECOND);
  wait_until (is_because (&self, WEIR_WHY_HELD_BACK));
  why = weir_query_why_empty (self.query);
  g_assert_cmpstr (why->source, ==, "b");
  g_assert_cmpstr (why->other_source, ==, "a");
  g_assert_cmpint (why->last_row_us, ==, 0);
  fixture_clear (&self);
}

static void
test_behind (void)
{
  Fixture             self = { 0 };
  g_autoptr (WeirWhy) why = NULL;

  fixture_init (&self, BOTH);
  push (&self, "a", "08:40:00");
  push (&self, "b", "08:42:00");
  wait_until (is_because (&self, WEIR_WHY_HELD_BACK));
  why = weir_query_why_empty (self.query);
  g_assert_cmpstr (why->source, ==, "a");
  g_assert_cmpstr (why->other_source, ==, "b");
  g_assert_cmpint (why->last_row_us, ==, G_MAXINT64);
  g_assert_cmpint (why->source_watermark_us, ==, (1714725600 - 5) * SECOND);
  fixture_clear (&self);
}

/* On hold, whatever the rows are; a step shows where they would be. */
static void
test_held (void)
{
  Fixture self = { 0 };

  fixture_init (&self, ONE);
  weir_query_set_held (self.query, TRUE);
  push (&self, "a", "08:42:03");
  wait_until (is_because (&self, WEIR_WHY_HELD));
  weir_query_step (self.query);
  wait_until (weir_query_get_n_input_rows (self.query) > 0);
  wait_until (is_because (&self, WEIR_WHY_HELD));
  weir_query_set_held (self.query, FALSE);
  wait_until (is_because (&self, WEIR_WHY_WINDOW_OPEN));
  weir_query_set_held (self.query, TRUE);
  weir_query_stop (self.query);
  weir_query_await_termination (self.query, 0, NULL);
  wait_until (is_because (&self, WEIR_WHY_WINDOW_OPEN)); /* a hold is no reason once it is stopped */
  fixture_clear (&self);
}

static void
test_session (void)
{
  Fixture             self = { 0 };
  g_autoptr (WeirWhy) why = NULL;

  fixture_init (&self, "SELECT session_window(ts, '10 seconds') AS w, year(ts) AS k, count(*) AS n FROM STREAM a WATERMARK ts DELAY OF INTERVAL 5 SECONDS GROUP BY session_window(ts, '10 seconds'), year(ts)");
  push (&self, "a", "08:42:03");
  wait_until (is_because (&self, WEIR_WHY_WINDOW_OPEN));
  why = weir_query_why_empty (self.query);
  g_assert_cmpint (why->final_at_us, ==, G_MININT64);
  fixture_clear (&self);
}

/* While the first batch runs nothing has come out of it, which is not the same as nothing having come. */
static void
test_first_batch (void)
{
  Fixture self = { 0 };

  fixture_init (&self, ONE);
  wait_until (is_because (&self, WEIR_WHY_NO_INPUT));
  weir_query_set_held (self.query, TRUE);
  wait_until (is_because (&self, WEIR_WHY_HELD));
  g_mutex_lock (&self.query->lock);
  self.query->held = FALSE;
  self.query->is_trigger_active = self.query->is_data_available = TRUE;
  g_mutex_unlock (&self.query->lock);
  wait_until (is_because (&self, WEIR_WHY_FIRST_BATCH));
  fixture_clear (&self);
}

#if WEIR_EFFECTS

/* The cause while the first batch of a run is published. */
static void
progress_cb (WeirQuery    *query,
             WeirProgress *progress,
             gpointer      data)
{
  int                *seen = data;
  g_autoptr (WeirWhy) why = weir_query_why_empty (query);

  if (*seen < 0)
    *seen = (int)why->cause;
}

/* A batch that is logged when the effect with number @at fails; then the query is started again. Returns: the cause of its first batch */
static int
fail_and_restart (guint64 at)
{
  Fixture                 self = { 0 };
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *folder = weir_temp_dir_build (dir, "ck");
  g_autofree char        *sql = g_strdup_printf ("CREATE STREAMING QUERY q CHECKPOINT LOCATION '%s' AS " ONE, folder);
  int                     seen = -1;

  fixture_init (&self, sql);
  push (&self, "a", "08:42:03");
  query_catch_up (self.query);
  weir_fx_set_fault (at, EIO, TRUE);
  push (&self, "a", "08:42:04");
  wait_until (is_because (&self, WEIR_WHY_TROUBLE));
  weir_query_stop (self.query);
  weir_query_await_termination (self.query, 0, NULL);
  weir_fx_set_fault (0, 0, FALSE);
  weir_query_set_progress_func (self.query, progress_cb, &seen, NULL);
  push (&self, "a", "08:42:05");
  weir_query_start (self.query);
  query_catch_up (self.query);
  fixture_clear (&self);
  return seen;
}

#endif

/* The disk is at fault: the answer is what is wrong with it. After a restart, a batch that was logged comes first. */
static void
test_recovering (void)
{
#if WEIR_EFFECTS
  gboolean replayed = FALSE, fresh = FALSE;

  for (guint64 at = 1; at <= 4; at++)
    {
      int cause = fail_and_restart (at);

      replayed = replayed || cause == WEIR_WHY_RECOVERING;
      fresh = fresh || cause == WEIR_WHY_WINDOW_OPEN;
      g_test_message ("effect %u: %d", (guint)at, cause);
    }
  g_assert_true (replayed);
  g_assert_true (fresh); /* it failed before it was logged */
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/why/silent", test_silent);
  g_test_add_func ("/why/never-heard-of", test_never_heard_of);
  g_test_add_func ("/why/behind", test_behind);
  g_test_add_func ("/why/held", test_held);
  g_test_add_func ("/why/session", test_session);
  g_test_add_func ("/why/first-batch", test_first_batch);
  g_test_add_func ("/why/recovering", test_recovering);
  return g_test_run ();
}
