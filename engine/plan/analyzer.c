/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "plan/analyzer-private.h"

/*
 * From syntax to an optimised plan.
 *
 * The analyser walks a query from the inside out: FROM makes a relation, each clause wraps its plan. Names are resolved against the
 * relation, so no tree with unresolved nodes ever exists. Views and CTEs are analysed anew at each use, which gives every use
 * its own scans, as in Spark.
 */

WeirSpan
_weir_an_span (const WeirAnalyzer *self,
               WeirSpan            span)
{
  return self->in_view ? self->view_span : span;
}

WeirPlan *
weir_analyze_query (WeirCatalog        *catalog,
                    const WeirSqlQuery *query,
                    const char         *text,
                    GError            **error)
{
  guint        n_relations = 0;
  WeirAnalyzer self = { .catalog = catalog, .zone = weir_catalog_get_zone (catalog), .n_relations = &n_relations };
  WeirRel     *rel = _weir_analyze_query_rel (&self, query, error);
  WeirPlan    *plan;

  if (rel == NULL)
    return NULL;
  plan = _weir_optimize (_weir_rel_finish (rel), self.zone);
  _weir_plan_number (plan);
  return plan;
}

WeirExpr *
weir_analyze_expr (WeirCatalog       *catalog,
                   const WeirSqlExpr *expr,
                   WeirSchema        *input,
                   const char        *text,
                   GError           **error)
{
  guint                   n_relations = 0;
  WeirAnalyzer            self = { .catalog = catalog, .zone = weir_catalog_get_zone (catalog), .n_relations = &n_relations };
  g_autofree WeirColumn **columns = g_new0 (WeirColumn *, MAX (input->n_fields, 1));
  g_autoptr (WeirRel)     rel = NULL;
  WeirExprContext         ctx = { .analyzer = &self, .clause = "expression" };

  for (guint i = 0; i < input->n_fields; i++)
    columns[i] = weir_column_new_nulls (input->fields[i].type, 0);
  rel = _weir_rel_new (_weir_plan_new_values (weir_batch_new (input, 0, columns)), NULL);
  ctx.rel = rel;
  return _weir_analyze_sql_expr (&ctx, expr, error);
}

/* ---- queries ---------------------------------------------------------------------------------------------------- */

static WeirRel *
analyze_ordered (WeirAnalyzer       *self,
                 const WeirSqlQuery *query,
                 GError            **error)
{
  const WeirSqlBody *body = query->body;
  WeirRel           *rel;

  if (body->kind == WEIR_SQL_BODY_SELECT)
    rel = _weir_analyze_select (self, &body->select, query, error);
  else
    {
      rel = _weir_analyze_body (self, body, error);
      if (rel != NULL && query->n_order_by > 0)
        rel = _weir_analyze_order (self, rel, query, error);
    }
  return rel != NULL ? _weir_analyze_limit (self, rel, query, error) : NULL;
}

/* What nobody refers to must be right as well. Takes @rel. */
static WeirRel *
check_unused (WeirAnalyzer  *self,
              WeirRel       *rel,
              const WeirCte *cte,
              GError       **error)
{
  WeirRel *unused = _weir_analyze_query_rel (self, cte->cte->query, error);

  if (unused != NULL)
    {
      _weir_rel_free (unused);
      return rel;
    }
  _weir_rel_free (rel);
  return NULL;
}

/* The CTEs of @query from @i on, each seeing those before it, then the query itself. */
static WeirRel *
analyze_with (WeirAnalyzer       *self,
              const WeirSqlQuery *query,
              guint               i,
              GError            **error)
{
  const WeirCte *outer = self->ctes;
  gboolean       used = FALSE;
  WeirCte        cte;
  WeirRel       *rel;

  if (i == query->n_ctes)
    return analyze_ordered (self, query, error);
  for (guint k = 0; k < i; k++)
    if (_weir_name_equal (query->ctes[k].name.name, query->ctes[i].name.name))
      {
        g_autofree char *name = _weir_quote_name (query->ctes[i].name.name);

        _weir_an_fail (self, error, "DUPLICATED_CTE_NAMES", query->ctes[i].name.span, "CTE definition can't have duplicate names: %s.",
                       (const char *[]){ "duplicateNames", name, NULL });
        return NULL;
      }
  cte.cte = &query->ctes[i];
  cte.before = outer;
  cte.used = &used;
  self->ctes = &cte;
  rel = analyze_with (self, query, i + 1, error);
  self->ctes = outer;
  return rel != NULL && !used ? check_unused (self, rel, &cte, error) : rel;
}

WeirRel *
_weir_analyze_query_rel (WeirAnalyzer       *self,
                         const WeirSqlQuery *query,
                         GError            **error)
{
  WeirRel *rel;

  if (query->recursive)
    {
      _weir_fail_unsupported_here (self, error, query->with_span, "WITH RECURSIVE");
      return NULL;
    }
  if (self->depth >= WEIR_QUERY_DEPTH_MAX)
    {
      _weir_an_fail (self, error, "LIMIT_EXCEEDED", query->span, "Queries, views and WITH are nested deeper than 64 levels.", NULL);
      return NULL;
    }
  self->depth++;
  rel = analyze_with (self, query, 0, error);
  self->depth--;
  return rel;
}

WeirRel *
_weir_analyze_body (WeirAnalyzer      *self,
                    const WeirSqlBody *body,
                    GError           **error)
{
  g_autoptr (WeirRel) rel = NULL;

  switch (body->kind)
    {
    case WEIR_SQL_BODY_SELECT:
      return _weir_analyze_select (self, &body->select, NULL, error);
    case WEIR_SQL_BODY_TABLE:
      return _weir_analyze_table (self, &body->table, FALSE, NULL, 0, error);
    case WEIR_SQL_BODY_SET_OP:
      return _weir_analyze_set_op (self, body, error);
    case WEIR_SQL_BODY_QUERY:
      return _weir_analyze_query_rel (self, body->query, error);
    case WEIR_SQL_BODY_VALUES:
      rel = _weir_analyze_values (self, &body->values.values, body->span, error);
      if (rel == NULL)
        return NULL;
      if (body->values.alias.name != NULL && !_weir_rel_rename (self, rel, body->values.alias.name, body->values.column_aliases, body->values.n_column_aliases, body->span, error))
        return NULL;
      return g_steal_pointer (&rel);
    }
  g_return_val_if_reached (NULL);
}
