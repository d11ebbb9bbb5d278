/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * What a streaming query may do, after Spark's UnsupportedOperationChecker. One table: an operation, the modes in which it is
 * rejected, how it is recognised, and what is said. The order is Spark's, the first that fits is the error.
 */

enum
{
  APPEND = 1 << WEIR_OUTPUT_APPEND,
  UPDATE = 1 << WEIR_OUTPUT_UPDATE,
  COMPLETE = 1 << WEIR_OUTPUT_COMPLETE,
  ANY = APPEND | UPDATE | COMPLETE,
};

typedef struct
{
  WeirPlan      *root;
  WeirPlan      *top_aggregate; /* nullable: the top-most streaming aggregation */
  WeirOutputMode mode;
} Query;

typedef gboolean (*Test) (const Query *query, const WeirPlan *node);

static const char *const mode_names[] = { "append", "update", "complete" };
static const char *const mode_words[] = { "Append", "Update", "Complete" };
static const char *const join_words[] = {
  [WEIR_JOIN_LEFT] = "LeftOuter",
  [WEIR_JOIN_RIGHT] = "RightOuter",
  [WEIR_JOIN_FULL] = "FullOuter",
  [WEIR_JOIN_SEMI] = "LeftSemi",
};

/* ---- facts about plans ------------------------------------------------------------------------------------------ */

static WeirPlan *
find (WeirPlan *plan,
      gboolean (*test) (const WeirPlan *node))
{
  WeirPlan *found = NULL;

  if (test (plan))
    return plan;
  for (guint i = 0; found == NULL && i < plan->n_children; i++)
    found = find (plan->children[i], test);
  return found;
}

static gboolean
is_streaming_aggregate (const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_AGGREGATE && node->is_streaming;
}

static gboolean
is_stream_join (const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_JOIN && node->children[0]->is_streaming && node->children[1]->is_streaming;
}

