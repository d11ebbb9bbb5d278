/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "expr/cast-private.h"

/*
 * CAST: which kernel for which pair, errors, and nested types element by element.
 *
 * The elements of an array are cast in order for the selected rows only, so the first element that fails belongs to the first
 * failing row.
 */

static void
fail (const WeirExpr *expr,
      WeirEval       *eval,
      const WeirArg  *arg,
      WeirOut        *out,
      guint           row,
      const char     *condition,
      const char     *reason)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *quoted_from = NULL;
  g_autofree char *quoted_to = NULL;
  GString         *value;
  gboolean         is_text = arg->column->type->kind == WEIR_TYPE_STRING;
  GError          *error;

  _weir_out_null (out, row);
  if (expr->is_try || !weir_eval_wants (eval, row))
    return;
  from = weir_type_to_sql (arg->column->type);
  to = weir_type_to_sql (expr->type);
  quoted_from = g_strdup_printf ("\"%s\"", from);
  quoted_to = g_strdup_printf ("\"%s\"", to);
  value = g_string_new (is_text ? "'" : NULL);
  weir_value_append_text (value, arg->column, row & arg->mask, WEIR_TEXT_CAST, eval->zone);
  if (is_text)
    g_string_append_c (value, '\'');
  else if (arg->column->type->kind == WEIR_TYPE_BIGINT)
    g_string_append_c (value, 'L');
  else if (arg->column->type->kind == WEIR_TYPE_DOUBLE)
    g_string_append_c (value, 'D');
  error = weir_error_new (WEIR_ERROR_RUN, condition, expr->span,
                          "The value %s of the type %s cannot be cast to %s %s", value->str, quoted_from, quoted_to, reason);
  weir_error_add_param (error, is_text ? "expression" : "value", value->str);
  weir_error_add_param (error, "sourceType", quoted_from);
  weir_error_add_param (error, "targetType", quoted_to);
  g_string_free (value, TRUE);
  weir_eval_fail (eval, row, error);
}

void
_weir_cast_fail_input (const WeirExpr *expr,
                       WeirEval       *eval,
                       const WeirArg  *arg,
                       WeirOut        *out,
                       guint           row)
{
  fail (expr, eval, arg, out, row, "CAST_INVALID_INPUT",
        "because it is malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and return NULL instead.");
}

void
_weir_cast_fail_overflow (const WeirExpr *expr,
                          WeirEval       *eval,
                          const WeirArg  *arg,
                          WeirOut        *out,
                          guint           row)
{
  fail (expr, eval, arg, out, row, "CAST_OVERFLOW", "due to an overflow. Use `try_cast` to tolerate overflow and return NULL instead.");
}

void
_weir_cast_fail_range (const WeirExpr *expr,
                       WeirEval       *eval,
                       const WeirArg  *arg,
                       WeirOut        *out,
                       guint           row)
{
  fail (expr, eval, arg, out, row, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION",
        "because it does not fit. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return NULL instead.");
}

/* The cast of a part: same place, same TRY. */
static WeirExpr
part_expr (const WeirExpr *expr,
           WeirType       *from,
           WeirType       *to)
{
  return (WeirExpr){ .kind = WEIR_EXPR_CAST, .type = to, .span = expr->span, .is_try = expr->is_try, .fails_itself = weir_cast_can_fail (from, to) };
}

static WeirColumn *
cast_part (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn     *part,
           WeirType       *to,
           WeirSel         sel,
           guint           n_rows)
{
  WeirExpr own = part_expr (expr, part->type, to);

  if (weir_type_equal (part->type, to))
    return weir_column_ref (part);
  return _weir_kernel_run (&own, eval, WEIR_FUNCTION_STRICT, _weir_cast_eval, &part, 1, sel, n_rows);
}

