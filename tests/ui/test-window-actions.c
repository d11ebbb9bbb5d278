/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "support/temp-dir.h"
#include "ui/window/main-window.h"
#include "window-help.h"

/* Commands of the window as keys and menus give them: choosing, adding and deleting queries, finding and exporting rows, files by name. */

#define TABLE  "CREATE TABLE o USING demo OPTIONS (kind 'orders');\n"
#define FIRST  "CREATE STREAMING QUERY q AS SELECT region FROM STREAM o;\n"
#define SECOND "-- weir:chart second {\"kind\":\"area\"}\nCREATE STREAMING QUERY second AS SELECT product FROM STREAM o ;\n"
#define THIRD  "CREATE STREAMING QUERY third AS SELECT quantity FROM STREAM o;\n"

static const char *
get_name (WeirWindow *window)
{
  return weir_query_page_get_name (weir_window_get_page (window));
}

static gboolean
is_enabled (WeirWindow *window,
            const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
assert_text (WeirWindow *window,
             const char *expected)
{
  g_autofree char *text = weir_document_dup_text (weir_window_get_document (window));

  g_assert_cmpstr (text, ==, expected);
}

static void
test_choose (void)
{
  WeirWindow *window = open_query_window (TABLE FIRST SECOND THIRD);

  g_assert_cmpstr (get_name (window), ==, "q");
  activate (window, "next-query");
  g_assert_cmpstr (get_name (window), ==, "second");
  activate (window, "previous-query");
  activate (window, "previous-query");
  g_assert_cmpstr (get_name (window), ==, "third");
  activate (window, "next-query");
  g_assert_cmpstr (get_name (window), ==, "q");
  close_window (window);
}

/* A new query reads the last source, has a name of its own, and is one step of undo. */
static void
test_add (void)
{
  WeirWindow   *window = open_query_window (TABLE FIRST "CREATE STREAMING QUERY query_1 AS SELECT region FROM STREAM o;\n");
  WeirDocument *document = weir_window_get_document (window);

  activate (window, "add-query");
  g_assert_cmpstr (get_name (window), ==, "query_2");
  g_assert_cmpuint (weir_check_get_n_problems (weir_document_get_check (document)), ==, 0);
  wait_until (find_text (GTK_WIDGET (window), "query_2") != NULL);
  activate (window, "undo");
  g_assert_null (weir_document_find_query (document, "query_2"));
  g_assert_cmpstr (get_name (window), ==, "q");
  activate (window, "redo");
  g_assert_nonnull (weir_document_find_query (document, "query_2"));
  close_window (window);
}

/* Without a source, that is asked for first. */
static void
test_add_without_source (void)
{
  WeirWindow *window = open_query_window ("");
  GtkWidget  *dialog;

  activate (window, "add-query");
  wait_until ((dialog = find_toplevel ("WeirSourceDialog")) != NULL);
  gtk_window_destroy (GTK_WINDOW (dialog));
  assert_text (window, "");
  close_window (window);
}

/* It goes with its chart and its run; the button of the toast brings it back. */
static void
test_delete (void)
{
  WeirWindow   *window = open_query_window (TABLE FIRST SECOND THIRD);
  WeirDocument *document = weir_window_get_document (window);
  GtkWidget    *undo;

  weir_window_select_query (window, "second");
  activate (window, "run");
  wait_until (weir_document_get_query (document, "second") != NULL);
  activate (window, "delete-query");
  assert_text (window, TABLE FIRST THIRD);
  g_assert_cmpstr (get_name (window), ==, "q");
  wait_until (!weir_document_has_running (document));
  wait_until (find_text (GTK_WIDGET (window), "Query deleted") != NULL);
  undo = find_named (GTK_WIDGET (window), "_Undo");
  g_assert_nonnull (undo);
  g_signal_emit_by_name (undo, "clicked");
  assert_text (window, TABLE FIRST SECOND THIRD);
  close_window (window);
}

static void
test_sidebar (void)
{
  WeirWindow *window = open_query_window (TABLE FIRST);
  GtkWidget  *sidebar = find_widget (GTK_WIDGET (window), g_type_from_name ("WeirSidebar"));

  wait_until (gtk_widget_get_mapped (sidebar));
  activate (window, "toggle-sidebar");
  wait_until (!gtk_widget_get_mapped (sidebar));
  activate (window, "toggle-sidebar");
  wait_until (gtk_widget_get_mapped (sidebar));
  close_window (window);
}

/* In a folded window it takes the place of the query, and back. */
static void
test_folded_sidebar (void)
{
  WeirWindow *window = open_query_window (TABLE FIRST);
  AdwLeaflet *leaflet = ADW_LEAFLET (find_widget (GTK_WIDGET (window), ADW_TYPE_LEAFLET));
  GtkWidget  *sidebar = find_widget (GTK_WIDGET (window), g_type_from_name ("WeirSidebar"));

  gtk_window_set_default_size (GTK_WINDOW (window), 400, 700);
  wait_until (adw_leaflet_get_folded (leaflet));
  g_assert_false (gtk_widget_is_ancestor (sidebar, adw_leaflet_get_visible_child (leaflet)));
  activate (window, "toggle-sidebar");
  g_assert_true (gtk_widget_is_ancestor (sidebar, adw_leaflet_get_visible_child (leaflet)));
  activate (window, "toggle-sidebar");
  g_assert_false (gtk_widget_is_ancestor (sidebar, adw_leaflet_get_visible_child (leaflet)));
  activate (window, "back");
  g_assert_true (gtk_widget_is_ancestor (sidebar, adw_leaflet_get_visible_child (leaflet)));
  close_window (window);
}

static void
text_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(char **)user_data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_copy_sql (void)
{
  WeirWindow      *window = open_query_window (TABLE FIRST);
  g_autofree char *text = NULL;

  activate (window, "copy-sql");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (window)), NULL, text_cb, &text);
  wait_until (text != NULL);
  g_assert_cmpstr (text, ==, TABLE FIRST);
  wait_until (find_text (GTK_WIDGET (window), "SQL copied") != NULL);
  close_window (window);
}

