/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "exec/agg-state.h"

/*
 * Groups as bytes. Their order is kept, so what is emitted after a restore comes in the same order.
 *
 *   snapshot  [keys]  varint number of panes, panes
 *   delta     u64 eviction watermark µs, [keys], varint number of panes, panes
 *   keys      sliding windows only: varint number of the first key, varint number of keys, keys (group-table.h)
 *   pane      u64 id, varint number of groups, groups; of a partitioned state all partitions, in order
 *   group     its key, or for sliding windows varint number of the key; then the states, each as its aggregate writes it
 */

static void
write_group (const WeirAggState *self,
             const WeirAggPane  *pane,
             guint32             group,
             WeirWriter         *writer)
{
  const WeirAggLayout *layout = self->layout;
  const guint8        *payload = weir_group_payload (pane->table, group);

  if (self->dictionary != NULL)
    weir_writer_varint (writer, weir_group_key (pane->table, group)->a);
  else
    weir_group_key_write (weir_group_key (pane->table, group), pane->table->is_view, writer);
  for (guint a = 0; a < layout->n_aggs; a++)
    layout->ops[a]->write (layout->calls[a], payload + layout->offsets[a], writer);
}

static void
write_keys (const WeirAggState *self,
            guint               from,
            WeirWriter         *writer)
{
  if (self->dictionary == NULL)
    return;
  weir_writer_varint (writer, from);
  weir_writer_varint (writer, self->dictionary->n - from);
  for (guint i = from; i < self->dictionary->n; i++)
    weir_group_key_write (weir_group_key (self->dictionary, i), self->dictionary->is_view, writer);
}

void
weir_agg_state_write (const WeirAggState *state,
                      WeirWriter         *writer)
{
  write_keys (state, 0, writer);
  weir_writer_varint (writer, state->panes->len);
  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      weir_writer_u64 (writer, (guint64)pane->id);
      weir_writer_varint (writer, pane->table->n);
      for (guint g = 0; g < pane->table->n; g++)
        write_group (state, pane, g, writer);
    }
}

void
weir_agg_state_write_delta (const WeirAggState *state,
                            WeirWriter         *writer)
{
  guint n_panes = 0;

  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      n_panes += pane->touched != NULL && pane->touched->len > 0;
    }
  weir_writer_u64 (writer, (guint64)state->evict_us);
  write_keys (state, state->n_dictionary, writer);
  weir_writer_varint (writer, n_panes);
  for (guint p = 0; p < state->panes->len; p++)
    {
      const WeirAggPane *pane = g_ptr_array_index (state->panes, p);

      if (pane->touched == NULL || pane->touched->len == 0)
        continue;
      weir_writer_u64 (writer, (guint64)pane->id);
      weir_writer_varint (writer, pane->touched->len);
      for (guint i = 0; i < pane->touched->len; i++)
        write_group (state, pane, g_array_index (pane->touched, guint32, i), writer);
    }
}

static gboolean
read_keys (WeirAggState *self,
           WeirReader   *reader)
{
  guint64 from, n;

  if (self->dictionary == NULL)
    return TRUE;
  from = weir_reader_varint (reader);
  n = weir_reader_varint (reader);
  if (from != self->dictionary->n || n > reader->len)
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    {
      WeirGroupKey key;
      guint64      hash;
      guint32      group;

      if (!weir_group_key_read (&key, self->dictionary->is_view, reader))
        return FALSE;
      hash = weir_group_hash (&key, self->dictionary->is_view);
      weir_group_table_insert (self->dictionary, &key, &hash, 1, &group);
      if (group != from + i)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_group (WeirAggState *self,
            WeirAggPane  *pane,
            WeirReader   *reader)
{
  const WeirAggLayout *layout = self->layout;
  WeirGroupKey         key = { 0, 0, 0 };
  guint64              hash;
  guint32              group;
  guint8              *payload;

  if (self->dictionary != NULL)
    {
      key.a = weir_reader_varint (reader);
      if (reader->failed || key.a >= self->dictionary->n)
        return FALSE;
    }
  else if (!weir_group_key_read (&key, pane->table->is_view, reader))
    return FALSE;
  hash = weir_group_hash (&key, pane->table->is_view);
  weir_group_table_insert (pane->table, &key, &hash, 1, &group);
  weir_agg_layout_clear_states (layout, pane->table, group, group + 1);
  payload = weir_group_payload (pane->table, group);
  if (layout->stride > 0)
    memset (payload, 0, layout->stride);
  weir_agg_layout_init_states (layout, pane->table, group, group + 1);
  for (guint a = 0; a < layout->n_aggs; a++)
    if (!layout->ops[a]->read (layout->calls[a], payload + layout->offsets[a], reader))
      return FALSE;
  return TRUE;
}

static gboolean
read_panes (WeirAggState *self,
            WeirReader   *reader)
{
  guint64 n_panes = weir_reader_varint (reader);

  for (guint64 p = 0; p < n_panes; p++)
    {
      gint64       id = (gint64)weir_reader_u64 (reader);
      guint64      n = weir_reader_varint (reader);
      WeirAggPane *pane;

      if (reader->failed)
        return FALSE;
      pane = _weir_agg_state_ensure_pane (self, id);
      for (guint64 g = 0; g < n; g++)
        if (!read_group (self, pane, reader))
          return FALSE;
    }
  return !reader->failed;
}

/* Where nothing is evicted there is one pane, or one for each partition. */
static gboolean
check_panes (WeirAggState *self)
{
  const WeirAggPane *last;

  if (self->evicts || self->layout->is_sliding || self->panes->len == 0)
    return TRUE;
  last = g_ptr_array_index (self->panes, self->panes->len - 1);
  if (!self->is_partitioned)
    self->is_partitioned = self->panes->len > 1;
  return self->panes->len == (self->is_partitioned ? WEIR_AGG_PARTITIONS : 1) && last->id == self->panes->len - 1 &&
         ((WeirAggPane *)g_ptr_array_index (self->panes, 0))->id == 0;
}

gboolean
weir_agg_state_read (WeirAggState *state,
                     WeirReader   *reader)
{
  if (!read_keys (state, reader) || !read_panes (state, reader) || !check_panes (state))
    return FALSE;
  weir_agg_state_begin (state);
  weir_agg_state_commit (state);
  return TRUE;
}

gboolean
weir_agg_state_apply_delta (WeirAggState *state,
                            WeirReader   *reader)
{
  gint64 evict_us = (gint64)weir_reader_u64 (reader);

  weir_agg_state_begin (state);
  if (!read_keys (state, reader) || !read_panes (state, reader) || !check_panes (state))
    return FALSE;
  state->evict_us = evict_us;
  weir_agg_state_commit (state);
  return TRUE;
}
