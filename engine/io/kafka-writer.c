/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-writer.h"

#include "base/crc32c.h"
#include "base/effects.h"
#include "io/kafka-options.h"
#include "io/kafka-remedy.h"

#include <errno.h>
#include <string.h>

/*
 * Batches into Kafka, once
 *
 *   transactional.id   weir-<query id>-<sink>: a new producer fences the one before it and ends its transaction
 *   progress           offset <batch> + 1 of group weir-<query id>, or weir-<query id>-<sink> from the second sink on, for partition 0 of the
 *                      table's topic (rows that name their topics: of __consumer_offsets), metadata `<batch>;<crc32c of the records>`
 *   a batch            begin → records, each with headers q (query id), b (batch), s (number in it) → every delivery report → progress → commit
 *
 * A producer that reported anything else than success is given up, whatever it says it can do: librdkafka does not know KIP-890, so the end of
 * one transaction, delayed on its way, could end the next. A new producer bumps the epoch, which fences that; the progress then says
 * whether the batch is there. Who is fenced himself stops: two runs would fence each other for ever.
 */

#define CALL_MS        10000
#define ABORT_MS       2000
#define SLICE_MS       500
#define TRANSACTION_MS 60000
#define PAUSE_MS       200
#define TOPIC_WAIT_US  (5 * G_USEC_PER_SEC)
#define PROGRESS_TOPIC "__consumer_offsets"

typedef enum
{
  DONE,
  AGAIN, /* with a new producer */
  OVER,  /* trying again does not help */
} Outcome;

struct _WeirKafkaWriter
{
  GHashTable   *options;       /* Owned */
  char         *servers;       /* Owned */
  char         *topic;         /* Owned, nullable */
  char         *query_id;      /* Owned, nullable */
  char         *transactional; /* Owned, nullable */
  char         *group;         /* Owned, nullable */
  gint64        retry_us;
  GCancellable *cancellable; /* Owned, nullable */
  rd_kafka_t   *client;      /* Owned, nullable */
  gint64        last;        /* batch; −1: none */
  gboolean      is_open;     /* a transaction was begun and not ended */
  gboolean      is_fenced;

  /* Of the batch that is being written. Reports come in the query's thread, from rd_kafka_poll() and flush(). */
  guint64             batch_id, n_added, n_reported;
  guint32             crc;
  rd_kafka_resp_err_t refused;      /* the first report that was none of success */
  gboolean            is_disturbed; /* the client lost a connection */
  char               *complaint;    /* Owned, nullable: what it said last */
  int                 complaint_code;
};

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
static void
end_client (rd_kafka_t *client)
{
  g_thread_unref (g_thread_new ("weir-kafka-end", destroy_client, client));
}

/* An open transaction is ended first, if it can be: librdkafka 2.0 may fail an assertion when a producer goes with requests of one under way. */
static void
drop_producer (WeirKafkaWriter *self)
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
  end_client (g_steal_pointer (&self->client));
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
  gint64 retry_ms = self->retry_us < 0 ? TRANSACTION_MS : self->retry_us / 1000;

  return CLAMP (retry_ms, CALL_MS, TRANSACTION_MS);
}

