/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/list-private.h"

/* What one can ask of an array or map: size, elements, places, texts. */

static gboolean
row_size (WeirRow *row)
{
  row->i = weir_row_list (row, 0).length;
  return TRUE;
}

/* Of NULL it is NULL; without ANSI -1, as it was in Spark's beginnings. */
static gboolean
row_size_or_less (WeirRow *row)
{
  if (!weir_row_is_null (row, 0))
    return row_size (row);
  row->i = -1;
  return !row->eval->ansi;
}

static WeirType *
bind_size (WeirBind *bind,
           GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  if (kind != WEIR_TYPE_ARRAY && kind != WEIR_TYPE_MAP && kind != WEIR_TYPE_VOID)
    return _weir_bind_mismatch (bind, 0, "ARRAY\" or \"MAP", error), NULL;
  return weir_type_ref (WEIR_INT);
}

/* Picks ----------------------------------------------------------------------------------------------------------- */

/* Row functions of picks name an element of argument 0 in row->i. The result is the elements gathered. */
static WeirColumn *
eval_pick (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn    **args,
           WeirSel         sel,
           guint           n_rows)
{
  g_autofree WeirArg *own = g_new (WeirArg, expr->n_args);
  g_autofree guint32 *idx = g_new (guint32, MAX (n_rows, 1));
  gboolean (*pick) (WeirRow *) = (gboolean (*) (WeirRow *))expr->function->impl;
  WeirRow     row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args };
  WeirColumn *elements;

  memset (idx, 0xff, n_rows * sizeof (guint32));
  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  elements = own[0].column->children[own[0].column->type->kind == WEIR_TYPE_MAP ? 1 : 0];
  WEIR_FOREACH_ROW (sel, at)
  {
    row.row = at;
    if (pick (&row))
      idx[at] = (guint32)row.i;
  }
  return weir_column_gather_nullable (elements, idx, n_rows);
}

/* 0-based; FALSE outside. */
static gboolean
pick_at (WeirRow *row,
         gint64   k)
{
  WeirListView view = weir_row_list (row, 0);

  row->i = view.offset + k;
  return k >= 0 && k < view.length;
}

static gboolean
pick_key (WeirRow *row)
{
  WeirListView view = weir_row_list (row, 0);
  WeirColumn  *keys = weir_row_elements (row, 0);

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    if (weir_value_equal (keys, k, row->args[1].column, row->row & row->args[1].mask))
      {
        row->i = k;
        return TRUE;
      }
  return FALSE;
}

static gboolean
pick_subscript (WeirRow *row)
{
  gint64 k;

  if (row->args[0].column->type->kind == WEIR_TYPE_MAP)
    return pick_key (row);
  k = _weir_row_int (row, 1);
  if (pick_at (row, k))
    return TRUE;
  return _weir_row_fail (row, "INVALID_ARRAY_INDEX",
                         "The index %" G_GINT64_FORMAT " is out of bounds. The array has %u elements. Use the SQL function `get()` to tolerate accessing element at invalid index and return NULL instead.",
                         k, weir_row_list (row, 0).length);
}

static gboolean
pick_get (WeirRow *row)
{
  return pick_at (row, _weir_row_int (row, 1));
}

static gboolean
pick_element_at (WeirRow *row)
{
  gint64   k, n;
  gboolean is_try = row->expr->function->name[0] == 't';

  if (row->args[0].column->type->kind == WEIR_TYPE_MAP)
    return pick_key (row);
  k = _weir_row_int (row, 1);
  n = weir_row_list (row, 0).length;
  if (k == 0)
    {
      _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "INVALID_INDEX_OF_ZERO",
                                "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).");
      return FALSE;
    }
  if (pick_at (row, k > 0 ? k - 1 : n + k))
    return TRUE;
  if (!is_try)
    _weir_row_fail (row, "INVALID_ARRAY_INDEX_IN_ELEMENT_AT",
                    "The index %" G_GINT64_FORMAT " is out of bounds. The array has %" G_GINT64_FORMAT " elements. Use `try_element_at` to tolerate accessing element at invalid index and return NULL instead.",
                    k, n);
  return FALSE;
}

static gboolean
pick_extreme (WeirRow *row)
{
  WeirListView view = weir_row_list (row, 0);
  WeirColumn  *elements = weir_row_elements (row, 0);
  int          sign = g_str_has_suffix (row->expr->function->name, "max") ? 1 : -1;
  gboolean     found = FALSE;

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    if (!weir_column_is_null (elements, k) && (!found || sign * weir_value_compare (elements, k, elements, (guint)row->i) > 0))
      {
        row->i = k;
        found = TRUE;
      }
  return found;
}

