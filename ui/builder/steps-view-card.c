/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/builder/steps-view-private.h"

#include "ui/builder/step-focus.h"
#include "ui/builder/step-rows.h"
#include "ui/builder/step-text.h"

#include <glib/gi18n.h>

/*
 * One card: icon, title and summary, the buttons of its step, the first of its rows at the foot, and the arrow that leads to it. Buttons have
 * names by which the focus finds them again when the cards are made anew.
 */

static GtkWidget *
make_edit_button (WeirStepsView  *self,
                  WeirCardKind    kind,
                  const WeirCard *card,
                  guint           item)
{
  GtkWidget       *button = gtk_menu_button_new ();
  g_autofree char *name = g_strdup_printf (_ ("Edit %s"), weir_step_title (kind));

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "document-edit-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), _weir_steps_view_make_form (self, kind, card, item));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  weir_step_focus_name (button, kind, item, "edit");
  return button;
}

static GtkWidget *
make_remove_button (WeirStepsView *self,
                    WeirCardKind   kind,
                    guint          item)
{
  GtkWidget       *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *name = g_strdup_printf (_ ("Remove %s"), weir_step_title (kind));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  _weir_steps_view_connect_remove (self, button, kind, item);
  weir_step_focus_name (button, kind, item, "remove");
  return button;
}

static GtkWidget *
make_summary (const char *text,
              gboolean    monospace)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), monospace ? 12 : 3);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  if (monospace)
    gtk_widget_add_css_class (label, "monospace");
  return label;
}

static void
add_items (WeirStepsView  *self,
           GtkWidget      *box,
           const WeirCard *card)
{
  for (guint i = 0; i < card->n_aggregates; i++)
    {
      GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

      gtk_box_append (GTK_BOX (row), make_summary (card->aggregates[i].sql, FALSE));
      if (card->aggregates[i].function != NULL)
        gtk_box_append (GTK_BOX (row), make_edit_button (self, WEIR_CARD_AGGREGATE, card, i));
      gtk_box_append (GTK_BOX (row), make_remove_button (self, WEIR_CARD_AGGREGATE, i));
      gtk_widget_add_css_class (row, "step-item");
      gtk_box_append (GTK_BOX (box), row);
    }
}

static void
edit_sql_cb (WeirStepsView *self)
{
  g_signal_emit_by_name (self, "edit-sql");
}

static GtkWidget *
make_problem_mark (const WeirProblem *problem)
{
  GtkWidget *mark = gtk_image_new_from_icon_name ("dialog-error-symbolic");

  gtk_widget_add_css_class (mark, "weir-late");
  gtk_widget_set_tooltip_text (mark, problem->message);
  gtk_accessible_update_property (GTK_ACCESSIBLE (mark), GTK_ACCESSIBLE_PROPERTY_LABEL, problem->message, -1);
  return mark;
}

/* Icon, title and summary. */
static GtkWidget *
make_head (const WeirCard *card)
{
  GtkWidget       *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget       *icon = gtk_image_new_from_icon_name (weir_step_icon (card->kind)), *title = gtk_label_new (weir_step_title (card->kind));
  g_autofree char *summary = weir_step_summary (card);

  gtk_widget_add_css_class (head, "step-head");
  gtk_widget_add_css_class (icon, "step-icon");
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (title, "caption");
  gtk_widget_add_css_class (title, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), make_summary (summary, card->kind == WEIR_CARD_SQL));
  gtk_box_append (GTK_BOX (head), icon);
  gtk_box_append (GTK_BOX (head), texts);
  return head;
}

/* The buttons at the end of the head. */
static void
add_buttons (WeirStepsView  *self,
             GtkWidget      *head,
             const WeirCard *card)
{
  if (card->kind == WEIR_CARD_SQL)
    {
      GtkWidget *edit = gtk_button_new_with_label (_ ("Edit SQL"));

      gtk_widget_set_valign (edit, GTK_ALIGN_CENTER);
      g_signal_connect_swapped (edit, "clicked", G_CALLBACK (edit_sql_cb), self);
      weir_step_focus_name (edit, card->kind, 0, "edit");
      gtk_box_append (GTK_BOX (head), edit);
    }
  else if (card->kind == WEIR_CARD_AGGREGATE)
    {
      GtkWidget *add = make_edit_button (self, WEIR_CARD_AGGREGATE, card, card->n_aggregates);

      gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (add), "list-add-symbolic");
      gtk_widget_set_tooltip_text (add, _ ("Add an Aggregate"));
      gtk_box_append (GTK_BOX (head), add);
    }
  else
    gtk_box_append (GTK_BOX (head), make_edit_button (self, card->kind, card, 0));
  if (card->kind >= WEIR_CARD_JOIN && card->kind <= WEIR_CARD_GROUP_BY)
    gtk_box_append (GTK_BOX (head), make_remove_button (self, card->kind, 0));
}

GtkWidget *
_weir_steps_view_make_card (WeirStepsView     *self,
                            const WeirCard    *card,
                            const WeirProblem *problem)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *head = make_head (card);

  gtk_widget_add_css_class (box, "card");
  gtk_widget_add_css_class (box, "step-card");
  if (problem != NULL)
    gtk_box_append (GTK_BOX (head), make_problem_mark (problem));
  add_buttons (self, head, card);
  gtk_box_append (GTK_BOX (box), head);
  if (card->kind == WEIR_CARD_AGGREGATE)
    add_items (self, box, card);
  return box;
}

/* What comes out of it, but for the last: that is the page of results. */
void
_weir_steps_view_add_rows (WeirStepsView     *self,
                           GtkWidget         *box,
                           const WeirStepKey *key,
                           const char        *sql)
{
  if (key->kind != WEIR_CARD_OUTPUT)
    gtk_box_append (GTK_BOX (box), weir_step_rows_new (self->preview, key, sql));
  weir_step_rows_add_selection (box, self->preview, key);
}

GtkWidget *
_weir_steps_view_make_arrow (WeirStepsView     *self,
                             const WeirStepKey *before)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *arrow = gtk_image_new_from_icon_name ("go-down-symbolic");

  gtk_widget_add_css_class (box, "step-arrow");
  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_box_append (GTK_BOX (box), arrow);
  gtk_box_append (GTK_BOX (box), weir_step_passed_new (self->preview, before));
  return box;
}
