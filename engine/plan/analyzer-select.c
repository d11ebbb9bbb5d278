/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * One SELECT, in the order of its meaning: FROM, LATERAL VIEW, WHERE, GROUP BY, the select list, HAVING, ORDER BY.
 *
 * Everything above WHERE is bound over the same relation first; only then it is known whether there is an aggregation. If so, the
 * expressions are rewritten over it. A generator comes after that, then the projection, DISTINCT, and the sort; what ORDER BY needs and the
 * select list lacks travels in hidden columns.
 */

typedef struct
{
  WeirAnalyzer        *self;
  const WeirSqlSelect *select;
  const WeirSqlQuery  *query; /* nullable: its ORDER BY */
  WeirRel             *rel;   /* Owned */
  WeirAggScope         aggs;
  WeirGrouping         grouping;
  GArray              *items;     /* WeirItem */
  GArray              *order;     /* WeirSortKey; an expression over items or the relation */
  WeirExpr            *having;    /* Owned, nullable */
  WeirGenerator        generator; /* call is NULL when there is none */
} Select;

static void
clear_item (gpointer data)
{
  WeirItem *item = data;

  g_clear_pointer (&item->expr, weir_expr_unref);
  g_free (item->name);
}

static void
clear_sort_key (gpointer data)
{
  WeirSortKey *key = data;

  g_clear_pointer (&key->expr, weir_expr_unref);
}

static void
select_init (Select              *s,
             WeirAnalyzer        *self,
             const WeirSqlSelect *select,
             const WeirSqlQuery  *query)
{
  memset (s, 0, sizeof *s);
  s->self = self;
  s->select = select;
  s->query = query;
  _weir_agg_scope_init (&s->aggs);
  s->grouping.keys = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  s->items = g_array_new (FALSE, TRUE, sizeof (WeirItem));
  g_array_set_clear_func (s->items, clear_item);
  s->order = g_array_new (FALSE, TRUE, sizeof (WeirSortKey));
  g_array_set_clear_func (s->order, clear_sort_key);
}

static void
select_clear (Select *s)
{
  g_clear_pointer (&s->rel, _weir_rel_free);
  _weir_agg_scope_clear (&s->aggs);
  _weir_grouping_clear (&s->grouping);
  g_array_unref (s->items);
  g_array_unref (s->order);
  g_clear_pointer (&s->having, weir_expr_unref);
  g_clear_pointer (&s->generator.call, weir_expr_unref);
  g_strfreev (s->generator.names);
}

static WeirExprContext
context (Select     *s,
         const char *clause)
{
  return (WeirExprContext){ .analyzer = s->self, .rel = s->rel, .clause = clause, .allow_window = TRUE };
}

/* ---- FROM, WHERE ------------------------------------------------------------------------------------------------ */

static WeirRel *
one_row (void)
{
  g_autoptr (WeirType) schema = weir_type_new_struct (NULL, 0);

  return _weir_rel_new (_weir_plan_new_values (weir_batch_new (schema, 1, NULL)), NULL);
}

static gboolean
analyze_from (Select  *s,
              GError **error)
{
  for (guint i = 0; i < s->select->n_from; i++)
    {
      WeirRel *rel = _weir_analyze_relation (s->self, s->select->from[i], error);

      if (rel == NULL)
        return FALSE;
      s->rel = s->rel == NULL ? rel : _weir_join_cross (s->rel, rel);
    }
  if (s->rel == NULL)
    s->rel = one_row ();
  for (guint i = 0; i < s->select->n_lateral_views; i++)
    if (!_weir_analyze_lateral_view (s->self, s->rel, &s->select->lateral_views[i], error))
      return FALSE;
  return TRUE;
}

