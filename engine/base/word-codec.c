/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/word-codec.h"

#include <string.h>

#include "base/cpu.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Words are stored and loaded eight bytes at a time, over each other; only the last ones of a column byte by byte. */

static guint
width_of (guint64 spread)
{
  return spread == 0 ? 0 : (71 - (guint)__builtin_clzll (spread)) / 8;
}

static guint64
get_le (const guint8 *at,
        guint         width)
{
  guint64 value = 0;

  memcpy (&value, at, width);
  return GUINT64_FROM_LE (value);
}

/* Eight bytes are written for each: the room behind them is needed too. */
static inline __attribute__ ((always_inline)) void
pack_width (guint8        *to,
            const guint64 *words,
            guint          n,
            guint64        least,
            guint          width)
{
  guint64 value;

  for (guint i = 0; i < n; i++, to += width)
    {
      value = GUINT64_TO_LE (words[i] - least);
      memcpy (to, &value, sizeof value);
    }
}

#ifdef __x86_64__

/* FALSE: not a width of a machine's numbers. */
__attribute__ ((target ("avx512f"), optimize ("O3"))) static gboolean
pack_avx512 (guint8        *to,
             const guint64 *words,
             guint          n,
             guint64        least,
             guint          width)
{
  const __m512i from = _mm512_set1_epi64 ((gint64)least);
  guint         i = 0;

  if (width != 1 && width != 2 && width != 4)
    return FALSE;
  for (; i + 8 <= n; i += 8)
    {
      __m512i wide = _mm512_sub_epi64 (_mm512_loadu_si512 (words + i), from);

      if (width == 1)
        _mm_storel_epi64 ((__m128i *)(void *)(to + i), _mm512_cvtepi64_epi8 (wide));
      else if (width == 2)
        _mm_storeu_si128 ((__m128i *)(void *)(to + i * 2), _mm512_cvtepi64_epi16 (wide));
      else
        _mm256_storeu_si256 ((__m256i *)(void *)(to + i * 4), _mm512_cvtepi64_epi32 (wide));
    }
  pack_width (to + (gsize)i * width, words + i, n - i, least, width);
  return TRUE;
}

#endif

static void
pack (guint8        *to,
      const guint64 *words,
      guint          n,
      guint64        least,
      guint          width)
{
#ifdef __x86_64__
  if (weir_simd_level () >= WEIR_SIMD_AVX512 && pack_avx512 (to, words, n, least, width))
    return;
#endif
  switch (width)
    {
    case 1:
      for (guint i = 0; i < n; i++)
        to[i] = (guint8)(words[i] - least);
      break;
    case 2:
      pack_width (to, words, n, least, 2);
      break;
    case 3:
      pack_width (to, words, n, least, 3);
      break;
    default:
      pack_width (to, words, n, least, width);
    }
}

/* Of at least one. */
static inline __attribute__ ((always_inline)) void
find_range (const guint64 *words,
            guint          n,
            gint64        *least,
            gint64        *most)
{
  gint64 low = (gint64)words[0], high = low;

  for (guint i = 0; i < n; i++)
    {
      gint64 value = (gint64)words[i];

      low = MIN (low, value);
      high = MAX (high, value);
    }
  *least = low;
  *most = high;
}

#ifdef __x86_64__

__attribute__ ((target ("avx512f"), optimize ("O3"))) static void
find_range_avx512 (const guint64 *words,
                   guint          n,
                   gint64        *least,
                   gint64        *most)
{
  find_range (words, n, least, most);
}

__attribute__ ((target ("avx2"), optimize ("O3"))) static void
find_range_avx2 (const guint64 *words,
                 guint          n,
                 gint64        *least,
                 gint64        *most)
{
  find_range (words, n, least, most);
}

#endif

static void
range_of (const guint64 *words,
          guint          n,
          gint64        *least,
          gint64        *most)
{
  guint64 differs = 0;

  *least = *most = n > 0 ? (gint64)words[0] : 0;
  for (guint i = 0; i < n; i++)
    differs |= words[i] ^ words[0];
  if (differs == 0)
    return;
#ifdef __x86_64__
  if (weir_simd_level () >= WEIR_SIMD_AVX512)
    find_range_avx512 (words, n, least, most);
  else if (weir_simd_level () >= WEIR_SIMD_AVX2)
    find_range_avx2 (words, n, least, most);
  else
#endif
    find_range (words, n, least, most);
}

void
weir_words_write (WeirWriter    *writer,
                  const guint64 *words,
                  guint          n)
{
  gint64  least, most;
  guint   width;
  gsize   len;
  guint8 *to;

  range_of (words, n, &least, &most);
  width = width_of ((guint64)most - (guint64)least);
  weir_writer_u8 (writer, (guint8)width);
  weir_writer_varint (writer, (guint64)least << 1 ^ (guint64)(least >> 63));
  if (width == 0)
    return;
  len = (gsize)n * width;
  to = weir_writer_room (writer, len + 8);
  pack (to, words, n, (guint64)least, width);
  g_byte_array_set_size (writer->bytes, writer->bytes->len - 8);
}

gboolean
weir_words_read (WeirReader *reader,
                 guint64    *words,
                 guint       n)
{
  guint         width = weir_reader_u8 (reader);
  guint64       zigzag = weir_reader_varint (reader), least = zigzag >> 1 ^ (0 - (zigzag & 1)), mask;
  guint         safe = 0;
  const guint8 *at;

  if (width > 8)
    reader->failed = TRUE;
  at = weir_reader_raw (reader, (gsize)n * width);
  if (at == NULL)
    return FALSE;
  mask = width == 8 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << 8 * width) - 1;
  if (width == 0)
    for (; safe < n; safe++)
      words[safe] = least;
  for (; width > 0 && (gsize)safe * width + 8 <= (gsize)n * width; safe++)
    words[safe] = (get_le (at + (gsize)safe * width, 8) & mask) + least;
  for (; safe < n; safe++)
    words[safe] = get_le (at + (gsize)safe * width, width) + least;
  return TRUE;
}
