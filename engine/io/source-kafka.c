/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/kafka-control.h"

#include "base/limits.h"
#include "column/column-builder.h"

#include <string.h>

/*
 * Kafka
 *
 * The control thread (kafka-control.c) knows partitions and ends; a batch takes, of every partition, the offsets from where the last batch
 * ended up to the end it saw. A morsel is one partition's range.
 *
 * One consumer with all partitions assigned goes on from batch to batch. It is never sought, paused or rebalanced: when a range does not
 * begin where the consumer stands (first batch, a batch run again, new partitions), a new consumer is made. Every partition has a queue of
 * its own; messages behind the planned end are kept for the next batch. Every offset is checked against the range, so nothing is
 * read twice or left out; transaction markers and aborted records take offsets without a message, so a range ends with a message at
 * or behind its end, or with the partition's end.
 *
 * Nothing is ever committed to the broker.
 */

#define CONSUME_BATCH      2048
#define CONSUME_TIMEOUT_MS 50
/* A broker that answers nothing for this long while a batch runs. */
#define STALLED_US (30 * G_USEC_PER_SEC)

enum
{
  COLUMN_KEY,
  COLUMN_VALUE,
  COLUMN_TOPIC,
  COLUMN_PARTITION,
  COLUMN_OFFSET,
  COLUMN_TIMESTAMP,
  COLUMN_TIMESTAMP_TYPE,
  COLUMN_HEADERS,
  N_COLUMNS,
};

/* A partition of the consumer. */
typedef struct
{
  char             *topic; /* Owned */
  gint32            partition;
  rd_kafka_queue_t *queue;    /* Owned */
  gint64            position; /* next offset that has not been handed out */
  GPtrArray        *kept;     /* Owned: rd_kafka_message_t behind the last range */
  gint64            eof;      /* offset of the last end of partition seen; −1 */
} Feed;

typedef struct
{
  WeirSource        parent;
  WeirKafkaOptions  options; /* Owned */
  GHashTable       *conf;    /* Owned: all options, for new clients */
  WeirKafkaControl *control; /* Owned, from start on */
  GMainContext     *context; /* Owned: of the query */
  WeirSchema       *schema;  /* Owned: pruned */
  gboolean          needed[N_COLUMNS];
  gint64            retry_us;
  gboolean          is_streaming;
  char             *frozen;   /* Owned, nullable: ends fixed by freeze */
  rd_kafka_t       *consumer; /* Owned, nullable */
  GPtrArray        *feeds;    /* Owned: Feed */
} KafkaSource;

typedef struct
{
  Feed  *feed; /* Borrowed */
  gint64 from, to;
} Range;

/* ---- schema ------------------------------------------------------------------------------------------------------- */

static WeirSchema *
kafka_resolve (WeirSchema *declared,
               GHashTable *options,
               const char *base_dir,
               GError    **error)
{
  const char *ddl = "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, timestampType INT";
  gboolean    headers;

  if (declared != NULL)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE,
                 "A Kafka table has Spark's columns (key, value, topic, …); declare none. from_json(CAST(value AS STRING), '…') makes columns of the value.");
      return NULL;
    }
  if (!_weir_io_option_bool (options, "includeheaders", FALSE, &headers, error))
    return NULL;
  if (headers)
    ddl = "key BINARY, value BINARY, topic STRING, partition INT, offset BIGINT, timestamp TIMESTAMP, timestampType INT, "
          "headers ARRAY<STRUCT<key: STRING, value: BINARY>>";
  return weir_type_parse_ddl (ddl, error);
}

/* ---- life --------------------------------------------------------------------------------------------------------- */

static void
feed_free (gpointer data)
{
  Feed *feed = data;

  for (guint i = 0; i < feed->kept->len; i++)
    rd_kafka_message_destroy (feed->kept->pdata[i]);
  g_ptr_array_unref (feed->kept);
  if (feed->queue != NULL)
    rd_kafka_queue_destroy (feed->queue);
  g_free (feed->topic);
  g_free (feed);
}

