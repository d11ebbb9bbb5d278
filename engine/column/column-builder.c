/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-builder.h"

#include "column/column-private.h"

/*
 * Buffers grow by doubling; bytes of long strings go into blocks that are never moved, so views may be written at once.
 */

#define FIRST_CAPACITY 64
#define BYTES_BLOCK    (64u << 10)

static void reserve_children (WeirColumnBuilder *self, guint capacity);

WeirColumnBuilder *
weir_column_builder_new (WeirType *type,
                         guint     capacity)
{
  WeirColumnBuilder *self = g_new0 (WeirColumnBuilder, 1);

  self->type = weir_type_ref (type);
  self->n_children = type->n_fields;
  self->children = g_new0 (WeirColumnBuilder *, MAX (type->n_fields, 1));
  for (guint i = 0; i < type->n_fields; i++)
    self->children[i] = weir_column_builder_new (type->fields[i].type, type->kind == WEIR_TYPE_STRUCT ? capacity : 0);
  if (capacity > 0)
    weir_column_builder_reserve (self, capacity);
  return self;
}

void
weir_column_builder_free (WeirColumnBuilder *builder)
{
  if (builder == NULL)
    return;
  for (guint i = 0; i < builder->n_children; i++)
    weir_column_builder_free (builder->children[i]);
  g_free (builder->children);
  weir_buffer_unref (builder->values_buffer);
  weir_buffer_unref (builder->validity_buffer);
  g_clear_pointer (&builder->bytes, g_ptr_array_unref);
  weir_type_unref (builder->type);
  g_free (builder);
}

static gsize
values_size (WeirColumnBuilder *self,
             guint              n_rows)
{
  if (self->type->kind == WEIR_TYPE_BOOLEAN)
    return (n_rows + 7) / 8;
  return n_rows * weir_type_width (self->type);
}

static WeirBuffer *
grow (WeirBuffer *old,
      gsize       used,
      gsize       size,
      int         fill)
{
  WeirBuffer *fresh = weir_buffer_new (size);

  if (old != NULL && used > 0)
    memcpy (fresh->data, old->data, used);
  if (fill >= 0)
    memset (fresh->data + used, fill, size - used);
  weir_buffer_unref (old);
  return fresh;
}

void
weir_column_builder_reserve (WeirColumnBuilder *builder,
                             guint              n)
{
  guint    wanted = builder->n_rows + n, capacity;
  gboolean is_bits = builder->type->kind == WEIR_TYPE_BOOLEAN;

  if (wanted <= builder->capacity)
    return;
  capacity = MAX (FIRST_CAPACITY, MAX (wanted, builder->capacity + builder->capacity / 2));
  if (values_size (builder, 8) > 0)
    {
      builder->values_buffer = grow (builder->values_buffer, values_size (builder, builder->n_rows), values_size (builder, capacity), is_bits ? 0 : -1);
      builder->values = builder->values_buffer->data;
    }
  if (builder->validity_buffer != NULL)
    {
      builder->validity_buffer = grow (builder->validity_buffer, (builder->capacity + 7) / 8, (capacity + 7) / 8, 0xff);
      builder->validity = builder->validity_buffer->data;
    }
  builder->capacity = capacity;
  reserve_children (builder, capacity);
}

static void
reserve_children (WeirColumnBuilder *self,
                  guint              capacity)
{
  if (self->type->kind != WEIR_TYPE_STRUCT)
    return;
  for (guint i = 0; i < self->n_children; i++)
    if (self->children[i]->n_rows < capacity)
      weir_column_builder_reserve (self->children[i], capacity - self->children[i]->n_rows);
}

void
weir_column_builder_ensure_validity (WeirColumnBuilder *builder)
{
  if (builder->validity != NULL)
    return;
  weir_column_builder_reserve (builder, 1);
  builder->validity_buffer = weir_buffer_new ((builder->capacity + 7) / 8);
  memset (builder->validity_buffer->data, 0xff, builder->validity_buffer->size);
  builder->validity = builder->validity_buffer->data;
}

