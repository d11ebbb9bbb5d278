/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_SIDEBAR (weir_sidebar_get_type ())
G_DECLARE_FINAL_TYPE (WeirSidebar, weir_sidebar, WEIR, SIDEBAR, GtkWidget)

/**
 * WeirSidebar:
 *
 * Queries and sources of a document, each with its state and rate. One selection over both lists.
 *
 * Signals: `query-selected` (name), `source-activated` (name).
 */
GtkWidget *weir_sidebar_new (void);
void       weir_sidebar_set_document (WeirSidebar  *self,
                                      WeirDocument *document);
/* Rows whose name contains @text, without regard to case; NULL or empty: all. */
void weir_sidebar_set_filter (WeirSidebar *self,
                              const char  *text);
/* The first row that the filter leaves; @activate: as Enter on it does. FALSE when there is none. */
gboolean weir_sidebar_focus_first (WeirSidebar *self,
                                   gboolean     activate);
/* Without a signal; NULL: none. */
void weir_sidebar_select_query (WeirSidebar *self,
                                const char  *name);

G_END_DECLS
