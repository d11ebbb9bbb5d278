/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>

#include "expr/families-private.h"
#include "expr/time-private.h"

/* Dates: parts, sums, differences, truncation. */

/* Monday of ISO week 1 of the year. */
static gint32
iso_year_start (gint64 year)
{
  gint32 fourth = weir_days_from_civil (year, 1, 4);

  return fourth - (gint32)weir_floor_mod (fourth + 3, 7);
}

static gint64
iso_year (gint32 days)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  if (days >= iso_year_start (year + 1))
    return year + 1;
  return days < iso_year_start (year) ? year - 1 : year;
}

gint64
_weir_date_field (gint32        days,
                  WeirTimeField field)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  switch ((int)field)
    {
    case WEIR_FIELD_YEAR:
      return year;
    case WEIR_FIELD_YEAR_OF_WEEK:
      return iso_year (days);
    case WEIR_FIELD_QUARTER:
      return (month + 2) / 3;
    case WEIR_FIELD_MONTH:
      return month;
    case WEIR_FIELD_WEEK:
      return (days - iso_year_start (iso_year (days))) / 7 + 1;
    case WEIR_FIELD_DAY:
      return day;
    case WEIR_FIELD_DAY_OF_WEEK:
      return weir_floor_mod (days + 4, 7) + 1;
    case WEIR_FIELD_DAY_OF_WEEK_ISO:
      return weir_floor_mod (days + 3, 7) + 1;
    case WEIR_FIELD_WEEKDAY:
      return weir_floor_mod (days + 3, 7);
    default:
      return days - weir_days_from_civil (year, 1, 1) + 1;
    }
}

gint64
_weir_clock_field (gint64        local_us,
                   WeirTimeField field)
{
  gint64 second = weir_floor_mod (local_us, WEIR_US_PER_DAY) / WEIR_US_PER_SECOND;

  switch ((int)field)
    {
    case WEIR_FIELD_HOUR:
      return second / 3600;
    case WEIR_FIELD_MINUTE:
      return second / 60 % 60;
    case WEIR_FIELD_SECOND:
      return second % 60;
    default:
      return _weir_date_field ((gint32)weir_floor_div (local_us, WEIR_US_PER_DAY), field);
    }
}

static gboolean
row_field (WeirRow *row)
{
  row->i = _weir_date_field (weir_row_i32 (row, 0), (WeirTimeField)GPOINTER_TO_INT (row->expr->function->impl));
  return TRUE;
}

gint64
_weir_row_local (WeirRow *row,
                 guint    i)
{
  gint64 us = weir_row_i64 (row, i);

  return row->args[i].column->type->kind == WEIR_TYPE_TIMESTAMP ? weir_zone_utc_to_local (row->eval->zone, us) : us;
}

gboolean
_weir_bind_timestamp (WeirBind *bind,
                      guint     i,
                      GError  **error)
{
  return bind->args[i]->type->kind == WEIR_TYPE_TIMESTAMP_NTZ || _weir_bind_coerce (bind, i, WEIR_TIMESTAMP, error);
}

static WeirType *
bind_clock (WeirBind *bind,
            GError  **error)
{
  return _weir_bind_timestamp (bind, 0, error) ? weir_type_ref (WEIR_INT) : NULL;
}

static gboolean
row_clock (WeirRow *row)
{
  row->i = _weir_clock_field (_weir_row_local (row, 0), (WeirTimeField)GPOINTER_TO_INT (row->expr->function->impl));
  return TRUE;
}

static gboolean
row_dayname (WeirRow *row)
{
  static const char *const names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

  g_string_append (row->text, names[_weir_date_field (weir_row_i32 (row, 0), WEIR_FIELD_WEEKDAY)]);
  return TRUE;
}

