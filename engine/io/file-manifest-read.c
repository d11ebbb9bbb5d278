/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-manifest-private.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "io/file-list.h"

#include <errno.h>
#include <string.h>

/* Logs of the file sink as readers and restarts see them. Format: file-manifest.h. */

#define WRITER_LEN 36
#define BATCH_LEN  20
#define INDEX_LEN  5

#define SECTOR_BYTES 512

void
_weir_manifest_log_init (WeirManifestLog *log)
{
  memset (log, 0, sizeof *log);
  log->last = -1;
  g_queue_init (&log->records);
}

void
_weir_manifest_log_clear (WeirManifestLog *log)
{
  g_queue_clear_full (&log->records, (GDestroyNotify)g_bytes_unref);
}

void
_weir_manifest_log_add (WeirManifestLog *log,
                        gint64           batch,
                        guint64          n_files,
                        guint64          n_bytes,
                        GBytes          *body)
{
  log->last = batch;
  log->n_batches++;
  log->n_files += n_files;
  log->n_bytes += n_bytes;
  g_queue_push_tail (&log->records, g_bytes_ref (body));
}

/* ---- names ------------------------------------------------------------------------------------------------------ */

static gboolean
parse_digits (const char *text,
              guint       n,
              guint64    *value)
{
  *value = 0;
  for (guint i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit (text[i]) || __builtin_mul_overflow (*value, 10, value) || __builtin_add_overflow (*value, (guint64)(text[i] - '0'), value))
        return FALSE;
    }
  return TRUE;
}

gboolean
_weir_manifest_parse_name (const char *name,
                           guint64    *batch_id,
                           char       *writer)
{
  static const char prefix[] = "part-";
  guint64           index;

  if (!g_str_has_prefix (name, prefix))
    return FALSE;
  name += strlen (prefix);
  if (strlen (name) < BATCH_LEN + 1 + INDEX_LEN + 1 + WRITER_LEN + 1 || name[BATCH_LEN] != '-' || !parse_digits (name, BATCH_LEN, batch_id))
    return FALSE;
  name += BATCH_LEN + 1;
  if (name[INDEX_LEN] != '-' || !parse_digits (name, INDEX_LEN, &index))
    return FALSE;
  name += INDEX_LEN + 1;
  if (name[WRITER_LEN] != '.')
    return FALSE;
  for (guint i = 0; i < WRITER_LEN; i++)
    if (!g_ascii_isxdigit (name[i]) && name[i] != '-')
      return FALSE;
  memcpy (writer, name, WRITER_LEN);
  writer[WRITER_LEN] = '\0';
  return TRUE;
}

/* ---- logs ------------------------------------------------------------------------------------------------------- */

static gboolean
fail_damaged (const char *path,
              gsize       at,
              const char *what,
              GError    **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "CHECKPOINT_FILE_CHECKSUM_VERIFICATION_FAILED", WEIR_SPAN_NONE,
                    "The manifest %s is damaged at byte %" G_GSIZE_FORMAT ": %s. Restore it, or move its folder away to read every file beside it.",
                    path, at, what);
}

/* Whether the file can end like this after a power cut in the midst of an append at @from: its length was there before its last sectors
 * were, which read as zeros. */
