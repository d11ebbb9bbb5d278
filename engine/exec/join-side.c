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
 *
 * Keys and lists are looked up in blocks, or every row would wait for its own cache misses.
 */

#define BLOCK 1024

typedef struct
{
  guint32 first, last;
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
  self->going = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->spans = g_array_new (FALSE, FALSE, sizeof (WeirJoinSpan));
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
  g_array_unref (self->going);
  g_array_unref (self->spans);
}

void
_weir_join_side_begin (WeirJoinSide *self,
                       gint64        watermark_us)
{
  g_array_set_size (self->matched, 0);
  g_array_set_size (self->going, 0);
  self->n_added = 0;
  self->evict_us = G_MININT64;
  if (self->bound.is_bounded && __builtin_add_overflow (watermark_us, self->bound.shift_us, &self->evict_us))
    self->evict_us = self->bound.shift_us > 0 ? G_MAXINT64 : G_MININT64;
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

static inline Chain *
chain_of (WeirJoinSide *self,
          guint32       group)
{
  return (Chain *)(void *)weir_group_payload (self->keys, group);
}

/* Rows @numbers, which are the newest, behind those of the same keys. */
static void
link_rows (WeirJoinSide       *self,
           const WeirGroupKey *keys,
           const guint64      *hashes,
           const guint32      *numbers,
           guint               n)
{
  guint32 groups[BLOCK];
  guint   known = self->keys->n;

  weir_group_table_insert (self->keys, keys, hashes, n, groups);
  for (guint i = 0; i < n; i++)
    if (groups[i] < known)
      __builtin_prefetch (_weir_join_side_row (self, chain_of (self, groups[i])->last), 1);
  for (guint i = 0; i < n; i++)
    {
      Chain *chain = chain_of (self, groups[i]);

      /* New groups are met in the order of their numbers. */
      if (groups[i] == known)
        {
          chain->first = numbers[i];
          known++;
        }
      else
        _weir_join_side_row (self, chain->last)->next = numbers[i];
      chain->last = numbers[i];
    }
}

/* For the newest segment, whose rows come next. */
static void
add_span (WeirJoinSide *self)
{
  WeirJoinSpan span = { self->rows->len, G_MAXINT64 };

  g_array_append_val (self->spans, span);
}

/* Rows @idx of a batch, which are those from @at on in the newest segment. */
static void
add_block (WeirJoinSide       *self,
           const guint32      *idx,
           guint               at,
           guint               n,
           const WeirGroupKey *keys,
           const guint64      *hashes,
           const guint8       *usable,
           const gint64       *times,
           const guint8       *matched)
{
  WeirGroupKey  some_keys[BLOCK];
  guint64       some_hashes[BLOCK];
  guint32       numbers[BLOCK];
  guint         n_keys = 0, number = self->rows->len;
  WeirJoinSpan *span = &g_array_index (self->spans, WeirJoinSpan, self->segments->len - 1);

  g_array_set_size (self->rows, number + n);
  for (guint i = 0; i < n; i++)
    {
      guint row = idx[i];

      *_weir_join_side_row (self, number + i) =
        (WeirJoinRow){ times[row], self->segments->len - 1, at + i, WEIR_GROUP_NONE, matched != NULL && matched[row], 0, 0 };
      span->min_time = MIN (span->min_time, times[row]);
      some_keys[n_keys] = keys[row];
      some_keys[n_keys].time = 0;
      some_hashes[n_keys] = hashes[row];
      numbers[n_keys] = number + i;
      n_keys += usable[row] != 0;
    }
  link_rows (self, some_keys, some_hashes, numbers, n_keys);
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
  add_span (self);
  for (guint from = 0; from < n; from += BLOCK)
    add_block (self, idx + from, from, MIN (BLOCK, n - from), keys, hashes, usable, times, matched);
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

void
_weir_join_side_find (WeirJoinSide       *self,
                      const WeirGroupKey *keys,
                      const guint64      *hashes,
                      guint               n,
                      guint32            *rows)
{
  weir_group_table_find (self->keys, keys, hashes, n, rows);
  for (guint i = 0; i < n; i++)
    if (rows[i] != WEIR_GROUP_NONE)
      {
        rows[i] = chain_of (self, rows[i])->first;
        __builtin_prefetch (_weir_join_side_row (self, rows[i]));
      }
}

guint32
_weir_join_side_first (WeirJoinSide *self,
                       guint32       row)
{
  return skip_dead (self, row);
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
  g_array_append_val (self->going, row);
}

/* ---- batches ---------------------------------------------------------------------------------------------------- */

/* Lists without rows that are gone or cut off; keys without rows go. */
static void
relink (WeirJoinSide *self)
{
  g_autofree guint8 *keep = g_new (guint8, MAX (self->keys->n, 1));

  for (guint g = 0; g < self->keys->n; g++)
    {
      Chain *chain = chain_of (self, g), live = { WEIR_GROUP_NONE, WEIR_GROUP_NONE };

      for (guint32 row = chain->first, next; row != WEIR_GROUP_NONE && row < self->rows->len; row = next)
        {
          WeirJoinRow *at = _weir_join_side_row (self, row);

          next = at->next;
          at->next = WEIR_GROUP_NONE;
          if (at->is_gone)
            continue;
          if (live.last == WEIR_GROUP_NONE)
            live.first = row;
          else
            _weir_join_side_row (self, live.last)->next = row;
          live.last = row;
        }
      *chain = live;
      keep[g] = live.first != WEIR_GROUP_NONE;
    }
  weir_group_table_compact (self->keys, keep);
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
        Chain *chain = chain_of (self, g);

        chain->first = numbers[chain->first];
        chain->last = numbers[chain->last];
      }
    g_free (numbers);
  }
  old = self->segments;
  self->segments = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  g_array_set_size (self->spans, 0);
  idx = g_new (guint32, WEIR_VECTOR_ROWS);
  n = 0;
  for (guint from = 0; from < self->rows->len;)
    {
      guint        segment = _weir_join_side_row (self, from)->segment, kept = 0, to = from;
      WeirJoinSpan span = { n, G_MAXINT64 };

      for (; to < self->rows->len && _weir_join_side_row (self, to)->segment == segment && kept < WEIR_VECTOR_ROWS; to++)
        if (!_weir_join_side_row (self, to)->is_gone)
          {
            WeirJoinRow row = *_weir_join_side_row (self, to);

            idx[kept] = row.row;
            row.segment = self->segments->len;
            row.row = kept++;
            span.min_time = MIN (span.min_time, row.time);
            *_weir_join_side_row (self, n++) = row;
          }
      if (kept > 0)
        {
          g_ptr_array_add (self->segments, copy_rows (g_ptr_array_index (old, segment), idx, kept));
          g_array_append_val (self->spans, span);
        }
      from = to;
    }
  g_array_set_size (self->rows, n);
  self->n_gone = 0;
}

