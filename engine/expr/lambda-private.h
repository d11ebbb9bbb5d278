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

/* ---- binding (lambda-bind.c): `lambda_params` and `bind` of WeirFunction ---- */

gboolean _weir_lambda_params_elements (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);
gboolean _weir_lambda_params_comparator (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);
gboolean _weir_lambda_params_entries (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);
gboolean _weir_lambda_params_aggregate (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);
gboolean _weir_lambda_params_zip (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);

WeirType *_weir_lambda_bind_transform (WeirBind *bind, GError **error);
WeirType *_weir_lambda_bind_filter (WeirBind *bind, GError **error);
WeirType *_weir_lambda_bind_quantifier (WeirBind *bind, GError **error);
WeirType *_weir_lambda_bind_aggregate (WeirBind *bind, GError **error);
WeirType *_weir_lambda_bind_zip_with (WeirBind *bind, GError **error);
WeirType *_weir_lambda_bind_sort (WeirBind *bind, GError **error);

/* ---- `eval` of those that are more than a loop (lambda-fold.c, lambda-zip.c) ---- */

WeirColumn *_weir_lambda_eval_aggregate (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
WeirColumn *_weir_lambda_eval_zip_with (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);

G_END_DECLS
