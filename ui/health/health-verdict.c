/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "ui/health/health-verdict.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/widgets/number-format.h"

/* A watermark may well stand still between two batches, and a source between two rows. */
#define STALLED_AFTER_US (20 * G_USEC_PER_SEC)
#define QUIET_AFTER_US   (20 * G_USEC_PER_SEC)
#define MEMORY_SHARE     .8
/* Of the newest points, what the means are over; fewer say nothing about a rate. */
#define N_NEWEST 10
#define N_LEAST  3

static char *
format_rows (double rate)
{
  return weir_format_number (rate, rate > 0 && rate < 10 ? 1 : 0);
}

/* Whole seconds: a sentence that changes ten times a second cannot be read. */
static char *
format_span (gint64 us)
{
  return weir_format_duration (us < G_USEC_PER_SEC ? us : us / G_USEC_PER_SEC * G_USEC_PER_SEC);
}

static WeirHealthVerdict
make (WeirHealthKind kind,
      const char    *title,
      char          *text) /* (transfer full) */
{
  return (WeirHealthVerdict){ kind, g_strdup (title), text };
}

static WeirHealthVerdict
judge_stopped (const WeirHealthFacts *facts)
{
  if (facts->state == WEIR_QUERY_FAILED)
    return make (WEIR_HEALTH_FAILED, _ ("Failed"), g_strdup (facts->message != NULL ? facts->message : ""));
  return make (WEIR_HEALTH_NOT_RUNNING, _ ("Not running"), g_strdup (_ ("Run the query to see how it does.")));
}

static WeirHealthVerdict
judge_retrying (const WeirHealthFacts *facts)
{
  g_autofree char *wait = facts->retry_in_us >= 0 ? format_span (facts->retry_in_us) : NULL;
  const char      *message = facts->message != NULL ? facts->message : "";

  if (facts->retrying != NULL && wait != NULL)
    /* TRANSLATORS: name of a source, what is wrong, how long until it is tried again */
    return make (WEIR_HEALTH_RETRYING, _ ("Retrying"), g_strdup_printf (_ ("%s: %s Trying again in %s."), facts->retrying, message, wait));
  if (facts->retrying != NULL)
    return make (WEIR_HEALTH_RETRYING, _ ("Retrying"), g_strdup_printf ("%s: %s", facts->retrying, message));
  if (wait != NULL)
    /* TRANSLATORS: what is wrong, how long until it is tried again */
    return make (WEIR_HEALTH_RETRYING, _ ("Retrying"), g_strdup_printf (_ ("%s Trying again in %s."), message, wait));
  return make (WEIR_HEALTH_RETRYING, _ ("Retrying"), g_strdup (message));
}

