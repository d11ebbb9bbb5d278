/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "base/limits.h"
#include "plan/analyzer-private.h"
#include "sql/parser.h"

/* What stands after FROM: tables, views, CTEs, subqueries, and what may follow them. */

/* ---- tables and views ------------------------------------------------------------------------------------------- */

static WeirRel *
analyze_cte (WeirAnalyzer  *self,
             const WeirCte *cte,
             WeirSpan       span,
             GError       **error)
{
  const WeirCte      *visible = self->ctes;
  g_autoptr (WeirRel) rel = NULL;

  *cte->used = TRUE;
  self->ctes = cte->before;
  rel = _weir_analyze_query_rel (self, cte->cte->query, error);
  self->ctes = visible;
  if (rel == NULL || !_weir_rel_rename (self, rel, cte->cte->name.name, cte->cte->columns, cte->cte->n_columns, span, error))
    return NULL;
  return g_steal_pointer (&rel);
}

static WeirRel *
analyze_view (WeirAnalyzer      *self,
              const WeirViewDef *view,
              WeirSpan           span,
              GError           **error)
{
  WeirAnalyzer              inner = { .catalog = self->catalog, .zone = self->zone, .in_view = TRUE, .view_span = _weir_an_span (self, span), .depth = self->depth, .n_relations = self->n_relations };
  g_autoptr (WeirSqlScript) script = weir_sql_parse_statement_with (view->sql, -1, weir_catalog_get_bool (self->catalog, WEIR_SQL_RAW_STRINGS_KEY), error);
  guint                     n_names = view->columns != NULL ? g_strv_length (view->columns) : 0;
  g_autofree WeirSqlIdent  *names = g_new0 (WeirSqlIdent, n_names + 1);
  g_autoptr (WeirRel)       rel = NULL;

  if (script == NULL)
    return NULL;
  for (guint i = 0; i < n_names; i++)
    names[i].name = view->columns[i];
  rel = _weir_analyze_query_rel (&inner, weir_sql_script_get_statement (script, 0)->query, error);
  if (rel == NULL || !_weir_rel_rename (&inner, rel, view->name, names, n_names, span, error))
    return NULL;
  return g_steal_pointer (&rel);
}

static void
free_options (gpointer options)
{
  g_hash_table_unref (options);
}

static gboolean
read_options (WeirAnalyzer        *self,
              const WeirSqlOption *options,
              guint                n_options,
              GHashTable         **result,
              GError             **error)
{
  *result = n_options > 0 ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) : NULL;
  for (guint i = 0; i < n_options; i++)
    {
      char       *key = g_ascii_strdown (options[i].key, -1);
      const char *before = g_hash_table_lookup (*result, key);

      if (before != NULL && strcmp (before, options[i].value) != 0)
        {
          g_free (key);
          g_clear_pointer (result, free_options);
          return _weir_an_fail (self, error, "DUPLICATE_KEY", options[i].span, "Found duplicate keys %s.",
                                (const char *[]){ "keyColumn", options[i].key, NULL });
        }
      g_hash_table_replace (*result, key, g_strdup (options[i].value));
    }
  return TRUE;
}

static gboolean
check_can_read (WeirAnalyzer *self,
                WeirTable    *table,
                gboolean      stream,
                WeirSpan      span,
                GError      **error)
{
  const char *params[] = { "tableName", table->name, "format", table->format->name, NULL };

  if (stream && !table->format->can_stream)
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.TABLE_OPERATION", span,
                          "Table %s of format %s cannot be read as a stream.", params);
  if (stream && table->format->infers && table->declared == NULL && !weir_catalog_get_bool (self->catalog, "spark.sql.streaming.schemaInference"))
    return _weir_an_fail (self, error, "UNABLE_TO_INFER_SCHEMA", span,
                          "A stream needs to know its columns before the first row comes: name them in CREATE TABLE %s (column TYPE, …) USING %s, or set "
                          "spark.sql.streaming.schemaInference to true.",
                          params);
  if (!stream && !table->format->can_batch && table->format->can_stream)
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.TABLE_OPERATION", span,
                          "Table %s of format %s can only be read as a stream: write FROM STREAM.", params);
  if (!stream && !table->format->can_batch && !table->format->can_sink)
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.TABLE_OPERATION", span, "Table %s of format %s cannot be read.", params);
  return TRUE;
}

