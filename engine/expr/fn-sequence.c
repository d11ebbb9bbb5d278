/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp.h"
#include "expr/families-private.h"
#include "expr/row-private.h"

/* sequence(start, stop[, step]): numbers, or dates and timestamps in steps of an interval. */

/* Numbers of one row: a bound, so that one row cannot take the memory. */
#define ELEMENTS_MAX 10000000

typedef struct
{
  gint64       start, stop;
  gint64       step;     /* numbers */
  WeirInterval interval; /* times */
  WeirTypeKind kind;     /* of the elements */
  WeirZone    *zone;
} Range;

static gint64
element_at (const Range *range,
            gint64       k)
{
  WeirInterval by = { (gint32)(range->interval.months * k), (gint32)(range->interval.days * k), range->interval.us * k };

  if (range->kind == WEIR_TYPE_DATE)
    {
      gint64 days = by.months != 0 ? weir_date_add_months ((gint32)range->start, by.months) : range->start;

      return days + by.days + by.us / WEIR_US_PER_DAY;
    }
  if (range->kind == WEIR_TYPE_TIMESTAMP || range->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    return weir_timestamp_add_interval (range->start, by, range->kind == WEIR_TYPE_TIMESTAMP ? range->zone : NULL);
  return range->start + range->step * k;
}

static gboolean
fail_boundaries (WeirRow *row)
{
  _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "INVALID_PARAMETER_VALUE.BOUNDARY", "Illegal sequence boundaries: the step does not lead from start to stop.");
  return FALSE;
}

static gboolean
is_time (WeirTypeKind kind)
{
  return kind == WEIR_TYPE_DATE || kind == WEIR_TYPE_TIMESTAMP || kind == WEIR_TYPE_TIMESTAMP_NTZ;
}

static void
read_step (WeirRow *row,
           Range   *range)
{
  gboolean down = range->stop < range->start;

  if (row->n_args < 3)
    {
      range->step = down ? -1 : 1;
      range->interval.days = down ? -1 : 1;
      return;
    }
  switch ((int)row->args[2].column->type->kind)
    {
    case WEIR_TYPE_INTERVAL_YM:
      range->interval.months = weir_row_i32 (row, 2);
      break;
    case WEIR_TYPE_INTERVAL_DT:
      range->interval.us = weir_row_i64 (row, 2);
      break;
    case WEIR_TYPE_INTERVAL:
      range->interval = weir_arg_at (row->args[2], WeirInterval, row->row);
      break;
    default:
      range->step = _weir_row_int (row, 2);
      break;
    }
}

/* Which way the steps go: −1, 0, 1. */
static int
direction (const Range *range)
{
  gint64 first, second;

  if (!is_time (range->kind))
    return (range->step > 0) - (range->step < 0);
  first = element_at (range, 0);
  second = element_at (range, 1);
  return (second > first) - (second < first);
}

static gboolean
append_range (WeirRow           *row,
              WeirColumnBuilder *elements,
              guint             *n)
{
  Range range = { .start = _weir_row_int (row, 0), .stop = _weir_row_int (row, 1), .kind = row->args[0].column->type->kind, .zone = row->eval->zone };
  int   way;
  guint max = (guint)_weir_row_elements_max (row, ELEMENTS_MAX);

  read_step (row, &range);
  way = direction (&range);
  if (range.start == range.stop && way == 0)
    way = 1;
  if (way == 0 || (way > 0 && range.start > range.stop) || (way < 0 && range.start < range.stop))
    return fail_boundaries (row);
  for (gint64 k = 0;; k++)
    {
      gint64 value;

      if (!is_time (range.kind))
        {
          __int128 wide = (__int128)range.start + (__int128)range.step * k;

          if (way > 0 ? wide > range.stop : wide < range.stop)
            return TRUE;
          value = (gint64)wide;
        }
      else
        {
          value = element_at (&range, k);
          if (way > 0 ? value > range.stop : value < range.stop)
            return TRUE;
        }
      if (*n >= max)
        {
          _weir_kernel_fail_always (row->expr, row->eval, NULL, row->row, "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
                                    "Can't create array with more than %u elements, the function sequence.", max);
          return FALSE;
        }
      weir_column_builder_append_i64 (elements, value);
      (*n)++;
      if (range.start == range.stop)
        return TRUE;
    }
}

static WeirColumn *
eval_sequence (const WeirExpr *expr,
               WeirEval       *eval,
               WeirColumn    **args,
               WeirSel         sel,
               guint           n_rows)
{
  g_autoptr (WeirColumnBuilder) elements = weir_column_builder_new (expr->type->fields[0].type, sel.n);
  WeirArg                       own[3];
  WeirRow                       row = { .expr = expr, .eval = eval, .args = own, .n_args = expr->n_args };
  WeirOut                       out;
  WeirColumn                   *child;

  for (guint i = 0; i < expr->n_args; i++)
    own[i] = weir_arg (args[i]);
  _weir_out_init (&out, expr->type, n_rows);
  WEIR_FOREACH_ROW (sel, at)
  {
    guint before = elements->n_rows, n = 0;

    row.row = at;
    if (!append_range (&row, elements, &n))
      {
        weir_column_builder_truncate (elements, before);
        _weir_out_null (&out, at);
        continue;
      }
    weir_out_values (&out, WeirListView)[at] = (WeirListView){ before, n };
  }
  child = weir_column_builder_finish (elements);
  return _weir_out_finish_nested (&out, &child);
}

static WeirType *
bind_sequence (WeirBind *bind,
               GError  **error)
{
  g_autoptr (WeirType) type = weir_type_common (bind->args[0]->type, bind->args[1]->type);
  WeirTypeKind         step = bind->n_args > 2 ? bind->args[2]->type->kind : WEIR_TYPE_VOID;
  gboolean             interval = step >= WEIR_TYPE_INTERVAL_YM && step <= WEIR_TYPE_INTERVAL;

  if (type != NULL && bind->n_args > 2 && weir_type_is_integral (type) && weir_type_is_integral (bind->args[2]->type) && bind->args[2]->type->kind > type->kind)
    {
      WeirType *wider = weir_type_ref (bind->args[2]->type);

      weir_type_unref (type);
      type = wider;
    }
  if (type == NULL || !(weir_type_is_integral (type) || is_time (type->kind)) || (bind->n_args > 2 && is_time (type->kind) != interval))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", bind->span,
                      "`sequence` uses the wrong parameter type. The start and stop expressions must resolve to the same type, either dates, timestamps or integers."),
           NULL;
  for (guint i = 0; i < 2; i++)
    bind->args[i] = _weir_expr_cast (bind->args[i], type, FALSE);
  if (bind->n_args > 2 && weir_type_is_integral (type) && !_weir_bind_coerce (bind, 2, type, error))
    return NULL;
  return weir_type_new_array (type, FALSE);
}

static const WeirFunction functions[] = {
  { .name = "sequence", .group = "array", .signature = "sequence(start, stop[, step])", .doc = "The numbers or times from start to stop.", .example = "SELECT sequence(1, 5)", .n_args_min = 2, .n_args_max = 3, .flags = WEIR_FUNCTION_STRICT | WEIR_FUNCTION_CAN_FAIL, .bind = bind_sequence, .eval = eval_sequence },
};

const WeirFamily _weir_family_sequence = { functions, G_N_ELEMENTS (functions) };
