/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"
#include "base/error.h"

#include "sink-util.h"
#include "support/kafka-util.h"
#include "support/shared-data.h"
#include "support/wait.h"

/* Against the suite's real broker; skipped without one. */

typedef struct
{
  const char *servers;
  char       *topic;    /* Owned */
  char       *query_id; /* Owned */
  rd_kafka_t *client;   /* Owned */
} Fixture;

/* FALSE: no broker. */
static gboolean
fixture_init (Fixture    *fixture,
              const char *what,
              int         n_partitions)
{
  fixture->servers = weir_test_service ("KAFKA_PLAINTEXT");
  if (fixture->servers == NULL)
    return FALSE;
  fixture->topic = weir_kafka_topic_name (what);
  fixture->query_id = g_uuid_string_random ();
  fixture->client = weir_kafka_producer_new (fixture->servers, NULL);
  weir_kafka_create_topic (fixture->client, fixture->topic, n_partitions);
  return TRUE;
}

static void
fixture_clear (Fixture *fixture)
{
  rd_kafka_destroy (fixture->client);
  g_free (fixture->topic);
  g_free (fixture->query_id);
}

static WeirSink *
sink_new (const Fixture *fixture,
          const char    *ddl,
          const char    *query_id)
{
  SinkSpec           spec = { .format = "kafka", .ddl = ddl, .query_id = query_id };
  g_autoptr (GError) error = NULL;
  WeirSink          *sink = sink_make (&spec, &error, "kafka.bootstrap.servers", fixture->servers, "topic", fixture->topic, NULL);

  g_assert_no_error (error);
  return sink;
}

static void
batch (WeirSink   *sink,
       guint64     batch_id,
       const char *ddl,
       const char *json)
{
  g_autoptr (GError) error = NULL;

  sink_batch (sink, batch_id, ddl, json, &error);
  g_assert_no_error (error);
}

/* Records of the topic, without the query's id, which is checked. */
static void
expect_records (const Fixture *fixture,
                gboolean       is_committed,
                ...)
{
  g_autoptr (GPtrArray) records = weir_kafka_read_all (fixture->servers, fixture->topic, 1, is_committed);
  g_autofree char      *id = g_strdup_printf (" q=%s ", fixture->query_id);
  guint                 n = 0;
  va_list               args;

  va_start (args, is_committed);
  for (const char *wanted = va_arg (args, const char *); wanted != NULL; wanted = va_arg (args, const char *))
    {
      g_autoptr (GString) have = NULL;

      g_assert_cmpuint (n, <, records->len);
      have = g_string_new (records->pdata[n++]);
      g_string_replace (have, id, " ", 1);
      g_assert_cmpstr (have->str, ==, wanted);
    }
  va_end (args);
  g_assert_cmpuint (records->len, ==, n);
}

/* Keys, values, NULLs, headers; a batch that comes again is left out, also by the next run of the query. */
static void
test_batches (void)
{
  static const char ddl[] = "key STRING, value STRING, headers ARRAY<STRUCT<key: STRING, value: BINARY>>, other INT";
  Fixture           fixture;
  WeirSink         *sink;

  if (!fixture_init (&fixture, "sink", 1))
    return;
  sink = sink_new (&fixture, ddl, fixture.query_id);
  g_assert_cmpint (sink_progress (sink), ==, -1);
  batch (sink, 0, ddl, "{\"key\":\"a\",\"value\":\"1\",\"headers\":[{\"key\":\"h\",\"value\":\"eA==\"},{\"key\":\"i\",\"value\":null}]}\n{\"key\":null,\"value\":null}\n");
  batch (sink, 1, ddl, "");
  batch (sink, 2, ddl, "{\"key\":\"b\",\"value\":\"3\"}\n");
  batch (sink, 2, ddl, "{\"key\":\"b\",\"value\":\"again\"}\n");
  g_assert_cmpuint (sink->rows_written, ==, 3);
  weir_sink_unref (sink);
  sink = sink_new (&fixture, ddl, fixture.query_id);
  g_assert_cmpint (sink_progress (sink), ==, 2);
  batch (sink, 2, ddl, "{\"key\":\"b\",\"value\":\"again\"}\n");
  batch (sink, 3, ddl, "{\"key\":\"c\",\"value\":\"4\"}\n");
  weir_sink_unref (sink);
  expect_records (&fixture, TRUE, "0 a 1 h=x i=~ b=0 s=0", "0 ~ ~ b=0 s=1", "0 b 3 b=2 s=0", "0 c 4 b=3 s=0", NULL);
  fixture_clear (&fixture);
}

