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

static void
weir_status_line_init (WeirStatusLine *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->glyph = weir_state_glyph_new (WEIR_GLYPH_NONE);
  gtk_box_append (GTK_BOX (self->box), self->glyph);
  self->verdict = add_label (self, NULL);
  self->details = add_label (self, "dim-label");
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
weir_status_line_set_zone (WeirStatusLine *self,
                           const char     *zone_name)
{
  /* Translators: %s is the name of a time zone, as Europe/Berlin */
  g_autofree char *text = g_strdup_printf (_ ("Times in %s"), zone_name);

  set_text (self->zone, text);
}
