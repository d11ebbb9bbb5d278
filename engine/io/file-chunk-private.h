/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-chunk.h"

G_BEGIN_DECLS

/* Decodes @len bytes of @buffer from @offset on. @origin_offset: where they stand in the file, unpacked. */
gboolean _weir_file_chunk_decode (const WeirFileChunk *chunk, const WeirFileTarget *target, WeirBuffer *buffer, gsize offset, gsize len, guint64 origin_offset, gboolean oversized, GError **error);

/* The records of a compressed file. */
gboolean _weir_file_chunk_inflate (const WeirFileChunk *chunk, int fd, const WeirFileTarget *target, GError **error);

G_END_DECLS
