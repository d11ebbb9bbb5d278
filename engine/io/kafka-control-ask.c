/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "io/kafka-control-private.h"

/*
 * What the control thread asks the cluster: which partitions the options name, both ends of each, and offsets by time. Every call waits
 * for the network, no longer than WEIR_KAFKA_CALL_TIMEOUT_MS. FALSE without an error is no answer, which is asked again; an error is final.
 */

/* ---- metadata ----------------------------------------------------------------------------------------------------- */

static gboolean
check_topic (WeirKafkaControl                *self,
             const rd_kafka_metadata_topic_t *topic,
             GError                         **error)
{
  if (topic->err == RD_KAFKA_RESP_ERR_NO_ERROR || topic->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
    return TRUE;
  if (topic->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    return weir_fail (error, WEIR_ERROR_RUN, "TOPIC_AUTHORIZATION_FAILED", WEIR_SPAN_NONE,
                      "Topic \"%s\" may not be read by this user: ask for the right to Describe and Read it.", topic->topic);
  return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                    "There is no topic \"%s\" at %s. Check the name, or create it.", topic->topic, self->options.servers);
}

/* A topic that was read and is gone: data loss, which failOnDataLoss false goes on without. */
static gboolean
may_be_missing (WeirKafkaControl *self)
{
  return !self->options.fail_on_data_loss && (self->partitions != NULL || self->is_resumed);
}

/* Partitions that `assign` names have to be there. */
static gboolean
check_assigned (WeirKafkaControl *self,
                GPtrArray        *found,
                GError          **error)
{
  for (guint i = 0; self->options.assigned != NULL && i < self->options.assigned->len; i++)
    {
      const WeirKafkaOffset *named = self->options.assigned->pdata[i];

      if (weir_kafka_partitions_find (found, named->topic, named->partition) == NULL && !may_be_missing (self))
        return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                          "There is no partition %d of topic \"%s\" at %s. Check option assign.", named->partition, named->topic, self->options.servers);
    }
  return TRUE;
}

/* Topics that `subscribe` names have to be there. */
static gboolean
check_names (WeirKafkaControl *self,
             GPtrArray        *found,
             GError          **error)
{
  for (guint n = 0; self->options.strategy == WEIR_KAFKA_SUBSCRIBE && self->options.names[n] != NULL; n++)
    {
      gboolean have = FALSE;

      for (guint i = 0; i < found->len; i++)
        have = have || strcmp (((WeirKafkaPartition *)found->pdata[i])->topic, self->options.names[n]) == 0;
      if (!have && !may_be_missing (self))
        return weir_fail (error, WEIR_ERROR_RUN, "UNKNOWN_TOPIC_OR_PARTITION", WEIR_SPAN_NONE,
                          "There is no topic \"%s\" at %s. Check the name, or create it.", self->options.names[n], self->options.servers);
    }
  return TRUE;
}

/* Partitions that the strategy names, from the metadata of the whole cluster. */
static gboolean
collect_partitions (WeirKafkaControl          *self,
                    const rd_kafka_metadata_t *metadata,
                    GPtrArray                 *found,
                    GError                   **error)
{
  for (int i = 0; i < metadata->topic_cnt; i++)
    {
      const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];

      if (!weir_kafka_options_want (&self->options, topic->topic, -1))
        continue;
      if (!check_topic (self, topic, error))
        return FALSE;
      for (int p = 0; p < topic->partition_cnt; p++)
        if (weir_kafka_options_want (&self->options, topic->topic, topic->partitions[p].id))
          g_ptr_array_add (found, weir_kafka_partition_new (topic->topic, topic->partitions[p].id));
    }
  return check_assigned (self, found, error) && check_names (self, found, error);
}

