/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"

/* Casts from and to intervals; the texts are those that the messages of Spark's IntervalUtils list. */

static char *
cast_text (WeirExpr   *arg,
           const char *type,
           gboolean    is_try)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (WeirType)  parsed = weir_type_parse (type, &error);
  g_autoptr (WeirBatch) batch = no_columns (1);

  g_assert_no_error (error);
  return row_text (weir_expr_new_cast (arg, parsed, is_try), batch, 0);
}

#define assert_cast(expected, arg, type)                    \
  G_STMT_START                                              \
  {                                                         \
    g_autofree char *got = cast_text ((arg), (type), TRUE); \
    g_assert_cmpstr (got, ==, expected);                    \
  }                                                         \
  G_STMT_END

static void
test_year_month (void)
{
  static const char *const ym = "interval year to month";

  assert_cast ("INTERVAL '1-2' YEAR TO MONTH", S ("1-2"), ym);
  assert_cast ("INTERVAL '-1-2' YEAR TO MONTH", S (" -1-2\t"), ym);
  assert_cast ("INTERVAL '1-2' YEAR TO MONTH", S ("+1-02"), ym);
  assert_cast ("INTERVAL '1-2' YEAR TO MONTH", S ("INTERVAL '1-2' YEAR TO MONTH"), ym);
  assert_cast ("INTERVAL '-1-2' YEAR TO MONTH", S ("interval -'1-2'  year\tto month "), ym);
  assert_cast ("INTERVAL '1-2' YEAR TO MONTH", S ("INTERVAL -'-1-2' YEAR TO MONTH"), ym);
  assert_cast ("INTERVAL '-178956970-8' YEAR TO MONTH", S ("-178956970-8"), ym);
  assert_cast ("NULL", S ("178956970-8"), ym);
  assert_cast ("NULL", S ("1-12"), ym);
  assert_cast ("NULL", S ("1"), ym);
  assert_cast ("NULL", S ("1--2"), ym);
  assert_cast ("NULL", S ("--1-2"), ym);
  assert_cast ("NULL", S ("INTERVAL '1-2'"), ym);
  assert_cast ("NULL", S ("INTERVAL '1-2' YEARS"), ym);
  assert_cast ("NULL", S ("INTERVAL '1-2' YEAR TO MONTHS"), ym);
  assert_cast ("NULL", S ("INTERVAL '1-2' and more"), ym);
  assert_cast ("NULL", S ("INTERVAL'1-2' YEAR TO MONTH"), ym);
  assert_cast ("NULL", S ("INTERVAL 1-2 YEAR TO MONTH"), ym);
  assert_cast ("INTERVAL '3' YEAR", S ("3"), "interval year");
  assert_cast ("INTERVAL '-30' MONTH", S ("INTERVAL '-30' MONTH"), "interval month");
  assert_cast ("NULL", S ("INTERVAL '3' MONTH"), "interval year");
}

static void
test_day_time (void)
{
  static const char *const dt = "interval day to second";

  assert_cast ("INTERVAL '1 02:03:04.5' DAY TO SECOND", S ("1 2:3:4.5"), dt);
  assert_cast ("INTERVAL '-1 02:03:04.567891' DAY TO SECOND", S ("INTERVAL -'1 02:03:04.567891' DAY TO SECOND"), dt);
  /* Nine digits may stand, six are kept. */
  assert_cast ("INTERVAL '0 00:00:00.123456' DAY TO SECOND", S ("0 0:0:0.123456789"), dt);
  assert_cast ("NULL", S ("0 0:0:0.1234567891"), dt);
  assert_cast ("NULL", S ("0 0:0:0."), dt);
  assert_cast ("NULL", S ("0 24:0:0"), dt);
  assert_cast ("NULL", S ("0 0:60:0"), dt);
  assert_cast ("NULL", S ("0 0:0:60"), dt);
  assert_cast ("NULL", S ("106751992 0:0:0"), dt);
  assert_cast ("NULL", S ("1 2:3"), dt);
  assert_cast ("INTERVAL '1 02' DAY TO HOUR", S ("1 2"), "interval day to hour");
  assert_cast ("INTERVAL '1 02:03' DAY TO MINUTE", S ("INTERVAL '1 2:3' DAY TO MINUTE"), "interval day to minute");
  assert_cast ("INTERVAL '100:03' HOUR TO MINUTE", S ("100:3"), "interval hour to minute");
  assert_cast ("INTERVAL '-90:03' MINUTE TO SECOND", S ("-90:3"), "interval minute to second");
  assert_cast ("INTERVAL '75.25' SECOND", S ("75.25"), "interval second");
  assert_cast ("NULL", S ("INTERVAL '1 2' DAY TO SECOND"), "interval day to hour");
}

static void
test_numbers (void)
{
  assert_cast ("INTERVAL '3' YEAR", I (3), "interval year");
  assert_cast ("INTERVAL '-3' MONTH", lit ("tinyint", "-3"), "interval month");
  assert_cast ("INTERVAL '02' HOUR", lit ("smallint", "2"), "interval hour");
  assert_cast ("INTERVAL '01.5' SECOND", lit ("decimal(2,1)", "1.5"), "interval second");
  assert_cast ("INTERVAL '05' MINUTE", L (5), "interval minute");
  assert_cast ("NULL", I (G_MAXINT32), "interval year");
  assert_cast ("NULL", L (G_MAXINT64), "interval day");
  assert_cast ("3", lit ("interval month", "3"), "int");
  assert_cast ("2", lit ("interval year", "2"), "bigint");
  assert_cast ("-10", lit ("interval second", "-10.9"), "smallint");
  assert_cast ("10.123", lit ("interval second", "10.123"), "decimal(8,3)");
  assert_cast ("100", lit ("interval day", "100"), "tinyint");
  assert_cast ("NULL", lit ("interval day", "1000"), "tinyint");
  assert_cast ("NULL", lit ("interval day", "1000"), "decimal(3,0)");
}

static void
test_units (void)
{
  assert_cast ("INTERVAL '1' YEAR", lit ("interval year to month", "1-11"), "interval year");
  assert_cast ("INTERVAL '-23' MONTH", lit ("interval year to month", "-1-11"), "interval month");
  assert_cast ("INTERVAL '47' HOUR", lit ("interval day to second", "1 23:59:59.5"), "interval hour");
  assert_cast ("INTERVAL '1' DAY", lit ("interval day to second", "1 23:59:59.5"), "interval day");
  assert_cast ("INTERVAL '1 00:00:00' DAY TO SECOND", lit ("interval hour", "24"), "interval day to second");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/intervals/year-month", test_year_month);
  g_test_add_func ("/expr/intervals/day-time", test_day_time);
  g_test_add_func ("/expr/intervals/numbers", test_numbers);
  g_test_add_func ("/expr/intervals/units", test_units);
  return g_test_run ();
}
