/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "column/column-builder.h"
#include "column/value-codec.h"
#include "exec/join-side.h"
#include "exec/join-table.h"

/*
 * Rows are numbered as they come and stay where they are until most of them are gone; then all is built anew from what is left, in
 * the same order. A batch only appends rows and sets marks, so going back is cutting the end off.
 */

typedef struct
{
  guint32 first, last;
  guint64 unused;
} Chain;

void
_weir_join_side_init (WeirJoinSide        *self,
                      WeirPlan            *plan,
                      guint                side,
                      const WeirJoinBound *bound)
{
  memset (self, 0, sizeof *self);
  self->plan = plan;
  self->side = side;
  self->schema = plan->children[side]->schema;
  self->bound = *bound;
  _weir_join_codec_init (&self->codec, plan);
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  self->rows = g_array_new (FALSE, FALSE, sizeof (WeirJoinRow));
  self->keys = weir_group_table_new (weir_key_codec_is_view (&self->codec), sizeof (Chain));
  self->matched = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->evict_us = G_MININT64;
}

void
_weir_join_side_clear (WeirJoinSide *self)
{
  weir_key_codec_clear (&self->codec);
  g_ptr_array_unref (self->segments);
  g_array_unref (self->rows);
  weir_group_table_free (self->keys);
  g_array_unref (self->matched);
}

void
_weir_join_side_begin (WeirJoinSide *self,
                       gint64        watermark_us)
{
  g_array_set_size (self->matched, 0);
  self->n_added = self->n_going = 0;
  self->evict_us = G_MININT64;
  if (self->bound.is_bounded)
    self->evict_us = watermark_us + self->bound.shift_us;
}

/* ---- keys and times --------------------------------------------------------------------------------------------- */

static gint64
time_at (const WeirColumn *column,
         guint             row)
{
  const WeirColumn *flat = weir_column_resolve (column, &row);

  if (weir_column_is_null (flat, row))
    return G_MAXINT64;
  if (flat->type->kind == WEIR_TYPE_STRUCT)
    flat = weir_column_resolve (flat->children[1], &row);
  return weir_column_values (flat, gint64)[row];
}

