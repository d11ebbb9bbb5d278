/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "format/decoder.h"
#include "io/file-inflate.h"
#include "io/file-list.h"
#include "io/source.h"

G_BEGIN_DECLS

/* The morsel of file sources: WEIR_CHUNK_BYTES of a file, or all of one that cannot be cut. */
typedef struct
{
  WeirFileEntry file; /* path owned */
  guint64       start, end;
  WeirFileCodec codec;      /* not none: the whole file */
  gboolean      is_preview; /* nothing is read of a compressed file that is one record and unpacks to much */
  gboolean      may_grow;   /* what is appended behind the planned size is nobody's business */
} WeirFileChunk;

void weir_file_chunk_free (gpointer chunk);

/* Appends the chunks of @file, whose codec is known to be one that can be read. */
void weir_file_chunk_cut (GPtrArray *chunks, const WeirFileEntry *file, gboolean whole, gboolean may_grow);

/* Where the records of a chunk go. Borrowed. */
typedef struct
{
  WeirDecoder     *decoder;
  WeirDecodeState *state;
  WeirSourcePush   push;
  gpointer         data;
  WeirDecodeStats *stats;
  GCancellable    *cancellable; /* nullable */
} WeirFileTarget;

/* Decodes the records that start within the chunk. On a worker. FAILED_READ_FILE.… when the file went away, changed or is damaged. */
gboolean weir_file_chunk_read (const WeirFileChunk *chunk, const WeirFileTarget *target, GError **error);

G_END_DECLS
