/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

/* Facts of spark-semantics §5.1 and §5.3: times in seconds since the epoch, watermark 10 s, windows of 5 s. */

#define DDL "k STRING, v INT, ts TIMESTAMP"

static char *
rows_at (const char *seconds)
{
  g_auto (GStrv) parts = g_strsplit (seconds, " ", -1);
  GString       *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      {
        gint64 at = g_ascii_strtoll (parts[i], NULL, 10);

        g_string_append_printf (out, "{\"k\":\"a\",\"v\":%d,\"ts\":\"1970-01-01T00:%02d:%02dZ\"}\n", (int)at, (int)(at / 60), (int)(at % 60));
      }
  return g_string_free (out, FALSE);
}

static WeirPlan *
windowed (gint64 delay_ms,
          gint64 size_s,
          gint64 slide_s)
{
  WeirPlan *plan = watermark (scan ("t", DDL, TRUE), "ts", delay_ms);

  plan = group_by (plan, "ts", size_s, slide_s, 0, "", agg ("count", NULL), NULL);
  return project (plan, call ("date_format", weir_expr_new_field (column (plan, "window"), 0), weir_expr_new_string ("mm:ss"), NULL), "s",
                  column (plan, "count(1)"), "n", NULL);
}

typedef struct
{
  const char *in;   /* seconds */
  const char *rows; /* expected, sorted */
  guint64     total, dropped;
} Step;

static void
check_steps (WeirPlan      *plan,
             WeirOutputMode mode,
             const Step    *steps,
             guint          n_steps)
{
  for (guint way = 0; way < 4; way++)
    {
      g_autoptr (Run) run = run_new (weir_plan_ref (plan), mode, TRUE, way);

      run->restore_each = way % 2 == 1;
      run->lines_per_morsel = way > 1 ? 1 : G_MAXUINT;
      for (guint i = 0; i < n_steps; i++)
        {
          g_autofree char *text = rows_at (steps[i].in);

          g_assert_cmpstr (run_one (run, text), ==, steps[i].rows);
          g_assert_cmpuint (run->stats.stateful[0].rows_total, ==, steps[i].total);
          g_assert_cmpuint (run->stats.stateful[0].rows_dropped_by_watermark, ==, steps[i].dropped);
        }
    }
  weir_plan_unref (plan);
}

#define ROW(s, n) "{\"s\":\"" s "\",\"n\":" n "}\n"

static void
test_append (void)
{
  /* A batch without rows follows each that moved the watermark. */
  static const Step steps[] = {
    { "10 11 12 13 14 15", "", 2, 0 },
    { "", "", 2, 0 },
    { "25", "", 3, 0 },
    { "", ROW ("00:10", "5"), 2, 0 },
    { "10", "", 2, 1 },
  };

  check_steps (windowed (10000, 5, 5), WEIR_OUTPUT_APPEND, steps, G_N_ELEMENTS (steps));
}

static void
test_update (void)
{
  static const Step steps[] = {
    { "10 11 12 13 14 15", ROW ("00:10", "5") ROW ("00:15", "1"), 2, 0 },
    { "", "", 2, 0 },
    { "25", ROW ("00:25", "1"), 3, 0 },
    { "", "", 2, 0 },
    { "10 25", ROW ("00:25", "2"), 2, 1 },
    { "10", "", 2, 1 },
  };

  check_steps (windowed (10000, 5, 5), WEIR_OUTPUT_UPDATE, steps, G_N_ELEMENTS (steps));
}

static void
test_complete (void)
{
  static const Step steps[] = {
    { "10 11 12", ROW ("00:10", "3"), 1, 0 },
    { "25", ROW ("00:10", "3") ROW ("00:25", "1"), 2, 0 },
    { "25", ROW ("00:10", "3") ROW ("00:25", "2"), 2, 0 },
    { "10", ROW ("00:10", "4") ROW ("00:25", "2"), 2, 0 },
    { "25", ROW ("00:10", "4") ROW ("00:25", "3"), 2, 0 },
  };

  check_steps (windowed (10000, 5, 5), WEIR_OUTPUT_COMPLETE, steps, G_N_ELEMENTS (steps));
}

