/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "column/timestamp.h"
#include "io/file-chunk.h"
#include "io/file-cleaner.h"
#include "io/file-log.h"
#include "io/file-reader.h"
#include "io/file-schema-private.h"
#include "io/file-seen.h"
#include "io/file-writer-check.h"
#include "io/recent.h"

#include <string.h>

/*
 * Files as a stream: text, csv and json
 *
 * Discovery lists the path, keeps files whose name was not taken, sorts by modification time and name, and takes as many as the
 * limits allow: that is one entry of the source's log, and `{"logOffset":n}` is the offset behind entry n. A file is read once;
 * what is appended later is not seen. With a limit, files listed and not taken are kept for the next batches (maxCachedFiles).
 *
 * Whether a file was taken is decided by its name alone, never by comparing its time with the newest one: a file that arrives late
 * with an old time is taken like any other, except that Spark's maxFileAge leaves out what is more than a week older than the newest.
 *
 * Entries that are not committed stand in `pending`; a commit moves the names to `seen`. A checkpoint keeps the entry of each range and
 * `seen` as the state; at a restart both come back, and a batch that runs again reads the same files or fails by name.
 */

#define DAY_US G_GINT64_CONSTANT (86400000000)

typedef struct
{
  WeirSource         parent;
  WeirFileReader    *reader;      /* Owned */
  WeirFilePartitions partitions;  /* Owned: columns of folders */
  WeirSourceConfig   config;      /* schema, needed, options, base_dir and zone owned: for a reader made when the first file is known */
  char              *path;        /* Owned: absolute */
  char              *name_filter; /* Owned, nullable */
  char              *root;        /* Owned: the folder that names in the log are relative to, with its slash */
  gboolean           is_file;     /* `path` names one file: it may grow behind the part that was planned */
  WeirFileDepth      depth;
  gboolean           latest_first, name_only, ignore_missing, is_streaming;
  gint64             max_files, max_bytes; /* 0: no limit */
  gint64             after_ns, before_ns;  /* of modification times; neither is one that is taken */
  gint64             max_cached;
  double             discard_ratio;
  WeirFileSeen      *seen;        /* Owned: committed */
  GQueue             pending;     /* Owned WeirFileBatch: not committed, in order */
  WeirFileCleaner   *cleaner;     /* Owned, nullable: of committed files */
  GQueue             done;        /* Owned WeirFileBatch: to be cleaned */
  gint64             next_number; /* of the next log entry */
  GPtrArray         *unread;      /* Owned: listed, not taken; NULL: list again */
  guint              unread_at;   /* those before were taken */
  guint              n_aged, n_unfinished;
  gboolean           frozen;
} FileSource;

static char *
find_root (FileSource *self)
{
  g_autofree char *folder = g_strdup (self->path);

  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return g_str_has_suffix (folder, "/") ? g_steal_pointer (&folder) : g_strconcat (folder, "/", NULL);
  /* The folder above the file, or above the first wildcard. */
  if (weir_path_is_glob (folder) && !self->is_file)
    folder[strcspn (folder, "*?[{")] = '\0';
  strrchr (folder, '/')[1] = '\0';
  return g_steal_pointer (&folder);
}

static gboolean
read_options (FileSource *self,
              GHashTable *options,
              GError    **error)
{
  const char *age = _weir_io_option_get (options, "maxfileage"), *ratio = _weir_io_option_get (options, "discardcachedinputratio");
  gint64      age_us = 7 * DAY_US;

  self->name_filter = g_strdup (_weir_io_option_get (options, "pathglobfilter"));
  self->discard_ratio = 0.2;
  if (!weir_file_partitions_depth (options, &self->depth, error) ||
      !_weir_io_option_bool (options, "latestFirst", FALSE, &self->latest_first, error) ||
      !_weir_io_option_bool (options, "fileNameOnly", FALSE, &self->name_only, error) ||
      !_weir_io_option_bool (options, "ignoreMissingFiles", FALSE, &self->ignore_missing, error) ||
      !_weir_io_option_int (options, "maxCachedFiles", 0, G_MAXINT32, 10000, &self->max_cached, error) ||
      !_weir_io_option_int (options, "maxFilesPerTrigger", 1, G_MAXINT32, 0, &self->max_files, error) ||
      !_weir_io_option_int (options, "maxBytesPerTrigger", 1, G_MAXINT64, 0, &self->max_bytes, error) ||
      (age != NULL && !_weir_io_option_duration (options, "maxFileAge", &age_us, error)))
    return FALSE;
  if (ratio != NULL)
    {
      char *end;

      self->discard_ratio = g_ascii_strtod (ratio, &end);
      if (*end != '\0' || !(self->discard_ratio >= 0 && self->discard_ratio <= 1))
        return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                          "Option discardCachedInputRatio takes a number from 0 to 1, not '%s'.", ratio);
    }
  if (self->max_files > 0 && self->max_bytes > 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Options maxFilesPerTrigger and maxBytesPerTrigger exclude each other.");
  /* Newest first under a limit: old files wait on purpose. */
  if (self->latest_first && (self->max_files > 0 || self->max_bytes > 0))
    age_us = -1;
  self->seen = weir_file_seen_new (age_us < 0 || age_us > G_MAXINT64 / 1000 ? G_MAXINT64 : age_us * 1000);
  return TRUE;
}

