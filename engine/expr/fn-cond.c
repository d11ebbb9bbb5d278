/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/kernel-private.h"

/*
 * Conditional functions. Most are CASE or COALESCE under another name and are rewritten, so that their selection is narrowed in
 * one place (expr-logic.c).
 */

static WeirExpr *
drop (WeirBind *bind)
{
  for (guint i = 0; i < bind->n_args; i++)
    g_clear_pointer (&bind->args[i], weir_expr_unref);
  return NULL;
}

static WeirExpr *
rewrite_coalesce (WeirBind *bind,
                  GError  **error)
{
  g_autoptr (WeirType) type = NULL;

  if (!_weir_bind_common (bind, 0, &type, error))
    return drop (bind);
  return weir_expr_new_coalesce (bind->args, bind->n_args, type);
}

/* CASE WHEN condition THEN a ELSE b END; takes all three. */
static WeirExpr *
choose (WeirBind *bind,
        WeirExpr *condition,
        WeirExpr *a,
        WeirExpr *b,
        GError  **error)
{
  WeirExpr            *args[] = { condition, a, b };
  WeirBind             values = *bind;
  g_autoptr (WeirType) type = NULL;

  values.args = args;
  values.n_args = 3;
  if (condition == NULL || !_weir_bind_common (&values, 1, &type, error))
    {
      g_clear_pointer (&condition, weir_expr_unref);
      weir_expr_unref (args[1]);
      weir_expr_unref (args[2]);
      return NULL;
    }
  return weir_expr_new_case (args, 3, type);
}

static WeirExpr *
call1 (const char *name,
       WeirExpr   *arg,
       WeirBind   *bind,
       GError    **error)
{
  return weir_expr_new_call (name, &arg, 1, bind->span, bind->zone, error);
}

static WeirExpr *
call2 (const char *name,
       WeirExpr   *a,
       WeirExpr   *b,
       WeirBind   *bind,
       GError    **error)
{
  WeirExpr *args[] = { a, b };

  return weir_expr_new_call (name, args, 2, bind->span, bind->zone, error);
}

static WeirExpr *
rewrite_if (WeirBind *bind,
            GError  **error)
{
  if (!_weir_bind_coerce (bind, 0, WEIR_BOOLEAN, error))
    return drop (bind);
  return choose (bind, bind->args[0], bind->args[1], bind->args[2], error);
}

static WeirExpr *
rewrite_nvl2 (WeirBind *bind,
              GError  **error)
{
  return choose (bind, call1 ("isnotnull", bind->args[0], bind, error), bind->args[1], bind->args[2], error);
}

static WeirExpr *
rewrite_nullif (WeirBind *bind,
                GError  **error)
{
  WeirExpr *equal = call2 ("=", weir_expr_ref (bind->args[0]), bind->args[1], bind, error);

  return choose (bind, equal, weir_expr_new_null (WEIR_VOID), bind->args[0], error);
}

static WeirExpr *
rewrite_nullifzero (WeirBind *bind,
                    GError  **error)
{
  WeirExpr *equal = call2 ("=", weir_expr_ref (bind->args[0]), weir_expr_new_int (0), bind, error);

  return choose (bind, equal, weir_expr_new_null (WEIR_VOID), bind->args[0], error);
}

static WeirExpr *
rewrite_zeroifnull (WeirBind *bind,
                    GError  **error)
{
  _weir_bind_append (bind, weir_expr_new_int (0));
  return rewrite_coalesce (bind, error);
}

static WeirExpr *
rewrite_case (WeirBind *bind,
              GError  **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (WeirType)  type = NULL;
  WeirBind              part = *bind;

  if (bind->n_args % 2 == 0)
    _weir_bind_append (bind, weir_expr_new_null (WEIR_VOID));
  for (guint i = 0; i + 1 < bind->n_args; i += 2)
    if (!_weir_bind_coerce (bind, i, WEIR_BOOLEAN, error))
      return drop (bind);
  for (guint i = 1; i < bind->n_args; i += 2)
    g_ptr_array_add (values, bind->args[i]);
  g_ptr_array_add (values, bind->args[bind->n_args - 1]);
  part.args = (WeirExpr **)values->pdata;
  part.n_args = values->len;
  if (!_weir_bind_common (&part, 0, &type, error))
    return drop (bind);
  for (guint i = 1, k = 0; i < bind->n_args; i += 2)
    bind->args[i] = part.args[k++];
  bind->args[bind->n_args - 1] = part.args[values->len - 1];
  return weir_expr_new_case (bind->args, bind->n_args, type);
}

