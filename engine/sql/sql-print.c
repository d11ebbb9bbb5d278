/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Queries and statements back to SQL. */

static void print_relation (GString *out, const WeirSqlRelation *relation);

/* ---- small parts ---------------------------------------------------------------------------------------------- */

static void
print_string (GString    *out,
              const char *text)
{
  _weir_sql_append_string (out, text, strlen (text));
}

void
_weir_sql_print_options (GString             *out,
                         const WeirSqlOption *options,
                         guint                n_options)
{
  for (guint i = 0; i < n_options; i++)
    {
      g_string_append (out, i == 0 ? "(" : ", ");
      print_string (out, options[i].key);
      g_string_append (out, " = ");
      if (options[i].value_kind == WEIR_SQL_VALUE_STRING)
        print_string (out, options[i].value);
      else
        g_string_append (out, options[i].value);
    }
  g_string_append_c (out, ')');
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
print_alias (GString            *out,
             const WeirSqlIdent *alias,
             const WeirSqlIdent *columns,
             guint               n_columns)
{
  if (alias->name == NULL)
    return;
  g_string_append (out, " AS ");
  _weir_sql_print_ident (out, alias);
  _weir_sql_print_columns (out, columns, n_columns);
}

/* ---- relations ------------------------------------------------------------------------------------------------ */

static void
print_values (GString             *out,
              const WeirSqlValues *values)
{
  g_string_append (out, "VALUES ");
  for (guint i = 0; i < values->n_rows; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      /* One item with a name came from struct(); parentheses alone would not hold the name. */
      if (values->rows[i].n_items == 1 && values->rows[i].items[0]->kind == WEIR_SQL_EXPR_ALIAS)
        g_string_append (out, "struct");
      g_string_append_c (out, '(');
      for (guint j = 0; j < values->rows[i].n_items; j++)
        {
          if (j > 0)
            g_string_append (out, ", ");
          _weir_sql_print_expr (out, values->rows[i].items[j]);
        }
      g_string_append_c (out, ')');
    }
}

static void
print_watermark (GString                *out,
                 const WeirSqlWatermark *watermark)
{
  g_string_append (out, " WATERMARK ");
  _weir_sql_print_expr (out, watermark->expr);
  if (watermark->n_names > 0)
    {
      g_string_append (out, " AS ");
      _weir_sql_print_ident (out, &watermark->name);
    }
  g_string_append (out, " DELAY OF ");
  _weir_sql_print_interval (out, &watermark->delay);
}

static void
print_dedup (GString            *out,
             const WeirSqlDedup *dedup)
{
  g_string_append (out, " DROP DUPLICATES");
  _weir_sql_print_columns (out, dedup->columns, dedup->n_columns);
  if (dedup->within_watermark)
    g_string_append (out, " WITHIN WATERMARK");
}

static void
print_join (GString           *out,
            const WeirSqlJoin *join)
{
  static const char *const types[] = { "JOIN", "CROSS JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI JOIN", "LEFT ANTI JOIN" };

  print_relation (out, join->left);
  g_string_append_printf (out, " %s%s ", join->natural ? "NATURAL " : "", types[join->type]);
  print_relation (out, join->right);
  if (join->on != NULL)
    {
      g_string_append (out, " ON ");
      _weir_sql_print_expr (out, join->on);
    }
  if (join->n_using > 0)
    {
      g_string_append (out, " USING");
      _weir_sql_print_columns (out, join->using_columns, join->n_using);
    }
}

static void
print_unpivot (GString              *out,
               const WeirSqlUnpivot *unpivot)
{
  print_relation (out, unpivot->child);
  g_string_append (out, unpivot->include_nulls ? " UNPIVOT INCLUDE NULLS (" : " UNPIVOT (");
  g_string_append (out, unpivot->n_values > 1 ? "(" : "");
  for (guint i = 0; i < unpivot->n_values; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      _weir_sql_print_ident (out, &unpivot->values[i]);
    }
  g_string_append (out, unpivot->n_values > 1 ? ")" : "");
  g_string_append (out, " FOR ");
  _weir_sql_print_ident (out, &unpivot->name);
  g_string_append (out, " IN (");
  for (guint i = 0; i < unpivot->n_items; i++)
    {
      const WeirSqlUnpivotItem *item = &unpivot->items[i];

      g_string_append (out, i > 0 ? ", " : "");
      g_string_append (out, item->n_columns > 1 ? "(" : "");
      for (guint c = 0; c < item->n_columns; c++)
        {
          g_string_append (out, c > 0 ? ", " : "");
          _weir_sql_print_name (out, &item->columns[c]);
        }
      g_string_append (out, item->n_columns > 1 ? ")" : "");
      print_alias (out, &item->alias, NULL, 0);
    }
  g_string_append (out, "))");
}

static void
print_relation_core (GString               *out,
                     const WeirSqlRelation *relation)
{
  switch (relation->kind)
    {
    case WEIR_SQL_RELATION_TABLE:
      _weir_sql_print_name (out, &relation->table);
      break;
    case WEIR_SQL_RELATION_QUERY:
      g_string_append_c (out, '(');
      _weir_sql_print_query (out, relation->query);
      g_string_append_c (out, ')');
      break;
    case WEIR_SQL_RELATION_VALUES:
      print_values (out, &relation->values);
      break;
    case WEIR_SQL_RELATION_FUNCTION:
      _weir_sql_print_expr (out, relation->function);
      break;
    case WEIR_SQL_RELATION_JOIN:
      print_join (out, &relation->join);
      break;
    case WEIR_SQL_RELATION_NESTED:
      g_string_append_c (out, '(');
      print_relation (out, relation->nested);
      g_string_append_c (out, ')');
      break;
    case WEIR_SQL_RELATION_UNPIVOT:
      print_unpivot (out, &relation->unpivot);
      break;
    }
}

static void
print_relation (GString               *out,
                const WeirSqlRelation *relation)
{
  if (relation->lateral)
    g_string_append (out, "LATERAL ");
  if (relation->stream)
    g_string_append (out, "STREAM ");
  print_relation_core (out, relation);
  if (relation->n_options > 0)
    {
      g_string_append (out, " WITH ");
      _weir_sql_print_options (out, relation->options, relation->n_options);
    }
  if (relation->watermark != NULL)
    print_watermark (out, relation->watermark);
  if (relation->dedup != NULL)
    print_dedup (out, relation->dedup);
  print_alias (out, &relation->alias, relation->column_aliases, relation->n_column_aliases);
}

static void
print_lateral_view (GString                  *out,
                    const WeirSqlLateralView *view)
{
  g_string_append (out, view->outer ? " LATERAL VIEW OUTER " : " LATERAL VIEW ");
  _weir_sql_print_expr (out, view->function);
  if (view->table.name != NULL)
    {
      g_string_append_c (out, ' ');
      _weir_sql_print_ident (out, &view->table);
    }
  for (guint i = 0; i < view->n_columns; i++)
    {
      g_string_append (out, i == 0 ? " AS " : ", ");
      _weir_sql_print_ident (out, &view->columns[i]);
    }
}

/* ---- SELECT --------------------------------------------------------------------------------------------------- */

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
      print_relation (out, select->from[i]);
    }
  for (guint i = 0; i < select->n_lateral_views; i++)
    print_lateral_view (out, &select->lateral_views[i]);
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
      print_values (out, &body->values.values);
      print_alias (out, &body->values.alias, body->values.column_aliases, body->values.n_column_aliases);
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

