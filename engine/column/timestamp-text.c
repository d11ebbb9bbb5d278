/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"

#include <string.h>

/* Dates, times and intervals as text. */

static void
append_2 (GString *out,
          guint    value)
{
  g_string_append_c (out, (char)('0' + value / 10));
  g_string_append_c (out, (char)('0' + value % 10));
}

void
weir_date_append (GString *out,
                  gint32   days)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  if (year >= 0 && year <= 9999)
    {
      append_2 (out, (guint)year / 100);
      append_2 (out, (guint)year % 100);
    }
  else
    g_string_append_printf (out, year < 0 ? "%05" G_GINT64_FORMAT : "+%" G_GINT64_FORMAT, year);
  g_string_append_c (out, '-');
  append_2 (out, month);
  g_string_append_c (out, '-');
  append_2 (out, day);
}

/* .5, .123456; nothing when zero. */
static void
append_fraction (GString *out,
                 guint    us)
{
  char  digits[6];
  guint n = 6;

  if (us == 0)
    return;
  for (guint i = 6; i-- > 0; us /= 10)
    digits[i] = (char)('0' + us % 10);
  while (digits[n - 1] == '0')
    n--;
  g_string_append_c (out, '.');
  g_string_append_len (out, digits, n);
}

static void
append_local (GString *out,
              gint64   local_us,
              char     separator)
{
  gint64 days = weir_floor_div (local_us, WEIR_US_PER_DAY);
  gint64 rest = local_us - days * WEIR_US_PER_DAY;
  guint  seconds = (guint)(rest / WEIR_US_PER_SECOND);

  weir_date_append (out, (gint32)days);
  g_string_append_c (out, separator);
  append_2 (out, seconds / 3600);
  g_string_append_c (out, ':');
  append_2 (out, seconds / 60 % 60);
  g_string_append_c (out, ':');
  append_2 (out, seconds % 60);
  append_fraction (out, (guint)(rest % WEIR_US_PER_SECOND));
}

void
weir_timestamp_append (GString  *out,
                       gint64    us,
                       WeirZone *zone)
{
  append_local (out, zone != NULL ? weir_zone_utc_to_local (zone, us) : us, ' ');
}

void
weir_timestamp_append_iso (GString  *out,
                           gint64    us,
                           WeirZone *zone)
{
  gint32 offset = zone != NULL ? weir_zone_offset_at (zone, us) : 0;
  guint  east = (guint)ABS (offset);

  append_local (out, us + offset * WEIR_US_PER_SECOND, 'T');
  if (zone == NULL)
    return;
  if (offset == 0)
    {
      g_string_append_c (out, 'Z');
      return;
    }
  g_string_append_c (out, offset < 0 ? '-' : '+');
  append_2 (out, east / 3600);
  g_string_append_c (out, ':');
  append_2 (out, east / 60 % 60);
  if (east % 60 != 0)
    {
      g_string_append_c (out, ':');
      append_2 (out, east % 60);
    }
}

/* ---- intervals -------------------------------------------------------------------------------------------------- */

static const char *const unit_names[] = { "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };

static void
append_units (GString  *out,
              WeirType *type)
{
  g_string_append_printf (out, "' %s", unit_names[type->unit_start]);
  if (type->unit_end != type->unit_start)
    g_string_append_printf (out, " TO %s", unit_names[type->unit_end]);
}

void
weir_interval_ym_append (GString  *out,
                         gint32    months,
                         WeirType *type)
{
  guint64 total = (guint64)ABS ((gint64)months);

  g_string_append_printf (out, "INTERVAL '%s", months < 0 ? "-" : "");
  if (type->unit_start == WEIR_UNIT_YEAR && type->unit_end == WEIR_UNIT_MONTH)
    g_string_append_printf (out, "%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, total / 12, total % 12);
  else
    g_string_append_printf (out, "%" G_GUINT64_FORMAT, type->unit_start == WEIR_UNIT_YEAR ? total / 12 : total);
  append_units (out, type);
}

void
weir_interval_dt_append (GString  *out,
                         gint64    us,
                         WeirType *type)
{
  static const guint64 sizes[] = { [WEIR_UNIT_DAY] = 86400, [WEIR_UNIT_HOUR] = 3600, [WEIR_UNIT_MINUTE] = 60, [WEIR_UNIT_SECOND] = 1 };
  guint64              total = us < 0 ? -(guint64)us : (guint64)us, seconds = total / 1000000;

  g_string_append_printf (out, "INTERVAL '%s", us < 0 ? "-" : "");
  for (guint unit = type->unit_start; unit <= type->unit_end; unit++)
    {
      guint64 value = seconds / sizes[unit];

      if (unit != type->unit_start)
        {
          g_string_append_c (out, unit == WEIR_UNIT_HOUR ? ' ' : ':');
          append_2 (out, (guint)value);
        }
      else if (unit == WEIR_UNIT_DAY || value > 99)
        g_string_append_printf (out, "%" G_GUINT64_FORMAT, value);
      else
        append_2 (out, (guint)value);
      seconds %= sizes[unit];
    }
  if (type->unit_end == WEIR_UNIT_SECOND)
    append_fraction (out, (guint)(total % 1000000));
  append_units (out, type);
}

static void
append_part (GString    *out,
             gboolean   *first,
             gint64      value,
             const char *unit)
{
  if (value == 0)
    return;
  g_string_append_printf (out, "%s%" G_GINT64_FORMAT " %s", *first ? "" : " ", value, unit);
  *first = FALSE;
}

void
weir_interval_append (GString     *out,
                      WeirInterval interval)
{
  gboolean first = TRUE;
  gint64   seconds_us = interval.us % (60 * WEIR_US_PER_SECOND);

  append_part (out, &first, interval.months / 12, "years");
  append_part (out, &first, interval.months % 12, "months");
  append_part (out, &first, interval.days, "days");
  append_part (out, &first, interval.us / (3600 * WEIR_US_PER_SECOND), "hours");
  append_part (out, &first, interval.us % (3600 * WEIR_US_PER_SECOND) / (60 * WEIR_US_PER_SECOND), "minutes");
  if (seconds_us != 0 || first)
    {
      g_string_append_printf (out, "%s%s%" G_GINT64_FORMAT, first ? "" : " ", seconds_us < 0 ? "-" : "", ABS (seconds_us) / WEIR_US_PER_SECOND);
      append_fraction (out, (guint)(ABS (seconds_us) % WEIR_US_PER_SECOND));
      g_string_append (out, " seconds");
    }
}
