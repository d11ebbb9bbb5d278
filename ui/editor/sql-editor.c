/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/editor/sql-editor.h"

#include "ui/editor/sql-completion.h"
#include "ui/editor/text-places.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

struct _WeirSqlEditor
{
  GtkWidget     parent_instance;
  WeirDocument *document; /* Owned */

  /* Widgets */
  GtkWidget *box, *view, *revealer, *icon, *label, *remedy;

  GtkTextTag *error_tag, *warning_tag; /* Borrowed from the buffer's table */
  WeirRange   fix_range;
  char       *fix; /* Owned, nullable: text of the remedy button */
};

G_DEFINE_FINAL_TYPE (WeirSqlEditor, weir_sql_editor, GTK_TYPE_WIDGET)

static GtkTextBuffer *
buffer_of (WeirSqlEditor *self)
{
  return GTK_TEXT_BUFFER (weir_document_get_buffer (self->document));
}

/* ---- style -------------------------------------------------------------------------------------------------------- */

static void
update_scheme (WeirSqlEditor *self)
{
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();
  gboolean                     dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  gtk_source_buffer_set_style_scheme (weir_document_get_buffer (self->document),
                                      gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita"));
}

/* A tag of the buffer's table, made by the first editor over it. */
static GtkTextTag *
ensure_tag (GtkTextBuffer *buffer,
            const char    *name,
            PangoUnderline underline)
{
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), name);

  return tag != NULL ? tag : gtk_text_buffer_create_tag (buffer, name, "underline", underline, NULL);
}

/* ---- problems ----------------------------------------------------------------------------------------------------- */

/* An empty range at the end of the text is shown at the character before it. */
static gboolean
problem_iters (WeirSqlEditor     *self,
               const WeirProblem *problem,
               GtkTextIter       *start,
               GtkTextIter       *end)
{
  const char *text = weir_document_get_checked_text (self->document);

  if (!weir_text_range_to_iters (buffer_of (self), text, problem->range, start, end))
    return FALSE;
  if (gtk_text_iter_equal (start, end) && !gtk_text_iter_forward_char (end))
    gtk_text_iter_backward_char (start);
  return TRUE;
}

static void
underline_problems (WeirSqlEditor *self)
{
  GtkTextBuffer *buffer = buffer_of (self);
  WeirCheck     *check = weir_document_get_check (self->document);
  GtkTextIter    start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->error_tag, &start, &end);
  gtk_text_buffer_remove_tag (buffer, self->warning_tag, &start, &end);
  for (guint i = 0; check != NULL && i < weir_check_get_n_problems (check); i++)
    {
      const WeirProblem *problem = weir_check_get_problem (check, i);

      if (problem_iters (self, problem, &start, &end))
        gtk_text_buffer_apply_tag (buffer, problem->is_warning ? self->warning_tag : self->error_tag, &start, &end);
    }
}

/* The problem at the cursor, else the first error, else the first warning. */
static const WeirProblem *
choose_problem (WeirSqlEditor *self)
{
  WeirCheck         *check = weir_document_get_check (self->document);
  const char        *text = weir_document_get_checked_text (self->document);
  const WeirProblem *chosen = NULL;
  GtkTextIter        cursor;
  guint              at;

  if (check == NULL || text == NULL || !weir_document_get_is_checked (self->document))
    return NULL;
  gtk_text_buffer_get_iter_at_mark (buffer_of (self), &cursor, gtk_text_buffer_get_insert (buffer_of (self)));
  at = weir_text_iter_to_byte (text, &cursor);
  for (guint i = 0; i < weir_check_get_n_problems (check); i++)
    {
      const WeirProblem *problem = weir_check_get_problem (check, i);

      if (problem->range.start <= at && at <= problem->range.end)
        return problem;
      if (chosen == NULL || (chosen->is_warning && !problem->is_warning))
        chosen = problem;
    }
  return chosen;
}

static void
show_problem (WeirSqlEditor *self)
{
  const WeirProblem *problem = choose_problem (self);
  g_autofree char   *tooltip = NULL;
  g_autofree char   *button = NULL;

  g_clear_pointer (&self->fix, g_free);
  if (problem == NULL)
    {
      gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
      return;
    }
  tooltip = g_strdup_printf ("%s\n%s", problem->condition, problem->message);
  gtk_label_set_text (GTK_LABEL (self->label), problem->message);
  gtk_widget_set_tooltip_text (self->label, tooltip);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), problem->is_warning ? "dialog-warning-symbolic" : "dialog-error-symbolic");
  gtk_widget_remove_css_class (self->box, problem->is_warning ? "has-error" : "has-warning");
  gtk_widget_add_css_class (self->box, problem->is_warning ? "has-warning" : "has-error");
  if (problem->suggestion != NULL)
    {
      self->fix = g_strdup (problem->suggestion);
      self->fix_range = problem->range;
      /* Translators: a button that replaces a wrong name by this one */
      button = g_strdup_printf (_ ("Use “%s”"), problem->suggestion);
      gtk_button_set_label (GTK_BUTTON (self->remedy), button);
    }
  gtk_widget_set_visible (self->remedy, self->fix != NULL);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
}

static void
remedy_cb (WeirSqlEditor *self)
{
  GtkTextBuffer *buffer = buffer_of (self);
  GtkTextIter    start, end;

  if (self->fix == NULL || !weir_document_get_is_checked (self->document) ||
      !weir_text_range_to_iters (buffer, weir_document_get_checked_text (self->document), self->fix_range, &start, &end))
    return;
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, self->fix, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_widget_grab_focus (self->view);
}

