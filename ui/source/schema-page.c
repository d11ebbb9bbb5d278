/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/schema-page-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* The last page of Add Source: name, value format, wait for late rows, and whether a query is added. Columns are in schema-columns.c. */

static const char *const formats[] = { "json", "csv", "text" };
static const gint64      unit_us[] = { G_USEC_PER_SEC, 60 * G_USEC_PER_SEC, 3600 * G_GINT64_CONSTANT (1000000) };

static void
read_again (WeirSchemaPage *page)
{
  const char *format = formats[adw_combo_row_get_selected (ADW_COMBO_ROW (page->format))];

  if (page->probe != NULL && weir_probe_get_n_samples (page->probe) > 0)
    {
      weir_probe_set_format (page->probe, format, page->draft->has_header && page->draft->kind == WEIR_SOURCE_FILES);
      weir_source_draft_take_columns (page->draft, page->probe);
    }
  else
    {
      g_free (page->draft->value_format);
      page->draft->value_format = g_strdup (format);
    }
  gtk_widget_set_visible (page->header, page->draft->kind == WEIR_SOURCE_FILES && strcmp (format, "csv") == 0);
  _weir_schema_page_fill_columns (page);
  _weir_schema_page_fill_samples (page);
}

static void
format_cb (AdwComboRow    *row,
           GParamSpec     *pspec,
           WeirSchemaPage *page)
{
  if (!page->filling)
    read_again (page);
}

static void
header_cb (GtkSwitch      *widget,
           GParamSpec     *pspec,
           WeirSchemaPage *page)
{
  if (page->filling)
    return;
  page->draft->has_header = gtk_switch_get_active (widget);
  read_again (page);
}

static void
name_cb (GtkEditable    *row,
         WeirSchemaPage *page)
{
  if (page->filling)
    return;
  g_free (page->draft->name);
  page->draft->name = g_strstrip (g_strdup (gtk_editable_get_text (row)));
  page->changed (page->user_data);
}

/* Event time is written into a query. */
static void
query_cb (WeirSchemaPage *page)
{
  if (!page->filling)
    _weir_schema_page_fill_columns (page);
}

static void
wait_cb (GtkWidget      *widget,
         GParamSpec     *pspec,
         WeirSchemaPage *page)
{
  guint unit = gtk_drop_down_get_selected (GTK_DROP_DOWN (page->unit));

  if (!page->filling && unit < G_N_ELEMENTS (unit_us))
    page->draft->wait_us = (gint64)gtk_spin_button_get_value (GTK_SPIN_BUTTON (page->amount)) * unit_us[unit];
}

static void
fill_wait (WeirSchemaPage *page)
{
  guint unit = G_N_ELEMENTS (unit_us) - 1;

  while (unit > 0 && (page->draft->wait_us < unit_us[unit] || page->draft->wait_us % unit_us[unit] != 0))
    unit--;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (page->unit), unit);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (page->amount), (double)(page->draft->wait_us / unit_us[unit]));
}

void
_weir_schema_page_fill (WeirSchemaPage *page,
                        WeirProbe      *probe,
                        gboolean        name_is_fixed)
{
  WeirSourceKind   kind = page->draft->kind;
  guint            n = probe != NULL ? weir_probe_get_n_samples (probe) : 0;
  g_autofree char *summary = n > 0 ? g_strdup_printf (ngettext ("%u record sampled", "%u records sampled", n), n)
                                   : g_strdup (_ ("No records were sampled: declare the columns in the script, or test again when some have come."));

  page->filling = TRUE;
  g_set_object (&page->probe, probe);
  gtk_label_set_text (GTK_LABEL (page->summary), summary);
  gtk_editable_set_text (GTK_EDITABLE (page->name), page->draft->name != NULL ? page->draft->name : "");
  gtk_widget_set_sensitive (page->name, !name_is_fixed);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_strcmp0 (page->draft->value_format, formats[i]) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (page->format), i);
  gtk_widget_set_visible (page->format, kind != WEIR_SOURCE_DEMO && kind != WEIR_SOURCE_HTTP);
  gtk_widget_set_visible (page->header, kind == WEIR_SOURCE_FILES && g_strcmp0 (page->draft->value_format, "csv") == 0);
  gtk_switch_set_active (GTK_SWITCH (g_object_get_data (G_OBJECT (page->header), "switch")), page->draft->has_header);
  fill_wait (page);
  _weir_schema_page_fill_columns (page);
  page->filling = FALSE;
  _weir_schema_page_fill_samples (page);
}

gboolean
_weir_schema_page_get_add_query (WeirSchemaPage *page)
{
  return gtk_switch_get_active (GTK_SWITCH (g_object_get_data (G_OBJECT (page->query), "switch")));
}

void
_weir_schema_page_set_add_query (WeirSchemaPage *page,
                                 gboolean        add,
                                 gboolean        visible)
{
  gtk_switch_set_active (GTK_SWITCH (g_object_get_data (G_OBJECT (page->query), "switch")), add);
  gtk_widget_set_visible (gtk_widget_get_ancestor (page->query, ADW_TYPE_PREFERENCES_GROUP), visible);
}

