/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O3")
#include "config.h"

#include <math.h>

#include "expr/arith-private.h"
#include "expr/families-private.h"

/*
 * Arithmetic on integers and floating point numbers, and the binding of all arithmetic operators.
 *
 * The loops compute every row, wrap, and gather in one word whether anything overflowed. Only then a second pass looks at the selected
 * rows one by one to find who is to blame: in the common case an addition costs one vector instruction for several rows.
 */

#define CTYPE gint8
#define UTYPE guint8
#define WIDE  gint16
#define NAME  i8
#include "expr/kernel-arith.h"
#define CTYPE gint16
#define UTYPE guint16
#define WIDE  gint32
#define NAME  i16
#include "expr/kernel-arith.h"
#define CTYPE gint32
#define UTYPE guint32
#define WIDE  gint64
#define NAME  i32
#include "expr/kernel-arith.h"
#define CTYPE gint64
#define UTYPE guint64
#define NAME  i64
#include "expr/kernel-arith.h"

gboolean
_weir_arith_is_try (const WeirFunction *function)
{
  return function->name[0] == 't';
}

WeirArithOp
_weir_arith_op (const WeirFunction *function)
{
  static const struct
  {
    const char *name;
    WeirArithOp op;
  } ops[] = {
    { "+", WEIR_ARITH_ADD },
    { "-", WEIR_ARITH_SUBTRACT },
    { "*", WEIR_ARITH_MULTIPLY },
    { "/", WEIR_ARITH_DIVIDE },
    { "%", WEIR_ARITH_REMAINDER },
    { "add", WEIR_ARITH_ADD },
    { "subtract", WEIR_ARITH_SUBTRACT },
    { "multiply", WEIR_ARITH_MULTIPLY },
    { "divide", WEIR_ARITH_DIVIDE },
    { "mod", WEIR_ARITH_REMAINDER },
    { "pmod", WEIR_ARITH_PMOD },
    { "div", WEIR_ARITH_DIV },
  };
  const char *name = function->name + (_weir_arith_is_try (function) ? strlen ("try_") : 0);

  for (guint i = 0; i < G_N_ELEMENTS (ops); i++)
    if (strcmp (ops[i].name, name) == 0)
      return ops[i].op;
  g_assert_not_reached ();
}

static gboolean
row_overflows (gint64       x,
               gint64       y,
               WeirArithOp  op,
               WeirTypeKind kind)
{
  gint64   r;
  gboolean over;

  if (op == WEIR_ARITH_ADD)
    over = __builtin_add_overflow (x, y, &r);
  else if (op == WEIR_ARITH_SUBTRACT)
    over = __builtin_sub_overflow (x, y, &r);
  else
    over = __builtin_mul_overflow (x, y, &r);
  if (over)
    return TRUE;
  switch ((int)kind)
    {
    case WEIR_TYPE_TINYINT:
      return r != (gint8)r;
    case WEIR_TYPE_SMALLINT:
      return r != (gint16)r;
    case WEIR_TYPE_INT:
      return r != (gint32)r;
    default:
      return FALSE;
    }
}

static void
fail_overflow (const WeirExpr *expr,
               WeirEval       *eval,
               WeirOut        *out,
               guint           row,
               gint64          x,
               gint64          y)
{
  static const char *const hints[] = { "try_add", "try_subtract", "try_multiply" };
  static const char        signs[] = "+-*";
  WeirArithOp              op = _weir_arith_op (expr->function);
  WeirTypeKind             kind = expr->type->kind;
  char                     suffix = kind == WEIR_TYPE_TINYINT ? 'Y' : 'S';

  if (kind <= WEIR_TYPE_SMALLINT)
    weir_arith_fail (expr, eval, out, row, "BINARY_ARITHMETIC_OVERFLOW",
                     "%" G_GINT64_FORMAT "%c %c %" G_GINT64_FORMAT "%c caused overflow. Use '%s' to ignore overflow problem and return NULL.",
                     x, suffix, signs[op], y, suffix, hints[op]);
  else
    weir_arith_fail (expr, eval, out, row, "ARITHMETIC_OVERFLOW",
                     "%s overflow. Use '%s' to tolerate overflow and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.",
                     kind == WEIR_TYPE_INT ? "integer" : "long", hints[op]);
}

