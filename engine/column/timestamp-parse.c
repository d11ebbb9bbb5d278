/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/timestamp-private.h"
#include "column/timezone-private.h"

/*
 * CAST (string AS DATE), AS TIMESTAMP and AS TIMESTAMP_NTZ, rule for rule as Spark has them. The text is cut into segments (year, month,
 * day, hour, minute, second, fraction, zone); which byte may end a segment depends on the segment alone. Two odd rules are
 * Spark's: a date may be followed by a blank or T and anything, and `10:30` alone is a time of today.
 *
 * The usual forms, `2024-01-02[T ]10:00:00[.123][Z|±hh:mm]`, take a path without the segments.
 */

enum
{
  YEAR,
  MONTH,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  FRACTION,
  ZONE,
  N_SEGMENTS,
};

typedef struct
{
  gint64    value[N_SEGMENTS];
  gboolean  just_time;
  gboolean  has_zone;
  gint32    offset_s; /* when has_zone and zone is NULL */
  WeirZone *zone;     /* Owned */
} Parts;

static void
trim (const char **text,
      gsize       *len)
{
  while (*len > 0 && ((guchar) * *text <= 0x20 || **text == 0x7f))
    {
      (*text)++;
      (*len)--;
    }
  while (*len > 0 && ((guchar)(*text)[*len - 1] <= 0x20 || (*text)[*len - 1] == 0x7f))
    (*len)--;
}

/* ---- dates ------------------------------------------------------------------------------------------------------ */

static gboolean
is_date_segment (guint segment,
                 guint n_digits)
{
  return segment == YEAR ? n_digits >= 4 && n_digits <= 7 : n_digits > 0 && n_digits <= 2;
}

gboolean
weir_date_parse (const char *text,
                 gsize       len,
                 gint32     *days)
{
  gint64   value[3] = { 1, 1, 1 }, current = 0, result;
  guint    segment = YEAR, n_digits = 0;
  gboolean negative;
  gsize    i;

  trim (&text, &len);
  if (len == 0)
    return FALSE;
  negative = *text == '-';
  for (i = negative || *text == '+'; i < len && text[i] != ' ' && text[i] != 'T'; i++)
    {
      if (segment < DAY && text[i] == '-')
        {
          if (!is_date_segment (segment, n_digits))
            return FALSE;
          value[segment++] = current;
          current = n_digits = 0;
        }
      else if (g_ascii_isdigit (text[i]) && n_digits < 8)
        {
          current = current * 10 + (text[i] - '0');
          n_digits++;
        }
      else
        return FALSE;
    }
  if (!is_date_segment (segment, n_digits) || (segment < DAY && i < len))
    return FALSE;
  value[segment] = current;
  if (negative)
    value[YEAR] = -value[YEAR];
  if (!_weir_is_civil (value[YEAR], value[MONTH], value[DAY]))
    return FALSE;
  result = _weir_days_from_civil (value[YEAR], (guint)value[MONTH], (guint)value[DAY]);
  *days = (gint32)result;
  return result >= G_MININT32 && result <= G_MAXINT32;
}

/* ---- the usual forms of timestamps ------------------------------------------------------------------------------ */

static inline gboolean
two_digits (const char *at,
            gint64     *value)
{
  guint tens = (guint)(guchar)at[0] - '0', ones = (guint)(guchar)at[1] - '0';

  *value = tens * 10 + ones;
  return tens <= 9 && ones <= 9;
}

/* The bytes behind the seconds: `[.fraction][Z|±hh:mm]`. */
static gboolean
read_usual_tail (const char *at,
                 const char *end,
                 Parts      *parts)
{
  gint64 scale = 100000, hours, minutes;

  if (at < end && *at == '.')
    for (at++; at < end && g_ascii_isdigit (*at); at++, scale /= 10)
      parts->value[FRACTION] += (*at - '0') * scale;
  if (at == end)
    return TRUE;
  parts->has_zone = TRUE;
  if (end - at == 1 && *at == 'Z')
    return TRUE;
  if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':' || !two_digits (at + 1, &hours) || !two_digits (at + 4, &minutes) ||
      hours > 17 || minutes > 59)
    return FALSE;
  parts->offset_s = (gint32)((*at == '-' ? -1 : 1) * (hours * 3600 + minutes * 60));
  return TRUE;
}

static gboolean
read_usual (const char *text,
            gsize       len,
            Parts      *parts)
{
  gint64 century;

  if (len < 19 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':' ||
      !two_digits (text, &century) || !two_digits (text + 2, &parts->value[YEAR]) || !two_digits (text + 5, &parts->value[MONTH]) ||
      !two_digits (text + 8, &parts->value[DAY]) || !two_digits (text + 11, &parts->value[HOUR]) ||
      !two_digits (text + 14, &parts->value[MINUTE]) || !two_digits (text + 17, &parts->value[SECOND]))
    return FALSE;
  parts->value[YEAR] += century * 100;
  return read_usual_tail (text + 19, text + len, parts);
}

/* ---- all forms -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *text;
  gsize       len;
  gsize       at;
  guint       segment;
  gint64      current;
  guint       n_digits;
  gboolean    has_sign;
} Cursor;

static gboolean
end_segment (Cursor *cursor,
             guint   as,
             Parts  *parts)
{
  guint    n = cursor->n_digits;
  gboolean valid;

  if (as == YEAR)
    valid = n >= 4 && n <= 6;
  else if (as == FRACTION)
    valid = TRUE;
  else if (as == ZONE)
    valid = n <= 2;
  else
    valid = n > 0 && n <= 2;
  parts->value[as] = cursor->current;
  /* The digits of a fraction that are not there are zeros. */
  for (; as == FRACTION && n < 6; n++)
    parts->value[as] *= 10;
  cursor->current = 0;
  cursor->n_digits = 0;
  cursor->segment = as + 1;
  return valid;
}

