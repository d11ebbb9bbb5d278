/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/error.h"
#include "base/limits.h"

#include "source-util.h"

#include <gio/gio.h>

/* Sources that wait for a peer or a clock: socket, queue, rate, demo. */

/* ---- a peer in a thread ------------------------------------------------------------------------------------------- */

typedef struct
{
  GSocketListener *listener;
  guint16          port;
  const char      *chunks[8]; /* NULL ends a connection, two NULLs end the peer */
} Peer;

static gpointer
peer_thread (gpointer data)
{
  Peer *peer = data;

  for (guint i = 0; peer->chunks[i] != NULL; i++)
    {
      g_autoptr (GSocketConnection) connection = g_socket_listener_accept (peer->listener, NULL, NULL, NULL);
      GOutputStream                *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

      for (; peer->chunks[i] != NULL; i++)
        g_assert_true (g_output_stream_write_all (out, peer->chunks[i], strlen (peer->chunks[i]), NULL, NULL, NULL));
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    }
  return NULL;
}

static GThread *
peer_start (Peer *peer)
{
  g_autoptr (GInetAddress)   loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  peer->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (peer->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  peer->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_thread_new ("peer", peer_thread, peer);
}

/* Lines cut anywhere arrive whole; a peer that closes is connected to again; a last line without end is a line. */
static void
test_socket (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  Peer                      peer = { .chunks = { "one\ntw", "o\n", "three", NULL, "four\n", NULL, NULL } };
  GThread                  *thread = peer_start (&peer);
  g_autofree char          *port = g_strdup_printf ("%u", peer.port);
  Drain                     drain;

  drain_init (&drain, source_make ("socket", NULL, TRUE, hub, NULL, -1, NULL, "host", "127.0.0.1", "port", port, NULL));
  drain_until (&drain, 4);
  g_assert_cmpstr (drain.rows->pdata[0], ==, "{\"value\":\"one\"}");
  g_assert_cmpstr (drain.rows->pdata[1], ==, "{\"value\":\"two\"}");
  g_assert_cmpstr (drain.rows->pdata[2], ==, "{\"value\":\"three\"}");
  g_assert_cmpstr (drain.rows->pdata[3], ==, "{\"value\":\"four\"}");
  drain_clear (&drain);
  g_thread_join (thread);
  g_object_unref (peer.listener);
}

/* Two consumers share one connection and see every line; what came before the second is only kept for the first. */
static void
test_socket_shared (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  Peer                      peer = { .chunks = { "one\ntwo\n", NULL, NULL } };
  GThread                  *thread = peer_start (&peer);
  g_autofree char          *port = g_strdup_printf ("%u", peer.port);
  Drain                     first, second;

  drain_init (&first, source_make ("socket", NULL, TRUE, hub, NULL, -1, NULL, "host", "127.0.0.1", "port", port, NULL));
  drain_init (&second, source_make ("socket", NULL, TRUE, hub, NULL, -1, NULL, "host", "127.0.0.1", "port", port, NULL));
  drain_until (&first, 2);
  drain_until (&second, 2);
  drain_clear (&second);
  drain_clear (&first);
  g_thread_join (thread);
  g_object_unref (peer.listener);
}

/* Nobody listens: the state says so with a remedy; with no retries allowed the source fails. */
static void
test_socket_refused (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  Peer                      peer = { .chunks = { NULL } };
  GThread                  *thread = peer_start (&peer);
  g_autofree char          *port = g_strdup_printf ("%u", peer.port);
  g_autofree char          *message = NULL;
  Drain                     drain;

  g_thread_join (thread);
  g_socket_listener_close (peer.listener);
  g_object_unref (peer.listener);
  drain_init (&drain, source_make ("socket", NULL, TRUE, hub, NULL, 0, NULL, "host", "127.0.0.1", "port", port, NULL));
  message = source_wait_for (drain.source, WEIR_SOURCE_FAILED);
  g_assert_nonnull (strstr (message, "start the server"));
  drain_clear (&drain);
}

static WeirBatch *
make_rows (gint64 value)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("n BIGINT", NULL);
  WeirBuffer            *values = weir_buffer_new (sizeof (gint64));
  WeirColumn            *column;

  memcpy (values->data, &value, sizeof value);
  column = weir_column_new_flat (WEIR_BIGINT, 1, values, NULL);
  return weir_batch_new (schema, 1, &column);
}

