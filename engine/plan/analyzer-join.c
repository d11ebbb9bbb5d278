/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/* Joins: ON, USING, NATURAL, and what the joined columns are called. */

static const WeirJoinType types[] = {
  [WEIR_SQL_JOIN_INNER] = WEIR_JOIN_INNER,
  [WEIR_SQL_JOIN_CROSS] = WEIR_JOIN_CROSS,
  [WEIR_SQL_JOIN_LEFT] = WEIR_JOIN_LEFT,
  [WEIR_SQL_JOIN_RIGHT] = WEIR_JOIN_RIGHT,
  [WEIR_SQL_JOIN_FULL] = WEIR_JOIN_FULL,
  [WEIR_SQL_JOIN_LEFT_SEMI] = WEIR_JOIN_SEMI,
  [WEIR_SQL_JOIN_LEFT_ANTI] = WEIR_JOIN_ANTI,
};

/* Names of both sides, before a condition exists. Takes both. */
static WeirRel *
join_rels (WeirRel     *left,
           WeirRel     *right,
           WeirJoinType type)
{
  guint    n_left = left->plan->schema->n_fields;
  WeirRel *rel = g_new0 (WeirRel, 1);

  rel->columns = g_array_ref (left->columns);
  rel->window_column = -1;
  for (guint i = 0; i < right->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (right->columns, WeirRelColumn, i);

      _weir_rel_add (rel, column->qualifier, column->name, column->index + n_left, column->hidden);
    }
  rel->plan = _weir_plan_new_join (_weir_rel_steal_plan (left), _weir_rel_steal_plan (right), type, NULL);
  _weir_rel_free (left);
  _weir_rel_free (right);
  return rel;
}

WeirRel *
_weir_join_cross (WeirRel *left,
                  WeirRel *right)
{
  return join_rels (left, right, WEIR_JOIN_CROSS);
}

/* Position in rel->columns; −1 with an error. */
static int
find_using (WeirAnalyzer *self,
            WeirRel      *rel,
            const char   *name,
            const char   *side,
            WeirSpan      span,
            GError      **error)
{
  int                 found = -1;
  g_autofree char    *quoted = _weir_quote_name (name);
  g_autoptr (GString) list = g_string_new ("[");

  for (guint i = 0; i < rel->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (rel->columns, WeirRelColumn, i);

      if (column->hidden)
        continue;
      g_string_append_printf (list, "%s`%s`", list->len > 1 ? ", " : "", column->name);
      if (!_weir_name_equal (column->name, name))
        continue;
      if (found >= 0)
        {
          _weir_an_fail (self, error, "AMBIGUOUS_REFERENCE", span, "Reference %s is ambiguous, could be more than one column of the join's %s side.",
                         (const char *[]){ "name", quoted, "side", side, NULL });
          return -1;
        }
      found = (int)i;
    }
  g_string_append_c (list, ']');
  if (found < 0)
    _weir_an_fail (self, error, "UNRESOLVED_USING_COLUMN_FOR_JOIN", span,
                   "USING column %s cannot be resolved on the %s side of the join. The %s-side columns: %s.",
                   (const char *[]){ "colName", quoted, "side", side, "side", side, "suggestion", list->str, NULL });
  return found;
}

typedef struct
{
  guint left; /* positions in the columns of either side */
  guint right;
} UsingPair;

static gboolean
find_pairs (WeirAnalyzer      *self,
            WeirRel           *left,
            WeirRel           *right,
            const WeirSqlJoin *join,
            GArray            *pairs,
            GError           **error)
{
  for (guint i = 0; i < join->n_using; i++)
    {
      const WeirSqlIdent *ident = &join->using_columns[i];
      int                 l = find_using (self, left, ident->name, "left", ident->span, error);
      int                 r = l >= 0 ? find_using (self, right, ident->name, "right", ident->span, error) : -1;
      UsingPair           pair = { (guint)l, (guint)r };

      if (r < 0)
        return FALSE;
      g_array_append_val (pairs, pair);
    }
  for (guint i = 0; join->natural && i < left->columns->len; i++)
    for (guint k = 0; k < right->columns->len; k++)
      {
        const WeirRelColumn *a = &g_array_index (left->columns, WeirRelColumn, i), *b = &g_array_index (right->columns, WeirRelColumn, k);
        UsingPair            pair = { i, k };

        if (!a->hidden && !b->hidden && _weir_name_equal (a->name, b->name))
          g_array_append_val (pairs, pair);
      }
  return TRUE;
}

static WeirExpr *
using_condition (WeirExprContext *ctx,
                 GArray          *pairs,
                 guint            n_left_columns,
                 WeirSpan         span,
                 GError         **error)
{
  WeirExpr *condition = NULL;

  for (guint i = 0; i < pairs->len; i++)
    {
      UsingPair *pair = &g_array_index (pairs, UsingPair, i);
      guint      left = g_array_index (ctx->rel->columns, WeirRelColumn, pair->left).index;
      guint      right = g_array_index (ctx->rel->columns, WeirRelColumn, n_left_columns + pair->right).index;
      WeirExpr  *sides[] = { _weir_rel_expr (ctx->rel, left), _weir_rel_expr (ctx->rel, right) };
      WeirExpr  *equal = _weir_call (ctx, "=", sides, 2, span, error);
      WeirExpr  *both[] = { condition, equal };

      if (equal == NULL)
        {
          g_clear_pointer (&condition, weir_expr_unref);
          return NULL;
        }
      condition = condition == NULL ? equal : weir_expr_new_logic (WEIR_EXPR_AND, both, 2);
    }
  return condition;
}

