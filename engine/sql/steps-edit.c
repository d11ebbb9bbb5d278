/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * Edits of the cards, as splices of the text: what all of them need, and those of the table, the filter and the event time.
 *
 * Arguments are checked by parsing them alone, so that nothing typed into a field can close a parenthesis or a statement.
 */

/* ---- checks --------------------------------------------------------------------------------------------------- */

/* A comment at the end would swallow what follows. */
static gboolean
has_comment (const char *text)
{
  gsize        len = strlen (text);
  WeirSqlToken token = _weir_sql_lex_one (text, len, 0, TRUE);

  while (token.kind != WEIR_SQL_TOKEN_END && token.kind != WEIR_SQL_TOKEN_COMMENT)
    token = _weir_sql_lex_one (text, len, token.end, TRUE);
  return token.kind == WEIR_SQL_TOKEN_COMMENT;
}

gboolean
_weir_sql_steps_is_expression (const char *text)
{
  g_autoptr (WeirSqlScript) script = text != NULL ? weir_sql_parse_expression (text, -1, NULL) : NULL;

  return script != NULL && !has_comment (text);
}

WeirSqlSteps *
_weir_sql_steps_after (WeirSqlSteps *steps,
                       const char   *text)
{
  WeirSpan statement = steps->statement;

  statement.end = statement.end + strlen (text) - strlen (steps->text);
  return weir_sql_steps_new (text, statement);
}

char *
_weir_sql_steps_replace (WeirSqlSteps *steps,
                         WeirSpan      span,
                         const char   *replacement)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_splices_add (&splices, span, replacement);
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
_weir_sql_steps_unchanged (WeirSqlSteps *steps)
{
  return g_strdup (steps->text);
}

gboolean
_weir_sql_steps_is_at (WeirSqlSteps *steps,
                       WeirSpan      span,
                       const char   *text)
{
  return strlen (text) == span.end - span.start && strncmp (steps->text + span.start, text, span.end - span.start) == 0;
}

char *
_weir_sql_steps_without_clause (WeirSqlSteps *steps,
                                WeirSpan      span)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_steps_remove_clause (steps, &splices, span);
  return _weir_sql_splices_apply (&splices, steps->text);
}

char *
_weir_sql_steps_with_clause (WeirSqlSteps *steps,
                             guint32       pos,
                             const char   *clause)
{
  WeirSqlSplices splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_steps_insert_clause (steps, &splices, pos, clause);
  return _weir_sql_splices_apply (&splices, steps->text);
}

/* ---- FROM, FILTER, EVENT TIME --------------------------------------------------------------------------------- */

char *
weir_sql_steps_set_source (WeirSqlSteps *steps,
                           const char   *table)
{
  const WeirSqlName *name;
  g_autofree char   *quoted = NULL;

  if (steps->relation == NULL || table == NULL || *table == '\0')
    return NULL;
  name = &steps->relation->table;
  if (name->n_parts == 1 && strcmp (name->parts[0].name, table) == 0)
    return _weir_sql_steps_unchanged (steps);
  quoted = weir_sql_quote_identifier (table);
  return _weir_sql_steps_replace (steps, name->span, quoted);
}

char *
weir_sql_steps_set_filter (WeirSqlSteps *steps,
                           const char   *condition)
{
  const WeirSqlSelect *select = steps->select;
  g_autofree char     *clause = NULL;

  if (select == NULL || select->n_from == 0)
    return NULL;
  if (condition == NULL)
    return select->where != NULL ? _weir_sql_steps_without_clause (steps, select->where_span) : _weir_sql_steps_unchanged (steps);
  if (!_weir_sql_steps_is_expression (condition))
    return NULL;
  if (select->where != NULL)
    return _weir_sql_steps_replace (steps, select->where->span, condition);
  clause = g_strconcat ("WHERE ", condition, NULL);
  return _weir_sql_steps_with_clause (steps, MAX (select->from_span.end, select->select_span.end), clause);
}

/* Where the words after the table's name begin that stand behind a watermark: DROP DUPLICATES, the alias. */
guint32
_weir_sql_steps_watermark_place (WeirSqlSteps *steps)
{
  const WeirSqlRelation *relation = steps->relation;
  guint32                next = relation->span.end, before;

  if (relation->dedup != NULL)
    next = relation->dedup->span.start;
  else if (relation->alias.name != NULL)
    {
      next = relation->alias.span.start;
      before = _weir_sql_steps_token_end_before (steps, next);
      if (before >= 2 && before - 2 >= relation->table.span.end && g_ascii_strncasecmp (steps->text + before - 2, "AS", 2) == 0)
        next = before - 2;
    }
  return _weir_sql_steps_token_end_before (steps, next);
}

/* `10 seconds` as INTERVAL 10 seconds; NULL when SQL does not take it as it is. */
static char *
interval_sql (const char *delay)
{
  g_autofree char          *text = g_strdup_printf ("INTERVAL %s", delay);
  g_autoptr (WeirSqlScript) script = NULL;
  const WeirSqlExpr        *expr;
  WeirSqlInterval           interval;

  if (!_weir_sql_steps_is_expression (text))
    return NULL;
  script = weir_sql_parse_expression (text, -1, NULL);
  expr = weir_sql_script_get_expression (script);
  if (expr->kind != WEIR_SQL_EXPR_LITERAL || expr->literal.kind != WEIR_SQL_LITERAL_INTERVAL)
    return NULL;
  /* INTERVAL '10 seconds' is not allowed behind DELAY OF. */
  if (*delay == '\'' && weir_sql_parse_interval (text, WEIR_SPAN_NONE, &interval, NULL) == FALSE)
    return weir_sql_print_interval (&expr->literal.interval);
  return g_steal_pointer (&text);
}

char *
weir_sql_steps_set_event_time (WeirSqlSteps *steps,
                               const char   *column,
                               const char   *delay)
{
  const WeirSqlWatermark *watermark = steps->relation != NULL ? steps->relation->watermark : NULL;
  g_autofree char        *interval = NULL;
  g_autofree char        *clause = NULL;
  WeirSqlSplices          splices;

  if (steps->relation == NULL)
    return NULL;
  if (column == NULL)
    return watermark != NULL ? _weir_sql_steps_without_clause (steps, watermark->span) : _weir_sql_steps_unchanged (steps);
  interval = delay != NULL ? interval_sql (delay) : NULL;
  if (!_weir_sql_steps_is_expression (column) || interval == NULL)
    return NULL;
  if (watermark == NULL)
    {
      guint32 pos = _weir_sql_steps_watermark_place (steps);

      clause = g_strdup_printf (" WATERMARK %s DELAY OF %s", column, interval);
      return _weir_sql_steps_replace (steps, (WeirSpan){ pos, pos }, clause);
    }
  _weir_sql_splices_init (&splices);
  if (!_weir_sql_steps_is_at (steps, watermark->expr->span, column))
    _weir_sql_splices_add (&splices, watermark->expr->span, column);
  if (g_ascii_strncasecmp (steps->text + watermark->delay_span.start, interval, watermark->delay_span.end - watermark->delay_span.start) != 0 ||
      strlen (interval) != watermark->delay_span.end - watermark->delay_span.start)
    _weir_sql_splices_add (&splices, watermark->delay_span, interval);
  return _weir_sql_splices_apply (&splices, steps->text);
}
