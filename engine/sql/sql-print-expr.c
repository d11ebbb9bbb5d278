/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Expressions back to SQL, with parentheses only where the precedences ask for them. */

enum
{
  PREC_ANY,
  PREC_OR,
  PREC_AND,
  PREC_NOT,
  PREC_PREDICATE,
  PREC_COMPARISON,
  PREC_BIT_OR,
  PREC_BIT_XOR,
  PREC_BIT_AND,
  PREC_SHIFT,
  PREC_ADD,
  PREC_MULTIPLY,
  PREC_UNARY,
  PREC_PRIMARY,
};

static const struct
{
  const char *text;
  int         prec;
} binary_ops[] = {
  [WEIR_SQL_OP_OR] = { "OR", PREC_OR },
  [WEIR_SQL_OP_AND] = { "AND", PREC_AND },
  [WEIR_SQL_OP_EQ] = { "=", PREC_COMPARISON },
  [WEIR_SQL_OP_NE] = { "<>", PREC_COMPARISON },
  [WEIR_SQL_OP_LT] = { "<", PREC_COMPARISON },
  [WEIR_SQL_OP_LE] = { "<=", PREC_COMPARISON },
  [WEIR_SQL_OP_GT] = { ">", PREC_COMPARISON },
  [WEIR_SQL_OP_GE] = { ">=", PREC_COMPARISON },
  [WEIR_SQL_OP_NULL_SAFE_EQ] = { "<=>", PREC_COMPARISON },
  [WEIR_SQL_OP_IS_DISTINCT_FROM] = { "IS DISTINCT FROM", PREC_PREDICATE },
  [WEIR_SQL_OP_IS_NOT_DISTINCT_FROM] = { "IS NOT DISTINCT FROM", PREC_PREDICATE },
  [WEIR_SQL_OP_BIT_OR] = { "|", PREC_BIT_OR },
  [WEIR_SQL_OP_BIT_XOR] = { "^", PREC_BIT_XOR },
  [WEIR_SQL_OP_BIT_AND] = { "&", PREC_BIT_AND },
  [WEIR_SQL_OP_SHIFT_LEFT] = { "<<", PREC_SHIFT },
  [WEIR_SQL_OP_SHIFT_RIGHT] = { ">>", PREC_SHIFT },
  [WEIR_SQL_OP_SHIFT_RIGHT_UNSIGNED] = { ">>>", PREC_SHIFT },
  [WEIR_SQL_OP_ADD] = { "+", PREC_ADD },
  [WEIR_SQL_OP_SUBTRACT] = { "-", PREC_ADD },
  [WEIR_SQL_OP_CONCAT] = { "||", PREC_ADD },
  [WEIR_SQL_OP_MULTIPLY] = { "*", PREC_MULTIPLY },
  [WEIR_SQL_OP_DIVIDE] = { "/", PREC_MULTIPLY },
  [WEIR_SQL_OP_MODULO] = { "%", PREC_MULTIPLY },
  [WEIR_SQL_OP_DIV] = { "DIV", PREC_MULTIPLY },
};

static void print (GString *out, const WeirSqlExpr *expr, int min_prec);

static int
precedence (const WeirSqlExpr *expr)
{
  switch (expr->kind)
    {
    case WEIR_SQL_EXPR_BINARY:
      return binary_ops[expr->binary.op].prec;
    case WEIR_SQL_EXPR_UNARY:
      return expr->unary.op == WEIR_SQL_OP_NOT ? PREC_NOT : PREC_UNARY;
    case WEIR_SQL_EXPR_IS:
    case WEIR_SQL_EXPR_BETWEEN:
    case WEIR_SQL_EXPR_IN:
    case WEIR_SQL_EXPR_LIKE:
      return PREC_PREDICATE;
    default:
      return PREC_PRIMARY;
    }
}

void
_weir_sql_print_ident (GString            *out,
                       const WeirSqlIdent *ident)
{
  if (ident->quoted)
    _weir_sql_append_ident (out, ident->name, TRUE);
  else
    g_string_append (out, ident->name);
}

void
_weir_sql_print_name (GString           *out,
                      const WeirSqlName *name)
{
  for (guint i = 0; i < name->n_parts; i++)
    {
      if (i > 0)
        g_string_append_c (out, '.');
      _weir_sql_print_ident (out, &name->parts[i]);
    }
}

