/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ui/window/drafts.h"
#include "ui/window/main-window.h"
#include "ui/window/sidebar.h"
#include "ui/window/welcome-page.h"

G_BEGIN_DECLS

struct _WeirWindow
{
  AdwApplicationWindow parent_instance;

  WeirDocument *document;
  WeirDraft    *draft;
  GSettings    *settings;
  GHashTable   *pages; /* name → WeirQueryPage, owned by the stack */

  AdwToastOverlay *toasts;
  GtkWidget       *bin;
  AdwLeaflet      *leaflet;
  GtkWidget       *side;
  GtkWidget       *content;
  GtkStack        *stack;
  WeirSidebar     *sidebar;
  GtkWidget       *search_bar;
  GtkWidget       *search_entry;
  AdwHeaderBar    *welcome_header;
  AdwHeaderBar    *side_header;
  AdwWindowTitle  *title;
  GtkWidget       *welcome_back;
  WeirWelcomePage *welcome;
  GtkWidget       *welcome_bin;
  GtkWidget       *trouble; /* AdwStatusPage: a file that could not be opened */

  gboolean close_confirmed;
  gboolean closing; /* close once it is saved */
};

void _weir_window_add_actions (WeirWindow *self);
void _weir_window_update_actions (WeirWindow *self);
/* Hold, stop after the batch, health: main-window-control.c. */
void _weir_window_add_control_actions (WeirWindow *self);
void _weir_window_update_control_actions (WeirWindow *self);
/* Undo, redo, the way to the SQL: main-window-edit.c. */
void _weir_window_add_edit_actions (WeirWindow *self);
/* A sentence about an edit of the text, with a button that takes it back. */
void _weir_window_toast_undo (WeirWindow *self,
                              const char *text);
void _weir_window_save (WeirWindow *self,
                        gboolean    ask_where);
void _weir_window_ask_open (WeirWindow *self);
/* Runs @name, after the question that a stranger's file needs. */
void _weir_window_run (WeirWindow *self,
                       const char *name);
void _weir_window_run_all (WeirWindow *self);
void _weir_window_show_trouble (WeirWindow *self,
                                const char *title,
                                const char *text);
/* A table over a file of data that was dropped, and a query that reads it. */
void _weir_window_add_data_file (WeirWindow *self,
                                 GFile      *file);
void _weir_window_add_drop_target (WeirWindow *self);
/* The page of that query, made when it is first needed; NULL when there is none. */
WeirQueryPage *_weir_window_ensure_page (WeirWindow *self,
                                         const char *name);

G_END_DECLS
