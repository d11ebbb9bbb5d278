/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"
#include "plan/catalog-private.h"
#include "plan/plan-private.h"
#include "sql/parser.h"

/* Function calls: which kind of function it is, the written forms of SQL, lambdas, struct(), functions of SQL. */

/* A function that calls itself ends here. */
#define WEIR_SQL_FUNCTION_DEPTH_MAX 40

static const char *
call_name (const WeirSqlCall *call)
{
  return call->name.parts[call->name.n_parts - 1].name;
}

/* ---- lambdas ---------------------------------------------------------------------------------------------------- */

static WeirExpr *
bind_lambda (WeirExprContext    *ctx,
             const WeirFunction *function,
             WeirExpr          **args,
             guint               n_args,
             const WeirSqlExpr  *sql,
             GError            **error)
{
  WeirType             *types[8] = { NULL };
  WeirLambdaScope       scope = { sql->lambda.params, sql->lambda.n_params, types, 0 };
  g_autoptr (GPtrArray) own = NULL;
  WeirExpr             *body;

  if (function == NULL || function->lambda_params == NULL)
    {
      _weir_an_fail (ctx->analyzer, error, "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", sql->span,
                     "A lambda function should only be used in a higher order function.", NULL);
      return NULL;
    }
  if (n_args > 0 && args[0]->type->kind != WEIR_TYPE_ARRAY && args[0]->type->kind != WEIR_TYPE_MAP)
    {
      g_autofree char *type = weir_type_to_sql (args[0]->type);

      _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", args[0]->span,
                     "Cannot resolve %s() due to data type mismatch: the first parameter requires the \"ARRAY\" or \"MAP\" type, however \"%s\" has the "
                     "type \"%s\".",
                     (const char *[]){ "functionName", function->name, "inputSql", args[0]->name, "inputType", type, NULL });
      return NULL;
    }
  if (scope.n_params > G_N_ELEMENTS (types) || !function->lambda_params (args, n_args, n_args, scope.n_params, types))
    {
      _weir_an_fail (ctx->analyzer, error, "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", sql->span,
                     "%s() takes no lambda with that many parameters there.", (const char *[]){ "functionName", function->name, NULL });
      return NULL;
    }
  if (ctx->lambdas == NULL)
    ctx->lambdas = own = g_ptr_array_new ();
  scope.level = ctx->lambdas->len;
  g_ptr_array_add (ctx->lambdas, &scope);
  body = _weir_analyze_sql_expr (ctx, sql->lambda.body, error);
  g_ptr_array_set_size (ctx->lambdas, (int)ctx->lambdas->len - 1);
  if (own != NULL)
    ctx->lambdas = NULL;
  for (guint i = 0; i < scope.n_params; i++)
    g_clear_pointer (&types[i], weir_type_unref);
  return body != NULL ? weir_expr_new_lambda (body, scope.n_params) : NULL;
}

/* ---- arguments -------------------------------------------------------------------------------------------------- */

/* Appends to @args; what was appended stays there on failure. */
static gboolean
analyze_args (WeirExprContext    *ctx,
              const WeirSqlCall  *call,
              const WeirFunction *function,
              GPtrArray          *args,
              GError            **error)
{
  for (guint i = 0; i < call->n_args; i++)
    {
      const WeirSqlExpr *sql = call->args[i];
      WeirExpr          *arg;

      if (sql->kind == WEIR_SQL_EXPR_STAR)
        {
          if (!_weir_expand_star_exprs (ctx, sql, args, error))
            return FALSE;
          continue;
        }
      arg = sql->kind == WEIR_SQL_EXPR_LAMBDA ? bind_lambda (ctx, function, (WeirExpr **)args->pdata, args->len, sql, error)
                                              : _weir_analyze_sql_expr (ctx, sql, error);
      if (arg == NULL)
        return FALSE;
      g_ptr_array_add (args, arg);
    }
  return TRUE;
}

/* ---- struct() --------------------------------------------------------------------------------------------------- */

