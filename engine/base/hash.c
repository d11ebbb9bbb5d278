/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/hash.h"

/*
 * Bytes are taken in words of eight, little-endian; the last one to seven are padded with zeros, and the length goes into the last
 * step, so "a" and "a\0" differ. Two words a step.
 */

static inline guint64
load_word (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);
  return GUINT64_FROM_LE (word);
}

/* The last @len bytes, 1 to 7; @before: so many bytes lie before them and may be read. */
static inline guint64
load_tail (const guint8 *at,
           gsize         len,
           gsize         before)
{
  guint64 word = 0;

  if (before >= 8)
    return load_word (at + len - 8) >> (8 * (8 - len));
  for (gsize i = 0; i < len; i++)
    word |= (guint64)at[i] << (8 * i);
  return word;
}

guint64
weir_hash_bytes (const void *data,
                 gsize       len)
{
  const guint8 *at = data;
  guint64       hash = WEIR_HASH_K0;
  gsize         rest = len;

  for (; rest >= 16; rest -= 16, at += 16)
    hash = weir_hash_mix (load_word (at) ^ WEIR_HASH_K1, load_word (at + 8) ^ hash);
  if (rest >= 8)
    {
      hash = weir_hash_mix (load_word (at) ^ WEIR_HASH_K1, hash);
      rest -= 8;
      at += 8;
    }
  if (rest > 0)
    hash = weir_hash_mix (load_tail (at, rest, len - rest) ^ WEIR_HASH_K1, hash);
  return weir_hash_mix (hash ^ (guint64)len, WEIR_HASH_K1);
}
