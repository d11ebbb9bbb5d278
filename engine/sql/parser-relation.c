/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/* What may stand after FROM, and the option lists tables share with it. */

static WeirSqlRelation *parse_relation (WeirSqlParser *p);

/* ---- options -------------------------------------------------------------------------------------------------- */

static const char *
parse_option_key (WeirSqlParser *p)
{
  g_autoptr (GString) key = NULL;

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    return _weir_sql_parse_string (p);
  key = g_string_new (NULL);
  do
    {
      if (key->len > 0)
        g_string_append_c (key, '.');
      g_string_append (key, _weir_sql_parse_ident (p).name);
    }
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_DOT));
  return _weir_sql_arena_strndup (p->arena, key->str, key->len);
}

static void
parse_option_value (WeirSqlParser *p,
                    WeirSqlOption *option)
{
  guint32 start = _weir_sql_start (p);

  if (_weir_sql_at (p, WEIR_SQL_TOKEN_STRING))
    {
      option->value = _weir_sql_parse_string (p);
      option->value_kind = WEIR_SQL_VALUE_STRING;
    }
  else if (_weir_sql_at_keyword (p, WEIR_SQL_KW_TRUE) || _weir_sql_at_keyword (p, WEIR_SQL_KW_FALSE))
    {
      option->value = _weir_sql_next (p)->keyword == WEIR_SQL_KW_TRUE ? "true" : "false";
      option->value_kind = WEIR_SQL_VALUE_BOOLEAN;
    }
  else
    {
      gboolean            negative = _weir_sql_accept (p, WEIR_SQL_TOKEN_MINUS);
      const WeirSqlToken *number = _weir_sql_peek (p, 0);
      g_autofree char    *text = g_strdup_printf ("%s%.*s", negative ? "-" : "", (int)(number->end - number->start), p->text + number->start);

      _weir_sql_expect (p, WEIR_SQL_TOKEN_NUMBER);
      option->value = _weir_sql_arena_strndup (p->arena, text, strlen (text));
      option->value_kind = WEIR_SQL_VALUE_NUMBER;
    }
  option->value_span = _weir_sql_span_from (p, start);
}

static WeirSqlOption
parse_option (WeirSqlParser *p)
{
  guint32       start = _weir_sql_start (p);
  WeirSqlOption option = { .key = parse_option_key (p) };

  option.key_span = _weir_sql_span_from (p, start);
  _weir_sql_accept (p, WEIR_SQL_TOKEN_EQ);
  parse_option_value (p, &option);
  option.span = _weir_sql_span_from (p, start);
  return option;
}

const WeirSqlOption *
_weir_sql_parse_options (WeirSqlParser *p,
                         guint         *n)
{
  WeirSqlList options = { 0 };

  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  do
    _weir_sql_push (p, &options, WeirSqlOption, parse_option (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  *n = options.n;
  return options.data;
}

/* ---- what follows a relation ---------------------------------------------------------------------------------- */

static void
parse_watermark (WeirSqlParser   *p,
                 WeirSqlRelation *relation)
{
  guint32           start = _weir_sql_start (p), delay_start;
  WeirSqlWatermark *watermark;
  WeirSqlInterval   delay;

  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_WATERMARK))
    return;
  watermark = _weir_sql_arena_alloc (p->arena, sizeof *watermark);
  watermark->expr = _weir_sql_parse_expr (p);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS))
    {
      if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
        watermark->name = _weir_sql_parse_ident_list (p, &watermark->n_names)[0];
      else
        {
          watermark->name = _weir_sql_parse_ident (p);
          watermark->n_names = 1;
        }
    }
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_DELAY);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_OF);
  delay_start = _weir_sql_start (p);
  _weir_sql_parse_interval_literal (p, TRUE, &delay);
  watermark->delay = delay;
  watermark->delay_span = _weir_sql_span_from (p, delay_start);
  watermark->span = _weir_sql_span_from (p, start);
  relation->watermark = watermark;
}

static void
parse_dedup (WeirSqlParser   *p,
             WeirSqlRelation *relation)
{
  guint32       start = _weir_sql_start (p);
  WeirSqlDedup *dedup;

  if (!_weir_sql_accept_keywords (p, WEIR_SQL_KW_DROP, WEIR_SQL_KW_DUPLICATES))
    return;
  dedup = _weir_sql_arena_alloc (p->arena, sizeof *dedup);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    dedup->columns = _weir_sql_parse_ident_list (p, &dedup->n_columns);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_WITHIN))
    {
      _weir_sql_expect_keyword (p, WEIR_SQL_KW_WATERMARK);
      dedup->within_watermark = TRUE;
    }
  dedup->span = _weir_sql_span_from (p, start);
  relation->dedup = dedup;
}

