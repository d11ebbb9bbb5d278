/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/source-wal.h"
#include "io/source.h"

G_BEGIN_DECLS

/**
 * WeirReplay:
 *
 * Where the rows of a source stand that cannot be asked for them again. Embedded. Offsets are plain numbers that grow over restarts:
 *
 *   0 ………… committed ………… next ………… end
 *                 | write-ahead log | live, and the log as far as it was logged |
 *
 * At a start `next` is the end of the log, or what the checkpoint says was read; live rows are numbered from there on. A batch that runs
 * again takes its rows from the log; without `durable 'true'` there is none, and they are lost: at most once.
 *
 * What is logged of a range, and of the state behind a batch, with `durable 'true'` (otherwise nothing):
 *
 *   version end         u8 (1), u64 little-endian: number behind the last row of the write-ahead log
 *
 * so that a log that ends before is known to have lost rows.
 */
typedef struct
{
  WeirSourceWal *wal;        /* Owned, nullable: opened when it is first needed */
  char          *dir;        /* Owned, nullable: not durable */
  guint64        next;       /* offset of the first live row */
  guint64        open_to;    /* end of the batch that is run again; 0: none */
  guint64        logged_end; /* of the write-ahead log, as the checkpoint says */
  guint64        lost;       /* rows of it that are not there any more */
  gint64         shift;      /* offset = live number + shift */
  gboolean       is_live;
} WeirReplay;

/* Option `durable`. */
gboolean weir_replay_open (WeirReplay *self, const WeirSourceConfig *config, GError **error);
void     weir_replay_clear (WeirReplay *self);
/* @first: number of the first live row. */
void weir_replay_start (WeirReplay *self, guint64 first);
/* Opens the log of a durable source; what it holds comes before the live rows. */
gboolean weir_replay_ensure (WeirReplay *self, GError **error);
/* Rows [from, to) from before the start; none when they are lost, which @source then says. (transfer full) (nullable) (element-type WeirWalRecord) */
GPtrArray *weir_replay_read (WeirReplay *self, WeirSource *source, guint64 from, guint64 to, GError **error);

/* Of the class: a range, once its rows are in the log, or a state. (transfer full) */
GBytes  *weir_replay_log (const WeirReplay *self);
gboolean weir_replay_range (WeirReplay *self, const char *from, const char *to, GBytes *range, gboolean committed, GError **error);
gboolean weir_replay_restore (WeirReplay *self, const char *committed, GBytes *state, GError **error);

static inline guint64
weir_replay_offset (const char *offset)
{
  return g_ascii_strtoull (offset, NULL, 10);
}

/* Live number of an offset that is not before `next`, and back. */
static inline guint64
weir_replay_to_live (const WeirReplay *self,
                     guint64           offset)
{
  return offset - (guint64)self->shift;
}

static inline guint64
weir_replay_from_live (const WeirReplay *self,
                       guint64           number)
{
  return number + (guint64)self->shift;
}

G_END_DECLS
