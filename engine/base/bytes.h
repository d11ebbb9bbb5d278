/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirWriter:
 *
 * Appends little-endian values to a growing array; the form of state snapshots and log records.
 *
 * One that was made by weir_writer_init_pieces() begins a new array when one is full, so that there is no limit to what it takes; what
 * was written may be cut anywhere. Others, around an array of the caller's, hold what a GByteArray can: less than 4 GiB.
 */
typedef struct
{
  GByteArray *bytes;      /* Owned by whoever made it: the one that is written to */
  GPtrArray  *full;       /* Owned, nullable: GByteArray, in order, those before it */
  gsize       full_bytes; /* in them */
  gsize       room;       /* of a piece */
} WeirWriter;

/* Bytes after which a piece ends; tests make it small. */
#define WEIR_PIECE_BYTES (64u << 20)

void weir_writer_init_pieces (WeirWriter *writer);
/* What was written, (element-type GBytes) (transfer full); the writer is done. */
GPtrArray *weir_writer_finish_pieces (WeirWriter *writer);
/* Drops what was written; the writer is done. One of pieces, or zeroed. */
void weir_writer_clear (WeirWriter *writer);
/* Everything that @part has goes behind what @writer has, without being copied when it is large; both of pieces. @part is done. */
void    weir_writer_take (WeirWriter *writer, WeirWriter *part);
gsize   weir_writer_size (const WeirWriter *writer);
guint32 weir_writer_crc32c (const WeirWriter *writer); /* of everything so far */
/* Room for @len bytes at once, when nothing was written yet and they fit in a piece. */
void weir_writer_reserve (WeirWriter *writer, gsize len);
/* @len bytes (less than 4 GiB) to be filled in, good until the next call. */
guint8 *weir_writer_room (WeirWriter *writer, gsize len);

/* A u64 that says how many bytes were written from begin to end. */
typedef struct
{
  GByteArray *bytes; /* Borrowed */
  gsize       at, size;
} WeirWriterMark;

WeirWriterMark weir_writer_begin_length (WeirWriter *writer);
void           weir_writer_end_length (WeirWriter *writer, WeirWriterMark mark);

/* Of pieces (element-type GBytes): all bytes; the same as one, copied unless there is one only (transfer full); one as pieces (transfer full) */
gsize      weir_pieces_size (GPtrArray *pieces);
GBytes    *weir_pieces_join (GPtrArray *pieces);
GPtrArray *weir_pieces_new (GBytes *bytes);

void weir_writer_u8 (WeirWriter *writer, guint8 value);
void weir_writer_u32 (WeirWriter *writer, guint32 value);
void weir_writer_u64 (WeirWriter *writer, guint64 value);
void weir_writer_varint (WeirWriter *writer, guint64 value); /* LEB128 */
void weir_writer_raw (WeirWriter *writer, const void *data, gsize len);
void weir_writer_bytes (WeirWriter *writer, const void *data, gsize len); /* varint length, then bytes */

/**
 * WeirReader:
 *
 * Reads them back; bounded. After the first read past the end `failed` is TRUE and every value is zero.
 */
typedef struct
{
  const guint8 *data;
  gsize         len;
  gsize         pos;
  gboolean      failed;
} WeirReader;

void          weir_reader_init (WeirReader *reader, const void *data, gsize len);
guint8        weir_reader_u8 (WeirReader *reader);
guint32       weir_reader_u32 (WeirReader *reader);
guint64       weir_reader_u64 (WeirReader *reader);
guint64       weir_reader_varint (WeirReader *reader);
const guint8 *weir_reader_raw (WeirReader *reader, gsize len);    /* NULL when failed; borrowed */
const guint8 *weir_reader_bytes (WeirReader *reader, gsize *len); /* same */
/* A reader of the next u64 bytes, a length before them; empty when failed. */
WeirReader weir_reader_part (WeirReader *reader);

G_END_DECLS
