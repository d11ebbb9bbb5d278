/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/effects.h"
#include "support/temp-dir.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

/* What the child does: four effects of ours, one of a library. */
static int
run_child (const char *path)
{
  int fd = weir_fx_open (path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

  if (fd < 0 || !weir_fx_write_all (fd, "0123456789", 10) || weir_fx_fsync (fd) != 0 || weir_fx_close (fd) != 0)
    return errno;
  if (!weir_fx_before ("commit"))
    return errno;
  weir_fx_after ("commit");
  return 0;
}

static void
test_write_all (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (temp), "f", NULL);
  g_autofree char        *text = NULL;
  struct iovec            parts[] = { { (char *)"", 0 }, { (char *)"ab", 2 }, { (char *)"", 0 }, { (char *)"cde", 3 } };
  int                     fd = weir_fx_open (path, O_CREAT | O_RDWR, 0600);

  g_assert_true (weir_fx_writev_all (fd, parts, G_N_ELEMENTS (parts)));
  g_assert_true (weir_fx_write_all (fd, "fgh", 3));
  g_assert_true (weir_fx_pwrite_all (fd, "XY", 2, 1));
  g_assert_cmpint (weir_fx_ftruncate (fd, 7), ==, 0);
  g_assert_cmpint (weir_fx_fdatasync (fd), ==, 0);
  g_assert_cmpint (weir_fx_close (fd), ==, 0);
  text = weir_temp_dir_read (temp, "f");
  g_assert_cmpstr (text, ==, "aXYdefg");
  g_assert_false (weir_fx_write_all (-1, "x", 1));
  g_assert_cmpint (errno, ==, EBADF);
}

#if WEIR_EFFECTS
static int
spawn (const char *path,
       const char *variable,
       const char *value)
{
  const char    *argv[] = { program, "--child", path, NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), variable, value, TRUE);
  int            status;

  g_assert_true (g_spawn_sync (NULL, (char **)argv, environment, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_crash (void)
{
  static const struct
  {
    const char *at;
    int         status;
    gssize      size; /* -1: no file */
  } cases[] = {
    { "1:before", 137, -1 },
    { "1:after", 137, 0 },
    { "2:before", 137, 0 },
    { "2:after", 137, 10 },
    { "5:before", 137, 10 },
    { "5:after", 137, 10 },
    { "6:before", 0, 10 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
      g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (temp), "f", NULL);
      GStatBuf                info;

      g_assert_cmpint (spawn (path, "WEIR_CRASH_AT", cases[i].at), ==, cases[i].status);
      g_assert_cmpint (g_stat (path, &info) == 0 ? info.st_size : -1, ==, cases[i].size);
    }
}

static void
test_fault_and_log (void)
{
  g_autoptr (WeirTempDir) temp = weir_temp_dir_new ();
  g_autofree char        *path = g_build_filename (weir_temp_dir_get_path (temp), "f", NULL);
  g_autofree char        *log = g_build_filename (weir_temp_dir_get_path (temp), "log", NULL);
  g_autofree char        *wanted = g_strdup_printf ("1\tcreate\t3\t%s\ttruncate\n2\twrite\t10\t%s\t0\n3\tfsync\t0\t%s\t\n4\tclose\t0\t\t\n5\tcommit\t0\t\tcommit\n",
                                                    path, path, path);
  g_autofree char        *text = NULL;
  char                   *found;

  g_assert_cmpint (spawn (path, "WEIR_FAULT", "3:ENOSPC"), ==, ENOSPC);
  g_assert_cmpint (spawn (path, "WEIR_FAULT", "5:EACCES:persistent"), ==, EACCES);
  g_assert_cmpint (spawn (path, "WEIR_FAULT", "2:SHORT:persistent"), ==, 0);
  g_assert_cmpint (spawn (path, "WEIR_FAULT", "2:EINTR:once"), ==, 0);
  g_assert_cmpint (spawn (path, "WEIR_FAULT", "9:EIO:once"), ==, 0);
  g_assert_cmpint (spawn (path, "WEIR_EFFECTS_LOG", log), ==, 0);
  text = weir_temp_dir_read (temp, "log");
  /* The number of the descriptor depends on what the test runner left open. */
  found = strstr (text, "create\t");
  g_assert_nonnull (found);
  g_assert_cmpstr (strchr (found + 7, '\t'), ==, strchr (strstr (wanted, "create\t") + 7, '\t'));
}

static void
test_set_fault (void)
{
  weir_fx_set_fault (2, ENOSPC, FALSE);
  g_assert_true (weir_fx_before ("a"));
  weir_fx_after ("a");
  g_assert_false (weir_fx_before ("b"));
  g_assert_cmpint (errno, ==, ENOSPC);
  g_assert_true (weir_fx_before ("c"));
  weir_fx_after ("c");
  g_assert_cmpuint (weir_fx_count (), ==, 3);
  weir_fx_set_fault (0, 0, FALSE);
  g_assert_cmpuint (weir_fx_count (), ==, 0);
  g_assert_false (weir_fx_negative ("gc-early"));
}
#endif

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return run_child (argv[2]);
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/effects/write-all", test_write_all);
#if WEIR_EFFECTS
  g_test_add_func ("/base/effects/crash", test_crash);
  g_test_add_func ("/base/effects/fault-and-log", test_fault_and_log);
  g_test_add_func ("/base/effects/set-fault", test_set_fault);
#endif
  return g_test_run ();
}
