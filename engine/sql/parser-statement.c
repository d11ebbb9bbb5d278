/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/* Statements other than CREATE, and the list of those Spark has and we do not. */

/* ---- INSERT --------------------------------------------------------------------------------------------------- */

static void
parse_insert (WeirSqlParser      *p,
              WeirSqlStatement   *statement,
              const WeirSqlQuery *with)
{
  WeirSqlInsert *insert = &statement->insert;

  statement->kind = WEIR_SQL_STATEMENT_INSERT;
  _weir_sql_next (p);
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_OVERWRITE))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "INSERT OVERWRITE");
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_INTO);
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_TABLE) && _weir_sql_token_is_name (_weir_sql_peek (p, 1)))
    _weir_sql_next (p);
  insert->table = _weir_sql_parse_name (p);
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_PARTITION) || _weir_sql_at_keyword (p, WEIR_SQL_KW_REPLACE))
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "INSERT INTO … PARTITION and REPLACE");
  insert->by_name = _weir_sql_accept_keywords (p, WEIR_SQL_KW_BY, WEIR_SQL_KW_NAME);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN) && !_weir_sql_at_query_paren (p, 0))
    insert->columns = _weir_sql_parse_ident_list (p, &insert->n_columns);
  if (with != NULL)
    insert->query = _weir_sql_parse_query_after_with (p, with);
  else
    insert->query = _weir_sql_parse_query (p);
}

/* WITH … SELECT or WITH … INSERT. */
static void
parse_with_statement (WeirSqlParser    *p,
                      WeirSqlStatement *statement)
{
  const WeirSqlQuery *with = _weir_sql_parse_with (p);

  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_INSERT))
    parse_insert (p, statement, with);
  else
    {
      statement->kind = WEIR_SQL_STATEMENT_QUERY;
      statement->query = _weir_sql_parse_query_after_with (p, with);
    }
}

/* ---- SET, RESET ----------------------------------------------------------------------------------------------- */

/* The source from the cursor up to token @end, trimmed, without backquotes around it. */
static const char *
dup_source (WeirSqlParser *p,
            guint          end)
{
  guint32 start = p->tokens[p->pos].start, stop = p->tokens[end - 1].end;

  if (end == p->pos + 1 && p->tokens[p->pos].kind == WEIR_SQL_TOKEN_QUOTED)
    return _weir_sql_parse_ident (p).name;
  if (end == p->pos + 1 && p->tokens[p->pos].kind == WEIR_SQL_TOKEN_STRING)
    return _weir_sql_parse_string (p);
  p->pos = end;
  return _weir_sql_arena_strndup (p->arena, p->text + start, stop - start);
}

/* Keys have no blanks; what has is a slip such as SET a b = c. */
static const char *
parse_set_key (WeirSqlParser *p,
               guint          end)
{
  guint32     start = _weir_sql_start (p);
  const char *key = "";

  if (end > p->pos)
    key = dup_source (p, end);
  if (p->error == NULL && (*key == '\0' || strpbrk (key, " \t\r\n'\"") != NULL))
    _weir_sql_error (p, "INVALID_SET_SYNTAX", _weir_sql_span_from (p, start),
                     "Expected format is 'SET', 'SET key', or 'SET key=value'. If you want to include special characters in key, or include "
                     "semicolon in value, please use backquotes, e.g., SET `key`=`value`.");
  return key;
}

static const char *
zone_from_interval (WeirSqlParser *p)
{
  guint32          start = _weir_sql_start (p);
  WeirSqlInterval  interval = { 0 };
  gint64           seconds;
  g_autofree char *text = NULL;

  if (!_weir_sql_parse_interval_literal (p, FALSE, &interval))
    return "";
  seconds = interval.us / 1000000;
  if (interval.months != 0 || interval.days != 0 || interval.us % 1000000 != 0 || ABS (seconds) > 18 * 3600)
    _weir_sql_error (p, "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", _weir_sql_span_from (p, start),
                     "The interval value must be in the range of [-18, +18] hours with second precision.");
  text = g_strdup_printf ("%c%02d:%02d:%02d", seconds < 0 ? '-' : '+', (int)(ABS (seconds) / 3600), (int)(ABS (seconds) / 60 % 60), (int)(ABS (seconds) % 60));
  if (g_str_has_suffix (text, ":00"))
    text[strlen (text) - 3] = '\0';
  return _weir_sql_arena_strndup (p->arena, text, strlen (text));
}

