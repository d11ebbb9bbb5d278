/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <adwaita.h>
#include <gtksourceview/gtksource.h>

#include "support/temp-dir.h"
#include "ui/ui-init.h"
#include "ui/widgets/breakpoint-bin.h"
#include "ui/window/help-text.h"
#include "ui/window/help-window.h"
#include "ui/window/main-window.h"
#include "window-help.h"

static GtkApplication *application;

static WeirWindow *
make_window (int width,
             int height)
{
  WeirWindow *window = weir_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  return window;
}

static gboolean
has_rows (WeirWindow *window,
          const char *name)
{
  WeirQuery               *query = weir_document_get_query (weir_window_get_document (window), name);
  g_autoptr (WeirSnapshot) snapshot = query != NULL ? weir_query_take_snapshot (query) : NULL;

  return snapshot != NULL && weir_snapshot_get_n_rows (snapshot) > 0;
}

static gboolean
is_enabled (WeirWindow *window,
            const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
test_actions (void)
{
  WeirWindow *window = make_window (1100, 700);

  g_assert_true (weir_window_get_is_fresh (window));
  g_assert_null (weir_window_get_page (window));
  g_assert_true (is_enabled (window, "open"));
  g_assert_true (is_enabled (window, "demo"));
  g_assert_false (is_enabled (window, "run"));
  g_assert_false (is_enabled (window, "stop"));
  g_assert_false (is_enabled (window, "design"));
  close_window (window);
}

static void
test_demo (void)
{
  WeirWindow   *window = make_window (1100, 700);
  gint64        begun = g_get_monotonic_time ();
  WeirDocument *document = weir_window_get_document (window);
  GtkWidget    *pane;

  activate (window, "demo");
  g_assert_nonnull (weir_window_get_page (window));
  g_assert_cmpstr (weir_query_page_get_view (weir_window_get_page (window)), ==, "results");
  wait_until (has_rows (window, "orders_per_window"));
  pane = find_widget (GTK_WIDGET (window), WEIR_TYPE_RESULTS_PANE);
  wait_until (weir_query_get_n_output_rows (weir_document_get_query (document, "orders_per_window")) > 100);
  g_assert_nonnull (pane);
  g_test_minimized_result ((double)(g_get_monotonic_time () - begun) / 1e6, "demo shows rows after");
  g_assert_false (weir_document_get_modified (document));
  g_assert_true (is_enabled (window, "stop"));
  activate (window, "pause");
  g_assert_true (weir_results_pane_get_paused (WEIR_RESULTS_PANE (pane)));
  activate (window, "pause");
  activate (window, "design");
  g_assert_cmpstr (weir_query_page_get_view (weir_window_get_page (window)), ==, "design");
  activate (window, "health");
  g_assert_cmpstr (weir_query_page_get_view (weir_window_get_page (window)), ==, "health");
  wait_until (weir_batch_list_get_n (weir_health_page_get_batches (weir_query_page_get_health (weir_window_get_page (window)))) > 2);
  activate (window, "hold");
  g_assert_true (weir_query_get_held (weir_document_get_query (document, "orders_per_window")));
  activate (window, "hold");
  g_assert_false (weir_query_get_held (weir_document_get_query (document, "orders_per_window")));
  activate (window, "results");
  activate (window, "stop-after-batch");
  wait_until (!is_enabled (window, "stop"));
  activate (window, "run");
  wait_until (has_rows (window, "orders_per_window"));
  close_window (window);
}

static void
test_several_queries (void)
{
  WeirWindow   *window = make_window (1100, 700);
  WeirDocument *document = weir_window_get_document (window);

  weir_document_set_text (document,
                          "CREATE TABLE o USING demo;\n"
                          "CREATE STREAMING QUERY a AS SELECT region FROM STREAM o;\n"
                          "CREATE STREAMING QUERY b AS SELECT product FROM STREAM o;\n",
                          "x");
  g_assert_cmpstr (weir_query_page_get_name (weir_window_get_page (window)), ==, "a");
  activate (window, "run");
  activate (window, "next-query");
  g_assert_cmpstr (weir_query_page_get_name (weir_window_get_page (window)), ==, "b");
  activate (window, "run");
  wait_until (has_rows (window, "a") && has_rows (window, "b"));
  activate (window, "previous-query");
  g_assert_cmpstr (weir_query_page_get_name (weir_window_get_page (window)), ==, "a");
  activate (window, "stop");
  wait_until (!is_enabled (window, "stop"));
  g_assert_true (is_enabled (window, "stop-all"));
  /* A name that is edited goes on with its run. */
  weir_document_replace_text (document,
                              "CREATE TABLE o USING demo;\n"
                              "CREATE STREAMING QUERY a AS SELECT region FROM STREAM o;\n"
                              "CREATE STREAMING QUERY other AS SELECT product FROM STREAM o;\n");
  weir_document_check_now (document);
  g_assert_nonnull (weir_document_get_query (document, "other"));
  activate (window, "next-query");
  activate (window, "delete-query");
  g_assert_null (weir_document_find_query (document, "other"));
  activate (window, "undo");
  g_assert_nonnull (weir_document_find_query (document, "other"));
  close_window (window);
}

static void
test_failure (void)
{
  WeirWindow    *window = make_window (1100, 700);
  GtkWidget     *panel;
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (weir_document_get_buffer (weir_window_get_document (window)));
  GtkTextIter    cursor;

  weir_document_set_text (weir_window_get_document (window), "CREATE STREAMING QUERY q AS\nSELECT x FROM STREAM nowhere;\n", "x");
  activate (window, "run");
  panel = find_widget (GTK_WIDGET (window), g_type_from_name ("WeirFailurePanel"));
  wait_until (gtk_widget_get_visible (panel));
  g_assert_false (gtk_widget_get_visible (find_widget (GTK_WIDGET (window), WEIR_TYPE_RESULTS_PANE)));
  /* Edit goes to the place. */
  activate (window, "edit-sql");
  gtk_text_buffer_get_iter_at_mark (buffer, &cursor, gtk_text_buffer_get_insert (buffer));
  g_assert_cmpint (gtk_text_iter_get_line (&cursor), ==, 1);
  g_assert_cmpint (gtk_text_iter_get_line_offset (&cursor), ==, 21);
  close_window (window);
}

/* An event time far in the future: said above the page and in the status line, and the row is one press away. */
static void
test_far_future (void)
{
  WeirWindow             *window = make_window (1100, 700);
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "rows.json");
  g_autofree char        *text = g_strdup_printf ("CREATE TABLE t (k STRING, ts TIMESTAMP) USING json OPTIONS (path '%s');\n"
                                                         "CREATE STREAMING QUERY q AS SELECT k FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 SECOND;\n",
                                                  path);
  GtkWidget              *samples;

  g_assert_true (g_file_set_contents (path, "{\"k\":\"near\",\"ts\":\"2024-05-03T10:00:00Z\"}\n{\"k\":\"far away\",\"ts\":\"2199-01-01T00:00:00Z\"}\n", -1, NULL));
  weir_document_set_text (weir_window_get_document (window), text, "x");
  activate (window, "run");
  wait_until (find_text (GTK_WIDGET (window), "ahead of the clock. The watermark follows it") != NULL);
  wait_until (find_text (find_widget (GTK_WIDGET (window), g_type_from_name ("WeirStatusLine")), "ahead") != NULL);
  g_assert_true (is_enabled (window, "show-newest"));
  activate (window, "show-newest");
  wait_until ((samples = find_toplevel ("WeirSamplesDialog")) != NULL);
  wait_until (find_text (samples, "\"far away\"") != NULL);
  g_assert_nonnull (find_text (samples, "ahead of the clock, and the watermark follows it"));
  g_assert_nonnull (find_text (samples, "t · batch 0, offsets"));
  g_assert_nonnull (find_text (samples, "2199"));
  gtk_window_destroy (GTK_WINDOW (samples));
  activate (window, "health");
  wait_until (find_text (find_widget (GTK_WIDGET (window), g_type_from_name ("WeirHealthPage")), " ahead") != NULL);
  close_window (window);
}

