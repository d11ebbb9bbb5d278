/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/kernel-private.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_ARITH_ADD,
  WEIR_ARITH_SUBTRACT,
  WEIR_ARITH_MULTIPLY,
  WEIR_ARITH_DIVIDE,
  WEIR_ARITH_REMAINDER,
  WEIR_ARITH_PMOD,
  WEIR_ARITH_DIV, /* integral division */
} WeirArithOp;

/* Kernels by the type they work in. The operator follows from the function's name. */
WeirArithOp _weir_arith_op (const WeirFunction *function);
gboolean    _weir_arith_is_try (const WeirFunction *function);
WeirColumn *_weir_arith_decimal (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
WeirColumn *_weir_arith_time (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);

/* The decimal type Spark gives the result; @can_overflow when 38 digits may not be enough. (transfer full) */
WeirType *_weir_arith_decimal_type (WeirArithOp op, WeirType *a, WeirType *b, gboolean *can_overflow);
/* Dates, timestamps and intervals: coerces and returns the type, or NULL without an error when it is no such operation. */
WeirType *_weir_arith_bind_time (WeirBind *bind, WeirArithOp op);

/* Raises or, for try_ functions, only makes the row NULL. */
#define weir_arith_fail(expr, eval, out, row, condition, ...)           \
  G_STMT_START                                                          \
  {                                                                     \
    if (_weir_arith_is_try ((expr)->function))                          \
      _weir_out_null (out, row);                                        \
    else                                                                \
      _weir_kernel_fail (expr, eval, out, row, condition, __VA_ARGS__); \
  }                                                                     \
  G_STMT_END

#define WEIR_OVERFLOW_HINT \
  "Use 'try_add' to tolerate overflow and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error."

G_END_DECLS
