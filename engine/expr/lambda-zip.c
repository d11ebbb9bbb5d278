/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/lambda-private.h"

/*
 * zip_with() and map_zip_with(): the elements of two lists are paired, by place or by key, and the body is evaluated once over the pairs of
 * all rows. The side that has no element for a pair gives NULL.
 */

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

/* The pairs of all selected rows; @out gets the lists of them. */
static void
pair_rows (Pairs      *pairs,
           WeirColumn *a,
           WeirColumn *b,
           WeirSel     sel,
           WeirOut    *out)
{
  gboolean maps = out->type->kind == WEIR_TYPE_MAP;

  WEIR_FOREACH_ROW (sel, row)
  {
    guint32 before = pairs->rows->len;

    if (_weir_list_is_null (a, row) || _weir_list_is_null (b, row))
      {
        _weir_out_null (out, row);
        continue;
      }
    if (maps)
      zip_maps (pairs, weir_column_values (a, WeirListView)[row], weir_column_values (b, WeirListView)[row], a->children[0], b->children[0], row);
    else
      zip_arrays (pairs, weir_column_values (a, WeirListView)[row], weir_column_values (b, WeirListView)[row], row);
    weir_out_values (out, WeirListView)[row] = (WeirListView){ before, pairs->rows->len - before };
  }
}

WeirColumn *
_weir_lambda_eval_zip_with (const WeirExpr *expr,
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
  pair_rows (&pairs, a, b, sel, &out);
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
