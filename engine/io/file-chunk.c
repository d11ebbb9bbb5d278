/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-chunk-private.h"

#include "base/limits.h"
#include "io/file-log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * Reading a chunk
 *
 * A file is cut by its size alone, and a record belongs to the chunk in which it starts: a reader skips the record that began before
 * its chunk and reads on past the end of its last one. Files are read with pread into buffers that the columns' strings point into;
 * they are never mapped.
 */

/* Read on behind the chunk in steps of this until the last record is whole. */
#define TAIL_BYTES (64u << 10)

void
weir_file_chunk_free (gpointer data)
{
  WeirFileChunk *chunk = data;

  g_free (chunk->file.path);
  g_free (chunk);
}

void
weir_file_chunk_cut (GPtrArray           *chunks,
                     const WeirFileEntry *file,
                     gboolean             whole,
                     gboolean             may_grow)
{
  WeirFileCodec codec = WEIR_CODEC_NONE;
  guint64       step = weir_file_codec (file->path, &codec, NULL) && codec == WEIR_CODEC_NONE && !whole ? WEIR_CHUNK_BYTES : MAX (file->size, 1);

  for (guint64 start = 0; start < file->size; start += step)
    {
      WeirFileChunk *chunk = g_new0 (WeirFileChunk, 1);

      chunk->file = *file;
      chunk->file.path = g_strdup (file->path);
      chunk->start = start;
      chunk->end = MIN (start + step, file->size);
      chunk->codec = codec;
      chunk->may_grow = may_grow;
      g_ptr_array_add (chunks, chunk);
    }
}

typedef struct
{
  const WeirFileChunk  *chunk;
  const WeirFileTarget *target;
  int                   fd;
  WeirBuffer           *buffer; /* Owned */
  guint64               base;   /* file offset of the buffer's first byte */
  gsize                 len;    /* bytes read */
} Reader;

/* Fills the buffer up to @wanted bytes or the file's planned end. */
static gboolean
fill (Reader  *reader,
      gsize    wanted,
      GError **error)
{
  wanted = MIN (wanted, reader->chunk->file.size - reader->base);
  if (reader->buffer == NULL || reader->buffer->size < wanted)
    {
      /* With room for the rest of the last record, which is nearly always read next. */
      WeirBuffer *larger = weir_buffer_new (wanted + TAIL_BYTES);

      if (reader->len > 0)
        memcpy (larger->data, reader->buffer->data, reader->len);
      weir_buffer_unref (reader->buffer);
      reader->buffer = larger;
    }
  while (reader->len < wanted)
    {
      gssize n = pread (reader->fd, reader->buffer->data + reader->len, wanted - reader->len, (off_t)(reader->base + reader->len));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return weir_file_fail_read (reader->chunk->file.path, errno, error);
      if (n == 0)
        break; /* the file became shorter */
      reader->len += (gsize)n;
    }
  /* Behind the data there are zeros for vector loads. */
  memset (reader->buffer->data + reader->len, 0, MIN (reader->buffer->size - reader->len, 64));
  return TRUE;
}

static gboolean
at_end (Reader *reader)
{
  return reader->base + reader->len >= reader->chunk->file.size;
}

/* Length of the record at @from, read on as far as needed; 0: it is longer than WEIR_LINE_BYTES_MAX. */
static gboolean
measure_record (Reader  *reader,
                gsize    from,
                gsize   *length,
                GError **error)
{
  gsize step = TAIL_BYTES;

  for (;;)
    {
      gsize before = reader->len;

      *length = weir_decoder_first_record (reader->target->decoder, reader->buffer->data + from, reader->len - from, at_end (reader));
      if (*length > 0 || reader->len - from > WEIR_LINE_BYTES_MAX || (at_end (reader) && reader->len == from))
        return TRUE;
      if (!fill (reader, reader->len + step, error))
        return FALSE;
      if (reader->len == before)
        {
          *length = reader->len - from; /* cut short behind our back: what there is, is the record */
          return TRUE;
        }
      step = MIN (step * 2, WEIR_LINE_BYTES_MAX);
    }
}