gboolean
_weir_join_side_encode (WeirJoinSide *self,
                        WeirEval     *eval,
                        WeirBatch    *batch,
                        GByteArray   *scratch,
                        WeirGroupKey *keys,
                        guint64      *hashes,
                        guint8       *usable,
                        gint64       *times,
                        GError      **error)
{
  WeirSel                sel = weir_sel_all (batch->n_rows);
  WeirExpr             **exprs = self->side == 0 ? self->plan->join.left_keys : self->plan->join.right_keys;
  g_autoptr (WeirColumn) column = NULL;

  if (!_weir_join_encode (&self->codec, self->plan, exprs, eval, batch, sel, scratch, keys, hashes, usable, error))
    return FALSE;
  if (!self->bound.is_bounded)
    {
      for (guint i = 0; i < batch->n_rows; i++)
        times[i] = G_MAXINT64;
      return TRUE;
    }
  column = self->bound.key >= 0 ? weir_expr_eval (exprs[self->bound.key], eval, batch, sel) : weir_column_ref (batch->columns[self->bound.column]);
  for (guint i = 0; i < batch->n_rows; i++)
    times[i] = time_at (column, i);
  return !weir_eval_take_error (eval, error);
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static WeirBatch *
copy_rows (WeirBatch     *batch,
           const guint32 *idx,
           guint          n)
{
  g_autofree WeirColumn **columns = g_new (WeirColumn *, MAX (batch->n_columns, 1));

  for (guint c = 0; c < batch->n_columns; c++)
    {
      WeirColumnBuilder *builder = weir_column_builder_new (batch->columns[c]->type, n);

      for (guint i = 0; i < n; i++)
        weir_column_builder_append_from (builder, batch->columns[c], idx[i]);
      columns[c] = weir_column_builder_finish (builder);
      weir_column_builder_free (builder);
    }
  return weir_batch_new (batch->schema, n, columns);
}

static void
link_row (WeirJoinSide       *self,
          const WeirGroupKey *key,
          guint64             hash,
          guint32             number)
{
  guint32 group;
  guint   before = self->keys->n;
  Chain  *chain;

  weir_group_table_insert (self->keys, key, &hash, 1, &group);
  chain = (Chain *)(void *)weir_group_payload (self->keys, group);
  if (group >= before)
    chain->first = number;
  else
    _weir_join_side_row (self, chain->last)->next = number;
  chain->last = number;
}

void
_weir_join_side_add (WeirJoinSide       *self,
                     WeirBatch          *batch,
                     const guint32      *idx,
                     guint               n,
                     const WeirGroupKey *keys,
                     const guint64      *hashes,
                     const guint8       *usable,
                     const gint64       *times,
                     const guint8       *matched)
{
  if (n == 0)
    return;
  g_ptr_array_add (self->segments, copy_rows (batch, idx, n));
  for (guint i = 0; i < n; i++)
    {
      WeirJoinRow  row = { self->segments->len - 1, i, WEIR_GROUP_NONE, times[idx[i]], matched != NULL && matched[idx[i]], 0, 0 };
      WeirGroupKey key = keys[idx[i]];
      guint32      number = self->rows->len;

      key.time = 0;
      g_array_append_val (self->rows, row);
      if (usable[idx[i]])
        link_row (self, &key, hashes[idx[i]], number);
    }
  self->n_added += n;
}

static guint32
skip_dead (WeirJoinSide *self,
           guint32       row)
{
  while (row != WEIR_GROUP_NONE && (_weir_join_side_row (self, row)->is_gone || _weir_join_side_row (self, row)->goes))
    row = _weir_join_side_row (self, row)->next;
  return row;
}

guint32
_weir_join_side_first (WeirJoinSide       *self,
                       const WeirGroupKey *key,
                       guint64             hash)
{
  guint32 group;

  weir_group_table_find (self->keys, key, &hash, 1, &group);
  if (group == WEIR_GROUP_NONE)
    return WEIR_GROUP_NONE;
  return skip_dead (self, ((Chain *)(void *)weir_group_payload (self->keys, group))->first);
}

guint32
_weir_join_side_next (WeirJoinSide *self,
                      guint32       row)
{
  return skip_dead (self, _weir_join_side_row (self, row)->next);
}

void
_weir_join_side_mark (WeirJoinSide *self,
                      guint32       row)
{
  WeirJoinRow *at = _weir_join_side_row (self, row);

  if (at->is_matched)
    return;
  at->is_matched = 1;
  if (row < self->n_committed)
    g_array_append_val (self->matched, row);
}

void
_weir_join_side_take_away (WeirJoinSide *self,
                           guint32       row)
{
  _weir_join_side_row (self, row)->goes = 1;
  self->n_going++;
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

/* Keys and lists again from the rows. */
static void
relink (WeirJoinSide *self)
{
  g_autoptr (WeirGroupTable) old = self->keys;
  WeirGroupKey              *keys = g_new0 (WeirGroupKey, MAX (self->rows->len, 1));
  guint8                    *has_key = g_new0 (guint8, MAX (self->rows->len, 1));
  guint64                   *hashes = g_new0 (guint64, MAX (self->rows->len, 1));

  for (guint g = 0; g < old->n; g++)
    for (guint32 row = ((Chain *)(void *)weir_group_payload (old, g))->first; row != WEIR_GROUP_NONE && row < self->rows->len;
         row = _weir_join_side_row (self, row)->next)
      {
        keys[row] = *weir_group_key (old, g);
        hashes[row] = *weir_group_hash_of (old, g);
        has_key[row] = 1;
      }
  self->keys = weir_group_table_new (weir_key_codec_is_view (&self->codec), sizeof (Chain));
  for (guint32 row = 0; row < self->rows->len; row++)
    {
      _weir_join_side_row (self, row)->next = WEIR_GROUP_NONE;
      if (has_key[row] && !_weir_join_side_row (self, row)->is_gone)
        link_row (self, &keys[row], hashes[row], row);
    }
  g_free (keys);
  g_free (has_key);
  g_free (hashes);
}

/* Drops dead rows and packs the segments, when most are dead. */
static void
compact (WeirJoinSide *self)
{
  g_autoptr (GPtrArray) old = NULL;
  g_autofree guint32   *idx = NULL;
  guint                 n = 0;

  if (self->n_gone < 1024 || self->n_gone * 2 < self->rows->len)
    return;
  relink (self);
  {
    guint32 *numbers = g_new (guint32, self->rows->len);

    for (guint i = 0; i < self->rows->len; i++)
      numbers[i] = _weir_join_side_row (self, i)->is_gone ? WEIR_GROUP_NONE : n++;
    for (guint i = 0; i < self->rows->len; i++)
      if (_weir_join_side_row (self, i)->next != WEIR_GROUP_NONE)
        _weir_join_side_row (self, i)->next = numbers[_weir_join_side_row (self, i)->next];
    for (guint g = 0; g < self->keys->n; g++)
      {
        Chain *chain = (Chain *)(void *)weir_group_payload (self->keys, g);

        chain->first = numbers[chain->first];
        chain->last = numbers[chain->last];
      }
    g_free (numbers);
  }
  old = self->segments;
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  idx = g_new (guint32, WEIR_VECTOR_ROWS);
  n = 0;
  for (guint from = 0; from < self->rows->len;)
    {
      guint segment = _weir_join_side_row (self, from)->segment, kept = 0, to = from;

      for (; to < self->rows->len && _weir_join_side_row (self, to)->segment == segment && kept < WEIR_VECTOR_ROWS; to++)
        if (!_weir_join_side_row (self, to)->is_gone)
          {
            WeirJoinRow row = *_weir_join_side_row (self, to);

            idx[kept] = row.row;
            row.segment = self->segments->len;
            row.row = kept++;
            *_weir_join_side_row (self, n++) = row;
          }
      if (kept > 0)
        g_ptr_array_add (self->segments, copy_rows (g_ptr_array_index (old, segment), idx, kept));
      from = to;
    }
  g_array_set_size (self->rows, n);
  self->n_gone = 0;
}

void
_weir_join_side_commit (WeirJoinSide *self)
{
  for (guint i = 0; self->n_going > 0 && i < self->rows->len; i++)
    {
      WeirJoinRow *row = _weir_join_side_row (self, i);

      self->n_gone += row->goes;
      row->is_gone |= row->goes;
      row->goes = 0;
    }
  compact (self);
  self->n_committed = self->rows->len;
  self->n_segments = self->segments->len;
  g_array_set_size (self->matched, 0);
  self->n_added = self->n_going = 0;
}

void
_weir_join_side_abort (WeirJoinSide *self)
{
  for (guint i = 0; i < self->matched->len; i++)
    _weir_join_side_row (self, g_array_index (self->matched, guint32, i))->is_matched = 0;
  for (guint i = 0; self->n_going > 0 && i < self->rows->len; i++)
    _weir_join_side_row (self, i)->goes = 0;
  if (self->rows->len > self->n_committed)
    {
      g_array_set_size (self->rows, self->n_committed);
      relink (self);
    }
  g_ptr_array_set_size (self->segments, (gint)self->n_segments);
  g_array_set_size (self->matched, 0);
  self->n_added = self->n_going = 0;
}

guint
_weir_join_side_count (const WeirJoinSide *self)
{
  return self->rows->len - self->n_gone - self->n_going;
}

gsize
_weir_join_side_bytes (const WeirJoinSide *self)
{
  gsize bytes = self->rows->len * sizeof (WeirJoinRow) + weir_group_table_bytes (self->keys);

  for (guint i = 0; i < self->segments->len; i++)
    bytes += weir_batch_bytes (g_ptr_array_index (self->segments, i));
  return bytes;
}

/* ---- bytes ------------------------------------------------------------------------------------------------------ */

/* varint number of rows; per row u8 matched, then its columns by value-codec.h, in the order of arrival. */
void
_weir_join_side_write (WeirJoinSide *self,
                       gboolean      with_running,
                       WeirWriter   *writer)
{
  guint n = 0, n_rows = with_running ? self->rows->len : self->n_committed;

  for (guint i = 0; i < n_rows; i++)
    n += !_weir_join_side_row (self, i)->is_gone && !(with_running && _weir_join_side_row (self, i)->goes);
  weir_writer_varint (writer, n);
  for (guint i = 0; i < n_rows; i++)
    {
      const WeirJoinRow *row = _weir_join_side_row (self, i);
      WeirBatch         *segment = g_ptr_array_index (self->segments, row->segment);

      if (row->is_gone || (with_running && row->goes))
        continue;
      weir_writer_u8 (writer, row->is_matched);
      for (guint c = 0; c < segment->n_columns; c++)
        weir_value_write (segment->columns[c], row->row, FALSE, writer);
    }
}

static gboolean
add_read (WeirJoinSide *self,
          WeirEval     *eval,
          WeirBatch    *batch,
          const guint8 *matched)
{
  g_autofree WeirGroupKey *keys = g_new (WeirGroupKey, batch->n_rows);
  g_autofree guint64      *hashes = g_new (guint64, batch->n_rows);
  g_autofree guint8       *usable = g_new (guint8, batch->n_rows);
  g_autofree gint64       *times = g_new (gint64, batch->n_rows);
  g_autofree guint32      *idx = g_new (guint32, batch->n_rows);
  g_autoptr (GByteArray)   scratch = g_byte_array_new ();

  for (guint i = 0; i < batch->n_rows; i++)
    idx[i] = i;
  if (!_weir_join_side_encode (self, eval, batch, scratch, keys, hashes, usable, times, NULL))
    return FALSE;
  _weir_join_side_add (self, batch, idx, batch->n_rows, keys, hashes, usable, times, matched);
  return TRUE;
}

static gboolean
read_rows (WeirJoinSide *self,
           WeirEval     *eval,
           guint         n,
           WeirReader   *reader)
{
  g_autofree WeirColumnBuilder **builders = g_new (WeirColumnBuilder *, MAX (self->schema->n_fields, 1));
  g_autofree WeirColumn        **columns = g_new (WeirColumn *, MAX (self->schema->n_fields, 1));
  g_autofree guint8             *matched = g_new (guint8, MAX (n, 1));
  g_autoptr (WeirBatch)          batch = NULL;
  gboolean                       ok = TRUE;

  for (guint c = 0; c < self->schema->n_fields; c++)
    builders[c] = weir_column_builder_new (self->schema->fields[c].type, n);
  for (guint i = 0; ok && i < n; i++)
    {
      matched[i] = weir_reader_u8 (reader);
      for (guint c = 0; ok && c < self->schema->n_fields; c++)
        ok = weir_value_read (builders[c], reader);
    }
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      columns[c] = weir_column_builder_finish (builders[c]);
      weir_column_builder_free (builders[c]);
    }
  batch = weir_batch_new (self->schema, ok ? n : 0, columns);
  return ok && add_read (self, eval, batch, matched);
}

gboolean
_weir_join_side_read (WeirJoinSide *self,
                      WeirEval     *eval,
                      WeirReader   *reader)
{
  guint64 n = weir_reader_varint (reader);

  g_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->segments, 0);
  weir_group_table_reset (self->keys);
  self->n_gone = self->n_going = 0;
  if (reader->failed || n > reader->len)
    return FALSE;
  for (guint64 left = n; left > 0;)
    {
      guint part = (guint)MIN (left, WEIR_VECTOR_ROWS);

      if (!read_rows (self, eval, part, reader))
        return FALSE;
      left -= part;
    }
  self->n_committed = self->rows->len;
  self->n_segments = self->segments->len;
  self->n_added = 0;
  return TRUE;
}
