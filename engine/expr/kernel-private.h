/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kernels share: reading arguments, writing results, raising errors by row, binding by a signature.
 */
#pragma once

#include "column/column-builder.h"
#include "expr/function.h"

G_BEGIN_DECLS

/**
 * WeirArg:
 *
 * A FLAT or CONST argument. Row r lies at index `r & mask`.
 */
typedef struct
{
  WeirColumn   *column; /* Borrowed: FLAT; of a CONST its one row */
  const void   *values;
  const guint8 *validity;
  guint         mask;
} WeirArg;

static inline WeirArg
weir_arg (WeirColumn *column)
{
  gboolean    is_const = column->encoding == WEIR_ENCODING_CONST;
  WeirColumn *flat = is_const ? column->dict : column;

  return (WeirArg){ flat, flat->values, flat->validity, is_const ? 0 : G_MAXUINT };
}

#define weir_arg_at(arg, ctype, row) (((const ctype *)(arg).values)[(row) & (arg).mask])
#define weir_arg_bool(arg, row)      (weir_bit ((arg).values, (row) & (arg).mask))

static inline gboolean
weir_arg_is_null (const WeirArg *arg,
                  guint          row)
{
  if (arg->validity == NULL)
    return arg->column->type->kind == WEIR_TYPE_VOID;
  return !weir_bit (arg->validity, row & arg->mask);
}

/* Of any type that is kept as an integer. */
static inline gint64
weir_arg_integer (const WeirArg *arg,
                  guint          row)
{
  switch (weir_type_width (arg->column->type))
    {
    case 1:
      return weir_arg_at (*arg, gint8, row);
    case 2:
      return weir_arg_at (*arg, gint16, row);
    case 4:
      return weir_arg_at (*arg, gint32, row);
    default:
      return weir_arg_at (*arg, gint64, row);
    }
}

static inline const char *
weir_arg_bytes (const WeirArg *arg,
                guint          row,
                gsize         *len)
{
  const WeirView *view = (const WeirView *)arg->values + (row & arg->mask);

  *len = view->len;
  return weir_view_data (view);
}

/* Runs over the selected rows: `WEIR_FOREACH_ROW (sel, row) { … }`. */
#define WEIR_FOREACH_ROW(sel, row) \
  for (guint _i = 0, row = (sel).n > 0 ? weir_sel_row ((sel), 0) : 0; _i < (sel).n; _i++, row = _i < (sel).n ? weir_sel_row ((sel), _i) : 0)

/**
 * WeirOut:
 *
 * A result under construction, written by row number in any order. Rows that are never written are unspecified but harmless: zero for
 * views, lists and bits.
 */
typedef struct
{
  WeirType   *type;
  guint       n_rows;
  void       *values;
  guint8     *validity; /* NULL while no row is NULL */
  WeirBuffer *values_buffer;
  WeirBuffer *validity_buffer;
  GPtrArray  *bytes; /* WeirBuffer: what views point into */
  WeirBuffer *open;
  gsize       open_used;
} WeirOut;

#define weir_out_values(out, ctype) ((ctype *)(out)->values)

void  _weir_out_init (WeirOut *out, WeirType *type, guint n_rows);
void  _weir_out_null (WeirOut *out, guint row);
void  _weir_out_bytes (WeirOut *out, guint row, const char *data, gsize len); /* copies */
char *_weir_out_alloc (WeirOut *out, gsize len);                              /* room, to be shown by a view of the same column */
void  _weir_out_keep (WeirOut *out, WeirColumn *column);                      /* views may point into its bytes */
/* The finished column; the out is empty. (transfer full) */
WeirColumn *_weir_out_finish (WeirOut *out);
/* The same for ARRAY, MAP and STRUCT: takes the children, not the array. */
WeirColumn *_weir_out_finish_nested (WeirOut *out, WeirColumn **children);

static inline void
weir_out_view (WeirOut *out,
               guint    row,
               WeirView view)
{
  weir_out_values (out, WeirView)[row] = view;
}

static inline void
weir_out_bool (WeirOut *out,
               guint    row,
               gboolean value)
{
  weir_bit_set (out->values, row, value);
}

/* For any type that is kept as an integer; @value fits. */
static inline void
weir_out_integer (WeirOut *out,
                  guint    row,
                  gint64   value)
{
  switch (weir_type_width (out->type))
    {
    case 1:
      weir_out_values (out, gint8)[row] = (gint8)value;
      break;
    case 2:
      weir_out_values (out, gint16)[row] = (gint16)value;
      break;
    case 4:
      weir_out_values (out, gint32)[row] = (gint32)value;
      break;
    default:
      weir_out_values (out, gint64)[row] = value;
      break;
    }
}

