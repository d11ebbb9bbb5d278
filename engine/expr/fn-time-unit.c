/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "expr/families-private.h"
#include "expr/time-private.h"

/* timestampadd(), timestampdiff() and extract(): functions whose first argument names a unit or a field. */

gint64
_weir_unit_length (WeirTimeUnit unit)
{
  static const gint64 lengths[] = {
    1,
    1000,
    WEIR_US_PER_SECOND,
    60 * WEIR_US_PER_SECOND,
    3600 * WEIR_US_PER_SECOND,
    WEIR_US_PER_DAY,
    7 * WEIR_US_PER_DAY,
    1,
    3,
    12,
  };

  return lengths[unit];
}

WeirTimeUnit
_weir_time_unit (const char *name,
                 gsize       len)
{
  static const char *const names[] = { "MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "DAYOFYEAR" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strlen (names[i]) == len && g_ascii_strncasecmp (names[i], name, len) == 0)
      return i == 10 ? WEIR_TIME_UNIT_DAY : (WeirTimeUnit)i;
  return WEIR_TIME_UNIT_NONE;
}

static gboolean
bind_unit (WeirBind *bind,
           GError  **error)
{
  g_autofree char *name = _weir_bind_constant_string (bind, 0);
  WeirTimeUnit     unit = name != NULL ? _weir_time_unit (name, strlen (name)) : WEIR_TIME_UNIT_NONE;

  if (unit == WEIR_TIME_UNIT_NONE)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE.DATETIME_UNIT", bind->span,
                      "The value of parameter(s) `unit` in `%s` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, but got '%s'.",
                      bind->function->name, name != NULL ? name : "");
  bind->data = GINT_TO_POINTER (unit + 1);
  return TRUE;
}

static WeirTimeUnit
unit_of (WeirRow *row)
{
  return (WeirTimeUnit)(GPOINTER_TO_INT (row->expr->data) - 1);
}

static gboolean
row_timestampadd (WeirRow *row)
{
  WeirTimeUnit unit = unit_of (row);
  gint64       n = weir_row_i64 (row, 1), us = weir_row_i64 (row, 2), amount;
  WeirZone    *zone = row->expr->type->kind == WEIR_TYPE_TIMESTAMP ? row->eval->zone : NULL;
  WeirInterval interval = { 0 };

  if (__builtin_mul_overflow (n, unit == WEIR_TIME_UNIT_DAY ? 1 : unit == WEIR_TIME_UNIT_WEEK ? 7
                                                                                              : _weir_unit_length (unit),
                              &amount))
    goto overflow;
  if (unit <= WEIR_TIME_UNIT_HOUR)
    {
      if (__builtin_add_overflow (us, amount, &row->i))
        goto overflow;
      return TRUE;
    }
  if (ABS (amount) > 10000 * 366)
    goto overflow;
  if (unit <= WEIR_TIME_UNIT_WEEK)
    interval.days = (gint32)amount;
  else
    interval.months = (gint32)amount;
  row->i = weir_timestamp_add_interval (us, interval, zone);
  return TRUE;

overflow:
  return _weir_row_fail (row, "DATETIME_OVERFLOW", "Datetime operation overflow: add %" G_GINT64_FORMAT " units.", n);
}

static WeirType *
bind_timestampadd (WeirBind *bind,
                   GError  **error)
{
  if (!bind_unit (bind, error) || !_weir_bind_coerce (bind, 1, WEIR_BIGINT, error) || !_weir_bind_timestamp (bind, 2, error))
    return NULL;
  return weir_type_ref (bind->args[2]->type);
}

/* Whole months from @a to @b, two clocks; cut towards zero. */
static gint64
whole_months (gint64 a,
              gint64 b)
{
  gint64 year_a, year_b, months;
  guint  month_a, day_a, month_b, day_b;
  gint64 rest_a, rest_b;

  weir_civil_from_days ((gint32)weir_floor_div (a, WEIR_US_PER_DAY), &year_a, &month_a, &day_a);
  weir_civil_from_days ((gint32)weir_floor_div (b, WEIR_US_PER_DAY), &year_b, &month_b, &day_b);
  months = (year_b - year_a) * 12 + (gint64)month_b - (gint64)month_a;
  rest_a = day_a * WEIR_US_PER_DAY + weir_floor_mod (a, WEIR_US_PER_DAY);
  rest_b = day_b * WEIR_US_PER_DAY + weir_floor_mod (b, WEIR_US_PER_DAY);
  if (months > 0 && rest_b < rest_a)
    months--;
  else if (months < 0 && rest_b > rest_a)
    months++;
  return months;
}

