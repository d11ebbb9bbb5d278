/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/results/row-details.h"
#include "ui/widgets/state-glyph.h"

#define WIDTH        236
#define NARROW_WIDTH 300

#define N_CHANGES 6

typedef struct
{
  guint64 batch_id;
  char   *value; /* Owned */
} Change;

typedef struct
{
  GtkWidget *row;
  GtkLabel  *batch;
  GtkLabel  *value;
} ChangeLine;

struct _WeirRowDetails
{
  GtkWidget parent_instance;

  GtkWidget *box; /* Owned: the only child */
  GtkWidget *state_box;
  GtkWidget *glyph;
  GtkLabel  *state;
  GtkLabel  *sentence;
  GtkWidget *card;
  GPtrArray *values;  /* Owned: of GtkLabel, borrowed */
  char      *json;    /* Owned: what is copied */
  char      *columns; /* Owned: names the card was built for */

  GtkWidget *changes_box; /* heading and list */
  ChangeLine lines[N_CHANGES];
  Change     changes[N_CHANGES]; /* newest first */
  guint      n_changes;
  guint64    row_id;
  int        measure;
};

G_DEFINE_FINAL_TYPE (WeirRowDetails, weir_row_details, GTK_TYPE_WIDGET)

enum
{
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
forget_changes (WeirRowDetails *self)
{
  for (guint i = 0; i < self->n_changes; i++)
    g_free (self->changes[i].value);
  self->n_changes = 0;
}

static void
weir_row_details_dispose (GObject *object)
{
  g_clear_pointer (&WEIR_ROW_DETAILS (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (weir_row_details_parent_class)->dispose (object);
}

static void
weir_row_details_finalize (GObject *object)
{
  WeirRowDetails *self = WEIR_ROW_DETAILS (object);

  forget_changes (self);
  g_ptr_array_unref (self->values);
  g_free (self->json);
  g_free (self->columns);

  G_OBJECT_CLASS (weir_row_details_parent_class)->finalize (object);
}

static void
weir_row_details_class_init (WeirRowDetailsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_row_details_dispose;
  G_OBJECT_CLASS (klass)->finalize = weir_row_details_finalize;
  signals[CLOSED] = g_signal_new ("closed", WEIR_TYPE_ROW_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "weirdetails");
}

static void
close_cb (WeirRowDetails *self)
{
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
copy_cb (WeirRowDetails *self)
{
  if (self->json != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->json);
}

static GtkWidget *
icon_button_new (const char *icon,
                 const char *tooltip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
  return button;
}

static GtkWidget *
head_new (WeirRowDetails *self)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *title = gtk_label_new (_ ("Row Details"));
  GtkWidget *copy = icon_button_new ("edit-copy-symbolic", _ ("Copy Row as JSON"));
  GtkWidget *close = icon_button_new ("window-close-symbolic", _ ("Close Row Details"));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "heading");
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_cb), self);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (close_cb), self);
  gtk_widget_set_margin_start (head, 12);
  gtk_widget_set_margin_end (head, 6);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (head), copy);
  gtk_box_append (GTK_BOX (head), close);
  return head;
}

static GtkWidget *
changes_box_new (WeirRowDetails *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = gtk_label_new (_ ("Changes"));

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_widget_add_css_class (heading, "heading");
  gtk_widget_add_css_class (card, "card");
  gtk_widget_set_margin_top (box, 12);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      ChangeLine *line = &self->lines[i];

      line->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      line->batch = GTK_LABEL (gtk_label_new (NULL));
      line->value = GTK_LABEL (gtk_label_new (NULL));
      gtk_widget_set_hexpand (GTK_WIDGET (line->batch), TRUE);
      gtk_label_set_xalign (line->batch, 0);
      gtk_label_set_ellipsize (line->value, PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (GTK_WIDGET (line->batch), "dim-label");
      gtk_widget_add_css_class (line->row, "numeric");
      gtk_widget_add_css_class (line->row, "weir-check");
      gtk_box_append (GTK_BOX (line->row), GTK_WIDGET (line->batch));
      gtk_box_append (GTK_BOX (line->row), GTK_WIDGET (line->value));
      gtk_box_append (GTK_BOX (card), line->row);
    }
  gtk_box_append (GTK_BOX (box), heading);
  gtk_box_append (GTK_BOX (box), card);
  return box;
}