static WeirColumn *
integer_arith (const WeirExpr *expr,
               WeirEval       *eval,
               WeirColumn    **args,
               WeirSel         sel,
               guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirArithOp op = _weir_arith_op (expr->function);
  WeirOut     out;
  gboolean    overflow;

  _weir_out_init (&out, expr->type, n_rows);
  switch (weir_type_width (expr->type))
    {
    case 1:
      overflow = arith_i8 (&a, &b, op, out.values, n_rows);
      break;
    case 2:
      overflow = arith_i16 (&a, &b, op, out.values, n_rows);
      break;
    case 4:
      overflow = arith_i32 (&a, &b, op, out.values, n_rows);
      break;
    default:
      overflow = arith_i64 (&a, &b, op, out.values, n_rows);
      break;
    }
  if (overflow && (eval->ansi || _weir_arith_is_try (expr->function)))
    WEIR_FOREACH_ROW (sel, row)
    {
      if (weir_arg_is_null (&a, row) || weir_arg_is_null (&b, row))
        continue;
      if (row_overflows (weir_arg_integer (&a, row), weir_arg_integer (&b, row), op, expr->type->kind))
        fail_overflow (expr, eval, &out, row, weir_arg_integer (&a, row), weir_arg_integer (&b, row));
    }
  return _weir_out_finish (&out);
}

/* Two constants meet only in a single row. */
#define FLOAT_SHAPE(ctype, left, right, formula) \
  for (guint i = 0; i < n_rows; i++)             \
    {                                            \
      ctype x = (left), y = (right);             \
                                                 \
      r[i] = (formula);                          \
    }

#define FLOAT_LOOP(ctype, formula)             \
  {                                            \
    const ctype *u = a.values, *v = b.values;  \
    ctype *restrict r = out.values;            \
                                               \
    if (a.mask == 0)                           \
      FLOAT_SHAPE (ctype, u[0], v[i], formula) \
    else if (b.mask == 0)                      \
      FLOAT_SHAPE (ctype, u[i], v[0], formula) \
    else                                       \
      FLOAT_SHAPE (ctype, u[i], v[i], formula) \
  }

#define FLOAT_OPS(ctype)              \
  if (op == WEIR_ARITH_ADD)           \
    FLOAT_LOOP (ctype, x + y)         \
  else if (op == WEIR_ARITH_SUBTRACT) \
    FLOAT_LOOP (ctype, x - y)         \
  else if (op == WEIR_ARITH_MULTIPLY) \
    FLOAT_LOOP (ctype, x *y)          \
  else                                \
    FLOAT_LOOP (ctype, x / y)

