/* SPDX-License-Identifier: Apache-2.0 */
/* For tests with widgets: settling, finding, and an application whose user has folders of their own. */
#pragma once

#include <adwaita.h>

#include "support/wait.h"
#include "ui/window/main-window.h"

/* Whatever is ready now. */
void settle (void);

/* The first of @type in @widget, itself included; nullable. */
GtkWidget *find_widget (GtkWidget *widget, GType type);

/* The first label in @widget that is shown and has @text in it; nullable. */
GtkWidget *find_text (GtkWidget *widget, const char *text);
/* The first in @widget with that tooltip, or the first button with that label; nullable. */
GtkWidget *find_named (GtkWidget *widget, const char *name);
/* A window on the screen whose type has that name; nullable. */
GtkWidget *find_toplevel (const char *type);
/* An action of the window, `win.` left out. */
void activate (WeirWindow *window, const char *action);

/* g_test_init(), libraries, and an application called @id; window_test_run() runs the tests and undoes it. */
GtkApplication *window_test_begin (int *argc, char ***argv, const char *id);
int             window_test_run (void);

/* A window of that application over @script, whose query `q` is selected. */
WeirWindow *open_query_window (const char *script);
/* Once its queries have ended. */
void close_window (WeirWindow *window);
