/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"
#include "query/plan-shape.h"
#include "query/worker.h"
#include "state/record-log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "store-sink.h"

/*
 * Runs of one query over one checkpoint: restarts after every batch, crashes at every place of a batch with sinks that remember what
 * they hold, locks, changed queries. Sinks here are ours, so that a crash is a return in the right place.
 */

#define N_RECORDS 24
#define PER_BATCH 3

/* ---- runs ------------------------------------------------------------------------------------------------------- */

#define WINDOWS "SELECT window(timestamp, '10 seconds').start AS w, count(*) AS n, max(CAST(value AS STRING)) AS m FROM STREAM t " \
                "WATERMARK timestamp DELAY OF INTERVAL 5 SECONDS GROUP BY window(timestamp, '10 seconds')"

static void
analyze (StoreRun   *run,
         const char *sql,
         const char *mode)
{
  analyze_query (run->catalog, sql, mode, &run->analyzed);
}

static StoreRun *
run_new (void)
{
  WeirTempDir *dir = weir_temp_dir_new ();

  return store_run_new (dir, replay_catalog (dir, N_RECORDS, 4000, PER_BATCH), WINDOWS, TRUE);
}

static gboolean
try_open (StoreRun *self,
          GError  **error)
{
  store_run_close (self);
  g_ptr_array_add (self->sinks, store_sink_new (&self->strict, TRUE));
  return store_run_open (self, error);
}

static void
open_run (StoreRun *self)
{
  g_autoptr (GError) error = NULL;

  try_open (self, &error);
  g_assert_no_error (error);
}

/* One batch. FALSE: nothing left to do, or @error. */
static gboolean
run_batch (StoreRun *self,
           GError  **error)
{
  WeirBatchRecord *record = weir_stream_run_plan_batch (self->run, FALSE, TRUE, error);

  return record != NULL && weir_stream_run_execute (self->run, record, NULL, error) != NULL;
}

static void
run_all (StoreRun *self)
{
  g_autoptr (GError) error = NULL;

  while (run_batch (self, &error))
    ;
  g_assert_no_error (error);
}

