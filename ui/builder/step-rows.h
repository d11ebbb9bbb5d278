/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/builder/step-preview.h"

G_BEGIN_DECLS

#define WEIR_TYPE_STEP_ROWS (weir_step_rows_get_type ())
G_DECLARE_FINAL_TYPE (WeirStepRows, weir_step_rows, WEIR, STEP_ROWS, GtkWidget)

/**
 * WeirStepRows:
 *
 * The newest three rows that come out of a step, at the foot of its card, or one line that says why there are none. Columns that @sql, the
 * text of the card, names are shown before others. Values are written into their places; the columns stay where they are.
 */
GtkWidget *weir_step_rows_new (WeirStepPreview   *preview,
                               const WeirStepKey *key,
                               const char        *sql);

/* How many of the rows before a filter pass, for the arrow behind it; empty behind other cards. */
GtkWidget *weir_step_passed_new (WeirStepPreview   *preview,
                                 const WeirStepKey *key);

/* Makes @card be looked at when it is clicked or the focus comes into it, and shows that with the class `selected`. */
void weir_step_rows_add_selection (GtkWidget         *card,
                                   WeirStepPreview   *preview,
                                   const WeirStepKey *key);

G_END_DECLS
