/* SPDX-License-Identifier: Apache-2.0 */
#pragma GCC optimize("O2")
#include "config.h"

#include <math.h>

#include "expr/families-private.h"
#include "expr/row-private.h"

/* Functions of floating point numbers: C's mathematics under Spark's names and domains. */

typedef double (*UnaryDouble) (double x);

static WeirColumn *
eval_unary (const WeirExpr *expr,
            WeirEval       *eval,
            WeirColumn    **args,
            WeirSel         sel,
            guint           n_rows)
{
  WeirArg     arg = weir_arg (args[0]);
  UnaryDouble func = (UnaryDouble)expr->function->impl;
  WeirOut     out;

  _weir_out_init (&out, WEIR_DOUBLE, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    weir_out_values (&out, double)[row] = func (weir_arg_at (arg, double, row));
  }
  return _weir_out_finish (&out);
}

/* The inverse hyperbolic functions by their formulas, as Spark computes them. */
static double
inverse_cosh (double x)
{
  return log (x + sqrt (x * x - 1));
}

static double
inverse_sinh (double x)
{
  return isinf (x) && x < 0 ? x : log (x + sqrt (x * x + 1));
}

static double
inverse_tanh (double x)
{
  return 0.5 * (log1p (x) - log1p (-x));
}

static double
cot (double x)
{
  return 1 / tan (x);
}

static double
csc (double x)
{
  return 1 / sin (x);
}

static double
sec (double x)
{
  return 1 / cos (x);
}

/* One step of Newton's makes the library's root exact where it can be. */
static double
cube_root (double x)
{
  double r = cbrt (x);

  return isfinite (r) && r != 0 ? r - (r * r * r - x) / (3 * r * r) : r;
}

static double
degrees (double x)
{
  return x * (180.0 / G_PI);
}

static double
radians (double x)
{
  return x / 180.0 * G_PI;
}

static double
signum (double x)
{
  return isnan (x) || x == 0 ? x : copysign (1, x);
}

static double
square_root (double x)
{
  return sqrt (x);
}

/* Logarithms of what has none are NULL. */
static gboolean
row_log (WeirRow *row)
{
  UnaryDouble func = (UnaryDouble)row->expr->function->impl;
  double      x = weir_row_double (row, 0);

  if (x <= (func == log1p ? -1.0 : 0.0))
    return FALSE;
  row->d = func (x);
  return TRUE;
}

static gboolean
row_log_base (WeirRow *row)
{
  double base = row->n_args > 1 ? weir_row_double (row, 0) : G_E;
  double x = weir_row_double (row, row->n_args - 1);

  if (base <= 0 || x <= 0)
    return FALSE;
  row->d = row->n_args > 1 ? log (x) / log (base) : log (x);
  return TRUE;
}

static gboolean
row_pow (WeirRow *row)
{
  double x = weir_row_double (row, 0), y = weir_row_double (row, 1);

  /* C says that 1 to the power of NaN is 1, and 1 to that of an infinity; Java says NaN. */
  row->d = isnan (y) || (fabs (x) == 1 && isinf (y)) ? NAN : pow (x, y);
  return TRUE;
}

static gboolean
row_atan2 (WeirRow *row)
{
  row->d = atan2 (weir_row_double (row, 0) + 0.0, weir_row_double (row, 1) + 0.0);
  return TRUE;
}

static gboolean
row_hypot (WeirRow *row)
{
  row->d = hypot (weir_row_double (row, 0), weir_row_double (row, 1));
  return TRUE;
}

static gboolean
row_pi (WeirRow *row)
{
  row->d = G_PI;
  return TRUE;
}

static gboolean
row_e (WeirRow *row)
{
  row->d = G_E;
  return TRUE;
}

static gboolean
row_nanvl (WeirRow *row)
{
  double x = weir_row_is_null (row, 0) ? 0 : weir_row_double (row, 0);

  if (weir_row_is_null (row, 0))
    return FALSE;
  if (!isnan (x))
    row->d = x;
  else if (weir_row_is_null (row, 1))
    return FALSE;
  else
    row->d = weir_row_double (row, 1);
  return TRUE;
}

static gboolean
row_sign (WeirRow *row)
{
  WeirType *type = row->args[0].column->type;

  row->d = type->kind == WEIR_TYPE_DOUBLE ? signum (weir_row_double (row, 0)) : (double)((_weir_row_int (row, 0) > 0) - (_weir_row_int (row, 0) < 0));
  return TRUE;
}

