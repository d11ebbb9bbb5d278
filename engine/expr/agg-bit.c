/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* bit_and, bit_or, bit_xor over integers. */

typedef struct
{
  gint64  bits;
  guint64 seen;
} BitState;

static WeirType *
bind_bit (WeirAggCall *call,
          WeirZone    *zone,
          GError     **error)
{
  call->state_size = sizeof (BitState);
  if (weir_type_is_integral (call->args[0]->type))
    return weir_type_ref (call->args[0]->type);
  if (call->args[0]->type->kind == WEIR_TYPE_VOID)
    return _weir_agg_coerce (call, 0, WEIR_INT, error) ? WEIR_INT : NULL;
  _weir_agg_mismatch (call, 0, "INTEGRAL", error);
  return NULL;
}

static inline void
add (BitState *state,
     char      op,
     gint64    value)
{
  if (!state->seen)
    state->bits = value;
  else if (op == 'a')
    state->bits &= value;
  else if (op == 'o')
    state->bits |= value;
  else
    state->bits ^= value;
  state->seen = 1;
}

static void
update_bit (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            WeirColumn       **args,
            WeirSel            sel)
{
  char op = call->aggregate->name[4];

  WEIR_AGG_LOOP (BitState, states, sel, args[0]->validity, add (state, op, _weir_agg_i64 (args[0], row)));
}

static void
merge_bit (const WeirAggCall *call,
           WeirEval          *eval,
           WeirAggStates      to,
           WeirAggStates      from,
           guint              n,
           gboolean           keep)
{
  char op = call->aggregate->name[4];

  WEIR_AGG_MERGE_LOOP (BitState, to, from, n, {
    if (src->seen)
      add (dst, op, src->bits);
    if (!keep)
      memset (src, 0, sizeof *src);
  });
}

static WeirColumn *
finish_bit (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const BitState *state = (const void *)weir_agg_state (states, i);

      if (state->seen)
        weir_column_builder_append_i64 (builder, state->bits);
      else
        weir_column_builder_append_null (builder);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

#define BIT(name, doc)                                                                                                                                                \
  {                                                                                                                                                                   \
    name, name "(expr)", doc, "SELECT " name "(flags)", 1, 1, 0, bind_bit, NULL, update_bit, merge_bit, finish_bit, NULL, _weir_agg_plain_write, _weir_agg_plain_read \
  }

static const WeirAggregate aggregates[] = {
  BIT ("bit_and", N_ ("Bitwise AND of the values that are not NULL.")),
  BIT ("bit_or", N_ ("Bitwise OR of the values that are not NULL.")),
  BIT ("bit_xor", N_ ("Bitwise exclusive OR of the values that are not NULL.")),
};

const WeirAggFamily _weir_agg_family_bit = { aggregates, G_N_ELEMENTS (aggregates) };
