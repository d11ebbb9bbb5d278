/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/timestamp.h"
#include "column/value.h"
#include "exec/hash-aggregate.h"

/*
 * A vector goes through in steps: times to panes, keys to words and hashes in blocks that stay in the first-level cache, a batched
 * lookup that gives every row the number of its group, then one loop an aggregate over those numbers.
 *
 * What can be skipped: panes row by row when all times of the vector lie in one pane, and hashing when the key is a dictionary of
 * strings: its entries are looked up once. Without keys all rows go to one state. When nearly every row so far is a group of its own, the
 * rest of the part is not looked up either: a key may then have several groups, which the merging makes one. Where the state is
 * partitioned the rest of the rows is only ordered by partition, and goes into the state without ever being groups of the part.
 */

#define BLOCK        1024
#define SPARSE_ROWS  4096 /* rows after which a part may be judged */
#define LATE_SAMPLES 8

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

static void
clear_args (WeirAggLocal *self)
{
  guint n = count_args (self->layout);

  for (guint r = 0; r < self->n_used; r++)
    for (guint a = 0; a < n; a++)
      g_clear_pointer (&((WeirAggRows *)g_ptr_array_index (self->rows, r))->args[a], weir_column_unref);
}

void
weir_agg_local_reset (WeirAggLocal *local)
{
  weir_group_table_reset (local->table);
  clear_args (local);
  local->n_rows = local->n_used = local->n_kept = 0;
  local->late_rows = 0;
  g_clear_pointer (&local->late_samples, g_ptr_array_unref);
}

static void
rows_free (gpointer data)
{
  WeirAggRows *rows = data;

  g_free (rows->keys);
  g_free (rows->args);
  g_free (rows);
}

WeirAggLocal *
weir_agg_local_new (const WeirAggLayout *layout)
{
  WeirAggLocal *self = g_new0 (WeirAggLocal, 1);

  self->layout = layout;
  self->table = weir_group_table_new (weir_key_codec_is_view (&layout->codec), layout->stride);
  self->times = g_new (gint64, WEIR_VECTOR_ROWS);
  self->keys = g_new (WeirGroupKey, BLOCK);
  self->hashes = g_new (guint64, BLOCK);
  self->groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->some_groups = g_new (guint32, WEIR_VECTOR_ROWS);
  self->idx = g_new (guint16, WEIR_VECTOR_ROWS);
  self->some_idx = g_new (guint16, WEIR_VECTOR_ROWS);
  self->scratch = g_byte_array_new ();
  self->rows = g_ptr_array_new_with_free_func (rows_free);
  return self;
}

static void
late_sample_free (gpointer data)
{
  WeirLateSample *sample = data;

  g_free (sample->row_json);
  g_free (sample);
}

void
weir_agg_local_free (WeirAggLocal *local)
{
  if (local == NULL)
    return;
  weir_agg_layout_free_table (local->layout, local->table);
  clear_args (local);
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

/* ---- times ------------------------------------------------------------------------------------------------------ */

/* The times of the vector: one for all rows, or each[i] for row i of the selection. */
typedef struct
{
  gboolean      is_single;
  gint64        single;
  const gint64 *each;
} Times;

static gint64
pane_of (const WeirAggLayout *layout,
         gint64               us)
{
  return weir_floor_div (us - layout->origin_us, layout->pane_us);
}

/* Rows with a time stay in the selection. */
static WeirSel
drop_null_times (WeirAggLocal     *self,
                 const WeirColumn *flat,
                 WeirSel           sel)
{
  guint n = 0;

  if (flat->validity == NULL && flat->type->kind != WEIR_TYPE_VOID)
    return sel;
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      self->idx[n] = (guint16)row;
      n += !weir_column_is_null (flat, row);
    }
  return (WeirSel){ self->idx, n };
}

