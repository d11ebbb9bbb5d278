/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "io/memory-table.h"
#include "io/recent.h"

/* Batch queries over a table of format `memory`: what queries have written into it up to now. Bounded, so offsets say nothing. */

typedef struct
{
  WeirSource       parent;
  WeirMemoryTable *table;  /* Borrowed from the hub; NULL: nothing was written */
  WeirSchema      *schema; /* Owned */
  WeirSchema      *pruned; /* Owned */
  gboolean        *needed; /* Owned, nullable */
} MemorySource;

static gboolean
memory_open (WeirSource             *source,
             const WeirSourceConfig *config,
             GError                **error)
{
  MemorySource *self = (MemorySource *)source;

  if (config->hub != NULL && config->table != NULL)
    self->table = weir_memory_table_get (config->hub, config->table);
  self->schema = weir_type_ref (config->schema);
  self->pruned = _weir_schema_prune (config->schema, config->needed);
  self->needed = config->needed != NULL ? g_memdup2 (config->needed, config->schema->n_fields * sizeof (gboolean)) : NULL;
  source->description = g_strdup_printf ("MemoryTable[%s]", config->table != NULL ? config->table : "");
  return TRUE;
}

static void
memory_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

static char *
memory_latest (WeirSource *source,
               const char *from,
               gboolean    unlimited,
               GError    **error)
{
  return g_strdup ("now");
}

static char *
memory_freeze (WeirSource *source,
               GError    **error)
{
  return g_strdup ("now");
}

static GPtrArray *
memory_plan (WeirSource *source,
             const char *from,
             const char *to,
             GError    **error)
{
  MemorySource *self = (MemorySource *)source;

  return self->table != NULL ? weir_memory_table_read (self->table, self->schema, error) : g_ptr_array_new ();
}

static gboolean
memory_read (WeirSource      *source,
             gpointer         morsel,
             WeirSourcePush   push,
             gpointer         push_data,
             WeirDecodeStats *stats,
             GCancellable    *cancellable,
             GError         **error)
{
  MemorySource *self = (MemorySource *)source;
  WeirBatch    *batch = morsel;

  stats->rows += batch->n_rows;
  return _weir_push_pruned (batch, self->pruned, self->needed, push, push_data, error);
}

static void
memory_finalize (WeirSource *source)
{
  MemorySource *self = (MemorySource *)source;

  g_clear_pointer (&self->schema, weir_type_unref);
  g_clear_pointer (&self->pruned, weir_type_unref);
  g_free (self->needed);
}

static WeirSchema *
memory_resolve (WeirSchema *declared,
                GHashTable *options,
                const char *base_dir,
                GError    **error)
{
  if (declared != NULL)
    return weir_type_ref (declared);
  weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE,
             "The table has no columns yet: start a query INTO it first, or declare them in CREATE TABLE.");
  return NULL;
}

static const WeirSourceClass memory_class = {
  .format = "memory",
  .open = memory_open,
  .start = memory_start,
  .latest = memory_latest,
  .freeze = memory_freeze,
  .plan = memory_plan,
  .read = memory_read,
  .peek = weir_source_peek_all,
  .finalize = memory_finalize,
};

const WeirSourceKind _weir_source_memory = { &memory_class, sizeof (MemorySource), memory_resolve };
