/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/why-text.h"
#include "ui/widgets/number-format.h"

/* An event time this far from the clock is rather a wrong time zone than a slow source. */
#define AHEAD_US (30 * 60 * (gint64)G_USEC_PER_SEC)

typedef struct
{
  WeirWhyAnswer *answer;
  const WeirWhy *why;
  GTimeZone     *zone;
  gint64         now_us;
} Talk;

static const char *
or_text (const char *text,
         const char *otherwise)
{
  return text != NULL && *text != '\0' ? text : otherwise;
}

static char *
count_text (guint64 n)
{
  return weir_format_number ((double)n, 0);
}

static void
suggest (Talk       *talk,
         const char *action,
         const char *label,
         const char *other_action,
         const char *other_label)
{
  talk->answer->action = action;
  talk->answer->action_label = label;
  talk->answer->other_action = other_action;
  talk->answer->other_action_label = other_label;
}

static void
not_started (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("Not running"));
  talk->answer->body = g_strdup (_ ("Rows appear here once the query runs."));
  suggest (talk, WEIR_WHY_ACTION_RUN, _ ("Run"), NULL, NULL);
}

static void
failed (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("The query has failed"));
  talk->answer->body = g_strdup (or_text (talk->why->message, _ ("No further cause is known.")));
  suggest (talk, WEIR_WHY_ACTION_RUN, _ ("Run Again"), WEIR_WHY_ACTION_SHOW_ERROR, _ ("Error Details"));
}

static void
not_connected (Talk *talk)
{
  const char      *source = or_text (talk->why->source, _ ("the source"));
  const char      *cause = or_text (talk->why->message, _ ("no cause is known"));
  gint64           seconds = (talk->why->retry_in_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  g_autofree char *wait = weir_format_duration (MAX (seconds, 0) * G_USEC_PER_SEC);

  talk->answer->headline = g_strdup_printf (_ ("Not connected to %s"), source);
  if (talk->why->retry_in_us >= 0)
    /* Translators: cause, then a duration as "8 s" */
    talk->answer->body = g_strdup_printf (_ ("%s. Trying again in %s."), cause, wait);
  else
    talk->answer->body = g_strdup_printf (_ ("%s."), cause);
  suggest (talk, WEIR_WHY_ACTION_EDIT_SOURCE, _ ("Edit Source…"), WEIR_WHY_ACTION_RETRY, _ ("Try Now"));
}

static void
no_input (Talk *talk)
{
  g_autofree char *since = weir_format_clock_seconds (talk->why->started_us, talk->zone);

  talk->answer->headline = g_strdup (_ ("Connected, but no rows have come"));
  /* Translators: %s is a clock time */
  talk->answer->body = g_strdup_printf (_ ("Nothing has arrived since %s. A source that starts at Now shows only what comes from then on."), since);
  suggest (talk, WEIR_WHY_ACTION_START_EARLIEST, _ ("Start from Earliest"), WEIR_WHY_ACTION_EDIT_SOURCE, _ ("Edit Source…"));
}

static void
all_bad (Talk *talk)
{
  g_autofree char *n = count_text (talk->why->rows_bad);

  talk->answer->headline = g_strdup (_ ("No row could be read"));
  talk->answer->body = g_strdup_printf (ngettext ("%s row arrived, and it does not fit the source's columns.",
                                                  "%s rows arrived, and none fits the source's columns.", (gulong)talk->why->rows_bad),
                                        n);
  suggest (talk, WEIR_WHY_ACTION_SHOW_BAD_ROWS, _ ("Show Bad Rows"), WEIR_WHY_ACTION_EDIT_SOURCE, _ ("Edit Source…"));
}

static void
all_filtered (Talk *talk)
{
  g_autofree char *n = count_text (talk->why->rows_in);

  talk->answer->headline = g_strdup (_ ("The filter lets nothing through"));
  if (talk->why->filter != NULL)
    /* Translators: number of rows, then an SQL condition */
    talk->answer->body = g_strdup_printf (_ ("%s rows came in, and 0 pass %s."), n, talk->why->filter);
  else
    talk->answer->body = g_strdup_printf (_ ("%s rows came in, and 0 pass the query's conditions."), n);
  suggest (talk, WEIR_WHY_ACTION_EDIT_FILTER, _ ("Edit Filter"), NULL, NULL);
}

static void
no_event_time (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("The rows have no event time"));
  /* Translators: %s is the name of a column */
  talk->answer->body = g_strdup_printf (_ ("%s is empty in every row, so no row belongs to a window."),
                                        or_text (talk->why->column, _ ("The event-time column")));
  suggest (talk, WEIR_WHY_ACTION_CHOOSE_EVENT_TIME, _ ("Choose Event Time…"), NULL, NULL);
}

