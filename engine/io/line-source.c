/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/line-source.h"

#include "io/recent.h"

#include <string.h>

gboolean
weir_line_source_open (WeirLineSource         *self,
                       const WeirSourceConfig *config,
                       GError                **error)
{
  if (!weir_replay_open (&self->replay, config, error))
    return FALSE;
  self->retry_us = config->retry_us;
  self->hub = config->hub;
  if (self->hub == NULL)
    self->hub = self->own_hub = weir_reader_hub_new ();
  return TRUE;
}

void
weir_line_source_clear (WeirLineSource *self)
{
  weir_line_source_stop (&self->parent);
  weir_replay_clear (&self->replay);
  g_clear_pointer (&self->own_hub, weir_reader_hub_unref);
}

void
weir_line_source_start (WeirLineSource *self,
                        const char     *key,
                        gpointer (*make) (gpointer data),
                        gpointer make_data)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  guint64                  first;

  self->reader = weir_line_reader_get (self->hub, key, &weir_stream_transport, make, make_data);
  weir_line_reader_attach (self->reader, &self->parent, context, self->retry_us);
  first = weir_line_reader_get_first (self->reader, &self->parent);
  if (self->replay.dir != NULL)
    first = MAX (first, weir_line_reader_get_logged (self->reader, self->replay.dir));
  weir_replay_start (&self->replay, first);
}

GPtrArray *
weir_line_source_peek (WeirLineSource *self,
                       const char     *address,
                       guint           max,
                       GCancellable   *cancellable,
                       GError        **error)
{
  g_autoptr (WeirRecent) recent = weir_recent_find (self->hub, address);
  g_autoptr (GPtrArray)  blocks = recent != NULL ? weir_recent_list (recent) : NULL;

  return blocks != NULL ? weir_source_peek_morsels (&self->parent, blocks, max, cancellable, error) : NULL;
}

static guint64
get_end (WeirLineSource *self)
{
  return weir_replay_from_live (&self->replay, weir_line_reader_get_end (self->reader));
}

char *
weir_line_source_latest (WeirSource *source,
                         const char *from,
                         gboolean    unlimited,
                         GError    **error)
{
  WeirLineSource *self = (WeirLineSource *)source;
  guint64         end;

  if (!weir_replay_ensure (&self->replay, error))
    return NULL;
  end = get_end (self);
  return end <= weir_replay_offset (from) ? g_strdup (from) : g_strdup_printf ("%" G_GUINT64_FORMAT, end);
}

char *
weir_line_source_freeze (WeirSource *source,
                         GError    **error)
{
  WeirLineSource  *self = (WeirLineSource *)source;
  WeirLineReader  *reader = self->reader;
  WeirSourceStatus status;
  gboolean         ended;

  weir_line_reader_set_bounded (reader);
  weir_source_get_status (source, &status);
  /* A peer that closed before this was asked for is at its end as well. */
  ended = status.state == WEIR_SOURCE_ENDED ||
          (status.state == WEIR_SOURCE_RETRYING && weir_line_reader_get_end (reader) > weir_line_reader_get_first (reader, source));
  weir_source_status_clear (&status);
  return ended ? g_strdup_printf ("%" G_GUINT64_FORMAT, get_end (self)) : NULL;
}

static WeirLineBlock *
block_of_record (const WeirWalRecord *record)
{
  WeirLineBlock *block = g_new0 (WeirLineBlock, 1);
  gsize          len;
  const void    *data = g_bytes_get_data (record->payload, &len);

  g_atomic_ref_count_init (&block->ref_count);
  block->buffer = weir_buffer_new (len);
  memcpy (block->buffer->data, data, len);
  block->len = len;
  block->first = record->first;
  block->n_lines = record->count;
  block->arrived_us = record->arrived_us;
  return block;
}

static void
add_live_blocks (WeirLineSource *self,
                 GPtrArray      *blocks,
                 guint64         from,
                 guint64         to)
{
  g_autoptr (GPtrArray) live = NULL;

  if (from >= to || self->reader == NULL)
    return;
  live = weir_line_reader_get_blocks (self->reader, weir_replay_to_live (&self->replay, from), weir_replay_to_live (&self->replay, to));
  g_ptr_array_extend_and_steal (blocks, g_steal_pointer (&live));
}

