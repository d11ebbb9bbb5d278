/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "ui/charts/axis-ticks.h"
#include "ui/widgets/number-format.h"

#define NBSP   "\xc2\xa0"
#define SECOND G_GINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MONTH  (30 * DAY)
#define YEAR   (365 * DAY)

static gboolean
ticks_still_fit (const WeirNumberTicks *ticks,
                 double                 min,
                 double                 max,
                 guint                  n_max)
{
  return ticks->n_ticks >= 2 && ticks->n_ticks > n_max / 2 && ticks->n_ticks <= n_max && min >= ticks->min && max <= ticks->max &&
         (max - min) >= 0.6 * (ticks->max - ticks->min);
}

static gboolean
try_step (double  step,
          double  min,
          double  max,
          guint   n_max,
          double *first,
          double *n_steps)
{
  *first = floor (min / step + 1e-9);
  *n_steps = ceil (max / step - 1e-9) - *first;
  return *n_steps + 1 <= n_max;
}

gboolean
weir_number_ticks_fit (WeirNumberTicks *ticks,
                       double           min,
                       double           max,
                       guint            n_max)
{
  static const double mantissas[] = { 1, 2, 2.5, 5, 10, 20, 25, 50, 100 };
  WeirNumberTicks     old = *ticks;
  double              first;
  double              n_steps;
  double              base;

  n_max = MAX (n_max, 2);
  if (!isfinite (min) || !isfinite (max) || max < min || max - min > G_MAXDOUBLE / 4)
    min = 0, max = 1;
  if (max - min < 1e-12 * MAX (fabs (max), 1e-300))
    max = min + MAX (fabs (min), 1);
  if (ticks_still_fit (ticks, min, max, n_max))
    return FALSE;

  base = pow (10, floor (log10 ((max - min) / n_max)));
  for (gsize i = 0; i < G_N_ELEMENTS (mantissas); i++)
    {
      double step = base * mantissas[i];

      if (!try_step (step, min, max, n_max, &first, &n_steps) && i + 1 < G_N_ELEMENTS (mantissas))
        continue;
      ticks->step = step;
      ticks->min = first * step;
      ticks->n_ticks = (guint)CLAMP (n_steps, 1, WEIR_MAX_TICKS - 1) + 1;
      ticks->max = (first + ticks->n_ticks - 1) * step;
      break;
    }
  return ticks->min != old.min || ticks->max != old.max || ticks->n_ticks != old.n_ticks;
}

static int
decimals_for_step (double step)
{
  for (int n = 0; n < 12; n++)
    {
      double scaled = step * pow (10, n);

      if (fabs (scaled - round (scaled)) < 1e-6 * scaled)
        return n;
    }
  return 12;
}

char *
weir_number_ticks_label (const WeirNumberTicks *ticks,
                         guint                  i)
{
  static const char *const suffixes[] = { "", NBSP "k", NBSP "M", NBSP "G", NBSP "T", NBSP "P", NBSP "E" };
  double                   value = ticks->min + i * ticks->step;
  double                   top = MAX (fabs (ticks->min), fabs (ticks->max));
  double                   factor = 1;
  guint                    suffix = 0;
  g_autofree char         *number = NULL;

  if (fabs (value) < ticks->step * 1e-6)
    return g_strdup ("0");
  if (top >= 1e21 || ticks->step < 1e-9)
    {
      char buffer[G_ASCII_DTOSTR_BUF_SIZE];

      return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.3g", value));
    }
  while (top / factor >= (suffix == 0 ? 1e4 : 1e3) && suffix + 1 < G_N_ELEMENTS (suffixes))
    {
      factor *= 1000;
      suffix++;
    }
  number = weir_format_number (value / factor, decimals_for_step (ticks->step / factor));
  return g_strconcat (number, suffixes[suffix], NULL);
}

/* Offset of the zone's clock from UTC at an instant, in microseconds. */
static gint64
offset_at (GTimeZone *zone,
           gint64     time_us)
{
  gint64 seconds = time_us / SECOND - (time_us % SECOND < 0);
  int    interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, seconds);

  return interval < 0 ? 0 : (gint64)g_time_zone_get_offset (zone, interval) * SECOND;
}

