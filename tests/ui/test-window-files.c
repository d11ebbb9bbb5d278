/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "support/temp-dir.h"
#include "ui/source/source-dialog-private.h"
#include "ui/ui-init.h"
#include "ui/window/drafts.h"
#include "ui/window/main-window.h"
#include "ui/window/welcome-page.h"
#include "window-help.h"

/* What a window does with files: drops, saving against others, closing with changes, files of before. */

#define SCRIPT                            \
  "-- weir: 1\n"                          \
  "CREATE TABLE o USING demo;\n"          \
  "-- weir:chart q {\"kind\":\"area\"}\n" \
  "CREATE STREAMING QUERY q AS SELECT region FROM STREAM o;\n"

static GtkApplication *application;

static WeirWindow *
make_window (void)
{
  WeirWindow *window = weir_window_new (application);

  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 700);
  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  return window;
}

static GtkWindow *
find_window (GType type)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *l = windows; l != NULL; l = l->next)
    if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type) && gtk_widget_get_visible (l->data))
      return l->data;
  return NULL;
}

static void
answer (const char *response)
{
  GtkWindow *dialog = find_window (ADW_TYPE_MESSAGE_DIALOG);

  g_assert_nonnull (dialog);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (dialog);
  settle ();
}

static GFile *
make_file (const char *name,
           const char *content)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  return g_file_new_for_path (path);
}

static void
assert_content (GFile      *file,
                const char *words,
                gboolean    has)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_load_contents (file, NULL, &content, NULL, NULL, NULL));
  g_assert_cmpint (strstr (content, words) != NULL, ==, has);
}

static WeirWindow *
open_file (GFile *file)
{
  WeirWindow *window = make_window ();

  weir_window_open (window, file);
  wait_until (weir_document_get_file (weir_window_get_document (window)) != NULL);
  settle ();
  return window;
}

static void
append (WeirWindow *window,
        const char *words)
{
  WeirDocument    *document = weir_window_get_document (window);
  g_autofree char *text = weir_document_dup_text (document);
  g_autofree char *longer = g_strconcat (text, words, NULL);

  weir_document_replace_text (document, longer);
  weir_document_check_now (document);
}

static void
drop (WeirWindow *window,
      GFile      *file)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));
  GSList                *files = g_slist_append (NULL, file);
  g_auto (GValue)        value = G_VALUE_INIT;
  gboolean               taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, files);
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 10., 10., &taken);
    }
  g_assert_true (taken);
  g_slist_free (files);
}

static void
test_drop_data (void)
{
  g_autoptr (GFile) file = make_file ("rain.jsonl", "{\"at\": \"2026-01-31T10:00:01Z\", \"city\": \"seoul\", \"mm\": 3}\n{\"at\": \"2026-01-31T10:00:04Z\", \"city\": \"busan\", \"mm\": 5}\n");
  WeirWindow       *window = make_window ();
  WeirDocument     *document = weir_window_get_document (window);
  WeirSourceDialog *dialog;

  drop (window, file);
  dialog = WEIR_SOURCE_DIALOG (find_window (WEIR_TYPE_SOURCE_DIALOG));
  g_assert_nonnull (dialog);
  wait_until (_weir_source_dialog_get_page (dialog) == 2);
  g_assert_cmpstr (_weir_source_dialog_get_draft (dialog)->value_format, ==, "json");
  g_assert_cmpuint (_weir_source_dialog_get_draft (dialog)->columns->len, ==, 3);
  _weir_source_dialog_next (dialog);
  settle ();
  g_assert_nonnull (weir_window_get_page (window));
  g_assert_cmpuint (weir_check_get_n_problems (weir_document_get_check (document)), ==, 0);
  activate (window, "run");
  wait_until (weir_document_get_query (document, weir_query_page_get_name (weir_window_get_page (window))) != NULL);
  weir_document_stop_all (document);
  wait_until (!weir_document_has_running (document));
  close_window (window);
}

static void
test_drop_script (void)
{
  g_autoptr (GFile) file = make_file ("dropped.weir", SCRIPT);
  WeirWindow       *window = make_window ();

  drop (window, file);
  wait_until (weir_document_get_file (weir_window_get_document (window)) != NULL);
  g_assert_true (g_file_equal (weir_document_get_file (weir_window_get_document (window)), file));
  /* Opening never runs. */
  g_assert_false (weir_document_has_running (weir_window_get_document (window)));
  close_window (window);
}

static void
test_written_by_others (void)
{
  g_autoptr (GFile) file = make_file ("shared.weir", SCRIPT);
  WeirWindow       *window = open_file (file);
  WeirDocument     *document = weir_window_get_document (window);
  g_autoptr (GFile) theirs = NULL;

  append (window, "SELECT 'mine';\n");
  theirs = make_file ("shared.weir", SCRIPT "SELECT 'theirs';\n");
  activate (window, "save");
  wait_until (find_window (ADW_TYPE_MESSAGE_DIALOG) != NULL);
  answer ("cancel");
  assert_content (file, "theirs", TRUE);
  g_assert_true (weir_document_get_modified (document));
  activate (window, "save");
  wait_until (find_window (ADW_TYPE_MESSAGE_DIALOG) != NULL);
  answer ("save");
  wait_until (!weir_document_get_modified (document));
  assert_content (file, "mine", TRUE);
  assert_content (file, "theirs", FALSE);
  close_window (window);
}

