/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/rows.h"

#include <string.h>

/*
 * Which output columns are windows? Expressions are followed down through projections, filters and sorts to the
 * aggregation: a column that is its window key is a WINDOW, a column that reads the key's field 0 or 1 is a window start or end.
 */

static WeirColumnShape
shape_of_type (WeirType *type)
{
  switch (type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return WEIR_COLUMN_BOOLEAN;
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
    case WEIR_TYPE_DECIMAL:
      return WEIR_COLUMN_NUMBER;
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      return WEIR_COLUMN_TIME;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_VOID:
      return WEIR_COLUMN_TEXT;
    case WEIR_TYPE_BINARY:
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
    case WEIR_TYPE_INTERVAL:
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
    case WEIR_TYPE_STRUCT:
    default:
      return WEIR_COLUMN_OTHER;
    }
}

/* What output column @column of @plan is: 'w' the window, 's' its start, 'e' its end, 0 none of them. */
static char
window_role (WeirPlan *plan,
             guint     column)
{
  const WeirExpr *expr;
  char            inner;

  switch (plan->kind)
    {
    case WEIR_PLAN_FILTER:
    case WEIR_PLAN_SORT:
    case WEIR_PLAN_LIMIT:
    case WEIR_PLAN_EVENT_TIME:
      return window_role (plan->children[0], column);
    case WEIR_PLAN_TIME_WINDOW:
      return column + 1 == plan->schema->n_fields ? 'w' : window_role (plan->children[0], column);
    case WEIR_PLAN_AGGREGATE:
      if (plan->aggregate.window_key >= 0 && column == (guint)plan->aggregate.window_key)
        return 'w';
      if (column >= plan->aggregate.n_keys || plan->aggregate.keys[column] == NULL)
        return 0;
      expr = plan->aggregate.keys[column];
      return expr->kind == WEIR_EXPR_COLUMN ? window_role (plan->children[0], expr->index) : 0;
    case WEIR_PLAN_PROJECT:
      expr = plan->project.exprs[column];
      if (expr->kind == WEIR_EXPR_COLUMN)
        return window_role (plan->children[0], expr->index);
      if (expr->kind != WEIR_EXPR_FIELD || expr->args[0]->kind != WEIR_EXPR_COLUMN)
        return 0;
      inner = window_role (plan->children[0], expr->args[0]->index);
      return inner == 'w' ? (expr->index == 0 ? 's' : 'e') : 0;
    case WEIR_PLAN_SCAN:
    case WEIR_PLAN_VALUES:
    case WEIR_PLAN_JOIN:
    case WEIR_PLAN_GENERATE:
    case WEIR_PLAN_UNION:
    case WEIR_PLAN_DEDUP:
    default:
      return 0;
    }
}

static void
fill_column (WeirResultShape *self,
             WeirPlan        *plan,
             guint            i)
{
  WeirColumnInfo *info = &self->columns[i];
  char            role = plan != NULL ? window_role (plan, i) : 0;

  info->name = self->schema->fields[i].name;
  info->type = weir_type_to_string (self->schema->fields[i].type);
  info->shape = shape_of_type (self->schema->fields[i].type);
  info->is_event_time = plan != NULL && plan->event_time_delay_us != NULL && plan->event_time_delay_us[i] >= 0;
  if (role == 'w' && info->shape == WEIR_COLUMN_OTHER)
    {
      info->shape = WEIR_COLUMN_WINDOW;
      self->window_column = (int)i;
    }
  info->is_window_start = role == 's';
  info->is_window_end = role == 'e';
  if (role == 's')
    self->window_start = (int)i;
  if (role == 'e')
    self->window_end = (int)i;
}

WeirResultShape *
weir_result_shape_new (WeirSchema    *schema,
                       WeirPlan      *plan,
                       WeirZone      *zone,
                       WeirOutputMode mode,
                       const guint   *key,
                       guint          n_key)
{
  WeirResultShape *self = g_new0 (WeirResultShape, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->schema = weir_type_ref (schema);
  self->zone = weir_zone_ref (zone);
  self->mode = mode;
  self->columns = g_new0 (WeirColumnInfo, MAX (schema->n_fields, 1));
  self->window_column = self->window_start = self->window_end = -1;
  for (guint i = 0; i < schema->n_fields; i++)
    fill_column (self, plan, i);
  for (guint i = 0; i < n_key; i++)
    self->columns[key[i]].is_key = TRUE;
  return self;
}

WeirResultShape *
weir_result_shape_ref (WeirResultShape *shape)
{
  g_atomic_ref_count_inc (&shape->ref_count);
  return shape;
}

void
weir_result_shape_unref (WeirResultShape *shape)
{
  if (shape == NULL || !g_atomic_ref_count_dec (&shape->ref_count))
    return;
  for (guint i = 0; i < shape->schema->n_fields; i++)
    g_free ((char *)shape->columns[i].type);
  g_free (shape->columns);
  weir_type_unref (shape->schema);
  weir_zone_unref (shape->zone);
  g_free (shape);
}
