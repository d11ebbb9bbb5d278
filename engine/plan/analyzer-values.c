/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "column/column-builder.h"
#include "plan/analyzer-private.h"

/* VALUES and table functions: relations made of nothing. */

/* ---- VALUES ----------------------------------------------------------------------------------------------------- */

static const WeirSqlExpr *const *
row_items (const WeirSqlRow *row,
           guint            *n)
{
  *n = row->n_items;
  return row->items;
}

/* All cells, row by row, coerced to the common type of their column. */
typedef struct
{
  guint      n_columns;
  GPtrArray *cells; /* WeirExpr */
  WeirType **types; /* Owned */
} Cells;

static void
clear_cells (Cells *cells)
{
  g_ptr_array_unref (cells->cells);
  for (guint i = 0; cells->types != NULL && i < cells->n_columns; i++)
    g_clear_pointer (&cells->types[i], weir_type_unref);
  g_free (cells->types);
}

static gboolean
fail_row_width (WeirAnalyzer *self,
                guint         expected,
                guint         actual,
                guint         row,
                WeirSpan      span,
                GError      **error)
{
  g_autofree char *a = g_strdup_printf ("%u", expected);
  g_autofree char *b = g_strdup_printf ("%u", actual);
  g_autofree char *c = g_strdup_printf ("%u", row);

  return _weir_an_fail (self, error, "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", span,
                        "Inline table expected %s columns but found %s columns in row %s.",
                        (const char *[]){ "expectedNumCols", a, "actualNumCols", b, "rowIndex", c, NULL });
}

static gboolean
read_cells (WeirAnalyzer        *self,
            const WeirSqlValues *values,
            WeirRel             *empty,
            Cells               *cells,
            GError             **error)
{
  WeirExprContext ctx = { .analyzer = self, .rel = empty, .clause = "VALUES" };

  for (guint i = 0; i < values->n_rows; i++)
    {
      guint                     n;
      const WeirSqlExpr *const *items = row_items (&values->rows[i], &n);

      if (i == 0)
        {
          cells->n_columns = n;
          cells->types = g_new0 (WeirType *, n);
        }
      else if (n != cells->n_columns)
        return fail_row_width (self, cells->n_columns, n, i, values->rows[i].span, error);
      for (guint k = 0; k < n; k++)
        {
          WeirExpr *cell = _weir_analyze_sql_expr (&ctx, items[k], error);
          WeirType *common;

          if (cell == NULL)
            return FALSE;
          g_ptr_array_add (cells->cells, cell);
          common = cells->types[k] == NULL ? weir_type_ref (cell->type) : weir_type_common (cells->types[k], cell->type);
          if (common == NULL)
            return _weir_an_fail (self, error, "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", items[k]->span,
                                  "Found incompatible types in a column of the inline table.", NULL);
          g_clear_pointer (&cells->types[k], weir_type_unref);
          cells->types[k] = common;
        }
    }
  return TRUE;
}

static WeirColumn *
cell_column (WeirAnalyzer *self,
             Cells        *cells,
             guint         column,
             GError      **error)
{
  guint                         n_rows = cells->cells->len / cells->n_columns;
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (cells->types[column], n_rows);
  g_autoptr (WeirEval)          eval = weir_eval_new (self->zone);
  g_autoptr (WeirType)          schema = weir_type_new_struct (NULL, 0);
  g_autoptr (WeirBatch)         one = weir_batch_new (schema, 1, NULL);

  eval->ansi = weir_catalog_get_bool (self->catalog, "spark.sql.ansi.enabled");
  for (guint row = 0; row < n_rows; row++)
    {
      WeirExpr              *cell = cells->cells->pdata[row * cells->n_columns + column];
      g_autoptr (WeirExpr)   coerced = weir_expr_coerce (weir_expr_ref (cell), cells->types[column]);
      g_autoptr (WeirColumn) value = NULL;
      g_autoptr (WeirColumn) flat = NULL;

      if (coerced == NULL)
        {
          _weir_an_fail (self, error, "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", cell->span,
                         "Found incompatible types in a column of the inline table.", NULL);
          return NULL;
        }
      value = weir_expr_eval (coerced, eval, one, weir_sel_all (1));
      if (weir_eval_take_error (eval, error))
        return NULL;
      flat = weir_column_flatten (value);
      weir_column_builder_append_from (builder, flat, 0);
    }
  return weir_column_builder_finish (builder);
}

