/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * Predicates with words: IS, BETWEEN, IN, LIKE and their negations. They become calls and logic over their parts, under the names that Spark
 * prints for them. An operand that is needed several times is analysed once and shared.
 */

/* (transfer full) (array) (nullable) */
static WeirExpr **
analyze_all (WeirExprContext          *ctx,
             const WeirSqlExpr *const *sql,
             guint                     n,
             GError                  **error)
{
  WeirExpr **exprs = g_new0 (WeirExpr *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      exprs[i] = _weir_analyze_sql_expr (ctx, sql[i], error);
      if (exprs[i] != NULL)
        continue;
      while (i-- > 0)
        weir_expr_unref (exprs[i]);
      g_free (exprs);
      return NULL;
    }
  return exprs;
}

WeirExpr *
_weir_analyze_is (WeirExprContext   *ctx,
                  const WeirSqlExpr *sql,
                  GError           **error)
{
  WeirExpr *operand = _weir_analyze_sql_expr (ctx, sql->is.operand, error);
  WeirExpr *expr;

  if (operand == NULL)
    return NULL;
  if (sql->is.test == WEIR_SQL_IS_NULL || sql->is.test == WEIR_SQL_IS_UNKNOWN)
    return _weir_call_one (ctx, sql->is.negated ? "isnotnull" : "isnull", operand, sql->span, error);
  expr = _weir_call_two (ctx, "<=>", operand, weir_expr_new_bool (sql->is.test == WEIR_SQL_IS_TRUE), sql->span, error);
  return _weir_negate_if (ctx, expr, sql->is.negated, sql->span, error);
}

/* The operand is evaluated twice; it is deterministic or the error of Spark's. */
WeirExpr *
_weir_analyze_between (WeirExprContext   *ctx,
                       const WeirSqlExpr *sql,
                       GError           **error)
{
  const WeirSqlExpr *const sources[] = { sql->between.operand, sql->between.low, sql->between.high };
  g_autofree WeirExpr    **parts = analyze_all (ctx, sources, 3, error);
  g_autofree char         *name = NULL;
  WeirExpr                *low, *high, *expr;

  if (parts == NULL)
    return NULL;
  name = g_strdup_printf ("between(%s, %s, %s)", parts[0]->name, parts[1]->name, parts[2]->name);
  low = _weir_call_two (ctx, ">=", weir_expr_ref (parts[0]), parts[1], sql->span, error);
  if (low == NULL)
    {
      weir_expr_unref (parts[0]);
      weir_expr_unref (parts[2]);
      return NULL;
    }
  high = _weir_call_two (ctx, "<=", parts[0], parts[2], sql->span, error);
  expr = _weir_call_two (ctx, "and", low, high, sql->span, error);
  if (expr == NULL)
    return NULL;
  return _weir_negate_if (ctx, weir_expr_with_name (expr, name), sql->between.negated, sql->span, error);
}

static char *
in_name (WeirExpr **parts,
         guint      n)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "(%s IN (", parts[0]->name);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (out, "%s%s", i > 1 ? ", " : "", parts[i]->name);
  g_string_append (out, "))");
  return g_string_free (out, FALSE);
}

/* All to their common type. FALSE leaves the parts as they are. */
static gboolean
unify (WeirExprContext *ctx,
       WeirExpr       **parts,
       guint            n,
       WeirSpan         span,
       GError         **error)
{
  g_autoptr (WeirType) type = weir_type_ref (parts[0]->type);

  for (guint i = 1; i < n; i++)
    {
      WeirType *common = weir_type_common (type, parts[i]->type);

      if (common == NULL)
        {
          g_autofree char *a = weir_type_to_sql (type);
          g_autofree char *b = weir_type_to_sql (parts[i]->type);
          g_autofree char *list = g_strdup_printf ("(\"%s\" or \"%s\")", a, b);

          return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", span,
                                "Cannot resolve IN due to data type mismatch: input should all be the same type, but it's %s.",
                                (const char *[]){ "dataType", list, NULL });
        }
      weir_type_unref (type);
      type = common;
    }
  for (guint i = 0; i < n; i++)
    {
      parts[i] = weir_expr_coerce (parts[i], type);
      if (parts[i] == NULL)
        {
          parts[i] = weir_expr_new_null (type);
          return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", span,
                                "Cannot resolve IN due to data type mismatch.", NULL);
        }
    }
  return TRUE;
}