/* FALSE: no answer (retry) or @error (final). */
gboolean
_weir_kafka_control_ask_partitions (WeirKafkaControl *self,
                                    GPtrArray        *found,
                                    GError          **error)
{
  const struct rd_kafka_metadata *metadata;
  gboolean                        ok;

  if (rd_kafka_metadata (self->client, 1, NULL, &metadata, WEIR_KAFKA_CALL_TIMEOUT_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return FALSE;
  ok = collect_partitions (self, metadata, found, error);
  rd_kafka_metadata_destroy (metadata);
  return ok;
}

/* ---- ends and starts ---------------------------------------------------------------------------------------------- */

/* One of both ends of every partition. Each leader is asked once, and unlike rd_kafka_query_watermark_offsets() of librdkafka before 2.3
 * the call keeps to its time when the broker is gone. Under read_committed the end is that of the last transaction that is over. */
static gboolean
ask_end (rd_kafka_t *client,
         GPtrArray  *partitions,
         gint64      which,
         int         timeout_ms)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new ((int)partitions->len);
  gboolean                         ok;

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset = which;
    }
  ok = rd_kafka_offsets_for_times (client, list, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
  for (guint i = 0; ok && i < partitions->len; i++)
    {
      WeirKafkaPartition               *partition = partitions->pdata[i];
      const rd_kafka_topic_partition_t *answer = rd_kafka_topic_partition_list_find (list, partition->topic, partition->partition);

      ok = answer != NULL && answer->err == RD_KAFKA_RESP_ERR_NO_ERROR && answer->offset >= 0;
      if (ok)
        *(which == WEIR_KAFKA_LATEST ? &partition->high : &partition->low) = answer->offset;
    }
  rd_kafka_topic_partition_list_destroy (list);
  return ok;
}

gboolean
weir_kafka_ask_ends (rd_kafka_t *client,
                     GPtrArray  *partitions,
                     int         timeout_ms)
{
  return partitions->len == 0 || (ask_end (client, partitions, WEIR_KAFKA_EARLIEST, timeout_ms) && ask_end (client, partitions, WEIR_KAFKA_LATEST, timeout_ms));
}

/* The first offset at or after a time; WEIR_KAFKA_NONE when there is none. */
static gboolean
ask_by_time (WeirKafkaControl   *self,
             WeirKafkaPartition *partition,
             gint64              timestamp_ms,
             gint64             *offset)
{
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new (1);
  gboolean                         ok;

  rd_kafka_topic_partition_list_add (list, partition->topic, partition->partition)->offset = timestamp_ms;
  ok = rd_kafka_offsets_for_times (self->client, list, WEIR_KAFKA_CALL_TIMEOUT_MS) == RD_KAFKA_RESP_ERR_NO_ERROR && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
  *offset = list->elems[0].offset >= 0 ? list->elems[0].offset : WEIR_KAFKA_NONE;
  rd_kafka_topic_partition_list_destroy (list);
  return ok;
}

/* FALSE: no answer, or @error. */
static gboolean
start_by_time (WeirKafkaControl   *self,
               WeirKafkaPartition *partition,
               gint64              timestamp_ms,
               GError            **error)
{
  if (!ask_by_time (self, partition, timestamp_ms, &partition->start))
    return FALSE;
  if (partition->start == WEIR_KAFKA_NONE && !self->options.start_time_latest)
    return weir_kafka_options_fail_time (partition->topic, partition->partition, timestamp_ms, error);
  if (partition->start == WEIR_KAFKA_NONE)
    partition->start = partition->high;
  return TRUE;
}

/* A partition's start is fixed the first time it is seen; one that appears later is read from its first record. */
static gboolean
fix_start (WeirKafkaControl   *self,
           WeirKafkaPartition *partition,
           gboolean            is_new_later,
           GError            **error)
{
  gint64 named = weir_kafka_offsets_find (self->options.start_offsets, partition->topic, partition->partition);
  gint64 position = named != WEIR_KAFKA_NONE ? named : self->options.start;
  gint64 time_ms = weir_kafka_options_start_time (&self->options, partition->topic, partition->partition);

  if (is_new_later)
    position = WEIR_KAFKA_EARLIEST;
  else if (time_ms >= 0)
    return start_by_time (self, partition, time_ms, error);
  if (position == WEIR_KAFKA_EARLIEST)
    partition->start = partition->low;
  else if (position == WEIR_KAFKA_LATEST)
    partition->start = partition->high;
  else
    partition->start = position;
  return TRUE;
}

static gboolean
fix_end (WeirKafkaControl   *self,
         WeirKafkaPartition *partition)
{
  gint64 named = weir_kafka_offsets_find (self->options.end_offsets, partition->topic, partition->partition);
  gint64 time_ms = weir_kafka_options_end_time (&self->options, partition->topic, partition->partition);
  gint64 offset;

  if (time_ms >= 0)
    {
      if (!ask_by_time (self, partition, time_ms, &offset))
        return FALSE;
      partition->high = offset != WEIR_KAFKA_NONE ? offset : partition->high;
    }
  else if (named >= 0)
    partition->high = MIN (partition->high, named);
  return TRUE;
}

gboolean
_weir_kafka_control_fix_positions (WeirKafkaControl *self,
                                   GPtrArray        *found,
                                   GError          **error)
{
  for (guint i = 0; i < found->len; i++)
    {
      WeirKafkaPartition       *partition = found->pdata[i];
      const WeirKafkaPartition *known = weir_kafka_partitions_find (self->partitions, partition->topic, partition->partition);

      if (known != NULL)
        partition->start = known->start;
      if (partition->start == RD_KAFKA_OFFSET_INVALID && !fix_start (self, partition, self->partitions != NULL || self->is_resumed, error))
        return FALSE;
      if (!fix_end (self, partition))
        return FALSE;
    }
  return TRUE;
}