/* A row between the two watermarks is counted, given out and removed in one batch. */
static void
test_between_watermarks (void)
{
  static const Step steps[] = {
    { "10", ROW ("00:10", "1"), 1, 0 },
    { "25", ROW ("00:25", "1"), 2, 0 },
    { "12", ROW ("00:10", "2"), 1, 0 },
    { "12", "", 1, 1 },
  };

  check_steps (windowed (10000, 5, 5), WEIR_OUTPUT_UPDATE, steps, G_N_ELEMENTS (steps));
}

static void
test_before_epoch (void)
{
  g_autoptr (Run) run = run_new (windowed (10000, 5, 5), WEIR_OUTPUT_APPEND, TRUE, 2);
  const char     *text = "{\"k\":\"a\",\"v\":1,\"ts\":\"1969-12-31T23:59:57Z\"}\n"
                         "{\"k\":\"a\",\"v\":1,\"ts\":\"1970-01-01T00:00:00Z\"}\n"
                         "{\"k\":\"a\",\"v\":1,\"ts\":\"1970-01-01T00:00:07Z\"}\n"
                         "{\"k\":\"a\",\"v\":1,\"ts\":null}\n";

  g_assert_cmpstr (run_one (run, text), ==, "");
  g_assert_cmpuint (run->stats.stateful[0].rows_dropped_by_watermark, ==, 1);
  g_assert_cmpuint (run->stats.stateful[0].late_rows, ==, 1);
  g_assert_cmpuint (run->stats.late_samples->len, ==, 1);
  g_assert_cmpstr (((WeirLateSample *)g_ptr_array_index (run->stats.late_samples, 0))->row_json, ==, "{\"k\":\"a\",\"v\":1,\"ts\":\"1969-12-31T23:59:57Z\"}");
  g_assert_cmpuint (run->stats.stateful[0].rows_total, ==, 2);
  g_assert_cmpint (run->stats.max_event_ms[0], ==, 7000);
  g_assert_cmpint (run->stats.min_event_ms[0], ==, -3000);
  g_assert_cmpuint (run->stats.count_event[0], ==, 4);
}

/* Sliding: 10 s by 4 s from 1 s; the answers are Spark's. */
static void
test_sliding (void)
{
  static const Step append[] = {
    { "10 12 14", "", 4, 0 },
    { "25", "", 7, 0 },
    { "13 27", ROW ("00:01", "1") ROW ("00:05", "4"), 5, 0 },
    { "", "", 5, 0 },
    { "11 41", "", 8, 1 },
    { "60", ROW ("00:09", "5") ROW ("00:13", "2") ROW ("00:17", "1") ROW ("00:21", "2"), 6, 0 },
    { "", ROW ("00:25", "2") ROW ("00:33", "1") ROW ("00:37", "1"), 3, 0 },
  };
  static const Step update[] = {
    { "10 12 14", ROW ("00:01", "1") ROW ("00:05", "3") ROW ("00:09", "3") ROW ("00:13", "1"), 4, 0 },
    { "25", ROW ("00:17", "1") ROW ("00:21", "1") ROW ("00:25", "1"), 7, 0 },
    { "13 27", ROW ("00:05", "4") ROW ("00:09", "4") ROW ("00:13", "2") ROW ("00:21", "2") ROW ("00:25", "2"), 5, 0 },
    { "", "", 5, 0 },
    { "11 41", ROW ("00:09", "5") ROW ("00:33", "1") ROW ("00:37", "1") ROW ("00:41", "1"), 8, 1 },
    { "60", ROW ("00:53", "1") ROW ("00:57", "1"), 6, 0 },
    { "", "", 3, 0 },
  };
  WeirPlan *plan;

  for (guint mode = 0; mode < 2; mode++)
    {
      plan = watermark (scan ("t", DDL, TRUE), "ts", 10000);
      plan = group_by (plan, "ts", 10, 4, 1, "", agg ("count", NULL), NULL);
      plan = project (plan, call ("date_format", weir_expr_new_field (column (plan, "window"), 0), weir_expr_new_string ("mm:ss"), NULL), "s",
                      column (plan, "count(1)"), "n", NULL);
      if (mode == 0)
        check_steps (plan, WEIR_OUTPUT_APPEND, append, G_N_ELEMENTS (append));
      else
        check_steps (plan, WEIR_OUTPUT_UPDATE, update, G_N_ELEMENTS (update));
    }
}

