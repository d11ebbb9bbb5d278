/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-feed.h"

#include "base/background.h"
#include "base/limits.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

/*
 * Reading ranges of offsets
 *
 * The consumer is never sought, paused or rebalanced (batch calls of librdkafka 2.0 may lose rows then): when a range does not begin where
 * it stands — first batch, a batch run again, new partitions — a new consumer is made. Messages behind the planned end are kept
 * for the next batch. Every offset is checked against the range, so nothing is read twice or left out. Transaction markers and aborted
 * records take offsets without a message, so a range ends with a message at or behind its end, or with the partition's end.
 */

#define CONSUME_BATCH      2048
#define CONSUME_TIMEOUT_MS 50
/* A broker that answers nothing for this long while a batch runs. */
#define STALLED_US (30 * G_USEC_PER_SEC)
/* Nothing came for this long: perhaps there is nothing any more. */
#define SILENT_US G_USEC_PER_SEC

/* A partition of the consumer. */
struct _WeirKafkaFeed
{
  char             *topic; /* Owned */
  gint32            partition;
  rd_kafka_queue_t *queue;    /* Owned */
  gint64            position; /* next offset that has not been handed out */
  GPtrArray        *kept;     /* Owned: rd_kafka_message_t behind the last range */
  gint64            eof;      /* offset of the last end of partition seen; −1 */
  WeirKafkaMark     mark;     /* of the last record that was handed out; its topic is borrowed; offset −1: none */
};

struct _WeirKafkaFeeds
{
  const WeirKafkaOptions *options;
  GHashTable             *conf;
  WeirSchema             *schema; /* Owned */
  const gboolean         *needed;
  WeirKafkaRecent        *recent; /* Borrowed */
  gint64                  retry_us;
  WeirKafkaControl       *control;  /* Borrowed, nullable */
  rd_kafka_t             *consumer; /* Owned, nullable */
  GPtrArray              *list;     /* Owned: WeirKafkaFeed */
};

/* ---- life ------------------------------------------------------------------------------------------------------- */

static void
feed_free (gpointer data)
{
  WeirKafkaFeed *feed = data;

  for (guint i = 0; i < feed->kept->len; i++)
    rd_kafka_message_destroy (feed->kept->pdata[i]);
  g_ptr_array_unref (feed->kept);
  if (feed->queue != NULL)
    rd_kafka_queue_destroy (feed->queue);
  g_free (feed->topic);
  g_free (feed);
}

WeirKafkaFeeds *
weir_kafka_feeds_new (const WeirKafkaOptions *options,
                      GHashTable             *conf,
                      WeirSchema             *pruned,
                      const gboolean         *needed,
                      WeirKafkaRecent        *recent,
                      gint64                  retry_us)
{
  WeirKafkaFeeds *self = g_new0 (WeirKafkaFeeds, 1);

  self->options = options;
  self->conf = conf;
  self->schema = weir_type_ref (pruned);
  self->needed = needed;
  self->recent = recent;
  self->retry_us = retry_us;
  self->list = g_ptr_array_new_with_free_func (feed_free);
  return self;
}

static gpointer
destroy_consumer (gpointer consumer)
{
  rd_kafka_destroy (consumer);
  return NULL;
}

/* Ending a client may wait for the network: never on the query's thread. */
static void
drop_consumer (WeirKafkaFeeds *self)
{
  g_ptr_array_set_size (self->list, 0);
  if (self->consumer != NULL)
    weir_background_run ("weir-kafka-end", destroy_consumer, g_steal_pointer (&self->consumer));
}

void
weir_kafka_feeds_set_control (WeirKafkaFeeds   *feeds,
                              WeirKafkaControl *control)
{
  feeds->control = control;
}

void
weir_kafka_feeds_free (WeirKafkaFeeds *feeds)
{
  if (feeds == NULL)
    return;
  drop_consumer (feeds);
  g_ptr_array_unref (feeds->list);
  weir_type_unref (feeds->schema);
  g_free (feeds);
}

/* ---- where the consumer stands ---------------------------------------------------------------------------------- */

