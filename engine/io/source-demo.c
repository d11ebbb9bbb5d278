/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "io/demo-data.h"
#include "io/ticker.h"

#include <string.h>

/*
 * The demo stream: rowsPerSecond rows, begun `backfill` seconds before the start so that charts are never empty. Rows are written as JSON
 * lines and decoded like anybody's, so late and malformed rows are real ones. The offset is the number of rows.
 */

#define MORSEL_ROWS 4096
#define BACKFILL_S  600

typedef struct
{
  WeirTicker   ticker;
  WeirDecoder *decoder; /* Owned */
  WeirDemoKind kind;
  gint64       rate, backfill_s, seed;
} DemoSource;

typedef struct
{
  guint64 first;
  guint   n_rows;
} Range;

static gboolean
find_kind (GHashTable   *options,
           WeirDemoKind *kind,
           GError      **error)
{
  const char *name = _weir_io_option_get (options, "kind");

  *kind = WEIR_DEMO_ORDERS;
  if (name == NULL || weir_demo_kind_parse (name, kind))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option kind takes orders, sensors or weblog, not '%s'.", name);
}

static gboolean
demo_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  DemoSource *self = (DemoSource *)source;

  if (!find_kind (config->options, &self->kind, error) ||
      !_weir_io_option_int (config->options, "rowsPerSecond", 1, 1000000, 5, &self->rate, error) ||
      !_weir_io_option_int (config->options, "backfill", 0, 86400, BACKFILL_S, &self->backfill_s, error) ||
      !_weir_io_option_int (config->options, "seed", 0, G_MAXINT64, 42, &self->seed, error))
    return FALSE;
  weir_ticker_init (&self->ticker, config->clock);
  self->decoder = weir_decoder_new ("json", config->schema, config->needed, NULL, config->zone, NULL, error);
  source->description = g_strdup_printf ("DemoStream[rowsPerSecond=%" G_GINT64_FORMAT "]", self->rate);
  return self->decoder != NULL;
}

static void
demo_start (WeirSource *source)
{
  DemoSource *self = (DemoSource *)source;

  weir_ticker_start (source, weir_clock_now_us (self->ticker.clock) - self->backfill_s * G_USEC_PER_SEC,
                     (guint)CLAMP (1000 / self->rate, 100, 1000));
}

static gint64
rows_due (DemoSource *self)
{
  return MAX (0, weir_clock_now_us (self->ticker.clock) - self->ticker.begun_us) / 1000 * self->rate / 1000;
}

static char *
demo_latest (WeirSource *source,
             const char *from,
             gboolean    unlimited,
             GError    **error)
{
  DemoSource *self = (DemoSource *)source;

  return weir_ticker_latest (&self->ticker, from, rows_due (self), self->rate, 1, unlimited);
}

static char *
demo_freeze (WeirSource *source,
             GError    **error)
{
  DemoSource *self = (DemoSource *)source;

  return weir_ticker_freeze (&self->ticker, rows_due (self));
}

static GPtrArray *
demo_plan (WeirSource *source,
           const char *from,
           const char *to,
           GError    **error)
{
  GPtrArray *ranges = g_ptr_array_new_with_free_func (g_free);
  guint64    last = g_ascii_strtoull (to, NULL, 10);

  for (guint64 first = g_ascii_strtoull (from, NULL, 10); first < last; first += MORSEL_ROWS)
    {
      Range range = { first, (guint)MIN (MORSEL_ROWS, last - first) };

      g_ptr_array_add (ranges, g_memdup2 (&range, sizeof range));
    }
  return ranges;
}

static gboolean
demo_read (WeirSource      *source,
           gpointer         morsel,
           WeirSourcePush   push,
           gpointer         push_data,
           WeirDecodeStats *stats,
           GCancellable    *cancellable,
           GError         **error)
{
  DemoSource                 *self = (DemoSource *)source;
  const Range                *range = morsel;
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (self->decoder);
  g_autoptr (WeirBuffer)      buffer = NULL;
  g_autoptr (GString)         text = g_string_sized_new (range->n_rows * 160);
  WeirDecodeBlock             block = { 0 };

  for (guint i = 0; i < range->n_rows; i++)
    {
      guint64 row = range->first + i;

      weir_demo_append_row (self->kind, (guint64)self->seed, row, self->ticker.begun_us + (gint64)(row * G_USEC_PER_SEC / (guint64)self->rate), text);
    }
  buffer = weir_buffer_new (text->len);
  memcpy (buffer->data, text->str, text->len);
  block.buffer = buffer;
  block.len = text->len;
  block.origin_offset = G_MAXUINT64;
  return weir_decoder_decode (self->decoder, state, &block, push, push_data, stats, error);
}

/* Rows as a query would have them that was begun with the hour: a preview a second later goes on where this one ends. */
static GPtrArray *
demo_peek (WeirSource   *source,
           guint         max,
           GCancellable *cancellable,
           GError      **error)
{
  DemoSource *self = (DemoSource *)source;
  Range       range;
  gint64      n;

  weir_ticker_begin_with_hour (&self->ticker, self->backfill_s);
  n = rows_due (self);
  range = (Range){ (guint64)MAX (0, n - max), (guint)MIN (n, max) };
  return weir_ticker_peek_one (source, &range, sizeof range, max, cancellable, error);
}

static void
demo_finalize (WeirSource *source)
{
  DemoSource *self = (DemoSource *)source;

  weir_ticker_clear (&self->ticker);
  g_clear_pointer (&self->decoder, weir_decoder_unref);
}

static WeirSchema *
demo_resolve (WeirSchema *declared,
              GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  WeirDemoKind kind;

  return find_kind (options, &kind, error) ? _weir_source_fixed_schema ("demo", weir_demo_ddl (kind), declared, error) : NULL;
}

static const WeirSourceClass demo_class = {
  .format = "demo",
  .open = demo_open,
  .start = demo_start,
  .latest = demo_latest,
  .freeze = demo_freeze,
  .plan = demo_plan,
  .read = demo_read,
  .peek = demo_peek,
  .stop = weir_ticker_stop,
  .finalize = demo_finalize,
  .log_range = weir_ticker_log_range,
  .replay_range = weir_ticker_replay_range,
  .log_state = weir_ticker_log_state,
  .restore_state = weir_ticker_restore_state,
};

const WeirSourceKind _weir_source_demo = { &demo_class, sizeof (DemoSource), demo_resolve };
