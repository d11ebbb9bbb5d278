/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * The cards of a second table and of duplicates. As with the other edits, what is typed is parsed by itself first, and the new text is
 * recognised again: an argument that would change more than its place is refused.
 */

/* ---- JOIN ----------------------------------------------------------------------------------------------------- */

static const struct
{
  WeirSqlJoinType type;
  const char     *name, *sql;
} types[] = {
  { WEIR_SQL_JOIN_INNER, "inner", "JOIN" },
  { WEIR_SQL_JOIN_LEFT, "left", "LEFT JOIN" },
  { WEIR_SQL_JOIN_RIGHT, "right", "RIGHT JOIN" },
  { WEIR_SQL_JOIN_FULL, "full", "FULL JOIN" },
  { WEIR_SQL_JOIN_CROSS, "cross", "CROSS JOIN" },
  { WEIR_SQL_JOIN_LEFT_SEMI, "left semi", "LEFT SEMI JOIN" },
  { WEIR_SQL_JOIN_LEFT_ANTI, "left anti", "LEFT ANTI JOIN" },
};

static gboolean
has_condition (const WeirSqlJoin *join)
{
  return join->on != NULL || join->n_using > 0;
}

/* ON … or USING (…), the word included. */
static WeirSpan
condition_span (WeirSqlSteps *steps)
{
  return (WeirSpan){ _weir_sql_steps_token_start_after (steps, steps->join->right->span.end), steps->join->join_span.end };
}

void
_weir_sql_steps_add_join (WeirSqlSteps *steps,
                          WeirSqlStep  *card)
{
  const WeirSqlJoin     *join = steps->join;
  const WeirSqlRelation *right = join->right;
  WeirSpan               condition = join->on != NULL ? join->on->span : condition_span (steps);

  card->source = g_string_chunk_insert_len (steps->strings, steps->text + right->table.span.start, right->table.span.end - right->table.span.start);
  card->is_stream = right->stream;
  if (has_condition (join))
    card->condition = g_string_chunk_insert_len (steps->strings, steps->text + condition.start, condition.end - condition.start);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (types[i].type == join->type)
      card->join_type = types[i].name;
}

/* Is @text a whole USING and its list? It would pass for a call, too. */
static gboolean
is_using (const char *text)
{
  g_autofree char          *query = g_strconcat ("SELECT * FROM a JOIN b ", text, NULL);
  g_autoptr (WeirSqlScript) script = weir_sql_parse (query, -1);
  const WeirSqlStatement   *statement = weir_sql_script_get_n_statements (script) == 1 ? weir_sql_script_get_statement (script, 0) : NULL;
  const WeirSqlRelation    *from;

  if (statement == NULL || statement->kind != WEIR_SQL_STATEMENT_QUERY || statement->query->body->kind != WEIR_SQL_BODY_SELECT ||
      statement->query->body->select.n_from != 1)
    return FALSE;
  from = statement->query->body->select.from[0];
  return from->kind == WEIR_SQL_RELATION_JOIN && from->join.n_using > 0 && from->join.left->kind == WEIR_SQL_RELATION_TABLE &&
         from->join.join_span.end == strlen (query) && statement->span.end == strlen (query);
}

/* `ON a.id = b.id` or `USING (id)`; NULL when @condition is neither. (transfer full) */
static char *
condition_sql (const char *condition)
{
  if (is_using (condition))
    return g_strdup (condition);
  return _weir_sql_steps_is_expression (condition) ? g_strconcat ("ON ", condition, NULL) : NULL;
}

static const char *
type_sql (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (types); i++)
    if (g_ascii_strcasecmp (types[i].name, name) == 0)
      return types[i].sql;
  return NULL;
}

static char *
add_join (WeirSqlSteps *steps,
          const char   *type,
          const char   *table,
          gboolean      is_stream,
          const char   *condition)
{
  g_autofree char *name = weir_sql_quote_identifier (table);
  g_autofree char *clause = g_strconcat (type, is_stream ? " STREAM " : " ", name, condition != NULL ? " " : NULL, condition, NULL);
  WeirSqlSplices   splices;

  _weir_sql_splices_init (&splices);
  _weir_sql_steps_insert_clause (steps, &splices, steps->relation->span.end, clause);
  return _weir_sql_splices_apply (&splices, steps->text);
}