static WeirKafkaFeed *
find_feed (WeirKafkaFeeds *self,
           const char     *topic,
           gint32          partition)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      WeirKafkaFeed *feed = self->list->pdata[i];

      if (feed->partition == partition && strcmp (feed->topic, topic) == 0)
        return feed;
    }
  return NULL;
}

static gboolean
stands_at (WeirKafkaFeeds *self,
           GPtrArray      *begin)
{
  if (self->consumer == NULL || self->list->len != begin->len)
    return FALSE;
  for (guint i = 0; i < begin->len; i++)
    {
      const WeirKafkaOffset *at = begin->pdata[i];
      const WeirKafkaFeed   *feed = find_feed (self, at->topic, at->partition);

      if (feed == NULL || feed->position != at->offset)
        return FALSE;
    }
  return TRUE;
}

static void
add_feed (WeirKafkaFeeds        *self,
          const WeirKafkaOffset *at)
{
  WeirKafkaFeed *feed = g_new0 (WeirKafkaFeed, 1);

  feed->topic = g_strdup (at->topic);
  feed->partition = at->partition;
  feed->position = at->offset;
  feed->kept = g_ptr_array_new ();
  feed->eof = -1;
  feed->mark = (WeirKafkaMark){ feed->topic, feed->partition, -1, 0, 0 };
  /* Its own queue before the first fetch, so that nothing takes the common way. */
  feed->queue = rd_kafka_queue_get_partition (self->consumer, feed->topic, feed->partition);
  rd_kafka_queue_forward (feed->queue, NULL);
  g_ptr_array_add (self->list, feed);
}

static gboolean
make_consumer (WeirKafkaFeeds *self,
               GPtrArray      *begin,
               GError        **error)
{
  rd_kafka_topic_partition_list_t *list;
  rd_kafka_resp_err_t              code;
  rd_kafka_conf_t                 *conf;
  char                             text[512];

  drop_consumer (self);
  conf = weir_kafka_conf_new (self->conf, NULL, error);
  if (conf == NULL)
    return FALSE;
  /* Offsets that are gone: the oldest there is, if that is allowed. */
  if (!self->options->fail_on_data_loss)
    weir_kafka_conf_set (conf, "auto.offset.reset", "earliest", NULL);
  self->consumer = rd_kafka_new (RD_KAFKA_CONSUMER, conf, text, sizeof text);
  if (self->consumer == NULL)
    {
      rd_kafka_conf_destroy (conf);
      return weir_fail (error, WEIR_ERROR_RUN, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Kafka: %s.", text);
    }
  list = rd_kafka_topic_partition_list_new ((int)begin->len);
  for (guint i = 0; i < begin->len; i++)
    {
      const WeirKafkaOffset *at = begin->pdata[i];

      add_feed (self, at);
      rd_kafka_topic_partition_list_add (list, at->topic, at->partition)->offset = at->offset;
    }
  code = rd_kafka_assign (self->consumer, list);
  rd_kafka_topic_partition_list_destroy (list);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Kafka did not take the assignment of %s: %s.", self->options->topics,
                      rd_kafka_err2str (code));
  /* assign() forwards partition queues to the common one again. */
  for (guint i = 0; i < self->list->len; i++)
    rd_kafka_queue_forward (((WeirKafkaFeed *)self->list->pdata[i])->queue, NULL);
  return TRUE;
}

gboolean
weir_kafka_feeds_seek (WeirKafkaFeeds *feeds,
                       GPtrArray      *begin,
                       GError        **error)
{
  return stands_at (feeds, begin) || make_consumer (feeds, begin, error);
}

WeirKafkaRange *
weir_kafka_feeds_range (WeirKafkaFeeds *feeds,
                        const char     *topic,
                        gint32          partition,
                        gint64          to)
{
  WeirKafkaFeed *feed = find_feed (feeds, topic, partition);
  WeirKafkaRange range = { feed, feed != NULL ? feed->position : 0, to };

  return feed != NULL && range.to > range.from ? g_memdup2 (&range, sizeof range) : NULL;
}

gint64
weir_kafka_feeds_position (WeirKafkaFeeds *feeds,
                           const char     *topic,
                           gint32          partition,
                           gint64          fallback)
{
  const WeirKafkaFeed *feed = find_feed (feeds, topic, partition);

  return feed != NULL ? feed->position : fallback;
}