/* Spark's grammar has no sampling of streams at all, so that is an error of syntax. */
static void
reject_suffixes (WeirSqlParser *p,
                 gboolean       stream)
{
  const WeirSqlToken *token = _weir_sql_peek (p, 0);
  const char         *what = NULL;

  switch (token->keyword)
    {
    case WEIR_SQL_KW_TABLESAMPLE:
      what = "TABLESAMPLE";
      break;
    case WEIR_SQL_KW_PIVOT:
      what = "PIVOT";
      break;
    case WEIR_SQL_KW_FOR:
      what = "time travel";
      break;
    case WEIR_SQL_KW_VERSION:
    case WEIR_SQL_KW_TIMESTAMP:
      if (_weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_AS) && _weir_sql_keyword_ahead (p, 2, WEIR_SQL_KW_OF))
        what = "time travel";
      break;
    default:
      break;
    }
  if (what != NULL && stream && token->keyword == WEIR_SQL_KW_TABLESAMPLE)
    _weir_sql_syntax_error (p);
  else if (what != NULL)
    _weir_sql_unsupported (p, _weir_sql_token_span (token), what);
}

static void
parse_alias (WeirSqlParser   *p,
             WeirSqlRelation *relation)
{
  if (!_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) && !_weir_sql_at_table_alias (p))
    return;
  relation->alias = _weir_sql_parse_ident (p);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    relation->column_aliases = _weir_sql_parse_ident_list (p, &relation->n_column_aliases);
}

static void
parse_relation_suffixes (WeirSqlParser   *p,
                         WeirSqlRelation *relation)
{
  reject_suffixes (p, relation->stream);
  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_WITH) && _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN)
    {
      _weir_sql_next (p);
      relation->options = _weir_sql_parse_options (p, &relation->n_options);
    }
  reject_suffixes (p, relation->stream);
  if (relation->kind != WEIR_SQL_RELATION_VALUES)
    {
      parse_watermark (p, relation);
      parse_dedup (p, relation);
    }
  parse_alias (p, relation);
}

/* ---- UNPIVOT -------------------------------------------------------------------------------------------------- */

static WeirSqlUnpivotItem
parse_unpivot_item (WeirSqlParser *p)
{
  guint32            start = _weir_sql_start (p);
  WeirSqlUnpivotItem item = { 0 };
  WeirSqlList        columns = { 0 };
  gboolean           several = _weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN);

  do
    _weir_sql_push (p, &columns, WeirSqlName, _weir_sql_parse_name (p));
  while (several && _weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  if (several)
    _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  item.columns = columns.data;
  item.n_columns = columns.n;
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) || _weir_sql_at_table_alias (p))
    item.alias = _weir_sql_parse_ident (p);
  item.span = _weir_sql_span_from (p, start);
  return item;
}

/* At UNPIVOT, behind @child. */
static WeirSqlRelation *
parse_unpivot (WeirSqlParser   *p,
               WeirSqlRelation *child)
{
  guint32          start = _weir_sql_start (p);
  WeirSqlRelation *relation = _weir_sql_arena_alloc (p->arena, sizeof *relation);
  WeirSqlUnpivot  *unpivot = &relation->unpivot;
  WeirSqlList      items = { 0 }, values = { 0 };

  _weir_sql_next (p);
  relation->kind = WEIR_SQL_RELATION_UNPIVOT;
  unpivot->child = child;
  unpivot->include_nulls = _weir_sql_accept_keywords (p, WEIR_SQL_KW_INCLUDE, WEIR_SQL_KW_NULLS);
  if (!unpivot->include_nulls)
    _weir_sql_accept_keywords (p, WEIR_SQL_KW_EXCLUDE, WEIR_SQL_KW_NULLS);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    unpivot->values = _weir_sql_parse_ident_list (p, &unpivot->n_values);
  else
    {
      _weir_sql_push (p, &values, WeirSqlIdent, _weir_sql_parse_ident (p));
      unpivot->values = values.data;
      unpivot->n_values = 1;
    }
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_FOR);
  unpivot->name = _weir_sql_parse_ident (p);
  _weir_sql_expect_keyword (p, WEIR_SQL_KW_IN);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_LEFT_PAREN);
  do
    _weir_sql_push (p, &items, WeirSqlUnpivotItem, parse_unpivot_item (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  unpivot->items = items.data;
  unpivot->n_items = items.n;
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
  unpivot->span = _weir_sql_span_from (p, start);
  parse_alias (p, relation);
  relation->span = _weir_sql_span_from (p, child->span.start);
  _weir_sql_grow (p, 1);
  return relation;
}

/* ---- primaries ------------------------------------------------------------------------------------------------ */

/* STREAM t or STREAM (t), not a table of that name. */
static gboolean
accept_stream (WeirSqlParser *p)
{
  const WeirSqlToken *next = _weir_sql_peek (p, 1);

  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_STREAM))
    return FALSE;
  if (next->kind != WEIR_SQL_TOKEN_LEFT_PAREN && next->kind != WEIR_SQL_TOKEN_QUOTED &&
      (next->kind != WEIR_SQL_TOKEN_WORD || _weir_sql_keyword_is_risky (next->keyword)))
    return FALSE;
  _weir_sql_next (p);
  return TRUE;
}

