/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-marks.h"
#include "io/kafka-options.h"

G_BEGIN_DECLS

/**
 * WeirKafkaControl:
 *
 * A thread that asks the cluster what there is — partitions, ends, offsets by time — so that nobody else waits for the network. Its findings
 * are read under a lock that is held for copies only.
 */
typedef struct _WeirKafkaControl WeirKafkaControl;

typedef struct
{
  WeirSource             *source; /* the control thread sets its state */
  const WeirKafkaOptions *options;
  GHashTable             *table;      /* all options of the table */
  rd_kafka_conf_t        *conf;       /* taken */
  GPtrArray              *marks;      /* (element-type WeirKafkaMark): of the run before; weir_kafka_control_set_marks() has newer ones */
  gboolean                is_resumed; /* a run went before: partitions without an offset are new ones */
  gint64                  retry_us;
  void (*changed) (gpointer data); /* in the control thread: new ends, or a new state */
  gpointer changed_data;
} WeirKafkaControlConfig;

WeirKafkaControl *weir_kafka_control_new (const WeirKafkaControlConfig *config, GError **error);
void              weir_kafka_control_free (WeirKafkaControl *control); /* returns within 100 ms; the client ends in the background */
/* The partitions found so far, copied; NULL before the first answer. (transfer full) (element-type WeirKafkaPartition) */
GPtrArray *weir_kafka_control_get_partitions (WeirKafkaControl *control);
/* The records read last. They are compared with what the topics hold after a time without an answer, and when an end or a begin moved back. */
void weir_kafka_control_set_marks (WeirKafkaControl *control, GPtrArray *marks);
/* The end of a partition as the broker sees it now; −1 while it does not answer. */
gint64 weir_kafka_control_get_end (WeirKafkaControl *control, const char *topic, gint32 partition);
/* A failure that retrying does not mend (unknown topic, wrong sign-in). (transfer full) (nullable) */
GError *weir_kafka_control_get_error (WeirKafkaControl *control);

/* Fills `low` and `high` of (element-type WeirKafkaPartition) @partitions, as @client's isolation level sees them. FALSE: no answer, or not for all. */
gboolean weir_kafka_ask_ends (rd_kafka_t *client, GPtrArray *partitions, int timeout_ms);

G_END_DECLS
