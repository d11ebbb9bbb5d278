/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-file-private.h"

#include "column/timestamp.h"
#include "io/file-writer-check.h"

#include <string.h>

/* Which files there are, which of them are new, and how many of those a batch takes. */

#define NS_PER_DAY G_GINT64_CONSTANT (86400000000000)

gboolean
_weir_file_source_check_name (WeirFileSource *self,
                              const char     *path,
                              GError        **error)
{
  gboolean        was_decided = self->partitions.decided;
  WeirFileReader *reader;
  WeirFileCodec   codec;

  if (!weir_file_codec (path, &codec, error) || !weir_file_partitions_add (&self->partitions, path, error))
    return FALSE;
  if (!was_decided)
    {
      reader = weir_file_reader_new (&self->config, &self->partitions, error);
      if (reader == NULL)
        {
          weir_file_partitions_forget (&self->partitions);
          return FALSE;
        }
      weir_file_reader_free (self->reader);
      self->reader = reader;
    }
  return weir_file_reader_check_path (self->reader, path, error);
}

const char *
_weir_file_source_seen_name (WeirFileSource *self,
                             const char     *path)
{
  return self->name_only ? strrchr (path, '/') + 1 : path + strlen (self->root);
}

typedef struct
{
  WeirFileSource *self;
  GHashTable     *pending; /* Nullable: names of `pending` */
} Taken;

static gboolean
was_taken (gpointer    data,
           const char *path)
{
  const Taken *taken = data;
  const char  *name = _weir_file_source_seen_name (taken->self, path);

  return weir_file_seen_has (taken->self->seen, name) || (taken->pending != NULL && g_hash_table_contains (taken->pending, name));
}

/* NULL: there are none, as nearly always; a batch that runs again after a restart has some while the ends of the run are fixed. */
static GHashTable *
pending_names (WeirFileSource *self)
{
  GHashTable *names = NULL;

  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      GPtrArray *files = ((WeirFileBatch *)link->data)->files;

      if (names == NULL)
        names = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < files->len; i++)
        g_hash_table_add (names, (char *)_weir_file_source_seen_name (self, ((WeirFileEntry *)files->pdata[i])->path));
    }
  return names;
}

/* Says in the status what was found and is not read, when that changed. */
static void
report_left_out (WeirFileSource *self,
                 guint           n_aged,
                 guint           n_unfinished)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (n_aged == self->n_aged && n_unfinished == self->n_unfinished)
    return;
  self->n_aged = n_aged;
  self->n_unfinished = n_unfinished;
  if (n_aged > 0)
    {
      /* One whose clock ran ahead makes all others old. */
      g_string_append_printf (text, "%u files are left out because they are older than maxFileAge allows: the newest file is of ", n_aged);
      weir_date_append (text, (gint32)weir_floor_div (weir_file_seen_get_newest (self->seen), NS_PER_DAY));
      g_string_append_c (text, '.');
    }
  if (n_unfinished > 0)
    g_string_append_printf (text, "%s%u files are still being written and wait for their writer.", text->len > 0 ? " " : "", n_unfinished);
  weir_source_set_state (&self->parent, WEIR_SOURCE_CONNECTED, text->len > 0 ? g_strdup (text->str) : NULL, 0);
}

gboolean
_weir_file_source_list (WeirFileSource *self,
                        GError        **error)
{
  g_autoptr (GHashTable) pending = NULL;
  g_autoptr (GPtrArray)  files = NULL;
  guint                  n_aged = 0, n_unfinished = 0;
  Taken                  taken = { self };

  if (self->unread != NULL)
    return TRUE;
  taken.pending = pending = pending_names (self);
  files = weir_file_list_except (self->path, self->name_filter, self->depth, was_taken, &taken, error);
  if (files == NULL)
    return FALSE;
  self->unread = g_ptr_array_new_full (files->len, (GDestroyNotify)weir_file_entry_free);
  self->unread_at = 0;
  for (guint i = 0; i < files->len; i++)
    {
      guint          at = self->latest_first ? files->len - 1 - i : i;
      WeirFileEntry *entry = files->pdata[at];

      if (!_weir_file_source_check_name (self, entry->path, error))
        {
          g_clear_pointer (&self->unread, g_ptr_array_unref);
          return FALSE;
        }
      if (entry->mtime_ns <= self->after_ns || entry->mtime_ns >= self->before_ns)
        continue;
      if (weir_file_seen_is_aged (self->seen, entry->mtime_ns))
        n_aged++;
      else if (self->is_streaming && !self->is_file && weir_file_has_writer (entry))
        n_unfinished++;
      else
        {
          g_ptr_array_add (self->unread, entry);
          files->pdata[at] = NULL;
        }
    }
  report_left_out (self, n_aged, n_unfinished);
  return TRUE;
}

/* Files listed and not taken are kept when another batch's worth of them is there (Spark's unread-file cache). */
static void
keep_or_drop_rest (WeirFileSource *self,
                   gboolean        unlimited)
{
  guint64 left = 0, limit = (guint64)(self->max_files > 0 ? self->max_files : self->max_bytes);
  guint   n = self->unread->len - self->unread_at;

  if (self->frozen)
    return;
  if (self->max_files > 0)
    left = n;
  else
    for (guint i = self->unread_at; i < self->unread->len; i++)
      left += ((WeirFileEntry *)self->unread->pdata[i])->size;
  if (n == 0 || unlimited || limit == 0 || self->latest_first || self->max_cached == 0 || (double)left < (double)limit * self->discard_ratio)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  else if (n > self->max_cached)
    g_ptr_array_set_size (self->unread, (gint)(self->unread_at + self->max_cached));
}

void
_weir_file_source_take (WeirFileSource *self,
                        gboolean        unlimited)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  guint64    bytes = 0;

  for (; self->unread_at < self->unread->len; self->unread_at++)
    {
      WeirFileEntry *file = self->unread->pdata[self->unread_at];

      bytes += file->size;
      if (!unlimited && files->len > 0 &&
          ((self->max_files > 0 && files->len >= self->max_files) || (self->max_bytes > 0 && bytes > (guint64)self->max_bytes)))
        break;
      g_ptr_array_add (files, file);
      self->unread->pdata[self->unread_at] = NULL;
    }
  keep_or_drop_rest (self, unlimited);
  g_queue_push_tail (&self->pending, weir_file_batch_new (self->next_number++, files));
}
