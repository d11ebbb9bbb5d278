/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "format/json-scan-private.h"

#include <string.h>

/*
 * Nested JSON values → builders. The source text was checked before, so scanning it again does not fail.
 *
 * Depth follows the declared type (WEIR_TYPE_DEPTH_MAX), not the input. Spark's partial results: a wrong field of a struct is NULL and the
 * struct stays; a wrong element of an array or value of a map makes the whole array or map NULL, except that a struct in it
 * stays with its good fields. In all cases the row counts as malformed.
 */

typedef enum
{
  BUILT,
  PARTIAL, /* appended, but a part of it was wrong */
  WRONG,   /* nothing appended */
} Built;

static Built build (const WeirConvert *convert, const WeirCell *cell, WeirColumnBuilder *builder, WeirArena *arena);

static Built
build_string (const WeirConvert *convert,
              const WeirCell    *cell,
              WeirColumnBuilder *builder,
              WeirArena         *arena)
{
  char *bytes;
  gsize len;

  if (convert->type->kind == WEIR_TYPE_STRING)
    {
      weir_column_builder_append_view (builder, weir_view_new (cell->data, cell->len));
      return BUILT;
    }
  bytes = _weir_arena_alloc (arena, cell->len);
  if (cell->kind != WEIR_CELL_STRING || !_weir_base64_decode (cell->data, cell->len, (guint8 *)bytes, &len))
    return WRONG;
  weir_column_builder_append_bytes (builder, bytes, len);
  return BUILT;
}

static Built
build_scalar (const WeirConvert *convert,
              const WeirCell    *cell,
              WeirColumnBuilder *builder,
              WeirArena         *arena)
{
  union
  {
    gint8        i8;
    gint16       i16;
    gint32       i32;
    gint64       i64;
    float        f;
    double       d;
    gboolean     b;
    WeirInt128   i128;
    WeirInterval interval;
  } value;

  if (convert->type->kind == WEIR_TYPE_STRING || convert->type->kind == WEIR_TYPE_BINARY)
    return build_string (convert, cell, builder, arena);
  if (convert->type->kind == WEIR_TYPE_VOID)
    {
      weir_column_builder_append_null (builder);
      return BUILT;
    }
  if (!_weir_convert_cell (convert, cell, &value))
    return WRONG;
  switch (convert->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_column_builder_append_bool (builder, value.b);
      break;
    case WEIR_TYPE_TINYINT:
      weir_column_builder_append_i64 (builder, value.i8);
      break;
    case WEIR_TYPE_SMALLINT:
      weir_column_builder_append_i64 (builder, value.i16);
      break;
    case WEIR_TYPE_INT:
    case WEIR_TYPE_DATE:
    case WEIR_TYPE_INTERVAL_YM:
      weir_column_builder_append_i64 (builder, value.i32);
      break;
    case WEIR_TYPE_FLOAT:
      weir_column_builder_append_double (builder, value.f);
      break;
    case WEIR_TYPE_DOUBLE:
      weir_column_builder_append_double (builder, value.d);
      break;
    case WEIR_TYPE_DECIMAL:
      weir_column_builder_append_i128 (builder, value.i128);
      break;
    case WEIR_TYPE_INTERVAL:
      weir_column_builder_append_interval (builder, value.interval);
      break;
    default:
      weir_column_builder_append_i64 (builder, value.i64);
    }
  return BUILT;
}

/* The scan stands behind the opening bracket of a container that is not empty, or the container is empty. */
static gboolean
enter (WeirJsonScan      *scan,
       const WeirConvert *convert,
       const WeirCell    *cell,
       WeirArena         *arena)
{
  *scan = (WeirJsonScan){ convert->options, cell->data + 1, cell->data + cell->len, NULL, arena };
  _weir_json_space (scan);
  return _weir_json_peek (scan) != ']' && _weir_json_peek (scan) != '}';
}

