/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-marks.h"

#include "base/bytes.h"
#include "base/crc32c.h"

#include <string.h>

/*
 * What the source logs of a batch (WeirWriter, little-endian):
 *
 *   u8 version = 1
 *   varint n    n times: bytes topic, u32 partition, u64 offset                        where the batch's ranges begin
 *   varint n    n times: bytes topic, u32 partition, u64 offset, u32 crc, u64 time     marks: the last records read before it
 *
 * Begins are written down since the first batch has no offsets before it, new partitions have none, and lost records move them.
 */

#define VERSION 1
#define WAIT_US (10 * G_USEC_PER_SEC)
#define POLL_MS 100

static void
mark_free (gpointer data)
{
  WeirKafkaMark *mark = data;

  g_free (mark->topic);
  g_free (mark);
}

GPtrArray *
weir_kafka_marks_new (void)
{
  return g_ptr_array_new_with_free_func (mark_free);
}

static WeirKafkaMark *
find_mark (GPtrArray  *marks,
           const char *topic,
           gint32      partition)
{
  for (guint i = 0; i < marks->len; i++)
    {
      WeirKafkaMark *mark = marks->pdata[i];

      if (mark->partition == partition && strcmp (mark->topic, topic) == 0)
        return mark;
    }
  return NULL;
}

void
weir_kafka_marks_set (GPtrArray           *marks,
                      const WeirKafkaMark *mark)
{
  WeirKafkaMark *known = find_mark (marks, mark->topic, mark->partition);

  if (known == NULL)
    {
      known = g_new0 (WeirKafkaMark, 1);
      known->topic = g_strdup (mark->topic);
      known->partition = mark->partition;
      g_ptr_array_add (marks, known);
    }
  known->offset = mark->offset;
  known->crc = mark->crc;
  known->timestamp_ms = mark->timestamp_ms;
}

GPtrArray *
weir_kafka_marks_copy (GPtrArray *marks)
{
  GPtrArray *copy = weir_kafka_marks_new ();

  for (guint i = 0; i < marks->len; i++)
    weir_kafka_marks_set (copy, marks->pdata[i]);
  return copy;
}

guint32
weir_kafka_mark_crc (const rd_kafka_message_t *message)
{
  return weir_crc32c (weir_crc32c (0, message->key, message->key_len), message->payload, message->len);
}

/* ---- in the checkpoint ------------------------------------------------------------------------------------------ */

GBytes *
weir_kafka_marks_write (GPtrArray *begin,
                        GPtrArray *marks)
{
  WeirWriter writer = { g_byte_array_new () };

  weir_writer_u8 (&writer, VERSION);
  weir_writer_varint (&writer, begin->len);
  for (guint i = 0; i < begin->len; i++)
    {
      const WeirKafkaOffset *at = begin->pdata[i];

      weir_writer_bytes (&writer, at->topic, strlen (at->topic));
      weir_writer_u32 (&writer, (guint32)at->partition);
      weir_writer_u64 (&writer, (guint64)at->offset);
    }
  weir_writer_varint (&writer, marks->len);
  for (guint i = 0; i < marks->len; i++)
    {
      const WeirKafkaMark *mark = marks->pdata[i];

      weir_writer_bytes (&writer, mark->topic, strlen (mark->topic));
      weir_writer_u32 (&writer, (guint32)mark->partition);
      weir_writer_u64 (&writer, (guint64)mark->offset);
      weir_writer_u32 (&writer, mark->crc);
      weir_writer_u64 (&writer, (guint64)mark->timestamp_ms);
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

static char *
read_topic (WeirReader *reader)
{
  gsize         len;
  const guint8 *text = weir_reader_bytes (reader, &len);

  return g_strndup ((const char *)text, text != NULL ? len : 0);
}

gboolean
weir_kafka_marks_read (GBytes     *bytes,
                       GPtrArray **begin,
                       GPtrArray **marks,
                       GError    **error)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  g_autoptr (GPtrArray) found = weir_kafka_marks_new ();
  gsize                 len;
  gconstpointer         data = g_bytes_get_data (bytes, &len);
  WeirReader            reader;
  guint8                version;

  weir_reader_init (&reader, data, len);
  version = weir_reader_u8 (&reader);
  for (guint64 n = weir_reader_varint (&reader); n > 0 && !reader.failed; n--)
    {
      g_autofree char *topic = read_topic (&reader);
      gint32           partition = (gint32)weir_reader_u32 (&reader);

      weir_kafka_offsets_add (ends, topic, partition, (gint64)weir_reader_u64 (&reader));
    }
  for (guint64 n = weir_reader_varint (&reader); n > 0 && !reader.failed; n--)
    {
      g_autofree char *topic = read_topic (&reader);
      WeirKafkaMark    mark = { .topic = topic };

      mark.partition = (gint32)weir_reader_u32 (&reader);
      mark.offset = (gint64)weir_reader_u64 (&reader);
      mark.crc = weir_reader_u32 (&reader);
      mark.timestamp_ms = (gint64)weir_reader_u64 (&reader);
      weir_kafka_marks_set (found, &mark);
    }
  if (version != VERSION || reader.failed)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "What the checkpoint holds of a Kafka source cannot be read%s.",
                      version != VERSION ? "; a newer version may have written it" : "");
  *begin = g_steal_pointer (&ends);
  *marks = g_steal_pointer (&found);
  return TRUE;
}

