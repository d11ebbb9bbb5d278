/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column-private.h"

/*
 * Construction and life of columns. A column owns a list of buffers: its bitmap, its values or codes, and every buffer that its views
 * point into. Operations that share bytes (gather, concat, slice) copy that list, so a buffer lives as long as the last
 * view into it.
 */

WeirColumn *
_weir_column_alloc (WeirType *type,
                    guint     n_rows,
                    guint     n_children,
                    guint     n_buffers)
{
  WeirColumn *self = g_new0 (WeirColumn, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = weir_type_ref (type);
  self->n_rows = n_rows;
  self->n_children = n_children;
  if (n_children > 0)
    self->children = g_new0 (WeirColumn *, n_children);
  if (n_buffers > 0)
    self->buffers = g_new0 (WeirBuffer *, n_buffers);
  return self;
}

WeirColumn *
weir_column_ref (WeirColumn *column)
{
  g_atomic_ref_count_inc (&column->ref_count);
  return column;
}

void
weir_column_unref (WeirColumn *column)
{
  if (column == NULL || !g_atomic_ref_count_dec (&column->ref_count))
    return;
  for (guint i = 0; i < column->n_children; i++)
    weir_column_unref (column->children[i]);
  for (guint i = 0; i < column->n_buffers; i++)
    weir_buffer_unref (column->buffers[i]);
  weir_column_unref (column->dict);
  g_free (column->children);
  g_free (column->buffers);
  weir_type_unref (column->type);
  g_free (column);
}

int
weir_view_compare (const WeirView *a,
                   const WeirView *b)
{
  guint32 len = MIN (a->len, b->len);
  int     result = len > 0 ? memcmp (weir_view_data (a), weir_view_data (b), len) : 0;

  if (result != 0)
    return result;
  return a->len < b->len ? -1 : a->len > b->len;
}

gboolean
weir_column_is_null (const WeirColumn *column,
                     guint             row)
{
  column = weir_column_resolve (column, &row);
  return column->type->kind == WEIR_TYPE_VOID || (column->validity != NULL && !weir_bit (column->validity, row));
}

const WeirColumn *
weir_column_resolve (const WeirColumn *column,
                     guint            *row)
{
  while (column->encoding != WEIR_ENCODING_FLAT)
    {
      *row = column->encoding == WEIR_ENCODING_CONST ? 0 : column->codes[*row];
      column = column->dict;
    }
  return column;
}

WeirColumn *
weir_column_new_const (WeirColumn *one_row,
                       guint       n_rows)
{
  WeirColumn *self = _weir_column_alloc (one_row->type, n_rows, 0, 0);

  self->encoding = WEIR_ENCODING_CONST;
  self->dict = weir_column_flatten (one_row);
  return self;
}

WeirColumn *
weir_column_new_dict (WeirColumn *dict,
                      WeirBuffer *codes,
                      guint       n_rows)
{
  WeirColumn *self = _weir_column_alloc (dict->type, n_rows, 0, 1);

  self->encoding = WEIR_ENCODING_DICT;
  self->dict = weir_column_flatten (dict);
  self->buffers[self->n_buffers++] = weir_buffer_ref (codes);
  self->codes = (const guint32 *)codes->data;
  return self;
}

static void
take_buffer (WeirColumn *self,
             WeirBuffer *buffer)
{
  if (buffer != NULL)
    self->buffers[self->n_buffers++] = buffer;
}

WeirColumn *
weir_column_new_flat (WeirType   *type,
                      guint       n_rows,
                      WeirBuffer *values,
                      WeirBuffer *validity)
{
  WeirColumn *self = _weir_column_alloc (type, n_rows, 0, 2);

  self->values = values != NULL ? values->data : NULL;
  self->validity = validity != NULL ? validity->data : NULL;
  take_buffer (self, values);
  take_buffer (self, validity);
  return self;
}

WeirColumn *
weir_column_new_views (WeirType    *type,
                       guint        n_rows,
                       WeirBuffer  *views,
                       WeirBuffer  *validity,
                       WeirBuffer **bytes,
                       guint        n_bytes)
{
  WeirColumn *self = _weir_column_alloc (type, n_rows, 0, 2 + n_bytes);

  self->values = views->data;
  self->validity = validity != NULL ? validity->data : NULL;
  take_buffer (self, views);
  take_buffer (self, validity);
  for (guint i = 0; i < n_bytes; i++)
    take_buffer (self, weir_buffer_ref (bytes[i]));
  return self;
}

WeirColumn *
weir_column_new_struct (WeirType    *type,
                        guint        n_rows,
                        WeirColumn **children,
                        WeirBuffer  *validity)
{
  WeirColumn *self = _weir_column_alloc (type, n_rows, type->n_fields, 1);

  self->validity = validity != NULL ? validity->data : NULL;
  take_buffer (self, validity);
  for (guint i = 0; i < type->n_fields; i++)
    self->children[i] = weir_column_ref (children[i]);
  return self;
}

WeirColumn *
weir_column_new_list (WeirType    *type,
                      guint        n_rows,
                      WeirBuffer  *views,
                      WeirColumn **children,
                      WeirBuffer  *validity)
{
  WeirColumn *self = _weir_column_alloc (type, n_rows, type->n_fields, 2);

  self->values = views->data;
  self->validity = validity != NULL ? validity->data : NULL;
  take_buffer (self, views);
  take_buffer (self, validity);
  for (guint i = 0; i < type->n_fields; i++)
    self->children[i] = weir_column_ref (children[i]);
  return self;
}

static WeirColumn *
new_null_row (WeirType *type)
{
  WeirBuffer *validity = weir_buffer_new (1);
  WeirBuffer *values = NULL;
  gsize       width = MAX (weir_type_width (type), 1);
  WeirColumn *self;

  validity->data[0] = 0;
  if (type->kind == WEIR_TYPE_STRUCT)
    {
      g_autofree WeirColumn **children = g_new0 (WeirColumn *, MAX (type->n_fields, 1));

      for (guint i = 0; i < type->n_fields; i++)
        children[i] = weir_column_new_nulls (type->fields[i].type, 1);
      self = weir_column_new_struct (type, 1, children, validity);
      for (guint i = 0; i < type->n_fields; i++)
        weir_column_unref (children[i]);
      return self;
    }
  values = weir_buffer_new (width);
  memset (values->data, 0, width);
  if (type->kind == WEIR_TYPE_ARRAY || type->kind == WEIR_TYPE_MAP)
    {
      WeirColumn *children[2] = { 0 };

      for (guint i = 0; i < type->n_fields; i++)
        children[i] = weir_column_new_nulls (type->fields[i].type, 0);
      self = weir_column_new_list (type, 1, values, children, validity);
      for (guint i = 0; i < type->n_fields; i++)
        weir_column_unref (children[i]);
      return self;
    }
  return weir_column_new_flat (type, 1, values, validity);
}

WeirColumn *
weir_column_new_nulls (WeirType *type,
                       guint     n_rows)
{
  g_autoptr (WeirColumn) row = new_null_row (type);

  return weir_column_new_const (row, n_rows);
}

static gsize
add_bytes (const WeirColumn *column,
           GHashTable       *seen)
{
  gsize bytes = sizeof *column;

  for (guint i = 0; i < column->n_buffers; i++)
    if (g_hash_table_add (seen, column->buffers[i]))
      bytes += column->buffers[i]->size;
  for (guint i = 0; i < column->n_children; i++)
    bytes += add_bytes (column->children[i], seen);
  if (column->dict != NULL && g_hash_table_add (seen, column->dict))
    bytes += add_bytes (column->dict, seen);
  return bytes;
}

gsize
weir_column_bytes (const WeirColumn *column)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  return add_bytes (column, seen);
}

WeirColumn *
weir_column_retype (WeirColumn *column,
                    WeirType   *type)
{
  WeirColumn *self;

  if (column->type == type)
    return weir_column_ref (column);
  self = _weir_column_alloc (type, column->n_rows, column->n_children, column->n_buffers);
  self->encoding = column->encoding;
  self->validity = column->validity;
  self->values = column->values;
  self->codes = column->codes;
  self->dict = column->dict != NULL ? weir_column_retype (column->dict, type) : NULL;
  for (guint i = 0; i < column->n_children; i++)
    self->children[i] = weir_column_retype (column->children[i], type->fields[i].type);
  for (; self->n_buffers < column->n_buffers; self->n_buffers++)
    self->buffers[self->n_buffers] = weir_buffer_ref (column->buffers[self->n_buffers]);
  return self;
}
