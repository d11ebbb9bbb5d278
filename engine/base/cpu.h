/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirSimd:
 *
 * Which vector code runs. Every function that has more than one version gives the same result in all of them.
 */
typedef enum
{
  WEIR_SIMD_PLAIN,
  WEIR_SIMD_AVX2,   /* with BMI 1 and 2 */
  WEIR_SIMD_AVX512, /* F, DQ, BW, VL, VBMI2 */
} WeirSimd;

/* The best this machine has, or what the environment's WEIR_SIMD=plain|avx2|avx512 asks for if it has that. */
WeirSimd weir_simd_level (void);
/* For tests; above what the machine has, that is taken. */
void weir_simd_set_level (WeirSimd level);

G_END_DECLS
