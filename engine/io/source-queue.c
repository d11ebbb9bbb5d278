/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "column/batch-codec.h"
#include "io/hub-private.h"
#include "io/recent.h"
#include "io/source-replay.h"

/*
 * Rows pushed by the program or by INSERT: the queue of batches. It belongs to the session's hub under the table's name, so it
 * outlives queries; a query starts at the oldest batch that is kept. Offsets count batches: "3" is behind the third.
 *
 * With `durable 'true'` a batch is in the query's write-ahead log when the push, or INSERT, comes back; what was pushed before the query
 * was started, when it has started. A record of the log is one batch as column/batch-codec.h says.
 */

typedef struct
{
  WeirSource   *source;    /* Borrowed */
  GMainContext *context;   /* Owned */
  guint64       committed; /* number in the queue */
} Consumer;

struct _WeirQueue
{
  WeirRecent *recent; /* Owned */
  GMutex      lock;
  GQueue      batches; /* WeirBatch, oldest first */
  guint64     first;   /* number of the oldest */
  gsize       bytes;
  GPtrArray  *consumers; /* Owned: Consumer */
  GHashTable *logged;    /* Owned: folder of a write-ahead log → guint64*: batches before are in it, who reads it again gets them there */
};

typedef struct
{
  WeirSource     parent;
  WeirQueue     *queue;   /* Borrowed from the hub */
  WeirReaderHub *own_hub; /* Owned: without a session's */
  WeirReplay     replay;  /* under the queue's lock */
  WeirSchema    *schema;  /* Owned: of the table */
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
  g_hash_table_unref (self->logged);
  weir_recent_unref (self->recent);
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
      queue->recent = weir_recent_new (&weir_recent_batches);
      queue->consumers = g_ptr_array_new_with_free_func (consumer_free);
      queue->logged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (hub->queues, g_steal_pointer (&name), queue);
    }
  g_mutex_unlock (&hub->lock);
  return queue;
}

/* Batches that are in the queue only go into the log. Call with the lock held. */
static gboolean
log_batches (QueueSource *self,
             GError     **error)
{
  WeirQueue *queue = self->queue;
  guint64    end;

  if (!weir_replay_ensure (&self->replay, error))
    return FALSE;
  if (self->replay.wal == NULL)
    return TRUE;
  end = weir_source_wal_get_end (self->replay.wal);
  for (guint64 n = weir_replay_to_live (&self->replay, end); n < queue->first + queue->batches.length; n++)
    {
      WeirBatch             *batch = g_queue_peek_nth (&queue->batches, (guint)(n - queue->first));
      g_autoptr (GPtrArray)  one = g_ptr_array_new ();
      g_autoptr (GByteArray) bytes = g_byte_array_new ();
      WeirWriter             writer = { bytes };

      g_ptr_array_add (one, batch);
      weir_batches_write (one, self->schema, &writer);
      if (!weir_source_wal_append (self->replay.wal, 1, g_get_real_time (), bytes->data, bytes->len, error))
        return FALSE;
    }
  return weir_source_wal_sync (self->replay.wal, error);
}

/* The newest batch goes into the logs of the queries that keep one. FALSE: it is in none. Call with the lock held. */
static gboolean
log_newest (WeirQueue *queue,
            GError   **error)
{
  guint n_logged = 0;

  for (guint i = 0; i < queue->consumers->len; i++)
    {
      QueueSource       *source = (QueueSource *)((Consumer *)queue->consumers->pdata[i])->source;
      g_autoptr (GError) local = NULL;

      if (source->replay.dir == NULL)
        continue;
      if (log_batches (source, &local))
        n_logged++;
      else if (n_logged == 0)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      /* A query whose log fails where another's did not meets the same failure in its next batch. */
    }
  return TRUE;
}