static gboolean
read_time (FileSource *self,
           GHashTable *options,
           const char *name,
           gint64     *ns,
           GError    **error)
{
  const char          *text = _weir_io_option_get (options, name), *zone_name = _weir_io_option_get (options, "timeZone");
  g_autoptr (WeirZone) zone = zone_name != NULL ? weir_zone_new (zone_name, error) : weir_zone_ref (self->config.zone);
  gint64               us;

  if (text == NULL)
    return TRUE;
  if (self->is_streaming)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Option %s is not allowed in a stream of files, which takes each file once; maxFileAge leaves out old ones.", name);
  if (zone == NULL)
    return FALSE;
  if (!weir_timestamp_parse (text, strlen (text), zone, &us))
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE, "Option %s takes a time as '2026-01-31T10:00:00', not '%s'.", name, text);
  *ns = CLAMP (us, G_MININT64 / 1000, G_MAXINT64 / 1000) * 1000;
  return TRUE;
}

/* Of a table that is read once. */
static gboolean
read_times (FileSource *self,
            GHashTable *options,
            GError    **error)
{
  self->after_ns = G_MININT64;
  self->before_ns = G_MAXINT64;
  return read_time (self, options, "modifiedAfter", &self->after_ns, error) && read_time (self, options, "modifiedBefore", &self->before_ns, error);
}

/* What a reader made later needs. */
static void
keep_config (FileSource             *self,
             const WeirSourceConfig *config)
{
  guint n = config->schema->n_fields;

  self->config.format = self->parent.klass->format;
  self->config.schema = weir_type_ref (config->schema);
  self->config.is_declared = config->is_declared;
  self->config.needed = config->needed != NULL ? g_memdup2 (config->needed, n * sizeof *config->needed) : NULL;
  self->config.options = g_hash_table_ref (config->options);
  self->config.base_dir = g_strdup (config->base_dir);
  self->config.zone = weir_zone_ref (config->zone);
}

static void
clear_config (FileSource *self)
{
  g_clear_pointer (&self->config.schema, weir_type_unref);
  g_clear_pointer (&self->config.options, g_hash_table_unref);
  g_clear_pointer (&self->config.zone, weir_zone_unref);
  g_free ((gpointer)self->config.needed);
  g_free ((gpointer)self->config.base_dir);
}

/* Can this file be read at all? Each must have a codec that is known and lie below folders that make the same columns. The first one says
 * which, and then the reader is made again: nothing has been read by the one before. */
static gboolean
check_name (FileSource *self,
            const char *path,
            GError    **error)
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
        return FALSE;
      weir_file_reader_free (self->reader);
      self->reader = reader;
    }
  return weir_file_reader_check_path (self->reader, path, error);
}

static gboolean
file_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  FileSource           *self = (FileSource *)source;
  const char           *path;
  g_autoptr (GPtrArray) probe = NULL;

  g_queue_init (&self->pending);
  g_queue_init (&self->done);
  keep_config (self, config);
  self->is_streaming = config->is_streaming;
  if (!_weir_io_option_required (config->options, "path", "path '/data/orders'", &path, error))
    return FALSE;
  self->path = weir_file_path (path, config->base_dir);
  self->is_file = g_file_test (self->path, G_FILE_TEST_IS_REGULAR);
  self->root = find_root (self);
  if (!read_options (self, config->options, error) || !read_times (self, config->options, error) ||
      (self->is_streaming && !weir_file_cleaner_new (config->options, self->path, config->base_dir, &self->cleaner, error)) ||
      !weir_file_partitions_init (&self->partitions, self->path, config->options, config->base_dir, error))
    return FALSE;
  self->reader = weir_file_reader_new (&self->config, &self->partitions, error);
  if (self->reader == NULL)
    return FALSE;
  source->description = g_strdup_printf ("FileStreamSource[file:%s]", self->path);
  probe = weir_file_list (self->path, self->name_filter, self->depth, error);
  for (guint i = 0; probe != NULL && i < probe->len; i++)
    if (!check_name (self, ((WeirFileEntry *)probe->pdata[i])->path, error))
      return FALSE;
  return probe != NULL;
}

