/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/source.h"

G_BEGIN_DECLS

/**
 * WeirTicker:
 *
 * What sources that make their rows from the clock have in common: when offset 0 was, a timer that wakes the query, the end that is
 * fixed by freeze(), and the beginning in the checkpoint, so that a restart goes on in the same sequence. Embedded first.
 */
typedef struct
{
  WeirSource parent;
  WeirClock *clock; /* Owned */
  gint64     begun_us;
  gint64     end; /* −1: none */
  gboolean   has_begun;
  GSource   *timer; /* Owned, nullable */
} WeirTicker;

void weir_ticker_init (WeirTicker *self, WeirClock *clock);
void weir_ticker_clear (WeirTicker *self);

/* Wakes the source every @interval_ms in the thread-default context. Offset 0 is at @begun_us unless a checkpoint said otherwise. */
void weir_ticker_start (WeirSource *source, gint64 begun_us, guint interval_ms);

/* Offset 0 is @before_s seconds before the begin of this hour; for a peek(), without a start. */
void weir_ticker_begin_with_hour (WeirTicker *self, gint64 before_s);

/* plan() and peek() of one morsel: @range, of @size bytes. (transfer full) */
GPtrArray *weir_ticker_plan_one (gconstpointer range, gsize size);
GPtrArray *weir_ticker_peek_one (WeirSource *source, gconstpointer range, gsize size, guint max, GCancellable *cancellable, GError **error);

/* latest() and freeze() when @due is the offset of now. @per_s: by how much offsets grow in a second; @rows_per: rows between two of them; at most
 * WEIR_TICKER_ROWS_MAX rows or WEIR_TICKER_SECONDS_MAX seconds come at once unless @unlimited. (transfer full) */
char *weir_ticker_latest (const WeirTicker *self, const char *from, gint64 due, gint64 per_s, gint64 rows_per, gboolean unlimited);
char *weir_ticker_freeze (WeirTicker *self, gint64 due);

/* Of the class. What is logged: u8 version 1, i64 µs of offset 0 since 1970, little-endian. */
GBytes  *weir_ticker_log_range (WeirSource *source, const char *from, const char *to, GError **error);
gboolean weir_ticker_replay_range (WeirSource *source, const char *from, const char *to, GBytes *range, gboolean committed, GError **error);
GBytes  *weir_ticker_log_state (WeirSource *source);
gboolean weir_ticker_restore_state (WeirSource *source, const char *committed, GBytes *state, GError **error);
void     weir_ticker_stop (WeirSource *source);

G_END_DECLS
