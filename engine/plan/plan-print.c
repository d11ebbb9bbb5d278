/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/catalog.h"
#include "plan/plan-private.h"

/* Plans as text, for EXPLAIN and tests. Event-time columns carry `*`. */

static const char *const join_names[] = { "Inner", "Left", "Right", "Full", "Semi", "Anti", "Cross" };

static void
append_duration (GString *out,
                 gint64   us)
{
  static const struct
  {
    gint64      us;
    const char *unit;
  } units[] = { { 86400000000, "d" }, { 3600000000, "h" }, { 60000000, "min" }, { 1000000, "s" }, { 1000, "ms" }, { 1, "us" } };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (us % units[i].us == 0)
      {
        g_string_append_printf (out, "%" G_GINT64_FORMAT " %s", us / units[i].us, us == 0 ? "s" : units[i].unit);
        return;
      }
}

static void
append_expr (GString        *out,
             const WeirExpr *expr,
             WeirSchema     *input)
{
  g_autofree char *text = weir_expr_to_string (expr, input);

  g_string_append (out, text);
}

static void
append_window (GString              *out,
               const WeirWindowSpec *window,
               WeirSchema           *input)
{
  g_string_append (out, "window(");
  append_expr (out, window->time, input);
  g_string_append (out, ", ");
  append_duration (out, window->size_us);
  if (window->slide_us != window->size_us || window->start_us != 0)
    {
      g_string_append (out, ", ");
      append_duration (out, window->slide_us);
    }
  if (window->start_us != 0)
    {
      g_string_append (out, ", ");
      append_duration (out, window->start_us);
    }
  g_string_append_c (out, ')');
}

static void
append_scan (GString  *out,
             WeirPlan *plan)
{
  WeirSchema *table = plan->scan.table_schema;
  guint       n = 0;

  g_string_append_printf (out, "%s %s %s [", plan->is_streaming ? "StreamScan" : "Scan", plan->scan.table->format->name, plan->scan.table->name);
  for (guint i = 0; i < table->n_fields; i++)
    if (plan->scan.needed[i])
      g_string_append_printf (out, "%s%s", n++ > 0 ? ", " : "", table->fields[i].name);
  g_string_append_c (out, ']');
}

/* `expr AS name` unless the expression prints as its name. */
static void
append_named (GString        *out,
              const WeirExpr *expr,
              WeirSchema     *input,
              const char     *name)
{
  g_autofree char *text = weir_expr_to_string (expr, input);

  g_string_append (out, text);
  if (g_strcmp0 (text, name) != 0)
    g_string_append_printf (out, " AS %s", name);
}

static void
append_project (GString  *out,
                WeirPlan *plan)
{
  g_string_append (out, "Project [");
  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_named (out, plan->project.exprs[i], plan->children[0]->schema, plan->schema->fields[i].name);
      g_string_append (out, plan->event_time_delay_us[i] >= 0 ? "*" : "");
    }
  g_string_append_c (out, ']');
}

static void
append_agg_call (GString           *out,
                 const WeirAggCall *call,
                 WeirSchema        *input)
{
  g_string_append_printf (out, "%s(%s", call->aggregate->name, call->is_distinct ? "DISTINCT " : "");
  for (guint i = 0; i < call->n_args; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_expr (out, call->args[i], input);
    }
  g_string_append (out, call->ignore_nulls ? " IGNORE NULLS)" : ")");
  if (call->filter != NULL)
    {
      g_string_append (out, " FILTER (");
      append_expr (out, call->filter, input);
      g_string_append_c (out, ')');
    }
}

static void
append_aggregate (GString  *out,
                  WeirPlan *plan)
{
  WeirSchema *input = plan->children[0]->schema;

  g_string_append (out, plan->aggregate.is_distinct ? "Distinct [" : "Aggregate [");
  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      if ((int)i != plan->aggregate.window_key)
        append_expr (out, plan->aggregate.keys[i], input);
      else if (!plan->aggregate.is_session)
        append_window (out, &plan->aggregate.window, input);
      else
        {
          g_string_append (out, "session_window(");
          append_expr (out, plan->aggregate.window.time, input);
          g_string_append (out, ", ");
          append_expr (out, plan->aggregate.session_gap, input);
          g_string_append_c (out, ')');
        }
      g_string_append (out, plan->event_time_delay_us[i] >= 0 ? "*" : "");
    }
  g_string_append_c (out, ']');
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      g_string_append (out, i > 0 ? ", " : " [");
      append_agg_call (out, plan->aggregate.aggs[i], input);
      g_string_append (out, i + 1 == plan->aggregate.n_aggs ? "]" : "");
    }
}

static WeirSchema *
joined_schema (WeirPlan *plan)
{
  WeirSchema           *left = plan->children[0]->schema, *right = plan->children[1]->schema;
  g_autofree WeirField *fields = g_new (WeirField, left->n_fields + right->n_fields + 1);

  for (guint i = 0; i < left->n_fields; i++)
    fields[i] = left->fields[i];
  for (guint i = 0; i < right->n_fields; i++)
    fields[left->n_fields + i] = right->fields[i];
  return weir_type_new_struct (fields, left->n_fields + right->n_fields);
}

