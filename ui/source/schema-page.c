/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/source-dialog-private.h"
#include "ui/widgets/number-format.h"

#include <glib/gi18n.h>
#include <string.h>

#define SAMPLES_SHOWN 5

static const char *const formats[] = { "json", "csv", "text" };
static const char *const types[] = { "STRING", "BIGINT", "INT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "DECIMAL(18,2)", NULL };
static const gint64      unit_us[] = { G_USEC_PER_SEC, 60 * G_USEC_PER_SEC, 3600 * G_GINT64_CONSTANT (1000000) };

struct _WeirSchemaPage
{
  WeirSourceDraft *draft;
  WeirPageFunc     changed;
  gpointer         user_data;
  WeirProbe       *probe; /* Owned, nullable */

  GtkWidget *widget, *problem, *summary, *name, *format, *header, *columns, *columns_title, *hint, *samples, *samples_title;
  GtkWidget *wait, *amount, *unit, *query;
  gboolean   filling;
};

static void fill_columns (WeirSchemaPage *page);

static WeirDraftColumn *
get_column (WeirSchemaPage *page,
            guint           i)
{
  return &g_array_index (page->draft->columns, WeirDraftColumn, i);
}

static void
clear_list (GtkWidget *list)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (list), row);
}

static GtkWidget *
make_caption (const char *text,
              int         lines)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), lines);
  gtk_label_set_wrap (GTK_LABEL (label), lines > 1);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "caption");
  return label;
}

/* ---- the first rows ---------------------------------------------------------------------------------------------- */

static char *
describe_cells (WeirSchemaPage *page,
                char          **cells)
{
  GString *out = g_string_new (NULL);

  for (guint c = 0; c < page->draft->columns->len && cells[c] != NULL; c++)
    g_string_append_printf (out, "%s%s = %s", c > 0 ? "  ·  " : "", get_column (page, c)->name, cells[c]);
  return g_string_free (out, FALSE);
}

static GtkWidget *
make_sample (WeirSchemaPage *page,
             GBytes         *raw,
             char          **cells)
{
  GtkWidget       *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3), *label;
  gsize            length;
  const char      *data = g_bytes_get_data (raw, &length);
  g_autofree char *text = g_utf8_make_valid (data, (gssize)MIN (length, 2000));
  g_autofree char *decoded = cells != NULL ? describe_cells (page, cells) : NULL;

  label = make_caption (text, 2);
  gtk_widget_add_css_class (label, "monospace");
  gtk_box_append (GTK_BOX (box), label);
  if (decoded != NULL)
    {
      label = make_caption (decoded, 2);
      gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_widget_add_css_class (box, "weir-check");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static void
fill_samples (WeirSchemaPage *page)
{
  gboolean              is_text = g_strcmp0 (page->draft->value_format, "text") == 0, skips = page->draft->has_header && page->draft->kind == WEIR_SOURCE_FILES;
  g_autofree char      *ddl = is_text ? NULL : weir_source_draft_dup_ddl (page->draft);
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) rows = page->probe != NULL && ddl != NULL ? weir_probe_decode (page->probe, ddl, &error) : NULL;
  guint                 n = page->probe != NULL ? weir_probe_get_n_samples (page->probe) : 0;

  clear_list (page->samples);
  for (guint i = 0; i < MIN (n, SAMPLES_SHOWN); i++)
    {
      guint at = i - skips;

      gtk_list_box_append (GTK_LIST_BOX (page->samples), make_sample (page, weir_probe_get_sample (page->probe, i),
                                                                      rows != NULL && at < rows->len ? rows->pdata[at] : NULL));
    }
  gtk_widget_set_visible (page->samples_title, n > 0);
  gtk_widget_set_visible (page->samples, n > 0);
  _weir_schema_page_refuse (page, error != NULL ? error->message : NULL);
}

/* ---- columns ----------------------------------------------------------------------------------------------------- */

static guint
index_of (gpointer widget)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (widget), "column"));
}

static void
show_hint (WeirSchemaPage *page)
{
  g_autofree char *text = NULL;
  gboolean         is_asked = _weir_schema_page_get_add_query (page), has_time = is_asked && page->draft->event_time >= 0;

  if (!is_asked)
    text = NULL;
  else if (has_time)
    text = g_strdup_printf (_ ("“%s” is the event time: windows follow it, not the time of arrival."), get_column (page, (guint)page->draft->event_time)->name);
  else if (page->draft->columns->len > 0)
    text = g_strdup (_ ("Without an event time, rows count at the time they arrive."));
  gtk_label_set_text (GTK_LABEL (page->hint), text != NULL ? text : "");
  gtk_widget_set_visible (page->hint, text != NULL);
  gtk_widget_set_sensitive (page->wait, has_time);
}

static void
event_time_cb (GtkCheckButton *button,
               WeirSchemaPage *page)
{
  if (page->filling || !gtk_check_button_get_active (button))
    return;
  page->draft->event_time = (int)index_of (button) - 1;
  show_hint (page);
}

static void
column_name_cb (GtkEditable    *entry,
                WeirSchemaPage *page)
{
  WeirDraftColumn *column = get_column (page, index_of (entry));
  const char      *text = gtk_editable_get_text (entry);

  if (page->filling)
    return;
  if (*text == '\0')
    {
      gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (entry), "error");
  g_free (column->name);
  column->name = g_strdup (text);
  fill_samples (page);
  show_hint (page);
}

static void
type_cb (GtkDropDown    *drop,
         GParamSpec     *pspec,
         WeirSchemaPage *page)
{
  WeirDraftColumn *column = get_column (page, index_of (drop));
  GtkStringObject *item = gtk_drop_down_get_selected_item (drop);

  if (page->filling || item == NULL)
    return;
  g_free (column->type);
  column->type = g_strdup (gtk_string_object_get_string (item));
  fill_samples (page);
}

