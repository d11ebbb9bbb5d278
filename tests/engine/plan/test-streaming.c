/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan-fixture.h"

/* The matrix of output modes, and the operations that streams do not have. */

static const char definitions[] =
  "CREATE TABLE t (k STRING, v INT, ts TIMESTAMP) USING json;"
  "CREATE TABLE u (k STRING, v INT, ts TIMESTAMP) USING json;"
  "CREATE TABLE d (k STRING, v INT) USING json;"
  "CREATE TEMPORARY VIEW w AS SELECT * FROM STREAM t WATERMARK ts DELAY OF INTERVAL 10 SECONDS;"
  "CREATE TEMPORARY VIEW x AS SELECT * FROM STREAM u WATERMARK ts DELAY OF INTERVAL 5 SECONDS;";

#define OUTPUT_MODE "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"
#define OPERATION   "UNSUPPORTED_FEATURE.STREAMING_OPERATION"

/*
 * What a mode says of a query: allowed, or one of the lines of reference/spark-semantics.md §1.4 and §1.10: a condition, and how the
 * message and the place begin.
 */
typedef struct
{
  const char *condition; /* NULL: the mode is allowed */
  const char *message;   /* is in it */
} Verdict;

typedef struct
{
  const char *sql;
  Verdict     append, update, complete;
  const char *at; /* the text that OPERATION points to begins so; NULL: none is expected */
} Row;

#define FINE   \
  {            \
    NULL, NULL \
  }
#define NO_AGGREGATION                                                                       \
  {                                                                                          \
    OUTPUT_MODE, "complete. This output mode is not supported for no streaming aggregations" \
  }
#define NO_WATERMARK                                                                                      \
  {                                                                                                       \
    OUTPUT_MODE, "append. This output mode is not supported for streaming aggregations without watermark" \
  }
#define SESSION_IN_UPDATE                                                                              \
  {                                                                                                    \
    OUTPUT_MODE, "update. This output mode is not supported for session window streaming aggregations" \
  }
#define NO(text)    \
  {                 \
    OPERATION, text \
  }
#define JOIN_IN(mode)      NO ("Join between two streaming DataFrames/Datasets is not supported in " mode " output mode, only in Append output mode")
#define UNBOUNDED          NO ("without a watermark in the join keys, or a watermark on the nullable side and an appropriate range condition")
#define NO_SORT            NO ("Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode")
#define NO_LIMIT_IN_UPDATE NO ("Limits are not supported on streaming DataFrames/Datasets in Update output mode")
#define NO_OFFSET          NO ("Offset is not supported on streaming DataFrames/Datasets")
#define NO_DISTINCT        NO ("Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead.")
#define CORRECTNESS        NO ("Detected pattern of possible 'correctness' issue due to global watermark")
#define NO_EQUALITY        NO ("Stream-stream join without equality predicate is not supported")
#define GLOBAL_SESSION     NO ("Global aggregation with session window in streaming query is not supported.")

