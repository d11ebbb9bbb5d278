/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "column/decimal.h"
#include "expr/agg-private.h"

/*
 * sum and try_sum. Integers add up as BIGINT and fail where the running sum leaves it, as Spark's do; decimals have ten digits
 * more than their argument; FLOAT and DOUBLE give DOUBLE; intervals stay what they are. No value at all: NULL.
 *
 * try_sum is NULL once a sum has overflowed, whatever follows.
 */

typedef struct
{
  gint64  sum;
  guint32 n_values; /* 0: NULL */
  guint32 overflow;
} SumInt;

typedef struct
{
  double  sum;
  guint64 n_values;
} SumDouble;

typedef struct
{
  WeirInt128 sum;
  guint64    n_values;
  guint64    overflow;
} SumDecimal;

#define IS_TRY(call) ((call)->aggregate->name[0] == 't')

static WeirType *
result_type (WeirAggCall *call,
             GError     **error)
{
  WeirType *type = call->args[0]->type;

  switch (type->kind)
    {
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
      return WEIR_BIGINT;
    case WEIR_TYPE_DECIMAL:
      return weir_type_new_decimal (MIN (type->precision + 10, 38), type->scale);
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
      return weir_type_ref (type);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_VOID:
      return _weir_agg_coerce (call, 0, WEIR_DOUBLE, error) ? WEIR_DOUBLE : NULL;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      return WEIR_DOUBLE;
    default:
      _weir_agg_mismatch (call, 0, "NUMERIC\" or \"ANSI INTERVAL", error);
      return NULL;
    }
}

static WeirType *
bind_sum (WeirAggCall *call,
          WeirZone    *zone,
          GError     **error)
{
  WeirType *type = result_type (call, error);

  call->state_size = type != NULL && type->kind == WEIR_TYPE_DECIMAL ? sizeof (SumDecimal) : sizeof (SumInt);
  return type;
}

static void
fail_int (const WeirAggCall *call,
          WeirEval          *eval,
          guint              row,
          SumInt            *state)
{
  state->overflow = 1;
  if (IS_TRY (call))
    return;
  if (call->type->kind == WEIR_TYPE_BIGINT)
    _weir_agg_fail_overflow (eval, row, call->span, "long overflow", "try_sum");
  else
    weir_eval_fail (eval, row, weir_error_new (WEIR_ERROR_RUN, "INTERVAL_ARITHMETIC_OVERFLOW", call->span, "Integer overflow while operating with intervals. Use 'try_sum' to tolerate overflow and return NULL instead."));
}

/* TRUE when the sum left the result's range. Wraps without ANSI. */
static inline gboolean
add_int (const WeirAggCall *call,
         WeirEval          *eval,
         SumInt            *state,
         gint64             value)
{
  gboolean over = __builtin_add_overflow (state->sum, value, &state->sum);

  state->n_values = 1;
  if (call->type->kind == WEIR_TYPE_INTERVAL_YM)
    over = state->sum != (gint32)state->sum;
  return over && (eval->ansi || IS_TRY (call) || call->type->kind != WEIR_TYPE_BIGINT);
}

#define SUM_INT_LOOP(ctype)                                                                 \
  WEIR_AGG_LOOP (SumInt, states, sel, args[0]->validity, {                                  \
    if (G_UNLIKELY (add_int (call, eval, state, weir_column_values (args[0], ctype)[row]))) \
      fail_int (call, eval, row, state);                                                    \
  })

static void
update_int (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            WeirColumn       **args,
            WeirSel            sel)
{
  switch (weir_type_width (args[0]->type))
    {
    case 1:
      SUM_INT_LOOP (gint8);
      break;
    case 2:
      SUM_INT_LOOP (gint16);
      break;
    case 4:
      SUM_INT_LOOP (gint32);
      break;
    default:
      SUM_INT_LOOP (gint64);
      break;
    }
}

static inline void
add_double (SumDouble *state,
            double     value)
{
  state->sum += value;
  state->n_values++;
}

static void
fail_decimal (const WeirAggCall *call,
              WeirEval          *eval,
              guint              row,
              SumDecimal        *state)
{
  state->overflow = 1;
  if (!IS_TRY (call) && eval->ansi)
    _weir_agg_fail_overflow (eval, row, call->span, "Overflow in sum of decimals", "try_sum");
}

static inline gboolean
add_decimal (const WeirAggCall *call,
             SumDecimal        *state,
             WeirInt128         value)
{
  state->n_values = 1;
  return __builtin_add_overflow (state->sum, value, &state->sum) || !weir_decimal_fits (state->sum, call->type->precision);
}

