/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluating the bodies of lambdas over elements: what the higher-order functions share. */
#pragma once

#include "expr/list-private.h"

G_BEGIN_DECLS

typedef struct
{
  const WeirExpr  *expr;
  WeirEval        *eval;
  const WeirBatch *batch; /* of the call */
  const WeirExpr  *lambda;
  guint            n_params;
  WeirColumn     **params; /* as long as the elements */
  const guint32   *rows;   /* per element: the row of @batch */
  guint            n;      /* elements */
} WeirLambdaElements;

/* The elements of the selected rows of an array or map column, row by row. */
typedef struct
{
  WeirColumn *flat;      /* Owned */
  GArray     *idx;       /* guint32: element */
  GArray     *rows;      /* guint32: its row */
  GArray     *positions; /* gint32: its place in the list */
  WeirOut     out;       /* validity and the lists by the new numbering */
} WeirSpread;

/* The body's values, one an element. (transfer full) */
WeirColumn *_weir_lambda_eval (const WeirLambdaElements *elements);
/* Rows of @column by the guint32 in @idx; G_MAXUINT32 is NULL. (transfer full) */
WeirColumn *_weir_lambda_gather (WeirColumn *column, GArray *idx);
/* @column under @type of the same storage; takes @column. (transfer full) */
WeirColumn *_weir_lambda_typed (WeirColumn *column, WeirType *type);
gboolean    _weir_list_is_null (WeirColumn *flat, guint row);
void        _weir_spread_init (WeirSpread *spread, WeirColumn *column, WeirType *type, WeirSel sel, guint n_rows);
void        _weir_spread_clear (WeirSpread *spread);

G_END_DECLS
