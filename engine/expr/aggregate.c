/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/agg-private.h"

#include <stdlib.h>

#include "expr/kernel-private.h"

/* Registry of the aggregates, and the binding of a call. */

static const WeirAggFamily *const families[] = {
  &_weir_agg_family_approx,
  &_weir_agg_family_avg,
  &_weir_agg_family_bit,
  &_weir_agg_family_bool,
  &_weir_agg_family_by,
  &_weir_agg_family_collect,
  &_weir_agg_family_count,
  &_weir_agg_family_count_min,
  &_weir_agg_family_first_last,
  &_weir_agg_family_histogram,
  &_weir_agg_family_minmax,
  &_weir_agg_family_moments,
  &_weir_agg_family_percentile,
  &_weir_agg_family_sum,
};

static const WeirAggregate **sorted;
static guint                 n_sorted;

static int
compare_aggregates (const void *a,
                    const void *b)
{
  return strcmp ((*(const WeirAggregate *const *)a)->name, (*(const WeirAggregate *const *)b)->name);
}

static void
ensure_sorted (void)
{
  static gsize once = 0;
  guint        n = 0;

  if (!g_once_init_enter (&once))
    return;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    n_sorted += families[f]->n;
  sorted = g_new (const WeirAggregate *, n_sorted);
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (guint i = 0; i < families[f]->n; i++)
      sorted[n++] = &families[f]->aggregates[i];
  qsort (sorted, n, sizeof sorted[0], compare_aggregates);
  g_once_init_leave (&once, 1);
}

static int
compare_name (const void *name,
              const void *item)
{
  return strcmp (name, (*(const WeirAggregate *const *)item)->name);
}

const WeirAggregate *
weir_aggregate_lookup (const char *name)
{
  g_autofree char            *lower = g_ascii_strdown (name, -1);
  const WeirAggregate *const *found;

  ensure_sorted ();
  found = bsearch (lower, sorted, n_sorted, sizeof sorted[0], compare_name);
  return found != NULL ? *found : NULL;
}

const WeirAggregate *const *
weir_aggregate_list (guint *n_aggregates)
{
  ensure_sorted ();
  *n_aggregates = n_sorted;
  return sorted;
}

const WeirAggregate *
weir_agg_call_ops (const WeirAggCall *call)
{
  return call->is_distinct ? &_weir_agg_distinct : call->aggregate;
}

gboolean
_weir_agg_mismatch (WeirAggCall *call,
                    guint        i,
                    const char  *required,
                    GError     **error)
{
  WeirFunction function = { .name = call->aggregate->name };
  WeirBind     bind = { .function = &function, .span = call->span, .n_args = call->n_args, .args = call->args };

  return _weir_bind_mismatch (&bind, i, required, error);
}

gboolean
_weir_agg_coerce (WeirAggCall *call,
                  guint        i,
                  WeirType    *type,
                  GError     **error)
{
  WeirFunction function = { .name = call->aggregate->name };
  WeirBind     bind = { .function = &function, .span = call->span, .n_args = call->n_args, .args = call->args };

  return _weir_bind_coerce (&bind, i, type, error);
}

gboolean
_weir_agg_constant (WeirAggCall *call,
                    guint        i,
                    WeirColumn **value,
                    GError     **error)
{
  WeirFunction function = { .name = call->aggregate->name };
  WeirBind     bind = { .function = &function, .span = call->span, .n_args = call->n_args, .args = call->args };

  *value = _weir_bind_constant (&bind, i);
  if (*value != NULL)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", call->span,
                    "Cannot resolve \"%s\" due to data type mismatch: the input %u should be a foldable expression.", call->name, i + 1);
}

void
_weir_agg_drop_args (WeirAggCall *call,
                     guint        n_left)
{
  while (call->n_args > n_left)
    weir_expr_unref (call->args[--call->n_args]);
}

void
_weir_agg_fail_overflow (WeirEval   *eval,
                         guint       row,
                         WeirSpan    span,
                         const char *what,
                         const char *hint)
{
  g_autofree char *alternative = hint != NULL ? g_strdup_printf (" Use '%s' to tolerate overflow and return NULL instead.", hint) : g_strdup ("");
  GError          *error = weir_error_new (WEIR_ERROR_RUN, "ARITHMETIC_OVERFLOW", span,
                                           "%s.%s If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.", what, alternative);

  weir_error_add_param (error, "message", what);
  weir_error_add_param (error, "alternative", alternative);
  weir_error_add_param (error, "config", "\"spark.sql.ansi.enabled\"");
  weir_eval_fail (eval, row, error);
}

/* `sum(DISTINCT x) FILTER (WHERE (y > 1))` */
static char *
call_name (const WeirAggCall *call)
{
  GString *name = g_string_new (call->aggregate->name);

  if (strcmp (call->aggregate->name, "array_agg") == 0)
    g_string_assign (name, "collect_list");
  g_string_append (name, call->is_distinct ? "(DISTINCT " : "(");
  if (call->n_args == 0)
    g_string_append_c (name, '1');
  for (guint i = 0; i < call->n_args; i++)
    g_string_append_printf (name, "%s%s", i > 0 ? ", " : "", _weir_expr_name (call->args[i]));
  g_string_append_c (name, ')');
  if (call->filter != NULL)
    g_string_append_printf (name, " FILTER (WHERE %s)", _weir_expr_name (call->filter));
  return g_string_free (name, FALSE);
}

