/* SPDX-License-Identifier: Apache-2.0 */
/* The Health page with a running query: its list follows, hold and step, its report, its width. */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "ui/charts/time-chart.h"
#include "ui/health/health-page.h"
#include "ui/ui-init.h"
#include "engine/query/session-util.h"
#include "support/temp-dir.h"
#include "window-help.h"

typedef struct
{
  WeirSession    *session;
  WeirQuery      *query;
  GtkWindow      *window;
  WeirHealthPage *page;
} Fixture;

static void
fixture_init (Fixture *fixture,
              int      width)
{
  fixture->session = weir_session_new ();
  fixture->query = session_make_query (fixture->session,
                                       "CREATE TABLE t (v INT) USING queue;\n"
                                       "CREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT v, count(*) AS n FROM STREAM t GROUP BY v");
  fixture->window = GTK_WINDOW (gtk_window_new ());
  fixture->page = WEIR_HEALTH_PAGE (weir_health_page_new ());
  gtk_window_set_default_size (fixture->window, width, 720);
  gtk_window_set_child (fixture->window, GTK_WIDGET (fixture->page));
  weir_health_page_set_query (fixture->page, fixture->query);
  gtk_window_present (fixture->window);
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->page)));
}

static void
fixture_clear (Fixture *fixture)
{
  query_end (fixture->query);
  gtk_window_destroy (fixture->window);
  g_object_unref (fixture->session);
  settle ();
}

static void
push (Fixture *fixture)
{
  session_push (fixture->session, "t", "{\"v\":1}");
}

static guint
count_batches (Fixture *fixture)
{
  weir_health_page_refresh (fixture->page);
  return weir_batch_list_get_n (weir_health_page_get_batches (fixture->page));
}

static WeirHealthKind
judge (Fixture *fixture)
{
  WeirHealthVerdict verdict = weir_health_page_judge (fixture->page);

  weir_health_verdict_clear (&verdict);
  return verdict.kind;
}

static void
test_follows (void)
{
  Fixture          fixture;
  g_autofree char *report = NULL;

  fixture_init (&fixture, 1000);
  g_assert_cmpint (judge (&fixture), ==, WEIR_HEALTH_NOT_RUNNING);
  weir_query_start (fixture.query);
  push (&fixture);
  wait_until (count_batches (&fixture) == 1);
  push (&fixture);
  push (&fixture);
  wait_until (count_batches (&fixture) == 3);
  g_assert_cmpint (judge (&fixture), ==, WEIR_HEALTH_GOOD);
  report = weir_health_page_dup_report (fixture.page);
  g_assert_nonnull (strstr (report, "\"batchId\":2"));
  g_assert_nonnull (strstr (report, "isTriggerActive"));
  weir_health_page_set_query (fixture.page, NULL);
  g_assert_cmpuint (count_batches (&fixture), ==, 0);
  weir_health_page_set_query (fixture.page, fixture.query);
  g_assert_cmpuint (count_batches (&fixture), ==, 3);
  fixture_clear (&fixture);
}

static void
run_query (Fixture    *fixture,
           const char *folder,
           const char *expression)
{
  g_autofree char *text = g_strdup_printf ("CREATE OR REPLACE TABLE t (v INT) USING queue OPTIONS (durable true);\n"
                                           "CREATE STREAMING QUERY q CHECKPOINT LOCATION '%s' AS SELECT %s AS r FROM STREAM t",
                                           folder, expression);

  g_clear_object (&fixture->query);
  fixture->query = session_make_query (fixture->session, text);
  weir_health_page_set_query (fixture->page, fixture->query);
  weir_query_start (fixture->query);
}

