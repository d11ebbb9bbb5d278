/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/value-codec.h"

#include "base/hash.h"

/*
 * The machine is little-endian, as is the format: fixed-width values are copied.
 */

static void
write_double (const WeirColumn *flat,
              guint             row,
              WeirWriter       *writer)
{
  if (flat->type->kind == WEIR_TYPE_FLOAT)
    {
      float value = (float)weir_normalize_double (weir_column_values (flat, float)[row]);

      weir_writer_raw (writer, &value, sizeof value);
    }
  else
    {
      double value = weir_normalize_double (weir_column_values (flat, double)[row]);

      weir_writer_raw (writer, &value, sizeof value);
    }
}

void
weir_value_write (const WeirColumn *column,
                  guint             row,
                  gboolean          normalize,
                  WeirWriter       *writer)
{
  const WeirColumn *flat = weir_column_resolve (column, &row);
  WeirListView      list;

  if (weir_column_is_null (flat, row))
    {
      weir_writer_u8 (writer, 0);
      return;
    }
  weir_writer_u8 (writer, 1);
  switch (flat->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_writer_u8 (writer, weir_bit (flat->values, row));
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      {
        const WeirView *view = &weir_column_values (flat, WeirView)[row];

        weir_writer_bytes (writer, weir_view_data (view), view->len);
      }
      break;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      list = weir_column_values (flat, WeirListView)[row];
      weir_writer_varint (writer, list.length);
      for (guint32 i = 0; i < list.length; i++)
        for (guint c = 0; c < flat->n_children; c++)
          weir_value_write (flat->children[c], list.offset + i, normalize, writer);
      break;
    case WEIR_TYPE_STRUCT:
      for (guint i = 0; i < flat->n_children; i++)
        weir_value_write (flat->children[i], row, normalize, writer);
      break;
    case WEIR_TYPE_FLOAT:
    case WEIR_TYPE_DOUBLE:
      if (normalize)
        {
          write_double (flat, row, writer);
          break;
        }
      G_GNUC_FALLTHROUGH;
    default:
      {
        gsize width = weir_type_width (flat->type);

        weir_writer_raw (writer, (const guint8 *)flat->values + row * width, width);
      }
      break;
    }
}

static gboolean
read_list (WeirColumnBuilder *builder,
           WeirReader        *reader)
{
  guint64 n = weir_reader_varint (reader);

  /* Every element takes a byte at least. */
  if (reader->failed || n > reader->len - reader->pos)
    return FALSE;
  for (guint64 i = 0; i < n; i++)
    for (guint c = 0; c < builder->n_children; c++)
      if (!weir_value_read (builder->children[c], reader))
        return FALSE;
  weir_column_builder_append_list (builder, (guint)n);
  return TRUE;
}

/* Fixed width: through an aligned copy. */
static gboolean
read_fixed (WeirColumnBuilder *builder,
            WeirReader        *reader)
{
  gsize         width = weir_type_width (builder->type);
  const guint8 *at = weir_reader_raw (reader, width);

  if (at == NULL || width == 0)
    return FALSE;
  if (width == sizeof (WeirInt128))
    weir_column_builder_append_i128 (builder, 0);
  else
    weir_column_builder_append_i64 (builder, 0);
  memcpy ((guint8 *)builder->values + (gsize)(builder->n_rows - 1) * width, at, width);
  return TRUE;
}

gboolean
weir_value_read (WeirColumnBuilder *builder,
                 WeirReader        *reader)
{
  const guint8 *bytes;
  gsize         len;

  if (weir_reader_u8 (reader) == 0)
    {
      weir_column_builder_append_null (builder);
      return !reader->failed;
    }
  switch (builder->type->kind)
    {
    case WEIR_TYPE_BOOLEAN:
      weir_column_builder_append_bool (builder, weir_reader_u8 (reader));
      return !reader->failed;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      bytes = weir_reader_bytes (reader, &len);
      if (bytes == NULL)
        return FALSE;
      weir_column_builder_append_bytes (builder, (const char *)bytes, len);
      return TRUE;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      return read_list (builder, reader);
    case WEIR_TYPE_STRUCT:
      for (guint i = 0; i < builder->n_children; i++)
        if (!weir_value_read (builder->children[i], reader))
          return FALSE;
      weir_column_builder_append_struct (builder);
      return TRUE;
    default:
      return read_fixed (builder, reader);
    }
}
