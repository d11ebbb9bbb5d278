/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "format/time-text-private.h"

#include <string.h>

/*
 * `2024-01-31`, `2024-01-31T10:00:00.5Z` and their like make up nearly all times in data. They have fixed places, so they are read
 * without a grammar; the general readers of column/ get what is left.
 */

static inline gboolean
two_digits (const char *p,
            guint      *value)
{
  guint a = (guint)(guchar)p[0] - '0';
  guint b = (guint)(guchar)p[1] - '0';

  *value = a * 10 + b;
  return a <= 9 && b <= 9;
}

/* Days since 1970-01-01; Howard Hinnant's algorithm for years from 0. */
static inline gint32
civil_days (guint year,
            guint month,
            guint day)
{
  guint y = year - (month <= 2);
  guint era = y / 400;
  guint yoe = y - era * 400;
  guint doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  guint doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

  return (gint32)(era * 146097 + doe) - 719468;
}

static inline gboolean
fixed_date (const char *p,
            gint32     *days)
{
  guint century;
  guint year;
  guint month;
  guint day;

  if (!two_digits (p, &century) || !two_digits (p + 2, &year) || p[4] != '-' || !two_digits (p + 5, &month) || p[7] != '-' || !two_digits (p + 8, &day))
    return FALSE;
  year += century * 100;
  if (year == 0 || month - 1 > 11 || day == 0 || (day > 28 && day > weir_days_in_month (year, month)))
    return FALSE;
  *days = civil_days (year, month, day);
  return TRUE;
}

/* `.5` … `.123456`; leaves longer ones to others. */
static inline gboolean
fraction (const char **p,
          const char  *end,
          gint64      *us)
{
  static const gint64 scale[] = { 0, 100000, 10000, 1000, 100, 10, 1 };
  const char         *q = *p + 1;
  gint64              value = 0;

  while (q < end && g_ascii_isdigit (*q) && q - *p <= 6)
    value = value * 10 + (*q++ - '0');
  if (q - *p == 1 || (q < end && g_ascii_isdigit (*q)))
    return FALSE;
  *us += value * scale[q - *p - 1];
  *p = q;
  return TRUE;
}

/* `2024-01-31T10:00:00[.f]` at the start of the text; @rest is what follows. */
static inline gboolean
fixed_time (const char  *text,
            const char  *end,
            const char **rest,
            gint64      *us)
{
  const char *p = text + 19;
  gint32      days;
  guint       hour;
  guint       minute;
  guint       second;

  if (end - text < 19 || !fixed_date (text, &days) || (text[10] != 'T' && text[10] != ' ') ||
      !two_digits (text + 11, &hour) || text[13] != ':' || !two_digits (text + 14, &minute) || text[16] != ':' || !two_digits (text + 17, &second) ||
      hour > 23 || minute > 59 || second > 59)
    return FALSE;
  *us = days * WEIR_US_PER_DAY + (hour * 3600 + minute * 60 + second) * WEIR_US_PER_SECOND;
  if (p < end && *p == '.' && !fraction (&p, end, us))
    return FALSE;
  *rest = p;
  return TRUE;
}

gboolean
_weir_parse_timestamp (const char *text,
                       gsize       len,
                       WeirZone   *zone,
                       gint64     *us)
{
  const char *end = text + len;
  const char *rest;
  guint       hour;
  guint       minute;
  gint64      local;

  if (!fixed_time (text, end, &rest, &local))
    return weir_timestamp_parse (text, len, zone, us);
  if (rest == end)
    *us = zone == weir_zone_utc () ? local : weir_zone_local_to_utc (zone, local);
  else if (end - rest == 1 && *rest == 'Z')
    *us = local;
  else if (end - rest == 6 && (*rest == '+' || *rest == '-') && two_digits (rest + 1, &hour) && rest[3] == ':' && two_digits (rest + 4, &minute) && hour < 18 && minute < 60)
    *us = local - (*rest == '+' ? 1 : -1) * (gint64)(hour * 60 + minute) * 60 * WEIR_US_PER_SECOND;
  else
    return weir_timestamp_parse (text, len, zone, us);
  return TRUE;
}

