/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

WeirColumn *
_weir_cast_eval (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  return weir_column_new_nulls (expr->type, n_rows);
}
