/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "expr/agg-private.h"

/*
 * Variance, standard deviation, skewness, kurtosis, correlation and covariance by central moments, updated and merged with the formulas
 * Spark uses (Chan, Golub, LeVeque; Pébay), so the last digits agree too.
 */

typedef struct
{
  double n, mean, m2, m3, m4;
  double unused; /* a multiple of 16 */
} Moments;

typedef struct
{
  double n, x_mean, y_mean, ck, x_mk, y_mk;
} CoMoments;

typedef enum
{
  VAR_POP,
  VAR_SAMP,
  STDDEV_POP,
  STDDEV_SAMP,
  SKEWNESS,
  KURTOSIS,
  CORR,
  COVAR_POP,
  COVAR_SAMP,
} Kind;

static const struct
{
  const char *name;
  Kind        kind;
} kinds[] = {
  { "corr", CORR },
  { "covar_pop", COVAR_POP },
  { "covar_samp", COVAR_SAMP },
  { "kurtosis", KURTOSIS },
  { "skewness", SKEWNESS },
  { "std", STDDEV_SAMP },
  { "stddev", STDDEV_SAMP },
  { "stddev_pop", STDDEV_POP },
  { "stddev_samp", STDDEV_SAMP },
  { "var_pop", VAR_POP },
  { "var_samp", VAR_SAMP },
  { "variance", VAR_SAMP },
};

static Kind
kind_of (const WeirAggCall *call)
{
  return (Kind)GPOINTER_TO_INT (call->data);
}

static WeirType *
bind_moments (WeirAggCall *call,
              WeirZone    *zone,
              GError     **error)
{
  for (guint i = 0; i < call->n_args; i++)
    if (!_weir_agg_coerce (call, i, WEIR_DOUBLE, error))
      return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].name, call->aggregate->name) == 0)
      call->data = GINT_TO_POINTER (kinds[i].kind);
  call->state_size = call->n_args == 2 ? sizeof (CoMoments) : sizeof (Moments);
  return WEIR_DOUBLE;
}

static inline void
add_value (Moments *state,
           double   x)
{
  double n = state->n + 1, delta = x - state->mean, delta_n = delta / n;
  double delta2 = delta * delta, delta_n2 = delta_n * delta_n;
  double m2 = state->m2 + delta * (delta - delta_n);
  double m3 = state->m3 - 3.0 * delta_n * m2 + delta * (delta2 - delta_n2);
  double m4 = state->m4 - 4.0 * delta_n * m3 - 6.0 * delta_n2 * m2 + delta * (delta * delta2 - delta_n * delta_n2);

  *state = (Moments){ n, state->mean + delta_n, m2, m3, m4, 0 };
}

static void
merge_one (Moments       *a,
           const Moments *b)
{
  double n = a->n + b->n, delta, delta_n, m2, m3, m4;

  if (b->n == 0)
    return;
  delta = b->mean - a->mean;
  delta_n = n == 0 ? 0 : delta / n;
  m2 = a->m2 + b->m2 + delta * delta_n * a->n * b->n;
  m3 = a->m3 + b->m3 + delta_n * delta_n * delta * a->n * b->n * (a->n - b->n) + 3.0 * delta_n * (a->n * b->m2 - b->n * a->m2);
  m4 = a->m4 + b->m4 + delta_n * delta_n * delta_n * delta * a->n * b->n * (a->n * a->n - a->n * b->n + b->n * b->n) +
       6.0 * delta_n * delta_n * (a->n * a->n * b->m2 + b->n * b->n * a->m2) + 4.0 * delta_n * (a->n * b->m3 - b->n * a->m3);
  *a = (Moments){ n, a->mean + delta_n * b->n, m2, m3, m4, 0 };
}

static inline void
add_pair (CoMoments *state,
          double     x,
          double     y)
{
  double n = state->n + 1, dx = x - state->x_mean, dy = y - state->y_mean;
  double dx_n = dx / n, dy_n = dy / n;
  double x_mean = state->x_mean + dx_n, y_mean = state->y_mean + dy_n;

  *state = (CoMoments){ n, x_mean, y_mean, state->ck + dx * (y - y_mean), state->x_mk + dx * (x - x_mean), state->y_mk + dy * (y - y_mean) };
}

static void
merge_pair (CoMoments       *a,
            const CoMoments *b)
{
  double n = a->n + b->n, dx = b->x_mean - a->x_mean, dy = b->y_mean - a->y_mean;
  double dx_n = n == 0 ? 0 : dx / n, dy_n = n == 0 ? 0 : dy / n;

  if (b->n == 0)
    return;
  *a = (CoMoments){ n, a->x_mean + dx_n * b->n, a->y_mean + dy_n * b->n, a->ck + b->ck + dx * dy_n * a->n * b->n,
                    a->x_mk + b->x_mk + dx * dx_n * a->n * b->n, a->y_mk + b->y_mk + dy * dy_n * a->n * b->n };
}

