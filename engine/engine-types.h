/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define WEIR_API __attribute__ ((visibility ("default")))

#define WEIR_TYPE_SESSION (weir_session_get_type ())
WEIR_API
G_DECLARE_FINAL_TYPE (WeirSession, weir_session, WEIR, SESSION, GObject)

#define WEIR_TYPE_QUERY (weir_query_get_type ())
WEIR_API
G_DECLARE_FINAL_TYPE (WeirQuery, weir_query, WEIR, QUERY, GObject)

#define WEIR_TYPE_PROBE (weir_probe_get_type ())
WEIR_API
G_DECLARE_FINAL_TYPE (WeirProbe, weir_probe, WEIR, PROBE, GObject)

typedef struct _WeirSnapshot WeirSnapshot; /* the result table at one moment */
typedef struct _WeirProgress WeirProgress; /* one batch's StreamingQueryProgress */
typedef struct _WeirRows     WeirRows;     /* output rows of one batch */
typedef struct _WeirCheck    WeirCheck;    /* what parsing and analysing a script found */

/* A place in a text: bytes [start, end). */
typedef struct
{
  guint start;
  guint end;
} WeirRange;

/* How the engine reads a value's shape: what a chart or a table cell needs to know. */
typedef enum
{
  WEIR_COLUMN_TEXT,
  WEIR_COLUMN_NUMBER,
  WEIR_COLUMN_BOOLEAN,
  WEIR_COLUMN_TIME,   /* DATE, TIMESTAMP, TIMESTAMP_NTZ; weir_snapshot_get_time() */
  WEIR_COLUMN_WINDOW, /* STRUCT<start, end> of window() or session_window() */
  WEIR_COLUMN_OTHER,  /* arrays, maps, structs, binary, intervals: as text only */
} WeirColumnShape;

typedef struct
{
  const char     *name;
  const char     *type; /* `decimal(10,2)` */
  WeirColumnShape shape;
  gboolean        is_key;          /* part of the result table's key: a grouping column */
  gboolean        is_event_time;   /* carries the event-time mark */
  gboolean        is_window_start; /* a TIME column that is window.start */
  gboolean        is_window_end;
} WeirColumnInfo;

/* What becomes of rows when a query with a checkpoint is killed and goes on; from the weakest up. */
typedef enum
{
  WEIR_GUARANTEE_AT_MOST_ONCE,  /* rows can be lost */
  WEIR_GUARANTEE_AT_LEAST_ONCE, /* rows can come twice */
  WEIR_GUARANTEE_LOGGED,        /* exactly once, from when a row is in the source's log */
  WEIR_GUARANTEE_EXACTLY_ONCE,
} WeirGuarantee;

/* The guarantee of a query's sources and sinks together: the weaker of the two. */
typedef struct
{
  WeirGuarantee guarantee;
  const char   *source;      /* table: the weakest; nullable */
  const char   *sink;        /* table: the weakest; NULL: the result table */
  const char   *sink_format; /* nullable */
} WeirGuaranteeInfo;

G_END_DECLS
