/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory-limit.h"

#include "support/temp-dir.h"

#include <unistd.h>

static void
put (WeirTempDir *dir,
     const char  *name,
     const char  *text)
{
  g_free (weir_temp_dir_write (dir, name, text));
}

static void
test_version_2 (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *root = weir_temp_dir_get_path (dir);

  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/a/b\n"), ==, G_MAXUINT64);
  put (dir, "a/b/memory.max", "max\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/a/b\n"), ==, G_MAXUINT64);
  put (dir, "a/memory.max", "2000000\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/a/b\n"), ==, 2000000);
  put (dir, "a/b/memory.max", "1000000\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/a/b\n"), ==, 1000000);
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/a\n"), ==, 2000000);
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/\n"), ==, G_MAXUINT64);
  /* In a container whose own group is the root. */
  put (dir, "memory.max", "500000\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, "0::/system.slice/outside\n"), ==, 500000);
}

static void
test_version_1 (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  const char             *root = weir_temp_dir_get_path (dir);
  static const char       groups[] = "9:cpu,cpuacct:/c\n4:hugetlb,memory:/a:x\n0::/a:x\nnonsense\n";

  g_assert_cmpuint (weir_memory_limit_of_groups (root, groups), ==, G_MAXUINT64);
  put (dir, "memory/c/memory.limit_in_bytes", "7\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, groups), ==, G_MAXUINT64);
  put (dir, "memory/memory.limit_in_bytes", "9223372036854771712\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, groups), ==, G_GUINT64_CONSTANT (9223372036854771712));
  put (dir, "memory/a:x/memory.limit_in_bytes", "3000000\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, groups), ==, 3000000);
  put (dir, "a:x/memory.max", "2999999\n");
  g_assert_cmpuint (weir_memory_limit_of_groups (root, groups), ==, 2999999);
}

static void
test_this_process (void)
{
  guint64 limit = weir_memory_limit ();

  g_assert_cmpuint (limit, >, 0);
  g_assert_cmpuint (limit, <=, (guint64)sysconf (_SC_PHYS_PAGES) * (guint64)sysconf (_SC_PAGESIZE));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/base/memory-limit/version-2", test_version_2);
  g_test_add_func ("/engine/base/memory-limit/version-1", test_version_1);
  g_test_add_func ("/engine/base/memory-limit/this-process", test_this_process);
  return g_test_run ();
}