static void
weir_row_details_init (WeirRowDetails *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->values = g_ptr_array_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->state_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->glyph = weir_state_glyph_new (WEIR_GLYPH_NONE);
  self->state = GTK_LABEL (gtk_label_new (NULL));
  self->sentence = GTK_LABEL (gtk_label_new (NULL));
  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->state), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->sentence), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->sentence), "dim-label");
  gtk_widget_add_css_class (self->card, "card");
  gtk_label_set_xalign (self->sentence, 0);
  gtk_label_set_wrap (self->sentence, TRUE);
  gtk_box_append (GTK_BOX (self->state_box), self->glyph);
  gtk_box_append (GTK_BOX (self->state_box), GTK_WIDGET (self->state));
  gtk_box_append (GTK_BOX (content), self->state_box);
  gtk_box_append (GTK_BOX (content), GTK_WIDGET (self->sentence));
  gtk_box_append (GTK_BOX (content), self->card);
  self->changes_box = changes_box_new (self);
  gtk_box_append (GTK_BOX (content), self->changes_box);
  gtk_widget_set_margin_top (content, 6);
  gtk_widget_set_margin_bottom (content, 12);
  gtk_widget_set_margin_start (content, 12);
  gtk_widget_set_margin_end (content, 12);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), content);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (self->box), head_new (self));
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_widget_set_margin_top (self->box, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_size_request (GTK_WIDGET (self), WIDTH, -1);
}

GtkWidget *
weir_row_details_new (void)
{
  return g_object_new (WEIR_TYPE_ROW_DETAILS, NULL);
}

void
weir_row_details_set_narrow (WeirRowDetails *self,
                             gboolean        narrow)
{
  gtk_widget_set_size_request (GTK_WIDGET (self), narrow ? NARROW_WIDTH : WIDTH, -1);
}

static void
build_card (WeirRowDetails *self,
            WeirRowsView   *view)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint               n = view->klass->get_n_columns (view->data);
  GtkWidget          *child;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (names, "%s\n", view->klass->get_column (view->data, i)->name);
  if (g_strcmp0 (self->columns, names->str) == 0)
    return;
  g_free (self->columns);
  self->columns = g_strdup (names->str);
  while ((child = gtk_widget_get_first_child (self->card)) != NULL)
    gtk_box_remove (GTK_BOX (self->card), child);
  g_ptr_array_set_size (self->values, 0);
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *name = gtk_label_new (view->klass->get_column (view->data, i)->name);
      GtkWidget *value = gtk_label_new (NULL);

      gtk_label_set_xalign (GTK_LABEL (name), 0);
      gtk_label_set_xalign (GTK_LABEL (value), 0);
      gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
      gtk_label_set_wrap (GTK_LABEL (value), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (value), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_selectable (GTK_LABEL (value), TRUE);
      gtk_widget_add_css_class (name, "caption");
      gtk_widget_add_css_class (name, "dim-label");
      gtk_widget_add_css_class (value, "numeric");
      gtk_widget_add_css_class (row, "weir-check");
      gtk_box_append (GTK_BOX (row), name);
      gtk_box_append (GTK_BOX (row), value);
      gtk_box_append (GTK_BOX (self->card), row);
      g_ptr_array_add (self->values, value);
    }
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

