/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-writer-private.h"

#include "base/crc32c.h"
#include "base/effects.h"

#include <string.h>

/*
 * Batches into Kafka, once
 *
 *   transactional.id   weir-<query id>-<sink>: a new producer fences the one before it and ends its transaction
 *   progress           offset <batch> + 1 of group weir-<query id>, or weir-<query id>-<sink> from the second sink on, for partition 0 of the
 *                      table's topic (rows that name their topics: of __consumer_offsets), metadata `<batch>;<crc32c of the records>`
 *   a batch            begin → records, each with headers q (query id, from the second sink on <query id>-<sink>), b (batch), s (number in it) → every delivery report → progress → commit
 *
 * A producer that reported anything else than success is given up, whatever it says it can do: librdkafka does not know KIP-890, so the end of
 * one transaction, delayed on its way, could end the next. A new producer bumps the epoch, which fences that; the progress then says
 * whether the batch is there. Who is fenced himself stops: two runs would fence each other for ever.
 */

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
  rd_kafka_header_add (headers, "q", -1, self->mark, -1);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, self->batch_id);
  rd_kafka_header_add (headers, "b", -1, number, -1);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, self->n_added);
  rd_kafka_header_add (headers, "s", -1, number, -1);
  return headers;
}

/* Of a record that was not taken, or was thrown away, because the transaction has failed: why it has. As it has, this cannot commit it. */
static rd_kafka_resp_err_t
cause (WeirKafkaWriter    *self,
       rd_kafka_resp_err_t code)
{
  gboolean          follows = code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  rd_kafka_error_t *failure = follows && self->is_open ? rd_kafka_commit_transaction (self->client, WEIR_KAFKA_SLICE_MS) : NULL;

  if (failure == NULL)
    return code;
  code = rd_kafka_error_code (failure);
  rd_kafka_error_destroy (failure);
  return code;
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
      if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || _weir_kafka_writer_is_cancelled (writer))
        break;
      rd_kafka_poll (writer->client, WEIR_KAFKA_SLICE_MS);
    }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      rd_kafka_headers_destroy (headers);
      writer->refused = code = cause (writer, code);
      _weir_kafka_writer_fail (writer, code, rd_kafka_err2str (code), error);
      return FALSE;
    }
  writer->n_added++;
  writer->crc = weir_crc32c (writer->crc, row->key, row->key_size);
  writer->crc = weir_crc32c (writer->crc, row->value, row->value_size);
  rd_kafka_poll (writer->client, 0);
  return TRUE;
}

/* Every record has to be reported as written. */
static WeirKafkaOutcome
wait_reports (WeirKafkaWriter *self,
              GError         **error)
{
  while (self->n_reported < self->n_added && self->refused == RD_KAFKA_RESP_ERR_NO_ERROR && !_weir_kafka_writer_is_cancelled (self))
    rd_kafka_flush (self->client, WEIR_KAFKA_SLICE_MS);
  if (self->n_reported == self->n_added && self->refused == RD_KAFKA_RESP_ERR_NO_ERROR)
    return WEIR_KAFKA_DONE;
  self->refused = cause (self, self->refused);
  return _weir_kafka_writer_fail (self, self->refused, rd_kafka_err2str (self->refused), error);
}

static WeirKafkaOutcome
write_records (WeirKafkaWriter     *self,
               WeirKafkaRecordsFunc records,
               gpointer             data,
               GError             **error)
{
  WeirKafkaOutcome outcome;

  self->n_added = self->n_reported = 0;
  self->is_disturbed = FALSE;
  self->crc = 0;
  self->refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!weir_fx_before ("kafka-produce"))
    return _weir_kafka_writer_fail_effect (self, error);
  if (records (self, data, error))
    outcome = wait_reports (self, error);
  else
    outcome = self->refused == RD_KAFKA_RESP_ERR_NO_ERROR || _weir_kafka_is_final (self->refused) || self->is_fenced || _weir_kafka_writer_is_cancelled (self) ? WEIR_KAFKA_OVER : WEIR_KAFKA_AGAIN;
  weir_fx_after ("kafka-produce");
  return outcome;
}

