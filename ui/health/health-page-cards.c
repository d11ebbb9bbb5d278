/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "ui/health/health-page-private.h"
#include "ui/widgets/number-format.h"

/* Which values of a point a card shows. */
typedef double (*ValueFunc) (const WeirHealthPoint *point, guint series);

static double
input_value (const WeirHealthPoint *point,
             guint                  series)
{
  return point->input_rate;
}

static double
process_value (const WeirHealthPoint *point,
               guint                  series)
{
  return point->processed_rate;
}

static double
phase_value (const WeirHealthPoint *point,
             guint                  series)
{
  return point->n_batches > 0 ? point->phases_ms[series] * 1000 : NAN;
}

static double
lag_value (const WeirHealthPoint *point,
           guint                  series)
{
  /* A watermark that is ahead of the clock lags by nothing. */
  return point->lag_us[series] < 0 ? NAN : point->lag_us[series];
}

static double
rows_value (const WeirHealthPoint *point,
            guint                  series)
{
  return point->state_rows;
}

static double
late_value (const WeirHealthPoint *point,
            guint                  series)
{
  return point->late_rows;
}

/* The point at @at, or the newest with something to say. (transfer none) (nullable) */
static const WeirHealthPoint *
find_point (WeirHealthPage *self,
            int             at,
            ValueFunc       func)
{
  guint                  n;
  const WeirHealthPoint *points = weir_health_history_get_points (self->history, self->range, &n);

  if (at >= 0)
    return (guint)at < n ? &points[at] : NULL;
  for (guint i = n; i > 0; i--)
    if (isfinite (func (&points[i - 1], 0)))
      return &points[i - 1];
  return NULL;
}

/* "10:41:20 · " before a value that is not the newest. */
static char *
with_time (WeirHealthPage        *self,
           const WeirHealthPoint *point,
           int                    at,
           char                  *value) /* (transfer full) */
{
  g_autofree char *time = NULL, *taken = value;

  if (at < 0)
    return g_steal_pointer (&taken);
  time = weir_format_clock_seconds (point->time_us, self->zone);
  return g_strdup_printf ("%s · %s", time, value);
}

static char *
format_rate (double rate)
{
  g_autofree char *number = NULL;

  if (!isfinite (rate))
    return g_strdup ("–");
  number = rate < 100000 ? weir_format_number (rate, rate > 0 && rate < 10 ? 1 : 0) : weir_format_si (rate);
  return g_strdup_printf (_ ("%s rows/s"), number);
}

static char *
show_input (gpointer data,
            int      at)
{
  const WeirHealthPoint *point = find_point (data, at, input_value);

  return point == NULL ? g_strdup ("–") : with_time (data, point, at, format_rate (point->input_rate));
}

static char *
show_process (gpointer data,
              int      at)
{
  const WeirHealthPoint *point = find_point (data, at, process_value);

  return point == NULL ? g_strdup ("–") : with_time (data, point, at, format_rate (point->processed_rate));
}

static char *
show_duration (gpointer data,
               int      at)
{
  const WeirHealthPoint *point = find_point (data, at, phase_value);

  if (point == NULL || !isfinite (point->duration_ms))
    return g_strdup ("–");
  return with_time (data, point, at, weir_format_elapsed ((gint64)(point->duration_ms * 1000)));
}

static char *
show_lag (gpointer data,
          int      at)
{
  WeirHealthPage        *self = data;
  const WeirHealthPoint *point = find_point (self, at, input_value);
  double                 longest = NAN;

  for (guint i = 0; point != NULL && i < WEIR_HEALTH_N_PARTS; i++)
    if (isfinite (point->lag_us[i]))
      longest = isnan (longest) ? point->lag_us[i] : MAX (longest, point->lag_us[i]);
  if (!isfinite (longest))
    return g_strdup ("–");
  if (longest < 0)
    {
      g_autofree char *ahead = weir_format_duration ((gint64)-longest);

      /* TRANSLATORS: a duration as "3 h": the watermark is that much ahead of the clock */
      return with_time (self, point, at, g_strdup_printf (_ ("%s ahead"), ahead));
    }
  return with_time (self, point, at, weir_format_elapsed ((gint64)longest));
}

