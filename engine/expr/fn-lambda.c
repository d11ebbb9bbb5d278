/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/lambda-private.h"

/* Higher-order functions; how their bodies are evaluated is in lambda-eval.c. */

static WeirColumn *
positions_column (GArray *positions)
{
  WeirOut out;

  _weir_out_init (&out, WEIR_INT, positions->len);
  if (positions->len > 0)
    memcpy (out.values, positions->data, positions->len * sizeof (gint32));
  return _weir_out_finish (&out);
}

/* The lambda of @expr over the elements of its first argument: (element, position), or (key, value) of a map. */
static WeirColumn *
eval_body (const WeirExpr *expr,
           WeirEval       *eval,
           WeirSpread     *spread,
           WeirColumn    **params)
{
  WeirLambdaElements elements = {
    .expr = expr,
    .eval = eval,
    .batch = eval->batch,
    .lambda = expr->args[1],
    .n_params = 2,
    .params = params,
    .rows = (const guint32 *)(void *)spread->rows->data,
    .n = spread->idx->len,
  };

  params[0] = _weir_lambda_gather (spread->flat->children[0], spread->idx);
  params[1] = spread->flat->n_children > 1 ? _weir_lambda_gather (spread->flat->children[1], spread->idx) : positions_column (spread->positions);
  return _weir_lambda_eval (&elements);
}

static WeirColumn *
eval_transform (const WeirExpr *expr,
                WeirEval       *eval,
                WeirColumn    **args,
                WeirSel         sel,
                guint           n_rows)
{
  WeirSpread  spread;
  WeirColumn *params[2], *children[2];
  const char *name = expr->function->name;

  _weir_spread_init (&spread, args[0], expr->type, sel, n_rows);
  if (spread.flat->n_children == 0)
    {
      _weir_spread_clear (&spread);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  children[0] = eval_body (expr, eval, &spread, params);
  children[1] = NULL;
  if (strcmp (name, "transform_values") == 0)
    {
      children[1] = children[0];
      children[0] = weir_column_ref (params[0]);
    }
  else if (strcmp (name, "transform_keys") == 0)
    children[1] = weir_column_ref (params[1]);
  for (guint i = 0; i < expr->type->n_fields; i++)
    children[i] = _weir_lambda_typed (children[i], expr->type->fields[i].type);
  weir_column_unref (params[0]);
  weir_column_unref (params[1]);
  _weir_spread_clear (&spread);
  return _weir_out_finish_nested (&spread.out, children);
}

static gboolean
is_true (const WeirColumn *column,
         guint             row)
{
  return !weir_column_is_null (column, row) && weir_bit (column->values, row);
}

/* filter() and map_filter(): elements whose body is true. */
static WeirColumn *
eval_filter (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn    **args,
             WeirSel         sel,
             guint           n_rows)
{
  WeirSpread             spread;
  WeirColumn            *params[2], *children[2];
  g_autoptr (WeirColumn) keep = NULL;
  g_autoptr (GArray)     kept = g_array_new (FALSE, FALSE, sizeof (guint32));

  _weir_spread_init (&spread, args[0], expr->type, sel, n_rows);
  if (spread.flat->n_children == 0)
    {
      _weir_spread_clear (&spread);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  keep = eval_body (expr, eval, &spread, params);
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirListView *view = &weir_out_values (&spread.out, WeirListView)[row];
    guint32       before = kept->len;

    for (guint32 k = view->offset; k < view->offset + view->length; k++)
      if (is_true (keep, k))
        g_array_append_val (kept, k);
    *view = (WeirListView){ before, kept->len - before };
  }
  for (guint i = 0; i < expr->type->n_fields; i++)
    children[i] = _weir_lambda_gather (params[i], kept);
  weir_column_unref (params[0]);
  weir_column_unref (params[1]);
  _weir_spread_clear (&spread);
  return _weir_out_finish_nested (&spread.out, children);
}

/* exists() stops at true, forall() at false; without that a NULL decides. */
static WeirColumn *
eval_quantifier (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  gboolean               exists = expr->function->name[0] == 'e';
  WeirSpread             spread;
  WeirColumn            *params[2];
  g_autoptr (WeirColumn) body = NULL;
  guint                  at = 0;

  _weir_spread_init (&spread, args[0], WEIR_BOOLEAN, sel, n_rows);
  if (spread.flat->n_children == 0)
    {
      _weir_spread_clear (&spread);
      return weir_column_new_nulls (WEIR_BOOLEAN, n_rows);
    }
  body = eval_body (expr, eval, &spread, params);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean any_null = FALSE, decided = FALSE;

    for (; at < spread.rows->len && g_array_index (spread.rows, guint32, at) == row; at++)
      {
        if (weir_column_is_null (body, at))
          any_null = TRUE;
        else
          decided |= weir_bit (body->values, at) == exists;
      }
    if (_weir_list_is_null (spread.flat, row))
      continue;
    weir_out_bool (&spread.out, row, decided == exists);
    if (any_null && !decided)
      _weir_out_null (&spread.out, row);
  }
  weir_column_unref (params[0]);
  weir_column_unref (params[1]);
  _weir_spread_clear (&spread);
  return _weir_out_finish (&spread.out);
}

