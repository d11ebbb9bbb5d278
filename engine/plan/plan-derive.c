/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "column/column-builder.h"
#include "plan/plan-private.h"

/*
 * What a node's output is: columns and event-time marks.
 *
 * A mark says how far the watermark waits behind a column. It lives on a column as such: an alias keeps it, a window over a marked
 * time carries it, window_time() of a marked window too; any other expression loses it. A rule that changes children or
 * expressions calls _weir_plan_derive(), which keeps the names and does the rest anew.
 */

/* ---- windows ---------------------------------------------------------------------------------------------------- */

WeirType *
_weir_window_type (WeirType *time)
{
  WeirField fields[] = { { "start", time, TRUE, NULL }, { "end", time, TRUE, NULL } };

  return weir_type_new_struct (fields, 2);
}

static gboolean
is_window_type (WeirType *type)
{
  return type->kind == WEIR_TYPE_STRUCT && type->n_fields == 2 && strcmp (type->fields[0].name, "start") == 0 && strcmp (type->fields[1].name, "end") == 0;
}

static WeirExpr *
one_microsecond (void)
{
  g_autoptr (WeirType)          type = weir_type_new_interval (WEIR_TYPE_INTERVAL_DT, WEIR_UNIT_SECOND, WEIR_UNIT_SECOND);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);
  g_autoptr (WeirColumn)        column = NULL;

  weir_column_builder_append_i64 (builder, 1);
  column = weir_column_builder_finish (builder);
  return weir_expr_new_literal (column);
}

WeirExpr *
_weir_expr_window_time (WeirExpr *window,
                        WeirZone *zone)
{
  g_autofree char *name = g_strdup_printf ("window_time(%s)", window->name);
  WeirSpan         span = window->span;
  WeirExpr        *args[] = { weir_expr_new_field (window, 1), one_microsecond () };
  WeirExpr        *time = weir_expr_new_call ("-", args, 2, span, zone, NULL);

  return time != NULL ? weir_expr_with_name (time, name) : NULL;
}

WeirExpr *
_weir_expr_window_of_time (const WeirExpr *expr)
{
  WeirExpr *end, *back;

  if (expr->kind != WEIR_EXPR_CALL || expr->n_args != 2 || strcmp (expr->function->name, "-") != 0)
    return NULL;
  end = expr->args[0];
  back = expr->args[1];
  if (end->kind != WEIR_EXPR_FIELD || end->index != 1 || !is_window_type (end->args[0]->type))
    return NULL;
  if (back->kind != WEIR_EXPR_LITERAL || back->type->kind != WEIR_TYPE_INTERVAL_DT || weir_column_values (back->literal, gint64)[0] != 1)
    return NULL;
  return end->args[0];
}

gint64
_weir_plan_expr_mark (const WeirPlan *child,
                      const WeirExpr *expr)
{
  const WeirExpr *window = _weir_expr_window_of_time (expr);

  if (window != NULL)
    expr = window;
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < child->schema->n_fields)
    return child->event_time_delay_us[expr->index];
  return -1;
}

/* ---- fields ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  GArray *fields; /* WeirField, borrowed */
  GArray *marks;  /* gint64 */
  GArray *owned;  /* WeirType* made on the way */
} Output;

static void
add (Output     *output,
     const char *name,
     WeirType   *type,
     gboolean    nullable,
     gint64      mark)
{
  WeirField field = { (char *)name, type, nullable, NULL };

  g_array_append_val (output->fields, field);
  g_array_append_val (output->marks, mark);
}

static void
add_child (Output         *output,
           const WeirPlan *child,
           gboolean        nullable)
{
  for (guint i = 0; i < child->schema->n_fields; i++)
    {
      const WeirField *field = &child->schema->fields[i];

      add (output, field->name, field->type, field->nullable || nullable, child->event_time_delay_us[i]);
    }
}

static void
add_scan (Output         *output,
          const WeirPlan *plan)
{
  WeirSchema *table = plan->scan.table_schema;

  for (guint i = 0; i < table->n_fields; i++)
    if (plan->scan.needed[i])
      add (output, table->fields[i].name, table->fields[i].type, TRUE, -1);
}

static void
add_batch (Output          *output,
           const WeirBatch *batch)
{
  for (guint i = 0; i < batch->n_columns; i++)
    add (output, batch->schema->fields[i].name, batch->schema->fields[i].type, batch->schema->fields[i].nullable, -1);
}

static void
add_project (Output         *output,
             const WeirPlan *plan)
{
  for (guint i = 0; i < plan->project.n_exprs; i++)
    {
      const WeirExpr *expr = plan->project.exprs[i];

      add (output, plan->schema->fields[i].name, expr->type, expr->nullable, _weir_plan_expr_mark (plan->children[0], expr));
    }
}

