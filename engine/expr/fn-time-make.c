/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/decimal.h"
#include "expr/families-private.h"
#include "expr/time-private.h"

/* Dates, timestamps and intervals from numbers. Seconds are DECIMAL(16,6), in an interval DECIMAL(18,6). */

static gboolean
is_try (WeirRow *row)
{
  return strstr (row->expr->function->name, "try_") != NULL;
}

static gboolean
fail_field (WeirRow    *row,
            const char *field,
            gint64      value)
{
  if (is_try (row))
    return FALSE;
  return _weir_row_fail (row, "DATETIME_FIELD_OUT_OF_BOUNDS.WITH_SUGGESTION", "Invalid value for %s: %" G_GINT64_FORMAT ". If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.",
                         field, value);
}

static gboolean
make_days (WeirRow *row,
           gint64  *days)
{
  gint64 year = weir_row_i32 (row, 0), month = weir_row_i32 (row, 1), day = weir_row_i32 (row, 2);

  if (year < -290307 || year > 294247)
    return fail_field (row, "Year", year);
  if (month < 1 || month > 12)
    return fail_field (row, "MonthOfYear", month);
  if (day < 1 || day > weir_days_in_month (year, (guint)month))
    return fail_field (row, "DayOfMonth", day);
  *days = weir_days_from_civil (year, (guint)month, (guint)day);
  return TRUE;
}

static gboolean
row_make_date (WeirRow *row)
{
  return make_days (row, &row->i);
}

static gboolean
make_clock (WeirRow *row,
            gint64  *us)
{
  gint64 days = 0, hour = weir_row_i32 (row, 3), minute = weir_row_i32 (row, 4);
  gint64 second = (gint64)weir_arg_at (row->args[5], WeirInt128, row->row);

  if (!make_days (row, &days))
    return FALSE;
  if (hour < 0 || hour > 23)
    return fail_field (row, "HourOfDay", hour);
  if (minute < 0 || minute > 59)
    return fail_field (row, "MinuteOfHour", minute);
  if (second > 60 * WEIR_US_PER_SECOND && second < 61 * WEIR_US_PER_SECOND && !is_try (row))
    return _weir_row_fail (row, "INVALID_FRACTION_OF_SECOND", "Valid range for seconds is [0, 60] (inclusive), but the provided value is %" G_GINT64_FORMAT ".%06d.",
                           second / WEIR_US_PER_SECOND, (int)(second % WEIR_US_PER_SECOND));
  if (second < 0 || second > 60 * WEIR_US_PER_SECOND)
    return fail_field (row, "SecondOfMinute", second / WEIR_US_PER_SECOND);
  *us = days * WEIR_US_PER_DAY + (hour * 60 + minute) * 60 * WEIR_US_PER_SECOND + second;
  return TRUE;
}

