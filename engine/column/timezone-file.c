/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timezone-private.h"

#include "column/timestamp.h"

#include <string.h>

/*
 * TZif, RFC 8536, versions 1 to 4: a header of 44 bytes (magic, version, 15 unused, six big-endian counts), then the block of version 1
 * with 32-bit times. From version 2 on, a second header and block with 64-bit times follow, and a footer: a POSIX TZ string between
 * two line feeds that holds after the last transition. A block is: times, type numbers, types of six bytes (offset, dst, index of
 * abbreviation), abbreviations, leap seconds, two kinds of flags; only the first four matter here.
 *
 * A file is valid when all of it lies within its length, times ascend, and every index is in its table.
 */

#define HEADER_BYTES    44
#define TRANSITIONS_MAX 10000
#define OFFSET_MAX_S    (26 * 3600)

typedef struct
{
  guint32 n_ut, n_std, n_leap, n_times, n_types, n_chars;
  gsize   time_bytes;
} Counts;

static guint32
read_u32 (const guint8 *at)
{
  return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

static gint64
read_time (const guint8 *at,
           gsize         bytes)
{
  if (bytes == 4)
    return (gint32)read_u32 (at);
  return (gint64)((guint64)read_u32 (at) << 32 | read_u32 (at + 4));
}

static gboolean
read_counts (const guint8 *data,
             gsize         len,
             gsize         time_bytes,
             Counts       *counts)
{
  if (len < HEADER_BYTES || memcmp (data, "TZif", 4) != 0)
    return FALSE;
  *counts = (Counts){ read_u32 (data + 20), read_u32 (data + 24), read_u32 (data + 28),
                      read_u32 (data + 32), read_u32 (data + 36), read_u32 (data + 40), time_bytes };
  return counts->n_times <= TRANSITIONS_MAX && counts->n_types >= 1 && counts->n_types <= 256 &&
         counts->n_chars >= 1 && counts->n_chars <= 4096 && counts->n_leap <= 1000 && counts->n_std <= 256 && counts->n_ut <= 256;
}

static gsize
block_bytes (const Counts *counts)
{
  return counts->n_times * (counts->time_bytes + 1) + counts->n_types * 6 + counts->n_chars + counts->n_leap * (counts->time_bytes + 4) + counts->n_std + counts->n_ut;
}

static gboolean
read_types (const guint8 *at,
            const Counts *counts,
            GArray       *types)
{
  const char *chars = (const char *)at + counts->n_types * 6;

  for (guint i = 0; i < counts->n_types; i++, at += 6)
    {
      WeirZoneType type = { .offset_s = (gint32)read_u32 (at) };
      guint        first = at[5];

      if (first >= counts->n_chars || ABS ((gint64)type.offset_s) > OFFSET_MAX_S)
        return FALSE;
      for (guint c = 0; c + 1 < sizeof type.abbreviation && first + c < counts->n_chars && chars[first + c] != '\0'; c++)
        type.abbreviation[c] = chars[first + c];
      g_array_append_val (types, type);
    }
  return TRUE;
}

static gboolean
read_block (const guint8 *at,
            const Counts *counts,
            WeirZoneFile *file)
{
  const guint8 *numbers = at + counts->n_times * counts->time_bytes;

  for (guint i = 0; i < counts->n_times; i++)
    {
      gint64 time = read_time (at + i * counts->time_bytes, counts->time_bytes);

      if (numbers[i] >= counts->n_types || (i > 0 && time <= g_array_index (file->times, gint64, i - 1)))
        return FALSE;
      g_array_append_val (file->times, time);
      g_array_append_val (file->after, numbers[i]);
    }
  return read_types (numbers + counts->n_times, counts, file->types);
}

static void
read_footer (const guint8 *at,
             gsize         len,
             WeirZoneRule *rule)
{
  const guint8    *end;
  g_autofree char *text = NULL;

  if (len < 2 || at[0] != '\n' || (end = memchr (at + 1, '\n', len - 1)) == NULL)
    return;
  text = g_strndup ((const char *)at + 1, (gsize)(end - at - 1));
  if (!_weir_zone_rule_parse (text, rule))
    *rule = (WeirZoneRule){ 0 };
}

static gboolean
parse (const guint8 *data,
       gsize         len,
       WeirZoneFile *file)
{
  Counts counts;
  gsize  skip;

  if (!read_counts (data, len, 4, &counts) || len - HEADER_BYTES < block_bytes (&counts))
    return FALSE;
  if (data[4] < '2')
    return read_block (data + HEADER_BYTES, &counts, file);
  skip = HEADER_BYTES + block_bytes (&counts);
  data += skip;
  len -= skip;
  if (!read_counts (data, len, 8, &counts) || len - HEADER_BYTES < block_bytes (&counts) ||
      !read_block (data + HEADER_BYTES, &counts, file))
    return FALSE;
  skip = HEADER_BYTES + block_bytes (&counts);
  read_footer (data + skip, len - skip, &file->rule);
  return TRUE;
}

gboolean
_weir_zone_file_parse (const guint8 *data,
                       gsize         len,
                       WeirZoneFile *file)
{
  file->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  file->after = g_array_new (FALSE, FALSE, sizeof (guint8));
  file->types = g_array_new (FALSE, FALSE, sizeof (WeirZoneType));
  file->rule = (WeirZoneRule){ 0 };
  if (parse (data, len, file))
    return TRUE;
  _weir_zone_file_clear (file);
  return FALSE;
}

void
_weir_zone_file_clear (WeirZoneFile *file)
{
  g_clear_pointer (&file->times, g_array_unref);
  g_clear_pointer (&file->after, g_array_unref);
  g_clear_pointer (&file->types, g_array_unref);
}

/* ---- POSIX TZ strings ------------------------------------------------------------------------------------------- */

static gboolean
parse_abbreviation (const char **at,
                    char        *out,
                    gsize        size)
{
  gboolean quoted = **at == '<';
  gsize    n = 0;

  *at += quoted;
  for (; quoted ? (**at != '>' && **at != '\0') : g_ascii_isalpha (**at); (*at)++)
    if (n + 1 < size)
      out[n++] = **at;
  out[n] = '\0';
  if (quoted && *(*at)++ != '>')
    return FALSE;
  return n >= 3;
}

static gboolean
parse_number (const char **at,
              gint32       max,
              gint32      *value)
{
  *value = 0;
  if (!g_ascii_isdigit (**at))
    return FALSE;
  for (; g_ascii_isdigit (**at); (*at)++)
    if ((*value = *value * 10 + (**at - '0')) > max)
      return FALSE;
  return TRUE;
}

/* [+-]h[hh][:mm[:ss]] in seconds. */
static gboolean
parse_time (const char **at,
            gint32      *seconds)
{
  gint32 sign = **at == '-' ? -1 : 1, hours = 0, minutes = 0, rest = 0;

  if (**at == '-' || **at == '+')
    (*at)++;
  if (!parse_number (at, 167, &hours))
    return FALSE;
  if (**at == ':' && ((*at)++, !parse_number (at, 59, &minutes)))
    return FALSE;
  if (**at == ':' && ((*at)++, !parse_number (at, 59, &rest)))
    return FALSE;
  *seconds = sign * (hours * 3600 + minutes * 60 + rest);
  return TRUE;
}

static gboolean
parse_date (const char  **at,
            WeirZoneDate *date)
{
  *date = (WeirZoneDate){ .kind = 'N', .time_s = 7200 };
  if (*(*at)++ != ',')
    return FALSE;
  if (**at == 'M')
    {
      date->kind = *(*at)++;
      if (!parse_number (at, 12, &date->month) || *(*at)++ != '.' || !parse_number (at, 5, &date->week) || *(*at)++ != '.' ||
          !parse_number (at, 6, &date->day) || date->month < 1 || date->week < 1)
        return FALSE;
    }
  else
    {
      if (**at == 'J')
        date->kind = *(*at)++;
      if (!parse_number (at, 365, &date->day) || (date->kind == 'J' && date->day < 1))
        return FALSE;
    }
  return **at != '/' || ((*at)++, parse_time (at, &date->time_s));
}

gboolean
_weir_zone_rule_parse (const char   *text,
                       WeirZoneRule *rule)
{
  const char *at = text;
  gint32      west;

  *rule = (WeirZoneRule){ 0 };
  if (!parse_abbreviation (&at, rule->std.abbreviation, sizeof rule->std.abbreviation) || !parse_time (&at, &west) || ABS (west) > OFFSET_MAX_S)
    return FALSE;
  rule->std.offset_s = -west;
  rule->is_set = TRUE;
  if (*at == '\0')
    return TRUE;
  rule->has_dst = TRUE;
  if (!parse_abbreviation (&at, rule->dst.abbreviation, sizeof rule->dst.abbreviation))
    return FALSE;
  rule->dst.offset_s = rule->std.offset_s + 3600;
  if (*at != ',')
    {
      if (!parse_time (&at, &west) || ABS (west) > OFFSET_MAX_S)
        return FALSE;
      rule->dst.offset_s = -west;
    }
  return parse_date (&at, &rule->start) && parse_date (&at, &rule->end) && *at == '\0';
}

/* Weekday @day (0 Sunday) of week @week (5: the last) of a month. */
static gint64
month_day (const WeirZoneDate *date,
           gint64              year)
{
  gint64 first = weir_days_from_civil (year, (guint)date->month, 1);
  gint64 weekday = weir_floor_mod (first + 4, 7); /* 1970-01-01 was a Thursday */
  gint64 day = (date->day - weekday + 7) % 7 + 7 * (date->week - 1);

  while (day >= weir_days_in_month (year, (guint)date->month))
    day -= 7;
  return first + day;
}

gint64
_weir_zone_date_utc (const WeirZoneDate *date,
                     gint64              year,
                     gint32              before_s)
{
  gint64 days;

  if (date->kind == 'M')
    days = month_day (date, year);
  else
    {
      days = weir_days_from_civil (year, 1, 1) + date->day;
      /* J60 is 1 March in every year. */
      if (date->kind == 'J')
        days -= !(date->day >= 60 && weir_days_in_month (year, 2) == 29);
    }
  return days * 86400 + date->time_s - before_s;
}