static void
parse_named_relation (WeirSqlParser   *p,
                      WeirSqlRelation *relation)
{
  guint32     start = _weir_sql_start (p);
  WeirSqlName name;

  if (_weir_sql_at_keyword (p, WEIR_SQL_KW_IDENTIFIER) && _weir_sql_peek (p, 1)->kind == WEIR_SQL_TOKEN_LEFT_PAREN)
    _weir_sql_unsupported (p, _weir_sql_token_span (_weir_sql_peek (p, 0)), "the IDENTIFIER clause");
  if (!_weir_sql_at_table_alias (p))
    _weir_sql_syntax_error (p);
  name = _weir_sql_parse_name (p);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    {
      relation->kind = WEIR_SQL_RELATION_FUNCTION;
      relation->function = _weir_sql_parse_call (p, name, start);
      return;
    }
  relation->kind = WEIR_SQL_RELATION_TABLE;
  relation->table = name;
}

static void
parse_stream (WeirSqlParser   *p,
              WeirSqlRelation *relation)
{
  relation->stream = TRUE;
  if (!_weir_sql_accept (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    {
      parse_named_relation (p, relation);
      return;
    }
  relation->kind = WEIR_SQL_RELATION_TABLE;
  relation->table = _weir_sql_parse_name (p);
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
}

static void
parse_paren_relation (WeirSqlParser   *p,
                      WeirSqlRelation *relation)
{
  gboolean is_query = _weir_sql_at_query_paren (p, 0);

  _weir_sql_next (p);
  if (is_query)
    {
      relation->kind = WEIR_SQL_RELATION_QUERY;
      relation->query = _weir_sql_parse_query (p);
    }
  else
    {
      relation->kind = WEIR_SQL_RELATION_NESTED;
      relation->nested = parse_relation (p);
    }
  _weir_sql_expect (p, WEIR_SQL_TOKEN_RIGHT_PAREN);
}

static WeirSqlRelation *
parse_relation_primary (WeirSqlParser *p)
{
  guint32          start = _weir_sql_start (p);
  WeirSqlRelation *relation = _weir_sql_arena_alloc (p->arena, sizeof *relation);

  relation->lateral = _weir_sql_accept_keyword (p, WEIR_SQL_KW_LATERAL);
  if (_weir_sql_at (p, WEIR_SQL_TOKEN_LEFT_PAREN))
    parse_paren_relation (p, relation);
  else if (_weir_sql_at_keyword (p, WEIR_SQL_KW_VALUES) && _weir_sql_at_query (p, 0))
    {
      _weir_sql_next (p);
      relation->kind = WEIR_SQL_RELATION_VALUES;
      relation->values = _weir_sql_parse_values (p);
    }
  else if (accept_stream (p))
    parse_stream (p, relation);
  else
    parse_named_relation (p, relation);
  parse_relation_suffixes (p, relation);
  relation->span = _weir_sql_span_from (p, start);
  _weir_sql_grow (p, 1);
  while (_weir_sql_at_keyword (p, WEIR_SQL_KW_UNPIVOT))
    relation = parse_unpivot (p, relation);
  return relation;
}

/* ---- joins ---------------------------------------------------------------------------------------------------- */

/* Takes the words up to JOIN; FALSE when there is no join. */
static gboolean
accept_join (WeirSqlParser *p,
             WeirSqlJoin   *join)
{
  guint pos = p->pos;

  join->natural = _weir_sql_accept_keyword (p, WEIR_SQL_KW_NATURAL);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_CROSS))
    join->type = WEIR_SQL_JOIN_CROSS;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_RIGHT))
    join->type = WEIR_SQL_JOIN_RIGHT;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_FULL))
    join->type = WEIR_SQL_JOIN_FULL;
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_LEFT))
    join->type = WEIR_SQL_JOIN_LEFT;
  else
    _weir_sql_accept_keyword (p, WEIR_SQL_KW_INNER);
  if (join->type == WEIR_SQL_JOIN_LEFT || join->type == WEIR_SQL_JOIN_INNER)
    {
      if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_SEMI))
        join->type = WEIR_SQL_JOIN_LEFT_SEMI;
      else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ANTI))
        join->type = WEIR_SQL_JOIN_LEFT_ANTI;
    }
  if (join->type == WEIR_SQL_JOIN_LEFT || join->type == WEIR_SQL_JOIN_RIGHT || join->type == WEIR_SQL_JOIN_FULL)
    _weir_sql_accept_keyword (p, WEIR_SQL_KW_OUTER);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_JOIN))
    return TRUE;
  if (p->pos != pos)
    _weir_sql_syntax_error (p);
  return FALSE;
}

