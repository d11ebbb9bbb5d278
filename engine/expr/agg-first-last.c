/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* first, last, any_value: the value of the first or last row, or of the first or last that is not NULL. */

static gboolean
is_last (const WeirAggCall *call)
{
  return call->aggregate->name[0] == 'l';
}

static WeirType *
bind_first (WeirAggCall *call,
            WeirZone    *zone,
            GError     **error)
{
  if (call->n_args == 2)
    {
      g_autoptr (WeirColumn) value = NULL;
      gboolean               keep_arg = call->aggregate->name[0] == 'a';

      if (!_weir_agg_coerce (call, 1, WEIR_BOOLEAN, error) || !_weir_agg_constant (call, 1, &value, error))
        return NULL;
      call->ignore_nulls = !weir_column_is_null (value, 0) && weir_bit (value->dict != NULL ? value->dict->values : value->values, 0);
      _weir_agg_drop_args (call, 1);
      if (!keep_arg)
        {
          char *paren = strstr (call->name, ", ");

          /* Spark leaves the flag out of the name. */
          if (paren != NULL)
            strcpy (paren, ")");
        }
    }
  call->state_size = _weir_cell_size (call->args[0]->type);
  call->owns_memory = _weir_cell_owns_memory (call->args[0]->type);
  return weir_type_ref (call->args[0]->type);
}

static void
update_first (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      states,
              WeirColumn       **args,
              WeirSel            sel)
{
  WeirCellKind kind = _weir_cell_kind (call->type);
  gboolean     last = is_last (call);

  for (guint i = 0; i < sel.n; i++)
    {
      guint        row = weir_sel_row (sel, i);
      WeirAggCell *cell = (void *)weir_agg_state (states, i);

      if (!last && cell->is_set)
        continue;
      if (call->ignore_nulls && weir_column_is_null (args[0], row))
        continue;
      _weir_cell_set (call, cell, kind, args[0], row);
    }
}

static void
merge_first (const WeirAggCall *call,
             WeirEval          *eval,
             WeirAggStates      to,
             WeirAggStates      from,
             guint              n,
             gboolean           keep)
{
  WeirCellKind kind = _weir_cell_kind (call->type);
  gboolean     last = is_last (call);

  WEIR_AGG_MERGE_LOOP (WeirAggCell, to, from, n, {
    if (src->is_set && (last || !dst->is_set))
      _weir_cell_take (call, dst, src, kind, keep);
    if (!keep)
      _weir_cell_clear (call, src, kind);
  });
}

#define FIRST(name, doc)                                                                                                                  \
  {                                                                                                                                       \
    name, name "(expr[, isIgnoreNull])", doc, "SELECT " name "(price)", 1, 2, WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS,   \
      bind_first, NULL, update_first, merge_first, _weir_agg_cell_finish, _weir_agg_cell_clear, _weir_agg_cell_write, _weir_agg_cell_read \
  }

static const WeirAggregate aggregates[] = {
  FIRST ("any_value", N_ ("Some value of the group: its first.")),
  FIRST ("first", N_ ("Value of the first row; with isIgnoreNull, the first that is not NULL.")),
  FIRST ("first_value", N_ ("Value of the first row; with isIgnoreNull, the first that is not NULL.")),
  FIRST ("last", N_ ("Value of the last row; with isIgnoreNull, the last that is not NULL.")),
  FIRST ("last_value", N_ ("Value of the last row; with isIgnoreNull, the last that is not NULL.")),
};

const WeirAggFamily _weir_agg_family_first_last = { aggregates, G_N_ELEMENTS (aggregates) };