static void
free_parts (WeirExpr **parts,
            guint      n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&parts[i], weir_expr_unref);
}

/* The operand and the list; a star stands for all columns. (transfer full) (nullable) */
static GPtrArray *
in_parts (WeirExprContext   *ctx,
          const WeirSqlExpr *sql,
          GError           **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);

  for (guint i = 0; i <= sql->in.n_items; i++)
    {
      const WeirSqlExpr *source = i == 0 ? sql->in.operand : sql->in.items[i - 1];
      WeirExpr          *part;

      if (source->kind == WEIR_SQL_EXPR_STAR)
        {
          if (!_weir_expand_star_exprs (ctx, source, parts, error))
            return NULL;
          continue;
        }
      part = _weir_analyze_sql_expr (ctx, source, error);
      if (part == NULL)
        return NULL;
      g_ptr_array_add (parts, part);
    }
  return g_steal_pointer (&parts);
}

/* x IN (a, b) is x = a OR x = b, with NULL as OR has it. */
WeirExpr *
_weir_analyze_in (WeirExprContext   *ctx,
                  const WeirSqlExpr *sql,
                  GError           **error)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char      *name = NULL;
  WeirExpr             *expr;

  if (sql->in.query != NULL)
    return _weir_analyze_subquery (ctx, sql, error);
  parts = in_parts (ctx, sql, error);
  if (parts == NULL || parts->len < 2)
    return NULL;
  name = in_name ((WeirExpr **)parts->pdata, parts->len);
  if (!unify (ctx, (WeirExpr **)parts->pdata, parts->len, sql->span, error))
    return NULL;
  g_ptr_array_set_free_func (parts, NULL);
  expr = _weir_call (ctx, "in", (WeirExpr **)parts->pdata, parts->len, sql->span, error);
  return expr != NULL ? _weir_negate_if (ctx, weir_expr_with_name (expr, name), sql->in.negated, sql->span, error) : NULL;
}

static WeirExpr *
match_one (WeirExprContext   *ctx,
           const WeirSqlExpr *sql,
           WeirExpr          *operand,
           const WeirSqlExpr *pattern,
           GError           **error)
{
  static const char *const names[] = { [WEIR_SQL_LIKE] = "like", [WEIR_SQL_ILIKE] = "ilike", [WEIR_SQL_RLIKE] = "rlike" };
  WeirExpr                *args[] = { operand, _weir_analyze_sql_expr (ctx, pattern, error), NULL };

  if (args[1] == NULL)
    {
      weir_expr_unref (operand);
      return NULL;
    }
  if (sql->like.escape != NULL)
    args[2] = weir_expr_new_string (sql->like.escape);
  return _weir_call (ctx, names[sql->like.like], args, args[2] != NULL ? 3 : 2, sql->span, error);
}

WeirExpr *
_weir_analyze_like (WeirExprContext   *ctx,
                    const WeirSqlExpr *sql,
                    GError           **error)
{
  WeirExpr             *operand = _weir_analyze_sql_expr (ctx, sql->like.operand, error);
  guint                 n = sql->like.n_patterns;
  gboolean              all = sql->like.quantifier == WEIR_SQL_QUANTIFIER_ALL;
  gboolean              quantified = sql->like.quantifier != WEIR_SQL_QUANTIFIER_NONE;
  g_autofree WeirExpr **matches = g_new0 (WeirExpr *, MAX (n, 1));
  WeirExpr             *expr;

  if (operand == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      matches[i] = match_one (ctx, sql, weir_expr_ref (operand), sql->like.patterns[i], error);
      if (matches[i] != NULL && quantified)
        matches[i] = _weir_negate_if (ctx, matches[i], sql->like.negated, sql->span, error);
      if (matches[i] == NULL)
        {
          free_parts (matches, i);
          weir_expr_unref (operand);
          return NULL;
        }
    }
  weir_expr_unref (operand);
  expr = n == 1 ? matches[0] : weir_expr_new_logic (all ? WEIR_EXPR_AND : WEIR_EXPR_OR, matches, n);
  return quantified ? expr : _weir_negate_if (ctx, expr, sql->like.negated, sql->span, error);
}