/* The table's name and the word STREAM before it. FALSE: they stand in a form that is not taken apart here. */
static gboolean
splice_table (WeirSqlSteps   *steps,
              WeirSqlSplices *splices,
              const char     *table,
              gboolean        is_stream)
{
  const WeirSqlRelation *right = steps->join->right;
  g_autofree char       *name = weir_sql_quote_identifier (table);

  if (right->table.n_parts != 1 || strcmp (right->table.parts[0].name, table) != 0)
    _weir_sql_splices_add (splices, right->table.span, name);
  if (right->stream == is_stream)
    return TRUE;
  if (right->stream && steps->text[_weir_sql_steps_token_start_after (steps, right->table.span.end)] == ')')
    return FALSE;
  _weir_sql_splices_add (splices, (WeirSpan){ right->span.start, right->stream ? right->table.span.start : right->span.start }, is_stream ? "STREAM " : "");
  return TRUE;
}

static char *
change_join (WeirSqlSteps      *steps,
             const WeirSqlStep *card,
             const char        *type,
             const char        *table,
             gboolean           is_stream,
             const char        *condition)
{
  WeirSpan         old = condition_span (steps);
  guint32          end = steps->join->right->span.end;
  WeirSqlSplices   splices;
  g_autofree char *head = g_strconcat (type, " ", NULL);
  g_autofree char *tail = condition != NULL ? g_strconcat (" ", condition, NULL) : NULL;

  _weir_sql_splices_init (&splices);
  if (strcmp (type, type_sql (card->join_type)) != 0)
    _weir_sql_splices_add (&splices, (WeirSpan){ steps->join->join_span.start, steps->join->right->span.start }, head);
  if (!splice_table (steps, &splices, table, is_stream))
    {
      g_array_unref (splices.items);
      return NULL;
    }
  if (!has_condition (steps->join) && condition != NULL)
    _weir_sql_splices_add (&splices, (WeirSpan){ end, end }, tail);
  else if (has_condition (steps->join) && condition == NULL)
    _weir_sql_splices_add (&splices, (WeirSpan){ end, old.end }, "");
  else if (condition != NULL && (strlen (condition) != old.end - old.start || strncmp (steps->text + old.start, condition, old.end - old.start) != 0))
    _weir_sql_splices_add (&splices, old, condition);
  return _weir_sql_splices_apply (&splices, steps->text);
}

static gboolean
is_same_join (const WeirSqlStep *card,
              const char        *type,
              const char        *table,
              gboolean           is_stream,
              const char        *condition)
{
  return g_ascii_strcasecmp (card->join_type, type) == 0 && strcmp (card->source, table) == 0 && card->is_stream == is_stream &&
         g_strcmp0 (card->condition, condition) == 0;
}

static const WeirSqlStep *
find_join (WeirSqlSteps *steps)
{
  for (guint i = 0; i < steps->cards->len; i++)
    if (g_array_index (steps->cards, WeirSqlStep, i).kind == WEIR_SQL_STEP_JOIN)
      return &g_array_index (steps->cards, WeirSqlStep, i);
  return NULL;
}

char *
weir_sql_steps_set_join (WeirSqlSteps *steps,
                         const char   *type,
                         const char   *table,
                         gboolean      is_stream,
                         const char   *condition)
{
  const WeirSqlStep       *card = find_join (steps);
  const char              *sql = type_sql (type);
  g_autofree char         *clause = NULL;
  g_autofree char         *text = NULL;
  g_autoptr (WeirSqlSteps) now = NULL;
  WeirSqlSplices           splices;

  if (steps->relation == NULL)
    return NULL;
  if (type == NULL && card == NULL)
    return g_strdup (steps->text);
  if (type == NULL)
    {
      _weir_sql_splices_init (&splices);
      _weir_sql_steps_remove_clause (steps, &splices, steps->join->join_span);
      return _weir_sql_splices_apply (&splices, steps->text);
    }
  if (card != NULL && table != NULL && is_same_join (card, type, table, is_stream, condition))
    return g_strdup (steps->text);
  clause = condition != NULL ? condition_sql (condition) : NULL;
  if (sql == NULL || table == NULL || *table == '\0' || (condition != NULL && clause == NULL) || (condition == NULL && strcmp (sql, "CROSS JOIN") != 0))
    return NULL;
  text = card != NULL ? change_join (steps, card, sql, table, is_stream, clause) : add_join (steps, sql, table, is_stream, clause);
  now = text != NULL ? _weir_sql_steps_after (steps, text) : NULL;
  return now != NULL && now->join != NULL ? g_steal_pointer (&text) : NULL;
}

