/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/line-reader.h"

#include "base/limits.h"

#include <libsoup/soup.h>
#include <string.h>

/*
 * A URL that streams NDJSON or server-sent events, or is polled. One reader a URL (line-reader.c). Without `interval` the response is
 * endless and its end is a lost connection; with it each response is a whole document that is asked for again. Of server-sent
 * events only `data:` lines are rows.
 */

#define BACKOFF_MIN_US 100000
#define BACKOFF_MAX_US 30000000
#define READ_BYTES     (64u << 10)

typedef struct
{
  SoupSession  *session;      /* Owned */
  char         *url, *method; /* Owned */
  GPtrArray    *headers;      /* Owned: name, value, name, value … */
  gint64        interval_us;  /* 0: one endless response */
  GInputStream *stream;       /* Owned, nullable */
  GCancellable *cancellable;  /* Owned */
  GSource      *timer;        /* Owned, nullable */
  gint64        backoff_us, failing_since_us;
  guint8       *chunk; /* Owned */
  GString      *event; /* Owned: start of an unfinished line of events */
  gboolean      is_sse, paused, was_connected;
} Transport;

typedef struct
{
  const char *url, *method;
  GPtrArray  *headers;
  gint64      interval_us;
} Request;

typedef struct
{
  WeirLineReader *reader;
  Transport      *transport;
  GCancellable   *cancellable;
} Call;

static void send_request (WeirLineReader *reader, Transport *self);
static void read_more (WeirLineReader *reader, Transport *self);

static Call *
call_new (WeirLineReader *reader,
          Transport      *transport)
{
  Call *call = g_new (Call, 1);

  *call = (Call){ reader, transport, g_object_ref (transport->cancellable) };
  return call;
}

static void
call_free (Call *call)
{
  g_object_unref (call->cancellable);
  g_free (call);
}

static gpointer
transport_make (gpointer data)
{
  const Request *request = data;
  Transport     *self = g_new0 (Transport, 1);

  self->url = g_strdup (request->url);
  self->method = g_strdup (request->method);
  self->headers = g_ptr_array_ref (request->headers);
  self->interval_us = request->interval_us;
  self->backoff_us = BACKOFF_MIN_US;
  self->cancellable = g_cancellable_new ();
  self->chunk = g_malloc (READ_BYTES);
  self->event = g_string_new (NULL);
  return self;
}

static gboolean
timer_cb (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->transport->timer, g_source_unref);
  send_request (call->reader, call->transport);
  return G_SOURCE_REMOVE;
}

static void
send_later (WeirLineReader *reader,
            Transport      *self,
            gint64          delay_us)
{
  self->timer = g_timeout_source_new ((guint)(delay_us / 1000));
  g_source_set_callback (self->timer, timer_cb, call_new (reader, self), (GDestroyNotify)call_free);
  g_source_attach (self->timer, weir_line_reader_get_context (reader));
}

static void
failed (WeirLineReader *reader,
        Transport      *self,
        const char     *cause)
{
  gint64 now_us = g_get_monotonic_time (), limit_us = weir_line_reader_get_retry_us (reader);
  char  *message = g_strdup_printf ("%s: %s.", self->url, cause);

  if (self->failing_since_us == 0)
    self->failing_since_us = now_us;
  if (limit_us >= 0 && now_us - self->failing_since_us >= limit_us && !self->was_connected)
    {
      weir_line_reader_set_state (reader, WEIR_SOURCE_FAILED, message, 0);
      return;
    }
  weir_line_reader_set_state (reader, WEIR_SOURCE_RETRYING, message, now_us + self->backoff_us);
  send_later (reader, self, self->backoff_us);
  self->backoff_us = MIN (self->backoff_us * 2, BACKOFF_MAX_US);
}

