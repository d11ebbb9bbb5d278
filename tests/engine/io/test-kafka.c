/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"
#include "base/error.h"
#include "base/limits.h"
#include "io/kafka-options.h"
#include "io/kafka-remedy.h"

#include "source-util.h"
#include "support/kafka-util.h"
#include "support/shared-data.h"

/* Against the suite's real broker; skipped without one. */

/* All records of all partitions, once; what comes later is read by the same consumer; offsets are Spark's JSON. */
static void
test_read (void)
{
  const char            *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autofree char       *topic = weir_kafka_topic_name ("read");
  g_autofree char       *zero = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  rd_kafka_t            *producer;
  Drain                  drain;

  if (servers == NULL)
    return;
  producer = weir_kafka_producer_new (servers, NULL);
  weir_kafka_create_topic (producer, topic, 2);
  weir_kafka_produce (producer, topic, 0, 0, 1000);
  weir_kafka_produce (producer, topic, 1, 1000, 500);
  drain_init (&drain, source_make ("kafka", NULL, TRUE, NULL, NULL, -1, NULL, "kafka.bootstrap.servers", servers, "subscribe", topic,
                                   "startingoffsets", "earliest", "maxoffsetspertrigger", "400", NULL));
  drain_until (&drain, 1500);
  weir_kafka_produce (producer, topic, 1, 1500, 100);
  drain_until (&drain, 1600);
  zero = g_strdup_printf ("{\"%s\":{\"0\":1000,\"1\":600}}", topic);
  g_assert_cmpstr (drain.at, ==, zero);
  for (guint i = 0; i < drain.rows->len; i++)
    g_assert_true (g_hash_table_add (seen, drain.rows->pdata[i]));
  drain_clear (&drain);
  rd_kafka_destroy (producer);
}

/* A range that is read again, as after a failed batch, gives the same rows. */
static void
test_again (void)
{
  const char      *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autofree char *topic = weir_kafka_topic_name ("again");
  g_autofree char *to = NULL;
  rd_kafka_t      *producer;
  Drain            drain;

  if (servers == NULL)
    return;
  producer = weir_kafka_producer_new (servers, NULL);
  weir_kafka_create_topic (producer, topic, 1);
  weir_kafka_produce (producer, topic, 0, 0, 50);
  drain_init (&drain, source_make ("kafka", NULL, TRUE, NULL, NULL, -1, NULL, "kafka.bootstrap.servers", servers, "subscribe", topic,
                                   "startingoffsets", "earliest", NULL));
  drain_until (&drain, 50);
  to = g_strdup (drain.at);
  g_free (drain.at);
  drain.at = g_strdup ("");
  drain_until (&drain, 100);
  g_assert_cmpstr (drain.at, ==, to);
  for (guint i = 0; i < 50; i++)
    g_assert_cmpstr (drain.rows->pdata[i], ==, drain.rows->pdata[50 + i]);
  drain_clear (&drain);
  rd_kafka_destroy (producer);
}

static void
wait_state (Drain          *drain,
            WeirSourceState state,
            const char     *words)
{
  g_autofree char *message = source_wait_for (drain->source, state);

  g_assert_nonnull (strstr (message, words));
}

static void
test_unknown_topic (void)
{
  const char      *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autofree char *topic = weir_kafka_topic_name ("nobody-made-this");
  Drain            drain;

  if (servers == NULL)
    return;
  drain_init (&drain, source_make ("kafka", NULL, TRUE, NULL, NULL, -1, NULL, "kafka.bootstrap.servers", servers, "subscribe", topic, NULL));
  wait_state (&drain, WEIR_SOURCE_FAILED, "There is no topic");
  drain_clear (&drain);
}

