/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one 64-bit hash of state tables. It is checkpointed by consequence (partition numbers), so it never changes:
 * its constants are written out in hash.c and test vectors hold them. SQL's hash() and xxhash64() are other functions.
 */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

#define WEIR_HASH_K0   G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define WEIR_HASH_K1   G_GUINT64_CONSTANT (0xe7037ed1a0b428db)
#define WEIR_HASH_NULL G_GUINT64_CONSTANT (0x8ebc6af09c88c6e3)

/* 64×64→128 multiply, halves folded. */
static inline guint64
weir_hash_mix (guint64 a,
               guint64 b)
{
  unsigned __int128 m = (unsigned __int128)a * b;

  return (guint64)m ^ (guint64)(m >> 64);
}

static inline guint64
weir_hash_u64 (guint64 value)
{
  return weir_hash_mix (value ^ WEIR_HASH_K0, WEIR_HASH_K1);
}

static inline guint64
weir_hash_combine (guint64 hash,
                   guint64 other)
{
  return weir_hash_mix (hash ^ WEIR_HASH_K1, other ^ WEIR_HASH_K0);
}

/* Little-endian, any length; equal on all paths. */
guint64 weir_hash_bytes (const void *data,
                         gsize       len);

/* −0.0 becomes 0.0 and every NaN one NaN before hashing and comparing keys. */
static inline double
weir_normalize_double (double value)
{
  if (value != value)
    return __builtin_nan ("");
  return value == 0.0 ? 0.0 : value;
}

G_END_DECLS