/* ---- statements ----------------------------------------------------------------------------------------------- */

static void
print_create_table (GString                  *out,
                    const WeirSqlCreateTable *table)
{
  g_string_append_printf (out, "CREATE %s%sTABLE %s", table->or_replace ? "OR REPLACE " : "", table->temporary ? "TEMPORARY " : "",
                          table->if_not_exists ? "IF NOT EXISTS " : "");
  _weir_sql_print_name (out, &table->name);
  for (guint i = 0; i < table->n_columns; i++)
    {
      const WeirSqlColumnDef *column = &table->columns[i];

      g_string_append (out, i == 0 ? " (" : ", ");
      _weir_sql_print_ident (out, &column->name);
      g_string_append_printf (out, " %s%s", column->type, column->not_null ? " NOT NULL" : "");
      if (column->comment != NULL)
        {
          g_string_append (out, " COMMENT ");
          print_string (out, column->comment);
        }
    }
  if (table->n_columns > 0)
    g_string_append_c (out, ')');
  if (table->format.name != NULL)
    {
      g_string_append (out, " USING ");
      _weir_sql_print_ident (out, &table->format);
    }
  if (table->n_options > 0)
    {
      g_string_append (out, " OPTIONS ");
      _weir_sql_print_options (out, table->options, table->n_options);
    }
  if (table->query != NULL)
    {
      g_string_append (out, " AS ");
      _weir_sql_print_query (out, table->query);
    }
}

