/* SPDX-License-Identifier: Apache-2.0 */
#include <gio/gio.h>

/* Runs a fuzz target over the files of its corpus, without libFuzzer: so that what once broke it is tested by every
 * compiler and in every build. Each argument is a file or a folder. */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint n_inputs = 0;

static void
run_path (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;
  gsize              size = 0;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_autoptr (GDir) folder = g_dir_open (path, 0, &error);
      const char      *name;

      g_assert_no_error (error);
      while ((name = g_dir_read_name (folder)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);
          run_path (child);
        }
      return;
    }

  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  /* A copy of exactly its size: reading one byte too far is then seen by a sanitizer. */
  {
    g_autofree guint8 *exact = g_malloc (MAX (size, 1));

    memcpy (exact, text, size);
    LLVMFuzzerTestOneInput (exact, size);
  }
  n_inputs++;
}

int
main (int   argc,
      char *argv[])
{
  const guint8 nothing = 0;

  g_print ("1..1\n");
  LLVMFuzzerTestOneInput (&nothing, 0);
  for (int i = 1; i < argc; i++)
    run_path (argv[i]);
  g_print ("%sok 1 corpus of %u inputs\n", n_inputs > 0 ? "" : "not ", n_inputs);
  return n_inputs > 0 ? 0 : 1;
}
