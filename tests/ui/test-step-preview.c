/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "ui/builder/preview-pane.h"
#include "ui/builder/step-rows.h"
#include "ui/builder/steps-view.h"
#include "ui/window/main-window.h"
#include "window-help.h"

/* Rows after every card in a real window, over the demo: they come without a run, follow the text, and stay when it breaks. */

#define TABLE "-- weir: 1\nCREATE TABLE o USING demo OPTIONS (kind 'orders', rowsPerSecond 50);\n"

#define SCRIPT                                                                                                \
  TABLE "CREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT region, max(quantity) AS most FROM STREAM o" \
        " WHERE quantity > 1 GROUP BY region;\n"

static WeirWindow *
make_window (const char *script)
{
  WeirWindow *window = open_query_window (script);

  weir_query_page_show (weir_window_get_page (window), "design");
  return window;
}

static WeirStepPreview *
preview_of (WeirWindow *window)
{
  return weir_steps_view_get_preview (WEIR_STEPS_VIEW (find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_STEPS_VIEW)));
}

static void
collect_rows (GtkWidget *widget,
              GPtrArray *found)
{
  if (WEIR_IS_STEP_ROWS (widget))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect_rows (child, found);
}

/* The rows at the foot of card @i; NULL: there is no such card. */
static GtkWidget *
rows_of (WeirWindow *window,
         guint       i)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  collect_rows (find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_STEPS_VIEW), found);
  return i < found->len ? found->pdata[i] : NULL;
}

/* Texts of the cells that can be seen, titles first, or the sentence; a comma behind each. (transfer full) */
static char *
text_of (GtkWidget *rows)
{
  GString *out = g_string_new (NULL);

  for (GtkWidget *child = rows != NULL ? gtk_widget_get_first_child (rows) : NULL; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      if (!gtk_widget_get_visible (child) || !gtk_widget_get_visible (rows))
        continue;
      if (GTK_IS_LABEL (child))
        g_string_append (out, gtk_label_get_text (GTK_LABEL (child)));
      for (GtkWidget *cell = gtk_widget_get_first_child (child); GTK_IS_GRID (child) && cell != NULL; cell = gtk_widget_get_next_sibling (cell))
        if (gtk_widget_get_visible (cell))
          g_string_append_printf (out, "%s,", gtk_inscription_get_text (GTK_INSCRIPTION (cell)));
    }
  return g_string_free (out, FALSE);
}

static gboolean
shows (WeirWindow *window,
       guint       card,
       const char *part)
{
  g_autofree char *text = text_of (rows_of (window, card));

  return strstr (text, part) != NULL;
}

/* Source, filter, keys, aggregate; before anything runs. */
static void
test_rows (void)
{
  WeirWindow *window = make_window (SCRIPT);

  wait_until (shows (window, 0, "quantity,"));
  wait_until (shows (window, 1, "quantity,"));
  g_assert_true (shows (window, 2, "region,"));
  g_assert_false (shows (window, 2, "most,"));
  g_assert_true (shows (window, 3, "most,"));
  g_assert_true (shows (window, 3, "apac,") || shows (window, 3, "eu,") || shows (window, 3, "us,") || shows (window, 3, "latam,"));
  g_assert_null (weir_document_get_query (weir_window_get_document (window), "q"));
  close_window (window);
}

static void
replace (WeirWindow *window,
         const char *before,
         const char *after)
{
  WeirDocument       *document = weir_window_get_document (window);
  g_autofree char    *text = weir_document_dup_text (document);
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, before, after, 1), ==, 1);
  weir_document_replace_text (document, changed->str);
  weir_document_check_now (document);
}

static void
test_follows (void)
{
  WeirWindow *window = make_window (SCRIPT);

  wait_until (shows (window, 1, "quantity,"));
  replace (window, "quantity > 1", "product = 'lamp'");
  wait_until (shows (window, 1, "lamp,"));
  replace (window, "product = 'lamp'", "product = 'nothing of the kind'");
  wait_until (shows (window, 1, "No rows come out of this step"));
  g_assert_true (shows (window, 0, "product,"));
  close_window (window);
}

static void
test_broken (void)
{
  WeirWindow      *window = make_window (SCRIPT);
  g_autofree char *before = NULL;

  wait_until (shows (window, 3, "most,"));
  g_assert_false (gtk_widget_has_css_class (rows_of (window, 3), "stale"));
  weir_step_preview_set_paused (preview_of (window), TRUE);
  replace (window, "max(quantity)", "max(quantiti)");
  before = text_of (rows_of (window, 3));
  wait_until (gtk_widget_has_css_class (rows_of (window, 3), "stale"));
  g_assert_true (shows (window, 3, before));
  replace (window, "max(quantiti)", "min(quantity)");
  wait_until (!gtk_widget_has_css_class (rows_of (window, 3), "stale"));
  g_assert_true (shows (window, 3, "most,"));
  /* Without any cards left, the rows of the last step. */
  replace (window, "SELECT region", "SELECT (region");
  wait_until (shows (window, 0, "most,"));
  g_assert_null (rows_of (window, 1));
  close_window (window);
}