/* What an uninterrupted run hands over. (transfer full) */
static char *
expected_rows (const char *sql,
               const char *mode)
{
  g_autoptr (StoreRun) fixture = run_new ();

  analyze (fixture, sql, mode);
  open_run (fixture);
  run_all (fixture);
  g_assert_cmpint (fixture->strict.last, >, 3);
  return g_strdup (fixture->strict.rows->str);
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static const struct
{
  const char *sql, *mode;
} queries[] = {
  { WINDOWS, NULL },
  { WINDOWS, "update" },
  { "SELECT CAST(value AS STRING) AS v, offset FROM STREAM t WHERE offset % 2 = 0", NULL },
  { "SELECT CAST(key AS STRING) AS k, count(*) AS n, avg(offset) AS a FROM STREAM t GROUP BY key", "complete" },
  { "SELECT CAST(key AS STRING) AS k, collect_list(CAST(value AS STRING)) AS l FROM STREAM t GROUP BY key", "update" },
  { "SELECT CAST(value AS STRING) AS v FROM STREAM t WATERMARK timestamp DELAY OF INTERVAL 5 SECONDS DROP DUPLICATES (value) WITHIN WATERMARK", NULL },
};

static void
test_restarts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autofree char     *expected = expected_rows (queries[i].sql, queries[i].mode);
      g_autoptr (StoreRun) fixture = run_new ();
      g_autoptr (GError)   error = NULL;
      g_autofree char     *id = NULL;

      analyze (fixture, queries[i].sql, queries[i].mode);
      do
        {
          open_run (fixture);
          if (id == NULL)
            id = g_strdup (weir_checkpoint_get_id (fixture->checkpoint));
          g_assert_cmpstr (weir_checkpoint_get_id (fixture->checkpoint), ==, id);
        }
      while (run_batch (fixture, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
    }
}

/* The sink fails, before or after it took the rows; then the same run or another goes on. */
static void
test_failing_sink (gconstpointer data)
{
  guint            how = GPOINTER_TO_UINT (data);
  gboolean         after = (how & 1) != 0, reopen = (how & 2) != 0;
  g_autofree char *expected = expected_rows (WINDOWS, NULL);

  for (guint at = 0; at < 6; at++)
    {
      g_autoptr (StoreRun) fixture = run_new ();
      g_autoptr (GError)   error = NULL;

      open_run (fixture);
      for (guint i = 0; i < at; i++)
        g_assert_true (run_batch (fixture, &error));
      fixture->strict.fail_before = !after;
      fixture->strict.fail_after = after;
      g_assert_false (run_batch (fixture, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
      g_clear_error (&error);
      fixture->strict.fail_before = fixture->strict.fail_after = FALSE;
      if (reopen)
        open_run (fixture);
      run_all (fixture);
      g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
    }
}

/* Cuts the newest segment to @size. */
static void
cut_log (StoreRun *self,
         guint64   size)
{
  g_autofree char *path = g_build_filename (self->path, "log", "00000000000000000000.log", NULL);
  GStatBuf         info;

  store_run_close (self);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, (off_t)MIN (size, (guint64)info.st_size)), ==, 0);
}

static guint64
log_size (StoreRun *self)
{
  g_autofree char *path = g_build_filename (self->path, "log", "00000000000000000000.log", NULL);
  GStatBuf         info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (guint64)info.st_size;
}

/* The table of recovery: a batch is cut off in the log behind OFFSETS, behind OUTPUT; the sink holds it, or not. */
static void
test_table (void)
{
  g_autofree char *expected = expected_rows (WINDOWS, NULL);

  for (guint i = 0; i < 8; i++)
    {
      gboolean             has_output = (i & 1) != 0, sink_has = (i & 2) != 0;
      g_autoptr (StoreRun) fixture = run_new ();
      g_autoptr (GError)   error = NULL;
      guint64              before, after_offsets = 0;
      guint                n_begun;
      GString             *rows;

      open_run (fixture);
      for (guint k = 0; k < 4; k++)
        g_assert_true (run_batch (fixture, &error));
      before = log_size (fixture);
      rows = g_string_new (fixture->strict.rows->str);
      g_assert_true (run_batch (fixture, &error));
      if (i >= 4)
        {
          /* OFFSETS ends where the first record does: its length stands at 16. */
          g_autofree char *path = g_build_filename (fixture->path, "log", "00000000000000000000.log", NULL);
          g_autofree char *bytes = NULL;

          g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
          memcpy (&after_offsets, bytes + before + 16, 8);
          after_offsets += before + 28;
          if (has_output)
            {
              guint64 len, at = after_offsets;

              for (guint record = 0; record < 2; record++)
                {
                  memcpy (&len, bytes + at + 16, 8);
                  at += len + 28;
                }
              after_offsets = at;
            }
          cut_log (fixture, after_offsets);
        }
      else if (!sink_has)
        {
          g_string_free (rows, TRUE);
          continue; /* without OFFSETS the sink cannot have it, and with COMMIT it has */
        }
      if (!sink_has)
        {
          g_string_assign (fixture->strict.rows, rows->str);
          fixture->strict.last--;
        }
      n_begun = fixture->strict.n_begun;
      open_run (fixture);
      g_assert_true (run_batch (fixture, &error));
      if (i >= 4)
        g_assert_cmpuint (fixture->strict.n_begun, ==, n_begun + (sink_has ? 0 : 1));
      run_all (fixture);
      g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
      g_string_free (rows, TRUE);
    }
}

/* OUTPUT is what counts: rows that were logged go out, though the query would now compute others. */
static void
test_output_wins (void)
{
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;

  analyze (fixture, "SELECT CAST(value AS STRING) AS v FROM STREAM t", NULL);
  open_run (fixture);
  fixture->strict.fail_before = TRUE;
  g_assert_false (run_batch (fixture, &error));
  g_clear_error (&error);
  fixture->strict.fail_before = FALSE;
  analyze (fixture, "SELECT upper(CAST(value AS STRING)) AS v FROM STREAM t", NULL);
  open_run (fixture);
  g_assert_true (run_batch (fixture, &error));
  g_assert_cmpstr (fixture->strict.rows->str, ==, "0: {\"v\":\"v0\"} {\"v\":\"v1\"} {\"v\":\"v2\"}\n");
  g_assert_true (run_batch (fixture, &error));
  g_assert_nonnull (strstr (fixture->strict.rows->str, "1: {\"v\":\"V3\"}"));
  /* Other columns: the rows cannot go out as they are. */
  fixture->strict.fail_before = TRUE;
  g_assert_false (run_batch (fixture, &error));
  g_clear_error (&error);
  fixture->strict.fail_before = FALSE;
  analyze (fixture, "SELECT CAST(value AS STRING) AS v, offset FROM STREAM t", NULL);
  open_run (fixture);
  g_assert_false (run_batch (fixture, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
}

/* The clock is a year on, then two years back, at every restart: rows and watermarks do not depend on it, and the time of a batch that was
 * begun is the one it was begun with. */
static void
test_clock_jumps (void)
{
  g_autofree char     *expected = expected_rows (WINDOWS, NULL);
  g_autoptr (StoreRun) fixture = run_new (), timed = run_new ();
  g_autoptr (GError)   error = NULL;
  gint64               year_us = G_GINT64_CONSTANT (31536000) * G_USEC_PER_SEC;
  guint64              len;

  for (guint i = 0;; i++)
    {
      weir_clock_unref (fixture->clock);
      fixture->clock = weir_clock_new_fixed (i % 2 == 0 ? 60 * year_us : 1000);
      open_run (fixture);
      if (!run_batch (fixture, &error))
        break;
    }
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->strict.rows->str, ==, expected);

  analyze (timed, "SELECT year (current_timestamp ()) AS y FROM STREAM t", NULL);
  open_run (timed);
  timed->strict.fail_before = TRUE;
  g_assert_false (run_batch (timed, &error));
  g_clear_error (&error);
  timed->strict.fail_before = FALSE;
  {
    g_autofree char *path = g_build_filename (timed->path, "log", "00000000000000000000.log", NULL);
    g_autofree char *bytes = NULL;

    g_assert_true (g_file_get_contents (path, &bytes, NULL, NULL));
    memcpy (&len, bytes + WEIR_LOG_HEADER_SIZE + 16, 8);
  }
  cut_log (timed, WEIR_LOG_HEADER_SIZE + len + 28);
  weir_clock_unref (timed->clock);
  timed->clock = weir_clock_new_fixed (30 * year_us);
  open_run (timed);
  g_assert_true (run_batch (timed, &error));
  g_assert_cmpstr (timed->strict.rows->str, ==, "0: {\"y\":1970} {\"y\":1970} {\"y\":1970}\n");
  g_assert_true (run_batch (timed, &error));
  g_assert_nonnull (strstr (timed->strict.rows->str, "1: {\"y\":1999}"));
}

static void
test_not_together (void)
{
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;

  open_run (fixture);
  for (guint i = 0; i < 4; i++)
    g_assert_true (run_batch (fixture, &error));
  fixture->strict.last = 1;
  open_run (fixture);
  g_assert_false (run_batch (fixture, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER");
  g_clear_error (&error);
  fixture->strict.last = 7;
  open_run (fixture);
  g_assert_false (run_batch (fixture, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_SINK_MISMATCH.CHECKPOINT_IS_OLDER");
}

static void
test_lock (void)
{
  g_autoptr (StoreRun)       fixture = run_new ();
  g_autoptr (WeirCheckpoint) other = NULL;
  g_autoptr (GError)         error = NULL;

  open_run (fixture);
  other = weir_checkpoint_open (fixture->path, NULL, NULL, &error);
  g_assert_null (other);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CONCURRENT_STREAM_LOG_UPDATE");
  g_assert_nonnull (strstr (error->message, "run test"));
  g_clear_error (&error);
  {
    g_autofree char *lock = g_build_filename (fixture->path, "LOCK", NULL);

    g_assert_cmpint (truncate (lock, 0), ==, 0);
    other = weir_checkpoint_open (fixture->path, NULL, NULL, &error);
    g_assert_null (other);
    g_assert_nonnull (strstr (error->message, "in use (a run that has just begun)"));
    g_clear_error (&error);
  }
  store_run_close (fixture);
  other = weir_checkpoint_open (fixture->path, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The folder, the lock or the log is gone or is another while the query runs: it ends before the sink has a batch that no checkpoint has. */
static void
test_replaced (void)
{
  static const char *const names[] = { "", "LOCK", "log/00000000000000000000.log" };
  g_autofree char         *expected = expected_rows (WINDOWS, NULL);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      g_autoptr (StoreRun) fixture = run_new ();
      g_autoptr (GError)   error = NULL;
      g_autofree char     *path = g_build_filename (fixture->path, names[i / 2], NULL);
      g_autofree char     *moved = weir_temp_dir_build (fixture->dir, "moved");
      gsize                len;

      open_run (fixture);
      g_assert_true (run_batch (fixture, &error));
      len = fixture->strict.rows->len;
      g_assert_cmpint (g_rename (path, moved), ==, 0);
      if (i % 2 == 1 && i / 2 == 0)
        g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
      else if (i % 2 == 1)
        g_assert_true (g_file_set_contents (path, "", 0, NULL));
      g_assert_false (run_batch (fixture, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_REPLACED");
      g_assert_nonnull (strstr (error->message, fixture->path));
      g_assert_cmpuint (fixture->strict.rows->len, ==, len);
      /* Put back, the next run goes on as if nothing had been. */
      store_run_close (fixture);
      g_remove (path);
      g_assert_cmpint (g_rename (moved, path), ==, 0);
      open_run (fixture);
      run_all (fixture);
      g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
    }
}

/* Small bounds: snapshots and segments come and go, what is left is enough. */
static void
test_snapshots (void)
{
  g_autofree char     *expected = expected_rows (WINDOWS, NULL);
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *states = g_build_filename (fixture->path, "state", NULL);
  g_autofree char     *first = g_build_filename (fixture->path, "log", "00000000000000000000.log", NULL);
  g_autofree char     *newest = NULL;
  g_autofree char     *temporary = NULL;
  g_autoptr (GArray)   ids = NULL;

  if (!g_setenv ("WEIR_SNAPSHOT_BATCHES", "2", TRUE) || !g_setenv ("WEIR_RETAIN_BATCHES", "1", TRUE) || weir_fx_bound ("WEIR_RETAIN_BATCHES", 7) != 1)
    {
      g_test_skip ("bounds are fixed in this build");
      return;
    }
  open_run (fixture);
  for (guint i = 0; i < 7; i++)
    g_assert_true (run_batch (fixture, &error));
  ids = weir_record_log_list (states, ".snap", NULL);
  g_assert_cmpuint (ids->len, ==, 2);
  g_assert_cmpuint (g_array_index (ids, guint64, 1), ==, 5);
  g_assert_false (g_file_test (first, G_FILE_TEST_EXISTS));
  /* The newest damaged: the older one and the log behind it. What was half written goes. */
  store_run_close (fixture);
  temporary = weir_temp_dir_write (fixture->dir, "cp/state/00000000000000000009.snap.tmp", "half");
  newest = g_strdup_printf ("%s/%020d.snap", states, 5);
  g_assert_cmpint (truncate (newest, 60), ==, 0);
  open_run (fixture);
  g_assert_false (g_file_test (temporary, G_FILE_TEST_EXISTS));
  run_all (fixture);
  g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
  g_unsetenv ("WEIR_SNAPSHOT_BATCHES");
  g_unsetenv ("WEIR_RETAIN_BATCHES");
}

/* A folder of Spark's is neither damaged nor new. */
static void
test_spark_folder (void)
{
  g_autoptr (StoreRun) fixture = run_new ();

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError)         error = NULL;
      g_autoptr (WeirCheckpoint) checkpoint = NULL;

      g_free (weir_temp_dir_write (fixture->dir, i == 0 ? "cp/commits/0" : "cp/metadata", i == 0 ? "v1\n{\"nextBatchWatermarkMs\":0}" : "{\"id\":\"x\"}"));
      checkpoint = weir_checkpoint_open (fixture->path, NULL, "run", &error);
      g_assert_null (checkpoint);
      g_assert_cmpstr (weir_error_get_condition (error), ==, "STATE_STORE_CHECKPOINT_LOCATION_NOT_EMPTY");
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "42K03");
      g_assert_nonnull (strstr (error->message, "commits/0"));
    }
}

/* minBatchesToRetain: a snapshot stays from which the oldest batch that is to be read can be. */
static void
test_retention (void)
{
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *states = g_build_filename (fixture->path, "state", NULL);
  g_autofree char     *logs = g_build_filename (fixture->path, "log", NULL);
  g_autoptr (GArray)   ids = NULL;
  static const guint   expected[] = { 3, 5, 7 };

  g_setenv ("WEIR_SNAPSHOT_BATCHES", "2", TRUE);
  if (weir_fx_bound ("WEIR_SNAPSHOT_BATCHES", 7) != 2)
    {
      g_test_skip ("bounds are fixed in this build");
      return;
    }
  open_run (fixture);
  weir_checkpoint_set_retention (fixture->checkpoint, 3);
  for (guint i = 0; i < 8; i++)
    g_assert_true (run_batch (fixture, &error));
  ids = weir_record_log_list (states, ".snap", NULL);
  g_assert_cmpuint (ids->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpuint (g_array_index (ids, guint64, i), ==, expected[i]);
  g_array_unref (g_steal_pointer (&ids));
  ids = weir_record_log_list (logs, ".log", NULL);
  g_assert_cmpuint (g_array_index (ids, guint64, 0), ==, 4);
  g_unsetenv ("WEIR_SNAPSHOT_BATCHES");
}

#if WEIR_EFFECTS
/* Batch 1 takes a snapshot; effect @at of it fails. FALSE: there is no such effect. */
static gboolean
check_failing_snapshot (guint       at,
                        int         code,
                        const char *expected,
                        guint      *n_troubled)
{
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *first = g_build_filename (fixture->path, "log", "00000000000000000000.log", NULL);
  const char          *trouble;
  gboolean             ok, is_there;

  open_run (fixture);
  g_assert_true (run_batch (fixture, &error));
  weir_fx_set_fault (at, code, FALSE);
  ok = run_batch (fixture, &error);
  is_there = weir_fx_count () >= at;
  weir_fx_set_fault (0, 0, FALSE);
  trouble = weir_checkpoint_get_trouble (fixture->checkpoint);
  if (ok && trouble != NULL)
    {
      (*n_troubled)++;
      g_assert_nonnull (strstr (trouble, g_strerror (code)));
      g_assert_nonnull (strstr (trouble, fixture->path));
      g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
      g_assert_true (run_batch (fixture, &error));
      g_assert_nonnull (weir_checkpoint_get_trouble (fixture->checkpoint));
      g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
      g_assert_true (run_batch (fixture, &error));
      g_assert_null (weir_checkpoint_get_trouble (fixture->checkpoint));
    }
  g_clear_error (&error);
  open_run (fixture);
  run_all (fixture);
  g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
  return is_there;
}
#endif

/* A snapshot that cannot be written is said, changes nothing and is tried again; no log goes meanwhile. */
static void
test_failing_snapshots (void)
{
#if WEIR_EFFECTS
  static const int codes[] = { ENOSPC, EIO };
  g_autofree char *expected = expected_rows (WINDOWS, NULL);

  g_setenv ("WEIR_SNAPSHOT_BATCHES", "2", TRUE);
  g_setenv ("WEIR_RETAIN_BATCHES", "1", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      guint n_troubled = 0;

      for (guint at = 1; check_failing_snapshot (at, codes[i], expected, &n_troubled); at++)
        ;
      g_assert_cmpuint (n_troubled, >=, 5); /* open, write, sync, rename, sync of the folder */
    }
  g_unsetenv ("WEIR_SNAPSHOT_BATCHES");
  g_unsetenv ("WEIR_RETAIN_BATCHES");
#else
  g_test_skip ("effects cannot be made to fail in this build");
#endif
}

/* States in pieces of a few bytes, changes that are written ahead, with a restart before every batch. */
static void
test_pieces (void)
{
  g_autofree char   *expected = expected_rows (WINDOWS, NULL);
  g_autoptr (GError) error = NULL;
  const char *const  bounds[] = { "1000000", "3" };

  g_setenv ("WEIR_SNAPSHOT_BATCHES", "2", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    {
      g_autoptr (StoreRun) fixture = run_new ();

      g_setenv ("WEIR_PIECE_BYTES", bounds[i], TRUE);
      g_setenv ("WEIR_AHEAD_BYTES", "0", TRUE);
      do
        {
          open_run (fixture);
        }
      while (run_batch (fixture, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (fixture->strict.rows->str, ==, expected);
      store_run_close (fixture);
    }
  g_unsetenv ("WEIR_PIECE_BYTES");
  g_unsetenv ("WEIR_AHEAD_BYTES");
  g_unsetenv ("WEIR_SNAPSHOT_BATCHES");
}

static void
test_changed_query (void)
{
  static const struct
  {
    const char *sql, *mode, *condition;
  } changes[] = {
    { "SELECT window(timestamp, '20 seconds').start AS w, count(*) AS n, max(CAST(value AS STRING)) AS m FROM STREAM t WATERMARK timestamp DELAY OF INTERVAL 5 SECONDS GROUP BY window(timestamp, '20 seconds')", NULL, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA" },
    { "SELECT window(timestamp, '10 seconds').start AS w, key, count(*) AS n, max(CAST(value AS STRING)) AS m FROM STREAM t WATERMARK timestamp DELAY OF INTERVAL 5 SECONDS GROUP BY window(timestamp, '10 seconds'), key", NULL, "STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE" },
    { "SELECT window(timestamp, '10 seconds').start AS w, count(*) AS n FROM STREAM t WATERMARK timestamp DELAY OF INTERVAL 5 SECONDS GROUP BY window(timestamp, '10 seconds')", NULL, "STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE" },
    { WINDOWS, "complete", "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA" },
    { "SELECT CAST(value AS STRING) AS v FROM STREAM t", NULL, "STREAMING_STATEFUL_OPERATOR_NOT_MATCH_IN_STATE_METADATA" },
    { "SELECT value FROM STREAM t UNION ALL SELECT value FROM STREAM t", NULL, "STREAMING_QUERY_EVOLUTION_ERROR.SOURCE_COUNT" },
    /* Allowed: a filter, other names, another delay of the watermark. */
    { "SELECT window(timestamp, '10 seconds').start AS begin, count(*) AS number, max(CAST(value AS STRING)) AS m FROM STREAM t WATERMARK timestamp DELAY OF INTERVAL 9 SECONDS WHERE offset < 100 GROUP BY window(timestamp, '10 seconds')", NULL, NULL },
  };
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *before = NULL;
  guint64              size;

  open_run (fixture);
  for (guint i = 0; i < 3; i++)
    g_assert_true (run_batch (fixture, &error));
  size = log_size (fixture);
  before = weir_temp_dir_read (fixture->dir, "cp/metadata");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      gboolean         ok;
      g_autofree char *after = NULL;

      analyze (fixture, changes[i].sql, changes[i].mode);
      ok = try_open (fixture, &error);
      if (changes[i].condition == NULL)
        g_assert_no_error (error);
      else
        {
          g_assert_false (ok);
          g_assert_cmpstr (weir_error_get_condition (error), ==, changes[i].condition);
          g_assert_nonnull (strstr (error->message, "new checkpoint directory"));
        }
      g_clear_error (&error);
      after = weir_temp_dir_read (fixture->dir, "cp/metadata");
      g_assert_cmpstr (after, ==, before);
      g_assert_cmpuint (log_size (fixture), ==, size);
    }
  run_all (fixture);
}

/* Nothing was logged yet: the query may still be any. Once there is log, metadata cannot be missing, nor log once there is metadata. */
static void
test_beginnings (void)
{
  g_autoptr (StoreRun) fixture = run_new ();
  g_autoptr (GError)   error = NULL;
  g_autofree char     *metadata = g_build_filename (fixture->path, "metadata", NULL);
  g_autofree char     *first = g_build_filename (fixture->path, "log", "00000000000000000000.log", NULL);
  g_autofree char     *id = NULL;

  open_run (fixture);
  id = g_strdup (weir_checkpoint_get_id (fixture->checkpoint));
  analyze (fixture, "SELECT CAST(value AS STRING) AS v FROM STREAM t", NULL);
  open_run (fixture);
  g_assert_cmpstr (weir_checkpoint_get_id (fixture->checkpoint), ==, id);
  g_assert_true (run_batch (fixture, &error));
  store_run_close (fixture);
  g_assert_cmpint (g_unlink (metadata), ==, 0);
  g_assert_false (try_open (fixture, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "STREAMING_CHECKPOINT_MISSING_METADATA_FILE");
  g_clear_error (&error);
  g_assert_cmpint (g_unlink (first), ==, 0);
  fixture->strict.last = -1;
  open_run (fixture); /* an empty folder */
  g_assert_true (run_batch (fixture, &error));
  store_run_close (fixture);
  for (goffset left = 0; left < WEIR_LOG_HEADER_SIZE; left++)
    {
      g_assert_cmpint (truncate (first, WEIR_LOG_HEADER_SIZE - 1 - left), ==, 0);
      g_assert_false (try_open (fixture, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED");
      g_assert_nonnull (strstr (error->message, first));
      g_clear_error (&error);
    }
  g_assert_cmpint (g_unlink (first), ==, 0);
  g_assert_false (try_open (fixture, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CANNOT_LOAD_STATE_STORE.CANNOT_READ_STREAMING_STATE_FILE");
  g_assert_nonnull (strstr (error->message, "00000000000000000000.log"));
}

/* What the checkpoint writes goes to no file that somebody put a link to in its place. */
static void
test_links (void)
{
  static const char *const names[] = { "LOCK", "log/00000000000000000000.log" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (StoreRun) fixture = run_new ();
      g_autoptr (GError)   error = NULL;
      g_autofree char     *folder = weir_temp_dir_build (fixture->dir, "cp/log");
      g_autofree char     *path = g_build_filename (fixture->path, names[i], NULL);
      g_autofree char     *target = weir_temp_dir_write (fixture->dir, "precious", "");
      g_autofree char     *text = NULL;

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      g_assert_cmpint (symlink (target, path), ==, 0);
      g_assert_false (try_open (fixture, &error));
      g_assert_nonnull (strstr (error->message, path));
      text = weir_temp_dir_read (fixture->dir, "precious");
      g_assert_cmpstr (text, ==, "");
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/checkpoint/restarts", test_restarts);
  g_test_add_data_func ("/engine/query/checkpoint/sink-fails-before", GUINT_TO_POINTER (0), test_failing_sink);
  g_test_add_data_func ("/engine/query/checkpoint/sink-fails-after", GUINT_TO_POINTER (1), test_failing_sink);
  g_test_add_data_func ("/engine/query/checkpoint/sink-fails-before-restart", GUINT_TO_POINTER (2), test_failing_sink);
  g_test_add_data_func ("/engine/query/checkpoint/sink-fails-after-restart", GUINT_TO_POINTER (3), test_failing_sink);
  g_test_add_func ("/engine/query/checkpoint/table", test_table);
  g_test_add_func ("/engine/query/checkpoint/output-wins", test_output_wins);
  g_test_add_func ("/engine/query/checkpoint/clock-jumps", test_clock_jumps);
  g_test_add_func ("/engine/query/checkpoint/not-together", test_not_together);
  g_test_add_func ("/engine/query/checkpoint/lock", test_lock);
  g_test_add_func ("/engine/query/checkpoint/replaced", test_replaced);
  g_test_add_func ("/engine/query/checkpoint/snapshots", test_snapshots);
  g_test_add_func ("/engine/query/checkpoint/spark-folder", test_spark_folder);
  g_test_add_func ("/engine/query/checkpoint/retention", test_retention);
  g_test_add_func ("/engine/query/checkpoint/failing-snapshots", test_failing_snapshots);
  g_test_add_func ("/engine/query/checkpoint/pieces", test_pieces);
  g_test_add_func ("/engine/query/checkpoint/changed-query", test_changed_query);
  g_test_add_func ("/engine/query/checkpoint/beginnings", test_beginnings);
  g_test_add_func ("/engine/query/checkpoint/links", test_links);
  return g_test_run ();
}
