/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/connect-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "ui/source/secrets.h"

/* One line a field: what it is called here and in the script. A field that is at its default is not written. */

typedef enum
{
  FIELD_TEXT,
  FIELD_PASSWORD,
  FIELD_CHOICE,
  FIELD_SWITCH,
  FIELD_PATH,  /* file or folder */
  FIELD_FILE,  /* file */
  FIELD_TOPIC, /* a text, and a list once the test has read one */
} FieldType;

typedef struct
{
  WeirSourceKind kind;
  FieldType      type;
  const char    *option, *label, *fallback; /* @fallback: what applies without the option */
  gboolean       required, is_security, is_sasl, is_tls;
  const char    *values[5], *labels[5];
} Field;

static const Field fields[] = {
  { WEIR_SOURCE_DEMO, FIELD_CHOICE, "kind", N_ ("Rows of"), "orders", .values = { "orders", "sensors", "weblog" }, .labels = { N_ ("Orders"), N_ ("Sensors"), N_ ("Web Log") } },
  { WEIR_SOURCE_DEMO, FIELD_TEXT, "rowsPerSecond", N_ ("Rows per Second"), "5" },
  { WEIR_SOURCE_SOCKET, FIELD_TEXT, "host", N_ ("Host"), NULL, TRUE },
  { WEIR_SOURCE_SOCKET, FIELD_TEXT, "port", N_ ("Port"), NULL, TRUE },
  { WEIR_SOURCE_SOCKET, FIELD_SWITCH, "tls", N_ ("Encrypt with TLS"), "false" },
  { WEIR_SOURCE_FILES, FIELD_PATH, "path", N_ ("File or Folder"), NULL, TRUE },
  { WEIR_SOURCE_FILES, FIELD_TEXT, "pathGlobFilter", N_ ("Only Names Like (*.json)"), NULL },
  { WEIR_SOURCE_KAFKA, FIELD_TEXT, "kafka.bootstrap.servers", N_ ("Bootstrap Servers"), NULL, TRUE },
  { WEIR_SOURCE_KAFKA, FIELD_TOPIC, "subscribe", N_ ("Topic"), NULL },
  { WEIR_SOURCE_KAFKA, FIELD_CHOICE, "startingOffsets", N_ ("Start"), "latest", .values = { "latest", "earliest" }, .labels = { N_ ("Now"), N_ ("From the Beginning") } },
  { WEIR_SOURCE_KAFKA, FIELD_CHOICE, "kafka.security.protocol", N_ ("Protocol"), "plaintext", .is_security = TRUE, .values = { "plaintext", "ssl", "sasl_plaintext", "sasl_ssl" }, .labels = { N_ ("None"), N_ ("TLS"), N_ ("SASL"), N_ ("SASL over TLS") } },
  { WEIR_SOURCE_KAFKA, FIELD_CHOICE, "kafka.sasl.mechanism", N_ ("Mechanism"), NULL, .is_security = TRUE, .is_sasl = TRUE, .values = { "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN" }, .labels = { "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN" } },
  { WEIR_SOURCE_KAFKA, FIELD_TEXT, "kafka.sasl.username", N_ ("User"), NULL, .is_security = TRUE, .is_sasl = TRUE },
  { WEIR_SOURCE_KAFKA, FIELD_PASSWORD, "kafka.sasl.password", N_ ("Password"), NULL, .is_security = TRUE, .is_sasl = TRUE },
  { WEIR_SOURCE_KAFKA, FIELD_FILE, "kafka.ssl.ca.location", N_ ("CA Certificate (Empty: the System’s)"), NULL, .is_security = TRUE, .is_tls = TRUE },
  { WEIR_SOURCE_HTTP, FIELD_TEXT, "url", N_ ("Address (URL)"), NULL, TRUE },
  { WEIR_SOURCE_HTTP, FIELD_TEXT, "interval", N_ ("Ask Again Every (10 seconds)"), NULL },
  { WEIR_SOURCE_HTTP, FIELD_PASSWORD, "header.Authorization", N_ ("Authorization Header"), NULL, .is_security = TRUE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (fields) == WEIR_CONNECT_N_FIELDS);

static const char *
get_value (WeirConnectPage *page,
           const Field     *field)
{
  const char *value = weir_source_draft_get (page->draft, field->option);

  return value != NULL ? value : field->fallback;
}

static gboolean
uses (WeirConnectPage *page,
      const char      *word)
{
  const char *protocol = weir_source_draft_get (page->draft, "kafka.security.protocol");

  return protocol != NULL && strcasestr (protocol, word) != NULL;
}

void
_weir_connect_page_show_security (WeirConnectPage *page)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (page->rows[i] != NULL)
      gtk_widget_set_visible (page->rows[i], (!fields[i].is_sasl || uses (page, "sasl")) && (!fields[i].is_tls || uses (page, "ssl")));
  if (page->save != NULL)
    gtk_widget_set_visible (page->save, page->draft->kind != WEIR_SOURCE_KAFKA || uses (page, "sasl"));
}

