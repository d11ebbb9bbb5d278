/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Expressions back to SQL, with parentheses only where the precedences ask for them. */

static const struct
{
  const char *text;
  int         prec;
} binary_ops[] = {
  [WEIR_SQL_OP_OR] = { "OR", WEIR_SQL_PREC_OR },
  [WEIR_SQL_OP_AND] = { "AND", WEIR_SQL_PREC_AND },
  [WEIR_SQL_OP_EQ] = { "=", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_NE] = { "<>", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_LT] = { "<", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_LE] = { "<=", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_GT] = { ">", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_GE] = { ">=", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_NULL_SAFE_EQ] = { "<=>", WEIR_SQL_PREC_COMPARISON },
  [WEIR_SQL_OP_IS_DISTINCT_FROM] = { "IS DISTINCT FROM", WEIR_SQL_PREC_PREDICATE },
  [WEIR_SQL_OP_IS_NOT_DISTINCT_FROM] = { "IS NOT DISTINCT FROM", WEIR_SQL_PREC_PREDICATE },
  [WEIR_SQL_OP_BIT_OR] = { "|", WEIR_SQL_PREC_BIT_OR },
  [WEIR_SQL_OP_BIT_XOR] = { "^", WEIR_SQL_PREC_BIT_XOR },
  [WEIR_SQL_OP_BIT_AND] = { "&", WEIR_SQL_PREC_BIT_AND },
  [WEIR_SQL_OP_SHIFT_LEFT] = { "<<", WEIR_SQL_PREC_SHIFT },
  [WEIR_SQL_OP_SHIFT_RIGHT] = { ">>", WEIR_SQL_PREC_SHIFT },
  [WEIR_SQL_OP_SHIFT_RIGHT_UNSIGNED] = { ">>>", WEIR_SQL_PREC_SHIFT },
  [WEIR_SQL_OP_ADD] = { "+", WEIR_SQL_PREC_ADD },
  [WEIR_SQL_OP_SUBTRACT] = { "-", WEIR_SQL_PREC_ADD },
  [WEIR_SQL_OP_CONCAT] = { "||", WEIR_SQL_PREC_ADD },
  [WEIR_SQL_OP_MULTIPLY] = { "*", WEIR_SQL_PREC_MULTIPLY },
  [WEIR_SQL_OP_DIVIDE] = { "/", WEIR_SQL_PREC_MULTIPLY },
  [WEIR_SQL_OP_MODULO] = { "%", WEIR_SQL_PREC_MULTIPLY },
  [WEIR_SQL_OP_DIV] = { "DIV", WEIR_SQL_PREC_MULTIPLY },
};

static int
precedence (const WeirSqlExpr *expr)
{
  switch (expr->kind)
    {
    case WEIR_SQL_EXPR_BINARY:
      return binary_ops[expr->binary.op].prec;
    case WEIR_SQL_EXPR_UNARY:
      return expr->unary.op == WEIR_SQL_OP_NOT ? WEIR_SQL_PREC_NOT : WEIR_SQL_PREC_UNARY;
    case WEIR_SQL_EXPR_IS:
    case WEIR_SQL_EXPR_BETWEEN:
    case WEIR_SQL_EXPR_IN:
    case WEIR_SQL_EXPR_LIKE:
      return WEIR_SQL_PREC_PREDICATE;
    default:
      return WEIR_SQL_PREC_PRIMARY;
    }
}

/* A column whose name begins a query would, behind a parenthesis, be read as one. */
static void
print_column (GString           *out,
              const WeirSqlExpr *expr)
{
  const WeirSqlName       *column = &expr->column;
  static const char *const words[] = { "FROM", "SELECT", "TABLE", "VALUES", "WITH" };
  gsize                    start = out->len;
  gboolean                 begins_query = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    begins_query = begins_query || g_ascii_strcasecmp (column->parts[0].name, words[i]) == 0;
  _weir_sql_print_name (out, column);
  if (!begins_query || column->parts[0].quoted)
    return;
  g_string_insert_c (out, (gssize)start, '`');
  g_string_insert_c (out, (gssize)(start + 1 + strlen (column->parts[0].name)), '`');
}

