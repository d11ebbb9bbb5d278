/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "plan/analyzer-private.h"
#include "sql/parser.h"

/*
 * window(), session_window(), window_time().
 *
 * window() appends a TIME_WINDOW node to the relation and is its column; where that column is a grouping key and nothing else reads
 * it, rule-fuse-window.c makes it the key's window, so that no row is copied. session_window() can only be a grouping key.
 */

/* ---- arguments -------------------------------------------------------------------------------------------------- */

static WeirExpr *
fail_time_type (WeirExprContext *ctx,
                WeirExpr        *time,
                const char      *function,
                WeirSpan         span,
                GError         **error)
{
  g_autofree char *type = weir_type_to_sql (time->type);

  _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", span,
                 "Cannot resolve %s() due to data type mismatch: The first parameter requires the (\"TIMESTAMP\" or \"TIMESTAMP WITHOUT TIME "
                 "ZONE\") type, however %s has the type \"%s\".",
                 (const char *[]){ "functionName", function, "inputSql", time->name, "inputType", type, NULL });
  weir_expr_unref (time);
  return NULL;
}

static gboolean
is_window_struct (WeirType *type)
{
  return type->kind == WEIR_TYPE_STRUCT && type->n_fields == 2 && strcmp (type->fields[0].name, "start") == 0 && strcmp (type->fields[1].name, "end") == 0;
}

/* TIMESTAMP or TIMESTAMP_NTZ: strings and dates are cast, of a window its window_time() is taken. */
static WeirExpr *
time_argument (WeirExprContext   *ctx,
               const WeirSqlExpr *sql,
               const char        *function,
               GError           **error)
{
  WeirExpr *time = _weir_analyze_sql_expr (ctx, sql, error);

  if (time == NULL || time->type->kind == WEIR_TYPE_TIMESTAMP || time->type->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    return time;
  if (is_window_struct (time->type))
    return _weir_expr_window_time (time, ctx->analyzer->zone);
  if (time->type->kind == WEIR_TYPE_STRING || time->type->kind == WEIR_TYPE_DATE || time->type->kind == WEIR_TYPE_VOID)
    return weir_expr_coerce (time, WEIR_TIMESTAMP);
  return fail_time_type (ctx, time, function, sql->span, error);
}

static gboolean
interval_us (WeirExprContext *ctx,
             const char      *text,
             WeirSpan         span,
             gint64          *us,
             GError         **error)
{
  WeirSqlInterval interval;
  gint64          days;

  if (!weir_sql_parse_interval (text, _weir_an_span (ctx->analyzer, span), &interval, error))
    {
      if (error != NULL && *error != NULL && (*error)->domain == WEIR_ERROR)
        (*error)->code = WEIR_ERROR_ANALYZE;
      return FALSE;
    }
  if (interval.months != 0)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_INTERVAL_FORMAT.UNSUPPORTED_MONTHS", span,
                          "Intervals greater than a month is not supported (%s).", (const char *[]){ "interval", text, NULL });
  if (__builtin_mul_overflow ((gint64)interval.days, G_GINT64_CONSTANT (86400000000), &days) || __builtin_add_overflow (days, interval.us, us))
    return _weir_an_fail (ctx->analyzer, error, "INTERVAL_ARITHMETIC_OVERFLOW", span, "The interval %s is too long.", (const char *[]){ "interval", text, NULL });
  return TRUE;
}

static char *
literal_text (const WeirExpr *literal)
{
  const WeirView *view = literal->literal->values;

  return g_strndup (weir_view_data (view), view->len);
}

/* A constant text such as '10 seconds', or a number of microseconds. */
static gboolean
duration_argument (WeirExprContext   *ctx,
                   const WeirSqlExpr *sql,
                   const char        *which,
                   gint64            *us,
                   GError           **error)
{
  WeirExpr            *expr = _weir_analyze_sql_expr (ctx, sql, error);
  g_autoptr (WeirExpr) folded = NULL;
  g_autoptr (WeirExpr) number = NULL;

  if (expr == NULL)
    return FALSE;
  folded = weir_expr_fold (expr, ctx->analyzer->zone);
  if (!weir_expr_is_literal (folded) || weir_column_is_null (folded->literal, 0))
    return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", sql->span,
                          "Cannot resolve window(): the input %s should be a foldable expression.", (const char *[]){ "inputName", which, NULL });
  if (folded->type->kind == WEIR_TYPE_STRING)
    {
      g_autofree char *text = literal_text (folded);

      return interval_us (ctx, text, sql->span, us, error);
    }
  if (!weir_type_is_integral (folded->type))
    return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", sql->span,
                          "Cannot resolve window(): %s must be a text such as '10 seconds'.", (const char *[]){ "inputName", which, NULL });
  number = weir_expr_fold (weir_expr_coerce (weir_expr_ref (folded), WEIR_BIGINT), ctx->analyzer->zone);
  *us = weir_column_values (number->literal, gint64)[0];
  return TRUE;
}

