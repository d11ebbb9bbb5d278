/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-file-private.h"

#include "base/limits.h"
#include "column/timestamp.h"
#include "io/file-chunk.h"
#include "io/file-schema-private.h"
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

static char *
find_root (WeirFileSource *self)
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
read_options (WeirFileSource *self,
              GHashTable     *options,
              GError        **error)
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
read_time (WeirFileSource *self,
           GHashTable     *options,
           const char     *name,
           gint64         *ns,
           GError        **error)
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
read_times (WeirFileSource *self,
            GHashTable     *options,
            GError        **error)
{
  self->after_ns = G_MININT64;
  self->before_ns = G_MAXINT64;
  return read_time (self, options, "modifiedAfter", &self->after_ns, error) && read_time (self, options, "modifiedBefore", &self->before_ns, error);
}

/* What a reader made later needs. */
static void
keep_config (WeirFileSource         *self,
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
clear_config (WeirFileSource *self)
{
  g_clear_pointer (&self->config.schema, weir_type_unref);
  g_clear_pointer (&self->config.options, g_hash_table_unref);
  g_clear_pointer (&self->config.zone, weir_zone_unref);
  g_free ((gpointer)self->config.needed);
  g_free ((gpointer)self->config.base_dir);
}

static gboolean
file_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  WeirFileSource       *self = (WeirFileSource *)source;
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
    if (!_weir_file_source_check_name (self, ((WeirFileEntry *)probe->pdata[i])->path, error))
      return FALSE;
  return probe != NULL;
}

/* ---- offsets ---------------------------------------------------------------------------------------------------- */

gint64
_weir_file_source_parse_offset (const char *offset)
{
  const char *colon = strchr (offset, ':');

  return colon != NULL ? g_ascii_strtoll (colon + 1, NULL, 10) : -1;
}

static char *
format_offset (gint64 n)
{
  return n < 0 ? g_strdup ("") : g_strdup_printf ("{\"logOffset\":%" G_GINT64_FORMAT "}", n);
}

/* ---- the log ---------------------------------------------------------------------------------------------------- */

static void
add_seen (WeirFileSource      *self,
          const WeirFileBatch *batch)
{
  for (guint i = 0; i < batch->files->len; i++)
    {
      const WeirFileEntry *file = batch->files->pdata[i];

      weir_file_seen_add (self->seen, _weir_file_source_seen_name (self, file->path), file->mtime_ns);
    }
  weir_file_seen_settle (self->seen);
}

void
_weir_file_source_settle (WeirFileSource *self,
                          gint64          number)
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
clean_done (WeirFileSource *self)
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
  clean_done ((WeirFileSource *)source);
}

/* A static table: everything there is now. */
static void
forget_all (WeirFileSource *self)
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
  WeirFileSource *self = (WeirFileSource *)source;
  WeirFileBatch  *last;

  if (!self->is_streaming)
    forget_all (self);
  _weir_file_source_settle (self, _weir_file_source_parse_offset (from));
  last = g_queue_peek_tail (&self->pending);
  if (last != NULL)
    return format_offset (last->number); /* taken and not yet committed */
  if (!_weir_file_source_list (self, error))
    return NULL;
  if (self->unread_at < self->unread->len)
    _weir_file_source_take (self, unlimited);
  else if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  return format_offset (self->next_number - 1);
}

static char *
file_freeze (WeirSource *source,
             GError    **error)
{
  WeirFileSource *self = (WeirFileSource *)source;

  if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  if (!_weir_file_source_list (self, error))
    return NULL;
  self->frozen = TRUE;
  return g_strdup ("");
}

gboolean
_weir_file_source_forgive (WeirFileSource *self,
                           GError        **local,
                           GError        **error)
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
plan_batch (WeirFileSource *self,
            WeirFileBatch  *batch,
            GPtrArray      *chunks,
            GError        **error)
{
  for (guint i = 0; i < batch->files->len; i++)
    {
      WeirFileEntry *file = batch->files->pdata[i];
      GError        *local = NULL;

      if (batch->is_replayed && !_weir_file_source_check_name (self, file->path, error))
        return FALSE;
      if (!batch->is_replayed || weir_file_entry_verify (file, self->is_file, &local))
        weir_file_chunk_cut (chunks, file, weir_file_reader_needs_whole_file (self->reader), self->is_file || !self->is_streaming);
      else if (!_weir_file_source_forgive (self, &local, error))
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
  WeirFileSource       *self = (WeirFileSource *)source;
  g_autoptr (GPtrArray) chunks = g_ptr_array_new_with_free_func (weir_file_chunk_free);
  gint64                first = _weir_file_source_parse_offset (from) + 1, last = _weir_file_source_parse_offset (to);

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
  WeirFileSource *self = (WeirFileSource *)source;
  GError         *local = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  return weir_file_reader_read (self->reader, morsel, push, push_data, stats, cancellable, &local) || _weir_file_source_forgive (self, &local, error);
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
  _weir_file_source_settle ((WeirFileSource *)source, _weir_file_source_parse_offset (to));
  clean_done ((WeirFileSource *)source);
}

/* ---- end ---------------------------------------------------------------------------------------------------------- */

static void
file_finalize (WeirSource *source)
{
  WeirFileSource *self = (WeirFileSource *)source;

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

#define FILE_CLASS(format_name)                                                                                                                 \
  {                                                                                                                                             \
    .format = format_name, .open = file_open, .start = file_start, .latest = file_latest, .freeze = file_freeze, .plan = file_plan,             \
    .read = file_read, .peek = file_peek, .commit = file_commit, .finalize = file_finalize, .log_range = _weir_file_source_log_range,           \
    .replay_range = _weir_file_source_replay_range, .log_state = _weir_file_source_log_state, .restore_state = _weir_file_source_restore_state, \
  }

static const WeirSourceClass text_class = FILE_CLASS ("text"), csv_class = FILE_CLASS ("csv"), json_class = FILE_CLASS ("json");

const WeirSourceKind _weir_source_text = { &text_class, sizeof (WeirFileSource), _weir_file_schema_text };
const WeirSourceKind _weir_source_csv = { &csv_class, sizeof (WeirFileSource), _weir_file_schema_csv };
const WeirSourceKind _weir_source_json = { &json_class, sizeof (WeirFileSource), _weir_file_schema_json };
