/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec-help.h"

/*
 * weir.state.maxBytes: an operator whose state grows above it ends with an error by name, while it runs and while a checkpoint is read
 * back, and its state is what it was before the batch.
 */

#define ROWS    20000
#define STREAMS "CREATE TABLE t (k INT, v STRING, ts TIMESTAMP) USING test;" \
                "CREATE TABLE u (k INT, v STRING, ts TIMESTAMP) USING test;" \
                "CREATE STREAMING QUERY q OUTPUT MODE "

typedef struct
{
  const char *name;
  const char *query;
  guint       n_tables;
  guint64     bytes_min; /* of the state in the end; 0: any */
} Case;

static const Case cases[] = {
  { "aggregate", "UPDATE AS SELECT k, count(*) AS n FROM STREAM t GROUP BY k", 1 },
  { "text-keys", "COMPLETE AS SELECT concat('a key of more than twelve bytes ', k) AS x, count(*) AS n FROM STREAM t GROUP BY 1", 1 },
  { "windows", "UPDATE AS SELECT window(ts, '10 seconds') AS w, k, sum(k) AS n FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 HOUR GROUP BY 1, 2", 1 },
  { "sliding", "UPDATE AS SELECT window(ts, '10 seconds', '5 seconds') AS w, k, sum(k) AS n FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 HOUR GROUP BY 1, 2", 1 },
  { "collect-list", "COMPLETE AS SELECT k % 3 AS x, collect_list(v) AS l FROM STREAM t GROUP BY 1", 1 },
  { "collect-set", "COMPLETE AS SELECT collect_set(concat(v, k)) AS l FROM STREAM t", 1 },
  { "percentile", "COMPLETE AS SELECT k % 3 AS x, percentile(k, 0.5) AS p FROM STREAM t GROUP BY 1", 1 },
  { "approx", "UPDATE AS SELECT k % 500 AS x, approx_count_distinct(v, 0.01) AS n FROM STREAM t GROUP BY 1", 1, 500 * 16384 },
  { "text", "UPDATE AS SELECT k, max(v) AS m FROM STREAM t GROUP BY k", 1, ROWS * 37 },
  { "nested", "UPDATE AS SELECT k, first(array(v, v)) AS m, min_by(v, array(k)) AS b FROM STREAM t GROUP BY k", 1, ROWS * 37 * 3 },
  { "histogram", "UPDATE AS SELECT k % 500 AS x, histogram_numeric(k, 100) AS h FROM STREAM t GROUP BY 1", 1, 500 * 1600 },
  { "sketch", "UPDATE AS SELECT k, count_min_sketch(v, 0.1, 0.9, 1) AS s FROM STREAM t GROUP BY k", 1, ROWS * 300 },
  { "dedup", "APPEND AS SELECT k FROM STREAM t DROP DUPLICATES (k)", 1 },
  { "session", "APPEND AS SELECT session_window(ts, '5 seconds') AS w, k, count(*) AS n FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 HOUR GROUP BY session_window(ts, '5 seconds'), k", 1 },
  { "join", "APPEND AS SELECT a.k, b.v FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 HOUR a JOIN STREAM u WATERMARK ts DELAY OF INTERVAL 1 HOUR b"
            " ON a.k = b.k AND b.ts BETWEEN a.ts AND a.ts + INTERVAL 1 SECOND",
    2 },
};

static Run *
start (const Case *c)
{
  g_autoptr (GHashTable) settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirZone)   zone = NULL;
  g_autofree char       *script = g_strconcat (STREAMS, c->query, NULL);
  WeirOutputMode         mode;
  gboolean               is_streaming;
  WeirPlan              *plan = sql_plan (script, settings, &mode, &is_streaming, &zone, &error);

  g_assert_no_error (error);
  return run_new (plan, mode, is_streaming, 2);
}

/* A fresh pipeline with a budget. */
static void
renew (Run    *run,
       guint64 max_bytes)
{
  g_autoptr (GError) error = NULL;

  weir_pipeline_free (run->pipeline);
  run->options.state_max_bytes = max_bytes;
  run->pipeline = weir_pipeline_new (run->plan, &run->options, &error);
  g_assert_no_error (error);
}

static char *
make_rows (guint from,
           guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = from; i < from + n; i++)
    g_string_append_printf (text, "{\"k\":%u,\"v\":\"some text that is longer than a view\",\"ts\":\"1970-01-01T00:%02u:%02uZ\"}\n", i, i * 60 / ROWS % 60, i % 60);
  return g_string_free (text, FALSE);
}

static void
assert_restore_fails (Run    *run,
                      GBytes *state)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_pipeline_restore (run->pipeline, state, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "LIMIT_EXCEEDED");
  g_assert_nonnull (strstr (error->message, "weir.state.maxBytes"));
}

static void
test_budget (gconstpointer data)
{
  const Case       *c = data;
  g_autoptr (Run)   run = start (c);
  g_autofree char  *few = make_rows (0, 100), *many = make_rows (100, ROWS);
  const char *const small[] = { few, c->n_tables > 1 ? few : NULL, NULL }, *const large[] = { many, c->n_tables > 1 ? many : NULL, NULL };
  g_autoptr (GBytes)    before = NULL, after = NULL, whole = NULL, change = NULL;
  g_autoptr (GPtrArray) pieces = NULL;
  g_autoptr (GError)    error = NULL;
  guint64               bytes;

  /* Without a budget: how large it becomes, and its bytes. */
  g_assert_nonnull (run_batch (run, FALSE, small));
  before = snapshot_of (run);
  g_assert_true (run_uncommitted (run, large));
  bytes = run->stats.stateful[0].memory_bytes;
  pieces = weir_pipeline_delta (run->pipeline);
  change = weir_pieces_join (pieces);
  weir_pipeline_commit (run->pipeline);
  whole = snapshot_of (run);
  g_assert_cmpuint (bytes, >, MAX (c->bytes_min, 100000));

  /* Half of that: an error by name, and everything as before. */
  renew (run, bytes / 2);
  g_assert_true (weir_pipeline_restore (run->pipeline, before, &error));
  g_assert_no_error (error);
  g_assert_false (run_uncommitted (run, large));
  g_assert_cmpstr (weir_error_get_condition (run->error), ==, "LIMIT_EXCEEDED");
  g_assert_nonnull (strstr (run->error->message, "weir.state.maxBytes"));
  weir_pipeline_abort (run->pipeline);
  after = snapshot_of (run);
  g_assert_true (g_bytes_equal (before, after));

  /* The same while it is read back: a change, and all of it. */
  assert_restore_fails (run, change);
  renew (run, bytes / 2);
  assert_restore_fails (run, whole);

  /* Enough is enough. */
  renew (run, bytes * 16);
  g_assert_true (weir_pipeline_restore (run->pipeline, whole, &error));
  g_assert_no_error (error);
}

/* The state of LIMIT is a number. */
static void
test_limit (void)
{
  static const Case c = { "limit", "APPEND AS SELECT * FROM STREAM t LIMIT 15000", 1 };
  g_autoptr (Run)   run = start (&c);
  g_autofree char  *many = make_rows (0, ROWS);
  const char *const large[] = { many, NULL };

  for (guint i = 0; i < 3; i++)
    {
      g_assert_nonnull (run_batch (run, FALSE, large));
      g_assert_cmpuint (run->stats.stateful[0].memory_bytes, <, 1000);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/exec/budget/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_budget);
    }
  g_test_add_func ("/exec/budget/limit", test_limit);
  return g_test_run ();
}
