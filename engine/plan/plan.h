/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan/ turns a syntax tree into a typed logical plan: catalogue, analyser, streaming rules, optimiser rules, printing.
 * It may use base/, column/, sql/, expr/. It knows sources and sinks only through the format registry of catalog.h, which query/ fills.
 */
#pragma once

#include "expr/aggregate.h"
#include "expr/expr.h"
#include "expr/function.h"

G_BEGIN_DECLS

typedef struct _WeirPlan  WeirPlan;
typedef struct _WeirTable WeirTable;

typedef enum
{
  WEIR_PLAN_SCAN,   /* rows of a table: a stream's new rows, or all rows of a static one */
  WEIR_PLAN_VALUES, /* literal rows; SELECT without FROM is one row without columns */
  WEIR_PLAN_FILTER,
  WEIR_PLAN_PROJECT,
  WEIR_PLAN_EVENT_TIME,  /* WATERMARK: marks a column, counts its maximum */
  WEIR_PLAN_TIME_WINDOW, /* window() that is no grouping key: one row per window, `window` appended; NULL times vanish */
  WEIR_PLAN_AGGREGATE,   /* keys, then aggregates */
  WEIR_PLAN_JOIN,        /* left columns, then right columns (semi, anti: left only) */
  WEIR_PLAN_GENERATE,    /* LATERAL VIEW, explode() in SELECT: input columns, then generated ones */
  WEIR_PLAN_SORT,
  WEIR_PLAN_LIMIT,
  WEIR_PLAN_UNION, /* UNION ALL; children have the same types */
  WEIR_PLAN_DEDUP, /* DROP DUPLICATES */
} WeirPlanKind;

typedef enum
{
  WEIR_JOIN_INNER,
  WEIR_JOIN_LEFT,
  WEIR_JOIN_RIGHT,
  WEIR_JOIN_FULL,
  WEIR_JOIN_SEMI,
  WEIR_JOIN_ANTI,
  WEIR_JOIN_CROSS,
} WeirJoinType;

typedef enum
{
  WEIR_OUTPUT_APPEND,
  WEIR_OUTPUT_UPDATE,
  WEIR_OUTPUT_COMPLETE,
} WeirOutputMode;

/* window(ts, size, slide, start), µs. */
typedef struct
{
  WeirExpr *time; /* Owned: TIMESTAMP or TIMESTAMP_NTZ over the child's columns */
  gint64    size_us;
  gint64    slide_us;
  gint64    start_us;
} WeirWindowSpec;

typedef struct
{
  WeirExpr *expr; /* Owned */
  gboolean  descending;
  gboolean  nulls_first;
} WeirSortKey;

/**
 * WeirPlan:
 *
 * A logical node: read-only once the analyser has returned it, refcounted. Expressions of a node refer to columns of its
 * child by index (JOIN: the left child's, then the right child's).
 */
struct _WeirPlan
{
  gatomicrefcount ref_count;
  WeirPlanKind    kind;
  WeirSchema     *schema;       /* Owned: the output */
  gboolean        is_streaming; /* some leaf below is a stream */
  /* Per output column: µs the watermark waits behind it, −1 without an event-time mark. */
  gint64    *event_time_delay_us; /* Owned, schema->n_fields long */
  WeirSpan   span;
  guint      n_children;
  WeirPlan **children; /* Owned */

  union
  {
    struct
    {
      WeirTable  *table;        /* Owned */
      GHashTable *options;      /* Owned, nullable: of WITH, lower-case keys → string */
      guint       scan_id;      /* position among the plan's scans, streams and static ones, left to right */
      guint       source_id;    /* streams: position among the streams (Spark's source identity); else G_MAXUINT */
      WeirSchema *table_schema; /* Owned: all columns of the table */
      gboolean   *needed;       /* Owned: per column of table_schema; the output has only these */
      gboolean    at_rest;      /* a stream, read as a table: see weir_catalog_set_at_rest() */
    } scan;
    struct
    {
      WeirBatch *batch; /* Owned */
    } values;
    struct
    {
      WeirExpr *condition; /* Owned */
    } filter;
    struct
    {
      guint      n_exprs;
      WeirExpr **exprs; /* Owned */
    } project;
    struct
    {
      guint  column;       /* of the child, TIMESTAMP or a window struct */
      gint64 delay_ms;     /* months count 31 days */
      guint  watermark_id; /* position among the plan's watermark nodes */
    } event_time;
    struct
    {
      WeirWindowSpec window;
    } time_window;
    struct
    {
      guint          n_keys;
      WeirExpr     **keys;           /* Owned; keys[window_key] is NULL when that key is the window */
      int            window_key;     /* −1: none. The key's value is STRUCT<start, end> */
      WeirWindowSpec window;         /* valid when window_key ≥ 0 and it is window(); */
      gboolean       is_session;     /* session_window(): window.time, and session_gap */
      WeirExpr      *session_gap;    /* Owned, nullable */
      int            event_time_key; /* key with an event-time mark: its values are compared with the watermark; −1: none */
      guint          n_aggs;
      WeirAggCall  **aggs;        /* Owned */
      gboolean       is_distinct; /* SELECT DISTINCT or UNION: no aggregates */
      guint          stateful_id; /* position among the stateful operators; G_MAXUINT in batch plans */
    } aggregate;
    struct
    {
      WeirJoinType type;
      guint        n_equi;
      WeirExpr   **left_keys;   /* Owned; over the left child's columns */
      WeirExpr   **right_keys;  /* Owned; over the right child's columns (indices from 0) */
      gboolean    *null_safe;   /* Owned: <=> */
      WeirExpr    *residual;    /* Owned, nullable: the rest of the condition over left then right columns */
      gboolean     is_scalar;   /* LEFT without condition, of a scalar subquery: a second right row is SCALAR_SUBQUERY_TOO_MANY_ROWS */
      guint        stateful_id; /* stream–stream; else G_MAXUINT */
    } join;
    struct
    {
      WeirExpr *generator; /* Owned: CALL of a generator function */
      gboolean  is_outer;
    } generate;
    struct
    {
      guint        n_keys;
      WeirSortKey *keys; /* Owned */
    } sort;
    struct
    {
      gint64 n; /* −1: OFFSET only */
      gint64 offset;
      guint  stateful_id; /* streams: the counter is state; else G_MAXUINT */
    } limit;
    struct
    {
      guint    n_keys;
      guint   *keys; /* Owned: child columns */
      gboolean within_watermark;
      guint    stateful_id;
    } dedup;
  };
};

WeirPlan *weir_plan_ref (WeirPlan *plan);
void      weir_plan_unref (WeirPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPlan, weir_plan_unref)

/* TRUE when the node keeps state between batches of a streaming query. */
gboolean weir_plan_is_stateful (const WeirPlan *plan);
/* Depth first, children before parents. */
typedef void (*WeirPlanFunc) (WeirPlan *plan, gpointer data);
void weir_plan_foreach (WeirPlan *plan, WeirPlanFunc func, gpointer data);
/* The tree, one node a line, top first, children behind `+- `, no line feed at the end. (transfer full) */
char *weir_plan_to_string (WeirPlan *plan);
/* What one node does, as `Filter (v > 1)`. (transfer full) */
char *weir_plan_node_to_string (WeirPlan *plan);

G_END_DECLS
