/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"

#include "column/decimal.h"
#include "column/timestamp.h"

/*
 * Values as text in four styles. CAST is Spark's CAST to STRING; HIVE is what spark-sql prints; JSON is cli.md's rows; JSON_SPARK is
 * to_json() and the json sink. The styles differ in how strings are quoted, in NULL, in times, and in brackets.
 */

static gboolean
is_json (WeirTextStyle style)
{
  return style == WEIR_TEXT_JSON || style == WEIR_TEXT_JSON_SPARK;
}

void
weir_json_append_string (GString    *out,
                         const char *text,
                         gsize       len)
{
  static const char *const names = "\"\"\\\\\bb\ff\nn\rr\tt";
  const char              *run = text, *end = text + len;

  g_string_append_c (out, '"');
  for (const char *at = text; at < end; at++)
    {
      guchar c = (guchar)*at;

      if (G_LIKELY (c >= 0x20 && c != '"' && c != '\\'))
        continue;
      g_string_append_len (out, run, at - run);
      run = at + 1;
      for (guint i = 0; names[i] != '\0'; i += 2)
        if ((guchar)names[i] == c)
          {
            g_string_append_c (out, '\\');
            g_string_append_c (out, names[i + 1]);
            c = 0xff;
            break;
          }
      if (c != 0xff)
        g_string_append_printf (out, "\\u%04x", c);
    }
  g_string_append_len (out, run, end - run);
  g_string_append_c (out, '"');
}

static void
append_binary (GString        *out,
               const WeirView *view,
               WeirTextStyle   style)
{
  if (is_json (style))
    {
      g_autofree char *text = g_base64_encode ((const guchar *)weir_view_data (view), view->len);

      g_string_append_printf (out, "\"%s\"", text);
    }
  else
    g_string_append_len (out, weir_view_data (view), view->len);
}

/* Top level text, or a JSON string of it. */
static void
append_quoted (GString      *out,
               GString      *text,
               WeirTextStyle style)
{
  if (is_json (style))
    weir_json_append_string (out, text->str, text->len);
  else
    g_string_append_len (out, text->str, (gssize)text->len);
}

static void
append_time (GString          *out,
             const WeirColumn *column,
             guint             row,
             WeirTextStyle     style,
             WeirZone         *zone)
{
  g_autoptr (GString) text = g_string_new (NULL);

  switch ((int)column->type->kind)
    {
    case WEIR_TYPE_DATE:
      weir_date_append (text, weir_column_values (column, gint32)[row]);
      break;
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      {
        gint64    us = weir_column_values (column, gint64)[row];
        WeirZone *own = column->type->kind == WEIR_TYPE_TIMESTAMP ? zone : NULL;

        if (style == WEIR_TEXT_JSON)
          weir_timestamp_append_iso (text, us, own);
        else if (style == WEIR_TEXT_JSON_SPARK)
          {
            /* yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]: always three digits, the rest is cut. */
            gint64 part_us = weir_floor_mod (us, WEIR_US_PER_SECOND);
            gsize  zone_at;

            weir_timestamp_append_iso (text, us - part_us, own);
            for (zone_at = 19; zone_at < text->len && text->str[zone_at] != 'Z' && text->str[zone_at] != '+' && text->str[zone_at] != '-'; zone_at++)
              ;
            g_string_insert (text, (gssize)zone_at, ".000");
            text->str[zone_at + 1] = (char)('0' + part_us / 100000);
            text->str[zone_at + 2] = (char)('0' + part_us / 10000 % 10);
            text->str[zone_at + 3] = (char)('0' + part_us / 1000 % 10);
          }
        else
          weir_timestamp_append (text, us, own);
        break;
      }
    case WEIR_TYPE_INTERVAL_YM:
      weir_interval_ym_append (text, weir_column_values (column, gint32)[row], column->type);
      break;
    case WEIR_TYPE_INTERVAL_DT:
      weir_interval_dt_append (text, weir_column_values (column, gint64)[row], column->type);
      break;
    default:
      weir_interval_append (text, weir_column_values (column, WeirInterval)[row]);
      break;
    }
  append_quoted (out, text, style);
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

static void append_element (GString *out, const WeirColumn *column, guint row, WeirTextStyle style, WeirZone *zone);

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
        g_string_append (out, style == WEIR_TEXT_CAST ? ", " : ",");
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
        g_string_append (out, style == WEIR_TEXT_CAST ? ", " : ",");
      if (pairs)
        g_string_append_c (out, '[');
      append_map_key (out, column->children[0], list.offset + i, style, zone);
      g_string_append (out, style == WEIR_TEXT_CAST ? " -> " : (pairs ? "," : ":"));
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
        g_string_append (out, style == WEIR_TEXT_CAST ? ", " : ",");
      first = FALSE;
      if (style != WEIR_TEXT_CAST)
        {
          weir_json_append_string (out, column->type->fields[i].name, strlen (column->type->fields[i].name));
          g_string_append_c (out, ':');
        }
      append_element (out, column->children[i], row, style, zone);
    }
  g_string_append_c (out, '}');
}

/* Inside arrays, maps and structs: NULL is `null`, and Hive quotes strings and times. */
static void
append_element (GString          *out,
                const WeirColumn *column,
                guint             row,
                WeirTextStyle     style,
                WeirZone         *zone)
{
  if (weir_column_is_null (column, row))
    {
      g_string_append (out, "null");
      return;
    }
  if (style == WEIR_TEXT_HIVE)
    {
      guint             at = row;
      const WeirColumn *flat = weir_column_resolve (column, &at);

      if (flat->type->kind == WEIR_TYPE_STRING || flat->type->kind == WEIR_TYPE_BINARY)
        {
          const WeirView *view = &weir_column_values (flat, WeirView)[at];

          g_string_append_c (out, '"');
          g_string_append_len (out, weir_view_data (view), view->len);
          g_string_append_c (out, '"');
          return;
        }
    }
  weir_value_append_text (out, column, row, style, zone);
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
      g_string_append_printf (out, "%d", weir_column_values (column, gint8)[row]);
      break;
    case WEIR_TYPE_SMALLINT:
      g_string_append_printf (out, "%d", weir_column_values (column, gint16)[row]);
      break;
    case WEIR_TYPE_INT:
      g_string_append_printf (out, "%d", weir_column_values (column, gint32)[row]);
      break;
    case WEIR_TYPE_BIGINT:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, weir_column_values (column, gint64)[row]);
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
      {
        const WeirView *view = &weir_column_values (column, WeirView)[row];

        if (is_json (style))
          weir_json_append_string (out, weir_view_data (view), view->len);
        else
          g_string_append_len (out, weir_view_data (view), view->len);
        break;
      }
    case WEIR_TYPE_BINARY:
      append_binary (out, &weir_column_values (column, WeirView)[row], style);
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
