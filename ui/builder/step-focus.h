/* SPDX-License-Identifier: Apache-2.0 */
/* Where the keyboard is among the step cards, kept while the cards are made anew. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names a control of a card: the same control has the same @kind, @item and @role after the cards were made anew. */
void weir_step_focus_name (GtkWidget  *control,
                           int         kind,
                           guint       item,
                           const char *role);
/* Name of the control inside @list that has the focus; NULL when the focus is elsewhere. (transfer full) (nullable) */
char *weir_step_focus_save (GtkWidget *list);
/* Gives the focus to the control of that name, else to one of the same card, else to one further down, else to the last one. */
void weir_step_focus_restore (GtkWidget  *list,
                              const char *name);

G_END_DECLS