static void
find_range (const gint64 *us,
            WeirSel       sel,
            gint64       *min,
            gint64       *max)
{
  gint64 low = G_MAXINT64, high = G_MININT64;

  if (sel.idx == NULL)
    for (guint i = 0; i < sel.n; i++)
      {
        low = MIN (low, us[i]);
        high = MAX (high, us[i]);
      }
  else
    for (guint i = 0; i < sel.n; i++)
      {
        low = MIN (low, us[sel.idx[i]]);
        high = MAX (high, us[sel.idx[i]]);
      }
  *min = low;
  *max = high;
}

static void
assign_panes (WeirAggLocal     *self,
              const WeirColumn *flat,
              WeirSel           sel,
              Times            *times)
{
  const WeirAggLayout *layout = self->layout;
  const gint64        *us = flat->values;
  gint64               min, max, from, to, pane;

  find_range (us, sel, &min, &max);
  pane = pane_of (layout, min);
  times->is_single = pane_of (layout, max) == pane;
  times->single = pane;
  if (times->is_single)
    return;
  from = weir_add_clamped (layout->origin_us, weir_mul_clamped (pane, layout->pane_us));
  to = weir_add_clamped (from, layout->pane_us);
  for (guint i = 0; i < sel.n; i++)
    {
      gint64 value = us[weir_sel_row (sel, i)];

      /* Neighbours mostly lie in the same pane: a comparison instead of a division. */
      if (value < from || value >= to)
        {
          pane = pane_of (layout, value);
          from = weir_add_clamped (layout->origin_us, weir_mul_clamped (pane, layout->pane_us));
          to = weir_add_clamped (from, layout->pane_us);
        }
      self->times[i] = pane;
    }
}

static void
assign_key_times (WeirAggLocal *self,
                  WeirColumn   *key,
                  WeirSel       sel,
                  Times        *times)
{
  const WeirColumn *flat = key;

  times->is_single = FALSE;
  if (key->type->kind == WEIR_TYPE_STRUCT)
    flat = key->children[1];
  for (guint i = 0; i < sel.n; i++)
    {
      guint row = weir_sel_row (sel, i);

      self->times[i] = weir_column_is_null (key, row) || weir_column_is_null (flat, row) ? G_MININT64 : weir_column_values (flat, gint64)[row];
    }
}

static void
sample_late (WeirAggLocal *self,
             WeirEval     *eval,
             WeirBatch    *batch,
             guint         row,
             gint64        final_us)
{
  WeirLateSample *sample;
  GString        *text;

  self->late_rows++;
  if (self->late_samples == NULL)
    self->late_samples = g_ptr_array_new_with_free_func (late_sample_free);
  if (self->late_samples->len >= LATE_SAMPLES)
    return;
  text = g_string_new (NULL);
  weir_batch_append_json_row (text, batch, row, eval->zone);
  sample = g_new (WeirLateSample, 1);
  sample->event_time_us = final_us;
  sample->row_json = g_string_free (text, FALSE);
  g_ptr_array_add (self->late_samples, sample);
}

