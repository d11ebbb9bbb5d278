/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/text-index-private.h"

#include <string.h>

/*
 * The index in plain C, and the choice between it and the vector versions.
 */

static void
reserve (WeirTextIndex *index,
         gsize          len)
{
  if (len + 1 > index->capacity)
    {
      index->capacity = len + 1 + len / 4;
      g_free (index->storage);
      g_free (index->flags);
      index->storage = g_new (guint32, index->capacity + 2 * WEIR_INDEX_PAD + 64);
      index->positions = index->storage + WEIR_INDEX_PAD;
      index->positions[-1] = G_MAXUINT32;
      index->flags = g_malloc (index->capacity / 64 + 2);
    }
  index->n = 0;
  index->any = 0;
}

static void
pad (WeirTextIndex *index,
     gsize          len)
{
  for (guint i = 0; i < WEIR_INDEX_PAD; i++)
    index->positions[index->n + i] = (guint32)len;
}

void
_weir_text_index_clear (WeirTextIndex *index)
{
  g_clear_pointer (&index->storage, g_free);
  g_clear_pointer (&index->flags, g_free);
  index->capacity = 0;
}

#define EACH_BYTE(c) (G_GUINT64_CONSTANT (0x0101010101010101) * (guint8)(c))
#define HIGH_BITS    EACH_BYTE (0x80)

/* The top bit of each byte that is zero. */
static inline guint64
zero_bytes (guint64 chunk)
{
  return ~(((chunk & ~HIGH_BITS) + ~HIGH_BITS) | chunk | ~HIGH_BITS);
}

/* The top bits of eight bytes, first byte first. */
static inline guint64
top_bits (guint64 chunk)
{
  return ((chunk & HIGH_BITS) * G_GUINT64_CONSTANT (0x0002040810204081)) >> 56;
}

static inline guint64
equal_bits (guint64 chunk,
            char    c)
{
  return top_bits (zero_bytes (chunk ^ EACH_BYTE (c)));
}

static inline guint64
load_chunk (const char *text)
{
  guint64 chunk;

  memcpy (&chunk, text, sizeof chunk);
  return GUINT64_FROM_LE (chunk);
}

static void
json_masks (const char *text,
            gsize       left,
            WeirMasks  *masks)
{
  guint64 live = _weir_tail_mask (left);
  guint64 cr = 0;

  memset (masks, 0, sizeof *masks);
  for (guint i = 0; i < 64; i += 8)
    {
      guint64 chunk = load_chunk (text + i);

      masks->a |= equal_bits (chunk, '"') << i;
      masks->newline |= equal_bits (chunk, '\n') << i;
      masks->backslash |= equal_bits (chunk, '\\') << i;
      masks->special |= top_bits (zero_bytes (chunk & EACH_BYTE (0xe0))) << i;
      masks->high |= top_bits (chunk) << i;
      cr |= equal_bits (chunk, '\r') << i;
    }
  masks->a &= live;
  masks->newline &= live;
  masks->backslash &= live;
  masks->high &= live;
  cr &= live;
  masks->special = (masks->special & live & ~masks->newline & ~cr) | masks->backslash | _weir_lone_cr (cr, masks->newline, text[MIN (left, 64)]);
}

static void
json_index_plain (WeirTextIndex *index,
                  const char    *text,
                  gsize          len)
{
  guint64 carry = 0;

  for (gsize i = 0; i < len; i += 64)
    {
      WeirMasks masks;
      guint64   bits;

      json_masks (text + i, len - i, &masks);
      bits = _weir_json_block (&masks, &carry, &index->flags[i / 64], &index->any);
      index->n = _weir_flatten (index->positions, index->n, (guint32)i, bits);
    }
}

void
_weir_json_index (WeirTextIndex *index,
                  const char    *text,
                  gsize          len)
{
  reserve (index, len);
  switch (weir_simd_level ())
    {
    case WEIR_SIMD_AVX512:
      _weir_json_index_avx512 (index, text, len);
      break;
    case WEIR_SIMD_AVX2:
      _weir_json_index_avx2 (index, text, len);
      break;
    default:
      json_index_plain (index, text, len);
    }
  pad (index, len);
}

static void
csv_masks (const char         *text,
           gsize               left,
           const WeirCsvBytes *bytes,
           WeirMasks          *masks)
{
  guint64 live = _weir_tail_mask (left);
  guint64 cr = 0;

  memset (masks, 0, sizeof *masks);
  for (guint i = 0; i < 64; i += 8)
    {
      guint64 chunk = load_chunk (text + i);

      masks->a |= equal_bits (chunk, bytes->sep) << i;
      masks->newline |= equal_bits (chunk, '\n') << i;
      masks->high |= top_bits (chunk) << i;
      cr |= equal_bits (chunk, '\r') << i;
      if (bytes->quote != '\0')
        masks->quote |= equal_bits (chunk, bytes->quote) << i;
      if (bytes->escape != '\0')
        masks->special |= equal_bits (chunk, bytes->escape) << i;
    }
  masks->a &= live;
  masks->newline &= live;
  masks->high &= live;
  masks->quote &= live;
  cr &= live;
  masks->special = (masks->special & live & ~masks->quote) | _weir_lone_cr (cr, masks->newline, text[MIN (left, 64)]);
}

static void
csv_index_plain (WeirTextIndex      *index,
                 const char         *text,
                 gsize               len,
                 const WeirCsvBytes *bytes)
{
  guint64 inside = 0;

  for (gsize i = 0; i < len; i += 64)
    {
      WeirMasks masks;
      guint64   bits;

      csv_masks (text + i, len - i, bytes, &masks);
      bits = _weir_csv_block (&masks, &inside, &index->flags[i / 64], &index->any);
      index->n = _weir_flatten_marked (index->positions, index->n, (guint32)i, bits, masks.newline);
    }
}

void
_weir_csv_index (WeirTextIndex      *index,
                 const char         *text,
                 gsize               len,
                 const WeirCsvBytes *bytes)
{
  reserve (index, len);
  switch (weir_simd_level ())
    {
    case WEIR_SIMD_AVX512:
      _weir_csv_index_avx512 (index, text, len, bytes);
      break;
    case WEIR_SIMD_AVX2:
      _weir_csv_index_avx2 (index, text, len, bytes);
      break;
    default:
      csv_index_plain (index, text, len, bytes);
    }
  pad (index, len);
}
