/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-private.h"

/*
 * Flatten, gather, concat, slice. All are one of two shapes: a fixed-width copy by row numbers (values, views and list views alike),
 * or the same for bits; strings and list elements are never moved, only the views to them.
 */

/* out[i] = in[idx[i]] for values of @width bytes. */
static void
gather_values (const guint8  *in,
               gsize          width,
               const guint32 *idx,
               guint          n,
               guint8        *out)
{
#define GATHER(ctype)           \
  for (guint i = 0; i < n; i++) \
  ((ctype *)(void *)out)[i] = ((const ctype *)(const void *)in)[idx[i]]

  switch (width)
    {
    case 1:
      GATHER (guint8);
      break;
    case 2:
      GATHER (guint16);
      break;
    case 4:
      GATHER (guint32);
      break;
    case 8:
      GATHER (guint64);
      break;
    case 16:
      GATHER (WeirInt128);
      break;
    default:
      break;
    }
#undef GATHER
}

static WeirBuffer *
gather_bits (const guint8  *in,
             const guint32 *idx,
             guint          n)
{
  WeirBuffer *out = weir_buffer_new ((n + 7) / 8);

  for (guint i = 0; i < n; i += 8)
    {
      guint count = MIN (n - i, 8), byte = 0;

      if (G_LIKELY (count == 8))
        for (guint bit = 0; bit < 8; bit++)
          byte |= (guint)weir_bit (in, idx[i + bit]) << bit;
      else
        for (guint bit = 0; bit < count; bit++)
          byte |= (guint)weir_bit (in, idx[i + bit]) << bit;
      out->data[i / 8] = (guint8)byte;
    }
  return out;
}

/* Whether @buffer is among the last @n that were added. */
static gboolean
has_recent_buffer (const WeirColumn *self,
                   const WeirBuffer *buffer,
                   guint             n)
{
  n = MIN (MIN (n, 8), self->n_buffers);
  for (guint i = 0; i < n; i++)
    if (self->buffers[self->n_buffers - 1 - i] == buffer)
      return TRUE;
  return FALSE;
}

/* Adds all buffers of @from but the values and validity, which are replaced: the ones that views point into. Those that follow each
 * other in both are not taken twice, so slices of one column do not pile up when they are put together again. */
static void
share_bytes (WeirColumn       *self,
             const WeirColumn *from)
{
  for (guint i = 0; i < from->n_buffers; i++)
    {
      WeirBuffer *buffer = from->buffers[i];

      if (buffer->data == from->validity || (const void *)buffer->data == from->values)
        continue;
      if (!has_recent_buffer (self, buffer, from->n_buffers))
        self->buffers[self->n_buffers++] = weir_buffer_ref (buffer);
    }
}

static WeirColumn *
gather_flat (const WeirColumn *column,
             const guint32    *idx,
             guint             n)
{
  gsize       width = weir_type_width (column->type);
  gboolean    is_list = column->type->kind == WEIR_TYPE_ARRAY || column->type->kind == WEIR_TYPE_MAP;
  WeirColumn *self = _weir_column_alloc (column->type, n, column->n_children, column->n_buffers + 2);
  WeirBuffer *buffer;

  if (column->validity != NULL)
    {
      buffer = gather_bits (column->validity, idx, n);
      self->validity = buffer->data;
      self->buffers[self->n_buffers++] = buffer;
    }
  if (column->type->kind == WEIR_TYPE_BOOLEAN)
    {
      buffer = gather_bits (column->values, idx, n);
      self->values = buffer->data;
      self->buffers[self->n_buffers++] = buffer;
    }
  else if (width > 0)
    {
      buffer = weir_buffer_new (n * width);
      gather_values (column->values, width, idx, n, buffer->data);
      self->values = buffer->data;
      self->buffers[self->n_buffers++] = buffer;
    }
  share_bytes (self, column);
  for (guint i = 0; i < column->n_children; i++)
    self->children[i] = is_list ? weir_column_ref (column->children[i]) : weir_column_gather (column->children[i], idx, n);
  return self;
}

WeirColumn *
weir_column_gather (WeirColumn    *column,
                    const guint32 *idx,
                    guint          n)
{
  if (column->encoding == WEIR_ENCODING_CONST)
    return weir_column_new_const (column->dict, n);
  if (column->encoding == WEIR_ENCODING_DICT)
    {
      g_autoptr (WeirBuffer) codes = weir_buffer_new (n * sizeof (guint32));

      gather_values ((const guint8 *)column->codes, sizeof (guint32), idx, n, codes->data);
      return weir_column_new_dict (column->dict, codes, n);
    }
  return gather_flat (column, idx, n);
}

