/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * What a SELECT groups by and computes: which items of GROUP BY are the window and which are keys, and which items of the list only repeat
 * them. The others are the aggregates of the builder. Expressions are the same when they print alike, whatever their case and blanks.
 */

static const char *const aggregate_names[] = {
  "any",
  "any_value",
  "approx_count_distinct",
  "approx_percentile",
  "array_agg",
  "avg",
  "bit_and",
  "bit_or",
  "bit_xor",
  "bool_and",
  "bool_or",
  "collect_list",
  "collect_set",
  "corr",
  "count",
  "count_if",
  "covar_pop",
  "covar_samp",
  "every",
  "first",
  "first_value",
  "grouping",
  "grouping_id",
  "kurtosis",
  "last",
  "last_value",
  "listagg",
  "max",
  "max_by",
  "mean",
  "median",
  "min",
  "min_by",
  "mode",
  "percentile",
  "percentile_approx",
  "percentile_cont",
  "percentile_disc",
  "regr_count",
  "skewness",
  "some",
  "std",
  "stddev",
  "stddev_pop",
  "stddev_samp",
  "string_agg",
  "sum",
  "try_avg",
  "try_sum",
  "var_pop",
  "var_samp",
  "variance",
};

/* What expressions are compared by; (transfer full). */
static char *
comparable (const WeirSqlExpr *expr)
{
  g_autofree char *text = weir_sql_print_expr (expr);

  return g_ascii_strdown (text, -1);
}

static gboolean
is_call_of (const WeirSqlExpr *expr,
            const char        *name)
{
  return expr->kind == WEIR_SQL_EXPR_CALL && expr->call.name.n_parts == 1 && g_ascii_strcasecmp (expr->call.name.parts[0].name, name) == 0;
}

static gboolean
is_aggregate_call (const WeirSqlExpr *expr)
{
  for (guint i = 0; i < G_N_ELEMENTS (aggregate_names); i++)
    if (is_call_of (expr, aggregate_names[i]))
      return !expr->call.has_over;
  return FALSE;
}

/* Aggregates at the top of an item, or in its arithmetic; deeper ones do not matter to the builder. */
static gboolean
has_aggregate (const WeirSqlExpr *expr)
{
  switch (expr->kind)
    {
    case WEIR_SQL_EXPR_BINARY:
      return has_aggregate (expr->binary.left) || has_aggregate (expr->binary.right);
    case WEIR_SQL_EXPR_UNARY:
      return has_aggregate (expr->unary.operand);
    case WEIR_SQL_EXPR_CAST:
      return has_aggregate (expr->cast.operand);
    case WEIR_SQL_EXPR_CALL:
      if (is_aggregate_call (expr))
        return TRUE;
      for (guint i = 0; i < expr->call.n_args; i++)
        if (has_aggregate (expr->call.args[i]))
          return TRUE;
      return FALSE;
    default:
      return FALSE;
    }
}

static const WeirSqlExpr *
item_by_alias (WeirSqlSteps       *steps,
               const WeirSqlIdent *name)
{
  for (guint i = 0; i < steps->select->n_items; i++)
    {
      const WeirSqlSelectItem *item = &steps->select->items[i];

      if (item->n_aliases == 1 && g_ascii_strcasecmp (item->aliases[0].name, name->name) == 0)
        return item->expr;
    }
  return NULL;
}

gboolean
_weir_sql_steps_is_ordinal (const WeirSqlGroupItem *item)
{
  return item->kind == WEIR_SQL_GROUP_EXPR && item->expr->kind == WEIR_SQL_EXPR_LITERAL && item->expr->literal.kind == WEIR_SQL_LITERAL_INT;
}

const WeirSqlExpr *
_weir_sql_steps_group_expr (WeirSqlSteps *steps,
                            guint         i)
{
  const WeirSqlGroupItem *item = steps->select->group_by[i];
  const WeirSqlExpr      *aliased = NULL;

  if (item->kind != WEIR_SQL_GROUP_EXPR)
    return NULL;
  if (_weir_sql_steps_is_ordinal (item))
    {
      gint64 position = item->expr->literal.i64;

      return position >= 1 && position <= steps->select->n_items ? steps->select->items[position - 1].expr : item->expr;
    }
  if (item->expr->kind == WEIR_SQL_EXPR_COLUMN && item->expr->column.n_parts == 1)
    aliased = item_by_alias (steps, &item->expr->column.parts[0]);
  return aliased != NULL ? aliased : item->expr;
}

/* The last part of a column's name, or NULL. */
static const char *
column_name (const WeirSqlExpr *expr)
{
  return expr->kind == WEIR_SQL_EXPR_COLUMN ? expr->column.parts[expr->column.n_parts - 1].name : NULL;
}

