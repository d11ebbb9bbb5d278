/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/stream-run.h"

G_BEGIN_DECLS

typedef struct
{
  WeirPlan        *plan;      /* Borrowed from the pipeline */
  WeirSource      *source;    /* Owned */
  guint            source_id; /* G_MAXUINT: static */
  char            *committed; /* Owned: end of the last committed batch, streams only */
  GPtrArray       *morsels;   /* Owned while a batch runs */
  WeirDecodeStats *decode;    /* Borrowed from the result */
  GMutex           decode_lock;
  gboolean         is_cached; /* a table that is read once a run */
  GPtrArray       *cache;     /* Owned, nullable: WeirBatch of each morsel (GPtrArray), from the first batch on */
  GPtrArray       *cached;    /* Owned while a batch runs: its morsels, places in the cache */
} WeirRunScan;

struct _WeirStreamRun
{
  WeirStreamConfig      config;
  WeirPipeline         *pipeline; /* Owned */
  guint                 n_scans;
  WeirRunScan          *scans; /* Owned, by scan_id */
  guint                 n_sources;
  guint                *source_scans; /* Owned: source_id → scan_id */
  WeirWatermarkTracker *tracker;      /* Owned */
  WeirBatchResult       result;
  guint64               next_batch_id;
  gint64                used_watermark_ms; /* of the last batch that ran */
  gboolean              has_run;
  gboolean              started;

  gint64          *sink_progress; /* Owned: by sink, the last batch it took in this run, or holds, when it can say so; −1: none */
  WeirBatchRecord *again;         /* Owned, nullable: without a checkpoint, the batch that failed and is the next one again */

  /* With a checkpoint */
  WeirLoggedBatch *pending; /* Owned, nullable: logged, not committed; the next batch is this one again */
  gboolean         asked_sinks;
};

static inline WeirRunScan *
_weir_stream_run_source (WeirStreamRun *run,
                         guint          source_id)
{
  return &run->scans[run->source_scans[source_id]];
}

/* `static`: whether a table beside a stream is read in every batch, or once a run. */
gboolean _weir_read_static_option (GHashTable *options, WeirPlan *scan, gboolean *is_cached, GError **error);
/* Brings the run to where the checkpoint says it was. */
gboolean _weir_stream_run_recover (WeirStreamRun *run, GError **error);
/* Compares what strict sinks hold with the checkpoint; before the first batch, and after one that failed. */
gboolean _weir_stream_run_ask_sinks (WeirStreamRun *run, GError **error);
/* The batch's ends are the committed ones. */
void _weir_stream_run_advance (WeirStreamRun *run, const WeirBatchRecord *record);
/* (transfer full) */
GBytes *_weir_stream_run_watermarks (WeirStreamRun *run);
/* A snapshot, when it is worth it. */
void _weir_stream_run_snapshot (WeirStreamRun *run);

G_END_DECLS
