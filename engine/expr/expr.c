/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-builder.h"
#include "expr/kernel-private.h"

/*
 * Bound expressions: construction, copies, comparison, walks.
 *
 * A node is read-only once built, so trees are shared freely. A copy with other arguments or another name keeps what the function
 * prepared at bind time through `origin`.
 */

WeirExpr *
weir_expr_ref (WeirExpr *expr)
{
  g_atomic_ref_count_inc (&expr->ref_count);
  return expr;
}

void
weir_expr_unref (WeirExpr *expr)
{
  if (!g_atomic_ref_count_dec (&expr->ref_count))
    return;
  for (guint i = 0; i < expr->n_args; i++)
    g_clear_pointer (&expr->args[i], weir_expr_unref);
  g_free (expr->args);
  g_free (expr->name);
  g_clear_pointer (&expr->literal, weir_column_unref);
  g_clear_pointer (&expr->type, weir_type_unref);
  if (expr->origin != NULL)
    weir_expr_unref (expr->origin);
  else if (expr->data != NULL && expr->data_free != NULL)
    expr->data_free (expr->data);
  g_free (expr);
}

WeirExpr *
_weir_expr_alloc (WeirExprKind kind,
                  WeirType    *type,
                  guint        n_args)
{
  WeirExpr *expr = g_new0 (WeirExpr, 1);

  g_atomic_ref_count_init (&expr->ref_count);
  expr->kind = kind;
  expr->type = weir_type_ref (type);
  expr->n_args = n_args;
  expr->args = n_args > 0 ? g_new0 (WeirExpr *, n_args) : NULL;
  expr->is_deterministic = TRUE;
  return expr;
}

/* A result row of CASE is one of the values, of COALESCE NULL only when all are. */
static gboolean
derive_nullable (const WeirExpr *expr)
{
  gboolean any = FALSE, all = TRUE;

  if (expr->kind == WEIR_EXPR_CASE)
    {
      for (guint i = 1; i < expr->n_args; i += 2)
        any |= expr->args[i]->nullable;
      return any | expr->args[expr->n_args - 1]->nullable;
    }
  for (guint i = 0; i < expr->n_args; i++)
    {
      any |= expr->args[i]->nullable;
      all &= expr->args[i]->nullable;
    }
  return expr->kind == WEIR_EXPR_COALESCE ? all : any;
}

void
_weir_expr_derive (WeirExpr *expr)
{
  expr->can_fail = expr->fails_itself;
  expr->is_deterministic = expr->function == NULL || !(expr->function->flags & WEIR_FUNCTION_NONDETERMINISTIC);
  for (guint i = 0; i < expr->n_args; i++)
    {
      expr->can_fail |= expr->args[i]->can_fail;
      expr->is_deterministic &= expr->args[i]->is_deterministic;
    }
  switch ((int)expr->kind)
    {
    case WEIR_EXPR_AND:
    case WEIR_EXPR_OR:
    case WEIR_EXPR_CASE:
    case WEIR_EXPR_COALESCE:
    case WEIR_EXPR_LAMBDA:
      expr->nullable = derive_nullable (expr);
      break;
    case WEIR_EXPR_CAST:
      expr->nullable = expr->args[0]->nullable || expr->is_try;
      break;
    case WEIR_EXPR_FIELD:
      expr->nullable = expr->args[0]->nullable || expr->args[0]->type->fields[expr->index].nullable;
      break;
    }
}

WeirExpr *
weir_expr_new_literal (WeirColumn *one_row)
{
  WeirExpr *expr = _weir_expr_alloc (WEIR_EXPR_LITERAL, one_row->type, 0);

  expr->literal = weir_column_ref (one_row);
  expr->nullable = weir_column_is_null (one_row, 0);
  expr->name = _weir_literal_name (one_row);
  return expr;
}

static WeirExpr *
literal_from (WeirColumnBuilder *builder)
{
  g_autoptr (WeirColumn) column = weir_column_builder_finish (builder);

  weir_column_builder_free (builder);
  return weir_expr_new_literal (column);
}

WeirExpr *
weir_expr_new_null (WeirType *type)
{
  g_autoptr (WeirColumn) nulls = weir_column_new_nulls (type, 1);
  g_autoptr (WeirColumn) flat = weir_column_flatten (nulls);

  return weir_expr_new_literal (flat);
}

WeirExpr *
weir_expr_new_bool (gboolean value)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_BOOLEAN, 1);

  weir_column_builder_append_bool (builder, value);
  return literal_from (builder);
}

WeirExpr *
weir_expr_new_int (gint32 value)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_INT, 1);

  weir_column_builder_append_i64 (builder, value);
  return literal_from (builder);
}

WeirExpr *
weir_expr_new_bigint (gint64 value)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_BIGINT, 1);

  weir_column_builder_append_i64 (builder, value);
  return literal_from (builder);
}

WeirExpr *
weir_expr_new_string (const char *text)
{
  WeirColumnBuilder *builder = weir_column_builder_new (WEIR_STRING, 1);

  weir_column_builder_append_bytes (builder, text, strlen (text));
  return literal_from (builder);
}

