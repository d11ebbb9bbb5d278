/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "ui/results/why-text.h"
#include "ui/widgets/number-format.h"
#include "ui/window/query-page-private.h"
#include "ui/window/query-state.h"

/* The chart, as the document remembers it: written when the user has changed it, never by looking. */
static void
keep_chart (WeirQueryPage *self)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->name);
  g_autofree char         *json = weir_results_pane_dup_chart_json (self->results);

  if (self->shown == NULL || strstr (json, "\"kind\"") == NULL)
    return;
  if (self->chart_baseline != NULL && g_strcmp0 (json, self->chart_baseline) != 0 && info != NULL && info->name != NULL)
    weir_document_set_annotation (self->document, "chart", self->name, json);
  g_free (self->chart_baseline);
  self->chart_baseline = g_steal_pointer (&json);
}

static void
show_result (WeirQueryPage *self,
             WeirQuery     *query)
{
  g_autofree char *json = NULL;

  if (self->shown == query)
    return;
  g_set_object (&self->shown, query);
  g_clear_pointer (&self->chart_baseline, g_free);
  json = weir_document_dup_annotation (self->document, "chart", self->name);
  weir_results_pane_set_query (self->results, query);
  if (json != NULL)
    weir_results_pane_set_chart_json (self->results, json);
}

static gboolean
has_rows (WeirQuery *query)
{
  g_autoptr (WeirSnapshot) snapshot = query != NULL ? weir_query_take_snapshot (query) : NULL;

  return snapshot != NULL && weir_snapshot_get_n_rows (snapshot) > 0;
}

static void
show_failure (WeirQueryPage *self,
              WeirQuery     *query)
{
  g_autofree char *error = weir_document_dup_run_error (self->document, self->name);
  gboolean         rows = error != NULL && has_rows (query);

  weir_failure_panel_set_text (self->failure, error);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), error != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->results), error == NULL || rows);
}

static void
show_buttons (WeirQueryPage *self,
              gboolean       active)
{
  gboolean narrow = weir_query_page_get_narrow (self);

  gtk_widget_set_visible (self->run, !active && !narrow);
  gtk_widget_set_visible (self->stop, active && !narrow);
  gtk_widget_set_visible (self->small_run, !active && narrow);
  gtk_widget_set_visible (self->small_stop, active && narrow);
  gtk_widget_set_visible (self->pause, active);
  gtk_widget_set_visible (self->step, active && !narrow);
  if (narrow)
    gtk_widget_set_tooltip_text (self->name_button, self->name);
}

static void
set_notice (WeirQueryPage *self,
            const char    *text,
            const char    *button,
            const char    *action)
{
  gtk_widget_set_visible (self->notice, text != NULL);
  if (text == NULL)
    return;
  if (action != NULL && g_str_equal (action, "win.show-newest"))
    gtk_widget_add_css_class (self->notice, "careful");
  else
    gtk_widget_remove_css_class (self->notice, "careful");
  gtk_label_set_text (self->notice_text, text);
  gtk_widget_set_visible (GTK_WIDGET (self->notice_button), button != NULL);
  gtk_button_set_label (self->notice_button, button != NULL ? button : "");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->notice_button), action);
}

/* One sentence above the page, the most urgent one. */
static void
show_notice (WeirQueryPage *self,
             gboolean       active)
{
  WeirQuery       *query = weir_document_get_query (self->document, self->name);
  gint64           retry_in_us;
  g_autofree char *trouble = query != NULL && active ? weir_query_dup_trouble (query, &retry_in_us) : NULL;
  g_autofree char *ahead = NULL, *wrong_time = NULL;
  gint64           ahead_us;

  ahead_us = query != NULL && active ? weir_query_state_ahead_us (query) : 0;
  ahead = weir_format_duration (ahead_us);
  /* TRANSLATORS: a duration as "3 h" */
  wrong_time = g_strdup_printf (_ ("An event is %s ahead of the clock. The watermark follows it, and rows of the present time come too late."), ahead);
  if (weir_document_get_read_only (self->document))
    set_notice (self, _ ("This file was written by a newer version of Weir. It can be read and run, but not edited here."), NULL, NULL);
  else if (trouble != NULL)
    set_notice (self, trouble, NULL, NULL);
  else if (ahead_us > 0)
    set_notice (self, wrong_time, _ ("Show Row"), "win.show-newest");
  else if (active && weir_document_get_is_stale (self->document, self->name))
    set_notice (self, _ ("The query was edited since it was started."), _ ("Run Again"), "win.run");
  else
    set_notice (self, NULL, NULL, NULL);
}

