/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "exec-help.h"

#include <string.h>

/*
 * Windows that are open, as they would be given out if they were final. What they must be is known from the same query in update mode:
 * the newest row of every group, without those whose window ended at the watermark. Listing must change neither state nor output.
 */

#define TABLE "CREATE TABLE t (k STRING, v BIGINT, ts TIMESTAMP) USING json;\n"
#define FROM  " FROM STREAM t WATERMARK ts DELAY OF INTERVAL 8 SECONDS "

#define TUMBLING "SELECT unix_seconds(w.end) AS e, k, n * 2 AS n, s FROM (SELECT window(ts, '10 seconds') AS w, k, count(*) AS n, sum(v) AS s" FROM "GROUP BY 1, 2 HAVING max(k) <> 'key 3')"
#define SLIDING  "SELECT unix_seconds(window.end) AS e, k, count(*) AS n, collect_list(v) AS s" FROM "GROUP BY window(ts, '10 seconds', '4 seconds'), k"
#define SESSION  "SELECT unix_seconds(session_window.end) AS e, k, count(*) AS n, sum(v) AS s" FROM "GROUP BY session_window(ts, '5 seconds'), k"
#define BY_TIME  "SELECT unix_seconds(ts) AS e, k, count(*) AS n, sum(v) AS s" FROM "GROUP BY ts, k"

static Run *
start (const char    *query,
       WeirOutputMode wanted)
{
  g_autofree char   *script = g_strdup_printf (TABLE "CREATE STREAMING QUERY q OUTPUT MODE %s AS %s;", wanted == WEIR_OUTPUT_APPEND ? "APPEND" : "UPDATE", query);
  g_autoptr (GError) error = NULL;
  WeirOutputMode     mode;
  gboolean           is_streaming;
  WeirPlan          *plan = sql_plan (script, NULL, &mode, &is_streaming, NULL, &error);

  g_assert_no_error (error);
  return run_new (plan, mode, is_streaming, 2);
}

/* Rows a line each, as they come. (transfer full) (nullable) */
static char *
list_open (Run     *run,
           guint    rows_max,
           guint64 *n_left_out,
           GError **error)
{
  WeirBatchInput        input = { .now_us = 1000000, .seed = 7, .late_watermark_ms = run->used_ms, .evict_watermark_ms = run->used_ms };
  g_autoptr (GPtrArray) batches = NULL;
  GString              *rows;

  g_assert_true (weir_pipeline_has_open (run->pipeline));
  batches = weir_pipeline_list_open (run->pipeline, &input, rows_max, n_left_out, error);
  if (batches == NULL)
    return NULL;
  rows = g_string_new (NULL);
  for (guint b = 0; b < batches->len; b++)
    for (guint r = 0; r < ((WeirBatch *)batches->pdata[b])->n_rows; r++)
      {
        weir_batch_append_json_row (rows, batches->pdata[b], r, weir_zone_utc ());
        g_string_append_c (rows, '\n');
      }
  return g_string_free (rows, FALSE);
}

static char *
random_batch (GRand  *rand,
              gint64 *now)
{
  GString *text = g_string_new (NULL);
  guint    n = (guint)g_rand_int_range (rand, 0, 30);

  *now += g_rand_int_range (rand, 0, 14);
  for (guint i = 0; i < n; i++)
    {
      gint64 at = MAX (*now + g_rand_int_range (rand, -12, 6), 0);

      g_string_append_printf (text, "{\"k\":\"key %d\",\"v\":%d,\"ts\":\"1970-01-01T00:%02d:%02dZ\"}\n", g_rand_int_range (rand, 0, 4), g_rand_int_range (rand, 1, 50),
                              (int)(at / 60), (int)(at % 60));
    }
  return g_string_free (text, FALSE);
}

static gint64
end_of (const char *row)
{
  return g_ascii_strtoll (strstr (row, "\"e\":") + 4, NULL, 10);
}

/* Everything before the count tells a group apart. */
static char *
group_of (const char *row)
{
  return g_strndup (row, (gsize)(strstr (row, ",\"n\":") - row));
}

