/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "expr/agg-private.h"

/* bool_and, bool_or and their other names: whether a value was seen, and which ones. */

typedef struct
{
  guint32 seen;
  guint32 value;
} BoolState;

static gboolean
is_and (const WeirAggCall *call)
{
  return strcmp (call->aggregate->name, "bool_and") == 0 || strcmp (call->aggregate->name, "every") == 0;
}

static WeirType *
bind_bool (WeirAggCall *call,
           WeirZone    *zone,
           GError     **error)
{
  call->state_size = sizeof (BoolState);
  return _weir_agg_coerce (call, 0, WEIR_BOOLEAN, error) ? WEIR_BOOLEAN : NULL;
}

static inline void
add (BoolState *state,
     gboolean   conjunction,
     guint32    value)
{
  if (!state->seen)
    state->value = value;
  else if (conjunction)
    state->value &= value;
  else
    state->value |= value;
  state->seen = 1;
}

static void
update_bool (const WeirAggCall *call,
             WeirEval          *eval,
             WeirAggStates      states,
             WeirColumn       **args,
             WeirSel            sel)
{
  gboolean conjunction = is_and (call);

  WEIR_AGG_LOOP (BoolState, states, sel, args[0]->validity, add (state, conjunction, weir_bit (args[0]->values, row)));
}

static void
merge_bool (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      to,
            WeirAggStates      from,
            guint              n,
            gboolean           keep)
{
  gboolean conjunction = is_and (call);

  WEIR_AGG_MERGE_LOOP (BoolState, to, from, n, {
    if (src->seen)
      add (dst, conjunction, src->value);
    if (!keep)
      memset (src, 0, sizeof *src);
  });
}

static WeirColumn *
finish_bool (const WeirAggCall *call,
             WeirEval          *eval,
             WeirAggStates      states,
             guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_BOOLEAN, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const BoolState *state = (const void *)weir_agg_state (states, i);

      if (state->seen)
        weir_column_builder_append_bool (builder, state->value != 0);
      else
        weir_column_builder_append_null (builder);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

static void
write_bool (const WeirAggCall *call,
            const guint8      *state,
            WeirWriter        *writer)
{
  const BoolState *value = (const void *)state;

  weir_writer_u8 (writer, (guint8)(value->seen | value->value << 1));
}

static gboolean
read_bool (const WeirAggCall *call,
           guint8            *state,
           WeirReader        *reader)
{
  guint8 bits = weir_reader_u8 (reader);

  *(BoolState *)(void *)state = (BoolState){ bits & 1, bits >> 1 & 1 };
  return !reader->failed;
}

#define BOOL(name, doc)                                                                                                                          \
  {                                                                                                                                              \
    name, name "(expr)", doc, "SELECT " name "(ok)", 1, 1, 0, bind_bool, NULL, update_bool, merge_bool, finish_bool, NULL, write_bool, read_bool \
  }

static const WeirAggregate aggregates[] = {
  BOOL ("any", N_ ("Whether a value is true.")),
  BOOL ("bool_and", N_ ("Whether all values are true.")),
  BOOL ("bool_or", N_ ("Whether a value is true.")),
  BOOL ("every", N_ ("Whether all values are true.")),
  BOOL ("some", N_ ("Whether a value is true.")),
};

const WeirAggFamily _weir_agg_family_bool = { aggregates, G_N_ELEMENTS (aggregates) };