static WeirRel *
one_row_without_columns (void)
{
  g_autoptr (WeirType) schema = weir_type_new_struct (NULL, 0);

  return _weir_rel_new (_weir_plan_new_values (weir_batch_new (schema, 1, NULL)), NULL);
}

WeirRel *
_weir_analyze_values (WeirAnalyzer        *self,
                      const WeirSqlValues *values,
                      WeirSpan             span,
                      GError             **error)
{
  g_autoptr (WeirRel)     empty = one_row_without_columns ();
  Cells                   cells = { 0, g_ptr_array_new_with_free_func ((GDestroyNotify)weir_expr_unref), NULL };
  g_autofree WeirField   *fields = NULL;
  g_autofree WeirColumn **columns = NULL;
  g_autoptr (WeirSchema)  schema = NULL;
  WeirRel                *rel = NULL;
  guint                   n = 0;

  if (read_cells (self, values, empty, &cells, error))
    {
      fields = g_new0 (WeirField, MAX (cells.n_columns, 1));
      columns = g_new0 (WeirColumn *, MAX (cells.n_columns, 1));
      for (; n < cells.n_columns; n++)
        {
          columns[n] = cell_column (self, &cells, n, error);
          if (columns[n] == NULL)
            break;
          fields[n] = (WeirField){ g_strdup_printf ("col%u", n + 1), cells.types[n], columns[n]->validity != NULL, NULL };
        }
    }
  if (columns != NULL && n == cells.n_columns)
    {
      schema = weir_type_new_struct (fields, n);
      rel = _weir_rel_new (_weir_plan_new_values (weir_batch_new (schema, values->n_rows, columns)), NULL);
      rel->plan->span = _weir_an_span (self, span);
    }
  else
    for (guint i = 0; i < n; i++)
      weir_column_unref (columns[i]);
  for (guint i = 0; i < n; i++)
    g_free (fields[i].name);
  clear_cells (&cells);
  return rel;
}

/* ---- table functions ---------------------------------------------------------------------------------------------- */

/* Rows that range() may make: it is built in memory. */
#define RANGE_ROWS_MAX 10000000

static gboolean
range_argument (WeirExprContext   *ctx,
                const WeirSqlExpr *sql,
                gint64            *value,
                GError           **error)
{
  WeirExpr            *expr = _weir_analyze_sql_expr (ctx, sql, error);
  g_autoptr (WeirExpr) folded = NULL;

  if (expr == NULL)
    return FALSE;
  expr = weir_expr_coerce (expr, WEIR_BIGINT);
  folded = expr != NULL ? weir_expr_fold (expr, ctx->analyzer->zone) : NULL;
  if (folded == NULL || !weir_expr_is_literal (folded) || weir_column_is_null (folded->literal, 0))
    return _weir_an_fail (ctx->analyzer, error, "UNEXPECTED_INPUT_TYPE", sql->span, "Arguments of range() must be constant integers.", NULL);
  *value = weir_column_values (folded->literal, gint64)[0];
  return TRUE;
}

static WeirRel *
range_rel (gint64 start,
           guint  n,
           gint64 step)
{
  WeirField              field = { (char *)"id", WEIR_BIGINT, FALSE, NULL };
  g_autoptr (WeirSchema) schema = weir_type_new_struct (&field, 1);
  WeirBuffer            *values = weir_buffer_new (MAX (n, 1) * sizeof (gint64));
  WeirColumn            *column;

  for (guint i = 0; i < n; i++)
    ((gint64 *)values->data)[i] = start + (gint64)i * step;
  column = weir_column_new_flat (WEIR_BIGINT, n, values, NULL);
  return _weir_rel_new (_weir_plan_new_values (weir_batch_new (schema, n, &column)), NULL);
}