static void
update_moments (const WeirAggCall *call,
                WeirEval          *eval,
                WeirAggStates      states,
                WeirColumn       **args,
                WeirSel            sel)
{
  if (call->n_args == 1)
    {
      WEIR_AGG_LOOP (Moments, states, sel, args[0]->validity, add_value (state, weir_column_values (args[0], double)[row]));
      return;
    }
  WEIR_AGG_LOOP (CoMoments, states, sel, args[0]->validity, {
    if (args[1]->validity == NULL || weir_bit (args[1]->validity, row))
      add_pair (state, weir_column_values (args[0], double)[row], weir_column_values (args[1], double)[row]);
  });
}

static void
merge_moments (const WeirAggCall *call,
               WeirEval          *eval,
               WeirAggStates      to,
               WeirAggStates      from,
               guint              n,
               gboolean           keep)
{
  if (call->n_args == 1)
    {
      WEIR_AGG_MERGE_LOOP (Moments, to, from, n, merge_one (dst, src));
    }
  else
    {
      WEIR_AGG_MERGE_LOOP (CoMoments, to, from, n, merge_pair (dst, src));
    }
  if (!keep)
    for (guint i = 0; i < n; i++)
      memset (weir_agg_state (from, i), 0, call->state_size);
}

/* FALSE: NULL. */
static gboolean
result_of (Kind        kind,
           const void *state,
           double     *result)
{
  const Moments   *one = state;
  const CoMoments *two = state;

  if (one->n == 0)
    return FALSE;
  switch (kind)
    {
    case VAR_POP:
      *result = one->m2 / one->n;
      return TRUE;
    case VAR_SAMP:
      *result = one->m2 / (one->n - 1);
      return one->n > 1;
    case STDDEV_POP:
      *result = sqrt (one->m2 / one->n);
      return TRUE;
    case STDDEV_SAMP:
      *result = sqrt (one->m2 / (one->n - 1));
      return one->n > 1;
    case SKEWNESS:
      *result = sqrt (one->n) * one->m3 / sqrt (one->m2 * one->m2 * one->m2);
      return one->m2 != 0;
    case KURTOSIS:
      *result = one->n * one->m4 / (one->m2 * one->m2) - 3.0;
      return one->m2 != 0;
    case CORR:
      *result = two->ck / sqrt (two->x_mk * two->y_mk);
      return two->n > 1 && two->x_mk != 0 && two->y_mk != 0;
    case COVAR_POP:
      *result = two->ck / two->n;
      return TRUE;
    case COVAR_SAMP:
      *result = two->ck / (two->n - 1);
      return two->n > 1;
    }
  return FALSE;
}

static WeirColumn *
finish_moments (const WeirAggCall *call,
                WeirEval          *eval,
                WeirAggStates      states,
                guint              n)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_DOUBLE, n);
  WeirColumn        *column;
  double             result = 0;

  for (guint i = 0; i < n; i++)
    if (result_of (kind_of (call), weir_agg_state (states, i), &result))
      weir_column_builder_append_double (builder, result);
    else
      weir_column_builder_append_null (builder);
  column = weir_column_builder_finish (builder);
  weir_column_builder_free (builder);
  return column;
}

#define MOMENTS(name, n, signature, doc)                                                                                 \
  {                                                                                                                      \
    name, signature, doc, "SELECT " signature, n, n, WEIR_AGGREGATE_ORDER_SENSITIVE, bind_moments, NULL, update_moments, \
      merge_moments, finish_moments, NULL, _weir_agg_plain_write, _weir_agg_plain_read                                   \
  }

static const WeirAggregate aggregates[] = {
  MOMENTS ("corr", 2, "corr(x, y)", N_ ("Pearson's correlation of two values.")),
  MOMENTS ("covar_pop", 2, "covar_pop(x, y)", N_ ("Covariance of a population.")),
  MOMENTS ("covar_samp", 2, "covar_samp(x, y)", N_ ("Covariance of a sample.")),
  MOMENTS ("kurtosis", 1, "kurtosis(expr)", N_ ("Kurtosis.")),
  MOMENTS ("skewness", 1, "skewness(expr)", N_ ("Skewness.")),
  MOMENTS ("std", 1, "std(expr)", N_ ("Standard deviation of a sample.")),
  MOMENTS ("stddev", 1, "stddev(expr)", N_ ("Standard deviation of a sample.")),
  MOMENTS ("stddev_pop", 1, "stddev_pop(expr)", N_ ("Standard deviation of a population.")),
  MOMENTS ("stddev_samp", 1, "stddev_samp(expr)", N_ ("Standard deviation of a sample.")),
  MOMENTS ("var_pop", 1, "var_pop(expr)", N_ ("Variance of a population.")),
  MOMENTS ("var_samp", 1, "var_samp(expr)", N_ ("Variance of a sample.")),
  MOMENTS ("variance", 1, "variance(expr)", N_ ("Variance of a sample.")),
};

const WeirAggFamily _weir_agg_family_moments = { aggregates, G_N_ELEMENTS (aggregates) };