static void
test_value_error (void)
{
  WeirWindow *window = make_window (TABLE "CREATE STREAMING QUERY q AS SELECT quantity / (quantity - quantity) AS x FROM STREAM o;\n");

  wait_until (shows (window, 1, "No preview. Division by zero"));
  g_assert_true (shows (window, 0, "quantity,"));
  close_window (window);
}

static void
test_unread (void)
{
  WeirWindow *window = make_window ("-- weir: 1\nCREATE TABLE s USING socket OPTIONS (host '127.0.0.1', port 1);\n"
                                    "CREATE STREAMING QUERY q AS SELECT value FROM STREAM s;\n");

  wait_until (shows (window, 0, "No rows yet: “s” is read once the query runs"));
  g_assert_false (shows (window, 1, "No rows yet"));
  close_window (window);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* The pane has the rows of the card that has the focus; new values come without rows that come and go. */
static void
test_pane (void)
{
  WeirWindow        *window = make_window (SCRIPT);
  WeirStepPreview   *preview = preview_of (window);
  GtkWidget         *pane = find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_PREVIEW_PANE);
  GtkWidget         *view = find_widget (pane, GTK_TYPE_COLUMN_VIEW);
  WeirStepKey        source = { WEIR_CARD_FROM, 0 }, aggregate = { WEIR_CARD_AGGREGATE, 0 };
  GtkSelectionModel *rows;
  guint              n_items_changed = 0, n_changed = 0;

  wait_until (weir_step_preview_get (preview) != NULL);
  weir_step_preview_select (preview, &aggregate);
  g_assert_cmpstr (gtk_label_get_text (GTK_LABEL (find_widget (pane, GTK_TYPE_LABEL))), ==, "Preview After Aggregate");
  rows = gtk_column_view_get_model (GTK_COLUMN_VIEW (view));
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (rows)) == 4);
  weir_step_preview_select (preview, &source);
  wait_until (g_list_model_get_n_items (G_LIST_MODEL (rows)) == WEIR_PREVIEW_ROWS);
  g_signal_connect_swapped (rows, "items-changed", G_CALLBACK (count_cb), &n_items_changed);
  g_signal_connect_swapped (preview, "changed", G_CALLBACK (count_cb), &n_changed);
  wait_until (n_changed >= 2);
  g_assert_cmpuint (n_items_changed, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (rows)), ==, WEIR_PREVIEW_ROWS);
  g_signal_handlers_disconnect_by_data (preview, &n_changed);
  g_signal_handlers_disconnect_by_data (rows, &n_items_changed);
  close_window (window);
}

static void
press_cb (GtkToggleButton *button)
{
  gtk_toggle_button_set_active (button, TRUE);
}

/* Measured by another one that goes on; paused when an answer is there, so that none is on its way. */
static void
test_pause (void)
{
  WeirWindow                 *window = make_window (SCRIPT);
  WeirStepPreview            *preview = preview_of (window);
  GtkWidget                  *pane = find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_PREVIEW_PANE);
  GtkWidget                  *button = find_widget (pane, GTK_TYPE_TOGGLE_BUTTON);
  g_autoptr (WeirStepPreview) other = weir_step_preview_new (weir_window_get_document (window), "q");
  guint                       n = 0, n_other = 0;

  g_signal_connect_swapped (preview, "changed", G_CALLBACK (press_cb), button);
  wait_until (weir_step_preview_get_paused (preview));
  g_signal_handlers_disconnect_by_func (preview, press_cb, button);
  g_signal_connect_swapped (other, "changed", G_CALLBACK (count_cb), &n_other);
  weir_step_preview_set_active (other, TRUE);
  g_signal_connect_swapped (preview, "changed", G_CALLBACK (count_cb), &n);
  wait_until (n_other == 3);
  g_assert_cmpuint (n, ==, 0);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  wait_until (n > 0);
  weir_step_preview_set_active (other, FALSE);
  g_signal_handlers_disconnect_by_data (preview, &n);
  close_window (window);
}

int
main (int    argc,
      char **argv)
{
  window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestStepPreview");
  g_test_add_func ("/window/step-preview/rows", test_rows);
  g_test_add_func ("/window/step-preview/follows", test_follows);
  g_test_add_func ("/window/step-preview/broken", test_broken);
  g_test_add_func ("/window/step-preview/value-error", test_value_error);
  g_test_add_func ("/window/step-preview/unread", test_unread);
  g_test_add_func ("/window/step-preview/pane", test_pane);
  g_test_add_func ("/window/step-preview/pause", test_pause);
  return window_test_run ();
}
