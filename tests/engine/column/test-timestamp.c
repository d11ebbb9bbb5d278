/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"

#include <string.h>

static void
test_calendar (void)
{
  gint32 days = weir_days_from_civil (-5000, 1, 1);

  g_assert_cmpint (weir_days_from_civil (1970, 1, 1), ==, 0);
  g_assert_cmpint (weir_days_from_civil (1, 1, 1), ==, -719162);
  g_assert_cmpint (weir_days_from_civil (9999, 12, 31), ==, 2932896);
  g_assert_cmpint (weir_days_from_civil (1969, 12, 31), ==, -1);
  /* Day by day, through leap years and eras. */
  for (gint64 year = -5000; year < 5000; year++)
    for (guint month = 1; month <= 12; month++)
      for (guint day = 1; day <= weir_days_in_month (year, month); day++, days++)
        {
          gint64 y;
          guint  m, d;

          if (day != 1 && day < 28)
            continue;
          weir_civil_from_days (days, &y, &m, &d);
          if (y != year || m != month || d != day || weir_days_from_civil (year, month, day) != days)
            g_error ("%" G_GINT64_FORMAT "-%u-%u is day %d", year, month, day, days);
        }
}

static void
test_add_months (void)
{
  static const struct
  {
    const char *from;
    gint32      months;
    const char *to;
  } cases[] = {
    { "2024-01-31", 1, "2024-02-29" },
    { "2023-01-31", 1, "2023-02-28" },
    { "2024-02-29", 12, "2025-02-28" },
    { "2024-02-29", -12, "2023-02-28" },
    { "2024-03-31", -1, "2024-02-29" },
    { "1970-01-01", -1, "1969-12-01" },
    { "2024-12-15", 1, "2025-01-15" },
    { "2024-06-30", 0, "2024-06-30" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint32              days;
      g_autoptr (GString) text = g_string_new (NULL);

      g_assert_true (weir_date_parse (cases[i].from, strlen (cases[i].from), &days));
      weir_date_append (text, weir_date_add_months (days, cases[i].months));
      g_assert_cmpstr (text->str, ==, cases[i].to);
    }
}

static void
test_date_parse (void)
{
  static const char *const cases[][2] = {
    { "2024-01-02", "2024-01-02" },
    { "2024-1-2", "2024-01-02" },
    { "2024", "2024-01-01" },
    { "2024-03", "2024-03-01" },
    { " 2024-01-02\t", "2024-01-02" },
    { "2024-01-02 anything", "2024-01-02" },
    { "2024-01-02Tx", "2024-01-02" },
    { "2024-01-02 ", "2024-01-02" },
    { "+2024-01-02", "2024-01-02" },
    { "-0044-03-15", "-0044-03-15" },
    { "12024-01-02", "+12024-01-02" },
    { "5881580-07-11", "+5881580-07-11" },
    { "0000-01-01", "0000-01-01" },
    { "2024-02-29", "2024-02-29" },
    { "2023-02-29", NULL },
    { "015", NULL },
    { "", NULL },
    { "   ", NULL },
    { "2024-", NULL },
    { "2024-01-", NULL },
    { "2024 ", "2024-01-01" },
    { "2024 x", NULL },
    { "2024-01 x", NULL },
    { "2024-01T", NULL },
    { "2024-13-01", NULL },
    { "2024-00-01", NULL },
    { "2024-01-00", NULL },
    { "2024-01-32", NULL },
    { "2024-001-01", NULL },
    { "2024/01/02", NULL },
    { "20240102", NULL },
    { "99999999-01-01", NULL },
    { "5881580-07-12", NULL },
    { "2024-01-02-03", NULL },
    { "epoch", NULL },
    { "today", NULL },
    { "-", NULL },
    { "+", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint32              days;
      g_autoptr (GString) text = g_string_new (NULL);

      g_test_message ("'%s'", cases[i][0]);
      if (!weir_date_parse (cases[i][0], strlen (cases[i][0]), &days))
        {
          g_assert_null (cases[i][1]);
          continue;
        }
      weir_date_append (text, days);
      g_assert_cmpstr (text->str, ==, cases[i][1]);
    }
}

/* In UTC+1, at 2024-05-06 23:30 there. */
static void
test_timestamp_parse (void)
{
  static const char *const cases[][3] = {
    /* text, TIMESTAMP in UTC, TIMESTAMP_NTZ */
    { "2024-01-02 10:00:00", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02T10:00:00", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02T10:00:00Z", "2024-01-02 10:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02T10:00:00.5Z", "2024-01-02 10:00:00.5", "2024-01-02 10:00:00.5" },
    { "2024-01-02T10:00:00.123456789+09:00", "2024-01-02 01:00:00.123456", "2024-01-02 10:00:00.123456" },
    { "2024-01-02 10:00:00.", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00:00.000001", "2024-01-02 09:00:00.000001", "2024-01-02 10:00:00.000001" },
    { "2024-01-02 10:00:00 UTC", "2024-01-02 10:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00:00 GMT+1", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00:00-8:00", "2024-01-02 18:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00:00+0130", "2024-01-02 08:30:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00:00+18:00", "2024-01-01 16:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10:00", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-01-02 10", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "2024-1-2 3:4:5", "2024-01-02 02:04:05", "2024-01-02 03:04:05" },
    { "2024-01-02", "2024-01-01 23:00:00", "2024-01-02 00:00:00" },
    { "2024-01", "2023-12-31 23:00:00", "2024-01-01 00:00:00" },
    { "2024", "2023-12-31 23:00:00", "2024-01-01 00:00:00" },
    { "  2024-01-02 10:00:00\n", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "-0001-01-02 10:00:00", "-0001-01-02 09:00:00", "-0001-01-02 10:00:00" },
    { "+2024-01-02 10:00:00", "2024-01-02 09:00:00", "2024-01-02 10:00:00" },
    { "294247-01-10 04:00:54.775807Z", "+294247-01-10 04:00:54.775807", "+294247-01-10 04:00:54.775807" },
    { "10:30", "2024-05-06 09:30:00", NULL },
    { "T10:30:15", "2024-05-06 09:30:15", NULL },
    { "10:30:00+00:00", "2024-05-06 10:30:00", NULL },
    { "10:30:00-10:00", "2024-05-06 20:30:00", NULL },
    { "294247-01-10 04:00:54.775808Z", NULL, NULL },
    { "2024-01-02 24:00:00", NULL, NULL },
    { "2024-01-02 10:60:00", NULL, NULL },
    { "2024-01-02 10:00:60", NULL, NULL },
    { "2024-02-30 10:00:00", NULL, NULL },
    { "2024-01-02 10:00Z", NULL, NULL },
    { "2024-01-02T", NULL, NULL },
    { "2024-01-02T10:", NULL, NULL },
    { "2024-01-02 10:00:", NULL, NULL },
    { "2024-01-02 10:00:000", NULL, NULL },
    { "2024-01-02 10:00:00 Nowhere/Land", NULL, NULL },
    { "2024-01-02 10:00:00+19:00", NULL, NULL },
    { "2024-01-02 10:00:00.1.2", NULL, NULL },
    { "2024-01-02  10:00:00", NULL, NULL },
    { "2024-01-02t10:00:00", NULL, NULL },
    { "1234567-01-02 10:00:00", NULL, NULL },
    { "999999-01-02 10:00:00", NULL, NULL },
    { "24-01-02 10:00:00", NULL, NULL },
    { "1704189600", NULL, NULL },
    { "", NULL, NULL },
    { "now", NULL, NULL },
    { "-10:30", NULL, NULL },
  };
  g_autoptr (WeirZone) zone = weir_zone_new ("+01:00", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64              us, now_us = G_GINT64_CONSTANT (1715034600000000);
      gboolean            ok;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) ntz = g_string_new (NULL);

      g_test_message ("'%s'", cases[i][0]);
      ok = weir_timestamp_parse_at (cases[i][0], strlen (cases[i][0]), zone, now_us, &us);
      if (ok)
        weir_timestamp_append (text, us, weir_zone_utc ());
      g_assert_cmpstr (ok ? text->str : NULL, ==, cases[i][1]);
      ok = weir_timestamp_ntz_parse (cases[i][0], strlen (cases[i][0]), &us);
      if (ok)
        weir_timestamp_append (ntz, us, NULL);
      g_assert_cmpstr (ok ? ntz->str : NULL, ==, cases[i][2]);
    }
}

/* The short path and the segments agree: a form of theirs alone, with one blank more in front, is read by both. */
static void
test_timestamp_round_trip (void)
{
  for (guint i = 0; i < 50000; i++)
    {
      gint64               us = ((gint64)g_test_rand_int_range (G_MININT32, G_MAXINT32) * 100 + g_test_rand_int_range (0, 100)) * 1000000 + (g_test_rand_bit () ? g_test_rand_int_range (0, 1000000) : 0);
      gint64               back;
      g_autoptr (WeirZone) zone = weir_zone_new (g_test_rand_bit () ? "-03:30" : "Z", NULL);
      g_autoptr (GString)  text = g_string_new (NULL);

      weir_timestamp_append_iso (text, us, zone);
      if (!weir_timestamp_parse (text->str, text->len, weir_zone_utc (), &back) || back != us)
        g_error ("%s", text->str);
    }
}

static void
test_iso (void)
{
  static const struct
  {
    gint64      us;
    const char *zone, *text;
  } cases[] = {
    { 0, "UTC", "1970-01-01T00:00:00Z" },
    { 500000, "+09:00", "1970-01-01T09:00:00.5+09:00" },
    { -1, "UTC", "1969-12-31T23:59:59.999999Z" },
    { 0, "-00:30:15", "1969-12-31T23:29:45-00:30:15" },
    { 120000, NULL, "1970-01-01T00:00:00.12" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirZone) zone = cases[i].zone != NULL ? weir_zone_new (cases[i].zone, NULL) : NULL;
      g_autoptr (GString)  text = g_string_new (NULL);

      weir_timestamp_append_iso (text, cases[i].us, zone);
      g_assert_cmpstr (text->str, ==, cases[i].text);
    }
}

static void
test_add_interval (void)
{
  static const struct
  {
    const char  *zone, *from;
    WeirInterval interval;
    const char  *to;
  } cases[] = {
    { "UTC", "2024-01-31 12:00:00", { 1, 1, 3600000000 }, "2024-03-01 13:00:00" },
    { "UTC", "2024-03-31 12:00:00", { -1, 0, 0 }, "2024-02-29 12:00:00" },
    /* A day over the change of clocks keeps the clock, 24 hours do not. */
    { "America/New_York", "2024-03-09 12:00:00", { 0, 1, 0 }, "2024-03-10 12:00:00" },
    { "America/New_York", "2024-03-09 12:00:00", { 0, 0, 86400000000 }, "2024-03-10 13:00:00" },
    { "America/New_York", "2024-03-09 02:30:00", { 0, 1, 0 }, "2024-03-10 03:30:00" },
    { "America/New_York", "2024-02-10 02:30:00", { 1, 0, 0 }, "2024-03-10 03:30:00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirZone) zone = weir_zone_new (cases[i].zone, NULL);
      g_autoptr (GString)  text = g_string_new (NULL);
      gint64               us;

      if (zone == NULL)
        {
          g_test_skip ("no time zone data here");
          return;
        }
      g_assert_true (weir_timestamp_parse (cases[i].from, strlen (cases[i].from), zone, &us));
      weir_timestamp_append (text, weir_timestamp_add_interval (us, cases[i].interval, zone), zone);
      g_assert_cmpstr (text->str, ==, cases[i].to);
    }
  g_assert_cmpint (weir_timestamp_add_interval (G_MAXINT64, (WeirInterval){ 0, 1, 1 }, NULL), ==, G_MAXINT64);
  g_assert_cmpint (weir_timestamp_add_interval (G_MININT64 + 5, (WeirInterval){ -1, 0, 0 }, NULL), ==, G_MININT64);
}

static void
test_interval_text (void)
{
  static const struct
  {
    const char *type;
    gint64      value;
    const char *text;
  } cases[] = {
    { "interval year to month", 14, "INTERVAL '1-2' YEAR TO MONTH" },
    { "interval year to month", -14, "INTERVAL '-1-2' YEAR TO MONTH" },
    { "interval year to month", G_MININT32, "INTERVAL '-178956970-8' YEAR TO MONTH" },
    { "interval year", 24, "INTERVAL '2' YEAR" },
    { "interval month", 14, "INTERVAL '14' MONTH" },
    { "interval day to second", 93784500000, "INTERVAL '1 02:03:04.5' DAY TO SECOND" },
    { "interval day to second", -93784500000, "INTERVAL '-1 02:03:04.5' DAY TO SECOND" },
    { "interval day to second", 0, "INTERVAL '0 00:00:00' DAY TO SECOND" },
    { "interval day to second", G_MININT64, "INTERVAL '-106751991 04:00:54.775808' DAY TO SECOND" },
    { "interval day", 86400000000, "INTERVAL '1' DAY" },
    { "interval day to hour", 93784500000, "INTERVAL '1 02' DAY TO HOUR" },
    { "interval day to minute", 93784500000, "INTERVAL '1 02:03' DAY TO MINUTE" },
    { "interval hour", 93784500000, "INTERVAL '26' HOUR" },
    { "interval hour to second", 93784500000, "INTERVAL '26:03:04.5' HOUR TO SECOND" },
    { "interval minute to second", 64500000, "INTERVAL '01:04.5' MINUTE TO SECOND" },
    { "interval second", 4500000, "INTERVAL '04.5' SECOND" },
    { "interval second", 10000000, "INTERVAL '10' SECOND" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirType) type = weir_type_parse (cases[i].type, &error);
      g_autoptr (GString)  text = g_string_new (NULL);

      g_assert_no_error (error);
      if (type->kind == WEIR_TYPE_INTERVAL_YM)
        weir_interval_ym_append (text, (gint32)cases[i].value, type);
      else
        weir_interval_dt_append (text, cases[i].value, type);
      g_assert_cmpstr (text->str, ==, cases[i].text);
    }
}

static void
test_interval_parse (void)
{
  static const char *const cases[][2] = {
    { "10 seconds", "10 seconds" },
    { "1 day 2 hours", "1 days 2 hours" },
    { "interval 1 minute", "1 minutes" },
    { "INTERVAL 1 Year 2 MONTHS", "1 years 2 months" },
    { " 3 weeks ", "21 days" },
    { "1.5 seconds", "1.5 seconds" },
    { "-1.5 second", "-1.5 seconds" },
    { "- 1 day", "-1 days" },
    { "+1 day -2 hours", "1 days -2 hours" },
    { "90 minutes", "1 hours 30 minutes" },
    { "1500 milliseconds", "1.5 seconds" },
    { "1 microsecond", "0.000001 seconds" },
    { "0.123456789 seconds", "0.123456 seconds" },
    { "0 days", "0 seconds" },
    { "-9223372036854775808 microseconds", "-2562047788 hours -54.775808 seconds" },
    { "", NULL },
    { "interval", NULL },
    { "10", NULL },
    { "seconds", NULL },
    { "10seconds", NULL },
    { "1.5 days", NULL },
    { "1 fortnight", NULL },
    { "1 day 2", NULL },
    { "9223372036854775808 seconds", NULL },
    { "9223372036854775807 seconds", NULL },
    { "2147483648 months", NULL },
    { "1 s", NULL },
    { ". seconds", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirInterval        interval;
      g_autoptr (GString) text = g_string_new (NULL);

      g_test_message ("'%s'", cases[i][0]);
      if (!weir_interval_parse (cases[i][0], strlen (cases[i][0]), &interval))
        {
          g_assert_null (cases[i][1]);
          continue;
        }
      weir_interval_append (text, interval);
      g_assert_cmpstr (text->str, ==, cases[i][1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timestamp/calendar", test_calendar);
  g_test_add_func ("/timestamp/add-months", test_add_months);
  g_test_add_func ("/timestamp/date-parse", test_date_parse);
  g_test_add_func ("/timestamp/parse", test_timestamp_parse);
  g_test_add_func ("/timestamp/round-trip", test_timestamp_round_trip);
  g_test_add_func ("/timestamp/iso", test_iso);
  g_test_add_func ("/timestamp/add-interval", test_add_interval);
  g_test_add_func ("/timestamp/interval-text", test_interval_text);
  g_test_add_func ("/timestamp/interval-parse", test_interval_parse);
  return g_test_run ();
}
