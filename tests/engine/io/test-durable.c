/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and queues with `durable 'true'`: what was logged comes back, once; without it, what the loss looks like. */
#include "config.h"

#include "base/error.h"

#include "source-util.h"
#include "support/temp-dir.h"

#include <gio/gio.h>

/* A peer that sends what it is given and stays connected. */
typedef struct
{
  GSocketListener   *listener;
  GSocketConnection *connection; /* nullable */
  guint16            port;
} Peer;

static void
peer_start (Peer *peer)
{
  g_autoptr (GInetAddress)   loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  peer->listener = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (peer->listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  peer->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

static void
peer_send (Peer       *peer,
           const char *text)
{
  if (peer->connection == NULL)
    peer->connection = g_socket_listener_accept (peer->listener, NULL, NULL, NULL);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (peer->connection)), text, strlen (text), NULL, NULL, NULL));
}

static void
peer_clear (Peer *peer)
{
  g_clear_object (&peer->connection);
  g_socket_listener_close (peer->listener);
  g_clear_object (&peer->listener);
}

/* What a killed process leaves behind: the folder as it is now. (transfer full) */
static WeirTempDir *
copy_of (const char *dir)
{
  WeirTempDir     *copy = weir_temp_dir_new ();
  g_autoptr (GDir) files = g_dir_open (dir, 0, NULL);
  const char      *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL), *bytes = NULL;
      gsize            len;

      g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
      g_free (weir_temp_dir_write_bytes (copy, name, bytes, len));
    }
  return copy;
}

static WeirSource *
socket_to (WeirReaderHub *hub,
           const Peer    *peer,
           const char    *durable)
{
  g_autofree char   *port = g_strdup_printf ("%u", peer->port);
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make ("socket", NULL, TRUE, hub, NULL, -1, &error, "host", "127.0.0.1", "port", port, "durable", durable, NULL);

  g_assert_no_error (error);
  return source;
}

static gboolean
reaches (Drain  *drain,
         guint64 to,
         char  **end)
{
  g_autoptr (GError) error = NULL;

  g_free (*end);
  *end = drain->source->klass->latest (drain->source, drain->at, FALSE, &error);
  g_assert_no_error (error);
  return g_ascii_strtoull (*end, NULL, 10) >= to;
}

/* Waits until the source can go past @drain's position; logs that range. (transfer full) */
static char *
plan (Drain   *drain,
      guint64  to,
      GError **error)
{
  g_autoptr (GBytes) range = NULL;
  char              *end = NULL;

  wait_until (reaches (drain, to, &end));
  g_assert_cmpuint (g_ascii_strtoull (end, NULL, 10), ==, to);
  range = drain->source->klass->log_range (drain->source, drain->at, end, error);
  g_assert_no_error (*error);
  g_assert_nonnull (range);
  return end;
}

/* A source as after a restart on @dir, the batch (at, to] open. */
static void
restart (Drain      *drain,
         WeirSource *source,
         const char *at,
         const char *to)
{
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  GError            *error = NULL;

  if (*at != '\0')
    g_assert_true (source->klass->restore_state (source, at, nothing, &error));
  if (to != NULL)
    g_assert_true (source->klass->replay_range (source, at, to, nothing, FALSE, &error));
  drain_init (drain, source);
  g_free (drain->at);
  drain->at = g_strdup (at);
}

/* Reads (at, to] and commits it. */
static gboolean
read_open (Drain      *drain,
           const char *to,
           GError    **error)
{
  g_autoptr (GPtrArray) morsels = drain->source->klass->plan (drain->source, drain->at, to, error);
  WeirDecodeStats       stats = { 0 };

  if (morsels == NULL)
    return FALSE;
  for (guint i = 0; i < morsels->len; i++)
    if (!drain->source->klass->read (drain->source, morsels->pdata[i], drain_push_cb, drain, &stats, NULL, error))
      return FALSE;
  weir_decode_stats_clear (&stats);
  weir_source_commit (drain->source, to);
  g_free (drain->at);
  drain->at = g_strdup (to);
  return TRUE;
}

