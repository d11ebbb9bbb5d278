/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-writer-private.h"

#include "base/background.h"
#include "base/effects.h"
#include "io/kafka-remedy.h"

#include <errno.h>
#include <time.h>

#define ABORT_MS      2000
#define TOPIC_WAIT_US (5 * G_USEC_PER_SEC)

/* ---- the client ------------------------------------------------------------------------------------------------- */

static void
report_cb (rd_kafka_t               *client,
           const rd_kafka_message_t *message,
           void                     *opaque)
{
  WeirKafkaWriter *self = opaque;

  self->n_reported++;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && self->refused == RD_KAFKA_RESP_ERR_NO_ERROR)
    self->refused = message->err;
}

static void
error_cb (rd_kafka_t *client,
          int         code,
          const char *reason,
          void       *opaque)
{
  WeirKafkaWriter *self = opaque;

  self->is_disturbed = TRUE;
  /* The cause, not what follows from it. */
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && self->complaint != NULL)
    return;
  g_free (self->complaint);
  self->complaint = g_strdup (reason);
  self->complaint_code = code;
}

static gpointer
destroy_client (gpointer client)
{
  rd_kafka_destroy (client);
  return NULL;
}

/* Ending a client may wait for the network; its callbacks have nobody to call any more. */
void
_weir_kafka_end_client (rd_kafka_t *client)
{
  weir_background_run ("weir-kafka-end", destroy_client, client);
}

/* An open transaction is ended first, if it can be: librdkafka 2.0 may fail an assertion when a producer goes with requests of one under way. */
void
_weir_kafka_writer_drop (WeirKafkaWriter *self)
{
  rd_kafka_error_t *failure;

  if (self->client == NULL)
    return;
  if (self->is_open)
    {
      failure = rd_kafka_abort_transaction (self->client, ABORT_MS);
      if (failure != NULL)
        rd_kafka_error_destroy (failure);
      self->is_open = FALSE;
    }
  rd_kafka_purge (self->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  _weir_kafka_end_client (g_steal_pointer (&self->client));
}

static gboolean
set_conf (rd_kafka_conf_t *conf,
          const char      *name,
          gint64           value,
          GError         **error)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  return weir_kafka_conf_set (conf, name, text, error);
}

/* How long a record may wait for its broker. */
static gint64
record_timeout_ms (WeirKafkaWriter *self)
{
  gint64 retry_ms = self->retry_us < 0 ? WEIR_KAFKA_TRANSACTION_MS : self->retry_us / 1000;

  return CLAMP (retry_ms, WEIR_KAFKA_CALL_MS, WEIR_KAFKA_TRANSACTION_MS);
}

static rd_kafka_conf_t *
make_conf (WeirKafkaWriter *self,
           GError         **error)
{
  rd_kafka_conf_t *conf = weir_kafka_producer_conf_new (self->options, error);
  gboolean         ok = conf != NULL;

  ok = ok && set_conf (conf, "message.timeout.ms", record_timeout_ms (self), error);
  if (self->transactional != NULL)
    ok = ok && weir_kafka_conf_set (conf, "transactional.id", self->transactional, error) && set_conf (conf, "transaction.timeout.ms", WEIR_KAFKA_TRANSACTION_MS, error);
  if (ok)
    {
      rd_kafka_conf_set_opaque (conf, self);
      rd_kafka_conf_set_dr_msg_cb (conf, report_cb);
      rd_kafka_conf_set_error_cb (conf, error_cb);
      return conf;
    }
  if (conf != NULL)
    rd_kafka_conf_destroy (conf);
  return NULL;
}

rd_kafka_t *
_weir_kafka_make_client (rd_kafka_type_t  type,
                         rd_kafka_conf_t *conf,
                         GError         **error)
{
  char        text[512];
  rd_kafka_t *client;

  if (conf == NULL)
    return NULL;
  client = rd_kafka_new (type, conf, text, sizeof text);
  if (client != NULL)
    return client;
  rd_kafka_conf_destroy (conf);
  weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Kafka: %s.", text);
  return NULL;
}

/* ---- what an error means ---------------------------------------------------------------------------------------- */

