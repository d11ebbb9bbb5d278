/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Intervals in the SQL standard's form, fields and all. */

#define US_PER_SECOND 1000000u

static void
append_fraction (GString *out,
                 guint64  us)
{
  if (us == 0)
    return;
  g_string_append_printf (out, ".%06u", (guint)us);
  while (out->str[out->len - 1] == '0')
    g_string_truncate (out, out->len - 1);
}

static void
append_year_month (GString               *out,
                   const WeirSqlInterval *interval)
{
  guint32 months = interval->months < 0 ? 0u - (guint32)interval->months : (guint32)interval->months;

  if (interval->first == WEIR_SQL_FIELD_MONTH)
    g_string_append_printf (out, "%u", months);
  else if (interval->last == WEIR_SQL_FIELD_YEAR)
    g_string_append_printf (out, "%u", months / 12);
  else
    g_string_append_printf (out, "%u-%u", months / 12, months % 12);
}

static void
append_day_time (GString               *out,
                 const WeirSqlInterval *interval,
                 guint64                us)
{
  static const guint64 field_us[] = { 0, 0, 86400ull * US_PER_SECOND, 3600ull * US_PER_SECOND, 60ull * US_PER_SECOND, US_PER_SECOND };

  for (WeirSqlField field = interval->first; field <= interval->last; field++)
    {
      g_string_append_printf (out, field == interval->first ? "%" G_GUINT64_FORMAT : "%02" G_GUINT64_FORMAT, us / field_us[field]);
      us %= field_us[field];
      if (field < interval->last)
        g_string_append_c (out, field == WEIR_SQL_FIELD_DAY ? ' ' : ':');
    }
  if (interval->last == WEIR_SQL_FIELD_SECOND)
    append_fraction (out, us);
}

/* Year-month and day-time at once: no literal has that, but text may. */
static void
append_mixed (GString               *out,
              const WeirSqlInterval *interval)
{
  guint64  us = interval->us < 0 ? 0u - (guint64)interval->us : (guint64)interval->us;
  GString *seconds = g_string_new (NULL);

  g_string_append_printf (seconds, "%s%" G_GUINT64_FORMAT, interval->us < 0 ? "-" : "", us / US_PER_SECOND);
  append_fraction (seconds, us % US_PER_SECOND);
  g_string_append_printf (out, "INTERVAL '%d' MONTH '%d' DAY '%s' SECOND", interval->months, interval->days, seconds->str);
  g_string_free (seconds, TRUE);
}

void
_weir_sql_print_interval (GString               *out,
                          const WeirSqlInterval *interval)
{
  gboolean year_month = interval->last <= WEIR_SQL_FIELD_MONTH;
  __int128 us = (__int128)interval->days * 86400 * US_PER_SECOND + interval->us;

  if (interval->first <= WEIR_SQL_FIELD_MONTH && !year_month)
    {
      append_mixed (out, interval);
      return;
    }
  g_string_append (out, "INTERVAL '");
  if (year_month ? interval->months < 0 : us < 0)
    g_string_append_c (out, '-');
  if (year_month)
    append_year_month (out, interval);
  else
    append_day_time (out, interval, us < 0 ? -us : us);
  g_string_append_printf (out, "' %s", _weir_sql_field_name (interval->first));
  if (interval->first != interval->last)
    g_string_append_printf (out, " TO %s", _weir_sql_field_name (interval->last));
}

char *
weir_sql_print_interval (const WeirSqlInterval *interval)
{
  GString *out = g_string_new (NULL);

  _weir_sql_print_interval (out, interval);
  return g_string_free (out, FALSE);
}
