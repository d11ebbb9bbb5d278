/* SPDX-License-Identifier: Apache-2.0 */
#define G_LOG_DOMAIN "weir-io"
#include "config.h"

#include "io/source-private.h"

#include "base/limits.h"
#include "format/schema-infer.h"
#include "io/file-list.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Files as a stream: text, csv and json
 *
 * Discovery lists the path, keeps files whose path was not seen, sorts by modification time and name, and takes as many as the
 * limits allow: that is one entry of the source's log, and `{"logOffset":n}` is the offset behind entry n. A file is read once;
 * what is appended later is not seen.
 *
 * A file is cut into chunks of WEIR_CHUNK_BYTES by its size alone, and a record belongs to the chunk in which it starts: a reader skips
 * the record that began before its chunk and reads on past the end of its last one. Files are read with pread into buffers that the
 * columns' strings point into; they are never mapped.
 */

/* Read on behind the chunk in steps of this until the last record is whole. */
#define TAIL_BYTES (64u << 10)

typedef struct
{
  WeirSource   parent;
  WeirDecoder *decoder;     /* Owned */
  GAsyncQueue *states;      /* Owned: idle WeirDecodeState */
  char        *path;        /* Owned: absolute */
  char        *name_filter; /* Owned, nullable */
  gboolean     recursive, latest_first, is_streaming;
  gint64       max_files, max_bytes; /* 0: no limit */
  GHashTable  *seen;                 /* Owned: paths */
  GPtrArray   *log;                  /* Owned: GPtrArray of WeirFileEntry, one a log entry */
  GPtrArray   *unread;               /* Owned: listed, not in the log; NULL: list again */
  gboolean     frozen;
} FileSource;

typedef struct
{
  char   *path; /* Owned */
  guint64 start, end, size;
} Chunk;

static void
chunk_free (gpointer data)
{
  Chunk *chunk = data;

  g_free (chunk->path);
  g_free (chunk);
}

static gboolean
file_open (WeirSource             *source,
           const WeirSourceConfig *config,
           GError                **error)
{
  FileSource           *self = (FileSource *)source;
  const char           *path;
  g_autoptr (GPtrArray) probe = NULL;

  self->log = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->states = g_async_queue_new_full ((GDestroyNotify)weir_decode_state_free);
  self->is_streaming = config->is_streaming;
  if (!_weir_io_option_required (config->options, "path", "path '/data/orders'", &path, error))
    return FALSE;
  self->path = weir_file_path (path, config->base_dir);
  self->name_filter = g_strdup (_weir_io_option_get (config->options, "pathglobfilter"));
  if (!_weir_io_option_bool (config->options, "recursivefilelookup", FALSE, &self->recursive, error) ||
      !_weir_io_option_bool (config->options, "latestfirst", FALSE, &self->latest_first, error) ||
      !_weir_io_option_int (config->options, "maxfilespertrigger", 1, G_MAXINT32, 0, &self->max_files, error) ||
      !_weir_io_option_int (config->options, "maxbytespertrigger", 1, G_MAXINT64, 0, &self->max_bytes, error))
    return FALSE;
  if (self->max_files > 0 && self->max_bytes > 0)
    return weir_fail (error, WEIR_ERROR_ANALYZE, "INVALID_PARAMETER_VALUE", WEIR_SPAN_NONE,
                      "Options maxFilesPerTrigger and maxBytesPerTrigger exclude each other.");
  self->decoder = weir_decoder_new (config->format, config->schema, config->needed, config->options, config->zone, NULL, error);
  if (self->decoder == NULL)
    return FALSE;
  source->description = g_strdup_printf ("FileStreamSource[file:%s]", self->path);
  probe = weir_file_list (self->path, self->name_filter, self->recursive, error);
  return probe != NULL;
}

static void
file_start (WeirSource *source)
{
  weir_source_set_state (source, WEIR_SOURCE_CONNECTED, NULL, 0);
}

