/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/encoder-private.h"

#include <string.h>

/*
 * Encoders: what the file sinks and to_json(), to_csv() write.
 *
 * Times are written as Spark does without options: yyyy-MM-dd'T'HH:mm:ss.SSS with the zone's offset, always three digits.
 */

static gboolean
read_json_options (WeirEncoder *encoder,
                   GHashTable  *options,
                   GError     **error)
{
  return _weir_option_bool (options, "ignorenullfields", TRUE, &encoder->ignore_null_fields, error) &&
         _weir_option_bool (options, "writenonasciicharacterascodepoint", FALSE, &encoder->escape_non_ascii, error) &&
         _weir_option_bool (options, "sortkeys", FALSE, &encoder->sort_keys, error) &&
         _weir_option_bool (options, "pretty", FALSE, &encoder->pretty, error);
}

static gboolean
read_csv_options (WeirEncoder *encoder,
                  GHashTable  *options,
                  GError     **error)
{
  const char *sep_name = _weir_option (options, "sep") != NULL ? "sep" : "delimiter";
  const char *null_value = _weir_option (options, "nullvalue");
  const char *empty_value = _weir_option (options, "emptyvalue");

  encoder->null_value = g_strdup (null_value != NULL ? null_value : "");
  encoder->empty_value = g_strdup (empty_value != NULL ? empty_value : "\"\"");
  return _weir_option_text (options, sep_name, ",", &encoder->sep, &encoder->sep_len, error) &&
         _weir_option_char (options, "quote", '"', &encoder->quote, error) &&
         _weir_option_char (options, "escape", '\\', &encoder->escape, error) &&
         _weir_option_bool (options, "header", FALSE, &encoder->header, error) &&
         _weir_option_bool (options, "quoteall", FALSE, &encoder->quote_all, error) &&
         _weir_option_bool (options, "escapequotes", TRUE, &encoder->escape_quotes, error) &&
         _weir_option_bool (options, "ignoreleadingwhitespace", TRUE, &encoder->trim_leading, error) &&
         _weir_option_bool (options, "ignoretrailingwhitespace", TRUE, &encoder->trim_trailing, error);
}

static gboolean
read_options (WeirEncoder *encoder,
              GHashTable  *options,
              WeirZone    *zone,
              GError     **error)
{
  gsize len;

  if (!_weir_option_encoding (options, error) ||
      !_weir_option_zone (options, zone, &encoder->zone, error) ||
      !_weir_option_text (options, "linesep", "\n", &encoder->line_sep, &len, error) ||
      !_weir_option_pattern (options, "dateformat", FALSE, &encoder->date, error) ||
      !_weir_option_pattern (options, "timestampformat", FALSE, &encoder->timestamp, error) ||
      !_weir_option_pattern (options, "timestampntzformat", FALSE, &encoder->timestamp_ntz, error))
    return FALSE;
  switch (encoder->format)
    {
    case WEIR_FORMAT_JSON:
      return read_json_options (encoder, options, error);
    case WEIR_FORMAT_CSV:
      return read_csv_options (encoder, options, error);
    default:
      return TRUE;
    }
}

static gboolean
check_types (WeirEncoder *encoder,
             GError     **error)
{
  static const char *const formats[] = { [WEIR_FORMAT_JSON] = "JSON", [WEIR_FORMAT_CSV] = "CSV", [WEIR_FORMAT_TEXT] = "Text" };

  if (encoder->format == WEIR_FORMAT_TEXT && encoder->schema->n_fields != 1)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_FEATURE", WEIR_SPAN_NONE, "The text format writes exactly one column, not %u.", encoder->schema->n_fields);
  for (guint i = 0; i < encoder->schema->n_fields; i++)
    {
      const WeirField *field = &encoder->schema->fields[i];
      gboolean         is_nested = field->type->kind >= WEIR_TYPE_ARRAY;
      gboolean         is_text = field->type->kind == WEIR_TYPE_STRING;
      g_autofree char *sql = NULL;

      if (encoder->format == WEIR_FORMAT_JSON || (encoder->format == WEIR_FORMAT_CSV && !is_nested) || is_text)
        continue;
      sql = weir_type_to_sql (field->type);
      return weir_fail (error, WEIR_ERROR_ANALYZE, "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", WEIR_SPAN_NONE,
                        "The %s datasource doesn't support the column `%s` of the type \"%s\".", formats[encoder->format], field->name, sql);
    }
  return TRUE;
}

WeirEncoder *
weir_encoder_new (const char *format,
                  WeirSchema *schema,
                  GHashTable *options,
                  WeirZone   *zone,
                  GPtrArray  *unknown,
                  GError    **error)
{
  g_autoptr (WeirEncoder) encoder = g_new0 (WeirEncoder, 1);

  if (!_weir_format_from_name (format, &encoder->format, error))
    return NULL;
  encoder->schema = weir_type_ref (schema);
  _weir_text_options_unknown (encoder->format, options, unknown);
  if (!read_options (encoder, options, zone, error) || !check_types (encoder, error))
    return NULL;
  return g_steal_pointer (&encoder);
}

