/* SPDX-License-Identifier: Apache-2.0 */
#include "kafka-util.h"

#include <string.h>

#define WAIT_MS 30000

char *
weir_kafka_topic_name (const char *what)
{
  g_autofree char *id = g_uuid_string_random ();

  return g_strdup_printf ("weir-test-%s-%s", what, id);
}

static rd_kafka_t *
client_new (rd_kafka_type_t type,
            const char     *first,
            ...)
{
  rd_kafka_conf_t *conf = rd_kafka_conf_new ();
  char             text[512];
  rd_kafka_t      *client;
  va_list          args;

  va_start (args, first);
  for (const char *key = first; key != NULL; key = va_arg (args, const char *))
    g_assert_cmpint (rd_kafka_conf_set (conf, key, va_arg (args, const char *), text, sizeof text), ==, RD_KAFKA_CONF_OK);
  va_end (args);
  client = rd_kafka_new (type, conf, text, sizeof text);
  g_assert_nonnull (client);
  return client;
}

rd_kafka_t *
weir_kafka_producer_new (const char *servers,
                         const char *transactional_id)
{
  rd_kafka_t       *producer;
  rd_kafka_error_t *error;

  if (transactional_id == NULL)
    return client_new (RD_KAFKA_PRODUCER, "bootstrap.servers", servers, "linger.ms", "0", NULL);
  producer = client_new (RD_KAFKA_PRODUCER, "bootstrap.servers", servers, "linger.ms", "0", "transactional.id", transactional_id, NULL);
  error = rd_kafka_init_transactions (producer, WAIT_MS);
  g_assert_true (error == NULL);
  return producer;
}

