/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <adwaita.h>

#include "ui/window/document.h"
#include "ui/window/query-page.h"

G_BEGIN_DECLS

#define WEIR_TYPE_WINDOW (weir_window_get_type ())
G_DECLARE_FINAL_TYPE (WeirWindow, weir_window, WEIR, WINDOW, AdwApplicationWindow)

/**
 * WeirWindow:
 *
 * One document: sidebar, Welcome or the page of the selected query. Its commands are actions: `win.new`, `open`, `save`, `save-as`,
 * `demo`, `add-source`, `add-query`, `edit-source` (s), `run`, `run-all`, `stop`, `stop-all`, `step`, `pause`,
 * `design`, `results`, `show-late`, `show-bad`, `show-newest`, `find`, `export`, `back`, `search`, `rename-query`, `delete-query`.
 */
WeirWindow   *weir_window_new (GtkApplication *application);
WeirDocument *weir_window_get_document (WeirWindow *self);
/* NULL on Welcome. (transfer none) */
WeirQueryPage *weir_window_get_page (WeirWindow *self);
void           weir_window_select_query (WeirWindow *self,
                                         const char *name);
/* Nothing in it and nothing done: an opened file may take its place. */
gboolean weir_window_get_is_fresh (WeirWindow *self);

void weir_window_open (WeirWindow *self,
                       GFile      *file);
/* A draft that was left by a crash. */
void weir_window_restore (WeirWindow *self,
                          const char *draft_path);
void weir_window_show_demo (WeirWindow *self);
void weir_window_toast (WeirWindow *self,
                        const char *text);

G_END_DECLS
