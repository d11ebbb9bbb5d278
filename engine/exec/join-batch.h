/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column-builder.h"
#include "exec/join-side.h"

G_BEGIN_DECLS

/* The operator of a join of two streams; op-join-stream.c makes it, join-batch.c works batches off. */
typedef struct
{
  WeirOp         op;
  WeirOp        *input[2]; /* Borrowed: the right one finishes last */
  WeirJoinBounds bounds;
  WeirJoinSide   sides[2];
  WeirExpr      *own[2];             /* Owned, nullable: conditions on one side, over its columns */
  WeirSchema    *pairs;              /* Owned: left columns, then right ones */
  gboolean       keeps_unmatched[2]; /* outer on that side */
  gboolean       is_semi;
  GByteArray    *scratch;
  guint64        n_late, n_updated;
  /* Output of the run */
  GPtrArray          *batches;
  guint64             n_bytes;  /* in batches */
  guint64             n_stored; /* bytes of rows when a side's batches began */
  WeirColumnBuilder **builders;
  guint               n_built;
  /* Candidates: a row of the running batch and a stored one */
  guint32 *candidate_rows, *candidate_stored;
  guint    n_candidates;
} WeirStreamJoin;

/* Works off both inputs of a batch (element-type WeirBatch); the output is in `batches`. */
gboolean _weir_stream_join_run (WeirStreamJoin *self, WeirExec *exec, GPtrArray *const inputs[2], GError **error);
/* Bytes of the stored rows. */
guint64 _weir_stream_join_bytes (WeirStreamJoin *self);
/* @stored bytes of rows and the output have to fit. */
gboolean _weir_stream_join_check_budget (WeirStreamJoin *self, guint64 stored, GError **error);

G_END_DECLS
