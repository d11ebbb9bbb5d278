/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "base/hash.h"
#include "column/value.h"
#include "expr/families-private.h"
#include "expr/list-private.h"

/* Arrays made of elements: construction, sets, order, parts. Positions count from 1, or from the end when negative. */

/* Elements of one array are few; this bounds what one row may make. */
#define ELEMENTS_MAX 100000000

static gboolean
fail_size (WeirListRow *list)
{
  _weir_kernel_fail_always (list->row.expr, list->row.eval, NULL, list->row.row, "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION",
                            "Can't create array with more than %d elements which exceeding the array size limit, the function %s.",
                            _weir_row_elements_max (&list->row, ELEMENTS_MAX), list->row.expr->function->name);
  return FALSE;
}

static void
add_all (WeirListRow *list,
         guint        i)
{
  WeirListView view = weir_row_list (&list->row, i);

  for (guint32 k = 0; k < view.length; k++)
    weir_list_add (list, i, view.offset + k);
}

static gboolean
list_array (WeirListRow *list)
{
  for (guint i = 0; i < list->row.n_args; i++)
    weir_list_add_arg (list, i);
  return TRUE;
}

static gboolean
list_concat (WeirListRow *list)
{
  for (guint i = 0; i < list->row.n_args; i++)
    add_all (list, i);
  return TRUE;
}

static gboolean
list_append (WeirListRow *list)
{
  if (weir_row_is_null (&list->row, 0))
    return FALSE;
  add_all (list, 0);
  weir_list_add_arg (list, 1);
  return TRUE;
}

static gboolean
list_prepend (WeirListRow *list)
{
  if (weir_row_is_null (&list->row, 0))
    return FALSE;
  weir_list_add_arg (list, 1);
  add_all (list, 0);
  return TRUE;
}

static gboolean
list_insert (WeirListRow *list)
{
  WeirListView view;
  gint64       position, n;
  guint32      null = G_MAXUINT32;

  if (weir_row_is_null (&list->row, 0) || weir_row_is_null (&list->row, 1))
    return FALSE;
  view = weir_row_list (&list->row, 0);
  position = weir_row_i32 (&list->row, 1);
  n = view.length;
  if (position == 0)
    {
      _weir_kernel_fail_always (list->row.expr, list->row.eval, NULL, list->row.row, "INVALID_INDEX_OF_ZERO",
                                "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).");
      return FALSE;
    }
  if (ABS (position) > _weir_row_elements_max (&list->row, ELEMENTS_MAX))
    return fail_size (list);
  if (position > 0)
    {
      gint64 before = MIN (position - 1, n);

      for (gint64 k = 0; k < before; k++)
        weir_list_add (list, 0, view.offset + (guint32)k);
      for (gint64 k = n; k < position - 1; k++)
        g_array_append_val (list->idx, null);
      weir_list_add_arg (list, 2);
      for (gint64 k = before; k < n; k++)
        weir_list_add (list, 0, view.offset + (guint32)k);
    }
  else
    {
      gint64 before = n + position + 1;

      if (before < 0)
        weir_list_add_arg (list, 2);
      for (gint64 k = before; k < 0; k++)
        g_array_append_val (list->idx, null);
      for (gint64 k = 0; k < n; k++)
        {
          if (k == before)
            weir_list_add_arg (list, 2);
          weir_list_add (list, 0, view.offset + (guint32)k);
        }
      if (before == n)
        weir_list_add_arg (list, 2);
    }
  return TRUE;
}

static gboolean
pool_is_null (WeirListRow *list,
              guint        i,
              guint32      k)
{
  return weir_column_is_null (list->pool, list->base[i] + k);
}

static gboolean
list_remove (WeirListRow *list)
{
  WeirListView view = weir_row_list (&list->row, 0);
  guint32      wanted = list->base[1] + (list->row.row & list->row.args[1].mask);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    if (!weir_value_equal (list->pool, list->base[0] + k, list->pool, wanted))
      weir_list_add (list, 0, k);
  return TRUE;
}

static gboolean
list_compact (WeirListRow *list)
{
  WeirListView view = weir_row_list (&list->row, 0);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    if (!pool_is_null (list, 0, k))
      weir_list_add (list, 0, k);
  return TRUE;
}