static void
all_late (Talk *talk)
{
  g_autofree char *late = count_text (talk->why->rows_late);
  g_autofree char *in = count_text (talk->why->rows_in);

  talk->answer->headline = g_strdup (_ ("All rows come too late"));
  /* Translators: number of late rows, number of all rows */
  talk->answer->body = g_strdup_printf (_ ("%s of %s rows came after the watermark had passed them and were left out."), late, in);
  suggest (talk, WEIR_WHY_ACTION_CHANGE_WAIT, _ ("Wait Longer…"), WEIR_WHY_ACTION_SHOW_LATE_ROWS, _ ("Show Late Rows"));
}

/* Event time goes about as fast as the clock, so its distance is a fair guess of the time to wait. */
static void
window_open (Talk *talk)
{
  const WeirWhy   *why = talk->why;
  g_autofree char *window = weir_format_window (why->window_start_us, why->window_end_us, talk->now_us, talk->zone);
  g_autofree char *final_at = weir_format_clock_seconds (why->final_at_us, talk->zone);
  g_autofree char *newest = weir_format_clock_seconds (why->newest_event_us, talk->zone);
  gint64           left_us = why->newest_event_us == WEIR_TIME_NONE ? 0 : why->final_at_us - why->newest_event_us;
  g_autofree char *left = weir_format_duration ((left_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC * G_USEC_PER_SEC);

  if (left_us > 0)
    /* Translators: %s is a duration as "6 s" */
    talk->answer->headline = g_strdup_printf (_ ("First rows in about %s"), left);
  else
    talk->answer->headline = g_strdup (_ ("First rows with the next batch"));
  /* Translators: a window as "10:41:50 – 10:42:00", then two clock times */
  talk->answer->body = g_strdup_printf (_ ("Output mode Append shows a window once it is final. The first window, %s, is final when an event of %s or later arrives; the newest is of %s."),
                                        window, final_at, newest);
  suggest (talk, WEIR_WHY_ACTION_SWITCH_TO_UPDATE, _ ("Switch to Update"), WEIR_WHY_ACTION_CHANGE_WAIT, _ ("Shorten the Wait…"));
}

static void
session_open (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("No session has ended yet"));
  talk->answer->body = g_strdup (_ ("Output mode Append shows a session once its gap has passed without a row and the watermark is behind its end."));
  suggest (talk, WEIR_WHY_ACTION_SWITCH_TO_UPDATE, _ ("Switch to Update"), WEIR_WHY_ACTION_CHANGE_WAIT, _ ("Shorten the Wait…"));
}

static void
held_back (Talk *talk)
{
  const WeirWhy   *why = talk->why;
  const char      *source = or_text (why->source, _ ("the source"));
  g_autofree char *last = weir_format_clock_seconds (why->last_row_us == G_MAXINT64 ? 0 : why->last_row_us, talk->zone);
  g_autofree char *at = why->source_watermark_us != G_MININT64 ? weir_format_clock_seconds (why->source_watermark_us, talk->zone) : NULL;
  g_autofree char *final_at = weir_format_clock_seconds (why->final_at_us, talk->zone);
  g_autofree char *cause = NULL;
  g_autofree char *effect = NULL;

  if (why->last_row_us == G_MAXINT64)
    {
      /* Translators: the name of a source */
      talk->answer->headline = g_strdup_printf (_ ("Waiting for %s"), source);
      /* Translators: a source, a clock time, another source */
      cause = g_strdup_printf (_ ("%s is only at %s, behind %s."), source, at, or_text (why->other_source, _ ("the other sources")));
    }
  else
    {
      /* Translators: the name of a source */
      talk->answer->headline = g_strdup_printf (_ ("%s is silent"), source);
      if (why->last_row_us == 0)
        cause = g_strdup_printf (_ ("No row has come from %s yet."), source);
      else
        /* Translators: a source, a clock time */
        cause = g_strdup_printf (_ ("No row has come from %s since %s."), source, last);
    }
  if (why->other_source != NULL)
    /* Translators: the name of a source */
    effect = g_strdup_printf (_ ("Windows become final when every source has passed them, %s as well as the others."), source);
  else
    /* Translators: a clock time */
    effect = g_strdup_printf (_ ("Event time moves with the rows: the first window is final when an event of %s or later arrives."), final_at);
  talk->answer->body = g_strdup_printf ("%s %s", cause, effect);
  suggest (talk, WEIR_WHY_ACTION_SWITCH_TO_UPDATE, _ ("Switch to Update"), WEIR_WHY_ACTION_EDIT_SOURCE, _ ("Edit Source…"));
}