/* GROUP BY the time itself. */
static void
test_time_key (void)
{
  static const Step steps[] = {
    { "10", "", 1, 0 },
    { "25", "", 2, 0 },
    { "", ROW ("00:10", "1"), 1, 0 },
    { "15", "", 1, 1 },
    { "16", "", 2, 0 },
  };
  WeirPlan *plan = watermark (scan ("t", DDL, TRUE), "ts", 10000);

  plan = group_by (plan, NULL, 0, 0, 0, "ts", agg ("count", NULL), NULL);
  plan = project (plan, call ("date_format", column (plan, "ts"), weir_expr_new_string ("mm:ss"), NULL), "s", column (plan, "count(1)"), "n", NULL);
  check_steps (plan, WEIR_OUTPUT_APPEND, steps, G_N_ELEMENTS (steps));
}

static void
test_global (void)
{
  WeirPlan       *plan = group_by (scan ("t", DDL, TRUE), NULL, 0, 0, 0, "", agg ("count", NULL), NULL);
  g_autoptr (Run) run = run_new (plan, WEIR_OUTPUT_UPDATE, TRUE, 1);

  g_assert_cmpstr (run_one (run, ""), ==, "{\"count(1)\":0}\n");
  g_assert_cmpstr (run_one (run, "{\"k\":\"a\"}\n"), ==, "{\"count(1)\":1}\n");
  g_assert_cmpstr (run_one (run, ""), ==, "{\"count(1)\":1}\n");
}

/* Errors and stops leave the state as it was. */
static void
test_abort (void)
{
  WeirPlan             *input = scan ("t", DDL, TRUE);
  WeirPlan             *plan = group_by (input, NULL, 0, 0, 0, "k", agg ("sum", column (input, "v"), NULL), agg ("max", column (input, "k"), NULL),
                                         agg ("count", call ("/", weir_expr_new_int (1), column (input, "v"), NULL), NULL), NULL);
  g_autoptr (Run)       run = run_new (plan, WEIR_OUTPUT_COMPLETE, TRUE, 2);
  g_autoptr (GBytes)    before = NULL;
  g_autoptr (GBytes)    after = NULL;
  g_autoptr (GBytes)    delta = NULL;
  g_autoptr (GPtrArray) pieces = NULL;
  const char           *more[] = { "{\"k\":\"a\",\"v\":1}\n{\"k\":\"a quite long string\",\"v\":5}\n{\"k\":\"c\",\"v\":5}\n", NULL };

  run->lines_per_morsel = 1;
  g_assert_nonnull (run_one (run, "{\"k\":\"a\",\"v\":1}\n{\"k\":\"a quite long string\",\"v\":2}\n"));
  before = snapshot_of (run);
  g_assert_null (run_one (run, "{\"k\":\"a\",\"v\":3}\n{\"k\":\"b\",\"v\":1}\n{\"k\":\"a quite long string\",\"v\":2}\n{\"k\":\"c\",\"v\":0}\n"));
  g_assert_cmpstr (weir_error_get_condition (run->error), ==, "DIVIDE_BY_ZERO");
  after = snapshot_of (run);
  g_assert_true (g_bytes_equal (before, after));

  /* What was aborted after a good run goes as well; the same batch then gives the same. */
  g_assert_true (run_uncommitted (run, more));
  weir_pipeline_abort (run->pipeline);
  g_clear_pointer (&after, g_bytes_unref);
  after = snapshot_of (run);
  g_assert_true (g_bytes_equal (before, after));

  /* A delta takes the state before to the state after. */
  g_assert_true (run_uncommitted (run, more));
  pieces = weir_pipeline_delta (run->pipeline);
  delta = weir_pieces_join (pieces);
  weir_pipeline_commit (run->pipeline);
  g_clear_pointer (&after, g_bytes_unref);
  after = snapshot_of (run);
  {
    g_autoptr (Run)    other = run_new (weir_plan_ref (run->plan), WEIR_OUTPUT_COMPLETE, TRUE, 1);
    g_autoptr (GBytes) forward = NULL;

    g_assert_true (weir_pipeline_restore (other->pipeline, before, NULL));
    g_assert_true (weir_pipeline_restore (other->pipeline, delta, NULL));
    forward = snapshot_of (other);
    g_assert_true (g_bytes_equal (after, forward));
  }
}