static rd_kafka_conf_t *
make_conf (WeirKafkaWriter *self,
           GError         **error)
{
  rd_kafka_conf_t *conf = weir_kafka_producer_conf_new (self->options, error);
  gboolean         ok = conf != NULL;

  ok = ok && set_conf (conf, "message.timeout.ms", record_timeout_ms (self), error);
  if (self->transactional != NULL)
    ok = ok && weir_kafka_conf_set (conf, "transactional.id", self->transactional, error) && set_conf (conf, "transaction.timeout.ms", TRANSACTION_MS, error);
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

static rd_kafka_t *
make_client (rd_kafka_type_t  type,
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

static gboolean
is_final (rd_kafka_resp_err_t code)
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

static gboolean
is_cancelled (WeirKafkaWriter *self)
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

static Outcome
fail (WeirKafkaWriter    *self,
      rd_kafka_resp_err_t code,
      const char         *text,
      GError            **error)
{
  if (is_cancelled (self))
    {
      weir_fail (error, WEIR_ERROR_CANCELLED, "OPERATION_CANCELED", WEIR_SPAN_NONE, "Stopped.");
      return OVER;
    }
  if (is_fencing (self, code))
    {
      self->is_fenced = TRUE;
      weir_fail (error, WEIR_ERROR_RUN, "CONCURRENT_STREAM_LOG_UPDATE", WEIR_SPAN_NONE,
                 "Another run of this query writes to Kafka at %s; this one stops. Only one run may use a checkpoint.", self->servers);
      return OVER;
    }
  if (is_refused (self))
    code = self->complaint_code;
  if (is_connection (code))
    weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s. %s", self->servers,
               self->complaint != NULL ? self->complaint : text, weir_kafka_remedy (self->complaint_code, self->complaint, self->options));
  else
    weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s (%s).", self->servers, text, rd_kafka_err2name (code));
  return is_final (code) ? OVER : AGAIN;
}

/* Takes @failure. */
static Outcome
fail_call (WeirKafkaWriter  *self,
           rd_kafka_error_t *failure,
           GError          **error)
{
  g_autofree char *text = g_strdup (rd_kafka_error_string (failure));
  Outcome          outcome;

  rd_kafka_poll (self->client, 0); /* complaints */
  outcome = fail (self, rd_kafka_error_code (failure), text, error);
  rd_kafka_error_destroy (failure);
  return outcome;
}

static Outcome
fail_effect (WeirKafkaWriter *self,
             GError         **error)
{
  weir_fail (error, WEIR_ERROR_RUN, "TASK_WRITE_FAILED", WEIR_SPAN_NONE, "Cannot write to Kafka at %s: %s.", self->servers, g_strerror (errno));
  return AGAIN;
}

/* ---- connecting ------------------------------------------------------------------------------------------------- */

/* Calls that take their time are made in slices, so that a stop need not wait. */
typedef rd_kafka_error_t *(*Call) (rd_kafka_t *client, int timeout_ms);

static Outcome
call_in_slices (WeirKafkaWriter *self,
                Call             call,
                int              limit_ms,
                GError         **error)
{
  gint64            end_us = g_get_monotonic_time () + limit_ms * 1000LL;
  rd_kafka_error_t *failure;

  while ((failure = call (self->client, SLICE_MS)) != NULL)
    {
      gboolean settles = rd_kafka_error_is_retriable (failure) && g_get_monotonic_time () < end_us && !is_cancelled (self);

      if (!settles)
        return fail_call (self, failure, error);
      self->is_disturbed = TRUE;
      rd_kafka_error_destroy (failure);
      rd_kafka_poll (self->client, 0);
    }
  return DONE;
}

/* The topic has to be there before records wait for it in vain. A broker may make it on the first question. */
static Outcome
check_topic (WeirKafkaWriter *self,
             GError         **error)
{
  gint64                          end_us = g_get_monotonic_time () + TOPIC_WAIT_US;
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t               *topic;
  rd_kafka_resp_err_t             code;

  if (self->topic == NULL)
    return DONE;
  topic = rd_kafka_topic_new (self->client, self->topic, NULL);
  do
    {
      code = rd_kafka_metadata (self->client, 0, topic, &metadata, SLICE_MS);
      rd_kafka_poll (self->client, 0); /* complaints */
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        continue;
      code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
      rd_kafka_metadata_destroy (metadata);
    }
  while (code != RD_KAFKA_RESP_ERR_NO_ERROR && !is_final (code) && !is_refused (self) && !is_cancelled (self) && g_get_monotonic_time () < end_us);
  rd_kafka_topic_destroy (topic);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    return DONE;
  if (code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    return fail (self, code, rd_kafka_err2str (code), error);
  weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE, "There is no topic \"%s\" at %s. Check the name, or create it.", self->topic,
             self->servers);
  return OVER;
}

static const char *
progress_topic (WeirKafkaWriter *self)
{
  return self->topic != NULL ? self->topic : PROGRESS_TOPIC;
}

static Outcome
read_progress (WeirKafkaWriter *self,
               GError         **error)
{
  rd_kafka_conf_t                 *conf = weir_kafka_conf_new (self->options, self->group, error);
  rd_kafka_topic_partition_list_t *list;
  rd_kafka_resp_err_t              code;
  rd_kafka_t                      *reader;

  /* Whatever the table says of reading. */
  if (conf != NULL)
    weir_kafka_conf_set (conf, "isolation.level", "read_committed", NULL);
  reader = make_client (RD_KAFKA_CONSUMER, conf, error);
  if (reader == NULL)
    return OVER;
  list = rd_kafka_topic_partition_list_new (1);
  rd_kafka_topic_partition_list_add (list, progress_topic (self), 0);
  /* Under read_committed an answer waits for transactions that are being ended. */
  code = rd_kafka_committed (reader, list, CALL_MS);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    code = list->elems[0].err;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    self->last = list->elems[0].offset >= 0 ? list->elems[0].offset - 1 : -1;
  rd_kafka_topic_partition_list_destroy (list);
  end_client (reader);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? DONE : fail (self, code, rd_kafka_err2str (code), error);
}

static Outcome
try_connect (WeirKafkaWriter *self,
             GError         **error)
{
  Outcome outcome;

  g_clear_pointer (&self->complaint, g_free);
  self->client = make_client (RD_KAFKA_PRODUCER, make_conf (self, error), error);
  if (self->client == NULL)
    return OVER;
  outcome = check_topic (self, error);
  if (outcome != DONE || self->transactional == NULL)
    return outcome;
  if (!weir_fx_before ("kafka-init"))
    return fail_effect (self, error);
  outcome = call_in_slices (self, rd_kafka_init_transactions, CALL_MS, error);
  weir_fx_after ("kafka-init");
  return outcome == DONE ? read_progress (self, error) : outcome;
}

static void
wait_a_little (WeirKafkaWriter *self)
{
  GPollFD stop = { -1, G_IO_IN, 0 };

  if (self->cancellable != NULL && g_cancellable_make_pollfd (self->cancellable, &stop))
    {
      g_poll (&stop, 1, PAUSE_MS);
      g_cancellable_release_fd (self->cancellable);
    }
  else
    g_usleep (PAUSE_MS * 1000);
}

static gboolean
may_retry (WeirKafkaWriter *self,
           gint64           since_us)
{
  return !is_cancelled (self) && (self->retry_us < 0 || g_get_monotonic_time () - since_us < self->retry_us);
}

gboolean
weir_kafka_writer_connect (WeirKafkaWriter *writer,
                           gint64          *last,
                           GError         **error)
{
  gint64 since_us = g_get_monotonic_time ();

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      Outcome            outcome = try_connect (writer, &local);

      *last = writer->last;
      if (outcome == DONE)
        return TRUE;
      drop_producer (writer);
      if (outcome == OVER || !may_retry (writer, since_us))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      wait_a_little (writer);
    }
}