static void
print_create_view (GString                 *out,
                   const WeirSqlCreateView *view)
{
  g_string_append_printf (out, "CREATE %s%sVIEW %s", view->or_replace ? "OR REPLACE " : "", view->temporary ? "TEMPORARY " : "",
                          view->if_not_exists ? "IF NOT EXISTS " : "");
  _weir_sql_print_name (out, &view->name);
  _weir_sql_print_columns (out, view->columns, view->n_columns);
  g_string_append (out, " AS ");
  _weir_sql_print_query (out, view->query);
}

static void
print_create_function (GString                     *out,
                       const WeirSqlCreateFunction *function)
{
  g_string_append_printf (out, "CREATE %s%sFUNCTION %s", function->or_replace ? "OR REPLACE " : "", function->temporary ? "TEMPORARY " : "",
                          function->if_not_exists ? "IF NOT EXISTS " : "");
  _weir_sql_print_name (out, &function->name);
  g_string_append_c (out, '(');
  for (guint i = 0; i < function->n_params; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      _weir_sql_print_ident (out, &function->params[i].name);
      g_string_append_printf (out, " %s", function->params[i].type);
    }
  g_string_append_c (out, ')');
  if (function->returns != NULL)
    g_string_append_printf (out, " RETURNS %s", function->returns);
  g_string_append (out, " RETURN ");
  _weir_sql_print_expr (out, function->body);
}

static void
print_trigger (GString                  *out,
               const WeirSqlCreateQuery *query)
{
  switch (query->trigger)
    {
    case WEIR_SQL_TRIGGER_DEFAULT:
      break;
    case WEIR_SQL_TRIGGER_ONCE:
      g_string_append (out, " TRIGGER ONCE");
      break;
    case WEIR_SQL_TRIGGER_AVAILABLE_NOW:
      g_string_append (out, " TRIGGER AVAILABLE NOW");
      break;
    case WEIR_SQL_TRIGGER_PROCESSING_TIME:
      g_string_append_printf (out, " TRIGGER PROCESSING TIME '%" G_GINT64_FORMAT " microseconds'", query->trigger_us);
      break;
    }
}

static void
print_create_query (GString                  *out,
                    const WeirSqlCreateQuery *query)
{
  static const char *const modes[] = { "", " OUTPUT MODE APPEND", " OUTPUT MODE UPDATE", " OUTPUT MODE COMPLETE" };

  g_string_append (out, "CREATE STREAMING QUERY ");
  _weir_sql_print_ident (out, &query->name);
  for (guint i = 0; i < query->n_into; i++)
    {
      g_string_append (out, i == 0 ? " INTO " : ", ");
      _weir_sql_print_name (out, &query->into[i]);
    }
  g_string_append (out, modes[query->output_mode]);
  if (query->checkpoint != NULL)
    {
      g_string_append (out, " CHECKPOINT LOCATION ");
      print_string (out, query->checkpoint);
    }
  print_trigger (out, query);
  g_string_append (out, " AS ");
  _weir_sql_print_query (out, query->query);
}

static void
print_set (GString                *out,
           const WeirSqlStatement *statement)
{
  g_string_append (out, statement->kind == WEIR_SQL_STATEMENT_SET ? "SET" : "RESET");
  if (statement->set.key == NULL)
    return;
  g_string_append_c (out, ' ');
  _weir_sql_append_ident (out, statement->set.key, TRUE);
  if (statement->set.value != NULL)
    {
      g_string_append (out, " = ");
      print_string (out, statement->set.value);
    }
}

