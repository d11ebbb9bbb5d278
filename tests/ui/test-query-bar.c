/* SPDX-License-Identifier: Apache-2.0 */
/* The choices of output mode and trigger: what a query cannot have is shown with its reason, and cannot be chosen by any key. */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "ui/window/query-bar.h"
#include "window-help.h"

#define SCRIPT                                                                           \
  "CREATE TABLE lines USING socket OPTIONS (host 'localhost', port 9999);\n"             \
  "CREATE STREAMING QUERY plain OUTPUT MODE APPEND AS SELECT value FROM STREAM lines;\n" \
  "CREATE STREAMING QUERY counted OUTPUT MODE COMPLETE AS SELECT value, count(*) FROM STREAM lines GROUP BY value;\n"

typedef struct
{
  GtkWidget    *window;
  WeirDocument *document;
  GtkWidget    *bar;
} Fixture;

static void
fixture_init (Fixture    *self,
              const char *query)
{
  self->document = weir_document_new ();
  weir_document_set_text (self->document, SCRIPT, "x");
  weir_document_check_now (self->document);
  self->bar = weir_query_bar_new ();
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 1000, 400);
  gtk_window_set_child (GTK_WINDOW (self->window), self->bar);
  gtk_window_present (GTK_WINDOW (self->window));
  weir_query_bar_set_query (WEIR_QUERY_BAR (self->bar), self->document, query);
  settle ();
}

static void
fixture_clear (Fixture *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_object_unref (self->document);
  settle ();
}

/* The drop-down whose choices have @title. */
static GtkWidget *
find_choices (GtkWidget  *widget,
              const char *title)
{
  if (GTK_IS_DROP_DOWN (widget))
    {
      GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (widget));

      for (guint i = 0; i < g_list_model_get_n_items (model); i++)
        {
          g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

          if (g_str_equal (gtk_string_object_get_string (item), title))
            return widget;
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_choices (child, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL && gtk_widget_get_mapped (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_label (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
await_label (GtkWidget  *widget,
             const char *text)
{
  GtkWidget *label = NULL;

  g_assert_nonnull (text);
  wait_until ((label = find_label (widget, text)) != NULL);
  return label;
}

static void
open_list (GtkWidget *drop_down)
{
  GtkWidget *popover = find_widget (drop_down, GTK_TYPE_POPOVER);

  g_assert_nonnull (popover);
  gtk_popover_popup (GTK_POPOVER (popover));
  wait_until (gtk_widget_get_mapped (popover));
}

static guint
place_of (GtkWidget  *drop_down,
          const char *title)
{
  GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (drop_down));
  guint       i = 0;

  for (;; i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      g_assert_nonnull (item);
      if (g_str_equal (gtk_string_object_get_string (item), title))
        return i;
    }
}

static char *
text_of (Fixture *self)
{
  weir_document_check_now (self->document);
  return g_strdup (weir_document_get_checked_text (self->document));
}

/* Reasons stand in the rows, where a keyboard and a narrow window find them. */
static void
test_reasons (void)
{
  Fixture    self;
  GtkWidget *modes, *triggers, *reason;

  fixture_init (&self, "plain");
  modes = find_choices (self.bar, "Complete");
  triggers = find_choices (self.bar, "Continuous");
  g_assert_nonnull (modes);
  g_assert_nonnull (triggers);
  open_list (modes);
  reason = await_label (modes, weir_document_find_query (self.document, "plain")->complete_reason);
  g_assert_false (gtk_widget_is_sensitive (reason));
  open_list (triggers);
  reason = await_label (triggers, "Not possible: Weir works in micro-batches");
  g_assert_false (gtk_widget_is_sensitive (reason));
  reason = await_label (triggers, "The end comes when lines closes the connection.");
  g_assert_true (gtk_widget_is_sensitive (reason));
  await_label (triggers, "Deprecated in Spark");
  fixture_clear (&self);
}

/* However it comes to be selected, what is refused does not get into the text; the choice goes back. */
static void
test_refused (void)
{
  Fixture          self;
  GtkWidget       *modes, *triggers;
  g_autofree char *before = NULL, *after = NULL, *changed = NULL;
  guint            was;

  fixture_init (&self, "plain");
  modes = find_choices (self.bar, "Complete");
  triggers = find_choices (self.bar, "Continuous");
  before = text_of (&self);
  was = gtk_drop_down_get_selected (GTK_DROP_DOWN (triggers));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (triggers), place_of (triggers, "Continuous"));
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (triggers)), ==, was);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (modes), place_of (modes, "Complete"));
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (modes)), ==, place_of (modes, "Append"));
  after = text_of (&self);
  g_assert_cmpstr (after, ==, before);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (triggers), place_of (triggers, "Once"));
  changed = text_of (&self);
  g_assert_nonnull (strstr (changed, "plain OUTPUT MODE APPEND TRIGGER ONCE AS SELECT"));
  fixture_clear (&self);
}

