/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/* Generators: explode() and its kind, in LATERAL VIEW and at the top of a select item; UNPIVOT, which is stack() and a filter. */

static const WeirFunction *
generator_of (const WeirSqlExpr *sql)
{
  const WeirFunction *function = sql->kind == WEIR_SQL_EXPR_CALL ? weir_function_lookup (sql->call.name.parts[sql->call.name.n_parts - 1].name) : NULL;

  return function != NULL && (function->flags & WEIR_FUNCTION_GENERATOR) ? function : NULL;
}

gboolean
_weir_is_generator (const WeirSqlExpr *sql)
{
  return generator_of (sql) != NULL;
}

WeirExpr *
_weir_analyze_generator (WeirExprContext   *ctx,
                         const WeirSqlExpr *sql,
                         gboolean          *is_outer,
                         GError           **error)
{
  const WeirFunction   *function = generator_of (sql);
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);

  *is_outer = g_str_has_suffix (function->name, "_outer");
  for (guint i = 0; i < sql->call.n_args; i++)
    {
      WeirExpr *arg = _weir_analyze_sql_expr (ctx, sql->call.args[i], error);

      if (arg == NULL)
        return NULL;
      g_ptr_array_add (args, arg);
    }
  g_ptr_array_set_free_func (args, NULL);
  return _weir_call (ctx, function->name, (WeirExpr **)args->pdata, args->len, sql->span, error);
}

gboolean
_weir_fail_alias_count (WeirAnalyzer *self,
                        WeirSpan      span,
                        guint         expected,
                        guint         given,
                        GError      **error)
{
  g_autofree char *columns = g_strdup_printf ("%u", expected);
  g_autofree char *names = g_strdup_printf ("%u", given);

  return _weir_an_fail (self, error, "UDTF_ALIAS_NUMBER_MISMATCH", span,
                        "The number of aliases supplied in the AS clause does not match the number of columns output by the UDTF. "
                        "Expected %s aliases, but got %s. Please ensure that the number of aliases provided matches the number of columns output "
                        "by the UDTF.",
                        (const char *[]){ "aliasesSize", columns, "aliasesNames", names, NULL });
}

static gboolean
fail_no_generator (WeirAnalyzer      *self,
                   const WeirSqlExpr *sql,
                   GError           **error)
{
  g_autofree char *name = _weir_name_to_string (&sql->call.name);
  const char      *last = sql->call.name.parts[sql->call.name.n_parts - 1].name;

  if (weir_function_lookup (last) == NULL && weir_aggregate_lookup (last) == NULL)
    return _weir_an_fail (self, error, "UNRESOLVED_ROUTINE", sql->span,
                          "Cannot resolve routine %s on search path [`system`.`builtin`, `system`.`session`].", (const char *[]){ "routineName", name, NULL });
  return _weir_an_fail (self, error, "UNSUPPORTED_GENERATOR.NOT_GENERATOR", sql->span,
                        "%s is expected to be a generator: explode(), posexplode(), inline(), stack() …", (const char *[]){ "functionName", name, NULL });
}

gboolean
_weir_analyze_lateral_view (WeirAnalyzer             *self,
                            WeirRel                  *rel,
                            const WeirSqlLateralView *view,
                            GError                  **error)
{
  WeirExprContext         ctx = { .analyzer = self, .rel = rel, .clause = "LATERAL VIEW" };
  gboolean                is_outer = FALSE;
  guint                   first = rel->plan->schema->n_fields, n;
  g_autofree const char **names = NULL;
  WeirExpr               *generator;

  if (!_weir_is_generator (view->function))
    return fail_no_generator (self, view->function, error);
  generator = _weir_analyze_generator (&ctx, view->function, &is_outer, error);
  if (generator == NULL)
    return FALSE;
  n = generator->type->fields[0].type->n_fields;
  if (view->n_columns > 0 && view->n_columns != n)
    {
      weir_expr_unref (generator);
      return _weir_fail_alias_count (self, view->span, n, view->n_columns, error);
    }
  names = g_new0 (const char *, n + 1);
  for (guint i = 0; i < view->n_columns; i++)
    names[i] = view->columns[i].name;
  rel->plan = _weir_plan_new_generate (rel->plan, generator, is_outer || view->outer, view->n_columns > 0 ? names : NULL);
  rel->plan->span = _weir_an_span (self, view->span);
  for (guint i = 0; i < n; i++)
    _weir_rel_add (rel, view->table.name, rel->plan->schema->fields[first + i].name, first + i, FALSE);
  return TRUE;
}

/* ---- UNPIVOT ---------------------------------------------------------------------------------------------------- */

