/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdlib.h>

#include "base/limits.h"
#include "column/value.h"
#include "exec/operator.h"

/*
 * ORDER BY: keeps all rows, sorts row numbers stably, gives them out in slices. Integers, times and doubles are compared as
 * unsigned words that have the wanted order; other keys value by value.
 */

typedef struct
{
  WeirColumn *column; /* Owned: flat */
  guint64    *words;  /* Owned, nullable */
  gboolean    descending, nulls_first;
} Key;

typedef struct
{
  WeirOp     op;
  GPtrArray *batches;
  WeirBatch *all; /* Owned, nullable */
  guint32   *order;
  guint      n_keys;
  Key       *keys;
} Sort;

static char *
describe_sort (WeirOp *op)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < op->plan->sort.n_keys; i++)
    {
      WeirSortKey     *key = &op->plan->sort.keys[i];
      g_autofree char *text = weir_expr_to_string (key->expr, op->plan->children[0]->schema);

      g_string_append_printf (out, "%s%s %s NULLS %s", i > 0 ? ", " : "", text, key->descending ? "DESC" : "ASC", key->nulls_first ? "FIRST" : "LAST");
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static void
clear_sort (Sort *self)
{
  for (guint k = 0; k < self->n_keys; k++)
    {
      weir_column_unref (self->keys[k].column);
      g_free (self->keys[k].words);
    }
  g_clear_pointer (&self->keys, g_free);
  self->n_keys = 0;
  g_clear_pointer (&self->order, g_free);
  g_clear_pointer (&self->all, weir_batch_unref);
  g_clear_pointer (&self->batches, g_ptr_array_unref);
}

static void
end_sort (WeirOp *op)
{
  clear_sort ((Sort *)op);
}

static gboolean
begin_sort (WeirOp   *op,
            WeirExec *exec,
            GError  **error)
{
  Sort *self = (Sort *)op;

  clear_sort (self);
  self->batches = _weir_batches_new ();
  return TRUE;
}

static gboolean
merge_sort (WeirOp   *op,
            WeirExec *exec,
            gpointer  result,
            GError  **error)
{
  g_ptr_array_extend_and_steal (((Sort *)op)->batches, result);
  return TRUE;
}

static guint64
double_word (double value)
{
  guint64 bits;

  if (value == 0)
    value = 0;
  if (value != value)
    return G_MAXUINT64;
  memcpy (&bits, &value, sizeof bits);
  return bits >> 63 ? ~bits : bits | G_GUINT64_CONSTANT (1) << 63;
}

static guint64 *
make_words (const WeirColumn *column)
{
  guint64 *words;

  switch (column->type->kind)
    {
    case WEIR_TYPE_DOUBLE:
      words = g_new (guint64, MAX (column->n_rows, 1));
      for (guint i = 0; i < column->n_rows; i++)
        words[i] = double_word (weir_column_values (column, double)[i]);
      return words;
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      words = g_new (guint64, MAX (column->n_rows, 1));
      for (guint i = 0; i < column->n_rows; i++)
        words[i] = (guint64)weir_column_values (column, gint64)[i] ^ G_GUINT64_CONSTANT (1) << 63;
      return words;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      words = g_new (guint64, MAX (column->n_rows, 1));
      for (guint i = 0; i < column->n_rows; i++)
        words[i] = (guint64)(gint64)weir_column_values (column, gint32)[i] ^ G_GUINT64_CONSTANT (1) << 63;
      return words;
    default:
      return NULL;
    }
}

static int
compare_key (const Key *key,
             guint32    a,
             guint32    b)
{
  gboolean null_a = weir_column_is_null (key->column, a), null_b = weir_column_is_null (key->column, b);
  int      order;

  if (null_a || null_b)
    return null_a && null_b ? 0 : (null_a == key->nulls_first ? -1 : 1);
  if (key->words != NULL)
    order = key->words[a] < key->words[b] ? -1 : key->words[a] > key->words[b];
  else
    order = weir_value_compare (key->column, a, key->column, b);
  return key->descending ? -order : order;
}

static int
compare_rows (gconstpointer a,
              gconstpointer b,
              gpointer      data)
{
  Sort   *self = data;
  guint32 x = *(const guint32 *)a, y = *(const guint32 *)b;

  for (guint k = 0; k < self->n_keys; k++)
    {
      int order = compare_key (&self->keys[k], x, y);

      if (order != 0)
        return order;
    }
  return x < y ? -1 : x > y;
}

/* Keys are evaluated vector by vector: a selection cannot number more rows. */
static WeirColumn *
eval_key (Sort     *self,
          WeirExpr *expr,
          GError  **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);

  for (guint offset = 0; offset < self->all->n_rows; offset += WEIR_VECTOR_ROWS)
    {
      guint                  n = MIN (WEIR_VECTOR_ROWS, self->all->n_rows - offset);
      g_autoptr (WeirBatch)  slice = weir_batch_slice (self->all, offset, n);
      g_autoptr (WeirColumn) column = weir_expr_eval (expr, self->op.eval, slice, weir_sel_all (n));

      if (weir_eval_take_error (self->op.eval, error))
        return NULL;
      g_ptr_array_add (parts, weir_column_flatten (column));
    }
  return weir_column_concat ((WeirColumn **)parts->pdata, parts->len);
}