void
_weir_sql_print_list (GString                  *out,
                      const WeirSqlExpr *const *items,
                      guint                     n_items)
{
  for (guint i = 0; i < n_items; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      _weir_sql_print_at (out, items[i], WEIR_SQL_PREC_ANY);
    }
}

/* ---- operators ------------------------------------------------------------------------------------------------ */

static void
print_binary (GString           *out,
              const WeirSqlExpr *expr)
{
  int prec = binary_ops[expr->binary.op].prec;
  int left = prec, right = prec + 1;

  /* A chain of ANDs is one flat text whatever the shape of its tree. */
  if (prec <= WEIR_SQL_PREC_AND)
    right = prec;
  else if (prec == WEIR_SQL_PREC_PREDICATE)
    left = right = WEIR_SQL_PREC_COMPARISON;
  _weir_sql_print_at (out, expr->binary.left, left);
  g_string_append_printf (out, " %s ", binary_ops[expr->binary.op].text);
  _weir_sql_print_at (out, expr->binary.right, right);
}

static void
print_unary (GString           *out,
             const WeirSqlExpr *expr)
{
  static const char *const texts[] = { "-", "+", "~", "NOT " };
  const WeirSqlExpr       *operand = expr->unary.operand;

  g_string_append (out, texts[expr->unary.op]);
  if (expr->unary.op == WEIR_SQL_OP_NOT)
    _weir_sql_print_at (out, operand, WEIR_SQL_PREC_NOT);
  /* A minus before a digit would become part of the number, two of them a comment. */
  else if (expr->unary.op == WEIR_SQL_OP_NEGATE && operand->kind != WEIR_SQL_EXPR_COLUMN && operand->kind != WEIR_SQL_EXPR_CALL)
    {
      g_string_append_c (out, '(');
      _weir_sql_print_at (out, operand, WEIR_SQL_PREC_ANY);
      g_string_append_c (out, ')');
    }
  else
    _weir_sql_print_at (out, operand, WEIR_SQL_PREC_UNARY);
}

static void
print_is (GString           *out,
          const WeirSqlExpr *expr)
{
  static const char *const tests[] = { "NULL", "TRUE", "FALSE", "UNKNOWN" };

  _weir_sql_print_at (out, expr->is.operand, WEIR_SQL_PREC_COMPARISON);
  g_string_append_printf (out, " IS %s%s", expr->is.negated ? "NOT " : "", tests[expr->is.test]);
}

static void
print_between (GString           *out,
               const WeirSqlExpr *expr)
{
  _weir_sql_print_at (out, expr->between.operand, WEIR_SQL_PREC_COMPARISON);
  g_string_append (out, expr->between.negated ? " NOT BETWEEN " : " BETWEEN ");
  _weir_sql_print_at (out, expr->between.low, WEIR_SQL_PREC_COMPARISON);
  g_string_append (out, " AND ");
  _weir_sql_print_at (out, expr->between.high, WEIR_SQL_PREC_COMPARISON);
}

static void
print_in (GString           *out,
          const WeirSqlExpr *expr)
{
  _weir_sql_print_at (out, expr->in.operand, WEIR_SQL_PREC_COMPARISON);
  g_string_append (out, expr->in.negated ? " NOT IN (" : " IN (");
  if (expr->in.query != NULL)
    _weir_sql_print_query (out, expr->in.query);
  else
    _weir_sql_print_list (out, expr->in.items, expr->in.n_items);
  g_string_append_c (out, ')');
}

