/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>

#include "ui/charts/palette.h"
#include "ui/widgets/series-swatch.h"

struct _WeirSeriesSwatch
{
  GtkWidget parent_instance;

  guint    slot;
  gboolean with_line;
};

G_DEFINE_FINAL_TYPE (WeirSeriesSwatch, weir_series_swatch, GTK_TYPE_WIDGET)

static void
weir_series_swatch_measure (GtkWidget     *widget,
                            GtkOrientation orientation,
                            int            for_size,
                            int           *minimum,
                            int           *natural,
                            int           *minimum_baseline,
                            int           *natural_baseline)
{
  gboolean wide = orientation == GTK_ORIENTATION_HORIZONTAL && WEIR_SERIES_SWATCH (widget)->with_line;

  *minimum = *natural = wide ? 20 : 14;
}

static void
weir_series_swatch_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  WeirSeriesSwatch  *self = WEIR_SERIES_SWATCH (widget);
  AdwStyleManager   *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  const WeirPalette *palette = weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
  const GdkRGBA     *color = weir_palette_series (palette, self->slot);
  int                width = gtk_widget_get_width (widget);
  int                height = gtk_widget_get_height (widget);
  cairo_t           *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));

  if (self->with_line)
    {
      guint         n_dashes;
      const double *dashes = weir_palette_dash (self->slot, &n_dashes);

      gdk_cairo_set_source_rgba (cr, color);
      cairo_set_line_width (cr, palette->line_width);
      cairo_set_dash (cr, dashes, (int)n_dashes, 0);
      cairo_move_to (cr, 0, height / 2.);
      cairo_line_to (cr, width, height / 2.);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }
  weir_palette_draw_marker (cr, self->slot, width / 2., height / 2., 4, color, &palette->card, FALSE);
  cairo_destroy (cr);
}

static void
weir_series_swatch_class_init (WeirSeriesSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = weir_series_swatch_measure;
  widget_class->snapshot = weir_series_swatch_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
weir_series_swatch_init (WeirSeriesSwatch *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect_object (style, "notify", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
weir_series_swatch_new (guint    slot,
                        gboolean with_line)
{
  WeirSeriesSwatch *self = g_object_new (WEIR_TYPE_SERIES_SWATCH, NULL);

  self->slot = slot;
  self->with_line = with_line;
  return GTK_WIDGET (self);
}

void
weir_series_swatch_set_slot (WeirSeriesSwatch *self,
                             guint             slot)
{
  if (self->slot == slot)
    return;
  self->slot = slot;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