static gboolean
is_unwritten (const guint8 *data,
              gsize         from,
              gsize         len)
{
  gsize end = len;

  while (end > from && data[end - 1] == 0)
    end--;
  return end == from || (end + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES < len;
}

/* Skips what is in a BATCH body and sums it up. */
static gboolean
parse_batch (WeirReader *reader,
             guint64    *n_files,
             guint64    *n_bytes)
{
  *n_files = weir_reader_varint (reader);
  *n_bytes = 0;
  for (guint64 i = 0; i < *n_files && !reader->failed; i++)
    {
      gsize len;

      weir_reader_bytes (reader, &len);
      *n_bytes += weir_reader_varint (reader);
      weir_reader_u32 (reader);
      reader->failed = reader->failed || len >= WEIR_MANIFEST_NAME_MAX;
    }
  return !reader->failed && reader->pos == reader->len;
}

static gboolean
parse_body (WeirManifestLog *log,
            const guint8    *body,
            gsize            len)
{
  WeirReader         reader;
  guint64            batch, n_files, n_bytes;
  guint8             kind;
  g_autoptr (GBytes) bytes = NULL;

  weir_reader_init (&reader, body, len);
  kind = weir_reader_u8 (&reader);
  batch = weir_reader_varint (&reader);
  if (reader.failed || batch > G_MAXINT64 || (gint64)batch <= log->last)
    return FALSE;
  if (kind == _WEIR_MANIFEST_BASE && log->n_batches == 0)
    {
      log->last = (gint64)batch;
      log->n_batches = weir_reader_varint (&reader);
      log->n_files = weir_reader_varint (&reader);
      log->n_bytes = weir_reader_varint (&reader);
      return !reader.failed && reader.pos == reader.len && log->n_batches > 0;
    }
  if (kind != _WEIR_MANIFEST_BATCH || !parse_batch (&reader, &n_files, &n_bytes))
    return FALSE;
  bytes = g_bytes_new (body, len);
  _weir_manifest_log_add (log, (gint64)batch, n_files, n_bytes, bytes);
  return TRUE;
}

/* FALSE: damage at log->length, which @what says. */
static gboolean
parse_log (WeirManifestLog *log,
           const guint8    *data,
           gsize            len,
           const char     **what)
{
  if (len < _WEIR_MANIFEST_MAGIC_LEN)
    {
      *what = "it does not begin as a manifest";
      return memcmp (data, _WEIR_MANIFEST_MAGIC, len) == 0 || is_unwritten (data, 0, len);
    }
  if (memcmp (data, _WEIR_MANIFEST_MAGIC, _WEIR_MANIFEST_MAGIC_LEN) != 0)
    {
      *what = "it is no manifest of this version";
      return FALSE;
    }
  for (log->length = _WEIR_MANIFEST_MAGIC_LEN; len - log->length >= _WEIR_MANIFEST_FRAME_LEN;)
    {
      const guint8 *frame = data + log->length;
      WeirReader    reader;
      guint32       length, crc, header_crc;

      weir_reader_init (&reader, frame, _WEIR_MANIFEST_FRAME_LEN);
      length = weir_reader_u32 (&reader);
      crc = weir_reader_u32 (&reader);
      header_crc = weir_reader_u32 (&reader);
      if (header_crc != weir_crc32c (0, frame, 8) || length == 0 || length > _WEIR_MANIFEST_BODY_MAX)
        {
          *what = "the frame of a record has a wrong checksum";
          return is_unwritten (data, log->length, len);
        }
      if (length > len - log->length - _WEIR_MANIFEST_FRAME_LEN)
        return TRUE; /* cut short */
      if (crc != weir_crc32c (0, frame + _WEIR_MANIFEST_FRAME_LEN, length))
        {
          *what = "a record has a wrong checksum";
          return is_unwritten (data, log->length + _WEIR_MANIFEST_FRAME_LEN, len);
        }
      if (!parse_body (log, frame + _WEIR_MANIFEST_FRAME_LEN, length))
        {
          *what = "a record makes no sense";
          return FALSE;
        }
      log->length += _WEIR_MANIFEST_FRAME_LEN + length;
    }
  return TRUE;
}

gboolean
_weir_manifest_log_read (WeirManifestLog *log,
                         const char      *path,
                         GError         **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char   *data = NULL;
  const char        *what = NULL;
  gsize              len;

  if (!weir_durable_read (path, &data, &len, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;
      return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE, "Cannot read the manifest %s: %s", path, local->message);
    }
  if (!parse_log (log, (const guint8 *)data, len, &what))
    return fail_damaged (path, log->length, what, error);
  return TRUE;
}

/* ---- filter ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  WeirManifestLog log;
  char           *path;  /* Owned */
  GHashTable     *sizes; /* Owned: name → guint64*, of the batches that are kept */
} Writer;

