/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec/ runs plans: operators, state tables, the micro-batch pipeline. It may use base/, column/, expr/, state/, plan/. Rows come
 * in and go out through the callbacks below; it must not know files, Kafka or sinks.
 */
#pragma once

#include "base/worker-pool.h"
#include "plan/catalog.h"
#include "plan/plan.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes rows; @batch is borrowed. FALSE stops the reader with @error. */
typedef gboolean (*WeirPushFunc) (gpointer data, WeirBatch *batch, GError **error);

/**
 * WeirMorselFunc:
 *
 * Reads one morsel and pushes its rows, in order, in batches of at most %WEIR_VECTOR_ROWS with the scan's pruned schema. Runs on a
 * worker, several morsels of a scan at a time.
 */
typedef gboolean (*WeirMorselFunc) (gpointer source, gpointer morsel, WeirPushFunc push, gpointer push_data, GCancellable *cancellable, GError **error);

/* What one scan reads in this batch. Morsels are cut by input alone, so their number and order do not depend on threads. */
typedef struct
{
  gpointer       source; /* Borrowed */
  WeirMorselFunc read;
  guint          n_morsels;
  gpointer      *morsels; /* Borrowed */
} WeirScanInput;

/* A row that came too late, for the samples the window shows. */
typedef struct
{
  gint64 event_time_us;
  char  *row_json; /* Owned: the input row */
} WeirLateSample;

typedef struct
{
  const char *name; /* Spark's operatorName: stateStoreSave, dedupe, symmetricHashJoin … */
  guint64     rows_total;
  guint64     rows_updated;
  guint64     rows_removed;
  guint64     rows_dropped_by_watermark; /* late groups after partial aggregation, as Spark counts */
  guint64     late_rows;                 /* late input rows, as the window shows */
  guint64     duplicate_rows;            /* deduplication: rows dropped because their key was known */
  guint64     memory_bytes;
  gint64      update_ms, removal_ms, commit_ms;
} WeirStatefulStats;

typedef struct
{
  const char *label; /* for the plan view: `Filter (price >= 100)` */
  guint64     rows_in, rows_out;
  gint64      busy_us;
} WeirOpStats;

/* Fixed for one batch; Borrowed by the pipeline until weir_pipeline_run() returns. */
typedef struct
{
  guint64              batch_id;
  gint64               now_us; /* the batch's time */
  guint64              seed;
  gint64               late_watermark_ms;  /* late rows: watermark of the batch before */
  gint64               evict_watermark_ms; /* emission and eviction: watermark of this batch */
  guint                n_scans;
  const WeirScanInput *scans; /* by scan_id */
  GCancellable        *cancellable;
  gboolean             wants_delta; /* weir_pipeline_delta() will be called: what it says may be written on the way */
  /* Nullable. Called before the last rows are computed, where what weir_pipeline_delta() says does not depend on that: it may be asked. */
  void (*settled) (gpointer data);
  gpointer settled_data;
} WeirBatchInput;

/* What one batch saw. Fields by the pipeline; arrays Owned, valid until the next run. */
typedef struct
{
  guint64            rows_in;   /* over all streaming scans */
  guint64           *scan_rows; /* by scan_id */
  guint              n_watermarks;
  gint64            *max_event_ms; /* by watermark_id: max of floor(event time ms); G_MININT64 when no row passed */
  char             **newest_row;   /* by watermark_id, Owned, nullable: a row whose time is max_event_ms, as JSON */
  gint64            *min_event_ms; /* progress: eventTime.min; G_MAXINT64 when none */
  gint64            *sum_event_ms; /* progress: avg = sum / count */
  guint64           *count_event;
  guint64            rows_out;
  guint              n_stateful;
  WeirStatefulStats *stateful; /* in Spark's order: top-most operator first */
  guint              n_ops;
  WeirOpStats       *ops;          /* in plan order, leaves last */
  GPtrArray         *late_samples; /* WeirLateSample */
} WeirBatchStats;

typedef struct
{
  WeirOutputMode  mode;
  WeirZone       *zone;
  gboolean        ansi;
  WeirWorkerPool *pool;            /* Borrowed */
  guint64         state_max_bytes; /* 0: no budget */
  gsize           value_bytes_max; /* of one value that a function makes; 0: as limits.h says */
  gboolean        is_streaming;    /* FALSE: one batch over everything, sorted and limited as SQL says */
} WeirPipelineOptions;

