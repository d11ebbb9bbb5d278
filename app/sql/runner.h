/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "output.h"

G_BEGIN_DECLS

/**
 * Runner:
 *
 * Runs statements in order over one session. Streaming queries run beside what follows; a batch query first waits for those that come
 * to an end by themselves; at the end all are awaited.
 */
typedef struct _Runner Runner;

Runner *runner_new (const Options *options, char **message); /* NULL with a message: exit code 2 */
void    runner_free (Runner *runner);
/* All statements of @text. FALSE: stop (bail, or a signal). */
gboolean runner_run_text (Runner *runner, const char *text, const char *base_dir, gboolean discard_rows);
gboolean runner_check_text (Runner *runner, const char *text, const char *base_dir);
/* A statement that could not even be read. */
void runner_fail (Runner *runner, const GError *error, const char *text);
/* Waits for every query that still runs. */
void runner_finish (Runner *runner);
/* Ctrl-C at the prompt: stops what runs, not the program. TRUE when something did. */
gboolean runner_stop_queries (Runner *runner);
/* A signal broke off what the caller did: waits a moment until it is told here too, so that it is not one for the next query. FALSE: the end. */
gboolean runner_take_signal (Runner *runner);
int      runner_get_exit_code (Runner *runner);

G_END_DECLS
