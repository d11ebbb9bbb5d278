/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

/*
 * State of which most goes while the query runs: rows and keys are packed, in place or by copying, many at a time. Each history runs
 * on as it is, with each batch run and taken back before, and with the state taken out and put into a fresh pipeline after each
 * batch: the bytes of all batches must be the same, and what is known of the result must hold.
 */

#define BATCHES    9
#define BATCH_ROWS 3000
#define BATCH_S    10 /* of event time */
#define N_WAYS     3

typedef char *(*MakeBatch) (guint table, guint batch);

static Run *
run_script (const char *script,
            guint       n_threads)
{
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirZone)   zone = NULL;
  WeirOutputMode         mode;
  gboolean               is_streaming;
  WeirPlan              *plan = sql_plan (script, settings, &mode, &is_streaming, &zone, &error);

  g_assert_no_error (error);
  return run_new (plan, mode, is_streaming, n_threads);
}

static void
run_and_take_back (Run               *run,
                   const char *const *inputs)
{
  g_autoptr (GBytes) before = snapshot_of (run);
  g_autoptr (GBytes) after = NULL;

  g_assert_true (run_uncommitted (run, inputs));
  weir_pipeline_abort (run->pipeline);
  run->batch_id--;
  after = snapshot_of (run);
  g_assert_true (g_bytes_equal (before, after));
}

/* Rows of all batches, one after the other; the state left in *@rows_left. */
static char *
run_all (const char *script,
         guint       n_tables,
         guint       way,
         MakeBatch   make,
         guint64    *rows_left)
{
  g_autoptr (Run) run = run_script (script, way == 0 ? 1 : 3);
  GString        *out = g_string_new (NULL);

  run->restore_each = way == 2;
  run->lines_per_morsel = 700;
  for (guint b = 0; b <= BATCHES; b++)
    {
      char       *inputs[3] = { NULL };
      const char *rows;

      for (guint t = 0; t < n_tables && b < BATCHES; t++)
        inputs[t] = make (t, b);
      if (way == 1)
        run_and_take_back (run, (const char *const *)inputs);
      rows = run_batch (run, FALSE, (const char *const *)inputs);
      g_assert_no_error (run->error);
      g_string_append_printf (out, "batch %u\n%s", b, rows);
      *rows_left = run->stats.stateful[0].rows_total;
      for (guint t = 0; t < n_tables; t++)
        g_free (inputs[t]);
    }
  return g_string_free (out, FALSE);
}

static guint
count (const char *text,
       const char *what)
{
  guint n = 0;

  for (text = strstr (text, what); text != NULL; text = strstr (text + 1, what))
    n++;
  return n;
}

static char *
check_ways (const char *script,
            guint       n_tables,
            MakeBatch   make,
            guint64     rows_left)
{
  g_autofree char *first = NULL;

  for (guint way = 0; way < N_WAYS; way++)
    {
      guint64          left;
      g_autofree char *rows = run_all (script, n_tables, way, make, &left);

      g_assert_cmpuint (left, ==, rows_left);
      if (first == NULL)
        first = g_steal_pointer (&rows);
      else
        g_assert_cmpstr (first, ==, rows);
    }
  return g_steal_pointer (&first);
}

static void
add_row (GString *text,
         guint    key,
         guint    number,
         guint    second)
{
  g_string_append_printf (text, "{\"k\":\"key of an advertisement %u\",\"n\":%u,\"ts\":\"1970-01-01T00:%02u:%02uZ\"}\n", key, number, second / 60, second % 60);
}

/* Left keys are met once, every second of them on the right too, in the next batch; one key is everywhere, its rows never fit. */
static char *
join_batch (guint table,
            guint batch)
{
  GString *text = g_string_new (NULL);
  guint    first = table == 0 ? batch : batch - 1;

  for (guint i = 0; i < BATCH_ROWS && (table == 0 || batch > 0); i++)
    if (table == 0 || i % 2 == 0)
      add_row (text, first * BATCH_ROWS + i, i, 100 + batch * BATCH_S + i * BATCH_S / BATCH_ROWS);
  if (table == 0)
    add_row (text, 999999, 0, 100 + batch * BATCH_S);
  return g_string_free (text, FALSE);
}

static void
test_join (void)
{
  static const char script[] = "CREATE TABLE l (k STRING, n INT, ts TIMESTAMP) USING test;"
                               "CREATE TABLE r (k STRING, n INT, ts TIMESTAMP) USING test;"
                               "CREATE STREAMING QUERY q OUTPUT MODE APPEND AS SELECT x.k a, x.n m, y.n o"
                               " FROM STREAM l WATERMARK ts DELAY OF INTERVAL 1 SECONDS x FULL OUTER JOIN STREAM r WATERMARK ts DELAY OF INTERVAL 1 SECONDS y"
                               " ON x.k = y.k AND y.ts BETWEEN x.ts AND x.ts + INTERVAL 15 SECONDS";
  g_autofree char  *rows = NULL;
  guint64           left = 0;

  g_free (run_all (script, 2, 0, join_batch, &left));
  g_assert_cmpuint (left, <, 3 * BATCH_ROWS);
  rows = check_ways (script, 2, join_batch, left);
  g_assert_cmpuint (count (rows, "\"o\":") - count (rows, "\"o\":null"), ==, (BATCHES - 1) * BATCH_ROWS / 2);
  g_assert_cmpuint (count (rows, "\"m\":null"), ==, 0);
  g_assert_cmpuint (count (rows, "\"o\":null"), >, (BATCHES - 4) * BATCH_ROWS / 2);
}

