/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/cpu.h"

#include <string.h>

static int simd_level = -1; /* atomic; below 0: not asked yet */

static WeirSimd
detect (void)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq") && __builtin_cpu_supports ("avx512bw") &&
      __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512vbmi2"))
    return WEIR_SIMD_AVX512;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("bmi") && __builtin_cpu_supports ("bmi2"))
    return WEIR_SIMD_AVX2;
#endif
  return WEIR_SIMD_PLAIN;
}

WeirSimd
weir_simd_level (void)
{
  static const char *const names[] = { "plain", "avx2", "avx512" };
  int                      level = g_atomic_int_get (&simd_level);
  const char              *wanted;

  if (level >= 0)
    return (WeirSimd)level;
  level = (int)detect ();
  wanted = g_getenv ("WEIR_SIMD");
  for (int i = 0; wanted != NULL && i < (int)G_N_ELEMENTS (names); i++)
    if (strcmp (wanted, names[i]) == 0)
      level = MIN (level, i);
  g_atomic_int_set (&simd_level, level);
  return (WeirSimd)level;
}

void
weir_simd_set_level (WeirSimd level)
{
  g_atomic_int_set (&simd_level, (int)MIN (level, detect ()));
}