static void
fail_zero (const WeirExpr *expr,
           WeirEval       *eval,
           WeirOut        *out,
           guint           row)
{
  WeirArithOp op = _weir_arith_op (expr->function);

  if (op == WEIR_ARITH_DIVIDE || op == WEIR_ARITH_DIV)
    weir_arith_fail (expr, eval, out, row, "DIVIDE_BY_ZERO",
                     "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
  else
    weir_arith_fail (expr, eval, out, row, "REMAINDER_BY_ZERO",
                     "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
}

static WeirColumn *
float_arith (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn    **args,
             WeirSel         sel,
             guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirArithOp op = _weir_arith_op (expr->function);
  WeirOut     out;
  gboolean    is_float = expr->type->kind == WEIR_TYPE_FLOAT;

  _weir_out_init (&out, expr->type, n_rows);
  if (is_float)
    {
      FLOAT_OPS (float)
    }
  else
    {
      FLOAT_OPS (double)
    }
  if (op == WEIR_ARITH_DIVIDE)
    WEIR_FOREACH_ROW (sel, row)
    {
      double y = is_float ? (double)weir_arg_at (b, float, row) : weir_arg_at (b, double, row);

      if (y == 0 && !weir_arg_is_null (&a, row) && !weir_arg_is_null (&b, row))
        fail_zero (expr, eval, &out, row);
    }
  return _weir_out_finish (&out);
}

static double
float_remainder (double      x,
                 double      y,
                 WeirArithOp op)
{
  double r = fmod (x, y);

  if (op == WEIR_ARITH_PMOD && r < 0)
    r = fmod (r + y, y);
  return r;
}

static gint64
integer_remainder (gint64      x,
                   gint64      y,
                   WeirArithOp op)
{
  gint64 r = y == -1 ? 0 : x % y;

  if (op == WEIR_ARITH_PMOD && r < 0)
    r = (gint64)(((__int128)r + y) % y);
  return r;
}

/* %, pmod and div look at selected rows only: a zero divisor would trap. */
static WeirColumn *
remainder_arith (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  WeirArg     a = weir_arg (args[0]), b = weir_arg (args[1]);
  WeirArithOp op = _weir_arith_op (expr->function);
  WeirOut     out;

  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    if (weir_arg_is_null (&a, row) || weir_arg_is_null (&b, row))
      continue;
    if (expr->type->kind == WEIR_TYPE_DOUBLE || expr->type->kind == WEIR_TYPE_FLOAT)
      {
        gboolean is_float = expr->type->kind == WEIR_TYPE_FLOAT;
        double   x = is_float ? (double)weir_arg_at (a, float, row) : weir_arg_at (a, double, row);
        double   y = is_float ? (double)weir_arg_at (b, float, row) : weir_arg_at (b, double, row);

        if (y == 0)
          fail_zero (expr, eval, &out, row);
        else if (is_float)
          weir_out_values (&out, float)[row] = (float)float_remainder (x, y, op);
        else
          weir_out_values (&out, double)[row] = float_remainder (x, y, op);
      }
    else
      {
        gint64 x = weir_arg_integer (&a, row), y = weir_arg_integer (&b, row);

        if (y == 0)
          fail_zero (expr, eval, &out, row);
        else if (op != WEIR_ARITH_DIV)
          weir_out_integer (&out, row, integer_remainder (x, y, op));
        else if (x == G_MININT64 && y == -1)
          weir_arith_fail (expr, eval, &out, row, "ARITHMETIC_OVERFLOW", "Overflow in integral divide. Use 'try_divide' to tolerate overflow and return NULL instead.");
        else
          weir_out_values (&out, gint64)[row] = x / y;
      }
  }
  return _weir_out_finish (&out);
}

static gboolean
is_time (WeirType *type)
{
  switch ((int)type->kind)
    {
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
    case WEIR_TYPE_INTERVAL:
      return TRUE;
    default:
      return FALSE;
    }
}

static WeirColumn *
eval_arith (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn    **args,
            WeirSel         sel,
            guint           n_rows)
{
  WeirArithOp op = _weir_arith_op (expr->function);

  if (is_time (args[0]->type) || is_time (args[1]->type))
    return _weir_arith_time (expr, eval, args, sel, n_rows);
  if (args[0]->type->kind == WEIR_TYPE_DECIMAL)
    return _weir_arith_decimal (expr, eval, args, sel, n_rows);
  if (op >= WEIR_ARITH_REMAINDER)
    return remainder_arith (expr, eval, args, sel, n_rows);
  if (weir_type_is_integral (expr->type))
    return integer_arith (expr, eval, args, sel, n_rows);
  return float_arith (expr, eval, args, sel, n_rows);
}

static gboolean
fail_types (WeirBind   *bind,
            const char *subclass,
            GError    **error)
{
  g_autofree char *left = weir_type_to_sql (bind->args[0]->type);
  g_autofree char *right = weir_type_to_sql (bind->args[1]->type);
  g_autofree char *condition = g_strdup_printf ("DATATYPE_MISMATCH.%s", subclass);
  g_autofree char *name = _weir_expr_call_name (bind->function, bind->args, bind->n_args);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);
  GError          *created;

  if (strcmp (subclass, "BINARY_OP_WRONG_TYPE") == 0)
    {
      g_autofree char *actual = g_strdup_printf ("\"%s\"", left);

      created = weir_error_new (WEIR_ERROR_ANALYZE, condition, bind->span,
                                "Cannot resolve %s due to data type mismatch: The binary operator requires the input type \"NUMERIC\" or interval types, not %s.", quoted, actual);
      weir_error_add_param (created, "sqlExpr", quoted);
      weir_error_add_param (created, "inputType", "(\"NUMERIC\" or \"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL\")");
      weir_error_add_param (created, "actualDataType", actual);
    }
  else
    {
      g_autofree char *quoted_left = g_strdup_printf ("\"%s\"", left);
      g_autofree char *quoted_right = g_strdup_printf ("\"%s\"", right);

      created = weir_error_new (WEIR_ERROR_ANALYZE, condition, bind->span,
                                "Cannot resolve %s due to data type mismatch: the left and right operands of the binary operator have incompatible types (%s and %s).",
                                quoted, quoted_left, quoted_right);
      weir_error_add_param (created, "sqlExpr", quoted);
      weir_error_add_param (created, "left", quoted_left);
      weir_error_add_param (created, "right", quoted_right);
    }
  g_propagate_error (error, created);
  return FALSE;
}

