/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#include "expr/agg-private.h"

/*
 * percentile, median, percentile_cont and percentile_disc: exact, over all values kept as doubles. The result lies between its
 * neighbours, except percentile_disc's, which is the first value that so many are not above. WITHIN GROUP gives the value first and
 * whether its order descends last.
 */

typedef struct
{
  GArray     *values; /* double; NULL: empty */
  WeirAggHeap heap;
  guint64     unused;
} PercentileState;

typedef struct
{
  gboolean is_array;
  gboolean is_discrete;
  gboolean descends;
  guint    n;
  double  *fractions;
} Fractions;

static void
fractions_free (gpointer data)
{
  Fractions *self = data;

  g_free (self->fractions);
  g_free (self);
}

static Fractions *
fractions_new (const WeirColumn *flat,
               gboolean          is_array)
{
  Fractions *self = g_new0 (Fractions, 1);

  self->is_array = is_array;
  self->n = is_array ? weir_column_values (flat, WeirListView)[0].length : 1;
  self->fractions = g_new (double, MAX (self->n, 1));
  if (is_array)
    {
      guint offset = weir_column_values (flat, WeirListView)[0].offset;

      for (guint i = 0; i < self->n; i++)
        self->fractions[i] = weir_column_values (flat->children[0], double)[offset + i];
    }
  else
    self->fractions[0] = weir_column_values (flat, double)[0];
  return self;
}

static gboolean
bind_fractions (WeirAggCall *call,
                GError     **error)
{
  g_autoptr (WeirColumn) value = NULL;
  g_autoptr (WeirColumn) flat = NULL;
  g_autoptr (WeirType)   list = weir_type_new_array (WEIR_DOUBLE, FALSE);
  gboolean               is_array = call->args[1]->type->kind == WEIR_TYPE_ARRAY;
  Fractions             *fractions;

  if (!_weir_agg_coerce (call, 1, is_array ? list : WEIR_DOUBLE, error) || !_weir_agg_constant (call, 1, &value, error))
    return FALSE;
  flat = weir_column_flatten (value);
  fractions = fractions_new (flat, is_array);
  call->data = fractions;
  call->data_free = fractions_free;
  for (guint i = 0; i < fractions->n; i++)
    if (!(fractions->fractions[i] >= 0 && fractions->fractions[i] <= 1))
      return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", call->span,
                        "Cannot resolve \"%s\" due to data type mismatch: The percentage must be between [0.0, 1.0].", call->name);
  return TRUE;
}

static gboolean
bind_descends (WeirAggCall *call,
               GError     **error)
{
  g_autoptr (WeirColumn) value = NULL;
  g_autoptr (WeirColumn) flat = NULL;

  if (!_weir_agg_constant (call, 2, &value, error))
    return FALSE;
  flat = weir_column_flatten (value);
  ((Fractions *)call->data)->descends = weir_bit (flat->values, 0);
  ((Fractions *)call->data)->is_discrete = strcmp (call->aggregate->name, "percentile_disc") == 0;
  return TRUE;
}

static WeirType *
bind_percentile (WeirAggCall *call,
                 WeirZone    *zone,
                 GError     **error)
{
  gboolean is_median = call->aggregate->name[0] == 'm', within = g_str_has_prefix (call->aggregate->name, "percentile_");

  call->state_size = sizeof (PercentileState);
  if (within)
    {
      g_autofree char *old = call->name;
      gboolean         descends = call->args[2]->kind == WEIR_EXPR_LITERAL && weir_bit (call->args[2]->literal->values, 0);

      call->name = g_strdup_printf ("%s(%s) WITHIN GROUP (ORDER BY %s%s)", call->aggregate->name, call->args[1]->name, call->args[0]->name, descends ? " DESC" : "");
    }
  if (call->n_args > 2 && !within)
    {
      weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, call->span, "percentile() with a frequency");
      return NULL;
    }
  if (!_weir_agg_coerce (call, 0, WEIR_DOUBLE, error) || (!is_median && !bind_fractions (call, error)) || (within && !bind_descends (call, error)))
    return NULL;
  if (within)
    _weir_agg_drop_args (call, 1);
  else if (!is_median)
    {
      char *name = g_strdup_printf ("%.*s, 1)", (int)strlen (call->name) - 1, call->name);

      g_free (call->name);
      call->name = name;
      _weir_agg_drop_args (call, 1);
    }
  return call->data != NULL && ((Fractions *)call->data)->is_array ? weir_type_new_array (WEIR_DOUBLE, FALSE) : WEIR_DOUBLE;
}

static void
update_percentile (const WeirAggCall *call,
                   WeirEval          *eval,
                   WeirAggStates      states,
                   WeirColumn       **args,
                   WeirSel            sel)
{
  WEIR_AGG_LOOP (PercentileState, states, sel, args[0]->validity, {
    double value = weir_column_values (args[0], double)[row];

    if (state->values == NULL)
      state->values = g_array_new (FALSE, FALSE, sizeof (double));
    g_array_append_val (state->values, value);
    _weir_agg_heap_tell (&state->heap, call, state->values->len * sizeof (double));
  });
}

