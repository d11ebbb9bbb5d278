/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a query does, in a sentence. What is worst comes first: failed, retrying, on hold, memory, stalled, behind. Needs no display.
 */
#pragma once

#include "engine/engine.h"

#include "ui/health/health-history.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_HEALTH_NOT_RUNNING,
  WEIR_HEALTH_STARTING,
  WEIR_HEALTH_FAILED,
  WEIR_HEALTH_RETRYING, /* a source, or the checkpoint or a sink */
  WEIR_HEALTH_HELD,
  WEIR_HEALTH_MEMORY,  /* state near its budget */
  WEIR_HEALTH_STALLED, /* rows come, but the watermark does not move */
  WEIR_HEALTH_BEHIND,  /* batches take longer than rows take to come */
  WEIR_HEALTH_QUIET,   /* no rows for a while */
  WEIR_HEALTH_GOOD,
} WeirHealthKind;

/* What the verdict is made from; times in µs on one clock. */
typedef struct
{
  WeirQueryState state;
  gboolean       held;
  const char    *message;     /* nullable: of the failure, or of what is retried */
  const char    *retrying;    /* nullable: the source that is retried */
  gint64         retry_in_us; /* −1: not known */
  gint64         now_us;
  gint64         interval_us; /* of the trigger; 0: none */
  gint64         duration_us; /* of a batch, mean of the newest; −1: none ran */
  double         input_rate;  /* rows/s, mean of the newest; NAN: not known */
  double         processed_rate;
  gint64         last_rows_us;              /* when rows last came; 0: never */
  gint64         watermark_since_us;        /* 0: no watermark */
  const char    *slowest;                   /* nullable: the source that holds the watermark */
  gint64         slowest_rows_us;           /* when it last had rows; 0: never */
  guint64        state_bytes, state_budget; /* 0: no budget */
} WeirHealthFacts;

typedef struct
{
  WeirHealthKind kind;
  char          *title; /* Owned: "Keeping up" */
  char          *text;  /* Owned: "A batch takes 3 ms of every 2 s." */
} WeirHealthVerdict;

WeirHealthVerdict weir_health_judge (const WeirHealthFacts *facts);
void              weir_health_verdict_clear (WeirHealthVerdict *verdict);

/* Facts of a run; strings are good as long as @query, @history and @sources are. @query: nullable. @sources, @trouble, @retry_in_us: of weir_query_get_sources(), weir_query_dup_trouble() */
WeirHealthFacts weir_health_gather (WeirQuery *query, WeirHealthHistory *history, GPtrArray *sources, const char *trouble, gint64 retry_in_us);

G_END_DECLS
