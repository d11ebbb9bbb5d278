/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8-private.h"

/*
 * Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte" (2021). Three table lookups by half bytes (the high and
 * low half of the byte before, the high half of the byte) give a set of errors each; their intersection is the errors of
 * that pair of bytes. What needs three or four bytes is compared with the positions where a second or third continuation must stand.
 *
 * A block is known to be good when the next one has been looked at, so the answer ends at the last character that begins and ends in
 * good blocks; the caller goes on from there byte by byte.
 */

#ifdef __x86_64__

#include <immintrin.h>

#define AVX2 __attribute__ ((target ("avx2,bmi,bmi2")))

enum
{
  TOO_SHORT = 1 << 0, /* a lead without continuation */
  TOO_LONG = 1 << 1,  /* a continuation behind ASCII */
  OVERLONG_3 = 1 << 2,
  TOO_LARGE = 1 << 3,
  SURROGATE = 1 << 4,
  OVERLONG_2 = 1 << 5,
  TOO_LARGE_1000 = 1 << 6,
  OVERLONG_4 = 1 << 6,
  TWO_CONTS = 1 << 7, /* may be right: decided by the check of long characters */
  CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS,
};

#define TABLE(...) _mm256_setr_epi8 (__VA_ARGS__, __VA_ARGS__)

/* The 32 bytes that end @n bytes before the end of @block. */
#define BEFORE(block, previous, n) \
  _mm256_alignr_epi8 ((block), _mm256_permute2x128_si256 ((previous), (block), 0x21), 16 - (n))

AVX2 static inline __m256i
high_half (__m256i bytes)
{
  return _mm256_and_si256 (_mm256_srli_epi16 (bytes, 4), _mm256_set1_epi8 (0x0f));
}

AVX2 static inline __m256i
pair_errors (__m256i block,
             __m256i before)
{
  const __m256i by_high = TABLE (TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
                                 (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS, (char)TWO_CONTS,
                                 TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
                                 TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);
  const __m256i by_low = TABLE ((char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), (char)(CARRY | OVERLONG_2),
                                (char)CARRY, (char)CARRY, (char)(CARRY | TOO_LARGE),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000), (char)(CARRY | TOO_LARGE | TOO_LARGE_1000),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000), (char)(CARRY | TOO_LARGE | TOO_LARGE_1000),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000), (char)(CARRY | TOO_LARGE | TOO_LARGE_1000),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000), (char)(CARRY | TOO_LARGE | TOO_LARGE_1000),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE),
                                (char)(CARRY | TOO_LARGE | TOO_LARGE_1000), (char)(CARRY | TOO_LARGE | TOO_LARGE_1000));
  const __m256i by_next = TABLE (TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
                                 (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
                                 (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE),
                                 (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
                                 (char)(TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE),
                                 TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);

  return _mm256_and_si256 (_mm256_and_si256 (_mm256_shuffle_epi8 (by_high, high_half (before)),
                                             _mm256_shuffle_epi8 (by_low, _mm256_and_si256 (before, _mm256_set1_epi8 (0x0f)))),
                           _mm256_shuffle_epi8 (by_next, high_half (block)));
}

/* Zero where all is well. */
AVX2 static inline __m256i
errors_of (__m256i block,
           __m256i previous)
{
  __m256i pairs = pair_errors (block, BEFORE (block, previous, 1));
  __m256i third = _mm256_subs_epu8 (BEFORE (block, previous, 2), _mm256_set1_epi8 (0xe0 - 0x80));
  __m256i fourth = _mm256_subs_epu8 (BEFORE (block, previous, 3), _mm256_set1_epi8 (0xf0 - 0x80));
  __m256i wanted = _mm256_and_si256 (_mm256_or_si256 (third, fourth), _mm256_set1_epi8 ((char)0x80));

  return _mm256_xor_si256 (wanted, pairs);
}

/* Back from @end over the bytes of a character that has begun before it. */
static gsize
character_start (const char *text,
                 gsize       end)
{
  gsize at = end;

  for (guint i = 0; i < 3 && at > 0 && ((guchar)text[at - 1] & 0xc0) == 0x80; i++)
    at--;
  return at > 0 && (guchar)text[at - 1] >= 0xc0 ? at - 1 : end;
}

AVX2 gsize
_weir_utf8_valid_blocks_avx2 (const char *text,
                              gsize       len)
{
  __m256i previous = _mm256_setzero_si256 ();
  gsize   i = 0;

  for (; len - i >= 32; i += 32)
    {
      __m256i block = _mm256_loadu_si256 ((const __m256i *)(const void *)(text + i));
      __m256i errors;

      /* ASCII behind a whole character needs no more. */
      if (_mm256_movemask_epi8 (block) == 0 && (i == 0 || (guchar)text[i - 1] < 0x80))
        {
          previous = block;
          continue;
        }
      errors = errors_of (block, previous);
      if (!_mm256_testz_si256 (errors, errors))
        break;
      previous = block;
    }
  return character_start (text, i);
}

#else

gsize
_weir_utf8_valid_blocks_avx2 (const char *text,
                              gsize       len)
{
  return 0;
}

#endif