static void
assert_row (Drain      *drain,
            guint       row,
            const char *text)
{
  g_assert_cmpuint (drain->rows->len, >, row);
  g_assert_cmpstr (drain->rows->pdata[row], ==, text);
}

/* Killed with a batch open: the same lines again, then what comes; no line twice. */
static void
test_socket_killed (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new (), left = NULL, later = NULL;
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *first = NULL, *second = NULL;
  g_autoptr (GError)        error = NULL;
  Peer                      peer = { 0 };
  Drain                     drain;

  peer_start (&peer);
  source_wal_dir = weir_temp_dir_get_path (dir);
  drain_init (&drain, socket_to (hub, &peer, "true"));
  peer_send (&peer, "a\nb\n");
  first = plan (&drain, 2, &error);
  g_assert_true (read_open (&drain, first, &error));
  peer_send (&peer, "c\nd\ne\n");
  second = plan (&drain, 5, &error);
  left = copy_of (source_wal_dir);
  drain_clear (&drain);
  g_clear_object (&peer.connection);

  source_wal_dir = weir_temp_dir_get_path (left);
  restart (&drain, socket_to (hub, &peer, "true"), first, second);
  g_assert_true (read_open (&drain, second, &error));
  g_assert_cmpuint (drain.rows->len, ==, 3);
  assert_row (&drain, 0, "{\"value\":\"c\"}");
  assert_row (&drain, 2, "{\"value\":\"e\"}");
  peer_send (&peer, "f\n");
  g_free (plan (&drain, 6, &error));
  g_assert_true (drain_batch (&drain, &error));
  assert_row (&drain, 3, "{\"value\":\"f\"}");
  g_assert_cmpstr (drain.at, ==, "6");
  g_assert_no_error (error);
  drain_clear (&drain);
  peer_clear (&peer);
}

/* Stopped before a batch over them was planned, lines are in the log; and started again in the same session they come once. */
static void
test_socket_stopped (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autofree char          *first = NULL;
  g_autoptr (GError)        error = NULL;
  Peer                      peer = { 0 };
  Drain                     drain, watcher;

  peer_start (&peer);
  source_wal_dir = NULL;
  drain_init (&watcher, socket_to (hub, &peer, "false")); /* keeps the reader and its lines */
  source_wal_dir = weir_temp_dir_get_path (dir);
  drain_init (&drain, socket_to (hub, &peer, "true"));
  peer_send (&peer, "a\n");
  first = plan (&drain, 1, &error);
  g_assert_true (read_open (&drain, first, &error));
  peer_send (&peer, "b\nc\n");
  drain_until (&watcher, 3);
  drain_clear (&drain);

  restart (&drain, socket_to (hub, &peer, "true"), first, NULL);
  peer_send (&peer, "d\n");
  g_free (plan (&drain, 4, &error));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 3);
  assert_row (&drain, 0, "{\"value\":\"b\"}");
  assert_row (&drain, 2, "{\"value\":\"d\"}");
  g_assert_no_error (error);
  drain_clear (&drain);
  drain_clear (&watcher);
  peer_clear (&peer);
}

/* Without the option the offsets go on, the lines of the open batch are lost, and that is said. */
static void
test_socket_lost (void)
{
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autoptr (GError)        error = NULL;
  WeirSourceStatus          status = { 0 };
  Peer                      peer = { 0 };
  Drain                     drain;

  peer_start (&peer);
  source_wal_dir = NULL;
  restart (&drain, socket_to (hub, &peer, "false"), "2", "5");
  g_assert_true (read_open (&drain, "5", &error));
  g_assert_cmpuint (drain.rows->len, ==, 0);
  weir_source_get_status (drain.source, &status);
  g_assert_nonnull (strstr (status.message, "3 rows"));
  weir_source_status_clear (&status);
  peer_send (&peer, "f\n");
  g_free (plan (&drain, 6, &error));
  g_assert_true (drain_batch (&drain, &error));
  assert_row (&drain, 0, "{\"value\":\"f\"}");
  /* Also when the connection has come and gone since. */
  g_clear_object (&peer.connection);
  peer_send (&peer, "g\n");
  g_free (plan (&drain, 7, &error));
  weir_source_get_status (drain.source, &status);
  g_assert_cmpint (status.state, ==, WEIR_SOURCE_CONNECTED);
  g_assert_nonnull (strstr (status.message, "3 rows"));
  weir_source_status_clear (&status);
  drain_clear (&drain);
  peer_clear (&peer);
}

