/* SPDX-License-Identifier: Apache-2.0 */
/* Spark's columns of a Kafka table, from whatever a record comes from. */
#pragma once

#include "io/source-private.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_KAFKA_COLUMN_KEY,
  WEIR_KAFKA_COLUMN_VALUE,
  WEIR_KAFKA_COLUMN_TOPIC,
  WEIR_KAFKA_COLUMN_PARTITION,
  WEIR_KAFKA_COLUMN_OFFSET,
  WEIR_KAFKA_COLUMN_TIMESTAMP,
  WEIR_KAFKA_COLUMN_TIMESTAMP_TYPE,
  WEIR_KAFKA_COLUMN_HEADERS,
  WEIR_KAFKA_N_COLUMNS,
} WeirKafkaColumn;

typedef struct
{
  const char *name;
  const void *value; /* NULL: a header without one */
  gsize       size;
} WeirKafkaHeader;

/* One record; everything borrowed. Key and value stay where they are as long as the columns live (weir_kafka_rows_keep). */
typedef struct
{
  const char            *topic;
  const void            *key, *value; /* NULL: none; a record without value is a tombstone */
  gsize                  key_size, value_size;
  gint32                 partition;
  gint64                 offset;
  gint64                 timestamp_ms;   /* −1: none */
  gint                   timestamp_type; /* Spark's: −1 none, 0 set by the producer, 1 by the broker */
  const WeirKafkaHeader *headers;        /* NULL: none */
  guint                  n_headers;
} WeirKafkaRow;

/* Columns of a Kafka table: the `resolve` of both kinds of source. */
WeirSchema *weir_kafka_resolve_schema (WeirSchema *declared, GHashTable *options, const char *base_dir, GError **error);

typedef struct _WeirKafkaRows WeirKafkaRows;

/* @needed: per column of weir_kafka_resolve_schema(). @memory: what keys and values point into. */
WeirKafkaRows *weir_kafka_rows_new (WeirSchema *pruned, const gboolean *needed, guint capacity, WeirBuffer *memory);
void           weir_kafka_rows_append (WeirKafkaRows *rows, const WeirKafkaRow *row);
/* Frees @rows. (transfer full) */
WeirBatch *weir_kafka_rows_finish (WeirKafkaRows *rows);

G_END_DECLS
