/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/line-reader.h"

#include "base/limits.h"

#include <string.h>

/*
 * Text lines from a TCP peer. One reader an address (line-reader.c); it connects, reads, and when the peer is away or closes tries again
 * after 100 ms, doubling up to 30 s — unless a query reads to the end, for which the peer's close is the end.
 */

#define BACKOFF_MIN_US 100000
#define BACKOFF_MAX_US 30000000
#define READ_BYTES     (256u << 10)

/* ---- the transport, in the hub's thread ------------------------------------------------------------------------- */

typedef struct
{
  char              *host; /* Owned */
  guint16            port;
  gboolean           tls;
  GSocketConnection *connection;  /* Owned, nullable */
  GCancellable      *cancellable; /* Owned */
  GSource           *timer;       /* Owned, nullable */
  gint64             backoff_us;
  gint64             failing_since_us; /* monotonic; 0: not failing */
  guint8            *chunk;            /* Owned */
  gboolean           paused;
  gboolean           was_connected;
} Transport;

typedef struct
{
  const char *host;
  guint16     port;
  gboolean    tls;
} Address;

static void connect_peer (WeirLineReader *reader, Transport *self);
static void read_more (WeirLineReader *reader, Transport *self);

/* What an asynchronous call needs: the reader is kept, the transport lives as long as it. */
typedef struct
{
  WeirLineReader *reader;
  Transport      *transport;
  GCancellable   *cancellable;
} Call;

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
  const Address *address = data;
  Transport     *self = g_new0 (Transport, 1);

  self->host = g_strdup (address->host);
  self->port = address->port;
  self->tls = address->tls;
  self->backoff_us = BACKOFF_MIN_US;
  self->cancellable = g_cancellable_new ();
  self->chunk = g_malloc (READ_BYTES);
  return self;
}

static gboolean
retry_cb (gpointer data)
{
  Call *call = data;

  g_clear_pointer (&call->transport->timer, g_source_unref);
  connect_peer (call->reader, call->transport);
  return G_SOURCE_REMOVE;
}

static const char *
remedy_for (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return " Nothing listens there: start the server, or correct the port.";
  if (error->domain == G_RESOLVER_ERROR)
    return " The name is not known: correct the host.";
  return "";
}

static void
retry_later (WeirLineReader *reader,
             Transport      *self,
             const char     *message)
{
  gint64 now_us = g_get_monotonic_time (), limit_us = weir_line_reader_get_retry_us (reader);

  if (self->failing_since_us == 0)
    self->failing_since_us = now_us;
  if (limit_us >= 0 && now_us - self->failing_since_us >= limit_us && !self->was_connected)
    {
      weir_line_reader_set_state (reader, WEIR_SOURCE_FAILED, g_strdup (message), 0);
      return;
    }
  weir_line_reader_set_state (reader, WEIR_SOURCE_RETRYING, g_strdup (message), now_us + self->backoff_us);
  self->timer = g_timeout_source_new ((guint)(self->backoff_us / 1000));
  g_source_set_callback (self->timer, retry_cb, call_new (reader, self), (GDestroyNotify)call_free);
  g_source_attach (self->timer, weir_line_reader_get_context (reader));
  self->backoff_us = MIN (self->backoff_us * 2, BACKOFF_MAX_US);
}

/* The peer closed, or reading failed. */
static void
disconnected (WeirLineReader *reader,
              Transport      *self,
              const GError   *error)
{
  g_autofree char *message = NULL;

  g_clear_object (&self->connection);
  weir_line_reader_flush (reader);
  if (error == NULL && weir_line_reader_is_bounded (reader))
    {
      weir_line_reader_set_state (reader, WEIR_SOURCE_ENDED, NULL, 0);
      return;
    }
  message = error == NULL ? g_strdup_printf ("%s:%u closed the connection.", self->host, self->port)
                          : g_strdup_printf ("Connection to %s:%u was lost: %s.", self->host, self->port, error->message);
  retry_later (reader, self, message);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  Call              *call = data;
  g_autoptr (GError) error = NULL;
  gssize             n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, &error);
  Transport         *self = call->transport;

  if (g_cancellable_is_cancelled (call->cancellable))
    {
      call_free (call);
      return;
    }
  if (n <= 0)
    disconnected (call->reader, self, error);
  else if (weir_line_reader_feed (call->reader, self->chunk, (gsize)n))
    read_more (call->reader, self);
  else
    self->paused = TRUE;
  call_free (call);
}

static void
read_more (WeirLineReader *reader,
           Transport      *self)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (self->connection));

  g_input_stream_read_async (stream, self->chunk, READ_BYTES, G_PRIORITY_DEFAULT, self->cancellable, read_cb, call_new (reader, self));
}

