/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/source-private.h"

#include <librdkafka/rdkafka.h>

G_BEGIN_DECLS

typedef enum
{
  WEIR_KAFKA_ASSIGN,
  WEIR_KAFKA_SUBSCRIBE,
  WEIR_KAFKA_PATTERN,
} WeirKafkaStrategy;

/* Offsets of one partition list in Spark's JSON: {"topic":{"0":23,"1":-1}}; −2 earliest, −1 latest. */
typedef struct
{
  char  *topic; /* Owned */
  gint32 partition;
  gint64 offset;
} WeirKafkaOffset;

void weir_kafka_offset_free (WeirKafkaOffset *offset);
/* (transfer full) (nullable) (element-type WeirKafkaOffset) */
GPtrArray *weir_kafka_offsets_parse (const char *json, GError **error);
char      *weir_kafka_offsets_format (GPtrArray *offsets); /* sorted by topic, then partition; (transfer full) */
/* −1001 (RD_KAFKA_OFFSET_INVALID) when absent. */
gint64 weir_kafka_offsets_find (GPtrArray *offsets, const char *topic, gint32 partition);

typedef struct
{
  WeirKafkaStrategy strategy;
  char             *topics;             /* Owned: JSON, comma list or regular expression */
  char             *servers;            /* Owned */
  gint64            start;              /* −2, −1, or RD_KAFKA_OFFSET_INVALID: look at the next two */
  GPtrArray        *start_offsets;      /* Owned, nullable */
  gint64            start_timestamp_ms; /* −1: none */
  gint64            end;
  GPtrArray        *end_offsets; /* Owned, nullable: bounded reads */
  gint64            end_timestamp_ms;
  gint64            max_offsets; /* per trigger; 0: no limit */
  gboolean          fail_on_data_loss;
} WeirKafkaOptions;

gboolean weir_kafka_options_parse (WeirKafkaOptions *kafka, GHashTable *options, gboolean is_streaming, GError **error);
void     weir_kafka_options_clear (WeirKafkaOptions *kafka);
/* A client configuration with the safe defaults of design.md §4 and the allowed `kafka.*` options. (transfer full) (nullable) */
rd_kafka_conf_t *weir_kafka_conf_new (const WeirKafkaOptions *kafka, GHashTable *options, GError **error);

G_END_DECLS
