/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "sql/parser-private.h"

/*
 * Intervals as text, after Spark's IntervalUtils.
 *
 * Two families: a list of `value unit` pairs, and the SQL standard's `1 2:03:04.5` between two fields. Only seconds have
 * a fraction; digits beyond the microsecond are cut. All arithmetic is checked.
 */

#define US_PER_SECOND G_GINT64_CONSTANT (1000000)

typedef struct
{
  const char  *word; /* singular */
  WeirSqlField field;
  gint64       scale; /* in months, days or microseconds */
} Unit;

static const Unit units[] = {
  { "year", WEIR_SQL_FIELD_YEAR, 12 },
  { "month", WEIR_SQL_FIELD_MONTH, 1 },
  { "week", WEIR_SQL_FIELD_DAY, 7 },
  { "day", WEIR_SQL_FIELD_DAY, 1 },
  { "hour", WEIR_SQL_FIELD_HOUR, 3600 * US_PER_SECOND },
  { "minute", WEIR_SQL_FIELD_MINUTE, 60 * US_PER_SECOND },
  { "second", WEIR_SQL_FIELD_SECOND, US_PER_SECOND },
  { "millisecond", WEIR_SQL_FIELD_SECOND, 1000 },
  { "microsecond", WEIR_SQL_FIELD_SECOND, 1 },
};

static const Unit *
find_unit (const char *word,
           gsize       len)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gsize n = strlen (units[i].word);

      if (len < n || len > n + 1 || g_ascii_strncasecmp (word, units[i].word, n) != 0)
        continue;
      if (len == n || g_ascii_tolower (word[n]) == 's')
        return &units[i];
    }
  return NULL;
}

gboolean
_weir_sql_is_unit_word (const char *word,
                        gsize       len)
{
  return find_unit (word, len) != NULL;
}

gboolean
_weir_sql_field_from_word (const char   *word,
                           gsize         len,
                           WeirSqlField *field)
{
  const Unit *unit = find_unit (word, len);

  if (unit == NULL || strcmp (unit->word, "week") == 0 || unit->scale == 1000 || (unit->scale == 1 && unit->field == WEIR_SQL_FIELD_SECOND))
    return FALSE;
  *field = unit->field;
  return TRUE;
}

const char *
_weir_sql_field_name (WeirSqlField field)
{
  static const char *const names[] = { "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND" };

  return names[field];
}

void
_weir_sql_interval_init (WeirSqlInterval *interval)
{
  *interval = (WeirSqlInterval){ .first = WEIR_SQL_FIELD_SECOND, .last = WEIR_SQL_FIELD_YEAR };
}

static gboolean
is_space (char c)
{
  return g_ascii_isspace (c) || c == 0x0b;
}

/* Digits at *@pos as a number of the given sign. Built negative first, as the smallest value has no positive twin. */
static gboolean
parse_digits (const char *text,
              gsize       len,
              gsize      *pos,
              gboolean    negative,
              gint64     *value)
{
  gint64 result = 0;

  for (; *pos < len && g_ascii_isdigit (text[*pos]); (*pos)++)
    if (__builtin_mul_overflow (result, 10, &result) || __builtin_sub_overflow (result, text[*pos] - '0', &result))
      return FALSE;
  if (!negative && __builtin_sub_overflow (0, result, &result))
    return FALSE;
  *value = result;
  return TRUE;
}

/* `.123456789` at *@pos in microseconds; nothing there is 0. More than nine digits are too many. */
static gboolean
parse_fraction (const char *text,
                gsize       len,
                gsize      *pos,
                gboolean    negative,
                gint64     *us)
{
  guint n = 0;

  *us = 0;
  if (*pos >= len || text[*pos] != '.')
    return TRUE;
  for ((*pos)++; *pos < len && g_ascii_isdigit (text[*pos]); (*pos)++, n++)
    if (n < 6)
      *us = *us * 10 + (text[*pos] - '0');
  for (guint i = n; i < 6; i++)
    *us *= 10;
  if (negative)
    *us = -*us;
  return n <= 9;
}

