/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "expr/agg-private.h"
#include "expr/hll-bias-private.h"

/*
 * approx_count_distinct by HyperLogLog++ over Spark's xxHash64 (seed 42) of the value: 2^p registers of a byte, p from the wanted
 * relative deviation. Small counts come from linear counting, larger ones lose the bias of their six nearest neighbours in the
 * paper's tables. Every step is Spark's, so the results are too.
 */

#define PRIME_1 G_GUINT64_CONSTANT (0x9E3779B185EBCA87)
#define PRIME_2 G_GUINT64_CONSTANT (0xC2B2AE3D27D4EB4F)
#define PRIME_3 G_GUINT64_CONSTANT (0x165667B19E3779F9)
#define PRIME_4 G_GUINT64_CONSTANT (0x85EBCA77C2B2AE63)
#define PRIME_5 G_GUINT64_CONSTANT (0x27D4EB2F165667C5)

typedef struct
{
  guint8 *registers; /* Owned; NULL: empty */
  guint64 unused;
} ApproxState;

static inline guint64
rotate (guint64 x,
        guint   n)
{
  return x << n | x >> (64 - n);
}

static inline guint64
avalanche (guint64 hash)
{
  hash = (hash ^ hash >> 33) * PRIME_2;
  hash = (hash ^ hash >> 29) * PRIME_3;
  return hash ^ hash >> 32;
}

static guint64
hash_int (guint32 value,
          guint64 seed)
{
  guint64 hash = (seed + PRIME_5 + 4) ^ (value * PRIME_1);

  return avalanche (rotate (hash, 23) * PRIME_2 + PRIME_3);
}

static guint64
hash_long (guint64 value,
           guint64 seed)
{
  guint64 hash = (seed + PRIME_5 + 8) ^ (rotate (value * PRIME_2, 31) * PRIME_1);

  return avalanche (rotate (hash, 27) * PRIME_1 + PRIME_4);
}

static inline guint64
load64 (const guint8 *at)
{
  guint64 word;

  memcpy (&word, at, sizeof word);
  return word;
}

static inline guint64
lane (guint64 v,
      guint64 word)
{
  return rotate (v + word * PRIME_2, 31) * PRIME_1;
}