static gboolean
fail_range (WeirExprContext *ctx,
            const char      *which,
            const char      *rule,
            WeirSpan         span,
            GError         **error)
{
  return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", span, "Cannot resolve window(): the %s must be %s.",
                        (const char *[]){ "exprName", which, "valueRange", rule, NULL });
}

static gboolean
check_spec (WeirExprContext      *ctx,
            const WeirWindowSpec *spec,
            WeirSpan              span,
            GError              **error)
{
  if (spec->size_us <= 0)
    return fail_range (ctx, "window_duration", "greater than 0", span, error);
  if (spec->slide_us <= 0)
    return fail_range (ctx, "slide_duration", "greater than 0", span, error);
  if (spec->slide_us > spec->size_us)
    return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", span,
                          "Cannot resolve window(): the slide_duration must be <= the window_duration.", NULL);
  if ((spec->size_us - 1) / spec->slide_us >= WEIR_WINDOWS_PER_ROW_MAX)
    return _weir_an_fail (ctx->analyzer, error, "LIMIT_EXCEEDED", span,
                          "Each row would fall into more than " G_STRINGIFY (WEIR_WINDOWS_PER_ROW_MAX) " windows: take a longer slide.", NULL);
  if (spec->start_us <= -spec->slide_us || spec->start_us >= spec->slide_us)
    return _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION", span,
                          "Cannot resolve window(): the abs(start_time) must be < the slide_duration.", NULL);
  return TRUE;
}

/* spec->time is owned by the caller, also on failure. */
static gboolean
read_spec (WeirExprContext   *ctx,
           const WeirSqlExpr *sql,
           WeirWindowSpec    *spec,
           GError           **error)
{
  const WeirSqlCall *call = &sql->call;

  if (call->n_args < 2 || call->n_args > 4)
    return _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sql->span,
                          "The `window` requires [2, 3, 4] parameters: time, duration, slide, start.", NULL);
  spec->time = time_argument (ctx, call->args[0], "window", error);
  if (spec->time == NULL || !duration_argument (ctx, call->args[1], "window_duration", &spec->size_us, error))
    return FALSE;
  spec->slide_us = spec->size_us;
  if (call->n_args > 2 && !duration_argument (ctx, call->args[2], "slide_duration", &spec->slide_us, error))
    return FALSE;
  if (call->n_args > 3 && !duration_argument (ctx, call->args[3], "start_time", &spec->start_us, error))
    return FALSE;
  return check_spec (ctx, spec, sql->span, error);
}

/* ---- window() ---------------------------------------------------------------------------------------------------- */

static gboolean
spec_equal (const WeirWindowSpec *a,
            const WeirWindowSpec *b)
{
  return a->size_us == b->size_us && a->slide_us == b->slide_us && a->start_us == b->start_us && weir_expr_equal (a->time, b->time);
}

static gboolean
fail_two_windows (WeirExprContext *ctx,
                  WeirSpan         span,
                  GError         **error)
{
  return _weir_an_fail (ctx->analyzer, error, "UNSUPPORTED_FEATURE.MULTIPLE_WINDOW_EXPRESSIONS", span,
                        "Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not "
                        "supported.",
                        NULL);
}

static gboolean
reads_only_columns (const WeirExpr *expr)
{
  if (expr->kind == WEIR_EXPR_COLUMN && expr->index >= WEIR_LAMBDA_BASE)
    return FALSE;
  for (guint i = 0; i < expr->n_args; i++)
    if (!reads_only_columns (expr->args[i]))
      return FALSE;
  return TRUE;
}

/* Takes spec->time. */
static gboolean
append_window (WeirExprContext *ctx,
               WeirWindowSpec   spec,
               WeirSpan         span,
               GError         **error)
{
  WeirRel *rel = ctx->rel;

  if (rel->window_column >= 0 && spec_equal (&rel->window, &spec))
    {
      weir_expr_unref (spec.time);
      return TRUE;
    }
  if (rel->window_column >= 0 || !ctx->allow_window || !reads_only_columns (spec.time))
    {
      weir_expr_unref (spec.time);
      if (rel->window_column >= 0)
        return fail_two_windows (ctx, span, error);
      return _weir_fail_unsupported_here (ctx->analyzer, error, span, "window() at this place");
    }
  rel->window = spec;
  rel->plan = _weir_plan_new_time_window (rel->plan, spec);
  rel->plan->span = _weir_an_span (ctx->analyzer, span);
  rel->window_column = (int)rel->plan->schema->n_fields - 1;
  _weir_rel_add (rel, NULL, "window", (guint)rel->window_column, WEIR_REL_HIDDEN);
  return TRUE;
}

