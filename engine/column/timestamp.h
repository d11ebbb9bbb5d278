/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "column/column.h"
#include "column/timezone.h"

G_BEGIN_DECLS

#define WEIR_US_PER_SECOND G_GINT64_CONSTANT (1000000)
#define WEIR_US_PER_DAY    G_GINT64_CONSTANT (86400000000)

/* Floor division and modulus, for times before 1970. */
static inline gint64
weir_floor_div (gint64 a,
                gint64 b)
{
  gint64 q = a / b;

  return q - ((a % b != 0) && ((a < 0) != (b < 0)));
}

static inline gint64
weir_floor_mod (gint64 a,
                gint64 b)
{
  return a - weir_floor_div (a, b) * b;
}

/* At the ends of time sums stay there. */
static inline gint64
weir_add_clamped (gint64 a,
                  gint64 b)
{
  gint64 sum;

  if (__builtin_add_overflow (a, b, &sum))
    return b > 0 ? G_MAXINT64 : G_MININT64;
  return sum;
}

static inline gint64
weir_mul_clamped (gint64 a,
                  gint64 b)
{
  gint64 product;

  if (__builtin_mul_overflow (a, b, &product))
    return (a < 0) == (b < 0) ? G_MAXINT64 : G_MININT64;
  return product;
}

/* Proleptic Gregorian calendar. */
gint32 weir_days_from_civil (gint64 year, guint month, guint day);
void   weir_civil_from_days (gint32 days, gint64 *year, guint *month, guint *day);
guint  weir_days_in_month (gint64 year, guint month);
gint32 weir_date_add_months (gint32 days, gint32 months);                              /* last day of month clamps */
gint64 weir_timestamp_add_interval (gint64 us, WeirInterval interval, WeirZone *zone); /* @zone NULL: NTZ */

/* Spark's CAST (string AS DATE / TIMESTAMP): blanks around allowed; `2024`, `2024-1-2`, `2024-01-02T10:00:00.123456789+01:00`,
 * `epoch`-like words are not accepted. FALSE when it is none. @zone applies when the text names none. */
gboolean weir_date_parse (const char *text, gsize len, gint32 *days);
gboolean weir_timestamp_parse (const char *text, gsize len, WeirZone *zone, gint64 *us);
gboolean weir_timestamp_ntz_parse (const char *text, gsize len, gint64 *us);
/* As weir_timestamp_parse(); @now_us says which day a bare time such as `10:30` is of. */
gboolean weir_timestamp_parse_at (const char *text, gsize len, WeirZone *zone, gint64 now_us, gint64 *us);

/* CAST to STRING: 2024-01-02, 2024-01-02 10:00:00.5 (fraction without trailing zeros). */
void weir_date_append (GString *out, gint32 days);
void weir_timestamp_append (GString *out, gint64 us, WeirZone *zone); /* @zone NULL: NTZ */
/* cli.md: 2026-01-31T10:00:00.5Z; @zone NULL: no zone. */
void weir_timestamp_append_iso (GString *out, gint64 us, WeirZone *zone);

/* INTERVAL '1-2' YEAR TO MONTH and the like, as CAST to STRING prints them. */
void weir_interval_ym_append (GString *out, gint32 months, WeirType *type);
void weir_interval_dt_append (GString *out, gint64 us, WeirType *type);
void weir_interval_append (GString *out, WeirInterval interval); /* `1 days 2 hours` */
/* "10 seconds", "1 day 2 hours", "interval 1 minute". FALSE when it is none. */
gboolean weir_interval_parse (const char *text, gsize len, WeirInterval *interval);

/**
 * WeirTimePattern:
 *
 * A compiled pattern of Spark's datetime patterns (yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX] …), for date_format(), to_timestamp() and the
 * text formats. Immutable.
 */
typedef struct _WeirTimePattern WeirTimePattern;

WeirTimePattern *weir_time_pattern_new (const char *pattern, gboolean for_parsing, GError **error);
void             weir_time_pattern_free (WeirTimePattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTimePattern, weir_time_pattern_free)
/* @zone NULL: NTZ. Formatting a zone then prints UTC, parsing one has no effect on the clock. */
void     weir_time_pattern_format (WeirTimePattern *pattern, GString *out, gint64 us, WeirZone *zone);
gboolean weir_time_pattern_parse (WeirTimePattern *pattern, const char *text, gsize len, WeirZone *zone, gint64 *us);

G_END_DECLS
