/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/time-pattern-private.h"
#include "column/timestamp-private.h"
#include "column/timezone-private.h"

#include <string.h>

/*
 * Parsing by a pattern: tokens fill fields, an optional section that does not match is undone, and at the end the fields are
 * resolved strictly (31 April is none). What is missing is 1970, January, the first, midnight, as in Spark. Names and literals match
 * without regard to case.
 */

typedef enum
{
  FIELD_YEAR,
  FIELD_MONTH,
  FIELD_DAY,
  FIELD_DAY_OF_YEAR,
  FIELD_HOUR,         /* 0–23 */
  FIELD_HOUR_OF_HALF, /* 0–11 */
  FIELD_HALF,
  FIELD_MINUTE,
  FIELD_SECOND,
  FIELD_US,
  FIELD_ERA,
  FIELD_OFFSET,
  N_FIELDS,
} Field;

typedef struct
{
  const char *at;
  const char *end;
  guint       set; /* bits of Field */
  gint64      value[N_FIELDS];
  WeirZone   *zone; /* Owned */
} Parser;

static gboolean
put (Parser *self,
     Field   field,
     gint64  value)
{
  if ((self->set & (1u << field)) != 0)
    return self->value[field] == value;
  self->set |= 1u << field;
  self->value[field] = value;
  return TRUE;
}

static gboolean
has (const Parser *self,
     Field         field)
{
  return (self->set & (1u << field)) != 0;
}

static guint
count_digits (const Parser *self,
              guint         max)
{
  guint n = 0;

  while (n < max && self->at + n < self->end && g_ascii_isdigit (self->at[n]))
    n++;
  return n;
}

static gint64
take_digits (Parser *self,
             guint   n)
{
  gint64 value = 0;

  for (; n > 0; n--, self->at++)
    value = value * 10 + (*self->at - '0');
  return value;
}

static gboolean
put_number (Parser *self,
            char    letter,
            gint64  value)
{
  switch (letter)
    {
    case 'y':
      return put (self, FIELD_YEAR, value);
    case 'M':
      return put (self, FIELD_MONTH, value);
    case 'd':
      return put (self, FIELD_DAY, value);
    case 'D':
      return put (self, FIELD_DAY_OF_YEAR, value);
    case 'H':
      return value <= 23 && put (self, FIELD_HOUR, value);
    case 'k':
      return value >= 1 && value <= 24 && put (self, FIELD_HOUR, value % 24);
    case 'K':
      return value <= 11 && put (self, FIELD_HOUR_OF_HALF, value);
    case 'h':
      return value >= 1 && value <= 12 && put (self, FIELD_HOUR_OF_HALF, value % 12);
    case 'm':
      return value <= 59 && put (self, FIELD_MINUTE, value);
    default:
      return value <= 59 && put (self, FIELD_SECOND, value);
    }
}

static gboolean
read_number (Parser          *self,
             const WeirToken *token)
{
  gboolean is_year = token->letter == 'y' && token->count != 2;
  gboolean negative = is_year && self->at < self->end && *self->at == '-';
  gboolean plus = token->pads_sign && self->at < self->end && *self->at == '+';
  guint    n;
  gint64   value;

  self->at += negative || plus;
  n = count_digits (self, token->max + token->reserve);
  if (token->reserve > 0 && token->min != token->max)
    n = MAX (token->min, n > token->reserve ? n - token->reserve : 0);
  n = MIN (n, count_digits (self, MIN (token->max, 18u)));
  if (n < token->min || (token->pads_sign && (plus ? n <= token->min : n > token->min && !negative)))
    return FALSE;
  value = take_digits (self, n);
  if (negative && value == 0)
    return FALSE;
  if (token->letter == 'y' && token->count == 2)
    value += 2000;
  return put_number (self, token->letter, negative ? -value : value);
}

/* One to `count` digits; beyond µs they are cut. */
static gboolean
read_fraction (Parser          *self,
               const WeirToken *token)
{
  guint  n = count_digits (self, token->count);
  gint64 us;

  if (n == 0)
    return FALSE;
  us = take_digits (self, MIN (n, 6));
  for (guint i = n; i < 6; i++)
    us *= 10;
  self->at += n > 6 ? n - 6 : 0;
  return put (self, FIELD_US, us);
}

static gboolean
accept_text (Parser     *self,
             const char *text)
{
  gsize len = strlen (text);

  if ((gsize)(self->end - self->at) < len || g_ascii_strncasecmp (self->at, text, len) != 0)
    return FALSE;
  self->at += len;
  return TRUE;
}

static gboolean
read_text (Parser          *self,
           const WeirToken *token)
{
  guint              n, first;
  const char *const *names = _weir_pattern_names (token, &n, &first);

  for (guint i = 0; i < n; i++)
    if (accept_text (self, names[i]))
      return put (self, token->letter == 'M' ? FIELD_MONTH : token->letter == 'a' ? FIELD_HALF
                                                                                  : FIELD_ERA,
                  i + first);
  return FALSE;
}

