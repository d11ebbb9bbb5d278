/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define WEIR_TYPE_WELCOME_PAGE (weir_welcome_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirWelcomePage, weir_welcome_page, WEIR, WELCOME_PAGE, GtkWidget)

/**
 * WeirWelcomePage:
 *
 * First start, and whenever nothing is selected: the demo, a source, a file, and what was open before. Its buttons activate `win.demo`,
 * `win.add-source` and `win.open`. Signal: `open-recent` (GFile).
 */
GtkWidget *weir_welcome_page_new (void);
/* Reads the recent files anew; at most @limit. */
void weir_welcome_page_refresh (WeirWelcomePage *self,
                                guint            limit);
void weir_welcome_page_grab_default (WeirWelcomePage *self);
void weir_welcome_page_set_narrow (WeirWelcomePage *self,
                                   gboolean         narrow);

G_END_DECLS