/* aggregate() ----------------------------------------------------------------------------------------------------- */

/* Element @step of every row that has one: rows and elements. */
static void
step_elements (WeirColumn *flat,
               WeirSel     sel,
               guint32     step,
               GArray     *rows,
               GArray     *idx)
{
  g_array_set_size (rows, 0);
  g_array_set_size (idx, 0);
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirListView view;
    guint32      element;

    if (_weir_list_is_null (flat, row))
      continue;
    view = weir_column_values (flat, WeirListView)[row];
    if (step >= view.length)
      continue;
    element = view.offset + step;
    g_array_append_val (rows, row);
    g_array_append_val (idx, element);
  }
}

/* @accumulator with the rows in @rows replaced by @values; takes @accumulator. */
static WeirColumn *
replace_rows (WeirColumn *accumulator,
              WeirColumn *values,
              GArray     *rows)
{
  guint                  n = accumulator->n_rows;
  g_autofree guint32    *idx = g_new (guint32, MAX (n, 1));
  WeirColumn            *both[] = { accumulator, values };
  g_autoptr (WeirColumn) all = weir_column_concat (both, 2);

  for (guint i = 0; i < n; i++)
    idx[i] = i;
  for (guint i = 0; i < rows->len; i++)
    idx[g_array_index (rows, guint32, i)] = n + i;
  weir_column_unref (accumulator);
  return weir_column_gather (all, idx, n);
}

static WeirColumn *
eval_fold (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn     *flat,
           WeirColumn     *accumulator,
           WeirSel         sel)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) idx = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 step = 0;; step++)
    {
      WeirColumn            *params[2];
      g_autoptr (WeirColumn) values = NULL;
      WeirLambdaElements     elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[2], .n_params = 2, .params = params };

      step_elements (flat, sel, step, rows, idx);
      if (rows->len == 0)
        return accumulator;
      params[0] = _weir_lambda_gather (accumulator, rows);
      params[1] = _weir_lambda_gather (flat->children[0], idx);
      elements.rows = (const guint32 *)(void *)rows->data;
      elements.n = rows->len;
      values = _weir_lambda_typed (_weir_lambda_eval (&elements), accumulator->type);
      weir_column_unref (params[0]);
      weir_column_unref (params[1]);
      accumulator = replace_rows (accumulator, values, rows);
    }
}

static WeirColumn *
eval_aggregate (const WeirExpr *expr,
                WeirEval       *eval,
                WeirColumn    **args,
                WeirSel         sel,
                guint           n_rows)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (args[0]);
  WeirColumn            *accumulator = weir_column_flatten (args[1]);
  WeirBuffer            *validity;

  if (flat->n_children > 0)
    accumulator = eval_fold (expr, eval, flat, accumulator, sel);
  if (expr->n_args > 3)
    {
      g_autofree guint32    *rows = g_new (guint32, MAX (sel.n, 1));
      g_autoptr (GArray)     selected = g_array_new (FALSE, FALSE, sizeof (guint32));
      WeirColumn            *param;
      WeirColumn            *finished;
      g_autoptr (WeirColumn) nulls = weir_column_new_nulls (expr->type, n_rows);
      WeirLambdaElements     elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[3], .n_params = 1, .params = &param, .n = sel.n };

      for (guint i = 0; i < sel.n; i++)
        {
          rows[i] = weir_sel_row (sel, i);
          g_array_append_val (selected, rows[i]);
        }
      elements.rows = rows;
      param = weir_column_gather (accumulator, rows, sel.n);
      finished = _weir_lambda_typed (_weir_lambda_eval (&elements), expr->type);
      weir_column_unref (param);
      weir_column_unref (accumulator);
      accumulator = replace_rows (weir_column_flatten (nulls), finished, selected);
      weir_column_unref (finished);
    }
  if (flat->type->kind == WEIR_TYPE_VOID)
    {
      weir_column_unref (accumulator);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  if (flat->validity == NULL)
    return accumulator;
  validity = weir_buffer_new ((n_rows + 7) / 8);
  memcpy (validity->data, flat->validity, (n_rows + 7) / 8);
  return _weir_column_and_validity (accumulator, validity);
}

