/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_QUERY_STOPPED, /* not started, or stopped cleanly; also when it came to its end */
  WEIR_QUERY_STARTING,
  WEIR_QUERY_RUNNING, /* rows flow or may come at any time */
  WEIR_QUERY_WAITING, /* a source is connecting or retrying, or a disk is full: weir_query_get_sources(), weir_query_dup_trouble() */
  WEIR_QUERY_STOPPING,
  WEIR_QUERY_FAILED, /* weir_query_get_error() */
} WeirQueryState;

/**
 * WeirQuery:
 *
 * A running (or stopped) query. A batch SELECT is a query too: it runs one batch and stops.
 *
 * Properties: `name` (nullable), `state`, `is-streaming`, `held`. Signals: `started` () before weir_query_start() returns, on the thread
 * that called it; `notify::state`; `batch` (WeirProgress*) for every progress record, in order, idle ones too, in bundles of at most 1,024;
 * `progress` (WeirProgress*) the newest one, at most 10 a second; `snapshot` () when a newer snapshot can be taken, at most 10 a second; `samples` () when late or bad
 * rows were added; `sources` () when a source's status changed; `terminated` () once after the last event;
 * `message` (text) for a sentence to the user, as that a database does not write through: the session passes it on as its own.
 */
WEIR_API const char       *weir_query_get_name (WeirQuery *query);
WEIR_API const char       *weir_query_get_id (WeirQuery *query);     /* UUID of the checkpoint */
WEIR_API const char       *weir_query_get_run_id (WeirQuery *query); /* UUID of this run */
WEIR_API WeirQueryState    weir_query_get_state (WeirQuery *query);
WEIR_API gboolean          weir_query_get_is_streaming (WeirQuery *query);
WEIR_API const GError     *weir_query_get_error (WeirQuery *query);      /* nullable, borrowed */
WEIR_API char             *weir_query_dup_error_text (WeirQuery *query); /* `[CONDITION] … SQLSTATE: …` with the SQL line and caret; nullable */
WEIR_API const char       *weir_query_get_output_mode (WeirQuery *query);
WEIR_API const char       *weir_query_get_trigger (WeirQuery *query);
WEIR_API gint64            weir_query_get_interval_us (WeirQuery *query); /* of a processing-time trigger; 0: none */
WEIR_API const char       *weir_query_get_sql (WeirQuery *query);
WEIR_API char             *weir_query_explain (WeirQuery *query, gboolean extended); /* (transfer full) */
WEIR_API gint64            weir_query_get_started_us (WeirQuery *query);             /* clock; 0 before */
WEIR_API const char       *weir_query_get_checkpoint (WeirQuery *query);             /* folder; NULL: nothing is kept */
WEIR_API WeirGuaranteeInfo weir_query_get_guarantee (WeirQuery *query);              /* with a checkpoint; strings live as long as @query */
WEIR_API guint64           weir_query_get_state_budget (WeirQuery *query);           /* weir.state.maxBytes, else three quarters of the memory; 0: not known */

WEIR_API void weir_query_start (WeirQuery *query);            /* STOPPED or FAILED → STARTING; a fresh run */
WEIR_API void weir_query_stop (WeirQuery *query);             /* now: a batch that runs is given up after its morsels; state goes to STOPPED */
WEIR_API void weir_query_stop_after_batch (WeirQuery *query); /* a batch that runs is brought to its end first */
/* A held query goes on reading its sources up to their bounds, but starts no batch. Kept over a restart. */
WEIR_API void     weir_query_set_held (WeirQuery *query, gboolean held);
WEIR_API gboolean weir_query_get_held (WeirQuery *query);
/* One batch now, whatever the trigger says and also while held (the Step button); nothing when there is nothing to do. */
WEIR_API void weir_query_step (WeirQuery *query);

/* Spark's calls on a query. Those that wait block the calling thread and are not for the window. */

/* Until it has stopped, or @timeout_us (0: for ever) is over. TRUE when it ended cleanly; FALSE with its error, or without one when the time was over. */
WEIR_API gboolean weir_query_await_termination (WeirQuery *query, gint64 timeout_us, GError **error);
/**
 * weir_query_process_all_available:
 * @timeout_us: 0: for ever
 *
 * Waits for a trigger that begins after this call and finds nothing to do. A held query does not answer until it is let go.
 *
 * Returns: TRUE when there was one or the query came to its end; FALSE with its error, or without one when the time was over
 */
WEIR_API gboolean weir_query_process_all_available (WeirQuery *query, gint64 timeout_us, GError **error);
/* STREAM_FAILED with the cause; NULL while it runs and after a clean stop. (transfer full) (nullable) */
WEIR_API GError *weir_query_exception (WeirQuery *query);
/* `{"message":…,"isDataAvailable":…,"isTriggerActive":…}`; (transfer full) */
WEIR_API char *weir_query_status (WeirQuery *query);

