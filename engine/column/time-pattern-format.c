/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/time-pattern-private.h"
#include "column/timestamp-private.h"

/* Formatting by a pattern; optional sections are always written, a timestamp has every field. */

typedef struct
{
  gint64    year;
  guint     month, day, day_of_year, weekday;
  guint     second_of_day;
  guint     us;
  gint64    utc_us;
  WeirZone *zone; /* nullable: NTZ, taken as UTC where a zone is asked for */
  gint32    offset_s;
} Moment;

static void
moment_init (Moment   *moment,
             gint64    us,
             WeirZone *zone)
{
  gint64 local_us = zone != NULL ? weir_zone_utc_to_local (zone, us) : us;
  gint64 days = weir_floor_div (local_us, WEIR_US_PER_DAY);
  gint64 us_of_day = local_us - days * WEIR_US_PER_DAY;

  weir_civil_from_days ((gint32)days, &moment->year, &moment->month, &moment->day);
  moment->day_of_year = (guint)(days - weir_days_from_civil (moment->year, 1, 1)) + 1;
  moment->weekday = (guint)weir_floor_mod (days + 4, 7);
  moment->second_of_day = (guint)(us_of_day / WEIR_US_PER_SECOND);
  moment->us = (guint)(us_of_day % WEIR_US_PER_SECOND);
  moment->utc_us = us;
  moment->zone = zone;
  moment->offset_s = zone != NULL ? weir_zone_offset_at (zone, us) : 0;
}

static gint64
number_of (const Moment *moment,
           char          letter,
           gboolean      has_era)
{
  guint hour = moment->second_of_day / 3600;

  switch (letter)
    {
    case 'y':
      return has_era && moment->year <= 0 ? 1 - moment->year : moment->year;
    case 'M':
      return moment->month;
    case 'Q':
      return (moment->month + 2) / 3;
    case 'd':
      return moment->day;
    case 'D':
      return moment->day_of_year;
    case 'F':
      return (moment->day - 1) % 7 + 1;
    case 'H':
      return hour;
    case 'k':
      return hour == 0 ? 24 : hour;
    case 'K':
      return hour % 12;
    case 'h':
      return hour % 12 == 0 ? 12 : hour % 12;
    case 'm':
      return moment->second_of_day / 60 % 60;
    default:
      return moment->second_of_day % 60;
    }
}

static void
append_number (GString         *out,
               const WeirToken *token,
               gint64           value)
{
  char  text[24], *end;
  gsize len;

  if (token->letter == 'y' && token->count == 2)
    value = weir_floor_mod (value, 100);
  end = _weir_put_digits (text, (guint64)ABS (value), token->min);
  len = (gsize)(end - text);
  if (value < 0)
    g_string_append_c (out, '-');
  else if (token->pads_sign && len > token->min)
    g_string_append_c (out, '+');
  g_string_append_len (out, text, (gssize)len);
}

static void
append_fraction (GString *out,
                 guint    us,
                 guint    n_digits)
{
  char text[24];

  _weir_put_digits (text, us * G_GUINT64_CONSTANT (1000), 9);
  g_string_append_len (out, text, n_digits);
}

static void
append_text (GString         *out,
             const WeirToken *token,
             const Moment    *moment)
{
  guint              n, first, value;
  const char *const *names = _weir_pattern_names (token, &n, &first);

  switch (token->letter)
    {
    case 'E':
      value = moment->weekday;
      break;
    case 'a':
      value = moment->second_of_day >= 12 * 3600;
      break;
    case 'G':
      value = moment->year > 0;
      break;
    default:
      value = (guint)number_of (moment, token->letter, FALSE);
      break;
    }
  g_string_append (out, names[value - first]);
}

static void
append_offset (GString         *out,
               const WeirToken *token,
               gint32           offset_s)
{
  const WeirOffsetStyle *style = _weir_offset_style (token);
  guint                  s = (guint)ABS (offset_s);
  char                   text[16], *end = text;

  if (offset_s == 0 || (!style->seconds && s < 60))
    {
      g_string_append (out, style->zero);
      return;
    }
  *end++ = offset_s < 0 ? '-' : '+';
  end = _weir_put_digits (end, s / 3600, 2);
  if (style->minutes || s / 60 % 60 != 0)
    {
      if (style->colon)
        *end++ = ':';
      end = _weir_put_digits (end, s / 60 % 60, 2);
    }
  if (style->seconds && s % 60 != 0)
    {
      if (style->colon)
        *end++ = ':';
      end = _weir_put_digits (end, s % 60, 2);
    }
  g_string_append_len (out, text, end - text);
}

/* GMT, GMT+8, GMT+8:30; with four letters GMT+08:00. */
static void
append_gmt (GString         *out,
            const WeirToken *token,
            gint32           offset_s)
{
  guint    s = (guint)ABS (offset_s);
  gboolean is_full = token->count == 4;

  g_string_append (out, "GMT");
  if (offset_s == 0)
    return;
  g_string_append_printf (out, is_full ? "%c%02u" : "%c%u", offset_s < 0 ? '-' : '+', s / 3600);
  if (is_full || s % 3600 != 0)
    g_string_append_printf (out, ":%02u", s / 60 % 60);
  if (s % 60 != 0)
    g_string_append_printf (out, ":%02u", s % 60);
}

static void
append_zone (GString         *out,
             const WeirToken *token,
             const Moment    *moment)
{
  if (moment->zone == NULL)
    g_string_append (out, "UTC");
  else if (token->letter == 'V')
    g_string_append (out, weir_zone_name (moment->zone));
  else
    g_string_append (out, weir_zone_abbreviation_at (moment->zone, moment->utc_us));
}

void
weir_time_pattern_format (WeirTimePattern *pattern,
                          GString         *out,
                          gint64           us,
                          WeirZone        *zone)
{
  Moment moment;

  moment_init (&moment, us, zone);
  for (guint i = 0; i < pattern->tokens->len; i++)
    {
      const WeirToken *token = &g_array_index (pattern->tokens, WeirToken, i);

      switch (token->kind)
        {
        case WEIR_TOKEN_LITERAL:
          g_string_append (out, token->literal);
          break;
        case WEIR_TOKEN_NUMBER:
          append_number (out, token, number_of (&moment, token->letter, pattern->has_era));
          break;
        case WEIR_TOKEN_FRACTION:
          append_fraction (out, moment.us, token->count);
          break;
        case WEIR_TOKEN_TEXT:
          append_text (out, token, &moment);
          break;
        case WEIR_TOKEN_OFFSET:
          append_offset (out, token, moment.offset_s);
          break;
        case WEIR_TOKEN_GMT:
          append_gmt (out, token, moment.offset_s);
          break;
        case WEIR_TOKEN_ZONE:
          append_zone (out, token, &moment);
          break;
        case WEIR_TOKEN_OPEN:
        case WEIR_TOKEN_CLOSE:
        default:
          break;
        }
    }
}
