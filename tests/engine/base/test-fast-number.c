/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
test_i64 (void)
{
  static const struct
  {
    const char *text;
    gboolean    ok;
    gint64      value;
  } cases[] = {
    { "0", TRUE, 0 },
    { "-0", TRUE, 0 },
    { "+17", TRUE, 17 },
    { "007", TRUE, 7 },
    { "9223372036854775807", TRUE, G_MAXINT64 },
    { "-9223372036854775808", TRUE, G_MININT64 },
    { "0000000000000000000000000009", TRUE, 9 },
    { "9223372036854775808", FALSE, 0 },
    { "-9223372036854775809", FALSE, 0 },
    { "18446744073709551616", FALSE, 0 },
    { "99999999999999999999999", FALSE, 0 },
    { "", FALSE, 0 },
    { "-", FALSE, 0 },
    { "+", FALSE, 0 },
    { "--1", FALSE, 0 },
    { "1.0", FALSE, 0 },
    { "1e3", FALSE, 0 },
    { " 1", FALSE, 0 },
    { "1 ", FALSE, 0 },
    { "0x1", FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 value = 0;

      g_test_message ("'%s'", cases[i].text);
      g_assert_true (weir_parse_i64 (cases[i].text, strlen (cases[i].text), &value) == cases[i].ok);
      if (cases[i].ok)
        g_assert_cmpint (value, ==, cases[i].value);
    }
}

static void
test_i64_text (void)
{
  static const gint64 values[] = { 0, 1, -1, 9, 10, 99, 100, 101, -12345, 1000000, G_MAXINT32, G_MAXINT64, G_MININT64 };

  for (guint i = 0; i < G_N_ELEMENTS (values) + 50000; i++)
    {
      gint64 value = i < G_N_ELEMENTS (values) ? values[i] : (gint64)((guint64)g_test_rand_int () << 32 | (guint32)g_test_rand_int ()) >> g_test_rand_int_range (0, 64);
      char   text[WEIR_I64_TEXT_MAX + 1], expected[32];

      text[weir_i64_to_text (text, value)] = '\0';
      g_snprintf (expected, sizeof expected, "%" G_GINT64_FORMAT, value);
      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_double_forms (void)
{
  static const char *const good[] = { "0", "-0.0", "1", "1.", ".5", "+.5e1", "1e3", "1E+3", "1e-3", "00001.50", "123456789012345678901234567890",
                                      "1e308", "1e309", "1e-400", "4.9e-324", "2.4703282292062328e-324", "2.4703282292062327e-324",
                                      "2.2250738585072011e-308", "1.7976931348623158e308", "9007199254740993", "9007199254740993.00001",
                                      "6.631236846766476e-316", "3.2378839133029012895883524125015321748630094e-319",
                                      "0.000000000000000000000000000000000000000000000000000000000000000000000001",
                                      "1e99999999999999999999", "0e99999999999999999999", "8.442911973260991817129021e-309" };
  static const char *const bad[] = { "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1x", "inf", "nan", " 1", "0x10", "1,5", "--1", "1e5.0" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      double value, expected = g_ascii_strtod (good[i], NULL);

      g_test_message ("%s", good[i]);
      g_assert_true (weir_parse_double (good[i], strlen (good[i]), &value));
      g_assert_true (memcmp (&value, &expected, sizeof value) == 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      double value;

      g_assert_false (weir_parse_double (bad[i], strlen (bad[i]), &value));
    }
}

/* Random bits and random texts read as g_ascii_strtod() reads them. */
static void
test_double_random (void)
{
  for (guint i = 0; i < 200000; i++)
    {
      char   text[64];
      double value, expected;

      if (i % 2 == 0)
        {
          guint64 bits = (guint64)g_test_rand_int () << 32 | (guint32)g_test_rand_int ();

          memcpy (&expected, &bits, sizeof expected);
          if (!isfinite (expected))
            continue;
          g_ascii_formatd (text, sizeof text, i % 4 == 0 ? "%.17g" : "%.14g", expected);
        }
      else
        g_snprintf (text, sizeof text, "%u%u.%ue%d", (guint)g_test_rand_int () >> g_test_rand_int_range (0, 32), (guint)g_test_rand_int (),
                    (guint)g_test_rand_int (), g_test_rand_int_range (-340, 310));
      expected = g_ascii_strtod (text, NULL);
      g_assert_true (weir_parse_double (text, strlen (text), &value));
      if (memcmp (&value, &expected, sizeof value) != 0)
        g_error ("%s", text);
    }
}

/* Half-way cases of floats that are lost when the double in between is rounded again. */
static void
test_floats (void)
{
  static const char *const cases[] = { "1.00000005960464477539", "1.000000059604644775390625", "1.0000000596046447753906250000000001",
                                       "1.00000017881393432617187499", "1.000000178813934326171875", "16777217", "16777217.0000001",
                                       "7.006492321624085e-46", "7.00649232162409e-46", "3.4028235677973366e38", "3.4028235e38", "1e39", "-0.1" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      float value, expected = strtof (cases[i], NULL);

      g_test_message ("%s", cases[i]);
      g_assert_true (weir_parse_float (cases[i], strlen (cases[i]), &value));
      g_assert_true (memcmp (&value, &expected, sizeof value) == 0);
    }
}

/* 5^q in 128 bits for q ≥ 0, by multiplying; below zero by dividing 2^1023. */
#define N_LIMBS 32

static void
top_128_bits (const guint32 *limbs,
              guint64       *high,
              guint64       *low)
{
  unsigned __int128 top = 0;
  int               bit = N_LIMBS * 32 - 1;

  while ((limbs[bit / 32] >> (bit % 32) & 1) == 0)
    bit--;
  for (int i = 0; i < 128; i++, bit--)
    top = top << 1 | (bit >= 0 ? limbs[bit / 32] >> (bit % 32) & 1 : 0);
  *high = (guint64)(top >> 64);
  *low = (guint64)top;
}

static void
test_powers (void)
{
  guint32 limbs[N_LIMBS] = { 1 };
  guint64 high, low;

  for (int q = 0; q <= WEIR_POW5_MAX; q++)
    {
      guint64 carry = 0;

      top_128_bits (limbs, &high, &low);
      g_assert_cmphex (high, ==, weir_pow5[q - WEIR_POW5_MIN][0]);
      g_assert_cmphex (low, ==, weir_pow5[q - WEIR_POW5_MIN][1]);
      for (guint i = 0; i < N_LIMBS; i++, carry >>= 32)
        {
          carry += (guint64)limbs[i] * 5;
          limbs[i] = (guint32)carry;
        }
    }
  memset (limbs, 0, sizeof limbs);
  limbs[N_LIMBS - 1] = 0x80000000;
  for (int q = -1; q >= WEIR_POW5_MIN; q--)
    {
      guint64 rest = 0;

      for (int i = N_LIMBS - 1; i >= 0; i--)
        {
          rest = rest << 32 | limbs[i];
          limbs[i] = (guint32)(rest / 5);
          rest %= 5;
        }
      top_128_bits (limbs, &high, &low);
      if (q >= -27)
        high += ++low == 0;
      g_assert_cmphex (high, ==, weir_pow5[q - WEIR_POW5_MIN][0]);
      g_assert_cmphex (low, ==, weir_pow5[q - WEIR_POW5_MIN][1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fast-number/i64", test_i64);
  g_test_add_func ("/fast-number/i64-text", test_i64_text);
  g_test_add_func ("/fast-number/double-forms", test_double_forms);
  g_test_add_func ("/fast-number/double-random", test_double_random);
  g_test_add_func ("/fast-number/floats", test_floats);
  g_test_add_func ("/fast-number/powers", test_powers);
  return g_test_run ();
}