static Built
build_array (const WeirConvert *convert,
             const WeirCell    *cell,
             WeirColumnBuilder *builder,
             WeirArena         *arena)
{
  WeirColumnBuilder *child = builder->children[0];
  guint              first = child->n_rows;
  Built              result = BUILT;
  WeirJsonScan       scan;

  if (cell->kind != WEIR_CELL_ARRAY)
    return WRONG;
  if (enter (&scan, convert, cell, arena))
    do
      {
        WeirCell element;
        Built    built;

        _weir_json_value (&scan, &element);
        built = build (convert->children[0], &element, child, arena);
        if (built == WRONG)
          {
            weir_column_builder_truncate (child, first);
            return WRONG;
          }
        result = MAX (result, built);
      }
    while (_weir_json_more (&scan, ']'));
  weir_column_builder_append_list (builder, child->n_rows - first);
  return result;
}

static Built
build_map (const WeirConvert *convert,
           const WeirCell    *cell,
           WeirColumnBuilder *builder,
           WeirArena         *arena)
{
  guint        first = builder->children[0]->n_rows;
  Built        result = BUILT;
  WeirJsonScan scan;

  if (cell->kind != WEIR_CELL_OBJECT)
    return WRONG;
  if (enter (&scan, convert, cell, arena))
    do
      {
        WeirCell name;
        WeirCell value;
        Built    built;

        _weir_json_name (&scan, &name);
        _weir_json_space (&scan);
        _weir_json_value (&scan, &value);
        weir_column_builder_append_view (builder->children[0], weir_view_new (name.data, name.len));
        built = build (convert->children[1], &value, builder->children[1], arena);
        if (built == WRONG)
          {
            weir_column_builder_truncate (builder->children[0], first);
            weir_column_builder_truncate (builder->children[1], first);
            return WRONG;
          }
        result = MAX (result, built);
      }
    while (_weir_json_more (&scan, '}'));
  weir_column_builder_append_list (builder, builder->children[0]->n_rows - first);
  return result;
}

static Built
build_struct (const WeirConvert *convert,
              const WeirCell    *cell,
              WeirColumnBuilder *builder,
              WeirArena         *arena)
{
  guint                n = convert->type->n_fields;
  g_autofree WeirCell *large = NULL;
  WeirCell             small[16];
  WeirCell            *cells = small;
  Built                result = BUILT;
  WeirJsonScan         scan;

  if (cell->kind != WEIR_CELL_OBJECT)
    return WRONG;
  if (n > G_N_ELEMENTS (small))
    cells = large = g_new (WeirCell, n);
  for (guint i = 0; i < n; i++)
    cells[i] = (WeirCell){ NULL, 0, WEIR_CELL_NULL };
  if (enter (&scan, convert, cell, arena))
    do
      {
        WeirCell name;
        int      i;

        _weir_json_name (&scan, &name);
        _weir_json_space (&scan);
        i = _weir_json_names_find (convert->names, name.data, name.len);
        _weir_json_value (&scan, i >= 0 ? &cells[i] : NULL);
      }
    while (_weir_json_more (&scan, '}'));
  for (guint i = 0; i < n; i++)
    {
      Built built = build (convert->children[i], &cells[i], builder->children[i], arena);

      if (built == WRONG)
        weir_column_builder_append_null (builder->children[i]);
      if (built != BUILT)
        result = PARTIAL;
    }
  weir_column_builder_append_struct (builder);
  return result;
}

static Built
build (const WeirConvert *convert,
       const WeirCell    *cell,
       WeirColumnBuilder *builder,
       WeirArena         *arena)
{
  if (cell->kind == WEIR_CELL_NULL)
    {
      weir_column_builder_append_null (builder);
      return BUILT;
    }
  switch (convert->type->kind)
    {
    case WEIR_TYPE_ARRAY:
      return build_array (convert, cell, builder, arena);
    case WEIR_TYPE_MAP:
      return build_map (convert, cell, builder, arena);
    case WEIR_TYPE_STRUCT:
      return build_struct (convert, cell, builder, arena);
    default:
      return build_scalar (convert, cell, builder, arena);
    }
}

gboolean
_weir_json_build (const WeirConvert *convert,
                  const WeirCell    *cell,
                  WeirColumnBuilder *builder,
                  WeirArena         *arena)
{
  return build (convert, cell, builder, arena) == BUILT;
}
