/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "format/schema-infer.h"
#include "format/time-text-private.h"

#include <string.h>

/*
 * Which column is the event time? Types, names and sample values are weighed; a column needs a type or values that can be a time, and the best one
 * wins, the first of equals.
 */

#define SAMPLE_ROWS 200

/* Words in names, by weight. */
static const struct
{
  const char *word;
  int         weight;
} words[] = {
  { "event_time", 8 },
  { "eventtime", 8 },
  { "event_ts", 8 },
  { "timestamp", 7 },
  { "datetime", 6 },
  { "time", 5 },
  { "ts", 5 },
  { "created", 4 },
  { "occurred", 4 },
  { "date", 3 },
  { "at", 2 },
  { "updated", 1 },
};

/* The word stands in the name between its ends, underscores, or a change to upper case. */
static gboolean
has_word (const char *name,
          const char *word)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  gsize            len = strlen (word);

  for (const char *at = strstr (lower, word); at != NULL; at = strstr (at + 1, word))
    {
      const char *in_name = name + (at - lower);
      gboolean    starts = at == lower || !g_ascii_isalnum (at[-1]) || g_ascii_isupper (*in_name);
      gboolean    ends = at[len] == '\0' || !g_ascii_isalnum (at[len]) || g_ascii_isupper (in_name[len]);

      if ((starts && ends) || (len >= 4 && (starts || ends)))
        return TRUE;
    }
  return FALSE;
}

static int
name_weight (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (has_word (name, words[i].word))
      return words[i].weight;
  return 0;
}

/* What a number since 1970 counts, for times from 1990 to 2100; NONE for others. */
static WeirEventTime
unit_of (gint64 value)
{
  const gint64 from = G_GINT64_CONSTANT (631152000);
  const gint64 to = G_GINT64_CONSTANT (4102444800);

  if (value >= from && value < to)
    return WEIR_EVENT_TIME_SECONDS;
  if (value / 1000 >= from && value / 1000 < to)
    return WEIR_EVENT_TIME_MILLIS;
  return value / 1000000 >= from && value / 1000000 < to ? WEIR_EVENT_TIME_MICROS : WEIR_EVENT_TIME_NONE;
}

static WeirEventTime
how_of_text (const WeirView *view)
{
  const char *text = weir_view_data (view);
  gint64      value;

  if (weir_parse_i64 (text, view->len, &value))
    return unit_of (value);
  return view->len >= 10 && g_ascii_isdigit (*text) && memchr (text, '-', view->len) != NULL && _weir_parse_timestamp (text, view->len, weir_zone_utc (), &value) ? WEIR_EVENT_TIME_TEXT
                                                                                                                                                                  : WEIR_EVENT_TIME_NONE;
}

/* How the values of the column become times; NONE when one of them cannot, or there is none. */
static WeirEventTime
how_of_values (WeirColumn *column)
{
  g_autoptr (WeirColumn) flat = weir_column_flatten (column);
  WeirEventTime          how = WEIR_EVENT_TIME_NONE;

  for (guint row = 0; row < MIN (flat->n_rows, SAMPLE_ROWS); row++)
    {
      WeirEventTime one;

      if (weir_column_is_null (flat, row))
        continue;
      one = flat->type->kind == WEIR_TYPE_STRING ? how_of_text (&weir_column_values (flat, WeirView)[row])
                                                 : unit_of (flat->type->kind == WEIR_TYPE_INT ? weir_column_values (flat, gint32)[row] : weir_column_values (flat, gint64)[row]);
      if (one == WEIR_EVENT_TIME_NONE || (how != WEIR_EVENT_TIME_NONE && how != one))
        return WEIR_EVENT_TIME_NONE;
      how = one;
    }
  return how;
}

/* 0: cannot be a time. */
static int
weigh (const WeirField *field,
       WeirColumn      *values,
       WeirEventTime   *how)
{
  int weight = name_weight (field->name);

  switch (field->type->kind)
    {
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      *how = WEIR_EVENT_TIME_TIMESTAMP;
      return weight + 10;
    case WEIR_TYPE_DATE:
      *how = WEIR_EVENT_TIME_TIMESTAMP;
      return weight + 4;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
      if (values != NULL)
        *how = how_of_values (values);
      else
        *how = weight < 5 ? WEIR_EVENT_TIME_NONE : field->type->kind == WEIR_TYPE_STRING ? WEIR_EVENT_TIME_TEXT
                                                                                         : WEIR_EVENT_TIME_MILLIS;
      if (*how == WEIR_EVENT_TIME_NONE || (weight == 0 && *how != WEIR_EVENT_TIME_TEXT && *how != WEIR_EVENT_TIME_MILLIS))
        return 0;
      return weight + (*how == WEIR_EVENT_TIME_TEXT ? 6 : 3);
    default:
      return 0;
    }
}

int
weir_infer_event_time (WeirSchema      *schema,
                       const WeirBatch *rows,
                       WeirEventTime   *how)
{
  int           best = -1;
  int           best_weight = 0;
  WeirEventTime best_how = WEIR_EVENT_TIME_NONE;

  for (guint i = 0; i < schema->n_fields; i++)
    {
      WeirEventTime one = WEIR_EVENT_TIME_NONE;
      int           weight = weigh (&schema->fields[i], rows != NULL && i < rows->n_columns ? rows->columns[i] : NULL, &one);

      if (weight > best_weight)
        {
          best = (int)i;
          best_weight = weight;
          best_how = one;
        }
    }
  if (how != NULL)
    *how = best_how;
  return best;
}
