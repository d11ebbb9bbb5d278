/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "column/decimal.h"
#include "expr/agg-private.h"

/*
 * avg, mean, try_avg. Numbers are summed as DOUBLE, as in Spark; decimals exactly, with four more digits behind the point in
 * the result; intervals are divided HALF_UP.
 */

typedef struct
{
  double  sum;
  guint64 n;
} AvgDouble;

typedef struct
{
  WeirInt128 sum; /* decimals and intervals */
  guint64    n;
  guint64    overflow;
} AvgExact;

static gboolean
is_exact (const WeirAggCall *call)
{
  return call->args[0]->type->kind == WEIR_TYPE_DECIMAL || call->args[0]->type->kind == WEIR_TYPE_INTERVAL_YM ||
         call->args[0]->type->kind == WEIR_TYPE_INTERVAL_DT;
}

static WeirType *
bind_avg (WeirAggCall *call,
          WeirZone    *zone,
          GError     **error)
{
  WeirType *type = call->args[0]->type;

  call->state_size = is_exact (call) ? sizeof (AvgExact) : sizeof (AvgDouble);
  switch (type->kind)
    {
    case WEIR_TYPE_DECIMAL:
      return weir_type_new_decimal (MIN (type->precision + 4, 38), MIN (type->scale + 4, 38));
    case WEIR_TYPE_INTERVAL_YM:
      return weir_type_new_interval (WEIR_TYPE_INTERVAL_YM, WEIR_UNIT_YEAR, WEIR_UNIT_MONTH);
    case WEIR_TYPE_INTERVAL_DT:
      return weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, WEIR_UNIT_DAY, WEIR_UNIT_SECOND);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_VOID:
      return _weir_agg_coerce (call, 0, WEIR_DOUBLE, error) ? WEIR_DOUBLE : NULL;
    default:
      if (weir_type_is_numeric (type))
        return WEIR_DOUBLE;
      _weir_agg_mismatch (call, 0, "NUMERIC\" or \"ANSI INTERVAL", error);
      return NULL;
    }
}

static inline void
add_double (AvgDouble *state,
            double     value)
{
  state->sum += value;
  state->n++;
}

static inline void
add_exact (AvgExact  *state,
           WeirInt128 value)
{
  state->overflow |= __builtin_add_overflow (state->sum, value, &state->sum);
  state->n++;
}

#define AVG_LOOP(ctype) \
  WEIR_AGG_LOOP (AvgDouble, states, sel, column->validity, add_double (state, (double)weir_column_values (column, ctype)[row]))

static void
update_avg (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            WeirColumn       **args,
            WeirSel            sel)
{
  WeirColumn *column = args[0];

  switch (column->type->kind)
    {
    case WEIR_TYPE_DECIMAL:
      WEIR_AGG_LOOP (AvgExact, states, sel, column->validity, add_exact (state, weir_column_values (column, WeirInt128)[row]));
      break;
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
      WEIR_AGG_LOOP (AvgExact, states, sel, column->validity, add_exact (state, _weir_agg_i64 (column, row)));
      break;
    case WEIR_TYPE_DOUBLE:
      AVG_LOOP (double);
      break;
    case WEIR_TYPE_BIGINT:
      AVG_LOOP (gint64);
      break;
    case WEIR_TYPE_INT:
      AVG_LOOP (gint32);
      break;
    default:
      WEIR_AGG_LOOP (AvgDouble, states, sel, column->validity, add_double (state, _weir_agg_double (column, row)));
      break;
    }
}

static void
merge_avg (const WeirAggCall *call,
           WeirEval          *eval,
           WeirAggStates      to,
           WeirAggStates      from,
           guint              n,
           gboolean           keep)
{
  if (is_exact (call))
    {
      WEIR_AGG_MERGE_LOOP (AvgExact, to, from, n, {
        dst->overflow |= src->overflow | __builtin_add_overflow (dst->sum, src->sum, &dst->sum);
        dst->n += src->n;
      });
    }
  else
    {
      WEIR_AGG_MERGE_LOOP (AvgDouble, to, from, n, {
        dst->sum += src->sum;
        dst->n += src->n;
      });
    }
  if (!keep)
    for (guint i = 0; i < n; i++)
      memset (weir_agg_state (from, i), 0, call->state_size);
}

static WeirInt128
divide_half_up (WeirInt128 sum,
                WeirInt128 n)
{
  WeirInt128 half = sum < 0 ? -n / 2 : n / 2;

  if (n % 2 == 0)
    return (sum + half) / n;
  return (2 * sum + (sum < 0 ? -n : n)) / (2 * n);
}

static void
append_exact (const WeirAggCall *call,
              WeirEval          *eval,
              guint              i,
              const AvgExact    *avg,
              WeirColumnBuilder *builder)
{
  WeirType  *type = call->args[0]->type;
  WeirInt128 value;

  if (avg->n == 0)
    weir_column_builder_append_null (builder);
  else if (type->kind != WEIR_TYPE_DECIMAL)
    {
      value = divide_half_up (avg->sum, avg->n);
      if (avg->overflow || (type->kind == WEIR_TYPE_INTERVAL_YM ? avg->sum != (gint32)avg->sum : avg->sum != (gint64)avg->sum))
        {
          if (call->aggregate->name[0] != 't')
            weir_eval_fail (eval, i, weir_error_new (WEIR_ERROR_RUN, "INTERVAL_ARITHMETIC_OVERFLOW", call->span, "Integer overflow while operating with intervals. Use 'try_avg' to tolerate overflow and return NULL instead."));
          weir_column_builder_append_null (builder);
        }
      else
        weir_column_builder_append_i64 (builder, (gint64)value);
    }
  else if (avg->overflow || !weir_decimal_divide (avg->sum, type->scale, avg->n, 0, call->type->precision, call->type->scale, &value))
    {
      if (eval->ansi && call->aggregate->name[0] != 't')
        _weir_agg_fail_overflow (eval, i, call->span, "Overflow in sum of decimals", "try_avg");
      weir_column_builder_append_null (builder);
    }
  else
    weir_column_builder_append_i128 (builder, value);
}

static WeirColumn *
finish_avg (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    {
      const void      *state = weir_agg_state (states, i);
      const AvgDouble *avg = state;

      if (is_exact (call))
        append_exact (call, eval, i, state, builder);
      else if (avg->n == 0)
        weir_column_builder_append_null (builder);
      else
        weir_column_builder_append_double (builder, avg->sum / (double)avg->n);
    }
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

#define AVG(name, signature, doc, example)                                                                                                                                    \
  {                                                                                                                                                                           \
    name, signature, doc, example, 1, 1, WEIR_AGGREGATE_ORDER_SENSITIVE, bind_avg, NULL, update_avg, merge_avg, finish_avg, NULL, _weir_agg_plain_write, _weir_agg_plain_read \
  }

static const WeirAggregate aggregates[] = {
  AVG ("avg", "avg(expr)", N_ ("Mean of the values that are not NULL."), "SELECT avg(amount)"),
  AVG ("mean", "mean(expr)", N_ ("Mean of the values that are not NULL."), "SELECT mean(amount)"),
  AVG ("try_avg", "try_avg(expr)", N_ ("Mean of the values that are not NULL; NULL when their sum overflows."), "SELECT try_avg(amount)"),
};

const WeirAggFamily _weir_agg_family_avg = { aggregates, G_N_ELEMENTS (aggregates) };
