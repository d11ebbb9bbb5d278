/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr-test.h"

/* format_string() does what java.util.Formatter documents for Locale.US, as Spark's does. */

static void
test_integers (void)
{
  assert_value ("12,345|   12|12   |00012", "format_string", S ("%,d|%5d|%-5d|%05d"), I (12345), I (12), I (12), I (12));
  assert_value ("+5| 5|5|-5| (5", "format_string", S ("%+d|% d|%(d|%+d| (%d"), I (5), I (5), I (5), I (-5), I (5));
  assert_value ("(1,234)|0012,345|-0005", "format_string", S ("%(,d|%,08d|%05d"), I (-1234), I (12345), I (-5));
  /* The width is that of the whole, the closing parenthesis too. */
  assert_value ("(000005)|00000005|   (5)", "format_string", S ("%(08d|%(08d|%(6d"), I (-5), I (5), I (-5));
  assert_value ("ff|FF|10|ffffffff|ff|ffffffffffffffff", "format_string", S ("%x|%X|%o|%x|%x|%x"), I (255), I (255), I (8), I (-1), lit ("tinyint", "-1"), L (-1));
  assert_value ("0xff|0XFF|010|0x0000ff|  0xff", "format_string", S ("%#x|%#X|%#o|%#08x|%#6x"), I (255), I (255), I (8), I (255), I (255));
  assert_value ("A|A|  z", "format_string", S ("%c|%C|%3c"), I (65), I (97), I (122));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("%c"), I (0x110000));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("%d"), D ("1.5"));
}

static void
test_fractions (void)
{
  assert_value ("3.141593|3.14|3|-0003.14", "format_string", S ("%f|%.2f|%.0f|%08.2f"), D ("3.14159265"), D ("3.14159265"), D ("3.14159265"), D ("-3.14159265"));
  /* Half up, by the decimal digits of the number. */
  assert_value ("0.13|1|1,234,567.9|(2.50)", "format_string", S ("%.2f|%.0f|%,.1f|%(.2f"), D ("0.125"), D ("0.5"), D ("1234567.89"), D ("-2.5"));
  assert_value ("1.234568e+04|1.234568E+04|0.000000e+00|1e+10|1.5e-07", "format_string", S ("%e|%E|%e|%.0e|%.1e"), D ("12345.678"), D ("12345.678"), D ("0"), D ("1e10"), D ("1.5e-7"));
  /* %g: the precision counts all digits; the exponent form is for less than 10^-4 and for 10^precision and more, after rounding. */
  assert_value ("123.456|123|0.00100000|0.000100000", "format_string", S ("%g|%.3g|%g|%g"), D ("123.456"), D ("123.456"), D ("0.001"), D ("0.0001"));
  assert_value ("1.23400e-05|1.00000e+07|1.00000E+07|0.00000", "format_string", S ("%g|%g|%G|%g"), D ("0.00001234"), D ("1e7"), D ("1e7"), D ("0"));
  assert_value ("1.0e+02|1e+02|99|5", "format_string", S ("%.2g|%.1g|%.2g|%.0g"), D ("99.9"), D ("99.9"), D ("99.4"), D ("5.4"));
  assert_value ("NaN|   NaN|Infinity|-Infinity|+Infinity|(Infinity)|INFINITY", "format_string", S ("%f|%06f|%f|%f|%+f|%(f|%E"), D ("NaN"), D ("NaN"), D ("Infinity"), D ("-Infinity"), D ("Infinity"),
                D ("-Infinity"), D ("Infinity"));
}

static void
test_words (void)
{
  assert_value ("Hel|HEL|  Hel|Hel  ", "format_string", S ("%.3s|%.3S|%5.3s|%-5.3s"), S ("Hello"), S ("Hello"), S ("Hello"), S ("Hello"));
  /* Letters of all scripts, whatever the locale. */
  assert_value ("\u00c9T\u00c9 STRASSE", "format_string", S ("%S"), S ("\u00e9t\u00e9 stra\u00dfe"));
  assert_value ("true|FALSE| true|false", "format_string", S ("%b|%B|%5b|%b"), lit ("boolean", "true"), lit ("boolean", "false"), I (1), N);
  assert_value ("null|NULL|null|  null", "format_string", S ("%s|%S|%d|%6s"), N, N, N, N);
  assert_value ("100% \n", "format_string", S ("%d%% %n"), I (100));
  assert_value ("b a b b", "format_string", S ("%2$s %1$s %2$s %<s"), S ("a"), S ("b"));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("%y"), S ("a"));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("%"), S ("a"));
  assert_value ("[INVALID_PARAMETER_VALUE.FORMAT]", "format_string", S ("%<s"), S ("a"));
  assert_value ("NULL", "format_string", N, S ("a"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/expr/formats/integers", test_integers);
  g_test_add_func ("/expr/formats/fractions", test_fractions);
  g_test_add_func ("/expr/formats/words", test_words);
  return g_test_run ();
}
