/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "io/file-manifest-private.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/durable-file.h"
#include "base/effects.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The log of a file sink, for appending. Format and rules: file-manifest.h.
 *
 * What is on the disk after a failed append is not known, and a second fsync() of the same descriptor may claim what is not so. Hence
 * after any failure the log is written anew beside the old one before the next batch is appended, just as for compaction.
 */


struct _WeirManifest
{
  char           *folder; /* Owned: of the data files */
  char           *writer; /* Owned */
  char           *path;   /* Owned: of the log */
  WeirManifestLog log;
  int             fd;
  gboolean        must_rewrite;
  gboolean        is_settled;
};

static guint64
records_kept (void)
{
  return weir_fx_bound ("WEIR_MANIFEST_RECORDS", WEIR_MANIFEST_KEEP);
}

char *
weir_manifest_writer (const char *query_id,
                      guint       sink_index)
{
  /* Name space of these ids (RFC 4122 §4.3). */
  static const guint8   space[16] = { 0x5c, 0x0e, 0x2f, 0x64, 0x91, 0x0b, 0x4b, 0x8f, 0xa3, 0x77, 0x1d, 0x2a, 0x6b, 0xe0, 0x55, 0x19 };
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char      *name = g_strdup_printf ("%s/%u", query_id, sink_index);
  guint8                id[20];
  gsize                 len = sizeof id;

  g_checksum_update (sum, space, sizeof space);
  g_checksum_update (sum, (const guchar *)name, (gssize)strlen (name));
  g_checksum_get_digest (sum, id, &len);
  id[6] = (id[6] & 0x0f) | 0x50;
  id[8] = (id[8] & 0x3f) | 0x80;
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", id[0], id[1], id[2], id[3], id[4], id[5],
                          id[6], id[7], id[8], id[9], id[10], id[11], id[12], id[13], id[14], id[15]);
}

char *
weir_manifest_file_name (const char *writer,
                         guint64     batch_id,
                         guint       index,
                         const char *extension)
{
  return g_strdup_printf ("part-%020" G_GUINT64_FORMAT "-%05u-%s.%s", batch_id, index, writer, extension);
}

/* ---- durable acts ----------------------------------------------------------------------------------------------- */

/* @path and what is missing above it, each entry durable. */
static gboolean
make_folder (const char *path,
             GError    **error)
{
  g_autofree char *parent = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  parent = g_path_get_dirname (path);
  if (!make_folder (parent, error))
    return FALSE;
  if (weir_fx_mkdir (path, 0755) != 0 && errno != EEXIST)
    return weir_fail_file (error, "make the folder", path, errno);
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      errno = ENOTDIR;
      return weir_fail_file (error, "make the folder", path, errno);
    }
  return weir_durable_sync_dir (parent, error);
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

static void
add_frame (WeirWriter   *out,
           const guint8 *body,
           gsize         len)
{
  guint at = out->bytes->len;

  weir_writer_u32 (out, (guint32)len);
  weir_writer_u32 (out, weir_crc32c (0, body, len));
  weir_writer_u32 (out, weir_crc32c (0, out->bytes->data + at, 8));
  weir_writer_raw (out, body, len);
}

static GBytes *
batch_body (guint64                 batch_id,
            const WeirManifestFile *files,
            guint                   n_files,
            guint64                *n_bytes)
{
  WeirWriter body = { g_byte_array_new () };

  *n_bytes = 0;
  weir_writer_u8 (&body, _WEIR_MANIFEST_BATCH);
  weir_writer_varint (&body, batch_id);
  weir_writer_varint (&body, n_files);
  for (guint i = 0; i < n_files; i++)
    {
      weir_writer_bytes (&body, files[i].name, strlen (files[i].name));
      weir_writer_varint (&body, files[i].size);
      weir_writer_u32 (&body, files[i].crc);
      *n_bytes += files[i].size;
    }
  return g_byte_array_free_to_bytes (body.bytes);
}