/* Rows. ------------------------------------------------------------------------------------------------------------ */

/* A window whose query has read four rows of a file. */
static WeirWindow *
open_with_rows (WeirTempDir *dir)
{
  g_autofree char *path = weir_temp_dir_build (dir, "rows.json");
  g_autofree char *text = NULL;
  WeirWindow      *window;

  g_assert_true (g_file_set_contents (path,
                                      "{\"city\":\"seoul\",\"mm\":3}\n{\"city\":\"busan\",\"mm\":5}\n"
                                      "{\"city\":\"north, \\\"new\\\"\",\"mm\":null}\n{\"city\":\"ulsan\",\"mm\":8}\n",
                                      -1, NULL));
  text = g_strdup_printf ("CREATE TABLE t (city STRING, mm INT) USING json OPTIONS (path '%s');\n"
                          "CREATE STREAMING QUERY q AS SELECT * FROM STREAM t;\n",
                          path);
  window = open_query_window (text);
  g_assert_false (is_enabled (window, "export"));
  activate (window, "run");
  wait_until (find_text (GTK_WIDGET (window), "4 rows") != NULL);
  return window;
}

/* Ctrl+F from Design: the rows are shown, the field has the focus, what is typed leaves the rows that have it. */
static void
test_find (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  WeirWindow             *window = open_with_rows (dir);
  GtkWidget              *focus;

  activate (window, "design");
  g_assert_cmpstr (weir_query_page_get_view (weir_window_get_page (window)), ==, "design");
  activate (window, "find");
  g_assert_cmpstr (weir_query_page_get_view (weir_window_get_page (window)), ==, "results");
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (GTK_IS_TEXT (focus));
  gtk_editable_set_text (GTK_EDITABLE (focus), "SAN");
  wait_until (find_text (GTK_WIDGET (window), "2 of 4") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (focus), "");
  wait_until (find_text (GTK_WIDGET (window), "4 rows") != NULL);
  close_window (window);
}

static gboolean
has_file (GtkWidget *dialog,
          GFile     *file)
{
  g_autoptr (GFile) chosen = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

  return chosen != NULL && g_file_equal (chosen, file);
}

/* The dialog that asks for a file, answered with @path. */
static void
answer_chooser (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GtkWidget        *dialog;

  wait_until ((dialog = find_toplevel ("GtkFileChooserDialog")) != NULL);
  /* As typed into the field of the name: a path goes before the folder that is shown. */
  if (gtk_file_chooser_get_action (GTK_FILE_CHOOSER (dialog)) == GTK_FILE_CHOOSER_ACTION_SAVE)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), path);
  else
    g_assert_true (gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), file, NULL));
  wait_until (has_file (dialog, file));
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT);
  wait_until (find_toplevel ("GtkFileChooserDialog") == NULL);
}

