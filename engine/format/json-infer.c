/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/utf8.h"
#include "format/json-scan-private.h"
#include "format/schema-infer-private.h"
#include "format/time-text-private.h"

#include <string.h>

/*
 * Types of JSON values. Recursion goes no deeper than types may nest; what is nested deeper is a STRING.
 */

static WeirType *infer (const WeirTextOptions *options, const WeirCell *cell, WeirArena *arena, guint depth);

static WeirType *
decimal_of (const WeirCell *cell)
{
  guint    digits = 0;
  guint    scale = 0;
  gboolean after_point = FALSE;
  gint64   exponent = 0;

  for (guint i = 0; i < cell->len; i++)
    {
      char c = cell->data[i];

      if (c == 'e' || c == 'E')
        {
          exponent = g_ascii_strtoll (cell->data + i + 1, NULL, 10);
          break;
        }
      if (c == '.')
        after_point = TRUE;
      else if (g_ascii_isdigit (c))
        {
          digits += digits > 0 || c != '0';
          scale += after_point;
        }
    }
  digits = MAX (digits, 1);
  if (exponent < -38 || exponent > 38 || (gint64)scale - exponent < 0 || (gint64)scale - exponent > 38 || MAX (digits, scale - exponent) > 38)
    return WEIR_DOUBLE;
  scale = (guint)((gint64)scale - exponent);
  return weir_type_new_decimal (MAX (digits, scale), scale);
}

static WeirType *
infer_number (const WeirTextOptions *options,
              const WeirCell        *cell)
{
  WeirConvert convert = { .options = options, .type = WEIR_BIGINT, .is_json = TRUE };
  gint64      value;

  if (options->primitives_as_string)
    return WEIR_STRING;
  if (cell->kind == WEIR_CELL_INT)
    return _weir_convert_cell (&convert, cell, &value) ? WEIR_BIGINT : decimal_of (cell);
  return options->prefers_decimal && cell->kind == WEIR_CELL_FLOAT ? decimal_of (cell) : WEIR_DOUBLE;
}

static WeirType *
infer_string (const WeirTextOptions *options,
              const WeirCell        *cell)
{
  WeirConvert convert = { .options = options, .type = WEIR_TIMESTAMP, .is_json = TRUE };
  gint64      us;

  if (cell->len == 0)
    return WEIR_VOID;
  if (options->infer_timestamp && _weir_convert_cell (&convert, cell, &us))
    return WEIR_TIMESTAMP;
  return WEIR_STRING;
}

static int
compare_fields (gconstpointer a,
                gconstpointer b)
{
  return strcmp (((const WeirField *)a)->name, ((const WeirField *)b)->name);
}

static void
clear_field (gpointer data)
{
  WeirField *field = data;

  g_free (field->name);
  weir_type_unref (field->type);
}

static WeirType *
infer_object (const WeirTextOptions *options,
              WeirJsonScan          *scan,
              guint                  depth)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (WeirField));

  g_array_set_clear_func (fields, clear_field);
  if (_weir_json_peek (scan) != '}')
    do
      {
        WeirField field = { .nullable = TRUE };
        WeirCell  name;
        WeirCell  value;

        if (!_weir_json_name (scan, &name) || !_weir_json_space (scan) || !_weir_json_value (scan, &value))
          break;
        field.name = g_utf8_make_valid (name.data, name.len);
        field.type = infer (options, &value, scan->arena, depth + 1);
        g_array_append_val (fields, field);
      }
    while (_weir_json_more (scan, '}'));
  g_array_sort (fields, compare_fields);
  /* A repeated name would make no schema: its types are joined. */
  for (guint i = 1; i < fields->len;)
    {
      WeirField *last = &g_array_index (fields, WeirField, i - 1);
      WeirField *field = &g_array_index (fields, WeirField, i);
      WeirType  *joined;

      if (strcmp (last->name, field->name) != 0)
        {
          i++;
          continue;
        }
      joined = _weir_common_type (last->type, field->type);
      weir_type_unref (last->type);
      last->type = joined;
      g_array_remove_index (fields, i);
    }
  return weir_type_new_struct ((WeirField *)fields->data, fields->len);
}

