/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "state/state-frame.h"

#include <string.h>

#include "base/crc32c.h"

static const char magic[8] = { 'W', 'E', 'I', 'R', 'S', 'T', 'A', 'T' };

#define COUNT_AT 12

/* The length of a body is known behind it: its varint takes as many bytes as any may, so that the body is written once, in place. */
#define LENGTH_SIZE 5

void
weir_state_writer_init (WeirStateWriter *self,
                        WeirStateKind    kind)
{
  memset (self, 0, sizeof *self);
  self->writer.bytes = g_byte_array_new ();
  weir_writer_raw (&self->writer, magic, sizeof magic);
  weir_writer_u8 (&self->writer, WEIR_STATE_VERSION);
  weir_writer_u8 (&self->writer, (guint8)kind);
  weir_writer_raw (&self->writer, "\0\0", 2);
  weir_writer_u32 (&self->writer, 0);
}

WeirWriter *
weir_state_writer_begin_frame (WeirStateWriter *self,
                               const char      *name)
{
  static const guint8 length[LENGTH_SIZE];

  self->frame_crc = weir_crc32c (0, name, strlen (name));
  weir_writer_bytes (&self->writer, name, strlen (name));
  weir_writer_raw (&self->writer, length, sizeof length);
  self->body_at = self->writer.bytes->len;
  return &self->writer;
}

void
weir_state_writer_end_frame (WeirStateWriter *self)
{
  guint8 *body = self->writer.bytes->data + self->body_at;
  gsize   len = self->writer.bytes->len - self->body_at;

  for (guint i = 0; i < LENGTH_SIZE; i++)
    body[(int)i - LENGTH_SIZE] = (guint8)((len >> 7 * i & 0x7f) | (i + 1 < LENGTH_SIZE ? 0x80 : 0));
  weir_writer_u32 (&self->writer, weir_crc32c (self->frame_crc, body, len));
  self->n_frames++;
}

GBytes *
weir_state_writer_finish (WeirStateWriter *self)
{
  guint32 count = GUINT32_TO_LE (self->n_frames);

  memcpy (self->writer.bytes->data + COUNT_AT, &count, sizeof count);
  weir_writer_u32 (&self->writer, weir_crc32c (0, self->writer.bytes->data, self->writer.bytes->len));
  return g_byte_array_free_to_bytes (self->writer.bytes);
}

static gboolean
damaged (GError    **error,
         const char *what)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE, "An error occurred during loading state: %s.", what);
}

gboolean
weir_state_reader_init (WeirStateReader *self,
                        const guint8    *data,
                        gsize            len,
                        GError         **error)
{
  guint32 crc;

  memset (self, 0, sizeof *self);
  if (len < COUNT_AT + 8 || memcmp (data, magic, sizeof magic) != 0)
    return damaged (error, "these are no state bytes");
  if (data[8] != WEIR_STATE_VERSION)
    return damaged (error, "they are of another version");
  memcpy (&crc, data + len - 4, sizeof crc);
  if (GUINT32_FROM_LE (crc) != weir_crc32c (0, data, len - 4))
    return damaged (error, "the checksum does not match");
  self->kind = (WeirStateKind)data[9];
  weir_reader_init (&self->reader, data, len - 4);
  weir_reader_raw (&self->reader, COUNT_AT);
  self->n_frames = weir_reader_u32 (&self->reader);
  return TRUE;
}

gboolean
weir_state_reader_next (WeirStateReader *self,
                        const char     **name,
                        gsize           *name_len,
                        WeirReader      *body,
                        GError         **error)
{
  const guint8 *name_bytes, *bytes;
  gsize         len;
  guint32       crc;

  if (self->next >= self->n_frames)
    return damaged (error, "an operator's state is missing");
  self->next++;
  name_bytes = weir_reader_bytes (&self->reader, name_len);
  bytes = weir_reader_bytes (&self->reader, &len);
  crc = weir_reader_u32 (&self->reader);
  if (self->reader.failed)
    return damaged (error, "a frame is cut off");
  if (crc != weir_crc32c (weir_crc32c (0, name_bytes, *name_len), bytes, len))
    return damaged (error, "the checksum of a frame does not match");
  *name = (const char *)name_bytes;
  weir_reader_init (body, bytes, len);
  return TRUE;
}
