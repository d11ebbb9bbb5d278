/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-ui"
#include "config.h"

#include "ui/source/source-dialog-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/source/secrets.h"

/*
 * Three pages over one draft. Nothing is written before the last button; then the script changes once. Next on the second page makes the
 * test when there is none about the present fields, and goes on when it has passed; one that failed is only passed by Add Anyway.
 */

enum
{
  PAGE_KIND,
  PAGE_CONNECT,
  PAGE_SCHEMA,
  N_PAGES
};

struct _WeirSourceDialog
{
  AdwWindow parent_instance;

  WeirDocument    *document;
  WeirSourceDraft *draft;
  char            *edit_table; /* nullable: a new source */
  WeirProbe       *probe;      /* nullable: none about the present fields */
  gulong           probe_handler;
  guint            page;
  gboolean         go_on;   /* when the test has passed */
  gboolean         is_read; /* the columns are of this test */

  WeirConnectPage *connect;
  WeirSchemaPage  *schema;
  GtkWidget       *stack, *back, *next, *more, *remove, *title, *pills[N_PAGES], *pill_labels[N_PAGES];
};

G_DEFINE_FINAL_TYPE (WeirSourceDialog, weir_source_dialog, ADW_TYPE_WINDOW)

static guint added_signal;

static const char *const page_names[N_PAGES] = { "kind", "connect", "schema" };

/* ---- state ------------------------------------------------------------------------------------------------------- */

static gboolean
is_tested (WeirSourceDialog *self)
{
  return self->probe != NULL && !weir_probe_get_is_running (self->probe);
}

static void
update_pills (WeirSourceDialog *self)
{
  for (guint i = 0; i < N_PAGES; i++)
    {
      g_autofree char *number = i < self->page ? g_strdup ("✓") : g_strdup_printf ("%u", i + 1);

      gtk_label_set_text (GTK_LABEL (self->pills[i]), number);
      gtk_widget_remove_css_class (self->pills[i], "current");
      gtk_widget_remove_css_class (self->pills[i], "done");
      gtk_widget_remove_css_class (self->pill_labels[i], "heading");
      if (i == self->page)
        {
          gtk_widget_add_css_class (self->pills[i], "current");
          gtk_widget_add_css_class (self->pill_labels[i], "heading");
        }
      else if (i < self->page)
        gtk_widget_add_css_class (self->pills[i], "done");
    }
}

static void
update (WeirSourceDialog *self)
{
  gboolean         running = self->probe != NULL && weir_probe_get_is_running (self->probe);
  gboolean         failed = is_tested (self) && _weir_probe_has_failed (self->probe);
  gboolean         first = self->page == (self->edit_table != NULL ? PAGE_CONNECT : PAGE_KIND);
  g_autofree char *title = NULL;

  if (self->page == PAGE_KIND)
    title = g_strdup (_ ("Add Source"));
  else if (self->edit_table != NULL)
    title = g_strdup_printf (_ ("Edit Source: %s"), self->edit_table);
  else
    /* TRANSLATORS: %s is a kind of source: Kafka, Files */
    title = g_strdup_printf (_ ("Add Source: %s"), _weir_source_kind_title (self->draft->kind));
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_button_set_label (GTK_BUTTON (self->back), first ? _ ("_Cancel") : _ ("_Back"));
  gtk_button_set_label (GTK_BUTTON (self->next), self->page < PAGE_SCHEMA ? _ ("_Next") : (self->edit_table != NULL ? _ ("_Apply") : _ ("_Add Source")));
  gtk_widget_set_sensitive (self->next, self->page != PAGE_CONNECT || (!running && !failed));
  gtk_widget_set_visible (self->more, self->page == PAGE_CONNECT && (failed || running));
  gtk_widget_set_visible (self->remove, self->edit_table != NULL);
  update_pills (self);
}