static void
print_like (GString           *out,
            const WeirSqlExpr *expr)
{
  static const char *const words[] = { "LIKE", "ILIKE", "RLIKE" };

  _weir_sql_print_at (out, expr->like.operand, WEIR_SQL_PREC_COMPARISON);
  g_string_append_printf (out, " %s%s ", expr->like.negated ? "NOT " : "", words[expr->like.like]);
  if (expr->like.quantifier != WEIR_SQL_QUANTIFIER_NONE)
    {
      g_string_append (out, expr->like.quantifier == WEIR_SQL_QUANTIFIER_ANY ? "ANY (" : "ALL (");
      _weir_sql_print_list (out, expr->like.patterns, expr->like.n_patterns);
      g_string_append_c (out, ')');
    }
  else
    _weir_sql_print_at (out, expr->like.patterns[0], WEIR_SQL_PREC_COMPARISON);
  if (expr->like.escape != NULL)
    {
      g_string_append (out, " ESCAPE ");
      _weir_sql_append_string (out, expr->like.escape, strlen (expr->like.escape));
    }
}

static void
print_case (GString           *out,
            const WeirSqlExpr *expr)
{
  g_string_append (out, "CASE");
  if (expr->case_.operand != NULL)
    {
      g_string_append_c (out, ' ');
      _weir_sql_print_at (out, expr->case_.operand, WEIR_SQL_PREC_ANY);
    }
  for (guint i = 0; i < expr->case_.n_whens; i++)
    {
      g_string_append (out, " WHEN ");
      _weir_sql_print_at (out, expr->case_.whens[i], WEIR_SQL_PREC_ANY);
      g_string_append (out, " THEN ");
      _weir_sql_print_at (out, expr->case_.thens[i], WEIR_SQL_PREC_ANY);
    }
  if (expr->case_.otherwise != NULL)
    {
      g_string_append (out, " ELSE ");
      _weir_sql_print_at (out, expr->case_.otherwise, WEIR_SQL_PREC_ANY);
    }
  g_string_append (out, " END");
}

static void
print_cast (GString           *out,
            const WeirSqlExpr *expr)
{
  if (expr->cast.operator_form)
    {
      _weir_sql_print_at (out, expr->cast.operand, WEIR_SQL_PREC_PRIMARY);
      g_string_append_printf (out, "::%s", expr->cast.type);
      return;
    }
  g_string_append (out, expr->cast.is_try ? "TRY_CAST(" : "CAST(");
  _weir_sql_print_at (out, expr->cast.operand, WEIR_SQL_PREC_ANY);
  g_string_append_printf (out, " AS %s)", expr->cast.type);
}

static void
print_lambda (GString           *out,
              const WeirSqlExpr *expr)
{
  if (expr->lambda.n_params == 1)
    _weir_sql_print_ident (out, &expr->lambda.params[0]);
  for (guint i = 0; i < expr->lambda.n_params && expr->lambda.n_params > 1; i++)
    {
      g_string_append (out, i == 0 ? "(" : ", ");
      _weir_sql_print_ident (out, &expr->lambda.params[i]);
    }
  g_string_append (out, expr->lambda.n_params > 1 ? ") -> " : " -> ");
  _weir_sql_print_at (out, expr->lambda.body, WEIR_SQL_PREC_ANY);
}

static void
print_star (GString           *out,
            const WeirSqlExpr *expr)
{
  _weir_sql_print_name (out, &expr->star.qualifier);
  g_string_append (out, expr->star.qualifier.n_parts > 0 ? ".*" : "*");
  for (guint i = 0; i < expr->star.n_except; i++)
    {
      g_string_append (out, i == 0 ? " EXCEPT (" : ", ");
      _weir_sql_print_name (out, &expr->star.except[i]);
    }
  if (expr->star.n_except > 0)
    g_string_append_c (out, ')');
}

/* (query), EXISTS (query) */
static void
print_subquery (GString           *out,
                const WeirSqlExpr *expr)
{
  g_string_append (out, expr->kind == WEIR_SQL_EXPR_EXISTS ? "EXISTS (" : "(");
  _weir_sql_print_query (out, expr->query);
  g_string_append_c (out, ')');
}

