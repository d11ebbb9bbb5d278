/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-options.h"

G_BEGIN_DECLS

/**
 * WeirKafkaControl:
 *
 * A thread that asks the cluster what there is — partitions, ends, offsets by time — so that nobody else waits for the network. Its findings
 * are read under a lock that is held for copies only.
 */
typedef struct _WeirKafkaControl WeirKafkaControl;

/* @changed is called in the control thread: new ends, or a new state of @source (set by the control thread). Takes @conf. */
WeirKafkaControl *weir_kafka_control_new (WeirSource *source, const WeirKafkaOptions *options, rd_kafka_conf_t *conf, gint64 retry_us, void (*changed) (gpointer data), gpointer data, GError **error);
void              weir_kafka_control_free (WeirKafkaControl *control); /* returns within 100 ms; the client ends in the background */
/* The partitions found so far, copied; NULL before the first answer. (transfer full) (element-type WeirKafkaPartition) */
GPtrArray *weir_kafka_control_get_partitions (WeirKafkaControl *control);
/* A failure that retrying does not mend (unknown topic, wrong sign-in). (transfer full) (nullable) */
GError *weir_kafka_control_get_error (WeirKafkaControl *control);

/* Fills `low` and `high` of (element-type WeirKafkaPartition) @partitions, as @client's isolation level sees them. FALSE: no answer, or not for all. */
gboolean weir_kafka_ask_ends (rd_kafka_t *client, GPtrArray *partitions, int timeout_ms);

G_END_DECLS
