/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * GROUP BY.
 *
 * Keys are bound over the relation below. Every other expression of the SELECT is bound over it too, then rewritten: a part equal to
 * a key becomes the key's column, an aggregate its column, and a column that remains is MISSING_AGGREGATION.
 *
 * ROLLUP, CUBE and GROUPING SETS make each row several: explode() over an array with one struct a set, its fields the keys (NULL
 * where the set leaves them out) and a number, grouping_id, that keeps the sets apart. The stream is read once.
 */

void
_weir_grouping_clear (WeirGrouping *grouping)
{
  g_ptr_array_unref (grouping->keys);
  g_clear_pointer (&grouping->sets, g_ptr_array_unref);
  g_clear_error (&grouping->error);
}

/* ---- keys ------------------------------------------------------------------------------------------------------- */

/* Takes @key; its position. */
static guint
add_key (WeirGrouping *grouping,
         WeirExpr     *key)
{
  for (guint i = 0; i < grouping->keys->len; i++)
    if (weir_expr_equal (grouping->keys->pdata[i], key))
      {
        weir_expr_unref (key);
        return i;
      }
  g_ptr_array_add (grouping->keys, key);
  return grouping->keys->len - 1;
}

static gboolean
fail_position (WeirExprContext *ctx,
               gint64           position,
               guint            n_items,
               WeirSpan         span,
               GError         **error)
{
  g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT, position);
  g_autofree char *size = g_strdup_printf ("%u", n_items);

  return _weir_an_fail (ctx->analyzer, error, "GROUP_BY_POS_OUT_OF_RANGE", span,
                        "GROUP BY position %s is not in select list (valid range is [1, %s]).",
                        (const char *[]){ "index", index, "size", size, NULL });
}

/* The item a key names by position; a star makes that impossible to say from the text. */
static const WeirSqlExpr *
item_at (WeirExprContext     *ctx,
         const WeirSqlSelect *select,
         const WeirSqlExpr   *sql,
         GError             **error)
{
  gint64 position = sql->literal.i64;

  for (guint i = 0; i < select->n_items; i++)
    if (select->items[i].expr->kind == WEIR_SQL_EXPR_STAR)
      {
        _weir_an_fail (ctx->analyzer, error, "STAR_GROUP_BY_POS", sql->span, "Star (*) is not allowed in a select list when GROUP BY an ordinal position is used.", NULL);
        return NULL;
      }
  if (position < 1 || position > select->n_items)
    {
      fail_position (ctx, position, select->n_items, sql->span, error);
      return NULL;
    }
  return select->items[position - 1].expr;
}

static const WeirSqlExpr *
item_named (const WeirSqlSelect *select,
            const WeirSqlExpr   *sql)
{
  if (sql->kind != WEIR_SQL_EXPR_COLUMN || sql->column.n_parts != 1)
    return NULL;
  for (guint i = 0; i < select->n_items; i++)
    if (select->items[i].n_aliases == 1 && _weir_name_equal (select->items[i].aliases[0].name, sql->column.parts[0].name))
      return select->items[i].expr;
  return NULL;
}

static gboolean
check_key_type (WeirExprContext *ctx,
                WeirExpr        *key,
                WeirSpan         span,
                GError         **error)
{
  g_autofree char *type = NULL;

  if (key->type->kind != WEIR_TYPE_INTERVAL)
    return TRUE;
  type = weir_type_to_sql (key->type);
  return _weir_an_fail (ctx->analyzer, error, "GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", span,
                        "The expression \"%s\" cannot be used as a grouping expression because its data type \"%s\" is not an orderable data type.",
                        (const char *[]){ "sqlExpr", key->name, "dataType", type, NULL });
}

static gboolean
is_session_window (const WeirSqlExpr *sql)
{
  return sql->kind == WEIR_SQL_EXPR_CALL && g_ascii_strcasecmp (sql->call.name.parts[sql->call.name.n_parts - 1].name, "session_window") == 0;
}