/* Makes room for one row and returns its number. */
static inline guint
next_row (WeirColumnBuilder *self)
{
  if (G_UNLIKELY (self->n_rows == self->capacity))
    weir_column_builder_reserve (self, 1);
  if (self->validity != NULL)
    weir_bit_set (self->validity, self->n_rows, TRUE);
  return self->n_rows++;
}

void
weir_column_builder_append_null (WeirColumnBuilder *builder)
{
  gsize width = weir_type_width (builder->type);
  guint row;

  weir_column_builder_ensure_validity (builder);
  row = next_row (builder);
  weir_bit_set (builder->validity, row, FALSE);
  if (builder->type->kind == WEIR_TYPE_BOOLEAN)
    weir_bit_set (builder->values, row, FALSE);
  else if (width > 0)
    memset ((guint8 *)builder->values + row * width, 0, width);
  if (builder->type->kind == WEIR_TYPE_STRUCT)
    for (guint i = 0; i < builder->n_children; i++)
      weir_column_builder_append_null (builder->children[i]);
}

void
weir_column_builder_append_bool (WeirColumnBuilder *builder,
                                 gboolean           value)
{
  guint row = next_row (builder);

  weir_bit_set (builder->values, row, value);
}

void
weir_column_builder_append_i64 (WeirColumnBuilder *builder,
                                gint64             value)
{
  guint row = next_row (builder);

  switch (weir_type_width (builder->type))
    {
    case 1:
      ((gint8 *)builder->values)[row] = (gint8)value;
      break;
    case 2:
      ((gint16 *)builder->values)[row] = (gint16)value;
      break;
    case 4:
      ((gint32 *)builder->values)[row] = (gint32)value;
      break;
    default:
      ((gint64 *)builder->values)[row] = value;
      break;
    }
}

void
weir_column_builder_append_double (WeirColumnBuilder *builder,
                                   double             value)
{
  guint row = next_row (builder);

  if (builder->type->kind == WEIR_TYPE_FLOAT)
    ((float *)builder->values)[row] = (float)value;
  else
    ((double *)builder->values)[row] = value;
}

void
weir_column_builder_append_i128 (WeirColumnBuilder *builder,
                                 WeirInt128         value)
{
  guint row = next_row (builder);

  ((WeirInt128 *)builder->values)[row] = value;
}

void
weir_column_builder_append_interval (WeirColumnBuilder *builder,
                                     WeirInterval       value)
{
  guint row = next_row (builder);

  ((WeirInterval *)builder->values)[row] = value;
}

char *
weir_column_builder_alloc_bytes (WeirColumnBuilder *builder,
                                 gsize              len)
{
  char *at;

  if (builder->bytes_open == NULL || builder->bytes_open->size - builder->bytes_used < len)
    {
      gsize size = MAX (len, BYTES_BLOCK);

      if (builder->bytes == NULL)
        builder->bytes = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_buffer_unref);
      builder->bytes_open = weir_buffer_new (size);
      builder->bytes_used = 0;
      g_ptr_array_add (builder->bytes, builder->bytes_open);
    }
  at = (char *)builder->bytes_open->data + builder->bytes_used;
  builder->bytes_used += len;
  return at;
}

void
weir_column_builder_append_view (WeirColumnBuilder *builder,
                                 WeirView           view)
{
  guint row = next_row (builder);

  ((WeirView *)builder->values)[row] = view;
}

void
weir_column_builder_append_bytes (WeirColumnBuilder *builder,
                                  const char        *data,
                                  gsize              len)
{
  if (len > WEIR_VIEW_INLINE_MAX)
    {
      char *copy = weir_column_builder_alloc_bytes (builder, len);

      memcpy (copy, data, len);
      data = copy;
    }
  weir_column_builder_append_view (builder, weir_view_new (data, (guint32)len));
}

void
weir_column_builder_keep (WeirColumnBuilder *builder,
                          WeirBuffer        *buffer)
{
  if (builder->bytes == NULL)
    builder->bytes = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_buffer_unref);
  g_ptr_array_add (builder->bytes, weir_buffer_ref (buffer));
}

void
weir_column_builder_append_list (WeirColumnBuilder *builder,
                                 guint              length)
{
  guint row = next_row (builder);

  ((WeirListView *)builder->values)[row] = (WeirListView){ builder->children[0]->n_rows - length, length };
}

