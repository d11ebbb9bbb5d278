/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/expr.h"

G_BEGIN_DECLS

/**
 * WeirEval:
 *
 * The mutable side of evaluating expressions: one a thread and operator chain, reused from vector to vector. It carries what is fixed
 * for a batch (time, zone, seed), scratch memory and the first error.
 *
 * Errors (ANSI): kernels evaluate and flag only selected rows. A failing row is handed to weir_eval_fail(), which keeps the
 * error of the lowest row; the operator asks weir_eval_take_error() after it has evaluated its expressions for a vector.
 */
struct _WeirEval
{
  WeirZone        *zone;         /* Owned: session time zone */
  gint64           now_us;       /* the batch's time: current_timestamp() */
  guint64          seed;         /* the batch's seed: rand() */
  guint64          row_base;     /* rows of this morsel before the vector: rand(), monotonically_increasing_id() */
  gboolean         ansi;         /* spark.sql.ansi.enabled */
  gsize            bytes_max;    /* of one value that a function makes; WEIR_STRING_BYTES_MAX */
  guint            error_row;    /* row of `error` */
  GError          *error;        /* Owned */
  WeirColumn     **lambda_args;  /* Owned: columns of lambda parameters, by index − WEIR_LAMBDA_BASE; NULL until there is a lambda */
  guint            lambda_depth; /* how many lambdas are being evaluated: the level of the next one */
  const WeirBatch *batch;        /* Borrowed: the batch being evaluated, for the bodies of lambdas */
  gpointer         decode_stats; /* nullable: format's WeirDecodeStats; from_json counts malformed records there */
};

WeirEval *weir_eval_new (WeirZone *zone);
void      weir_eval_free (WeirEval *eval);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirEval, weir_eval_free)

/* Takes @error; keeps it when no error of a lower row is held. */
void weir_eval_fail (WeirEval *eval, guint row, GError *error);
/* TRUE and @error set when some row failed; the state is clean afterwards. */
gboolean weir_eval_take_error (WeirEval *eval, GError **error);

/**
 * weir_expr_eval:
 * @sel: rows that take part; others of the result are unspecified
 *
 * Returns: (transfer full): a column as long as @batch, any encoding. Never NULL: errors go into @eval
 */
WeirColumn *weir_expr_eval (const WeirExpr *expr, WeirEval *eval, const WeirBatch *batch, WeirSel sel);

/**
 * weir_expr_select:
 * @condition: a BOOLEAN expression
 * @out: room for @sel.n entries
 *
 * Filters: writes the selected rows for which @condition is true, ascending.
 *
 * Returns: how many
 */
guint weir_expr_select (const WeirExpr *condition, WeirEval *eval, const WeirBatch *batch, WeirSel sel, guint16 *out);

G_END_DECLS
