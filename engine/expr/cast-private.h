/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/kernel-private.h"

G_BEGIN_DECLS

/* Kernels of CAST by source and target; @args[0] is FLAT or CONST, only selected rows are valid. */
WeirColumn *_weir_cast_number (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirSel sel, guint n_rows);
WeirColumn *_weir_cast_from_string (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirSel sel, guint n_rows);
WeirColumn *_weir_cast_to_string (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirSel sel, guint n_rows);
WeirColumn *_weir_cast_time (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirSel sel, guint n_rows);
WeirColumn *_weir_cast_interval (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirSel sel, guint n_rows);

/* The row becomes NULL; an error unless TRY_CAST. */
void _weir_cast_fail_input (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirOut *out, guint row);
void _weir_cast_fail_overflow (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirOut *out, guint row);
void _weir_cast_fail_range (const WeirExpr *expr, WeirEval *eval, const WeirArg *arg, WeirOut *out, guint row);

/* spark.sql.ansi.enabled is off and it is no TRY_CAST: numbers that do not fit keep their low bits, or saturate, as in Java. */
static inline gboolean
_weir_cast_wraps (const WeirExpr *expr,
                  const WeirEval *eval)
{
  return !eval->ansi && !expr->is_try;
}

/* INTERVAL texts. FALSE when it is none for the type's units. */
gboolean _weir_interval_ym_parse (const char *text, gsize len, WeirType *type, gint32 *months);
gboolean _weir_interval_dt_parse (const char *text, gsize len, WeirType *type, gint64 *us);
/* µs of one unit of DAY … SECOND. */
gint64 _weir_unit_us (WeirIntervalUnit unit);

G_END_DECLS
