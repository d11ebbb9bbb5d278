/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/ticker.h"

#include "base/bytes.h"
#include "base/limits.h"
#include "io/recent.h"

#define TICKER_VERSION 1

void
weir_ticker_init (WeirTicker *self,
                  WeirClock  *clock)
{
  self->clock = weir_clock_ref (clock);
  self->end = -1;
}

void
weir_ticker_clear (WeirTicker *self)
{
  weir_ticker_stop (&self->parent);
  g_clear_pointer (&self->clock, weir_clock_unref);
}

static gboolean
tick_cb (gpointer data)
{
  weir_source_set_state (data, WEIR_SOURCE_CONNECTED, NULL, 0);
  return G_SOURCE_CONTINUE;
}

void
weir_ticker_start (WeirSource *source,
                   gint64      begun_us,
                   guint       interval_ms)
{
  WeirTicker              *self = (WeirTicker *)source;
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  if (!self->has_begun)
    self->begun_us = begun_us;
  self->has_begun = TRUE;
  self->timer = g_timeout_source_new (interval_ms);
  g_source_set_callback (self->timer, tick_cb, source, NULL);
  g_source_attach (self->timer, context);
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

void
weir_ticker_begin_with_hour (WeirTicker *self,
                             gint64      before_s)
{
  gint64 now_us = weir_clock_now_us (self->clock), hour_us = G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC;

  self->begun_us = now_us - now_us % hour_us - before_s * G_USEC_PER_SEC;
  self->has_begun = TRUE;
}

void
weir_ticker_stop (WeirSource *source)
{
  WeirTicker *self = (WeirTicker *)source;

  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

GPtrArray *
weir_ticker_plan_one (gconstpointer range,
                      gsize         size)
{
  GPtrArray *ranges = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (ranges, g_memdup2 (range, size));
  return ranges;
}

GPtrArray *
weir_ticker_peek_one (WeirSource   *source,
                      gconstpointer range,
                      gsize         size,
                      guint         max,
                      GCancellable *cancellable,
                      GError      **error)
{
  g_autoptr (GPtrArray) ranges = weir_ticker_plan_one (range, size);

  return weir_source_peek_morsels (source, ranges, max, cancellable, error);
}

char *
weir_ticker_latest (const WeirTicker *self,
                    const char       *from,
                    gint64            due,
                    gint64            per_s,
                    gint64            rows_per,
                    gboolean          unlimited)
{
  gint64 at = g_ascii_strtoll (from, NULL, 10);

  if (!unlimited)
    due = MIN (due, at + MAX (WEIR_TICKER_ROWS_MAX / rows_per, WEIR_TICKER_SECONDS_MAX * per_s));
  if (self->end >= 0)
    due = MIN (due, self->end);
  /* A clock that was put back plans nothing. */
  return due <= at ? g_strdup (from) : g_strdup_printf ("%" G_GINT64_FORMAT, due);
}

char *
weir_ticker_freeze (WeirTicker *self,
                    gint64      due)
{
  self->end = self->end >= 0 ? MIN (self->end, MAX (due, 0)) : MAX (due, 0);
  return g_strdup_printf ("%" G_GINT64_FORMAT, self->end);
}

GBytes *
weir_ticker_log_state (WeirSource *source)
{
  WeirTicker *self = (WeirTicker *)source;
  GByteArray *bytes = g_byte_array_new ();
  WeirWriter  writer = { bytes };

  weir_writer_u8 (&writer, TICKER_VERSION);
  weir_writer_u64 (&writer, (guint64)self->begun_us);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
weir_ticker_log_range (WeirSource *source,
                       const char *from,
                       const char *to,
                       GError    **error)
{
  return weir_ticker_log_state (source);
}

gboolean
weir_ticker_restore_state (WeirSource *source,
                           const char *committed,
                           GBytes     *state,
                           GError    **error)
{
  WeirTicker *self = (WeirTicker *)source;
  WeirReader  reader;
  gsize       len;
  const void *data = g_bytes_get_data (state, &len);

  weir_reader_init (&reader, data, len);
  if (weir_reader_u8 (&reader) != TICKER_VERSION)
    reader.failed = TRUE;
  self->begun_us = (gint64)weir_reader_u64 (&reader);
  self->has_begun = !reader.failed;
  if (reader.failed)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
                      "The checkpoint's start time of a source cannot be read: it is damaged or of a newer version.");
  return TRUE;
}

gboolean
weir_ticker_replay_range (WeirSource *source,
                          const char *from,
                          const char *to,
                          GBytes     *range,
                          gboolean    committed,
                          GError    **error)
{
  return weir_ticker_restore_state (source, to, range, error);
}
