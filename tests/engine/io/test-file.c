/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"
#include "base/limits.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

static void
write_file (const char *folder,
            const char *name,
            const char *text,
            time_t      mtime)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct utimbuf   times = { mtime, mtime };

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

/* Modification time, then name; hidden names are left out; a file that appears later is the next entry. */
static void
test_order (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  write_file (path, "b.json", "{\"n\":2}\n", 1000);
  write_file (path, "a.json", "{\"n\":3}\n", 2000);
  write_file (path, "c.json", "{\"n\":1}\n", 1000 - 1);
  write_file (path, "_hidden.json", "{\"n\":9}\n", 500);
  write_file (path, ".tmp", "{\"n\":9}\n", 500);
  drain_init (&drain, source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", path, "maxfilespertrigger", "1", NULL));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.at, ==, "{\"logOffset\":0}");
  g_assert_cmpstr (drain.rows->pdata[0], ==, "{\"n\":1}");
  g_assert_true (drain_batch (&drain, &error));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.rows->pdata[2], ==, "{\"n\":3}");
  g_assert_false (drain_batch (&drain, &error));
  write_file (path, "later.json", "{\"n\":4}\n", 100);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.rows->pdata[3], ==, "{\"n\":4}");
  g_assert_false (drain_batch (&drain, &error));
  g_assert_no_error (error);
  drain_clear (&drain);
}

/* A file of many chunks gives every row once and in order, wherever the cuts fall. */
static void
test_chunks (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "big.json", NULL);
  g_autoptr (GString)     text = g_string_new (NULL);
  g_autoptr (GError)      error = NULL;
  Drain                   drain;
  guint                   n = 0;

  while (text->len < 3 * WEIR_CHUNK_BYTES + 12345)
    {
      g_string_append_printf (text, "{\"n\":%u,\"pad\":\"", n++);
      for (guint i = 0; i < n * 7919 % 300; i++)
        g_string_append_c (text, 'x');
      g_string_append (text, "\"}\n");
    }
  g_string_truncate (text, text->len - 1); /* the last line has no end */
  g_assert_true (g_file_set_contents (path, text->str, (gssize)text->len, NULL));
  drain_init (&drain, source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (drain.rows->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *expected = g_strdup_printf ("{\"n\":%u}", i);

      g_assert_cmpstr (drain.rows->pdata[i], ==, expected);
    }
  drain_clear (&drain);
}

static void
test_glob (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *glob = g_build_filename (weir_temp_dir_get_path (dir), "x*.txt", NULL);
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  write_file (weir_temp_dir_get_path (dir), "x1.txt", "one\n", 1);
  write_file (weir_temp_dir_get_path (dir), "y1.txt", "no\n", 2);
  drain_init (&drain, source_make ("text", NULL, TRUE, NULL, NULL, 0, &error, "path", glob, NULL));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 1);
  drain_clear (&drain);
}

/* A link that leads back to a folder above does not list its files again. */
static void
test_loop (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *path = weir_temp_dir_get_path (dir);
  g_autofree char        *below = g_build_filename (path, "below", NULL);
  g_autofree char        *link = g_build_filename (below, "back", NULL);
  g_autoptr (GError)      error = NULL;
  Drain                   drain;

  g_assert_cmpint (g_mkdir (below, 0700), ==, 0);
  g_assert_cmpint (symlink ("..", link), ==, 0);
  write_file (path, "1.txt", "one\n", 1);
  write_file (below, "2.txt", "two\n", 2);
  drain_init (&drain, source_make ("text", NULL, TRUE, NULL, NULL, 0, &error, "path", path, "recursivefilelookup", "true", NULL));
  g_assert_no_error (error);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 2);
  drain_clear (&drain);
}

static void
test_errors (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *missing = g_build_filename (weir_temp_dir_get_path (dir), "nothing here", NULL);
  g_autoptr (GError)      error = NULL;

  g_assert_null (source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", missing, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "PATH_NOT_FOUND");
  g_clear_error (&error);
  g_assert_null (source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, NULL));
  g_clear_error (&error);
  g_assert_null (source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", "/tmp", "maxfilespertrigger", "none", NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_PARAMETER_VALUE");
}

static void
test_no_permission (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "closed", NULL);
  g_autoptr (GError)      error = NULL;

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return;
    }
  g_assert_cmpint (g_mkdir (path, 0), ==, 0);
  g_assert_null (source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", path, NULL));
  g_assert_nonnull (strstr (error->message, "permission"));
}

/* A file that went away between plan and read is an error that names it. */
static void
test_vanished (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (dir), "a.json", NULL);
  g_autoptr (GError)      error = NULL;
  g_autofree char        *to = NULL;
  g_autoptr (GPtrArray)   chunks = NULL;
  WeirDecodeStats         stats = { 0 };
  Drain                   drain;

  write_file (weir_temp_dir_get_path (dir), "a.json", "{\"n\":1}\n", 1);
  drain_init (&drain, source_make ("json", "n INT", TRUE, NULL, NULL, 0, &error, "path", weir_temp_dir_get_path (dir), NULL));
  to = drain.source->klass->latest (drain.source, "", FALSE, &error);
  chunks = drain.source->klass->plan (drain.source, "", to, &error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_false (drain.source->klass->read (drain.source, chunks->pdata[0], drain_push_cb, &drain, &stats, NULL, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "FAILED_READ_FILE.FILE_NOT_EXIST");
  g_assert_nonnull (strstr (error->message, path));
  drain_clear (&drain);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/file/order", test_order);
  g_test_add_func ("/engine/io/file/chunks", test_chunks);
  g_test_add_func ("/engine/io/file/glob", test_glob);
  g_test_add_func ("/engine/io/file/loop", test_loop);
  g_test_add_func ("/engine/io/file/errors", test_errors);
  g_test_add_func ("/engine/io/file/no-permission", test_no_permission);
  g_test_add_func ("/engine/io/file/vanished", test_vanished);
  return g_test_run ();
}
