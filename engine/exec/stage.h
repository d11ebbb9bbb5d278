/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/operator.h"

G_BEGIN_DECLS

/* A source and the stateless operators behind it. */
typedef struct
{
  WeirOp     *source; /* Borrowed */
  GPtrArray  *ops;    /* WeirOp, borrowed, in the order of flow */
  gboolean    waits;  /* begins when all parts of the chains before are done: what it reads is their work */
  guint       n_workers;
  WeirLink ***links; /* Owned: per worker, made when first used; as many as ops and one for the sink */
} WeirChain;

typedef struct
{
  GPtrArray *chains;    /* WeirChain, owned */
  WeirOp    *sink;      /* Borrowed */
  gboolean   is_output; /* the sink takes parts on the calling thread */
} WeirStage;

WeirChain *_weir_chain_new (WeirOp *source);
WeirStage *_weir_stage_new (GPtrArray *chains, WeirOp *sink); /* takes @chains */
void       _weir_stage_free (WeirStage *stage);
/* Runs all parts and finishes the sink. @group NULL: on the calling thread. */
gboolean _weir_stage_run (WeirStage *stage, WeirExec *exec, WeirTaskGroup *group, GError **error);
/* Reads the parts of its one chain on the calling thread without merging what comes of them: up to @rows_max rows. (transfer full) (nullable) (element-type WeirBatch) */
GPtrArray *_weir_stage_read_aside (WeirStage *stage, WeirExec *exec, guint rows_max, GError **error);
/* Adds what the links counted to their operators and starts from zero. */
void _weir_stage_collect_stats (WeirStage *stage);

G_END_DECLS