/* ---- a batch ---------------------------------------------------------------------------------------------------- */

static rd_kafka_headers_t *
make_headers (WeirKafkaWriter    *self,
              const WeirKafkaRow *row)
{
  rd_kafka_headers_t *headers = rd_kafka_headers_new (row->n_headers + 3);
  char                number[32];

  for (guint i = 0; i < row->n_headers; i++)
    rd_kafka_header_add (headers, row->headers[i].name, -1, row->headers[i].value, (gssize)row->headers[i].size);
  if (self->query_id == NULL)
    return headers;
  rd_kafka_header_add (headers, "q", -1, self->query_id, -1);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, self->batch_id);
  rd_kafka_header_add (headers, "b", -1, number, -1);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, self->n_added);
  rd_kafka_header_add (headers, "s", -1, number, -1);
  return headers;
}

gboolean
weir_kafka_writer_add (WeirKafkaWriter    *writer,
                       const WeirKafkaRow *row,
                       GError            **error)
{
  gint32              partition = row->partition >= 0 ? row->partition : RD_KAFKA_PARTITION_UA;
  rd_kafka_headers_t *headers = make_headers (writer, row);
  rd_kafka_resp_err_t code;

  for (;;)
    {
      code = rd_kafka_producev (writer->client, RD_KAFKA_V_TOPIC (row->topic), RD_KAFKA_V_PARTITION (partition), RD_KAFKA_V_KEY (row->key, row->key_size),
                                RD_KAFKA_V_VALUE ((void *)row->value, row->value_size), RD_KAFKA_V_HEADERS (headers),
                                RD_KAFKA_V_MSGFLAGS (RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || is_cancelled (writer))
        break;
      rd_kafka_poll (writer->client, SLICE_MS);
    }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      rd_kafka_headers_destroy (headers);
      writer->refused = code;
      fail (writer, code, rd_kafka_err2str (code), error);
      return FALSE;
    }
  writer->n_added++;
  writer->crc = weir_crc32c (writer->crc, row->key, row->key_size);
  writer->crc = weir_crc32c (writer->crc, row->value, row->value_size);
  rd_kafka_poll (writer->client, 0);
  return TRUE;
}

