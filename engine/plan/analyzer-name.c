/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "plan/analyzer-private.h"

/*
 * Names. `a.b.c` may be relation.column.field, column.field.field, or catalogue parts before a relation; readings with a
 * qualifier win. Parameters of lambdas hide everything, aliases of the select list come after columns (before them in HAVING and
 * ORDER BY).
 */

/* ---- fields ----------------------------------------------------------------------------------------------------- */

static WeirExpr *
fail_field (WeirExprContext *ctx,
            WeirExpr        *base,
            const char      *name,
            WeirSpan         span,
            GError         **error)
{
  g_autofree char *quoted = _weir_quote_name (name);
  g_autofree char *type = weir_type_to_sql (base->type);
  WeirType        *row = base->type->kind == WEIR_TYPE_ARRAY ? base->type->fields[0].type : base->type;

  if (row->kind == WEIR_TYPE_STRUCT)
    {
      g_autoptr (GString) list = g_string_new (NULL);

      for (guint i = 0; i < row->n_fields; i++)
        g_string_append_printf (list, "%s`%s`", i > 0 ? ", " : "", row->fields[i].name);
      _weir_an_fail (ctx->analyzer, error, "FIELD_NOT_FOUND", span, "No such struct field %s in %s.",
                     (const char *[]){ "fieldName", quoted, "fields", list->str, NULL });
    }
  else
    _weir_an_fail (ctx->analyzer, error, "INVALID_EXTRACT_BASE_FIELD_TYPE", span,
                   "Can't extract a value from \"%s\". Need a complex type [STRUCT, ARRAY, MAP] but got \"%s\".",
                   (const char *[]){ "base", base->name, "other", type, NULL });
  weir_expr_unref (base);
  return NULL;
}

/* array_of_structs.name: the field of each element. Takes @base. */
static WeirExpr *
field_of_each (WeirExprContext *ctx,
               WeirExpr        *base,
               guint            index,
               const char      *name,
               WeirSpan         span,
               GError         **error)
{
  guint            level = ctx->lambdas != NULL && ctx->lambdas->len > 0 ? ((WeirLambdaScope *)ctx->lambdas->pdata[ctx->lambdas->len - 1])->level + 1 : 0;
  WeirType        *row = base->type->fields[0].type;
  WeirExpr        *element = weir_expr_new_column (WEIR_LAMBDA_BASE + 8 * level, row, TRUE, "x");
  g_autofree char *text = g_strdup_printf ("%s.%s", base->name, name);
  WeirExpr        *args[] = { base, weir_expr_new_lambda (weir_expr_new_field (element, index), 1) };
  WeirExpr        *each = _weir_call (ctx, "transform", args, 2, span, error);

  return each != NULL ? weir_expr_with_name (each, text) : NULL;
}

WeirExpr *
_weir_analyze_field (WeirExprContext *ctx,
                     WeirExpr        *base,
                     const char      *name,
                     WeirSpan         span,
                     GError         **error)
{
  WeirType        *type = base->type;
  g_autofree char *text = g_strdup_printf ("%s.%s", base->name, name);
  int              index;
  WeirExpr        *field;

  if (type->kind == WEIR_TYPE_STRUCT)
    {
      index = weir_type_field_index (type, name);
      if (index < 0)
        return fail_field (ctx, base, name, span, error);
      field = weir_expr_with_name (weir_expr_new_field (base, (guint)index), text);
      field->span = _weir_an_span (ctx->analyzer, span);
      return field;
    }
  if (type->kind == WEIR_TYPE_MAP)
    {
      WeirExpr *args[] = { base, weir_expr_new_string (name) };

      return _weir_call (ctx, "[]", args, 2, span, error);
    }
  if (type->kind == WEIR_TYPE_ARRAY && type->fields[0].type->kind == WEIR_TYPE_STRUCT)
    {
      index = weir_type_field_index (type->fields[0].type, name);
      if (index < 0)
        return fail_field (ctx, base, name, span, error);
      return field_of_each (ctx, base, (guint)index, name, span, error);
    }
  return fail_field (ctx, base, name, span, error);
}