/* @schema with the format's hidden columns behind it, unless the table has columns of these names. Takes @schema. */
static WeirSchema *
add_hidden (WeirTable  *table,
            WeirSchema *schema)
{
  g_autoptr (WeirSchema) own = schema;
  g_autoptr (WeirSchema) hidden = table->format->hidden_schema != NULL ? table->format->hidden_schema (table->format->name) : NULL;
  g_autofree WeirField  *fields = NULL;

  if (hidden == NULL || weir_type_field_index (own, hidden->fields[0].name) >= 0)
    return g_steal_pointer (&own);
  fields = g_new (WeirField, own->n_fields + hidden->n_fields);
  memcpy (fields, own->fields, own->n_fields * sizeof *fields);
  memcpy (fields + own->n_fields, hidden->fields, hidden->n_fields * sizeof *fields);
  return weir_type_new_struct (fields, own->n_fields + hidden->n_fields);
}

static WeirRel *
scan_table (WeirAnalyzer        *self,
            WeirTable           *table,
            gboolean             stream,
            const WeirSqlOption *options,
            guint                n_options,
            WeirSpan             span,
            GError             **error)
{
  g_autoptr (GHashTable) own = NULL;
  g_autoptr (GHashTable) merged = NULL;
  WeirSchema            *schema;
  WeirPlan              *plan;
  WeirRel               *rel;
  guint                  n_own;
  gboolean               at_rest = weir_catalog_get_at_rest (self->catalog);

  if (!check_can_read (self, table, stream, span, error) || !read_options (self, options, n_options, &own, error))
    return NULL;
  merged = weir_table_merge_options (table, own);
  schema = weir_catalog_resolve_schema (self->catalog, table, merged, error);
  if (schema == NULL)
    {
      if (error != NULL && *error != NULL)
        weir_error_set_span (*error, _weir_an_span (self, span));
      return NULL;
    }
  n_own = schema->n_fields;
  plan = _weir_plan_new_scan (weir_table_ref (table), add_hidden (table, schema), g_steal_pointer (&own), stream && !at_rest);
  plan->scan.at_rest = stream && at_rest;
  plan->span = _weir_an_span (self, span);
  rel = _weir_rel_new (plan, table->name);
  for (guint i = n_own; i < rel->columns->len; i++)
    g_array_index (rel->columns, WeirRelColumn, i).hidden = WEIR_REL_METADATA;
  return rel;
}

static WeirRel *
require_stream (WeirAnalyzer *self,
                WeirRel      *rel,
                const char   *name,
                WeirSpan      span,
                GError      **error)
{
  if (rel == NULL || rel->plan->is_streaming || weir_catalog_get_at_rest (self->catalog))
    return rel;
  _weir_rel_free (rel);
  _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.TABLE_OPERATION", span, "%s is a view over tables that are no streams: STREAM cannot make it one.",
                 (const char *[]){ "tableName", name, NULL });
  return NULL;
}

WeirRel *
_weir_analyze_table (WeirAnalyzer        *self,
                     const WeirSqlName   *name,
                     gboolean             stream,
                     const WeirSqlOption *options,
                     guint                n_options,
                     GError             **error)
{
  const char        *last = name->parts[name->n_parts - 1].name;
  const WeirViewDef *view;
  WeirTable         *table;
  g_autofree char   *text = NULL;
  WeirRel           *rel;

  if (++*self->n_relations > WEIR_SQL_RELATIONS_MAX)
    {
      _weir_an_fail (self, error, "LIMIT_EXCEEDED", name->span, "The query refers to more than 1000 tables, those of its views counted.", NULL);
      return NULL;
    }
  for (const WeirCte *cte = name->n_parts == 1 ? self->ctes : NULL; cte != NULL; cte = cte->before)
    if (_weir_name_equal (cte->cte->name.name, last))
      return analyze_cte (self, cte, name->span, error);
  view = _weir_catalog_get_view (self->catalog, last);
  if (view != NULL)
    {
      rel = analyze_view (self, view, name->span, error);
      return stream ? require_stream (self, rel, view->name, name->span, error) : rel;
    }
  table = weir_catalog_get_table (self->catalog, last);
  if (table != NULL)
    return scan_table (self, table, stream, options, n_options, name->span, error);
  text = _weir_name_to_string (name);
  _weir_an_fail (self, error, "TABLE_OR_VIEW_NOT_FOUND", name->span,
                 "The table or view %s cannot be found. Verify the spelling and correctness of the schema and catalog. "
                 "If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the "
                 "correct schema and catalog. To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.",
                 (const char *[]){ "relationName", text, NULL });
  return NULL;
}

/* ---- WATERMARK -------------------------------------------------------------------------------------------------- */

#define US_PER_MONTH (31 * G_GINT64_CONSTANT (86400000000))

