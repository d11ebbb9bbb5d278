/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/background.h"
#include "base/error.h"

#include "sink-util.h"
#include "source-util.h"
#include "support/kafka-util.h"
#include "support/shared-data.h"
#include "support/temp-dir.h"

/* TLS, sign-in and addresses that lead astray, against the suite's real broker; skipped without one. */


/* Options of a table, NULL-terminated pairs behind the server. */
typedef struct
{
  const char *server; /* variable of the service */
  const char *protocol, *ca, *mechanism, *user, *password;
} Access;

static char *
topic_with_records (void)
{
  g_autofree char *topic = weir_kafka_topic_name ("secure");
  rd_kafka_t      *client = weir_kafka_producer_new (weir_test_service ("KAFKA_PLAINTEXT"), NULL);

  weir_kafka_create_topic (client, topic, 1);
  weir_kafka_produce (client, topic, 0, 0, 3);
  rd_kafka_destroy (client);
  return g_steal_pointer (&topic);
}

/* Retries for ever: what fails all the same is not retried. Where localhost is two addresses, the broker is at one of them. */
static WeirSource *
source_new (const Access *access,
            const char   *topic)
{
  g_autoptr (GError) error = NULL;
  WeirSource        *source = source_make ("kafka", NULL, TRUE, NULL, NULL, -1, &error, "subscribe", topic, "startingoffsets", "earliest",
                                           "kafka.bootstrap.servers", g_getenv (access->server), "kafka.security.protocol", access->protocol,
                                           "kafka.broker.address.family", "v4", access->ca != NULL ? "kafka.ssl.ca.location" : "kafka.client.id", access->ca != NULL ? access->ca : "weir",
                                    access->mechanism != NULL ? "kafka.sasl.mechanism" : NULL, access->mechanism, "kafka.sasl.username", access->user,
                                           "kafka.sasl.password", access->password, NULL);

  g_assert_no_error (error);
  return source;
}

static void
expect_records (const Access *access)
{
  g_autofree char *topic = topic_with_records ();
  Drain            drain;

  drain_init (&drain, source_new (access, topic));
  drain_until (&drain, 3);
  drain_clear (&drain);
}

static gboolean
is_said (WeirSource     *source,
         WeirSourceState state,
         const char     *words)
{
  g_autofree char *message = NULL;

  return source_is (source, state, &message) && message != NULL && strstr (message, words) != NULL;
}

static void
expect_state (const Access   *access,
              WeirSourceState state,
              const char     *words)
{
  g_autofree char *topic = topic_with_records ();
  Drain            drain;

  drain_init (&drain, source_new (access, topic));
  wait_until (is_said (drain.source, state, words));
  drain_clear (&drain);
}

static void
test_tls (void)
{
  Access access = { "KAFKA_SSL", "ssl", g_getenv ("KAFKA_CA"), NULL, NULL, NULL };

  if (weir_test_service ("KAFKA_SSL") != NULL)
    expect_records (&access);
}

static void
test_plain_over_tls (void)
{
  Access access = { "KAFKA_SASL_SSL", "sasl_ssl", g_getenv ("KAFKA_CA"), "PLAIN", "alice", "alice-secret" };

  if (weir_test_service ("KAFKA_SASL_SSL") == NULL)
    return;
  expect_records (&access);
  access.password = "bob-secret";
  expect_state (&access, WEIR_SOURCE_FAILED, "User or password is wrong");
}

/* A certificate authority of the test's own, which did not sign the broker. */
static void
test_wrong_ca (void)
{
  g_autoptr (WeirTempDir) dir = NULL;
  g_autofree char        *key = NULL, *ca = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError)      error = NULL;
  Access                  access = { "KAFKA_SSL", "ssl", NULL, NULL, NULL, NULL };

  if (weir_test_service ("KAFKA_SSL") == NULL)
    return;
  dir = weir_temp_dir_new ();
  key = weir_temp_dir_build (dir, "ca.key");
  ca = weir_temp_dir_build (dir, "ca.pem");
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                              "-nodes", "-days", "2", "-subj", "/CN=somebody-else", "-keyout", key, "-out", ca, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
  access.ca = ca;
  expect_state (&access, WEIR_SOURCE_FAILED, "name the CA certificate that signed it in kafka.ssl.ca.location");
}