static WeirHealthVerdict
judge_memory (const WeirHealthFacts *facts)
{
  g_autofree char *used = g_format_size_full (facts->state_bytes, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *budget = g_format_size_full (facts->state_budget, G_FORMAT_SIZE_IEC_UNITS);

  return make (WEIR_HEALTH_MEMORY, _ ("Memory is running out"),
               /* TRANSLATORS: two sizes in bytes */
               g_strdup_printf (_ ("State takes %s of its budget of %s. When that is used up, the query ends."), used, budget));
}

static WeirHealthVerdict
judge_stalled (const WeirHealthFacts *facts)
{
  g_autofree char *since = format_span (facts->now_us - facts->watermark_since_us);
  g_autofree char *idle = facts->slowest_rows_us > 0 ? format_span (facts->now_us - facts->slowest_rows_us) : NULL;

  if (facts->slowest == NULL)
    /* TRANSLATORS: how long */
    return make (WEIR_HEALTH_STALLED, _ ("Stalled"), g_strdup_printf (_ ("Rows come, but the watermark has not moved for %s: none of them is newer."), since));
  if (idle == NULL)
    /* TRANSLATORS: name of a source */
    return make (WEIR_HEALTH_STALLED, _ ("Stalled"), g_strdup_printf (_ ("The watermark does not move: %s has had no rows yet."), facts->slowest));
  /* TRANSLATORS: name of a source, how long */
  return make (WEIR_HEALTH_STALLED, _ ("Stalled"), g_strdup_printf (_ ("The watermark does not move: %s has had no rows for %s."), facts->slowest, idle));
}

static WeirHealthVerdict
judge_behind (const WeirHealthFacts *facts)
{
  g_autofree char *in = format_rows (facts->input_rate);
  g_autofree char *out = format_rows (facts->processed_rate);
  g_autofree char *duration = weir_format_elapsed (facts->duration_us);

  return make (WEIR_HEALTH_BEHIND, _ ("Falling behind"),
               /* TRANSLATORS: rows a second twice, then how long */
               g_strdup_printf (_ ("%s rows/s come in, %s are processed. A batch takes %s."), in, out, duration));
}

static WeirHealthVerdict
judge_good (const WeirHealthFacts *facts)
{
  g_autofree char *duration = weir_format_elapsed (facts->duration_us);
  g_autofree char *interval = weir_format_duration (facts->interval_us);

  if (facts->interval_us > 0)
    /* TRANSLATORS: two durations: "3 ms of every 2 s" */
    return make (WEIR_HEALTH_GOOD, _ ("Keeping up"), g_strdup_printf (_ ("A batch takes %s of every %s."), duration, interval));
  return make (WEIR_HEALTH_GOOD, _ ("Keeping up"), g_strdup_printf (_ ("A batch takes %s."), duration));
}

static gboolean
is_stalled (const WeirHealthFacts *facts)
{
  gint64 after_us = MAX (STALLED_AFTER_US, 3 * facts->interval_us);

  return facts->watermark_since_us > 0 && facts->now_us - facts->watermark_since_us > after_us &&
         facts->last_rows_us > 0 && facts->now_us - facts->last_rows_us < after_us;
}

static gboolean
is_behind (const WeirHealthFacts *facts)
{
  return isfinite (facts->input_rate) && isfinite (facts->processed_rate) && facts->input_rate > 0 &&
         (facts->processed_rate < facts->input_rate || (facts->interval_us > 0 && facts->duration_us > facts->interval_us));
}

static WeirHealthVerdict
judge_quiet (const WeirHealthFacts *facts)
{
  g_autofree char *ago = NULL;

  if (facts->last_rows_us == 0)
    return make (WEIR_HEALTH_QUIET, _ ("Nothing to do"), g_strdup (_ ("No rows have come yet.")));
  ago = format_span (facts->now_us - facts->last_rows_us);
  /* TRANSLATORS: how long */
  return make (WEIR_HEALTH_QUIET, _ ("Nothing to do"), g_strdup_printf (_ ("No rows have come for %s."), ago));
}

WeirHealthVerdict
weir_health_judge (const WeirHealthFacts *facts)
{
  if (facts->state == WEIR_QUERY_FAILED || facts->state == WEIR_QUERY_STOPPED)
    return judge_stopped (facts);
  if (facts->state == WEIR_QUERY_STOPPING)
    return make (WEIR_HEALTH_STARTING, _ ("Stopping"), g_strdup (_ ("The batch that runs is brought to its end.")));
  if (facts->retrying != NULL || (facts->state == WEIR_QUERY_WAITING && facts->message != NULL))
    return judge_retrying (facts);
  if (facts->held)
    return make (WEIR_HEALTH_HELD, _ ("On hold"), g_strdup (_ ("No batch starts by itself. Step runs one.")));
  if (facts->state != WEIR_QUERY_RUNNING)
    return make (WEIR_HEALTH_STARTING, _ ("Starting"), g_strdup (_ ("Sources are being connected.")));
  if (facts->state_budget > 0 && (double)facts->state_bytes > MEMORY_SHARE * (double)facts->state_budget)
    return judge_memory (facts);
  if (facts->message != NULL)
    return judge_retrying (facts);
  if (is_stalled (facts))
    return judge_stalled (facts);
  if (facts->last_rows_us == 0 || facts->now_us - facts->last_rows_us > MAX (QUIET_AFTER_US, 3 * facts->interval_us))
    return judge_quiet (facts);
  return is_behind (facts) ? judge_behind (facts) : judge_good (facts);
}

void
weir_health_verdict_clear (WeirHealthVerdict *verdict)
{
  g_clear_pointer (&verdict->title, g_free);
  g_clear_pointer (&verdict->text, g_free);
}

static void
gather_sources (WeirHealthFacts *facts,
                GPtrArray       *sources)
{
  for (guint i = 0; i < sources->len && facts->retrying == NULL; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];

      if (!g_str_equal (info->state, "retrying") && !g_str_equal (info->state, "failed"))
        continue;
      facts->retrying = info->table;
      facts->message = info->message;
      facts->retry_in_us = info->retry_in_us;
    }
}

