/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/* Identifiers, and which keywords may be one where nothing announces it. */

static char *
dup_name (WeirSqlParser      *p,
          const WeirSqlToken *token)
{
  const char *start = p->text + token->start;
  char       *name, *out;

  if (token->kind == WEIR_SQL_TOKEN_WORD)
    return _weir_sql_arena_strndup (p->arena, start, token->end - token->start);
  name = _weir_sql_arena_strndup (p->arena, start + 1, token->end - token->start - 2);
  out = name;
  for (const char *c = name; *c != '\0'; c++)
    {
      *out++ = *c;
      if (c[0] == '`' && c[1] == '`')
        c++;
    }
  *out = '\0';
  return name;
}

WeirSqlIdent
_weir_sql_parse_ident (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (!_weir_sql_token_is_name (token))
    {
      _weir_sql_syntax_error (p);
      return (WeirSqlIdent){ .name = "", .span = _weir_sql_token_span (token) };
    }
  _weir_sql_next (p);
  return (WeirSqlIdent){ .name = dup_name (p, token), .quoted = token->kind == WEIR_SQL_TOKEN_QUOTED, .span = _weir_sql_token_span (token) };
}

WeirSqlName
_weir_sql_parse_name (WeirSqlParser *p)
{
  guint32     start = _weir_sql_start (p);
  WeirSqlList parts = { 0 };

  do
    _weir_sql_push (p, &parts, WeirSqlIdent, _weir_sql_parse_ident (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_DOT));
  return (WeirSqlName){ .parts = parts.data, .n_parts = parts.n, .span = _weir_sql_span_from (p, start) };
}

const WeirSqlIdent *
_weir_sql_parse_ident_list (WeirSqlParser *p,
                            guint         *n)
{
  WeirSqlList idents = { 0 };

  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  do
    _weir_sql_push (p, &idents, WeirSqlIdent, _weir_sql_parse_ident (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  *n = idents.n;
  return idents.data;
}

const char *
_weir_sql_parse_string (WeirSqlParser *p)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  g_autoptr (GString) out = NULL;

  if (!_weir_sql_accept (p, WEIR_SQL_TOKEN_STRING))
    {
      _weir_sql_syntax_error (p);
      return "";
    }
  out = g_string_new (NULL);
  _weir_sql_decode_string (out, p->text + token->start, token->end - token->start, p->raw_strings);
  if (strlen (out->str) != out->len)
    _weir_sql_error (p, "PARSE_SYNTAX_ERROR", _weir_sql_token_span (token), "Syntax error: a NUL character cannot stand here.");
  return _weir_sql_arena_strndup (p->arena, out->str, out->len);
}

/* What a keyword may not be without quotes; everything else is free. */
enum
{
  NO_SELECT_ALIAS = 1 << 0, /* after a select item without AS it begins something else */
  NO_TABLE_ALIAS = 1 << 1,  /* the same after a relation */
  RISKY = 1 << 2,           /* reserved somewhere: quoted when we write it */
};

static const guint8 keyword_flags[WEIR_SQL_N_KEYWORDS] = {
#define BOTH (NO_SELECT_ALIAS | NO_TABLE_ALIAS | RISKY)
  [WEIR_SQL_KW_ALL] = RISKY,
  [WEIR_SQL_KW_AND] = BOTH,
  [WEIR_SQL_KW_ANTI] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_ANY] = RISKY,
  [WEIR_SQL_KW_AS] = BOTH,
  [WEIR_SQL_KW_BETWEEN] = BOTH,
  [WEIR_SQL_KW_CASE] = RISKY,
  [WEIR_SQL_KW_CAST] = RISKY,
  [WEIR_SQL_KW_CLUSTER] = BOTH,
  [WEIR_SQL_KW_COLLATE] = BOTH,
  [WEIR_SQL_KW_CROSS] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_CURRENT_DATE] = RISKY,
  [WEIR_SQL_KW_CURRENT_TIMESTAMP] = RISKY,
  [WEIR_SQL_KW_CURRENT_USER] = RISKY,
  [WEIR_SQL_KW_DELAY] = BOTH,
  [WEIR_SQL_KW_DISTINCT] = RISKY,
  [WEIR_SQL_KW_DISTRIBUTE] = BOTH,
  [WEIR_SQL_KW_DIV] = BOTH,
  [WEIR_SQL_KW_DROP] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_ELSE] = RISKY,
  [WEIR_SQL_KW_ESCAPE] = BOTH,
  [WEIR_SQL_KW_EXCEPT] = BOTH,
  [WEIR_SQL_KW_EXISTS] = RISKY,
  [WEIR_SQL_KW_FALSE] = RISKY,
  [WEIR_SQL_KW_FILTER] = RISKY,
  [WEIR_SQL_KW_FOR] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_FROM] = BOTH,
  [WEIR_SQL_KW_FULL] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_GROUP] = BOTH,
  [WEIR_SQL_KW_HAVING] = BOTH,
  [WEIR_SQL_KW_ILIKE] = BOTH,
  [WEIR_SQL_KW_IN] = BOTH,
  [WEIR_SQL_KW_INNER] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_INTERSECT] = BOTH,
  [WEIR_SQL_KW_INTERVAL] = RISKY,
  [WEIR_SQL_KW_INTO] = BOTH,
  [WEIR_SQL_KW_IS] = BOTH,
  [WEIR_SQL_KW_JOIN] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_LATERAL] = BOTH,
  [WEIR_SQL_KW_LEFT] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_LIKE] = BOTH,
  [WEIR_SQL_KW_LIMIT] = BOTH,
  [WEIR_SQL_KW_MINUS] = BOTH,
  [WEIR_SQL_KW_NATURAL] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_NOT] = BOTH,
  [WEIR_SQL_KW_NULL] = RISKY,
  [WEIR_SQL_KW_OFFSET] = BOTH,
  [WEIR_SQL_KW_ON] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_OR] = BOTH,
  [WEIR_SQL_KW_ORDER] = BOTH,
  [WEIR_SQL_KW_OUTER] = RISKY,
  [WEIR_SQL_KW_OVER] = RISKY,
  [WEIR_SQL_KW_PIVOT] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_REGEXP] = BOTH,
  [WEIR_SQL_KW_RIGHT] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_RLIKE] = BOTH,
  [WEIR_SQL_KW_SELECT] = BOTH,
  [WEIR_SQL_KW_SEMI] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_SESSION_USER] = RISKY,
  [WEIR_SQL_KW_SET] = RISKY,
  [WEIR_SQL_KW_SOME] = RISKY,
  [WEIR_SQL_KW_SORT] = BOTH,
  [WEIR_SQL_KW_STREAM] = RISKY,
  [WEIR_SQL_KW_STRUCT] = RISKY,
  [WEIR_SQL_KW_TABLE] = RISKY,
  [WEIR_SQL_KW_TABLESAMPLE] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_THEN] = RISKY,
  [WEIR_SQL_KW_TRUE] = RISKY,
  [WEIR_SQL_KW_UNION] = BOTH,
  [WEIR_SQL_KW_UNPIVOT] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_USER] = RISKY,
  [WEIR_SQL_KW_USING] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_VALUES] = RISKY,
  [WEIR_SQL_KW_WATERMARK] = NO_TABLE_ALIAS | RISKY,
  [WEIR_SQL_KW_WHEN] = RISKY,
  [WEIR_SQL_KW_WHERE] = BOTH,
  [WEIR_SQL_KW_WITH] = BOTH,
