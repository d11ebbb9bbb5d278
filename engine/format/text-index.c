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
      g_free (index->positions);
      g_free (index->flags);
      index->positions = g_new (guint32, index->capacity + WEIR_INDEX_PAD + 64);
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
  g_clear_pointer (&index->positions, g_free);
  g_clear_pointer (&index->flags, g_free);
  index->capacity = 0;
}

static void
json_masks (const char *text,
            gsize       n,
            WeirMasks  *masks)
{
  guint64 cr = 0;

  memset (masks, 0, sizeof *masks);
  for (gsize i = 0; i < n; i++)
    {
      guchar  c = (guchar)text[i];
      guint64 bit = G_GUINT64_CONSTANT (1) << i;

      if (c >= 0x80)
        masks->high |= bit;
      else if (c == '"')
        masks->a |= bit;
      else if (c == '\n')
        masks->newline |= bit;
      else if (c == '\\')
        masks->backslash |= bit;
      else if (c == '\r')
        cr |= bit;
      else if (c < ' ')
        masks->special |= bit;
    }
  masks->special |= masks->backslash | _weir_lone_cr (cr, masks->newline, text[n]);
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

      json_masks (text + i, MIN (len - i, 64), &masks);
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
           gsize               n,
           const WeirCsvBytes *bytes,
           WeirMasks          *masks)
{
  guint64 cr = 0;

  memset (masks, 0, sizeof *masks);
  for (gsize i = 0; i < n; i++)
    {
      char    c = text[i];
      guint64 bit = G_GUINT64_CONSTANT (1) << i;

      if ((guchar)c >= 0x80)
        masks->high |= bit;
      else if (c == bytes->sep)
        masks->a |= bit;
      else if (c == '\n')
        masks->newline |= bit;
      else if (c == '\r')
        cr |= bit;
      else if (c == bytes->quote && c != '\0')
        masks->quote |= bit;
      else if (c == bytes->escape && c != '\0')
        masks->special |= bit;
    }
  masks->special |= _weir_lone_cr (cr, masks->newline, text[n]);
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

      csv_masks (text + i, MIN (len - i, 64), bytes, &masks);
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
