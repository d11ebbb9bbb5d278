/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "query/query-private.h"

G_BEGIN_DECLS

/**
 * WeirOpenWindows:
 *
 * Windows that are still open, for who looks at a query in append mode. Everything happens on the query's thread, between batches: the state needs
 * no lock, and a query nobody looks at pays one comparison a batch.
 */
typedef struct
{
  WeirQuery       *query;     /* Borrowed */
  WeirStreamRun   *run;       /* Borrowed */
  WeirResultTable *table;     /* Borrowed */
  GSource         *timer;     /* Owned, nullable: there is nothing to list */
  gint64           listed_us; /* monotonic; 0: never */
  gint64           took_us;   /* the last listing */
  gint64           now_us;    /* clock: the last batch's time */
  gboolean         is_stale;  /* a batch ran since */
} WeirOpenWindows;

/* @table: nullable: nobody wants the result */
void _weir_open_windows_init (WeirOpenWindows *self, WeirQuery *query, WeirStreamRun *run, WeirResultTable *table);
/* At the end of a run: what was left to the timer is done. */
void _weir_open_windows_clear (WeirOpenWindows *self);
/* After a batch was applied to the table and before its snapshot. */
void _weir_open_windows_update (WeirOpenWindows *self, const WeirBatchResult *result);

G_END_DECLS