/* Aggregates are not allowed, session_window() is. */
static WeirExpr *
analyze_key_expr (WeirExprContext   *ctx,
                  const WeirSqlExpr *sql,
                  GError           **error)
{
  WeirAggScope *aggs = ctx->aggs;
  WeirExpr     *key;

  if (is_session_window (sql))
    return _weir_analyze_session_window (ctx, sql, error);
  ctx->aggs = NULL;
  key = _weir_analyze_sql_expr (ctx, sql, error);
  ctx->aggs = aggs;
  return key;
}

/* A column, a position, an alias, or any expression. */
static WeirExpr *
analyze_key (WeirExprContext     *ctx,
             const WeirSqlSelect *select,
             const WeirSqlExpr   *sql,
             GError             **error)
{
  const WeirSqlExpr *item;
  GError            *local = NULL;
  WeirExpr          *key;

  if (sql->kind == WEIR_SQL_EXPR_LITERAL && sql->literal.kind == WEIR_SQL_LITERAL_INT &&
      weir_catalog_get_bool (ctx->analyzer->catalog, "spark.sql.groupByOrdinal"))
    {
      item = item_at (ctx, select, sql, error);
      if (item == NULL)
        return NULL;
      return analyze_key_expr (ctx, item, error);
    }
  key = analyze_key_expr (ctx, sql, &local);
  if (key != NULL)
    return key;
  item = NULL;
  if (g_str_has_prefix (weir_error_get_condition (local), "UNRESOLVED_COLUMN") && weir_catalog_get_bool (ctx->analyzer->catalog, "spark.sql.groupByAliases"))
    item = item_named (select, sql);
  if (item == NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  g_error_free (local);
  return analyze_key_expr (ctx, item, error);
}

static int
key_position (WeirExprContext     *ctx,
              const WeirSqlSelect *select,
              const WeirSqlExpr   *sql,
              WeirGrouping        *grouping,
              GError             **error)
{
  const char *clause = ctx->clause;
  WeirExpr   *key;
  gboolean    in_aggregate = ctx->in_aggregate;

  ctx->clause = "GROUP BY";
  key = analyze_key (ctx, select, sql, error);
  ctx->clause = clause;
  ctx->in_aggregate = in_aggregate;
  if (key == NULL)
    return -1;
  if (!check_key_type (ctx, key, sql->span, error))
    {
      weir_expr_unref (key);
      return -1;
    }
  return (int)add_key (grouping, key);
}

/* ---- grouping sets ---------------------------------------------------------------------------------------------- */

#define SETS_MAX 4096

/* Positions of the keys of one element: `a` or `(a, b)`. Appends to @set. */
static gboolean
read_element (WeirExprContext        *ctx,
              const WeirSqlSelect    *select,
              const WeirSqlGroupItem *item,
              WeirGrouping           *grouping,
              GArray                 *set,
              GError                **error)
{
  int position;

  if (item->kind == WEIR_SQL_GROUP_SET)
    {
      for (guint i = 0; i < item->n_items; i++)
        if (!read_element (ctx, select, item->items[i], grouping, set, error))
          return FALSE;
      return TRUE;
    }
  if (item->kind != WEIR_SQL_GROUP_EXPR)
    return _weir_fail_unsupported_here (ctx->analyzer, error, item->span, "ROLLUP, CUBE or GROUPING SETS inside each other");
  position = key_position (ctx, select, item->expr, grouping, error);
  if (position < 0)
    return FALSE;
  g_array_append_val (set, position);
  return TRUE;
}

static GArray *
new_set (void)
{
  return g_array_new (FALSE, FALSE, sizeof (guint));
}

static void
add_all (GArray *set,
         GArray *more)
{
  g_array_append_vals (set, more->data, more->len);
}

/* The sets of one item of GROUP BY. (transfer full) (nullable) */
static GPtrArray *
sets_of (WeirExprContext        *ctx,
         const WeirSqlSelect    *select,
         const WeirSqlGroupItem *item,
         WeirGrouping           *grouping,
         GError                **error)
{
  g_autoptr (GPtrArray) elements = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  guint                 n = item->kind == WEIR_SQL_GROUP_EXPR ? 1 : item->n_items;

  for (guint i = 0; i < item->n_keys; i++)
    if (key_position (ctx, select, item->keys[i], grouping, error) < 0)
      return NULL;
  for (guint i = 0; i < n; i++)
    {
      GArray *element = new_set ();

      g_ptr_array_add (elements, element);
      if (!read_element (ctx, select, item->kind == WEIR_SQL_GROUP_EXPR ? item : item->items[i], grouping, element, error))
        return NULL;
    }
  if (item->kind == WEIR_SQL_GROUP_CUBE && n > 12)
    {
      _weir_an_fail (ctx->analyzer, error, "LIMIT_EXCEEDED", item->span, "CUBE of more than 12 keys makes more than 4096 grouping sets.", NULL);
      return NULL;
    }
  if (item->kind == WEIR_SQL_GROUP_ROLLUP)
    for (guint k = n + 1; k-- > 0;)
      {
        GArray *set = new_set ();

        for (guint i = 0; i < k; i++)
          add_all (set, elements->pdata[i]);
        g_ptr_array_add (sets, set);
      }
  else if (item->kind == WEIR_SQL_GROUP_CUBE)
    for (guint mask = 1u << n; mask-- > 0;)
      {
        GArray *set = new_set ();

        for (guint i = 0; i < n; i++)
          if (mask & (1u << (n - 1 - i)))
            add_all (set, elements->pdata[i]);
        g_ptr_array_add (sets, set);
      }
  else
    for (guint i = 0; i < n; i++)
      g_ptr_array_add (sets, g_array_ref (elements->pdata[i]));
  return g_steal_pointer (&sets);
}

/* Every set of @a with every set of @b. Takes both. */
static GPtrArray *
cross_sets (GPtrArray *a,
            GPtrArray *b)
{
  GPtrArray *product = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint i = 0; i < a->len; i++)
    for (guint k = 0; k < b->len; k++)
      {
        GArray *set = new_set ();

        add_all (set, a->pdata[i]);
        add_all (set, b->pdata[k]);
        g_ptr_array_add (product, set);
      }
  g_ptr_array_unref (a);
  g_ptr_array_unref (b);
  return product;
}