/* Every key twice in its batch, and again in the next one, when it is still known, and five batches later, when it is not. */
static char *
dedup_batch (guint table,
             guint batch)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < BATCH_ROWS; i++)
    {
      guint second = 100 + batch * BATCH_S + i * BATCH_S / BATCH_ROWS;

      add_row (text, batch % 5 * BATCH_ROWS + i, i, second);
      add_row (text, batch % 5 * BATCH_ROWS + i / 2, i, second);
      if (batch > 0)
        add_row (text, (batch - 1) % 5 * BATCH_ROWS + i, i, second);
    }
  return g_string_free (text, FALSE);
}

static void
test_dedup (gconstpointer key)
{
  g_autofree char *script = g_strdup_printf ("CREATE TABLE t (k STRING, n INT, ts TIMESTAMP) USING test;"
                                             "CREATE STREAMING QUERY q OUTPUT MODE APPEND AS SELECT k, n FROM"
                                             " (SELECT %s k, n, ts FROM STREAM t)"
                                             " WATERMARK ts DELAY OF INTERVAL 15 SECONDS DROP DUPLICATES (k) WITHIN WATERMARK",
                                             (const char *)key);
  g_autofree char *rows = NULL;
  guint64          left = 0;

  g_free (run_all (script, 1, 0, dedup_batch, &left));
  g_assert_cmpuint (left, <, 4 * BATCH_ROWS);
  rows = check_ways (script, 1, dedup_batch, left);
  g_assert_cmpuint (count (rows, "\"n\":"), ==, BATCHES * BATCH_ROWS);
}

#define KEYS       120000u
#define GROUP_ROWS 80000u

/* Keys that are new, keys that come again, and few in the last one. */
static char *
group_batch (guint batch)
{
  GString *text = g_string_new (NULL);
  guint    n = batch == 3 ? 500 : GROUP_ROWS;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "{\"k\":%u,\"n\":%u}\n", (batch * 45000u + i) * 7919u % KEYS, i % 1000);
  return g_string_free (text, FALSE);
}

static GBytes *
delta_of (Run *run)
{
  g_autoptr (GPtrArray) pieces = weir_pipeline_delta (run->pipeline);

  return weir_pieces_join (pieces);
}

/* One batch; its delta, which depends neither on whether it was announced, nor on threads, nor on a try that was taken back, and takes
 * @follower to the same state. */
static void
check_delta (Run        *announced,
             Run        *plain,
             Run        *follower,
             const char *text)
{
  const char *const  inputs[] = { text, NULL };
  g_autoptr (GBytes) delta = NULL, same = NULL, again = NULL, state = NULL, followed = NULL;
  g_autoptr (GError) error = NULL;

  run_and_take_back (announced, inputs);
  g_assert_true (run_uncommitted (announced, inputs) && run_uncommitted (plain, inputs));
  delta = delta_of (announced);
  again = delta_of (announced);
  same = delta_of (plain);
  g_assert_true (g_bytes_equal (delta, same) && g_bytes_equal (delta, again));
  weir_pipeline_commit (announced->pipeline);
  weir_pipeline_commit (plain->pipeline);
  weir_pipeline_restore (follower->pipeline, delta, &error);
  g_assert_no_error (error);
  state = snapshot_of (announced);
  followed = snapshot_of (follower);
  g_assert_true (g_bytes_equal (state, followed));
}

static void
test_delta (void)
{
  static const char script[] = "CREATE TABLE t (k INT, n INT) USING test;"
                               "CREATE STREAMING QUERY q OUTPUT MODE UPDATE AS SELECT k, count(*) c, sum(n) s, max(n) m FROM STREAM t GROUP BY k";
  g_autoptr (Run)   announced = run_script (script, 3), plain = run_script (script, 1), follower = run_script (script, 1);

  g_setenv ("WEIR_TASK_GROUPS", "500", TRUE);
  announced->wants_delta = TRUE;
  for (guint b = 0; b < 5; b++)
    {
      g_autofree char *text = group_batch (b);

      check_delta (announced, plain, follower, text);
    }
  g_unsetenv ("WEIR_TASK_GROUPS");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/large-state/join", test_join);
  g_test_add_data_func ("/exec/large-state/dedup/text", "k", test_dedup);
  g_test_add_data_func ("/exec/large-state/dedup/number", "CAST(substring(k, 24) AS INT)", test_dedup);
  g_test_add_func ("/exec/large-state/delta", test_delta);
  return g_test_run ();
}