/* New files, in the order they are to be read. */
static gboolean
list_unread (FileSource *self,
             GError    **error)
{
  g_autoptr (GPtrArray) files = NULL;

  if (self->unread != NULL)
    return TRUE;
  files = weir_file_list (self->path, self->name_filter, self->recursive, error);
  if (files == NULL)
    return FALSE;
  self->unread = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  for (guint i = 0; i < files->len; i++)
    {
      guint          at = self->latest_first ? files->len - 1 - i : i;
      WeirFileEntry *entry = files->pdata[at];

      if (g_hash_table_contains (self->seen, entry->path))
        continue;
      g_ptr_array_add (self->unread, entry);
      files->pdata[at] = g_new0 (WeirFileEntry, 1);
    }
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

/* Moves files from the front of `unread` into a new log entry, up to the limits; the first one always. */
static void
take_files (FileSource *self,
            gboolean    unlimited)
{
  GPtrArray *entry = g_ptr_array_new_with_free_func ((GDestroyNotify)weir_file_entry_free);
  guint64    bytes = 0;
  guint      n = 0;

  for (; n < self->unread->len; n++)
    {
      WeirFileEntry *file = self->unread->pdata[n];

      bytes += file->size;
      if (!unlimited && n > 0 && ((self->max_files > 0 && n >= self->max_files) || (self->max_bytes > 0 && bytes > (guint64)self->max_bytes)))
        break;
    }
  for (guint i = 0; i < n; i++)
    {
      WeirFileEntry *file = self->unread->pdata[i];

      g_hash_table_add (self->seen, g_strdup (file->path));
      g_ptr_array_add (entry, file);
      self->unread->pdata[i] = g_new0 (WeirFileEntry, 1);
    }
  g_ptr_array_remove_range (self->unread, 0, n);
  if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  g_ptr_array_add (self->log, entry);
}

static char *
file_latest (WeirSource *source,
             const char *from,
             gboolean    unlimited,
             GError    **error)
{
  FileSource *self = (FileSource *)source;
  gint64      at = parse_offset (from);

  if (!self->is_streaming)
    {
      /* A static table: everything there is now. */
      g_ptr_array_set_size (self->log, 0);
      g_hash_table_remove_all (self->seen);
      g_clear_pointer (&self->unread, g_ptr_array_unref);
    }
  else if (at + 1 < (gint64)self->log->len)
    return format_offset ((gint64)self->log->len - 1); /* an entry that was taken and not yet committed */
  if (!list_unread (self, error))
    return NULL;
  if (self->unread->len > 0)
    take_files (self, unlimited);
  else if (!self->frozen)
    g_clear_pointer (&self->unread, g_ptr_array_unref);
  return format_offset ((gint64)self->log->len - 1);
}

static char *
file_freeze (WeirSource *source,
             GError    **error)
{
  FileSource *self = (FileSource *)source;

  if (!self->frozen && !list_unread (self, error))
    return NULL;
  self->frozen = TRUE;
  return g_strdup ("");
}

static void
add_chunks (GPtrArray           *chunks,
            FileSource          *self,
            const WeirFileEntry *file)
{
  guint64 step = weir_decoder_needs_whole_file (self->decoder) ? MAX (file->size, 1) : WEIR_CHUNK_BYTES;

  for (guint64 start = 0; start < file->size; start += step)
    {
      Chunk *chunk = g_new0 (Chunk, 1);

      chunk->path = g_strdup (file->path);
      chunk->start = start;
      chunk->end = MIN (start + step, file->size);
      chunk->size = file->size;
      g_ptr_array_add (chunks, chunk);
    }
}

static GPtrArray *
file_plan (WeirSource *source,
           const char *from,
           const char *to,
           GError    **error)
{
  FileSource *self = (FileSource *)source;
  GPtrArray  *chunks = g_ptr_array_new_with_free_func (chunk_free);

  for (gint64 n = parse_offset (from) + 1; n <= parse_offset (to); n++)
    {
      GPtrArray *files = self->log->pdata[n];

      for (guint i = 0; i < files->len; i++)
        add_chunks (chunks, self, files->pdata[i]);
    }
  return chunks;
}

/* ---- reading a chunk, on a worker ------------------------------------------------------------------------------- */

typedef struct
{
  FileSource  *self;
  const Chunk *chunk;
  int          fd;
  WeirBuffer  *buffer; /* Owned */
  guint64      base;   /* file offset of the buffer's first byte */
  gsize        len;    /* bytes read */
} Reader;

static gboolean
fail_read (const Chunk *chunk,
           int          code,
           GError     **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, code == ENOENT ? "FAILED_READ_FILE.FILE_NOT_EXIST" : "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                    "Encountered error while reading file %s: %s.", chunk->path, g_strerror (code));
}

/* Fills the buffer up to @wanted bytes or the file's planned end. */
static gboolean
fill (Reader  *reader,
      gsize    wanted,
      GError **error)
{
  wanted = MIN (wanted, reader->chunk->size - reader->base);
  if (reader->buffer == NULL || reader->buffer->size < wanted)
    {
      /* With room for the rest of the last record, which is nearly always read next. */
      WeirBuffer *larger = weir_buffer_new (wanted + TAIL_BYTES);

      if (reader->len > 0)
        memcpy (larger->data, reader->buffer->data, reader->len);
      weir_buffer_unref (reader->buffer);
      reader->buffer = larger;
    }
  while (reader->len < wanted)
    {
      gssize n = pread (reader->fd, reader->buffer->data + reader->len, wanted - reader->len, (off_t)(reader->base + reader->len));

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_read (reader->chunk, errno, error);
      if (n == 0)
        break; /* the file became shorter */
      reader->len += (gsize)n;
    }
  /* Behind the data there are zeros for vector loads. */
  memset (reader->buffer->data + reader->len, 0, MIN (reader->buffer->size - reader->len, 64));
  return TRUE;
}

static gboolean
at_end (Reader *reader)
{
  return reader->base + reader->len >= reader->chunk->size;
}

/* Length of the record at @from, read on as far as needed; 0: it is longer than WEIR_LINE_BYTES_MAX. */
static gboolean
measure_record (Reader  *reader,
                gsize    from,
                gsize   *length,
                GError **error)
{
  gsize step = TAIL_BYTES;

  for (;;)
    {
      gsize before = reader->len;

      *length = weir_decoder_first_record (reader->self->decoder, reader->buffer->data + from, reader->len - from, at_end (reader));
      if (*length > 0 || reader->len - from > WEIR_LINE_BYTES_MAX || (at_end (reader) && reader->len == from))
        return TRUE;
      if (!fill (reader, reader->len + step, error))
        return FALSE;
      if (reader->len == before)
        {
          *length = reader->len - from; /* cut short behind our back: what there is, is the record */
          return TRUE;
        }
      step = MIN (step * 2, WEIR_LINE_BYTES_MAX);
    }
}

typedef struct
{
  WeirSourcePush   push;
  gpointer         data;
  WeirDecodeState *state;
  WeirDecodeStats *stats;
} Target;

static gboolean
decode (Reader       *reader,
        gsize         offset,
        gsize         len,
        gboolean      oversized,
        const Target *target,
        GError      **error)
{
  WeirDecodeBlock block = { 0 };

  if (len == 0)
    return TRUE;
  block.buffer = reader->buffer;
  block.offset = offset;
  block.len = len;
  block.at_start = reader->base + offset == 0;
  block.origin_offset = reader->base + offset;
  block.origin = reader->chunk->path;
  if (oversized)
    return weir_decoder_decode_oversized (reader->self->decoder, target->state, &block, target->push, target->data, target->stats, error);
  return weir_decoder_decode (reader->self->decoder, target->state, &block, target->push, target->data, target->stats, error);
}

static gboolean
read_records (Reader       *reader,
              const Target *target,
              GError      **error)
{
  const Chunk *chunk = reader->chunk;
  gsize        first = 0, last_start, length, end;

  /* One byte earlier, so that a record starting exactly at the chunk is told from one that goes on. */
  reader->base = chunk->start > 0 ? chunk->start - 1 : 0;
  if (!fill (reader, (gsize)(chunk->end - reader->base), error))
    return FALSE;
  if (chunk->start > 0)
    {
      /* Does the record around the byte before end within the chunk? If not, no record starts here. */
      first = weir_decoder_first_record (reader->self->decoder, reader->buffer->data, reader->len, at_end (reader));
      if (first == 0 || (at_end (reader) && first == reader->len))
        return TRUE;
    }
  if (at_end (reader))
    return decode (reader, first, reader->len - first, FALSE, target, error);
  /* Whole records up to the last one, which may go on behind the chunk. */
  last_start = first + weir_decoder_cut (reader->self->decoder, reader->buffer->data + first, reader->len - first, FALSE);
  end = last_start;
  if (last_start < reader->len)
    {
      if (!measure_record (reader, last_start, &length, error))
        return FALSE;
      if (length == 0)
        return decode (reader, first, last_start - first, FALSE, target, error) &&
               decode (reader, last_start, reader->len - last_start, TRUE, target, error);
      end = last_start + length;
    }
  return decode (reader, first, end - first, FALSE, target, error);
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
  FileSource      *self = (FileSource *)source;
  Reader           reader = { .self = self, .chunk = morsel };
  WeirDecodeState *state;
  Target           target;
  gboolean         ok;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  reader.fd = open (reader.chunk->path, O_RDONLY | O_CLOEXEC);
  if (reader.fd < 0)
    return fail_read (reader.chunk, errno, error);
  state = g_async_queue_try_pop (self->states);
  if (state == NULL)
    state = weir_decode_state_new (self->decoder);
  target = (Target){ push, push_data, state, stats };
  ok = read_records (&reader, &target, error);
  g_async_queue_push (self->states, state);
  weir_buffer_unref (reader.buffer);
  close (reader.fd);
  return ok;
}

static void
file_commit (WeirSource *source,
             const char *to)
{
  FileSource *self = (FileSource *)source;

  /* Committed entries are not read again; their names stay in `seen`. */
  for (gint64 n = 0; n <= parse_offset (to) && n < (gint64)self->log->len; n++)
    g_ptr_array_set_size (self->log->pdata[n], 0);
}

static void
file_stop (WeirSource *source)
{
}

static void
file_finalize (WeirSource *source)
{
  FileSource *self = (FileSource *)source;

  g_clear_pointer (&self->decoder, weir_decoder_unref);
  g_clear_pointer (&self->states, g_async_queue_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->log, g_ptr_array_unref);
  g_clear_pointer (&self->unread, g_ptr_array_unref);
  g_free (self->path);
  g_free (self->name_filter);
}

/* ---- columns of a table ----------------------------------------------------------------------------------------- */

static WeirSchema *
resolve_text (WeirSchema *declared,
              GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  WeirField field = { (char *)"value", WEIR_STRING, TRUE, NULL };

  return declared != NULL ? weir_type_ref (declared) : weir_type_new_struct (&field, 1);
}

#define SAMPLE_BYTES (1u << 20)
#define SAMPLE_FILES 5

/* A pipe has no sample to give: its rows come once, and perhaps never. */
static gssize
read_sample (const char *path,
             char       *data)
{
  int         fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  gssize      n = -1;

  if (fd < 0)
    return -1;
  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    n = read (fd, data, SAMPLE_BYTES);
  close (fd);
  return n;
}

/* The first megabyte of each of the first files. */
static WeirSchema *
infer (const char *format,
       GHashTable *options,
       const char *base_dir,
       GError    **error)
{
  const char           *path;
  g_autofree char      *full = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

  if (!_weir_io_option_required (options, "path", "path '/data/orders'", &path, error))
    return NULL;
  full = weir_file_path (path, base_dir);
  files = weir_file_list (full, _weir_io_option_get (options, "pathglobfilter"), FALSE, error);
  if (files == NULL)
    return NULL;
  for (guint i = 0; i < files->len && samples->len < SAMPLE_FILES; i++)
    {
      const WeirFileEntry *file = files->pdata[i];
      g_autofree char     *data = g_malloc (SAMPLE_BYTES);
      gssize               n = read_sample (file->path, data);

      if (n == SAMPLE_BYTES)
        while (n > 0 && data[n - 1] != '\n')
          n--;
      if (n > 0)
        g_ptr_array_add (samples, g_bytes_new (data, (gsize)n));
    }
  if (samples->len == 0)
    {
      weir_fail (error, WEIR_ERROR_ANALYZE, "UNABLE_TO_INFER_SCHEMA", WEIR_SPAN_NONE,
                 "Unable to infer schema for %s: there is no file with rows at %s. Declare the columns.", format, full);
      return NULL;
    }
  return weir_schema_infer (format, (GBytes **)samples->pdata, samples->len, options, weir_zone_utc (), error);
}

static WeirSchema *
resolve_csv (WeirSchema *declared,
             GHashTable *options,
             const char *base_dir,
             GError    **error)
{
  return declared != NULL ? weir_type_ref (declared) : infer ("csv", options, base_dir, error);
}

static WeirSchema *
resolve_json (WeirSchema *declared,
              GHashTable *options,
              const char *base_dir,
              GError    **error)
{
  return declared != NULL ? weir_type_ref (declared) : infer ("json", options, base_dir, error);
}

#define FILE_CLASS(format_name)                                                                                                     \
  {                                                                                                                                 \
    .format = format_name, .open = file_open, .start = file_start, .latest = file_latest, .freeze = file_freeze, .plan = file_plan, \
    .read = file_read, .commit = file_commit, .stop = file_stop, .finalize = file_finalize,                                         \
  }

static const WeirSourceClass text_class = FILE_CLASS ("text"), csv_class = FILE_CLASS ("csv"), json_class = FILE_CLASS ("json");

const WeirSourceKind _weir_source_text = { &text_class, sizeof (FileSource), resolve_text };
const WeirSourceKind _weir_source_csv = { &csv_class, sizeof (FileSource), resolve_csv };
const WeirSourceKind _weir_source_json = { &json_class, sizeof (FileSource), resolve_json };
