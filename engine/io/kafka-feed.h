/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/kafka-control.h"
#include "io/kafka-recent.h"
#include "io/kafka-rows.h"

G_BEGIN_DECLS

/**
 * WeirKafkaFeeds:
 *
 * One consumer with all partitions assigned, that goes on from batch to batch, each partition through a queue of its own. All but
 * weir_kafka_feeds_read() in the query's thread.
 */
typedef struct _WeirKafkaFeeds WeirKafkaFeeds;
typedef struct _WeirKafkaFeed  WeirKafkaFeed;

typedef struct
{
  WeirKafkaFeed *feed; /* Borrowed */
  gint64         from, to;
} WeirKafkaRange;

/* Borrows @options, @conf (all options of the table) and @recent. @needed: per column of the table. */
WeirKafkaFeeds *weir_kafka_feeds_new (const WeirKafkaOptions *options, GHashTable *conf, WeirSchema *pruned, const gboolean *needed, WeirKafkaRecent *recent, gint64 retry_us);
/* Asked for the end of a partition that does not come; borrowed, nullable. */
void weir_kafka_feeds_set_control (WeirKafkaFeeds *feeds, WeirKafkaControl *control);
void weir_kafka_feeds_free (WeirKafkaFeeds *feeds); /* nullable; the client ends in the background */

/**
 * weir_kafka_feeds_seek:
 * @begin: (element-type WeirKafkaOffset): where every partition's next range begins
 *
 * Goes on with the consumer there is when it stands there, else makes a new one.
 */
gboolean weir_kafka_feeds_seek (WeirKafkaFeeds *feeds, GPtrArray *begin, GError **error);
/* The partition's next range; NULL when it holds nothing. (transfer full): g_free */
WeirKafkaRange *weir_kafka_feeds_range (WeirKafkaFeeds *feeds, const char *topic, gint32 partition, gint64 to);
/* Next offset of the partition that was not handed out; @fallback when it is not read. */
gint64 weir_kafka_feeds_position (WeirKafkaFeeds *feeds, const char *topic, gint32 partition, gint64 fallback);

/* Puts the last records of the ranges that were read into @marks. */
void weir_kafka_feeds_take_marks (WeirKafkaFeeds *feeds, GPtrArray *marks);

/* The records of a range, on a worker. */
gboolean weir_kafka_feeds_read (WeirKafkaFeeds *feeds, const WeirKafkaRange *range, WeirSourcePush push, gpointer push_data, WeirDecodeStats *stats, GCancellable *cancellable, GError **error);

G_END_DECLS