static gboolean
has_own_name (const WeirSqlExpr *sql)
{
  return sql->kind == WEIR_SQL_EXPR_COLUMN || sql->kind == WEIR_SQL_EXPR_ALIAS || sql->kind == WEIR_SQL_EXPR_FIELD;
}

static const char *
field_name (const WeirSqlExpr *sql,
            const WeirExpr    *expr)
{
  if (sql->kind == WEIR_SQL_EXPR_COLUMN)
    return sql->column.parts[sql->column.n_parts - 1].name;
  return sql->kind == WEIR_SQL_EXPR_FIELD ? sql->field.name.name : expr->name;
}

static void
add_struct_field (GPtrArray         *args,
                  GString           *text,
                  const WeirSqlExpr *sql,
                  WeirExpr          *expr,
                  gboolean           show_names)
{
  g_autofree char *automatic = g_strdup_printf ("col%u", args->len / 2 + 1);
  const char      *name = sql == NULL ? expr->name : has_own_name (sql) ? field_name (sql, expr)
                                                                        : automatic;

  g_string_append (text, args->len > 0 ? ", " : "");
  if (show_names)
    g_string_append_printf (text, "%s, ", name);
  g_string_append (text, expr->name);
  g_ptr_array_add (args, weir_expr_new_string (name));
  g_ptr_array_add (args, expr);
}

/* One field, or those of a star. */
static gboolean
analyze_struct_item (WeirExprContext   *ctx,
                     const WeirSqlExpr *sql,
                     GPtrArray         *args,
                     GString           *text,
                     gboolean           show_names,
                     GError           **error)
{
  g_autoptr (GPtrArray) star = NULL;
  WeirExpr             *expr;

  if (sql->kind == WEIR_SQL_EXPR_STAR)
    {
      star = g_ptr_array_new ();
      if (!_weir_expand_star_exprs (ctx, sql, star, error))
        return FALSE;
      for (guint i = 0; i < star->len; i++)
        add_struct_field (args, text, NULL, star->pdata[i], show_names);
      return TRUE;
    }
  if (sql->kind != WEIR_SQL_EXPR_ALIAS)
    {
      expr = _weir_analyze_sql_expr (ctx, sql, error);
      if (expr == NULL)
        return FALSE;
      add_struct_field (args, text, sql, expr, show_names);
      return TRUE;
    }
  expr = _weir_analyze_sql_expr (ctx, sql->alias.expr, error);
  if (expr == NULL)
    return FALSE;
  g_string_append_printf (text, "%s%s AS %s", args->len > 0 ? ", " : "", expr->name, sql->alias.name.name);
  g_ptr_array_add (args, weir_expr_new_string (sql->alias.name.name));
  g_ptr_array_add (args, expr);
  return TRUE;
}

WeirExpr *
_weir_analyze_struct (WeirExprContext          *ctx,
                      const WeirSqlExpr *const *sql,
                      guint                     n,
                      const char               *name,
                      WeirSpan                  span,
                      GError                  **error)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (GString)   text = g_string_new (name);
  gboolean              show_names = strcmp (name, "struct") != 0;
  WeirExpr             *expr;

  g_string_append_c (text, '(');
  for (guint i = 0; i < n; i++)
    if (!analyze_struct_item (ctx, sql[i], args, text, show_names, error))
      return NULL;
  g_string_append_c (text, ')');
  g_ptr_array_set_free_func (args, NULL);
  expr = _weir_call (ctx, "named_struct", (WeirExpr **)args->pdata, args->len, span, error);
  return expr != NULL ? weir_expr_with_name (expr, text->str) : NULL;
}

/* ---- int(x), date(x) … ------------------------------------------------------------------------------------------ */

