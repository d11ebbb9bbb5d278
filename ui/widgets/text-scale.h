/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* How much larger the text of @widget is than the 11 pt that widths in pixels are meant for; never less than 1. */
double weir_text_scale (GtkWidget *widget);

G_END_DECLS