static void
set_state (WeirRowDetails      *self,
           WeirRowsView        *view,
           guint                row,
           gint64               wait_us,
           const WeirCellStyle *style)
{
  gint64           start_us;
  gint64           end_us;
  gboolean         has_window = view->klass->get_window (view->data, row, &start_us, &end_us) && end_us > start_us;
  gboolean         final = view->klass->is_final (view->data, row);
  g_autofree char *when = NULL;
  g_autofree char *sentence = NULL;

  gtk_widget_set_visible (self->state_box, has_window);
  gtk_widget_set_visible (GTK_WIDGET (self->sentence), has_window);
  if (!has_window)
    return;
  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), final ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN);
  set_text (self->state, weir_glyph_word (final ? WEIR_GLYPH_FINAL : WEIR_GLYPH_OPEN));
  when = weir_format_clock_seconds (end_us + wait_us, style->zone);
  if (final)
    sentence = g_strdup (_ ("Its window is over; the row does not change any more."));
  else if (view->klass->get_watermark_us (view->data) == WEIR_TIME_NONE)
    sentence = g_strdup (_ ("Without a watermark no row is ever final."));
  else
    /* Translators: %s is a clock time */
    sentence = g_strdup_printf (_ ("Final when event time reaches %s"), when);
  set_text (self->sentence, sentence);
}

/* Notes the value the row has now when it is another than before. */
static void
note_change (WeirRowDetails      *self,
             WeirRowsView        *view,
             guint                row,
             int                  measure,
             const WeirCellStyle *style)
{
  guint64 row_id = view->klass->get_row_id (view->data, row);
  char   *value;

  if (row_id != self->row_id || measure != self->measure)
    forget_changes (self);
  self->row_id = row_id;
  self->measure = measure;
  if (measure < 0)
    return;
  value = weir_result_cell_text (view, row, (guint)measure, style);
  if (value == NULL)
    value = g_strdup ("NULL");
  if (self->n_changes > 0 && g_str_equal (self->changes[0].value, value))
    {
      g_free (value);
      return;
    }
  if (self->n_changes == N_CHANGES)
    g_free (self->changes[--self->n_changes].value);
  memmove (self->changes + 1, self->changes, self->n_changes * sizeof *self->changes);
  self->changes[0] = (Change){ view->klass->get_batch_id (view->data), value };
  self->n_changes++;
}

static void
show_changes (WeirRowDetails *self)
{
  gtk_widget_set_visible (self->changes_box, self->n_changes > 0);
  for (guint i = 0; i < N_CHANGES; i++)
    {
      g_autofree char *batch = NULL;

      gtk_widget_set_visible (self->lines[i].row, i < self->n_changes);
      if (i >= self->n_changes)
        continue;
      batch = g_strdup_printf (_ ("batch %lu"), (gulong)self->changes[i].batch_id);
      set_text (self->lines[i].batch, batch);
      set_text (self->lines[i].value, self->changes[i].value);
    }
}

void
weir_row_details_set_row (WeirRowDetails      *self,
                          WeirRowsView        *view,
                          guint                row,
                          int                  measure,
                          gint64               wait_us,
                          const WeirCellStyle *style)
{
  gtk_widget_set_sensitive (self->card, view != NULL);
  if (view == NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (self->sentence), TRUE);
      set_text (self->sentence, _ ("This row is no longer in the result."));
      return;
    }
  build_card (self, view);
  set_state (self, view, row, wait_us, style);
  note_change (self, view, row, measure, style);
  show_changes (self);
  for (guint i = 0; i < self->values->len; i++)
    {
      const WeirColumnInfo *info = view->klass->get_column (view->data, i);
      /* The table cuts long texts; here they are whole. */
      g_autofree char *text = info->shape == WEIR_COLUMN_TEXT || info->shape == WEIR_COLUMN_OTHER
                                ? weir_rows_view_dup_text (view, row, i, style->zone_name)
                                : weir_result_cell_text (view, row, i, style);

      set_text (self->values->pdata[i], text != NULL ? text : "NULL");
    }
  g_free (self->json);
  self->json = view->klass->dup_row_json (view->data, row);
}
