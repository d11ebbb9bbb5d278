/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io/ brings rows in and takes them out: sources and sinks. It may use base/, column/, format/. It must not know SQL, plans or operators.
 */
#pragma once

#include "column/batch.h"
#include "column/timezone.h"
#include "format/decoder.h"
#include "base/clock.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _WeirSource      WeirSource;
typedef struct _WeirSourceClass WeirSourceClass;

/* Same as exec's WeirPushFunc; io/ does not include exec/. */
typedef gboolean (*WeirSourcePush) (gpointer data, WeirBatch *batch, GError **error);

typedef enum
{
  WEIR_SOURCE_IDLE, /* not started */
  WEIR_SOURCE_CONNECTING,
  WEIR_SOURCE_CONNECTED,
  WEIR_SOURCE_RETRYING, /* `message` says what failed, `retry_at_us` when it is tried again */
  WEIR_SOURCE_ENDED,    /* peer closed for good, files all read (bounded reads) */
  WEIR_SOURCE_FAILED,
} WeirSourceState;

typedef struct
{
  WeirSourceState state;
  char           *message;     /* Owned, nullable: cause and remedy, translatable sentence of the engine */
  gint64          retry_at_us; /* monotonic; 0: none */
} WeirSourceStatus;

/* What a source is made from. Borrowed during weir_source_new(). */
typedef struct
{
  const char     *format;      /* `socket`, `json`, `kafka` … */
  const char     *table;       /* name of the table: queue sources are found by it; nullable */
  WeirSchema     *schema;      /* full schema of the table */
  gboolean        is_declared; /* by CREATE TABLE; FALSE: the format's own, or found out */
  const gboolean *needed;      /* per column: read at all; rows come with these columns only, in order */
  GHashTable     *options;     /* lower-case key → string; secrets already resolved */
  const char     *base_dir;    /* relative paths start here */
  WeirZone       *zone;
  WeirClock      *clock;
  gboolean        is_streaming; /* FALSE: a bounded read of all there is */
  gint64          retry_us;     /* how long an unreachable peer is retried before the source fails; −1: until stopped */
  gpointer        hub;          /* nullable: WeirReaderHub of the session, so that one reader serves all */
  const char     *wal_dir;      /* nullable: folder of the checkpoint where a source with `durable 'true'` keeps its rows */
} WeirSourceConfig;

/* Called in the source's main context when offsets may have moved or the status changed. */
typedef void (*WeirSourceNotify) (WeirSource *source, gpointer data);

/* Called with every new status, in any thread, while the query may be in the middle of a batch. The source's lock is held: no call back. */
typedef void (*WeirSourceStatusFunc) (const WeirSourceStatus *status, gpointer data);

/**
 * WeirSourceClass:
 *
 * One micro-batch: latest() says how far the source can go, plan() cuts the range into morsels, read() runs on workers,
 * commit() lets the source forget. Offsets are JSON texts in Spark's forms; "" is before the first row.
 */
struct _WeirSourceClass
{
  const char *format;
  gboolean (*open) (WeirSource *source, const WeirSourceConfig *config, GError **error); /* checks options; no I/O that waits */
  void (*start) (WeirSource *source);                                                    /* in the query's thread, whose thread-default context drives the reader */
  /* How far a batch starting at @from can go. @unlimited: ignore per-trigger limits (once). Equal to @from: nothing new.
   * (transfer full); NULL with @error: the batch fails */
  char *(*latest) (WeirSource *source, const char *from, gboolean unlimited, GError **error);
  /* available-now and once: fixes the end; latest() never goes past it. NULL without @error: not known yet (a socket whose
   * peer has not closed), asked again after the next notify. (transfer full) */
  char *(*freeze) (WeirSource *source, GError **error);
  /* Morsels of (from, to], in order; element free function set. (transfer full) */
  GPtrArray *(*plan) (WeirSource *source, const char *from, const char *to, GError **error);
  /* On a worker; several at a time. Counts rows, bytes and malformed records into @stats. */
  gboolean (*read) (WeirSource *source, gpointer morsel, WeirSourcePush push, gpointer push_data, WeirDecodeStats *stats, GCancellable *cancellable, GError **error);
  void (*commit) (WeirSource *source, const char *to); /* nullable */
  /* Spark's `metrics` of the source in progress (Kafka lag); adds string pairs. Nullable. */
  void (*metrics) (WeirSource *source, GHashTable *metrics);
  /* How far the source could go without limits, as an offset, for `latestOffset` in progress. Nullable; NULL: not known. (transfer full) */
  char *(*report_latest) (WeirSource *source);
  /* Raw records that have arrived and are not committed, at most @max; they stay for the queries. Nullable. (element-type GBytes) */
  GPtrArray *(*sample) (WeirSource *source, guint max);
  /* The newest rows, at most @max, oldest first, of a source that was not started, for a preview; nothing is read for which somebody else
   * would miss it, and nobody is connected to: what the session's one reader had lately, or what can be made or read again. NULL without
   * @error: nobody has read there yet. Nullable: as that. (transfer full) (element-type WeirBatch) */
  GPtrArray *(*peek) (WeirSource *source, guint max, GCancellable *cancellable, GError **error);
  void (*stop) (WeirSource *source); /* in the query's thread; returns within 100 ms; nullable */
  void (*finalize) (WeirSource *source);

