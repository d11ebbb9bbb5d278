/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/decimal.h"
#include "format/decoder-private.h"
#include "base/fast-number.h"
#include "format/time-text-private.h"

#include <math.h>
#include <string.h>

/*
 * One cell → one value of a fixed-width type, by the rules of Spark's JacksonParser and UnivocityParser. The kernels take short cuts
 * for common forms and come here for everything else, so this is the definition.
 */

static gboolean
convert_integer (const WeirConvert *convert,
                 const WeirCell    *cell,
                 gpointer           out)
{
  gint64 value;

  if (convert->is_json && cell->kind != WEIR_CELL_INT)
    return FALSE;
  if (!weir_parse_i64 (cell->data, cell->len, &value))
    return FALSE;
  switch (convert->type->kind)
    {
    case WEIR_TYPE_TINYINT:
      *(gint8 *)out = (gint8)value;
      return value == (gint8)value;
    case WEIR_TYPE_SMALLINT:
      *(gint16 *)out = (gint16)value;
      return value == (gint16)value;
    case WEIR_TYPE_INT:
      *(gint32 *)out = (gint32)value;
      return value == (gint32)value;
    default:
      *(gint64 *)out = value;
      return TRUE;
    }
}

static gboolean
cell_is (const WeirCell *cell,
         const char     *text)
{
  return cell->len == strlen (text) && memcmp (cell->data, text, cell->len) == 0;
}

static gboolean
json_special (const WeirCell *cell,
              double         *value)
{
  if (cell_is (cell, "NaN"))
    *value = NAN;
  else if (cell_is (cell, "Infinity") || cell_is (cell, "+Infinity") || cell_is (cell, "+INF") || (cell->kind == WEIR_CELL_WORD && cell_is (cell, "INF")))
    *value = INFINITY;
  else if (cell_is (cell, "-Infinity") || cell_is (cell, "-INF"))
    *value = -INFINITY;
  else
    return FALSE;
  return TRUE;
}

/* Double.parseDouble: blanks around, a type suffix, NaN and Infinity. */
static gboolean
java_double (const char *text,
             gsize       len,
             double     *value)
{
  WeirCell cell;

  while (len > 0 && (guchar)text[0] <= ' ')
    text++, len--;
  while (len > 0 && (guchar)text[len - 1] <= ' ')
    len--;
  if (len == 0)
    return FALSE;
  cell = (WeirCell){ text, (guint32)len, WEIR_CELL_STRING };
  if (text[len - 1] == 'y' || text[len - 1] == 'N')
    {
      if (len > 1 && (*text == '+' || *text == '-'))
        cell.data++, cell.len--;
      *value = cell_is (&cell, "NaN") ? NAN : *text == '-' ? -INFINITY
                                                           : INFINITY;
      return cell_is (&cell, "NaN") || cell_is (&cell, "Infinity");
    }
  if (len > 1 && strchr ("fFdD", text[len - 1]) != NULL)
    len--;
  return weir_parse_double (text, len, value);
}

static gboolean
convert_double (const WeirConvert *convert,
                const WeirCell    *cell,
                double            *value)
{
  const WeirTextOptions *options = convert->options;

  if (convert->is_json)
    {
      if (cell->kind == WEIR_CELL_INT || cell->kind == WEIR_CELL_FLOAT)
        return weir_parse_double (cell->data, cell->len, value);
      return (cell->kind == WEIR_CELL_WORD || (cell->kind == WEIR_CELL_STRING && options->allow_non_numeric)) && json_special (cell, value);
    }
  if (weir_parse_double (cell->data, cell->len, value))
    return TRUE;
  if (cell_is (cell, options->nan_value))
    *value = NAN;
  else if (cell_is (cell, options->negative_inf))
    *value = -INFINITY;
  else if (cell_is (cell, options->positive_inf))
    *value = INFINITY;
  else
    return java_double (cell->data, cell->len, value);
  return TRUE;
}