/* Means over the newest points. */
static void
gather_rates (WeirHealthFacts   *facts,
              WeirHealthHistory *history)
{
  guint                  n, n_batches = 0, n_processed = 0;
  const WeirHealthPoint *points = weir_health_history_get_points (history, WEIR_HEALTH_MINUTES, &n);
  guint                  first = n > N_NEWEST ? n - N_NEWEST : 0;
  double                 duration_ms = 0, processed = 0;

  facts->input_rate = facts->processed_rate = NAN;
  facts->duration_us = -1;
  if (n == 0)
    return;
  facts->input_rate = 0;
  for (guint i = first; i < n; i++)
    {
      facts->input_rate += points[i].input_rate / (n - first);
      if (isfinite (points[i].duration_ms))
        {
          duration_ms += points[i].duration_ms;
          n_batches++;
        }
      if (isfinite (points[i].processed_rate))
        {
          processed += points[i].processed_rate;
          n_processed++;
        }
    }
  if (n_batches > 0)
    facts->duration_us = (gint64)(duration_ms / n_batches * 1000);
  if (n_processed > 0)
    facts->processed_rate = processed / n_processed;
  if (n - first < N_LEAST)
    facts->input_rate = facts->processed_rate = NAN;
}

WeirHealthFacts
weir_health_gather (WeirQuery         *query,
                    WeirHealthHistory *history,
                    GPtrArray         *sources,
                    const char        *trouble,
                    gint64             retry_in_us)
{
  WeirHealthFacts facts = { .retry_in_us = -1, .now_us = g_get_real_time () };
  int             slowest = weir_health_history_get_slowest_source (history);

  gather_rates (&facts, history);
  if (query == NULL)
    return facts;
  facts.state = weir_query_get_state (query);
  facts.held = weir_query_get_held (query);
  facts.interval_us = weir_query_get_interval_us (query);
  facts.state_budget = weir_query_get_state_budget (query);
  facts.watermark_since_us = weir_health_history_get_watermark_since_us (history);
  for (guint i = 0; i < weir_health_history_get_n_sources (history); i++)
    facts.last_rows_us = MAX (facts.last_rows_us, weir_health_history_get_source_rows_us (history, i));
  if (slowest >= 0)
    {
      facts.slowest = weir_health_history_get_source (history, (guint)slowest);
      facts.slowest_rows_us = weir_health_history_get_source_rows_us (history, (guint)slowest);
      if (facts.slowest_rows_us > 0 && facts.now_us - facts.slowest_rows_us < STALLED_AFTER_US / 2)
        facts.slowest = NULL;
    }
  if (facts.state == WEIR_QUERY_FAILED && weir_query_get_error (query) != NULL)
    facts.message = weir_query_get_error (query)->message;
  else if (trouble != NULL)
    {
      facts.message = trouble;
      facts.retry_in_us = retry_in_us;
    }
  else
    gather_sources (&facts, sources);
  {
    g_autoptr (WeirProgress) last = weir_query_get_last_progress (query);

    if (last != NULL)
      facts.state_bytes = weir_progress_get_state_bytes (last);
  }
  return facts;
}