static void
print_subscript (GString           *out,
                 const WeirSqlExpr *expr)
{
  _weir_sql_print_at (out, expr->subscript.base, WEIR_SQL_PREC_PRIMARY);
  g_string_append_c (out, '[');
  _weir_sql_print_at (out, expr->subscript.index, WEIR_SQL_PREC_COMPARISON);
  g_string_append_c (out, ']');
}

/* A name in parentheses stays apart from the field, `(a).b`. */
static void
print_field (GString           *out,
             const WeirSqlExpr *expr)
{
  gboolean parens = expr->field.base->kind == WEIR_SQL_EXPR_COLUMN;

  g_string_append (out, parens ? "(" : "");
  _weir_sql_print_at (out, expr->field.base, WEIR_SQL_PREC_PRIMARY);
  g_string_append (out, parens ? ")." : ".");
  _weir_sql_print_ident (out, &expr->field.name);
}

static void
print_row (GString           *out,
           const WeirSqlExpr *expr)
{
  g_string_append_c (out, '(');
  _weir_sql_print_list (out, expr->row.items, expr->row.n_items);
  g_string_append_c (out, ')');
}

static void
print_alias (GString           *out,
             const WeirSqlExpr *expr)
{
  _weir_sql_print_at (out, expr->alias.expr, WEIR_SQL_PREC_ANY);
  g_string_append (out, " AS ");
  _weir_sql_print_ident (out, &expr->alias.name);
}

static void (*const printers[]) (GString *out, const WeirSqlExpr *expr) = {
  [WEIR_SQL_EXPR_LITERAL] = _weir_sql_print_literal,
  [WEIR_SQL_EXPR_COLUMN] = print_column,
  [WEIR_SQL_EXPR_STAR] = print_star,
  [WEIR_SQL_EXPR_UNARY] = print_unary,
  [WEIR_SQL_EXPR_BINARY] = print_binary,
  [WEIR_SQL_EXPR_IS] = print_is,
  [WEIR_SQL_EXPR_BETWEEN] = print_between,
  [WEIR_SQL_EXPR_IN] = print_in,
  [WEIR_SQL_EXPR_LIKE] = print_like,
  [WEIR_SQL_EXPR_CASE] = print_case,
  [WEIR_SQL_EXPR_CAST] = print_cast,
  [WEIR_SQL_EXPR_CALL] = _weir_sql_print_call,
  [WEIR_SQL_EXPR_SUBSCRIPT] = print_subscript,
  [WEIR_SQL_EXPR_FIELD] = print_field,
  [WEIR_SQL_EXPR_LAMBDA] = print_lambda,
  [WEIR_SQL_EXPR_ROW] = print_row,
  [WEIR_SQL_EXPR_ALIAS] = print_alias,
  [WEIR_SQL_EXPR_SUBQUERY] = print_subquery,
  [WEIR_SQL_EXPR_EXISTS] = print_subquery,
};

/* A base of `.field` or `::` that is a number would run into it. */
static gboolean
needs_parens (const WeirSqlExpr *expr,
              int                min_prec)
{
  if (precedence (expr) < min_prec)
    return TRUE;
  return min_prec == WEIR_SQL_PREC_PRIMARY && expr->kind == WEIR_SQL_EXPR_LITERAL;
}

void
_weir_sql_print_at (GString           *out,
                    const WeirSqlExpr *expr,
                    int                min_prec)
{
  gboolean parens = needs_parens (expr, min_prec);

  if (parens)
    g_string_append_c (out, '(');
  printers[expr->kind](out, expr);
  if (parens)
    g_string_append_c (out, ')');
}

void
_weir_sql_print_expr (GString           *out,
                      const WeirSqlExpr *expr)
{
  _weir_sql_print_at (out, expr, WEIR_SQL_PREC_ANY);
}

char *
weir_sql_print_expr (const WeirSqlExpr *expr)
{
  GString *out = g_string_new (NULL);

  _weir_sql_print_at (out, expr, WEIR_SQL_PREC_ANY);
  return g_string_free (out, FALSE);
}