static const struct
{
  const char  *name;
  WeirTypeKind kind;
} cast_functions[] = {
  { "boolean", WEIR_TYPE_BOOLEAN },
  { "tinyint", WEIR_TYPE_TINYINT },
  { "smallint", WEIR_TYPE_SMALLINT },
  { "int", WEIR_TYPE_INT },
  { "bigint", WEIR_TYPE_BIGINT },
  { "float", WEIR_TYPE_FLOAT },
  { "double", WEIR_TYPE_DOUBLE },
  { "decimal", WEIR_TYPE_DECIMAL },
  { "date", WEIR_TYPE_DATE },
  { "timestamp", WEIR_TYPE_TIMESTAMP },
  { "binary", WEIR_TYPE_BINARY },
  { "string", WEIR_TYPE_STRING },
};

static WeirType *
cast_function_type (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (cast_functions); i++)
    if (g_ascii_strcasecmp (cast_functions[i].name, name) == 0)
      return weir_type_simple (cast_functions[i].kind);
  return NULL;
}

/* Named like its argument. */
static WeirExpr *
analyze_cast_function (WeirExprContext   *ctx,
                       const WeirSqlExpr *sql,
                       WeirType          *type,
                       GError           **error)
{
  WeirExpr        *arg;
  g_autofree char *name = NULL;
  g_autofree char *from = NULL;
  g_autofree char *to = weir_type_to_sql (type);

  if (sql->call.n_args != 1)
    {
      _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sql->span, "The `%s` requires 1 parameter.",
                     (const char *[]){ "functionName", call_name (&sql->call), NULL });
      return NULL;
    }
  arg = _weir_analyze_sql_expr (ctx, sql->call.args[0], error);
  if (arg == NULL)
    return NULL;
  if (!weir_cast_is_allowed (arg->type, type, FALSE))
    {
      from = weir_type_to_sql (arg->type);
      _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", sql->span,
                     "Cannot resolve \"%s\" due to data type mismatch: cannot cast \"%s\" to \"%s\".",
                     (const char *[]){ "sqlExpr", arg->name, "srcType", from, "targetType", to, NULL });
      weir_expr_unref (arg);
      return NULL;
    }
  name = g_strdup (arg->name);
  arg = weir_expr_with_name (weir_expr_new_cast (arg, type, FALSE), name);
  arg->span = _weir_an_span (ctx->analyzer, sql->span);
  return arg;
}

/* ---- calls ------------------------------------------------------------------------------------------------------ */

/* What SQL's own forms are called in the registry. */
static const char *
name_of_form (const WeirSqlCall *call)
{
  const char *name = call_name (call);

  if (call->form != WEIR_SQL_CALL_UNIT)
    return name;
  if (g_ascii_strcasecmp (name, "timestampdiff") == 0 || g_ascii_strcasecmp (name, "datediff") == 0 || g_ascii_strcasecmp (name, "date_diff") == 0 || g_ascii_strcasecmp (name, "timediff") == 0)
    return "timestampdiff";
  return "timestampadd";
}

static gboolean
check_over (WeirExprContext   *ctx,
            const WeirSqlExpr *sql,
            GError           **error)
{
  if (!sql->call.has_over)
    return TRUE;
  if (ctx->rel->plan->is_streaming)
    return _weir_an_fail (ctx->analyzer, error, "NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", sql->span,
                          "Window function is not supported in %s on streaming DataFrames/Datasets. Structured Streaming only supports time-window "
                          "aggregation using the WINDOW function.",
                          (const char *[]){ "windowFunc", call_name (&sql->call), NULL });
  return _weir_fail_unsupported_here (ctx->analyzer, error, sql->call.over_span, "window functions (OVER)");
}

