/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers and times as people read them: grouped digits, SI steps, local times, ranges that never break.
 * Needs no display. Data that leaves the program never passes through here.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Stands for "no time known" wherever a time in microseconds is expected. */
#define WEIR_TIME_NONE G_MININT64

/**
 * weir_format_number:
 * @value: any double, NaN and infinities too
 * @decimals: digits after the point, 0 to 15
 *
 * Returns: (transfer full): @value with its thousands separated as the locale does it, with commas where the locale says nothing
 */
char *weir_format_number (double value,
                          int    decimals);

/* As weir_format_number(), with two decimals from 1 up and four significant digits below. */
char *weir_format_measure (double value);

/* Groups the whole part of @digits, a number in SQL's spelling; any other text comes back as it is. */
char *weir_format_grouped (const char *digits);

/* Three digits and an SI step: "12.5 k", "410", "1.2 M". */
char *weir_format_si (double value);

/* Microseconds since 1970 as local clock time, with as many decimals of a second as are needed. */
char *weir_format_clock (gint64     time_us,
                         GTimeZone *zone);

/* As weir_format_clock(), to the second. */
char *weir_format_clock_seconds (gint64     time_us,
                                 GTimeZone *zone);

/* Date and time of another day. */
char *weir_format_timestamp (gint64     time_us,
                             GTimeZone *zone);

/**
 * weir_format_window:
 * @start_us: first instant inside
 * @end_us: first instant after it
 * @now_us: present time; a window of another day is written with its date
 * @zone: the zone to show it in
 *
 * Returns: (transfer full): "10:42:20 – 10:42:30", with narrow no-break spaces
 */
char *weir_format_window (gint64     start_us,
                          gint64     end_us,
                          gint64     now_us,
                          GTimeZone *zone);

/* "10 s", "1 min 30 s", "2 h"; below a second "250 ms". */
char *weir_format_duration (gint64 duration_us);

/* As weir_format_duration(), with a tenth where it counts: "0.4 ms", "26 ms", "2.4 s". */
char *weir_format_elapsed (gint64 elapsed_us);

/* "0.4 s ago", "12 s ago", "3 min ago". */
char *weir_format_ago (gint64 ago_us);

G_END_DECLS
