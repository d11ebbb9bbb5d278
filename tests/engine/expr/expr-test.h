/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on literals and columns, with results as text. */
#pragma once

#include "column/column-builder.h"
#include "column/value.h"
#include "expr/eval.h"
#include "expr/expr.h"

static inline WeirExpr *
call_list (const char *name,
           va_list     list,
           GError    **error)
{
  WeirExpr *args[32];
  guint     n = 0;

  for (WeirExpr *arg; (arg = va_arg (list, WeirExpr *)) != NULL;)
    args[n++] = arg;
  return weir_expr_new_call (name, args, n, WEIR_SPAN_NONE, weir_zone_utc (), error);
}

/* A call that must bind. */
static inline WeirExpr *
call (const char *name,
      ...)
{
  g_autoptr (GError) error = NULL;
  WeirExpr          *expr;
  va_list            list;

  va_start (list, name);
  expr = call_list (name, list, &error);
  va_end (list);
  g_assert_no_error (error);
  return expr;
}

static inline WeirBatch *
no_columns (guint n_rows)
{
  g_autoptr (WeirType) schema = weir_type_new_struct (NULL, 0);

  return weir_batch_new (schema, n_rows, NULL);
}

/* Text of row @row, or `[CONDITION]`. Takes @expr. */
static inline char *
row_text (WeirExpr  *expr,
          WeirBatch *batch,
          guint      row)
{
  g_autoptr (WeirEval)   eval = weir_eval_new (weir_zone_utc ());
  g_autoptr (WeirColumn) column = weir_expr_eval (expr, eval, batch, weir_sel_all (batch->n_rows));
  g_autoptr (GError)     error = NULL;
  GString               *out = g_string_new (NULL);

  g_assert_cmpuint (column->n_rows, ==, batch->n_rows);
  if (weir_eval_take_error (eval, &error))
    g_string_printf (out, "[%s]", weir_error_get_condition (error));
  else if (weir_column_is_null (column, row))
    g_string_append (out, "NULL");
  else
    weir_value_append_text (out, column, row, WEIR_TEXT_CAST, weir_zone_utc ());
  weir_expr_unref (expr);
  return g_string_free (out, FALSE);
}

/* Binds and evaluates a call on constants: text of the value, or `[CONDITION]`. */
static inline char *
value_of (const char *name,
          ...)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (WeirBatch) batch = no_columns (1);
  WeirExpr             *expr;
  va_list               list;

  va_start (list, name);
  expr = call_list (name, list, &error);
  va_end (list);
  if (expr == NULL)
    return g_strdup_printf ("[%s]", weir_error_get_condition (error));
  return row_text (expr, batch, 0);
}

/* A literal of any type, cast from a text. */
static inline WeirExpr *
lit (const char *type,
     const char *text)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (WeirType) parsed = weir_type_parse (type, &error);

  g_assert_no_error (error);
  if (text == NULL)
    return weir_expr_new_null (parsed);
  return weir_expr_fold (weir_expr_new_cast (weir_expr_new_string (text), parsed, FALSE), weir_zone_utc ());
}

#define S(text) weir_expr_new_string (text)
#define I(n)    weir_expr_new_int (n)
#define L(n)    weir_expr_new_bigint (n)
#define D(text) lit ("double", text)
#define N       weir_expr_new_null (WEIR_VOID)

#define assert_value(expected, ...)                      \
  G_STMT_START                                           \
  {                                                      \
    g_autofree char *got = value_of (__VA_ARGS__, NULL); \
    g_assert_cmpstr (got, ==, expected);                 \
  }                                                      \
  G_STMT_END
