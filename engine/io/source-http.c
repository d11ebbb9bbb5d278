/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/line-source.h"

#include "base/limits.h"

#include <libsoup/soup.h>
#include <string.h>

/*
 * A URL that streams NDJSON or server-sent events, or is polled. One reader a URL (line-reader.c). Without `interval` the response is
 * endless and its end is a lost connection; with it each response is a whole document that is asked for again. Of server-sent
 * events only `data:` lines are rows.
 */

/* ---- the transport, in the hub's thread ------------------------------------------------------------------------- */

typedef struct
{
  WeirStream   parent;
  SoupSession *session;      /* Owned, from the first request on */
  char        *url, *method; /* Owned */
  GPtrArray   *headers;      /* Owned: name, value, name, value … */
  gint64       interval_us;  /* 0: one endless response */
  GString     *event;        /* Owned: start of an unfinished line of events */
  gboolean     is_sse;
} Poll;

typedef struct
{
  const char *url, *method;
  GPtrArray  *headers;
  gint64      interval_us;
} Request;

static void
poll_broken (WeirLineReader *reader,
             WeirStream     *stream,
             const char     *cause)
{
  weir_stream_failed (reader, stream, g_strdup_printf ("%s: %s.", ((Poll *)stream)->url, cause));
}

static void
poll_closed (WeirLineReader *reader,
             WeirStream     *stream)
{
  Poll *self = (Poll *)stream;

  if (weir_line_reader_is_bounded (reader))
    weir_line_reader_set_state (reader, WEIR_SOURCE_ENDED, NULL, 0);
  else if (self->interval_us > 0)
    weir_stream_reopen (reader, stream, self->interval_us);
  else
    poll_broken (reader, stream, "the server ended the response");
}

/* Takes the text of `data:` lines out of an event stream. */
static gboolean
feed_events (WeirLineReader *reader,
             Poll           *self,
             const guint8   *data,
             gsize           n)
{
  g_autoptr (GString) rows = g_string_new (NULL);
  char               *line, *end;

  g_string_append_len (self->event, (const char *)data, (gssize)n);
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

static gboolean
poll_feed (WeirLineReader *reader,
           WeirStream     *stream,
           const guint8   *data,
           gsize           n)
{
  Poll *self = (Poll *)stream;

  return self->is_sse ? feed_events (reader, self, data, n) : weir_line_reader_feed (reader, data, n);
}

static void
response_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr (WeirStreamCall) call = data;
  Poll                      *self = (Poll *)call->stream;
  g_autoptr (GError)         error = NULL;
  g_autoptr (SoupMessage)    message = g_object_ref (soup_session_get_async_result_message (SOUP_SESSION (object), result));
  g_autoptr (GInputStream)   stream = soup_session_send_finish (SOUP_SESSION (object), result, &error);
  g_autofree char           *cause = NULL;
  const char                *type;

  if (weir_stream_call_is_stopped (call))
    return;
  if (stream == NULL || !SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    {
      cause = stream == NULL ? g_strdup (error->message)
                             : g_strdup_printf ("the server answered %u %s", soup_message_get_status (message), soup_message_get_reason_phrase (message));
      poll_broken (call->reader, call->stream, cause);
      return;
    }
  type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
  self->is_sse = g_strcmp0 (type, "text/event-stream") == 0;
  g_string_truncate (self->event, 0);
  weir_stream_opened (call->reader, call->stream, g_steal_pointer (&stream), NULL);
}

static void
poll_connect (WeirLineReader *reader,
              WeirStream     *stream)
{
  Poll                   *self = (Poll *)stream;
  g_autoptr (SoupMessage) message = soup_message_new (self->method, self->url);

  if (self->session == NULL)
    {
      self->session = soup_session_new ();
      soup_session_set_timeout (self->session, 0);
    }
  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message), self->headers->pdata[i], self->headers->pdata[i + 1]);
  if (!stream->was_connected)
    weir_line_reader_set_state (reader, WEIR_SOURCE_CONNECTING, NULL, 0);
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, stream->cancellable, response_cb, weir_stream_call_new (reader, stream));
}

static void
poll_free (WeirStream *stream)
{
  Poll *self = (Poll *)stream;

  g_clear_object (&self->session);
  g_ptr_array_unref (self->headers);
  g_string_free (self->event, TRUE);
  g_free (self->url);
  g_free (self->method);
  g_free (self);
}

static const WeirStreamClass poll_class = {
  .connect = poll_connect,
  .feed = poll_feed,
  .closed = poll_closed,
  .broken = poll_broken,
  .free = poll_free,
};

static gpointer
poll_make (gpointer data)
{
  const Request *request = data;
  Poll          *self = g_new0 (Poll, 1);

  weir_stream_init (&self->parent, &poll_class);
  self->url = g_strdup (request->url);
  self->method = g_strdup (request->method);
  self->headers = g_ptr_array_ref (request->headers);
  self->interval_us = request->interval_us;
  self->event = g_string_new (NULL);
  return self;
}

/* ---- the source ------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirLineSource parent;
  WeirDecoder   *decoder;      /* Owned */
  char          *url, *method; /* Owned */
  GPtrArray     *headers;      /* Owned */
  gint64         interval_us;
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
  if (!weir_line_source_open (&self->parent, config, error))
    return FALSE;
  self->decoder = weir_decoder_new ("json", config->schema, config->needed, config->options, config->zone, NULL, error);
  source->description = g_strdup_printf ("HttpStream[%s]", url);
  return self->decoder != NULL;
}

static char *
dup_address (HttpSource *self)
{
  return g_strdup_printf ("http:%s %s %" G_GINT64_FORMAT, self->method, self->url, self->interval_us);
}

static GPtrArray *
http_peek (WeirSource   *source,
           guint         max,
           GCancellable *cancellable,
           GError      **error)
{
  g_autofree char *address = dup_address ((HttpSource *)source);

  return weir_line_source_peek ((WeirLineSource *)source, address, max, cancellable, error);
}

static void
http_start (WeirSource *source)
{
  HttpSource         *self = (HttpSource *)source;
  g_autofree char    *address = dup_address (self);
  g_autoptr (GString) key = g_string_new (address);
  Request             request = { self->url, self->method, self->headers, self->interval_us };

  for (guint i = 0; i < self->headers->len; i++)
    g_string_append_printf (key, "\n%s", (char *)self->headers->pdata[i]);
  weir_line_source_start (&self->parent, key->str, poll_make, &request);
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
http_finalize (WeirSource *source)
{
  HttpSource *self = (HttpSource *)source;

  weir_line_source_clear (&self->parent);
  g_clear_pointer (&self->decoder, weir_decoder_unref);
  g_clear_pointer (&self->headers, g_ptr_array_unref);
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

static const WeirSourceClass http_class = {
  .format = "http",
  .open = http_open,
  .start = http_start,
  .read = http_read,
  .peek = http_peek,
  .finalize = http_finalize,
  WEIR_LINE_SOURCE_CLASS,
};

const WeirSourceKind _weir_source_http = { &http_class, sizeof (HttpSource), http_resolve };
