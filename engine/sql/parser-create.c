/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/* CREATE TABLE, CREATE TEMPORARY VIEW, CREATE TEMPORARY FUNCTION, CREATE STREAMING QUERY. */

/* ---- tables --------------------------------------------------------------------------------------------------- */

static WeirSqlColumnDef
parse_column (WeirSqlParser *p)
{
  guint32          start = _weir_sql_start (p);
  WeirSqlColumnDef column = { .name = _weir_sql_parse_ident (p) };

  _weir_sql_accept (p, WEIR_SQL_TOKEN_COLON);
  column.type = _weir_sql_parse_type (p, &column.type_span);
  for (;;)
    {
      if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_NOT, WEIR_SQL_KW_NULL))
        column.not_null = TRUE;
      else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
        column.comment = _weir_sql_parse_string (p);
      else
        break;
    }
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_DEFAULT) || _weir_sql_at_keyword (p, WEIR_SQL_KW_GENERATED))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "default and generated columns");
  column.span = _weir_sql_span_from (p, start);
  return column;
}

static void
parse_columns (WeirSqlParser      *p,
               WeirSqlCreateTable *table)
{
  guint32     start = _weir_sql_start (p);
  WeirSqlList columns = { 0 };

  if (!_weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    return;
  do
    _weir_sql_push (p, &columns, WeirSqlColumnDef, parse_column (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  table->columns = columns.data;
  table->n_columns = columns.n;
  table->columns_span = _weir_sql_span_from (p, start);
}

static void
reject_table_clause (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  g_autofree char    *what = NULL;

  switch (token->keyword)
    {
    case WEIR_SQL_KW_PARTITIONED:
    case WEIR_SQL_KW_CLUSTERED:
    case WEIR_SQL_KW_CLUSTER:
    case WEIR_SQL_KW_SKEWED:
    case WEIR_SQL_KW_LOCATION:
    case WEIR_SQL_KW_TBLPROPERTIES:
    case WEIR_SQL_KW_STORED:
    case WEIR_SQL_KW_ROW:
    case WEIR_SQL_KW_LIKE:
    case WEIR_SQL_KW_DEFAULT:
      what = g_strdup_printf ("CREATE TABLE … %s", _weir_sql_keyword_name (token->keyword));
      _weir_sql_unsupported (p, _weir_sql_token_span (token), what);
      break;
    default:
      break;
    }
}

static gboolean
parse_if_not_exists (WeirSqlParser *p)
{
  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_IF) || !_weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_NOT))
    return FALSE;
  _weir_sql_next (p);
  _weir_sql_next (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_EXISTS);
  return TRUE;
}

static void
parse_table_clauses (WeirSqlParser      *p,
                     WeirSqlCreateTable *table)
{
  guint32 start = _weir_sql_start (p);

  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_OPTIONS))
    {
      table->options = _weir_sql_parse_options (p, &table->n_options);
      table->options_span = _weir_sql_span_from (p, start);
    }
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
    _weir_sql_parse_string (p);
  reject_table_clause (p);
}

static void
parse_create_table (WeirSqlParser      *p,
                    WeirSqlCreateTable *table)
{
  table->if_not_exists = parse_if_not_exists (p);
  table->name = _weir_sql_parse_name (p);
  if (!_weir_sql_at_query_paren (p, 0))
    parse_columns (p, table);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_USING))
    table->format = _weir_sql_parse_ident (p);
  parse_table_clauses (p, table);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) || _weir_sql_at_query (p, 0) || _weir_sql_at_query_paren (p, 0))
    table->query = _weir_sql_parse_query (p);
}

/* ---- views ---------------------------------------------------------------------------------------------------- */

/* (a [COMMENT 'x'], b) */
static void
parse_view_columns (WeirSqlParser     *p,
                    WeirSqlCreateView *view)
{
  WeirSqlList columns = { 0 };

  if (!_weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    return;
  do
    {
      _weir_sql_push (p, &columns, WeirSqlIdent, _weir_sql_parse_ident (p));
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
        _weir_sql_parse_string (p);
      else if (_weir_sql_at (p, WEIR_SQL_TOKEN_WORD))
        _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "CREATE VIEW … USING");
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  view->columns = columns.data;
  view->n_columns = columns.n;
}

static void
parse_create_view (WeirSqlParser     *p,
                   WeirSqlCreateView *view)
{
  view->if_not_exists = parse_if_not_exists (p);
  view->name = _weir_sql_parse_name (p);
  parse_view_columns (p, view);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
    _weir_sql_parse_string (p);
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_USING) || _weir_sql_at_keyword (p, WEIR_SQL_KW_TBLPROPERTIES) || _weir_sql_at_keyword (p, WEIR_SQL_KW_PARTITIONED))
    {
      g_autofree char *what = g_strdup_printf ("CREATE VIEW … %s", _weir_sql_keyword_name (_weir_sql_peek (p, 0)->keyword));

      _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), what);
    }
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_AS);
  view->query = _weir_sql_parse_query (p);
}

