/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "options.h"

#include <string.h>
#include <unistd.h>

/* Filled by GOption; -e and -f keep their common order through one callback. */
static Options *current;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_free (input->value);
  g_free (input->text);
  g_free (input->base_dir);
  g_free (input);
}

static void
add_input (InputKind   kind,
           const char *value,
           gboolean    is_init)
{
  Input *input = g_new0 (Input, 1);

  input->kind = kind;
  input->value = g_strdup (value);
  input->is_init = is_init;
  g_ptr_array_add (current->inputs, input);
}

static gboolean
input_cb (const char *option,
          const char *value,
          gpointer    data,
          GError    **error)
{
  gboolean is_text = strcmp (option, "-e") == 0 || strcmp (option, "--execute") == 0;
  gboolean is_init = strcmp (option, "-i") == 0 || strcmp (option, "--init") == 0;

  add_input (is_text ? INPUT_TEXT : INPUT_FILE, value, is_init);
  return TRUE;
}

static gboolean
conf_cb (const char *option,
         const char *value,
         gpointer    data,
         GError    **error)
{
  if (strchr (value, '=') == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--conf takes KEY=VALUE, not '%s'", value);
      return FALSE;
    }
  g_ptr_array_add (current->conf, g_strdup (value));
  return TRUE;
}

/* Number and ms, s, m or h. */
static gboolean
parse_duration (const char *text,
                gint64     *us)
{
  static const struct
  {
    const char *unit;
    gint64      us;
  } units[] = { { "ms", 1000 }, { "s", G_USEC_PER_SEC }, { "m", 60 * G_USEC_PER_SEC }, { "h", G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC } };
  char   *end;
  guint64 number = g_ascii_strtoull (text, &end, 10);

  if (end == text)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (end, units[i].unit) == 0 && number <= (guint64)(G_MAXINT64 / units[i].us))
      {
        *us = (gint64)number * units[i].us;
        return TRUE;
      }
  return FALSE;
}

static gboolean
duration_cb (const char *option,
             const char *value,
             gpointer    data,
             GError    **error)
{
  gint64 *us = strcmp (option, "--for") == 0 ? &current->run.max_run_us : &current->run.retry_us;

  if (parse_duration (value, us))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s takes a number and ms, s, m or h, as 100ms or 12s; not '%s'", option, value);
  return FALSE;
}

static gboolean
format_cb (const char *option,
           const char *value,
           gpointer    data,
           GError    **error)
{
  static const char *const names[] = { "json", "csv", "tsv", "table" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (value, names[i]) == 0)
      {
        current->format = i;
        return TRUE;
      }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--output takes json, csv, tsv or table; not '%s'", value);
  return FALSE;
}

