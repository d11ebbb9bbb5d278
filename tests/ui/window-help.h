/* SPDX-License-Identifier: Apache-2.0 */
/* For tests with widgets: waiting, finding, and an application whose user has folders of their own. */
#pragma once

#include <adwaita.h>

/* Runs the main loop until @condition holds; half a minute is a failure. It is asked every few milliseconds, since what other threads do wakes
 * nobody here. */
#define wait_until(condition)                \
  G_STMT_START                               \
  {                                          \
    guint wait_[2];                          \
                                             \
    wait_begin (wait_);                      \
    while (!(condition))                     \
      g_main_context_iteration (NULL, TRUE); \
    wait_end (wait_);                        \
  }                                          \
  G_STMT_END

void wait_begin (guint sources[2]);
void wait_end (const guint sources[2]);
/* Whatever is ready now. */
void settle (void);

/* The first of @type in @widget, itself included; nullable. */
GtkWidget *find_widget (GtkWidget *widget, GType type);

/* g_test_init(), libraries, and an application called @id; window_test_run() runs the tests and undoes it. */
GtkApplication *window_test_begin (int *argc, char ***argv, const char *id);
int             window_test_run (void);