/* decode(value, search, result, …[, default]): NULL matches NULL. */
WeirExpr *
_weir_rewrite_decode (WeirBind *bind,
                      GError  **error)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new ();
  WeirBind              own = *bind;
  WeirExpr             *expr;
  guint                 i;

  for (i = 1; i + 1 < bind->n_args; i += 2)
    {
      WeirExpr *same = call2 ("<=>", weir_expr_ref (bind->args[0]), bind->args[i], bind, error);

      bind->args[i] = NULL;
      if (same == NULL)
        {
          for (guint k = 0; k < args->len; k++)
            weir_expr_unref (args->pdata[k]);
          return drop (bind);
        }
      g_ptr_array_add (args, same);
      g_ptr_array_add (args, g_steal_pointer (&bind->args[i + 1]));
    }
  if (i < bind->n_args)
    g_ptr_array_add (args, g_steal_pointer (&bind->args[i]));
  else
    g_ptr_array_add (args, weir_expr_new_null (WEIR_VOID));
  own.n_args = args->len;
  own.args = g_new (WeirExpr *, args->len);
  memcpy (own.args, args->pdata, args->len * sizeof (gpointer));
  expr = rewrite_case (&own, error);
  g_free (own.args);
  drop (bind);
  return expr;
}

/* The greatest or least argument that is not NULL; NULL when all are. */
static WeirColumn *
eval_extreme (const WeirExpr *expr,
              WeirEval       *eval,
              WeirColumn    **args,
              WeirSel         sel,
              guint           n_rows)
{
  int                 sign = expr->function->name[0] == 'g' ? 1 : -1;
  g_autofree guint16 *which = g_new (guint16, MAX (n_rows, 1));

  memset (which, 0xff, n_rows * sizeof (guint16));
  WEIR_FOREACH_ROW (sel, row)
  {
    for (guint i = 0; i < expr->n_args; i++)
      {
        if (weir_column_is_null (args[i], row))
          continue;
        if (which[row] == WEIR_WHICH_NULL || sign * weir_value_compare (args[i], row, args[which[row]], row) > 0)
          which[row] = (guint16)i;
      }
  }
  return _weir_column_merge (expr->type, args, expr->n_args, which, n_rows);
}

static WeirType *
bind_extreme (WeirBind *bind,
              GError  **error)
{
  WeirType *type = NULL;

  if (!_weir_bind_common (bind, 0, &type, error))
    return NULL;
  bind->nullable = TRUE;
  for (guint i = 0; i < bind->n_args; i++)
    bind->nullable &= bind->args[i]->nullable;
  return type;
}

static const WeirFunction functions[] = {
  { WEIR_REWRITE ("if", "conditional", "if(condition, a, b)", "a when the condition is true, else b.", "SELECT if(1 < 2, 'a', 'b')", 3, 3, rewrite_if), .print = "(IF($1, $2, $3))" },
  { WEIR_REWRITE ("iff", "conditional", "iff(condition, a, b)", "a when the condition is true, else b.", "SELECT iff(1 < 2, 'a', 'b')", 3, 3, rewrite_if), .print = "(IF($1, $2, $3))" },
  { WEIR_REWRITE ("coalesce", "conditional", "coalesce(a, b, …)", "The first argument that is not NULL.", "SELECT coalesce(NULL, 1, NULL)", 1, -1, rewrite_coalesce) },
  { WEIR_REWRITE ("ifnull", "conditional", "ifnull(a, b)", "a, or b when a is NULL.", "SELECT ifnull(NULL, 1)", 2, 2, rewrite_coalesce) },
  { WEIR_REWRITE ("nvl", "conditional", "nvl(a, b)", "a, or b when a is NULL.", "SELECT nvl(NULL, 1)", 2, 2, rewrite_coalesce) },
  { WEIR_REWRITE ("nvl2", "conditional", "nvl2(a, b, c)", "b when a is not NULL, else c.", "SELECT nvl2(NULL, 2, 1)", 3, 3, rewrite_nvl2) },
  { WEIR_REWRITE ("nullif", "conditional", "nullif(a, b)", "NULL when both are equal, else a.", "SELECT nullif(2, 2)", 2, 2, rewrite_nullif) },
  { WEIR_REWRITE ("nullifzero", "conditional", "nullifzero(a)", "NULL when the number is 0, else the number.", "SELECT nullifzero(0)", 1, 1, rewrite_nullifzero) },
  { WEIR_REWRITE ("zeroifnull", "conditional", "zeroifnull(a)", "0 when the number is NULL, else the number.", "SELECT zeroifnull(NULL)", 1, 1, rewrite_zeroifnull), .print = "zeroifnull($1)" },
  { WEIR_REWRITE ("when", "conditional", "when(condition, a, …[, b])", "The value behind the first true condition.", "SELECT CASE WHEN 1 > 0 THEN 1 ELSE 2.0 END", 2, -1, rewrite_case) },
  { .name = "greatest", .group = "math", .signature = "greatest(a, b, …)", .doc = "The greatest argument, NULLs skipped.", .example = "SELECT greatest(10, 9, 2)", .n_args_min = 2, .n_args_max = -1, .bind = bind_extreme, .eval = eval_extreme },
  { .name = "least", .group = "math", .signature = "least(a, b, …)", .doc = "The least argument, NULLs skipped.", .example = "SELECT least(10, 9, 2)", .n_args_min = 2, .n_args_max = -1, .bind = bind_extreme, .eval = eval_extreme },
};

const WeirFamily _weir_family_cond = { functions, G_N_ELEMENTS (functions) };
