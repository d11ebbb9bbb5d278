/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-offsets.h"

#include <librdkafka/rdkafka.h>

G_BEGIN_DECLS

/**
 * WeirKafkaMark:
 *
 * The last record of a partition that was read. Offsets alone do not tell a topic from another one that took its name and its place; the
 * record at the offset does.
 */
typedef struct
{
  char   *topic; /* Owned */
  gint32  partition;
  gint64  offset;
  guint32 crc; /* of key and value */
  gint64  timestamp_ms;
} WeirKafkaMark;

GPtrArray *weir_kafka_marks_new (void); /* (transfer full) (element-type WeirKafkaMark) */
GPtrArray *weir_kafka_marks_copy (GPtrArray *marks);
/* Replaces the mark of the partition. */
void    weir_kafka_marks_set (GPtrArray *marks, const WeirKafkaMark *mark);
guint32 weir_kafka_mark_crc (const rd_kafka_message_t *message);

/* A record of the source in the checkpoint: where a batch begins, and the marks; kafka-marks.c says how. (transfer full) */
GBytes  *weir_kafka_marks_write (GPtrArray *begin, GPtrArray *marks);
gboolean weir_kafka_marks_read (GBytes *bytes, GPtrArray **begin, GPtrArray **marks, GError **error);

/**
 * weir_kafka_marks_check:
 * @consumer: one that has no assignment
 * @partitions: (element-type WeirKafkaPartition): those whose record is another one than the mark's have one more in `n_others`
 * @go_on: asked now and then; FALSE ends the call
 *
 * A record that is gone (retention, compaction) proves nothing.
 *
 * Returns: FALSE when the broker did not answer for all
 */
gboolean weir_kafka_marks_check (rd_kafka_t *consumer, GPtrArray *marks, GPtrArray *partitions, gboolean (*go_on) (gpointer data), gpointer data);

G_END_DECLS
