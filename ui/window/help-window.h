/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define WEIR_TYPE_HELP_WINDOW (weir_help_window_get_type ())
G_DECLARE_FINAL_TYPE (WeirHelpWindow, weir_help_window, WEIR, HELP_WINDOW, AdwWindow)

/**
 * weir_help_window_new:
 * @application: whose keys are shown
 *
 * The help beside the program: pages at the left, their text at the right, one after the other where both do not fit.
 */
GtkWidget *weir_help_window_new (GtkApplication *application);
/* @name: started, cards, time, sources, keys */
void weir_help_window_show_page (WeirHelpWindow *self,
                                 const char     *name);

G_END_DECLS
