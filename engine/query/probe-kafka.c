/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/probe-private.h"

#include "io/kafka-control.h"
#include "io/kafka-recent.h"
#include "io/kafka-remedy.h"

#include <string.h>

/*
 * Stages of a Kafka test: name → connect → TLS → sign-in → metadata → every advertised broker → first record. The client does TLS, sign-in and
 * metadata in one call; which of them failed is read off its errors. Advertised addresses are tried one by one, since a bootstrap that
 * works in front of addresses that do not is the commonest trap.
 */

#define METADATA_TIMEOUT_MS 6000
#define RECORD_TIMEOUT_MS   5000

typedef struct
{
  ProbeRun *run;
  int       code; /* of the last error */
  char     *text; /* Owned */
} Client;

static void
error_cb (rd_kafka_t *client,
          int         code,
          const char *reason,
          void       *opaque)
{
  Client *self = opaque;

  if (self->code == RD_KAFKA_RESP_ERR__AUTHENTICATION || self->code == RD_KAFKA_RESP_ERR__SSL)
    return; /* the first cause, not "all brokers are down" */
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && self->text != NULL)
    return;
  self->code = code;
  g_free (self->text);
  self->text = g_strdup (reason);
}

/* host:port, [v6]:port, host. */
static gboolean
split_address (const char *address,
               char      **host,
               guint16    *port)
{
  const char *colon = strrchr (address, ':');

  *port = 9092;
  if (colon != NULL && strchr (colon, ']') == NULL)
    {
      guint64 number = g_ascii_strtoull (colon + 1, NULL, 10);

      if (number == 0 || number > 65535)
        return FALSE;
      *port = (guint16)number;
      *host = g_strndup (address, (gsize)(colon - address));
    }
  else
    *host = g_strdup (address);
  return TRUE;
}

static gboolean
test_bootstrap (ProbeRun   *run,
                const char *servers)
{
  g_auto (GStrv)     addresses = g_strsplit (servers, ",", -1);
  g_autoptr (GError) last = NULL;

  for (guint i = 0; addresses[i] != NULL; i++)
    {
      g_autofree char *host = NULL;
      guint16          port;

      if (!split_address (g_strstrip (addresses[i]), &host, &port))
        {
          _weir_probe_fail (run, "name", g_strdup (addresses[i]), "Write servers as host:port, separated by commas.");
          return FALSE;
        }
      if (!_weir_probe_resolve (run, host))
        continue;
      _weir_probe_begin (run, "connect");
      g_clear_error (&last);
      last = _weir_probe_connect (run, host, port);
      if (last == NULL)
        {
          _weir_probe_ok (run, "connect", g_strdup (addresses[i]));
          return TRUE;
        }
    }
  if (last != NULL)
    _weir_probe_fail (run, "connect", g_strdup (last->message), "Nothing answers there: check the port, and that the broker runs.");
  return FALSE;
}