/* zip_with() and map_zip_with() ------------------------------------------------------------------------------------ */

typedef struct
{
  GArray *a, *b, *rows; /* guint32: element of each side (G_MAXUINT32: none), row */
} Pairs;

static void
add_pair (Pairs  *pairs,
          guint32 a,
          guint32 b,
          guint32 row)
{
  g_array_append_val (pairs->a, a);
  g_array_append_val (pairs->b, b);
  g_array_append_val (pairs->rows, row);
}

static void
zip_arrays (Pairs       *pairs,
            WeirListView a,
            WeirListView b,
            guint        row)
{
  for (guint32 k = 0; k < MAX (a.length, b.length); k++)
    add_pair (pairs, k < a.length ? a.offset + k : G_MAXUINT32, k < b.length ? b.offset + k : G_MAXUINT32, row);
}

static void
zip_maps (Pairs            *pairs,
          WeirListView      a,
          WeirListView      b,
          const WeirColumn *keys_a,
          const WeirColumn *keys_b,
          guint             row)
{
  for (guint32 i = a.offset; i < a.offset + a.length; i++)
    {
      guint32 match = G_MAXUINT32;

      for (guint32 k = b.offset; k < b.offset + b.length && match == G_MAXUINT32; k++)
        if (weir_value_equal (keys_a, i, keys_b, k))
          match = k;
      add_pair (pairs, i, match, row);
    }
  for (guint32 k = b.offset; k < b.offset + b.length; k++)
    {
      gboolean known = FALSE;

      for (guint32 i = a.offset; i < a.offset + a.length && !known; i++)
        known = weir_value_equal (keys_a, i, keys_b, k);
      if (!known)
        add_pair (pairs, G_MAXUINT32, k, row);
    }
}

/* Keys of the pairs: from the side that has one. */
static WeirColumn *
pair_keys (Pairs      *pairs,
           WeirColumn *keys_a,
           WeirColumn *keys_b)
{
  WeirColumn            *both[] = { keys_a, keys_b };
  g_autoptr (WeirColumn) all = weir_column_concat (both, 2);
  g_autofree guint32    *idx = g_new (guint32, MAX (pairs->rows->len, 1));

  for (guint i = 0; i < pairs->rows->len; i++)
    {
      guint32 a = g_array_index (pairs->a, guint32, i);

      idx[i] = a != G_MAXUINT32 ? a : keys_a->n_rows + g_array_index (pairs->b, guint32, i);
    }
  return weir_column_gather (all, idx, pairs->rows->len);
}

static WeirColumn *
eval_zip_with (const WeirExpr *expr,
               WeirEval       *eval,
               WeirColumn    **args,
               WeirSel         sel,
               guint           n_rows)
{
  g_autoptr (WeirColumn) a = weir_column_flatten (args[0]);
  g_autoptr (WeirColumn) b = weir_column_flatten (args[1]);
  gboolean               maps = expr->type->kind == WEIR_TYPE_MAP;
  g_autoptr (GArray)     idx_a = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray)     idx_b = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray)     rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  Pairs                  pairs = { idx_a, idx_b, rows };
  WeirColumn            *params[3], *children[2];
  guint                  n_params = 0;
  WeirLambdaElements     elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[2], .params = params };
  WeirOut                out;

  if (a->n_children == 0 || b->n_children == 0)
    return weir_column_new_nulls (expr->type, n_rows);
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    guint32 before = rows->len;

    if (_weir_list_is_null (a, row) || _weir_list_is_null (b, row))
      {
        _weir_out_null (&out, row);
        continue;
      }
    if (maps)
      zip_maps (&pairs, weir_column_values (a, WeirListView)[row], weir_column_values (b, WeirListView)[row], a->children[0], b->children[0], row);
    else
      zip_arrays (&pairs, weir_column_values (a, WeirListView)[row], weir_column_values (b, WeirListView)[row], row);
    weir_out_values (&out, WeirListView)[row] = (WeirListView){ before, rows->len - before };
  }
  if (maps)
    params[n_params++] = pair_keys (&pairs, a->children[0], b->children[0]);
  params[n_params++] = _weir_lambda_gather (a->children[maps], idx_a);
  params[n_params++] = _weir_lambda_gather (b->children[maps], idx_b);
  elements.n_params = n_params;
  elements.rows = (const guint32 *)(void *)rows->data;
  elements.n = rows->len;
  children[maps] = _weir_lambda_typed (_weir_lambda_eval (&elements), expr->type->fields[maps].type);
  if (maps)
    children[0] = weir_column_ref (params[0]);
  for (guint i = 0; i < n_params; i++)
    weir_column_unref (params[i]);
  return _weir_out_finish_nested (&out, children);
}

