/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-types.h"

G_BEGIN_DECLS

/**
 * WeirSession:
 *
 * Tables, views, settings and queries of one document or one run of weir-sql. Captures the thread-default main context at
 * construction. Signals: `query-added` (WeirQuery*), `message` (text): a sentence for people (an unknown option, a reconnect), which the
 * terminal program prints on standard error and the window shows as a toast. StreamingQueryListener's events, of streaming queries:
 * `query-started` (WeirQuery*) before the start returns; `query-progress` (WeirQuery*, WeirProgress*) after every batch, in order;
 * `query-idle` (WeirQuery*, timestamp µs) when triggers find nothing to do; `query-terminated` (WeirQuery*, GError*: STREAM_FAILED, or NULL).
 */
WEIR_API WeirSession *weir_session_new (void);

/* Worker threads of the process-wide pool; before the first query starts. 0: one a core. */
WEIR_API void weir_set_threads (guint n_threads);
/* Workers at nice +5 while a window is mapped. */
WEIR_API void weir_set_polite (gboolean polite);

/**
 * weir_wait_background:
 * @timeout_us: at most so long, in µs
 *
 * For the end of a process, behind its main loop: waits until threads that let go of connections in the background are done.
 *
 * Returns: FALSE when some go on, as those with a broker that does not answer may
 */
WEIR_API gboolean weir_wait_background (gint64 timeout_us);

/* A fixed clock for current_timestamp() and processing time (`--now`); before the first query. FALSE when @timestamp is none. */
WEIR_API gboolean    weir_session_set_now (WeirSession *session, const char *timestamp, GError **error);
WEIR_API gboolean    weir_session_set_conf (WeirSession *session, const char *key, const char *value, GError **error);
WEIR_API const char *weir_session_get_conf (WeirSession *session, const char *key); /* nullable */
WEIR_API void        weir_session_set_base_dir (WeirSession *session, const char *base_dir);

/**
 * WeirSecretFunc:
 *
 * Looks up `${secret:NAME}`. NULL: there is none. (transfer full)
 */
typedef char *(*WeirSecretFunc) (const char *name, gpointer user_data);
WEIR_API void weir_session_set_secret_func (WeirSession *session, WeirSecretFunc func, gpointer user_data, GDestroyNotify destroy);

/* What wins over the clauses of every streaming query (`--trigger` and so on). NULL: the query's own. */
typedef struct
{
  const char *trigger;         /* as cli.md's --trigger; NULL */
  const char *default_trigger; /* of a bare streaming SELECT and of queries without a clause */
  const char *output_mode;
  const char *checkpoint;         /* absolute path: where streaming queries keep progress and state */
  gboolean    checkpoint_by_name; /* each in a folder of its name there */
  gboolean    is_script;          /* all statements are one script, none is written anew: two queries of two names cannot share a checkpoint */
  guint64     max_batches;        /* 0: no limit */
  gint64      max_run_us;         /* 0: no limit */
  gint64      retry_us;           /* how long an absent broker or full disk is retried; −1: until stopped */
} WeirRunOptions;

WEIR_API void weir_session_set_run_options (WeirSession *session, const WeirRunOptions *options);

typedef enum
{
  WEIR_OUTCOME_DONE,  /* DDL, SET, DROP: nothing to show */
  WEIR_OUTCOME_ROWS,  /* SHOW, DESCRIBE, EXPLAIN, SET key: `rows` */
  WEIR_OUTCOME_QUERY, /* a batch or streaming query, not started: `query` */
} WeirOutcomeKind;

typedef struct
{
  WeirOutcomeKind kind;
  WeirRows       *rows;  /* Owned, nullable */
  WeirQuery      *query; /* Owned, nullable */
} WeirOutcome;

WEIR_API void weir_outcome_free (WeirOutcome *outcome);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirOutcome, weir_outcome_free)

/**
 * weir_session_execute:
 * @text: the whole script; positions of errors refer to it
 * @range: the statement in it (weir_script_split())
 * @error: PARSE or ANALYZE; weir_error_format_text() for people
 *
 * Parses, analyses and carries out one statement; a query comes back unstarted. Does not wait for data, but a table without declared
 * columns may read a sample of its files here.
 *
 * Returns: (transfer full) (nullable): the outcome
 */
WEIR_API WeirOutcome *weir_session_execute (WeirSession *session, const char *text, WeirRange range, GError **error);

/**
 * weir_session_prepare_query_async:
 * @text: a whole document
 * @range: the statement of the query in it
 *
 * Forgets tables, views and settings, carries out every statement of the document that is no query to run, and makes the query of
 * @range from what they define. An error of another statement is told only when the query cannot do without that statement. Running queries
 * go on with what they were started with. The work, reading samples of files included, is done on a worker.
 */
WEIR_API void weir_session_prepare_query_async (WeirSession *session, const char *text, WeirRange range, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* The query, unstarted and registered under its name. (transfer full) (nullable) */
WEIR_API WeirQuery *weir_session_prepare_query_finish (WeirSession *session, GAsyncResult *result, GError **error);
WEIR_API GPtrArray *weir_session_list_queries (WeirSession *session);                /* (element-type WeirQuery) (transfer full) */
WEIR_API WeirQuery *weir_session_get_query (WeirSession *session, const char *name); /* (transfer none) (nullable) */

/* Queue sources: rows as NDJSON text become one queued batch of table @table. */
WEIR_API gboolean weir_session_push_rows (WeirSession *session, const char *table, const char *ndjson, GError **error);

/**
 * WeirRowFunc:
 *
 * Gets a batch's rows on the query's thread, after its sinks and before its commit is announced; may block (back-pressure).
 * @rows is NULL for the commit announcement that follows every executed batch.
 */
typedef void (*WeirRowFunc) (WeirQuery *query, guint64 batch_id, WeirRows *rows, gpointer user_data);
/* For queries without INTO; before the start. */
WEIR_API void weir_query_set_row_func (WeirQuery *query, WeirRowFunc func, gpointer user_data, GDestroyNotify destroy);
/* StreamingQueryProgress of every batch, on the query's thread (`--progress`). */
typedef void (*WeirProgressFunc) (WeirQuery *query, WeirProgress *progress, gpointer user_data);
WEIR_API void weir_query_set_progress_func (WeirQuery *query, WeirProgressFunc func, gpointer user_data, GDestroyNotify destroy);
/* Keeps a result table (the window); off by default, before the start. */
WEIR_API void weir_query_keep_result (WeirQuery *query);
/* Comes to an end by itself: a batch query, or a trigger once or available-now. A batch query that follows waits for it. */
WEIR_API gboolean weir_query_get_is_bounded (WeirQuery *query);
/* Has it INTO sinks of its own? */
WEIR_API gboolean weir_query_has_sink (WeirQuery *query);
WEIR_API char    *weir_query_dup_schema (WeirQuery *query); /* struct<…> of its rows; (transfer full) */

/* Errors of any phase. */
WEIR_API char *weir_error_format_text (const GError *error, const char *text);                  /* cli.md's line, SQL line and caret; (transfer full) */
WEIR_API char *weir_error_format_json (const GError *error, const char *text, gint64 batch_id); /* one line; batch −1: none */

G_END_DECLS
