/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "column/column-builder.h"
#include "column/decimal.h"
#include "column/timestamp.h"
#include "plan/analyzer-private.h"

/* Literals of the text to typed ones. Dates and times are checked here, in the session time zone. */

static WeirExpr *
finish (WeirColumnBuilder *builder)
{
  g_autoptr (WeirColumn) column = weir_column_builder_finish (builder);

  return weir_expr_new_literal (column);
}

static WeirExpr *
new_integer (WeirType *type,
             gint64    value)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);

  weir_column_builder_append_i64 (builder, value);
  return finish (builder);
}

static WeirExpr *
new_floating (WeirType *type,
              double    value)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);

  weir_column_builder_append_double (builder, value);
  return finish (builder);
}

static WeirExpr *
new_bytes (WeirType   *type,
           const char *data,
           gsize       len)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);

  weir_column_builder_append_bytes (builder, data, len);
  return finish (builder);
}

/* Digits and scale of `-12.50E3` as java.math.BigDecimal has them. */
static gboolean
decimal_shape (const char *text,
               gint64     *precision,
               gint64     *scale)
{
  gint64   digits = 0, fraction = 0, exponent = 0;
  gboolean point = FALSE;

  for (; *text != '\0'; text++)
    {
      if (*text == '.')
        point = TRUE;
      else if (*text == 'e' || *text == 'E')
        {
          if (!g_ascii_string_to_signed (text[1] == '+' ? text + 2 : text + 1, 10, -1000, 1000, &exponent, NULL))
            return FALSE;
          break;
        }
      else if (g_ascii_isdigit (*text))
        {
          digits += digits > 0 || *text != '0';
          fraction += point;
        }
    }
  *scale = fraction - exponent;
  *precision = MAX (digits, 1);
  if (*scale < 0)
    {
      *precision -= *scale;
      *scale = 0;
    }
  *precision = MAX (*precision, *scale);
  return TRUE;
}

static WeirExpr *
new_decimal (WeirAnalyzer      *self,
             const WeirSqlExpr *sql,
             GError           **error)
{
  const char                   *text = sql->literal.text;
  gint64                        precision, scale;
  g_autoptr (WeirType)          type = NULL;
  g_autoptr (WeirColumnBuilder) builder = NULL;
  WeirInt128                    value;

  if (!decimal_shape (text, &precision, &scale) || precision > WEIR_DECIMAL_DIGITS_MAX)
    {
      _weir_an_fail (self, error, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", sql->span, "The literal %s has more than 38 digits.",
                     (const char *[]){ "literal", text, NULL });
      return NULL;
    }
  type = weir_type_new_decimal ((guint)precision, (guint)scale);
  if (!weir_decimal_parse (text, strlen (text), (guint)precision, (guint)scale, &value))
    {
      _weir_an_fail (self, error, "INVALID_NUMERIC_LITERAL_RANGE", sql->span, "The literal %s is no decimal.", (const char *[]){ "literal", text, NULL });
      return NULL;
    }
  builder = weir_column_builder_new (type, 1);
  weir_column_builder_append_i128 (builder, value);
  return finish (builder);
}

static WeirExpr *
fail_typed (WeirAnalyzer      *self,
            const WeirSqlExpr *sql,
            const char        *type,
            GError           **error)
{
  g_autofree char *value = g_strdup_printf ("'%s'", sql->literal.text);

  _weir_an_fail (self, error, "INVALID_TYPED_LITERAL", sql->span, "The value of the typed literal %s is invalid: %s.",
                 (const char *[]){ "valueType", type, "value", value, NULL });
  if (error != NULL && *error != NULL)
    (*error)->code = WEIR_ERROR_PARSE;
  return NULL;
}

/* Named in the session time zone, as it was meant. */
static WeirExpr *
new_timestamp (WeirAnalyzer *self,
               gint64        us)
{
  g_autoptr (GString) name = g_string_new ("TIMESTAMP '");

  weir_timestamp_append (name, us, self->zone);
  g_string_append_c (name, '\'');
  return weir_expr_with_name (new_integer (WEIR_TIMESTAMP, us), name->str);
}

