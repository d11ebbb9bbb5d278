/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "prompt.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* weir-sql: the headless program. Its contract is in the manual page; rows go to standard output, all else to standard error. */

/* Clients of brokers that answer have ended by then. */
#define END_WAIT_US (2 * G_USEC_PER_SEC)

/* The text of an input, and where its relative paths start. */
static char *
read_stdin (gsize   *len,
            GError **error)
{
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  char                  *text = NULL;

  g_io_channel_set_encoding (channel, NULL, NULL);
  return g_io_channel_read_to_end (channel, &text, len, error) == G_IO_STATUS_NORMAL ? text : NULL;
}

static gboolean
check_no_nul (const char *name,
              const char *text,
              gsize       len,
              GError    **error)
{
  if (strlen (text) == len)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s holds a NUL byte: it is no script.", name);
  return FALSE;
}

static char *
load_input (const Input *input,
            char       **base_dir,
            GError     **error)
{
  char    *text = NULL;
  gsize    len = 0;
  gboolean is_stdin;

  *base_dir = g_get_current_dir ();
  if (input->kind == INPUT_TEXT)
    return g_strdup (input->value);
  is_stdin = strcmp (input->value, "-") == 0;
  if (is_stdin)
    text = read_stdin (&len, error);
  else
    g_file_get_contents (input->value, &text, &len, error);
  if (text == NULL)
    return NULL;
  if (!check_no_nul (is_stdin ? "Standard input" : input->value, text, len, error))
    {
      g_free (text);
      return NULL;
    }
  if (is_stdin)
    return text;
  g_free (*base_dir);
  *base_dir = g_path_get_dirname (input->value);
  if (!g_path_is_absolute (*base_dir))
    {
      g_autofree char *here = g_get_current_dir ();
      char            *full = g_build_filename (here, *base_dir, NULL);

      g_free (*base_dir);
      *base_dir = full;
    }
  return text;
}

/* The text, read once: standard input cannot be read again. NULL with @error. (transfer none) */
static const char *
read_input (Input   *input,
            GError **error)
{
  if (input->text == NULL)
    {
      g_clear_pointer (&input->base_dir, g_free);
      input->text = load_input (input, &input->base_dir, error);
    }
  return input->text;
}

/* Streaming queries in all inputs together, as far as they can be read. */
static guint
count_streaming_queries (const Options *options)
{
  g_autoptr (GString)   all = g_string_new (NULL);
  g_autoptr (WeirCheck) check = NULL;
  guint                 n = 0;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < options->inputs->len; i++)
      {
        Input      *input = options->inputs->pdata[i];
        const char *text = input->is_init == (pass == 0) ? read_input (input, NULL) : NULL;

        if (text != NULL)
          g_string_append_printf (all, "%s\n;\n", text);
      }
  check = weir_check_script (all->str, NULL);
  for (guint i = 0; i < weir_check_get_n_statements (check); i++)
    n += weir_check_get_statement (check, i)->kind == WEIR_STATEMENT_STREAMING_QUERY;
  return n;
}

static gboolean
run_input (Runner        *runner,
           const Options *options,
           Input         *input)
{
  g_autoptr (GError) error = NULL;
  const char        *text = read_input (input, &error);
  const char        *base_dir = input->base_dir;
  guint              version;

  if (text == NULL || !weir_script_inspect (text, strlen (text), &version, &error))
    {
      runner_fail (runner, error, text);
      return !options->bail;
    }
  if (version > WEIR_SCRIPT_VERSION)
    {
      g_autofree char *note = g_strdup_printf ("%s is of a newer version (%u, this is %u): annotations it may have are not known here.", input->value,
                                               version, WEIR_SCRIPT_VERSION);

      output_message (note);
    }
  if (options->check)
    return runner_check_text (runner, text, base_dir);
  return runner_run_text (runner, text, base_dir, input->is_init);
}

/* Prints a checkpoint; what is damaged in it stands in the text. */
static int
inspect (const Options *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = weir_inspect_checkpoint (options->inspect, options->rows, &error);
  OutputOrigin       origin = { 0 };

  if (text == NULL)
    {
      output_error (&origin, error, NULL);
      return 1;
    }
  printf ("%s\n", text);
  return 0;
}

static int
run (Options *options)
{
  g_autofree char *message = NULL;
  Runner          *runner;
  int              exit_code;

  options->run.is_script = !options->interactive;
  if (options->run.checkpoint != NULL)
    options->run.checkpoint_by_name = options->interactive || count_streaming_queries (options) > 1;
  runner = runner_new (options, &message);
  if (runner == NULL)
    {
      fprintf (stderr, "%s\n", message);
      return 2;
    }
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < options->inputs->len; i++)
      {
        Input *input = options->inputs->pdata[i];

        if (input->is_init == (pass == 0) && !run_input (runner, options, input))
          goto out;
      }
  if (options->interactive)
    prompt_run (runner);
out:
  runner_finish (runner);
  exit_code = runner_get_exit_code (runner);
  output_end (exit_code);
  runner_free (runner);
  return exit_code;
}

int
main (int    argc,
      char **argv)
{
  Options          options;
  g_autofree char *message = NULL;
  gboolean         done = FALSE;
  int              exit_code = 0;

  setlocale (LC_CTYPE, "");
  if (!options_parse (&options, argc, argv, &done, &message))
    {
      fprintf (stderr, "%s\n", message);
      options_clear (&options);
      return 2;
    }
  output_init (&options);
  if (done)
    printf ("weir-sql %s\n", PACKAGE_VERSION);
  else
    exit_code = options.inspect != NULL ? inspect (&options) : run (&options);
  options_clear (&options);
  weir_wait_background (END_WAIT_US);
  return exit_code;
}
