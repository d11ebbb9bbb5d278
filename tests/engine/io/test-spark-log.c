/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"

#include "source-util.h"
#include "support/temp-dir.h"

/* A folder that Spark's file sink wrote: only what its log names is there. */

static void
put (WeirTempDir *dir,
     const char  *name,
     const char  *text)
{
  g_autofree char *path = weir_temp_dir_write (dir, name, text);

  g_assert_nonnull (path);
}

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Rows of the folder, sorted, as one text; NULL with @error. */
static char *
read_all (WeirTempDir *dir,
          const char  *path,
          gboolean     is_streaming,
          GError     **error)
{
  g_autofree char *full = g_build_filename (weir_temp_dir_get_path (dir), path, NULL);
  WeirSource      *source = source_make ("json", "n INT", is_streaming, NULL, NULL, 0, error, "path", full, "recursivefilelookup", "true", NULL);
  GString         *text = g_string_new (NULL);
  Drain            drain;

  if (source == NULL)
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  drain_init (&drain, source);
  while (drain_batch (&drain, NULL))
    ;
  g_ptr_array_sort (drain.rows, compare_rows);
  for (guint i = 0; i < drain.rows->len; i++)
    g_string_append (text, drain.rows->pdata[i]);
  drain_clear (&drain);
  return g_string_free (text, FALSE);
}

static void
check_rows (WeirTempDir *dir,
            const char  *path,
            const char  *expected)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char   *rows = read_all (dir, path, i == 1, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rows, ==, expected);
    }
}

#define ENTRY(path, action) "\n{\"path\":\"file:///elsewhere/out/" path "\",\"size\":8,\"isDir\":false,\"modificationTime\":1,\"blockReplication\":1,\"blockSize\":1,\"action\":\"" action "\"}"

static void
test_committed (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();

  put (dir, "out/part-00000-a.json", "{\"n\":1}\n");
  put (dir, "out/part-00000-b.json", "{\"n\":2}\n");
  put (dir, "out/part 3.json", "{\"n\":3}\n");
  put (dir, "out/day=1/part-00000-d.json", "{\"n\":4}\n");
  put (dir, "out/failed.json", "{\"n\":99}\n");
  check_rows (dir, "out", "{\"n\":1}{\"n\":2}{\"n\":3}{\"n\":4}{\"n\":99}");
  /* A log of no batch yet: nothing is there. */
  put (dir, "out/_spark_metadata/.crc", "");
  check_rows (dir, "out", "");
  put (dir, "out/_spark_metadata/0", "v1" ENTRY ("part-00000-a.json", "add"));
  put (dir, "out/_spark_metadata/1", "v1");
  put (dir, "out/_spark_metadata/.2.5f.tmp", "v1" ENTRY ("failed.json", "add"));
  check_rows (dir, "out", "{\"n\":1}");
  put (dir, "out/_spark_metadata/2", "v1" ENTRY ("part%203.json", "add") ENTRY ("day=1/part-00000-d.json", "add"));
  check_rows (dir, "out", "{\"n\":1}{\"n\":3}{\"n\":4}");
  /* What a compact file does not have any more, its retention has ended. */
  put (dir, "out/_spark_metadata/9.compact", "v1" ENTRY ("part-00000-b.json", "add") ENTRY ("day=1/part-00000-d.json", "add"));
  put (dir, "out/_spark_metadata/10", "v1" ENTRY ("day=1/part-00000-d.json", "delete") ENTRY ("part%203.json", "add"));
  check_rows (dir, "out", "{\"n\":2}{\"n\":3}");
}

static void
check_damage (WeirTempDir *dir,
              const char  *text,
              const char  *part)
{
  g_autoptr (GError) error = NULL;

  put (dir, "out/_spark_metadata/0", text);
  g_assert_null (read_all (dir, "out", TRUE, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.NO_HINT");
  g_assert_nonnull (strstr (error->message, part));
  g_assert_nonnull (strstr (error->message, "_spark_metadata/0"));
}

/* Never all files instead of those that were committed. */
static void
test_damaged (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();

  put (dir, "out/part-00000-a.json", "{\"n\":1}\n");
  check_damage (dir, "v2\n{}", "it does not begin with v1");
  check_damage (dir, "", "it does not begin with v1");
  check_damage (dir, "v1\n{\"path\":\"file:/out/a", "a line names no file");
  check_damage (dir, "v1\n{\"size\":3}", "a line names no file");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/spark-log/committed", test_committed);
  g_test_add_func ("/engine/io/spark-log/damaged", test_damaged);
  return g_test_run ();
}