static void
blame (ProbeRun *run,
       Client   *client,
       gboolean  tls,
       gboolean  sasl)
{
  const char *text = client->text != NULL ? client->text : "no answer";
  const char *remedy = weir_kafka_remedy (client->code, client->text, run->options);

  if (client->code == RD_KAFKA_RESP_ERR__SSL)
    _weir_probe_fail (run, "tls", g_strdup (text), remedy);
  else if (client->code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
    {
      if (tls)
        _weir_probe_ok (run, "tls", NULL);
      _weir_probe_fail (run, "sign-in", g_strdup (text), remedy);
    }
  else
    _weir_probe_fail (run, tls ? "tls" : (sasl ? "sign-in" : "metadata"), g_strdup (text),
                      "The peer does not answer as a broker: security may not match, plain text against a TLS port or the other way round.");
}

static gboolean
test_metadata (ProbeRun                        *run,
               rd_kafka_t                      *client,
               Client                          *state,
               const struct rd_kafka_metadata **metadata,
               gboolean                         tls,
               gboolean                         sasl)
{
  gint64              end_us = g_get_monotonic_time () + METADATA_TIMEOUT_MS * 1000;
  rd_kafka_resp_err_t code;

  _weir_probe_begin (run, tls ? "tls" : (sasl ? "sign-in" : "metadata"));
  do
    {
      code = rd_kafka_metadata (client, 1, NULL, metadata, 500);
      rd_kafka_poll (client, 0);
    }
  while (code != RD_KAFKA_RESP_ERR_NO_ERROR && g_get_monotonic_time () < end_us && state->code != RD_KAFKA_RESP_ERR__AUTHENTICATION &&
         state->code != RD_KAFKA_RESP_ERR__SSL && !g_cancellable_is_cancelled (run->cancellable));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      blame (run, state, tls, sasl);
      return FALSE;
    }
  if (tls)
    _weir_probe_ok (run, "tls", NULL);
  if (sasl)
    _weir_probe_ok (run, "sign-in", NULL);
  _weir_probe_ok (run, "metadata", g_strdup_printf ("%d brokers, %d topics", (*metadata)->broker_cnt, (*metadata)->topic_cnt));
  return TRUE;
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
keep_topics (ProbeRun                       *run,
             const struct rd_kafka_metadata *metadata)
{
  GPtrArray *names = g_ptr_array_new ();

  for (int i = 0; i < metadata->topic_cnt; i++)
    if (!g_str_has_prefix (metadata->topics[i].topic, "__"))
      g_ptr_array_add (names, g_strdup (metadata->topics[i].topic));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  g_mutex_lock (&run->lock);
  run->topics = (char **)g_ptr_array_free (names, FALSE);
  g_mutex_unlock (&run->lock);
  _weir_probe_run_post (run);
}

static gboolean
test_brokers (ProbeRun                       *run,
              const struct rd_kafka_metadata *metadata)
{
  _weir_probe_begin (run, "brokers");
  for (int i = 0; i < metadata->broker_cnt; i++)
    {
      const struct rd_kafka_metadata_broker *broker = &metadata->brokers[i];
      g_autoptr (GError)                     error = _weir_probe_connect (run, broker->host, (guint16)broker->port);

      if (error == NULL)
        continue;
      _weir_probe_fail (run, "brokers", g_strdup_printf ("Broker %d advertises %s:%d: %s", broker->id, broker->host, broker->port, error->message),
                        "The cluster tells clients to connect to an address that cannot be reached from here: advertised.listeners must be set right.");
      return FALSE;
    }
  _weir_probe_ok (run, "brokers", NULL);
  return TRUE;
}

/* The last records of every partition, as many as fit. */
static void
assign_tail (rd_kafka_t                           *client,
             const struct rd_kafka_metadata_topic *topic)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new (topic->partition_cnt);
  g_autoptr (GPtrArray)            partitions = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);

  for (int p = 0; p < topic->partition_cnt; p++)
    g_ptr_array_add (partitions, weir_kafka_partition_new (topic->topic, topic->partitions[p].id));
  weir_kafka_ask_ends (client, partitions, RECORD_TIMEOUT_MS);
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset =
        MAX (MAX (0, partition->low), partition->high - PROBE_SAMPLES_MAX / topic->partition_cnt - 1);
    }
  rd_kafka_assign (client, list);
  rd_kafka_topic_partition_list_destroy (list);
}

/* For previews, until a query runs. */
static void
keep_recent (WeirKafkaRecent          *recent,
             const rd_kafka_message_t *message)
{
  g_autoptr (GArray) headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  WeirKafkaRow       row;

  if (recent == NULL || weir_kafka_recent_want (recent, 1) == 0)
    return;
  weir_kafka_message_to_row (message, headers, &row);
  weir_kafka_recent_add (recent, &row);
}

static void
test_record (ProbeRun                       *run,
             rd_kafka_t                     *client,
             const struct rd_kafka_metadata *metadata,
             const char                     *name,
             WeirKafkaRecent                *recent)
{
  const struct rd_kafka_metadata_topic *topic = NULL;
  gint64                                end_us = g_get_monotonic_time () + RECORD_TIMEOUT_MS * 1000;
  int                                   n_eof = 0;

  for (int i = 0; i < metadata->topic_cnt; i++)
    if (g_strcmp0 (metadata->topics[i].topic, name) == 0)
      topic = &metadata->topics[i];
  if (name == NULL || *name == '\0')
    {
      _weir_probe_skip (run, "record");
      return;
    }
  _weir_probe_begin (run, "record");
  if (topic == NULL || topic->partition_cnt == 0)
    {
      _weir_probe_fail (run, "record", g_strdup_printf ("There is no topic \"%s\".", name), "Choose one of the list.");
      return;
    }
  assign_tail (client, topic);
  while (n_eof < topic->partition_cnt && run->samples->len < PROBE_SAMPLES_MAX && g_get_monotonic_time () < end_us &&
         !g_cancellable_is_cancelled (run->cancellable))
    {
      rd_kafka_message_t *message = rd_kafka_consumer_poll (client, 100);

      if (message == NULL)
        continue;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        n_eof++;
      else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->payload != NULL)
        {
          _weir_probe_add_sample (run, message->payload, message->len);
          keep_recent (recent, message);
        }
      rd_kafka_message_destroy (message);
    }
  if (run->samples->len == 0)
    _weir_probe_fail (run, "record", NULL, "The topic is empty. The source can be added all the same.");
  else
    _weir_probe_ok (run, "record", g_strdup_printf ("%u", run->samples->len));
}