/* An integer beside a decimal is a decimal of as many digits as its type, or, when it is a literal, its value needs. */
static void
integral_to_decimal (WeirBind *bind,
                     guint     i)
{
  static const guint8  digits[] = { 3, 5, 10, 20 };
  WeirExpr            *arg = bind->args[i];
  guint                precision = digits[arg->type->kind - WEIR_TYPE_TINYINT];
  g_autoptr (WeirType) type = NULL;

  if (weir_expr_is_literal (arg) && !arg->nullable)
    {
      WeirArg literal = weir_arg (arg->literal);
      gint64  value = weir_arg_integer (&literal, 0);

      for (precision = 1; value / 10 != 0; value /= 10)
        precision++;
    }
  type = weir_type_new_decimal (precision, 0);
  bind->args[i] = _weir_expr_cast (arg, type, FALSE);
}

static WeirType *
bind_decimal (WeirBind   *bind,
              WeirArithOp op)
{
  gboolean  can_overflow;
  WeirType *type;

  for (guint i = 0; i < 2; i++)
    if (weir_type_is_integral (bind->args[i]->type))
      integral_to_decimal (bind, i);
  type = _weir_arith_decimal_type (op, bind->args[0]->type, bind->args[1]->type, &can_overflow);
  bind->can_fail = can_overflow || op >= WEIR_ARITH_DIVIDE;
  if (op == WEIR_ARITH_DIV)
    {
      weir_type_unref (type);
      return weir_type_ref (WEIR_BIGINT);
    }
  return type;
}

static WeirType *
bind_numeric (WeirBind   *bind,
              WeirArithOp op,
              GError    **error)
{
  WeirType            *a = bind->args[0]->type, *b = bind->args[1]->type;
  g_autoptr (WeirType) common = NULL;

  if (a->kind == WEIR_TYPE_STRING && (b->kind == WEIR_TYPE_STRING || b->kind == WEIR_TYPE_VOID))
    return fail_types (bind, "BINARY_OP_WRONG_TYPE", error), NULL;
  common = weir_type_common (a, b);
  if (common == NULL)
    return fail_types (bind, "BINARY_OP_DIFF_TYPES", error), NULL;
  if (common->kind == WEIR_TYPE_VOID)
    {
      weir_type_unref (common);
      common = weir_type_ref (op == WEIR_ARITH_DIV ? WEIR_BIGINT : WEIR_DOUBLE);
    }
  if (!weir_type_is_numeric (common))
    return fail_types (bind, "BINARY_OP_WRONG_TYPE", error), NULL;
  if (common->kind == WEIR_TYPE_DECIMAL && weir_type_is_numeric (a) && weir_type_is_numeric (b))
    return bind_decimal (bind, op);
  if (op == WEIR_ARITH_DIV && (common->kind == WEIR_TYPE_FLOAT || common->kind == WEIR_TYPE_DOUBLE))
    return fail_types (bind, "BINARY_OP_WRONG_TYPE", error), NULL;
  if ((op == WEIR_ARITH_DIV || op == WEIR_ARITH_DIVIDE) && common->kind != WEIR_TYPE_DECIMAL)
    {
      weir_type_unref (common);
      common = weir_type_ref (op == WEIR_ARITH_DIV ? WEIR_BIGINT : WEIR_DOUBLE);
    }
  for (guint i = 0; i < 2; i++)
    bind->args[i] = _weir_expr_cast (bind->args[i], common, FALSE);
  if (common->kind == WEIR_TYPE_DECIMAL)
    return bind_decimal (bind, op);
  bind->can_fail = op >= WEIR_ARITH_DIVIDE || weir_type_is_integral (common);
  return g_steal_pointer (&common);
}