static void
parse_time_zone (WeirSqlParser *p,
                 WeirSqlSet    *set)
{
  set->key = "spark.sql.session.timeZone";
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_LOCAL))
    set->value = "LOCAL";
  else if (_weir_sql_at_interval_literal (p))
    set->value = zone_from_interval (p);
  else
    set->value = _weir_sql_parse_string (p);
}

static void
parse_set (WeirSqlParser    *p,
           WeirSqlStatement *statement)
{
  WeirSqlSet *set = &statement->set;
  guint       equals;

  statement->kind = WEIR_SQL_STATEMENT_SET;
  _weir_sql_next (p);
  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_TIME, WEIR_SQL_KW_ZONE))
    {
      parse_time_zone (p, set);
      return;
    }
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_MINUS) && p->end == p->pos + 2)
    p->pos = p->end;
  if (p->pos == p->end)
    return;
  for (equals = p->pos; equals < p->end && p->tokens[equals].kind != WEIR_SQL_TOKEN_EQ;)
    equals++;
  set->key = parse_set_key (p, equals);
  if (p->error != NULL || equals == p->end)
    return;
  p->pos = equals + 1;
  set->value = p->pos < p->end ? dup_source (p, p->end) : "";
}

static void
parse_reset (WeirSqlParser    *p,
             WeirSqlStatement *statement)
{
  statement->kind = WEIR_SQL_STATEMENT_RESET;
  _weir_sql_next (p);
  if (p->pos < p->end)
    statement->set.key = parse_set_key (p, p->end);
}

/* ---- SHOW, DESCRIBE ------------------------------------------------------------------------------------------- */

static void
parse_pattern (WeirSqlParser *p,
               WeirSqlShow   *show)
{
  gboolean like = _weir_sql_accept_keyword (p, WEIR_SQL_KW_LIKE);

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    show->pattern = _weir_sql_parse_string (p);
  else if (like || _weir_sql_token_is_name (_weir_sql_peek (p, 0)))
    show->pattern = _weir_sql_parse_ident (p).name;
}

static gboolean
accept_from_or_in (WeirSqlParser *p)
{
  return _weir_sql_accept_keyword (p, WEIR_SQL_KW_FROM) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_IN);
}

static void
reject_second_word (WeirSqlParser *p,
                    guint32        start,
                    const char    *verb)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  g_autofree char    *what = NULL;

  if (token->keyword == WEIR_SQL_NO_KEYWORD)
    {
      _weir_sql_syntax_error (p);
      return;
    }
  what = g_strdup_printf ("%s %s", verb, _weir_sql_keyword_name (token->keyword));
  _weir_sql_unsupported (p, (WeirSpan){ start, token->end }, what);
}

static void
parse_show (WeirSqlParser    *p,
            WeirSqlStatement *statement)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlShow *show = &statement->show;

  statement->kind = WEIR_SQL_STATEMENT_SHOW;
  _weir_sql_next (p);
  if (_weir_sql_accept_keywords (p, WEIR_SQL_KW_STREAMING, WEIR_SQL_KW_QUERIES))
    show->what = WEIR_SQL_SHOW_STREAMING_QUERIES;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TABLES))
    show->what = WEIR_SQL_SHOW_TABLES;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_VIEWS))
    show->what = WEIR_SQL_SHOW_VIEWS;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FUNCTIONS) || _weir_sql_accept_keywords (p, WEIR_SQL_KW_ALL, WEIR_SQL_KW_FUNCTIONS))
    show->what = WEIR_SQL_SHOW_FUNCTIONS;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COLUMNS))
    {
      show->what = WEIR_SQL_SHOW_COLUMNS;
      if (!accept_from_or_in (p))
        _weir_sql_syntax_error (p);
      show->table = _weir_sql_parse_name (p);
      return;
    }
  else
    reject_second_word (p, start, "SHOW");
  if (show->what == WEIR_SQL_SHOW_STREAMING_QUERIES)
    return;
  if (accept_from_or_in (p))
    _weir_sql_unsupported (p, _weir_sql_span_from (p, start), "databases");
  parse_pattern (p, show);
}

