/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/batch-codec.h"

#include "base/utf8.h"
#include "column/column-builder.h"

/*
 * The reader believes no number: a length is compared with the bytes that are left before anything is allocated for it. Elements of
 * type VOID take no bytes, so their number has a bound of its own.
 */

#define ELEMENTS_MAX (1u << 26)

static gboolean
is_null_at (const WeirColumn *flat,
            guint             row)
{
  return flat->validity != NULL && !weir_bit (flat->validity, row);
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static void
write_column (const WeirColumn *flat,
              guint             n,
              WeirWriter       *writer);

static void
write_bits (const guint8 *bits,
            guint         n,
            WeirWriter   *writer)
{
  if (n >= 8)
    weir_writer_raw (writer, bits, n / 8);
  if (n % 8 != 0)
    weir_writer_u8 (writer, (guint8)(bits[n / 8] & ((1u << (n % 8)) - 1)));
}

static void
write_fixed (const WeirColumn *flat,
             guint             n,
             WeirWriter       *writer)
{
  static const guint8 zero[16];
  gsize               width = weir_type_width (flat->type);

  if (flat->validity == NULL)
    {
      weir_writer_raw (writer, flat->values, n * width);
      return;
    }
  for (guint i = 0; i < n; i++)
    weir_writer_raw (writer, is_null_at (flat, i) ? zero : (const guint8 *)flat->values + i * width, width);
}

static void
write_texts (const WeirColumn *flat,
             guint             n,
             WeirWriter       *writer)
{
  const WeirView *views = flat->values;

  for (guint i = 0; i < n; i++)
    weir_writer_varint (writer, is_null_at (flat, i) ? 0 : views[i].len);
  for (guint i = 0; i < n; i++)
    if (!is_null_at (flat, i))
      weir_writer_raw (writer, weir_view_data (&views[i]), views[i].len);
}

static void
write_lists (const WeirColumn *flat,
             guint             n,
             WeirWriter       *writer)
{
  const WeirListView *lists = flat->values;
  g_autoptr (GArray)  rows = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < n; i++)
    {
      guint32 length = is_null_at (flat, i) ? 0 : lists[i].length;

      weir_writer_varint (writer, length);
      for (guint32 e = 0; e < length; e++)
        {
          guint32 at = lists[i].offset + e;

          g_array_append_val (rows, at);
        }
    }
  for (guint c = 0; c < flat->n_children; c++)
    {
      g_autoptr (WeirColumn) gathered = weir_column_gather (flat->children[c], (const guint32 *)rows->data, rows->len);
      g_autoptr (WeirColumn) child = weir_column_flatten (gathered);

      write_column (child, rows->len, writer);
    }
}

static void
write_column (const WeirColumn *flat,
              guint             n,
              WeirWriter       *writer)
{
  gboolean has_nulls = flat->validity != NULL && flat->type->kind != WEIR_TYPE_VOID;

  weir_writer_u8 (writer, has_nulls);
  if (has_nulls)
    write_bits (flat->validity, n, writer);
  switch (flat->type->kind)
    {
    case WEIR_TYPE_VOID:
      break;
    case WEIR_TYPE_BOOLEAN:
      write_bits (flat->values, n, writer);
      break;
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      write_texts (flat, n, writer);
      break;
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      write_lists (flat, n, writer);
      break;
    case WEIR_TYPE_STRUCT:
      for (guint i = 0; i < flat->n_children; i++)
        write_column (flat->children[i], n, writer);
      break;
    default:
      write_fixed (flat, n, writer);
      break;
    }
}

static void
write_batch (WeirBatch  *batch,
             WeirWriter *writer)
{
  weir_writer_varint (writer, batch->n_rows);
  for (guint i = 0; i < batch->n_columns; i++)
    {
      g_autoptr (WeirColumn) flat = weir_column_flatten (batch->columns[i]);

      write_column (flat, batch->n_rows, writer);
    }
}

