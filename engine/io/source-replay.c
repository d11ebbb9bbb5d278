/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-replay.h"

#include "base/bytes.h"
#include "io/source-private.h"

#define VERSION 1

gboolean
weir_replay_open (WeirReplay             *self,
                  const WeirSourceConfig *config,
                  GError                **error)
{
  gboolean durable;

  if (!_weir_io_option_bool (config->options, "durable", FALSE, &durable, error))
    return FALSE;
  if (!durable || !config->is_streaming)
    return TRUE;
  if (config->wal_dir == NULL)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Option durable 'true' keeps rows in the query's checkpoint, and this query has none: set CHECKPOINT LOCATION or --checkpoint, "
                      "or take the option away.");
  self->dir = g_strdup (config->wal_dir);
  return TRUE;
}

void
weir_replay_clear (WeirReplay *self)
{
  g_clear_pointer (&self->wal, weir_source_wal_free);
  g_clear_pointer (&self->dir, g_free);
}

void
weir_replay_start (WeirReplay *self,
                   guint64     first)
{
  self->shift = (gint64)(self->next - first);
  self->is_live = TRUE;
}

gboolean
weir_replay_ensure (WeirReplay *self,
                    GError    **error)
{
  guint64 end;

  if (self->dir == NULL || self->wal != NULL)
    return TRUE;
  self->wal = weir_source_wal_open (self->dir, error);
  if (self->wal == NULL)
    return FALSE;
  weir_source_wal_skip_to (self->wal, self->next);
  end = weir_source_wal_get_end (self->wal);
  if (end < MAX (self->open_to, self->logged_end))
    {
      weir_source_wal_fail_short (self->wal, MAX (self->open_to, self->logged_end), error);
      g_clear_pointer (&self->wal, weir_source_wal_free);
      return FALSE;
    }
  if (self->is_live)
    self->shift += (gint64)(end - self->next);
  self->next = end;
  return TRUE;
}

GPtrArray *
weir_replay_read (WeirReplay *self,
                  WeirSource *source,
                  guint64     from,
                  guint64     to,
                  GError    **error)
{
  if (from < to && self->wal != NULL)
    return weir_source_wal_read (self->wal, from, to, error);
  if (from < to)
    {
      self->lost += to - from;
      weir_source_set_notice (source,
                              g_strdup_printf ("%" G_GUINT64_FORMAT " rows of the batch that was open when the program ended are lost; the option "
                                               "durable 'true' keeps them.",
                                               self->lost));
    }
  return g_ptr_array_new ();
}

GBytes *
weir_replay_log (const WeirReplay *self)
{
  WeirWriter writer = { g_byte_array_new () };

  if (self->wal != NULL)
    {
      weir_writer_u8 (&writer, VERSION);
      weir_writer_u64 (&writer, weir_source_wal_get_end (self->wal));
    }
  return g_byte_array_free_to_bytes (writer.bytes);
}

static gboolean
read_logged (WeirReplay *self,
             GBytes     *bytes,
             GError    **error)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  WeirReader    reader;
  guint8        version;

  self->logged_end = 0;
  if (len == 0)
    return TRUE;
  weir_reader_init (&reader, data, len);
  version = weir_reader_u8 (&reader);
  self->logged_end = weir_reader_u64 (&reader);
  return (version == VERSION && !reader.failed && reader.pos == reader.len) ||
         weir_fail (error, WEIR_ERROR_RUN, "CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", WEIR_SPAN_NONE,
                    "An error occurred during loading state: the end of %s cannot be read.", self->dir != NULL ? self->dir : "the write-ahead log");
}

gboolean
weir_replay_range (WeirReplay *self,
                   const char *from,
                   const char *to,
                   GBytes     *range,
                   gboolean    committed,
                   GError    **error)
{
  /* Rows of an open batch are not skipped in the log: it is there that they are read from. */
  self->next = weir_replay_offset (committed || self->dir == NULL ? to : from);
  self->open_to = committed ? 0 : weir_replay_offset (to);
  return read_logged (self, range, error);
}

gboolean
weir_replay_restore (WeirReplay *self,
                     const char *committed,
                     GBytes     *state,
                     GError    **error)
{
  self->next = weir_replay_offset (committed);
  return read_logged (self, state, error);
}
