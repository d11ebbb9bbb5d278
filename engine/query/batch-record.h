/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirBatchRecord:
 *
 * What fixes a batch before it runs: the same record and state give the same bytes (design.md §3.7). It is the heart of the OFFSETS
 * record of a checkpoint.
 */
typedef struct
{
  guint64  batch_id;
  gint64   now_us; /* the batch's time */
  guint64  seed;
  gint64   watermark_ms;      /* eviction and emission */
  gint64   late_watermark_ms; /* late rows: the watermark of the batch before */
  guint    n_sources;
  char   **from; /* Owned: by source_id; "" is before the first row */
  char   **to;   /* Owned */
  gboolean is_no_data;
  gboolean is_replay; /* logged by an earlier run, which did not commit it */
} WeirBatchRecord;

WeirBatchRecord *weir_batch_record_new (guint n_sources);
WeirBatchRecord *weir_batch_record_copy (const WeirBatchRecord *record);
void             weir_batch_record_free (WeirBatchRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBatchRecord, weir_batch_record_free)

G_END_DECLS
