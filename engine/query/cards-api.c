/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engine-script.h"

#include "sql/steps.h"

/* The builder's cards as engine.h shows them: a copy of sql/steps, whose texts live as long as it. */

struct _WeirCards
{
  WeirSqlSteps *steps; /* Owned */
  guint         n;
  WeirCard     *cards; /* Owned */
};

G_STATIC_ASSERT ((int)WEIR_CARD_SQL == (int)WEIR_SQL_STEP_SQL);

static void
fill_card (WeirCard          *card,
           const WeirSqlStep *step)
{
  WeirCardAggregate *aggregates = g_new0 (WeirCardAggregate, MAX (step->n_aggregates, 1));

  for (guint i = 0; i < step->n_aggregates; i++)
    aggregates[i] = (WeirCardAggregate){ step->aggregates[i].function, step->aggregates[i].argument, step->aggregates[i].alias, step->aggregates[i].sql };
  card->kind = (WeirCardKind)step->kind;
  card->range = (WeirRange){ step->span.start, step->span.end };
  card->sql = step->sql;
  card->source = step->source;
  card->is_stream = step->is_stream;
  card->join_type = step->join_type;
  card->within = step->within;
  card->condition = step->condition;
  card->column = step->column;
  card->delay = step->delay;
  card->size = step->size;
  card->slide = step->slide;
  card->keys = step->keys;
  card->n_aggregates = step->n_aggregates;
  card->aggregates = aggregates;
  card->mode = step->mode;
  card->trigger = step->trigger;
  card->sink = step->sink;
  card->checkpoint = step->checkpoint;
}

WeirCards *
weir_cards_new (const char *text,
                WeirRange   statement)
{
  WeirCards *self = g_new0 (WeirCards, 1);

  self->steps = weir_sql_steps_new (text, (WeirSpan){ statement.start, statement.end });
  self->n = weir_sql_steps_get_n (self->steps);
  self->cards = g_new0 (WeirCard, MAX (self->n, 1));
  for (guint i = 0; i < self->n; i++)
    fill_card (&self->cards[i], weir_sql_steps_get (self->steps, i));
  return self;
}

void
weir_cards_free (WeirCards *cards)
{
  if (cards == NULL)
    return;
  for (guint i = 0; i < cards->n; i++)
    g_free ((WeirCardAggregate *)cards->cards[i].aggregates);
  g_free (cards->cards);
  weir_sql_steps_free (cards->steps);
  g_free (cards);
}

guint
weir_cards_get_n (WeirCards *cards)
{
  return cards->n;
}

const WeirCard *
weir_cards_get (WeirCards *cards,
                guint      i)
{
  return &cards->cards[i];
}

char *
weir_cards_set_source (WeirCards  *cards,
                       const char *table)
{
  return weir_sql_steps_set_source (cards->steps, table);
}

char *
weir_cards_set_filter (WeirCards  *cards,
                       const char *condition)
{
  return weir_sql_steps_set_filter (cards->steps, condition);
}

char *
weir_cards_set_event_time (WeirCards  *cards,
                           const char *column,
                           const char *delay)
{
  return weir_sql_steps_set_event_time (cards->steps, column, delay);
}

char *
weir_cards_set_window (WeirCards  *cards,
                       const char *column,
                       const char *size,
                       const char *slide)
{
  return weir_sql_steps_set_window (cards->steps, column, size, slide);
}

char *
weir_cards_set_session (WeirCards  *cards,
                        const char *column,
                        const char *gap)
{
  return weir_sql_steps_set_session (cards->steps, column, gap);
}

char *
weir_cards_set_join (WeirCards  *cards,
                     const char *type,
                     const char *table,
                     gboolean    is_stream,
                     const char *condition)
{
  return weir_sql_steps_set_join (cards->steps, type, table, is_stream, condition);
}

char *
weir_cards_set_distinct (WeirCards         *cards,
                         const char *const *columns,
                         gboolean           within)
{
  return weir_sql_steps_set_distinct (cards->steps, columns, within);
}

char *
weir_cards_set_group_keys (WeirCards         *cards,
                           const char *const *keys)
{
  return weir_sql_steps_set_group_keys (cards->steps, keys);
}

char *
weir_cards_set_aggregate (WeirCards  *cards,
                          guint       i,
                          const char *function,
                          const char *argument,
                          const char *alias)
{
  return weir_sql_steps_set_aggregate (cards->steps, i, function, argument, alias);
}

char *
weir_cards_set_output (WeirCards  *cards,
                       const char *mode,
                       const char *trigger,
                       const char *sink)
{
  return weir_sql_steps_set_output (cards->steps, mode, trigger, sink);
}

char *
weir_cards_set_checkpoint (WeirCards  *cards,
                           const char *location)
{
  return weir_sql_steps_set_checkpoint (cards->steps, location);
}