static WeirSqlRelation *
parse_join (WeirSqlParser   *p,
            WeirSqlRelation *left,
            WeirSqlJoin      join,
            guint32          join_start)
{
  WeirSqlRelation *relation = _weir_sql_arena_alloc (p->arena, sizeof *relation);
  guint            left_peak = p->peak;

  p->peak = 0;
  join.left = left;
  join.right = parse_relation_primary (p);
  p->peak = MAX (p->peak, left_peak);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_ON))
    join.on = _weir_sql_parse_expr (p);
  else if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_USING))
    join.using_columns = _weir_sql_parse_ident_list (p, &join.n_using);
  join.join_span = _weir_sql_span_from (p, join_start);
  relation->kind = WEIR_SQL_RELATION_JOIN;
  relation->join = join;
  relation->span = _weir_sql_span_from (p, left->span.start);
  _weir_sql_grow (p, 1);
  return relation;
}

static WeirSqlRelation *
parse_relation (WeirSqlParser *p)
{
  WeirSqlFrame     frame;
  WeirSqlRelation *relation;
  WeirSqlJoin      join = { 0 };
  guint32          join_start;

  _weir_sql_enter (p, &frame);
  relation = parse_relation_primary (p);
  reject_suffixes (p, relation->stream);
  for (join_start = _weir_sql_start (p); accept_join (p, &join); join_start = _weir_sql_start (p))
    {
      relation = parse_join (p, relation, join, join_start);
      join = (WeirSqlJoin){ 0 };
    }
  _weir_sql_leave (p, &frame);
  return relation;
}

const WeirSqlRelation *const *
_weir_sql_parse_relations (WeirSqlParser *p,
                           guint         *n)
{
  WeirSqlList relations = { 0 };

  do
    _weir_sql_push (p, &relations, const WeirSqlRelation *, parse_relation (p));
  while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  *n = relations.n;
  return relations.data;
}

static WeirSqlLateralView
parse_lateral_view (WeirSqlParser *p)
{
  guint32            start = _weir_sql_start (p), name_start;
  WeirSqlLateralView view = { 0 };
  WeirSqlName        name;
  WeirSqlList        columns = { 0 };

  _weir_sql_next (p);
  _weir_sql_next (p);
  view.outer = _weir_sql_accept_keyword (p, WEIR_SQL_KW_OUTER);
  name_start = _weir_sql_start (p);
  name = _weir_sql_parse_name (p);
  view.function = _weir_sql_parse_call (p, name, name_start);
  if (!_weir_sql_at_keyword (p, WEIR_SQL_KW_AS) && _weir_sql_at_table_alias (p))
    view.table = _weir_sql_parse_ident (p);
  if (_weir_sql_accept_keyword (p, WEIR_SQL_KW_AS) || _weir_sql_at_table_alias (p))
    do
      _weir_sql_push (p, &columns, WeirSqlIdent, _weir_sql_parse_ident (p));
    while (_weir_sql_accept (p, WEIR_SQL_TOKEN_COMMA));
  view.columns = columns.data;
  view.n_columns = columns.n;
  view.span = _weir_sql_span_from (p, start);
  return view;
}

const WeirSqlLateralView *
_weir_sql_parse_lateral_views (WeirSqlParser *p,
                               guint         *n)
{
  WeirSqlList views = { 0 };

  while (_weir_sql_at_keyword (p, WEIR_SQL_KW_LATERAL) && _weir_sql_keyword_ahead (p, 1, WEIR_SQL_KW_VIEW))
    _weir_sql_push (p, &views, WeirSqlLateralView, parse_lateral_view (p));
  *n = views.n;
  return views.data;
}