static void
ended (WeirLineReader *reader,
       Transport      *self)
{
  g_clear_object (&self->stream);
  weir_line_reader_flush (reader);
  if (weir_line_reader_is_bounded (reader))
    weir_line_reader_set_state (reader, WEIR_SOURCE_ENDED, NULL, 0);
  else if (self->interval_us > 0)
    send_later (reader, self, self->interval_us);
  else
    failed (reader, self, "the server ended the response");
}

/* Takes the text of `data:` lines out of an event stream. */
static gboolean
feed_events (WeirLineReader *reader,
             Transport      *self,
             gsize           n)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  char               *line, *end;

  g_string_append_len (self->event, (const char *)self->chunk, (gssize)n);
  line = self->event->str;
  while ((end = memchr (line, '\n', self->event->len - (gsize)(line - self->event->str))) != NULL)
    {
      if (strncmp (line, "data:", 5) == 0)
        {
          char *text = line[5] == ' ' ? line + 6 : line + 5;

          g_string_append_len (rows, text, end + 1 - text);
        }
      line = end + 1;
    }
  g_string_erase (self->event, 0, line - self->event->str);
  if (self->event->len > WEIR_LINE_BYTES_MAX)
    g_string_truncate (self->event, 0);
  return rows->len == 0 || weir_line_reader_feed (reader, (const guint8 *)rows->str, rows->len);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  Call              *call = data;
  Transport         *self = call->transport;
  g_autoptr (GError) error = NULL;
  gssize             n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  gboolean           has_room;

  if (g_cancellable_is_cancelled (call->cancellable))
    {
      call_free (call);
      return;
    }
  if (n < 0)
    {
      g_clear_object (&self->stream);
      weir_line_reader_flush (call->reader);
      failed (call->reader, self, error->message);
    }
  else if (n == 0)
    ended (call->reader, self);
  else
    {
      has_room = self->is_sse ? feed_events (call->reader, self, (gsize)n) : weir_line_reader_feed (call->reader, self->chunk, (gsize)n);
      self->paused = !has_room;
      if (has_room)
        read_more (call->reader, self);
    }
  call_free (call);
}

static void
read_more (WeirLineReader *reader,
           Transport      *self)
{
  g_input_stream_read_async (self->stream, self->chunk, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable, read_cb, call_new (reader, self));
}

static void
response_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  Call                   *call = data;
  Transport              *self = call->transport;
  g_autoptr (GError)      error = NULL;
  g_autoptr (SoupMessage) message = g_object_ref (soup_session_get_async_result_message (SOUP_SESSION (object), result));
  GInputStream           *stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  g_autofree char        *cause = NULL;
  const char             *type;

  if (g_cancellable_is_cancelled (call->cancellable))
    {
      g_clear_object (&stream);
      call_free (call);
      return;
    }
  if (stream == NULL || !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    {
      cause = stream == NULL ? g_strdup (error->message)
                             : g_strdup_printf ("the server answered %u %s", soup_message_get_status (message), soup_message_get_reason_phrase (message));
      g_clear_object (&stream);
      failed (call->reader, self, cause);
    }
  else
    {
      type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
      self->stream = stream;
      self->is_sse = g_strcmp0 (type, "text/event-stream") == 0;
      self->was_connected = TRUE;
      self->failing_since_us = 0;
      self->backoff_us = BACKOFF_MIN_US;
      g_string_truncate (self->event, 0);
      weir_line_reader_set_state (call->reader, WEIR_SOURCE_CONNECTED, NULL, 0);
      read_more (call->reader, self);
    }
  call_free (call);
}

static void
send_request (WeirLineReader *reader,
              Transport      *self)
{
  g_autoptr (SoupMessage) message = soup_message_new (self->method, self->url);

  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message), self->headers->pdata[i], self->headers->pdata[i + 1]);
  if (!self->was_connected)
    weir_line_reader_set_state (reader, WEIR_SOURCE_CONNECTING, NULL, 0);
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, self->cancellable, response_cb, call_new (reader, self));
}

