/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/results/why-panel.h"
#include "ui/widgets/breakpoint-bin.h"
#include "ui/widgets/state-glyph.h"

#define CARD_WIDTH 380

typedef struct
{
  GtkWidget *row;
  GtkWidget *glyph;
  GtkLabel  *text;
  GtkLabel  *detail;
} CheckRow;

struct _WeirWhyPanel
{
  GtkWidget parent_instance;

  GtkWidget  *bin; /* Owned: the only child */
  GtkBox     *box;
  GtkLabel   *headline;
  GtkLabel   *body;
  GtkWidget  *action;
  GtkWidget  *other_action;
  GtkWidget  *buttons;
  GtkWidget  *card;
  CheckRow    checks[WEIR_WHY_MAX_CHECKS];
  const char *action_id; /* static */
  const char *other_action_id;
};

G_DEFINE_FINAL_TYPE (WeirWhyPanel, weir_why_panel, GTK_TYPE_WIDGET)

enum
{
  ACTION,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
weir_why_panel_dispose (GObject *object)
{
  g_clear_pointer (&WEIR_WHY_PANEL (object)->bin, gtk_widget_unparent);

  G_OBJECT_CLASS (weir_why_panel_parent_class)->dispose (object);
}

static void
weir_why_panel_class_init (WeirWhyPanelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_why_panel_dispose;
  signals[ACTION] = g_signal_new ("action", WEIR_TYPE_WHY_PANEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "weirwhy");
}

static void
action_cb (WeirWhyPanel *self)
{
  g_signal_emit (self, signals[ACTION], 0, self->action_id);
}

static void
other_action_cb (WeirWhyPanel *self)
{
  g_signal_emit (self, signals[ACTION], 0, self->other_action_id);
}

static GtkLabel *
label_new (const char *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_xalign (label, 0);
  gtk_label_set_wrap (label, TRUE);
  gtk_widget_set_halign (GTK_WIDGET (label), GTK_ALIGN_FILL);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  return label;
}

static GtkWidget *
answer_box_new (WeirWhyPanel *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkLabel  *question = label_new ("caption-heading");

  gtk_label_set_text (question, _ ("Why No Rows Yet?"));
  gtk_widget_add_css_class (GTK_WIDGET (question), "weir-watermark");
  self->headline = label_new ("title-2");
  self->body = label_new (NULL);
  gtk_label_set_max_width_chars (self->body, 60);
  self->action = gtk_button_new_with_label ("");
  self->other_action = gtk_button_new_with_label ("");
  gtk_widget_add_css_class (self->action, "suggested-action");
  g_signal_connect_swapped (self->action, "clicked", G_CALLBACK (action_cb), self);
  g_signal_connect_swapped (self->other_action, "clicked", G_CALLBACK (other_action_cb), self);
  self->buttons = buttons;
  gtk_widget_set_margin_top (buttons, 12);
  gtk_box_append (GTK_BOX (buttons), self->action);
  gtk_box_append (GTK_BOX (buttons), self->other_action);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (question));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->headline));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->body));
  gtk_box_append (GTK_BOX (box), buttons);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (box, TRUE);
  return box;
}

static void
check_row_init (CheckRow *check)
{
  check->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  check->glyph = weir_state_glyph_new (WEIR_GLYPH_DONE);
  check->text = GTK_LABEL (gtk_label_new (NULL));
  check->detail = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (check->text, PANGO_ELLIPSIZE_END);
  gtk_label_set_ellipsize (check->detail, PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (check->detail, 24);
  gtk_label_set_xalign (check->text, 0);
  gtk_widget_set_hexpand (GTK_WIDGET (check->text), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (check->detail), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (check->detail), "numeric");
  gtk_widget_add_css_class (check->row, "weir-check");
  gtk_box_append (GTK_BOX (check->row), check->glyph);
  gtk_box_append (GTK_BOX (check->row), GTK_WIDGET (check->text));
  gtk_box_append (GTK_BOX (check->row), GTK_WIDGET (check->detail));
}

/* The answer above the checks where both do not fit side by side. */
static void
narrow_cb (WeirWhyPanel *self)
{
  gboolean       narrow = weir_breakpoint_bin_get_narrow (WEIR_BREAKPOINT_BIN (self->bin));
  GtkOrientation orientation = narrow ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL;

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->box), orientation);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->buttons), orientation);
  gtk_widget_set_size_request (self->card, narrow ? -1 : CARD_WIDTH, -1);
}

static void
weir_why_panel_init (WeirWhyPanel *self)
{
  GtkWidget *answer = answer_box_new (self), *scroller = gtk_scrolled_window_new ();

  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24));
  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_widget_add_css_class (self->card, "card");
  gtk_widget_set_valign (self->card, GTK_ALIGN_CENTER);
  for (guint i = 0; i < WEIR_WHY_MAX_CHECKS; i++)
    {
      check_row_init (&self->checks[i]);
      gtk_box_append (GTK_BOX (self->card), self->checks[i].row);
    }
  gtk_box_append (self->box, answer);
  gtk_box_append (self->box, self->card);
  gtk_widget_set_margin_top (GTK_WIDGET (self->box), 12);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->box), 12);
  gtk_widget_set_margin_start (GTK_WIDGET (self->box), 24);
  gtk_widget_set_margin_end (GTK_WIDGET (self->box), 24);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->box));
  self->bin = weir_breakpoint_bin_new (scroller, 2 * CARD_WIDTH + 72, 300);
  g_signal_connect_swapped (self->bin, "notify::narrow", G_CALLBACK (narrow_cb), self);
  gtk_widget_set_parent (self->bin, GTK_WIDGET (self));
  narrow_cb (self);
}

GtkWidget *
weir_why_panel_new (void)
{
  return g_object_new (WEIR_TYPE_WHY_PANEL, NULL);
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text != NULL ? text : "");
}

static void
set_button (GtkWidget  *button,
            const char *label)
{
  gtk_widget_set_visible (button, label != NULL);
  if (label != NULL && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), label) != 0)
    gtk_button_set_label (GTK_BUTTON (button), label);
}

static void
set_check (CheckRow           *row,
           const WeirWhyCheck *check)
{
  gboolean met = check != NULL && check->state == WEIR_CHECK_MET;

  gtk_widget_set_visible (row->row, check != NULL);
  if (check == NULL)
    return;
  weir_state_glyph_set (WEIR_STATE_GLYPH (row->glyph), met ? WEIR_GLYPH_DONE : WEIR_GLYPH_OPEN);
  set_text (row->text, check->text);
  set_text (row->detail, check->detail);
  if (met)
    gtk_widget_remove_css_class (GTK_WIDGET (row->text), "heading");
  else
    gtk_widget_add_css_class (GTK_WIDGET (row->text), "heading");
}

void
weir_why_panel_set_answer (WeirWhyPanel        *self,
                           const WeirWhyAnswer *answer)
{
  self->action_id = answer->action;
  self->other_action_id = answer->other_action;
  set_text (self->headline, answer->headline);
  set_text (self->body, answer->body);
  set_button (self->action, answer->action != NULL ? answer->action_label : NULL);
  set_button (self->other_action, answer->other_action != NULL ? answer->other_action_label : NULL);
  gtk_widget_set_visible (self->card, answer->n_checks > 0);
  for (guint i = 0; i < WEIR_WHY_MAX_CHECKS; i++)
    set_check (&self->checks[i], i < answer->n_checks ? &answer->checks[i] : NULL);
}
