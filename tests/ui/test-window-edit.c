/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "ui/builder/steps-view.h"
#include "ui/ui-init.h"
#include "ui/window/main-window.h"
#include "window-help.h"

/* Editing by keyboard: where the focus is after a card was edited, whose undo Ctrl+Z is, the way from a card to the SQL. */

#define SCRIPT                                                                          \
  "-- weir: 1\n"                                                                        \
  "CREATE TABLE o USING demo OPTIONS (kind 'orders');\n"                                \
  "CREATE STREAMING QUERY q OUTPUT MODE COMPLETE AS SELECT region, max(price) AS top\n" \
  "FROM STREAM o WHERE quantity > 1 GROUP BY region ORDER BY top;\n"

static GtkWidget *
steps_of (WeirWindow *window)
{
  return find_widget (GTK_WIDGET (weir_window_get_page (window)), WEIR_TYPE_STEPS_VIEW);
}

static void
assert_focus_in (WeirWindow *window,
                 const char *tooltip)
{
  GtkWidget *expected = find_named (steps_of (window), tooltip);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  g_assert_nonnull (expected);
  g_assert_nonnull (focus);
  g_assert_true (focus == expected || gtk_widget_is_ancestor (focus, expected));
}

static void
test_focus_stays (void)
{
  WeirWindow      *window = open_query_window (SCRIPT);
  WeirDocument    *document = weir_window_get_document (window);
  g_autofree char *text = weir_document_dup_text (document);
  char            *number = strstr (text, "quantity > 1") + 11;

  gtk_widget_grab_focus (find_named (steps_of (window), "Edit Filter"));
  assert_focus_in (window, "Edit Filter");
  *number = '2';
  weir_document_replace_text (document, text);
  weir_document_check_now (document);
  assert_focus_in (window, "Edit Filter");
  close_window (window);
}

static void
test_focus_after_removal (void)
{
  WeirWindow      *window = open_query_window (SCRIPT);
  GtkWidget       *button = find_named (steps_of (window), "Remove Filter");
  g_autofree char *text = NULL;

  gtk_widget_grab_focus (button);
  g_signal_emit_by_name (button, "clicked");
  text = weir_document_dup_text (weir_window_get_document (window));
  g_assert_null (strstr (text, "quantity"));
  assert_focus_in (window, "Add Filter");
  close_window (window);
}

/* From the last card one Tab goes to the first button that adds a step. */
static void
test_tab_to_add (void)
{
  WeirWindow *window = open_query_window (SCRIPT);

  gtk_widget_grab_focus (find_named (steps_of (window), "Edit Output"));
  gtk_widget_child_focus (GTK_WIDGET (window), GTK_DIR_TAB_FORWARD);
  assert_focus_in (window, "Add Join");
  close_window (window);
}

static void
test_edit_sql (void)
{
  WeirWindow *window = open_query_window (SCRIPT);
  GtkWidget  *view = find_widget (GTK_WIDGET (weir_window_get_page (window)), GTK_SOURCE_TYPE_VIEW);

  g_assert_nonnull (view);
  g_signal_emit_by_name (find_named (steps_of (window), "Edit SQL"), "clicked");
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == view);
  gtk_widget_grab_focus (find_named (steps_of (window), "Edit Filter"));
  g_action_group_activate_action (G_ACTION_GROUP (window), "edit-sql", NULL);
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (window)) == view);
  close_window (window);
}

/* In a field Ctrl+Z takes back what was typed there, not an edit of the query. */
static void
test_undo_in_field (void)
{
  WeirWindow      *window = open_query_window (SCRIPT);
  WeirDocument    *document = weir_window_get_document (window);
  g_autofree char *text = weir_document_dup_text (document);
  g_autofree char *after = NULL;
  GtkWidget       *field;

  *strstr (text, "> 1") = '<';
  weir_document_replace_text (document, text);
  weir_document_check_now (document);
  g_action_group_activate_action (G_ACTION_GROUP (window), "search", NULL);
  field = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (GTK_IS_TEXT (field));
  gtk_editable_insert_text (GTK_EDITABLE (field), "abc", 3, &(int){ 0 });
  g_action_group_activate_action (G_ACTION_GROUP (window), "undo", NULL);
  after = weir_document_dup_text (document);
  g_assert_cmpstr (after, ==, text);
  close_window (window);
}

/* Enter in the search goes to the first match. */
static void
test_search (void)
{
  g_autofree char *script = g_strconcat (SCRIPT, "CREATE STREAMING QUERY other AS SELECT region FROM STREAM o;\n", NULL);
  WeirWindow      *window = open_query_window (script);
  GtkWidget       *field;

  g_action_group_activate_action (G_ACTION_GROUP (window), "search", NULL);
  field = gtk_window_get_focus (GTK_WINDOW (window));
  gtk_editable_set_text (GTK_EDITABLE (field), "OTH");
  g_signal_emit_by_name (gtk_widget_get_ancestor (field, GTK_TYPE_SEARCH_ENTRY), "activate");
  g_assert_cmpstr (weir_query_page_get_name (weir_window_get_page (window)), ==, "other");
  close_window (window);
}

static void
test_problem (void)
{
  g_autofree char *script = g_strdup (SCRIPT);
  WeirWindow      *window;
  WeirDocument    *document;
  GtkWidget       *mark;

  memcpy (strstr (script, "price"), "prise", 5);
  window = open_query_window (script);
  document = weir_window_get_document (window);
  mark = find_named (steps_of (window), weir_check_get_problem (weir_document_get_check (document), 0)->message);
  g_assert_true (GTK_IS_IMAGE (mark));
  g_assert_nonnull (find_named (gtk_widget_get_ancestor (mark, GTK_TYPE_BOX), "Add an Aggregate"));
  close_window (window);
}

int
main (int    argc,
      char **argv)
{
  window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestEdit");
  g_test_add_func ("/window/edit/focus-stays", test_focus_stays);
  g_test_add_func ("/window/edit/focus-after-removal", test_focus_after_removal);
  g_test_add_func ("/window/edit/tab-to-add", test_tab_to_add);
  g_test_add_func ("/window/edit/edit-sql", test_edit_sql);
  g_test_add_func ("/window/edit/undo-in-field", test_undo_in_field);
  g_test_add_func ("/window/edit/search", test_search);
  g_test_add_func ("/window/edit/problem", test_problem);
  return window_test_run ();
}