/* Conjuncts that are subqueries are joined, others filter. */
static gboolean
analyze_conjuncts (WeirExprContext   *ctx,
                   const WeirSqlExpr *sql,
                   GError           **error)
{
  gboolean  done = FALSE;
  WeirExpr *condition;

  if (sql->kind == WEIR_SQL_EXPR_BINARY && sql->binary.op == WEIR_SQL_OP_AND)
    return analyze_conjuncts (ctx, sql->binary.left, error) && analyze_conjuncts (ctx, sql->binary.right, error);
  if (!_weir_analyze_subquery_filter (ctx, sql, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  condition = _weir_analyze_condition (ctx, sql, error);
  if (condition == NULL)
    return FALSE;
  ctx->rel->plan = _weir_plan_new_filter (ctx->rel->plan, condition);
  ctx->rel->plan->span = _weir_an_span (ctx->analyzer, sql->span);
  return TRUE;
}

/* ---- the select list -------------------------------------------------------------------------------------------- */

/* Spark's name of an item without alias: of a column the name, also through a cast, else the expression. */
static const char *
automatic_name (const WeirSqlExpr *sql,
                const WeirExpr    *expr)
{
  const WeirSqlExpr *inner = sql;

  if (expr->kind == WEIR_EXPR_CALL && expr->type->kind == WEIR_TYPE_MAP && strcmp (expr->function->name, "from_json") == 0)
    return "entries";
  if (sql->kind == WEIR_SQL_EXPR_CAST)
    inner = sql->cast.operand;
  if (inner->kind != WEIR_SQL_EXPR_COLUMN || (inner != sql && inner->column.n_parts > 2))
    return expr->name;
  if (inner != sql && !(expr->kind == WEIR_EXPR_COLUMN || (expr->kind == WEIR_EXPR_CAST && expr->args[0]->kind == WEIR_EXPR_COLUMN)))
    return expr->name;
  return inner->column.parts[inner->column.n_parts - 1].name;
}

static void
add_item (Select            *s,
          WeirExpr          *expr,
          const char        *name,
          const WeirSqlExpr *sql,
          gboolean           is_alias)
{
  WeirItem item = { .expr = expr, .name = g_strdup (name), .sql = sql, .is_alias = is_alias };

  g_array_append_val (s->items, item);
}

static gboolean
analyze_generator_item (Select                  *s,
                        WeirExprContext         *ctx,
                        const WeirSqlSelectItem *item,
                        GError                 **error)
{
  WeirType *row;

  if (s->generator.call != NULL)
    return _weir_an_fail (s->self, error, "UNSUPPORTED_GENERATOR.MULTI_GENERATOR", item->span,
                          "The generator is not supported: only one generator allowed per SELECT clause but found more.", NULL);
  s->generator.call = _weir_analyze_generator (ctx, item->expr, &s->generator.is_outer, error);
  if (s->generator.call == NULL)
    return FALSE;
  row = s->generator.call->type->fields[0].type;
  if (item->n_aliases > 0 && item->n_aliases != row->n_fields)
    return _weir_fail_alias_count (s->self, item->span, row->n_fields, item->n_aliases, error);
  s->generator.names = g_new0 (char *, row->n_fields + 1);
  for (guint i = 0; i < row->n_fields; i++)
    {
      const char *name = item->n_aliases > 0 ? item->aliases[i].name : row->fields[i].name;
      WeirExpr   *column = weir_expr_new_column (WEIR_INDEX_GENERATED + i, row->fields[i].type, TRUE, name);

      s->generator.names[i] = g_strdup (name);
      add_item (s, column, name, NULL, item->n_aliases > 0);
    }
  return TRUE;
}

static gboolean
analyze_item (Select                  *s,
              WeirExprContext         *ctx,
              const WeirSqlSelectItem *item,
              GError                 **error)
{
  WeirExpr *expr;

  if (item->expr->kind == WEIR_SQL_EXPR_STAR && item->n_aliases == 0)
    return _weir_expand_star (ctx, item->expr, s->items, error);
  if (_weir_is_generator (item->expr))
    return analyze_generator_item (s, ctx, item, error);
  expr = _weir_analyze_sql_expr (ctx, item->expr, error);
  if (expr == NULL)
    return FALSE;
  if (item->n_aliases > 1)
    {
      weir_expr_unref (expr);
      return _weir_an_fail (s->self, error, "MULTI_ALIAS_WITHOUT_GENERATOR", item->span,
                            "Multi part aliasing is not supported as it is not associated with a generator function.", NULL);
    }
  if (item->n_aliases == 1)
    add_item (s, expr, item->aliases[0].name, item->expr, TRUE);
  else
    add_item (s, expr, automatic_name (item->expr, expr), item->expr, FALSE);
  return TRUE;
}

static gboolean
analyze_items (Select  *s,
               GError **error)
{
  WeirExprContext ctx = context (s, "SELECT");

  ctx.aggs = &s->aggs;
  ctx.items = s->items;
  ctx.allow_subquery = TRUE;
  for (guint i = 0; i < s->select->n_items; i++)
    if (!analyze_item (s, &ctx, &s->select->items[i], error))
      return FALSE;
  return TRUE;
}

/* ---- HAVING, ORDER BY ------------------------------------------------------------------------------------------- */

static gboolean
analyze_having (Select  *s,
                GError **error)
{
  WeirExprContext ctx = context (s, "HAVING");

  if (s->select->having == NULL)
    return TRUE;
  ctx.aggs = &s->aggs;
  ctx.items = s->items;
  ctx.items_first = TRUE;
  s->having = _weir_analyze_condition (&ctx, s->select->having, error);
  return s->having != NULL;
}

static void
add_order (Select   *s,
           WeirExpr *expr,
           gboolean  descending,
           gboolean  nulls_first)
{
  WeirSortKey key = { expr, descending, nulls_first };

  g_array_append_val (s->order, key);
}

static gboolean
analyze_order_item (Select                 *s,
                    WeirExprContext        *ctx,
                    const WeirSqlOrderItem *item,
                    GError                **error)
{
  int       position;
  WeirExpr *expr;

  if (item->expr == NULL) /* ORDER BY ALL */
    {
      for (guint i = 0; i < s->items->len; i++)
        add_order (s, weir_expr_ref (g_array_index (s->items, WeirItem, i).expr), item->descending, item->nulls_first);
      return TRUE;
    }
  position = _weir_order_position (s->self, item->expr, s->items->len, error);
  if (position == -2)
    return FALSE;
  expr = position >= 0 ? weir_expr_ref (g_array_index (s->items, WeirItem, position).expr) : _weir_analyze_sql_expr (ctx, item->expr, error);
  if (expr == NULL)
    return FALSE;
  add_order (s, expr, item->descending, item->nulls_first);
  return _weir_check_orderable (s->self, expr, item->span, error);
}

static gboolean
analyze_order (Select  *s,
               GError **error)
{
  WeirExprContext ctx = context (s, "ORDER BY");

  ctx.aggs = &s->aggs;
  ctx.items = s->items;
  ctx.items_first = TRUE;
  for (guint i = 0; s->query != NULL && i < s->query->n_order_by; i++)
    if (!analyze_order_item (s, &ctx, &s->query->order_by[i], error))
      return FALSE;
  return TRUE;
}

/* ---- putting the plan together ---------------------------------------------------------------------------------- */

static gboolean
rewrite (Select    *s,
         WeirExpr **expr,
         GError   **error)
{
  if (*expr != NULL)
    *expr = _weir_grouping_rewrite (&s->grouping, g_steal_pointer (expr), error);
  return *expr != NULL || *error == NULL;
}

static gboolean
aggregate (Select  *s,
           GError **error)
{
  GError *local = NULL;

  if (s->select->group_by_all)
    _weir_grouping_add_items (&s->grouping, s->items);
  for (guint i = 0; local == NULL && i < s->items->len; i++)
    rewrite (s, &g_array_index (s->items, WeirItem, i).expr, &local);
  for (guint i = 0; local == NULL && i < s->order->len; i++)
    rewrite (s, &g_array_index (s->order, WeirSortKey, i).expr, &local);
  if (local == NULL)
    rewrite (s, &s->having, &local);
  if (local == NULL)
    rewrite (s, &s->generator.call, &local);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return FALSE;
    }
  s->rel->plan = _weir_grouping_build (&s->grouping, s->rel->plan, error);
  if (s->rel->plan == NULL)
    return FALSE;
  s->rel->plan->span = _weir_an_span (s->self, s->select->n_group_by > 0 || s->select->group_by_all ? s->select->group_by_span : s->select->select_span);
  if (s->having != NULL)
    s->rel->plan = _weir_plan_new_filter (s->rel->plan, g_steal_pointer (&s->having));
  return TRUE;
}

/* Generated columns get their place. */
static WeirExpr *
place_generated (const WeirExpr *column,
                 gpointer        data)
{
  guint first = *(guint *)data;

  if (column->index < WEIR_INDEX_GENERATED || column->index >= WEIR_INDEX_OUTER)
    return NULL;
  return weir_expr_new_column (first + column->index - WEIR_INDEX_GENERATED, column->type, column->nullable, column->name);
}

static void
generate (Select *s)
{
  guint first = s->rel->plan->schema->n_fields;

  if (s->generator.call == NULL)
    return;
  s->rel->plan = _weir_plan_new_generate (s->rel->plan, g_steal_pointer (&s->generator.call), s->generator.is_outer, (const char *const *)s->generator.names);
  for (guint i = 0; i < s->items->len + s->order->len; i++)
    {
      WeirExpr **expr = i < s->items->len ? &g_array_index (s->items, WeirItem, i).expr : &g_array_index (s->order, WeirSortKey, i - s->items->len).expr;
      WeirExpr  *placed = weir_expr_map_columns (*expr, place_generated, &first);

      weir_expr_unref (*expr);
      *expr = placed;
    }
}

/* Parts of an ORDER BY expression that the select list has. */
static WeirExpr *
use_item (const WeirExpr *expr,
          gpointer        data)
{
  GArray *items = data;

  if (weir_expr_is_literal (expr))
    return NULL;
  for (guint i = 0; i < items->len; i++)
    {
      const WeirExpr *item = g_array_index (items, WeirItem, i).expr;

      if (expr == item || (item->is_deterministic && weir_expr_equal (expr, item)))
        return weir_expr_new_column (WEIR_INDEX_OUTPUT + i, expr->type, expr->nullable, g_array_index (items, WeirItem, i).name);
    }
  return NULL;
}

static gboolean
reads_input (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index < WEIR_LAMBDA_BASE)
    return TRUE;
  for (guint i = 0; i < expr->n_args; i++)
    if (reads_input (expr->args[i]))
      return TRUE;
  return FALSE;
}