void
_weir_connect_page_drop_unused (WeirConnectPage *page)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if ((fields[i].is_sasl && !uses (page, "sasl")) || (fields[i].is_tls && !uses (page, "ssl")))
      weir_source_draft_set (page->draft, fields[i].option, NULL);
    else if (fields[i].is_sasl && fields[i].type == FIELD_CHOICE && weir_source_draft_get (page->draft, fields[i].option) == NULL &&
             page->draft->kind == WEIR_SOURCE_KAFKA)
      weir_source_draft_set (page->draft, fields[i].option, fields[i].values[0]);
}

static void
set_value (WeirConnectPage *page,
           const Field     *field,
           const char      *value)
{
  gboolean is_default = value == NULL || *value == '\0' || g_strcmp0 (value, field->fallback) == 0;

  if (page->filling)
    return;
  if (field->type == FIELD_PASSWORD)
    {
      /* The name of the secret is known when the table has one. */
      if (is_default)
        g_hash_table_remove (page->draft->secrets, field->option);
      else
        g_hash_table_replace (page->draft->secrets, g_strdup (field->option), g_strdup (value));
      weir_source_draft_set (page->draft, field->option, is_default ? NULL : "${secret:source}");
    }
  else
    weir_source_draft_set (page->draft, field->option, is_default ? NULL : value);
  if (strcmp (field->option, "kafka.security.protocol") == 0)
    {
      _weir_connect_page_drop_unused (page);
      _weir_connect_page_show_security (page);
    }
  page->changed (page->user_data);
}

static const Field *
field_of (gpointer widget)
{
  return g_object_get_data (G_OBJECT (widget), "field");
}

static void
text_cb (GtkEditable     *editable,
         WeirConnectPage *page)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (editable)));

  set_value (page, field_of (editable), text);
}

static void
password_cb (GtkEditable     *editable,
             WeirConnectPage *page)
{
  set_value (page, field_of (editable), gtk_editable_get_text (editable));
}

static void
choice_cb (AdwComboRow     *row,
           GParamSpec      *pspec,
           WeirConnectPage *page)
{
  const Field *field = field_of (row);
  guint        at = adw_combo_row_get_selected (row);

  if (at < G_N_ELEMENTS (field->values))
    set_value (page, field, field->values[at]);
}

static void
switch_cb (GtkSwitch       *widget,
           GParamSpec      *pspec,
           WeirConnectPage *page)
{
  set_value (page, field_of (widget), gtk_switch_get_active (widget) ? "true" : "false");
}

static void
chosen_cb (GtkNativeDialog *dialog,
           int              response,
           GtkWidget       *row)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL && g_file_peek_path (file) != NULL)
    gtk_editable_set_text (GTK_EDITABLE (row), g_file_peek_path (file));
  g_object_unref (dialog);
}

static void
choose_cb (GtkButton *button,
           GtkWidget *row)
{
  gboolean              folder = g_object_get_data (G_OBJECT (button), "folder") != NULL;
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (folder ? _ ("Choose a Folder") : _ ("Choose a File"), GTK_WINDOW (gtk_widget_get_root (row)),
                                                               folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chosen_cb), row, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
add_chooser (GtkWidget *row,
             gboolean   folder)
{
  GtkWidget *button = gtk_button_new_from_icon_name (folder ? "folder-open-symbolic" : "document-open-symbolic");

  gtk_widget_set_tooltip_text (button, folder ? _ ("Choose a Folder") : _ ("Choose a File"));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  if (folder)
    g_object_set_data (G_OBJECT (button), "folder", button);
  g_signal_connect (button, "clicked", G_CALLBACK (choose_cb), row);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), button);
}

