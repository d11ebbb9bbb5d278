/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/phase-bar.h"

#include <adwaita.h>

#include "ui/charts/palette.h"

#define BAR_HEIGHT    10
#define MINIMUM_WIDTH 60

struct _WeirPhaseBar
{
  GtkWidget parent_instance;

  double phases_ms[WEIR_HEALTH_N_PHASES];
  double full_ms;
};

G_DEFINE_FINAL_TYPE (WeirPhaseBar, weir_phase_bar, GTK_TYPE_WIDGET)

static void
measure (GtkWidget     *widget,
         GtkOrientation orientation,
         int            for_size,
         int           *minimum,
         int           *natural,
         int           *minimum_baseline,
         int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MINIMUM_WIDTH : BAR_HEIGHT;
}

static void
snapshot (GtkWidget   *widget,
          GtkSnapshot *snapshot)
{
  WeirPhaseBar      *self = WEIR_PHASE_BAR (widget);
  AdwStyleManager   *style = adw_style_manager_get_for_display (gtk_widget_get_display (widget));
  const WeirPalette *palette = weir_palette_get (adw_style_manager_get_dark (style), adw_style_manager_get_high_contrast (style));
  double             width = gtk_widget_get_width (widget), x = 0;
  double             y = (gtk_widget_get_height (widget) - BAR_HEIGHT) / 2.;

  if (self->full_ms <= 0)
    return;
  for (guint i = 0; i < WEIR_HEALTH_N_PHASES; i++)
    {
      double part = self->phases_ms[i] / self->full_ms * width;

      /* A sliver of a pixel is nothing; the next one begins where it would have ended. */
      if (part >= .5 && x < width)
        gtk_snapshot_append_color (snapshot, weir_palette_series (palette, i),
                                   &GRAPHENE_RECT_INIT ((float)x, (float)y, (float)MIN (part, width - x), BAR_HEIGHT));
      x += part;
    }
}

static void
weir_phase_bar_class_init (WeirPhaseBarClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = measure;
  GTK_WIDGET_CLASS (klass)->snapshot = snapshot;
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_IMG);
}

static void
weir_phase_bar_init (WeirPhaseBar *self)
{
  AdwStyleManager *style = adw_style_manager_get_for_display (gtk_widget_get_display (GTK_WIDGET (self)));

  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  g_signal_connect_object (style, "notify", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
weir_phase_bar_new (void)
{
  return g_object_new (WEIR_TYPE_PHASE_BAR, NULL);
}

static void
describe (WeirPhaseBar *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < WEIR_HEALTH_N_PHASES; i++)
    g_string_append_printf (text, "%s%s %.1f\302\240ms", i > 0 ? "\n" : "", weir_health_phase_name (i), self->phases_ms[i]);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
  g_string_free (text, TRUE);
}

void
weir_phase_bar_set (WeirPhaseBar *self,
                    WeirProgress *progress,
                    double        full_ms)
{
  g_return_if_fail (WEIR_IS_PHASE_BAR (self));
  self->full_ms = full_ms;
  for (guint i = 0; i < WEIR_HEALTH_N_PHASES; i++)
    self->phases_ms[i] = progress != NULL ? weir_health_phase_ms (progress, i) : 0;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
