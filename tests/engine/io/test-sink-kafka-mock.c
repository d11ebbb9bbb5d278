/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"
#include "base/effects.h"
#include "base/error.h"

#include "sink-util.h"
#include "support/wait.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/*
 * Errors of a broker, one by one, from librdkafka's broker for tests. It does not keep group offsets and shows aborted records, so what
 * readers see is not looked at here; whether a batch is called written is. Rows name their topic, for which nothing is scanned.
 */

#define DDL    "value STRING, topic STRING"
#define N_ROWS 5

/* Request types. */
enum
{
  PRODUCE = 0,
  INIT_PRODUCER_ID = 22,
  ADD_PARTITIONS = 24,
  ADD_OFFSETS = 25,
  END_TRANSACTION = 26,
  OFFSET_COMMIT = 28,
};

typedef struct
{
  rd_kafka_t              *client;  /* Owned */
  rd_kafka_mock_cluster_t *cluster; /* Owned */
  WeirSink                *sink;    /* Owned */
  guint64                  next;    /* batch */
} Fixture;

static void
fixture_init (Fixture *fixture)
{
  rd_kafka_conf_t   *conf = rd_kafka_conf_new ();
  g_autofree char   *id = g_uuid_string_random ();
  SinkSpec           spec = { .format = "kafka", .ddl = DDL, .query_id = id };
  g_autoptr (GError) error = NULL;
  char               text[256];

  fixture->next = 0;
  rd_kafka_conf_set (conf, "log_level", "0", text, sizeof text);
  fixture->client = rd_kafka_new (RD_KAFKA_PRODUCER, conf, text, sizeof text);
  g_assert_nonnull (fixture->client);
  fixture->cluster = rd_kafka_mock_cluster_new (fixture->client, 1);
  g_assert_cmpint (rd_kafka_mock_topic_create (fixture->cluster, "t", 1, 1), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  g_assert_cmpint (rd_kafka_mock_topic_create (fixture->cluster, "__consumer_offsets", 1, 1), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  /* Each record in a request of its own. */
  fixture->sink = sink_make (&spec, &error, "kafka.bootstrap.servers", rd_kafka_mock_cluster_bootstraps (fixture->cluster), "kafka.batch.num.messages", "1",
                             "kafka.linger.ms", "0", NULL);
  g_assert_no_error (error);
}

static void
fixture_clear (Fixture *fixture)
{
  weir_sink_unref (fixture->sink);
  rd_kafka_mock_cluster_destroy (fixture->cluster);
  rd_kafka_destroy (fixture->client);
}

/* The next batch; once it went through, the one after it. */
static gboolean
write_batch (Fixture *fixture,
             GError **error)
{
  g_autoptr (GString) json = g_string_new (NULL);
  gboolean            ok;

  for (guint i = 0; i < N_ROWS; i++)
    g_string_append_printf (json, "{\"value\":\"%u\",\"topic\":\"t\"}\n", i);
  ok = sink_batch (fixture->sink, fixture->next, DDL, json->str, error);
  fixture->next += ok ? 1 : 0;
  return ok;
}

static void
expect_written (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  write_batch (fixture, &error);
  g_assert_no_error (error);
}

/* One record refused, each in turn: the batch is never called written, and goes through when it is sent again. */
static void
test_each_record (void)
{
  Fixture fixture;

  fixture_init (&fixture);
  expect_written (&fixture);
  for (guint at = 0; at < N_ROWS; at++)
    {
      rd_kafka_resp_err_t codes[N_ROWS] = { 0 };
      g_autoptr (GError)  error = NULL;

      codes[at] = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
      rd_kafka_mock_push_request_errors_array (fixture.cluster, PRODUCE, at + 1, codes);
      g_assert_false (write_batch (&fixture, &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
      rd_kafka_mock_clear_request_errors (fixture.cluster, PRODUCE);
      expect_written (&fixture);
    }
  fixture_clear (&fixture);
}

/* What the client or a new producer gets over. */
static void
test_passing (void)
{
  static const struct
  {
    gint16              request;
    rd_kafka_resp_err_t code;
  } cases[] = {
    { PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION },
    { PRODUCE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT },
    { PRODUCE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND },
    { PRODUCE, RD_KAFKA_RESP_ERR__TRANSPORT },
    { ADD_PARTITIONS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS },
    { ADD_PARTITIONS, RD_KAFKA_RESP_ERR__TRANSPORT },
    { ADD_OFFSETS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS },
    { OFFSET_COMMIT, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE },
    { END_TRANSACTION, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE },
    { END_TRANSACTION, RD_KAFKA_RESP_ERR__TRANSPORT },
  };
  Fixture fixture;

  fixture_init (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      rd_kafka_mock_push_request_errors (fixture.cluster, cases[i].request, 1, cases[i].code);
      expect_written (&fixture);
      rd_kafka_mock_clear_request_errors (fixture.cluster, cases[i].request);
    }
  fixture_clear (&fixture);
}

/* Another run took over: this one stops, wherever it learns of it, and does not come back to fence the other. */
static void
test_fenced (void)
{
  static const gint16 requests[] = { ADD_PARTITIONS, ADD_OFFSETS, END_TRANSACTION };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      Fixture fixture;

      fixture_init (&fixture);
      expect_written (&fixture);
      rd_kafka_mock_push_request_errors (fixture.cluster, requests[i], 1, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
      for (guint n = 0; n < 2; n++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_false (write_batch (&fixture, &error));
          g_assert_cmpstr (weir_error_get_condition (error), ==, "CONCURRENT_STREAM_LOG_UPDATE");
        }
      fixture_clear (&fixture);
    }
}

/* The same answer to a transaction that was open for too long, here for no time at all, as behind a sleep of the machine: a new producer goes on. */
static void
test_slept (void)
{
  static const gint16 requests[] = { ADD_PARTITIONS, ADD_OFFSETS, END_TRANSACTION };

  g_setenv ("WEIR_KAFKA_SLEPT_MS", "0", TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (requests) && weir_fx_bound ("WEIR_KAFKA_SLEPT_MS", 1) == 0; i++)
    {
      Fixture fixture;

      fixture_init (&fixture);
      expect_written (&fixture);
      rd_kafka_mock_push_request_errors (fixture.cluster, requests[i], 1, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
      expect_written (&fixture);
      expect_written (&fixture);
      fixture_clear (&fixture);
    }
  g_unsetenv ("WEIR_KAFKA_SLEPT_MS");
}

/* The right to write was taken away: an error that says so, not a wait, and nothing is tried again. */
static void
test_not_allowed (void)
{
  static const struct
  {
    gint16              request;
    rd_kafka_resp_err_t code;
    const char         *name;
  } cases[] = {
    { PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED" },
    { ADD_PARTITIONS, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "TOPIC_AUTHORIZATION_FAILED" },
    { ADD_OFFSETS, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "GROUP_AUTHORIZATION_FAILED" },
    { END_TRANSACTION, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture            fixture;
      g_autoptr (GError) error = NULL;

      fixture_init (&fixture);
      expect_written (&fixture);
      rd_kafka_mock_push_request_errors (fixture.cluster, cases[i].request, 1, cases[i].code);
      g_assert_false (write_batch (&fixture, &error));
      g_assert_nonnull (strstr (error->message, cases[i].name));
      fixture_clear (&fixture);
    }
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/sink-kafka-mock/each-record", test_each_record);
  g_test_add_func ("/engine/io/sink-kafka-mock/passing", test_passing);
  g_test_add_func ("/engine/io/sink-kafka-mock/fenced", test_fenced);
  g_test_add_func ("/engine/io/sink-kafka-mock/slept", test_slept);
  g_test_add_func ("/engine/io/sink-kafka-mock/not-allowed", test_not_allowed);
  result = g_test_run ();
  g_assert_true (weir_background_wait (WEIR_WAIT_US));
  return result;
}