static void
test_rename (void)
{
  g_autoptr (GFile) file = make_file ("names.weir", SCRIPT);
  WeirWindow       *window = open_file (file);
  WeirDocument     *document = weir_window_get_document (window);
  g_autofree char  *text = NULL;
  GtkWindow        *dialog;

  activate (window, "rename-query");
  dialog = find_window (ADW_TYPE_MESSAGE_DIALOG);
  g_assert_nonnull (dialog);
  gtk_editable_set_text (GTK_EDITABLE (adw_message_dialog_get_extra_child (ADW_MESSAGE_DIALOG (dialog))), "by region");
  answer ("rename");
  text = weir_document_dup_text (document);
  g_assert_nonnull (strstr (text, "CREATE STREAMING QUERY `by region` AS"));
  /* What the window remembers of it goes along. */
  g_assert_nonnull (strstr (text, "area"));
  g_assert_null (strstr (text, "chart q "));
  g_assert_cmpstr (weir_query_page_get_name (weir_window_get_page (window)), ==, "by region");
  close_window (window);
}

static void
test_close_with_changes (void)
{
  g_autoptr (GFile) file = make_file ("changed.weir", SCRIPT);
  WeirWindow       *window = open_file (file);
  /* A window that is destroyed leaves its draft, as one does that crashed, and the tests before have destroyed some. */
  g_auto (GStrv) before = weir_drafts_list ();
  g_auto (GStrv) drafts = NULL;

  append (window, "SELECT 'kept';\n");
  gtk_window_close (GTK_WINDOW (window));
  g_assert_nonnull (find_window (ADW_TYPE_MESSAGE_DIALOG));
  answer ("cancel");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window)));
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *)&window);
  gtk_window_close (GTK_WINDOW (window));
  answer ("save");
  wait_until (window == NULL);
  assert_content (file, "kept", TRUE);

  window = open_file (file);
  append (window, "SELECT 'thrown away';\n");
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *)&window);
  gtk_window_close (GTK_WINDOW (window));
  answer ("discard");
  wait_until (window == NULL);
  assert_content (file, "thrown away", FALSE);
  drafts = weir_drafts_list ();
  g_assert_cmpuint (g_strv_length (drafts), ==, g_strv_length (before));
}

static void
test_recent (void)
{
  g_autoptr (GFile) file = make_file ("recent.weir", SCRIPT);
  g_autofree char  *uri = g_file_get_uri (file);
  WeirWindow       *window = open_file (file);
  GtkRecentManager *manager = gtk_recent_manager_get_default ();
  WeirWindow       *fresh;
  GtkWidget        *welcome, *row;

  wait_until (gtk_recent_manager_has_item (manager, uri));
  close_window (window);
  fresh = make_window ();
  welcome = find_widget (GTK_WIDGET (fresh), WEIR_TYPE_WELCOME_PAGE);
  weir_welcome_page_refresh (WEIR_WELCOME_PAGE (welcome), 5);
  row = find_widget (welcome, ADW_TYPE_ACTION_ROW);
  g_assert_nonnull (row);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "recent.weir");
  adw_action_row_activate (ADW_ACTION_ROW (row));
  wait_until (weir_document_get_file (weir_window_get_document (fresh)) != NULL);
  g_assert_true (g_file_equal (weir_document_get_file (weir_window_get_document (fresh)), file));
  close_window (fresh);
}

/* One undo step each, whichever view an edit was made in. */
static void
test_undo_over_views (void)
{
  WeirWindow              *window = make_window ();
  WeirDocument            *document = weir_window_get_document (window);
  const WeirStatementInfo *info;
  g_autoptr (WeirCards)    cards = NULL;
  g_autofree char         *by_card = NULL;
  g_autofree char         *text = NULL;
  GtkTextBuffer           *buffer = GTK_TEXT_BUFFER (weir_document_get_buffer (document));
  GtkTextIter              end;

  weir_document_set_text (document, SCRIPT, "x");
  info = weir_document_find_query (document, "q");
  cards = weir_cards_new (weir_document_get_checked_text (document), info->range);
  by_card = weir_cards_set_filter (cards, "region = 'eu'");
  weir_document_replace_text (document, by_card);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_insert (buffer, &end, "-- typed\n", -1);
  gtk_text_buffer_end_user_action (buffer);
  activate (window, "undo");
  text = weir_document_dup_text (document);
  g_assert_cmpstr (text, ==, by_card);
  activate (window, "undo");
  g_free (text);
  text = weir_document_dup_text (document);
  g_assert_cmpstr (text, ==, SCRIPT);
  activate (window, "redo");
  g_free (text);
  text = weir_document_dup_text (document);
  g_assert_cmpstr (text, ==, by_card);
  close_window (window);
}

int
main (int    argc,
      char **argv)
{
  application = window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestFiles");
  g_test_add_func ("/window/files/drop-data", test_drop_data);
  g_test_add_func ("/window/files/drop-script", test_drop_script);
  g_test_add_func ("/window/files/written-by-others", test_written_by_others);
  g_test_add_func ("/window/files/rename", test_rename);
  g_test_add_func ("/window/files/close-with-changes", test_close_with_changes);
  g_test_add_func ("/window/files/recent", test_recent);
  g_test_add_func ("/window/files/undo-over-views", test_undo_over_views);
  return window_test_run ();
}
