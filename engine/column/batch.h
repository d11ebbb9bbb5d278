/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column.h"

G_BEGIN_DECLS

/**
 * WeirBatch:
 *
 * Columns of one length under a schema. Immutable once published, refcounted. A stream of batches of at most
 * %WEIR_VECTOR_ROWS rows flows through the operators.
 */
typedef struct
{
  gatomicrefcount ref_count;
  guint           n_rows;
  guint           n_columns;
  WeirSchema     *schema;  /* Owned */
  WeirColumn    **columns; /* Owned */
} WeirBatch;

/* References @schema; takes the references in @columns (n_fields of them), not the array. (transfer full) */
WeirBatch *weir_batch_new (WeirSchema *schema, guint n_rows, WeirColumn **columns);
WeirBatch *weir_batch_ref (WeirBatch *batch);
void       weir_batch_unref (WeirBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirBatch, weir_batch_unref)

/**
 * WeirSel:
 * @idx: (nullable): ascending row numbers, or NULL for all rows 0…n−1
 * @n: how many rows are selected
 *
 * Which rows of a batch take part. It lies beside the batch, never inside it, and is borrowed for the time of the call.
 */
typedef struct
{
  const guint16 *idx;
  guint          n;
} WeirSel;

static inline WeirSel
weir_sel_all (guint n)
{
  return (WeirSel){ NULL, n };
}

static inline guint
weir_sel_row (WeirSel sel,
              guint   i)
{
  return sel.idx != NULL ? sel.idx[i] : i;
}

/* Only the selected rows, in order; @batch itself (with a new reference) when all are. (transfer full) */
WeirBatch *weir_batch_gather (WeirBatch *batch, WeirSel sel);
WeirBatch *weir_batch_concat (WeirBatch **batches, guint n);
WeirBatch *weir_batch_slice (WeirBatch *batch, guint offset, guint n);
gsize      weir_batch_bytes (const WeirBatch *batch);

G_END_DECLS
