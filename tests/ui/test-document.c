/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "ui/ui-init.h"
#include "ui/window/document.h"
#include "ui/window/drafts.h"
#include "ui/window/samples-dialog.h"
#include "window-help.h"

#define SCRIPT                                                                          \
  "-- weir: 1\n"                                                                        \
  "CREATE TABLE o USING demo OPTIONS (kind 'orders', rowsPerSecond 50);\n"              \
  "CREATE STREAMING QUERY q OUTPUT MODE UPDATE TRIGGER PROCESSING TIME '1 second' AS\n" \
  "SELECT region, count(*) AS n FROM STREAM o GROUP BY region;\n"                       \
  "SELECT 1 AS one;\n"

typedef struct
{
  gboolean done;
  gboolean ok;
  GError  *error;
} Outcome;

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = weir_document_open_finish (WEIR_DOCUMENT (source), result, &outcome->error);
  outcome->done = TRUE;
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Outcome *outcome = data;

  outcome->ok = weir_document_save_finish (WEIR_DOCUMENT (source), result, &outcome->error);
  outcome->done = TRUE;
}

static GFile *
make_file (const char *name,
           const char *content,
           gssize      length)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), name, NULL);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (path, content, length, NULL));
  return g_file_new_for_path (path);
}

static gboolean
open_file (WeirDocument *document,
           GFile        *file,
           GError      **error)
{
  Outcome outcome = { 0 };

  weir_document_open_async (document, file, NULL, opened_cb, &outcome);
  wait_until (outcome.done);
  if (outcome.error != NULL)
    g_propagate_error (error, outcome.error);
  return outcome.ok;
}

static void
save_file (WeirDocument *document,
           GFile        *file)
{
  Outcome outcome = { 0 };

  weir_document_save_async (document, file, NULL, saved_cb, &outcome);
  wait_until (outcome.done);
  g_assert_no_error (outcome.error);
  g_assert_true (outcome.ok);
}

static void
test_bytes_stay (void)
{
  static const char *const texts[] = {
    "",
    "SELECT 1",
    "SELECT 1;\r\nSELECT 2;\r\n",
    "\xef\xbb\xbfSELECT 1;\n\n\n",
    "-- 한글 \xf0\x9f\x8c\x8a\nSELECT '\t';  \n-- weir:unknown q {\"a\": 1}\n",
    SCRIPT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (WeirDocument) document = weir_document_new ();
      g_autoptr (GFile)        file = make_file ("a.weir", texts[i], -1);
      g_autoptr (GFile)        other = make_file ("b.weir", "", 0);
      g_autofree char         *written = NULL;
      gsize                    length;
      GError                  *error = NULL;

      g_assert_true (open_file (document, file, &error));
      g_assert_no_error (error);
      g_assert_false (weir_document_get_modified (document));
      save_file (document, other);
      g_assert_true (g_file_load_contents (other, NULL, &written, &length, NULL, &error));
      g_assert_cmpmem (written, length, texts[i], strlen (texts[i]));
    }
}

static void
test_replace_is_one_step (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  GtkTextBuffer           *buffer = GTK_TEXT_BUFFER (weir_document_get_buffer (document));
  g_autofree char         *changed = NULL;
  g_autofree char         *back = NULL;

  weir_document_set_text (document, "SELECT é, a FROM t WHERE ü = 1", "x");
  g_assert_false (weir_document_get_modified (document));
  weir_document_replace_text (document, "SELECT è, bcd FROM t WHERE ü = 1");
  changed = weir_document_dup_text (document);
  g_assert_cmpstr (changed, ==, "SELECT è, bcd FROM t WHERE ü = 1");
  g_assert_true (weir_document_get_modified (document));
  g_assert_true (gtk_text_buffer_get_can_undo (buffer));
  gtk_text_buffer_undo (buffer);
  back = weir_document_dup_text (document);
  g_assert_cmpstr (back, ==, "SELECT é, a FROM t WHERE ü = 1");
  g_assert_false (gtk_text_buffer_get_can_undo (buffer));
}

static void
assert_refused (const char *content,
                gssize      length,
                const char *word)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autoptr (GFile)        file = make_file ("bad.weir", content, length);
  g_autoptr (GError)       error = NULL;

  g_assert_false (open_file (document, file, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, word));
  g_assert_true (g_str_has_prefix (error->message, "bad.weir: "));
  g_assert_true (weir_document_get_is_empty (document));
  g_assert_null (weir_document_get_file (document));
}