static gboolean
has_sets (const WeirSqlSelect *select)
{
  for (guint i = 0; i < select->n_group_by; i++)
    if (select->group_by[i]->kind != WEIR_SQL_GROUP_EXPR && select->group_by[i]->kind != WEIR_SQL_GROUP_SET)
      return TRUE;
  return FALSE;
}

static gboolean
read_sets (WeirExprContext     *ctx,
           const WeirSqlSelect *select,
           WeirGrouping        *grouping,
           GError             **error)
{
  grouping->sets = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  g_ptr_array_add (grouping->sets, new_set ());
  for (guint i = 0; i < select->n_group_by; i++)
    {
      GPtrArray *sets = sets_of (ctx, select, select->group_by[i], grouping, error);

      if (sets == NULL)
        return FALSE;
      grouping->sets = cross_sets (grouping->sets, sets);
      if (grouping->sets->len > SETS_MAX)
        return _weir_an_fail (ctx->analyzer, error, "LIMIT_EXCEEDED", select->group_by_span, "There are more than 4096 grouping sets.", NULL);
    }
  if (ctx->aggs->has_session || grouping->keys->len > 60)
    return _weir_fail_unsupported_here (ctx->analyzer, error, select->group_by_span, "session_window() or more than 60 keys in grouping sets");
  ctx->aggs->set_keys = grouping->keys;
  return TRUE;
}