static gint64
ceil_to (gint64 value,
         gint64 step)
{
  gint64 rest = value % step;

  return rest == 0 ? value : value - rest + (rest > 0 ? step : 0);
}

/* The first instant from @from_us on whose local clock shows a multiple of @step_us. */
static gint64
next_clock_tick (gint64     from_us,
                 gint64     step_us,
                 GTimeZone *zone)
{
  gint64 offset = offset_at (zone, from_us);
  gint64 tick = ceil_to (from_us + offset, step_us) - offset;
  gint64 offset_there = offset_at (zone, tick);

  if (offset_there != offset)
    tick = ceil_to (tick + offset_there, step_us) - offset_there;
  return tick;
}

static void
fit_clock (WeirTimeTicks *ticks,
           gint64         min_us,
           gint64         max_us,
           GTimeZone     *zone)
{
  gint64 tick = next_clock_tick (min_us, ticks->step_us, zone);

  while (tick <= max_us && ticks->n_ticks < WEIR_MAX_TICKS)
    {
      ticks->times_us[ticks->n_ticks++] = tick;
      tick = next_clock_tick (tick + 1, ticks->step_us, zone);
    }
}

static void
fit_months (WeirTimeTicks *ticks,
            gint64         min_us,
            gint64         max_us,
            guint          n_months,
            GTimeZone     *zone)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (min_us / SECOND);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  int                   month;

  if (local == NULL)
    return;
  month = g_date_time_get_year (local) * 12 + g_date_time_get_month (local) - 1;
  for (month -= month % (int)n_months; ticks->n_ticks < WEIR_MAX_TICKS; month += n_months)
    {
      g_autoptr (GDateTime) first = g_date_time_new (zone, month / 12, month % 12 + 1, 1, 0, 0, 0);
      gint64                tick;

      if (first == NULL || (tick = g_date_time_to_unix (first) * SECOND) > max_us)
        return;
      if (tick >= min_us)
        ticks->times_us[ticks->n_ticks++] = tick;
    }
}

void
weir_time_ticks_fit (WeirTimeTicks *ticks,
                     gint64         min_us,
                     gint64         max_us,
                     guint          n_max,
                     GTimeZone     *zone)
{
  static const gint64 steps[] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000,
    SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
    MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
    HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY,
    MONTH, 2 * MONTH, 3 * MONTH, 6 * MONTH,
    YEAR, 2 * YEAR, 5 * YEAR, 10 * YEAR, 20 * YEAR, 50 * YEAR, 100 * YEAR, 500 * YEAR, 2000 * YEAR
  };
  double span = (double)max_us - (double)min_us;

  ticks->n_ticks = 0;
  ticks->step_us = SECOND;
  n_max = CLAMP (n_max, 2, WEIR_MAX_TICKS - 1);
  if (!(span > 0) || min_us == WEIR_TIME_NONE)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      ticks->step_us = steps[i];
      if (span / (double)steps[i] <= n_max - 0.5)
        break;
    }
  if (ticks->step_us >= MONTH)
    fit_months (ticks, min_us, max_us,
                ticks->step_us >= YEAR ? (guint)(ticks->step_us / YEAR) * 12 : (guint)(ticks->step_us / MONTH), zone);
  else
    fit_clock (ticks, min_us, max_us, zone);
}

char *
weir_time_ticks_label (const WeirTimeTicks *ticks,
                       guint                i,
                       GTimeZone           *zone)
{
  gint64                time_us = ticks->times_us[i];
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) local = NULL;

  if (ticks->step_us < MINUTE)
    return weir_format_clock (time_us, zone);
  utc = g_date_time_new_from_unix_utc (time_us / SECOND);
  local = utc != NULL ? g_date_time_to_timezone (utc, zone) : NULL;
  if (local == NULL)
    return g_strdup ("");
  if (ticks->step_us < DAY)
    return g_date_time_format (local, "%H:%M");
  if (ticks->step_us < MONTH)
    return g_date_time_format (local, "%-d" NBSP "%b");
  return g_date_time_format (local, ticks->step_us < YEAR ? "%b" NBSP "%Y" : "%Y");
}
