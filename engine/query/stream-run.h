/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query/ knows everything: sessions, running queries, the micro-batch loop, progress, the result table. It wires sources and sinks to
 * the operators, and is what engine.h shows.
 */
#pragma once

#include "exec/pipeline.h"
#include "io/sink.h"
#include "io/source.h"
#include "query/checkpoint.h"
#include "query/trigger.h"
#include "query/watermark-tracker.h"

G_BEGIN_DECLS

/* What a run is made from; strings and objects are referenced or copied. */
typedef struct
{
  WeirPlan       *plan;
  gboolean        is_streaming;
  WeirOutputMode  mode;
  WeirZone       *zone;
  WeirClock      *clock;
  WeirWorkerPool *pool; /* Borrowed */
  gboolean        ansi;
  gboolean        policy_max;           /* spark.sql.streaming.multipleWatermarkPolicy */
  gboolean        no_data_batches;      /* spark.sql.streaming.noDataMicroBatches.enabled */
  gboolean        ignore_missing_files; /* spark.sql.files.ignoreMissingFiles: for tables that do not say */
  guint64         state_max_bytes;
  gint64          retry_us;
  gpointer        hub;               /* Borrowed, nullable: WeirReaderHub of the session */
  GPtrArray      *sinks;             /* WeirSink, referenced */
  GHashTable     *secrets;           /* nullable: `NAME` → value for `${secret:NAME}` in options; referenced */
  WeirCheckpoint *checkpoint;        /* Borrowed, nullable: adopted, not yet recovered */
  gboolean        forget_watermarks; /* compat.watermark.restart=forget */
} WeirStreamConfig;

/* Where the time of a batch went, µs; Spark's phase names. */
typedef struct
{
  gint64 latest_offset, get_batch, query_planning, wal_commit, add_batch, commit_offsets, trigger_execution;
} WeirBatchPhases;

/* Everything about a batch that ran. Owned by the run until the next one. */
typedef struct
{
  WeirBatchRecord *record;
  WeirBatchStats   stats;
  WeirDecodeStats *decode; /* by scan_id; n_scans long */
  GPtrArray       *rows;   /* WeirBatch: the output, in order */
  WeirBatchPhases  phases;
  gint64           started_us; /* clock */
} WeirBatchResult;

/**
 * WeirStreamRun:
 *
 * One run of a query without threads, loops or signals: the steps of a micro-batch as functions, called from the query's
 * thread. A batch is planned, logged, run and committed.
 */
typedef struct _WeirStreamRun WeirStreamRun;

/* Opens sources and makes the pipeline; with a checkpoint, goes to where that was left. No I/O that waits for others. (transfer full) (nullable) */
WeirStreamRun *weir_stream_run_new (const WeirStreamConfig *config, GError **error);
void           weir_stream_run_free (WeirStreamRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirStreamRun, weir_stream_run_free)

/* Starts the readers in the thread-default main context; @notify when there may be something to do. */
void weir_stream_run_start (WeirStreamRun *run, WeirSourceNotify notify, gpointer data);
void weir_stream_run_stop (WeirStreamRun *run);

/* available-now and once: fixes the ends. FALSE without @error: a source does not know its end yet. */
gboolean weir_stream_run_freeze (WeirStreamRun *run, GError **error);

/**
 * weir_stream_run_plan_batch:
 * @unlimited: ignore the limits per trigger (once)
 * @allow_no_data: a batch without input may run when an operator asks for it
 *
 * Returns: (transfer full) (nullable): the next batch, or NULL: nothing to do (or @error)
 */
WeirBatchRecord *weir_stream_run_plan_batch (WeirStreamRun *run, gboolean unlimited, gboolean allow_no_data, GError **error);
/* Logs, runs, hands to the sinks, commits. On failure the state is what it was before; a batch that was logged is the next one again. */
const WeirBatchResult *weir_stream_run_execute (WeirStreamRun *run, WeirBatchRecord *record, GCancellable *cancellable, GError **error);

/* Whether the next batch is one that was logged and not committed. */
gboolean weir_stream_run_has_pending (WeirStreamRun *run);
/* Rows of windows that are open after the last batch, made at @now_us; see weir_pipeline_list_open(). */
GPtrArray *weir_stream_run_list_open (WeirStreamRun *run, gint64 now_us, guint rows_max, guint64 *n_left_out, GError **error);

guint         weir_stream_run_get_n_scans (WeirStreamRun *run);
WeirSource   *weir_stream_run_get_source (WeirStreamRun *run, guint scan_id); /* (transfer none) */
WeirPlan     *weir_stream_run_get_scan (WeirStreamRun *run, guint scan_id);   /* (transfer none) */
WeirPipeline *weir_stream_run_get_pipeline (WeirStreamRun *run);
gint64        weir_stream_run_get_watermark_ms (WeirStreamRun *run);
gboolean      weir_stream_run_has_watermark (WeirStreamRun *run);
guint64       weir_stream_run_get_next_batch_id (WeirStreamRun *run);
WeirPlan     *weir_stream_run_get_plan (WeirStreamRun *run);                     /* (transfer none) */
const char   *weir_stream_run_get_committed (WeirStreamRun *run, guint scan_id); /* offset; "" before the first row */
/* Of one watermark node after the last batch; G_MININT64 before its first row. */
gint64 weir_stream_run_get_node_watermark_ms (WeirStreamRun *run, guint watermark_id);
/* What the last planning that found nothing measured: started_us, phases; no record, no rows. */
const WeirBatchResult *weir_stream_run_peek (WeirStreamRun *run);

/* As weir_table_merge_options(), with the values of secrets in place of their names; @secrets: nullable. (transfer full) */
GHashTable *_weir_resolve_options (WeirTable *table, GHashTable *with, GHashTable *secrets);

/* Tests: takes all state out and puts it into a fresh pipeline of the same plan. */
gboolean weir_stream_run_reload_state (WeirStreamRun *run, GError **error);

G_END_DECLS
