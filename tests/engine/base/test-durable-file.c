/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/durable-file.h"
#include "base/effects.h"
#include "support/temp-dir.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* Fails effect after effect until one call goes through, and looks at what is left each time. */

static const int codes[] = { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, ENFILE };

static guint
count_names (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint            n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_write (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (temp), "a", NULL);
  g_autofree char        *text = NULL;
  g_autoptr (GError)      error = NULL;
  struct stat             info;

  g_assert_true (weir_durable_write (weir_temp_dir_get_path (temp), "a", "one", 3, WEIR_DURABLE_NO_REPLACE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_true (weir_durable_write (weir_temp_dir_get_path (temp), "a", "one", 3, WEIR_DURABLE_NO_REPLACE, &error));
  g_assert_no_error (error);
  g_assert_false (weir_durable_write (weir_temp_dir_get_path (temp), "a", "two", 3, WEIR_DURABLE_NO_REPLACE, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_true (weir_durable_write (weir_temp_dir_get_path (temp), "a", "", 0, WEIR_DURABLE_REPLACE, &error));
  g_assert_no_error (error);
  text = weir_temp_dir_read (temp, "a");
  g_assert_cmpstr (text, ==, "");
  g_assert_cmpuint (count_names (weir_temp_dir_get_path (temp)), ==, 1);
}

static void
test_folders (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *deep = g_build_filename (weir_temp_dir_get_path (temp), "x", "y", "z", NULL);
  g_autofree char        *file = weir_temp_dir_write (temp, "file", "");
  g_autofree char        *below = g_build_filename (file, "x", NULL);
  g_autoptr (GError)      error = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (weir_durable_mkdir_with_parents (deep, &error));
      g_assert_no_error (error);
    }
  g_assert_false (weir_durable_mkdir_with_parents (below, &error));
  g_assert_nonnull (strstr (error->message, file));
  g_clear_error (&error);
  g_assert_false (weir_durable_mkdir (file, &error));
  g_clear_error (&error);
  g_assert_true (weir_durable_unlink (file, &error));
  g_assert_true (weir_durable_unlink (file, &error));
  g_assert_no_error (error);
}

static void
test_temporaries (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *dead = weir_temp_dir_write (temp, ".a.tmp-1-0", "half");
  g_autofree char        *alive = weir_temp_dir_write (temp, "a", "whole");

  weir_durable_remove_temporaries (weir_temp_dir_get_path (temp));
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (alive, G_FILE_TEST_EXISTS));
}

#if WEIR_EFFECTS
/* Either all of the new text or all of the old one, and no third file. TRUE when the write went through. */
static gboolean
try_write (guint64  at,
           int      code,
           gboolean persistent)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *path = weir_temp_dir_write (temp, "log", "old");
  g_autofree char        *text = NULL;
  g_autoptr (GError)      error = NULL;
  gboolean                ok;

  weir_fx_set_fault (at, code, persistent);
  ok = weir_durable_write (weir_temp_dir_get_path (temp), "log", "new text", 8, WEIR_DURABLE_REPLACE, &error);
  weir_fx_set_fault (0, 0, FALSE);
  text = weir_temp_dir_read (temp, "log");
  g_assert_cmpuint (count_names (weir_temp_dir_get_path (temp)), ==, 1);
  g_assert_cmpint (ok, ==, error == NULL);
  if (ok)
    g_assert_cmpstr (text, ==, "new text");
  else
    {
      g_assert_nonnull (strstr (error->message, path));
      g_assert_nonnull (strstr (error->message, g_strerror (code == WEIR_FX_LIE ? EIO : code)));
      g_assert_cmpint (strstr (error->message, "bytes are free") != NULL, ==, code == ENOSPC || code == EDQUOT);
      g_assert_true (g_str_equal (text, "old") || g_str_equal (text, "new text"));
    }
  return ok;
}

static void
test_every_failure (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (codes); c++)
    for (guint persistent = 0; persistent < 2; persistent++)
      {
        guint64 at = 1;

        while (!try_write (at, codes[c], persistent != 0))
          at++;
        /* open, create, write, fsync, close, rename, fsync of the folder */
        g_assert_cmpuint (at, ==, 8);
      }
}

static void
test_interrupted_and_short (void)
{
  for (guint64 at = 1; at < 12; at++)
    for (guint persistent = 0; persistent < 2; persistent++)
      {
        g_assert_true (try_write (at, EINTR, persistent != 0));
        g_assert_true (try_write (at, WEIR_FX_SHORT, persistent != 0));
      }
}

/* A rename that was not done and says it was. */
static void
test_lying_rename (void)
{
  for (guint64 at = 1; at < 12; at++)
    g_assert_cmpint (try_write (at, WEIR_FX_LIE, FALSE), ==, at != 6);
}

/* What helps against a failure stands in its message. */
static void
test_remedies (void)
{
  static const struct
  {
    int         code;
    const char *remedy;
  } remedies[] = {
    { ENOSPC, "Free some space." },
    { EFBIG, "ulimit -f" },
    { ENOLCK, "local disk" },
    { EACCES, "write permission." },
    { EROFS, "can be written." },
    { EMFILE, "ulimit -n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (weir_fail_file (&error, "lock", "/a/b", remedies[i].code));
      g_assert_nonnull (strstr (error->message, "Cannot lock /a/b: "));
      g_assert_nonnull (strstr (error->message, remedies[i].remedy));
    }
}

static void
test_folder_failures (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (temp), "sub", NULL);

  for (guint64 at = 1; at <= 3; at++)
    {
      g_autoptr (GError) error = NULL;

      weir_fx_set_fault (at, EIO, FALSE);
      g_assert_false (weir_durable_mkdir (path, &error));
      g_assert_nonnull (strstr (error->message, weir_temp_dir_get_path (temp)));
    }
  weir_fx_set_fault (0, 0, FALSE);
  g_assert_true (weir_durable_mkdir (path, NULL));
}
#endif

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/durable-file/write", test_write);
  g_test_add_func ("/base/durable-file/folders", test_folders);
  g_test_add_func ("/base/durable-file/temporaries", test_temporaries);
#if WEIR_EFFECTS
  g_test_add_func ("/base/durable-file/every-failure", test_every_failure);
  g_test_add_func ("/base/durable-file/interrupted-and-short", test_interrupted_and_short);
  g_test_add_func ("/base/durable-file/lying-rename", test_lying_rename);
  g_test_add_func ("/base/durable-file/remedies", test_remedies);
  g_test_add_func ("/base/durable-file/folder-failures", test_folder_failures);
#endif
  return g_test_run ();
}
