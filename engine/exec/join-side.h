/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/join-watermark.h"
#include "exec/key-codec.h"
#include "exec/operator.h"

G_BEGIN_DECLS

/* A stored row. */
typedef struct
{
  gint64  time;         /* compared with the bound; G_MAXINT64: never goes */
  guint32 segment, row; /* where its values are */
  guint32 next;         /* following row of the same key; WEIR_GROUP_NONE */
  guint8  is_matched;
  guint8  is_gone; /* taken away by a committed batch */
  guint8  goes;    /* taken away by the running batch */
} WeirJoinRow;

/* The rows of a segment: they follow each other from `from` on. */
typedef struct
{
  guint32 from;
  gint64  min_time; /* no row that stays has an earlier one */
} WeirJoinSpan;

/**
 * WeirJoinSide:
 *
 * Stored rows of one side of a join of two streams: values in batches of their own (segments), a list a key in the order of arrival.
 * Rows with a NULL in a key compared with `=` are stored without list: they wait for their eviction only.
 */
typedef struct
{
  WeirPlan       *plan; /* Borrowed: the join */
  guint           side; /* 0: left */
  WeirKeyCodec    codec;
  WeirSchema     *schema; /* Borrowed */
  WeirJoinBound   bound;
  GPtrArray      *segments;    /* WeirBatch */
  GArray         *spans;       /* WeirJoinSpan, per segment */
  GArray         *rows;        /* WeirJoinRow */
  WeirGroupTable *keys;        /* payload: first, last row */
  guint           n_committed; /* rows */
  guint           n_segments;  /* committed */
  guint           n_gone;
  GArray         *matched; /* guint32: rows this batch marked */
  GArray         *going;   /* guint32: rows this batch takes away */
  guint           n_added;
  gint64          evict_us; /* the bound of the running batch; G_MININT64: none */
} WeirJoinSide;

void _weir_join_side_init (WeirJoinSide *self, WeirPlan *plan, guint side, const WeirJoinBound *bound);
void _weir_join_side_clear (WeirJoinSide *self);
void _weir_join_side_begin (WeirJoinSide *self, gint64 watermark_us);
/* Keys and times of the rows of @batch; room for n_rows each. */
gboolean _weir_join_side_encode (WeirJoinSide *self, WeirEval *eval, WeirBatch *batch, GByteArray *scratch, WeirGroupKey *keys, guint64 *hashes, guint8 *usable, gint64 *times, GError **error);
/* Copies rows @idx of @batch into a segment of their own. @matched: per row of @batch, nullable. */
void _weir_join_side_add (WeirJoinSide *self, WeirBatch *batch, const guint32 *idx, guint n, const WeirGroupKey *keys, const guint64 *hashes, const guint8 *usable, const gint64 *times, const guint8 *matched);
/* First row of each key, dead or alive; WEIR_GROUP_NONE. */
void _weir_join_side_find (WeirJoinSide *self, const WeirGroupKey *keys, const guint64 *hashes, guint n, guint32 *rows);
/* @row, or what follows it of the same key, that is alive; WEIR_GROUP_NONE. And the next one. */
guint32 _weir_join_side_first (WeirJoinSide *self, guint32 row);
guint32 _weir_join_side_next (WeirJoinSide *self, guint32 row);
void    _weir_join_side_mark (WeirJoinSide *self, guint32 row);
void    _weir_join_side_take_away (WeirJoinSide *self, guint32 row);

static inline WeirJoinRow *
_weir_join_side_row (WeirJoinSide *self,
                     guint32       row)
{
  return &g_array_index (self->rows, WeirJoinRow, row);
}

void     _weir_join_side_commit (WeirJoinSide *self);
void     _weir_join_side_abort (WeirJoinSide *self);
guint    _weir_join_side_count (const WeirJoinSide *self); /* what is left after this batch */
gsize    _weir_join_side_bytes (const WeirJoinSide *self);
void     _weir_join_side_write (WeirJoinSide *self, gboolean with_running, WeirWriter *writer);
gboolean _weir_join_side_read (WeirJoinSide *self, WeirEval *eval, WeirReader *reader);

/* The stored rows: their keys, and what is stored of them. */
gboolean _weir_join_side_list (WeirJoinSide *self, WeirEval *eval, WeirStateList *list, GError **error);

G_END_DECLS
