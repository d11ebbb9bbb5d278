/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

#include <math.h>

/* Checkpoints depend on these: they never change. Computed by an implementation in Python. */
static void
test_vectors (void)
{
  static const struct
  {
    const char *text;
    guint64     hash;
  } texts[] = {
    { "", G_GUINT64_CONSTANT (0x0850f9794d5108b4) },
    { "a", G_GUINT64_CONSTANT (0x7403fca3a741bff3) },
    { "abc", G_GUINT64_CONSTANT (0x65b1805dd53e4676) },
    { "abcdefg", G_GUINT64_CONSTANT (0x83fd32693406fa48) },
    { "abcdefgh", G_GUINT64_CONSTANT (0x4419a8d85521a885) },
    { "abcdefghi", G_GUINT64_CONSTANT (0x806ec9a673e7ba8c) },
    { "0123456789abcde", G_GUINT64_CONSTANT (0x874506076a060fea) },
    { "0123456789abcdef", G_GUINT64_CONSTANT (0x1f571807a1a49772) },
    { "0123456789abcdef0", G_GUINT64_CONSTANT (0x84925b0d69f67790) },
    { "The quick brown fox jumps over the lazy dog", G_GUINT64_CONSTANT (0x8f22a312d3b590f7) },
  };
  static const struct
  {
    guint64 value, hash;
  } integers[] = {
    { G_GUINT64_CONSTANT (0x0000000000000000), G_GUINT64_CONSTANT (0x0850f9794d5108b4) },
    { G_GUINT64_CONSTANT (0x0000000000000001), G_GUINT64_CONSTANT (0x1155780eeda5205e) },
    { G_GUINT64_CONSTANT (0x0000000000000002), G_GUINT64_CONSTANT (0xda5bfb9583c9dae8) },
    { G_GUINT64_CONSTANT (0x000000000000002a), G_GUINT64_CONSTANT (0xe3efaad4efe0448c) },
    { G_GUINT64_CONSTANT (0xffffffffffffffff), G_GUINT64_CONSTANT (0xca58f47a8d49aab8) },
    { G_GUINT64_CONSTANT (0x8000000000000000), G_GUINT64_CONSTANT (0x1dd2b6d03deb3d21) },
    { G_GUINT64_CONSTANT (0x0123456789abcdef), G_GUINT64_CONSTANT (0x392386affa10c5af) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmphex (weir_hash_bytes (texts[i].text, strlen (texts[i].text)), ==, texts[i].hash);
  for (guint i = 0; i < G_N_ELEMENTS (integers); i++)
    g_assert_cmphex (weir_hash_u64 (integers[i].value), ==, integers[i].hash);
  g_assert_cmphex (weir_hash_combine (weir_hash_u64 (1), weir_hash_u64 (2)), ==, G_GUINT64_CONSTANT (0x212088ff5284531e));
}

/* The place in memory does not matter, length and content do. */
static void
test_bytes (void)
{
  char    bytes[160], moved[168];
  guint64 seen[128];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)g_test_rand_int ();
  for (guint len = 0; len < 128; len++)
    {
      guint64 hash = seen[len] = weir_hash_bytes (bytes, len);

      for (guint offset = 1; offset < 8; offset++)
        {
          memset (moved, 0xff, sizeof moved);
          memcpy (moved + offset, bytes, len);
          g_assert_cmphex (weir_hash_bytes (moved + offset, len), ==, hash);
        }
      for (guint i = 0; i < len; i++)
        {
          bytes[i] ^= 1;
          g_assert_cmphex (weir_hash_bytes (bytes, len), !=, hash);
          bytes[i] ^= 1;
        }
      for (guint i = 0; i < len; i++)
        g_assert_cmphex (seen[i], !=, hash);
    }
}

/* Low and high bits of running numbers spread over partitions and slots. */
static void
test_spread (void)
{
  guint low[64] = { 0 }, high[64] = { 0 };

  for (guint i = 0; i < 64000; i++)
    {
      guint64 hash = weir_hash_u64 (i);

      low[hash & 63]++;
      high[hash >> 58]++;
    }
  for (guint i = 0; i < 64; i++)
    {
      g_assert_cmpuint (low[i], >, 800);
      g_assert_cmpuint (low[i], <, 1200);
      g_assert_cmpuint (high[i], >, 800);
      g_assert_cmpuint (high[i], <, 1200);
    }
}

static void
test_normalize (void)
{
  double nan = weir_normalize_double (-NAN), other = weir_normalize_double (NAN), zero = weir_normalize_double (-0.0);

  g_assert_cmpmem (&nan, sizeof nan, &other, sizeof other);
  g_assert_false (signbit (zero));
  g_assert_cmpfloat (weir_normalize_double (-1.5), ==, -1.5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hash/vectors", test_vectors);
  g_test_add_func ("/hash/bytes", test_bytes);
  g_test_add_func ("/hash/spread", test_spread);
  g_test_add_func ("/hash/normalize", test_normalize);
  return g_test_run ();
}
