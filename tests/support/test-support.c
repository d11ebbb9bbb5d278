/* SPDX-License-Identifier: Apache-2.0 */
#include "support/free-port.h"
#include "support/shared-data.h"
#include "support/temp-dir.h"
#include "support/wait.h"

static void
test_temp_dir (void)
{
  g_autofree char *folder = NULL;
  {
    g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
    g_autofree char        *path = weir_temp_dir_write (dir, "a/b/c.txt", "word\n");
    g_autofree char        *back = weir_temp_dir_read (dir, "a/b/c.txt");

    g_assert_true (g_path_is_absolute (path));
    g_assert_cmpstr (back, ==, "word\n");
    folder = g_strdup (weir_temp_dir_get_path (dir));
    g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  }
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError)          error = NULL;
  guint16                     port = weir_test_free_port ();

  g_assert_cmpuint (port, >, 0);
  g_socket_listener_add_inet_port (listener, port, NULL, &error);
  g_assert_no_error (error);
}

static void
test_service (void)
{
  g_setenv ("WEIR_TEST_SERVICE", "127.0.0.1:1", TRUE);
  g_assert_cmpstr (weir_test_service ("WEIR_TEST_SERVICE"), ==, "127.0.0.1:1");
}

static void
test_shared (void)
{
  g_autofree char *path = weir_test_shared ("data/README.md");

  if (path != NULL)
    g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
}

static gpointer
raise_flag (gpointer flag)
{
  g_atomic_int_set ((gint *)flag, 1);
  return NULL;
}

/* Also what another thread does, which wakes no main loop. */
static void
test_wait (void)
{
  gint     flag = 0;
  GThread *thread = g_thread_new ("flag", raise_flag, &flag);

  wait_until (g_atomic_int_get (&flag) == 1);
  g_thread_join (thread);
}

static void
test_wait_in_vain (void)
{
  if (g_test_subprocess ())
    {
      WeirWait wait;

      weir_wait_begin (&wait, "the moon");
      wait.end_us = g_get_monotonic_time ();
      weir_wait_step (&wait);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*not within*the moon*");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/temp-dir", test_temp_dir);
  g_test_add_func ("/support/free-port", test_free_port);
  g_test_add_func ("/support/service", test_service);
  g_test_add_func ("/support/shared", test_shared);
  g_test_add_func ("/support/wait", test_wait);
  g_test_add_func ("/support/wait/in-vain", test_wait_in_vain);
  return g_test_run ();
}