static WeirExpr *
analyze_function (WeirExprContext   *ctx,
                  const WeirSqlExpr *sql,
                  GError           **error)
{
  const WeirSqlCall    *call = &sql->call;
  const char           *name = name_of_form (call);
  const WeirFunction   *function = weir_function_lookup (name);
  g_autoptr (GPtrArray) args = NULL;

  if (function == NULL && cast_function_type (name) != NULL)
    return analyze_cast_function (ctx, sql, cast_function_type (name), error);
  if (function != NULL && (function->flags & WEIR_FUNCTION_GENERATOR))
    {
      _weir_an_fail (ctx->analyzer, error, "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", sql->span,
                     "The generator is not supported: nested in expressions or outside the SELECT clause: \"%s\".",
                     (const char *[]){ "expression", name, NULL });
      return NULL;
    }
  if (call->distinct || call->filter != NULL || call->n_within_group > 0)
    {
      const char *what = call->distinct ? "DISTINCT" : call->filter != NULL ? "FILTER"
                                                                            : "WITHIN GROUP";

      _weir_an_fail (ctx->analyzer, error, function == NULL ? "UNRESOLVED_ROUTINE" : "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", sql->span,
                     function == NULL ? "Cannot resolve routine `%s` on search path [`system`.`builtin`, `system`.`session`]." : "The function `%s` does not support %s.",
                     (const char *[]){ "functionName", name, "syntax", what, NULL });
      return NULL;
    }
  if (call->arg_names != NULL)
    {
      _weir_fail_unsupported_here (ctx->analyzer, error, sql->span, "named arguments");
      return NULL;
    }
  args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  if (!analyze_args (ctx, call, function, args, error))
    return NULL;
  if (call->form == WEIR_SQL_CALL_TRIM && args->len == 2)
    {
      gpointer text = args->pdata[0];

      args->pdata[0] = args->pdata[1];
      args->pdata[1] = text;
    }
  /* The forms with words between the arguments print under one name. */
  if (call->form == WEIR_SQL_CALL_POSITION || call->form == WEIR_SQL_CALL_SUBSTRING)
    name = call->form == WEIR_SQL_CALL_POSITION ? "locate" : "substring";
  g_ptr_array_set_free_func (args, NULL);
  return _weir_call (ctx, name, (WeirExpr **)args->pdata, args->len, sql->span, error);
}

/* ---- grouping() ------------------------------------------------------------------------------------------------- */

/* grouping_id(): the number of the set, a bit a key that it leaves out. */
static WeirExpr *
analyze_grouping_id (WeirExprContext   *ctx,
                     const WeirSqlExpr *sql,
                     GError           **error)
{
  g_autoptr (GString) name = g_string_new ("grouping_id(");

  for (guint i = 0; i < sql->call.n_args; i++)
    {
      g_autoptr (WeirExpr) arg = _weir_analyze_sql_expr (ctx, sql->call.args[i], error);

      if (arg == NULL)
        return NULL;
      g_string_append_printf (name, "%s%s", i > 0 ? ", " : "", arg->name);
    }
  g_string_append_c (name, ')');
  return weir_expr_new_column (WEIR_INDEX_GROUPING, WEIR_BIGINT, FALSE, name->str);
}

/* Bit @shift of the set's number. */
static WeirExpr *
grouping_bit (WeirExprContext *ctx,
              const WeirExpr  *key,
              guint            shift,
              WeirSpan         span,
              GError         **error)
{
  g_autofree char *name = g_strdup_printf ("grouping(%s)", key->name);
  WeirExpr        *args[] = { weir_expr_new_column (WEIR_INDEX_GROUPING, WEIR_BIGINT, FALSE, "grouping_id()"), weir_expr_new_int ((gint32)shift) };
  WeirExpr        *bit = _weir_call (ctx, "shiftright", args, 2, span, error);

  if (bit == NULL)
    return NULL;
  args[0] = bit;
  args[1] = weir_expr_new_bigint (1);
  bit = _weir_call (ctx, "&", args, 2, span, error);
  return bit != NULL ? weir_expr_with_name (weir_expr_new_cast (bit, WEIR_TINYINT, FALSE), name) : NULL;
}