/* array_sort() with a comparator ----------------------------------------------------------------------------------- */

typedef struct
{
  WeirLambdaElements elements;
  WeirColumn        *column; /* Borrowed: the elements */
} Comparator;

static int
compare_by_lambda (const void *a,
                   const void *b,
                   void       *data)
{
  Comparator            *comparator = data;
  guint32                x = *(const guint32 *)a, y = *(const guint32 *)b;
  WeirColumn            *params[] = { weir_column_slice (comparator->column, x, 1), weir_column_slice (comparator->column, y, 1) };
  g_autoptr (WeirColumn) result = NULL;
  int                    order = 0;

  if (comparator->elements.eval->error == NULL)
    {
      comparator->elements.params = params;
      result = _weir_lambda_eval (&comparator->elements);
      order = weir_column_is_null (result, 0) ? 0 : weir_column_values (result, gint32)[0];
    }
  weir_column_unref (params[0]);
  weir_column_unref (params[1]);
  return order;
}

static WeirColumn *
eval_sort (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn    **args,
           WeirSel         sel,
           guint           n_rows)
{
  WeirSpread  spread;
  WeirColumn *child;

  _weir_spread_init (&spread, args[0], expr->type, sel, n_rows);
  if (spread.flat->n_children == 0)
    {
      _weir_spread_clear (&spread);
      return weir_column_new_nulls (expr->type, n_rows);
    }
  WEIR_FOREACH_ROW (sel, row)
  {
    WeirListView view = weir_out_values (&spread.out, WeirListView)[row];
    guint32      at = row;
    Comparator   comparator = {
        .elements = { .expr = expr, .eval = eval, .batch = eval->batch, .lambda = expr->args[1], .n_params = 2, .rows = &at, .n = 1 },
        .column = spread.flat->children[0],
    };

    if (view.length > 0)
      qsort_r ((guint32 *)(void *)spread.idx->data + view.offset, view.length, sizeof (guint32), compare_by_lambda, &comparator);
  }
  child = _weir_lambda_gather (spread.flat->children[0], spread.idx);
  _weir_spread_clear (&spread);
  return _weir_out_finish_nested (&spread.out, &child);
}

static WeirExpr *
rewrite_array_sort (WeirBind *bind,
                    GError  **error)
{
  return weir_expr_new_call (bind->n_args == 1 ? "_array_sort" : "_array_sort_by", bind->args, bind->n_args, bind->span, bind->zone, error);
}

/* Binding --------------------------------------------------------------------------------------------------------- */