static void
update_sum (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            WeirColumn       **args,
            WeirSel            sel)
{
  WeirColumn *column = args[0];

  switch (column->type->kind)
    {
    case WEIR_TYPE_FLOAT:
      WEIR_AGG_LOOP (SumDouble, states, sel, column->validity, add_double (state, weir_column_values (column, float)[row]));
      break;
    case WEIR_TYPE_DOUBLE:
      WEIR_AGG_LOOP (SumDouble, states, sel, column->validity, add_double (state, weir_column_values (column, double)[row]));
      break;
    case WEIR_TYPE_DECIMAL:
      WEIR_AGG_LOOP (SumDecimal, states, sel, column->validity, {
        if (G_UNLIKELY (add_decimal (call, state, weir_column_values (column, WeirInt128)[row])))
          fail_decimal (call, eval, row, state);
      });
      break;
    default:
      update_int (call, eval, states, args, sel);
      break;
    }
}

static void
merge_int (const WeirAggCall *call,
           WeirEval          *eval,
           WeirAggStates      to,
           WeirAggStates      from,
           guint              n)
{
  WEIR_AGG_MERGE_LOOP (SumInt, to, from, n, {
    if (src->n_values == 0)
      continue;
    dst->overflow |= src->overflow;
    if (G_UNLIKELY (add_int (call, eval, dst, src->sum)))
      fail_int (call, eval, 0, dst);
  });
}

static void
merge_sum (const WeirAggCall *call,
           WeirEval          *eval,
           WeirAggStates      to,
           WeirAggStates      from,
           guint              n,
           gboolean           keep)
{
  if (call->type->kind == WEIR_TYPE_DOUBLE)
    {
      WEIR_AGG_MERGE_LOOP (SumDouble, to, from, n, {
        dst->sum += src->sum;
        dst->n_values += src->n_values;
      });
    }
  else if (call->type->kind == WEIR_TYPE_DECIMAL)
    {
      WEIR_AGG_MERGE_LOOP (SumDecimal, to, from, n, {
        if (src->n_values == 0)
          continue;
        dst->overflow |= src->overflow;
        if (G_UNLIKELY (add_decimal (call, dst, src->sum)))
          fail_decimal (call, eval, 0, dst);
      });
    }
  else
    merge_int (call, eval, to, from, n);
  if (!keep)
    for (guint i = 0; i < n; i++)
      memset (weir_agg_state (from, i), 0, call->state_size);
}

static void
append_sum (const WeirAggCall *call,
            const guint8      *state,
            WeirColumnBuilder *builder)
{
  if (call->type->kind == WEIR_TYPE_DOUBLE)
    {
      const SumDouble *sum = (const void *)state;

      if (sum->n_values > 0)
        weir_column_builder_append_double (builder, sum->sum);
      else
        weir_column_builder_append_null (builder);
    }
  else if (call->type->kind == WEIR_TYPE_DECIMAL)
    {
      const SumDecimal *sum = (const void *)state;

      if (sum->n_values > 0 && !sum->overflow)
        weir_column_builder_append_i128 (builder, sum->sum);
      else
        weir_column_builder_append_null (builder);
    }
  else
    {
      const SumInt *sum = (const void *)state;

      if (sum->n_values > 0 && !sum->overflow)
        weir_column_builder_append_i64 (builder, sum->sum);
      else
        weir_column_builder_append_null (builder);
    }
}

static WeirColumn *
finish_sum (const WeirAggCall *call,
            WeirEval          *eval,
            WeirAggStates      states,
            guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (call->type, n);
  WeirColumn        *column;

  for (guint i = 0; i < n; i++)
    append_sum (call, weir_agg_state (states, i), builder);
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

static const WeirAggregate aggregates[] = {
  { "sum", "sum(expr)", N_ ("Sum of the values that are not NULL."),
    "SELECT sum(amount)", 1, 1, WEIR_AGGREGATE_ORDER_SENSITIVE, bind_sum, NULL, update_sum, merge_sum, finish_sum, NULL, _weir_agg_plain_write, _weir_agg_plain_read },
  { "try_sum", "try_sum(expr)", N_ ("Sum of the values that are not NULL; NULL when it overflows."),
    "SELECT try_sum(amount)", 1, 1, WEIR_AGGREGATE_ORDER_SENSITIVE, bind_sum, NULL, update_sum, merge_sum, finish_sum, NULL, _weir_agg_plain_write, _weir_agg_plain_read },
};

const WeirAggFamily _weir_agg_family_sum = { aggregates, G_N_ELEMENTS (aggregates) };
