/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/line-reader.h"
#include "io/source-replay.h"
#include "io/stream-transport.h"

G_BEGIN_DECLS

/**
 * WeirLineSource:
 *
 * A source over a line reader: offsets, checkpoint and write-ahead log of sockets and HTTP. Embedded first; its functions are the
 * class's. Offsets count lines since the query's first start.
 *
 * Durable lines are in the write-ahead log before a batch over them is logged, and at a stop; a restart delivers them first.
 */
typedef struct
{
  WeirSource      parent;
  WeirLineReader *reader;  /* Owned, from start on */
  WeirReaderHub  *hub;     /* Borrowed */
  WeirReaderHub  *own_hub; /* Owned: without a session's */
  WeirReplay      replay;
  gint64          retry_us;
} WeirLineSource;

/* Options hub, retry and `durable`. */
gboolean weir_line_source_open (WeirLineSource *self, const WeirSourceConfig *config, GError **error);
void     weir_line_source_clear (WeirLineSource *self);
/* start(): over the reader of @key. */
void weir_line_source_start (WeirLineSource *self, const char *key, gpointer (*make) (gpointer data), gpointer make_data);

/* peek(): what came lately from @address, the first line of the reader's key. */
GPtrArray *weir_line_source_peek (WeirLineSource *self, const char *address, guint max, GCancellable *cancellable, GError **error);

char      *weir_line_source_latest (WeirSource *source, const char *from, gboolean unlimited, GError **error);
char      *weir_line_source_freeze (WeirSource *source, GError **error);
GPtrArray *weir_line_source_plan (WeirSource *source, const char *from, const char *to, GError **error); /* (element-type WeirLineBlock) */
void       weir_line_source_commit (WeirSource *source, const char *to);
GPtrArray *weir_line_source_sample (WeirSource *source, guint max);
void       weir_line_source_stop (WeirSource *source);

/* The offset says all, the lines stand in the log: a range and a state are where that ends. */
GBytes  *weir_line_source_log_range (WeirSource *source, const char *from, const char *to, GError **error);
gboolean weir_line_source_replay_range (WeirSource *source, const char *from, const char *to, GBytes *range, gboolean committed, GError **error);
GBytes  *weir_line_source_log_state (WeirSource *source);
gboolean weir_line_source_restore_state (WeirSource *source, const char *committed, GBytes *state, GError **error);

#define WEIR_LINE_SOURCE_CLASS                                                                                                     \
  .latest = weir_line_source_latest, .freeze = weir_line_source_freeze, .plan = weir_line_source_plan,                             \
  .commit = weir_line_source_commit, .sample = weir_line_source_sample, .stop = weir_line_source_stop,                             \
  .log_range = weir_line_source_log_range, .replay_range = weir_line_source_replay_range, .log_state = weir_line_source_log_state, \
  .restore_state = weir_line_source_restore_state

G_END_DECLS
