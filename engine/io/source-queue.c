/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "io/hub-private.h"

/*
 * Rows pushed by the program or by INSERT: the queue of batches. It belongs to the session's hub under the table's name, so it
 * outlives queries; a query starts at the oldest batch that is kept. Offsets count batches: "3" is behind the third.
 */

typedef struct
{
  WeirSource   *source;  /* Borrowed */
  GMainContext *context; /* Owned */
  guint64       committed;
} Consumer;

struct _WeirQueue
{
  GMutex     lock;
  GQueue     batches; /* WeirBatch, oldest first */
  guint64    first;   /* number of the oldest */
  gsize      bytes;
  GPtrArray *consumers; /* Owned: Consumer */
};

typedef struct
{
  WeirSource     parent;
  WeirQueue     *queue;   /* Borrowed from the hub */
  WeirReaderHub *own_hub; /* Owned: without a session's */
  WeirSchema    *pruned;  /* Owned */
  gboolean      *needed;  /* Owned, nullable */
  gboolean       one_at_a_time;
  guint64        end; /* fixed by freeze; G_MAXUINT64: none */
} QueueSource;

static void
consumer_free (gpointer data)
{
  Consumer *consumer = data;

  g_main_context_unref (consumer->context);
  g_free (consumer);
}

void
_weir_queue_free (gpointer data)
{
  WeirQueue *self = data;

  g_queue_clear_full (&self->batches, (GDestroyNotify)weir_batch_unref);
  g_ptr_array_unref (self->consumers);
  g_mutex_clear (&self->lock);
  g_free (self);
}

WeirQueue *
_weir_hub_get_queue (WeirReaderHub *hub,
                     const char    *table)
{
  g_autofree char *name = g_ascii_strdown (table, -1);
  WeirQueue       *queue;

  g_mutex_lock (&hub->lock);
  queue = g_hash_table_lookup (hub->queues, name);
  if (queue == NULL)
    {
      queue = g_new0 (WeirQueue, 1);
      g_mutex_init (&queue->lock);
      queue->consumers = g_ptr_array_new_with_free_func (consumer_free);
      g_hash_table_insert (hub->queues, g_steal_pointer (&name), queue);
    }
  g_mutex_unlock (&hub->lock);
  return queue;
}

gboolean
weir_reader_hub_push (WeirReaderHub *hub,
                      const char    *queue_name,
                      WeirBatch     *batch,
                      GError       **error)
{
  WeirQueue *queue = _weir_hub_get_queue (hub, queue_name);
  gsize      bytes = weir_batch_bytes (batch);
  gboolean   full;

  g_mutex_lock (&queue->lock);
  full = queue->bytes + bytes > WEIR_SOURCE_BACKLOG_BYTES && queue->bytes > 0;
  if (!full)
    {
      g_queue_push_tail (&queue->batches, weir_batch_ref (batch));
      queue->bytes += bytes;
      for (guint i = 0; i < queue->consumers->len; i++)
        {
          Consumer *consumer = queue->consumers->pdata[i];

          _weir_source_wake (consumer->source, consumer->context);
        }
    }
  g_mutex_unlock (&queue->lock);
  if (full)
    return weir_fail (error, WEIR_ERROR_RUN, "QUEUE_FULL", WEIR_SPAN_NONE,
                      "Queue %s holds %u MiB that no query has read: start a query over it, or push more slowly.", queue_name,
                      WEIR_SOURCE_BACKLOG_BYTES >> 20);
  return TRUE;
}

static Consumer *
find_consumer (WeirQueue  *queue,
               WeirSource *source)
{
  for (guint i = 0; i < queue->consumers->len; i++)
    if (((Consumer *)queue->consumers->pdata[i])->source == source)
      return queue->consumers->pdata[i];
  return NULL;
}

static gboolean
queue_open (WeirSource             *source,
            const WeirSourceConfig *config,
            GError                **error)
{
  QueueSource   *self = (QueueSource *)source;
  WeirReaderHub *hub = config->hub;

  if (!_weir_io_option_bool (config->options, "oneatatime", TRUE, &self->one_at_a_time, error))
    return FALSE;
  if (hub == NULL)
    hub = self->own_hub = weir_reader_hub_new ();
  self->queue = _weir_hub_get_queue (hub, config->table != NULL ? config->table : "queue");
  self->pruned = _weir_schema_prune (config->schema, config->needed);
  self->needed = config->needed != NULL ? g_memdup2 (config->needed, config->schema->n_fields * sizeof (gboolean)) : NULL;
  self->end = G_MAXUINT64;
  source->description = g_strdup_printf ("QueueStream[%s]", config->table != NULL ? config->table : "");
  return TRUE;
}