void
_weir_schema_page_refuse (WeirSchemaPage *page,
                          const char     *sentence)
{
  gtk_label_set_text (GTK_LABEL (page->problem), sentence != NULL ? sentence : "");
  gtk_widget_set_visible (page->problem, sentence != NULL);
}

static GtkWidget *
make_switch_row (const char *title,
                 const char *subtitle)
{
  GtkWidget *row = adw_action_row_new (), *widget = gtk_switch_new ();

  gtk_widget_set_valign (widget, GTK_ALIGN_CENTER);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), widget);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), widget);
  g_object_set_data (G_OBJECT (row), "switch", widget);
  return row;
}

static void
make_wait (WeirSchemaPage *page)
{
  const char *const units[] = { _ ("seconds"), _ ("minutes"), _ ("hours"), NULL };
  GtkWidget        *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *fields = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget        *title = gtk_label_new (_ ("Wait for Late Rows"));
  GtkWidget        *text = gtk_label_new (_ ("The watermark stays this far behind the newest event; proposed from the sample"));

  page->wait = adw_preferences_row_new ();
  page->amount = gtk_spin_button_new_with_range (0, 9999, 1);
  page->unit = gtk_drop_down_new_from_strings (units);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_widget_add_css_class (text, "caption");
  gtk_widget_add_css_class (text, "dim-label");
  gtk_box_append (GTK_BOX (fields), page->amount);
  gtk_box_append (GTK_BOX (fields), page->unit);
  gtk_widget_set_margin_top (fields, 6);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (GTK_BOX (box), fields);
  gtk_widget_add_css_class (box, "weir-wait");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->wait), _ ("Wait for Late Rows"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (page->wait), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (page->wait), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->amount), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Wait for Late Rows"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (page->unit), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Unit"), -1);
  g_signal_connect (page->amount, "notify::value", G_CALLBACK (wait_cb), page);
  g_signal_connect (page->unit, "notify::selected", G_CALLBACK (wait_cb), page);
}

static void
make_rows (WeirSchemaPage *page,
           GtkWidget      *table,
           GtkWidget      *time)
{
  const char *const         names[] = { "JSON", "CSV", _ ("Text"), NULL };
  g_autoptr (GtkStringList) list = gtk_string_list_new (names);

  page->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->name), _ ("Name of the Table"));
  g_signal_connect (page->name, "changed", G_CALLBACK (name_cb), page);
  page->format = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (page->format), _ ("Value Format"));
  adw_combo_row_set_model (ADW_COMBO_ROW (page->format), G_LIST_MODEL (list));
  g_signal_connect (page->format, "notify::selected", G_CALLBACK (format_cb), page);
  page->header = make_switch_row (_ ("First Line Names the Columns"), NULL);
  g_signal_connect (g_object_get_data (G_OBJECT (page->header), "switch"), "notify::active", G_CALLBACK (header_cb), page);
  make_wait (page);
  page->query = make_switch_row (_ ("Add a Query over It"), _ ("All rows as they come, to shape from there"));
  g_signal_connect_swapped (g_object_get_data (G_OBJECT (page->query), "switch"), "notify::active", G_CALLBACK (query_cb), page);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (table), page->name);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (table), page->format);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (table), page->header);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (time), page->wait);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (time), page->query);
}

static GtkWidget *
make_heading (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  return label;
}

static GtkWidget *
make_list (const char *title)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  return list;
}

static GtkWidget *
make_sentence (const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, class);
  return label;
}

static void
page_free (gpointer data)
{
  WeirSchemaPage *page = data;

  g_clear_object (&page->probe);
  g_free (page);
}

WeirSchemaPage *
_weir_schema_page_new (WeirSourceDraft *draft,
                       WeirPageFunc     changed,
                       gpointer         user_data)
{
  WeirSchemaPage *page = g_new0 (WeirSchemaPage, 1);
  GtkWidget      *table = adw_preferences_group_new (), *time = adw_preferences_group_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  page->draft = draft;
  page->changed = changed;
  page->user_data = user_data;
  page->widget = box;
  page->summary = make_sentence ("heading");
  page->problem = make_sentence ("weir-late");
  page->columns_title = make_heading (_ ("Columns and Event Time"));
  page->columns = make_list (_ ("Columns and Event Time"));
  page->hint = make_sentence ("caption");
  page->samples_title = make_heading (_ ("First Records, Raw and Decoded"));
  page->samples = make_list (_ ("First Records, Raw and Decoded"));
  make_rows (page, table, time);
  gtk_box_append (GTK_BOX (box), page->summary);
  gtk_box_append (GTK_BOX (box), page->problem);
  gtk_box_append (GTK_BOX (box), table);
  gtk_box_append (GTK_BOX (box), page->columns_title);
  gtk_box_append (GTK_BOX (box), page->columns);
  gtk_box_append (GTK_BOX (box), page->hint);
  gtk_box_append (GTK_BOX (box), time);
  gtk_box_append (GTK_BOX (box), page->samples_title);
  gtk_box_append (GTK_BOX (box), page->samples);
  g_object_set_data_full (G_OBJECT (box), "page", page, page_free);
  _weir_schema_page_refuse (page, NULL);
  return page;
}

GtkWidget *
_weir_schema_page_get_widget (WeirSchemaPage *page)
{
  return page->widget;
}
