/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/source-file-private.h"

#include <string.h>

/* What a checkpoint keeps of a file source. */

#define LOG_VERSION 1

/*
 * A range: u8 version 1, then the log entries in it, each as weir_file_batch_write() says.
 *
 * The state: u8 version 1, u8 1 when files are known by their last name only (fileNameOnly), varint number of the next entry, then the
 * set as weir_file_seen_save() says.
 */
GBytes *
_weir_file_source_log_range (WeirSource *source,
                             const char *from,
                             const char *to,
                             GError    **error)
{
  WeirFileSource        *self = (WeirFileSource *)source;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  WeirWriter             writer = { bytes };

  weir_writer_u8 (&writer, LOG_VERSION);
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      WeirFileBatch *batch = link->data;

      if (batch->number <= _weir_file_source_parse_offset (from) || batch->number > _weir_file_source_parse_offset (to))
        continue;
      for (guint i = 0; !batch->is_replayed && i < batch->files->len;)
        {
          GError *local = NULL;

          if (weir_file_entry_identify (batch->files->pdata[i], &local))
            i++;
          else if (_weir_file_source_forgive (self, &local, error))
            g_ptr_array_remove_index (batch->files, i);
          else
            return NULL;
        }
      weir_file_batch_write (batch, strlen (self->root), &writer);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static gboolean
fail_log (WeirFileSource *self,
          const char     *what,
          GError        **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "The checkpoint's %s of %s cannot be read: it is damaged or of a newer version.",
                    what, self->path);
}

gboolean
_weir_file_source_replay_range (WeirSource *source,
                                const char *from,
                                const char *to,
                                GBytes     *range,
                                gboolean    committed,
                                GError    **error)
{
  WeirFileSource *self = (WeirFileSource *)source;
  WeirReader      reader;
  gsize           len;
  const void     *data = g_bytes_get_data (range, &len);

  weir_reader_init (&reader, data, len);
  if (len > 0 && weir_reader_u8 (&reader) != LOG_VERSION)
    return fail_log (self, "list of files", error);
  while (reader.pos < reader.len)
    {
      WeirFileBatch *batch = weir_file_batch_read (&reader, self->root);

      if (batch == NULL)
        return fail_log (self, "list of files", error);
      g_queue_push_tail (&self->pending, batch);
    }
  self->next_number = _weir_file_source_parse_offset (to) + 1;
  if (committed)
    _weir_file_source_settle (self, _weir_file_source_parse_offset (to));
  return TRUE;
}

GBytes *
_weir_file_source_log_state (WeirSource *source)
{
  WeirFileSource *self = (WeirFileSource *)source;
  GByteArray     *bytes = g_byte_array_new ();
  WeirWriter      writer = { bytes };
  WeirFileBatch  *first = g_queue_peek_head (&self->pending);

  weir_writer_u8 (&writer, LOG_VERSION);
  weir_writer_u8 (&writer, self->name_only);
  weir_writer_varint (&writer, (guint64)(first != NULL ? first->number : self->next_number));
  weir_file_seen_save (self->seen, &writer);
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
_weir_file_source_restore_state (WeirSource *source,
                                 const char *committed,
                                 GBytes     *state,
                                 GError    **error)
{
  WeirFileSource *self = (WeirFileSource *)source;
  WeirReader      reader;
  gsize           len;
  const void     *data = g_bytes_get_data (state, &len);

  weir_reader_init (&reader, data, len);
  if (weir_reader_u8 (&reader) != LOG_VERSION)
    return fail_log (self, "set of files", error);
  if (weir_reader_u8 (&reader) != self->name_only)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Option fileNameOnly of %s cannot change between runs of one checkpoint: set it to %s again, or start a new checkpoint.",
                      self->path, self->name_only ? "false" : "true");
  self->next_number = (gint64)weir_reader_varint (&reader);
  return weir_file_seen_load (self->seen, &reader) ? TRUE : fail_log (self, "set of files", error);
}
