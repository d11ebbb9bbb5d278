/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* count(*), count(x, …), count_if(condition): a number. */

static WeirType *
bind_count (WeirAggCall *call,
            WeirZone    *zone,
            GError     **error)
{
  call->state_size = sizeof (guint64);
  call->nullable = FALSE;
  return WEIR_BIGINT;
}

static WeirType *
bind_count_if (WeirAggCall *call,
               WeirZone    *zone,
               GError     **error)
{
  return _weir_agg_coerce (call, 0, WEIR_BOOLEAN, error) ? bind_count (call, zone, error) : NULL;
}

static void
count_all (WeirAggStates states,
           WeirSel       sel)
{
  if (states.groups == NULL && states.stride == 0)
    {
      *(guint64 *)(void *)states.base += sel.n;
      return;
    }
  for (guint i = 0; i < sel.n; i++)
    ++*(guint64 *)(void *)weir_agg_state (states, i);
}

static gboolean
any_null (const WeirAggCall *call,
          WeirColumn       **args,
          guint              row)
{
  for (guint a = 0; a < call->n_args; a++)
    if (weir_column_is_null (args[a], row))
      return TRUE;
  return FALSE;
}

static void
update_count (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      states,
              WeirColumn       **args,
              WeirSel            sel)
{
  gboolean has_nulls = FALSE;

  for (guint a = 0; a < call->n_args; a++)
    has_nulls = has_nulls || args[a]->validity != NULL || args[a]->type->kind == WEIR_TYPE_VOID;
  if (!has_nulls)
    {
      count_all (states, sel);
      return;
    }
  for (guint i = 0; i < sel.n; i++)
    *(guint64 *)(void *)weir_agg_state (states, i) += !any_null (call, args, weir_sel_row (sel, i));
}

static void
update_count_if (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      states,
                 WeirColumn       **args,
                 WeirSel            sel)
{
  WEIR_AGG_LOOP (guint64, states, sel, args[0]->validity, *state += weir_bit (args[0]->values, row));
}

static void
merge_count (const WeirAggCall *call,
             WeirEval          *eval,
             WeirAggStates      to,
             WeirAggStates      from,
             guint              n,
             gboolean           keep)
{
  WEIR_AGG_MERGE_LOOP (guint64, to, from, n, {
    *dst += *src;
    if (!keep)
      *src = 0;
  });
}

static WeirColumn *
finish_count (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      states,
              guint              n)
{
  WeirBuffer *values = weir_buffer_new (MAX (n, 1) * sizeof (gint64));

  for (guint i = 0; i < n; i++)
    ((gint64 *)(void *)values->data)[i] = *(gint64 *)(void *)weir_agg_state (states, i);
  return weir_column_new_flat (WEIR_BIGINT, n, values, NULL);
}

static void
write_count (const WeirAggCall *call,
             const guint8      *state,
             WeirWriter        *writer)
{
  weir_writer_varint (writer, *(const guint64 *)(const void *)state);
}

static gboolean
read_count (const WeirAggCall *call,
            guint8            *state,
            WeirReader        *reader)
{
  *(guint64 *)(void *)state = weir_reader_varint (reader);
  return !reader->failed;
}

static const WeirAggregate aggregates[] = {
  { "count", "count(*) or count(expr[, expr…])", N_ ("Number of rows, or of rows where no argument is NULL."),
    "SELECT count(*)", 0, -1, 0, bind_count, NULL, update_count, merge_count, finish_count, NULL, write_count, read_count },
  { "count_if", "count_if(condition)", N_ ("Number of rows where the condition is true."),
    "SELECT count_if(price > 10)", 1, 1, 0, bind_count_if, NULL, update_count_if, merge_count, finish_count, NULL, write_count, read_count },
};

const WeirAggFamily _weir_agg_family_count = { aggregates, G_N_ELEMENTS (aggregates) };
