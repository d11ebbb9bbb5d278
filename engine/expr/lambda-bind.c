/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/lambda-private.h"

/*
 * Binding of the higher-order functions. The types of a lambda's parameters follow from the arguments before it and are asked for first
 * (`lambda_params`); with the bodies bound, the function's own type follows from theirs.
 */

/* ---- parameters ----------------------------------------------------------------------------------------------------- */

gboolean
_weir_lambda_params_elements (WeirExpr **args,
                              guint      n_args,
                              guint      index,
                              guint      n_params,
                              WeirType **types)
{
  if (n_args < 1 || args[0]->type->kind != WEIR_TYPE_ARRAY || index != 1 || n_params > 2)
    return FALSE;
  types[0] = weir_type_ref (args[0]->type->fields[0].type);
  if (n_params > 1)
    types[1] = weir_type_ref (WEIR_INT);
  return n_params > 0;
}

gboolean
_weir_lambda_params_comparator (WeirExpr **args,
                                guint      n_args,
                                guint      index,
                                guint      n_params,
                                WeirType **types)
{
  if (n_params != 2 || !_weir_lambda_params_elements (args, n_args, index, 1, types))
    return FALSE;
  types[1] = weir_type_ref (types[0]);
  return TRUE;
}

gboolean
_weir_lambda_params_entries (WeirExpr **args,
                             guint      n_args,
                             guint      index,
                             guint      n_params,
                             WeirType **types)
{
  if (n_args < 1 || args[0]->type->kind != WEIR_TYPE_MAP || index != 1 || n_params != 2)
    return FALSE;
  types[0] = weir_type_ref (args[0]->type->fields[0].type);
  types[1] = weir_type_ref (args[0]->type->fields[1].type);
  return TRUE;
}

gboolean
_weir_lambda_params_aggregate (WeirExpr **args,
                               guint      n_args,
                               guint      index,
                               guint      n_params,
                               WeirType **types)
{
  if (n_args < 2 || args[0]->type->kind != WEIR_TYPE_ARRAY || index < 2 || n_params != (index == 2 ? 2 : 1))
    return FALSE;
  types[0] = weir_type_ref (args[1]->type);
  if (index == 2)
    types[1] = weir_type_ref (args[0]->type->fields[0].type);
  return TRUE;
}

gboolean
_weir_lambda_params_zip (WeirExpr **args,
                         guint      n_args,
                         guint      index,
                         guint      n_params,
                         WeirType **types)
{
  if (n_args < 2 || index != 2)
    return FALSE;
  if (n_params == 2 && args[0]->type->kind == WEIR_TYPE_ARRAY && args[1]->type->kind == WEIR_TYPE_ARRAY)
    {
      types[0] = weir_type_ref (args[0]->type->fields[0].type);
      types[1] = weir_type_ref (args[1]->type->fields[0].type);
      return TRUE;
    }
  if (n_params != 3 || args[0]->type->kind != WEIR_TYPE_MAP || args[1]->type->kind != WEIR_TYPE_MAP)
    return FALSE;
  types[0] = weir_type_ref (args[0]->type->fields[0].type);
  types[1] = weir_type_ref (args[0]->type->fields[1].type);
  types[2] = weir_type_ref (args[1]->type->fields[1].type);
  return TRUE;
}

/* ---- types ---------------------------------------------------------------------------------------------------------- */

static gboolean
require_lambdas (WeirBind *bind,
                 guint     first,
                 GError  **error)
{
  for (guint i = first; i < bind->n_args; i++)
    if (bind->args[i]->kind != WEIR_EXPR_LAMBDA)
      return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", bind->span,
                        "Argument %u of `%s` must be a lambda function.", i + 1, bind->function->name);
  return TRUE;
}

/* The body gets the type it must have. */
static gboolean
coerce_body (WeirBind *bind,
             guint     i,
             WeirType *type,
             GError  **error)
{
  WeirExpr *body = weir_expr_coerce (weir_expr_ref (bind->args[i]->args[0]), type);
  WeirExpr *lambda;

  if (body == NULL)
    {
      g_autofree char *required = weir_type_to_sql (type);

      return _weir_bind_mismatch (bind, i, required, error);
    }
  if (body == bind->args[i]->args[0])
    {
      weir_expr_unref (body);
      return TRUE;
    }
  lambda = weir_expr_with_name (weir_expr_new_lambda (body, bind->args[i]->index), bind->args[i]->name);
  weir_expr_unref (bind->args[i]);
  bind->args[i] = lambda;
  return TRUE;
}

WeirType *
_weir_lambda_bind_transform (WeirBind *bind,
                             GError  **error)
{
  WeirType   *type = bind->args[0]->type, *body;
  const char *name = bind->function->name;

  if (!require_lambdas (bind, 1, error))
    return NULL;
  body = bind->args[1]->type;
  bind->nullable = bind->args[0]->nullable;
  if (strcmp (name, "transform") == 0)
    return weir_type_new_array (body, bind->args[1]->nullable);
  if (strcmp (name, "transform_keys") == 0)
    return weir_type_new_map (body, type->fields[1].type, type->fields[1].nullable);
  return weir_type_new_map (type->fields[0].type, body, bind->args[1]->nullable);
}

WeirType *
_weir_lambda_bind_filter (WeirBind *bind,
                          GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_BOOLEAN, error))
    return NULL;
  bind->nullable = bind->args[0]->nullable;
  return weir_type_ref (bind->args[0]->type);
}

WeirType *
_weir_lambda_bind_quantifier (WeirBind *bind,
                              GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_BOOLEAN, error))
    return NULL;
  return weir_type_ref (WEIR_BOOLEAN);
}

WeirType *
_weir_lambda_bind_aggregate (WeirBind *bind,
                             GError  **error)
{
  if (!require_lambdas (bind, 2, error) || !coerce_body (bind, 2, bind->args[1]->type, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (bind->args[bind->n_args > 3 ? 3 : 1]->type);
}

WeirType *
_weir_lambda_bind_zip_with (WeirBind *bind,
                            GError  **error)
{
  if (!require_lambdas (bind, 2, error))
    return NULL;
  bind->nullable = bind->args[0]->nullable || bind->args[1]->nullable;
  if (strcmp (bind->function->name, "zip_with") == 0)
    return weir_type_new_array (bind->args[2]->type, TRUE);
  return weir_type_new_map (bind->args[0]->type->fields[0].type, bind->args[2]->type, TRUE);
}

WeirType *
_weir_lambda_bind_sort (WeirBind *bind,
                        GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_INT, error))
    return NULL;
  return weir_type_ref (bind->args[0]->type);
}
