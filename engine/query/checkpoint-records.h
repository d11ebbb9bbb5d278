/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "query/batch-record.h"

G_BEGIN_DECLS

/*
 * Payloads of the records that query/ writes (state/record-log.h frames them). Little-endian; `bytes` is a varint length and bytes;
 * `watermarks` is i64 global, varint number of nodes, i64 each, in ms.
 *
 *   OFFSETS    u8 flags (1 = batch without data), i64 time µs, u64 seed, i64 watermark ms, i64 late watermark ms,
 *              u32 CRC32C of the metadata file, bytes watermarks before the batch,
 *              varint number of sources; each: bytes from, bytes to, bytes range (WeirSourceClass.log_range)
 *   OUTPUT     bytes watermarks after the batch; then the rows (column/batch-codec.h)
 *   COMMIT     u32 CRC32C of the batch's OFFSETS record, u32 of its DELTA record, u32 of the COMMIT record before (0: none),
 *              bytes watermarks after the batch,
 *              varint number of stateful operators, top-most first; each: bytes Spark's name, varint rows, varint bytes of memory.
 *              0 operators where the batch was not computed
 *   POSITION   u32 CRC32C of the batch's COMMIT record, i64 watermark ms of the batch, bytes watermarks after it,
 *              varint number of sources; each: bytes end, bytes state (WeirSourceClass.log_state)
 */

/* How large the state of an operator was behind a batch; for people. */
typedef struct
{
  char   *name; /* Owned */
  guint64 n_rows, n_bytes;
} WeirLoggedOperator;

/* Everything the log knows of one batch. */
typedef struct
{
  WeirBatchRecord *record;           /* Owned */
  GPtrArray       *ranges;           /* Owned: GBytes by source_id */
  GBytes          *watermarks;       /* Owned: before the batch */
  GPtrArray       *delta;            /* Owned, nullable: GBytes, pieces of it */
  GPtrArray       *output;           /* Owned, nullable: GBytes, pieces of the payload of OUTPUT */
  GBytes          *watermarks_after; /* Owned, nullable */
  GArray          *operators;        /* Owned, nullable: WeirLoggedOperator */
  guint64          n_changed;        /* rows of state */
  guint32          metadata_crc;
  guint32          offsets_crc, delta_crc, previous_crc;
  gboolean         is_applied; /* the state of the run has `delta` already */
} WeirLoggedBatch;

void weir_logged_batch_free (WeirLoggedBatch *batch);
void weir_logged_batch_add_operator (WeirLoggedBatch *batch, const char *name, guint64 n_rows, guint64 n_bytes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirLoggedBatch, weir_logged_batch_free)

/* Where a query stands behind a committed batch. */
typedef struct
{
  guint64    batch_id;
  guint32    commit_crc;
  gint64     watermark_ms; /* the batch used */
  GBytes    *watermarks;   /* Owned */
  GPtrArray *ends;         /* Owned: char* by source_id */
  GPtrArray *states;       /* Owned: GBytes by source_id */
} WeirLoggedPosition;

void weir_logged_position_free (WeirLoggedPosition *position);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirLoggedPosition, weir_logged_position_free)

GBytes             *weir_offsets_write (const WeirLoggedBatch *batch);          /* (transfer full) */
WeirLoggedBatch    *weir_offsets_read (guint64 batch_id, GBytes *payload);      /* (transfer full) (nullable): NULL: damaged */
GBytes             *weir_commit_write (const WeirLoggedBatch *batch);           /* (transfer full) */
gboolean            weir_commit_read (GBytes *payload, WeirLoggedBatch *batch); /* fills checksums and watermarks_after */
GBytes             *weir_position_write (const WeirLoggedPosition *position);   /* (transfer full) */
WeirLoggedPosition *weir_position_read (guint64 batch_id, GBytes *payload);     /* (transfer full) (nullable) */
/* The two parts of an OUTPUT payload; @rows reads in @payload. FALSE: damaged. */
gboolean weir_output_read (GBytes *payload, GBytes **watermarks, WeirReader *rows);

G_END_DECLS
