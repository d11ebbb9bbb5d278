/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/agg-private.h"

G_BEGIN_DECLS

typedef struct
{
  GByteArray *bytes;
  GArray     *counts; /* mode: how often each value came */
  GHashTable *index;  /* sets and mode: Entry → itself */
  guint64     n;
  WeirAggHeap heap;
} WeirAggValues;

typedef struct
{
  WeirAggValues *values;
  guint64        unused; /* keeps the state 16 bytes */
} WeirAggValuesState;

/* The values of a state, made when there are none; @is_set: with an index. */
WeirAggValues *_weir_agg_values_ensure (WeirAggValuesState *state, gboolean is_set);
/* The bytes from @start on are a new value: kept, or taken back when the set has it. */
void _weir_agg_values_close (WeirAggValues *values, guint32 start, guint64 count);
/* After a change; @more bytes are about to come. FALSE: they would grow beyond bounds. Errors go to @eval. */
gboolean _weir_agg_values_tell_size (const WeirAggCall *call, WeirEval *eval, WeirAggValues *values, gsize more, guint row);
/* Whether a call keeps each value once. */
gboolean _weir_agg_values_is_set (const WeirAggCall *call);

/* Of WeirAggregate. */
void     _weir_agg_values_merge (const WeirAggCall *call, WeirEval *eval, WeirAggStates to, WeirAggStates from, guint n, gboolean keep);
void     _weir_agg_values_clear (const WeirAggCall *call, guint8 *state);
void     _weir_agg_values_write (const WeirAggCall *call, const guint8 *state, WeirWriter *writer);
gboolean _weir_agg_values_read (const WeirAggCall *call, guint8 *state, WeirReader *reader);

G_END_DECLS
