/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <gio/gio.h>

/* In a build with ThreadSanitizer: a race ends the test that has it, and what GLib orders between threads is none. */

#define ROUNDS 1000

typedef struct
{
  GMutex lock;
  guint  n;
} Shared;

static gpointer
count_locked (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_mutex_lock (&shared->lock);
      shared->n++;
      g_mutex_unlock (&shared->lock);
    }
  return NULL;
}

static gpointer
count_unlocked (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < ROUNDS; i++)
    shared->n++;
  return NULL;
}

static void
count_in_two (GThreadFunc func)
{
  Shared   shared = { 0 };
  GThread *first, *second;

  g_mutex_init (&shared.lock);
  first = g_thread_new ("first", func, &shared);
  second = g_thread_new ("second", func, &shared);
  g_thread_join (first);
  g_thread_join (second);
  g_mutex_clear (&shared.lock);
}

static void
test_locked (void)
{
  if (g_test_subprocess ())
    {
      count_in_two (count_locked);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_unlocked (void)
{
  if (g_test_subprocess ())
    {
      count_in_two (count_unlocked);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*data race*");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/support/race/locked", test_locked);
  g_test_add_func ("/support/race/unlocked", test_unlocked);
  return g_test_run ();
}