/* ---- against the broker ----------------------------------------------------------------------------------------- */

/* Marks whose offset the broker still has, assigned to the consumer. (transfer full) */
static GPtrArray *
assign_marks (rd_kafka_t *consumer,
              GPtrArray  *marks,
              GPtrArray  *partitions)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new ((int)marks->len);
  GPtrArray                       *asked = g_ptr_array_new ();

  for (guint i = 0; i < marks->len; i++)
    {
      WeirKafkaMark            *mark = marks->pdata[i];
      const WeirKafkaPartition *partition = weir_kafka_partitions_find (partitions, mark->topic, mark->partition);

      if (partition == NULL || mark->offset < partition->low || mark->offset >= partition->high)
        continue;
      rd_kafka_topic_partition_list_add (list, mark->topic, mark->partition)->offset = mark->offset;
      g_ptr_array_add (asked, mark);
    }
  if (asked->len > 0)
    rd_kafka_assign (consumer, list);
  rd_kafka_topic_partition_list_destroy (list);
  return asked;
}

/* The first record or event of a partition answers its mark. */
static void
take_answer (const rd_kafka_message_t *message,
             GPtrArray                *asked,
             GPtrArray                *partitions)
{
  const char               *topic = message->rkt != NULL ? rd_kafka_topic_name (message->rkt) : "";
  WeirKafkaMark            *mark = find_mark (asked, topic, message->partition);
  rd_kafka_timestamp_type_t type;

  if (mark == NULL || (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF))
    return;
  g_ptr_array_remove (asked, mark);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset == mark->offset &&
      (weir_kafka_mark_crc (message) != mark->crc || rd_kafka_message_timestamp (message, &type) != mark->timestamp_ms))
    weir_kafka_partitions_find (partitions, topic, message->partition)->n_others++;
}

gboolean
weir_kafka_marks_check (rd_kafka_t *consumer,
                        GPtrArray  *marks,
                        GPtrArray  *partitions,
                        gboolean (*go_on) (gpointer data),
                        gpointer data)
{
  g_autoptr (GPtrArray) asked = assign_marks (consumer, marks, partitions);
  gint64                end_us = g_get_monotonic_time () + WAIT_US;

  while (asked->len > 0 && g_get_monotonic_time () < end_us && go_on (data))
    {
      rd_kafka_message_t *message = rd_kafka_consumer_poll (consumer, POLL_MS);

      if (message == NULL)
        continue;
      take_answer (message, asked, partitions);
      rd_kafka_message_destroy (message);
    }
  return asked->len == 0;
}