static void
clear_percentile (const WeirAggCall *call,
                  guint8            *state)
{
  _weir_agg_heap_end (&((PercentileState *)(void *)state)->heap);
  g_clear_pointer (&((PercentileState *)(void *)state)->values, g_array_unref);
}

static void
merge_percentile (const WeirAggCall *call,
                  WeirEval          *eval,
                  WeirAggStates      to,
                  WeirAggStates      from,
                  guint              n,
                  gboolean           keep)
{
  WEIR_AGG_MERGE_LOOP (PercentileState, to, from, n, {
    if (src->values == NULL)
      continue;
    if (dst->values == NULL)
      dst->values = g_array_new (FALSE, FALSE, sizeof (double));
    g_array_append_vals (dst->values, src->values->data, src->values->len);
    _weir_agg_heap_tell (&dst->heap, call, dst->values->len * sizeof (double));
    if (!keep)
      clear_percentile (call, (guint8 *)src);
  });
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  if (x < y)
    return -1;
  if (x > y)
    return 1;
  return (x != x) - (y != y);
}

static double
discrete_of (const double *sorted,
             guint         n,
             double        fraction)
{
  double rank = ceil (n * fraction);

  return sorted[rank < 1 ? 0 : (guint)rank - 1];
}

static double
percentile_of (const double *sorted,
               guint         n,
               double        fraction)
{
  double position = (n - 1) * fraction, lower = floor (position), higher = ceil (position);
  double below = sorted[(guint)lower], above = sorted[(guint)higher];

  if (lower == higher || below == above)
    return below;
  return (higher - position) * below + (position - lower) * above;
}

static WeirColumn *
finish_percentile (const WeirAggCall *call,
                   WeirEval          *eval,
                   WeirAggStates      states,
                   guint              n)
{
  static double      half = 0.5;
  Fractions          median = { .n = 1, .fractions = &half };
  const Fractions   *fractions = call->data != NULL ? call->data : &median;
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumnBuilder *values = fractions->is_array ? builder->children[0] : builder;
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      GArray            *kept = ((const PercentileState *)(const void *)weir_agg_state (states, i))->values;
      g_autofree double *sorted = NULL;

      if (kept == NULL)
        {
          weir_column_builder_append_null (builder);
          continue;
        }
      sorted = g_memdup2 (kept->data, kept->len * sizeof (double));
      qsort (sorted, kept->len, sizeof (double), compare_doubles);
      for (guint low = 0, high = kept->len - 1; fractions->descends && low < high; low++, high--)
        {
          double value = sorted[low];

          sorted[low] = sorted[high];
          sorted[high] = value;
        }
      for (guint f = 0; f < fractions->n; f++)
        weir_column_builder_append_double (values, fractions->is_discrete ? discrete_of (sorted, kept->len, fractions->fractions[f]) : percentile_of (sorted, kept->len, fractions->fractions[f]));
      if (fractions->is_array)
        weir_column_builder_append_list (builder, fractions->n);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

static void
write_percentile (const WeirAggCall *call,
                  const guint8      *state,
                  WeirWriter        *writer)
{
  const PercentileState *percentile = (const void *)state;

  weir_writer_varint (writer, percentile->values != NULL ? percentile->values->len : 0);
  if (percentile->values != NULL)
    weir_writer_raw (writer, percentile->values->data, percentile->values->len * sizeof (double));
}

static gboolean
read_percentile (const WeirAggCall *call,
                 guint8            *state,
                 WeirReader        *reader)
{
  PercentileState *percentile = (void *)state;
  guint64          n = weir_reader_varint (reader);
  const guint8    *bytes;

  if (n == 0)
    return !reader->failed;
  if (n > reader->len / sizeof (double))
    return FALSE;
  bytes = weir_reader_raw (reader, n * sizeof (double));
  if (bytes == NULL)
    return FALSE;
  percentile->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_array_append_vals (percentile->values, bytes, (guint)n);
  _weir_agg_heap_tell (&percentile->heap, call, n * sizeof (double));
  return TRUE;
}

#define PERCENTILE(name, min, max, signature, doc)                                                                                  \
  {                                                                                                                                 \
    name, signature, doc, "SELECT " signature, min, max, WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS, bind_percentile, \
      NULL, update_percentile, merge_percentile, finish_percentile, clear_percentile, write_percentile, read_percentile             \
  }

static const WeirAggregate aggregates[] = {
  PERCENTILE ("median", 1, 1, "median(expr)", N_ ("The value in the middle.")),
  PERCENTILE ("percentile_cont", 3, 3, "percentile_cont(fraction) WITHIN GROUP (ORDER BY expr)", N_ ("The value below which that fraction of the values lies.")),
  PERCENTILE ("percentile_disc", 3, 3, "percentile_disc(fraction) WITHIN GROUP (ORDER BY expr)", N_ ("The first value that so many values are not above.")),
  PERCENTILE ("percentile", 2, 3, "percentile(expr, fraction)", N_ ("The value below which that fraction of the values lies; several for an array.")),
};

const WeirAggFamily _weir_agg_family_percentile = { aggregates, G_N_ELEMENTS (aggregates) };
