/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/partition-value-private.h"

#include "base/fast-number.h"
#include "column/column-builder.h"
#include "column/decimal.h"
#include "column/timestamp.h"

#include <math.h>
#include <string.h>

/*
 * Values of partition folders, as Spark writes and reads them (PartitioningUtils): numbers and dates are the text as it stands, strings and
 * timestamps have %XX taken out of it. Texts that only Java takes for a number (`1d`, `0x1p3`) are strings.
 */

#define DECIMAL(digits) ((WeirPartitionType)(WEIR_PARTITION_DECIMAL + (digits)))

static gboolean
is_null (const char *text,
         gsize       len)
{
  return len == strlen (WEIR_PARTITION_NULL) && memcmp (text, WEIR_PARTITION_NULL, len) == 0;
}

/* Bytes of @text without %XX. */
static GString *
unescape (const char *text,
          gsize       len)
{
  GString *out = g_string_sized_new (len);

  for (gsize i = 0; i < len; i++)
    if (text[i] == '%' && i + 2 < len && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2]))
      {
        g_string_append_c (out, (char)(g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2])));
        i += 2;
      }
    else
      g_string_append_c (out, text[i]);
  return out;
}

char *
_weir_partition_unescape (const char *text,
                          gsize       len)
{
  g_autoptr (GString) raw = unescape (text, len);

  return g_utf8_make_valid (raw->str, (gssize)raw->len);
}

/* ---- types ------------------------------------------------------------------------------------------------------ */

