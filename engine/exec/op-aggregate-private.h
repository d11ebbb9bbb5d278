/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/agg-state.h"
#include "exec/operator.h"

G_BEGIN_DECLS

/* The operator; op-aggregate.c makes it. */
typedef struct
{
  WeirOp         op;
  WeirAggLayout  layout;
  WeirAggState  *state;
  gboolean       is_streaming;
  gboolean       evicts; /* event-time key, append or update */
  WeirOutputMode mode;
  gint64         late_us;
  gboolean       lists;  /* the whole state is read, whatever the mode */
  GArray        *chunks; /* of agg-output.c */
  GArray        *ranges; /* WeirWindowRange; sliding */
  GMutex         lock;
  GPtrArray     *free_locals; /* WeirAggLocal: reused */
  GArray        *pending;     /* Pending */
  guint          n_pending;   /* groups and rows of them */
  gboolean       takes_rows;
  guint64        late_rows;
} WeirAggregateOp;

/* agg-output.c: what the operator gives out, in parts, once all is merged. */
void _weir_aggregate_init_output (WeirAggregateOp *self);
/* What the output mode asks for. */
void _weir_aggregate_plan_output (WeirAggregateOp *self, WeirExec *exec);
/* As WeirOpClass has it: list_open, n_parts, read. */
void     _weir_aggregate_plan_open (WeirOp *op, WeirExec *exec, guint rows_max, guint64 *n_left_out);
guint    _weir_aggregate_count_parts (WeirOp *op, WeirExec *exec);
gboolean _weir_aggregate_read (WeirOp *op, guint part, WeirLink *out, GError **error);

G_END_DECLS
