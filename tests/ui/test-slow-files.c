/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <adwaita.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gtksourceview/gtksource.h>
#include <stdarg.h>
#include <string.h>

#include "ui/ui-init.h"
#include "ui/window/document.h"
#include "window-help.h"

/*
 * A file that takes as long to open as the test likes, as on a network that is away. The program's own open() stands before the
 * library's; while a file of this name is held, whoever opens it waits, and the main loop must not be among them.
 */

#define SLOW_SUFFIX "/slow.csv"

static GMutex   gate;
static GCond    gate_changed;
static gboolean is_held;
static guint    n_waiting;
static GThread *main_thread;

static void
pass_gate (const char *path)
{
  if (path == NULL || !g_str_has_suffix (path, SLOW_SUFFIX))
    return;
  /* It would never be opened: the one that opens the gate is this thread. */
  g_assert_true (g_thread_self () != main_thread);
  g_mutex_lock (&gate);
  n_waiting++;
  while (is_held)
    g_cond_wait (&gate_changed, &gate);
  n_waiting--;
  g_mutex_unlock (&gate);
}

typedef int (*OpenFunc) (const char *path, int flags, ...);

int
open (const char *path,
      int         flags,
      ...)
{
  static OpenFunc next;
  va_list         arguments;
  mode_t          mode = 0;

  if ((flags & (O_CREAT | O_TMPFILE)) != 0)
    {
      va_start (arguments, flags);
      mode = va_arg (arguments, mode_t);
      va_end (arguments);
    }
  pass_gate (path);
  if (next == NULL)
    next = (OpenFunc)dlsym (RTLD_NEXT, "open");
  return next (path, flags, mode);
}

static void
hold (gboolean held)
{
  g_mutex_lock (&gate);
  is_held = held;
  g_cond_broadcast (&gate_changed);
  g_mutex_unlock (&gate);
}

static guint
get_n_waiting (void)
{
  guint n;

  g_mutex_lock (&gate);
  n = n_waiting;
  g_mutex_unlock (&gate);
  return n;
}

static char *
make_script (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "slow.csv", NULL);

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  g_assert_true (g_file_set_contents (path, "city,mm\nseoul,3\nbusan,5\n", -1, NULL));
  return g_strdup_printf ("CREATE TABLE rain USING csv OPTIONS (path '%s', header 'true', inferSchema 'true');\n"
                          "CREATE TEMPORARY VIEW wet AS SELECT city, mm FROM rain WHERE mm > 0;\n"
                          "SELECT city, sum(mm) AS mm FROM wet GROUP BY city;\n",
                          path);
}

static const WeirStatementInfo *
find_query (WeirDocument *document)
{
  return weir_document_find_query (document, "Query 1");
}

static gboolean
has_rows (WeirDocument *document)
{
  WeirQuery               *query = weir_document_get_query (document, "Query 1");
  g_autoptr (WeirSnapshot) snapshot = query != NULL ? weir_query_take_snapshot (query) : NULL;

  return snapshot != NULL && weir_snapshot_get_n_rows (snapshot) > 0;
}

static void
test_check (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autofree char         *script = make_script ();
  g_autofree char         *longer = g_strconcat (script, "SELECT 1;\n", NULL);

  hold (TRUE);
  weir_document_set_text (document, script, "x");
  wait_until (get_n_waiting () == 1);
  /* Not known yet, and so not wrong. */
  g_assert_nonnull (find_query (document));
  g_assert_cmpuint (find_query (document)->n_columns, ==, 0);
  g_assert_cmpuint (weir_check_get_n_problems (weir_document_get_check (document)), ==, 0);
  /* What is typed meanwhile is checked as far as it can be, and no second worker waits beside the first. */
  weir_document_replace_text (document, longer);
  wait_until (weir_document_get_is_checked (document));
  g_assert_nonnull (weir_document_find_query (document, "Query 2"));
  g_assert_cmpuint (get_n_waiting (), ==, 1);
  hold (FALSE);
  wait_until (find_query (document)->n_columns == 2);
  g_assert_cmpstr (find_query (document)->columns[1].name, ==, "mm");
  g_assert_false (weir_check_get_is_partial (weir_document_get_check (document)));
}

static void
test_run (void)
{
  g_autoptr (WeirDocument) document = weir_document_new ();
  g_autofree char         *script = make_script ();

  weir_document_set_text (document, script, "x");
  wait_until (find_query (document)->n_columns == 2);
  hold (TRUE);
  weir_document_run_query (document, "Query 1");
  wait_until (get_n_waiting () == 1);
  g_assert_true (weir_document_get_is_starting (document, "Query 1"));
  g_assert_null (weir_document_get_query (document, "Query 1"));
  weir_document_stop_query (document, "Query 1");
  g_assert_false (weir_document_get_is_starting (document, "Query 1"));
  weir_document_run_query (document, "Query 1");
  g_assert_true (weir_document_has_running (document));
  hold (FALSE);
  wait_until (has_rows (document));
  g_assert_false (weir_document_get_is_starting (document, "Query 1"));
}

static void
test_closed_while_starting (void)
{
  WeirDocument    *document = weir_document_new ();
  g_autofree char *script = make_script ();

  hold (TRUE);
  weir_document_set_text (document, script, "x");
  weir_document_run_query (document, "Query 1");
  wait_until (get_n_waiting () == 2);
  g_object_add_weak_pointer (G_OBJECT (document), (gpointer *)&document);
  g_object_unref (document);
  g_assert_null (document);
  hold (FALSE);
  wait_until (get_n_waiting () == 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  main_thread = g_thread_self ();
  adw_init ();
  gtk_source_init ();
  weir_ui_init ();
  g_test_add_func ("/slow-files/check", test_check);
  g_test_add_func ("/slow-files/run", test_run);
  g_test_add_func ("/slow-files/closed-while-starting", test_closed_while_starting);
  return g_test_run ();
}
