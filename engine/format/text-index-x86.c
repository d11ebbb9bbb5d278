/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/text-index-private.h"

/*
 * The index with AVX2 and AVX-512. Each function is compiled for its instruction set and called only when the processor has it.
 */

#ifdef __x86_64__

#include <immintrin.h>

#define AVX2   __attribute__ ((target ("avx2,bmi,bmi2,lzcnt,popcnt")))
#define AVX512 __attribute__ ((target ("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512vl,avx512vbmi2")))

AVX2 static inline guint64
equal_avx2 (__m256i low,
            __m256i high,
            char    c)
{
  __m256i wanted = _mm256_set1_epi8 (c);

  return (guint32)_mm256_movemask_epi8 (_mm256_cmpeq_epi8 (low, wanted)) |
         (guint64)(guint32)_mm256_movemask_epi8 (_mm256_cmpeq_epi8 (high, wanted)) << 32;
}

AVX2 static inline guint64
high_avx2 (__m256i low,
           __m256i high)
{
  return (guint32)_mm256_movemask_epi8 (low) | (guint64)(guint32)_mm256_movemask_epi8 (high) << 32;
}

AVX2 static inline guint64
control_avx2 (__m256i low,
              __m256i high)
{
  __m256i limit = _mm256_set1_epi8 (0x1f);

  return (guint32)_mm256_movemask_epi8 (_mm256_cmpeq_epi8 (_mm256_min_epu8 (low, limit), low)) |
         (guint64)(guint32)_mm256_movemask_epi8 (_mm256_cmpeq_epi8 (_mm256_min_epu8 (high, limit), high)) << 32;
}

AVX2 void
_weir_json_index_avx2 (WeirTextIndex *index,
                       const char    *text,
                       gsize          len)
{
  guint64 carry = 0;
  guint   n = 0;
  guint8  any = 0;

  for (gsize i = 0; i < len; i += 64)
    {
      __m256i   low = _mm256_loadu_si256 ((const __m256i *)(text + i));
      __m256i   high = _mm256_loadu_si256 ((const __m256i *)(text + i + 32));
      guint64   live = _weir_tail_mask (len - i);
      WeirMasks masks;
      guint64   control = control_avx2 (low, high) & live;
      guint64   bits;

      masks.a = equal_avx2 (low, high, '"') & live;
      masks.newline = equal_avx2 (low, high, '\n') & live;
      masks.backslash = equal_avx2 (low, high, '\\') & live;
      masks.high = high_avx2 (low, high) & live;
      masks.special = control & ~masks.newline;
      if (masks.special != 0)
        {
          guint64 cr = equal_avx2 (low, high, '\r') & live;

          masks.special = (masks.special & ~cr) | _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
        }
      masks.special |= masks.backslash;
      bits = _weir_json_block (&masks, &carry, &index->flags[i / 64], &any);
      n = _weir_flatten (index->positions, n, (guint32)i, bits);
    }
  index->n = n;
  index->any = any;
}

AVX2 void
_weir_csv_index_avx2 (WeirTextIndex      *index,
                      const char         *text,
                      gsize               len,
                      const WeirCsvBytes *bytes)
{
  guint64 inside = 0;
  guint   n = 0;
  guint8  any = 0;

  for (gsize i = 0; i < len; i += 64)
    {
      __m256i   low = _mm256_loadu_si256 ((const __m256i *)(text + i));
      __m256i   high = _mm256_loadu_si256 ((const __m256i *)(text + i + 32));
      guint64   live = _weir_tail_mask (len - i);
      guint64   cr = equal_avx2 (low, high, '\r') & live;
      WeirMasks masks;
      guint64   bits;

      masks.a = equal_avx2 (low, high, bytes->sep) & live;
      masks.newline = equal_avx2 (low, high, '\n') & live;
      masks.quote = bytes->quote != '\0' ? equal_avx2 (low, high, bytes->quote) & live : 0;
      masks.high = high_avx2 (low, high) & live;
      masks.special = bytes->escape != '\0' ? equal_avx2 (low, high, bytes->escape) & live & ~masks.quote : 0;
      if (cr != 0)
        masks.special |= _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
      bits = _weir_csv_block (&masks, &inside, &index->flags[i / 64], &any);
      n = _weir_flatten_marked (index->positions, n, (guint32)i, bits, masks.newline);
    }
  index->n = n;
  index->any = any;
}

