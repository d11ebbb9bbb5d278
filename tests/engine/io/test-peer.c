/* SPDX-License-Identifier: Apache-2.0 */
/* Peers that misbehave: connections cut at every byte, endless lines and headers, names that nobody knows. */
#include "config.h"

#include "base/error.h"
#include "base/limits.h"

#include "source-util.h"

#include <gio/gio.h>
#include <sys/resource.h>
#include <sys/socket.h>

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define WITH_SANITIZER TRUE
#else
#define WITH_SANITIZER FALSE
#endif

typedef enum
{
  END_FIN,
  END_RST,
} End;

typedef struct
{
  GSocketListener *listener;
  GThread         *thread;
  guint16          port;
  char            *text; /* Owned */
  gsize            len;
  guint            repeat; /* times the text is sent */
  const char      *tail;   /* then this; nullable */
  End              end;
  GAsyncQueue     *go; /* something in it: the connection may end */
} Peer;

static gpointer
peer_thread (gpointer data)
{
  Peer                         *peer = data;
  g_autoptr (GSocketConnection) connection = g_socket_listener_accept (peer->listener, NULL, NULL, NULL);
  GOutputStream                *out;
  struct linger                 hard = { 1, 0 };

  if (connection == NULL)
    return NULL;
  out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  for (guint i = 0; i < peer->repeat; i++)
    if (!g_output_stream_write_all (out, peer->text, peer->len, NULL, NULL, NULL))
      break;
  if (peer->tail != NULL)
    g_output_stream_write_all (out, peer->tail, strlen (peer->tail), NULL, NULL, NULL);
  g_async_queue_pop (peer->go);
  if (peer->end == END_RST)
    setsockopt (g_socket_get_fd (g_socket_connection_get_socket (connection)), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return NULL;
}

static void
peer_start (Peer       *peer,
            const char *text,
            gsize       len,
            End         end)
{
  g_autoptr (GInetAddress)   loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  peer->text = g_strndup (text, len);
  peer->len = len;
  peer->end = end;
  peer->repeat = MAX (peer->repeat, 1);
  peer->go = g_async_queue_new ();
  peer->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (peer->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  peer->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  peer->thread = g_thread_new ("peer", peer_thread, peer);
}

static void
peer_go (Peer *peer)
{
  g_async_queue_push (peer->go, peer);
}

static void
peer_clear (Peer *peer)
{
  g_thread_join (peer->thread);
  g_socket_listener_close (peer->listener);
  g_object_unref (peer->listener);
  g_async_queue_unref (peer->go);
  g_free (peer->text);
}

static WeirSource *
socket_to (WeirReaderHub *hub,
           const Peer    *peer)
{
  g_autofree char *port = g_strdup_printf ("%u", peer->port);

  return source_make ("socket", NULL, TRUE, hub, NULL, -1, NULL, "host", "127.0.0.1", "port", port, NULL);
}

static const char three[] = "{\"n\":1}\n{\"n\":22}\n{\"n\":333}\n";

/* A line is there when its end arrived. What a closed connection leaves without an end is a line too, as in Spark; what a broken one leaves
 * is dropped and counted. */
static void
test_cut (gconstpointer data)
{
  End end = GPOINTER_TO_INT (data);

  for (gsize cut = 0; cut < sizeof three; cut++)
    {
      g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
      g_autofree char          *message = NULL, *dropped = NULL;
      Peer                      peer = { 0 };
      guint                     whole = 0;
      gsize                     rest = cut;
      Drain                     drain;

      for (gsize i = 0; i < cut; i++)
        if (three[i] == '\n')
          {
            whole++;
            rest = cut - i - 1;
          }
      peer_start (&peer, three, cut, end);
      drain_init (&drain, socket_to (hub, &peer));
      drain_until (&drain, whole);
      peer_go (&peer);
      message = source_wait_for (drain.source, WEIR_SOURCE_RETRYING);
      drain_batch (&drain, NULL);
      g_assert_cmpuint (drain.rows->len, ==, whole + (end == END_FIN && rest > 0));
      for (guint i = 0; i < whole; i++)
        g_assert_nonnull (strstr (drain.rows->pdata[i], "}"));
      dropped = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes of an unfinished line", rest);
      /* The kernel may throw away what stood unread before a reset: then less is said to be dropped. */
      if (end == END_RST && rest > 0 && strstr (message, "unfinished") != NULL)
        g_assert_nonnull (strstr (message, dropped));
      drain_clear (&drain);
      peer_clear (&peer);
    }
}

/* 100 MB without a line end are one bad record; the next line is there, and the memory stays within bounds. */
static void
test_long_line (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *block = g_strnfill (1 << 20, 'x');
  Peer                      peer = { .repeat = 100, .tail = "\nnext\n" };
  struct rusage             before, after;
  Drain                     drain;

  getrusage (RUSAGE_SELF, &before);
  peer_start (&peer, block, 1 << 20, END_FIN);
  drain_init (&drain, socket_to (hub, &peer));
  peer_go (&peer);
  drain_until (&drain, 2);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpuint (strlen (drain.rows->pdata[0]), <, WEIR_LINE_BYTES_MAX + 100);
  g_assert_cmpstr (drain.rows->pdata[1], ==, "{\"value\":\"next\"}");
  g_test_message ("%ld KiB more", after.ru_maxrss - before.ru_maxrss);
  /* The line, the buffer it grows in, the block, and the row and JSON text of this test. */
  /* A sanitizer keeps a shadow of all of it. */
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, (WITH_SANITIZER ? 40 : 8) * (WEIR_LINE_BYTES_MAX >> 10));
  drain_clear (&drain);
  peer_clear (&peer);
}

/* A name nobody knows is said so; with no retries allowed the source fails. */
static void
test_no_name (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *message = NULL;
  Drain                     drain;

  drain_init (&drain, source_make ("socket", NULL, TRUE, hub, NULL, 0, NULL, "host", "no-such-host.invalid", "port", "9", NULL));
  message = source_wait_for (drain.source, WEIR_SOURCE_FAILED);
  g_assert_nonnull (strstr (message, "no-such-host.invalid"));
  g_assert_nonnull (strstr (message, "correct the host"));
  drain_clear (&drain);
}

static WeirSource *
http_to (WeirReaderHub *hub,
         const Peer    *peer,
         gint64         retry_us)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/", peer->port);

  return source_make ("http", "n INT", TRUE, hub, NULL, retry_us, NULL, "url", url, NULL);
}

