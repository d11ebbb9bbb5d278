/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value.h"
#include "format/encoder-private.h"

#include <stdlib.h>
#include <string.h>

/*
 * JSON as Spark writes it: NULL fields are left out (ignoreNullFields), NULL elements of arrays and maps are not; not-a-number and infinities are
 * strings; map keys are strings. Depth follows the type.
 */

static void
append_line (const WeirEncoder *encoder,
             GString           *out,
             guint              depth)
{
  if (!encoder->pretty)
    return;
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static void
append_string (const WeirEncoder *encoder,
               GString           *out,
               const char        *text,
               gsize              len)
{
  gsize start = out->len;

  weir_json_append_string (out, text, len);
  if (!encoder->escape_non_ascii)
    return;
  for (gsize i = start; i < out->len;)
    {
      gunichar code;
      char     escaped[16];

      if ((guchar)out->str[i] < 0x80)
        {
          i++;
          continue;
        }
      code = g_utf8_get_char (out->str + i);
      if (code >= 0x10000)
        g_snprintf (escaped, sizeof escaped, "\\u%04X\\u%04X", 0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff));
      else
        g_snprintf (escaped, sizeof escaped, "\\u%04X", code);
      g_string_erase (out, (gssize)i, g_utf8_next_char (out->str + i) - (out->str + i));
      g_string_insert (out, (gssize)i, escaped);
      i += strlen (escaped);
    }
}

static void
append_name (const WeirEncoder *encoder,
             GString           *out,
             const char        *name,
             gsize              len)
{
  append_string (encoder, out, name, len);
  g_string_append (out, encoder->pretty ? " : " : ":");
}

typedef struct
{
  const char *name;
  guint       at;
} Key;

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  return strcmp (((const Key *)a)->name, ((const Key *)b)->name);
}

/* sortKeys: fields in the order of their names. (transfer full) */
static Key *
sorted_fields (WeirType *type)
{
  Key *keys = g_new (Key, MAX (type->n_fields, 1));

  for (guint i = 0; i < type->n_fields; i++)
    keys[i] = (Key){ type->fields[i].name, i };
  qsort (keys, type->n_fields, sizeof *keys, compare_keys);
  return keys;
}

void
_weir_encode_json_fields (const WeirEncoder *encoder,
                          GString           *out,
                          WeirType          *type,
                          WeirColumn *const *columns,
                          guint              row,
                          guint              depth)
{
  g_autofree Key *keys = encoder->sort_keys ? sorted_fields (type) : NULL;
  gboolean        any = FALSE;

  g_string_append_c (out, '{');
  for (guint k = 0; k < type->n_fields; k++)
    {
      guint i = keys != NULL ? keys[k].at : k;

      if (encoder->ignore_null_fields && weir_column_is_null (columns[i], row))
        continue;
      if (any)
        g_string_append_c (out, ',');
      any = TRUE;
      append_line (encoder, out, depth + 1);
      append_name (encoder, out, type->fields[i].name, strlen (type->fields[i].name));
      _weir_encode_json_value (encoder, out, columns[i], row, depth + 1);
    }
  if (any)
    append_line (encoder, out, depth);
  else if (encoder->pretty)
    g_string_append_c (out, ' ');
  g_string_append_c (out, '}');
}

static void
append_list (const WeirEncoder *encoder,
             GString           *out,
             const WeirColumn  *column,
             guint              row,
             guint              depth)
{
  WeirListView list = weir_column_values (column, WeirListView)[row];

  g_string_append (out, encoder->pretty ? "[ " : "[");
  for (guint i = 0; i < list.length; i++)
    {
      if (i > 0)
        g_string_append (out, encoder->pretty ? ", " : ",");
      _weir_encode_json_value (encoder, out, column->children[0], list.offset + i, depth);
    }
  g_string_append (out, encoder->pretty && list.length > 0 ? " ]" : "]");
}

/* The keys as text, with sortKeys in its order. (transfer full) */
static Key *
map_keys (const WeirEncoder *encoder,
          const WeirColumn  *keys,
          WeirListView       list)
{
  Key *texts = g_new (Key, MAX (list.length, 1));

  for (guint i = 0; i < list.length; i++)
    {
      GString *text = g_string_new (NULL);

      weir_value_append_text (text, keys, list.offset + i, WEIR_TEXT_CAST, encoder->zone);
      texts[i] = (Key){ g_string_free (text, FALSE), i };
    }
  if (encoder->sort_keys)
    qsort (texts, list.length, sizeof *texts, compare_keys);
  return texts;
}

static void
append_map (const WeirEncoder *encoder,
            GString           *out,
            const WeirColumn  *column,
            guint              row,
            guint              depth)
{
  WeirListView    list = weir_column_values (column, WeirListView)[row];
  g_autofree Key *keys = map_keys (encoder, column->children[0], list);

  g_string_append_c (out, '{');
  for (guint i = 0; i < list.length; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_line (encoder, out, depth + 1);
      append_name (encoder, out, keys[i].name, strlen (keys[i].name));
      _weir_encode_json_value (encoder, out, column->children[1], list.offset + keys[i].at, depth + 1);
      g_free ((char *)keys[i].name);
    }
  if (list.length > 0)
    append_line (encoder, out, depth);
  g_string_append_c (out, '}');
}

void
_weir_encode_json_value (const WeirEncoder *encoder,
                         GString           *out,
                         const WeirColumn  *column,
                         guint              row,
                         guint              depth)
{
  const WeirView *view;

  column = weir_column_resolve (column, &row);
  if (weir_column_is_null (column, row))
    {
      g_string_append (out, "null");
      return;
    }
  switch (column->type->kind)
    {
    case WEIR_TYPE_STRING:
      view = &weir_column_values (column, WeirView)[row];
      append_string (encoder, out, weir_view_data (view), view->len);
      break;
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_TIMESTAMP:
    case WEIR_TYPE_TIMESTAMP_NTZ:
      g_string_append_c (out, '"');
      _weir_encode_time (encoder, out, column, row);
      g_string_append_c (out, '"');
      break;
    case WEIR_TYPE_ARRAY:
      append_list (encoder, out, column, row, depth);
      break;
    case WEIR_TYPE_MAP:
      append_map (encoder, out, column, row, depth);
      break;
    case WEIR_TYPE_STRUCT:
      _weir_encode_json_fields (encoder, out, column->type, column->children, row, depth);
      break;
    default:
      weir_value_append_text (out, column, row, WEIR_TEXT_JSON_SPARK, encoder->zone);
    }
}
