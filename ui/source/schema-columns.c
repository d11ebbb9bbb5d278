/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/source/schema-page-private.h"
#include "ui/widgets/number-format.h"

#include <glib/gi18n.h>

/*
 * The columns of a source and its first records: name, type and example of each column, the mark of the event time, and what the records
 * come to with them. A change is written into the draft and shown in the records at once.
 */

#define SAMPLES_SHOWN 5

static const char *const types[] = { "STRING", "BIGINT", "INT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "DECIMAL(18,2)", NULL };

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

void
_weir_schema_page_fill_samples (WeirSchemaPage *page)
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
  _weir_schema_page_fill_samples (page);
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
  _weir_schema_page_fill_samples (page);
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

void
_weir_schema_page_fill_columns (WeirSchemaPage *page)
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
