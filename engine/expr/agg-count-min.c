/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "expr/agg-private.h"
#include "expr/java-random-private.h"
#include "expr/murmur-private.h"

/*
 * count_min_sketch: rows of counters, in each of which a value counts in one column. The result is the sketch in the bytes of Spark's
 * CountMinSketch, big-endian: i32 version 1, i64 total, i32 depth, i32 width, i64 multiplier of each row, i64 counters row by row. Whole
 * numbers are hashed by the row's multiplier modulo 2^31 - 1, texts by two Murmur3 hashes.
 */

#define MAX_COUNTERS (1 << 22)

typedef struct
{
  guint  depth, width;
  gint64 multipliers[];
} Shape;

typedef struct
{
  guint64 *counters; /* Owned: the total, then depth × width; NULL: empty */
  guint64  unused;
} SketchState;

static gsize
n_counters (const Shape *shape)
{
  return 1 + (gsize)shape->depth * shape->width;
}

static guint64 *
ensure_counters (const WeirAggCall *call,
                 SketchState       *state)
{
  gsize n = n_counters (call->data);

  if (state->counters == NULL)
    {
      state->counters = g_new0 (guint64, n);
      _weir_agg_heap_add (call, (gssize)(n * sizeof (guint64)));
    }
  return state->counters;
}

static gboolean
constant_double (WeirAggCall *call,
                 guint        i,
                 double      *value,
                 GError     **error)
{
  g_autoptr (WeirColumn) column = NULL;
  g_autoptr (WeirColumn) flat = NULL;

  if (!_weir_agg_coerce (call, i, WEIR_DOUBLE, error) || !_weir_agg_constant (call, i, &column, error))
    return FALSE;
  flat = weir_column_flatten (column);
  *value = weir_column_is_null (flat, 0) ? NAN : weir_column_values (flat, double)[0];
  return TRUE;
}

static Shape *
shape_new (WeirAggCall *call,
           double       eps,
           double       confidence,
           gint32       seed,
           GError     **error)
{
  double         width = ceil (2 / eps), depth = ceil (-log (1 - confidence) / log (2));
  WeirJavaRandom random = weir_java_random_new (seed);
  Shape         *shape;

  if (!(eps > 0) || !(confidence > 0 && confidence < 1) || width * depth > MAX_COUNTERS)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: the relative error must be positive, the confidence within (0.0, 1.0), "
                 "and the sketch not have more than %d counters.",
                 call->name, MAX_COUNTERS);
      return NULL;
    }
  shape = g_malloc (sizeof *shape + (gsize)depth * sizeof (gint64));
  shape->width = (guint)width;
  shape->depth = (guint)depth;
  for (guint i = 0; i < shape->depth; i++)
    shape->multipliers[i] = weir_java_random_int (&random);
  return shape;
}

static gboolean
can_count (const WeirType *type)
{
  return type->kind == WEIR_TYPE_TINYINT || type->kind == WEIR_TYPE_SMALLINT || type->kind == WEIR_TYPE_INT || type->kind == WEIR_TYPE_BIGINT ||
         type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_BINARY;
}

static WeirType *
bind_sketch (WeirAggCall *call,
             WeirZone    *zone,
             GError     **error)
{
  g_autoptr (WeirColumn) column = NULL;
  g_autoptr (WeirColumn) flat = NULL;
  double                 eps, confidence;

  if (!can_count (call->args[0]->type))
    {
      _weir_agg_mismatch (call, 0, "(\"INTEGRAL\" or \"STRING\" or \"BINARY\")", error);
      return NULL;
    }
  if (!constant_double (call, 1, &eps, error) || !constant_double (call, 2, &confidence, error) ||
      !_weir_agg_coerce (call, 3, WEIR_INT, error) || !_weir_agg_constant (call, 3, &column, error))
    return NULL;
  flat = weir_column_flatten (column);
  call->data = shape_new (call, eps, confidence, weir_column_values (flat, gint32)[0], error);
  call->data_free = g_free;
  if (call->data == NULL)
    return NULL;
  _weir_agg_drop_args (call, 1);
  call->state_size = sizeof (SketchState);
  call->nullable = FALSE;
  return WEIR_BINARY;
}

static void
count_number (const Shape *shape,
              guint64     *counters,
              gint64       value)
{
  counters[0]++;
  for (guint i = 0; i < shape->depth; i++)
    {
      guint64 product = (guint64)shape->multipliers[i] * (guint64)value;
      guint64 hash = product + (guint64)((gint64)product >> 32);

      counters[1 + (gsize)i * shape->width + (hash & G_MAXINT32) % shape->width]++;
    }
}