static void
ahead_of_clock (Talk *talk)
{
  g_autofree char *distance = weir_format_duration (talk->why->newest_event_us - talk->now_us);

  talk->answer->headline = g_strdup (_ ("Event times are ahead of the clock"));
  /* Translators: a duration, then the name of a column */
  talk->answer->body = g_strdup_printf (_ ("The newest event is %s ahead. Is %s in another time zone?"), distance,
                                        or_text (talk->why->column, _ ("the event-time column")));
  suggest (talk, WEIR_WHY_ACTION_SET_TIME_ZONE, _ ("Set Time Zone…"), WEIR_WHY_ACTION_SWITCH_TO_UPDATE, _ ("Switch to Update"));
}

static void
trouble (Talk *talk)
{
  const char      *cause = or_text (talk->why->message, _ ("no cause is known"));
  gint64           seconds = (talk->why->retry_in_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC;
  g_autofree char *wait = weir_format_duration (MAX (seconds, 0) * G_USEC_PER_SEC);

  talk->answer->headline = g_strdup (_ ("A batch cannot be written for now"));
  /* Translators: a sentence that says what is wrong, then a duration as "8 s" */
  talk->answer->body = g_strdup_printf (_ ("%s It is tried again in %s; no row is lost."), cause, wait);
}

static void
recovering (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("Going on where the last run stopped"));
  talk->answer->body = g_strdup (_ ("The state is read back from the checkpoint, and a batch that had begun is run again. New rows come after that."));
}

static void
held (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("The query is on hold"));
  talk->answer->body = g_strdup (_ ("Sources are read, but no batch starts until you go on, or run one batch by itself."));
  suggest (talk, WEIR_WHY_ACTION_LET_GO, _ ("Go On"), WEIR_WHY_ACTION_STEP, _ ("Run One Batch"));
}

static void
first_batch (Talk *talk)
{
  g_autofree char *since = weir_format_clock_seconds (talk->why->started_us, talk->zone);

  talk->answer->headline = g_strdup (_ ("The first batch is running"));
  /* Translators: %s is a clock time */
  talk->answer->body = g_strdup_printf (_ ("It has been since %s, and may have much to read. Its rows come all at once, when it is done."), since);
}

static void
no_cause (Talk *talk)
{
  talk->answer->headline = g_strdup (_ ("No rows"));
  talk->answer->body = g_strdup (_ ("The query has run, and its result is empty."));
}

static gboolean
is_ahead (const Talk *talk)
{
  return talk->why->cause == WEIR_WHY_WINDOW_OPEN && talk->why->newest_event_us != WEIR_TIME_NONE &&
         talk->why->newest_event_us - talk->now_us > AHEAD_US;
}

static void
answer (Talk *talk)
{
  static void (*const answers[]) (Talk *) = {
    [WEIR_WHY_NOT_EMPTY] = no_cause,
    [WEIR_WHY_NOT_STARTED] = not_started,
    [WEIR_WHY_NOT_CONNECTED] = not_connected,
    [WEIR_WHY_NO_INPUT] = no_input,
    [WEIR_WHY_ALL_BAD] = all_bad,
    [WEIR_WHY_ALL_FILTERED] = all_filtered,
    [WEIR_WHY_NO_EVENT_TIME] = no_event_time,
    [WEIR_WHY_ALL_LATE] = all_late,
    [WEIR_WHY_WINDOW_OPEN] = window_open,
    [WEIR_WHY_HELD_BACK] = held_back,
    [WEIR_WHY_FAILED] = failed,
    [WEIR_WHY_TROUBLE] = trouble,
    [WEIR_WHY_RECOVERING] = recovering,
    [WEIR_WHY_HELD] = held,
    [WEIR_WHY_FIRST_BATCH] = first_batch,
  };

  if (is_ahead (talk))
    ahead_of_clock (talk);
  else if (talk->why->cause == WEIR_WHY_WINDOW_OPEN && talk->why->final_at_us == G_MININT64)
    session_open (talk);
  else if (talk->why->cause < G_N_ELEMENTS (answers))
    answers[talk->why->cause](talk);
  else
    no_cause (talk);
}

