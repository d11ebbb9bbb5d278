/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "expr/families-private.h"
#include "expr/lambda-private.h"

/*
 * Higher-order functions: the table, and those that go over the elements of one list. The body is evaluated once over the elements of all rows
 * (lambda-eval.c); what is left to do here is to put its values back into lists.
 */

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

#define GROUP "lambda"
/* What array_sort() prints for the comparison and aggregate() for the last lambda that were not given. */
#define DEFAULT_ORDER                                                                                                                          \
  "1array_sort($1, lambdafunction((IF(((namedlambdavariable() IS NULL) AND (namedlambdavariable() IS NULL)), 0, "                              \
  "(IF((namedlambdavariable() IS NULL), 1, (IF((namedlambdavariable() IS NULL), -1, (IF((namedlambdavariable() < namedlambdavariable()), -1, " \
  "(IF((namedlambdavariable() > namedlambdavariable()), 1, 0)))))))))), namedlambdavariable(), namedlambdavariable()))"
#define FOLD(name_)                                                                                                                                                                                                                                                                                                                                                                                                                                                         \
  {                                                                                                                                                                                                                                                                                                                                                                                                                                                                         \
    .name = name_, .group = GROUP, .signature = name_ "(array, start, (acc, x) -> …[, acc -> …])", .doc = "The elements folded into one value.", .example = "SELECT " name_ "(array(1, 2, 3), 0, (acc, x) -> acc + x)", .n_args_min = 3, .n_args_max = 4, .bind = _weir_lambda_bind_aggregate, .eval = _weir_lambda_eval_aggregate, .lambda_params = _weir_lambda_params_aggregate, .print = "3" name_ "($*, lambdafunction(namedlambdavariable(), namedlambdavariable()))" \
  }
#define LAMBDA(name_, signature_, doc_, example_, min_, max_, bind_, eval_, params_)                                                                                                         \
  {                                                                                                                                                                                          \
    .name = name_, .group = GROUP, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, .bind = bind_, .eval = eval_, .lambda_params = params_ \
  }

static const WeirFunction functions[] = {
  LAMBDA ("transform", "transform(array, x -> …)", "The array of the body's values.", "SELECT transform(array(1, 2, 3), x -> x + 1)", 2, 2, _weir_lambda_bind_transform, eval_transform, _weir_lambda_params_elements),
  LAMBDA ("transform_keys", "transform_keys(map, (k, v) -> …)", "The map with new keys.", "SELECT transform_keys(map(1, 'a'), (k, v) -> k + 1)", 2, 2, _weir_lambda_bind_transform, eval_transform, _weir_lambda_params_entries),
  LAMBDA ("transform_values", "transform_values(map, (k, v) -> …)", "The map with new values.", "SELECT transform_values(map(1, 2), (k, v) -> v + 1)", 2, 2, _weir_lambda_bind_transform, eval_transform, _weir_lambda_params_entries),
  LAMBDA ("filter", "filter(array, x -> …)", "The elements whose body is true.", "SELECT filter(array(1, 2, 3), x -> x % 2 == 1)", 2, 2, _weir_lambda_bind_filter, eval_filter, _weir_lambda_params_elements),
  LAMBDA ("map_filter", "map_filter(map, (k, v) -> …)", "The entries whose body is true.", "SELECT map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)", 2, 2, _weir_lambda_bind_filter, eval_filter, _weir_lambda_params_entries),
  LAMBDA ("exists", "exists(array, x -> …)", "Whether the body is true of an element.", "SELECT exists(array(1, 2, 3), x -> x % 2 == 0)", 2, 2, _weir_lambda_bind_quantifier, eval_quantifier, _weir_lambda_params_elements),
  LAMBDA ("forall", "forall(array, x -> …)", "Whether the body is true of all elements.", "SELECT forall(array(1, 2, 3), x -> x % 2 == 0)", 2, 2, _weir_lambda_bind_quantifier, eval_quantifier, _weir_lambda_params_elements),
  FOLD ("aggregate"),
  FOLD ("reduce"),
  LAMBDA ("zip_with", "zip_with(a, b, (x, y) -> …)", "The body's values of elements at the same place.", "SELECT zip_with(array(1, 2), array(3, 4), (x, y) -> x + y)", 3, 3, _weir_lambda_bind_zip_with, _weir_lambda_eval_zip_with, _weir_lambda_params_zip),
  LAMBDA ("map_zip_with", "map_zip_with(a, b, (k, v1, v2) -> …)", "The body's values of entries with the same key.", "SELECT map_zip_with(map(1, 'a'), map(1, 'x'), (k, v1, v2) -> concat(v1, v2))", 3, 3, _weir_lambda_bind_zip_with, _weir_lambda_eval_zip_with, _weir_lambda_params_zip),
  LAMBDA ("_array_sort_by", "array_sort(array, (l, r) -> …)", "The elements in the order of a comparison.", "SELECT array_sort(array(5, 6, 1), (l, r) -> l - r)", 2, 2, _weir_lambda_bind_sort, eval_sort, _weir_lambda_params_comparator),
  { WEIR_REWRITE ("array_sort", GROUP, "array_sort(array[, (l, r) -> …])", "The elements in order, NULLs last.", "SELECT array_sort(array(5, 6, 1))", 1, 2, rewrite_array_sort), .lambda_params = _weir_lambda_params_comparator, .print = DEFAULT_ORDER },
};

const WeirFamily _weir_family_lambda = { functions, G_N_ELEMENTS (functions) };