/* ---- discovery -------------------------------------------------------------------------------------------------- */

/* What `seen` knows a file by. Borrows @path. */
static const char *
seen_name (FileSource *self,
           const char *path)
{
  return self->name_only ? strrchr (path, '/') + 1 : path + strlen (self->root);
}

typedef struct
{
  FileSource *self;
  GHashTable *pending; /* Nullable: names of `pending` */
} Taken;

static gboolean
was_taken (gpointer    data,
           const char *path)
{
  const Taken *taken = data;
  const char  *name = seen_name (taken->self, path);

  return weir_file_seen_has (taken->self->seen, name) || (taken->pending != NULL && g_hash_table_contains (taken->pending, name));
}

/* NULL: there are none, as nearly always; a batch that runs again after a restart has some while the ends of the run are fixed. */
static GHashTable *
pending_names (FileSource *self)
{
  GHashTable *names = NULL;

  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      GPtrArray *files = ((WeirFileBatch *)link->data)->files;

      if (names == NULL)
        names = g_hash_table_new (g_str_hash, g_str_equal);
      for (guint i = 0; i < files->len; i++)
        g_hash_table_add (names, (char *)seen_name (self, ((WeirFileEntry *)files->pdata[i])->path));
    }
  return names;
}

/* Says in the status what was found and is not read, when that changed. */
static void
report_left_out (FileSource *self,
                 guint       n_aged,
                 guint       n_unfinished)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (n_aged == self->n_aged && n_unfinished == self->n_unfinished)
    return;
  self->n_aged = n_aged;
  self->n_unfinished = n_unfinished;
  if (n_aged > 0)
    g_string_append_printf (text, "%u files are left out because they are older than maxFileAge allows.", n_aged);
  if (n_unfinished > 0)
    g_string_append_printf (text, "%s%u files are still being written and wait for their writer.", text->len > 0 ? " " : "", n_unfinished);
  weir_source_set_state (&self->parent, WEIR_SOURCE_CONNECTED, text->len > 0 ? g_strdup (text->str) : NULL, 0);
}

/* New files, in the order they are to be read. */
static gboolean
list_unread (FileSource *self,
             GError    **error)
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

      if (!check_name (self, entry->path, error))
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

static gint64
parse_offset (const char *offset)
{
  const char *colon = strchr (offset, ':');

  return colon != NULL ? g_ascii_strtoll (colon + 1, NULL, 10) : -1;
}

static char *
format_offset (gint64 n)
{
  return n < 0 ? g_strdup ("") : g_strdup_printf ("{\"logOffset\":%" G_GINT64_FORMAT "}", n);
}

/* Files listed and not taken are kept when another batch's worth of them is there (Spark's unread-file cache). */
static void
keep_or_drop_rest (FileSource *self,
                   gboolean    unlimited)
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

/* Moves files from the front of `unread` into a new log entry, up to the limits; the first one always. */
static void
take_files (FileSource *self,
            gboolean    unlimited)
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

/* ---- the log ---------------------------------------------------------------------------------------------------- */

static void
add_seen (FileSource          *self,
          const WeirFileBatch *batch)
{
  for (guint i = 0; i < batch->files->len; i++)
    {
      const WeirFileEntry *file = batch->files->pdata[i];

      weir_file_seen_add (self->seen, seen_name (self, file->path), file->mtime_ns);
    }
  weir_file_seen_settle (self->seen);
}

/* Entries up to @number are committed: only their names are kept. */
static void
settle (FileSource *self,
        gint64      number)
{
  WeirFileBatch *batch;

  while ((batch = g_queue_peek_head (&self->pending)) != NULL && batch->number <= number)
    {
      add_seen (self, batch);
      g_queue_pop_head (&self->pending);
      if (self->cleaner != NULL)
        g_queue_push_tail (&self->done, batch);
      else
        weir_file_batch_free (batch);
    }
}