gboolean
weir_reader_hub_push (WeirReaderHub *hub,
                      const char    *queue_name,
                      WeirBatch     *batch,
                      GError       **error)
{
  WeirQueue *queue = _weir_hub_get_queue (hub, queue_name);
  gsize      bytes = weir_batch_bytes (batch);
  gboolean   ok;

  g_mutex_lock (&queue->lock);
  ok = queue->bytes + bytes <= WEIR_SOURCE_BACKLOG_BYTES || queue->bytes == 0;
  if (!ok)
    weir_fail (error, WEIR_ERROR_RUN, "QUEUE_FULL", WEIR_SPAN_NONE,
               "Queue %s holds %u MiB that no query has read: start a query over it, or push more slowly.", queue_name,
               WEIR_SOURCE_BACKLOG_BYTES >> 20);
  else
    {
      g_queue_push_tail (&queue->batches, weir_batch_ref (batch));
      ok = log_newest (queue, error);
      if (!ok)
        weir_batch_unref (g_queue_pop_tail (&queue->batches));
    }
  if (ok)
    {
      queue->bytes += bytes;
      weir_recent_add (queue->recent, batch, batch->n_rows, bytes);
    }
  for (guint i = 0; ok && i < queue->consumers->len; i++)
    {
      Consumer *consumer = queue->consumers->pdata[i];

      _weir_source_wake (consumer->source, consumer->context);
    }
  g_mutex_unlock (&queue->lock);
  return ok;
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

  if (!_weir_io_option_bool (config->options, "oneAtATime", TRUE, &self->one_at_a_time, error) || !weir_replay_open (&self->replay, config, error))
    return FALSE;
  if (hub == NULL)
    hub = self->own_hub = weir_reader_hub_new ();
  self->queue = _weir_hub_get_queue (hub, config->table != NULL ? config->table : "queue");
  self->schema = weir_type_ref (config->schema);
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
  guint64     *logged;

  consumer->source = source;
  consumer->context = g_main_context_ref_thread_default ();
  g_mutex_lock (&self->queue->lock);
  logged = self->replay.dir != NULL ? g_hash_table_lookup (self->queue->logged, self->replay.dir) : NULL;
  consumer->committed = MAX (self->queue->first, logged != NULL ? *logged : 0);
  weir_replay_start (&self->replay, consumer->committed);
  g_ptr_array_add (self->queue->consumers, consumer);
  g_mutex_unlock (&self->queue->lock);
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

/* Call with the lock held. */
static guint64
get_end (QueueSource *self)
{
  return weir_replay_from_live (&self->replay, self->queue->first + self->queue->batches.length);
}

static char *
queue_latest (WeirSource *source,
              const char *from,
              gboolean    unlimited,
              GError    **error)
{
  QueueSource *self = (QueueSource *)source;
  guint64      at = weir_replay_offset (from), end = 0;
  gboolean     ok;

  g_mutex_lock (&self->queue->lock);
  ok = log_batches (self, error);
  if (ok)
    end = MIN (get_end (self), self->end);
  g_mutex_unlock (&self->queue->lock);
  if (!ok)
    return NULL;
  if (end <= at)
    return g_strdup (from);
  return g_strdup_printf ("%" G_GUINT64_FORMAT, self->one_at_a_time && !unlimited ? at + 1 : end);
}

static char *
queue_freeze (WeirSource *source,
              GError    **error)
{
  QueueSource *self = (QueueSource *)source;
  gboolean     ok;

  g_mutex_lock (&self->queue->lock);
  ok = weir_replay_ensure (&self->replay, error);
  if (ok)
    self->end = MIN (self->end, get_end (self));
  g_mutex_unlock (&self->queue->lock);
  return ok ? g_strdup_printf ("%" G_GUINT64_FORMAT, self->end) : NULL;
}

/* Batches of the log. Call with the lock held. */
static gboolean
add_old_batches (QueueSource *self,
                 GPtrArray   *batches,
                 guint64      from,
                 guint64      to,
                 GError     **error)
{
  g_autoptr (GPtrArray) records = weir_replay_read (&self->replay, &self->parent, from, to, error);

  for (guint i = 0; records != NULL && i < records->len; i++)
    {
      const WeirWalRecord  *record = records->pdata[i];
      g_autoptr (GPtrArray) one = NULL;
      gsize                 len;
      const void           *data = g_bytes_get_data (record->payload, &len);
      WeirReader            reader;

      weir_reader_init (&reader, data, len);
      one = weir_batches_read (&reader, self->schema);
      if (one == NULL || one->len != 1)
        return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE,
                          "Rows kept in %s have other columns than the table has now: create it as it was, or start from a new checkpoint.",
                          self->replay.dir);
      g_ptr_array_add (batches, weir_batch_ref (one->pdata[0]));
    }
  return records != NULL;
}