/* Nobody there: it says so and goes on trying; with no retries it fails. */
static void
test_no_broker (void)
{
  Drain patient, hasty;

  drain_init (&patient, source_make ("kafka", NULL, TRUE, NULL, NULL, -1, NULL, "kafka.bootstrap.servers", "127.0.0.1:1", "subscribe", "t", NULL));
  wait_state (&patient, WEIR_SOURCE_RETRYING, "127.0.0.1:1");
  drain_clear (&patient);
  drain_init (&hasty, source_make ("kafka", NULL, TRUE, NULL, NULL, 0, NULL, "kafka.bootstrap.servers", "127.0.0.1:1", "subscribe", "t", NULL));
  wait_state (&hasty, WEIR_SOURCE_FAILED, "127.0.0.1:1");
  drain_clear (&hasty);
}

/* Has the source seen so many offsets that are not read? */
static gboolean
is_behind (Drain      *drain,
           const char *n)
{
  g_autoptr (GHashTable) metrics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  drain->source->klass->metrics (drain->source, metrics);
  return g_strcmp0 (g_hash_table_lookup (metrics, "maxOffsetsBehindLatest"), n) == 0;
}

/* A trigger waits for minOffsetsPerTrigger, the first one never. */
static void
test_least (void)
{
  const char      *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autofree char *topic = NULL;
  rd_kafka_t      *producer;
  Drain            drain;

  if (servers == NULL)
    return;
  topic = weir_kafka_topic_name ("least");
  producer = weir_kafka_producer_new (servers, NULL);
  weir_kafka_create_topic (producer, topic, 1);
  weir_kafka_produce (producer, topic, 0, 0, 3);
  drain_init (&drain, source_make ("kafka", NULL, TRUE, NULL, NULL, -1, NULL, "kafka.bootstrap.servers", servers, "subscribe", topic, "startingoffsets",
                                   "earliest", "minoffsetspertrigger", "10", "maxtriggerdelay", "1h", NULL));
  drain_until (&drain, 3);
  /* Nine are not enough: what is read next are all ten at once. */
  weir_kafka_produce (producer, topic, 0, 3, 9);
  wait_until (is_behind (&drain, "9"));
  g_assert_false (drain_batch (&drain, NULL));
  weir_kafka_produce (producer, topic, 0, 12, 1);
  drain_until (&drain, 13);
  drain_clear (&drain);
  rd_kafka_destroy (producer);
}