static WeirType *
bind_pick (WeirBind *bind,
           GError  **error)
{
  WeirType *type = bind->args[0]->type;
  gboolean  map = type->kind == WEIR_TYPE_MAP;

  if (type->kind != WEIR_TYPE_ARRAY && !map)
    return _weir_bind_mismatch (bind, 0, "ARRAY\" or \"MAP", error), NULL;
  if (bind->n_args > 1 && map && !_weir_bind_coerce (bind, 1, type->fields[0].type, error))
    return NULL;
  if (bind->n_args > 1 && !map && !weir_type_is_integral (bind->args[1]->type) && !_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  bind->can_fail &= !map;
  bind->nullable = TRUE;
  return weir_type_ref (type->fields[map ? 1 : 0].type);
}

static WeirType *
bind_array_pick (WeirBind *bind,
                 GError  **error)
{
  if (bind->args[0]->type->kind != WEIR_TYPE_ARRAY)
    return _weir_bind_mismatch (bind, 0, "ARRAY", error), NULL;
  return bind_pick (bind, error);
}

/* Places ---------------------------------------------------------------------------------------------------------- */

/* NULL when it is not there but a NULL is. */
static gboolean
row_array_contains (WeirRow *row)
{
  WeirListView view = weir_row_list (row, 0);
  WeirColumn  *elements = weir_row_elements (row, 0);
  gboolean     any_null = FALSE;

  row->i = 0;
  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    {
      if (weir_column_is_null (elements, k))
        any_null = TRUE;
      else if (weir_value_equal (elements, k, row->args[1].column, row->row & row->args[1].mask))
        {
          row->i = 1;
          return TRUE;
        }
    }
  return !any_null;
}

static gboolean
row_array_position (WeirRow *row)
{
  WeirListView view = weir_row_list (row, 0);
  WeirColumn  *elements = weir_row_elements (row, 0);

  row->i = 0;
  for (guint32 k = 0; k < view.length && row->i == 0; k++)
    if (!weir_column_is_null (elements, view.offset + k) && weir_value_equal (elements, view.offset + k, row->args[1].column, row->row & row->args[1].mask))
      row->i = k + 1;
  return TRUE;
}

static WeirType *
bind_search (WeirBind *bind,
             GError  **error)
{
  g_autoptr (WeirType) element = NULL;
  g_autoptr (WeirType) array = NULL;

  if (bind->args[0]->type->kind != WEIR_TYPE_ARRAY)
    return _weir_bind_mismatch (bind, 0, "ARRAY", error), NULL;
  element = weir_type_common (bind->args[0]->type->fields[0].type, bind->args[1]->type);
  if (element == NULL || bind->args[1]->type->kind == WEIR_TYPE_VOID)
    {
      g_autofree char *required = weir_type_to_sql (bind->args[0]->type->fields[0].type);

      return _weir_bind_mismatch (bind, 1, required, error), NULL;
    }
  array = weir_type_new_array (element, bind->args[0]->type->fields[0].nullable);
  bind->nullable |= array->fields[0].nullable;
  bind->args[0] = _weir_expr_cast (bind->args[0], array, FALSE);
  bind->args[1] = _weir_expr_cast (bind->args[1], element, FALSE);
  return weir_type_ref (strcmp (bind->function->name, "array_position") == 0 ? WEIR_BIGINT : WEIR_BOOLEAN);
}

static gboolean
row_arrays_overlap (WeirRow *row)
{
  WeirListView a = weir_row_list (row, 0), b = weir_row_list (row, 1);
  WeirColumn  *x = weir_row_elements (row, 0), *y = weir_row_elements (row, 1);
  gboolean     any_null = FALSE;

  row->i = 0;
  for (guint32 i = a.offset; i < a.offset + a.length; i++)
    for (guint32 k = b.offset; k < b.offset + b.length; k++)
      {
        if (weir_column_is_null (x, i) || weir_column_is_null (y, k))
          any_null = TRUE;
        else if (weir_value_equal (x, i, y, k))
          {
            row->i = 1;
            return TRUE;
          }
      }
  return !any_null;
}

static WeirType *
bind_overlap (WeirBind *bind,
              GError  **error)
{
  g_autoptr (WeirType) type = NULL;

  for (guint i = 0; i < 2; i++)
    if (bind->args[i]->type->kind != WEIR_TYPE_ARRAY)
      return _weir_bind_mismatch (bind, i, "ARRAY", error), NULL;
  if (!_weir_bind_common (bind, 0, &type, error))
    return NULL;
  bind->nullable |= type->fields[0].nullable;
  return weir_type_ref (WEIR_BOOLEAN);
}

static gboolean
row_map_contains_key (WeirRow *row)
{
  row->i = pick_key (row);
  return TRUE;
}

static WeirType *
bind_map_contains_key (WeirBind *bind,
                       GError  **error)
{
  if (bind->args[0]->type->kind != WEIR_TYPE_MAP)
    return _weir_bind_mismatch (bind, 0, "MAP", error), NULL;
  return _weir_bind_coerce (bind, 1, bind->args[0]->type->fields[0].type, error) ? weir_type_ref (WEIR_BOOLEAN) : NULL;
}

/* array_join(array, separator[, text of NULLs]); without the last, NULLs are left out. */
static gboolean
row_array_join (WeirRow *row)
{
  WeirListView view = weir_row_list (row, 0);
  WeirColumn  *elements = weir_row_elements (row, 0);
  gsize        separator_len, null_len = 0;
  const char  *separator = weir_row_text (row, 1, &separator_len);
  const char  *null_text = row->n_args > 2 ? weir_row_text (row, 2, &null_len) : NULL;
  gboolean     first = TRUE;

  for (guint32 k = view.offset; k < view.offset + view.length; k++)
    {
      guint             at = k;
      const WeirColumn *flat = weir_column_resolve (elements, &at);
      const WeirView   *text = weir_column_values (flat, WeirView) + at;
      gboolean          null = weir_column_is_null (flat, at);

      if (null && null_text == NULL)
        continue;
      if (!first)
        g_string_append_len (row->text, separator, (gssize)separator_len);
      first = FALSE;
      if (null)
        g_string_append_len (row->text, null_text, (gssize)null_len);
      else
        g_string_append_len (row->text, weir_view_data (text), text->len);
      if (!_weir_row_check_len (row, row->text->len))
        return FALSE;
    }
  return TRUE;
}

static WeirType *
bind_array_join (WeirBind *bind,
                 GError  **error)
{
  g_autoptr (WeirType) strings = weir_type_new_array (WEIR_STRING, TRUE);

  if (!_weir_bind_coerce (bind, 0, strings, error))
    return NULL;
  for (guint i = 1; i < bind->n_args; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_STRING, error))
      return NULL;
  return weir_type_ref (WEIR_STRING);
}

