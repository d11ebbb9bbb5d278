/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "exec/hash-aggregate-private.h"

/*
 * A vector goes through in steps: times to panes, keys to words and hashes in blocks that stay in the first-level cache, a batched
 * lookup that gives every row the number of its group, then one loop an aggregate over those numbers.
 *
 * What can be skipped: panes row by row when all times of the vector lie in one pane, and hashing when the key is a dictionary of
 * strings: its entries are looked up once. Without keys all rows go to one state. When nearly every row so far is a group of its own, the
 * rest of the part is not looked up either: a key may then have several groups, which the merging makes one. Where the state is
 * partitioned the rest of the rows is only ordered by partition, and goes into the state without ever being groups of the part.
 *
 * Times are in agg-times.c, rows that are only ordered in agg-rows.c.
 */

#define SPARSE_ROWS 4096 /* rows after which a part may be judged */

void
weir_agg_local_reset (WeirAggLocal *local)
{
  weir_group_table_reset (local->table);
  _weir_agg_local_clear_rows (local);
  local->n_rows = local->n_used = local->n_kept = 0;
  local->late_rows = 0;
  g_clear_pointer (&local->late_samples, g_ptr_array_unref);
}

WeirAggLocal *
weir_agg_local_new (const WeirAggLayout *layout)
{
  WeirAggLocal *self = g_new0 (WeirAggLocal, 1);

  self->layout = layout;
  self->table = weir_group_table_new (weir_key_codec_is_view (&layout->codec), layout->stride);
  self->times = g_new (gint64, WEIR_VECTOR_ROWS);
  self->keys = g_new (WeirGroupKey, WEIR_AGG_BLOCK);
  self->hashes = g_new (guint64, WEIR_AGG_BLOCK);
  self->groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->some_groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->idx = g_new (guint16, WEIR_VECTOR_ROWS);
  self->some_idx = g_new (guint16, WEIR_VECTOR_ROWS);
  self->scratch = g_byte_array_new ();
  self->rows = g_ptr_array_new_with_free_func (_weir_agg_rows_free);
  return self;
}

void
weir_agg_local_free (WeirAggLocal *local)
{
  if (local == NULL)
    return;
  weir_agg_layout_free_table (local->layout, local->table);
  _weir_agg_local_clear_rows (local);
  g_ptr_array_unref (local->rows);
  g_clear_pointer (&local->late_samples, g_ptr_array_unref);
  g_free (local->times);
  g_free (local->keys);
  g_free (local->hashes);
  g_free (local->groups);
  g_free (local->some_groups);
  g_free (local->idx);
  g_free (local->some_idx);
  g_free (local->codes);
  g_byte_array_unref (local->scratch);
  g_free (local);
}

/* ---- groups ----------------------------------------------------------------------------------------------------- */

/* Rows looked up so far nearly all have a group of their own. */
static gboolean
is_sparse (const WeirAggLocal *self)
{
  return !self->layout->owns_memory && self->n_rows >= SPARSE_ROWS && self->table->n / 8 > self->n_rows / 9;
}

static void
look_up (WeirAggLocal *self,
         guint         n,
         guint32      *groups)
{
  guint    before = self->table->n;
  gboolean appends = is_sparse (self);

  for (guint i = 0; i < n; i++)
    self->hashes[i] = weir_group_hash (&self->keys[i], self->table->is_view);
  self->n_rows += n;
  if (appends)
    {
      for (guint i = 0; i < n; i++)
        groups[i] = before + i;
      weir_group_table_append (self->table, self->keys, self->hashes, n);
    }
  else
    weir_group_table_insert (self->table, self->keys, self->hashes, n, groups);
  weir_agg_layout_init_states (self->layout, self->table, before, self->table->n);
}

void
_weir_agg_local_encode_block (WeirAggLocal       *self,
                              WeirColumn *const  *columns,
                              WeirSel             sel,
                              const WeirAggTimes *times,
                              guint               offset,
                              guint               n)
{
  g_byte_array_set_size (self->scratch, 0);
  weir_key_codec_encode (&self->layout->codec, columns, sel, offset, n, self->scratch, self->keys);
  if (times->is_single)
    for (guint i = 0; i < n; i++)
      self->keys[i].time = times->single;
  else
    for (guint i = 0; i < n; i++)
      self->keys[i].time = times->each[offset + i];
}

