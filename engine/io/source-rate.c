/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "io/ticker.h"

#include <string.h>

/*
 * Spark's rate source: rowsPerSecond rows in every whole second since the start, spread evenly over it; with a ramp of R seconds the
 * speed grows by floor (r / (R + 1)) a second. The offset is the number of whole seconds since the start, which a checkpoint keeps.
 */

typedef struct
{
  WeirTicker  ticker;
  WeirSchema *pruned; /* Owned */
  gboolean    needs_time, needs_value;
  gint64      rate;
  gint64      ramp_s;
} RateSource;

/* A batch's seconds from `first` up to and without `last`. */
typedef struct
{
  gint64 first, last;
} Range;

static gint64
value_at (const RateSource *self,
          gint64            second)
{
  gint64 delta;

  if (self->ramp_s == 0)
    return second * self->rate;
  delta = self->rate / (self->ramp_s + 1);
  if (second <= self->ramp_s)
    return delta * second * (second + 1) / 2;
  return delta * self->ramp_s * (self->ramp_s + 1) / 2 + (second - self->ramp_s) * self->rate;
}

/* A number without a unit is seconds. */
static gboolean
read_ramp (RateSource *self,
           GHashTable *options,
           GError    **error)
{
  const char *text = _weir_io_option_get (options, "rampUpTime");
  gint64      us = 0, most = G_MAXINT64 / self->rate;
  char       *end;

  if (text == NULL)
    return TRUE;
  self->ramp_s = g_ascii_strtoll (text, &end, 10);
  if (end == text || *end != '\0')
    {
      if (!_weir_io_option_duration (options, "rampUpTime", &us, error))
        return FALSE;
      self->ramp_s = us / G_USEC_PER_SEC;
    }
  if (self->ramp_s >= 0 && self->ramp_s <= most)
    return TRUE;
  if (self->ramp_s < 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option rampUpTime takes a time such as '10s', not '%s'.", text);
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INCORRECT_RAMP_UP_RATE", WEIR_SPAN_NONE, "Max offset with %" G_GINT64_FORMAT " rowsPerSecond is %" G_GINT64_FORMAT ", but 'rampUpTimeSeconds' is %" G_GINT64_FORMAT ".", self->rate, most,
                    self->ramp_s);
}

static gboolean
rate_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  RateSource *self = (RateSource *)source;
  gint64      n_partitions;

  if (!_weir_io_option_int (config->options, "rowsPerSecond", 1, G_GINT64_CONSTANT (1000000000), 1, &self->rate, error) ||
      !_weir_io_option_int (config->options, "numPartitions", 1, G_MAXINT32, 1, &n_partitions, error) || !read_ramp (self, config->options, error))
    return FALSE;
  weir_ticker_init (&self->ticker, config->clock);
  self->pruned = _weir_schema_prune (config->schema, config->needed);
  self->needs_time = config->needed == NULL || config->needed[0];
  self->needs_value = config->needed == NULL || config->needed[1];
  source->description = g_strdup_printf ("RateStreamV2[rowsPerSecond=%" G_GINT64_FORMAT ", rampUpTimeSeconds=%" G_GINT64_FORMAT ", numPartitions=default",
                                         self->rate, self->ramp_s);
  return TRUE;
}

static void
rate_start (WeirSource *source)
{
  RateSource *self = (RateSource *)source;

  weir_ticker_start (source, weir_clock_now_us (self->ticker.clock) / 1000 * 1000, 1000);
}

static gint64
seconds_now (RateSource *self)
{
  return MAX (0, weir_clock_now_us (self->ticker.clock) - self->ticker.begun_us) / G_USEC_PER_SEC;
}

static char *
rate_latest (WeirSource *source,
             const char *from,
             gboolean    unlimited,
             GError    **error)
{
  RateSource *self = (RateSource *)source;

  return weir_ticker_latest (&self->ticker, from, seconds_now (self), 1, self->rate, unlimited);
}

static char *
rate_freeze (WeirSource *source,
             GError    **error)
{
  RateSource *self = (RateSource *)source;

  return weir_ticker_freeze (&self->ticker, seconds_now (self));
}

