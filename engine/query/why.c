/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "query/query-private.h"

#include "plan/catalog.h"

/*
 * Why is the result empty? What keeps any batch from being done comes first: trouble, recovery, a hold. Then the checks go in the order rows travel: connected, input, decoded, filtered, event
 * time, late, window still open. The first that is not met is the answer (desktop.md D.6).
 *
 * A window that is open may stay open: event time moves with the rows of a source, and with several sources as far as the slowest of them
 * lets it. The source that holds it back is then the answer, and not a countdown that never ends.
 */

#define SILENT_US  (10 * G_USEC_PER_SEC)
#define TABLES_MAX 16

typedef struct
{
  const WeirPlan *filter;
  const WeirPlan *event_time;
  const WeirPlan *aggregate;
  const char     *tables[TABLES_MAX]; /* of the sources with a watermark */
  guint           n_tables;
} Shape;

static const char *
find_table (const WeirPlan *plan)
{
  while (plan->kind != WEIR_PLAN_SCAN && plan->n_children > 0)
    plan = plan->children[0];
  return plan->kind == WEIR_PLAN_SCAN ? plan->scan.table->name : NULL;
}

static void
find_shape (WeirPlan *plan,
            gpointer  data)
{
  Shape *shape = data;

  if (!plan->is_streaming)
    return;
  if (plan->kind == WEIR_PLAN_FILTER && shape->aggregate == NULL)
    shape->filter = plan;
  if (plan->kind == WEIR_PLAN_EVENT_TIME)
    {
      const char *table = find_table (plan);

      shape->event_time = plan;
      if (table != NULL && shape->n_tables < TABLES_MAX)
        shape->tables[shape->n_tables++] = table;
    }
  if (plan->kind == WEIR_PLAN_AGGREGATE && plan->aggregate.window_key >= 0)
    shape->aggregate = plan;
}

static gboolean
find_disconnected (WeirQuery *query,
                   WeirWhy   *why)
{
  g_autoptr (GPtrArray) sources = weir_query_get_sources (query);

  for (guint i = 0; i < sources->len; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];

      if (g_str_equal (info->state, "connecting") || g_str_equal (info->state, "retrying") || g_str_equal (info->state, "failed"))
        {
          why->source = g_strdup (info->table);
          why->message = g_strdup (info->message);
          why->retry_in_us = info->retry_in_us;
          return TRUE;
        }
    }
  if (sources->len > 0)
    why->source = g_strdup (((WeirSourceInfo *)sources->pdata[0])->table);
  return FALSE;
}

/* The window the newest event lies in has at least this end; the first that can become final ends here or before. */
static void
fill_window (WeirWhy     *why,
             const Shape *shape)
{
  const WeirWindowSpec *window = &shape->aggregate->aggregate.window;
  gint64                delay_us = shape->event_time != NULL ? shape->event_time->event_time.delay_ms * 1000 : 0;
  gint64                watermark_us = MAX (0, why->newest_event_us - delay_us);
  gint64                offset = watermark_us - window->start_us;
  gint64                rest = offset % window->slide_us;

  if (rest < 0)
    rest += window->slide_us;
  why->window_start_us = watermark_us - rest;
  why->window_end_us = why->window_start_us + window->size_us;
  why->final_at_us = why->window_end_us + delay_us;
}

static gint64
get_watermark (WeirProgress *progress,
               const char   *table)
{
  WeirSourceProgress source;

  for (guint i = 0; weir_progress_get_source (progress, i, &source); i++)
    if (g_str_equal (source.table, table))
      return source.watermark_us;
  return G_MININT64;
}

static gint64
get_last_row (GPtrArray  *sources,
              const char *table)
{
  for (guint i = 0; i < sources->len; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];

      if (g_str_equal (info->table, table))
        return info->last_row_us;
    }
  return 0;
}

/* The sources with the lowest and the highest watermark. */
static gboolean
find_held_back (WeirQuery   *query,
                WeirWhy     *why,
                const Shape *shape)
{
  g_autoptr (WeirProgress) progress = weir_query_get_last_progress (query);
  g_autoptr (GPtrArray)    sources = weir_query_get_sources (query);
  gint64                   low_us = G_MAXINT64, high_us = G_MININT64, last_row_us;
  const char              *low = NULL, *high = NULL;
  gboolean                 is_silent;

  for (guint i = 0; progress != NULL && i < shape->n_tables; i++)
    {
      gint64 watermark_us = get_watermark (progress, shape->tables[i]);

      if (low == NULL || watermark_us < low_us)
        {
          low = shape->tables[i];
          low_us = watermark_us;
        }
      if (high == NULL || watermark_us > high_us)
        {
          high = shape->tables[i];
          high_us = watermark_us;
        }
    }
  if (low == NULL || (query->spec.policy_max && shape->n_tables > 1))
    return FALSE;
  last_row_us = get_last_row (sources, low);
  is_silent = weir_clock_now_us (query->spec.clock) - MAX (last_row_us, why->started_us) >= SILENT_US;
  /* A little behind is the way of the world. */
  if (!is_silent && (low_us == G_MININT64 || high_us - low_us < SILENT_US))
    return FALSE;
  g_free ((char *)why->source);
  why->source = g_strdup (low);
  why->other_source = high_us > low_us ? g_strdup (high) : NULL;
  why->last_row_us = is_silent ? last_row_us : G_MAXINT64;
  why->source_watermark_us = low_us;
  return TRUE;
}

