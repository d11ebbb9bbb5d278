/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_SPARKLINE (weir_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (WeirSparkline, weir_sparkline, WEIR, SPARKLINE, GtkWidget)

/* A line of the last 40 values over its area, from zero up. @slot: colour of a series; %WEIR_SLOT_OTHERS for grey. */
GtkWidget *weir_sparkline_new (int   width,
                               int   height,
                               guint slot);
void       weir_sparkline_push (WeirSparkline *self,
                                double         value);
void       weir_sparkline_set_slot (WeirSparkline *self,
                                    guint          slot);
void       weir_sparkline_clear (WeirSparkline *self);

G_END_DECLS
