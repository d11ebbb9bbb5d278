/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/*
 * commit BATCHES FOLDER: what a commit costs. FOLDER gets BATCHES small files of 1,000 rows over 1,000 keys, read one a batch by a count in
 * update mode into the memory sink, with a checkpoint in FOLDER/checkpoint. Prints the median µs that a batch spends in the log (OFFSETS,
 * DELTA and COMMIT records) and the mean bytes a batch adds to it.
 */

#define KEYS 1000

static GArray *times;

static void
progress_cb (WeirQuery    *query,
             WeirProgress *progress,
             gpointer      data)
{
  const char *name;
  double      ms, sum = 0;

  for (guint i = 0; weir_progress_get_phase (progress, i, &name, &ms); i++)
    if (g_str_equal (name, "walCommit") || g_str_equal (name, "commitOffsets"))
      sum += ms;
  g_array_append_val (times, sum);
}

static void
terminated_cb (WeirQuery *query,
               GMainLoop *loop)
{
  g_main_loop_quit (loop);
}

static void
make_files (const char *folder,
            guint       n_files)
{
  g_autofree char *input = g_build_filename (folder, "input", NULL);

  g_mkdir_with_parents (input, 0700);
  for (guint file = 0; file < n_files; file++)
    {
      g_autofree char    *path = g_strdup_printf ("%s/%05u.csv", input, file);
      g_autoptr (GString) rows = g_string_new (NULL);

      for (guint row = 0; row < KEYS; row++)
        g_string_append_printf (rows, "%u\n", (row * 7 + file) % KEYS);
      if (!g_file_set_contents (path, rows->str, (gssize)rows->len, NULL))
        exit (1);
    }
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double first = *(const double *)a, second = *(const double *)b;

  return first < second ? -1 : first > second;
}

static double
log_bytes (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "checkpoint", "log", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char      *name;
  double           sum = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char      *file = g_build_filename (path, name, NULL);
      g_autoptr (GFile)     opened = g_file_new_for_path (file);
      g_autoptr (GFileInfo) info = g_file_query_info (opened, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

      sum += info != NULL ? (double)g_file_info_get_size (info) : 0;
    }
  return sum;
}

static void
run (const char *folder)
{
  g_autofree char        *text = g_strdup_printf ("CREATE TABLE input (k BIGINT) USING csv OPTIONS (path '%s/input', maxFilesPerTrigger 1);\n"
                                                         "CREATE TABLE result USING memory;\n"
                                                         "CREATE STREAMING QUERY counts INTO result OUTPUT MODE UPDATE TRIGGER AVAILABLE NOW\n"
                                                         "CHECKPOINT LOCATION '%s/checkpoint' AS SELECT k, count(*) AS n FROM STREAM input GROUP BY k;\n",
                                                  folder, folder);
  g_autoptr (WeirSession) session = weir_session_new ();
  g_autoptr (GMainLoop)   loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GArray)      ranges = weir_script_split (text);

  for (guint i = 0; i < ranges->len; i++)
    {
      g_autoptr (GError)      error = NULL;
      g_autoptr (WeirOutcome) outcome = weir_session_execute (session, text, g_array_index (ranges, WeirRange, i), &error);

      if (outcome == NULL)
        {
          fprintf (stderr, "commit: %s\n", error->message);
          exit (1);
        }
      if (outcome->query == NULL)
        continue;
      weir_query_set_progress_func (outcome->query, progress_cb, NULL, NULL);
      g_signal_connect (outcome->query, "terminated", G_CALLBACK (terminated_cb), loop);
      weir_query_start (outcome->query);
      g_main_loop_run (loop);
      if (weir_query_get_error (outcome->query) != NULL)
        {
          fprintf (stderr, "commit: %s\n", weir_query_get_error (outcome->query)->message);
          exit (1);
        }
    }
}

int
main (int   argc,
      char *argv[])
{
  guint64 n = 0;

  if (argc != 3 || !g_ascii_string_to_unsigned (argv[1], 10, 1, 100000, &n, NULL))
    {
      fprintf (stderr, "usage: commit BATCHES FOLDER\n");
      return 2;
    }
  times = g_array_new (FALSE, FALSE, sizeof (double));
  make_files (argv[2], (guint)n);
  run (argv[2]);
  qsort (times->data, times->len, sizeof (double), compare_doubles);
  printf ("%.1f %.0f\n", g_array_index (times, double, times->len / 2) * 1000, log_bytes (argv[2]) / (double)times->len);
  return 0;
}