void
weir_kafka_feeds_take_marks (WeirKafkaFeeds *feeds,
                             GPtrArray      *marks)
{
  for (guint i = 0; i < feeds->list->len; i++)
    {
      const WeirKafkaFeed *feed = feeds->list->pdata[i];

      if (feed->mark.offset >= 0)
        weir_kafka_marks_set (marks, &feed->mark);
    }
}

/* ---- rows ------------------------------------------------------------------------------------------------------- */

static void
free_messages (gpointer data)
{
  GPtrArray *messages = data;

  for (guint i = 0; i < messages->len; i++)
    rd_kafka_message_destroy (messages->pdata[i]);
  g_ptr_array_unref (messages);
}

/* Some of the records stay for previews, with all their columns. */
static void
keep_recent (WeirKafkaFeeds *self,
             GPtrArray      *messages,
             GArray         *headers)
{
  guint        n = weir_kafka_recent_want (self->recent, messages->len);
  WeirKafkaRow row;

  for (guint m = messages->len - n; m < messages->len; m++)
    {
      weir_kafka_message_to_row (messages->pdata[m], headers, &row);
      weir_kafka_recent_add (self->recent, &row);
    }
}

/* Makes rows of the messages, whose memory the columns keep. Takes @messages. */
static gboolean
push_messages (WeirKafkaFeeds *self,
               GPtrArray      *messages,
               WeirSourcePush  push,
               gpointer        data,
               GError        **error)
{
  g_autoptr (WeirBuffer) memory = weir_buffer_new_foreign ((guint8 *)messages, 0, free_messages, messages);
  g_autoptr (GArray)     headers = g_array_new (FALSE, FALSE, sizeof (WeirKafkaHeader));
  g_autoptr (WeirBatch)  batch = NULL;
  WeirKafkaRows         *rows = weir_kafka_rows_new (self->schema, self->needed, messages->len, memory);
  WeirKafkaRow           row;

  for (guint m = 0; m < messages->len; m++)
    {
      weir_kafka_message_to_row (messages->pdata[m], self->needed[WEIR_KAFKA_COLUMN_HEADERS] ? headers : NULL, &row);
      weir_kafka_rows_append (rows, &row);
    }
  keep_recent (self, messages, headers);
  batch = weir_kafka_rows_finish (rows);
  return push (data, batch, error);
}

/* ---- reading a range, on a worker --------------------------------------------------------------------------------- */

/* FALSE: an error that ends the batch. */
static gboolean
take_event (WeirKafkaFeeds     *self,
            WeirKafkaFeed      *feed,
            rd_kafka_message_t *message,
            GError            **error)
{
  rd_kafka_resp_err_t code = message->err;
  g_autofree char    *text = g_strdup (rd_kafka_message_errstr (message));

  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF)
    feed->eof = message->offset;
  rd_kafka_message_destroy (message);
  if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_DATA_LOSS.COULD_NOT_READ_OFFSET_RANGE", WEIR_SPAN_NONE,
                      "Offset %" G_GINT64_FORMAT " of topic %s, partition %d is no longer there: %s. Set failOnDataLoss to false to go on.",
                      feed->position, feed->topic, feed->partition, text);
  if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED || code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__BAD_MSG)
    return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Kafka, topic %s, partition %d: %s.", feed->topic, feed->partition, text);
  return TRUE; /* the client goes on by itself */
}

/* Messages of the range go into @rows, those behind it are kept. */
static gboolean
sort_messages (WeirKafkaFeeds       *self,
               const WeirKafkaRange *range,
               rd_kafka_message_t  **messages,
               gssize                n,
               GPtrArray            *rows,
               GError              **error)
{
  WeirKafkaFeed *feed = range->feed;
  gboolean       ok = TRUE;

  for (gssize i = 0; i < n; i++)
    {
      rd_kafka_message_t *message = messages[i];

      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        ok = take_event (self, feed, message, ok ? error : NULL) && ok;
      else if (message->offset < feed->position)
        rd_kafka_message_destroy (message); /* handed out already */
      else if (message->offset >= range->to)
        g_ptr_array_add (feed->kept, message);
      else
        {
          g_ptr_array_add (rows, message);
          feed->position = message->offset + 1;
        }
    }
  return ok;
}