/* A zone stands behind the time of day, if at all. */
static gboolean
has_zone (const char *text,
          gsize       len)
{
  const char *colon = memchr (text, ':', len);

  if (colon == NULL)
    return FALSE;
  for (const char *p = colon + 1; p < text + len; p++)
    if (!g_ascii_isdigit (*p) && *p != ':' && *p != '.' && !g_ascii_isspace (*p))
      return TRUE;
  return FALSE;
}

gboolean
_weir_parse_timestamp_ntz (const char *text,
                           gsize       len,
                           gint64     *us)
{
  const char *rest;

  if (fixed_time (text, text + len, &rest, us) && rest == text + len)
    return TRUE;
  return !has_zone (text, len) && weir_timestamp_ntz_parse (text, len, us);
}

gboolean
_weir_parse_date (const char *text,
                  gsize       len,
                  gint32     *days)
{
  if (len == 10 && fixed_date (text, days))
    return TRUE;
  return weir_date_parse (text, len, days);
}

/* Strips `INTERVAL '` … `' UNIT` and a sign; @len of what stands between. */
static gboolean
unwrap_interval (const char **text,
                 gsize       *len,
                 gint64      *sign)
{
  const char *p = *text;
  const char *end = p + *len;

  *sign = 1;
  while (p < end && g_ascii_isspace (*p))
    p++;
  if (end - p > 8 && g_ascii_strncasecmp (p, "interval", 8) == 0)
    {
      const char *open = memchr (p, '\'', (gsize)(end - p));
      const char *close = open != NULL ? memchr (open + 1, '\'', (gsize)(end - open - 1)) : NULL;

      if (close == NULL)
        return FALSE;
      if (memchr (p, '-', (gsize)(open - p)) != NULL)
        *sign = -1;
      p = open + 1;
      end = close;
    }
  while (end > p && g_ascii_isspace (end[-1]))
    end--;
  if (p < end && (*p == '-' || *p == '+'))
    *sign *= *p++ == '-' ? -1 : 1;
  *text = p;
  *len = (gsize)(end - p);
  return p < end;
}

static gboolean
read_digits (const char **p,
             const char  *end,
             gint64      *value)
{
  const char *start = *p;

  *value = 0;
  while (*p < end && g_ascii_isdigit (**p) && *p - start < 18)
    *value = *value * 10 + (*(*p)++ - '0');
  return *p > start;
}

gboolean
_weir_parse_interval_ym (const char *text,
                         gsize       len,
                         WeirType   *type,
                         gint32     *months)
{
  const char *end;
  gint64      sign;
  gint64      first;
  gint64      second = 0;
  gint64      result;

  if (!unwrap_interval (&text, &len, &sign))
    return FALSE;
  end = text + len;
  if (!read_digits (&text, end, &first))
    return FALSE;
  if (type->unit_start == WEIR_UNIT_YEAR && type->unit_end == WEIR_UNIT_MONTH)
    {
      if (text == end || *text++ != '-' || !read_digits (&text, end, &second) || second > 11)
        return FALSE;
      first = first * 12 + second;
    }
  else if (type->unit_start == WEIR_UNIT_YEAR)
    first *= 12;
  result = sign * first;
  *months = (gint32)result;
  return text == end && result >= G_MININT32 && result <= G_MAXINT32;
}

gboolean
_weir_parse_interval_dt (const char *text,
                         gsize       len,
                         WeirType   *type,
                         gint64     *us)
{
  static const gint64 units[] = { WEIR_US_PER_DAY, 3600 * WEIR_US_PER_SECOND, 60 * WEIR_US_PER_SECOND, WEIR_US_PER_SECOND };
  const char         *end;
  gint64              sign;
  gint64              value;
  gint64              total = 0;

  if (!unwrap_interval (&text, &len, &sign))
    return FALSE;
  end = text + len;
  for (WeirIntervalUnit unit = type->unit_start; unit <= type->unit_end; unit++)
    {
      if (unit > type->unit_start && (text == end || *text++ != (unit == WEIR_UNIT_HOUR ? ' ' : ':')))
        return FALSE;
      if (!read_digits (&text, end, &value) || __builtin_mul_overflow (value, units[unit - WEIR_UNIT_DAY], &value) || __builtin_add_overflow (total, value, &total))
        return FALSE;
      if (unit == WEIR_UNIT_SECOND && text < end && *text == '.' && !fraction (&text, end, &total))
        return FALSE;
    }
  *us = sign * total;
  return text == end;
}