/* @text like "dddd-dd-dd", where d is a digit. */
static gboolean
has_form (const char *text,
          gsize       len,
          const char *form)
{
  if (len != strlen (form))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (form[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != form[i])
      return FALSE;
  return TRUE;
}

static gboolean
is_timestamp (const char *text,
              gsize       len)
{
  g_autoptr (GString) plain = unescape (text, len);
  gint64              us;

  return (has_form (plain->str, plain->len, "dddd-dd-dd dd:dd:dd") || has_form (plain->str, plain->len, "dddd-dd-dd dd:dd:dd.d")) &&
         weir_timestamp_parse (plain->str, plain->len, weir_zone_utc (), &us);
}

/* Decimal digits when @text is a whole number, signs and leading zeros not counted. */
static gboolean
is_whole (const char *text,
          gsize       len,
          guint      *digits)
{
  gsize from = len > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;

  if (from == len)
    return FALSE;
  while (from + 1 < len && text[from] == '0')
    from++;
  for (gsize i = from; i < len; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  *digits = (guint)MIN (len - from, 1000);
  return TRUE;
}

static gboolean
parse_double (const char *text,
              gsize       len,
              double     *value)
{
  g_autofree char *word = g_strndup (text, len);

  if (weir_parse_double (text, len, value))
    return TRUE;
  *value = strcmp (word, "NaN") == 0 ? (double)NAN : word[0] == '-' ? -(double)INFINITY
                                                                    : (double)INFINITY;
  return strcmp (word, "NaN") == 0 || strcmp (word, "Infinity") == 0 || strcmp (word, "+Infinity") == 0 || strcmp (word, "-Infinity") == 0;
}

WeirPartitionType
_weir_partition_type_infer (const char *text,
                            gsize       len,
                            gboolean    infer)
{
  gint64 number;
  gint32 days;
  double value;
  guint  digits;

  if (is_null (text, len))
    return WEIR_PARTITION_VOID;
  if (!infer)
    return WEIR_PARTITION_STRING;
  if (weir_parse_i64 (text, len, &number))
    return number >= G_MININT32 && number <= G_MAXINT32 ? WEIR_PARTITION_INT : WEIR_PARTITION_BIGINT;
  if (is_whole (text, len, &digits) && digits <= WEIR_DECIMAL_DIGITS_MAX)
    return DECIMAL (digits);
  if (parse_double (text, len, &value))
    return WEIR_PARTITION_DOUBLE;
  if (is_timestamp (text, len))
    return WEIR_PARTITION_TIMESTAMP;
  return has_form (text, len, "dddd-dd-dd") && weir_date_parse (text, len, &days) ? WEIR_PARTITION_DATE : WEIR_PARTITION_STRING;
}

/* Digits of a decimal that holds the type's numbers; 0: they are none. */
static guint
digits_of (WeirPartitionType type)
{
  return type == WEIR_PARTITION_INT ? 10 : type == WEIR_PARTITION_BIGINT ? 20
                                         : type > WEIR_PARTITION_DECIMAL ? type - WEIR_PARTITION_DECIMAL
                                                                         : 0;
}

WeirPartitionType
_weir_partition_type_join (WeirPartitionType a,
                           WeirPartitionType b)
{
  WeirPartitionType low = MIN (a, b), high = MAX (a, b);

  if (low == high || low == WEIR_PARTITION_VOID)
    return high;
  if (low == WEIR_PARTITION_INT && (high == WEIR_PARTITION_BIGINT || high == WEIR_PARTITION_DOUBLE))
    return high;
  if (high > WEIR_PARTITION_DECIMAL && digits_of (low) > 0)
    return DECIMAL (MAX (digits_of (low), digits_of (high)));
  return low == WEIR_PARTITION_DATE && high == WEIR_PARTITION_TIMESTAMP ? high : WEIR_PARTITION_STRING;
}

WeirType *
_weir_partition_type_get (WeirPartitionType type)
{
  if (type > WEIR_PARTITION_DECIMAL)
    return weir_type_new_decimal (type - WEIR_PARTITION_DECIMAL, 0);
  switch ((int)type)
    {
    case WEIR_PARTITION_INT:
      return weir_type_ref (WEIR_INT);
    case WEIR_PARTITION_BIGINT:
      return weir_type_ref (WEIR_BIGINT);
    case WEIR_PARTITION_DOUBLE:
      return weir_type_ref (WEIR_DOUBLE);
    case WEIR_PARTITION_DATE:
      return weir_type_ref (WEIR_DATE);
    case WEIR_PARTITION_TIMESTAMP:
      return weir_type_ref (WEIR_TIMESTAMP);
    default:
      return weir_type_ref (WEIR_STRING);
    }
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static gboolean
append_integer (WeirColumnBuilder *builder,
                const char        *text,
                gsize              len)
{
  guint  bits = (guint)weir_type_width (builder->type) * 8;
  gint64 value;

  if (!weir_parse_i64 (text, len, &value) || (bits < 64 && (value >= (G_GINT64_CONSTANT (1) << (bits - 1)) || value < -(G_GINT64_CONSTANT (1) << (bits - 1)))))
    return FALSE;
  weir_column_builder_append_i64 (builder, value);
  return TRUE;
}

static gboolean
append_time (WeirColumnBuilder *builder,
             const char        *text,
             gsize              len,
             WeirZone          *zone)
{
  g_autoptr (GString) plain = unescape (text, len);
  gint64              us;

  if (builder->type->kind == WEIR_TYPE_TIMESTAMP ? !weir_timestamp_parse (plain->str, plain->len, zone, &us) : !weir_timestamp_ntz_parse (plain->str, plain->len, &us))
    return FALSE;
  weir_column_builder_append_i64 (builder, us);
  return TRUE;
}

static gboolean
append_boolean (WeirColumnBuilder *builder,
                const char        *text,
                gsize              len)
{
  gboolean is_true = len == 4 && g_ascii_strncasecmp (text, "true", 4) == 0;

  weir_column_builder_append_bool (builder, is_true);
  return is_true || (len == 5 && g_ascii_strncasecmp (text, "false", 5) == 0);
}

static void
append_text (WeirColumnBuilder *builder,
             const char        *text,
             gsize              len)
{
  g_autofree char *plain = _weir_partition_unescape (text, len);

  weir_column_builder_append_bytes (builder, plain, strlen (plain));
}

static gboolean
append_value (WeirColumnBuilder *builder,
              const char        *text,
              gsize              len,
              WeirZone          *zone)
{
  WeirInt128 decimal;
  double     number;
  gint32     days;

  switch ((int)builder->type->kind)
    {
    case WEIR_TYPE_STRING:
      append_text (builder, text, len);
      return TRUE;
    case WEIR_TYPE_BINARY:
      weir_column_builder_append_bytes (builder, text, len);
      return TRUE;
    case WEIR_TYPE_BOOLEAN:
      return append_boolean (builder, text, len);
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
      return append_integer (builder, text, len);
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      if (!parse_double (text, len, &number))
        return FALSE;
      weir_column_builder_append_double (builder, number);
      return TRUE;
    case WEIR_TYPE_DECIMAL:
      if (!weir_decimal_parse (text, len, builder->type->precision, builder->type->scale, &decimal))
        return FALSE;
      weir_column_builder_append_i128 (builder, decimal);
      return TRUE;
    case WEIR_TYPE_DATE:
      if (!weir_date_parse (text, len, &days))
        return FALSE;
      weir_column_builder_append_i64 (builder, days);
      return TRUE;
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      return append_time (builder, text, len, zone);
    default:
      return FALSE;
    }
}

WeirColumn *
_weir_partition_value (const char *text,
                       gsize       len,
                       WeirType   *type,
                       WeirZone   *zone)
{
  g_autoptr (WeirColumnBuilder) builder = weir_column_builder_new (type, 1);

  if (is_null (text, len))
    weir_column_builder_append_null (builder);
  else if (!append_value (builder, text, len, zone))
    return NULL;
  return weir_column_builder_finish (builder);
}
