/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/bytes.h"

#include <string.h>

void
weir_writer_u8 (WeirWriter *writer,
                guint8      value)
{
  g_byte_array_append (writer->bytes, &value, 1);
}

void
weir_writer_u32 (WeirWriter *writer,
                 guint32     value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (writer->bytes, (const guint8 *)&value, sizeof value);
}

void
weir_writer_u64 (WeirWriter *writer,
                 guint64     value)
{
  value = GUINT64_TO_LE (value);
  g_byte_array_append (writer->bytes, (const guint8 *)&value, sizeof value);
}

void
weir_writer_varint (WeirWriter *writer,
                    guint64     value)
{
  guint8 bytes[10];
  guint  n = 0;

  while (value >= 0x80)
    {
      bytes[n++] = (guint8)(value | 0x80);
      value >>= 7;
    }
  bytes[n++] = (guint8)value;
  g_byte_array_append (writer->bytes, bytes, n);
}

void
weir_writer_raw (WeirWriter *writer,
                 const void *data,
                 gsize       len)
{
  if (len > 0)
    g_byte_array_append (writer->bytes, data, (guint)len);
}

void
weir_writer_bytes (WeirWriter *writer,
                   const void *data,
                   gsize       len)
{
  weir_writer_varint (writer, len);
  weir_writer_raw (writer, data, len);
}

void
weir_reader_init (WeirReader *reader,
                  const void *data,
                  gsize       len)
{
  *reader = (WeirReader){ data, len, 0, FALSE };
}

const guint8 *
weir_reader_raw (WeirReader *reader,
                 gsize       len)
{
  const guint8 *at;

  if (reader->failed || len > reader->len - reader->pos)
    {
      reader->failed = TRUE;
      return NULL;
    }
  at = reader->data + reader->pos;
  reader->pos += len;
  return at;
}

guint8
weir_reader_u8 (WeirReader *reader)
{
  const guint8 *at = weir_reader_raw (reader, 1);

  return at != NULL ? *at : 0;
}

guint32
weir_reader_u32 (WeirReader *reader)
{
  const guint8 *at = weir_reader_raw (reader, 4);
  guint32       value = 0;

  if (at != NULL)
    memcpy (&value, at, sizeof value);
  return GUINT32_FROM_LE (value);
}

guint64
weir_reader_u64 (WeirReader *reader)
{
  const guint8 *at = weir_reader_raw (reader, 8);
  guint64       value = 0;

  if (at != NULL)
    memcpy (&value, at, sizeof value);
  return GUINT64_FROM_LE (value);
}

guint64
weir_reader_varint (WeirReader *reader)
{
  guint64 value = 0;

  for (guint shift = 0; shift < 64; shift += 7)
    {
      guint8 byte = weir_reader_u8 (reader);

      if (reader->failed)
        return 0;
      value |= (guint64)(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0)
        return value;
    }
  reader->failed = TRUE;
  return 0;
}

const guint8 *
weir_reader_bytes (WeirReader *reader,
                   gsize      *len)
{
  const guint8 *at;

  *len = weir_reader_varint (reader);
  at = weir_reader_raw (reader, *len);
  if (at == NULL)
    *len = 0;
  return at;
}