/* Rows, and what they take: "8 · 2.1 KiB" */
static char *
show_state (gpointer data,
            int      at)
{
  const WeirHealthPoint *point = find_point (data, at, rows_value);
  double                 bytes = 0;
  g_autofree char       *rows = NULL, *size = NULL;

  if (point == NULL)
    return g_strdup ("–");
  for (guint i = 0; i < WEIR_HEALTH_N_PARTS; i++)
    bytes += isfinite (point->state_bytes[i]) ? point->state_bytes[i] : 0;
  rows = weir_format_number (point->state_rows, 0);
  size = g_format_size_full ((guint64)bytes, G_FORMAT_SIZE_IEC_UNITS);
  return with_time (data, point, at, g_strdup_printf ("%s · %s", rows, size));
}

static char *
show_late (gpointer data,
           int      at)
{
  WeirHealthPage        *self = data;
  const WeirHealthPoint *point = find_point (self, at, late_value);

  if (at < 0 || point == NULL)
    return weir_format_number (self->query != NULL ? (double)weir_query_get_n_late_rows (self->query) : 0, 0);
  return with_time (self, point, at, weir_format_number (point->late_rows, 0));
}

static const struct
{
  const char        *title;
  const char        *caption;
  WeirTimeChartKind  kind;
  guint              slot; /* colour of the first series */
  ValueFunc          value;
  WeirHealthCardFunc show;
} cards[WEIR_N_CARDS] = {
  [WEIR_CARD_INPUT] = { N_ ("Input Rate"), NULL, WEIR_TIME_CHART_LINE, 0, input_value, show_input },
  [WEIR_CARD_PROCESS] = { N_ ("Process Rate"), NULL, WEIR_TIME_CHART_LINE, 2, process_value, show_process },
  [WEIR_CARD_LAG] = { N_ ("Watermark Lag"), NULL, WEIR_TIME_CHART_LINE, 0, lag_value, show_lag },
  [WEIR_CARD_DURATION] = { N_ ("Batch Duration"), N_ ("by phase"), WEIR_TIME_CHART_STACK, 0, phase_value, show_duration },
  [WEIR_CARD_STATE] = { N_ ("State Rows"), NULL, WEIR_TIME_CHART_LINE, 3, rows_value, show_state },
  [WEIR_CARD_LATE] = { N_ ("Late Rows"), N_ ("per batch"), WEIR_TIME_CHART_LATE, 0, late_value, show_late },
};

static GtkWidget *
button_new (const char *label,
            const char *tooltip,
            const char *action)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "weir-health-button");
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  return button;
}

void
_weir_health_page_add_cards (WeirHealthPage *self,
                             WeirCardGrid   *grid)
{
  for (guint i = 0; i < WEIR_N_CARDS; i++)
    {
      GtkWidget *card = weir_health_card_new (_ (cards[i].title), cards[i].caption != NULL ? _ (cards[i].caption) : NULL, cards[i].kind);

      self->cards[i] = WEIR_HEALTH_CARD (card);
      weir_health_card_set_value_func (self->cards[i], cards[i].show, self);
      weir_time_chart_set_slot (weir_health_card_get_chart (self->cards[i]), cards[i].slot);
      weir_card_grid_append (grid, card);
    }
  weir_time_chart_set_whole (weir_health_card_get_chart (self->cards[WEIR_CARD_STATE]), TRUE);
  weir_time_chart_set_whole (weir_health_card_get_chart (self->cards[WEIR_CARD_LATE]), TRUE);
  self->late_button = button_new (_ ("Show"), _ ("Rows That Came Too Late"), "win.show-late");
  weir_health_card_add_button (self->cards[WEIR_CARD_LATE], self->late_button);
  self->newest_button = button_new (_ ("Show"), _ ("The Row That the Watermark Follows"), "win.show-newest");
  weir_health_card_add_button (self->cards[WEIR_CARD_LAG], self->newest_button);
}

