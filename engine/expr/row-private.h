/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions written for one row. The driver calls them for the selected rows; they read arguments and leave their result in the
 * field of the result's type. That costs an indirect call a row, which is little beside what such functions do.
 */
#pragma once

#include "base/limits.h"
#include "expr/kernel-private.h"
#include "expr/text-private.h"

G_BEGIN_DECLS

struct _WeirRow
{
  const WeirExpr *expr;
  WeirEval       *eval;
  WeirArg        *args;
  guint           n_args;
  guint           row;
  WeirOut        *out;
  GString        *text; /* result of STRING and BINARY; empty at the start */
  const WeirView *view; /* instead of `text`: an argument's value as it is */
  gint64          i;    /* result of integers, dates, timestamps and intervals of ≤ 8 bytes, BOOLEAN */
  double          d;    /* FLOAT, DOUBLE */
  WeirInt128      decimal;
  WeirInterval    interval;
  gpointer        scratch; /* of the function, for one vector: freed by scratch_free */
  GDestroyNotify  scratch_free;
};

static inline gboolean
weir_row_is_null (WeirRow *row,
                  guint    i)
{
  return weir_arg_is_null (&row->args[i], row->row);
}

static inline const char *
weir_row_text (WeirRow *row,
               guint    i,
               gsize   *len)
{
  return weir_arg_bytes (&row->args[i], row->row, len);
}

static inline const WeirView *
weir_row_view (WeirRow *row,
               guint    i)
{
  return &weir_arg_at (row->args[i], WeirView, row->row);
}

static inline gboolean
weir_row_bool (WeirRow *row,
               guint    i)
{
  return weir_arg_bool (row->args[i], row->row);
}

static inline gint32
weir_row_i32 (WeirRow *row,
              guint    i)
{
  return weir_arg_at (row->args[i], gint32, row->row);
}

static inline gint64
weir_row_i64 (WeirRow *row,
              guint    i)
{
  return weir_arg_at (row->args[i], gint64, row->row);
}

static inline double
weir_row_double (WeirRow *row,
                 guint    i)
{
  return weir_arg_at (row->args[i], double, row->row);
}

/* Any integral, date, timestamp or interval kind of ≤ 8 bytes. */
gint64 _weir_row_int (WeirRow *row, guint i);
/* Result: a part [@start, @start + @len) of argument @i, sharing its bytes. Always TRUE. */
gboolean _weir_row_part (WeirRow *row, guint i, gsize start, gsize len);
/* Raises and returns FALSE. */
gboolean _weir_row_fail (WeirRow *row, const char *condition, const char *format, ...) G_GNUC_PRINTF (3, 4);
gboolean _weir_row_fail_value (WeirRow *row, const char *subclass, const char *parameter, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Elements of an array that a function makes: @max, and no more than fit into the bytes of a value where those are fewer than usual. */
static inline gint
_weir_row_elements_max (const WeirRow *row,
                        gint           max)
{
  return row->eval->bytes_max < WEIR_STRING_BYTES_MAX ? (gint)MIN ((gsize)max, row->eval->bytes_max / 8) : max;
}

/* FALSE with LIMIT_EXCEEDED when @len is more than a value may have. */
gboolean _weir_row_check_len (WeirRow *row, gsize len);

WeirColumn *_weir_eval_rows (const WeirExpr *expr, WeirEval *eval, WeirColumn **args, WeirSel sel, guint n_rows);

G_END_DECLS