void
weir_batches_write (GPtrArray  *batches,
                    WeirSchema *schema,
                    WeirWriter *writer)
{
  g_autofree char *type = weir_type_to_string (schema);
  guint64          n = 0;

  for (guint i = 0; i < batches->len; i++)
    n += (((WeirBatch *)batches->pdata[i])->n_rows + WEIR_CODEC_ROWS_MAX - 1) / WEIR_CODEC_ROWS_MAX;
  weir_writer_u8 (writer, WEIR_CODEC_VERSION);
  weir_writer_bytes (writer, type, strlen (type));
  weir_writer_varint (writer, n);
  for (guint i = 0; i < batches->len; i++)
    {
      WeirBatch *batch = batches->pdata[i];

      for (guint at = 0; at < batch->n_rows; at += WEIR_CODEC_ROWS_MAX)
        {
          g_autoptr (WeirBatch) part = weir_batch_slice (batch, at, MIN (WEIR_CODEC_ROWS_MAX, batch->n_rows - at));

          write_batch (part, writer);
        }
    }
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static WeirColumn *read_column (WeirReader *reader, WeirType *type, guint n);

static gsize
left (const WeirReader *reader)
{
  return reader->len - reader->pos;
}

/* NULL when the bytes are not there. */
static WeirBuffer *
read_buffer (WeirReader *reader,
             gsize       len)
{
  const guint8 *bytes = weir_reader_raw (reader, len);
  WeirBuffer   *buffer;

  if (bytes == NULL && len > 0)
    return NULL;
  buffer = weir_buffer_new (MAX (len, 1));
  if (len > 0)
    memcpy (buffer->data, bytes, len);
  return buffer;
}

static WeirColumn *
read_texts (WeirReader *reader,
            WeirType   *type,
            guint       n,
            WeirBuffer *validity)
{
  g_autofree guint32    *lengths = NULL;
  g_autoptr (WeirBuffer) bytes = NULL;
  WeirBuffer            *views;
  guint64                total = 0;

  if (n > left (reader))
    return NULL;
  lengths = g_new (guint32, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      guint64 len = weir_reader_varint (reader);

      if (reader->failed || len > left (reader))
        return NULL;
      lengths[i] = (guint32)len;
      total += len;
    }
  if (total > left (reader) || (bytes = read_buffer (reader, total)) == NULL)
    return NULL;
  views = weir_buffer_new (MAX (n, 1) * sizeof (WeirView));
  total = 0;
  for (guint i = 0; i < n; i++)
    {
      const char *at = (const char *)bytes->data + total;

      if (type->kind == WEIR_TYPE_STRING && !weir_utf8_valid (at, lengths[i]))
        {
          weir_buffer_unref (views);
          return NULL;
        }
      ((WeirView *)views->data)[i] = weir_view_new (at, lengths[i]);
      total += lengths[i];
    }
  return weir_column_new_views (type, n, views, validity != NULL ? weir_buffer_ref (validity) : NULL, &bytes, 1);
}

static WeirColumn *
read_lists (WeirReader *reader,
            WeirType   *type,
            guint       n,
            WeirBuffer *validity)
{
  g_autoptr (WeirBuffer) lists = NULL;
  WeirColumn            *children[2] = { 0 };
  WeirColumn            *column = NULL;
  guint64                total = 0;
  gboolean               ok = n <= left (reader);

  lists = ok ? weir_buffer_new (MAX (n, 1) * sizeof (WeirListView)) : NULL;
  for (guint i = 0; ok && i < n; i++)
    {
      guint64 len = weir_reader_varint (reader);

      ok = !reader->failed && len <= ELEMENTS_MAX - total;
      ((WeirListView *)lists->data)[i] = (WeirListView){ (guint32)total, (guint32)len };
      total += len;
    }
  for (guint c = 0; ok && c < type->n_fields; c++)
    {
      children[c] = read_column (reader, type->fields[c].type, (guint)total);
      ok = children[c] != NULL;
    }
  if (ok)
    column = weir_column_new_list (type, n, g_steal_pointer (&lists), children, validity != NULL ? weir_buffer_ref (validity) : NULL);
  for (guint c = 0; c < G_N_ELEMENTS (children); c++)
    weir_column_unref (children[c]);
  return column;
}

static WeirColumn *
read_struct (WeirReader *reader,
             WeirType   *type,
             guint       n,
             WeirBuffer *validity)
{
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);

  for (guint i = 0; i < type->n_fields; i++)
    {
      WeirColumn *child = read_column (reader, type->fields[i].type, n);

      if (child == NULL)
        return NULL;
      g_ptr_array_add (children, child);
    }
  return weir_column_new_struct (type, n, (WeirColumn **)children->pdata, validity != NULL ? weir_buffer_ref (validity) : NULL);
}

