/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/plan-shape.h"

#include "plan/catalog.h"

/*
 * State is found again by the position of its operator and read by the types of its columns, sources by their position: that is what
 * the lines hold. Filters, projections, names, rate limits, triggers and watermark delays may change.
 */

/* Where rows come from or go to; other options are how. */
static const char *const place_options[] = { "path", "subscribe", "subscribepattern", "assign", "topic", "dbtable", NULL };

typedef struct
{
  GPtrArray     *lines;
  WeirOutputMode mode;
  guint          n_stateful;
} Walk;

static const char *
mode_name (WeirOutputMode mode)
{
  static const char *const names[] = { "append", "update", "complete" };

  return names[mode];
}

static void
append_type (GString  *out,
             WeirType *type)
{
  g_autofree char *text = weir_type_to_string (type);

  g_string_append_printf (out, "%s%s", out->len > 0 ? "," : "", text);
}

static char *
types_of_schema (WeirSchema *schema)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < schema->n_fields; i++)
    append_type (out, schema->fields[i].type);
  return g_string_free (out, FALSE);
}

static char *
types_of_exprs (WeirExpr **exprs,
                guint      n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    append_type (out, exprs[i] != NULL ? exprs[i]->type : WEIR_TIMESTAMP);
  return g_string_free (out, FALSE);
}

static char *
types_of_aggs (WeirPlan *plan)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      const WeirAggCall *call = plan->aggregate.aggs[i];
      g_autofree char   *args = types_of_exprs (call->args, call->n_args);
      g_autofree char   *type = weir_type_to_string (call->type);

      g_string_append_printf (out, "%s%s(%s%s):%s", i > 0 ? "," : "", call->aggregate->name, call->is_distinct ? "distinct " : "", args, type);
    }
  return g_string_free (out, FALSE);
}

static char *
aggregate_line (WeirPlan *plan)
{
  g_autofree char *keys = types_of_exprs (plan->aggregate.keys, plan->aggregate.n_keys);
  g_autofree char *values = types_of_aggs (plan);
  g_autofree char *window = NULL;
  g_autofree char *time = plan->aggregate.event_time_key >= 0 ? g_strdup_printf ("key %d", plan->aggregate.event_time_key) : g_strdup ("no");

  if (plan->aggregate.window_key < 0)
    window = g_strdup ("none");
  else if (plan->aggregate.is_session)
    window = g_strdup_printf ("session at %d", plan->aggregate.window_key);
  else
    window = g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " us at %d", plan->aggregate.window.size_us,
                              plan->aggregate.window.slide_us, plan->aggregate.window.start_us, plan->aggregate.window_key);
  return g_strdup_printf ("%s\tkey=%s\twindow=%s\tvalue=%s\twatermark=%s", plan->aggregate.is_distinct ? "distinct" : "aggregate", keys, window, values, time);
}

static char *
join_line (WeirPlan *plan)
{
  static const char *const names[] = { "inner", "left", "right", "full", "semi", "anti", "cross" };
  g_autofree char         *keys = types_of_exprs (plan->join.left_keys, plan->join.n_equi);
  g_autofree char         *left = types_of_schema (plan->children[0]->schema);
  g_autofree char         *right = types_of_schema (plan->children[1]->schema);

  return g_strdup_printf ("join\ttype=%s\tkey=%s\tvalue=%s;%s", names[plan->join.type], keys, left, right);
}

static char *
dedup_line (WeirPlan *plan)
{
  g_autoptr (GString) keys = g_string_new (NULL);

  for (guint i = 0; i < plan->dedup.n_keys; i++)
    append_type (keys, plan->children[0]->schema->fields[plan->dedup.keys[i]].type);
  return g_strdup_printf ("%s\tkey=%s", plan->dedup.within_watermark ? "deduplicate within watermark" : "deduplicate", keys->str);
}

/* Top first, as Spark numbers them. */
static void
add_stateful (WeirPlan *plan,
              Walk     *walk)
{
  g_autofree char *line = NULL;

  if (weir_plan_is_stateful (plan))
    {
      if (plan->kind == WEIR_PLAN_AGGREGATE)
        line = aggregate_line (plan);
      else if (plan->kind == WEIR_PLAN_JOIN)
        line = join_line (plan);
      else if (plan->kind == WEIR_PLAN_DEDUP)
        line = dedup_line (plan);
      else
        line = g_strdup ("limit");
      g_ptr_array_add (walk->lines, g_strdup_printf ("operator\t%u\t%s\tmode=%s", walk->n_stateful++, line, mode_name (walk->mode)));
    }
  for (guint i = 0; i < plan->n_children; i++)
    add_stateful (plan->children[i], walk);
}

static void
append_place (GString    *line,
              GHashTable *options)
{
  for (guint i = 0; options != NULL && place_options[i] != NULL; i++)
    {
      const char *value = g_hash_table_lookup (options, place_options[i]);

      if (value != NULL)
        g_string_append_printf (line, "\t%s=%s", place_options[i], value);
    }
}

static void
add_source (WeirPlan *plan,
            gpointer  data)
{
  Walk               *walk = data;
  g_autoptr (GString) line = g_string_new (NULL);

  if (plan->kind != WEIR_PLAN_SCAN || !plan->is_streaming)
    return;
  g_string_printf (line, "source\t%u\t%s", plan->scan.source_id, plan->scan.table->format->name);
  append_place (line, plan->scan.table->options);
  g_ptr_array_add (walk->lines, g_strdup (line->str));
}

GPtrArray *
weir_plan_shape (WeirPlan      *plan,
                 WeirOutputMode mode,
                 GPtrArray     *sinks)
{
  Walk walk = { g_ptr_array_new_with_free_func (g_free), mode, 0 };

  weir_plan_foreach (plan, add_source, &walk);
  add_stateful (plan, &walk);
  for (guint i = 0; sinks != NULL && i < sinks->len; i++)
    {
      WeirTable          *table = sinks->pdata[i];
      g_autoptr (GString) line = g_string_new (NULL);

      g_string_printf (line, "sink\t%u\t%s", i, table->format->name);
      append_place (line, table->options);
      g_ptr_array_add (walk.lines, g_strdup (line->str));
    }
  return walk.lines;
}
