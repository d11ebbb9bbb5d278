/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/limits.h"
#include "io/hub.h"
#include "io/memory-table.h"
#include "io/sink-private.h"
#include "io/source-private.h"

/* Sinks that keep nothing of their own: noop counts rows, memory and queue hand them to the session's hub. */

typedef struct
{
  WeirSink       parent;
  WeirReaderHub *hub;     /* Borrowed */
  char          *table;   /* Owned */
  GPtrArray     *pending; /* Owned: WeirBatch of the open batch */
} PlainSink;

typedef struct
{
  WeirSink         parent;
  WeirMemoryTable *table;   /* Borrowed from the hub; NULL without one */
  GPtrArray       *pending; /* Owned: WeirBatch of the open batch */
  gint64           rows_max;
  gboolean         replaces; /* complete mode */
} MemorySink;

static gboolean
noop_open (WeirSink             *sink,
           const WeirSinkConfig *config,
           GError              **error)
{
  sink->description = g_strdup ("NoOpTable");
  return TRUE;
}

static gboolean
begin (WeirSink *sink,
       guint64   batch_id,
       gboolean  is_replay,
       GError  **error)
{
  return TRUE;
}

static gboolean
count_rows (WeirSink  *sink,
            WeirBatch *batch,
            GError   **error)
{
  sink->rows_written += batch->n_rows;
  return TRUE;
}

static gboolean
commit (WeirSink *sink,
        guint64   batch_id,
        GError  **error)
{
  return TRUE;
}

static void
abort_batch (WeirSink *sink)
{
}

static void
finalize (WeirSink *sink)
{
  PlainSink *self = (PlainSink *)sink;

  g_free (self->table);
  g_clear_pointer (&self->pending, g_ptr_array_unref);
}

static gboolean
queue_open (WeirSink             *sink,
            const WeirSinkConfig *config,
            GError              **error)
{
  PlainSink *self = (PlainSink *)sink;

  self->hub = config->hub;
  self->table = g_strdup (config->table);
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  sink->description = g_strdup_printf ("QueueSink[%s]", config->table);
  return TRUE;
}

static gboolean
queue_write (WeirSink  *sink,
             WeirBatch *batch,
             GError   **error)
{
  PlainSink *self = (PlainSink *)sink;

  g_ptr_array_add (self->pending, weir_batch_ref (batch));
  return count_rows (sink, batch, error);
}

/* One batch of the query is one queued batch. */
static gboolean
queue_commit (WeirSink *sink,
              guint64   batch_id,
              GError  **error)
{
  PlainSink            *self = (PlainSink *)sink;
  g_autoptr (WeirBatch) whole = NULL;

  if (self->pending->len == 0)
    return TRUE;
  whole = weir_batch_concat ((WeirBatch **)self->pending->pdata, self->pending->len);
  g_ptr_array_set_size (self->pending, 0);
  return weir_reader_hub_push (self->hub, self->table, whole, error);
}

static void
queue_abort (WeirSink *sink)
{
  PlainSink *self = (PlainSink *)sink;

  g_ptr_array_set_size (self->pending, 0);
}

static gboolean
memory_check (const WeirSinkConfig *config,
              GError              **error)
{
  gint64 rows_max;

  return _weir_io_option_int (config->options, "maxRows", 1, G_MAXINT64, WEIR_RESULT_ROWS_MAX, &rows_max, error);
}

static gboolean
memory_open (WeirSink             *sink,
             const WeirSinkConfig *config,
             GError              **error)
{
  MemorySink *self = (MemorySink *)sink;

  sink->description = g_strdup ("MemorySink");
  self->pending = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  self->replaces = g_strcmp0 (config->mode, "complete") == 0;
  if (!_weir_io_option_int (config->options, "maxRows", 1, G_MAXINT64, WEIR_RESULT_ROWS_MAX, &self->rows_max, error))
    return FALSE;
  if (config->hub == NULL || config->table == NULL)
    return TRUE;
  self->table = weir_memory_table_get (config->hub, config->table);
  weir_memory_table_open (self->table, config->schema, config->mode != NULL);
  return TRUE;
}

static gboolean
memory_write (WeirSink  *sink,
              WeirBatch *batch,
              GError   **error)
{
  g_ptr_array_add (((MemorySink *)sink)->pending, weir_batch_ref (batch));
  return count_rows (sink, batch, error);
}

static gboolean
memory_commit (WeirSink *sink,
               guint64   batch_id,
               GError  **error)
{
  MemorySink *self = (MemorySink *)sink;

  if (self->table != NULL)
    weir_memory_table_apply (self->table, self->pending, self->replaces, (guint64)self->rows_max);
  g_ptr_array_set_size (self->pending, 0);
  return TRUE;
}

static void
memory_abort (WeirSink *sink)
{
  g_ptr_array_set_size (((MemorySink *)sink)->pending, 0);
}

static void
memory_finalize (WeirSink *sink)
{
  MemorySink *self = (MemorySink *)sink;

  if (self->table != NULL)
    weir_memory_table_close (self->table);
  g_clear_pointer (&self->pending, g_ptr_array_unref);
}

static const WeirSinkClass noop_class = { "noop", noop_open, begin, count_rows, commit, abort_batch, finalize };
static const WeirSinkClass memory_class = { "memory", memory_open, begin, memory_write, memory_commit, memory_abort, memory_finalize };
static const WeirSinkClass queue_class = { "queue", queue_open, begin, queue_write, queue_commit, queue_abort, finalize };

const WeirSinkKind _weir_sink_noop = { &noop_class, sizeof (PlainSink) };
const WeirSinkKind _weir_sink_memory = { &memory_class, sizeof (MemorySink), memory_check };
const WeirSinkKind _weir_sink_queue = { &queue_class, sizeof (PlainSink) };