WeirColumn *
weir_column_gather16 (WeirColumn    *column,
                      const guint16 *idx,
                      guint          n)
{
  g_autofree guint32 *wide = g_new (guint32, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    wide[i] = idx[i];
  return weir_column_gather (column, wide, n);
}

WeirColumn *
weir_column_gather_nullable (WeirColumn    *column,
                             const guint32 *idx,
                             guint          n)
{
  g_autofree guint32    *safe = g_new (guint32, MAX (n, 1));
  g_autoptr (WeirColumn) flat = NULL;
  WeirColumn            *self;
  WeirBuffer            *validity;
  gboolean               any = FALSE;

  for (guint i = 0; i < n; i++)
    {
      any = any || idx[i] == G_MAXUINT32;
      safe[i] = idx[i] == G_MAXUINT32 ? 0 : idx[i];
    }
  if (!any)
    return weir_column_gather (column, idx, n);
  if (column->n_rows == 0)
    return weir_column_new_nulls (column->type, n);
  flat = weir_column_flatten (column);
  self = gather_flat (flat, safe, n);
  if (self->type->kind == WEIR_TYPE_VOID)
    return self;
  validity = weir_buffer_new ((n + 7) / 8);
  memset (validity->data, 0, validity->size);
  for (guint i = 0; i < n; i++)
    if (idx[i] != G_MAXUINT32 && (self->validity == NULL || weir_bit (self->validity, i)))
      validity->data[i >> 3] |= (guint8)(1u << (i & 7));
  self->buffers = g_renew (WeirBuffer *, self->buffers, self->n_buffers + 1);
  self->buffers[self->n_buffers++] = validity;
  self->validity = validity->data;
  return self;
}

static gboolean
is_flat (const WeirColumn *column)
{
  if (column->encoding != WEIR_ENCODING_FLAT)
    return FALSE;
  for (guint i = 0; i < column->n_children; i++)
    if (!is_flat (column->children[i]))
      return FALSE;
  return TRUE;
}

WeirColumn *
weir_column_flatten (WeirColumn *column)
{
  g_autofree guint32 *zeros = NULL;

  if (column->encoding == WEIR_ENCODING_DICT)
    return gather_flat (column->dict, column->codes, column->n_rows);
  if (column->encoding == WEIR_ENCODING_CONST)
    {
      zeros = g_new0 (guint32, MAX (column->n_rows, 1));
      return gather_flat (column->dict, zeros, column->n_rows);
    }
  if (!is_flat (column))
    {
      WeirColumn *self = _weir_column_alloc (column->type, column->n_rows, column->n_children, column->n_buffers);

      self->validity = column->validity;
      self->values = column->values;
      for (; self->n_buffers < column->n_buffers; self->n_buffers++)
        self->buffers[self->n_buffers] = weir_buffer_ref (column->buffers[self->n_buffers]);
      for (guint i = 0; i < column->n_children; i++)
        self->children[i] = weir_column_flatten (column->children[i]);
      return self;
    }
  return weir_column_ref (column);
}

/* ---- concat ----------------------------------------------------------------------------------------------------- */

/* @n bits of @in from @from on (NULL: ones) to bits [@at, @at + @n) of @out, whose bits from @at on are zero. */
static void
copy_bits (guint8       *out,
           guint         at,
           const guint8 *in,
           guint         from,
           guint         n)
{
  while (n > 0)
    {
      guint count = MIN (n, 8 - at % 8); /* as many as the byte of @out has room for */
      guint bits = 0xff;

      if (in != NULL)
        bits = from % 8 + count <= 8 ? in[from / 8] >> from % 8 : in[from / 8] >> from % 8 | in[from / 8 + 1] << (8 - from % 8);
      out[at / 8] |= (guint8)((bits & ((1u << count) - 1)) << at % 8);
      at += count;
      from += count;
      n -= count;
    }
}

static WeirBuffer *
slice_bits (const guint8 *in,
            guint         offset,
            guint         n)
{
  WeirBuffer *out = weir_buffer_new ((n + 7) / 8);

  if (offset % 8 == 0 && n > 0)
    memcpy (out->data, in + offset / 8, out->size);
  else
    {
      memset (out->data, 0, out->size);
      copy_bits (out->data, 0, in, offset, n);
    }
  return out;
}

/* Values of all columns behind each other; list views are shifted by the elements before them. */
static WeirBuffer *
concat_values (WeirColumn **columns,
               guint        n_columns,
               guint        n_rows)
{
  gsize       width = weir_type_width (columns[0]->type);
  gboolean    is_list = columns[0]->n_children > 0;
  WeirBuffer *out = weir_buffer_new (n_rows * width);
  guint       at = 0;
  guint32     shift = 0;

  for (guint c = 0; c < n_columns; c++)
    {
      guint n = columns[c]->n_rows;

      if (n > 0)
        memcpy (out->data + at * width, columns[c]->values, n * width);
      for (guint i = 0; is_list && i < n; i++)
        ((WeirListView *)(void *)out->data)[at + i].offset += shift;
      if (is_list)
        shift += columns[c]->children[0]->n_rows;
      at += n;
    }
  return out;
}

static WeirBuffer *
concat_bits (WeirColumn **columns,
             guint        n_columns,
             guint        n_rows,
             gboolean     validity)
{
  WeirBuffer *out = weir_buffer_new ((n_rows + 7) / 8);
  guint       at = 0;

  memset (out->data, 0, out->size);
  for (guint c = 0; c < n_columns; c++)
    {
      copy_bits (out->data, at, validity ? columns[c]->validity : columns[c]->values, 0, columns[c]->n_rows);
      at += columns[c]->n_rows;
    }
  return out;
}

static WeirColumn *
concat_flat (WeirColumn **columns,
             guint        n_columns)
{
  WeirType               *type = columns[0]->type;
  guint                   n_rows = 0, n_buffers = 2, n_children = columns[0]->n_children;
  gboolean                any_null = FALSE;
  WeirColumn             *self;
  g_autofree WeirColumn **parts = g_new (WeirColumn *, n_columns);

  for (guint c = 0; c < n_columns; c++)
    {
      n_rows += columns[c]->n_rows;
      n_buffers += columns[c]->n_buffers;
      any_null = any_null || columns[c]->validity != NULL;
    }
  self = _weir_column_alloc (type, n_rows, n_children, n_buffers);
  if (any_null)
    {
      self->buffers[self->n_buffers] = concat_bits (columns, n_columns, n_rows, TRUE);
      self->validity = self->buffers[self->n_buffers++]->data;
    }
  if (type->kind == WEIR_TYPE_BOOLEAN || weir_type_width (type) > 0)
    {
      self->buffers[self->n_buffers] = type->kind == WEIR_TYPE_BOOLEAN ? concat_bits (columns, n_columns, n_rows, FALSE)
                                                                       : concat_values (columns, n_columns, n_rows);
      self->values = self->buffers[self->n_buffers++]->data;
    }
  for (guint c = 0; c < n_columns; c++)
    share_bytes (self, columns[c]);
  for (guint i = 0; i < n_children; i++)
    {
      for (guint c = 0; c < n_columns; c++)
        parts[c] = columns[c]->children[i];
      self->children[i] = weir_column_concat (parts, n_columns);
    }
  return self;
}

WeirColumn *
weir_column_concat (WeirColumn **columns,
                    guint        n_columns)
{
  g_autofree WeirColumn **flat = NULL;
  WeirColumn             *result;

  g_assert (n_columns > 0);
  if (n_columns == 1)
    return weir_column_ref (columns[0]);
  flat = g_new (WeirColumn *, n_columns);
  for (guint c = 0; c < n_columns; c++)
    flat[c] = weir_column_flatten (columns[c]);
  result = concat_flat (flat, n_columns);
  for (guint c = 0; c < n_columns; c++)
    weir_column_unref (flat[c]);
  return result;
}

/* ---- slice ------------------------------------------------------------------------------------------------------ */

static WeirColumn *
slice_flat (const WeirColumn *column,
            guint             offset,
            guint             n)
{
  gsize       width = weir_type_width (column->type);
  gboolean    is_list = column->type->kind == WEIR_TYPE_ARRAY || column->type->kind == WEIR_TYPE_MAP;
  WeirColumn *self = _weir_column_alloc (column->type, n, column->n_children, column->n_buffers + 2);

  if (column->validity != NULL)
    {
      self->buffers[self->n_buffers] = slice_bits (column->validity, offset, n);
      self->validity = self->buffers[self->n_buffers++]->data;
    }
  if (column->type->kind == WEIR_TYPE_BOOLEAN)
    self->buffers[self->n_buffers] = slice_bits (column->values, offset, n);
  else if (width > 0)
    {
      self->buffers[self->n_buffers] = weir_buffer_new (n * width);
      memcpy (self->buffers[self->n_buffers]->data, (const guint8 *)column->values + offset * width, n * width);
    }
  if (self->buffers[self->n_buffers] != NULL)
    self->values = self->buffers[self->n_buffers++]->data;
  share_bytes (self, column);
  for (guint i = 0; i < column->n_children; i++)
    self->children[i] = is_list ? weir_column_ref (column->children[i]) : weir_column_slice (column->children[i], offset, n);
  return self;
}

WeirColumn *
weir_column_slice (WeirColumn *column,
                   guint       offset,
                   guint       n)
{
  if (offset == 0 && n == column->n_rows)
    return weir_column_ref (column);
  if (column->encoding == WEIR_ENCODING_CONST)
    return weir_column_new_const (column->dict, n);
  if (column->encoding == WEIR_ENCODING_DICT)
    {
      g_autoptr (WeirBuffer) codes = weir_buffer_new (n * sizeof (guint32));

      memcpy (codes->data, column->codes + offset, n * sizeof (guint32));
      return weir_column_new_dict (column->dict, codes, n);
    }
  return slice_flat (column, offset, n);
}