static gboolean
has_aggregate_below (const WeirPlan *node)
{
  for (guint i = 0; i < node->n_children; i++)
    if (find (node->children[i], is_streaming_aggregate) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
contains (const WeirPlan *plan,
          const WeirPlan *node)
{
  if (plan == node)
    return TRUE;
  for (guint i = 0; i < plan->n_children; i++)
    if (contains (plan->children[i], node))
      return TRUE;
  return FALSE;
}

static gboolean
aggregate_above (const Query    *query,
                 const WeirPlan *node)
{
  return query->top_aggregate != NULL && query->top_aggregate != node && contains (query->top_aggregate, node);
}

static const WeirExpr *
find_call (const WeirExpr *expr,
           const char     *name)
{
  const WeirExpr *found = NULL;

  if (expr->kind == WEIR_EXPR_CALL && strcmp (expr->function->name, name) == 0)
    return expr;
  for (guint i = 0; found == NULL && i < expr->n_args; i++)
    found = find_call (expr->args[i], name);
  return found;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static gboolean
no_aggregation (const Query    *query,
                const WeirPlan *node)
{
  return node == query->root && query->top_aggregate == NULL;
}

static gboolean
aggregation_without_watermark (const Query    *query,
                               const WeirPlan *node)
{
  return node == query->top_aggregate && node->aggregate.event_time_key < 0;
}

static gboolean
session_aggregation (const Query    *query,
                     const WeirPlan *node)
{
  return node == query->top_aggregate && node->aggregate.is_session;
}

static gboolean
global_session (const Query    *query,
                const WeirPlan *node)
{
  return is_streaming_aggregate (node) && node->aggregate.is_session && node->aggregate.n_keys == 1;
}

static const WeirAggCall *
distinct_call_of (const WeirPlan *node)
{
  for (guint i = 0; i < node->aggregate.n_aggs; i++)
    if (node->aggregate.aggs[i]->is_distinct)
      return node->aggregate.aggs[i];
  return NULL;
}

static gboolean
distinct_aggregate (const Query    *query,
                    const WeirPlan *node)
{
  return is_streaming_aggregate (node) && distinct_call_of (node) != NULL;
}

static WeirSpan
place_of_distinct (const WeirPlan *node)
{
  return distinct_call_of (node)->span;
}

/* An aggregation that is not append feeding an operator with state. */
static gboolean
chained_state (const Query    *query,
               const WeirPlan *node)
{
  return weir_plan_is_stateful (node) && node->kind != WEIR_PLAN_LIMIT && has_aggregate_below (node);
}

static gboolean
sort_without_aggregation (const Query    *query,
                          const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_SORT && node->is_streaming && !has_aggregate_below (node);
}

static gboolean
any_sort (const Query    *query,
          const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_SORT && node->is_streaming;
}

static gboolean
any_limit (const Query    *query,
           const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_LIMIT && node->is_streaming && node->limit.n >= 0;
}

static gboolean
any_offset (const Query    *query,
            const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_LIMIT && node->is_streaming && (node->limit.offset > 0 || node->limit.n < 0);
}

static gboolean
mixed_union (const Query    *query,
             const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_UNION && node->children[0]->is_streaming != node->children[1]->is_streaming;
}

static gboolean
dedup_needs_watermark (const Query    *query,
                       const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_DEDUP && node->is_streaming && node->dedup.within_watermark && !_weir_side_has_mark (node->children[0]);
}

static gboolean
dedup_without_aggregation (const Query    *query,
                           const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_DEDUP && node->is_streaming && !aggregate_above (query, node);
}

/* Event times among the columns of @child: the same column twice is one. */
static guint
count_event_times (const WeirPlan *child)
{
  guint n = 0;

  for (guint i = 0; i < child->schema->n_fields; i++)
    {
      gboolean is_again = FALSE;

      for (guint j = 0; child->kind == WEIR_PLAN_PROJECT && j < i; j++)
        is_again |= strcmp (child->schema->fields[i].name, child->schema->fields[j].name) == 0 && weir_expr_equal (child->project.exprs[i], child->project.exprs[j]);
      n += child->event_time_delay_us[i] >= 0 && !is_again;
    }
  return n;
}

/* An operator would not know which of them the watermark is about. Aggregations look at their keys alone, and not at all in complete mode. */
static gboolean
several_event_times (const Query    *query,
                     const WeirPlan *node)
{
  guint n = 0;

  if (is_streaming_aggregate (node))
    {
      for (guint i = 0; query->mode != WEIR_OUTPUT_COMPLETE && i < node->aggregate.n_keys; i++)
        n += node->event_time_delay_us[i] >= 0;
      return n > 1;
    }
  if (node->kind == WEIR_PLAN_DEDUP && node->is_streaming)
    return count_event_times (node->children[0]) > 1;
  return is_stream_join (node) && (count_event_times (node->children[0]) > 1 || count_event_times (node->children[1]) > 1);
}

static gboolean
is_join (const WeirPlan *node,
         WeirJoinType    type,
         gboolean        left,
         gboolean        right)
{
  return node->kind == WEIR_PLAN_JOIN && node->join.type == type && node->children[0]->is_streaming == left && node->children[1]->is_streaming == right;
}

static gboolean
full_stream_static (const Query    *query,
                    const WeirPlan *node)
{
  return is_join (node, WEIR_JOIN_FULL, TRUE, FALSE);
}

static gboolean
full_static_stream (const Query    *query,
                    const WeirPlan *node)
{
  return is_join (node, WEIR_JOIN_FULL, FALSE, TRUE);
}

static gboolean
left_static_stream (const Query    *query,
                    const WeirPlan *node)
{
  return is_join (node, WEIR_JOIN_LEFT, FALSE, TRUE);
}

static gboolean
right_stream_static (const Query    *query,
                     const WeirPlan *node)
{
  return is_join (node, WEIR_JOIN_RIGHT, TRUE, FALSE);
}

static gboolean
semi_static_stream (const Query    *query,
                    const WeirPlan *node)
{
  return is_join (node, WEIR_JOIN_SEMI, FALSE, TRUE);
}

static gboolean
anti_stream_right (const Query    *query,
                   const WeirPlan *node)
{
  return node->kind == WEIR_PLAN_JOIN && node->join.type == WEIR_JOIN_ANTI && node->children[1]->is_streaming;
}

static gboolean
any_stream_join (const Query    *query,
                 const WeirPlan *node)
{
  return is_stream_join (node);
}

static gboolean
join_without_equality (const Query    *query,
                       const WeirPlan *node)
{
  return is_stream_join (node) && node->join.n_equi == 0;
}

static gboolean
outer_stream_join (const Query    *query,
                   const WeirPlan *node)
{
  return is_stream_join (node) && (node->join.type == WEIR_JOIN_LEFT || node->join.type == WEIR_JOIN_RIGHT || node->join.type == WEIR_JOIN_FULL);
}

static gboolean
unbounded_outer_join (const Query    *query,
                      const WeirPlan *node)
{
  return (outer_stream_join (query, node) || (is_stream_join (node) && node->join.type == WEIR_JOIN_SEMI)) && !_weir_outer_join_is_bounded (node);
}

static const WeirExpr *
numbering_of (const WeirPlan *node)
{
  const WeirExpr *found = NULL;

  if (node->kind == WEIR_PLAN_FILTER)
    return find_call (node->filter.condition, "monotonically_increasing_id");
  for (guint i = 0; found == NULL && node->kind == WEIR_PLAN_PROJECT && i < node->project.n_exprs; i++)
    found = find_call (node->project.exprs[i], "monotonically_increasing_id");
  return found;
}

static gboolean
numbered_rows (const Query    *query,
               const WeirPlan *node)
{
  return node->is_streaming && numbering_of (node) != NULL;
}

static WeirSpan
place_of_numbering (const WeirPlan *node)
{
  return numbering_of (node)->span;
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

#define OUTPUT_MODE "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION"
#define OPERATION   "UNSUPPORTED_FEATURE.STREAMING_OPERATION" /* Spark has no public name for these */

typedef struct
{
  guint       modes;
  Test        test;
  gboolean    correctness; /* also behind statefulOperator.checkCorrectness.enabled */
  const char *condition;
  const char *message;                      /* %s: the mode; %S: the mode with a capital; %j: the join's type */
  const char *reason;                       /* one short sentence for the window */
  WeirSpan (*place) (const WeirPlan *node); /* nullable: the node itself */
} Rule;

static const Rule rules[] = {
  { UPDATE | COMPLETE, chained_state, TRUE, OPERATION,
    "Detected pattern of possible 'correctness' issue due to global watermark: an aggregation in %s mode feeds another stateful operation, which "
    "may lose rows it emits late. To run it all the same, set spark.sql.streaming.statefulOperator.checkCorrectness.enabled to false.",
    "An aggregation above another one needs append mode." },
  { COMPLETE, no_aggregation, FALSE, OUTPUT_MODE,
    "Invalid streaming output mode: %s. This output mode is not supported for no streaming aggregations on streaming DataFrames/DataSets.",
    "Complete mode shows the whole result of an aggregation; this query has none." },
  { APPEND, aggregation_without_watermark, FALSE, OUTPUT_MODE,
    "Invalid streaming output mode: %s. This output mode is not supported for streaming aggregations without watermark on streaming "
    "DataFrames/DataSets.",
    "Append mode emits a group when it is final: group by a window or a time with a watermark." },
  { UPDATE, session_aggregation, FALSE, OUTPUT_MODE,
    "Invalid streaming output mode: %s. This output mode is not supported for session window streaming aggregations on streaming "
    "DataFrames/DataSets.",
    "Session windows change until they end: use append or complete." },
  { ANY, global_session, FALSE, OPERATION, "Global aggregation with session window in streaming query is not supported.",
    "A session window on a stream needs another key beside it." },
  { ANY, distinct_aggregate, FALSE, OPERATION,
    "Distinct aggregations are not supported on streaming DataFrames/Datasets. Consider using approx_count_distinct() instead.",
    "DISTINCT in an aggregate would need all values for ever: use approx_count_distinct().", place_of_distinct },
  { ANY, dedup_needs_watermark, FALSE, OPERATION,
    "dropDuplicatesWithinWatermark is not supported on streaming DataFrames/DataSets without watermark",
    "Duplicates within a watermark need a watermark." },
  { COMPLETE, dedup_without_aggregation, FALSE, OPERATION,
    "dropDuplicates is not supported in %s mode on streaming DataFrames/DataSets without an aggregation above it",
    "Complete mode needs an aggregation above the duplicates' removal." },
  { ANY, full_stream_static, FALSE, OPERATION,
    "FullOuter joins with streaming DataFrames/Datasets on the left and a static DataFrame/Dataset on the right is not supported",
    "A full join of a stream with a table would have to wait for the stream's end." },
  { ANY, full_static_stream, FALSE, OPERATION,
    "FullOuter joins with streaming DataFrames/Datasets on the right and a static DataFrame/Dataset on the left is not supported",
    "A full join of a stream with a table would have to wait for the stream's end." },
  { ANY, left_static_stream, FALSE, OPERATION,
    "LeftOuter join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported",
    "Keeping every row of the table would mean to wait for the stream's end: put the stream on the left." },
  { ANY, right_stream_static, FALSE, OPERATION,
    "RightOuter join with a streaming DataFrame/Dataset on the left and a static DataFrame/DataSet on the right not supported",
    "Keeping every row of the table would mean to wait for the stream's end: put the stream on the right." },
  { ANY, semi_static_stream, FALSE, OPERATION,
    "LeftSemi join with a streaming DataFrame/Dataset on the right and a static DataFrame/Dataset on the left is not supported",
    "The stream must stand on the left of a semi join." },
  { ANY, anti_stream_right, FALSE, OPERATION, "LeftAnti joins with a streaming DataFrame/Dataset on the right are not supported",
    "The stream must stand on the left of an anti join, and a table on the right." },
  { COMPLETE, any_stream_join, FALSE, OPERATION,
    "Join between two streaming DataFrames/Datasets is not supported in %S output mode, only in Append output mode",
    "A join of two streams gives rows once: use append." },
  { UPDATE, outer_stream_join, FALSE, OPERATION,
    "Join between two streaming DataFrames/Datasets is not supported in %S output mode, only in Append output mode",
    "An outer join of two streams gives rows once: use append." },
  { ANY, join_without_equality, FALSE, OPERATION, "Stream-stream join without equality predicate is not supported.",
    "A join of two streams needs an equality between their columns." },
  { ANY, unbounded_outer_join, FALSE, OPERATION,
    "Stream-stream %j join between two streaming DataFrame/Datasets is not supported without a watermark in the join keys, or a watermark on the "
    "nullable side and an appropriate range condition",
    "An outer join of two streams needs a watermark among its keys, or a time range and watermarks." },
  { ANY, several_event_times, FALSE, OPERATION,
    "More than one event time columns are available. Please ensure there is at most one event time column per stream: leave one of them out before "
    "this operation, or cast it.",
    "Only one event time may reach an operation with state: leave the other one out." },
  { ANY, mixed_union, FALSE, OPERATION, "Union between streaming and batch DataFrames/Datasets is not supported",
    "A stream and a table cannot be united." },
  { APPEND | UPDATE, any_sort, FALSE, OPERATION,
    "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode",
    "A stream never ends, so it cannot be sorted: only the whole result in complete mode can." },
  { COMPLETE, sort_without_aggregation, FALSE, OPERATION,
    "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated DataFrame/Dataset in Complete output mode",
    "Only the result of an aggregation can be sorted." },
  { UPDATE, any_limit, FALSE, OPERATION, "Limits are not supported on streaming DataFrames/Datasets in Update output mode",
    "A limit cannot be kept when rows change: use append or complete." },
  { ANY, any_offset, FALSE, OPERATION, "Offset is not supported on streaming DataFrames/Datasets",
    "Rows of a stream cannot be skipped." },
  { ANY, numbered_rows, FALSE, OPERATION,
    "Expression(s): monotonically_increasing_id() is not supported with streaming DataFrames/Datasets",
    "monotonically_increasing_id() would number the rows of each batch anew.", place_of_numbering },
};

static const WeirPlan *
fits (const Rule     *rule,
      const Query    *query,
      const WeirPlan *node)
{
  const WeirPlan *found = NULL;

  if (rule->test (query, node))
    return node;
  for (guint i = 0; found == NULL && i < node->n_children; i++)
    found = fits (rule, query, node->children[i]);
  return found;
}

static const Rule *
first_broken (const Query     *query,
              gboolean         check_correctness,
              const WeirPlan **node)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      const Rule *rule = &rules[i];

      if (!(rule->modes & (1u << query->mode)) || (rule->correctness && !check_correctness))
        continue;
      *node = fits (rule, query, query->root);
      if (*node != NULL)
        return rule;
    }
  return NULL;
}

static Query
new_query (WeirPlan      *plan,
           WeirOutputMode mode)
{
  return (Query){ plan, find (plan, is_streaming_aggregate), mode };
}

static char *
message_of (const Rule     *rule,
            const WeirPlan *node,
            WeirOutputMode  mode)
{
  const char *place = strchr (rule->message, '%');
  const char *word;

  if (place == NULL)
    return g_strdup (rule->message);
  word = place[1] == 'j' ? join_words[node->join.type] : (place[1] == 'S' ? mode_words : mode_names)[mode];
  return g_strdup_printf ("%.*s%s%s", (int)(place - rule->message), rule->message, word, place + 2);
}

gboolean
weir_check_streaming (WeirPlan      *plan,
                      WeirOutputMode mode,
                      WeirCatalog   *catalog,
                      GError       **error)
{
  Query            query = new_query (plan, mode);
  const WeirPlan  *node = NULL;
  const Rule      *rule;
  g_autofree char *message = NULL;

  if (!plan->is_streaming || !weir_catalog_get_bool (catalog, "spark.sql.streaming.unsupportedOperationCheck"))
    return TRUE;
  rule = first_broken (&query, weir_catalog_get_bool (catalog, "spark.sql.streaming.statefulOperator.checkCorrectness.enabled"), &node);
  if (rule == NULL)
    return TRUE;
  message = message_of (rule, node, mode);
  return weir_fail (error, WEIR_ERROR_ANALYZE, rule->condition, rule->place != NULL ? rule->place (node) : node->span, "%s", message);
}

const char *
weir_streaming_mode_reason (WeirPlan      *plan,
                            WeirOutputMode mode)
{
  Query           query = new_query (plan, mode);
  const WeirPlan *node = NULL;
  const Rule     *rule = plan->is_streaming ? first_broken (&query, TRUE, &node) : NULL;

  return rule != NULL ? rule->reason : NULL;
}
