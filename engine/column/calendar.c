/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"

/* Proleptic Gregorian calendar by eras of 400 years (146,097 days), which start on 1 March. */

gint32
weir_days_from_civil (gint64 year,
                      guint  month,
                      guint  day)
{
  gint64 era;
  guint  year_of_era, day_of_year, day_of_era;

  year -= month <= 2;
  era = weir_floor_div (year, 400);
  year_of_era = (guint)(year - era * 400);
  day_of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
  day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (gint32)(era * 146097 + (gint64)day_of_era - 719468);
}

void
weir_civil_from_days (gint32  days,
                      gint64 *year,
                      guint  *month,
                      guint  *day)
{
  gint64 shifted = (gint64)days + 719468;
  gint64 era = weir_floor_div (shifted, 146097);
  guint  day_of_era = (guint)(shifted - era * 146097);
  guint  year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint  day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint  shifted_month = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  *year = (gint64)year_of_era + era * 400 + (*month <= 2);
}

guint
weir_days_in_month (gint64 year,
                    guint  month)
{
  static const guint8 days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

  if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
    return 29;
  return days[month - 1];
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
  month = (guint)(total - year * 12) + 1;
  return weir_days_from_civil (year, month, MIN (day, weir_days_in_month (year, month)));
}

gint64
weir_timestamp_add_interval (gint64       us,
                             WeirInterval interval,
                             WeirZone    *zone)
{
  gint64 local, days, rest;

  if (interval.months == 0 && interval.days == 0)
    return us + interval.us;
  local = zone != NULL ? weir_zone_utc_to_local (zone, us) : us;
  days = weir_floor_div (local, WEIR_US_PER_DAY);
  rest = local - days * WEIR_US_PER_DAY;
  days = weir_date_add_months ((gint32)days, interval.months) + (gint64)interval.days;
  local = days * WEIR_US_PER_DAY + rest;
  return (zone != NULL ? weir_zone_local_to_utc (zone, local) : local) + interval.us;
}