static gboolean
convert_boolean (const WeirConvert *convert,
                 const WeirCell    *cell,
                 gboolean          *value)
{
  if (convert->is_json)
    {
      *value = cell->kind == WEIR_CELL_TRUE;
      return cell->kind == WEIR_CELL_TRUE || cell->kind == WEIR_CELL_FALSE;
    }
  *value = cell->len == 4 && g_ascii_strncasecmp (cell->data, "true", 4) == 0;
  return *value || (cell->len == 5 && g_ascii_strncasecmp (cell->data, "false", 5) == 0);
}

static gboolean
convert_timestamp (const WeirConvert *convert,
                   const WeirCell    *cell,
                   gint64            *us)
{
  const WeirTextOptions *options = convert->options;

  if (cell->kind == WEIR_CELL_INT)
    return weir_parse_i64 (cell->data, cell->len, us) && !__builtin_mul_overflow (*us, WEIR_US_PER_SECOND, us);
  if (cell->kind != WEIR_CELL_STRING || cell->len == 0)
    return FALSE;
  if (options->timestamp != NULL)
    return weir_time_pattern_parse (options->timestamp, cell->data, cell->len, options->zone, us);
  return _weir_parse_timestamp (cell->data, cell->len, options->zone, us);
}

static gboolean
convert_timestamp_ntz (const WeirConvert *convert,
                       const WeirCell    *cell,
                       gint64            *us)
{
  const WeirTextOptions *options = convert->options;

  if (cell->kind != WEIR_CELL_STRING || cell->len == 0)
    return FALSE;
  if (options->timestamp_ntz != NULL)
    return weir_time_pattern_parse (options->timestamp_ntz, cell->data, cell->len, weir_zone_utc (), us);
  return _weir_parse_timestamp_ntz (cell->data, cell->len, us);
}

static gboolean
convert_date (const WeirConvert *convert,
              const WeirCell    *cell,
              gint32            *days)
{
  const WeirTextOptions *options = convert->options;
  gint64                 us;

  if (cell->kind != WEIR_CELL_STRING || cell->len == 0)
    return FALSE;
  if (options->date == NULL)
    return _weir_parse_date (cell->data, cell->len, days);
  if (!weir_time_pattern_parse (options->date, cell->data, cell->len, weir_zone_utc (), &us))
    return FALSE;
  *days = (gint32)weir_floor_div (us, WEIR_US_PER_DAY);
  return TRUE;
}

static gboolean
convert_decimal (const WeirConvert *convert,
                 const WeirCell    *cell,
                 WeirInt128        *value)
{
  if (cell->kind != WEIR_CELL_INT && cell->kind != WEIR_CELL_FLOAT && cell->kind != WEIR_CELL_STRING)
    return FALSE;
  return cell->len > 0 && weir_decimal_parse (cell->data, cell->len, convert->type->precision, convert->type->scale, value);
}

gboolean
_weir_convert_cell (const WeirConvert *convert,
                    const WeirCell    *cell,
                    gpointer           value)
{
  double wide;

  switch (convert->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      return convert_boolean (convert, cell, value);
    case WEIR_TYPE_TINYINT:
    case WEIR_TYPE_SMALLINT:
    case WEIR_TYPE_INT:
    case WEIR_TYPE_BIGINT:
      return convert_integer (convert, cell, value);
    case WEIR_TYPE_FLOAT:
      if (!convert_double (convert, cell, &wide))
        return FALSE;
      *(float *)value = (float)wide;
      return TRUE;
    case WEIR_TYPE_DOUBLE:
      return convert_double (convert, cell, value);
    case WEIR_TYPE_DECIMAL:
      return convert_decimal (convert, cell, value);
    case WEIR_TYPE_DATE:
      return convert_date (convert, cell, value);
    case WEIR_TYPE_TIMESTAMP:
      return convert_timestamp (convert, cell, value);
    case WEIR_TYPE_TIMESTAMP_NTZ:
      return convert_timestamp_ntz (convert, cell, value);
    case WEIR_TYPE_INTERVAL_YM:
      return cell->kind == WEIR_CELL_STRING && _weir_parse_interval_ym (cell->data, cell->len, convert->type, value);
    case WEIR_TYPE_INTERVAL_DT:
      return cell->kind == WEIR_CELL_STRING && _weir_parse_interval_dt (cell->data, cell->len, convert->type, value);
    case WEIR_TYPE_INTERVAL:
      return cell->kind == WEIR_CELL_STRING && weir_interval_parse (cell->data, cell->len, value);
    default:
      return FALSE;
    }
}

