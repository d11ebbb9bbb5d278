/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-chunk-private.h"

#include "base/limits.h"

#include <string.h>

/*
 * Records of a compressed file
 *
 * It is one chunk: no byte of it can be found without those before. What it holds goes by in blocks of whole records, of WEIR_CHUNK_BYTES or as
 * long as one record, so that memory does not depend on how much a small file unpacks to. A record longer than WEIR_LINE_BYTES_MAX is
 * malformed, and what follows of it is passed over, as in a plain file.
 *
 * Where the file is one record (multiLine, wholetext) all of it is unpacked first, up to what a plain file may have.
 */

/* Of a record that is passed over this much is kept: a separator may begin in it. */
#define SEPARATOR_BYTES_MAX (64u << 10)

typedef struct
{
  const WeirFileChunk  *chunk;
  const WeirFileTarget *target;
  WeirFileInflate      *inflate;
  WeirBuffer           *buffer; /* Owned */
  gsize                 len;
  guint64               base; /* where its first byte stands */
  gboolean              at_end;
} Reader;

/* A buffer of @size with the bytes from @from on; columns may hold the old one. */
static void
move (Reader *reader,
      gsize   from,
      gsize   size)
{
  WeirBuffer *next = weir_buffer_new (size);

  memcpy (next->data, reader->buffer->data + from, reader->len - from);
  weir_buffer_unref (reader->buffer);
  reader->buffer = next;
  reader->base += from;
  reader->len -= from;
}

/* Fills the buffer. */
static gboolean
fill (Reader  *reader,
      GError **error)
{
  gsize  room = reader->buffer->size - reader->len;
  gssize n;

  if (g_cancellable_set_error_if_cancelled (reader->target->cancellable, error))
    return FALSE;
  n = weir_file_inflate_read (reader->inflate, reader->buffer->data + reader->len, room, error);
  if (n < 0)
    return FALSE;
  reader->len += (gsize)n;
  reader->at_end = (gsize)n < room;
  /* Behind the data there are zeros for vector loads. */
  memset (reader->buffer->data + reader->len, 0, MIN (reader->buffer->size - reader->len, 64));
  return TRUE;
}

static gboolean
decode (Reader  *reader,
        gsize    len,
        gboolean oversized,
        GError **error)
{
  return _weir_file_chunk_decode (reader->chunk, reader->target, reader->buffer, 0, len, reader->base, oversized, error);
}

/* Moves behind the record that the buffer begins within. */
static gboolean
pass_over (Reader  *reader,
           GError **error)
{
  for (;;)
    {
      gsize n = weir_decoder_first_record (reader->target->decoder, reader->buffer->data, reader->len, reader->at_end);

      if (n > 0 || reader->at_end)
        {
          move (reader, n, reader->len - n + WEIR_CHUNK_BYTES);
          return TRUE;
        }
      move (reader, reader->len - MIN (reader->len, SEPARATOR_BYTES_MAX), WEIR_CHUNK_BYTES);
      if (!fill (reader, error))
        return FALSE;
    }
}

/* Decodes the whole records in the buffer and keeps the rest. */
static gboolean
take_records (Reader  *reader,
              GError **error)
{
  gsize whole = weir_decoder_cut (reader->target->decoder, reader->buffer->data, reader->len, reader->at_end), rest;

  if (whole == 0 && reader->len > WEIR_LINE_BYTES_MAX)
    return decode (reader, reader->len, TRUE, error) && pass_over (reader, error);
  if (!decode (reader, whole, FALSE, error))
    return FALSE;
  rest = reader->len - whole;
  move (reader, whole, MAX (rest + WEIR_CHUNK_BYTES, MIN (2 * rest, WEIR_LINE_BYTES_MAX)));
  return TRUE;
}

static gboolean
read_records (Reader  *reader,
              GError **error)
{
  do
    if ((!reader->at_end && !fill (reader, error)) || !take_records (reader, error))
      return FALSE;
  while (!reader->at_end || reader->len > 0);
  return TRUE;
}

/* A text of more than G_MAXINT32 bytes is one malformed record: no more is read of it. */
static gboolean
read_whole (Reader  *reader,
            GError **error)
{
  while (reader->len <= G_MAXINT32 && !reader->at_end)
    {
      if (reader->chunk->is_preview && reader->len > WEIR_PREVIEW_FILE_BYTES_MAX)
        return TRUE;
      if (reader->len > 0)
        move (reader, 0, MIN (2 * reader->buffer->size, (gsize)G_MAXINT32 + 1));
      if (!fill (reader, error))
        return FALSE;
    }
  return decode (reader, reader->len, FALSE, error);
}

gboolean
_weir_file_chunk_inflate (const WeirFileChunk  *chunk,
                          int                   fd,
                          const WeirFileTarget *target,
                          GError              **error)
{
  Reader   reader = { chunk, target };
  gboolean ok;

  reader.inflate = weir_file_inflate_new (fd, chunk->file.path, chunk->file.size, chunk->codec);
  reader.buffer = weir_buffer_new (WEIR_CHUNK_BYTES);
  ok = weir_decoder_needs_whole_file (target->decoder) ? read_whole (&reader, error) : read_records (&reader, error);
  weir_buffer_unref (reader.buffer);
  weir_file_inflate_free (reader.inflate);
  return ok;
}