static gboolean
kafka_open (WeirSource             *source,
            const WeirSourceConfig *config,
            GError                **error)
{
  static const char *const kinds[] = { "Assign", "Subscribe", "SubscribePattern" };
  KafkaSource             *self = (KafkaSource *)source;
  GHashTableIter           iter;
  gpointer                 key, value;
  rd_kafka_conf_t         *conf;

  if (_weir_io_option_get (config->options, "replay") != NULL)
    return weir_fail_unsupported (error, WEIR_ERROR_ANALYZE, WEIR_SPAN_NONE, "option replay of format kafka");
  if (!weir_kafka_options_parse (&self->options, config->options, config->is_streaming, error))
    return FALSE;
  self->conf = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_iter_init (&iter, config->options);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (self->conf, g_strdup (key), g_strdup (value));
  conf = weir_kafka_conf_new (&self->options, self->conf, error);
  if (conf == NULL)
    return FALSE;
  rd_kafka_conf_destroy (conf);
  self->schema = _weir_schema_prune (config->schema, config->needed);
  for (guint i = 0; i < config->schema->n_fields && i < N_COLUMNS; i++)
    self->needed[i] = config->needed == NULL || config->needed[i];
  self->retry_us = config->retry_us;
  self->is_streaming = config->is_streaming;
  self->feeds = g_ptr_array_new_with_free_func (feed_free);
  source->description = g_strdup_printf ("KafkaV2[%s[%s]]", kinds[self->options.strategy], self->options.topics);
  return TRUE;
}

static void
changed_cb (gpointer data)
{
  KafkaSource *self = data;

  _weir_source_wake (&self->parent, self->context);
}

static void
kafka_start (WeirSource *source)
{
  KafkaSource       *self = (KafkaSource *)source;
  g_autoptr (GError) error = NULL;
  rd_kafka_conf_t   *conf = weir_kafka_conf_new (&self->options, self->conf, &error);

  self->context = g_main_context_ref_thread_default ();
  weir_source_set_state (source, WEIR_SOURCE_CONNECTING, NULL, 0);
  if (conf != NULL)
    self->control = weir_kafka_control_new (source, &self->options, conf, self->retry_us, changed_cb, self, &error);
  if (self->control == NULL)
    weir_source_set_state (source, WEIR_SOURCE_FAILED, g_strdup (error->message), 0);
}

static gpointer
destroy_consumer (gpointer consumer)
{
  rd_kafka_destroy (consumer);
  return NULL;
}

/* Ending a client may wait for the network: never on the query's thread. */
static void
drop_consumer (KafkaSource *self)
{
  g_ptr_array_set_size (self->feeds, 0);
  if (self->consumer != NULL)
    g_thread_unref (g_thread_new ("weir-kafka-end", destroy_consumer, g_steal_pointer (&self->consumer)));
}

static void
kafka_stop (WeirSource *source)
{
  KafkaSource *self = (KafkaSource *)source;

  g_clear_pointer (&self->control, weir_kafka_control_free);
  drop_consumer (self);
}

static void
kafka_finalize (WeirSource *source)
{
  KafkaSource *self = (KafkaSource *)source;

  if (self->feeds != NULL)
    kafka_stop (source);
  g_clear_pointer (&self->feeds, g_ptr_array_unref);
  g_clear_pointer (&self->conf, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->schema, weir_type_unref);
  weir_kafka_options_clear (&self->options);
  g_free (self->frozen);
}

/* ---- offsets ------------------------------------------------------------------------------------------------------ */

/* Of @from's partitions, or their starts. */
static gint64
position_of (const WeirKafkaPartition *partition,
             GPtrArray                *from)
{
  gint64 offset = weir_kafka_offsets_find (from, partition->topic, partition->partition);

  return offset != RD_KAFKA_OFFSET_INVALID ? offset : partition->start;
}

/* Spreads maxOffsetsPerTrigger over the partitions in proportion to what each has. */
static gint64
limited_end (KafkaSource *self,
             gint64       from,
             gint64       to,
             gint64       total)
{
  double share;

  if (self->options.max_offsets == 0 || total <= self->options.max_offsets || to <= from)
    return to;
  share = (double)self->options.max_offsets * (double)(to - from) / (double)total;
  return MIN (to, from + MAX (1, (gint64)share));
}