static const Row matrix[] = {
  { "SELECT k, v + 1 FROM STREAM t WHERE v > 0",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT explode(array(v, v + 1)) FROM STREAM t",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT k, count(*) FROM STREAM t GROUP BY k",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT count(*) FROM STREAM t",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, count(*) FROM w GROUP BY k",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT ts, count(*) FROM w GROUP BY ts",
    FINE, FINE, FINE, NULL },
  { "SELECT window.start, count(*) FROM w GROUP BY window(ts, '5 seconds')",
    FINE, FINE, FINE, NULL },
  { "SELECT window.start, count(*) FROM STREAM t GROUP BY window(ts, '5 seconds')",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT s, count(*) FROM (SELECT window(ts, '5 seconds').start s FROM w) GROUP BY s",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, count(*) FROM STREAM t GROUP BY ROLLUP (k)",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, count(*) FROM STREAM t GROUP BY CUBE (k)",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, v, count(*) FROM STREAM t GROUP BY GROUPING SETS ((k), (v))",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, count(*) FROM w GROUP BY k, session_window(ts, '5 seconds')",
    FINE, SESSION_IN_UPDATE, FINE, NULL },
  { "SELECT count(*) FROM w GROUP BY session_window(ts, '5 seconds')",
    GLOBAL_SESSION, SESSION_IN_UPDATE, GLOBAL_SESSION, "GROUP BY session_window" },
  { "SELECT DISTINCT k, ts FROM w",
    FINE, FINE, FINE, NULL },
  { "SELECT DISTINCT k FROM w",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k FROM STREAM t UNION SELECT k FROM STREAM u",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k, count(DISTINCT v) FROM STREAM t GROUP BY k",
    NO_WATERMARK, NO_DISTINCT, NO_DISTINCT, "count(DISTINCT v)" },
  { "SELECT window.start, sum(DISTINCT v) FROM w GROUP BY window(ts, '5 seconds')",
    NO_DISTINCT, NO_DISTINCT, NO_DISTINCT, "sum(DISTINCT v)" },
  { "SELECT k, v FROM STREAM t DROP DUPLICATES (k)",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT k, sum(v) FROM STREAM t DROP DUPLICATES (k, v) GROUP BY k",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k FROM w DROP DUPLICATES (k) WITHIN WATERMARK",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT k FROM STREAM t DROP DUPLICATES (k) WITHIN WATERMARK",
    NO ("without watermark"), NO ("without watermark"), NO_AGGREGATION, "DROP DUPLICATES" },
  { "SELECT t.k FROM STREAM t JOIN d ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k, count(*) FROM STREAM t JOIN d ON t.k = d.k GROUP BY t.k",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT t.k FROM STREAM t LEFT JOIN d ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k FROM STREAM t LEFT SEMI JOIN d ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k FROM STREAM t LEFT ANTI JOIN d ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k FROM d JOIN STREAM t ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k FROM d RIGHT JOIN STREAM t ON t.k = d.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT t.k FROM STREAM t RIGHT JOIN d ON t.k = d.k",
    NO ("RightOuter join"), NO ("RightOuter join"), NO_AGGREGATION, "RIGHT JOIN d" },
  { "SELECT t.k FROM STREAM t FULL JOIN d ON t.k = d.k",
    NO ("FullOuter joins with streaming DataFrames/Datasets on the left"), NO ("FullOuter joins"), NO_AGGREGATION, "FULL JOIN d" },
  { "SELECT t.k FROM d FULL JOIN STREAM t ON t.k = d.k",
    NO ("FullOuter joins with streaming DataFrames/Datasets on the right"), NO ("FullOuter joins"), NO_AGGREGATION, "FULL JOIN STREAM t" },
  { "SELECT t.k FROM d LEFT JOIN STREAM t ON t.k = d.k",
    NO ("LeftOuter join with a streaming DataFrame/Dataset on the right"), NO ("LeftOuter join"), NO_AGGREGATION, "LEFT JOIN STREAM t" },
  { "SELECT d.k FROM d LEFT SEMI JOIN STREAM t ON t.k = d.k",
    NO ("LeftSemi join with a streaming DataFrame/Dataset on the right"), NO ("LeftSemi join"), NO_AGGREGATION, "LEFT SEMI JOIN" },
  { "SELECT d.k FROM d LEFT ANTI JOIN STREAM t ON t.k = d.k",
    NO ("LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported"), NO ("LeftAnti joins"), NO_AGGREGATION, "LEFT ANTI JOIN" },
  { "SELECT w.k FROM w JOIN x ON w.k = x.k",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT w.k, count(*) FROM w JOIN x ON w.k = x.k GROUP BY w.k",
    NO_WATERMARK, FINE, JOIN_IN ("Complete"), "JOIN x" },
  { "SELECT w.k FROM w JOIN x ON w.v < x.v",
    NO_EQUALITY, NO_EQUALITY, NO_AGGREGATION, "JOIN x" },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k",
    UNBOUNDED, JOIN_IN ("Update"), NO_AGGREGATION, "LEFT JOIN x" },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k AND w.ts = x.ts",
    FINE, JOIN_IN ("Update"), NO_AGGREGATION, "LEFT JOIN x" },
  { "SELECT w.k FROM w RIGHT JOIN x ON w.k = x.k AND w.ts = x.ts",
    FINE, JOIN_IN ("Update"), NO_AGGREGATION, "RIGHT JOIN x" },
  { "SELECT w.k FROM w FULL JOIN x ON w.k = x.k AND w.ts = x.ts",
    FINE, JOIN_IN ("Update"), NO_AGGREGATION, "FULL JOIN x" },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k AND x.ts BETWEEN w.ts AND w.ts + INTERVAL 5 SECONDS",
    FINE, JOIN_IN ("Update"), NO_AGGREGATION, "LEFT JOIN x" },
  { "SELECT w.k FROM w RIGHT JOIN x ON w.k = x.k",
    UNBOUNDED, JOIN_IN ("Update"), NO_AGGREGATION, "RIGHT JOIN x" },
  { "SELECT w.k FROM w FULL JOIN x ON w.k = x.k",
    UNBOUNDED, JOIN_IN ("Update"), NO_AGGREGATION, "FULL JOIN x" },
  { "SELECT w.k FROM w LEFT SEMI JOIN x ON w.k = x.k",
    UNBOUNDED, UNBOUNDED, NO_AGGREGATION, "LEFT SEMI JOIN x" },
  { "SELECT w.k FROM w LEFT SEMI JOIN x ON w.k = x.k AND w.ts = x.ts",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT w.k FROM w LEFT ANTI JOIN x ON w.k = x.k",
    NO ("LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported"), NO ("LeftAnti joins"), NO_AGGREGATION, "LEFT ANTI JOIN x" },
  { "SELECT w.ts, count(*) FROM w LEFT JOIN x ON w.k = x.k AND w.ts = x.ts GROUP BY w.ts",
    FINE, JOIN_IN ("Update"), JOIN_IN ("Complete"), "LEFT JOIN x" },
  { "SELECT k FROM STREAM t UNION ALL SELECT k FROM STREAM u",
    FINE, FINE, NO_AGGREGATION, NULL },
  { "SELECT k FROM STREAM t UNION ALL SELECT k FROM d",
    NO ("Union between streaming and batch DataFrames/Datasets is not supported"), NO ("Union between"), NO_AGGREGATION, "UNION ALL" },
  { "SELECT k FROM STREAM t EXCEPT SELECT k FROM d",
    NO_WATERMARK, FINE, FINE, NULL },
  { "SELECT k FROM STREAM t ORDER BY k",
    NO_SORT, NO_SORT, NO_AGGREGATION, "ORDER BY k" },
  { "SELECT k, count(*) c FROM STREAM t GROUP BY k ORDER BY c",
    NO_WATERMARK, NO_SORT, FINE, "ORDER BY c" },
  { "SELECT k FROM STREAM t LIMIT 3",
    FINE, NO_LIMIT_IN_UPDATE, NO_AGGREGATION, "LIMIT 3" },
  { "SELECT k, count(*) c FROM STREAM t GROUP BY k LIMIT 3",
    NO_WATERMARK, NO_LIMIT_IN_UPDATE, FINE, "LIMIT 3" },
  { "SELECT k FROM STREAM t OFFSET 1",
    NO_OFFSET, NO_OFFSET, NO_AGGREGATION, "OFFSET 1" },
  { "SELECT k FROM STREAM t LIMIT 3 OFFSET 1",
    NO_OFFSET, NO_LIMIT_IN_UPDATE, NO_AGGREGATION, "LIMIT 3" },
  { "SELECT k, monotonically_increasing_id() FROM STREAM t",
    NO ("Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets"), NO ("monotonically_increasing_id()"), NO_AGGREGATION, "monotonically_increasing_id()" },
  { "SELECT k FROM STREAM t WHERE monotonically_increasing_id() > 1",
    NO ("monotonically_increasing_id()"), NO ("monotonically_increasing_id()"), NO_AGGREGATION, "monotonically_increasing_id()" },
  { "SELECT window.start, sum(c) FROM (SELECT window AS w1, count(*) c FROM w GROUP BY window(ts, '5 seconds')) GROUP BY window(w1, '10 seconds')",
    FINE, CORRECTNESS, CORRECTNESS, "GROUP BY window(w1" },
  { "SELECT n FROM (SELECT window AS w1, count(*) n FROM w GROUP BY window(ts, '5 seconds')) DROP DUPLICATES (n)",
    FINE, CORRECTNESS, CORRECTNESS, "DROP DUPLICATES" },
};