static gboolean
check_args (const WeirAggregate *aggregate,
            guint                n_args,
            WeirSpan             span,
            GError             **error)
{
  g_autofree char *expected = NULL;

  if ((gint)n_args >= aggregate->n_args_min && (aggregate->n_args_max < 0 || (gint)n_args <= aggregate->n_args_max))
    return TRUE;
  expected = aggregate->n_args_min == aggregate->n_args_max ? g_strdup_printf ("%d", aggregate->n_args_min)
                                                            : g_strdup_printf ("[%d, %d]", aggregate->n_args_min, aggregate->n_args_max);
  return weir_fail (error, WEIR_ERROR_ANALYZE, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", span,
                    "The `%s` requires %s parameters but the actual number is %u.", aggregate->name, expected, n_args);
}

static gboolean
bind_call (WeirAggCall *call,
           WeirZone    *zone,
           GError     **error)
{
  if (call->filter != NULL && call->filter->type->kind != WEIR_TYPE_BOOLEAN)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", call->span,
                      "The FILTER expression \"%s\" in an aggregate function is invalid. Expected the boolean expression.", _weir_expr_name (call->filter));
  if (!check_args (call->aggregate, call->n_args, call->span, error))
    return FALSE;
  call->nullable = TRUE;
  call->owns_memory = (call->aggregate->flags & WEIR_AGGREGATE_POINTERS) != 0;
  call->name = call_name (call);
  call->type = call->aggregate->bind (call, zone, error);
  if (call->type == NULL)
    return FALSE;
  if (call->is_distinct)
    {
      call->distinct_inner_size = call->state_size;
      call->state_size = 16;
      call->owns_memory = TRUE;
    }
  return TRUE;
}

WeirAggCall *
weir_agg_call_new (const WeirAggregate *aggregate,
                   WeirExpr           **args,
                   guint                n_args,
                   gboolean             is_distinct,
                   gboolean             ignore_nulls,
                   WeirExpr            *filter,
                   WeirSpan             span,
                   WeirZone            *zone,
                   GError             **error)
{
  g_autoptr (WeirAggCall) call = g_new0 (WeirAggCall, 1);

  g_atomic_ref_count_init (&call->ref_count);
  call->aggregate = aggregate;
  call->is_distinct = is_distinct && n_args > 0;
  call->ignore_nulls = ignore_nulls;
  call->filter = filter;
  call->n_args = n_args;
  call->args = g_new0 (WeirExpr *, MAX (n_args, 1));
  for (guint i = 0; i < n_args; i++)
    call->args[i] = args[i];
  call->span = span;
  return bind_call (call, zone, error) ? g_steal_pointer (&call) : NULL;
}

WeirAggCall *
weir_agg_call_map (WeirAggCall    *call,
                   WeirExprMapFunc func,
                   gpointer        data)
{
  WeirAggCall *copy = g_memdup2 (call, sizeof *call);

  g_atomic_ref_count_init (&copy->ref_count);
  copy->type = weir_type_ref (call->type);
  copy->name = g_strdup (call->name);
  copy->args = g_new0 (WeirExpr *, MAX (call->n_args, 1));
  for (guint i = 0; i < call->n_args; i++)
    copy->args[i] = weir_expr_map (call->args[i], func, data);
  if (call->filter != NULL)
    copy->filter = weir_expr_map (call->filter, func, data);
  copy->origin = weir_agg_call_ref (call->origin != NULL ? call->origin : call);
  return copy;
}

static gint64 *
heap_of (const WeirAggCall *call)
{
  return &((WeirAggCall *)(call->origin != NULL ? call->origin : call))->heap_bytes;
}

void
_weir_agg_heap_grow (WeirAggHeap       *heap,
                     const WeirAggCall *call,
                     gsize              bytes)
{
  heap->total = heap_of (call);
  __atomic_fetch_add (heap->total, (gint64)(bytes - heap->told), __ATOMIC_RELAXED);
  heap->told = bytes;
}

void
_weir_agg_heap_end (WeirAggHeap *heap)
{
  if (heap->told > 0)
    __atomic_fetch_sub (heap->total, (gint64)heap->told, __ATOMIC_RELAXED);
  heap->told = 0;
}

void
_weir_agg_heap_add (const WeirAggCall *call,
                    gssize             bytes)
{
  __atomic_fetch_add (heap_of (call), (gint64)bytes, __ATOMIC_RELAXED);
}

guint64
weir_agg_call_get_heap_bytes (const WeirAggCall *call)
{
  gint64 bytes = __atomic_load_n (heap_of (call), __ATOMIC_RELAXED);

  return (guint64)MAX (bytes, 0);
}

WeirAggCall *
weir_agg_call_ref (WeirAggCall *call)
{
  g_atomic_ref_count_inc (&call->ref_count);
  return call;
}

void
weir_agg_call_unref (WeirAggCall *call)
{
  if (call == NULL || !g_atomic_ref_count_dec (&call->ref_count))
    return;
  for (guint i = 0; i < call->n_args; i++)
    weir_expr_unref (call->args[i]);
  g_free (call->args);
  g_clear_pointer (&call->filter, weir_expr_unref);
  g_clear_pointer (&call->type, weir_type_unref);
  if (call->origin != NULL)
    weir_agg_call_unref (call->origin);
  else if (call->data_free != NULL)
    call->data_free (call->data);
  g_free (call->name);
  g_free (call);
}

/* ---- plain states -------------------------------------------------------------------------------------------------- */

void
_weir_agg_plain_write (const WeirAggCall *call,
                       const guint8      *state,
                       WeirWriter        *writer)
{
  weir_writer_raw (writer, state, call->state_size);
}

gboolean
_weir_agg_plain_read (const WeirAggCall *call,
                      guint8            *state,
                      WeirReader        *reader)
{
  const guint8 *bytes = weir_reader_raw (reader, call->state_size);

  if (bytes != NULL)
    memcpy (state, bytes, call->state_size);
  return bytes != NULL;
}
