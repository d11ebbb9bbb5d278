/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/builder/step-preview.h"

G_BEGIN_DECLS

#define WEIR_TYPE_STEPS_VIEW (weir_steps_view_get_type ())
G_DECLARE_FINAL_TYPE (WeirStepsView, weir_steps_view, WEIR, STEPS_VIEW, GtkWidget)

/**
 * WeirStepsView:
 *
 * A query as step cards. The cards are a view of the document's text: an edit is a splice of the text, one undo step; what no card can
 * show stands as it is in an SQL card. At the foot of each card are some of the rows that come out of it.
 *
 * Signal: `edit-sql` (): the user wants the text instead.
 */
GtkWidget *weir_steps_view_new (WeirDocument *document, const char *query_name);
/* Rows after the cards. (transfer none) */
WeirStepPreview *weir_steps_view_get_preview (WeirStepsView *self);
void             weir_steps_view_set_query (WeirStepsView *self, const char *query_name);

G_END_DECLS
