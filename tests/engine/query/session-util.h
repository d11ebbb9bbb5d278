/* SPDX-License-Identifier: Apache-2.0 */
/* A script's query, ready to be started. */
#pragma once

#include "engine/engine.h"

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
