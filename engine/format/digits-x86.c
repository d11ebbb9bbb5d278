/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/csv-run-private.h"
#include "format/digits-private.h"

/*
 * Integers with AVX2 and AVX-512: each 128 bit lane holds the digits of one cell, moved to its end by a shuffle with zeros before them, and pairs
 * are joined to two, four and eight digits.
 */

#ifdef __x86_64__

#include <immintrin.h>

#define AVX2   __attribute__ ((target ("avx2,bmi,bmi2,lzcnt,popcnt")))
#define AVX512 __attribute__ ((target ("avx2,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")))

/* Sixteen zeros, then 0…15: sixteen bytes from `len` on move the first `len` bytes of a lane to its end. */
static const guint8 align_right[32] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/* What is read for a cell that does not fit. */
static const char no_digits[16] = { 0 };

#define LOAD(p) _mm_loadu_si128 ((const __m128i *)(p))

/* Four texts of up to 16 digits; the result has a bit for each that was digits only. */
AVX512 static inline __attribute__ ((always_inline)) guint
parse_four (const char *a,
            const char *b,
            const char *c,
            const char *d,
            guint       len_a,
            guint       len_b,
            guint       len_c,
            guint       len_d,
            __m256i    *values)
{
  __m512i digits = _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (a)), LOAD (b), 1)),
                                       _mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (c)), LOAD (d), 1), 1);
  __m512i shuffle = _mm512_inserti64x4 (_mm512_castsi256_si512 (_mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (align_right + len_a)), LOAD (align_right + len_b), 1)),
                                        _mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (align_right + len_c)), LOAD (align_right + len_d), 1), 1);
  __m512i wide;
  guint64 wrong;

  digits = _mm512_shuffle_epi8 (_mm512_sub_epi8 (digits, _mm512_set1_epi8 ('0')), shuffle);
  wrong = _mm512_cmpgt_epu8_mask (digits, _mm512_set1_epi8 (9));
  wide = _mm512_maddubs_epi16 (digits, _mm512_set1_epi16 (1 << 8 | 10));
  wide = _mm512_madd_epi16 (wide, _mm512_set1_epi32 (1 << 16 | 100));
  wide = _mm512_packus_epi32 (wide, wide);
  wide = _mm512_madd_epi16 (wide, _mm512_set1_epi32 (1 << 16 | 10000));
  wide = _mm512_add_epi64 (_mm512_mul_epu32 (wide, _mm512_set1_epi64 (100000000)), _mm512_srli_epi64 (wide, 32));
  *values = _mm512_castsi512_si256 (_mm512_maskz_compress_epi64 (0x55, wide));
  if (G_LIKELY (wrong == 0))
    return 15;
  return ((wrong & 0xffff) == 0) | ((wrong >> 16 & 0xffff) == 0) << 1 | ((wrong >> 32 & 0xffff) == 0) << 2 | (wrong >> 48 == 0) << 3;
}

/* One of the last cells, or one beside cells that do not fit. */
AVX512 static __attribute__ ((noinline)) gboolean
parse_alone (const WeirCell *cell,
             guint32         kind,
             gint64         *value)
{
  __m256i four;

  if (!_weir_digits_fit (cell, kind) || (parse_four (cell->data, no_digits, no_digits, no_digits, cell->len, 0, 0, 0, &four) & 1) == 0)
    return FALSE;
  *value = _mm256_extract_epi64 (four, 0);
  return TRUE;
}

AVX512 guint64
_weir_parse_digits_avx512 (const WeirCell *cells,
                           guint           n,
                           guint32         kind,
                           gint64         *values)
{
  guint64 ok = 0;
  guint   i;

  for (i = 0; i + 4 <= n; i += 4)
    {
      const WeirCell *c = &cells[i];
      __m256i         four;

      if (G_LIKELY (_weir_digits_fit (c, kind) && _weir_digits_fit (c + 1, kind) && _weir_digits_fit (c + 2, kind) && _weir_digits_fit (c + 3, kind)))
        {
          ok |= (guint64)parse_four (c[0].data, c[1].data, c[2].data, c[3].data, c[0].len, c[1].len, c[2].len, c[3].len, &four) << i;
          _mm256_storeu_si256 ((__m256i *)(values + i), four);
        }
      else
        for (guint j = i; j < i + 4; j++)
          ok |= (guint64)parse_alone (&cells[j], kind, &values[j]) << j;
    }
  for (; i < n; i++)
    ok |= (guint64)parse_alone (&cells[i], kind, &values[i]) << i;
  return ok;
}