/* A response cut in the middle of a row: the row was never sent. */
static void
test_http_cut (void)
{
  static const char         response[] = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "e\r\n{\"n\":1}\n{\"n\":2\r\n";
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *message = NULL;
  Peer                      peer = { 0 };
  Drain                     drain;

  peer_start (&peer, response, strlen (response), END_RST);
  drain_init (&drain, http_to (hub, &peer, -1));
  drain_until (&drain, 1);
  peer_go (&peer);
  message = source_wait_for (drain.source, WEIR_SOURCE_RETRYING);
  drain_batch (&drain, NULL);
  g_assert_cmpuint (drain.rows->len, ==, 1);
  g_assert_cmpuint (drain.bad_rows, ==, 0);
  drain_clear (&drain);
  peer_clear (&peer);
}

/* Headers that never end are a failure, not memory. */
static void
test_http_headers (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *message = NULL, *block = g_strnfill (1 << 20, 'h');
  Peer                      peer = { .repeat = 20 };
  struct rusage             before, after;
  Drain                     drain;

  memcpy (block, "HTTP/1.1 200 OK\r\nX: ", 20);
  getrusage (RUSAGE_SELF, &before);
  peer_start (&peer, block, 1 << 20, END_FIN);
  drain_init (&drain, http_to (hub, &peer, 0));
  message = source_wait_for (drain.source, WEIR_SOURCE_FAILED);
  getrusage (RUSAGE_SELF, &after);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, WITH_SANITIZER ? 128 << 10 : 32 << 10);
  peer_go (&peer);
  drain_clear (&drain);
  peer_clear (&peer);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/engine/io/peer/fin-at-every-byte", GINT_TO_POINTER (END_FIN), test_cut);
  g_test_add_data_func ("/engine/io/peer/rst-at-every-byte", GINT_TO_POINTER (END_RST), test_cut);
  g_test_add_func ("/engine/io/peer/http-cut", test_http_cut);
  g_test_add_func ("/engine/io/peer/http-headers", test_http_headers);
  g_test_add_func ("/engine/io/peer/no-name", test_no_name);
  g_test_add_func ("/engine/io/peer/long-line", test_long_line);
  return g_test_run ();
}
