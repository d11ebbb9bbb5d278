/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-offsets.h"
#include "io/source-private.h"

#include <librdkafka/rdkafka.h>

G_BEGIN_DECLS

typedef enum
{
  WEIR_KAFKA_ASSIGN,
  WEIR_KAFKA_SUBSCRIBE,
  WEIR_KAFKA_PATTERN,
} WeirKafkaStrategy;

typedef struct
{
  WeirKafkaStrategy strategy;
  char             *topics;             /* Owned: JSON, comma list or regular expression */
  GRegex           *pattern;            /* Owned: subscribePattern */
  char            **names;              /* Owned: subscribe */
  GPtrArray        *assigned;           /* Owned: assign */
  char             *servers;            /* Owned */
  char             *replay;             /* Owned, nullable: a folder of kcat's JSON lines instead of servers */
  gint64            start;              /* −2, −1, or RD_KAFKA_OFFSET_INVALID: look at the next two */
  GPtrArray        *start_offsets;      /* Owned, nullable */
  gint64            start_timestamp_ms; /* −1: none */
  GPtrArray        *start_times;        /* Owned, nullable: offsets are ms of the partitions */
  gboolean          start_time_latest;  /* no record at or after the time: the end, instead of an error */
  gint64            end;
  GPtrArray        *end_offsets; /* Owned, nullable: bounded reads */
  gint64            end_timestamp_ms;
  GPtrArray        *end_times;   /* Owned, nullable */
  gint64            max_offsets; /* per trigger; 0: no limit */
  gint64            min_offsets; /* a trigger waits for so many, at most for max_delay_us; 0: for none */
  gint64            max_delay_us;
  gboolean          fail_on_data_loss;
} WeirKafkaOptions;

gboolean weir_kafka_options_parse (WeirKafkaOptions *kafka, GHashTable *options, gboolean is_streaming, GError **error);
void     weir_kafka_options_copy (WeirKafkaOptions *copy, const WeirKafkaOptions *kafka); /* references what is never changed */
void     weir_kafka_options_clear (WeirKafkaOptions *kafka);
/* TRUE when the strategy names this partition; @partition −1: any of the topic. */
gboolean weir_kafka_options_want (const WeirKafkaOptions *kafka, const char *topic, gint32 partition);
/* The time a partition begins or ends at, ms; −1: none. */
gint64 weir_kafka_options_start_time (const WeirKafkaOptions *kafka, const char *topic, gint32 partition);
gint64 weir_kafka_options_end_time (const WeirKafkaOptions *kafka, const char *topic, gint32 partition);
/* FALSE with the error that there is no record at or after the time a partition is to begin at. */
gboolean weir_kafka_options_fail_time (const char *topic, gint32 partition, gint64 timestamp_ms, GError **error);
char    *weir_kafka_options_describe (const WeirKafkaOptions *kafka); /* as Spark's progress does; (transfer full) */
/* A consumer's configuration with the safe defaults of design.md §4 and the allowed `kafka.*` options. @group: NULL: the user's, else one nobody else has.
 * (transfer full) (nullable) */
rd_kafka_conf_t *weir_kafka_conf_new (GHashTable *options, const char *group, GError **error);
/* A producer's: idempotent, keys to partitions as Java's does. (transfer full) (nullable) */
rd_kafka_conf_t *weir_kafka_producer_conf_new (GHashTable *options, GError **error);
/* FALSE with INVALID_PARAMETER_VALUE when librdkafka does not take it. */
gboolean weir_kafka_conf_set (rd_kafka_conf_t *conf, const char *name, const char *value, GError **error);

G_END_DECLS