/* Refused by the analysis itself, whatever the mode. */
static const struct
{
  const char *sql, *condition, *sqlstate, *at;
} refused[] = {
  { "SELECT k FROM STREAM t EXCEPT SELECT k FROM STREAM u", OPERATION, "0A000", "EXCEPT" },
  { "SELECT k FROM d EXCEPT SELECT k FROM STREAM t", OPERATION, "0A000", "EXCEPT" },
  { "SELECT k FROM STREAM t INTERSECT SELECT k FROM d", OPERATION, "0A000", "INTERSECT" },
  { "SELECT k FROM d INTERSECT SELECT k FROM STREAM t", OPERATION, "0A000", "INTERSECT" },
  { "SELECT k FROM STREAM t TABLESAMPLE (10 PERCENT)", "PARSE_SYNTAX_ERROR", "42601", "TABLESAMPLE" },
  { "SELECT k, row_number() OVER (PARTITION BY k ORDER BY v) FROM STREAM t", "NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE", "row_number()" },
  { "SELECT k, sum(v) OVER (PARTITION BY k) FROM STREAM t", "NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE", "sum(v)" },
  { "SELECT k, (SELECT max(v) FROM STREAM u) FROM STREAM t", "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "42823", "SELECT max(v)" },
  { "SELECT k FROM STREAM t WHERE k IN (SELECT k FROM STREAM u)", "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "42823", "SELECT k FROM STREAM u)" },
  { "SELECT k FROM d WHERE EXISTS (SELECT 1 FROM STREAM t WHERE t.k = d.k)", "INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "42823", "SELECT 1 FROM STREAM t" },
  { "SELECT * FROM STREAM t WATERMARK k DELAY OF INTERVAL 1 SECOND", "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", "42K09", "k DELAY" },
};

static WeirPlan *
analyze (WeirCatalog *catalog,
         const char  *sql)
{
  g_autoptr (WeirSqlScript) script = weir_sql_parse (sql, -1);
  g_autoptr (GError)        error = NULL;
  WeirPlan                 *plan = fixture_run (catalog, script, &error);

  g_assert_no_error (error);
  return plan;
}

static void
check_mode (WeirPlan      *plan,
            WeirCatalog   *catalog,
            const Row     *row,
            WeirOutputMode mode,
            const Verdict *verdict)
{
  g_autoptr (GError) error = NULL;
  gboolean           fine = weir_check_streaming (plan, mode, catalog, &error);
  const char        *reason = weir_streaming_mode_reason (plan, mode);
  gboolean           is_mode = g_strcmp0 (verdict->condition, OUTPUT_MODE) == 0;

  g_test_message ("%s mode %d: %s", row->sql, mode, error != NULL ? error->message : "fine");
  g_assert_cmpint (fine, ==, verdict->condition == NULL);
  g_assert_cmpint (reason == NULL, ==, verdict->condition == NULL);
  if (fine)
    return;
  g_assert_cmpstr (weir_error_get_condition (error), ==, verdict->condition);
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, is_mode ? "42KDE" : "0A000");
  g_assert_nonnull (strstr (error->message, verdict->message));
  /* There is always a place; where it is one construct's fault, it is that. */
  g_assert_cmpuint (weir_error_get_span (error).end, >, 0);
  if (!is_mode)
    {
      g_assert_nonnull (row->at);
      g_assert_true (g_str_has_prefix (row->sql + weir_error_get_span (error).start, row->at));
    }
}

static void
test_matrix (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();

  analyze (catalog, definitions);
  for (guint i = 0; i < G_N_ELEMENTS (matrix); i++)
    {
      g_autoptr (WeirPlan) plan = analyze (catalog, matrix[i].sql);

      g_assert_true (plan->is_streaming);
      check_mode (plan, catalog, &matrix[i], WEIR_OUTPUT_APPEND, &matrix[i].append);
      check_mode (plan, catalog, &matrix[i], WEIR_OUTPUT_UPDATE, &matrix[i].update);
      check_mode (plan, catalog, &matrix[i], WEIR_OUTPUT_COMPLETE, &matrix[i].complete);
    }
}

static void
test_refused (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();

  analyze (catalog, definitions);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (WeirSqlScript) script = weir_sql_parse (refused[i].sql, -1);
      g_autoptr (GError)        error = NULL;
      g_autoptr (WeirPlan)      plan = fixture_run (catalog, script, &error);

      g_assert_null (plan);
      g_test_message ("%s: %s", refused[i].sql, error->message);
      g_assert_cmpstr (weir_error_get_condition (error), ==, refused[i].condition);
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, refused[i].sqlstate);
      g_assert_true (g_str_has_prefix (refused[i].sql + weir_error_get_span (error).start, refused[i].at));
    }
}

static void
test_switched_off (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();
  g_autoptr (WeirPlan)    plan = NULL;

  analyze (catalog, definitions);
  plan = analyze (catalog, "SELECT count(*) FROM STREAM t");
  g_assert_false (weir_check_streaming (plan, WEIR_OUTPUT_APPEND, catalog, NULL));
  g_assert_true (weir_catalog_set (catalog, "spark.sql.streaming.unsupportedOperationCheck", "false", NULL));
  g_assert_true (weir_check_streaming (plan, WEIR_OUTPUT_APPEND, catalog, NULL));
}

static void
test_batch (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();
  g_autoptr (WeirPlan)    plan = NULL;

  analyze (catalog, definitions);
  plan = analyze (catalog, "SELECT k, count(DISTINCT v) c FROM d GROUP BY k ORDER BY c LIMIT 3");
  g_assert_false (plan->is_streaming);
  g_assert_null (weir_streaming_mode_reason (plan, WEIR_OUTPUT_APPEND));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/streaming/matrix", test_matrix);
  g_test_add_func ("/plan/streaming/refused", test_refused);
  g_test_add_func ("/plan/streaming/switched-off", test_switched_off);
  g_test_add_func ("/plan/streaming/batch", test_batch);
  return g_test_run ();
}
