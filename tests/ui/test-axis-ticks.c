/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/axis-ticks.h"
#include "ui/widgets/number-format.h"

#define SECOND G_GINT64_CONSTANT (1000000)

static void
test_number_ticks_of_the_picture (void)
{
  WeirNumberTicks  ticks = { 0 };
  g_autofree char *zero = NULL;
  g_autofree char *ten = NULL;
  g_autofree char *fifty = NULL;

  g_assert_true (weir_number_ticks_fit (&ticks, 0, 47371, 6));
  g_assert_cmpuint (ticks.n_ticks, ==, 6);
  g_assert_cmpfloat (ticks.max, ==, 50000);
  zero = weir_number_ticks_label (&ticks, 0);
  ten = weir_number_ticks_label (&ticks, 1);
  fifty = weir_number_ticks_label (&ticks, 5);
  g_assert_cmpstr (zero, ==, "0");
  g_assert_cmpstr (ten, ==, "10\xc2\xa0k");
  g_assert_cmpstr (fifty, ==, "50\xc2\xa0k");

  ticks = (WeirNumberTicks){ 0 };
  weir_number_ticks_fit (&ticks, 0, 47371, 3);
  g_assert_cmpuint (ticks.n_ticks, ==, 3);
  g_assert_cmpfloat (ticks.step, ==, 25000);
}

static void
test_number_ticks_always_hold (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (int i = 0; i < 20000; i++)
    {
      WeirNumberTicks ticks = { 0 };
      double          size = pow (10, g_rand_double_range (rand, -8, 15));
      double          min = i % 2 == 0 ? 0 : g_rand_double_range (rand, -1, 1) * size;
      double          max = min + size * g_rand_double_range (rand, 0.01, 1);

      weir_number_ticks_fit (&ticks, min, max, 6);
      g_assert_cmpuint (ticks.n_ticks, <=, 6);
      g_assert_cmpuint (ticks.n_ticks, >=, i % 2 == 0 ? 4 : 3);
      g_assert_cmpfloat (ticks.min, <=, min + 1e-6 * size);
      g_assert_cmpfloat (ticks.max, >=, max - 1e-6 * size);
    }
}

static void
test_number_ticks_hysteresis (void)
{
  WeirNumberTicks ticks = { 0 };

  weir_number_ticks_fit (&ticks, 0, 47000, 6);
  g_assert_false (weir_number_ticks_fit (&ticks, 0, 31000, 6));
  g_assert_false (weir_number_ticks_fit (&ticks, 0, 50000, 6));
  g_assert_true (weir_number_ticks_fit (&ticks, 0, 50001, 6));
  g_assert_cmpfloat (ticks.max, ==, 60000);
  g_assert_true (weir_number_ticks_fit (&ticks, 0, 20000, 6));
  g_assert_cmpfloat (ticks.max, ==, 20000);
}

static void
test_number_ticks_bad_values (void)
{
  static const double bad[][2] = { { NAN, 1 }, { 0, INFINITY }, { 5, 4 }, { -G_MAXDOUBLE, G_MAXDOUBLE }, { 0, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      WeirNumberTicks ticks = { 0 };

      weir_number_ticks_fit (&ticks, bad[i][0], bad[i][1], 6);
      g_assert_cmpfloat (ticks.min, ==, 0);
      g_assert_cmpfloat (ticks.max, ==, 1);
    }
}

static void
test_number_labels (void)
{
  static const struct
  {
    double      max;
    guint       i;
    const char *label;
  } cases[] = {
    { 0.5, 1, "0.1" },
    { 1, 1, "0.2" },
    { 5, 5, "5" },
    { 4400, 1, "1,000" },
    { 1.2e6, 1, "0.25\xc2\xa0M" },
    { 4.4e9, 1, "1\xc2\xa0G" },
    { 4.4e10, 1, "10\xc2\xa0G" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WeirNumberTicks  ticks = { 0 };
      g_autofree char *label = NULL;

      weir_number_ticks_fit (&ticks, 0, cases[i].max, 6);
      label = weir_number_ticks_label (&ticks, cases[i].i);
      g_assert_cmpstr (label, ==, cases[i].label);
    }
}

static void
assert_time_ticks (const char *zone_name,
                   gint64      min_s,
                   gint64      max_s,
                   guint       n_max,
                   const char *expected)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GString)   labels = g_string_new (NULL);
  WeirTimeTicks         ticks;

  g_assert_nonnull (zone);
  weir_time_ticks_fit (&ticks, min_s * SECOND, max_s * SECOND, n_max, zone);
  for (guint i = 0; i < ticks.n_ticks; i++)
    {
      g_autofree char *label = weir_time_ticks_label (&ticks, i, zone);

      if (i > 0)
        g_assert_cmpint (ticks.times_us[i], >, ticks.times_us[i - 1]);
      g_string_append_printf (labels, "%s%s", i > 0 ? "|" : "", label);
    }
  g_assert_cmpstr (labels->str, ==, expected);
}