static void
add_distinct (WeirListRow    *list,
              WeirElementSet *seen,
              guint           i)
{
  WeirListView view = weir_row_list (&list->row, i);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    if (_weir_element_set_add (seen, list->base[i] + k))
      weir_list_add (list, i, k);
}

/* array_distinct(a), array_union(a, b) */
static gboolean
list_union (WeirListRow *list)
{
  WeirElementSet seen;
  guint          n = 0;

  for (guint i = 0; i < list->row.n_args; i++)
    n += weir_row_list (&list->row, i).length;
  _weir_element_set_init (&seen, list->pool, n);
  for (guint i = 0; i < list->row.n_args; i++)
    add_distinct (list, &seen, i);
  _weir_element_set_clear (&seen);
  return TRUE;
}

/* Distinct elements of the first array that are (intersect) or are not in the second. */
static gboolean
list_restrict (WeirListRow *list,
               gboolean     want)
{
  WeirListView   a = weir_row_list (&list->row, 0), b = weir_row_list (&list->row, 1);
  WeirElementSet other, seen;

  _weir_element_set_init (&other, list->pool, b.length);
  _weir_element_set_init (&seen, list->pool, a.length);
  for (guint32 k = b.offset; k < b.offset + b.length; k++)
    _weir_element_set_add (&other, list->base[1] + k);
  for (guint32 k = a.offset; k < a.offset + a.length; k++)
    if (_weir_element_set_has (&other, list->base[0] + k) == want && _weir_element_set_add (&seen, list->base[0] + k))
      weir_list_add (list, 0, k);
  _weir_element_set_clear (&other);
  _weir_element_set_clear (&seen);
  return TRUE;
}

static gboolean
list_intersect (WeirListRow *list)
{
  return list_restrict (list, TRUE);
}

static gboolean
list_except (WeirListRow *list)
{
  return list_restrict (list, FALSE);
}

static gboolean
list_reverse (WeirListRow *list)
{
  WeirListView view = weir_row_list (&list->row, 0);

  for (guint32 k = view.length; k > 0; k--)
    weir_list_add (list, 0, view.offset + k - 1);
  return TRUE;
}

static gboolean
list_slice (WeirListRow *list)
{
  WeirListView view = weir_row_list (&list->row, 0);
  gint64       start = weir_row_i32 (&list->row, 1), length = weir_row_i32 (&list->row, 2), n = view.length;

  if (start == 0)
    return _weir_row_fail_value (&list->row, "START", "start", "Expects a positive or a negative value for `start`, but got 0.");
  if (length < 0)
    return _weir_row_fail_value (&list->row, "LENGTH", "length", "Expects `length` greater than or equal to 0, but got %" G_GINT64_FORMAT ".", length);
  start = start > 0 ? start - 1 : n + start;
  if (start < 0)
    return TRUE;
  for (gint64 k = start; k < MIN (n, start + length); k++)
    weir_list_add (list, 0, view.offset + (guint32)k);
  return TRUE;
}

static gboolean
list_repeat (WeirListRow *list)
{
  gint32 n;

  if (weir_row_is_null (&list->row, 1))
    return FALSE;
  n = weir_row_i32 (&list->row, 1);
  if (n > _weir_row_elements_max (&list->row, ELEMENTS_MAX))
    return fail_size (list);
  for (gint32 k = 0; k < n; k++)
    weir_list_add_arg (list, 0);
  return TRUE;
}

static gboolean
list_flatten (WeirListRow *list)
{
  WeirListView      view = weir_row_list (&list->row, 0);
  const WeirColumn *inner = weir_row_elements (&list->row, 0);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    {
      guint             at = k;
      const WeirColumn *flat = weir_column_resolve (inner, &at);
      WeirListView      part;

      if (weir_column_is_null (flat, at))
        return FALSE;
      part = weir_column_values (flat, WeirListView)[at];
      for (guint32 e = part.offset; e < part.offset + part.length; e++)
        weir_list_add (list, 0, e);
    }
  return TRUE;
}

typedef struct
{
  const WeirColumn *pool;
  int               direction;   /* 1 or −1 */
  int               nulls_first; /* 1 or −1 */
} Order;