/* Only a qualifier can still reach it. */
static void
hide (WeirRelColumn *column)
{
  column->hidden = WEIR_REL_HIDDEN;
  if (column->qualifier != NULL)
    return;
  g_free (column->name);
  column->name = g_strdup ("");
}

/*
 * The columns of USING come first and once: the left one, the right one of a RIGHT join, coalesce of both in a FULL join. The others
 * can still be named with their qualifier.
 */
static gboolean
merge_using (WeirExprContext *ctx,
             GArray          *pairs,
             guint            n_left_columns,
             GError         **error)
{
  WeirRel              *rel = ctx->rel;
  GArray               *old = rel->columns;
  WeirJoinType          type = rel->plan->join.type;
  guint                 n = rel->plan->schema->n_fields;
  g_autoptr (GPtrArray) merged = g_ptr_array_new ();

  rel->columns = _weir_rel_columns_new ();
  for (guint i = 0; i < pairs->len; i++)
    {
      UsingPair     *pair = &g_array_index (pairs, UsingPair, i);
      WeirRelColumn *left = &g_array_index (old, WeirRelColumn, pair->left), *right = &g_array_index (old, WeirRelColumn, n_left_columns + pair->right);
      WeirRelColumn  column = { NULL, g_strdup (left->name), type == WEIR_JOIN_RIGHT ? right->index : left->index, FALSE };

      if (type == WEIR_JOIN_FULL)
        {
          WeirExpr *args[] = { _weir_plan_column (rel->plan, left->index), _weir_plan_column (rel->plan, right->index) };
          WeirExpr *value = _weir_call (ctx, "coalesce", args, 2, WEIR_SPAN_NONE, error);

          if (value == NULL)
            {
              g_free (column.name);
              g_array_unref (old);
              return FALSE;
            }
          g_ptr_array_add (merged, weir_expr_with_name (value, left->name));
          column.index = n + merged->len - 1;
        }
      g_array_append_val (rel->columns, column);
      hide (left);
      hide (right);
    }
  g_array_append_vals (rel->columns, old->data, old->len);
  g_array_set_clear_func (old, NULL);
  g_array_unref (old);
  if (merged->len > 0)
    {
      g_autofree WeirExpr **exprs = g_new (WeirExpr *, n + merged->len);

      for (guint i = 0; i < n; i++)
        exprs[i] = _weir_plan_column (rel->plan, i);
      for (guint i = 0; i < merged->len; i++)
        exprs[n + i] = merged->pdata[i];
      rel->plan = _weir_plan_new_project (rel->plan, exprs, n + merged->len, NULL);
    }
  return TRUE;
}

/* ON sees the columns of both sides, also where the result has only the left ones. */
static gboolean
set_condition (WeirExprContext   *ctx,
               const WeirSqlJoin *join,
               GArray            *pairs,
               guint              n_left_columns,
               GError           **error)
{
  WeirExpr *condition = NULL;

  if (join->on != NULL)
    condition = _weir_analyze_condition (ctx, join->on, error);
  else if (pairs->len > 0)
    condition = using_condition (ctx, pairs, n_left_columns, join->join_span, error);
  if (condition == NULL && (join->on != NULL || pairs->len > 0))
    return FALSE;
  ctx->rel->plan->join.residual = condition;
  return TRUE;
}

static void
drop_right_columns (WeirRel *rel)
{
  guint n = rel->plan->schema->n_fields;

  for (guint i = rel->columns->len; i-- > 0;)
    if (g_array_index (rel->columns, WeirRelColumn, i).index >= n)
      g_array_remove_index (rel->columns, i);
}

WeirRel *
_weir_analyze_join (WeirAnalyzer      *self,
                    WeirRel           *left,
                    WeirRel           *right,
                    const WeirSqlJoin *join,
                    GError           **error)
{
  g_autoptr (GArray)  pairs = g_array_new (FALSE, FALSE, sizeof (UsingPair));
  g_autoptr (WeirRel) rel = NULL;
  WeirJoinType        type = types[join->type];
  guint               n_left_columns = left->columns->len;
  WeirExprContext     ctx = { .analyzer = self, .clause = "JOIN" };

  if (!find_pairs (self, left, right, join, pairs, error))
    {
      _weir_rel_free (left);
      _weir_rel_free (right);
      return NULL;
    }
  if (type == WEIR_JOIN_INNER && join->on == NULL && pairs->len == 0)
    type = WEIR_JOIN_CROSS;
  else if (type == WEIR_JOIN_CROSS && (join->on != NULL || pairs->len > 0))
    type = WEIR_JOIN_INNER;
  rel = join_rels (left, right, type);
  rel->plan->span = _weir_an_span (self, join->join_span);
  ctx.rel = rel;
  if (!set_condition (&ctx, join, pairs, n_left_columns, error))
    return NULL;
  if (type == WEIR_JOIN_SEMI || type == WEIR_JOIN_ANTI)
    drop_right_columns (rel);
  else if (pairs->len > 0 && !merge_using (&ctx, pairs, n_left_columns, error))
    return NULL;
  return g_steal_pointer (&rel);
}