static void
show_page (WeirSourceDialog *self,
           guint             page)
{
  GtkWidget *child, *focus;

  self->page = page;
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), page_names[page]);
  child = gtk_stack_get_visible_child (GTK_STACK (self->stack));
  update (self);
  /* The stack takes the focus along when the page before had it; once more would go past the first field. */
  focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (focus == NULL || !gtk_widget_is_ancestor (focus, child))
    gtk_widget_child_focus (child, GTK_DIR_TAB_FORWARD);
}

static void
drop_probe (WeirSourceDialog *self)
{
  if (self->probe == NULL)
    return;
  g_clear_signal_handler (&self->probe_handler, self->probe);
  weir_probe_cancel (self->probe);
  g_clear_object (&self->probe);
  self->go_on = self->is_read = FALSE;
}

/* ---- the test ---------------------------------------------------------------------------------------------------- */

static void
go_to_schema (WeirSourceDialog *self)
{
  if (self->probe != NULL && weir_probe_get_n_samples (self->probe) > 0 && !self->is_read)
    {
      if (self->edit_table == NULL && self->draft->kind == WEIR_SOURCE_FILES && _weir_guess_header (self->probe))
        {
          self->draft->has_header = TRUE;
          weir_probe_set_format (self->probe, "csv", TRUE);
        }
      /* An edited table keeps its columns when the test found none, else those of the test replace them. */
      weir_source_draft_take_columns (self->draft, self->probe);
      self->is_read = TRUE;
    }
  if (self->draft->name == NULL || *self->draft->name == '\0')
    {
      g_auto (GStrv) taken = weir_document_list_sources (self->document);

      g_free (self->draft->name);
      self->draft->name = weir_source_draft_propose_name (self->draft, (const char *const *)taken);
    }
  if (self->draft->value_format == NULL)
    self->draft->value_format = g_strdup (self->draft->kind == WEIR_SOURCE_HTTP ? "json" : "text");
  _weir_schema_page_fill (self->schema, self->probe, self->edit_table != NULL);
  show_page (self, PAGE_SCHEMA);
}

static void
probe_cb (WeirSourceDialog *self)
{
  _weir_connect_page_show_probe (self->connect, self->probe);
  update (self);
  if (!self->go_on || weir_probe_get_is_running (self->probe))
    return;
  self->go_on = FALSE;
  if (self->page == PAGE_CONNECT && !_weir_probe_has_failed (self->probe) && !_weir_connect_page_ask_topic (self->connect))
    go_to_schema (self);
}

static void
start_test (WeirSourceDialog *self,
            gboolean          go_on)
{
  if (_weir_connect_page_find_missing (self->connect) != NULL)
    return;
  drop_probe (self);
  self->probe = weir_source_draft_test (self->draft, weir_document_get_session (self->document));
  self->go_on = go_on;
  self->probe_handler = g_signal_connect_swapped (self->probe, "changed", G_CALLBACK (probe_cb), self);
  weir_probe_start (self->probe);
  _weir_connect_page_show_probe (self->connect, self->probe);
  update (self);
}

static void
test_cb (gpointer user_data)
{
  start_test (user_data, FALSE);
}

static void
fields_cb (gpointer user_data)
{
  WeirSourceDialog *self = user_data;

  drop_probe (self);
  _weir_connect_page_show_probe (self->connect, NULL);
  update (self);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (WeirDocument) document = user_data;
  g_autoptr (GError)       error = NULL;

  if (!weir_secrets_store_finish (result, &error))
    {
      g_debug ("keyring: %s", error->message);
      g_signal_emit_by_name (document, "message", _ ("The keyring did not take the password; it is kept until Weir is closed"));
    }
}

/* The script names the secret after the table. */
static void
write_secrets (WeirSourceDialog *self)
{
  GHashTableIter iter;
  gpointer       option, value;
  guint          n = 0;

  g_hash_table_iter_init (&iter, self->draft->secrets);
  while (g_hash_table_iter_next (&iter, &option, &value))
    {
      g_autofree char *name = n++ == 0 ? g_strdup (self->draft->name) : g_strdup_printf ("%s_%u", self->draft->name, n);
      g_autofree char *written = g_strdup_printf ("${secret:%s}", name);

      if (weir_source_draft_get (self->draft, option) == NULL)
        continue; /* typed for a protocol that was not kept */
      weir_source_draft_set (self->draft, option, written);
      if (_weir_connect_page_get_save_secrets (self->connect))
        weir_secrets_store_async (name, value, stored_cb, g_object_ref (self->document));
      else
        weir_secrets_keep (name, value);
    }
}

