/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-chunk.h"
#include "io/file-partitions.h"

G_BEGIN_DECLS

/**
 * WeirFileReader:
 *
 * How chunks of files become rows of a table: which columns the decoder finds in the bytes, which come with the file (columns of folders,
 * `_metadata`). Immutable after creation, shared by threads.
 */
typedef struct _WeirFileReader WeirFileReader;

/**
 * weir_file_reader_new:
 * @config: borrowed during the call
 * @partitions: borrowed as long as the reader lives; its names are those of the table
 *
 * Returns: (transfer full) (nullable): NULL with @error for a wrong option, and CONFLICTING_PARTITION_COLUMN_NAMES when a folder is a
 *   column that the table did not have when the query was analysed
 */
WeirFileReader *weir_file_reader_new (const WeirSourceConfig *config, const WeirFilePartitions *partitions, GError **error);
void            weir_file_reader_free (WeirFileReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirFileReader, weir_file_reader_free)

gboolean weir_file_reader_needs_whole_file (const WeirFileReader *reader);
/* Can the values in the names of the folders above @path be what the table's columns are? INVALID_PARTITION_VALUE. */
gboolean weir_file_reader_check_path (const WeirFileReader *reader, const char *path, GError **error);
/* On a worker; several at a time. As weir_file_chunk_read(). */
gboolean weir_file_reader_read (WeirFileReader *reader, const WeirFileChunk *chunk, WeirSourcePush push, gpointer push_data, WeirDecodeStats *stats, GCancellable *cancellable, GError **error);

G_END_DECLS