static gboolean
is_complete (const WeirKafkaRange *range)
{
  return range->feed->position >= range->to || range->feed->kept->len > 0 || range->feed->eof >= range->to;
}

static gboolean
take_kept (WeirKafkaFeeds       *self,
           const WeirKafkaRange *range,
           GPtrArray            *rows,
           GError              **error)
{
  g_autoptr (GPtrArray) kept = g_steal_pointer (&range->feed->kept);

  range->feed->kept = g_ptr_array_new ();
  return sort_messages (self, range, (rd_kafka_message_t **)kept->pdata, kept->len, rows, error);
}

/* The range ends behind what the broker has now: records are lost. */
static gboolean
is_lost (WeirKafkaFeeds       *self,
         const WeirKafkaRange *range)
{
  gint64 end = self->control != NULL ? weir_kafka_control_get_end (self->control, range->feed->topic, range->feed->partition) : -1;

  return end >= 0 && end < range->to;
}

/* @lost: the rest of the range is no longer there and is not waited for. */
static gboolean
check_alive (WeirKafkaFeeds       *self,
             const WeirKafkaRange *range,
             gint64               *last_us,
             gssize                n,
             gboolean             *lost,
             GCancellable         *cancellable,
             GError              **error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (n > 0)
    *last_us = now_us;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  *lost = now_us - *last_us > SILENT_US && is_lost (self, range);
  if (*lost && self->options->fail_on_data_loss)
    return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_DATA_LOSS.PARTITION_OFFSET_CHANGED", WEIR_SPAN_NONE,
                      "Topic %s, partition %d ends before offset %" G_GINT64_FORMAT " now: it was cut back, or deleted and made anew. "
                      "Set failOnDataLoss to false to go on.",
                      range->feed->topic, range->feed->partition, range->to);
  if (self->retry_us >= 0 && now_us - *last_us > MAX (STALLED_US, self->retry_us))
    return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "No answer for topic %s, partition %d from %s.", range->feed->topic,
                      range->feed->partition, self->options->servers);
  return TRUE;
}

static void
set_mark (WeirKafkaFeed *feed,
          GPtrArray     *messages)
{
  const rd_kafka_message_t *message = messages->pdata[messages->len - 1];
  rd_kafka_timestamp_type_t type;

  feed->mark.offset = message->offset;
  feed->mark.crc = weir_kafka_mark_crc (message);
  feed->mark.timestamp_ms = rd_kafka_message_timestamp (message, &type);
}

gboolean
weir_kafka_feeds_read (WeirKafkaFeeds       *feeds,
                       const WeirKafkaRange *range,
                       WeirSourcePush        push,
                       gpointer              push_data,
                       WeirDecodeStats      *stats,
                       GCancellable         *cancellable,
                       GError              **error)
{
  GPtrArray *rows = g_ptr_array_new ();
  gint64     last_us = g_get_monotonic_time ();
  gboolean   lost = FALSE;
  gboolean   ok = take_kept (feeds, range, rows, error);

  while (ok && (rows->len > 0 || !(lost || is_complete (range))))
    {
      rd_kafka_message_t *messages[CONSUME_BATCH];
      gssize              n = 0;

      while (ok && !lost && !is_complete (range) && rows->len + CONSUME_BATCH <= WEIR_VECTOR_ROWS)
        {
          n = rd_kafka_consume_batch_queue (range->feed->queue, rows->len > 0 ? 0 : CONSUME_TIMEOUT_MS, messages, CONSUME_BATCH);
          ok = sort_messages (feeds, range, messages, n, rows, error) && check_alive (feeds, range, &last_us, n, &lost, cancellable, error);
          if (n <= 0 && rows->len > 0)
            break;
        }
      if (!ok || rows->len == 0)
        continue;
      stats->rows += rows->len;
      set_mark (range->feed, rows);
      ok = push_messages (feeds, g_steal_pointer (&rows), push, push_data, error);
      rows = g_ptr_array_new ();
    }
  /* The range may end with offsets that carry no message. */
  if (ok)
    range->feed->position = range->to;
  free_messages (rows);
  return ok;
}