static gboolean
delay_of (WeirAnalyzer           *self,
          const WeirSqlWatermark *watermark,
          gint64                 *delay_ms,
          GError                **error)
{
  const WeirSqlInterval *delay = &watermark->delay;
  gint64                 us, days, months;

  if (__builtin_mul_overflow ((gint64)delay->months, US_PER_MONTH, &months) || __builtin_mul_overflow ((gint64)delay->days, G_GINT64_CONSTANT (86400000000), &days) || __builtin_add_overflow (months, days, &us) || __builtin_add_overflow (us, delay->us, &us))
    return _weir_an_fail (self, error, "INTERVAL_ARITHMETIC_OVERFLOW", watermark->delay_span, "The delay of the watermark is too long.", NULL);
  if (us < 0)
    return _weir_an_fail (self, error, "INVALID_PARAMETER_VALUE.DELAY_THRESHOLD", watermark->delay_span,
                          "The delay of the watermark must not be negative.", NULL);
  *delay_ms = us / 1000;
  return TRUE;
}

static gboolean
check_event_time_type (WeirAnalyzer           *self,
                       WeirType               *type,
                       const char             *name,
                       const WeirSqlWatermark *watermark,
                       GError                **error)
{
  g_autofree char *sql = NULL;
  gboolean         window = type->kind == WEIR_TYPE_STRUCT && type->n_fields == 2 && strcmp (type->fields[1].name, "end") == 0 && type->fields[1].type->kind == WEIR_TYPE_TIMESTAMP;

  if (type->kind == WEIR_TYPE_TIMESTAMP || window)
    return TRUE;
  sql = weir_type_to_sql (type);
  return _weir_an_fail (self, error, "EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE", watermark->expr->span,
                        "The event time %s has the invalid type \"%s\", but expected \"TIMESTAMP\".",
                        (const char *[]){ "eventName", name, "eventType", sql, NULL });
}

/* `expression AS name`: the new column stands before the others. Takes @expr. */
static void
prepend_column (WeirRel    *rel,
                WeirExpr   *expr,
                const char *name)
{
  guint                   n = rel->plan->schema->n_fields;
  g_autofree WeirExpr   **exprs = g_new (WeirExpr *, n + 1);
  g_autofree const char **names = g_new0 (const char *, n + 1);
  WeirRelColumn           column = { NULL, g_strdup (name), 0, FALSE };

  exprs[0] = expr;
  names[0] = name;
  for (guint i = 0; i < n; i++)
    {
      exprs[i + 1] = _weir_plan_column (rel->plan, i);
      names[i + 1] = rel->plan->schema->fields[i].name;
    }
  rel->plan = _weir_plan_new_project (rel->plan, exprs, n + 1, names);
  for (guint i = 0; i < rel->columns->len; i++)
    g_array_index (rel->columns, WeirRelColumn, i).index++;
  if (rel->columns->len > 0)
    column.qualifier = g_strdup (g_array_index (rel->columns, WeirRelColumn, 0).qualifier);
  g_array_prepend_val (rel->columns, column);
}

static gboolean
check_watermark_name (WeirAnalyzer           *self,
                      const WeirSqlWatermark *watermark,
                      GError                **error)
{
  if (watermark->n_names > 1)
    return _weir_an_fail (self, error, "CANNOT_USE_MULTI_ALIASES_IN_WATERMARK_CLAUSE", watermark->span,
                          "Multiple aliases are not supported in watermark clause.", NULL);
  if (watermark->n_names == 0 && watermark->expr->kind != WEIR_SQL_EXPR_COLUMN)
    return _weir_an_fail (self, error, "REQUIRES_EXPLICIT_NAME_IN_WATERMARK_CLAUSE", watermark->expr->span,
                          "The watermark clause requires an explicit name if an expression is specified: WATERMARK expression AS name DELAY OF ….", NULL);
  return TRUE;
}

static gboolean
apply_watermark (WeirAnalyzer           *self,
                 WeirRel                *rel,
                 const WeirSqlWatermark *watermark,
                 GError                **error)
{
  WeirExprContext      ctx = { .analyzer = self, .rel = rel, .clause = "WATERMARK" };
  g_autoptr (WeirExpr) expr = NULL;
  guint                column;
  gint64               delay_ms = 0;

  if (!check_watermark_name (self, watermark, error) || !delay_of (self, watermark, &delay_ms, error))
    return FALSE;
  expr = _weir_analyze_sql_expr (&ctx, watermark->expr, error);
  if (expr == NULL)
    return FALSE;
  if (!check_event_time_type (self, expr->type, watermark->n_names > 0 ? watermark->name.name : expr->name, watermark, error))
    return FALSE;
  if (watermark->n_names == 0 && expr->kind == WEIR_EXPR_COLUMN)
    column = expr->index;
  else
    {
      prepend_column (rel, weir_expr_ref (expr), watermark->n_names > 0 ? watermark->name.name : expr->name);
      column = 0;
    }
  if (rel->plan->is_streaming)
    {
      rel->plan = _weir_plan_new_event_time (rel->plan, column, delay_ms);
      rel->plan->span = _weir_an_span (self, watermark->span);
    }
  return TRUE;
}