gboolean
_weir_sql_steps_item_is_key (WeirSqlSteps *steps,
                             guint         i,
                             guint         group)
{
  const WeirSqlExpr *key = _weir_sql_steps_group_expr (steps, group);
  const char        *name = column_name (steps->select->items[i].expr);

  if (key == NULL)
    return FALSE;
  if (strcmp (g_ptr_array_index (steps->item_texts, i), g_ptr_array_index (steps->group_texts, group)) == 0)
    return TRUE;
  /* GROUP BY t.region, SELECT region */
  return name != NULL && column_name (key) != NULL && g_ascii_strcasecmp (name, column_name (key)) == 0;
}

/* The window itself, a field of it, or a column that is named after it. */
gboolean
_weir_sql_steps_item_is_window (WeirSqlSteps *steps,
                                guint         i)
{
  const WeirSqlExpr *expr = steps->select->items[i].expr;
  const char        *text = g_ptr_array_index (steps->item_texts, i);
  gsize              len;

  if (steps->window == NULL)
    return FALSE;
  len = strlen (steps->window_text);
  if (strncmp (text, steps->window_text, len) == 0 && (text[len] == '\0' || text[len] == '.'))
    return TRUE;
  return expr->kind == WEIR_SQL_EXPR_COLUMN && (g_ascii_strcasecmp (expr->column.parts[0].name, steps->is_session ? "session_window" : "window") == 0 ||
                                                g_ascii_strcasecmp (expr->column.parts[0].name, steps->window_name) == 0);
}

gboolean
_weir_sql_steps_is_duration (const WeirSqlExpr *expr)
{
  return expr->kind == WEIR_SQL_EXPR_LITERAL && (expr->literal.kind == WEIR_SQL_LITERAL_STRING || expr->literal.kind == WEIR_SQL_LITERAL_INTERVAL);
}

/* window(column, 'size'[, 'slide']); one with a start is a key like any other. */
static gboolean
is_window (const WeirSqlExpr *expr)
{
  if (!is_call_of (expr, "window") || expr->call.n_args < 2 || expr->call.n_args > 3 || expr->call.arg_names != NULL)
    return FALSE;
  return _weir_sql_steps_is_duration (expr->call.args[1]) && (expr->call.n_args < 3 || _weir_sql_steps_is_duration (expr->call.args[2]));
}

/* session_window(column, gap) */
static gboolean
is_session (const WeirSqlExpr *expr)
{
  return is_call_of (expr, "session_window") && expr->call.n_args == 2 && expr->call.arg_names == NULL;
}

static void
take_window (WeirSqlSteps      *steps,
             const WeirSqlExpr *expr,
             guint              group)
{
  steps->window = expr;
  steps->window_group = group;
  steps->window_text = g_ptr_array_index (steps->group_texts, group);
  steps->is_session = is_session (expr);
  steps->window_name = steps->is_session ? "session_window" : "window";
  for (guint i = 0; i < steps->select->n_items; i++)
    {
      const WeirSqlSelectItem *item = &steps->select->items[i];

      if (item->n_aliases == 1 && strcmp (g_ptr_array_index (steps->item_texts, i), steps->window_text) == 0)
        steps->window_name = item->aliases[0].name;
    }
}

static void
find_groups (WeirSqlSteps *steps)
{
  for (guint i = 0; i < steps->select->n_items; i++)
    g_ptr_array_add (steps->item_texts, comparable (steps->select->items[i].expr));
  for (guint i = 0; i < steps->select->n_group_by; i++)
    {
      const WeirSqlExpr *expr = _weir_sql_steps_group_expr (steps, i);

      steps->has_ordinals |= _weir_sql_steps_is_ordinal (steps->select->group_by[i]);
      g_ptr_array_add (steps->group_texts, expr != NULL ? comparable (expr) : g_strdup (""));
      if (steps->window == NULL && expr != NULL && (is_window (expr) || is_session (expr)))
        take_window (steps, expr, i);
      else
        g_array_append_val (steps->key_groups, i);
    }
}

static void
find_aggregates (WeirSqlSteps *steps)
{
  const WeirSqlSelect *select = steps->select;

  steps->is_aggregate = select->n_group_by > 0 || select->group_by_all;
  for (guint i = 0; i < select->n_items && !steps->is_aggregate; i++)
    steps->is_aggregate = has_aggregate (select->items[i].expr);
  for (guint i = 0; i < select->n_items && steps->is_aggregate; i++)
    {
      gboolean is_key = _weir_sql_steps_item_is_window (steps, i);

      for (guint k = 0; k < steps->key_groups->len && !is_key; k++)
        is_key = _weir_sql_steps_item_is_key (steps, i, g_array_index (steps->key_groups, guint, k));
      if (!is_key)
        g_array_append_val (steps->aggregate_items, i);
    }
}

void
_weir_sql_steps_find_groups (WeirSqlSteps *steps)
{
  find_groups (steps);
  find_aggregates (steps);
}