static void
run_client (ProbeRun               *run,
            const WeirKafkaOptions *options,
            gboolean                tls,
            gboolean                sasl)
{
  Client                          state = { run, 0, NULL };
  g_autoptr (GError)              error = NULL;
  g_autoptr (WeirSchema)          schema = weir_kafka_resolve_schema (NULL, run->options, NULL, NULL);
  g_autoptr (WeirKafkaRecent)     recent = schema != NULL ? weir_kafka_recent_new (run->hub, options, schema) : NULL;
  rd_kafka_conf_t                *conf = weir_kafka_conf_new (run->options, NULL, &error);
  rd_kafka_t                     *client;
  const struct rd_kafka_metadata *metadata = NULL;
  char                            text[512];

  if (conf == NULL)
    {
      _weir_probe_fail (run, "metadata", g_strdup (error->message), "Correct the property.");
      return;
    }
  rd_kafka_conf_set_opaque (conf, &state);
  rd_kafka_conf_set_error_cb (conf, error_cb);
  client = rd_kafka_new (RD_KAFKA_CONSUMER, conf, text, sizeof text);
  if (client == NULL)
    {
      rd_kafka_conf_destroy (conf);
      _weir_probe_fail (run, "metadata", g_strdup (text), "Correct the property.");
      return;
    }
  rd_kafka_poll_set_consumer (client);
  if (test_metadata (run, client, &state, &metadata, tls, sasl))
    {
      keep_topics (run, metadata);
      if (test_brokers (run, metadata))
        test_record (run, client, metadata, options->strategy == WEIR_KAFKA_SUBSCRIBE ? options->topics : NULL, recent);
      rd_kafka_metadata_destroy (metadata);
    }
  rd_kafka_destroy (client);
  g_free (state.text);
}

void
_weir_probe_kafka (ProbeRun *run)
{
  const char        *servers = g_hash_table_lookup (run->options, "kafka.bootstrap.servers");
  const char        *security = g_hash_table_lookup (run->options, "kafka.security.protocol");
  gboolean           tls = security != NULL && strcasestr (security, "ssl") != NULL;
  gboolean           sasl = security != NULL && strcasestr (security, "sasl") != NULL;
  WeirKafkaOptions   options;
  g_autoptr (GError) error = NULL;

  _weir_probe_add_stage (run, "name", "Name found");
  _weir_probe_add_stage (run, "connect", "Connected");
  if (tls)
    _weir_probe_add_stage (run, "tls", "Encrypted (TLS)");
  if (sasl)
    _weir_probe_add_stage (run, "sign-in", "Signed in");
  _weir_probe_add_stage (run, "metadata", "Cluster answered");
  _weir_probe_add_stage (run, "brokers", "Every broker reached");
  _weir_probe_add_stage (run, "record", "First record");
  if (servers == NULL || *servers == '\0')
    {
      _weir_probe_fail (run, "name", NULL, "Enter the bootstrap servers.");
      return;
    }
  /* The topic may still be open: it is chosen from the list that the test brings. */
  if (!g_hash_table_contains (run->options, "subscribe") && !g_hash_table_contains (run->options, "assign") &&
      !g_hash_table_contains (run->options, "subscribepattern"))
    g_hash_table_insert (run->options, g_strdup ("subscribepattern"), g_strdup (".*"));
  if (!weir_kafka_options_parse (&options, run->options, TRUE, &error))
    _weir_probe_fail (run, "name", g_strdup (error->message), NULL);
  else if (test_bootstrap (run, servers))
    run_client (run, &options, tls, sasl);
  weir_kafka_options_clear (&options);
}