static guint64
hash_bytes (const guint8 *at,
            gsize         len,
            guint64       seed)
{
  const guint8 *end = at + len;
  guint64       hash = seed + PRIME_5;

  if (len >= 32)
    {
      guint64 v[4] = { seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1 };

      for (; end - at >= 32; at += 32)
        for (guint i = 0; i < 4; i++)
          v[i] = lane (v[i], load64 (at + 8 * i));
      hash = rotate (v[0], 1) + rotate (v[1], 7) + rotate (v[2], 12) + rotate (v[3], 18);
      for (guint i = 0; i < 4; i++)
        hash = (hash ^ lane (0, v[i])) * PRIME_1 + PRIME_4;
    }
  hash += len;
  for (; end - at >= 8; at += 8)
    hash = rotate (hash ^ lane (0, load64 (at)), 27) * PRIME_1 + PRIME_4;
  if (end - at >= 4)
    {
      guint32 word;

      memcpy (&word, at, sizeof word);
      hash = rotate (hash ^ (word * PRIME_1), 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
  for (; at < end; at++)
    hash = rotate (hash ^ (*at * PRIME_5), 11) * PRIME_1;
  return avalanche (hash);
}

/* Big-endian two's complement with as few bytes as possible: java.math.BigInteger.toByteArray(). */
static guint64
hash_i128 (WeirInt128 value,
           guint64    seed)
{
  guint8 bytes[16];
  guint  start = 0;

  for (guint i = 0; i < 16; i++)
    bytes[i] = (guint8)(value >> (8 * (15 - i)));
  while (start < 15 && ((bytes[start] == 0 && bytes[start + 1] < 0x80) || (bytes[start] == 0xff && bytes[start + 1] >= 0x80)))
    start++;
  return hash_bytes (bytes + start, 16 - start, seed);
}

static guint64
hash_value (const WeirColumn *column,
            guint             row,
            guint64           seed)
{
  const WeirColumn *flat = weir_column_resolve (column, &row);
  guint64           bits;
  double            d;
  float             f;
  guint32           bits32;

  if (weir_column_is_null (flat, row))
    return seed;
  switch (flat->type->kind)
    {
    case WEIR_TYPE_FLOAT:
      f = weir_column_values (flat, float)[row];
      f = f == 0 ? 0 : f;
      memcpy (&bits32, &f, sizeof bits32);
      return hash_int (bits32, seed);
    case WEIR_TYPE_DOUBLE:
      d = weir_column_values (flat, double)[row];
      d = d == 0 ? 0 : d;
      memcpy (&bits, &d, sizeof bits);
      return hash_long (bits, seed);
    case WEIR_TYPE_DECIMAL:
      if (flat->type->precision <= 18)
        return hash_long ((guint64)weir_column_values (flat, WeirInt128)[row], seed);
      return hash_i128 (weir_column_values (flat, WeirInt128)[row], seed);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      {
        const WeirView *view = &weir_column_values (flat, WeirView)[row];

        return hash_bytes ((const guint8 *)weir_view_data (view), view->len, seed);
      }
    case WEIR_TYPE_INTERVAL:
      {
        WeirInterval interval = weir_column_values (flat, WeirInterval)[row];

        return hash_int ((guint32)interval.months, hash_int ((guint32)interval.days, hash_long ((guint64)interval.us, seed)));
      }
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      {
        WeirListView list = weir_column_values (flat, WeirListView)[row];

        for (guint32 i = 0; i < list.length; i++)
          for (guint c = 0; c < flat->n_children; c++)
            seed = hash_value (flat->children[c], list.offset + i, seed);
        return seed;
      }
    case WEIR_TYPE_STRUCT:
      for (guint c = 0; c < flat->n_children; c++)
        seed = hash_value (flat->children[c], row, seed);
      return seed;
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_DT:
      return hash_long ((guint64)weir_column_values (flat, gint64)[row], seed);
    default:
      return hash_int ((guint32)_weir_agg_i64 (flat, row), seed);
    }
}

static guint
precision_of (const WeirAggCall *call)
{
  return GPOINTER_TO_UINT (call->data);
}

static WeirType *
bind_approx (WeirAggCall *call,
             WeirZone    *zone,
             GError     **error)
{
  double rsd = 0.05;

  if (call->n_args == 2)
    {
      g_autoptr (WeirColumn) value = NULL;
      g_autoptr (WeirColumn) flat = NULL;

      if (!_weir_agg_coerce (call, 1, WEIR_DOUBLE, error) || !_weir_agg_constant (call, 1, &value, error))
        return NULL;
      flat = weir_column_flatten (value);
      rsd = weir_column_values (flat, double)[0];
      _weir_agg_drop_args (call, 1);
    }
  if (!(rsd > 0 && rsd <= 0.39))
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", call->span,
                 "Cannot resolve \"%s\" due to data type mismatch: The relative deviation must be between (0.0, 0.39].", call->name);
      return NULL;
    }
  call->data = GUINT_TO_POINTER ((guint)CLAMP (ceil (2.0 * log (1.106 / rsd) / log (2.0)), 4, 18));
  call->state_size = sizeof (ApproxState);
  call->nullable = FALSE;
  return WEIR_BIGINT;
}

static guint8 *
ensure_registers (const WeirAggCall *call,
                  ApproxState       *state)
{
  gsize size = (gsize)1 << precision_of (call);

  if (state->registers == NULL)
    {
      state->registers = g_malloc0 (size);
      _weir_agg_heap_add (call, (gssize)size);
    }
  return state->registers;
}

static void
update_approx (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      states,
               WeirColumn       **args,
               WeirSel            sel)
{
  guint p = precision_of (call);

  for (guint i = 0; i < sel.n; i++)
    {
      guint   row = weir_sel_row (sel, i);
      guint8 *registers, rank;
      guint64 hash, rest;

      if (weir_column_is_null (args[0], row))
        continue;
      hash = hash_value (args[0], row, 42);
      rest = hash << p | G_GUINT64_CONSTANT (1) << (p - 1);
      rank = (guint8)(__builtin_clzll (rest) + 1);
      registers = ensure_registers (call, (void *)weir_agg_state (states, i));
      if (registers[hash >> (64 - p)] < rank)
        registers[hash >> (64 - p)] = rank;
    }
}

static void
clear_approx (const WeirAggCall *call,
              guint8            *state)
{
  ApproxState *approx = (void *)state;

  if (approx->registers != NULL)
    _weir_agg_heap_add (call, -((gssize)1 << precision_of (call)));
  g_clear_pointer (&approx->registers, g_free);
}

static void
merge_approx (const WeirAggCall *call,
              WeirEval          *eval,
              WeirAggStates      to,
              WeirAggStates      from,
              guint              n,
              gboolean           keep)
{
  guint p = precision_of (call);

  WEIR_AGG_MERGE_LOOP (ApproxState, to, from, n, {
    if (src->registers == NULL)
      continue;
    if (dst->registers == NULL && !keep)
      dst->registers = g_steal_pointer (&src->registers);
    else
      {
        guint8 *registers = ensure_registers (call, dst);

        for (gsize r = 0; r < (gsize)1 << p; r++)
          registers[r] = MAX (registers[r], src->registers[r]);
      }
    if (!keep)
      clear_approx (call, (guint8 *)src);
  });
}

