/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "query/formats.h"
#include "query/session-private.h"
#include "query/state-rows.h"

/*
 * Runs one statement of a text for a session: queries are made, not started; the rest changes the catalogue or answers with rows of text. The
 * text is parsed once for all of its statements.
 */

static WeirQuery *
prepare (WeirSession            *self,
         const WeirSqlStatement *statement,
         const char             *text,
         GError                **error)
{
  WeirAnalyzedQuery analyzed;
  WeirQuery        *query = NULL;

  if (_weir_analyze_statement (self->catalog, statement, text, self->options.output_mode, &analyzed, error))
    query = _weir_session_make_query (self, statement, text, &analyzed, error);
  _weir_analyzed_query_clear (&analyzed);
  return query;
}

const WeirSqlStatement *
_weir_find_statement (WeirSqlScript *script,
                      WeirRange      range,
                      GError       **error)
{
  for (guint i = 0; i < weir_sql_script_get_n_statements (script); i++)
    {
      WeirSpan      span = weir_sql_script_get_span (script, i);
      const GError *wrong = weir_sql_script_get_error (script, i);

      if (span.end <= range.start || span.start >= range.end)
        {
          if (span.start != span.end || wrong == NULL)
            continue;
        }
      if (wrong != NULL)
        {
          if (error != NULL)
            *error = g_error_copy (wrong);
          return NULL;
        }
      return weir_sql_script_get_statement (script, i);
    }
  weir_fail (error, WEIR_ERROR_PARSE, "PARSE_EMPTY_STATEMENT", WEIR_SPAN_NONE, "There is no statement here.");
  return NULL;
}

const WeirSqlStatement *
_weir_session_find_statement (WeirSession *self,
                              const char  *text,
                              WeirRange    range,
                              GError     **error)
{
  if (self->script == NULL || strcmp (weir_sql_script_get_text (self->script), text) != 0)
    {
      g_clear_pointer (&self->script, weir_sql_script_unref);
      self->script = weir_sql_parse_with (text, -1, weir_catalog_get_bool (self->catalog, WEIR_SQL_RAW_STRINGS_KEY));
    }
  return _weir_find_statement (self->script, range, error);
}

static void
stop_query (WeirSession            *self,
            const WeirSqlStatement *statement,
            GError                **error)
{
  WeirQuery *query = weir_session_get_query (self, statement->stop.name);

  if (query == NULL)
    weir_fail (error, WEIR_ERROR_ANALYZE, "STREAMING_QUERY_NOT_FOUND", statement->stop.span, "There is no streaming query \"%s\".",
               statement->stop.name);
  else
    weir_query_stop (query);
}

/* What is ignored is said. */
static void
warn_of_options (WeirSession              *self,
                 const WeirSqlCreateTable *create)
{
  const WeirFormatInfo *format = create->format.name != NULL ? weir_catalog_get_format (self->catalog, create->format.name) : NULL;

  for (guint i = 0; format != NULL && i < create->n_options; i++)
    {
      const WeirSqlOption *option = &create->options[i];
      g_autofree char     *message = weir_format_option_warning (format, option->key, option->value);

      if (weir_option_is_literal_secret (option->key, option->value))
        _weir_session_message (self, WEIR_LITERAL_SECRET_MESSAGE);
      if (message != NULL)
        _weir_session_message (self, message);
    }
}

/* What changes the catalogue or answers from it. */
static void
define_or_show (WeirSession            *self,
                const WeirSqlStatement *statement,
                const char             *text,
                WeirOutcome            *outcome,
                GError                **error)
{
  GError *local = NULL;

  if (!_weir_define (self->catalog, statement, text, self->base_dir, &local))
    {
      outcome->kind = WEIR_OUTCOME_ROWS;
      outcome->rows = _weir_session_show (self, statement, text, &local);
    }
  else if (local == NULL)
    weir_keep_definition (self->definitions, text, statement);
  if (statement->kind == WEIR_SQL_STATEMENT_CREATE_TABLE && local == NULL)
    warn_of_options (self, &statement->create_table);
  if (statement->kind == WEIR_SQL_STATEMENT_SET && statement->set.value != NULL && local == NULL)
    _weir_session_warn_of_setting (self, statement->set.key, statement->set.value);
  if (local != NULL)
    g_propagate_error (error, local);
}

WeirOutcome *
weir_session_execute (WeirSession *session,
                      const char  *text,
                      WeirRange    range,
                      GError     **error)
{
  const WeirSqlStatement *statement = _weir_session_find_statement (session, text, range, error);
  g_autoptr (WeirOutcome) outcome = g_new0 (WeirOutcome, 1);
  GError                 *local = NULL;

  if (statement == NULL)
    return NULL;
  switch (statement->kind)
    {
    case WEIR_SQL_STATEMENT_QUERY:
    case WEIR_SQL_STATEMENT_INSERT:
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      outcome->kind = WEIR_OUTCOME_QUERY;
      outcome->query = prepare (session, statement, text, &local);
      break;
    case WEIR_SQL_STATEMENT_STOP:
      stop_query (session, statement, &local);
      break;
    case WEIR_SQL_STATEMENT_CREATE_TABLE:
    case WEIR_SQL_STATEMENT_CREATE_VIEW:
    case WEIR_SQL_STATEMENT_CREATE_FUNCTION:
    case WEIR_SQL_STATEMENT_SET:
    case WEIR_SQL_STATEMENT_RESET:
    case WEIR_SQL_STATEMENT_SHOW:
    case WEIR_SQL_STATEMENT_DESCRIBE:
    case WEIR_SQL_STATEMENT_EXPLAIN:
    case WEIR_SQL_STATEMENT_DROP:
    default:
      define_or_show (session, statement, text, outcome, &local);
      break;
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  return g_steal_pointer (&outcome);
}

void
weir_outcome_free (WeirOutcome *outcome)
{
  if (outcome == NULL)
    return;
  g_clear_pointer (&outcome->rows, weir_rows_unref);
  g_clear_object (&outcome->query);
  g_free (outcome);
}