/* Every record has to be reported as written. */
static Outcome
wait_reports (WeirKafkaWriter *self,
              GError         **error)
{
  while (self->n_reported < self->n_added && self->refused == RD_KAFKA_RESP_ERR_NO_ERROR && !is_cancelled (self))
    rd_kafka_flush (self->client, SLICE_MS);
  if (self->n_reported == self->n_added && self->refused == RD_KAFKA_RESP_ERR_NO_ERROR)
    return DONE;
  return fail (self, self->refused, rd_kafka_err2str (self->refused), error);
}

static Outcome
write_records (WeirKafkaWriter     *self,
               WeirKafkaRecordsFunc records,
               gpointer             data,
               GError             **error)
{
  Outcome outcome;

  self->n_added = self->n_reported = 0;
  self->is_disturbed = FALSE;
  self->crc = 0;
  self->refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!weir_fx_before ("kafka-produce"))
    return fail_effect (self, error);
  if (records (self, data, error))
    outcome = wait_reports (self, error);
  else
    outcome = self->refused == RD_KAFKA_RESP_ERR_NO_ERROR || is_final (self->refused) || self->is_fenced || is_cancelled (self) ? OVER : AGAIN;
  weir_fx_after ("kafka-produce");
  return outcome;
}

static Outcome
send_progress (WeirKafkaWriter *self,
               GError         **error)
{
  rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new (self->group);
  rd_kafka_topic_partition_list_t    *list = rd_kafka_topic_partition_list_new (1);
  rd_kafka_topic_partition_t         *at = rd_kafka_topic_partition_list_add (list, progress_topic (self), 0);
  char                               *metadata = g_strdup_printf ("%" G_GUINT64_FORMAT ";%08x", self->batch_id, self->crc);
  rd_kafka_error_t                   *failure;
  Outcome                             outcome = DONE;

  at->offset = (gint64)self->batch_id + 1;
  at->metadata = metadata;
  at->metadata_size = strlen (metadata);
  if (!weir_fx_before ("kafka-offsets"))
    outcome = fail_effect (self, error);
  else
    {
      failure = rd_kafka_send_offsets_to_transaction (self->client, list, group, CALL_MS);
      weir_fx_after ("kafka-offsets");
      if (failure != NULL)
        outcome = fail_call (self, failure, error);
    }
  at->metadata = NULL;
  at->metadata_size = 0;
  g_free (metadata);
  rd_kafka_topic_partition_list_destroy (list);
  rd_kafka_consumer_group_metadata_destroy (group);
  return outcome;
}

static Outcome
commit (WeirKafkaWriter *self,
        GError         **error)
{
  Outcome outcome;

  if (!weir_fx_before ("kafka-commit"))
    return fail_effect (self, error);
  self->is_disturbed = FALSE;
  outcome = call_in_slices (self, rd_kafka_commit_transaction, TRANSACTION_MS, error);
  weir_fx_after ("kafka-commit");
  return outcome;
}

