/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/stage.h"

G_BEGIN_DECLS

struct _WeirPipeline
{
  WeirPlan           *plan; /* Owned */
  WeirPipelineOptions options;
  WeirZone           *zone;       /* Owned */
  WeirTaskGroup      *group;      /* Owned, nullable */
  GPtrArray          *ops;        /* Owned WeirOp: all of them, leaves first */
  GPtrArray          *stages;     /* Owned WeirStage, in the order of running */
  GPtrArray          *scans;      /* Borrowed WeirOp by scan_id */
  GPtrArray          *watermarks; /* Borrowed WeirOp */
  GPtrArray          *stateful;   /* Borrowed WeirOp, as Spark numbers them: a node before its inputs, left before right */
  GPtrArray          *frames;     /* Borrowed WeirOp, the same in the order of their bytes: the last planned first */
  WeirOp             *output;     /* Borrowed */
  WeirOp             *top;        /* Borrowed: the operator below the output */
  guint               n_watermarks;
  guint              *result_key; /* Owned, nullable */
  guint               n_result_key;
};

/* Operators and stages for the plan. FALSE with UNSUPPORTED_FEATURE. */
gboolean _weir_pipeline_plan (WeirPipeline *pipeline, GError **error);
/* Which output columns hold the keys of the top-most aggregation. */
void _weir_pipeline_find_result_key (WeirPipeline *pipeline);

/* As far as the range goes. */
gint64 _weir_ms_to_us (gint64 ms);

G_END_DECLS