/* Topic and partition of each row; the progress has its place all the same. */
static void
test_routing (void)
{
  static const char     ddl[] = "value STRING, topic STRING, partition INT";
  Fixture               fixture;
  g_autofree char      *json = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError)    error = NULL;
  SinkSpec              spec = { .format = "kafka", .ddl = ddl };
  WeirSink             *sink;

  if (!fixture_init (&fixture, "route", 3))
    return;
  spec.query_id = fixture.query_id;
  json = g_strdup_printf ("{\"value\":\"x\",\"topic\":\"%s\",\"partition\":2}\n{\"value\":\"y\",\"topic\":\"%s\",\"partition\":1}\n", fixture.topic, fixture.topic);
  for (guint run = 0; run < 2; run++)
    {
      sink = sink_make (&spec, &error, "kafka.bootstrap.servers", fixture.servers, NULL);
      g_assert_no_error (error);
      g_assert_cmpint (sink_progress (sink), ==, (gint64)run - 1);
      batch (sink, 0, ddl, json);
      weir_sink_unref (sink);
    }
  records = weir_kafka_read_all (fixture.servers, fixture.topic, 3, TRUE);
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_true (g_str_has_prefix (records->pdata[0], "1 ~ y"));
  g_assert_true (g_str_has_prefix (records->pdata[1], "2 ~ x"));
  /* A row without a topic is no record, and nothing of its batch is. */
  sink = sink_make (&spec, &error, "kafka.bootstrap.servers", fixture.servers, NULL);
  g_clear_pointer (&json, g_free);
  json = g_strdup_printf ("{\"value\":\"z\",\"topic\":\"%s\"}\n{\"value\":\"no\"}\n", fixture.topic);
  g_assert_false (sink_batch (sink, 1, ddl, json, &error));
  g_assert_nonnull (strstr (error->message, "null topic present in the data"));
  weir_sink_unref (sink);
  g_clear_pointer (&records, g_ptr_array_unref);
  records = weir_kafka_read_all (fixture.servers, fixture.topic, 3, TRUE);
  g_assert_cmpuint (records->len, ==, 2);
  fixture_clear (&fixture);
}

/* Without a checkpoint rows are written as they come, with nothing added. */
static void
test_plain (void)
{
  static const char ddl[] = "value BINARY";
  Fixture           fixture;
  WeirSink         *sink;

  if (!fixture_init (&fixture, "plain", 1))
    return;
  sink = sink_new (&fixture, ddl, NULL);
  batch (sink, 0, ddl, "{\"value\":\"eA==\"}\n");
  batch (sink, 1, ddl, "");
  batch (sink, 2, ddl, "{\"value\":\"eQ==\"}\n");
  weir_sink_unref (sink);
  expect_records (&fixture, FALSE, "0 ~ x", "0 ~ y", NULL);
  fixture_clear (&fixture);
}