/* The newest row of every group, without final ones. */
static void
fold (GHashTable *groups,
      const char *rows,
      gint64      evict_ms)
{
  g_auto (GStrv) lines = g_strsplit (rows, "\n", -1);
  GHashTableIter iter;
  gpointer       row;

  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    g_hash_table_replace (groups, group_of (lines[i]), g_strdup (lines[i]));
  g_hash_table_iter_init (&iter, groups);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (end_of (row) * 1000 <= evict_ms)
      g_hash_table_iter_remove (&iter);
}

static void
assert_same (GHashTable *groups,
             const char *open)
{
  g_auto (GStrv) lines = g_strsplit (open, "\n", -1);
  guint          n = MAX (g_strv_length (lines), 1) - 1;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *group = group_of (lines[i]);

      g_assert_cmpstr (lines[i], ==, g_hash_table_lookup (groups, group));
    }
  g_assert_cmpuint (n, ==, g_hash_table_size (groups));
}

static void
test_as_update (gconstpointer data)
{
  const char            *query = data;
  g_autoptr (Run)        asked = start (query, WEIR_OUTPUT_APPEND), silent = start (query, WEIR_OUTPUT_APPEND), update = start (query, WEIR_OUTPUT_UPDATE);
  g_autoptr (GHashTable) groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GRand)      rand = g_rand_new_with_seed (11);
  gint64                 now = 0;
  guint                  n_open = 0;

  for (guint batch = 0; batch < 60; batch++)
    {
      g_autofree char   *text = random_batch (rand, &now);
      const char *const  inputs[] = { text, NULL };
      const char        *changed;
      g_autofree char   *open = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) before = NULL, after = NULL;
      guint64            n_left_out;

      g_assert_cmpstr (run_batch (asked, FALSE, inputs), ==, run_batch (silent, FALSE, inputs));
      changed = run_batch (update, FALSE, inputs);
      fold (groups, changed, update->used_ms);
      g_assert_cmpint (asked->used_ms, ==, update->used_ms);
      before = snapshot_of (asked);
      open = list_open (asked, 10000, &n_left_out, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n_left_out, ==, 0);
      assert_same (groups, open);
      n_open += g_hash_table_size (groups);
      after = snapshot_of (asked);
      g_assert_true (g_bytes_equal (before, after));
    }
  g_assert_cmpuint (n_open, >, 100);
}

