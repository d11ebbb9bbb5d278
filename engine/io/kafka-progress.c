/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-writer-private.h"

#include "base/effects.h"
#include "io/kafka-control.h"

#include <string.h>

/*
 * Progress of a query's sink: offset <batch> + 1 of its group, metadata `<batch>;<crc32c of the records>`.
 *
 * A broker forgets the offsets of a group that is away for long (7 days, unless it is told otherwise). Then the headers of the topic's last
 * records say which batch was the last. Where others write much, they may be further back than the scan goes: the query then finds
 * that its checkpoint is ahead of the sink, and stops.
 */

#define PROGRESS_TOPIC "__consumer_offsets"
/* Records of the topic that are looked at, in all partitions together. */
#define SCAN_RECORDS 1000
#define SCAN_US      (10 * G_USEC_PER_SEC)

static const char *
progress_topic (WeirKafkaWriter *self)
{
  return self->topic != NULL ? self->topic : PROGRESS_TOPIC;
}

/* ---- the topic's tail ------------------------------------------------------------------------------------------- */

/* Partitions of the topic with their ends. (transfer full) (nullable) */
static GPtrArray *
ask_partitions (WeirKafkaWriter *self,
                rd_kafka_t      *reader)
{
  g_autoptr (GPtrArray)           partitions = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_partition_free);
  rd_kafka_topic_t               *topic = rd_kafka_topic_new (reader, self->topic, NULL);
  const struct rd_kafka_metadata *metadata;
  gboolean                        ok = rd_kafka_metadata (reader, 0, topic, &metadata, WEIR_KAFKA_CALL_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;

  rd_kafka_topic_destroy (topic);
  if (!ok)
    return NULL;
  for (int i = 0; metadata->topic_cnt == 1 && i < metadata->topics[0].partition_cnt; i++)
    g_ptr_array_add (partitions, weir_kafka_partition_new (self->topic, metadata->topics[0].partitions[i].id));
  rd_kafka_metadata_destroy (metadata);
  return weir_kafka_ask_ends (reader, partitions, WEIR_KAFKA_CALL_MS) ? g_steal_pointer (&partitions) : NULL;
}

static guint
assign_tails (rd_kafka_t *reader,
              GPtrArray  *partitions)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new ((int)partitions->len);
  gint64                           share = SCAN_RECORDS / MAX (partitions->len, 1) + 1;
  guint                            n = 0;

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      if (partition->high <= partition->low)
        continue;
      rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset = MAX (partition->low, partition->high - share);
      n++;
    }
  if (n > 0)
    rd_kafka_assign (reader, list);
  rd_kafka_topic_partition_list_destroy (list);
  return n;
}

/* The record's batch; −1 when it is another query's or none of ours. */
static gint64
batch_of (WeirKafkaWriter          *self,
          const rd_kafka_message_t *message)
{
  rd_kafka_headers_t *headers;
  const void         *query, *number;
  size_t              query_len, number_len;
  g_autofree char    *text = NULL;

  if (rd_kafka_message_headers (message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last (headers, "q", &query, &query_len) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last (headers, "b", &number, &number_len) != RD_KAFKA_RESP_ERR_NO_ERROR || query == NULL || number == NULL ||
      query_len != strlen (self->mark) || memcmp (query, self->mark, query_len) != 0)
    return -1;
  text = g_strndup (number, number_len);
  return g_ascii_strtoll (text, NULL, 10);
}

/* FALSE: no answer in time. */
static gboolean
scan_tail (WeirKafkaWriter *self,
           rd_kafka_t      *reader)
{
  g_autoptr (GPtrArray) partitions = ask_partitions (self, reader);
  gint64                end_us = g_get_monotonic_time () + SCAN_US;
  guint                 n_left;

  if (partitions == NULL)
    return FALSE;
  rd_kafka_poll_set_consumer (reader);
  n_left = assign_tails (reader, partitions);
  while (n_left > 0 && g_get_monotonic_time () < end_us && !_weir_kafka_writer_is_cancelled (self))
    {
      rd_kafka_message_t *message = rd_kafka_consumer_poll (reader, 100);

      if (message == NULL)
        continue;
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        n_left--;
      else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        self->last = MAX (self->last, batch_of (self, message));
      rd_kafka_message_destroy (message);
    }
  return n_left == 0;
}

/* ---- the group's offset ----------------------------------------------------------------------------------------- */

WeirKafkaOutcome
_weir_kafka_writer_read_progress (WeirKafkaWriter *self,
                                  GError         **error)
{
  rd_kafka_conf_t                 *conf = weir_kafka_conf_new (self->options, self->group, error);
  rd_kafka_topic_partition_list_t *list;
  rd_kafka_resp_err_t              code;
  rd_kafka_t                      *reader;

  /* Whatever the table says of reading. */
  if (conf != NULL)
    weir_kafka_conf_set (conf, "isolation.level", "read_committed", NULL);
  reader = _weir_kafka_make_client (RD_KAFKA_CONSUMER, conf, error);
  if (reader == NULL)
    return WEIR_KAFKA_OVER;
  list = rd_kafka_topic_partition_list_new (1);
  rd_kafka_topic_partition_list_add (list, progress_topic (self), 0);
  /* Under read_committed an answer waits for transactions that are being ended. */
  code = rd_kafka_committed (reader, list, WEIR_KAFKA_CALL_MS);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    code = list->elems[0].err;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      self->last = list->elems[0].offset >= 0 ? list->elems[0].offset - 1 : -1;
      if (list->elems[0].offset < 0 && self->topic != NULL && !scan_tail (self, reader))
        code = RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
  rd_kafka_topic_partition_list_destroy (list);
  _weir_kafka_end_client (reader);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? WEIR_KAFKA_DONE : _weir_kafka_writer_fail (self, code, rd_kafka_err2str (code), error);
}

WeirKafkaOutcome
_weir_kafka_writer_send_progress (WeirKafkaWriter *self,
                                  GError         **error)
{
  rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new (self->group);
  rd_kafka_topic_partition_list_t    *list = rd_kafka_topic_partition_list_new (1);
  rd_kafka_topic_partition_t         *at = rd_kafka_topic_partition_list_add (list, progress_topic (self), 0);
  char                               *metadata = g_strdup_printf ("%" G_GUINT64_FORMAT ";%08x", self->batch_id, self->crc);
  rd_kafka_error_t                   *failure;
  WeirKafkaOutcome                    outcome = WEIR_KAFKA_DONE;

  at->offset = (gint64)self->batch_id + 1;
  at->metadata = metadata;
  at->metadata_size = strlen (metadata);
  if (!weir_fx_before ("kafka-offsets"))
    outcome = _weir_kafka_writer_fail_effect (self, error);
  else
    {
      failure = rd_kafka_send_offsets_to_transaction (self->client, list, group, WEIR_KAFKA_CALL_MS);
      weir_fx_after ("kafka-offsets");
      if (failure != NULL)
        outcome = _weir_kafka_writer_fail_call (self, failure, error);
    }
  at->metadata = NULL;
  at->metadata_size = 0;
  g_free (metadata);
  rd_kafka_topic_partition_list_destroy (list);
  rd_kafka_consumer_group_metadata_destroy (group);
  return outcome;
}