/* What a crash leaves: records of a transaction that nobody ends. Readers do not see them, and the next run is not held up by them. */
static void
test_left_open (void)
{
  static const char ddl[] = "value STRING";
  Fixture           fixture;
  g_autofree char  *id = NULL;
  rd_kafka_t       *dead;
  WeirSink         *sink;

  if (!fixture_init (&fixture, "open", 1))
    return;
  id = g_strdup_printf ("weir-%s-0", fixture.query_id);
  dead = weir_kafka_producer_new (fixture.servers, id);
  g_assert_true (rd_kafka_begin_transaction (dead) == NULL);
  weir_kafka_produce_text (dead, fixture.topic, 0, NULL, "torn");
  sink = sink_new (&fixture, ddl, fixture.query_id);
  g_assert_cmpint (sink_progress (sink), ==, -1);
  batch (sink, 0, ddl, "{\"value\":\"whole\"}\n");
  weir_sink_unref (sink);
  expect_records (&fixture, TRUE, "0 ~ whole b=0 s=0", NULL);
  expect_records (&fixture, FALSE, "0 ~ torn", "0 ~ whole b=0 s=0", NULL);
  rd_kafka_destroy (dead);
  fixture_clear (&fixture);
}

/* The broker forgot the group: the records themselves say how far the query was. */
static void
test_forgotten (void)
{
  static const char ddl[] = "value STRING";
  Fixture           fixture;
  g_autofree char  *group = NULL;
  WeirSink         *sink;

  if (!fixture_init (&fixture, "forgotten", 1))
    return;
  sink = sink_new (&fixture, ddl, fixture.query_id);
  for (guint i = 0; i < 3; i++)
    batch (sink, i, ddl, "{\"value\":\"1\"}\n");
  weir_sink_unref (sink);
  weir_kafka_produce_text (fixture.client, fixture.topic, 0, NULL, "of somebody else");
  group = g_strdup_printf ("weir-%s", fixture.query_id);
  weir_kafka_forget_group (fixture.client, group);
  sink = sink_new (&fixture, ddl, fixture.query_id);
  g_assert_cmpint (sink_progress (sink), ==, 2);
  weir_sink_unref (sink);
  fixture_clear (&fixture);
}

/* Of two runs the later one goes on; the earlier one is told and stays stopped. */
static void
test_fenced (void)
{
  static const char  ddl[] = "value STRING";
  Fixture            fixture;
  g_autoptr (GError) error = NULL;
  WeirSink          *first, *second;

  if (!fixture_init (&fixture, "fence", 1))
    return;
  first = sink_new (&fixture, ddl, fixture.query_id);
  batch (first, 0, ddl, "{\"value\":\"1\"}\n");
  second = sink_new (&fixture, ddl, fixture.query_id);
  for (guint n = 0; n < 2; n++)
    {
      g_assert_false (sink_batch (first, 1, ddl, "{\"value\":\"no\"}\n", &error));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "CONCURRENT_STREAM_LOG_UPDATE");
      g_clear_error (&error);
    }
  batch (second, 1, ddl, "{\"value\":\"2\"}\n");
  weir_sink_unref (first);
  weir_sink_unref (second);
  expect_records (&fixture, TRUE, "0 ~ 1 b=0 s=0", "0 ~ 2 b=1 s=0", NULL);
  fixture_clear (&fixture);
}

/* Two sinks of a query into one topic count apart. */
static void
test_two_sinks (void)
{
  static const char  ddl[] = "value STRING";
  Fixture            fixture;
  g_autoptr (GError) error = NULL;
  g_autofree char   *second_record = NULL;
  SinkSpec           spec = { .format = "kafka", .ddl = ddl, .sink_index = 1 };
  WeirSink          *first, *second;

  if (!fixture_init (&fixture, "two", 1))
    return;
  spec.query_id = fixture.query_id;
  first = sink_new (&fixture, ddl, fixture.query_id);
  second = sink_make (&spec, &error, "kafka.bootstrap.servers", fixture.servers, "topic", fixture.topic, NULL);
  g_assert_no_error (error);
  batch (first, 0, ddl, "{\"value\":\"1\"}\n");
  batch (second, 0, ddl, "{\"value\":\"2\"}\n");
  weir_sink_unref (second);
  second = sink_make (&spec, &error, "kafka.bootstrap.servers", fixture.servers, "topic", fixture.topic, NULL);
  g_assert_cmpint (sink_progress (second), ==, 0);
  weir_sink_unref (first);
  weir_sink_unref (second);
  second_record = g_strdup_printf ("0 ~ 2 q=%s-1 b=0 s=0", fixture.query_id);
  expect_records (&fixture, TRUE, "0 ~ 1 b=0 s=0", second_record, NULL);
  fixture_clear (&fixture);
}