static void
writer_free (gpointer data)
{
  Writer *writer = data;

  if (writer == NULL)
    return;
  _weir_manifest_log_clear (&writer->log);
  g_hash_table_unref (writer->sizes);
  g_free (writer->path);
  g_free (writer);
}

static void
collect_sizes (Writer *writer)
{
  for (GList *at = writer->log.records.head; at != NULL; at = at->next)
    {
      WeirReader reader;
      guint64    n;

      weir_reader_init (&reader, g_bytes_get_data (at->data, NULL), g_bytes_get_size (at->data));
      weir_reader_u8 (&reader);
      weir_reader_varint (&reader);
      n = weir_reader_varint (&reader);
      for (guint64 i = 0; i < n; i++)
        {
          gsize       len;
          const char *name = (const char *)weir_reader_bytes (&reader, &len);
          guint64     size = weir_reader_varint (&reader);

          g_hash_table_replace (writer->sizes, g_strndup (name, len), g_memdup2 (&size, sizeof size));
          weir_reader_u32 (&reader);
        }
    }
}

/* The log of @id beside @folder's files; NULL without @error: there is none, its files are nobody's. */
static Writer *
find_writer (GHashTable *writers,
             const char *folder,
             const char *id,
             GError    **error)
{
  g_autofree char *path = g_strdup_printf ("%s/" WEIR_MANIFEST_FOLDER "/%s.log", folder, id);
  Writer          *writer;
  gpointer         found;

  if (g_hash_table_lookup_extended (writers, path, NULL, &found))
    return found;
  writer = g_new0 (Writer, 1);
  writer->path = g_strdup (path);
  writer->sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  _weir_manifest_log_init (&writer->log);
  if (!_weir_manifest_log_read (&writer->log, path, error))
    {
      writer_free (writer);
      return NULL;
    }
  if (writer->log.length == 0 && !g_file_test (path, G_FILE_TEST_EXISTS))
    g_clear_pointer (&writer, writer_free);
  else
    collect_sizes (writer);
  g_hash_table_insert (writers, g_steal_pointer (&path), writer);
  return writer;
}

static gboolean
is_committed (Writer              *writer,
              const WeirFileEntry *entry,
              const char          *name,
              guint64              batch_id,
              gboolean            *committed,
              GError             **error)
{
  const guint64 *size = g_hash_table_lookup (writer->sizes, name);
  gint64         last = writer->log.last;

  *committed = last >= 0 && batch_id <= (guint64)last;
  if (!*committed && batch_id > (guint64)(last + 1))
    return fail_damaged (writer->path, writer->log.length, "it ends before batches that have files", error);
  if (*committed && size != NULL && *size != entry->size)
    return weir_fail (error, WEIR_ERROR_RUN, "FAILED_READ_FILE.NO_HINT", WEIR_SPAN_NONE,
                      "File %s has %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
                      " were committed: it was changed or cut short after that. Restore it or remove it.",
                      entry->path, entry->size, *size);
  return TRUE;
}

gboolean
weir_manifest_filter (GPtrArray *files,
                      GError   **error)
{
  g_autoptr (GHashTable) writers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, writer_free);
  guint                  kept = 0;

  for (guint i = 0; i < files->len; i++)
    {
      WeirFileEntry     *entry = files->pdata[i];
      g_autofree char   *folder = g_path_get_dirname (entry->path);
      g_autofree char   *name = g_path_get_basename (entry->path);
      g_autoptr (GError) local = NULL;
      char               id[WRITER_LEN + 1];
      guint64            batch_id;
      gboolean           committed = TRUE;
      Writer            *writer = NULL;

      if (_weir_manifest_parse_name (name, &batch_id, id))
        writer = find_writer (writers, folder, id, &local);
      if (writer != NULL)
        is_committed (writer, entry, name, batch_id, &committed, &local);
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (committed)
        {
          files->pdata[i] = files->pdata[kept];
          files->pdata[kept++] = entry;
        }
    }
  g_ptr_array_set_size (files, (int)kept);
  return TRUE;
}