/* cleanSource. Also at a start, when the run before came no further than the commit. */
static void
clean_done (FileSource *self)
{
  WeirFileBatch *batch;
  char          *trouble = NULL;

  while ((batch = g_queue_pop_head (&self->done)) != NULL)
    {
      for (guint i = 0; i < batch->files->len; i++)
        {
          char *message = weir_file_cleaner_clean (self->cleaner, batch->files->pdata[i]);

          if (message != NULL)
            g_free (trouble);
          trouble = message != NULL ? message : trouble;
        }
      weir_file_batch_free (batch);
    }
  if (trouble != NULL)
    weir_source_set_notice (&self->parent, trouble);
}

static void
file_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
  clean_done ((FileSource *)source);
}

/* A static table: everything there is now. */
static void
forget_all (FileSource *self)
{
  g_queue_clear_full (&self->pending, (GDestroyNotify)weir_file_batch_free);
  weir_file_seen_clear (self->seen);
  g_clear_pointer (&self->unread, g_ptr_array_unref);
  self->next_number = 0;
}

static char *
file_latest (WeirSource *source,
             const char *from,
             gboolean    unlimited,
             GError    **error)
{
  FileSource    *self = (FileSource *)source;
  WeirFileBatch *last;

  if (!self->is_streaming)
    forget_all (self);
  settle (self, parse_offset (from));
  last = g_queue_peek_tail (&self->pending);
  if (last != NULL)
    return format_offset (last->number); /* taken and not yet committed */
  if (!list_unread (self, error))
    return NULL;
  if (self->unread_at < self->unread->len)
    take_files (self, unlimited);
  else if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  return format_offset (self->next_number - 1);
}

static char *
file_freeze (WeirSource *source,
             GError    **error)
{
  FileSource *self = (FileSource *)source;

  if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  if (!list_unread (self, error))
    return NULL;
  self->frozen = TRUE;
  return g_strdup ("");
}