static GtkWindow *
find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (ADW_IS_MESSAGE_DIALOG (l->data) && gtk_widget_get_visible (l->data))
      return l->data;
  return NULL;
}

static void
answer (const char *response)
{
  GtkWindow *dialog = find_dialog ();

  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog);
}

static void
test_stranger (void)
{
  WeirWindow       *window = make_window (1100, 700);
  WeirDocument     *document = weir_window_get_document (window);
  g_autofree char  *path = g_build_filename (g_get_user_data_dir (), "stranger.weir", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (path, "CREATE TABLE o USING demo;\nCREATE STREAMING QUERY q AS SELECT region FROM STREAM o;\n", -1, NULL));
  weir_window_open (window, file);
  wait_until (weir_window_get_page (window) != NULL);
  activate (window, "run");
  g_assert_null (weir_document_get_query (document, "q"));
  g_assert_nonnull (find_dialog ());
  answer ("cancel");
  g_assert_null (weir_document_get_query (document, "q"));
  g_assert_null (find_dialog ());
  activate (window, "run");
  answer ("run");
  wait_until (has_rows (window, "q"));
  g_assert_false (weir_document_get_needs_trust (document));
  close_window (window);
}

static void
test_help (void)
{
  WeirWindow         *window = make_window (1100, 700);
  GtkWidget          *help = weir_help_window_new (GTK_APPLICATION (application));
  guint               n;
  const WeirHelpPage *pages = weir_help_list_pages (&n);
  int                 minimum;

  g_assert_nonnull (gtk_application_window_get_help_overlay (GTK_APPLICATION_WINDOW (window)));
  for (guint i = 0; i < n; i++)
    {
      weir_help_window_show_page (WEIR_HELP_WINDOW (help), pages[i].name);
      for (guint k = 0; pages[i].paragraphs[k] != NULL; k++)
        if (g_str_has_prefix (pages[i].paragraphs[k], "! "))
          g_assert_cmpstr (weir_help_title_of (pages[i].paragraphs[k] + 2), !=, pages[i].paragraphs[k] + 2);
    }
  gtk_window_present (GTK_WINDOW (help));
  gtk_widget_measure (help, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  gtk_window_destroy (GTK_WINDOW (help));
  close_window (window);
}

static void
test_bad_file (void)
{
  WeirWindow       *window = make_window (1100, 700);
  g_autoptr (GFile) file = g_file_new_for_path ("/nowhere/at/all.weir");
  GtkWidget        *status = find_widget (GTK_WIDGET (window), ADW_TYPE_STATUS_PAGE);

  weir_window_open (window, file);
  wait_until (gtk_widget_get_visible (status));
  g_assert_true (weir_window_get_is_fresh (window));
  close_window (window);
}

static int
child_minimum (GtkWidget *bin)
{
  int minimum;

  gtk_widget_measure (gtk_widget_get_first_child (bin), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static gboolean
has_visible_icon (GtkWidget  *widget,
                  const char *icon)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), icon) == 0)
    return gtk_widget_get_visible (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_visible_icon (child, icon))
      return TRUE;
  return FALSE;
}

