/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/text-index-private.h"

#include <string.h>

/*
 * The index with AVX2 and AVX-512. Each function is compiled for its instruction set and called only when the processor has it.
 */

#ifdef __x86_64__

#include <immintrin.h>

/* Text is read once and in order; fetching it this far ahead halves the time of the index when it comes from memory. */
#define PREFETCH_BYTES 4096

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

      __builtin_prefetch (text + i + PREFETCH_BYTES);
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

      __builtin_prefetch (text + i + PREFETCH_BYTES);
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

/* Flags of bytes that are not ASCII, looked for only when there are any. */
AVX512 static void
flag_high_avx512 (WeirTextIndex *index,
                  const char    *text,
                  gsize          len)
{
  for (gsize i = 0; i < len; i += 64)
    if ((_mm512_movepi8_mask (_mm512_loadu_si512 (text + i)) & _weir_tail_mask (len - i)) != 0)
      index->flags[i / 64] |= WEIR_INDEX_HIGH;
  index->any |= WEIR_INDEX_HIGH;
}

/* 64 bytes with something special among them, or the last ones. */
AVX512 static __attribute__ ((noinline)) guint64
json_special_avx512 (WeirTextIndex *index,
                     const char    *text,
                     gsize          len,
                     gsize          i,
                     guint64       *carry)
{
  __m512i   block = _mm512_loadu_si512 (text + i);
  guint64   live = _weir_tail_mask (len - i);
  guint64   cr = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\r'));
  WeirMasks masks = { 0 };

  masks.a = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('"'));
  masks.newline = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\n'));
  masks.backslash = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\\'));
  masks.special = _mm512_mask_cmplt_epu8_mask (live & ~masks.newline & ~cr, block, _mm512_set1_epi8 (' '));
  masks.special |= masks.backslash | _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
  return _weir_json_block (&masks, carry, &index->flags[i / 64], &index->any);
}

AVX512 void
_weir_json_index_avx512 (WeirTextIndex *index,
                         const char    *text,
                         gsize          len)
{
  guint32 *positions = index->positions;
  guint64  carry = 0;
  guint    n = 0;
  gsize    i = 0;
  __m512i  high = _mm512_setzero_si512 ();

  memset (index->flags, 0, len / 64 + 1);
  for (; i + 64 <= len; i += 64)
    {
      __m512i   block = _mm512_loadu_si512 (text + i);
      __mmask64 newline = _mm512_cmpeq_epi8_mask (block, _mm512_set1_epi8 ('\n'));
      __mmask64 odd = _mm512_cmplt_epu8_mask (block, _mm512_set1_epi8 (' ')) ^ newline;
      guint64   bits = _mm512_cmpeq_epi8_mask (block, _mm512_set1_epi8 ('"')) | newline;

      odd |= _mm512_cmpeq_epi8_mask (block, _mm512_set1_epi8 ('\\'));
      __builtin_prefetch (text + i + PREFETCH_BYTES);
      high = _mm512_or_si512 (high, block);
      if (G_UNLIKELY ((odd | carry) != 0))
        bits = json_special_avx512 (index, text, len, i, &carry);
      n = flatten_avx512 (positions, n, (guint32)i, bits, 0);
    }
  if (i < len)
    {
      high = _mm512_or_si512 (high, _mm512_maskz_loadu_epi8 (_weir_tail_mask (len - i), text + i));
      n = flatten_avx512 (positions, n, (guint32)i, json_special_avx512 (index, text, len, i, &carry), 0);
    }
  index->n = n;
  if (_mm512_movepi8_mask (high) != 0)
    flag_high_avx512 (index, text, len);
}

AVX512 static guint64
csv_special_avx512 (WeirTextIndex      *index,
                    const char         *text,
                    gsize               len,
                    gsize               i,
                    const WeirCsvBytes *bytes,
                    guint64            *inside,
                    guint64            *newline)
{
  __m512i   block = _mm512_loadu_si512 (text + i);
  guint64   live = _weir_tail_mask (len - i);
  guint64   cr = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\r'));
  WeirMasks masks = { 0 };

  masks.a = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 (bytes->sep));
  masks.newline = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 ('\n'));
  if (bytes->quote != '\0')
    masks.quote = _mm512_mask_cmpeq_epi8_mask (live, block, _mm512_set1_epi8 (bytes->quote));
  if (bytes->escape != '\0')
    masks.special = _mm512_mask_cmpeq_epi8_mask (live & ~masks.quote, block, _mm512_set1_epi8 (bytes->escape));
  masks.special |= _weir_lone_cr (cr, masks.newline, text[MIN (i + 64, len)]);
  *newline = masks.newline;
  return _weir_csv_block (&masks, inside, &index->flags[i / 64], &index->any);
}

AVX512 void
_weir_csv_index_avx512 (WeirTextIndex      *index,
                        const char         *text,
                        gsize               len,
                        const WeirCsvBytes *bytes)
{
  /* Without a quote or escape another special byte is looked for twice. */
  const __m512i sep = _mm512_set1_epi8 (bytes->sep);
  const __m512i quote = _mm512_set1_epi8 (bytes->quote != '\0' ? bytes->quote : '\r');
  const __m512i escape = _mm512_set1_epi8 (bytes->escape != '\0' ? bytes->escape : '\r');
  guint32      *positions = index->positions;
  guint64       inside = 0;
  guint         n = 0;
  gsize         i = 0;
  __m512i       high = _mm512_setzero_si512 ();

  memset (index->flags, 0, len / 64 + 1);
  for (; i + 64 <= len; i += 64)
    {
      __m512i   block = _mm512_loadu_si512 (text + i);
      __mmask64 odd = _mm512_cmpeq_epi8_mask (block, quote) | _mm512_cmpeq_epi8_mask (block, escape) | _mm512_cmpeq_epi8_mask (block, _mm512_set1_epi8 ('\r'));
      guint64   newline = _mm512_cmpeq_epi8_mask (block, _mm512_set1_epi8 ('\n'));
      guint64   bits = _mm512_cmpeq_epi8_mask (block, sep) | newline;

      __builtin_prefetch (text + i + PREFETCH_BYTES);
      high = _mm512_or_si512 (high, block);
      if ((odd | inside) != 0)
        bits = csv_special_avx512 (index, text, len, i, bytes, &inside, &newline);
      n = flatten_avx512 (positions, n, (guint32)i, bits, _pext_u64 (newline, bits));
    }
  if (i < len)
    {
      guint64 newline;
      guint64 bits = csv_special_avx512 (index, text, len, i, bytes, &inside, &newline);

      high = _mm512_or_si512 (high, _mm512_maskz_loadu_epi8 (_weir_tail_mask (len - i), text + i));
      n = flatten_avx512 (positions, n, (guint32)i, bits, _pext_u64 (newline, bits));
    }
  index->n = n;
  if (_mm512_movepi8_mask (high) != 0)
    flag_high_avx512 (index, text, len);
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