static void
print_show (GString           *out,
            const WeirSqlShow *show)
{
  static const char *const whats[] = { "TABLES", "VIEWS", "FUNCTIONS", "COLUMNS IN ", "STREAMING QUERIES" };

  g_string_append_printf (out, "SHOW %s", whats[show->what]);
  if (show->what == WEIR_SQL_SHOW_COLUMNS)
    _weir_sql_print_name (out, &show->table);
  if (show->pattern != NULL)
    {
      g_string_append (out, " LIKE ");
      print_string (out, show->pattern);
    }
}

static void
print_describe (GString               *out,
                const WeirSqlDescribe *describe)
{
  static const char *const whats[] = { "DESCRIBE TABLE ", "DESCRIBE FUNCTION ", "DESCRIBE QUERY " };

  g_string_append (out, whats[describe->what]);
  if (describe->extended)
    g_string_append (out, "EXTENDED ");
  if (describe->what == WEIR_SQL_DESCRIBE_QUERY)
    _weir_sql_print_query (out, describe->query);
  else
    _weir_sql_print_name (out, &describe->name);
}

static void
print_insert (GString             *out,
              const WeirSqlInsert *insert)
{
  g_string_append (out, "INSERT INTO ");
  _weir_sql_print_name (out, &insert->table);
  if (insert->by_name)
    g_string_append (out, " BY NAME");
  _weir_sql_print_columns (out, insert->columns, insert->n_columns);
  g_string_append_c (out, ' ');
  _weir_sql_print_query (out, insert->query);
}

static void
print_statement (GString                *out,
                 const WeirSqlStatement *statement)
{
  static const char *const explains[] = { "", "EXTENDED ", "CODEGEN ", "COST ", "FORMATTED " };

  switch (statement->kind)
    {
    case WEIR_SQL_STATEMENT_QUERY:
      _weir_sql_print_query (out, statement->query);
      break;
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
      print_create_table (out, &statement->create_table);
      break;
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
      print_create_view (out, &statement->create_view);
      break;
    case WEIR_SQL_STATEMENT_CREATE_FUNCTION:
      print_create_function (out, &statement->create_function);
      break;
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      print_create_query (out, &statement->create_query);
      break;
    case WEIR_SQL_STATEMENT_INSERT:
      print_insert (out, &statement->insert);
      break;
    case WEIR_SQL_STATEMENT_SET:
    case WEIR_SQL_STATEMENT_RESET:
      print_set (out, statement);
      break;
    case WEIR_SQL_STATEMENT_SHOW:
      print_show (out, &statement->show);
      break;
    case WEIR_SQL_STATEMENT_DESCRIBE:
      print_describe (out, &statement->describe);
      break;
    case WEIR_SQL_STATEMENT_EXPLAIN:
      g_string_append_printf (out, "EXPLAIN %s", explains[statement->explain.mode]);
      print_statement (out, statement->explain.statement);
      break;
    case WEIR_SQL_STATEMENT_STOP:
      g_string_append (out, "STOP ");
      _weir_sql_print_ident (out, &statement->stop);
      break;
    case WEIR_SQL_STATEMENT_DROP:
      g_string_append_printf (out, "DROP %s %s", statement->drop.is_function ? "TEMPORARY FUNCTION" : (statement->drop.is_view ? "VIEW" : "TABLE"),
                              statement->drop.if_exists ? "IF EXISTS " : "");
      _weir_sql_print_name (out, &statement->drop.name);
      break;
    }
}

char *
weir_sql_print_query (const WeirSqlQuery *query)
{
  GString *out = g_string_new (NULL);

  _weir_sql_print_query (out, query);
  return g_string_free (out, FALSE);
}

char *
weir_sql_print_statement (const WeirSqlStatement *statement)
{
  GString *out = g_string_new (NULL);

  print_statement (out, statement);
  return g_string_free (out, FALSE);
}
