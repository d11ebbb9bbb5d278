/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-remedy.h"

#include "io/source-private.h"

#include <string.h>

/* librdkafka before this sends the client's nonce twice in SCRAM, which Kafka from 3.9.1 and 4.0 on refuses as wrong credentials. */
#define SCRAM_MENDED 0x02060100

static gboolean
says (const char *reason,
      const char *words)
{
  return reason != NULL && strcasestr (reason, words) != NULL;
}

static gboolean
uses_scram (GHashTable *options)
{
  const char *mechanism = _weir_io_option_get (options, "kafka.sasl.mechanism");

  if (mechanism == NULL)
    mechanism = _weir_io_option_get (options, "kafka.sasl.mechanisms");
  return mechanism != NULL && g_ascii_strncasecmp (mechanism, "SCRAM", strlen ("SCRAM")) == 0;
}

/* Complaints begin with `[protocol://]HOST:PORT/NODE: `, NODE a number once the cluster has named its brokers, or with the part that a broker
 * plays, `GroupCoordinator: HOST:PORT: `, which only the cluster can have said. (transfer full) (nullable): the address, if it is the cluster's */
static char *
dup_named_address (const char *reason)
{
  static const char *const parts[] = { "GroupCoordinator: ", "TxnCoordinator: " };
  const char              *scheme = strstr (reason, "://");
  const char              *end;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_prefix (reason, parts[i]))
      {
        reason += strlen (parts[i]);
        end = strstr (reason, ": ");
        return end != NULL ? g_strndup (reason, (gsize)(end - reason)) : NULL;
      }
  if (scheme != NULL)
    reason = scheme + 3;
  end = strchr (reason, '/');
  if (end == NULL || !g_ascii_isdigit (end[1]) || strcspn (reason, " ") < (gsize)(end - reason))
    return NULL;
  return g_strndup (reason, (gsize)(end - reason));
}

/* TRUE when the address that @reason complains of is the cluster's and not among those that the user gave. */
static gboolean
is_advertised (const char *reason,
               const char *servers)
{
  g_auto (GStrv)   given = g_strsplit (servers != NULL ? servers : "", ",", -1);
  g_autofree char *address = dup_named_address (reason != NULL ? reason : "");

  if (address == NULL)
    return FALSE;
  for (guint i = 0; given[i] != NULL; i++)
    if (strcmp (g_strstrip (given[i]), address) == 0)
      return FALSE;
  return TRUE;
}

const char *
weir_kafka_remedy (rd_kafka_resp_err_t code,
                   const char         *reason,
                   GHashTable         *options)
{
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && uses_scram (options) && rd_kafka_version () < SCRAM_MENDED)
    return "librdkafka before 2.6.1 cannot sign in with SCRAM to Kafka 3.9.1, 4.0 and later: use a newer librdkafka, or PLAIN over TLS.";
  if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
    return "User or password is wrong, or the broker expects another mechanism.";
  if (code == RD_KAFKA_RESP_ERR__SSL && says (reason, "certificate verify failed"))
    return "The broker's certificate cannot be verified: name the CA certificate that signed it in kafka.ssl.ca.location, and connect by a name that stands in it.";
  if (code == RD_KAFKA_RESP_ERR__SSL)
    return "Check the CA certificate, and that the port is the broker's TLS port.";
  if (says (reason, "connecting to a SSL listener"))
    return "This is most likely a TLS port: set kafka.security.protocol to ssl or sasl_ssl.";
  if (is_advertised (reason, _weir_io_option_get (options, "kafka.bootstrap.servers")))
    return "The cluster tells clients to connect to an address that cannot be reached from here: advertised.listeners must be set right.";
  return "Check that a broker runs there and that its advertised addresses can be reached.";
}

gboolean
weir_kafka_is_refusal (rd_kafka_resp_err_t code,
                       const char         *reason)
{
  return code == RD_KAFKA_RESP_ERR__AUTHENTICATION || (code == RD_KAFKA_RESP_ERR__SSL && says (reason, "certificate verify failed"));
}
