/* SPDX-License-Identifier: Apache-2.0 */
/* Columns in names of folders, as checks and stored queries see them. */
#include "config.h"

#include <string.h>

#include "engine-check.h"
#include "support/temp-dir.h"

#include <glib/gstdio.h>

static char *
make_table (WeirTempDir *dir,
            const char  *query)
{
  g_autofree char *folder = g_build_filename (weir_temp_dir_get_path (dir), "p=1", NULL);
  g_autofree char *file = g_build_filename (folder, "a.json", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "{\"a\":1}\n", -1, NULL));
  return g_strdup_printf ("CREATE TABLE t (a INT) USING json OPTIONS (path '%s'); %s", weir_temp_dir_get_path (dir), query);
}

/* What reads nothing does not know of the column, and says so; what may read does. */
static void
test_check (void)
{
  g_autoptr (WeirTempDir) dir = weir_temp_dir_new ();
  g_autofree char        *good = make_table (dir, "SELECT p FROM t");
  g_autofree char        *bad = make_table (dir, "SELECT q FROM t");
  g_autofree char        *wrong = make_table (dir, "SELECT a + array(1) FROM t");
  g_autoptr (WeirCheck)   unread = weir_check_script_unread (good, NULL), read = weir_check_script (good, NULL);
  g_autoptr (WeirCheck)   unread_bad = weir_check_script_unread (bad, NULL), read_bad = weir_check_script (bad, NULL);
  g_autoptr (WeirCheck)   unread_wrong = weir_check_script_unread (wrong, NULL);

  g_assert_true (weir_check_get_is_partial (unread));
  g_assert_cmpuint (weir_check_get_n_problems (unread), ==, 0);
  g_assert_cmpuint (weir_check_get_statement (unread, 0)->n_columns, ==, 1);
  g_assert_false (weir_check_get_is_partial (read));
  g_assert_cmpuint (weir_check_get_n_problems (read), ==, 0);
  g_assert_cmpuint (weir_check_get_statement (read, 0)->n_columns, ==, 2);
  g_assert_cmpstr (weir_check_get_statement (read, 1)->columns[0].name, ==, "p");
  g_assert_cmpuint (weir_check_get_n_problems (unread_bad), ==, 0);
  g_assert_cmpuint (weir_check_get_n_problems (read_bad), ==, 1);
  g_assert_cmpuint (weir_check_get_n_problems (unread_wrong), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/check-folders/check", test_check);
  return g_test_run ();
}