static void
test_damaged (void)
{
  g_autoptr (Run)    run = run_new (windowed (10000, 5, 5), WEIR_OUTPUT_UPDATE, TRUE, 1);
  g_autofree char   *text = rows_at ("10 15 20 21");
  g_autoptr (GBytes) state = NULL;
  gsize              len;
  const guint8      *data;

  run_one (run, text);
  state = snapshot_of (run);
  data = g_bytes_get_data (state, &len);
  for (gsize i = 0; i < len; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (data, len);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GBytes) cut = g_bytes_new (data, i);
      g_autoptr (GError) error = NULL;

      copy[i] ^= 0x10;
      bytes = g_bytes_new (copy, len);
      g_assert_false (weir_pipeline_restore (run->pipeline, bytes, &error));
      /* Byte 8 is the version. */
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, i == 8 ? "KD002" : "58030");
      g_assert_false (weir_pipeline_restore (run->pipeline, cut, NULL));
    }
}

static void
test_keys (void)
{
  static const char *const keys[] = { "k", "i", "k,i", "i,b", "d", "d,k,i", "a", "b", "m", "k,m,d" };
  const char              *text = "{\"k\":\"x\",\"i\":1,\"b\":true,\"d\":0.0,\"a\":[1,2],\"m\":1.50}\n"
                                  "{\"k\":\"x\",\"i\":1,\"b\":true,\"d\":-0.0,\"a\":[1,2],\"m\":1.50}\n"
                                  "{\"k\":\"a string that does not lie in its view\",\"i\":-5,\"b\":false,\"d\":1e300,\"a\":[],\"m\":2}\n"
                                  "{\"k\":\"a string that does not lie in its view\",\"i\":-5,\"b\":false,\"d\":1e300,\"a\":[],\"m\":2}\n"
                                  "{\"k\":null,\"i\":null,\"b\":null,\"d\":null,\"a\":null,\"m\":null}\n"
                                  "{\"k\":null,\"i\":null,\"b\":null,\"d\":null,\"a\":null,\"m\":null}\n";

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      WeirPlan       *plan = group_by (scan ("t", "k STRING, i INT, b BOOLEAN, d DOUBLE, a ARRAY<INT>, m DECIMAL(10,2)", TRUE), NULL, 0, 0, 0, keys[i], agg ("count", NULL), NULL);
      g_autoptr (Run) run = run_new (plan, WEIR_OUTPUT_UPDATE, TRUE, 2);

      run->restore_each = TRUE;
      run->lines_per_morsel = 1;
      for (guint n = 1; n < 4; n++)
        {
          g_autofree char *wanted = g_strdup_printf ("\"count(1)\":%u}", 2 * n);
          g_auto (GStrv)   lines = g_strsplit (run_one (run, text), "\n", -1);

          g_assert_cmpuint (g_strv_length (lines), ==, 4);
          for (guint l = 0; l < 3; l++)
            g_assert_true (g_str_has_suffix (lines[l], wanted));
        }
    }
}

/* Keys from @from up to @to, each once; a row of v = 0 ends it when @fails. */
static char *
many_rows (guint    from,
           guint    to,
           gboolean fails)
{
  GString *out = g_string_new (NULL);

  for (guint i = from; i < to; i++)
    g_string_append_printf (out, "{\"k\":\"the key of number %u\",\"v\":%u}\n", i, 1 + i % 7);
  if (fails)
    g_string_append (out, "{\"k\":\"x\",\"v\":0}\n");
  return g_string_free (out, FALSE);
}

