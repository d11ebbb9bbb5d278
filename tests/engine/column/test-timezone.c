/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "column/timezone-private.h"

#include <string.h>

/* A UTC text as µs. */
static gint64
utc (const char *text)
{
  gint64 us;

  g_assert_true (weir_timestamp_ntz_parse (text, strlen (text), &us));
  return us;
}

static WeirZone *
zone_or_skip (const char *name)
{
  g_autoptr (GError) error = NULL;
  WeirZone          *zone = weir_zone_new (name, &error);

  if (zone == NULL)
    g_test_skip ("no time zone data here");
  return zone;
}

static void
test_offsets (void)
{
  static const struct
  {
    const char *zone, *utc;
    gint32      offset_s;
    const char *abbreviation;
  } cases[] = {
    { "UTC", "2024-01-01 00:00:00", 0, "UTC" },
    { "America/New_York", "1883-11-18 16:59:59", -17762, "LMT" },
    { "America/New_York", "1883-11-18 17:00:00", -18000, "EST" },
    { "America/New_York", "1800-01-01 00:00:00", -17762, "LMT" },
    { "America/New_York", "2024-03-10 06:59:59.999999", -18000, "EST" },
    { "America/New_York", "2024-03-10 07:00:00", -14400, "EDT" },
    { "America/New_York", "2024-11-03 05:59:59", -14400, "EDT" },
    { "America/New_York", "2024-11-03 06:00:00", -18000, "EST" },
    { "America/New_York", "2099-07-01 00:00:00", -14400, "EDT" },
    { "America/New_York", "2101-07-01 00:00:00", -14400, "EDT" },
    { "America/New_York", "2500-01-01 00:00:00", -18000, "EST" },
    { "America/New_York", "2500-07-01 00:00:00", -14400, "EDT" },
    { "America/New_York", "9999-12-31 23:59:59", -18000, "EST" },
    { "Asia/Seoul", "1908-03-31 15:32:07", 30472, "LMT" },
    { "Asia/Seoul", "1900-01-01 00:00:00", 30472, "LMT" },
    { "Asia/Seoul", "1955-01-01 00:00:00", 30600, "KST" },
    { "Asia/Seoul", "1988-07-01 00:00:00", 36000, "KDT" },
    { "Asia/Seoul", "2024-07-01 00:00:00", 32400, "KST" },
    { "Asia/Seoul", "3024-07-01 00:00:00", 32400, "KST" },
    { "Europe/Berlin", "1945-06-01 00:00:00", 10800, "CEMT" },
    { "Europe/Berlin", "2024-03-31 00:59:59", 3600, "CET" },
    { "Europe/Berlin", "2024-03-31 01:00:00", 7200, "CEST" },
    { "Europe/Berlin", "2150-07-01 00:00:00", 7200, "CEST" },
    { "Europe/Dublin", "2024-01-01 00:00:00", 0, "GMT" },
    { "Europe/Dublin", "2024-07-01 00:00:00", 3600, "IST" },
    { "Europe/Dublin", "2224-07-01 00:00:00", 3600, "IST" },
    { "Australia/Sydney", "2024-01-01 00:00:00", 39600, "AEDT" },
    { "Australia/Sydney", "2224-01-01 00:00:00", 39600, "AEDT" },
    { "Australia/Sydney", "2224-07-01 00:00:00", 36000, "AEST" },
    { "Asia/Kolkata", "2024-01-01 00:00:00", 19800, "IST" },
    { "Asia/Kathmandu", "2024-01-01 00:00:00", 20700, "+0545" },
    { "+09:00", "2024-01-01 00:00:00", 32400, "+09:00" },
    { "UTC-3", "2024-01-01 00:00:00", -10800, "UTC-3" },
    { "EST", "2024-07-01 00:00:00", -18000, "-05:00" },
    { "PST", "2024-07-01 00:00:00", -25200, "PDT" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirZone) zone = zone_or_skip (cases[i].zone);

      if (zone == NULL)
        return;
      g_test_message ("%s %s", cases[i].zone, cases[i].utc);
      g_assert_cmpint (weir_zone_offset_at (zone, utc (cases[i].utc)), ==, cases[i].offset_s);
      g_assert_cmpstr (weir_zone_abbreviation_at (zone, utc (cases[i].utc)), ==, cases[i].abbreviation);
    }
}