#define N_NEIGHBOURS 6

/* Where @value is, or would stand, by java.util.Arrays.binarySearch(): the list is not quite ascending, so the way matters. */
static guint
search (const double *values,
        guint         n,
        double        value)
{
  int low = 0, high = (int)n - 1;

  while (low <= high)
    {
      int middle = (low + high) / 2;

      if (values[middle] < value)
        low = middle + 1;
      else if (values[middle] > value)
        high = middle - 1;
      else
        return (guint)middle;
    }
  return (guint)low;
}

static double
square (double x)
{
  return x * x;
}

static double
bias_of (double raw,
         guint  p)
{
  const double *bias, *estimates;
  guint         n, nearest, low, high;
  double        sum = 0;

  estimates = _weir_hll_bias (p, &bias, &n);
  nearest = search (estimates, n, raw);
  low = nearest + 1 > N_NEIGHBOURS ? nearest + 1 - N_NEIGHBOURS : 0;
  high = MIN (low + N_NEIGHBOURS, n);
  for (; high < n && square (raw - estimates[high]) < square (raw - estimates[low]); low++)
    high++;
  for (guint i = low; i < high; i++)
    sum += bias[i];
  return sum / (high - low);
}

static gint64
estimate (const guint8 *registers,
          guint         p)
{
  static const double thresholds[] = { 10, 20, 40, 80, 220, 400, 900, 1800, 3100, 6500, 15500, 20000, 50000, 120000, 350000 };
  gsize               m = (gsize)1 << p, zeros = 0;
  double              sum = 0, alpha, raw, linear;

  for (gsize r = 0; r < m; r++)
    {
      sum += 1.0 / (double)(G_GUINT64_CONSTANT (1) << registers[r]);
      zeros += registers[r] == 0;
    }
  alpha = p == 4 ? 0.673 : p == 5 ? 0.697
                         : p == 6 ? 0.709
                                  : 0.7213 / (1.0 + 1.079 / (double)m);
  raw = alpha * (double)m * (double)m / sum;
  linear = zeros > 0 ? (double)m * log ((double)m / (double)zeros) : 0;
  if (zeros > 0 && (linear <= thresholds[p - 4] || raw <= 2.5 * (double)m))
    return (gint64)floor (linear + 0.5);
  if (raw < 5.0 * (double)m)
    raw -= bias_of (raw, p);
  return (gint64)floor (raw + 0.5);
}

static WeirColumn *
finish_approx (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      states,
               guint              n)
{
  WeirBuffer *values = weir_buffer_new (MAX (n, 1) * sizeof (gint64));

  for (guint i = 0; i < n; i++)
    {
      const ApproxState *state = (const void *)weir_agg_state (states, i);

      ((gint64 *)(void *)values->data)[i] = state->registers != NULL ? estimate (state->registers, precision_of (call)) : 0;
    }
  return weir_column_new_flat (WEIR_BIGINT, n, values, NULL);
}

static void
write_approx (const WeirAggCall *call,
              const guint8      *state,
              WeirWriter        *writer)
{
  const ApproxState *approx = (const void *)state;

  weir_writer_u8 (writer, approx->registers != NULL);
  if (approx->registers != NULL)
    weir_writer_raw (writer, approx->registers, (gsize)1 << precision_of (call));
}

static gboolean
read_approx (const WeirAggCall *call,
             guint8            *state,
             WeirReader        *reader)
{
  gsize         size = (gsize)1 << precision_of (call);
  const guint8 *bytes;

  if (!weir_reader_u8 (reader))
    return !reader->failed;
  bytes = weir_reader_raw (reader, size);
  if (bytes == NULL)
    return FALSE;
  memcpy (ensure_registers (call, (void *)state), bytes, size);
  return TRUE;
}

static const WeirAggregate aggregates[] = {
  { "approx_count_distinct", "approx_count_distinct(expr[, relativeSD])", N_ ("Estimated number of different values (HyperLogLog++)."),
    "SELECT approx_count_distinct(user)", 1, 2, WEIR_AGGREGATE_POINTERS, bind_approx, NULL, update_approx, merge_approx, finish_approx, clear_approx, write_approx, read_approx },
};

const WeirAggFamily _weir_agg_family_approx = { aggregates, G_N_ELEMENTS (aggregates) };