static void
count_bytes (const Shape    *shape,
             guint64        *counters,
             const WeirView *view)
{
  const guint8 *data = (const guint8 *)weir_view_data (view);
  guint32       first = _weir_murmur_bytes (data, view->len, 0), second = _weir_murmur_bytes (data, view->len, first);

  counters[0]++;
  for (guint i = 0; i < shape->depth; i++)
    {
      gint64 column = (gint32)(first + i * second) % (gint64)shape->width;

      counters[1 + (gsize)i * shape->width + (guint)ABS (column)]++;
    }
}

static void
update_sketch (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      states,
               WeirColumn       **args,
               WeirSel            sel)
{
  const Shape *shape = call->data;
  gboolean     is_bytes = args[0]->type->kind == WEIR_TYPE_STRING || args[0]->type->kind == WEIR_TYPE_BINARY;

  WEIR_AGG_LOOP (SketchState, states, sel, args[0]->validity, {
    guint64 *counters = ensure_counters (call, state);

    if (is_bytes)
      count_bytes (shape, counters, &weir_column_values (args[0], WeirView)[row]);
    else
      count_number (shape, counters, _weir_agg_i64 (args[0], row));
  });
}

static void
clear_sketch (const WeirAggCall *call,
              guint8            *state)
{
  SketchState *sketch = (void *)state;

  if (sketch->counters != NULL)
    _weir_agg_heap_add (call, -(gssize)(n_counters (call->data) * sizeof (guint64)));
  g_clear_pointer (&sketch->counters, g_free);
}

static void
merge_sketch (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      to,
              WeirAggStates      from,
              guint              n,
              gboolean           keep)
{
  const Shape *shape = call->data;

  WEIR_AGG_MERGE_LOOP (SketchState, to, from, n, {
    guint64 *counters;

    if (src->counters == NULL)
      continue;
    counters = ensure_counters (call, dst);
    for (gsize c = 0; c < n_counters (shape); c++)
      counters[c] += src->counters[c];
    if (!keep)
      clear_sketch (call, (guint8 *)src);
  });
}

static void
append_i32 (GByteArray *bytes,
            guint32     value)
{
  value = GUINT32_TO_BE (value);
  g_byte_array_append (bytes, (const guint8 *)&value, sizeof value);
}

static void
append_i64 (GByteArray *bytes,
            guint64     value)
{
  value = GUINT64_TO_BE (value);
  g_byte_array_append (bytes, (const guint8 *)&value, sizeof value);
}

static WeirColumn *
finish_sketch (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      states,
               guint              n)
{
  const Shape           *shape = call->data;
  WeirColumnBuilder     *builder = weir_column_builder_new (call->type, n);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  WeirColumn            *column;

  for (guint i = 0; i < n; i++)
    {
      const guint64 *counters = ((const SketchState *)(const void *)weir_agg_state (states, i))->counters;

      g_byte_array_set_size (bytes, 0);
      append_i32 (bytes, 1);
      append_i64 (bytes, counters != NULL ? counters[0] : 0);
      append_i32 (bytes, shape->depth);
      append_i32 (bytes, shape->width);
      for (guint d = 0; d < shape->depth; d++)
        append_i64 (bytes, (guint64)shape->multipliers[d]);
      for (gsize c = 1; c < n_counters (shape); c++)
        append_i64 (bytes, counters != NULL ? counters[c] : 0);
      weir_column_builder_append_bytes (builder, (const char *)bytes->data, bytes->len);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

/* u8 1 and all counters, or u8 0. */
static void
write_sketch (const WeirAggCall *call,
              const guint8      *state,
              WeirWriter        *writer)
{
  const guint64 *counters = ((const SketchState *)(const void *)state)->counters;

  weir_writer_u8 (writer, counters != NULL);
  if (counters != NULL)
    weir_writer_raw (writer, (const guint8 *)counters, n_counters (call->data) * sizeof (guint64));
}

static gboolean
read_sketch (const WeirAggCall *call,
             guint8            *state,
             WeirReader        *reader)
{
  gsize         size = n_counters (call->data) * sizeof (guint64);
  const guint8 *bytes;

  if (!weir_reader_u8 (reader))
    return !reader->failed;
  bytes = weir_reader_raw (reader, size);
  if (bytes == NULL)
    return FALSE;
  memcpy (ensure_counters (call, (void *)state), bytes, size);
  return TRUE;
}

static const WeirAggregate aggregates[] = {
  { "count_min_sketch", "count_min_sketch(expr, eps, confidence, seed)", N_ ("A sketch of how often each value came, as Spark's bytes."),
    "SELECT count_min_sketch(user, 0.1D, 0.9D, 1)", 4, 4, WEIR_AGGREGATE_POINTERS, bind_sketch, NULL, update_sketch, merge_sketch,
    finish_sketch, clear_sketch, write_sketch, read_sketch },
};

const WeirAggFamily _weir_agg_family_count_min = { aggregates, G_N_ELEMENTS (aggregates) };