static void
topic_cb (GtkListBox    *list,
          GtkListBoxRow *row,
          GtkWidget     *entry)
{
  gtk_editable_set_text (GTK_EDITABLE (entry), gtk_label_get_text (GTK_LABEL (gtk_list_box_row_get_child (row))));
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (GTK_WIDGET (list), GTK_TYPE_POPOVER)));
}

/* A list of topics beside the field, once there is one. */
static void
add_topics (WeirConnectPage *page,
            GtkWidget       *row)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new (), *scroller = gtk_scrolled_window_new (), *list = gtk_list_box_new ();

  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 280);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), list);
  gtk_popover_set_child (GTK_POPOVER (popover), scroller);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-list-symbolic");
  gtk_widget_set_tooltip_text (button, _ ("Topics of the Cluster"));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (button, FALSE);
  g_signal_connect (list, "row-activated", G_CALLBACK (topic_cb), row);
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), button);
  g_object_set_data (G_OBJECT (button), "list", list);
  page->topics = button;
}

static GtkWidget *
make_entry (WeirConnectPage *page,
            const Field     *field)
{
  GtkWidget       *row = field->type == FIELD_PASSWORD ? adw_password_entry_row_new () : adw_entry_row_new ();
  const char      *value = get_value (page, field), *typed = g_hash_table_lookup (page->draft->secrets, field->option);
  g_autofree char *secret = field->type == FIELD_PASSWORD ? weir_secrets_dup_name (value) : NULL;
  g_autofree char *kept = secret != NULL ? weir_secrets_lookup (secret) : NULL;

  if (typed != NULL)
    value = typed;
  else if (secret != NULL)
    value = kept;
  gtk_editable_set_text (GTK_EDITABLE (row), value != NULL ? value : "");
  if (field->type == FIELD_PATH)
    add_chooser (row, TRUE);
  if (field->type == FIELD_PATH || field->type == FIELD_FILE)
    add_chooser (row, FALSE);
  if (field->type == FIELD_TOPIC)
    add_topics (page, row);
  g_object_set_data (G_OBJECT (row), "field", (gpointer)field);
  g_signal_connect (row, "changed", field->type == FIELD_PASSWORD ? G_CALLBACK (password_cb) : G_CALLBACK (text_cb), page);
  return row;
}

static GtkWidget *
make_choice (WeirConnectPage *page,
             const Field     *field)
{
  GtkWidget                *row = adw_combo_row_new ();
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  const char               *value = get_value (page, field);
  guint                     selected = 0;

  for (guint i = 0; i < G_N_ELEMENTS (field->values) && field->values[i] != NULL; i++)
    {
      gtk_string_list_append (labels, _ (field->labels[i]));
      if (value != NULL && g_ascii_strcasecmp (value, field->values[i]) == 0)
        selected = i;
    }
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (labels));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), selected);
  g_object_set_data (G_OBJECT (row), "field", (gpointer)field);
  g_signal_connect (row, "notify::selected", G_CALLBACK (choice_cb), page);
  return row;
}

static GtkWidget *
make_switch (WeirConnectPage *page,
             const Field     *field)
{
  GtkWidget *row = adw_action_row_new (), *widget = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (widget), g_strcmp0 (get_value (page, field), "true") == 0);
  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (widget), "field", (gpointer)field);
  g_signal_connect (widget, "notify::active", G_CALLBACK (switch_cb), page);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), widget);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), widget);
  return row;
}

static GtkWidget *
make_field (WeirConnectPage *page,
            const Field     *field)
{
  GtkWidget *row;

  if (field->type == FIELD_CHOICE)
    row = make_choice (page, field);
  else if (field->type == FIELD_SWITCH)
    row = make_switch (page, field);
  else
    row = make_entry (page, field);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (field->label));
  gtk_widget_set_tooltip_text (row, field->option);
  return row;
}

void
_weir_connect_page_make_fields (WeirConnectPage *page,
                                GtkWidget       *plain,
                                GtkWidget       *security,
                                gboolean        *has_security,
                                gboolean        *has_password)
{
  *has_security = *has_password = FALSE;
  memset (page->rows, 0, sizeof page->rows);
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (fields[i].kind != page->draft->kind)
        continue;
      page->rows[i] = make_field (page, &fields[i]);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (fields[i].is_security ? security : plain), page->rows[i]);
      *has_security = *has_security || fields[i].is_security;
      *has_password = *has_password || fields[i].type == FIELD_PASSWORD;
    }
}

