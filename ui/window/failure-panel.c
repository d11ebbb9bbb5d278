/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/failure-panel.h"

#include <glib/gi18n.h>

struct _WeirFailurePanel
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel  *message;
  GtkWidget *scroller;
  GtkLabel  *text;
  char      *whole;
};

G_DEFINE_FINAL_TYPE (WeirFailurePanel, weir_failure_panel, GTK_TYPE_WIDGET)

static void
copy_cb (WeirFailurePanel *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->whole != NULL ? self->whole : "");
}

/* The first line is the message, which may wrap; the others are SQL with a caret, which may not. */
void
weir_failure_panel_set_text (WeirFailurePanel *self,
                             const char       *text)
{
  g_auto (GStrv) parts = NULL;

  g_return_if_fail (WEIR_IS_FAILURE_PANEL (self));
  if (g_strcmp0 (self->whole, text) == 0)
    return;
  g_free (self->whole);
  self->whole = g_strdup (text);
  parts = g_strsplit (text != NULL ? text : "", "\n", 2);
  gtk_label_set_text (self->message, parts[0] != NULL ? parts[0] : "");
  gtk_label_set_text (self->text, parts[0] != NULL && parts[1] != NULL ? g_strchomp (parts[1]) : "");
  gtk_widget_set_visible (self->scroller, gtk_label_get_text (self->text)[0] != '\0');
}

static void
dispose (GObject *object)
{
  WeirFailurePanel *self = WEIR_FAILURE_PANEL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->whole, g_free);
  G_OBJECT_CLASS (weir_failure_panel_parent_class)->dispose (object);
}

static void
weir_failure_panel_class_init (WeirFailurePanelClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "weirfailure");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
}

static void
add_button (GtkWidget  *box,
            const char *label,
            const char *action,
            gboolean    suggested)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  if (suggested)
    gtk_widget_add_css_class (button, "suggested-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_box_append (GTK_BOX (box), button);
}

static void
weir_failure_panel_init (WeirFailurePanel *self)
{
  GtkWidget *heading = gtk_label_new (_ ("The Query Has Failed")), *scroller = gtk_scrolled_window_new ();
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *copy = gtk_button_new_with_mnemonic (_ ("_Copy"));

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_margin_top (self->box, 18);
  gtk_widget_set_margin_bottom (self->box, 18);
  gtk_widget_set_margin_start (self->box, 24);
  gtk_widget_set_margin_end (self->box, 24);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  gtk_widget_add_css_class (heading, "title-2");
  self->text = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->text, 0);
  gtk_label_set_yalign (self->text, 0);
  gtk_label_set_selectable (self->text, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->text), "weir-error-text");
  gtk_widget_set_margin_top (GTK_WIDGET (self->text), 12);
  gtk_widget_set_margin_bottom (GTK_WIDGET (self->text), 12);
  gtk_widget_set_margin_start (GTK_WIDGET (self->text), 12);
  gtk_widget_set_margin_end (GTK_WIDGET (self->text), 12);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->text));
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 360);
  gtk_widget_add_css_class (scroller, "card");
  self->message = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->message, 0);
  gtk_label_set_wrap (self->message, TRUE);
  gtk_label_set_wrap_mode (self->message, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (self->message, TRUE);
  self->scroller = scroller;
  gtk_box_append (GTK_BOX (self->box), heading);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->message));
  gtk_box_append (GTK_BOX (self->box), scroller);
  add_button (buttons, _ ("_Edit"), "win.edit-sql", TRUE);
  add_button (buttons, _ ("_Run Again"), "win.run", FALSE);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_cb), self);
  gtk_box_append (GTK_BOX (buttons), copy);
  gtk_box_append (GTK_BOX (self->box), buttons);
}

GtkWidget *
weir_failure_panel_new (void)
{
  return g_object_new (WEIR_TYPE_FAILURE_PANEL, NULL);
}