gboolean
_weir_base64_decode (const char *text,
                     gsize       len,
                     guint8     *out,
                     gsize      *out_len)
{
  guint32 bits = 0;
  guint   n_bits = 0;
  gsize   n = 0;

  while (len > 0 && text[len - 1] == '=')
    len--;
  for (gsize i = 0; i < len; i++)
    {
      static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
      const char       *at = text[i] != '\0' ? strchr (alphabet, text[i]) : NULL;

      if (at == NULL)
        return FALSE;
      bits = bits << 6 | (guint32)(at - alphabet);
      n_bits += 6;
      if (n_bits >= 8)
        {
          n_bits -= 8;
          out[n++] = (guint8)(bits >> n_bits);
        }
    }
  *out_len = n;
  return TRUE;
}

/* Kernels, names of fields and parts. */
static gboolean
convert_fields (WeirConvert *convert,
                const char  *name,
                GError     **error)
{
  WeirType               *type = convert->type;
  g_autofree const char **names = g_new0 (const char *, type->n_fields);

  convert->children = g_new0 (WeirConvert *, type->n_fields + 1);
  for (guint i = 0; i < type->n_fields; i++)
    {
      names[i] = type->fields[i].name;
      convert->children[i] = _weir_convert_new (convert->options, name, type->fields[i].type, error);
      if (convert->children[i] == NULL)
        return FALSE;
    }
  if (type->kind == WEIR_TYPE_STRUCT)
    convert->names = _weir_json_names_new (names, NULL, type->n_fields);
  return TRUE;
}

static gboolean
is_supported (const WeirTextOptions *options,
              WeirType              *type)
{
  switch (options->format)
    {
    case WEIR_FORMAT_CSV:
      return type->n_fields == 0 && type->kind != WEIR_TYPE_STRUCT && type->kind != WEIR_TYPE_VOID;
    case WEIR_FORMAT_TEXT:
      return type->kind == WEIR_TYPE_STRING;
    default:
      return TRUE;
    }
}

WeirConvert *
_weir_convert_new (const WeirTextOptions *options,
                   const char            *name,
                   WeirType              *type,
                   GError               **error)
{
  WeirConvert *convert;

  if (!is_supported (options, type) || (type->kind == WEIR_TYPE_MAP && type->fields[0].type->kind != WEIR_TYPE_STRING))
    {
      static const char *const formats[] = { [WEIR_FORMAT_JSON] = "JSON", [WEIR_FORMAT_CSV] = "CSV", [WEIR_FORMAT_TEXT] = "Text" };
      g_autofree char         *sql = weir_type_to_sql (type);

      weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", WEIR_SPAN_NONE,
                 "The %s datasource doesn't support the column `%s` of the type \"%s\".", formats[options->format], name, sql);
      return NULL;
    }
  convert = g_new0 (WeirConvert, 1);
  convert->options = options;
  convert->type = weir_type_ref (type);
  convert->is_json = options->format == WEIR_FORMAT_JSON;
  convert->kernel = _weir_kernel_for (type);
  convert->takes_runs = options->format == WEIR_FORMAT_CSV && options->null_value[0] == '\0' && (weir_type_is_integral (type) || type->kind == WEIR_TYPE_STRING);
  if (type->n_fields > 0 && !convert_fields (convert, name, error))
    g_clear_pointer (&convert, _weir_convert_free);
  return convert;
}

void
_weir_convert_free (WeirConvert *convert)
{
  if (convert->children != NULL)
    for (guint i = 0; i < convert->type->n_fields; i++)
      g_clear_pointer (&convert->children[i], _weir_convert_free);
  g_free (convert->children);
  g_clear_pointer (&convert->names, _weir_json_names_free);
  weir_type_unref (convert->type);
  g_free (convert);
}