static void
test_bad_files (void)
{
  g_autofree char         *huge = g_malloc (WEIR_DOCUMENT_MAX_BYTES + 10);
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autoptr (GFile)        missing = g_file_new_for_path ("/nowhere/at/all.weir");
  g_autoptr (GFile)        folder = g_file_new_for_path ("/");
  g_autoptr (GFile)        device = g_file_new_for_path ("/dev/zero");
  g_autoptr (GError)       error = NULL;

  memset (huge, 'a', WEIR_DOCUMENT_MAX_BYTES + 10);
  assert_refused (huge, WEIR_DOCUMENT_MAX_BYTES + 10, "16.0");
  assert_refused ("SELECT\0 1", 9, "Byte 7");
  assert_refused ("SELECT '\xff'", -1, "byte 9");
  assert_refused ("SELECT '\xed\x95", -1, "cut off");
  g_assert_false (open_file (document, missing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (open_file (document, folder, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);
  g_assert_false (open_file (document, device, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);
}

static void
test_newer_is_read_only (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autoptr (GFile)        file = make_file ("new.weir", "-- weir: 99\nSELECT 1;\n", -1);

  g_assert_true (open_file (document, file, NULL));
  g_assert_true (weir_document_get_read_only (document));
}

static void
test_strangers (void)
{
  g_autoptr (GFile)        file = make_file ("stranger.weir", SCRIPT, -1);
  g_autoptr (GFile)        own = make_file ("own.weir", "", 0);
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autoptr (WeirDocument) again = weir_document_new ();
  g_autoptr (WeirDocument) mine = weir_document_new ();
  g_autoptr (WeirDocument) mine_again = weir_document_new ();

  g_assert_false (weir_document_get_needs_trust (document));
  g_assert_true (open_file (document, file, NULL));
  g_assert_true (weir_document_get_needs_trust (document));
  weir_document_trust (document);
  g_assert_true (open_file (again, file, NULL));
  g_assert_false (weir_document_get_needs_trust (again));
  weir_document_set_text (mine, "SELECT 2;\n", "x");
  save_file (mine, own);
  g_assert_true (open_file (mine_again, own, NULL));
  g_assert_false (weir_document_get_needs_trust (mine_again));
}

static void
test_names (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_auto (GStrv)           queries = NULL;
  g_auto (GStrv)           sources = NULL;
  g_auto (GStrv)           broken = NULL;

  weir_document_set_text (document, SCRIPT, "x");
  queries = weir_document_list_queries (document);
  sources = weir_document_list_sources (document);
  g_assert_cmpuint (g_strv_length (queries), ==, 2);
  g_assert_cmpstr (queries[0], ==, "q");
  g_assert_cmpstr (queries[1], ==, "Query 2");
  g_assert_cmpstr (sources[0], ==, "o");
  g_assert_cmpstr (weir_document_find_query (document, "q")->output_mode, ==, "update");
  /* What cannot be parsed for the moment keeps its name. */
  {
    g_autofree char *text = g_strdup (SCRIPT);

    memcpy (strstr (text, "GROUP BY"), "GROUP QQ", 8);
    weir_document_replace_text (document, text);
  }
  weir_document_check_now (document);
  broken = weir_document_list_queries (document);
  g_assert_cmpstr (broken[0], ==, "q");
  g_assert_cmpuint (weir_check_get_n_problems (weir_document_get_check (document)), >, 0);
}

static WeirQueryState
state_of (WeirDocument *document,
          const char   *name)
{
  WeirQuery *query = weir_document_get_query (document, name);

  return query != NULL ? weir_query_get_state (query) : WEIR_QUERY_STOPPED;
}

static gboolean
has_rows (WeirDocument *document,
          const char   *name)
{
  WeirQuery               *query = weir_document_get_query (document, name);
  g_autoptr (WeirSnapshot) snapshot = query != NULL ? weir_query_take_snapshot (query) : NULL;

  return snapshot != NULL && weir_snapshot_get_n_rows (snapshot) > 0;
}

static void
test_run_stop_edit_run (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autofree char         *text = NULL;
  g_autofree char         *error_text = NULL;

  weir_document_set_text (document, SCRIPT, "x");
  weir_document_run_query (document, "q");
  g_assert_true (weir_document_get_is_starting (document, "q"));
  g_assert_true (weir_document_has_running (document));
  wait_until (has_rows (document, "q"));
  g_assert_true (weir_document_has_running (document));
  g_assert_false (weir_document_get_is_stale (document, "q"));
  text = g_strdup (SCRIPT);
  memcpy (strstr (text, "AS n"), "AS m", 4);
  weir_document_replace_text (document, text);
  weir_document_check_now (document);
  g_assert_true (weir_document_get_is_stale (document, "q"));
  /* Runs again without being stopped by hand. */
  weir_document_run_query (document, "q");
  wait_until (!weir_document_get_is_stale (document, "q") && has_rows (document, "q"));
  weir_document_stop_query (document, "q");
  wait_until (state_of (document, "q") == WEIR_QUERY_STOPPED);
  weir_document_set_text (document, "CREATE STREAMING QUERY q AS SELECT nothing FROM STREAM nowhere;", "x");
  weir_document_run_query (document, "q");
  wait_until (!weir_document_get_is_starting (document, "q"));
  error_text = weir_document_dup_run_error (document, "q");
  g_assert_nonnull (strstr (error_text, "nowhere"));
}

static void
test_several_run (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();

  weir_document_set_text (document, SCRIPT, "x");
  weir_document_run_query (document, "q");
  weir_document_run_query (document, "Query 2");
  wait_until (has_rows (document, "q") && has_rows (document, "Query 2"));
  weir_document_stop_all (document);
  wait_until (!weir_document_has_running (document));
}

static void
test_annotations (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autofree char         *json = NULL;
  g_autofree char         *text = NULL;

  weir_document_set_text (document, SCRIPT, "x");
  weir_document_set_annotation (document, "chart", "q", "{\"kind\":\"area\"}");
  json = weir_document_dup_annotation (document, "chart", "q");
  g_assert_cmpstr (json, ==, "{\"kind\":\"area\"}");
  gtk_text_buffer_undo (GTK_TEXT_BUFFER (weir_document_get_buffer (document)));
  text = weir_document_dup_text (document);
  g_assert_cmpstr (text, ==, SCRIPT);
}

static void
test_drafts (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autoptr (WeirDraft)    draft = weir_draft_new (document, NULL);
  g_auto (GStrv)           paths = NULL;
  g_auto (GStrv)           none = NULL;
  g_autofree char         *text = NULL;
  g_autoptr (GFile)        file = NULL;
  gboolean                 stranger = TRUE;

  weir_document_set_text (document, "SELECT 1;\n", "x");
  weir_document_replace_text (document, "SELECT 'a\\n\t한';\r\n");
  weir_draft_flush (draft);
  paths = weir_drafts_list ();
  g_assert_cmpuint (g_strv_length (paths), ==, 1);
  g_assert_true (weir_drafts_read (paths[0], &text, &file, &stranger));
  g_assert_cmpstr (text, ==, "SELECT 'a\\n\t한';\r\n");
  g_assert_null (file);
  g_assert_false (stranger);
  weir_draft_drop (draft);
  none = weir_drafts_list ();
  g_assert_null (none[0]);
}

static void
test_hex (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("{\"a\": 1}\n\xff 234567890", 20);
  g_autofree char   *text = weir_format_hex (bytes);

  g_assert_cmpstr (text, ==,
                   "0000  7b 22 61 22 3a 20 31 7d 0a ff 20 32 33 34 35 36  {\"a\": 1}.. 23456\n"
                   "0010  37 38 39 30                                      7890");
}

/* What a view reads is known, so that its state can be that of its source. */
static void
test_view_tables (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  const WeirStatementInfo *view;

  weir_document_set_text (document, "CREATE TABLE raw USING demo;\nCREATE TEMPORARY VIEW v AS SELECT region FROM STREAM raw;\n", "x");
  weir_document_check_now (document);
  view = weir_document_find_source (document, "v");
  g_assert_nonnull (view);
  g_assert_cmpint (view->kind, ==, WEIR_STATEMENT_VIEW);
  g_assert_nonnull (view->tables);
  g_assert_cmpstr (view->tables[0], ==, "raw");
  g_assert_null (view->tables[1]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  adw_init ();
  gtk_source_init ();
  weir_ui_init ();
  g_test_add_func ("/document/bytes-stay", test_bytes_stay);
  g_test_add_func ("/document/replace-is-one-step", test_replace_is_one_step);
  g_test_add_func ("/document/bad-files", test_bad_files);
  g_test_add_func ("/document/newer-is-read-only", test_newer_is_read_only);
  g_test_add_func ("/document/strangers", test_strangers);
  g_test_add_func ("/document/names", test_names);
  g_test_add_func ("/document/run-stop-edit-run", test_run_stop_edit_run);
  g_test_add_func ("/document/several-run", test_several_run);
  g_test_add_func ("/document/annotations", test_annotations);
  g_test_add_func ("/document/drafts", test_drafts);
  g_test_add_func ("/document/view-tables", test_view_tables);
  g_test_add_func ("/document/hex", test_hex);
  return g_test_run ();
}
