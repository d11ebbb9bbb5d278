/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/rows.h"

G_BEGIN_DECLS

/**
 * WeirResultTable:
 *
 * The result table of one query, written by the query's thread alone. Readers get immutable snapshots.
 */
typedef struct _WeirResultTable WeirResultTable;

/* @key: columns that make a row the same row; n_key 0 in append mode. */
WeirResultTable *weir_result_table_new (WeirResultShape *shape, const guint *key, guint n_key, guint rows_max, guint64 bytes_max);
void             weir_result_table_free (WeirResultTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirResultTable, weir_result_table_free)

/* One batch's output; @batches are WeirBatch. In complete mode they are the whole result. */
void weir_result_table_apply (WeirResultTable *table, guint64 batch_id, GPtrArray *batches, gint64 now_us, gint64 watermark_us, gint64 newest_event_us);
/* Whether what batches change is kept from now on, and handed over with the snapshots. */
void weir_result_table_set_keeps_changes (WeirResultTable *table, gboolean keeps);
/* Rows of windows that are still open, for the next snapshots; NULL: none. @n_left_out: how many more there are. */
void          weir_result_table_set_open (WeirResultTable *table, GPtrArray *batches, guint64 n_left_out);
gboolean      weir_result_table_has_open (WeirResultTable *table);
WeirSnapshot *weir_result_table_snapshot (WeirResultTable *table); /* (transfer full) */

G_END_DECLS