gboolean
_weir_analyze_group_by (WeirExprContext     *ctx,
                        const WeirSqlSelect *select,
                        WeirGrouping        *grouping,
                        GError             **error)
{
  grouping->analyzer = ctx->analyzer;
  grouping->aggs = ctx->aggs;
  grouping->given = select->n_group_by > 0 || select->group_by_all;
  if (has_sets (select))
    return read_sets (ctx, select, grouping, error);
  for (guint i = 0; i < select->n_group_by; i++)
    {
      const WeirSqlGroupItem *item = select->group_by[i];
      g_autoptr (GArray)      set = new_set ();

      if (!read_element (ctx, select, item, grouping, set, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- building ----------------------------------------------------------------------------------------------------- */

/* One set as named_struct('k0', key or NULL, …, 'grouping_id', mask). */
static WeirExpr *
set_struct (WeirGrouping *grouping,
            GArray       *set,
            gint64        number,
            GError      **error)
{
  guint                 n = grouping->keys->len;
  g_autofree WeirExpr **args = g_new (WeirExpr *, 2 * n + 4);
  gint64                mask = 0;

  for (guint i = 0; i < n; i++)
    {
      WeirExpr        *key = grouping->keys->pdata[i];
      g_autofree char *name = g_strdup_printf ("k%u", i);
      gboolean         present = FALSE;

      for (guint k = 0; k < set->len; k++)
        present |= g_array_index (set, guint, k) == i;
      mask = mask * 2 + !present;
      args[2 * i] = weir_expr_new_string (name);
      args[2 * i + 1] = present ? weir_expr_ref (key) : weir_expr_new_null (key->type);
    }
  args[2 * n] = weir_expr_new_string ("grouping_id");
  args[2 * n + 1] = weir_expr_new_bigint (mask);
  args[2 * n + 2] = weir_expr_new_string ("set");
  args[2 * n + 3] = weir_expr_new_bigint (number);
  return weir_expr_new_call ("named_struct", args, 2 * n + 4, WEIR_SPAN_NONE, grouping->analyzer->zone, error);
}

/* @child with one row a grouping set; its keys go into @keys. Takes @child. */
static WeirPlan *
expand_sets (WeirGrouping *grouping,
             WeirPlan     *child,
             GPtrArray    *keys,
             GError      **error)
{
  g_autofree WeirExpr **rows = g_new0 (WeirExpr *, grouping->sets->len);
  guint                 first = child->schema->n_fields, n = grouping->keys->len;
  WeirExpr             *array = NULL;
  WeirPlan             *plan;

  for (guint i = 0; i < grouping->sets->len; i++)
    {
      rows[i] = set_struct (grouping, grouping->sets->pdata[i], (gint64)i, error);
      if (rows[i] == NULL)
        {
          while (i-- > 0)
            weir_expr_unref (rows[i]);
          weir_plan_unref (child);
          return NULL;
        }
    }
  array = weir_expr_new_call ("array", rows, grouping->sets->len, WEIR_SPAN_NONE, grouping->analyzer->zone, error);
  array = array != NULL ? weir_expr_new_call ("inline", &array, 1, WEIR_SPAN_NONE, grouping->analyzer->zone, error) : NULL;
  if (array == NULL)
    {
      weir_plan_unref (child);
      return NULL;
    }
  plan = _weir_plan_new_generate (child, array, FALSE, NULL);
  for (guint i = 0; i < n + 2; i++)
    {
      WeirExpr *column = _weir_plan_column (plan, first + i);

      g_ptr_array_add (keys, i < n ? weir_expr_with_name (column, ((WeirExpr *)grouping->keys->pdata[i])->name) : column);
    }
  return plan;
}

static void
fill_keys (WeirGrouping *grouping, GPtrArray *keys, const char **names, WeirAggregateParts *parts)
{
  for (guint i = 0; i < keys->len; i++)
    {
      WeirExpr *key = keys->pdata[i];

      names[i] = key->name;
      if (key->kind == WEIR_EXPR_COLUMN && key->index == WEIR_INDEX_SESSION)
        {
          parts->window_key = (int)i;
          parts->is_session = TRUE;
          parts->window.time = weir_expr_ref (grouping->aggs->session.time);
          parts->session_gap = weir_expr_ref (grouping->aggs->session_gap);
        }
      else
        parts->keys[i] = weir_expr_ref (key);
    }
}

WeirPlan *
_weir_grouping_build (WeirGrouping *grouping,
                      WeirPlan     *child,
                      GError      **error)
{
  WeirAggScope            *aggs = grouping->aggs;
  g_autoptr (GPtrArray)    own = NULL;
  g_autofree WeirExpr    **exprs = NULL;
  g_autofree const char  **names = NULL;
  g_autofree WeirAggCall **calls = g_new0 (WeirAggCall *, MAX (aggs->calls->len, 1));
  WeirAggregateParts       parts = { .window_key = -1, .n_aggs = aggs->calls->len, .aggs = calls };
  GPtrArray               *keys = grouping->keys;

  if (grouping->sets != NULL)
    {
      keys = own = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
      child = expand_sets (grouping, child, own, error);
      if (child == NULL)
        return NULL;
    }
  parts.n_keys = keys->len;
  parts.keys = exprs = g_new0 (WeirExpr *, MAX (keys->len, 1));
  parts.key_names = names = g_new0 (const char *, MAX (keys->len, 1));
  fill_keys (grouping, keys, names, &parts);
  for (guint i = 0; i < parts.n_aggs; i++)
    calls[i] = weir_agg_call_ref (aggs->calls->pdata[i]);
  return _weir_plan_new_aggregate (child, &parts);
}

void
_weir_grouping_add_items (WeirGrouping *grouping,
                          GArray       *items)
{
  grouping->all = TRUE;
  for (guint i = 0; i < items->len; i++)
    {
      WeirItem *item = &g_array_index (items, WeirItem, i);

      if (!_weir_expr_has_aggregate (item->expr))
        add_key (grouping, weir_expr_ref (item->expr));
    }
}

/* ---- rewriting ---------------------------------------------------------------------------------------------------- */

static void
fail_missing (WeirGrouping   *grouping,
              const WeirExpr *column)
{
  if (grouping->error != NULL)
    return;
  if (grouping->all)
    _weir_an_fail (grouping->analyzer, &grouping->error, "UNRESOLVED_ALL_IN_GROUP_BY", column->span,
                   "Cannot infer grouping columns for GROUP BY ALL based on the select clause. Please explicitly specify the grouping columns.", NULL);
  else if (!grouping->given)
    _weir_an_fail (grouping->analyzer, &grouping->error, "MISSING_GROUP_BY", column->span,
                   "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses.", NULL);
  else
    _weir_an_fail (grouping->analyzer, &grouping->error, "MISSING_AGGREGATION", column->span,
                   "The non-aggregating expression \"%s\" is based on columns which are not participating in the GROUP BY clause.\nAdd the columns or "
                   "the expression to the GROUP BY, aggregate the expression, or use \"any_value(%s)\" if you do not care which of the values within "
                   "a group is returned.",
                   (const char *[]){ "expression", column->name, "expressionAnyValue", column->name, NULL });
}

static WeirExpr *
key_column (const WeirExpr *expr,
            const WeirExpr *key,
            guint           index)
{
  WeirExpr *column = weir_expr_new_column (index, key->type, key->nullable, expr->name);

  column->span = expr->span;
  return column;
}

static WeirExpr *
rewrite_node (const WeirExpr *expr,
              gpointer        data)
{
  WeirGrouping *grouping = data;
  guint         n_keys = grouping->keys->len, n_own = grouping->sets != NULL ? n_keys + 2 : n_keys;

  for (guint i = 0; i < n_keys; i++)
    if (weir_expr_equal (expr, grouping->keys->pdata[i]))
      {
        WeirExpr *column = key_column (expr, grouping->keys->pdata[i], i);

        column->nullable |= grouping->sets != NULL;
        return column;
      }
  if (expr->kind != WEIR_EXPR_COLUMN || (expr->index >= WEIR_LAMBDA_BASE && expr->index < WEIR_INDEX_AGGREGATE))
    return NULL;
  if (expr->index >= WEIR_INDEX_OUTER && expr->index < WEIR_INDEX_GROUPING)
    return NULL;
  if (expr->index == WEIR_INDEX_GROUPING)
    return key_column (expr, expr, n_keys);
  if (expr->index >= WEIR_INDEX_AGGREGATE && expr->index < WEIR_INDEX_SESSION)
    return key_column (expr, expr, n_own + expr->index - WEIR_INDEX_AGGREGATE);
  if (expr->index >= WEIR_INDEX_GENERATED)
    return NULL;
  fail_missing (grouping, expr);
  return NULL;
}

WeirExpr *
_weir_grouping_rewrite (WeirGrouping *grouping,
                        WeirExpr     *expr,
                        GError      **error)
{
  WeirExpr *rewritten = weir_expr_map (expr, rewrite_node, grouping);

  weir_expr_unref (expr);
  if (grouping->error == NULL)
    return rewritten;
  weir_expr_unref (rewritten);
  g_propagate_error (error, g_steal_pointer (&grouping->error));
  return NULL;
}
