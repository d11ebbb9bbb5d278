/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/samples-dialog.h"

#include <glib/gi18n.h>

#include "ui/widgets/number-format.h"
#include "ui/window/query-state.h"

struct _WeirSamplesDialog
{
  AdwWindow parent_instance;

  WeirQuery     *query;
  WeirSampleKind kind;
  GTimeZone     *zone;
  GtkWidget     *page;
  GtkWidget     *group;
  GPtrArray     *rows;
  GtkWidget     *refresh;
  GtkWidget     *warning; /* an event that is far ahead of the clock */
  GtkLabel      *warning_text;
};

G_DEFINE_FINAL_TYPE (WeirSamplesDialog, weir_samples_dialog, ADW_TYPE_WINDOW)

char *
weir_format_hex (GBytes *bytes)
{
  gsize         length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  GString      *out = g_string_new (NULL);

  for (gsize at = 0; at < length; at += 16)
    {
      gsize n = MIN (16, length - at);

      g_string_append_printf (out, "%04zx ", at);
      for (gsize i = 0; i < 16; i++)
        if (i < n)
          g_string_append_printf (out, " %02x", data[at + i]);
        else
          g_string_append (out, "   ");
      g_string_append (out, "  ");
      for (gsize i = 0; i < n; i++)
        g_string_append_c (out, g_ascii_isprint (data[at + i]) ? (char)data[at + i] : '.');
      if (at + 16 < length)
        g_string_append_c (out, '\n');
    }
  return g_string_free (out, FALSE);
}

static char *
dup_raw_text (GBytes *bytes)
{
  gsize       length;
  const char *data = g_bytes_get_data (bytes, &length);

  return g_utf8_make_valid (data, (gssize)length);
}

static void
copy_cb (GtkButton *button,
         gpointer   user_data)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), g_object_get_data (G_OBJECT (button), "text"));
}

static void
add_bytes (AdwExpanderRow *row,
           const char     *title,
           const char     *text,
           gboolean        wrap)
{
  GtkWidget *line = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *caption = gtk_label_new (title), *label = gtk_label_new (text), *scroller = gtk_scrolled_window_new ();
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  gtk_label_set_xalign (GTK_LABEL (caption), 0);
  gtk_widget_set_hexpand (caption, TRUE);
  gtk_widget_add_css_class (caption, "caption");
  gtk_widget_add_css_class (caption, "dim-label");
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_tooltip_text (copy, _ ("Copy"));
  g_object_set_data_full (G_OBJECT (copy), "text", g_strdup (text), g_free);
  g_signal_connect (copy, "clicked", G_CALLBACK (copy_cb), NULL);
  gtk_box_append (GTK_BOX (head), caption);
  gtk_box_append (GTK_BOX (head), copy);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), wrap);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (label, "weir-error-text");
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), wrap ? GTK_POLICY_NEVER : GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), label);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (line), FALSE);
  adw_expander_row_add_row (row, line);
}

/* The bytes are laid out when they are first looked at. */
static void
expanded_cb (AdwExpanderRow *row)
{
  GBytes          *raw = g_object_get_data (G_OBJECT (row), "raw");
  g_autofree char *text = NULL;
  g_autofree char *hex = NULL;

  if (raw == NULL || !adw_expander_row_get_expanded (row) || g_object_get_data (G_OBJECT (row), "filled") != NULL)
    return;
  g_object_set_data (G_OBJECT (row), "filled", row);
  text = dup_raw_text (raw);
  hex = weir_format_hex (raw);
  add_bytes (row, _ ("As text"), text, TRUE);
  add_bytes (row, _ ("As bytes"), hex, FALSE);
}

/* By how much it came late is what tells how long to wait. */
static char *
describe_late (WeirSamplesDialog *self,
               const WeirSample  *sample)
{
  g_autofree char *event = self->kind == WEIR_SAMPLE_LATE ? weir_format_clock (sample->event_time_us, self->zone) : weir_format_timestamp (sample->event_time_us, self->zone);
  g_autofree char *delay = NULL;

  if (sample->seen_us <= sample->event_time_us)
    /* TRANSLATORS: event time of a row */
    return g_strdup_printf (_ ("Event of %s"), event);
  delay = weir_format_duration ((sample->seen_us - sample->event_time_us) / G_USEC_PER_SEC * G_USEC_PER_SEC);
  /* TRANSLATORS: event time of a row, and how long after it the row came: "Event of 10:42:10.500, came 49 s later" */
  return g_strdup_printf (_ ("Event of %s, came %s later"), event, delay);
}

/* The decoder's reason, as a sentence begins. */
static char *
describe_bad (const WeirSample *sample)
{
  char *text = g_strdup (sample->reason != NULL ? sample->reason : _ ("Unreadable"));

  text[0] = g_ascii_toupper (text[0]);
  return text;
}

static void
add_sample (WeirSamplesDialog *self,
            const WeirSample  *sample)
{
  GtkWidget       *row = adw_expander_row_new ();
  g_autofree char *title = self->kind == WEIR_SAMPLE_BAD ? describe_bad (sample) : describe_late (self, sample);
  g_autofree char *seen = weir_format_clock_seconds (sample->seen_us, self->zone);
  g_autofree char *subtitle = NULL;

  subtitle = g_strjoin (" · ", sample->source != NULL ? sample->source : "", sample->position != NULL ? sample->position : seen,
                        sample->position != NULL ? seen : NULL, NULL);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  if (sample->raw != NULL)
    g_object_set_data_full (G_OBJECT (row), "raw", g_bytes_ref (sample->raw), (GDestroyNotify)g_bytes_unref);
  g_signal_connect (row, "notify::expanded", G_CALLBACK (expanded_cb), NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_ptr_array_add (self->rows, row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), self->kind == WEIR_SAMPLE_NEWEST);
}

