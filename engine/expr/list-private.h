/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that make arrays and maps out of elements that already exist: a row function names elements by number, the driver gathers
 * them. No element is copied one by one.
 */
#pragma once

#include "expr/row-private.h"

G_BEGIN_DECLS

typedef struct
{
  WeirRow     row;  /* first: the arguments of this row */
  guint32    *base; /* per argument: where its elements begin in the pool */
  GArray     *idx;  /* guint32: elements of the result so far; G_MAXUINT32 is NULL */
  WeirColumn *pool;
} WeirListRow;

typedef gboolean (*WeirListFunc) (WeirListRow *list);

/* eval of functions whose impl is a WeirListFunc and whose result is an ARRAY: the pool holds the elements of every argument that is
 * an array of the result's element type, and every argument that is such an element. */
WeirColumn *_weir_eval_list (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
/* The same with the elements of elements: flatten(). */
WeirColumn *_weir_eval_flatten (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);

static inline WeirListView
weir_row_list (WeirRow *row,
               guint    i)
{
  return weir_arg_at (row->args[i], WeirListView, row->row);
}

static inline WeirColumn *
weir_row_elements (WeirRow *row,
                   guint    i)
{
  return row->args[i].column->children[0];
}

/* Element @k of argument @i (an array). */
static inline void
weir_list_add (WeirListRow *list,
               guint        i,
               guint32      k)
{
  guint32 element = list->base[i] + k;

  g_array_append_val (list->idx, element);
}

/* Argument @i itself, an element. */
static inline void
weir_list_add_arg (WeirListRow *list,
                   guint        i)
{
  weir_list_add (list, i, list->row.row & list->row.args[i].mask);
}

/* Whether column[row] is already in a set of rows of one column; grouping equality. Adds it. */
typedef struct
{
  const WeirColumn *column;
  guint32          *slots;
  guint             n_slots; /* power of two */
} WeirElementSet;

void     _weir_element_set_init (WeirElementSet *set, const WeirColumn *column, guint n_max);
gboolean _weir_element_set_add (WeirElementSet *set, guint32 element); /* FALSE: there was one */
gboolean _weir_element_set_has (WeirElementSet *set, guint32 element);
gboolean _weir_element_set_has_value (const WeirElementSet *set, const WeirColumn *column, guint row); /* of another column */
void     _weir_element_set_clear (WeirElementSet *set);

G_END_DECLS
