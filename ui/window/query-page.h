/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "ui/health/health-page.h"
#include "ui/results/results-pane.h"
#include "ui/window/document.h"

G_BEGIN_DECLS

#define WEIR_TYPE_QUERY_PAGE (weir_query_page_get_type ())
G_DECLARE_FINAL_TYPE (WeirQueryPage, weir_query_page, WEIR, QUERY_PAGE, GtkWidget)

/**
 * WeirQueryPage:
 *
 * One query of a document: header, Design, Results, Health, status line. Everything a user can do here is an action of the window (`win.…`).
 *
 * Signals: `message` (text); `undoable` (text) after an edit that a toast offers to take back; `restart-needed` () when an edit made here takes effect with the next run.
 */
GtkWidget  *weir_query_page_new (WeirDocument *document,
                                 const char   *name);
const char *weir_query_page_get_name (WeirQueryPage *self);
void        weir_query_page_set_name (WeirQueryPage *self,
                                      const char    *name);

/* `design` or `results`. */
void weir_query_page_show (WeirQueryPage *self,
                           const char    *view);
/* The same for the keyboard: the focus goes along. */
void weir_query_page_go_to (WeirQueryPage *self,
                            const char    *view);
/* Design with the cursor in the SQL of the query. */
void        weir_query_page_edit_sql (WeirQueryPage *self);
const char *weir_query_page_get_view (WeirQueryPage *self);

WeirHealthPage  *weir_query_page_get_health (WeirQueryPage *self);
WeirResultsPane *weir_query_page_get_results (WeirQueryPage *self);
void             weir_query_page_show_samples (WeirQueryPage *self,
                                               WeirSampleKind kind);
/* A name of the time zone database; NULL: the zone of the desktop. */
void weir_query_page_set_time_zone (WeirQueryPage *self,
                                    const char    *zone);
/* Shows the back button and the window's buttons at the start, as a folded window needs them. */
void     weir_query_page_set_folded (WeirQueryPage *self,
                                     gboolean       folded);
gboolean weir_query_page_get_narrow (WeirQueryPage *self);
/* Brings all that follows the query's state up to date. */
void weir_query_page_refresh (WeirQueryPage *self);

G_END_DECLS