/* ---- functions ------------------------------------------------------------------------------------------------ */

static void
parse_characteristics (WeirSqlParser *p)
{
  for (;;)
    if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
      _weir_sql_parse_string (p);
    else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_LANGUAGE))
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_SQL);
    else if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_DETERMINISTIC))
      return;
}

static void
parse_create_function (WeirSqlParser         *p,
                       WeirSqlCreateFunction *function)
{
  WeirSqlList params = { 0 };

  function->if_not_exists = parse_if_not_exists (p);
  function->name = _weir_sql_parse_name (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  if (!_weir_sql_at (p, WEIR_SQL_TOKEN_RIGHT_PAREN))
    do
      _weir_sql_push (p, &params, WeirSqlColumnDef, parse_column (p));
    while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  function->params = params.data;
  function->n_params = params.n;
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_RETURNS))
    {
      if (_weir_sql_at_keyword (p, WEIR_SQL_KW_TABLE))
        _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "functions that return a table");
      function->returns = _weir_sql_parse_type (p, &function->returns_span);
    }
  parse_characteristics (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_RETURN);
  function->body = _weir_sql_parse_expr (p);
}

/* ---- streaming queries ---------------------------------------------------------------------------------------- */

/* A clause may stand once; its span tells whether it did. */
static void
note_clause (WeirSqlParser *p,
             WeirSpan      *span,
             guint32        start,
             const char    *name)
{
  WeirSpan here = _weir_sql_span_from (p, start);

  if (span->end != 0)
    _weir_sql_error (p, "DUPLICATE_CLAUSES", here, "Found duplicate clauses: %s. Please, remove one of them.", name);
  *span = here;
}

static void
parse_into (WeirSqlParser      *p,
            WeirSqlCreateQuery *query,
            guint32             start)
{
  WeirSqlList names = { 0 };

  do
    _weir_sql_push (p, &names, WeirSqlName, _weir_sql_parse_name (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  query->into = names.data;
  query->n_into = names.n;
  note_clause (p, &query->into_span, start, "INTO");
}

static void
parse_output_mode (WeirSqlParser      *p,
                   WeirSqlCreateQuery *query,
                   guint32             start)
{
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_MODE);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_APPEND))
    query->output_mode = WEIR_SQL_OUTPUT_MODE_APPEND;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_UPDATE))
    query->output_mode = WEIR_SQL_OUTPUT_MODE_UPDATE;
  else
    {
      query->output_mode = WEIR_SQL_OUTPUT_MODE_COMPLETE;
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_COMPLETE);
    }
  note_clause (p, &query->output_mode_span, start, "OUTPUT MODE");
}

static void
parse_processing_time (WeirSqlParser      *p,
                       WeirSqlCreateQuery *query)
{
  guint32         start = _weir_sql_start (p);
  WeirSqlInterval interval = { 0 };
  gint64          day_us;

  _weir_sql_expect_keyword (p, WEIR_SQL_KW_TIME);
  query->trigger = WEIR_SQL_TRIGGER_PROCESSING_TIME;
  start = _weir_sql_start (p);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    {
      const char *text = _weir_sql_parse_string (p);
      GError     *error = NULL;

      if (!weir_sql_parse_interval (text, _weir_sql_span_from (p, start), &interval, &error))
        {
          _weir_sql_error (p, weir_error_get_condition (error), weir_error_get_span (error), "%s", error->message);
          g_error_free (error);
          return;
        }
    }
  else if (!_weir_sql_parse_interval_literal (p, FALSE, &interval))
    return;
  if (interval.months != 0 || __builtin_mul_overflow ((gint64)interval.days, 86400 * G_GINT64_CONSTANT (1000000), &day_us) ||
      __builtin_add_overflow (day_us, interval.us, &query->trigger_us) || query->trigger_us < 0)
    _weir_sql_error (p, "INVALID_INTERVAL_FORMAT", _weir_sql_span_from (p, start),
                     "The trigger interval must not be negative and must not have years or months.");
}

