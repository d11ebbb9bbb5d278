/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the analyser share. A query becomes a WeirRel: a plan and the names under which its columns can be referred to.
 *
 * Expressions are bound over the columns of the relation they stand above. While a SELECT is analysed some things have no
 * column yet and are referred to by indices far above any real one; they are replaced when the plan is put together:
 * aggregates, the session window of GROUP BY, columns of a generator in the select list, columns of an outer query.
 */
#pragma once

#include "column/timezone.h"
#include "plan/analyzer.h"
#include "plan/catalog-private.h"
#include "plan/plan-private.h"

G_BEGIN_DECLS

#define WEIR_INDEX_AGGREGATE 0x10000000u /* + position among the calls */
#define WEIR_INDEX_SESSION   0x20000000u
#define WEIR_INDEX_GENERATED 0x30000000u /* + column */
#define WEIR_INDEX_OUTER     0x40000000u /* + column of the query around */
#define WEIR_INDEX_GROUPING  0x50000000u /* grouping_id() */
#define WEIR_INDEX_OUTPUT    0x60000000u /* + column of the select list; ORDER BY */

/* Views, CTEs and subqueries inside each other. */
#define WEIR_QUERY_DEPTH_MAX 64

typedef struct
{
  char *qualifier; /* alias or name of the relation; nullable */
  char *name;
  guint index; /* column of the plan */
  enum
  {
    WEIR_REL_SHOWN,
    WEIR_REL_HIDDEN,   /* not part of `*`: the right column of USING, window of GROUP BY */
    WEIR_REL_METADATA, /* not part of `t.*` either: what a format knows of its rows */
  } hidden;
} WeirRelColumn;

typedef struct
{
  WeirPlan      *plan;          /* Owned */
  GArray        *columns;       /* WeirRelColumn */
  int            window_column; /* column made by window() in this query; −1 */
  WeirWindowSpec window;        /* its specification; the time is owned by the plan */
} WeirRel;

typedef struct _WeirCte WeirCte;

/* WITH name [(columns)] AS (query): analysed at each use. On the C stack of the query that has the WITH. */
struct _WeirCte
{
  const WeirSqlCte *cte;
  const WeirCte    *before; /* what its query can see */
  gboolean         *used;
};

typedef struct
{
  WeirCatalog   *catalog; /* Borrowed */
  WeirZone      *zone;    /* Borrowed */
  gboolean       in_view;
  WeirSpan       view_span; /* in_view: the reference, which errors point at instead of a place in the view's text */
  guint          depth;
  guint         *n_relations; /* Borrowed: tables, views and CTEs referred to so far, in nested views too */
  const WeirCte *ctes;
  WeirRel       *outer; /* Borrowed, nullable: the relation of the query around a subquery */
  gboolean       used_outer;
} WeirAnalyzer;

/* Aggregates of one SELECT. */
typedef struct
{
  GPtrArray     *calls; /* WeirAggCall, no two equal */
  gboolean       has_session;
  WeirWindowSpec session; /* time: Owned */
  WeirExpr      *session_gap;
  WeirSpan       session_span; /* where it was met first */
  gboolean       has_grouping_sets;
  GPtrArray     *set_keys; /* WeirExpr, Borrowed: keys of ROLLUP, CUBE, GROUPING SETS */
} WeirAggScope;

/* One column of a select list under construction. */
typedef struct
{
  WeirExpr          *expr; /* Owned */
  char              *name;
  const WeirSqlExpr *sql;      /* Borrowed; NULL for what a star expanded to */
  gboolean           is_alias; /* the name was given */
} WeirItem;

/* The generator of a select list. */
typedef struct
{
  WeirExpr *call; /* Owned */
  gboolean  is_outer;
  char    **names; /* nullable */
} WeirGenerator;

