/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "io/recent.h"

#include <string.h>

/*
 * Spark's rate source per micro-batch: every batch has the same number of rows, all stamped with the batch's own time, which does not
 * come from a clock. Offsets say both: {"offset":20,"timestamp":1100} is behind the 20th row, and the next batch is stamped 1100 ms. So a
 * batch can be read again from its offsets alone (spark-semantics §1.1.5).
 */

typedef struct
{
  WeirSource  parent;
  WeirSchema *pruned; /* Owned */
  gboolean    needs_time, needs_value;
  gint64      rows;
  gint64      start_ms, advance_ms;
  gboolean    frozen;
  char       *end; /* Owned, nullable: fixed by the first latest() after freeze() */
} RateBatchSource;

typedef struct
{
  gint64 value;
  gint64 ms;
} Offset;

typedef struct
{
  gint64 first, last; /* values; without `last` */
  gint64 ms;
} Range;

static Offset
parse_offset (const RateBatchSource *self,
              const char            *text)
{
  Offset      offset = { 0, self->start_ms };
  const char *value = strstr (text, "\"offset\":"), *ms = strstr (text, "\"timestamp\":");

  if (value != NULL && ms != NULL)
    offset = (Offset){ g_ascii_strtoll (value + strlen ("\"offset\":"), NULL, 10), g_ascii_strtoll (ms + strlen ("\"timestamp\":"), NULL, 10) };
  return offset;
}

static char *
next_offset (const RateBatchSource *self,
             const char            *from)
{
  Offset offset = parse_offset (self, from);

  return g_strdup_printf ("{\"offset\":%" G_GINT64_FORMAT ",\"timestamp\":%" G_GINT64_FORMAT "}", offset.value + self->rows,
                          offset.ms + self->advance_ms);
}

static gboolean
rate_batch_open (WeirSource             *source,
                 const WeirSourceConfig *config,
                 GError                **error)
{
  RateBatchSource *self = (RateBatchSource *)source;
  const char      *rows;
  gint64           n_partitions;

  if (!_weir_io_option_required (config->options, "rowsPerBatch", "rowsPerBatch '10'", &rows, error) ||
      !_weir_io_option_int (config->options, "rowsPerBatch", 1, G_GINT64_CONSTANT (1000000000), 1, &self->rows, error) ||
      !_weir_io_option_int (config->options, "numPartitions", 1, G_MAXINT32, 1, &n_partitions, error) ||
      !_weir_io_option_int (config->options, "startTimestamp", 0, G_MAXINT64 / 2000, 0, &self->start_ms, error) ||
      !_weir_io_option_int (config->options, "advanceMillisPerBatch", 0, G_MAXINT32, 1000, &self->advance_ms, error))
    return FALSE;
  self->pruned = _weir_schema_prune (config->schema, config->needed);
  self->needs_time = config->needed == NULL || config->needed[0];
  self->needs_value = config->needed == NULL || config->needed[1];
  source->description = g_strdup_printf ("RatePerMicroBatchStream[rowsPerBatch=%" G_GINT64_FORMAT ", numPartitions=1, startTimestamp=%" G_GINT64_FORMAT
                                         ", advanceMsPerBatch=%" G_GINT64_FORMAT "]",
                                         self->rows, self->start_ms, self->advance_ms);
  return TRUE;
}

static void
rate_batch_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

static char *
rate_batch_latest (WeirSource *source,
                   const char *from,
                   gboolean    unlimited,
                   GError    **error)
{
  RateBatchSource *self = (RateBatchSource *)source;

  if (!self->frozen)
    return next_offset (self, from);
  if (self->end == NULL)
    self->end = next_offset (self, from);
  return g_strdup (self->end);
}

/* One batch a run: there is no end to record. */
static char *
rate_batch_freeze (WeirSource *source,
                   GError    **error)
{
  ((RateBatchSource *)source)->frozen = TRUE;
  return g_strdup ("");
}