WeirExpr *
weir_expr_new_column (guint       index,
                      WeirType   *type,
                      gboolean    nullable,
                      const char *name)
{
  WeirExpr *expr = _weir_expr_alloc (WEIR_EXPR_COLUMN, type, 0);

  expr->index = index;
  expr->nullable = nullable;
  expr->name = g_strdup (name);
  return expr;
}

WeirExpr *
_weir_expr_cast (WeirExpr *arg,
                 WeirType *type,
                 gboolean  is_try)
{
  WeirExpr *expr;

  if (weir_type_equal (arg->type, type))
    return arg;
  expr = _weir_expr_alloc (WEIR_EXPR_CAST, type, 1);
  expr->span = arg->span;
  expr->name = g_strdup (arg->name);
  expr->args[0] = arg;
  expr->is_try = is_try;
  expr->fails_itself = !is_try && weir_cast_can_fail (arg->type, type);
  _weir_expr_derive (expr);
  return expr;
}

WeirExpr *
weir_expr_new_cast (WeirExpr *arg,
                    WeirType *type,
                    gboolean  is_try)
{
  g_autofree char *sql = weir_type_to_sql (type);
  g_autofree char *name = g_strdup_printf ("%sCAST(%s AS %s)", is_try ? "TRY_" : "", _weir_expr_name (arg), sql);

  return weir_expr_with_name (_weir_expr_cast (arg, type, is_try), name);
}