/* Two digits below @limit behind an optional separator; restores the place when they are not there. */
static gboolean
read_pair (Parser  *self,
           gboolean colon,
           gint64   limit,
           gint64  *value)
{
  const char *start = self->at;

  *value = 0;
  if (colon && !accept_text (self, ":"))
    return FALSE;
  if (count_digits (self, 2) == 2 && (*value = take_digits (self, 2)) < limit)
    return TRUE;
  self->at = start;
  *value = 0;
  return FALSE;
}

static gboolean
put_offset (Parser *self,
            char    sign,
            gint64  hours,
            gint64  minutes,
            gint64  seconds)
{
  gint64 offset_s = (hours * 60 + minutes) * 60 + seconds;

  return offset_s <= 18 * 3600 && put (self, FIELD_OFFSET, sign == '-' ? -offset_s : offset_s);
}

static gboolean
read_offset (Parser          *self,
             const WeirToken *token)
{
  const WeirOffsetStyle *style = _weir_offset_style (token);
  gint64                 hours, minutes, seconds = 0;
  gboolean               has_minutes;
  char                   sign;

  if (*style->zero == 'Z' && accept_text (self, "Z"))
    return put (self, FIELD_OFFSET, 0);
  if (self->at == self->end || (*self->at != '+' && *self->at != '-'))
    return FALSE;
  sign = *self->at++;
  if (!read_pair (self, FALSE, 19, &hours))
    return FALSE;
  has_minutes = read_pair (self, style->colon, 60, &minutes);
  if (!has_minutes && style->minutes)
    return FALSE;
  if (has_minutes && style->seconds)
    read_pair (self, style->colon, 60, &seconds);
  return put_offset (self, sign, hours, minutes, seconds);
}

static gboolean
read_gmt (Parser          *self,
          const WeirToken *token)
{
  gint64 hours, minutes, seconds = 0;
  guint  n;
  char   sign;

  if (!accept_text (self, "GMT"))
    return FALSE;
  if (self->at == self->end || (*self->at != '+' && *self->at != '-'))
    return put (self, FIELD_OFFSET, 0);
  sign = *self->at++;
  n = count_digits (self, 2);
  if (n == 0 || (token->count == 4 && n != 2))
    return FALSE;
  hours = take_digits (self, n);
  if (!read_pair (self, TRUE, 60, &minutes) && token->count == 4)
    return FALSE;
  if (minutes != 0 || token->count == 4)
    read_pair (self, TRUE, 60, &seconds);
  return put_offset (self, sign, hours, minutes, seconds);
}

