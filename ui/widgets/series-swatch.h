/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_SERIES_SWATCH (weir_series_swatch_get_type ())
G_DECLARE_FINAL_TYPE (WeirSeriesSwatch, weir_series_swatch, WEIR, SERIES_SWATCH, GtkWidget)

/* The marker of a series; @with_line: on its line, as in a legend. */
GtkWidget *weir_series_swatch_new (guint    slot,
                                   gboolean with_line);
void       weir_series_swatch_set_slot (WeirSeriesSwatch *self,
                                        guint             slot);

G_END_DECLS
