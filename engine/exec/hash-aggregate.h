/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "exec/key-codec.h"
#include "exec/operator.h"

G_BEGIN_DECLS

typedef enum
{
  WEIR_AGG_TIME_NONE, /* groups have no time */
  WEIR_AGG_TIME_PANE, /* window(): `time` of a group key is the number of the pane */
  WEIR_AGG_TIME_KEY,  /* a key with an event-time mark: its µs (a window struct: its end); G_MININT64 for NULL */
} WeirAggTime;

/* Of a state that nothing leaves, once it is large. Fixed: it is in checkpoints, and the order of the output follows it. */
#define WEIR_AGG_PARTITIONS 64

static inline guint
weir_agg_partition_of (guint64 hash)
{
  return (guint)(hash >> 58);
}

/* A payload starts with the number of the batch that touched the group last (u32) and padding; the states follow. */
#define WEIR_AGG_MARK_BYTES 8

/**
 * WeirAggLayout:
 *
 * What an aggregation is, derived from its plan once: keys, states in a group's payload, panes.
 *
 * Pane p covers [origin + p × pane, origin + (p + 1) × pane) µs; window k starts at pane k × slide_panes and is size_panes
 * long. A tumbling window is one pane.
 */
typedef struct
{
  WeirPlan             *plan; /* Borrowed */
  WeirKeyCodec          codec;
  guint                 n_keys; /* codec's: without the window */
  WeirExpr            **keys;   /* Owned array, borrowed expressions */
  guint                *key_at; /* Owned: place of each in the output */
  WeirAggTime           time;
  int                   time_key; /* TIME_KEY: which of keys */
  gint64                origin_us, pane_us;
  gint64                size_panes, slide_panes;
  gboolean              is_sliding;
  guint                 n_aggs;
  WeirAggCall         **calls; /* Borrowed */
  const WeirAggregate **ops;
  gsize                *offsets;
  gsize                 stride;
  gboolean              owns_memory; /* some state has pointers */
  gboolean              has_init;
  gboolean              is_global; /* no key at all: one group, always there */
} WeirAggLayout;

void weir_agg_layout_init (WeirAggLayout *layout, WeirPlan *plan);
void weir_agg_layout_clear (WeirAggLayout *layout);
/* What states hold outside their rows, about. */
gsize weir_agg_layout_heap_bytes (const WeirAggLayout *layout);

/* States of aggregate @a in @table, by @groups. */
static inline WeirAggStates
weir_agg_layout_states (const WeirAggLayout  *layout,
                        const WeirGroupTable *table,
                        guint                 a,
                        const guint32        *groups)
{
  return (WeirAggStates){ weir_group_payload (table, 0) + layout->offsets[a], table->record_size, groups };
}

/* Makes states empty, and frees what they own. Groups [from, to). */
void weir_agg_layout_init_states (const WeirAggLayout *layout, WeirGroupTable *table, guint from, guint to);
void weir_agg_layout_clear_states (const WeirAggLayout *layout, WeirGroupTable *table, guint from, guint to);
void weir_agg_layout_free_table (const WeirAggLayout *layout, WeirGroupTable *table);

/* Windows by number: first and last that cover pane @pane; start and end in µs. */
gint64 weir_agg_layout_first_window (const WeirAggLayout *layout, gint64 pane);
gint64 weir_agg_layout_last_window (const WeirAggLayout *layout, gint64 pane);
gint64 weir_agg_layout_window_start_us (const WeirAggLayout *layout, gint64 window);
gint64 weir_agg_layout_window_end_us (const WeirAggLayout *layout, gint64 window);
/* The instant whose passing makes everything at @time (of a group key) final; G_MAXINT64 when nothing does. */
gint64 weir_agg_layout_final_us (const WeirAggLayout *layout, gint64 time);

/**
 * WeirAggRows:
 *
 * Rows of a vector ordered by the partition of their keys, those of one partition in their order.
 */
typedef struct
{
  guint32       ends[WEIR_AGG_PARTITIONS];
  WeirGroupKey *keys; /* Owned: WEIR_VECTOR_ROWS; no views */
  WeirColumn  **args; /* Owned: of all aggregates, one after the other; flat */
} WeirAggRows;

/**
 * WeirAggLocal:
 *
 * Partial aggregation of one part on a worker: vectors go in, a table of groups comes out.
 */
typedef struct
{
  const WeirAggLayout *layout;     /* Borrowed */
  WeirGroupTable      *table;      /* Owned */
  guint                n_rows;     /* looked up so far */
  gboolean             takes_rows; /* rows may be kept as they are; set before the first */
  GPtrArray           *rows;       /* WeirAggRows, behind those of the table; reused */
  guint                n_used;     /* of them */
  guint                n_kept;     /* rows in them */
  guint64              late_rows;
  GPtrArray           *late_samples; /* WeirLateSample, nullable */

  /* Scratch of a vector */
  gint64       *times;
  WeirGroupKey *keys;
  guint64      *hashes;
  guint32      *groups;
  guint32      *some_groups;
  guint16      *idx;
  guint16      *some_idx;
  GByteArray   *scratch;
  guint32      *codes; /* dictionary entry → group */
  guint         n_codes;
} WeirAggLocal;

WeirAggLocal *weir_agg_local_new (const WeirAggLayout *layout);
void          weir_agg_local_free (WeirAggLocal *local);
/* Empty again. States that own memory are the caller's to clear before. */
void weir_agg_local_reset (WeirAggLocal *local);
/* TRUE when takes_rows may be set: all is of fixed width and every row counts. */
gboolean weir_agg_layout_can_take_rows (const WeirAggLayout *layout);
/* @late_us: times whose windows all end up to here are late: counted, sampled, and aggregated like the others, since the groups of late rows
 * are counted too; G_MININT64: none is. */
gboolean weir_agg_local_update (WeirAggLocal *local, WeirEval *eval, WeirBatch *batch, WeirSel sel, gint64 late_us, GError **error);

G_END_DECLS
