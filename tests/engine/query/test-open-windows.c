/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include "query/session-private.h"
#include "session-util.h"
#include "support/wait.h"

/*
 * Open windows as the reader of a running query meets them: over a queue, one row a batch. Nobody asks: nothing is listed. Somebody does: the
 * values so far come, and go into the result in the same snapshot in which they leave the open ones.
 */

#define SCRIPT                                                                                                  \
  "CREATE TABLE a (ts TIMESTAMP, v BIGINT) USING queue;\n"                                                      \
  "CREATE STREAMING QUERY q OUTPUT MODE %s AS SELECT window(ts, '10 seconds') AS w, sum(v) AS s FROM STREAM a " \
  "WATERMARK ts DELAY OF INTERVAL 5 SECONDS GROUP BY window(ts, '10 seconds');"

typedef struct
{
  WeirSession *session;
  WeirQuery   *query;
} Fixture;

static void
fixture_init (Fixture    *self,
              const char *mode)
{
  g_autofree char *text = g_strdup_printf (SCRIPT, mode);

  self->session = weir_session_new ();
  self->query = session_make_query (self->session, text);
  weir_query_keep_result (self->query);
  weir_query_start (self->query);
}

static void
fixture_clear (Fixture *self)
{
  query_end (self->query);
  g_object_unref (self->session);
}

/* Pushes a row and waits until it was processed. */
static void
push (Fixture *self,
      guint    second,
      guint    v)
{
  g_autofree char *row = g_strdup_printf ("{\"ts\": \"2024-05-03T08:42:%02uZ\", \"v\": %u}\n", second, v);

  session_push (self->session, "a", row);
  query_catch_up (self->query);
}

/* `start=sum` of every open window; "" for none. (transfer full) */
static char *
open_of (WeirSnapshot *snapshot)
{
  WeirSnapshot *open = weir_snapshot_get_open (snapshot);
  GString      *text = g_string_new (NULL);

  for (guint row = 0; open != NULL && row < weir_snapshot_get_n_rows (open); row++)
    {
      gint64 start_us, end_us;

      g_assert_true (weir_snapshot_get_window (open, row, &start_us, &end_us));
      g_assert_false (weir_snapshot_is_final (open, row));
      g_string_append_printf (text, "%s%d=%d", row > 0 ? " " : "", (int)(start_us / G_USEC_PER_SEC % 60), (int)weir_snapshot_get_number (open, row, 1));
    }
  return g_string_free (text, FALSE);
}

static gboolean
shows (Fixture    *self,
       const char *wanted)
{
  g_autoptr (WeirSnapshot) snapshot = weir_query_take_snapshot (self->query);
  g_autofree char         *open = snapshot != NULL ? open_of (snapshot) : NULL;

  return g_strcmp0 (open, wanted) == 0;
}

static guint64
version_of (Fixture *self)
{
  g_autoptr (WeirSnapshot) snapshot = weir_query_take_snapshot (self->query);

  return weir_snapshot_get_version (snapshot);
}

static void
test_append (void)
{
  Fixture                  self = { 0 };
  g_autoptr (WeirSnapshot) unasked = NULL, closed = NULL;
  guint64                  version;

  fixture_init (&self, "APPEND");
  push (&self, 3, 1);
  unasked = weir_query_take_snapshot (self.query);
  g_assert_null (weir_snapshot_get_open (unasked));
  version = version_of (&self);
  weir_query_set_shows_open (self.query, TRUE);
  wait_until (shows (&self, "0=1")); /* without another row */
  g_assert_cmpuint (version_of (&self), >, version);
  push (&self, 4, 2);
  wait_until (shows (&self, "0=3"));
  push (&self, 12, 5);
  wait_until (shows (&self, "10=5 0=3"));
  push (&self, 17, 7); /* passes 15: the first is final */
  wait_until (shows (&self, "10=12"));
  closed = weir_query_take_snapshot (self.query);
  g_assert_cmpuint (weir_snapshot_get_n_rows (closed), ==, 1);
  g_assert_cmpfloat (weir_snapshot_get_number (closed, 0, 1), ==, 3);
  g_assert_true (weir_snapshot_is_final (closed, 0));
  weir_query_set_shows_open (self.query, FALSE);
  push (&self, 18, 1);
  wait_until (shows (&self, ""));
  fixture_clear (&self);
}

