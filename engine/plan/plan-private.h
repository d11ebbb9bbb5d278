/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes under construction. All constructors take the references in their arguments except where `const` or a schema; schema,
 * event-time marks and is_streaming follow from the children. (transfer full)
 */
#pragma once

#include "plan/plan.h"

G_BEGIN_DECLS

WeirPlan *_weir_plan_new_scan (WeirTable *table, WeirSchema *table_schema, GHashTable *options, gboolean is_streaming);
WeirPlan *_weir_plan_new_values (WeirBatch *batch);
WeirPlan *_weir_plan_new_filter (WeirPlan *child, WeirExpr *condition);
/* @names: (nullable): column names; a NULL entry, or none at all, means the expression's own. */
WeirPlan *_weir_plan_new_project (WeirPlan *child, WeirExpr **exprs, guint n_exprs, const char *const *names);
WeirPlan *_weir_plan_new_event_time (WeirPlan *child, guint column, gint64 delay_ms);
WeirPlan *_weir_plan_new_time_window (WeirPlan *child, WeirWindowSpec window);
WeirPlan *_weir_plan_new_join (WeirPlan *left, WeirPlan *right, WeirJoinType type, WeirExpr *condition);
WeirPlan *_weir_plan_new_generate (WeirPlan *child, WeirExpr *generator, gboolean is_outer, const char *const *names);
WeirPlan *_weir_plan_new_sort (WeirPlan *child, WeirSortKey *keys, guint n_keys);
WeirPlan *_weir_plan_new_limit (WeirPlan *child, gint64 n, gint64 offset);
WeirPlan *_weir_plan_new_union (WeirPlan *left, WeirPlan *right);
WeirPlan *_weir_plan_new_dedup (WeirPlan *child, const guint *keys, guint n_keys, gboolean within_watermark);

/* What _weir_plan_new_aggregate() takes; arrays are copied, their references taken. */
typedef struct
{
  guint              n_keys;
  WeirExpr         **keys;
  const char *const *key_names;
  int                window_key;
  WeirWindowSpec     window;
  gboolean           is_session;
  WeirExpr          *session_gap;
  guint              n_aggs;
  WeirAggCall      **aggs;
  gboolean           is_distinct;
} WeirAggregateParts;

WeirPlan *_weir_plan_new_aggregate (WeirPlan *child, const WeirAggregateParts *parts);

/* STRUCT<start, end> of windows over @time. (transfer full) */
WeirType *_weir_window_type (WeirType *time);
/* Mark of an expression over @child: of a column as it is, of its window_time(), of a window over it; else −1. */
gint64 _weir_plan_expr_mark (const WeirPlan *child, const WeirExpr *expr);
/* window_time(window): its end − 1 µs. Takes @window. */
WeirExpr *_weir_expr_window_time (WeirExpr *window, WeirZone *zone);
/* The window inside such an expression, or NULL. (transfer none) */
WeirExpr *_weir_expr_window_of_time (const WeirExpr *expr);

/* Schema and marks anew after the children or expressions of a node changed. */
void _weir_plan_derive (WeirPlan *plan);
/* scan_id, source_id, watermark_id, stateful_id over the whole tree. */
void _weir_plan_number (WeirPlan *plan);
/* Column @index of @plan as an expression. */
WeirExpr *_weir_plan_column (const WeirPlan *plan, guint index);
/* Every expression of the node through weir_expr_map(); does not derive. */
void _weir_plan_map_exprs (WeirPlan *plan, WeirExprMapFunc func, gpointer data);
/* TRUE when @expr refers to a column c with @first ≤ c < @end. */
gboolean _weir_expr_reads (const WeirExpr *expr, guint first, guint end);
/* Appends the conjuncts, referenced. */
void _weir_expr_split (WeirExpr *condition, GPtrArray *conjuncts);
/* AND of them all, or NULL; takes the references, not the array. */
WeirExpr *_weir_expr_conjunction (GPtrArray *conjuncts);
/* Column c becomes column c + @shift. (transfer full) */
WeirExpr *_weir_expr_shift (WeirExpr *expr, int shift);
/* Child @i taken out of @plan; the place is empty afterwards. */
WeirPlan *_weir_plan_steal_child (WeirPlan *plan, guint i);

G_END_DECLS