AVX512 guint64
_weir_parse_run_digits_avx512 (const WeirCsvRun *run,
                               guint             field,
                               guint             i,
                               guint             n,
                               gint64           *values)
{
  const guint32 *end = run->ends + (gsize)i * run->stride + field;
  const char    *base = run->base;
  gboolean       is_last = field + 1 == run->stride;
  guint64        ok = 0;
  guint          j = 0;

  for (; j + 4 <= n; j += 4)
    {
      guint32 from[4];
      guint32 len[4];
      __m256i four;

#define FIELD(k)                                                         \
  from[k] = (end[-1] + 1) & ~WEIR_INDEX_NEWLINE;                         \
  len[k] = (*end & ~WEIR_INDEX_NEWLINE) - from[k];                       \
  len[k] -= is_last && len[k] > 0 && base[from[k] + len[k] - 1] == '\r'; \
  end += run->stride;
      FIELD (0)
      FIELD (1)
      FIELD (2)
      FIELD (3)
#undef FIELD
      if (G_LIKELY (len[0] - 1 < 16 && len[1] - 1 < 16 && len[2] - 1 < 16 && len[3] - 1 < 16))
        {
          ok |= (guint64)parse_four (base + from[0], base + from[1], base + from[2], base + from[3], len[0], len[1], len[2], len[3], &four) << j;
          _mm256_storeu_si256 ((__m256i *)(values + j), four);
          continue;
        }
      for (guint k = 0; k < 4; k++)
        {
          WeirCell cell = { base + from[k], len[k], WEIR_CELL_STRING };

          ok |= (guint64)parse_alone (&cell, WEIR_CELL_STRING, &values[j + k]) << (j + k);
        }
    }
  for (; j < n; j++)
    {
      WeirCell cell = _weir_csv_run_cell (run, field, i + j);

      ok |= (guint64)parse_alone (&cell, WEIR_CELL_STRING, &values[j]) << j;
    }
  return ok;
}

AVX2 guint64
_weir_parse_digits_avx2 (const WeirCell *cells,
                         guint           n,
                         guint32         kind,
                         gint64         *values)
{
  guint64 ok = 0;

  for (guint i = 0; i < n; i += 2)
    {
      const WeirCell *one = &cells[i];
      const WeirCell *two = &cells[MIN (i + 1, n - 1)];
      gboolean        fit_one = _weir_digits_fit (one, kind);
      gboolean        fit_two = _weir_digits_fit (two, kind);
      __m256i         digits = _mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (fit_one ? one->data : no_digits)), LOAD (fit_two ? two->data : no_digits), 1);
      __m256i         shuffle = _mm256_inserti128_si256 (_mm256_castsi128_si256 (LOAD (align_right + (fit_one ? one->len : 0))), LOAD (align_right + (fit_two ? two->len : 0)), 1);
      __m256i         wide;
      guint           right;

      digits = _mm256_shuffle_epi8 (_mm256_sub_epi8 (digits, _mm256_set1_epi8 ('0')), shuffle);
      right = (guint)_mm256_movemask_epi8 (_mm256_cmpeq_epi8 (_mm256_min_epu8 (digits, _mm256_set1_epi8 (9)), digits));
      wide = _mm256_maddubs_epi16 (digits, _mm256_set1_epi16 (1 << 8 | 10));
      wide = _mm256_madd_epi16 (wide, _mm256_set1_epi32 (1 << 16 | 100));
      wide = _mm256_packus_epi32 (wide, wide);
      wide = _mm256_madd_epi16 (wide, _mm256_set1_epi32 (1 << 16 | 10000));
      wide = _mm256_add_epi64 (_mm256_mul_epu32 (wide, _mm256_set1_epi64x (100000000)), _mm256_srli_epi64 (wide, 32));
      ok |= (guint64)((guint)(fit_one && (right & 0xffff) == 0xffff) | (guint)(fit_two && right >> 16 == 0xffff) << 1) << i;
      values[i] = _mm256_extract_epi64 (wide, 0);
      if (i + 1 < n)
        values[i + 1] = _mm256_extract_epi64 (wide, 2);
    }
  return n == 64 ? ok : ok & ((G_GUINT64_CONSTANT (1) << n) - 1);
}

#else

guint64
_weir_parse_run_digits_avx512 (const WeirCsvRun *run,
                               guint             field,
                               guint             i,
                               guint             n,
                               gint64           *values)
{
  g_assert_not_reached ();
}

guint64
_weir_parse_digits_avx2 (const WeirCell *cells,
                         guint           n,
                         guint32         kind,
                         gint64         *values)
{
  g_assert_not_reached ();
}

guint64
_weir_parse_digits_avx512 (const WeirCell *cells,
                           guint           n,
                           guint32         kind,
                           gint64         *values)
{
  g_assert_not_reached ();
}

#endif