static GPtrArray *
queue_plan (WeirSource *source,
            const char *from,
            const char *to,
            GError    **error)
{
  QueueSource          *self = (QueueSource *)source;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_batch_unref);
  guint64               first = weir_replay_offset (from), last = weir_replay_offset (to);
  gboolean              ok;

  g_mutex_lock (&self->queue->lock);
  ok = weir_replay_ensure (&self->replay, error) && add_old_batches (self, batches, first, MIN (last, self->replay.next), error);
  for (guint64 n = MAX (first, self->replay.next); ok && n < last; n++)
    g_ptr_array_add (batches, weir_batch_ref (g_queue_peek_nth (&self->queue->batches, (guint)(weir_replay_to_live (&self->replay, n) - self->queue->first))));
  g_mutex_unlock (&self->queue->lock);
  return ok ? g_steal_pointer (&batches) : NULL;
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

/* Also what nobody has read yet. */
static GPtrArray *
queue_peek (WeirSource   *source,
            guint         max,
            GCancellable *cancellable,
            GError      **error)
{
  g_autoptr (GPtrArray) batches = weir_recent_list (((QueueSource *)source)->queue->recent);

  return weir_source_peek_morsels (source, batches, max, cancellable, error);
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
  guint64      end = weir_replay_offset (to);

  g_mutex_lock (&self->queue->lock);
  consumer = find_consumer (self->queue, source);
  if (consumer != NULL && end > self->replay.next)
    consumer->committed = weir_replay_to_live (&self->replay, end);
  if (self->replay.wal != NULL)
    weir_source_wal_drop (self->replay.wal, end);
  trim (self->queue);
  g_mutex_unlock (&self->queue->lock);
}

static void
queue_stop (WeirSource *source)
{
  QueueSource       *self = (QueueSource *)source;
  g_autoptr (GError) error = NULL;
  Consumer          *consumer;

  g_mutex_lock (&self->queue->lock);
  consumer = find_consumer (self->queue, source);
  if (consumer != NULL && self->replay.wal != NULL)
    {
      guint64 logged;

      /* Pushed before the start and not planned yet: there after a restart all the same. */
      if (!log_batches (self, &error))
        g_message ("%s", error->message);
      logged = weir_replay_to_live (&self->replay, weir_source_wal_get_end (self->replay.wal));
      g_hash_table_replace (self->queue->logged, g_strdup (self->replay.dir), g_memdup2 (&logged, sizeof logged));
    }
  if (consumer != NULL)
    g_ptr_array_remove (self->queue->consumers, consumer);
  g_mutex_unlock (&self->queue->lock);
}

/* The offset says all, the batches stand in the log: a range and a state are where that ends. */
static GBytes *
queue_log_range (WeirSource *source,
                 const char *from,
                 const char *to,
                 GError    **error)
{
  QueueSource *self = (QueueSource *)source;
  GBytes      *range;

  g_mutex_lock (&self->queue->lock);
  range = log_batches (self, error) ? weir_replay_log (&self->replay) : NULL;
  g_mutex_unlock (&self->queue->lock);
  return range;
}

static gboolean
queue_replay_range (WeirSource *source,
                    const char *from,
                    const char *to,
                    GBytes     *range,
                    gboolean    committed,
                    GError    **error)
{
  return weir_replay_range (&((QueueSource *)source)->replay, from, to, range, committed, error);
}

static GBytes *
queue_log_state (WeirSource *source)
{
  QueueSource *self = (QueueSource *)source;
  GBytes      *state;

  g_mutex_lock (&self->queue->lock);
  state = weir_replay_log (&self->replay);
  g_mutex_unlock (&self->queue->lock);
  return state;
}

static gboolean
queue_restore_state (WeirSource *source,
                     const char *committed,
                     GBytes     *state,
                     GError    **error)
{
  return weir_replay_restore (&((QueueSource *)source)->replay, committed, state, error);
}

static void
queue_finalize (WeirSource *source)
{
  QueueSource *self = (QueueSource *)source;

  if (self->queue != NULL)
    queue_stop (source);
  g_clear_pointer (&self->own_hub, weir_reader_hub_unref);
  weir_replay_clear (&self->replay);
  g_clear_pointer (&self->schema, weir_type_unref);
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
  .peek = queue_peek,
  .commit = queue_commit,
  .stop = queue_stop,
  .finalize = queue_finalize,
  .log_range = queue_log_range,
  .replay_range = queue_replay_range,
  .log_state = queue_log_state,
  .restore_state = queue_restore_state,
};

const WeirSourceKind _weir_source_queue = { &queue_class, sizeof (QueueSource), queue_resolve };
