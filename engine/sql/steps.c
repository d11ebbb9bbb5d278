/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/steps-private.h"

/*
 * Recognises the shape of a query; steps-groups.c looks into its GROUP BY and list, steps-cards.c deals it into cards.
 *
 * The shape covered: [CREATE STREAMING QUERY … AS | INSERT INTO t] SELECT list FROM [STREAM] table [WATERMARK …] [WHERE …]
 * [GROUP BY …], with at most one JOIN of a second table. Around it everything is allowed: HAVING, ORDER BY and LIMIT become an SQL card
 * of their own, and so do a FROM with more joins and a list that is no list of aggregates, while the other cards still work. With CTEs, set operations or
 * an error there is one SQL card.
 *
 * The statement is parsed behind as many blanks as there are bytes before it, so that all places are places in the script.
 */

/* Their tree is not what the text looks like. */
static gboolean
has_pipes (WeirSqlSteps *steps)
{
  for (guint i = 0; i < steps->tokens->len; i++)
    if (g_array_index (steps->tokens, WeirSqlToken, i).kind == WEIR_SQL_TOKEN_PIPE_ARROW)
      return TRUE;
  return FALSE;
}

/* One table, or two that are joined. */
static void
find_relation (WeirSqlSteps          *steps,
               const WeirSqlRelation *from)
{
  if (from->kind == WEIR_SQL_RELATION_TABLE)
    steps->relation = from;
  else if (from->kind == WEIR_SQL_RELATION_JOIN && !from->join.natural && from->join.left->kind == WEIR_SQL_RELATION_TABLE &&
           from->join.right->kind == WEIR_SQL_RELATION_TABLE && !from->join.right->lateral)
    {
      steps->join = &from->join;
      steps->relation = from->join.left;
    }
}

static void
find_query (WeirSqlSteps           *steps,
            const WeirSqlStatement *statement)
{
  switch (statement->kind)
    {
    case WEIR_SQL_STATEMENT_CREATE_STREAMING_QUERY:
      steps->create = &statement->create_query;
      steps->query = statement->create_query.query;
      break;
    case WEIR_SQL_STATEMENT_INSERT:
      steps->insert = &statement->insert;
      steps->query = statement->insert.query;
      break;
    case WEIR_SQL_STATEMENT_QUERY:
      steps->query = statement->query;
      break;
    default:
      break;
    }
  if (steps->query == NULL || steps->query->n_ctes > 0 || steps->query->body->kind != WEIR_SQL_BODY_SELECT || has_pipes (steps))
    return;
  steps->select = &steps->query->body->select;
  if (steps->select->n_from == 1 && steps->select->n_lateral_views == 0)
    find_relation (steps, steps->select->from[0]);
}

/* The one statement that parsed, or NULL. */
static const WeirSqlStatement *
the_statement (WeirSqlSteps *steps)
{
  return weir_sql_script_get_n_statements (steps->script) == 1 ? weir_sql_script_get_statement (steps->script, 0) : NULL;
}

static void
recognise (WeirSqlSteps *steps)
{
  const WeirSqlStatement *statement = the_statement (steps);

  if (statement != NULL)
    find_query (steps, statement);
  if (steps->select != NULL)
    _weir_sql_steps_find_groups (steps);
  _weir_sql_steps_add_cards (steps);
}

WeirSqlSteps *
weir_sql_steps_new (const char *text,
                    WeirSpan    statement)
{
  WeirSqlSteps    *steps = g_new0 (WeirSqlSteps, 1);
  gsize            len = strlen (text);
  g_autofree char *padded = NULL;
  gboolean         too_many;

  statement.end = MIN (statement.end, len);
  statement.start = MIN (statement.start, statement.end);
  padded = g_strndup (text, statement.end);
  memset (padded, ' ', statement.start);
  steps->text = g_strdup (text);
  steps->statement = statement;
  steps->script = weir_sql_parse (padded, statement.end);
  steps->strings = g_string_chunk_new (1024);
  steps->cards = g_array_new (FALSE, TRUE, sizeof (WeirSqlStep));
  steps->aggregates = g_array_new (FALSE, TRUE, sizeof (WeirSqlStepAggregate));
  steps->keys = g_ptr_array_new ();
  steps->columns = g_ptr_array_new ();
  steps->key_groups = g_array_new (FALSE, FALSE, sizeof (guint));
  steps->aggregate_items = g_array_new (FALSE, FALSE, sizeof (guint));
  steps->item_texts = g_ptr_array_new_with_free_func (g_free);
  steps->group_texts = g_ptr_array_new_with_free_func (g_free);
  steps->prefixes = g_ptr_array_new_with_free_func (g_free);
  if (the_statement (steps) != NULL)
    steps->tokens = _weir_sql_lex (padded, statement.end, G_MAXUINT, &too_many);
  else
    steps->tokens = g_array_new (FALSE, FALSE, sizeof (WeirSqlToken));
  recognise (steps);
  return steps;
}

void
weir_sql_steps_free (WeirSqlSteps *steps)
{
  weir_sql_script_unref (steps->script);
  g_string_chunk_free (steps->strings);
  g_array_unref (steps->cards);
  g_array_unref (steps->aggregates);
  g_ptr_array_unref (steps->keys);
  g_ptr_array_unref (steps->columns);
  g_array_unref (steps->key_groups);
  g_array_unref (steps->aggregate_items);
  g_ptr_array_unref (steps->item_texts);
  g_ptr_array_unref (steps->group_texts);
  g_array_unref (steps->tokens);
  g_ptr_array_unref (steps->prefixes);
  g_free (steps->text);
  g_free (steps);
}

guint
weir_sql_steps_get_n (WeirSqlSteps *steps)
{
  return steps->cards->len;
}

const WeirSqlStep *
weir_sql_steps_get (WeirSqlSteps *steps,
                    guint         i)
{
  g_return_val_if_fail (i < steps->cards->len, NULL);
  return &g_array_index (steps->cards, WeirSqlStep, i);
}