static char *
ends_of (KafkaSource *self,
         GPtrArray   *partitions,
         GPtrArray   *from,
         gboolean     unlimited)
{
  g_autoptr (GPtrArray) ends = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_kafka_offset_free);
  gint64                total = 0;

  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];

      total += MAX (0, partition->high - position_of (partition, from));
    }
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      WeirKafkaOffset          *end = g_new0 (WeirKafkaOffset, 1);
      gint64                    at = position_of (partition, from);

      end->topic = g_strdup (partition->topic);
      end->partition = partition->partition;
      end->offset = unlimited ? MAX (at, partition->high) : MAX (at, limited_end (self, at, partition->high, total));
      g_ptr_array_add (ends, end);
    }
  return weir_kafka_offsets_format (ends);
}

static gboolean
check_loss (KafkaSource *self,
            GPtrArray   *partitions,
            GPtrArray   *from,
            GError     **error)
{
  for (guint i = 0; self->options.fail_on_data_loss && i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      gint64                    at = position_of (partition, from);

      if (at < partition->low)
        return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_DATA_LOSS.START_OFFSET_RESET", WEIR_SPAN_NONE,
                          "Records %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " of topic %s, partition %d are gone (retention). "
                          "Set failOnDataLoss to false to go on with the oldest there is.",
                          at, partition->low - 1, partition->topic, partition->partition);
    }
  return TRUE;
}

/* Waits for the first answer in a bounded read, whose caller has no loop to come back from. */
static GPtrArray *
wait_partitions (KafkaSource *self,
                 GError     **error)
{
  for (;;)
    {
      GPtrArray *partitions = weir_kafka_control_get_partitions (self->control);
      GError    *failed = weir_kafka_control_get_error (self->control);

      if (failed != NULL)
        {
          g_propagate_error (error, failed);
          g_clear_pointer (&partitions, g_ptr_array_unref);
          return NULL;
        }
      if (partitions != NULL || self->is_streaming)
        return partitions;
      g_main_context_iteration (self->context, TRUE);
    }
}

static char *
kafka_latest (WeirSource *source,
              const char *from,
              gboolean    unlimited,
              GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) begin = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GError)    failed = NULL;
  g_autoptr (GPtrArray) partitions = NULL;
  g_autofree char      *end = NULL;

  if (self->control == NULL || (*from != '\0' && begin == NULL))
    {
      if (self->control == NULL)
        weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "%s", self->parent.status.message);
      return NULL;
    }
  partitions = wait_partitions (self, &failed);
  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  if (partitions == NULL)
    return g_strdup (from); /* not connected yet */
  if (!check_loss (self, partitions, begin, error))
    return NULL;
  if (self->frozen != NULL)
    {
      g_autoptr (GPtrArray) last = weir_kafka_offsets_parse (self->frozen, NULL);

      for (guint i = 0; i < partitions->len; i++)
        {
          WeirKafkaPartition *partition = partitions->pdata[i];
          gint64              limit = weir_kafka_offsets_find (last, partition->topic, partition->partition);

          partition->high = limit >= 0 ? MIN (partition->high, limit) : partition->start;
        }
    }
  end = ends_of (self, partitions, begin, unlimited);
  if (begin == NULL)
    {
      /* Nothing at all to read is no batch. */
      gboolean any = FALSE;

      for (guint i = 0; i < partitions->len; i++)
        any = any || ((WeirKafkaPartition *)partitions->pdata[i])->high > ((WeirKafkaPartition *)partitions->pdata[i])->start;
      if (!any)
        return g_strdup (from);
    }
  return g_steal_pointer (&end);
}

static char *
kafka_freeze (WeirSource *source,
              GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) partitions = NULL;
  GError               *failed = NULL;

  if (self->control == NULL)
    return NULL;
  if (self->frozen == NULL)
    {
      failed = weir_kafka_control_get_error (self->control);
      if (failed != NULL)
        {
          g_propagate_error (error, failed);
          return NULL;
        }
      partitions = weir_kafka_control_get_partitions (self->control);
      if (partitions == NULL)
        return NULL;
      self->frozen = ends_of (self, partitions, NULL, TRUE);
    }
  return g_strdup (self->frozen);
}

/* ---- the consumer ------------------------------------------------------------------------------------------------- */

static Feed *
find_feed (KafkaSource *self,
           const char  *topic,
           gint32       partition)
{
  for (guint i = 0; i < self->feeds->len; i++)
    {
      Feed *feed = self->feeds->pdata[i];

      if (feed->partition == partition && strcmp (feed->topic, topic) == 0)
        return feed;
    }
  return NULL;
}