static void
connect_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  Call              *call = data;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (object), result, &error);
  Transport         *self = call->transport;
  g_autofree char   *message = NULL;

  if (g_cancellable_is_cancelled (call->cancellable))
    {
      g_clear_object (&connection);
      call_free (call);
      return;
    }
  if (connection == NULL)
    {
      message = g_strdup_printf ("Not connected to %s:%u: %s.%s", self->host, self->port, error->message, remedy_for (error));
      retry_later (call->reader, self, message);
    }
  else
    {
      self->connection = connection;
      self->was_connected = TRUE;
      self->failing_since_us = 0;
      self->backoff_us = BACKOFF_MIN_US;
      weir_line_reader_set_state (call->reader, WEIR_SOURCE_CONNECTED, NULL, 0);
      read_more (call->reader, self);
    }
  call_free (call);
}

static void
connect_peer (WeirLineReader *reader,
              Transport      *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_tls (client, self->tls);
  g_socket_client_set_timeout (client, 0);
  weir_line_reader_set_state (reader, WEIR_SOURCE_CONNECTING, NULL, 0);
  g_socket_client_connect_to_host_async (client, self->host, self->port, self->cancellable, connect_cb, call_new (reader, self));
}

static void
transport_start (WeirLineReader *reader,
                 gpointer        transport)
{
  connect_peer (reader, transport);
}

static void
transport_resume (WeirLineReader *reader,
                  gpointer        transport)
{
  Transport *self = transport;

  if (!self->paused || self->connection == NULL)
    return;
  self->paused = FALSE;
  read_more (reader, self);
}

/* Frees what a pending call may still write into only after that call has come back. */
static gboolean
free_chunk_cb (gpointer data)
{
  Transport *self = data;

  g_clear_object (&self->connection);
  g_object_unref (self->cancellable);
  g_free (self->chunk);
  g_free (self->host);
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
  g_source_set_callback (idle, free_chunk_cb, self, NULL);
  g_source_attach (idle, weir_line_reader_get_context (reader));
  g_source_unref (idle);
}

static const WeirTransport socket_transport = { transport_start, transport_resume, transport_stop };

/* ---- the source ------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirSource      parent;
  WeirLineReader *reader;  /* Owned, from start on */
  WeirReaderHub  *hub;     /* Borrowed */
  WeirReaderHub  *own_hub; /* Owned: without a session's */
  WeirDecoder    *decoder; /* Owned: of the value column */
  WeirSchema     *schema;  /* Owned: pruned */
  gboolean        wants_value, wants_time;
  char           *host; /* Owned */
  guint16         port;
  gboolean        tls;
  gint64          retry_us;
} SocketSource;

static gboolean
socket_open (WeirSource             *source,
             const WeirSourceConfig *config,
             GError                **error)
{
  SocketSource          *self = (SocketSource *)source;
  const char            *host;
  gint64                 port;
  WeirField              value = { (char *)"value", WEIR_STRING, TRUE, NULL };
  g_autoptr (WeirSchema) value_schema = weir_type_new_struct (&value, 1);

  if (!_weir_io_option_required (config->options, "host", "host 'localhost', port 9999", &host, error) ||
      !_weir_io_option_int (config->options, "port", 1, 65535, 0, &port, error) ||
      !_weir_io_option_bool (config->options, "tls", FALSE, &self->tls, error))
    return FALSE;
  if (port == 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "MISSING_OPTION", WEIR_SPAN_NONE, "Set the option port, as in OPTIONS (host 'localhost', port 9999).");
  self->host = g_strdup (host);
  self->port = (guint16)port;
  self->retry_us = config->retry_us;
  self->hub = config->hub;
  if (self->hub == NULL)
    self->hub = self->own_hub = weir_reader_hub_new ();
  self->wants_value = config->needed == NULL || config->needed[0];
  self->wants_time = config->schema->n_fields > 1 && (config->needed == NULL || config->needed[1]);
  self->schema = _weir_schema_prune (config->schema, config->needed);
  self->decoder = weir_decoder_new ("text", value_schema, &self->wants_value, NULL, config->zone, NULL, error);
  source->description = g_strdup_printf ("TextSocketV2[host: %s, port: %" G_GINT64_FORMAT "]", host, port);
  return self->decoder != NULL;
}

static void
socket_start (WeirSource *source)
{
  SocketSource            *self = (SocketSource *)source;
  g_autofree char         *key = g_strdup_printf ("socket:%s:%u%s", self->host, self->port, self->tls ? ":tls" : "");
  Address                  address = { self->host, self->port, self->tls };
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->reader = weir_line_reader_get (self->hub, key, &socket_transport, transport_make, &address);
  weir_line_reader_attach (self->reader, source, context, self->retry_us);
}

static char *
socket_latest (WeirSource *source,
               const char *from,
               gboolean    unlimited,
               GError    **error)
{
  return weir_line_source_latest (((SocketSource *)source)->reader, source, from);
}