static gboolean
read_zone (const char *text,
           gsize       len,
           Parts      *parts)
{
  trim (&text, &len);
  parts->has_zone = TRUE;
  if ((len == 1 && *text == 'Z') || _weir_zone_parse_offset (text, len, &parts->offset_s))
    return TRUE;
  parts->zone = _weir_zone_lookup (text, len);
  return parts->zone != NULL;
}

/* A byte that is no digit. */
static gboolean
read_separator (Cursor *cursor,
                Parts  *parts)
{
  char c = cursor->text[cursor->at];

  switch (cursor->segment)
    {
    case YEAR:
      if (c == 'T' && cursor->at == 0)
        {
          parts->just_time = TRUE;
          cursor->segment = HOUR;
          return TRUE;
        }
      if (c == ':' && !cursor->has_sign)
        {
          parts->just_time = TRUE;
          return end_segment (cursor, HOUR, parts);
        }
      return c == '-' && end_segment (cursor, YEAR, parts);
    case MONTH:
      return c == '-' && end_segment (cursor, MONTH, parts);
    case DAY:
      return (c == ' ' || c == 'T') && end_segment (cursor, DAY, parts);
    case HOUR:
    case MINUTE:
      return c == ':' && end_segment (cursor, cursor->segment, parts);
    case SECOND:
    case FRACTION:
      if (!end_segment (cursor, cursor->segment, parts))
        return FALSE;
      if (c == '.' && cursor->segment == FRACTION)
        return TRUE;
      if (!read_zone (cursor->text + cursor->at, cursor->len - cursor->at, parts))
        return FALSE;
      cursor->segment = ZONE;
      cursor->at = cursor->len;
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
read_segments (const char *text,
               gsize       len,
               Parts      *parts)
{
  Cursor   cursor = { .text = text, .len = len };
  gboolean negative = *text == '-';

  cursor.has_sign = negative || *text == '+';
  for (cursor.at = cursor.has_sign; cursor.at < len; cursor.at++)
    {
      if (!g_ascii_isdigit (text[cursor.at]))
        {
          if (!read_separator (&cursor, parts))
            return FALSE;
          continue;
        }
      if (cursor.n_digits < 6) /* more digits: a fraction is cut, anything else is refused */
        cursor.current = cursor.current * 10 + (text[cursor.at] - '0');
      cursor.n_digits++;
    }
  if (!end_segment (&cursor, cursor.segment, parts))
    return FALSE;
  if (negative)
    parts->value[YEAR] = -parts->value[YEAR];
  return TRUE;
}

static gboolean
read_parts (const char *text,
            gsize       len,
            Parts      *parts)
{
  trim (&text, &len);
  if (len == 0)
    return FALSE;
  *parts = (Parts){ .value = { 1, 1, 1 } };
  if (read_usual (text, len, parts))
    return TRUE;
  *parts = (Parts){ .value = { 1, 1, 1 } };
  if (read_segments (text, len, parts))
    return TRUE;
  g_clear_pointer (&parts->zone, weir_zone_unref);
  return FALSE;
}

static gboolean
parts_local_us (const Parts *parts,
                gint64       today, /* days */
                gint64      *us)
{
  const gint64 *value = parts->value;
  gint64        days = today;

  if (value[HOUR] > 23 || value[MINUTE] > 59 || value[SECOND] > 59)
    return FALSE;
  if (!parts->just_time)
    {
      if (!_weir_is_civil (value[YEAR], value[MONTH], value[DAY]))
        return FALSE;
      days = _weir_days_from_civil (value[YEAR], (guint)value[MONTH], (guint)value[DAY]);
    }
  return _weir_local_us (days, ((value[HOUR] * 60 + value[MINUTE]) * 60 + value[SECOND]) * WEIR_US_PER_SECOND + value[FRACTION], us);
}

gboolean
weir_timestamp_parse_at (const char *text,
                         gsize       len,
                         WeirZone   *zone,
                         gint64      now_us,
                         gint64     *us)
{
  Parts    parts;
  gint64   local_us = 0, offset_us;
  gboolean ok;

  if (!read_parts (text, len, &parts))
    return FALSE;
  if (parts.zone != NULL)
    zone = parts.zone;
  offset_us = parts.offset_s * WEIR_US_PER_SECOND;
  if (parts.has_zone && parts.zone == NULL)
    ok = parts_local_us (&parts, weir_floor_div (now_us + offset_us, WEIR_US_PER_DAY), &local_us) &&
         !__builtin_sub_overflow (local_us, offset_us, us);
  else
    {
      ok = parts_local_us (&parts, weir_floor_div (weir_zone_utc_to_local (zone, now_us), WEIR_US_PER_DAY), &local_us);
      *us = ok ? weir_zone_local_to_utc (zone, local_us) : 0;
      ok = ok && *us != G_MAXINT64 && *us != G_MININT64;
    }
  weir_zone_unref (parts.zone);
  return ok;
}

gboolean
weir_timestamp_parse (const char *text,
                      gsize       len,
                      WeirZone   *zone,
                      gint64     *us)
{
  return weir_timestamp_parse_at (text, len, zone, g_get_real_time (), us);
}

gboolean
weir_timestamp_ntz_parse (const char *text,
                          gsize       len,
                          gint64     *us)
{
  Parts parts;

  if (!read_parts (text, len, &parts))
    return FALSE;
  weir_zone_unref (parts.zone);
  return !parts.just_time && parts_local_us (&parts, 0, us);
}
