/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "exec/hash-aggregate-private.h"

/*
 * Rows that partial aggregation hands on as they are, ordered by the partition of the state they go to: keys and arguments of the aggregates, a
 * WeirAggRows a vector. They stay with the worker's part and are used again.
 */

gboolean
weir_agg_layout_can_take_rows (const WeirAggLayout *layout)
{
  if (layout->owns_memory || weir_key_codec_is_view (&layout->codec))
    return FALSE;
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->calls[a]->filter != NULL)
      return FALSE;
  return TRUE;
}

static guint
count_args (const WeirAggLayout *layout)
{
  guint n = 0;

  for (guint a = 0; a < layout->n_aggs; a++)
    n += layout->calls[a]->n_args;
  return n;
}

void
_weir_agg_local_clear_rows (WeirAggLocal *self)
{
  guint n = count_args (self->layout);

  for (guint r = 0; r < self->n_used; r++)
    for (guint a = 0; a < n; a++)
      g_clear_pointer (&((WeirAggRows *)g_ptr_array_index (self->rows, r))->args[a], weir_column_unref);
}

void
_weir_agg_rows_free (gpointer data)
{
  WeirAggRows *rows = data;

  g_free (rows->keys);
  g_free (rows->args);
  g_free (rows);
}

static WeirAggRows *
next_rows (WeirAggLocal *self)
{
  WeirAggRows *rows;

  if (self->n_used == self->rows->len)
    {
      rows = g_new0 (WeirAggRows, 1);
      rows->keys = g_new (WeirGroupKey, WEIR_VECTOR_ROWS);
      rows->args = g_new0 (WeirColumn *, MAX (count_args (self->layout), 1));
      g_ptr_array_add (self->rows, rows);
    }
  rows = g_ptr_array_index (self->rows, self->n_used);
  memset (rows->ends, 0, sizeof rows->ends);
  self->n_used++;
  return rows;
}

/* Sets rows->ends, and some_groups[i] to the place of entry i of the selection. */
static void
place_rows (WeirAggLocal       *self,
            WeirAggRows        *rows,
            WeirColumn *const  *columns,
            WeirSel             sel,
            const WeirAggTimes *times)
{
  guint32 at[WEIR_AGG_PARTITIONS], end = 0;

  for (guint offset = 0; offset < sel.n; offset += WEIR_AGG_BLOCK)
    {
      guint n = MIN (WEIR_AGG_BLOCK, sel.n - offset);

      _weir_agg_local_encode_block (self, columns, sel, times, offset, n);
      for (guint i = 0; i < n; i++)
        {
          guint partition = weir_agg_partition_of (weir_group_hash (&self->keys[i], FALSE));

          self->groups[offset + i] = partition;
          rows->ends[partition]++;
        }
    }
  for (guint p = 0; p < WEIR_AGG_PARTITIONS; p++)
    {
      at[p] = end;
      rows->ends[p] = end += rows->ends[p];
    }
  for (guint i = 0; i < sel.n; i++)
    self->some_groups[i] = at[self->groups[i]]++;
}

/* The key is encoded twice: in blocks it stays in the first-level cache, as a whole it would not. */
static void
scatter_keys (WeirAggLocal       *self,
              WeirAggRows        *rows,
              WeirColumn *const  *columns,
              WeirSel             sel,
              const WeirAggTimes *times)
{
  for (guint offset = 0; offset < sel.n; offset += WEIR_AGG_BLOCK)
    {
      guint n = MIN (WEIR_AGG_BLOCK, sel.n - offset);

      _weir_agg_local_encode_block (self, columns, sel, times, offset, n);
      for (guint i = 0; i < n; i++)
        {
          guint at = self->some_groups[offset + i];

          rows->keys[at] = self->keys[i];
          self->some_idx[at] = (guint16)weir_sel_row (sel, offset + i);
        }
    }
}

gboolean
_weir_agg_local_keep_rows (WeirAggLocal       *self,
                           WeirEval           *eval,
                           WeirBatch          *batch,
                           WeirColumn *const  *columns,
                           WeirSel             sel,
                           const WeirAggTimes *times,
                           GError            **error)
{
  WeirAggRows *rows = next_rows (self);
  WeirColumn **args = rows->args;

  place_rows (self, rows, columns, sel, times);
  scatter_keys (self, rows, columns, sel, times);
  self->n_kept += sel.n;
  for (guint a = 0; a < self->layout->n_aggs; a++)
    for (guint i = 0; i < self->layout->calls[a]->n_args; i++)
      {
        g_autoptr (WeirColumn) column = weir_expr_eval (self->layout->calls[a]->args[i], eval, batch, sel);
        g_autoptr (WeirColumn) flat = weir_column_flatten (column);

        *args++ = weir_column_gather16 (flat, self->some_idx, sel.n);
      }
  return !weir_eval_take_error (eval, error);
}