static void
group_block (WeirAggLocal       *self,
             WeirColumn *const  *columns,
             WeirSel             sel,
             const WeirAggTimes *times,
             guint               offset,
             guint               n)
{
  _weir_agg_local_encode_block (self, columns, sel, times, offset, n);
  look_up (self, n, self->groups + offset);
}

/* Each entry of the dictionary is looked up when it is first met. */
static void
group_dictionary (WeirAggLocal       *self,
                  WeirColumn *const  *columns,
                  WeirSel             sel,
                  const WeirAggTimes *times)
{
  const guint32 *codes = columns[0]->codes;
  guint          n_codes = columns[0]->dict->n_rows;

  if (self->n_codes < n_codes)
    {
      self->codes = g_renew (guint32, self->codes, n_codes);
      self->n_codes = n_codes;
    }
  memset (self->codes, 0xff, n_codes * sizeof (guint32));
  for (guint i = 0; i < sel.n; i++)
    {
      guint code = codes[weir_sel_row (sel, i)];

      if (G_UNLIKELY (self->codes[code] == WEIR_GROUP_NONE))
        {
          g_byte_array_set_size (self->scratch, 0);
          weir_key_codec_encode (&self->layout->codec, columns, sel, i, 1, self->scratch, self->keys);
          self->keys[0].time = times->single;
          look_up (self, 1, &self->codes[code]);
        }
      self->groups[i] = self->codes[code];
    }
}

/* Fills self->groups; FALSE: all rows are in *@single. */
static gboolean
find_groups (WeirAggLocal       *self,
             WeirColumn *const  *columns,
             WeirSel             sel,
             const WeirAggTimes *times,
             guint32            *single)
{
  if (self->layout->codec.klass == WEIR_KEY_NONE && times->is_single)
    {
      self->keys[0] = (WeirGroupKey){ times->single, 0, 0 };
      look_up (self, 1, single);
      return FALSE;
    }
  if (times->is_single && self->layout->codec.klass == WEIR_KEY_STRING && columns[0]->encoding == WEIR_ENCODING_DICT &&
      columns[0]->dict->n_rows < sel.n)
    {
      group_dictionary (self, columns, sel, times);
      return TRUE;
    }
  for (guint offset = 0; offset < sel.n; offset += WEIR_AGG_BLOCK)
    group_block (self, columns, sel, times, offset, MIN (WEIR_AGG_BLOCK, sel.n - offset));
  return TRUE;
}

static gboolean
eval_keys (WeirAggLocal *self,
           WeirEval     *eval,
           WeirBatch    *batch,
           WeirSel       sel,
           GPtrArray    *columns,
           GError      **error)
{
  const WeirAggLayout *layout = self->layout;

  for (guint k = 0; k < layout->n_keys; k++)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (layout->keys[k], eval, batch, sel);

      if (layout->codec.klass == WEIR_KEY_STRING && (int)k != layout->time_key)
        g_ptr_array_add (columns, g_steal_pointer (&column));
      else
        g_ptr_array_add (columns, weir_column_flatten (column));
    }
  return !weir_eval_take_error (eval, error);
}

/* ---- aggregates ------------------------------------------------------------------------------------------------- */

/* FILTER (WHERE …): the rows it keeps, with their groups. */
static WeirSel
apply_filter (WeirAggLocal *self,
              WeirEval     *eval,
              WeirBatch    *batch,
              WeirSel       sel,
              WeirExpr     *filter,
              gboolean      has_groups)
{
  guint n = weir_expr_select (filter, eval, batch, sel, self->some_idx);
  guint at = 0;

  for (guint i = 0; has_groups && i < n; i++)
    {
      while (weir_sel_row (sel, at) != self->some_idx[i])
        at++;
      self->some_groups[i] = self->groups[at];
    }
  return (WeirSel){ self->some_idx, n };
}

