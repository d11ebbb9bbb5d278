/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "column/column.h"

#include <stdlib.h>

/* Loads of up to 64 bytes may start at the last byte: the padding behind the data is zero. */
#define BUFFER_ALIGN 64

WeirBuffer *
weir_buffer_new (gsize size)
{
  WeirBuffer *self = g_new (WeirBuffer, 1);
  gsize       padded = (size + 2 * BUFFER_ALIGN - 1) / BUFFER_ALIGN * BUFFER_ALIGN;

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  self->data = aligned_alloc (BUFFER_ALIGN, padded);
  if (self->data == NULL)
    g_error ("out of memory: %" G_GSIZE_FORMAT " bytes", padded);
  memset (self->data + size, 0, padded - size);
  self->free_func = NULL;
  self->free_data = NULL;
  return self;
}

WeirBuffer *
weir_buffer_new_foreign (guint8        *data,
                         gsize          size,
                         GDestroyNotify free_func,
                         gpointer       free_data)
{
  WeirBuffer *self = g_new (WeirBuffer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->size = size;
  self->data = data;
  self->free_func = free_func;
  self->free_data = free_data;
  return self;
}

WeirBuffer *
weir_buffer_ref (WeirBuffer *buffer)
{
  g_atomic_ref_count_inc (&buffer->ref_count);
  return buffer;
}

void
weir_buffer_unref (WeirBuffer *buffer)
{
  if (buffer == NULL || !g_atomic_ref_count_dec (&buffer->ref_count))
    return;
  if (buffer->free_func != NULL)
    buffer->free_func (buffer->free_data);
  else
    free (buffer->data);
  g_free (buffer);
}
