/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/kernel-private.h"

/* Expressions as EXPLAIN shows them: casts visible, columns by the name the input has now. */

static void print (GString *out, const WeirExpr *expr, WeirSchema *input);

static void
print_args (GString        *out,
            const WeirExpr *expr,
            const char     *separator,
            WeirSchema     *input)
{
  for (guint i = 0; i < expr->n_args; i++)
    {
      if (i > 0)
        g_string_append (out, separator);
      print (out, expr->args[i], input);
    }
}

static void
print_column (GString        *out,
              const WeirExpr *expr,
              WeirSchema     *input)
{
  if (input != NULL && expr->index < input->n_fields)
    g_string_append (out, input->fields[expr->index].name);
  else if (expr->name != NULL)
    g_string_append (out, expr->name);
  else
    g_string_append_printf (out, "#%u", expr->index);
}

static void
print_literal (GString        *out,
               const WeirExpr *expr)
{
  g_autofree char *text = _weir_literal_name (expr->literal);

  if (expr->type->kind == WEIR_TYPE_STRING && !expr->nullable)
    g_string_append_printf (out, "'%s'", text);
  else
    g_string_append (out, text);
}

static void
print_case (GString        *out,
            const WeirExpr *expr,
            WeirSchema     *input)
{
  g_string_append (out, "CASE");
  for (guint i = 0; i + 1 < expr->n_args; i += 2)
    {
      g_string_append (out, " WHEN ");
      print (out, expr->args[i], input);
      g_string_append (out, " THEN ");
      print (out, expr->args[i + 1], input);
    }
  g_string_append (out, " ELSE ");
  print (out, expr->args[expr->n_args - 1], input);
  g_string_append (out, " END");
}

static void
print_call (GString        *out,
            const WeirExpr *expr,
            WeirSchema     *input)
{
  if ((expr->function->flags & WEIR_FUNCTION_OPERATOR) && expr->n_args == 2 && expr->function->print == NULL)
    {
      g_string_append_c (out, '(');
      print (out, expr->args[0], input);
      g_string_append_printf (out, " %s ", expr->function->name);
      print (out, expr->args[1], input);
      g_string_append_c (out, ')');
      return;
    }
  g_string_append_printf (out, "%s(", expr->function->name);
  print_args (out, expr, ", ", input);
  g_string_append_c (out, ')');
}

static void
print (GString        *out,
       const WeirExpr *expr,
       WeirSchema     *input)
{
  g_autofree char *type = NULL;

  switch (expr->kind)
    {
    case WEIR_EXPR_LITERAL:
      print_literal (out, expr);
      return;
    case WEIR_EXPR_COLUMN:
      print_column (out, expr, input);
      return;
    case WEIR_EXPR_CALL:
      print_call (out, expr, input);
      return;
    case WEIR_EXPR_CAST:
      type = weir_type_to_sql (expr->type);
      g_string_append (out, expr->is_try ? "try_cast(" : "cast(");
      print (out, expr->args[0], input);
      g_string_append_printf (out, " AS %s)", type);
      return;
    case WEIR_EXPR_AND:
    case WEIR_EXPR_OR:
      g_string_append_c (out, '(');
      print_args (out, expr, expr->kind == WEIR_EXPR_AND ? " AND " : " OR ", input);
      g_string_append_c (out, ')');
      return;
    case WEIR_EXPR_CASE:
      print_case (out, expr, input);
      return;
    case WEIR_EXPR_COALESCE:
      g_string_append (out, "coalesce(");
      print_args (out, expr, ", ", input);
      g_string_append_c (out, ')');
      return;
    case WEIR_EXPR_FIELD:
      print (out, expr->args[0], input);
      g_string_append_printf (out, ".%s", expr->args[0]->type->fields[expr->index].name);
      return;
    case WEIR_EXPR_LAMBDA:
      g_string_append (out, "lambda(");
      print_args (out, expr, ", ", input);
      g_string_append_c (out, ')');
      return;
    }
}

char *
weir_expr_to_string (const WeirExpr *expr,
                     WeirSchema     *input)
{
  GString *out = g_string_new (NULL);

  print (out, expr, input);
  return g_string_free (out, FALSE);
}