static WeirExpr *
place_output (const WeirExpr *column,
              gpointer        data)
{
  if (column->index < WEIR_INDEX_OUTPUT)
    return NULL;
  return weir_expr_new_column (column->index - WEIR_INDEX_OUTPUT, column->type, column->nullable, column->name);
}

/* Sort keys over the projection; what it lacks becomes a hidden column of @exprs. */
static gboolean
place_order (Select    *s,
             GPtrArray *exprs,
             GError   **error)
{
  for (guint i = 0; i < s->order->len; i++)
    {
      WeirSortKey         *key = &g_array_index (s->order, WeirSortKey, i);
      g_autoptr (WeirExpr) used = weir_expr_map (key->expr, use_item, s->items);
      WeirExpr            *placed;

      if (!reads_input (used))
        placed = weir_expr_map_columns (used, place_output, NULL);
      else if (s->select->distinct)
        return _weir_an_fail (s->self, error, "UNRESOLVED_COLUMN.WITH_SUGGESTION", key->expr->span,
                              "%s cannot be resolved: with SELECT DISTINCT, ORDER BY can only name what is selected.",
                              (const char *[]){ "objectName", key->expr->name, NULL });
      else
        {
          g_ptr_array_add (exprs, weir_expr_ref (key->expr));
          placed = weir_expr_new_column (exprs->len - 1, key->expr->type, key->expr->nullable, key->expr->name);
        }
      weir_expr_unref (key->expr);
      key->expr = placed;
    }
  return TRUE;
}