static WeirExpr *
new_time (WeirAnalyzer      *self,
          const WeirSqlExpr *sql,
          GError           **error)
{
  const WeirSqlLiteral *literal = &sql->literal;
  gint32                days;
  gint64                us;

  switch ((int)literal->kind)
    {
    case WEIR_SQL_LITERAL_DATE:
      if (!weir_date_parse (literal->text, literal->len, &days))
        return fail_typed (self, sql, "\"DATE\"", error);
      return new_integer (WEIR_DATE, days);
    case WEIR_SQL_LITERAL_TIMESTAMP_NTZ:
      if (!weir_timestamp_ntz_parse (literal->text, literal->len, &us))
        return fail_typed (self, sql, "\"TIMESTAMP_NTZ\"", error);
      return new_integer (WEIR_TIMESTAMP_NTZ, us);
    default:
      if (!weir_timestamp_parse (literal->text, literal->len, self->zone, &us))
        return fail_typed (self, sql, "\"TIMESTAMP\"", error);
      return new_timestamp (self, us);
    }
}

static WeirExpr *
new_interval (WeirAnalyzer      *self,
              const WeirSqlExpr *sql,
              GError           **error)
{
  const WeirSqlInterval *interval = &sql->literal.interval;
  gboolean               months = interval->last <= WEIR_SQL_FIELD_MONTH;
  g_autoptr (WeirType)   type = weir_type_new_interval (months ? WEIR_TYPE_INTERVAL_YM : WEIR_TYPE_INTERVAL_DT,
                                                      (WeirIntervalUnit)interval->first, (WeirIntervalUnit)interval->last);
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);
  gint64                        us;

  if (__builtin_mul_overflow ((gint64)interval->days, WEIR_US_PER_DAY, &us) || __builtin_add_overflow (us, interval->us, &us))
    {
      _weir_an_fail (self, error, "INTERVAL_ARITHMETIC_OVERFLOW", sql->span, "The interval is too long.", NULL);
      return NULL;
    }
  weir_column_builder_append_i64 (builder, months ? interval->months : us);
  return finish (builder);
}

static WeirExpr *
make_literal (WeirAnalyzer      *self,
              const WeirSqlExpr *sql,
              GError           **error)
{
  const WeirSqlLiteral *literal = &sql->literal;

  switch (literal->kind)
    {
    case WEIR_SQL_LITERAL_NULL:
      return weir_expr_new_null (WEIR_VOID);
    case WEIR_SQL_LITERAL_BOOLEAN:
      return weir_expr_new_bool (literal->i64 != 0);
    case WEIR_SQL_LITERAL_TINYINT:
      return new_integer (WEIR_TINYINT, literal->i64);
    case WEIR_SQL_LITERAL_SMALLINT:
      return new_integer (WEIR_SMALLINT, literal->i64);
    case WEIR_SQL_LITERAL_INT:
      return new_integer (WEIR_INT, literal->i64);
    case WEIR_SQL_LITERAL_BIGINT:
      return new_integer (WEIR_BIGINT, literal->i64);
    case WEIR_SQL_LITERAL_DECIMAL:
      return new_decimal (self, sql, error);
    case WEIR_SQL_LITERAL_FLOAT:
      return new_floating (WEIR_FLOAT, literal->f64);
    case WEIR_SQL_LITERAL_DOUBLE:
      return new_floating (WEIR_DOUBLE, literal->f64);
    case WEIR_SQL_LITERAL_STRING:
      return new_bytes (WEIR_STRING, literal->text, literal->len);
    case WEIR_SQL_LITERAL_BINARY:
      return new_bytes (WEIR_BINARY, literal->text, literal->len);
    case WEIR_SQL_LITERAL_DATE:
    case WEIR_SQL_LITERAL_TIMESTAMP:
    case WEIR_SQL_LITERAL_TIMESTAMP_NTZ:
    case WEIR_SQL_LITERAL_TIMESTAMP_LTZ:
      return new_time (self, sql, error);
    case WEIR_SQL_LITERAL_INTERVAL:
      return new_interval (self, sql, error);
    case WEIR_SQL_LITERAL_TIME:
      _weir_fail_unsupported_here (self, error, sql->span, "the type TIME");
      return NULL;
    }
  g_return_val_if_reached (NULL);
}

WeirExpr *
_weir_analyze_literal (WeirAnalyzer      *self,
                       const WeirSqlExpr *sql,
                       GError           **error)
{
  WeirExpr *expr = make_literal (self, sql, error);

  if (expr != NULL)
    expr->span = _weir_an_span (self, sql->span);
  return expr;
}
