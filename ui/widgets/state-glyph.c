/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/charts/palette.h"
#include "ui/widgets/state-glyph.h"

#define SIZE 12

struct _WeirStateGlyph
{
  GtkWidget parent_instance;

  WeirGlyph glyph;
};

G_DEFINE_FINAL_TYPE (WeirStateGlyph, weir_state_glyph, GTK_TYPE_WIDGET)

const char *
weir_glyph_word (WeirGlyph glyph)
{
  switch (glyph)
    {
    case WEIR_GLYPH_RUNNING:
      return C_ ("state", "Running");
    case WEIR_GLYPH_PAUSED:
      return C_ ("state", "View paused");
    case WEIR_GLYPH_WAITING:
      return C_ ("state", "Waiting");
    case WEIR_GLYPH_FAILED:
      return C_ ("state", "Failed");
    case WEIR_GLYPH_STOPPED:
      return C_ ("state", "Stopped");
    case WEIR_GLYPH_DRAFT:
      return C_ ("state", "Draft");
    case WEIR_GLYPH_OPEN:
      return C_ ("state", "Open");
    case WEIR_GLYPH_FINAL:
      return C_ ("state", "Final");
    case WEIR_GLYPH_DONE:
      return C_ ("state", "Done");
    case WEIR_GLYPH_NONE:
    default:
      return "";
    }
}

static void
disc (cairo_t *cr,
      double   radius,
      double   from,
      double   to)
{
  cairo_new_sub_path (cr);
  cairo_arc (cr, SIZE / 2., SIZE / 2., radius, from, to);
}

static void
dashed_ring (cairo_t *cr)
{
  static const double dash[] = { 2.2, 1.7 };

  cairo_set_line_width (cr, 1.6);
  cairo_set_dash (cr, dash, 2, 0);
  disc (cr, 4.4, 0, 2 * G_PI);
  cairo_stroke (cr);
}

static void
triangle (cairo_t *cr)
{
  cairo_move_to (cr, 6, 1);
  cairo_line_to (cr, 11.5, 11);
  cairo_line_to (cr, .5, 11);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
tick (cairo_t *cr)
{
  cairo_set_line_width (cr, 2);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_move_to (cr, 1.5, 6.5);
  cairo_line_to (cr, 4.7, 9.7);
  cairo_line_to (cr, 10.8, 2.8);
  cairo_stroke (cr);
}

static void
draw (cairo_t           *cr,
      WeirGlyph          glyph,
      const WeirPalette *palette)
{
  const GdkRGBA *colors[] = {
    [WEIR_GLYPH_NONE] = &palette->dim,
    [WEIR_GLYPH_RUNNING] = &palette->good,
    [WEIR_GLYPH_PAUSED] = &palette->watermark,
    [WEIR_GLYPH_WAITING] = &palette->careful,
    [WEIR_GLYPH_FAILED] = &palette->late,
    [WEIR_GLYPH_STOPPED] = &palette->dim,
    [WEIR_GLYPH_DRAFT] = &palette->dim,
    [WEIR_GLYPH_OPEN] = &palette->watermark,
    [WEIR_GLYPH_FINAL] = &palette->dim,
    [WEIR_GLYPH_DONE] = &palette->good,
  };

  gdk_cairo_set_source_rgba (cr, colors[glyph]);
  switch (glyph)
    {
    case WEIR_GLYPH_RUNNING:
    case WEIR_GLYPH_FINAL:
      disc (cr, glyph == WEIR_GLYPH_FINAL ? 3.6 : 4, 0, 2 * G_PI);
      cairo_fill (cr);
      break;
    case WEIR_GLYPH_PAUSED:
      cairo_rectangle (cr, 2, 2, 3, 8);
      cairo_rectangle (cr, 7, 2, 3, 8);
      cairo_fill (cr);
      break;
    case WEIR_GLYPH_WAITING:
      disc (cr, 4.4, -G_PI / 2, G_PI / 2);
      cairo_fill (cr);
      cairo_set_line_width (cr, 1.6);
      disc (cr, 4.4, 0, 2 * G_PI);
      cairo_stroke (cr);
      break;
    case WEIR_GLYPH_FAILED:
      triangle (cr);
      break;
    case WEIR_GLYPH_STOPPED:
      cairo_set_line_width (cr, 1.6);
      cairo_rectangle (cr, 2.3, 2.3, 7.4, 7.4);
      cairo_stroke (cr);
      break;
    case WEIR_GLYPH_DRAFT:
    case WEIR_GLYPH_OPEN:
      dashed_ring (cr);
      break;
    case WEIR_GLYPH_DONE:
      tick (cr);
      break;
    case WEIR_GLYPH_NONE:
    default:
      break;
    }
}

static void
weir_state_glyph_measure (GtkWidget     *widget,
                          GtkOrientation orientation,
                          int            for_size,
                          int           *minimum,
                          int           *natural,
                          int           *minimum_baseline,
                          int           *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
weir_state_glyph_snapshot (GtkWidget   *widget,
                           GtkSnapshot *snapshot)
{
  WeirStateGlyph  *self = WEIR_STATE_GLYPH (widget);
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  int              width = gtk_widget_get_width (widget);
  int              height = gtk_widget_get_height (widget);
  cairo_t         *cr;

  if (self->glyph == WEIR_GLYPH_NONE)
    return;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  cairo_translate (cr, (width - SIZE) / 2., (height - SIZE) / 2.);
  draw (cr, self->glyph, weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style)));
  cairo_destroy (cr);
}

static void
weir_state_glyph_class_init (WeirStateGlyphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = weir_state_glyph_measure;
  widget_class->snapshot = weir_state_glyph_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
weir_state_glyph_init (WeirStateGlyph *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect_object (style, "notify", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
weir_state_glyph_new (WeirGlyph glyph)
{
  WeirStateGlyph *self = g_object_new (WEIR_TYPE_STATE_GLYPH, NULL);

  weir_state_glyph_set (self, glyph);
  return GTK_WIDGET (self);
}

void
weir_state_glyph_set (WeirStateGlyph *self,
                      WeirGlyph       glyph)
{
  if (self->glyph == glyph)
    return;
  self->glyph = glyph;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, weir_glyph_word (glyph), -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

WeirGlyph
weir_state_glyph_get (WeirStateGlyph *self)
{
  return self->glyph;
}
