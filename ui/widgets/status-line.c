/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "ui/widgets/status-line.h"

struct _WeirStatusLine
{
  GtkWidget parent_instance;

  GtkWidget *box; /* Owned: the only child */
  GtkWidget *glyph;
  GtkLabel  *verdict;
  GtkLabel  *details;
  GtkWidget *button;
  GtkLabel  *button_label;
  GtkWidget *button_icon;
  GtkLabel  *zone;
};

G_DEFINE_FINAL_TYPE (WeirStatusLine, weir_status_line, GTK_TYPE_WIDGET)

static void
weir_status_line_dispose (GObject *object)
{
  g_clear_pointer (&WEIR_STATUS_LINE (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (weir_status_line_parent_class)->dispose (object);
}

static void
weir_status_line_class_init (WeirStatusLineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = weir_status_line_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "weirstatus");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_STATUS);
}

static GtkLabel *
add_label (WeirStatusLine *self,
           const char     *css_class)
{
  GtkLabel *label = GTK_LABEL (gtk_label_new (NULL));

  gtk_label_set_ellipsize (label, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (label), "numeric");
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (label), css_class);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (label));
  return label;
}

static GtkWidget *
button_new (WeirStatusLine *self)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->button_icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  self->button_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (self->button_label), "numeric");
  gtk_box_append (GTK_BOX (box), self->button_icon);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->button_label));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_visible (button, FALSE);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

static void
weir_status_line_init (WeirStatusLine *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->glyph = weir_state_glyph_new (WEIR_GLYPH_NONE);
  gtk_box_append (GTK_BOX (self->box), self->glyph);
  self->verdict = add_label (self, NULL);
  self->details = add_label (self, "dim-label");
  self->button = button_new (self);
  gtk_box_append (GTK_BOX (self->box), self->button);
  self->zone = add_label (self, "dim-label");
  gtk_widget_set_hexpand (GTK_WIDGET (self->details), TRUE);
  gtk_label_set_xalign (self->details, 0);
}

GtkWidget *
weir_status_line_new (void)
{
  return g_object_new (WEIR_TYPE_STATUS_LINE, NULL);
}

static void
set_text (GtkLabel   *label,
          const char *text)
{
  if (strcmp (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

void
weir_status_line_set (WeirStatusLine *self,
                      WeirGlyph       glyph,
                      const char     *verdict,
                      const char     *details)
{
  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), glyph);
  set_text (self->verdict, verdict);
  set_text (self->details, details);
}

void
weir_status_line_set_button (WeirStatusLine *self,
                             const char     *label,
                             const char     *tooltip,
                             const char     *action,
                             gboolean        is_warning)
{
  gtk_widget_set_visible (self->button, label != NULL);
  if (label == NULL)
    return;
  set_text (self->button_label, label);
  gtk_widget_set_tooltip_text (self->button, tooltip);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action);
  gtk_widget_set_visible (self->button_icon, is_warning);
  if (is_warning)
    gtk_widget_add_css_class (self->button, "warning");
  else
    gtk_widget_remove_css_class (self->button, "warning");
}

void
weir_status_line_set_zone (WeirStatusLine *self,
                           const char     *zone_name)
{
  /* Translators: %s is the name of a time zone, as Europe/Berlin */
  g_autofree char *text = g_strdup_printf (_ ("Times in %s"), zone_name);

  set_text (self->zone, text);
}
