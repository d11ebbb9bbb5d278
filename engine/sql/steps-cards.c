/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "sql/lexer.h"
#include "sql/steps-private.h"

/*
 * Deals what was recognised into cards, in the order of a query's work. Their texts are kept in the string chunk of the steps and live as
 * long; spans are places in the script.
 */

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
  card->size = _weir_sql_steps_is_duration (call->args[1]) ? duration_text (steps, call->args[1]) : keep (steps, call->args[1]->span);
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

      g_ptr_array_add (steps->keys, (gpointer)keep (steps, _weir_sql_steps_is_ordinal (item) && expr != NULL ? expr->span : item->span));
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

void
_weir_sql_steps_add_cards (WeirSqlSteps *steps)
{
  if (steps->select == NULL)
    {
      add_card (steps, WEIR_SQL_STEP_SQL, steps->statement);
      return;
    }
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
