/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/trigger.h"

#include "sql/parser.h"

#include <string.h>

gboolean
weir_duration_parse (const char *text,
                     gint64     *us)
{
  static const struct
  {
    const char *unit;
    gint64      us;
  } units[] = { { "ms", 1000 }, { "s", 1000000 }, { "m", 60000000 }, { "h", G_GINT64_CONSTANT (3600000000) } };
  char   *end;
  guint64 number;

  if (!g_ascii_isdigit (text[0]))
    return FALSE;
  number = g_ascii_strtoull (text, &end, 10);
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strcmp (end, units[i].unit) == 0 && number <= (guint64)(G_MAXINT64 / units[i].us))
      {
        *us = (gint64)number * units[i].us;
        return TRUE;
      }
  return FALSE;
}

gboolean
weir_trigger_parse (const char  *text,
                    WeirTrigger *trigger,
                    GError     **error)
{
  static const char prefix[] = "processing-time=";

  *trigger = (WeirTrigger){ WEIR_TRIGGER_PROCESSING_TIME, 0 };
  if (g_ascii_strcasecmp (text, "once") == 0)
    trigger->kind = WEIR_TRIGGER_ONCE;
  else if (g_ascii_strcasecmp (text, "available-now") == 0)
    trigger->kind = WEIR_TRIGGER_AVAILABLE_NOW;
  else if (g_ascii_strncasecmp (text, prefix, strlen (prefix)) == 0)
    {
      const char     *value = text + strlen (prefix);
      WeirSqlInterval interval;

      if (weir_duration_parse (value, &trigger->interval_us))
        return TRUE;
      if (!weir_sql_parse_interval (value, WEIR_SPAN_NONE, &interval, error))
        return FALSE;
      trigger->interval_us = interval.us + interval.days * G_GINT64_CONSTANT (86400000000);
      if (interval.months != 0 || trigger->interval_us < 0)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                          "A trigger interval cannot be negative or have months: '%s'.", value);
    }
  else
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "'%s' is no trigger; use available-now, once or processing-time=5s.", text);
  return TRUE;
}

char *
weir_trigger_to_sql (const WeirTrigger *trigger)
{
  gint64 us = trigger->interval_us;

  if (trigger->kind == WEIR_TRIGGER_ONCE)
    return g_strdup ("ONCE");
  if (trigger->kind == WEIR_TRIGGER_AVAILABLE_NOW)
    return g_strdup ("AVAILABLE NOW");
  if (us % 1000000 != 0)
    return g_strdup_printf ("PROCESSING TIME '%" G_GINT64_FORMAT " milliseconds'", us / 1000);
  return g_strdup_printf ("PROCESSING TIME '%" G_GINT64_FORMAT " second%s'", us / 1000000, us == 1000000 ? "" : "s");
}

gint64
weir_trigger_next (const WeirTrigger *trigger,
                   gint64             last_start_us,
                   gint64             now_us)
{
  gint64 next;

  if (trigger->interval_us <= 0)
    return now_us;
  /* The clock may have been set back since. */
  last_start_us = MIN (last_start_us, now_us);
  next = last_start_us / trigger->interval_us * trigger->interval_us + trigger->interval_us;
  return MAX (next, now_us);
}