static WeirPlan *
drop_hidden (WeirPlan *plan,
             guint     n)
{
  g_autofree WeirExpr **exprs = g_new (WeirExpr *, MAX (n, 1));

  if (plan->schema->n_fields == n)
    return plan;
  for (guint i = 0; i < n; i++)
    exprs[i] = _weir_plan_column (plan, i);
  return _weir_plan_new_project (plan, exprs, n, NULL);
}

static WeirRel *
project (Select  *s,
         GError **error)
{
  g_autoptr (GPtrArray)   exprs = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autofree const char **names = NULL;
  guint                   n = s->items->len;
  WeirPlan               *plan;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (exprs, weir_expr_ref (g_array_index (s->items, WeirItem, i).expr));
  if (!place_order (s, exprs, error))
    return NULL;
  names = g_new0 (const char *, exprs->len + 1);
  for (guint i = 0; i < n; i++)
    names[i] = g_array_index (s->items, WeirItem, i).name;
  plan = _weir_plan_new_project (_weir_rel_steal_plan (s->rel), (WeirExpr **)exprs->pdata, exprs->len, names);
  g_ptr_array_set_free_func (exprs, NULL);
  plan->span = _weir_an_span (s->self, s->select->select_span);
  if (s->select->distinct)
    plan = _weir_plan_distinct (plan);
  if (s->order->len > 0)
    {
      plan = _weir_plan_new_sort (plan, (WeirSortKey *)s->order->data, s->order->len);
      plan->span = _weir_an_span (s->self, s->query->order_by_span);
      g_array_set_clear_func (s->order, NULL);
    }
  return _weir_rel_new (drop_hidden (plan, n), NULL);
}