static gboolean
update_aggregate (WeirAggLocal *self,
                  WeirEval     *eval,
                  WeirBatch    *batch,
                  WeirSel       sel,
                  guint         a,
                  gboolean      has_groups,
                  guint32       single,
                  GError      **error)
{
  const WeirAggLayout    *layout = self->layout;
  WeirAggCall            *call = layout->calls[a];
  g_autofree WeirColumn **args = g_new0 (WeirColumn *, MAX (call->n_args, 1));
  WeirAggStates           states = weir_agg_layout_states (layout, self->table, a, self->groups);

  if (call->filter != NULL)
    {
      sel = apply_filter (self, eval, batch, sel, call->filter, has_groups);
      states.groups = self->some_groups;
      if (weir_eval_take_error (eval, error))
        return FALSE;
    }
  if (sel.n == 0)
    return TRUE;
  if (!has_groups)
    states = (WeirAggStates){ states.base + single * self->table->record_size, 0, NULL };
  for (guint i = 0; i < call->n_args; i++)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (call->args[i], eval, batch, sel);

      args[i] = weir_column_flatten (column);
    }
  if (eval->error == NULL)
    layout->ops[a]->update (call, eval, states, args, sel);
  for (guint i = 0; i < call->n_args; i++)
    weir_column_unref (args[i]);
  return !weir_eval_take_error (eval, error);
}

/* ---- a vector --------------------------------------------------------------------------------------------------- */

static gboolean
update_groups (WeirAggLocal       *self,
               WeirEval           *eval,
               WeirBatch          *batch,
               WeirColumn *const  *columns,
               WeirSel             sel,
               const WeirAggTimes *times,
               GError            **error)
{
  guint32  single = 0;
  gboolean has_groups = find_groups (self, columns, sel, times, &single);

  for (guint a = 0; a < self->layout->n_aggs; a++)
    if (!update_aggregate (self, eval, batch, sel, a, has_groups, single, error))
      return FALSE;
  return TRUE;
}

/* The first @n rows of a selection; the others in *@rest. */
static WeirSel
cut_selection (WeirAggLocal *self,
               WeirSel       sel,
               guint         n,
               WeirSel      *rest)
{
  for (guint i = 0; sel.idx != self->idx && i < sel.n; i++)
    self->idx[i] = (guint16)weir_sel_row (sel, i);
  *rest = (WeirSel){ self->idx + n, sel.n - n };
  return (WeirSel){ self->idx, n };
}

gboolean
weir_agg_local_update (WeirAggLocal *local,
                       WeirEval     *eval,
                       WeirBatch    *batch,
                       WeirSel       sel,
                       gint64        late_us,
                       GError      **error)
{
  const WeirAggLayout   *layout = local->layout;
  g_autoptr (GPtrArray)  columns = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  g_autoptr (WeirColumn) time = NULL;
  WeirAggTimes           times = { TRUE, 0, local->times };

  if (layout->time == WEIR_AGG_TIME_PANE)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (layout->plan->aggregate.window.time, eval, batch, sel);

      if (weir_eval_take_error (eval, error))
        return FALSE;
      time = weir_column_flatten (column);
      sel = _weir_agg_local_drop_null_times (local, time, sel);
      if (sel.n == 0)
        return TRUE;
      _weir_agg_local_assign_panes (local, time, sel, &times);
    }
  if (!eval_keys (local, eval, batch, sel, columns, error))
    return FALSE;
  if (layout->time == WEIR_AGG_TIME_KEY)
    _weir_agg_local_assign_key_times (local, g_ptr_array_index (columns, layout->time_key), sel, &times);
  _weir_agg_local_note_late (local, eval, batch, sel, &times, late_us, time);
  if (local->takes_rows && local->n_rows < SPARSE_ROWS && sel.n > SPARSE_ROWS - local->n_rows)
    {
      guint n = SPARSE_ROWS - local->n_rows;

      if (!update_groups (local, eval, batch, (WeirColumn *const *)columns->pdata, cut_selection (local, sel, n, &sel), &times, error))
        return FALSE;
      times.each += n;
    }
  if (local->takes_rows && is_sparse (local))
    return _weir_agg_local_keep_rows (local, eval, batch, (WeirColumn *const *)columns->pdata, sel, &times, error);
  return update_groups (local, eval, batch, (WeirColumn *const *)columns->pdata, sel, &times, error);
}
