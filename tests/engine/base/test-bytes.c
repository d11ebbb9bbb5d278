/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/bytes.h"
#include "base/cpu.h"
#include "base/crc32c.h"
#include "base/effects.h"
#include "base/scratch.h"
#include "base/word-codec.h"

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

/* Every width, and every place at which bytes may end. */
static void
test_words (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 2000; round++)
    {
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      g_autofree guint8     *copy = NULL;
      WeirWriter             writer = { bytes };
      WeirReader             reader;
      guint64                words[40], back[40];
      guint                  n = g_rand_int_range (rand, 0, 40), bits = g_rand_int_range (rand, 0, 65);
      guint64                base = round % 3 == 0 ? 0 : (guint64)g_rand_int (rand) << 32 | g_rand_int (rand);

      for (guint i = 0; i < n; i++)
        words[i] = base + (bits == 0 ? 0 : ((guint64)g_rand_int (rand) << 32 | g_rand_int (rand)) >> (64 - bits));
      weir_words_write (&writer, words, n);
      g_assert_cmpuint (bytes->len, <=, 11 + n * ((bits + 7) / 8 + (bits == 64 ? 0 : 1)));
      copy = g_memdup2 (bytes->data, bytes->len); /* so that a checker sees reads behind it */
      weir_reader_init (&reader, copy, bytes->len);
      g_assert_true (weir_words_read (&reader, back, n));
      g_assert_cmpuint (reader.pos, ==, bytes->len);
      g_assert_cmpmem (words, n * sizeof *words, back, n * sizeof *back);
      weir_reader_init (&reader, copy, bytes->len - 1);
      g_assert_false (weir_words_read (&reader, back, n));
      copy[0] = 9;
      weir_reader_init (&reader, copy, bytes->len);
      g_assert_false (weir_words_read (&reader, back, n));
    }
}

static void
test_words_are_small (void)
{
  static const guint64   same[] = { 5, 5, 5, 5 };
  static const guint64   around[] = { (guint64)-3, 0, 200 };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  WeirWriter             writer = { bytes };

  weir_words_write (&writer, same, G_N_ELEMENTS (same));
  g_assert_cmpmem (bytes->data, bytes->len, "\x00\x0a", 2);
  g_byte_array_set_size (bytes, 0);
  weir_words_write (&writer, around, G_N_ELEMENTS (around));
  g_assert_cmpmem (bytes->data, bytes->len, "\x01\x05\x00\x03\xcb", 5);
}

/* The same bytes, however they are cut. */
static void
test_pieces (void)
{
  static const char *const bounds[] = { "1", "7", "64", "4096", "100000" };
  g_autoptr (GBytes)       first = NULL;

  for (guint b = 0; b < G_N_ELEMENTS (bounds); b++)
    {
      WeirWriter            writer, part;
      WeirWriterMark        all, inner;
      g_autoptr (GPtrArray) pieces = NULL;
      g_autoptr (GBytes)    bytes = NULL;
      WeirReader            reader, body;
      gsize                 len;

      g_setenv ("WEIR_PIECE_BYTES", bounds[b], TRUE);
      weir_writer_init_pieces (&writer);
      weir_writer_init_pieces (&part);
      g_unsetenv ("WEIR_PIECE_BYTES");
      all = weir_writer_begin_length (&writer);
      weir_writer_bytes (&writer, "some bytes", 10);
      inner = weir_writer_begin_length (&part);
      for (guint i = 0; i < 2000; i++)
        weir_writer_u32 (&part, i);
      weir_writer_end_length (&part, inner);
      weir_writer_take (&writer, &part);
      weir_writer_varint (&writer, 300);
      weir_writer_end_length (&writer, all);
      g_assert_cmpuint (weir_writer_size (&writer), ==, 8 + 11 + 8 + 8000 + 2);
      {
        guint32 crc = weir_writer_crc32c (&writer);

        pieces = weir_writer_finish_pieces (&writer);
        bytes = weir_pieces_join (pieces);
        g_assert_cmpuint (crc, ==, weir_crc32c (0, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
      }
      g_assert_cmpuint (weir_pieces_size (pieces), ==, g_bytes_get_size (bytes));
      if (WEIR_EFFECTS && b < 3)
        g_assert_cmpuint (pieces->len, >, 100);
      weir_reader_init (&reader, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      body = weir_reader_part (&reader);
      g_assert_cmpuint (reader.pos, ==, reader.len);
      g_assert_cmpmem (weir_reader_bytes (&body, &len), 10, "some bytes", 10);
      reader = weir_reader_part (&body);
      g_assert_cmpuint (reader.len, ==, 8000);
      g_assert_cmpuint (weir_reader_varint (&body), ==, 300);
      g_assert_cmpuint (body.pos, ==, body.len);
      if (first == NULL)
        first = g_bytes_ref (bytes);
      g_assert_true (g_bytes_equal (first, bytes));
    }
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
  guint8              ones[32], bytes[10000];
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
      for (guint cut = 0; cut < sizeof bytes; cut += 191)
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
  g_test_add_func ("/bytes/words", test_words);
  g_test_add_func ("/bytes/words-are-small", test_words_are_small);
  g_test_add_func ("/bytes/pieces", test_pieces);
  g_test_add_func ("/bytes/crc32c", test_crc32c);
  g_test_add_func ("/bytes/scratch", test_scratch);
  return g_test_run ();
}
