/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"

#include <string.h>

static void
test_format (void)
{
  static const char *const cases[][4] = {
    /* pattern, zone, UTC, text */
    { "yyyy-MM-dd HH:mm:ss", "UTC", "2024-01-02 03:04:05", "2024-01-02 03:04:05" },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "+09:00", "2024-01-02 03:04:05.5", "2024-01-02T12:04:05.500+09:00" },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "UTC", "2024-01-02 03:04:05.123456", "2024-01-02T03:04:05.123Z" },
    { "y yy yyy yyyyy", "UTC", "2024-01-02 00:00:00", "2024 24 2024 02024" },
    { "yyyy", "UTC", "12024-01-02 00:00:00", "+12024" },
    { "yyyy G GGGG", "UTC", "-0044-03-15 00:00:00", "0045 BC Before Christ" },
    { "yyyy", "UTC", "-0044-03-15 00:00:00", "-0044" },
    { "M MM MMM MMMM L LL LLL LLLL", "UTC", "2024-09-02 00:00:00", "9 09 Sep September 9 09 Sep September" },
    { "d dd D DD DDD", "UTC", "2024-02-03 00:00:00", "3 03 34 34 034" },
    { "E EE EEE EEEE", "UTC", "2024-09-01 00:00:00", "Sun Sun Sun Sunday" },
    { "F", "UTC", "2024-09-09 00:00:00", "2" },
    { "h hh H HH k kk K KK a", "UTC", "2024-01-02 00:05:06", "12 12 0 00 24 24 0 00 AM" },
    { "h hh H HH k kk K KK a", "UTC", "2024-01-02 13:05:06", "1 01 13 13 13 13 1 01 PM" },
    { "m mm s ss", "UTC", "2024-01-02 13:05:06", "5 05 6 06" },
    { "S SS SSSSSS SSSSSSSSS", "UTC", "2024-01-02 13:05:06.123456", "1 12 123456 123456000" },
    { "Q QQ QQQ QQQQ q", "UTC", "2024-08-02 00:00:00", "3 03 Q3 3rd quarter 3" },
    { "VV z X XX XXX XXXX XXXXX", "Europe/Berlin", "2024-01-02 00:00:00", "Europe/Berlin CET +01 +0100 +01:00 +0100 +01:00" },
    { "x xx xxx Z ZZZZ ZZZZZ O OOOO", "Asia/Kolkata", "2024-01-02 00:00:00", "+0530 +0530 +05:30 +0530 GMT+05:30 +05:30 GMT+5:30 GMT+05:30" },
    { "X XX XXX x xx xxx Z ZZZZ ZZZZZ O", "UTC", "2024-01-02 00:00:00", "Z Z Z +00 +0000 +00:00 +0000 GMT Z GMT" },
    { "''yyyy 'o''clock'", "UTC", "2024-01-02 00:00:00", "'2024 o'clock" },
    { "yyyy년 MM월", "UTC", "2024-01-02 00:00:00", "2024년 01월" },
    { "[yyyy][-MM[-dd]", "UTC", "2024-01-02 00:00:00", "2024-01-02" },
    { "", "UTC", "2024-01-02 00:00:00", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)          error = NULL;
      g_autoptr (WeirTimePattern) pattern = weir_time_pattern_new (cases[i][0], FALSE, &error);
      g_autoptr (WeirZone)        zone = weir_zone_new (cases[i][1], NULL);
      g_autoptr (GString)         out = g_string_new (NULL);
      gint64                      us;

      g_assert_no_error (error);
      if (zone == NULL)
        continue; /* without time zone data */
      g_assert_true (weir_timestamp_ntz_parse (cases[i][2], strlen (cases[i][2]), &us));
      weir_time_pattern_format (pattern, out, us, zone);
      g_assert_cmpstr (out->str, ==, cases[i][3]);
    }
}