typedef struct
{
  WeirAnalyzer *analyzer;
  WeirRel      *rel;         /* names; windows and subqueries extend its plan */
  WeirAggScope *aggs;        /* NULL: aggregates are not allowed here */
  GArray       *items;       /* WeirItem, nullable: aliases that can be referred to */
  gboolean      items_first; /* HAVING, ORDER BY: before columns of the relation */
  const char   *clause;      /* for messages: "WHERE" */
  gboolean      in_aggregate;
  gboolean      in_filter;      /* FILTER (WHERE …) of an aggregate */
  gboolean      allow_window;   /* window() may extend the plan */
  gboolean      allow_subquery; /* so may a scalar subquery */
  GPtrArray    *lambdas;        /* WeirLambdaScope, innermost last; nullable */
} WeirExprContext;

typedef struct
{
  const WeirSqlIdent *params;
  guint               n_params;
  WeirType          **types;
  guint               level;
} WeirLambdaScope;

/* ---- analyzer-rel.c --------------------------------------------------------------------------------------------- */

/* Takes @plan; every column under @qualifier (nullable). */
WeirRel *_weir_rel_new (WeirPlan *plan, const char *qualifier);
void     _weir_rel_free (WeirRel *rel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirRel, _weir_rel_free)
void      _weir_rel_add (WeirRel *rel, const char *qualifier, const char *name, guint index, guint hidden);
WeirPlan *_weir_rel_steal_plan (WeirRel *rel);
/* A plan whose columns are exactly the visible ones, under their names. Takes @rel. */
WeirPlan *_weir_rel_finish (WeirRel *rel);
GArray   *_weir_rel_columns_new (void);
/* Column @index of its plan; ON of a semi or anti join sees the right columns too. (transfer full) */
WeirExpr *_weir_rel_expr (const WeirRel *rel, guint index);
/* `AS t (a, b)`. FALSE with ASSIGNMENT_ARITY_MISMATCH-like errors. */
gboolean _weir_rel_rename (WeirAnalyzer *self, WeirRel *rel, const char *qualifier, const WeirSqlIdent *names, guint n_names, WeirSpan span, GError **error);
gboolean _weir_name_equal (const char *a, const char *b);

/* ---- analyzer.c, analyzer-query.c -------------------------------------------------------------------------------- */

WeirSpan _weir_an_span (const WeirAnalyzer *self, WeirSpan span);
/* All below: (transfer full) (nullable). */
WeirRel *_weir_analyze_query_rel (WeirAnalyzer *self, const WeirSqlQuery *query, GError **error);
WeirRel *_weir_analyze_body (WeirAnalyzer *self, const WeirSqlBody *body, GError **error);

/* ---- analyzer-relation.c, analyzer-join.c, analyzer-values.c ----------------------------------------------------- */

WeirRel *_weir_analyze_table (WeirAnalyzer *self, const WeirSqlName *name, gboolean stream, const WeirSqlOption *options, guint n_options, GError **error);
WeirRel *_weir_analyze_relation (WeirAnalyzer *self, const WeirSqlRelation *relation, GError **error);
/* @lefts joined so far; LATERAL f(…) may refer to them. Takes @left. */
WeirRel *_weir_analyze_join (WeirAnalyzer *self, WeirRel *left, WeirRel *right, const WeirSqlJoin *join, GError **error);
WeirRel *_weir_join_cross (WeirRel *left, WeirRel *right);
WeirRel *_weir_analyze_values (WeirAnalyzer *self, const WeirSqlValues *values, WeirSpan span, GError **error);
WeirRel *_weir_analyze_table_function (WeirAnalyzer *self, const WeirSqlExpr *function, GError **error);

/* ---- analyzer-select.c, analyzer-order.c, analyzer-set.c ---------------------------------------------------------- */

