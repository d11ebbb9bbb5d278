/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/results/why-text.h"

G_BEGIN_DECLS

#define WEIR_TYPE_WHY_PANEL (weir_why_panel_get_type ())
G_DECLARE_FINAL_TYPE (WeirWhyPanel, weir_why_panel, WEIR, WHY_PANEL, GtkWidget)

/* Stands in the place of an empty table. Signal: `action` (text): one of WEIR_WHY_ACTION_… */
GtkWidget *weir_why_panel_new (void);
void       weir_why_panel_set_answer (WeirWhyPanel        *self,
                                      const WeirWhyAnswer *answer);

G_END_DECLS