static gboolean
add_scaled (WeirSqlInterval *interval,
            WeirSqlField     field,
            gint64           scale,
            gint64           value,
            gint64           fraction_us)
{
  gint64 scaled;

  if (__builtin_mul_overflow (value, scale, &scaled))
    return FALSE;
  if (field <= WEIR_SQL_FIELD_MONTH)
    return !__builtin_add_overflow (scaled, interval->months, &interval->months);
  if (field == WEIR_SQL_FIELD_DAY)
    return !__builtin_add_overflow (scaled, interval->days, &interval->days);
  return !__builtin_add_overflow (scaled, fraction_us, &scaled) &&
         !__builtin_add_overflow (scaled, interval->us, &interval->us);
}

static void
note_field (WeirSqlInterval *interval,
            WeirSqlField     field)
{
  interval->first = MIN (interval->first, field);
  interval->last = MAX (interval->last, field);
}

WeirSqlIntervalStatus
_weir_sql_interval_add (WeirSqlInterval *interval,
                        const char      *value,
                        gsize            value_len,
                        gboolean         negative,
                        const char      *unit_word,
                        gsize            unit_len)
{
  const Unit *unit = find_unit (unit_word, unit_len);
  gsize       pos = 0, digits;
  gint64      number, fraction_us;

  if (unit == NULL)
    return WEIR_SQL_INTERVAL_BAD_UNIT;
  if (pos < value_len && (value[pos] == '-' || value[pos] == '+'))
    negative ^= value[pos++] == '-';
  digits = pos;
  if (!parse_digits (value, value_len, &pos, negative, &number))
    return WEIR_SQL_INTERVAL_OVERFLOW;
  if (pos == digits && (pos + 1 >= value_len || value[pos] != '.'))
    return WEIR_SQL_INTERVAL_BAD;
  if (pos < value_len && value[pos] == '.' && unit->scale != US_PER_SECOND)
    return WEIR_SQL_INTERVAL_BAD;
  if (!parse_fraction (value, value_len, &pos, negative, &fraction_us) || pos != value_len)
    return WEIR_SQL_INTERVAL_BAD;
  note_field (interval, unit->field);
  return add_scaled (interval, unit->field, unit->scale, number, fraction_us) ? WEIR_SQL_INTERVAL_OK : WEIR_SQL_INTERVAL_OVERFLOW;
}

/* One field of `1 2:03:04`; all but the first are bounded. */
static WeirSqlIntervalStatus
parse_field (WeirSqlInterval *interval,
             const char      *text,
             gsize           *pos,
             gboolean         negative,
             WeirSqlField     field,
             gboolean         leading)
{
  static const gint64 limits[] = { 0, 11, 0, 23, 59, 59 };
  static const gint64 scales[] = { 12, 1, 1, 3600 * US_PER_SECOND, 60 * US_PER_SECOND, US_PER_SECOND };
  gsize               len = strlen (text), start = *pos;
  gint64              value, fraction_us = 0;

  if (!parse_digits (text, len, pos, negative, &value))
    return WEIR_SQL_INTERVAL_OVERFLOW;
  if (*pos == start && !(field == WEIR_SQL_FIELD_SECOND && leading && text[*pos] == '.'))
    return WEIR_SQL_INTERVAL_BAD;
  if (!leading && *pos - start > 2)
    return WEIR_SQL_INTERVAL_BAD;
  if (!leading && (value > limits[field] || value < -limits[field]))
    return WEIR_SQL_INTERVAL_OVERFLOW;
  if (field == WEIR_SQL_FIELD_SECOND && !parse_fraction (text, len, pos, negative, &fraction_us))
    return WEIR_SQL_INTERVAL_BAD;
  return add_scaled (interval, field, scales[field], value, fraction_us) ? WEIR_SQL_INTERVAL_OK : WEIR_SQL_INTERVAL_OVERFLOW;
}

