/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/line-source.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/*
 * Text lines from a TCP peer. One reader an address (line-reader.c); when the peer is away or closes it is tried again
 * (stream-transport.c), unless a query reads to the end, for which the peer's close is the end.
 */

/* ---- the transport, in the hub's thread ------------------------------------------------------------------------- */

/* A peer that went without a word is found out after about 90 s. */
#define KEEPALIVE_IDLE_S     30
#define KEEPALIVE_INTERVAL_S 20
#define KEEPALIVE_PROBES     3
#define USER_TIMEOUT_MS      90000

typedef struct
{
  WeirStream parent;
  char      *host; /* Owned */
  guint16    port;
  gboolean   tls;
} Peer;

typedef struct
{
  const char *host;
  guint16     port;
  gboolean    tls;
} Address;

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
watch_peer (GSocketConnection *connection)
{
  GSocket *socket = g_socket_connection_get_socket (connection);

  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS, NULL);
}

static void
connect_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr (WeirStreamCall)    call = data;
  g_autoptr (GError)            error = NULL;
  g_autoptr (GSocketConnection) connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (object), result, &error);
  Peer                         *self = (Peer *)call->stream;
  GInputStream                 *input;

  if (weir_stream_call_is_stopped (call))
    return;
  if (connection == NULL)
    {
      weir_stream_failed (call->reader, call->stream,
                          g_strdup_printf ("Not connected to %s:%u: %s.%s", self->host, self->port, error->message, remedy_for (error)));
      return;
    }
  watch_peer (connection);
  input = g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  weir_stream_opened (call->reader, call->stream, input, G_OBJECT (g_steal_pointer (&connection)));
}

static void
peer_connect (WeirLineReader *reader,
              WeirStream     *stream)
{
  Peer                     *self = (Peer *)stream;
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_tls (client, self->tls);
  g_socket_client_set_timeout (client, 0);
  weir_line_reader_set_state (reader, WEIR_SOURCE_CONNECTING, NULL, 0);
  g_socket_client_connect_to_host_async (client, self->host, self->port, stream->cancellable, connect_cb, weir_stream_call_new (reader, stream));
}

static void
peer_closed (WeirLineReader *reader,
             WeirStream     *stream)
{
  Peer *self = (Peer *)stream;

  if (weir_line_reader_is_bounded (reader))
    weir_line_reader_set_state (reader, WEIR_SOURCE_ENDED, NULL, 0);
  else
    weir_stream_failed (reader, stream, g_strdup_printf ("%s:%u closed the connection.", self->host, self->port));
}

static void
peer_broken (WeirLineReader *reader,
             WeirStream     *stream,
             const char     *cause)
{
  Peer *self = (Peer *)stream;

  weir_stream_failed (reader, stream, g_strdup_printf ("Connection to %s:%u was lost: %s.", self->host, self->port, cause));
}

static void
peer_free (WeirStream *stream)
{
  Peer *self = (Peer *)stream;

  g_free (self->host);
  g_free (self);
}

static const WeirStreamClass peer_class = { .connect = peer_connect, .closed = peer_closed, .broken = peer_broken, .free = peer_free };

static gpointer
peer_make (gpointer data)
{
  const Address *address = data;
  Peer          *self = g_new0 (Peer, 1);

  weir_stream_init (&self->parent, &peer_class);
  self->host = g_strdup (address->host);
  self->port = address->port;
  self->tls = address->tls;
  return self;
}

/* ---- the source ------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirLineSource parent;
  WeirDecoder   *decoder; /* Owned: of the value column */
  WeirSchema    *schema;  /* Owned: pruned */
  gboolean       wants_value, wants_time;
  char          *host; /* Owned */
  guint16        port;
  gboolean       tls;
} SocketSource;

static gboolean
socket_open (WeirSource             *source,
             const WeirSourceConfig *config,
             GError                **error)
{
  SocketSource          *self = (SocketSource *)source;
  const char            *host;
  gint64                 port, n_partitions;
  WeirField              value = { (char *)"value", WEIR_STRING, TRUE, NULL };
  g_autoptr (WeirSchema) value_schema = weir_type_new_struct (&value, 1);

  if (!_weir_io_option_required (config->options, "host", "host 'localhost', port 9999", &host, error) ||
      !_weir_io_option_int (config->options, "port", 1, 65535, 0, &port, error) ||
      !_weir_io_option_int (config->options, "numPartitions", 1, G_MAXINT32, 1, &n_partitions, error) ||
      !_weir_io_option_bool (config->options, "tls", FALSE, &self->tls, error))
    return FALSE;
  if (port == 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "MISSING_OPTION", WEIR_SPAN_NONE, "Set the option port, as in OPTIONS (host 'localhost', port 9999).");
  self->host = g_strdup (host);
  self->port = (guint16)port;
  if (!weir_line_source_open (&self->parent, config, error))
    return FALSE;
  self->wants_value = config->needed == NULL || config->needed[0];
  self->wants_time = config->schema->n_fields > 1 && (config->needed == NULL || config->needed[1]);
  self->schema = _weir_schema_prune (config->schema, config->needed);
  self->decoder = weir_decoder_new ("text", value_schema, &self->wants_value, NULL, config->zone, NULL, error);
  source->description = g_strdup_printf ("TextSocketV2[host: %s, port: %" G_GINT64_FORMAT "]", host, port);
  return self->decoder != NULL;
}

static char *
dup_key (SocketSource *self)
{
  return g_strdup_printf ("socket:%s:%u%s", self->host, self->port, self->tls ? ":tls" : "");
}

static GPtrArray *
socket_peek (WeirSource   *source,
             guint         max,
             GCancellable *cancellable,
             GError      **error)
{
  g_autofree char *key = dup_key ((SocketSource *)source);

  return weir_line_source_peek ((WeirLineSource *)source, key, max, cancellable, error);
}

static void
socket_start (WeirSource *source)
{
  SocketSource    *self = (SocketSource *)source;
  g_autofree char *key = dup_key (self);
  Address          address = { self->host, self->port, self->tls };

  weir_line_source_start (&self->parent, key, peer_make, &address);
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
socket_finalize (WeirSource *source)
{
  SocketSource *self = (SocketSource *)source;

  weir_line_source_clear (&self->parent);
  g_clear_pointer (&self->decoder, weir_decoder_unref);
  g_clear_pointer (&self->schema, weir_type_unref);
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

  if (!_weir_io_option_bool (options, "includeTimestamp", FALSE, &with_time, error))
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

static const WeirSourceClass socket_class = {
  .format = "socket",
  .open = socket_open,
  .start = socket_start,
  .read = socket_read,
  .peek = socket_peek,
  .finalize = socket_finalize,
  WEIR_LINE_SOURCE_CLASS,
};

const WeirSourceKind _weir_source_socket = { &socket_class, sizeof (SocketSource), socket_resolve };