/* The newest snapshot: one atomic exchange, never waits. (transfer full) (nullable) before the first batch */
WEIR_API WeirSnapshot *weir_query_take_snapshot (WeirQuery *query);
/* Whether snapshots carry the open windows of a query in append mode: somebody looks at them. Not at first, since listing them takes time. Kept over a
 * restart; a snapshot with them follows within a tenth of a second. */
WEIR_API void weir_query_set_shows_open (WeirQuery *query, gboolean shows);
/* Whether snapshots carry what the newest batches changed. Not at first; kept over a restart. */
WEIR_API void          weir_query_set_shows_changes (WeirQuery *query, gboolean shows);
WEIR_API WeirProgress *weir_query_get_last_progress (WeirQuery *query);   /* (transfer full) (nullable) */
WEIR_API GPtrArray    *weir_query_get_recent_progress (WeirQuery *query); /* (element-type WeirProgress) (transfer full) */

typedef enum
{
  WEIR_SAMPLE_LATE,   /* came after the watermark had passed */
  WEIR_SAMPLE_BAD,    /* could not be decoded */
  WEIR_SAMPLE_NEWEST, /* has the newest event time of the run and so the watermark behind it; one at most */
} WeirSampleKind;

typedef struct
{
  gint64      seen_us;       /* clock */
  gint64      event_time_us; /* LATE, NEWEST */
  const char *reason;        /* BAD: what was wrong */
  const char *source;        /* table name */
  const char *position;      /* `partition 3, offset 1204`, `orders.json, byte 1,024`; NEWEST: batch and offsets it was read between; nullable */
  GBytes     *raw;           /* the record's bytes, cut at 4 KiB (LATE, NEWEST: the row as JSON) */
} WeirSample;

/* Up to 100 newest samples; newest first. (transfer full) (element-type WeirSample) */
WEIR_API GPtrArray *weir_query_get_samples (WeirQuery *query, WeirSampleKind kind);
/* Time of the newest event of the run; G_MININT64: none yet. */
WEIR_API gint64  weir_query_get_newest_event_us (WeirQuery *query);
WEIR_API guint64 weir_query_get_n_late_rows (WeirQuery *query);
WEIR_API guint64 weir_query_get_n_bad_rows (WeirQuery *query);
/* The row that raised the watermark as far as it is, as JSON: a time far in the future can be told by it. (transfer full) (nullable) */
WEIR_API char   *weir_query_dup_newest_row (WeirQuery *query);
WEIR_API guint64 weir_query_get_n_input_rows (WeirQuery *query);
WEIR_API guint64 weir_query_get_n_output_rows (WeirQuery *query);
WEIR_API gint64  weir_query_get_wait_us (WeirQuery *query); /* delay of its watermark, the longest of several; 0 without one */

typedef struct
{
  const char *table;
  const char *format;
  const char *state;       /* idle, connecting, connected, retrying, ended, failed */
  const char *message;     /* cause and remedy; nullable */
  gint64      retry_in_us; /* −1: not retrying */
  guint64     rows_total;
  gint64      last_row_us; /* clock; 0: none yet */
} WeirSourceInfo;

/* Why a batch that could not be written is tried again (path, cause, what is free), while it is; else, with -1 for @retry_in_us, what is wrong with
 * the checkpoint though the query goes on. (transfer full) (nullable) */
WEIR_API char      *weir_query_dup_trouble (WeirQuery *query, gint64 *retry_in_us);
WEIR_API GPtrArray *weir_query_get_sources (WeirQuery *query); /* (element-type WeirSourceInfo) (transfer full) */

/**
 * WeirWhy:
 *
 * Why the result is empty, as far as the engine can tell: the facts, in the order rows travel. The window makes the sentence.
 */
typedef enum
{
  WEIR_WHY_NOT_EMPTY, /* or nothing is known to be wrong */
  WEIR_WHY_NOT_STARTED,
  WEIR_WHY_NOT_CONNECTED, /* `source` says which and why */
  WEIR_WHY_NO_INPUT,
  WEIR_WHY_ALL_BAD,       /* every record was malformed */
  WEIR_WHY_ALL_FILTERED,  /* rows in, none passes the filter */
  WEIR_WHY_NO_EVENT_TIME, /* the event-time column is NULL in every row */
  WEIR_WHY_ALL_LATE,
  WEIR_WHY_WINDOW_OPEN, /* append: the first window is still open */
  WEIR_WHY_HELD_BACK,   /* append: and its time does not come, because `source` is silent or behind the other sources */
  WEIR_WHY_FAILED,
  WEIR_WHY_TROUBLE,     /* a batch could not be written (disk, broker) and is tried again: `message`, `retry_in_us` */
  WEIR_WHY_RECOVERING,  /* the run before is taken up: state is read back from the checkpoint, or a batch it had begun runs again */
  WEIR_WHY_HELD,        /* no batch starts until weir_query_set_held() or weir_query_step() */
  WEIR_WHY_FIRST_BATCH, /* the first batch is still running */
} WeirWhyCause;

