/* SPDX-License-Identifier: Apache-2.0 */
/* Queries that are stopped while they begin, run, wait or end by themselves. */
#include "query/query-private.h"
#include "session-util.h"

#define SCRIPT "CREATE TABLE t (v INT) USING queue;\nCREATE STREAMING QUERY q TRIGGER AVAILABLE NOW AS SELECT v FROM STREAM t;"

static const WeirQueryState states[] = { WEIR_QUERY_STARTING, WEIR_QUERY_RUNNING, WEIR_QUERY_WAITING, WEIR_QUERY_STOPPING, WEIR_QUERY_STOPPED,
                                         WEIR_QUERY_FAILED };

/* One that ended cannot be asked to stop, and one that was asked to goes on to its end only. */
static void
test_states (void)
{
  static const gboolean   may_run[] = { TRUE, TRUE, TRUE, FALSE, FALSE, FALSE };
  static const gboolean   may_stop[] = { TRUE, TRUE, TRUE, TRUE, FALSE, FALSE };
  g_autoptr (WeirSession) session = weir_session_new ();
  g_autoptr (WeirQuery)   query = session_make_query (session, SCRIPT);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      static const WeirQueryState wanted[] = { WEIR_QUERY_RUNNING, WEIR_QUERY_WAITING, WEIR_QUERY_STOPPING };

      for (guint k = 0; k < G_N_ELEMENTS (wanted); k++)
        {
          gboolean may = wanted[k] == WEIR_QUERY_STOPPING ? may_stop[i] : may_run[i];

          g_assert_true (_weir_query_set_state (query, WEIR_QUERY_STARTING, NULL));
          g_assert_true (_weir_query_set_state (query, states[i], NULL));
          g_assert_cmpint (_weir_query_set_state (query, wanted[k], NULL), ==, may);
          g_assert_cmpint (weir_query_get_state (query), ==, may ? wanted[k] : states[i]);
        }
    }
  g_assert_true (_weir_query_set_state (query, WEIR_QUERY_STOPPED, NULL));
}

static gpointer
stop_thread (gpointer data)
{
  weir_query_stop (data);
  return NULL;
}

/* Each ends, whoever is first: the query, which has little to do, or the one who stops it. */
static void
test_race (void)
{
  for (guint i = 0; i < 100; i++)
    {
      g_autoptr (WeirSession) session = weir_session_new ();
      WeirQuery              *query = session_make_query (session, SCRIPT);
      GThread                *thread;

      weir_query_start (query);
      thread = g_thread_new ("stop", stop_thread, query);
      weir_query_await_termination (query, WEIR_WAIT_US, NULL);
      g_thread_join (thread);
      g_assert_cmpint (weir_query_get_state (query), ==, WEIR_QUERY_STOPPED);
      query_end (query);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/stop/states", test_states);
  g_test_add_func ("/engine/query/stop/race", test_race);
  return g_test_run ();
}