gboolean
_weir_kafka_is_final (rd_kafka_resp_err_t code)
{
  static const rd_kafka_resp_err_t finals[] = {
    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
    RD_KAFKA_RESP_ERR_INVALID_MSG,
    RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT,
    RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
    RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
    RD_KAFKA_RESP_ERR__INVALID_ARG,
    RD_KAFKA_RESP_ERR__AUTHENTICATION,
    RD_KAFKA_RESP_ERR__SSL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (finals); i++)
    if (code == finals[i])
      return TRUE;
  return FALSE;
}

/* The call may say "fatal" or "purged" only; the client knows why. */
static gboolean
is_fencing (WeirKafkaWriter    *self,
            rd_kafka_resp_err_t code)
{
  char text[256];

  if (self->client != NULL && rd_kafka_fatal_error (self->client, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR)
    code = rd_kafka_fatal_error (self->client, text, sizeof text);
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED;
}

gint64
_weir_kafka_boot_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* A machine that slept, or a program that was stopped, finds its transaction ended by the broker, which says the same as when another producer
 * had begun. Which of both it was the progress says that a new producer reads. */
static gboolean
has_slept (WeirKafkaWriter *self)
{
  return self->is_open && _weir_kafka_boot_us () - self->begun_us >= (gint64)weir_fx_bound ("WEIR_KAFKA_SLEPT_MS", WEIR_KAFKA_TRANSACTION_MS) * 1000;
}

gboolean
_weir_kafka_writer_is_cancelled (WeirKafkaWriter *self)
{
  return self->cancellable != NULL && g_cancellable_is_cancelled (self->cancellable);
}

static gboolean
is_refused (WeirKafkaWriter *self)
{
  return self->complaint != NULL && weir_kafka_is_refusal (self->complaint_code, self->complaint);
}

static gboolean
is_connection (rd_kafka_resp_err_t code)
{
  return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
         code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE || code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
         code == RD_KAFKA_RESP_ERR__SSL;
}

WeirKafkaOutcome
_weir_kafka_writer_fail (WeirKafkaWriter    *self,
                         rd_kafka_resp_err_t code,
                         const char         *text,
                         GError            **error)
{
  if (_weir_kafka_writer_is_cancelled (self))
    {
      weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "Stopped.");
      return WEIR_KAFKA_OVER;
    }
  if (is_fencing (self, code) && has_slept (self))
    {
      weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE,
                 "Cannot write to Kafka at %s: a transaction was open for longer than %d s, as when the machine slept, and the broker ended it.", self->servers,
                 WEIR_KAFKA_TRANSACTION_MS / 1000);
      return WEIR_KAFKA_AGAIN;
    }
  if (is_fencing (self, code))
    {
      self->is_fenced = TRUE;
      weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE,
                 "Another run of this query writes to Kafka at %s; this one stops. Only one run may use a checkpoint.", self->servers);
      return WEIR_KAFKA_OVER;
    }
  if (is_refused (self))
    code = self->complaint_code;
  if (is_connection (code) && !is_refused (self))
    weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s. %s", self->servers,
               self->complaint != NULL ? self->complaint : text, weir_kafka_remedy (self->complaint_code, self->complaint, self->options));
  else if (is_refused (self))
    weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s. %s", self->servers, self->complaint,
               weir_kafka_remedy (self->complaint_code, self->complaint, self->options));
  else
    weir_fail (error, WEIR_ERROR_RUN, _weir_kafka_is_final (code) ? "TASK_WRITE_FAILED" : "KAFKA_UNREACHABLE", WEIR_SPAN_NONE,
               "Cannot write to Kafka at %s: %s (%s).", self->servers, text, rd_kafka_err2name (code));
  return _weir_kafka_is_final (code) ? WEIR_KAFKA_OVER : WEIR_KAFKA_AGAIN;
}

/* Takes @failure. */
WeirKafkaOutcome
_weir_kafka_writer_fail_call (WeirKafkaWriter  *self,
                              rd_kafka_error_t *failure,
                              GError          **error)
{
  g_autofree char *text = g_strdup (rd_kafka_error_string (failure));
  WeirKafkaOutcome outcome;

  rd_kafka_poll (self->client, 0); /* complaints */
  outcome = _weir_kafka_writer_fail (self, rd_kafka_error_code (failure), text, error);
  rd_kafka_error_destroy (failure);
  return outcome;
}

