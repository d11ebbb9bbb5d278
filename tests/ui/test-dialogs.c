/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "support/temp-dir.h"
#include "ui/editor/sql-completion.h"
#include "ui/window/main-window.h"
#include "ui/window/preferences.h"
#include "window-help.h"

/* Preferences, and what is proposed while SQL is typed. */

#define SCRIPT                                                          \
  "CREATE TABLE orders (region STRING, price DOUBLE) USING queue;\n"    \
  "CREATE STREAMING QUERY q AS SELECT region FROM STREAM orders WHERE " \
  "re;\n"

#define AFTER " FROM STREAM orders;\n"
#define BEFORE                                                                                 \
  "CREATE TABLE orders (region STRING, `of day` DATE, `offset` INT, price INT) USING queue;\n" \
  "CREATE STREAMING QUERY q AS SELECT "

static GtkApplication *application;

static GtkWidget *
make_preferences (void)
{
  GtkWidget *preferences = weir_preferences_new (NULL);

  gtk_window_present (GTK_WINDOW (preferences));
  wait_until (gtk_widget_get_width (preferences) > 0);
  return preferences;
}

static void
test_zone (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.weirapp.Weir");
  GtkWidget            *preferences = make_preferences ();
  GtkDropDown          *zone = GTK_DROP_DOWN (find_widget (preferences, GTK_TYPE_DROP_DOWN));
  GListModel           *zones = gtk_drop_down_get_model (zone);
  g_autofree char      *kept = NULL;
  guint                 seoul = 0;

  for (guint i = 0; i < g_list_model_get_n_items (zones); i++)
    if (strcmp (gtk_string_list_get_string (GTK_STRING_LIST (zones), i), "Asia/Seoul") == 0)
      seoul = i;
  g_assert_cmpuint (seoul, >, 0);
  gtk_drop_down_set_selected (zone, seoul);
  kept = g_settings_get_string (settings, "time-zone");
  g_assert_cmpstr (kept, ==, "Asia/Seoul");
  gtk_window_destroy (GTK_WINDOW (preferences));
  /* It is what the next one shows; so is one that the table does not know. */
  preferences = make_preferences ();
  zone = GTK_DROP_DOWN (find_widget (preferences, GTK_TYPE_DROP_DOWN));
  g_assert_cmpuint (gtk_drop_down_get_selected (zone), ==, seoul);
  gtk_drop_down_set_selected (zone, 0);
  g_free (g_steal_pointer (&kept));
  kept = g_settings_get_string (settings, "time-zone");
  g_assert_cmpstr (kept, ==, "");
  gtk_window_destroy (GTK_WINDOW (preferences));
  g_settings_set_string (settings, "time-zone", "Mars/Olympus");
  preferences = make_preferences ();
  zone = GTK_DROP_DOWN (find_widget (preferences, GTK_TYPE_DROP_DOWN));
  g_assert_cmpstr (gtk_string_object_get_string (gtk_drop_down_get_selected_item (zone)), ==, "Mars/Olympus");
  gtk_window_destroy (GTK_WINDOW (preferences));
  g_settings_reset (settings, "time-zone");
}

