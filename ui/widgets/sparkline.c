/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include <adwaita.h>

#include "ui/charts/palette.h"
#include "ui/widgets/sparkline.h"

#define N_VALUES 40

struct _WeirSparkline
{
  GtkWidget parent_instance;

  double values[N_VALUES];
  guint  n_values;
  int    width;
  int    height;
  guint  slot;
};

G_DEFINE_FINAL_TYPE (WeirSparkline, weir_sparkline, GTK_TYPE_WIDGET)

static void
weir_sparkline_measure (GtkWidget     *widget,
                        GtkOrientation orientation,
                        int            for_size,
                        int           *minimum,
                        int           *natural,
                        int           *minimum_baseline,
                        int           *natural_baseline)
{
  WeirSparkline *self = WEIR_SPARKLINE (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? self->width : self->height;
}

static void
trace (WeirSparkline *self,
       cairo_t       *cr,
       double         width,
       double         height,
       double         top)
{
  for (guint i = 0; i < self->n_values; i++)
    cairo_line_to (cr, width - (self->n_values - 1 - i) * width / (N_VALUES - 1), 1 + (height - 2) * (1 - self->values[i] / top));
}

static void
weir_sparkline_snapshot (GtkWidget   *widget,
                         GtkSnapshot *snapshot)
{
  WeirSparkline     *self = WEIR_SPARKLINE (widget);
  AdwStyleManager   *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  const WeirPalette *palette = weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
  GdkRGBA            color = *weir_palette_series (palette, self->slot);
  double             width = gtk_widget_get_width (widget);
  double             height = gtk_widget_get_height (widget);
  double             top = 1e-9;
  cairo_t           *cr;

  if (self->n_values < 2)
    return;
  for (guint i = 0; i < self->n_values; i++)
    top = MAX (top, self->values[i] * 1.1);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float)width, (float)height));
  trace (self, cr, width, height, top);
  cairo_line_to (cr, width, height);
  cairo_line_to (cr, width - (self->n_values - 1) * width / (N_VALUES - 1), height);
  cairo_close_path (cr);
  color.alpha = .18f;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_fill (cr);
  color.alpha = 1;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_set_line_width (cr, 1.4);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  trace (self, cr, width, height, top);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
weir_sparkline_class_init (WeirSparklineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = weir_sparkline_measure;
  widget_class->snapshot = weir_sparkline_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
weir_sparkline_init (WeirSparkline *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  g_signal_connect_object (style, "notify", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
weir_sparkline_new (int   width,
                    int   height,
                    guint slot)
{
  WeirSparkline *self = g_object_new (WEIR_TYPE_SPARKLINE, NULL);

  self->width = width;
  self->height = height;
  self->slot = slot;
  return GTK_WIDGET (self);
}

void
weir_sparkline_push (WeirSparkline *self,
                     double         value)
{
  if (!isfinite (value) || value < 0)
    value = 0;
  if (self->n_values == N_VALUES)
    memmove (self->values, self->values + 1, (N_VALUES - 1) * sizeof (double));
  else
    self->n_values++;
  self->values[self->n_values - 1] = value;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
weir_sparkline_set_slot (WeirSparkline *self,
                         guint          slot)
{
  if (self->slot == slot)
    return;
  self->slot = slot;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
weir_sparkline_clear (WeirSparkline *self)
{
  self->n_values = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