static char *
propose_query (WeirSourceDialog *self)
{
  char *name = g_strconcat (self->draft->name, "_rows", NULL);

  for (guint i = 2; weir_document_find_query (self->document, name) != NULL; i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_rows_%u", self->draft->name, i);
    }
  return name;
}

static const char *
find_fault (WeirSourceDialog *self)
{
  g_auto (GStrv) taken = weir_document_list_sources (self->document);

  if (self->draft->name == NULL || *self->draft->name == '\0')
    return _ ("Give the table a name.");
  for (guint i = 0; self->edit_table == NULL && taken[i] != NULL; i++)
    if (g_ascii_strcasecmp (taken[i], self->draft->name) == 0)
      return _ ("There is a table of this name already.");
  return NULL;
}

static void
write_source (WeirSourceDialog *self)
{
  g_autofree char         *text = weir_document_dup_text (self->document);
  g_autofree char         *query = self->edit_table == NULL && _weir_schema_page_get_add_query (self->schema) ? propose_query (self) : NULL;
  g_autofree char         *written = NULL;
  const char              *fault = find_fault (self);
  g_autoptr (WeirDocument) document = g_object_ref (self->document);

  if (fault != NULL)
    {
      _weir_schema_page_refuse (self->schema, fault);
      return;
    }
  write_secrets (self);
  written = weir_source_draft_write (self->draft, text, query);
  weir_document_replace_text (document, written);
  weir_document_check_now (document);
  g_signal_emit (self, added_signal, 0, self->draft->name, query);
  gtk_window_close (GTK_WINDOW (self));
}

static void
remove_cb (GtkButton        *button,
           WeirSourceDialog *self)
{
  g_autofree char *text = weir_document_dup_text (self->document);
  g_autofree char *without = weir_script_remove_table (text, self->edit_table);

  weir_document_replace_text (self->document, without);
  weir_document_check_now (self->document);
  gtk_window_close (GTK_WINDOW (self));
}

/* ---- moving ------------------------------------------------------------------------------------------------------ */

void
_weir_source_dialog_next (WeirSourceDialog *self)
{
  if (self->page == PAGE_KIND)
    show_page (self, PAGE_CONNECT);
  else if (self->page == PAGE_CONNECT && !is_tested (self))
    start_test (self, TRUE);
  else if (self->page == PAGE_CONNECT && !_weir_probe_has_failed (self->probe) && !_weir_connect_page_ask_topic (self->connect))
    go_to_schema (self);
  else if (self->page == PAGE_SCHEMA)
    write_source (self);
}

void
_weir_source_dialog_back (WeirSourceDialog *self)
{
  self->go_on = FALSE;
  if (self->page == (self->edit_table != NULL ? PAGE_CONNECT : PAGE_KIND))
    gtk_window_close (GTK_WINDOW (self));
  else
    show_page (self, self->page - 1);
}

static void
anyway_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  WeirSourceDialog *self = WEIR_SOURCE_DIALOG (widget);

  if (self->page != PAGE_CONNECT || _weir_connect_page_find_missing (self->connect) != NULL || _weir_connect_page_ask_topic (self->connect))
    return;
  if (!is_tested (self))
    fields_cb (self);
  go_to_schema (self);
}

static void
kind_cb (WeirSourceKind kind,
         gpointer       user_data)
{
  WeirSourceDialog *self = user_data;

  if (kind == self->draft->kind)
    return;
  drop_probe (self);
  weir_source_draft_reset (self->draft, kind);
  g_clear_pointer (&self->draft->name, g_free);
  if (kind == WEIR_SOURCE_SOCKET)
    weir_source_draft_set (self->draft, "host", "localhost");
  _weir_source_dialog_refill (self);
}

