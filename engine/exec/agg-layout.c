/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "exec/hash-aggregate.h"

/* Keys, payload and panes of an aggregation. */

static gint64
gcd (gint64 a,
     gint64 b)
{
  while (b != 0)
    {
      gint64 rest = a % b;

      a = b;
      b = rest;
    }
  return a;
}

static void
init_keys (WeirAggLayout *self,
           WeirPlan      *plan)
{
  g_autofree WeirType **types = g_new (WeirType *, MAX (plan->aggregate.n_keys, 1));

  self->keys = g_new (WeirExpr *, MAX (plan->aggregate.n_keys, 1));
  self->key_at = g_new (guint, MAX (plan->aggregate.n_keys, 1));
  self->time_key = -1;
  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    {
      if ((int)i == plan->aggregate.window_key)
        continue;
      if ((int)i == plan->aggregate.event_time_key)
        self->time_key = (int)self->n_keys;
      types[self->n_keys] = plan->aggregate.keys[i]->type;
      self->key_at[self->n_keys] = i;
      self->keys[self->n_keys++] = plan->aggregate.keys[i];
    }
  weir_key_codec_init (&self->codec, types, self->n_keys);
}

static void
init_panes (WeirAggLayout        *self,
            const WeirWindowSpec *window)
{
  self->time = WEIR_AGG_TIME_PANE;
  self->origin_us = window->start_us;
  self->pane_us = gcd (window->size_us, window->slide_us);
  self->size_panes = window->size_us / self->pane_us;
  self->slide_panes = window->slide_us / self->pane_us;
  self->is_sliding = self->size_panes > 1;
  if (window->size_us == window->slide_us)
    self->is_sliding = FALSE;
}

static void
init_states (WeirAggLayout *self,
             WeirPlan      *plan)
{
  self->n_aggs = plan->aggregate.n_aggs;
  self->calls = plan->aggregate.aggs;
  self->ops = g_new (const WeirAggregate *, MAX (self->n_aggs, 1));
  self->offsets = g_new (gsize, MAX (self->n_aggs, 1));
  self->stride = WEIR_AGG_MARK_BYTES;
  for (guint a = 0; a < self->n_aggs; a++)
    {
      WeirAggCall *call = self->calls[a];
      gsize        align = call->state_size % 16 == 0 ? 16 : 8;

      self->ops[a] = weir_agg_call_ops (call);
      self->stride = (self->stride + align - 1) & ~(align - 1);
      self->offsets[a] = self->stride;
      self->stride += call->state_size;
      self->owns_memory = self->owns_memory || call->owns_memory;
      self->has_init = self->has_init || self->ops[a]->init != NULL;
    }
  self->stride = (self->stride + 15) & ~(gsize)15;
}

void
weir_agg_layout_init (WeirAggLayout *layout,
                      WeirPlan      *plan)
{
  memset (layout, 0, sizeof *layout);
  layout->plan = plan;
  init_keys (layout, plan);
  init_states (layout, plan);
  if (plan->aggregate.window_key >= 0 && !plan->aggregate.is_session)
    init_panes (layout, &plan->aggregate.window);
  else if (layout->time_key >= 0)
    layout->time = WEIR_AGG_TIME_KEY;
  layout->is_global = plan->aggregate.n_keys == 0 && !plan->aggregate.is_distinct;
}

void
weir_agg_layout_clear (WeirAggLayout *layout)
{
  weir_key_codec_clear (&layout->codec);
  g_free (layout->keys);
  g_free (layout->key_at);
  g_free (layout->ops);
  g_free (layout->offsets);
}

void
weir_agg_layout_init_states (const WeirAggLayout *layout,
                             WeirGroupTable      *table,
                             guint                from,
                             guint                to)
{
  if (!layout->has_init)
    return;
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->ops[a]->init != NULL)
      for (guint g = from; g < to; g++)
        layout->ops[a]->init (layout->calls[a], weir_group_payload (table, g) + layout->offsets[a]);
}

void
weir_agg_layout_clear_states (const WeirAggLayout *layout,
                              WeirGroupTable      *table,
                              guint                from,
                              guint                to)
{
  if (!layout->owns_memory)
    return;
  for (guint a = 0; a < layout->n_aggs; a++)
    if (layout->calls[a]->owns_memory)
      for (guint g = from; g < to; g++)
        layout->ops[a]->clear (layout->calls[a], weir_group_payload (table, g) + layout->offsets[a]);
}

void
weir_agg_layout_free_table (const WeirAggLayout *layout,
                            WeirGroupTable      *table)
{
  if (table == NULL)
    return;
  weir_agg_layout_clear_states (layout, table, 0, table->n);
  weir_group_table_free (table);
}

gint64
weir_agg_layout_first_window (const WeirAggLayout *layout,
                              gint64               pane)
{
  return -weir_floor_div (-(pane - layout->size_panes + 1), layout->slide_panes);
}

gint64
weir_agg_layout_last_window (const WeirAggLayout *layout,
                             gint64               pane)
{
  return weir_floor_div (pane, layout->slide_panes);
}

gint64
weir_agg_layout_window_start_us (const WeirAggLayout *layout,
                                 gint64               window)
{
  return layout->origin_us + window * layout->slide_panes * layout->pane_us;
}

gint64
weir_agg_layout_window_end_us (const WeirAggLayout *layout,
                               gint64               window)
{
  return weir_add_clamped (weir_agg_layout_window_start_us (layout, window), layout->size_panes * layout->pane_us);
}

gint64
weir_agg_layout_final_us (const WeirAggLayout *layout,
                          gint64               time)
{
  switch (layout->time)
    {
    case WEIR_AGG_TIME_PANE:
      return weir_agg_layout_window_end_us (layout, weir_agg_layout_last_window (layout, time));
    case WEIR_AGG_TIME_KEY:
      return time == G_MININT64 ? G_MAXINT64 : time;
    case WEIR_AGG_TIME_NONE:
      break;
    }
  return G_MAXINT64;
}

gsize
weir_agg_layout_heap_bytes (const WeirAggLayout *layout)
{
  gsize bytes = 0;

  for (guint a = 0; layout->owns_memory && a < layout->n_aggs; a++)
    bytes += weir_agg_call_get_heap_bytes (layout->calls[a]);
  return bytes;
}