static guint
count_series (WeirHealthPage  *self,
              WeirHealthCardId id)
{
  switch (id)
    {
    case WEIR_CARD_DURATION:
      return WEIR_HEALTH_N_PHASES;
    case WEIR_CARD_LAG:
      return MAX (1, weir_health_history_get_n_sources (self->history));
    case WEIR_CARD_INPUT:
    case WEIR_CARD_PROCESS:
    case WEIR_CARD_STATE:
    case WEIR_CARD_LATE:
    case WEIR_N_CARDS:
    default:
      return 1;
    }
}

static const char *
name_series (WeirHealthPage  *self,
             WeirHealthCardId id,
             guint            i)
{
  switch (id)
    {
    case WEIR_CARD_DURATION:
      return weir_health_phase_name (i);
    case WEIR_CARD_LAG:
      return i < weir_health_history_get_n_sources (self->history) ? weir_health_history_get_source (self->history, i) : "";
    case WEIR_CARD_INPUT:
    case WEIR_CARD_PROCESS:
    case WEIR_CARD_STATE:
    case WEIR_CARD_LATE:
    case WEIR_N_CARDS:
    default:
      return "";
    }
}

/* The unit in which the axis has the fewest digits. */
static void
choose_unit (WeirHealthCardId id,
             WeirTimeChart   *chart)
{
  double top = weir_time_chart_get_top (chart);

  if (id != WEIR_CARD_DURATION && id != WEIR_CARD_LAG)
    return;
  else if (top <= 1) /* nothing to measure by */
    weir_time_chart_set_unit (chart, 1, "s");
  else if (top < 1e6)
    weir_time_chart_set_unit (chart, 1e3, "ms");
  else if (top < 180e6)
    weir_time_chart_set_unit (chart, 1e6, "s");
  else if (top < 10800e6)
    weir_time_chart_set_unit (chart, 60e6, "min");
  else
    weir_time_chart_set_unit (chart, 3600e6, "h");
}

static void
update_card (WeirHealthPage  *self,
             WeirHealthCardId id)
{
  WeirTimeChart         *chart = weir_health_card_get_chart (self->cards[id]);
  guint                  n, n_series = count_series (self, id);
  const WeirHealthPoint *points = weir_health_history_get_points (self->history, self->range, &n);
  g_autofree gint64     *times = g_new (gint64, MAX (1, n));
  g_autofree double     *values = g_new (double, MAX (1, (gsize)n * n_series));
  g_autoptr (GPtrArray)  names = g_ptr_array_new ();
  gint64                 min_us, max_us;

  for (guint i = 0; i < n; i++)
    {
      times[i] = points[i].time_us;
      for (guint series = 0; series < n_series; series++)
        values[(gsize)series * n + i] = cards[id].value (&points[i], series);
    }
  for (guint series = 0; series < n_series; series++)
    g_ptr_array_add (names, (gpointer)name_series (self, id, series));
  g_ptr_array_add (names, NULL);
  if (weir_health_history_get_view (self->history, self->range, &min_us, &max_us))
    weir_time_chart_set_view (chart, min_us, max_us);
  weir_time_chart_set_data (chart, times, n, values, n_series);
  choose_unit (id, chart);
  weir_health_card_set_legend (self->cards[id], (const char *const *)names->pdata);
  weir_health_card_refresh (self->cards[id]);
}

void
_weir_health_page_update_cards (WeirHealthPage *self)
{
  for (guint i = 0; i < WEIR_N_CARDS; i++)
    update_card (self, i);
  gtk_widget_set_visible (self->late_button, self->query != NULL && weir_query_get_n_late_rows (self->query) > 0);
  gtk_widget_set_visible (self->newest_button, self->query != NULL && weir_query_get_newest_event_us (self->query) != G_MININT64);
}