void
_weir_source_dialog_refill (WeirSourceDialog *self)
{
  _weir_connect_page_fill (self->connect);
  _weir_connect_page_show_probe (self->connect, self->probe);
  update (self);
}

/* Enter in a field is Next. */
static gboolean
key_cb (WeirSourceDialog *self,
        guint             keyval,
        guint             keycode,
        GdkModifierType   state)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if ((keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter) || (state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return FALSE;
  if (focus == NULL || (!GTK_IS_TEXT (focus) && !(GTK_IS_TOGGLE_BUTTON (focus) && self->page == PAGE_KIND)))
    return FALSE;
  if (gtk_widget_get_sensitive (self->next))
    _weir_source_dialog_next (self);
  return TRUE;
}

/* ---- construction ------------------------------------------------------------------------------------------------ */

static void
schema_cb (gpointer user_data)
{
  WeirSourceDialog *self = user_data;

  _weir_schema_page_refuse (self->schema, find_fault (self));
}

static void
add_page (WeirSourceDialog *self,
          GtkWidget        *content,
          const char       *name,
          int               width)
{
  GtkWidget *scroller = gtk_scrolled_window_new (), *clamp = adw_clamp_new ();

  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), width);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), width);
  gtk_widget_add_css_class (content, "weir-source-page");
  adw_clamp_set_child (ADW_CLAMP (clamp), content);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), clamp);
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, name);
}

static GtkWidget *
make_pills (WeirSourceDialog *self)
{
  const char *const names[N_PAGES] = { _ ("Kind"), _ ("Connect"), _ ("Schema") };
  GtkWidget        *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (box, "weir-pills");
  for (guint i = 0; i < N_PAGES; i++)
    {
      self->pills[i] = gtk_label_new (NULL);
      self->pill_labels[i] = gtk_label_new (names[i]);
      gtk_widget_add_css_class (self->pills[i], "weir-step-number");
      gtk_widget_set_valign (self->pills[i], GTK_ALIGN_CENTER);
      gtk_label_set_ellipsize (GTK_LABEL (self->pill_labels[i]), PANGO_ELLIPSIZE_END);
      if (i > 0)
        {
          GtkWidget *line = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);

          gtk_widget_set_valign (line, GTK_ALIGN_CENTER);
          gtk_widget_set_size_request (line, 12, -1);
          gtk_box_append (GTK_BOX (box), line);
        }
      gtk_box_append (GTK_BOX (box), self->pills[i]);
      gtk_box_append (GTK_BOX (box), self->pill_labels[i]);
    }
  return box;
}

static GtkWidget *
make_header (WeirSourceDialog *self)
{
  GtkWidget        *header = adw_header_bar_new ();
  g_autoptr (GMenu) menu = g_menu_new ();

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  self->back = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  g_signal_connect_swapped (self->back, "clicked", G_CALLBACK (_weir_source_dialog_back), self);
  self->next = gtk_button_new_with_mnemonic (_ ("_Next"));
  gtk_widget_add_css_class (self->next, "suggested-action");
  g_signal_connect_swapped (self->next, "clicked", G_CALLBACK (_weir_source_dialog_next), self);
  g_menu_append (menu, _ ("Add Anyway"), "source.add-anyway");
  self->more = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->more), "pan-down-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->more), G_MENU_MODEL (menu));
  gtk_widget_set_tooltip_text (self->more, _ ("Other Ways On"));
  self->remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_set_tooltip_text (self->remove, _ ("Remove This Source from the Script"));
  g_signal_connect (self->remove, "clicked", G_CALLBACK (remove_cb), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->back);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->more);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->next);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->remove);
  return header;
}

