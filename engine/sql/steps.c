/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/lexer.h"
#include "sql/sql-print.h"
#include "sql/steps-private.h"

/*
 * Recognises the shape of a query and deals it into cards.
 *
 * The shape covered: [CREATE STREAMING QUERY … AS | INSERT INTO t] SELECT list FROM [STREAM] table [WATERMARK …] [WHERE …]
 * [GROUP BY …], with at most one JOIN of a second table. Around it everything is allowed: HAVING, ORDER BY and LIMIT become an SQL card
 * of their own, and so do a FROM with more joins and a list that is no list of aggregates, while the other cards still work. With CTEs, set operations or
 * an error there is one SQL card.
 *
 * The statement is parsed behind as many blanks as there are bytes before it, so that all places are places in the script.
 */

static const char *const aggregate_names[] = {
  "any",
  "any_value",
  "approx_count_distinct",
  "approx_percentile",
  "array_agg",
  "avg",
  "bit_and",
  "bit_or",
  "bit_xor",
  "bool_and",
  "bool_or",
  "collect_list",
  "collect_set",
  "corr",
  "count",
  "count_if",
  "covar_pop",
  "covar_samp",
  "every",
  "first",
  "first_value",
  "grouping",
  "grouping_id",
  "kurtosis",
  "last",
  "last_value",
  "listagg",
  "max",
  "max_by",
  "mean",
  "median",
  "min",
  "min_by",
  "mode",
  "percentile",
  "percentile_approx",
  "percentile_cont",
  "percentile_disc",
  "regr_count",
  "skewness",
  "some",
  "std",
  "stddev",
  "stddev_pop",
  "stddev_samp",
  "string_agg",
  "sum",
  "try_avg",
  "try_sum",
  "var_pop",
  "var_samp",
  "variance",
};

/* ---- small helpers -------------------------------------------------------------------------------------------- */

static const char *
keep (WeirSqlSteps *steps,
      WeirSpan      span)
{
  return g_string_chunk_insert_len (steps->strings, steps->text + span.start, span.end - span.start);
}

static const char *
keep_string (WeirSqlSteps *steps,
             const char   *text)
{
  return g_string_chunk_insert (steps->strings, text);
}

/* What expressions are compared by; (transfer full). */
static char *
comparable (const WeirSqlExpr *expr)
{
  g_autofree char *text = weir_sql_print_expr (expr);

  return g_ascii_strdown (text, -1);
}

static gboolean
is_call_of (const WeirSqlExpr *expr,
            const char        *name)
{
  return expr->kind == WEIR_SQL_EXPR_CALL && expr->call.name.n_parts == 1 && g_ascii_strcasecmp (expr->call.name.parts[0].name, name) == 0;
}

static gboolean
is_aggregate_call (const WeirSqlExpr *expr)
{
  for (guint i = 0; i < G_N_ELEMENTS (aggregate_names); i++)
    if (is_call_of (expr, aggregate_names[i]))
      return !expr->call.has_over;
  return FALSE;
}

/* Aggregates at the top of an item, or in its arithmetic; deeper ones do not matter to the builder. */
static gboolean
has_aggregate (const WeirSqlExpr *expr)
{
  switch (expr->kind)
    {
    case WEIR_SQL_EXPR_BINARY:
      return has_aggregate (expr->binary.left) || has_aggregate (expr->binary.right);
    case WEIR_SQL_EXPR_UNARY:
      return has_aggregate (expr->unary.operand);
    case WEIR_SQL_EXPR_CAST:
      return has_aggregate (expr->cast.operand);
    case WEIR_SQL_EXPR_CALL:
      if (is_aggregate_call (expr))
        return TRUE;
      for (guint i = 0; i < expr->call.n_args; i++)
        if (has_aggregate (expr->call.args[i]))
          return TRUE;
      return FALSE;
    default:
      return FALSE;
    }
}

/* ---- GROUP BY and its echo in the list ------------------------------------------------------------------------ */

static const WeirSqlExpr *
item_by_alias (WeirSqlSteps       *steps,
               const WeirSqlIdent *name)
{
  for (guint i = 0; i < steps->select->n_items; i++)
    {
      const WeirSqlSelectItem *item = &steps->select->items[i];

      if (item->n_aliases == 1 && g_ascii_strcasecmp (item->aliases[0].name, name->name) == 0)
        return item->expr;
    }
  return NULL;
}

