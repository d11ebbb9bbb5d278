/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_QUERY_BAR (weir_query_bar_get_type ())
G_DECLARE_FINAL_TYPE (WeirQueryBar, weir_query_bar, WEIR, QUERY_BAR, GtkWidget)

/**
 * WeirQueryBar:
 *
 * Trigger and output mode of a query, as edits of its text; rates, late and unreadable rows at the end.
 * Signal: `changed` () when a clause was edited here.
 */
GtkWidget *weir_query_bar_new (void);
void       weir_query_bar_set_query (WeirQueryBar *self,
                                     WeirDocument *document,
                                     const char   *name);
/* Rates and counts; a few times a second. */
void weir_query_bar_refresh (WeirQueryBar *self);
/* `append`, `update` or `complete`; FALSE when the query does not allow it. */
gboolean weir_query_bar_set_mode (WeirQueryBar *self,
                                  const char   *mode);

G_END_DECLS
