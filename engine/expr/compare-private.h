/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "expr/kernel-private.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_COMPARE_EQ,
  WEIR_COMPARE_NE,
  WEIR_COMPARE_LT,
  WEIR_COMPARE_LE,
  WEIR_COMPARE_GT,
  WEIR_COMPARE_GE,
  WEIR_COMPARE_SAME, /* <=> */
} WeirCompareOp;

typedef enum
{
  WEIR_COMPARE_I8,
  WEIR_COMPARE_I16,
  WEIR_COMPARE_I32,
  WEIR_COMPARE_I64,
  WEIR_COMPARE_I128,
  WEIR_COMPARE_F32,
  WEIR_COMPARE_F64,
} WeirCompareClass;

/* One bit a row for all of 0 … @n−1, NULL or not; EQ, NE, LT or LE. At most one side is constant unless @n is 1. */
void _weir_compare_numbers (WeirCompareClass class, const WeirArg *a, const WeirArg *b, WeirCompareOp op, guint n, guint64 *masks);

/* Sixty-four bytes 0/1 to as many bits. */
static inline guint64
pack_hits (const guint8 *hits)
{
  guint64 mask = 0;

#ifdef __SSE2__
  for (guint i = 0; i < 4; i++)
    {
      __m128i sixteen = _mm_loadu_si128 ((const __m128i *)(const void *)(hits + 16 * i));

      mask |= (guint64)(guint)_mm_movemask_epi8 (_mm_slli_epi16 (sixteen, 7)) << (16 * i);
    }
#else
  /* The product brings byte i's bit to bit 56 + i. */
  for (guint i = 0; i < 8; i++)
    {
      guint64 eight;

      memcpy (&eight, hits + 8 * i, 8);
      mask |= ((eight * G_GUINT64_CONSTANT (0x0102040810204080)) >> 56) << (8 * i);
    }
#endif
  return mask;
}

G_END_DECLS