static WeirExpr *
analyze_grouping (WeirExprContext   *ctx,
                  const WeirSqlExpr *sql,
                  GError           **error)
{
  guint                n_keys = ctx->aggs != NULL && ctx->aggs->set_keys != NULL ? ctx->aggs->set_keys->len : 0;
  g_autoptr (WeirExpr) key = NULL;

  if (n_keys == 0)
    {
      _weir_an_fail (ctx->analyzer, error, "UNSUPPORTED_GROUPING_EXPRESSION", sql->span,
                     "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.", NULL);
      return NULL;
    }
  if (g_ascii_strcasecmp (call_name (&sql->call), "grouping_id") == 0)
    return analyze_grouping_id (ctx, sql, error);
  if (sql->call.n_args == 1)
    {
      key = _weir_analyze_sql_expr (ctx, sql->call.args[0], error);
      if (key == NULL)
        return NULL;
    }
  for (guint i = 0; key != NULL && i < n_keys; i++)
    if (weir_expr_equal (key, ctx->aggs->set_keys->pdata[i]))
      return grouping_bit (ctx, key, n_keys - 1 - i, sql->span, error);
  _weir_an_fail (ctx->analyzer, error, "GROUPING_COLUMN_MISMATCH", sql->span, "The argument of grouping() is no grouping column.", NULL);
  return NULL;
}

/* ---- all calls -------------------------------------------------------------------------------------------------- */

/* ---- functions of SQL ------------------------------------------------------------------------------------------- */

/* Arguments in the types of the parameters. */
static gboolean
analyze_sql_args (WeirExprContext       *ctx,
                  const WeirSqlExpr     *sql,
                  const WeirFunctionDef *def,
                  GPtrArray             *args,
                  GError               **error)
{
  const char *params[] = { "functionName", def->name, NULL };

  if (sql->call.n_args != def->n_params || sql->call.arg_names != NULL)
    return _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sql->span, "The function `%s` takes another number of arguments.", params);
  for (guint i = 0; i < def->n_params; i++)
    {
      WeirExpr *arg = _weir_analyze_sql_expr (ctx, sql->call.args[i], error);

      if (arg == NULL)
        return FALSE;
      g_ptr_array_add (args, arg);
      if (!arg->is_deterministic)
        return _weir_fail_unsupported_here (ctx->analyzer, error, sql->call.args[i]->span, "an argument of a SQL function that is not deterministic");
      if (!weir_cast_is_allowed (arg->type, def->types[i], TRUE))
        return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", sql->call.args[i]->span,
                              "An argument of the function `%s` has another type than its parameter.", params);
      args->pdata[i] = weir_expr_new_cast (arg, def->types[i], FALSE);
    }
  return TRUE;
}

/* The body over the parameters, which are to it what a lambda's are. */
static WeirExpr *
analyze_body (WeirExprContext       *ctx,
              const WeirSqlExpr     *sql,
              const WeirFunctionDef *def,
              GError               **error)
{
  WeirAnalyzer              inner = { .catalog = ctx->analyzer->catalog, .zone = ctx->analyzer->zone, .in_view = TRUE, .view_span = _weir_an_span (ctx->analyzer, sql->span), .depth = ctx->analyzer->depth, .n_relations = ctx->analyzer->n_relations };
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement (def->sql, -1, error);
  g_autoptr (GPtrArray)     lambdas = g_ptr_array_new ();
  g_autofree WeirSqlIdent  *names = g_new0 (WeirSqlIdent, def->n_params + 1);
  WeirLambdaScope           scope = { names, def->n_params, def->types, 0 };
  WeirExprContext           body = { .analyzer = &inner, .clause = "SELECT", .lambdas = lambdas };
  g_autoptr (WeirSchema)    none = weir_type_new_struct (NULL, 0);
  g_autoptr (WeirRel)       rel = NULL;

  if (script == NULL)
    return NULL;
  rel = body.rel = _weir_rel_new (_weir_plan_new_values (weir_batch_new (none, 1, NULL)), NULL);
  for (guint i = 0; i < def->n_params; i++)
    names[i].name = def->params[i];
  g_ptr_array_add (lambdas, &scope);
  return _weir_analyze_sql_expr (&body, weir_sql_script_get_statement (script, 0)->query->body->select.items[0].expr, error);
}