static WeirRel *
analyze (Select  *s,
         GError **error)
{
  WeirExprContext ctx;

  if (!analyze_from (s, error))
    return NULL;
  ctx = context (s, "WHERE");
  ctx.allow_subquery = TRUE;
  if (s->select->where != NULL && !analyze_conjuncts (&ctx, s->select->where, error))
    return NULL;
  ctx = context (s, "GROUP BY");
  ctx.aggs = &s->aggs;
  if (!_weir_analyze_group_by (&ctx, s->select, &s->grouping, error) || !analyze_items (s, error) || !analyze_having (s, error) || !analyze_order (s, error))
    return NULL;
  if (!s->grouping.given && s->aggs.has_session)
    {
      _weir_fail_unsupported_here (s->self, error, s->aggs.session_span, "session_window() that is no grouping key");
      return NULL;
    }
  if ((s->grouping.given || s->aggs.calls->len > 0 || s->having != NULL) && !aggregate (s, error))
    return NULL;
  generate (s);
  return project (s, error);
}

WeirRel *
_weir_analyze_select (WeirAnalyzer        *self,
                      const WeirSqlSelect *select,
                      const WeirSqlQuery  *query,
                      GError             **error)
{
  Select   s;
  WeirRel *rel;

  select_init (&s, self, select, query);
  rel = analyze (&s, error);
  select_clear (&s);
  return rel;
}

WeirPlan *
_weir_plan_distinct (WeirPlan *plan)
{
  guint                   n = plan->schema->n_fields;
  g_autofree WeirExpr   **keys = g_new0 (WeirExpr *, MAX (n, 1));
  g_autofree const char **names = g_new0 (const char *, MAX (n, 1));
  WeirAggregateParts      parts = { .n_keys = n, .keys = keys, .key_names = names, .window_key = -1, .is_distinct = TRUE };

  for (guint i = 0; i < n; i++)
    {
      keys[i] = _weir_plan_column (plan, i);
      names[i] = plan->schema->fields[i].name;
    }
  return _weir_plan_new_aggregate (plan, &parts);
}