void
weir_encoder_free (WeirEncoder *encoder)
{
  g_clear_pointer (&encoder->schema, weir_type_unref);
  g_clear_pointer (&encoder->zone, weir_zone_unref);
  g_clear_pointer (&encoder->date, weir_time_pattern_free);
  g_clear_pointer (&encoder->timestamp, weir_time_pattern_free);
  g_clear_pointer (&encoder->timestamp_ntz, weir_time_pattern_free);
  g_free (encoder->line_sep);
  g_free (encoder->sep);
  g_free (encoder->null_value);
  g_free (encoder->empty_value);
  g_free (encoder);
}

static void
append_digits (GString *out,
               guint    value,
               guint    n)
{
  char digits[10];

  for (guint i = n; i > 0; i--)
    {
      digits[i - 1] = (char)('0' + value % 10);
      value /= 10;
    }
  g_string_append_len (out, digits, n);
}

/* yyyy-MM-dd'T'HH:mm:ss.SSS */
static void
append_clock (GString *out,
              gint64   us)
{
  gint64 days = weir_floor_div (us, WEIR_US_PER_DAY);
  guint  ms = (guint)(weir_floor_mod (us, WEIR_US_PER_DAY) / 1000);
  guint  seconds = ms / 1000;

  weir_date_append (out, (gint32)days);
  g_string_append_c (out, 'T');
  append_digits (out, seconds / 3600, 2);
  g_string_append_c (out, ':');
  append_digits (out, seconds / 60 % 60, 2);
  g_string_append_c (out, ':');
  append_digits (out, seconds % 60, 2);
  g_string_append_c (out, '.');
  append_digits (out, ms % 1000, 3);
}

static void
append_offset (GString *out,
               gint32   seconds)
{
  guint size = (guint)ABS (seconds);

  if (seconds == 0)
    {
      g_string_append_c (out, 'Z');
      return;
    }
  g_string_append_c (out, seconds < 0 ? '-' : '+');
  append_digits (out, size / 3600, 2);
  g_string_append_c (out, ':');
  append_digits (out, size / 60 % 60, 2);
}

void
_weir_encode_time (const WeirEncoder *encoder,
                   GString           *out,
                   const WeirColumn  *column,
                   guint              row)
{
  gint32 offset;
  gint64 us;

  if (column->type->kind == WEIR_TYPE_DATE)
    {
      gint32 days = weir_column_values (column, gint32)[row];

      if (encoder->date != NULL)
        weir_time_pattern_format (encoder->date, out, days * WEIR_US_PER_DAY, weir_zone_utc ());
      else
        weir_date_append (out, days);
      return;
    }
  us = weir_column_values (column, gint64)[row];
  if (column->type->kind == WEIR_TYPE_TIMESTAMP_NTZ)
    {
      if (encoder->timestamp_ntz != NULL)
        weir_time_pattern_format (encoder->timestamp_ntz, out, us, weir_zone_utc ());
      else
        append_clock (out, us);
      return;
    }
  if (encoder->timestamp != NULL)
    {
      weir_time_pattern_format (encoder->timestamp, out, us, encoder->zone);
      return;
    }
  offset = weir_zone_offset_at (encoder->zone, us);
  append_clock (out, us + offset * WEIR_US_PER_SECOND);
  append_offset (out, offset);
}

static void
append_text (GString          *out,
             const WeirColumn *column,
             guint             row)
{
  const WeirView *view;

  column = weir_column_resolve (column, &row);
  if (weir_column_is_null (column, row))
    return;
  view = &weir_column_values (column, WeirView)[row];
  g_string_append_len (out, weir_view_data (view), view->len);
}

void
weir_encoder_append_start (WeirEncoder *encoder,
                           GString     *out)
{
  if (encoder->format != WEIR_FORMAT_CSV || !encoder->header)
    return;
  for (guint i = 0; i < encoder->schema->n_fields; i++)
    {
      if (i > 0)
        g_string_append_len (out, encoder->sep, (gssize)encoder->sep_len);
      _weir_encode_csv_text (encoder, out, encoder->schema->fields[i].name, strlen (encoder->schema->fields[i].name));
    }
  g_string_append (out, encoder->line_sep);
}

void
weir_encoder_append_batch (WeirEncoder     *encoder,
                           GString         *out,
                           const WeirBatch *batch)
{
  for (guint row = 0; row < batch->n_rows; row++)
    {
      switch (encoder->format)
        {
        case WEIR_FORMAT_JSON:
          _weir_encode_json_fields (encoder, out, batch->schema, batch->columns, row, 0);
          break;
        case WEIR_FORMAT_CSV:
          _weir_encode_csv_fields (encoder, out, batch->columns, batch->n_columns, row);
          break;
        default:
          append_text (out, batch->columns[0], row);
        }
      g_string_append (out, encoder->line_sep);
    }
}

void
weir_encoder_append_value (WeirEncoder      *encoder,
                           GString          *out,
                           const WeirColumn *column,
                           guint             row)
{
  column = weir_column_resolve (column, &row);
  if (encoder->format == WEIR_FORMAT_CSV)
    _weir_encode_csv_fields (encoder, out, column->children, column->n_children, row);
  else
    _weir_encode_json_value (encoder, out, column, row, 0);
}