static void
append_join (GString  *out,
             WeirPlan *plan)
{
  g_autoptr (WeirSchema) both = joined_schema (plan);

  g_string_append_printf (out, "Join %s%s", join_names[plan->join.type], plan->join.is_scalar ? " scalar" : "");
  for (guint i = 0; i < plan->join.n_equi; i++)
    {
      g_string_append (out, i > 0 ? ", " : " [");
      append_expr (out, plan->join.left_keys[i], plan->children[0]->schema);
      g_string_append (out, plan->join.null_safe[i] ? " <=> " : " = ");
      append_expr (out, plan->join.right_keys[i], plan->children[1]->schema);
      g_string_append (out, i + 1 == plan->join.n_equi ? "]" : "");
    }
  if (plan->join.residual != NULL)
    {
      g_string_append_c (out, ' ');
      append_expr (out, plan->join.residual, both);
    }
}

static void
append_sort (GString  *out,
             WeirPlan *plan)
{
  g_string_append (out, "Sort [");
  for (guint i = 0; i < plan->sort.n_keys; i++)
    {
      const WeirSortKey *key = &plan->sort.keys[i];

      g_string_append (out, i > 0 ? ", " : "");
      append_expr (out, key->expr, plan->children[0]->schema);
      g_string_append_printf (out, " %s NULLS %s", key->descending ? "DESC" : "ASC", key->nulls_first ? "FIRST" : "LAST");
    }
  g_string_append_c (out, ']');
}

static void
append_limit (GString  *out,
              WeirPlan *plan)
{
  g_string_append (out, "Limit");
  if (plan->limit.n >= 0)
    g_string_append_printf (out, " %" G_GINT64_FORMAT, plan->limit.n);
  if (plan->limit.offset > 0)
    g_string_append_printf (out, " offset %" G_GINT64_FORMAT, plan->limit.offset);
}

static void
append_generate (GString  *out,
                 WeirPlan *plan)
{
  guint n_input = plan->children[0]->schema->n_fields;

  g_string_append_printf (out, "Generate%s ", plan->generate.is_outer ? " outer" : "");
  append_expr (out, plan->generate.generator, plan->children[0]->schema);
  for (guint i = n_input; i < plan->schema->n_fields; i++)
    g_string_append_printf (out, "%s%s", i > n_input ? ", " : " [", plan->schema->fields[i].name);
  g_string_append_c (out, ']');
}

static void
append_dedup (GString  *out,
              WeirPlan *plan)
{
  g_string_append_printf (out, "Dedup%s [", plan->dedup.within_watermark ? " within watermark" : "");
  for (guint i = 0; i < plan->dedup.n_keys; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", plan->schema->fields[plan->dedup.keys[i]].name);
  g_string_append_c (out, ']');
}

static void
append_node (GString  *out,
             WeirPlan *plan)
{
  WeirPlan *child = plan->n_children > 0 ? plan->children[0] : NULL;

  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
      append_scan (out, plan);
      break;
    case WEIR_PLAN_VALUES:
      g_string_append_printf (out, "Values %u", plan->values.batch->n_rows);
      break;
    case WEIR_PLAN_FILTER:
      g_string_append (out, "Filter ");
      append_expr (out, plan->filter.condition, child->schema);
      break;
    case WEIR_PLAN_PROJECT:
      append_project (out, plan);
      break;
    case WEIR_PLAN_EVENT_TIME:
      g_string_append_printf (out, "EventTime %s, ", plan->schema->fields[plan->event_time.column].name);
      append_duration (out, plan->event_time.delay_ms * 1000);
      break;
    case WEIR_PLAN_TIME_WINDOW:
      g_string_append (out, "TimeWindow ");
      append_window (out, &plan->time_window.window, child->schema);
      break;
    case WEIR_PLAN_AGGREGATE:
      append_aggregate (out, plan);
      break;
    case WEIR_PLAN_JOIN:
      append_join (out, plan);
      break;
    case WEIR_PLAN_GENERATE:
      append_generate (out, plan);
      break;
    case WEIR_PLAN_SORT:
      append_sort (out, plan);
      break;
    case WEIR_PLAN_LIMIT:
      append_limit (out, plan);
      break;
    case WEIR_PLAN_UNION:
      g_string_append (out, "Union");
      break;
    case WEIR_PLAN_DEDUP:
      append_dedup (out, plan);
      break;
    }
}

char *
weir_plan_node_to_string (WeirPlan *plan)
{
  GString *out = g_string_new (NULL);

  append_node (out, plan);
  return g_string_free (out, FALSE);
}

/* The last child continues the column of its parent, others get a bar. */
static void
append_tree (GString    *out,
             WeirPlan   *plan,
             const char *indent)
{
  append_node (out, plan);
  for (guint i = 0; i < plan->n_children; i++)
    {
      gboolean         last = i + 1 == plan->n_children;
      g_autofree char *deeper = g_strconcat (indent, last ? "   " : ":  ", NULL);

      g_string_append_printf (out, "\n%s%s", indent, last ? "+- " : ":- ");
      append_tree (out, plan->children[i], deeper);
    }
}

char *
weir_plan_to_string (WeirPlan *plan)
{
  GString *out = g_string_new (NULL);

  append_tree (out, plan, "");
  return g_string_free (out, FALSE);
}