/* Missing files of a batch are left out when that is asked for; TRUE when @local is such a case and was dropped. */
static gboolean
forgive (FileSource *self,
         GError    **local,
         GError    **error)
{
  if (self->ignore_missing && weir_file_is_missing (*local))
    {
      g_clear_error (local);
      return TRUE;
    }
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

static gboolean
plan_batch (FileSource    *self,
            WeirFileBatch *batch,
            GPtrArray     *chunks,
            GError       **error)
{
  for (guint i = 0; i < batch->files->len; i++)
    {
      WeirFileEntry *file = batch->files->pdata[i];
      GError        *local = NULL;

      if (batch->is_replayed && !check_name (self, file->path, error))
        return FALSE;
      if (!batch->is_replayed || weir_file_entry_verify (file, self->is_file, &local))
        weir_file_chunk_cut (chunks, file, weir_file_reader_needs_whole_file (self->reader), self->is_file || !self->is_streaming);
      else if (!forgive (self, &local, error))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
file_plan (WeirSource *source,
           const char *from,
           const char *to,
           GError    **error)
{
  FileSource           *self = (FileSource *)source;
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func (weir_file_chunk_free);
  gint64                first = parse_offset (from) + 1, last = parse_offset (to);

  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      WeirFileBatch *batch = link->data;

      if (batch->number >= first && batch->number <= last && !plan_batch (self, batch, chunks, error))
        return NULL;
    }
  return g_steal_pointer (&chunks);
}

static gboolean
file_read (WeirSource      *source,
           gpointer         morsel,
           WeirSourcePush   push,
           gpointer         push_data,
           WeirDecodeStats *stats,
           GCancellable    *cancellable,
           GError         **error)
{
  FileSource *self = (FileSource *)source;
  GError     *local = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return weir_file_reader_read (self->reader, morsel, push, push_data, stats, cancellable, &local) || forgive (self, &local, error);
}

/* A file that cannot be cut is read whole, for each preview: not a large one. */
static GPtrArray *
file_peek (WeirSource   *source,
           guint         max,
           GCancellable *cancellable,
           GError      **error)
{
  g_autofree char      *end = file_latest (source, "", TRUE, error);
  g_autoptr (GPtrArray) chunks = end != NULL ? file_plan (source, "", end, error) : NULL;

  for (guint i = chunks != NULL ? chunks->len : 0; i-- > 0;)
    {
      WeirFileChunk *chunk = chunks->pdata[i];

      chunk->is_preview = TRUE;
      if (chunk->end - chunk->start > WEIR_PREVIEW_FILE_BYTES_MAX && chunk->codec == WEIR_CODEC_NONE)
        g_ptr_array_remove_index (chunks, i);
    }
  return chunks != NULL ? weir_source_peek_morsels (source, chunks, max, cancellable, error) : NULL;
}

static void
file_commit (WeirSource *source,
             const char *to)
{
  settle ((FileSource *)source, parse_offset (to));
  clean_done ((FileSource *)source);
}

/* ---- checkpoints ------------------------------------------------------------------------------------------------ */

#define LOG_VERSION 1

/*
 * A range: u8 version 1, then the log entries in it, each as weir_file_batch_write() says.
 *
 * The state: u8 version 1, u8 1 when files are known by their last name only (fileNameOnly), varint number of the next entry, then the
 * set as weir_file_seen_save() says.
 */
static GBytes *
file_log_range (WeirSource *source,
                const char *from,
                const char *to,
                GError    **error)
{
  FileSource            *self = (FileSource *)source;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  WeirWriter             writer = { bytes };

  weir_writer_u8 (&writer, LOG_VERSION);
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      WeirFileBatch *batch = link->data;

      if (batch->number <= parse_offset (from) || batch->number > parse_offset (to))
        continue;
      for (guint i = 0; !batch->is_replayed && i < batch->files->len;)
        {
          GError *local = NULL;

          if (weir_file_entry_identify (batch->files->pdata[i], &local))
            i++;
          else if (forgive (self, &local, error))
            g_ptr_array_remove_index (batch->files, i);
          else
            return NULL;
        }
      weir_file_batch_write (batch, strlen (self->root), &writer);
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static gboolean
fail_log (FileSource *self,
          const char *what,
          GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "STREAM_FAILED", WEIR_SPAN_NONE, "The checkpoint's %s of %s cannot be read: it is damaged or of a newer version.",
                    what, self->path);
}

static gboolean
file_replay_range (WeirSource *source,
                   const char *from,
                   const char *to,
                   GBytes     *range,
                   gboolean    committed,
                   GError    **error)
{
  FileSource *self = (FileSource *)source;
  WeirReader  reader;
  gsize       len;
  const void *data = g_bytes_get_data (range, &len);

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
  self->next_number = parse_offset (to) + 1;
  if (committed)
    settle (self, parse_offset (to));
  return TRUE;
}

static GBytes *
file_log_state (WeirSource *source)
{
  FileSource    *self = (FileSource *)source;
  GByteArray    *bytes = g_byte_array_new ();
  WeirWriter     writer = { bytes };
  WeirFileBatch *first = g_queue_peek_head (&self->pending);

  weir_writer_u8 (&writer, LOG_VERSION);
  weir_writer_u8 (&writer, self->name_only);
  weir_writer_varint (&writer, (guint64)(first != NULL ? first->number : self->next_number));
  weir_file_seen_save (self->seen, &writer);
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
file_restore_state (WeirSource *source,
                    const char *committed,
                    GBytes     *state,
                    GError    **error)
{
  FileSource *self = (FileSource *)source;
  WeirReader  reader;
  gsize       len;
  const void *data = g_bytes_get_data (state, &len);

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

static void
file_stop (WeirSource *source)
{
}

static void
file_finalize (WeirSource *source)
{
  FileSource *self = (FileSource *)source;

  g_clear_pointer (&self->reader, weir_file_reader_free);
  weir_file_partitions_clear (&self->partitions);
  clear_config (self);
  g_clear_pointer (&self->seen, weir_file_seen_free);
  g_queue_clear_full (&self->pending, (GDestroyNotify)weir_file_batch_free);
  g_queue_clear_full (&self->done, (GDestroyNotify)weir_file_batch_free);
  g_clear_pointer (&self->cleaner, weir_file_cleaner_free);
  g_clear_pointer (&self->unread, g_ptr_array_unref);
  g_free (self->path);
  g_free (self->root);
  g_free (self->name_filter);
}

#define FILE_CLASS(format_name)                                                                                                             \
  {                                                                                                                                         \
    .format = format_name, .open = file_open, .start = file_start, .latest = file_latest, .freeze = file_freeze, .plan = file_plan,         \
    .read = file_read, .peek = file_peek, .commit = file_commit, .stop = file_stop, .finalize = file_finalize, .log_range = file_log_range, \
    .replay_range = file_replay_range, .log_state = file_log_state, .restore_state = file_restore_state,                                    \
  }

static const WeirSourceClass text_class = FILE_CLASS ("text"), csv_class = FILE_CLASS ("csv"), json_class = FILE_CLASS ("json");

const WeirSourceKind _weir_source_text = { &text_class, sizeof (FileSource), _weir_file_schema_text };
const WeirSourceKind _weir_source_csv = { &csv_class, sizeof (FileSource), _weir_file_schema_csv };
const WeirSourceKind _weir_source_json = { &json_class, sizeof (FileSource), _weir_file_schema_json };