/* Names that java.time reads for z and that tzdata does not have as a zone of its own. */
static const char *
zone_of_abbreviation (const char *text,
                      gsize       len)
{
  static const char *const zones[][2] = {
    { "PST", "America/Los_Angeles" },
    { "PDT", "America/Los_Angeles" },
    { "MST", "America/Denver" },
    { "MDT", "America/Denver" },
    { "CST", "America/Chicago" },
    { "CDT", "America/Chicago" },
    { "EST", "America/New_York" },
    { "EDT", "America/New_York" },
    { "BST", "Europe/London" },
    { "CET", "Europe/Paris" },
    { "CEST", "Europe/Paris" },
    { "EET", "Europe/Bucharest" },
    { "EEST", "Europe/Bucharest" },
    { "WET", "Europe/Lisbon" },
    { "WEST", "Europe/Lisbon" },
    { "MSK", "Europe/Moscow" },
    { "IST", "Asia/Kolkata" },
    { "JST", "Asia/Tokyo" },
    { "KST", "Asia/Seoul" },
    { "HKT", "Asia/Hong_Kong" },
    { "AEST", "Australia/Sydney" },
    { "AEDT", "Australia/Sydney" },
    { "NZST", "Pacific/Auckland" },
    { "NZDT", "Pacific/Auckland" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (zones); i++)
    if (strlen (zones[i][0]) == len && g_ascii_strncasecmp (zones[i][0], text, len) == 0)
      return zones[i][1];
  return NULL;
}

static WeirZone *
find_zone (const WeirToken *token,
           const char      *text,
           gsize            len)
{
  const char *name = token->letter == 'z' ? zone_of_abbreviation (text, len) : NULL;

  return name != NULL ? _weir_zone_lookup (name, strlen (name)) : _weir_zone_lookup (text, len);
}

/* The longest text that names a zone; shorter ones only end where a word does. */
static gboolean
read_zone (Parser          *self,
           const WeirToken *token)
{
  const char *stop = self->at;
  WeirZone   *zone;

  while (stop < self->end && stop - self->at < 64 && (g_ascii_isalnum (*stop) || strchr ("/_+-:~.", *stop) != NULL))
    stop++;
  for (; stop > self->at; stop--)
    {
      if (stop < self->end && g_ascii_isalnum (*stop) && g_ascii_isalnum (stop[-1]))
        continue;
      zone = find_zone (token, self->at, (gsize)(stop - self->at));
      if (zone == NULL)
        continue;
      weir_zone_unref (self->zone);
      self->zone = zone;
      self->at = stop;
      return TRUE;
    }
  return FALSE;
}

static gboolean
read_token (Parser          *self,
            const WeirToken *token)
{
  switch (token->kind)
    {
    case WEIR_TOKEN_LITERAL:
      return accept_text (self, token->literal);
    case WEIR_TOKEN_NUMBER:
      return read_number (self, token);
    case WEIR_TOKEN_FRACTION:
      return read_fraction (self, token);
    case WEIR_TOKEN_TEXT:
      return read_text (self, token);
    case WEIR_TOKEN_OFFSET:
      return read_offset (self, token);
    case WEIR_TOKEN_GMT:
      return read_gmt (self, token);
    case WEIR_TOKEN_ZONE:
      return read_zone (self, token);
    case WEIR_TOKEN_OPEN:
    case WEIR_TOKEN_CLOSE:
    default:
      return FALSE;
    }
}

/* Tokens [from, to). An optional section that fails leaves no trace. */
static gboolean
read_tokens (Parser                *self,
             const WeirTimePattern *pattern,
             guint                  from,
             guint                  to)
{
  for (guint i = from; i < to; i++)
    {
      const WeirToken *token = &g_array_index (pattern->tokens, WeirToken, i);

      if (token->kind == WEIR_TOKEN_OPEN)
        {
          Parser before = *self;

          if (before.zone != NULL)
            weir_zone_ref (before.zone);
          if (read_tokens (self, pattern, i + 1, token->jump))
            weir_zone_unref (before.zone);
          else
            {
              weir_zone_unref (self->zone);
              *self = before;
            }
          i = token->jump;
        }
      else if (!read_token (self, token))
        return FALSE;
    }
  return TRUE;
}

/* ---- resolving -------------------------------------------------------------------------------------------------- */

static gint64
get (const Parser *self,
     Field         field,
     gint64        otherwise)
{
  return has (self, field) ? self->value[field] : otherwise;
}

static gboolean
resolve_date (const Parser *self,
              gboolean      has_era,
              gint64       *days)
{
  gint64 year = get (self, FIELD_YEAR, 1970), month = get (self, FIELD_MONTH, 1), day = get (self, FIELD_DAY, 1);

  if (has_era && has (self, FIELD_YEAR))
    {
      if (year < 1)
        return FALSE;
      if (has (self, FIELD_ERA) && self->value[FIELD_ERA] == 0)
        year = 1 - year;
    }
  if (year < -999999 || year > 999999 || !_weir_is_civil (year, month, day))
    return FALSE;
  *days = _weir_days_from_civil (year, (guint)month, (guint)day);
  if (has (self, FIELD_DAY_OF_YEAR) && has (self, FIELD_YEAR))
    {
      gint64 by_day = _weir_days_from_civil (year, 1, 1) + self->value[FIELD_DAY_OF_YEAR] - 1;

      if (self->value[FIELD_DAY_OF_YEAR] < 1 || by_day >= _weir_days_from_civil (year + 1, 1, 1) ||
          (has (self, FIELD_MONTH) && has (self, FIELD_DAY) && by_day != *days))
        return FALSE;
      *days = by_day;
    }
  return TRUE;
}

static gboolean
resolve_time (const Parser *self,
              gint64       *us)
{
  gint64 hour = get (self, FIELD_HOUR_OF_HALF, 0) + 12 * get (self, FIELD_HALF, 0);

  if (has (self, FIELD_HOUR))
    {
      gint64 full = self->value[FIELD_HOUR];

      if ((has (self, FIELD_HALF) && self->value[FIELD_HALF] != full / 12) ||
          (has (self, FIELD_HOUR_OF_HALF) && self->value[FIELD_HOUR_OF_HALF] != full % 12))
        return FALSE;
      hour = full;
    }
  *us = ((hour * 60 + get (self, FIELD_MINUTE, 0)) * 60 + get (self, FIELD_SECOND, 0)) * WEIR_US_PER_SECOND + get (self, FIELD_US, 0);
  return TRUE;
}

static gboolean
resolve (const Parser *self,
         gboolean      has_era,
         WeirZone     *zone,
         gint64       *us)
{
  gint64 days, us_of_day, local_us;

  if (!resolve_date (self, has_era, &days) || !resolve_time (self, &us_of_day) || !_weir_local_us (days, us_of_day, &local_us))
    return FALSE;
  *us = local_us;
  if (zone == NULL)
    return TRUE;
  if (self->zone == NULL && has (self, FIELD_OFFSET))
    return !__builtin_sub_overflow (local_us, self->value[FIELD_OFFSET] * WEIR_US_PER_SECOND, us);
  *us = weir_zone_local_to_utc (self->zone != NULL ? self->zone : zone, local_us);
  return *us != G_MAXINT64 && *us != G_MININT64;
}

gboolean
weir_time_pattern_parse (WeirTimePattern *pattern,
                         const char      *text,
                         gsize            len,
                         WeirZone        *zone,
                         gint64          *us)
{
  Parser   parser = { .at = text, .end = text + len };
  gboolean ok = read_tokens (&parser, pattern, 0, pattern->tokens->len) && parser.at == parser.end &&
                resolve (&parser, pattern->has_era, zone, us);

  weir_zone_unref (parser.zone);
  return ok;
}