/* @query: its ORDER BY, or NULL. */
WeirRel *_weir_analyze_select (WeirAnalyzer *self, const WeirSqlSelect *select, const WeirSqlQuery *query, GError **error);
/* ORDER BY over the columns of @rel; takes @rel. */
WeirRel  *_weir_analyze_order (WeirAnalyzer *self, WeirRel *rel, const WeirSqlQuery *query, GError **error);
WeirRel  *_weir_analyze_limit (WeirAnalyzer *self, WeirRel *rel, const WeirSqlQuery *query, GError **error);
WeirRel  *_weir_analyze_set_op (WeirAnalyzer *self, const WeirSqlBody *body, GError **error);
WeirPlan *_weir_plan_distinct (WeirPlan *plan);
gboolean  _weir_check_orderable (WeirAnalyzer *self, const WeirExpr *expr, WeirSpan span, GError **error);
/* Position of ORDER BY 2; −1 when @sql is no position, −2 with an error. */
int _weir_order_position (WeirAnalyzer *self, const WeirSqlExpr *sql, guint n_columns, GError **error);

/* ---- analyzer-aggregate.c, analyzer-group.c ----------------------------------------------------------------------- */

void _weir_agg_scope_init (WeirAggScope *scope);
void _weir_agg_scope_clear (WeirAggScope *scope);
/* An aggregate function: a column at WEIR_INDEX_AGGREGATE. */
WeirExpr *_weir_analyze_aggregate (WeirExprContext *ctx, const WeirSqlExpr *sql, const WeirAggregate *aggregate, GError **error);
gboolean  _weir_expr_has_aggregate (WeirExpr *expr);

/* GROUP BY of one SELECT: keys over the relation; expressions are brought over keys and aggregates. */
typedef struct
{
  WeirAnalyzer *analyzer;
  WeirAggScope *aggs;
  GPtrArray    *keys;  /* WeirExpr */
  GPtrArray    *sets;  /* GArray of guint: keys of each grouping set; NULL without */
  gboolean      given; /* there is a GROUP BY */
  gboolean      all;   /* GROUP BY ALL */
  GError       *error; /* first while rewriting */
} WeirGrouping;

void     _weir_grouping_clear (WeirGrouping *grouping);
gboolean _weir_analyze_group_by (WeirExprContext *ctx, const WeirSqlSelect *select, WeirGrouping *grouping, GError **error);
/* GROUP BY ALL: every item without an aggregate is a key. */
void      _weir_grouping_add_items (WeirGrouping *grouping, GArray *items);
WeirPlan *_weir_grouping_build (WeirGrouping *grouping, WeirPlan *child, GError **error);
/* @expr over the output of the aggregation. Takes @expr. (transfer full) (nullable) */
WeirExpr *_weir_grouping_rewrite (WeirGrouping *grouping, WeirExpr *expr, GError **error);

/* ---- analyzer-expr.c, analyzer-name.c, analyzer-literal.c, analyzer-call.c … --------------------------------------- */

