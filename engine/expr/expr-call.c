/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/* Building calls: lookup, number of arguments, binding, flags and name. */

static void
free_args (WeirExpr **args,
           guint      n_args)
{
  for (guint i = 0; i < n_args; i++)
    g_clear_pointer (&args[i], weir_expr_unref);
}

static gboolean
fail_unknown (const char *name,
              WeirSpan    span,
              GError    **error)
{
  GError *created = weir_error_new (WEIR_ERROR_ANALYZE, "UNRESOLVED_ROUTINE", span,
                                    "Cannot resolve routine `%s` on search path [`system`.`builtin`, `system`.`session`].", name);

  weir_error_add_param (created, "routineName", name);
  g_propagate_error (error, created);
  return FALSE;
}

static gboolean
check_n_args (const WeirFunction *function,
              guint               n_args,
              WeirSpan            span,
              GError            **error)
{
  g_autofree char *expected = NULL;
  g_autofree char *actual = NULL;
  GError          *created;

  if ((int)n_args >= function->n_args_min && (function->n_args_max < 0 || (int)n_args <= function->n_args_max))
    return TRUE;
  if (function->n_args_max < 0)
    expected = g_strdup_printf ("> %d", function->n_args_min - 1);
  else if (function->n_args_min == function->n_args_max)
    expected = g_strdup_printf ("%d", function->n_args_min);
  else
    {
      GString *list = g_string_new ("[");

      for (int i = function->n_args_min; i <= function->n_args_max; i++)
        g_string_append_printf (list, "%s%d", i > function->n_args_min ? ", " : "", i);
      g_string_append_c (list, ']');
      expected = g_string_free (list, FALSE);
    }
  actual = g_strdup_printf ("%u", n_args);
  created = weir_error_new (WEIR_ERROR_ANALYZE, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", span,
                            "The `%s` requires %s parameters but the actual number is %s.", function->name, expected, actual);
  weir_error_add_param (created, "functionName", function->name);
  weir_error_add_param (created, "expectedNum", expected);
  weir_error_add_param (created, "actualNum", actual);
  g_propagate_error (error, created);
  return FALSE;
}

static WeirExpr *
finish_call (WeirBind *bind,
             WeirType *type)
{
  WeirExpr *expr = _weir_expr_alloc (WEIR_EXPR_CALL, type, bind->n_args);

  if (bind->n_args > 0)
    memcpy (expr->args, bind->args, bind->n_args * sizeof bind->args[0]);
  expr->function = bind->function;
  expr->span = bind->span;
  expr->nullable = bind->nullable;
  expr->fails_itself = bind->can_fail;
  expr->data = bind->data;
  expr->data_free = bind->data_free;
  _weir_expr_derive (expr);
  expr->name = bind->name != NULL ? g_steal_pointer (&bind->name) : _weir_expr_call_name (bind->function, expr->args, expr->n_args);
  return bind->cast_to != NULL ? _weir_expr_cast (expr, bind->cast_to, FALSE) : expr;
}

static WeirExpr *
rewrite_call (WeirBind *bind,
              GError  **error)
{
  g_autofree char *name = _weir_expr_call_name (bind->function, bind->args, bind->n_args);
  WeirExpr        *expr = bind->function->rewrite (bind, error);
  WeirExpr        *named;

  if (expr == NULL || (bind->function->print != NULL && bind->function->print[0] == '='))
    return expr;
  named = weir_expr_with_name (expr, name);
  named->span = bind->span;
  return named;
}

WeirExpr *
weir_expr_new_call (const char *name,
                    WeirExpr  **args,
                    guint       n_args,
                    WeirSpan    span,
                    WeirZone   *zone,
                    GError    **error)
{
  /* The parser knows one minus and one plus. */
  const char          *unary = n_args != 1 ? name : strcmp (name, "-") == 0 ? "_minus"
                                                  : strcmp (name, "+") == 0 ? "positive"
                                                                            : name;
  const WeirFunction  *function = weir_function_lookup (unary);
  WeirBind             bind = { .function = function, .span = span, .zone = zone, .n_args = n_args };
  g_autoptr (WeirType) type = NULL;
  WeirExpr            *expr = NULL;

  if (function == NULL ? !fail_unknown (name, span, error) : !check_n_args (function, n_args, span, error))
    {
      free_args (args, n_args);
      return NULL;
    }
  bind.args = g_new0 (WeirExpr *, MAX (n_args, 1));
  if (n_args > 0)
    memcpy (bind.args, args, n_args * sizeof args[0]);
  bind.can_fail = (function->flags & WEIR_FUNCTION_CAN_FAIL) != 0;
  for (guint i = 0; i < n_args; i++)
    bind.nullable |= args[i]->nullable;
  if (function->rewrite != NULL)
    expr = rewrite_call (&bind, error);
  else
    {
      type = function->bind != NULL ? function->bind (&bind, error) : _weir_bind_types (&bind, error);
      if (type != NULL)
        expr = finish_call (&bind, type);
      else
        {
          free_args (bind.args, bind.n_args);
          if (bind.data != NULL && bind.data_free != NULL)
            bind.data_free (bind.data);
        }
    }
  g_free (bind.name);
  g_clear_pointer (&bind.cast_to, weir_type_unref);
  g_free (bind.args);
  return expr;
}
