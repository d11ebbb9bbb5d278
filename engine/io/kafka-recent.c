/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/kafka-recent.h"

#include "base/limits.h"
#include "io/recent.h"

#include <string.h>

/*
 * A piece of the ring is one record. Partitions are read side by side and each hands over its records by itself, so one of them may take only a
 * part of what is kept in a while; the others are to be seen as well.
 */

#define WHILE_US         (G_USEC_PER_SEC / 2)
#define ROWS_A_WHILE     (WEIR_RECENT_ROWS / 2)
#define ROWS_AT_ONCE     32
#define RECORD_BYTES_MAX (64u << 10)

struct _WeirKafkaRecent
{
  WeirReaderHub *hub;    /* Borrowed, nullable */
  char          *key;    /* Owned: the ring's */
  WeirRecent    *ring;   /* Owned, nullable: from the first record on */
  WeirSchema    *schema; /* Owned */
  gboolean       needed[WEIR_KAFKA_N_COLUMNS];
  GMutex         lock;
  gint64         began_us; /* monotonic */
  guint          n_kept;   /* since then */
};

WeirKafkaRecent *
weir_kafka_recent_new (WeirReaderHub          *hub,
                       const WeirKafkaOptions *options,
                       WeirSchema             *schema)
{
  WeirKafkaRecent *self = g_new0 (WeirKafkaRecent, 1);
  g_autofree char *topics = weir_kafka_options_describe (options);

  self->hub = hub;
  self->key = g_strdup_printf ("kafka:%s %s %u", options->replay != NULL ? options->replay : options->servers, topics, schema->n_fields);
  self->schema = weir_type_ref (schema);
  for (guint i = 0; i < schema->n_fields && i < WEIR_KAFKA_N_COLUMNS; i++)
    self->needed[i] = TRUE;
  g_mutex_init (&self->lock);
  return self;
}

void
weir_kafka_recent_free (WeirKafkaRecent *recent)
{
  if (recent == NULL)
    return;
  weir_recent_unref (recent->ring);
  weir_type_unref (recent->schema);
  g_free (recent->key);
  g_mutex_clear (&recent->lock);
  g_free (recent);
}

guint
weir_kafka_recent_want (WeirKafkaRecent *recent,
                        guint            n)
{
  gint64 now_us;

  if (recent->hub == NULL || n == 0)
    return 0;
  now_us = g_get_monotonic_time ();
  g_mutex_lock (&recent->lock);
  if (recent->ring == NULL)
    recent->ring = weir_recent_get (recent->hub, recent->key, &weir_recent_batches);
  if (now_us - recent->began_us >= WHILE_US)
    {
      recent->began_us = now_us;
      recent->n_kept = 0;
    }
  n = MIN (n, MIN (ROWS_AT_ONCE, ROWS_A_WHILE - recent->n_kept));
  recent->n_kept += n;
  g_mutex_unlock (&recent->lock);
  return n;
}

void
weir_kafka_recent_add (WeirKafkaRecent    *recent,
                       const WeirKafkaRow *row)
{
  gsize                  bytes = row->key_size + row->value_size;
  g_autoptr (WeirBuffer) memory = NULL;
  g_autoptr (WeirBatch)  batch = NULL;
  WeirKafkaRow           copy = *row;
  WeirKafkaRows         *rows;

  if (bytes > RECORD_BYTES_MAX)
    return;
  memory = weir_buffer_new (MAX (bytes, 1));
  if (row->key_size > 0)
    memcpy (memory->data, row->key, row->key_size);
  if (row->value_size > 0)
    memcpy (memory->data + row->key_size, row->value, row->value_size);
  copy.key = row->key != NULL ? memory->data : NULL;
  copy.value = row->value != NULL ? memory->data + row->key_size : NULL;
  rows = weir_kafka_rows_new (recent->schema, recent->needed, 1, memory);
  weir_kafka_rows_append (rows, &copy);
  batch = weir_kafka_rows_finish (rows);
  weir_recent_add (recent->ring, batch, 1, bytes + weir_batch_bytes (batch));
}

GPtrArray *
weir_kafka_recent_peek (WeirKafkaRecent *recent,
                        guint            max)
{
  g_autoptr (WeirRecent) ring = recent->hub != NULL ? weir_recent_find (recent->hub, recent->key) : NULL;
  g_autoptr (GPtrArray)  all = ring != NULL ? weir_recent_list (ring) : NULL;
  guint                  n = all != NULL ? MIN (all->len, max) : 0;
  GPtrArray             *batches;

  if (n == 0)
    return NULL;
  batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  g_ptr_array_add (batches, weir_batch_concat ((WeirBatch **)all->pdata + (all->len - n), n));
  return batches;
}

static void
collect_headers (const rd_kafka_message_t *message,
                 GArray                   *found,
                 WeirKafkaRow             *row)
{
  rd_kafka_headers_t *headers;
  WeirKafkaHeader     header;
  size_t              size;

  g_array_set_size (found, 0);
  if (rd_kafka_message_headers (message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  while (rd_kafka_header_get_all (headers, found->len, &header.name, &header.value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
    {
      header.size = size;
      g_array_append_val (found, header);
    }
  row->headers = (const WeirKafkaHeader *)found->data;
  row->n_headers = found->len;
}

void
weir_kafka_message_to_row (const rd_kafka_message_t *message,
                           GArray                   *headers,
                           WeirKafkaRow             *row)
{
  rd_kafka_timestamp_type_t type;

  *row = (WeirKafkaRow){ .topic = rd_kafka_topic_name (message->rkt), .partition = message->partition, .offset = message->offset };
  row->key = message->key;
  row->key_size = message->key_len;
  row->value = message->payload;
  row->value_size = message->len;
  row->timestamp_ms = rd_kafka_message_timestamp (message, &type);
  row->timestamp_type = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? 1 : (type == RD_KAFKA_TIMESTAMP_CREATE_TIME ? 0 : -1);
  if (headers != NULL)
    collect_headers (message, headers, row);
}
