/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/window/query-state.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/widgets/number-format.h"

/* Clocks of senders differ; by this much they are wrong. */
#define AHEAD_US (5 * 60 * (gint64)G_USEC_PER_SEC)

gboolean
weir_query_state_is_active (WeirQuery *query)
{
  WeirQueryState state = query != NULL ? weir_query_get_state (query) : WEIR_QUERY_STOPPED;

  return state != WEIR_QUERY_STOPPED && state != WEIR_QUERY_FAILED;
}

WeirGlyph
weir_query_state_glyph (WeirDocument *document,
                        const char   *name)
{
  WeirQuery       *query = weir_document_get_query (document, name);
  g_autofree char *error = NULL;

  if (weir_document_get_is_starting (document, name))
    return WEIR_GLYPH_WAITING;
  if (query == NULL)
    {
      error = weir_document_dup_run_error (document, name);
      return error != NULL ? WEIR_GLYPH_FAILED : WEIR_GLYPH_DRAFT;
    }
  switch (weir_query_get_state (query))
    {
    case WEIR_QUERY_RUNNING:
      return weir_document_get_paused (document, name) || weir_query_get_held (query) ? WEIR_GLYPH_PAUSED : WEIR_GLYPH_RUNNING;
    case WEIR_QUERY_STARTING:
    case WEIR_QUERY_WAITING:
    case WEIR_QUERY_STOPPING:
      return WEIR_GLYPH_WAITING;
    case WEIR_QUERY_FAILED:
      return WEIR_GLYPH_FAILED;
    case WEIR_QUERY_STOPPED:
    default:
      return WEIR_GLYPH_STOPPED;
    }
}

static char *
running_caption (WeirQuery *query)
{
  gint64           started = weir_query_get_started_us (query), now = g_get_real_time ();
  g_autofree char *since = NULL;

  if (started <= 0 || now < started)
    return g_strdup (_ ("Running"));
  since = weir_format_duration ((now - started) / G_USEC_PER_SEC * G_USEC_PER_SEC);
  /* TRANSLATORS: how long a query has been running, "Running · 4 min 24 s" */
  return g_strdup_printf (_ ("Running · %s"), since);
}

char *
weir_query_state_caption (WeirDocument *document,
                          const char   *name)
{
  WeirQuery       *query = weir_document_get_query (document, name);
  g_autofree char *error = NULL, *trouble = NULL;
  gint64           retry_in_us;

  if (weir_document_get_is_starting (document, name))
    return g_strdup (_ ("Starting…"));
  if (query == NULL)
    {
      error = weir_document_dup_run_error (document, name);
      return g_strdup (error != NULL ? _ ("Could not be started") : _ ("Not started"));
    }
  switch (weir_query_get_state (query))
    {
    case WEIR_QUERY_STARTING:
      return g_strdup (_ ("Starting…"));
    case WEIR_QUERY_RUNNING:
      if (weir_query_get_held (query))
        return g_strdup (_ ("On hold"));
      if (weir_document_get_is_stale (document, name))
        return g_strdup (_ ("Running · edited since"));
      if (weir_document_get_paused (document, name))
        return g_strdup (_ ("View paused · still collecting"));
      return running_caption (query);
    case WEIR_QUERY_WAITING:
      trouble = weir_query_dup_trouble (query, &retry_in_us);
      return g_strdup (trouble != NULL ? _ ("Waiting to write") : _ ("Waiting for a source"));
    case WEIR_QUERY_STOPPING:
      return g_strdup (_ ("Stopping…"));
    case WEIR_QUERY_FAILED:
      return g_strdup (_ ("Failed"));
    case WEIR_QUERY_STOPPED:
    default:
      return g_strdup (weir_query_get_is_streaming (query) ? _ ("Stopped") : _ ("Done"));
    }
}

gint64
weir_query_state_ahead_us (WeirQuery *query)
{
  gint64 newest_us = weir_query_get_newest_event_us (query), ahead_us;

  if (newest_us == G_MININT64)
    return 0;
  ahead_us = newest_us - g_get_real_time ();
  return ahead_us > AHEAD_US ? ahead_us : 0;
}

char *
weir_rate_text (double rate)
{
  g_autofree char *number = NULL;

  if (isnan (rate))
    return g_strdup ("");
  number = rate > 0 && rate < 10 && rate != floor (rate) ? weir_format_number (rate, 1) : weir_format_si (rate);
  /* TRANSLATORS: rows a second: "12.5 k/s" */
  return g_strdup_printf (_ ("%s/s"), number);
}
