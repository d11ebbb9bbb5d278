/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* java.util.Random: the 48-bit linear congruential generator that its documentation writes down. */
typedef struct
{
  guint64 state;
} WeirJavaRandom;

static inline WeirJavaRandom
weir_java_random_new (gint64 seed)
{
  return (WeirJavaRandom){ ((guint64)seed ^ G_GUINT64_CONSTANT (0x5DEECE66D)) & ((G_GUINT64_CONSTANT (1) << 48) - 1) };
}

static inline guint32
weir_java_random_bits (WeirJavaRandom *random,
                       guint           n_bits)
{
  random->state = (random->state * G_GUINT64_CONSTANT (0x5DEECE66D) + 0xB) & ((G_GUINT64_CONSTANT (1) << 48) - 1);
  return (guint32)(random->state >> (48 - n_bits));
}

/* nextInt (Integer.MAX_VALUE) */
static inline gint32
weir_java_random_int (WeirJavaRandom *random)
{
  guint32 bits;

  do
    bits = weir_java_random_bits (random, 31);
  while (bits == G_MAXINT32);
  return (gint32)bits;
}

static inline double
weir_java_random_double (WeirJavaRandom *random)
{
  guint64 high = weir_java_random_bits (random, 26);

  return (double)((high << 27) + weir_java_random_bits (random, 27)) * 0x1.0p-53;
}
