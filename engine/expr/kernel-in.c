/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/families-private.h"
#include "expr/list-private.h"

/*
 * IN. A short list is a comparison each, joined bit by bit; a long list of constants is a hash set made when the call is bound.
 * Without a match the answer is NULL when the list has a NULL.
 */

#define SHORT_LIST 12

typedef struct
{
  WeirColumn    *values; /* Owned: constants that are not NULL */
  WeirElementSet set;    /* of `values` */
  gboolean       has_null;
} InSet;

static void
in_set_free (gpointer data)
{
  InSet *in = data;

  _weir_element_set_clear (&in->set);
  weir_column_unref (in->values);
  g_free (in);
}

static WeirColumn *
eval_set (const WeirExpr *expr,
          WeirColumn     *column,
          WeirSel         sel,
          guint           n_rows)
{
  const InSet   *in = expr->data;
  WeirElementSet set = in->set;
  WeirOut        out;
  WeirArg        arg = weir_arg (column);

  _weir_out_init (&out, WEIR_BOOLEAN, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean hit;

    if (weir_arg_is_null (&arg, row))
      {
        _weir_out_null (&out, row);
        continue;
      }
    hit = _weir_element_set_has_value (&set, arg.column, row & arg.mask);
    weir_out_bool (&out, row, hit);
    if (!hit && in->has_null)
      _weir_out_null (&out, row);
  }
  return _weir_out_finish (&out);
}

static void
add_hits (guint64       *hits,
          const guint64 *one,
          const WeirArg *b,
          guint          n_words)
{
  if (b->validity == NULL || b->mask == 0)
    for (guint w = 0; w < n_words; w++)
      hits[w] |= one[w];
  else
    for (guint w = 0; w < n_words; w++)
      {
        guint64 present = 0;

        memcpy (&present, b->validity + 8 * w, MIN (8, (b->column->n_rows + 7) / 8 - 8 * w));
        hits[w] |= one[w] & present;
      }
}

/* NULL where the value is, and where nothing hit but the list has a NULL in this row. */
static WeirBuffer *
make_validity (const WeirExpr *expr,
               WeirColumn    **args,
               const guint8   *hits,
               WeirSel         sel,
               guint           n_rows)
{
  WeirBuffer *validity = weir_buffer_new (MAX ((n_rows + 7) / 8, 1));

  memset (validity->data, 0xff, (n_rows + 7) / 8);
  WEIR_FOREACH_ROW (sel, row)
  {
    gboolean null = weir_column_is_null (args[0], row);

    for (guint i = 1; !null && i < expr->n_args && !weir_bit (hits, row); i++)
      null = weir_column_is_null (args[i], row);
    if (null)
      weir_bit_set (validity->data, row, FALSE);
  }
  return validity;
}

static WeirColumn *
eval_in (const WeirExpr *expr,
         WeirEval       *eval,
         WeirColumn    **args,
         WeirSel         sel,
         guint           n_rows)
{
  guint               n_words = MAX ((n_rows + 63) / 64, 1);
  g_autofree guint64 *one = NULL;
  WeirArg             a = weir_arg (args[0]);
  WeirBuffer         *hits, *validity = NULL;
  gboolean            any_null = FALSE;

  if (expr->data != NULL)
    return eval_set (expr, args[0], sel, n_rows);
  one = g_new0 (guint64, n_words);
  hits = weir_buffer_new (n_words * sizeof (guint64));
  memset (hits->data, 0, n_words * sizeof (guint64));
  for (guint i = 1; i < expr->n_args; i++)
    {
      WeirArg b = weir_arg (args[i]);

      if (args[i]->type->kind == WEIR_TYPE_VOID || (b.mask == 0 && weir_arg_is_null (&b, 0)))
        {
          any_null = TRUE;
          continue;
        }
      _weir_compare_equal (&a, &b, sel, n_rows, one);
      add_hits ((guint64 *)hits->data, one, &b, n_words);
      any_null |= b.validity != NULL;
    }
  if (any_null || a.validity != NULL || args[0]->type->kind == WEIR_TYPE_VOID)
    validity = make_validity (expr, args, (const guint8 *)hits->data, sel, n_rows);
  return weir_column_new_flat (WEIR_BOOLEAN, n_rows, hits, validity);
}

/* Constants of the list, as one column. */
static WeirColumn *
collect_constants (WeirBind *bind,
                   gboolean *has_null)
{
  WeirColumnBuilder *builder = weir_column_builder_new (bind->args[0]->type, bind->n_args);
  WeirColumn        *column = NULL;
  guint              i;

  *has_null = FALSE;
  for (i = 1; i < bind->n_args; i++)
    {
      g_autoptr (WeirColumn) constant = _weir_bind_constant (bind, i);

      if (constant == NULL)
        break;
      if (weir_column_is_null (constant, 0))
        *has_null = TRUE;
      else
        weir_column_builder_append_from (builder, constant, 0);
    }
  if (i == bind->n_args)
    column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

static WeirType *
bind_in (WeirBind *bind,
         GError  **error)
{
  g_autoptr (WeirType) type = NULL;
  InSet               *in;
  WeirColumn          *values;
  gboolean             has_null;

  if (!_weir_bind_common (bind, 0, &type, error))
    return NULL;
  bind->can_fail = FALSE;
  if (bind->n_args <= SHORT_LIST || type->kind == WEIR_TYPE_VOID)
    return weir_type_ref (WEIR_BOOLEAN);
  values = collect_constants (bind, &has_null);
  if (values == NULL)
    return weir_type_ref (WEIR_BOOLEAN);
  in = g_new0 (InSet, 1);
  in->values = values;
  in->has_null = has_null;
  _weir_element_set_init (&in->set, values, values->n_rows);
  for (guint i = 0; i < values->n_rows; i++)
    _weir_element_set_add (&in->set, i);
  bind->data = in;
  bind->data_free = in_set_free;
  return weir_type_ref (WEIR_BOOLEAN);
}

static const WeirFunction functions[] = {
  { .name = "in", .group = "predicate", .signature = "a in (b, c, …)", .doc = "Whether the value is in the list.", .example = "SELECT 1 in(1, 2, 3)", .n_args_min = 1, .n_args_max = -1, .bind = bind_in, .eval = eval_in, .print = "($1 IN ($+))" },
};

const WeirFamily _weir_family_in = { functions, G_N_ELEMENTS (functions) };