GPtrArray *
weir_line_source_plan (WeirSource *source,
                       const char *from,
                       const char *to,
                       GError    **error)
{
  WeirLineSource       *self = (WeirLineSource *)source;
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_line_block_unref), old = NULL;
  guint64               first = weir_replay_offset (from), last = weir_replay_offset (to);

  if (!weir_replay_ensure (&self->replay, error))
    return NULL;
  old = weir_replay_read (&self->replay, source, first, MIN (last, self->replay.next), error);
  if (old == NULL)
    return NULL;
  for (guint i = 0; i < old->len; i++)
    g_ptr_array_add (blocks, block_of_record (old->pdata[i]));
  add_live_blocks (self, blocks, MAX (first, self->replay.next), last);
  return g_steal_pointer (&blocks);
}

void
weir_line_source_commit (WeirSource *source,
                         const char *to)
{
  WeirLineSource *self = (WeirLineSource *)source;
  guint64         end = weir_replay_offset (to);

  if (self->reader != NULL && end > self->replay.next)
    weir_line_reader_commit (self->reader, source, weir_replay_to_live (&self->replay, end));
  if (self->replay.wal != NULL)
    weir_source_wal_drop (self->replay.wal, end);
}

GPtrArray *
weir_line_source_sample (WeirSource *source,
                         guint       max)
{
  WeirLineSource *self = (WeirLineSource *)source;

  return self->reader != NULL ? weir_line_reader_sample (self->reader, max) : NULL;
}

/* Lines up to @to that are in the reader only go into the log. */
static gboolean
log_lines (WeirLineSource *self,
           guint64         to,
           GError        **error)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_line_block_unref);

  if (!weir_replay_ensure (&self->replay, error))
    return FALSE;
  if (self->replay.wal == NULL)
    return TRUE;
  add_live_blocks (self, blocks, weir_source_wal_get_end (self->replay.wal), to);
  for (guint i = 0; i < blocks->len; i++)
    {
      WeirLineBlock *block = blocks->pdata[i];

      if (!weir_source_wal_append (self->replay.wal, block->n_lines, block->arrived_us, block->buffer->data, block->len, error))
        return FALSE;
    }
  return weir_source_wal_sync (self->replay.wal, error);
}

void
weir_line_source_stop (WeirSource *source)
{
  WeirLineSource    *self = (WeirLineSource *)source;
  g_autoptr (GError) error = NULL;

  if (self->reader == NULL)
    return;
  /* What has arrived and was not planned yet is there after a restart. */
  if (self->replay.wal != NULL && !log_lines (self, get_end (self), &error))
    g_message ("%s", error->message);
  if (self->replay.wal != NULL)
    weir_line_reader_set_logged (self->reader, self->replay.dir,
                                 weir_replay_to_live (&self->replay, weir_source_wal_get_end (self->replay.wal)));
  weir_line_reader_detach (self->reader, source);
  g_clear_pointer (&self->reader, weir_line_reader_unref);
}

GBytes *
weir_line_source_log_range (WeirSource *source,
                            const char *from,
                            const char *to,
                            GError    **error)
{
  WeirLineSource *self = (WeirLineSource *)source;

  return log_lines (self, weir_replay_offset (to), error) ? weir_replay_log (&self->replay) : NULL;
}

gboolean
weir_line_source_replay_range (WeirSource *source,
                               const char *from,
                               const char *to,
                               GBytes     *range,
                               gboolean    committed,
                               GError    **error)
{
  return weir_replay_range (&((WeirLineSource *)source)->replay, from, to, range, committed, error);
}

GBytes *
weir_line_source_log_state (WeirSource *source)
{
  return weir_replay_log (&((WeirLineSource *)source)->replay);
}

gboolean
weir_line_source_restore_state (WeirSource *source,
                                const char *committed,
                                GBytes     *state,
                                GError    **error)
{
  return weir_replay_restore (&((WeirLineSource *)source)->replay, committed, state, error);
}