/* The answer to an admin request on @queue, which is destroyed. */
static void
expect_done (rd_kafka_queue_t *queue)
{
  rd_kafka_event_t *event = rd_kafka_queue_poll (queue, WAIT_MS);

  g_assert_nonnull (event);
  g_assert_cmpint (rd_kafka_event_error (event), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy (event);
  rd_kafka_queue_destroy (queue);
}

void
weir_kafka_create_topic (rd_kafka_t *client,
                         const char *name,
                         int         n_partitions)
{
  char                 text[512];
  rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new (name, n_partitions, 1, text, sizeof text);
  rd_kafka_queue_t    *queue = rd_kafka_queue_new (client);

  rd_kafka_CreateTopics (client, &topic, 1, NULL, queue);
  expect_done (queue);
  rd_kafka_NewTopic_destroy (topic);
}

void
weir_kafka_delete_topic (rd_kafka_t *client,
                         const char *name)
{
  rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new (name);
  rd_kafka_queue_t       *queue = rd_kafka_queue_new (client);

  rd_kafka_DeleteTopics (client, &topic, 1, NULL, queue);
  expect_done (queue);
  rd_kafka_DeleteTopic_destroy (topic);
}

void
weir_kafka_delete_records (rd_kafka_t *client,
                           const char *topic,
                           gint64      offset)
{
  rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new (1);
  rd_kafka_queue_t                *queue = rd_kafka_queue_new (client);
  rd_kafka_DeleteRecords_t        *request;

  rd_kafka_topic_partition_list_add (before, topic, 0)->offset = offset;
  request = rd_kafka_DeleteRecords_new (before);
  rd_kafka_DeleteRecords (client, &request, 1, NULL, queue);
  expect_done (queue);
  rd_kafka_DeleteRecords_destroy (request);
  rd_kafka_topic_partition_list_destroy (before);
}

void
weir_kafka_forget_group (rd_kafka_t *client,
                         const char *group)
{
  rd_kafka_queue_t       *queue = rd_kafka_queue_new (client);
  rd_kafka_DeleteGroup_t *request = rd_kafka_DeleteGroup_new (group);

  rd_kafka_DeleteGroups (client, &request, 1, NULL, queue);
  expect_done (queue);
  rd_kafka_DeleteGroup_destroy (request);
}

static void
enqueue (rd_kafka_t *producer,
         const char *topic,
         int         partition,
         const char *key,
         const char *value)
{
  gsize               key_size = key != NULL ? strlen (key) : 0, size = value != NULL ? strlen (value) : 0;
  rd_kafka_resp_err_t code;

  while ((code = rd_kafka_producev (producer, RD_KAFKA_V_TOPIC (topic), RD_KAFKA_V_PARTITION (partition), RD_KAFKA_V_KEY (key, key_size),
                                    RD_KAFKA_V_VALUE ((void *)value, size), RD_KAFKA_V_MSGFLAGS (RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) ==
         RD_KAFKA_RESP_ERR__QUEUE_FULL)
    rd_kafka_poll (producer, 100);
  g_assert_cmpint (code, ==, RD_KAFKA_RESP_ERR_NO_ERROR);
}

void
weir_kafka_produce (rd_kafka_t *producer,
                    const char *topic,
                    int         partition,
                    guint       first,
                    guint       n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *value = g_strdup_printf ("value %u of some length", i);

      enqueue (producer, topic, partition, "k", value);
    }
  g_assert_cmpint (rd_kafka_flush (producer, WAIT_MS), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
}

void
weir_kafka_produce_text (rd_kafka_t *producer,
                         const char *topic,
                         int         partition,
                         const char *key,
                         const char *value)
{
  enqueue (producer, topic, partition, key, value);
  g_assert_cmpint (rd_kafka_flush (producer, WAIT_MS), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
}

void
weir_kafka_transaction (rd_kafka_t *producer,
                        const char *topic,
                        int         partition,
                        guint       first,
                        guint       n,
                        gboolean    is_aborted)
{
  g_assert_true (rd_kafka_begin_transaction (producer) == NULL);
  weir_kafka_produce (producer, topic, partition, first, n);
  g_assert_true ((is_aborted ? rd_kafka_abort_transaction (producer, WAIT_MS) : rd_kafka_commit_transaction (producer, WAIT_MS)) == NULL);
}

/* ---- reading back ----------------------------------------------------------------------------------------------- */

static void
append_text (GString    *text,
             const void *data,
             size_t      size)
{
  if (data == NULL)
    g_string_append_c (text, '~');
  else
    g_string_append_len (text, data, (gssize)size);
}

static char *
describe (const rd_kafka_message_t *message)
{
  GString            *text = g_string_new (NULL);
  rd_kafka_headers_t *headers;
  const char         *name;
  const void         *value;
  size_t              size;

  g_string_append_printf (text, "%d ", message->partition);
  append_text (text, message->key, message->key_len);
  g_string_append_c (text, ' ');
  append_text (text, message->payload, message->len);
  if (rd_kafka_message_headers (message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
    for (size_t i = 0; rd_kafka_header_get_all (headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
      {
        g_string_append_printf (text, " %s=", name);
        append_text (text, value, size);
      }
  return g_string_free (text, FALSE);
}

/* One partition from its first record to its end as it is now. */
static void
read_partition (rd_kafka_t *consumer,
                const char *topic,
                int         partition,
                GPtrArray  *records)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new (1);
  gint64                           end_us = g_get_monotonic_time () + WAIT_MS * 1000;
  gboolean                         at_end = FALSE;

  rd_kafka_topic_partition_list_add (list, topic, partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
  g_assert_cmpint (rd_kafka_assign (consumer, list), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
  while (!at_end)
    {
      rd_kafka_message_t *message = rd_kafka_consumer_poll (consumer, 200);

      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      if (message == NULL)
        continue;
      at_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        g_ptr_array_add (records, describe (message));
      rd_kafka_message_destroy (message);
    }
  rd_kafka_topic_partition_list_destroy (list);
}

GPtrArray *
weir_kafka_read_all (const char *servers,
                     const char *topic,
                     int         n_partitions,
                     gboolean    is_committed)
{
  GPtrArray  *records = g_ptr_array_new_with_free_func (g_free);
  rd_kafka_t *consumer = client_new (RD_KAFKA_CONSUMER, "bootstrap.servers", servers, "group.id", "weir-test-reader", "enable.partition.eof", "true",
                                     "enable.auto.commit", "false", "isolation.level", is_committed ? "read_committed" : "read_uncommitted", NULL);

  rd_kafka_poll_set_consumer (consumer);
  for (int partition = 0; partition < n_partitions; partition++)
    read_partition (consumer, topic, partition, records);
  rd_kafka_destroy (consumer);
  return records;
}
