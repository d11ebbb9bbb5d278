/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-offsets.h"
#include "io/kafka-options.h"

G_BEGIN_DECLS

/* Where a record is. */
typedef struct
{
  gint64  offset;
  gint64  timestamp_ms;
  guint64 at; /* in its file */
  guint32 len;
  guint32 file; /* weir_kafka_replay_path() */
} WeirReplayRecord;

/**
 * WeirKafkaReplay:
 *
 * An index over a folder of `kcat -J` lines: of every topic and partition the records in order of their offsets. Files that appear and
 * lines that are appended are found by the next scan; a record whose offset is there already is left out.
 */
typedef struct _WeirKafkaReplay WeirKafkaReplay;

/* Borrows @options. @path: absolute. */
WeirKafkaReplay *weir_kafka_replay_new (const WeirKafkaOptions *options, const char *path);
void             weir_kafka_replay_free (WeirKafkaReplay *replay);
/* Reads what is new. A line that is no record is an error that names it; with @is_whole also one that is cut off at the end of a file, else it is
 * waited for. */
gboolean weir_kafka_replay_scan (WeirKafkaReplay *replay, gboolean is_whole, GError **error);
/* Before the first scan: an earlier run has read from here, so partitions it did not know begin with their first record. */
void weir_kafka_replay_resume (WeirKafkaReplay *replay);
/* With `low`, `high` and `start`. (transfer full) (element-type WeirKafkaPartition) */
GPtrArray *weir_kafka_replay_get_partitions (WeirKafkaReplay *replay);
/* Records of [from, to), copied; empty when there are none. (transfer full) (element-type WeirReplayRecord) */
GArray     *weir_kafka_replay_get_records (WeirKafkaReplay *replay, const char *topic, gint32 partition, gint64 from, gint64 to);
const char *weir_kafka_replay_path (WeirKafkaReplay *replay, guint file);

G_END_DECLS
