/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "expr/eval.h"

G_BEGIN_DECLS

typedef struct _WeirAggregate WeirAggregate;

/**
 * WeirAggCall:
 *
 * A bound aggregate: read-only, shared by threads. Its state is `state_size` bytes (aligned to 16) inside the row of a state table;
 * what does not fit hangs on a pointer there that `clear` frees.
 */
typedef struct
{
  gatomicrefcount      ref_count;
  const WeirAggregate *aggregate;
  WeirType            *type; /* Owned: result */
  gboolean             nullable;
  gboolean             is_distinct;
  gboolean             ignore_nulls; /* first, last, any_value */
  WeirExpr            *filter;       /* Owned, nullable: FILTER (WHERE …); the operator narrows the selection */
  guint                n_args;
  WeirExpr           **args; /* Owned; over the operator's input */
  gsize                state_size;
  WeirSpan             span;
  char                *name; /* automatic column name: `count(1)` */
  gpointer             data; /* per aggregate */
  GDestroyNotify       data_free;
} WeirAggCall;

typedef enum
{
  WEIR_AGGREGATE_ORDER_SENSITIVE = 1 << 0, /* float sums, first, last, collect: merged per morsel in morsel order */
  WEIR_AGGREGATE_POINTERS = 1 << 1,        /* state owns memory: clear must be called */
} WeirAggregateFlags;

struct _WeirAggregate
{
  const char        *name;
  const char        *signature;
  const char        *doc;
  const char        *example;
  gint8              n_args_min, n_args_max; /* count(*) has none */
  WeirAggregateFlags flags;

  /* Coerces call->args, sets state_size, nullable and data; returns the result type. (transfer full) (nullable) */
  WeirType *(*bind) (WeirAggCall *call, WeirZone *zone, GError **error);
  /* A zeroed state is the empty state unless init is given. */
  void (*init) (const WeirAggCall *call, guint8 *state);
  /* Row i of the selection goes into the state at @base + groups[i] × @stride. @args are flat. Errors go to @eval by row. */
  void (*update) (const WeirAggCall *call, WeirEval *eval, guint8 *base, gsize stride, const guint32 *groups, WeirColumn **args, WeirSel sel);
  /* @src is left empty (its memory may move into @dst). FALSE with @error on overflow. */
  gboolean (*merge) (const WeirAggCall *call, guint8 *dst, guint8 *src, GError **error);
  /* Results of the states at @base + groups[i] × @stride, i < @n. (transfer full) */
  WeirColumn *(*finish) (const WeirAggCall *call, WeirEval *eval, guint8 *base, gsize stride, const guint32 *groups, guint n);
  void (*clear) (const WeirAggCall *call, guint8 *state);
  /* Deterministic bytes of one state, and back. FALSE on damaged bytes. */
  void (*write) (const WeirAggCall *call, const guint8 *state, WeirWriter *writer);
  gboolean (*read) (const WeirAggCall *call, guint8 *state, WeirReader *reader);
};

const WeirAggregate        *weir_aggregate_lookup (const char *name);
const WeirAggregate *const *weir_aggregate_list (guint *n_aggregates);

/* Takes @args (also on failure) and @filter. (transfer full) (nullable) */
WeirAggCall *weir_agg_call_new (const WeirAggregate *aggregate, WeirExpr **args, guint n_args, gboolean is_distinct, gboolean ignore_nulls, WeirExpr *filter, WeirSpan span, WeirZone *zone, GError **error);
WeirAggCall *weir_agg_call_ref (WeirAggCall *call);
void         weir_agg_call_unref (WeirAggCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirAggCall, weir_agg_call_unref)

G_END_DECLS