static void
queue_start (WeirSource *source)
{
  QueueSource *self = (QueueSource *)source;
  Consumer    *consumer = g_new0 (Consumer, 1);

  consumer->source = source;
  consumer->context = g_main_context_ref_thread_default ();
  g_mutex_lock (&self->queue->lock);
  consumer->committed = self->queue->first;
  g_ptr_array_add (self->queue->consumers, consumer);
  g_mutex_unlock (&self->queue->lock);
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

static guint64
parse_offset (QueueSource *self,
              const char  *offset)
{
  Consumer *consumer = find_consumer (self->queue, &self->parent);

  if (*offset != '\0')
    return g_ascii_strtoull (offset, NULL, 10);
  return consumer != NULL ? consumer->committed : self->queue->first;
}

static char *
queue_latest (WeirSource *source,
              const char *from,
              gboolean    unlimited,
              GError    **error)
{
  QueueSource *self = (QueueSource *)source;
  guint64      at, end;

  g_mutex_lock (&self->queue->lock);
  at = parse_offset (self, from);
  end = MIN (self->queue->first + self->queue->batches.length, self->end);
  g_mutex_unlock (&self->queue->lock);
  if (end <= at)
    return g_strdup (from);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, self->one_at_a_time && !unlimited ? at + 1 : end);
}

static char *
queue_freeze (WeirSource *source,
              GError    **error)
{
  QueueSource *self = (QueueSource *)source;

  g_mutex_lock (&self->queue->lock);
  self->end = MIN (self->end, self->queue->first + self->queue->batches.length);
  g_mutex_unlock (&self->queue->lock);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, self->end);
}

static GPtrArray *
queue_plan (WeirSource *source,
            const char *from,
            const char *to,
            GError    **error)
{
  QueueSource *self = (QueueSource *)source;
  GPtrArray   *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint64      last = g_ascii_strtoull (to, NULL, 10);

  g_mutex_lock (&self->queue->lock);
  for (guint64 n = parse_offset (self, from); n < last; n++)
    g_ptr_array_add (batches, weir_batch_ref (g_queue_peek_nth (&self->queue->batches, (guint)(n - self->queue->first))));
  g_mutex_unlock (&self->queue->lock);
  return batches;
}

static gboolean
queue_read (WeirSource      *source,
            gpointer         morsel,
            WeirSourcePush   push,
            gpointer         push_data,
            WeirDecodeStats *stats,
            GCancellable    *cancellable,
            GError         **error)
{
  QueueSource *self = (QueueSource *)source;
  WeirBatch   *batch = morsel;

  stats->rows += batch->n_rows;
  return _weir_push_pruned (batch, self->pruned, self->needed, push, push_data, error);
}

/* Batches that every consumer has committed are forgotten. Call with the lock held. */
static void
trim (WeirQueue *queue)
{
  guint64 low = G_MAXUINT64;

  for (guint i = 0; i < queue->consumers->len; i++)
    low = MIN (low, ((Consumer *)queue->consumers->pdata[i])->committed);
  while (queue->consumers->len > 0 && queue->first < low && queue->batches.length > 0)
    {
      WeirBatch *batch = g_queue_pop_head (&queue->batches);

      queue->bytes -= MIN (queue->bytes, weir_batch_bytes (batch));
      weir_batch_unref (batch);
      queue->first++;
    }
}

static void
queue_commit (WeirSource *source,
              const char *to)
{
  QueueSource *self = (QueueSource *)source;
  Consumer    *consumer;

  g_mutex_lock (&self->queue->lock);
  consumer = find_consumer (self->queue, source);
  if (consumer != NULL)
    consumer->committed = g_ascii_strtoull (to, NULL, 10);
  trim (self->queue);
  g_mutex_unlock (&self->queue->lock);
}

static void
queue_stop (WeirSource *source)
{
  QueueSource *self = (QueueSource *)source;
  Consumer    *consumer;

  g_mutex_lock (&self->queue->lock);
  consumer = find_consumer (self->queue, source);
  if (consumer != NULL)
    g_ptr_array_remove (self->queue->consumers, consumer);
  g_mutex_unlock (&self->queue->lock);
}

static void
queue_finalize (WeirSource *source)
{
  QueueSource *self = (QueueSource *)source;

  if (self->queue != NULL)
    queue_stop (source);
  g_clear_pointer (&self->own_hub, weir_reader_hub_free);
  g_clear_pointer (&self->pruned, weir_type_unref);
  g_free (self->needed);
}

static WeirSchema *
queue_resolve (WeirSchema *declared,
               GHashTable *options,
               const char *base_dir,
               GError    **error)
{
  if (declared != NULL)
    return weir_type_ref (declared);
  weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE,
             "A queue needs columns: CREATE TABLE q (k STRING, n INT) USING queue.");
  return NULL;
}

static const WeirSourceClass queue_class = {
  .format = "queue",
  .open = queue_open,
  .start = queue_start,
  .latest = queue_latest,
  .freeze = queue_freeze,
  .plan = queue_plan,
  .read = queue_read,
  .commit = queue_commit,
  .stop = queue_stop,
  .finalize = queue_finalize,
};

const WeirSourceKind _weir_source_queue = { &queue_class, sizeof (QueueSource), queue_resolve };
