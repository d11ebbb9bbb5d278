/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirWriter:
 *
 * Appends little-endian values to a growing array; the form of state snapshots and log records.
 */
typedef struct
{
  GByteArray *bytes; /* Owned by whoever made it */
} WeirWriter;

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

G_END_DECLS
