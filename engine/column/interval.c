/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp-private.h"

#include <string.h>

/* Texts of the three kinds of intervals, and the words of `INTERVAL 1 day 2 hours`. */

static const char *const unit_names[] = { "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };

static void
append_unit_range (GString         *out,
                   WeirIntervalUnit start,
                   WeirIntervalUnit end)
{
  g_string_append (out, "' ");
  g_string_append (out, unit_names[start]);
  if (end != start)
    g_string_append_printf (out, " TO %s", unit_names[end]);
}

void
weir_interval_ym_append (GString  *out,
                         gint32    months,
                         WeirType *type)
{
  guint32     m = months < 0 ? -(guint32)months : (guint32)months;
  const char *sign = months < 0 ? "-" : "";

  if (type->unit_start == WEIR_UNIT_MONTH)
    g_string_append_printf (out, "INTERVAL '%s%u", sign, m);
  else if (type->unit_end == WEIR_UNIT_YEAR)
    g_string_append_printf (out, "INTERVAL '%s%u", sign, m / 12);
  else
    g_string_append_printf (out, "INTERVAL '%s%u-%u", sign, m / 12, m % 12);
  append_unit_range (out, type->unit_start, type->unit_end);
}

static void
append_seconds (GString *out,
                guint64  us,
                guint    width)
{
  char text[32], *end;

  end = _weir_put_digits (text, us / WEIR_US_PER_SECOND, width);
  end = _weir_put_fraction (end, (guint)(us % WEIR_US_PER_SECOND));
  g_string_append_len (out, text, end - text);
}

void
weir_interval_dt_append (GString  *out,
                         gint64    us,
                         WeirType *type)
{
  static const guint64 unit_us[] = { 0, 0, WEIR_US_PER_DAY, 3600 * WEIR_US_PER_SECOND, 60 * WEIR_US_PER_SECOND, WEIR_US_PER_SECOND };
  guint64              rest = us < 0 ? -(guint64)us : (guint64)us;

  g_string_append_printf (out, "INTERVAL '%s", us < 0 ? "-" : "");
  for (guint unit = type->unit_start; unit <= type->unit_end; unit++)
    {
      if (unit > type->unit_start)
        g_string_append_c (out, unit == WEIR_UNIT_HOUR ? ' ' : ':');
      if (unit == WEIR_UNIT_SECOND)
        append_seconds (out, rest, 2);
      else
        g_string_append_printf (out, unit == WEIR_UNIT_DAY ? "%" G_GUINT64_FORMAT : "%02" G_GUINT64_FORMAT, rest / unit_us[unit]);
      rest %= unit_us[unit];
    }
  append_unit_range (out, type->unit_start, type->unit_end);
}

static void
append_unit (GString    *out,
             gint64      value,
             const char *unit)
{
  if (value != 0)
    g_string_append_printf (out, "%" G_GINT64_FORMAT " %s ", value, unit);
}

void
weir_interval_append (GString     *out,
                      WeirInterval interval)
{
  gint64 rest = interval.us % (60 * WEIR_US_PER_SECOND);

  if (interval.months == 0 && interval.days == 0 && interval.us == 0)
    {
      g_string_append (out, "0 seconds");
      return;
    }
  append_unit (out, interval.months / 12, "years");
  append_unit (out, interval.months % 12, "months");
  append_unit (out, interval.days, "days");
  append_unit (out, interval.us / (3600 * WEIR_US_PER_SECOND), "hours");
  append_unit (out, interval.us / (60 * WEIR_US_PER_SECOND) % 60, "minutes");
  if (rest != 0)
    {
      if (rest < 0)
        g_string_append_c (out, '-');
      append_seconds (out, (guint64)ABS (rest), 1);
      g_string_append (out, " seconds ");
    }
  g_string_truncate (out, out->len - 1);
}

/* ---- parsing ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static void
skip_space (Cursor *cursor)
{
  while (cursor->at < cursor->end && g_ascii_isspace (*cursor->at))
    cursor->at++;
}

/* Sign, digits and, for seconds, a fraction of at most nine digits. */
static gboolean
read_amount (Cursor   *cursor,
             gint64   *whole,
             gint64   *fraction_us,
             gboolean *has_point)
{
  gboolean negative = cursor->at < cursor->end && *cursor->at == '-', any = FALSE;
  gint64   scale = 100000;
  guint    n = 0;

  if (cursor->at < cursor->end && (*cursor->at == '-' || *cursor->at == '+'))
    cursor->at++;
  skip_space (cursor);
  *whole = *fraction_us = 0;
  for (; cursor->at < cursor->end && g_ascii_isdigit (*cursor->at); cursor->at++, any = TRUE)
    if (__builtin_mul_overflow (*whole, 10, whole) || __builtin_sub_overflow (*whole, *cursor->at - '0', whole))
      return FALSE; /* collected below zero: the range is wider there */
  *has_point = cursor->at < cursor->end && *cursor->at == '.';
  if (*has_point)
    for (cursor->at++; cursor->at < cursor->end && g_ascii_isdigit (*cursor->at); cursor->at++, scale /= 10, n++, any = TRUE)
      *fraction_us += (*cursor->at - '0') * scale;
  if (!negative && __builtin_sub_overflow (0, *whole, whole))
    return FALSE;
  if (negative)
    *fraction_us = -*fraction_us;
  return any && n <= 9;
}

static gboolean
read_unit (Cursor *cursor,
           guint  *unit)
{
  static const char *const words[] = { "year", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond" };
  const char              *start = cursor->at;
  gsize                    len;

  while (cursor->at < cursor->end && g_ascii_isalpha (*cursor->at))
    cursor->at++;
  len = (gsize)(cursor->at - start);
  if (len > 1 && g_ascii_tolower (start[len - 1]) == 's')
    len--;
  for (*unit = 0; *unit < G_N_ELEMENTS (words); (*unit)++)
    if (strlen (words[*unit]) == len && g_ascii_strncasecmp (words[*unit], start, len) == 0)
      return cursor->at == cursor->end || g_ascii_isspace (*cursor->at);
  return FALSE;
}

static gboolean
add_i32 (gint32 *to,
         gint64  value,
         gint64  factor)
{
  return !__builtin_mul_overflow (value, factor, &value) && !__builtin_add_overflow (*to, value, to);
}

static gboolean
add_unit (WeirInterval *interval,
          guint         unit,
          gint64        whole,
          gint64        fraction_us)
{
  static const gint64 factors[] = { 12, 1, 7, 1, 3600 * WEIR_US_PER_SECOND, 60 * WEIR_US_PER_SECOND, WEIR_US_PER_SECOND, 1000, 1 };

  if (unit <= 1)
    return add_i32 (&interval->months, whole, factors[unit]);
  if (unit <= 3)
    return add_i32 (&interval->days, whole, factors[unit]);
  return !__builtin_mul_overflow (whole, factors[unit], &whole) && !__builtin_add_overflow (interval->us, whole, &interval->us) &&
         !__builtin_add_overflow (interval->us, fraction_us, &interval->us);
}

gboolean
weir_interval_parse (const char   *text,
                     gsize         len,
                     WeirInterval *interval)
{
  Cursor   cursor = { text, text + len };
  gboolean any = FALSE;

  *interval = (WeirInterval){ 0 };
  skip_space (&cursor);
  if (cursor.end - cursor.at > 8 && g_ascii_strncasecmp (cursor.at, "interval", 8) == 0 && g_ascii_isspace (cursor.at[8]))
    cursor.at += 8;
  for (skip_space (&cursor); cursor.at < cursor.end; skip_space (&cursor), any = TRUE)
    {
      gint64   whole, fraction_us;
      gboolean has_point;
      guint    unit;

      if (!read_amount (&cursor, &whole, &fraction_us, &has_point) || cursor.at == cursor.end || !g_ascii_isspace (*cursor.at))
        return FALSE;
      skip_space (&cursor);
      if (!read_unit (&cursor, &unit) || (has_point && unit != 6) || !add_unit (interval, unit, whole, fraction_us))
        return FALSE;
    }
  return any;
}