/* What keeps batches from being done, whatever the rows are; NOT_EMPTY: nothing does. */
static WeirWhyCause
find_obstacle (WeirQuery     *query,
               WeirWhy       *why,
               WeirQueryState state)
{
  WeirWhyCause cause = WEIR_WHY_NOT_EMPTY;

  if (state == WEIR_QUERY_STOPPED)
    return cause;
  why->message = weir_query_dup_trouble (query, &why->retry_in_us);
  if (why->message != NULL)
    return WEIR_WHY_TROUBLE;
  g_mutex_lock (&query->lock);
  if (query->is_replaying || (state == WEIR_QUERY_STARTING && query->spec.checkpoint != NULL))
    cause = WEIR_WHY_RECOVERING;
  else if (query->held)
    cause = WEIR_WHY_HELD;
  else if (query->rows_in == 0 && query->is_trigger_active && query->is_data_available)
    cause = WEIR_WHY_FIRST_BATCH;
  g_mutex_unlock (&query->lock);
  return cause;
}

static WeirWhyCause
find_cause (WeirQuery   *query,
            WeirWhy     *why,
            const Shape *shape)
{
  WeirQueryState state = weir_query_get_state (query);
  WeirWhyCause   obstacle;

  if (state == WEIR_QUERY_FAILED)
    return WEIR_WHY_FAILED;
  if (query->rows_out > 0)
    return WEIR_WHY_NOT_EMPTY;
  if (state == WEIR_QUERY_STOPPED && query->started_us == 0)
    return WEIR_WHY_NOT_STARTED;
  obstacle = find_obstacle (query, why, state);
  if (obstacle != WEIR_WHY_NOT_EMPTY)
    return obstacle;
  if (find_disconnected (query, why))
    return WEIR_WHY_NOT_CONNECTED;
  if (why->rows_in == 0)
    return WEIR_WHY_NO_INPUT;
  if (why->rows_bad >= why->rows_in)
    return WEIR_WHY_ALL_BAD;
  if (shape->filter != NULL && why->rows_passed == 0)
    return WEIR_WHY_ALL_FILTERED;
  if (shape->event_time != NULL && why->newest_event_us == G_MININT64)
    return WEIR_WHY_NO_EVENT_TIME;
  if (why->rows_late > 0 && why->rows_late >= MAX (why->rows_passed, 1))
    return WEIR_WHY_ALL_LATE;
  if (shape->aggregate != NULL && !shape->aggregate->aggregate.is_session && query->spec.mode == WEIR_OUTPUT_APPEND &&
      why->newest_event_us != G_MININT64)
    {
      fill_window (why, shape);
      return find_held_back (query, why, shape) ? WEIR_WHY_HELD_BACK : WEIR_WHY_WINDOW_OPEN;
    }
  if (shape->aggregate != NULL && shape->aggregate->aggregate.is_session && query->spec.mode == WEIR_OUTPUT_APPEND)
    {
      why->window_start_us = why->window_end_us = why->final_at_us = G_MININT64;
      return WEIR_WHY_WINDOW_OPEN;
    }
  return WEIR_WHY_NOT_EMPTY;
}

WeirWhy *
weir_query_why_empty (WeirQuery *query)
{
  WeirWhy *why = g_new0 (WeirWhy, 1);
  Shape    shape = { 0 };

  weir_plan_foreach (query->spec.plan, find_shape, &shape);
  why->retry_in_us = -1;
  g_mutex_lock (&query->lock);
  why->rows_in = query->rows_in;
  why->rows_bad = query->rows_bad;
  why->rows_late = query->rows_late;
  why->rows_passed = query->rows_passed;
  why->newest_event_us = query->newest_event_us;
  why->started_us = query->started_us;
  g_mutex_unlock (&query->lock);
  if (shape.filter != NULL)
    why->filter = weir_expr_to_string (shape.filter->filter.condition, shape.filter->children[0]->schema);
  if (shape.event_time != NULL)
    why->column = g_strdup (shape.event_time->schema->fields[shape.event_time->event_time.column].name);
  why->cause = find_cause (query, why, &shape);
  if (why->cause == WEIR_WHY_FAILED)
    why->message = g_strdup (query->error->message);
  return why;
}

void
weir_why_free (WeirWhy *why)
{
  if (why == NULL)
    return;
  g_free ((char *)why->source);
  g_free ((char *)why->message);
  g_free ((char *)why->filter);
  g_free ((char *)why->column);
  g_free ((char *)why->other_source);
  g_free (why);
}
