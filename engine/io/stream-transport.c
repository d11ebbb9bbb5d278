/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/stream-transport.h"

#define BACKOFF_MIN_US 100000
#define BACKOFF_MAX_US 30000000
#define READ_BYTES     (256u << 10)

static void read_more (WeirLineReader *reader, WeirStream *self);

WeirStreamCall *
weir_stream_call_new (WeirLineReader *reader,
                      WeirStream     *stream)
{
  WeirStreamCall *call = g_new (WeirStreamCall, 1);

  *call = (WeirStreamCall){ reader, stream, g_object_ref (stream->cancellable) };
  return call;
}

void
weir_stream_call_free (WeirStreamCall *call)
{
  g_object_unref (call->cancellable);
  g_free (call);
}

gboolean
weir_stream_call_is_stopped (const WeirStreamCall *call)
{
  return g_cancellable_is_cancelled (call->cancellable);
}

void
weir_stream_init (WeirStream            *self,
                  const WeirStreamClass *klass)
{
  self->klass = klass;
  self->cancellable = g_cancellable_new ();
  self->chunk = g_malloc (READ_BYTES);
  self->backoff_us = BACKOFF_MIN_US;
}

static gboolean
timer_cb (gpointer data)
{
  WeirStreamCall *call = data;

  g_clear_pointer (&call->stream->timer, g_source_unref);
  call->stream->klass->connect (call->reader, call->stream);
  return G_SOURCE_REMOVE;
}

void
weir_stream_reopen (WeirLineReader *reader,
                    WeirStream     *self,
                    gint64          delay_us)
{
  self->timer = g_timeout_source_new ((guint)(delay_us / 1000));
  g_source_set_callback (self->timer, timer_cb, weir_stream_call_new (reader, self), (GDestroyNotify)weir_stream_call_free);
  g_source_attach (self->timer, weir_line_reader_get_context (reader));
}

void
weir_stream_failed (WeirLineReader *reader,
                    WeirStream     *self,
                    char           *message)
{
  gint64 now_us = g_get_monotonic_time (), limit_us = weir_line_reader_get_retry_us (reader), delay_us;

  if (self->failing_since_us == 0)
    self->failing_since_us = now_us;
  if (limit_us >= 0 && now_us - self->failing_since_us >= limit_us && !self->was_connected)
    {
      weir_line_reader_set_state (reader, WEIR_SOURCE_FAILED, message, 0);
      return;
    }
  delay_us = self->backoff_us / 5 * 4 + g_random_int_range (0, (gint32)(self->backoff_us / 5 * 2));
  weir_line_reader_set_state (reader, WEIR_SOURCE_RETRYING, message, now_us + delay_us);
  weir_stream_reopen (reader, self, delay_us);
  self->backoff_us = MIN (self->backoff_us * 2, BACKOFF_MAX_US);
}

static void
drop_input (WeirStream *self)
{
  g_clear_object (&self->input);
  g_clear_object (&self->keeper);
}

/* A line that was under way when the connection broke was never sent whole. */
static void
broken (WeirLineReader *reader,
        WeirStream     *self,
        const GError   *error)
{
  gsize            dropped = weir_line_reader_drop_rest (reader);
  g_autofree char *cause = NULL;

  cause = dropped > 0 ? g_strdup_printf ("%s; %" G_GSIZE_FORMAT " bytes of an unfinished line were dropped", error->message, dropped)
                      : g_strdup (error->message);
  drop_input (self);
  self->klass->broken (reader, self, cause);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr (WeirStreamCall) call = data;
  g_autoptr (GError)         error = NULL;
  gssize                     n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  WeirStream                *self = call->stream;

  if (weir_stream_call_is_stopped (call))
    return;
  if (n < 0)
    broken (call->reader, self, error);
  else if (n == 0)
    {
      drop_input (self);
      weir_line_reader_flush (call->reader);
      self->klass->closed (call->reader, self);
    }
  else if (self->klass->feed != NULL ? self->klass->feed (call->reader, self, self->chunk, (gsize)n)
                                     : weir_line_reader_feed (call->reader, self->chunk, (gsize)n))
    read_more (call->reader, self);
  else
    self->paused = TRUE;
}

static void
read_more (WeirLineReader *reader,
           WeirStream     *self)
{
  g_input_stream_read_async (self->input, self->chunk, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable, read_cb, weir_stream_call_new (reader, self));
}

void
weir_stream_opened (WeirLineReader *reader,
                    WeirStream     *self,
                    GInputStream   *input,
                    GObject        *keeper)
{
  self->input = input;
  self->keeper = keeper;
  self->was_connected = TRUE;
  self->failing_since_us = 0;
  self->backoff_us = BACKOFF_MIN_US;
  weir_line_reader_set_state (reader, WEIR_SOURCE_CONNECTED, NULL, 0);
  read_more (reader, self);
}

static void
stream_start (WeirLineReader *reader,
              gpointer        transport)
{
  WeirStream *self = transport;

  self->klass->connect (reader, self);
}

static void
stream_resume (WeirLineReader *reader,
               gpointer        transport)
{
  WeirStream *self = transport;

  if (!self->paused || self->input == NULL)
    return;
  self->paused = FALSE;
  read_more (reader, self);
}

static gboolean
free_cb (gpointer data)
{
  WeirStream *self = data;

  drop_input (self);
  g_object_unref (self->cancellable);
  g_free (self->chunk);
  self->klass->free (self);
  return G_SOURCE_REMOVE;
}

static void
stream_stop (WeirLineReader *reader,
             gpointer        transport)
{
  WeirStream *self = transport;
  GSource    *idle = g_idle_source_new ();

  g_cancellable_cancel (self->cancellable);
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_clear_pointer (&self->timer, g_source_unref);
    }
  /* A call under way still writes into the chunk until it has come back. */
  g_source_set_callback (idle, free_cb, self, NULL);
  g_source_attach (idle, weir_line_reader_get_context (reader));
  g_source_unref (idle);
}

const WeirTransport weir_stream_transport = { stream_start, stream_resume, stream_stop };