/* Where a table begins and ends by time. */
static void
test_times (void)
{
  const char      *servers = weir_test_service ("KAFKA_PLAINTEXT");
  g_autofree char *topic = NULL, *from = NULL, *to = NULL;
  gint64           now_ms = g_get_real_time () / 1000;
  rd_kafka_t      *producer;
  Drain            drain;

  if (servers == NULL)
    return;
  topic = weir_kafka_topic_name ("times");
  producer = weir_kafka_producer_new (servers, NULL);
  weir_kafka_create_topic (producer, topic, 1);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (rd_kafka_producev (producer, RD_KAFKA_V_TOPIC (topic), RD_KAFKA_V_PARTITION (0), RD_KAFKA_V_VALUE ((void *)"v", 1),
                                        RD_KAFKA_V_TIMESTAMP (now_ms - 10000 + i * 1000), RD_KAFKA_V_END),
                     ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  g_assert_cmpint (rd_kafka_flush (producer, 30000), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  from = g_strdup_printf ("{\"%s\":{\"0\":%" G_GINT64_FORMAT "}}", topic, now_ms - 8000);
  to = g_strdup_printf ("%" G_GINT64_FORMAT, now_ms - 3500);
  drain_init (&drain, source_make ("kafka", NULL, FALSE, NULL, NULL, 0, NULL, "kafka.bootstrap.servers", servers, "subscribe", topic,
                                   "startingoffsetsbytimestamp", from, "endingtimestamp", to, NULL));
  drain_until (&drain, 5);
  g_assert_false (drain_batch (&drain, NULL));
  drain_clear (&drain);
  rd_kafka_destroy (producer);
}

static void
test_options (void)
{
  static const char *const forbidden[] = { "kafka.enable.auto.commit", "kafka.auto.offset.reset", "kafka.plugin.library.paths" };
  g_autoptr (GError)       error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (forbidden); i++)
    {
      g_assert_null (source_make ("kafka", NULL, TRUE, NULL, NULL, 0, &error, "kafka.bootstrap.servers", "x", "subscribe", "t", forbidden[i], "1", NULL));
      g_assert_cmpstr (weir_error_get_condition (error), ==, "INVALID_PARAMETER_VALUE");
      g_clear_error (&error);
    }
  g_assert_null (source_make ("kafka", NULL, TRUE, NULL, NULL, 0, &error, "kafka.bootstrap.servers", "x", NULL));
  g_assert_cmpstr (weir_error_get_condition (error), ==, "MISSING_OPTION");
  g_clear_error (&error);
  g_assert_null (source_make ("kafka", NULL, TRUE, NULL, NULL, 0, &error, "kafka.bootstrap.servers", "x", "subscribe", "t", "startingoffsets", "soon", NULL));
  g_assert_nonnull (error);
}

static void
check_group (const char *prefix,
             const char *fixed,
             const char *given,
             const char *expected)
{
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  rd_kafka_conf_t       *conf;
  char                   group[128];
  gsize                  size = sizeof group;

  if (prefix != NULL)
    g_hash_table_insert (options, (char *)"groupidprefix", (char *)prefix);
  if (fixed != NULL)
    g_hash_table_insert (options, (char *)"kafka.group.id", (char *)fixed);
  conf = weir_kafka_conf_new (options, given, NULL);
  g_assert_nonnull (conf);
  g_assert_cmpint (rd_kafka_conf_get (conf, "group.id", group, &size), ==, RD_KAFKA_CONF_OK);
  g_assert_true (g_str_has_prefix (group, expected));
  g_assert_cmpint (strcmp (group, expected) == 0, ==, fixed != NULL || given != NULL);
  rd_kafka_conf_destroy (conf);
}

/* The group of a source is the user's, or one that nobody else has; that of the marks of a sink is the query's. */
static void
test_group (void)
{
  check_group (NULL, NULL, NULL, "weir-");
  check_group ("ours", NULL, NULL, "ours-");
  check_group ("ours", "readers", NULL, "readers");
  check_group ("ours", "readers", "weir-query", "weir-query");
}

/* Whose address it is that cannot be reached, in each form in which librdkafka complains of one. */
static void
test_advertised (void)
{
  static const struct
  {
    const char *reason;
    gboolean    advertised;
  } cases[] = {
    { "127.0.0.1:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", TRUE },
    { "sasl_ssl://127.0.0.1:1/1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", TRUE },
    { "GroupCoordinator: 127.0.0.1:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)", TRUE },
    { "TxnCoordinator: [::1]:1: Connect to ipv6#[::1]:1 failed: Connection refused", TRUE },
    { "GroupCoordinator: broker:9092: Disconnected", FALSE },
    { "broker:9092/1: Disconnected", FALSE },
    { "127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused", FALSE },
    { "GroupCoordinator: ", FALSE },
    { "", FALSE },
    { NULL, FALSE },
  };
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_insert (options, (gpointer) "kafka.bootstrap.servers", (gpointer) "other:9092, broker:9092");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *remedy = weir_kafka_remedy (RD_KAFKA_RESP_ERR__TRANSPORT, cases[i].reason, options);

      g_assert_cmpint (strstr (remedy, "advertised.listeners must be set right") != NULL, ==, cases[i].advertised);
    }
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/kafka/read", test_read);
  g_test_add_func ("/engine/io/kafka/again", test_again);
  g_test_add_func ("/engine/io/kafka/unknown-topic", test_unknown_topic);
  g_test_add_func ("/engine/io/kafka/no-broker", test_no_broker);
  g_test_add_func ("/engine/io/kafka/least", test_least);
  g_test_add_func ("/engine/io/kafka/times", test_times);
  g_test_add_func ("/engine/io/kafka/options", test_options);
  g_test_add_func ("/engine/io/kafka/group", test_group);
  g_test_add_func ("/engine/io/kafka/advertised", test_advertised);
  result = g_test_run ();
  g_assert_true (weir_background_wait (WEIR_WAIT_US));
  return result;
}