/**
 * WeirPipeline:
 *
 * A physical plan with its state. One batch at a time: weir_pipeline_run() computes, weir_pipeline_commit() makes the new state the
 * state; weir_pipeline_abort() goes back to the state before, after an error or a stop in the middle.
 */
typedef struct _WeirPipeline WeirPipeline;

WeirPipeline *weir_pipeline_new (WeirPlan *plan, const WeirPipelineOptions *options, GError **error);
void          weir_pipeline_free (WeirPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPipeline, weir_pipeline_free)

WeirSchema *weir_pipeline_get_schema (WeirPipeline *pipeline); /* of the output; (transfer none) */
guint       weir_pipeline_get_n_scans (WeirPipeline *pipeline);
WeirPlan   *weir_pipeline_get_scan (WeirPipeline *pipeline, guint scan_id); /* (transfer none) */

/**
 * weir_pipeline_run:
 * @emit: gets the output rows in their final order, on the calling thread
 *
 * Runs on the query's thread and blocks it; the work is in the pool. The same input and state give the same bytes with any number
 * of threads. The first failing row in input order is reported.
 *
 * Returns: FALSE with @error (phase RUN, or CANCELLED)
 */
gboolean weir_pipeline_run (WeirPipeline *pipeline, const WeirBatchInput *input, WeirPushFunc emit, gpointer emit_data, WeirBatchStats *stats, GError **error);
void     weir_pipeline_commit (WeirPipeline *pipeline);
void     weir_pipeline_abort (WeirPipeline *pipeline);
void     weir_batch_stats_clear (WeirBatchStats *stats);

/* Would an empty batch emit or evict, now that the watermark is @watermark_ms and the last batch used @used_ms? §1.5.6 */
gboolean weir_pipeline_wants_no_data_batch (WeirPipeline *pipeline, gint64 watermark_ms, gint64 used_ms);

/* State of all stateful operators as bytes, and back into a fresh pipeline of the same plan. Deterministic. (transfer full) */
GPtrArray *weir_pipeline_snapshot (WeirPipeline *pipeline);
/* Between run and commit: what the batch changes. weir_pipeline_restore() brings the state before it forward. (transfer full) */
GPtrArray *weir_pipeline_delta (WeirPipeline *pipeline);
gboolean   weir_pipeline_restore (WeirPipeline *pipeline, GBytes *state, GError **error);

/**
 * weir_pipeline_list_state:
 * @operator_id: 0 is the top-most stateful operator
 * @side: of a join; NONE for all others
 * @schema: (out) (transfer full): `key` and `value`, structs, and `partition_id`, as Spark's state data source has them
 *
 * All of an operator's state as rows. The pipeline is of no other use afterwards.
 *
 * Returns: (transfer full) (nullable) (element-type WeirBatch): NULL with INVALID_PARAMETER_VALUE, STDS_REQUIRED_OPTION_UNSPECIFIED
 *   or STDS_INVALID_OPTION_VALUE.WITH_MESSAGE
 */
GPtrArray *weir_pipeline_list_state (WeirPipeline *pipeline, guint operator_id, WeirStateSide side, WeirSchema **schema, GError **error);

/* Append mode over a windowed aggregation: are there windows that could be listed? */
gboolean weir_pipeline_has_open (WeirPipeline *pipeline);

/**
 * weir_pipeline_list_open:
 * @input: of the last batch: its time, seed and watermarks
 * @rows_max: the newest windows are kept
 * @n_left_out: (out): windows × keys there are beyond those
 *
 * Rows that windows which are still open would give if they became final now, after weir_pipeline_commit() and on the same thread. Neither
 * the state nor what later batches give is changed. Only when weir_pipeline_has_open().
 *
 * Returns: (transfer full) (nullable) (element-type WeirBatch): NULL with the error an expression ended in
 */
GPtrArray *weir_pipeline_list_open (WeirPipeline *pipeline, const WeirBatchInput *input, guint rows_max, guint64 *n_left_out, GError **error);

/* Columns of the result table: which output columns form the hidden group key (update, complete); NULL for append. */
const guint *weir_pipeline_get_result_key (WeirPipeline *pipeline, guint *n_columns);
/* The physical plan as text. (transfer full) */
char *weir_pipeline_explain (WeirPipeline *pipeline);

G_END_DECLS
