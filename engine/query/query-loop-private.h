/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/open-windows.h"
#include "query/query-private.h"
#include "query/retry.h"

G_BEGIN_DECLS

/* What came of a source in this run. */
typedef struct
{
  guint64 rows;
  gint64  last_us; /* clock; 0: nothing */
} WeirArrivals;

/* Of which scan a status is. */
typedef struct
{
  WeirQuery *query; /* Borrowed */
  guint      scan_id;
} WeirSourceWatch;

/**
 * WeirQueryLoop:
 *
 * A running query, as its thread knows it. Nothing here needs a lock; what others may read is copied into the #WeirQuery.
 */
typedef struct
{
  WeirQuery *query; /* Borrowed */

  /* From opening to closing: query-loop-open.c */
  WeirStreamRun   *run;        /* Owned */
  WeirCheckpoint  *checkpoint; /* Owned, nullable */
  GPtrArray       *sinks;      /* Owned: WeirSink */
  WeirResultShape *shape;      /* Owned */
  WeirResultTable *table;      /* Owned, nullable */
  WeirRetry        retry;
  char            *warned; /* Owned, nullable: what a sink said last */

  /* Sources: query-loop-sources.c */
  WeirArrivals    *arrivals; /* Owned, by scan id */
  WeirSourceWatch *watches;  /* Owned */

  /* What was published: query-loop-publish.c */
  WeirOpenWindows open;
  gint64          previous_us;  /* start of the trigger that rates are counted from, clock; 0: none */
  gint64          idle_said_us; /* monotonic: the last progress record; 0: none */
  WeirProgress   *last;         /* Owned, nullable: of the last batch */

  /* Triggers: query-loop.c */
  GSource *tick;          /* Owned */
  gint64   last_start_us; /* of the last batch, clock */
  gint64   deadline_us;   /* monotonic; 0: none */
  guint64  n_batches;
  gboolean told_of_overrun;
  gboolean frozen;
  gboolean running;
  gboolean closing;
  GError  *error; /* Owned, nullable: why the query ends */
} WeirQueryLoop;

/* Checkpoint, sinks and sources, tried again for as long as the query may wait. FALSE: `error` says why, or it was stopped meanwhile. */
gboolean _weir_query_loop_open (WeirQueryLoop *self);
void     _weir_query_loop_close (WeirQueryLoop *self);

/* Copies every source's status for the readers; TRUE when one is on its way to a connection. One that failed sets `error`. */
gboolean _weir_query_loop_publish_sources (WeirQueryLoop *self);
void     _weir_query_loop_watch_sources (WeirQueryLoop *self);
void     _weir_query_loop_unwatch_sources (WeirQueryLoop *self);
/* Rows of a batch, by source. */
void _weir_query_loop_count_arrivals (WeirQueryLoop *self, const WeirBatchResult *result);

/* Progress, samples and rows of a batch. */
void _weir_query_loop_publish_result (WeirQueryLoop *self, const WeirBatchResult *result);
/* A trigger found nothing: said once, then every `noDataProgressEventInterval`. */
void _weir_query_loop_publish_idle (WeirQueryLoop *self);

G_END_DECLS
