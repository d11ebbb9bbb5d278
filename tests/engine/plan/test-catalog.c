/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan-fixture.h"

/* Names and settings of a session. */

static void
test_names (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();
  g_autoptr (WeirTable)   table = weir_table_new ("Orders", weir_catalog_get_format (catalog, "JSON"), NULL, NULL, ".");
  g_autoptr (GError)      error = NULL;
  g_auto (GStrv)          tables = NULL;
  g_auto (GStrv)          views = NULL;

  g_assert_true (weir_catalog_add_table (catalog, table, FALSE, NULL));
  g_assert_true (weir_catalog_get_table (catalog, "oRDERS") == table);
  g_assert_false (weir_catalog_add_view (catalog, "orders", "SELECT 1", NULL, FALSE, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TABLE_OR_VIEW_ALREADY_EXISTS");
  g_assert_true (weir_catalog_add_view (catalog, "A", "SELECT 1", NULL, FALSE, NULL));
  tables = weir_catalog_list (catalog, FALSE);
  views = weir_catalog_list (catalog, TRUE);
  g_assert_cmpuint (g_strv_length (tables), ==, 1);
  g_assert_cmpstr (tables[0], ==, "Orders");
  g_assert_cmpstr (views[0], ==, "A");
  g_assert_true (weir_catalog_add_view (catalog, "orders", "SELECT 1", NULL, TRUE, NULL));
  g_assert_null (weir_catalog_get_table (catalog, "orders"));
  g_assert_true (weir_catalog_remove (catalog, "ORDERS"));
  g_assert_false (weir_catalog_remove (catalog, "orders"));
}

static void
test_settings (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();
  g_autoptr (GPtrArray)   list = NULL;

  g_assert_cmpstr (weir_catalog_get (catalog, "spark.sql.streaming.multipleWatermarkPolicy"), ==, "min");
  g_assert_true (weir_catalog_get_bool (catalog, "spark.sql.ansi.enabled"));
  g_assert_cmpint (weir_catalog_get_int (catalog, "weir.result.maxRows"), ==, 1000000);
  g_assert_null (weir_catalog_get (catalog, "some.other.key"));
  g_assert_true (weir_catalog_set (catalog, "some.other.key", "x", NULL));
  g_assert_true (weir_catalog_set (catalog, "weir.result.maxRows", "5", NULL));
  g_assert_cmpint (weir_catalog_get_int (catalog, "weir.result.maxRows"), ==, 5);
  weir_catalog_unset (catalog, "weir.result.maxRows");
  g_assert_cmpint (weir_catalog_get_int (catalog, "weir.result.maxRows"), ==, 1000000);
  list = weir_catalog_list_settings (catalog);
  g_assert_cmpuint (list->len % 2, ==, 0);
  for (guint i = 2; i < list->len; i += 2)
    g_assert_cmpstr (list->pdata[i - 2], <, list->pdata[i]);
}

static void
check_bad_value (WeirCatalog *catalog,
                 const char  *key,
                 const char  *value,
                 const char  *condition)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_catalog_set (catalog, key, value, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "22022");
}

static void
test_bad_values (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();

  check_bad_value (catalog, "spark.sql.session.timeZone", "Mars/Olympus", "INVALID_CONF_VALUE.TIME_ZONE");
  check_bad_value (catalog, "spark.sql.ansi.enabled", "maybe", "INVALID_CONF_VALUE.TYPE_MISMATCH");
  check_bad_value (catalog, "weir.result.maxRows", "many", "INVALID_CONF_VALUE.TYPE_MISMATCH");
  check_bad_value (catalog, "weir.result.maxRows", "0", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "weir.state.maxBytes", "-1", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "compat.watermark.restart", "remember", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "spark.sql.streaming.multipleWatermarkPolicy", "middle", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "spark.sql.streaming.minBatchesToRetain", "0", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "spark.sql.caseSensitive", "true", "INVALID_CONF_VALUE.REQUIREMENT");
  g_assert_cmpstr (weir_catalog_get (catalog, "spark.sql.session.timeZone"), ==, "UTC");
  g_assert_true (weir_catalog_set (catalog, "spark.sql.streaming.multipleWatermarkPolicy", "MAX", NULL));
  check_bad_value (catalog, "weir.state.maxBytes", "2 g", "INVALID_CONF_VALUE.TYPE_MISMATCH");
  check_bad_value (catalog, "weir.state.maxBytes", "-1g", "INVALID_CONF_VALUE.REQUIREMENT");
  check_bad_value (catalog, "weir.state.maxBytes", "99999999t", "INVALID_CONF_VALUE.TYPE_MISMATCH");
  check_bad_value (catalog, "spark.sql.streaming.noDataProgressEventInterval", "10g", "INVALID_CONF_VALUE.TYPE_MISMATCH");
  check_bad_value (catalog, "weir.result.maxRows", "1k", "INVALID_CONF_VALUE.TYPE_MISMATCH");
}

static void
test_units (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();

  g_assert_true (weir_catalog_set (catalog, "weir.state.maxBytes", "2G", NULL));
  g_assert_cmpint (weir_catalog_get_int (catalog, "weir.state.maxBytes"), ==, G_GINT64_CONSTANT (2147483648));
  g_assert_true (weir_catalog_set (catalog, "spark.sql.streaming.noDataProgressEventInterval", "5min", NULL));
  g_assert_cmpint (weir_catalog_get_int (catalog, "spark.sql.streaming.noDataProgressEventInterval"), ==, 300000);
}

/* A setting of ours that is not there is a slip; one of Spark's may have no effect. */
static void
test_idle_settings (void)
{
  g_autoptr (WeirCatalog) catalog = fixture_catalog_new ();
  g_autoptr (GError)      error = NULL;

  g_assert_false (weir_catalog_set (catalog, "weir.state.maxBites", "1", &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "CONFIG_NOT_AVAILABLE");
  g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "42K0I");
  g_assert_nonnull (weir_setting_idle_reason ("spark.sql.streaming.stopTimeout", "5"));
  g_assert_null (weir_setting_idle_reason ("spark.sql.streaming.stopTimeout", "0"));
  g_assert_null (weir_setting_idle_reason ("spark.sql.ansi.enabled", "false"));
  g_assert_null (weir_setting_idle_reason ("some.other.key", "1"));
}

/* Literals without a zone are in the session's. */
static void
test_zone (void)
{
  g_autoptr (WeirCatalog)   catalog = fixture_catalog_new ();
  g_autoptr (WeirSqlScript) script = weir_sql_parse ("SELECT TIMESTAMP '2024-01-01 09:00:00'", -1);
  g_autoptr (WeirPlan)      plan = NULL;
  const WeirExpr           *literal;

  g_assert_true (weir_catalog_set (catalog, "spark.sql.session.timeZone", "+09:00", NULL));
  plan = fixture_run (catalog, script, NULL);
  g_assert_nonnull (plan);
  literal = plan->project.exprs[0];
  g_assert_cmpint (weir_column_values (literal->literal, gint64)[0], ==, G_GINT64_CONSTANT (1704067200000000));
  g_assert_cmpstr (literal->name, ==, "TIMESTAMP '2024-01-01 09:00:00'");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/catalog/names", test_names);
  g_test_add_func ("/plan/catalog/settings", test_settings);
  g_test_add_func ("/plan/catalog/units", test_units);
  g_test_add_func ("/plan/catalog/idle-settings", test_idle_settings);
  g_test_add_func ("/plan/catalog/bad-values", test_bad_values);
  g_test_add_func ("/plan/catalog/zone", test_zone);
  return g_test_run ();
}