static gboolean
is_ordinal (const WeirSqlGroupItem *item)
{
  return item->kind == WEIR_SQL_GROUP_EXPR && item->expr->kind == WEIR_SQL_EXPR_LITERAL && item->expr->literal.kind == WEIR_SQL_LITERAL_INT;
}

const WeirSqlExpr *
_weir_sql_steps_group_expr (WeirSqlSteps *steps,
                            guint         i)
{
  const WeirSqlGroupItem *item = steps->select->group_by[i];
  const WeirSqlExpr      *aliased = NULL;

  if (item->kind != WEIR_SQL_GROUP_EXPR)
    return NULL;
  if (is_ordinal (item))
    {
      gint64 position = item->expr->literal.i64;

      return position >= 1 && position <= steps->select->n_items ? steps->select->items[position - 1].expr : item->expr;
    }
  if (item->expr->kind == WEIR_SQL_EXPR_COLUMN && item->expr->column.n_parts == 1)
    aliased = item_by_alias (steps, &item->expr->column.parts[0]);
  return aliased != NULL ? aliased : item->expr;
}

/* The last part of a column's name, or NULL. */
static const char *
column_name (const WeirSqlExpr *expr)
{
  return expr->kind == WEIR_SQL_EXPR_COLUMN ? expr->column.parts[expr->column.n_parts - 1].name : NULL;
}

gboolean
_weir_sql_steps_item_is_key (WeirSqlSteps *steps,
                             guint         i,
                             guint         group)
{
  const WeirSqlExpr *key = _weir_sql_steps_group_expr (steps, group);
  const char        *name = column_name (steps->select->items[i].expr);

  if (key == NULL)
    return FALSE;
  if (strcmp (g_ptr_array_index (steps->item_texts, i), g_ptr_array_index (steps->group_texts, group)) == 0)
    return TRUE;
  /* GROUP BY t.region, SELECT region */
  return name != NULL && column_name (key) != NULL && g_ascii_strcasecmp (name, column_name (key)) == 0;
}

/* The window itself, a field of it, or a column that is named after it. */
gboolean
_weir_sql_steps_item_is_window (WeirSqlSteps *steps,
                                guint         i)
{
  const WeirSqlExpr *expr = steps->select->items[i].expr;
  const char        *text = g_ptr_array_index (steps->item_texts, i);
  gsize              len;

  if (steps->window == NULL)
    return FALSE;
  len = strlen (steps->window_text);
  if (strncmp (text, steps->window_text, len) == 0 && (text[len] == '\0' || text[len] == '.'))
    return TRUE;
  return expr->kind == WEIR_SQL_EXPR_COLUMN && (g_ascii_strcasecmp (expr->column.parts[0].name, steps->is_session ? "session_window" : "window") == 0 ||
                                                g_ascii_strcasecmp (expr->column.parts[0].name, steps->window_name) == 0);
}

static gboolean
is_duration (const WeirSqlExpr *expr)
{
  return expr->kind == WEIR_SQL_EXPR_LITERAL && (expr->literal.kind == WEIR_SQL_LITERAL_STRING || expr->literal.kind == WEIR_SQL_LITERAL_INTERVAL);
}

/* window(column, 'size'[, 'slide']); one with a start is a key like any other. */
static gboolean
is_window (const WeirSqlExpr *expr)
{
  if (!is_call_of (expr, "window") || expr->call.n_args < 2 || expr->call.n_args > 3 || expr->call.arg_names != NULL)
    return FALSE;
  return is_duration (expr->call.args[1]) && (expr->call.n_args < 3 || is_duration (expr->call.args[2]));
}

/* session_window(column, gap) */
static gboolean
is_session (const WeirSqlExpr *expr)
{
  return is_call_of (expr, "session_window") && expr->call.n_args == 2 && expr->call.arg_names == NULL;
}

static void
take_window (WeirSqlSteps      *steps,
             const WeirSqlExpr *expr,
             guint              group)
{
  steps->window = expr;
  steps->window_group = group;
  steps->window_text = g_ptr_array_index (steps->group_texts, group);
  steps->is_session = is_session (expr);
  steps->window_name = steps->is_session ? "session_window" : "window";
  for (guint i = 0; i < steps->select->n_items; i++)
    {
      const WeirSqlSelectItem *item = &steps->select->items[i];

      if (item->n_aliases == 1 && strcmp (g_ptr_array_index (steps->item_texts, i), steps->window_text) == 0)
        steps->window_name = item->aliases[0].name;
    }
}

