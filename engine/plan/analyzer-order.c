/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/* ORDER BY over a finished result (UNION, VALUES, a query in parentheses), LIMIT and OFFSET. */

int
_weir_order_position (WeirAnalyzer      *self,
                      const WeirSqlExpr *sql,
                      guint              n_columns,
                      GError           **error)
{
  g_autofree char *index = NULL;
  g_autofree char *size = NULL;

  if (sql->kind != WEIR_SQL_EXPR_LITERAL || sql->literal.kind != WEIR_SQL_LITERAL_INT || !weir_catalog_get_bool (self->catalog, "spark.sql.orderByOrdinal"))
    return -1;
  if (sql->literal.i64 >= 1 && sql->literal.i64 <= n_columns)
    return (int)sql->literal.i64 - 1;
  index = g_strdup_printf ("%" G_GINT64_FORMAT, sql->literal.i64);
  size = g_strdup_printf ("%u", n_columns);
  _weir_an_fail (self, error, "ORDER_BY_POS_OUT_OF_RANGE", sql->span, "ORDER BY position %s is not in select list (valid range is [1, %s]).",
                 (const char *[]){ "index", index, "size", size, NULL });
  return -2;
}

gboolean
_weir_check_orderable (WeirAnalyzer   *self,
                       const WeirExpr *expr,
                       WeirSpan        span,
                       GError        **error)
{
  g_autofree char *type = NULL;

  if (weir_type_is_orderable (expr->type))
    return TRUE;
  type = weir_type_to_sql (expr->type);
  return _weir_an_fail (self, error, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", span,
                        "Cannot resolve \"%s\" due to data type mismatch: ORDER BY does not support ordering on type \"%s\".",
                        (const char *[]){ "sqlExpr", expr->name, "dataType", type, NULL });
}

static WeirExpr *
order_expr (WeirExprContext        *ctx,
            const WeirSqlOrderItem *item,
            guint                   n_columns,
            GError                **error)
{
  int       position = _weir_order_position (ctx->analyzer, item->expr, n_columns, error);
  WeirExpr *expr;

  if (position == -2)
    return NULL;
  expr = position >= 0 ? _weir_plan_column (ctx->rel->plan, g_array_index (ctx->rel->columns, WeirRelColumn, position).index)
                       : _weir_analyze_sql_expr (ctx, item->expr, error);
  if (expr != NULL && !_weir_check_orderable (ctx->analyzer, expr, item->span, error))
    g_clear_pointer (&expr, weir_expr_unref);
  return expr;
}

static gboolean
order_keys (WeirExprContext    *ctx,
            const WeirSqlQuery *query,
            GArray             *keys,
            GError            **error)
{
  for (guint i = 0; i < query->n_order_by; i++)
    {
      const WeirSqlOrderItem *item = &query->order_by[i];
      WeirSortKey             key = { NULL, item->descending, item->nulls_first };

      for (guint k = 0; item->expr == NULL && k < ctx->rel->columns->len; k++)
        {
          key.expr = _weir_plan_column (ctx->rel->plan, g_array_index (ctx->rel->columns, WeirRelColumn, k).index);
          g_array_append_val (keys, key);
        }
      if (item->expr == NULL)
        continue;
      key.expr = order_expr (ctx, item, ctx->rel->columns->len, error);
      if (key.expr == NULL)
        return FALSE;
      g_array_append_val (keys, key);
    }
  return TRUE;
}

WeirRel *
_weir_analyze_order (WeirAnalyzer       *self,
                     WeirRel            *rel,
                     const WeirSqlQuery *query,
                     GError            **error)
{
  WeirExprContext    ctx = { .analyzer = self, .rel = rel, .clause = "ORDER BY" };
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (WeirSortKey));

  if (!order_keys (&ctx, query, keys, error))
    {
      for (guint i = 0; i < keys->len; i++)
        weir_expr_unref (g_array_index (keys, WeirSortKey, i).expr);
      _weir_rel_free (rel);
      return NULL;
    }
  rel->plan = _weir_plan_new_sort (rel->plan, (WeirSortKey *)keys->data, keys->len);
  rel->plan->span = _weir_an_span (self, query->order_by_span);
  return rel;
}

/* ---- LIMIT ------------------------------------------------------------------------------------------------------ */

static gboolean
fail_limit (WeirAnalyzer      *self,
            const WeirSqlExpr *sql,
            const char        *name,
            const char        *subclass,
            const char        *rule,
            GError           **error)
{
  g_autofree char *condition = g_strdup_printf ("INVALID_LIMIT_LIKE_EXPRESSION.%s", subclass);

  return _weir_an_fail (self, error, condition, sql->span, "The %s expression is invalid. It must be %s.",
                        (const char *[]){ "name", name, "rule", rule, NULL });
}

static gboolean
limit_value (WeirAnalyzer      *self,
             WeirRel           *rel,
             const WeirSqlExpr *sql,
             const char        *name,
             gint64            *value,
             GError           **error)
{
  WeirExprContext      ctx = { .analyzer = self, .rel = rel, .clause = name };
  WeirExpr            *expr;
  g_autoptr (WeirExpr) folded = NULL;
  g_autoptr (WeirExpr) number = NULL;

  if (sql == NULL)
    return TRUE;
  expr = _weir_analyze_sql_expr (&ctx, sql, error);
  if (expr == NULL)
    return FALSE;
  folded = weir_expr_fold (expr, self->zone);
  if (!weir_expr_is_literal (folded))
    return fail_limit (self, sql, name, "IS_UNFOLDABLE", "constant", error);
  if (!weir_type_is_integral (folded->type) || folded->type->kind == WEIR_TYPE_BIGINT)
    return fail_limit (self, sql, name, "DATA_TYPE", "an integer", error);
  if (weir_column_is_null (folded->literal, 0))
    return fail_limit (self, sql, name, "IS_NULL", "a number, not NULL", error);
  number = weir_expr_fold (weir_expr_coerce (weir_expr_ref (folded), WEIR_BIGINT), self->zone);
  *value = weir_column_values (number->literal, gint64)[0];
  if (*value < 0)
    return fail_limit (self, sql, name, "IS_NEGATIVE", "0 or more", error);
  return TRUE;
}

WeirRel *
_weir_analyze_limit (WeirAnalyzer       *self,
                     WeirRel            *rel,
                     const WeirSqlQuery *query,
                     GError            **error)
{
  gint64 n = -1, offset = 0;

  if (query->limit == NULL && query->offset == NULL)
    return rel;
  if (!limit_value (self, rel, query->limit, "limit", &n, error) || !limit_value (self, rel, query->offset, "offset", &offset, error))
    {
      _weir_rel_free (rel);
      return NULL;
    }
  rel->plan = _weir_plan_new_limit (rel->plan, n, offset);
  rel->plan->span = _weir_an_span (self, query->limit != NULL ? query->limit_span : query->offset_span);
  return rel;
}