static void
test_time_ticks (void)
{
  /* 2024-05-03 08:38:20 UTC */
  assert_time_ticks ("UTC", 1714725500, 1714725500 + 260, 10,
                     "08:38:30|08:39:00|08:39:30|08:40:00|08:40:30|08:41:00|08:41:30|08:42:00|08:42:30");
  assert_time_ticks ("Europe/Berlin", 1714725500, 1714725500 + 260, 4, "10:40|10:42");
  /* Half an hour beside the hour: three-hour ticks stand at local three o'clock. */
  assert_time_ticks ("Asia/Kolkata", 1714725500, 1714725500 + 12 * 3600, 6, "15:00|18:00|21:00|00:00");
  /* The hour is repeated when the clock goes back in Berlin on 2024-10-27. */
  assert_time_ticks ("Europe/Berlin", 1729983600, 1729983600 + 4 * 3600, 6, "01:00|02:00|02:00|03:00|04:00");
  /* And left out when it goes forward on 2024-03-31. */
  assert_time_ticks ("Europe/Berlin", 1711843200, 1711843200 + 3 * 3600, 6, "01:00|03:00|04:00|05:00");
  assert_time_ticks ("UTC", 1714725500, 1714725500 + 200 * 86400, 5, "Jul\xc2\xa0"
                                                                     "2024|Sep\xc2\xa0"
                                                                     "2024|Nov\xc2\xa0"
                                                                     "2024");
  assert_time_ticks ("UTC", 0, 1714725500, 6, "1970|1980|1990|2000|2010|2020");
}

static void
test_time_ticks_empty (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_utc ();
  WeirTimeTicks         ticks;

  weir_time_ticks_fit (&ticks, 5, 5, 6, zone);
  g_assert_cmpuint (ticks.n_ticks, ==, 0);
  weir_time_ticks_fit (&ticks, G_MININT64 + 1, G_MAXINT64, 6, zone);
  g_assert_cmpuint (ticks.n_ticks, <, WEIR_MAX_TICKS);
}

static void
test_number_format (void)
{
  static const struct
  {
    double      value;
    const char *measure;
    const char *si;
  } cases[] = {
    { 0, "0.00", "0" },
    { 1190.5728, "1,190.57", "1.2\xc2\xa0k" },
    { -12480, "\xe2\x88\x92"
              "12,480.00",
      "\xe2\x88\x92"
      "12.5\xc2\xa0k" },
    { 0.012345, "0.01235", "0.0" },
    { 999.7, "999.70", "1.0\xc2\xa0k" },
    { 410, "410.00", "410" },
    { 1234567, "1,234,567.00", "1.2\xc2\xa0M" },
    { NAN, "N/A", "N/A" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *measure = weir_format_measure (cases[i].value);
      g_autofree char *si = weir_format_si (cases[i].value);

      g_assert_cmpstr (measure, ==, cases[i].measure);
      g_assert_cmpstr (si, ==, cases[i].si);
    }
}

static void
test_grouping (void)
{
  static const char *const cases[][2] = {
    { "7661188", "7,661,188" },
    { "-100", "\xe2\x88\x92"
              "100" },
    { "123456789012345678901234567890.125", "123,456,789,012,345,678,901,234,567,890.125" },
    { "1.0E10", "1.0E10" },
    { "NaN", "NaN" },
    { "", "" },
    { "2024-05-03", "2024-05-03" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = weir_format_grouped (cases[i][0]);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

static void
test_times (void)
{
  g_autoptr (GTimeZone) berlin = g_time_zone_new_identifier ("Europe/Berlin");
  gint64                start = 1714725740 * SECOND;
  g_autofree char      *today = weir_format_window (start, start + 10 * SECOND, start, berlin);
  g_autofree char      *other = weir_format_window (start, start + 10 * SECOND, start + 86400 * SECOND, berlin);
  g_autofree char      *fraction = weir_format_clock (start + 250000, berlin);
  g_autofree char      *before = weir_format_clock (-1, berlin);
  g_autofree char      *none = weir_format_clock (WEIR_TIME_NONE, berlin);
  g_autofree char      *ago = weir_format_ago (400000);
  g_autofree char      *duration = weir_format_duration (90 * SECOND);

  g_assert_cmpstr (today, ==, "10:42:20\xe2\x80\xaf\xe2\x80\x93\xe2\x80\xaf"
                              "10:42:30");
  g_assert_cmpstr (other, ==, "2024-05-03\xc2\xa0"
                              "10:42:20\xe2\x80\xaf\xe2\x80\x93\xe2\x80\xaf"
                              "10:42:30");
  g_assert_cmpstr (fraction, ==, "10:42:20.250");
  g_assert_cmpstr (before, ==, "00:59:59.999999");
  g_assert_cmpstr (none, ==, "\xe2\x80\x93");
  g_assert_cmpstr (ago, ==, "0.4\xc2\xa0s ago");
  g_assert_cmpstr (duration, ==, "1\xc2\xa0min 30\xc2\xa0s");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/axis-ticks/numbers/picture", test_number_ticks_of_the_picture);
  g_test_add_func ("/axis-ticks/numbers/always-hold", test_number_ticks_always_hold);
  g_test_add_func ("/axis-ticks/numbers/hysteresis", test_number_ticks_hysteresis);
  g_test_add_func ("/axis-ticks/numbers/bad-values", test_number_ticks_bad_values);
  g_test_add_func ("/axis-ticks/numbers/labels", test_number_labels);
  g_test_add_func ("/axis-ticks/times/round", test_time_ticks);
  g_test_add_func ("/axis-ticks/times/empty", test_time_ticks_empty);
  g_test_add_func ("/number-format/values", test_number_format);
  g_test_add_func ("/number-format/grouping", test_grouping);
  g_test_add_func ("/number-format/times", test_times);
  return g_test_run ();
}