/* What the name column holds for @item: its alias, else the columns' names with _ between. (transfer full) */
static char *
item_name (const WeirSqlUnpivotItem *item)
{
  GString *out;

  if (item->alias.name != NULL)
    return g_strdup (item->alias.name);
  out = g_string_new (NULL);
  for (guint i = 0; i < item->n_columns; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? "_" : "", item->columns[i].parts[item->columns[i].n_parts - 1].name);
  return g_string_free (out, FALSE);
}

/* n, name, value…, name, value… for stack(); marks the columns that are used up. */
static gboolean
collect_stack (WeirExprContext      *ctx,
               const WeirSqlUnpivot *unpivot,
               GPtrArray            *args,
               gboolean             *used,
               GError              **error)
{
  g_ptr_array_add (args, weir_expr_new_int ((gint32)unpivot->n_items));
  for (guint i = 0; i < unpivot->n_items; i++)
    {
      const WeirSqlUnpivotItem *item = &unpivot->items[i];
      g_autofree char          *name = item_name (item);

      if (item->n_columns != unpivot->n_values)
        return _weir_an_fail (ctx->analyzer, error, "UNPIVOT_VALUE_SIZE_MISMATCH", item->span,
                              "All unpivot value columns must have the same size as there are value column names.", NULL);
      g_ptr_array_add (args, weir_expr_new_string (name));
      for (guint c = 0; c < item->n_columns; c++)
        {
          WeirExpr *value = _weir_analyze_name (ctx, &item->columns[c], error);

          if (value == NULL)
            return FALSE;
          g_ptr_array_add (args, value);
          if (value->kind != WEIR_EXPR_COLUMN || value->index >= ctx->rel->plan->schema->n_fields)
            return _weir_an_fail (ctx->analyzer, error, "UNPIVOT_REQUIRES_ATTRIBUTES", item->span, "UNPIVOT requires all given columns to be columns.", NULL);
          used[value->index] = TRUE;
        }
    }
  return TRUE;
}

/* Rows of nothing but NULLs go. */
static gboolean
drop_nulls (WeirExprContext *ctx,
            guint            first,
            guint            n,
            WeirSpan         span,
            GError         **error)
{
  g_autofree WeirExpr **tests = g_new0 (WeirExpr *, n);
  WeirExpr             *condition;

  for (guint i = 0; i < n; i++)
    {
      WeirExpr *value = _weir_plan_column (ctx->rel->plan, first + i);

      tests[i] = _weir_call (ctx, "isnotnull", &value, 1, span, error);
      if (tests[i] == NULL)
        return FALSE;
    }
  condition = n == 1 ? tests[0] : weir_expr_new_logic (WEIR_EXPR_OR, tests, n);
  ctx->rel->plan = _weir_plan_new_filter (ctx->rel->plan, condition);
  return TRUE;
}

WeirRel *
_weir_analyze_unpivot (WeirAnalyzer         *self,
                       WeirRel              *rel,
                       const WeirSqlUnpivot *unpivot,
                       GError              **error)
{
  g_autoptr (WeirRel)     own = rel;
  WeirExprContext         ctx = { .analyzer = self, .rel = rel, .clause = "UNPIVOT" };
  g_autoptr (GPtrArray)   args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autofree gboolean    *used = NULL;
  g_autofree const char **names = g_new0 (const char *, unpivot->n_values + 2);
  guint                   first;
  WeirExpr               *stack;

  if (rel == NULL)
    return NULL;
  first = rel->plan->schema->n_fields;
  used = g_new0 (gboolean, MAX (first, 1));
  if (!collect_stack (&ctx, unpivot, args, used, error))
    return NULL;
  g_ptr_array_set_free_func (args, NULL);
  stack = _weir_call (&ctx, "stack", (WeirExpr **)args->pdata, args->len, unpivot->span, error);
  if (stack == NULL)
    return NULL;
  names[0] = unpivot->name.name;
  for (guint i = 0; i < unpivot->n_values; i++)
    names[i + 1] = unpivot->values[i].name;
  rel->plan = _weir_plan_new_generate (rel->plan, stack, FALSE, names);
  rel->plan->span = _weir_an_span (self, unpivot->span);
  if (!unpivot->include_nulls && !drop_nulls (&ctx, first + 1, unpivot->n_values, unpivot->span, error))
    return NULL;
  for (guint i = rel->columns->len; i > 0; i--)
    if (used[g_array_index (rel->columns, WeirRelColumn, i - 1).index])
      g_array_remove_index (rel->columns, i - 1);
  for (guint i = 0; i <= unpivot->n_values; i++)
    _weir_rel_add (rel, NULL, names[i], first + i, WEIR_REL_SHOWN);
  return g_steal_pointer (&own);
}
