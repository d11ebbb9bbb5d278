/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/sql-print-private.h"

/* What stands behind FROM, back to SQL: tables with their options, watermark and alias, joins, VALUES, lateral views. */

void
_weir_sql_print_alias (GString            *out,
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

void
_weir_sql_print_values (GString             *out,
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

  _weir_sql_print_relation (out, join->left);
  g_string_append_printf (out, " %s%s ", join->natural ? "NATURAL " : "", types[join->type]);
  _weir_sql_print_relation (out, join->right);
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
  _weir_sql_print_relation (out, unpivot->child);
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
      _weir_sql_print_alias (out, &item->alias, NULL, 0);
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
      _weir_sql_print_values (out, &relation->values);
      break;
    case WEIR_SQL_RELATION_FUNCTION:
      _weir_sql_print_expr (out, relation->function);
      break;
    case WEIR_SQL_RELATION_JOIN:
      print_join (out, &relation->join);
      break;
    case WEIR_SQL_RELATION_NESTED:
      g_string_append_c (out, '(');
      _weir_sql_print_relation (out, relation->nested);
      g_string_append_c (out, ')');
      break;
    case WEIR_SQL_RELATION_UNPIVOT:
      print_unpivot (out, &relation->unpivot);
      break;
    }
}

void
_weir_sql_print_relation (GString               *out,
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
  _weir_sql_print_alias (out, &relation->alias, relation->column_aliases, relation->n_column_aliases);
}

void
_weir_sql_print_lateral_view (GString                  *out,
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