static void
note_late (WeirAggLocal *self,
           WeirEval     *eval,
           WeirBatch    *batch,
           WeirSel       sel,
           const Times  *times,
           gint64        late_us,
           WeirColumn   *time)
{
  if (late_us == G_MININT64 || self->layout->time == WEIR_AGG_TIME_NONE)
    return;
  if (times->is_single && weir_agg_layout_final_us (self->layout, times->single) > late_us)
    return;
  for (guint i = 0; i < sel.n; i++)
    {
      gint64 at = times->is_single ? times->single : self->times[i];
      guint  row = weir_sel_row (sel, i);

      if (self->layout->time == WEIR_AGG_TIME_KEY ? at > late_us : weir_agg_layout_final_us (self->layout, at) > late_us)
        continue;
      if (at != G_MININT64)
        sample_late (self, eval, batch, row, time != NULL ? weir_column_values (time, gint64)[row] : at);
    }
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

static void
encode_block (WeirAggLocal      *self,
              WeirColumn *const *columns,
              WeirSel            sel,
              const Times       *times,
              guint              offset,
              guint              n)
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
group_block (WeirAggLocal      *self,
             WeirColumn *const *columns,
             WeirSel            sel,
             const Times       *times,
             guint              offset,
             guint              n)
{
  encode_block (self, columns, sel, times, offset, n);
  look_up (self, n, self->groups + offset);
}

/* Each entry of the dictionary is looked up when it is first met. */
static void
group_dictionary (WeirAggLocal      *self,
                  WeirColumn *const *columns,
                  WeirSel            sel,
                  const Times       *times)
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
find_groups (WeirAggLocal      *self,
             WeirColumn *const *columns,
             WeirSel            sel,
             const Times       *times,
             guint32           *single)
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
  for (guint offset = 0; offset < sel.n; offset += BLOCK)
    group_block (self, columns, sel, times, offset, MIN (BLOCK, sel.n - offset));
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

/* ---- rows as they are ------------------------------------------------------------------------------------------- */

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
place_rows (WeirAggLocal      *self,
            WeirAggRows       *rows,
            WeirColumn *const *columns,
            WeirSel            sel,
            const Times       *times)
{
  guint32 at[WEIR_AGG_PARTITIONS], end = 0;

  for (guint offset = 0; offset < sel.n; offset += BLOCK)
    {
      guint n = MIN (BLOCK, sel.n - offset);

      encode_block (self, columns, sel, times, offset, n);
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
scatter_keys (WeirAggLocal      *self,
              WeirAggRows       *rows,
              WeirColumn *const *columns,
              WeirSel            sel,
              const Times       *times)
{
  for (guint offset = 0; offset < sel.n; offset += BLOCK)
    {
      guint n = MIN (BLOCK, sel.n - offset);

      encode_block (self, columns, sel, times, offset, n);
      for (guint i = 0; i < n; i++)
        {
          guint at = self->some_groups[offset + i];

          rows->keys[at] = self->keys[i];
          self->some_idx[at] = (guint16)weir_sel_row (sel, offset + i);
        }
    }
}

static gboolean
keep_rows (WeirAggLocal      *self,
           WeirEval          *eval,
           WeirBatch         *batch,
           WeirColumn *const *columns,
           WeirSel            sel,
           const Times       *times,
           GError           **error)
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

/* ---- a vector --------------------------------------------------------------------------------------------------- */

static gboolean
update_groups (WeirAggLocal      *self,
               WeirEval          *eval,
               WeirBatch         *batch,
               WeirColumn *const *columns,
               WeirSel            sel,
               const Times       *times,
               GError           **error)
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
  Times                  times = { TRUE, 0, local->times };

  if (layout->time == WEIR_AGG_TIME_PANE)
    {
      g_autoptr (WeirColumn) column = weir_expr_eval (layout->plan->aggregate.window.time, eval, batch, sel);

      if (weir_eval_take_error (eval, error))
        return FALSE;
      time = weir_column_flatten (column);
      sel = drop_null_times (local, time, sel);
      if (sel.n == 0)
        return TRUE;
      assign_panes (local, time, sel, &times);
    }
  if (!eval_keys (local, eval, batch, sel, columns, error))
    return FALSE;
  if (layout->time == WEIR_AGG_TIME_KEY)
    assign_key_times (local, g_ptr_array_index (columns, layout->time_key), sel, &times);
  note_late (local, eval, batch, sel, &times, late_us, time);
  if (local->takes_rows && local->n_rows < SPARSE_ROWS && sel.n > SPARSE_ROWS - local->n_rows)
    {
      guint n = SPARSE_ROWS - local->n_rows;

      if (!update_groups (local, eval, batch, (WeirColumn *const *)columns->pdata, cut_selection (local, sel, n, &sel), &times, error))
        return FALSE;
      times.each += n;
    }
  if (local->takes_rows && is_sparse (local))
    return keep_rows (local, eval, batch, (WeirColumn *const *)columns->pdata, sel, &times, error);
  return update_groups (local, eval, batch, (WeirColumn *const *)columns->pdata, sel, &times, error);
}
