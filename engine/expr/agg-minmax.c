/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* min and max over every type with an order. */

static gboolean
is_max (const WeirAggCall *call)
{
  return call->aggregate->name[1] == 'a';
}

static WeirType *
bind_minmax (WeirAggCall *call,
             WeirZone    *zone,
             GError     **error)
{
  WeirType *type = call->args[0]->type;

  if (!weir_type_is_orderable (type))
    {
      g_autofree char *sql = weir_type_to_sql (type);

      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: The `%s` does not support ordering on type \"%s\".", call->name, call->aggregate->name, sql);
      return NULL;
    }
  call->state_size = _weir_cell_size (type);
  call->owns_memory = _weir_cell_owns_memory (type);
  return weir_type_ref (type);
}

/* Integers and times; a state that is not set takes any value. */
#define EXTREME_LOOP(ctype, field, better)                     \
  WEIR_AGG_LOOP (WeirAggCell, states, sel, column->validity, { \
    ctype value = weir_column_values (column, ctype)[row];     \
                                                               \
    if (!state->is_set || (better))                            \
      {                                                        \
        state->field = value;                                  \
        state->is_set = 1;                                     \
      }                                                        \
  })

#define EXTREME_INT(ctype)                           \
  G_STMT_START                                       \
  {                                                  \
    if (is_max (call))                               \
      EXTREME_LOOP (ctype, i64, value > state->i64); \
    else                                             \
      EXTREME_LOOP (ctype, i64, value < state->i64); \
  }                                                  \
  G_STMT_END

static void
update_any (const WeirAggCall *call,
            WeirAggStates      states,
            WeirColumn        *column,
            WeirSel            sel)
{
  WeirCellKind kind = _weir_cell_kind (column->type);
  gboolean     max = is_max (call);

  if (column->type->kind == WEIR_TYPE_VOID)
    return;
  WEIR_AGG_LOOP (WeirAggCell, states, sel, column->validity, {
    int order = state->is_set ? _weir_cell_compare (state, kind, column, row) : (max ? -1 : 1);

    if (max ? order < 0 : order > 0)
      _weir_cell_set (call, state, kind, column, row);
  });
}

static void
update_minmax (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      states,
               WeirColumn       **args,
               WeirSel            sel)
{
  WeirColumn *column = args[0];

  switch (column->type->kind)
    {
    case WEIR_TYPE_TINYINT:
      EXTREME_INT (gint8);
      break;
    case WEIR_TYPE_SMALLINT:
      EXTREME_INT (gint16);
      break;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      EXTREME_INT (gint32);
      break;
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      EXTREME_INT (gint64);
      break;
    case WEIR_TYPE_DOUBLE:
      /* NaN is the greatest. */
      if (is_max (call))
        EXTREME_LOOP (double, d, !(value <= state->d) && state->d == state->d);
      else
        EXTREME_LOOP (double, d, value < state->d || (state->d != state->d && value == value));
      break;
    default:
      update_any (call, states, column, sel);
      break;
    }
}

static void
merge_minmax (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      to,
              WeirAggStates      from,
              guint              n,
              gboolean           keep)
{
  WeirCellKind kind = _weir_cell_kind (call->type);
  gboolean     max = is_max (call);

  WEIR_AGG_MERGE_LOOP (WeirAggCell, to, from, n, {
    if (src->is_set)
      {
        int order = dst->is_set ? _weir_cell_compare_cells (dst, src, kind) : (max ? -1 : 1);

        if (max ? order < 0 : order > 0)
          _weir_cell_take (call, dst, src, kind, keep);
      }
    if (!keep)
      _weir_cell_clear (call, src, kind);
  });
}

static const WeirAggregate aggregates[] = {
  { "max", "max(expr)", N_ ("Greatest value that is not NULL."),
    "SELECT max(price)", 1, 1, WEIR_AGGREGATE_POINTERS, bind_minmax, NULL, update_minmax, merge_minmax, _weir_agg_cell_finish, _weir_agg_cell_clear, _weir_agg_cell_write, _weir_agg_cell_read },
  { "min", "min(expr)", N_ ("Smallest value that is not NULL."),
    "SELECT min(price)", 1, 1, WEIR_AGGREGATE_POINTERS, bind_minmax, NULL, update_minmax, merge_minmax, _weir_agg_cell_finish, _weir_agg_cell_clear, _weir_agg_cell_write, _weir_agg_cell_read },
};

const WeirAggFamily _weir_agg_family_minmax = { aggregates, G_N_ELEMENTS (aggregates) };
