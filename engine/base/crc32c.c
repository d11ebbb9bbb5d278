/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/crc32c.h"

#include "base/cpu.h"

#include <string.h>

/*
 * The instruction of SSE 4.2 (every machine with AVX2 has it), eight bytes a step; else eight tables, eight bytes a step too.
 *
 * The instruction takes three cycles before its result is there, and one begins in each: long inputs go three blocks side by side. What
 * a checksum becomes behind BLOCK more zeros is linear in its bits, so four tables take one over the next block.
 */

#define POLYNOMIAL 0x82f63b78u

#ifdef __x86_64__

#include <nmmintrin.h>

#define BLOCK 1024

static guint32 shifts[4][256];

static inline guint32
shift (guint32 crc)
{
  return shifts[0][crc & 0xff] ^ shifts[1][crc >> 8 & 0xff] ^ shifts[2][crc >> 16 & 0xff] ^ shifts[3][crc >> 24];
}

__attribute__ ((target ("sse4.2"))) static void
make_shifts (void)
{
  for (guint bit = 0; bit < 32; bit++)
    {
      guint64 crc = G_GUINT64_CONSTANT (1) << bit;

      for (guint i = 0; i < BLOCK / 8; i++)
        crc = _mm_crc32_u64 (crc, 0);
      for (guint value = 0; value < 256; value++)
        if ((value >> bit % 8 & 1) != 0)
          shifts[bit / 8][value] ^= (guint32)crc;
    }
}

/* Three blocks. */
__attribute__ ((target ("sse4.2"))) static guint32
crc_blocks (guint32       crc,
            const guint8 *at)
{
  guint64 a = crc, b = 0, c = 0;

  for (guint i = 0; i < BLOCK; i += 8)
    {
      guint64 words[3];

      memcpy (&words[0], at + i, 8);
      memcpy (&words[1], at + BLOCK + i, 8);
      memcpy (&words[2], at + 2 * BLOCK + i, 8);
      a = _mm_crc32_u64 (a, words[0]);
      b = _mm_crc32_u64 (b, words[1]);
      c = _mm_crc32_u64 (c, words[2]);
    }
  return shift (shift ((guint32)a) ^ (guint32)b) ^ (guint32)c;
}

__attribute__ ((target ("sse4.2"))) static guint32
crc_short (guint32       crc,
           const guint8 *at,
           gsize         len)
{
  guint64 wide = crc;

  for (; len >= 8; len -= 8, at += 8)
    {
      guint64 word;

      memcpy (&word, at, sizeof word);
      wide = _mm_crc32_u64 (wide, word);
    }
  crc = (guint32)wide;
  for (; len > 0; len--, at++)
    crc = _mm_crc32_u8 (crc, *at);
  return crc;
}

static guint32
crc_hardware (guint32       crc,
              const guint8 *at,
              gsize         len)
{
  static gsize ready;

  if (len >= 3 * BLOCK && g_once_init_enter (&ready))
    {
      make_shifts ();
      g_once_init_leave (&ready, 1);
    }
  for (; len >= 3 * BLOCK; len -= 3 * BLOCK, at += 3 * BLOCK)
    crc = crc_blocks (crc, at);
  return crc_short (crc, at, len);
}

#else

static guint32
crc_hardware (guint32       crc,
              const guint8 *at,
              gsize         len)
{
  g_assert_not_reached ();
}

#endif

static guint32 tables[8][256];

static void
make_tables (void)
{
  for (guint32 byte = 0; byte < 256; byte++)
    {
      guint32 crc = byte;

      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
      tables[0][byte] = crc;
    }
  for (guint t = 1; t < 8; t++)
    for (guint byte = 0; byte < 256; byte++)
      tables[t][byte] = tables[t - 1][byte] >> 8 ^ tables[0][tables[t - 1][byte] & 0xff];
}

static guint32
crc_tables (guint32       crc,
            const guint8 *at,
            gsize         len)
{
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      make_tables ();
      g_once_init_leave (&ready, 1);
    }
  for (; len >= 8; len -= 8, at += 8)
    {
      crc ^= (guint32)at[0] | (guint32)at[1] << 8 | (guint32)at[2] << 16 | (guint32)at[3] << 24;
      crc = tables[7][crc & 0xff] ^ tables[6][crc >> 8 & 0xff] ^ tables[5][crc >> 16 & 0xff] ^ tables[4][crc >> 24] ^
            tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    }
  for (; len > 0; len--, at++)
    crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
  return crc;
}

guint32
weir_crc32c (guint32     crc,
             const void *data,
             gsize       len)
{
  crc = ~crc;
  return ~(weir_simd_level () >= WEIR_SIMD_AVX2 ? crc_hardware (crc, data, len) : crc_tables (crc, data, len));
}