static char *
socket_freeze (WeirSource *source,
               GError    **error)
{
  return weir_line_source_freeze (((SocketSource *)source)->reader, source);
}

static GPtrArray *
socket_plan (WeirSource *source,
             const char *from,
             const char *to,
             GError    **error)
{
  return weir_line_source_plan (((SocketSource *)source)->reader, source, from, to);
}

typedef struct
{
  SocketSource  *self;
  gint64         arrived_us;
  WeirSourcePush push;
  gpointer       data;
} TimePush;

static gboolean
push_with_time (gpointer   data,
                WeirBatch *batch,
                GError   **error)
{
  TimePush             *push = data;
  SocketSource         *self = push->self;
  WeirColumn           *columns[2];
  guint                 n = 0;
  g_autoptr (WeirBatch) full = NULL;

  if (self->wants_value)
    columns[n++] = weir_column_ref (batch->columns[0]);
  if (self->wants_time)
    {
      WeirBuffer            *value = weir_buffer_new (sizeof (gint64));
      g_autoptr (WeirColumn) row = NULL;

      memcpy (value->data, &push->arrived_us, sizeof (gint64));
      row = weir_column_new_flat (WEIR_TIMESTAMP, 1, value, NULL);
      columns[n++] = weir_column_new_const (row, batch->n_rows);
    }
  full = weir_batch_new (self->schema, batch->n_rows, columns);
  return push->push (push->data, full, error);
}

static gboolean
socket_read (WeirSource      *source,
             gpointer         morsel,
             WeirSourcePush   push,
             gpointer         push_data,
             WeirDecodeStats *stats,
             GCancellable    *cancellable,
             GError         **error)
{
  SocketSource               *self = (SocketSource *)source;
  WeirLineBlock              *block = morsel;
  g_autoptr (WeirDecodeState) state = weir_decode_state_new (self->decoder);
  WeirDecodeBlock             bytes = { .buffer = block->buffer, .len = block->len, .origin_offset = block->first };
  TimePush                    with_time = { self, block->arrived_us, push, push_data };

  return weir_decoder_decode (self->decoder, state, &bytes, push_with_time, &with_time, stats, error);
}

static void
socket_commit (WeirSource *source,
               const char *to)
{
  SocketSource *self = (SocketSource *)source;

  weir_line_reader_commit (self->reader, source, g_ascii_strtoull (to, NULL, 10));
}

static void
socket_stop (WeirSource *source)
{
  SocketSource *self = (SocketSource *)source;

  if (self->reader == NULL)
    return;
  weir_line_reader_detach (self->reader, source);
  g_clear_pointer (&self->reader, weir_line_reader_unref);
}

static void
socket_finalize (WeirSource *source)
{
  SocketSource *self = (SocketSource *)source;

  socket_stop (source);
  g_clear_pointer (&self->decoder, weir_decoder_unref);
  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->own_hub, weir_reader_hub_free);
  g_free (self->host);
}

static WeirSchema *
socket_resolve (WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  WeirField fields[] = { { (char *)"value", WEIR_STRING, TRUE, NULL }, { (char *)"timestamp", WEIR_TIMESTAMP, TRUE, NULL } };
  gboolean  with_time;

  if (!_weir_io_option_bool (options, "includetimestamp", FALSE, &with_time, error))
    return NULL;
  if (declared != NULL)
    {
      gboolean ok = declared->n_fields >= 1 && declared->n_fields <= 2 && declared->fields[0].type->kind == WEIR_TYPE_STRING &&
                    g_ascii_strcasecmp (declared->fields[0].name, "value") == 0;

      if (ok && declared->n_fields == 2)
        ok = declared->fields[1].type->kind == WEIR_TYPE_TIMESTAMP && g_ascii_strcasecmp (declared->fields[1].name, "timestamp") == 0;
      if (ok)
        return weir_type_ref (declared);
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                 "A socket has the column value STRING and, with includeTimestamp, timestamp TIMESTAMP; declare those or none. "
                 "from_json() makes columns of the lines.");
      return NULL;
    }
  return weir_type_new_struct (fields, with_time ? 2 : 1);
}

static GPtrArray *
socket_sample (WeirSource *source,
               guint       max)
{
  SocketSource *self = (SocketSource *)source;

  return self->reader != NULL ? weir_line_source_sample (self->reader, max) : NULL;
}

static const WeirSourceClass socket_class = {
  .format = "socket",
  .open = socket_open,
  .start = socket_start,
  .latest = socket_latest,
  .freeze = socket_freeze,
  .plan = socket_plan,
  .read = socket_read,
  .commit = socket_commit,
  .sample = socket_sample,
  .stop = socket_stop,
  .finalize = socket_finalize,
};

const WeirSourceKind _weir_source_socket = { &socket_class, sizeof (SocketSource), socket_resolve };