static void
add_window (Output               *output,
            const WeirPlan       *child,
            const WeirWindowSpec *window,
            const char           *name)
{
  WeirType *type = _weir_window_type (window->time->type);

  g_array_append_val (output->owned, type);
  add (output, name, type, FALSE, _weir_plan_expr_mark (child, window->time));
}

static void
add_aggregate (Output   *output,
               WeirPlan *plan)
{
  const WeirPlan *child = plan->children[0];

  plan->aggregate.event_time_key = -1;
  for (guint i = 0; i < plan->aggregate.n_keys; i++)
    {
      const WeirExpr *key = plan->aggregate.keys[i];
      const char     *name = plan->schema->fields[i].name;

      if ((int)i == plan->aggregate.window_key)
        add_window (output, child, &plan->aggregate.window, name);
      else
        add (output, name, key->type, key->nullable, _weir_plan_expr_mark (child, key));
      if (plan->aggregate.event_time_key < 0 && g_array_index (output->marks, gint64, i) >= 0)
        plan->aggregate.event_time_key = (int)i;
    }
  for (guint i = 0; i < plan->aggregate.n_aggs; i++)
    {
      const WeirAggCall *call = plan->aggregate.aggs[i];

      add (output, call->name, call->type, call->nullable, -1);
    }
}

static void
add_join (Output         *output,
          const WeirPlan *plan)
{
  WeirJoinType type = plan->join.type;

  add_child (output, plan->children[0], type == WEIR_JOIN_RIGHT || type == WEIR_JOIN_FULL);
  if (type != WEIR_JOIN_SEMI && type != WEIR_JOIN_ANTI)
    add_child (output, plan->children[1], type == WEIR_JOIN_LEFT || type == WEIR_JOIN_FULL);
}

/* The schema so far holds only, or at its end, the names of the generated columns. */
static void
add_generate (Output         *output,
              const WeirPlan *plan)
{
  WeirType *row = plan->generate.generator->type->fields[0].type;
  guint     first = plan->schema->n_fields - row->n_fields;

  add_child (output, plan->children[0], FALSE);
  for (guint i = 0; i < row->n_fields; i++)
    add (output, plan->schema->fields[first + i].name, row->fields[i].type, row->fields[i].nullable || plan->generate.is_outer, -1);
}

static void
add_union (Output         *output,
           const WeirPlan *plan)
{
  add_child (output, plan->children[0], FALSE);
  for (guint i = 0; i < output->fields->len; i++)
    g_array_index (output->fields, WeirField, i).nullable |= plan->children[1]->schema->fields[i].nullable;
}

static void
collect (Output   *output,
         WeirPlan *plan)
{
  switch (plan->kind)
    {
    case WEIR_PLAN_SCAN:
      add_scan (output, plan);
      break;
    case WEIR_PLAN_VALUES:
      add_batch (output, plan->values.batch);
      break;
    case WEIR_PLAN_PROJECT:
      add_project (output, plan);
      break;
    case WEIR_PLAN_TIME_WINDOW:
      add_child (output, plan->children[0], FALSE);
      add_window (output, plan->children[0], &plan->time_window.window, "window");
      break;
    case WEIR_PLAN_AGGREGATE:
      add_aggregate (output, plan);
      break;
    case WEIR_PLAN_JOIN:
      add_join (output, plan);
      break;
    case WEIR_PLAN_GENERATE:
      add_generate (output, plan);
      break;
    case WEIR_PLAN_UNION:
      add_union (output, plan);
      break;
    case WEIR_PLAN_EVENT_TIME:
      add_child (output, plan->children[0], FALSE);
      g_array_index (output->marks, gint64, plan->event_time.column) = plan->event_time.delay_ms * 1000;
      break;
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_SORT:
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_DEDUP:
      add_child (output, plan->children[0], FALSE);
      break;
    }
}

void
_weir_plan_derive (WeirPlan *plan)
{
  Output      output = { g_array_new (FALSE, FALSE, sizeof (WeirField)), g_array_new (FALSE, FALSE, sizeof (gint64)),
                         g_array_new (FALSE, FALSE, sizeof (gpointer)) };
  WeirSchema *schema;

  collect (&output, plan);
  schema = weir_type_new_struct ((WeirField *)output.fields->data, output.fields->len);
  g_clear_pointer (&plan->schema, weir_type_unref);
  plan->schema = schema;
  g_free (plan->event_time_delay_us);
  plan->event_time_delay_us = g_new (gint64, MAX (output.marks->len, 1));
  if (output.marks->len > 0)
    memcpy (plan->event_time_delay_us, output.marks->data, output.marks->len * sizeof (gint64));
  for (guint i = 0; i < output.owned->len; i++)
    weir_type_unref (g_array_index (output.owned, WeirType *, i));
  g_array_unref (output.fields);
  g_array_unref (output.marks);
  g_array_unref (output.owned);
}
