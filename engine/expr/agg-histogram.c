/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "expr/agg-private.h"
#include "expr/java-random-private.h"

/*
 * histogram_numeric after Ben-Haim and Tom-Tov, "A streaming parallel decision tree algorithm": at most n bins of a centre and a
 * height; when there is one too many the two nearest become one. Ties are broken as Hive does, by java.util.Random with a fixed
 * seed that starts anew with every merge, so results are those of one task of Spark's.
 */

#define TIE_SEED 31183

typedef struct
{
  double x, y;
} Bin;

typedef struct
{
  WeirJavaRandom random;
  guint          n;
  Bin            bins[]; /* one more than asked for */
} Histogram;

typedef struct
{
  Histogram *histogram; /* Owned; NULL: empty */
  guint64    unused;
} HistogramState;

static guint
n_bins (const WeirAggCall *call)
{
  return GPOINTER_TO_UINT (call->data);
}

static gsize
histogram_bytes (const WeirAggCall *call)
{
  return sizeof (Histogram) + (n_bins (call) + 1) * sizeof (Bin);
}

static Histogram *
ensure_histogram (const WeirAggCall *call,
                  HistogramState    *state)
{
  if (state->histogram == NULL)
    {
      state->histogram = g_malloc0 (histogram_bytes (call));
      _weir_agg_heap_add (call, (gssize)histogram_bytes (call));
      state->histogram->random = weir_java_random_new (TIE_SEED);
    }
  return state->histogram;
}

static gboolean
is_countable (const WeirType *type)
{
  switch (type->kind)
    {
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
    case WEIR_TYPE_INTERVAL_YM:
      return TRUE;
    default:
      return FALSE;
    }
}

static WeirType *
bind_histogram (WeirAggCall *call,
                WeirZone    *zone,
                GError     **error)
{
  g_autoptr (WeirColumn) value = NULL;
  g_autoptr (WeirColumn) flat = NULL;
  g_autoptr (WeirType)   bin = NULL;
  WeirField              fields[] = { { (char *)"x", NULL, TRUE, NULL }, { (char *)"y", WEIR_DOUBLE, TRUE, NULL } };
  gint32                 n;

  if (call->args[0]->type->kind == WEIR_TYPE_DECIMAL && !_weir_agg_coerce (call, 0, WEIR_DOUBLE, error))
    return NULL;
  if (!is_countable (call->args[0]->type))
    {
      _weir_agg_mismatch (call, 0, "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")", error);
      return NULL;
    }
  if (!_weir_agg_coerce (call, 1, WEIR_INT, error) || !_weir_agg_constant (call, 1, &value, error))
    return NULL;
  flat = weir_column_flatten (value);
  n = weir_column_is_null (flat, 0) ? 0 : weir_column_values (flat, gint32)[0];
  if (n < 2 || n > 10000)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: The number of bins must be between [2, 10000].", call->name);
      return NULL;
    }
  call->data = GUINT_TO_POINTER ((guint)n);
  call->state_size = sizeof (HistogramState);
  _weir_agg_drop_args (call, 1);
  fields[0].type = call->args[0]->type;
  bin = weir_type_new_struct (fields, G_N_ELEMENTS (fields));
  return weir_type_new_array (bin, TRUE);
}

/* The two nearest bins become one, until there are @max. */
static void
trim (Histogram *self,
      guint      max)
{
  while (self->n > max)
    {
      Bin   *bins = self->bins, *into;
      double nearest = bins[1].x - bins[0].x, height;
      guint  at = 0, ties = 1;

      for (guint i = 1; i + 1 < self->n; i++)
        {
          double gap = bins[i + 1].x - bins[i].x;

          if (gap < nearest)
            {
              nearest = gap;
              at = i;
              ties = 1;
            }
          else if (gap == nearest && weir_java_random_double (&self->random) <= 1.0 / ++ties)
            at = i;
        }
      into = &bins[at];
      height = into[0].y + into[1].y;
      into->x *= into->y / height;
      into->x += into[1].x / height * into[1].y;
      into->y = height;
      memmove (into + 1, into + 2, (self->n - at - 2) * sizeof (Bin));
      self->n--;
    }
}

static void
add_value (Histogram *self,
           guint      max,
           double     value)
{
  guint low = 0, high = self->n;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (self->bins[middle].x < value)
        low = middle + 1;
      else
        high = middle;
    }
  if (low < self->n && self->bins[low].x == value)
    {
      self->bins[low].y++;
      return;
    }
  memmove (self->bins + low + 1, self->bins + low, (self->n - low) * sizeof (Bin));
  self->bins[low] = (Bin){ value, 1 };
  self->n++;
  trim (self, max);
}