static char *
join_names (WeirExpr  **args,
            guint       n_args,
            const char *separator)
{
  GString *out = g_string_new ("(");

  for (guint i = 0; i < n_args; i++)
    {
      g_string_append (out, _weir_expr_name (args[i]));
      if (i + 1 < n_args)
        g_string_append (out, separator);
      if (i > 0 && i + 1 < n_args) /* (a AND b) AND c prints as a tree that leans left */
        {
          g_string_prepend_c (out, '(');
          g_string_insert_c (out, (gssize)(out->len - strlen (separator)), ')');
        }
    }
  g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

static WeirExpr *
new_with_args (WeirExprKind kind,
               WeirType    *type,
               WeirExpr   **args,
               guint        n_args)
{
  WeirExpr *expr = _weir_expr_alloc (kind, type, n_args);

  if (n_args > 0)
    memcpy (expr->args, args, n_args * sizeof args[0]);
  _weir_expr_derive (expr);
  return expr;
}

WeirExpr *
weir_expr_new_logic (WeirExprKind and_or_or,
                     WeirExpr   **args,
                     guint        n_args)
{
  WeirExpr *expr = new_with_args (and_or_or, WEIR_BOOLEAN, args, n_args);

  expr->name = join_names (args, n_args, and_or_or == WEIR_EXPR_AND ? " AND " : " OR ");
  return expr;
}

WeirExpr *
weir_expr_new_case (WeirExpr **args,
                    guint      n_args,
                    WeirType  *type)
{
  WeirExpr *expr = new_with_args (WEIR_EXPR_CASE, type, args, n_args);

  expr->name = _weir_case_name (args, n_args);
  return expr;
}

WeirExpr *
weir_expr_new_coalesce (WeirExpr **args,
                        guint      n_args,
                        WeirType  *type)
{
  WeirExpr *expr = new_with_args (WEIR_EXPR_COALESCE, type, args, n_args);
  GString  *name = g_string_new ("coalesce(");

  for (guint i = 0; i < n_args; i++)
    g_string_append_printf (name, "%s%s", i > 0 ? ", " : "", _weir_expr_name (args[i]));
  g_string_append_c (name, ')');
  expr->name = g_string_free (name, FALSE);
  return expr;
}

WeirExpr *
weir_expr_new_field (WeirExpr *arg,
                     guint     index)
{
  WeirExpr *expr = _weir_expr_alloc (WEIR_EXPR_FIELD, arg->type->fields[index].type, 1);

  expr->args[0] = arg;
  expr->index = index;
  expr->span = arg->span;
  expr->name = g_strdup_printf ("%s.%s", _weir_expr_name (arg), arg->type->fields[index].name);
  _weir_expr_derive (expr);
  return expr;
}

WeirExpr *
weir_expr_new_lambda (WeirExpr *body,
                      guint     n_params)
{
  WeirExpr           *expr = _weir_expr_alloc (WEIR_EXPR_LAMBDA, body->type, 1);
  g_autoptr (GString) name = g_string_new (NULL);

  g_string_printf (name, "lambdafunction(%s", _weir_expr_name (body));
  for (guint i = 0; i < n_params; i++)
    g_string_append (name, ", namedlambdavariable()");
  g_string_append_c (name, ')');
  expr->args[0] = body;
  expr->index = n_params;
  expr->span = body->span;
  expr->name = g_strdup (name->str);
  _weir_expr_derive (expr);
  return expr;
}

/* A node like @expr with @args (taken) instead of its own. */
WeirExpr *
_weir_expr_with_args (const WeirExpr *expr,
                      WeirExpr      **args)
{
  WeirExpr *copy = _weir_expr_alloc (expr->kind, expr->type, expr->n_args);

  copy->nullable = expr->nullable;
  copy->can_fail = expr->can_fail;
  copy->fails_itself = expr->fails_itself;
  copy->is_deterministic = expr->is_deterministic;
  copy->is_try = expr->is_try;
  copy->span = expr->span;
  copy->name = g_strdup (expr->name);
  copy->index = expr->index;
  copy->literal = expr->literal != NULL ? weir_column_ref (expr->literal) : NULL;
  copy->function = expr->function;
  copy->data = expr->data;
  copy->data_free = expr->data_free;
  copy->origin = weir_expr_ref (expr->origin != NULL ? expr->origin : (WeirExpr *)expr);
  if (expr->n_args > 0)
    {
      memcpy (copy->args, args, expr->n_args * sizeof args[0]);
      _weir_expr_derive (copy);
    }
  return copy;
}

WeirExpr *
weir_expr_with_name (WeirExpr   *expr,
                     const char *name)
{
  g_autofree WeirExpr **args = NULL;
  WeirExpr             *copy;

  if (g_strcmp0 (expr->name, name) == 0)
    return expr;
  args = g_new (WeirExpr *, MAX (expr->n_args, 1));
  for (guint i = 0; i < expr->n_args; i++)
    args[i] = weir_expr_ref (expr->args[i]);
  copy = _weir_expr_with_args (expr, args);
  g_free (copy->name);
  copy->name = g_strdup (name);
  weir_expr_unref (expr);
  return copy;
}

static gboolean
literal_equal (WeirColumn *a,
               WeirColumn *b)
{
  g_autofree char *text_a = _weir_literal_name (a);
  g_autofree char *text_b = _weir_literal_name (b);

  return weir_column_is_null (a, 0) == weir_column_is_null (b, 0) && strcmp (text_a, text_b) == 0;
}

static gboolean
args_equal (const WeirExpr *a,
            const WeirExpr *b)
{
  for (guint i = 0; i < a->n_args; i++)
    if (!weir_expr_equal (a->args[i], b->args[i]))
      return FALSE;
  return TRUE;
}

static gboolean
is_small (const WeirExpr *expr)
{
  return expr->n_args == 0 || (expr->n_args == 1 && expr->args[0]->n_args == 0);
}

/* a + b is b + a; of simple operands only, for each level tried both ways doubles the work. */
static gboolean
is_commutative (const WeirExpr *expr)
{
  static const char *const names[] = { "+", "*", "=", "==", "<=>", "&", "|", "^" };

  if (expr->kind != WEIR_EXPR_CALL || expr->n_args != 2 || !is_small (expr->args[0]) || !is_small (expr->args[1]))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (expr->function->name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
weir_expr_equal (const WeirExpr *a,
                 const WeirExpr *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->n_args != b->n_args || a->function != b->function || a->index != b->index || a->is_try != b->is_try || !weir_type_equal (a->type, b->type))
    return FALSE;
  if (a->kind == WEIR_EXPR_LITERAL && !literal_equal (a->literal, b->literal))
    return FALSE;
  if (args_equal (a, b))
    return TRUE;
  return is_commutative (a) && weir_expr_equal (a->args[0], b->args[1]) && weir_expr_equal (a->args[1], b->args[0]);
}

gboolean
weir_expr_is_literal (const WeirExpr *expr)
{
  return expr->kind == WEIR_EXPR_LITERAL;
}

void
weir_expr_foreach (WeirExpr    *expr,
                   WeirExprFunc func,
                   gpointer     data)
{
  func (expr, data);
  for (guint i = 0; i < expr->n_args; i++)
    weir_expr_foreach (expr->args[i], func, data);
}

WeirExpr *
weir_expr_map (WeirExpr       *expr,
               WeirExprMapFunc func,
               gpointer        data)
{
  g_autofree WeirExpr **args = NULL;
  gboolean              changed = FALSE;
  WeirExpr             *copy = func (expr, data);

  if (copy != NULL)
    return copy;
  args = g_new (WeirExpr *, MAX (expr->n_args, 1));
  for (guint i = 0; i < expr->n_args; i++)
    {
      args[i] = weir_expr_map (expr->args[i], func, data);
      changed |= args[i] != expr->args[i];
    }
  if (changed)
    return _weir_expr_with_args (expr, args);
  for (guint i = 0; i < expr->n_args; i++)
    weir_expr_unref (args[i]);
  return weir_expr_ref (expr);
}

typedef struct
{
  WeirExprMapFunc func;
  gpointer        data;
} ColumnMap;

static WeirExpr *
map_column (const WeirExpr *expr,
            gpointer        data)
{
  ColumnMap *map = data;

  return expr->kind == WEIR_EXPR_COLUMN ? map->func (expr, map->data) : NULL;
}

WeirExpr *
weir_expr_map_columns (WeirExpr       *expr,
                       WeirExprMapFunc func,
                       gpointer        data)
{
  ColumnMap map = { func, data };

  return weir_expr_map (expr, map_column, &map);
}
