/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "expr/eval.h"

G_BEGIN_DECLS

typedef struct _WeirRow WeirRow; /* row-private.h */

typedef enum
{
  WEIR_FUNCTION_STRICT = 1 << 0,           /* NULL in, NULL out: the caller combines the bitmaps, eval sees only valid rows */
  WEIR_FUNCTION_CAN_FAIL = 1 << 1,         /* may call weir_eval_fail() */
  WEIR_FUNCTION_NONDETERMINISTIC = 1 << 2, /* rand(), uuid(), monotonically_increasing_id() */
  WEIR_FUNCTION_BATCH_CONSTANT = 1 << 3,   /* current_timestamp(): one value a batch */
  WEIR_FUNCTION_ANY_ENCODING = 1 << 4,     /* eval takes DICT arguments as they are; else they are FLAT or CONST */
  WEIR_FUNCTION_GENERATOR = 1 << 5,        /* explode() and its kind: only below GENERATE; the value is ARRAY<STRUCT<columns>>, an element
                                            * a row. `…_outer` are entries of their own; keeping the row of an empty value is GENERATE's */
  WEIR_FUNCTION_OPERATOR = 1 << 6,         /* printed infix, not listed by SHOW FUNCTIONS */
  WEIR_FUNCTION_TOTAL = 1 << 7,            /* STRICT, and harmless on any bits: eval may be shown NULL rows too */
  WEIR_FUNCTION_BY_SETTING = 1 << 8,       /* its value, not only its errors, depends on spark.sql.ansi.enabled: never folded */
} WeirFunctionFlags;

/**
 * WeirBind:
 *
 * What a function's bind gets and fills.
 */
typedef struct
{
  const WeirFunction *function;
  WeirSpan            span;
  WeirZone           *zone;
  guint               n_args;
  WeirExpr          **args;     /* bind may replace entries (weir_expr_coerce(), casts) and append defaults (_weir_bind_append()) */
  gboolean            nullable; /* preset: any argument is nullable; bind may change it */
  gboolean            can_fail; /* preset from the flags */
  WeirType           *cast_to;  /* Owned, nullable: the call is cast to this and keeps its name */
  char               *name;     /* Owned, nullable: the automatic name, when bind knows it better */
  gpointer            data;     /* goes to WeirExpr.data */
  GDestroyNotify      data_free;
} WeirBind;

/**
 * WeirFunction:
 *
 * A scalar function. Tables of these, one a family, make the registry (function-registry.c); `DESCRIBE FUNCTION`, completion and
 * signature help read the texts.
 */
struct _WeirFunction
{
  const char       *name;      /* lower case */
  const char       *group;     /* string, math, datetime, conditional, json, collection, … */
  const char       *signature; /* `substring(str, pos[, len])` */
  const char       *doc;       /* one sentence, N_() */
  const char       *example;   /* `SELECT substring('Spark', 2, 3)` → not run here */
  gint8             n_args_min;
  gint8             n_args_max; /* −1: any number */
  WeirFunctionFlags flags;
  /* Coerces the arguments and finds the type. (transfer full) (nullable) */
  WeirType *(*bind) (WeirBind *bind, GError **error);
  /* @args are as long as @n_rows and FLAT or CONST. Returns a column of the bound type, @n_rows long. (transfer full), never NULL. */
  WeirColumn *(*eval) (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
  /* Instead of eval: one row at a time; FALSE makes it NULL (row-private.h). */
  gboolean (*row) (WeirRow *row);
  /* What an eval or row shared by several functions needs to know. */
  gconstpointer impl;
  /* When there is no bind: types of arguments and result, as `si>s` (expr-bind.c). */
  const char *types;
  /* Literals for missing last arguments, as `i1` or `s ` separated by `|`; they show in the automatic name. */
  const char *defaults;
  /* Automatic column name when it is not `name(arg, arg)`: `($1 IS NULL)`, `POWER($*)`; `2$1 LIKE $2|3…` by the number of arguments; `=`:
   * what the rewritten call is named. Nullable. */
  const char *print;
  /* Instead of eval: what the call stands for (nvl() is a COALESCE). Takes bind->args. (transfer full) (nullable) */
  WeirExpr *(*rewrite) (WeirBind *bind, GError **error);
  /* Higher-order functions: parameter types of the lambda at argument @index that has @n_params parameters, given the arguments before
   * it. Fills @types (transfer full). FALSE when there can be no such lambda. */
  gboolean (*lambda_params) (WeirExpr **args, guint n_args, guint index, guint n_params, WeirType **types);
};

/* NULL when there is none; any case; aliases (`len` for length) are entries of their own. */
const WeirFunction *weir_function_lookup (const char *name);
/* All, sorted by name; operators included. */
const WeirFunction *const *weir_function_list (guint *n_functions);

G_END_DECLS
