/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/list-private.h"

/*
 * The driver of functions that make arrays, and a set of elements.
 *
 * Elements of all arguments are put into one pool; the result's child column is the pool gathered by the numbers the row functions
 * named.
 */

#define NO_ELEMENT G_MAXUINT32

static WeirColumn *
elements_of (WeirColumn *flat,
             WeirType   *element,
             gboolean    deep)
{
  WeirType *type = flat->type;

  if (type->kind == WEIR_TYPE_ARRAY && deep && flat->children[0]->type->kind == WEIR_TYPE_ARRAY)
    {
      g_autoptr (WeirColumn) inner = weir_column_flatten (flat->children[0]);

      return weir_column_ref (inner->children[0]);
    }
  if (type->kind == WEIR_TYPE_ARRAY && weir_type_equal (type->fields[0].type, element))
    return weir_column_ref (flat->children[0]);
  if (weir_type_equal (type, element))
    return weir_column_ref (flat);
  return NULL;
}

static WeirColumn *
make_pool (WeirListRow *list,
           WeirType    *element,
           gboolean     deep)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  guint32               n = 0;

  for (guint i = 0; i < list->row.n_args; i++)
    {
      WeirColumn *part = elements_of (list->row.args[i].column, element, deep);

      list->base[i] = n;
      if (part == NULL)
        continue;
      n += part->n_rows;
      if (!weir_type_equal (part->type, element))
        {
          WeirColumn *typed = weir_column_retype (part, element);

          weir_column_unref (part);
          part = typed;
        }
      g_ptr_array_add (parts, part);
    }
  if (parts->len == 0)
    return weir_column_new_nulls (element, 0);
  if (parts->len == 1)
    return weir_column_flatten (parts->pdata[0]);
  return weir_column_concat ((WeirColumn **)parts->pdata, parts->len);
}

static WeirColumn *
eval_elements (const WeirExpr *expr,
               WeirEval       *eval,
               WeirColumn    **args,
               WeirSel         sel,
               guint           n_rows,
               gboolean        deep)
{
  g_autofree WeirArg    *own = g_new (WeirArg, MAX (expr->n_args, 1));
  g_autofree guint32    *base = g_new0 (guint32, MAX (expr->n_args, 1));
  WeirListFunc           func = (WeirListFunc)expr->function->impl;
  WeirOut                out;
  WeirListRow            list = { .row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args, .out = &out }, .base = base };
  g_autoptr (WeirColumn) pool = NULL;
  WeirColumn            *child;

  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  pool = make_pool (&list, expr->type->fields[0].type, deep);
  list.pool = pool;
  list.idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, at)
  {
    guint before = list.idx->len;

    list.row.row = at;
    if (!func (&list))
      {
        g_array_set_size (list.idx, before);
        _weir_out_null (&out, at);
        continue;
      }
    weir_out_values (&out, WeirListView)[at] = (WeirListView){ before, list.idx->len - before };
  }
  child = weir_column_gather_nullable (pool, (const guint32 *)(void *)list.idx->data, list.idx->len);
  g_array_unref (list.idx);
  return _weir_out_finish_nested (&out, &child);
}

WeirColumn *
_weir_eval_list (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  return eval_elements (expr, eval, args, sel, n_rows, FALSE);
}

WeirColumn *
_weir_eval_flatten (const WeirExpr *expr,
                    WeirEval       *eval,
                    WeirColumn    **args,
                    WeirSel         sel,
                    guint           n_rows)
{
  return eval_elements (expr, eval, args, sel, n_rows, TRUE);
}

void
_weir_element_set_init (WeirElementSet   *set,
                        const WeirColumn *column,
                        guint             n_max)
{
  set->column = column;
  for (set->n_slots = 8; set->n_slots < 2 * n_max; set->n_slots *= 2)
    ;
  set->slots = g_new (guint32, set->n_slots);
  memset (set->slots, 0xff, set->n_slots * sizeof (guint32));
}

static guint32 *
find_slot (WeirElementSet *set,
           guint32         element)
{
  guint slot = (guint)weir_value_hash (set->column, element) & (set->n_slots - 1);

  while (set->slots[slot] != NO_ELEMENT && !weir_value_equal (set->column, set->slots[slot], set->column, element))
    slot = (slot + 1) & (set->n_slots - 1);
  return &set->slots[slot];
}

gboolean
_weir_element_set_add (WeirElementSet *set,
                       guint32         element)
{
  guint32 *slot = find_slot (set, element);

  if (*slot != NO_ELEMENT)
    return FALSE;
  *slot = element;
  return TRUE;
}

gboolean
_weir_element_set_has (WeirElementSet *set,
                       guint32         element)
{
  return *find_slot (set, element) != NO_ELEMENT;
}

gboolean
_weir_element_set_has_value (const WeirElementSet *set,
                             const WeirColumn     *column,
                             guint                 row)
{
  guint slot = (guint)weir_value_hash (column, row) & (set->n_slots - 1);

  while (set->slots[slot] != NO_ELEMENT && !weir_value_equal (set->column, set->slots[slot], column, row))
    slot = (slot + 1) & (set->n_slots - 1);
  return set->slots[slot] != NO_ELEMENT;
}

void
_weir_element_set_clear (WeirElementSet *set)
{
  g_free (set->slots);
}