static void
forget_batch (WeirJoinSide *self)
{
  self->n_committed = self->rows->len;
  self->n_segments = self->segments->len;
  g_array_set_size (self->matched, 0);
  g_array_set_size (self->going, 0);
  self->n_added = 0;
}

void
_weir_join_side_commit (WeirJoinSide *self)
{
  for (guint i = 0; i < self->going->len; i++)
    {
      WeirJoinRow *row = _weir_join_side_row (self, g_array_index (self->going, guint32, i));

      row->is_gone = 1;
      row->goes = 0;
    }
  self->n_gone += self->going->len;
  compact (self);
  forget_batch (self);
}

void
_weir_join_side_abort (WeirJoinSide *self)
{
  for (guint i = 0; i < self->matched->len; i++)
    _weir_join_side_row (self, g_array_index (self->matched, guint32, i))->is_matched = 0;
  for (guint i = 0; i < self->going->len; i++)
    {
      WeirJoinRow  *row = _weir_join_side_row (self, g_array_index (self->going, guint32, i));
      WeirJoinSpan *span = &g_array_index (self->spans, WeirJoinSpan, row->segment);

      row->goes = 0;
      span->min_time = MIN (span->min_time, row->time);
    }
  g_ptr_array_set_size (self->segments, (gint)self->n_segments);
  g_array_set_size (self->spans, self->n_segments);
  if (self->rows->len > self->n_committed)
    {
      g_array_set_size (self->rows, self->n_committed);
      relink (self);
    }
  forget_batch (self);
}

guint
_weir_join_side_count (const WeirJoinSide *self)
{
  return self->rows->len - self->n_gone - self->going->len;
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
  g_array_set_size (self->spans, 0);
  g_array_set_size (self->going, 0);
  weir_group_table_reset (self->keys);
  self->n_gone = 0;
  if (reader->failed || n > reader->len)
    return FALSE;
  for (guint64 left = n; left > 0;)
    {
      guint part = (guint)MIN (left, WEIR_VECTOR_ROWS);

      if (!read_rows (self, eval, part, reader))
        return FALSE;
      left -= part;
    }
  forget_batch (self);
  return TRUE;
}