static void
test_narrow (void)
{
  WeirWindow *window = make_window (360, 720);
  GtkWidget  *outer = find_widget (GTK_WIDGET (window), WEIR_TYPE_BREAKPOINT_BIN), *page_bin;
  int         minimum;

  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  wait_until (weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (outer)));
  wait_until (child_minimum (outer) <= 360);
  activate (window, "demo");
  page_bin = find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_BREAKPOINT_BIN);
  wait_until (weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (page_bin)));
  wait_until (has_rows (window, "orders_per_window"));
  wait_until (child_minimum (page_bin) <= 360);
  g_assert_true (has_visible_icon (page_bin, "media-playback-pause-symbolic"));
  activate (window, "design");
  wait_until (child_minimum (page_bin) <= 360);
  activate (window, "health");
  wait_until (child_minimum (page_bin) <= 360);
  close_window (window);
}

static void
folded_cb (guint *n)
{
  ++*n;
}

static void
check_width (WeirWindow *window)
{
  GtkWidget *leaflet = find_widget (GTK_WIDGET (window), ADW_TYPE_LEAFLET), *page_bin;
  guint      n_folds = 0;
  gulong     folded = g_signal_connect_swapped (leaflet, "notify::folded", G_CALLBACK (folded_cb), &n_folds);

  page_bin = find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_BREAKPOINT_BIN);
  wait_until (has_rows (window, "orders_per_window"));
  for (guint i = 0; i < 3; i++)
    {
      static const char *const views[] = { "design", "results", "health" };

      activate (window, views[i]);
      wait_until (child_minimum (page_bin) <= gtk_widget_get_width (page_bin));
    }
  g_assert_cmpuint (n_folds, <=, 2);
  g_signal_handler_disconnect (leaflet, folded);
}

/*
 * At every width the page fits its place, and the sidebar makes up its mind. A window is closed when the next one is there: GTK 4.8 may
 * find an icon that is just freed when the last widget that shows it goes while another one asks for it.
 */
static void
test_widths (void)
{
  static const int widths[] = { 700, 880, 940, 1000, 1060, 1120, 1180, 1280 };
  WeirWindow      *last = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      WeirWindow *window = make_window (widths[i], 700);

      g_test_message ("%d", widths[i]);
      activate (window, "demo");
      if (last != NULL)
        close_window (last);
      check_width (window);
      last = window;
    }
  close_window (last);
}

