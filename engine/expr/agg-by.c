/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* max_by, min_by: the value of the row whose order is greatest or smallest. Of equal ones Spark keeps the last. */

/* The result first, as in states of one cell. */
typedef struct
{
  WeirAggCell value;
  WeirAggCell order;
} ByState;

static gboolean
is_max (const WeirAggCall *call)
{
  return call->aggregate->name[1] == 'a';
}

static WeirType *
bind_by (WeirAggCall *call,
         WeirZone    *zone,
         GError     **error)
{
  if (!weir_type_is_orderable (call->args[1]->type))
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: its type has no order.", call->name);
      return NULL;
    }
  call->state_size = sizeof (ByState);
  return weir_type_ref (call->args[0]->type);
}

static void
update_by (const WeirAggCall *call,
           WeirEval          *eval,
           WeirAggStates      states,
           WeirColumn       **args,
           WeirSel            sel)
{
  WeirCellKind value_kind = _weir_cell_kind (args[0]->type), order_kind = _weir_cell_kind (args[1]->type);
  gboolean     max = is_max (call);

  for (guint i = 0; i < sel.n; i++)
    {
      guint    row = weir_sel_row (sel, i);
      ByState *state = (void *)weir_agg_state (states, i);
      int      order;

      if (weir_column_is_null (args[1], row))
        continue;
      order = state->order.is_set ? _weir_cell_compare (&state->order, order_kind, args[1], row) : 0;
      if (max ? order > 0 : order < 0)
        continue;
      _weir_cell_set (call, &state->order, order_kind, args[1], row);
      _weir_cell_set (call, &state->value, value_kind, args[0], row);
    }
}

static void
clear_by (const WeirAggCall *call,
          guint8            *state)
{
  ByState *by = (void *)state;

  _weir_cell_clear (call, &by->value, _weir_cell_kind (call->args[0]->type));
  _weir_cell_clear (call, &by->order, _weir_cell_kind (call->args[1]->type));
}

static void
merge_by (const WeirAggCall *call,
          WeirEval          *eval,
          WeirAggStates      to,
          WeirAggStates      from,
          guint              n,
          gboolean           keep)
{
  WeirCellKind value_kind = _weir_cell_kind (call->args[0]->type), order_kind = _weir_cell_kind (call->args[1]->type);
  gboolean     max = is_max (call);

  WEIR_AGG_MERGE_LOOP (ByState, to, from, n, {
    if (src->order.is_set)
      {
        int order = dst->order.is_set ? _weir_cell_compare_cells (&dst->order, &src->order, order_kind) : 0;

        if (max ? order <= 0 : order >= 0)
          {
            _weir_cell_take (call, &dst->order, &src->order, order_kind, keep);
            _weir_cell_take (call, &dst->value, &src->value, value_kind, keep);
          }
      }
    if (!keep)
      clear_by (call, (guint8 *)src);
  });
}

static void
write_by (const WeirAggCall *call,
          const guint8      *state,
          WeirWriter        *writer)
{
  const ByState *by = (const void *)state;

  _weir_cell_write (&by->order, _weir_cell_kind (call->args[1]->type), writer);
  _weir_cell_write (&by->value, _weir_cell_kind (call->args[0]->type), writer);
}

static gboolean
read_by (const WeirAggCall *call,
         guint8            *state,
         WeirReader        *reader)
{
  ByState *by = (void *)state;

  return _weir_cell_read (call, &by->order, call->args[1]->type, reader) && _weir_cell_read (call, &by->value, call->args[0]->type, reader);
}

#define BY(name, doc)                                                                                                                 \
  {                                                                                                                                   \
    name, name "(value, order)", doc, "SELECT " name "(name, price)", 2, 2, WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS, \
      bind_by, NULL, update_by, merge_by, _weir_agg_cell_finish, clear_by, write_by, read_by                                          \
  }

static const WeirAggregate aggregates[] = {
  BY ("max_by", N_ ("The value of the row where the order is greatest.")),
  BY ("min_by", N_ ("The value of the row where the order is smallest.")),
};

const WeirAggFamily _weir_agg_family_by = { aggregates, G_N_ELEMENTS (aggregates) };