/* Positions of set bits, sixteen at a time: the bytes 0…63 are compressed by the mask, then widened. @marks: which of them are line ends. */
AVX512 static inline guint
flatten_avx512 (guint32 *out,
                guint    n,
                guint32  base,
                guint64  bits,
                guint64  marks)
{
  const __m512i mark = _mm512_set1_epi32 ((int)WEIR_INDEX_NEWLINE);
  const __m512i iota = _mm512_set_epi8 (63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32,
                                        31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m512i       packed = _mm512_maskz_compress_epi8 (bits, iota);
  __m512i       start = _mm512_set1_epi32 ((int)base);
  guint         count = (guint)__builtin_popcountll (bits);

#define STORE(part)                                                                                                          \
  do                                                                                                                         \
    {                                                                                                                        \
      __m512i wide = _mm512_add_epi32 (start, _mm512_cvtepu8_epi32 (_mm512_extracti32x4_epi32 (packed, part)));              \
                                                                                                                             \
      _mm512_storeu_si512 (out + n + 16 * part, _mm512_mask_or_epi32 (wide, (__mmask16)(marks >> (16 * part)), wide, mark)); \
    }                                                                                                                        \
  while (0)
  STORE (0);
  if (G_UNLIKELY (count > 16))
    {
      STORE (1);
      if (count > 32)
        {
          STORE (2);
          STORE (3);
        }
    }
#undef STORE
  return n + count;
}

AVX512 void
_weir_json_index_avx512 (WeirTextIndex *index,
                         const char    *text,
                         gsize          len)
{
  guint64 carry = 0;
  guint   n = 0;
  guint8  any = 0;

  for (gsize i = 0; i < len; i += 64)
    {
      __m512i block = _mm512_loadu_si512 (text + i);
      __builtin_prefetch (text + i + 1536);
      guint64   live = _weir_tail_mask (len - i);
      WeirMasks masks;
      guint64   bits;

      masks.a = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('"'));
      masks.newline = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\n'));
      masks.backslash = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\\'));
      masks.high = _mm512_movepi8_mask (block) & live;
      masks.special = _mm512_mask_cmplt_epu8_mask (live & ~masks.newline, block, _mm512_set1_epi8 (' '));
      if (G_UNLIKELY (masks.special != 0))
        {
          guint64 cr = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\r'));

          masks.special = (masks.special & ~cr) | _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
        }
      masks.special |= masks.backslash;
      bits = _weir_json_block (&masks, &carry, &index->flags[i / 64], &any);
      n = flatten_avx512 (index->positions, n, (guint32)i, bits, 0);
    }
  index->n = n;
  index->any = any;
}

AVX512 void
_weir_csv_index_avx512 (WeirTextIndex      *index,
                        const char         *text,
                        gsize               len,
                        const WeirCsvBytes *bytes)
{
  guint64       inside = 0;
  guint         n = 0;
  guint8        any = 0;
  const __m512i sep = _mm512_set1_epi8 (bytes->sep);
  const __m512i quote = _mm512_set1_epi8 (bytes->quote);
  const __m512i escape = _mm512_set1_epi8 (bytes->escape);
  guint64       quote_live = bytes->quote != '\0' ? G_MAXUINT64 : 0;
  guint64       escape_live = bytes->escape != '\0' ? G_MAXUINT64 : 0;

  for (gsize i = 0; i < len; i += 64)
    {
      __m512i block = _mm512_loadu_si512 (text + i);
      __builtin_prefetch (text + i + 1536);
      guint64   live = _weir_tail_mask (len - i);
      guint64   cr = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\r'));
      WeirMasks masks;
      guint64   bits;

      masks.a = _mm512_mask_cmpeq_epi8_mask (live, block, sep);
      masks.newline = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\n'));
      masks.quote = _mm512_mask_cmpeq_epi8_mask (live & quote_live, block, quote);
      masks.high = _mm512_movepi8_mask (block) & live;
      masks.special = _mm512_mask_cmpeq_epi8_mask (live & escape_live & ~masks.quote, block, escape);
      if (G_UNLIKELY (cr != 0))
        masks.special |= _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
      bits = _weir_csv_block (&masks, &inside, &index->flags[i / 64], &any);
      n = flatten_avx512 (index->positions, n, (guint32)i, bits, _pext_u64 (masks.newline, bits));
    }
  index->n = n;
  index->any = any;
}

#else

void
_weir_json_index_avx2 (WeirTextIndex *index,
                       const char    *text,
                       gsize          len)
{
  g_assert_not_reached ();
}

void
_weir_json_index_avx512 (WeirTextIndex *index,
                         const char    *text,
                         gsize          len)
{
  g_assert_not_reached ();
}

void
_weir_csv_index_avx2 (WeirTextIndex      *index,
                      const char         *text,
                      gsize               len,
                      const WeirCsvBytes *bytes)
{
  g_assert_not_reached ();
}

void
_weir_csv_index_avx512 (WeirTextIndex      *index,
                        const char         *text,
                        gsize               len,
                        const WeirCsvBytes *bytes)
{
  g_assert_not_reached ();
}

#endif
