/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "ui/results/result-cell.h"
#include "ui/widgets/series-swatch.h"

#define MARK_WIDTH 14
#define MARK_GAP   6

struct _WeirResultCell
{
  GtkWidget parent_instance;

  GtkWidget *text;   /* Owned: a GtkInscription, which costs a third of a label */
  GtkWidget *glyph;  /* Owned, nullable */
  GtkWidget *marker; /* Owned, nullable */
  char      *label;  /* Owned, nullable: what is said instead of the text */
  gboolean   has_mark_column;
  gboolean   dim;
};

G_DEFINE_FINAL_TYPE (WeirResultCell, weir_result_cell, GTK_TYPE_WIDGET)

static void
weir_result_cell_measure (GtkWidget     *widget,
                          GtkOrientation orientation,
                          int            for_size,
                          int           *minimum,
                          int           *natural,
                          int           *minimum_baseline,
                          int           *natural_baseline)
{
  WeirResultCell *self = WEIR_RESULT_CELL (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = 0;
  else
    gtk_widget_measure (self->text, orientation, -1, minimum, natural, NULL, NULL);
}

static void
weir_result_cell_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  WeirResultCell *self = WEIR_RESULT_CELL (widget);
  GtkWidget      *mark = self->glyph != NULL ? self->glyph : self->marker;
  int             indent = self->has_mark_column ? MARK_WIDTH + MARK_GAP : 0;
  gboolean        mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  GtkAllocation   at = { mirrored ? 0 : indent, 0, MAX (width - indent, 1), height };

  gtk_widget_size_allocate (self->text, &at, -1);
  if (mark == NULL)
    return;
  at = (GtkAllocation){ mirrored ? width - MARK_WIDTH : 0, 0, MARK_WIDTH, height };
  gtk_widget_size_allocate (mark, &at, -1);
}

static void
weir_result_cell_dispose (GObject *object)
{
  WeirResultCell *self = WEIR_RESULT_CELL (object);

  g_clear_pointer (&self->text, gtk_widget_unparent);
  g_clear_pointer (&self->glyph, gtk_widget_unparent);
  g_clear_pointer (&self->marker, gtk_widget_unparent);
  g_clear_pointer (&self->label, g_free);

  G_OBJECT_CLASS (weir_result_cell_parent_class)->dispose (object);
}

static void
weir_result_cell_class_init (WeirResultCellClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = weir_result_cell_dispose;
  widget_class->measure = weir_result_cell_measure;
  widget_class->size_allocate = weir_result_cell_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "weircell");
}

static void
weir_result_cell_init (WeirResultCell *self)
{
  self->text = gtk_inscription_new (NULL);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (self->text), 1);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (self->text), GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
}

GtkWidget *
weir_result_cell_new (gboolean at_end)
{
  WeirResultCell *self = g_object_new (WEIR_TYPE_RESULT_CELL, NULL);

  gtk_inscription_set_xalign (GTK_INSCRIPTION (self->text), at_end ? 1 : 0);
  gtk_widget_add_css_class (self->text, "numeric");
  return GTK_WIDGET (self);
}

void
weir_result_cell_set_text (WeirResultCell *self,
                           const char     *text,
                           gboolean        dim)
{
  if (text == NULL)
    {
      text = "NULL";
      dim = TRUE;
    }
  if (self->dim != dim)
    {
      self->dim = dim;
      if (dim)
        gtk_widget_add_css_class (self->text, "dim-label");
      else
        gtk_widget_remove_css_class (self->text, "dim-label");
    }
  if (g_strcmp0 (gtk_inscription_get_text (GTK_INSCRIPTION (self->text)), text) == 0)
    return;
  /* With the text the inscription sets its label. */
  gtk_inscription_set_text (GTK_INSCRIPTION (self->text), text);
  g_clear_pointer (&self->label, g_free);
}

void
weir_result_cell_set_label (WeirResultCell *self,
                            const char     *label)
{
  if (g_strcmp0 (self->label, label) == 0)
    return;
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
weir_result_cell_set_glyph (WeirResultCell *self,
                            WeirGlyph       glyph)
{
  if (self->glyph == NULL && glyph == WEIR_GLYPH_NONE)
    return;
  if (self->glyph == NULL)
    {
      self->glyph = weir_state_glyph_new (glyph);
      gtk_widget_set_parent (self->glyph, GTK_WIDGET (self));
    }
  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), glyph);
  if (self->has_mark_column == (glyph != WEIR_GLYPH_NONE))
    return;
  self->has_mark_column = glyph != WEIR_GLYPH_NONE;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

void
weir_result_cell_set_marker (WeirResultCell *self,
                             guint           slot,
                             gboolean        shown)
{
  if (self->marker == NULL)
    {
      self->marker = weir_series_swatch_new (slot, FALSE);
      gtk_widget_set_parent (self->marker, GTK_WIDGET (self));
      self->has_mark_column = TRUE;
      gtk_widget_queue_allocate (GTK_WIDGET (self));
    }
  weir_series_swatch_set_slot (WEIR_SERIES_SWATCH (self->marker), slot);
  gtk_widget_set_child_visible (self->marker, shown);
}