static gboolean
stands_at (KafkaSource *self,
           GPtrArray   *partitions,
           GPtrArray   *from)
{
  if (self->consumer == NULL || self->feeds->len != partitions->len)
    return FALSE;
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      const Feed               *feed = find_feed (self, partition->topic, partition->partition);

      if (feed == NULL || feed->position != position_of (partition, from))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_consumer (KafkaSource *self,
               GPtrArray   *partitions,
               GPtrArray   *from,
               GError     **error)
{
  rd_kafka_topic_partition_list_t *list;
  rd_kafka_conf_t                 *conf;
  char                             text[512];

  drop_consumer (self);
  conf = weir_kafka_conf_new (&self->options, self->conf, error);
  if (conf == NULL)
    return FALSE;
  self->consumer = rd_kafka_new (RD_KAFKA_CONSUMER, conf, text, sizeof text);
  if (self->consumer == NULL)
    {
      rd_kafka_conf_destroy (conf);
      return weir_fail (error, WEIR_ERROR_RUN, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Kafka: %s.", text);
    }
  list = rd_kafka_topic_partition_list_new ((int)partitions->len);
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      Feed                     *feed = g_new0 (Feed, 1);

      feed->topic = g_strdup (partition->topic);
      feed->partition = partition->partition;
      feed->position = MAX (position_of (partition, from), self->options.fail_on_data_loss ? 0 : partition->low);
      feed->kept = g_ptr_array_new ();
      feed->eof = -1;
      /* Its own queue before the first fetch, so that nothing takes the common way. */
      feed->queue = rd_kafka_queue_get_partition (self->consumer, feed->topic, feed->partition);
      rd_kafka_queue_forward (feed->queue, NULL);
      g_ptr_array_add (self->feeds, feed);
      rd_kafka_topic_partition_list_add (list, feed->topic, feed->partition)->offset = feed->position;
    }
  if (rd_kafka_assign (self->consumer, list) != RD_KAFKA_RESP_ERR_NO_ERROR)
    weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "Kafka did not take the assignment of %s.", self->options.topics);
  rd_kafka_topic_partition_list_destroy (list);
  /* assign() forwards partition queues to the common one again. */
  for (guint i = 0; i < self->feeds->len; i++)
    rd_kafka_queue_forward (((Feed *)self->feeds->pdata[i])->queue, NULL);
  return error == NULL || *error == NULL;
}

static GPtrArray *
kafka_plan (WeirSource *source,
            const char *from,
            const char *to,
            GError    **error)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) begin = *from != '\0' ? weir_kafka_offsets_parse (from, error) : NULL;
  g_autoptr (GPtrArray) end = weir_kafka_offsets_parse (to, error);
  g_autoptr (GPtrArray) partitions = weir_kafka_control_get_partitions (self->control);
  GPtrArray            *ranges;
  GError               *local = NULL;

  if (end == NULL || partitions == NULL)
    return NULL;
  if (!stands_at (self, partitions, begin) && !make_consumer (self, partitions, begin, &local))
    {
      g_propagate_error (error, local);
      return NULL;
    }
  ranges = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < end->len; i++)
    {
      const WeirKafkaOffset *offset = end->pdata[i];
      Feed                  *feed = find_feed (self, offset->topic, offset->partition);
      Range                  range = { feed, feed != NULL ? feed->position : 0, offset->offset };

      if (feed != NULL && range.to > range.from)
        g_ptr_array_add (ranges, g_memdup2 (&range, sizeof range));
    }
  return ranges;
}

/* ---- reading a range, on a worker --------------------------------------------------------------------------------- */

static void
free_messages (gpointer data)
{
  GPtrArray *messages = data;

  for (guint i = 0; i < messages->len; i++)
    rd_kafka_message_destroy (messages->pdata[i]);
  g_ptr_array_unref (messages);
}

