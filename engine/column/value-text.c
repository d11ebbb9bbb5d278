/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/fast-number.h"
#include "column/decimal.h"
#include "column/timestamp-private.h"
#include "column/value.h"

/*
 * Values as text in four styles. CAST is Spark's CAST to STRING; HIVE is what spark-sql prints; JSON is cli.md's rows; JSON_SPARK is
 * to_json() and the json sink. The styles differ in how strings are quoted, in NULL, in times and intervals, and in brackets.
 * Everything is appended in place: a quoted time needs no escapes, so nothing is built twice.
 */

static gboolean
is_json (WeirTextStyle style)
{
  return style == WEIR_TEXT_JSON || style == WEIR_TEXT_JSON_SPARK;
}

/* As a CAST writes nested values, without names and quotes. */
static gboolean
is_spaced (WeirTextStyle style)
{
  return style == WEIR_TEXT_CAST || style == WEIR_TEXT_SHOW;
}

/* ---- strings ---------------------------------------------------------------------------------------------------- */

/* Whether none of eight bytes is a quote, a backslash or a control character. */
static inline gboolean
is_plain_word (const char *at)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), high = ones << 7;
  guint64       word, quote, backslash;

  memcpy (&word, at, sizeof word);
  quote = word ^ (ones * '"');
  backslash = word ^ (ones * '\\');
  /* A byte that borrows in x − ones·n and has no high bit of its own was below n. */
  return ((((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & high) == 0;
}

static void
append_escape (GString *out,
               guchar   c)
{
  static const char *const names = "\"\"\\\\\bb\ff\nn\rr\tt";

  for (guint i = 0; names[i] != '\0'; i += 2)
    if ((guchar)names[i] == c)
      {
        char text[] = { '\\', names[i + 1] };

        g_string_append_len (out, text, 2);
        return;
      }
  g_string_append_printf (out, "\\u%04X", c);
}

void
weir_json_append_string (GString    *out,
                         const char *text,
                         gsize       len)
{
  const char *run = text, *at = text, *end = text + len;

  g_string_append_c (out, '"');
  while (at < end)
    {
      guchar c = (guchar)*at;

      if (end - at >= 8 && is_plain_word (at))
        at += 8;
      else if (G_LIKELY (c >= 0x20 && c != '"' && c != '\\'))
        at++;
      else
        {
          g_string_append_len (out, run, at - run);
          append_escape (out, c);
          run = ++at;
        }
    }
  g_string_append_len (out, run, end - run);
  g_string_append_c (out, '"');
}

/* [00 FF] */
static void
append_hex (GString        *out,
            const WeirView *view)
{
  const guchar *bytes = (const guchar *)weir_view_data (view);

  g_string_append_c (out, '[');
  for (guint i = 0; i < view->len; i++)
    g_string_append_printf (out, i > 0 ? " %02X" : "%02X", bytes[i]);
  g_string_append_c (out, ']');
}

static void
append_bytes (GString          *out,
              const WeirColumn *column,
              guint             row,
              WeirTextStyle     style)
{
  const WeirView *view = &weir_column_values (column, WeirView)[row];

  if (style == WEIR_TEXT_SHOW && column->type->kind == WEIR_TYPE_BINARY)
    append_hex (out, view);
  else if (!is_json (style))
    g_string_append_len (out, weir_view_data (view), view->len);
  else if (column->type->kind == WEIR_TYPE_STRING)
    weir_json_append_string (out, weir_view_data (view), view->len);
  else
    {
      g_autofree char *text = g_base64_encode ((const guchar *)weir_view_data (view), view->len);

      g_string_append_c (out, '"');
      g_string_append (out, text);
      g_string_append_c (out, '"');
    }
}

/* ---- times and intervals ---------------------------------------------------------------------------------------- */

/* yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]: always three digits, what is beyond them is cut. */
static void
append_spark_timestamp (GString  *out,
                        gint64    us,
                        WeirZone *zone)
{
  gint64 local_us = zone != NULL ? weir_zone_utc_to_local (zone, us) : us;
  gint32 offset_s = zone != NULL ? weir_zone_offset_at (zone, us) : 0;
  gint64 part_us = weir_floor_mod (local_us, WEIR_US_PER_SECOND);
  char   text[16], *end = text;

  weir_timestamp_append_iso (out, local_us - part_us, NULL);
  *end++ = '.';
  end = _weir_put_digits (end, (guint64)part_us / 1000, 3);
  if (zone != NULL && offset_s == 0)
    *end++ = 'Z';
  else if (zone != NULL)
    end = _weir_put_offset (end, offset_s);
  g_string_append_len (out, text, end - text);
}

static void
append_timestamp (GString      *out,
                  gint64        us,
                  WeirTextStyle style,
                  WeirZone     *zone)
{
  if (style == WEIR_TEXT_JSON)
    weir_timestamp_append_iso (out, us, zone);
  else if (style == WEIR_TEXT_JSON_SPARK)
    append_spark_timestamp (out, us, zone);
  else
    weir_timestamp_append (out, us, zone);
}

/* 1-2 and 1 02:03:04.500000000 */
static void
append_hive_interval (GString          *out,
                      const WeirColumn *column,
                      guint             row)
{
  gboolean is_months = column->type->kind == WEIR_TYPE_INTERVAL_YM;
  gint64   value = is_months ? weir_column_values (column, gint32)[row] : weir_column_values (column, gint64)[row];
  guint64  rest = value < 0 ? -(guint64)value : (guint64)value;
  guint    seconds;

  if (value < 0)
    g_string_append_c (out, '-');
  if (is_months)
    {
      g_string_append_printf (out, "%u-%u", (guint)(rest / 12), (guint)(rest % 12));
      return;
    }
  seconds = (guint)(rest % WEIR_US_PER_DAY / WEIR_US_PER_SECOND);
  g_string_append_printf (out, "%u %02u:%02u:%02u.%09u", (guint)(rest / WEIR_US_PER_DAY), seconds / 3600, seconds / 60 % 60, seconds % 60,
                          (guint)(rest % WEIR_US_PER_SECOND) * 1000);
}

static void
append_interval (GString          *out,
                 const WeirColumn *column,
                 guint             row,
                 WeirTextStyle     style)
{
  if (column->type->kind == WEIR_TYPE_INTERVAL)
    weir_interval_append (out, weir_column_values (column, WeirInterval)[row]);
  else if (style == WEIR_TEXT_HIVE)
    append_hive_interval (out, column, row);
  else if (column->type->kind == WEIR_TYPE_INTERVAL_YM)
    weir_interval_ym_append (out, weir_column_values (column, gint32)[row], column->type);
  else
    weir_interval_dt_append (out, weir_column_values (column, gint64)[row], column->type);
}

static void
append_time (GString          *out,
             const WeirColumn *column,
             guint             row,
             WeirTextStyle     style,
             WeirZone         *zone)
{
  if (is_json (style))
    g_string_append_c (out, '"');
  switch ((int)column->type->kind)
    {
    case WEIR_TYPE_DATE:
      weir_date_append (out, weir_column_values (column, gint32)[row]);
      break;
    case WEIR_TYPE_TIMESTAMP:
      append_timestamp (out, weir_column_values (column, gint64)[row], style, zone);
      break;
    case WEIR_TYPE_TIMESTAMP_NTZ:
      append_timestamp (out, weir_column_values (column, gint64)[row], style, NULL);
      break;
    default:
      append_interval (out, column, row, style);
      break;
    }
  if (is_json (style))
    g_string_append_c (out, '"');
}

/* ---- numbers ---------------------------------------------------------------------------------------------------- */

static void
append_integer (GString *out,
                gint64   value)
{
  char text[WEIR_I64_TEXT_MAX];

  g_string_append_len (out, text, weir_i64_to_text (text, value));
}

static void
append_floating (GString      *out,
                 double        value,
                 gboolean      is_float,
                 WeirTextStyle style)
{
  gboolean quote = is_json (style) && (value != value || value - value != 0);

  if (quote)
    g_string_append_c (out, '"');
  if (is_float)
    weir_append_float (out, (float)value);
  else
    weir_append_double (out, value);
  if (quote)
    g_string_append_c (out, '"');
}

/* ---- nested values ---------------------------------------------------------------------------------------------- */

static void append_element (GString *out, const WeirColumn *column, guint row, WeirTextStyle style, WeirZone *zone);

static void
append_separator (GString      *out,
                  WeirTextStyle style)
{
  g_string_append (out, is_spaced (style) ? ", " : ",");
}

static void
append_list (GString          *out,
             const WeirColumn *column,
             guint             row,
             WeirTextStyle     style,
             WeirZone         *zone)
{
  WeirListView list = weir_column_values (column, WeirListView)[row];

  g_string_append_c (out, '[');
  for (guint i = 0; i < list.length; i++)
    {
      if (i > 0)
        append_separator (out, style);
      append_element (out, column->children[0], list.offset + i, style, zone);
    }
  g_string_append_c (out, ']');
}

static void
append_map_key (GString          *out,
                const WeirColumn *keys,
                guint             row,
                WeirTextStyle     style,
                WeirZone         *zone)
{
  if (style == WEIR_TEXT_JSON_SPARK && keys->type->kind != WEIR_TYPE_STRING)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      weir_value_append_text (text, keys, row, WEIR_TEXT_CAST, zone);
      weir_json_append_string (out, text->str, text->len);
    }
  else
    append_element (out, keys, row, style, zone);
}

static void
append_map (GString          *out,
            const WeirColumn *column,
            guint             row,
            WeirTextStyle     style,
            WeirZone         *zone)
{
  WeirListView list = weir_column_values (column, WeirListView)[row];
  gboolean     pairs = style == WEIR_TEXT_JSON && column->children[0]->type->kind != WEIR_TYPE_STRING;

  g_string_append_c (out, pairs ? '[' : '{');
  for (guint i = 0; i < list.length; i++)
    {
      if (i > 0)
        append_separator (out, style);
      if (pairs)
        g_string_append_c (out, '[');
      append_map_key (out, column->children[0], list.offset + i, style, zone);
      g_string_append (out, is_spaced (style) ? " -> " : (pairs ? "," : ":"));
      append_element (out, column->children[1], list.offset + i, style, zone);
      if (pairs)
        g_string_append_c (out, ']');
    }
  g_string_append_c (out, pairs ? ']' : '}');
}

static void
append_struct (GString          *out,
               const WeirColumn *column,
               guint             row,
               WeirTextStyle     style,
               WeirZone         *zone)
{
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  for (guint i = 0; i < column->n_children; i++)
    {
      if (style == WEIR_TEXT_JSON_SPARK && weir_column_is_null (column->children[i], row))
        continue;
      if (!first)
        append_separator (out, style);
      first = FALSE;
      if (!is_spaced (style))
        {
          weir_json_append_string (out, column->type->fields[i].name, strlen (column->type->fields[i].name));
          g_string_append_c (out, ':');
        }
      append_element (out, column->children[i], row, style, zone);
    }
  g_string_append_c (out, '}');
}

/* Inside arrays, maps and structs: NULL is `null`, but in show(), and Hive quotes strings. */
static void
append_element (GString          *out,
                const WeirColumn *column,
                guint             row,
                WeirTextStyle     style,
                WeirZone         *zone)
{
  gboolean quote;

  if (weir_column_is_null (column, row))
    {
      g_string_append (out, style == WEIR_TEXT_SHOW ? "NULL" : "null");
      return;
    }
  quote = style == WEIR_TEXT_HIVE && column->type->kind == WEIR_TYPE_STRING;
  if (quote)
    g_string_append_c (out, '"');
  weir_value_append_text (out, column, row, style, zone);
  if (quote)
    g_string_append_c (out, '"');
}

void
weir_value_append_text (GString          *out,
                        const WeirColumn *column,
                        guint             row,
                        WeirTextStyle     style,
                        WeirZone         *zone)
{
  if (weir_column_is_null (column, row))
    {
      g_string_append (out, is_json (style) ? "null" : "NULL");
      return;
    }
  column = weir_column_resolve (column, &row);
  switch (column->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      g_string_append (out, weir_bit (column->values, row) ? "true" : "false");
      break;
    case WEIR_TYPE_TINYINT:
      append_integer (out, weir_column_values (column, gint8)[row]);
      break;
    case WEIR_TYPE_SMALLINT:
      append_integer (out, weir_column_values (column, gint16)[row]);
      break;
    case WEIR_TYPE_INT:
      append_integer (out, weir_column_values (column, gint32)[row]);
      break;
    case WEIR_TYPE_BIGINT:
      append_integer (out, weir_column_values (column, gint64)[row]);
      break;
    case WEIR_TYPE_FLOAT:
      append_floating (out, (double)weir_column_values (column, float)[row], TRUE, style);
      break;
    case WEIR_TYPE_DOUBLE:
      append_floating (out, weir_column_values (column, double)[row], FALSE, style);
      break;
    case WEIR_TYPE_DECIMAL:
      weir_decimal_append (out, weir_column_values (column, WeirInt128)[row], column->type->scale);
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      append_bytes (out, column, row, style);
      break;
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
    case WEIR_TYPE_INTERVAL_YM:
    case WEIR_TYPE_INTERVAL_DT:
    case WEIR_TYPE_INTERVAL:
      append_time (out, column, row, style, zone);
      break;
    case WEIR_TYPE_ARRAY:
      append_list (out, column, row, style, zone);
      break;
    case WEIR_TYPE_MAP:
      append_map (out, column, row, style, zone);
      break;
    case WEIR_TYPE_STRUCT:
      append_struct (out, column, row, style, zone);
      break;
    case WEIR_TYPE_VOID:
    default:
      break;
    }
}

void
weir_batch_append_json_row (GString         *out,
                            const WeirBatch *batch,
                            guint            row,
                            WeirZone        *zone)
{
  g_string_append_c (out, '{');
  for (guint i = 0; i < batch->n_columns; i++)
    {
      const char *name = batch->schema->fields[i].name;

      if (i > 0)
        g_string_append_c (out, ',');
      weir_json_append_string (out, name, strlen (name));
      g_string_append_c (out, ':');
      weir_value_append_text (out, batch->columns[i], row, WEIR_TEXT_JSON, zone);
    }
  g_string_append_c (out, '}');
}
