/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/decimal.h"
#include "expr/families-private.h"
#include "expr/time-private.h"

/*
 * Timestamps: now, epochs, zones, and texts by pattern.
 *
 * A constant pattern is compiled when the call is bound; others are compiled when the text changes from one row to the next.
 */

static gboolean
row_now (WeirRow *row)
{
  row->i = row->eval->now_us;
  return TRUE;
}

static gboolean
row_localtimestamp (WeirRow *row)
{
  row->i = weir_zone_utc_to_local (row->eval->zone, row->eval->now_us);
  return TRUE;
}

static gboolean
row_current_date (WeirRow *row)
{
  row->i = weir_floor_div (weir_zone_utc_to_local (row->eval->zone, row->eval->now_us), WEIR_US_PER_DAY);
  return TRUE;
}

static gboolean
row_current_timezone (WeirRow *row)
{
  g_string_append (row->text, weir_zone_name (row->eval->zone));
  return TRUE;
}

/* Epochs ---------------------------------------------------------------------------------------------------------- */

static gboolean
row_from_epoch (WeirRow *row)
{
  gint64 unit = GPOINTER_TO_INT (row->expr->function->impl);

  if (__builtin_mul_overflow (weir_row_i64 (row, 0), unit, &row->i))
    return _weir_row_fail (row, "ARITHMETIC_OVERFLOW", "long overflow. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
  return TRUE;
}

/* Decimals must come out even in microseconds. */
static gboolean
row_decimal_seconds (WeirRow *row)
{
  guint      scale = row->args[0].column->type->scale;
  WeirInt128 value = weir_arg_at (row->args[0], WeirInt128, row->row), us;

  if (!weir_decimal_rescale (value, scale, 6, WEIR_DECIMAL_DIGITS_MAX, &us) || weir_decimal_compare (us, 6, value, scale) != 0 || us != (gint64)us)
    return _weir_row_fail (row, "ARITHMETIC_OVERFLOW", "The seconds are not a number of microseconds. If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
  row->i = (gint64)us;
  return TRUE;
}

static WeirExpr *
rewrite_timestamp_seconds (WeirBind *bind,
                           GError  **error)
{
  WeirTypeKind kind = bind->args[0]->type->kind;

  if (weir_type_is_integral (bind->args[0]->type) || kind == WEIR_TYPE_VOID)
    return weir_expr_new_call ("_timestamp_seconds", bind->args, 1, bind->span, bind->zone, error);
  if (kind == WEIR_TYPE_DECIMAL)
    return weir_expr_new_call ("_timestamp_decimal", bind->args, 1, bind->span, bind->zone, error);
  if (weir_type_is_numeric (bind->args[0]->type))
    return _weir_expr_cast (bind->args[0], WEIR_TIMESTAMP, FALSE);
  _weir_bind_mismatch (bind, 0, "NUMERIC", error);
  weir_expr_unref (bind->args[0]);
  return NULL;
}

static gboolean
row_to_epoch (WeirRow *row)
{
  row->i = weir_floor_div (weir_row_i64 (row, 0), GPOINTER_TO_INT (row->expr->function->impl));
  return TRUE;
}

static gboolean
row_same_int (WeirRow *row)
{
  row->i = weir_row_i32 (row, 0);
  return TRUE;
}

/* Zones ----------------------------------------------------------------------------------------------------------- */

WeirZone *
_weir_row_zone (WeirRow *row,
                guint    i)
{
  gsize            len;
  const char      *text = weir_row_text (row, i, &len);
  g_autofree char *name = g_strndup (text, len);
  GError          *error = NULL;
  WeirZone        *zone = weir_zone_new (name, &error);

  if (zone == NULL)
    {
      weir_error_set_span (error, row->expr->span);
      if (weir_eval_wants (row->eval, row->row))
        weir_eval_fail (row->eval, row->row, error);
      else
        g_error_free (error);
    }
  return zone;
}

static gboolean
row_from_utc (WeirRow *row)
{
  g_autoptr (WeirZone) zone = _weir_row_zone (row, 1);

  if (zone == NULL)
    return FALSE;
  row->i = weir_zone_utc_to_local (zone, weir_row_i64 (row, 0));
  return TRUE;
}

static gboolean
row_to_utc (WeirRow *row)
{
  g_autoptr (WeirZone) zone = _weir_row_zone (row, 1);

  if (zone == NULL)
    return FALSE;
  row->i = weir_zone_local_to_utc (zone, weir_row_i64 (row, 0));
  return TRUE;
}

static gboolean
row_convert_timezone (WeirRow *row)
{
  g_autoptr (WeirZone) from = _weir_row_zone (row, 0);
  g_autoptr (WeirZone) to = from != NULL ? _weir_row_zone (row, 1) : NULL;

  if (to == NULL)
    return FALSE;
  row->i = weir_zone_utc_to_local (to, weir_zone_local_to_utc (from, weir_row_i64 (row, 2)));
  return TRUE;
}

static WeirExpr *
rewrite_convert_timezone (WeirBind *bind,
                          GError  **error)
{
  if (bind->n_args == 2)
    {
      _weir_bind_append (bind, bind->args[1]);
      bind->args[1] = bind->args[0];
      bind->args[0] = weir_expr_new_call ("current_timezone", NULL, 0, bind->span, bind->zone, error);
    }
  return weir_expr_new_call ("_convert_timezone", bind->args, bind->n_args, bind->span, bind->zone, error);
}

/* Patterns -------------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirTimePattern *pattern; /* Owned */
  char            *source;
  gsize            len;
} PatternScratch;

static void
pattern_scratch_free (gpointer data)
{
  PatternScratch *scratch = data;

  g_clear_pointer (&scratch->pattern, weir_time_pattern_free);
  g_free (scratch->source);
  g_free (scratch);
}

/* Letters of Java's older pattern language: a pattern of these alone once worked, and Spark says so. */
static gboolean
was_legal (const char *pattern)
{
  gboolean quoted = FALSE;

  for (; *pattern != '\0'; pattern++)
    if (*pattern == '\'')
      quoted = !quoted;
    else if (!quoted && g_ascii_isalpha (*pattern) && strchr ("GyYMLwWDdFEuaHkKhmsSzZX", *pattern) == NULL)
      return FALSE;
  return TRUE;
}

/* As weir_time_pattern_new(), with the error Spark gives. */
static WeirTimePattern *
compile (const char *text,
         gboolean    for_parsing,
         WeirSpan    span,
         GError    **error)
{
  GError          *own = NULL;
  WeirTimePattern *pattern = weir_time_pattern_new (text, for_parsing, &own);

  if (pattern != NULL)
    return pattern;
  if (was_legal (text))
    weir_fail (error, (WeirErrorPhase)own->code, "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", span,
               "You may get a different result due to the upgrading to Spark >= 3.0: Fail to recognize '%s' pattern in the DateTimeFormatter.", text);
  else
    {
      weir_error_set_span (own, span);
      g_propagate_error (error, g_steal_pointer (&own));
    }
  g_clear_error (&own);
  return NULL;
}

/* The pattern in argument 1 of this row; NULL raised. */
static WeirTimePattern *
pattern_of_row (WeirRow *row,
                gboolean for_parsing)
{
  gsize            len;
  const char      *text = weir_row_text (row, 1, &len);
  PatternScratch  *scratch = row->scratch;
  g_autofree char *copy = NULL;
  GError          *error = NULL;

  if (row->expr->data != NULL)
    return row->expr->data;
  if (scratch != NULL && scratch->pattern != NULL && scratch->len == len && memcmp (scratch->source, text, len) == 0)
    return scratch->pattern;
  if (scratch != NULL)
    pattern_scratch_free (scratch);
  row->scratch = scratch = g_new0 (PatternScratch, 1);
  row->scratch_free = pattern_scratch_free;
  scratch->source = g_strndup (text, len);
  scratch->len = len;
  scratch->pattern = compile (scratch->source, for_parsing, row->expr->span, &error);
  if (scratch->pattern == NULL)
    weir_eval_fail (row->eval, row->row, error);
  return scratch->pattern;
}

/* A constant pattern that is wrong is an error now. */
static gboolean
bind_pattern (WeirBind *bind,
              gboolean  for_parsing,
              GError  **error)
{
  g_autofree char *text = NULL;

  if (!_weir_bind_coerce (bind, 1, WEIR_STRING, error))
    return FALSE;
  text = _weir_bind_constant_string (bind, 1);
  bind->can_fail |= text == NULL;
  if (text == NULL)
    return TRUE;
  bind->data = compile (text, for_parsing, bind->span, error);
  bind->data_free = (GDestroyNotify)weir_time_pattern_free;
  return bind->data != NULL;
}

static gboolean
row_date_format (WeirRow *row)
{
  WeirTimePattern *pattern = pattern_of_row (row, FALSE);
  gboolean         ntz = row->args[0].column->type->kind == WEIR_TYPE_TIMESTAMP_NTZ;

  if (pattern == NULL)
    return FALSE;
  weir_time_pattern_format (pattern, row->text, weir_row_i64 (row, 0), ntz ? weir_zone_utc () : row->eval->zone);
  return TRUE;
}

static WeirType *
bind_date_format (WeirBind *bind,
                  GError  **error)
{
  bind->can_fail = FALSE;
  if (!_weir_bind_timestamp (bind, 0, error) || !bind_pattern (bind, FALSE, error))
    return NULL;
  return weir_type_ref (WEIR_STRING);
}

static gboolean
row_from_unixtime (WeirRow *row)
{
  WeirTimePattern *pattern = pattern_of_row (row, FALSE);
  gint64           us;

  if (pattern == NULL || __builtin_mul_overflow (weir_row_i64 (row, 0), WEIR_US_PER_SECOND, &us))
    return FALSE;
  weir_time_pattern_format (pattern, row->text, us, row->eval->zone);
  return TRUE;
}

#define DEFAULT_PATTERN "yyyy-MM-dd HH:mm:ss"

static WeirType *
bind_from_unixtime (WeirBind *bind,
                    GError  **error)
{
  bind->can_fail = FALSE;
  if (bind->n_args == 1)
    _weir_bind_append (bind, weir_expr_new_string (DEFAULT_PATTERN));
  if (!_weir_bind_coerce (bind, 0, WEIR_BIGINT, error) || !bind_pattern (bind, FALSE, error))
    return NULL;
  return weir_type_ref (WEIR_STRING);
}

/* Argument 0 by the pattern in argument 1; FALSE raised, or NULL for a try_ function. */
static gboolean
parse_row (WeirRow  *row,
           WeirZone *zone,
           gint64   *us)
{
  WeirTimePattern *pattern = pattern_of_row (row, TRUE);
  gsize            len;
  const char      *text = weir_row_text (row, 0, &len);

  if (pattern == NULL)
    return FALSE;
  if (weir_time_pattern_parse (pattern, text, len, zone, us))
    return TRUE;
  if (row->expr->function->impl == NULL)
    _weir_row_fail (row, "CANNOT_PARSE_TIMESTAMP", "Text '%.*s' could not be parsed. Use `try_to_timestamp` to tolerate invalid input string and return NULL instead.",
                    (int)len, text);
  return FALSE;
}

static gboolean
row_parse_timestamp (WeirRow *row)
{
  return parse_row (row, row->expr->type->kind == WEIR_TYPE_TIMESTAMP_NTZ ? weir_zone_utc () : row->eval->zone, &row->i);
}

static gboolean
row_parse_date (WeirRow *row)
{
  if (!parse_row (row, weir_zone_utc (), &row->i))
    return FALSE;
  row->i = weir_floor_div (row->i, WEIR_US_PER_DAY);
  return TRUE;
}

static gboolean
row_unix_timestamp (WeirRow *row)
{
  if (!parse_row (row, row->eval->zone, &row->i))
    return FALSE;
  row->i = weir_floor_div (row->i, WEIR_US_PER_SECOND);
  return TRUE;
}

/* Functions named parse_…: text and pattern to the type that the name ends with. */
static WeirType *
bind_parse (WeirBind *bind,
            GError  **error)
{
  const char *name = bind->function->name;

  bind->can_fail = bind->function->impl == NULL;
  bind->nullable |= bind->function->impl != NULL;
  if (!_weir_bind_coerce (bind, 0, WEIR_STRING, error) || !bind_pattern (bind, TRUE, error))
    return NULL;
  if (strstr (name, "date") != NULL)
    return weir_type_ref (WEIR_DATE);
  if (strstr (name, "unix") != NULL)
    return weir_type_ref (WEIR_BIGINT);
  return weir_type_ref (strstr (name, "ntz") != NULL ? WEIR_TIMESTAMP_NTZ : WEIR_TIMESTAMP);
}

/* to_date(), to_timestamp() and theirs: a cast without a pattern, or of what is no text; else the parse function of the table. */
static WeirExpr *
rewrite_to (WeirBind *bind,
            GError  **error)
{
  const char *parse = bind->function->impl;
  gboolean    is_try = g_str_has_prefix (bind->function->name, "try_");
  WeirType   *from = bind->args[0]->type;
  WeirType   *to = strstr (parse, "date") != NULL ? WEIR_DATE : strstr (parse, "ntz") != NULL ? WEIR_TIMESTAMP_NTZ
                                                                                              : WEIR_TIMESTAMP;

  if (bind->n_args == 2 && (from->kind == WEIR_TYPE_STRING || from->kind == WEIR_TYPE_VOID))
    return weir_expr_new_call (parse, bind->args, 2, bind->span, bind->zone, error);
  if (bind->n_args == 2)
    weir_expr_unref (g_steal_pointer (&bind->args[1]));
  if (!weir_cast_is_allowed (from, to, FALSE))
    {
      bind->n_args = 1;
      _weir_bind_mismatch (bind, 0, "STRING\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ", error);
      weir_expr_unref (bind->args[0]);
      return NULL;
    }
  return _weir_expr_cast (bind->args[0], to, is_try);
}

/* unix_timestamp([time[, pattern]]) */
static WeirExpr *
rewrite_unix_timestamp (WeirBind *bind,
                        GError  **error)
{
  WeirType *type;

  if (bind->n_args == 0)
    _weir_bind_append (bind, weir_expr_new_call ("current_timestamp", NULL, 0, bind->span, bind->zone, error));
  if (bind->n_args == 1)
    _weir_bind_append (bind, weir_expr_new_string (DEFAULT_PATTERN));
  type = bind->args[0]->type;
  if (type->kind == WEIR_TYPE_STRING || type->kind == WEIR_TYPE_VOID)
    return weir_expr_new_call ("_parse_unix", bind->args, 2, bind->span, bind->zone, error);
  weir_expr_unref (bind->args[1]);
  return weir_expr_new_call ("unix_seconds", bind->args, 1, bind->span, bind->zone, error);
}

static WeirExpr *
rewrite_window_time (WeirBind *bind,
                     GError  **error)
{
  int       end = bind->args[0]->type->kind == WEIR_TYPE_STRUCT ? weir_type_field_index (bind->args[0]->type, "end") : -1;
  WeirExpr *args[3];

  if (end < 0)
    {
      _weir_bind_mismatch (bind, 0, "STRUCT<start: TIMESTAMP, end: TIMESTAMP>", error);
      weir_expr_unref (bind->args[0]);
      return NULL;
    }
  args[0] = weir_expr_new_string ("MICROSECOND");
  args[1] = weir_expr_new_int (-1);
  args[2] = weir_expr_new_field (bind->args[0], (guint)end);
  return weir_expr_new_call ("timestampadd", args, 3, bind->span, bind->zone, error);
}

#define GROUP "datetime"
#define NOW(name_, types_, row_, print_, doc_)                                                                                                                                                 \
  {                                                                                                                                                                                            \
    .name = name_, .group = GROUP, .signature = name_ "()", .doc = doc_, .example = "SELECT " name_ "()", .flags = WEIR_FUNCTION_BATCH_CONSTANT, .types = types_, .row = row_, .print = print_ \
  }
#define TO(name_, parse_, doc_)                                                                                                                    \
  {                                                                                                                                                \
    WEIR_REWRITE (name_, GROUP, name_ "(text[, pattern])", doc_, "SELECT " name_ "('2016-12-31', 'yyyy-MM-dd')", 1, 2, rewrite_to), .impl = parse_ \
  }
#define PARSE(name_, row_, impl_)                                                                                                                                                            \
  {                                                                                                                                                                                          \
    WEIR_ROW_FAILS (name_, GROUP, name_ "(text, pattern)", "A text read by a pattern.", "SELECT " name_ "('2016-12-31', 'yyyy-MM-dd')", 2, 2, NULL, row_), .bind = bind_parse, .impl = impl_ \
  }

static const WeirFunction functions[] = {
  NOW ("current_timestamp", ">T", row_now, NULL, "The time of the batch."),
  NOW ("now", ">T", row_now, NULL, "The time of the batch."),
  NOW ("localtimestamp", ">N", row_localtimestamp, NULL, "The time of the batch on the session's clock."),
  NOW ("current_date", ">D", row_current_date, NULL, "The date of the batch."),
  NOW ("curdate", ">D", row_current_date, "current_date()", "The date of the batch."),
  NOW ("current_timezone", ">s", row_current_timezone, NULL, "The session's time zone."),
  { WEIR_ROW_FAILS ("_timestamp_seconds", GROUP, "timestamp_seconds(seconds)", "The timestamp seconds after 1970 began in UTC.", "SELECT timestamp_seconds(1230219000)", 1, 1, "l>T", row_from_epoch), .impl = GINT_TO_POINTER (1000000) },
  { WEIR_ROW_FAILS ("_timestamp_decimal", GROUP, "timestamp_seconds(seconds)", "The timestamp seconds after 1970 began in UTC.", "SELECT timestamp_seconds(1230219000.5)", 1, 1, "a>T", row_decimal_seconds) },
  { WEIR_REWRITE ("timestamp_seconds", GROUP, "timestamp_seconds(seconds)", "The timestamp seconds after 1970 began in UTC.", "SELECT timestamp_seconds(1230219000)", 1, 1, rewrite_timestamp_seconds) },
  { WEIR_ROW_FAILS ("timestamp_millis", GROUP, "timestamp_millis(milliseconds)", "The timestamp milliseconds after 1970 began in UTC.", "SELECT timestamp_millis(1230219000123)", 1, 1, "l>T", row_from_epoch), .impl = GINT_TO_POINTER (1000) },
  { WEIR_ROW_FAILS ("timestamp_micros", GROUP, "timestamp_micros(microseconds)", "The timestamp microseconds after 1970 began in UTC.", "SELECT timestamp_micros(1230219000123123)", 1, 1, "l>T", row_from_epoch), .impl = GINT_TO_POINTER (1) },
  { WEIR_ROW ("unix_seconds", GROUP, "unix_seconds(timestamp)", "Seconds since 1970 began in UTC.", "SELECT unix_seconds(TIMESTAMP('1970-01-01 00:00:01Z'))", 1, 1, "T>l", row_to_epoch), .impl = GINT_TO_POINTER (1000000) },
  { WEIR_ROW ("unix_millis", GROUP, "unix_millis(timestamp)", "Milliseconds since 1970 began in UTC.", "SELECT unix_millis(TIMESTAMP('1970-01-01 00:00:01Z'))", 1, 1, "T>l", row_to_epoch), .impl = GINT_TO_POINTER (1000) },
  { WEIR_ROW ("unix_micros", GROUP, "unix_micros(timestamp)", "Microseconds since 1970 began in UTC.", "SELECT unix_micros(TIMESTAMP('1970-01-01 00:00:01Z'))", 1, 1, "T>l", row_to_epoch), .impl = GINT_TO_POINTER (1) },
  { WEIR_ROW ("unix_date", GROUP, "unix_date(date)", "Days since 1970 began.", "SELECT unix_date(DATE('1970-01-02'))", 1, 1, "D>i", row_same_int) },
  { WEIR_ROW ("date_from_unix_date", GROUP, "date_from_unix_date(days)", "The date days after 1970 began.", "SELECT date_from_unix_date(1)", 1, 1, "i>D", row_same_int) },
  { WEIR_ROW_FAILS ("from_utc_timestamp", GROUP, "from_utc_timestamp(timestamp, zone)", "What a clock in the zone shows at a UTC time.", "SELECT from_utc_timestamp('2016-08-31', 'Asia/Seoul')", 2, 2, "Ts>T", row_from_utc) },
  { WEIR_ROW_FAILS ("to_utc_timestamp", GROUP, "to_utc_timestamp(timestamp, zone)", "The UTC time at which a clock in the zone shows this.", "SELECT to_utc_timestamp('2016-08-31', 'Asia/Seoul')", 2, 2, "Ts>T", row_to_utc) },
  { WEIR_ROW_FAILS ("_convert_timezone", GROUP, "convert_timezone(from, to, timestamp)", "The time on another zone's clock.", "SELECT convert_timezone('Europe/Brussels', 'America/Los_Angeles', timestamp_ntz'2021-12-06 00:00:00')", 3, 3, "ssN>N", row_convert_timezone), .print = "convert_timezone($*)" },
  { WEIR_REWRITE ("convert_timezone", GROUP, "convert_timezone([from, ]to, timestamp)", "The time on another zone's clock.", "SELECT convert_timezone('Europe/Brussels', timestamp_ntz'2021-12-05 15:00:00')", 2, 3, rewrite_convert_timezone), .print = "2convert_timezone(current_timezone(), $*)" },
  { WEIR_ROW_FAILS ("date_format", GROUP, "date_format(timestamp, pattern)", "The time as a text.", "SELECT date_format('2016-04-08', 'y')", 2, 2, NULL, row_date_format), .bind = bind_date_format },
  { WEIR_ROW_FAILS ("from_unixtime", GROUP, "from_unixtime(seconds[, pattern])", "Seconds since 1970 as a text.", "SELECT from_unixtime(0, 'yyyy-MM-dd HH:mm:ss')", 1, 2, NULL, row_from_unixtime), .bind = bind_from_unixtime },
  PARSE ("_parse_timestamp", row_parse_timestamp, NULL),
  PARSE ("_try_parse_timestamp", row_parse_timestamp, "try"),
  PARSE ("_parse_timestamp_ntz", row_parse_timestamp, NULL),
  PARSE ("_try_parse_timestamp_ntz", row_parse_timestamp, "try"),
  PARSE ("_parse_date", row_parse_date, NULL),
  PARSE ("_try_parse_date", row_parse_date, "try"),
  PARSE ("_parse_unix", row_unix_timestamp, NULL),
  TO ("to_timestamp", "_parse_timestamp", "The timestamp a text says."),
  TO ("to_timestamp_ltz", "_parse_timestamp", "The timestamp a text says."),
  TO ("to_timestamp_ntz", "_parse_timestamp_ntz", "The timestamp without zone a text says."),
  TO ("to_date", "_parse_date", "The date a text says."),
  TO ("try_to_timestamp", "_try_parse_timestamp", "The timestamp a text says, or NULL."),
  TO ("try_to_date", "_try_parse_date", "The date a text says, or NULL."),
  { WEIR_REWRITE ("unix_timestamp", GROUP, "unix_timestamp([time[, pattern]])", "Seconds since 1970 began in UTC.", "SELECT unix_timestamp('2016-04-08', 'yyyy-MM-dd')", 0, 2, rewrite_unix_timestamp) },
  { WEIR_REWRITE ("to_unix_timestamp", GROUP, "to_unix_timestamp(time[, pattern])", "Seconds since 1970 began in UTC.", "SELECT to_unix_timestamp('2016-04-08', 'yyyy-MM-dd')", 1, 2, rewrite_unix_timestamp) },
  { WEIR_REWRITE ("window_time", GROUP, "window_time(window)", "The last instant of a window.", "SELECT window_time(window) FROM t GROUP BY window(ts, '5 minutes')", 1, 1, rewrite_window_time) },
};

const WeirFamily _weir_family_time = { functions, G_N_ELEMENTS (functions) };
