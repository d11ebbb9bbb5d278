/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/widgets/text-scale.h"

/* Pixels of "00:00:00" in 11 pt Cantarell. */
#define CLOCK_WIDTH 62.

double
weir_text_scale (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "00:00:00");
  int                     width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return MAX (1, width / CLOCK_WIDTH);
}