static int
compare_elements (const void *a,
                  const void *b,
                  void       *data)
{
  const Order *order = data;
  guint32      x = *(const guint32 *)a, y = *(const guint32 *)b;
  gboolean     null_x = weir_column_is_null (order->pool, x), null_y = weir_column_is_null (order->pool, y);
  int          result;

  if (null_x || null_y)
    result = null_x && null_y ? 0 : null_x ? -order->nulls_first
                                           : order->nulls_first;
  else
    result = order->direction * weir_value_compare (order->pool, x, order->pool, y);
  return result != 0 ? result : (x > y) - (x < y);
}

static void
sort_from (WeirListRow *list,
           guint        first,
           int          direction,
           int          nulls_first)
{
  Order order = { list->pool, direction, nulls_first };

  if (list->idx->len > first)
    qsort_r ((guint32 *)(void *)list->idx->data + first, list->idx->len - first, sizeof (guint32), compare_elements, &order);
}

/* sort_array(array[, ascending]): NULLs first when ascending, last when not. */
static gboolean
list_sort (WeirListRow *list)
{
  guint    first = list->idx->len;
  gboolean ascending = weir_row_bool (&list->row, 1);

  add_all (list, 0);
  sort_from (list, first, ascending ? 1 : -1, ascending ? 1 : -1);
  return TRUE;
}

/* array_sort(array): ascending, NULLs last. */
static gboolean
list_array_sort (WeirListRow *list)
{
  guint first = list->idx->len;

  add_all (list, 0);
  sort_from (list, first, 1, -1);
  return TRUE;
}

/* shuffle(array[, seed]): an order of the batch's seed and the row. */
static gboolean
list_shuffle (WeirListRow *list)
{
  guint     first = list->idx->len, n;
  WeirEval *eval = list->row.eval;
  guint64   state = weir_hash_combine (list->row.n_args > 1 ? (guint64)_weir_row_int (&list->row, 1) : eval->seed, eval->row_base + list->row.row);
  guint32  *idx;

  add_all (list, 0);
  idx = (guint32 *)(void *)list->idx->data + first;
  n = list->idx->len - first;
  for (guint i = n; i > 1; i--)
    {
      guint   k = (guint)((state = weir_hash_u64 (state)) % i);
      guint32 swap = idx[i - 1];

      idx[i - 1] = idx[k];
      idx[k] = swap;
    }
  return TRUE;
}

/* Binding --------------------------------------------------------------------------------------------------------- */

static gboolean
require_array (WeirBind *bind,
               guint     i,
               GError  **error)
{
  if (bind->args[i]->type->kind == WEIR_TYPE_VOID)
    {
      g_autoptr (WeirType) type = weir_type_new_array (WEIR_VOID, TRUE);

      return _weir_bind_coerce (bind, i, type, error);
    }
  return bind->args[i]->type->kind == WEIR_TYPE_ARRAY || _weir_bind_mismatch (bind, i, "ARRAY", error);
}

static WeirType *
bind_array (WeirBind *bind,
            GError  **error)
{
  g_autoptr (WeirType) element = NULL;
  gboolean             any_null = FALSE;

  for (guint i = 0; i < bind->n_args; i++)
    any_null |= bind->args[i]->nullable;
  if (!_weir_bind_common (bind, 0, &element, error))
    return NULL;
  bind->nullable = FALSE;
  return weir_type_new_array (element, any_null);
}

/* Arrays of one type. */
static WeirType *
bind_arrays (WeirBind *bind,
             GError  **error)
{
  WeirType *type = NULL;

  for (guint i = 0; i < bind->n_args; i++)
    if (!require_array (bind, i, error))
      return NULL;
  return _weir_bind_common (bind, 0, &type, error) ? type : NULL;
}

/* An array and, at @at, an element: both get the common element type. */
static WeirType *
bind_with_element (WeirBind *bind,
                   guint     at,
                   GError  **error)
{
  g_autoptr (WeirType) element = NULL;
  g_autoptr (WeirType) type = NULL;

  if (!require_array (bind, 0, error))
    return NULL;
  element = weir_type_common (bind->args[0]->type->fields[0].type, bind->args[at]->type);
  if (element == NULL)
    {
      g_autofree char *required = weir_type_to_sql (bind->args[0]->type->fields[0].type);

      _weir_bind_mismatch (bind, at, required, error);
      return NULL;
    }
  type = weir_type_new_array (element, bind->args[0]->type->fields[0].nullable || bind->args[at]->nullable);
  bind->args[0] = _weir_expr_cast (bind->args[0], type, FALSE);
  bind->args[at] = _weir_expr_cast (bind->args[at], element, FALSE);
  return g_steal_pointer (&type);
}

