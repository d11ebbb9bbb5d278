/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/word-codec.h"

#include <string.h>

/* Words are stored and loaded eight bytes at a time, over each other; only the last ones of a column byte by byte. */

static guint
width_of (guint64 spread)
{
  return spread == 0 ? 0 : (71 - (guint)__builtin_clzll (spread)) / 8;
}

static guint64
get_le (const guint8 *at,
        guint         width)
{
  guint64 value = 0;

  memcpy (&value, at, width);
  return GUINT64_FROM_LE (value);
}

static void
pack (guint8        *to,
      const guint64 *words,
      guint          n,
      guint64        least,
      guint          width)
{
  guint64 value;

  for (guint i = 0; i < n; i++, to += width)
    {
      value = GUINT64_TO_LE (words[i] - least);
      memcpy (to, &value, sizeof value);
    }
}

void
weir_words_write (WeirWriter    *writer,
                  const guint64 *words,
                  guint          n)
{
  gint64  least = n > 0 ? (gint64)words[0] : 0, most = least;
  guint   width;
  gsize   len;
  guint8 *to;

  for (guint i = 0; i < n; i++)
    {
      gint64 value = (gint64)words[i];

      least = MIN (least, value);
      most = MAX (most, value);
    }
  width = width_of ((guint64)most - (guint64)least);
  weir_writer_u8 (writer, (guint8)width);
  weir_writer_varint (writer, (guint64)least << 1 ^ (guint64)(least >> 63));
  if (width == 0)
    return;
  len = (gsize)n * width;
  to = weir_writer_room (writer, len + 8);
  pack (to, words, n, (guint64)least, width);
  g_byte_array_set_size (writer->bytes, writer->bytes->len - 8);
}

gboolean
weir_words_read (WeirReader *reader,
                 guint64    *words,
                 guint       n)
{
  guint         width = weir_reader_u8 (reader);
  guint64       zigzag = weir_reader_varint (reader), least = zigzag >> 1 ^ (0 - (zigzag & 1)), mask;
  guint         safe = 0;
  const guint8 *at;

  if (width > 8)
    reader->failed = TRUE;
  at = weir_reader_raw (reader, (gsize)n * width);
  if (at == NULL)
    return FALSE;
  mask = width == 8 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << 8 * width) - 1;
  if (width == 0)
    for (; safe < n; safe++)
      words[safe] = least;
  for (; width > 0 && (gsize)safe * width + 8 <= (gsize)n * width; safe++)
    words[safe] = (get_le (at + (gsize)safe * width, 8) & mask) + least;
  for (; safe < n; safe++)
    words[safe] = get_le (at + (gsize)safe * width, width) + least;
  return TRUE;
}