static GPtrArray *
rate_plan (WeirSource *source,
           const char *from,
           const char *to,
           GError    **error)
{
  Range range = { g_ascii_strtoll (from, NULL, 10), g_ascii_strtoll (to, NULL, 10) };

  return weir_ticker_plan_one (&range, sizeof range);
}

/* The last seconds of a query that was begun with the hour. */
static GPtrArray *
rate_peek (WeirSource   *source,
           guint         max,
           GCancellable *cancellable,
           GError      **error)
{
  RateSource *self = (RateSource *)source;
  Range       range;

  weir_ticker_begin_with_hour (&self->ticker, max);
  range.last = seconds_now (self);
  range.first = MAX (0, range.last - (gint64)max / self->rate - 1);
  return weir_ticker_peek_one (source, &range, sizeof range, max, cancellable, error);
}

static gboolean
push_rows (RateSource    *self,
           const gint64  *times,
           const gint64  *values,
           guint          n,
           WeirSourcePush push,
           gpointer       data,
           GError       **error)
{
  WeirColumn           *columns[2];
  const gint64         *arrays[2] = { times, values };
  WeirType             *types[2] = { WEIR_TIMESTAMP, WEIR_BIGINT };
  gboolean              needed[2] = { self->needs_time, self->needs_value };
  guint                 n_columns = 0;
  g_autoptr (WeirBatch) batch = NULL;

  for (guint i = 0; i < 2; i++)
    {
      WeirBuffer *buffer;

      if (!needed[i])
        continue;
      buffer = weir_buffer_new (n * sizeof (gint64));
      memcpy (buffer->data, arrays[i], n * sizeof (gint64));
      columns[n_columns++] = weir_column_new_flat (types[i], n, buffer, NULL);
    }
  batch = weir_batch_new (self->pruned, n, columns);
  return push (data, batch, error);
}

static gboolean
rate_read (WeirSource      *source,
           gpointer         morsel,
           WeirSourcePush   push,
           gpointer         push_data,
           WeirDecodeStats *stats,
           GCancellable    *cancellable,
           GError         **error)
{
  RateSource        *self = (RateSource *)source;
  const Range       *range = morsel;
  g_autofree gint64 *times = g_new (gint64, WEIR_VECTOR_ROWS), *values = g_new (gint64, WEIR_VECTOR_ROWS);
  guint              n = 0;

  for (gint64 second = range->first; second < range->last; second++)
    {
      gint64 first = value_at (self, second), count = value_at (self, second + 1) - first;

      for (gint64 i = 0; i < count; i++)
        {
          times[n] = self->ticker.begun_us + (second * 1000 + (2000 * i + count) / (2 * count)) * 1000;
          values[n++] = first + i;
          if (n < WEIR_VECTOR_ROWS)
            continue;
          if (!push_rows (self, times, values, n, push, push_data, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          stats->rows += n;
          n = 0;
        }
    }
  stats->rows += n;
  return n == 0 || push_rows (self, times, values, n, push, push_data, error);
}

static void
rate_finalize (WeirSource *source)
{
  RateSource *self = (RateSource *)source;

  weir_ticker_clear (&self->ticker);
  g_clear_pointer (&self->pruned, weir_type_unref);
}

static WeirSchema *
rate_resolve (WeirSchema *declared,
              GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  return _weir_source_fixed_schema ("rate", "timestamp TIMESTAMP, value BIGINT", declared, error);
}

static const WeirSourceClass rate_class = {
  .format = "rate",
  .open = rate_open,
  .start = rate_start,
  .latest = rate_latest,
  .freeze = rate_freeze,
  .plan = rate_plan,
  .read = rate_read,
  .peek = rate_peek,
  .stop = weir_ticker_stop,
  .finalize = rate_finalize,
  .log_range = weir_ticker_log_range,
  .replay_range = weir_ticker_replay_range,
  .log_state = weir_ticker_log_state,
  .restore_state = weir_ticker_restore_state,
};

const WeirSourceKind _weir_source_rate = { &rate_class, sizeof (RateSource), rate_resolve };
