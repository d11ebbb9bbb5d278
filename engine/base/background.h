/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads that nobody joins: they let go of what may take long, such as a client whose broker does not answer. They are counted, so that
 * a process can wait for them before it ends. What libraries tear down at an exit (OpenSSL) is in use by them up to then.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs @func (@data) in a thread of its own. */
void weir_background_run (const char *name, GThreadFunc func, gpointer data);

/**
 * weir_background_wait:
 * @timeout_us: at most so long
 *
 * Until no thread of weir_background_run() is left. Returns: FALSE when there still are some.
 */
gboolean weir_background_wait (gint64 timeout_us);

G_END_DECLS