/* A cell that begins with @text; nullable. */
static GtkWidget *
find_inscription (GtkWidget  *widget,
                  const char *text)
{
  const char *own = GTK_IS_INSCRIPTION (widget) ? gtk_inscription_get_text (GTK_INSCRIPTION (widget)) : NULL;

  if (own != NULL && gtk_widget_get_mapped (widget) && g_str_has_prefix (own, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_inscription (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_style (void)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.weirapp.Weir");
  GtkWidget            *preferences = make_preferences ();
  GtkWidget            *row = find_widget (preferences, ADW_TYPE_COMBO_ROW);
  int                   minimum;

  for (guint i = 0; i < 3; i++)
    {
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
      g_assert_cmpint (g_settings_get_enum (settings, "color-scheme"), ==, (int)i);
    }
  /* Without the border that a window gets from its theme. */
  gtk_widget_measure (gtk_widget_get_first_child (preferences), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  g_assert_cmpint (minimum, <=, 360);
  gtk_window_destroy (GTK_WINDOW (preferences));
  g_settings_reset (settings, "color-scheme");
}

/* Chosen in the dialog, seen in the window behind it: times in the zone, fewer rows, since the oldest page left the table. */
static void
test_effect (void)
{
  g_autoptr (GSettings)   settings = g_settings_new ("io.github.weirapp.Weir");
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_build (dir, "rows.json");
  g_autofree char        *script = NULL;
  g_autoptr (GString)     rows = g_string_new (NULL);
  GtkWidget              *preferences = make_preferences ();
  GtkDropDown            *zone = GTK_DROP_DOWN (find_widget (preferences, GTK_TYPE_DROP_DOWN));
  WeirWindow             *window;

  for (int i = 0; i < 1500; i++)
    g_string_append_printf (rows, "{\"at\":\"2024-05-03T20:%02d:%02dZ\"}\n", i / 60, i % 60);
  g_assert_true (g_file_set_contents (path, rows->str, -1, NULL));
  script = g_strdup_printf ("CREATE TABLE t (at TIMESTAMP) USING json OPTIONS (path '%s');\nCREATE STREAMING QUERY q AS SELECT at FROM STREAM t;\n", path);
  window = open_query_window (script);
  /* The first spin button is that of the rows. */
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (find_widget (preferences, GTK_TYPE_SPIN_BUTTON)), 1000);
  g_assert_cmpuint (g_settings_get_uint (settings, "result-max-rows"), ==, 1000);
  g_action_group_activate_action (G_ACTION_GROUP (window), "run", NULL);
  gtk_drop_down_set_selected (zone, 1);
  wait_until (find_inscription (GTK_WIDGET (window), "2024-05-03\u00a020:2") != NULL);
  wait_until (find_text (GTK_WIDGET (window), "476 rows") != NULL);
  for (guint i = 0; i < g_list_model_get_n_items (gtk_drop_down_get_model (zone)); i++)
    if (strcmp (gtk_string_list_get_string (GTK_STRING_LIST (gtk_drop_down_get_model (zone)), i), "Asia/Seoul") == 0)
      gtk_drop_down_set_selected (zone, i);
  wait_until (find_inscription (GTK_WIDGET (window), "2024-05-04\u00a005:2") != NULL);
  g_assert_null (find_inscription (GTK_WIDGET (window), "2024-05-03\u00a020:2"));
  gtk_window_destroy (GTK_WINDOW (preferences));
  close_window (window);
  g_settings_reset (settings, "time-zone");
  g_settings_reset (settings, "result-max-rows");
}

/* ---- completion ------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_label (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* After `re`: the column of the table, functions that begin so with their signature, and words of the language; not what begins otherwise. */
static void
test_completion (void)
{
  WeirWindow    *window = weir_window_new (application);
  WeirDocument  *document = weir_window_get_document (window);
  GtkWidget     *view;
  GtkTextBuffer *buffer;
  GtkTextIter    at;

  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 700);
  gtk_window_present (GTK_WINDOW (window));
  weir_document_set_text (document, SCRIPT, "x");
  weir_document_check_now (document);
  weir_window_select_query (window, "q");
  wait_until (gtk_widget_get_width (GTK_WIDGET (window)) > 0);
  view = find_widget (GTK_WIDGET (weir_window_get_page (window)), GTK_SOURCE_TYPE_VIEW);
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_widget_grab_focus (view);
  gtk_text_buffer_get_end_iter (buffer, &at);
  while (gtk_text_iter_get_char (&at) != ';')
    g_assert_true (gtk_text_iter_backward_char (&at));
  gtk_text_buffer_place_cursor (buffer, &at);
  gtk_source_completion_show (gtk_source_view_get_completion (GTK_SOURCE_VIEW (view)));
  wait_until (find_label (view, "region") != NULL);
  g_assert_nonnull (find_label (view, "regexp_count"));
  g_assert_null (find_label (view, "price"));
  g_assert_null (find_label (view, "abs"));
  gtk_source_completion_hide (gtk_source_view_get_completion (GTK_SOURCE_VIEW (view)));
  gtk_window_destroy (GTK_WINDOW (window));
  settle ();
}

static gboolean
reads (GtkSourceCompletionProvider *provider,
       GtkSourceCompletionContext  *context,
       GtkSourceCompletionProposal *proposal,
       const char                  *wanted)
{
  GtkSourceCompletionCell *cell = g_object_ref_sink (g_object_new (GTK_SOURCE_TYPE_COMPLETION_CELL, "column", GTK_SOURCE_COMPLETION_COLUMN_TYPED_TEXT, NULL));
  gboolean                 equal;

  gtk_source_completion_provider_display (provider, context, proposal, cell);
  equal = strcmp (gtk_label_get_text (GTK_LABEL (find_widget (GTK_WIDGET (cell), GTK_TYPE_LABEL))), wanted) == 0;
  g_object_unref (cell);
  return equal;
}

/* The proposal that reads @wanted is taken from the list that @label stands in. */
static void
choose (WeirDocument *document,
        GtkWidget    *label,
        const char   *wanted)
{
  g_autoptr (GtkSourceCompletionProvider) provider = weir_sql_completion_new (document);
  g_autoptr (GtkSourceCompletionContext)  context = NULL;
  gboolean                                found = FALSE;

  g_object_get (gtk_widget_get_ancestor (label, g_type_from_name ("GtkSourceCompletionListBox")), "context", &context, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (context)) && !found; i++)
    {
      g_autoptr (GtkSourceCompletionProposal) proposal = g_list_model_get_item (G_LIST_MODEL (context), i);

      found = reads (provider, context, proposal, wanted);
      if (found)
        gtk_source_completion_provider_activate (provider, context, proposal);
    }
  g_assert_true (found);
}

typedef struct
{
  const char *before, *typed, *after; /* the cursor is after what was typed */
  const char *wanted;
  const char *completed; /* with | for the cursor then */
} Completion;

static void
check_completion (const Completion *c)
{
  g_autofree char *script = g_strconcat (c->before, c->typed, c->after, NULL);
  g_autofree char *expected = g_strconcat (c->before, c->completed, NULL);
  WeirWindow      *window = open_query_window (script);
  GtkWidget       *view = find_widget (GTK_WIDGET (weir_window_get_page (window)), GTK_SOURCE_TYPE_VIEW);
  GtkTextBuffer   *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkWidget       *row;
  GtkTextIter      at;
  g_autofree char *text = NULL;

  gtk_widget_grab_focus (view);
  gtk_text_buffer_get_iter_at_offset (buffer, &at, (int)(strlen (c->before) + strlen (c->typed)));
  gtk_text_buffer_place_cursor (buffer, &at);
  gtk_source_completion_show (gtk_source_view_get_completion (GTK_SOURCE_VIEW (view)));
  wait_until ((row = find_label (view, c->wanted)) != NULL);
  choose (weir_window_get_document (window), row, c->wanted);
  gtk_source_completion_hide (gtk_source_view_get_completion (GTK_SOURCE_VIEW (view)));
  gtk_text_buffer_insert_at_cursor (buffer, "|", 1);
  g_object_get (buffer, "text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
  /* One step of undo takes back what was chosen. */
  gtk_text_buffer_undo (buffer);
  gtk_text_buffer_undo (buffer);
  g_clear_pointer (&text, g_free);
  g_object_get (buffer, "text", &text, NULL);
  g_assert_cmpstr (text, ==, script);
  close_window (window);
}

/* A function gets its parentheses, with the cursor between them, where there are none yet; a name is quoted when it needs to be. */
static void
test_complete (void)
{
  static const Completion cases[] = {
    { BEFORE, "reg", AFTER, "region", "region|" AFTER },
    { BEFORE, "regexp_c", AFTER, "regexp_count", "regexp_count(|)" AFTER },
    { BEFORE, "regexp_c", "(region, 'x')" AFTER, "regexp_count", "regexp_count|(region, 'x')" AFTER },
    { BEFORE, "dis", " region" AFTER, "DISTINCT", "DISTINCT| region" AFTER },
    { BEFORE, "of", AFTER, "of day", "`of day`|" AFTER },
    { BEFORE, "offs", AFTER, "offset", "`offset`|" AFTER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_completion (&cases[i]);
}

int
main (int    argc,
      char **argv)
{
  application = window_test_begin (&argc, &argv, "io.github.weirapp.Weir.TestDialogs");
  g_test_add_func ("/dialogs/preferences/zone", test_zone);
  g_test_add_func ("/dialogs/preferences/style", test_style);
  g_test_add_func ("/dialogs/preferences/effect", test_effect);
  g_test_add_func ("/dialogs/completion", test_completion);
  g_test_add_func ("/dialogs/complete", test_complete);
  return window_test_run ();
}
