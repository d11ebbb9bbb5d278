/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/* Generators: explode() and its kind, in LATERAL VIEW and at the top of a select item. */

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