WeirExpr *_weir_analyze_sql_expr (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
/* As above and of a certain type, else DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE. */
WeirExpr *_weir_analyze_condition (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_literal (WeirAnalyzer *self, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_name (WeirExprContext *ctx, const WeirSqlName *name, GError **error);
/* value.name of structs, arrays of structs, maps. Takes @base. */
WeirExpr *_weir_analyze_field (WeirExprContext *ctx, WeirExpr *base, const char *name, WeirSpan span, GError **error);
/* UNPIVOT: the columns named in it become rows. Takes @rel. (transfer full) (nullable) */
WeirRel *_weir_analyze_unpivot (WeirAnalyzer *self, WeirRel *rel, const WeirSqlUnpivot *unpivot, GError **error);
gboolean _weir_expand_star (WeirExprContext *ctx, const WeirSqlExpr *star, GArray *items, GError **error);
/* The same without names; appends to @exprs. */
gboolean  _weir_expand_star_exprs (WeirExprContext *ctx, const WeirSqlExpr *star, GPtrArray *exprs, GError **error);
WeirExpr *_weir_analyze_call (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_struct (WeirExprContext *ctx, const WeirSqlExpr *const *sql, guint n, const char *name, WeirSpan span, GError **error);
WeirExpr *_weir_analyze_subquery (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_call (WeirExprContext *ctx, const char *name, WeirExpr **args, guint n_args, WeirSpan span, GError **error);
/* The same of one or two arguments; each is taken, and may be NULL after an error. */
WeirExpr *_weir_call_one (WeirExprContext *ctx, const char *name, WeirExpr *a, WeirSpan span, GError **error);
WeirExpr *_weir_call_two (WeirExprContext *ctx, const char *name, WeirExpr *a, WeirExpr *b, WeirSpan span, GError **error);
/* Takes @expr. */
WeirExpr *_weir_negate_if (WeirExprContext *ctx, WeirExpr *expr, gboolean negated, WeirSpan span, GError **error);
/* analyzer-predicate.c */
WeirExpr *_weir_analyze_is (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_between (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_in (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_like (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
/* A conjunct of WHERE that is [NOT] IN (query) or [NOT] EXISTS: joined into ctx->rel. *@done tells whether it was one. */
gboolean _weir_analyze_subquery_filter (WeirExprContext *ctx, const WeirSqlExpr *sql, gboolean *done, GError **error);

/* ---- analyzer-window.c, analyzer-generate.c ------------------------------------------------------------------------ */

WeirExpr *_weir_analyze_window (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_session_window (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
WeirExpr *_weir_analyze_window_time (WeirExprContext *ctx, const WeirSqlExpr *sql, GError **error);
gboolean  _weir_is_generator (const WeirSqlExpr *sql);
/* The bound call of a generator; its type is ARRAY<STRUCT<…>>. */
WeirExpr *_weir_analyze_generator (WeirExprContext *ctx, const WeirSqlExpr *sql, gboolean *is_outer, GError **error);
gboolean  _weir_analyze_lateral_view (WeirAnalyzer *self, WeirRel *rel, const WeirSqlLateralView *view, GError **error);
gboolean  _weir_fail_alias_count (WeirAnalyzer *self, WeirSpan span, guint expected, guint given, GError **error);

/* ---- analyzer-error.c ----------------------------------------------------------------------------------------------- */

/* Parameters are name, value pairs up to NULL; %s of the messages are theirs. Always FALSE. */
gboolean _weir_an_fail (const WeirAnalyzer *self, GError **error, const char *condition, WeirSpan span, const char *message, const char *const *params);
gboolean _weir_fail_unresolved_column (WeirExprContext *ctx, const WeirSqlName *name, GError **error);
gboolean _weir_fail_ambiguous (WeirExprContext *ctx, const WeirSqlName *name, GPtrArray *candidates, GError **error);
gboolean _weir_fail_unsupported_here (const WeirAnalyzer *self, GError **error, WeirSpan span, const char *what);
char    *_weir_name_to_string (const WeirSqlName *name);
char    *_weir_quote_name (const char *name);

/* ---- streaming rules: check-streaming.c, check-join.c ------------------------------------------------------------------ */

/* An outer join of streams knows when a row of the kept side can find no partner any more. */
gboolean _weir_outer_join_is_bounded (const WeirPlan *join);
/* A column of it has an event-time mark. */
gboolean _weir_side_has_mark (const WeirPlan *side);

/* ---- optimiser: rule-*.c --------------------------------------------------------------------------------------------- */

/* Each takes the plan and returns it or another. */
WeirPlan *_weir_rule_fold_constants (WeirPlan *plan, WeirZone *zone);
WeirPlan *_weir_rule_split_join (WeirPlan *plan);
void      _weir_split_join_node (WeirPlan *join); /* one node */
WeirPlan *_weir_rule_push_filter (WeirPlan *plan, WeirZone *zone);
WeirPlan *_weir_rule_collapse_project (WeirPlan *plan);
WeirPlan *_weir_rule_fuse_window (WeirPlan *plan);
WeirPlan *_weir_rule_prune_columns (WeirPlan *plan, WeirZone *zone);
WeirPlan *_weir_optimize (WeirPlan *plan, WeirZone *zone);

G_END_DECLS