void
_weir_sql_print_columns (GString            *out,
                         const WeirSqlIdent *columns,
                         guint               n_columns)
{
  for (guint i = 0; i < n_columns; i++)
    {
      g_string_append (out, i == 0 ? " (" : ", ");
      _weir_sql_print_ident (out, &columns[i]);
    }
  if (n_columns > 0)
    g_string_append_c (out, ')');
}

/* A column whose name begins a query would, behind a parenthesis, be read as one. */
static void
print_column (GString           *out,
              const WeirSqlName *column)
{
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

static void
print_list (GString                  *out,
            const WeirSqlExpr *const *items,
            guint                     n_items)
{
  for (guint i = 0; i < n_items; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      print (out, items[i], PREC_ANY);
    }
}

/* ---- literals ------------------------------------------------------------------------------------------------- */

static void
print_binary_literal (GString              *out,
                      const WeirSqlLiteral *literal)
{
  g_string_append (out, "X'");
  for (gsize i = 0; i < literal->len; i++)
    g_string_append_printf (out, "%02X", (guchar)literal->text[i]);
  g_string_append_c (out, '\'');
}

static void
print_literal (GString              *out,
               const WeirSqlLiteral *literal)
{
  static const char *const suffixes[] = {
    [WEIR_SQL_LITERAL_TINYINT] = "Y",
    [WEIR_SQL_LITERAL_SMALLINT] = "S",
    [WEIR_SQL_LITERAL_INT] = "",
    [WEIR_SQL_LITERAL_BIGINT] = "L",
    [WEIR_SQL_LITERAL_FLOAT] = "F",
    [WEIR_SQL_LITERAL_DOUBLE] = "D",
  };
  static const char *const prefixes[] = {
    [WEIR_SQL_LITERAL_STRING] = "",
    [WEIR_SQL_LITERAL_DATE] = "DATE ",
    [WEIR_SQL_LITERAL_TIMESTAMP] = "TIMESTAMP ",
    [WEIR_SQL_LITERAL_TIMESTAMP_NTZ] = "TIMESTAMP_NTZ ",
    [WEIR_SQL_LITERAL_TIMESTAMP_LTZ] = "TIMESTAMP_LTZ ",
    [WEIR_SQL_LITERAL_TIME] = "TIME ",
  };

  switch (literal->kind)
    {
    case WEIR_SQL_LITERAL_NULL:
      g_string_append (out, "NULL");
      break;
    case WEIR_SQL_LITERAL_BOOLEAN:
      g_string_append (out, literal->i64 ? "TRUE" : "FALSE");
      break;
    case WEIR_SQL_LITERAL_DECIMAL:
      g_string_append_printf (out, "%s%s", literal->text,
                              strchr (literal->text, '.') == NULL || strpbrk (literal->text, "eE") != NULL ? "BD" : "");
      break;
    case WEIR_SQL_LITERAL_BINARY:
      print_binary_literal (out, literal);
      break;
    case WEIR_SQL_LITERAL_INTERVAL:
      _weir_sql_print_interval (out, &literal->interval);
      break;
    case WEIR_SQL_LITERAL_TINYINT:
    case WEIR_SQL_LITERAL_SMALLINT:
    case WEIR_SQL_LITERAL_INT:
    case WEIR_SQL_LITERAL_BIGINT:
    case WEIR_SQL_LITERAL_FLOAT:
    case WEIR_SQL_LITERAL_DOUBLE:
      g_string_append_printf (out, "%s%s", literal->text, suffixes[literal->kind]);
      break;
    default:
      g_string_append (out, prefixes[literal->kind]);
      _weir_sql_append_string (out, literal->text, literal->len);
    }
}

/* ---- calls ---------------------------------------------------------------------------------------------------- */

gboolean
_weir_sql_starts_with_word (const char *text,
                            const char *word)
{
  gsize len = strlen (word);

  return g_ascii_strncasecmp (text, word, len) == 0 && !g_ascii_isalnum (text[len]) && text[len] != '_';
}

/* A function or column that is called as a word that may stand before an argument is put in parentheses. */
static void
print_arg (GString           *out,
           const WeirSqlExpr *arg,
           gboolean           may_have_quantifier)
{
  gsize       start = out->len;
  const char *text;

  print (out, arg, PREC_ANY);
  text = out->str + start;
  if (_weir_sql_starts_with_word (text, "TABLE") ||
      (may_have_quantifier && (_weir_sql_starts_with_word (text, "DISTINCT") || _weir_sql_starts_with_word (text, "ALL"))))
    {
      g_string_insert_c (out, (gssize)start, '(');
      g_string_append_c (out, ')');
    }
}

static void
print_args (GString           *out,
            const WeirSqlCall *call)
{
  if (call->distinct)
    g_string_append (out, "DISTINCT ");
  for (guint i = 0; i < call->n_args; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (call->arg_names != NULL && call->arg_names[i].name != NULL)
        {
          _weir_sql_print_ident (out, &call->arg_names[i]);
          g_string_append (out, " => ");
        }
      print_arg (out, call->args[i], i == 0 && !call->distinct);
    }
}

/* Arguments with words between them. */
static void
print_worded (GString                  *out,
              const WeirSqlExpr *const *args,
              guint                     n_args,
              const char *const        *words)
{
  for (guint i = 0; i < n_args; i++)
    {
      if (i > 0)
        g_string_append_printf (out, " %s ", words[i - 1]);
      print (out, args[i], PREC_COMPARISON);
    }
}

static void
print_trim (GString           *out,
            const WeirSqlCall *call)
{
  const char *name = call->name.parts[0].name;

  g_string_append_printf (out, "trim(%s ", strcmp (name, "ltrim") == 0 ? "LEADING" : strcmp (name, "rtrim") == 0 ? "TRAILING"
                                                                                                                 : "BOTH");
  if (call->n_args > 1)
    {
      print (out, call->args[1], PREC_COMPARISON);
      g_string_append_c (out, ' ');
    }
  g_string_append (out, "FROM ");
  print (out, call->args[0], PREC_COMPARISON);
}

static void
print_special (GString           *out,
               const WeirSqlCall *call)
{
  static const char *const from_for[] = { "FROM", "FOR" };
  static const char *const in[] = { "IN" };
  static const char *const placing[] = { "PLACING", "FROM", "FOR" };

  switch (call->form)
    {
    case WEIR_SQL_CALL_EXTRACT:
      _weir_sql_append_ident (out, call->args[0]->literal.text, FALSE);
      g_string_append (out, " FROM ");
      print (out, call->args[1], PREC_COMPARISON);
      break;
    case WEIR_SQL_CALL_UNIT:
      g_string_append_printf (out, "%s, ", call->args[0]->literal.text);
      print_list (out, call->args + 1, call->n_args - 1);
      break;
    case WEIR_SQL_CALL_SUBSTRING:
      print_worded (out, call->args, call->n_args, from_for);
      break;
    case WEIR_SQL_CALL_POSITION:
      print_worded (out, call->args, call->n_args, in);
      break;
    case WEIR_SQL_CALL_OVERLAY:
      print_worded (out, call->args, call->n_args, placing);
      break;
    default:
      print_args (out, call);
    }
}

static void
print_call_tail (GString           *out,
                 const WeirSqlCall *call)
{
  if (call->n_within_group > 0)
    {
      g_string_append (out, " WITHIN GROUP (ORDER BY ");
      _weir_sql_print_order_items (out, call->within_group, call->n_within_group);
      g_string_append_c (out, ')');
    }
  if (call->filter != NULL)
    {
      g_string_append (out, " FILTER (WHERE ");
      print (out, call->filter, PREC_ANY);
      g_string_append_c (out, ')');
    }
  if (call->nulls != WEIR_SQL_NULLS_DEFAULT)
    g_string_append (out, call->nulls == WEIR_SQL_NULLS_IGNORE ? " IGNORE NULLS" : " RESPECT NULLS");
  if (call->has_over)
    g_string_append (out, " OVER ()");
}

/* A function called values in parentheses would be a query. */
static void
print_call_name (GString           *out,
                 const WeirSqlName *name)
{
  if (name->n_parts == 1 && g_ascii_strcasecmp (name->parts[0].name, "values") == 0)
    _weir_sql_append_ident (out, name->parts[0].name, TRUE);
  else
    _weir_sql_print_name (out, name);
}

static void
print_call (GString           *out,
            const WeirSqlCall *call)
{
  if (call->form == WEIR_SQL_CALL_TRIM)
    print_trim (out, call);
  else
    {
      print_call_name (out, &call->name);
      if (call->form == WEIR_SQL_CALL_BARE)
        return;
      g_string_append_c (out, '(');
      print_special (out, call);
    }
  g_string_append_c (out, ')');
  print_call_tail (out, call);
}

/* ---- operators ------------------------------------------------------------------------------------------------ */

static void
print_binary (GString           *out,
              const WeirSqlExpr *expr)
{
  int prec = binary_ops[expr->binary.op].prec;
  int left = prec, right = prec + 1;

  /* A chain of ANDs is one flat text whatever the shape of its tree. */
  if (prec <= PREC_AND)
    right = prec;
  else if (prec == PREC_PREDICATE)
    left = right = PREC_COMPARISON;
  print (out, expr->binary.left, left);
  g_string_append_printf (out, " %s ", binary_ops[expr->binary.op].text);
  print (out, expr->binary.right, right);
}

static void
print_unary (GString           *out,
             const WeirSqlExpr *expr)
{
  static const char *const texts[] = { "-", "+", "~", "NOT " };
  const WeirSqlExpr       *operand = expr->unary.operand;

  g_string_append (out, texts[expr->unary.op]);
  if (expr->unary.op == WEIR_SQL_OP_NOT)
    print (out, operand, PREC_NOT);
  /* A minus before a digit would become part of the number, two of them a comment. */
  else if (expr->unary.op == WEIR_SQL_OP_NEGATE && operand->kind != WEIR_SQL_EXPR_COLUMN && operand->kind != WEIR_SQL_EXPR_CALL)
    {
      g_string_append_c (out, '(');
      print (out, operand, PREC_ANY);
      g_string_append_c (out, ')');
    }
  else
    print (out, operand, PREC_UNARY);
}

static void
print_is (GString           *out,
          const WeirSqlExpr *expr)
{
  static const char *const tests[] = { "NULL", "TRUE", "FALSE", "UNKNOWN" };

  print (out, expr->is.operand, PREC_COMPARISON);
  g_string_append_printf (out, " IS %s%s", expr->is.negated ? "NOT " : "", tests[expr->is.test]);
}

static void
print_between (GString           *out,
               const WeirSqlExpr *expr)
{
  print (out, expr->between.operand, PREC_COMPARISON);
  g_string_append (out, expr->between.negated ? " NOT BETWEEN " : " BETWEEN ");
  print (out, expr->between.low, PREC_COMPARISON);
  g_string_append (out, " AND ");
  print (out, expr->between.high, PREC_COMPARISON);
}

static void
print_in (GString           *out,
          const WeirSqlExpr *expr)
{
  print (out, expr->in.operand, PREC_COMPARISON);
  g_string_append (out, expr->in.negated ? " NOT IN (" : " IN (");
  if (expr->in.query != NULL)
    _weir_sql_print_query (out, expr->in.query);
  else
    print_list (out, expr->in.items, expr->in.n_items);
  g_string_append_c (out, ')');
}

static void
print_like (GString           *out,
            const WeirSqlExpr *expr)
{
  static const char *const words[] = { "LIKE", "ILIKE", "RLIKE" };

  print (out, expr->like.operand, PREC_COMPARISON);
  g_string_append_printf (out, " %s%s ", expr->like.negated ? "NOT " : "", words[expr->like.like]);
  if (expr->like.quantifier != WEIR_SQL_QUANTIFIER_NONE)
    {
      g_string_append (out, expr->like.quantifier == WEIR_SQL_QUANTIFIER_ANY ? "ANY (" : "ALL (");
      print_list (out, expr->like.patterns, expr->like.n_patterns);
      g_string_append_c (out, ')');
    }
  else
    print (out, expr->like.patterns[0], PREC_COMPARISON);
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
      print (out, expr->case_.operand, PREC_ANY);
    }
  for (guint i = 0; i < expr->case_.n_whens; i++)
    {
      g_string_append (out, " WHEN ");
      print (out, expr->case_.whens[i], PREC_ANY);
      g_string_append (out, " THEN ");
      print (out, expr->case_.thens[i], PREC_ANY);
    }
  if (expr->case_.otherwise != NULL)
    {
      g_string_append (out, " ELSE ");
      print (out, expr->case_.otherwise, PREC_ANY);
    }
  g_string_append (out, " END");
}

