/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/*
 * Types are kept as text: the tokens, one space between them where two would run together. Only the grammar is checked here,
 * enough to know where the type ends; names and parameters are the business of the type parser of column/.
 */

static void parse_type (WeirSqlParser *p);

static void
parse_length (WeirSqlParser *p)
{
  if (!_weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    return;
  do
    {
      _weir_sql_accept (p, WEIR_SQL_TOKEN_MINUS);
      _weir_sql_expect (p, WEIR_SQL_TOKEN_NUMBER);
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
}

static void
parse_struct_fields (WeirSqlParser *p)
{
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_GT))
    return;
  do
    {
      _weir_sql_parse_ident (p);
      _weir_sql_accept (p, WEIR_SQL_TOKEN_COLON);
      parse_type (p);
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_NOT))
        _weir_sql_expect_keyword (p, WEIR_SQL_KW_NULL);
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COMMENT))
        _weir_sql_parse_string (p);
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
}

static void
parse_angled (WeirSqlParser *p,
              WeirSqlKeyword keyword)
{
  /* STRUCT<> is one token. */
  if (keyword == WEIR_SQL_KW_STRUCT && _weir_sql_at (p, WEIR_SQL_TOKEN_NE) && p->text[_weir_sql_start (p)] == '<')
    {
      _weir_sql_next (p);
      return;
    }
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LT);
  if (keyword == WEIR_SQL_KW_STRUCT)
    parse_struct_fields (p);
  else
    parse_type (p);
  if (keyword == WEIR_SQL_KW_MAP)
    {
      _weir_sql_expect (p, WEIR_SQL_TOKEN_COMMA);
      parse_type (p);
    }
  _weir_sql_expect (p, WEIR_SQL_TOKEN_GT);
}

/* INTERVAL [field [TO field]] */
static void
parse_interval_fields (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  WeirSqlField        field;

  if (token->kind != WEIR_SQL_TOKEN_WORD || !_weir_sql_field_from_word (p->text + token->start, token->end - token->start, &field))
    return;
  _weir_sql_next (p);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_TO))
    _weir_sql_expect (p, WEIR_SQL_TOKEN_WORD);
}

static void
parse_type_tail (WeirSqlParser *p,
                 WeirSqlKeyword keyword)
{
  switch (keyword)
    {
    case WEIR_SQL_KW_INTERVAL:
      parse_interval_fields (p);
      return;
    case WEIR_SQL_KW_TIMESTAMP:
    case WEIR_SQL_KW_TIME:
      parse_length (p);
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_WITHOUT) ||
          (_weir_sql_at_keyword (p, WEIR_SQL_KW_WITH) && _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_TIME) && _weir_sql_accept_keyword (p, WEIR_SQL_KW_WITH)))
        {
          _weir_sql_accept_keyword (p, WEIR_SQL_KW_LOCAL);
          _weir_sql_expect_keyword (p, WEIR_SQL_KW_TIME);
          _weir_sql_expect_keyword (p, WEIR_SQL_KW_ZONE);
        }
      return;
    case WEIR_SQL_KW_STRING:
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_COLLATE))
        _weir_sql_parse_name (p);
      return;
    default:
      parse_length (p);
    }
}

static void
parse_type (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  gboolean            nested;
  WeirSqlFrame        frame;

  _weir_sql_enter (p, &frame);
  _weir_sql_grow (p, 1);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_WORD);
  nested = token->keyword == WEIR_SQL_KW_ARRAY || token->keyword == WEIR_SQL_KW_MAP || token->keyword == WEIR_SQL_KW_STRUCT;
  if (nested && (_weir_sql_at (p, WEIR_SQL_TOKEN_LT) || _weir_sql_at (p, WEIR_SQL_TOKEN_NE)))
    parse_angled (p, token->keyword);
  else if (p->error == NULL)
    parse_type_tail (p, token->keyword);
  _weir_sql_leave (p, &frame);
}

const char *
_weir_sql_parse_type (WeirSqlParser *p,
                      WeirSpan      *span)
{
  guint               first = p->pos;
  guint32             start = _weir_sql_start (p);
  g_autoptr (GString) text = g_string_new (NULL);

  parse_type (p);
  *span = _weir_sql_span_from (p, start);
  if (p->error != NULL)
    return "";
  for (guint i = first; i < p->pos; i++)
    {
      const WeirSqlToken *token = &p->tokens[i];

      if (i > first && p->tokens[i - 1].end < token->start)
        g_string_append_c (text, ' ');
      g_string_append_len (text, p->text + token->start, token->end - token->start);
    }
  return _weir_sql_arena_strndup (p->arena, text->str, text->len);
}
