/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"

G_BEGIN_DECLS

/* Offsets as names and before anything is known; librdkafka has the same numbers. */
#define WEIR_KAFKA_LATEST   (-1)
#define WEIR_KAFKA_EARLIEST (-2)
#define WEIR_KAFKA_NONE     (-1001)

/* One of a list in Spark's JSON: {"topic":{"0":23,"1":-1}}; −2 earliest, −1 latest. */
typedef struct
{
  char  *topic; /* Owned */
  gint32 partition;
  gint64 offset; /* the next to be read */
} WeirKafkaOffset;

void weir_kafka_offset_free (WeirKafkaOffset *offset);
/* Also {"topic":[0,1]}, whose offsets are WEIR_KAFKA_NONE. Sorted by topic, then partition. (transfer full) (nullable) (element-type WeirKafkaOffset) */
GPtrArray *weir_kafka_offsets_parse (const char *json, GError **error);
void       weir_kafka_offsets_add (GPtrArray *offsets, const char *topic, gint32 partition, gint64 offset);
char      *weir_kafka_offsets_format (GPtrArray *offsets); /* sorted by topic, then partition; (transfer full) */
/* WEIR_KAFKA_NONE when absent; @offsets nullable. */
gint64 weir_kafka_offsets_find (GPtrArray *offsets, const char *topic, gint32 partition);

/* What is known of a partition. */
typedef struct
{
  char  *topic; /* Owned */
  gint32 partition;
  gint64 low, high; /* next offset to be written: one behind the last that can be read */
  gint64 start;     /* where a stream that has no offset yet begins */
  guint  n_others;  /* how often another topic than the one that was read was found to have its name */
} WeirKafkaPartition;

WeirKafkaPartition *weir_kafka_partition_new (const char *topic, gint32 partition); /* all offsets WEIR_KAFKA_NONE */
void                weir_kafka_partition_free (WeirKafkaPartition *partition);
WeirKafkaPartition *weir_kafka_partitions_find (GPtrArray *partitions, const char *topic, gint32 partition); /* (nullable) */

/* Where a batch begins that starts at @from (nullable: before the first batch). */
gint64 weir_kafka_position (const WeirKafkaPartition *partition, GPtrArray *from);

/**
 * weir_kafka_plan_end:
 * @partitions: (element-type WeirKafkaPartition): what there is
 * @from: (nullable) (element-type WeirKafkaOffset): where the last batch ended
 * @max_offsets: offsets one batch may take, shared out as Spark does; 0: no limit
 *
 * How far a batch goes. No partition goes back behind @from, whatever the broker says its end is.
 *
 * Returns: (transfer full) (element-type WeirKafkaOffset): one a partition
 */
GPtrArray *weir_kafka_plan_end (GPtrArray *partitions, GPtrArray *from, gint64 max_offsets);

/* The ends of all partitions as an offset; NULL when there is none. (transfer full) (nullable) */
char *weir_kafka_format_ends (GPtrArray *partitions);

/* Offsets between @from and the ends. */
gint64 weir_kafka_count_available (GPtrArray *partitions, GPtrArray *from);

/* Takes what is behind @last (nullable: nothing) off the partitions; one that is not in it has nothing at all. */
void weir_kafka_clip (GPtrArray *partitions, GPtrArray *last);

/* TRUE when a stream that has not begun finds a record. */
gboolean weir_kafka_any_record (GPtrArray *partitions);

G_END_DECLS
