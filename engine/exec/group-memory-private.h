/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Arrays of at least so many bytes are mapped. */
#define WEIR_GROUP_MAP_BYTES (4u << 20)

/* 64-byte aligned. Running out of memory ends the process, as with g_malloc(). */
guint8 *_weir_group_records_new (gsize bytes);
void    _weir_group_records_free (guint8 *records, gsize bytes);
guint8 *_weir_group_records_grow (guint8 *records, gsize old_bytes, gsize bytes);

/* Zeroed. @size: entries. Mapped like records, which _weir_group_records_grow() then takes too. */
guint64 *_weir_group_index_new (guint size);
void     _weir_group_index_free (guint64 *index, guint size);

G_END_DECLS
