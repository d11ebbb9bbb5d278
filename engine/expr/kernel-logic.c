/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "expr/families-private.h"
#include "expr/kernel-private.h"

/* NOT, IS NULL and their kind, IN. AND, OR and CASE are nodes of their own (expr-logic.c). */

static WeirColumn *
eval_not (const WeirExpr *expr,
          WeirEval       *eval,
          WeirColumn    **args,
          WeirSel         sel,
          guint           n_rows)
{
  WeirArg a = weir_arg (args[0]);
  WeirOut out;

  _weir_out_init (&out, WEIR_BOOLEAN, n_rows);
  if (a.mask == 0)
    WEIR_FOREACH_ROW (sel, row)
    {
      weir_out_bool (&out, row, !weir_arg_bool (a, row));
    }
  else
    for (guint i = 0; i < (n_rows + 7) / 8; i++)
      weir_out_values (&out, guint8)[i] = (guint8) ~((const guint8 *)a.values)[i];
  return _weir_out_finish (&out);
}

static WeirColumn *
null_test (WeirColumn *arg,
           gboolean    want_null,
           guint       n_rows)
{
  WeirOut  out;
  gboolean whole = arg->encoding == WEIR_ENCODING_CONST || arg->type->kind == WEIR_TYPE_VOID || arg->validity == NULL;
  guint    size = (n_rows + 7) / 8;

  _weir_out_init (&out, WEIR_BOOLEAN, n_rows);
  if (whole && n_rows > 0)
    memset (out.values, weir_column_is_null (arg, 0) == want_null ? 0xff : 0, size);
  else
    for (guint i = 0; i < size; i++)
      weir_out_values (&out, guint8)[i] = want_null ? (guint8)~arg->validity[i] : arg->validity[i];
  return _weir_out_finish (&out);
}

static WeirColumn *
eval_isnull (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn    **args,
             WeirSel         sel,
             guint           n_rows)
{
  return null_test (args[0], TRUE, n_rows);
}

static WeirColumn *
eval_isnotnull (const WeirExpr *expr,
                WeirEval       *eval,
                WeirColumn    **args,
                WeirSel         sel,
                guint           n_rows)
{
  return null_test (args[0], FALSE, n_rows);
}

static WeirType *
bind_null_test (WeirBind *bind,
                GError  **error)
{
  bind->nullable = FALSE;
  return weir_type_ref (WEIR_BOOLEAN);
}

static WeirColumn *
eval_isnan (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn    **args,
            WeirSel         sel,
            guint           n_rows)
{
  WeirArg a = weir_arg (args[0]);
  WeirOut out;

  _weir_out_init (&out, WEIR_BOOLEAN, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    weir_out_bool (&out, row, !weir_arg_is_null (&a, row) && isnan (weir_arg_at (a, double, row)));
  }
  return _weir_out_finish (&out);
}

static WeirType *
bind_isnan (WeirBind *bind,
            GError  **error)
{
  bind->nullable = FALSE;
  return _weir_bind_coerce (bind, 0, WEIR_DOUBLE, error) ? weir_type_ref (WEIR_BOOLEAN) : NULL;
}

static WeirExpr *
rewrite_logic (WeirBind *bind,
               GError  **error)
{
  for (guint i = 0; i < bind->n_args; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_BOOLEAN, error))
      {
        for (guint k = 0; k < bind->n_args; k++)
          weir_expr_unref (bind->args[k]);
        return NULL;
      }
  return weir_expr_new_logic (bind->function->name[0] == 'a' ? WEIR_EXPR_AND : WEIR_EXPR_OR, bind->args, bind->n_args);
}

static const WeirFunction functions[] = {
  { .name = "!", .group = "predicate", .signature = "! a", .doc = "The opposite truth value.", .example = "SELECT ! true", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_OPERATOR | WEIR_FUNCTION_STRICT | WEIR_FUNCTION_TOTAL, .eval = eval_not, .types = "b>b", .print = "(NOT $1)" },
  { .name = "not", .group = "predicate", .signature = "not a", .doc = "The opposite truth value.", .example = "SELECT not true", .n_args_min = 1, .n_args_max = 1, .flags = WEIR_FUNCTION_OPERATOR | WEIR_FUNCTION_STRICT | WEIR_FUNCTION_TOTAL, .eval = eval_not, .types = "b>b", .print = "(NOT $1)" },
  { .name = "and", .group = "predicate", .signature = "a and b", .doc = "Whether both are true.", .example = "SELECT true and false", .n_args_min = 2, .n_args_max = -1, .flags = WEIR_FUNCTION_OPERATOR, .rewrite = rewrite_logic, .print = "($1 AND $2)" },
  { .name = "or", .group = "predicate", .signature = "a or b", .doc = "Whether one is true.", .example = "SELECT true or false", .n_args_min = 2, .n_args_max = -1, .flags = WEIR_FUNCTION_OPERATOR, .rewrite = rewrite_logic, .print = "($1 OR $2)" },
  { .name = "isnull", .group = "predicate", .signature = "isnull(a)", .doc = "Whether the value is NULL.", .example = "SELECT isnull(1)", .n_args_min = 1, .n_args_max = 1, .bind = bind_null_test, .eval = eval_isnull, .print = "($1 IS NULL)" },
  { .name = "isnotnull", .group = "predicate", .signature = "isnotnull(a)", .doc = "Whether the value is not NULL.", .example = "SELECT isnotnull(1)", .n_args_min = 1, .n_args_max = 1, .bind = bind_null_test, .eval = eval_isnotnull, .print = "($1 IS NOT NULL)" },
  { .name = "isnan", .group = "predicate", .signature = "isnan(a)", .doc = "Whether the number is NaN.", .example = "SELECT isnan(cast('NaN' AS DOUBLE))", .n_args_min = 1, .n_args_max = 1, .bind = bind_isnan, .eval = eval_isnan },
};

const WeirFamily _weir_family_logic = { functions, G_N_ELEMENTS (functions) };