static WeirType *
infer_array (const WeirTextOptions *options,
             WeirJsonScan          *scan,
             guint                  depth)
{
  g_autoptr (WeirType) element = WEIR_VOID;

  if (_weir_json_peek (scan) != ']')
    do
      {
        WeirCell             value;
        g_autoptr (WeirType) type = NULL;
        WeirType            *joined;

        if (!_weir_json_value (scan, &value))
          break;
        type = infer (options, &value, scan->arena, depth + 1);
        joined = _weir_common_type (element, type);
        weir_type_unref (element);
        element = joined;
      }
    while (_weir_json_more (scan, ']'));
  return weir_type_new_array (element, TRUE);
}

static WeirType *
infer (const WeirTextOptions *options,
       const WeirCell        *cell,
       WeirArena             *arena,
       guint                  depth)
{
  WeirJsonScan scan = { options, cell->data + 1, cell->data + cell->len, NULL, arena };

  switch (cell->kind)
    {
    case WEIR_CELL_NULL:
      return WEIR_VOID;
    case WEIR_CELL_STRING:
      return infer_string (options, cell);
    case WEIR_CELL_TRUE:
    case WEIR_CELL_FALSE:
      return options->primitives_as_string ? WEIR_STRING : WEIR_BOOLEAN;
    case WEIR_CELL_ARRAY:
    case WEIR_CELL_OBJECT:
      if (depth + 2 >= WEIR_TYPE_DEPTH_MAX)
        return WEIR_STRING;
      _weir_json_space (&scan);
      return cell->kind == WEIR_CELL_ARRAY ? infer_array (options, &scan, depth) : infer_object (options, &scan, depth);
    default:
      return infer_number (options, cell);
    }
}

WeirType *
_weir_json_infer_value (const WeirTextOptions *options,
                        const char            *text,
                        gsize                  len)
{
  WeirArena    arena = { NULL, 0 };
  WeirJsonScan scan = { options, NULL, NULL, NULL, &arena };
  WeirCell     cell;
  WeirType    *type = NULL;
  char        *copy = _weir_arena_alloc (&arena, len);

  if (len > 0)
    memcpy (copy, text, len);
  scan.p = copy;
  scan.end = copy + len;
  if (weir_utf8_valid (text, len) && _weir_json_space (&scan) && _weir_json_value (&scan, &cell))
    type = infer (options, &cell, &arena, 0);
  g_clear_pointer (&arena.buffers, g_ptr_array_unref);
  return type;
}

static WeirType *
canonical_struct (const WeirTextOptions *options,
                  WeirType              *type)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_type_unref);
  g_autofree WeirField *fields = g_new0 (WeirField, type->n_fields + 1);
  guint                 n = 0;

  for (guint i = 0; i < type->n_fields; i++)
    {
      WeirType *field = type->fields[i].name[0] != '\0' ? _weir_json_canonical (options, type->fields[i].type) : NULL;

      if (field == NULL)
        continue;
      g_ptr_array_add (types, field);
      fields[n] = type->fields[i];
      fields[n++].type = field;
    }
  return n > 0 ? weir_type_new_struct (fields, n) : NULL;
}

WeirType *
_weir_json_canonical (const WeirTextOptions *options,
                      WeirType              *type)
{
  if (type->kind == WEIR_TYPE_VOID)
    return options->drop_if_all_null ? NULL : WEIR_STRING;
  if (type->kind == WEIR_TYPE_ARRAY)
    {
      g_autoptr (WeirType) element = _weir_json_canonical (options, type->fields[0].type);

      return element != NULL ? weir_type_new_array (element, TRUE) : NULL;
    }
  return type->kind == WEIR_TYPE_STRUCT ? canonical_struct (options, type) : weir_type_ref (type);
}