/* java.time's ZonedDateTime.of(): gaps move on, overlaps take the earlier offset. */
static void
test_local (void)
{
  static const struct
  {
    const char *zone, *local, *utc;
  } cases[] = {
    { "America/New_York", "2024-03-10 01:59:59", "2024-03-10 06:59:59" },
    { "America/New_York", "2024-03-10 02:00:00", "2024-03-10 07:00:00" },
    { "America/New_York", "2024-03-10 02:30:00", "2024-03-10 07:30:00" },
    { "America/New_York", "2024-03-10 03:00:00", "2024-03-10 07:00:00" },
    { "America/New_York", "2024-11-03 00:59:59", "2024-11-03 04:59:59" },
    { "America/New_York", "2024-11-03 01:00:00", "2024-11-03 05:00:00" },
    { "America/New_York", "2024-11-03 01:59:59", "2024-11-03 05:59:59" },
    { "America/New_York", "2024-11-03 02:00:00", "2024-11-03 07:00:00" },
    { "America/New_York", "2324-03-09 02:30:00", "2324-03-09 07:30:00" },
    { "America/New_York", "2324-11-02 01:30:00", "2324-11-02 05:30:00" },
    { "Europe/Berlin", "2024-03-31 02:30:00", "2024-03-31 01:30:00" },
    { "Europe/Berlin", "2024-10-27 02:30:00", "2024-10-27 00:30:00" },
    { "Australia/Lord_Howe", "2024-10-06 02:15:00", "2024-10-05 15:45:00" },
    { "Australia/Lord_Howe", "2024-04-07 01:45:00", "2024-04-06 14:45:00" },
    { "Asia/Seoul", "1900-01-01 08:27:52", "1900-01-01 00:00:00" },
    { "Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WeirZone) zone = zone_or_skip (cases[i].zone);

      if (zone == NULL)
        return;
      g_test_message ("%s %s", cases[i].zone, cases[i].local);
      g_assert_cmpint (weir_zone_local_to_utc (zone, utc (cases[i].local)), ==, utc (cases[i].utc));
    }
}

/* Every local time that exists goes there and back. */
static void
test_round_trip (void)
{
  static const char *const names[] = { "America/New_York", "Europe/Dublin", "Australia/Sydney", "Asia/Tehran", "Africa/Casablanca" };

  for (guint z = 0; z < G_N_ELEMENTS (names); z++)
    {
      g_autoptr (WeirZone) zone = zone_or_skip (names[z]);

      for (guint i = 0; zone != NULL && i < 20000; i++)
        {
          gint64 us = ((gint64)g_test_rand_int_range (0, G_MAXINT32) * 8 - G_GINT64_CONSTANT (4000000000)) * WEIR_US_PER_SECOND;
          gint64 local = weir_zone_utc_to_local (zone, us), back = weir_zone_local_to_utc (zone, local);

          /* Later half of an overlap: the earlier one comes back, with the same clock. */
          g_assert_cmpint (back, <=, us);
          g_assert_cmpint (weir_zone_utc_to_local (zone, back), ==, local);
        }
    }
}

static void
test_names (void)
{
  static const char *const bad[] = { "", "utc", "Nowhere/Land", "../../etc/passwd", "Europe/../Europe/Berlin", "/etc/localtime", "right/UTC",
                                     "+19:00", "+18:01", "+1:", "+", "+09:0x", "+0900x", "GMT+", "UTC+25", "Europe", "Europe/", " UTC" };
  static const struct
  {
    const char *name;
    gint32      offset_s;
  } good[] = { { "Z", 0 }, { "GMT", 0 }, { "UT", 0 }, { "+9", 32400 }, { "+09", 32400 }, { "+0930", 34200 }, { "-09:30:15", -34215 }, { "+1:30", 5400 }, { "+01:3", 3780 }, { "+18:00", 64800 }, { "GMT-03:30", -12600 }, { "UT+1", 3600 } };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (weir_zone_new (bad[i], &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_TIMEZONE");
      g_assert_cmpstr (weir_error_get_sqlstate (error), ==, "22009");
    }
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (WeirZone) zone = weir_zone_new (good[i].name, &error);

      g_assert_no_error (error);
      g_assert_cmpint (weir_zone_offset_at (zone, 0), ==, good[i].offset_s);
      g_assert_cmpstr (weir_zone_name (zone), ==, good[i].name);
    }
}

static void
test_rules (void)
{
  static const char *const bad[] = { "", "CE", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
                                     "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "CET-99", "CET-1CEST,J0,J5" };
  WeirZoneRule             rule;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (_weir_zone_rule_parse (bad[i], &rule));
  g_assert_true (_weir_zone_rule_parse ("<+0330>-3:30", &rule));
  g_assert_cmpint (rule.std.offset_s, ==, 12600);
  g_assert_cmpstr (rule.std.abbreviation, ==, "+0330");
  g_assert_false (rule.has_dst);
  g_assert_true (_weir_zone_rule_parse ("<-02>2<-01>,M3.5.0/-1,J60/167", &rule));
  g_assert_cmpint (rule.dst.offset_s, ==, -3600);
  g_assert_cmpint (_weir_zone_date_utc (&rule.start, 2024, rule.std.offset_s), ==, utc ("2024-03-31 01:00:00") / WEIR_US_PER_SECOND);
  /* J60 is 1 March in leap years too. */
  g_assert_cmpint (_weir_zone_date_utc (&rule.end, 2024, 0), ==, utc ("2024-03-01 00:00:00") / WEIR_US_PER_SECOND + 167 * 3600);
  g_assert_cmpint (_weir_zone_date_utc (&rule.end, 2023, 0), ==, utc ("2023-03-01 00:00:00") / WEIR_US_PER_SECOND + 167 * 3600);
}

/* A file that is cut or changed anywhere is refused or read within its bounds. */
static void
test_damaged_files (void)
{
  g_autofree char *data = NULL;
  gsize            len;

  if (!g_file_get_contents ("/usr/share/zoneinfo/Europe/Berlin", &data, &len, NULL))
    {
      g_test_skip ("no time zone data here");
      return;
    }
  for (gsize cut = 0; cut < len; cut += 7)
    {
      g_autofree guint8 *part = g_memdup2 (data, MAX (cut, 1));
      WeirZoneFile       file;

      if (_weir_zone_file_parse (part, cut, &file))
        _weir_zone_file_clear (&file);
    }
  for (guint i = 0; i < 3000; i++)
    {
      g_autofree guint8 *changed = g_memdup2 (data, len);
      WeirZoneFile       file;

      changed[g_test_rand_int_range (0, (gint32)len)] = (guint8)g_test_rand_int ();
      changed[g_test_rand_int_range (0, 100)] = (guint8)g_test_rand_int ();
      if (_weir_zone_file_parse (changed, len, &file))
        {
          g_assert_cmpuint (file.types->len, >=, 1);
          _weir_zone_file_clear (&file);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timezone/offsets", test_offsets);
  g_test_add_func ("/timezone/local", test_local);
  g_test_add_func ("/timezone/round-trip", test_round_trip);
  g_test_add_func ("/timezone/names", test_names);
  g_test_add_func ("/timezone/rules", test_rules);
  g_test_add_func ("/timezone/damaged-files", test_damaged_files);
  return g_test_run ();
}