static gboolean
error_format_cb (const char *option,
                 const char *value,
                 gpointer    data,
                 GError    **error)
{
  current->errors_as_json = strcmp (value, "json") == 0;
  if (current->errors_as_json || strcmp (value, "text") == 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--error-format takes text or json; not '%s'", value);
  return FALSE;
}

static gboolean
not_yet_cb (const char *option,
            const char *value,
            gpointer    data,
            GError    **error)
{
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s is not there yet in this version", option);
  return FALSE;
}

typedef struct
{
  char    *trigger, *output_mode, *checkpoint, *progress, *now, *inspect;
  gint64   max_batches;
  int      threads, rows;
  gboolean envelope, bail, no_bail, check, version;
  char   **files;
} Parsed;

static gboolean
run_parser (Parsed  *parsed,
            int     *argc,
            char  ***argv,
            GError **error)
{
  const GOptionEntry entries[] = {
    { "execute", 'e', 0, G_OPTION_ARG_CALLBACK, input_cb, "Run SQL (may be repeated)", "SQL" },
    { "file", 'f', 0, G_OPTION_ARG_CALLBACK, input_cb, "Run a script", "FILE" },
    { "init", 'i', 0, G_OPTION_ARG_CALLBACK, input_cb, "Run first, rows discarded", "FILE" },
    { "conf", 0, 0, G_OPTION_ARG_CALLBACK, conf_cb, "A session setting, as SET does", "KEY=VALUE" },
    { "trigger", 0, 0, G_OPTION_ARG_STRING, &parsed->trigger, "available-now, once or processing-time=5s", "T" },
    { "output-mode", 0, 0, G_OPTION_ARG_STRING, &parsed->output_mode, "append, update or complete", "M" },
    { "checkpoint", 0, 0, G_OPTION_ARG_FILENAME, &parsed->checkpoint, "Where progress and state are kept", "DIR" },
    { "output", 'o', 0, G_OPTION_ARG_CALLBACK, format_cb, "json, csv, tsv or table", "FORMAT" },
    { "envelope", 0, 0, G_OPTION_ARG_NONE, &parsed->envelope, "NDJSON records instead of bare rows", NULL },
    { "progress", 0, 0, G_OPTION_ARG_FILENAME, &parsed->progress, "Append progress of every batch ('-': standard error)", "FILE" },
    { "bail", 0, 0, G_OPTION_ARG_NONE, &parsed->bail, "Stop at the first failing statement (default)", NULL },
    { "no-bail", 0, 0, G_OPTION_ARG_NONE, &parsed->no_bail, "Go on after a failing statement", NULL },
    { "error-format", 0, 0, G_OPTION_ARG_CALLBACK, error_format_cb, "text or json", "F" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &parsed->check, "Refuse what a run would refuse; run nothing", NULL },
    { "for", 0, 0, G_OPTION_ARG_CALLBACK, duration_cb, "Stop cleanly after that", "DURATION" },
    { "max-batches", 0, 0, G_OPTION_ARG_INT64, &parsed->max_batches, "Stop each query after N batches", "N" },
    { "retry", 0, 0, G_OPTION_ARG_CALLBACK, duration_cb, "How long an absent broker is retried", "DURATION" },
    { "now", 0, 0, G_OPTION_ARG_STRING, &parsed->now, "Fixed clock", "TIMESTAMP" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &parsed->threads, "Worker threads (default: cores)", "N" },
    { "metrics", 0, 0, G_OPTION_ARG_CALLBACK, not_yet_cb, "Metrics over HTTP", "ADDR:PORT" },
    { "inspect", 0, 0, G_OPTION_ARG_FILENAME, &parsed->inspect, "Print a checkpoint as JSON", "DIR" },
    { "rows", 0, 0, G_OPTION_ARG_INT, &parsed->rows, "With --inspect: rows of state to print", "N" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &parsed->version, "Print the version", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &parsed->files, NULL, "[FILE…]" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, "Run streaming and batch SQL in the terminal. FILE is a .weir or .sql script; '-' is standard input.");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static const char *
wrong_value (const Parsed *parsed)
{
  if (parsed->threads < 0 || parsed->threads > 1024)
    return "--threads takes 1 to 1024";
  if (parsed->rows < 0)
    return "--rows takes a positive number";
  if (parsed->max_batches < 0)
    return "--max-batches takes a positive number";
  /* A variable of a shell script that is not set; not the folder we are in. */
  if (parsed->checkpoint != NULL && *parsed->checkpoint == '\0')
    return "--checkpoint takes a folder";
  if (parsed->inspect != NULL && *parsed->inspect == '\0')
    return "--inspect takes the folder of a checkpoint";
  return NULL;
}

gboolean
options_parse (Options  *options,
               int       argc,
               char    **argv,
               gboolean *done,
               char    **message)
{
  g_autoptr (GError) error = NULL;
  Parsed             parsed = { 0 };
  const char        *wrong;

  memset (options, 0, sizeof *options);
  options->inputs = g_ptr_array_new_with_free_func (input_free);
  options->conf = g_ptr_array_new_with_free_func (g_free);
  options->format = isatty (STDOUT_FILENO) ? FORMAT_TABLE : FORMAT_JSON;
  options->bail = TRUE;
  current = options;
  if (!run_parser (&parsed, &argc, &argv, &error))
    {
      *message = g_strdup_printf ("weir-sql: %s\nTry 'weir-sql --help'.", error->message);
      return FALSE;
    }
  wrong = wrong_value (&parsed);
  if (wrong != NULL)
    {
      g_free (parsed.checkpoint);
      g_free (parsed.inspect);
      *message = g_strdup_printf ("weir-sql: %s", wrong);
      return FALSE;
    }
  *done = parsed.version;
  for (guint i = 0; parsed.files != NULL && parsed.files[i] != NULL; i++)
    add_input (INPUT_FILE, parsed.files[i], FALSE);
  g_strfreev (parsed.files);
  options->run.trigger = parsed.trigger;
  options->run.output_mode = parsed.output_mode;
  options->run.checkpoint = parsed.checkpoint != NULL ? g_canonicalize_filename (parsed.checkpoint, NULL) : NULL;
  g_free (parsed.checkpoint);
  options->run.max_batches = (guint64)parsed.max_batches;
  options->run.default_trigger = isatty (STDOUT_FILENO) ? NULL : "available-now";
  options->progress = parsed.progress;
  options->inspect = parsed.inspect != NULL ? g_canonicalize_filename (parsed.inspect, NULL) : NULL;
  g_free (parsed.inspect);
  options->now = parsed.now;
  options->threads = (guint)parsed.threads;
  options->rows = (guint)parsed.rows;
  options->envelope = parsed.envelope;
  options->check = parsed.check;
  options->interactive = options->inputs->len == 0 && isatty (STDIN_FILENO);
  /* At the prompt a mistake is no end, unless that is asked for. */
  options->bail = parsed.bail || (!parsed.no_bail && !options->interactive);
  if (options->inputs->len == 0 && !options->interactive)
    add_input (INPUT_FILE, "-", FALSE);
  return TRUE;
}

void
options_clear (Options *options)
{
  g_clear_pointer (&options->inputs, g_ptr_array_unref);
  g_clear_pointer (&options->conf, g_ptr_array_unref);
  g_free ((char *)options->run.trigger);
  g_free ((char *)options->run.output_mode);
  g_free ((char *)options->run.checkpoint);
  g_free (options->progress);
  g_free (options->inspect);
  g_free (options->now);
}
