/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>

#include "support/temp-dir.h"
#include "ui/window/main-window.h"
#include "ui/window/samples-dialog.h"
#include "window-help.h"

/* Rows that came too late and rows that could not be read, as the dialog shows them: what is wrong, where they stood, their bytes. */

typedef struct
{
  WeirTempDir *dir;
  WeirWindow  *window;
  WeirQuery   *query; /* Borrowed */
} Fixture;

/* A file of the folder that the query reads, complete when it appears. */
static void
add_file (Fixture    *fixture,
          const char *name,
          const char *content)
{
  g_autofree char *hidden = g_strconcat (".", name, NULL);
  g_autofree char *from = weir_temp_dir_build (fixture->dir, hidden);
  g_autofree char *to = weir_temp_dir_build (fixture->dir, name);

  g_assert_true (g_file_set_contents (from, content, -1, NULL));
  g_assert_cmpint (g_rename (from, to), ==, 0);
}

static void
fixture_init (Fixture    *fixture,
              const char *first)
{
  g_autofree char *text = NULL;

  fixture->dir = weir_temp_dir_new ();
  add_file (fixture, "1.json", first);
  text = g_strdup_printf ("CREATE TABLE t (k STRING, ts TIMESTAMP) USING json OPTIONS (path '%s', maxFilesPerTrigger '1');\n"
                          "CREATE STREAMING QUERY q AS SELECT k, window(ts, '10 seconds') AS w, count(*) AS n\n"
                          "FROM STREAM t WATERMARK ts DELAY OF INTERVAL 1 SECOND GROUP BY k, window(ts, '10 seconds');\n",
                          weir_temp_dir_get_path (fixture->dir));
  fixture->window = open_query_window (text);
  activate (fixture->window, "run");
  wait_until ((fixture->query = weir_document_get_query (weir_window_get_document (fixture->window), "q")) != NULL);
}

static void
fixture_clear (Fixture *fixture)
{
  close_window (fixture->window);
  weir_temp_dir_free (fixture->dir);
}

static GtkWidget *
open_samples (Fixture    *fixture,
              const char *action)
{
  GtkWidget *dialog;

  activate (fixture->window, action);
  wait_until ((dialog = find_toplevel ("WeirSamplesDialog")) != NULL);
  return dialog;
}

static guint
count_rows (GtkWidget *widget)
{
  guint n = ADW_IS_EXPANDER_ROW (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

static void
text_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(char **)user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static char *
dup_clipboard (GtkWidget *widget)
{
  char *text = NULL;

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (widget), NULL, text_cb, &text);
  wait_until (text != NULL);
  return text;
}

static void
press_escape (GtkWidget *dialog)
{
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *)&dialog);
  gtk_widget_activate_action (dialog, "window.close", NULL);
  wait_until (dialog == NULL);
}

#define LATE_ROW "{\"k\":\"slow bus\",\"ts\":\"2024-05-03T10:00:05Z\"}"

/* Counted in the window, then listed: when it happened, by how much it came late, its text and bytes. */
static void
test_late (void)
{
  Fixture          fixture;
  GtkWidget       *dialog, *row, *refresh;
  g_autofree char *copied = NULL;

  fixture_init (&fixture, "{\"k\":\"a\",\"ts\":\"2024-05-03T10:01:00Z\"}\n");
  wait_until (weir_query_get_newest_event_us (fixture.query) != G_MININT64);
  dialog = open_samples (&fixture, "show-late");
  g_assert_nonnull (find_text (dialog, "None so far."));
  g_assert_cmpuint (count_rows (dialog), ==, 0);
  refresh = find_named (dialog, "Show Newer Rows");
  g_assert_false (gtk_widget_get_sensitive (refresh));

  add_file (&fixture, "2.json", LATE_ROW "\n{\"k\":\"b\",\"ts\":\"2024-05-03T10:01:02Z\"}\n");
  wait_until (gtk_widget_get_sensitive (refresh));
  g_assert_cmpuint (count_rows (dialog), ==, 0);
  g_signal_emit_by_name (refresh, "clicked");
  g_assert_false (gtk_widget_get_sensitive (refresh));
  wait_until (find_text (dialog, "1 row") != NULL);
  g_assert_nonnull (find_text (dialog, "Event of 10:00:05"));
  g_assert_nonnull (find_text (dialog, " later"));
  g_assert_nonnull (find_text (dialog, "t · "));

  row = find_widget (dialog, ADW_TYPE_EXPANDER_ROW);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  wait_until (find_text (row, LATE_ROW) != NULL);
  wait_until (find_text (row, "0000  7b 22 6b 22 3a 22 73 6c 6f 77 20 62 75 73 22 2c  {\"k\":\"slow bus\",") != NULL);
  g_signal_emit_by_name (find_named (row, "Copy"), "clicked");
  copied = dup_clipboard (dialog);
  g_assert_cmpstr (copied, ==, LATE_ROW);
  press_escape (dialog);
  wait_until (find_text (GTK_WIDGET (fixture.window), "1 late") != NULL);
  fixture_clear (&fixture);
}

static void
test_unreadable (void)
{
  Fixture    fixture;
  GtkWidget *dialog, *row;

  fixture_init (&fixture, "{\"k\":\"a\",\"ts\":\"2024-05-03T10:01:00Z\"}\n{\"k\": <oops>, \x01\xff\n");
  wait_until (weir_query_get_n_bad_rows (fixture.query) == 1);
  dialog = open_samples (&fixture, "show-bad");
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Unreadable Rows");
  wait_until (find_text (dialog, "1 row") != NULL);
  row = find_widget (dialog, ADW_TYPE_EXPANDER_ROW);
  g_assert_nonnull (find_text (row, "The text is not UTF-8"));
  g_assert_nonnull (find_text (row, "t · byte 38 · "));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  wait_until (find_text (row, "{\"k\": <oops>, \x01\uFFFD") != NULL);
  wait_until (find_text (row, "01 ff") != NULL);
  press_escape (dialog);
  fixture_clear (&fixture);
}

static void
test_hex (void)
{
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) two_lines = g_bytes_new_static ("0123456789abcdef\xc3\xa9\t~", 20);
  g_autofree char   *empty = weir_format_hex (none);
  g_autofree char   *text = weir_format_hex (two_lines);

  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (text, ==,
                   "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
                   "0010  c3 a9 09 7e                                      ...~");
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestSamples");
  g_test_add_func ("/window/samples/late", test_late);
  g_test_add_func ("/window/samples/unreadable", test_unreadable);
  g_test_add_func ("/window/samples/hex", test_hex);
  return window_test_run ();
}
