/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/bytes.h"
#include "base/cpu.h"
#include "base/crc32c.h"
#include "base/scratch.h"

#include <string.h>

static void
test_round_trip (void)
{
  static const guint64   values[] = { 0, 1, 127, 128, 16383, 16384, G_MAXUINT32, G_MAXUINT64 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  WeirWriter             writer = { bytes };
  WeirReader             reader;
  gsize                  len;

  weir_writer_u8 (&writer, 0xab);
  weir_writer_u32 (&writer, 0x01020304);
  weir_writer_u64 (&writer, G_GUINT64_CONSTANT (0x0102030405060708));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    weir_writer_varint (&writer, values[i]);
  weir_writer_bytes (&writer, "hello", 5);
  weir_writer_bytes (&writer, NULL, 0);
  weir_writer_raw (&writer, "end", 3);
  g_assert_cmpmem (bytes->data, 5, "\xab\x04\x03\x02\x01", 5);

  weir_reader_init (&reader, bytes->data, bytes->len);
  g_assert_cmpuint (weir_reader_u8 (&reader), ==, 0xab);
  g_assert_cmpuint (weir_reader_u32 (&reader), ==, 0x01020304);
  g_assert_cmpuint (weir_reader_u64 (&reader), ==, G_GUINT64_CONSTANT (0x0102030405060708));
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpuint (weir_reader_varint (&reader), ==, values[i]);
  g_assert_cmpmem (weir_reader_bytes (&reader, &len), 5, "hello", 5);
  g_assert_cmpuint (len, ==, 5);
  g_assert_nonnull (weir_reader_bytes (&reader, &len));
  g_assert_cmpuint (len, ==, 0);
  g_assert_cmpmem (weir_reader_raw (&reader, 3), 3, "end", 3);
  g_assert_false (reader.failed);
  g_assert_cmpuint (reader.pos, ==, reader.len);
  g_assert_cmpuint (weir_reader_u8 (&reader), ==, 0);
  g_assert_true (reader.failed);
}

/* Whatever the bytes are: zeros from the first read past the end on. */
static void
test_bounds (void)
{
  static const guint8 endless[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  static const guint8 huge[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 'x' };
  WeirReader          reader;
  gsize               len;

  weir_reader_init (&reader, endless, sizeof endless);
  g_assert_cmpuint (weir_reader_varint (&reader), ==, 0);
  g_assert_true (reader.failed);
  weir_reader_init (&reader, huge, sizeof huge);
  g_assert_null (weir_reader_bytes (&reader, &len));
  g_assert_cmpuint (len, ==, 0);
  g_assert_true (reader.failed);
  g_assert_null (weir_reader_raw (&reader, 0));
  weir_reader_init (&reader, huge, 3);
  g_assert_cmpuint (weir_reader_u32 (&reader), ==, 0);
  g_assert_cmpuint (weir_reader_u8 (&reader), ==, 0);
  weir_reader_init (&reader, NULL, 0);
  g_assert_cmpuint (weir_reader_u64 (&reader), ==, 0);
  g_assert_true (reader.failed);
}

static void
test_crc32c (void)
{
  static const guint8 zeros[32] = { 0 };
  guint8              ones[32], bytes[300];
  WeirSimd            best = weir_simd_level ();

  memset (ones, 0xff, sizeof ones);
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8)g_test_rand_int ();
  for (WeirSimd level = WEIR_SIMD_PLAIN; level <= best; level++)
    {
      weir_simd_set_level (level);
      /* RFC 3720, B.4 */
      g_assert_cmphex (weir_crc32c (0, zeros, sizeof zeros), ==, 0x8a9136aa);
      g_assert_cmphex (weir_crc32c (0, ones, sizeof ones), ==, 0x62a8ab43);
      g_assert_cmphex (weir_crc32c (0, "123456789", 9), ==, 0xe3069283);
      g_assert_cmphex (weir_crc32c (0, "", 0), ==, 0);
      for (guint cut = 0; cut < sizeof bytes; cut += 7)
        g_assert_cmphex (weir_crc32c (weir_crc32c (0, bytes, cut), bytes + cut, sizeof bytes - cut), ==, weir_crc32c (0, bytes, sizeof bytes));
      weir_simd_set_level (WEIR_SIMD_PLAIN);
      g_assert_cmphex (weir_crc32c (0, bytes, sizeof bytes), ==, (weir_simd_set_level (level), weir_crc32c (0, bytes, sizeof bytes)));
    }
  weir_simd_set_level (best);
}

static void
test_scratch (void)
{
  g_autoptr (WeirScratch) scratch = weir_scratch_new ();
  guint8                 *pieces[1000];
  gsize                   sizes[1000];

  for (guint round = 0; round < 4; round++)
    {
      for (guint i = 0; i < 1000; i++)
        {
          sizes[i] = (gsize)g_test_rand_int_range (0, i % 100 == 0 ? 300000 : 300);
          pieces[i] = weir_scratch_alloc (scratch, sizes[i]);
          g_assert_cmpuint ((gsize)pieces[i] % 16, ==, 0);
          memset (pieces[i], (int)(i & 0xff), sizes[i]);
        }
      for (guint i = 0; i < 1000; i++)
        for (gsize b = 0; b < sizes[i]; b += 13)
          g_assert_cmpuint (pieces[i][b], ==, i & 0xff);
      weir_scratch_reset (scratch);
    }
  /* What the last round needed lies in one piece now. */
  pieces[0] = weir_scratch_alloc (scratch, 1000);
  pieces[1] = weir_scratch_alloc (scratch, 1000);
  g_assert_true (pieces[1] == pieces[0] + 1008);
  weir_scratch_reset (scratch);
  g_assert_true (weir_scratch_alloc (scratch, 16) == pieces[0]);
  g_assert_nonnull (weir_scratch_new_array (scratch, guint64, 100));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bytes/round-trip", test_round_trip);
  g_test_add_func ("/bytes/bounds", test_bounds);
  g_test_add_func ("/bytes/crc32c", test_crc32c);
  g_test_add_func ("/bytes/scratch", test_scratch);
  return g_test_run ();
}