static void
checked_cb (WeirSqlEditor *self)
{
  if (weir_document_get_is_checked (self->document))
    underline_problems (self);
  show_problem (self);
}

static void
cursor_cb (WeirSqlEditor *self)
{
  if (weir_document_get_is_checked (self->document))
    show_problem (self);
}

/* ---- widget ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_view (WeirSqlEditor *self)
{
  GtkSourceBuffer                        *buffer = weir_document_get_buffer (self->document);
  GtkWidget                              *view = gtk_source_view_new_with_buffer (buffer);
  GtkSourceCompletion                    *completion = gtk_source_view_get_completion (GTK_SOURCE_VIEW (view));
  g_autoptr (GtkSourceCompletionProvider) provider = weir_sql_completion_new (self->document);

  gtk_source_view_set_show_line_numbers (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_highlight_current_line (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_auto_indent (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_insert_spaces_instead_of_tabs (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_tab_width (GTK_SOURCE_VIEW (view), 2);
  gtk_source_view_set_indent_on_tab (GTK_SOURCE_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 8);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 8);
  /* Tab leaves the editor, so that the keyboard never gets caught in it; Ctrl+Space completes. */
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("SQL"), -1);
  gtk_source_completion_add_provider (completion, provider);
  return view;
}

static GtkWidget *
make_problem_line (WeirSqlEditor *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_widget_add_css_class (line, "problem-line");
  self->icon = gtk_image_new ();
  self->label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (self->label), 3);
  gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_selectable (GTK_LABEL (self->label), TRUE);
  gtk_widget_set_hexpand (self->label, TRUE);
  self->remedy = gtk_button_new ();
  gtk_widget_set_valign (self->remedy, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->remedy, "clicked", G_CALLBACK (remedy_cb), self);
  gtk_box_append (GTK_BOX (line), self->icon);
  gtk_box_append (GTK_BOX (line), self->label);
  gtk_box_append (GTK_BOX (line), self->remedy);
  return line;
}

static void
weir_sql_editor_dispose (GObject *object)
{
  WeirSqlEditor *self = WEIR_SQL_EDITOR (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->fix, g_free);
  G_OBJECT_CLASS (weir_sql_editor_parent_class)->dispose (object);
}

static void
weir_sql_editor_class_init (WeirSqlEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_sql_editor_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "sqleditor");
}

static void
weir_sql_editor_init (WeirSqlEditor *self)
{
}

/* The own language comes with the program; a folder of it needs no installation. */
static GtkSourceLanguage *
get_language (void)
{
  static const char         folder[] = "resource:///io/github/weirapp/Weir/language-specs";
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  GtkSourceLanguage        *language;

  if (!g_strv_contains (gtk_source_language_manager_get_search_path (manager), folder))
    gtk_source_language_manager_append_search_path (manager, folder);
  language = gtk_source_language_manager_get_language (manager, "weir-sql");
  return language != NULL ? language : gtk_source_language_manager_get_language (manager, "sql");
}

GtkWidget *
weir_sql_editor_new (WeirDocument *document)
{
  WeirSqlEditor   *self = g_object_new (WEIR_TYPE_SQL_EDITOR, NULL);
  GtkSourceBuffer *buffer = weir_document_get_buffer (document);
  GtkWidget       *scroller = gtk_scrolled_window_new ();

  self->document = g_object_ref (document);
  self->error_tag = ensure_tag (GTK_TEXT_BUFFER (buffer), "weir-error", PANGO_UNDERLINE_ERROR);
  self->warning_tag = ensure_tag (GTK_TEXT_BUFFER (buffer), "weir-warning", PANGO_UNDERLINE_SINGLE);
  gtk_source_buffer_set_language (buffer, get_language ());
  update_scheme (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->view = make_view (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->view);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (self->box), scroller);
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_transition_type (GTK_REVEALER (self->revealer), GTK_REVEALER_TRANSITION_TYPE_SLIDE_UP);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), make_problem_line (self));
  gtk_box_append (GTK_BOX (self->box), self->revealer);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (document, "checked", G_CALLBACK (checked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (buffer, "notify::cursor-position", G_CALLBACK (cursor_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (update_scheme), self, G_CONNECT_SWAPPED);
  checked_cb (self);
  return GTK_WIDGET (self);
}

void
weir_sql_editor_show_query (WeirSqlEditor *self,
                            const char    *name)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, name);
  GtkTextIter              start, end;

  if (info == NULL || !weir_document_get_is_checked (self->document) ||
      !weir_text_range_to_iters (buffer_of (self), weir_document_get_checked_text (self->document), info->range, &start, &end))
    return;
  gtk_text_buffer_place_cursor (buffer_of (self), &start);
  gtk_text_view_scroll_to_iter (GTK_TEXT_VIEW (self->view), &start, 0.1, FALSE, 0, 0);
}

void
weir_sql_editor_go_to (WeirSqlEditor *self,
                       guint          line,
                       guint          column)
{
  GtkTextIter at;

  g_return_if_fail (WEIR_IS_SQL_EDITOR (self) && line > 0 && column > 0);
  gtk_text_buffer_get_iter_at_line (buffer_of (self), &at, (int)line - 1);
  if (!gtk_text_iter_forward_chars (&at, (int)column - 1))
    gtk_text_buffer_get_end_iter (buffer_of (self), &at);
  gtk_text_buffer_place_cursor (buffer_of (self), &at);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view), gtk_text_buffer_get_insert (buffer_of (self)), 0.1, FALSE, 0, 0);
}

void
weir_sql_editor_grab_focus (WeirSqlEditor *self)
{
  gtk_widget_grab_focus (self->view);
}
