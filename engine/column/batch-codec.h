/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "column/batch.h"

G_BEGIN_DECLS

/*
 * Batches as bytes: the OUTPUT record of a checkpoint. Little-endian, column after column:
 *
 *   u8        version, 1
 *   varint, bytes    the schema, as weir_type_to_string() prints it
 *   varint    number of batches, then each
 *     varint  number of rows, at most WEIR_CODEC_ROWS_MAX
 *     column… in the schema's order
 *
 *   column    u8: 1 when some value is NULL, and then ⌈rows / 8⌉ bytes, bit i = row i is not NULL; else 0
 *             BOOLEAN            ⌈rows / 8⌉ bytes
 *             numbers, times …   the storage of every row; zero where NULL
 *             STRING, BINARY     varint length of every row, 0 where NULL; then all bytes
 *             ARRAY, MAP         varint number of elements of every row, 0 where NULL; then the elements as a column (MAP: keys, values)
 *             STRUCT             its fields as columns
 *             VOID               nothing more
 */
#define WEIR_CODEC_VERSION  1
#define WEIR_CODEC_ROWS_MAX (1u << 20)

/* Appends @batches, all of @schema. (element-type WeirBatch) */
void weir_batches_write (GPtrArray *batches, WeirSchema *schema, WeirWriter *writer);
/**
 * weir_batches_read:
 * @schema: what the rows have to be; names of columns may differ
 *
 * Reads what weir_batches_write() wrote, from bytes of any origin.
 *
 * Returns: (transfer full) (nullable) (element-type WeirBatch): the batches under @schema; NULL: damaged, or of other types
 */
GPtrArray *weir_batches_read (WeirReader *reader, WeirSchema *schema);

G_END_DECLS