typedef struct
{
  WeirWhyCause cause;
  const char  *source;      /* table name; nullable */
  const char  *message;     /* of the source or the error; nullable */
  gint64       retry_in_us; /* −1 */
  guint64      rows_in, rows_bad, rows_late, rows_passed;
  const char  *filter;                         /* SQL of the filter; nullable */
  const char  *column;                         /* the event-time column; nullable */
  gint64       window_start_us, window_end_us; /* WINDOW_OPEN: the oldest open one; G_MININT64: sessions, which have no end yet */
  gint64       final_at_us;                    /* event time that must be reached for it to be final */
  gint64       newest_event_us;
  gint64       started_us;
  gint64       last_row_us;         /* HELD_BACK: when the last row of `source` came; 0: none yet; G_MAXINT64: it is not silent, only behind */
  gint64       source_watermark_us; /* HELD_BACK: of `source`; G_MININT64: none yet */
  const char  *other_source;        /* HELD_BACK: the one that is ahead; NULL when there is only one */
} WeirWhy;

WEIR_API WeirWhy *weir_query_why_empty (WeirQuery *query); /* (transfer full), free with weir_why_free() */
WEIR_API void     weir_why_free (WeirWhy *why);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirWhy, weir_why_free)

/**
 * WeirProgress:
 *
 * StreamingQueryProgress of one batch; immutable, refcounted.
 */
WEIR_API WeirProgress *weir_progress_ref (WeirProgress *progress);
WEIR_API void          weir_progress_unref (WeirProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirProgress, weir_progress_unref)
WEIR_API const char *weir_progress_get_json (WeirProgress *progress); /* one line, Spark's field names */
WEIR_API guint64     weir_progress_get_batch_id (WeirProgress *progress);
WEIR_API gint64      weir_progress_get_timestamp_us (WeirProgress *progress);
WEIR_API guint64     weir_progress_get_n_input_rows (WeirProgress *progress);
WEIR_API guint64     weir_progress_get_n_output_rows (WeirProgress *progress);
WEIR_API double      weir_progress_get_input_rate (WeirProgress *progress); /* rows/s; NAN when unknown */
WEIR_API double      weir_progress_get_processed_rate (WeirProgress *progress);
WEIR_API gint64      weir_progress_get_duration_us (WeirProgress *progress); /* triggerExecution */
/* Phases with Spark's names: latestOffset, queryPlanning, walCommit, addBatch, commitOffsets … in ms; FALSE past the last. */
WEIR_API gboolean weir_progress_get_phase (WeirProgress *progress, guint i, const char **name, double *ms);
WEIR_API gint64   weir_progress_get_watermark_us (WeirProgress *progress); /* G_MININT64: none */
WEIR_API gint64   weir_progress_get_newest_event_us (WeirProgress *progress);
/* The row that has that time, as JSON; NULL: no row with a time. (transfer none) (nullable) */
WEIR_API const char *weir_progress_get_newest_row (WeirProgress *progress);
WEIR_API guint64     weir_progress_get_n_late_rows (WeirProgress *progress); /* input rows of this batch */
WEIR_API guint64     weir_progress_get_n_bad_rows (WeirProgress *progress);
WEIR_API guint64     weir_progress_get_state_rows (WeirProgress *progress);
WEIR_API guint64     weir_progress_get_state_bytes (WeirProgress *progress);
/* The trigger found nothing to do and no batch ran; batch_id is what the next one will have. */
WEIR_API gboolean weir_progress_get_is_idle (WeirProgress *progress);
/* An earlier run began this batch and did not commit it: what keeps no record (console, memory) may have shown it before. JSON: `"replayed":true`. */
WEIR_API gboolean weir_progress_get_is_replay (WeirProgress *progress);

/* One stateful operator in one batch; names and counts are Spark's. */
typedef struct
{
  const char *name; /* stateStoreSave, dedupe, symmetricHashJoin …; static */
  guint64     rows_total;
  guint64     rows_updated;
  guint64     rows_removed;
  guint64     rows_dropped_by_watermark; /* late groups, counted after partial aggregation */
  guint64     late_rows;                 /* late input rows */
  guint64     duplicate_rows;            /* dedupe, dedupeWithinWatermark: rows whose key was known */
  guint64     memory_bytes;
  gint64      update_ms, removal_ms, commit_ms;
} WeirStateOperator;

/* In the order of `stateOperators`: the one nearest the sink first. FALSE past the last. */
WEIR_API gboolean weir_progress_get_state_operator (WeirProgress *progress, guint i, WeirStateOperator *op);

/* One stream in one batch; strings live as long as the progress record. */
typedef struct
{
  const char *table;
  const char *description; /* `KafkaV2[Subscribe[topic]]` */
  guint64     n_rows;
  double      input_rate, processed_rate; /* rows/s; NAN when unknown */
  gint64      watermark_us;               /* its own, after the batch; G_MININT64: none yet */
  gint64      newest_event_us;            /* of this batch; G_MININT64: no row */
} WeirSourceProgress;

/* In the order of `sources`. FALSE past the last. */
WEIR_API gboolean weir_progress_get_source (WeirProgress *progress, guint i, WeirSourceProgress *source);

G_END_DECLS
