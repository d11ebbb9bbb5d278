/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/hash-aggregate.h"

G_BEGIN_DECLS

/* The groups of one span of time, or of one partition. */
typedef struct
{
  gint64          id;          /* pane, span of event times, or partition; 0 when nothing is ever evicted and there is one */
  WeirGroupTable *table;       /* Owned */
  guint           n_committed; /* groups of earlier batches; those behind are this batch's */
  GArray         *touched;     /* guint32: groups this batch updated, in the order they were first met; nullable */
  GArray         *undo;        /* UndoEntry, nullable */
  GByteArray     *undo_bytes;
  WeirWriter      delta;       /* Owned: the batch's changes as bytes, when they were written while the groups were still in the cache */
  guint           delta_bytes; /* of the last one: how much room the next may need */
} WeirAggPane;

/**
 * WeirAggState:
 *
 * All groups of an aggregation. Groups lie in panes, so that eviction drops whole tables; where nothing is ever evicted there is one pane,
 * and from WEIR_AGG_SPLIT groups on, one pane for each partition of the keys' hashes: those are merged side by side.
 * Sliding windows keep the keys in a dictionary of their own, and a pane's groups are keyed by the number of the key in it: merging
 * panes into windows then needs no lookup by key.
 *
 * A batch writes in place and keeps what is needed to go back: the old payload of every group it touches for the first time.
 */
typedef struct
{
  const WeirAggLayout *layout; /* Borrowed */
  gboolean             evicts;
  gboolean             keeps_undo;
  GPtrArray           *panes;        /* WeirAggPane, ascending by id */
  WeirGroupTable      *dictionary;   /* Owned; sliding only */
  guint                n_dictionary; /* committed ones */
  WeirGroupTable      *late;         /* Owned: late groups of this batch, by window */
  guint32              epoch;        /* of the running batch */
  gboolean             is_partitioned;
  gint64               evict_us; /* of the running batch; G_MININT64 */
  guint64              n_late_groups;
  guint64              n_updated;
  guint64              n_removed;
  guint64              n_total;
  guint64              max_bytes;  /* while it is read back: more ends that; 0: no budget */
  gsize                read_bytes; /* atomic */
  gboolean             is_over;
} WeirAggState;

WeirAggState *weir_agg_state_new (const WeirAggLayout *layout, gboolean evicts, gboolean keeps_undo);
void          weir_agg_state_free (WeirAggState *state);

void weir_agg_state_begin (WeirAggState *state);
/* Takes the groups of a part; @table is empty afterwards. Groups whose time is final at @late_us are counted and dropped. */
void weir_agg_state_merge (WeirAggState *state, WeirEval *eval, WeirGroupTable *table, gint64 late_us);
/* Numbers of the groups by partition, those of one partition in their order; @ends gets the end of each. (transfer full) */
guint32 *weir_agg_partition_order (const WeirGroupTable *table, guint32 ends[WEIR_AGG_PARTITIONS]);
/* When is_partitioned: merges groups @src of @table, all of @partition. Partitions may be merged at the same time. Tables keep
 * their groups; clear their states when all partitions are done. */
void weir_agg_state_merge_partition (WeirAggState *state, WeirEval *eval, const WeirGroupTable *table, guint partition, const guint32 *src, guint n);
/* The same for the rows of @partition. */
void weir_agg_state_merge_rows (WeirAggState *state, WeirEval *eval, const WeirAggRows *rows, guint partition);
/* After the last merge of a batch whose changes will be asked for: writes those of @partition, when they are many. Partitions may be
 * written at the same time. */
void weir_agg_state_prepare_delta (WeirAggState *state, guint partition);
/* A global aggregation has its group even without rows. */
void weir_agg_state_ensure_global (WeirAggState *state);
/* Counts what the batch updated and what will go at @evict_us. */
void weir_agg_state_close (WeirAggState *state, gint64 late_us, gint64 evict_us);
void weir_agg_state_commit (WeirAggState *state);
void weir_agg_state_abort (WeirAggState *state);

gsize weir_agg_state_bytes (const WeirAggState *state);
/* What the running batch keeps beside it: late groups, and what is needed for going back. */
gsize weir_agg_state_batch_bytes (const WeirAggState *state);
/* @pool: where large panes are spread to, nullable; not from one of its workers. */
void     weir_agg_state_write (WeirAggState *state, WeirWorkerPool *pool, WeirWriter *writer);
gboolean weir_agg_state_read (WeirAggState *state, WeirWorkerPool *pool, WeirReader *reader);
/* Between run and commit: what the batch changes. Applied to the state before, it gives the state after. */
void     weir_agg_state_write_delta (WeirAggState *state, WeirWorkerPool *pool, WeirWriter *writer);
gboolean weir_agg_state_apply_delta (WeirAggState *state, WeirWorkerPool *pool, WeirReader *reader);

WeirAggPane *_weir_agg_state_ensure_pane (WeirAggState *state, gint64 id);

G_END_DECLS