/* Every snapshot, however it comes: no window is both in the result and open, and none is missing. */
static void
test_never_twice (void)
{
  Fixture self = { 0 };
  guint   n_open = 0;

  fixture_init (&self, "APPEND");
  weir_query_set_shows_open (self.query, TRUE);
  for (guint second = 0; second < 60; second++)
    {
      g_autoptr (WeirSnapshot) snapshot = NULL;
      WeirSnapshot            *open;
      gint64                   start_us, end_us, final_us = G_MININT64;
      double                   sum = 0;

      push (&self, second, 1);
      snapshot = weir_query_take_snapshot (self.query);
      open = weir_snapshot_get_open (snapshot);
      for (guint row = 0; row < weir_snapshot_get_n_rows (snapshot); row++)
        {
          weir_snapshot_get_window (snapshot, row, &start_us, &end_us);
          final_us = MAX (final_us, end_us);
          sum += weir_snapshot_get_number (snapshot, row, 1);
        }
      for (guint row = 0; open != NULL && row < weir_snapshot_get_n_rows (open); row++)
        {
          weir_snapshot_get_window (open, row, &start_us, &end_us);
          g_assert_cmpint (start_us, >=, final_us);
          sum += weir_snapshot_get_number (open, row, 1);
        }
      g_assert_cmpfloat (sum, <=, second + 1);
      n_open += open != NULL; /* none while listing them took too long */
    }
  g_assert_cmpuint (n_open, >, 0);
  fixture_clear (&self);
}

/* What was left to the timer is not lost when a run ends. */
static void
test_stopped (void)
{
  Fixture self = { 0 };

  fixture_init (&self, "APPEND");
  weir_query_set_shows_open (self.query, TRUE);
  for (guint second = 0; second < 9; second++)
    push (&self, second, 1);
  weir_query_stop (self.query);
  weir_query_await_termination (self.query, 0, NULL);
  wait_until (shows (&self, "0=9"));
  fixture_clear (&self);
}

static void
test_update (void)
{
  Fixture                  self = { 0 };
  g_autoptr (WeirSnapshot) snapshot = NULL;

  fixture_init (&self, "UPDATE");
  weir_query_set_shows_open (self.query, TRUE);
  push (&self, 3, 1);
  snapshot = weir_query_take_snapshot (self.query);
  g_assert_cmpuint (weir_snapshot_get_n_rows (snapshot), ==, 1);
  g_assert_null (weir_snapshot_get_open (snapshot));
  fixture_clear (&self);
}

/* Asked for, what batches do comes with the snapshots; nobody asks: nothing. */
static void
test_changes (void)
{
  Fixture                  self = { 0 };
  g_autoptr (WeirSnapshot) before = NULL, after = NULL, ended = NULL;
  WeirSnapshot            *changes;

  fixture_init (&self, "UPDATE");
  push (&self, 3, 1);
  before = weir_query_take_snapshot (self.query);
  g_assert_null (weir_snapshot_get_changes (before));
  weir_query_set_shows_changes (self.query, TRUE);
  push (&self, 4, 2);
  push (&self, 12, 5);
  after = weir_query_take_snapshot (self.query);
  changes = weir_snapshot_get_changes (after);
  g_assert_nonnull (changes);
  g_assert_cmpuint (weir_snapshot_get_n_rows (changes), ==, 2);
  g_assert_cmpint (weir_snapshot_get_change (changes, 0), ==, WEIR_CHANGE_CHANGED);
  g_assert_cmpfloat (weir_snapshot_get_number (changes, 0, 1), ==, 3);
  g_assert_cmpint (weir_snapshot_get_change (changes, 1), ==, WEIR_CHANGE_ADDED);
  g_assert_cmpint (weir_snapshot_get_change (after, 0), ==, WEIR_CHANGE_NONE);
  weir_query_set_shows_changes (self.query, FALSE);
  push (&self, 13, 5);
  ended = weir_query_take_snapshot (self.query);
  g_assert_null (weir_snapshot_get_changes (ended));
  fixture_clear (&self);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/query/open-windows/append", test_append);
  g_test_add_func ("/query/open-windows/never-twice", test_never_twice);
  g_test_add_func ("/query/open-windows/stopped", test_stopped);
  g_test_add_func ("/query/open-windows/update", test_update);
  g_test_add_func ("/query/changes", test_changes);
  return g_test_run ();
}
