/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of partial aggregation share. All functions are called once a vector or once a block. */
#pragma once

#include "exec/hash-aggregate.h"

G_BEGIN_DECLS

/* Rows whose keys and hashes stay in the first-level cache. */
#define WEIR_AGG_BLOCK 1024

/* The times of the vector: one for all rows, or each[i] for row i of the selection. */
typedef struct
{
  gboolean      is_single;
  gint64        single;
  const gint64 *each;
} WeirAggTimes;

/* Keys of the rows [offset, offset + n) of the selection into self->keys. */
void _weir_agg_local_encode_block (WeirAggLocal *self, WeirColumn *const *columns, WeirSel sel, const WeirAggTimes *times, guint offset, guint n);

/* ---- times (agg-times.c) ---- */

/* Rows with a time stay in the selection. */
WeirSel _weir_agg_local_drop_null_times (WeirAggLocal *self, const WeirColumn *flat, WeirSel sel);
/* By the numbers of panes, and by the key that has the event-time mark. May use self->times. */
void _weir_agg_local_assign_panes (WeirAggLocal *self, const WeirColumn *flat, WeirSel sel, WeirAggTimes *times);
void _weir_agg_local_assign_key_times (WeirAggLocal *self, WeirColumn *key, WeirSel sel, WeirAggTimes *times);
/* Counts and samples late rows; @time: nullable, the column that panes are of. */
void _weir_agg_local_note_late (WeirAggLocal *self, WeirEval *eval, WeirBatch *batch, WeirSel sel, const WeirAggTimes *times, gint64 late_us, WeirColumn *time);

/* ---- rows as they are (agg-rows.c) ---- */

gboolean _weir_agg_local_keep_rows (WeirAggLocal *self, WeirEval *eval, WeirBatch *batch, WeirColumn *const *columns, WeirSel sel, const WeirAggTimes *times, GError **error);
/* Columns of the rows kept are let go. */
void _weir_agg_local_clear_rows (WeirAggLocal *self);
void _weir_agg_rows_free (gpointer data); /* of WeirAggRows */

G_END_DECLS
