/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-options.h"
#include "io/kafka-rows.h"

G_BEGIN_DECLS

/**
 * WeirKafkaRecent:
 *
 * Records of a table that came lately, with all columns, for previews: a sample of at most %WEIR_RECENT_ROWS a second, copied into a ring of
 * the session's hub. Whoever reads records puts them in: ranges of a batch, the connection test. Thread-safe.
 */
typedef struct _WeirKafkaRecent WeirKafkaRecent;

/* @hub: borrowed, nullable: keeps nothing. @schema: of the table. (transfer full) */
WeirKafkaRecent *weir_kafka_recent_new (WeirReaderHub *hub, const WeirKafkaOptions *options, WeirSchema *schema);
void             weir_kafka_recent_free (WeirKafkaRecent *recent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirKafkaRecent, weir_kafka_recent_free)

/* How many of @n records that were read are to be put in: none while there were enough. */
guint weir_kafka_recent_want (WeirKafkaRecent *recent, guint n);
/* One of those that are wanted; copies @row. */
void weir_kafka_recent_add (WeirKafkaRecent *recent, const WeirKafkaRow *row);
/* peek() of a table with all columns. (transfer full) (nullable) (element-type WeirBatch) */
GPtrArray *weir_kafka_recent_peek (WeirKafkaRecent *recent, guint max);

/* A record of the client as a row, which points into it. @headers: WeirKafkaHeader, filled when not NULL. */
void weir_kafka_message_to_row (const rd_kafka_message_t *message, GArray *headers, WeirKafkaRow *row);

G_END_DECLS
