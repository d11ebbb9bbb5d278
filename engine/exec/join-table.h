/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/key-codec.h"
#include "exec/operator.h"

G_BEGIN_DECLS

/**
 * WeirJoinTable:
 *
 * The rows of the built side of a join, as one batch, and a hash table over their keys: per key the rows that have it, ascending.
 * Rows with a NULL in a key that is compared with `=` are only in the batch. Constant once it is built.
 */
typedef struct
{
  WeirBatch      *rows;      /* Owned, nullable: no row at all */
  WeirGroupTable *keys;      /* Owned; without keys (cross joins) every row is in group 0 */
  guint32        *first;     /* Owned: per group, where its rows start in `list`; n + 1 entries */
  guint32        *list;      /* Owned: row numbers */
  gboolean        is_unique; /* no key has two rows */
} WeirJoinTable;

/* The types under which both sides' keys are compared. */
void _weir_join_codec_init (WeirKeyCodec *codec, WeirPlan *plan);
/* Keys of the selected rows. @usable[i] is 0 where `=` can never be true. @types are coerced. FALSE with @error. */
gboolean _weir_join_encode (const WeirKeyCodec *codec, WeirPlan *plan, WeirExpr **exprs, WeirEval *eval, const WeirBatch *batch, WeirSel sel, GByteArray *scratch, WeirGroupKey *keys, guint64 *hashes, guint8 *usable, GError **error);

/* The table of a build operator; valid from the end of its stage to the end of the run. */
const WeirJoinTable *_weir_op_join_build_get_table (WeirOp *op);
/* FULL joins: marks built rows that found a partner, set atomically by the probing workers; read when all of them are done. */
guint8 *_weir_op_join_build_get_matched (WeirOp *op);

G_END_DECLS