static void
transport_start (WeirLineReader *reader,
                 gpointer        transport)
{
  Transport *self = transport;

  self->session = soup_session_new ();
  soup_session_set_timeout (self->session, 0);
  send_request (reader, self);
}

static void
transport_resume (WeirLineReader *reader,
                  gpointer        transport)
{
  Transport *self = transport;

  if (!self->paused || self->stream == NULL)
    return;
  self->paused = FALSE;
  read_more (reader, self);
}

static gboolean
free_cb (gpointer data)
{
  Transport *self = data;

  g_clear_object (&self->stream);
  g_clear_object (&self->session);
  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->headers);
  g_string_free (self->event, TRUE);
  g_free (self->chunk);
  g_free (self->url);
  g_free (self->method);
  g_free (self);
  return G_SOURCE_REMOVE;
}

static void
transport_stop (WeirLineReader *reader,
                gpointer        transport)
{
  Transport *self = transport;
  GSource   *idle = g_idle_source_new ();

  g_cancellable_cancel (self->cancellable);
  if (self->timer != NULL)
    {
      g_source_destroy (self->timer);
      g_clear_pointer (&self->timer, g_source_unref);
    }
  /* A pending call still writes into the chunk until it has come back. */
  g_source_set_callback (idle, free_cb, self, NULL);
  g_source_attach (idle, weir_line_reader_get_context (reader));
  g_source_unref (idle);
}

static const WeirTransport http_transport = { transport_start, transport_resume, transport_stop };

/* ---- the source ------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirSource      parent;
  WeirLineReader *reader;       /* Owned, from start on */
  WeirReaderHub  *hub;          /* Borrowed */
  WeirReaderHub  *own_hub;      /* Owned: without a session's */
  WeirDecoder    *decoder;      /* Owned */
  char           *url, *method; /* Owned */
  GPtrArray      *headers;      /* Owned */
  gint64          interval_us, retry_us;
} HttpSource;

static gboolean
parse_interval (HttpSource *self,
                const char *text,
                GError    **error)
{
  double seconds;
  char  *end;

  if (text == NULL)
    return TRUE;
  seconds = g_ascii_strtod (text, &end);
  if (strcmp (end, "ms") == 0)
    seconds /= 1000;
  else if (strcmp (end, "m") == 0)
    seconds *= 60;
  else if (*end != '\0' && strcmp (end, "s") != 0 && strcmp (end, " seconds") != 0)
    seconds = -1;
  if (end == text || seconds < 0.01 || seconds > 86400)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option interval takes a time as '10s' or '500ms', not '%s'.", text);
  self->interval_us = (gint64)(seconds * G_USEC_PER_SEC);
  return TRUE;
}

static void
collect_headers (HttpSource *self,
                 GHashTable *options)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, "header."))
      {
        g_ptr_array_add (self->headers, g_strdup ((const char *)key + strlen ("header.")));
        g_ptr_array_add (self->headers, g_strdup (value));
      }
}

static gboolean
http_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  HttpSource      *self = (HttpSource *)source;
  const char      *url, *method = _weir_io_option_get (config->options, "method");
  g_autoptr (GUri) uri = NULL;

  self->headers = g_ptr_array_new_with_free_func (g_free);
  if (!_weir_io_option_required (config->options, "url", "url 'http://localhost:8080/events'", &url, error) ||
      !parse_interval (self, _weir_io_option_get (config->options, "interval"), error))
    return FALSE;
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || (g_strcmp0 (g_uri_get_scheme (uri), "http") != 0 && g_strcmp0 (g_uri_get_scheme (uri), "https") != 0))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option url takes http://… or https://…, not '%s'.", url);
  self->url = g_strdup (url);
  self->method = method != NULL ? g_ascii_strup (method, -1) : g_strdup ("GET");
  collect_headers (self, config->options);
  self->retry_us = config->retry_us;
  self->hub = config->hub;
  if (self->hub == NULL)
    self->hub = self->own_hub = weir_reader_hub_new ();
  self->decoder = weir_decoder_new ("json", config->schema, config->needed, config->options, config->zone, NULL, error);
  source->description = g_strdup_printf ("HttpStream[%s]", url);
  return self->decoder != NULL;
}