static GPtrArray *
rate_batch_plan (WeirSource *source,
                 const char *from,
                 const char *to,
                 GError    **error)
{
  RateBatchSource *self = (RateBatchSource *)source;
  GPtrArray       *ranges;
  Offset           first = parse_offset (self, from), last = parse_offset (self, to);
  Range            range = { first.value, last.value, first.ms };

  /* The first batch has its time from the options: one that an ended run began keeps it. */
  if (*from == '\0' && last.ms != self->start_ms + self->advance_ms)
    {
      weir_fail (error, WEIR_ERROR_RUN, "MALFORMED_STATE_IN_RATE_PER_MICRO_BATCH_SOURCE.INVALID_TIMESTAMP", WEIR_SPAN_NONE,
                 "The first batch was begun up to timestamp %" G_GINT64_FORMAT ", and would end at %" G_GINT64_FORMAT
                 " now. Set startTimestamp and advanceMillisPerBatch to what they were, or start the query with a new checkpoint directory.",
                 last.ms, self->start_ms + self->advance_ms);
      return NULL;
    }
  ranges = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (ranges, g_memdup2 (&range, sizeof range));
  return ranges;
}

/* @n rows from @first on. (transfer full) */
static WeirBatch *
make_rows (RateBatchSource *self,
           gint64           first,
           gint64           us,
           guint            n)
{
  WeirColumn *columns[2];
  WeirBuffer *buffer;
  guint       n_columns = 0;

  if (self->needs_time)
    {
      buffer = weir_buffer_new (n * sizeof (gint64));
      for (guint i = 0; i < n; i++)
        ((gint64 *)(void *)buffer->data)[i] = us;
      columns[n_columns++] = weir_column_new_flat (WEIR_TIMESTAMP, n, buffer, NULL);
    }
  if (self->needs_value)
    {
      buffer = weir_buffer_new (n * sizeof (gint64));
      for (guint i = 0; i < n; i++)
        ((gint64 *)(void *)buffer->data)[i] = first + i;
      columns[n_columns++] = weir_column_new_flat (WEIR_BIGINT, n, buffer, NULL);
    }
  return weir_batch_new (self->pruned, n, columns);
}

static gboolean
rate_batch_read (WeirSource      *source,
                 gpointer         morsel,
                 WeirSourcePush   push,
                 gpointer         push_data,
                 WeirDecodeStats *stats,
                 GCancellable    *cancellable,
                 GError         **error)
{
  const Range *range = morsel;

  for (gint64 at = range->first; at < range->last; at += WEIR_VECTOR_ROWS)
    {
      g_autoptr (WeirBatch) batch = make_rows ((RateBatchSource *)source, at, range->ms * 1000, (guint)MIN (range->last - at, WEIR_VECTOR_ROWS));

      if (!push (push_data, batch, error) || g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      stats->rows += batch->n_rows;
    }
  return TRUE;
}

static void
rate_batch_finalize (WeirSource *source)
{
  RateBatchSource *self = (RateBatchSource *)source;

  g_clear_pointer (&self->pruned, weir_type_unref);
  g_free (self->end);
}

static WeirSchema *
rate_batch_resolve (WeirSchema *declared,
                    GHashTable *options,
                    const char *base_dir,
                    GError    **error)
{
  return _weir_source_fixed_schema ("rate-micro-batch", "timestamp TIMESTAMP, value BIGINT", declared, error);
}

static const WeirSourceClass rate_batch_class = {
  .format = "rate-micro-batch",
  .open = rate_batch_open,
  .start = rate_batch_start,
  .latest = rate_batch_latest,
  .freeze = rate_batch_freeze,
  .plan = rate_batch_plan,
  .read = rate_batch_read,
  .peek = weir_source_peek_all,
  .finalize = rate_batch_finalize,
};

const WeirSourceKind _weir_source_rate_batch = { &rate_batch_class, sizeof (RateBatchSource), rate_batch_resolve };
