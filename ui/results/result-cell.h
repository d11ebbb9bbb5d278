/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/widgets/state-glyph.h"

G_BEGIN_DECLS

#define WEIR_TYPE_RESULT_CELL (weir_result_cell_get_type ())
G_DECLARE_FINAL_TYPE (WeirResultCell, weir_result_cell, WEIR, RESULT_CELL, GtkWidget)

/* One line of text, with a glyph or the marker of a series before it. Its width is what the column gives it. */
GtkWidget *weir_result_cell_new (gboolean at_end);

/* Does nothing when the text is there already. @text: (nullable): NULL is written as a dimmed word */
void weir_result_cell_set_text (WeirResultCell *self,
                                const char     *text,
                                gboolean        dim);
/* What assistive technology says of the cell, when it is not the text; the next other text takes it back. */
void weir_result_cell_set_label (WeirResultCell *self, const char *label);
void weir_result_cell_set_glyph (WeirResultCell *self,
                                 WeirGlyph       glyph);

/* The marker of a series' slot; its room is kept while it is not @shown. */
void weir_result_cell_set_marker (WeirResultCell *self,
                                  guint           slot,
                                  gboolean        shown);

G_END_DECLS