static WeirColumn *
cast_struct (const WeirExpr *expr,
             WeirEval       *eval,
             WeirColumn     *column,
             WeirSel         sel,
             guint           n_rows)
{
  g_autofree WeirColumn **fields = g_new (WeirColumn *, MAX (expr->type->n_fields, 1));
  WeirOut                 out;

  _weir_out_init (&out, expr->type, n_rows);
  for (guint i = 0; i < expr->type->n_fields; i++)
    fields[i] = cast_part (expr, eval, column->children[i], expr->type->fields[i].type, sel, n_rows);
  return _weir_out_finish_nested (&out, fields);
}

static WeirColumn *
cast_list (const WeirExpr *expr,
           WeirEval       *eval,
           WeirColumn     *column,
           WeirSel         sel,
           guint           n_rows)
{
  const WeirListView *views = column->values;
  g_autoptr (GArray)  idx = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray)  rows = g_array_new (FALSE, FALSE, sizeof (guint32));
  WeirColumn         *children[2];
  GError             *held = g_steal_pointer (&eval->error);
  guint               held_row = eval->error_row;
  WeirOut             out;

  eval->error_row = G_MAXUINT;
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, row)
  {
    weir_out_values (&out, WeirListView)[row] = (WeirListView){ idx->len, views[row].length };
    for (guint32 k = 0; k < views[row].length; k++)
      {
        guint32 element = views[row].offset + k;

        g_array_append_val (idx, element);
        g_array_append_val (rows, row);
      }
  }
  for (guint i = 0; i < expr->type->n_fields; i++)
    {
      g_autoptr (WeirColumn) elements = weir_column_gather (column->children[i], (const guint32 *)(void *)idx->data, idx->len);

      children[i] = cast_part (expr, eval, elements, expr->type->fields[i].type, weir_sel_all (idx->len), idx->len);
    }
  if (eval->error != NULL)
    {
      GError *raised = g_steal_pointer (&eval->error);
      guint   row = g_array_index (rows, guint32, eval->error_row);

      eval->error = held;
      eval->error_row = held_row;
      weir_eval_fail (eval, row, raised);
    }
  else
    {
      eval->error = held;
      eval->error_row = held_row;
    }
  return _weir_out_finish_nested (&out, children);
}

static gboolean
is_interval (WeirType *type)
{
  return type->kind >= WEIR_TYPE_INTERVAL_YM && type->kind <= WEIR_TYPE_INTERVAL;
}

static gboolean
is_clock (WeirType *type)
{
  return type->kind == WEIR_TYPE_DATE || type->kind == WEIR_TYPE_TIMESTAMP || type->kind == WEIR_TYPE_TIMESTAMP_NTZ;
}

WeirColumn *
_weir_cast_eval (const WeirExpr *expr,
                 WeirEval       *eval,
                 WeirColumn    **args,
                 WeirSel         sel,
                 guint           n_rows)
{
  WeirType *from = args[0]->type, *to = expr->type;
  WeirArg   arg = weir_arg (args[0]);

  if (from->kind == WEIR_TYPE_VOID)
    return weir_column_new_nulls (to, n_rows);
  if (to->kind == WEIR_TYPE_STRING)
    return _weir_cast_to_string (expr, eval, &arg, sel, n_rows);
  if (from->kind == WEIR_TYPE_STRING)
    return _weir_cast_from_string (expr, eval, &arg, sel, n_rows);
  if (from->kind >= WEIR_TYPE_ARRAY)
    {
      g_autoptr (WeirColumn) flat = weir_column_flatten (args[0]);

      return from->kind == WEIR_TYPE_STRUCT ? cast_struct (expr, eval, flat, sel, n_rows) : cast_list (expr, eval, flat, sel, n_rows);
    }
  if (is_interval (from) || is_interval (to))
    return _weir_cast_interval (expr, eval, &arg, sel, n_rows);
  if (is_clock (from) || is_clock (to))
    return _weir_cast_time (expr, eval, &arg, sel, n_rows);
  return _weir_cast_number (expr, eval, &arg, sel, n_rows);
}