#define CHECKPOINT_VARIABLE "WEIR_TEST_CHECKPOINT"

/* A window whose demo query keeps its progress in the folder of the environment. */
static WeirWindow *
run_with_checkpoint (void)
{
  WeirWindow      *window = make_window (1100, 700);
  g_autofree char *quoted = g_strescape (g_getenv (CHECKPOINT_VARIABLE), NULL);
  g_autofree char *text = g_strdup_printf ("CREATE TABLE o USING demo OPTIONS (rowsPerSecond 100);\n"
                                           "CREATE STREAMING QUERY q OUTPUT MODE COMPLETE CHECKPOINT LOCATION '%s'\n"
                                           "AS SELECT region, count(*) AS n FROM STREAM o GROUP BY region;\n",
                                           quoted);

  weir_document_set_text (weir_window_get_document (window), text, "x");
  activate (window, "run");
  wait_until (has_rows (window, "q"));
  return window;
}

static guint64
last_batch (WeirWindow *window)
{
  g_autoptr (WeirProgress) progress = weir_query_get_last_progress (weir_document_get_query (weir_window_get_document (window), "q"));

  return progress != NULL ? weir_progress_get_batch_id (progress) : 0;
}

static guint64
first_batch (WeirWindow *window)
{
  g_autoptr (GPtrArray) recent = weir_query_get_recent_progress (weir_document_get_query (weir_window_get_document (window), "q"));

  for (guint i = 0; i < recent->len; i++)
    if (!weir_progress_get_is_idle (recent->pdata[i]))
      return weir_progress_get_batch_id (recent->pdata[i]);
  return 0;
}

/* The program is killed in the middle; the next one goes on with the next batch, and so does one after a clean stop. */
static void
test_checkpoint (void)
{
  g_autoptr (WeirTempDir) dir = NULL;
  g_autofree char        *folder = NULL;
  WeirWindow             *window;
  guint64                 reached;

  if (g_test_subprocess ())
    {
      window = run_with_checkpoint ();
      wait_until (last_batch (window) >= 3);
      kill (getpid (), SIGKILL);
    }
  dir = weir_temp_dir_new ();
  folder = weir_temp_dir_build (dir, "ck");
  g_setenv (CHECKPOINT_VARIABLE, folder, TRUE);
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  window = run_with_checkpoint ();
  g_assert_cmpuint (first_batch (window), >=, 3);
  wait_until (last_batch (window) > first_batch (window));
  activate (window, "stop-after-batch");
  wait_until (!is_enabled (window, "stop"));
  reached = last_batch (window);
  close_window (window);
  window = run_with_checkpoint ();
  g_assert_cmpuint (first_batch (window), ==, reached + 1);
  close_window (window);
}

/* One command gives a query a checkpoint, as an edit that can be undone. */
static void
test_keep_progress (void)
{
  WeirWindow              *window = make_window (1100, 700);
  WeirDocument            *document = weir_window_get_document (window);
  const WeirStatementInfo *info;

  weir_document_set_text (document, "CREATE TABLE o USING demo;\nCREATE STREAMING QUERY q AS SELECT region FROM STREAM o;\n", "x");
  activate (window, "keep-progress");
  info = weir_document_find_query (document, "q");
  g_assert_nonnull (info->checkpoint);
  g_assert_true (g_str_has_prefix (info->checkpoint, g_get_user_state_dir ()));
  g_assert_cmpint (info->guarantee.guarantee, ==, WEIR_GUARANTEE_AT_LEAST_ONCE);
  activate (window, "undo");
  g_assert_null (weir_document_find_query (document, "q")->checkpoint);
  close_window (window);
}

int
main (int    argc,
      char **argv)
{
  application = window_test_begin (&argc, &argv, "io.github.weirapp.Weir.Test");
  g_test_add_func ("/window/help", test_help);
  g_test_add_func ("/window/actions", test_actions);
  g_test_add_func ("/window/demo", test_demo);
  g_test_add_func ("/window/several-queries", test_several_queries);
  g_test_add_func ("/window/failure", test_failure);
  g_test_add_func ("/window/far-future", test_far_future);
  g_test_add_func ("/window/stranger", test_stranger);
  g_test_add_func ("/window/bad-file", test_bad_file);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/widths", test_widths);
  g_test_add_func ("/window/checkpoint", test_checkpoint);
  g_test_add_func ("/window/keep-progress", test_keep_progress);
  return window_test_run ();
}
