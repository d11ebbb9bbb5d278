/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <librdkafka/rdkafka.h>

/* A real broker as tests need it. Whatever fails ends the test. */

/* `weir-test-WHAT-UUID`; all tests share one broker. (transfer full) */
char *weir_kafka_topic_name (const char *what);

/**
 * weir_kafka_producer_new:
 * @transactional_id: (nullable): begin and end transactions by rd_kafka_begin_transaction() and so on
 *
 * Returns: (transfer full): to be ended with rd_kafka_destroy()
 */
rd_kafka_t *weir_kafka_producer_new (const char *servers,
                                     const char *transactional_id);
void        weir_kafka_create_topic (rd_kafka_t *client,
                                     const char *name,
                                     int         n_partitions);
void        weir_kafka_delete_topic (rd_kafka_t *client,
                                     const char *name);
/* Takes the records before @offset off the topic's first partition, as retention does. */
void weir_kafka_delete_records (rd_kafka_t *client,
                                const char *topic,
                                gint64      offset);
/* The offsets a consumer group committed, as a broker forgets them after a time. */
void weir_kafka_forget_group (rd_kafka_t *client,
                              const char *group);
/* Records `value N of some length` with the key `k`, on the broker when it returns. */
void weir_kafka_produce (rd_kafka_t *producer,
                         const char *topic,
                         int         partition,
                         guint       first,
                         guint       n);
void weir_kafka_produce_text (rd_kafka_t *producer,
                              const char *topic,
                              int         partition,
                              const char *key,
                              const char *value);
/* @is_aborted: the transaction leaves records that nobody is to see. */
void weir_kafka_transaction (rd_kafka_t *producer,
                             const char *topic,
                             int         partition,
                             guint       first,
                             guint       n,
                             gboolean    is_aborted);

/**
 * weir_kafka_read_all:
 * @is_committed: only what committed transactions wrote
 *
 * Everything there is in the topic's @n_partitions, by partition and offset, each record as
 * `PARTITION KEY VALUE NAME=VALUE…`; NULL is written as `~`.
 *
 * Returns: (transfer full) (element-type utf8)
 */
GPtrArray *weir_kafka_read_all (const char *servers,
                                const char *topic,
                                int         n_partitions,
                                gboolean    is_committed);