static void
find_groups (WeirSqlSteps *steps)
{
  for (guint i = 0; i < steps->select->n_items; i++)
    g_ptr_array_add (steps->item_texts, comparable (steps->select->items[i].expr));
  for (guint i = 0; i < steps->select->n_group_by; i++)
    {
      const WeirSqlExpr *expr = _weir_sql_steps_group_expr (steps, i);

      steps->has_ordinals |= is_ordinal (steps->select->group_by[i]);
      g_ptr_array_add (steps->group_texts, expr != NULL ? comparable (expr) : g_strdup (""));
      if (steps->window == NULL && expr != NULL && (is_window (expr) || is_session (expr)))
        take_window (steps, expr, i);
      else
        g_array_append_val (steps->key_groups, i);
    }
}

static void
find_aggregates (WeirSqlSteps *steps)
{
  const WeirSqlSelect *select = steps->select;

  steps->is_aggregate = select->n_group_by > 0 || select->group_by_all;
  for (guint i = 0; i < select->n_items && !steps->is_aggregate; i++)
    steps->is_aggregate = has_aggregate (select->items[i].expr);
  for (guint i = 0; i < select->n_items && steps->is_aggregate; i++)
    {
      gboolean is_key = _weir_sql_steps_item_is_window (steps, i);

      for (guint k = 0; k < steps->key_groups->len && !is_key; k++)
        is_key = _weir_sql_steps_item_is_key (steps, i, g_array_index (steps->key_groups, guint, k));
      if (!is_key)
        g_array_append_val (steps->aggregate_items, i);
    }
}

/* ---- cards ---------------------------------------------------------------------------------------------------- */

static WeirSqlStep *
add_card (WeirSqlSteps   *steps,
          WeirSqlStepKind kind,
          WeirSpan        span)
{
  WeirSqlStep card = { .kind = kind, .span = span, .sql = keep (steps, span) };

  g_array_append_val (steps->cards, card);
  return &g_array_index (steps->cards, WeirSqlStep, steps->cards->len - 1);
}

static void
add_from (WeirSqlSteps *steps)
{
  WeirSqlStep *card;

  if (steps->select->n_from == 0)
    return;
  if (steps->relation == NULL)
    {
      add_card (steps, WEIR_SQL_STEP_SQL, steps->select->from_span);
      return;
    }
  card = add_card (steps, WEIR_SQL_STEP_FROM, (WeirSpan){ steps->select->from_span.start, steps->join != NULL ? steps->relation->span.end : steps->select->from_span.end });
  card->source = keep (steps, steps->relation->table.span);
  card->is_stream = steps->relation->stream;
}

static void
add_join (WeirSqlSteps *steps)
{
  if (steps->join != NULL)
    _weir_sql_steps_add_join (steps, add_card (steps, WEIR_SQL_STEP_JOIN, steps->join->join_span));
}

static gboolean
is_bare_star (const WeirSqlSelect *select)
{
  return select->n_items == 1 && select->items[0].expr->kind == WEIR_SQL_EXPR_STAR && select->items[0].expr->star.n_except == 0;
}

static const WeirSqlDedup *
dedup_of (const WeirSqlSteps *steps)
{
  return steps->relation != NULL ? steps->relation->dedup : NULL;
}

/* DROP DUPLICATES of the table, SELECT DISTINCT of the list. */
static void
add_distinct (WeirSqlSteps *steps)
{
  const WeirSqlDedup *dedup = dedup_of (steps);
  WeirSqlStep        *card;

  if (dedup == NULL && !steps->select->distinct)
    return;
  card = add_card (steps, WEIR_SQL_STEP_DISTINCT, dedup != NULL ? dedup->span : _weir_sql_steps_distinct_span (steps));
  card->within = dedup != NULL && dedup->within_watermark;
  for (guint i = 0; dedup != NULL && i < dedup->n_columns; i++)
    g_ptr_array_add (steps->columns, (gpointer)keep_string (steps, dedup->columns[i].name));
  for (guint i = 0; dedup == NULL && !steps->is_aggregate && !is_bare_star (steps->select) && i < steps->select->n_items; i++)
    g_ptr_array_add (steps->columns, (gpointer)keep (steps, steps->select->items[i].span));
  g_ptr_array_add (steps->columns, NULL);
  card->keys = (const char *const *)steps->columns->pdata;
}

static void
add_filter (WeirSqlSteps *steps)
{
  if (steps->select->where != NULL)
    add_card (steps, WEIR_SQL_STEP_FILTER, steps->select->where_span)->condition = keep (steps, steps->select->where->span);
}