#define GROUP  "collection"
#define STRICT WEIR_FUNCTION_STRICT
#define FAILS  (WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL)
#define PICK(name_, signature_, doc_, example_, n_, flags_, bind_, pick_, print_)                                                                                                                                                  \
  {                                                                                                                                                                                                                                \
    .name = name_, .group = GROUP, .signature = signature_, .doc = doc_, .example = example_, .n_args_min = n_, .n_args_max = n_, .flags = flags_, .bind = bind_, .eval = eval_pick, .impl = (gconstpointer)pick_, .print = print_ \
  }

static const WeirFunction functions[] = {
  { WEIR_ROW_SEES_NULL ("size", GROUP, "size(collection)", "How many elements or entries there are.", "SELECT size(array(1, 2))", 1, 1, NULL, row_size_or_less), .bind = bind_size },
  { WEIR_ROW_SEES_NULL ("cardinality", GROUP, "cardinality(collection)", "How many elements or entries there are.", "SELECT cardinality(array(1, 2))", 1, 1, NULL, row_size_or_less), .bind = bind_size },
  { WEIR_ROW ("array_size", "array", "array_size(array)", "How many elements there are.", "SELECT array_size(array(1, 2))", 1, 1, NULL, row_size), .bind = bind_size },
  PICK ("[]", "collection[key]", "The element at an index from 0, or the value of a key.", "SELECT array(1, 2)[0]", 2, FAILS, bind_pick, pick_subscript, "$1[$2]"),
  PICK ("element_at", "element_at(collection, key)", "The element at an index from 1, or the value of a key.", "SELECT element_at(array(1, 2, 3), 2)", 2, FAILS, bind_pick, pick_element_at, NULL),
  PICK ("try_element_at", "try_element_at(collection, key)", "The element at an index from 1, or the value of a key; NULL when there is none.", "SELECT try_element_at(array(1, 2, 3), 2)", 2, FAILS, bind_pick, pick_element_at, NULL),
  PICK ("get", "get(array, index)", "The element at an index from 0; NULL when there is none.", "SELECT get(array(1, 2, 3), 0)", 2, STRICT, bind_array_pick, pick_get, NULL),
  PICK ("array_max", "array_max(array)", "The greatest element.", "SELECT array_max(array(1, 20, null, 3))", 1, STRICT, bind_array_pick, pick_extreme, NULL),
  PICK ("array_min", "array_min(array)", "The least element.", "SELECT array_min(array(1, 20, null, 3))", 1, STRICT, bind_array_pick, pick_extreme, NULL),
  { WEIR_ROW ("array_contains", "array", "array_contains(array, element)", "Whether the element is in the array.", "SELECT array_contains(array(1, 2, 3), 2)", 2, 2, NULL, row_array_contains), .bind = bind_search },
  { WEIR_ROW ("array_position", "array", "array_position(array, element)", "The first place of the element; 0 when it is not there.", "SELECT array_position(array(312, 773, 708), 708)", 2, 2, NULL, row_array_position), .bind = bind_search },
  { WEIR_ROW ("arrays_overlap", "array", "arrays_overlap(a, b)", "Whether the arrays share an element.", "SELECT arrays_overlap(array(1, 2, 3), array(3, 4, 5))", 2, 2, NULL, row_arrays_overlap), .bind = bind_overlap },
  { WEIR_ROW ("map_contains_key", "map", "map_contains_key(map, key)", "Whether the map has the key.", "SELECT map_contains_key(map(1, 'a', 2, 'b'), 1)", 2, 2, NULL, row_map_contains_key), .bind = bind_map_contains_key },
  { WEIR_ROW_FAILS ("array_join", "array", "array_join(array, separator[, null_text])", "The elements as one text.", "SELECT array_join(array('hello', 'world'), ' ')", 2, 3, NULL, row_array_join), .bind = bind_array_join },
};

const WeirFamily _weir_family_array_value = { functions, G_N_ELEMENTS (functions) };