static gboolean
row_timestampdiff (WeirRow *row)
{
  WeirTimeUnit unit = unit_of (row);
  gint64       a = _weir_row_local (row, 1), b = _weir_row_local (row, 2);

  if (unit >= WEIR_TIME_UNIT_MONTH)
    row->i = whole_months (a, b) / _weir_unit_length (unit);
  else
    row->i = (gint64)(((WeirInt128)b - a) / _weir_unit_length (unit));
  return TRUE;
}

static WeirType *
bind_timestampdiff (WeirBind *bind,
                    GError  **error)
{
  if (!bind_unit (bind, error) || !_weir_bind_timestamp (bind, 1, error) || !_weir_bind_timestamp (bind, 2, error))
    return NULL;
  return weir_type_ref (WEIR_BIGINT);
}

/* extract() ------------------------------------------------------------------------------------------------------- */

static const struct
{
  const char   *names; /* between blanks */
  WeirTimeField field;
} fields[] = {
  { " YEAR Y YEARS YR YRS ", WEIR_FIELD_YEAR },
  { " YEAROFWEEK ", WEIR_FIELD_YEAR_OF_WEEK },
  { " QUARTER QTR ", WEIR_FIELD_QUARTER },
  { " MONTH MON MONS MONTHS ", WEIR_FIELD_MONTH },
  { " WEEK W WEEKS ", WEIR_FIELD_WEEK },
  { " DAY D DAYS ", WEIR_FIELD_DAY },
  { " DAYOFWEEK DOW ", WEIR_FIELD_DAY_OF_WEEK },
  { " DAYOFWEEK_ISO DOW_ISO ", WEIR_FIELD_DAY_OF_WEEK_ISO },
  { " DOY ", WEIR_FIELD_DAY_OF_YEAR },
  { " HOUR H HOURS HR HRS ", WEIR_FIELD_HOUR },
  { " MINUTE M MIN MINS MINUTES ", WEIR_FIELD_MINUTE },
  { " SECOND S SEC SECONDS SECS ", WEIR_FIELD_SECOND },
};

static gboolean
lookup_field (const char    *name,
              WeirTimeField *field)
{
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_autofree char *framed = g_strdup_printf (" %s ", upper);

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strchr (upper, ' ') == NULL && strstr (fields[i].names, framed) != NULL)
      {
        *field = fields[i].field;
        return TRUE;
      }
  return FALSE;
}

static gint64
interval_field (WeirRow      *row,
                WeirTimeField field)
{
  const WeirArg *arg = &row->args[1];
  WeirInterval   interval = { 0 };

  switch ((int)arg->column->type->kind)
    {
    case WEIR_TYPE_INTERVAL_YM:
      interval.months = weir_arg_at (*arg, gint32, row->row);
      break;
    case WEIR_TYPE_INTERVAL_DT:
      interval.us = weir_arg_at (*arg, gint64, row->row);
      interval.days = (gint32)(interval.us / WEIR_US_PER_DAY);
      interval.us %= WEIR_US_PER_DAY;
      break;
    default:
      interval = weir_arg_at (*arg, WeirInterval, row->row);
      break;
    }
  switch ((int)field)
    {
    case WEIR_FIELD_YEAR:
      return interval.months / 12;
    case WEIR_FIELD_MONTH:
      return interval.months % 12;
    case WEIR_FIELD_DAY:
      return interval.days;
    case WEIR_FIELD_HOUR:
      return interval.us / (3600 * WEIR_US_PER_SECOND);
    case WEIR_FIELD_MINUTE:
      return interval.us / (60 * WEIR_US_PER_SECOND) % 60;
    default:
      return interval.us % (60 * WEIR_US_PER_SECOND);
    }
}

static gboolean
row_extract (WeirRow *row)
{
  WeirTimeField field = (WeirTimeField)(GPOINTER_TO_INT (row->expr->data) - 1);
  WeirType     *type = row->args[1].column->type;

  if (type->kind >= WEIR_TYPE_INTERVAL_YM && type->kind <= WEIR_TYPE_INTERVAL)
    row->i = interval_field (row, field);
  else if (type->kind == WEIR_TYPE_DATE)
    row->i = _weir_date_field (weir_row_i32 (row, 1), field);
  else if (field == WEIR_FIELD_SECOND)
    row->i = weir_floor_mod (_weir_row_local (row, 1), 60 * WEIR_US_PER_SECOND);
  else
    row->i = _weir_clock_field (_weir_row_local (row, 1), field);
  row->decimal = row->i;
  return TRUE;
}