static void
add_event_time (WeirSqlSteps *steps)
{
  const WeirSqlWatermark *watermark = steps->relation != NULL ? steps->relation->watermark : NULL;
  WeirSqlStep            *card;
  WeirSpan                delay;

  if (watermark == NULL)
    return;
  card = add_card (steps, WEIR_SQL_STEP_EVENT_TIME, watermark->span);
  card->column = keep (steps, watermark->expr->span);
  delay = watermark->delay_span;
  delay.start = _weir_sql_steps_token_start_after (steps, delay.start + 1);
  card->delay = keep (steps, delay);
}

/* `10 seconds`, whether given as a string or as an INTERVAL. */
static const char *
duration_text (WeirSqlSteps      *steps,
               const WeirSqlExpr *expr)
{
  if (expr->literal.kind == WEIR_SQL_LITERAL_STRING)
    return keep_string (steps, expr->literal.text);
  return keep (steps, (WeirSpan){ _weir_sql_steps_token_start_after (steps, expr->span.start + 1), expr->span.end });
}

static void
add_window (WeirSqlSteps *steps)
{
  const WeirSqlCall *call;
  WeirSqlStep       *card;

  if (steps->window == NULL)
    return;
  call = &steps->window->call;
  card = add_card (steps, steps->is_session ? WEIR_SQL_STEP_SESSION : WEIR_SQL_STEP_WINDOW, steps->window->span);
  card->column = keep (steps, call->args[0]->span);
  card->size = is_duration (call->args[1]) ? duration_text (steps, call->args[1]) : keep (steps, call->args[1]->span);
  card->slide = call->n_args > 2 ? duration_text (steps, call->args[2]) : NULL;
}

static void
add_group_by (WeirSqlSteps *steps)
{
  WeirSqlStep *card;

  if (steps->select->group_by_all)
    g_ptr_array_add (steps->keys, (gpointer)keep_string (steps, "ALL"));
  for (guint k = 0; k < steps->key_groups->len; k++)
    {
      guint                   i = g_array_index (steps->key_groups, guint, k);
      const WeirSqlGroupItem *item = steps->select->group_by[i];
      const WeirSqlExpr      *expr = _weir_sql_steps_group_expr (steps, i);

      g_ptr_array_add (steps->keys, (gpointer)keep (steps, is_ordinal (item) && expr != NULL ? expr->span : item->span));
    }
  if (steps->keys->len > 0)
    card = add_card (steps, WEIR_SQL_STEP_GROUP_BY, steps->select->group_by_span);
  else
    card = NULL;
  g_ptr_array_add (steps->keys, NULL);
  if (card != NULL)
    card->keys = (const char *const *)steps->keys->pdata;
}

static void
describe_item (WeirSqlSteps            *steps,
               const WeirSqlSelectItem *item,
               WeirSqlStepAggregate    *aggregate)
{
  const WeirSqlCall *call = &item->expr->call;
  WeirSpan           argument;

  aggregate->sql = keep (steps, item->span);
  aggregate->span = item->span;
  aggregate->alias = item->n_aliases == 1 ? keep_string (steps, item->aliases[0].name) : NULL;
  if (item->expr->kind != WEIR_SQL_EXPR_CALL || call->form != WEIR_SQL_CALL_PLAIN || call->filter != NULL || call->has_over ||
      call->n_within_group > 0 || call->nulls != WEIR_SQL_NULLS_DEFAULT || steps->text[item->expr->span.end - 1] != ')' ||
      steps->text[item->expr->span.start] == '(')
    return;
  argument.start = _weir_sql_steps_token_start_after (steps, _weir_sql_steps_token_start_after (steps, call->name.span.end) + 1);
  argument.end = MAX (argument.start, _weir_sql_steps_token_end_before (steps, item->expr->span.end - 1));
  aggregate->function = keep (steps, call->name.span);
  aggregate->argument = keep (steps, argument.start < item->expr->span.end - 1 ? argument : (WeirSpan){ 0, 0 });
}