static void
http_start (WeirSource *source)
{
  HttpSource              *self = (HttpSource *)source;
  g_autoptr (GString)      key = g_string_new (NULL);
  Request                  request = { self->url, self->method, self->headers, self->interval_us };
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_string_printf (key, "http:%s %s %" G_GINT64_FORMAT, self->method, self->url, self->interval_us);
  for (guint i = 0; i < self->headers->len; i++)
    g_string_append_printf (key, "\n%s", (char *)self->headers->pdata[i]);
  self->reader = weir_line_reader_get (self->hub, key->str, &http_transport, transport_make, &request);
  weir_line_reader_attach (self->reader, source, context, self->retry_us);
}

static char *
http_latest (WeirSource *source,
             const char *from,
             gboolean    unlimited,
             GError    **error)
{
  return weir_line_source_latest (((HttpSource *)source)->reader, source, from);
}

static char *
http_freeze (WeirSource *source,
             GError    **error)
{
  return weir_line_source_freeze (((HttpSource *)source)->reader, source);
}

static GPtrArray *
http_plan (WeirSource *source,
           const char *from,
           const char *to,
           GError    **error)
{
  return weir_line_source_plan (((HttpSource *)source)->reader, source, from, to);
}

static gboolean
http_read (WeirSource      *source,
           gpointer         morsel,
           WeirSourcePush   push,
           gpointer         push_data,
           WeirDecodeStats *stats,
           GCancellable    *cancellable,
           GError         **error)
{
  HttpSource                 *self = (HttpSource *)source;
  WeirLineBlock              *lines = morsel;
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (self->decoder);
  WeirDecodeBlock             block = { .buffer = lines->buffer, .len = lines->len, .origin_offset = lines->first };

  return weir_decoder_decode (self->decoder, state, &block, push, push_data, stats, error);
}

static void
http_commit (WeirSource *source,
             const char *to)
{
  weir_line_reader_commit (((HttpSource *)source)->reader, source, g_ascii_strtoull (to, NULL, 10));
}

static void
http_stop (WeirSource *source)
{
  HttpSource *self = (HttpSource *)source;

  if (self->reader == NULL)
    return;
  weir_line_reader_detach (self->reader, source);
  g_clear_pointer (&self->reader, weir_line_reader_unref);
}

static void
http_finalize (WeirSource *source)
{
  HttpSource *self = (HttpSource *)source;

  http_stop (source);
  g_clear_pointer (&self->decoder, weir_decoder_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
  g_clear_pointer (&self->own_hub, weir_reader_hub_free);
  g_free (self->url);
  g_free (self->method);
}

static WeirSchema *
http_resolve (WeirSchema *declared,
              GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  if (declared != NULL)
    return weir_type_ref (declared);
  weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE,
             "An http table needs columns: CREATE TABLE t (k STRING, n INT) USING http OPTIONS (url 'http://…').");
  return NULL;
}

static GPtrArray *
http_sample (WeirSource *source,
             guint       max)
{
  HttpSource *self = (HttpSource *)source;

  return self->reader != NULL ? weir_line_source_sample (self->reader, max) : NULL;
}

static const WeirSourceClass http_class = {
  .format = "http",
  .open = http_open,
  .start = http_start,
  .latest = http_latest,
  .freeze = http_freeze,
  .plan = http_plan,
  .read = http_read,
  .commit = http_commit,
  .sample = http_sample,
  .stop = http_stop,
  .finalize = http_finalize,
};

const WeirSourceKind _weir_source_http = { &http_class, sizeof (HttpSource), http_resolve };
