/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/memory-table.h"

#include "base/limits.h"
#include "io/hub-private.h"

struct _WeirMemoryTable
{
  GMutex      lock;
  WeirSchema *schema;  /* Owned, nullable: of the rows */
  GPtrArray  *batches; /* Owned: WeirBatch, oldest first */
  guint64     n_rows, n_bytes;
  guint       n_writers;
};

void
_weir_memory_table_free (gpointer data)
{
  WeirMemoryTable *self = data;

  g_ptr_array_unref (self->batches);
  g_clear_pointer (&self->schema, weir_type_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

WeirMemoryTable *
weir_memory_table_get (WeirReaderHub *hub,
                       const char    *name)
{
  g_autofree char *key = g_ascii_strdown (name, -1);
  WeirMemoryTable *table;

  g_mutex_lock (&hub->lock);
  table = g_hash_table_lookup (hub->memory, key);
  if (table == NULL)
    {
      table = g_new0 (WeirMemoryTable, 1);
      g_mutex_init (&table->lock);
      table->batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
      g_hash_table_insert (hub->memory, g_steal_pointer (&key), table);
    }
  g_mutex_unlock (&hub->lock);
  return table;
}

static void
forget_rows (WeirMemoryTable *self)
{
  g_ptr_array_set_size (self->batches, 0);
  self->n_rows = self->n_bytes = 0;
}

void
weir_memory_table_open (WeirMemoryTable *table,
                        WeirSchema      *schema,
                        gboolean         is_streaming)
{
  g_mutex_lock (&table->lock);
  if ((is_streaming && table->n_writers == 0) || (table->schema != NULL && !weir_type_equal (table->schema, schema)))
    forget_rows (table);
  table->n_writers++;
  g_clear_pointer (&table->schema, weir_type_unref);
  table->schema = weir_type_ref (schema);
  g_mutex_unlock (&table->lock);
}

void
weir_memory_table_close (WeirMemoryTable *table)
{
  g_mutex_lock (&table->lock);
  table->n_writers--;
  g_mutex_unlock (&table->lock);
}

static void
drop_oldest (WeirMemoryTable *self,
             guint64          rows_max)
{
  while (self->n_rows > rows_max || (self->n_bytes > WEIR_RESULT_BYTES_MAX && self->batches->len > 1))
    {
      WeirBatch *oldest = self->batches->pdata[0];
      guint64    surplus = self->n_rows > rows_max ? self->n_rows - rows_max : oldest->n_rows;

      if (surplus >= oldest->n_rows)
        {
          self->n_rows -= oldest->n_rows;
          self->n_bytes -= MIN (self->n_bytes, weir_batch_bytes (oldest));
          g_ptr_array_remove_index (self->batches, 0);
          continue;
        }
      self->batches->pdata[0] = weir_batch_slice (oldest, (guint)surplus, oldest->n_rows - (guint)surplus);
      self->n_rows -= surplus;
      weir_batch_unref (oldest);
    }
}

void
weir_memory_table_apply (WeirMemoryTable *table,
                         GPtrArray       *batches,
                         gboolean         replace,
                         guint64          rows_max)
{
  g_mutex_lock (&table->lock);
  if (replace)
    forget_rows (table);
  for (guint i = 0; i < batches->len; i++)
    {
      g_ptr_array_add (table->batches, weir_batch_ref (batches->pdata[i]));
      table->n_rows += ((WeirBatch *)batches->pdata[i])->n_rows;
      table->n_bytes += weir_batch_bytes (batches->pdata[i]);
    }
  drop_oldest (table, rows_max);
  g_mutex_unlock (&table->lock);
}

GPtrArray *
weir_memory_table_read (WeirMemoryTable *table,
                        WeirSchema      *schema,
                        GError         **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  gboolean              fits;

  g_mutex_lock (&table->lock);
  fits = table->schema == NULL || table->batches->len == 0 || weir_type_equal (table->schema, schema);
  for (guint i = 0; fits && i < table->batches->len; i++)
    g_ptr_array_add (batches, weir_batch_ref (table->batches->pdata[i]));
  g_mutex_unlock (&table->lock);
  if (fits)
    return g_steal_pointer (&batches);
  weir_fail (error, WEIR_ERROR_RUN, "INCOMPATIBLE_COLUMN_TYPE", WEIR_SPAN_NONE,
             "The rows in the table have other columns than it was created with: create it anew.");
  return NULL;
}