WeirSqlIntervalStatus
_weir_sql_interval_from_to (WeirSqlInterval *interval,
                            const char      *text,
                            gboolean         negative,
                            WeirSqlField     first,
                            WeirSqlField     last)
{
  gsize pos = 0;

  _weir_sql_interval_init (interval);
  interval->first = first;
  interval->last = last;
  while (is_space (text[pos]))
    pos++;
  if (text[pos] == '-' || text[pos] == '+')
    negative ^= text[pos++] == '-';
  for (WeirSqlField field = first; field <= last; field++)
    {
      WeirSqlIntervalStatus status = parse_field (interval, text, &pos, negative, field, field == first);

      if (status != WEIR_SQL_INTERVAL_OK)
        return status;
      if (field == last)
        break;
      if (text[pos] != (field == WEIR_SQL_FIELD_YEAR ? '-' : field == WEIR_SQL_FIELD_DAY ? ' '
                                                                                         : ':'))
        return WEIR_SQL_INTERVAL_BAD;
      while (text[++pos] == ' ' && field == WEIR_SQL_FIELD_DAY)
        ;
    }
  while (is_space (text[pos]))
    pos++;
  return text[pos] == '\0' ? WEIR_SQL_INTERVAL_OK : WEIR_SQL_INTERVAL_BAD;
}

static void
skip_spaces (const char **text)
{
  while (is_space (**text))
    (*text)++;
}

/* `interval` in front; it must not run into what follows. */
static void
skip_interval_word (const char **text)
{
  if (g_ascii_strncasecmp (*text, "interval", 8) == 0 && (is_space ((*text)[8]) || (*text)[8] == '\''))
    *text += 8;
  skip_spaces (text);
}

/* One `[sign] value unit` at *@text, the value possibly in quotes. */
static WeirSqlIntervalStatus
add_pair (WeirSqlInterval *interval,
          const char     **text)
{
  gboolean    negative = FALSE, quoted;
  const char *value;
  gsize       value_len, unit_len = 0;

  if (**text == '-' || **text == '+')
    negative = *(*text)++ == '-';
  skip_spaces (text);
  quoted = **text == '\'';
  if (quoted)
    (*text)++;
  value = *text;
  value_len = strspn (value, quoted ? "+-0123456789." : "0123456789.");
  *text += value_len;
  if (quoted && *(*text)++ != '\'')
    return WEIR_SQL_INTERVAL_BAD;
  if (value_len == 0 || (!quoted && !is_space (**text)))
    return WEIR_SQL_INTERVAL_BAD;
  skip_spaces (text);
  while (g_ascii_isalpha ((*text)[unit_len]))
    unit_len++;
  if (unit_len == 0)
    return WEIR_SQL_INTERVAL_BAD;
  *text += unit_len;
  return _weir_sql_interval_add (interval, value, value_len, negative, *text - unit_len, unit_len);
}

WeirSqlIntervalStatus
_weir_sql_interval_from_text (WeirSqlInterval *interval,
                              const char      *text)
{
  _weir_sql_interval_init (interval);
  skip_spaces (&text);
  skip_interval_word (&text);
  if (*text == '\0')
    return WEIR_SQL_INTERVAL_BAD;
  while (*text != '\0')
    {
      WeirSqlIntervalStatus status = add_pair (interval, &text);

      if (status != WEIR_SQL_INTERVAL_OK)
        return status;
      if (*text != '\0' && !is_space (*text))
        return WEIR_SQL_INTERVAL_BAD;
      skip_spaces (&text);
    }
  return WEIR_SQL_INTERVAL_OK;
}

gboolean
weir_sql_parse_interval (const char      *text,
                         WeirSpan         span,
                         WeirSqlInterval *interval,
                         GError         **error)
{
  switch (_weir_sql_interval_from_text (interval, text))
    {
    case WEIR_SQL_INTERVAL_OK:
      return TRUE;
    case WEIR_SQL_INTERVAL_BAD_UNIT:
      return weir_fail (error, WEIR_ERROR_PARSE, "INVALID_INTERVAL_FORMAT.INVALID_UNIT", span,
                        "Error parsing '%s' to interval. Please ensure that the value provided is in a valid format for defining an interval. "
                        "The unit is unknown.",
                        text);
    case WEIR_SQL_INTERVAL_OVERFLOW:
      return weir_fail (error, WEIR_ERROR_PARSE, "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", span,
                        "Error parsing '%s' to interval: the value is out of range.", text);
    default:
      return weir_fail (error, WEIR_ERROR_PARSE, "INVALID_INTERVAL_FORMAT.INVALID_VALUE", span,
                        "Error parsing '%s' to interval. It should be like '10 seconds' or '1 day 2 hours'.", text);
    }
}