WeirExpr *
_weir_analyze_window (WeirExprContext   *ctx,
                      const WeirSqlExpr *sql,
                      GError           **error)
{
  WeirWindowSpec spec = { 0 };
  WeirExpr      *expr;

  if (!read_spec (ctx, sql, &spec, error))
    {
      g_clear_pointer (&spec.time, weir_expr_unref);
      return NULL;
    }
  if (!append_window (ctx, spec, sql->span, error))
    return NULL;
  expr = weir_expr_with_name (_weir_plan_column (ctx->rel->plan, (guint)ctx->rel->window_column), "window");
  expr->span = _weir_an_span (ctx->analyzer, sql->span);
  return expr;
}

/* ---- session_window() -------------------------------------------------------------------------------------------- */

static WeirExpr *
gap_argument (WeirExprContext   *ctx,
              const WeirSqlExpr *sql,
              GError           **error)
{
  WeirExpr        *gap = _weir_analyze_sql_expr (ctx, sql, error);
  g_autofree char *text = NULL;
  gint64           us;

  if (gap == NULL)
    return NULL;
  if (gap->type->kind == WEIR_TYPE_STRING && weir_expr_is_literal (gap) && !weir_column_is_null (gap->literal, 0))
    {
      text = literal_text (gap);
      if (interval_us (ctx, text, sql->span, &us, error))
        return gap;
      weir_expr_unref (gap);
      return NULL;
    }
  if (gap->type->kind == WEIR_TYPE_STRING || gap->type->kind == WEIR_TYPE_INTERVAL)
    return gap;
  weir_expr_unref (gap);
  _weir_an_fail (ctx->analyzer, error, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", sql->span,
                 "The gap of session_window() must be a text such as '5 minutes', or made by make_interval().", NULL);
  return NULL;
}

/* Remembers the session of this SELECT, or checks that it is the same. Takes both. */
static gboolean
take_session (WeirExprContext *ctx,
              WeirExpr        *time,
              WeirExpr        *gap,
              WeirSpan         span,
              GError         **error)
{
  WeirAggScope *aggs = ctx->aggs;
  gboolean      same = aggs->has_session && weir_expr_equal (aggs->session.time, time) && weir_expr_equal (aggs->session_gap, gap);

  if (aggs->has_session || ctx->rel->window_column >= 0)
    {
      weir_expr_unref (time);
      weir_expr_unref (gap);
      return same ? TRUE : fail_two_windows (ctx, span, error);
    }
  aggs->has_session = TRUE;
  aggs->session_span = span;
  aggs->session.time = time;
  aggs->session_gap = gap;
  return TRUE;
}

WeirExpr *
_weir_analyze_session_window (WeirExprContext   *ctx,
                              const WeirSqlExpr *sql,
                              GError           **error)
{
  g_autoptr (WeirType) type = NULL;
  WeirExpr            *time, *gap, *expr;

  if (sql->call.n_args != 2)
    {
      _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sql->span, "The `session_window` requires 2 parameters: time, gap.", NULL);
      return NULL;
    }
  if (ctx->aggs == NULL || ctx->in_aggregate)
    {
      _weir_fail_unsupported_here (ctx->analyzer, error, sql->span, "session_window() that is no grouping key");
      return NULL;
    }
  time = time_argument (ctx, sql->call.args[0], "session_window", error);
  if (time == NULL)
    return NULL;
  gap = gap_argument (ctx, sql->call.args[1], error);
  if (gap == NULL)
    {
      weir_expr_unref (time);
      return NULL;
    }
  type = _weir_window_type (time->type);
  if (!take_session (ctx, time, gap, sql->span, error))
    return NULL;
  expr = weir_expr_new_column (WEIR_INDEX_SESSION, type, FALSE, "session_window");
  expr->span = _weir_an_span (ctx->analyzer, sql->span);
  return expr;
}

/* ---- window_time() ----------------------------------------------------------------------------------------------- */

WeirExpr *
_weir_analyze_window_time (WeirExprContext   *ctx,
                           const WeirSqlExpr *sql,
                           GError           **error)
{
  WeirExpr *window;

  if (sql->call.n_args != 1)
    {
      _weir_an_fail (ctx->analyzer, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", sql->span, "The `window_time` requires 1 parameter.", NULL);
      return NULL;
    }
  window = _weir_analyze_sql_expr (ctx, sql->call.args[0], error);
  if (window == NULL)
    return NULL;
  if (!is_window_struct (window->type))
    return fail_time_type (ctx, window, "window_time", sql->span, error);
  return _weir_expr_window_time (window, ctx->analyzer->zone);
}
