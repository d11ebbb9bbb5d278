/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "expr/row-private.h"

/* The driver of functions that see one row at a time. */

gint64
_weir_row_int (WeirRow *row,
               guint    i)
{
  const WeirArg *arg = &row->args[i];

  switch (weir_type_width (arg->column->type))
    {
    case 1:
      return weir_arg_at (*arg, gint8, row->row);
    case 2:
      return weir_arg_at (*arg, gint16, row->row);
    case 4:
      return weir_arg_at (*arg, gint32, row->row);
    default:
      return weir_arg_at (*arg, gint64, row->row);
    }
}

gboolean
_weir_row_part (WeirRow *row,
                guint    i,
                gsize    start,
                gsize    len)
{
  const WeirView *view = weir_row_view (row, i);

  weir_out_view (row->out, row->row, weir_view_new (weir_view_data (view) + start, (guint32)len));
  row->view = &weir_out_values (row->out, WeirView)[row->row];
  return TRUE;
}

gboolean
_weir_row_fail (WeirRow    *row,
                const char *condition,
                const char *format,
                ...)
{
  g_autofree char *message = NULL;
  va_list          args;

  if (!weir_eval_wants (row->eval, row->row))
    return FALSE;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  _weir_kernel_fail (row->expr, row->eval, NULL, row->row, condition, "%s", message);
  return FALSE;
}

gboolean
_weir_row_fail_value (WeirRow    *row,
                      const char *subclass,
                      const char *parameter,
                      const char *format,
                      ...)
{
  g_autofree char *condition = g_strdup_printf ("INVALID_PARAMETER_VALUE.%s", subclass);
  g_autofree char *message = NULL;
  va_list          args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, condition, "The value of parameter(s) `%s` in `%s` is invalid: %s",
                            parameter, row->expr->function->name, message);
  return FALSE;
}

gboolean
_weir_row_check_len (WeirRow *row,
                     gsize    len)
{
  if (len <= row->eval->bytes_max)
    return TRUE;
  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "LIMIT_EXCEEDED", "%s would make a value of more than %" G_GSIZE_FORMAT " bytes.",
                            row->expr->function->name, row->eval->bytes_max);
  return FALSE;
}

static void
store (WeirRow *row)
{
  WeirOut *out = row->out;

  switch ((int)out->type->kind)
    {
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      if (row->view != NULL)
        weir_out_view (out, row->row, *row->view);
      else
        _weir_out_bytes (out, row->row, row->text->str, row->text->len);
      break;
    case WEIR_TYPE_BOOLEAN:
      weir_out_bool (out, row->row, row->i != 0);
      break;
    case WEIR_TYPE_FLOAT:
      weir_out_values (out, float)[row->row] = (float)row->d;
      break;
    case WEIR_TYPE_DOUBLE:
      weir_out_values (out, double)[row->row] = row->d;
      break;
    case WEIR_TYPE_DECIMAL:
      weir_out_values (out, WeirInt128)[row->row] = row->decimal;
      break;
    case WEIR_TYPE_INTERVAL:
      weir_out_values (out, WeirInterval)[row->row] = row->interval;
      break;
    case WEIR_TYPE_TINYINT:
      weir_out_values (out, gint8)[row->row] = (gint8)row->i;
      break;
    case WEIR_TYPE_SMALLINT:
      weir_out_values (out, gint16)[row->row] = (gint16)row->i;
      break;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      weir_out_values (out, gint32)[row->row] = (gint32)row->i;
      break;
    case WEIR_TYPE_VOID:
      break;
    default:
      weir_out_values (out, gint64)[row->row] = row->i;
      break;
    }
}

WeirColumn *
_weir_eval_rows (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  g_autofree WeirArg *own = g_new (WeirArg, MAX (expr->n_args, 1));
  WeirOut             out;
  WeirRow             row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args, .out = &out };
  gboolean            views = expr->type->kind == WEIR_TYPE_STRING || expr->type->kind == WEIR_TYPE_BINARY;

  _weir_out_init (&out, expr->type, n_rows);
  for (guint i = 0; i < expr->n_args; i++)
    {
      own[i] = weir_arg (args[i]);
      if (views && (args[i]->type->kind == WEIR_TYPE_STRING || args[i]->type->kind == WEIR_TYPE_BINARY))
        _weir_out_keep (&out, args[i]);
    }
  row.text = g_string_new (NULL);
  WEIR_FOREACH_ROW (sel, at)
  {
    row.row = at;
    row.view = NULL;
    g_string_truncate (row.text, 0);
    if (expr->function->row (&row))
      store (&row);
    else
      _weir_out_null (&out, at);
  }
  g_string_free (row.text, TRUE);
  if (row.scratch != NULL && row.scratch_free != NULL)
    row.scratch_free (row.scratch);
  return _weir_out_finish (&out);
}

WeirKernel
_weir_function_kernel (const WeirFunction *function)
{
  return function->eval != NULL ? function->eval : _weir_eval_rows;
}
