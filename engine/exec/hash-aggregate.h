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
 * WeirAggLocal:
 *
 * Partial aggregation of one part on a worker: vectors go in, a table of groups comes out.
 */
typedef struct
{
  const WeirAggLayout *layout; /* Borrowed */
  WeirGroupTable      *table;  /* Owned */
  guint                n_rows; /* looked up so far */
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
/* @late_us: times whose windows all end up to here are late: counted, sampled, and aggregated like the others, since the groups of late rows
 * are counted too; G_MININT64: none is. */
gboolean weir_agg_local_update (WeirAggLocal *local, WeirEval *eval, WeirBatch *batch, WeirSel sel, gint64 late_us, GError **error);

G_END_DECLS
