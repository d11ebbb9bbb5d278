/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-options.h"
#include "io/kafka-writer.h"

G_BEGIN_DECLS

#define WEIR_KAFKA_CALL_MS        10000
#define WEIR_KAFKA_SLICE_MS       500
#define WEIR_KAFKA_TRANSACTION_MS 60000

typedef enum
{
  WEIR_KAFKA_DONE,
  WEIR_KAFKA_AGAIN, /* with a new producer */
  WEIR_KAFKA_OVER,  /* trying again does not help */
} WeirKafkaOutcome;

struct _WeirKafkaWriter
{
  GHashTable   *options;       /* Owned */
  char         *servers;       /* Owned */
  char         *topic;         /* Owned, nullable */
  char         *query_id;      /* Owned, nullable */
  char         *transactional; /* Owned, nullable */
  char         *group;         /* Owned, nullable */
  char         *mark;          /* Owned, nullable: header q */
  gint64        retry_us;
  GCancellable *cancellable; /* Owned, nullable */
  rd_kafka_t   *client;      /* Owned, nullable */
  gint64        last;        /* batch; −1: none */
  gboolean      is_open;     /* a transaction was begun and not ended */
  gint64        begun_us;    /* when it was, on a clock that goes on while the machine sleeps */
  gboolean      is_fenced;

  /* Of the batch that is being written. Reports come in the query's thread, from rd_kafka_poll() and flush(). */
  guint64             batch_id, n_added, n_reported;
  guint32             crc;
  rd_kafka_resp_err_t refused;      /* the first report that was none of success */
  gboolean            is_disturbed; /* the client lost a connection */
  char               *complaint;    /* Owned, nullable: what it said last */
  int                 complaint_code;
};

/* kafka-producer.c: the client and its errors. */
void             _weir_kafka_writer_drop (WeirKafkaWriter *self);
void             _weir_kafka_end_client (rd_kafka_t *client);                                           /* takes it; returns at once */
rd_kafka_t      *_weir_kafka_make_client (rd_kafka_type_t type, rd_kafka_conf_t *conf, GError **error); /* takes @conf, nullable */
gboolean         _weir_kafka_is_final (rd_kafka_resp_err_t code);
gboolean         _weir_kafka_writer_is_cancelled (WeirKafkaWriter *self);
WeirKafkaOutcome _weir_kafka_writer_fail (WeirKafkaWriter *self, rd_kafka_resp_err_t code, const char *text, GError **error);
WeirKafkaOutcome _weir_kafka_writer_fail_call (WeirKafkaWriter *self, rd_kafka_error_t *failure, GError **error); /* takes @failure */
WeirKafkaOutcome _weir_kafka_writer_fail_effect (WeirKafkaWriter *self, GError **error);

gint64 _weir_kafka_boot_us (void);

/* Calls that take their time are made in slices, so that a stop need not wait. */
typedef rd_kafka_error_t *(*WeirKafkaCall) (rd_kafka_t *client, int timeout_ms);
WeirKafkaOutcome _weir_kafka_writer_call (WeirKafkaWriter *self, WeirKafkaCall call, int limit_ms, GError **error);

/* kafka-progress.c: which batch is there, and within the open transaction: that this one is. */
WeirKafkaOutcome _weir_kafka_writer_read_progress (WeirKafkaWriter *self, GError **error);
WeirKafkaOutcome _weir_kafka_writer_send_progress (WeirKafkaWriter *self, GError **error);

G_END_DECLS