/* TRUE when an error of this row would be kept: make the text only then. */
static inline gboolean
weir_eval_wants (WeirEval *eval,
                 guint     row)
{
  return eval->ansi && (eval->error == NULL || row < eval->error_row);
}

/* Raises @condition for @row at the expression's place, and makes the row NULL. Without ANSI only the latter. */
void _weir_kernel_fail (const WeirExpr *expr, WeirEval *eval, WeirOut *out, guint row, const char *condition, const char *format, ...) G_GNUC_PRINTF (6, 7);
/* The same whatever the ANSI setting (raise_error() and the like). */
void _weir_kernel_fail_always (const WeirExpr *expr, WeirEval *eval, WeirOut *out, guint row, const char *condition, const char *format, ...) G_GNUC_PRINTF (6, 7);

/* Selected rows with a set bit, into @idx (room for sel.n). */
guint _weir_sel_valid (WeirSel sel, const guint8 *bits, guint16 *idx);
/* FLAT @column with NULL also where @validity has no bit; takes both. */
WeirColumn *_weir_column_and_validity (WeirColumn *column, WeirBuffer *validity);
/* Branch results put together: row r comes from columns[which[r]]; WEIR_WHICH_NULL is NULL. */
#define WEIR_WHICH_NULL G_MAXUINT16
WeirColumn *_weir_column_merge (WeirType *type, WeirColumn **columns, guint n_columns, const guint16 *which, guint n_rows);

typedef WeirColumn *(*WeirKernel) (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
WeirKernel _weir_function_kernel (const WeirFunction *function);
/* Runs a kernel over evaluated arguments: constants once, dictionaries once when it cannot fail, NULLs by the flags. */
WeirColumn *_weir_kernel_run (const WeirExpr *expr, WeirEval *eval, WeirFunctionFlags flags, WeirKernel kernel, WeirColumn **args, guint n_args, WeirSel sel, guint n_rows);

/* CAST of a column; strict, its errors are @expr's. */
WeirColumn *_weir_cast_eval (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);
WeirColumn *_weir_eval_logic (const WeirExpr *expr, WeirEval *eval, const WeirBatch *batch, WeirSel sel);
WeirColumn *_weir_eval_case (const WeirExpr *expr, WeirEval *eval, const WeirBatch *batch, WeirSel sel);
WeirColumn *_weir_eval_coalesce (const WeirExpr *expr, WeirEval *eval, const WeirBatch *batch, WeirSel sel);
/* A comparison as a filter; FALSE when it has no fast form. */
gboolean _weir_compare_select (const WeirExpr *expr, WeirColumn **args, WeirSel sel, guint16 *out, guint *n_out);

/* a = b as one bit a row; bits of NULL and unselected rows are unspecified. */
void _weir_compare_equal (const WeirArg *a, const WeirArg *b, WeirSel sel, guint n_rows, guint64 *masks);

/* Binding */
void      _weir_bind_append (WeirBind *bind, WeirExpr *arg);                                   /* takes @arg */
gboolean  _weir_bind_coerce (WeirBind *bind, guint i, WeirType *type, GError **error);         /* implicit cast of argument i */
gboolean  _weir_bind_common (WeirBind *bind, guint first, WeirType **type, GError **error);    /* arguments from @first on get one type; (transfer full) */
gboolean  _weir_bind_mismatch (WeirBind *bind, guint i, const char *required, GError **error); /* FALSE with UNEXPECTED_INPUT_TYPE */
WeirType *_weir_bind_types (WeirBind *bind, GError **error);                                   /* by function->types */
/* Value of a constant argument; NULL when it is not constant (or is NULL: @is_null). (transfer full) */
WeirColumn *_weir_bind_constant (WeirBind *bind, guint i);
char       *_weir_bind_constant_string (WeirBind *bind, guint i); /* NULL when not a constant string; (transfer full) */

/* Automatic names; (transfer full) */
char       *_weir_expr_call_name (const WeirFunction *function, WeirExpr **args, guint n_args);
char       *_weir_literal_name (WeirColumn *literal);
char       *_weir_case_name (WeirExpr **args, guint n_args);
const char *_weir_expr_name (const WeirExpr *expr); /* borrowed; `?` when there is none */

WeirExpr *_weir_expr_alloc (WeirExprKind kind, WeirType *type, guint n_args); /* empty args */
WeirExpr *_weir_expr_cast (WeirExpr *arg, WeirType *type, gboolean is_try);   /* unnamed */
WeirExpr *_weir_expr_with_args (const WeirExpr *expr, WeirExpr **args);       /* takes the args; copies the rest */
/* Flags from the arguments: nullability of CALL is left alone. */
void _weir_expr_derive (WeirExpr *expr);

G_END_DECLS
