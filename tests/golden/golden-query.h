/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/hub.h"
#include "query/formats.h"
#include "query/session-private.h"

/*
 * One script with its last statement as a running query. Tables and settings of the statements before it are made; a failure is kept
 * in `error` for the file to expect. With a checkpoint folder a run can be ended and made anew, as weir-sql does.
 */
typedef struct
{
  char                   *text;    /* Owned */
  char                   *dir;     /* Owned: relative paths and ${DIR} */
  WeirSqlScript          *script;  /* Owned */
  WeirSession            *session; /* Owned: catalogue and queues */
  WeirCatalog            *catalog; /* Borrowed from the session */
  WeirClock              *clock;   /* Owned */
  WeirWorkerPool         *pool;    /* Owned */
  WeirAnalyzedQuery       analyzed;
  const WeirSqlStatement *statement;  /* Borrowed from the script: the query */
  WeirCheckpoint         *checkpoint; /* Owned, nullable: open as long as there is a run */
  WeirStreamRun          *run;        /* Owned, nullable: made by the first step */
  GPtrArray              *sinks;      /* Owned, nullable: WeirSink */
  GError                 *error;      /* Owned, nullable */
} GoldenQuery;

GoldenQuery *golden_query_new (const char *text,
                               const char *dir,
                               const char *checkpoint,
                               WeirClock  *clock,
                               guint       n_threads);
void         golden_query_free (GoldenQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GoldenQuery, golden_query_free)

/* Makes the run when there is none. FALSE: see `error`. */
gboolean golden_query_start (GoldenQuery *query);
/* Ends the run; the next start goes on from the checkpoint. */
void golden_query_stop (GoldenQuery *query);
/* Another statement of the same session, run as a batch: its rows as words. (transfer full) (nullable): NULL: see `error` */
GPtrArray *golden_query_read (GoldenQuery *query,
                              const char  *sql);
