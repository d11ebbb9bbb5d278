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

/* NULL: the mode is allowed. */
typedef struct
{
  const char *sql;
  const char *append;
  const char *update;
  const char *complete;
} Row;

static const Row matrix[] = {
  { "SELECT k, v + 1 FROM STREAM t WHERE v > 0", NULL, NULL, OUTPUT_MODE },
  { "SELECT k, count(*) FROM STREAM t GROUP BY k", OUTPUT_MODE, NULL, NULL },
  { "SELECT count(*) FROM STREAM t", OUTPUT_MODE, NULL, NULL },
  { "SELECT k, count(*) FROM w GROUP BY k", OUTPUT_MODE, NULL, NULL },
  { "SELECT ts, count(*) FROM w GROUP BY ts", NULL, NULL, NULL },
  { "SELECT window.start, count(*) FROM w GROUP BY window(ts, '5 seconds')", NULL, NULL, NULL },
  { "SELECT window.start, count(*) FROM STREAM t GROUP BY window(ts, '5 seconds')", OUTPUT_MODE, NULL, NULL },
  { "SELECT s, count(*) FROM (SELECT window(ts, '5 seconds').start s FROM w) GROUP BY s", OUTPUT_MODE, NULL, NULL },
  { "SELECT k, count(*) FROM w GROUP BY k, session_window(ts, '5 seconds')", NULL, OUTPUT_MODE, NULL },
  { "SELECT count(*) FROM w GROUP BY session_window(ts, '5 seconds')", OPERATION, OUTPUT_MODE, OPERATION },
  { "SELECT DISTINCT k, ts FROM w", NULL, NULL, NULL },
  { "SELECT DISTINCT k FROM w", OUTPUT_MODE, NULL, NULL },
  { "SELECT k, count(DISTINCT v) FROM STREAM t GROUP BY k", OUTPUT_MODE, OPERATION, OPERATION },
  { "SELECT k, v FROM STREAM t DROP DUPLICATES (k)", NULL, NULL, OUTPUT_MODE },
  { "SELECT k, sum(v) FROM STREAM t DROP DUPLICATES (k, v) GROUP BY k", OUTPUT_MODE, NULL, NULL },
  { "SELECT k FROM STREAM t DROP DUPLICATES (k) WITHIN WATERMARK", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT t.k FROM STREAM t JOIN d ON t.k = d.k", NULL, NULL, OUTPUT_MODE },
  { "SELECT t.k FROM STREAM t LEFT JOIN d ON t.k = d.k", NULL, NULL, OUTPUT_MODE },
  { "SELECT t.k FROM STREAM t RIGHT JOIN d ON t.k = d.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT t.k FROM STREAM t FULL JOIN d ON t.k = d.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT t.k FROM d RIGHT JOIN STREAM t ON t.k = d.k", NULL, NULL, OUTPUT_MODE },
  { "SELECT t.k FROM d LEFT JOIN STREAM t ON t.k = d.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT d.k FROM d LEFT SEMI JOIN STREAM t ON t.k = d.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT d.k FROM d LEFT ANTI JOIN STREAM t ON t.k = d.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT w.k FROM w JOIN x ON w.k = x.k", NULL, NULL, OUTPUT_MODE },
  { "SELECT w.k FROM w JOIN x ON w.v < x.v", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k AND w.ts = x.ts", NULL, OPERATION, OUTPUT_MODE },
  { "SELECT w.k FROM w LEFT JOIN x ON w.k = x.k AND x.ts BETWEEN w.ts AND w.ts + INTERVAL 5 SECONDS", NULL, OPERATION, OUTPUT_MODE },
  { "SELECT w.k FROM w LEFT ANTI JOIN x ON w.k = x.k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT k FROM STREAM t UNION ALL SELECT k FROM STREAM u", NULL, NULL, OUTPUT_MODE },
  { "SELECT k FROM STREAM t UNION ALL SELECT k FROM d", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT k FROM STREAM t ORDER BY k", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT k, count(*) c FROM STREAM t GROUP BY k ORDER BY c", OUTPUT_MODE, OPERATION, NULL },
  { "SELECT k FROM STREAM t LIMIT 3", NULL, OPERATION, OUTPUT_MODE },
  { "SELECT k, count(*) c FROM STREAM t GROUP BY k LIMIT 3", OUTPUT_MODE, OPERATION, NULL },
  { "SELECT k FROM STREAM t LIMIT 3 OFFSET 1", OPERATION, OPERATION, OUTPUT_MODE },
  { "SELECT window.start, sum(c) FROM (SELECT window AS w1, count(*) c FROM w GROUP BY window(ts, '5 seconds')) GROUP BY window(w1, '10 seconds')",
    NULL, OPERATION, NULL },
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
            WeirOutputMode mode,
            const char    *condition)
{
  g_autoptr (GError) error = NULL;
  gboolean           fine = weir_check_streaming (plan, mode, catalog, &error);
  const char        *reason = weir_streaming_mode_reason (plan, mode);

  g_assert_cmpint (fine, ==, condition == NULL);
  g_assert_cmpint (reason == NULL, ==, condition == NULL);
  if (condition != NULL)
    g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
}

static void
test_matrix (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();

  analyze (catalog, definitions);
  for (guint i = 0; i < G_N_ELEMENTS (matrix); i++)
    {
      g_autoptr (WeirPlan) plan = analyze (catalog, matrix[i].sql);

      g_test_message ("%s", matrix[i].sql);
      g_assert_true (plan->is_streaming);
      check_mode (plan, catalog, WEIR_OUTPUT_APPEND, matrix[i].append);
      check_mode (plan, catalog, WEIR_OUTPUT_UPDATE, matrix[i].update);
      check_mode (plan, catalog, WEIR_OUTPUT_COMPLETE, matrix[i].complete);
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
  g_test_add_func ("/plan/streaming/switched-off", test_switched_off);
  g_test_add_func ("/plan/streaming/batch", test_batch);
  return g_test_run ();
}