/* Sessions grow, and an update does not say which they grew from: against windows written down. */
static void
test_session (void)
{
  g_autoptr (Run)    run = start (SESSION, WEIR_OUTPUT_APPEND);
  g_autofree char   *open = NULL, *grown = NULL;
  g_autoptr (GError) error = NULL;
  guint64            n_left_out;

  run_one (run, "{\"k\":\"a\",\"v\":1,\"ts\":\"1970-01-01T00:00:01Z\"}\n{\"k\":\"a\",\"v\":2,\"ts\":\"1970-01-01T00:00:30Z\"}\n{\"k\":\"b\",\"v\":3,\"ts\":\"1970-01-01T00:00:31Z\"}\n");
  g_assert_cmpstr (run_one (run, ""), ==, "{\"e\":6,\"k\":\"a\",\"n\":1,\"s\":1}\n");
  open = list_open (run, 10, &n_left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (open, ==, "{\"e\":35,\"k\":\"a\",\"n\":1,\"s\":2}\n{\"e\":36,\"k\":\"b\",\"n\":1,\"s\":3}\n");
  run_one (run, "{\"k\":\"a\",\"v\":5,\"ts\":\"1970-01-01T00:00:33Z\"}\n");
  grown = list_open (run, 1, &n_left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (grown, ==, "{\"e\":38,\"k\":\"a\",\"n\":2,\"s\":7}\n");
  g_assert_cmpuint (n_left_out, ==, 1);
}

/* Three windows of 40 keys. */
static char *
many_keys (void)
{
  GString *text = g_string_new (NULL);

  for (guint window = 0; window < 3; window++)
    for (guint k = 0; k < 40; k++)
      g_string_append_printf (text, "{\"k\":\"%u\",\"v\":1,\"ts\":\"1970-01-01T00:10:%02uZ\"}\n", k, window * 10);
  return g_string_free (text, FALSE);
}

static void
test_bounded (gconstpointer data)
{
  g_autoptr (Run)    run = start (data, WEIR_OUTPUT_APPEND);
  g_autofree char   *text = many_keys (), *open = NULL;
  g_auto (GStrv)     lines = NULL;
  g_autoptr (GError) error = NULL;
  guint64            n_left_out;
  gint64             oldest = G_MAXINT64;

  run_one (run, text);
  open = list_open (run, 50, &n_left_out, &error);
  g_assert_no_error (error);
  lines = g_strsplit (open, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines) - 1, >=, 40);
  g_assert_cmpuint (g_strv_length (lines) - 1, <=, 50);
  g_assert_cmpuint (n_left_out, >=, 70);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    oldest = MIN (oldest, end_of (lines[i]));
  g_assert_cmpint (oldest, >=, 620); /* not the window that ends at 610 */
}

/* More keys than rows: windows × keys are not begun. */
static void
test_too_many (void)
{
  g_autoptr (Run)    run = start (SLIDING, WEIR_OUTPUT_APPEND);
  g_autofree char   *text = many_keys (), *open = NULL;
  g_autoptr (GError) error = NULL;
  guint64            n_left_out;

  run_one (run, text);
  open = list_open (run, 30, &n_left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (open, ==, "");
  g_assert_cmpuint (n_left_out, >, 200);
}

/* What fails for values so far may be right in the end. */
static void
test_error (void)
{
  g_autoptr (Run)    run = start ("SELECT unix_seconds(window.end) AS e, k, 6 / (count(*) - 1) AS n" FROM "GROUP BY window(ts, '10 seconds'), k", WEIR_OUTPUT_APPEND);
  g_autofree char   *open = NULL, *later = NULL;
  g_autoptr (GError) error = NULL;
  guint64            n_left_out;

  run_one (run, "{\"k\":\"a\",\"v\":1,\"ts\":\"1970-01-01T00:00:01Z\"}\n");
  open = list_open (run, 10, &n_left_out, &error);
  g_assert_null (open);
  g_assert_cmpstr (weir_error_get_condition (error), ==, "DIVIDE_BY_ZERO");
  g_clear_error (&error);
  run_one (run, "{\"k\":\"a\",\"v\":1,\"ts\":\"1970-01-01T00:00:02Z\"}\n");
  later = list_open (run, 10, &n_left_out, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (later, ==, "{\"e\":10,\"k\":\"a\",\"n\":6.0}\n");
}

static void
test_none (void)
{
  g_autoptr (Run) update = start (TUMBLING, WEIR_OUTPUT_UPDATE);
  g_autoptr (Run) plain = start ("SELECT k, v" FROM, WEIR_OUTPUT_APPEND);

  g_assert_false (weir_pipeline_has_open (update->pipeline));
  g_assert_false (weir_pipeline_has_open (plain->pipeline));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/exec/open/tumbling", TUMBLING, test_as_update);
  g_test_add_data_func ("/exec/open/sliding", SLIDING, test_as_update);
  g_test_add_data_func ("/exec/open/by-time", BY_TIME, test_as_update);
  g_test_add_func ("/exec/open/session", test_session);
  g_test_add_data_func ("/exec/open/bounded/tumbling", "SELECT unix_seconds(window.end) AS e, k, count(*) AS n" FROM "GROUP BY window(ts, '10 seconds'), k", test_bounded);
  g_test_add_data_func ("/exec/open/bounded/sliding", "SELECT unix_seconds(window.end) AS e, k, count(*) AS n" FROM "GROUP BY window(ts, '10 seconds', '5 seconds'), k", test_bounded);
  g_test_add_func ("/exec/open/too-many", test_too_many);
  g_test_add_func ("/exec/open/error", test_error);
  g_test_add_func ("/exec/open/none", test_none);
  return g_test_run ();
}