/* Read in UTC+1. */
static void
test_parse (void)
{
  static const char *const cases[][3] = {
    /* pattern, text, UTC or NULL */
    { "yyyy-MM-dd HH:mm:ss", "2024-01-02 03:04:05", "2024-01-02 02:04:05" },
    { "yyyy-MM-dd HH:mm:ss", "2024-1-02 03:04:05", NULL },
    { "yyyy-MM-dd HH:mm:ss", "2024-01-02 03:04:05 ", NULL },
    { "yyyy-MM-dd HH:mm:ss", "2024-01-02 03:04", NULL },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02T03:04:05", "2024-01-02 02:04:05" },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02t03:04:05z", "2024-01-02 03:04:05" },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02T03:04:05.1+02:00", "2024-01-02 01:04:05.1" },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02T03:04:05.1234", NULL },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02T03:04:05+0200", NULL },
    { "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-01-02T03:04:05.", NULL },
    { "yyyyMMdd", "20240102", "2024-01-01 23:00:00" },
    { "yyyyMMddHHmmss", "20240102030405", "2024-01-02 02:04:05" },
    { "yyyyMMddHHmmssSSS", "20240102030405123", "2024-01-02 02:04:05.123" },
    { "yMMdd", "240102", "0024-01-01 23:00:00" },
    { "yyMMdd", "240102", "2024-01-01 23:00:00" },
    { "Hmm", "930", "1970-01-01 08:30:00" },
    { "Hmm", "1930", "1970-01-01 18:30:00" },
    { "d/M/y", "2/1/2024", "2024-01-01 23:00:00" },
    { "d/M/y", "02/01/2024", "2024-01-01 23:00:00" },
    { "yyyy-MM-dd", "2024-02-30", NULL },
    { "yyyy-MM-dd", "2024-02-29", "2024-02-28 23:00:00" },
    { "yyyy-MM-dd", "+12024-01-02", "+12024-01-01 23:00:00" },
    { "yyyy-MM-dd", "12024-01-02", NULL },
    { "yyyy-MM-dd", "+2024-01-02", NULL },
    { "yyyy-MM-dd", "-0044-03-15", "-0044-03-14 23:00:00" },
    { "yyyy-MM-dd G", "0045-03-15 BC", "-0044-03-14 23:00:00" },
    { "yyyy-MM-dd G", "0045-03-15 ad", "0045-03-14 23:00:00" },
    { "yyyy-MM", "2024-03", "2024-02-29 23:00:00" },
    { "yyyy", "2024", "2023-12-31 23:00:00" },
    { "MM-dd", "03-04", "1970-03-03 23:00:00" },
    { "HH:mm", "03:04", "1970-01-01 02:04:00" },
    { "yyyy-DDD", "2024-366", "2024-12-30 23:00:00" },
    { "yyyy-DDD", "2023-366", NULL },
    { "yyyy-D", "2024-60", "2024-02-28 23:00:00" },
    { "dd MMM yyyy", "02 jan 2024", "2024-01-01 23:00:00" },
    { "dd MMMM yyyy", "02 January 2024", "2024-01-01 23:00:00" },
    { "dd MMM yyyy", "02 Foo 2024", NULL },
    { "yyyy-MM-dd hh:mm a", "2024-01-02 12:30 AM", "2024-01-01 23:30:00" },
    { "yyyy-MM-dd hh:mm a", "2024-01-02 12:30 pm", "2024-01-02 11:30:00" },
    { "yyyy-MM-dd hh:mm", "2024-01-02 11:30", "2024-01-02 10:30:00" },
    { "yyyy-MM-dd hh:mm", "2024-01-02 13:30", NULL },
    { "HH a", "13 AM", NULL },
    { "yyyy-MM-dd kk", "2024-01-02 24", "2024-01-01 23:00:00" },
    { "HH", "24", NULL },
    { "yyyy-MM-dd HH:mm VV", "2024-07-02 03:04 Europe/Berlin", "2024-07-02 01:04:00" },
    { "yyyy-MM-dd HH:mm z", "2024-07-02 03:04 PDT", "2024-07-02 10:04:00" },
    { "yyyy-MM-dd HH:mm z", "2024-07-02 03:04 Nowhere", NULL },
    { "yyyy-MM-dd HH:mm Z", "2024-07-02 03:04 -0330", "2024-07-02 06:34:00" },
    { "yyyy-MM-dd HH:mm X", "2024-07-02 03:04 +09", "2024-07-01 18:04:00" },
    { "yyyy-MM-dd HH:mm x", "2024-07-02 03:04 +0930", "2024-07-01 17:34:00" },
    { "yyyy-MM-dd HH:mm x", "2024-07-02 03:04 Z", NULL },
    { "yyyy-MM-dd HH:mm O", "2024-07-02 03:04 GMT+9", "2024-07-01 18:04:00" },
    { "yyyy-MM-dd HH:mm ZZZZ", "2024-07-02 03:04 GMT+09:30", "2024-07-01 17:34:00" },
    { "yyyy yyyy", "2024 2025", NULL },
    { "yyyy yyyy", "2024 2024", "2023-12-31 23:00:00" },
    { "[dd/MM/yyyy][yyyy-MM-dd]", "2024-01-02", "2024-01-01 23:00:00" },
    { "[dd/MM/yyyy][yyyy-MM-dd]", "02/01/2024", "2024-01-01 23:00:00" },
    { "ss.SSSSSSSSS", "01.123456789", "1969-12-31 23:00:01.123456" },
    { "yyyy", "", NULL },
    { "yyyy", "99999999999999999999", NULL },
  };
  g_autoptr (WeirZone) zone = weir_zone_new ("+01:00", NULL);
  g_autoptr (WeirZone) probe = weir_zone_new ("Europe/Berlin", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError)          error = NULL;
      g_autoptr (WeirTimePattern) pattern = weir_time_pattern_new (cases[i][0], TRUE, &error);
      g_autoptr (GString)         out = g_string_new (NULL);
      gint64                      us;
      gboolean                    ok;

      g_assert_no_error (error);
      if (probe == NULL && (strchr (cases[i][0], 'V') != NULL || strchr (cases[i][0], 'z') != NULL))
        continue; /* without time zone data */
      g_test_message ("%s: %s", cases[i][0], cases[i][1]);
      ok = weir_time_pattern_parse (pattern, cases[i][1], strlen (cases[i][1]), zone, &us);
      if (ok)
        weir_timestamp_append (out, us, weir_zone_utc ());
      g_assert_cmpstr (ok ? out->str : NULL, ==, cases[i][2]);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *pattern;
    gboolean    for_parsing;
    const char *condition;
  } cases[] = {
    { "YYYY", FALSE, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN" },
    { "yyyy-ww", FALSE, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN" },
    { "u", TRUE, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN" },
    { "yyyy-MM-dd A", FALSE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "j", FALSE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "E", TRUE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "QQ", TRUE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "yyyy]", FALSE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "yyyy#", FALSE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "yyyy'x", FALSE, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER" },
    { "MMMMM", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "yyyyyyyyyyy", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "HHH", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "SSSSSSSSSS", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "V", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "OO", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
    { "aa", FALSE, "INVALID_DATETIME_PATTERN.LENGTH" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].pattern);
      g_assert_null (weir_time_pattern_new (cases[i].pattern, cases[i].for_parsing, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, cases[i].condition);
      g_assert_null (weir_time_pattern_new (cases[i].pattern, cases[i].for_parsing, NULL));
    }
}

/* Any pattern and any text: an answer, never a crash. */
static void
test_random (void)
{
  static const char alphabet[] = "yMdDHhmsSEaGVzOXxZ0123456789:-+.' []TZ";

  for (guint i = 0; i < 100000; i++)
    {
      char                        pattern[13], text[17];
      gint64                      us;
      g_autoptr (WeirTimePattern) compiled = NULL;

      for (guint c = 0; c < 12; c++)
        pattern[c] = alphabet[g_test_rand_int_range (0, sizeof alphabet)];
      for (guint c = 0; c < 16; c++)
        text[c] = alphabet[g_test_rand_int_range (18, sizeof alphabet)];
      pattern[12] = text[16] = '\0';
      compiled = weir_time_pattern_new (pattern, g_test_rand_bit (), NULL);
      if (compiled == NULL)
        continue;
      weir_time_pattern_parse (compiled, text, strlen (text), weir_zone_utc (), &us);
      if (i % 16 == 0)
        {
          g_autoptr (GString) out = g_string_new (NULL);

          weir_time_pattern_format (compiled, out, (gint64)g_test_rand_int () * (G_GINT64_CONSTANT (1) << 31), weir_zone_utc ());
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time-pattern/format", test_format);
  g_test_add_func ("/time-pattern/parse", test_parse);
  g_test_add_func ("/time-pattern/errors", test_errors);
  g_test_add_func ("/time-pattern/random", test_random);
  return g_test_run ();
}