/* A function may be named by a name, a string or an operator. */
static WeirSqlName
parse_function_name (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  WeirSqlList         parts = { 0 };
  WeirSqlIdent        ident = { .span = _weir_sql_token_span (token) };

  if (_weir_sql_token_is_name (token))
    return _weir_sql_parse_name (p);
  if (token->kind == WEIR_SQL_TOKEN_STRING)
    ident.name = _weir_sql_parse_string (p);
  else if (token->kind >= WEIR_SQL_TOKEN_EQ && token->kind <= WEIR_SQL_TOKEN_BANG)
    {
      _weir_sql_next (p);
      ident.name = _weir_sql_arena_strndup (p->arena, p->text + token->start, token->end - token->start);
    }
  else
    {
      _weir_sql_syntax_error (p);
      ident.name = "";
    }
  ident.quoted = TRUE;
  _weir_sql_push (p, &parts, WeirSqlIdent, ident);
  return (WeirSqlName){ .parts = parts.data, .n_parts = 1, .span = ident.span };
}

static void
parse_describe (WeirSqlParser    *p,
                WeirSqlStatement *statement)
{
  guint32          start = _weir_sql_start (p);
  WeirSqlDescribe *describe = &statement->describe;
  WeirSqlKeyword   keyword;

  statement->kind = WEIR_SQL_STATEMENT_DESCRIBE;
  _weir_sql_next (p);
  keyword = _weir_sql_peek (p, 0)->keyword;
  if (keyword == WEIR_SQL_KW_DATABASE || keyword == WEIR_SQL_KW_SCHEMA || keyword == WEIR_SQL_KW_CATALOG || keyword == WEIR_SQL_KW_NAMESPACE)
    reject_second_word (p, start, "DESCRIBE");
  if (keyword == WEIR_SQL_KW_QUERY && (_weir_sql_at_query (p, 1) || _weir_sql_at_query_paren (p, 1)))
    _weir_sql_next (p);
  if (_weir_sql_at_query (p, 0) && !(keyword == WEIR_SQL_KW_TABLE && _weir_sql_peek (p, 1)->keyword != WEIR_SQL_KW_SELECT))
    {
      describe->what = WEIR_SQL_DESCRIBE_QUERY;
      describe->query = _weir_sql_parse_query (p);
      return;
    }
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FUNCTION))
    describe->what = WEIR_SQL_DESCRIBE_FUNCTION;
  else if (keyword == WEIR_SQL_KW_TABLE && p->pos + 1 < p->end)
    _weir_sql_next (p);
  if (p->pos + 1 < p->end)
    describe->extended = _weir_sql_accept_keyword (p, WEIR_SQL_KW_EXTENDED) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_FORMATTED);
  if (describe->what == WEIR_SQL_DESCRIBE_FUNCTION)
    describe->name = parse_function_name (p);
  else
    describe->name = _weir_sql_parse_name (p);
}

/* ---- EXPLAIN, DROP, STOP -------------------------------------------------------------------------------------- */

static void
parse_explain (WeirSqlParser    *p,
               WeirSqlStatement *statement)
{
  static const struct
  {
    WeirSqlKeyword     keyword;
    WeirSqlExplainMode mode;
  } modes[] = {
    { WEIR_SQL_KW_EXTENDED, WEIR_SQL_EXPLAIN_EXTENDED },
    { WEIR_SQL_KW_CODEGEN, WEIR_SQL_EXPLAIN_CODEGEN },
    { WEIR_SQL_KW_COST, WEIR_SQL_EXPLAIN_COST },
    { WEIR_SQL_KW_FORMATTED, WEIR_SQL_EXPLAIN_FORMATTED },
  };

  statement->kind = WEIR_SQL_STATEMENT_EXPLAIN;
  _weir_sql_next (p);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (_weir_sql_accept_keyword (p, modes[i].keyword))
      {
        statement->explain.mode = modes[i].mode;
        break;
      }
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_EXPLAIN))
    _weir_sql_syntax_error (p);
  statement->explain.statement = _weir_sql_parse_one_statement (p);
}