/* A log that lost its file, or ends before the rows that the checkpoint knows of, is an error that says which rows. */
static void
test_missing (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autoptr (GError)        error = NULL;
  Peer                      peer = { 0 };
  Drain                     drain;

  peer_start (&peer);
  source_wal_dir = weir_temp_dir_get_path (dir);
  restart (&drain, socket_to (hub, &peer, "true"), "2", "5");
  g_assert_false (read_open (&drain, "5", &error));
  g_assert_nonnull (strstr (error->message, weir_temp_dir_get_path (dir)));
  g_assert_nonnull (strstr (error->message, "rows up to 5 had arrived"));
  drain_clear (&drain);
  peer_clear (&peer);
}

static void
test_needs_checkpoint (void)
{
  g_autoptr (GError) error = NULL;

  source_wal_dir = NULL;
  g_assert_null (source_make ("socket", NULL, TRUE, NULL, NULL, 0, &error, "host", "h", "port", "1", "durable", "true", NULL));
  g_assert_nonnull (strstr (error->message, "CHECKPOINT LOCATION"));
}

static void
push (WeirReaderHub *hub,
      gint64         value)
{
  g_autoptr (WeirSchema) schema = weir_type_parse_ddl ("n BIGINT", NULL);
  g_autoptr (WeirBatch)  batch = NULL;
  g_autoptr (GError)     error = NULL;
  WeirBuffer            *values = weir_buffer_new (sizeof (gint64));
  WeirColumn            *column;

  memcpy (values->data, &value, sizeof value);
  column = weir_column_new_flat (WEIR_BIGINT, 1, values, NULL);
  batch = weir_batch_new (schema, 1, &column);
  weir_reader_hub_push (hub, "t", batch, &error);
  g_assert_no_error (error);
}

static WeirSource *
queue_of (WeirReaderHub *hub)
{
  return source_make ("queue", "n BIGINT", TRUE, hub, NULL, 0, NULL, "durable", "true", NULL);
}

