/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include "base/cpu.h"
#include "expr/compare-private.h"

/*
 * Comparisons of numbers, once for each set of vector instructions. The C is the same for all; only what the compiler may use differs, so
 * the answers cannot. AVX-512 is not among them: what the compiler makes of it is slower than AVX2 here.
 */

#define PLAIN_EQUAL(x, y) ((x) == (y))
#define PLAIN_LESS(x, y)  ((x) < (y))
/* NaN equals NaN and is greater than everything else. */
#define FLOAT_EQUAL(x, y) (((x) == (y)) | (((x) != (x)) & ((y) != (y))))
#define FLOAT_LESS(x, y)  (((x) < (y)) | (((y) != (y)) & ((x) == (x))))

#define PLAIN_CPU
#define CTYPE  gint8
#define NAME   i8
#define TARGET PLAIN_CPU
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint16
#define NAME   i16
#define TARGET PLAIN_CPU
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint32
#define NAME   i32
#define TARGET PLAIN_CPU
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint64
#define NAME   i64
#define TARGET PLAIN_CPU
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  float
#define NAME   f32
#define TARGET PLAIN_CPU
#define EQUAL  FLOAT_EQUAL
#define LESS   FLOAT_LESS
#include "expr/kernel-compare.h"
#define CTYPE  double
#define NAME   f64
#define TARGET PLAIN_CPU
#define EQUAL  FLOAT_EQUAL
#define LESS   FLOAT_LESS
#include "expr/kernel-compare.h"
#define CTYPE  WeirInt128
#define NAME   i128
#define TARGET PLAIN_CPU
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"

#ifdef __x86_64__
#define AVX2 __attribute__ ((target ("avx2,bmi,bmi2")))

#define CTYPE  gint8
#define NAME   i8_avx2
#define TARGET AVX2
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint16
#define NAME   i16_avx2
#define TARGET AVX2
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint32
#define NAME   i32_avx2
#define TARGET AVX2
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  gint64
#define NAME   i64_avx2
#define TARGET AVX2
#define EQUAL  PLAIN_EQUAL
#define LESS   PLAIN_LESS
#include "expr/kernel-compare.h"
#define CTYPE  float
#define NAME   f32_avx2
#define TARGET AVX2
#define EQUAL  FLOAT_EQUAL
#define LESS   FLOAT_LESS
#include "expr/kernel-compare.h"
#define CTYPE  double
#define NAME   f64_avx2
#define TARGET AVX2
#define EQUAL  FLOAT_EQUAL
#define LESS   FLOAT_LESS
#include "expr/kernel-compare.h"
#endif

typedef void (*CompareFunc) (const WeirArg *a, const WeirArg *b, WeirCompareOp op, guint n, guint64 *masks);

static const CompareFunc functions[][WEIR_COMPARE_F64 + 1] = {
#ifdef __x86_64__
  [WEIR_SIMD_PLAIN] = { compare_i8, compare_i16, compare_i32, compare_i64, compare_i128, compare_f32, compare_f64 },
  [WEIR_SIMD_AVX2] = { compare_i8_avx2, compare_i16_avx2, compare_i32_avx2, compare_i64_avx2, compare_i128, compare_f32_avx2, compare_f64_avx2 },
#else
  [WEIR_SIMD_PLAIN] = { compare_i8, compare_i16, compare_i32, compare_i64, compare_i128, compare_f32, compare_f64 },
#endif
};

void
_weir_compare_numbers (WeirCompareClass class,
                       const WeirArg *a,
                       const WeirArg *b,
                       WeirCompareOp  op,
                       guint          n,
                       guint64       *masks)
{
  functions[MIN (weir_simd_level (), G_N_ELEMENTS (functions) - 1)][class](a, b, op, n, masks);
}
