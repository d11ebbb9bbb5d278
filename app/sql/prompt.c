/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "prompt.h"

#include <errno.h>
#include <histedit.h>
#include <stdio.h>
#include <string.h>

/*
 * Lines are collected until a statement is complete (`;` outside quotes). Ctrl-C drops the lines typed so far; while a query runs it
 * stops the query, not the program. History is kept in the user's state folder.
 */

static gboolean continued;

static const char *
prompt_text (EditLine *editor)
{
  return continued ? "   ...> " : "weir-sql> ";
}

static char *
history_path (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_state_dir (), "weir", NULL);

  g_mkdir_with_parents (folder, 0700);
  return g_build_filename (folder, "sql_history", NULL);
}

static gboolean
is_exit (const char *line)
{
  g_autofree char *word = g_strstrip (g_strdup (line));

  return strcmp (word, "quit") == 0 || strcmp (word, "exit") == 0 || strcmp (word, "quit;") == 0 || strcmp (word, "exit;") == 0 ||
         strcmp (word, ".quit") == 0 || strcmp (word, "\\q") == 0;
}

/* FALSE: the end, after an error with --bail. */
static gboolean
run_buffer (Runner  *runner,
            GString *buffer)
{
  g_autofree char *folder = g_get_current_dir ();
  gboolean         goes_on;

  /* A signal that came while lines were typed is not for what they say. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  goes_on = runner_run_text (runner, buffer->str, folder, FALSE);
  /* A streaming query without INTO owns the terminal until it ends or Ctrl-C stops it. */
  runner_finish (runner);
  g_string_truncate (buffer, 0);
  return goes_on;
}

void
prompt_run (Runner *runner)
{
  g_autofree char    *path = history_path ();
  g_autoptr (GString) buffer = g_string_new (NULL);
  EditLine           *editor = el_init ("weir-sql", stdin, stdout, stderr);
  History            *past = history_init ();
  HistEvent           event;
  const char         *line;
  int                 length;

  history (past, &event, H_SETSIZE, 1000);
  history (past, &event, H_SETUNIQUE, 1);
  history (past, &event, H_LOAD, path);
  el_set (editor, EL_PROMPT, prompt_text);
  el_set (editor, EL_EDITOR, "emacs");
  el_set (editor, EL_SIGNAL, 1);
  el_set (editor, EL_HIST, history, past);
  el_source (editor, NULL);
  printf ("Weir %s. End statements with ';'. Ctrl-C stops a query, Ctrl-D leaves.\n", PACKAGE_VERSION);
  for (;;)
    {
      continued = buffer->len > 0;
      errno = 0;
      line = el_gets (editor, &length);
      if (line == NULL || length <= 0)
        {
          gboolean interrupted = length < 0 && errno == EINTR;

          if (buffer->len == 0 && !interrupted)
            break;
          if (interrupted && !runner_take_signal (runner))
            break;
          el_reset (editor);
          fputs ("\n", stdout);
          g_string_truncate (buffer, 0);
          continue;
        }
      if (buffer->len == 0 && is_exit (line))
        break;
      if (buffer->len == 0 && strspn (line, " \t\r\n") == strlen (line))
        continue;
      history (past, &event, H_ENTER, line);
      g_string_append (buffer, line);
      if (weir_script_is_complete (buffer->str) && !run_buffer (runner, buffer))
        break;
    }
  history (past, &event, H_SAVE, path);
  history_end (past);
  el_end (editor);
}