WeirKafkaOutcome
_weir_kafka_writer_fail_effect (WeirKafkaWriter *self,
                                GError         **error)
{
  weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s.", self->servers, g_strerror (errno));
  return WEIR_KAFKA_AGAIN;
}

/* ---- connecting ------------------------------------------------------------------------------------------------- */

WeirKafkaOutcome
_weir_kafka_writer_call (WeirKafkaWriter *self,
                         WeirKafkaCall    call,
                         int              limit_ms,
                         GError         **error)
{
  gint64            end_us = g_get_monotonic_time () + limit_ms * 1000LL;
  rd_kafka_error_t *failure;

  while ((failure = call (self->client, WEIR_KAFKA_SLICE_MS)) != NULL)
    {
      gboolean settles = rd_kafka_error_is_retriable (failure) && g_get_monotonic_time () < end_us && !_weir_kafka_writer_is_cancelled (self);

      if (!settles)
        return _weir_kafka_writer_fail_call (self, failure, error);
      self->is_disturbed = TRUE;
      rd_kafka_error_destroy (failure);
      rd_kafka_poll (self->client, 0);
    }
  return WEIR_KAFKA_DONE;
}

/* The topic has to be there before records wait for it in vain. A broker may make it on the first question. */
static WeirKafkaOutcome
check_topic (WeirKafkaWriter *self,
             GError         **error)
{
  gint64                          end_us = g_get_monotonic_time () + TOPIC_WAIT_US;
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t               *topic;
  rd_kafka_resp_err_t             code;

  if (self->topic == NULL)
    return WEIR_KAFKA_DONE;
  topic = rd_kafka_topic_new (self->client, self->topic, NULL);
  do
    {
      code = rd_kafka_metadata (self->client, 0, topic, &metadata, WEIR_KAFKA_SLICE_MS);
      rd_kafka_poll (self->client, 0); /* complaints */
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        continue;
      code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      rd_kafka_metadata_destroy (metadata);
    }
  while (code != RD_KAFKA_RESP_ERR_NO_ERROR && !_weir_kafka_is_final (code) && !is_refused (self) && !_weir_kafka_writer_is_cancelled (self) && g_get_monotonic_time () < end_us);
  rd_kafka_topic_destroy (topic);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    return WEIR_KAFKA_DONE;
  if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return _weir_kafka_writer_fail (self, code, rd_kafka_err2str (code), error);
  weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE, "There is no topic \"%s\" at %s. Check the name, or create it.", self->topic,
             self->servers);
  return WEIR_KAFKA_OVER;
}

static WeirKafkaOutcome
try_connect (WeirKafkaWriter *self,
             GError         **error)
{
  WeirKafkaOutcome outcome;

  g_clear_pointer (&self->complaint, g_free);
  self->client = _weir_kafka_make_client (RD_KAFKA_PRODUCER, make_conf (self, error), error);
  if (self->client == NULL)
    return WEIR_KAFKA_OVER;
  outcome = check_topic (self, error);
  if (outcome != WEIR_KAFKA_DONE || self->transactional == NULL)
    return outcome;
  if (!weir_fx_before ("kafka-init"))
    return _weir_kafka_writer_fail_effect (self, error);
  outcome = _weir_kafka_writer_call (self, rd_kafka_init_transactions, WEIR_KAFKA_CALL_MS, error);
  weir_fx_after ("kafka-init");
  return outcome == WEIR_KAFKA_DONE ? _weir_kafka_writer_read_progress (self, error) : outcome;
}

gboolean
weir_kafka_writer_connect (WeirKafkaWriter *writer,
                           gint64          *last,
                           GError         **error)
{
  gboolean ok = writer->client != NULL || try_connect (writer, error) == WEIR_KAFKA_DONE;

  if (!ok)
    _weir_kafka_writer_drop (writer);
  *last = writer->last;
  return ok;
}
