/* SPDX-License-Identifier: Apache-2.0 */
/* A script's query: made, given rows, ended. */
#pragma once

#include "engine/engine.h"
#include "support/wait.h"

/* Executes the statements of @text, all of which have to be right. (transfer full): the query that one of them makes */
static inline WeirQuery *
session_make_query (WeirSession *session,
                    const char  *text)
{
  g_autoptr (GArray) ranges = weir_script_split (text);
  g_autoptr (GError) error = NULL;
  WeirQuery         *query = NULL;

  for (guint i = 0; i < ranges->len; i++)
    {
      g_autoptr (WeirOutcome) outcome = weir_session_execute (session, text, g_array_index (ranges, WeirRange, i), &error);

      g_assert_no_error (error);
      if (outcome->query != NULL)
        g_set_object (&query, outcome->query);
    }
  g_assert_nonnull (query);
  return query;
}

/* @rows: JSON, for the queue that @table is */
static inline void
session_push (WeirSession *session,
              const char  *table,
              const char  *rows)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (weir_session_push_rows (session, table, rows, &error));
  g_assert_no_error (error);
}

/* Until all that was pushed has come through. */
static inline void
query_catch_up (WeirQuery *query)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (weir_query_process_all_available (query, WEIR_WAIT_US, &error));
  g_assert_no_error (error);
}

/* Stops it, whatever it does or has done. */
static inline void
query_end (WeirQuery *query)
{
  weir_query_stop (query);
  weir_query_await_termination (query, WEIR_WAIT_US, NULL);
  g_object_unref (query);
}
