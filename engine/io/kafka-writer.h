/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-rows.h"

G_BEGIN_DECLS

/**
 * WeirKafkaWriter:
 *
 * A producer that writes batches. With a query id each batch is one transaction which also moves the query's progress: the rows and the number
 * of the batch are there together or not at all, for readers that read committed. Without one a batch is written at least once.
 */
typedef struct _WeirKafkaWriter WeirKafkaWriter;

typedef struct
{
  GHashTable   *options;     /* of the table */
  const char   *topic;       /* nullable: rows name theirs */
  const char   *query_id;    /* nullable */
  guint         sink_index;  /* of the query's sinks */
  gint64        retry_us;    /* how long a batch that fails is tried again: records wait for their broker so long at least */
  GCancellable *cancellable; /* nullable */
} WeirKafkaWriterConfig;

/* Calls weir_kafka_writer_add() for every record of the batch; it may be asked for them again. */
typedef gboolean (*WeirKafkaRecordsFunc) (WeirKafkaWriter *writer, gpointer data, GError **error);

/* Connects to nothing yet. (transfer full) (nullable) */
WeirKafkaWriter *weir_kafka_writer_new (const WeirKafkaWriterConfig *config, GError **error);
void             weir_kafka_writer_free (WeirKafkaWriter *writer); /* nullable; returns at once */

/**
 * weir_kafka_writer_connect:
 * @last: (out): the last batch of this query that is there; −1: none, or no query id
 *
 * Ends what an earlier producer of the query left open, unless it is connected already.
 */
gboolean weir_kafka_writer_connect (WeirKafkaWriter *writer, gint64 *last, GError **error);
/* All of the batch, or nothing that readers see. A batch that is there is left as it is: @written FALSE. Who may try again after
 * KAFKA_UNREACHABLE connects first, to see what became of it. */
gboolean weir_kafka_writer_write (WeirKafkaWriter *writer, guint64 batch_id, WeirKafkaRecordsFunc records, gpointer data, gboolean *written, GError **error);
/* Key and value are copied. `offset`, timestamps: not used; `partition` −1: as the key says. */
gboolean weir_kafka_writer_add (WeirKafkaWriter *writer, const WeirKafkaRow *row, GError **error);

G_END_DECLS