static void
test_wrong_protocol (void)
{
  Access plain = { "KAFKA_SSL", "plaintext", NULL, NULL, NULL, NULL };
  Access tls = { "KAFKA_PLAINTEXT", "ssl", g_getenv ("KAFKA_CA"), NULL, NULL, NULL };

  if (weir_test_service ("KAFKA_SSL") == NULL)
    return;
  expect_state (&plain, WEIR_SOURCE_RETRYING, "most likely a TLS port");
  expect_state (&tls, WEIR_SOURCE_RETRYING, "that the port is the broker's TLS port");
}

/* Debian 12's librdkafka cannot sign in this way, and says what to do; a newer one can. */
static void
test_scram (void)
{
  Access access = { "KAFKA_SASL_SSL", "sasl_ssl", g_getenv ("KAFKA_CA"), "SCRAM-SHA-512", "alice", "alice-secret" };

  if (weir_test_service ("KAFKA_SASL_SSL") == NULL)
    return;
  if (rd_kafka_version () >= 0x02060100)
    expect_records (&access);
  else
    expect_state (&access, WEIR_SOURCE_FAILED, "use a newer librdkafka, or PLAIN over TLS");
}

/* The bootstrap address works, the one the cluster names does not. */
static void
test_astray (void)
{
  Access access = { "KAFKA_ASTRAY", "plaintext", NULL, NULL, NULL, NULL };

  if (weir_test_service ("KAFKA_ASTRAY") != NULL)
    expect_state (&access, WEIR_SOURCE_RETRYING, "advertised.listeners must be set right");
}

static void
test_sink (void)
{
  static const char     ddl[] = "value STRING";
  SinkSpec              spec = { .format = "kafka", .ddl = ddl };
  g_autofree char      *id = g_uuid_string_random ();
  g_autofree char      *topic = NULL;
  g_autoptr (GPtrArray) records = NULL;
  g_autoptr (GError)    error = NULL;
  WeirSink             *sink;

  if (weir_test_service ("KAFKA_SASL_SSL") == NULL)
    return;
  topic = topic_with_records ();
  spec.query_id = id;
  spec.retry_us = -1;
  sink = sink_make (&spec, &error, "kafka.bootstrap.servers", g_getenv ("KAFKA_SASL_SSL"), "kafka.security.protocol", "sasl_ssl", "kafka.ssl.ca.location",
                    g_getenv ("KAFKA_CA"), "kafka.sasl.mechanism", "PLAIN", "kafka.sasl.username", "bob", "kafka.sasl.password", "bob-secret", "topic", topic, NULL);
  g_assert_no_error (error);
  g_assert_true (sink_batch (sink, 0, ddl, "{\"value\":\"sealed\"}\n", &error));
  weir_sink_unref (sink);
  records = weir_kafka_read_all (g_getenv ("KAFKA_PLAINTEXT"), topic, 1, TRUE);
  g_assert_cmpuint (records->len, ==, 4);
  g_assert_true (g_str_has_prefix (records->pdata[3], "0 ~ sealed"));
  /* A wrong password is not tried for ever; a broker that is slow to refuse it is asked again, as a query does. */
  for (guint n_tries = 0; n_tries == 0 || (n_tries < 10 && strcmp (weir_error_get_condition (error), "KAFKA_UNREACHABLE") == 0); n_tries++)
    {
      g_clear_error (&error);
      g_assert_null (sink_make (&spec, &error, "kafka.bootstrap.servers", g_getenv ("KAFKA_SASL_SSL"), "kafka.security.protocol", "sasl_ssl", "kafka.ssl.ca.location",
                                g_getenv ("KAFKA_CA"), "kafka.sasl.mechanism", "PLAIN", "kafka.sasl.username", "bob", "kafka.sasl.password", "no", "topic", topic, NULL));
      g_test_message ("%s", error->message);
    }
  g_assert_nonnull (strstr (error->message, "User or password is wrong"));
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/io/kafka-secure/tls", test_tls);
  g_test_add_func ("/engine/io/kafka-secure/plain-over-tls", test_plain_over_tls);
  g_test_add_func ("/engine/io/kafka-secure/wrong-ca", test_wrong_ca);
  g_test_add_func ("/engine/io/kafka-secure/wrong-protocol", test_wrong_protocol);
  g_test_add_func ("/engine/io/kafka-secure/scram", test_scram);
  g_test_add_func ("/engine/io/kafka-secure/astray", test_astray);
  g_test_add_func ("/engine/io/kafka-secure/sink", test_sink);
  result = g_test_run ();
  g_assert_true (weir_background_wait (WEIR_WAIT_US));
  return result;
}