/* A string takes the type of the time beside it, which then is no number; days to add are integers. */
static void
fail_time (WeirBind   *bind,
           WeirArithOp op,
           GError    **error)
{
  WeirType *a = bind->args[0]->type, *b = bind->args[1]->type;
  guint     text = a->kind == WEIR_TYPE_STRING ? 0 : 1;
  gboolean  has_text = a->kind == WEIR_TYPE_STRING || b->kind == WEIR_TYPE_STRING;

  if (has_text && op <= WEIR_ARITH_SUBTRACT && bind->args[1 - text]->type->kind == WEIR_TYPE_DATE)
    _weir_bind_mismatch (bind, text, "INT\" or \"SMALLINT\" or \"TINYINT", error);
  else
    fail_types (bind, has_text || weir_type_equal (a, b) ? "BINARY_OP_WRONG_TYPE" : "BINARY_OP_DIFF_TYPES", error);
}

static WeirType *
bind_arith (WeirBind *bind,
            GError  **error)
{
  WeirArithOp op = _weir_arith_op (bind->function);
  WeirType   *type = NULL;

  if (is_time (bind->args[0]->type) || is_time (bind->args[1]->type))
    {
      type = _weir_arith_bind_time (bind, op);
      if (type == NULL)
        fail_time (bind, op, error);
    }
  else
    type = bind_numeric (bind, op, error);
  if (type != NULL && _weir_arith_is_try (bind->function))
    {
      bind->nullable = TRUE;
      bind->can_fail = FALSE;
    }
  return type;
}

#define ARITH(name_, signature_, doc_, example_, extra)                                                                            \
  {                                                                                                                                \
    .name = name_, .group = "math", .signature = signature_, .doc = doc_, .example = example_, .n_args_min = 2, .n_args_max = 2,   \
    .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_TOTAL | WEIR_FUNCTION_CAN_FAIL | (extra), .bind = bind_arith, .eval = eval_arith \
  }

static const WeirFunction functions[] = {
  ARITH ("+", "a + b", "The sum.", "SELECT 1 + 2", WEIR_FUNCTION_OPERATOR),
  ARITH ("-", "a - b", "The difference.", "SELECT 2 - 1", WEIR_FUNCTION_OPERATOR),
  ARITH ("*", "a * b", "The product.", "SELECT 2 * 3", WEIR_FUNCTION_OPERATOR),
  ARITH ("/", "a / b", "The quotient: DOUBLE, or DECIMAL of decimals.", "SELECT 3 / 2", WEIR_FUNCTION_OPERATOR),
  ARITH ("%", "a % b", "The remainder with the sign of the dividend.", "SELECT 2 % 1.8", WEIR_FUNCTION_OPERATOR),
  ARITH ("div", "a div b", "The integral part of the quotient.", "SELECT 3 div 2", WEIR_FUNCTION_OPERATOR),
  ARITH ("mod", "mod(a, b)", "The remainder with the sign of the dividend.", "SELECT mod(7, 3)", 0),
  ARITH ("pmod", "pmod(a, b)", "The remainder, never negative for a positive divisor.", "SELECT pmod(-10, 3)", 0),
  ARITH ("try_add", "try_add(a, b)", "The sum, or NULL on overflow.", "SELECT try_add(1, 2)", 0),
  ARITH ("try_subtract", "try_subtract(a, b)", "The difference, or NULL on overflow.", "SELECT try_subtract(2, 1)", 0),
  ARITH ("try_multiply", "try_multiply(a, b)", "The product, or NULL on overflow.", "SELECT try_multiply(2, 3)", 0),
  ARITH ("try_divide", "try_divide(a, b)", "The quotient, or NULL when the divisor is 0.", "SELECT try_divide(3, 2)", 0),
  ARITH ("try_mod", "try_mod(a, b)", "The remainder, or NULL when the divisor is 0.", "SELECT try_mod(3, 2)", 0),
};

const WeirFamily _weir_family_arith = { functions, G_N_ELEMENTS (functions) };