static gboolean
finish_sort (WeirOp   *op,
             WeirExec *exec,
             GError  **error)
{
  Sort *self = (Sort *)op;

  op->eval->now_us = exec->input->now_us;
  if (self->batches->len == 0)
    return TRUE;
  self->all = weir_batch_concat ((WeirBatch **)self->batches->pdata, self->batches->len);
  g_ptr_array_set_size (self->batches, 0);
  self->keys = g_new0 (Key, MAX (op->plan->sort.n_keys, 1));
  for (guint k = 0; k < op->plan->sort.n_keys; k++)
    {
      WeirSortKey *spec = &op->plan->sort.keys[k];
      WeirColumn  *column = eval_key (self, spec->expr, error);

      if (column == NULL)
        return FALSE;
      self->keys[k] = (Key){ column, make_words (column), spec->descending, spec->nulls_first };
      self->n_keys = k + 1;
    }
  self->order = g_new (guint32, MAX (self->all->n_rows, 1));
  for (guint i = 0; i < self->all->n_rows; i++)
    self->order[i] = i;
  g_qsort_with_data (self->order, (gint)self->all->n_rows, sizeof (guint32), compare_rows, self);
  return TRUE;
}

static guint
count_slices (WeirOp   *op,
              WeirExec *exec)
{
  Sort *self = (Sort *)op;

  return self->all != NULL ? (self->all->n_rows + WEIR_VECTOR_ROWS - 1) / WEIR_VECTOR_ROWS : 0;
}

static gboolean
read_slice (WeirOp   *op,
            guint     part,
            WeirLink *out,
            GError  **error)
{
  Sort                   *self = (Sort *)op;
  guint                   offset = part * WEIR_VECTOR_ROWS, n = MIN (WEIR_VECTOR_ROWS, self->all->n_rows - offset);
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (self->all->n_columns, 1));
  g_autoptr (WeirBatch)   batch = NULL;

  for (guint c = 0; c < self->all->n_columns; c++)
    columns[c] = weir_column_gather (self->all->columns[c], self->order + offset, n);
  batch = weir_batch_new (op->schema, n, columns);
  return _weir_link_push (out, batch, weir_sel_all (n), error);
}

static const WeirOpClass sort_class = {
  .name = "Sort",
  .link_size = sizeof (WeirCollectLink),
  .free = end_sort,
  .describe = describe_sort,
  .begin = begin_sort,
  .push = _weir_collect_push,
  .take = _weir_collect_take,
  .drop = _weir_collect_drop,
  .merge = merge_sort,
  .finish = finish_sort,
  .n_parts = count_slices,
  .read = read_slice,
  .end = end_sort,
};

WeirOp *
_weir_op_sort_new (WeirPlan                  *plan,
                   const WeirPipelineOptions *options)
{
  return _weir_op_new (sizeof (Sort), &sort_class, plan, NULL, options);
}