void
weir_column_builder_append_struct (WeirColumnBuilder *builder)
{
  next_row (builder);
}

static void
append_nested_from (WeirColumnBuilder *builder,
                    const WeirColumn  *column,
                    guint              row)
{
  WeirListView list;

  if (builder->type->kind == WEIR_TYPE_STRUCT)
    {
      for (guint i = 0; i < builder->n_children; i++)
        weir_column_builder_append_from (builder->children[i], column->children[i], row);
      weir_column_builder_append_struct (builder);
      return;
    }
  list = weir_column_values (column, WeirListView)[row];
  for (guint i = 0; i < builder->n_children; i++)
    for (guint e = 0; e < list.length; e++)
      weir_column_builder_append_from (builder->children[i], column->children[i], list.offset + e);
  weir_column_builder_append_list (builder, list.length);
}

void
weir_column_builder_append_from (WeirColumnBuilder *builder,
                                 const WeirColumn  *column,
                                 guint              row)
{
  gsize width = weir_type_width (builder->type);
  guint to;

  column = weir_column_resolve (column, &row);
  if (column->type->kind == WEIR_TYPE_VOID || (column->validity != NULL && !weir_bit (column->validity, row)))
    weir_column_builder_append_null (builder);
  else if (builder->type->kind == WEIR_TYPE_STRING || builder->type->kind == WEIR_TYPE_BINARY)
    {
      const WeirView *view = &weir_column_values (column, WeirView)[row];

      weir_column_builder_append_bytes (builder, weir_view_data (view), view->len);
    }
  else if (builder->type->kind == WEIR_TYPE_BOOLEAN)
    weir_column_builder_append_bool (builder, weir_bit (column->values, row));
  else if (builder->type->kind >= WEIR_TYPE_ARRAY)
    append_nested_from (builder, column, row);
  else
    {
      to = next_row (builder);
      memcpy ((guint8 *)builder->values + to * width, (const guint8 *)column->values + row * width, width);
    }
}

void
weir_column_builder_truncate (WeirColumnBuilder *builder,
                              guint              n_rows)
{
  gboolean is_list = builder->type->kind == WEIR_TYPE_ARRAY || builder->type->kind == WEIR_TYPE_MAP;
  guint32  n_elements = 0;

  if (n_rows >= builder->n_rows)
    return;
  /* Lists follow each other: the last that has elements ends where the kept ones end. */
  for (guint i = n_rows; is_list && i-- > 0 && n_elements == 0;)
    {
      WeirListView list = ((WeirListView *)builder->values)[i];

      n_elements = list.length > 0 ? list.offset + list.length : 0;
    }
  builder->n_rows = n_rows;
  for (guint i = 0; i < builder->n_children; i++)
    weir_column_builder_truncate (builder->children[i], is_list ? n_elements : n_rows);
}

WeirColumn *
weir_column_builder_finish (WeirColumnBuilder *builder)
{
  guint       n_bytes = builder->bytes != NULL ? builder->bytes->len : 0;
  WeirColumn *column = _weir_column_alloc (builder->type, builder->n_rows, builder->n_children, 2 + n_bytes);

  if (builder->values_buffer == NULL && values_size (builder, 8) > 0)
    builder->values_buffer = weir_buffer_new (0);
  if (builder->values_buffer != NULL)
    {
      column->values = builder->values_buffer->data;
      column->buffers[column->n_buffers++] = g_steal_pointer (&builder->values_buffer);
    }
  if (builder->validity_buffer != NULL)
    {
      column->validity = builder->validity_buffer->data;
      column->buffers[column->n_buffers++] = g_steal_pointer (&builder->validity_buffer);
    }
  for (guint i = 0; i < n_bytes; i++)
    column->buffers[column->n_buffers++] = weir_buffer_ref (builder->bytes->pdata[i]);
  for (guint i = 0; i < builder->n_children; i++)
    column->children[i] = weir_column_builder_finish (builder->children[i]);
  g_clear_pointer (&builder->bytes, g_ptr_array_unref);
  builder->bytes_open = NULL;
  builder->bytes_used = 0;
  builder->values = NULL;
  builder->validity = NULL;
  builder->n_rows = builder->capacity = 0;
  return column;
}
