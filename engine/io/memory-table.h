/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/hub.h"

G_BEGIN_DECLS

/**
 * WeirMemoryTable:
 *
 * The rows of a table of format `memory`: what queries wrote into it, for batch queries to read. It belongs to the session's hub under the
 * table's name. Thread-safe.
 */
typedef struct _WeirMemoryTable WeirMemoryTable;

/* Made when absent; (transfer none), as long as the hub is there. */
WeirMemoryTable *weir_memory_table_get (WeirReaderHub *hub, const char *name);

/* A sink opens it with the columns of its rows. A streaming query that writes alone starts with an empty table, as every run of it does. */
void weir_memory_table_open (WeirMemoryTable *table, WeirSchema *schema, gboolean is_streaming);
void weir_memory_table_close (WeirMemoryTable *table);

/* Rows of a batch; @replace: they are all there are. Above @rows_max the oldest go. (element-type WeirBatch) */
void weir_memory_table_apply (WeirMemoryTable *table, GPtrArray *batches, gboolean replace, guint64 rows_max);

/* What is there now. (transfer full) (nullable) (element-type WeirBatch): NULL with @error when the rows have other columns than @schema */
GPtrArray *weir_memory_table_read (WeirMemoryTable *table, WeirSchema *schema, GError **error);

/* For the hub. */
void _weir_memory_table_free (gpointer table);

G_END_DECLS
