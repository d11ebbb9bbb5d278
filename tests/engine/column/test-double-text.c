/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Values of OpenJDK 21's Double.toString and Float.toString. */
static void
test_doubles (void)
{
  static const struct
  {
    double      value;
    const char *text;
  } cases[] = {
    { 0.0, "0.0" },
    { -0.0, "-0.0" },
    { 1.0, "1.0" },
    { -1.5, "-1.5" },
    { 100.0, "100.0" },
    { 0.1, "0.1" },
    { 0.3, "0.3" },
    { 0.1 + 0.2, "0.30000000000000004" },
    { 1e7, "1.0E7" },
    { 9999999.0, "9999999.0" },
    { 9999999.999999998, "9999999.999999998" },
    { 12345678.0, "1.2345678E7" },
    { 1e10, "1.0E10" },
    { 1e-3, "0.001" },
    { 9.99e-4, "9.99E-4" },
    { 0.00123, "0.00123" },
    { 123456.789, "123456.789" },
    { 1e21, "1.0E21" },
    { 1e22, "1.0E22" },
    { 1e23, "1.0E23" },
    { 2e23, "2.0E23" },
    { 9007199254740991.0, "9.007199254740991E15" },
    { 9007199254740993.0, "9.007199254740992E15" },
    { 9223372036854775807.0, "9.223372036854776E18" },
    { 1.7976931348623157e308, "1.7976931348623157E308" },
    { 2.2250738585072014e-308, "2.2250738585072014E-308" },
    { 2.225073858507201e-308, "2.225073858507201E-308" },
    { 4.9e-324, "4.9E-324" },
    { 9.9e-324, "9.9E-324" },
    { 1.5e-323, "1.5E-323" },
    { 2e-323, "2.0E-323" },
    { 2.0e-3, "0.002" },
    { 2.2250738585072012e-308, "2.2250738585072014E-308" },
    { 8.41e21, "8.41E21" },
    { 5.0e-324 * 3, "1.5E-323" },
    { 3.141592653589793, "3.141592653589793" },
    { 1.0 / 3, "0.3333333333333333" },
    { 2.0 / 3, "0.6666666666666666" },
    { 4.35, "4.35" },
    { 1.1, "1.1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      weir_append_double (out, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }
}

static void
test_floats (void)
{
  static const struct
  {
    float       value;
    const char *text;
  } cases[] = {
    { 0.0f, "0.0" },
    { 0.1f, "0.1" },
    { 1.0f, "1.0" },
    { 16777216.0f, "1.6777216E7" },
    { 3.4028235e38f, "3.4028235E38" },
    { 1.4e-45f, "1.4E-45" },
    { 2.8e-45f, "2.8E-45" },
    { 1.17549435e-38f, "1.1754944E-38" },
    { 0.3333333433f, "0.33333334" },
    { 1e10f, "1.0E10" },
    { 3.3e-3f, "0.0033" },
    { 8.5899346e9f, "8.589935E9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);

      weir_append_float (out, cases[i].value);
      g_assert_cmpstr (out->str, ==, cases[i].text);
    }
}

static void
test_special (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  weir_append_double (out, NAN);
  weir_append_double (out, INFINITY);
  weir_append_double (out, -INFINITY);
  weir_append_float (out, -NAN);
  weir_append_float (out, INFINITY);
  weir_append_float (out, -0.0f);
  g_assert_cmpstr (out->str, ==, "NaNInfinity-InfinityNaNInfinity-0.0");
}

/* How many digits, and the least number of them that printf needs to read back. */
static guint
n_digits (const char *text)
{
  guint n = 0, trailing = 0;

  for (; *text != '\0' && *text != 'E'; text++)
    if (g_ascii_isdigit (*text) && (n > 0 || *text != '0'))
      {
        n++;
        trailing = *text == '0' ? trailing + 1 : 0;
      }
  return n - trailing;
}

static double
random_double (void)
{
  guint64 bits = (guint64)g_test_rand_int () << 32 | (guint32)g_test_rand_int ();
  double  value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* Reads back, with as few digits as printf needs. */
static void
test_round_trip (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < 200000; i++)
    {
      double value = random_double ();
      char   text[G_ASCII_DTOSTR_BUF_SIZE];

      if (i % 4 == 1)
        value = g_test_rand_int_range (-10000000, 10000000) / 1000.0;
      else if (i % 4 == 2)
        value = ldexp (1.0, g_test_rand_int_range (-1074, 1024)); /* uneven gaps */
      else if (i % 4 == 3)
        value = g_test_rand_int ();
      if (!isfinite (value) || value == 0)
        continue;
      g_string_truncate (out, 0);
      weir_append_double (out, value);
      if (g_ascii_strtod (out->str, NULL) != value)
        g_error ("%s is not %.17g", out->str, value);
      for (int precision = 1; precision <= 17; precision++)
        {
          g_autofree char *format = g_strdup_printf ("%%.%de", precision - 1);

          g_ascii_formatd (text, sizeof text, format, value);
          if (g_ascii_strtod (text, NULL) != value)
            continue;
          if ((int)n_digits (out->str) > MAX (precision, 2))
            g_error ("%s: %s is shorter", out->str, text);
          break;
        }
    }
}

static void
test_float_round_trip (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < 300000; i++)
    {
      guint32 bits = (guint32)g_test_rand_int ();
      float   value;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      g_string_truncate (out, 0);
      weir_append_float (out, value);
      if (strtof (out->str, NULL) != value)
        g_error ("%s is not %.9g", out->str, (double)value);
      if (n_digits (out->str) > 9)
        g_error ("%s is too long", out->str);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/double-text/doubles", test_doubles);
  g_test_add_func ("/double-text/floats", test_floats);
  g_test_add_func ("/double-text/special", test_special);
  g_test_add_func ("/double-text/round-trip", test_round_trip);
  g_test_add_func ("/double-text/float-round-trip", test_float_round_trip);
  return g_test_run ();
}