static WeirKafkaOutcome
commit (WeirKafkaWriter *self,
        GError         **error)
{
  WeirKafkaOutcome outcome;

  if (!weir_fx_before ("kafka-commit"))
    return _weir_kafka_writer_fail_effect (self, error);
  self->is_disturbed = FALSE;
  outcome = _weir_kafka_writer_call (self, rd_kafka_commit_transaction, WEIR_KAFKA_TRANSACTION_MS, error);
  weir_fx_after ("kafka-commit");
  return outcome;
}

static WeirKafkaOutcome
run_transaction (WeirKafkaWriter     *self,
                 WeirKafkaRecordsFunc records,
                 gpointer             data,
                 GError             **error)
{
  rd_kafka_error_t *failure = rd_kafka_begin_transaction (self->client);
  WeirKafkaOutcome  outcome;

  if (failure != NULL)
    return _weir_kafka_writer_fail_call (self, failure, error);
  self->is_open = TRUE;
  self->begun_us = _weir_kafka_boot_us ();
  outcome = write_records (self, records, data, error);
  if (outcome == WEIR_KAFKA_DONE)
    outcome = _weir_kafka_writer_send_progress (self, error);
  if (outcome == WEIR_KAFKA_DONE)
    outcome = commit (self, error);
  self->is_open = outcome != WEIR_KAFKA_DONE;
  return outcome;
}

static WeirKafkaOutcome
try_write (WeirKafkaWriter     *self,
           WeirKafkaRecordsFunc records,
           gpointer             data,
           gboolean            *written,
           GError             **error)
{
  gint64           last;
  WeirKafkaOutcome outcome;

  if (self->client == NULL && !weir_kafka_writer_connect (self, &last, error))
    return WEIR_KAFKA_OVER;
  if (self->query_id != NULL && self->last > (gint64)self->batch_id)
    return _weir_kafka_writer_fail (self, RD_KAFKA_RESP_ERR__FENCED, "", error);
  if (self->query_id != NULL && self->last == (gint64)self->batch_id)
    return WEIR_KAFKA_DONE;
  outcome = self->query_id != NULL ? run_transaction (self, records, data, error) : write_records (self, records, data, error);
  *written = outcome == WEIR_KAFKA_DONE;
  if (outcome == WEIR_KAFKA_DONE && self->query_id != NULL)
    self->last = (gint64)self->batch_id;
  if (outcome != WEIR_KAFKA_DONE || self->is_disturbed)
    _weir_kafka_writer_drop (self);
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
  *written = FALSE;
  writer->batch_id = batch_id;
  if (writer->is_fenced)
    return _weir_kafka_writer_fail (writer, RD_KAFKA_RESP_ERR__FENCED, "", error) == WEIR_KAFKA_DONE;
  /* Once more with a new producer, which knows what became of the first try. */
  for (guint n_left = writer->query_id != NULL ? 2 : 1;; n_left--)
    {
      g_autoptr (GError) local = NULL;
      WeirKafkaOutcome   outcome = try_write (writer, records, data, written, &local);

      if (outcome == WEIR_KAFKA_DONE)
        return TRUE;
      if (outcome == WEIR_KAFKA_OVER || n_left <= 1)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
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
      self->mark = config->sink_index == 0 ? g_strdup (config->query_id) : g_strdup_printf ("%s-%u", config->query_id, config->sink_index);
      self->group = g_strdup_printf ("weir-%s", self->mark);
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
  _weir_kafka_writer_drop (writer);
  g_hash_table_unref (writer->options);
  g_clear_object (&writer->cancellable);
  g_free (writer->servers);
  g_free (writer->topic);
  g_free (writer->query_id);
  g_free (writer->transactional);
  g_free (writer->group);
  g_free (writer->mark);
  g_free (writer->complaint);
  g_free (writer);
}