static void
dispose (GObject *object)
{
  WeirSourceDialog *self = WEIR_SOURCE_DIALOG (object);

  drop_probe (self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (weir_source_dialog_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  WeirSourceDialog *self = WEIR_SOURCE_DIALOG (object);

  g_free (self->edit_table);
  weir_source_draft_free (self->draft);
  G_OBJECT_CLASS (weir_source_dialog_parent_class)->finalize (object);
}

static void
weir_source_dialog_class_init (WeirSourceDialogClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  G_OBJECT_CLASS (class)->finalize = finalize;
  added_signal = g_signal_new ("added", WEIR_TYPE_SOURCE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_install_action (GTK_WIDGET_CLASS (class), "source.add-anyway", NULL, anyway_cb);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
weir_source_dialog_init (WeirSourceDialog *self)
{
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->draft = weir_source_draft_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_set_transition_type (GTK_STACK (self->stack), GTK_STACK_TRANSITION_TYPE_SLIDE_LEFT_RIGHT);
  gtk_stack_set_hhomogeneous (GTK_STACK (self->stack), FALSE);
  gtk_widget_set_vexpand (self->stack, TRUE);
  self->connect = _weir_connect_page_new (self->draft, fields_cb, test_cb, self);
  self->schema = _weir_schema_page_new (self->draft, schema_cb, self);
  add_page (self, _weir_kind_page_new (self->draft->kind, kind_cb, self), page_names[PAGE_KIND], 780);
  add_page (self, _weir_connect_page_get_widget (self->connect), page_names[PAGE_CONNECT], 860);
  add_page (self, _weir_schema_page_get_widget (self->schema), page_names[PAGE_SCHEMA], 680);
  gtk_box_append (GTK_BOX (box), make_header (self));
  gtk_box_append (GTK_BOX (box), make_pills (self));
  gtk_box_append (GTK_BOX (box), self->stack);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_window_set_default_size (GTK_WINDOW (self), 860, 660);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
}

static void
show_unknown (WeirSourceDialog *self)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "text-x-generic-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("Only the Script Can Change It"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _ ("Its statement has a shape that this window does not know. Edit it as SQL, or remove it here."));
  gtk_stack_add_named (GTK_STACK (self->stack), page, "unknown");
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "unknown");
  gtk_widget_set_visible (self->next, FALSE);
}

static gboolean
has_queries (WeirDocument *document)
{
  g_auto (GStrv) queries = weir_document_list_queries (document);

  return queries[0] != NULL;
}

WeirSourceDialog *
weir_source_dialog_new (GtkWindow    *parent,
                        WeirDocument *document,
                        const char   *edit_table)
{
  WeirSourceDialog *self = g_object_new (WEIR_TYPE_SOURCE_DIALOG, "transient-for", parent, NULL);
  g_autofree char  *text = weir_document_dup_text (document);

  self->document = g_object_ref (document);
  self->edit_table = g_strdup (edit_table);
  _weir_schema_page_set_add_query (self->schema, !has_queries (document), edit_table == NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (self->pills[0]), edit_table == NULL);
  show_page (self, edit_table != NULL ? PAGE_CONNECT : PAGE_KIND);
  if (edit_table != NULL && !weir_source_draft_read (self->draft, text, edit_table))
    show_unknown (self);
  _weir_source_dialog_refill (self);
  return self;
}

void
weir_source_dialog_open_path (WeirSourceDialog *self,
                              const char       *path)
{
  kind_cb (WEIR_SOURCE_FILES, self);
  weir_source_draft_set (self->draft, "path", path);
  _weir_source_dialog_refill (self);
  show_page (self, PAGE_CONNECT);
  start_test (self, TRUE);
}

/* ---- for tests --------------------------------------------------------------------------------------------------- */

WeirSourceDraft *
_weir_source_dialog_get_draft (WeirSourceDialog *self)
{
  return self->draft;
}

WeirProbe *
_weir_source_dialog_get_probe (WeirSourceDialog *self)
{
  return self->probe;
}

WeirConnectPage *
_weir_source_dialog_get_connect_page (WeirSourceDialog *self)
{
  return self->connect;
}

guint
_weir_source_dialog_get_page (WeirSourceDialog *self)
{
  return self->page;
}

void
_weir_source_dialog_choose (WeirSourceDialog *self,
                            WeirSourceKind    kind)
{
  kind_cb (kind, self);
}

gboolean
_weir_source_dialog_get_can_next (WeirSourceDialog *self)
{
  return gtk_widget_get_sensitive (self->next);
}