/* ---- what is missing --------------------------------------------------------------------------------------------- */

const char *
_weir_connect_page_find_missing (WeirConnectPage *page)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (page->rows[i] != NULL && fields[i].required && get_value (page, &fields[i]) == NULL)
      {
        gtk_widget_add_css_class (page->rows[i], "error");
        gtk_widget_grab_focus (page->rows[i]);
        return _ (fields[i].label);
      }
    else if (page->rows[i] != NULL)
      gtk_widget_remove_css_class (page->rows[i], "error");
  return NULL;
}

gboolean
_weir_connect_page_ask_topic (WeirConnectPage *page)
{
  static const char *const options[] = { "subscribe", "subscribePattern", "assign" };
  gboolean                 is_asked = page->draft->kind == WEIR_SOURCE_KAFKA;

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    is_asked = is_asked && weir_source_draft_get (page->draft, options[i]) == NULL;
  for (guint i = 0; is_asked && i < G_N_ELEMENTS (fields); i++)
    if (page->rows[i] != NULL && fields[i].type == FIELD_TOPIC)
      {
        gtk_widget_add_css_class (page->rows[i], "error");
        gtk_widget_grab_focus (page->rows[i]);
        gtk_label_set_text (GTK_LABEL (page->verdict), _ ("Choose a topic of the list beside the field, or type one."));
      }
  return is_asked;
}

GtkWidget *
_weir_connect_page_find_row (WeirConnectPage *page,
                             const char      *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (page->rows[i] != NULL && strcmp (fields[i].option, option) == 0)
      return page->rows[i];
  return NULL;
}

/* ---- more properties --------------------------------------------------------------------------------------------- */

static gboolean
has_field (WeirSourceKind kind,
           const char    *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (fields[i].kind == kind && g_ascii_strcasecmp (fields[i].option, option) == 0)
      return TRUE;
  return g_ascii_strcasecmp (option, "header") == 0;
}

static char *
dup_properties (WeirConnectPage *page)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < page->draft->options->len; i += 2)
    if (!has_field (page->draft->kind, page->draft->options->pdata[i]))
      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? "\n" : "", (char *)page->draft->options->pdata[i],
                              (char *)page->draft->options->pdata[i + 1]);
  return g_string_free (text, FALSE);
}

static void
properties_cb (GtkTextBuffer   *buffer,
               WeirConnectPage *page)
{
  g_autofree char *text = NULL;
  g_auto (GStrv)   lines = NULL;

  if (page->filling)
    return;
  g_object_get (buffer, "text", &text, NULL);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = page->draft->options->len; i >= 2; i -= 2)
    if (!has_field (page->draft->kind, page->draft->options->pdata[i - 2]))
      g_ptr_array_remove_range (page->draft->options, i - 2, 2);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *equals = strchr (lines[i], '=');

      if (equals == NULL)
        continue;
      *equals = '\0';
      if (!has_field (page->draft->kind, g_strstrip (lines[i])) && *lines[i] != '\0')
        weir_source_draft_set (page->draft, lines[i], g_strstrip (equals + 1));
    }
  page->changed (page->user_data);
}

GtkWidget *
_weir_connect_page_make_properties (WeirConnectPage *page)
{
  GtkWidget       *expander = adw_expander_row_new (), *row = gtk_list_box_row_new (), *scroller = gtk_scrolled_window_new ();
  GtkWidget       *group = adw_preferences_group_new ();
  g_autofree char *text = dup_properties (page);
  GtkTextBuffer   *buffer;

  page->properties = gtk_text_view_new ();
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (page->properties));
  gtk_text_buffer_set_text (buffer, text, -1);
  g_signal_connect (buffer, "changed", G_CALLBACK (properties_cb), page);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (page->properties), TRUE);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (page->properties), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (page->properties), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (page->properties), 12);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (page->properties), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->properties), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("More Properties"), -1);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 84);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), page->properties);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), scroller);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (expander), _ ("More Properties"));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (expander), _ ("One name=value a line"));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (expander), *text != '\0');
  adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), expander);
  return group;
}
