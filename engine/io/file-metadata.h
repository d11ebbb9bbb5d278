/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-chunk.h"

G_BEGIN_DECLS

/* The type of `_metadata`: file_path, file_name, file_size, file_block_start, file_block_length, file_modification_time. (transfer full) */
WeirType *weir_file_metadata_type (void);

/* Is the last column of a scan's schema the hidden one? A table's own column of that name is of another type. */
gboolean weir_file_metadata_is_last (WeirSchema *schema);

/* `_metadata` of the rows of a chunk: one row. (transfer full) */
WeirColumn *weir_file_metadata_value (const WeirFileChunk *chunk);

G_END_DECLS
