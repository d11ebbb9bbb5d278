/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-query.h"
#include "engine-session.h"

#include "query/progress.h"
#include "query/result-table.h"
#include "query/samples.h"
#include "query/stream-run.h"

G_BEGIN_DECLS

/* Progress records that may wait for the session's main loop; the oldest is left out. */
#define WEIR_UNSENT_PROGRESS_MAX 1024

/* What a query was prepared with; nothing of it changes once the query exists. */
typedef struct
{
  char          *name;     /* Owned, nullable */
  char          *sql;      /* Owned: the statement's text */
  char          *script;   /* Owned: the whole text, which error spans refer to */
  WeirPlan      *plan;     /* Owned */
  char          *analyzed; /* Owned: the logical plan as text */
  gboolean       is_streaming;
  WeirOutputMode mode;
  WeirTrigger    trigger;
  WeirZone      *zone;  /* Owned */
  WeirClock     *clock; /* Owned */
  gboolean       ansi, policy_max, no_data_batches;
  gboolean       ignore_missing_files; /* spark.sql.files.ignoreMissingFiles */
  guint64        state_max_bytes;
  guint          result_rows_max;
  guint64        result_bytes_max;
  gint64         retry_us;
  gint64         idle_us;      /* least time between two progress records of triggers that found nothing */
  guint          n_recent_max; /* one less is kept, as Spark does */
  gint64         max_run_us;
  guint64        max_batches;
  GPtrArray     *sinks;             /* Owned: WeirTable* of INTO */
  char          *kept_script;       /* Owned, nullable: for the checkpoint */
  char          *checkpoint;        /* Owned, nullable: absolute path */
  guint64        retain_batches;    /* in the checkpoint */
  char          *id;                /* Owned, nullable: the checkpoint's, when there is one already */
  GPtrArray     *settings;          /* Owned, nullable: `key=value` that a checkpoint keeps */
  gboolean       forget_watermarks; /* compat.watermark.restart=forget */
  GHashTable    *secrets;           /* Owned, nullable */
  gpointer       hub;               /* Borrowed from the session, which outlives its queries */
} WeirQuerySpec;

void weir_query_spec_clear (WeirQuerySpec *spec);

static inline gboolean
_weir_query_state_is_active (WeirQueryState state)
{
  return state != WEIR_QUERY_STOPPED && state != WEIR_QUERY_FAILED;
}

/* Events that the query's thread leaves for the session's main context; several become one. */
typedef enum
{
  WEIR_EVENT_STATE = 1 << 0,
  WEIR_EVENT_PROGRESS = 1 << 1,
  WEIR_EVENT_SNAPSHOT = 1 << 2,
  WEIR_EVENT_SAMPLES = 1 << 3,
  WEIR_EVENT_SOURCES = 1 << 4,
  WEIR_EVENT_TERMINATED = 1 << 5,
  WEIR_EVENT_MESSAGE = 1 << 6,
} WeirQueryEvents;

struct _WeirQuery
{
  GObject parent_instance;

  WeirQuerySpec spec;
  GMainContext *context;  /* Owned: where signals run */
  char         *id;       /* Owned */
  char         *first_id; /* Owned, nullable: what `id` was until another program made the checkpoint; kept for who asked */
  char         *run_id;   /* Owned */

  WeirRowFunc      row_func;
  gpointer         row_data;
  GDestroyNotify   row_destroy;
  WeirProgressFunc progress_func;
  gpointer         progress_data;
  GDestroyNotify   progress_destroy;
  gboolean         keep_result;

  /* The thread of the run */
  GThread      *thread;       /* Owned by the thread that started the query */
  GMainContext *loop_context; /* Owned */
  GMainLoop    *loop;         /* Owned */
  GCancellable *cancellable;  /* Owned */

  /* Guarded by lock, held for a few instructions only */
  GMutex         lock;
  GCond          changed;
  WeirQueryState state;
  GError        *error;    /* Owned */
  GQueue         progress; /* WeirProgress, oldest first */
  GQueue         unsent;   /* WeirProgress not yet signalled as `batch`, oldest first */
  gboolean       held;     /* no batch starts */
  guint          n_steps;  /* batches let through while held */
  guint64        n_asked;  /* processAllAvailable: questions, and the last that is answered */
  guint64        n_answered;
  const char    *status;              /* Spark's words; static */
  char          *trouble;             /* Owned, nullable: why a batch is tried again, until it comes through */
  gint64         trouble_retry_at_us; /* monotonic */
  GQueue         messages;            /* char*, not yet signalled */
  char          *notice;              /* Owned, nullable: what is wrong with the checkpoint, though the query goes on */
  gboolean       is_trigger_active, is_data_available;
  gboolean       is_replaying; /* a batch that an earlier run had begun runs again */
  WeirSamples    samples;
  guint64        rows_in, rows_out, rows_late, rows_bad, rows_passed;
  gint64         started_us;
  gint64         watermark_us, newest_event_us;
  char          *newest_row;  /* Owned, nullable: the row with newest_event_us, as JSON */
  GSource       *tick;        /* Owned; of the loop, to be made ready at once */
  GSource       *open_timer;  /* Owned, nullable: of the loop, lists open windows when it is ready */
  GPtrArray     *sources;     /* Owned: WeirSourceInfo, the newest state of each */
  char          *explained;   /* Owned: physical plan */
  guint          events;      /* WeirQueryEvents not yet dispatched */
  GSource       *dispatch;    /* Owned, nullable: attached to context */
  gboolean       is_disposed; /* no dispatch is attached any more */
  gint64         dispatched_us;

  gint          shows_open;    /* atomic: snapshots carry open windows */
  gint          shows_changes; /* atomic: and what the newest batches changed */
  WeirSnapshot *snapshot;      /* Owned; atomic: written by the run, taken by the reader */
  WeirSnapshot *current;       /* Owned: what the reader took last; reader's thread only */
};

/* (transfer full). Takes the contents of @spec. */
WeirQuery *_weir_query_new (WeirQuerySpec *spec, GMainContext *context);

/* From the query's thread. */
void _weir_query_post (WeirQuery *self, WeirQueryEvents events);
/* Takes @error. FALSE, and nothing changes: the query was asked to stop and does not run or wait any more, or has ended and cannot be asked to. */
gboolean _weir_query_set_state (WeirQuery *self, WeirQueryState state, GError *error);
/* A sentence for the user, once: the signal `message`. */
void _weir_query_message (WeirQuery *self, const char *text);
/* May a batch start? Takes the step that lets one through. */
gboolean _weir_query_may_run (WeirQuery *self);
/* Around planning and running: returns the last question this trigger can answer. */
guint64 _weir_query_begin_trigger (WeirQuery *self);
void    _weir_query_end_trigger (WeirQuery *self, guint64 asked, gboolean ran, gboolean has_interval);
void    _weir_query_set_status (WeirQuery *self, const char *status, gboolean is_data_available); /* @status: static */
/* What is wrong though the query goes on; NULL: nothing is any more. */
void _weir_query_set_notice (WeirQuery *self, const char *message);
/* With the lock: into what is kept and what is to be signalled. */
void _weir_query_push_progress (WeirQuery *self, WeirProgress *progress);
/* From the query's thread: the table as it is goes to the reader. */
void _weir_query_publish_snapshot (WeirQuery *self, WeirResultTable *table);
/* The thread's body: query-loop.c. */
gpointer _weir_query_thread (gpointer query);

void        _weir_source_info_free (gpointer info);
const char *_weir_output_mode_to_string (WeirOutputMode mode);
gboolean    _weir_output_mode_parse (const char *text, WeirOutputMode *mode);

G_END_DECLS
