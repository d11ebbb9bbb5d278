/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"

G_BEGIN_DECLS

/**
 * WeirWatermarkTracker:
 *
 * Event-time progress of one query: one value per watermark node, one global value made from them by the policy. Recomputed
 * between batches, never inside one; it never falls, and never lies below the epoch (spark-semantics §1.5.4).
 */
typedef struct _WeirWatermarkTracker WeirWatermarkTracker;

WeirWatermarkTracker *weir_watermark_tracker_new (guint n_nodes, const gint64 *delays_ms, gboolean policy_max);
void                  weir_watermark_tracker_free (WeirWatermarkTracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirWatermarkTracker, weir_watermark_tracker_free)

/* After a batch: the largest event time of each node, ms; G_MININT64 where no row passed. */
void     weir_watermark_tracker_update (WeirWatermarkTracker *tracker, const gint64 *max_event_ms);
gint64   weir_watermark_tracker_get_global (WeirWatermarkTracker *tracker);           /* ms */
gint64   weir_watermark_tracker_get_node (WeirWatermarkTracker *tracker, guint node); /* ms; G_MININT64 before its first row */
gboolean weir_watermark_tracker_has_nodes (WeirWatermarkTracker *tracker);

/* For checkpoints: i64 global, varint number of nodes, i64 each (ms; the smallest value: unset). */
void weir_watermark_tracker_write (WeirWatermarkTracker *tracker, WeirWriter *writer);
/* @global_only: nodes stay unset, as in Spark after a restart. Nodes of another number stay unset too. FALSE: damaged. */
gboolean weir_watermark_tracker_read (WeirWatermarkTracker *tracker, WeirReader *reader, gboolean global_only);

G_END_DECLS
