/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "engine-query.h"

#include "query/stream-run.h"

G_BEGIN_DECLS

/* What a progress record needs beside the batch. */
typedef struct
{
  const char *id;
  const char *run_id;
  const char *name;              /* nullable */
  gint64      previous_start_us; /* 0: first trigger */
} WeirProgressContext;

/* (transfer full) */
WeirProgress *weir_progress_new (const WeirBatchResult *result, WeirStreamRun *run, const WeirProgressContext *context, GPtrArray *sinks);
/* Of a trigger that found nothing to do. @previous: (nullable): whose state it still has. (transfer full) */
WeirProgress *weir_progress_new_idle (WeirStreamRun *run, const WeirProgressContext *context, GPtrArray *sinks, WeirProgress *previous);

G_END_DECLS