static void
test_queue (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autoptr (GError)        error = NULL;
  Drain                     one, all;

  for (gint64 i = 0; i < 3; i++)
    {
      g_autoptr (WeirBatch) batch = make_rows (i);

      g_assert_true (weir_reader_hub_push (hub, "T", batch, &error));
    }
  drain_init (&one, source_make ("queue", "n BIGINT", TRUE, hub, NULL, 0, &error, NULL));
  drain_init (&all, source_make ("queue", "n BIGINT", TRUE, hub, NULL, 0, &error, "oneatatime", "false", NULL));
  g_assert_true (drain_batch (&one, &error));
  g_assert_cmpuint (one.rows->len, ==, 1);
  g_assert_true (drain_batch (&all, &error));
  g_assert_cmpuint (all.rows->len, ==, 3);
  g_assert_false (drain_batch (&all, &error));
  g_assert_true (drain_batch (&one, &error));
  g_assert_true (drain_batch (&one, &error));
  g_assert_false (drain_batch (&one, &error));
  g_assert_cmpstr (one.rows->pdata[2], ==, "{\"n\":2}");
  drain_clear (&all);
  drain_clear (&one);
}

/* Spark's own numbers: r=5, R=2 → 0, 1, 3, 8 rows before seconds 0…3. */
static void
test_rate (void)
{
  static const guint    before[] = { 0, 1, 3, 8 };
  g_autoptr (WeirClock) clock = weir_clock_new_manual (1000000000);
  g_autoptr (GError)    error = NULL;
  Drain                 drain;

  drain_init (&drain, source_make ("rate", NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "5", "rampuptime", "2s", NULL));
  for (guint second = 0; second < G_N_ELEMENTS (before); second++)
    {
      drain_batch (&drain, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (drain.rows->len, ==, before[second]);
      weir_clock_advance (clock, G_USEC_PER_SEC);
    }
  drain_clear (&drain);
}

/* 10 rows/s: the first second gives (0 ms, 0), (100 ms, 1) … (900 ms, 9). */
static void
test_rate_times (void)
{
  g_autoptr (WeirClock) clock = weir_clock_new_manual (0);
  g_autoptr (GError)    error = NULL;
  Drain                 drain;

  drain_init (&drain, source_make ("rate", NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "10", NULL));
  weir_clock_advance (clock, G_USEC_PER_SEC);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpstr (drain.rows->pdata[0], ==, "{\"timestamp\":\"1970-01-01T00:00:00Z\",\"value\":0}");
  g_assert_cmpstr (drain.rows->pdata[9], ==, "{\"timestamp\":\"1970-01-01T00:00:00.9Z\",\"value\":9}");
  drain_clear (&drain);
}

/* A clock that jumps by fifty years: batches of a size that can be run, one after the other; put back, there is nothing new. */
static void
test_clock_jumps (gconstpointer format)
{
  const gint64           year_s = 31557600;
  g_autoptr (WeirClock)  clock = weir_clock_new_manual (0);
  g_autoptr (GError)     error = NULL;
  g_autoptr (WeirSource) source = source_make (format, NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "100", NULL);
  g_autofree char       *at = g_strdup (""), *all = NULL;
  gint64                 rows_per = strcmp (format, "rate") == 0 ? 100 : 1;

  source->klass->start (source);
  weir_clock_advance (clock, 50 * year_s * G_USEC_PER_SEC);
  for (guint i = 1; i <= 3; i++)
    {
      char                 *to = source->klass->latest (source, at, FALSE, &error);
      g_autoptr (GPtrArray) morsels = source->klass->plan (source, at, to, &error);

      g_assert_cmpint (g_ascii_strtoll (to, NULL, 10), ==, i * 10000000 / rows_per);
      g_assert_cmpuint (morsels->len, <=, 10000);
      g_free (at);
      at = to;
    }
  all = source->klass->latest (source, at, TRUE, &error);
  g_assert_cmpint (g_ascii_strtoll (all, NULL, 10), >=, 50 * year_s * 100 / rows_per);
  g_clear_pointer (&all, g_free);
  weir_clock_advance (clock, -50 * year_s * G_USEC_PER_SEC);
  all = source->klass->latest (source, at, FALSE, &error);
  g_assert_cmpstr (all, ==, at);
  source->klass->stop (source);
}

/* Stopped and started again later, a source that makes rows from the clock goes on in its sequence, and an open batch is the same again. */
static void
test_clock_restart (gconstpointer format)
{
  g_autoptr (WeirClock) clock = weir_clock_new_manual (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC);
  g_autoptr (GError)    error = NULL;
  g_autoptr (GBytes)    range = NULL;
  g_autofree char      *at = NULL, *to = NULL;
  Drain                 whole, cut;

  drain_init (&whole, source_make (format, NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "7", NULL));
  drain_init (&cut, source_make (format, NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "7", NULL));
  weir_clock_advance (clock, 3 * G_USEC_PER_SEC);
  g_assert_true (drain_batch (&whole, &error));
  g_assert_true (drain_batch (&cut, &error));
  weir_clock_advance (clock, 2 * G_USEC_PER_SEC);
  at = g_strdup (cut.at);
  to = cut.source->klass->latest (cut.source, at, FALSE, &error);
  range = cut.source->klass->log_range (cut.source, at, to, &error);
  g_assert_nonnull (range);
  drain_clear (&cut);
  weir_clock_advance (clock, 5 * G_USEC_PER_SEC);
  g_assert_true (drain_batch (&whole, &error));

  drain_init (&cut, source_make (format, NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "7", NULL));
  weir_source_stop (cut.source);
  g_assert_true (cut.source->klass->replay_range (cut.source, at, to, range, FALSE, &error));
  cut.source->klass->start (cut.source);
  g_free (cut.at);
  cut.at = g_strdup (at);
  g_assert_true (drain_batch (&cut, &error));
  g_assert_cmpstr (cut.at, ==, whole.at);
  for (guint i = 0; i < cut.rows->len; i++)
    g_assert_cmpstr (cut.rows->pdata[i], ==, whole.rows->pdata[whole.rows->len - cut.rows->len + i]);
  g_assert_cmpuint (cut.rows->len, >=, 7 * 7);
  g_assert_no_error (error);
  drain_clear (&cut);
  drain_clear (&whole);
}

/* The same seed, the same rows; some are late and some unreadable. */
static void
test_demo (void)
{
  g_autoptr (WeirClock) clock = weir_clock_new_manual (G_GINT64_CONSTANT (1700000000) * G_USEC_PER_SEC);
  g_autoptr (GError)    error = NULL;
  Drain                 first, second;

  drain_init (&first, source_make ("demo", NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "20", NULL));
  drain_init (&second, source_make ("demo", NULL, TRUE, NULL, clock, 0, &error, "rowspersecond", "20", NULL));
  g_assert_true (drain_batch (&first, &error));
  g_assert_true (drain_batch (&second, &error));
  g_assert_cmpuint (first.rows->len, ==, 600 * 20);
  for (guint i = 0; i < first.rows->len; i++)
    g_assert_cmpstr (first.rows->pdata[i], ==, second.rows->pdata[i]);
  g_assert_cmpuint (first.bad_rows, >, 2);
  g_assert_cmpuint (first.bad_rows, <, 40);
  g_assert_false (drain_batch (&first, &error));
  weir_clock_advance (clock, G_USEC_PER_SEC);
  g_assert_true (drain_batch (&first, &error));
  g_assert_cmpuint (first.rows->len, ==, 601 * 20);
  drain_clear (&second);
  drain_clear (&first);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/socket/lines", test_socket);
  g_test_add_func ("/engine/io/socket/shared", test_socket_shared);
  g_test_add_func ("/engine/io/socket/refused", test_socket_refused);
  g_test_add_func ("/engine/io/queue", test_queue);
  g_test_add_func ("/engine/io/rate/ramp", test_rate);
  g_test_add_func ("/engine/io/rate/times", test_rate_times);
  g_test_add_func ("/engine/io/demo", test_demo);
  g_test_add_data_func ("/engine/io/rate/clock-jumps", "rate", test_clock_jumps);
  g_test_add_data_func ("/engine/io/demo-clock-jumps", "demo", test_clock_jumps);
  g_test_add_data_func ("/engine/io/rate/restart", "rate", test_clock_restart);
  g_test_add_data_func ("/engine/io/demo-restart", "demo", test_clock_restart);
  return g_test_run ();
}