/* Sums up a BATCH body of our own. */
static void
measure_body (GBytes  *bytes,
              guint64 *batch,
              guint64 *n_files,
              guint64 *n_bytes)
{
  WeirReader reader;

  weir_reader_init (&reader, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  weir_reader_u8 (&reader);
  *batch = weir_reader_varint (&reader);
  *n_files = weir_reader_varint (&reader);
  *n_bytes = 0;
  for (guint64 i = 0; i < *n_files && !reader.failed; i++)
    {
      gsize len;

      weir_reader_bytes (&reader, &len);
      *n_bytes += weir_reader_varint (&reader);
      weir_reader_u32 (&reader);
    }
}

/* BASE for what is not in the newest records: what the totals have beyond these. */
static void
add_base (WeirWriter            *out,
          const WeirManifestLog *log,
          GList                 *first)
{
  guint64    n_batches = log->n_batches, n_files = log->n_files, n_bytes = log->n_bytes, last = (guint64)log->last;
  WeirWriter body = { NULL };

  for (GList *at = first; at != NULL; at = at->next)
    {
      guint64 batch, files, bytes;

      measure_body (at->data, &batch, &files, &bytes);
      n_batches--;
      n_files -= files;
      n_bytes -= bytes;
      if (at == first)
        last = batch - 1;
    }
  if (n_batches == 0)
    return;
  body.bytes = g_byte_array_new ();
  weir_writer_u8 (&body, _WEIR_MANIFEST_BASE);
  weir_writer_varint (&body, last);
  weir_writer_varint (&body, n_batches);
  weir_writer_varint (&body, n_files);
  weir_writer_varint (&body, n_bytes);
  add_frame (out, body.bytes->data, body.bytes->len);
  g_byte_array_unref (body.bytes);
}

/* ---- the log ---------------------------------------------------------------------------------------------------- */

static gboolean
replace_log (WeirManifest     *self,
             const GByteArray *bytes,
             GError          **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s/" WEIR_MANIFEST_FOLDER "/.%s.tmp", self->folder, self->writer);
  g_autofree char *folder = g_path_get_dirname (self->path);
  int              fd = weir_fx_open (temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0644);
  gboolean         ok;

  if (fd < 0)
    return weir_fail_file (error, "create", temporary, errno);
  ok = weir_fx_write_all (fd, bytes->data, bytes->len) || weir_fail_file (error, "write", temporary, errno);
  if (ok && weir_fx_fsync (fd) != 0)
    ok = weir_fail_file (error, "sync", temporary, errno);
  if (ok && weir_durable_rename (AT_FDCWD, temporary, AT_FDCWD, self->path, 0) != 0)
    ok = weir_fail_file (error, "rename", temporary, errno);
  if (!ok)
    {
      close (fd);
      weir_fx_unlink (temporary);
      return FALSE;
    }
  if (self->fd >= 0)
    close (self->fd);
  self->fd = fd;
  return weir_durable_sync_dir (folder, error);
}

/* A new log with the newest batches takes the old one's place; with @next, if any, behind them. */
static gboolean
rewrite (WeirManifest *self,
         GBytes       *next,
         GError      **error)
{
  WeirWriter out = { g_byte_array_new () };
  GList     *first;
  gboolean   ok;

  while (self->log.records.length > records_kept ())
    g_bytes_unref (g_queue_pop_head (&self->log.records));
  first = self->log.records.head;
  self->must_rewrite = TRUE;
  weir_writer_raw (&out, _WEIR_MANIFEST_MAGIC, _WEIR_MANIFEST_MAGIC_LEN);
  add_base (&out, &self->log, first);
  for (GList *at = first; at != NULL; at = at->next)
    add_frame (&out, g_bytes_get_data (at->data, NULL), g_bytes_get_size (at->data));
  if (next != NULL)
    add_frame (&out, g_bytes_get_data (next, NULL), g_bytes_get_size (next));
  ok = replace_log (self, out.bytes, error);
  g_byte_array_unref (out.bytes);
  self->must_rewrite = !ok;
  return ok;
}

static gboolean
append_frame (WeirManifest *self,
              GBytes       *body,
              GError      **error)
{
  WeirWriter out = { g_byte_array_new () };
  gboolean   ok;

  add_frame (&out, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  ok = weir_fx_write_all (self->fd, out.bytes->data, out.bytes->len) || weir_fail_file (error, "write", self->path, errno);
  if (ok && weir_fx_fdatasync (self->fd) != 0)
    ok = weir_fail_file (error, "sync", self->path, errno);
  g_byte_array_unref (out.bytes);
  self->must_rewrite = !ok;
  return ok;
}

/* The name still stands for the file that is open? After a failure it may not, until the log is written anew. */
static gboolean
check_identity (WeirManifest *self,
                GError      **error)
{
  struct stat open_file, named;

  if (self->must_rewrite || self->fd < 0)
    return TRUE;
  if (fstat (self->fd, &open_file) != 0 || stat (self->path, &named) != 0)
    return weir_fail_file (error, "write", self->path, errno);
  if (open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER", WEIR_SPAN_NONE,
                    "%s was replaced while the query runs: batches up to %" G_GINT64_FORMAT " of this query had been written. Restore the folder, or "
                    "start with a new checkpoint directory and an empty sink.",
                    self->path, self->log.last);
}

gboolean
weir_manifest_append (WeirManifest           *manifest,
                      guint64                 batch_id,
                      const WeirManifestFile *files,
                      guint                   n_files,
                      GError                **error)
{
  guint64            n_bytes;
  g_autoptr (GBytes) body = batch_body (batch_id, files, n_files, &n_bytes);
  gboolean           ok;

  if (!check_identity (manifest, error))
    return FALSE;
  if (manifest->must_rewrite || manifest->log.records.length >= 2 * records_kept ())
    ok = rewrite (manifest, body, error);
  else
    ok = append_frame (manifest, body, error);
  if (ok)
    _weir_manifest_log_add (&manifest->log, (gint64)batch_id, n_files, n_bytes, body);
  return ok;
}

/* The log was removed or cut: of what it says, only one batch may be in doubt. */
static gboolean
fail_cut (WeirManifest *self,
          const char   *name,
          GError      **error)
{
  return weir_fail (error, WEIR_ERROR_RUN, "STREAMING_CHECKPOINT_SINK_MISMATCH.SINK_IS_OLDER", WEIR_SPAN_NONE,
                    "%s ends with batch %" G_GINT64_FORMAT " of this query, but there is %s/%s: the log was removed or cut. Restore it, or start with a new "
                    "checkpoint directory and an empty sink.",
                    self->path, self->log.last, self->folder, name);
}

/* Staged files go; of files whose batch is not committed a crash left those of one batch, which stay for weir_manifest_settle() when
 * @keep. */
static gboolean
remove_orphans (WeirManifest *self,
                gboolean      keep,
                GError      **error)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  gboolean         removed = FALSE;
  const char      *name;

  if (folder == NULL)
    return weir_fail_file (error, "list", self->folder, errno);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      gboolean         staged = name[0] == '.';
      g_autofree char *path = NULL;
      char             writer[64];
      guint64          batch_id;

      if (!_weir_manifest_parse_name (name + staged, &batch_id, writer) || strcmp (writer, self->writer) != 0)
        continue;
      if (!staged && batch_id > (guint64)(self->log.last + 1))
        return fail_cut (self, name, error);
      if (!staged && (keep || batch_id <= (guint64)self->log.last))
        continue;
      path = g_build_filename (self->folder, name, NULL);
      if (weir_fx_unlink (path) != 0 && errno != ENOENT)
        return weir_fail_file (error, "remove", path, errno);
      removed = TRUE;
    }
  return !removed || weir_durable_sync_dir (self->folder, error);
}