static WeirType *
bind_sign (WeirBind *bind,
           GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  if (kind != WEIR_TYPE_INTERVAL_YM && kind != WEIR_TYPE_INTERVAL_DT && !_weir_bind_coerce (bind, 0, WEIR_DOUBLE, error))
    return NULL;
  return weir_type_ref (WEIR_DOUBLE);
}

static gboolean
row_width_bucket (WeirRow *row)
{
  double value = weir_row_double (row, 0), low = weir_row_double (row, 1), high = weir_row_double (row, 2);
  gint64 n = weir_row_i64 (row, 3);
  double lower = MIN (low, high), upper = MAX (low, high);

  if (n <= 0 || n == G_MAXINT64 || isnan (value) || low == high || !isfinite (low) || !isfinite (high))
    return FALSE;
  if (low < high ? value < lower : value > upper)
    row->i = 0;
  else if (low < high ? value >= upper : value <= lower)
    row->i = n + 1;
  else
    row->i = (gint64)(low < high ? (double)n * (value - lower) / (upper - lower) : (double)n * (upper - value) / (upper - lower)) + 1;
  return TRUE;
}

/* Intervals are compared by their length. */
static WeirType *
bind_width_bucket (WeirBind *bind,
                   GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  for (guint i = 0; i < 3; i++)
    {
      if ((kind == WEIR_TYPE_INTERVAL_YM || kind == WEIR_TYPE_INTERVAL_DT) && bind->args[i]->type->kind == kind)
        {
          g_autoptr (WeirType) unit = weir_type_new_interval (kind, kind == WEIR_TYPE_INTERVAL_YM ? WEIR_UNIT_MONTH : WEIR_UNIT_SECOND,
                                                              kind == WEIR_TYPE_INTERVAL_YM ? WEIR_UNIT_MONTH : WEIR_UNIT_SECOND);

          bind->args[i] = _weir_expr_cast (_weir_expr_cast (bind->args[i], unit, FALSE), WEIR_DOUBLE, FALSE);
        }
      else if (!_weir_bind_coerce (bind, i, WEIR_DOUBLE, error))
        return NULL;
    }
  bind->nullable = TRUE;
  return _weir_bind_coerce (bind, 3, WEIR_BIGINT, error) ? weir_type_ref (WEIR_BIGINT) : NULL;
}

static WeirType *
bind_log (WeirBind *bind,
          GError  **error)
{
  for (guint i = 0; i < bind->n_args; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_DOUBLE, error))
      return NULL;
  bind->nullable = TRUE;
  return weir_type_ref (WEIR_DOUBLE);
}

#define UNARY(name_, doc_, arg_, shown_, func_)                                                                                                       \
  {                                                                                                                                                   \
    .name = name_, .group = "math", .signature = name_ "(x)", .doc = doc_, .example = "SELECT " name_ "(" arg_ ")", .n_args_min = 1, .n_args_max = 1, \
    .flags = WEIR_FUNCTION_STRICT, .types = "d>d", .print = shown_ "($*)", .eval = eval_unary, .impl = (gconstpointer)func_                           \
  }
#define LOGARITHM(name_, doc_, arg_, shown_, func_)                                                                                                   \
  {                                                                                                                                                   \
    .name = name_, .group = "math", .signature = name_ "(x)", .doc = doc_, .example = "SELECT " name_ "(" arg_ ")", .n_args_min = 1, .n_args_max = 1, \
    .flags = WEIR_FUNCTION_STRICT, .bind = bind_log, .print = shown_ "($*)", .row = row_log, .impl = (gconstpointer)func_                             \
  }