/* Parts of @name from @first on are fields of @base. Takes @base. */
static WeirExpr *
follow_fields (WeirExprContext   *ctx,
               WeirExpr          *base,
               const WeirSqlName *name,
               guint              first,
               GError           **error)
{
  for (guint i = first; base != NULL && i < name->n_parts; i++)
    base = _weir_analyze_field (ctx, base, name->parts[i].name, name->span, error);
  return base;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* Parts before the qualifier can only be names of catalogue and database. */
static gboolean
is_catalog_prefix (const WeirSqlName *name,
                   guint              n)
{
  for (guint i = 0; i < n; i++)
    if (!_weir_name_equal (name->parts[i].name, "default") && !_weir_name_equal (name->parts[i].name, "spark_catalog"))
      return FALSE;
  return TRUE;
}

static gboolean
is_under (const WeirRelColumn *column,
          const char          *qualifier,
          gboolean             hidden)
{
  if (qualifier != NULL)
    return column->qualifier != NULL && _weir_name_equal (column->qualifier, qualifier);
  return hidden ? column->hidden == WEIR_REL_METADATA || (column->hidden && column->qualifier == NULL) : !column->hidden;
}

/* @hidden: without qualifier, only hidden columns that have none, the window of this query, and metadata. */
static void
collect (const WeirRel *rel,
         const char    *qualifier,
         const char    *name,
         gboolean       hidden,
         GPtrArray     *found)
{
  for (guint i = 0; i < rel->columns->len; i++)
    {
      WeirRelColumn *column = &g_array_index (rel->columns, WeirRelColumn, i);
      gboolean       seen = FALSE;

      if (!is_under (column, qualifier, hidden) || !_weir_name_equal (column->name, name))
        continue;
      for (guint k = 0; k < found->len; k++)
        seen |= ((WeirRelColumn *)found->pdata[k])->index == column->index;
      if (!seen)
        g_ptr_array_add (found, column);
    }
}

/* How many parts the columns in @found take; 0 when there is none. */
static guint
find_columns (const WeirRel     *rel,
              const WeirSqlName *name,
              GPtrArray         *found)
{
  for (guint q = MIN (name->n_parts - 1, 3); q >= 1; q--)
    {
      if (is_catalog_prefix (name, q - 1))
        collect (rel, name->parts[q - 1].name, name->parts[q].name, FALSE, found);
      if (found->len > 0)
        return q + 1;
    }
  collect (rel, NULL, name->parts[0].name, FALSE, found);
  if (found->len == 0)
    collect (rel, NULL, name->parts[0].name, TRUE, found);
  return found->len > 0 ? 1 : 0;
}

/* The column takes the name as it was written, as in Spark. */
static WeirExpr *
column_expr (WeirExprContext     *ctx,
             const WeirRel       *rel,
             const WeirRelColumn *column,
             const WeirSqlName   *name,
             guint                n_used)
{
  WeirExpr *expr = weir_expr_with_name (_weir_rel_expr (rel, column->index), name->parts[n_used - 1].name);

  expr->span = _weir_an_span (ctx->analyzer, name->span);
  return expr;
}

static WeirExpr *
find_in_outer (WeirExprContext   *ctx,
               const WeirSqlName *name,
               GError           **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const WeirRel        *outer = ctx->analyzer->outer;
  guint                 n_used = outer != NULL ? find_columns (outer, name, found) : 0;
  WeirExpr             *expr;

  if (n_used == 0)
    return NULL;
  if (found->len > 1)
    {
      _weir_fail_ambiguous (ctx, name, found, error);
      return NULL;
    }
  expr = column_expr (ctx, outer, found->pdata[0], name, n_used);
  expr->index += WEIR_INDEX_OUTER;
  ctx->analyzer->used_outer = TRUE;
  return follow_fields (ctx, expr, name, n_used, error);
}

static WeirExpr *
find_lambda (WeirExprContext   *ctx,
             const WeirSqlName *name,
             GError           **error)
{
  for (guint i = ctx->lambdas != NULL ? ctx->lambdas->len : 0; i-- > 0;)
    {
      const WeirLambdaScope *scope = ctx->lambdas->pdata[i];

      for (guint k = 0; k < scope->n_params; k++)
        if (_weir_name_equal (scope->params[k].name, name->parts[0].name))
          {
            WeirExpr *expr = weir_expr_new_column (WEIR_LAMBDA_BASE + 8 * scope->level + k, scope->types[k], TRUE, "namedlambdavariable()");

            expr->span = _weir_an_span (ctx->analyzer, name->span);
            return follow_fields (ctx, expr, name, 1, error);
          }
    }
  return NULL;
}

static WeirExpr *
find_alias (WeirExprContext   *ctx,
            const WeirSqlName *name,
            GError           **error)
{
  WeirItem *found = NULL;

  for (guint i = 0; ctx->items != NULL && i < ctx->items->len; i++)
    {
      WeirItem *item = &g_array_index (ctx->items, WeirItem, i);

      if (item->expr == NULL || (!item->is_alias && !ctx->items_first) || !_weir_name_equal (item->name, name->parts[0].name))
        continue;
      if (found != NULL && !weir_expr_equal (found->expr, item->expr))
        {
          if (ctx->items_first && !item->is_alias)
            continue;
          _weir_an_fail (ctx->analyzer, error, ctx->items_first ? "AMBIGUOUS_REFERENCE" : "AMBIGUOUS_LATERAL_COLUMN_ALIAS", name->span,
                         "Reference `%s` is ambiguous: several items of the select list have that name.",
                         (const char *[]){ "name", name->parts[0].name, NULL });
          return NULL;
        }
      found = item;
    }
  if (found == NULL)
    return NULL;
  return follow_fields (ctx, weir_expr_with_name (weir_expr_ref (found->expr), name->parts[0].name), name, 1, error);
}

static WeirExpr *
find_in_rel (WeirExprContext   *ctx,
             const WeirSqlName *name,
             GError           **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  guint                 n_used = find_columns (ctx->rel, name, found);

  if (n_used == 0)
    return NULL;
  if (found->len > 1)
    {
      _weir_fail_ambiguous (ctx, name, found, error);
      return NULL;
    }
  return follow_fields (ctx, column_expr (ctx, ctx->rel, found->pdata[0], name, n_used), name, n_used, error);
}

/* grouping__id, Hive's name of grouping_id(). */
static WeirExpr *
find_grouping_id (WeirExprContext   *ctx,
                  const WeirSqlName *name,
                  GError           **error)
{
  if (ctx->aggs == NULL || ctx->aggs->set_keys == NULL || !_weir_name_equal (name->parts[0].name, "grouping__id"))
    return NULL;
  return weir_expr_new_column (WEIR_INDEX_GROUPING, WEIR_BIGINT, FALSE, name->parts[0].name);
}

/* session_window of GROUP BY. */
static WeirExpr *
find_session (WeirExprContext   *ctx,
              const WeirSqlName *name,
              GError           **error)
{
  g_autoptr (WeirType) type = NULL;
  WeirExpr            *expr;

  if (ctx->aggs == NULL || !ctx->aggs->has_session || ctx->in_aggregate || !_weir_name_equal (name->parts[0].name, "session_window"))
    return NULL;
  type = _weir_window_type (ctx->aggs->session.time->type);
  expr = weir_expr_new_column (WEIR_INDEX_SESSION, type, FALSE, name->parts[0].name);
  expr->span = _weir_an_span (ctx->analyzer, name->span);
  return follow_fields (ctx, expr, name, 1, error);
}

typedef WeirExpr *(*Finder) (WeirExprContext *ctx, const WeirSqlName *name, GError **error);

WeirExpr *
_weir_analyze_name (WeirExprContext   *ctx,
                    const WeirSqlName *name,
                    GError           **error)
{
  static const Finder plain[] = { find_lambda, find_in_rel, find_session, find_grouping_id, find_alias, find_in_outer, NULL };
  static const Finder late[] = { find_lambda, find_alias, find_in_rel, find_session, find_grouping_id, find_in_outer, NULL };
  const Finder       *finders = ctx->items_first && !ctx->in_aggregate ? late : plain;
  GError             *local = NULL;

  for (; *finders != NULL; finders++)
    {
      WeirExpr *expr = (*finders) (ctx, name, &local);

      if (expr != NULL)
        return expr;
      if (local != NULL)
        {
          g_propagate_error (error, local);
          return NULL;
        }
    }
  _weir_fail_unresolved_column (ctx, name, error);
  return NULL;
}

/* ---- * ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_excepted (const WeirSqlExpr *star,
             const char        *name,
             gboolean          *used)
{
  for (guint i = 0; i < star->star.n_except; i++)
    {
      const WeirSqlName *except = &star->star.except[i];

      if (_weir_name_equal (except->parts[except->n_parts - 1].name, name))
        {
          used[i] = TRUE;
          return TRUE;
        }
    }
  return FALSE;
}

/* What a star stands for; errors about it point at the star. */
static void
add_item (GArray     *items,
          WeirExpr   *expr,
          const char *name,
          WeirSpan    span)
{
  WeirItem item = { .expr = weir_expr_with_name (expr, name), .name = g_strdup (name) };

  item.expr->span = span;
  g_array_append_val (items, item);
}

/* `s.*` of a struct column. */
static gboolean
expand_struct (WeirExprContext   *ctx,
               const WeirSqlExpr *star,
               GArray            *items,
               gboolean          *used,
               GError           **error)
{
  g_autoptr (WeirExpr) base = _weir_analyze_name (ctx, &star->star.qualifier, NULL);
  g_autofree char     *text = NULL;

  if (base != NULL && base->type->kind == WEIR_TYPE_STRUCT)
    {
      for (guint i = 0; i < base->type->n_fields; i++)
        if (!is_excepted (star, base->type->fields[i].name, used))
          add_item (items, weir_expr_new_field (weir_expr_ref (base), i), base->type->fields[i].name, _weir_an_span (ctx->analyzer, star->span));
      return TRUE;
    }
  text = _weir_name_to_string (&star->star.qualifier);
  return _weir_an_fail (ctx->analyzer, error, "CANNOT_RESOLVE_STAR_EXPAND", star->span,
                        "Cannot resolve %s.* given the columns of the relation. Please check that the specified table or struct exists and is "
                        "accessible in the input columns.",
                        (const char *[]){ "targetString", text, NULL });
}

gboolean
_weir_expand_star (WeirExprContext   *ctx,
                   const WeirSqlExpr *star,
                   GArray            *items,
                   GError           **error)
{
  const WeirSqlName   *qualifier = &star->star.qualifier;
  const char          *wanted = qualifier->n_parts > 0 ? qualifier->parts[qualifier->n_parts - 1].name : NULL;
  g_autofree gboolean *used = g_new0 (gboolean, star->star.n_except + 1);
  gboolean             any = FALSE;

  for (guint i = 0; i < ctx->rel->columns->len; i++)
    {
      const WeirRelColumn *column = &g_array_index (ctx->rel->columns, WeirRelColumn, i);

      if (column->hidden == WEIR_REL_METADATA || (wanted == NULL ? column->hidden : column->qualifier == NULL || !_weir_name_equal (column->qualifier, wanted)))
        continue;
      any = TRUE;
      if (!is_excepted (star, column->name, used))
        add_item (items, _weir_rel_expr (ctx->rel, column->index), column->name, _weir_an_span (ctx->analyzer, star->span));
    }
  if (!any && wanted != NULL && !expand_struct (ctx, star, items, used, error))
    return FALSE;
  for (guint i = 0; i < star->star.n_except; i++)
    if (!used[i])
      return _weir_fail_unresolved_column (ctx, &star->star.except[i], error);
  if (!any && wanted == NULL)
    return _weir_an_fail (ctx->analyzer, error, "INVALID_USAGE_OF_STAR_OR_REGEX", star->span, "Invalid usage of '*': there is no FROM.", NULL);
  return TRUE;
}

gboolean
_weir_expand_star_exprs (WeirExprContext   *ctx,
                         const WeirSqlExpr *star,
                         GPtrArray         *exprs,
                         GError           **error)
{
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (WeirItem));
  gboolean           fine = _weir_expand_star (ctx, star, items, error);

  for (guint i = 0; i < items->len; i++)
    {
      WeirItem *item = &g_array_index (items, WeirItem, i);

      g_ptr_array_add (exprs, item->expr);
      g_free (item->name);
    }
  return fine;
}