/* Spark's triggers that are none of ours are no slip of the pen. */
static gboolean
at_other_trigger (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  gsize               len = token->end - token->start;

  return token->kind == WEIR_SQL_TOKEN_WORD &&
         ((len == strlen ("CONTINUOUS") && g_ascii_strncasecmp (p->text + token->start, "CONTINUOUS", len) == 0) ||
          (len == strlen ("REALTIME") && g_ascii_strncasecmp (p->text + token->start, "REALTIME", len) == 0));
}

static void
parse_trigger (WeirSqlParser      *p,
               WeirSqlCreateQuery *query,
               guint32             start)
{
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ONCE))
    query->trigger = WEIR_SQL_TRIGGER_ONCE;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AVAILABLE))
    {
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_NOW);
      query->trigger = WEIR_SQL_TRIGGER_AVAILABLE_NOW;
    }
  else if (at_other_trigger (p))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "A trigger without micro-batches");
  else
    {
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_PROCESSING);
      if (p->error == NULL)
        parse_processing_time (p, query);
    }
  note_clause (p, &query->trigger_span, start, "TRIGGER");
}

/* FALSE when no clause begins here. */
static gboolean
parse_query_clause (WeirSqlParser      *p,
                    WeirSqlCreateQuery *query)
{
  guint32 start = _weir_sql_start (p);

  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_INTO))
    parse_into (p, query, start);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_OUTPUT))
    parse_output_mode (p, query, start);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TRIGGER))
    parse_trigger (p, query, start);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_CHECKPOINT))
    {
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_LOCATION);
      query->checkpoint = _weir_sql_parse_string (p);
      note_clause (p, &query->checkpoint_span, start, "CHECKPOINT LOCATION");
    }
  else
    return FALSE;
  return TRUE;
}

static void
parse_create_query (WeirSqlParser      *p,
                    WeirSqlCreateQuery *query)
{
  query->name = _weir_sql_parse_ident (p);
  while (parse_query_clause (p, query))
    ;
  query->as_span = _weir_sql_token_span (_weir_sql_peek (p, 0));
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_AS);
  query->query = _weir_sql_parse_query (p);
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

/* CREATE and the word that says what. */
static void
reject_create (WeirSqlParser *p,
               guint32        start)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  g_autofree char    *what = NULL;

  if (token->keyword == WEIR_SQL_NO_KEYWORD)
    {
      _weir_sql_syntax_error (p);
      return;
    }
  what = g_strdup_printf ("CREATE %s", _weir_sql_keyword_name (token->keyword));
  _weir_sql_unsupported (p, (WeirSpan){ start, token->end }, what);
}

void
_weir_sql_parse_create (WeirSqlParser    *p,
                        WeirSqlStatement *statement)
{
  guint32  start = _weir_sql_start (p);
  gboolean or_replace, temporary;

  _weir_sql_next (p);
  or_replace = _weir_sql_accept_keywords (p, WEIR_SQL_KW_OR, WEIR_SQL_KW_REPLACE);
  temporary = _weir_sql_accept_keyword (p, WEIR_SQL_KW_TEMPORARY) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_TEMP);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TABLE))
    {
      statement->kind = WEIR_SQL_STATEMENT_CREATE_TABLE;
      statement->create_table.or_replace = or_replace;
      statement->create_table.temporary = temporary;
      parse_create_table (p, &statement->create_table);
    }
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_VIEW))
    {
      statement->kind = WEIR_SQL_STATEMENT_CREATE_VIEW;
      statement->create_view.or_replace = or_replace;
      statement->create_view.temporary = temporary;
      parse_create_view (p, &statement->create_view);
    }
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FUNCTION))
    {
      statement->kind = WEIR_SQL_STATEMENT_CREATE_FUNCTION;
      statement->create_function.or_replace = or_replace;
      statement->create_function.temporary = temporary;
      parse_create_function (p, &statement->create_function);
    }
  else if (!temporary && !or_replace && _weir_sql_accept_keywords (p, WEIR_SQL_KW_STREAMING, WEIR_SQL_KW_QUERY))
    {
      statement->kind = WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY;
      parse_create_query (p, &statement->create_query);
    }
  else
    reject_create (p, start);
}
