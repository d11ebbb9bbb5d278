/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/error.h"
#include "sql/sql-split.h"

G_BEGIN_DECLS

/**
 * WeirSqlSteps:
 *
 * One query of a script as the builder shows it: cards in the order of a query's work, each with its place in the text.
 * The text is the model: an edit returns a new text in which every byte outside the edited places is the same, and the
 * caller recognises again. What no card can show is a card of kind SQL with its text, which edits of the others leave alone.
 */
typedef struct _WeirSqlSteps WeirSqlSteps;

typedef enum
{
  WEIR_SQL_STEP_FROM,
  WEIR_SQL_STEP_JOIN,
  WEIR_SQL_STEP_FILTER,
  WEIR_SQL_STEP_EVENT_TIME,
  WEIR_SQL_STEP_DISTINCT,
  WEIR_SQL_STEP_WINDOW,
  WEIR_SQL_STEP_SESSION,
  WEIR_SQL_STEP_GROUP_BY,
  WEIR_SQL_STEP_AGGREGATE,
  WEIR_SQL_STEP_OUTPUT,
  WEIR_SQL_STEP_SQL,
} WeirSqlStepKind;

/* One item of the SELECT list that is no key. The parts are SQL; @function is NULL unless it is a plain call. */
typedef struct
{
  const char *function;
  const char *argument; /* `*`, `price`, `DISTINCT user`; between the parentheses */
  const char *alias;    /* nullable; without backquotes */
  const char *sql;      /* the whole item */
  WeirSpan    span;
} WeirSqlStepAggregate;

typedef struct
{
  WeirSqlStepKind             kind;
  WeirSpan                    span;
  const char                 *sql;       /* the text of @span */
  const char                 *source;    /* FROM, JOIN: the table's name as written */
  gboolean                    is_stream; /* FROM, JOIN */
  const char                 *join_type; /* JOIN: inner, left, right, full, cross, left semi, left anti */
  const char                 *condition; /* FILTER; JOIN: what stands behind ON, or USING and its list; nullable */
  const char                 *column;    /* EVENT_TIME, WINDOW, SESSION: SQL */
  const char                 *delay;     /* EVENT_TIME: `10 SECONDS` */
  const char                 *size;      /* WINDOW: `10 seconds`; SESSION: the gap, a duration or SQL */
  const char                 *slide;     /* WINDOW, nullable */
  const char *const          *keys;      /* GROUP_BY: SQL of each but the window; DISTINCT: columns, none for all; NULL-terminated */
  gboolean                    within;    /* DISTINCT: within the watermark */
  const WeirSqlStepAggregate *aggregates;
  guint                       n_aggregates;
  const char                 *mode;       /* OUTPUT: append, update, complete; nullable, as the next two */
  const char                 *trigger;    /* OUTPUT: `2 seconds`, `once`, `available now` */
  const char                 *sink;       /* OUTPUT: table names as written */
  const char                 *checkpoint; /* OUTPUT: the folder; nullable */
} WeirSqlStep;

/**
 * weir_sql_steps_new:
 * @text: a whole script
 * @statement: the place of one statement in it
 *
 * Never fails: a statement that is no query, or does not parse, is one SQL card.
 *
 * Returns: (transfer full): the cards
 */
WeirSqlSteps      *weir_sql_steps_new (const char *text,
                                       WeirSpan    statement);
void               weir_sql_steps_free (WeirSqlSteps *steps);
guint              weir_sql_steps_get_n (WeirSqlSteps *steps);
const WeirSqlStep *weir_sql_steps_get (WeirSqlSteps *steps,
                                       guint         i);

/*
 * Edits. Each returns the new text (transfer full), or NULL when the shape does not allow it or an argument is not SQL of
 * the kind expected. Arguments equal to what is there change nothing.
 */

/* @table is a name, not SQL. */
char *weir_sql_steps_set_source (WeirSqlSteps *steps,
                                 const char   *table);
/* NULL removes. */
char *weir_sql_steps_set_filter (WeirSqlSteps *steps,
                                 const char   *condition);
/* @column NULL removes. @delay: `10 seconds`. */
char *weir_sql_steps_set_event_time (WeirSqlSteps *steps,
                                     const char   *column,
                                     const char   *delay);
/* @size NULL removes; @slide is nullable. */
char *weir_sql_steps_set_window (WeirSqlSteps *steps,
                                 const char   *column,
                                 const char   *size,
                                 const char   *slide);
/* @type NULL removes. @table is a name; @condition: an expression, or USING and a list of columns; nullable for cross joins. */
char *weir_sql_steps_set_join (WeirSqlSteps *steps,
                               const char   *type,
                               const char   *table,
                               gboolean      is_stream,
                               const char   *condition);
/* @columns: names, NULL-terminated, none for all; NULL removes. */
char *weir_sql_steps_set_distinct (WeirSqlSteps      *steps,
                                   const char *const *columns,
                                   gboolean           within);
/* @gap: a duration, or an expression for a gap that differs by row; NULL removes. A window of the other kind makes room. */
char *weir_sql_steps_set_session (WeirSqlSteps *steps,
                                  const char   *column,
                                  const char   *gap);
/* NULL-terminated; the SELECT list follows. */
char *weir_sql_steps_set_group_keys (WeirSqlSteps      *steps,
                                     const char *const *keys);
/* @i as in the AGGREGATE card; one past the last adds. @function NULL removes; @alias is a name, nullable. */
char *weir_sql_steps_set_aggregate (WeirSqlSteps *steps,
                                    guint         i,
                                    const char   *function,
                                    const char   *argument,
                                    const char   *alias);
/* NULL removes the clause. @sink: a table's name. */
char *weir_sql_steps_set_output (WeirSqlSteps *steps,
                                 const char   *mode,
                                 const char   *trigger,
                                 const char   *sink);
/* CHECKPOINT LOCATION; NULL or "" removes the clause. Any query made by CREATE STREAMING QUERY has one, also an SQL card. */
char *weir_sql_steps_set_checkpoint (WeirSqlSteps *steps,
                                     const char   *location);

/* The place that differs between two texts: from the first byte that does to the last, as a place in @after. */
WeirSpan weir_text_changed_span (const char *before,
                                 const char *after);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSqlSteps, weir_sql_steps_free)

G_END_DECLS
