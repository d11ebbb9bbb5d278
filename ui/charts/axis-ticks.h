/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an axis has its ticks and what they say. Pure functions: no display, no state beyond what is passed in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WEIR_MAX_TICKS 32

/**
 * WeirNumberTicks:
 * @min: lowest tick
 * @max: highest tick
 * @step: distance of two ticks, 1, 2, 2.5 or 5 times a power of ten
 * @n_ticks: number of ticks, both ends included
 */
typedef struct
{
  double min;
  double max;
  double step;
  guint  n_ticks;
} WeirNumberTicks;

/**
 * weir_number_ticks_fit:
 * @ticks: (inout): the ticks of the frame before, zero-filled at first
 * @min: lowest value to hold
 * @max: highest value to hold
 * @n_max: largest number of ticks, at least 2
 *
 * Round ticks that hold @min and @max, at least half as many as allowed. Ticks that still hold the values and are used to at least
 * 60 % stay as they are, so that the axis does not jump each second. Values that are not finite are taken for an empty axis, 0 to 1.
 *
 * Returns: whether the ticks changed
 */
gboolean weir_number_ticks_fit (WeirNumberTicks *ticks,
                                double           min,
                                double           max,
                                guint            n_max);

/* The label of one tick. All labels of an axis carry the same SI step: "0", "10 k", … "50 k". */
char *weir_number_ticks_label (const WeirNumberTicks *ticks,
                               guint                  i);

/**
 * WeirTimeTicks:
 * @times_us: microseconds since 1970, ascending
 * @n_ticks: how many
 * @step_us: nominal distance; months count 30 days, years 365
 */
typedef struct
{
  gint64 times_us[WEIR_MAX_TICKS];
  guint  n_ticks;
  gint64 step_us;
} WeirTimeTicks;

/**
 * weir_time_ticks_fit:
 * @ticks: (out): the ticks
 * @min_us: start of the axis
 * @max_us: end of the axis
 * @n_max: largest number of ticks, below %WEIR_MAX_TICKS
 * @zone: whose clock the ticks are round on
 *
 * Ticks at round local times. Around a change of the clock their distance may differ from @step_us.
 */
void weir_time_ticks_fit (WeirTimeTicks *ticks,
                          gint64         min_us,
                          gint64         max_us,
                          guint          n_max,
                          GTimeZone     *zone);

/* The label of a tick, as exact as the step: "10:41:30", "10:41", "3 May", "May 2024", "2024". */
char *weir_time_ticks_label (const WeirTimeTicks *ticks,
                             guint                i,
                             GTimeZone           *zone);

G_END_DECLS
