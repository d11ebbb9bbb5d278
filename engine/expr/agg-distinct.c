/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/agg-values-private.h"

/*
 * DISTINCT in front of any aggregate: its arguments are kept as a set, and the aggregate itself runs over them when the group is given out.
 * So a group's bytes are those of a set, and merging is that of sets.
 */

static void
update_distinct (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      states,
                 WeirColumn       **args,
                 WeirSel            sel)
{
  for (guint i = 0; i < sel.n; i++)
    {
      guint          row = weir_sel_row (sel, i);
      WeirAggValues *values = _weir_agg_values_ensure ((void *)weir_agg_state (states, i), TRUE);
      WeirWriter     writer = { values->bytes };
      guint32        start = values->bytes->len;

      for (guint a = 0; a < call->n_args; a++)
        weir_value_write (args[a], row, TRUE, &writer);
      _weir_agg_values_close (values, start, 1);
      if (!_weir_agg_values_tell_size (call, eval, values, 0, row))
        return;
    }
}

/* Runs the aggregate behind the set over its values into @state. */
static void
run_inner (const WeirAggCall   *call,
           WeirEval            *eval,
           const WeirAggValues *values,
           guint8              *state)
{
  g_autofree WeirColumnBuilder **builders = g_new0 (WeirColumnBuilder *, call->n_args);
  g_autofree WeirColumn        **args = g_new0 (WeirColumn *, call->n_args);
  WeirReader                     reader;

  for (guint a = 0; a < call->n_args; a++)
    builders[a] = weir_column_builder_new (call->args[a]->type, 0);
  weir_reader_init (&reader, values->bytes->data, values->bytes->len);
  for (guint64 done = 0; done < values->n;)
    {
      guint n = (guint)MIN (values->n - done, 8192);

      for (guint i = 0; i < n; i++)
        for (guint a = 0; a < call->n_args; a++)
          weir_value_read (builders[a], &reader);
      for (guint a = 0; a < call->n_args; a++)
        args[a] = weir_column_builder_finish (builders[a]);
      call->aggregate->update (call, eval, (WeirAggStates){ state, 0, NULL }, args, weir_sel_all (n));
      for (guint a = 0; a < call->n_args; a++)
        weir_column_unref (args[a]);
      done += n;
    }
  for (guint a = 0; a < call->n_args; a++)
    weir_column_builder_free (builders[a]);
}

static WeirColumn *
finish_distinct (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      states,
                 guint              n)
{
  WeirAggCall inner = *call;
  guint8     *base;
  WeirColumn *column;

  inner.is_distinct = FALSE;
  inner.state_size = call->distinct_inner_size;
  base = g_aligned_alloc0 (MAX (n, 1), inner.state_size, 16);
  for (guint i = 0; i < n; i++)
    {
      const WeirAggValuesState *state = (const void *)weir_agg_state (states, i);

      if (call->aggregate->init != NULL)
        call->aggregate->init (&inner, base + i * inner.state_size);
      if (state->values != NULL)
        run_inner (&inner, eval, state->values, base + i * inner.state_size);
    }
  column = call->aggregate->finish (&inner, eval, (WeirAggStates){ base, inner.state_size, NULL }, n);
  if (call->aggregate->clear != NULL)
    for (guint i = 0; i < n; i++)
      call->aggregate->clear (&inner, base + i * inner.state_size);
  g_aligned_free (base);
  return column;
}

const WeirAggregate _weir_agg_distinct = {
  .name = "distinct",
  .flags = WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS,
  .update = update_distinct,
  .merge = _weir_agg_values_merge,
  .finish = finish_distinct,
  .clear = _weir_agg_values_clear,
  .write = _weir_agg_values_write,
  .read = _weir_agg_values_read,
};
