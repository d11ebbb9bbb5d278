/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/bytes.h"

#include "base/crc32c.h"
#include "base/effects.h"

#include <string.h>

void
weir_writer_init_pieces (WeirWriter *writer)
{
  *writer = (WeirWriter){ g_byte_array_new (), g_ptr_array_new (), 0, weir_fx_bound ("WEIR_PIECE_BYTES", WEIR_PIECE_BYTES) };
}

static void
end_piece (WeirWriter *self)
{
  if (self->bytes->len == 0)
    return;
  g_ptr_array_add (self->full, self->bytes);
  self->full_bytes += self->bytes->len;
  self->bytes = g_byte_array_new ();
}

/* Before @len bytes are appended. */
static inline void
make_room (WeirWriter *self,
           gsize       len)
{
  if (self->full != NULL && self->bytes->len + len > self->room)
    end_piece (self);
}

static inline void
append (WeirWriter *self,
        const void *data,
        gsize       len)
{
  make_room (self, len);
  g_byte_array_append (self->bytes, data, (guint)len);
}

GPtrArray *
weir_writer_finish_pieces (WeirWriter *writer)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  for (guint i = 0; i < writer->full->len; i++)
    g_ptr_array_add (pieces, g_byte_array_free_to_bytes (writer->full->pdata[i]));
  if (writer->bytes->len > 0)
    g_ptr_array_add (pieces, g_byte_array_free_to_bytes (writer->bytes));
  else
    g_byte_array_unref (writer->bytes);
  g_ptr_array_unref (writer->full);
  *writer = (WeirWriter){ 0 };
  return pieces;
}

void
weir_writer_clear (WeirWriter *writer)
{
  for (guint i = 0; writer->full != NULL && i < writer->full->len; i++)
    g_byte_array_unref (writer->full->pdata[i]);
  g_clear_pointer (&writer->full, g_ptr_array_unref);
  g_clear_pointer (&writer->bytes, g_byte_array_unref);
  *writer = (WeirWriter){ 0 };
}

void
weir_writer_take (WeirWriter *writer,
                  WeirWriter *part)
{
  if (part->full->len > 0 || part->bytes->len > 4096)
    {
      end_piece (writer);
      for (guint i = 0; i < part->full->len; i++)
        g_ptr_array_add (writer->full, part->full->pdata[i]);
      writer->full_bytes += part->full_bytes + part->bytes->len;
      if (part->bytes->len > 0)
        g_ptr_array_add (writer->full, g_byte_array_ref (part->bytes));
    }
  else
    weir_writer_raw (writer, part->bytes->data, part->bytes->len);
  g_byte_array_unref (part->bytes);
  g_ptr_array_unref (part->full);
  *part = (WeirWriter){ 0 };
}

gsize
weir_writer_size (const WeirWriter *writer)
{
  return writer->full_bytes + writer->bytes->len;
}

guint32
weir_writer_crc32c (const WeirWriter *writer)
{
  guint32 crc = 0;

  for (guint i = 0; writer->full != NULL && i < writer->full->len; i++)
    {
      const GByteArray *piece = writer->full->pdata[i];

      crc = weir_crc32c (crc, piece->data, piece->len);
    }
  return weir_crc32c (crc, writer->bytes->data, writer->bytes->len);
}

void
weir_writer_reserve (WeirWriter *writer,
                     gsize       len)
{
  if (writer->bytes->len > 0 || len == 0 || (writer->full != NULL && len > writer->room))
    return;
  g_byte_array_unref (writer->bytes);
  writer->bytes = g_byte_array_sized_new ((guint)len);
}

guint8 *
weir_writer_room (WeirWriter *writer,
                  gsize       len)
{
  guint at;

  make_room (writer, len);
  at = writer->bytes->len;
  g_byte_array_set_size (writer->bytes, at + (guint)len);
  return writer->bytes->data + at;
}

WeirWriterMark
weir_writer_begin_length (WeirWriter *writer)
{
  guint8 *length = weir_writer_room (writer, sizeof (guint64));

  return (WeirWriterMark){ writer->bytes, (gsize)(length - writer->bytes->data), weir_writer_size (writer) };
}

void
weir_writer_end_length (WeirWriter    *writer,
                        WeirWriterMark mark)
{
  guint64 len = GUINT64_TO_LE (weir_writer_size (writer) - mark.size);

  memcpy (mark.bytes->data + mark.at, &len, sizeof len);
}

gsize
weir_pieces_size (GPtrArray *pieces)
{
  gsize size = 0;

  for (guint i = 0; i < pieces->len; i++)
    size += g_bytes_get_size (pieces->pdata[i]);
  return size;
}

GBytes *
weir_pieces_join (GPtrArray *pieces)
{
  gsize   size = weir_pieces_size (pieces), at = 0;
  guint8 *all;

  if (pieces->len == 1)
    return g_bytes_ref (pieces->pdata[0]);
  all = g_malloc (size);
  for (guint i = 0; i < pieces->len; i++)
    {
      gsize         len;
      gconstpointer data = g_bytes_get_data (pieces->pdata[i], &len);

      if (len > 0)
        memcpy (all + at, data, len);
      at += len;
    }
  return g_bytes_new_take (all, size);
}

GPtrArray *
weir_pieces_new (GBytes *bytes)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  g_ptr_array_add (pieces, g_bytes_ref (bytes));
  return pieces;
}

void
weir_writer_u8 (WeirWriter *writer,
                guint8      value)
{
  append (writer, &value, 1);
}

void
weir_writer_u32 (WeirWriter *writer,
                 guint32     value)
{
  value = GUINT32_TO_LE (value);
  append (writer, &value, sizeof value);
}

void
weir_writer_u64 (WeirWriter *writer,
                 guint64     value)
{
  value = GUINT64_TO_LE (value);
  append (writer, &value, sizeof value);
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
  append (writer, bytes, n);
}

void
weir_writer_raw (WeirWriter *writer,
                 const void *data,
                 gsize       len)
{
  if (len > 0)
    append (writer, data, len);
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

WeirReader
weir_reader_part (WeirReader *reader)
{
  guint64       len = weir_reader_u64 (reader);
  const guint8 *at = weir_reader_raw (reader, len);

  return (WeirReader){ at, at != NULL ? len : 0, 0, at == NULL };
}