/* ---- DROP DUPLICATES -------------------------------------------------------------------------------------------- */

static gboolean
apply_dedup (WeirAnalyzer       *self,
             WeirRel            *rel,
             const WeirSqlDedup *dedup,
             GError            **error)
{
  WeirExprContext    ctx = { .analyzer = self, .rel = rel, .clause = "DROP DUPLICATES" };
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (guint));

  if (dedup->within_watermark && !rel->plan->is_streaming && !weir_catalog_get_at_rest (self->catalog))
    return _weir_an_fail (self, error, "UNSUPPORTED_FEATURE.BATCH_OPERATION", dedup->span,
                          "dropDuplicatesWithinWatermark is not supported with batch DataFrames/DataSets", NULL);
  for (guint i = 0; i < dedup->n_columns; i++)
    {
      WeirSqlName          name = { &dedup->columns[i], 1, dedup->columns[i].span };
      g_autoptr (WeirExpr) column = _weir_analyze_name (&ctx, &name, error);

      if (column == NULL)
        return FALSE;
      g_array_append_val (keys, column->index);
    }
  for (guint i = 0; dedup->n_columns == 0 && i < rel->columns->len; i++)
    if (!g_array_index (rel->columns, WeirRelColumn, i).hidden)
      g_array_append_val (keys, g_array_index (rel->columns, WeirRelColumn, i).index);
  rel->plan = _weir_plan_new_dedup (rel->plan, (const guint *)keys->data, keys->len, dedup->within_watermark && rel->plan->is_streaming);
  rel->plan->span = _weir_an_span (self, dedup->span);
  return TRUE;
}

/* ---- relations -------------------------------------------------------------------------------------------------- */

static WeirRel *
analyze_join_relation (WeirAnalyzer      *self,
                       const WeirSqlJoin *join,
                       GError           **error)
{
  WeirRel *left = _weir_analyze_relation (self, join->left, error);
  WeirRel *right;

  if (left == NULL)
    return NULL;
  right = _weir_analyze_relation (self, join->right, error);
  if (right == NULL)
    {
      _weir_rel_free (left);
      return NULL;
    }
  return _weir_analyze_join (self, left, right, join, error);
}

static WeirRel *
analyze_primary (WeirAnalyzer          *self,
                 const WeirSqlRelation *relation,
                 GError               **error)
{
  if (relation->lateral)
    {
      _weir_fail_unsupported_here (self, error, relation->span, "LATERAL joins");
      return NULL;
    }
  switch (relation->kind)
    {
    case WEIR_SQL_RELATION_TABLE:
      return _weir_analyze_table (self, &relation->table, relation->stream, relation->options, relation->n_options, error);
    case WEIR_SQL_RELATION_QUERY:
      return _weir_analyze_query_rel (self, relation->query, error);
    case WEIR_SQL_RELATION_VALUES:
      return _weir_analyze_values (self, &relation->values, relation->span, error);
    case WEIR_SQL_RELATION_FUNCTION:
      return _weir_analyze_table_function (self, relation->function, error);
    case WEIR_SQL_RELATION_JOIN:
      return analyze_join_relation (self, &relation->join, error);
    case WEIR_SQL_RELATION_NESTED:
      return _weir_analyze_relation (self, relation->nested, error);
    case WEIR_SQL_RELATION_UNPIVOT:
      return _weir_analyze_unpivot (self, _weir_analyze_relation (self, relation->unpivot.child, error), &relation->unpivot, error);
    }
  g_return_val_if_reached (NULL);
}

/* A subquery without alias hides the qualifiers inside it. */
static void
drop_qualifiers (WeirRel *rel)
{
  for (guint i = 0; i < rel->columns->len; i++)
    g_clear_pointer (&g_array_index (rel->columns, WeirRelColumn, i).qualifier, g_free);
}

WeirRel *
_weir_analyze_relation (WeirAnalyzer          *self,
                        const WeirSqlRelation *relation,
                        GError               **error)
{
  g_autoptr (WeirRel) rel = analyze_primary (self, relation, error);

  if (rel == NULL)
    return NULL;
  if (relation->kind == WEIR_SQL_RELATION_QUERY)
    {
      rel->window_column = -1;
      drop_qualifiers (rel);
    }
  if (relation->watermark != NULL && !apply_watermark (self, rel, relation->watermark, error))
    return NULL;
  if (relation->dedup != NULL && !apply_dedup (self, rel, relation->dedup, error))
    return NULL;
  if (relation->alias.name != NULL && !_weir_rel_rename (self, rel, relation->alias.name, relation->column_aliases, relation->n_column_aliases, relation->span, error))
    return NULL;
  return g_steal_pointer (&rel);
}