static WeirType *
interval_field_type (WeirType     *type,
                     WeirTimeField field)
{
  gboolean months = field == WEIR_FIELD_YEAR || field == WEIR_FIELD_MONTH;
  gboolean times = field == WEIR_FIELD_DAY || field >= WEIR_FIELD_HOUR;

  if ((!months && !times) || (type->kind == WEIR_TYPE_INTERVAL_YM && !months) || (type->kind == WEIR_TYPE_INTERVAL_DT && !times))
    return NULL;
  if (field == WEIR_FIELD_SECOND)
    return weir_type_new_decimal (8, 6);
  return weir_type_ref (field == WEIR_FIELD_YEAR || field == WEIR_FIELD_DAY ? WEIR_INT : WEIR_TINYINT);
}

static WeirType *
bind_extract (WeirBind *bind,
              GError  **error)
{
  g_autofree char *name = _weir_bind_constant_string (bind, 0);
  WeirTimeField    field = WEIR_FIELD_YEAR;
  gboolean         known = name != NULL && lookup_field (name, &field);
  WeirType        *type = bind->args[1]->type, *result = NULL;

  if (name == NULL)
    {
      g_autoptr (WeirColumn) constant = _weir_bind_constant (bind, 0);

      if (constant == NULL)
        return weir_fail (error, WEIR_ERROR_ANALYZE, "NON_FOLDABLE_ARGUMENT", bind->span,
                          "The function `%s` requires the parameter `field` to be a foldable expression of the type \"STRING\", but the actual argument is a non-foldable.", bind->function->name),
               NULL;
      bind->args[0] = _weir_expr_cast (bind->args[0], WEIR_STRING, FALSE);
      bind->nullable = TRUE;
      return weir_type_ref (WEIR_DOUBLE);
    }
  bind->data = GINT_TO_POINTER (field + 1);
  if (known && type->kind >= WEIR_TYPE_INTERVAL_YM && type->kind <= WEIR_TYPE_INTERVAL)
    result = interval_field_type (type, field);
  else if (known)
    {
      if (type->kind == WEIR_TYPE_DATE && field >= WEIR_FIELD_HOUR)
        bind->args[1] = _weir_expr_cast (bind->args[1], WEIR_TIMESTAMP, FALSE);
      else if (type->kind != WEIR_TYPE_DATE && !_weir_bind_timestamp (bind, 1, error))
        return NULL;
      result = field == WEIR_FIELD_SECOND ? weir_type_new_decimal (8, 6) : weir_type_ref (WEIR_INT);
    }
  if (result == NULL)
    weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_EXTRACT_FIELD", bind->span, "Cannot extract `%s` from \"%s\".",
               name, _weir_expr_name (bind->args[1]));
  return result;
}

#define GROUP "datetime"

static const WeirFunction functions[] = {
  { WEIR_ROW_FAILS ("timestampadd", GROUP, "timestampadd(unit, n, timestamp)", "The timestamp n units later.", "SELECT timestampadd(HOUR, 1, timestamp'2022-02-14 01:02:03')", 3, 3, NULL, row_timestampadd), .bind = bind_timestampadd },
  { WEIR_ROW ("timestampdiff", GROUP, "timestampdiff(unit, start, end)", "Whole units from start to end.", "SELECT timestampdiff(HOUR, timestamp'2022-02-14 01:02:03', timestamp'2022-02-14 12:00:03')", 3, 3, NULL, row_timestampdiff), .bind = bind_timestampdiff },
  { WEIR_ROW ("date_part", GROUP, "date_part(field, source)", "A field of a date, timestamp or interval.", "SELECT date_part('YEAR', DATE'2019-08-12')", 2, 2, NULL, row_extract), .bind = bind_extract },
  { WEIR_ROW ("datepart", GROUP, "datepart(field, source)", "A field of a date, timestamp or interval.", "SELECT datepart('YEAR', DATE'2019-08-12')", 2, 2, NULL, row_extract), .bind = bind_extract, .print = "datepart($1 FROM $2)" },
  { WEIR_ROW ("extract", GROUP, "extract(field FROM source)", "A field of a date, timestamp or interval.", "SELECT extract(YEAR FROM DATE'2019-08-12')", 2, 2, NULL, row_extract), .bind = bind_extract, .print = "extract($1 FROM $2)" },
};

const WeirFamily _weir_family_time_unit = { functions, G_N_ELEMENTS (functions) };
