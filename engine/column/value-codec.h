/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "column/column-builder.h"

G_BEGIN_DECLS

/*
 * One value as bytes, for state: grouping keys, kept values, snapshots. By kind:
 *
 *   any        u8: 0 = NULL and nothing else follows, 1 = value
 *   BOOLEAN    u8
 *   numbers, dates, times, intervals    their storage, little-endian
 *   STRING, BINARY    varint length, bytes
 *   ARRAY      varint number of elements, elements
 *   MAP        varint number of entries; key, value, key, value …
 *   STRUCT     fields in order
 */

/* Appends row @row of @column, any encoding. @normalize: −0.0 and NaN as grouping sees them, so equal values have equal bytes. */
void weir_value_write (const WeirColumn *column, guint row, gboolean normalize, WeirWriter *writer);
/* Appends the value to @builder. FALSE when the bytes are damaged. */
gboolean weir_value_read (WeirColumnBuilder *builder, WeirReader *reader);

G_END_DECLS