static gboolean
open_log (WeirManifest *self,
          GError      **error)
{
  struct stat status;

  if (!_weir_manifest_log_read (&self->log, self->path, error))
    return FALSE;
  self->fd = weir_fx_open (self->path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0);
  if (self->fd < 0 && errno != ENOENT)
    return weir_fail_file (error, "open", self->path, errno);
  if (self->fd < 0 || fstat (self->fd, &status) != 0 || self->log.length == 0 || (gsize)status.st_size != self->log.length)
    return rewrite (self, NULL, error);
  /* Whoever wrote the last record may have died before its sync. */
  if (weir_fx_fdatasync (self->fd) != 0)
    return weir_fail_file (error, "sync", self->path, errno);
  return TRUE;
}

WeirManifest *
weir_manifest_open (const char *folder,
                    const char *writer,
                    GError    **error)
{
  g_autoptr (WeirManifest) self = g_new0 (WeirManifest, 1);
  g_autofree char         *logs = g_build_filename (folder, WEIR_MANIFEST_FOLDER, NULL);

  self->fd = -1;
  self->folder = g_strdup (folder);
  self->writer = g_strdup (writer);
  self->path = g_strdup_printf ("%s/%s.log", logs, writer);
  _weir_manifest_log_init (&self->log);
  if (!make_folder (logs, error) || !open_log (self, error) || !remove_orphans (self, TRUE, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
weir_manifest_settle (WeirManifest *manifest,
                      GError      **error)
{
  if (manifest->is_settled)
    return TRUE;
  manifest->is_settled = remove_orphans (manifest, FALSE, error);
  return manifest->is_settled;
}

void
weir_manifest_free (WeirManifest *manifest)
{
  if (manifest == NULL)
    return;
  if (manifest->fd >= 0)
    close (manifest->fd);
  _weir_manifest_log_clear (&manifest->log);
  g_free (manifest->folder);
  g_free (manifest->writer);
  g_free (manifest->path);
  g_free (manifest);
}

gint64
weir_manifest_get_last (WeirManifest *manifest)
{
  return manifest->log.last;
}
