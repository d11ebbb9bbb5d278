/* SPDX-License-Identifier: Apache-2.0 */
/* What the pane takes from the engine. A file of its own, so that the rest links without it. */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/results/results-pane-private.h"

#define WHY_SECONDS 1

/* Causes that only make sense while something may still come. */
static gboolean
waits_for_more (WeirWhyCause cause)
{
  return cause == WEIR_WHY_NO_INPUT || cause == WEIR_WHY_WINDOW_OPEN || cause == WEIR_WHY_HELD_BACK || cause == WEIR_WHY_NOT_CONNECTED;
}

static void
show_why (WeirResultsPane *self)
{
  g_autoptr (WeirWhy) why = NULL;

  if (self->query == NULL || self->has_rows)
    return;
  why = weir_query_why_empty (self->query);
  if (weir_query_get_state (self->query) == WEIR_QUERY_STOPPED && waits_for_more (why->cause))
    why->cause = WEIR_WHY_NOT_EMPTY;
  _weir_results_pane_set_why (self, why);
}

static void
snapshot_cb (WeirResultsPane *self)
{
  WeirSnapshot            *snapshot = weir_query_take_snapshot (self->query);
  g_autoptr (WeirRowsView) view = NULL;

  if (snapshot == NULL)
    return;
  view = weir_rows_view_new_for_snapshot (snapshot);
  _weir_results_pane_set_view (self, view, weir_query_get_n_output_rows (self->query));
  show_why (self);
}

static int
compare_late (gconstpointer a,
              gconstpointer b)
{
  const WeirChartLate *x = a;
  const WeirChartLate *y = b;

  return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

/* Ticks a second apart; those of one second share a tick. */
static void
samples_cb (WeirResultsPane *self)
{
  g_autoptr (GPtrArray) samples = weir_query_get_samples (self->query, WEIR_SAMPLE_LATE);
  g_autoptr (GArray)    late = g_array_new (FALSE, FALSE, sizeof (WeirChartLate));
  guint                 n = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      const WeirSample *sample = samples->pdata[i];
      WeirChartLate     tick = { sample->event_time_us - sample->event_time_us % G_USEC_PER_SEC, 1 };

      g_array_append_val (late, tick);
    }
  g_array_sort (late, compare_late);
  for (guint i = 0; i < late->len; i++)
    {
      WeirChartLate *tick = &g_array_index (late, WeirChartLate, i);

      if (n > 0 && g_array_index (late, WeirChartLate, n - 1).time_us == tick->time_us)
        g_array_index (late, WeirChartLate, n - 1).count++;
      else
        g_array_index (late, WeirChartLate, n++) = *tick;
    }
  weir_chart_model_set_late (self->chart_model, weir_query_get_n_late_rows (self->query), (const WeirChartLate *)(gpointer)late->data, n);
}

static void
sources_cb (WeirResultsPane *self)
{
  g_autoptr (GPtrArray) sources = weir_query_get_sources (self->query);
  gboolean              waiting = FALSE;
  gint64                newest = weir_chart_model_get_newest_event (self->chart_model);

  for (guint i = 0; i < sources->len; i++)
    waiting |= g_strcmp0 (((const WeirSourceInfo *)sources->pdata[i])->state, "retrying") == 0;
  if (self->source_was_lost && !waiting && newest != WEIR_TIME_NONE)
    weir_chart_model_add_mark (self->chart_model, newest, WEIR_MARK_EVENT, _ ("Reconnected"));
  self->source_was_lost = waiting;
  show_why (self);
}

static gboolean
why_cb (gpointer user_data)
{
  WeirResultsPane *self = user_data;

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_why (self);
  return G_SOURCE_CONTINUE;
}

/* The chart shows open windows, and the table changes; they are made for nobody else. */
void
_weir_results_pane_update_wishes (WeirResultsPane *self)
{
  if (self->query == NULL)
    return;
  weir_query_set_shows_open (self->query, gtk_widget_get_mapped (GTK_WIDGET (self)));
  weir_query_set_shows_changes (self->query, self->shows_changes);
}

static void
watch_map (WeirResultsPane *self)
{
  if (self->watches_map)
    return;
  self->watches_map = TRUE;
  g_signal_connect_after (self, "map", G_CALLBACK (_weir_results_pane_update_wishes), NULL);
  g_signal_connect_after (self, "unmap", G_CALLBACK (_weir_results_pane_update_wishes), NULL);
}

void
weir_results_pane_set_query (WeirResultsPane *self,
                             WeirQuery       *query)
{
  g_return_if_fail (WEIR_IS_RESULTS_PANE (self));

  if (self->query == query)
    return;
  if (self->query != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->query, self);
      weir_query_set_shows_open (self->query, FALSE);
      weir_query_set_shows_changes (self->query, FALSE);
    }
  g_clear_handle_id (&self->why_id, g_source_remove);
  g_set_object (&self->query, query);
  _weir_results_pane_reset (self);
  self->source_was_lost = FALSE;
  if (query == NULL)
    return;

  _weir_results_pane_set_wait (self, weir_query_get_wait_us (query));
  g_signal_connect_swapped (query, "snapshot", G_CALLBACK (snapshot_cb), self);
  g_signal_connect_swapped (query, "samples", G_CALLBACK (samples_cb), self);
  g_signal_connect_swapped (query, "sources", G_CALLBACK (sources_cb), self);
  g_signal_connect_swapped (query, "notify::state", G_CALLBACK (show_why), self);
  g_signal_connect_swapped (query, "notify::held", G_CALLBACK (show_why), self);
  self->why_id = g_timeout_add_seconds (WHY_SECONDS, why_cb, self);
  watch_map (self);
  _weir_results_pane_update_wishes (self);
  samples_cb (self);
  snapshot_cb (self);
  show_why (self);
}