/* "Batch 132 · 12,480 rows/s · 3.1 ms · watermark 10:42:10"; while nothing comes, the last one that ran, without its time */
static char *
describe_batch (WeirQueryPage *self,
                WeirProgress  *progress)
{
  gboolean         is_idle = weir_progress_get_is_idle (progress);
  guint64          n_run = weir_progress_get_batch_id (progress) + (is_idle ? 0 : 1);
  g_autofree char *number = weir_format_number ((double)n_run - 1, 0);
  g_autofree char *duration = weir_format_elapsed (weir_progress_get_duration_us (progress));
  double           rate = weir_progress_get_input_rate (progress);
  gint64           watermark = weir_progress_get_watermark_us (progress);
  GString         *out = g_string_new (NULL);

  if (n_run == 0)
    return g_string_free (out, FALSE);
  /* TRANSLATORS: the number of a micro-batch */
  g_string_append_printf (out, weir_progress_get_is_replay (progress) ? _ ("Batch %s (replayed)") : _ ("Batch %s"), number);
  if (!isnan (rate))
    {
      g_autofree char *rows = weir_format_number (rate, rate > 0 && rate < 10 ? 1 : 0);

      g_string_append (out, " · ");
      g_string_append_printf (out, _ ("%s rows/s"), rows);
    }
  if (!is_idle)
    g_string_append_printf (out, " · %s", duration);
  if (watermark != G_MININT64 && watermark > 0)
    {
      g_autofree char *time = weir_format_clock_seconds (watermark, self->zone);

      g_string_append (out, " · ");
      g_string_append_printf (out, _ ("watermark %s"), time);
    }
  return g_string_free (out, FALSE);
}

static char *
describe_counts (WeirQuery *query)
{
  guint64          late = weir_query_get_n_late_rows (query), bad = weir_query_get_n_bad_rows (query);
  g_autofree char *late_text = weir_format_number ((double)late, 0);
  g_autofree char *bad_text = weir_format_number ((double)bad, 0);
  GString         *out = g_string_new (NULL);

  if (late > 0)
    {
      g_string_append (out, " · ");
      g_string_append_printf (out, _ ("%s late"), late_text);
    }
  if (bad > 0)
    {
      g_string_append (out, " · ");
      g_string_append_printf (out, _ ("%s unreadable"), bad_text);
    }
  return g_string_free (out, FALSE);
}

/* The source that holds a waiting query up, in its own words. */
static char *
describe_waiting (WeirQuery *query)
{
  g_autoptr (GPtrArray) sources = weir_query_get_sources (query);
  gint64                retry_in_us;
  g_autofree char      *trouble = weir_query_dup_trouble (query, &retry_in_us);

  if (trouble != NULL)
    return g_steal_pointer (&trouble);
  for (guint i = 0; i < sources->len; i++)
    {
      const WeirSourceInfo *info = sources->pdata[i];
      g_autofree char      *wait = NULL;

      if (!g_str_equal (info->state, "retrying") && !g_str_equal (info->state, "connecting") && !g_str_equal (info->state, "failed"))
        continue;
      if (info->message == NULL)
        /* TRANSLATORS: the name of a source */
        return g_strdup_printf (_ ("%s is being connected"), info->table);
      if (info->retry_in_us < 0)
        return g_strdup_printf ("%s: %s", info->table, info->message);
      wait = weir_format_duration (info->retry_in_us / G_USEC_PER_SEC * G_USEC_PER_SEC);
      /* TRANSLATORS: name of a source, what is wrong, how long until it is tried again */
      return g_strdup_printf (_ ("%s: %s Trying again in %s."), info->table, info->message, wait);
    }
  return NULL;
}

/* Errors of the latest check that lie in the query. */
static guint
count_problems (WeirQueryPage *self)
{
  const WeirStatementInfo *info = weir_document_find_query (self->document, self->name);
  WeirCheck               *check = weir_document_get_check (self->document);
  guint                    n = 0;

  for (guint i = 0; info != NULL && check != NULL && i < weir_check_get_n_problems (check); i++)
    {
      const WeirProblem *problem = weir_check_get_problem (check, i);

      n += !problem->is_warning && info->range.start <= problem->range.start && problem->range.start <= info->range.end;
    }
  return n;
}

/* Before anything runs, what stands in the way is the news. */
static gboolean
show_problems (WeirQueryPage *self)
{
  guint            n = count_problems (self);
  g_autofree char *verdict = NULL;

  if (n == 0)
    return FALSE;
  verdict = g_strdup_printf (ngettext ("%u problem", "%u problems", n), n);
  weir_status_line_set (self->status, WEIR_GLYPH_FAILED, verdict, _ ("Design shows where it is and what would help."));
  return TRUE;
}

