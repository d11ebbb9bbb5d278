/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_FAILURE_PANEL (weir_failure_panel_get_type ())
G_DECLARE_FINAL_TYPE (WeirFailurePanel, weir_failure_panel, WEIR, FAILURE_PANEL, GtkWidget)

/* Why a query failed, where its rows would be: the message, the SQL line with its caret, Run Again and Edit (`win.run`, `win.design`). */
GtkWidget *weir_failure_panel_new (void);
void       weir_failure_panel_set_text (WeirFailurePanel *self,
                                        const char       *text);

G_END_DECLS
