/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "expr/families-private.h"
#include "expr/list-private.h"

/* Vectors: arrays of FLOAT, computed in FLOAT. A NULL element makes the result NULL; vectors of unequal length do not fit. */

typedef struct
{
  const WeirColumn *elements;
  WeirListView      view;
} Vector;

static Vector
vector_of (WeirRow *row,
           guint    i)
{
  return (Vector){ weir_row_elements (row, i), weir_row_list (row, i) };
}

static gboolean
element (const Vector *vector,
         guint32       k,
         float        *value)
{
  guint             at = vector->view.offset + k;
  const WeirColumn *flat = weir_column_resolve (vector->elements, &at);

  if (weir_column_is_null (flat, at))
    return FALSE;
  *value = weir_column_values (flat, float)[at];
  return TRUE;
}

static gboolean
check_lengths (WeirRow      *row,
               const Vector *a,
               const Vector *b)
{
  if (a->view.length == b->view.length)
    return TRUE;
  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "VECTOR_DIMENSION_MISMATCH", "Vectors passed to %s must have the same dimension, but got %u and %u.",
                            row->expr->function->name, a->view.length, b->view.length);
  return FALSE;
}

/* Sums of products: a·b, a·a, b·b. */
static gboolean
products (WeirRow *row,
          float    sums[3],
          float   *distance)
{
  Vector a = vector_of (row, 0), b = vector_of (row, 1);
  float  x, y;

  if (!check_lengths (row, &a, &b))
    return FALSE;
  sums[0] = sums[1] = sums[2] = *distance = 0;
  for (guint32 k = 0; k < a.view.length; k++)
    {
      if (!element (&a, k, &x) || !element (&b, k, &y))
        return FALSE;
      sums[0] += x * y;
      sums[1] += x * x;
      sums[2] += y * y;
      *distance += (x - y) * (x - y);
    }
  return TRUE;
}

static gboolean
row_pair (WeirRow *row)
{
  const char *kind = row->expr->function->impl;
  float       sums[3], distance;

  if (!products (row, sums, &distance))
    return FALSE;
  if (kind[0] == 'c' && (sums[1] == 0 || sums[2] == 0))
    return FALSE;
  row->d = kind[0] == 'i' ? sums[0] : kind[0] == 'l' ? sqrtf (distance)
                                                     : sums[0] / sqrtf (sums[1] * sums[2]);
  return TRUE;
}

static gboolean
norm (WeirRow *row,
      float   *result)
{
  Vector a = vector_of (row, 0);
  float  degree = row->n_args > 1 ? weir_arg_at (row->args[1], float, row->row) : 2;
  float  x;

  if (!(degree == 1 || degree == 2 || isinf (degree)))
    return _weir_row_fail_value (row, "VECTOR_NORM_DEGREE", "degree", "expects 1.0, 2.0 or infinity.");
  *result = 0;
  for (guint32 k = 0; k < a.view.length; k++)
    {
      if (!element (&a, k, &x))
        return FALSE;
      *result = isinf (degree) ? MAX (*result, fabsf (x)) : *result + (degree == 1 ? fabsf (x) : x * x);
    }
  *result = degree == 2 ? sqrtf (*result) : *result;
  return TRUE;
}

static gboolean
row_norm (WeirRow *row)
{
  float result;

  if (!norm (row, &result))
    return FALSE;
  row->d = (double)result;
  return TRUE;
}

static WeirColumn *
eval_normalize (const WeirExpr *expr,
                WeirEval       *eval,
                WeirColumn    **args,
                WeirSel         sel,
                guint           n_rows)
{
  g_autoptr (WeirColumnBuilder) elements = weir_column_builder_new (WEIR_FLOAT, sel.n);
  WeirArg                       own[2];
  WeirRow                       row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args };
  WeirOut                       out;
  WeirColumn                   *child;

  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, at)
  {
    Vector a;
    float  length, x = 0;

    row.row = at;
    a = vector_of (&row, 0);
    if (!norm (&row, &length) || (length == 0 && a.view.length > 0))
      {
        _weir_out_null (&out, at);
        continue;
      }
    weir_out_values (&out, WeirListView)[at] = (WeirListView){ elements->n_rows, a.view.length };
    for (guint32 k = 0; k < a.view.length; k++)
      {
        element (&a, k, &x);
        weir_column_builder_append_double (elements, (double)(x / length));
      }
  }
  child = weir_column_builder_finish (elements);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_vector (WeirBind *bind,
             GError  **error)
{
  g_autoptr (WeirType) vector = weir_type_new_array (WEIR_FLOAT, TRUE);
  gboolean             pair = bind->function->impl != NULL;

  for (guint i = 0; i < bind->n_args; i++)
    {
      gboolean array = i == 0 || pair;

      if (array && !weir_type_equal (bind->args[i]->type, vector))
        return _weir_bind_mismatch (bind, i, "ARRAY<FLOAT>", error), NULL;
      if (!array && !_weir_bind_coerce (bind, i, WEIR_FLOAT, error))
        return NULL;
    }
  bind->nullable = TRUE;
  return weir_type_ref (bind->function->eval != NULL ? vector : WEIR_FLOAT);
}

#define GROUP "vector"
#define PAIR(name_, doc_, kind_)                                                                                                                                                        \
  {                                                                                                                                                                                     \
    WEIR_ROW_FAILS (name_, GROUP, name_ "(a, b)", doc_, "SELECT " name_ "(array(1.0F, 2.0F, 3.0F), array(4.0F, 5.0F, 6.0F))", 2, 2, NULL, row_pair), .bind = bind_vector, .impl = kind_ \
  }

static const WeirFunction functions[] = {
  PAIR ("vector_cosine_similarity", "The cosine of the angle between the vectors.", "c"),
  PAIR ("vector_inner_product", "The inner product of the vectors.", "i"),
  PAIR ("vector_l2_distance", "The distance of the vectors.", "l"),
  { WEIR_ROW_FAILS ("vector_norm", GROUP, "vector_norm(vector[, degree])", "The length of the vector.", "SELECT vector_norm(array(3.0F, 4.0F), 2.0F)", 1, 2, NULL, row_norm), .bind = bind_vector },
  { .name = "vector_normalize", .group = GROUP, .signature = "vector_normalize(vector[, degree])", .doc = "The vector divided by its length.", .example = "SELECT vector_normalize(array(3.0F, 4.0F), 2.0F)", .n_args_min = 1, .n_args_max = 2, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL, .bind = bind_vector, .eval = eval_normalize },
};

const WeirFamily _weir_family_vector = { functions, G_N_ELEMENTS (functions) };