static gboolean
params_elements (WeirExpr **args,
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

static gboolean
params_comparator (WeirExpr **args,
                   guint      n_args,
                   guint      index,
                   guint      n_params,
                   WeirType **types)
{
  if (n_params != 2 || !params_elements (args, n_args, index, 1, types))
    return FALSE;
  types[1] = weir_type_ref (types[0]);
  return TRUE;
}

static gboolean
params_entries (WeirExpr **args,
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

static gboolean
params_aggregate (WeirExpr **args,
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

static gboolean
params_zip (WeirExpr **args,
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

static WeirType *
bind_transform (WeirBind *bind,
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

static WeirType *
bind_filter (WeirBind *bind,
             GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_BOOLEAN, error))
    return NULL;
  bind->nullable = bind->args[0]->nullable;
  return weir_type_ref (bind->args[0]->type);
}

static WeirType *
bind_quantifier (WeirBind *bind,
                 GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_BOOLEAN, error))
    return NULL;
  return weir_type_ref (WEIR_BOOLEAN);
}

static WeirType *
bind_aggregate (WeirBind *bind,
                GError  **error)
{
  if (!require_lambdas (bind, 2, error) || !coerce_body (bind, 2, bind->args[1]->type, error))
    return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (bind->args[bind->n_args > 3 ? 3 : 1]->type);
}

static WeirType *
bind_zip_with (WeirBind *bind,
               GError  **error)
{
  if (!require_lambdas (bind, 2, error))
    return NULL;
  bind->nullable = bind->args[0]->nullable || bind->args[1]->nullable;
  if (strcmp (bind->function->name, "zip_with") == 0)
    return weir_type_new_array (bind->args[2]->type, TRUE);
  return weir_type_new_map (bind->args[0]->type->fields[0].type, bind->args[2]->type, TRUE);
}

static WeirType *
bind_sort (WeirBind *bind,
           GError  **error)
{
  if (!require_lambdas (bind, 1, error) || !coerce_body (bind, 1, WEIR_INT, error))
    return NULL;
  return weir_type_ref (bind->args[0]->type);
}

#define GROUP "lambda"
/* What array_sort() prints for the comparison and aggregate() for the last lambda that were not given. */
#define DEFAULT_ORDER                                                                                                                          \
  "1array_sort($1, lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "                              \
  "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, " \
  "(IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable()))"
#define FOLD(name_)                                                                                                                                                                                                                                                                                                                                                                                                                  \
  {                                                                                                                                                                                                                                                                                                                                                                                                                                  \
    .name = name_, .group = GROUP, .signature = name_ "(array, start, (acc, x) -> …[, acc -> …])", .doc = "The elements folded into one value.", .example = "SELECT " name_ "(array(1, 2, 3), 0, (acc, x) -> acc + x)", .n_args_min = 3, .n_args_max = 4, .bind = bind_aggregate, .eval = eval_aggregate, .lambda_params = params_aggregate, .print = "3" name_ "($*, lambdafunction(namedlambdavariable(), namedlambdavariable()))" \
  }
#define LAMBDA(name_, signature_, doc_, example_, min_, max_, bind_, eval_, params_)                                                                                                         \
  {                                                                                                                                                                                          \
    .name = name_, .group = GROUP, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, .bind = bind_, .eval = eval_, .lambda_params = params_ \
  }

static const WeirFunction functions[] = {
  LAMBDA ("transform", "transform(array, x -> …)", "The array of the body's values.", "SELECT transform(array(1, 2, 3), x -> x + 1)", 2, 2, bind_transform, eval_transform, params_elements),
  LAMBDA ("transform_keys", "transform_keys(map, (k, v) -> …)", "The map with new keys.", "SELECT transform_keys(map(1, 'a'), (k, v) -> k + 1)", 2, 2, bind_transform, eval_transform, params_entries),
  LAMBDA ("transform_values", "transform_values(map, (k, v) -> …)", "The map with new values.", "SELECT transform_values(map(1, 2), (k, v) -> v + 1)", 2, 2, bind_transform, eval_transform, params_entries),
  LAMBDA ("filter", "filter(array, x -> …)", "The elements whose body is true.", "SELECT filter(array(1, 2, 3), x -> x % 2 == 1)", 2, 2, bind_filter, eval_filter, params_elements),
  LAMBDA ("map_filter", "map_filter(map, (k, v) -> …)", "The entries whose body is true.", "SELECT map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)", 2, 2, bind_filter, eval_filter, params_entries),
  LAMBDA ("exists", "exists(array, x -> …)", "Whether the body is true of an element.", "SELECT exists(array(1, 2, 3), x -> x % 2 == 0)", 2, 2, bind_quantifier, eval_quantifier, params_elements),
  LAMBDA ("forall", "forall(array, x -> …)", "Whether the body is true of all elements.", "SELECT forall(array(1, 2, 3), x -> x % 2 == 0)", 2, 2, bind_quantifier, eval_quantifier, params_elements),
  FOLD ("aggregate"),
  FOLD ("reduce"),
  LAMBDA ("zip_with", "zip_with(a, b, (x, y) -> …)", "The body's values of elements at the same place.", "SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)", 3, 3, bind_zip_with, eval_zip_with, params_zip),
  LAMBDA ("map_zip_with", "map_zip_with(a, b, (k, v1, v2) -> …)", "The body's values of entries with the same key.", "SELECT map_zip_with(map(1, 'a'), map(1, 'x'), (k, v1, v2) -> concat(v1, v2))", 3, 3, bind_zip_with, eval_zip_with, params_zip),
  LAMBDA ("_array_sort_by", "array_sort(array, (l, r) -> …)", "The elements in the order of a comparison.", "SELECT array_sort(array(5, 6, 1), (l, r) -> l - r)", 2, 2, bind_sort, eval_sort, params_comparator),
  { WEIR_REWRITE ("array_sort", GROUP, "array_sort(array[, (l, r) -> …])", "The elements in order, NULLs last.", "SELECT array_sort(array(5, 6, 1))", 1, 2, rewrite_array_sort), .lambda_params = params_comparator, .print = DEFAULT_ORDER },
};

const WeirFamily _weir_family_lambda = { functions, G_N_ELEMENTS (functions) };