/* A record the broker refuses: the batch fails, readers see nothing of it, and the next batch goes through. */
static void
test_refused (void)
{
  static const char   ddl[] = "value STRING";
  Fixture             fixture;
  g_autoptr (GString) json = NULL;
  g_autoptr (GError)  error = NULL;
  WeirSink           *sink;

  if (!fixture_init (&fixture, "refused", 1))
    return;
  sink = sink_new (&fixture, ddl, fixture.query_id);
  json = g_string_new ("{\"value\":\"small\"}\n{\"value\":\"");
  for (guint i = 0; i < 2000000; i++)
    g_string_append_c (json, 'x');
  g_string_append (json, "\"}\n");
  g_assert_false (sink_batch (sink, 0, ddl, json->str, &error));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "TASK_WRITE_FAILED");
  batch (sink, 0, ddl, "{\"value\":\"good\"}\n");
  weir_sink_unref (sink);
  expect_records (&fixture, TRUE, "0 ~ good b=0 s=0", NULL);
  fixture_clear (&fixture);
}

static gboolean
refuse (const char *ddl,
        const char *servers,
        const char *topic,
        const char *condition,
        const char *words)
{
  SinkSpec           spec = { .format = "kafka", .ddl = ddl, .query_id = QUERY_ID };
  g_autoptr (GError) error = NULL;

  g_assert_null (sink_make (&spec, &error, "kafka.bootstrap.servers", servers, topic != NULL ? "topic" : NULL, topic, NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, condition);
  g_assert_nonnull (strstr (error->message, words));
  return TRUE;
}

static void
test_errors (void)
{
  const char *servers;

  refuse ("key STRING", "127.0.0.1:1", "t", "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "Required attribute 'value' not found");
  refuse ("value STRING", "127.0.0.1:1", NULL, "MISSING_OPTION", "topic option");
  refuse ("value INT", "127.0.0.1:1", "t", "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "STRING or BINARY");
  refuse ("value STRING, headers MAP<STRING, STRING>", "127.0.0.1:1", "t", "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "headers");
  refuse ("value STRING", "127.0.0.1:1", "t", "KAFKA_UNREACHABLE", "127.0.0.1:1");
  servers = weir_test_service ("KAFKA_PLAINTEXT");
  if (servers != NULL)
    refuse ("value STRING", servers, "weir-test-no-such-topic", "UNKNOWN_TOPIC_OR_PARTITION", "There is no topic");
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/sink-kafka/batches", test_batches);
  g_test_add_func ("/engine/io/sink-kafka/routing", test_routing);
  g_test_add_func ("/engine/io/sink-kafka/plain", test_plain);
  g_test_add_func ("/engine/io/sink-kafka/left-open", test_left_open);
  g_test_add_func ("/engine/io/sink-kafka/forgotten", test_forgotten);
  g_test_add_func ("/engine/io/sink-kafka/fenced", test_fenced);
  g_test_add_func ("/engine/io/sink-kafka/two-sinks", test_two_sinks);
  g_test_add_func ("/engine/io/sink-kafka/refused", test_refused);
  g_test_add_func ("/engine/io/sink-kafka/errors", test_errors);
  result = g_test_run ();
  g_assert_true (weir_background_wait (WEIR_WAIT_US));
  return result;
}
