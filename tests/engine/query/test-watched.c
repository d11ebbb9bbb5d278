/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine.h"

#include "session-util.h"
#include "support/temp-dir.h"
#include "support/wait.h"

#include <string.h>

/*
 * A query on several threads, with snapshots of its state written beside it, while another thread looks at all it can show. What is
 * asked for may change between two questions; what is handed out does not. In a build for ThreadSanitizer this is where threads meet.
 */

#define ROWS_PER_BATCH 4000
#define N_BATCHES      10
#define SCRIPT                                                                                \
  "CREATE TABLE r USING `rate-micro-batch` OPTIONS (rowsPerBatch 4000, startTimestamp 1000);" \
  "CREATE STREAMING QUERY q OUTPUT MODE UPDATE AS SELECT value, count(*) AS n, max(timestamp) AS t FROM STREAM r GROUP BY value"

typedef struct
{
  WeirSession  *session;  /* Owned */
  WeirQuery    *query;    /* Owned */
  WeirSnapshot *snapshot; /* Owned, nullable: the newest */
  guint         n_ordering, n_ordered;
} Fixture;

static void
start (Fixture    *fixture,
       const char *checkpoint)
{
  WeirRunOptions options = { .checkpoint = checkpoint, .max_batches = N_BATCHES };

  fixture->session = weir_session_new ();
  weir_session_set_run_options (fixture->session, &options);
  fixture->query = session_make_query (fixture->session, SCRIPT);
  weir_query_keep_result (fixture->query);
  weir_query_start (fixture->query);
}

static void
ordered_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  Fixture           *fixture = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) rows = weir_snapshot_order_finish (result, &error);

  g_assert_no_error (error);
  fixture->n_ordering--;
  fixture->n_ordered++;
}

/* Rows of a snapshot, its first and its last page among them. */
static void
read_snapshot (WeirSnapshot *snapshot)
{
  guint n_rows = weir_snapshot_get_n_rows (snapshot);

  g_assert_cmpuint (n_rows % ROWS_PER_BATCH, ==, 0);
  for (guint row = 0; row < n_rows; row += 997)
    {
      g_autofree char *json = weir_snapshot_dup_row_json (snapshot, row);
      g_autofree char *text = weir_snapshot_dup_text (snapshot, row, 0, NULL);

      g_assert_nonnull (strstr (json, text));
      g_assert_cmpfloat (weir_snapshot_get_number (snapshot, row, 1), ==, 1);
      g_assert_cmpint (weir_snapshot_get_updated_us (snapshot, row), >, 0);
    }
}

static void
look_at_rows (Fixture *fixture)
{
  WeirSnapshot *newest = weir_query_take_snapshot (fixture->query);

  if (newest == NULL)
    return;
  if (fixture->snapshot != NULL)
    g_assert_cmpuint (weir_snapshot_get_n_rows (newest), >=, weir_snapshot_get_n_rows (fixture->snapshot));
  g_clear_pointer (&fixture->snapshot, weir_snapshot_unref);
  fixture->snapshot = newest;
  read_snapshot (newest);
  if (fixture->n_ordering > 0)
    return;
  fixture->n_ordering++;
  weir_snapshot_order_async (newest, 0, TRUE, "9", 100, NULL, ordered_cb, fixture);
}

static void
look_at_query (Fixture *fixture)
{
  g_autoptr (WeirProgress) progress = weir_query_get_last_progress (fixture->query);
  g_autoptr (GPtrArray)    recent = weir_query_get_recent_progress (fixture->query);
  g_autoptr (GPtrArray)    sources = weir_query_get_sources (fixture->query);
  g_autoptr (GPtrArray)    samples = weir_query_get_samples (fixture->query, WEIR_SAMPLE_LATE);
  g_autofree char         *status = weir_query_status (fixture->query);
  g_autofree char         *newest_row = weir_query_dup_newest_row (fixture->query);
  g_autoptr (WeirWhy)      why = weir_query_why_empty (fixture->query);
  gint64                   retry_in_us;
  g_autofree char         *trouble = weir_query_dup_trouble (fixture->query, &retry_in_us);

  g_assert_cmpuint (sources->len, <=, 1); /* none before it has started */
  g_assert_cmpuint (samples->len, ==, 0);
  g_assert_nonnull (status);
  g_assert_null (trouble);
  g_assert_cmpuint (weir_query_get_n_late_rows (fixture->query) + weir_query_get_n_bad_rows (fixture->query), ==, 0);
  if (progress != NULL)
    {
      g_assert_nonnull (strstr (weir_progress_get_json (progress), "stateStoreSave"));
      g_assert_cmpuint (recent->len, >, 0);
    }
}

/* Until it has come to its end; every other round it is held, and let go by a step. */
static void
watch (Fixture *fixture)
{
  for (guint round = 0; weir_query_get_state (fixture->query) != WEIR_QUERY_STOPPED || fixture->n_ordering > 0; round++)
    {
      g_assert_null (weir_query_get_error (fixture->query));
      look_at_rows (fixture);
      look_at_query (fixture);
      weir_query_set_held (fixture->query, round % 2 == 0);
      weir_query_step (fixture->query);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_thread_yield ();
    }
}

static void
finish (Fixture *fixture)
{
  g_clear_pointer (&fixture->snapshot, weir_snapshot_unref);
  g_object_unref (fixture->query);
  g_object_unref (fixture->session);
}

static void
test_watched (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *checkpoint = g_build_filename (weir_temp_dir_get_path (dir), "checkpoint", NULL);

  weir_set_threads (3);
  /* Every second batch, where bounds are not fixed. */
  g_setenv ("WEIR_SNAPSHOT_BATCHES", "2", TRUE);
  for (guint run = 0; run < 2; run++)
    {
      Fixture fixture = { 0 };

      start (&fixture, checkpoint);
      watch (&fixture);
      look_at_rows (&fixture);
      g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, ROWS_PER_BATCH * N_BATCHES);
      g_assert_cmpuint (weir_snapshot_get_n_rows (fixture.snapshot), ==, ROWS_PER_BATCH * N_BATCHES);
      wait_until (fixture.n_ordering == 0);
      g_assert_cmpuint (fixture.n_ordered, >, 0);
      finish (&fixture);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/watched", test_watched);
  return g_test_run ();
}