static WeirType *
bind_element (WeirBind *bind,
              GError  **error)
{
  WeirType *type = bind_with_element (bind, 1, error);

  if (!(bind->function->flags & WEIR_FUNCTION_STRICT))
    bind->nullable = bind->args[0]->nullable;
  return type;
}

static WeirType *
bind_insert (WeirBind *bind,
             GError  **error)
{
  g_autoptr (WeirType) type = NULL;

  if (!_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  type = bind_with_element (bind, 2, error);
  bind->nullable = bind->args[0]->nullable || bind->args[1]->nullable;
  return type != NULL ? weir_type_new_array (type->fields[0].type, TRUE) : NULL;
}

static WeirType *
bind_slice (WeirBind *bind,
            GError  **error)
{
  if (!require_array (bind, 0, error) || !_weir_bind_coerce (bind, 1, WEIR_INT, error) || !_weir_bind_coerce (bind, 2, WEIR_INT, error))
    return NULL;
  return weir_type_ref (bind->args[0]->type);
}

static WeirType *
bind_repeat (WeirBind *bind,
             GError  **error)
{
  if (!_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  bind->nullable = bind->args[1]->nullable;
  return weir_type_new_array (bind->args[0]->type, bind->args[0]->nullable);
}

static WeirType *
bind_flatten (WeirBind *bind,
              GError  **error)
{
  WeirType *type = bind->args[0]->type;

  if (type->kind != WEIR_TYPE_ARRAY || type->fields[0].type->kind != WEIR_TYPE_ARRAY)
    return _weir_bind_mismatch (bind, 0, "ARRAY\" of \"ARRAY", error), NULL;
  bind->nullable |= type->fields[0].nullable;
  return weir_type_ref (type->fields[0].type);
}

static WeirType *
bind_shuffle (WeirBind *bind,
              GError  **error)
{
  if (!require_array (bind, 0, error) || (bind->n_args > 1 && !_weir_bind_coerce (bind, 1, WEIR_BIGINT, error)))
    return NULL;
  return weir_type_ref (bind->args[0]->type);
}

static WeirType *
bind_sort (WeirBind *bind,
           GError  **error)
{
  if (!require_array (bind, 0, error))
    return NULL;
  if (strcmp (bind->function->name, "sort_array") == 0)
    {
      if (bind->n_args == 1)
        _weir_bind_append (bind, weir_expr_new_bool (TRUE));
      if (!_weir_bind_coerce (bind, 1, WEIR_BOOLEAN, error))
        return NULL;
    }
  if (!weir_type_is_orderable (bind->args[0]->type->fields[0].type) && bind->args[0]->type->fields[0].type->kind != WEIR_TYPE_VOID)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", bind->span,
                      "The `%s` does not support ordering on the elements of \"%s\".", bind->function->name, _weir_expr_name (bind->args[0])),
           NULL;
  return weir_type_ref (bind->args[0]->type);
}

#define GROUP "array"
#define LIST(name_, signature_, doc_, example_, min_, max_, flags_, bind_, func_)                                                                                                                                           \
  {                                                                                                                                                                                                                         \
    .name = name_, .group = GROUP, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = min_, .n_args_max = max_, .flags = flags_, .bind = bind_, .eval = _weir_eval_list, .impl = (gconstpointer)func_ \
  }
#define STRICT WEIR_FUNCTION_STRICT
#define FAILS  (WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL)

static const WeirFunction functions[] = {
  LIST ("array", "array(a, b, …)", "An array of the values.", "SELECT array(1, 2, 3)", 0, -1, 0, bind_array, list_array),
  { .name = "_array_concat", .group = GROUP, .signature = "concat(a, b, …)", .doc = "The arrays one behind the other.", .example = "SELECT concat(array(1), array(2))", .n_args_min = 1, .n_args_max = -1, .flags = STRICT, .bind = bind_arrays, .eval = _weir_eval_list, .impl = (gconstpointer)list_concat, .print = "concat($*)" },
  { .name = "_array_reverse", .group = GROUP, .signature = "reverse(array)", .doc = "The elements in reverse order.", .example = "SELECT reverse(array(2, 1))", .n_args_min = 1, .n_args_max = 1, .flags = STRICT, .bind = bind_arrays, .eval = _weir_eval_list, .impl = (gconstpointer)list_reverse, .print = "reverse($*)" },
  LIST ("array_append", "array_append(array, element)", "The array with an element more at the end.", "SELECT array_append(array(1, 2), 3)", 2, 2, 0, bind_element, list_append),
  LIST ("array_prepend", "array_prepend(array, element)", "The array with an element more at the start.", "SELECT array_prepend(array(1, 2), 0)", 2, 2, 0, bind_element, list_prepend),
  LIST ("array_insert", "array_insert(array, position, element)", "The array with an element more at the position.", "SELECT array_insert(array(1, 2, 3, 4), 5, 5)", 3, 3, WEIR_FUNCTION_CAN_FAIL, bind_insert, list_insert),
  LIST ("array_remove", "array_remove(array, element)", "The array without the elements equal to it.", "SELECT array_remove(array(1, 2, 3, null, 3), 3)", 2, 2, STRICT, bind_element, list_remove),
  LIST ("array_compact", "array_compact(array)", "The array without NULLs.", "SELECT array_compact(array(1, 2, 3, null))", 1, 1, STRICT, bind_arrays, list_compact),
  LIST ("array_distinct", "array_distinct(array)", "Every element once.", "SELECT array_distinct(array(1, 2, 3, null, 3))", 1, 1, STRICT, bind_arrays, list_union),
  LIST ("array_union", "array_union(a, b)", "Elements of one of the arrays, once.", "SELECT array_union(array(1, 2, 3), array(1, 3, 5))", 2, 2, STRICT, bind_arrays, list_union),
  LIST ("array_intersect", "array_intersect(a, b)", "Elements of both arrays, once.", "SELECT array_intersect(array(1, 2, 3), array(1, 3, 5))", 2, 2, STRICT, bind_arrays, list_intersect),
  LIST ("array_except", "array_except(a, b)", "Elements of the first array alone, once.", "SELECT array_except(array(1, 2, 3), array(1, 3, 5))", 2, 2, STRICT, bind_arrays, list_except),
  LIST ("slice", "slice(array, start, length)", "A part of the array.", "SELECT slice(array(1, 2, 3, 4), 2, 2)", 3, 3, FAILS, bind_slice, list_slice),
  LIST ("array_repeat", "array_repeat(element, n)", "The element n times.", "SELECT array_repeat('123', 2)", 2, 2, WEIR_FUNCTION_CAN_FAIL, bind_repeat, list_repeat),
  LIST ("sort_array", "sort_array(array[, ascending])", "The elements in order.", "SELECT sort_array(array('b', 'd', null, 'c', 'a'), true)", 1, 2, STRICT, bind_sort, list_sort),
  { .name = "_array_sort", .group = GROUP, .signature = "array_sort(array)", .doc = "The elements in order, NULLs last.", .example = "SELECT array_sort(array('b', 'd', null))", .n_args_min = 1, .n_args_max = 1, .flags = STRICT, .bind = bind_sort, .eval = _weir_eval_list, .impl = (gconstpointer)list_array_sort },
  LIST ("shuffle", "shuffle(array[, seed])", "The elements in a random order.", "SELECT shuffle(array(1, 20, 3, 5))", 1, 2, WEIR_FUNCTION_STRICT | WEIR_FUNCTION_NONDETERMINISTIC, bind_shuffle, list_shuffle),
  { .name = "flatten", .group = GROUP, .signature = "flatten(arrays)", .doc = "The elements of the inner arrays.", .example = "SELECT flatten(array(array(1, 2), array(3, 4)))", .n_args_min = 1, .n_args_max = 1, .flags = STRICT, .bind = bind_flatten, .eval = _weir_eval_flatten, .impl = (gconstpointer)list_flatten },
};

const WeirFamily _weir_family_array = { functions, G_N_ELEMENTS (functions) };
