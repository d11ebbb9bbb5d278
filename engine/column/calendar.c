/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp-private.h"

/*
 * The proleptic Gregorian calendar counted in eras of 400 years (146,097 days) that begin on 1 March, so that the leap day is
 * the last day of a year and the months before it are a linear function of the day.
 */

#define DAYS_PER_ERA  146097
#define DAYS_TO_EPOCH 719468 /* 0000-03-01 … 1970-01-01 */

gint64
_weir_days_from_civil (gint64 year,
                       guint  month,
                       guint  day)
{
  gint64 era, year_of_era, day_of_year;

  year -= month <= 2;
  era = weir_floor_div (year, 400);
  year_of_era = year - era * 400;
  day_of_year = (153 * (gint64)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (gint64)day - 1;
  return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - DAYS_TO_EPOCH;
}

gint32
weir_days_from_civil (gint64 year,
                      guint  month,
                      guint  day)
{
  return (gint32)CLAMP (_weir_days_from_civil (year, month, day), G_MININT32, G_MAXINT32);
}

void
weir_civil_from_days (gint32  days,
                      gint64 *year,
                      guint  *month,
                      guint  *day)
{
  gint64  z = (gint64)days + DAYS_TO_EPOCH;
  gint64  era = weir_floor_div (z, DAYS_PER_ERA);
  guint32 day_of_era = (guint32)(z - era * DAYS_PER_ERA);
  guint32 year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint32 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint32 shifted = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = (gint64)year_of_era + era * 400 + (*month <= 2);
}

guint
weir_days_in_month (gint64 year,
                    guint  month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean            is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

  return days[month - 1] + (month == 2 && is_leap);
}

gint32
weir_date_add_months (gint32 days,
                      gint32 months)
{
  gint64 year, total;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  total = year * 12 + (gint64)month - 1 + months;
  year = weir_floor_div (total, 12);
  month = (guint)weir_floor_mod (total, 12) + 1;
  return weir_days_from_civil (year, month, MIN (day, weir_days_in_month (year, month)));
}

static gint64
saturated (__int128 value)
{
  return (gint64)CLAMP (value, (__int128)G_MININT64, (__int128)G_MAXINT64);
}

/* A changed local time keeps the offset it had where that is still possible (java.time's ZonedDateTime). */
static gint64
resolve (gint64    local_us,
         WeirZone *zone,
         gint64    offset_us)
{
  gint64 utc_us = saturated ((__int128)local_us - offset_us);

  if ((gint64)weir_zone_offset_at (zone, utc_us) * WEIR_US_PER_SECOND == offset_us)
    return utc_us;
  return weir_zone_local_to_utc (zone, local_us);
}

static gint64
add_days (gint64    us,
          gint64    from_days, /* the local day, and the day it becomes */
          gint64    to_days,
          WeirZone *zone)
{
  gint64 offset_us = zone != NULL ? (gint64)weir_zone_offset_at (zone, us) * WEIR_US_PER_SECOND : 0;
  gint64 local_us = saturated ((__int128)us + offset_us + (__int128)(to_days - from_days) * WEIR_US_PER_DAY);

  return zone != NULL ? resolve (local_us, zone, offset_us) : local_us;
}

static gint32
local_days (gint64    us,
            WeirZone *zone)
{
  return (gint32)weir_floor_div (zone != NULL ? weir_zone_utc_to_local (zone, us) : us, WEIR_US_PER_DAY);
}

gint64
weir_timestamp_add_interval (gint64       us,
                             WeirInterval interval,
                             WeirZone    *zone)
{
  if (interval.months != 0)
    {
      gint32 days = local_days (us, zone);

      us = add_days (us, days, weir_date_add_months (days, interval.months), zone);
    }
  if (interval.days != 0)
    us = add_days (us, 0, interval.days, zone);
  return saturated ((__int128)us + interval.us);
}