static guint64
sum_of_counts (const char *rows,
               guint      *n_rows)
{
  guint64     sum = 0;
  const char *end = rows + strlen (rows), *newline;

  *n_rows = 0;
  /* Within its line: a sanitizer touches all that may be searched, each time. */
  for (const char *line = rows; (newline = memchr (line, '\n', (gsize)(end - line))) != NULL; line = newline + 1)
    {
      const char *at = memmem (line, (gsize)(newline - line), "\"n\":", strlen ("\"n\":"));
      guint64     number = 0;

      g_assert_nonnull (at);
      for (at += strlen ("\"n\":"); g_ascii_isdigit (*at); at++)
        number = number * 10 + (guint64)g_ascii_digit_value (*at);
      sum += number;
      ++*n_rows;
    }
  return sum;
}

/* Threads of the pool, from none on. Looking for races takes twenty times as long, and two threads have them all. */
#ifdef __SANITIZE_THREAD__
#define WAYS 3
#else
#define WAYS 5
#endif

/* A large state is split into partitions; that changes no row, and neither threads nor a restore change a byte. */
static void
test_partitions (void)
{
  static const guint ranges[][2] = { { 0, 70000 }, { 60000, 80000 }, { 10, 20 }, { 0, 90000 } };
  g_autofree char   *failing = many_rows (50000, 75000, TRUE);
  WeirPlan          *input = scan ("t", "k STRING, v INT", TRUE);
  WeirPlan          *plan = group_by (input, NULL, 0, 0, 0, "k", agg ("count", call ("/", weir_expr_new_int (1), column (input, "v"), NULL), NULL),
                                      agg ("max", column (input, "k"), NULL), NULL);
  char              *first[G_N_ELEMENTS (ranges)] = { NULL };

  plan = project (plan, column (plan, "k"), "k", _weir_plan_column (plan, 1), "n", NULL);
  for (guint way = 0; way < WAYS; way++)
    {
      g_autoptr (Run) run = run_new (weir_plan_ref (plan), WEIR_OUTPUT_UPDATE, TRUE, way);

      run->restore_each = way % 2 == 1;
      run->lines_per_morsel = 3000;
      for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
        {
          g_autofree char   *text = many_rows (ranges[i][0], ranges[i][1], FALSE);
          g_autoptr (GBytes) before = snapshot_of (run);
          g_autoptr (GBytes) after = NULL;
          const char        *rows;
          guint              n_rows;

          g_assert_null (run_batch (run, FALSE, (const char *const[]){ failing, NULL }));
          after = snapshot_of (run);
          g_assert_true (g_bytes_equal (before, after));
          rows = run_batch (run, FALSE, (const char *const[]){ text, NULL });
          if (way == 0)
            first[i] = g_strdup (rows);
          g_assert_cmpstr (rows, ==, first[i]);
          sum_of_counts (rows, &n_rows);
          g_assert_cmpuint (n_rows, ==, ranges[i][1] - ranges[i][0]);
        }
    }
  {
    guint n_rows;

    /* 0 … 69999 twice, 60000 … 79999 once more, 10 … 19 once more, 70000 … 89999 */
    g_assert_cmpuint (sum_of_counts (first[3], &n_rows), ==, 70000 * 2 + 20000 + 10 + 20000);
    for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
      g_clear_pointer (&first[i], g_free);
  }
  weir_plan_unref (plan);
}

/* Keys of fixed width, each row with one of its own: those of a partitioned state are merged as rows. @big: what row @from has twice. */
static char *
many_numbers (guint       from,
              guint       to,
              const char *big)
{
  GString *text = g_string_new (NULL);

  for (guint i = from; i < to; i++)
    if (i % 97 == 0)
      g_string_append_printf (text, "{\"k\":%u,\"v\":null,\"d\":0.1}\n", i * 7);
    else
      g_string_append_printf (text, "{\"k\":%u,\"v\":%u,\"d\":%u.3}\n", i * 7, i % 1000, i % 10);
  for (guint i = 0; i < 2 && big != NULL; i++)
    g_string_append_printf (text, "{\"k\":%u,\"v\":%s,\"d\":1e16}\n", from * 7, big);
  g_string_append (text, "{\"k\":null,\"v\":1,\"d\":2}\n");
  return g_string_free (text, FALSE);
}

