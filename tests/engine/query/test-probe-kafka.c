/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine.h"

#include "support/kafka-util.h"
#include "support/shared-data.h"
#include "support/wait.h"

#include <string.h>

/* The connection test against the suite's real broker; skipped without one. */

typedef struct
{
  WeirSession *session; /* Owned */
  WeirProbe   *probe;   /* Owned */
} Fixture;

/* Runs the test to its end. @options: pairs, NULL-terminated. */
static void
fixture_run (Fixture           *fixture,
             const char *const *options)
{
  WeirTableDef def = { .name = "t", .format = "kafka", .options = options };

  fixture->session = weir_session_new ();
  fixture->probe = weir_probe_new (fixture->session, &def);
  weir_probe_start (fixture->probe);
  wait_until (!weir_probe_get_is_running (fixture->probe));
}

static void
fixture_clear (Fixture *fixture)
{
  g_object_unref (fixture->probe);
  g_object_unref (fixture->session);
}

static const WeirStage *
stage_of (const Fixture *fixture,
          const char    *id)
{
  for (guint i = 0; i < weir_probe_get_n_stages (fixture->probe); i++)
    if (strcmp (weir_probe_get_stage (fixture->probe, i)->id, id) == 0)
      return weir_probe_get_stage (fixture->probe, i);
  return NULL;
}

/* @id failed with this remedy, all before it went well. */
static void
expect_failure (const char *const *options,
                const char        *id,
                const char        *words)
{
  Fixture          fixture;
  const WeirStage *stage;

  fixture_run (&fixture, options);
  for (guint i = 0; strcmp (weir_probe_get_stage (fixture.probe, i)->id, id) != 0; i++)
    g_assert_cmpint (weir_probe_get_stage (fixture.probe, i)->state, ==, WEIR_STAGE_OK);
  stage = stage_of (&fixture, id);
  g_assert_cmpint (stage->state, ==, WEIR_STAGE_FAILED);
  g_assert_nonnull (stage->detail);
  g_assert_nonnull (stage->remedy);
  g_assert_nonnull (strstr (stage->remedy, words));
  fixture_clear (&fixture);
}

static void
preview_cb (GObject      *session,
            GAsyncResult *result,
            gpointer      preview)
{
  *(WeirPreview **)preview = weir_session_preview_finish (WEIR_SESSION (session), result, NULL);
}

/* What the test has read is there for the preview of a query that has not run. */
static void
expect_preview (WeirSession       *session,
                const char *const *options,
                const char        *value)
{
  g_autoptr (GString) text = g_string_new ("CREATE TABLE t USING kafka OPTIONS (");
  WeirPreview        *preview = NULL;
  WeirSnapshot       *rows;
  g_autofree char    *found = NULL;
  guint32             end;

  for (guint i = 0; options[i] != NULL; i += 2)
    g_string_append_printf (text, "%s'%s' '%s'", i > 0 ? ", " : "", options[i], options[i + 1]);
  g_string_append (text, ");\n");
  end = (guint32)text->len;
  g_string_append (text, "SELECT CAST(value AS STRING) AS v FROM STREAM t");
  weir_session_preview_async (session, text->str, (WeirRange){ end, (guint32)text->len }, WEIR_PREVIEW_DEFAULT, NULL, preview_cb, &preview);
  wait_until (preview != NULL);
  rows = weir_preview_get_rows (preview, 1);
  g_assert_nonnull (rows);
  g_assert_cmpuint (weir_snapshot_get_n_rows (rows), ==, 1);
  found = weir_snapshot_dup_text (rows, 0, 0, NULL);
  g_assert_cmpstr (found, ==, value);
  weir_preview_unref (preview);
}

static void
test_all_well (void)
{
  const char      *servers = weir_test_service ("KAFKA_SASL_SSL");
  g_autofree char *topic = weir_kafka_topic_name ("probe");
  const char      *options[] = { "kafka.bootstrap.servers", servers, "subscribe", topic, "kafka.security.protocol", "sasl_ssl", "kafka.ssl.ca.location",
                                 g_getenv ("KAFKA_CA"), "kafka.sasl.mechanism", "PLAIN", "kafka.sasl.username", "alice", "kafka.sasl.password", "alice-secret", NULL };
  Fixture          fixture;
  rd_kafka_t      *client;

  if (servers == NULL)
    return;
  client = weir_kafka_producer_new (g_getenv ("KAFKA_PLAINTEXT"), NULL);
  weir_kafka_create_topic (client, topic, 2);
  weir_kafka_produce_text (client, topic, 1, NULL, "{\"a\":1}");
  fixture_run (&fixture, options);
  for (guint i = 0; i < weir_probe_get_n_stages (fixture.probe); i++)
    g_assert_cmpint (weir_probe_get_stage (fixture.probe, i)->state, ==, WEIR_STAGE_OK);
  g_assert_nonnull (stage_of (&fixture, "tls"));
  g_assert_nonnull (stage_of (&fixture, "sign-in"));
  g_assert_cmpuint (weir_probe_get_n_samples (fixture.probe), ==, 1);
  g_assert_true (g_strv_contains (weir_probe_get_topics (fixture.probe), topic));
  expect_preview (fixture.session, options, "{\"a\":1}");
  fixture_clear (&fixture);
  rd_kafka_destroy (client);
}

static void
test_certificate (void)
{
  const char *servers = weir_test_service ("KAFKA_SSL");
  const char *options[] = { "kafka.bootstrap.servers", servers, "subscribe", "t", "kafka.security.protocol", "ssl", NULL };

  if (servers != NULL)
    expect_failure (options, "tls", "name the CA certificate that signed it in kafka.ssl.ca.location");
}

static void
test_sign_in (void)
{
  const char *servers = weir_test_service ("KAFKA_SASL_SSL");
  const char *options[] = { "kafka.bootstrap.servers", servers, "subscribe", "t", "kafka.security.protocol", "sasl_ssl", "kafka.ssl.ca.location",
                            g_getenv ("KAFKA_CA"), "kafka.sasl.mechanism", "PLAIN", "kafka.sasl.username", "alice", "kafka.sasl.password", "no", NULL };

  if (servers == NULL)
    return;
  expect_failure (options, "sign-in", "User or password is wrong");
  options[9] = "SCRAM-SHA-256";
  if (rd_kafka_version () < 0x02060100)
    expect_failure (options, "sign-in", "use a newer librdkafka, or PLAIN over TLS");
}

static void
test_astray (void)
{
  const char *servers = weir_test_service ("KAFKA_ASTRAY");
  const char *options[] = { "kafka.bootstrap.servers", servers, "subscribe", "t", NULL };

  if (servers != NULL)
    expect_failure (options, "brokers", "advertised.listeners must be set right");
}

static void
test_nobody (void)
{
  const char *options[] = { "kafka.bootstrap.servers", "127.0.0.1:1", "subscribe", "t", NULL };

  expect_failure (options, "connect", "check the port");
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/query/probe-kafka/all-well", test_all_well);
  g_test_add_func ("/engine/query/probe-kafka/certificate", test_certificate);
  g_test_add_func ("/engine/query/probe-kafka/sign-in", test_sign_in);
  g_test_add_func ("/engine/query/probe-kafka/astray", test_astray);
  g_test_add_func ("/engine/query/probe-kafka/nobody", test_nobody);
  result = g_test_run ();
  g_assert_true (weir_wait_background (WEIR_WAIT_US));
  return result;
}
