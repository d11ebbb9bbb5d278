/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "state/state-frame.h"

#include <string.h>

#include "base/crc32c.h"

static const char magic[8] = { 'W', 'E', 'I', 'R', 'S', 'T', 'A', 'T' };

#define COUNT_AT 12

void
weir_state_writer_init (WeirStateWriter *self,
                        WeirStateKind    kind)
{
  memset (self, 0, sizeof *self);
  weir_writer_init_pieces (&self->writer);
  self->head = self->writer.bytes;
  g_byte_array_append (self->head, (const guint8 *)magic, sizeof magic);
  g_byte_array_append (self->head, (const guint8[]){ WEIR_STATE_VERSION, (guint8)kind, 0, 0, 0, 0, 0, 0 }, 8);
}

WeirWriter *
weir_state_writer_begin_frame (WeirStateWriter *self,
                               const char      *name)
{
  weir_writer_bytes (&self->writer, name, strlen (name));
  self->length = weir_writer_begin_length (&self->writer);
  return &self->writer;
}

void
weir_state_writer_end_frame (WeirStateWriter *self)
{
  weir_writer_end_length (&self->writer, self->length);
  self->n_frames++;
}

GPtrArray *
weir_state_writer_finish (WeirStateWriter *self)
{
  guint32 count = GUINT32_TO_LE (self->n_frames);

  memcpy (self->head->data + COUNT_AT, &count, sizeof count);
  weir_writer_u32 (&self->writer, weir_writer_crc32c (&self->writer));
  return weir_writer_finish_pieces (&self->writer);
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
    return weir_fail (error, WEIR_ERROR_RUN, "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", WEIR_SPAN_NONE,
                      "The state is of version %u; this program reads version %d. Use the program that wrote it, or start the query with a new checkpoint directory.",
                      data[8], WEIR_STATE_VERSION);
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
  if (self->next >= self->n_frames)
    return damaged (error, "an operator's state is missing");
  self->next++;
  *name = (const char *)weir_reader_bytes (&self->reader, name_len);
  *body = weir_reader_part (&self->reader);
  if (self->reader.failed)
    return damaged (error, "a frame is cut off");
  return TRUE;
}