static void
add_check (Talk          *talk,
           WeirCheckState state,
           const char    *text,
           char          *detail)
{
  talk->answer->checks[talk->answer->n_checks++] = (WeirWhyCheck){ state, g_strdup (text), detail };
}

static char *
part_text (guint64 n,
           guint64 of)
{
  double           percent = of > 0 ? 100. * (double)n / (double)of : 0;
  g_autofree char *text = weir_format_number (percent, percent == 0 || percent >= 99.95 ? 0 : 1);

  /* Translators: a percentage */
  return g_strdup_printf (_ ("%s %%"), text);
}

static char *
check_detail (const WeirWhy *why,
              WeirWhyCause   cause)
{
  switch (cause)
    {
    case WEIR_WHY_NOT_CONNECTED:
      return g_strdup (why->source);
    case WEIR_WHY_NO_INPUT:
      return count_text (why->rows_in);
    case WEIR_WHY_ALL_BAD:
      return part_text (why->rows_in - MIN (why->rows_bad, why->rows_in), why->rows_in);
    case WEIR_WHY_ALL_FILTERED:
      return part_text (why->rows_passed, why->rows_in);
    case WEIR_WHY_NO_EVENT_TIME:
      return g_strdup (why->column);
    case WEIR_WHY_ALL_LATE:
      return g_strdup_printf (ngettext ("%lu late", "%lu late", (gulong)why->rows_late), (gulong)why->rows_late);
    case WEIR_WHY_NOT_EMPTY:
    case WEIR_WHY_NOT_STARTED:
    case WEIR_WHY_HELD_BACK:
      return g_strdup (why->source);
    case WEIR_WHY_WINDOW_OPEN:
    case WEIR_WHY_FAILED:
    case WEIR_WHY_TROUBLE:
    case WEIR_WHY_RECOVERING:
    case WEIR_WHY_HELD:
    case WEIR_WHY_FIRST_BATCH:
    default:
      return NULL;
    }
}

/* The checks rows pass on their way, and which of them answers the question. */
static void
list_checks (Talk *talk)
{
  static const WeirWhyCause causes[WEIR_WHY_MAX_CHECKS] = { WEIR_WHY_NOT_CONNECTED, WEIR_WHY_NO_INPUT, WEIR_WHY_ALL_BAD, WEIR_WHY_ALL_FILTERED,
                                                            WEIR_WHY_NO_EVENT_TIME, WEIR_WHY_ALL_LATE, WEIR_WHY_WINDOW_OPEN };
  const char *const         texts[WEIR_WHY_MAX_CHECKS] = { _ ("The source is connected"), _ ("Rows arrive"), _ ("They can be read"),
                                                           _ ("The filter lets rows through"), _ ("Event time is set"), _ ("They come in time"),
                                                           _ ("A window is final") };
  const WeirWhy            *why = talk->why;

  if (why->cause == WEIR_WHY_NOT_EMPTY || why->cause == WEIR_WHY_NOT_STARTED || why->cause >= WEIR_WHY_FAILED)
    return;
  for (guint i = 0; i < WEIR_WHY_MAX_CHECKS; i++)
    {
      WeirWhyCause   met_by = why->cause == WEIR_WHY_HELD_BACK ? WEIR_WHY_WINDOW_OPEN : why->cause;
      WeirCheckState state = met_by == causes[i] ? WEIR_CHECK_WAITING : WEIR_CHECK_MET;

      add_check (talk, state, texts[i], check_detail (why, state == WEIR_CHECK_WAITING ? why->cause : causes[i]));
      if (state == WEIR_CHECK_WAITING)
        return;
    }
}

WeirWhyAnswer *
weir_why_answer_new (const WeirWhy *why,
                     GTimeZone     *zone,
                     gint64         now_us)
{
  WeirWhyAnswer *self = g_new0 (WeirWhyAnswer, 1);
  Talk           talk = { self, why, zone, now_us };

  answer (&talk);
  list_checks (&talk);
  return self;
}

void
weir_why_answer_free (WeirWhyAnswer *self)
{
  g_free (self->headline);
  g_free (self->body);
  for (guint i = 0; i < self->n_checks; i++)
    {
      g_free (self->checks[i].text);
      g_free (self->checks[i].detail);
    }
  g_free (self);
}