/* The row the watermark follows is one press away; one that is far ahead of the clock is to be noticed. */
static void
show_newest (WeirQueryPage *self,
             WeirQuery     *query)
{
  gint64           newest_us = query != NULL ? weir_query_get_newest_event_us (query) : G_MININT64;
  gint64           ahead_us = query != NULL ? weir_query_state_ahead_us (query) : 0;
  g_autofree char *time = NULL;
  g_autofree char *label = NULL;

  if (newest_us != G_MININT64)
    {
      time = ahead_us > 0 ? weir_format_duration (ahead_us) : weir_format_clock_seconds (newest_us, self->zone);
      /* TRANSLATORS: a duration as "3 h", or a clock time */
      label = g_strdup_printf (ahead_us > 0 ? _ ("Newest event %s ahead") : _ ("Newest event %s"), time);
    }
  weir_status_line_set_button (self->status, label, _ ("The Row That the Watermark Follows"), "win.show-newest", ahead_us > 0);
}

static void
show_status (WeirQueryPage *self,
             WeirQuery     *query,
             WeirGlyph      glyph)
{
  g_autoptr (WeirProgress) progress = query != NULL ? weir_query_get_last_progress (query) : NULL;
  g_autofree char         *batch = progress != NULL ? describe_batch (self, progress) : g_strdup ("");
  g_autofree char         *counts = query != NULL ? describe_counts (query) : g_strdup ("");
  g_autofree char         *waiting = query != NULL && glyph == WEIR_GLYPH_WAITING ? describe_waiting (query) : NULL;
  WeirHealthVerdict        verdict = { 0 };
  g_autofree char         *details = waiting != NULL ? g_strdup (waiting) : g_strconcat (batch, counts, NULL);

  show_newest (self, query);
  if (query == NULL && show_problems (self))
    return;
  verdict = weir_health_page_judge (self->health);
  weir_status_line_set (self->status, glyph, query != NULL ? verdict.title : weir_glyph_word (glyph), details);
  weir_health_verdict_clear (&verdict);
}

void
_weir_query_page_update (WeirQueryPage *self)
{
  WeirQuery       *query = weir_document_get_query (self->document, self->name);
  gboolean         active = weir_query_state_is_active (query) || weir_document_get_is_starting (self->document, self->name);
  WeirGlyph        glyph = weir_query_state_glyph (self->document, self->name);
  g_autofree char *caption = weir_query_state_caption (self->document, self->name);

  weir_state_glyph_set (WEIR_STATE_GLYPH (self->glyph), glyph);
  if (g_strcmp0 (gtk_label_get_text (self->caption), caption) != 0)
    gtk_label_set_text (self->caption, caption);
  show_result (self, query);
  weir_health_page_set_query (self->health, query);
  weir_health_page_refresh (self->health);
  show_failure (self, query);
  show_buttons (self, active);
  show_notice (self, active);
  show_status (self, query, glyph);
  keep_chart (self);
}

void
_weir_query_page_why_action (WeirQueryPage *self,
                             const char    *action)
{
  GtkWidget *widget = GTK_WIDGET (self);

  if (g_str_equal (action, WEIR_WHY_ACTION_RUN) || g_str_equal (action, WEIR_WHY_ACTION_RETRY))
    gtk_widget_activate_action (widget, "win.run", NULL);
  else if (g_str_equal (action, WEIR_WHY_ACTION_LET_GO))
    gtk_widget_activate_action (widget, "win.hold", NULL);
  else if (g_str_equal (action, WEIR_WHY_ACTION_STEP))
    gtk_widget_activate_action (widget, "win.step", NULL);
  else if (g_str_equal (action, WEIR_WHY_ACTION_SHOW_BAD_ROWS))
    weir_query_page_show_samples (self, WEIR_SAMPLE_BAD);
  else if (g_str_equal (action, WEIR_WHY_ACTION_SHOW_LATE_ROWS))
    weir_query_page_show_samples (self, WEIR_SAMPLE_LATE);
  else if (g_str_equal (action, WEIR_WHY_ACTION_SWITCH_TO_UPDATE))
    {
      if (weir_query_bar_set_mode (self->bar, "update"))
        gtk_widget_activate_action (widget, "win.run", NULL);
    }
  else if (g_str_equal (action, WEIR_WHY_ACTION_EDIT_SOURCE) || g_str_equal (action, WEIR_WHY_ACTION_START_EARLIEST) ||
           g_str_equal (action, WEIR_WHY_ACTION_SET_TIME_ZONE))
    {
      const WeirStatementInfo *info = weir_document_find_query (self->document, self->name);

      if (info != NULL && info->tables != NULL && info->tables[0] != NULL)
        gtk_widget_activate_action (widget, "win.edit-source", "s", info->tables[0]);
    }
  else
    weir_query_page_show (self, "design");
}