static gboolean
shows (GtkWidget  *widget,
       const char *text)
{
  if (GTK_IS_INSCRIPTION (widget) && g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (widget)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (shows (child, text))
      return TRUE;
  return FALSE;
}

/* A batch that the run before had begun says so in the list. */
static void
test_replayed (void)
{
  Fixture          fixture;
  WeirTempDir     *dir = weir_temp_dir_new ();
  g_autofree char *folder = weir_temp_dir_build (dir, "cp");

  fixture_init (&fixture, 1000);
  run_query (&fixture, folder, "1 / (v - 1)");
  push (&fixture);
  wait_until (weir_query_get_state (fixture.query) == WEIR_QUERY_FAILED);
  run_query (&fixture, folder, "try_divide(1, v - 1)");
  push (&fixture);
  wait_until (count_batches (&fixture) == 2);
  wait_until (shows (GTK_WIDGET (fixture.page), "↻ 0"));
  wait_until (shows (GTK_WIDGET (fixture.page), "1"));
  fixture_clear (&fixture);
  weir_temp_dir_free (dir);
}

/* Batches come while the page is not looked at, and are there when it is. */
static void
test_unseen (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  gtk_widget_set_visible (GTK_WIDGET (fixture.page), FALSE);
  weir_query_start (fixture.query);
  push (&fixture);
  wait_until (weir_query_get_n_input_rows (fixture.query) == 1);
  g_assert_cmpuint (count_batches (&fixture), ==, 0);
  gtk_widget_set_visible (GTK_WIDGET (fixture.page), TRUE);
  wait_until (count_batches (&fixture) == 1);
  fixture_clear (&fixture);
}

static void
test_hold (void)
{
  Fixture fixture;

  fixture_init (&fixture, 1000);
  weir_query_set_held (fixture.query, TRUE);
  weir_query_start (fixture.query);
  push (&fixture);
  push (&fixture);
  wait_until (weir_query_get_state (fixture.query) == WEIR_QUERY_RUNNING);
  g_assert_cmpint (judge (&fixture), ==, WEIR_HEALTH_HELD);
  weir_query_step (fixture.query);
  wait_until (count_batches (&fixture) == 1);
  g_assert_cmpuint (weir_query_get_n_input_rows (fixture.query), ==, 1);
  weir_query_set_held (fixture.query, FALSE);
  wait_until (count_batches (&fixture) == 2);
  fixture_clear (&fixture);
}

static gboolean
is_inside (GtkWidget *focus,
           GType      type)
{
  return focus != NULL && (g_type_is_a (G_OBJECT_TYPE (focus), type) || gtk_widget_get_ancestor (focus, type) != NULL);
}

/* Tab goes through all of it: ranges, six charts, the list; arrows move the cursor of a chart and its value with it. */
static void
test_keyboard (void)
{
  Fixture    fixture;
  guint      n_charts = 0;
  gboolean   list = FALSE, range = FALSE;
  GtkWidget *last_chart = NULL;

  fixture_init (&fixture, 1000);
  weir_query_start (fixture.query);
  push (&fixture);
  wait_until (count_batches (&fixture) == 1);
  for (guint i = 0; i < 40; i++)
    {
      GtkWidget *focus;

      if (!gtk_widget_child_focus (GTK_WIDGET (fixture.window), GTK_DIR_TAB_FORWARD))
        break;
      focus = gtk_window_get_focus (fixture.window);
      if (is_inside (focus, WEIR_TYPE_TIME_CHART) && focus != last_chart)
        {
          last_chart = focus;
          n_charts++;
        }
      range = range || is_inside (focus, GTK_TYPE_TOGGLE_BUTTON);
      list = list || is_inside (focus, WEIR_TYPE_BATCH_LIST);
    }
  g_assert_true (range);
  g_assert_cmpuint (n_charts, >=, 6);
  g_assert_true (list);
  weir_time_chart_set_cursor (WEIR_TIME_CHART (last_chart), 0);
  g_assert_cmpint (weir_time_chart_get_cursor (WEIR_TIME_CHART (last_chart)), ==, 0);
  weir_time_chart_set_cursor (WEIR_TIME_CHART (last_chart), 10000);
  g_assert_cmpint (weir_time_chart_get_cursor (WEIR_TIME_CHART (last_chart)), <, 10000);
  fixture_clear (&fixture);
}

/* The page fits 360 pixels, and keeps no more rows than it says. */
static void
test_narrow (void)
{
  Fixture fixture;
  int     minimum;

  fixture_init (&fixture, 360);
  weir_health_page_set_narrow (fixture.page, TRUE);
  weir_query_start (fixture.query);
  for (guint i = 0; i < 250; i++)
    push (&fixture);
  wait_until (weir_query_get_n_input_rows (fixture.query) == 250);
  wait_until (count_batches (&fixture) == 200);
  weir_health_page_set_range (fixture.page, WEIR_HEALTH_ALL);
  gtk_widget_measure (GTK_WIDGET (fixture.page), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  fixture_clear (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  weir_ui_init ();
  g_test_add_func ("/health-page/follows", test_follows);
  g_test_add_func ("/health-page/replayed", test_replayed);
  g_test_add_func ("/health-page/unseen", test_unseen);
  g_test_add_func ("/health-page/hold", test_hold);
  g_test_add_func ("/health-page/keyboard", test_keyboard);
  g_test_add_func ("/health-page/narrow", test_narrow);
  return g_test_run ();
}
