/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the control thread share. */
#pragma once

#include "io/kafka-control.h"

G_BEGIN_DECLS

#define WEIR_KAFKA_CALL_TIMEOUT_MS 5000

struct _WeirKafkaControl
{
  gatomicrefcount  ref_count;
  WeirSource      *source;  /* Owned */
  WeirKafkaOptions options; /* Owned */
  GHashTable      *table;   /* Owned: options */
  rd_kafka_t      *client;  /* Owned by the thread */
  rd_kafka_conf_t *conf;    /* Owned: for the check of marks */
  gboolean         is_resumed;
  gboolean         is_doubtful; /* the topics may be others than those that were read */
  gint64           answered_us; /* monotonic; 0: not yet */
  GPtrArray       *others;      /* Owned: n_others of each partition, as offsets */
  guint            n_shrunk;
  gint64           retry_us;
  void (*changed) (gpointer data);
  gpointer changed_data;

  GMutex     lock;
  GCond      wake;
  gboolean   stopping;
  GPtrArray *partitions; /* Owned, nullable */
  GPtrArray *marks;      /* Owned */
  guint      n_marked;   /* how often marks were set */
  GError    *error;      /* Owned, nullable: final */
  gboolean   is_answering;
  char      *last_failure; /* Owned: what the client complained of last */
  int        last_code;
};

gboolean _weir_kafka_control_is_stopping (WeirKafkaControl *self);

/* ---- what there is (kafka-control-ask.c) ---- */

/* Adds the partitions that the options name to @found. FALSE: no answer (retry) or @error (final). */
gboolean _weir_kafka_control_ask_partitions (WeirKafkaControl *self, GPtrArray *found, GError **error);
/* Start and end of the partitions @found, whose ends are known. FALSE as above. */
gboolean _weir_kafka_control_fix_positions (WeirKafkaControl *self, GPtrArray *found, GError **error);

/* ---- whether it is the same (kafka-control-marks.c) ---- */

/* Keeps an end that moved back where it was for some rounds; notes what makes the topics doubtful. */
void _weir_kafka_control_hold_ends (WeirKafkaControl *self, GPtrArray *found);
/* Whether the topics are those that were read: of the run before, or before something happened to them. FALSE: no answer. */
gboolean _weir_kafka_control_check_marks (WeirKafkaControl *self, GPtrArray *found);

G_END_DECLS