static void
append_headers (WeirColumnBuilder  *builder,
                rd_kafka_message_t *message)
{
  rd_kafka_headers_t *headers;
  guint               n = 0;
  const char         *name;
  const void         *value;
  size_t              size;

  if (rd_kafka_message_headers (message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      weir_column_builder_append_null (builder);
      return;
    }
  while (rd_kafka_header_get_all (headers, n, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      WeirColumnBuilder *element = builder->children[0];

      weir_column_builder_append_bytes (element->children[0], name, strlen (name));
      if (value != NULL)
        weir_column_builder_append_bytes (element->children[1], value, size);
      else
        weir_column_builder_append_null (element->children[1]);
      weir_column_builder_append_struct (element);
      n++;
    }
  weir_column_builder_append_list (builder, n);
}

static void
append_bytes (WeirColumnBuilder *builder,
              const void        *data,
              gsize              len)
{
  if (data == NULL)
    weir_column_builder_append_null (builder);
  else
    weir_column_builder_append_view (builder, weir_view_new (data, (guint32)len));
}

static void
append_message (KafkaSource        *self,
                WeirColumnBuilder **builders,
                rd_kafka_message_t *message)
{
  rd_kafka_timestamp_type_t type;
  gint64                    timestamp_ms = rd_kafka_message_timestamp (message, &type);
  const char               *topic = rd_kafka_topic_name (message->rkt);
  guint                     n = 0;

  if (self->needed[COLUMN_KEY])
    append_bytes (builders[n++], message->key, message->key_len);
  if (self->needed[COLUMN_VALUE])
    append_bytes (builders[n++], message->payload, message->len);
  if (self->needed[COLUMN_TOPIC])
    weir_column_builder_append_bytes (builders[n++], topic, strlen (topic));
  if (self->needed[COLUMN_PARTITION])
    weir_column_builder_append_i64 (builders[n++], message->partition);
  if (self->needed[COLUMN_OFFSET])
    weir_column_builder_append_i64 (builders[n++], message->offset);
  if (self->needed[COLUMN_TIMESTAMP])
    weir_column_builder_append_i64 (builders[n++], timestamp_ms * 1000);
  if (self->needed[COLUMN_TIMESTAMP_TYPE])
    weir_column_builder_append_i64 (builders[n++], type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? 1 : 0);
  if (self->needed[COLUMN_HEADERS])
    append_headers (builders[n++], message);
}

/* Makes rows of the messages, whose memory the columns keep. Takes @messages. */
static gboolean
push_messages (KafkaSource   *self,
               GPtrArray     *messages,
               WeirSourcePush push,
               gpointer       data,
               GError       **error)
{
  guint                          n_columns = self->schema->n_fields;
  g_autofree WeirColumnBuilder **builders = g_new0 (WeirColumnBuilder *, MAX (n_columns, 1));
  g_autofree WeirColumn        **columns = g_new0 (WeirColumn *, MAX (n_columns, 1));
  g_autoptr (WeirBuffer)         memory = weir_buffer_new_foreign ((guint8 *)messages, 0, free_messages, messages);
  g_autoptr (WeirBatch)          batch = NULL;

  for (guint i = 0; i < n_columns; i++)
    {
      builders[i] = weir_column_builder_new (self->schema->fields[i].type, messages->len);
      if (self->schema->fields[i].type->kind == WEIR_TYPE_BINARY)
        weir_column_builder_keep (builders[i], memory);
    }
  for (guint m = 0; m < messages->len; m++)
    append_message (self, builders, messages->pdata[m]);
  for (guint i = 0; i < n_columns; i++)
    {
      columns[i] = weir_column_builder_finish (builders[i]);
      weir_column_builder_free (builders[i]);
    }
  batch = weir_batch_new (self->schema, messages->len, columns);
  return push (data, batch, error);
}

/* FALSE: an error that ends the batch. */
static gboolean
take_event (KafkaSource        *self,
            Feed               *feed,
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
sort_messages (KafkaSource         *self,
               const Range         *range,
               rd_kafka_message_t **messages,
               gssize               n,
               GPtrArray           *rows,
               GError             **error)
{
  Feed    *feed = range->feed;
  gboolean ok = TRUE;

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
is_complete (const Range *range)
{
  return range->feed->position >= range->to || range->feed->kept->len > 0 || range->feed->eof >= range->to;
}

static gboolean
take_kept (KafkaSource *self,
           const Range *range,
           GPtrArray   *rows,
           GError     **error)
{
  g_autoptr (GPtrArray) kept = g_steal_pointer (&range->feed->kept);

  range->feed->kept = g_ptr_array_new ();
  return sort_messages (self, range, (rd_kafka_message_t **)kept->pdata, kept->len, rows, error);
}

static gboolean
check_alive (KafkaSource  *self,
             const Range  *range,
             gint64       *last_us,
             gssize        n,
             GCancellable *cancellable,
             GError      **error)
{
  gint64 now_us = g_get_monotonic_time ();

  if (n > 0)
    *last_us = now_us;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (self->retry_us >= 0 && now_us - *last_us > MAX (STALLED_US, self->retry_us))
    return weir_fail (error, WEIR_ERROR_RUN, "KAFKA_UNREACHABLE", WEIR_SPAN_NONE, "No answer for topic %s, partition %d from %s.", range->feed->topic,
                      range->feed->partition, self->options.servers);
  return TRUE;
}

static gboolean
kafka_read (WeirSource      *source,
            gpointer         morsel,
            WeirSourcePush   push,
            gpointer         push_data,
            WeirDecodeStats *stats,
            GCancellable    *cancellable,
            GError         **error)
{
  KafkaSource *self = (KafkaSource *)source;
  const Range *range = morsel;
  GPtrArray   *rows = g_ptr_array_new ();
  gint64       last_us = g_get_monotonic_time ();
  gboolean     ok = take_kept (self, range, rows, error);

  while (ok && (rows->len > 0 || !is_complete (range)))
    {
      rd_kafka_message_t *messages[CONSUME_BATCH];
      gssize              n = 0;

      while (ok && !is_complete (range) && rows->len + CONSUME_BATCH <= WEIR_VECTOR_ROWS)
        {
          n = rd_kafka_consume_batch_queue (range->feed->queue, rows->len > 0 ? 0 : CONSUME_TIMEOUT_MS, messages, CONSUME_BATCH);
          ok = sort_messages (self, range, messages, n, rows, error) && check_alive (self, range, &last_us, n, cancellable, error);
          if (n <= 0 && rows->len > 0)
            break;
        }
      if (!ok || rows->len == 0)
        continue;
      stats->rows += rows->len;
      ok = push_messages (self, g_steal_pointer (&rows), push, push_data, error);
      rows = g_ptr_array_new ();
    }
  /* The range may end with offsets that carry no message. */
  if (ok)
    range->feed->position = range->to;
  free_messages (rows);
  return ok;
}

static void
kafka_commit (WeirSource *source,
              const char *to)
{
}

static void
kafka_metrics (WeirSource *source,
               GHashTable *metrics)
{
  KafkaSource          *self = (KafkaSource *)source;
  g_autoptr (GPtrArray) partitions = self->control != NULL ? weir_kafka_control_get_partitions (self->control) : NULL;
  gint64                least = G_MAXINT64, most = 0, sum = 0;

  if (partitions == NULL || partitions->len == 0)
    return;
  for (guint i = 0; i < partitions->len; i++)
    {
      const WeirKafkaPartition *partition = partitions->pdata[i];
      const Feed               *feed = find_feed (self, partition->topic, partition->partition);
      gint64                    behind = MAX (0, partition->high - (feed != NULL ? feed->position : partition->start));

      least = MIN (least, behind);
      most = MAX (most, behind);
      sum += behind;
    }
  g_hash_table_insert (metrics, g_strdup ("minOffsetsBehindLatest"), g_strdup_printf ("%" G_GINT64_FORMAT, least));
  g_hash_table_insert (metrics, g_strdup ("maxOffsetsBehindLatest"), g_strdup_printf ("%" G_GINT64_FORMAT, most));
  g_hash_table_insert (metrics, g_strdup ("avgOffsetsBehindLatest"), g_strdup_printf ("%.1f", (double)sum / partitions->len));
}

static const WeirSourceClass kafka_class = {
  .format = "kafka",
  .open = kafka_open,
  .start = kafka_start,
  .latest = kafka_latest,
  .freeze = kafka_freeze,
  .plan = kafka_plan,
  .read = kafka_read,
  .commit = kafka_commit,
  .metrics = kafka_metrics,
  .stop = kafka_stop,
  .finalize = kafka_finalize,
};

const WeirSourceKind _weir_source_kafka = { &kafka_class, sizeof (KafkaSource), kafka_resolve };