static void
print_cast (GString           *out,
            const WeirSqlExpr *expr)
{
  if (expr->cast.operator_form)
    {
      print (out, expr->cast.operand, PREC_PRIMARY);
      g_string_append_printf (out, "::%s", expr->cast.type);
      return;
    }
  g_string_append (out, expr->cast.is_try ? "TRY_CAST(" : "CAST(");
  print (out, expr->cast.operand, PREC_ANY);
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
  print (out, expr->lambda.body, PREC_ANY);
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

/* (query) */
static void
print_subquery (GString            *out,
                const char         *prefix,
                const WeirSqlQuery *query)
{
  g_string_append (out, prefix);
  g_string_append_c (out, '(');
  _weir_sql_print_query (out, query);
  g_string_append_c (out, ')');
}

static void
print_inner (GString           *out,
             const WeirSqlExpr *expr)
{
  switch (expr->kind)
    {
    case WEIR_SQL_EXPR_LITERAL:
      print_literal (out, &expr->literal);
      break;
    case WEIR_SQL_EXPR_COLUMN:
      print_column (out, &expr->column);
      break;
    case WEIR_SQL_EXPR_STAR:
      print_star (out, expr);
      break;
    case WEIR_SQL_EXPR_UNARY:
      print_unary (out, expr);
      break;
    case WEIR_SQL_EXPR_BINARY:
      print_binary (out, expr);
      break;
    case WEIR_SQL_EXPR_IS:
      print_is (out, expr);
      break;
    case WEIR_SQL_EXPR_BETWEEN:
      print_between (out, expr);
      break;
    case WEIR_SQL_EXPR_IN:
      print_in (out, expr);
      break;
    case WEIR_SQL_EXPR_LIKE:
      print_like (out, expr);
      break;
    case WEIR_SQL_EXPR_CASE:
      print_case (out, expr);
      break;
    case WEIR_SQL_EXPR_CAST:
      print_cast (out, expr);
      break;
    case WEIR_SQL_EXPR_CALL:
      print_call (out, &expr->call);
      break;
    case WEIR_SQL_EXPR_SUBSCRIPT:
      print (out, expr->subscript.base, PREC_PRIMARY);
      g_string_append_c (out, '[');
      print (out, expr->subscript.index, PREC_COMPARISON);
      g_string_append_c (out, ']');
      break;
    case WEIR_SQL_EXPR_FIELD:
      /* A name in parentheses stays apart from the field, `(a).b`. */
      g_string_append (out, expr->field.base->kind == WEIR_SQL_EXPR_COLUMN ? "(" : "");
      print (out, expr->field.base, PREC_PRIMARY);
      g_string_append (out, expr->field.base->kind == WEIR_SQL_EXPR_COLUMN ? ")." : ".");
      _weir_sql_print_ident (out, &expr->field.name);
      break;
    case WEIR_SQL_EXPR_LAMBDA:
      print_lambda (out, expr);
      break;
    case WEIR_SQL_EXPR_ROW:
      g_string_append_c (out, '(');
      print_list (out, expr->row.items, expr->row.n_items);
      g_string_append_c (out, ')');
      break;
    case WEIR_SQL_EXPR_ALIAS:
      print (out, expr->alias.expr, PREC_ANY);
      g_string_append (out, " AS ");
      _weir_sql_print_ident (out, &expr->alias.name);
      break;
    case WEIR_SQL_EXPR_SUBQUERY:
      print_subquery (out, "", expr->query);
      break;
    case WEIR_SQL_EXPR_EXISTS:
      print_subquery (out, "EXISTS ", expr->query);
      break;
    }
}

/* A base of `.field` or `::` that is a number would run into it. */
static gboolean
needs_parens (const WeirSqlExpr *expr,
              int                min_prec)
{
  if (precedence (expr) < min_prec)
    return TRUE;
  return min_prec == PREC_PRIMARY && expr->kind == WEIR_SQL_EXPR_LITERAL;
}

static void
print (GString           *out,
       const WeirSqlExpr *expr,
       int                min_prec)
{
  gboolean parens = needs_parens (expr, min_prec);

  if (parens)
    g_string_append_c (out, '(');
  print_inner (out, expr);
  if (parens)
    g_string_append_c (out, ')');
}

void
_weir_sql_print_expr (GString           *out,
                      const WeirSqlExpr *expr)
{
  print (out, expr, PREC_ANY);
}

char *
weir_sql_print_expr (const WeirSqlExpr *expr)
{
  GString *out = g_string_new (NULL);

  print (out, expr, PREC_ANY);
  return g_string_free (out, FALSE);
}