/* Another query, other reasons. */
static void
test_other_query (void)
{
  Fixture    self;
  GtkWidget *modes;

  fixture_init (&self, "counted");
  modes = find_choices (self.bar, "Complete");
  open_list (modes);
  g_assert_nonnull (weir_document_find_query (self.document, "counted")->append_reason);
  await_label (modes, weir_document_find_query (self.document, "counted")->append_reason);
  g_assert_null (weir_document_find_query (self.document, "counted")->complete_reason);
  fixture_clear (&self);
}

/* A trigger that is no choice stands at the end while the text has it. */
static void
test_own_trigger (void)
{
  Fixture      self;
  GtkDropDown *triggers;
  guint        n;

  fixture_init (&self, "plain");
  triggers = GTK_DROP_DOWN (find_choices (self.bar, "Continuous"));
  n = g_list_model_get_n_items (gtk_drop_down_get_model (triggers));
  weir_document_replace_text (self.document, "CREATE TABLE lines USING socket OPTIONS (host 'localhost', port 9999);\n"
                                             "CREATE STREAMING QUERY plain TRIGGER PROCESSING TIME '7 seconds' AS SELECT value FROM STREAM lines;\n");
  weir_document_check_now (self.document);
  g_assert_cmpuint (gtk_drop_down_get_selected (triggers), ==, n);
  g_assert_cmpuint (place_of (GTK_WIDGET (triggers), "7 seconds"), ==, n);
  gtk_drop_down_set_selected (triggers, place_of (GTK_WIDGET (triggers), "Every Second"));
  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (triggers)), ==, n);
  g_assert_nonnull (strstr (weir_document_get_checked_text (self.document), "TRIGGER PROCESSING TIME '1 second' AS"));
  fixture_clear (&self);
}

/* The text changes under a list that is open. */
static void
test_edited (void)
{
  Fixture          self;
  GtkWidget       *modes;
  g_autofree char *reason = NULL;

  fixture_init (&self, "plain");
  modes = find_choices (self.bar, "Complete");
  open_list (modes);
  reason = g_strdup (weir_document_find_query (self.document, "plain")->complete_reason);
  await_label (modes, reason);
  weir_document_replace_text (self.document, "CREATE TABLE lines USING socket OPTIONS (host 'localhost', port 9999);\n"
                                             "CREATE STREAMING QUERY plain OUTPUT MODE COMPLETE AS SELECT count(*) FROM STREAM lines;\n");
  weir_document_check_now (self.document);
  wait_until (find_label (modes, reason) == NULL);
  fixture_clear (&self);
}

int
main (int   argc,
      char *argv[])
{
  window_test_begin (&argc, &argv, "io.github.weirapp.QueryBarTest");
  g_test_add_func ("/query-bar/reasons", test_reasons);
  g_test_add_func ("/query-bar/refused", test_refused);
  g_test_add_func ("/query-bar/other-query", test_other_query);
  g_test_add_func ("/query-bar/own-trigger", test_own_trigger);
  g_test_add_func ("/query-bar/edited", test_edited);
  return window_test_run ();
}