  /*
   * Runs with a checkpoint. All four are nullable: a source whose offsets alone say what to read (Kafka, rate) needs none.
   *
   * log_range: before the OFFSETS record is written: what (from, to] stands for beyond its texts (the files and their identity); a
   * source with a write-ahead log makes its rows up to @to durable first. Empty bytes: nothing. NULL with @error: the batch fails.
   * replay_range: at a restart, before start(), oldest range first: takes what log_range() gave. @committed FALSE: the last, to be run again.
   * log_state, restore_state: everything the ranges up to the last commit came to, so that older records can go.
   */
  GBytes *(*log_range) (WeirSource *source, const char *from, const char *to, GError **error); /* (transfer full) */
  gboolean (*replay_range) (WeirSource *source, const char *from, const char *to, GBytes *range, gboolean committed, GError **error);
  GBytes *(*log_state) (WeirSource *source); /* (transfer full) */
  gboolean (*restore_state) (WeirSource *source, const char *committed, GBytes *state, GError **error);
};

/* Embedded first in every source. */
struct _WeirSource
{
  const WeirSourceClass *klass;
  gatomicrefcount        ref_count;
  char                  *description; /* Owned: `FileStreamSource[file:/…]`, as Spark's progress prints it */
  GMutex                 lock;        /* guards status */
  WeirSourceStatus       status;
  char                  *notice; /* Owned, nullable: part of the message, whatever the state becomes */
  WeirSourceNotify       notify;
  gpointer               notify_data;
  WeirSourceStatusFunc   status_func; /* nullable */
  gpointer               status_data;
};

/* (transfer full) (nullable): DATA_SOURCE_NOT_FOUND, PATH_NOT_FOUND, missing or wrong options in @error */
WeirSource *weir_source_new (const WeirSourceConfig *config, GError **error);
WeirSource *weir_source_ref (WeirSource *source);
void        weir_source_unref (WeirSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSource, weir_source_unref)

/* The calls of the class that a source may do without. */
void weir_source_commit (WeirSource *source, const char *to);
void weir_source_stop (WeirSource *source);

void weir_source_set_notify (WeirSource *source, WeirSourceNotify notify, gpointer data);
/* @func nullable: none from now on; no call is under way when it returns. */
void weir_source_set_status_func (WeirSource *source, WeirSourceStatusFunc func, gpointer data);
void weir_source_get_status (WeirSource *source, WeirSourceStatus *copy); /* any thread; clear with the next */
void weir_source_status_clear (WeirSourceStatus *status);
/* For implementations: sets state and message (taken), calls notify in the caller's thread. */
void weir_source_set_state (WeirSource *source, WeirSourceState state, char *message, gint64 retry_at_us);
/* For implementations: what stays to be said until the run ends (taken); calls notify in the caller's thread. */
void weir_source_set_notice (WeirSource *source, char *notice);

/* `_metadata STRUCT<…>` of file tables, which queries may name and `*` leaves out; NULL for other formats. (transfer full) */
WeirSchema *weir_source_hidden_schema (const char *format);
/* Columns of a table of this format (catalog's resolve_schema); @declared nullable. (transfer full) */
WeirSchema *weir_source_resolve_schema (const char *format, WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);

G_END_DECLS