static Outcome
run_transaction (WeirKafkaWriter     *self,
                 WeirKafkaRecordsFunc records,
                 gpointer             data,
                 GError             **error)
{
  rd_kafka_error_t *failure = rd_kafka_begin_transaction (self->client);
  Outcome           outcome;

  if (failure != NULL)
    return fail_call (self, failure, error);
  self->is_open = TRUE;
  outcome = write_records (self, records, data, error);
  if (outcome == DONE)
    outcome = send_progress (self, error);
  if (outcome == DONE)
    outcome = commit (self, error);
  self->is_open = outcome != DONE;
  return outcome;
}

static Outcome
try_write (WeirKafkaWriter     *self,
           WeirKafkaRecordsFunc records,
           gpointer             data,
           gboolean            *written,
           GError             **error)
{
  gint64  last;
  Outcome outcome;

  if (self->client == NULL && !weir_kafka_writer_connect (self, &last, error))
    return OVER;
  if (self->query_id != NULL && self->last >= (gint64)self->batch_id)
    return DONE;
  outcome = self->query_id != NULL ? run_transaction (self, records, data, error) : write_records (self, records, data, error);
  *written = outcome == DONE;
  if (outcome == DONE && self->query_id != NULL)
    self->last = (gint64)self->batch_id;
  if (outcome != DONE || self->is_disturbed)
    drop_producer (self);
  return outcome;
}

gboolean
weir_kafka_writer_write (WeirKafkaWriter     *writer,
                         guint64              batch_id,
                         WeirKafkaRecordsFunc records,
                         gpointer             data,
                         gboolean            *written,
                         GError             **error)
{
  gint64 since_us = g_get_monotonic_time ();

  *written = FALSE;
  writer->batch_id = batch_id;
  /* Once more even without --retry when it can be known what became of the first try. */
  for (guint n = 0;; n++)
    {
      g_autoptr (GError) local = NULL;
      Outcome            outcome;

      if (writer->is_fenced)
        outcome = fail (writer, RD_KAFKA_RESP_ERR__FENCED, "", &local);
      else
        outcome = try_write (writer, records, data, written, &local);
      if (outcome == DONE)
        return TRUE;
      if (outcome == OVER || (!(n == 0 && writer->query_id != NULL) && !may_retry (writer, since_us)))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (n > 0)
        wait_a_little (writer);
    }
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

WeirKafkaWriter *
weir_kafka_writer_new (const WeirKafkaWriterConfig *config,
                       GError                     **error)
{
  WeirKafkaWriter *self;
  const char      *servers;
  rd_kafka_conf_t *conf;

  if (!_weir_io_option_required (config->options, "kafka.bootstrap.servers", "kafka.bootstrap.servers 'localhost:9092', topic 'results'", &servers, error))
    return NULL;
  conf = weir_kafka_producer_conf_new (config->options, error);
  if (conf == NULL)
    return NULL;
  rd_kafka_conf_destroy (conf);
  self = g_new0 (WeirKafkaWriter, 1);
  self->options = g_hash_table_ref (config->options);
  self->servers = g_strdup (servers);
  self->topic = g_strdup (config->topic);
  self->query_id = g_strdup (config->query_id);
  if (config->query_id != NULL)
    {
      self->transactional = g_strdup_printf ("weir-%s-%u", config->query_id, config->sink_index);
      self->group = config->sink_index == 0 ? g_strdup_printf ("weir-%s", config->query_id) : g_strdup (self->transactional);
    }
  self->retry_us = config->retry_us;
  self->cancellable = config->cancellable != NULL ? g_object_ref (config->cancellable) : NULL;
  self->last = -1;
  return self;
}

void
weir_kafka_writer_free (WeirKafkaWriter *writer)
{
  if (writer == NULL)
    return;
  drop_producer (writer);
  g_hash_table_unref (writer->options);
  g_clear_object (&writer->cancellable);
  g_free (writer->servers);
  g_free (writer->topic);
  g_free (writer->query_id);
  g_free (writer->transactional);
  g_free (writer->group);
  g_free (writer->complaint);
  g_free (writer);
}