static WeirRel *
analyze_range (WeirAnalyzer      *self,
               const WeirSqlCall *call,
               WeirSpan           span,
               GError           **error)
{
  g_autoptr (WeirRel) empty = one_row_without_columns ();
  WeirExprContext     ctx = { .analyzer = self, .rel = empty, .clause = "range" };
  gint64              args[4] = { 0, 0, 1, 0 };
  __int128            n;

  if (call->n_args < 1 || call->n_args > 4)
    {
      _weir_an_fail (self, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", span, "range() takes 1 to 4 arguments: start, end, step, partitions.", NULL);
      return NULL;
    }
  for (guint i = 0; i < call->n_args; i++)
    if (!range_argument (&ctx, call->args[i], &args[i], error))
      return NULL;
  if (call->n_args == 1)
    {
      args[1] = args[0];
      args[0] = 0;
    }
  if (args[2] == 0)
    {
      _weir_an_fail (self, error, "INVALID_PARAMETER_VALUE.ZERO_INDEX", span, "The step of range() must not be 0.", NULL);
      return NULL;
    }
  n = args[2] > 0 ? ((__int128)args[1] - args[0] + args[2] - 1) / args[2] : ((__int128)args[0] - args[1] - args[2] - 1) / -(__int128)args[2];
  if (n > RANGE_ROWS_MAX)
    {
      _weir_an_fail (self, error, "LIMIT_EXCEEDED", span, "range() makes at most 10000000 rows.", NULL);
      return NULL;
    }
  return range_rel (args[0], n > 0 ? (guint)n : 0, args[2]);
}

/* A constant; NULL with @error. */
static WeirExpr *
constant_argument (WeirExprContext   *ctx,
                   const WeirSqlExpr *sql,
                   WeirType          *type,
                   GError           **error)
{
  WeirExpr            *expr = _weir_analyze_sql_expr (ctx, sql, error);
  g_autoptr (WeirExpr) folded = NULL;

  if (expr == NULL)
    return NULL;
  expr = weir_expr_coerce (expr, type);
  folded = expr != NULL ? weir_expr_fold (expr, ctx->analyzer->zone) : NULL;
  if (folded != NULL && weir_expr_is_literal (folded) && !weir_column_is_null (folded->literal, 0))
    return g_steal_pointer (&folded);
  _weir_an_fail (ctx->analyzer, error, "UNEXPECTED_INPUT_TYPE", sql->span, "Arguments of state() are constants: state('DIR', operator => 0, batch => 7).", NULL);
  return NULL;
}

/* Spark's options of the state data source, and shorter names. */
static const struct
{
  const char *name;
  guint       field;
} state_names[] = {
  { "path", 0 },
  { "operator", 1 },
  { "operatorId", 1 },
  { "batch", 2 },
  { "batchId", 2 },
  { "joinSide", 3 },
};

static int
state_argument (const WeirSqlCall *call,
                guint              i)
{
  const char *name = call->arg_names != NULL ? call->arg_names[i].name : NULL;

  if (name == NULL)
    return i == 0 ? 0 : -1;
  for (guint k = 0; k < G_N_ELEMENTS (state_names); k++)
    if (_weir_name_equal (name, state_names[k].name))
      return (int)state_names[k].field;
  return -1;
}

static gboolean
read_join_side (WeirAnalyzer     *self,
                const WeirExpr   *value,
                WeirStateRequest *request,
                WeirSpan          span,
                GError          **error)
{
  const WeirView  *view = weir_column_values (value->literal, WeirView);
  g_autofree char *side = g_strndup (weir_view_data (view), view->len);

  if (g_ascii_strcasecmp (side, "left") == 0)
    request->side = WEIR_STATE_SIDE_LEFT;
  else if (g_ascii_strcasecmp (side, "right") == 0)
    request->side = WEIR_STATE_SIDE_RIGHT;
  else if (g_ascii_strcasecmp (side, "none") != 0)
    {
      _weir_an_fail (self, error, "STDS_INVALID_OPTION_VALUE.WITH_MESSAGE", span, "Invalid value for source option 'joinSide': it is 'left', 'right' or 'none'.", NULL);
      return FALSE;
    }
  return TRUE;
}

/* FALSE with @error. */
static gboolean
read_state_arguments (WeirAnalyzer      *self,
                      const WeirSqlCall *call,
                      WeirStateRequest  *request,
                      char             **dir,
                      GError           **error)
{
  g_autoptr (WeirRel) empty = one_row_without_columns ();
  WeirExprContext     ctx = { .analyzer = self, .rel = empty, .clause = "state" };

  for (guint i = 0; i < call->n_args; i++)
    {
      int                  field = state_argument (call, i);
      WeirSpan             span = call->args[i]->span;
      g_autoptr (WeirExpr) value = NULL;
      gint64               number = 0;

      if (field < 0)
        {
          _weir_an_fail (self, error, "UNRECOGNIZED_PARAMETER_NAME", span, "state() takes a folder, operator => number, batch => number and joinSide => 'left' or 'right'.", NULL);
          return FALSE;
        }
      value = constant_argument (&ctx, call->args[i], field == 0 || field == 3 ? WEIR_STRING : WEIR_BIGINT, error);
      if (value == NULL)
        return FALSE;
      if (field == 0)
        {
          g_free (*dir);
          *dir = g_strndup (weir_view_data (weir_column_values (value->literal, WeirView)), weir_column_values (value->literal, WeirView)->len);
          continue;
        }
      if (field == 3 && !read_join_side (self, value, request, span, error))
        return FALSE;
      if (field == 3)
        continue;
      number = weir_column_values (value->literal, gint64)[0];
      if (number < 0 || (field == 1 && number > G_MAXINT32))
        {
          _weir_an_fail (self, error, "STDS_INVALID_OPTION_VALUE.IS_NEGATIVE", span, "Invalid value for source option: numbers of operators and batches start at 0.", NULL);
          return FALSE;
        }
      if (field == 1)
        request->operator_id = (guint)number;
      else
        request->batch = number;
    }
  return TRUE;
}

/* state('DIR' [, operator => 0] [, batch => 7] [, joinSide => 'left']): the state in a checkpoint. */
static WeirRel *
analyze_state (WeirAnalyzer      *self,
               const WeirSqlCall *call,
               WeirSpan           span,
               GError           **error)
{
  WeirStateFunc    func = weir_catalog_get_state_func (self->catalog);
  WeirStateRequest request = { NULL, 0, -1, WEIR_STATE_SIDE_NONE };
  g_autofree char *dir = NULL;
  WeirBatch       *batch;

  if (!read_state_arguments (self, call, &request, &dir, error))
    return NULL;
  request.dir = dir;
  if (dir == NULL)
    _weir_an_fail (self, error, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", span, "state() takes the folder of a checkpoint, as state('DIR', operator => 0, batch => 7).", NULL);
  else if (func == NULL)
    _weir_fail_unsupported_here (self, error, span, "state() where nothing is read");
  else if ((batch = func (&request, error)) != NULL)
    return _weir_rel_new (_weir_plan_new_values (batch), NULL);
  else if (error != NULL && *error != NULL)
    weir_error_set_span (*error, span);
  return NULL;
}

WeirRel *
_weir_analyze_table_function (WeirAnalyzer      *self,
                              const WeirSqlExpr *function,
                              GError           **error)
{
  const WeirSqlCall  *call = &function->call;
  const char         *name = call->name.parts[call->name.n_parts - 1].name;
  g_autoptr (WeirRel) rel = NULL;
  g_autofree char    *what = NULL;

  if (_weir_name_equal (name, "range"))
    return analyze_range (self, call, function->span, error);
  if (_weir_is_generator (function))
    {
      WeirExprContext      ctx = { .analyzer = self, .clause = "FROM" };
      g_autoptr (WeirExpr) generator = NULL;
      gboolean             is_outer;

      rel = one_row_without_columns ();
      ctx.rel = rel;
      generator = _weir_analyze_generator (&ctx, function, &is_outer, error);
      if (generator == NULL)
        return NULL;
      return _weir_rel_new (_weir_plan_new_generate (_weir_rel_steal_plan (rel), g_steal_pointer (&generator), is_outer, NULL), NULL);
    }
  if (_weir_name_equal (name, "state"))
    return analyze_state (self, call, function->span, error);
  if (weir_function_lookup (name) != NULL)
    {
      what = g_strdup_printf ("%s() in FROM", name);
      _weir_fail_unsupported_here (self, error, function->span, what);
      return NULL;
    }
  what = _weir_name_to_string (&call->name);
  _weir_an_fail (self, error, "UNRESOLVABLE_TABLE_VALUED_FUNCTION", function->span,
                 "Could not resolve %s to a table-valued function.", (const char *[]){ "name", what, NULL });
  return NULL;
}