static gboolean
row_make_timestamp (WeirRow *row)
{
  g_autoptr (WeirZone) zone = NULL;

  if (!make_clock (row, &row->i))
    return FALSE;
  if (row->expr->type->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    return TRUE;
  zone = row->n_args > 6 ? _weir_row_zone (row, 6) : weir_zone_ref (row->eval->zone);
  if (zone == NULL)
    return FALSE;
  row->i = weir_zone_local_to_utc (zone, row->i);
  return TRUE;
}

static WeirType *
bind_make_timestamp (WeirBind *bind,
                     GError  **error)
{
  g_autoptr (WeirType) seconds = weir_type_new_decimal (16, 6);

  for (guint i = 0; i < 5; i++)
    if (!_weir_bind_coerce (bind, i, WEIR_INT, error))
      return NULL;
  if (!_weir_bind_coerce (bind, 5, seconds, error) || (bind->n_args > 6 && !_weir_bind_coerce (bind, 6, WEIR_STRING, error)))
    return NULL;
  if (strstr (bind->function->name, "try_") != NULL)
    bind->nullable = TRUE;
  return weir_type_ref (g_str_has_suffix (bind->function->name, "_ntz") ? WEIR_TIMESTAMP_NTZ : WEIR_TIMESTAMP);
}

/* A date and a TIME: there is no TIME here, so only NULLs fit. */
static WeirExpr *
midnight_and_time (WeirBind *bind,
                   WeirType *type,
                   GError  **error)
{
  gboolean fits = bind->args[1]->type->kind == WEIR_TYPE_VOID;

  if (!fits)
    _weir_bind_mismatch (bind, 1, "TIME", error);
  for (guint i = 0; i < bind->n_args; i++)
    g_clear_pointer (&bind->args[i], weir_expr_unref);
  return fits ? weir_expr_new_null (type) : NULL;
}

/* Of a date alone: its midnight. */
static WeirExpr *
rewrite_make_timestamp (WeirBind *bind,
                        GError  **error)
{
  const char      *suffix = g_str_has_suffix (bind->function->name, "_ntz") ? "_ntz" : "";
  g_autofree char *name = g_strdup_printf ("%smake_clock%s", bind->function->name[0] == 't' ? "_try_" : "_", suffix);

  if (bind->n_args == 2 || bind->n_args == 3)
    return midnight_and_time (bind, suffix[0] != '\0' ? WEIR_TIMESTAMP_NTZ : WEIR_TIMESTAMP, error);
  if (bind->n_args == 1 && !_weir_bind_coerce (bind, 0, WEIR_DATE, error))
    {
      weir_expr_unref (bind->args[0]);
      return NULL;
    }
  if (bind->n_args == 1)
    return _weir_expr_cast (bind->args[0], suffix[0] != '\0' ? WEIR_TIMESTAMP_NTZ : WEIR_TIMESTAMP, bind->function->name[0] == 't');
  return weir_expr_new_call (name, bind->args, bind->n_args, bind->span, bind->zone, error);
}

static gboolean
fail_interval (WeirRow *row)
{
  if (is_try (row))
    return FALSE;
  return _weir_row_fail (row, "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "Integer overflow while operating with intervals.");
}

static gboolean
row_make_interval (WeirRow *row)
{
  gint64     months = (gint64)weir_row_i32 (row, 0) * 12 + weir_row_i32 (row, 1);
  gint64     days = (gint64)weir_row_i32 (row, 2) * 7 + weir_row_i32 (row, 3);
  WeirInt128 us = ((WeirInt128)weir_row_i32 (row, 4) * 60 + weir_row_i32 (row, 5)) * 60 * WEIR_US_PER_SECOND + weir_arg_at (row->args[6], WeirInt128, row->row);

  if (months != (gint32)months || days != (gint32)days || us != (gint64)us)
    return fail_interval (row);
  row->interval = (WeirInterval){ (gint32)months, (gint32)days, (gint64)us };
  return TRUE;
}

static gboolean
row_make_dt_interval (WeirRow *row)
{
  WeirInt128 us = (((WeirInt128)weir_row_i32 (row, 0) * 24 + weir_row_i32 (row, 1)) * 60 + weir_row_i32 (row, 2)) * 60 * WEIR_US_PER_SECOND + weir_arg_at (row->args[3], WeirInt128, row->row);

  row->i = (gint64)us;
  return row->i == us ? TRUE : fail_interval (row);
}

static gboolean
row_make_ym_interval (WeirRow *row)
{
  row->i = (gint64)weir_row_i32 (row, 0) * 12 + weir_row_i32 (row, 1);
  return row->i == (gint32)row->i ? TRUE : fail_interval (row);
}

/* Missing parts are 0; the last of make_interval() and make_dt_interval() are seconds. */
static WeirType *
bind_make_interval (WeirBind *bind,
                    GError  **error)
{
  g_autoptr (WeirType) seconds = weir_type_new_decimal (18, 6);
  guint                n = (guint)bind->function->n_args_max;
  gboolean             months_only = strstr (bind->function->name, "_ym_") != NULL;

  while (bind->n_args < n)
    {
      WeirExpr *zero = weir_expr_new_int (0);

      if (bind->n_args + 1 == n && !months_only)
        zero = weir_expr_with_name (weir_expr_fold (_weir_expr_cast (zero, seconds, FALSE), bind->zone), "0.000000");
      _weir_bind_append (bind, zero);
    }
  for (guint i = 0; i < n; i++)
    if (!_weir_bind_coerce (bind, i, i + 1 == n && !months_only ? seconds : WEIR_INT, error))
      return NULL;
  if (bind->function->name[0] == 't')
    bind->nullable = TRUE;
  return weir_type_ref (weir_type_simple (months_only ? WEIR_TYPE_INTERVAL_YM : strstr (bind->function->name, "_dt_") != NULL ? WEIR_TYPE_INTERVAL_DT
                                                                                                                              : WEIR_TYPE_INTERVAL));
}

#define GROUP "datetime"
#define CLOCK(name_, print_)                                                                                                                                                                                                                                            \
  {                                                                                                                                                                                                                                                                     \
    WEIR_ROW_FAILS (name_, GROUP, name_ "(year, month, day, hour, minute, second[, zone])", "The timestamp of these parts.", "SELECT make_timestamp(2014, 12, 28, 6, 30, 45.887)", 6, 7, NULL, row_make_timestamp), .bind = bind_make_timestamp, .print = print_ "($*)" \
  }
#define TIMESTAMP(name_, max_)                                                                                                                                                                                                        \
  {                                                                                                                                                                                                                                   \
    WEIR_REWRITE (name_, GROUP, name_ "(year, month, day, hour, minute, second[, zone])", "The timestamp of these parts, or of a date's midnight.", "SELECT " name_ "(2014, 12, 28, 6, 30, 45.887)", 1, max_, rewrite_make_timestamp) \
  }
#define INTERVAL(name_, signature_, max_, row_)                                                                                                          \
  {                                                                                                                                                      \
    WEIR_ROW_FAILS (name_, GROUP, signature_, "The interval of these parts.", "SELECT " name_ "(1, 2)", 0, max_, NULL, row_), .bind = bind_make_interval \
  }

static const WeirFunction functions[] = {
  { WEIR_ROW_FAILS ("make_date", GROUP, "make_date(year, month, day)", "The date of these parts.", "SELECT make_date(2013, 7, 15)", 3, 3, "iii>D", row_make_date) },
  CLOCK ("_make_clock", "make_timestamp"),
  CLOCK ("_make_clock_ntz", "make_timestamp_ntz"),
  CLOCK ("_try_make_clock", "try_make_timestamp"),
  CLOCK ("_try_make_clock_ntz", "try_make_timestamp_ntz"),
  TIMESTAMP ("make_timestamp", 7),
  TIMESTAMP ("make_timestamp_ltz", 7),
  TIMESTAMP ("make_timestamp_ntz", 6),
  TIMESTAMP ("try_make_timestamp", 7),
  TIMESTAMP ("try_make_timestamp_ltz", 7),
  TIMESTAMP ("try_make_timestamp_ntz", 6),
  INTERVAL ("make_interval", "make_interval([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]])", 7, row_make_interval),
  INTERVAL ("try_make_interval", "try_make_interval([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]])", 7, row_make_interval),
  INTERVAL ("make_dt_interval", "make_dt_interval([days[, hours[, mins[, secs]]]])", 4, row_make_dt_interval),
  INTERVAL ("make_ym_interval", "make_ym_interval([years[, months]])", 2, row_make_ym_interval),
};

const WeirFamily _weir_family_time_make = { functions, G_N_ELEMENTS (functions) };
