/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"
#include "sql/sql-print-private.h"

/* Statements back to SQL; queries, relations and expressions have files of their own. */

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
weir_sql_print_statement (const WeirSqlStatement *statement)
{
  GString *out = g_string_new (NULL);

  print_statement (out, statement);
  return g_string_free (out, FALSE);
}