static gboolean
row_monthname (WeirRow *row)
{
  static const char *const names[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

  g_string_append (row->text, names[_weir_date_field (weir_row_i32 (row, 0), WEIR_FIELD_MONTH) - 1]);
  return TRUE;
}

static gboolean
row_date_add (WeirRow *row)
{
  gboolean negate = row->expr->function->impl != NULL;
  gint64   days = (gint64)weir_row_i32 (row, 0) + (negate ? -1 : 1) * (gint64)weir_row_i32 (row, 1);

  if (days != (gint32)days)
    return _weir_row_fail (row, "DATETIME_OVERFLOW", "Datetime operation overflow: add %d days.", weir_row_i32 (row, 1));
  row->i = days;
  return TRUE;
}

/* Days are an INT: a BIGINT is refused, as Spark does. */
static WeirType *
bind_date_add (WeirBind *bind,
               GError  **error)
{
  WeirTypeKind kind = bind->args[1]->type->kind;

  if (kind == WEIR_TYPE_BIGINT || kind == WEIR_TYPE_DECIMAL || kind == WEIR_TYPE_DOUBLE || kind == WEIR_TYPE_FLOAT)
    return _weir_bind_mismatch (bind, 1, "INT\" or \"SMALLINT\" or \"TINYINT", error), NULL;
  if (!_weir_bind_coerce (bind, 0, WEIR_DATE, error) || !_weir_bind_coerce (bind, 1, WEIR_INT, error))
    return NULL;
  return weir_type_ref (WEIR_DATE);
}

static gboolean
row_datediff (WeirRow *row)
{
  row->i = (gint64)weir_row_i32 (row, 0) - weir_row_i32 (row, 1);
  return TRUE;
}

static gboolean
row_add_months (WeirRow *row)
{
  row->i = weir_date_add_months (weir_row_i32 (row, 0), weir_row_i32 (row, 1));
  return TRUE;
}

static gboolean
row_last_day (WeirRow *row)
{
  gint32 days = weir_row_i32 (row, 0);
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  row->i = days - (gint32)day + (gint32)weir_days_in_month (year, month);
  return TRUE;
}

/* Thursday is 0, as day 0 of the epoch was one; −1 for no day. */
static int
weekday_of (const char *name,
            gsize       len)
{
  static const char *const days[][3] = {
    { "TH", "THU", "THURSDAY" },
    { "FR", "FRI", "FRIDAY" },
    { "SA", "SAT", "SATURDAY" },
    { "SU", "SUN", "SUNDAY" },
    { "MO", "MON", "MONDAY" },
    { "TU", "TUE", "TUESDAY" },
    { "WE", "WED", "WEDNESDAY" },
  };

  for (guint d = 0; d < 7; d++)
    for (guint k = 0; k < 3; k++)
      if (strlen (days[d][k]) == len && g_ascii_strncasecmp (days[d][k], name, len) == 0)
        return (int)d;
  return -1;
}

static gboolean
row_next_day (WeirRow *row)
{
  gint32      days = weir_row_i32 (row, 0);
  gsize       len;
  const char *name = weir_row_text (row, 1, &len);
  int         weekday;

  _weir_trim_all (&name, &len);
  weekday = weekday_of (name, len);
  if (weekday < 0)
    return _weir_row_fail (row, "ILLEGAL_DAY_OF_WEEK", "Illegal input for day of week: %.*s.", (int)len, name);
  row->i = days + 1 + weir_floor_mod (weekday - 1 - days, 7);
  return TRUE;
}

WeirTimeUnit
_weir_trunc_unit (const char *name,
                  gsize       len)
{
  static const struct
  {
    const char  *name;
    WeirTimeUnit unit;
  } units[] = {
    { "MICROSECOND", WEIR_TIME_UNIT_MICROSECOND },
    { "MILLISECOND", WEIR_TIME_UNIT_MILLISECOND },
    { "SECOND", WEIR_TIME_UNIT_SECOND },
    { "MINUTE", WEIR_TIME_UNIT_MINUTE },
    { "HOUR", WEIR_TIME_UNIT_HOUR },
    { "DAY", WEIR_TIME_UNIT_DAY },
    { "DD", WEIR_TIME_UNIT_DAY },
    { "WEEK", WEIR_TIME_UNIT_WEEK },
    { "MONTH", WEIR_TIME_UNIT_MONTH },
    { "MON", WEIR_TIME_UNIT_MONTH },
    { "MM", WEIR_TIME_UNIT_MONTH },
    { "QUARTER", WEIR_TIME_UNIT_QUARTER },
    { "YEAR", WEIR_TIME_UNIT_YEAR },
    { "YYYY", WEIR_TIME_UNIT_YEAR },
    { "YY", WEIR_TIME_UNIT_YEAR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == len && g_ascii_strncasecmp (units[i].name, name, len) == 0)
      return units[i].unit;
  return WEIR_TIME_UNIT_NONE;
}

gint32
_weir_date_trunc (gint32       days,
                  WeirTimeUnit unit)
{
  gint64 year;
  guint  month, day;

  if (unit == WEIR_TIME_UNIT_WEEK)
    return days - (gint32)weir_floor_mod (days + 3, 7);
  weir_civil_from_days (days, &year, &month, &day);
  if (unit == WEIR_TIME_UNIT_YEAR)
    return weir_days_from_civil (year, 1, 1);
  if (unit == WEIR_TIME_UNIT_QUARTER)
    month = (month - 1) / 3 * 3 + 1;
  return weir_days_from_civil (year, month, 1);
}

static gboolean
row_trunc (WeirRow *row)
{
  gsize        len;
  const char  *name = weir_row_text (row, 1, &len);
  WeirTimeUnit unit = _weir_trunc_unit (name, len);

  if (unit < WEIR_TIME_UNIT_WEEK || unit == WEIR_TIME_UNIT_NONE)
    return FALSE;
  row->i = _weir_date_trunc (weir_row_i32 (row, 0), unit);
  return TRUE;
}

static gint64
trunc_timestamp (gint64       us,
                 WeirTimeUnit unit,
                 WeirZone    *zone)
{
  gint64 length = unit <= WEIR_TIME_UNIT_DAY ? _weir_unit_length (unit) : 0;
  gint64 local, offset;

  if (unit <= WEIR_TIME_UNIT_SECOND)
    return us - weir_floor_mod (us, length);
  local = weir_zone_utc_to_local (zone, us);
  offset = local - us;
  /* Within an hour the offset in force stays, also where the clock shows it twice. */
  if (unit <= WEIR_TIME_UNIT_HOUR)
    return local - weir_floor_mod (local, length) - offset;
  if (unit == WEIR_TIME_UNIT_DAY)
    return weir_zone_local_to_utc (zone, local - weir_floor_mod (local, length));
  return weir_zone_local_to_utc (zone, (gint64)_weir_date_trunc ((gint32)weir_floor_div (local, WEIR_US_PER_DAY), unit) * WEIR_US_PER_DAY);
}

static gboolean
row_date_trunc (WeirRow *row)
{
  WeirTimeUnit unit;

  if (row->expr->data != NULL)
    unit = (WeirTimeUnit)(GPOINTER_TO_INT (row->expr->data) - 1);
  else
    {
      gsize       len;
      const char *name = weir_row_text (row, 0, &len);

      unit = _weir_trunc_unit (name, len);
    }
  if (unit == WEIR_TIME_UNIT_NONE)
    return FALSE;
  row->i = trunc_timestamp (weir_row_i64 (row, 1), unit, row->eval->zone);
  return TRUE;
}

static WeirType *
bind_date_trunc (WeirBind *bind,
                 GError  **error)
{
  WeirType        *type = _weir_bind_types (bind, error);
  g_autofree char *unit = type != NULL ? _weir_bind_constant_string (bind, 0) : NULL;

  if (unit != NULL)
    bind->data = GINT_TO_POINTER (_weir_trunc_unit (unit, strlen (unit)) + 1);
  bind->nullable = TRUE;
  return type;
}

static gboolean
is_last_day (gint32 days)
{
  gint64 year;
  guint  month, day;

  weir_civil_from_days (days, &year, &month, &day);
  return day == weir_days_in_month (year, month);
}

/* Whole months when both are the same day of the month or last days; else the rest counts in 31sts of a month. */
static gboolean
row_months_between (WeirRow *row)
{
  gint64 a = _weir_row_local (row, 0), b = _weir_row_local (row, 1);
  gint32 days_a = (gint32)weir_floor_div (a, WEIR_US_PER_DAY), days_b = (gint32)weir_floor_div (b, WEIR_US_PER_DAY);
  gint64 year_a, year_b;
  guint  month_a, day_a, month_b, day_b;
  double months, seconds;

  weir_civil_from_days (days_a, &year_a, &month_a, &day_a);
  weir_civil_from_days (days_b, &year_b, &month_b, &day_b);
  months = (double)((year_a - year_b) * 12 + (gint64)month_a - (gint64)month_b);
  if (day_a != day_b && !(is_last_day (days_a) && is_last_day (days_b)))
    {
      seconds = (double)(weir_floor_mod (a, WEIR_US_PER_DAY) / WEIR_US_PER_SECOND - weir_floor_mod (b, WEIR_US_PER_DAY) / WEIR_US_PER_SECOND);
      months += (((double)day_a - (double)day_b) * 86400 + seconds) / (31 * 86400.0);
      if (weir_row_bool (row, 2))
        months = round (months * 1e8) / 1e8;
    }
  row->d = months;
  return TRUE;
}

static WeirType *
bind_months_between (WeirBind *bind,
                     GError  **error)
{
  if (bind->n_args == 2)
    _weir_bind_append (bind, weir_expr_new_bool (TRUE));
  if (!_weir_bind_timestamp (bind, 0, error) || !_weir_bind_timestamp (bind, 1, error) || !_weir_bind_coerce (bind, 2, WEIR_BOOLEAN, error))
    return NULL;
  return weir_type_ref (WEIR_DOUBLE);
}

static WeirExpr *
rewrite_unit_form (WeirBind *bind,
                   GError  **error)
{
  const char *inner = bind->function->impl;
  const char *name = bind->n_args == 3 ? inner + 1 + strlen (inner) : inner;

  return weir_expr_new_call (name, bind->args, bind->n_args, bind->span, bind->zone, error);
}

#define GROUP "datetime"
#define FIELD(name_, doc_, field_)                                                                                                            \
  {                                                                                                                                           \
    WEIR_ROW (name_, GROUP, name_ "(date)", doc_, "SELECT " name_ "('2009-07-30')", 1, 1, "D>i", row_field), .impl = GINT_TO_POINTER (field_) \
  }
#define CLOCK(name_, doc_, field_)                                                                                                                                             \
  {                                                                                                                                                                            \
    WEIR_ROW (name_, GROUP, name_ "(timestamp)", doc_, "SELECT " name_ "('2018-02-14 12:58:59')", 1, 1, NULL, row_clock), .bind = bind_clock, .impl = GINT_TO_POINTER (field_) \
  }

static const WeirFunction functions[] = {
  FIELD ("year", "The year.", WEIR_FIELD_YEAR),
  FIELD ("quarter", "The quarter, 1 to 4.", WEIR_FIELD_QUARTER),
  FIELD ("month", "The month, 1 to 12.", WEIR_FIELD_MONTH),
  FIELD ("weekofyear", "The ISO week of the year.", WEIR_FIELD_WEEK),
  FIELD ("day", "The day of the month.", WEIR_FIELD_DAY),
  FIELD ("dayofmonth", "The day of the month.", WEIR_FIELD_DAY),
  FIELD ("dayofweek", "The day of the week; Sunday is 1.", WEIR_FIELD_DAY_OF_WEEK),
  FIELD ("weekday", "The day of the week; Monday is 0.", WEIR_FIELD_WEEKDAY),
  FIELD ("dayofyear", "The day of the year.", WEIR_FIELD_DAY_OF_YEAR),
  CLOCK ("hour", "The hour.", WEIR_FIELD_HOUR),
  CLOCK ("minute", "The minute.", WEIR_FIELD_MINUTE),
  CLOCK ("second", "The second.", WEIR_FIELD_SECOND),
  { WEIR_ROW ("dayname", GROUP, "dayname(date)", "The short name of the day.", "SELECT dayname('2008-02-20')", 1, 1, "D>s", row_dayname) },
  { WEIR_ROW ("monthname", GROUP, "monthname(date)", "The short name of the month.", "SELECT monthname('2008-02-20')", 1, 1, "D>s", row_monthname) },
  { WEIR_ROW_FAILS ("_date_add", GROUP, "date_add(date, days)", "The date some days later.", "SELECT date_add('2016-07-30', 1)", 2, 2, NULL, row_date_add), .bind = bind_date_add, .print = "date_add($*)" },
  { WEIR_ROW_FAILS ("date_sub", GROUP, "date_sub(date, days)", "The date some days earlier.", "SELECT date_sub('2016-07-30', 1)", 2, 2, NULL, row_date_add), .bind = bind_date_add, .impl = "-" },
  { WEIR_REWRITE ("date_add", GROUP, "date_add(date, days)", "The date some days later.", "SELECT date_add('2016-07-30', 1)", 2, 3, rewrite_unit_form), .impl = "_date_add\0timestampadd" },
  { WEIR_REWRITE ("dateadd", GROUP, "dateadd(date, days)", "The date some days later.", "SELECT dateadd('2016-07-30', 1)", 2, 3, rewrite_unit_form), .impl = "_date_add\0timestampadd", .print = "2date_add($*)" },
  { WEIR_ROW ("_datediff", GROUP, "datediff(end, start)", "Days from start to end.", "SELECT datediff('2009-07-31', '2009-07-30')", 2, 2, "DD>i", row_datediff), .print = "datediff($*)" },
  { WEIR_REWRITE ("datediff", GROUP, "datediff(end, start)", "Days from start to end.", "SELECT datediff('2009-07-31', '2009-07-30')", 2, 3, rewrite_unit_form), .impl = "_datediff\0timestampdiff" },
  { WEIR_REWRITE ("date_diff", GROUP, "date_diff(end, start)", "Days from start to end.", "SELECT date_diff('2009-07-31', '2009-07-30')", 2, 3, rewrite_unit_form), .impl = "_datediff\0timestampdiff" },
  { WEIR_ROW ("add_months", GROUP, "add_months(date, months)", "The date some months later, at most the last of its month.", "SELECT add_months('2016-08-31', 1)", 2, 2, "Di>D", row_add_months) },
  { WEIR_ROW ("last_day", GROUP, "last_day(date)", "The last day of the month.", "SELECT last_day('2009-01-12')", 1, 1, "D>D", row_last_day) },
  { WEIR_ROW_FAILS ("next_day", GROUP, "next_day(date, weekday)", "The first such day of the week later than the date.", "SELECT next_day('2015-01-14', 'TU')", 2, 2, "Ds>D", row_next_day) },
  { WEIR_ROW ("trunc", GROUP, "trunc(date, unit)", "The first day of the date's week, month, quarter or year.", "SELECT trunc('2009-02-12', 'MM')", 2, 2, "Ds>D", row_trunc) },
  { WEIR_ROW ("date_trunc", GROUP, "date_trunc(unit, timestamp)", "The start of the timestamp's unit.", "SELECT date_trunc('HOUR', '2015-03-05T09:32:05.359')", 2, 2, "sT>T", row_date_trunc), .bind = bind_date_trunc },
  { WEIR_ROW ("months_between", GROUP, "months_between(a, b[, round])", "Months from b to a, with a fraction.", "SELECT months_between('1997-02-28 10:30:00', '1996-10-30')", 2, 3, NULL, row_months_between), .bind = bind_months_between },
};

const WeirFamily _weir_family_date = { functions, G_N_ELEMENTS (functions) };
