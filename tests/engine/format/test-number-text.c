/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "format/text-index-private.h"
#include "format/time-text-private.h"

#include <string.h>

static void
test_doubles (void)
{
  static const char *const texts[] = {
    "0",
    "-0",
    "1",
    "0.1",
    "1e23",
    "9007199254740993",
    "2.2250738585072014e-308",
    "4.9e-324",
    "2.4703282292062327e-324",
    "1.7976931348623157e308",
    "1e309",
    "-1e309",
    "1e-400",
    "123456789012345678901234567890",
    "0.000000000000000000000000000000000000001",
    "8.5",
    "5e-324",
    ".5",
    "5.",
    "1234567890123456789e-20",
    "1.00000000000000011102230246251565404236316680908203125",
    "1.00000000000000011102230246251565404236316680908203124",
    "1.00000000000000011102230246251565404236316680908203126",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      double value;

      g_assert_true (weir_parse_double (texts[i], strlen (texts[i]), &value));
      g_assert_cmpfloat (value, ==, g_ascii_strtod (texts[i], NULL));
    }
}

static void
test_random_doubles (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (42);

  for (guint i = 0; i < 200000; i++)
    {
      guint64 bits = (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);
      double  wanted;
      double  got;
      char    text[64];

      memcpy (&wanted, &bits, sizeof wanted);
      if (wanted != wanted || wanted - wanted != 0)
        continue;
      g_ascii_formatd (text, sizeof text, i % 2 == 0 ? "%.17g" : "%.9e", wanted);
      g_assert_true (weir_parse_double (text, strlen (text), &got));
      g_assert_cmpfloat (got, ==, g_ascii_strtod (text, NULL));
    }
}

static void
test_wrong_numbers (void)
{
  static const char *const texts[] = { "", "-", "+", ".", "e5", "1e", "1e+", "1x", " 1", "1 ", "--1", "1.2.3", "0x10", "inf", "nan", "1,5" };
  double                   value;
  gint64                   number;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_assert_false (weir_parse_double (texts[i], strlen (texts[i]), &value));
      g_assert_false (weir_parse_i64 (texts[i], strlen (texts[i]), &number));
    }
  g_assert_true (weir_parse_i64 ("-9223372036854775808", 20, &number));
  g_assert_cmpint (number, ==, G_MININT64);
  g_assert_false (weir_parse_i64 ("9223372036854775808", 19, &number));
  g_assert_false (weir_parse_i64 ("99999999999999999999", 20, &number));
}

/* The short cuts agree with the general readers. */
static void
test_times (void)
{
  static const char *const texts[] = {
    "2024-02-29T10:00:00Z",
    "2024-02-29 10:00:00",
    "2024-02-29T10:00:00.123456",
    "2024-02-29T10:00:00.1234567",
    "2024-02-29T10:00:00.5+05:30",
    "1969-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2023-02-29T10:00:00",
    "2024-13-01T10:00:00",
    "2024-02-29T24:00:00",
    "2024-02-29T10:00:60",
    "2024-02-29T10:00:00.",
    "2024-02-29T10:00:00+5",
    "2024-02-29T10:00",
    "2024-02-29",
    "2024-2-9",
    "2024",
    "x",
    "2024-02-29T10:00:00 Europe/Berlin",
    "2024-02-29T10:00:00+18:01",
  };
  g_autoptr (WeirZone) zone = weir_zone_new ("America/Los_Angeles", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gsize    len = strlen (texts[i]);
      gint64   wanted = 0;
      gint64   got = 0;
      gint32   wanted_day = 0;
      gint32   got_day = 0;
      gboolean ok = weir_timestamp_parse (texts[i], len, zone, &wanted);

      g_assert_cmpint (_weir_parse_timestamp (texts[i], len, zone, &got), ==, ok);
      if (ok)
        g_assert_cmpint (got, ==, wanted);
      ok = weir_date_parse (texts[i], len, &wanted_day);
      g_assert_cmpint (_weir_parse_date (texts[i], len, &got_day), ==, ok);
      if (ok)
        g_assert_cmpint (got_day, ==, wanted_day);
    }
}

static void
test_intervals (void)
{
  g_autoptr (WeirType) ym = weir_type_new_interval (WEIR_TYPE_INTERVAL_YM, WEIR_UNIT_YEAR, WEIR_UNIT_MONTH);
  g_autoptr (WeirType) dt = weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, WEIR_UNIT_DAY, WEIR_UNIT_SECOND);
  g_autoptr (WeirType) day = weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, WEIR_UNIT_DAY, WEIR_UNIT_DAY);
  gint32               months;
  gint64               us;

  g_assert_true (_weir_parse_interval_ym ("-1-2", 4, ym, &months));
  g_assert_cmpint (months, ==, -14);
  g_assert_true (_weir_parse_interval_ym ("INTERVAL '32-10' YEAR TO MONTH", 30, ym, &months));
  g_assert_cmpint (months, ==, 394);
  g_assert_false (_weir_parse_interval_ym ("1-12", 4, ym, &months));
  g_assert_true (_weir_parse_interval_dt ("1 02:03:04.5", 12, dt, &us));
  g_assert_cmpint (us, ==, G_GINT64_CONSTANT (93784500000));
  g_assert_true (_weir_parse_interval_dt ("7", 1, day, &us));
  g_assert_cmpint (us, ==, 7 * WEIR_US_PER_DAY);
  g_assert_false (_weir_parse_interval_dt ("999999999999999999", 18, day, &us));
}

/* Every instruction set finds the same places, whatever the text. */
static void
test_index_levels (void)
{
  static const char  bytes[] = "\"\"\"\\\\\n\n\r,,,ab \x01\xc3";
  g_autoptr (GRand)  rand = g_rand_new_with_seed (7);
  const WeirCsvBytes csv = { ',', '"', '\\' };
  WeirTextIndex      index[WEIR_SIMD_AVX512 + 1] = { { 0 } };
  g_autofree char   *text = g_malloc0 (4096 + 64);

  for (guint round = 0; round < 2000; round++)
    {
      gsize len = (gsize)g_rand_int_range (rand, 0, round % 10 == 0 ? 4096 : 300);

      for (gsize i = 0; i < len; i++)
        text[i] = bytes[g_rand_int_range (rand, 0, sizeof bytes - 1)];
      for (WeirSimd level = WEIR_SIMD_PLAIN; level <= WEIR_SIMD_AVX512; level++)
        {
          weir_simd_set_level (level);
          if (round % 2 == 0)
            _weir_json_index (&index[level], text, len);
          else
            _weir_csv_index (&index[level], text, len, &csv);
          g_assert_cmpuint (index[level].n, ==, index[0].n);
          g_assert_cmpuint (index[level].any, ==, index[0].any);
          g_assert_cmpmem (index[level].positions, index[level].n * sizeof (guint32), index[0].positions, index[0].n * sizeof (guint32));
          g_assert_cmpmem (index[level].flags, (len + 63) / 64, index[0].flags, (len + 63) / 64);
        }
    }
  for (WeirSimd level = WEIR_SIMD_PLAIN; level <= WEIR_SIMD_AVX512; level++)
    _weir_text_index_clear (&index[level]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/number-text/doubles", test_doubles);
  g_test_add_func ("/format/number-text/random-doubles", test_random_doubles);
  g_test_add_func ("/format/number-text/wrong", test_wrong_numbers);
  g_test_add_func ("/format/time-text/times", test_times);
  g_test_add_func ("/format/time-text/intervals", test_intervals);
  g_test_add_func ("/format/text-index/levels", test_index_levels);
  return g_test_run ();
}
