/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/sql-print-private.h"

/* Queries back to SQL: WITH, SELECT with its clauses, set operations, ORDER BY. Parentheses of the text are nodes, so that none are made up here. */

static void print_group_items (GString *out, const WeirSqlGroupItem *const *items, guint n_items);

static void
print_group_item (GString                *out,
                  const WeirSqlGroupItem *item)
{
  static const char *const prefixes[] = { "", "ROLLUP (", "CUBE (", "GROUPING SETS (", "(" };

  if (item->kind == WEIR_SQL_GROUP_EXPR)
    {
      _weir_sql_print_expr (out, item->expr);
      return;
    }
  for (guint i = 0; i < item->n_keys; i++)
    {
      _weir_sql_print_expr (out, item->keys[i]);
      g_string_append (out, i + 1 < item->n_keys ? ", " : " ");
    }
  g_string_append (out, prefixes[item->kind]);
  print_group_items (out, item->items, item->n_items);
  g_string_append_c (out, ')');
}

static void
print_group_items (GString                       *out,
                   const WeirSqlGroupItem *const *items,
                   guint                          n_items)
{
  for (guint i = 0; i < n_items; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      print_group_item (out, items[i]);
    }
}

static void
print_select_items (GString             *out,
                    const WeirSqlSelect *select)
{
  for (guint i = 0; i < select->n_items; i++)
    {
      const WeirSqlSelectItem *item = &select->items[i];

      if (i > 0)
        g_string_append (out, ", ");
      _weir_sql_print_expr (out, item->expr);
      if (item->n_aliases == 1)
        {
          g_string_append (out, " AS ");
          _weir_sql_print_ident (out, item->aliases);
        }
      else if (item->n_aliases > 1)
        {
          g_string_append (out, " AS");
          _weir_sql_print_columns (out, item->aliases, item->n_aliases);
        }
    }
}

static void
print_clause (GString           *out,
              const char        *keyword,
              const WeirSqlExpr *expr)
{
  if (expr == NULL)
    return;
  g_string_append (out, keyword);
  _weir_sql_print_expr (out, expr);
}

/* A column of the name ALL that stands first, as it may behind AGGREGATE of a pipe, would be read as the quantifier. */
static gboolean
starts_like_quantifier (const char *items)
{
  return _weir_sql_starts_with_word (items, "ALL") || _weir_sql_starts_with_word (items, "DISTINCT");
}

static void
print_select (GString             *out,
              const WeirSqlSelect *select)
{
  gsize start;

  g_string_append (out, select->distinct ? "SELECT DISTINCT " : "SELECT ");
  start = out->len;
  print_select_items (out, select);
  if (!select->distinct && starts_like_quantifier (out->str + start))
    g_string_insert (out, (gssize)start, "ALL ");
  for (guint i = 0; i < select->n_from; i++)
    {
      g_string_append (out, i == 0 ? " FROM " : ", ");
      _weir_sql_print_relation (out, select->from[i]);
    }
  for (guint i = 0; i < select->n_lateral_views; i++)
    _weir_sql_print_lateral_view (out, &select->lateral_views[i]);
  print_clause (out, " WHERE ", select->where);
  if (select->group_by_all || select->n_group_by > 0)
    {
      g_string_append (out, select->group_by_all ? " GROUP BY ALL" : " GROUP BY ");
      print_group_items (out, select->group_by, select->n_group_by);
    }
  print_clause (out, " HAVING ", select->having);
}

static void
print_body (GString           *out,
            const WeirSqlBody *body)
{
  static const char *const set_ops[] = { " UNION ", " INTERSECT ", " EXCEPT " };

  switch (body->kind)
    {
    case WEIR_SQL_BODY_SELECT:
      print_select (out, &body->select);
      break;
    case WEIR_SQL_BODY_VALUES:
      _weir_sql_print_values (out, &body->values.values);
      _weir_sql_print_alias (out, &body->values.alias, body->values.column_aliases, body->values.n_column_aliases);
      break;
    case WEIR_SQL_BODY_TABLE:
      g_string_append (out, "TABLE ");
      _weir_sql_print_name (out, &body->table);
      break;
    case WEIR_SQL_BODY_SET_OP:
      print_body (out, body->set_op.left);
      g_string_append (out, set_ops[body->set_op.op]);
      if (body->set_op.all_given)
        g_string_append (out, body->set_op.all ? "ALL " : "DISTINCT ");
      print_body (out, body->set_op.right);
      break;
    case WEIR_SQL_BODY_QUERY:
      g_string_append_c (out, '(');
      _weir_sql_print_query (out, body->query);
      g_string_append_c (out, ')');
      break;
    }
}

void
_weir_sql_print_order_items (GString                *out,
                             const WeirSqlOrderItem *items,
                             guint                   n_items)
{
  for (guint i = 0; i < n_items; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (items[i].expr != NULL)
        _weir_sql_print_expr (out, items[i].expr);
      else
        g_string_append (out, "ALL");
      if (items[i].descending)
        g_string_append (out, " DESC");
      if (items[i].nulls_given)
        g_string_append (out, items[i].nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

static void
print_with (GString            *out,
            const WeirSqlQuery *query)
{
  for (guint i = 0; i < query->n_ctes; i++)
    {
      const WeirSqlCte *cte = &query->ctes[i];

      g_string_append (out, i > 0 ? ", " : query->recursive ? "WITH RECURSIVE "
                                                            : "WITH ");
      _weir_sql_print_ident (out, &cte->name);
      _weir_sql_print_columns (out, cte->columns, cte->n_columns);
      g_string_append (out, " AS (");
      _weir_sql_print_query (out, cte->query);
      g_string_append_c (out, ')');
    }
  if (query->n_ctes > 0)
    g_string_append_c (out, ' ');
}

void
_weir_sql_print_query (GString            *out,
                       const WeirSqlQuery *query)
{
  print_with (out, query);
  print_body (out, query->body);
  if (query->n_order_by > 0)
    {
      g_string_append (out, " ORDER BY ");
      _weir_sql_print_order_items (out, query->order_by, query->n_order_by);
    }
  print_clause (out, " LIMIT ", query->limit);
  print_clause (out, " OFFSET ", query->offset);
}

char *
weir_sql_print_query (const WeirSqlQuery *query)
{
  GString *out = g_string_new (NULL);

  _weir_sql_print_query (out, query);
  return g_string_free (out, FALSE);
}
