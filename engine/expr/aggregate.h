/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/bytes.h"
#include "expr/eval.h"

G_BEGIN_DECLS

typedef struct _WeirAggregate WeirAggregate;

/* Where states lie: number i at base + groups[i] × stride; without groups at base + i × stride. */
typedef struct
{
  guint8        *base;
  gsize          stride;
  const guint32 *groups; /* nullable */
} WeirAggStates;

static inline guint8 *
weir_agg_state (WeirAggStates states,
                guint         i)
{
  return states.base + (states.groups != NULL ? states.groups[i] : i) * states.stride;
}

/**
 * WeirAggCall:
 *
 * A bound aggregate: read-only, shared by threads. Its state is `state_size` bytes, a multiple of 8, inside the row of a state table,
 * aligned to 16 when the size is a multiple of 16;
 * what does not fit hangs on a pointer there that `clear` frees. States are moved by memcpy.
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
  gboolean             owns_memory;         /* states hold pointers: clear must be called */
  gsize                distinct_inner_size; /* DISTINCT: state of the aggregate behind the set */
  WeirSpan             span;
  char                *name; /* automatic column name: `count(1)` */
  gpointer             data; /* per aggregate */
  GDestroyNotify       data_free;
  gint64               heap_bytes; /* what states hold on pointers, told now and then; changed atomically, in `origin` where there is one */
  gpointer             origin;     /* Owned, nullable: the WeirAggCall this is a copy of; it lends `data` */
} WeirAggCall;

typedef enum
{
  WEIR_AGGREGATE_ORDER_SENSITIVE = 1 << 0, /* float sums, first, last, collect: merged per morsel in morsel order */
  WEIR_AGGREGATE_POINTERS = 1 << 1,        /* preset of call->owns_memory; bind may know better */
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
  /* Row i of the selection goes into state i. @args are flat. Errors go to @eval by row. */
  void (*update) (const WeirAggCall *call, WeirEval *eval, WeirAggStates states, WeirColumn **args, WeirSel sel);
  /* State i of @src goes into a state of @dst: both as (base, stride, groups), i < @n. With @keep the sources stay as they are, else they
   * are left empty and their memory may move. Errors go to @eval. */
  void (*merge) (const WeirAggCall *call, WeirEval *eval, WeirAggStates dst, WeirAggStates src, guint n, gboolean keep);
  /* Results of states 0 … n−1, which stay as they are. (transfer full) */
  WeirColumn *(*finish) (const WeirAggCall *call, WeirEval *eval, WeirAggStates states, guint n);
  void (*clear) (const WeirAggCall *call, guint8 *state);
  /* Deterministic bytes of one state, and back. FALSE on damaged bytes. */
  void (*write) (const WeirAggCall *call, const guint8 *state, WeirWriter *writer);
  gboolean (*read) (const WeirAggCall *call, guint8 *state, WeirReader *reader);
};

const WeirAggregate        *weir_aggregate_lookup (const char *name);
const WeirAggregate *const *weir_aggregate_list (guint *n_aggregates);

/* How @call computes: its aggregate, or for DISTINCT a set of the arguments in front of it. */
const WeirAggregate *weir_agg_call_ops (const WeirAggCall *call);

/* Takes @args (also on failure) and @filter. (transfer full) (nullable) */
WeirAggCall *weir_agg_call_new (const WeirAggregate *aggregate, WeirExpr **args, guint n_args, gboolean is_distinct, gboolean ignore_nulls, WeirExpr *filter, WeirSpan span, WeirZone *zone, GError **error);
/* A copy with arguments and filter as weir_expr_map() gives them; types must stay. (transfer full) */
WeirAggCall *weir_agg_call_map (WeirAggCall *call, WeirExprMapFunc func, gpointer data);
/* Bytes on pointers of all states of @call and its copies, about. */
guint64      weir_agg_call_get_heap_bytes (const WeirAggCall *call);
WeirAggCall *weir_agg_call_ref (WeirAggCall *call);
void         weir_agg_call_unref (WeirAggCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirAggCall, weir_agg_call_unref)

G_END_DECLS