static void
update_histogram (const WeirAggCall *call,
                  WeirEval          *eval,
                  WeirAggStates      states,
                  WeirColumn       **args,
                  WeirSel            sel)
{
  gboolean is_double = args[0]->type->kind == WEIR_TYPE_FLOAT || args[0]->type->kind == WEIR_TYPE_DOUBLE;

  WEIR_AGG_LOOP (HistogramState, states, sel, args[0]->validity, {
    double value = is_double ? _weir_agg_double (args[0], row) : (double)_weir_agg_i64 (args[0], row);

    if (value == value)
      add_value (ensure_histogram (call, state), n_bins (call), value);
  });
}

static void
clear_histogram (const WeirAggCall *call,
                 guint8            *state)
{
  HistogramState *self = (void *)state;

  if (self->histogram != NULL)
    _weir_agg_heap_add (call, -(gssize)histogram_bytes (call));
  g_clear_pointer (&self->histogram, g_free);
}

/* Both in order; of equal centres those of @a come first. */
static Histogram *
merge_bins (const Histogram *a,
            const Histogram *b)
{
  Histogram *merged = g_malloc0 (sizeof (Histogram) + (a->n + b->n) * sizeof (Bin));
  guint      i = 0, j = 0;

  while (i < a->n || j < b->n)
    merged->bins[merged->n++] = j == b->n || (i < a->n && a->bins[i].x <= b->bins[j].x) ? a->bins[i++] : b->bins[j++];
  return merged;
}

static void
merge_histogram (const WeirAggCall *call,
                 WeirEval          *eval,
                 WeirAggStates      to,
                 WeirAggStates      from,
                 guint              n,
                 gboolean           keep)
{
  WEIR_AGG_MERGE_LOOP (HistogramState, to, from, n, {
    g_autofree Histogram *merged = NULL;
    Histogram            *target;

    if (src->histogram == NULL)
      continue;
    target = ensure_histogram (call, dst);
    merged = merge_bins (target, src->histogram);
    merged->random = weir_java_random_new (TIE_SEED);
    trim (merged, n_bins (call));
    target->n = merged->n;
    memcpy (target->bins, merged->bins, merged->n * sizeof (Bin));
    if (!keep)
      clear_histogram (call, (guint8 *)src);
  });
}

static WeirColumn *
finish_histogram (const WeirAggCall *call,
                  WeirEval          *eval,
                  WeirAggStates      states,
                  guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n), *bins = builder->children[0], *x = bins->children[0];
  WeirTypeKind       kind = call->type->fields[0].type->fields[0].type->kind;
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const Histogram *histogram = ((const HistogramState *)(const void *)weir_agg_state (states, i))->histogram;

      if (histogram == NULL)
        {
          weir_column_builder_append_null (builder);
          continue;
        }
      for (guint b = 0; b < histogram->n; b++)
        {
          if (kind == WEIR_TYPE_FLOAT || kind == WEIR_TYPE_DOUBLE)
            weir_column_builder_append_double (x, histogram->bins[b].x);
          else
            weir_column_builder_append_i64 (x, (gint64)CLAMP (histogram->bins[b].x, -0x1p63, 0x1.fffffffffffffp62));
          weir_column_builder_append_double (bins->children[1], histogram->bins[b].y);
          weir_column_builder_append_struct (bins);
        }
      weir_column_builder_append_list (builder, histogram->n);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

/* varint number of bins; centre and height of each. */
static void
write_histogram (const WeirAggCall *call,
                 const guint8      *state,
                 WeirWriter        *writer)
{
  const Histogram *histogram = ((const HistogramState *)(const void *)state)->histogram;

  weir_writer_varint (writer, histogram != NULL ? histogram->n : 0);
  if (histogram != NULL)
    weir_writer_raw (writer, (const guint8 *)histogram->bins, histogram->n * sizeof (Bin));
}

static gboolean
read_histogram (const WeirAggCall *call,
                guint8            *state,
                WeirReader        *reader)
{
  guint64       n = weir_reader_varint (reader);
  const guint8 *bytes;
  Histogram    *histogram;

  if (n == 0)
    return !reader->failed;
  if (n > n_bins (call))
    return FALSE;
  bytes = weir_reader_raw (reader, n * sizeof (Bin));
  if (bytes == NULL)
    return FALSE;
  histogram = ensure_histogram (call, (void *)state);
  histogram->n = (guint)n;
  memcpy (histogram->bins, bytes, n * sizeof (Bin));
  return TRUE;
}

static const WeirAggregate aggregates[] = {
  { "histogram_numeric", "histogram_numeric(expr, n)", N_ ("Centres and heights of at most n bins."), "SELECT histogram_numeric(price, 10)", 2, 2,
    WEIR_AGGREGATE_ORDER_SENSITIVE | WEIR_AGGREGATE_POINTERS, bind_histogram, NULL, update_histogram, merge_histogram, finish_histogram,
    clear_histogram, write_histogram, read_histogram },
};

const WeirAggFamily _weir_agg_family_histogram = { aggregates, G_N_ELEMENTS (aggregates) };