/* A pushed batch is in the log when the push comes back, planned or not. */
static void
test_queue_killed (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new (), left = NULL;
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new (), other = weir_reader_hub_new ();
  g_autofree char          *to = NULL;
  g_autoptr (GError)        error = NULL;
  Drain                     drain;

  source_wal_dir = weir_temp_dir_get_path (dir);
  push (hub, 1);
  drain_init (&drain, queue_of (hub));
  to = plan (&drain, 1, &error);
  g_assert_true (read_open (&drain, to, &error));
  push (hub, 2);
  push (hub, 3);
  left = copy_of (source_wal_dir);
  drain_clear (&drain);

  source_wal_dir = weir_temp_dir_get_path (left);
  restart (&drain, queue_of (other), "1", "2");
  g_assert_true (read_open (&drain, "2", &error));
  push (other, 4);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_false (drain_batch (&drain, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (drain.rows->len, ==, 3);
  assert_row (&drain, 0, "{\"n\":2}");
  assert_row (&drain, 1, "{\"n\":3}");
  assert_row (&drain, 2, "{\"n\":4}");
  g_assert_cmpstr (drain.at, ==, "4");
  drain_clear (&drain);
}

/* The log is an older copy than the checkpoint: a batch that was pushed and not planned is missed all the same. */
static void
test_queue_older (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new (), left = NULL;
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new (), other = weir_reader_hub_new ();
  g_autoptr (GBytes)        range = NULL, state = NULL, torn = NULL;
  g_autoptr (GError)        error = NULL;
  WeirSource               *source;
  Drain                     drain;

  source_wal_dir = weir_temp_dir_get_path (dir);
  push (hub, 1);
  drain_init (&drain, queue_of (hub));
  g_free (plan (&drain, 1, &error));
  left = copy_of (source_wal_dir);
  push (hub, 2);
  range = drain.source->klass->log_range (drain.source, "", "1", &error);
  state = drain.source->klass->log_state (drain.source);
  g_assert_true (g_bytes_equal (range, state));
  drain_clear (&drain);

  source_wal_dir = weir_temp_dir_get_path (left);
  for (guint i = 0; i < 2; i++)
    {
      source = queue_of (other);
      if (i == 0)
        g_assert_true (source->klass->replay_range (source, "", "1", range, FALSE, &error));
      else
        g_assert_true (source->klass->restore_state (source, "1", state, &error));
      g_assert_null (source->klass->latest (source, "", FALSE, &error));
      g_assert_nonnull (strstr (error->message, "00000000000000000000.wal ends with row 1, and rows up to 2 had arrived"));
      g_clear_error (&error);
      weir_source_unref (source);
    }
  source = queue_of (other);
  torn = g_bytes_new_from_bytes (state, 0, 5);
  g_assert_false (source->klass->restore_state (source, "1", torn, &error));
  weir_source_unref (source);
}

/* Stopped and started in one session: what is in the log and in the queue comes once. */
static void
test_queue_stopped (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new ();
  g_autoptr (GError)        error = NULL;
  Drain                     drain;

  source_wal_dir = weir_temp_dir_get_path (dir);
  drain_init (&drain, queue_of (hub));
  push (hub, 1);
  push (hub, 2);
  g_assert_true (drain_batch (&drain, &error));
  drain_clear (&drain);
  push (hub, 3);
  restart (&drain, queue_of (hub), "1", NULL);
  g_assert_true (drain_batch (&drain, &error));
  g_assert_true (drain_batch (&drain, &error));
  g_assert_false (drain_batch (&drain, &error));
  g_assert_cmpuint (drain.rows->len, ==, 2);
  assert_row (&drain, 0, "{\"n\":2}");
  assert_row (&drain, 1, "{\"n\":3}");
  g_assert_no_error (error);
  drain_clear (&drain);
}

/* A table that was created anew with other columns does not read the old rows as something else. */
static void
test_queue_columns (void)
{
  g_autoptr (WeirTempDir)   dir = weir_temp_dir_new ();
  g_autoptr (WeirReaderHub) hub = weir_reader_hub_new (), other = weir_reader_hub_new ();
  g_autoptr (GError)        error = NULL;
  Drain                     drain;

  source_wal_dir = weir_temp_dir_get_path (dir);
  drain_init (&drain, queue_of (hub));
  g_free (plan (&drain, 0, &error));
  push (hub, 1);
  drain_clear (&drain);
  restart (&drain, source_make ("queue", "s STRING", TRUE, other, NULL, 0, NULL, "durable", "true", NULL), "", NULL);
  g_assert_false (drain_batch (&drain, &error));
  g_assert_nonnull (strstr (error->message, "other columns"));
  drain_clear (&drain);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/durable/socket-killed", test_socket_killed);
  g_test_add_func ("/engine/io/durable/socket-stopped", test_socket_stopped);
  g_test_add_func ("/engine/io/durable/socket-lost", test_socket_lost);
  g_test_add_func ("/engine/io/durable/missing", test_missing);
  g_test_add_func ("/engine/io/durable/needs-checkpoint", test_needs_checkpoint);
  g_test_add_func ("/engine/io/durable/queue-killed", test_queue_killed);
  g_test_add_func ("/engine/io/durable/queue-older", test_queue_older);
  g_test_add_func ("/engine/io/durable/queue-stopped", test_queue_stopped);
  g_test_add_func ("/engine/io/durable/queue-columns", test_queue_columns);
  return g_test_run ();
}