static WeirExpr *
put_argument (const WeirExpr *column,
              gpointer        data)
{
  GPtrArray *args = data;

  if (column->index < WEIR_LAMBDA_BASE || column->index >= WEIR_LAMBDA_BASE + args->len)
    return NULL;
  return weir_expr_ref (args->pdata[column->index - WEIR_LAMBDA_BASE]);
}

static void
note_lambda (WeirExpr *expr,
             gpointer  data)
{
  *(gboolean *)data |= expr->kind == WEIR_EXPR_LAMBDA;
}

static WeirExpr *
analyze_sql_function (WeirExprContext       *ctx,
                      const WeirSqlExpr     *sql,
                      const WeirFunctionDef *def,
                      GError               **error)
{
  g_autoptr (GPtrArray) args = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref);
  g_autoptr (GString)   name = g_string_new (def->name);
  g_autoptr (WeirExpr) template = NULL;
  WeirExpr *body;
  gboolean  has_lambda = FALSE;

  if (!analyze_sql_args (ctx, sql, def, args, error))
    return NULL;
  g_string_append_c (name, '(');
  for (guint i = 0; i < args->len; i++)
    g_string_append_printf (name, "%s%s", i > 0 ? ", " : "", ((WeirExpr *)args->pdata[i])->name);
  g_string_append_c (name, ')');
  if (++ctx->analyzer->depth > WEIR_SQL_FUNCTION_DEPTH_MAX)
    {
      _weir_an_fail (ctx->analyzer, error, "LIMIT_EXCEEDED", sql->span, "Functions of SQL call each other too deeply.", NULL);
      ctx->analyzer->depth--;
      return NULL;
    }
  template = analyze_body (ctx, sql, def, error);
  ctx->analyzer->depth--;
  if (template == NULL)
    return NULL;
  weir_expr_foreach (template, note_lambda, &has_lambda);
  if (has_lambda)
    {
      _weir_fail_unsupported_here (ctx->analyzer, error, sql->span, "a lambda in a SQL function");
      return NULL;
    }
  body = weir_expr_map_columns (template, put_argument, args);
  if (def->returns != NULL && weir_cast_is_allowed (body->type, def->returns, TRUE))
    body = weir_expr_new_cast (body, def->returns, FALSE);
  else if (def->returns != NULL)
    {
      weir_expr_unref (body);
      _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", sql->span, "The function `%s` gives another type than it says.",
                     (const char *[]){ "functionName", def->name, NULL });
      return NULL;
    }
  body = weir_expr_with_name (body, name->str);
  body->span = _weir_an_span (ctx->analyzer, sql->span);
  return body;
}

WeirExpr *
_weir_analyze_call (WeirExprContext   *ctx,
                    const WeirSqlExpr *sql,
                    GError           **error)
{
  const char            *name = call_name (&sql->call);
  const WeirAggregate   *aggregate;
  const WeirFunctionDef *own;

  if (!check_over (ctx, sql, error))
    return NULL;
  if (g_ascii_strcasecmp (name, "window") == 0)
    return _weir_analyze_window (ctx, sql, error);
  if (g_ascii_strcasecmp (name, "session_window") == 0)
    return _weir_analyze_session_window (ctx, sql, error);
  if (g_ascii_strcasecmp (name, "window_time") == 0)
    return _weir_analyze_window_time (ctx, sql, error);
  if (g_ascii_strcasecmp (name, "struct") == 0 && sql->call.arg_names == NULL)
    return _weir_analyze_struct (ctx, sql->call.args, sql->call.n_args, "struct", sql->span, error);
  if (g_ascii_strcasecmp (name, "grouping") == 0 || g_ascii_strcasecmp (name, "grouping_id") == 0)
    return analyze_grouping (ctx, sql, error);
  own = _weir_catalog_get_function (ctx->analyzer->catalog, name);
  if (own != NULL)
    return analyze_sql_function (ctx, sql, own, error);
  aggregate = weir_aggregate_lookup (name);
  if (aggregate != NULL)
    return _weir_analyze_aggregate (ctx, sql, aggregate, error);
  return analyze_function (ctx, sql, error);
}