static void
parse_drop (WeirSqlParser    *p,
            WeirSqlStatement *statement)
{
  guint32      start = _weir_sql_start (p);
  WeirSqlDrop *drop = &statement->drop;

  statement->kind = WEIR_SQL_STATEMENT_DROP;
  _weir_sql_next (p);
  drop->is_function = _weir_sql_accept_keywords (p, WEIR_SQL_KW_TEMPORARY, WEIR_SQL_KW_FUNCTION) || _weir_sql_accept_keyword (p, WEIR_SQL_KW_FUNCTION);
  drop->is_view = !drop->is_function && _weir_sql_accept_keyword (p, WEIR_SQL_KW_VIEW);
  if (!drop->is_function && !drop->is_view && !_weir_sql_accept_keyword (p, WEIR_SQL_KW_TABLE))
    {
      reject_second_word (p, start, "DROP");
      return;
    }
  drop->if_exists = _weir_sql_accept_keywords (p, WEIR_SQL_KW_IF, WEIR_SQL_KW_EXISTS);
  drop->name = _weir_sql_parse_name (p);
  if (!drop->is_view && !drop->is_function)
    _weir_sql_accept_keyword (p, WEIR_SQL_KW_PURGE);
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

/* What starts a statement in Spark and not here. */
static gboolean
is_unsupported_verb (WeirSqlKeyword keyword)
{
  switch (keyword)
    {
    case WEIR_SQL_KW_ADD:
    case WEIR_SQL_KW_ALTER:
    case WEIR_SQL_KW_ANALYZE:
    case WEIR_SQL_KW_BEGIN:
    case WEIR_SQL_KW_CACHE:
    case WEIR_SQL_KW_CALL:
    case WEIR_SQL_KW_CLEAR:
    case WEIR_SQL_KW_COMMENT:
    case WEIR_SQL_KW_COMMIT:
    case WEIR_SQL_KW_DECLARE:
    case WEIR_SQL_KW_DELETE:
    case WEIR_SQL_KW_DFS:
    case WEIR_SQL_KW_EXECUTE:
    case WEIR_SQL_KW_EXPORT:
    case WEIR_SQL_KW_GRANT:
    case WEIR_SQL_KW_IMPORT:
    case WEIR_SQL_KW_LIST:
    case WEIR_SQL_KW_LOAD:
    case WEIR_SQL_KW_LOCK:
    case WEIR_SQL_KW_MAP:
    case WEIR_SQL_KW_MERGE:
    case WEIR_SQL_KW_MSCK:
    case WEIR_SQL_KW_REDUCE:
    case WEIR_SQL_KW_REFRESH:
    case WEIR_SQL_KW_REPAIR:
    case WEIR_SQL_KW_REPLACE:
    case WEIR_SQL_KW_REVOKE:
    case WEIR_SQL_KW_ROLLBACK:
    case WEIR_SQL_KW_START:
    case WEIR_SQL_KW_TRUNCATE:
    case WEIR_SQL_KW_UNCACHE:
    case WEIR_SQL_KW_UNLOCK:
    case WEIR_SQL_KW_UPDATE:
    case WEIR_SQL_KW_USE:
      return TRUE;
    default:
      return FALSE;
    }
}

static void
parse_rest (WeirSqlParser    *p,
            WeirSqlStatement *statement)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (_weir_sql_at_query (p, 0) || _weir_sql_at_query_paren (p, 0))
    {
      statement->kind = WEIR_SQL_STATEMENT_QUERY;
      statement->query = _weir_sql_parse_query (p);
    }
  else if (is_unsupported_verb (token->keyword))
    _weir_sql_unsupported (p, _weir_sql_token_span (token), _weir_sql_keyword_name (token->keyword));
  else
    _weir_sql_syntax_error (p);
}

static void
parse_statement (WeirSqlParser    *p,
                 WeirSqlStatement *statement)
{
  switch (_weir_sql_peek (p, 0)->keyword)
    {
    case WEIR_SQL_KW_WITH:
      parse_with_statement (p, statement);
      break;
    case WEIR_SQL_KW_CREATE:
      _weir_sql_parse_create (p, statement);
      break;
    case WEIR_SQL_KW_INSERT:
      parse_insert (p, statement, NULL);
      break;
    case WEIR_SQL_KW_SET:
      parse_set (p, statement);
      break;
    case WEIR_SQL_KW_RESET:
      parse_reset (p, statement);
      break;
    case WEIR_SQL_KW_SHOW:
      parse_show (p, statement);
      break;
    case WEIR_SQL_KW_DESC:
    case WEIR_SQL_KW_DESCRIBE:
      parse_describe (p, statement);
      break;
    case WEIR_SQL_KW_EXPLAIN:
      parse_explain (p, statement);
      break;
    case WEIR_SQL_KW_DROP:
      parse_drop (p, statement);
      break;
    case WEIR_SQL_KW_STOP:
      statement->kind = WEIR_SQL_STATEMENT_STOP;
      _weir_sql_next (p);
      statement->stop = _weir_sql_parse_ident (p);
      break;
    default:
      parse_rest (p, statement);
    }
}

WeirSqlStatement *
_weir_sql_parse_one_statement (WeirSqlParser *p)
{
  WeirSqlStatement *statement = _weir_sql_arena_alloc (p->arena, sizeof *statement);
  guint32           start = _weir_sql_start (p);

  parse_statement (p, statement);
  statement->span = _weir_sql_span_from (p, start);
  return statement;
}
