/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/line-reader.h"

#include "base/limits.h"
#include "io/hub-private.h"
#include "io/recent.h"

#include <string.h>

typedef struct
{
  WeirSource   *source;  /* Borrowed: detaches before it ends */
  GMainContext *context; /* Owned */
  guint64       first, committed;
  gint64        retry_us;
} Consumer;

struct _WeirLineReader
{
  gatomicrefcount      ref_count;
  WeirReaderHub       *hub;    /* Borrowed */
  char                *key;    /* Owned */
  WeirRecent          *recent; /* Owned */
  const WeirTransport *transport;
  gpointer             transport_data; /* Owned by the transport */

  GMutex      lock;
  GQueue      blocks; /* WeirLineBlock, oldest first */
  gsize       bytes;
  guint64     end;       /* lines in blocks so far */
  GString    *rest;      /* Owned: bytes without a line end */
  gboolean    skipping;  /* the rest of an oversized line */
  GPtrArray  *consumers; /* Owned: Consumer */
  GHashTable *logged;    /* Owned: folder of a write-ahead log → guint64*: lines before are in it */
  gboolean    bounded, waiting_for_room;

  WeirSourceState state;
  char           *message; /* Owned */
  gint64          retry_at_us;
};

WeirLineBlock *
weir_line_block_ref (WeirLineBlock *block)
{
  g_atomic_ref_count_inc (&block->ref_count);
  return block;
}

void
weir_line_block_unref (WeirLineBlock *block)
{
  if (block == NULL || !g_atomic_ref_count_dec (&block->ref_count))
    return;
  weir_buffer_unref (block->buffer);
  g_free (block);
}

static void
consumer_free (gpointer data)
{
  Consumer *consumer = data;

  g_main_context_unref (consumer->context);
  g_free (consumer);
}

static gboolean
start_cb (gpointer data)
{
  WeirLineReader *self = data;

  self->transport->start (self, self->transport_data);
  return G_SOURCE_REMOVE;
}

WeirLineReader *
weir_line_reader_get (WeirReaderHub       *hub,
                      const char          *key,
                      const WeirTransport *transport,
                      gpointer (*make) (gpointer data),
                      gpointer make_data)
{
  g_autofree char       *address = g_strndup (key, strcspn (key, "\n"));
  g_autoptr (WeirRecent) recent = weir_recent_get (hub, address, &weir_recent_blocks);
  WeirLineReader        *self;

  g_mutex_lock (&hub->lock);
  self = g_hash_table_lookup (hub->readers, key);
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);
  else
    {
      self = g_new0 (WeirLineReader, 1);
      g_atomic_ref_count_init (&self->ref_count);
      g_mutex_init (&self->lock);
      self->hub = hub;
      self->key = g_strdup (key);
      self->recent = g_steal_pointer (&recent);
      self->transport = transport;
      self->transport_data = make (make_data);
      self->rest = g_string_new (NULL);
      self->consumers = g_ptr_array_new_with_free_func (consumer_free);
      self->logged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      self->state = WEIR_SOURCE_CONNECTING;
      g_hash_table_insert (hub->readers, g_strdup (key), self);
      _weir_hub_ensure_thread (hub);
      g_main_context_invoke_full (hub->context, G_PRIORITY_DEFAULT, start_cb, weir_line_reader_ref (self), (GDestroyNotify)weir_line_reader_unref);
    }
  g_mutex_unlock (&hub->lock);
  return self;
}

WeirLineReader *
weir_line_reader_ref (WeirLineReader *reader)
{
  g_atomic_ref_count_inc (&reader->ref_count);
  return reader;
}

static gboolean
free_cb (gpointer data)
{
  WeirLineReader *self = data;

  self->transport->stop (self, self->transport_data);
  g_queue_clear_full (&self->blocks, (GDestroyNotify)weir_line_block_unref);
  g_string_free (self->rest, TRUE);
  g_ptr_array_unref (self->consumers);
  g_hash_table_unref (self->logged);
  g_mutex_clear (&self->lock);
  g_free (self->message);
  g_free (self->key);
  weir_recent_unref (self->recent);
  g_free (self);
  return G_SOURCE_REMOVE;
}