gboolean
_weir_file_chunk_decode (const WeirFileChunk  *chunk,
                         const WeirFileTarget *target,
                         WeirBuffer           *buffer,
                         gsize                 offset,
                         gsize                 len,
                         guint64               origin_offset,
                         gboolean              oversized,
                         GError              **error)
{
  WeirDecodeBlock block = { 0 };

  if (len == 0)
    return TRUE;
  block.buffer = buffer;
  block.offset = offset;
  block.len = len;
  block.at_start = origin_offset == 0;
  block.origin_offset = origin_offset;
  block.origin = chunk->file.path;
  if (oversized)
    return weir_decoder_decode_oversized (target->decoder, target->state, &block, target->push, target->data, target->stats, error);
  return weir_decoder_decode (target->decoder, target->state, &block, target->push, target->data, target->stats, error);
}

static gboolean
decode (Reader  *reader,
        gsize    offset,
        gsize    len,
        gboolean oversized,
        GError **error)
{
  return _weir_file_chunk_decode (reader->chunk, reader->target, reader->buffer, offset, len, reader->base + offset, oversized, error);
}

static gboolean
read_records (Reader  *reader,
              GError **error)
{
  const WeirFileChunk *chunk = reader->chunk;
  gsize                first = 0, last_start, length, end;

  /* One byte earlier, so that a record starting exactly at the chunk is told from one that goes on. */
  reader->base = chunk->start > 0 ? chunk->start - 1 : 0;
  if (!fill (reader, (gsize)(chunk->end - reader->base), error))
    return FALSE;
  if (chunk->start > 0)
    {
      /* Does the record around the byte before end within the chunk? If not, no record starts here. */
      first = weir_decoder_first_record (reader->target->decoder, reader->buffer->data, reader->len, at_end (reader));
      if (first == 0 || (at_end (reader) && first == reader->len))
        return TRUE;
    }
  if (at_end (reader))
    return decode (reader, first, reader->len - first, FALSE, error);
  /* Whole records up to the last one, which may go on behind the chunk. */
  last_start = first + weir_decoder_cut (reader->target->decoder, reader->buffer->data + first, reader->len - first, FALSE);
  end = last_start;
  if (last_start < reader->len)
    {
      if (!measure_record (reader, last_start, &length, error))
        return FALSE;
      if (length == 0)
        return decode (reader, first, last_start - first, FALSE, error) &&
               decode (reader, last_start, reader->len - last_start, TRUE, error);
      end = last_start + length;
    }
  return decode (reader, first, end - first, FALSE, error);
}

/* The file as it was planned? Read again after decoding: what changed meanwhile is seen too. */
static gboolean
check (const Reader *reader,
       GError      **error)
{
  const WeirFileEntry *file = &reader->chunk->file;
  struct stat          status;

  if (weir_file_is_same (reader->fd, file))
    return TRUE;
  if (reader->chunk->may_grow && fstat (reader->fd, &status) == 0 && (guint64)status.st_ino == file->inode && (guint64)status.st_size >= file->size)
    return TRUE;
  return weir_file_fail_changed (file->path, error);
}

gboolean
weir_file_chunk_read (const WeirFileChunk  *chunk,
                      const WeirFileTarget *target,
                      GError              **error)
{
  Reader   reader = { .chunk = chunk, .target = target };
  gboolean ok;

  reader.fd = weir_file_open (chunk->file.path, error);
  if (reader.fd < 0)
    return FALSE;
  ok = check (&reader, error);
  if (ok && chunk->codec != WEIR_CODEC_NONE)
    ok = _weir_file_chunk_inflate (chunk, reader.fd, target, error);
  else
    ok = ok && read_records (&reader, error);
  ok = ok && check (&reader, error);
  weir_buffer_unref (reader.buffer);
  close (reader.fd);
  return ok;
}