/* Count, sum of v and number of v that @n_batches times range [from, to) gives for each key, as the query prints it. */
static void
check_numbers (const char *rows,
               guint       from,
               guint       to,
               guint       n_batches)
{
  for (guint i = from; i < to; i += 997)
    {
      g_autofree char *row = i % 97 == 0 ? g_strdup_printf ("{\"k\":%u,\"n\":%u,\"s\":null,\"m\":0,", i * 7, n_batches)
                                         : g_strdup_printf ("{\"k\":%u,\"n\":%u,\"s\":%u,\"m\":%u,", i * 7, n_batches, i % 1000 * n_batches, n_batches);

      g_assert_nonnull (strstr (rows, row));
    }
}

/* Rows that were never groups of their part give what groups give, for any number of threads; one that fails leaves no trace. */
static void
test_rows (void)
{
  static const guint ranges[][3] = { { 0, 70000, 1 }, { 40000, 70000, 2 }, { 60000, 130000, 0 }, { 45000, 55000, 3 } };
  g_autofree char   *failing = many_numbers (50000, 75000, "9000000000000000000");
  WeirPlan          *input = scan ("t", "k INT, v BIGINT, d DOUBLE", TRUE);
  WeirPlan          *plan = group_by (input, NULL, 0, 0, 0, "k", agg ("count", NULL), agg ("sum", column (input, "v"), NULL),
                                      agg ("count", column (input, "v"), NULL), agg ("sum", column (input, "d"), NULL),
                                      agg ("stddev", column (input, "d"), NULL), NULL);
  char              *first[G_N_ELEMENTS (ranges)] = { NULL };

  plan = project (plan, column (plan, "k"), "k", _weir_plan_column (plan, 1), "n", _weir_plan_column (plan, 2), "s",
                  _weir_plan_column (plan, 3), "m", _weir_plan_column (plan, 4), "d", _weir_plan_column (plan, 5), "x", NULL);
  for (guint way = 0; way < WAYS; way++)
    {
      g_autoptr (Run) run = run_new (weir_plan_ref (plan), WEIR_OUTPUT_UPDATE, TRUE, way);

      run->restore_each = way % 2 == 1;
      run->lines_per_morsel = 20000;
      for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
        {
          g_autofree char   *text = many_numbers (ranges[i][0], ranges[i][1], NULL);
          g_autoptr (GBytes) before = snapshot_of (run);
          g_autoptr (GBytes) after = NULL;
          const char        *rows;

          g_assert_null (run_batch (run, FALSE, (const char *const[]){ failing, NULL }));
          after = snapshot_of (run);
          g_assert_true (g_bytes_equal (before, after));
          rows = run_batch (run, FALSE, (const char *const[]){ text, NULL });
          if (way == 0)
            first[i] = g_strdup (rows);
          g_assert_cmpstr (rows, ==, first[i]);
          if (ranges[i][2] > 0)
            check_numbers (rows, ranges[i][0], ranges[i][1], ranges[i][2]);
          g_assert_cmpuint (run->stats.stateful[0].rows_updated, ==, ranges[i][1] - ranges[i][0] + 1);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    g_clear_pointer (&first[i], g_free);
  weir_plan_unref (plan);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exec/aggregate/append", test_append);
  g_test_add_func ("/exec/aggregate/update", test_update);
  g_test_add_func ("/exec/aggregate/complete", test_complete);
  g_test_add_func ("/exec/aggregate/between-watermarks", test_between_watermarks);
  g_test_add_func ("/exec/aggregate/before-epoch", test_before_epoch);
  g_test_add_func ("/exec/aggregate/sliding", test_sliding);
  g_test_add_func ("/exec/aggregate/time-key", test_time_key);
  g_test_add_func ("/exec/aggregate/global", test_global);
  g_test_add_func ("/exec/aggregate/abort", test_abort);
  g_test_add_func ("/exec/aggregate/damaged", test_damaged);
  g_test_add_func ("/exec/aggregate/keys", test_keys);
  g_test_add_func ("/exec/aggregate/partitions", test_partitions);
  g_test_add_func ("/exec/aggregate/rows", test_rows);
  return g_test_run ();
}