#undef BOTH
};

gboolean
_weir_sql_keyword_is_risky (WeirSqlKeyword keyword)
{
  return (keyword_flags[keyword] & RISKY) != 0;
}

static gboolean
at_alias (const WeirSqlParser *p,
          guint8               forbidden)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);

  if (token->kind == WEIR_SQL_TOKEN_QUOTED)
    return TRUE;
  if (token->kind != WEIR_SQL_TOKEN_WORD || (keyword_flags[token->keyword] & forbidden) != 0)
    return FALSE;
  /* WINDOW w AS (…) is a clause; window as a name is common. */
  return !(token->keyword == WEIR_SQL_KW_WINDOW && _weir_sql_token_is_name (_weir_sql_peek (p, 1)) &&
           _weir_sql_keyword_ahead (p, 2, WEIR_SQL_KW_AS));
}

gboolean
_weir_sql_at_select_alias (const WeirSqlParser *p)
{
  return at_alias (p, NO_SELECT_ALIAS);
}

gboolean
_weir_sql_at_table_alias (const WeirSqlParser *p)
{
  return at_alias (p, NO_TABLE_ALIAS);
}

gboolean
_weir_sql_word_begins_expr (const WeirSqlParser *p,
                            guint                ahead)
{
  const WeirSqlToken *token = _weir_sql_peek (p, ahead);

  if (token->kind != WEIR_SQL_TOKEN_WORD)
    return FALSE;
  switch (token->keyword)
    {
    case WEIR_SQL_KW_NOT:
      return TRUE;
    case WEIR_SQL_KW_LEFT:
    case WEIR_SQL_KW_RIGHT:
      return _weir_sql_peek (p, ahead + 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN;
    default:
      return (keyword_flags[token->keyword] & NO_TABLE_ALIAS) == 0;
    }
}