static GtkWidget *
make_type (WeirSchemaPage *page,
           guint           i)
{
  WeirDraftColumn          *column = get_column (page, i);
  g_autoptr (GtkStringList) list = gtk_string_list_new (types);
  GtkWidget                *drop;
  guint                     selected = 0;

  while (types[selected] != NULL && g_ascii_strcasecmp (types[selected], column->type) != 0)
    selected++;
  if (types[selected] == NULL)
    gtk_string_list_append (list, column->type);
  drop = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop), selected);
  gtk_widget_set_size_request (drop, 128, -1);
  gtk_widget_set_valign (drop, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (drop), "column", GUINT_TO_POINTER (i));
  g_signal_connect (drop, "notify::selected", G_CALLBACK (type_cb), page);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Type"), -1);
  return drop;
}

/* The group's first button is the row "none": @i is the column + 1. */
static GtkWidget *
make_radio (WeirSchemaPage *page,
            guint           i,
            GtkWidget      *group)
{
  GtkWidget *radio = gtk_check_button_new ();

  if (group != NULL)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (radio), GTK_CHECK_BUTTON (group));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (radio), page->draft->event_time == (int)i - 1);
  g_object_set_data (G_OBJECT (radio), "column", GUINT_TO_POINTER (i));
  g_signal_connect (radio, "toggled", G_CALLBACK (event_time_cb), page);
  gtk_widget_set_tooltip_text (radio, _ ("Event Time"));
  gtk_widget_set_valign (radio, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (radio), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Event Time"), -1);
  return radio;
}

static GtkWidget *
wrap_line (GtkWidget *line)
{
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_widget_add_css_class (line, "weir-column-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

/* A value of the sample, and how often there was none: a column that is mostly empty is no event time. */
static GtkWidget *
make_example (const WeirDraftColumn *column)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  if (column->example != NULL)
    {
      GtkWidget *example = make_caption (column->example, 1);

      gtk_widget_add_css_class (example, "dim-label");
      gtk_widget_set_tooltip_text (example, column->example);
      gtk_box_append (GTK_BOX (box), example);
    }
  if (column->n_empty > 0)
    {
      g_autofree char *share = weir_format_number (100. * column->n_empty / column->n_seen, 0);
      /* TRANSLATORS: in how many of a hundred records a column has no value */
      g_autofree char *text = g_strdup_printf (_ ("%s %% empty"), share);
      GtkWidget       *empty = make_caption (text, 1);

      gtk_widget_add_css_class (empty, "weir-careful");
      gtk_box_append (GTK_BOX (box), empty);
    }
  gtk_widget_set_visible (box, column->example != NULL || column->n_empty > 0);
  return box;
}

static GtkWidget *
make_column (WeirSchemaPage *page,
             guint           i,
             GtkWidget      *group)
{
  WeirDraftColumn *column = get_column (page, i);
  GtkWidget       *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget       *radio = make_radio (page, i + 1, group), *name;

  gtk_widget_set_visible (radio, _weir_schema_page_get_add_query (page));
  gtk_widget_set_opacity (radio, column->can_be_event_time ? 1 : 0);
  gtk_widget_set_sensitive (radio, column->can_be_event_time);
  gtk_box_append (GTK_BOX (line), radio);
  if (page->draft->kind == WEIR_SOURCE_DEMO)
    {
      name = gtk_label_new (column->name);
      gtk_label_set_xalign (GTK_LABEL (name), 0);
    }
  else
    {
      name = gtk_entry_new ();
      gtk_editable_set_text (GTK_EDITABLE (name), column->name);
      gtk_editable_set_width_chars (GTK_EDITABLE (name), 8);
      gtk_accessible_update_property (GTK_ACCESSIBLE (name), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Column"), -1);
      g_object_set_data (G_OBJECT (name), "column", GUINT_TO_POINTER (i));
      g_signal_connect (name, "changed", G_CALLBACK (column_name_cb), page);
    }
  gtk_widget_add_css_class (name, "monospace");
  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), make_example (column));
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), texts);
  if (page->draft->kind == WEIR_SOURCE_DEMO)
    gtk_box_append (GTK_BOX (line), make_caption (column->type, 1));
  else
    gtk_box_append (GTK_BOX (line), make_type (page, i));
  return wrap_line (line);
}

static void
fill_columns (WeirSchemaPage *page)
{
  guint      n = g_strcmp0 (page->draft->value_format, "text") == 0 ? 0 : page->draft->columns->len;
  GtkWidget *none = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *radio = make_radio (page, 0, NULL);

  page->filling = TRUE;
  clear_list (page->columns);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (radio), page->draft->event_time < 0);
  gtk_box_append (GTK_BOX (none), radio);
  gtk_box_append (GTK_BOX (none), gtk_label_new (_ ("No event time")));
  for (guint i = 0; i < n; i++)
    gtk_list_box_append (GTK_LIST_BOX (page->columns), make_column (page, i, radio));
  none = wrap_line (none);
  gtk_widget_set_visible (none, _weir_schema_page_get_add_query (page));
  gtk_list_box_append (GTK_LIST_BOX (page->columns), none);
  gtk_widget_set_visible (page->columns, n > 0);
  gtk_widget_set_visible (page->columns_title, n > 0);
  show_hint (page);
  page->filling = FALSE;
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

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
  fill_columns (page);
  fill_samples (page);
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
    fill_columns (page);
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
  fill_columns (page);
  page->filling = FALSE;
  fill_samples (page);
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
