/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/steps-private.h"

#include <string.h>

/* Where rows go, when, and where progress is kept: the clauses of CREATE STREAMING QUERY, and the table of INSERT INTO. */

static const WeirSqlStep *
find_output (WeirSqlSteps *steps)
{
  for (guint i = 0; i < steps->cards->len; i++)
    if (g_array_index (steps->cards, WeirSqlStep, i).kind == WEIR_SQL_STEP_OUTPUT)
      return &g_array_index (steps->cards, WeirSqlStep, i);
  return NULL;
}

/* A clause of CREATE STREAMING QUERY replaced, removed or put before AS. */
static void
set_clause (WeirSqlSteps   *steps,
            WeirSqlSplices *splices,
            WeirSpan        span,
            const char     *clause)
{
  g_autofree char *text = NULL;
  guint32          pos;

  if (span.end != 0 && clause == NULL)
    _weir_sql_steps_remove_clause (steps, splices, span);
  else if (span.end != 0)
    _weir_sql_splices_add (splices, span, clause);
  else if (clause != NULL)
    {
      pos = _weir_sql_steps_token_end_before (steps, steps->create->as_span.start);
      text = g_strconcat (" ", clause, NULL);
      _weir_sql_splices_add (splices, (WeirSpan){ pos, pos }, text);
    }
}

/* FALSE when @trigger is none. */
static gboolean
trigger_clause (const char *trigger,
                char      **clause)
{
  g_autofree char *quoted = NULL;
  WeirSqlInterval  interval;

  if (trigger == NULL)
    return TRUE;
  if (g_ascii_strcasecmp (trigger, "once") == 0)
    *clause = g_strdup ("TRIGGER ONCE");
  else if (g_ascii_strcasecmp (trigger, "available now") == 0)
    *clause = g_strdup ("TRIGGER AVAILABLE NOW");
  else if (weir_sql_parse_interval (trigger, WEIR_SPAN_NONE, &interval, NULL) && interval.months == 0 && interval.days >= 0 && interval.us >= 0)
    {
      quoted = weir_sql_quote_string (trigger);
      *clause = g_strdup_printf ("TRIGGER PROCESSING TIME %s", quoted);
    }
  else
    return FALSE;
  return TRUE;
}

/* FALSE when @mode is none. */
static gboolean
mode_clause (const char *mode,
             char      **clause)
{
  g_autofree char *upper = NULL;

  if (mode == NULL)
    return TRUE;
  upper = g_ascii_strup (mode, -1);
  if (strcmp (upper, "APPEND") != 0 && strcmp (upper, "UPDATE") != 0 && strcmp (upper, "COMPLETE") != 0)
    return FALSE;
  *clause = g_strdup_printf ("OUTPUT MODE %s", upper);
  return TRUE;
}

static char *
set_insert_sink (WeirSqlSteps *steps,
                 const char   *mode,
                 const char   *trigger,
                 const char   *sink)
{
  g_autofree char *quoted = NULL;
  WeirSqlSplices   splices;
  WeirSpan         place;

  if (mode != NULL || trigger != NULL || sink == NULL || *sink == '\0')
    return NULL;
  place = steps->insert->table.span;
  if (strlen (sink) == place.end - place.start && strncmp (steps->text + place.start, sink, strlen (sink)) == 0)
    return g_strdup (steps->text);
  quoted = weir_sql_quote_identifier (sink);
  _weir_sql_splices_init (&splices);
  _weir_sql_splices_add (&splices, place, quoted);
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
weir_sql_steps_set_output (WeirSqlSteps *steps,
                           const char   *mode,
                           const char   *trigger,
                           const char   *sink)
{
  const WeirSqlStep *card = find_output (steps);
  g_autofree char   *into = NULL;
  g_autofree char   *quoted = NULL;
  g_autofree char   *output_mode = NULL;
  g_autofree char   *when = NULL;
  WeirSqlSplices     splices;

  if (steps->insert != NULL)
    return set_insert_sink (steps, mode, trigger, sink);
  if (steps->create == NULL || card == NULL || !mode_clause (mode, &output_mode) || !trigger_clause (trigger, &when))
    return NULL;
  if (sink != NULL && *sink != '\0')
    {
      quoted = weir_sql_quote_identifier (sink);
      into = g_strconcat ("INTO ", quoted, NULL);
    }
  _weir_sql_splices_init (&splices);
  if (!g_strcmp0 (sink, card->sink) == 0)
    set_clause (steps, &splices, steps->create->into_span, into);
  if (mode == NULL || card->mode == NULL || g_ascii_strcasecmp (mode, card->mode) != 0)
    set_clause (steps, &splices, steps->create->output_mode_span, output_mode);
  if (trigger == NULL || card->trigger == NULL || g_ascii_strcasecmp (trigger, card->trigger) != 0)
    set_clause (steps, &splices, steps->create->trigger_span, when);
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
weir_sql_steps_set_checkpoint (WeirSqlSteps *steps,
                               const char   *location)
{
  g_autofree char *quoted = NULL;
  g_autofree char *clause = NULL;
  WeirSqlSplices   splices;

  if (steps->create == NULL)
    return NULL;
  if (location != NULL && *location == '\0')
    location = NULL;
  if (g_strcmp0 (location, steps->create->checkpoint) == 0)
    return g_strdup (steps->text);
  if (location != NULL)
    {
      quoted = weir_sql_quote_string (location);
      clause = g_strconcat ("CHECKPOINT LOCATION ", quoted, NULL);
    }
  _weir_sql_splices_init (&splices);
  set_clause (steps, &splices, steps->create->checkpoint_span, clause);
  return _weir_sql_splices_apply (&splices, steps->text);
}
