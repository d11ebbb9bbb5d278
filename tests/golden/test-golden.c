/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "golden-file.h"
#include "golden-run.h"

#include <string.h>

/* One test a golden file; each runs in every mode, and the modes must give the same bytes. */

static const GoldenMode modes[] = {
  { .name = "plain", .n_threads = 1 },
  { .name = "2 threads", .n_threads = 2 },
  { .name = "7 threads", .n_threads = 7 },
  { .name = "state reloaded", .n_threads = 2, .reload = TRUE },
  { .name = "checkpoint", .n_threads = 1, .checkpoint = TRUE },
  { .name = "restarted after every batch", .n_threads = 2, .checkpoint = TRUE, .restart = TRUE },
};

static const char *source_dir;

static void
test_file (gconstpointer data)
{
  const char            *path = data;
  g_autofree char       *text = NULL, *problem = NULL;
  g_autoptr (GPtrArray)  commands = NULL;
  g_auto (GoldenOutcome) first = { 0 };

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  commands = golden_file_parse (text, &problem);
  for (guint i = 0; commands != NULL && problem == NULL && i < G_N_ELEMENTS (modes); i++)
    {
      g_auto (GoldenOutcome) outcome = { 0 };

      golden_run (commands, &modes[i], source_dir, &outcome);
      if (outcome.problem != NULL)
        problem = g_strdup_printf ("%s: %s", modes[i].name, outcome.problem);
      else if (outcome.skipped == NULL && first.transcript == NULL)
        {
          first = outcome;
          outcome = (GoldenOutcome){ 0 };
        }
      else if (outcome.skipped == NULL && strcmp (first.transcript->str, outcome.transcript->str) != 0)
        problem = g_strdup_printf ("%s gives other bytes:\n%sinstead of\n%s", modes[i].name, outcome.transcript->str, first.transcript->str);
    }
  if (problem == NULL && first.transcript == NULL)
    problem = g_strdup ("no mode ran it");
  if (problem != NULL)
    {
      g_test_message ("%s: %s", path, problem);
      g_test_fail ();
    }
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* test-golden SOURCE_DIR FOLDER */
int
main (int    argc,
      char **argv)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir)      dir = NULL;
  const char           *name;

  g_test_init (&argc, &argv, NULL);
  if (argc != 3)
    g_error ("test-golden SOURCE_DIR FOLDER");
  source_dir = argv[1];
  dir = g_dir_open (argv[2], 0, NULL);
  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".golden"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *test = g_strdup_printf ("/golden/%.*s", (int)(strlen (names->pdata[i]) - strlen (".golden")), (char *)names->pdata[i]);

      g_test_add_data_func_full (test, g_build_filename (argv[2], names->pdata[i], NULL), test_file, g_free);
    }
  return g_test_run ();
}