void
weir_line_reader_unref (WeirLineReader *reader)
{
  WeirReaderHub *hub = reader->hub;
  gboolean       last;

  g_mutex_lock (&hub->lock);
  last = g_atomic_ref_count_dec (&reader->ref_count);
  if (last)
    g_hash_table_remove (hub->readers, reader->key);
  g_mutex_unlock (&hub->lock);
  if (last)
    g_main_context_invoke (hub->context, free_cb, reader);
}

GMainContext *
weir_line_reader_get_context (WeirLineReader *reader)
{
  return reader->hub->context;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static void
wake_consumers (WeirLineReader *self)
{
  for (guint i = 0; i < self->consumers->len; i++)
    {
      Consumer *consumer = self->consumers->pdata[i];

      _weir_source_wake (consumer->source, consumer->context);
    }
}

static guint
count_lines (const guint8 *data,
             gsize         len)
{
  guint n = 0;

  for (gsize i = 0; i < len; i++)
    n += data[i] == '\n';
  return n;
}

static void
add_block (WeirLineReader *self,
           const void     *head,
           gsize           head_len,
           const void     *data,
           gsize           len,
           gboolean        add_end)
{
  WeirLineBlock *block = g_new0 (WeirLineBlock, 1);

  g_atomic_ref_count_init (&block->ref_count);
  block->len = head_len + len + add_end;
  block->buffer = weir_buffer_new (block->len);
  if (head_len > 0)
    memcpy (block->buffer->data, head, head_len);
  if (len > 0)
    memcpy (block->buffer->data + head_len, data, len);
  if (add_end)
    block->buffer->data[block->len - 1] = '\n';
  block->first = self->end;
  block->n_lines = count_lines (block->buffer->data, block->len);
  block->arrived_us = g_get_real_time ();
  self->end += block->n_lines;
  self->bytes += block->len;
  g_queue_push_tail (&self->blocks, block);
  weir_recent_add (self->recent, block, block->n_lines, block->len);
}

/* A line beyond the limit: its start becomes a line of its own, the rest is skipped. */
static void
cut_oversized (WeirLineReader *self)
{
  add_block (self, self->rest->str, WEIR_LINE_BYTES_MAX, NULL, 0, TRUE);
  g_string_truncate (self->rest, 0);
  self->skipping = TRUE;
}

gboolean
weir_line_reader_feed (WeirLineReader *reader,
                       const guint8   *data,
                       gsize           len)
{
  const guint8 *last;
  gboolean      has_room;

  g_mutex_lock (&reader->lock);
  if (reader->skipping)
    {
      const guint8 *end = memchr (data, '\n', len);

      reader->skipping = end == NULL;
      len = end != NULL ? len - (gsize)(end + 1 - data) : 0;
      data = end != NULL ? end + 1 : data;
    }
  last = len > 0 ? memrchr (data, '\n', len) : NULL;
  if (last != NULL)
    {
      add_block (reader, reader->rest->str, reader->rest->len, data, (gsize)(last + 1 - data), FALSE);
      g_string_truncate (reader->rest, 0);
      len -= (gsize)(last + 1 - data);
      data = last + 1;
    }
  g_string_append_len (reader->rest, (const char *)data, (gssize)len);
  if (reader->rest->len > WEIR_LINE_BYTES_MAX)
    cut_oversized (reader);
  has_room = reader->bytes < WEIR_SOURCE_BACKLOG_BYTES;
  reader->waiting_for_room = !has_room;
  if (last != NULL)
    wake_consumers (reader);
  g_mutex_unlock (&reader->lock);
  return has_room;
}

void
weir_line_reader_flush (WeirLineReader *reader)
{
  g_mutex_lock (&reader->lock);
  if (reader->rest->len > 0)
    add_block (reader, reader->rest->str, reader->rest->len, NULL, 0, TRUE);
  g_string_truncate (reader->rest, 0);
  reader->skipping = FALSE;
  wake_consumers (reader);
  g_mutex_unlock (&reader->lock);
}

gsize
weir_line_reader_drop_rest (WeirLineReader *reader)
{
  gsize len;

  g_mutex_lock (&reader->lock);
  len = reader->rest->len;
  g_string_truncate (reader->rest, 0);
  reader->skipping = FALSE;
  g_mutex_unlock (&reader->lock);
  return len;
}

/* Copies the reader's state into a consumer's source without calling its notify here. */
static void
copy_state (WeirLineReader *self,
            WeirSource     *source)
{
  g_mutex_lock (&source->lock);
  source->status.state = self->state;
  g_free (source->status.message);
  source->status.message = g_strdup (self->message);
  source->status.retry_at_us = self->retry_at_us;
  g_mutex_unlock (&source->lock);
}

void
weir_line_reader_set_state (WeirLineReader *reader,
                            WeirSourceState state,
                            char           *message,
                            gint64          retry_at_us)
{
  g_mutex_lock (&reader->lock);
  reader->state = state;
  g_free (reader->message);
  reader->message = message;
  reader->retry_at_us = retry_at_us;
  for (guint i = 0; i < reader->consumers->len; i++)
    copy_state (reader, ((Consumer *)reader->consumers->pdata[i])->source);
  wake_consumers (reader);
  g_mutex_unlock (&reader->lock);
}

gboolean
weir_line_reader_is_bounded (WeirLineReader *reader)
{
  gboolean bounded;

  g_mutex_lock (&reader->lock);
  bounded = reader->bounded;
  g_mutex_unlock (&reader->lock);
  return bounded;
}

gint64
weir_line_reader_get_retry_us (WeirLineReader *reader)
{
  gint64 longest = 0;

  g_mutex_lock (&reader->lock);
  for (guint i = 0; i < reader->consumers->len; i++)
    {
      gint64 retry_us = ((Consumer *)reader->consumers->pdata[i])->retry_us;

      if (retry_us < 0 || longest < 0)
        longest = -1;
      else
        longest = MAX (longest, retry_us);
    }
  g_mutex_unlock (&reader->lock);
  return longest;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static Consumer *
find_consumer (WeirLineReader *self,
               WeirSource     *source)
{
  for (guint i = 0; i < self->consumers->len; i++)
    if (((Consumer *)self->consumers->pdata[i])->source == source)
      return self->consumers->pdata[i];
  return NULL;
}

void
weir_line_reader_attach (WeirLineReader *reader,
                         WeirSource     *source,
                         GMainContext   *context,
                         gint64          retry_us)
{
  Consumer      *consumer = g_new0 (Consumer, 1);
  WeirLineBlock *oldest;

  g_mutex_lock (&reader->lock);
  oldest = g_queue_peek_head (&reader->blocks);
  consumer->source = source;
  consumer->context = g_main_context_ref (context);
  consumer->first = consumer->committed = oldest != NULL ? oldest->first : reader->end;
  consumer->retry_us = retry_us;
  g_ptr_array_add (reader->consumers, consumer);
  copy_state (reader, source);
  _weir_source_wake (source, context);
  g_mutex_unlock (&reader->lock);
}

static gboolean
resume_cb (gpointer data)
{
  WeirLineReader *self = data;

  self->transport->resume (self, self->transport_data);
  return G_SOURCE_REMOVE;
}

/* Blocks that every consumer has committed are forgotten. Without a consumer they are kept for the next. */
static void
trim (WeirLineReader *self)
{
  guint64        low = G_MAXUINT64;
  WeirLineBlock *block;

  if (self->consumers->len == 0)
    return;
  for (guint i = 0; i < self->consumers->len; i++)
    low = MIN (low, ((Consumer *)self->consumers->pdata[i])->committed);
  while ((block = g_queue_peek_head (&self->blocks)) != NULL && block->first + block->n_lines <= low)
    {
      self->bytes -= block->len;
      weir_line_block_unref (g_queue_pop_head (&self->blocks));
    }
  if (self->waiting_for_room && self->bytes < WEIR_SOURCE_BACKLOG_BYTES / 2)
    {
      self->waiting_for_room = FALSE;
      g_main_context_invoke_full (self->hub->context, G_PRIORITY_DEFAULT, resume_cb, weir_line_reader_ref (self), (GDestroyNotify)weir_line_reader_unref);
    }
}

void
weir_line_reader_detach (WeirLineReader *reader,
                         WeirSource     *source)
{
  Consumer *consumer;

  g_mutex_lock (&reader->lock);
  consumer = find_consumer (reader, source);
  if (consumer != NULL)
    g_ptr_array_remove (reader->consumers, consumer);
  trim (reader);
  g_mutex_unlock (&reader->lock);
}

void
weir_line_reader_set_logged (WeirLineReader *reader,
                             const char     *dir,
                             guint64         number)
{
  g_mutex_lock (&reader->lock);
  g_hash_table_replace (reader->logged, g_strdup (dir), g_memdup2 (&number, sizeof number));
  g_mutex_unlock (&reader->lock);
}

guint64
weir_line_reader_get_logged (WeirLineReader *reader,
                             const char     *dir)
{
  const guint64 *number;
  guint64        value;

  g_mutex_lock (&reader->lock);
  number = g_hash_table_lookup (reader->logged, dir);
  value = number != NULL ? *number : 0;
  g_mutex_unlock (&reader->lock);
  return value;
}

void
weir_line_reader_set_bounded (WeirLineReader *reader)
{
  g_mutex_lock (&reader->lock);
  reader->bounded = TRUE;
  g_mutex_unlock (&reader->lock);
}

guint64
weir_line_reader_get_first (WeirLineReader *reader,
                            WeirSource     *source)
{
  Consumer *consumer;
  guint64   first;

  g_mutex_lock (&reader->lock);
  consumer = find_consumer (reader, source);
  first = consumer != NULL ? consumer->first : 0;
  g_mutex_unlock (&reader->lock);
  return first;
}

guint64
weir_line_reader_get_end (WeirLineReader *reader)
{
  guint64 end;

  g_mutex_lock (&reader->lock);
  end = reader->end;
  g_mutex_unlock (&reader->lock);
  return end;
}

GPtrArray *
weir_line_reader_get_blocks (WeirLineReader *reader,
                             guint64         from,
                             guint64         to)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_line_block_unref);

  g_mutex_lock (&reader->lock);
  for (GList *link = reader->blocks.head; link != NULL; link = link->next)
    {
      WeirLineBlock *block = link->data;

      if (block->first >= from && block->first + block->n_lines <= to)
        g_ptr_array_add (blocks, weir_line_block_ref (block));
    }
  g_mutex_unlock (&reader->lock);
  return blocks;
}

void
weir_line_reader_commit (WeirLineReader *reader,
                         WeirSource     *source,
                         guint64         to)
{
  Consumer *consumer;

  g_mutex_lock (&reader->lock);
  consumer = find_consumer (reader, source);
  if (consumer != NULL)
    consumer->committed = MAX (consumer->committed, to);
  trim (reader);
  g_mutex_unlock (&reader->lock);
}

GPtrArray *
weir_line_reader_sample (WeirLineReader *reader,
                         guint           max)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  g_mutex_lock (&reader->lock);
  for (GList *link = reader->blocks.head; link != NULL && lines->len < max; link = link->next)
    {
      WeirLineBlock *block = link->data;
      const guint8  *at = block->buffer->data, *end = at + block->len;

      while (at < end && lines->len < max)
        {
          const guint8 *line_end = memchr (at, '\n', (gsize)(end - at));

          g_ptr_array_add (lines, g_bytes_new (at, MIN ((gsize)(line_end - at), WEIR_SAMPLE_BYTES_MAX)));
          at = line_end + 1;
        }
    }
  g_mutex_unlock (&reader->lock);
  return lines;
}
