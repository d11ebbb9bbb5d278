/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/file-chunk.h"

G_BEGIN_DECLS

/* The type of `_metadata`: file_path, file_name, file_size, file_block_start, file_block_length, file_modification_time. (transfer full) */
WeirType *weir_file_metadata_type (void);

/**
 * weir_file_metadata_split:
 * @schema: of a scan: the table's columns, and `_metadata` behind them when the plan can name it
 * @needed: (nullable): per column
 * @wanted: (out): whether `_metadata` is read
 *
 * Returns: (transfer full): the columns that files hold
 */
WeirSchema *weir_file_metadata_split (WeirSchema *schema, const gboolean *needed, gboolean *wanted);

/* A push that appends `_metadata` to each batch. Lives on the stack of a read. */
typedef struct
{
  const WeirFileChunk *chunk;
  WeirSchema          *schema; /* of the batches that come out */
  WeirSourcePush       push;
  gpointer             data;
  WeirColumn          *value; /* Owned, one row; NULL until the first batch */
} WeirFileMetadataPush;

gboolean weir_file_metadata_push (gpointer self, WeirBatch *batch, GError **error);

G_END_DECLS