static const WeirFunction functions[] = {
  UNARY ("acos", "The arc cosine.", "1", "ACOS", acos),
  UNARY ("acosh", "The inverse hyperbolic cosine.", "1", "ACOSH", inverse_cosh),
  UNARY ("asin", "The arc sine.", "0", "ASIN", asin),
  UNARY ("asinh", "The inverse hyperbolic sine.", "0", "ASINH", inverse_sinh),
  UNARY ("atan", "The arc tangent.", "0", "ATAN", atan),
  UNARY ("atanh", "The inverse hyperbolic tangent.", "0", "ATANH", inverse_tanh),
  UNARY ("cbrt", "The cube root.", "27.0", "CBRT", cube_root),
  UNARY ("cos", "The cosine.", "0", "COS", cos),
  UNARY ("cosh", "The hyperbolic cosine.", "0", "COSH", cosh),
  UNARY ("cot", "The cotangent.", "1", "COT", cot),
  UNARY ("csc", "The cosecant.", "1", "CSC", csc),
  UNARY ("degrees", "Radians as degrees.", "3.141592653589793", "DEGREES", degrees),
  UNARY ("exp", "e to the power of the number.", "0", "EXP", exp),
  UNARY ("expm1", "exp(x) - 1, exact near zero.", "0", "EXPM1", expm1),
  UNARY ("radians", "Degrees as radians.", "180", "RADIANS", radians),
  UNARY ("rint", "The nearest whole number, halves to even.", "12.3456", "rint", rint),
  UNARY ("sec", "The secant.", "0", "SEC", sec),
  UNARY ("sin", "The sine.", "0", "SIN", sin),
  UNARY ("sinh", "The hyperbolic sine.", "0", "SINH", sinh),
  UNARY ("sqrt", "The square root.", "4", "SQRT", square_root),
  UNARY ("tan", "The tangent.", "0", "TAN", tan),
  UNARY ("tanh", "The hyperbolic tangent.", "0", "TANH", tanh),
  LOGARITHM ("ln", "The natural logarithm; NULL for what has none.", "1", "ln", log),
  LOGARITHM ("log10", "The logarithm with base 10.", "10", "LOG10", log10),
  LOGARITHM ("log1p", "ln(1 + x), exact near zero.", "0", "LOG1P", log1p),
  LOGARITHM ("log2", "The logarithm with base 2.", "2", "LOG2", log2),
  { WEIR_ROW ("log", "math", "log([base, ]x)", "The logarithm with the base, or the natural one.", "SELECT log(10, 100)", 1, 2, "dd>d", row_log_base), .bind = bind_log, .print = "1LOG(E(), $1)|2LOG($*)" },
  { WEIR_ROW ("pow", "math", "pow(x, y)", "x to the power of y.", "SELECT pow(2, 3)", 2, 2, "dd>d", row_pow) },
  { WEIR_ROW ("power", "math", "power(x, y)", "x to the power of y.", "SELECT power(2, 3)", 2, 2, "dd>d", row_pow), .print = "POWER($*)" },
  { WEIR_ROW ("atan2", "math", "atan2(y, x)", "The angle of the point (x, y).", "SELECT atan2(0, 0)", 2, 2, "dd>d", row_atan2), .print = "ATAN2($*)" },
  { WEIR_ROW ("hypot", "math", "hypot(a, b)", "The length of the hypotenuse.", "SELECT hypot(3, 4)", 2, 2, "dd>d", row_hypot), .print = "HYPOT($*)" },
  { WEIR_ROW ("pi", "math", "pi()", "The number pi.", "SELECT pi()", 0, 0, ">d", row_pi), .print = "PI()" },
  { WEIR_ROW ("e", "math", "e()", "Euler's number.", "SELECT e()", 0, 0, ">d", row_e), .print = "E()" },
  { WEIR_ROW ("sign", "math", "sign(x)", "-1.0, 0.0 or 1.0 by the sign of the number.", "SELECT sign(40)", 1, 1, NULL, row_sign), .bind = bind_sign },
  { WEIR_ROW ("signum", "math", "signum(x)", "-1.0, 0.0 or 1.0 by the sign of the number.", "SELECT signum(40)", 1, 1, NULL, row_sign), .bind = bind_sign, .print = "SIGNUM($*)" },
  { WEIR_ROW ("width_bucket", "math", "width_bucket(value, low, high, n)", "Which of n buckets of equal width the value is in.", "SELECT width_bucket(5.3, 0.2, 10.6, 5)", 4, 4, NULL, row_width_bucket), .bind = bind_width_bucket },
  { .name = "nanvl", .group = "conditional", .signature = "nanvl(a, b)", .doc = "The first number, or the second when it is NaN.", .example = "SELECT nanvl(cast('NaN' AS DOUBLE), 123)", .n_args_min = 2, .n_args_max = 2, .types = "dd>d", .row = row_nanvl },
};

const WeirFamily _weir_family_math = { functions, G_N_ELEMENTS (functions) };