/* ---- DISTINCT ------------------------------------------------------------------------------------------------- */

WeirSpan
_weir_sql_steps_distinct_span (WeirSqlSteps *steps)
{
  guint32 start = _weir_sql_steps_token_start_after (steps, steps->select->select_span.start + 1);

  return (WeirSpan){ start, start + (guint32)strlen ("DISTINCT") };
}

/* `DROP DUPLICATES (a, b) WITHIN WATERMARK`; NULL when a column is no plain name. (transfer full) */
static char *
drop_sql (const char *const *columns,
          gboolean           within)
{
  g_autoptr (GString) out = g_string_new ("DROP DUPLICATES");

  for (guint i = 0; columns[i] != NULL; i++)
    {
      g_autoptr (WeirSqlScript) script = _weir_sql_steps_is_expression (columns[i]) ? weir_sql_parse_expression (columns[i], -1, NULL) : NULL;
      const WeirSqlExpr        *expr = script != NULL ? weir_sql_script_get_expression (script) : NULL;
      g_autofree char          *name = NULL;

      if (expr == NULL || expr->kind != WEIR_SQL_EXPR_COLUMN || expr->column.n_parts != 1)
        return NULL;
      name = weir_sql_quote_identifier (expr->column.parts[0].name);
      g_string_append_printf (out, "%s%s", i == 0 ? " (" : ", ", name);
    }
  g_string_append_printf (out, "%s%s", columns[0] != NULL ? ")" : "", within ? " WITHIN WATERMARK" : "");
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
set_select_distinct (WeirSqlSteps      *steps,
                     const char *const *columns,
                     gboolean           within)
{
  WeirSpan         word = _weir_sql_steps_distinct_span (steps);
  g_autofree char *list = NULL;

  if (columns == NULL)
    return _weir_sql_steps_replace (steps, (WeirSpan){ word.start, _weir_sql_steps_token_start_after (steps, word.end) }, "");
  if (within || steps->is_aggregate)
    return NULL;
  if (g_strv_equal (columns, (const char *const *)steps->columns->pdata))
    return g_strdup (steps->text);
  for (guint i = 0; columns[i] != NULL; i++)
    {
      g_autofree char          *query = g_strconcat ("SELECT ", columns[i], NULL);
      g_autoptr (WeirSqlScript) script = weir_sql_parse (query, -1);
      const WeirSqlStatement   *statement = weir_sql_script_get_n_statements (script) == 1 ? weir_sql_script_get_statement (script, 0) : NULL;

      if (statement == NULL || statement->query->body->kind != WEIR_SQL_BODY_SELECT || statement->query->body->select.n_items != 1 ||
          statement->query->body->select.items_span.end != strlen (query))
        return NULL;
    }
  list = columns[0] != NULL ? g_strjoinv (", ", (char **)columns) : g_strdup ("*");
  return _weir_sql_steps_replace (steps, steps->select->items_span, list);
}

char *
weir_sql_steps_set_distinct (WeirSqlSteps      *steps,
                             const char *const *columns,
                             gboolean           within)
{
  const WeirSqlDedup *dedup = steps->relation != NULL ? steps->relation->dedup : NULL;
  g_autofree char    *clause = NULL;
  g_autofree char    *text = NULL;
  guint32             place;

  if (dedup == NULL && steps->select != NULL && steps->select->distinct)
    return set_select_distinct (steps, columns, within);
  if (dedup == NULL && columns == NULL)
    return g_strdup (steps->text);
  if (steps->relation == NULL)
    return NULL;
  if (columns == NULL)
    {
      WeirSqlSplices splices;

      _weir_sql_splices_init (&splices);
      _weir_sql_steps_remove_clause (steps, &splices, dedup->span);
      return _weir_sql_splices_apply (&splices, steps->text);
    }
  if (dedup != NULL && dedup->within_watermark == within && g_strv_equal (columns, (const char *const *)steps->columns->pdata))
    return g_strdup (steps->text);
  clause = drop_sql (columns, within);
  if (clause == NULL)
    return NULL;
  if (dedup != NULL)
    return _weir_sql_steps_replace (steps, dedup->span, clause);
  place = _weir_sql_steps_watermark_place (steps);
  text = g_strconcat (" ", clause, NULL);
  return _weir_sql_steps_replace (steps, (WeirSpan){ place, place }, text);
}