static void
add_aggregates (WeirSqlSteps *steps)
{
  const WeirSqlSelect *select = steps->select;
  WeirSqlStep         *card;

  if (!steps->is_aggregate)
    {
      if (!is_bare_star (select) && (!select->distinct || (steps->relation != NULL && steps->relation->dedup != NULL)))
        add_card (steps, WEIR_SQL_STEP_SQL, select->select_span);
      return;
    }
  for (guint k = 0; k < steps->aggregate_items->len; k++)
    {
      WeirSqlStepAggregate aggregate = { 0 };

      describe_item (steps, &select->items[g_array_index (steps->aggregate_items, guint, k)], &aggregate);
      g_array_append_val (steps->aggregates, aggregate);
    }
  if (steps->aggregates->len == 0)
    return;
  card = add_card (steps, WEIR_SQL_STEP_AGGREGATE, select->items_span);
  card->aggregates = (const WeirSqlStepAggregate *)(void *)steps->aggregates->data;
  card->n_aggregates = steps->aggregates->len;
}

/*
 * What happens to single rows, in the order in which it does: event time and DROP DUPLICATES belong to the first table, so they come before a
 * second one is joined to it, and WHERE sees what the join gives. Where nothing stands between them a filter and event time may change
 * places, and the filter is the nearer to the table.
 */
static void
add_rows (WeirSqlSteps *steps)
{
  gboolean in_order = steps->join != NULL || dedup_of (steps) != NULL;

  if (!in_order)
    add_filter (steps);
  add_event_time (steps);
  if (dedup_of (steps) != NULL)
    add_distinct (steps);
  add_join (steps);
  if (in_order)
    add_filter (steps);
}

/* HAVING, ORDER BY, LIMIT and OFFSET, as one place. */
static void
add_rest (WeirSqlSteps *steps)
{
  const WeirSpan spans[] = { steps->select->having_span, steps->query->order_by_span, steps->query->limit_span, steps->query->offset_span };
  WeirSpan       rest = WEIR_SPAN_NONE;

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      if (spans[i].end == 0)
        continue;
      if (rest.end == 0)
        rest.start = spans[i].start;
      rest.end = spans[i].end;
    }
  if (rest.end != 0)
    add_card (steps, WEIR_SQL_STEP_SQL, rest);
}

static const char *
trigger_text (WeirSqlSteps             *steps,
              const WeirSqlCreateQuery *create)
{
  const WeirSqlToken *token;

  switch (create->trigger)
    {
    case WEIR_SQL_TRIGGER_ONCE:
      return "once";
    case WEIR_SQL_TRIGGER_AVAILABLE_NOW:
      return "available now";
    case WEIR_SQL_TRIGGER_PROCESSING_TIME:
      break;
    default:
      return NULL;
    }
  /* TRIGGER PROCESSING TIME, then a string or INTERVAL and more. */
  for (guint i = 0; i + 3 < steps->tokens->len; i++)
    {
      token = &g_array_index (steps->tokens, WeirSqlToken, i);
      if (token->start != create->trigger_span.start)
        continue;
      if (token[3].kind == WEIR_SQL_TOKEN_STRING)
        return keep (steps, (WeirSpan){ token[3].start + 1, token[3].end - 1 });
      return keep (steps, (WeirSpan){ token[4].start, create->trigger_span.end });
    }
  return NULL;
}

static void
add_output (WeirSqlSteps *steps)
{
  static const char *const modes[] = { NULL, "append", "update", "complete" };
  WeirSqlStep             *card;

  if (steps->insert != NULL)
    add_card (steps, WEIR_SQL_STEP_OUTPUT, steps->insert->table.span)->sink = keep (steps, steps->insert->table.span);
  if (steps->create == NULL)
    return;
  card = add_card (steps, WEIR_SQL_STEP_OUTPUT, (WeirSpan){ steps->statement.start, steps->create->as_span.end });
  card->mode = modes[steps->create->output_mode];
  card->trigger = trigger_text (steps, steps->create);
  card->checkpoint = steps->create->checkpoint != NULL ? g_string_chunk_insert (steps->strings, steps->create->checkpoint) : NULL;
  if (steps->create->n_into > 0)
    card->sink = keep (steps, (WeirSpan){ steps->create->into[0].span.start, steps->create->into_span.end });
}

/* ---- the shape ------------------------------------------------------------------------------------------------ */

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
  if (steps->select == NULL)
    {
      add_card (steps, WEIR_SQL_STEP_SQL, steps->statement);
      return;
    }
  find_groups (steps);
  find_aggregates (steps);
  add_from (steps);
  add_rows (steps);
  add_window (steps);
  add_group_by (steps);
  add_aggregates (steps);
  if (dedup_of (steps) == NULL)
    add_distinct (steps);
  add_rest (steps);
  add_output (steps);
  if (steps->cards->len == 0) /* SELECT * from nowhere */
    add_card (steps, WEIR_SQL_STEP_SQL, steps->statement);
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