static WeirColumn *
read_column (WeirReader *reader,
             WeirType   *type,
             guint       n)
{
  g_autoptr (WeirBuffer) validity = NULL;
  g_autoptr (WeirColumn) nulls = NULL;
  WeirBuffer            *values;
  guint8                 has_nulls = weir_reader_u8 (reader);

  if (reader->failed || has_nulls > 1 || (has_nulls == 1 && (validity = read_buffer (reader, (n + 7) / 8)) == NULL))
    return NULL;
  switch (type->kind)
    {
    case WEIR_TYPE_VOID:
      nulls = weir_column_new_nulls (type, n);
      return weir_column_flatten (nulls);
    case WEIR_TYPE_STRING:
    case WEIR_TYPE_BINARY:
      return read_texts (reader, type, n, validity);
    case WEIR_TYPE_ARRAY:
    case WEIR_TYPE_MAP:
      return read_lists (reader, type, n, validity);
    case WEIR_TYPE_STRUCT:
      return read_struct (reader, type, n, validity);
    case WEIR_TYPE_BOOLEAN:
      values = read_buffer (reader, (n + 7) / 8);
      break;
    default:
      values = read_buffer (reader, n * weir_type_width (type));
      break;
    }
  return values != NULL ? weir_column_new_flat (type, n, values, g_steal_pointer (&validity)) : NULL;
}

static WeirBatch *
read_batch (WeirReader *reader,
            WeirSchema *schema)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_column_unref);
  guint64               n = weir_reader_varint (reader);
  WeirBatch            *batch;

  if (reader->failed || n == 0 || n > WEIR_CODEC_ROWS_MAX)
    return NULL;
  for (guint i = 0; i < schema->n_fields; i++)
    {
      WeirColumn *column = read_column (reader, schema->fields[i].type, (guint)n);

      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
    }
  batch = weir_batch_new (schema, (guint)n, (WeirColumn **)columns->pdata);
  g_ptr_array_set_free_func (columns, NULL);
  return batch;
}

/* Kinds and nested kinds; names may differ. */
static gboolean
same_storage (WeirType *a,
              WeirType *b)
{
  if (a->kind != b->kind || a->n_fields != b->n_fields || a->precision != b->precision || a->scale != b->scale)
    return FALSE;
  for (guint i = 0; i < a->n_fields; i++)
    if (!same_storage (a->fields[i].type, b->fields[i].type))
      return FALSE;
  return TRUE;
}

static gboolean
read_head (WeirReader *reader,
           WeirSchema *schema)
{
  g_autoptr (WeirType) written = NULL;
  g_autofree char     *text = NULL;
  g_autofree char     *own = weir_type_to_string (schema);
  gsize                len;
  const guint8        *bytes;

  if (weir_reader_u8 (reader) != WEIR_CODEC_VERSION || (bytes = weir_reader_bytes (reader, &len)) == NULL)
    return FALSE;
  if (len == strlen (own) && memcmp (own, bytes, len) == 0)
    return TRUE;
  text = g_strndup ((const char *)bytes, len);
  written = weir_type_parse (text, NULL);
  return written != NULL && same_storage (written, schema);
}

GPtrArray *
weir_batches_read (WeirReader *reader,
                   WeirSchema *schema)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint64               n;

  if (!read_head (reader, schema))
    return NULL;
  n = weir_reader_varint (reader);
  for (guint64 i = 0; i < n && !reader->failed; i++)
    {
      WeirBatch *batch = read_batch (reader, schema);

      if (batch == NULL)
        return NULL;
      g_ptr_array_add (batches, batch);
    }
  return reader->failed ? NULL : g_steal_pointer (&batches);
}