/* Event times are the senders'; one wrong clock is enough. */
static void
show_warning (WeirSamplesDialog *self)
{
  gint64           ahead_us = self->kind == WEIR_SAMPLE_NEWEST ? weir_query_state_ahead_us (self->query) : 0;
  g_autofree char *ahead = weir_format_duration (ahead_us);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->warning, ahead_us > 0);
  if (ahead_us == 0)
    return;
  /* TRANSLATORS: a duration as "3 h" */
  text = g_strdup_printf (_ ("This event is %s ahead of the clock, and the watermark follows it: rows of the present time come too late until the clock is there. Look for a sender with a wrong clock, another time zone, or seconds taken for milliseconds."), ahead);
  gtk_label_set_text (self->warning_text, text);
}

static char *
describe_rows (WeirSamplesDialog *self,
               guint              n)
{
  guint64          total = self->kind == WEIR_SAMPLE_LATE ? weir_query_get_n_late_rows (self->query) : weir_query_get_n_bad_rows (self->query);
  g_autofree char *count = weir_format_number ((double)total, 0);

  if (n == 0)
    return g_strdup (_ ("None so far."));
  if (self->kind == WEIR_SAMPLE_NEWEST)
    return g_strdup (_ ("The row with the newest event time. The watermark is as far behind it as rows are waited for."));
  if (n >= total)
    return g_strdup_printf (ngettext ("%u row", "%u rows", n), n);
  /* TRANSLATORS: how many rows of a larger number are listed: "The newest 100 of 1,204" */
  return g_strdup_printf (_ ("The newest %u of %s"), n, count);
}

static void
show_samples (WeirSamplesDialog *self)
{
  g_autoptr (GPtrArray) samples = weir_query_get_samples (self->query, self->kind);
  g_autofree char      *description = describe_rows (self, samples->len);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self->group), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < samples->len; i++)
    add_sample (self, samples->pdata[i]);
  show_warning (self);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->group), description);
  gtk_widget_set_sensitive (self->refresh, FALSE);
}

static void
samples_cb (WeirSamplesDialog *self)
{
  gtk_widget_set_sensitive (self->refresh, TRUE);
}

static void
dispose (GObject *object)
{
  WeirSamplesDialog *self = WEIR_SAMPLES_DIALOG (object);

  g_clear_object (&self->query);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (weir_samples_dialog_parent_class)->dispose (object);
}

static void
weir_samples_dialog_class_init (WeirSamplesDialogClass *class)
{
  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (class), GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *
warning_new (WeirSamplesDialog *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");

  self->warning_text = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->warning_text, TRUE);
  gtk_label_set_xalign (self->warning_text, 0);
  gtk_widget_set_hexpand (GTK_WIDGET (self->warning_text), TRUE);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  /* Higher than a line of text, whose least height GTK rounds in two ways. */
  gtk_widget_set_size_request (icon, -1, 24);
  gtk_widget_set_valign (GTK_WIDGET (self->warning_text), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (bar, "weir-notice");
  gtk_widget_add_css_class (bar, "careful");
  gtk_box_append (GTK_BOX (bar), icon);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->warning_text));
  return bar;
}

static void
weir_samples_dialog_init (WeirSamplesDialog *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();

  self->rows = g_ptr_array_new ();
  self->page = adw_preferences_page_new ();
  self->group = adw_preferences_group_new ();
  self->refresh = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  gtk_widget_set_tooltip_text (self->refresh, _ ("Show Newer Rows"));
  g_signal_connect_swapped (self->refresh, "clicked", G_CALLBACK (show_samples), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->refresh);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (self->group));
  gtk_widget_set_vexpand (self->page, TRUE);
  self->warning = warning_new (self);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), self->warning);
  gtk_box_append (GTK_BOX (box), self->page);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_default_size (GTK_WINDOW (self), 640, 560);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
}

GtkWidget *
weir_samples_dialog_new (GtkWindow     *parent,
                         WeirQuery     *query,
                         WeirSampleKind kind,
                         GTimeZone     *zone)
{
  WeirSamplesDialog *self = g_object_new (WEIR_TYPE_SAMPLES_DIALOG, "transient-for", parent, NULL);

  self->query = g_object_ref (query);
  self->kind = kind;
  self->zone = zone != NULL ? g_time_zone_ref (zone) : g_time_zone_new_local ();
  gtk_window_set_title (GTK_WINDOW (self), kind == WEIR_SAMPLE_NEWEST ? _ ("Newest Event") : kind == WEIR_SAMPLE_LATE ? _ ("Late Rows")
                                                                                                                      : _ ("Unreadable Rows"));
  gtk_widget_set_visible (self->refresh, kind != WEIR_SAMPLE_NEWEST);
  g_signal_connect_object (query, "samples", G_CALLBACK (samples_cb), self, G_CONNECT_SWAPPED);
  show_samples (self);
  return GTK_WIDGET (self);
}
