/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WeirBatchRecord:
 *
 * What fixes a batch before it runs: the same record and state give the same bytes (design.md §3.7). It is the OFFSETS record of the
 * log.
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
} WeirBatchRecord;

WeirBatchRecord *weir_batch_record_new (guint n_sources);
WeirBatchRecord *weir_batch_record_copy (const WeirBatchRecord *record);
void             weir_batch_record_free (WeirBatchRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBatchRecord, weir_batch_record_free)

/**
 * WeirBatchLog:
 *
 * The write-ahead log of one query, kept in memory: an OFFSETS record before a batch runs, a COMMIT behind it. Batch ids are dense.
 */
typedef struct _WeirBatchLog WeirBatchLog;

WeirBatchLog *weir_batch_log_new (void);
void          weir_batch_log_free (WeirBatchLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBatchLog, weir_batch_log_free)
gboolean weir_batch_log_append_offsets (WeirBatchLog *log, const WeirBatchRecord *record, GError **error);
gboolean weir_batch_log_append_commit (WeirBatchLog *log, guint64 batch_id, GError **error);
/* The last OFFSETS record, and whether it was committed. NULL when there is none. */
const WeirBatchRecord *weir_batch_log_get_last (WeirBatchLog *log, gboolean *committed);

G_END_DECLS