static void
assert_file (const char *path,
             const char *expected)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

/* The rows that are listed, in a format by the name: RFC 4180 or one object a line. */
static void
test_export (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *csv = weir_temp_dir_build (dir, "out.csv");
  g_autofree char        *json = weir_temp_dir_build (dir, "out.ndjson");
  WeirWindow             *window = open_with_rows (dir);

  activate (window, "export");
  answer_chooser (csv);
  wait_until (find_text (GTK_WIDGET (window), "4 rows exported") != NULL);
  assert_file (csv, "city,mm\r\nseoul,3\r\nbusan,5\r\n\"north, \"\"new\"\"\",\r\nulsan,8\r\n");
  activate (window, "find");
  gtk_editable_set_text (GTK_EDITABLE (gtk_window_get_focus (GTK_WINDOW (window))), "usan");
  wait_until (find_text (GTK_WIDGET (window), "1 of 4") != NULL);
  activate (window, "export");
  answer_chooser (json);
  wait_until (g_file_test (json, G_FILE_TEST_EXISTS));
  assert_file (json, "{\"city\":\"busan\",\"mm\":5}\n");
  close_window (window);
}

/* Files. ----------------------------------------------------------------------------------------------------------- */

/* A name without an ending gets that of scripts; what was saved is opened by name in a window of its own. */
static void
test_save_and_open (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *plain = weir_temp_dir_build (dir, "mine");
  g_autofree char        *path = weir_temp_dir_build (dir, "mine.weir");
  WeirWindow             *window = open_query_window (TABLE FIRST);
  WeirDocument           *document = weir_window_get_document (window);
  GtkWidget              *dialog;

  activate (window, "save");
  wait_until ((dialog = find_toplevel ("GtkFileChooserDialog")) != NULL);
  gtk_dialog_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  wait_until (find_toplevel ("GtkFileChooserDialog") == NULL);
  g_assert_null (weir_document_get_file (document));
  activate (window, "save-as");
  answer_chooser (plain);
  wait_until (weir_document_get_file (document) != NULL && !weir_document_get_modified (document));
  assert_file (path, TABLE FIRST);
  g_assert_false (g_file_test (plain, G_FILE_TEST_EXISTS));
  wait_until (find_text (GTK_WIDGET (window), "Saved") != NULL);
  g_assert_false (is_enabled (window, "save"));
  close_window (window);
  window = open_query_window ("");
  activate (window, "open");
  answer_chooser (path);
  wait_until (weir_document_get_file (weir_window_get_document (window)) != NULL);
  assert_text (window, TABLE FIRST);
  g_assert_cmpstr (get_name (window), ==, "q");
  close_window (window);
}

/* What cannot be written is said, and the edits stay unsaved. */
static void
test_save_fails (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "gone.weir");
  WeirWindow             *window = open_query_window (TABLE FIRST);
  WeirDocument           *document = weir_window_get_document (window);

  activate (window, "save-as");
  answer_chooser (path);
  wait_until (weir_document_get_file (document) != NULL && !weir_document_get_modified (document));
  weir_document_replace_text (document, TABLE FIRST THIRD);
  g_clear_pointer (&dir, weir_temp_dir_free);
  activate (window, "save");
  wait_until (find_text (GTK_WIDGET (window), "Not saved: ") != NULL);
  g_assert_true (weir_document_get_modified (document));
  g_assert_true (is_enabled (window, "save"));
  close_window (window);
}

int
main (int    argc,
      char **argv)
{
  window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestActions");
  g_test_add_func ("/window/actions/choose", test_choose);
  g_test_add_func ("/window/actions/add", test_add);
  g_test_add_func ("/window/actions/add-without-source", test_add_without_source);
  g_test_add_func ("/window/actions/delete", test_delete);
  g_test_add_func ("/window/actions/sidebar", test_sidebar);
  g_test_add_func ("/window/actions/folded-sidebar", test_folded_sidebar);
  g_test_add_func ("/window/actions/copy-sql", test_copy_sql);
  g_test_add_func ("/window/actions/find", test_find);
  g_test_add_func ("/window/actions/export", test_export);
  g_test_add_func ("/window/actions/save-and-open", test_save_and_open);
  g_test_add_func ("/window/actions/save-fails", test_save_fails);
  return window_test_run ();
}
